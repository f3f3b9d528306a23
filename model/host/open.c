/* SPDX-License-Identifier: GPL-2.0-or-later
 *
 * Opening and closing: connect, listen, shutdown, abort, close.
 */
#include "host/parts.h"

enum flue_result
flue_host_connect(struct flue_host *host, flue_time now, const struct flue_four_tuple *tuple,
                  const struct flue_tcp_options *options, void *connection_user,
                  struct flue_host_connection **connection_out)
{
    struct flue_host_connection *connection;
    enum flue_result result;

    if (flue__host_moved_find(host, tuple) != NULL)
        return FLUE_ERROR_IN_USE;
    connection = flue__host_connection_new(host, tuple);
    if (connection == NULL)
        return FLUE_ERROR_NO_MEMORY;
    connection->user = connection_user;
    flue__host_enter(host);
    result = flue_tcp_connect(host->engine, now, tuple, options, connection, &connection->tcp);
    if (result == FLUE_OK)
        *connection_out = connection;
    else
        flue__host_connection_free(connection, now);
    flue__host_leave(host, now);
    return result;
}

enum flue_result
flue_host_listen(struct flue_host *host, uint8_t ip_version, const struct flue_ip *address,
                 uint16_t port, uint32_t backlog, const struct flue_tcp_options *options,
                 void *listener_user, struct flue_host_listener **listener_out)
{
    struct flue_host_listener *listener = slab_get(&host->listeners);
    enum flue_result result;

    if (listener == NULL)
        return FLUE_ERROR_NO_MEMORY;
    listener->host = host;
    listener->user = listener_user;
    result = flue_tcp_listen(host->engine, ip_version, address, port, backlog, options, listener,
                             &listener->tcp);
    if (result != FLUE_OK) {
        slab_put(&host->listeners, listener);
        return result;
    }
    *listener_out = listener;
    return FLUE_OK;
}

void
flue_host_listener_close(struct flue_host_listener *listener, flue_time now)
{
    struct flue_host *host = listener->host;

    flue__host_enter(host);
    flue_tcp_listener_close(listener->tcp, now);
    slab_put(&host->listeners, listener);
    flue__host_leave(host, now);
}

void *
flue_host_listener_user(const struct flue_host_listener *listener)
{
    return listener->user;
}

/* FIN behind everything that was sent. During a move the wish is kept in is_shutdown. */
static enum flue_result
shut_down(struct flue_host_connection *connection, flue_time now)
{
    connection->is_shutdown = true;
    if (connection->owner == FLUE_OWNER_HOST)
        return flue_tcp_shutdown(connection->tcp, now);
    if (connection->owner == FLUE_OWNER_TARGET && !connection->is_sends_stopped)
        flue__host_post_disconnect(connection, now, FLUE_TCP_DISCONNECT_GRACEFUL_CLOSE);
    return FLUE_OK;
}

enum flue_result
flue_host_shutdown(struct flue_host_connection *connection, flue_time now)
{
    struct flue_host *host = connection->host;
    enum flue_result result;

    if (connection->is_shutdown || connection->is_closed || connection->is_ended)
        return FLUE_ERROR_STATE;
    flue__host_enter(host);
    result = shut_down(connection, now);
    flue__host_leave(host, now);
    return result;
}

static void
abort_connection(struct flue_host_connection *connection, flue_time now)
{
    if (connection->is_ended)
        return;
    connection->is_aborting = true;
    if (connection->owner == FLUE_OWNER_HOST) {
        flue_tcp_abort(connection->tcp, now); /* `closed` follows */
        return;
    }
    if (connection->owner == FLUE_OWNER_TARGET)
        flue__host_post_disconnect(connection, now, FLUE_TCP_DISCONNECT_ABORTIVE_CLOSE);
    flue__host_finish(connection, now, FLUE_ERROR_ABORTED);
}

void
flue_host_abort(struct flue_host_connection *connection, flue_time now)
{
    struct flue_host *host = connection->host;

    flue__host_enter(host);
    abort_connection(connection, now);
    flue__host_leave(host, now);
}

void
flue_host_close(struct flue_host_connection *connection, flue_time now)
{
    struct flue_host *host = connection->host;
    bool has_unread = connection->received.bytes > 0 && !connection->is_peer_closed;

    flue__host_enter(host);
    connection->is_closed = true;
    flue__host_drop_received(connection, now);
    /* RFC 1122 4.2.2.13: a peer that still sends learns that it is lost. Else, the engine's own
     * wish to close is as good as ours. */
    if (has_unread || (!connection->is_ended && !connection->is_shutdown &&
                       shut_down(connection, now) != FLUE_OK))
        abort_connection(connection, now);
    flue__host_attend(connection);
    flue__host_leave(host, now);
}
