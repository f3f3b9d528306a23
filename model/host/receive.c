/* SPDX-License-Identifier: GPL-2.0-or-later
 *
 * Receiving: what arrived and is not read, in order, in chunks. A chunk is the host's own memory,
 * or a list that a target indicated and gets back when it is read; the connection's window counts
 * it until then.
 */
#include <string.h>

#include "host/parts.h"

enum { CHUNK_BYTES = 2048 /* least memory behind a chunk with bytes */ };

static void
push(struct chunk_queue *queue, struct host_chunk *chunk)
{
    chunk->next = NULL;
    if (queue->last != NULL)
        queue->last->next = chunk;
    else
        queue->first = chunk;
    queue->last = chunk;
    queue->bytes += chunk->data.length;
}

static struct host_chunk *
pop(struct chunk_queue *queue)
{
    struct host_chunk *chunk = queue->first;

    queue->first = chunk->next;
    if (queue->first == NULL)
        queue->last = NULL;
    queue->bytes -= chunk->data.length;
    return chunk;
}

static void
free_own(struct flue_host *host, struct host_chunk *chunk)
{
    heap_put(&host->heap, chunk->descriptor.bytes);
    slab_put(&host->chunks, chunk);
}

static bool
append_chunk(struct flue_host *host, struct chunk_queue *queue, const struct flue_span *data)
{
    struct host_chunk *chunk = slab_get(&host->chunks);

    if (chunk == NULL)
        return false;
    memset(chunk, 0, sizeof *chunk);
    chunk->descriptor.byte_count = data->length;
    if (!flue_span_is_virtual(data)) {
        chunk->capacity = data->length > CHUNK_BYTES ? data->length : CHUNK_BYTES;
        chunk->descriptor.bytes = heap_get(&host->heap, chunk->capacity);
        if (chunk->descriptor.bytes == NULL) {
            slab_put(&host->chunks, chunk);
            return false;
        }
        flue_span_copy(data, chunk->descriptor.bytes);
    }
    chunk->data = (struct flue_span){&chunk->descriptor, 0, data->length};
    push(queue, chunk);
    return true;
}

/* Room behind the last chunk's bytes: length-only chunks grow as they like. */
static bool
fits_behind(const struct host_chunk *last, const struct flue_span *data, bool is_virtual)
{
    if (last == NULL || last->indicated != NULL)
        return false;
    if (last->descriptor.bytes == NULL)
        return is_virtual;
    return last->capacity - last->descriptor.byte_count >= data->length;
}

bool
flue__host_append(struct flue_host *host, struct chunk_queue *queue, const struct flue_span *data)
{
    struct host_chunk *last = queue->last;
    bool is_virtual = flue_span_is_virtual(data);

    if (!fits_behind(last, data, is_virtual))
        return append_chunk(host, queue, data);
    if (last->descriptor.bytes != NULL)
        flue_span_copy(data, last->descriptor.bytes + last->descriptor.byte_count);
    last->descriptor.byte_count += data->length;
    last->data.length += data->length;
    queue->bytes += data->length;
    return true;
}

bool
flue__host_append_indicated(struct flue_host_connection *connection, struct flue_buffer_list *list)
{
    struct host_chunk *chunk = slab_get(&connection->host->chunks);

    if (chunk == NULL)
        return false;
    memset(chunk, 0, sizeof *chunk);
    chunk->indicated = list;
    chunk->data = flue_buffer_list_span(list);
    push(&connection->received, chunk);
    return true;
}

void
flue__host_tell_readable(struct flue_host_connection *connection, flue_time now)
{
    const struct flue_host *host = connection->host;

    flue__host_work_reads(connection, now);
    if (!connection->is_closed && !connection->is_ended && connection->received.bytes > 0 &&
        host->handlers.readable != NULL)
        host->handlers.readable(host->user, now, connection);
}

/* A chunk that is used up. A target's list goes into `returns`. */
static void
free_chunk(struct flue_host_connection *connection, struct host_chunk *chunk,
           struct send_chain *returns)
{
    if (chunk->indicated != NULL) {
        chunk->indicated->next = NULL;
        flue__host_chain_append(returns, chunk->indicated);
    }
    free_own(connection->host, chunk);
}

/* All at once, so that the window opens at once. */
static void
return_lists(struct flue_host_connection *connection, flue_time now,
             const struct send_chain *returns)
{
    if (returns->first != NULL) {
        struct flue_provider *provider = connection->adapter->provider;

        (void)provider->tcp_offload_receive_return(provider->adapter, now, returns->first);
    }
}

void
flue__host_drop_received(struct flue_host_connection *connection, flue_time now)
{
    struct send_chain returns = {NULL, NULL};

    while (connection->received.first != NULL)
        free_chunk(connection, pop(&connection->received), &returns);
    return_lists(connection, now, &returns);
}

/* Takes up to `length` bytes off the chunk's front. */
static uint32_t
read_chunk(struct host_chunk *chunk, uint8_t *to, uint32_t length)
{
    struct flue_span part = flue_span_slice(&chunk->data, 0, length);

    if (to != NULL)
        flue_span_copy(&part, to);
    chunk->data = flue_span_slice(&chunk->data, part.length, chunk->data.length);
    if (chunk->indicated == NULL && chunk->descriptor.bytes == NULL) {
        /* A length-only chunk may live as long as the connection: its counts must not grow. */
        chunk->descriptor.byte_count = chunk->data.length;
        chunk->data = (struct flue_span){&chunk->descriptor, 0, chunk->data.length};
    }
    return part.length;
}

uint32_t
flue__host_take(struct flue_host_connection *connection, flue_time now, void *bytes,
                uint32_t length)
{
    struct chunk_queue *queue = &connection->received;
    struct send_chain returns = {NULL, NULL};
    uint32_t taken = 0;

    while (taken < length && queue->first != NULL) {
        struct host_chunk *chunk = queue->first;
        uint32_t count =
            read_chunk(chunk, bytes != NULL ? (uint8_t *)bytes + taken : NULL, length - taken);

        taken += count;
        queue->bytes -= count;
        if (chunk->data.length == 0)
            free_chunk(connection, pop(queue), &returns);
    }
    return_lists(connection, now, &returns);
    if (taken > 0 && connection->tcp != NULL)
        flue_tcp_consume(connection->tcp, now, taken);
    return taken;
}

uint32_t
flue_host_receive(struct flue_host_connection *connection, flue_time now, void *bytes,
                  uint32_t length)
{
    struct flue_host *host = connection->host;
    uint32_t taken;

    flue__host_enter(host);
    taken = flue__host_take(connection, now, bytes, length);
    flue__host_leave(host, now);
    return taken;
}

uint32_t
flue_host_available(const struct flue_host_connection *connection)
{
    return connection->received.bytes;
}

bool
flue_host_peer_closed(const struct flue_host_connection *connection)
{
    return connection->is_peer_closed;
}

/* ---- Undelivered data and moves ----------------------------------------------------------------
 */

bool
flue__host_own_received(struct flue_host_connection *connection, flue_time now)
{
    struct flue_host *host = connection->host;
    struct chunk_queue own = {NULL, NULL, 0};

    for (const struct host_chunk *it = connection->received.first; it != NULL; it = it->next)
        if (!flue__host_append(host, &own, &it->data)) {
            while (own.first != NULL)
                free_own(host, pop(&own));
            return false;
        }
    flue__host_drop_received(connection, now);
    connection->received = own;
    return true;
}

struct flue_buffer_list *
flue__host_hand_over(struct flue_host_connection *connection)
{
    struct host_luggage *luggage = connection->moved->luggage;
    struct flue_buffer_list *first = NULL;
    struct flue_buffer_list **link = &first;

    if (connection->received.first == NULL)
        return NULL;
    luggage->handed = connection->received;
    connection->received = (struct chunk_queue){NULL, NULL, 0};
    for (struct host_chunk *it = luggage->handed.first; it != NULL; it = it->next) {
        memset(&it->list, 0, sizeof it->list);
        it->list.buffer.first_descriptor = &it->descriptor;
        it->list.buffer.current_descriptor = &it->descriptor;
        it->list.buffer.current_descriptor_offset = it->data.offset;
        it->list.buffer.data_offset = it->data.offset;
        it->list.buffer.data_length = it->data.length;
        *link = &it->list;
        link = &it->list.next;
    }
    return first;
}

void
flue__host_drop_handed(struct flue_host_connection *connection)
{
    struct host_luggage *luggage = connection->moved->luggage;

    while (luggage != NULL && luggage->handed.first != NULL)
        free_own(connection->host, pop(&luggage->handed));
}

/* The target has copied the data, and keeps it until a request comes (OFFLOAD-033, OFFLOAD-036).
 * One with room would take the data out of the connection's window before the application has read
 * it, and a connection that moves often would take in more and more. One without room has the
 * target indicate it (RECV-047), and what is indicated counts until it is returned. */
void
flue__host_ask_back(struct flue_host_connection *connection, flue_time now)
{
    const struct host_luggage *luggage = connection->moved->luggage;

    if (luggage == NULL || luggage->handed.first == NULL)
        return;
    flue__host_drop_handed(connection);
    flue__host_post_query(connection, now);
}

void
flue__host_receive_complete(struct flue_host *host, flue_time now, struct flue_buffer_list *lists)
{
    while (lists != NULL) {
        struct flue_buffer_list *list = lists;
        struct flue_host_connection *connection = list->protocol_reserved[0];

        lists = lists->next;
        flue__host_worked(host, now, FLUE_COST_COMPLETION, 1);
        if (!flue__host_take_query(host, list))
            flue__host_read_complete(connection, now, (struct host_read *)list);
        flue__host_tell_readable(connection, now);
    }
}
