/* SPDX-License-Identifier: GPL-2.0-or-later
 *
 * Invalidation (INVAL rows). The objects that the tree names are marked from inside the call; what
 * depends on them is not visited. A connection finds out when it wants to work: the engine asks for
 * its path first, keeps still when nothing may be sent over it, and the target asks for the upload.
 * Receiving goes on (INVAL-007).
 */
#include "target/parts.h"

void
flue__target_invalidate_now(struct flue_target *target, struct flue_block_list *root)
{
    struct guarded_walk guard;
    struct flue_block_walk walk;
    uint32_t base = 0;
    struct flue_block_list *block;

    for (block = flue__target_guard(target, &guard, root); block != NULL;
         block = flue__guarded_next(&guard))
        continue;
    if (!guard.is_sound)
        return;
    block = flue_block_walk_first(&walk, root);
    while (block != NULL) {
        bool is_placeholder = block->miniport_offload_context == NULL;
        struct target_object *object = NULL;

        if (!is_placeholder && flue__block_fits(block, walk.depth, &base))
            object = flue__target_named(target, block);
        if (object != NULL)
            object->is_invalid = true;
        block = is_placeholder || object != NULL ? flue_block_walk_next(&walk)
                                                 : flue_block_walk_skip(&walk);
    }
}

enum flue_status
flue__target_invalidate_block(struct flue_target *target, flue_time now,
                              const struct flue_block_list *block)
{
    struct target_object *object = flue__target_named(target, block);

    if (object == NULL)
        return FLUE_STATUS_FAILURE;
    object->is_invalid = true;
    if (object->layer == FLUE_LAYER_TCP)
        flue__target_request_upload((struct target_connection *)object, now,
                                    FLUE_UPLOAD_INVALID_STATE); /* INVAL-005 */
    return FLUE_STATUS_SUCCESS;
}

/* Its sends still queue up: when the path gets another neighbour they go, and when the host takes
 * the connection back they go with it. */
void
flue__target_silence(struct target_connection *connection, flue_time now)
{
    struct target_connection **link = &connection->path->silent;

    if (connection->is_silent)
        return;
    connection->is_silent = true;
    connection->target->ip_stats[connection->path->ip_version == 6].out_no_routes++;
    connection->silent_next = *link;
    connection->silent_link = link;
    if (*link != NULL)
        (*link)->silent_link = &connection->silent_next;
    *link = connection;
    if (connection->is_leaving)
        return;
    connection->want_retrieve = true; /* EVENT-009 */
    connection->retrieve_reason = FLUE_UPLOAD_INVALID_STATE;
    flue__target_ready(connection, now);
}

void
flue__target_unsilence(struct target_connection *connection)
{
    if (!connection->is_silent)
        return;
    connection->is_silent = false;
    *connection->silent_link = connection->silent_next;
    if (connection->silent_next != NULL)
        connection->silent_next->silent_link = connection->silent_link;
}

void
flue__target_wake_path(struct target_path *path, flue_time now)
{
    struct target_connection *first = path->silent;

    path->silent = NULL;
    if (first != NULL)
        first->silent_link = &first; /* a connection that stays silent goes back to the path */
    while (first != NULL) {
        struct target_connection *connection = first;

        flue__target_unsilence(connection);
        if (!connection->is_leaving && connection->retrieve_reason == FLUE_UPLOAD_INVALID_STATE)
            connection->want_retrieve = false;
        if (connection->tcp != NULL)
            flue_tcp_resume(connection->tcp, now); /* UPDATE-015 */
    }
}
