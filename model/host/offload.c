/* SPDX-License-Identifier: GPL-2.0-or-later
 *
 * The end of an initiate: each object is on the target or it is not (OFFLOAD-010 to OFFLOAD-032). A
 * refused connection goes on here as if nothing had happened.
 */
#include "chimney/age.h"
#include "host/parts.h"

static bool
is_taken(const struct flue_block_list *block)
{
    return block->status == FLUE_STATUS_SUCCESS ||
           block->status == FLUE_STATUS_OFFLOAD_PARTIAL_SUCCESS;
}

/* A linker names what the target had before. Objects are held until all blocks have been looked at:
 * a refused connection may be the last user of its path. */
static void
note_objects(struct flue_block_list *tree)
{
    struct flue_block_walk walk;

    for (struct flue_block_list *it = flue_block_walk_first(&walk, tree); it != NULL;
         it = flue_block_walk_next(&walk)) {
        struct host_object *object = it->protocol_reserved[0];

        if (flue__block_layer(it) == FLUE_LAYER_TCP)
            continue;
        if (object->state == OBJECT_INITIATING)
            object->state = is_taken(it) ? OBJECT_OFFLOADED : OBJECT_ABSENT;
        object->users++;
    }
}

/* What had to wait for this has its turn. */
static void
release_objects(struct flue_host *host, flue_time now, struct flue_block_list *tree)
{
    for (struct flue_block_list *it = tree; it != NULL; it = it->next_block) {
        struct host_object *neighbor = it->protocol_reserved[0];

        for (struct flue_block_list *below = it->dependent_block_list; below != NULL;
             below = below->next_block) {
            struct host_object *path = below->protocol_reserved[0];

            path->users--;
            flue__host_object_work(host, now, path);
        }
        if (neighbor->state == OBJECT_ABSENT && neighbor->neighbor.relinks > 0)
            flue__host_relink_failed(host, now, neighbor);
        neighbor->users--;
        flue__host_object_work(host, now, neighbor);
    }
}

/* What waited for the end of the move goes down, in the order that keeps the streams in order: the
 * requests for our own old data, segments, sends, and the FIN behind them. */
static void
start_on_target(struct flue_host_connection *connection, flue_time now)
{
    struct flue_provider *provider = connection->adapter->provider;
    struct flue_buffer_list *held;

    if (connection->is_aborting) {
        flue__host_post_disconnect(connection, now, FLUE_TCP_DISCONNECT_ABORTIVE_CLOSE);
        flue__host_attend(connection);
        return;
    }
    flue__host_ask_back(connection, now);
    flue__host_forward_held(connection, now);
    held = flue__host_luggage_sends(connection);
    flue__host_luggage_emptied(connection);
    if (held != NULL)
        (void)provider->tcp_offload_send(provider->adapter, now, flue__host_context(connection),
                                         held);
    if (connection->is_shutdown && !connection->is_send_closed)
        flue__host_post_disconnect(connection, now, FLUE_TCP_DISCONNECT_GRACEFUL_CLOSE);
    flue__host_work_reads(connection, now);
}

static void
note_offloaded(struct flue_host_connection *connection, flue_time now)
{
    struct flue_host *host = connection->host;

    host->statistics.offloads++;
    flue__host_set_owner(connection, FLUE_OWNER_TARGET);
    flue__host_policy_went(connection, now);
    if (connection->adapter->is_uploading_all || connection->adapter->is_to_sleep)
        connection->want_upload = true; /* STATUS-008 */
    start_on_target(connection, now);
    flue__host_connection_work(connection, now);
    flue__host_tell_moved(connection, now);
}

static void
note_refused(struct flue_host_connection *connection, flue_time now, struct flue_tcp_block *block)
{
    struct flue_host *host = connection->host;
    struct host_moved *moved = connection->moved;

    host->statistics.refusals++;
    if (moved->luggage != NULL) {
        connection->received = moved->luggage->handed;
        moved->luggage->handed = (struct chunk_queue){NULL, NULL, 0};
    }
    moved->returned =
        (struct send_chain){block->block.net_buffer_list_chain, block->delegated.send_data_tail};
    flue__tcp_delegated_age(
        &block->delegated,
        flue__ticks_between(moved->since, now, host->config.tcp.ticks_per_second));
    flue__host_take_home(connection, now, &block->delegated);
}

void
flue__host_initiate_complete(struct flue_host *host, flue_time now, struct flue_block_list *tree)
{
    struct flue_block_walk walk;
    struct flue_block_list *block;

    note_objects(tree);
    for (block = flue_block_walk_first(&walk, tree); block != NULL;
         block = flue_block_walk_next(&walk)) {
        if (flue__block_layer(block) != FLUE_LAYER_TCP)
            continue;
        if (is_taken(block))
            note_offloaded(block->protocol_reserved[0], now);
        else
            note_refused(block->protocol_reserved[0], now, (struct flue_tcp_block *)block);
    }
    release_objects(host, now, tree);
    flue__host_free_tree(host, tree);
    host->want_launch = true;
}

enum flue_result
flue_host_offload(struct flue_host_connection *connection, flue_time now)
{
    struct flue_host *host = connection->host;
    struct flue_next_hop hop;
    struct host_adapter *adapter;

    if (!flue__host_can_offload(connection) || connection->is_waiting)
        return FLUE_ERROR_STATE;
    if (!flue__host_next_hop(connection, &hop, &adapter))
        return FLUE_ERROR_UNREACHABLE;
    flue__host_enter(host);
    connection->is_pinned = true;
    flue__host_wait(connection, adapter);
    flue__host_leave(host, now);
    return FLUE_OK;
}
