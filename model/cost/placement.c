/* SPDX-License-Identifier: GPL-2.0-or-later
 *
 * Which core does which work, and which segments it takes as one.
 */
#include "flue/cost.h"

/* A range of a profile that goes beyond the cores is one of the profile's readers' mistakes; here
 * it is cut off, so that every answer is a core. */
static void
set_role(struct flue_placement *placement, enum flue_role role, uint64_t cores, uint64_t first,
         uint64_t count)
{
    if (first >= cores)
        first = 0;
    if (count == 0 || count > cores - first)
        count = cores - first;
    placement->first[role] = (uint32_t)first;
    placement->count[role] = (uint32_t)count;
}

void
flue_placement_init(struct flue_placement *placement, const struct flue_profile *profile)
{
    uint64_t cores = profile->cores == 0 ? 1 : profile->cores;

    set_role(placement, FLUE_ROLE_APPLICATION, cores, profile->application_first,
             profile->application_cores);
    set_role(placement, FLUE_ROLE_INTERRUPT, cores, profile->interrupt_first,
             profile->interrupt_cores);
    set_role(placement, FLUE_ROLE_PROTOCOL, cores, profile->protocol_first,
             profile->protocol_cores);
    for (uint32_t i = 0; i < FLUE_INDIRECTION_ENTRIES; i++)
        placement->indirection[i] = i;
}

uint32_t
flue_placement_core(const struct flue_placement *placement, enum flue_role role, uint32_t hash)
{
    uint32_t entry = placement->indirection[hash % FLUE_INDIRECTION_ENTRIES];

    return placement->first[role] + entry % placement->count[role];
}
