/* SPDX-License-Identifier: GPL-2.0-or-later
 *
 * State operations as they pass, and the rules of update, invalidate and query. Those of the two
 * that make and end objects have files of their own.
 */
#include "chimney/verifier_parts.h"

/* ---- Rules of the call -------------------------------------------------------------------------
 */

/* The object that a block of an update, invalidate, query or terminate tree names; NULL: none, or
 * one that it may not name. */
static struct verified_object *
named_object(struct flue_verifier *verifier, const struct verified_block *image)
{
    struct flue_block_list *block = image->block;
    struct verified_object *object = NULL;

    if (image->role == BLOCK_PLACEHOLDER)
        return NULL;
    if (image->role == BLOCK_KNOWN)
        object = flue__verifier_by_context(verifier, *block->miniport_offload_context);
    if (object == NULL) {
        object = flue__verifier_by_handle(verifier, block->offload_handle);
        if (object != NULL && object->phase == OBJECT_INITIATING)
            flue__verifier_blame_object(verifier, FLUE_SIDE_CLIENT, "HOST-004", object,
                                        "The object's offload is not complete.");
        else
            flue__verifier_blame_block(verifier, FLUE_SIDE_CLIENT, "STATE-019", block,
                                       "The block's cell names no offloaded object.");
        return NULL;
    }
    if (flue__block_layer(block) != FLUE_LAYER_NONE && object->layer != flue__block_layer(block)) {
        flue__verifier_blame_block(verifier, FLUE_SIDE_CLIENT, "STATE-009", block,
                                   "The block's type is not of its object's layer.");
        return NULL;
    }
    return object;
}

static bool
check_update(struct flue_verifier *verifier, const struct verified_tree *tree,
             const struct verified_block *image, struct verified_object *object)
{
    const struct verified_object *parent =
        image->parent != NO_PARENT ? tree->blocks[image->parent].object : NULL;

    if (object->updates > 0 || object->is_invalidated) {
        flue__verifier_blame_object(verifier, FLUE_SIDE_CLIENT, "HOST-005", object,
                                    object->updates > 0
                                        ? "An object is updated that is being updated."
                                        : "An object is updated that was invalidated.");
        return false;
    }
    if (object->layer == FLUE_LAYER_TCP && parent != NULL && object->parent != parent)
        flue__verifier_blame_object(verifier, FLUE_SIDE_CLIENT, "UPDATE-014", object,
                                    "An update hangs a connection under another path.");
    if (flue__block_is_sound(image->block) && !flue__verifier_has_lengths(image->block))
        flue__verifier_blame_block(verifier, FLUE_SIDE_CLIENT, "STATE-011", image->block,
                                   "A state structure has a wrong length.");
    return true;
}

static bool
may_operate(struct flue_verifier *verifier, const struct verified_tree *tree,
            const struct verified_block *image, struct verified_object *object)
{
    if (object->phase == OBJECT_TERMINATING && tree->call != CALL_TERMINATE) {
        flue__verifier_blame_object(verifier, FLUE_SIDE_CLIENT, "HOST-011", object,
                                    "An operation overlaps the object's termination.");
        return false;
    }
    if (tree->call == CALL_UPDATE)
        return check_update(verifier, tree, image, object);
    if (tree->call == CALL_QUERY && !flue__block_is_sound(image->block)) {
        flue__verifier_blame_block(verifier, FLUE_SIDE_CLIENT, "STATE-009", image->block,
                                   "The block is too small for the state that its type names.");
        return false;
    }
    return true;
}

void
flue__verifier_operate(struct flue_verifier *verifier, struct verified_tree *tree)
{
    for (size_t i = 0; i < tree->count; i++) {
        struct verified_block *image = &tree->blocks[i];
        struct verified_object *object = named_object(verifier, image);

        if (object == NULL || !may_operate(verifier, tree, image, object)) {
            if (image->role != BLOCK_PLACEHOLDER)
                image->role = BLOCK_STRANGE;
            continue;
        }
        image->object = object;
        flue__verifier_object_hold(object);
        image->changes = object->changes;
        switch (tree->call) {
        case CALL_UPDATE:
            object->updates++;
            object->changes++;
            if (flue__block_is_sound(image->block))
                flue__verifier_state_note(image);
            break;
        case CALL_INVALIDATE:
            object->invalidates++;
            object->is_invalidated = true; /* INVAL-004: from the call on */
            break;
        case CALL_QUERY:
            object->queries++;
            break;
        default:
            break;
        }
    }
    if (tree->call == CALL_TERMINATE)
        flue__verifier_terminate(verifier, tree);
}

/* ---- Rules of the completion -------------------------------------------------------------------
 */

static void
end_update(struct flue_verifier *verifier, struct verified_tree *tree, struct verified_block *image)
{
    struct verified_object *object = image->object;

    object->updates--;
    object->changes++;
    if (flue__block_is_sound(image->block))
        flue__verifier_state_check_unchanged(verifier, image);
    if (image->block->status != FLUE_STATUS_SUCCESS)
        return;
    if (flue__block_is_sound(image->block))
        flue__verifier_state_remember_cached(object, image->block);
    if (object->layer == FLUE_LAYER_PATH && image->parent != NO_PARENT &&
        tree->blocks[image->parent].object != NULL && object->phase != OBJECT_GONE)
        flue__verifier_object_relink(verifier, object, tree->blocks[image->parent].object);
}

/* What depends on a block that failed was not attempted, and fails with it. */
static bool
has_failed_alone(const struct verified_tree *tree, const struct verified_block *image)
{
    if (image->block->status != FLUE_STATUS_FAILURE)
        return false;
    for (; image->parent != NO_PARENT; image = &tree->blocks[image->parent])
        if (tree->blocks[image->parent].block->status == FLUE_STATUS_FAILURE)
            return false;
    return true;
}

void
flue__verifier_operate_complete(struct flue_verifier *verifier, struct verified_tree *tree)
{
    for (size_t i = 0; i < tree->count; i++) {
        struct verified_block *image = &tree->blocks[i];

        if (image->object == NULL)
            continue;
        if (tree->call == CALL_UPDATE)
            end_update(verifier, tree, image);
        if (tree->call == CALL_INVALIDATE)
            image->object->invalidates--;
        if (tree->call == CALL_QUERY) {
            image->object->queries--;
            if (image->block->status == FLUE_STATUS_SUCCESS)
                flue__verifier_state_check_query(verifier, image);
        }
        if (tree->call != CALL_UPDATE && has_failed_alone(tree, image))
            image->object->has_failed = true;
    }
    if (tree->call == CALL_TERMINATE)
        flue__verifier_terminate_complete(verifier, tree);
}

/* ---- The calls ---------------------------------------------------------------------------------
 */

static void
hand_down(struct flue_verifier *verifier, flue_time now, struct flue_block_list *root,
          enum verifier_call call, void (*handler)(void *, flue_time, struct flue_block_list *))
{
    struct verifier_frame frame;
    struct verified_tree *tree = NULL;

    verifier->now = now;
    if (call == CALL_INITIATE)
        flue__verifier_mark(verifier, root);
    if (!verifier->is_stopped && root != NULL)
        tree = flue__verifier_tree_new(verifier, root, call);
    if (tree != NULL && !tree->is_cyclic && call == CALL_INITIATE)
        flue__verifier_initiate(verifier, tree);
    else if (tree != NULL && !tree->is_cyclic)
        flue__verifier_operate(verifier, tree);
    flue__verifier_enter(verifier, &frame, call, root, NULL);
    handler(verifier->provider->adapter, now, root);
    flue__verifier_leave(verifier, &frame);
}

static bool
is_in_progress(const struct flue_verifier *verifier, enum verifier_call call,
               const struct flue_block_list *root)
{
    for (const struct verifier_frame *it = verifier->frames; it != NULL; it = it->outer)
        if (it->call == call && it->tree == root)
            return true;
    return false;
}

static void
check_completion(struct flue_verifier *verifier, struct flue_block_list *root,
                 enum verifier_call call)
{
    struct verified_tree *tree = (struct verified_tree *)flue__table_find(&verifier->roots, root);

    if (tree == NULL || tree->call != call) {
        flue__verifier_blame_block(verifier, FLUE_SIDE_PROVIDER, flue__verifier_row(call), root,
                                   tree == NULL ? "No such operation is outstanding on this tree."
                                                : "Another operation was asked for on this tree.");
        return;
    }
    if (is_in_progress(verifier, call, root))
        flue__verifier_blame_block(verifier, FLUE_SIDE_PROVIDER, flue__verifier_row(call), root,
                                   "The operation was completed from inside its call.");
    if (tree->is_cyclic)
        return;
    flue__verifier_tree_check(verifier, tree);
    if (call == CALL_INITIATE)
        flue__verifier_initiate_complete(verifier, tree);
    else
        flue__verifier_operate_complete(verifier, tree);
}

/* OFFLOAD-048: nothing may be indicated until the completion has returned; so the frame bears the
 * tree, and the objects bear the serial of the frame. */
static void
note_return(struct flue_verifier *verifier, const struct flue_block_list *root, uint64_t serial)
{
    struct verified_tree *tree = (struct verified_tree *)flue__table_find(&verifier->roots, root);

    for (size_t i = 0; tree != NULL && i < tree->count; i++)
        if (tree->blocks[i].role == BLOCK_NEW)
            tree->blocks[i].object->completion = serial;
}

static void
hand_up(struct flue_verifier *verifier, flue_time now, struct flue_block_list *root,
        enum verifier_call call, void (*handler)(void *, flue_time, struct flue_block_list *))
{
    struct verifier_frame frame;

    verifier->now = now;
    flue__verifier_enter(verifier, &frame, CALL_COMPLETE, NULL, NULL);
    if (!verifier->is_stopped) {
        struct verified_tree *tree;

        check_completion(verifier, root, call);
        if (call == CALL_INITIATE)
            note_return(verifier, root, frame.serial);
        tree = (struct verified_tree *)flue__table_find(&verifier->roots, root);
        if (tree != NULL)
            flue__verifier_tree_remove(verifier, tree);
    }
    handler(verifier->client->binding, now, root);
    flue__verifier_leave(verifier, &frame);
}

#define PASS_DOWN(name, call)                                                                      \
    static void name(void *adapter, flue_time now, struct flue_block_list *tree)                   \
    {                                                                                              \
        struct flue_verifier *verifier = adapter;                                                  \
                                                                                                   \
        hand_down(verifier, now, tree, call, verifier->provider->name);                            \
    }
#define PASS_UP(name, call)                                                                        \
    static void name(void *binding, flue_time now, struct flue_block_list *tree)                   \
    {                                                                                              \
        struct flue_verifier *verifier = binding;                                                  \
                                                                                                   \
        hand_up(verifier, now, tree, call, verifier->client->name);                                \
    }

PASS_DOWN(initiate_offload, CALL_INITIATE)
PASS_DOWN(terminate_offload, CALL_TERMINATE)
PASS_DOWN(update_offload, CALL_UPDATE)
PASS_DOWN(invalidate_offload, CALL_INVALIDATE)
PASS_DOWN(query_offload, CALL_QUERY)
PASS_UP(initiate_offload_complete, CALL_INITIATE)
PASS_UP(terminate_offload_complete, CALL_TERMINATE)
PASS_UP(update_offload_complete, CALL_UPDATE)
PASS_UP(invalidate_offload_complete, CALL_INVALIDATE)
PASS_UP(query_offload_complete, CALL_QUERY)

void
flue__verifier_init_operations(struct flue_verifier *verifier)
{
    verifier->up.initiate_offload = initiate_offload;
    verifier->up.terminate_offload = terminate_offload;
    verifier->up.update_offload = update_offload;
    verifier->up.invalidate_offload = invalidate_offload;
    verifier->up.query_offload = query_offload;
    verifier->down.initiate_offload_complete = initiate_offload_complete;
    verifier->down.terminate_offload_complete = terminate_offload_complete;
    verifier->down.update_offload_complete = update_offload_complete;
    verifier->down.invalidate_offload_complete = invalidate_offload_complete;
    verifier->down.query_offload_complete = query_offload_complete;
}
