/* SPDX-License-Identifier: GPL-2.0-or-later
 *
 * What a connection whose state is away, or on its way, keeps for later: what was sent and what
 * arrived meanwhile. It is there only while there is something to keep.
 */
#include <string.h>

#include "host/parts.h"

struct host_luggage *
flue__host_luggage(struct flue_host_connection *connection)
{
    struct host_moved *moved = connection->moved;

    if (moved->luggage == NULL) {
        moved->luggage = slab_get(&connection->host->luggage);
        if (moved->luggage != NULL)
            memset(moved->luggage, 0, sizeof *moved->luggage);
    }
    return moved->luggage;
}

void
flue__host_luggage_emptied(struct flue_host_connection *connection)
{
    struct host_luggage *luggage = connection->moved->luggage;

    if (luggage == NULL || luggage->held.first != NULL || luggage->handed.first != NULL ||
        luggage->segments != NULL)
        return;
    connection->moved->luggage = NULL;
    slab_put(&connection->host->luggage, luggage);
}

struct flue_buffer_list *
flue__host_luggage_sends(struct flue_host_connection *connection)
{
    struct host_luggage *luggage = connection->moved->luggage;
    struct flue_buffer_list *sends;

    if (luggage == NULL)
        return NULL;
    sends = luggage->held.first;
    luggage->held = (struct send_chain){NULL, NULL};
    return sends;
}

struct host_segment *
flue__host_luggage_segments(struct flue_host_connection *connection)
{
    struct host_luggage *luggage = connection->moved->luggage;
    struct host_segment *segments;

    if (luggage == NULL)
        return NULL;
    segments = luggage->segments;
    luggage->segments = NULL;
    luggage->last_segment = NULL;
    luggage->segment_count = 0;
    return segments;
}
