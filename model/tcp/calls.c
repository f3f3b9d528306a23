/* SPDX-License-Identifier: GPL-2.0-or-later
 *
 * The application's calls (RFC 9293 3.10.1 to 3.10.5): open, send, receive, close, abort; and how a
 * connection is held while it is worked on.
 */
#include <string.h>

#include "tcp/connection.h"

void
flue__tcp_hold(struct flue_tcp_connection *connection)
{
    connection->holds++;
}

void
flue__tcp_let_go(struct flue_tcp_connection *connection, flue_time now)
{
    if (connection->holds == 1) {
        flue__tcp_follow_path(connection, now);
        /* Sending may call the owner, who may ask for more: once round is enough, because calls
         * made while the connection is held only leave their wish behind. */
        while ((connection->want_output || connection->ack_now) && !connection->is_muted) {
            connection->want_output = false;
            flue__tcp_output(connection, now);
        }
    }
    if (--connection->holds > 0)
        return;
    if (connection->state == FLUE_TCP_CONNECTION_CLOSED && connection->is_released)
        flue__tcp_free(connection);
    else
        flue__tcp_settle_timer(connection);
}

enum flue_result
flue_tcp_connect(struct flue_tcp_engine *engine, flue_time now, const struct flue_four_tuple *tuple,
                 const struct flue_tcp_options *options, void *connection_user,
                 struct flue_tcp_connection **connection_out)
{
    struct flue_tcp_connection *connection;

    if (options == NULL)
        options = &engine->config.options;
    if (tuple->local_port == 0 || tuple->remote_port == 0 ||
        flue_tcp_options_check(options, NULL) != FLUE_OK ||
        (tuple->ip_version != 4 && tuple->ip_version != 6))
        return FLUE_ERROR_INVALID;
    if (flue_tcp_find(engine, tuple) != NULL)
        return FLUE_ERROR_IN_USE;
    if (engine->connection_count >= engine->config.max_connections)
        return FLUE_ERROR_LIMIT;
    connection = flue__tcp_new(engine, tuple, options, connection_user);
    if (connection == NULL)
        return FLUE_ERROR_NO_MEMORY;
    flue__tcp_set_clock(engine, now);
    connection->is_active_open = true;
    connection->iss = flue__tcp_isn(engine, now, tuple);
    connection->snd_una = connection->iss;
    connection->snd_nxt = connection->iss;
    connection->snd_max = connection->iss;
    connection->recover = connection->iss;
    send_queue_init(&connection->queue, connection->iss + 1);
    *connection_out = connection;
    flue__tcp_hold(connection);
    flue__tcp_enter(connection, now, FLUE_TCP_CONNECTION_SYN_SENT);
    flue__tcp_limit_opening(connection, now, options->open_timeout_ticks);
    flue__tcp_send_syn(connection, now);
    flue__tcp_let_go(connection, now);
    return FLUE_OK;
}

enum flue_result
flue_tcp_listen(struct flue_tcp_engine *engine, uint8_t ip_version, const struct flue_ip *address,
                uint16_t port, uint32_t backlog, const struct flue_tcp_options *options,
                void *listener_user, struct flue_tcp_listener **listener_out)
{
    struct flue_tcp_listener *listener;

    if (options == NULL)
        options = &engine->config.options;
    if ((ip_version != 4 && ip_version != 6) || port == 0 ||
        flue_tcp_options_check(options, NULL) != FLUE_OK)
        return FLUE_ERROR_INVALID;
    for (listener = engine->listeners; listener != NULL; listener = listener->next)
        if (listener->port == port && listener->ip_version == ip_version &&
            listener->any_address == (address == NULL) &&
            (address == NULL || memcmp(address, &listener->address, sizeof *address) == 0))
            return FLUE_ERROR_IN_USE;
    listener = engine->allocator.reallocate(engine->allocator.user, NULL, 0, sizeof *listener);
    if (listener == NULL)
        return FLUE_ERROR_NO_MEMORY;
    memset(listener, 0, sizeof *listener);
    listener->engine = engine;
    listener->user = listener_user;
    listener->any_address = address == NULL;
    if (address != NULL)
        listener->address = *address;
    listener->ip_version = ip_version;
    listener->port = port;
    listener->backlog = backlog;
    listener->options = *options;
    listener->next = engine->listeners;
    engine->listeners = listener;
    *listener_out = listener;
    return FLUE_OK;
}

/* The first connection that is still in the listener's backlog. Closing is rare: it may look at
 * all. */
static struct flue_tcp_connection *
pending_of(const struct flue_tcp_listener *listener)
{
    const struct flue_tcp_engine *engine = listener->engine;

    for (uint32_t i = 0; i < engine->bucket_count; i++)
        for (struct flue_tcp_connection *it = engine->buckets[i]; it != NULL; it = it->hash_next)
            if (it->listener == listener)
                return it;
    return NULL;
}

void
flue_tcp_listener_close(struct flue_tcp_listener *listener, flue_time now)
{
    struct flue_tcp_engine *engine;
    struct flue_tcp_listener **link;

    if (listener == NULL)
        return;
    engine = listener->engine;
    flue__tcp_set_clock(engine, now);
    while (listener->pending > 0) {
        struct flue_tcp_connection *connection = pending_of(listener);
        flue__tcp_hold(connection);
        flue__tcp_send_reset(connection, now);
        flue__tcp_end(connection, now, FLUE_ERROR_ABORTED);
        flue__tcp_let_go(connection, now);
    }
    for (link = &engine->listeners; *link != listener; link = &(*link)->next)
        continue;
    *link = listener->next;
    engine->allocator.reallocate(engine->allocator.user, listener, sizeof *listener, 0);
}

void *
flue_tcp_listener_user(const struct flue_tcp_listener *listener)
{
    return listener->user;
}

enum flue_result
flue_tcp_reason(const struct flue_tcp_connection *connection)
{
    return connection->reason;
}

/* What a call answers on a connection that is no more: how it ended, if that was not in order. */
static enum flue_result
ended(const struct flue_tcp_connection *connection)
{
    return connection->reason != FLUE_OK ? (enum flue_result)connection->reason : FLUE_ERROR_STATE;
}

/* Sequence numbers compare only within 2^31: half of that may be queued. */
static bool
fits_the_queue(const struct flue_tcp_connection *connection, const struct flue_buffer_list *lists)
{
    uint64_t queued = connection->queue.end_seq - connection->snd_una;

    for (; lists != NULL; lists = lists->next)
        queued += lists->buffer.data_length;
    return queued <= UINT64_C(1) << 30;
}

enum flue_result
flue_tcp_send(struct flue_tcp_connection *connection, flue_time now, struct flue_buffer_list *lists)
{
    if (connection->state == FLUE_TCP_CONNECTION_CLOSED)
        return ended(connection);
    if (connection->fin_wanted || connection->is_exhausted || connection->is_released)
        return FLUE_ERROR_STATE;
    if (!fits_the_queue(connection, lists))
        return FLUE_ERROR_LIMIT;
    flue__tcp_set_clock(connection->engine, now);
    flue__tcp_hold(connection);
    send_queue_append(&connection->queue, lists);
    flue__tcp_complete_lists(connection, now, 0); /* empty ones at the head */
    connection->want_output = true;
    flue__tcp_let_go(connection, now);
    return FLUE_OK;
}

void
flue_tcp_consume(struct flue_tcp_connection *connection, flue_time now, uint32_t bytes)
{
    uint32_t before = connection->rcv_adv - connection->rcv_nxt;

    flue__tcp_set_clock(connection->engine, now);
    flue__tcp_hold(connection);
    connection->rcv_buffered -= bytes < connection->rcv_buffered ? bytes : connection->rcv_buffered;
    if (connection->extension != NULL)
        flue__tcp_urgent_consumed(connection);
    /* An update of its own only when the window at least doubles; else the next ACK carries it. */
    if (before <= connection->rcv_buf / 2 && flue__tcp_can_receive(connection) &&
        !connection->fin_received) {
        uint32_t after = flue__tcp_receive_window(connection);

        if (after > before && after / 2 >= before)
            connection->ack_now = true;
        else
            flue__tcp_arm_window_update(connection, now);
    }
    flue__tcp_let_go(connection, now);
}

enum flue_result
flue_tcp_shutdown(struct flue_tcp_connection *connection, flue_time now)
{
    if (connection->state == FLUE_TCP_CONNECTION_CLOSED)
        return ended(connection);
    if (connection->fin_wanted)
        return FLUE_ERROR_STATE;
    flue__tcp_set_clock(connection->engine, now);
    flue__tcp_hold(connection);
    connection->fin_wanted = true;
    if (connection->state == FLUE_TCP_CONNECTION_SYN_SENT)
        /* RFC 9293 3.10.4: there is nothing to close yet, and nobody to send to. */
        flue__tcp_end(connection, now,
                      connection->queue.head == NULL ? FLUE_OK : FLUE_ERROR_ABORTED);
    else
        connection->want_output = true;
    flue__tcp_let_go(connection, now);
    return FLUE_OK;
}

void
flue_tcp_abort(struct flue_tcp_connection *connection, flue_time now)
{
    flue__tcp_set_clock(connection->engine, now);
    flue__tcp_hold(connection);
    flue__tcp_follow_path(connection, now);
    /* RFC 9293 3.10.5: no reset in SYN-SENT, nor when both FINs are through. */
    if (connection->state >= FLUE_TCP_CONNECTION_SYN_RCVD &&
        connection->state != FLUE_TCP_CONNECTION_CLOSING &&
        connection->state != FLUE_TCP_CONNECTION_LAST_ACK &&
        connection->state != FLUE_TCP_CONNECTION_TIME_WAIT)
        flue__tcp_send_reset(connection, now);
    if (connection->state != FLUE_TCP_CONNECTION_CLOSED)
        flue__tcp_end(connection, now, FLUE_ERROR_ABORTED);
    flue__tcp_let_go(connection, now);
}

/* RFC 1122 4.2.2.13, RFC 2525 2.17: data that came will never be read, and the peer must know. */
static bool
has_unread(const struct flue_tcp_connection *connection)
{
    return connection->rcv_buffered > 0 && !connection->engine->config.is_offload_target &&
           (flue__tcp_can_receive(connection) ||
            connection->state == FLUE_TCP_CONNECTION_CLOSE_WAIT);
}

void
flue_tcp_release(struct flue_tcp_connection *connection, flue_time now)
{
    flue__tcp_set_clock(connection->engine, now);
    flue__tcp_hold(connection);
    if (connection->queue.head != NULL)
        flue_tcp_abort(connection, now);
    connection->is_released = true;
    if (has_unread(connection)) {
        flue__tcp_send_reset(connection, now);
        flue__tcp_end(connection, now, FLUE_ERROR_ABORTED);
    }
    if (connection->state == FLUE_TCP_CONNECTION_SYN_SENT || connection->is_exhausted) {
        flue__tcp_end(connection, now, FLUE_OK);
    } else if (connection->state != FLUE_TCP_CONNECTION_CLOSED) {
        connection->fin_wanted = true;
        connection->want_output = true;
        if (connection->state == FLUE_TCP_CONNECTION_FIN_WAIT2 && connection->slow == SLOW_NONE &&
            connection->engine->config.fin_wait_2_ticks > 0)
            flue__tcp_arm_slow(connection, now, SLOW_FIN_WAIT_2,
                               connection->engine->config.fin_wait_2_ticks);
    }
    flue__tcp_let_go(connection, now);
}

void
flue_tcp_set_time_wait(struct flue_tcp_connection *connection, flue_time now, uint32_t ticks)
{
    flue__tcp_set_clock(connection->engine, now);
    if (connection->state != FLUE_TCP_CONNECTION_TIME_WAIT)
        return;
    flue__tcp_hold(connection);
    flue__tcp_arm_slow(connection, now, SLOW_TIME_WAIT, ticks);
    flue__tcp_let_go(connection, now);
}

const struct flue_four_tuple *
flue_tcp_tuple(const struct flue_tcp_connection *connection)
{
    return &connection->tuple;
}

void *
flue_tcp_user(const struct flue_tcp_connection *connection)
{
    return connection->user;
}

void
flue_tcp_set_user(struct flue_tcp_connection *connection, void *user)
{
    connection->user = user;
}

enum flue_tcp_connection_state
flue_tcp_state(const struct flue_tcp_connection *connection)
{
    return connection->state;
}
