/* SPDX-License-Identifier: GPL-2.0-or-later
 *
 * The life of an intermediate driver, and the poll in which it completes what it could not pass on.
 */
#include "im/parts.h"

#include <string.h>

enum { VLAN_MOST = 4094, PRIORITY_MOST = 7 };

struct flue_im_config
flue_im_config_default(void)
{
    struct flue_im_config config = {.uppers = 1, .members = 1};

    return config;
}

static bool
is_possible(const struct flue_im_config *config)
{
    if (config->uppers < 1 || config->uppers > FLUE_IM_MOST || config->members < 1 ||
        config->members > FLUE_IM_MOST || (config->uppers > 1 && config->members > 1))
        return false;
    for (uint32_t i = 0; i < config->uppers; i++)
        if (config->vlans[i].vlan_id > VLAN_MOST || config->vlans[i].user_priority > PRIORITY_MOST)
            return false;
    return true;
}

static void
init_ends(struct flue_im *im)
{
    for (uint32_t i = 0; i < im->config.uppers; i++) {
        struct im_upper *upper = &im->uppers[i];

        upper->im = im;
        upper->vlan_id = im->config.vlans[i].vlan_id;
        upper->user_priority = im->config.vlans[i].user_priority;
        upper->provider.adapter = upper;
    }
    for (uint32_t i = 0; i < im->config.members; i++) {
        struct im_member *member = &im->members[i];

        member->im = im;
        flue_client_init(&member->client);
        member->client.binding = member;
    }
}

enum flue_result
flue_im_create(const struct flue_im_config *config, const struct flue_im_handlers *handlers,
               void *user, const struct flue_allocator *allocator, struct flue_im **im_out)
{
    struct flue_im *im;

    if (!is_possible(config) || handlers->interrupt == NULL)
        return FLUE_ERROR_INVALID;
    im = allocator->reallocate(allocator->user, NULL, 0, sizeof *im);
    if (im == NULL)
        return FLUE_ERROR_NO_MEMORY;
    memset(im, 0, sizeof *im);
    im->config = *config;
    im->handlers = *handlers;
    im->user = user;
    im->allocator = *allocator;
    slab_init(&im->objects, allocator, sizeof(struct im_object));
    slab_init(&im->calls, allocator, sizeof(struct im_call));
    slab_init(&im->tags, allocator, sizeof(struct im_tag));
    init_ends(im);
    flue__im_init_requests(im);
    flue__im_init_trees(im);
    flue__im_init_posts(im);
    flue__im_init_indications(im);
    *im_out = im;
    return FLUE_OK;
}

void
flue_im_destroy(struct flue_im *im)
{
    if (im == NULL)
        return;
    slab_fini(&im->objects);
    slab_fini(&im->calls);
    slab_fini(&im->tags);
    im->allocator.reallocate(im->allocator.user, im, sizeof *im, 0);
}

struct flue_provider *
flue_im_provider(struct flue_im *im, uint32_t upper)
{
    return &im->uppers[upper].provider;
}

struct flue_client *
flue_im_client(struct flue_im *im, uint32_t member)
{
    return &im->members[member].client;
}

void
flue_im_attach(struct flue_im *im, uint32_t upper, const struct flue_client *client)
{
    im->uppers[upper].client = client;
}

void
flue_im_bind(struct flue_im *im, uint32_t member, struct flue_provider *provider)
{
    im->members[member].provider = provider;
}

void
flue__im_interrupt(struct flue_im *im, flue_time now)
{
    if (im->is_interrupted)
        return;
    im->is_interrupted = true;
    im->handlers.interrupt(im->user, now);
}

void
flue__im_flush(struct flue_im *im, flue_time now)
{
    if (!im->is_interrupted)
        return;
    im->is_interrupted = false;
    flue__im_complete_lists(im, now);
    flue__im_complete_refused(im, now);
}

void
flue_im_poll(struct flue_im *im, flue_time now)
{
    flue__im_flush(im, now);
}

struct flue_im_statistics
flue_im_get_statistics(const struct flue_im *im)
{
    struct flue_im_statistics statistics = im->statistics;

    statistics.objects = im->objects.used;
    return statistics;
}
