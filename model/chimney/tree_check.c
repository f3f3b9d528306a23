/* SPDX-License-Identifier: GPL-2.0-or-later
 *
 * The checks of tree_check.h.
 */
#include "chimney/tree_check.h"

#include "chimney/block_state.h"

enum { LAYERS = 3 };

static void *
mark_of(const struct guarded_walk *guard, const struct flue_block_list *block)
{
    return (void *)((uintptr_t)block ^ guard->tag);
}

/* The block behind a link, if it is met for the first time. */
static struct flue_block_list *
meet(struct guarded_walk *guard, struct flue_block_list *block)
{
    void *mark = mark_of(guard, block);

    if (block == NULL)
        return NULL;
    if (block == guard->root || (block->scratch[0] == mark) != guard->is_forgetting) {
        guard->is_sound = false;
        return NULL;
    }
    block->scratch[0] = guard->is_forgetting ? NULL : mark;
    return block;
}

struct flue_block_list *
flue__guarded_first(struct guarded_walk *guard, struct flue_block_list *root, uint64_t serial)
{
    guard->root = root;
    guard->tag = (uintptr_t)(serial * UINT64_C(0x9E3779B97F4A7C15));
    guard->is_sound = true;
    guard->is_forgetting = false;
    return flue_block_walk_first(&guard->walk, root);
}

struct flue_block_list *
flue__guarded_next(struct guarded_walk *guard)
{
    struct flue_block_walk *walk = &guard->walk;
    struct flue_block_list *block = NULL;

    if (walk->depth + 1 < LAYERS)
        block = meet(guard, walk->stack[walk->depth]->dependent_block_list);
    if (block != NULL) {
        walk->stack[++walk->depth] = block;
        return block;
    }
    for (;;) {
        block = meet(guard, walk->stack[walk->depth]->next_block);
        if (block != NULL) {
            walk->stack[walk->depth] = block;
            return block;
        }
        if (walk->depth == 0)
            return NULL;
        walk->depth--;
    }
}

void
flue__guarded_forget(struct guarded_walk *guard, struct flue_block_list *root)
{
    guard->is_forgetting = true;
    flue_block_walk_first(&guard->walk, root);
    while (flue__guarded_next(guard) != NULL)
        continue;
}

bool
flue__block_fits(const struct flue_block_list *block, uint32_t depth, uint32_t *base)
{
    enum flue_layer layer = flue__block_layer(block);

    if (layer == FLUE_LAYER_NONE || block->header.revision != FLUE_BLOCK_LIST_REVISION ||
        block->header.size < sizeof *block || block->port_number != 0 ||
        (layer == FLUE_LAYER_TCP && block->dependent_block_list != NULL))
        return false;
    if (*base == 0 && layer > depth)
        *base = (uint32_t)layer - depth;
    return (uint32_t)layer == *base + depth;
}
