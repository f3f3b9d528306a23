/* SPDX-License-Identifier: GPL-2.0-or-later
 *
 * What the target writes into the client's cells: not an address but a number, which names a place
 * in a table and the generation of its contents. So a context that was never ours, or whose object
 * is gone, is known for what it is without anyone following it; and finding an object costs one
 * look (STATE-019, NOTE-016).
 */
#include <string.h>

#include "target/parts.h"

enum { FIRST_SLOTS = 64 };

#define INDEX_BITS (sizeof(uintptr_t) * 4) /* half of the number */
#define INDEX_MASK (((uintptr_t)1 << INDEX_BITS) - 1)

#define SLOT_BYTES (sizeof(struct target_object *) + sizeof(uint32_t))

static uint32_t
next_of(const struct context_table *table, uint32_t slot)
{
    return (uint32_t)(uintptr_t)(void *)table->objects[slot];
}

static void
make_free(struct context_table *table, uint32_t slot)
{
    table->objects[slot] = (void *)(uintptr_t)table->free;
    table->free = slot;
}

bool
flue__target_reserve_context(struct flue_target *target)
{
    struct context_table *table = &target->contexts;
    uint64_t size = table->size == 0 ? FIRST_SLOTS : (uint64_t)table->size + table->size / 2;
    struct context_table old = *table;

    if (table->free != 0)
        return true;
    if (size > INDEX_MASK || size > UINT32_MAX)
        return false;
    table->objects =
        target->allocator.reallocate(target->allocator.user, NULL, 0, size * SLOT_BYTES);
    if (table->objects == NULL) {
        *table = old;
        return false;
    }
    table->size = (uint32_t)size;
    table->generations = (uint32_t *)(void *)(table->objects + size);
    memset(table->generations, 0, size * sizeof *table->generations);
    if (old.size > 0) {
        memcpy(table->objects, old.objects, old.size * sizeof(struct target_object *));
        memcpy(table->generations, old.generations, old.size * sizeof *table->generations);
        target->allocator.reallocate(target->allocator.user, old.objects, old.size * SLOT_BYTES, 0);
    }
    /* Slot 0 stays unused, so that no context is NULL; the others are given out in order. */
    for (uint32_t i = table->size; i-- > (old.size == 0 ? 1 : old.size);)
        make_free(table, i);
    return true;
}

void *
flue__target_give_context(struct flue_target *target, struct target_object *object)
{
    struct context_table *table = &target->contexts;
    uintptr_t slot = table->free;

    table->free = next_of(table, table->free);
    table->objects[slot] = object;
    object->slot = (uint32_t)slot;
    return (void *)((uintptr_t)++table->generations[slot] << INDEX_BITS | slot);
}

void
flue__target_take_context(struct flue_target *target, const struct target_object *object)
{
    struct context_table *table = &target->contexts;

    table->generations[object->slot]++;
    make_free(table, object->slot);
}

struct target_object *
flue__target_object_in(const struct flue_target *target, uint32_t slot)
{
    return target->contexts.generations[slot] % 2 == 1 ? target->contexts.objects[slot] : NULL;
}

struct target_object *
flue__target_object(const struct flue_target *target, const void *context)
{
    const struct context_table *table = &target->contexts;
    uintptr_t slot = (uintptr_t)context & INDEX_MASK;
    uintptr_t generation = (uintptr_t)context >> INDEX_BITS;

    if (slot == 0 || slot >= table->size || generation % 2 == 0 ||
        generation != (table->generations[slot] & INDEX_MASK))
        return NULL;
    return table->objects[slot];
}

struct target_object *
flue__target_named(const struct flue_target *target, const struct flue_block_list *block)
{
    struct target_object *object = flue__target_object(target, flue__block_context(block));

    if (object == NULL || object->is_ending || object->layer != flue__block_layer(block))
        return NULL;
    return object;
}

struct target_connection *
flue__target_connection(const struct flue_target *target, const void *context)
{
    struct target_object *object = flue__target_object(target, context);

    return object != NULL && object->layer == FLUE_LAYER_TCP ? (struct target_connection *)object
                                                             : NULL;
}

void
flue__target_free_contexts(struct flue_target *target)
{
    const struct context_table *table = &target->contexts;

    if (table->objects != NULL)
        target->allocator.reallocate(target->allocator.user, table->objects,
                                     table->size * SLOT_BYTES, 0);
}
