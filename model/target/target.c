/* SPDX-License-Identifier: GPL-2.0-or-later
 *
 * The life of a target: created with limits and a TCP engine of its own, attached to a client, fed
 * with packets and time. Start reading here; parts.h says which file does what.
 */
#include <string.h>

#include "target/parts.h"

struct flue_target_config
flue_target_config_default(void)
{
    struct flue_target_config config = {
        .tcp = flue_tcp_config_default(),
        .max_connections = 1024,
        .max_paths = 1024,
        .max_neighbors = 256,
        .max_contexts = FLUE_TARGET_UNLIMITED,
        .max_receive_window = UINT32_C(1) << 30,
        .max_path_mtu = 9000,
        .max_source_ips = FLUE_TARGET_UNLIMITED,
        .max_transmit_buffers = FLUE_TARGET_UNLIMITED,
        .receive_buffer_bytes = UINT64_MAX,
    };

    return config;
}

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

static void
init_memory(struct flue_target *target)
{
    const struct flue_allocator *allocator = &target->allocator;

    slab_init(&target->neighbors, allocator, sizeof(struct target_neighbor));
    slab_init(&target->paths, allocator, sizeof(struct target_path));
    slab_init(&target->connections, allocator, sizeof(struct target_connection));
    slab_init(&target->ios, allocator, sizeof(struct target_io));
    slab_init(&target->finals, allocator, sizeof(struct target_final));
    slab_init(&target->pieces, allocator, sizeof(struct received_piece));
    slab_init(&target->indications, allocator, sizeof(struct indication));
    heap_init(&target->heap, allocator);
}

static void
init_provider(struct flue_target *target)
{
    struct flue_provider *provider = &target->provider;

    flue_provider_init(provider, &target->no_client); /* for what is not overridden here */
    provider->adapter = target;
    provider->initiate_offload = initiate_offload;
    provider->terminate_offload = terminate_offload;
    provider->update_offload = update_offload;
    provider->invalidate_offload = invalidate_offload;
    provider->query_offload = query_offload;
    provider->tcp_offload_send = flue__target_send;
    provider->tcp_offload_receive = flue__target_receive;
    provider->tcp_offload_forward = flue__target_forward;
    provider->tcp_offload_disconnect = flue__target_disconnect;
    provider->tcp_offload_receive_return = flue__target_receive_return;
}

static bool
is_table_size(uint32_t size, uint32_t least)
{
    return size == FLUE_TARGET_UNLIMITED || (size >= least && size <= 4096);
}

static bool
config_ok(const struct flue_target_config *config)
{
    return config->max_connections > 0 && config->max_paths > 0 && config->max_neighbors > 0 &&
           config->max_source_macs != FLUE_TARGET_UNLIMITED &&
           is_table_size(config->max_source_macs, 0) && is_table_size(config->max_source_ips, 1);
}

static void
free_target(struct flue_target *target)
{
    struct flue_allocator allocator = target->allocator;

    flue__target_free_contexts(target);
    flue__target_free_addresses(&target->macs, &allocator);
    flue__target_free_addresses(&target->ips, &allocator);
    allocator.reallocate(allocator.user, target, sizeof *target, 0);
}

static enum flue_result
init_tables(struct flue_target *target)
{
    const struct flue_target_config *config = &target->config;
    struct flue_tcp_config tcp = config->tcp;

    if (!flue__target_init_addresses(&target->macs, &target->allocator, config->max_source_macs) ||
        !flue__target_init_addresses(&target->ips, &target->allocator, config->max_source_ips))
        return FLUE_ERROR_NO_MEMORY;
    tcp.is_offload_target = true;
    tcp.max_connections = config->max_connections;
    return flue_tcp_engine_create(&tcp, &flue__target_tcp_handlers, target, &target->allocator,
                                  &target->engine);
}

enum flue_result
flue_target_create(const struct flue_target_config *config,
                   const struct flue_target_handlers *handlers, void *user,
                   const struct flue_allocator *allocator, struct flue_target **target_out)
{
    struct flue_target *target;
    enum flue_result result;

    if (handlers->transmit == NULL || !config_ok(config))
        return FLUE_ERROR_INVALID;
    target = allocator->reallocate(allocator->user, NULL, 0, sizeof *target);
    if (target == NULL)
        return FLUE_ERROR_NO_MEMORY;
    memset(target, 0, sizeof *target);
    target->config = *config;
    target->handlers = *handlers;
    target->user = user;
    target->allocator = *allocator;
    flue_client_init(&target->no_client);
    target->client = &target->no_client;
    init_memory(target);
    init_provider(target);
    result = init_tables(target);
    if (result != FLUE_OK) {
        free_target(target);
        return result;
    }
    *target_out = target;
    return FLUE_OK;
}

void
flue_target_destroy(struct flue_target *target)
{
    if (target == NULL)
        return;
    flue_tcp_engine_destroy(target->engine);
    slab_fini(&target->neighbors);
    slab_fini(&target->paths);
    slab_fini(&target->connections);
    slab_fini(&target->ios);
    slab_fini(&target->finals);
    slab_fini(&target->pieces);
    slab_fini(&target->indications);
    heap_fini(&target->heap);
    free_target(target);
}

struct flue_provider *
flue_target_provider(struct flue_target *target)
{
    return &target->provider;
}

void
flue_target_attach(struct flue_target *target, const struct flue_client *client)
{
    target->client = client;
}

bool
flue_target_input(struct flue_target *target, flue_time now, const struct flue_packet *packet)
{
    return flue_tcp_input(target->engine, now, &packet->tuple, &packet->segment);
}

void
flue_target_advance(struct flue_target *target, flue_time now)
{
    flue__target_run_operations(target, now);
    flue_tcp_advance(target->engine, now);
}

flue_time
flue_target_next_deadline(const struct flue_target *target)
{
    flue_time deadline = flue_tcp_next_deadline(target->engine);

    if (target->operations.first != NULL && target->operation_due < deadline)
        deadline = target->operation_due;
    return deadline;
}

void
flue_target_get_statistics(const struct flue_target *target,
                           struct flue_target_statistics *statistics)
{
    *statistics = target->statistics;
    flue_tcp_get_statistics(target->engine, &statistics->tcp);
}
