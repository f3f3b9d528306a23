/* SPDX-License-Identifier: GPL-2.0-or-later
 *
 * What changes below a running connection or is changed from above: the path that it takes, and the
 * values that stay the owner's while it runs (the contract's cached variables).
 */
#include "tcp/connection.h"

enum { TIMESTAMP_BYTES = 12 };

static uint32_t
header_bytes(const struct flue_tcp_connection *connection)
{
    return connection->tuple.ip_version == 4 ? 40 : 60;
}

uint32_t
flue__tcp_packet_size(const struct flue_tcp_connection *connection)
{
    return header_bytes(connection) + connection->mss +
           (connection->use_timestamps ? TIMESTAMP_BYTES : 0);
}

uint16_t
flue__tcp_path_mss(const struct flue_tcp_connection *connection, uint32_t path_mtu)
{
    uint32_t headers = header_bytes(connection);
    uint32_t mss =
        path_mtu > headers + FLUE_TCP_MSS_LEAST ? path_mtu - headers : FLUE_TCP_MSS_LEAST;

    return (uint16_t)(mss > UINT16_MAX ? UINT16_MAX : mss);
}

/* Segments are smaller than they were. Those on their way are lost, and not by congestion: what the
 * peer lacks goes out again in the new size, and cwnd stays (RFC 1191 6.5, RFC 8201 5.4). */
static void
resegment(struct flue_tcp_connection *connection, flue_time now)
{
    if (connection->slow != SLOW_RETRANSMIT ||
        connection->snd_max - connection->snd_una <= connection->mss)
        return; /* none of them was larger than one may be */
    if (connection->in_recovery && connection->cwnd > connection->ssthresh)
        connection->cwnd = connection->ssthresh; /* without what duplicates have inflated it by */
    connection->in_recovery = false;
    connection->dup_acks = 0;
    connection->recover = connection->snd_max; /* duplicates of what goes out twice mean no loss */
    connection->is_timing = false;
    if (connection->extension != NULL)
        connection->extension->frto.step = FRTO_OFF; /* what goes out twice proves nothing */
    if (flue__rack_is_on(connection))
        flue__rack_lose_all(connection);
    else
        connection->snd_nxt = connection->snd_una;
    flue__tcp_arm_slow(connection, now, SLOW_RETRANSMIT, flue__tcp_timeout(connection));
    if (connection->retransmissions > 0)
        flue__tcp_cap_retransmit(connection, now);
}

void
flue__tcp_fit_path(struct flue_tcp_connection *connection, flue_time now, uint32_t path_mtu)
{
    uint16_t path_mss = flue__tcp_path_mss(connection, path_mtu);
    uint16_t mss = connection->mss;
    bool is_initial_window;

    if (connection->path_mss == path_mss)
        return;
    connection->path_mss = path_mss;
    if (!flue__tcp_is_synchronized(connection))
        return; /* the SYNs will tell the size, and are never too large themselves */
    is_initial_window = connection->cwnd == flue__tcp_initial_window(connection);
    flue__tcp_set_mss(connection);
    connection->want_output = true;
    if (connection->mss >= mss)
        return;
    if (is_initial_window) /* RFC 5681 3.1: no larger burst of smaller segments */
        connection->cwnd = (uint32_t)((uint64_t)connection->cwnd * connection->mss / mss);
    resegment(connection, now);
}

void
flue__tcp_follow_path(struct flue_tcp_connection *connection, flue_time now)
{
    struct flue_tcp_engine *engine = connection->engine;
    uint32_t path_mtu;

    if (engine->handlers.path_mtu == NULL || connection->is_released ||
        connection->state == FLUE_TCP_CONNECTION_CLOSED)
        return;
    path_mtu = engine->handlers.path_mtu(engine->user, now, connection);
    connection->is_muted = path_mtu == 0;
    if (path_mtu != 0)
        flue__tcp_fit_path(connection, now, path_mtu);
}

void
flue_tcp_set_path_mtu(struct flue_tcp_connection *connection, flue_time now, uint32_t path_mtu)
{
    flue__tcp_set_clock(connection->engine, now);
    flue__tcp_hold(connection);
    flue__tcp_fit_path(connection, now, path_mtu);
    flue__tcp_let_go(connection, now);
}

void
flue_tcp_set_nagle(struct flue_tcp_connection *connection, flue_time now, bool on)
{
    flue__tcp_set_clock(connection->engine, now);
    flue__tcp_hold(connection);
    connection->use_nagle = on;
    connection->want_output = true;
    flue__tcp_let_go(connection, now);
}

static bool
is_within_bounds(const struct flue_tcp_cached *cached)
{
    if (cached->ttl_or_hop_limit == 0 || cached->flow_label >= 1U << 20)
        return false;
    if ((cached->flags & FLUE_TCP_FLAG_KEEP_ALIVE_ENABLED) != 0 &&
        (cached->ka_timeout_ticks == 0 || cached->ka_interval_ticks == 0))
        return false;
    return (cached->flags & FLUE_TCP_FLAG_UPDATE_RCV_WND) == 0 ||
           (cached->initial_rcv_wnd >= 1 && cached->initial_rcv_wnd <= 1U << 30);
}

/* UPDATE-005, UPDATE-007, UPDATE-009, UPDATE-010; either restart flag will do (NOTE-046). Without
 * one a running timer goes on, and the next one takes the new values. */
static void
update_keepalive(struct flue_tcp_connection *connection, flue_time now,
                 const struct flue_tcp_cached *cached)
{
    bool was_on = connection->use_keepalive;
    bool starts = (cached->flags & FLUE_TCP_FLAG_KEEP_ALIVE_RESTART) != 0;
    bool resets = starts || (cached->flags & FLUE_TCP_FLAG_MAX_RT_RESTART) != 0;
    bool has_new_count = connection->keepalive_probes != cached->ka_probe_count;
    bool has_new_times = connection->keepalive_idle != cached->ka_timeout_ticks ||
                         connection->keepalive_interval != cached->ka_interval_ticks;

    connection->use_keepalive = (cached->flags & FLUE_TCP_FLAG_KEEP_ALIVE_ENABLED) != 0;
    connection->keepalive_probes = cached->ka_probe_count;
    connection->keepalive_idle = cached->ka_timeout_ticks;
    connection->keepalive_interval = cached->ka_interval_ticks;
    if (connection->is_guarded && !connection->use_keepalive)
        return; /* the probes after a blind attack are not the host's to stop */
    if (starts || !connection->use_keepalive || (resets && has_new_count))
        connection->keepalive_probes_sent = 0;
    if (starts || connection->use_keepalive != was_on)
        flue__tcp_arm_keepalive(connection, now, connection->keepalive_idle);
    else if (resets && has_new_times)
        flue__tcp_arm_keepalive(connection, now,
                                connection->keepalive_probes_sent == 0
                                    ? connection->keepalive_idle
                                    : connection->keepalive_interval);
}

/* UPDATE-008, NOTE-048: TotalRT starts anew on the flag alone. */
static void
update_max_rt(struct flue_tcp_connection *connection, flue_time now,
              const struct flue_tcp_cached *cached)
{
    connection->max_rt = cached->max_rt_ticks;
    if (connection->slow != SLOW_RETRANSMIT || connection->retransmissions == 0)
        return;
    if ((cached->flags & FLUE_TCP_FLAG_MAX_RT_RESTART) != 0)
        connection->rtt_tick = (uint32_t)connection->engine->tick;
    flue__tcp_cap_retransmit(connection, now);
}

/* UPDATE-006. The right edge stays where it was promised: a smaller window comes as data does. */
static void
update_window(struct flue_tcp_connection *connection, const struct flue_tcp_cached *cached)
{
    int32_t window = seq_diff(connection->rcv_adv, connection->rcv_nxt);

    if ((cached->flags & FLUE_TCP_FLAG_UPDATE_RCV_WND) == 0)
        return;
    connection->rcv_buf = cached->initial_rcv_wnd;
    if (window < 0 || connection->rcv_buf != (uint32_t)window)
        connection->ack_now = true;
}

enum flue_result
flue_tcp_update(struct flue_tcp_connection *connection, flue_time now,
                const struct flue_tcp_cached *cached)
{
    if (!is_within_bounds(cached))
        return FLUE_ERROR_INVALID;
    flue__tcp_set_clock(connection->engine, now);
    flue__tcp_hold(connection);
    connection->use_nagle = (cached->flags & FLUE_TCP_FLAG_NAGLING_ENABLED) != 0;
    connection->ttl = cached->ttl_or_hop_limit;
    connection->traffic_class = cached->tos_or_traffic_class;
    connection->flow_label = cached->flow_label;
    update_keepalive(connection, now, cached);
    update_max_rt(connection, now, cached);
    update_window(connection, cached);
    connection->want_output = true;
    flue__tcp_let_go(connection, now);
    return FLUE_OK;
}
