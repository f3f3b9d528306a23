/* SPDX-License-Identifier: GPL-2.0-or-later
 *
 * Failures on order, and what becomes of a connection whose state the hardware has lost: it sends
 * nothing more, takes no I/O, and the client hears of it once, HardwareFailure and then an abort
 * (QUERY-006, INVAL-009, TERM-005).
 */
#include "target/parts.h"

void
flue_target_inject(struct flue_target *target, enum flue_target_fault fault, uint32_t skip)
{
    target->faults[fault] = skip;
}

bool
flue__target_fails(struct flue_target *target, enum flue_target_fault fault)
{
    uint32_t *left = &target->faults[fault];

    if (*left == UINT32_MAX)
        return false;
    return (*left)-- == 0; /* none waits then */
}

static void
tell(struct target_connection *connection)
{
    if (connection->is_failure_told)
        return;
    connection->is_failure_told = true;
    connection->is_leaving = true;
    connection->want_retrieve = true;
    connection->retrieve_reason = FLUE_UPLOAD_HARDWARE_FAILURE;
    connection->want_abort = true;
    flue__target_ready_quietly(connection);
}

void
flue__target_lose_later(struct target_connection *connection)
{
    if (!connection->is_corrupt)
        connection->target->statistics.failures++;
    connection->is_corrupt = true;
    connection->is_leaving = true;
    connection->is_failing = true;
}

void
flue__target_lose(struct target_connection *connection, flue_time now)
{
    flue__target_lose_later(connection);
    connection->is_failing = false;
    tell(connection);
    flue__target_wake(connection->target, now);
}

/* The connections become ready just before the completion, and nothing else is told in between. */
void
flue__target_tell_losses(struct flue_target *target, flue_time now, struct flue_block_list *root)
{
    struct flue_block_walk walk;

    (void)now;
    for (struct flue_block_list *block = flue_block_walk_first(&walk, root); block != NULL;
         block = flue_block_walk_next(&walk)) {
        struct target_object *object = NULL;

        if (block->miniport_offload_context != NULL && block->status == FLUE_STATUS_FAILURE)
            object = flue__target_named(target, block);
        if (object == NULL || object->layer != FLUE_LAYER_TCP)
            continue;
        if (((struct target_connection *)object)->is_failing) {
            ((struct target_connection *)object)->is_failing = false;
            tell((struct target_connection *)object);
        }
    }
}

bool
flue__target_is_loss_told(const struct target_connection *connection)
{
    return connection->is_corrupt && connection->is_failure_told && !connection->want_retrieve &&
           !connection->want_abort;
}
