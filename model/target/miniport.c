/* SPDX-License-Identifier: GPL-2.0-or-later
 *
 * The target as a driver: what it registers, what it fetches, and what it reports when it is loaded
 * (INIT rows).
 */
#include <string.h>

#include "target/parts.h"

static void
initiate_offload(void *adapter, flue_time now, struct flue_block_list *tree)
{
    flue__target_queue_operation(adapter, now, tree, OPERATION_INITIATE);
}

static void
terminate_offload(void *adapter, flue_time now, struct flue_block_list *tree)
{
    flue__target_queue_operation(adapter, now, tree, OPERATION_TERMINATE);
}

static void
update_offload(void *adapter, flue_time now, struct flue_block_list *tree)
{
    flue__target_queue_operation(adapter, now, tree, OPERATION_UPDATE);
}

static void
invalidate_offload(void *adapter, flue_time now, struct flue_block_list *tree)
{
    flue__target_queue_operation(adapter, now, tree, OPERATION_INVALIDATE);
}

static void
query_offload(void *adapter, flue_time now, struct flue_block_list *tree)
{
    flue__target_queue_operation(adapter, now, tree, OPERATION_QUERY);
}

static enum flue_status
set_options(void *driver, struct flue_adapter *ndis)
{
    const struct flue_provider handlers = {
        .adapter = driver,
        .initiate_offload = initiate_offload,
        .terminate_offload = terminate_offload,
        .update_offload = update_offload,
        .invalidate_offload = invalidate_offload,
        .query_offload = query_offload,
        .tcp_offload_send = flue__target_send,
        .tcp_offload_receive = flue__target_receive,
        .tcp_offload_forward = flue__target_forward,
        .tcp_offload_disconnect = flue__target_disconnect,
        .tcp_offload_receive_return = flue__target_receive_return,
    };
    struct flue_provider_generic_characteristics generic;
    struct flue_provider_tcp_characteristics tcp;
    enum flue_status status;

    flue_provider_characteristics(&handlers, &generic, &tcp);
    status = flue_adapter_register_generic(ndis, &generic);
    return status == FLUE_STATUS_SUCCESS ? flue_adapter_register_tcp(ndis, &tcp) : status;
}

bool
flue__target_take_handlers(struct flue_target *target, const struct flue_object_header *handlers)
{
    if (handlers->type != FLUE_TCP_CHIMNEY_OFFLOAD || handlers->revision != FLUE_OBJECT_REVISION ||
        handlers->size < sizeof target->up)
        return false;
    target->up = *(const struct flue_tcp_offload_event_handlers *)handlers;
    return true;
}

static uint8_t
support(bool is_supported)
{
    return is_supported ? FLUE_OFFLOAD_SUPPORTED : FLUE_OFFLOAD_NOT_SUPPORTED;
}

/* INIT-013: the hardware's list has what a keyword has switched off. */
static void
init_capabilities(struct flue_target *target)
{
    const struct flue_target_config *config = &target->config;
    struct flue_tcp_connection_offload *hardware = &target->hardware;
    struct flue_tcp_connection_offload *offered = &target->offered;

    flue_tcp_connection_offload_init(hardware);
    hardware->encapsulation = FLUE_ENCAPSULATION_IEEE_802_3; /* a single one (OID-007) */
    hardware->support_ipv4 = support(config->has_ipv4);
    hardware->support_ipv6 = support(config->has_ipv6);
    hardware->support_ipv6_extension_headers = FLUE_OFFLOAD_NOT_SUPPORTED;
    hardware->support_sack = support(config->has_sack);
    hardware->tcp_connection_offload_capacity = config->max_connections;
    *offered = *hardware;
    offered->encapsulation = config->encapsulation;
    offered->support_ipv4 = support(config->has_ipv4 && config->enable_ipv4);
    offered->support_ipv6 = support(config->has_ipv6 && config->enable_ipv6);
}

static uint32_t
ticks(const struct flue_target *target, uint32_t milliseconds)
{
    uint64_t count = (uint64_t)milliseconds * target->config.tcp.ticks_per_second / 1000;

    return count > 0 ? (uint32_t)count : 1;
}

static void
init_parameters(struct flue_target *target)
{
    const struct flue_tcp_config *tcp = &target->config.tcp;
    struct flue_tcp_connection_offload_parameters *parameters = &target->parameters;

    flue_tcp_connection_offload_parameters_init(parameters);
    flue_offload_encapsulation_init(&target->encapsulation);
    parameters->ticks_per_second = tcp->ticks_per_second;
    parameters->tcp_ack_frequency = tcp->ack_frequency;
    parameters->tcp_delayed_ack_ticks =
        tcp->delayed_ack_ticks > UINT8_MAX ? UINT8_MAX : (uint8_t)tcp->delayed_ack_ticks;
    parameters->tcp_maximum_retransmissions = tcp->max_retransmissions;
    parameters->tcp_doubt_reachability_retransmissions =
        (uint8_t)(tcp->advice_retransmissions - 1); /* doubt comes with the one after */
    parameters->tcp_sws_prevention_ticks = tcp->sws_prevention_ticks;
    parameters->tcp_duplicate_ack_threshold = tcp->duplicate_ack_threshold;
    parameters->tcp_push_ticks = ticks(target, 500);
    parameters->nce_stale_ticks = ticks(target, 30000);
}

static enum flue_status
initialize(void *driver, struct flue_adapter *ndis)
{
    struct flue_target *target = driver;
    struct flue_object_header *handlers;
    struct flue_adapter_offload_attributes attributes = {
        .default_tcp_connection_offload_configuration = &target->offered,
        .tcp_connection_offload_hardware_capabilities = &target->hardware,
        .parameters = &target->parameters,
    };
    enum flue_status status =
        flue_adapter_get_offload_handlers(ndis, FLUE_TCP_CHIMNEY_OFFLOAD, &handlers);

    if (status != FLUE_STATUS_SUCCESS)
        return status;
    if (!flue__target_take_handlers(target, handlers))
        return FLUE_STATUS_NOT_SUPPORTED;
    target->client = flue_adapter_client(ndis);
    init_capabilities(target);
    init_parameters(target);
    flue_object_header_init(&attributes.header, sizeof attributes);
    attributes.header.type = FLUE_OBJECT_TYPE_ADAPTER_OFFLOAD_ATTRIBUTES;
    return flue_adapter_set_attributes(ndis, &attributes);
}

static enum flue_status
ask(void *adapter, flue_time now, struct flue_oid_request *request)
{
    return flue_adapter_request(((struct flue_target *)adapter)->ndis, now, request);
}

enum flue_result
flue__target_register(struct flue_target *target)
{
    const struct flue_miniport miniport = {target, set_options, initialize, flue__target_request};
    enum flue_result result = flue_adapter_create(&miniport, &target->allocator, &target->ndis);

    if (result == FLUE_OK)
        result = flue_adapter_start(target->ndis);
    if (result == FLUE_OK)
        flue_adapter_provider(target->ndis)->oid_request = ask;
    return result;
}
