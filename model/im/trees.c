/* SPDX-License-Identifier: GPL-2.0-or-later
 *
 * State operations through the driver: handles of the side above are put in place of ours on the
 * way up, ours in place of them on the way down; what the driver writes into a block list besides
 * is put back. An operation that a team has to do on several members is taken apart at its top
 * blocks, and completed when the last part is back.
 */
#include "im/parts.h"

#include "chimney/block_state.h"

enum { NEXT = 0 };            /* miniport_reserved: of refused trees */
enum { WHOSE = 0, WHAT = 1 }; /* scratch: their virtual adapter and operation */

static void
call_down(const struct flue_provider *it, flue_time now, struct flue_block_list *tree,
          enum im_operation operation)
{
    void (*const handlers[])(void *, flue_time, struct flue_block_list *) = {
        [IM_INITIATE] = it->initiate_offload, [IM_TERMINATE] = it->terminate_offload,
        [IM_UPDATE] = it->update_offload,     [IM_INVALIDATE] = it->invalidate_offload,
        [IM_QUERY] = it->query_offload,
    };

    handlers[operation](it->adapter, now, tree);
}

static void
call_up(const struct flue_client *it, flue_time now, struct flue_block_list *tree,
        enum im_operation operation)
{
    void (*const handlers[])(void *, flue_time, struct flue_block_list *) = {
        [IM_INITIATE] = it->initiate_offload_complete,
        [IM_TERMINATE] = it->terminate_offload_complete,
        [IM_UPDATE] = it->update_offload_complete,
        [IM_INVALIDATE] = it->invalidate_offload_complete,
        [IM_QUERY] = it->query_offload_complete,
    };

    handlers[operation](it->binding, now, tree);
}

/* ---- Entries -----------------------------------------------------------------------------------
 */

static void
free_object(struct im_object *object)
{
    struct flue_im *im = object->upper->im;

    if (object->tag != NULL)
        slab_put(&im->tags, object->tag);
    object->member->objects--;
    slab_put(&im->objects, object);
}

/* NULL: no memory. */
static struct im_object *
new_object(struct im_upper *upper, struct im_member *member, struct flue_block_list *block)
{
    struct flue_im *im = upper->im;
    bool is_tcp = flue__block_layer(block) == FLUE_LAYER_TCP;
    bool needs_tag = is_tcp && im->config.members > 1;
    struct im_object *object = slab_get(&im->objects);
    struct im_tag *tag = object != NULL && needs_tag ? slab_get(&im->tags) : NULL;

    if (object == NULL || (needs_tag && tag == NULL) ||
        (is_tcp && !flue__im_tag_posted(upper, block->net_buffer_list_chain))) {
        if (tag != NULL)
            slab_put(&im->tags, tag);
        if (object != NULL)
            slab_put(&im->objects, object);
        return NULL;
    }
    *object = (struct im_object){
        .above = block->offload_handle,
        .upper = upper,
        .member = member,
        .tag = tag,
        .is_new = true,
    };
    member->objects++;
    return object;
}

/* ---- On the way up -----------------------------------------------------------------------------
 */

/* The driver's lists are tagged; what comes back with the block is not out any more. */
static void
take_lists_back(struct im_object *object, struct flue_block_list *block)
{
    struct flue_buffer_list *data = flue__tcp_state(block).delegated != NULL
                                        ? flue__tcp_state(block).delegated->buffered_data
                                        : NULL;

    flue__im_untag_all(object->upper->im, block->net_buffer_list_chain);
    if (object->tag != NULL && data != NULL) { /* RECV-039, TERM-013: one list */
        *object->tag = (struct im_tag){data->im_reserved[0], {.member = object->member}};
        data->im_reserved[0] = object->tag;
        object->tag = NULL;
    }
}

/* Has the operation ended the entry? */
static bool
has_ended(struct im_object *object, const struct flue_block_list *block,
          enum im_operation operation)
{
    bool is_done = block->status == FLUE_STATUS_SUCCESS ||
                   block->status == FLUE_STATUS_OFFLOAD_PARTIAL_SUCCESS;
    bool was_new = object->is_new;

    if (operation == IM_INITIATE) {
        object->is_new = false;
        return was_new && !is_done;
    }
    if (operation != IM_TERMINATE)
        return false;
    if (!is_done && !object->has_failed && flue__block_layer(block) == FLUE_LAYER_TCP) {
        object->has_failed = true;
        return false;
    }
    return true;
}

static void
restore_block(struct flue_block_list *block, enum im_operation operation)
{
    struct im_object *object;
    bool was_new;
    bool is_tcp = flue__block_layer(block) == FLUE_LAYER_TCP;

    if (block->miniport_offload_context == NULL)
        return;
    object = flue__im_object_of(block->offload_handle);
    was_new = object->is_new;
    block->offload_handle = object->above;
    block->miniport_offload_context = &object->above->miniport_offload_context;
    if (operation != IM_TERMINATE && operation != IM_INVALIDATE)
        flue__im_undress(object, block);
    if (has_ended(object, block, operation)) {
        if (is_tcp && (operation == IM_INITIATE || block->status == FLUE_STATUS_SUCCESS))
            take_lists_back(object, block);
        free_object(object);
    } else if (was_new) {
        object->above->miniport_offload_context = object; /* IM-005 */
    }
}

static void
restore(struct flue_block_list *tree, enum im_operation operation)
{
    struct flue_block_walk walk;

    for (struct flue_block_list *block = flue_block_walk_first(&walk, tree); block != NULL;
         block = flue_block_walk_next(&walk))
        restore_block(block, operation);
}

/* IM-011 */
static void
restore_call(const struct im_call *call, struct flue_block_list *tree)
{
    tree->im_reserved[0] = call->im_reserved;
    tree->source_handle = call->source_handle;
}

static void
free_split(struct flue_im *im, struct im_split *split)
{
    im->allocator.reallocate(im->allocator.user, split, split->size, 0);
}

/* NULL: other parts are still out. */
static struct flue_block_list *
join(struct flue_im *im, struct im_split *split)
{
    struct flue_block_list *tree = split->parts[0].block;

    if (--split->left > 0)
        return NULL;
    for (size_t i = 0; i + 1 < split->count; i++)
        split->parts[i].block->next_block = split->parts[i + 1].block;
    free_split(im, split);
    return tree;
}

static void
complete(void *binding, flue_time now, struct flue_block_list *tree, enum im_operation operation)
{
    struct flue_im *im = ((struct im_member *)binding)->im;
    struct im_call *entry = tree->im_reserved[0];
    struct im_call call = *entry;

    flue__im_flush(im, now); /* TERM-006 */
    restore_call(&call, tree);
    restore(tree, operation);
    if (call.split != NULL)
        tree = join(im, call.split);
    else if (!call.is_own)
        slab_put(&im->calls, entry);
    if (tree == NULL)
        return;
    im->statistics.calls--;
    call_up(call.upper->client, now, tree, operation);
    flue__im_object_gone(im, now);
}

/* ---- Refused -----------------------------------------------------------------------------------
 */

/* Nothing of it went down. It comes back like one that did. */
static void
refuse(struct im_upper *upper, flue_time now, struct flue_block_list *tree,
       enum im_operation operation, enum flue_status status)
{
    struct flue_im *im = upper->im;
    struct flue_block_walk walk;

    for (struct flue_block_list *block = flue_block_walk_first(&walk, tree); block != NULL;
         block = flue_block_walk_next(&walk))
        block->status = block->miniport_offload_context == NULL ? FLUE_STATUS_SUCCESS : status;
    tree->miniport_reserved[NEXT] = NULL;
    tree->scratch[WHOSE] = upper;
    tree->scratch[WHAT] = (void *)(uintptr_t)operation;
    if (im->refused_trees != NULL)
        im->last_refused->miniport_reserved[NEXT] = tree;
    else
        im->refused_trees = tree;
    im->last_refused = tree;
    im->statistics.refused++;
    flue__im_interrupt(im, now);
}

void
flue__im_complete_refused(struct flue_im *im, flue_time now)
{
    while (im->refused_trees != NULL) {
        struct flue_block_list *tree = im->refused_trees;
        const struct im_upper *upper = tree->scratch[WHOSE];

        im->refused_trees = tree->miniport_reserved[NEXT];
        call_up(upper->client, now, tree, (enum im_operation)(uintptr_t)tree->scratch[WHAT]);
    }
}

/* ---- On the way down ---------------------------------------------------------------------------
 */

/* Where a whole tree goes. *is_split: not to one member. NULL: part of it cannot go to one. */
static struct im_member *
find_member(struct flue_im *im, struct flue_block_list *tree, bool *is_split)
{
    struct im_member *member;

    *is_split = false;
    if (im->config.members == 1)
        return &im->members[0];
    member = flue__im_choose(im, tree);
    for (struct flue_block_list *it = tree->next_block; it != NULL && member != NULL;
         it = it->next_block) {
        struct im_member *other = flue__im_choose(im, it);

        *is_split |= other != member;
        if (other == NULL)
            return NULL;
    }
    return member;
}

/* False: no memory for an entry. */
static bool
convert_block(struct im_upper *upper, struct im_member *member, struct flue_block_list *block,
              enum im_operation operation)
{
    struct im_object *object = flue__im_named(block);

    if (block->miniport_offload_context == NULL)
        return true;
    if (object == NULL)
        object = operation == IM_INITIATE ? new_object(upper, member, block) : NULL;
    if (object == NULL)
        return false;
    if (operation == IM_INITIATE || operation == IM_UPDATE)
        flue__im_dress(object, block);
    block->offload_handle = &object->handle; /* IM-006 */
    block->miniport_offload_context = &object->handle.miniport_offload_context;
    return true;
}

/* Puts our handles into the tree below and beside `top`, or below it alone. False: no memory, and
 * nothing has changed. */
static bool
convert(struct im_upper *upper, struct im_member *member, struct flue_block_list *top,
        enum im_operation operation)
{
    struct flue_block_walk walk;
    struct flue_block_list *block = flue_block_walk_first(&walk, top);
    struct flue_block_list *failed;

    while (block != NULL && convert_block(upper, member, block, operation))
        block = flue_block_walk_next(&walk);
    if (block == NULL)
        return true;
    failed = block;
    for (block = flue_block_walk_first(&walk, top); block != failed;
         block = flue_block_walk_next(&walk)) {
        block->status = FLUE_STATUS_FAILURE; /* a new object ends */
        restore_block(block, operation == IM_TERMINATE ? IM_INVALIDATE : operation);
    }
    return false;
}

/* The first object that is named; NULL: none. */
static struct im_object *
first_named(struct flue_block_list *tree)
{
    struct flue_block_walk walk;

    for (struct flue_block_list *block = flue_block_walk_first(&walk, tree); block != NULL;
         block = flue_block_walk_next(&walk))
        if (flue__im_named(block) != NULL)
            return flue__im_named(block);
    return NULL;
}

/* IM-009, IM-010 */
static void
send_down(struct im_call *call, const struct im_member *member, flue_time now,
          struct flue_block_list *tree, enum im_operation operation)
{
    call->source_handle = tree->source_handle;
    call->im_reserved = tree->im_reserved[0];
    tree->im_reserved[0] = call;
    call_down(member->provider, now, tree, operation);
}

/* NULL: no memory. */
static struct im_split *
take_apart(struct flue_im *im, struct flue_block_list *tree)
{
    struct im_split *split;
    size_t count = 0;
    size_t size;

    for (const struct flue_block_list *it = tree; it != NULL; it = it->next_block)
        count++;
    size = sizeof *split + count * sizeof split->parts[0];
    split = im->allocator.reallocate(im->allocator.user, NULL, 0, size);
    if (split == NULL)
        return NULL;
    split->size = size;
    split->count = count;
    split->left = count;
    for (size_t i = 0; i < count; i++) {
        split->parts[i].block = tree;
        tree = tree->next_block;
        split->parts[i].block->next_block = NULL;
        split->parts[i].member = flue__im_choose(im, split->parts[i].block);
    }
    return split;
}

static void
put_together(struct flue_im *im, struct im_split *split)
{
    split->left = 1;
    (void)join(im, split);
}

static void
hand_down_apart(struct im_upper *upper, flue_time now, struct flue_block_list *tree,
                enum im_operation operation)
{
    struct flue_im *im = upper->im;
    struct im_split *split = take_apart(im, tree);
    size_t count = split != NULL ? split->count : 0;
    size_t done = 0;

    while (done < count &&
           convert(upper, split->parts[done].member, split->parts[done].block, operation))
        done++;
    if (split == NULL || done < count) {
        while (done-- > 0)
            restore(split->parts[done].block,
                    operation == IM_TERMINATE ? IM_INVALIDATE : operation);
        if (split != NULL)
            put_together(im, split);
        refuse(upper, now, tree, operation, FLUE_STATUS_FAILURE);
        return;
    }
    im->statistics.calls++;
    for (size_t i = 0; i < count; i++) {
        split->parts[i].call = (struct im_call){.upper = upper, .split = split};
        send_down(&split->parts[i].call, split->parts[i].member, now, split->parts[i].block,
                  operation);
    }
}

static void
hand_down(void *adapter, flue_time now, struct flue_block_list *tree, enum im_operation operation)
{
    struct im_upper *upper = adapter;
    struct flue_im *im = upper->im;
    struct im_object *object = first_named(tree);
    bool is_split;
    struct im_member *member = find_member(im, tree, &is_split);
    struct im_call *call = NULL;

    if (member == NULL || im->config.chimney == FLUE_IM_NOT_REGISTERED ||
        (operation == IM_INITIATE && im->is_moving)) {
        refuse(upper, now, tree, operation, FLUE_STATUS_FAILURE);
        return;
    }
    if (is_split) {
        hand_down_apart(upper, now, tree, operation);
        return;
    }
    if (operation == IM_TERMINATE)
        call = object != NULL ? &object->ending : NULL;
    else
        call = slab_get(&im->calls);
    if (call == NULL || !convert(upper, member, tree, operation)) {
        if (call != NULL && operation != IM_TERMINATE)
            slab_put(&im->calls, call);
        refuse(upper, now, tree, operation,
               operation == IM_INITIATE ? FLUE_STATUS_RESOURCES : FLUE_STATUS_FAILURE);
        return;
    }
    im->statistics.calls++;
    *call = (struct im_call){.upper = upper, .is_own = operation == IM_TERMINATE};
    send_down(call, member, now, tree, operation);
}

/* ---- The tables --------------------------------------------------------------------------------
 */

#define PASS(name, operation)                                                                      \
    static void name(void *adapter, flue_time now, struct flue_block_list *tree)                   \
    {                                                                                              \
        hand_down(adapter, now, tree, operation);                                                  \
    }                                                                                              \
    static void name##_complete(void *binding, flue_time now, struct flue_block_list *tree)        \
    {                                                                                              \
        complete(binding, now, tree, operation);                                                   \
    }

PASS(initiate_offload, IM_INITIATE)
PASS(terminate_offload, IM_TERMINATE)
PASS(update_offload, IM_UPDATE)
PASS(invalidate_offload, IM_INVALIDATE)
PASS(query_offload, IM_QUERY)

void
flue__im_init_trees(struct flue_im *im)
{
    for (uint32_t i = 0; i < im->config.uppers; i++) {
        struct flue_provider *up = &im->uppers[i].provider;

        up->initiate_offload = initiate_offload;
        up->terminate_offload = terminate_offload;
        up->update_offload = update_offload;
        up->invalidate_offload = invalidate_offload;
        up->query_offload = query_offload;
    }
    for (uint32_t i = 0; i < im->config.members; i++) {
        struct flue_client *down = &im->members[i].client;

        down->initiate_offload_complete = initiate_offload_complete;
        down->terminate_offload_complete = terminate_offload_complete;
        down->update_offload_complete = update_offload_complete;
        down->invalidate_offload_complete = invalidate_offload_complete;
        down->query_offload_complete = query_offload_complete;
    }
}
