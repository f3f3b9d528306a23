/* SPDX-License-Identifier: GPL-2.0-or-later
 *
 * Is the neighbour still there? Two clocks say when that was last proved: NRT, by what the target
 * saw itself, and HRT, by what the host knows. When a datagram goes out and both are stale, or a
 * segment has been retransmitted too often, the host is asked (EVENT-017 to EVENT-030).
 *
 * Times are ticks of the target's clock, 32 bits, and wrap (EVENT-020).
 */
#include <string.h>

#include "target/parts.h"

void
flue__target_set_nrd(struct flue_target *target, flue_time now, struct target_neighbor *neighbor,
                     uint32_t nrd_ticks)
{
    neighbor->nrt_tick = flue__target_tick(target, now) - nrd_ticks;
}

void
flue__target_set_hrd(struct flue_target *target, flue_time now, struct target_neighbor *neighbor,
                     uint32_t hrd_ticks)
{
    neighbor->hrd_ticks = hrd_ticks;
    neighbor->hrt_tick = flue__target_tick(target, now) - hrd_ticks;
}

uint32_t
flue__target_nrd(const struct flue_target *target, flue_time now,
                 const struct target_neighbor *neighbor)
{
    return flue__target_tick(target, now) - neighbor->nrt_tick;
}

void
flue__target_doubt_neighbor(struct flue_target *target, struct target_neighbor *neighbor)
{
    if (neighbor->is_asking)
        return;
    neighbor->is_asking = true;
    neighbor->asking_next = NULL;
    if (target->last_asking != NULL)
        target->last_asking->asking_next = neighbor;
    else
        target->asking = neighbor;
    target->last_asking = neighbor;
    target->asking_count++;
}

void
flue__target_check_neighbor(struct flue_target *target, flue_time now,
                            struct target_neighbor *neighbor)
{
    uint32_t tick = flue__target_tick(target, now);
    uint32_t stale = target->parameters.nce_stale_ticks;

    if (tick - neighbor->nrt_tick > stale && tick - neighbor->hrt_tick > stale)
        flue__target_doubt_neighbor(target, neighbor);
}

void
flue__target_forget_neighbor(struct flue_target *target, struct target_neighbor *neighbor)
{
    struct target_neighbor *previous = NULL;
    struct target_neighbor *it = target->asking;

    if (!neighbor->is_asking)
        return;
    neighbor->is_asking = false;
    target->asking_count--;
    for (; it != neighbor; it = it->asking_next)
        previous = it;
    if (previous != NULL)
        previous->asking_next = neighbor->asking_next;
    else
        target->asking = neighbor->asking_next;
    if (target->last_asking == neighbor)
        target->last_asking = previous;
}

/* EVENT-023, EVENT-024 */
static void
fill(struct flue_neighbor_block *block, const struct flue_target *target, flue_time now,
     const struct target_neighbor *neighbor)
{
    memset(block, 0, sizeof *block);
    flue_block_list_init(&block->block, FLUE_NEIGHBOR_OFFLOAD_STATE, sizeof *block,
                         neighbor->object.handle);
    block->block.status = FLUE_STATUS_SUCCESS;
    flue__target_read_neighbor(target, now, &block->block, neighbor);
}

bool
flue__target_ask_reachability(struct flue_target *target, flue_time now)
{
    const struct flue_client *client = target->client;
    struct target_neighbor *neighbor = target->asking;
    struct flue_neighbor_block block;

    if (neighbor == NULL || target->initiates > 0)
        return false; /* its offload may be the one in progress (OFFLOAD-050) */
    flue__target_forget_neighbor(target, neighbor);
    fill(&block, target, now, neighbor);
    target->told++;
    client->indicate_offload_event(client->binding, now, &block.block,
                                   FLUE_NEIGHBOR_REACHABILITY_QUERY);
    /* EVENT-026. Memory of an object goes only behind a completion, which is not inside this call.
     */
    flue__target_set_hrd(target, now, neighbor, block.cached.host_reachability_delta_ticks);
    return true;
}
