/* SPDX-License-Identifier: GPL-2.0-or-later
 *
 * Which TCP timer exists when, and what its end does. A connection has three deadlines (the slow
 * timer, the delayed ACK, keepalive, the window update) and one entry in the wheel, at the earliest
 * of them.
 */
#include "tcp/connection.h"

uint64_t
flue__tcp_deadline(const struct flue_tcp_engine *engine, flue_time now, uint64_t ticks)
{
    uint64_t tick = engine->tick;

    if (tick * engine->tick_length != now)
        tick++;
    return tick + ticks;
}

uint32_t
flue__tcp_ticks_left(const struct flue_tcp_connection *connection, flue_time now, uint64_t deadline)
{
    uint64_t start = flue__tcp_deadline(connection->engine, now, 0);

    if (deadline == WHEEL_NEVER)
        return FLUE_TICKS_NOT_RUNNING;
    return deadline > start ? (uint32_t)(deadline - start) : 0;
}

void
flue__tcp_arm_slow(struct flue_tcp_connection *connection, flue_time now, enum slow_timer kind,
                   uint64_t ticks)
{
    connection->slow = (uint8_t)kind;
    connection->slow_deadline = flue__tcp_deadline(connection->engine, now, ticks);
}

void
flue__tcp_stop_slow(struct flue_tcp_connection *connection)
{
    connection->slow = SLOW_NONE;
    connection->slow_deadline = WHEEL_NEVER;
}

void
flue__tcp_arm_delayed_ack(struct flue_tcp_connection *connection, flue_time now)
{
    if (connection->delayed_ack_deadline == WHEEL_NEVER)
        connection->delayed_ack_deadline = flue__tcp_deadline(
            connection->engine, now, connection->engine->config.delayed_ack_ticks);
}

void
flue__tcp_arm_keepalive(struct flue_tcp_connection *connection, flue_time now, uint64_t ticks)
{
    bool is_on = (connection->use_keepalive || connection->is_guarded) &&
                 connection->state != FLUE_TCP_CONNECTION_TIME_WAIT;

    if (!flue__tcp_is_synchronized(connection))
        return; /* the limit of the opening, if any, runs there */
    connection->keepalive_deadline =
        is_on ? flue__tcp_deadline(connection->engine, now, ticks) : WHEEL_NEVER;
}

void
flue__tcp_limit_opening(struct flue_tcp_connection *connection, flue_time now, uint32_t ticks)
{
    if (ticks > 0)
        connection->keepalive_deadline = flue__tcp_deadline(connection->engine, now, ticks);
}

void
flue__tcp_arm_window_update(struct flue_tcp_connection *connection, flue_time now)
{
    if (connection->window_update_deadline == WHEEL_NEVER && flue__tcp_holds_window(connection))
        connection->window_update_deadline = flue__tcp_deadline(
            connection->engine, now, connection->engine->config.sws_prevention_ticks);
}

void
flue__tcp_settle_timer(struct flue_tcp_connection *connection)
{
    uint64_t deadline = connection->slow_deadline;

    if (connection->is_muted) { /* what is left of the deadlines stays as it is */
        wheel_set(&connection->engine->wheel, &connection->timer, WHEEL_NEVER);
        return;
    }
    if (connection->delayed_ack_deadline < deadline)
        deadline = connection->delayed_ack_deadline;
    if (connection->keepalive_deadline < deadline)
        deadline = connection->keepalive_deadline;
    if (connection->window_update_deadline < deadline)
        deadline = connection->window_update_deadline;
    if (connection->extension != NULL && flue__rack_deadline(connection) < deadline)
        deadline = flue__rack_deadline(connection);
    wheel_set(&connection->engine->wheel, &connection->timer, deadline);
}

void
flue__tcp_hand_over(struct flue_tcp_connection *connection)
{
    connection->is_exhausted = true;
    flue__tcp_stop_slow(connection);
    flue__rack_stop_timer(connection);
    connection->delayed_ack_deadline = WHEEL_NEVER;
    connection->keepalive_deadline = WHEEL_NEVER;
    connection->window_update_deadline = WHEEL_NEVER;
}

/* Retransmissions or probes are used up (RFC 9293 3.8.3). */
static void
give_up(struct flue_tcp_connection *connection, flue_time now)
{
    struct flue_tcp_engine *engine = connection->engine;

    flue__tcp_stop_slow(connection);
    connection->keepalive_deadline = WHEEL_NEVER;
    if (engine->handlers.exhausted != NULL && !connection->is_released &&
        connection->listener == NULL && engine->handlers.exhausted(engine->user, now, connection)) {
        flue__tcp_hand_over(connection);
        return;
    }
    flue__tcp_end(connection, now,
                  connection->is_unreachable ? FLUE_ERROR_UNREACHABLE : FLUE_ERROR_TIMED_OUT);
}

static void persist_expired(struct flue_tcp_connection *connection, flue_time now);

/* The window shrank to zero over what is in flight: it is probed like any other zero window, and as
 * long as the peer answers, that is no reason to give up (RFC 9293 3.8.6). */
static void
probe_instead(struct flue_tcp_connection *connection, flue_time now)
{
    connection->retransmissions = 1;
    flue__tcp_on_timeout(connection, now);
    connection->probe_round = 0;
    connection->retransmissions = 0;
    connection->slow = SLOW_PERSIST;
    persist_expired(connection, now);
}

/* TIMER-036: MaxRT, when there is one, goes before the count. */
static bool
is_used_up(const struct flue_tcp_connection *connection)
{
    const struct flue_tcp_config *config = &connection->engine->config;

    if (connection->state == FLUE_TCP_CONNECTION_SYN_SENT)
        return connection->retransmissions >= config->max_syn_retransmissions;
    if (connection->state == FLUE_TCP_CONNECTION_SYN_RCVD)
        return connection->retransmissions >= config->max_syn_ack_retransmissions;
    if (connection->max_rt == 0)
        return connection->retransmissions >= config->max_retransmissions;
    return connection->max_rt != FLUE_MAX_RT_UNLIMITED && connection->retransmissions > 0 &&
           (uint32_t)connection->engine->tick - connection->rtt_tick >= connection->max_rt;
}

uint32_t
flue__tcp_total_rt(const struct flue_tcp_connection *connection)
{
    if (connection->slow != SLOW_RETRANSMIT || connection->retransmissions == 0)
        return 0;
    return (uint32_t)connection->engine->tick - connection->rtt_tick;
}

void
flue__tcp_cap_retransmit(struct flue_tcp_connection *connection, flue_time now)
{
    uint32_t spent = (uint32_t)connection->engine->tick - connection->rtt_tick;
    uint64_t last;

    if (connection->max_rt == 0 || connection->max_rt == FLUE_MAX_RT_UNLIMITED)
        return;
    last = flue__tcp_deadline(connection->engine, now,
                              connection->max_rt > spent ? connection->max_rt - spent : 0);
    if (connection->slow_deadline > last)
        connection->slow_deadline = last;
}

/* RFC 9293 3.8.3 R1. False: that ended the connection. */
static bool
advise(struct flue_tcp_connection *connection, flue_time now)
{
    const struct flue_tcp_engine *engine = connection->engine;

    if (connection->retransmissions == engine->config.advice_retransmissions &&
        engine->handlers.advise != NULL && !connection->is_released && connection->listener == NULL)
        engine->handlers.advise(engine->user, now, connection);
    return connection->state != FLUE_TCP_CONNECTION_CLOSED;
}

static void
retransmit_expired(struct flue_tcp_connection *connection, flue_time now)
{
    bool is_opening = !flue__tcp_is_synchronized(connection);

    if (is_used_up(connection)) {
        give_up(connection, now);
        return;
    }
    if (!is_opening && connection->snd_wnd == 0) {
        probe_instead(connection, now);
        return;
    }
    if (connection->retransmissions < UINT8_MAX)
        connection->retransmissions++;
    if (connection->retransmissions == 1) { /* TotalRT counts from here */
        flue__tcp_stop_timing(connection);
        connection->rtt_tick = (uint32_t)connection->engine->tick;
    }
    flue__tcp_stats(connection)->timeouts++;
    if (!advise(connection, now))
        return;
    if (is_opening) {
        flue__tcp_stats(connection)->retransmitted_segments++;
        flue__tcp_stats(connection)->repeated_segments++;
        flue__tcp_send_syn(connection, now);
        return;
    }
    flue__tcp_on_timeout(connection, now);
    if (connection->backoff < UINT8_MAX)
        connection->backoff++;
    flue__tcp_arm_slow(connection, now, SLOW_RETRANSMIT, flue__tcp_timeout(connection));
    flue__tcp_cap_retransmit(connection, now);
    flue__rack_send_first(connection, now);
    connection->want_output = true;
}

/* The rounds of the persist algorithm: a wait, then a probe and its retransmissions, each after
 * twice the time; the answer starts the next round (accept_ack.c). */
static void
persist_expired(struct flue_tcp_connection *connection, flue_time now)
{
    if (connection->retransmissions > connection->engine->config.max_retransmissions) {
        give_up(connection, now);
        return;
    }
    flue__tcp_arm_slow(connection, now, SLOW_PROBE,
                       flue__tcp_backed_off(connection, connection->retransmissions));
    connection->retransmissions++;
    flue__tcp_send_probe(connection, now, false);
}

/* Idle for long enough to ask; or, before that there is a connection, opening for too long. */
static void
keepalive_expired(struct flue_tcp_connection *connection, flue_time now)
{
    if (!flue__tcp_is_synchronized(connection)) {
        give_up(connection, now);
        return;
    }
    if (connection->snd_max != connection->snd_una) {
        /* RFC 9293 3.8.4: no probe while data is outstanding, which asks the same by itself. */
        flue__tcp_arm_keepalive(connection, now,
                                connection->is_guarded ? flue__blind_interval(connection)
                                                       : connection->keepalive_idle);
        return;
    }
    if (connection->keepalive_probes_sent >= flue__blind_probes(connection)) {
        if (connection->is_guarded && flue__blind_is_on(connection))
            flue__tcp_end(connection, now, FLUE_ERROR_TIMED_OUT); /* BLIND-012 */
        else
            give_up(connection, now);
        return;
    }
    connection->keepalive_probes_sent++;
    flue__tcp_send_probe(connection, now, true);
    flue__tcp_arm_keepalive(connection, now, flue__blind_interval(connection));
}

static void
fin_wait_2_expired(struct flue_tcp_connection *connection, flue_time now)
{
    if (connection->is_released)
        flue__tcp_end(connection, now, FLUE_OK);
    else if (connection->engine->config.is_offload_target)
        flue__tcp_end(connection, now, FLUE_ERROR_TIMED_OUT); /* TIMER-012 */
    else
        give_up(connection, now);
}

static void
slow_expired(struct flue_tcp_connection *connection, flue_time now)
{
    switch ((enum slow_timer)connection->slow) {
    case SLOW_RETRANSMIT:
        retransmit_expired(connection, now);
        break;
    case SLOW_PERSIST:
        connection->retransmissions = 0;
        persist_expired(connection, now);
        break;
    case SLOW_PROBE:
        persist_expired(connection, now);
        break;
    case SLOW_OVERRIDE:
        flue__tcp_stop_slow(connection);
        connection->is_override_due = true;
        connection->want_output = true;
        break;
    case SLOW_CONGESTED:
        flue__tcp_stop_slow(connection);
        connection->want_output = true;
        break;
    case SLOW_FIN_WAIT_2:
        fin_wait_2_expired(connection, now);
        break;
    case SLOW_TIME_WAIT:
        flue__tcp_end(connection, now, FLUE_OK);
        break;
    case SLOW_NONE:
        break;
    }
}

void
flue__tcp_timer_fired(struct flue_tcp_connection *connection, flue_time now)
{
    uint64_t tick = connection->engine->tick;

    flue__tcp_hold(connection);
    flue__tcp_follow_path(connection, now);
    if (connection->is_muted) {
        flue__tcp_let_go(connection, now);
        return;
    }
    if (connection->delayed_ack_deadline <= tick) {
        connection->delayed_ack_deadline = WHEEL_NEVER;
        connection->ack_now = true;
    }
    if (connection->extension != NULL && flue__rack_deadline(connection) <= tick)
        flue__rack_timer_fired(connection, now); /* a probe puts the slow timer off */
    if (connection->slow_deadline <= tick)
        slow_expired(connection, now);
    if (connection->keepalive_deadline <= tick)
        keepalive_expired(connection, now);
    if (connection->window_update_deadline <= tick) {
        connection->window_update_deadline = WHEEL_NEVER;
        connection->is_update_due = flue__tcp_holds_window(connection);
        connection->ack_now |= connection->is_update_due;
    }
    flue__tcp_let_go(connection, now);
}
