/* SPDX-License-Identifier: GPL-2.0-or-later
 *
 * The seventh and eighth steps of segment arrival (RFC 9293 3.10.7.4): the segment text, when to
 * acknowledge it (RFC 1122 4.2.3.2, RFC 5681 4.2), and the FIN.
 */
#include "tcp/connection.h"

void
flue__tcp_deliver(struct flue_tcp_connection *connection, flue_time now,
                  const struct flue_span *data, bool push)
{
    struct flue_tcp_engine *engine = connection->engine;

    connection->rcv_nxt += data->length;
    if (connection->is_released)
        return; /* an owner that left reads nothing; see data_for_nobody */
    connection->rcv_buffered += data->length;
    if (engine->handlers.received != NULL)
        engine->handlers.received(engine->user, now, connection, data, push);
}

/* RFC 1122 4.2.2.13: the application has closed, and data arrives that nobody will read. */
static bool
data_for_nobody(struct flue_tcp_connection *connection, flue_time now)
{
    if (!connection->is_released || connection->engine->config.is_offload_target)
        return false;
    flue__tcp_send_reset(connection, now);
    flue__tcp_end(connection, now, FLUE_ERROR_RESET);
    return true;
}

/* The FIN is in order: the eighth step. */
static void
take_fin(struct flue_tcp_connection *connection, flue_time now)
{
    struct flue_tcp_engine *engine = connection->engine;

    connection->rcv_nxt++;
    connection->fin_received = true;
    connection->ack_now = true;
    switch (connection->state) {
    case FLUE_TCP_CONNECTION_ESTABLISHED:
        flue__tcp_enter(connection, now, FLUE_TCP_CONNECTION_CLOSE_WAIT);
        break;
    case FLUE_TCP_CONNECTION_FIN_WAIT1: /* had our FIN been acknowledged, this were FIN-WAIT-2 */
        flue__tcp_enter(connection, now, FLUE_TCP_CONNECTION_CLOSING);
        break;
    case FLUE_TCP_CONNECTION_FIN_WAIT2:
        flue__tcp_enter(connection, now, FLUE_TCP_CONNECTION_TIME_WAIT);
        break;
    default:
        return;
    }
    if (engine->handlers.peer_closed != NULL && !connection->is_released &&
        connection->state != FLUE_TCP_CONNECTION_CLOSED)
        engine->handlers.peer_closed(engine->user, now, connection);
}

/* Cuts the segment to the part that is new and inside the window. */
static struct flue_span
trim(const struct flue_tcp_connection *connection, const struct flue_tcp_segment *segment,
     uint32_t *seq, bool *fin)
{
    int32_t old = seq_diff(connection->rcv_nxt, segment->seq);
    struct flue_span data = segment->payload;
    uint32_t room;

    *seq = segment->seq;
    if (old > 0) {
        uint32_t skip = (uint32_t)old < data.length ? (uint32_t)old : data.length;

        data = flue_span_slice(&data, skip, data.length - skip);
        *seq += skip;
    }
    room = connection->rcv_adv - *seq;
    if (seq_gt(*seq, connection->rcv_adv))
        room = 0;
    if (data.length > room) {
        data.length = room;
        *fin = false;
    }
    return data;
}

/* RFC 2883: the part that was received before is reported in the next ACK's first block. */
static void
note_duplicate(struct flue_tcp_connection *connection, const struct flue_tcp_segment *segment)
{
    uint32_t end = segment->seq + segment->payload.length;

    connection->dsack.left = segment->seq;
    connection->dsack.right = seq_lt(end, connection->rcv_nxt) ? end : connection->rcv_nxt;
    connection->has_dsack = seq_lt(connection->dsack.left, connection->dsack.right);
    connection->ack_now = true;
}

/* How soon the in-order data is acknowledged: every ack_frequency segments, or after the delay. */
static void
schedule_ack(struct flue_tcp_connection *connection, flue_time now)
{
    if (connection->segments_unacked < UINT8_MAX)
        connection->segments_unacked++;
    if (connection->segments_unacked >= connection->engine->config.ack_frequency ||
        !connection->use_delayed_ack)
        connection->ack_now = true;
    else
        flue__tcp_arm_delayed_ack(connection, now);
}

void
flue__tcp_accept_data(struct flue_tcp_connection *connection, flue_time now,
                      const struct flue_tcp_segment *segment)
{
    bool fin = (segment->flags & FLUE_TCP_FIN) != 0;
    bool push = (segment->flags & FLUE_TCP_PSH) != 0;
    bool was_disordered = connection->reassembly != NULL;
    struct flue_span data;
    uint32_t seq;

    if (segment->payload.length == 0 && !fin)
        return;
    if (!flue__tcp_can_receive(connection) || connection->fin_received) {
        connection->ack_now = true;
        if (fin && connection->state == FLUE_TCP_CONNECTION_TIME_WAIT)
            flue__tcp_arm_slow(connection, now, SLOW_TIME_WAIT,
                               connection->engine->config.time_wait_ticks);
        return;
    }
    data = trim(connection, segment, &seq, &fin);
    if (data.length > 0 && data_for_nobody(connection, now))
        return;
    if (connection->extension != NULL)
        flue__ecn_take_data(connection, segment);
    if (connection->use_sack && seq_lt(segment->seq, connection->rcv_nxt))
        note_duplicate(connection, segment);
    if (seq != connection->rcv_nxt) {
        flue__tcp_reassembly_add(connection, seq, &data, push, fin);
        connection->ack_now = true; /* RFC 5681 4.2: a duplicate ACK at once */
        return;
    }
    if (data.length == 0 && !fin) {
        connection->ack_now = true;
        return;
    }
    if (data.length > 0) {
        schedule_ack(connection, now);
        flue__tcp_deliver(connection, now, &data, push);
    }
    if (was_disordered) {
        connection->ack_now = true; /* a hole was filled, at least in part */
        fin |= flue__tcp_reassembly_deliver(connection, now);
    }
    if (fin && connection->state != FLUE_TCP_CONNECTION_CLOSED)
        take_fin(connection, now);
}

void
flue__tcp_accept_syn_text(struct flue_tcp_connection *connection, flue_time now,
                          const struct flue_tcp_segment *segment)
{
    struct flue_tcp_segment text;

    if (connection->state == FLUE_TCP_CONNECTION_CLOSED ||
        (segment->payload.length == 0 && (segment->flags & FLUE_TCP_FIN) == 0))
        return;
    text = *segment;
    text.seq++;
    text.flags &= (uint8_t)~FLUE_TCP_SYN;
    flue__tcp_accept_data(connection, now, &text);
}
