/* SPDX-License-Identifier: GPL-2.0-or-later
 *
 * What happens to a connection next. Entry points leave wishes; when the outermost one leaves,
 * every connection with a wish is looked at here, and nowhere else is one moved or freed.
 */
#include "host/parts.h"

void
flue__host_enter(struct flue_host *host)
{
    host->depth++;
}

void
flue__host_attend(struct flue_host_connection *connection)
{
    struct flue_host *host = connection->host;

    if (connection->has_attention)
        return;
    connection->has_attention = true;
    connection->attention_next = NULL;
    if (host->last_attention != NULL)
        host->last_attention->attention_next = connection;
    else
        host->attention = connection;
    host->last_attention = connection;
}

/* The upload is due: asked for by either side, or nothing more is to be done on the target. */
static bool
should_upload(const struct flue_host_connection *connection)
{
    if (connection->owner != FLUE_OWNER_TARGET || connection->moved->is_operated)
        return false; /* HOST-011 */
    return connection->want_upload || connection->is_retrieved || connection->is_ended ||
           (connection->is_send_closed && (connection->is_peer_closed || connection->is_closed));
}

static void
attend_here(struct flue_host_connection *connection, flue_time now)
{
    struct flue_tcp_connection *tcp = connection->tcp;

    if (connection->is_waiting) {
        connection->host->want_launch = true; /* lets go of it, if it can no longer be moved */
        return;
    }
    if (connection->is_closed && tcp != NULL && connection->sends_out == 0) {
        connection->tcp = NULL; /* the engine ends it alone */
        flue_tcp_release(tcp, now);
    }
    if (connection->tcp == NULL) {
        if (connection->is_closed && connection->sends_out == 0)
            flue__host_connection_free(connection, now);
        return;
    }
    flue__host_policy_attend(connection, now);
}

void
flue__host_leave(struct flue_host *host, flue_time now)
{
    if (host->depth > 1) {
        host->depth--;
        return;
    }
    while (host->attention != NULL || host->want_launch || host->want_tell) {
        struct flue_host_connection *connection = host->attention;

        if (connection == NULL && host->want_tell)
            flue__host_tell_off(host, now);
        if (connection == NULL) {
            flue__host_launch(host, now);
            continue;
        }
        host->attention = connection->attention_next;
        if (host->attention == NULL)
            host->last_attention = NULL;
        connection->has_attention = false;
        flue__host_work_reads(connection, now);
        if (connection->has_attention)
            continue; /* again, after what a handler has done to it */
        if (connection->owner == FLUE_OWNER_HOST)
            attend_here(connection, now);
        else if (should_upload(connection))
            flue__host_start_upload(connection, now);
    }
    host->depth--;
}

void
flue_host_hold(struct flue_host *host)
{
    flue__host_enter(host);
}

void
flue_host_release(struct flue_host *host, flue_time now)
{
    if (host->depth > 0)
        flue__host_leave(host, now);
}
