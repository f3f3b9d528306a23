/* SPDX-License-Identifier: GPL-2.0-or-later
 *
 * Sending: what the application hands in becomes pieces of bounded size, each a buffer list, that
 * go to the engine or down the chimney in stream order. A target reports whole lists: the bound
 * keeps the send buffer's free room near what is acknowledged.
 */
#include <string.h>

#include "host/parts.h"

/* A piece is at most so much of a call and at most a quarter of the send buffer. Larger ones cost
 * an offloaded connection fewer completions, smaller ones give room back sooner. */
enum { PIECE_BYTES = 65536, LEAST_PIECE_BYTES = 2048 };

void
flue__host_chain_append(struct send_chain *chain, struct flue_buffer_list *lists)
{
    if (lists == NULL)
        return;
    if (chain->last != NULL)
        chain->last->next = lists;
    else
        chain->first = lists;
    while (lists->next != NULL)
        lists = lists->next;
    chain->last = lists;
}

void
flue__host_chain_insert(struct send_chain *chain, struct flue_buffer_list *list)
{
    const struct host_send *send = (const struct host_send *)list;
    struct flue_buffer_list **link = &chain->first;

    /* What comes back comes back in order, nearly always. */
    if (chain->last != NULL &&
        (int32_t)(send->position - ((const struct host_send *)chain->last)->position) > 0)
        link = &chain->last->next;
    while (*link != NULL &&
           (int32_t)(send->position - ((const struct host_send *)*link)->position) > 0)
        link = &(*link)->next;
    list->next = *link;
    *link = list;
    if (list->next == NULL)
        chain->last = list;
}

static void
free_send(struct host_send *send)
{
    struct flue_host_connection *connection = send->connection;
    struct flue_host *host = connection->host;

    connection->sends_out--;
    heap_put(&host->heap, send->descriptor.bytes);
    slab_put(&host->sends, send);
}

void
flue__host_free_sends(struct flue_buffer_list *lists)
{
    while (lists != NULL) {
        struct host_send *send = (struct host_send *)lists;

        lists = lists->next;
        free_send(send);
    }
}

void
flue__host_sent(struct flue_host_connection *connection, flue_time now, uint32_t bytes)
{
    struct flue_host *host = connection->host;

    if (bytes > connection->send_bytes)
        bytes = connection->send_bytes;
    connection->send_bytes -= bytes;
    if (bytes > 0 && !connection->is_closed && !connection->is_ended &&
        host->handlers.writable != NULL)
        host->handlers.writable(host->user, now, connection, bytes);
}

void
flue__host_settle_send(struct host_send *send, flue_time now)
{
    uint32_t acknowledged = send->left - send->list.buffer.data_length;

    send->left = send->list.buffer.data_length;
    flue__host_sent(send->connection, now, acknowledged);
}

static struct host_send *
new_send(struct flue_host_connection *connection, const uint8_t *bytes, uint32_t length)
{
    struct flue_host *host = connection->host;
    struct host_send *send = slab_get(&host->sends);
    uint8_t *copy = NULL;

    if (send == NULL)
        return NULL;
    if (bytes != NULL) {
        copy = heap_get(&host->heap, length);
        if (copy == NULL) {
            slab_put(&host->sends, send);
            return NULL;
        }
        memcpy(copy, bytes, length);
    }
    flue_buffer_list_init(&send->list, &send->descriptor, copy, length);
    send->list.protocol_reserved[0] = connection;
    send->connection = connection;
    send->left = length;
    connection->sends_out++;
    return send;
}

/* As many pieces as there is memory for; *queued says how many bytes they hold. */
static struct flue_buffer_list *
new_sends(struct flue_host_connection *connection, const uint8_t *bytes, uint32_t length,
          uint32_t *queued)
{
    struct flue_buffer_list *first = NULL;
    struct flue_buffer_list **link = &first;

    uint32_t most = connection->host->config.send_buffer_bytes / 4;

    if (most > PIECE_BYTES)
        most = PIECE_BYTES;
    if (most < LEAST_PIECE_BYTES)
        most = LEAST_PIECE_BYTES;
    *queued = 0;
    while (*queued < length) {
        uint32_t count = length - *queued < most ? length - *queued : most;
        struct host_send *send =
            new_send(connection, bytes != NULL ? bytes + *queued : NULL, count);

        if (send == NULL)
            break;
        send->position = connection->send_position + *queued;
        *link = &send->list;
        link = &send->list.next;
        *queued += count;
    }
    return first;
}

/* The logical switch (HOST-027). */
static enum flue_result
route_sends(struct flue_host_connection *connection, flue_time now, struct flue_buffer_list *lists)
{
    struct flue_provider *provider;
    struct host_luggage *luggage;

    if (connection->owner == FLUE_OWNER_HOST)
        return flue_tcp_send(connection->tcp, now, lists);
    if (connection->owner == FLUE_OWNER_TARGET && !connection->is_sends_stopped) {
        provider = connection->adapter->provider;
        (void)provider->tcp_offload_send(provider->adapter, now, flue__host_context(connection),
                                         lists);
        return FLUE_OK;
    }
    luggage = flue__host_luggage(connection);
    if (luggage == NULL)
        return FLUE_ERROR_NO_MEMORY;
    flue__host_chain_append(&luggage->held, lists);
    return FLUE_OK;
}

uint32_t
flue_host_send_space(const struct flue_host_connection *connection)
{
    uint32_t most = connection->host->config.send_buffer_bytes;

    return connection->send_bytes < most ? most - connection->send_bytes : 0;
}

enum flue_result
flue_host_send(struct flue_host_connection *connection, flue_time now, const void *bytes,
               uint32_t length, uint32_t *accepted)
{
    struct flue_host *host = connection->host;
    struct flue_buffer_list *lists;
    enum flue_result result;
    uint32_t queued = 0;

    *accepted = 0;
    if (connection->is_closed || connection->is_ended || connection->is_shutdown)
        return FLUE_ERROR_STATE;
    if (length > flue_host_send_space(connection))
        length = flue_host_send_space(connection);
    if (length == 0)
        return FLUE_OK;
    lists = new_sends(connection, bytes, length, &queued);
    if (lists == NULL)
        return FLUE_ERROR_NO_MEMORY;
    flue__host_enter(host);
    flue__host_note_traffic(connection, now, queued, 0);
    connection->send_bytes += queued;
    connection->send_position += queued;
    result = route_sends(connection, now, lists);
    if (result == FLUE_OK) {
        *accepted = queued;
    } else {
        connection->send_bytes -= queued;
        connection->send_position -= queued;
        flue__host_free_sends(lists);
    }
    flue__host_leave(host, now);
    return result;
}
