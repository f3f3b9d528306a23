/* SPDX-License-Identifier: GPL-2.0-or-later
 *
 * What to send now: the usable window, Nagle, silly-window avoidance, FIN, acknowledgements; and
 * the book-keeping of what was sent.
 */
#include "tcp/connection.h"
#include "tcp/rack.h"

/* FIN counts as the sequence number behind the last byte. */
uint32_t
flue__tcp_snd_end(const struct flue_tcp_connection *connection)
{
    return connection->queue.end_seq + (connection->fin_wanted ? 1 : 0);
}

/* Text left no room for the blocks that wait to be reported: an ACK of its own must follow. */
static bool
lacks_blocks(const struct flue_tcp_connection *connection, const struct flue_tcp_segment *segment)
{
    return segment->payload.length > 0 && segment->sack_count == 0 && connection->use_sack &&
           (connection->reassembly != NULL || connection->has_dsack);
}

/* The one way out of the engine. What an ACK-bearing segment settles is settled here. */
static void
transmit(struct flue_tcp_connection *connection, flue_time now, uint32_t seq, uint8_t flags,
         struct flue_span payload, bool is_new_data)
{
    struct flue_tcp_engine *engine = connection->engine;
    struct flue_tcp_segment segment;

    if (connection->is_muted) /* INVAL-004 */
        return;
    flue__tcp_build(connection, seq, flags, payload, &segment);
    if (connection->extension != NULL)
        flue__ecn_mark(connection, is_new_data, &segment);
    if ((flags & FLUE_TCP_ACK) != 0) {
        uint32_t window = segment.window;

        if ((flags & FLUE_TCP_SYN) == 0 && connection->use_window_scaling)
            window <<= connection->rcv_wind_scale;
        connection->rcv_adv = seq_max(connection->rcv_adv, connection->rcv_nxt + window);
        connection->last_ack_sent = connection->rcv_nxt;
        connection->segments_unacked = 0;
        connection->delayed_ack_deadline = WHEEL_NEVER;
        connection->is_update_due = false;
        if (!lacks_blocks(connection, &segment)) {
            connection->ack_now = false;
            connection->has_dsack = false;
        }
    }
    flue__tcp_stats(connection)->out_segments++;
    engine->handlers.emit(engine->user, now, connection, &connection->tuple, &segment);
}

/* Starts timing a segment, for connections without timestamps (RFC 6298 3). */
static void
start_timing(struct flue_tcp_connection *connection, uint32_t seq_end)
{
    flue__fine_rtt_start(connection, seq_end);
    if (connection->use_timestamps || connection->is_timing)
        return;
    connection->is_timing = true;
    connection->rtt_seq = seq_end;
    connection->rtt_tick = (uint32_t)connection->engine->tick;
}

/* Sends [seq, seq + length) and, with `fin`, the FIN behind it. Returns the bytes of payload sent.
 */
static uint32_t
send_data(struct flue_tcp_connection *connection, flue_time now, uint32_t seq, uint32_t length,
          bool fin)
{
    uint8_t flags = FLUE_TCP_ACK;
    struct flue_span payload = flue_span_virtual(0);
    bool push = false;
    /* RFC 3168 6.1.5, 6.1.6: neither what is sent again nor window probes carry ECT. */
    bool is_new_data =
        length > 0 && seq_ge(seq, connection->snd_max) && connection->slow != SLOW_PROBE;
    uint32_t end;

    if (length > 0) {
        payload = send_queue_span(&connection->queue, seq, length, &push);
        if (payload.length < length)
            fin = false;
    }
    if (push)
        flags |= FLUE_TCP_PSH;
    if (fin)
        flags |= FLUE_TCP_FIN;
    end = seq + payload.length + (fin ? 1 : 0);
    if (connection->extension != NULL) {
        flue__rack_on_sent(connection, now, seq, end);
        flue__frto_on_sent(connection, end);
    }
    if (seq_lt(seq, connection->snd_max)) {
        flue__tcp_stats(connection)->retransmitted_segments++;
        if (seq_le(end, connection->snd_max))
            flue__tcp_stats(connection)->repeated_segments++;
        flue__tcp_stop_timing(connection); /* Karn's rule */
    }
    if (seq_gt(end, connection->snd_max)) {
        connection->snd_max = end;
        start_timing(connection, end);
    }
    if (fin)
        connection->fin_sent = true;
    connection->last_sent = (uint32_t)connection->engine->tick;
    if (connection->extension != NULL) {
        flue__prr_on_sent(connection, payload.length);
        flue__pacing_sent(connection, payload.length);
    }
    transmit(connection, now, seq, flags, payload, is_new_data);
    return payload.length;
}

static bool
is_sending_state(const struct flue_tcp_connection *connection)
{
    return flue__tcp_can_send(connection) || connection->state == FLUE_TCP_CONNECTION_FIN_WAIT1 ||
           connection->state == FLUE_TCP_CONNECTION_CLOSING ||
           connection->state == FLUE_TCP_CONNECTION_LAST_ACK;
}

/* What congestion control allows in flight; RFC 3042 adds a segment for each of the first
 * duplicates. */
static uint32_t
congestion_window(const struct flue_tcp_connection *connection)
{
    if (flue__rack_is_on(connection)) {
        uint32_t flight = connection->snd_nxt - connection->snd_una;
        uint32_t pipe = flue__rack_pipe(connection);

        return connection->cwnd + (flight > pipe ? flight - pipe : 0); /* less what has left */
    }
    if (connection->use_limited_transmit && !connection->in_recovery &&
        connection->dup_acks < connection->engine->config.duplicate_ack_threshold)
        return connection->cwnd + (uint32_t)connection->dup_acks * connection->mss;
    return connection->cwnd;
}

/* Does the piece take what the peer's window leaves, and a request's end with it? */
static bool
reaches_a_boundary(const struct flue_tcp_connection *connection, uint32_t length, uint32_t flight)
{
    return flight + length == connection->snd_wnd &&
           send_queue_has_end(&connection->queue, connection->snd_nxt,
                              connection->snd_nxt + length);
}

/* RFC 9293 3.8.6.2.1 and 3.7.4: is a segment of `length` worth sending now, with `available`
 * queued? What congestion control alone cuts short waits for a full segment. */
static bool
is_worth_sending(const struct flue_tcp_connection *connection, uint32_t length, uint32_t available,
                 uint32_t flight)
{
    if (length == connection->mss || connection->is_override_due)
        return true;
    if (seq_lt(connection->snd_nxt, connection->snd_max))
        return true;
    if (length == available && (connection->fin_wanted || flue__tcp_has_urgent(connection)))
        return true;
    if (connection->use_nagle && flight > 0)
        return false;
    if (!connection->use_hold &&
        (length == available || reaches_a_boundary(connection, length, flight)))
        return true;
    return length >= connection->max_snd_wnd / 2;
}

/* The next piece to send at SND.NXT: its length, and whether FIN goes with it. False: nothing now.
 */
static bool
next_piece(const struct flue_tcp_connection *connection, uint32_t *length, bool *fin)
{
    uint32_t flight = connection->snd_nxt - connection->snd_una;
    uint32_t allowed = congestion_window(connection);
    int32_t left;
    uint32_t available, piece;

    if (allowed > connection->snd_wnd)
        allowed = connection->snd_wnd;
    if (allowed <= flight && !connection->fin_wanted)
        return false;
    left = seq_diff(connection->queue.end_seq, connection->snd_nxt);
    available = left > 0 ? (uint32_t)left : 0;
    piece = allowed > flight ? allowed - flight : 0;
    if (piece > available)
        piece = available;
    if (piece > connection->mss)
        piece = connection->mss;
    if (connection->scoreboard != NULL) /* what the peer holds is not sent again */
        piece =
            flue__scoreboard_clip(connection, connection->snd_nxt, connection->snd_nxt + piece) -
            connection->snd_nxt;
    /* FIN follows the last byte, when the peer's window has room for it. It is not data: cwnd does
     * not hold it back. */
    *fin = connection->fin_wanted && left >= 0 && piece == available &&
           connection->snd_wnd > flight + piece;
    *length = piece;
    return *fin || (piece > 0 && is_worth_sending(connection, piece, available, flight));
}

/* FIN went out for the first time: RFC 9293 3.10.4. */
static void
enter_after_fin(struct flue_tcp_connection *connection, flue_time now)
{
    if (connection->state == FLUE_TCP_CONNECTION_ESTABLISHED)
        flue__tcp_enter(connection, now, FLUE_TCP_CONNECTION_FIN_WAIT1);
    else if (connection->state == FLUE_TCP_CONNECTION_CLOSE_WAIT)
        flue__tcp_enter(connection, now, FLUE_TCP_CONNECTION_LAST_ACK);
}

/* Something waits, nothing is in flight, and nothing may go: the persist timer keeps us alive, or
 * another overrides what holds a small segment back (RFC 9293 3.8.6.2.1, condition 4). */
static void
wait_for_window(struct flue_tcp_connection *connection, flue_time now)
{
    if (connection->slow != SLOW_NONE || connection->snd_nxt != connection->snd_una ||
        seq_ge(connection->snd_nxt, flue__tcp_snd_end(connection)))
        return;
    connection->probe_round = 0;
    connection->retransmissions = 0;
    if (connection->snd_wnd > 0)
        flue__tcp_arm_slow(connection, now, SLOW_OVERRIDE,
                           connection->engine->config.sws_prevention_ticks);
    else
        flue__tcp_arm_slow(connection, now, SLOW_PERSIST, flue__tcp_backed_off(connection, 0));
}

/* Sends the piece at SND.NXT that next_piece found. Returns the bytes of payload sent. */
static uint32_t
send_piece(struct flue_tcp_connection *connection, flue_time now, uint32_t length, bool fin)
{
    bool was_fin_sent = connection->fin_sent;

    length = send_data(connection, now, connection->snd_nxt, length, fin);
    connection->snd_nxt += length;
    if (fin && connection->fin_sent && connection->snd_nxt == connection->queue.end_seq)
        connection->snd_nxt++;
    if (connection->scoreboard != NULL) /* what the peer holds is not sent again */
        connection->snd_nxt = flue__scoreboard_skip(connection, connection->snd_nxt);
    if (connection->slow != SLOW_RETRANSMIT) {
        connection->retransmissions = 0;
        flue__tcp_arm_slow(connection, now, SLOW_RETRANSMIT, flue__tcp_timeout(connection));
    }
    if (connection->fin_sent && !was_fin_sent)
        enter_after_fin(connection, now);
    return length;
}

uint32_t
flue__tcp_send_new(struct flue_tcp_connection *connection, flue_time now)
{
    uint32_t cwnd = connection->cwnd;
    uint32_t length;
    bool fin;
    bool is_due;

    /* In recovery pipe stands for the congestion window: only the peer's window counts here. */
    connection->cwnd = UINT32_MAX / 2;
    connection->snd_nxt = connection->snd_max;
    is_due = next_piece(connection, &length, &fin);
    connection->cwnd = cwnd;
    return is_due ? send_piece(connection, now, length, fin) : 0;
}

uint32_t
flue__tcp_send_again(struct flue_tcp_connection *connection, flue_time now, uint32_t seq,
                     uint32_t length)
{
    uint32_t data_end = connection->queue.end_seq;
    bool fin = connection->fin_sent && seq_gt(seq + length, data_end);

    if (seq_gt(seq + length, data_end))
        length = seq_lt(seq, data_end) ? data_end - seq : 0;
    length = send_data(connection, now, seq, length, fin);
    return length + (fin && seq + length == data_end ? 1 : 0);
}

/* Sends what the windows and the pace allow. */
static void
send_queued(struct flue_tcp_connection *connection, flue_time now)
{
    uint32_t length;
    bool fin;

    if (connection->snd_una == connection->snd_max &&
        seq_lt(connection->snd_nxt, connection->queue.end_seq))
        flue__congestion_resume(connection);
    while (next_piece(connection, &length, &fin)) {
        if (length > 0 && (flue__tcp_must_wait(connection) || flue__pacing_holds(connection)))
            return;
        send_piece(connection, now, length, fin);
    }
    connection->is_override_due = false;
    wait_for_window(connection, now);
}

/* What is lost goes before new data; in recovery and outside the rule is the same. */
static void
rack_output(struct flue_tcp_connection *connection, flue_time now)
{
    flue__rack_send_lost(connection, now);
    if (flue__rack_is_on(connection) && !flue__rack_has_lost(connection) &&
        connection->slow != SLOW_CONGESTED)
        send_queued(connection, now);
    flue__tlp_schedule(connection, now);
}

void
flue__tcp_output(struct flue_tcp_connection *connection, flue_time now)
{
    if (connection->is_exhausted || connection->state == FLUE_TCP_CONNECTION_CLOSED) {
        connection->ack_now = false;
        return;
    }
    if (is_sending_state(connection) && flue__rack_is_on(connection)) {
        rack_output(connection, now);
    } else if (is_sending_state(connection) && connection->use_sack && connection->in_recovery) {
        flue__tcp_sack_output(connection, now);
    } else if (connection->snd_nxt != flue__tcp_snd_end(connection) &&
               is_sending_state(connection) && connection->slow != SLOW_CONGESTED) {
        send_queued(connection, now);
    }
    if (connection->ack_now)
        flue__tcp_send_ack(connection, now);
}

/* RFC 6582: the first unacknowledged segment once more, whatever the windows say. */
uint32_t
flue__tcp_retransmit(struct flue_tcp_connection *connection, flue_time now)
{
    uint32_t end = connection->snd_una + connection->mss;

    if (connection->is_muted)
        return 0;
    if (seq_gt(end, connection->snd_max))
        end = connection->snd_max;
    end = flue__scoreboard_clip(connection, connection->snd_una, end);
    if (!seq_gt(end, connection->snd_una))
        return 0; /* even FIN is acknowledged */
    return flue__tcp_send_again(connection, now, connection->snd_una, end - connection->snd_una);
}

void
flue__tcp_send_syn(struct flue_tcp_connection *connection, flue_time now)
{
    uint8_t flags = FLUE_TCP_SYN;

    if (connection->state == FLUE_TCP_CONNECTION_SYN_RCVD)
        flags |= FLUE_TCP_ACK;
    flags |= flue__ecn_syn_flags(connection);
    if (connection->rcv_wind_scale == 0 && connection->use_window_scaling)
        while (connection->rcv_wind_scale < 14 &&
               connection->rcv_buf >> connection->rcv_wind_scale > UINT16_MAX)
            connection->rcv_wind_scale++;
    connection->snd_nxt = connection->iss + 1;
    if (connection->snd_max == connection->iss)
        start_timing(connection, connection->snd_nxt);
    else
        flue__tcp_stop_timing(connection);
    connection->snd_max = connection->snd_nxt;
    transmit(connection, now, connection->iss, flags, flue_span_virtual(0), false);
    flue__tcp_arm_slow(connection, now, SLOW_RETRANSMIT,
                       flue__tcp_backed_off(connection, connection->retransmissions));
}

/* The sequence number of a segment without data: SND.MAX, because SND.NXT goes back while old data
 * is sent again and the peer would find it outside its window; but never beyond the peer's window.
 */
static uint32_t
empty_segment_seq(const struct flue_tcp_connection *connection)
{
    uint32_t window_end = connection->snd_una + connection->snd_wnd;

    return seq_gt(connection->snd_max, window_end) ? window_end : connection->snd_max;
}

void
flue__tcp_send_ack(struct flue_tcp_connection *connection, flue_time now)
{
    transmit(connection, now, empty_segment_seq(connection), FLUE_TCP_ACK, flue_span_virtual(0),
             false);
}

/* A window probe is one byte of the queue, or the FIN, at SND.UNA (RFC 9293 3.8.6.1); a keepalive
 * probe is an empty segment one before it (RFC 1122 4.2.3.6). */
void
flue__tcp_send_probe(struct flue_tcp_connection *connection, flue_time now, bool keepalive)
{
    if (keepalive) {
        transmit(connection, now, connection->snd_una - 1, FLUE_TCP_ACK, flue_span_virtual(0),
                 false);
    } else if (seq_lt(connection->snd_una, connection->queue.end_seq)) {
        send_data(connection, now, connection->snd_una, 1, false);
    } else if (connection->fin_wanted) {
        bool was_fin_sent = connection->fin_sent;

        send_data(connection, now, connection->snd_una, 0, true);
        if (!was_fin_sent)
            enter_after_fin(connection, now);
    }
}

void
flue__tcp_send_reset(struct flue_tcp_connection *connection, flue_time now)
{
    if (connection->is_muted)
        return;
    flue__tcp_stats(connection)->out_resets++;
    transmit(connection, now, empty_segment_seq(connection), FLUE_TCP_RST | FLUE_TCP_ACK,
             flue_span_virtual(0), false);
}

void
flue__tcp_challenge(struct flue_tcp_connection *connection, flue_time now)
{
    struct flue_tcp_engine *engine = connection->engine;
    uint64_t second = engine->tick / engine->config.ticks_per_second;

    if (engine->challenge_tick != second) {
        engine->challenge_tick = second;
        engine->challenge_count = 0;
    }
    if (engine->challenge_count >= engine->config.challenge_acks_per_second ||
        connection->is_exhausted)
        return;
    engine->challenge_count++;
    flue__tcp_send_ack(connection, now);
}
