/* SPDX-License-Identifier: GPL-2.0-or-later
 *
 * Giving objects back. A connection leaves the engine at its block; what depends on nothing any
 * more is taken out when the whole tree has been walked (HOST-013); the memory goes after the
 * completion (NOTE-027).
 */
#include <string.h>

#include "target/parts.h"

/* A graceful disconnect's own list is not a send: it goes back alone (CLOSE-016). */
static struct flue_buffer_list *
without(struct flue_buffer_list *lists, const struct flue_buffer_list *one)
{
    struct flue_buffer_list **link = &lists;

    while (*link != NULL && *link != one)
        link = &(*link)->next;
    if (*link != NULL)
        *link = (*link)->next;
    return lists;
}

/* TERM-017, TERM-018, TERM-019 */
static void
hand_back_sends(struct target_connection *connection, flue_time now, struct flue_block_list *block,
                struct flue_tcp_delegated *delegated)
{
    struct flue_buffer_list *lists = NULL;
    struct flue_buffer_list *last;

    flue_tcp_surrender(connection->tcp, now, &lists);
    connection->tcp = NULL;
    if (connection->io != NULL && connection->io->disconnect != NULL)
        lists = without(lists, connection->io->disconnect);
    block->net_buffer_list_chain = lists;
    for (last = lists; last != NULL; last = last->next) {
        last->status = FLUE_STATUS_UPLOAD_IN_PROGRESS;
        delegated->send_data_tail = last;
    }
    delegated->send_data_head = lists;
}

void
flue__target_abort_returned(struct flue_target *target, struct flue_block_list *block)
{
    struct flue_tcp_delegated *delegated = flue__tcp_state(block).delegated;
    struct flue_buffer_list *lists = block->net_buffer_list_chain;

    block->net_buffer_list_chain = NULL;
    if (delegated != NULL && !flue__block_is_bare(block)) {
        delegated->send_data_head = NULL;
        delegated->send_data_tail = NULL;
    }
    while (lists != NULL) {
        struct flue_buffer_list *list = lists;

        lists = lists->next;
        list->status = FLUE_STATUS_REQUEST_ABORTED;
        flue__target_push(&target->sends, list);
    }
}

/* False: the connection ended, and there was no memory to keep its last state. */
static bool
fill_delegated(struct target_connection *connection, flue_time now,
               struct flue_tcp_delegated *delegated)
{
    struct flue_tcp_const constants;
    struct flue_tcp_cached cached;

    memset(delegated, 0, sizeof *delegated);
    if (connection->tcp != NULL) {
        flue_tcp_flush_ack(connection->tcp, now); /* TERM-010 */
        flue_tcp_export(connection->tcp, now, &constants, &cached, delegated);
    } else if (connection->final != NULL) {
        *delegated = connection->final->delegated;
    }
    delegated->header.length = sizeof *delegated;
    delegated->send_data_head = NULL;
    delegated->send_data_tail = NULL;
    delegated->buffered_data = NULL;
    return connection->tcp != NULL || connection->final != NULL;
}

static enum flue_status
give_back(struct target_connection *connection, flue_time now, struct flue_block_list *block,
          struct flue_tcp_delegated *delegated)
{
    struct flue_tcp_delegated unwanted;
    bool is_lost = connection->is_corrupt;
    bool is_wanted = delegated != NULL;
    enum flue_status status; /* of what is under way */

    if (!is_wanted)
        delegated = &unwanted;
    flue__target_place(connection, now);
    if (!fill_delegated(connection, now, delegated))
        is_lost = true;
    status = is_lost ? FLUE_STATUS_REQUEST_ABORTED : FLUE_STATUS_UPLOAD_IN_PROGRESS;
    block->net_buffer_list_chain = NULL;
    if (connection->tcp != NULL)
        hand_back_sends(connection, now, block, delegated);
    flue__target_end_requests(connection, status);
    flue__target_end_disconnect(connection, status);
    if (is_lost || !is_wanted)
        flue__target_drop_data(connection); /* the host wants no state, or gets none */
    if (is_lost)
        flue__target_abort_returned(connection->target, block);
    if (connection->io != NULL && connection->io->bytes > 0)
        connection->io->ending = block; /* what is to be done with it: deliver_last */
    connection->is_leaving = true;
    connection->is_fin_told = true;
    connection->want_abort = connection->want_abort && connection->is_aborted; /* EVENT-002 */
    connection->want_retrieve = false;
    flue__target_unsilence(connection);
    connection->target->statistics.uploads++;
    return is_lost ? FLUE_STATUS_FAILURE : FLUE_STATUS_SUCCESS;
}

/* TERM-024. A path or neighbour goes when all that depends on it has: terminate_end. */
enum flue_status
flue__target_terminate_block(struct flue_target *target, flue_time now,
                             struct flue_block_list *root, struct flue_block_list *block)
{
    struct target_object *object = flue__target_named(target, block);
    bool is_bare = flue__block_is_bare(block);
    struct target_connection *connection;

    if (object == NULL || (!is_bare && !flue__block_is_sound(block)))
        return FLUE_STATUS_FAILURE;
    if (object->layer != FLUE_LAYER_TCP)
        return FLUE_STATUS_SUCCESS;
    connection = (struct target_connection *)object;
    if (connection->is_held) /* the host broke HOST-004 */
        return FLUE_STATUS_FAILURE;
    object->is_ending = true;
    connection->path->leaving++;
    flue__target_keep(root, object);
    return give_back(connection, now, block, is_bare ? NULL : flue__tcp_state(block).delegated);
}

static void
fill_lower(const struct flue_target *target, flue_time now, struct flue_block_list *block,
           const struct target_object *object)
{
    struct flue_path_delegated *path = flue__path_state(block).delegated;
    struct flue_neighbor_delegated *neighbor = flue__neighbor_state(block).delegated;

    if (flue__block_is_bare(block))
        return;
    if (path != NULL)
        path->header.length = sizeof *path; /* STATE-014 */
    if (neighbor != NULL) {
        neighbor->header.length = sizeof *neighbor;
        neighbor->nic_reachability_delta_ticks =
            flue__target_nrd(target, now, (const struct target_neighbor *)object);
    }
}

static void
end_lower(struct flue_target *target, flue_time now, struct flue_block_list *root,
          struct flue_block_list *block)
{
    struct target_object *object = flue__target_named(target, block);
    struct target_path *path = (struct target_path *)object;
    const struct target_neighbor *neighbor = (const struct target_neighbor *)object;
    uint32_t staying;

    if (block->status != FLUE_STATUS_SUCCESS)
        return;
    if (object == NULL) { /* named twice */
        block->status = FLUE_STATUS_FAILURE;
        return;
    }
    staying = object->layer == FLUE_LAYER_PATH ? path->connections - path->leaving
                                               : neighbor->paths - neighbor->leaving;
    if (staying > 0) { /* the host broke HOST-013: something still needs it */
        block->status = FLUE_STATUS_FAILURE;
        return;
    }
    fill_lower(target, now, block, object);
    object->is_ending = true;
    if (object->layer == FLUE_LAYER_PATH)
        path->neighbor->leaving++;
    flue__target_keep(root, object);
}

void
flue__target_terminate_end(struct flue_target *target, flue_time now, struct flue_block_list *root)
{
    static const enum flue_layer layers[] = {FLUE_LAYER_PATH, FLUE_LAYER_NEIGHBOR};
    struct flue_block_walk walk;

    for (size_t i = 0; i < sizeof layers / sizeof layers[0]; i++)
        for (struct flue_block_list *block = flue_block_walk_first(&walk, root); block != NULL;
             block = flue_block_walk_next(&walk))
            if (block->miniport_offload_context != NULL && flue__block_layer(block) == layers[i])
                end_lower(target, now, root, block);
}
