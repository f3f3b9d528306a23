/* SPDX-License-Identifier: GPL-2.0-or-later
 *
 * Neighbours, paths and connections as memory: how they hang together (STATE-024) and how they end.
 */
#include <string.h>

#include "target/parts.h"

uint32_t
flue__target_tick(const struct flue_target *target, flue_time now)
{
    return (uint32_t)(now / (FLUE_SECOND / target->config.tcp.ticks_per_second));
}

struct target_io *
flue__target_io(struct target_connection *connection)
{
    if (connection->io == NULL) {
        connection->io = slab_get(&connection->target->ios);
        if (connection->io != NULL)
            memset(connection->io, 0, sizeof *connection->io);
    }
    return connection->io;
}

void
flue__target_io_settle(struct target_connection *connection)
{
    struct target_io *io = connection->io;

    if (io == NULL || io->bytes > 0 || io->requests != NULL || io->lent != NULL ||
        io->disconnect != NULL)
        return;
    slab_put(&connection->target->ios, io);
    connection->io = NULL;
}

static void
free_connection(struct flue_target *target, struct target_connection *connection)
{
    connection->path->connections--;
    connection->path->leaving--;
    target->statistics.connections--;
    if (connection->io != NULL)
        slab_put(&target->ios, connection->io);
    if (connection->final != NULL)
        slab_put(&target->finals, connection->final);
    slab_put(&target->connections, connection);
}

void
flue__target_free(struct flue_target *target, struct target_object *object)
{
    switch (object->layer) {
    case FLUE_LAYER_NEIGHBOR:
        target->statistics.neighbors--;
        slab_put(&target->neighbors, object);
        break;
    case FLUE_LAYER_PATH: {
        struct target_path *path = (struct target_path *)object;
        path->neighbor->paths--;
        path->neighbor->leaving--;
        target->statistics.paths--;
        slab_put(&target->paths, path);
        break;
    }
    default:
        free_connection(target, (struct target_connection *)object);
        break;
    }
}
