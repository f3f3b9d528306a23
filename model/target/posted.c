/* SPDX-License-Identifier: GPL-2.0-or-later
 *
 * Posted receive requests: queued in the order of posting, filled from the front, completed in that
 * order (RECV-002). When any of this happens is deliver.c's to say.
 */
#include "target/parts.h"

enum {
    NEXT = 0,  /* miniport_reserved[0] of a request: the next one */
    FILLED = 1 /* miniport_reserved[1]: how many bytes it holds */
};

static uint32_t
filled_of(const struct flue_buffer_list *request)
{
    return (uint32_t)(uintptr_t)request->miniport_reserved[FILLED];
}

static bool
is_full(const struct flue_buffer_list *request)
{
    return filled_of(request) == request->buffer.data_length;
}

/* A zero-byte request is full from the start, and waits for data all the same: that there is some
 * is all that it asks (RECV-020, RECV-047). */
static bool
is_full_of_data(const struct flue_buffer_list *request)
{
    return is_full(request) && request->buffer.data_length > 0;
}

/* The bytes that the client put there count (RECV-006). */
static void
begin(struct flue_buffer_list *request)
{
    uint32_t held = request->tcp_receive_bytes_transferred;

    if (held > request->buffer.data_length)
        held = request->buffer.data_length;
    request->miniport_reserved[NEXT] = NULL;
    request->miniport_reserved[FILLED] = (void *)(uintptr_t)held;
}

static void
complete(struct flue_target *target, struct target_connection *connection,
         struct flue_buffer_list *request, enum flue_status status)
{
    request->status = status;
    request->tcp_offload_bytes_transferred = filled_of(request); /* RECV-016 */
    flue_buffer_advance(&request->buffer, filled_of(request));   /* RECV-017 */
    flue__target_push_receive(target, connection, request);
}

void
flue__target_refuse_request(struct flue_target *target, struct target_connection *connection,
                            struct flue_buffer_list *request, enum flue_status status)
{
    begin(request);
    complete(target, connection, request, status);
}

void
flue__target_queue_request(struct target_connection *connection, struct flue_buffer_list *request)
{
    struct target_io *io = connection->io;

    begin(request);
    if (io->last_request != NULL)
        io->last_request->miniport_reserved[NEXT] = request;
    else
        io->requests = request;
    io->last_request = request;
}

bool
flue__target_has_requests(const struct target_connection *connection)
{
    return connection->io != NULL && connection->io->requests != NULL;
}

struct flue_buffer_list *
flue__target_partly_filled(const struct target_connection *connection)
{
    if (!flue__target_has_requests(connection) || filled_of(connection->io->requests) == 0)
        return NULL;
    return connection->io->requests;
}

void
flue__target_end_request(struct target_connection *connection, enum flue_status status)
{
    struct target_io *io = connection->io;
    struct flue_buffer_list *request = io->requests;

    io->requests = request->miniport_reserved[NEXT];
    if (io->requests == NULL)
        io->last_request = NULL;
    complete(connection->target, connection, request, status);
}

void
flue__target_end_requests(struct target_connection *connection, enum flue_status status)
{
    if (connection->io == NULL)
        return;
    flue__target_stop_push(connection);
    while (connection->io->requests != NULL)
        flue__target_end_request(connection, status);
}

/* Copies `data` into the request's memory, `at` bytes behind its data start. */
static void
copy_into(const struct flue_buffer_list *request, uint32_t at, struct flue_span data)
{
    const struct flue_memory_descriptor *to = request->buffer.current_descriptor;
    uint32_t offset = request->buffer.current_descriptor_offset + at;

    for (; to != NULL && data.length > 0; to = to->next) {
        struct flue_span piece;

        if (offset >= to->byte_count) {
            offset -= to->byte_count;
            continue;
        }
        piece = flue_span_slice(&data, 0, to->byte_count - offset);
        if (to->bytes != NULL)
            flue_span_copy(&piece, to->bytes + offset);
        data = flue_span_slice(&data, piece.length, data.length);
        offset = 0;
    }
}

/* Puts what fits of `data` into the first request. */
static uint32_t
fill_first(const struct target_io *io, const struct flue_span *data)
{
    struct flue_buffer_list *request = io->requests;
    uint32_t filled = filled_of(request);
    struct flue_span part = flue_span_slice(data, 0, request->buffer.data_length - filled);

    copy_into(request, filled, part);
    request->miniport_reserved[FILLED] = (void *)(uintptr_t)(filled + part.length);
    return part.length;
}

uint32_t
flue__target_fill_requests(struct target_connection *connection, const struct flue_span *data,
                           uint32_t *completed)
{
    const struct target_io *io = connection->io;
    struct flue_span left = *data;

    *completed = 0;
    while (io->requests != NULL && (left.length > 0 || is_full_of_data(io->requests))) {
        uint32_t count = fill_first(io, &left);

        left = flue_span_slice(&left, count, left.length);
        if (!is_full(io->requests))
            break;
        flue__target_end_request(connection, FLUE_STATUS_SUCCESS);
        (*completed)++;
    }
    return data->length - left.length;
}
