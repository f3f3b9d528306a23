/* SPDX-License-Identifier: GPL-2.0-or-later
 *
 * The walk over a tree of block lists: what depends on a block comes before the block's own next
 * (OFFLOAD-004). A tree has three layers (STATE-001), so the walk keeps its place in three
 * pointers. Blocks below the third layer belong to no tree and are not visited.
 */
#include <stddef.h>

#include "flue/chimney.h"

enum { LAYERS = 3 };

struct flue_block_list *
flue_block_walk_first(struct flue_block_walk *walk, struct flue_block_list *root)
{
    walk->depth = 0;
    walk->stack[0] = root;
    walk->stack[1] = NULL;
    walk->stack[2] = NULL;
    return root;
}

struct flue_block_list *
flue_block_walk_skip(struct flue_block_walk *walk)
{
    for (;;) {
        struct flue_block_list *here = walk->stack[walk->depth];

        if (here != NULL && here->next_block != NULL) {
            walk->stack[walk->depth] = here->next_block;
            return here->next_block;
        }
        walk->stack[walk->depth] = NULL;
        if (walk->depth == 0)
            return NULL;
        walk->depth--;
    }
}

struct flue_block_list *
flue_block_walk_next(struct flue_block_walk *walk)
{
    struct flue_block_list *here = walk->stack[walk->depth];

    if (here == NULL)
        return NULL;
    if (here->dependent_block_list != NULL && walk->depth + 1 < LAYERS) {
        walk->stack[++walk->depth] = here->dependent_block_list;
        return here->dependent_block_list;
    }
    return flue_block_walk_skip(walk);
}
