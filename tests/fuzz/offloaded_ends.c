/* SPDX-License-Identifier: GPL-2.0-or-later
 *
 * The end of a state operation of offloaded.h's client: what is offloaded after it, and whose the
 * lists are.
 */
#include "chimney/block_state.h"
#include "offloaded.h"

static void
take_back(struct world *world, struct flue_buffer_list *lists)
{
    while (lists != NULL) {
        struct flue_buffer_list *next = lists->next;

        give_list_back(world, lists);
        lists = next;
    }
}

static void
note_initiated(struct world *world, struct object *object, struct flue_block_list *block)
{
    bool is_taken = block->status == FLUE_STATUS_SUCCESS ||
                    block->status == FLUE_STATUS_OFFLOAD_PARTIAL_SUCCESS;

    if (!world->is_wild && object->is_starting)
        FUZZ_CHECK(is_taken == (object->handle.miniport_offload_context != NULL));
    object->is_starting = false;
    object->is_present = object->handle.miniport_offload_context != NULL;
    if (!is_taken)
        take_back(world, block->net_buffer_list_chain);
}

/* One that failed is tried once more: then the connection is lost for good. */
static void
note_terminated(struct world *world, struct object *object, struct flue_block_list *block)
{
    bool is_done = block->status == FLUE_STATUS_SUCCESS;
    struct flue_tcp_delegated *delegated = NULL;

    object->is_ending = false;
    if (is_done && block->miniport_offload_context != NULL && flue__block_is_sound(block))
        delegated = flue__tcp_state(block).delegated;
    if (delegated != NULL && delegated->buffered_data != NULL) {
        FUZZ_CHECK(delegated->buffered_data->next == NULL);
        delegated->buffered_data->next = world->lent;
        world->lent = delegated->buffered_data;
    }
    if (is_done)
        take_back(world, block->net_buffer_list_chain);
    if (is_done || (object->is_lost && object->layer == TCP)) {
        if (block->miniport_offload_context != NULL)
            *block->miniport_offload_context = NULL;
        object->is_lost = object->is_invalid = object->is_closing = false;
    } else {
        object->is_lost = true;
    }
    object->is_present = object->handle.miniport_offload_context != NULL;
}

static void
note_done(struct world *world, struct tree *tree, uint32_t i)
{
    struct object *object = tree->objects[i];
    struct flue_block_list *block = tree->blocks[i];

    FUZZ_CHECK(world->is_wild || block->status != FLUE_STATUS_UNWRITTEN);
    if (object == NULL)
        return;
    if (getenv("FLUE_FUZZ_TELL") != NULL)
        fprintf(stderr, "operation %d of %d %u: %s\n", tree->operation, object->layer,
                object->number, flue_status_name(block->status));
    object->busy--;
    if (tree->operation == INITIATE)
        note_initiated(world, object, block);
    else if (tree->operation == TERMINATE)
        note_terminated(world, object, block);
    else if (tree->operation == UPDATE)
        object->updates--;
    if (tree->operation == UPDATE && object->layer == PATH && tree->objects[i - 1] != NULL &&
        block->status == FLUE_STATUS_SUCCESS)
        object->parent = tree->objects[i - 1];
}

void
on_tree(struct world *world, enum operation operation, struct flue_block_list *root)
{
    struct tree *tree = world->trees;

    while (tree < world->trees + TREES && (!tree->is_out || tree->blocks[0] != root))
        tree++;
    FUZZ_CHECK(tree < world->trees + TREES);
    FUZZ_CHECK(tree->operation == operation && root->status != FLUE_STATUS_UNWRITTEN);
    for (uint32_t i = 0; i < tree->count; i++)
        note_done(world, tree, i);
    tree->is_out = false;
    drop_tree(tree);
}
