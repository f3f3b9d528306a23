/* SPDX-License-Identifier: GPL-2.0-or-later
 *
 * The life of an adapter: loaded in two steps, bound to the protocol above, and the way by which
 * the driver's news reach that protocol. What it answers: requests.c.
 */
#include <stddef.h>
#include <string.h>

#include "chimney/adapter.h"

/* INIT-004: the type means nothing here. */
static bool
has_size(const struct flue_object_header *header, size_t size)
{
    return header->revision == FLUE_OBJECT_REVISION && header->size == size;
}

/* ---- Characteristics ---------------------------------------------------------------------------
 */

void
flue_provider_characteristics(const struct flue_provider *provider,
                              struct flue_provider_generic_characteristics *generic,
                              struct flue_provider_tcp_characteristics *tcp)
{
    *generic = (struct flue_provider_generic_characteristics){
        .initiate_offload = provider->initiate_offload,
        .terminate_offload = provider->terminate_offload,
        .update_offload = provider->update_offload,
        .invalidate_offload = provider->invalidate_offload,
        .query_offload = provider->query_offload,
    };
    flue_object_header_init(&generic->header, sizeof *generic);
    *tcp = (struct flue_provider_tcp_characteristics){
        .offload_type = FLUE_TCP_CHIMNEY_OFFLOAD,
        .tcp_offload_send = provider->tcp_offload_send,
        .tcp_offload_receive = provider->tcp_offload_receive,
        .tcp_offload_disconnect = provider->tcp_offload_disconnect,
        .tcp_offload_forward = provider->tcp_offload_forward,
        .tcp_offload_receive_return = provider->tcp_offload_receive_return,
    };
    flue_object_header_init(&tcp->header, sizeof *tcp);
}

void
flue_client_characteristics(const struct flue_client *client,
                            struct flue_client_generic_characteristics *generic,
                            struct flue_client_tcp_characteristics *tcp)
{
    *generic = (struct flue_client_generic_characteristics){
        .initiate_offload_complete = client->initiate_offload_complete,
        .terminate_offload_complete = client->terminate_offload_complete,
        .update_offload_complete = client->update_offload_complete,
        .invalidate_offload_complete = client->invalidate_offload_complete,
        .query_offload_complete = client->query_offload_complete,
        .indicate_offload_event = client->indicate_offload_event,
        .indicate_status = client->indicate_status,
        .oid_request_complete = client->oid_request_complete,
    };
    flue_object_header_init(&generic->header, sizeof *generic);
    *tcp = (struct flue_client_tcp_characteristics){
        .offload_type = FLUE_TCP_CHIMNEY_OFFLOAD,
        .tcp_offload_send_complete = client->tcp_offload_send_complete,
        .tcp_offload_receive_complete = client->tcp_offload_receive_complete,
        .tcp_offload_disconnect_complete = client->tcp_offload_disconnect_complete,
        .tcp_offload_forward_complete = client->tcp_offload_forward_complete,
        .tcp_offload_event = client->tcp_offload_event,
        .tcp_offload_receive_indicate = client->tcp_offload_receive_indicate,
    };
    flue_object_header_init(&tcp->header, sizeof *tcp);
}

enum flue_status
flue_adapter_register_generic(struct flue_adapter *adapter,
                              const struct flue_provider_generic_characteristics *generic)
{
    struct flue_provider *provider = &adapter->registered;

    if (adapter->phase != ADAPTER_SET_OPTIONS || adapter->has_generic)
        return FLUE_STATUS_INVALID_STATE;
    if (!has_size(&generic->header, sizeof *generic) || generic->initiate_offload == NULL ||
        generic->terminate_offload == NULL || generic->update_offload == NULL ||
        generic->invalidate_offload == NULL || generic->query_offload == NULL)
        return FLUE_STATUS_INVALID_PARAMETER;
    provider->initiate_offload = generic->initiate_offload;
    provider->terminate_offload = generic->terminate_offload;
    provider->update_offload = generic->update_offload;
    provider->invalidate_offload = generic->invalidate_offload;
    provider->query_offload = generic->query_offload;
    adapter->has_generic = true;
    return FLUE_STATUS_SUCCESS;
}

enum flue_status
flue_adapter_register_tcp(struct flue_adapter *adapter,
                          const struct flue_provider_tcp_characteristics *tcp)
{
    struct flue_provider *provider = &adapter->registered;

    if (adapter->phase != ADAPTER_SET_OPTIONS || adapter->has_tcp)
        return FLUE_STATUS_INVALID_STATE;
    if (!has_size(&tcp->header, sizeof *tcp) || tcp->offload_type != FLUE_TCP_CHIMNEY_OFFLOAD ||
        tcp->tcp_offload_send == NULL || tcp->tcp_offload_receive == NULL ||
        tcp->tcp_offload_disconnect == NULL || tcp->tcp_offload_forward == NULL ||
        tcp->tcp_offload_receive_return == NULL)
        return FLUE_STATUS_INVALID_PARAMETER;
    provider->tcp_offload_send = tcp->tcp_offload_send;
    provider->tcp_offload_receive = tcp->tcp_offload_receive;
    provider->tcp_offload_disconnect = tcp->tcp_offload_disconnect;
    provider->tcp_offload_forward = tcp->tcp_offload_forward;
    provider->tcp_offload_receive_return = tcp->tcp_offload_receive_return;
    adapter->has_tcp = true;
    return FLUE_STATUS_SUCCESS;
}

static bool
is_generic_whole(const struct flue_client_generic_characteristics *generic)
{
    return has_size(&generic->header, sizeof *generic) &&
           generic->initiate_offload_complete != NULL &&
           generic->terminate_offload_complete != NULL &&
           generic->update_offload_complete != NULL &&
           generic->invalidate_offload_complete != NULL &&
           generic->query_offload_complete != NULL && generic->indicate_offload_event != NULL &&
           generic->indicate_status != NULL && generic->oid_request_complete != NULL;
}

static bool
is_tcp_whole(const struct flue_client_tcp_characteristics *tcp)
{
    return has_size(&tcp->header, sizeof *tcp) && tcp->offload_type == FLUE_TCP_CHIMNEY_OFFLOAD &&
           tcp->tcp_offload_send_complete != NULL && tcp->tcp_offload_receive_complete != NULL &&
           tcp->tcp_offload_disconnect_complete != NULL &&
           tcp->tcp_offload_forward_complete != NULL && tcp->tcp_offload_event != NULL &&
           tcp->tcp_offload_receive_indicate != NULL;
}

enum flue_result
flue_adapter_bind(struct flue_adapter *adapter,
                  const struct flue_client_generic_characteristics *generic,
                  const struct flue_client_tcp_characteristics *tcp, void *binding)
{
    if (!is_generic_whole(generic) || !is_tcp_whole(tcp))
        return FLUE_ERROR_INVALID;
    adapter->client = (struct flue_client){
        .binding = binding,
        .initiate_offload_complete = generic->initiate_offload_complete,
        .terminate_offload_complete = generic->terminate_offload_complete,
        .update_offload_complete = generic->update_offload_complete,
        .invalidate_offload_complete = generic->invalidate_offload_complete,
        .query_offload_complete = generic->query_offload_complete,
        .indicate_offload_event = generic->indicate_offload_event,
        .tcp_offload_send_complete = tcp->tcp_offload_send_complete,
        .tcp_offload_receive_complete = tcp->tcp_offload_receive_complete,
        .tcp_offload_disconnect_complete = tcp->tcp_offload_disconnect_complete,
        .tcp_offload_forward_complete = tcp->tcp_offload_forward_complete,
        .tcp_offload_event = tcp->tcp_offload_event,
        .tcp_offload_receive_indicate = tcp->tcp_offload_receive_indicate,
        .indicate_status = generic->indicate_status,
        .oid_request_complete = generic->oid_request_complete,
    };
    return FLUE_OK;
}

/* ---- What the driver tells ---------------------------------------------------------------------
 */

static void
tell_event(struct flue_adapter *ndis, struct flue_offload_handle *handle, flue_time now,
           uint32_t event_type, uint32_t event_specific_information)
{
    ndis->client.tcp_offload_event(handle, now, event_type, event_specific_information);
}

static enum flue_status
tell_received(struct flue_adapter *ndis, struct flue_offload_handle *handle, flue_time now,
              struct flue_buffer_list *list, enum flue_status status, uint32_t *bytes_consumed)
{
    return ndis->client.tcp_offload_receive_indicate(handle, now, list, status, bytes_consumed);
}

static void
tell_sent(struct flue_adapter *ndis, flue_time now, struct flue_buffer_list *lists)
{
    ndis->client.tcp_offload_send_complete(ndis->client.binding, now, lists);
}

static void
tell_placed(struct flue_adapter *ndis, flue_time now, struct flue_buffer_list *lists)
{
    ndis->client.tcp_offload_receive_complete(ndis->client.binding, now, lists);
}

static void
tell_disconnected(struct flue_adapter *ndis, flue_time now, struct flue_buffer_list *list)
{
    ndis->client.tcp_offload_disconnect_complete(ndis->client.binding, now, list);
}

static void
tell_forwarded(struct flue_adapter *ndis, flue_time now, struct flue_buffer_list *lists)
{
    ndis->client.tcp_offload_forward_complete(ndis->client.binding, now, lists);
}

enum flue_status
flue_adapter_get_offload_handlers(struct flue_adapter *adapter, uint32_t type,
                                  struct flue_object_header **handlers)
{
    if (adapter->phase != ADAPTER_INITIALIZE)
        return FLUE_STATUS_INVALID_STATE;
    if (type != FLUE_TCP_CHIMNEY_OFFLOAD)
        return FLUE_STATUS_NOT_SUPPORTED;
    *handlers = &adapter->handlers.header;
    return FLUE_STATUS_SUCCESS;
}

static void
init_handlers(struct flue_adapter *adapter)
{
    adapter->handlers = (struct flue_tcp_offload_event_handlers){
        .event = tell_event,
        .receive = tell_received,
        .send_complete = tell_sent,
        .receive_complete = tell_placed,
        .disconnect_complete = tell_disconnected,
        .forward_complete = tell_forwarded,
    };
    flue_object_header_init(&adapter->handlers.header, sizeof adapter->handlers);
    adapter->handlers.header.type = FLUE_TCP_CHIMNEY_OFFLOAD; /* INIT-006 */
}

const struct flue_client *
flue_adapter_client(const struct flue_adapter *adapter)
{
    return &adapter->client;
}

/* ---- Life --------------------------------------------------------------------------------------
 */

enum flue_result
flue_adapter_create(const struct flue_miniport *miniport, const struct flue_allocator *allocator,
                    struct flue_adapter **adapter_out)
{
    struct flue_adapter *adapter;

    if (miniport->set_options == NULL || miniport->initialize == NULL ||
        miniport->oid_request == NULL)
        return FLUE_ERROR_INVALID;
    adapter = allocator->reallocate(allocator->user, NULL, 0, sizeof *adapter);
    if (adapter == NULL)
        return FLUE_ERROR_NO_MEMORY;
    memset(adapter, 0, sizeof *adapter);
    adapter->miniport = *miniport;
    adapter->allocator = *allocator;
    flue_client_init(&adapter->client);
    flue_provider_init(&adapter->provider, &adapter->client);
    adapter->registered = adapter->provider;
    adapter->registered.adapter = miniport->driver;
    init_handlers(adapter);
    *adapter_out = adapter;
    return FLUE_OK;
}

void
flue_adapter_destroy(struct flue_adapter *adapter)
{
    if (adapter != NULL)
        adapter->allocator.reallocate(adapter->allocator.user, adapter, sizeof *adapter, 0);
}

enum flue_result
flue_adapter_start(struct flue_adapter *adapter)
{
    const struct flue_miniport *miniport = &adapter->miniport;
    bool runs;

    if (adapter->phase != ADAPTER_NEW)
        return FLUE_ERROR_STATE;
    adapter->phase = ADAPTER_SET_OPTIONS;
    runs = miniport->set_options(miniport->driver, adapter) == FLUE_STATUS_SUCCESS &&
           adapter->has_generic && adapter->has_tcp;
    adapter->phase = ADAPTER_INITIALIZE;
    runs = runs && miniport->initialize(miniport->driver, adapter) == FLUE_STATUS_SUCCESS &&
           adapter->has_attributes;
    adapter->phase = runs ? ADAPTER_RUNS : ADAPTER_FAILED;
    if (!runs)
        return FLUE_ERROR_STATE;
    adapter->provider = adapter->registered;
    return FLUE_OK;
}

struct flue_provider *
flue_adapter_provider(struct flue_adapter *adapter)
{
    return &adapter->provider;
}
