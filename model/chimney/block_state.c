/* SPDX-License-Identifier: GPL-2.0-or-later
 *
 * Finding the state behind a block. A block with one structure has it where the C struct of the
 * block and that structure would have it: right behind, aligned for pointers.
 */
#include "chimney/block_state.h"

#include <stddef.h>

_Static_assert(sizeof(struct flue_block_list) % _Alignof(struct flue_tcp_delegated) == 0,
               "a structure may follow a block list without a gap");
_Static_assert(offsetof(struct flue_tcp_delegated_block, delegated) ==
                   sizeof(struct flue_block_list),
               "a single structure follows its block list directly");

enum flue_layer
flue__block_layer(const struct flue_block_list *block)
{
    unsigned type = block->header.type;

    if (type >= FLUE_NEIGHBOR_OFFLOAD_CONST_STATE && type <= FLUE_NEIGHBOR_OFFLOAD_STATE)
        return FLUE_LAYER_NEIGHBOR;
    if (type >= FLUE_IP4_OFFLOAD_CONST_STATE && type <= FLUE_IP6_OFFLOAD_STATE)
        return FLUE_LAYER_PATH;
    if (type >= FLUE_TCP_OFFLOAD_CONST_STATE && type <= FLUE_TCP_OFFLOAD_STATE)
        return FLUE_LAYER_TCP;
    return FLUE_LAYER_NONE;
}

uint8_t
flue__block_ip_version(const struct flue_block_list *block)
{
    if (flue__block_layer(block) != FLUE_LAYER_PATH)
        return 0;
    return block->header.type >= FLUE_IP6_OFFLOAD_CONST_STATE ? 6 : 4;
}

static size_t
size_behind(unsigned type)
{
    switch (type) {
    case FLUE_NEIGHBOR_OFFLOAD_CONST_STATE:
        return sizeof(struct flue_neighbor_const);
    case FLUE_NEIGHBOR_OFFLOAD_CACHED_STATE:
        return sizeof(struct flue_neighbor_cached);
    case FLUE_NEIGHBOR_OFFLOAD_DELEGATED_STATE:
        return sizeof(struct flue_neighbor_delegated);
    case FLUE_NEIGHBOR_OFFLOAD_STATE:
        return sizeof(struct flue_neighbor_block) - sizeof(struct flue_block_list);
    case FLUE_IP4_OFFLOAD_CONST_STATE:
    case FLUE_IP6_OFFLOAD_CONST_STATE:
        return sizeof(struct flue_path_const);
    case FLUE_IP4_OFFLOAD_CACHED_STATE:
    case FLUE_IP6_OFFLOAD_CACHED_STATE:
        return sizeof(struct flue_path_cached);
    case FLUE_IP4_OFFLOAD_DELEGATED_STATE:
    case FLUE_IP6_OFFLOAD_DELEGATED_STATE:
        return sizeof(struct flue_path_delegated);
    case FLUE_IP4_OFFLOAD_STATE:
    case FLUE_IP6_OFFLOAD_STATE:
        return sizeof(struct flue_path_block) - sizeof(struct flue_block_list);
    case FLUE_TCP_OFFLOAD_CONST_STATE:
        return sizeof(struct flue_tcp_const);
    case FLUE_TCP_OFFLOAD_CACHED_STATE:
        return sizeof(struct flue_tcp_cached);
    case FLUE_TCP_OFFLOAD_DELEGATED_STATE:
        return sizeof(struct flue_tcp_delegated);
    case FLUE_TCP_OFFLOAD_STATE:
        return sizeof(struct flue_tcp_block) - sizeof(struct flue_block_list);
    default:
        return SIZE_MAX / 2; /* nothing that we know: no size is enough */
    }
}

bool
flue__block_is_sound(const struct flue_block_list *block)
{
    return block->header.revision == FLUE_BLOCK_LIST_REVISION &&
           block->header.size >= sizeof(struct flue_block_list) + size_behind(block->header.type);
}

bool
flue__block_is_bare(const struct flue_block_list *block)
{
    return block->header.size == sizeof *block;
}

#define IS_RIGHT(structure)                                                                        \
    ((structure) == NULL || (structure)->header.length == sizeof *(structure))

bool
flue__block_lengths_are_right(struct flue_block_list *block, bool only_cached)
{
    struct flue_neighbor_state neighbor = flue__neighbor_state(block);
    struct flue_path_state path = flue__path_state(block);
    struct flue_tcp_state tcp = flue__tcp_state(block);

    if (!IS_RIGHT(neighbor.cached) || !IS_RIGHT(path.cached) || !IS_RIGHT(tcp.cached))
        return false;
    return only_cached || (IS_RIGHT(neighbor.constants) && IS_RIGHT(neighbor.delegated) &&
                           IS_RIGHT(path.constants) && IS_RIGHT(path.delegated) &&
                           IS_RIGHT(tcp.constants) && IS_RIGHT(tcp.delegated));
}

bool
flue__block_is_whole(struct flue_block_list *block)
{
    switch (block->header.type) {
    case FLUE_NEIGHBOR_OFFLOAD_STATE:
    case FLUE_IP4_OFFLOAD_STATE:
    case FLUE_IP6_OFFLOAD_STATE:
    case FLUE_TCP_OFFLOAD_STATE:
        return flue__block_is_sound(block) && flue__block_lengths_are_right(block, false);
    default:
        return false;
    }
}

void *
flue__block_context(const struct flue_block_list *block)
{
    return block->miniport_offload_context != NULL ? *block->miniport_offload_context : NULL;
}

struct flue_neighbor_state
flue__neighbor_state(struct flue_block_list *block)
{
    struct flue_neighbor_state state = {NULL, NULL, NULL};

    switch (block->header.type) {
    case FLUE_NEIGHBOR_OFFLOAD_CONST_STATE:
        state.constants = (void *)(block + 1);
        break;
    case FLUE_NEIGHBOR_OFFLOAD_CACHED_STATE:
        state.cached = (void *)(block + 1);
        break;
    case FLUE_NEIGHBOR_OFFLOAD_DELEGATED_STATE:
        state.delegated = (void *)(block + 1);
        break;
    case FLUE_NEIGHBOR_OFFLOAD_STATE: {
        struct flue_neighbor_block *whole = (struct flue_neighbor_block *)block;
        state = (struct flue_neighbor_state){&whole->constants, &whole->cached, &whole->delegated};
        break;
    }
    default:
        break;
    }
    return state;
}

struct flue_path_state
flue__path_state(struct flue_block_list *block)
{
    struct flue_path_state state = {NULL, NULL, NULL};

    switch (block->header.type) {
    case FLUE_IP4_OFFLOAD_CONST_STATE:
    case FLUE_IP6_OFFLOAD_CONST_STATE:
        state.constants = (void *)(block + 1);
        break;
    case FLUE_IP4_OFFLOAD_CACHED_STATE:
    case FLUE_IP6_OFFLOAD_CACHED_STATE:
        state.cached = (void *)(block + 1);
        break;
    case FLUE_IP4_OFFLOAD_DELEGATED_STATE:
    case FLUE_IP6_OFFLOAD_DELEGATED_STATE:
        state.delegated = (void *)(block + 1);
        break;
    case FLUE_IP4_OFFLOAD_STATE:
    case FLUE_IP6_OFFLOAD_STATE: {
        struct flue_path_block *whole = (struct flue_path_block *)block;
        state = (struct flue_path_state){&whole->constants, &whole->cached, &whole->delegated};
        break;
    }
    default:
        break;
    }
    return state;
}

struct flue_tcp_state
flue__tcp_state(struct flue_block_list *block)
{
    struct flue_tcp_state state = {NULL, NULL, NULL};

    switch (block->header.type) {
    case FLUE_TCP_OFFLOAD_CONST_STATE:
        state.constants = (void *)(block + 1);
        break;
    case FLUE_TCP_OFFLOAD_CACHED_STATE:
        state.cached = (void *)(block + 1);
        break;
    case FLUE_TCP_OFFLOAD_DELEGATED_STATE:
        state.delegated = (void *)(block + 1);
        break;
    case FLUE_TCP_OFFLOAD_STATE: {
        struct flue_tcp_block *whole = (struct flue_tcp_block *)block;
        state = (struct flue_tcp_state){&whole->constants, &whole->cached, &whole->delegated};
        break;
    }
    default:
        break;
    }
    return state;
}
