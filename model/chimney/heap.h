/* SPDX-License-Identifier: GPL-2.0-or-later
 *
 * Memory of any size on the caller's allocator, remembered, so that its owner can give all of it
 * back when it ends, wherever the pieces are. For payload bytes; objects of one size come from a
 * slab.
 */
#ifndef FLUE_CHIMNEY_HEAP_H
#define FLUE_CHIMNEY_HEAP_H

#include <stddef.h>

#include "flue/memory.h"

struct heap_block;

struct heap {
    struct flue_allocator allocator;
    struct heap_block *first;
};

void heap_init(struct heap *heap, const struct flue_allocator *allocator);
void heap_fini(struct heap *heap);
/* `size` bytes, not cleared; NULL without memory. */
void *heap_get(struct heap *heap, size_t size);
/* NULL is allowed. */
void heap_put(struct heap *heap, void *memory);

#endif
