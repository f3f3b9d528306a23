/* SPDX-License-Identifier: GPL-2.0-or-later
 *
 * The options of a connection, read and changed while it runs. What the contract's cached variables
 * cover goes the same way as theirs (update.c).
 */
#include "tcp/connection.h"

void
flue_tcp_get_options(const struct flue_tcp_connection *connection, struct flue_tcp_options *options)
{
    const struct extension *extension = connection->extension;

    *options = (struct flue_tcp_options){
        .receive_buffer_bytes = connection->rcv_buf,
        .mss = connection->option_mss,
        .use_timestamps = connection->use_timestamps,
        .use_window_scaling = connection->use_window_scaling,
        .use_sack = connection->use_sack,
        .use_nagle = connection->use_nagle,
        .use_hold = connection->use_hold,
        .use_delayed_ack = connection->use_delayed_ack,
        .use_limited_transmit = connection->use_limited_transmit,
        .use_frto = extension != NULL && extension->frto.is_wanted,
        .use_prr = extension != NULL && extension->prr.is_wanted,
        .use_rack = extension != NULL && extension->rack != NULL,
        .use_ecn = extension != NULL && extension->ecn.is_wanted,
        .use_keepalive = connection->use_keepalive,
        .keepalive_probes = connection->keepalive_probes,
        .keepalive_idle_ticks = connection->keepalive_idle,
        .keepalive_interval_ticks = connection->keepalive_interval,
        .max_rt_ticks = connection->max_rt,
        .ttl = connection->ttl,
        .traffic_class = connection->traffic_class,
        .flow_label = connection->flow_label,
        .congestion_control = connection->congestion->name,
        .use_pacing = extension != NULL && extension->pacing.is_on,
        .pacing_bps = extension != NULL ? extension->pacing.fixed_bps : 0,
    };
}

/* As the contract says it: what is not new is left out or has no effect. */
static struct flue_tcp_cached
cached_of(const struct flue_tcp_options *before, const struct flue_tcp_options *after)
{
    struct flue_tcp_cached cached = {
        .header.length = sizeof cached,
        .initial_rcv_wnd = after->receive_buffer_bytes,
        .ka_probe_count = after->keepalive_probes,
        .ka_timeout_ticks = after->keepalive_idle_ticks,
        .ka_interval_ticks = after->keepalive_interval_ticks,
        .max_rt_ticks = after->max_rt_ticks,
        .flow_label = after->flow_label,
        .ttl_or_hop_limit = after->ttl,
        .tos_or_traffic_class = after->traffic_class,
    };

    if (after->use_keepalive)
        cached.flags |= FLUE_TCP_FLAG_KEEP_ALIVE_ENABLED;
    if (after->use_nagle)
        cached.flags |= FLUE_TCP_FLAG_NAGLING_ENABLED;
    if (before->receive_buffer_bytes != after->receive_buffer_bytes)
        cached.flags |= FLUE_TCP_FLAG_UPDATE_RCV_WND;
    if (before->keepalive_idle_ticks != after->keepalive_idle_ticks ||
        before->keepalive_interval_ticks != after->keepalive_interval_ticks ||
        before->keepalive_probes != after->keepalive_probes)
        cached.flags |= FLUE_TCP_FLAG_KEEP_ALIVE_RESTART;
    return cached;
}

enum flue_result
flue_tcp_set_options(struct flue_tcp_connection *connection, flue_time now,
                     const struct flue_tcp_options *options, const char **field)
{
    enum flue_result result = flue_tcp_options_check(options, field);
    struct flue_tcp_options before;
    struct flue_tcp_cached cached;
    const char *settled;

    if (result != FLUE_OK)
        return result;
    flue_tcp_get_options(connection, &before);
    settled = flue__tcp_settled_option(&before, options);
    if (settled != NULL && field != NULL)
        *field = settled;
    if (settled != NULL || connection->state == FLUE_TCP_CONNECTION_CLOSED)
        return FLUE_ERROR_STATE;
    cached = cached_of(&before, options);
    flue__tcp_set_clock(connection->engine, now);
    flue__tcp_hold(connection);
    connection->use_hold = options->use_hold;
    connection->use_delayed_ack = options->use_delayed_ack;
    connection->use_limited_transmit = options->use_limited_transmit;
    if (!options->use_delayed_ack && connection->delayed_ack_deadline != WHEEL_NEVER)
        connection->ack_now = true;
    result = flue_tcp_update(connection, now, &cached);
    flue__tcp_let_go(connection, now);
    return result;
}
