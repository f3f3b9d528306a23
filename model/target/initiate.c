/* SPDX-License-Identifier: GPL-2.0-or-later
 *
 * Taking objects over: one block at a time, each with its own status (OFFLOAD-010 to OFFLOAD-032).
 * A shortage at one block leaves its siblings their chance; any other refusal ends the walk
 * (NOTE-021).
 */
#include <string.h>

#include "chimney/age.h"
#include "target/parts.h"

/* The status of a linker until the end of the walk: what it says then differs from a new block's.
 */
#define LINKER FLUE_STATUS_PENDING

/* Refusals that say "no room", after which the walk goes on (OFFLOAD-026). */
static bool
is_shortage(enum flue_status status)
{
    switch (status) {
    case FLUE_STATUS_RESOURCES:
    case FLUE_STATUS_OFFLOAD_TCP_ENTRIES:
    case FLUE_STATUS_OFFLOAD_PATH_ENTRIES:
    case FLUE_STATUS_OFFLOAD_NEIGHBOR_ENTRIES:
    case FLUE_STATUS_OFFLOAD_HW_ADDRESS_ENTRIES:
    case FLUE_STATUS_OFFLOAD_IP_ADDRESS_ENTRIES:
    case FLUE_STATUS_OFFLOAD_TCP_XMIT_BUFFER:
    case FLUE_STATUS_OFFLOAD_TCP_RCV_BUFFER:
    case FLUE_STATUS_OFFLOAD_VLAN_ENTRIES:
        return true;
    default:
        return false;
    }
}

static bool
is_zero(const uint8_t *bytes, size_t length)
{
    for (size_t i = 0; i < length; i++)
        if (bytes[i] != 0)
            return false;
    return true;
}

static enum flue_status
take_neighbor(struct flue_target *target, flue_time now, struct flue_block_list *block,
              struct target_object **object)
{
    struct flue_neighbor_state state = flue__neighbor_state(block);
    const struct flue_mac *own = &target->config.mac;
    struct target_neighbor *neighbor;
    bool has_source;

    if (block->header.type != FLUE_NEIGHBOR_OFFLOAD_STATE)
        return FLUE_STATUS_FAILURE;
    if (target->statistics.neighbors >= target->config.max_neighbors)
        return FLUE_STATUS_OFFLOAD_NEIGHBOR_ENTRIES;
    has_source = !is_zero(state.constants->dl_source_address, FLUE_DL_ADDRESS_BYTES);
    if (has_source && memcmp(state.constants->dl_source_address, own->bytes, FLUE_MAC_BYTES) != 0)
        return FLUE_STATUS_OFFLOAD_HW_ADDRESS_ENTRIES;
    neighbor = slab_get(&target->neighbors);
    if (neighbor == NULL)
        return FLUE_STATUS_RESOURCES;
    memset(neighbor, 0, sizeof *neighbor);
    neighbor->object.layer = FLUE_LAYER_NEIGHBOR;
    neighbor->vlan_id = state.constants->vlan_id & 0xFFF;
    neighbor->source = *own; /* DlSourceAddress is the same, if it was given (STATE-033) */
    memcpy(neighbor->destination.bytes, state.cached->dl_destination_address, FLUE_MAC_BYTES);
    memcpy(neighbor->dl_source_address, state.constants->dl_source_address, FLUE_DL_ADDRESS_BYTES);
    neighbor->hrd_ticks = state.cached->host_reachability_delta_ticks;
    neighbor->nrt_tick =
        flue__target_tick(target, now) - state.delegated->nic_reachability_delta_ticks;
    target->statistics.neighbors++;
    *object = &neighbor->object;
    return FLUE_STATUS_SUCCESS;
}

static enum flue_status
take_path(struct flue_target *target, struct flue_block_list *block, struct target_object *parent,
          struct target_object **object)
{
    struct flue_path_state state = flue__path_state(block);
    uint8_t ip_version = flue__block_ip_version(block);
    size_t address_bytes = ip_version == 4 ? 4 : 16; /* STATE-013 */
    struct target_path *path;

    if (block->header.type != FLUE_IP4_OFFLOAD_STATE &&
        block->header.type != FLUE_IP6_OFFLOAD_STATE)
        return FLUE_STATUS_FAILURE;
    if (target->statistics.paths >= target->config.max_paths)
        return FLUE_STATUS_OFFLOAD_PATH_ENTRIES;
    if (state.cached->path_mtu > target->config.max_path_mtu)
        return FLUE_STATUS_OFFLOAD_PATH_MTU;
    path = slab_get(&target->paths);
    if (path == NULL)
        return FLUE_STATUS_RESOURCES;
    memset(path, 0, sizeof *path);
    path->object.layer = FLUE_LAYER_PATH;
    path->neighbor = (struct target_neighbor *)parent;
    path->path_mtu = state.cached->path_mtu;
    path->next_ip_id = 0x8000;
    path->ip_version = ip_version;
    memcpy(path->source.bytes, state.constants->source_address, address_bytes);
    memcpy(path->destination.bytes, state.constants->destination_address, address_bytes);
    path->neighbor->paths++;
    target->statistics.paths++;
    *object = &path->object;
    return FLUE_STATUS_SUCCESS;
}

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

static enum flue_status
import(struct target_connection *connection, flue_time now, struct flue_block_list *root,
       struct flue_block_list *block)
{
    struct flue_target *target = connection->target;
    const struct target_path *path = connection->path;
    struct flue_tcp_state state = flue__tcp_state(block);
    struct flue_tcp_delegated delegated = *state.delegated;
    struct flue_tcp_import take = {
        .tuple = {.local = path->source,
                  .remote = path->destination,
                  .local_port = state.constants->local_port,
                  .remote_port = state.constants->remote_port,
                  .ip_version = path->ip_version},
        .constants = state.constants,
        .cached = state.cached,
        .delegated = &delegated,
        .path_mtu = path->path_mtu,
        .rcv_buffered = connection->io != NULL ? connection->io->bytes : 0,
        .lists = block->net_buffer_list_chain,
        .connection_user = connection,
    };

    /* The state was right when the call came. */
    flue__tcp_delegated_age(&delegated,
                            flue__target_tick(target, now) - flue__target_call_tick(root));
    return status_of(flue_tcp_import(target->engine, now, &take, &connection->tcp));
}

static void
note_state(struct target_connection *connection, const struct flue_tcp_state *state)
{
    connection->hash_value = state->constants->hash_value;
    connection->rcv_indication_size = state->cached->rcv_indication_size;
    connection->user_priority = state->cached->user_priority & 7;
    connection->is_held = true;
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

static enum flue_status
take_tcp(struct flue_target *target, flue_time now, struct flue_block_list *root,
         struct flue_block_list *block, struct target_object *parent, struct target_object **object)
{
    struct flue_tcp_state state = flue__tcp_state(block);
    struct target_connection *connection;
    enum flue_status status;

    if (block->header.type != FLUE_TCP_OFFLOAD_STATE)
        return FLUE_STATUS_FAILURE;
    if (target->statistics.connections >= target->config.max_connections)
        return FLUE_STATUS_OFFLOAD_TCP_ENTRIES;
    if (state.cached->initial_rcv_wnd > target->config.max_receive_window)
        return FLUE_STATUS_OFFLOAD_TCP_RCV_WINDOW;
    connection = slab_get(&target->connections);
    if (connection == NULL)
        return FLUE_STATUS_RESOURCES;
    memset(connection, 0, sizeof *connection);
    connection->object.layer = FLUE_LAYER_TCP;
    connection->target = target;
    connection->path = (struct target_path *)parent;
    note_state(connection, &state);
    status = FLUE_STATUS_FAILURE; /* OFFLOAD-034 */
    if (copy_buffered(connection, state.delegated->buffered_data))
        status = import(connection, now, root, block);
    if (status != FLUE_STATUS_SUCCESS) {
        flue__target_drop_data(connection);
        flue__target_io_settle(connection);
        slab_put(&target->connections, connection);
        return status;
    }
    connection->is_refused = connection->io != NULL; /* OFFLOAD-036: it waits for requests */
    connection->path->connections++;
    target->statistics.connections++;
    target->statistics.offloads++;
    flue__target_keep(root, &connection->object);
    *object = &connection->object;
    return FLUE_STATUS_SUCCESS;
}

/* OFFLOAD-007: from here on the connection is the target's. */
static void
start(flue_time now, struct target_object *object)
{
    if (object->layer == FLUE_LAYER_TCP)
        flue_tcp_resume(((struct target_connection *)object)->tcp, now);
}

static enum flue_status
take_new(struct flue_target *target, flue_time now, struct flue_block_list *root,
         struct flue_block_list *block, struct target_object *parent, struct target_object **object)
{
    switch (flue__block_layer(block)) {
    case FLUE_LAYER_NEIGHBOR:
        return take_neighbor(target, now, block, object);
    case FLUE_LAYER_PATH:
        return take_path(target, block, parent, object);
    case FLUE_LAYER_TCP:
        return take_tcp(target, now, root, block, parent, object);
    default:
        return FLUE_STATUS_FAILURE;
    }
}

/* A linker must name an object of its layer that hangs where the tree says (STATE-021). */
static bool
is_linker_right(const struct target_object *object, uint32_t depth,
                const struct target_object *parent)
{
    if (object->layer != depth + FLUE_LAYER_NEIGHBOR || object->layer == FLUE_LAYER_TCP)
        return false;
    if (object->layer == FLUE_LAYER_PATH && parent != NULL)
        return &((const struct target_path *)object)->neighbor->object == parent;
    return true;
}

void
flue__target_initiate_block(struct flue_target *target, flue_time now, struct flue_block_list *root,
                            struct flue_block_list *block, uint32_t depth)
{
    struct operation_progress *progress = &target->progress;
    struct target_object *parent = depth > 0 ? progress->objects[depth - 1] : NULL;
    struct target_object *object = flue__block_context(block);
    bool is_new = block->miniport_offload_context != NULL && object == NULL;

    progress->objects[depth] = NULL;
    if (block->miniport_offload_context == NULL) {
        block->status = FLUE_STATUS_SUCCESS; /* OFFLOAD-032 */
        return;
    }
    block->status = FLUE_STATUS_FAILURE;
    if (progress->is_stopped)
        return;
    if (!is_new) {
        if (is_linker_right(object, depth, parent))
            block->status = LINKER;
    } else if (flue__block_is_sound(block) &&
               flue__block_layer(block) == depth + FLUE_LAYER_NEIGHBOR &&
               (depth == 0 || parent != NULL)) {
        block->status = take_new(target, now, root, block, parent, &object);
    }
    if (block->status != FLUE_STATUS_SUCCESS && block->status != LINKER) {
        if (is_new && flue__block_layer(block) == FLUE_LAYER_TCP)
            target->statistics.refusals++;
        progress->is_stopped = block == root || !is_shortage(block->status); /* OFFLOAD-028 */
        return;
    }
    progress->objects[depth] = object;
    if (is_new) {
        object->handle = block->offload_handle;
        *block->miniport_offload_context = object;
        start(now, object);
    }
}

/* The status of a block that was taken over, by what became of its dependants (NOTE-023). */
static void
settle_status(struct flue_block_list *block)
{
    bool is_linker = block->status == LINKER;
    uint32_t taken = 0;
    uint32_t refused = 0;

    if (block->miniport_offload_context == NULL ||
        (block->status != FLUE_STATUS_SUCCESS && !is_linker))
        return;
    for (const struct flue_block_list *it = block->dependent_block_list; it != NULL;
         it = it->next_block) {
        if (it->status == FLUE_STATUS_SUCCESS || it->status == FLUE_STATUS_OFFLOAD_PARTIAL_SUCCESS)
            taken++;
        else
            refused++;
    }
    if (refused == 0)
        block->status = FLUE_STATUS_SUCCESS;
    else if (is_linker && taken == 0)
        block->status = FLUE_STATUS_FAILURE;
    else
        block->status = FLUE_STATUS_OFFLOAD_PARTIAL_SUCCESS;
}

/* OFFLOAD-003: a status in every block; OFFLOAD-010, OFFLOAD-011, OFFLOAD-031: what it says of the
 * dependants, the lower layer after the one above it. */
void
flue__target_initiate_end(struct flue_block_list *root)
{
    struct flue_block_walk walk;
    struct flue_block_list *block;

    for (block = flue_block_walk_first(&walk, root); block != NULL;
         block = flue_block_walk_next(&walk))
        if (block->status == FLUE_STATUS_UNWRITTEN)
            block->status =
                block->miniport_offload_context == NULL ? FLUE_STATUS_SUCCESS : FLUE_STATUS_FAILURE;
    for (struct flue_block_list *neighbor = root; neighbor != NULL;
         neighbor = neighbor->next_block) {
        for (struct flue_block_list *path = neighbor->dependent_block_list; path != NULL;
             path = path->next_block)
            settle_status(path);
        settle_status(neighbor);
    }
}
