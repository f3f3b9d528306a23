/* SPDX-License-Identifier: GPL-2.0-or-later
 *
 * Received data on its way up: kept in pieces of the target's memory, put into posted requests
 * while there are any, indicated otherwise (the RECV rows' algorithm; indicate.c). Length-only data
 * of any amount is one piece.
 */
#include <string.h>

#include "target/parts.h"

enum {
    PIECE_BYTES = 2048, /* least memory behind a piece with bytes */
    NEXT = 0,           /* miniport_reserved[0] of a request: the next one */
    FILLED = 1          /* miniport_reserved[1]: how many bytes it holds */
};

static struct received_piece *
piece_of(struct flue_memory_descriptor *descriptor)
{
    return (struct received_piece *)descriptor; /* its first member */
}

void
flue__target_free_piece(struct flue_target *target, struct flue_memory_descriptor *descriptor)
{
    heap_put(&target->heap, descriptor->bytes);
    slab_put(&target->pieces, piece_of(descriptor));
}

static struct flue_memory_descriptor *
new_piece(struct flue_target *target, uint32_t length, bool is_virtual)
{
    struct received_piece *piece = slab_get(&target->pieces);

    if (piece == NULL)
        return NULL;
    piece->descriptor = (struct flue_memory_descriptor){NULL, NULL, length};
    piece->capacity = 0;
    if (!is_virtual) {
        piece->capacity = length > PIECE_BYTES ? length : PIECE_BYTES;
        piece->descriptor.bytes = heap_get(&target->heap, piece->capacity);
        if (piece->descriptor.bytes == NULL) {
            slab_put(&target->pieces, piece);
            return NULL;
        }
    }
    return &piece->descriptor;
}

struct flue_memory_descriptor *
flue__target_new_piece(struct flue_target *target, const struct flue_span *data)
{
    bool is_virtual = flue_span_is_virtual(data);
    struct flue_memory_descriptor *piece = new_piece(target, data->length, is_virtual);

    if (piece != NULL && !is_virtual)
        flue_span_copy(data, piece->bytes);
    return piece;
}

bool
flue__target_has_memory(struct flue_target *target, const struct flue_span *data)
{
    struct flue_memory_descriptor *piece =
        new_piece(target, data->length, flue_span_is_virtual(data));

    if (piece != NULL)
        flue__target_free_piece(target, piece);
    return piece != NULL;
}

static bool
append_piece(struct target_connection *connection, const struct flue_span *data)
{
    struct target_io *io = connection->io;
    struct flue_memory_descriptor *piece = flue__target_new_piece(connection->target, data);

    if (piece == NULL)
        return false;
    if (io->last != NULL)
        io->last->next = piece;
    else
        io->first = piece;
    io->last = piece;
    return true;
}

bool
flue__target_buffer(struct target_connection *connection, const struct flue_span *data)
{
    struct target_io *io = flue__target_io(connection);
    bool is_virtual = flue_span_is_virtual(data);
    struct flue_memory_descriptor *last;

    if (io == NULL)
        return false;
    last = io->last;
    if (last != NULL && last->bytes == NULL && is_virtual) {
        last->byte_count += data->length;
    } else if (last != NULL && last->bytes != NULL &&
               piece_of(last)->capacity - last->byte_count >= data->length) {
        flue_span_copy(data, last->bytes + last->byte_count);
        last->byte_count += data->length;
    } else if (!append_piece(connection, data)) {
        return false;
    }
    io->bytes += data->length;
    return true;
}

void
flue__target_discard(struct target_connection *connection, uint32_t count)
{
    struct target_io *io = connection->io;

    io->bytes -= count;
    while (count > 0) {
        struct flue_memory_descriptor *first = io->first;
        uint32_t left = first->byte_count - io->first_offset;

        if (count < left) {
            io->first_offset += count;
            break;
        }
        count -= left;
        io->first = first->next;
        io->first_offset = 0;
        flue__target_free_piece(connection->target, first);
    }
    if (io->first == NULL)
        io->last = NULL;
}

void
flue__target_drop_data(struct target_connection *connection)
{
    if (connection->io != NULL && connection->io->bytes > 0)
        flue__target_discard(connection, connection->io->bytes);
}

/* ---- Posted requests ---------------------------------------------------------------------------
 */

static uint32_t
filled_of(const struct flue_buffer_list *request)
{
    return (uint32_t)(uintptr_t)request->miniport_reserved[FILLED];
}

/* Copies `span` into the request's memory, `at` bytes behind its data start. */
static void
fill(struct flue_buffer_list *request, uint32_t at, struct flue_span span)
{
    struct flue_memory_descriptor *to = request->buffer.current_descriptor;
    uint32_t offset = request->buffer.current_descriptor_offset + at;

    for (; to != NULL && span.length > 0; to = to->next) {
        struct flue_span piece;

        if (offset >= to->byte_count) {
            offset -= to->byte_count;
            continue;
        }
        piece = flue_span_slice(&span, 0, to->byte_count - offset);
        if (to->bytes != NULL)
            flue_span_copy(&piece, to->bytes + offset);
        span = flue_span_slice(&span, piece.length, span.length);
        offset = 0;
    }
}

/* RECV-016, RECV-017 */
static void
end_first_request(struct target_connection *connection, enum flue_status status)
{
    struct target_io *io = connection->io;
    struct flue_buffer_list *request = io->requests;

    io->requests = request->miniport_reserved[NEXT];
    if (io->requests == NULL)
        io->last_request = NULL;
    request->status = status;
    request->tcp_offload_bytes_transferred = filled_of(request);
    flue_buffer_advance(&request->buffer, filled_of(request));
    flue__target_push(&connection->target->receives, request);
}

void
flue__target_end_requests(struct target_connection *connection, enum flue_status status)
{
    while (connection->io != NULL && connection->io->requests != NULL)
        end_first_request(connection, status);
}

/* Puts what fits into the first request. */
static uint32_t
fill_first_request(struct target_io *io)
{
    struct flue_buffer_list *request = io->requests;
    uint32_t filled = filled_of(request);
    struct flue_span data = {io->first, io->first_offset, io->bytes};

    data = flue_span_slice(&data, 0, request->buffer.data_length - filled);
    fill(request, filled, data);
    request->miniport_reserved[FILLED] = (void *)(uintptr_t)(filled + data.length);
    return data.length;
}

/* RECV-030, NOTE-034: the data that was just placed ended with PSH. */
static bool
is_pushed(const struct target_io *io)
{
    return io->bytes == 0 && io->ends_with_push && io->requests != NULL &&
           !io->requests->tcp_receive_no_push && filled_of(io->requests) > 0;
}

void
flue__target_place(struct target_connection *connection, flue_time now)
{
    struct target_io *io = connection->io;
    uint32_t placed = 0;

    if (io == NULL)
        return;
    while (io->requests != NULL) {
        if (io->bytes > 0) {
            uint32_t count = fill_first_request(io);

            flue__target_discard(connection, count);
            placed += count;
        }
        if (filled_of(io->requests) < io->requests->buffer.data_length)
            break;
        end_first_request(connection, FLUE_STATUS_SUCCESS); /* zero-byte ones too: RECV-047 */
    }
    if (placed > 0 && is_pushed(io))
        end_first_request(connection, FLUE_STATUS_SUCCESS);
    if (io->bytes == 0)
        io->ends_with_push = false;
    if (placed > 0 && connection->tcp != NULL)
        flue_tcp_consume(connection->tcp, now, placed); /* RECV-012 */
}

/* ---- The algorithm -----------------------------------------------------------------------------
 */

static bool
has_data(const struct target_connection *connection)
{
    return connection->io != NULL && connection->io->bytes > 0;
}

static void
tell(struct target_connection *connection, flue_time now, enum flue_tcp_offload_event_type type,
     uint32_t information)
{
    connection->target->told++;
    connection->target->up.event(connection->target->ndis, connection->object.handle, now, type,
                                 information);
}

/* What stands behind the data: FIN when it is consumed (EVENT-001), RST, a wish to leave. */
static void
tell_events(struct target_connection *connection, flue_time now)
{
    struct flue_target *target = connection->target;

    if (connection->has_fin && !connection->is_fin_told && !has_data(connection)) {
        connection->is_fin_told = true;
        flue__target_end_requests(connection, FLUE_STATUS_SUCCESS); /* NOTE-035 */
        flue__target_complete_lists(target, now);
        tell(connection, now, FLUE_TCP_INDICATE_DISCONNECT, 0);
    }
    if (connection->tcp == NULL && connection->is_aborted) {
        flue__target_drop_data(connection);
        flue__target_end_requests(connection, FLUE_STATUS_REQUEST_ABORTED); /* CLOSE-020 */
        flue__target_complete_lists(target, now);
    }
    if (connection->want_retrieve) {
        connection->want_retrieve = false;
        tell(connection, now, FLUE_TCP_INDICATE_RETRIEVE, connection->retrieve_reason);
    }
    if (connection->want_abort) {
        connection->want_abort = false;
        tell(connection, now, FLUE_TCP_INDICATE_ABORT, 0);
    }
}

void
flue__target_deliver(struct target_connection *connection, flue_time now)
{
    struct flue_target *target = connection->target;

    if (connection->object.is_ending)
        return;
    for (;;) {
        flue__target_place(connection, now);
        if (flue__target_complete_lists(target, now))
            continue; /* the client may have posted more (RECV-010) */
        if (!has_data(connection) || connection->io->requests != NULL || connection->is_refused ||
            connection->is_paced)
            break;
        if (!flue__target_indicate(connection, now))
            break;
    }
    tell_events(connection, now);
    flue__target_io_settle(connection);
}
