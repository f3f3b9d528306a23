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
        io->disconnect != NULL || io->ending != NULL || io->held != NULL)
        return;
    slab_put(&connection->target->ios, io);
    connection->io = NULL;
}

static void
free_connection(struct flue_target *target, flue_time now, struct target_connection *connection)
{
    flue__target_unwatch(connection);
    connection->path->connections--;
    connection->path->leaving--;
    target->statistics.connections--;
    flue__target_rest(target, now);
    target->receive_bytes -= connection->receive_bytes;
    flue__target_release_held(connection, now);
    if (connection->io != NULL)
        slab_put(&target->ios, connection->io);
    if (connection->final != NULL)
        slab_put(&target->finals, connection->final);
    slab_put(&target->connections, connection);
}

static void
free_path(struct flue_target *target, struct target_path *path)
{
    struct address_key key = flue__target_ip_key(path);

    path->neighbor->paths--;
    path->neighbor->leaving--;
    flue__target_unuse_address(&target->ips, &key);
    target->statistics.paths--;
    slab_put(&target->paths, path);
}

static void
free_neighbor(struct flue_target *target, struct target_neighbor *neighbor)
{
    struct address_key key = flue__target_mac_key(&neighbor->source);

    flue__target_forget_neighbor(target, neighbor);
    flue__target_unuse_vlan(target, neighbor->vlan_id);
    flue__target_unuse_address(&target->macs, &key); /* of its own there is no entry */
    target->statistics.neighbors--;
    slab_put(&target->neighbors, neighbor);
}

void
flue__target_free(struct flue_target *target, flue_time now, struct target_object *object)
{
    flue__target_take_context(target, object);
    switch (object->layer) {
    case FLUE_LAYER_NEIGHBOR:
        free_neighbor(target, (struct target_neighbor *)object);
        break;
    case FLUE_LAYER_PATH:
        free_path(target, (struct target_path *)object);
        break;
    default:
        free_connection(target, now, (struct target_connection *)object);
        break;
    }
}
