/* SPDX-License-Identifier: GPL-2.0-or-later
 *
 * The push timer: how long data may stay in a push-mode request that is not full (TIMER-033). All
 * connections wait equally long, so the timers that run stand in one queue in the order of their
 * starts, and the first is the first to expire. Other TcpPushTicks hold for them from when they are
 * set.
 */
#include "target/parts.h"

void
flue__target_stop_push(struct target_connection *connection)
{
    struct flue_target *target = connection->target;
    struct target_io *io = connection->io;

    if (io == NULL || !io->is_pushing)
        return;
    io->is_pushing = false;
    if (io->push_previous != NULL)
        io->push_previous->io->push_next = io->push_next;
    else
        target->first_push = io->push_next;
    if (io->push_next != NULL)
        io->push_next->io->push_previous = io->push_previous;
    else
        target->last_push = io->push_previous;
}

void
flue__target_start_push(struct target_connection *connection, flue_time now)
{
    struct flue_target *target = connection->target;
    struct target_io *io = connection->io;

    flue__target_stop_push(connection);
    io->is_pushing = true;
    io->push_since = now;
    io->push_next = NULL;
    io->push_previous = target->last_push;
    if (target->last_push != NULL)
        target->last_push->io->push_next = connection;
    else
        target->first_push = connection;
    target->last_push = connection;
}

flue_time
flue__target_push_deadline(const struct flue_target *target)
{
    flue_time tick = FLUE_SECOND / target->config.tcp.ticks_per_second;
    flue_time since;

    if (target->first_push == NULL)
        return FLUE_TIME_NEVER;
    since = target->first_push->io->push_since;
    if (target->parameters.tcp_push_ticks > (FLUE_TIME_NEVER - since) / tick)
        return FLUE_TIME_NEVER;
    return since + target->parameters.tcp_push_ticks * tick;
}

void
flue__target_run_push(struct flue_target *target, flue_time now)
{
    while (flue__target_push_deadline(target) <= now) {
        struct target_connection *connection = target->first_push;

        flue__target_stop_push(connection);
        flue__target_push_expired(connection, now);
    }
}
