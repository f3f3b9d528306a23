/* SPDX-License-Identifier: GPL-2.0-or-later
 *
 * Query (QUERY rows): current values of any class of any object, into the structures behind the
 * block.
 */
#include <string.h>

#include "target/parts.h"

void
flue__target_read_neighbor(const struct flue_target *target, flue_time now,
                           struct flue_block_list *block, const struct target_neighbor *neighbor)
{
    struct flue_neighbor_state state = flue__neighbor_state(block);

    if (state.constants != NULL) {
        memset(state.constants, 0, sizeof *state.constants);
        state.constants->header.length = sizeof *state.constants;
        memcpy(state.constants->dl_source_address, neighbor->dl_source_address,
               FLUE_DL_ADDRESS_BYTES);
        state.constants->vlan_id = neighbor->vlan_id;
    }
    if (state.cached != NULL) {
        memset(state.cached, 0, sizeof *state.cached);
        state.cached->header.length = sizeof *state.cached;
        memcpy(state.cached->dl_destination_address, neighbor->destination.bytes, FLUE_MAC_BYTES);
        state.cached->host_reachability_delta_ticks = neighbor->hrd_ticks; /* STATE-006 */
    }
    if (state.delegated != NULL) {
        memset(state.delegated, 0, sizeof *state.delegated);
        state.delegated->header.length = sizeof *state.delegated;
        state.delegated->nic_reachability_delta_ticks =
            flue__target_nrd(target, now, neighbor); /* QUERY-009 */
    }
}

/* The addresses point into the path object, which lives as long as it is offloaded. */
static enum flue_status
query_path(struct flue_block_list *block, const struct target_path *path)
{
    struct flue_path_state state = flue__path_state(block);

    if (flue__block_ip_version(block) != path->ip_version)
        return FLUE_STATUS_FAILURE;
    if (state.constants != NULL) {
        memset(state.constants, 0, sizeof *state.constants);
        state.constants->header.length = sizeof *state.constants;
        state.constants->source_address = path->source.bytes;
        state.constants->destination_address = path->destination.bytes;
    }
    if (state.cached != NULL) {
        memset(state.cached, 0, sizeof *state.cached);
        state.cached->header.length = sizeof *state.cached;
        state.cached->path_mtu = path->path_mtu;
    }
    if (state.delegated != NULL) {
        memset(state.delegated, 0, sizeof *state.delegated);
        state.delegated->header.length = sizeof *state.delegated;
    }
    return FLUE_STATUS_SUCCESS;
}

static enum flue_status
query_tcp(flue_time now, struct flue_block_list *block, const struct target_connection *connection)
{
    struct flue_tcp_state state = flue__tcp_state(block);
    struct target_final current;
    const struct target_final *values = connection->final;

    if (connection->tcp != NULL) {
        flue_tcp_export(connection->tcp, now, &current.constants, &current.cached,
                        &current.delegated);
        values = &current;
    }
    if (values == NULL || connection->is_corrupt)
        return FLUE_STATUS_FAILURE; /* it ended when there was no memory to keep its state */
    if (state.constants != NULL) {
        *state.constants = values->constants;
        state.constants->hash_value = connection->hash_value;
        if (connection->is_sack_withheld) /* as given (STATE-005) */
            state.constants->flags |= FLUE_TCP_FLAG_SACK_ENABLED;
    }
    if (state.cached != NULL) {
        *state.cached = values->cached;
        state.cached->rcv_indication_size = connection->rcv_indication_size;
        state.cached->user_priority = connection->user_priority;
    }
    if (state.delegated != NULL) {
        *state.delegated = values->delegated;
        state.delegated->send_data_head = NULL; /* STATE-050: the words behind the counts too */
        state.delegated->send_data_tail = NULL;
        state.delegated->buffered_data = NULL;
        state.delegated->send_backlog_size = flue__target_send_backlog(
            connection, values->delegated.srtt, values->delegated.max_snd_wnd);
        state.delegated->receive_backlog_size =
            connection->io != NULL ? connection->io->bytes : 0; /* STATE-049 */
    }
    return FLUE_STATUS_SUCCESS;
}

enum flue_status
flue__target_query_block(struct flue_target *target, flue_time now, struct flue_block_list *block)
{
    const struct target_object *object = flue__target_named(target, block);

    if (object == NULL || !flue__block_is_sound(block))
        return FLUE_STATUS_FAILURE;
    switch (object->layer) {
    case FLUE_LAYER_NEIGHBOR:
        flue__target_read_neighbor(target, now, block, (const struct target_neighbor *)object);
        return FLUE_STATUS_SUCCESS;
    case FLUE_LAYER_PATH:
        return query_path(block, (const struct target_path *)object);
    default:
        return query_tcp(now, block, (const struct target_connection *)object);
    }
}
