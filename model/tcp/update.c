/* SPDX-License-Identifier: GPL-2.0-or-later
 *
 * What changes below a running connection or is changed from above: the path that it takes, and the
 * values that stay the owner's while it runs (the contract's cached variables).
 */
#include "tcp/connection.h"

void
flue__tcp_fit_path(struct flue_tcp_connection *connection, uint32_t path_mtu)
{
    uint32_t headers = connection->tuple.ip_version == 4 ? 40 : 60;
    uint32_t mss = path_mtu > headers + 64 ? path_mtu - headers : 64;

    if (mss > UINT16_MAX)
        mss = UINT16_MAX;
    if (connection->option_mss == mss)
        return;
    connection->option_mss = (uint16_t)mss;
    flue__tcp_set_mss(connection);
    connection->want_output = true;
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
        flue__tcp_fit_path(connection, path_mtu);
}

void
flue_tcp_set_path_mtu(struct flue_tcp_connection *connection, flue_time now, uint32_t path_mtu)
{
    flue__tcp_set_clock(connection->engine, now);
    flue__tcp_hold(connection);
    flue__tcp_fit_path(connection, path_mtu);
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
