/* SPDX-License-Identifier: GPL-2.0-or-later
 *
 * One connection's life, as far as it is the same wherever it lives.
 */
#include <string.h>

#include "host/parts.h"

struct flue_host_connection *
flue__host_connection_new(struct flue_host *host, const struct flue_four_tuple *tuple)
{
    struct flue_host_connection *connection = slab_get(&host->connections);

    if (connection == NULL)
        return NULL;
    memset(connection, 0, sizeof *connection);
    connection->host = host;
    connection->tuple = *tuple;
    connection->owner = FLUE_OWNER_HOST;
    host->statistics.connections++;
    return connection;
}

void
flue__host_connection_free(struct flue_host_connection *connection, flue_time now)
{
    struct flue_host *host = connection->host;

    flue__host_unwatch(connection, now);
    flue__host_drop_received(connection, now);
    host->statistics.connections--;
    slab_put(&host->connections, connection);
}

void
flue__host_worked(struct flue_host *host, flue_time now, enum flue_cost_category category,
                  uint32_t count)
{
    if (host->handlers.worked != NULL && count > 0)
        host->handlers.worked(host->user, now, category, count);
}

void
flue__host_finish(struct flue_host_connection *connection, flue_time now, enum flue_result reason)
{
    const struct flue_host *host = connection->host;

    flue__host_attend(connection);
    if (connection->is_ended)
        return;
    connection->is_ended = true;
    flue__host_work_reads(connection, now);
    if (!connection->is_closed && host->handlers.closed != NULL)
        host->handlers.closed(host->user, now, connection, reason);
}

void
flue__host_note_peer_closed(struct flue_host_connection *connection, flue_time now)
{
    const struct flue_host *host = connection->host;

    if (connection->is_peer_closed)
        return;
    connection->is_peer_closed = true;
    flue__host_work_reads(connection, now);
    flue__host_attend(connection);
    if (!connection->is_closed && !connection->is_ended && host->handlers.peer_closed != NULL)
        host->handlers.peer_closed(host->user, now, connection);
}

static bool
is_moving(enum flue_owner owner)
{
    return owner == FLUE_OWNER_OFFLOADING || owner == FLUE_OWNER_UPLOADING;
}

void
flue__host_set_owner(struct flue_host_connection *connection, enum flue_owner owner)
{
    struct flue_host *host = connection->host;

    host->statistics.moving += is_moving(owner) ? 1U : 0U;
    host->statistics.moving -= is_moving((enum flue_owner)connection->owner) ? 1U : 0U;
    host->statistics.offloaded += owner == FLUE_OWNER_TARGET ? 1U : 0U;
    host->statistics.offloaded -= connection->owner == FLUE_OWNER_TARGET ? 1U : 0U;
    connection->owner = (uint8_t)owner;
    flue__host_attend(connection);
}

void
flue__host_tell_moved(struct flue_host_connection *connection, flue_time now)
{
    const struct flue_host *host = connection->host;

    if (!connection->is_closed && host->handlers.moved != NULL)
        host->handlers.moved(host->user, now, connection, connection->owner);
}

enum flue_owner
flue_host_owner(const struct flue_host_connection *connection)
{
    return connection->owner;
}

void *
flue_host_user(const struct flue_host_connection *connection)
{
    return connection->user;
}

void
flue_host_set_user(struct flue_host_connection *connection, void *user)
{
    connection->user = user;
}

const struct flue_four_tuple *
flue_host_tuple(const struct flue_host_connection *connection)
{
    return &connection->tuple;
}

bool
flue_host_get_snapshot(const struct flue_host_connection *connection, flue_time now,
                       struct flue_tcp_snapshot *snapshot)
{
    if (connection->tcp == NULL)
        return false;
    flue_tcp_get_snapshot(connection->tcp, now, snapshot);
    return true;
}

void
flue_host_set_time_wait(struct flue_host_connection *connection, uint32_t ticks)
{
    connection->time_wait_ticks = ticks;
}

enum flue_result
flue_host_find_snapshot(const struct flue_host *host, flue_time now,
                        const struct flue_four_tuple *tuple, struct flue_tcp_snapshot *snapshot)
{
    const struct flue_tcp_connection *tcp = flue_tcp_find(host->engine, tuple);

    if (tcp == NULL)
        return flue__host_moved_find(host, tuple) != NULL ? FLUE_ERROR_STATE : FLUE_ERROR_NOT_FOUND;
    flue_tcp_get_snapshot(tcp, now, snapshot);
    return FLUE_OK;
}

bool
flue_host_was_retrieved(const struct flue_host_connection *connection,
                        enum flue_tcp_upload_reason *reason)
{
    if (connection->is_retrieved)
        *reason = (enum flue_tcp_upload_reason)connection->retrieve_reason;
    return connection->is_retrieved;
}
