/* SPDX-License-Identifier: GPL-2.0-or-later
 *
 * The rules of an offload: what the client may hand over, and what the provider must say of it.
 */
#include "chimney/verifier_parts.h"

/* ---- The call ----------------------------------------------------------------------------------
 */

static bool
is_offloadable(enum flue_tcp_connection_state state)
{
    return state >= FLUE_TCP_CONNECTION_ESTABLISHED && state != FLUE_TCP_CONNECTION_TIME_WAIT;
}

/* OFFLOAD-038, STATE-031. The lists stay the client's until the connection is taken. */
static void
take_chain(struct flue_verifier *verifier, struct verified_block *image,
           const struct flue_tcp_delegated *delegated)
{
    const struct flue_buffer_list *list = image->block->net_buffer_list_chain;
    bool has_head = list == NULL;
    bool has_tail = list == NULL;

    for (; list != NULL; list = list->next) {
        struct verified_list *record;

        if (flue__verifier_list(verifier, list) != NULL) {
            flue__verifier_blame_list(verifier, FLUE_SIDE_CLIENT, "SEND-004", list,
                                      "A list that is with the provider is handed over.");
            return;
        }
        record = flue__verifier_list_new(verifier, list, image->object, CALL_SEND);
        if (record == NULL) {
            flue__verifier_stop(verifier);
            return;
        }
        record->is_chained = true;
        image->chained++;
        has_head |= list == delegated->send_data_head;
        has_tail |= has_head && list == delegated->send_data_tail;
    }
    if (!has_tail)
        flue__verifier_blame_block(verifier, FLUE_SIDE_CLIENT, "OFFLOAD-038", image->block,
                                   "SendDataHead and SendDataTail do not lie in this order in the "
                                   "send data's chain.");
}

static void
check_tcp(struct flue_verifier *verifier, struct verified_block *image)
{
    struct verified_object *object = image->object;
    const struct flue_tcp_delegated *delegated = flue__tcp_state(image->block).delegated;

    if (!is_offloadable(delegated->state))
        flue__verifier_blame_object(verifier, FLUE_SIDE_CLIENT, "HOST-002", object,
                                    "A connection is offloaded in a state that cannot be.");
    object->has_handed = delegated->buffered_data != NULL;
    object->is_fin_told = delegated->state == FLUE_TCP_CONNECTION_CLOSE_WAIT ||
                          delegated->state == FLUE_TCP_CONNECTION_CLOSING ||
                          delegated->state == FLUE_TCP_CONNECTION_LAST_ACK;
    object->has_both = object->has_handed && object->is_fin_told;
    object->is_closing = delegated->state != FLUE_TCP_CONNECTION_ESTABLISHED &&
                         delegated->state != FLUE_TCP_CONNECTION_CLOSE_WAIT;
    take_chain(verifier, image, delegated);
}

static bool
is_whole(unsigned type)
{
    return type == FLUE_NEIGHBOR_OFFLOAD_STATE || type == FLUE_IP4_OFFLOAD_STATE ||
           type == FLUE_IP6_OFFLOAD_STATE || type == FLUE_TCP_OFFLOAD_STATE;
}

/* The state behind a new block; false: it must not be looked at. */
static bool
check_state(struct flue_verifier *verifier, struct flue_block_list *block)
{
    if (flue__block_layer(block) == FLUE_LAYER_NONE ||
        block->header.revision != FLUE_BLOCK_LIST_REVISION)
        return false; /* blamed already */
    if (!is_whole(block->header.type)) {
        flue__verifier_blame_block(verifier, FLUE_SIDE_CLIENT, "STATE-022", block,
                                   "A new object comes without all of its state.");
        return false;
    }
    if (!flue__block_is_sound(block)) {
        flue__verifier_blame_block(verifier, FLUE_SIDE_CLIENT, "STATE-009", block,
                                   "The block is too small for the state that its type names.");
        return false;
    }
    if (!flue__verifier_has_lengths(block)) {
        flue__verifier_blame_block(verifier, FLUE_SIDE_CLIENT, "STATE-011", block,
                                   "A state structure has a wrong length.");
        return false;
    }
    if (flue__block_layer(block) == FLUE_LAYER_PATH &&
        (flue__path_state(block).constants->source_address == NULL ||
         flue__path_state(block).constants->destination_address == NULL)) {
        flue__verifier_blame_block(verifier, FLUE_SIDE_CLIENT, "STATE-013", block,
                                   "A path comes without an address.");
        return false;
    }
    if (flue__block_layer(block) == FLUE_LAYER_NEIGHBOR &&
        flue__neighbor_state(block).cached->host_reachability_delta_ticks !=
            flue__neighbor_state(block).delegated->nic_reachability_delta_ticks)
        flue__verifier_blame_block(verifier, FLUE_SIDE_CLIENT, "EVENT-018", block,
                                   "The two ages of a new neighbour differ.");
    return true;
}

/* False: the handle is in use. One that a failed termination left behind is free. */
static bool
claim_handle(struct flue_verifier *verifier, const struct flue_block_list *block)
{
    struct verified_object *old = flue__verifier_by_handle(verifier, block->offload_handle);

    if (old == NULL)
        return true;
    if (old->phase == OBJECT_LOST) {
        flue__verifier_object_remove(verifier, old);
        return true;
    }
    if (old->phase == OBJECT_INITIATING)
        flue__verifier_blame_object(verifier, FLUE_SIDE_CLIENT, "HOST-003", old,
                                    "An object is offloaded whose offload is in progress.");
    else
        flue__verifier_blame_object(verifier, FLUE_SIDE_CLIENT, "STATE-019", old,
                                    "The cell of an offloaded object was emptied.");
    return false;
}

static void
check_new(struct flue_verifier *verifier, struct verified_tree *tree, struct verified_block *image)
{
    struct flue_block_list *block = image->block;
    struct verified_object *parent =
        image->parent != NO_PARENT ? tree->blocks[image->parent].object : NULL;

    if (!check_state(verifier, block))
        return;
    if (block->offload_handle == NULL) {
        flue__verifier_blame_block(verifier, FLUE_SIDE_CLIENT, "STATE-016", block,
                                   "A new object comes without a handle.");
        return;
    }
    if (!claim_handle(verifier, block))
        return;
    image->object = flue__verifier_object_new(verifier, block, parent);
    if (image->object == NULL) {
        flue__verifier_stop(verifier);
        return;
    }
    flue__verifier_object_hold(image->object);
    flue__verifier_state_remember(image->object, block);
    flue__verifier_state_note(image);
    if (image->object->layer == FLUE_LAYER_TCP)
        check_tcp(verifier, image);
    else if (block->net_buffer_list_chain != NULL)
        flue__verifier_blame_block(verifier, FLUE_SIDE_CLIENT, "STATE-031", block,
                                   "Only a connection has send data.");
}

static void
check_linker(struct flue_verifier *verifier, struct verified_tree *tree,
             struct verified_block *image)
{
    struct flue_block_list *block = image->block;
    struct verified_object *object =
        flue__verifier_by_context(verifier, *image->before.miniport_offload_context);
    const struct verified_object *parent =
        image->parent != NO_PARENT ? tree->blocks[image->parent].object : NULL;

    if (object == NULL) {
        object = flue__verifier_by_handle(verifier, block->offload_handle);
        if (object != NULL && object->phase == OBJECT_INITIATING)
            flue__verifier_blame_object(verifier, FLUE_SIDE_CLIENT, "HOST-004", object,
                                        "A linker names an object whose offload is in progress.");
        else
            flue__verifier_blame_block(verifier, FLUE_SIDE_CLIENT, "STATE-021", block,
                                       "A linker's cell names no offloaded object.");
        return;
    }
    image->object = object;
    flue__verifier_object_hold(object);
    if (object->phase == OBJECT_TERMINATING)
        flue__verifier_blame_object(verifier, FLUE_SIDE_CLIENT, "HOST-013", object,
                                    "Something is to depend on an object that is being "
                                    "terminated.");
    else if (image->before.dependent_block_list == NULL)
        flue__verifier_blame_block(verifier, FLUE_SIDE_CLIENT, "STATE-021", block,
                                   "A linker has no dependants.");
    else if (object->layer != flue__block_layer(block))
        flue__verifier_blame_block(verifier, FLUE_SIDE_CLIENT, "STATE-009", block,
                                   "The block's type is not of its object's layer.");
    else if (parent != NULL && object->parent != NULL && object->parent != parent)
        flue__verifier_blame_object(verifier, FLUE_SIDE_CLIENT, "STATE-024", object,
                                    "The tree hangs a path where it does not belong.");
}

void
flue__verifier_initiate(struct flue_verifier *verifier, struct verified_tree *tree)
{
    bool is_new = false;

    for (size_t i = 0; i < tree->count && !verifier->is_stopped; i++) {
        struct verified_block *image = &tree->blocks[i];

        is_new |= image->role == BLOCK_NEW;
        if (image->role == BLOCK_NEW)
            check_new(verifier, tree, image);
        else if (image->role == BLOCK_KNOWN)
            check_linker(verifier, tree, image);
        if (image->role != BLOCK_PLACEHOLDER && image->object == NULL)
            image->role = BLOCK_STRANGE;
    }
    if (is_new && verifier->is_paused)
        flue__verifier_blame_block(verifier, FLUE_SIDE_CLIENT, "STATUS-001", tree->blocks[0].block,
                                   "New objects are offloaded although the provider asked for "
                                   "none.");
}

/* ---- The completion ----------------------------------------------------------------------------
 */

static bool
is_taken(const struct flue_block_list *block)
{
    return block->status == FLUE_STATUS_SUCCESS ||
           block->status == FLUE_STATUS_OFFLOAD_PARTIAL_SUCCESS;
}

static void
count_dependants(struct verified_tree *tree)
{
    for (size_t i = 0; i < tree->count; i++) {
        const struct verified_block *image = &tree->blocks[i];

        if (image->parent == NO_PARENT)
            continue;
        if (is_taken(image->block))
            tree->blocks[image->parent].taken++;
        else
            tree->blocks[image->parent].refused++;
    }
}

/* OFFLOAD-010, OFFLOAD-011, OFFLOAD-027, OFFLOAD-028 */
static void
check_new_status(struct flue_verifier *verifier, const struct verified_tree *tree, size_t i)
{
    const struct verified_block *image = &tree->blocks[i];
    const struct flue_block_list *block = image->block;
    bool is_root_lost = tree->blocks[0].role == BLOCK_NEW && !is_taken(tree->blocks[0].block);

    if (block->status == FLUE_STATUS_SUCCESS && image->refused > 0)
        flue__verifier_blame_block(verifier, FLUE_SIDE_PROVIDER, "OFFLOAD-010", block,
                                   "The block has full success, and a dependant that was refused.");
    else if (block->status == FLUE_STATUS_OFFLOAD_PARTIAL_SUCCESS && image->refused == 0)
        flue__verifier_blame_block(verifier, FLUE_SIDE_PROVIDER, "OFFLOAD-011", block,
                                   "The block has partial success, and no dependant was refused.");
    else if (is_taken(block) && i > 0 && is_root_lost)
        flue__verifier_blame_block(verifier, FLUE_SIDE_PROVIDER, "OFFLOAD-028", block,
                                   "The block was taken although the root was not.");
    else if (is_taken(block) && image->parent != NO_PARENT &&
             tree->blocks[image->parent].role == BLOCK_NEW &&
             !is_taken(tree->blocks[image->parent].block))
        flue__verifier_blame_block(verifier, FLUE_SIDE_PROVIDER, "OFFLOAD-027", block,
                                   "The block was taken although what it depends on was not.");
}

static void
check_linker_status(struct flue_verifier *verifier, const struct verified_block *image)
{
    enum flue_status right = FLUE_STATUS_OFFLOAD_PARTIAL_SUCCESS;

    if (image->refused == 0)
        right = FLUE_STATUS_SUCCESS;
    else if (image->taken == 0)
        right = FLUE_STATUS_FAILURE;
    if (image->block->status != right && image->block->status != FLUE_STATUS_UNWRITTEN)
        flue__verifier_blame_block(verifier, FLUE_SIDE_PROVIDER, "OFFLOAD-031", image->block,
                                   "A linker's status does not say what became of its "
                                   "dependants.");
}

/* OFFLOAD-029, OFFLOAD-030: the client has its send data back, untouched. */
static void
return_chain(struct flue_verifier *verifier, struct verified_block *image)
{
    const struct flue_buffer_list *list = image->before.net_buffer_list_chain;

    for (uint32_t i = 0; i < image->chained; i++) {
        struct verified_list *record = flue__verifier_list(verifier, list);

        if (record == NULL || record->object != image->object) {
            flue__verifier_blame_object(verifier, FLUE_SIDE_PROVIDER, "OFFLOAD-030", image->object,
                                        "Send data of a refused connection was completed.");
            return;
        }
        if (list->status != record->status)
            flue__verifier_blame_list(verifier, FLUE_SIDE_PROVIDER, "OFFLOAD-029", list,
                                      "The status of a refused connection's send data was "
                                      "changed.");
        flue__verifier_list_remove(verifier, record);
        list = list->next;
    }
}

/* From here on the chain is like posted sends (OFFLOAD-044). */
static void
keep_chain(struct flue_verifier *verifier, struct verified_block *image)
{
    const struct flue_buffer_list *list = image->before.net_buffer_list_chain;

    for (uint32_t i = 0; i < image->chained; i++) {
        struct verified_list *record = flue__verifier_list(verifier, list);

        if (record == NULL || record->object != image->object)
            return; /* completed already: its links are the client's */
        record->is_chained = false;
        record->is_counted = true;
        (*flue__verifier_out(image->object, CALL_SEND))++;
        list = list->next;
    }
}

static void
take_context(struct flue_verifier *verifier, struct verified_object *object)
{
    void *context = *object->cell;
    struct verified_object *other = flue__verifier_by_context(verifier, context);

    if (other != NULL && other->phase == OBJECT_LOST) {
        flue__verifier_object_remove(verifier, other);
        other = NULL;
    }
    if (other != NULL) {
        flue__verifier_blame_object(verifier, FLUE_SIDE_PROVIDER, "STATE-016", object,
                                    "Two objects have the same context.");
        return;
    }
    if (!flue__table_insert(&verifier->contexts, &verifier->allocator, &object->by_context,
                            context)) {
        flue__verifier_stop(verifier);
        return;
    }
    object->is_in_contexts = true;
}

static void
settle_new(struct flue_verifier *verifier, struct verified_block *image)
{
    struct verified_object *object = image->object;
    bool has_context = *object->cell != NULL;

    if (!is_taken(image->block)) {
        if (has_context)
            flue__verifier_blame_object(verifier, FLUE_SIDE_PROVIDER, "OFFLOAD-009", object,
                                        "The cell of a refused object was written.");
        return_chain(verifier, image);
        flue__verifier_object_remove(verifier, object);
        return;
    }
    if (!has_context)
        flue__verifier_blame_object(verifier, FLUE_SIDE_PROVIDER, "OFFLOAD-008", object,
                                    "An object was taken, and its cell is empty.");
    else
        take_context(verifier, object);
    object->phase = OBJECT_OFFLOADED;
    keep_chain(verifier, image);
}

void
flue__verifier_initiate_complete(struct flue_verifier *verifier, struct verified_tree *tree)
{
    count_dependants(tree);
    for (size_t i = 0; i < tree->count && !verifier->is_stopped; i++) {
        struct verified_block *image = &tree->blocks[i];

        if (image->role == BLOCK_NEW) {
            check_new_status(verifier, tree, i);
            flue__verifier_state_check_unchanged(verifier, image);
            settle_new(verifier, image);
        } else if (image->role == BLOCK_KNOWN) {
            check_linker_status(verifier, image);
        }
    }
}
