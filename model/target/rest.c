/* SPDX-License-Identifier: GPL-2.0-or-later
 *
 * Entries that rest: adapters of the BCM577xx's kind use the identifier of a connection again only
 * some time after they have given the connection back, so that nothing late is taken for its
 * successor's. Meanwhile the entry counts as used.
 */
#include "target/parts.h"

static size_t
ring_bytes(const struct flue_target *target)
{
    return target->config.max_connections * sizeof *target->rest.times;
}

bool
flue__target_init_rest(struct flue_target *target)
{
    const struct flue_allocator *allocator = &target->allocator;

    if (target->config.reuse_delay == 0)
        return true;
    target->rest.times = allocator->reallocate(allocator->user, NULL, 0, ring_bytes(target));
    return target->rest.times != NULL;
}

void
flue__target_fini_rest(struct flue_target *target)
{
    const struct flue_allocator *allocator = &target->allocator;

    if (target->rest.times != NULL)
        allocator->reallocate(allocator->user, target->rest.times, ring_bytes(target), 0);
}

void
flue__target_rest(struct flue_target *target, flue_time now)
{
    struct rest *rest = &target->rest;
    uint64_t last = (uint64_t)rest->first + rest->count;

    if (rest->times == NULL)
        return;
    /* Used entries and resting ones are never more than there are, so the ring has room. */
    rest->times[last % target->config.max_connections] = now + target->config.reuse_delay;
    rest->count++;
}

uint32_t
flue__target_resting(struct flue_target *target, flue_time now)
{
    struct rest *rest = &target->rest;

    while (rest->count > 0 && rest->times[rest->first] <= now) {
        rest->first = (rest->first + 1) % target->config.max_connections;
        rest->count--;
    }
    return rest->count;
}
