/* SPDX-License-Identifier: GPL-2.0-or-later
 *
 * Blocks of neighbours and paths: what is written into them, and their end.
 */
#include <string.h>

#include "host/parts.h"

void
flue__host_fill_neighbor(struct flue_neighbor_block *block, flue_time now,
                         const struct host_object *object)
{
    memset(&block->constants, 0, sizeof *block - sizeof block->block);
    block->constants.header.length = sizeof block->constants;
    block->cached.header.length = sizeof block->cached;
    block->delegated.header.length = sizeof block->delegated;
    memcpy(block->constants.dl_source_address, object->key.source.bytes, FLUE_MAC_BYTES);
    block->constants.vlan_id = object->key.vlan_id;
    memcpy(block->cached.dl_destination_address, object->neighbor.mac.bytes, FLUE_MAC_BYTES);
    block->cached.host_reachability_delta_ticks = flue__host_hrd_ticks(object, now);
    block->delegated.nic_reachability_delta_ticks = block->cached.host_reachability_delta_ticks;
}

void
flue__host_fill_path(struct flue_path_block *block, const struct host_object *object)
{
    memset(&block->constants, 0, sizeof *block - sizeof block->block);
    block->constants.header.length = sizeof block->constants;
    block->cached.header.length = sizeof block->cached;
    block->delegated.header.length = sizeof block->delegated;
    block->constants.source_address = object->key.local.bytes;
    block->constants.destination_address = object->key.remote.bytes;
    block->cached.path_mtu = object->path.mtu;
}

static void
free_block(struct flue_host *host, struct flue_block_list *block)
{
    switch (flue__block_layer(block)) {
    case FLUE_LAYER_NEIGHBOR:
        slab_put(&host->neighbor_blocks, block);
        break;
    case FLUE_LAYER_PATH:
        slab_put(&host->path_blocks, block);
        break;
    default:
        slab_put(&host->tcp_blocks, block);
        break;
    }
}

void
flue__host_free_tree(struct flue_host *host, struct flue_block_list *tree)
{
    struct flue_block_walk walk;
    struct flue_block_list *block = flue_block_walk_first(&walk, tree);
    struct flue_block_list *done = NULL;

    /* The walk needs the links of the blocks that it has passed: they are strung up first. */
    while (block != NULL) {
        block->scratch[0] = done;
        done = block;
        block = flue_block_walk_next(&walk);
    }
    while (done != NULL) {
        struct flue_block_list *next = done->scratch[0];

        free_block(host, done);
        done = next;
    }
}
