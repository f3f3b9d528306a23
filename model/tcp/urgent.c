/* SPDX-License-Identifier: GPL-2.0-or-later
 *
 * Urgent data (RFC 9293 3.8.5): a mark in the stream, one past the last urgent byte (RFC 6093). The
 * data itself travels and is delivered like any other.
 */
#include "tcp/connection.h"

void
flue__tcp_mark_urgent(const struct flue_tcp_connection *connection,
                      struct flue_tcp_segment *segment)
{
    const struct urgent *urgent = &connection->extension->urgent;
    uint32_t ahead = urgent->snd_up - segment->seq;

    if (!urgent->is_sending || !seq_lt(segment->seq, urgent->snd_up) ||
        (segment->flags & (FLUE_TCP_SYN | FLUE_TCP_RST)) != 0)
        return;
    segment->flags |= FLUE_TCP_URG;
    /* Farther than the field can say: a later segment says it exactly. */
    segment->urgent_pointer = (uint16_t)(ahead < UINT16_MAX ? ahead : UINT16_MAX);
}

bool
flue__tcp_has_urgent(const struct flue_tcp_connection *connection)
{
    return connection->extension != NULL && connection->extension->urgent.is_sending;
}

void
flue__tcp_urgent_acknowledged(struct flue_tcp_connection *connection)
{
    struct urgent *urgent = &connection->extension->urgent;

    if (urgent->is_sending && seq_ge(connection->snd_una, urgent->snd_up))
        urgent->is_sending = false;
}

enum flue_result
flue_tcp_send_urgent(struct flue_tcp_connection *connection, flue_time now,
                     struct flue_buffer_list *lists)
{
    bool is_marking = false;
    enum flue_result result;

    for (const struct flue_buffer_list *list = lists; list != NULL; list = list->next)
        is_marking |= list->buffer.data_length > 0;
    flue__tcp_set_clock(connection->engine, now);
    if (is_marking && !flue__tcp_extend(connection))
        return FLUE_ERROR_NO_MEMORY;
    flue__tcp_hold(connection);
    result = flue_tcp_send(connection, now, lists);
    if (result == FLUE_OK && is_marking) {
        connection->extension->urgent.is_sending = true;
        connection->extension->urgent.snd_up = connection->queue.end_seq;
        /* The mark goes ahead of data that has to wait: a shut window does not keep it. */
        connection->ack_now |= flue__tcp_is_synchronized(connection);
    }
    flue__tcp_let_go(connection, now);
    return result;
}

/* The first byte that the application has not consumed. */
static uint32_t
unread(const struct flue_tcp_connection *connection)
{
    return connection->rcv_nxt - connection->rcv_buffered;
}

uint32_t
flue_tcp_urgent_left(const struct flue_tcp_connection *connection)
{
    const struct extension *extension = connection->extension;

    if (extension == NULL || !extension->urgent.is_receiving ||
        !seq_gt(extension->urgent.rcv_up, unread(connection)))
        return 0;
    return extension->urgent.rcv_up - unread(connection);
}

void
flue__tcp_urgent_consumed(struct flue_tcp_connection *connection)
{
    struct urgent *urgent = &connection->extension->urgent;

    if (urgent->is_receiving && !seq_gt(urgent->rcv_up, unread(connection)))
        urgent->is_receiving = false;
}

/* True: the mark lies ahead of the application and of the mark before. */
static bool
advance(struct flue_tcp_connection *connection, uint32_t up)
{
    struct urgent *urgent;

    if (!seq_gt(up, unread(connection)))
        return false;
    if (!flue__tcp_extend(connection))
        return true; /* told, though not remembered: it may be told again */
    urgent = &connection->extension->urgent;
    if (urgent->is_receiving && !seq_gt(up, urgent->rcv_up))
        return false;
    urgent->is_receiving = true;
    urgent->rcv_up = up;
    return true;
}

bool
flue__tcp_accept_urgent(struct flue_tcp_connection *connection, flue_time now,
                        const struct flue_tcp_segment *segment)
{
    struct flue_tcp_engine *engine = connection->engine;

    if ((segment->flags & FLUE_TCP_URG) == 0 || !flue__tcp_can_receive(connection) ||
        connection->is_released || engine->handlers.urgent == NULL ||
        !advance(connection, segment->seq + segment->urgent_pointer))
        return true;
    if (!engine->handlers.urgent(engine->user, now, connection))
        return connection->state != FLUE_TCP_CONNECTION_CLOSED;
    if (connection->state != FLUE_TCP_CONNECTION_CLOSED)
        flue__tcp_hand_over(connection);
    return false;
}
