/* SPDX-License-Identifier: GPL-2.0-or-later
 *
 * Taking objects over: one block at a time, each with its own status (OFFLOAD-010 to OFFLOAD-032).
 * A shortage at one block leaves its siblings their chance; any other refusal ends the walk
 * (NOTE-021).
 */
#include <string.h>

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
    case FLUE_STATUS_OFFLOAD_CONNECTION_REJECTED: /* it says nothing of the others */
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

/* DlSourceAddress must be our own or one that can be taken on (STATE-033). */
static enum flue_status
choose_source(struct flue_target *target, const uint8_t *dl_source_address, struct flue_mac *source)
{
    struct address_key key;

    *source = target->config.mac;
    if (is_zero(dl_source_address, FLUE_DL_ADDRESS_BYTES) ||
        memcmp(dl_source_address, source->bytes, FLUE_MAC_BYTES) == 0)
        return FLUE_STATUS_SUCCESS;
    memcpy(source->bytes, dl_source_address, FLUE_MAC_BYTES);
    key = flue__target_mac_key(source);
    return flue__target_use_address(&target->macs, &key) ? FLUE_STATUS_SUCCESS
                                                         : FLUE_STATUS_OFFLOAD_HW_ADDRESS_ENTRIES;
}

static enum flue_status
take_neighbor(struct flue_target *target, flue_time now, struct flue_block_list *block,
              struct target_object **object)
{
    struct flue_neighbor_state state = flue__neighbor_state(block);
    struct target_neighbor *neighbor;
    enum flue_status status;

    if (target->statistics.neighbors >= target->config.max_neighbors)
        return FLUE_STATUS_OFFLOAD_NEIGHBOR_ENTRIES;
    neighbor = slab_get(&target->neighbors);
    if (neighbor == NULL)
        return FLUE_STATUS_RESOURCES;
    memset(neighbor, 0, sizeof *neighbor);
    neighbor->vlan_id = state.constants->vlan_id & 0xFFF;
    status = flue__target_use_vlan(target, neighbor->vlan_id);
    if (status == FLUE_STATUS_SUCCESS) {
        status = choose_source(target, state.constants->dl_source_address, &neighbor->source);
        if (status != FLUE_STATUS_SUCCESS)
            flue__target_unuse_vlan(target, neighbor->vlan_id);
    }
    if (status != FLUE_STATUS_SUCCESS) {
        slab_put(&target->neighbors, neighbor);
        return status;
    }
    memcpy(neighbor->destination.bytes, state.cached->dl_destination_address, FLUE_MAC_BYTES);
    memcpy(neighbor->dl_source_address, state.constants->dl_source_address, FLUE_DL_ADDRESS_BYTES);
    flue__target_set_hrd(target, now, neighbor, state.cached->host_reachability_delta_ticks);
    flue__target_set_nrd(target, now, neighbor, state.delegated->nic_reachability_delta_ticks);
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
    struct address_key key;

    if (state.constants->source_address == NULL || state.constants->destination_address == NULL)
        return FLUE_STATUS_FAILURE;
    /* INIT-019: no address family that is not offered */
    if ((ip_version == 4 ? target->offered.support_ipv4 : target->offered.support_ipv6) !=
        FLUE_OFFLOAD_SUPPORTED)
        return FLUE_STATUS_FAILURE;
    if (target->statistics.paths >= target->config.max_paths)
        return FLUE_STATUS_OFFLOAD_PATH_ENTRIES;
    if (state.cached->path_mtu > target->config.max_path_mtu)
        return FLUE_STATUS_OFFLOAD_PATH_MTU;
    if (state.cached->path_mtu == 0)
        return FLUE_STATUS_FAILURE;
    path = slab_get(&target->paths);
    if (path == NULL)
        return FLUE_STATUS_RESOURCES;
    memset(path, 0, sizeof *path);
    path->neighbor = (struct target_neighbor *)parent;
    path->path_mtu = state.cached->path_mtu;
    path->next_ip_id = 0x8000;
    path->ip_version = ip_version;
    memcpy(path->source.bytes, state.constants->source_address, address_bytes);
    memcpy(path->destination.bytes, state.constants->destination_address, address_bytes);
    key = flue__target_ip_key(path);
    if (!flue__target_use_address(&target->ips, &key)) {
        slab_put(&target->paths, path);
        return FLUE_STATUS_OFFLOAD_IP_ADDRESS_ENTRIES;
    }
    path->neighbor->paths++;
    target->statistics.paths++;
    *object = &path->object;
    return FLUE_STATUS_SUCCESS;
}

/* The objects may be many: what belongs to all of them is counted here. */
static bool
has_room(struct flue_target *target)
{
    const struct flue_target_statistics *now = &target->statistics;
    uint64_t objects = (uint64_t)now->neighbors + now->paths + now->connections;

    return objects < target->config.max_contexts && flue__target_reserve_context(target);
}

/* A new object; a path needs its neighbour, a connection its path. */
static enum flue_status
take_new(struct flue_target *target, flue_time now, struct flue_block_list *root,
         struct flue_block_list *block, struct target_object *parent, struct target_object **object)
{
    enum flue_layer layer = flue__block_layer(block);
    enum flue_status status;

    if (!flue__block_is_whole(block) || (layer == FLUE_LAYER_NEIGHBOR) != (parent == NULL))
        return FLUE_STATUS_FAILURE;
    if (!has_room(target))
        return FLUE_STATUS_RESOURCES;
    if (layer == FLUE_LAYER_NEIGHBOR)
        status = take_neighbor(target, now, block, object);
    else if (layer == FLUE_LAYER_PATH)
        status = take_path(target, block, parent, object);
    else
        status =
            flue__target_take_tcp(target, now, root, block, (struct target_path *)parent, object);
    if (status == FLUE_STATUS_SUCCESS) {
        (*object)->layer = (uint8_t)layer;
        (*object)->handle = block->offload_handle; /* STATE-016, STATE-018 */
        *block->miniport_offload_context = flue__target_give_context(target, *object);
    }
    if (layer == FLUE_LAYER_TCP && status != FLUE_STATUS_SUCCESS)
        target->statistics.refusals++;
    return status;
}

/* A linker must name an object that stays, and that hangs where the tree says (STATE-021). */
static struct target_object *
find_linked(const struct flue_target *target, const struct flue_block_list *block,
            const struct target_object *parent)
{
    struct target_object *object = flue__target_named(target, block);

    if (object == NULL || object->layer == FLUE_LAYER_TCP)
        return NULL;
    if (object->layer == FLUE_LAYER_PATH && parent != NULL &&
        &((const struct target_path *)object)->neighbor->object != parent)
        return NULL;
    return object;
}

void
flue__target_initiate_block(struct flue_target *target, flue_time now, struct flue_block_list *root,
                            struct flue_block_list *block, uint32_t depth)
{
    struct operation_progress *progress = &target->progress;
    struct target_object *parent = depth > 0 ? progress->objects[depth - 1] : NULL;
    struct target_object *object = NULL;

    if (flue__target_takes_nothing(target)) {
        block->status = FLUE_STATUS_FAILURE;
    } else if (flue__block_context(block) != NULL) {
        object = find_linked(target, block, parent);
        block->status = object != NULL ? LINKER : FLUE_STATUS_FAILURE;
    } else {
        block->status = take_new(target, now, root, block, parent, &object);
    }
    progress->objects[depth] = object;
    if (object == NULL) {
        progress->is_stopped = block == root || !is_shortage(block->status); /* OFFLOAD-028 */
    } else if (block->status == FLUE_STATUS_SUCCESS && object->layer == FLUE_LAYER_TCP) {
        flue__target_keep(root, object);
        flue_tcp_resume(((struct target_connection *)object)->tcp, now); /* OFFLOAD-007 */
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

/* OFFLOAD-010, OFFLOAD-011, OFFLOAD-031: what each status says of the dependants, the lower layer
 * after the one above it. */
void
flue__target_initiate_end(struct flue_block_list *root)
{
    for (struct flue_block_list *neighbor = root; neighbor != NULL;
         neighbor = neighbor->next_block) {
        for (struct flue_block_list *path = neighbor->dependent_block_list; path != NULL;
             path = path->next_block)
            settle_status(path);
        settle_status(neighbor);
    }
}
