/* SPDX-License-Identifier: GPL-2.0-or-later
 *
 * Taking connections back (TERM rows): ask for the termination, and when it is complete put state,
 * data and whatever waited back into the engine. No byte is lost or doubled: sends come back in
 * stream order, received data in front of what the engine will deliver.
 */
#include <string.h>

#include "host/parts.h"

/* A termination must not fail for want of memory: one at a time an adapter can always do, and the
 * others wait for its block. */
static struct flue_tcp_delegated_block *
take_block(struct flue_host_connection *connection)
{
    struct host_adapter *adapter = connection->adapter;
    struct flue_tcp_delegated_block *block = slab_get(&connection->host->tcp_blocks);

    if (block != NULL)
        return block;
    if (!adapter->is_spare_out) {
        adapter->is_spare_out = true;
        return &adapter->spare;
    }
    if (!connection->moved->is_short) {
        connection->moved->is_short = true;
        connection->waiting_next = adapter->short_of;
        adapter->short_of = connection;
    }
    return NULL;
}

static void
give_block_back(struct host_adapter *adapter, struct flue_tcp_delegated_block *block)
{
    struct flue_host_connection *next = adapter->short_of;

    if (block == &adapter->spare)
        adapter->is_spare_out = false;
    else
        slab_put(&adapter->host->tcp_blocks, block);
    if (next == NULL)
        return;
    adapter->short_of = next->waiting_next;
    next->moved->is_short = false;
    flue__host_attend(next);
}

static void
terminate(struct flue_host_connection *connection, flue_time now,
          struct flue_tcp_delegated_block *block)
{
    struct flue_provider *provider = connection->adapter->provider;

    flue_block_list_init(&block->block, FLUE_TCP_OFFLOAD_DELEGATED_STATE, sizeof *block,
                         &connection->handle);
    memset(&block->delegated, 0, sizeof block->delegated);
    block->delegated.header.length = sizeof block->delegated;
    block->block.protocol_reserved[0] = connection;
    provider->terminate_offload(provider->adapter, now, &block->block);
}

void
flue__host_start_upload(struct flue_host_connection *connection, flue_time now)
{
    struct flue_tcp_delegated_block *block = take_block(connection);

    connection->want_upload = block == NULL; /* and nothing else begins there */
    if (block == NULL)
        return;
    flue__host_set_owner(connection, FLUE_OWNER_UPLOADING);
    flue__host_tell_moved(connection, now);
    terminate(connection, now, block);
}

/* HOST-018. False: no memory, data is lost. */
static bool
keep_buffered(struct flue_host_connection *connection, flue_time now,
              struct flue_buffer_list *lists)
{
    struct flue_provider *provider = connection->adapter->provider;
    bool kept = true;

    if (lists == NULL)
        return true;
    for (const struct flue_buffer_list *list = lists; list != NULL; list = list->next) {
        struct flue_span span = flue_buffer_list_span(list);

        if (span.length > 0 && !connection->is_closed)
            kept &= flue__host_append(connection->host, &connection->received, &span);
    }
    (void)provider->tcp_offload_receive_return(provider->adapter, now, lists);
    return kept;
}

/* HOST-019. What the target had acknowledged of them is the application's news first. */
static void
keep_returned(struct flue_host_connection *connection, flue_time now,
              struct flue_buffer_list *lists)
{
    while (lists != NULL) {
        struct flue_buffer_list *list = lists;

        lists = lists->next;
        flue__host_settle_send((struct host_send *)list, now);
        flue__host_chain_insert(&connection->moved->returned, list);
    }
}

/* The target says that the connection has ended, or cannot go on. */
static bool
has_ended(const struct flue_host_connection *connection, const struct flue_tcp_delegated *delegated,
          enum flue_result *reason)
{
    bool is_timed_out =
        connection->is_retrieved && connection->retrieve_reason == FLUE_UPLOAD_TIMEOUT_EXPIRATION;

    *reason = FLUE_OK;
    if (is_timed_out)
        *reason = FLUE_ERROR_TIMED_OUT;
    else if (connection->is_retrieved && !flue__host_is_over(connection))
        *reason = FLUE_ERROR_RESET; /* the peer opens the connection anew (BLIND-005) */
    return is_timed_out || delegated->state == FLUE_TCP_CONNECTION_CLOSED;
}

static enum flue_result
import(struct flue_host_connection *connection, flue_time now,
       const struct flue_tcp_delegated *delegated)
{
    struct host_moved *moved = connection->moved;
    struct flue_tcp_import take = {
        .tuple = connection->tuple,
        .constants = &moved->constants,
        .cached = &moved->cached,
        .delegated = delegated,
        .path_mtu = connection->path->path.mtu,
        .rcv_buffered = connection->received.bytes,
        .lists = moved->returned.first,
        .send_shutdown = connection->is_shutdown,
        .connection_user = connection,
    };
    enum flue_result result =
        flue_tcp_import(connection->host->engine, now, &take, &connection->tcp);

    if (result == FLUE_OK)
        moved->returned = (struct send_chain){NULL, NULL};
    return result;
}

static bool
has_peer_closed(enum flue_tcp_connection_state state)
{
    return state == FLUE_TCP_CONNECTION_CLOSE_WAIT || state == FLUE_TCP_CONNECTION_CLOSING ||
           state == FLUE_TCP_CONNECTION_LAST_ACK || state == FLUE_TCP_CONNECTION_TIME_WAIT;
}

/* HOST-008: what arrived during the move is handled now. */
static void
replay_segments(struct flue_host_connection *connection, flue_time now,
                struct host_segment *segment)
{
    struct flue_host *host = connection->host;

    while (segment != NULL) {
        struct host_segment *next = segment->next;

        if (connection->tcp != NULL)
            flue_tcp_input(host->engine, now, &connection->tuple, &segment->segment);
        flue__host_free_segment(host, segment);
        segment = next;
    }
}

/* The state is in the engine: what the application must hear, then what the engine must. */
static void
resume(struct flue_host_connection *connection, flue_time now,
       const struct flue_tcp_delegated *delegated)
{
    if (has_peer_closed(delegated->state))
        flue__host_note_peer_closed(connection, now);
    if (delegated->state == FLUE_TCP_CONNECTION_TIME_WAIT && connection->tcp != NULL)
        flue__host_wait_alone(connection, now, connection->tcp);
    else if (connection->tcp != NULL)
        flue_tcp_resume(connection->tcp, now);
}

/* False: the connection has ended, and the application has heard it. */
static bool
come_back(struct flue_host_connection *connection, flue_time now,
          const struct flue_tcp_delegated *delegated)
{
    struct host_moved *moved = connection->moved;
    enum flue_result reason;

    flue__host_chain_append(&moved->returned, flue__host_luggage_sends(connection));
    if (!has_ended(connection, delegated, &reason)) {
        reason = import(connection, now, delegated);
        if (reason == FLUE_OK)
            return true;
        /* A TIME_WAIT that there is no room for is not waited out; all else is done. */
        if (delegated->state == FLUE_TCP_CONNECTION_TIME_WAIT)
            reason = FLUE_OK;
    }
    /* CLOSED, and no reset was told: both FINs were acknowledged. */
    if (has_peer_closed(delegated->state) || delegated->state == FLUE_TCP_CONNECTION_CLOSED)
        flue__host_note_peer_closed(connection, now);
    flue__host_finish(connection, now, reason);
    flue__host_free_sends(moved->returned.first);
    flue__host_free_sends(flue__host_luggage_sends(connection));
    return false;
}

void
flue__host_take_home(struct flue_host_connection *connection, flue_time now,
                     const struct flue_tcp_delegated *delegated)
{
    struct flue_host *host = connection->host;
    struct host_moved *moved = connection->moved;
    struct host_object *path = connection->path;
    bool was_ended = connection->is_ended;
    bool is_back = come_back(connection, now, delegated);
    struct host_segment *segments = flue__host_luggage_segments(connection);

    connection->adapter->away--;
    connection->adapter->away_by_family[connection->tuple.ip_version == 6]--;
    flue__host_policy_came(connection, now);
    flue__host_drop_handed(connection);
    flue__host_luggage_emptied(connection);
    flue__host_moved_remove(connection);
    connection->moved = NULL;
    connection->path = NULL;
    slab_put(&host->moves, moved);
    connection->handle.miniport_offload_context = NULL;
    connection->is_retrieved = false;
    connection->is_sends_stopped = false;
    connection->is_reads_stopped = false;
    flue__host_set_owner(connection, FLUE_OWNER_HOST);
    flue__host_release_path(host, now, path);
    host->want_tell = true;
    flue__host_tell_moved(connection, now);
    if (is_back && was_ended && connection->tcp != NULL)
        flue_tcp_abort(connection->tcp, now); /* it ended while it was away */
    else if (is_back)
        resume(connection, now, delegated);
    flue__host_work_reads(connection, now);
    replay_segments(connection, now, segments);
}

static void
take_connection_back(struct flue_host_connection *connection, flue_time now,
                     struct flue_tcp_delegated_block *block)
{
    struct flue_host *host = connection->host;
    struct host_adapter *adapter = connection->adapter;
    struct flue_tcp_delegated delegated;
    uint32_t unread = connection->received.bytes;
    bool kept = block->block.status == FLUE_STATUS_SUCCESS;

    if (!kept && !connection->moved->is_lost) {
        /* TERM-005: hardware that has lost it keeps it, and what is under way, until the next. */
        connection->moved->is_lost = true;
        terminate(connection, now, block);
        return;
    }
    host->statistics.uploads++;
    flue__host_worked(host, now, FLUE_COST_STATE_MOVE, 1);
    if (kept) {
        keep_returned(connection, now, block->block.net_buffer_list_chain);
        kept = keep_buffered(connection, now, block->delegated.buffered_data);
    }
    if (!kept) { /* TERM-004: the connection is lost */
        block->delegated.state = FLUE_TCP_CONNECTION_CLOSED;
        flue__host_finish(connection, now, FLUE_ERROR_ABORTED);
    }
    /* Before the end of the connection, if this is one, is told. */
    if (connection->received.bytes > unread)
        flue__host_tell_readable(connection, now);
    delegated = block->delegated;
    give_block_back(adapter, block);
    flue__host_take_home(connection, now, &delegated);
}

void
flue__host_terminate_complete(struct flue_host *host, flue_time now, struct flue_block_list *tree)
{
    if (flue__block_layer(tree) != FLUE_LAYER_TCP) {
        flue__host_objects_terminated(host, now, tree);
        return;
    }
    take_connection_back(tree->protocol_reserved[0], now, (struct flue_tcp_delegated_block *)tree);
}

enum flue_result
flue_host_upload(struct flue_host_connection *connection, flue_time now)
{
    struct flue_host *host = connection->host;

    if (connection->owner != FLUE_OWNER_TARGET || connection->is_closed)
        return FLUE_ERROR_STATE;
    flue__host_enter(host);
    connection->is_pinned = true;
    connection->want_upload = true;
    flue__host_attend(connection);
    flue__host_leave(host, now);
    return FLUE_OK;
}
