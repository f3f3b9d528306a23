/* SPDX-License-Identifier: GPL-2.0-or-later
 *
 * The rules of a termination: when the client may ask for it, and what must be over when the
 * provider completes it. What belongs to an object that came back goes with it; an object whose
 * termination failed is lost, and nothing more is expected of it.
 */
#include "chimney/verifier_parts.h"

/* ---- The call ----------------------------------------------------------------------------------
 */

/* HOST-011 */
static bool
is_busy(const struct flue_verifier *verifier, const struct verified_object *object)
{
    return object->queries + object->updates + object->invalidates > 0 ||
           flue__verifier_is_inside(verifier, CALL_RECEIVE, object) ||
           flue__verifier_is_inside(verifier, CALL_DISCONNECT, object);
}

static bool
begin_one(struct flue_verifier *verifier, const struct verified_tree *tree,
          struct verified_block *image)
{
    struct verified_object *object = image->object;
    struct verified_object *parent = object->parent;
    const struct flue_block_list *block = image->block;

    if (object->phase == OBJECT_TERMINATING) {
        flue__verifier_blame_object(verifier, FLUE_SIDE_CLIENT, "TERM-025", object,
                                    "The object is being terminated already.");
        return false;
    }
    if (is_busy(verifier, object))
        flue__verifier_blame_object(verifier, FLUE_SIDE_CLIENT, "HOST-011", object,
                                    "The object is terminated while another call on it is not "
                                    "over.");
    if (flue__block_is_sound(block)) {
        flue__verifier_state_note(image);
        if (flue__tcp_state(image->block).delegated != NULL)
            image->buffered = flue__tcp_state(image->block).delegated->buffered_data;
    }
    object->phase = OBJECT_TERMINATING;
    if (parent != NULL) {
        if (parent->named_in != tree->serial)
            parent->named = 0;
        parent->named_in = tree->serial;
        parent->named++;
    }
    return true;
}

void
flue__verifier_terminate(struct flue_verifier *verifier, struct verified_tree *tree)
{
    for (size_t i = 0; i < tree->count; i++) {
        struct verified_block *image = &tree->blocks[i];

        if (image->object != NULL && !begin_one(verifier, tree, image)) {
            flue__verifier_object_release(verifier, image->object);
            image->object = NULL;
            image->role = BLOCK_STRANGE;
        }
    }
    for (size_t i = 0; i < tree->count; i++) {
        const struct verified_object *object = tree->blocks[i].object;

        if (object != NULL &&
            object->dependants > (object->named_in == tree->serial ? object->named : 0))
            flue__verifier_blame_object(verifier, FLUE_SIDE_CLIENT, "HOST-013", object,
                                        "Something depends on the object that stays.");
    }
}

/* ---- The completion ----------------------------------------------------------------------------
 */

/* TERM-016 to TERM-019. Each list is looked up before it is followed. */
static void
take_sends_back(struct flue_verifier *verifier, const struct verified_block *image,
                const struct flue_tcp_delegated *delegated)
{
    const struct verified_object *object = image->object;
    const struct flue_buffer_list *list = image->block->net_buffer_list_chain;
    const struct flue_buffer_list *first = list;
    bool has_tail = list == NULL;
    uint64_t number = 0;

    while (list != NULL) {
        struct verified_list *record = flue__verifier_list(verifier, list);

        if (record == NULL || record->object != object || record->call != CALL_SEND) {
            flue__verifier_blame_object(verifier, FLUE_SIDE_PROVIDER, "TERM-019", object,
                                        "The send data handed back is not what was posted.");
            return;
        }
        if (record->number < number)
            flue__verifier_blame_list(verifier, FLUE_SIDE_PROVIDER, "TERM-017", list,
                                      "Send data is handed back in another order.");
        number = record->number;
        has_tail |= delegated != NULL && list == delegated->send_data_tail;
        list = list->next;
        flue__verifier_list_remove(verifier, record);
    }
    if (delegated != NULL && first != NULL && (delegated->send_data_head != first || !has_tail))
        flue__verifier_blame_object(verifier, FLUE_SIDE_PROVIDER, "TERM-018", object,
                                    "SendDataHead and SendDataTail do not describe the send data "
                                    "handed back.");
}

/* TERM-013: with the client until it is returned. */
static void
lend_received(struct flue_verifier *verifier, const struct verified_block *image,
              const struct flue_tcp_delegated *delegated)
{
    const struct flue_buffer_list *list = delegated->buffered_data;

    if (list != NULL && list == image->buffered) {
        flue__verifier_blame_block(verifier, FLUE_SIDE_PROVIDER, "TERM-003", image->block,
                                   "The delegated structure was not filled.");
        return;
    }
    for (; list != NULL; list = list->next) {
        if (flue__verifier_list(verifier, list) != NULL) {
            flue__verifier_blame_list(verifier, FLUE_SIDE_PROVIDER, "TERM-014", list,
                                      "A list is handed up that is in use.");
            return;
        }
        if (flue__verifier_list_new(verifier, list, image->object, CALL_INDICATE) == NULL) {
            flue__verifier_stop(verifier);
            return;
        }
    }
}

static void
check_over(struct flue_verifier *verifier, const struct verified_object *object)
{
    uint32_t left = object->queries + object->updates + object->invalidates;

    for (size_t i = 0; i < LIST_KINDS; i++)
        left += object->out[i];
    if (left > 0)
        flue__verifier_blame_object(verifier, FLUE_SIDE_PROVIDER, "TERM-006", object,
                                    "The object was terminated before every call on it was "
                                    "completed.");
    if (flue__verifier_is_inside(verifier, CALL_INDICATE, object) ||
        flue__verifier_is_inside(verifier, CALL_EVENT, object))
        flue__verifier_blame_object(verifier, FLUE_SIDE_PROVIDER, "TERM-007", object,
                                    "The object was terminated before an indication of it had "
                                    "returned.");
}

static void
end_one(struct flue_verifier *verifier, struct verified_block *image)
{
    struct verified_object *object = image->object;
    struct flue_block_list *block = image->block;
    bool has_state = flue__block_is_sound(block);

    if (block->status != FLUE_STATUS_SUCCESS) {
        flue__verifier_object_lose(verifier, object);
        return;
    }
    if (has_state)
        flue__verifier_state_check_unchanged(verifier, image); /* only delegated state comes back */
    if (has_state && !flue__verifier_has_delegated(block)) {
        flue__verifier_blame_block(verifier, FLUE_SIDE_PROVIDER, "TERM-003", block,
                                   "The delegated structure was not filled.");
        has_state = false;
    }
    if (object->layer == FLUE_LAYER_TCP) {
        const struct flue_tcp_delegated *delegated =
            has_state ? flue__tcp_state(block).delegated : NULL;

        if (delegated != NULL && (uint32_t)delegated->state > FLUE_TCP_CONNECTION_TIME_WAIT)
            flue__verifier_blame_block(verifier, FLUE_SIDE_PROVIDER, "STATE-052", block,
                                       "The connection's state is none of the eleven.");
        take_sends_back(verifier, image, delegated);
        if (delegated != NULL)
            lend_received(verifier, image, delegated);
    }
    check_over(verifier, object);
    flue__verifier_object_remove(verifier, object);
}

void
flue__verifier_terminate_complete(struct flue_verifier *verifier, struct verified_tree *tree)
{
    for (size_t i = 0; i < tree->count && !verifier->is_stopped; i++)
        if (tree->blocks[i].object != NULL && tree->blocks[i].object->phase == OBJECT_TERMINATING)
            end_one(verifier, &tree->blocks[i]);
}
