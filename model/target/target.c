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
        .backlog_period = FLUE_SECOND,
        .backlog_change_percent = 25,
        .max_vlans = FLUE_TARGET_UNLIMITED,
        .suggest.least = 100,
        .has_ipv4 = true,
        .has_ipv6 = true,
        .has_sack = true,
        .enable_ipv4 = true,
        .enable_ipv6 = true,
        .encapsulation = FLUE_ENCAPSULATION_IEEE_802_3 | FLUE_ENCAPSULATION_IEEE_802_3_P_AND_Q,
    };

    return config;
}

static void
init_memory(struct flue_target *target)
{
    const struct flue_allocator *allocator = &target->allocator;

    slab_init(&target->neighbors, allocator, sizeof(struct target_neighbor));
    slab_init(&target->paths, allocator, sizeof(struct target_path));
    slab_init(&target->connections, allocator,
              sizeof(struct target_connection) + flue__target_watch_bytes(&target->config));
    slab_init(&target->ios, allocator, sizeof(struct target_io));
    slab_init(&target->finals, allocator, sizeof(struct target_final));
    slab_init(&target->pieces, allocator, sizeof(struct received_piece));
    slab_init(&target->indications, allocator, sizeof(struct indication));
    slab_init(&target->held_packets, allocator, TARGET_HELD_BYTES);
    heap_init(&target->heap, allocator);
}

static bool
is_table_size(uint32_t size, uint32_t least)
{
    return size == FLUE_TARGET_UNLIMITED || (size >= least && size <= 4096);
}

static bool
are_vlans_ok(const struct flue_target_config *config)
{
    if (config->vlan_count > FLUE_TARGET_VLAN_IDS)
        return false;
    for (uint32_t i = 0; i < config->vlan_count; i++)
        if (config->vlan_ids[i] < 1 || config->vlan_ids[i] > 4094)
            return false;
    return is_table_size(config->max_vlans, 1);
}

static bool
config_ok(const struct flue_target_config *config)
{
    return are_vlans_ok(config) && config->backlog_period > 0 &&
           (config->has_ipv4 || config->has_ipv6) && config->max_connections > 0 &&
           config->max_paths > 0 && config->max_neighbors > 0 &&
           config->max_source_macs != FLUE_TARGET_UNLIMITED &&
           is_table_size(config->max_source_macs, 0) && is_table_size(config->max_source_ips, 1);
}

static void
free_target(struct flue_target *target)
{
    struct flue_allocator allocator = target->allocator;

    flue__target_free_contexts(target);
    flue__target_fini_rest(target);
    flue__target_free_addresses(&target->macs, &allocator);
    flue__target_free_addresses(&target->ips, &allocator);
    flue__target_free_addresses(&target->vlans, &allocator);
    flue_adapter_destroy(target->ndis);
    allocator.reallocate(allocator.user, target, sizeof *target, 0);
}

static enum flue_result
init_tables(struct flue_target *target)
{
    const struct flue_target_config *config = &target->config;
    struct flue_tcp_config tcp = config->tcp;

    if (!flue__target_init_addresses(&target->macs, &target->allocator, config->max_source_macs) ||
        !flue__target_init_addresses(&target->ips, &target->allocator, config->max_source_ips) ||
        !flue__target_init_addresses(&target->vlans, &target->allocator, config->max_vlans))
        return FLUE_ERROR_NO_MEMORY;
    if (!flue__target_init_rest(target))
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
    for (uint32_t i = 0; i < FLUE_TARGET_FAULTS; i++)
        target->faults[i] = UINT32_MAX;
    init_memory(target);
    result = init_tables(target);
    if (result == FLUE_OK)
        result = flue__target_register(target);
    if (result != FLUE_OK) {
        flue_tcp_engine_destroy(target->engine);
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
    slab_fini(&target->held_packets);
    heap_fini(&target->heap);
    free_target(target);
}

struct flue_provider *
flue_target_provider(struct flue_target *target)
{
    return flue_adapter_provider(target->ndis);
}

struct flue_adapter *
flue_target_adapter(struct flue_target *target)
{
    return target->ndis;
}

enum flue_result
flue_target_attach(struct flue_target *target, const struct flue_client *client)
{
    struct flue_client_generic_characteristics generic;
    struct flue_client_tcp_characteristics tcp;

    flue_client_characteristics(client, &generic, &tcp);
    return flue_adapter_bind(target->ndis, &generic, &tcp, client->binding);
}

void
flue_target_advance(struct flue_target *target, flue_time now)
{
    flue__target_run_operations(target, now);
    flue_tcp_advance(target->engine, now);
    flue__target_run_push(target, now);
    flue__target_run_watch(target, now);
    flue__target_wake(target, now);
}

void
flue_target_continue(struct flue_target *target, flue_time now)
{
    flue_tcp_continue(target->engine, now);
    flue__target_wake(target, now);
}

flue_time
flue_target_next_deadline(const struct flue_target *target)
{
    flue_time deadline = flue_tcp_next_deadline(target->engine);
    flue_time push = flue__target_push_deadline(target);
    flue_time watch = flue__target_watch_deadline(target);

    if (push < deadline)
        deadline = push;
    if (watch < deadline)
        deadline = watch;
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
