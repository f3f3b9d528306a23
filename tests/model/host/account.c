/* SPDX-License-Identifier: GPL-2.0-or-later
 *
 * What a move changes, written down a second time and without the code that moves: each member that
 * the structures do not carry, and what becomes of it.
 */
#include "twin.h"

#include "tcp/connection.h"

static void
forget_recovery(struct flue_tcp_connection *connection)
{
    connection->in_recovery = false;
    connection->has_partial_ack = false;
    connection->recover = connection->snd_una - 1;
}

static void
forget_since_when_idle(struct flue_tcp_connection *connection)
{
    connection->last_sent = (uint32_t)connection->engine->tick;
    if (connection->snd_max == connection->snd_una && connection->has_ts_recent)
        connection->last_sent = (uint32_t)connection->ts_recent_tick;
}

static void
restart_silly_window(struct flue_tcp_connection *connection, flue_time now)
{
    connection->window_update_deadline = WHEEL_NEVER;
    flue__tcp_arm_window_update(connection, now);
    if (connection->slow == SLOW_OVERRIDE)
        flue__tcp_arm_slow(connection, now, SLOW_OVERRIDE,
                           connection->engine->config.sws_prevention_ticks);
    flue__tcp_settle_timer(connection);
}

void
twin_account(struct flue_tcp_connection *connection, flue_time now, uint32_t differences)
{
    if (differences & TWIN_ACK_SENT)
        flue_tcp_flush_ack(connection, now);
    if (differences & TWIN_RECOVERY)
        forget_recovery(connection);
    if (differences & TWIN_SCOREBOARD)
        flue__scoreboard_drop(connection);
    if (differences & TWIN_OUT_OF_ORDER) {
        flue__tcp_reassembly_drop(connection);
        connection->has_dsack = false;
    }
    if (differences & TWIN_TIMING)
        connection->is_timing = false;
    if (differences & TWIN_BACKOFF)
        connection->backoff = connection->retransmissions;
    if (differences & TWIN_IDLE)
        forget_since_when_idle(connection);
    if (differences & TWIN_ZERO_WINDOW && connection->slow == SLOW_RETRANSMIT &&
        connection->snd_wnd == 0 && connection->snd_nxt == connection->snd_una)
        connection->slow = connection->retransmissions == 0 ? SLOW_PERSIST : SLOW_PROBE;
    if (differences & TWIN_SILLY_WINDOW)
        restart_silly_window(connection, now);
    if (differences & TWIN_OUTPUT)
        flue_tcp_resume(connection, now);
}

bool
twin_is_recovering(const struct flue_tcp_connection *connection)
{
    return connection->in_recovery;
}

bool
twin_is_quiet(const struct flue_tcp_connection *connection)
{
    return connection->delayed_ack_deadline == WHEEL_NEVER && !connection->ack_now &&
           !connection->in_recovery && connection->dup_acks == 0 &&
           seq_gt(connection->snd_una, connection->recover) &&
           connection->snd_nxt == connection->snd_max && connection->scoreboard == NULL &&
           connection->reassembly == NULL && !connection->has_dsack && !connection->is_timing &&
           connection->backoff == connection->retransmissions &&
           connection->slow != SLOW_OVERRIDE && connection->window_update_deadline == WHEEL_NEVER;
}
