/* SPDX-License-Identifier: GPL-2.0-or-later
 *
 * Segments that reach the host for a connection whose state is away: kept while it moves
 * (HOST-008), forwarded to the target while that has it (FORWARD rows), given to the engine when it
 * is back.
 */
#include <string.h>

#include "host/parts.h"

enum { MOST_HELD = 1024 /* segments a connection; what is dropped, the peer sends again */ };

void
flue__host_free_segment(struct flue_host *host, struct host_segment *segment)
{
    heap_put(&host->heap, segment->descriptors[1].bytes);
    slab_put(&host->segments, segment);
}

static struct host_segment *
copy_segment(struct flue_host *host, const struct flue_tcp_segment *from)
{
    struct host_segment *segment = slab_get(&host->segments);
    struct flue_memory_descriptor *payload;

    if (segment == NULL)
        return NULL;
    segment->next = NULL;
    segment->segment = *from;
    payload = &segment->descriptors[1];
    *payload = (struct flue_memory_descriptor){NULL, NULL, from->payload.length};
    if (!flue_span_is_virtual(&from->payload)) {
        payload->bytes = heap_get(&host->heap, from->payload.length);
        if (payload->bytes == NULL) {
            slab_put(&host->segments, segment);
            return NULL;
        }
        flue_span_copy(&from->payload, payload->bytes);
    }
    segment->segment.payload = (struct flue_span){payload, 0, from->payload.length};
    return segment;
}

/* FORWARD-002: the TCP header and what follows it. */
static struct flue_buffer_list *
make_list(struct flue_host_connection *connection, struct host_segment *segment)
{
    struct flue_memory_descriptor *payload = &segment->descriptors[1];
    uint8_t *bytes = payload->bytes;
    uint32_t length = payload->byte_count;
    uint32_t header = flue_tcp_header_write(&connection->tuple, &segment->segment, segment->header);

    flue_buffer_list_init(&segment->list, &segment->descriptors[0], segment->header, header);
    segment->descriptors[0].next = payload;
    *payload = (struct flue_memory_descriptor){NULL, bytes, length};
    segment->list.buffer.data_length = header + length;
    segment->list.protocol_reserved[0] = connection;
    return &segment->list;
}

static void
forward(struct flue_host_connection *connection, flue_time now, struct flue_buffer_list *lists)
{
    struct flue_provider *provider = connection->adapter->provider;

    connection->host->statistics.forwards++;
    (void)provider->tcp_offload_forward(provider->adapter, now, flue__host_context(connection),
                                        lists);
}

/* False: there is no room for it. */
static bool
hold(struct flue_host_connection *connection, struct host_segment *segment)
{
    struct host_luggage *luggage = flue__host_luggage(connection);

    if (luggage == NULL || luggage->segment_count >= MOST_HELD)
        return false;
    if (luggage->last_segment != NULL)
        luggage->last_segment->next = segment;
    else
        luggage->segments = segment;
    luggage->last_segment = segment;
    luggage->segment_count++;
    return true;
}

void
flue__host_route_segment(struct flue_host_connection *connection, flue_time now,
                         const struct flue_tcp_segment *from)
{
    struct host_segment *segment = copy_segment(connection->host, from);

    if (segment == NULL)
        return;
    if (connection->owner == FLUE_OWNER_TARGET)
        forward(connection, now, make_list(connection, segment));
    else if (!hold(connection, segment))
        flue__host_free_segment(connection->host, segment);
}

/* HOST-009 */
void
flue__host_forward_held(struct flue_host_connection *connection, flue_time now)
{
    struct host_segment *segment = flue__host_luggage_segments(connection);

    while (segment != NULL) {
        struct host_segment *next = segment->next;

        forward(connection, now, make_list(connection, segment));
        segment = next;
    }
}

/* FORWARD-006: what the target did not take because it is giving the connection back, the host
 * handles when it has it. */
void
flue__host_forward_complete(struct flue_host *host, struct flue_buffer_list *lists)
{
    while (lists != NULL) {
        struct host_segment *segment = (struct host_segment *)lists;
        struct flue_host_connection *connection = lists->protocol_reserved[0];

        lists = lists->next;
        if (segment->list.status == FLUE_STATUS_UPLOAD_IN_PROGRESS) {
            segment->next = NULL;
            segment->descriptors[0].next = NULL;
            hold(connection, segment);
        } else {
            flue__host_free_segment(host, segment);
        }
    }
}
