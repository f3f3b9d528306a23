/* SPDX-License-Identifier: GPL-2.0-or-later
 *
 * A connection's options, wherever it lives. Away from the engine they are the cached variables of
 * its state: a change during a move goes along with it, on a target it is an update (UPDATE rows).
 */
#include <string.h>

#include "host/parts.h"

struct tcp_cached_block {
    struct flue_block_list block;
    struct flue_tcp_cached cached;
};

static void
read_cached(const struct host_moved *moved, struct flue_tcp_options *options)
{
    const struct flue_tcp_cached *cached = &moved->cached;

    options->receive_buffer_bytes = cached->initial_rcv_wnd;
    options->use_nagle = (cached->flags & FLUE_TCP_FLAG_NAGLING_ENABLED) != 0;
    options->use_keepalive = (cached->flags & FLUE_TCP_FLAG_KEEP_ALIVE_ENABLED) != 0;
    options->keepalive_probes = cached->ka_probe_count;
    options->keepalive_idle_ticks = cached->ka_timeout_ticks;
    options->keepalive_interval_ticks = cached->ka_interval_ticks;
    options->max_rt_ticks = cached->max_rt_ticks;
    options->ttl = cached->ttl_or_hop_limit;
    options->traffic_class = cached->tos_or_traffic_class;
    options->flow_label = cached->flow_label;
}

static uint16_t
flag_if(bool is_set, enum flue_tcp_cached_flags flag)
{
    return is_set ? (uint16_t)flag : 0;
}

/* With the flags that are orders to the target, for what has changed. */
static struct flue_tcp_cached
write_cached(const struct flue_tcp_cached *old, const struct flue_tcp_options *options)
{
    struct flue_tcp_cached cached = *old;
    unsigned flags;

    cached.initial_rcv_wnd = options->receive_buffer_bytes;
    cached.ka_probe_count = options->keepalive_probes;
    cached.ka_timeout_ticks = options->keepalive_idle_ticks;
    cached.ka_interval_ticks = options->keepalive_interval_ticks;
    cached.max_rt_ticks = options->max_rt_ticks;
    cached.ttl_or_hop_limit = options->ttl;
    cached.tos_or_traffic_class = options->traffic_class;
    cached.flow_label = options->flow_label;
    flags = (unsigned)(flag_if(options->use_nagle, FLUE_TCP_FLAG_NAGLING_ENABLED) |
                       flag_if(options->use_keepalive, FLUE_TCP_FLAG_KEEP_ALIVE_ENABLED));
    flags |= flag_if(cached.initial_rcv_wnd != old->initial_rcv_wnd, FLUE_TCP_FLAG_UPDATE_RCV_WND);
    flags |= flag_if(cached.max_rt_ticks != old->max_rt_ticks, FLUE_TCP_FLAG_MAX_RT_RESTART);
    flags |= flag_if(cached.ka_timeout_ticks != old->ka_timeout_ticks ||
                         cached.ka_interval_ticks != old->ka_interval_ticks ||
                         cached.ka_probe_count != old->ka_probe_count,
                     FLUE_TCP_FLAG_KEEP_ALIVE_RESTART);
    cached.flags = (uint16_t)(flags | (old->flags & (FLUE_TCP_FLAG_UPDATE_RCV_WND |
                                                     FLUE_TCP_FLAG_MAX_RT_RESTART |
                                                     FLUE_TCP_FLAG_KEEP_ALIVE_RESTART)));
    return cached;
}

enum flue_result
flue_host_get_options(const struct flue_host_connection *connection,
                      struct flue_tcp_options *options)
{
    const struct host_moved *moved = connection->moved;

    if (connection->tcp != NULL) {
        flue_tcp_get_options(connection->tcp, options);
        return FLUE_OK;
    }
    if (moved == NULL)
        return FLUE_ERROR_STATE;
    *options = connection->host->config.tcp.options;
    options->use_timestamps = (moved->constants.flags & FLUE_TCP_FLAG_TIMESTAMP_ENABLED) != 0;
    options->use_sack = (moved->constants.flags & FLUE_TCP_FLAG_SACK_ENABLED) != 0;
    options->use_window_scaling =
        (moved->constants.flags & FLUE_TCP_FLAG_WINDOW_SCALING_ENABLED) != 0;
    read_cached(moved, options);
    return FLUE_OK;
}

/* What no cached variable carries must be as it is. */
static enum flue_result
check_rest(const struct host_moved *moved, const struct flue_tcp_options *now,
           const struct flue_tcp_options *wanted, const char **field)
{
    struct host_moved after = *moved;
    struct flue_tcp_config a = {.options = *now};
    struct flue_tcp_config b = {.options = *wanted};
    const struct flue_tcp_tunable *tunable;

    after.cached = write_cached(&moved->cached, wanted);
    read_cached(&after, &a.options);
    for (uint32_t i = 0; (tunable = flue_tcp_tunable(i)) != NULL; i++) {
        if (tunable->scope != FLUE_TCP_SCOPE_CONNECTION ||
            flue_tcp_tunable_get(&a, tunable) == flue_tcp_tunable_get(&b, tunable))
            continue;
        if (field != NULL)
            *field = tunable->name;
        return FLUE_ERROR_STATE;
    }
    if (a.options.congestion_control == b.options.congestion_control)
        return FLUE_OK;
    if (field != NULL)
        *field = "congestion_control";
    return FLUE_ERROR_STATE;
}

enum flue_result
flue_host_set_options(struct flue_host_connection *connection, flue_time now,
                      const struct flue_tcp_options *options, const char **field)
{
    struct flue_host *host = connection->host;
    struct host_moved *moved = connection->moved;
    struct flue_tcp_options before;
    enum flue_result result;

    if (field != NULL)
        *field = NULL;
    if (connection->is_ended || flue_host_get_options(connection, &before) != FLUE_OK)
        return FLUE_ERROR_STATE;
    flue__host_enter(host);
    if (connection->tcp != NULL) {
        result = flue_tcp_set_options(connection->tcp, now, options, field);
    } else {
        result = flue_tcp_options_check(options, field);
        if (result == FLUE_OK)
            result = check_rest(moved, &before, options, field);
        if (result == FLUE_OK) {
            moved->cached = write_cached(&moved->cached, options);
            moved->wants_update = true;
            flue__host_connection_work(connection, now);
        }
    }
    flue__host_leave(host, now);
    return result;
}

/* ---- Operations on a connection ----------------------------------------------------------------
 */

static void
forget_orders(struct flue_tcp_cached *cached)
{
    cached->flags &= FLUE_TCP_FLAG_KEEP_ALIVE_ENABLED | FLUE_TCP_FLAG_NAGLING_ENABLED;
}

static bool
update(struct flue_host_connection *connection, flue_time now)
{
    struct flue_provider *provider = connection->adapter->provider;
    struct tcp_cached_block *block = slab_get(&connection->host->tcp_blocks);

    if (block == NULL)
        return false;
    flue_block_list_init(&block->block, FLUE_TCP_OFFLOAD_CACHED_STATE, sizeof *block,
                         &connection->handle);
    block->block.protocol_reserved[0] = connection;
    block->cached = connection->moved->cached;
    forget_orders(&connection->moved->cached);
    connection->moved->wants_update = false;
    connection->moved->is_operated = true;
    provider->update_offload(provider->adapter, now, &block->block);
    return true;
}

static bool
query(struct flue_host_connection *connection, flue_time now)
{
    struct flue_provider *provider = connection->adapter->provider;
    struct flue_tcp_delegated_block *block = slab_get(&connection->host->tcp_blocks);

    if (block == NULL)
        return false;
    flue_block_list_init(&block->block, FLUE_TCP_OFFLOAD_DELEGATED_STATE, sizeof *block,
                         &connection->handle);
    block->block.protocol_reserved[0] = connection;
    memset(&block->delegated, 0, sizeof block->delegated);
    block->delegated.header.length = sizeof block->delegated;
    connection->moved->wants_query = false;
    connection->moved->is_operated = true;
    provider->query_offload(provider->adapter, now, &block->block);
    return true;
}

/* Without memory it comes back: the engine takes over what the target was not told. */
void
flue__host_connection_work(struct flue_host_connection *connection, flue_time now)
{
    struct host_moved *moved = connection->moved;
    bool has_memory = true;

    if (connection->owner != FLUE_OWNER_TARGET || moved->is_operated || connection->want_upload)
        return;
    if (moved->wants_update)
        has_memory = update(connection, now);
    else if (moved->wants_query)
        has_memory = query(connection, now);
    if (!has_memory) {
        connection->want_upload = true;
        flue__host_attend(connection);
    }
}

void
flue__host_connection_updated(struct flue_host_connection *connection, flue_time now,
                              enum flue_status status)
{
    connection->moved->is_operated = false;
    if (status != FLUE_STATUS_SUCCESS)
        connection->want_upload = true; /* HOST-015 */
    flue__host_attend(connection);      /* its upload may have waited for this */
    flue__host_connection_work(connection, now);
}
