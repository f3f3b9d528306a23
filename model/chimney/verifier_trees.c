/* SPDX-License-Identifier: GPL-2.0-or-later
 *
 * Trees: recorded when they are handed down, checked for their form (STATE-001 to STATE-003,
 * STATE-012, STATE-015) and against the record when they come back. A tree that leads back to
 * itself is walked once round and no further.
 */
#include "chimney/verifier_parts.h"

#include <string.h>

/* A walk that notices when it is where it has been: the place at the last power of two is kept
 * (Brent's cycle search). */
struct careful_walk {
    struct flue_block_walk walk;
    struct flue_block_walk kept;
    size_t steps;
    size_t next_keep;
    bool is_cyclic;
};

static struct flue_block_list *
careful_first(struct careful_walk *walk, struct flue_block_list *root)
{
    memset(walk, 0, sizeof *walk);
    walk->next_keep = 1;
    return flue_block_walk_first(&walk->walk, root);
}

static bool
is_same_place(const struct flue_block_walk *a, const struct flue_block_walk *b)
{
    if (a->depth != b->depth)
        return false;
    for (uint32_t i = 0; i <= a->depth; i++)
        if (a->stack[i] != b->stack[i])
            return false;
    return true;
}

static struct flue_block_list *
careful_next(struct careful_walk *walk)
{
    struct flue_block_list *block;

    if (walk->steps++ == walk->next_keep) {
        walk->kept = walk->walk;
        walk->next_keep *= 2;
    }
    block = flue_block_walk_next(&walk->walk);
    if (block != NULL && walk->kept.stack[0] != NULL && is_same_place(&walk->walk, &walk->kept)) {
        walk->is_cyclic = true;
        return NULL;
    }
    return block;
}

void
flue__verifier_mark(struct flue_verifier *verifier, struct flue_block_list *root)
{
    struct careful_walk walk;

    for (struct flue_block_list *block = careful_first(&walk, root); block != NULL;
         block = careful_next(&walk))
        if (block->offload_handle != NULL)
            block->offload_handle->ndis_reserved[0] = verifier;
}

/* ---- Form --------------------------------------------------------------------------------------
 */

/* Which layer stands at depth 0; 0: no block has told yet. */
static void
check_layer(struct flue_verifier *verifier, const struct verified_block *image,
            const struct verified_block *parent, uint32_t *base)
{
    const struct flue_block_list *block = image->block;
    unsigned type = block->header.type;
    uint32_t layer = flue__block_layer(block);

    if (image->role == BLOCK_PLACEHOLDER)
        return; /* its type is ignored (STATE-020) */
    if (parent != NULL && parent->role != BLOCK_PLACEHOLDER &&
        flue__block_layer(parent->block) == FLUE_LAYER_TCP)
        return; /* the TCP block is blamed for it */
    if (type == FLUE_TCP_OFFLOAD_RESOURCE_STATE || type == FLUE_FILTER_RESERVED_OFFLOAD_STATE) {
        flue__verifier_blame_block(verifier, FLUE_SIDE_CLIENT, "STATE-015", block,
                                   "The block's type is reserved.");
    } else if (layer == FLUE_LAYER_NONE || layer <= image->depth) {
        flue__verifier_blame_block(verifier, FLUE_SIDE_CLIENT, "STATE-001", block,
                                   "The block's type is unknown, or its tree has too many layers.");
    } else if (*base == 0) {
        *base = layer - image->depth;
    } else if (layer != *base + image->depth) {
        bool is_first = parent != NULL && parent->before.dependent_block_list == block;

        flue__verifier_blame_block(verifier, FLUE_SIDE_CLIENT, is_first ? "STATE-002" : "STATE-003",
                                   block,
                                   is_first ? "The block depends on one of the wrong layer."
                                            : "Blocks of different layers are joined.");
    }
}

static void
check_form(struct flue_verifier *verifier, const struct verified_block *image)
{
    const struct flue_block_list *block = image->block;

    if (image->role == BLOCK_PLACEHOLDER) {
        if (image->depth == 2 && block->dependent_block_list != NULL)
            flue__verifier_blame_block(verifier, FLUE_SIDE_CLIENT, "STATE-001", block,
                                       "The tree has more than three layers.");
        return;
    }
    if (block->header.revision != FLUE_BLOCK_LIST_REVISION)
        flue__verifier_blame_block(verifier, FLUE_SIDE_CLIENT, "STATE-012", block,
                                   "The block's revision is unknown.");
    if (flue__block_layer(block) == FLUE_LAYER_TCP && block->dependent_block_list != NULL)
        flue__verifier_blame_block(verifier, FLUE_SIDE_CLIENT, "STATE-002", block,
                                   "Nothing may depend on a TCP block.");
}

static enum block_role
role_of(const struct flue_block_list *block)
{
    if (block->miniport_offload_context == NULL)
        return BLOCK_PLACEHOLDER;
    return *block->miniport_offload_context == NULL ? BLOCK_NEW : BLOCK_KNOWN;
}

/* ---- Record ------------------------------------------------------------------------------------
 */

static void
fill(struct flue_verifier *verifier, struct verified_tree *tree, struct flue_block_list *root)
{
    size_t parents[3] = {NO_PARENT, NO_PARENT, NO_PARENT}; /* last block at each depth */
    struct careful_walk walk;
    uint32_t base = 0;
    size_t i = 0;

    for (struct flue_block_list *block = careful_first(&walk, root); block != NULL;
         block = careful_next(&walk)) {
        struct verified_block *image = &tree->blocks[i];
        uint32_t depth = walk.walk.depth;

        memset(image, 0, sizeof *image);
        image->block = block;
        image->before = *block;
        image->depth = (uint8_t)depth;
        image->role = (uint8_t)role_of(block);
        image->parent = depth > 0 ? parents[depth - 1] : NO_PARENT;
        parents[depth] = i++;
        block->status = FLUE_STATUS_UNWRITTEN;
        if (tree->is_cyclic) {
            image->role = BLOCK_STRANGE;
            continue;
        }
        check_layer(verifier, image,
                    image->parent != NO_PARENT ? &tree->blocks[image->parent] : NULL, &base);
        check_form(verifier, image);
    }
}

struct verified_tree *
flue__verifier_tree_new(struct flue_verifier *verifier, struct flue_block_list *root,
                        enum verifier_call call)
{
    struct verified_tree *tree;
    struct careful_walk walk;
    size_t count = 0;

    if (flue__table_find(&verifier->roots, root) != NULL) {
        flue__verifier_blame_block(verifier, FLUE_SIDE_CLIENT, "OFFLOAD-002", root,
                                   "The tree is with the provider already.");
        return NULL;
    }
    for (struct flue_block_list *it = careful_first(&walk, root); it != NULL;
         it = careful_next(&walk))
        count++;
    tree = verifier->allocator.reallocate(verifier->allocator.user, NULL, 0,
                                          sizeof *tree + count * sizeof tree->blocks[0]);
    if (tree == NULL ||
        !flue__table_insert(&verifier->roots, &verifier->allocator, &tree->by_root, root)) {
        if (tree != NULL)
            verifier->allocator.reallocate(verifier->allocator.user, tree,
                                           sizeof *tree + count * sizeof tree->blocks[0], 0);
        flue__verifier_stop(verifier);
        return NULL;
    }
    tree->call = call;
    tree->serial = ++verifier->serials;
    tree->count = count;
    tree->is_cyclic = walk.is_cyclic;
    tree->next = NULL;
    tree->previous = verifier->last_tree;
    if (verifier->last_tree != NULL)
        verifier->last_tree->next = tree;
    else
        verifier->first_tree = tree;
    verifier->last_tree = tree;
    fill(verifier, tree, root);
    if (tree->is_cyclic)
        flue__verifier_blame_block(verifier, FLUE_SIDE_CLIENT, "STATE-003", root,
                                   "The tree leads back to itself.");
    return tree;
}

void
flue__verifier_tree_remove(struct flue_verifier *verifier, struct verified_tree *tree)
{
    for (size_t i = 0; i < tree->count; i++)
        if (tree->blocks[i].object != NULL)
            flue__verifier_object_release(verifier, tree->blocks[i].object);
    flue__table_remove(&verifier->roots, &tree->by_root);
    if (tree->previous != NULL)
        tree->previous->next = tree->next;
    else
        verifier->first_tree = tree->next;
    if (tree->next != NULL)
        tree->next->previous = tree->previous;
    else
        verifier->last_tree = tree->previous;
    verifier->allocator.reallocate(verifier->allocator.user, tree,
                                   sizeof *tree + tree->count * sizeof tree->blocks[0], 0);
}

/* ---- What comes back ---------------------------------------------------------------------------
 */

static bool
is_refusal(enum flue_status status)
{
    switch (status) {
    case FLUE_STATUS_FAILURE:
    case FLUE_STATUS_RESOURCES:
    case FLUE_STATUS_OFFLOAD_TCP_ENTRIES:
    case FLUE_STATUS_OFFLOAD_PATH_ENTRIES:
    case FLUE_STATUS_OFFLOAD_NEIGHBOR_ENTRIES:
    case FLUE_STATUS_OFFLOAD_HW_ADDRESS_ENTRIES:
    case FLUE_STATUS_OFFLOAD_IP_ADDRESS_ENTRIES:
    case FLUE_STATUS_OFFLOAD_TCP_XMIT_BUFFER:
    case FLUE_STATUS_OFFLOAD_TCP_RCV_BUFFER:
    case FLUE_STATUS_OFFLOAD_TCP_RCV_WINDOW:
    case FLUE_STATUS_OFFLOAD_VLAN_ENTRIES:
    case FLUE_STATUS_OFFLOAD_VLAN_MISMATCH:
    case FLUE_STATUS_OFFLOAD_PATH_MTU:
    case FLUE_STATUS_OFFLOAD_CONNECTION_REJECTED:
        return true;
    default:
        return false;
    }
}

/* The refusals that belong to one layer. NULL: the status fits the block. */
static const char *
misplaced_row(const struct flue_block_list *block)
{
    static const struct {
        enum flue_status status;
        enum flue_layer layer;
        const char *row;
    } rules[] = {
        {FLUE_STATUS_OFFLOAD_TCP_ENTRIES, FLUE_LAYER_TCP, "OFFLOAD-014"},
        {FLUE_STATUS_OFFLOAD_PATH_ENTRIES, FLUE_LAYER_PATH, "OFFLOAD-015"},
        {FLUE_STATUS_OFFLOAD_NEIGHBOR_ENTRIES, FLUE_LAYER_NEIGHBOR, "OFFLOAD-016"},
        {FLUE_STATUS_OFFLOAD_HW_ADDRESS_ENTRIES, FLUE_LAYER_NEIGHBOR, "OFFLOAD-017"},
        {FLUE_STATUS_OFFLOAD_IP_ADDRESS_ENTRIES, FLUE_LAYER_PATH, "OFFLOAD-018"},
        {FLUE_STATUS_OFFLOAD_TCP_XMIT_BUFFER, FLUE_LAYER_TCP, "OFFLOAD-019"},
        {FLUE_STATUS_OFFLOAD_TCP_RCV_BUFFER, FLUE_LAYER_TCP, "OFFLOAD-020"},
        {FLUE_STATUS_OFFLOAD_TCP_RCV_WINDOW, FLUE_LAYER_TCP, "OFFLOAD-021"},
        {FLUE_STATUS_OFFLOAD_PATH_MTU, FLUE_LAYER_PATH, "OFFLOAD-022"},
        {FLUE_STATUS_OFFLOAD_CONNECTION_REJECTED, FLUE_LAYER_TCP, "OFFLOAD-023"},
        {FLUE_STATUS_OFFLOAD_VLAN_ENTRIES, FLUE_LAYER_NEIGHBOR, "VLAN-003"},
        {FLUE_STATUS_OFFLOAD_VLAN_MISMATCH, FLUE_LAYER_NEIGHBOR, "VLAN-007"},
    };

    for (size_t i = 0; i < sizeof rules / sizeof rules[0]; i++)
        if (block->status == rules[i].status && flue__block_layer(block) != rules[i].layer)
            return rules[i].row;
    return NULL;
}

static bool
is_allowed(enum verifier_call call, enum flue_status status)
{
    if (status == FLUE_STATUS_SUCCESS)
        return true;
    if (call != CALL_INITIATE)
        return status == FLUE_STATUS_FAILURE;
    return status == FLUE_STATUS_OFFLOAD_PARTIAL_SUCCESS || is_refusal(status);
}

static void
check_status(struct flue_verifier *verifier, enum verifier_call call,
             const struct verified_block *image)
{
    static const char *const rows[] = {
        [CALL_INITIATE] = "OFFLOAD-012", [CALL_TERMINATE] = "TERM-003",
        [CALL_UPDATE] = "UPDATE-016",    [CALL_INVALIDATE] = "INVAL-008",
        [CALL_QUERY] = "QUERY-004",
    };
    enum flue_status status = image->block->status;

    if (status == FLUE_STATUS_UNWRITTEN)
        flue__verifier_blame_block(verifier, FLUE_SIDE_PROVIDER,
                                   call == CALL_INITIATE ? "OFFLOAD-003" : rows[call], image->block,
                                   "The block came back without a status.");
    else if (!is_allowed(call, status))
        flue__verifier_blame_block(verifier, FLUE_SIDE_PROVIDER, rows[call], image->block,
                                   "The block came back with a status that the operation has not.");
    else if (image->role == BLOCK_NEW && misplaced_row(image->block) != NULL)
        flue__verifier_blame_block(verifier, FLUE_SIDE_PROVIDER, misplaced_row(image->block),
                                   image->block, "The block has a refusal of another layer.");
    else if (image->role == BLOCK_PLACEHOLDER && status != FLUE_STATUS_SUCCESS)
        flue__verifier_blame_block(verifier, FLUE_SIDE_PROVIDER,
                                   image->before.dependent_block_list != NULL ? "OFFLOAD-032"
                                                                              : "STATE-023",
                                   image->block, "A placeholder came back without success.");
}

void
flue__verifier_tree_check(struct flue_verifier *verifier, struct verified_tree *tree)
{
    for (size_t i = 0; i < tree->count; i++) {
        const struct verified_block *image = &tree->blocks[i];
        const struct flue_block_list *before = &image->before;
        const struct flue_block_list *block = image->block;

        check_status(verifier, tree->call, image);
        if (memcmp(block->protocol_reserved, before->protocol_reserved,
                   sizeof block->protocol_reserved) != 0 ||
            memcmp(block->im_reserved, before->im_reserved, sizeof block->im_reserved) != 0 ||
            block->source_handle != before->source_handle)
            flue__verifier_blame_block(verifier, FLUE_SIDE_PROVIDER, "STATE-028", block,
                                       "A reserved member of the block was changed.");
        if (block->next_block != before->next_block ||
            block->dependent_block_list != before->dependent_block_list ||
            block->miniport_offload_context != before->miniport_offload_context ||
            block->offload_handle != before->offload_handle)
            flue__verifier_blame_block(verifier, FLUE_SIDE_PROVIDER, flue__verifier_row(tree->call),
                                       block, "The tree that came back is not the one that went.");
    }
}
