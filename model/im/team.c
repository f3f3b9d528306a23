/* SPDX-License-Identifier: GPL-2.0-or-later
 *
 * A team: which member gets what, and how everything leaves one whose link has failed (IM-024):
 * pause, upload-all, and resume when the last object is gone.
 */
#include "im/parts.h"

#include <string.h>

#include "chimney/block_state.h"

enum { MAC_BYTES = 6 };

/* ---- Which member ------------------------------------------------------------------------------
 */

static struct im_member *
by_source(struct flue_im *im, const uint8_t *source)
{
    for (uint32_t i = 0; i < im->config.members; i++)
        if (!im->members[i].is_down && memcmp(im->config.sources[i], source, MAC_BYTES) == 0)
            return &im->members[i];
    return &im->members[im->active];
}

/* Of those that are up: `number` modulo their count. */
static struct im_member *
by_number(struct flue_im *im, uint32_t number)
{
    uint32_t up = 0;

    for (uint32_t i = 0; i < im->config.members; i++)
        up += !im->members[i].is_down;
    if (up == 0)
        return &im->members[im->active];
    number %= up;
    for (uint32_t i = 0;; i++)
        if (!im->members[i].is_down && number-- == 0)
            return &im->members[i];
}

static uint32_t
hash(const struct flue_neighbor_const *constants, const struct flue_neighbor_cached *cached)
{
    return (uint32_t)constants->dl_source_address[MAC_BYTES - 1] ^
           (uint32_t)cached->dl_destination_address[MAC_BYTES - 1] ^ constants->vlan_id;
}

static struct im_member *
choose_new(struct flue_im *im, struct flue_block_list *top)
{
    struct flue_neighbor_state state = flue__neighbor_state(top);

    if (state.constants == NULL || state.cached == NULL ||
        im->config.mode == FLUE_TEAM_ACTIVE_BACKUP)
        return &im->members[im->active];
    return im->config.mode == FLUE_TEAM_BALANCE
               ? by_source(im, state.constants->dl_source_address)
               : by_number(im, hash(state.constants, state.cached));
}

struct im_member *
flue__im_choose(struct flue_im *im, struct flue_block_list *top)
{
    struct im_member *member = NULL;
    struct flue_block_walk walk;
    struct flue_block_list *block = flue_block_walk_first(&walk, top);

    do {
        const struct im_object *object = flue__im_named(block);

        if (object != NULL && member != NULL && object->member != member)
            return NULL;
        if (object != NULL)
            member = object->member;
        block = flue_block_walk_next(&walk);
    } while (block != NULL && walk.depth > 0);
    return member != NULL ? member : choose_new(im, top);
}

/* ---- What the side above hears -----------------------------------------------------------------
 */

static void
tell(struct flue_im *im, flue_time now, enum flue_status status)
{
    const struct flue_client *above = im->uppers[0].client;
    struct flue_tcp_connection_offload offload;

    if (status != FLUE_STATUS_OFFLOAD_RESUME &&
        status != FLUE_STATUS_TCP_CONNECTION_OFFLOAD_HARDWARE_CAPABILITIES) {
        above->indicate_status(above->binding, now, status, NULL, 0);
        return;
    }
    flue__im_capabilities(im, now, &offload);
    above->indicate_status(above->binding, now, status, &offload, sizeof offload);
}

static bool
counts(const struct im_member *member)
{
    const struct flue_im *im = member->im;

    if (im->config.mode == FLUE_TEAM_ACTIVE_BACKUP)
        return member == &im->members[im->active];
    return !member->is_down;
}

static void
pause(struct flue_im *im, flue_time now)
{
    if (!im->is_paused)
        tell(im, now, FLUE_STATUS_OFFLOAD_PAUSE);
    im->is_paused = true;
}

static void
resume_if_nothing_holds(struct flue_im *im, flue_time now)
{
    for (uint32_t i = 0; i < im->config.members; i++)
        if (im->members[i].is_paused && counts(&im->members[i]))
            return;
    if (im->is_moving || !im->is_paused)
        return;
    im->is_paused = false;
    tell(im, now, FLUE_STATUS_OFFLOAD_RESUME);
}

bool
flue__im_take_status(struct im_member *member, flue_time now, enum flue_status status)
{
    struct flue_im *im = member->im;

    switch (status) {
    case FLUE_STATUS_OFFLOAD_PAUSE:
    case FLUE_STATUS_UPLOAD_ALL:
        member->is_paused = true;
        if (!counts(member))
            return false;
        if (status == FLUE_STATUS_OFFLOAD_PAUSE)
            pause(im, now);
        im->is_paused = true;
        return status == FLUE_STATUS_UPLOAD_ALL;
    case FLUE_STATUS_OFFLOAD_RESUME:
        member->is_paused = false;
        if (counts(member))
            resume_if_nothing_holds(im, now);
        return false;
    case FLUE_STATUS_TCP_CONNECTION_OFFLOAD_HARDWARE_CAPABILITIES:
        if (counts(member))
            tell(im, now, status);
        return false;
    default:
        return counts(member);
    }
}

/* ---- Failover ----------------------------------------------------------------------------------
 */

void
flue__im_object_gone(struct flue_im *im, flue_time now)
{
    if (!im->is_moving || im->objects.used > 0)
        return;
    im->is_moving = false;
    im->statistics.failover_resumed = now;
    resume_if_nothing_holds(im, now);
}

static void
move(struct flue_im *im, flue_time now)
{
    if (im->is_moving)
        return;
    im->is_moving = true;
    im->statistics.failovers++;
    im->statistics.failover_paused = now;
    im->statistics.failover_resumed = 0;
    pause(im, now);
    tell(im, now, FLUE_STATUS_UPLOAD_ALL);
    flue__im_object_gone(im, now);
}

/* The active one, while it is up; then the first that is. */
static void
choose_active(struct flue_im *im)
{
    for (uint32_t i = 0; im->members[im->active].is_down && i < im->config.members; i++)
        if (!im->members[i].is_down)
            im->active = i;
}

enum flue_result
flue_im_set_link(struct flue_im *im, flue_time now, uint32_t index, bool is_up)
{
    struct im_member *member;
    uint32_t before = im->active;

    if (index >= im->config.members)
        return FLUE_ERROR_INVALID;
    member = &im->members[index];
    if (member->is_down == !is_up)
        return FLUE_OK;
    member->is_down = !is_up;
    choose_active(im);
    if (im->active != before || (!is_up && member->objects > 0 && !im->members[im->active].is_down))
        move(im, now);
    else
        tell(im, now, FLUE_STATUS_TCP_CONNECTION_OFFLOAD_HARDWARE_CAPABILITIES); /* IM-023 */
    return FLUE_OK;
}

uint32_t
flue_im_active(const struct flue_im *im)
{
    return im->active;
}

bool
flue_im_is_moving(const struct flue_im *im)
{
    return im->is_moving;
}
