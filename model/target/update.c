/* SPDX-License-Identifier: GPL-2.0-or-later
 *
 * Update (UPDATE rows): cached variables of objects in use, and paths that move to another
 * neighbour. A block is carried out as a whole or not at all (UPDATE-017).
 */
#include <string.h>

#include "target/parts.h"

static void
update_neighbor(struct flue_target *target, flue_time now, struct target_neighbor *neighbor,
                const struct flue_neighbor_cached *cached)
{
    memcpy(neighbor->destination.bytes, cached->dl_destination_address, FLUE_MAC_BYTES);
    flue__target_set_hrd(target, now, neighbor, cached->host_reachability_delta_ticks);
}

/* UPDATE-012. The connections find the new neighbour when they next send; only those that fell
 * silent over the old one are told. */
static void
relink(struct target_path *path, flue_time now, struct target_neighbor *neighbor)
{
    if (path->neighbor == neighbor)
        return;
    path->neighbor->paths--;
    path->neighbor = neighbor;
    neighbor->paths++;
    flue__target_wake_path(path, now);
}

static enum flue_status
update_path(const struct flue_target *target, flue_time now, struct flue_block_list *block,
            struct target_path *path, struct target_neighbor *parent)
{
    const struct flue_path_cached *cached = flue__path_state(block).cached;

    if (flue__block_ip_version(block) != path->ip_version)
        return FLUE_STATUS_FAILURE;
    if (flue__block_is_bare(block))
        cached = NULL;
    if (cached != NULL && (cached->path_mtu == 0 || cached->path_mtu > target->config.max_path_mtu))
        return FLUE_STATUS_FAILURE;
    if (cached != NULL)
        path->path_mtu = cached->path_mtu; /* the engine asks before it sends (UPDATE-004) */
    if (parent != NULL)
        relink(path, now, parent);
    return FLUE_STATUS_SUCCESS;
}

/* The flags that are orders are not part of the state. */
static void
keep_final(struct target_final *final, const struct flue_tcp_cached *cached)
{
    uint32_t window = final->cached.initial_rcv_wnd;

    if ((cached->flags & FLUE_TCP_FLAG_UPDATE_RCV_WND) != 0)
        window = cached->initial_rcv_wnd;
    final->cached = *cached;
    final->cached.initial_rcv_wnd = window;
    final->cached.flags &= FLUE_TCP_FLAG_KEEP_ALIVE_ENABLED | FLUE_TCP_FLAG_NAGLING_ENABLED;
}

static enum flue_status
update_cached(const struct flue_target *target, flue_time now, struct target_connection *connection,
              const struct flue_tcp_cached *cached)
{
    bool has_window = (cached->flags & FLUE_TCP_FLAG_UPDATE_RCV_WND) != 0;
    uint32_t reserved = connection->receive_bytes;

    if (cached->user_priority > 7 ||
        (has_window && cached->initial_rcv_wnd > target->config.max_receive_window) ||
        (has_window && !flue__target_reserve_receive(connection, cached->initial_rcv_wnd)))
        return FLUE_STATUS_FAILURE;
    if (connection->tcp != NULL && flue_tcp_update(connection->tcp, now, cached) != FLUE_OK) {
        (void)flue__target_reserve_receive(connection, reserved);
        return FLUE_STATUS_FAILURE;
    }
    if (connection->final != NULL)
        keep_final(connection->final, cached);
    connection->user_priority = cached->user_priority;
    connection->rcv_indication_size = cached->rcv_indication_size;
    return FLUE_STATUS_SUCCESS;
}

/* UPDATE-014: a connection stays on its path. */
static enum flue_status
update_tcp(const struct flue_target *target, flue_time now, struct flue_block_list *block,
           struct target_connection *connection, const struct target_object *parent)
{
    const struct flue_tcp_cached *cached = flue__tcp_state(block).cached;

    if (connection->is_held || (parent != NULL && parent != &connection->path->object))
        return FLUE_STATUS_FAILURE;
    if (cached == NULL || flue__block_is_bare(block))
        return FLUE_STATUS_SUCCESS;
    return update_cached(target, now, connection, cached);
}

enum flue_status
flue__target_update_block(struct flue_target *target, flue_time now, struct flue_block_list *block,
                          uint32_t depth)
{
    struct operation_progress *progress = &target->progress;
    struct target_object *object = flue__target_named(target, block);
    struct target_object *parent = depth > 0 ? progress->objects[depth - 1] : NULL;
    bool is_bare = flue__block_is_bare(block);

    progress->objects[depth] = object;
    if (object == NULL ||
        (!is_bare && (!flue__block_is_sound(block) || !flue__block_lengths_are_right(block, true))))
        return FLUE_STATUS_FAILURE;
    switch (object->layer) {
    case FLUE_LAYER_NEIGHBOR: {
        const struct flue_neighbor_cached *cached = flue__neighbor_state(block).cached;

        if (cached != NULL && !is_bare)
            update_neighbor(target, now, (struct target_neighbor *)object, cached);
        return FLUE_STATUS_SUCCESS;
    }
    case FLUE_LAYER_PATH:
        return update_path(target, now, block, (struct target_path *)object,
                           (struct target_neighbor *)parent);
    default:
        return update_tcp(target, now, block, (struct target_connection *)object, parent);
    }
}
