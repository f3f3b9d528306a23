/* SPDX-License-Identifier: GPL-2.0-or-later
 *
 * Objects and lists as the verifier knows them: found by address, kept while anything refers to
 * them.
 */
#include "chimney/verifier_parts.h"

#include <string.h>

/* ---- Objects -----------------------------------------------------------------------------------
 */

static struct verified_object *
of_context_node(struct table_node *node)
{
    return (struct verified_object *)((char *)node - offsetof(struct verified_object, by_context));
}

void
flue__verifier_object_hold(struct verified_object *object)
{
    object->references++;
}

void
flue__verifier_object_release(struct flue_verifier *verifier, struct verified_object *object)
{
    if (--object->references == 0)
        slab_put(&verifier->objects, object);
}

static void
depend(struct verified_object *object, struct verified_object *parent)
{
    object->parent = parent;
    if (parent == NULL)
        return;
    flue__verifier_object_hold(parent);
    parent->dependants++;
}

static void
depend_no_more(struct flue_verifier *verifier, struct verified_object *object)
{
    struct verified_object *parent = object->parent;

    if (parent == NULL)
        return;
    object->parent = NULL;
    parent->dependants--;
    flue__verifier_object_release(verifier, parent);
}

struct verified_object *
flue__verifier_object_new(struct flue_verifier *verifier, const struct flue_block_list *block,
                          struct verified_object *parent)
{
    struct verified_object *object = slab_get(&verifier->objects);

    if (object == NULL)
        return NULL;
    memset(object, 0, sizeof *object);
    if (!flue__table_insert(&verifier->handles, &verifier->allocator, &object->by_handle,
                            block->offload_handle)) {
        slab_put(&verifier->objects, object);
        return NULL;
    }
    object->references = 1; /* of the tables */
    object->cell = block->miniport_offload_context;
    object->layer = (uint8_t)flue__block_layer(block);
    object->phase = OBJECT_INITIATING;
    depend(object, parent);
    return object;
}

struct verified_object *
flue__verifier_by_handle(const struct flue_verifier *verifier,
                         const struct flue_offload_handle *handle)
{
    struct table_node *node = flue__table_find(&verifier->handles, handle);

    return (struct verified_object *)node; /* its first member */
}

struct verified_object *
flue__verifier_by_context(const struct flue_verifier *verifier, const void *context)
{
    struct table_node *node = flue__table_find(&verifier->contexts, context);

    return node != NULL ? of_context_node(node) : NULL;
}

struct verified_object *
flue__verifier_pending(const struct flue_verifier *verifier, const void *context)
{
    for (struct verified_tree *tree = verifier->first_tree; tree != NULL; tree = tree->next)
        for (size_t i = 0; tree->call == CALL_INITIATE && i < tree->count; i++) {
            struct verified_block *it = &tree->blocks[i];

            if (it->role == BLOCK_NEW && it->object != NULL && context != NULL &&
                *it->object->cell == context)
                return it->object;
        }
    return NULL;
}

void
flue__verifier_object_remove(struct flue_verifier *verifier, struct verified_object *object)
{
    if (object->phase == OBJECT_GONE)
        return;
    object->phase = OBJECT_GONE;
    flue__table_remove(&verifier->handles, &object->by_handle);
    if (object->is_in_contexts)
        flue__table_remove(&verifier->contexts, &object->by_context);
    object->is_in_contexts = false;
    depend_no_more(verifier, object);
    flue__verifier_object_release(verifier, object);
}

void
flue__verifier_object_relink(struct flue_verifier *verifier, struct verified_object *object,
                             struct verified_object *parent)
{
    if (object->parent == parent)
        return;
    depend_no_more(verifier, object);
    depend(object, parent);
}

void
flue__verifier_object_lose(struct flue_verifier *verifier, struct verified_object *object)
{
    object->phase = OBJECT_LOST;
    depend_no_more(verifier, object);
}

/* ---- Lists -------------------------------------------------------------------------------------
 */

struct verified_list *
flue__verifier_list(const struct flue_verifier *verifier, const struct flue_buffer_list *list)
{
    return (struct verified_list *)flue__table_find(&verifier->lists, list); /* its first member */
}

struct verified_list *
flue__verifier_list_new(struct flue_verifier *verifier, const struct flue_buffer_list *list,
                        struct verified_object *object, enum verifier_call call)
{
    struct verified_list *record = slab_get(&verifier->list_records);

    if (record == NULL)
        return NULL;
    memset(record, 0, sizeof *record);
    if (!flue__table_insert(&verifier->lists, &verifier->allocator, &record->by_list, list)) {
        slab_put(&verifier->list_records, record);
        return NULL;
    }
    record->object = object;
    flue__verifier_object_hold(object);
    record->call = call;
    record->serial = verifier->serials;
    record->number = ++object->posted;
    record->length = list->buffer.data_length;
    record->status = list->status;
    record->is_non_push = list->tcp_receive_no_push;
    record->previous = verifier->last_list;
    if (verifier->last_list != NULL)
        verifier->last_list->next = record;
    else
        verifier->first_list = record;
    verifier->last_list = record;
    return record;
}

void
flue__verifier_list_remove(struct flue_verifier *verifier, struct verified_list *record)
{
    if (record->is_counted)
        (*flue__verifier_out(record->object, record->call))--;
    flue__table_remove(&verifier->lists, &record->by_list);
    if (record->previous != NULL)
        record->previous->next = record->next;
    else
        verifier->first_list = record->next;
    if (record->next != NULL)
        record->next->previous = record->previous;
    else
        verifier->last_list = record->previous;
    flue__verifier_object_release(verifier, record->object);
    slab_put(&verifier->list_records, record);
}
