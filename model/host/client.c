/* SPDX-License-Identifier: GPL-2.0-or-later
 *
 * The host as the target sees it: completions, events and received data come in here.
 */
#include "host/parts.h"

static struct flue_host *
host_of(void *binding)
{
    return ((struct host_adapter *)binding)->host;
}

static struct flue_host_connection *
connection_of(struct flue_offload_handle *handle)
{
    return (struct flue_host_connection *)((char *)handle -
                                           offsetof(struct flue_host_connection, handle));
}

static void
initiate_complete(void *binding, flue_time now, struct flue_block_list *tree)
{
    struct flue_host *host = host_of(binding);

    flue__host_enter(host);
    flue__host_initiate_complete(host, now, tree);
    flue__host_leave(host, now);
}

static void
terminate_complete(void *binding, flue_time now, struct flue_block_list *tree)
{
    struct flue_host *host = host_of(binding);

    flue__host_enter(host);
    flue__host_terminate_complete(host, now, tree);
    flue__host_leave(host, now);
}

static void
update_complete(void *binding, flue_time now, struct flue_block_list *tree)
{
    struct flue_host *host = host_of(binding);

    flue__host_enter(host);
    flue__host_update_complete(host, now, tree);
    flue__host_leave(host, now);
}

static void
invalidate_complete(void *binding, flue_time now, struct flue_block_list *tree)
{
    struct flue_host *host = host_of(binding);

    flue__host_enter(host);
    flue__host_invalidate_complete(host, now, tree);
    flue__host_leave(host, now);
}

static void
query_complete(void *binding, flue_time now, struct flue_block_list *tree)
{
    struct flue_host *host = host_of(binding);

    flue__host_enter(host);
    flue__host_query_complete(host, now, tree);
    flue__host_leave(host, now);
}

static void
offload_event(void *binding, flue_time now, struct flue_block_list *block, uint32_t code)
{
    struct flue_host *host = host_of(binding);

    flue__host_enter(host);
    if (code == FLUE_NEIGHBOR_REACHABILITY_QUERY && block != NULL)
        flue__host_reachability_query(binding, now, block);
    flue__host_leave(host, now);
}

bool
flue__host_means_upload(enum flue_status status)
{
    return status == FLUE_STATUS_UPLOAD_IN_PROGRESS || status == FLUE_STATUS_REQUEST_UPLOAD ||
           status == FLUE_STATUS_UPLOAD_REQUESTED;
}

static void
send_complete(void *binding, flue_time now, struct flue_buffer_list *lists)
{
    struct flue_host *host = host_of(binding);

    flue__host_enter(host);
    while (lists != NULL) {
        struct flue_buffer_list *list = lists;
        struct host_send *send = (struct host_send *)list;
        struct flue_host_connection *connection = send->connection;

        lists = lists->next;
        list->next = NULL;
        flue__host_worked(host, now, FLUE_COST_COMPLETION, 1);
        flue__host_settle_send(send, now);
        if (flue__host_means_upload(list->status)) {
            connection->is_sends_stopped = true;
            flue__host_chain_insert(&connection->moved->returned, list);
        } else {
            flue__host_free_sends(list);
        }
        if (connection->is_closed || connection->is_sends_stopped)
            flue__host_attend(connection);
    }
    flue__host_leave(host, now);
}

static void
receive_complete(void *binding, flue_time now, struct flue_buffer_list *lists)
{
    struct flue_host *host = host_of(binding);

    flue__host_enter(host);
    flue__host_receive_complete(host, now, lists);
    flue__host_leave(host, now);
}

static void
disconnect_complete(void *binding, flue_time now, struct flue_buffer_list *list)
{
    struct flue_host *host = host_of(binding);

    flue__host_enter(host);
    flue__host_disconnect_complete(host, now, list);
    flue__host_leave(host, now);
}

static void
forward_complete(void *binding, flue_time now, struct flue_buffer_list *lists)
{
    struct flue_host *host = host_of(binding);

    flue__host_enter(host);
    for (const struct flue_buffer_list *list = lists; list != NULL; list = list->next)
        flue__host_worked(host, now, FLUE_COST_COMPLETION, 1);
    flue__host_forward_complete(host, lists);
    flue__host_leave(host, now);
}

bool
flue__host_is_over(const struct flue_host_connection *connection)
{
    bool has_failed =
        connection->is_retrieved && connection->retrieve_reason == FLUE_UPLOAD_HARDWARE_FAILURE;

    return connection->is_peer_closed && connection->is_shutdown && connection->send_bytes == 0 &&
           !has_failed;
}

/* HOST-014. The other reasons are suggestions (EVENT-013), which the policy may follow. */
static bool
must_upload(const struct flue_host *host, uint32_t reason)
{
    if (reason <= FLUE_UPLOAD_UPLOAD_REQUESTED)
        return true;
    return reason <= FLUE_UPLOAD_SMALL_IO &&
           (host->config.policy.heeded_reasons & UINT32_C(1) << reason) != 0;
}

static void
tcp_event(struct flue_offload_handle *handle, flue_time now, uint32_t type, uint32_t information)
{
    struct flue_host_connection *connection = connection_of(handle);
    struct flue_host *host = connection->host;

    flue__host_enter(host);
    switch (type) {
    case FLUE_TCP_INDICATE_DISCONNECT:
        flue__host_note_peer_closed(connection, now);
        break;
    case FLUE_TCP_INDICATE_ABORT:
        flue__host_finish(connection, now,
                          flue__host_is_over(connection) ? FLUE_OK : FLUE_ERROR_RESET);
        break;
    case FLUE_TCP_INDICATE_RETRIEVE:
        if (must_upload(host, information)) {
            connection->is_retrieved = true;
            connection->retrieve_reason = (uint8_t)information;
            flue__host_attend(connection);
        }
        break;
    default:
        break;
    }
    flue__host_leave(host, now);
}

/* RFC 1122 4.2.2.13, for data that nobody will read. */
static void
reject_data(struct flue_host_connection *connection, flue_time now, struct flue_buffer_list *list)
{
    struct flue_provider *provider = connection->adapter->provider;

    (void)provider->tcp_offload_receive_return(provider->adapter, now, list);
    if (!connection->is_ended)
        flue_host_abort(connection, now);
}

static enum flue_status
receive_indicate(struct flue_offload_handle *handle, flue_time now, struct flue_buffer_list *list,
                 enum flue_status status, uint32_t *bytes_consumed)
{
    struct flue_host_connection *connection = connection_of(handle);
    struct flue_host *host = connection->host;
    uint32_t length = list->buffer.data_length;

    (void)status;
    flue__host_enter(host);
    flue__host_worked(host, now, FLUE_COST_COMPLETION, 1);
    *bytes_consumed = length;
    flue__host_note_traffic(connection, now, 0, length);
    if (connection->is_closed || connection->is_ended) {
        reject_data(connection, now, list);
    } else if (flue__host_append_indicated(connection, list)) {
        flue__host_tell_readable(connection, now);
    } else {
        /* No memory to hold it: it comes back with the state. */
        connection->want_upload = true;
        flue__host_attend(connection);
        *bytes_consumed = 0;
    }
    flue__host_leave(host, now);
    return length == *bytes_consumed ? FLUE_STATUS_SUCCESS : FLUE_STATUS_OFFLOAD_DATA_NOT_ACCEPTED;
}

static void
indicate_status(void *binding, flue_time now, enum flue_status status, const void *buffer,
                uint32_t length)
{
    struct flue_host *host = host_of(binding);

    (void)buffer; /* what it says can be asked for (NOTE-002) */
    (void)length;
    flue__host_enter(host);
    flue__host_take_status(binding, now, status);
    flue__host_leave(host, now);
}

static void
oid_request_complete(void *binding, flue_time now, struct flue_oid_request *request,
                     enum flue_status status)
{
    struct host_adapter *adapter = binding;

    if (request != &adapter->power_request || !adapter->is_power_asked)
        return;
    flue__host_enter(adapter->host);
    flue__host_power_is_set(adapter, now, status);
    flue__host_leave(adapter->host, now);
}

void
flue__host_client_init(struct host_adapter *adapter)
{
    struct flue_client *client = &adapter->client;

    flue_client_init(client);
    client->binding = adapter;
    client->initiate_offload_complete = initiate_complete;
    client->terminate_offload_complete = terminate_complete;
    client->update_offload_complete = update_complete;
    client->invalidate_offload_complete = invalidate_complete;
    client->query_offload_complete = query_complete;
    client->indicate_offload_event = offload_event;
    client->tcp_offload_send_complete = send_complete;
    client->tcp_offload_receive_complete = receive_complete;
    client->tcp_offload_disconnect_complete = disconnect_complete;
    client->tcp_offload_forward_complete = forward_complete;
    client->tcp_offload_event = tcp_event;
    client->tcp_offload_receive_indicate = receive_indicate;
    client->indicate_status = indicate_status;
    client->oid_request_complete = oid_request_complete;
}
