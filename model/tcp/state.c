/* SPDX-License-Identifier: GPL-2.0-or-later
 *
 * The states of RFC 9293 3.3.2: which transitions there are, and what entering a state does. Nobody
 * else assigns a state.
 */
#include <assert.h>

#include "tcp/connection.h"

#define BIT(state) (1U << FLUE_TCP_CONNECTION_##state)

/* From each state, the states that may follow. */
static const uint16_t legal[] = {
    [FLUE_TCP_CONNECTION_CLOSED] = 0xFFFF & ~BIT(LISTEN), /* import starts anywhere */
    [FLUE_TCP_CONNECTION_LISTEN] = 0,                     /* a listener is not a connection */
    [FLUE_TCP_CONNECTION_SYN_SENT] = BIT(CLOSED) | BIT(SYN_RCVD) | BIT(ESTABLISHED),
    [FLUE_TCP_CONNECTION_SYN_RCVD] = BIT(CLOSED) | BIT(ESTABLISHED),
    [FLUE_TCP_CONNECTION_ESTABLISHED] = BIT(CLOSED) | BIT(FIN_WAIT1) | BIT(CLOSE_WAIT),
    [FLUE_TCP_CONNECTION_FIN_WAIT1] = BIT(CLOSED) | BIT(FIN_WAIT2) | BIT(CLOSING) | BIT(TIME_WAIT),
    [FLUE_TCP_CONNECTION_FIN_WAIT2] = BIT(CLOSED) | BIT(TIME_WAIT),
    [FLUE_TCP_CONNECTION_CLOSE_WAIT] = BIT(CLOSED) | BIT(LAST_ACK),
    [FLUE_TCP_CONNECTION_CLOSING] = BIT(CLOSED) | BIT(TIME_WAIT),
    [FLUE_TCP_CONNECTION_LAST_ACK] = BIT(CLOSED),
    [FLUE_TCP_CONNECTION_TIME_WAIT] = BIT(CLOSED),
};

const char *
flue_tcp_state_name(enum flue_tcp_connection_state state)
{
    static const char *const names[] = {
        "CLOSED",     "LISTEN",     "SYN-SENT", "SYN-RECEIVED", "ESTABLISHED", "FIN-WAIT-1",
        "FIN-WAIT-2", "CLOSE-WAIT", "CLOSING",  "LAST-ACK",     "TIME-WAIT",
    };

    return (unsigned)state < sizeof names / sizeof names[0] ? names[state] : "unknown";
}

/* RFC 1213's tcpCurrEstab counts these two. */
static bool
counts_as_established(unsigned state)
{
    return state == FLUE_TCP_CONNECTION_ESTABLISHED || state == FLUE_TCP_CONNECTION_CLOSE_WAIT;
}

static void
leave_backlog(struct flue_tcp_connection *connection)
{
    if (connection->listener != NULL) {
        connection->listener->pending--;
        connection->listener = NULL;
    }
}

static void
enter_established(struct flue_tcp_connection *connection, flue_time now)
{
    struct flue_tcp_engine *engine = connection->engine;
    struct flue_tcp_listener *listener = connection->listener;

    flue__tcp_arm_keepalive(connection, now, connection->keepalive_idle);
    leave_backlog(connection);
    if (listener != NULL) {
        if (engine->handlers.accepted != NULL)
            engine->handlers.accepted(engine->user, now, listener, connection);
    } else if (engine->handlers.connected != NULL && !connection->is_released) {
        engine->handlers.connected(engine->user, now, connection);
    }
    flue__tcp_complete_lists(connection, now, 0); /* empty ones at the head */
}

static void
enter_fin_wait_2(struct flue_tcp_connection *connection, flue_time now)
{
    const struct flue_tcp_config *config = &connection->engine->config;

    /* RFC 9293 waits for ever. A target, and a connection that nobody reads any more, do not. */
    if (config->fin_wait_2_ticks > 0 && (config->is_offload_target || connection->is_released))
        flue__tcp_arm_slow(connection, now, SLOW_FIN_WAIT_2, config->fin_wait_2_ticks);
}

static void
enter_time_wait(struct flue_tcp_connection *connection, flue_time now)
{
    struct flue_tcp_engine *engine = connection->engine;

    connection->keepalive_deadline = WHEEL_NEVER;
    flue__tcp_arm_slow(connection, now, SLOW_TIME_WAIT, engine->config.time_wait_ticks);
    if (engine->handlers.entered_time_wait != NULL && !connection->is_released)
        engine->handlers.entered_time_wait(engine->user, now, connection);
}

static void
enter_closed(struct flue_tcp_connection *connection)
{
    leave_backlog(connection);
    flue__tcp_table_remove(connection); /* its tuple is free for another */
    flue__tcp_stop_slow(connection);
    flue__pacing_stop(connection);
    connection->delayed_ack_deadline = WHEEL_NEVER;
    connection->keepalive_deadline = WHEEL_NEVER;
    connection->window_update_deadline = WHEEL_NEVER;
    connection->want_output = false;
    connection->ack_now = false;
    flue__tcp_reassembly_drop(connection);
    flue__scoreboard_drop(connection);
    flue__rack_destroy(connection);
}

void
flue__tcp_set_state(struct flue_tcp_connection *connection, enum flue_tcp_connection_state state)
{
    struct flue_tcp_statistics *statistics = flue__tcp_stats(connection);

    assert(legal[connection->state] & 1U << state);
    (void)legal; /* a release build does not look */
    if (counts_as_established(connection->state)) {
        statistics->currently_established--;
        if (state == FLUE_TCP_CONNECTION_CLOSED && !connection->is_reported)
            statistics->resets++; /* not one that only leaves its engine */
    }
    connection->state = (uint8_t)state;
    if (counts_as_established(state))
        statistics->currently_established++;
}

void
flue__tcp_enter(struct flue_tcp_connection *connection, flue_time now,
                enum flue_tcp_connection_state state)
{
    flue__tcp_set_state(connection, state);
    switch (state) {
    case FLUE_TCP_CONNECTION_ESTABLISHED:
        enter_established(connection, now);
        break;
    case FLUE_TCP_CONNECTION_FIN_WAIT2:
        enter_fin_wait_2(connection, now);
        break;
    case FLUE_TCP_CONNECTION_TIME_WAIT:
        enter_time_wait(connection, now);
        break;
    case FLUE_TCP_CONNECTION_CLOSED:
        enter_closed(connection);
        break;
    default:
        break;
    }
}

void
flue__tcp_end(struct flue_tcp_connection *connection, flue_time now, enum flue_result reason)
{
    struct flue_tcp_engine *engine = connection->engine;
    bool tell = !connection->is_released && connection->listener == NULL;
    struct flue_buffer_list *lists = send_queue_take(&connection->queue, connection->snd_una);

    if (connection->state != FLUE_TCP_CONNECTION_CLOSED)
        flue__tcp_enter(connection, now, FLUE_TCP_CONNECTION_CLOSED);
    if (connection->is_reported)
        return;
    connection->is_reported = true;
    connection->reason = (int8_t)reason;
    if (!tell) {
        connection->is_released = true; /* nobody else will free it */
        return;
    }
    for (struct flue_buffer_list *list = lists; list != NULL; list = list->next)
        list->status = FLUE_STATUS_REQUEST_ABORTED;
    if (lists != NULL && engine->handlers.sent != NULL)
        engine->handlers.sent(engine->user, now, connection, lists);
    if (!connection->is_released && engine->handlers.closed != NULL)
        engine->handlers.closed(engine->user, now, connection, reason);
}
