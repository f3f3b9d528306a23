/* SPDX-License-Identifier: GPL-2.0-or-later
 *
 * Taking one connection over: its state into the engine, and its data in both directions
 * (OFFLOAD-033 to OFFLOAD-046). A refusal leaves everything with the host as it was.
 */
#include <string.h>

#include "chimney/age.h"
#include "target/parts.h"

/* OFFLOAD-033: the target's own copy. */
static bool
copy_buffered(struct target_connection *connection, const struct flue_buffer_list *lists)
{
    for (; lists != NULL; lists = lists->next) {
        struct flue_span span = flue_buffer_list_span(lists);

        if (span.length > 0 && !flue__target_buffer(connection, &span))
            return false;
    }
    return true;
}

static enum flue_status
status_of(enum flue_result result)
{
    switch (result) {
    case FLUE_OK:
        return FLUE_STATUS_SUCCESS;
    case FLUE_ERROR_LIMIT:
        return FLUE_STATUS_OFFLOAD_TCP_ENTRIES;
    case FLUE_ERROR_NO_MEMORY:
        return FLUE_STATUS_RESOURCES;
    default:
        return FLUE_STATUS_FAILURE;
    }
}

/* Lists before SendDataHead and behind SendDataTail bear no data for the wire (OFFLOAD-038): they
 * are queued as empty ones, and complete in their turn. `is_back` undoes it. False: head or tail
 * are not of the chain. Without them all of it is data. */
static bool
empty_outer(struct flue_buffer_list *lists, const struct flue_tcp_delegated *delegated,
            bool is_back)
{
    const struct flue_buffer_list *head = delegated->send_data_head;
    const struct flue_buffer_list *tail = delegated->send_data_tail;
    bool has_met_head = head == NULL;
    bool has_met_tail = tail == NULL;
    bool is_inside = has_met_head;

    for (struct flue_buffer_list *list = lists; list != NULL; list = list->next) {
        if (list == head) {
            has_met_head = true;
            is_inside = true;
        }
        if (!is_inside && is_back) {
            list->buffer.data_length = (uint32_t)(uintptr_t)list->miniport_reserved[0];
        } else if (!is_inside) {
            list->miniport_reserved[0] = (void *)(uintptr_t)list->buffer.data_length;
            list->buffer.data_length = 0;
        }
        if (list == tail) {
            has_met_tail = is_inside;
            is_inside = false;
        }
    }
    return has_met_head && has_met_tail;
}

static enum flue_status
import(struct target_connection *connection, flue_time now, struct flue_block_list *root,
       struct flue_block_list *block)
{
    struct flue_target *target = connection->target;
    const struct target_path *path = connection->path;
    struct flue_tcp_state state = flue__tcp_state(block);
    struct flue_tcp_delegated delegated = *state.delegated;
    struct flue_tcp_const constants = *state.constants;
    struct flue_tcp_import take = {
        .tuple = {.local = path->source,
                  .remote = path->destination,
                  .local_port = state.constants->local_port,
                  .remote_port = state.constants->remote_port,
                  .ip_version = path->ip_version},
        .constants = &constants,
        .cached = state.cached,
        .delegated = &delegated,
        .path_mtu = path->path_mtu,
        .rcv_buffered = connection->io != NULL ? connection->io->bytes : 0,
        .lists = block->net_buffer_list_chain,
        .connection_user = connection,
    };
    enum flue_result result = FLUE_ERROR_INVALID;

    if (connection->is_sack_withheld)
        constants.flags &= (uint16_t)~FLUE_TCP_FLAG_SACK_ENABLED;
    /* The state was right when the call came. */
    flue__tcp_delegated_age(&delegated,
                            flue__target_tick(target, now) - flue__target_call_tick(root));
    if (empty_outer(take.lists, state.delegated, false))
        result = flue_tcp_import(target->engine, now, &take, &connection->tcp);
    if (result != FLUE_OK)
        (void)empty_outer(take.lists, state.delegated, true); /* OFFLOAD-029, OFFLOAD-030 */
    return status_of(result);
}

static void
note_state(struct target_connection *connection, const struct flue_tcp_state *state)
{
    connection->hash_value = state->constants->hash_value;
    connection->rcv_indication_size = state->cached->rcv_indication_size;
    connection->user_priority = state->cached->user_priority & 7;
    connection->is_held = true;
    /* INIT-016, OID-011: blocks that the peer sends are then options like any unknown one. */
    connection->is_sack_withheld =
        connection->target->offered.support_sack != FLUE_OFFLOAD_SUPPORTED &&
        (state->constants->flags & FLUE_TCP_FLAG_SACK_ENABLED) != 0;
    switch (state->delegated->state) {
    case FLUE_TCP_CONNECTION_CLOSE_WAIT:
    case FLUE_TCP_CONNECTION_CLOSING:
    case FLUE_TCP_CONNECTION_LAST_ACK:
        connection->has_fin = true; /* the host saw it */
        connection->is_fin_told = true;
        break;
    default:
        break;
    }
}

/* Reasons against a connection that show before anything is done for it. */
static enum flue_status
judge(struct flue_target *target, flue_time now, struct flue_block_list *block)
{
    const struct flue_target_config *config = &target->config;
    const struct flue_tcp_block *whole = (const struct flue_tcp_block *)block;
    uint32_t entries = target->statistics.connections + flue__target_resting(target, now);

    if (entries >= target->offered.tcp_connection_offload_capacity)
        return FLUE_STATUS_OFFLOAD_TCP_ENTRIES;
    if (target->statistics.connections >= config->max_transmit_buffers)
        return FLUE_STATUS_OFFLOAD_TCP_XMIT_BUFFER;
    if (whole->cached.initial_rcv_wnd > config->max_receive_window)
        return FLUE_STATUS_OFFLOAD_TCP_RCV_WINDOW;
    if (whole->cached.user_priority > 7)
        return FLUE_STATUS_FAILURE;
    if (target->handlers.is_welcome != NULL &&
        !target->handlers.is_welcome(target->user, now, whole))
        return FLUE_STATUS_OFFLOAD_CONNECTION_REJECTED;
    return FLUE_STATUS_SUCCESS;
}

static enum flue_status
fill_tcp(struct target_connection *connection, flue_time now, struct flue_block_list *root,
         struct flue_block_list *block)
{
    struct flue_tcp_state state = flue__tcp_state(block);

    note_state(connection, &state);
    if (!flue__target_reserve_receive(connection, state.cached->initial_rcv_wnd))
        return FLUE_STATUS_OFFLOAD_TCP_RCV_BUFFER;
    if (!copy_buffered(connection, state.delegated->buffered_data))
        return FLUE_STATUS_FAILURE; /* OFFLOAD-034 */
    return import(connection, now, root, block);
}

enum flue_status
flue__target_take_tcp(struct flue_target *target, flue_time now, struct flue_block_list *root,
                      struct flue_block_list *block, struct target_path *path,
                      struct target_object **object)
{
    enum flue_status status = judge(target, now, block);
    struct target_connection *connection;

    if (status != FLUE_STATUS_SUCCESS)
        return status;
    connection = slab_get(&target->connections);
    if (connection == NULL)
        return FLUE_STATUS_RESOURCES;
    memset(connection, 0, sizeof *connection);
    connection->target = target;
    connection->path = path;
    status = fill_tcp(connection, now, root, block);
    if (status != FLUE_STATUS_SUCCESS) {
        (void)flue__target_reserve_receive(connection, 0);
        flue__target_drop_data(connection);
        flue__target_io_settle(connection);
        slab_put(&target->connections, connection);
        return status;
    }
    connection->is_refused = connection->io != NULL; /* OFFLOAD-036: it waits for requests */
    connection->told_backlog =
        flue__target_send_backlog(connection, flue__tcp_state(block).delegated->srtt,
                                  flue__tcp_state(block).delegated->max_snd_wnd);
    connection->backlog_period = (uint16_t)(now / target->config.backlog_period);
    flue__target_watch(connection, now, flue__tcp_state(block).delegated);
    connection->path->connections++;
    target->statistics.connections++;
    target->statistics.offloads++;
    *object = &connection->object;
    return FLUE_STATUS_SUCCESS;
}
