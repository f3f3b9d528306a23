/* SPDX-License-Identifier: GPL-2.0-or-later
 *
 * What lies behind a block in memory. The block's type names the layer and one structure of it, or
 * all three (STATE-009, STATE-010). For either side of the contract.
 */
#ifndef FLUE_CHIMNEY_BLOCK_STATE_H
#define FLUE_CHIMNEY_BLOCK_STATE_H

#include "flue/chimney.h"

enum flue_layer { FLUE_LAYER_NONE, FLUE_LAYER_NEIGHBOR, FLUE_LAYER_PATH, FLUE_LAYER_TCP };

/* The layer that a block's type belongs to; NONE for reserved and unknown types (STATE-015). */
enum flue_layer flue__block_layer(const struct flue_block_list *block);
/* 4 or 6 for path types, 0 for others. */
uint8_t flue__block_ip_version(const struct flue_block_list *block);
/* The revision is ours and the size covers the structures that the type names (STATE-012). */
bool flue__block_is_sound(const struct flue_block_list *block);
/* A sound block with all three structures, each of its right length. */
bool flue__block_is_whole(struct flue_block_list *block);
/* Nothing follows the block: it only names an object. */
bool flue__block_is_bare(const struct flue_block_list *block);
/* The structures behind a sound block say their own sizes (STATE-011): the cached one, or all. */
bool flue__block_lengths_are_right(struct flue_block_list *block, bool only_cached);
/* The context that the provider gave the block's object; NULL for placeholders and new objects. */
void *flue__block_context(const struct flue_block_list *block);

/* The structures behind a block of that layer; NULL for those that its type does not name. */
struct flue_neighbor_state {
    struct flue_neighbor_const *constants;
    struct flue_neighbor_cached *cached;
    struct flue_neighbor_delegated *delegated;
};
struct flue_path_state {
    struct flue_path_const *constants;
    struct flue_path_cached *cached;
    struct flue_path_delegated *delegated;
};
struct flue_tcp_state {
    struct flue_tcp_const *constants;
    struct flue_tcp_cached *cached;
    struct flue_tcp_delegated *delegated;
};
struct flue_neighbor_state flue__neighbor_state(struct flue_block_list *block);
struct flue_path_state flue__path_state(struct flue_block_list *block);
struct flue_tcp_state flue__tcp_state(struct flue_block_list *block);

#endif
