/* SPDX-License-Identifier: GPL-2.0-or-later
 *
 * Building segments, from a connection that is const: what a segment says never changes the
 * connection.
 */
#include <string.h>

#include "tcp/connection.h"

/* The window field's value for `window` bytes. SYN segments are never scaled (RFC 7323 2.2). */
static uint16_t
window_field(const struct flue_tcp_connection *connection, uint32_t window, uint8_t flags)
{
    uint32_t field = window;

    if ((flags & FLUE_TCP_SYN) == 0 && connection->use_window_scaling)
        field >>= connection->rcv_wind_scale;
    return (uint16_t)(field > UINT16_MAX ? UINT16_MAX : field);
}

static uint8_t
scale_of(const struct flue_tcp_connection *connection)
{
    return connection->use_window_scaling ? connection->rcv_wind_scale : 0;
}

/* What is offered now. */
static uint32_t
current_window(const struct flue_tcp_connection *connection)
{
    int32_t left = seq_diff(connection->rcv_adv, connection->rcv_nxt);

    return left > 0 ? (uint32_t)left : 0;
}

/* What could be. */
static uint32_t
receive_space(const struct flue_tcp_connection *connection)
{
    uint32_t space = connection->rcv_buf > connection->rcv_buffered
                         ? connection->rcv_buf - connection->rcv_buffered
                         : 0;
    uint32_t most = (uint32_t)UINT16_MAX << scale_of(connection);

    return space < most ? space : most;
}

/* RFC 9293 3.8.6.2.2: the piece that is worth telling. */
static uint32_t
least_piece(const struct flue_tcp_connection *connection)
{
    return connection->rcv_buf / 2 < connection->mss ? connection->rcv_buf / 2 : connection->mss;
}

uint32_t
flue__tcp_receive_window(const struct flue_tcp_connection *connection)
{
    uint32_t current = current_window(connection);
    uint32_t space = receive_space(connection);
    uint32_t least = connection->is_update_due ? 1 : least_piece(connection);

    /* The right edge never moves back. */
    return space >= current + least ? space : current;
}

bool
flue__tcp_holds_window(const struct flue_tcp_connection *connection)
{
    uint32_t current = current_window(connection);

    return current < least_piece(connection) && flue__tcp_can_receive(connection) &&
           !connection->fin_received &&
           receive_space(connection) >> scale_of(connection) > current >> scale_of(connection);
}

static void
build_syn_options(const struct flue_tcp_connection *connection, struct flue_tcp_segment *segment)
{
    segment->has_mss = true;
    segment->mss = connection->option_mss;
    if (connection->use_window_scaling) {
        segment->has_window_scale = true;
        segment->window_scale = connection->rcv_wind_scale;
    }
    segment->has_sack_permitted = connection->use_sack;
}

void
flue__tcp_build(const struct flue_tcp_connection *connection, uint32_t seq, uint8_t flags,
                struct flue_span payload, struct flue_tcp_segment *segment)
{
    segment->seq = seq;
    segment->ack = (flags & FLUE_TCP_ACK) != 0 ? connection->rcv_nxt : 0;
    segment->window = window_field(connection, flue__tcp_receive_window(connection), flags);
    segment->urgent_pointer = 0;
    segment->flags = flags;
    segment->has_mss = false;
    segment->has_window_scale = false;
    segment->has_sack_permitted = false;
    segment->has_timestamp = connection->use_timestamps;
    segment->sack_count = 0;
    segment->ts_val = (uint32_t)connection->engine->tick + connection->ts_offset;
    segment->ts_ecr = (flags & FLUE_TCP_ACK) != 0 ? connection->ts_recent : 0;
    segment->hop_limit = connection->ttl;
    segment->traffic_class = connection->traffic_class;
    segment->flow_label = connection->flow_label;
    segment->payload = payload;
    if (connection->reassembly != NULL || connection->has_dsack)
        if (connection->use_sack && (flags & FLUE_TCP_SYN) == 0)
            flue__tcp_sack_blocks(connection, segment);
    if ((flags & FLUE_TCP_SYN) != 0)
        build_syn_options(connection, segment);
    if (connection->extension != NULL)
        flue__tcp_mark_urgent(connection, segment);
}
