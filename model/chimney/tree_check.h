/* SPDX-License-Identifier: GPL-2.0-or-later
 *
 * Looking at a tree that may be anything. A tree is followed only after a guarded walk has found
 * that each of its blocks is reached once; and a block is acted on only where its type may stand.
 */
#ifndef FLUE_CHIMNEY_TREE_CHECK_H
#define FLUE_CHIMNEY_TREE_CHECK_H

#include "flue/chimney.h"

/* The order of flue_block_walk, each block once whatever the links say: a link to a block that was
 * met before counts as NULL and clears is_sound (then what only that block leads to may be left
 * out). Every block but the root is marked in scratch[0],
 * which must be the caller's to write (STATE-029). Memory that happens to hold the mark can only
 * make a sound tree look unsound. */
struct guarded_walk {
    struct flue_block_walk walk;
    const struct flue_block_list *root;
    uintptr_t tag;
    bool is_sound;      /* so far */
    bool is_forgetting; /* following the marks, and taking them off */
};

/* `serial` differs from that of every earlier walk over these blocks, forgotten ones apart. */
struct flue_block_list *flue__guarded_first(struct guarded_walk *guard,
                                            struct flue_block_list *root, uint64_t serial);
struct flue_block_list *flue__guarded_next(struct guarded_walk *guard);
/* When the walk has come to its end, whatever it met: takes its marks off again, for those who
 * cannot count their walks. */
void flue__guarded_forget(struct guarded_walk *guard, struct flue_block_list *root);

/* The blocks of a depth are of one layer, which follows from the first block with a type; *base, 0
 * at first, remembers it (STATE-002, STATE-003). Also: a known type, our revision, room for a
 * block list, nothing below TCP, the default port (STATE-030). Placeholders are not asked
 * (STATE-020). */
bool flue__block_fits(const struct flue_block_list *block, uint32_t depth, uint32_t *base);

#endif
