/* SPDX-License-Identifier: GPL-2.0-or-later
 *
 * A segment arrives in a synchronized state, or in SYN-RECEIVED: the numbered steps of RFC 9293
 * 3.10.7.4, one function each, in order. Steps 5 to 7 are accept_ack.c, urgent.c and accept_data.c;
 * CLOSED, LISTEN and SYN-SENT are arrive_setup.c.
 */
#include "tcp/connection.h"

static uint32_t
segment_length(const struct flue_tcp_segment *segment)
{
    return segment->payload.length + ((segment->flags & FLUE_TCP_SYN) != 0 ? 1 : 0) +
           ((segment->flags & FLUE_TCP_FIN) != 0 ? 1 : 0);
}

/* The window that the peer may use: what was advertised, and nothing that was taken back. */
static uint32_t
usable_window(const struct flue_tcp_connection *connection)
{
    int32_t window = seq_diff(connection->rcv_adv, connection->rcv_nxt);

    return window > 0 ? (uint32_t)window : 0;
}

/* The first step: is any of it inside the window? */
static bool
is_acceptable(const struct flue_tcp_connection *connection, const struct flue_tcp_segment *segment)
{
    uint32_t window = usable_window(connection);
    uint32_t length = segment_length(segment);
    uint32_t first = segment->seq - connection->rcv_nxt;
    uint32_t last = first + length - 1;

    if (window == 0) /* nothing fits, but the ACK and RST of the next segment count */
        return first == 0;
    return first < window || (length > 0 && last < window);
}

/* RFC 9293 3.10.7.4 lets valid ACKs through a shut window. Two more of them would be lost for ever,
 * each answered by another, when both ends send them: one at the window's right edge, from a peer
 * that has filled the window and lost a part of it; and one before RCV.NXT, from a peer whose
 * window probe was taken and whose own window is shut, so that it cannot learn so. The latter may
 * as well be a keepalive probe, which wants an answer. */
static bool
is_ack_beside_window(struct flue_tcp_connection *connection, const struct flue_tcp_segment *segment)
{
    const uint8_t others = FLUE_TCP_SYN | FLUE_TCP_FIN | FLUE_TCP_RST;

    if (segment->payload.length > 0 || (segment->flags & (others | FLUE_TCP_ACK)) != FLUE_TCP_ACK ||
        !flue__tcp_is_synchronized(connection))
        return false;
    if (segment->seq == connection->rcv_nxt - 1)
        connection->ack_now = true;
    else if (segment->seq != connection->rcv_nxt + usable_window(connection))
        return false;
    return true;
}

/* RFC 7323 5.5: TS.Recent is too old to judge by, after 24 days, or before a faster clock has gone
 * half its round. */
static bool
is_aged_out(const struct flue_tcp_connection *connection)
{
    uint64_t limit = UINT64_C(24) * 86400 * connection->engine->config.ticks_per_second;

    if (limit > INT32_MAX)
        limit = INT32_MAX;
    return connection->engine->tick - connection->ts_recent_tick > limit;
}

/* RFC 7323 5.3, R1: an old duplicate by its timestamp. Resets are exempt. */
static bool
is_old_by_timestamp(const struct flue_tcp_connection *connection,
                    const struct flue_tcp_segment *segment)
{
    return segment->has_timestamp && connection->use_timestamps && connection->has_ts_recent &&
           (segment->flags & FLUE_TCP_RST) == 0 && seq_lt(segment->ts_val, connection->ts_recent) &&
           !is_aged_out(connection);
}

static bool
step_1_sequence(struct flue_tcp_connection *connection, flue_time now,
                const struct flue_tcp_segment *segment)
{
    if ((is_acceptable(connection, segment) || is_ack_beside_window(connection, segment)) &&
        !is_old_by_timestamp(connection, segment))
        return true;
    if ((segment->flags & FLUE_TCP_RST) != 0)
        return false;
    /* The peer's FIN again: our ACK of it was lost. The wait starts anew (step 8, TIME-WAIT). */
    if (connection->state == FLUE_TCP_CONNECTION_TIME_WAIT && (segment->flags & FLUE_TCP_FIN) != 0)
        flue__tcp_arm_slow(connection, now, SLOW_TIME_WAIT,
                           connection->engine->config.time_wait_ticks);
    connection->ack_now = true;
    if (connection->use_sack && segment->payload.length > 0 &&
        seq_le(segment->seq + segment->payload.length, connection->rcv_nxt)) {
        /* RFC 2883: all of it was received before. */
        connection->dsack.left = segment->seq;
        connection->dsack.right = segment->seq + segment->payload.length;
        connection->has_dsack = true;
    }
    return false;
}

/* RFC 7323 4.3: which timestamp to echo. */
static void
note_timestamp(struct flue_tcp_connection *connection, const struct flue_tcp_segment *segment)
{
    if (!segment->has_timestamp || !connection->use_timestamps)
        return;
    if (seq_le(segment->seq, connection->last_ack_sent) &&
        (seq_ge(segment->ts_val, connection->ts_recent) || !connection->has_ts_recent ||
         is_aged_out(connection))) {
        connection->ts_recent = segment->ts_val;
        connection->ts_recent_tick = connection->engine->tick;
        connection->has_ts_recent = true;
    }
}

/* The second step, with RFC 5961 3.2: only a reset at RCV.NXT itself is believed. */
static bool
step_2_reset(struct flue_tcp_connection *connection, flue_time now,
             const struct flue_tcp_segment *segment)
{
    if ((segment->flags & FLUE_TCP_RST) == 0)
        return true;
    if (segment->seq != connection->rcv_nxt) {
        if (segment->seq - connection->rcv_nxt >= usable_window(connection))
            return false; /* only its text reaches in */
        if (flue__blind_is_on(connection))
            flue__blind_reset(connection, now);
        else
            flue__tcp_challenge(connection, now);
        return false;
    }
    if (connection->state == FLUE_TCP_CONNECTION_SYN_RCVD)
        flue__tcp_end(connection, now, FLUE_ERROR_REFUSED);
    else if (connection->state == FLUE_TCP_CONNECTION_TIME_WAIT)
        return false; /* RFC 1337: a reset does not end the wait */
    else if (connection->state == FLUE_TCP_CONNECTION_CLOSING ||
             connection->state == FLUE_TCP_CONNECTION_LAST_ACK)
        flue__tcp_end(connection, now,
                      seq_ge(connection->snd_una, connection->queue.end_seq) ? FLUE_OK
                                                                             : FLUE_ERROR_RESET);
    else
        flue__tcp_end(connection, now, FLUE_ERROR_RESET);
    return false;
}

/* The fourth step, with RFC 5961 4: a SYN is never a reason to end a connection. */
static bool
step_4_syn(struct flue_tcp_connection *connection, flue_time now,
           const struct flue_tcp_segment *segment)
{
    if ((segment->flags & FLUE_TCP_SYN) == 0)
        return true;
    if (connection->state == FLUE_TCP_CONNECTION_SYN_RCVD && !connection->is_active_open)
        flue__tcp_end(connection, now, FLUE_ERROR_RESET); /* back to LISTEN */
    else if (flue__blind_is_on(connection))
        flue__blind_syn(connection, now, segment);
    else
        flue__tcp_challenge(connection, now);
    return false;
}

/* The first part of the fifth step: does the ACK of our SYN complete the opening? */
static bool
step_5_syn_received(struct flue_tcp_connection *connection, flue_time now,
                    const struct flue_tcp_segment *segment)
{
    if (connection->state != FLUE_TCP_CONNECTION_SYN_RCVD)
        return true;
    if (!seq_lt(connection->snd_una, segment->ack) || seq_gt(segment->ack, connection->snd_nxt)) {
        struct flue_tcp_engine *engine = connection->engine;

        flue__tcp_arrive_closed(engine, now, &connection->tuple, segment);
        return false;
    }
    connection->snd_wnd = segment->window; /* never scaled in a SYN */
    if ((segment->flags & FLUE_TCP_SYN) == 0)
        connection->snd_wnd <<= connection->snd_wind_scale;
    connection->max_snd_wnd = connection->snd_wnd;
    connection->snd_wl1 = segment->seq;
    connection->snd_wl2 = segment->ack;
    flue__tcp_open_windows(connection, segment);
    connection->want_output = true;
    flue__tcp_enter(connection, now, FLUE_TCP_CONNECTION_ESTABLISHED);
    return connection->state != FLUE_TCP_CONNECTION_CLOSED;
}

/* The peer's first SYN once more, whatever it carries: our answer to it was lost. */
static bool
is_syn_again(const struct flue_tcp_connection *connection, const struct flue_tcp_segment *segment)
{
    return connection->state == FLUE_TCP_CONNECTION_SYN_RCVD && segment->seq == connection->irs &&
           (segment->flags & (FLUE_TCP_SYN | FLUE_TCP_ACK | FLUE_TCP_RST)) == FLUE_TCP_SYN;
}

/* RFC 9293 figure 7: the SYNs crossed, and this SYN,ACK is the peer's answer to ours. Its SYN is
 * old, but its ACK is what we wait for. */
static bool
is_crossing_syn_ack(const struct flue_tcp_connection *connection,
                    const struct flue_tcp_segment *segment)
{
    const uint8_t both = FLUE_TCP_SYN | FLUE_TCP_ACK;

    return connection->state == FLUE_TCP_CONNECTION_SYN_RCVD && connection->is_active_open &&
           (segment->flags & (both | FLUE_TCP_RST)) == both && segment->seq == connection->irs;
}

/* What is only met while a connection opens. True: the steps go on with the segment. */
static bool
arrive_opening(struct flue_tcp_connection *connection, flue_time now,
               const struct flue_tcp_segment *segment)
{
    if (connection->state == FLUE_TCP_CONNECTION_SYN_SENT) {
        flue__tcp_arrive_syn_sent(connection, now, segment);
        return false;
    }
    if (is_crossing_syn_ack(connection, segment)) {
        flue__ecn_take_syn(connection, segment);
        if (step_5_syn_received(connection, now, segment)) {
            connection->ack_now = true;
            flue__tcp_accept_syn_text(connection, now, segment);
        }
        return false;
    }
    if (is_syn_again(connection, segment)) {
        flue__ecn_take_syn(connection, segment);
        flue__tcp_send_syn(connection, now);
        return false;
    }
    return connection->state != FLUE_TCP_CONNECTION_CLOSED;
}

/* The peer is there: the segment is acceptable in all that an attacker would have to guess. */
static void
note_heard(struct flue_tcp_connection *connection, flue_time now)
{
    connection->keepalive_probes_sent = 0;
    connection->is_unreachable = false;
    if (connection->is_guarded || connection->is_reset_challenged)
        flue__blind_over(connection, now);
    else if (connection->use_keepalive)
        flue__tcp_arm_keepalive(connection, now, connection->keepalive_idle);
    if (connection->slow == SLOW_FIN_WAIT_2)
        flue__tcp_arm_slow(connection, now, SLOW_FIN_WAIT_2,
                           connection->engine->config.fin_wait_2_ticks);
}

void
flue__tcp_arrive(struct flue_tcp_connection *connection, flue_time now,
                 const struct flue_tcp_segment *segment)
{
    /* Nearly all segments: the steps about resets and SYNs have nothing to do. */
    bool is_plain = flue__tcp_is_synchronized(connection) &&
                    (segment->flags & (FLUE_TCP_SYN | FLUE_TCP_RST)) == 0;

    if (connection->is_exhausted || (!is_plain && !arrive_opening(connection, now, segment)))
        return;
    if (!step_1_sequence(connection, now, segment))
        return;
    note_timestamp(connection, segment);
    if (!is_plain &&
        !(step_2_reset(connection, now, segment) && step_4_syn(connection, now, segment)))
        return;
    if ((segment->flags & FLUE_TCP_ACK) == 0)
        return;
    if (!is_plain && !step_5_syn_received(connection, now, segment))
        return;
    if (!flue__tcp_accept_ack(connection, now, segment))
        return;
    note_heard(connection, now);
    if (!flue__tcp_accept_urgent(connection, now, segment))
        return;
    flue__tcp_accept_data(connection, now, segment);
}
