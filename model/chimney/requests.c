/* SPDX-License-Identifier: GPL-2.0-or-later
 *
 * Requests to an adapter (OID rows): what the driver reported is answered here, without it; what
 * only the driver can answer or do goes to it.
 */
#include <stddef.h>

#include "chimney/adapter.h"

enum flue_status
flue_adapter_set_attributes(struct flue_adapter *adapter,
                            const struct flue_adapter_offload_attributes *attributes)
{
    const struct flue_tcp_connection_offload *config =
        attributes->default_tcp_connection_offload_configuration;
    const struct flue_tcp_connection_offload *hardware =
        attributes->tcp_connection_offload_hardware_capabilities;

    if (adapter->phase != ADAPTER_INITIALIZE)
        return FLUE_STATUS_INVALID_STATE;
    if (attributes->header.type != FLUE_OBJECT_TYPE_ADAPTER_OFFLOAD_ATTRIBUTES ||
        attributes->header.revision != FLUE_OBJECT_REVISION ||
        attributes->header.size != sizeof *attributes ||
        !flue_object_header_ok(config, sizeof *config, sizeof *config) ||
        !flue_object_header_ok(hardware, sizeof *hardware, sizeof *hardware) ||
        !flue_object_header_ok(attributes->parameters, sizeof *attributes->parameters,
                               sizeof *attributes->parameters))
        return FLUE_STATUS_INVALID_PARAMETER;
    adapter->config = *config;
    adapter->hardware = *hardware;
    adapter->parameters = *attributes->parameters;
    adapter->has_attributes = true;
    return FLUE_STATUS_SUCCESS;
}

void
flue_adapter_indicate_status(struct flue_adapter *adapter, flue_time now, enum flue_status status,
                             const void *buffer, uint32_t length)
{
    struct flue_tcp_connection_offload *kept = NULL;

    if (status == FLUE_STATUS_OFFLOAD_RESUME)
        kept = &adapter->config;
    else if (status == FLUE_STATUS_TCP_CONNECTION_OFFLOAD_HARDWARE_CAPABILITIES)
        kept = &adapter->hardware;
    if (kept != NULL && flue_object_header_ok(buffer, length, sizeof *kept))
        *kept = *(const struct flue_tcp_connection_offload *)buffer;
    adapter->client.indicate_status(adapter->client.binding, now, status, buffer, length);
}

void
flue_adapter_complete_request(struct flue_adapter *adapter, flue_time now,
                              struct flue_oid_request *request, enum flue_status status)
{
    adapter->client.oid_request_complete(adapter->client.binding, now, request, status);
}

static enum flue_status
query(struct flue_adapter *adapter, flue_time now, struct flue_oid_request *request)
{
    switch (request->oid) {
    case FLUE_OID_TCP_CONNECTION_OFFLOAD_PARAMETERS: /* OID-002 */
        return flue_oid_answer(request, &adapter->parameters, sizeof adapter->parameters);
    case FLUE_OID_TCP_CONNECTION_OFFLOAD_CURRENT_CONFIG: /* OID-006 */
        return flue_oid_answer(request, &adapter->config, sizeof adapter->config);
    case FLUE_OID_TCP_CONNECTION_OFFLOAD_HARDWARE_CAPABILITIES:
        return flue_oid_answer(request, &adapter->hardware, sizeof adapter->hardware);
    default:
        return adapter->miniport.oid_request(adapter->miniport.driver, now, request);
    }
}

/* What a set does to the right to set (OID-013): the protocol that has something enabled keeps
 * others from enabling, until it has switched it all off. */
enum claim { CLAIM_NONE, CLAIM_ENABLES, CLAIM_DISABLES };

static enum claim
claim_of(const struct flue_oid_request *request)
{
    if (request->oid == FLUE_OID_TCP_TASK_OFFLOAD &&
        flue_object_header_ok(request->buffer, request->length, sizeof(struct flue_task_offload)))
        return ((const struct flue_task_offload *)request->buffer)->offset_first_task != 0
                   ? CLAIM_ENABLES
                   : CLAIM_DISABLES;
    if (request->oid == FLUE_OID_TCP_OFFLOAD_PARAMETERS &&
        flue_object_header_ok(request->buffer, request->length,
                              sizeof(struct flue_offload_parameters))) {
        const struct flue_offload_parameters *parameters = request->buffer;

        if (parameters->tcp_connection_ipv4 == FLUE_OFFLOAD_PARAMETERS_ENABLED ||
            parameters->tcp_connection_ipv6 == FLUE_OFFLOAD_PARAMETERS_ENABLED)
            return CLAIM_ENABLES;
        if (parameters->tcp_connection_ipv4 == FLUE_OFFLOAD_PARAMETERS_DISABLED &&
            parameters->tcp_connection_ipv6 == FLUE_OFFLOAD_PARAMETERS_DISABLED)
            return CLAIM_DISABLES;
    }
    return CLAIM_NONE;
}

static enum flue_status
set(struct flue_adapter *adapter, flue_time now, struct flue_oid_request *request)
{
    enum claim claim = claim_of(request);
    enum flue_status status;

    if (request->oid == FLUE_OID_TCP_CONNECTION_OFFLOAD_CURRENT_CONFIG ||
        request->oid == FLUE_OID_TCP_CONNECTION_OFFLOAD_HARDWARE_CAPABILITIES)
        return FLUE_STATUS_NOT_SUPPORTED;
    if (claim == CLAIM_ENABLES && adapter->protocol != NULL &&
        adapter->protocol != request->protocol)
        return FLUE_STATUS_FAILURE;
    status = adapter->miniport.oid_request(adapter->miniport.driver, now, request);
    if (status != FLUE_STATUS_SUCCESS)
        return status;
    if (claim == CLAIM_ENABLES)
        adapter->protocol = request->protocol;
    else if (claim == CLAIM_DISABLES && adapter->protocol == request->protocol)
        adapter->protocol = NULL;
    if (request->oid == FLUE_OID_TCP_CONNECTION_OFFLOAD_PARAMETERS)
        adapter->parameters =
            *(const struct flue_tcp_connection_offload_parameters *)request->buffer;
    return status;
}

enum flue_status
flue_adapter_request(struct flue_adapter *adapter, flue_time now, struct flue_oid_request *request)
{
    request->written = 0;
    request->needed = 0;
    if (adapter->phase != ADAPTER_RUNS) /* INIT-023 */
        return FLUE_STATUS_NOT_SUPPORTED;
    return request->type == FLUE_REQUEST_QUERY ? query(adapter, now, request)
                                               : set(adapter, now, request);
}
