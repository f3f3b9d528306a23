/* SPDX-License-Identifier: GPL-2.0-or-later
 *
 * The life of a host stack: created with a TCP engine of its own, bound to adapters, fed with
 * segments and time. Start reading here; parts.h says which file does what.
 */
#include <string.h>

#include "host/parts.h"

enum { SEND_BUFFER_BYTES = 131072 };

struct flue_host_config
flue_host_config_default(void)
{
    struct flue_host_config config = {
        .tcp = flue_tcp_config_default(),
        .send_buffer_bytes = SEND_BUFFER_BYTES,
        .policy = flue_policy_config_default(),
        .rss_key = flue_rss_key_default(),
        .neighbors = {30 * FLUE_SECOND, 5 * FLUE_SECOND, FLUE_SECOND, 3},
    };

    return config;
}

enum flue_result
flue_host_config_check(const struct flue_host_config *config, const char **reason)
{
    const struct flue_host_neighbors *neighbors = &config->neighbors;
    const char *problem = NULL;

    if (config->send_buffer_bytes == 0)
        problem = "send_buffer_bytes is 0";
    else if (neighbors->reachable_time < FLUE_MILLISECOND)
        problem = "neighbors.reachable_time is shorter than 1 ms";
    else if (neighbors->delay_first_probe < FLUE_MILLISECOND)
        problem = "neighbors.delay_first_probe is shorter than 1 ms";
    else if (neighbors->probe_interval < FLUE_MILLISECOND)
        problem = "neighbors.probe_interval is shorter than 1 ms";
    else if (neighbors->probes == 0)
        problem = "neighbors.probes is 0";
    if (problem != NULL) {
        if (reason != NULL)
            *reason = problem;
        return FLUE_ERROR_INVALID;
    }
    if (flue_policy_config_check(&config->policy, reason) != FLUE_OK)
        return FLUE_ERROR_INVALID;
    return flue_tcp_config_check(&config->tcp, reason);
}

static void
init_memory(struct flue_host *host)
{
    const struct flue_allocator *allocator = &host->allocator;

    slab_init(&host->connections, allocator, sizeof(struct flue_host_connection));
    slab_init(&host->listeners, allocator, sizeof(struct flue_host_listener));
    slab_init(&host->moves, allocator, sizeof(struct host_moved));
    slab_init(&host->luggage, allocator, sizeof(struct host_luggage));
    slab_init(&host->objects, allocator, sizeof(struct host_object));
    slab_init(&host->sends, allocator, sizeof(struct host_send));
    slab_init(&host->chunks, allocator, sizeof(struct host_chunk));
    slab_init(&host->reads, &host->allocator, sizeof(struct host_read));
    slab_init(&host->segments, allocator, sizeof(struct host_segment));
    slab_init(&host->notices, allocator, sizeof(struct host_notice));
    slab_init(&host->neighbor_blocks, allocator, sizeof(struct flue_neighbor_block));
    slab_init(&host->path_blocks, allocator, sizeof(struct flue_path_block));
    slab_init(&host->tcp_blocks, allocator, sizeof(struct flue_tcp_block));
    heap_init(&host->heap, allocator);
}

enum flue_result
flue_host_create(const struct flue_host_config *config, const struct flue_host_handlers *handlers,
                 void *user, const struct flue_allocator *allocator, struct flue_host **host_out)
{
    struct flue_host *host;
    enum flue_result result;

    if (handlers->transmit == NULL || flue_host_config_check(config, NULL) != FLUE_OK)
        return FLUE_ERROR_INVALID;
    host = allocator->reallocate(allocator->user, NULL, 0, sizeof *host);
    if (host == NULL)
        return FLUE_ERROR_NO_MEMORY;
    memset(host, 0, sizeof *host);
    host->config = *config;
    host->handlers = *handlers;
    host->user = user;
    host->allocator = *allocator;
    host->neighbor_deadline = FLUE_TIME_NEVER;
    init_memory(host);
    result = flue__host_policy_init(host);
    if (result == FLUE_OK)
        result = flue_tcp_engine_create(&config->tcp, &flue__host_tcp_handlers, host, allocator,
                                        &host->engine);
    if (result != FLUE_OK) {
        flue__host_policy_fini(host);
        allocator->reallocate(allocator->user, host, sizeof *host, 0);
        return result;
    }
    *host_out = host;
    return FLUE_OK;
}

static void
free_buckets(struct flue_host *host, void *buckets, uint32_t mask)
{
    if (buckets != NULL)
        host->allocator.reallocate(host->allocator.user, buckets, (mask + 1) * sizeof(void *), 0);
}

void
flue_host_destroy(struct flue_host *host)
{
    struct flue_allocator allocator;

    if (host == NULL)
        return;
    allocator = host->allocator;
    flue_tcp_engine_destroy(host->engine);
    while (host->adapters != NULL) {
        struct host_adapter *adapter = host->adapters;

        host->adapters = adapter->next;
        allocator.reallocate(allocator.user, adapter, sizeof *adapter, 0);
    }
    free_buckets(host, host->moved_buckets, host->moved_mask);
    free_buckets(host, host->object_buckets, host->object_mask);
    slab_fini(&host->connections);
    slab_fini(&host->listeners);
    slab_fini(&host->moves);
    slab_fini(&host->luggage);
    slab_fini(&host->objects);
    slab_fini(&host->sends);
    slab_fini(&host->chunks);
    slab_fini(&host->reads);
    slab_fini(&host->segments);
    slab_fini(&host->notices);
    slab_fini(&host->neighbor_blocks);
    slab_fini(&host->path_blocks);
    slab_fini(&host->tcp_blocks);
    slab_fini(&host->watches);
    flue__host_policy_fini(host);
    heap_fini(&host->heap);
    allocator.reallocate(allocator.user, host, sizeof *host, 0);
}

enum flue_result
flue_host_add_adapter(struct flue_host *host, struct flue_provider *provider, uint32_t *index)
{
    struct host_adapter **link = &host->adapters;
    struct host_adapter *adapter =
        host->allocator.reallocate(host->allocator.user, NULL, 0, sizeof *adapter);

    if (adapter == NULL)
        return FLUE_ERROR_NO_MEMORY;
    memset(adapter, 0, sizeof *adapter);
    adapter->host = host;
    adapter->provider = provider;
    adapter->index = host->adapter_count++;
    flue__host_client_init(adapter);
    while (*link != NULL)
        link = &(*link)->next;
    *link = adapter;
    *index = adapter->index;
    return FLUE_OK;
}

const struct flue_client *
flue_host_client(const struct flue_host *host, uint32_t index)
{
    const struct host_adapter *adapter = host->adapters;

    while (adapter != NULL && adapter->index != index)
        adapter = adapter->next;
    return adapter != NULL ? &adapter->client : NULL;
}

void
flue_host_input(struct flue_host *host, flue_time now, const struct flue_four_tuple *tuple,
                const struct flue_tcp_segment *segment)
{
    struct flue_host_connection *connection = NULL;

    flue__host_enter(host);
    if (host->moved_count > 0)
        connection = flue__host_moved_find(host, tuple);
    if (connection != NULL)
        flue__host_route_segment(connection, now, segment);
    else
        flue_tcp_input(host->engine, now, tuple, segment);
    flue__host_leave(host, now);
}

void
flue_host_advance(struct flue_host *host, flue_time now)
{
    flue__host_enter(host);
    flue_tcp_advance(host->engine, now);
    flue__host_advance_neighbors(host, now);
    flue__host_review(host, now);
    flue__host_leave(host, now);
}

void
flue_host_continue(struct flue_host *host, flue_time now)
{
    flue__host_enter(host);
    flue_tcp_continue(host->engine, now);
    flue__host_leave(host, now);
}

flue_time
flue_host_next_deadline(const struct flue_host *host)
{
    flue_time deadline = flue_tcp_next_deadline(host->engine);

    if (host->neighbor_deadline < deadline)
        deadline = host->neighbor_deadline;
    return host->review_at < deadline ? host->review_at : deadline;
}
