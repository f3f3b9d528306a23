/* SPDX-License-Identifier: GPL-2.0-or-later
 *
 * Lists without data that the host has with a target: disconnects, and the request by which it asks
 * for received data that the target was given. Each lives from its call to its completion.
 */
#include "host/parts.h"

static struct host_notice *
make_notice(struct flue_host_connection *connection)
{
    struct host_notice *notice = slab_get(&connection->host->notices);

    if (notice == NULL) {
        connection->want_upload = true;
        flue__host_attend(connection);
        return NULL;
    }
    flue_buffer_list_init(&notice->list, &notice->nothing, NULL, 0);
    notice->list.protocol_reserved[0] = connection;
    notice->list.protocol_reserved[1] = notice;
    notice->is_graceful = false;
    return notice;
}

void
flue__host_post_disconnect(struct flue_host_connection *connection, flue_time now, uint32_t flags)
{
    struct flue_provider *provider = connection->adapter->provider;
    struct host_notice *notice = make_notice(connection);

    if (notice == NULL)
        return;
    notice->is_graceful = (flags & FLUE_TCP_DISCONNECT_ABORTIVE_CLOSE) == 0;
    (void)provider->tcp_offload_disconnect(provider->adapter, now, flue__host_context(connection),
                                           &notice->list, flags);
}

void
flue__host_disconnect_complete(struct flue_host *host, flue_time now, struct flue_buffer_list *list)
{
    struct flue_host_connection *connection = list->protocol_reserved[0];
    struct host_notice *notice = (struct host_notice *)list;

    flue__host_worked(host, now, FLUE_COST_COMPLETION, 1);
    if (notice->is_graceful && list->status == FLUE_STATUS_SUCCESS)
        connection->is_send_closed = true;
    slab_put(&host->notices, notice);
    flue__host_attend(connection);
}

void
flue__host_post_query(struct flue_host_connection *connection, flue_time now)
{
    struct flue_provider *provider = connection->adapter->provider;
    struct host_notice *notice = make_notice(connection);

    if (notice != NULL)
        (void)provider->tcp_offload_receive(provider->adapter, now, flue__host_context(connection),
                                            &notice->list);
}

bool
flue__host_take_query(struct flue_host *host, struct flue_buffer_list *list)
{
    if (list->protocol_reserved[1] == NULL)
        return false;
    slab_put(&host->notices, list);
    return true;
}
