/* SPDX-License-Identifier: GPL-2.0-or-later
 *
 * State operations: recorded when they come (OFFLOAD-001), carried out one after the other when
 * their time has come, completed by flue_target_poll. The adapter works on one TCP object at a
 * time; each takes the configured delay, everything else takes none.
 */
#include <string.h>

#include "target/parts.h"

enum {
    NEXT = 0, /* miniport_reserved[0]: the next operation's root */
    KEPT = 1, /* miniport_reserved[1]: the objects that the operation made or ends */
    KIND = 0, /* scratch[0]: enum operation_kind */
    TICK = 1  /* scratch[1]: when the call came */
};

static void
append(struct operation_queue *queue, struct flue_block_list *root)
{
    root->miniport_reserved[NEXT] = NULL;
    if (queue->last != NULL)
        queue->last->miniport_reserved[NEXT] = root;
    else
        queue->first = root;
    queue->last = root;
}

static struct flue_block_list *
take_first(struct operation_queue *queue)
{
    struct flue_block_list *root = queue->first;

    queue->first = root->miniport_reserved[NEXT];
    if (queue->first == NULL)
        queue->last = NULL;
    return root;
}

static enum operation_kind
kind_of(const struct flue_block_list *root)
{
    return (enum operation_kind)(uintptr_t)root->scratch[KIND];
}

uint32_t
flue__target_call_tick(const struct flue_block_list *root)
{
    return (uint32_t)(uintptr_t)root->scratch[TICK];
}

void
flue__target_queue_operation(struct flue_target *target, flue_time now,
                             struct flue_block_list *tree, enum operation_kind kind)
{
    if (kind == OPERATION_INVALIDATE)
        flue__target_invalidate_now(target, tree);
    if (target->operations.first == NULL && target->operation_due < now)
        target->operation_due = now;
    tree->miniport_reserved[KEPT] = NULL;
    tree->scratch[KIND] = (void *)(uintptr_t)kind;
    tree->scratch[TICK] = (void *)(uintptr_t)flue__target_tick(target, now);
    append(&target->operations, tree);
}

void
flue__target_keep(struct flue_block_list *root, struct target_object *object)
{
    object->operation_next = root->miniport_reserved[KEPT];
    root->miniport_reserved[KEPT] = object;
}

struct flue_block_list *
flue__target_guard(struct flue_target *target, struct guarded_walk *guard,
                   struct flue_block_list *root)
{
    return flue__guarded_first(guard, root, ++target->walks);
}

/* Every block gets the status of one that is never come to (OFFLOAD-003, OFFLOAD-032). What turns
 * out to be no tree is not followed again. */
static void
begin(struct flue_target *target, struct flue_block_list *root)
{
    struct operation_progress *progress = &target->progress;
    struct guarded_walk guard;
    struct flue_block_list *block;

    memset(progress, 0, sizeof *progress);
    progress->is_begun = true;
    for (block = flue__target_guard(target, &guard, root); block != NULL;
         block = flue__guarded_next(&guard))
        block->status =
            block->miniport_offload_context == NULL ? FLUE_STATUS_SUCCESS : FLUE_STATUS_FAILURE;
    progress->is_no_tree = !guard.is_sound;
    if (guard.is_sound)
        progress->block = flue_block_walk_first(&progress->walk, root);
}

/* How long the adapter is busy with one block. */
static flue_time
delay_of(const struct flue_target *target, enum operation_kind kind,
         const struct flue_block_list *block)
{
    if (flue__block_layer(block) != FLUE_LAYER_TCP || block->miniport_offload_context == NULL)
        return 0;
    if (kind == OPERATION_INITIATE)
        return target->config.initiate_delay;
    if (kind == OPERATION_TERMINATE)
        return target->config.terminate_delay;
    return 0;
}

/* Carries the operation out for the current block. */
static void
carry_out(struct flue_target *target, flue_time now, struct flue_block_list *root)
{
    struct flue_block_list *block = target->progress.block;
    uint32_t depth = target->progress.walk.depth;

    switch (kind_of(root)) {
    case OPERATION_INITIATE:
        flue__target_initiate_block(target, now, root, block, depth);
        break;
    case OPERATION_TERMINATE:
        block->status = flue__target_terminate_block(target, now, root, block);
        break;
    case OPERATION_UPDATE:
        block->status = flue__target_update_block(target, now, block, depth);
        break;
    case OPERATION_INVALIDATE:
        block->status = flue__target_invalidate_block(target, now, block);
        break;
    case OPERATION_QUERY:
        block->status = flue__target_query_block(target, now, block);
        break;
    }
}

static void
handle_block(struct flue_target *target, flue_time now, struct flue_block_list *root)
{
    struct operation_progress *progress = &target->progress;
    struct flue_block_list *block = progress->block;
    uint32_t depth = progress->walk.depth;

    progress->objects[depth] = NULL;
    progress->is_paid = false;
    if (block->miniport_offload_context != NULL) {
        if (flue__block_fits(block, depth, &progress->base))
            carry_out(target, now, root);
        else if (kind_of(root) == OPERATION_INITIATE)
            progress->is_stopped = true; /* OFFLOAD-027, NOTE-021 */
    }
    if (progress->is_stopped)
        progress->block = NULL;
    else if (block->status == FLUE_STATUS_SUCCESS || block->status == FLUE_STATUS_PENDING)
        progress->block = flue_block_walk_next(&progress->walk);
    else /* what depends on a block that was refused is not attempted */
        progress->block = flue_block_walk_skip(&progress->walk);
}

static void
finish(struct flue_target *target, flue_time now, struct flue_block_list *root)
{
    enum operation_kind kind = kind_of(root);

    if (kind == OPERATION_INITIATE && !target->progress.is_no_tree)
        flue__target_initiate_end(root);
    else if (kind == OPERATION_TERMINATE && !target->progress.is_no_tree)
        flue__target_terminate_end(target, now, root);
    (void)take_first(&target->operations);
    target->progress.is_begun = false;
    append(&target->done, root);
    target->done_count++;
    flue__target_wake(target, now);
}

void
flue__target_run_operations(struct flue_target *target, flue_time now)
{
    struct operation_progress *progress = &target->progress;

    while (target->operations.first != NULL && target->operation_due <= now) {
        struct flue_block_list *root = target->operations.first;

        if (!progress->is_begun)
            begin(target, root);
        if (progress->block == NULL) {
            finish(target, now, root);
            continue;
        }
        if (!progress->is_paid) {
            progress->is_paid = true;
            target->operation_due += delay_of(target, kind_of(root), progress->block);
            continue;
        }
        handle_block(target, now, root);
    }
}

/* The sends of connections that are no longer held may complete now. */
static void
release_held_sends(struct flue_target *target)
{
    struct flue_buffer_list *list = target->held_sends.first;

    target->held_sends = (struct list_queue){NULL, NULL, 0};
    while (list != NULL) {
        struct flue_buffer_list *next = list->next;
        const struct target_connection *connection = list->miniport_reserved[1];

        flue__target_push(connection->is_held ? &target->held_sends : &target->sends, list);
        list = next;
    }
}

/* OFFLOAD-048: what came for the new connections may be told from here on. */
static void
let_go(struct flue_target *target, flue_time now, struct target_object *kept)
{
    while (kept != NULL) {
        struct target_connection *connection = (struct target_connection *)kept;

        kept = kept->operation_next;
        connection->is_held = false;
        flue__target_ready(connection, now);
    }
    if (target->held_sends.first != NULL)
        release_held_sends(target);
}

static void
free_kept(struct flue_target *target, struct target_object *kept)
{
    /* Connections were kept first, then paths, then neighbours; so the last comes first. Each
     * counts itself off what it depends on, so the order must be turned round. */
    struct target_object *turned = NULL;

    while (kept != NULL) {
        struct target_object *next = kept->operation_next;

        kept->operation_next = turned;
        turned = kept;
        kept = next;
    }
    while (turned != NULL) {
        struct target_object *next = turned->operation_next;

        flue__target_free(target, turned);
        turned = next;
    }
}

bool
flue__target_complete_operation(struct flue_target *target, flue_time now)
{
    const struct flue_client *client = target->client;
    struct flue_block_list *root;
    struct target_object *kept;
    enum operation_kind kind;

    if (target->done.first == NULL)
        return false;
    root = take_first(&target->done);
    target->done_count--;
    target->told++;
    kept = root->miniport_reserved[KEPT];
    kind = kind_of(root);
    root->miniport_reserved[KEPT] = NULL;
    /* From the completion on the tree is the client's again (OFFLOAD-002). */
    switch (kind) {
    case OPERATION_INITIATE:
        client->initiate_offload_complete(client->binding, now, root);
        let_go(target, now, kept);
        break;
    case OPERATION_TERMINATE:
        flue__target_deliver_last(target, now, kept);
        client->terminate_offload_complete(client->binding, now, root);
        free_kept(target, kept); /* TERM-020 */
        break;
    case OPERATION_UPDATE:
        client->update_offload_complete(client->binding, now, root);
        break;
    case OPERATION_INVALIDATE:
        client->invalidate_offload_complete(client->binding, now, root);
        break;
    case OPERATION_QUERY:
        client->query_offload_complete(client->binding, now, root);
        break;
    }
    return true;
}
