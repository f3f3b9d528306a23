/* SPDX-License-Identifier: GPL-2.0-or-later
 *
 * Buffered data: what a connection has received and nobody above has yet, in pieces of the target's
 * memory. Length-only data of any amount is one piece.
 */
#include "target/parts.h"

enum { PIECE_BYTES = 2048 /* least memory behind a piece with bytes */ };

static struct received_piece *
piece_of(struct flue_memory_descriptor *descriptor)
{
    return (struct received_piece *)descriptor; /* its first member */
}

void
flue__target_release_piece(struct flue_target *target, struct flue_memory_descriptor *descriptor)
{
    heap_put(&target->heap, descriptor->bytes);
    slab_put(&target->pieces, piece_of(descriptor));
}

/* One piece with bytes stays for the next segment. */
void
flue__target_free_piece(struct flue_target *target, struct flue_memory_descriptor *descriptor)
{
    if (target->spare == NULL && piece_of(descriptor)->capacity == PIECE_BYTES)
        target->spare = descriptor;
    else
        flue__target_release_piece(target, descriptor);
}

static struct flue_memory_descriptor *
take_spare(struct flue_target *target, uint32_t length)
{
    struct flue_memory_descriptor *piece = target->spare;

    if (piece == NULL || length > PIECE_BYTES)
        return NULL;
    target->spare = NULL;
    piece->next = NULL;
    piece->byte_count = length;
    return piece;
}

static struct flue_memory_descriptor *
new_piece(struct flue_target *target, uint32_t length, bool is_virtual)
{
    struct flue_memory_descriptor *spare = is_virtual ? NULL : take_spare(target, length);
    struct received_piece *piece;

    if (spare != NULL)
        return spare;
    piece = slab_get(&target->pieces);
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
