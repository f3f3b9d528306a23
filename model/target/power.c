/* SPDX-License-Identifier: GPL-2.0-or-later
 *
 * Power: the target sleeps when everything has been taken back (POWER rows), and forgets everything
 * when it is pulled out.
 */
#include <string.h>

#include "target/parts.h"

/* Nothing is here, and nothing is being done. */
static bool
is_empty(const struct flue_target *target)
{
    const struct flue_target_statistics *held = &target->statistics;

    return held->connections == 0 && held->paths == 0 && held->neighbors == 0 &&
           target->operations.first == NULL && target->done.first == NULL &&
           target->paused.first == NULL;
}

enum flue_status
flue__target_set_power(struct flue_target *target, flue_time now, struct flue_oid_request *request)
{
    uint32_t power;

    if (request->length < sizeof power) {
        request->needed = sizeof power;
        return FLUE_STATUS_INVALID_LENGTH;
    }
    memcpy(&power, request->buffer, sizeof power);
    if (power < FLUE_POWER_D0 || power > FLUE_POWER_D3)
        return FLUE_STATUS_INVALID_PARAMETER;
    if (target->is_removed || target->power_request != NULL)
        return FLUE_STATUS_INVALID_STATE;
    request->written = sizeof power;
    if (power != FLUE_POWER_D0 && !is_empty(target)) {
        target->power_request = request; /* POWER-002, POWER-003 */
        flue__target_release_paused(target, now, true);
        return FLUE_STATUS_PENDING;
    }
    target->is_asleep = power != FLUE_POWER_D0;
    return FLUE_STATUS_SUCCESS;
}

bool
flue__target_complete_power(struct flue_target *target, flue_time now)
{
    struct flue_oid_request *request = target->power_request;

    if (request == NULL || !is_empty(target))
        return false;
    target->power_request = NULL;
    target->is_asleep = true;
    target->told++;
    flue_adapter_complete_request(target->ndis, now, request, FLUE_STATUS_SUCCESS); /* POWER-004 */
    return true;
}

void
flue_target_remove(struct flue_target *target, flue_time now)
{
    if (target->is_removed)
        return;
    target->is_removed = true;
    for (uint32_t i = 1; i < target->contexts.size; i++) {
        struct target_object *object = flue__target_object_in(target, i);

        if (object != NULL && object->layer == FLUE_LAYER_TCP && !object->is_ending)
            flue__target_lose((struct target_connection *)object, now);
    }
    flue__target_release_paused(target, now, true);
}
