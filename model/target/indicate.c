/* SPDX-License-Identifier: GPL-2.0-or-later
 *
 * Received data as lists of its own: lent to the client by an indication, or with the state of a
 * connection that goes back to the host, until the client returns it.
 */
#include <string.h>

#include "target/parts.h"

/* Takes the first `most` bytes out of what is buffered, as a piece of their own. */
static struct flue_memory_descriptor *
copy_out(struct target_connection *connection, uint32_t most)
{
    const struct target_io *io = connection->io;
    struct flue_span data = {io->first, io->first_offset, io->bytes};
    struct flue_memory_descriptor *piece;

    data = flue_span_slice(&data, 0, most);
    piece = flue__target_new_piece(connection->target, &data);
    if (piece != NULL)
        flue__target_discard(connection, most);
    return piece;
}

static void
describe(struct indication *indication, struct flue_memory_descriptor *first, uint32_t offset,
         uint32_t bytes)
{
    struct flue_buffer *buffer = &indication->list.buffer;

    memset(indication, 0, sizeof *indication);
    indication->list.status = FLUE_STATUS_SUCCESS;
    buffer->first_descriptor = first;
    buffer->current_descriptor = first;
    buffer->current_descriptor_offset = offset;
    buffer->data_offset = offset;
    buffer->data_length = bytes;
    indication->bytes = bytes;
}

struct indication *
flue__target_lend(struct target_connection *connection, uint32_t most)
{
    struct target_io *io = connection->io;
    struct indication *indication;

    if (io == NULL || io->bytes == 0)
        return NULL;
    indication = slab_get(&connection->target->indications);
    if (indication == NULL)
        return NULL;
    if (most < io->bytes) {
        struct flue_memory_descriptor *piece = copy_out(connection, most);

        if (piece == NULL) {
            slab_put(&connection->target->indications, indication);
            return NULL;
        }
        describe(indication, piece, 0, most);
    } else {
        describe(indication, io->first, io->first_offset, io->bytes);
        io->first = NULL;
        io->last = NULL;
        io->first_offset = 0;
        io->bytes = 0;
    }
    indication->connection = connection;
    indication->next = io->lent;
    if (io->lent != NULL)
        io->lent->previous = indication;
    io->lent = indication;
    return indication;
}

static void
unlink_lent(struct indication *indication)
{
    struct target_io *io = indication->connection->io;

    if (indication->previous != NULL)
        indication->previous->next = indication->next;
    else
        io->lent = indication->next;
    if (indication->next != NULL)
        indication->next->previous = indication->previous;
}

/* Only the first piece of what is buffered may start inside its memory: before another comes in
 * front of it, it is moved to the start. */
static void
start_at_zero(struct target_io *io)
{
    struct flue_memory_descriptor *first = io->first;

    if (first == NULL || io->first_offset == 0)
        return;
    first->byte_count -= io->first_offset;
    if (first->bytes != NULL)
        memmove(first->bytes, first->bytes + io->first_offset, first->byte_count);
}

/* The client did not take it all: the rest is the target's again (RECV-043, RECV-044). */
static void
take_back(struct indication *indication, flue_time now, uint32_t consumed)
{
    struct target_connection *connection = indication->connection;
    struct target_io *io = connection->io;
    struct flue_memory_descriptor *last = indication->list.buffer.first_descriptor;

    unlink_lent(indication);
    while (last->next != NULL)
        last = last->next;
    start_at_zero(io);
    last->next = io->first;
    if (io->last == NULL)
        io->last = last;
    io->first = indication->list.buffer.first_descriptor;
    io->first_offset = indication->list.buffer.data_offset;
    io->bytes += indication->bytes;
    if (consumed > indication->bytes)
        consumed = indication->bytes;
    flue__target_discard(connection, consumed);
    if (consumed > 0 && connection->tcp != NULL)
        flue_tcp_consume(connection->tcp, now, consumed);
    slab_put(&connection->target->indications, indication);
}

bool
flue__target_indicate(struct target_connection *connection, flue_time now)
{
    struct flue_target *target = connection->target;
    uint32_t most =
        connection->rcv_indication_size != 0 ? connection->rcv_indication_size : UINT32_MAX;
    struct indication *indication = flue__target_lend(connection, most);
    uint32_t consumed = 0;
    uint32_t bytes;
    enum flue_status status;

    if (indication == NULL) {
        flue__target_request_upload(connection, now, FLUE_UPLOAD_UPLOAD_REQUESTED);
        connection->is_refused = true;
        return false;
    }
    /* Only a request posted from here on, inside the call too, lets the next indication pass. */
    connection->is_refused = true;
    bytes = indication->bytes;
    target->statistics.indications++;
    target->told++;
    status = target->up.receive(target->ndis, connection->object.handle, now, &indication->list,
                                FLUE_STATUS_SUCCESS, &consumed);
    if (status == FLUE_STATUS_SUCCESS) {
        /* It may have been returned already: no touching it. RECV-049: the client wants to see this
         * much, and then to post a request, if it did not do so at once. */
        connection->is_paced = bytes == most && connection->is_refused && connection->io != NULL &&
                               connection->io->lent != NULL && connection->io->bytes > 0;
        connection->is_refused = false;
        target->statistics.indicated_bytes += bytes;
        return true;
    }
    if (status != FLUE_STATUS_OFFLOAD_DATA_PARTIALLY_ACCEPTED)
        consumed = 0;
    target->statistics.indicated_bytes += consumed;
    take_back(indication, now, consumed);
    return true;
}

/* The window opens by `bytes`; the connection, if there is one, may be told of more. */
static void
take_returned(struct target_connection *connection, flue_time now, uint32_t bytes)
{
    if (connection == NULL)
        return;
    if (connection->tcp != NULL)
        flue_tcp_consume(connection->tcp, now, bytes);
    if (connection->is_paced) {
        connection->is_paced = false;
        flue__target_ready(connection, now);
    }
    flue__target_io_settle(connection);
}

/* Lists of one connection in a row open its window at once. */
enum flue_status
flue__target_receive_return(void *adapter, flue_time now, struct flue_buffer_list *lists)
{
    struct flue_target *target = adapter;
    struct target_connection *connection = NULL;
    uint32_t bytes = 0;

    while (lists != NULL) {
        struct indication *indication = (struct indication *)lists;
        struct flue_memory_descriptor *descriptor = indication->list.buffer.first_descriptor;

        lists = lists->next;
        while (descriptor != NULL) {
            struct flue_memory_descriptor *next = descriptor->next;

            flue__target_free_piece(target, descriptor);
            descriptor = next;
        }
        if (indication->connection != connection) {
            take_returned(connection, now, bytes);
            connection = indication->connection;
            bytes = 0;
        }
        bytes += indication->bytes;
        if (connection != NULL)
            unlink_lent(indication);
        slab_put(&target->indications, indication);
    }
    take_returned(connection, now, bytes);
    return FLUE_STATUS_SUCCESS;
}

/* ---- The last of it ----------------------------------------------------------------------------
 */

static void
forget_lent(struct target_io *io)
{
    for (struct indication *it = io->lent; it != NULL; it = it->next)
        it->connection = NULL;
    io->lent = NULL;
}

/* TERM-013, TERM-014: what was received and not delivered goes with the state. */
static void
hand_over(struct target_connection *connection, struct flue_block_list *block)
{
    struct flue_tcp_delegated *delegated = flue__tcp_state(block).delegated;
    struct indication *indication;

    if (connection->io->bytes == 0)
        return;
    indication = flue__target_lend(connection, UINT32_MAX);
    if (indication == NULL) {
        flue__target_drop_data(connection);
        block->status = FLUE_STATUS_FAILURE; /* TERM-004 */
        flue__target_abort_returned(connection->target, block);
        return;
    }
    delegated->buffered_data = &indication->list;
}

void
flue__target_deliver_last(struct flue_target *target, flue_time now, struct target_object *kept)
{
    for (; kept != NULL; kept = kept->operation_next) {
        struct target_connection *connection = (struct target_connection *)kept;
        struct target_io *io;

        if (kept->layer != FLUE_LAYER_TCP)
            continue;
        flue__target_tell_abort(connection, now);
        if (connection->io == NULL)
            continue;
        io = connection->io;
        /* TERM-012: a client that takes data gets it the ordinary way. */
        while (io->ending != NULL && io->bytes > 0 && !connection->is_refused)
            if (!flue__target_indicate(connection, now))
                break;
        if (io->ending != NULL)
            hand_over(connection, io->ending);
        forget_lent(io);
    }
    flue__target_complete_lists(target, now);
}
