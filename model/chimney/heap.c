/* SPDX-License-Identifier: GPL-2.0-or-later
 *
 * The heap of heap.h: every piece carries its links and size in front.
 */
#include "chimney/heap.h"

#include <stdint.h>

struct heap_block {
    struct heap_block *next;
    struct heap_block *previous;
    size_t size; /* of the whole block */
    _Alignas(16) unsigned char memory[];
};

void
heap_init(struct heap *heap, const struct flue_allocator *allocator)
{
    heap->allocator = *allocator;
    heap->first = NULL;
}

static void
release(struct heap *heap, struct heap_block *block)
{
    heap->allocator.reallocate(heap->allocator.user, block, block->size, 0);
}

void
heap_fini(struct heap *heap)
{
    while (heap->first != NULL) {
        struct heap_block *block = heap->first;

        heap->first = block->next;
        release(heap, block);
    }
}

void *
heap_get(struct heap *heap, size_t size)
{
    struct heap_block *block;

    if (size > SIZE_MAX - sizeof *block)
        return NULL;
    size += sizeof *block;
    block = heap->allocator.reallocate(heap->allocator.user, NULL, 0, size);
    if (block == NULL)
        return NULL;
    block->size = size;
    block->previous = NULL;
    block->next = heap->first;
    if (heap->first != NULL)
        heap->first->previous = block;
    heap->first = block;
    return block->memory;
}

void
heap_put(struct heap *heap, void *memory)
{
    struct heap_block *block;

    if (memory == NULL)
        return;
    block = (struct heap_block *)((unsigned char *)memory - offsetof(struct heap_block, memory));
    if (block->previous != NULL)
        block->previous->next = block->next;
    else
        heap->first = block->next;
    if (block->next != NULL)
        block->next->previous = block->previous;
    release(heap, block);
}
