/* SPDX-License-Identifier: GPL-2.0-or-later
 *
 * Posted reads: the application's memory, waiting for what the peer sends next. While the target
 * owns the connection they wait there, so that data goes straight into them; otherwise they are
 * filled from what the host has received. Either way they fill in the order of posting, and before
 * anything becomes readable.
 *
 * Only reads behind all data that the host has or waits for may be on the target: they are posted
 * when the host has handed out everything else, and what comes back unfilled waits here again.
 */
#include <string.h>

#include "host/parts.h"

static bool
is_enough(const struct host_read *read)
{
    return read->filled == read->length || (!read->is_whole && read->filled > 0);
}

/* While a peer's FIN is known and the connection is away, data in front of it may be too: on a
 * target, that answers for the end. */
static bool
is_at_end(const struct flue_host_connection *connection)
{
    bool has_fin = connection->is_peer_closed && connection->owner == FLUE_OWNER_HOST;

    return connection->received.bytes == 0 &&
           (has_fin || connection->is_ended || connection->is_closed);
}

/* From what is here. At the end of the stream no read waits any longer. */
static void
fill_reads(struct flue_host_connection *connection, flue_time now)
{
    struct host_read *read = connection->reads;

    for (; read != NULL && !read->is_out; read = read->next) {
        uint8_t *to = read->bytes;

        if (!read->is_done)
            read->filled += flue__host_take(connection, now, to != NULL ? to + read->filled : NULL,
                                            read->length - read->filled);
        read->is_done = read->is_done || is_enough(read) || is_at_end(connection);
    }
}

static bool
can_post(const struct flue_host_connection *connection)
{
    return connection->owner == FLUE_OWNER_TARGET && !connection->is_reads_stopped &&
           !connection->is_aborting && !connection->is_ended && !connection->is_closed &&
           connection->received.bytes == 0;
}

/* HOST-017: only one that waits to be full may hold data already. */
static void
post_reads(struct flue_host_connection *connection, flue_time now)
{
    struct flue_buffer_list *first = NULL;
    struct flue_buffer_list **link = &first;

    if (!can_post(connection))
        return;
    for (struct host_read *read = connection->reads; read != NULL; read = read->next) {
        struct flue_buffer_list *list = &read->list;

        if (read->is_out || read->is_done)
            continue;
        flue_buffer_list_init(list, &read->descriptor, read->bytes, read->length);
        list->tcp_receive_no_push = read->is_whole;
        list->tcp_receive_bytes_transferred = read->filled;
        list->protocol_reserved[0] = connection;
        read->is_out = true;
        *link = list;
        link = &list->next;
    }
    if (first != NULL) {
        struct flue_provider *provider = connection->adapter->provider;

        (void)provider->tcp_offload_receive(provider->adapter, now, flue__host_context(connection),
                                            first);
    }
}

static void
tell_reads(struct flue_host_connection *connection, flue_time now)
{
    struct flue_host *host = connection->host;

    while (connection->reads != NULL && connection->reads->is_done) {
        struct host_read *read = connection->reads;
        struct host_read told = *read;

        connection->reads = read->next;
        if (connection->reads == NULL)
            connection->last_read = NULL;
        slab_put(&host->reads, read);
        if (host->handlers.received != NULL)
            host->handlers.received(host->user, now, connection->is_closed ? NULL : connection,
                                    told.bytes, told.filled);
    }
}

void
flue__host_work_reads(struct flue_host_connection *connection, flue_time now)
{
    /* The application may post, or close, from inside its handler. */
    while (connection->reads != NULL) {
        fill_reads(connection, now);
        if (!connection->reads->is_done)
            break;
        tell_reads(connection, now);
    }
    post_reads(connection, now);
}

void
flue__host_read_complete(struct flue_host_connection *connection, flue_time now,
                         struct host_read *read)
{
    enum flue_status status = read->list.status;

    read->is_out = false;
    if (read->list.tcp_offload_bytes_transferred > read->filled)
        read->filled = read->list.tcp_offload_bytes_transferred;
    if (flue__host_means_upload(status)) {
        connection->is_reads_stopped = true; /* until the connection is back */
        read->is_done = is_enough(read);
    } else {
        read->is_done = true;
    }
    /* RFC 1122 4.2.2.13: data that nobody will read. */
    if (connection->is_closed && read->filled > 0 && !connection->is_ended)
        flue_host_abort(connection, now);
}

enum flue_result
flue_host_post_receive(struct flue_host_connection *connection, flue_time now, void *bytes,
                       uint32_t length, bool is_whole)
{
    struct flue_host *host = connection->host;
    struct host_read *read;

    if (length == 0)
        return FLUE_ERROR_INVALID;
    if (connection->is_closed)
        return FLUE_ERROR_STATE;
    read = slab_get(&host->reads);
    if (read == NULL)
        return FLUE_ERROR_NO_MEMORY;
    memset(read, 0, sizeof *read);
    read->bytes = bytes;
    read->length = length;
    read->is_whole = is_whole;
    flue__host_enter(host);
    if (connection->last_read != NULL)
        connection->last_read->next = read;
    else
        connection->reads = read;
    connection->last_read = read;
    fill_reads(connection, now);
    if (connection->reads->is_done)
        flue__host_attend(connection); /* told when this call returns */
    else
        post_reads(connection, now);
    flue__host_leave(host, now);
    return FLUE_OK;
}
