/* SPDX-License-Identifier: GPL-2.0-or-later
 *
 * A connection moves between engines: its state out into the contract's structures, and in again.
 * Nothing else travels. What the structures do not carry (recovery in progress, the segment being
 * timed when timestamps are off) starts afresh on the other side.
 */
#include <string.h>

#include "tcp/connection.h"

static uint16_t
clamped(uint32_t value)
{
    return (uint16_t)(value > UINT16_MAX ? UINT16_MAX : value);
}

static void
export_constants(const struct flue_tcp_connection *connection, struct flue_tcp_const *constants)
{
    memset(constants, 0, sizeof *constants);
    constants->header.length = sizeof *constants;
    if (connection->use_timestamps)
        constants->flags |= FLUE_TCP_FLAG_TIMESTAMP_ENABLED;
    if (connection->use_sack)
        constants->flags |= FLUE_TCP_FLAG_SACK_ENABLED;
    if (connection->use_window_scaling)
        constants->flags |= FLUE_TCP_FLAG_WINDOW_SCALING_ENABLED;
    constants->remote_port = connection->tuple.remote_port;
    constants->local_port = connection->tuple.local_port;
    constants->snd_wind_scale = connection->snd_wind_scale;
    constants->rcv_wind_scale = connection->rcv_wind_scale;
    constants->remote_mss = connection->remote_mss < connection->option_mss
                                ? connection->remote_mss
                                : connection->option_mss;
    constants->hash_value = flue__tcp_hash(&connection->tuple);
}

static void
export_cached(const struct flue_tcp_connection *connection, struct flue_tcp_cached *cached)
{
    memset(cached, 0, sizeof *cached);
    cached->header.length = sizeof *cached;
    if (connection->use_keepalive)
        cached->flags |= FLUE_TCP_FLAG_KEEP_ALIVE_ENABLED;
    if (connection->use_nagle)
        cached->flags |= FLUE_TCP_FLAG_NAGLING_ENABLED;
    cached->initial_rcv_wnd = connection->rcv_buf;
    cached->max_rt_ticks = connection->max_rt;
    cached->ka_probe_count = connection->keepalive_probes;
    cached->ka_timeout_ticks = connection->keepalive_idle;
    cached->ka_interval_ticks = connection->keepalive_interval;
    cached->flow_label = connection->flow_label;
    cached->ttl_or_hop_limit = connection->ttl;
    cached->tos_or_traffic_class = connection->traffic_class;
}

/* The handlers of an ACK that covers the FIN are called before the state moves on. */
static enum flue_tcp_connection_state
settled_state(const struct flue_tcp_connection *connection)
{
    if (!connection->fin_sent || seq_le(connection->snd_una, connection->queue.end_seq))
        return connection->state;
    switch (connection->state) {
    case FLUE_TCP_CONNECTION_FIN_WAIT1:
        return FLUE_TCP_CONNECTION_FIN_WAIT2;
    case FLUE_TCP_CONNECTION_CLOSING:
        return FLUE_TCP_CONNECTION_TIME_WAIT;
    case FLUE_TCP_CONNECTION_LAST_ACK:
        return FLUE_TCP_CONNECTION_CLOSED;
    default:
        return connection->state;
    }
}

static void
export_delegated(const struct flue_tcp_connection *connection, flue_time now,
                 struct flue_tcp_delegated *delegated)
{
    uint32_t tick = (uint32_t)connection->engine->tick;
    int32_t window = seq_diff(connection->rcv_adv, connection->rcv_nxt);

    memset(delegated, 0, sizeof *delegated);
    delegated->header.length = sizeof *delegated;
    delegated->state = settled_state(connection);
    delegated->rcv_nxt = connection->rcv_nxt;
    delegated->rcv_wnd = window > 0 ? (uint32_t)window : 0;
    delegated->snd_una = connection->snd_una;
    delegated->snd_nxt = connection->snd_nxt;
    delegated->snd_max = connection->snd_max;
    delegated->snd_wnd = connection->snd_wnd;
    delegated->max_snd_wnd = connection->max_snd_wnd;
    delegated->send_wl1 = connection->snd_wl1;
    delegated->cwnd = connection->cwnd;
    delegated->ss_thresh = connection->ssthresh;
    delegated->srtt = clamped(connection->srtt_x8);
    /* Without a measurement RTTVAR alone is what makes the first timeout. */
    delegated->rtt_var = clamped(connection->has_rtt ? connection->rttvar_x4 : connection->rto);
    delegated->ts_recent = connection->ts_recent;
    delegated->ts_recent_age = tick - (uint32_t)connection->ts_recent_tick;
    delegated->ts_time = tick + connection->ts_offset;
    delegated->total_rt = flue__tcp_total_rt(connection);
    delegated->dup_ack_count = connection->dup_acks;
    delegated->snd_wnd_probe_count = connection->probe_round;
    delegated->keep_alive.count = connection->keepalive_probes_sent;
    delegated->keep_alive.timeout_delta_ticks =
        flue__tcp_ticks_left(connection, now, connection->keepalive_deadline);
    delegated->retransmit.count = connection->retransmissions;
    delegated->retransmit.timeout_delta_ticks =
        connection->slow == SLOW_CONGESTED || connection->slow == SLOW_OVERRIDE
            ? FLUE_TICKS_NOT_RUNNING
            : flue__tcp_ticks_left(connection, now, connection->slow_deadline);
}

void
flue_tcp_export(const struct flue_tcp_connection *connection, flue_time now,
                struct flue_tcp_const *constants, struct flue_tcp_cached *cached,
                struct flue_tcp_delegated *delegated)
{
    flue__tcp_set_clock(connection->engine, now);
    export_constants(connection, constants);
    export_cached(connection, cached);
    export_delegated(connection, now, delegated);
}

void
flue_tcp_flush_ack(struct flue_tcp_connection *connection, flue_time now)
{
    flue__tcp_set_clock(connection->engine, now);
    if (connection->delayed_ack_deadline == WHEEL_NEVER && !connection->ack_now)
        return;
    flue__tcp_hold(connection);
    flue__tcp_follow_path(connection, now);
    flue__tcp_send_ack(connection, now);
    flue__tcp_let_go(connection, now);
}

void
flue_tcp_surrender(struct flue_tcp_connection *connection, flue_time now,
                   struct flue_buffer_list **lists)
{
    flue__tcp_set_clock(connection->engine, now);
    flue__tcp_hold(connection);
    *lists = send_queue_take(&connection->queue, connection->snd_una);
    connection->is_released = true;
    connection->is_reported = true;
    flue__tcp_enter(connection, now, FLUE_TCP_CONNECTION_CLOSED);
    flue__tcp_let_go(connection, now);
}

/* Which timer the remaining ticks of Retransmit.TimeoutDelta belong to. */
static enum slow_timer
slow_timer_of(const struct flue_tcp_delegated *delegated)
{
    bool in_flight = delegated->snd_max != delegated->snd_una;

    if (delegated->retransmit.timeout_delta_ticks == FLUE_TICKS_NOT_RUNNING)
        return SLOW_NONE;
    if (delegated->state == FLUE_TCP_CONNECTION_FIN_WAIT2)
        return SLOW_FIN_WAIT_2;
    if (delegated->state == FLUE_TCP_CONNECTION_TIME_WAIT)
        return SLOW_TIME_WAIT;
    if (delegated->snd_wnd == 0 && delegated->snd_nxt == delegated->snd_una)
        return delegated->retransmit.count == 0 ? SLOW_PERSIST : SLOW_PROBE;
    return in_flight ? SLOW_RETRANSMIT : SLOW_OVERRIDE;
}

/* TIME-WAIT goes back to the host, which waits it out (CLOSE-023), but not to a target (HOST-002).
 */
static bool
is_movable(const struct flue_tcp_engine *engine, enum flue_tcp_connection_state state)
{
    return state >= FLUE_TCP_CONNECTION_ESTABLISHED && state <= FLUE_TCP_CONNECTION_TIME_WAIT &&
           !(state == FLUE_TCP_CONNECTION_TIME_WAIT && engine->config.is_offload_target);
}

/* The variables must fit each other and the lists: what is in flight is there to be sent again. */
static bool
is_consistent(const struct flue_tcp_import *import)
{
    const struct flue_tcp_delegated *delegated = import->delegated;
    enum flue_tcp_connection_state state = delegated->state;
    uint32_t flight = delegated->snd_max - delegated->snd_una;
    uint64_t queued = 0;

    for (const struct flue_buffer_list *list = import->lists; list != NULL; list = list->next)
        queued += list->buffer.data_length;
    if (queued > UINT32_C(1) << 30 || delegated->rcv_wnd > UINT32_C(1) << 30 ||
        delegated->snd_wnd > UINT32_C(1) << 30 || delegated->max_snd_wnd > UINT32_C(1) << 30)
        return false;
    if (state == FLUE_TCP_CONNECTION_FIN_WAIT1 || state == FLUE_TCP_CONNECTION_CLOSING ||
        state == FLUE_TCP_CONNECTION_LAST_ACK)
        queued++; /* FIN */
    if (import->path_mtu < (import->tuple.ip_version == 4 ? 40U : 60U) + FLUE_TCP_MSS_LEAST)
        return false;
    return flight <= queued && delegated->snd_nxt - delegated->snd_una <= flight;
}

static struct flue_tcp_options
options_of(const struct flue_tcp_engine *engine, const struct flue_tcp_import *import)
{
    const struct flue_tcp_const *constants = import->constants;
    const struct flue_tcp_cached *cached = import->cached;
    struct flue_tcp_options options = engine->config.options;

    options.receive_buffer_bytes = cached->initial_rcv_wnd;
    options.mss = FLUE_TCP_MSS_MOST; /* remote_mss has the limit that was configured */
    options.use_timestamps = (constants->flags & FLUE_TCP_FLAG_TIMESTAMP_ENABLED) != 0;
    options.use_window_scaling = (constants->flags & FLUE_TCP_FLAG_WINDOW_SCALING_ENABLED) != 0;
    options.use_sack = (constants->flags & FLUE_TCP_FLAG_SACK_ENABLED) != 0;
    options.use_nagle = (cached->flags & FLUE_TCP_FLAG_NAGLING_ENABLED) != 0;
    options.use_keepalive = (cached->flags & FLUE_TCP_FLAG_KEEP_ALIVE_ENABLED) != 0;
    options.keepalive_probes = cached->ka_probe_count;
    options.keepalive_idle_ticks = cached->ka_timeout_ticks;
    options.keepalive_interval_ticks = cached->ka_interval_ticks;
    options.max_rt_ticks = cached->max_rt_ticks;
    options.ttl = cached->ttl_or_hop_limit;
    options.traffic_class = cached->tos_or_traffic_class;
    options.flow_label = cached->flow_label;
    if (import->congestion_control != NULL)
        options.congestion_control = import->congestion_control;
    return options;
}

static void
import_send(struct flue_tcp_connection *connection, const struct flue_tcp_import *import)
{
    const struct flue_tcp_delegated *delegated = import->delegated;
    enum flue_tcp_connection_state state = delegated->state;

    connection->snd_una = delegated->snd_una;
    connection->snd_nxt = delegated->snd_nxt;
    connection->snd_max = delegated->snd_max;
    connection->snd_wnd = delegated->snd_wnd;
    connection->max_snd_wnd = delegated->max_snd_wnd;
    connection->snd_wl1 = delegated->send_wl1;
    connection->snd_wl2 = delegated->snd_una;
    connection->iss = delegated->snd_una - 1;
    connection->recover = delegated->snd_una - 1;
    connection->remote_mss = import->constants->remote_mss;
    connection->path_mss = flue__tcp_path_mss(connection, import->path_mtu);
    flue__tcp_set_mss(connection);
    connection->cwnd = delegated->cwnd < connection->mss ? connection->mss : delegated->cwnd;
    connection->ssthresh = delegated->ss_thresh;
    connection->dup_acks = delegated->dup_ack_count;
    connection->probe_round = delegated->snd_wnd_probe_count;
    connection->retransmissions = delegated->retransmit.count;
    connection->backoff = delegated->retransmit.count;
    connection->fin_sent =
        state == FLUE_TCP_CONNECTION_FIN_WAIT1 || state == FLUE_TCP_CONNECTION_FIN_WAIT2 ||
        state == FLUE_TCP_CONNECTION_CLOSING || state == FLUE_TCP_CONNECTION_LAST_ACK ||
        state == FLUE_TCP_CONNECTION_TIME_WAIT;
    connection->fin_wanted = connection->fin_sent || import->send_shutdown;
    /* When the FIN itself is acknowledged, the data ended one before SND.UNA. */
    if (state == FLUE_TCP_CONNECTION_FIN_WAIT2 || state == FLUE_TCP_CONNECTION_TIME_WAIT)
        send_queue_init(&connection->queue, connection->snd_una - 1);
    else
        send_queue_init(&connection->queue, connection->snd_una);
    send_queue_append(&connection->queue, import->lists);
}

static void
import_receive(struct flue_tcp_connection *connection, const struct flue_tcp_import *import)
{
    const struct flue_tcp_delegated *delegated = import->delegated;
    struct flue_tcp_engine *engine = connection->engine;
    enum flue_tcp_connection_state state = delegated->state;

    connection->rcv_nxt = delegated->rcv_nxt;
    connection->rcv_adv = delegated->rcv_nxt + delegated->rcv_wnd;
    connection->rcv_buffered = import->rcv_buffered;
    connection->last_ack_sent = delegated->rcv_nxt;
    connection->irs = delegated->rcv_nxt - 1;
    connection->fin_received =
        state == FLUE_TCP_CONNECTION_CLOSE_WAIT || state == FLUE_TCP_CONNECTION_CLOSING ||
        state == FLUE_TCP_CONNECTION_LAST_ACK || state == FLUE_TCP_CONNECTION_TIME_WAIT;
    connection->ts_recent = delegated->ts_recent;
    connection->ts_recent_tick =
        engine->tick >= delegated->ts_recent_age ? engine->tick - delegated->ts_recent_age : 0;
    connection->has_ts_recent = connection->use_timestamps;
    connection->ts_offset = delegated->ts_time - (uint32_t)engine->tick;
}

static void
import_timers(struct flue_tcp_connection *connection, flue_time now,
              const struct flue_tcp_delegated *delegated)
{
    const struct flue_tcp_config *config = &connection->engine->config;
    enum slow_timer slow = slow_timer_of(delegated);

    connection->srtt_x8 = delegated->srtt;
    connection->rttvar_x4 = delegated->rtt_var;
    /* SRTT and RTTVAR are zero on a wire shorter than a tick; only an RTTVAR that has not been
     * measured is as long as a first timeout beside no SRTT. */
    connection->has_rtt =
        delegated->srtt != 0 || delegated->rtt_var < clamped(config->initial_rto_ticks);
    if (connection->has_rtt)
        flue__tcp_rtt_update_rto(connection);
    else if (delegated->rtt_var > connection->rto) /* longer than from the start */
        connection->rto =
            delegated->rtt_var < config->max_rto_ticks ? delegated->rtt_var : config->max_rto_ticks;
    connection->rtt_tick = (uint32_t)connection->engine->tick - delegated->total_rt;
    if (slow != SLOW_NONE)
        flue__tcp_arm_slow(connection, now, slow, delegated->retransmit.timeout_delta_ticks);
    else if (delegated->state == FLUE_TCP_CONNECTION_TIME_WAIT)
        flue__tcp_arm_slow(connection, now, SLOW_TIME_WAIT,
                           connection->engine->config.time_wait_ticks);
    else if (connection->snd_max != connection->snd_una) /* nothing else would wake it up */
        flue__tcp_arm_slow(connection, now, SLOW_RETRANSMIT, flue__tcp_timeout(connection));
    connection->keepalive_probes_sent = delegated->keep_alive.count;
    /* Keepalive that nobody asked for: a challenge waits for its answer (BLIND-011, BLIND-013). */
    connection->is_guarded =
        !connection->use_keepalive &&
        delegated->keep_alive.timeout_delta_ticks != FLUE_TICKS_NOT_RUNNING &&
        (delegated->keep_alive.timeout_delta_ticks > 0 || delegated->keep_alive.count > 0);
    if (delegated->keep_alive.timeout_delta_ticks != FLUE_TICKS_NOT_RUNNING)
        flue__tcp_arm_keepalive(connection, now, delegated->keep_alive.timeout_delta_ticks);
    else
        flue__tcp_arm_keepalive(connection, now, connection->keepalive_idle);
}

enum flue_result
flue_tcp_import(struct flue_tcp_engine *engine, flue_time now, const struct flue_tcp_import *import,
                struct flue_tcp_connection **connection_out)
{
    struct flue_tcp_options options = options_of(engine, import);
    struct flue_tcp_connection *connection;

    if (!is_movable(engine, import->delegated->state))
        return FLUE_ERROR_STATE;
    if (flue_tcp_options_check(&options, NULL) != FLUE_OK ||
        import->constants->remote_mss < FLUE_TCP_MSS_LEAST ||
        import->constants->snd_wind_scale > 14 || import->constants->rcv_wind_scale > 14 ||
        !is_consistent(import))
        return FLUE_ERROR_INVALID;
    if (flue_tcp_find(engine, &import->tuple) != NULL)
        return FLUE_ERROR_IN_USE;
    if (engine->connection_count >= engine->config.max_connections)
        return FLUE_ERROR_LIMIT;
    connection = flue__tcp_new(engine, &import->tuple, &options, import->connection_user);
    if (connection == NULL)
        return FLUE_ERROR_NO_MEMORY;
    flue__tcp_set_clock(engine, now);
    connection->snd_wind_scale = import->constants->snd_wind_scale;
    connection->rcv_wind_scale = import->constants->rcv_wind_scale;
    import_send(connection, import);
    import_receive(connection, import);
    flue__tcp_set_state(connection, import->delegated->state);
    import_timers(connection, now, import->delegated);
    flue__prr_resume(connection);
    flue__tcp_rebuild(connection, import->delegated);
    flue__rack_resume(connection, now);
    flue__tcp_arm_window_update(connection, now);
    flue__tcp_settle_timer(connection);
    *connection_out = connection;
    return FLUE_OK;
}

void
flue_tcp_resume(struct flue_tcp_connection *connection, flue_time now)
{
    flue__tcp_set_clock(connection->engine, now);
    flue__tcp_hold(connection);
    flue__tcp_complete_lists(connection, now, 0); /* empty ones at the head */
    connection->want_output = true;
    flue__tcp_let_go(connection, now);
}
