/* SPDX-License-Identifier: GPL-2.0-or-later
 *
 * A segment arrives for no connection (RFC 9293 3.10.7.1), for a listener (3.10.7.2) or in SYN-SENT
 * (3.10.7.3); and what the two SYNs settle between the peers.
 */
#include <string.h>

#include "tcp/connection.h"

enum { DEFAULT_MSS_IPV4 = 536, DEFAULT_MSS_IPV6 = 1220, TIMESTAMP_BYTES = 12 };

/* Answers a segment with a reset that the peer will believe. */
static void
answer_with_reset(struct flue_tcp_engine *engine, flue_time now,
                  const struct flue_four_tuple *tuple, const struct flue_tcp_segment *segment)
{
    struct flue_tcp_segment reset;

    if ((segment->flags & FLUE_TCP_RST) != 0 || engine->config.is_offload_target)
        return;
    memset(&reset, 0, sizeof reset);
    reset.flags = FLUE_TCP_RST;
    reset.hop_limit = engine->config.options.ttl;
    reset.payload = flue_span_virtual(0);
    if ((segment->flags & FLUE_TCP_ACK) != 0) {
        reset.seq = segment->ack;
    } else {
        reset.flags |= FLUE_TCP_ACK;
        reset.ack = segment->seq + segment->payload.length +
                    ((segment->flags & FLUE_TCP_SYN) != 0 ? 1 : 0) +
                    ((segment->flags & FLUE_TCP_FIN) != 0 ? 1 : 0);
    }
    flue__tcp_family_stats(engine, tuple)->out_segments++;
    flue__tcp_family_stats(engine, tuple)->out_resets++;
    engine->handlers.emit(engine->user, now, NULL, tuple, &reset);
}

void
flue__tcp_arrive_closed(struct flue_tcp_engine *engine, flue_time now,
                        const struct flue_four_tuple *tuple, const struct flue_tcp_segment *segment)
{
    answer_with_reset(engine, now, tuple, segment);
}

void
flue__tcp_set_mss(struct flue_tcp_connection *connection)
{
    uint16_t mss = connection->remote_mss < connection->option_mss ? connection->remote_mss
                                                                   : connection->option_mss;

    if (mss > connection->path_mss)
        mss = connection->path_mss;
    connection->mss = (uint16_t)(mss - (connection->use_timestamps ? TIMESTAMP_BYTES : 0));
}

/* Both peers' options are known now: what neither forbids is used. */
static void
take_syn_options(struct flue_tcp_connection *connection, const struct flue_tcp_segment *segment)
{
    uint16_t mss = connection->tuple.ip_version == 4 ? DEFAULT_MSS_IPV4 : DEFAULT_MSS_IPV6;

    if (segment->has_mss)
        mss = segment->mss < FLUE_TCP_MSS_LEAST ? FLUE_TCP_MSS_LEAST : segment->mss;
    connection->remote_mss = mss;
    connection->use_timestamps = connection->use_timestamps && segment->has_timestamp;
    connection->use_window_scaling = connection->use_window_scaling && segment->has_window_scale;
    connection->use_sack = connection->use_sack && segment->has_sack_permitted;
    connection->snd_wind_scale = 0;
    if (connection->use_window_scaling)
        connection->snd_wind_scale = segment->window_scale > 14 ? 14 : segment->window_scale;
    else
        connection->rcv_wind_scale = 0;
    if (connection->use_timestamps) {
        connection->ts_recent = segment->ts_val;
        connection->ts_recent_tick = connection->engine->tick;
        connection->has_ts_recent = true;
    }
    flue__tcp_set_mss(connection);
}

uint32_t
flue__tcp_initial_window(const struct flue_tcp_connection *connection)
{
    bool is_large = connection->engine->config.initial_window == FLUE_TCP_IW_RFC6928;
    uint32_t mss = connection->mss;
    uint32_t most = (is_large ? 10 : 4) * mss;
    uint32_t least = 2 * mss;
    uint32_t bytes = is_large ? 14600 : 4380;

    if (connection->retransmissions > 0)
        return mss; /* RFC 5681 3.1: the SYN was lost */
    if (bytes < least)
        bytes = least;
    return bytes < most ? bytes : most;
}

void
flue__tcp_open_windows(struct flue_tcp_connection *connection,
                       const struct flue_tcp_segment *segment)
{
    struct flue_tcp_engine *engine = connection->engine;

    connection->cwnd = flue__tcp_initial_window(connection);
    if (connection->use_timestamps && segment->has_timestamp && segment->ts_ecr != 0)
        flue__tcp_rtt_sample(connection,
                             (uint32_t)engine->tick + connection->ts_offset - segment->ts_ecr);
    else if (connection->is_timing)
        flue__tcp_rtt_sample(connection, (uint32_t)engine->tick - connection->rtt_tick);
    else if (connection->retransmissions > 0 &&
             connection->rto < 3 * engine->config.ticks_per_second)
        connection->rto = 3 * engine->config.ticks_per_second; /* RFC 6298 5.7 */
    connection->is_timing = false;
    if (connection->extension != NULL)
        flue__fine_rtt_take(connection, segment->ack);
    connection->snd_una = connection->iss + 1;
    connection->recover = connection->iss;
    connection->retransmissions = 0;
    connection->last_sent = (uint32_t)engine->tick;
    flue__tcp_stop_slow(connection);
    flue__congestion_start(connection, false);
}

static void
take_peer_syn(struct flue_tcp_connection *connection, const struct flue_tcp_segment *segment)
{
    connection->irs = segment->seq;
    connection->rcv_nxt = segment->seq + 1;
    connection->rcv_adv = connection->rcv_nxt;
    connection->last_ack_sent = connection->rcv_nxt;
    take_syn_options(connection, segment);
    flue__ecn_take_syn(connection, segment);
}

static bool
has_room(const struct flue_tcp_listener *listener)
{
    return listener->pending < listener->backlog &&
           listener->engine->connection_count < listener->engine->config.max_connections;
}

/* A new connection answers the SYN. */
static void
open_passively(struct flue_tcp_listener *listener, flue_time now,
               const struct flue_four_tuple *tuple, const struct flue_tcp_segment *segment,
               uint32_t iss)
{
    struct flue_tcp_engine *engine = listener->engine;
    struct flue_tcp_connection *connection;

    if (!has_room(listener))
        return; /* the peer tries again */
    connection = flue__tcp_new(engine, tuple, &listener->options, NULL);
    if (connection == NULL)
        return;
    connection->listener = listener;
    listener->pending++;
    connection->iss = iss;
    connection->snd_una = connection->iss;
    connection->snd_nxt = connection->iss;
    connection->snd_max = connection->iss;
    send_queue_init(&connection->queue, connection->iss + 1);
    connection->snd_wnd = segment->window;
    connection->max_snd_wnd = segment->window;
    take_peer_syn(connection, segment);
    flue__tcp_hold(connection);
    flue__tcp_enter(connection, now, FLUE_TCP_CONNECTION_SYN_RCVD);
    flue__tcp_limit_opening(connection, now, listener->options.open_timeout_ticks);
    flue__tcp_send_syn(connection, now);
    flue__tcp_let_go(connection, now);
}

void
flue__tcp_arrive_listen(struct flue_tcp_listener *listener, flue_time now,
                        const struct flue_four_tuple *tuple, const struct flue_tcp_segment *segment)
{
    struct flue_tcp_engine *engine = listener->engine;

    if ((segment->flags & FLUE_TCP_RST) != 0)
        return;
    if ((segment->flags & FLUE_TCP_ACK) != 0) {
        answer_with_reset(engine, now, tuple, segment);
        return;
    }
    if ((segment->flags & FLUE_TCP_SYN) == 0)
        return;
    open_passively(listener, now, tuple, segment, flue__tcp_isn(engine, now, tuple));
}

/* RFC 6191, RFC 1122 4.2.2.13: no old SYN, for its timestamp or else its number is beyond all that
 * the last connection saw. */
static bool
is_beyond(const struct flue_tcp_connection *connection, const struct flue_tcp_segment *segment)
{
    if (connection->use_timestamps && segment->has_timestamp &&
        segment->ts_val != connection->ts_recent)
        return seq_gt(segment->ts_val, connection->ts_recent);
    return seq_ge(segment->seq, connection->rcv_nxt);
}

bool
flue__tcp_reopen(struct flue_tcp_connection *connection, flue_time now,
                 const struct flue_tcp_segment *segment)
{
    struct flue_tcp_engine *engine = connection->engine;
    struct flue_four_tuple tuple = connection->tuple;
    struct flue_tcp_listener *listener = flue__tcp_find_listener(engine, &tuple);
    uint32_t last = connection->snd_max;
    uint32_t iss = flue__tcp_isn(engine, now, &tuple);

    if ((segment->flags & (FLUE_TCP_SYN | FLUE_TCP_ACK | FLUE_TCP_RST | FLUE_TCP_FIN)) !=
            FLUE_TCP_SYN ||
        !is_beyond(connection, segment) || listener == NULL || !has_room(listener))
        return false;
    flue__tcp_hold(connection);
    flue__tcp_end(connection, now, FLUE_OK);
    flue__tcp_let_go(connection, now);
    listener = flue__tcp_find_listener(engine, &tuple); /* the owner may have closed it */
    if (listener != NULL)
        open_passively(listener, now, &tuple, segment, seq_gt(iss, last) ? iss : last + 1);
    return true;
}

void
flue__tcp_arrive_syn_sent(struct flue_tcp_connection *connection, flue_time now,
                          const struct flue_tcp_segment *segment)
{
    struct flue_tcp_engine *engine = connection->engine;
    bool has_ack = (segment->flags & FLUE_TCP_ACK) != 0;

    if (has_ack &&
        (seq_le(segment->ack, connection->iss) || seq_gt(segment->ack, connection->snd_nxt))) {
        answer_with_reset(engine, now, &connection->tuple, segment);
        return;
    }
    if ((segment->flags & FLUE_TCP_RST) != 0) {
        if (has_ack)
            flue__tcp_end(connection, now, FLUE_ERROR_REFUSED);
        return;
    }
    if ((segment->flags & FLUE_TCP_SYN) == 0)
        return;
    take_peer_syn(connection, segment);
    connection->snd_wnd = segment->window; /* never scaled in a SYN */
    connection->max_snd_wnd = segment->window;
    connection->snd_wl1 = segment->seq;
    connection->snd_wl2 = segment->ack;
    if (!has_ack) { /* simultaneous open */
        flue__tcp_enter(connection, now, FLUE_TCP_CONNECTION_SYN_RCVD);
        flue__tcp_send_syn(connection, now);
        return;
    }
    flue__tcp_open_windows(connection, segment);
    connection->rcv_adv += connection->rcv_buf < UINT16_MAX ? connection->rcv_buf : UINT16_MAX;
    connection->ack_now = true;
    connection->want_output = true;
    flue__tcp_enter(connection, now, FLUE_TCP_CONNECTION_ESTABLISHED);
    flue__tcp_accept_syn_text(connection, now, segment);
}
