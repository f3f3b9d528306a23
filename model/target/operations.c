/* SPDX-License-Identifier: GPL-2.0-or-later
 *
 * State operations: recorded when they come (OFFLOAD-001), carried out one after the other when
 * their time has come, completed by flue_target_poll. The adapter works on one object at a time;
 * each call and each object takes the configured time.
 */
#include <string.h>

#include "target/parts.h"

enum {
    NEXT = 0, /* miniport_reserved[0]: the next operation's root */
    KEPT = 1, /* miniport_reserved[1]: the objects that the operation made or ends */
    KIND = 0, /* scratch[0]: enum operation_kind and the marks below */
    TICK = 1  /* scratch[1]: when the call came */
};

enum { KIND_MASK = 0xF, IS_REFUSED = 0x10, HAS_LOSSES = 0x20 };

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
    return (enum operation_kind)((uintptr_t)root->scratch[KIND] & KIND_MASK);
}

static bool
is_marked(const struct flue_block_list *root, uintptr_t mark)
{
    return ((uintptr_t)root->scratch[KIND] & mark) != 0;
}

static void
mark(struct flue_block_list *root, uintptr_t mark)
{
    root->scratch[KIND] = (void *)((uintptr_t)root->scratch[KIND] | mark);
}

uint32_t
flue__target_call_tick(const struct flue_block_list *root)
{
    return (uint32_t)(uintptr_t)root->scratch[TICK];
}

/* Puts an operation where its turn comes. */
static void
start(struct flue_target *target, flue_time now, struct flue_block_list *tree)
{
    if (target->operations.first == NULL && target->operation_due < now)
        target->operation_due = now;
    if (kind_of(tree) == OPERATION_INITIATE)
        target->initiates++;
    append(&target->operations, tree);
}

void
flue__target_queue_operation(struct flue_target *target, flue_time now,
                             struct flue_block_list *tree, enum operation_kind kind)
{
    if (kind == OPERATION_INVALIDATE)
        flue__target_invalidate_now(target, tree);
    target->statistics.operations++;
    tree->miniport_reserved[KEPT] = NULL;
    tree->scratch[KIND] = (void *)(uintptr_t)kind;
    tree->scratch[TICK] = (void *)(uintptr_t)flue__target_tick(target, now);
    if (kind == OPERATION_INITIATE &&
        (target->is_uploading_all || flue__target_takes_nothing(target))) {
        mark(tree, IS_REFUSED);
    } else if (kind == OPERATION_INITIATE && target->is_paused) {
        append(&target->paused, tree); /* STATUS-004 */
        return;
    }
    start(target, now, tree);
}

void
flue__target_release_paused(struct flue_target *target, flue_time now, bool refuse)
{
    while (target->paused.first != NULL) {
        struct flue_block_list *tree = take_first(&target->paused);

        if (refuse)
            mark(tree, IS_REFUSED);
        start(target, now, tree);
    }
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
    progress->is_no_tree = !guard.is_sound || is_marked(root, IS_REFUSED);
    if (!progress->is_no_tree)
        progress->block = flue_block_walk_first(&progress->walk, root);
}

static const struct flue_target_cost *
cost_of(const struct flue_target *target, enum operation_kind kind)
{
    const struct flue_target_config *config = &target->config;

    switch (kind) {
    case OPERATION_INITIATE:
        return &config->initiate;
    case OPERATION_TERMINATE:
        return &config->terminate;
    case OPERATION_UPDATE:
        return &config->update;
    case OPERATION_INVALIDATE:
        return &config->invalidate;
    default:
        return &config->query;
    }
}

/* How long the adapter is busy with one block. */
static flue_time
delay_of(const struct flue_target_cost *cost, const struct flue_block_list *block)
{
    if (block->miniport_offload_context == NULL)
        return 0;
    switch (flue__block_layer(block)) {
    case FLUE_LAYER_NEIGHBOR:
        return cost->neighbor;
    case FLUE_LAYER_PATH:
        return cost->path;
    case FLUE_LAYER_TCP:
        return cost->tcp;
    default:
        return 0;
    }
}

/* Has the hardware lost what the block names? Then it says FAILURE, as it does already, and the
 * client hears of a connection behind the completion. A termination that the client asked for when
 * it had heard of the loss is the end of it (QUERY-007, TERM-005). */
static bool
is_lost(struct flue_target *target, struct flue_block_list *root,
        const struct flue_block_list *block)
{
    enum operation_kind kind = kind_of(root);
    bool fails = flue__target_fails(target, (enum flue_target_fault)kind);
    struct target_object *object = flue__target_named(target, block);
    struct target_connection *connection = (struct target_connection *)object;

    if (kind == OPERATION_INITIATE || object == NULL || object->layer != FLUE_LAYER_TCP)
        return fails && (kind != OPERATION_TERMINATE || object == NULL);
    if (connection->is_held || (!fails && !connection->is_corrupt))
        return false;
    if (kind == OPERATION_TERMINATE && flue__target_is_loss_told(connection))
        return false;
    flue__target_lose_later(connection);
    mark(root, HAS_LOSSES);
    return true;
}

/* Carries the operation out for the current block. */
static void
carry_out(struct flue_target *target, flue_time now, struct flue_block_list *root)
{
    struct flue_block_list *block = target->progress.block;
    uint32_t depth = target->progress.walk.depth;

    if (is_lost(target, root, block)) {
        target->progress.is_stopped = kind_of(root) == OPERATION_INITIATE;
        return;
    }
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

        if (!progress->is_begun) {
            begin(target, root);
            target->operation_due += cost_of(target, kind_of(root))->call;
            continue;
        }
        if (progress->block == NULL) {
            finish(target, now, root);
            continue;
        }
        if (!progress->is_paid) {
            progress->is_paid = true;
            target->operation_due += delay_of(cost_of(target, kind_of(root)), progress->block);
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
free_kept(struct flue_target *target, flue_time now, struct target_object *kept)
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

        flue__target_free(target, now, turned);
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
    target->statistics.operations--;
    if (is_marked(root, HAS_LOSSES))
        flue__target_tell_losses(target, now, root);
    /* From the completion on the tree is the client's again (OFFLOAD-002). */
    switch (kind) {
    case OPERATION_INITIATE:
        target->initiates--;
        client->initiate_offload_complete(client->binding, now, root);
        let_go(target, now, kept);
        break;
    case OPERATION_TERMINATE:
        flue__target_deliver_last(target, now, kept);
        client->terminate_offload_complete(client->binding, now, root);
        free_kept(target, now, kept); /* TERM-020 */
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
