/* SPDX-License-Identifier: GPL-2.0-or-later
 *
 * Between the host's TCP engine and its connections.
 */
#include "host/parts.h"

static void
on_emit(void *user, flue_time now, struct flue_tcp_connection *tcp,
        const struct flue_four_tuple *tuple, const struct flue_tcp_segment *segment)
{
    struct flue_host *host = user;

    (void)tcp;
    if (host->timed != NULL)
        flue__host_before_datagram(host, now, tuple);
    host->handlers.transmit(host->user, now, tuple, segment);
}

static void
note_established(struct flue_host_connection *connection, flue_time now)
{
    struct flue_host *host = connection->host;

    connection->is_established = true;
    flue__host_watch(connection, now);
    flue__host_attend(connection);
    flue__host_worked(host, now, FLUE_COST_CONNECTION, 1);
}

static void
on_accepted(void *user, flue_time now, struct flue_tcp_listener *tcp_listener,
            struct flue_tcp_connection *tcp)
{
    struct flue_host *host = user;
    struct flue_host_listener *listener = flue_tcp_listener_user(tcp_listener);
    struct flue_host_connection *connection = flue__host_connection_new(host, flue_tcp_tuple(tcp));

    flue_tcp_set_user(tcp, connection);
    if (connection == NULL) {
        flue_tcp_abort(tcp, now);
        flue_tcp_release(tcp, now);
        return;
    }
    connection->tcp = tcp;
    note_established(connection, now);
    if (host->handlers.accepted != NULL)
        host->handlers.accepted(host->user, now, listener, connection);
}

static void
on_connected(void *user, flue_time now, struct flue_tcp_connection *tcp)
{
    struct flue_host *host = user;
    struct flue_host_connection *connection = flue_tcp_user(tcp);

    note_established(connection, now);
    if (!connection->is_closed && host->handlers.connected != NULL)
        host->handlers.connected(host->user, now, connection);
}

static void
on_received(void *user, flue_time now, struct flue_tcp_connection *tcp,
            const struct flue_span *data, bool push)
{
    struct flue_host *host = user;
    struct flue_host_connection *connection = flue_tcp_user(tcp);

    (void)push;
    flue__host_note_traffic(connection, now, 0, data->length);
    /* RFC 1122 4.2.2.13: nobody will read it. Without memory nobody can. */
    if (connection->is_closed || !flue__host_append(host, &connection->received, data)) {
        flue_tcp_abort(tcp, now);
        return;
    }
    flue__host_tell_readable(connection, now);
}

static void
on_peer_closed(void *user, flue_time now, struct flue_tcp_connection *tcp)
{
    (void)user;
    flue__host_note_peer_closed(flue_tcp_user(tcp), now);
}

static void
on_acknowledged(void *user, flue_time now, struct flue_tcp_connection *tcp, uint32_t bytes)
{
    struct flue_host_connection *connection = flue_tcp_user(tcp);

    (void)user;
    if (connection == NULL)
        return;
    flue__host_note_traffic(connection, now, 0, 0);
    flue__host_sent(connection, now, bytes);
}

/* Their bytes were counted as they were acknowledged; those of an ended connection count no more.
 */
static void
on_sent(void *user, flue_time now, struct flue_tcp_connection *tcp, struct flue_buffer_list *lists)
{
    struct flue_host_connection *connection = flue_tcp_user(tcp);

    (void)user;
    (void)now;
    flue__host_free_sends(lists);
    if (connection->is_closed)
        flue__host_attend(connection);
}

static void
on_send_closed(void *user, flue_time now, struct flue_tcp_connection *tcp)
{
    struct flue_host_connection *connection = flue_tcp_user(tcp);

    (void)user;
    (void)now;
    connection->is_send_closed = true;
    flue__host_attend(connection);
}

static void
on_closed(void *user, flue_time now, struct flue_tcp_connection *tcp, enum flue_result reason)
{
    struct flue_host_connection *connection = flue_tcp_user(tcp);

    (void)user;
    if (connection == NULL) /* an accept that failed */
        return;
    connection->tcp = NULL;
    flue_tcp_release(tcp, now);
    flue__host_finish(connection, now, reason);
}

void
flue__host_wait_alone(struct flue_host_connection *connection, flue_time now,
                      struct flue_tcp_connection *tcp)
{
    connection->tcp = NULL;
    if (connection->time_wait_ticks > 0)
        flue_tcp_set_time_wait(tcp, now, connection->time_wait_ticks);
    flue_tcp_release(tcp, now);
    flue__host_finish(connection, now, FLUE_OK);
}

/* Both sides have closed in order: for the application that is the end. */
static void
on_entered_time_wait(void *user, flue_time now, struct flue_tcp_connection *tcp)
{
    struct flue_host_connection *connection = flue_tcp_user(tcp);

    (void)user;
    flue__host_note_peer_closed(connection, now);
    flue__host_wait_alone(connection, now, tcp);
}

static bool
has_room(void *user, const struct flue_tcp_connection *tcp)
{
    const struct flue_host *host = user;

    return host->handlers.has_room == NULL ||
           host->handlers.has_room(host->user, flue_tcp_tuple(tcp));
}

const struct flue_tcp_handlers flue__host_tcp_handlers = {
    .emit = on_emit,
    .accepted = on_accepted,
    .connected = on_connected,
    .received = on_received,
    .peer_closed = on_peer_closed,
    .acknowledged = on_acknowledged,
    .sent = on_sent,
    .send_closed = on_send_closed,
    .closed = on_closed,
    .entered_time_wait = on_entered_time_wait,
    .has_room = has_room,
};
