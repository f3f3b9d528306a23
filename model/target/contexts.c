/* SPDX-License-Identifier: GPL-2.0-or-later
 *
 * What the target writes into the client's cells: not an address but a number, which names a place
 * in a table and the generation of its contents. So a context that was never ours, or whose object
 * is gone, is known for what it is without anyone following it; and finding an object costs one
 * look (STATE-019, NOTE-016).
 */
#include "target/parts.h"

enum { FIRST_SLOTS = 64 };

#define INDEX_BITS (sizeof(uintptr_t) * 4) /* half of the number */
#define INDEX_MASK (((uintptr_t)1 << INDEX_BITS) - 1)

bool
flue__target_reserve_context(struct flue_target *target)
{
    struct context_table *table = &target->contexts;
    uint32_t size = table->size == 0 ? FIRST_SLOTS : table->size * 2;
    const uint64_t most = INDEX_MASK;
    struct context_slot *slots;

    if (table->free != 0)
        return true;
    if (size > most || size < table->size)
        return false;
    slots = target->allocator.reallocate(target->allocator.user, table->slots,
                                         table->size * sizeof *slots, size * sizeof *slots);
    if (slots == NULL)
        return false;
    /* Slot 0 stays unused, so that no context is NULL; the others are given out in order. */
    for (uint32_t i = size; i-- > (table->size == 0 ? 1 : table->size);) {
        slots[i] = (struct context_slot){NULL, 0, table->free};
        table->free = i;
    }
    table->slots = slots;
    table->size = size;
    return true;
}

void *
flue__target_give_context(struct flue_target *target, struct target_object *object)
{
    struct context_table *table = &target->contexts;
    struct context_slot *slot = &table->slots[table->free];
    uintptr_t index = table->free;

    object->slot = table->free;
    table->free = slot->next_free;
    slot->object = object;
    return (void *)((uintptr_t)slot->generation << INDEX_BITS | index);
}

void
flue__target_take_context(struct flue_target *target, const struct target_object *object)
{
    struct context_table *table = &target->contexts;
    struct context_slot *slot = &table->slots[object->slot];

    slot->object = NULL;
    slot->generation++;
    slot->next_free = table->free;
    table->free = object->slot;
}

struct target_object *
flue__target_object(const struct flue_target *target, const void *context)
{
    const struct context_table *table = &target->contexts;
    uintptr_t index = (uintptr_t)context & INDEX_MASK;
    uintptr_t generation = (uintptr_t)context >> INDEX_BITS;
    const struct context_slot *slot;

    if (index == 0 || index >= table->size)
        return NULL;
    slot = &table->slots[index];
    return generation == (slot->generation & INDEX_MASK) ? slot->object : NULL;
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
    struct context_table *table = &target->contexts;

    if (table->slots != NULL)
        target->allocator.reallocate(target->allocator.user, table->slots,
                                     table->size * sizeof *table->slots, 0);
}
