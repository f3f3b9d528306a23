/* SPDX-License-Identifier: GPL-2.0-or-later
 *
 * What the target asks of the host as a whole: to pause, to go on with other capabilities, to take
 * everything back (STATUS rows); and the queue of these status indications.
 */
#include "target/parts.h"

bool
flue__target_can_offer(const struct flue_target *target,
                       const struct flue_tcp_connection_offload *offload)
{
    const struct flue_tcp_connection_offload *hardware = &target->hardware;

    return flue_object_header_ok(offload, sizeof *offload, sizeof *offload) &&
           offload->support_ipv4 <= hardware->support_ipv4 &&
           offload->support_ipv6 <= hardware->support_ipv6 &&
           offload->support_ipv6_extension_headers <= hardware->support_ipv6_extension_headers &&
           offload->support_sack <= hardware->support_sack &&
           offload->tcp_connection_offload_capacity <= hardware->tcp_connection_offload_capacity;
}

/* ---- The queue ---------------------------------------------------------------------------------
 */

static bool
has_room(const struct flue_target *target)
{
    return target->statuses.count < MOST_STATUSES;
}

bool
flue__target_push_status(struct flue_target *target, flue_time now, enum flue_status status)
{
    if (!has_room(target))
        return false;
    target->statuses.waiting[target->statuses.count++] = status;
    flue__target_wake(target, now);
    return true;
}

bool
flue__target_tell_status(struct flue_target *target, flue_time now)
{
    struct status_queue *queue = &target->statuses;
    enum flue_status status = queue->waiting[0];
    const void *buffer = NULL;
    uint32_t length = 0;

    if (queue->count == 0 || target->initiates > 0) /* OFFLOAD-050 */
        return false;
    queue->count--;
    for (uint32_t i = 0; i < queue->count; i++)
        queue->waiting[i] = queue->waiting[i + 1];
    if (status == FLUE_STATUS_OFFLOAD_RESUME) {
        buffer = &target->offered;
        length = sizeof target->offered;
    } else if (status == FLUE_STATUS_OFFLOAD_ENCASPULATION_CHANGE) {
        buffer = &target->encapsulation;
        length = sizeof target->encapsulation;
    }
    target->told++;
    flue_adapter_indicate_status(target->ndis, now, status, buffer, length);
    return true;
}

/* ---- The administrator's calls -----------------------------------------------------------------
 */

enum flue_result
flue_target_pause(struct flue_target *target, flue_time now)
{
    if (target->is_paused)
        return FLUE_OK;
    if (!has_room(target))
        return FLUE_ERROR_LIMIT;
    target->is_paused = true;
    (void)flue__target_push_status(target, now, FLUE_STATUS_OFFLOAD_PAUSE);
    return FLUE_OK;
}

enum flue_result
flue_target_resume(struct flue_target *target, flue_time now,
                   const struct flue_tcp_connection_offload *capabilities)
{
    if (capabilities != NULL && !flue__target_can_offer(target, capabilities))
        return FLUE_ERROR_INVALID;
    if (!has_room(target))
        return FLUE_ERROR_LIMIT;
    if (capabilities != NULL)
        target->offered = *capabilities;
    target->is_paused = false;
    target->is_uploading_all = false;
    (void)flue__target_push_status(target, now, FLUE_STATUS_OFFLOAD_RESUME);
    flue__target_release_paused(target, now, false);
    return FLUE_OK;
}

enum flue_result
flue_target_upload_all(struct flue_target *target, flue_time now)
{
    if (!has_room(target))
        return FLUE_ERROR_LIMIT;
    target->is_paused = true;
    target->is_uploading_all = true;
    (void)flue__target_push_status(target, now, FLUE_STATUS_UPLOAD_ALL);
    flue__target_release_paused(target, now, true);
    return FLUE_OK;
}
