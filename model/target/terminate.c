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

/* TERM-013, TERM-014: what was received and not delivered goes with the state. */
static enum flue_status
hand_back_received(struct target_connection *connection, struct flue_tcp_delegated *delegated)
{
    struct indication *indication;

    if (connection->io == NULL || connection->io->bytes == 0)
        return FLUE_STATUS_SUCCESS;
    indication = flue__target_lend(connection);
    if (indication == NULL) {
        flue__target_drop_data(connection);
        return FLUE_STATUS_FAILURE; /* TERM-004 */
    }
    delegated->buffered_data = &indication->list;
    return FLUE_STATUS_SUCCESS;
}

static void
forget_lent(struct target_io *io)
{
    for (struct indication *it = io->lent; it != NULL; it = it->next)
        it->connection = NULL;
    io->lent = NULL;
}

/* TERM-005: what belongs to a lost object is aborted, not handed back. */
static void
abort_sends(struct flue_target *target, struct flue_block_list *block,
            struct flue_tcp_delegated *delegated)
{
    struct flue_buffer_list *lists = block->net_buffer_list_chain;

    block->net_buffer_list_chain = NULL;
    delegated->send_data_head = NULL;
    delegated->send_data_tail = NULL;
    while (lists != NULL) {
        struct flue_buffer_list *list = lists;

        lists = lists->next;
        list->status = FLUE_STATUS_REQUEST_ABORTED;
        flue__target_push(&target->sends, list);
    }
}

static void
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
}

static enum flue_status
give_back(struct target_connection *connection, flue_time now, struct flue_block_list *block)
{
    struct flue_tcp_delegated unwanted;
    struct flue_tcp_delegated *delegated = flue__tcp_state(block).delegated;
    enum flue_status status;

    if (delegated == NULL)
        delegated = &unwanted;
    flue__target_place(connection, now); /* TERM-012 */
    fill_delegated(connection, now, delegated);
    block->net_buffer_list_chain = NULL;
    if (connection->tcp != NULL)
        hand_back_sends(connection, now, block, delegated);
    flue__target_end_requests(connection, FLUE_STATUS_UPLOAD_IN_PROGRESS);
    flue__target_end_disconnect(connection, FLUE_STATUS_UPLOAD_IN_PROGRESS);
    if (delegated == &unwanted || connection->is_corrupt)
        flue__target_drop_data(connection); /* the host wants no state, or gets none */
    status = hand_back_received(connection, delegated);
    if (connection->is_corrupt)
        status = FLUE_STATUS_FAILURE;
    if (status == FLUE_STATUS_FAILURE)
        abort_sends(connection->target, block, delegated);
    if (connection->io != NULL)
        forget_lent(connection->io);
    connection->is_leaving = true;
    connection->is_fin_told = true;
    connection->want_abort = false;
    connection->want_retrieve = false;
    flue__target_io_settle(connection);
    connection->target->statistics.uploads++;
    return status;
}

void
flue__target_terminate_block(flue_time now, struct flue_block_list *root,
                             struct flue_block_list *block)
{
    struct target_object *object = flue__block_context(block);
    struct target_connection *connection;

    block->status = FLUE_STATUS_SUCCESS;
    if (block->miniport_offload_context == NULL)
        return;
    if (object == NULL || object->layer != flue__block_layer(block) ||
        !flue__block_is_sound(block)) {
        block->status = FLUE_STATUS_FAILURE;
        return;
    }
    if (object->layer != FLUE_LAYER_TCP)
        return; /* when all that depends on it has gone: flue__target_terminate_end */
    connection = (struct target_connection *)object;
    if (object->is_ending || connection->is_held) { /* the host broke HOST-004 */
        block->status = FLUE_STATUS_FAILURE;
        return;
    }
    object->is_ending = true;
    connection->path->leaving++;
    block->status = give_back(connection, now, block);
    flue__target_keep(root, object);
}

static void
end_lower(struct flue_target *target, flue_time now, struct flue_block_list *root,
          struct flue_block_list *block)
{
    struct target_object *object = flue__block_context(block);
    uint32_t staying;

    if (block->status != FLUE_STATUS_SUCCESS || object == NULL)
        return;
    if (object->layer == FLUE_LAYER_PATH) {
        struct flue_path_delegated *delegated = flue__path_state(block).delegated;

        staying =
            ((struct target_path *)object)->connections - ((struct target_path *)object)->leaving;
        if (delegated != NULL)
            delegated->header.length = sizeof *delegated; /* STATE-014 */
    } else {
        const struct target_neighbor *neighbor = (struct target_neighbor *)object;
        struct flue_neighbor_delegated *delegated = flue__neighbor_state(block).delegated;

        staying = neighbor->paths - neighbor->leaving;
        if (delegated != NULL) {
            delegated->header.length = sizeof *delegated;
            delegated->nic_reachability_delta_ticks =
                flue__target_tick(target, now) - neighbor->nrt_tick;
        }
    }
    /* The host broke HOST-013: something still needs it. */
    if (staying > 0 || object->is_ending) {
        block->status = FLUE_STATUS_FAILURE;
        return;
    }
    object->is_ending = true;
    if (object->layer == FLUE_LAYER_PATH)
        ((struct target_path *)object)->neighbor->leaving++;
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
