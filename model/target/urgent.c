/* SPDX-License-Identifier: GPL-2.0-or-later
 *
 * Urgent data is the host's business: from the segment with URG on, nothing that arrives is taken
 * in or acknowledged. It is kept, and goes up the ordinary path when the host has the connection
 * back (NONSTD-007 to NONSTD-010). What there is no room for the peer sends again.
 */
#include "target/parts.h"

enum { MOST_HELD = 64 /* segments of one connection */ };

/* A segment that waits for the end of the termination. */
struct held_packet {
    struct held_packet *next;
    struct flue_packet packet;
    struct flue_memory_descriptor payload; /* bytes NULL: length only */
};

_Static_assert(sizeof(struct held_packet) <= TARGET_HELD_BYTES, "the slab's pieces are as large");

void
flue__target_freeze(struct target_connection *connection)
{
    struct flue_target *target = connection->target;

    if (!connection->is_frozen) {
        connection->is_frozen = true;
        target->frozen++;
    }
    target->just_frozen = connection;
    flue__target_request_upload_quietly(connection, FLUE_UPLOAD_RECEIVED_URGENT_DATA);
}

static struct held_packet *
copy_packet(struct flue_target *target, const struct flue_packet *packet)
{
    const struct flue_span *payload = &packet->segment.payload;
    struct held_packet *held = slab_get(&target->held_packets);

    if (held == NULL)
        return NULL;
    held->next = NULL;
    held->packet = *packet;
    held->payload = (struct flue_memory_descriptor){NULL, NULL, payload->length};
    if (payload->length > 0 && !flue_span_is_virtual(payload)) {
        held->payload.bytes = heap_get(&target->heap, payload->length);
        if (held->payload.bytes == NULL) {
            slab_put(&target->held_packets, held);
            return NULL;
        }
        flue_span_copy(payload, held->payload.bytes);
    }
    held->packet.segment.payload = (struct flue_span){&held->payload, 0, payload->length};
    return held;
}

void
flue__target_hold(struct target_connection *connection, const struct flue_packet *packet)
{
    struct target_io *io = flue__target_io(connection);
    struct held_packet *held;

    if (io == NULL || io->held_count == MOST_HELD)
        return;
    held = copy_packet(connection->target, packet);
    if (held == NULL)
        return;
    if (io->last_held != NULL)
        io->last_held->next = held;
    else
        io->held = held;
    io->last_held = held;
    io->held_count++;
}

void
flue__target_release_held(struct target_connection *connection, flue_time now)
{
    struct flue_target *target = connection->target;
    struct held_packet *held = connection->io != NULL ? connection->io->held : NULL;

    if (connection->is_frozen)
        target->frozen--;
    while (held != NULL) {
        struct held_packet *next = held->next;

        if (target->handlers.pass_up != NULL)
            target->handlers.pass_up(target->user, now, &held->packet);
        heap_put(&target->heap, held->payload.bytes);
        slab_put(&target->held_packets, held);
        held = next;
    }
}
