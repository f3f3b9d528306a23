/* SPDX-License-Identifier: GPL-2.0-or-later
 *
 * One engine: its configuration, its life, and the life of its connections' memory.
 */
#include <stddef.h>
#include <string.h>

#include "tcp/connection.h"
#include "tcp/rack.h"

enum flue_result
flue_tcp_engine_create(const struct flue_tcp_config *config,
                       const struct flue_tcp_handlers *handlers, void *user,
                       const struct flue_allocator *allocator, struct flue_tcp_engine **engine_out)
{
    struct flue_tcp_engine *engine;

    if (flue_tcp_config_check(config, NULL) != FLUE_OK || handlers->emit == NULL)
        return FLUE_ERROR_INVALID;
    engine = allocator->reallocate(allocator->user, NULL, 0, sizeof *engine);
    if (engine == NULL)
        return FLUE_ERROR_NO_MEMORY;
    memset(engine, 0, sizeof *engine);
    engine->config = *config;
    engine->handlers = *handlers;
    engine->user = user;
    engine->allocator = *allocator;
    engine->tick_length = FLUE_SECOND / config->ticks_per_second;
    engine->last_tick = UINT64_MAX / engine->tick_length;
    slab_init(&engine->connections, allocator, sizeof(struct flue_tcp_connection));
    slab_init(&engine->reassemblies, allocator, sizeof(struct reassembly));
    slab_init(&engine->blocks, allocator, sizeof(struct reassembly_block));
    slab_init(&engine->scoreboards, allocator, sizeof(struct scoreboard));
    slab_init(&engine->ranges, allocator, sizeof(struct sack_range));
    slab_init(&engine->extensions, allocator, sizeof(struct extension));
    slab_init(&engine->racks, allocator, sizeof(struct rack));
    slab_init(&engine->records, allocator, sizeof(struct sent_record));
    wheel_init(&engine->wheel, 0);
    wheel_init(&engine->paced, 0);
    engine->paced_first = FLUE_TIME_NEVER;
    *engine_out = engine;
    return FLUE_OK;
}

enum flue_result
flue_tcp_configure(struct flue_tcp_engine *engine, flue_time now,
                   const struct flue_tcp_config *config)
{
    bool has_other_tick = config->ticks_per_second != engine->config.ticks_per_second;

    if (flue_tcp_config_check(config, NULL) != FLUE_OK ||
        config->is_offload_target != engine->config.is_offload_target)
        return FLUE_ERROR_INVALID;
    if (has_other_tick && engine->connection_count > 0)
        return FLUE_ERROR_STATE;
    engine->config = *config;
    if (has_other_tick) {
        engine->tick_length = FLUE_SECOND / config->ticks_per_second;
        engine->last_tick = UINT64_MAX / engine->tick_length;
        flue__tcp_set_clock(engine, now);
        wheel_init(&engine->wheel, engine->tick);
    }
    return FLUE_OK;
}

void
flue_tcp_engine_destroy(struct flue_tcp_engine *engine)
{
    struct flue_allocator allocator;

    if (engine == NULL)
        return;
    allocator = engine->allocator;
    for (uint32_t i = 0; i < engine->bucket_count; i++)
        for (struct flue_tcp_connection *it = engine->buckets[i]; it != NULL; it = it->hash_next)
            flue__tcp_reassembly_drop(it);
    while (engine->listeners != NULL) {
        struct flue_tcp_listener *next = engine->listeners->next;
        allocator.reallocate(allocator.user, engine->listeners, sizeof *next, 0);
        engine->listeners = next;
    }
    slab_fini(&engine->connections);
    slab_fini(&engine->reassemblies);
    slab_fini(&engine->blocks);
    slab_fini(&engine->scoreboards);
    slab_fini(&engine->ranges);
    slab_fini(&engine->extensions);
    slab_fini(&engine->racks);
    slab_fini(&engine->records);
    if (engine->buckets != NULL)
        allocator.reallocate(allocator.user, engine->buckets,
                             engine->bucket_count * sizeof(struct flue_tcp_connection *), 0);
    if (engine->waiting != NULL)
        allocator.reallocate(allocator.user, engine->waiting,
                             engine->waiting_places * sizeof *engine->waiting, 0);
    allocator.reallocate(allocator.user, engine, sizeof *engine, 0);
}

/* Does an option of the connection keep variables in the extension? */
static bool
needs_extension(const struct flue_tcp_connection *connection,
                const struct flue_tcp_options *options)
{
    return connection->congestion->has_private || options->use_ecn || options->use_prr ||
           options->use_frto || options->use_pacing || options->use_rack;
}

bool
flue__tcp_extend(struct flue_tcp_connection *connection)
{
    if (connection->extension != NULL)
        return true;
    connection->extension = slab_get(&connection->engine->extensions);
    if (connection->extension == NULL)
        return false;
    memset(connection->extension, 0, sizeof *connection->extension);
    flue__pacing_init(connection);
    return true;
}

/* False: there is no memory for what the options ask for. */
static bool
extend_for(struct flue_tcp_connection *connection, const struct flue_tcp_options *options)
{
    if (!needs_extension(connection, options))
        return true;
    if (!flue__tcp_extend(connection))
        return false;
    connection->extension->ecn.is_wanted = options->use_ecn || connection->congestion->needs_ecn;
    connection->extension->prr.is_wanted = options->use_prr;
    connection->extension->frto.is_wanted = options->use_frto;
    connection->extension->pacing.is_on = options->use_pacing;
    connection->extension->pacing.fixed_bps = options->pacing_bps;
    return !options->use_rack || flue__rack_create(connection);
}

static void
free_memory(struct flue_tcp_connection *connection)
{
    struct flue_tcp_engine *engine = connection->engine;

    flue__rack_destroy(connection);
    if (connection->extension != NULL)
        slab_put(&engine->extensions, connection->extension);
    slab_put(&engine->connections, connection);
}

struct flue_tcp_connection *
flue__tcp_new(struct flue_tcp_engine *engine, const struct flue_four_tuple *tuple,
              const struct flue_tcp_options *options, void *user)
{
    struct flue_tcp_connection *connection = slab_get(&engine->connections);

    if (connection == NULL)
        return NULL;
    memset(connection, 0, sizeof *connection);
    wheel_entry_init(&connection->timer);
    connection->engine = engine;
    connection->user = user;
    connection->tuple = *tuple;
    connection->state = FLUE_TCP_CONNECTION_CLOSED;
    connection->slow_deadline = WHEEL_NEVER;
    connection->delayed_ack_deadline = WHEEL_NEVER;
    connection->keepalive_deadline = WHEEL_NEVER;
    connection->window_update_deadline = WHEEL_NEVER;
    connection->use_timestamps = options->use_timestamps;
    connection->use_window_scaling = options->use_window_scaling;
    connection->use_sack = options->use_sack;
    connection->use_nagle = options->use_nagle;
    connection->use_keepalive = options->use_keepalive;
    connection->use_limited_transmit = options->use_limited_transmit;
    connection->use_hold = options->use_hold;
    connection->use_delayed_ack = options->use_delayed_ack;
    connection->option_mss = options->mss;
    connection->path_mss = UINT16_MAX;
    connection->rcv_buf = options->receive_buffer_bytes;
    connection->ttl = options->ttl;
    connection->traffic_class = options->traffic_class;
    connection->flow_label = options->flow_label;
    connection->keepalive_probes = options->keepalive_probes;
    connection->keepalive_idle = options->keepalive_idle_ticks;
    connection->keepalive_interval = options->keepalive_interval_ticks;
    connection->max_rt = options->max_rt_ticks;
    connection->congestion = flue__congestion_find(options->congestion_control);
    connection->ssthresh = UINT32_MAX;
    connection->rto = engine->config.initial_rto_ticks;
    if (!extend_for(connection, options) || flue__tcp_table_insert(connection) != FLUE_OK) {
        free_memory(connection);
        return NULL;
    }
    return connection;
}

void
flue__tcp_free(struct flue_tcp_connection *connection)
{
    struct flue_tcp_engine *engine = connection->engine;

    wheel_set(&engine->wheel, &connection->timer, WHEEL_NEVER);
    flue__pacing_stop(connection);
    flue__tcp_leave_line(connection);
    flue__tcp_reassembly_drop(connection);
    flue__scoreboard_drop(connection);
    flue__tcp_table_remove(connection);
    free_memory(connection);
}

flue_time
flue_tcp_next_deadline(const struct flue_tcp_engine *engine)
{
    uint64_t tick = wheel_next(&engine->wheel);
    flue_time timer = tick > engine->last_tick ? FLUE_TIME_NEVER : tick * engine->tick_length;

    return timer < engine->paced_first ? timer : engine->paced_first;
}

void
flue_tcp_advance(struct flue_tcp_engine *engine, flue_time now)
{
    struct wheel_entry *entry;

    flue__tcp_set_clock(engine, now);
    while ((entry = wheel_pop(&engine->wheel, engine->tick)) != NULL) {
        /* The entry is the connection's first member. */
        flue__tcp_timer_fired((struct flue_tcp_connection *)entry, now);
    }
    flue__pacing_advance(engine, now);
}

bool
flue_tcp_input(struct flue_tcp_engine *engine, flue_time now, const struct flue_four_tuple *tuple,
               const struct flue_tcp_segment *segment)
{
    struct flue_tcp_connection *connection = flue_tcp_find(engine, tuple);
    struct flue_tcp_listener *listener;

    flue__tcp_set_clock(engine, now);
    if (connection != NULL) {
        flue__tcp_family_stats(engine, tuple)->in_segments++;
        if (connection->state == FLUE_TCP_CONNECTION_TIME_WAIT &&
            flue__tcp_reopen(connection, now, segment))
            return true;
        flue__tcp_hold(connection);
        flue__tcp_follow_path(connection, now);
        flue__tcp_arrive(connection, now, segment);
        flue__tcp_let_go(connection, now);
        return true;
    }
    listener = flue__tcp_find_listener(engine, tuple);
    if (listener != NULL) {
        flue__tcp_family_stats(engine, tuple)->in_segments++;
        flue__tcp_arrive_listen(listener, now, tuple, segment);
        return true;
    }
    if (!engine->config.is_offload_target) {
        flue__tcp_family_stats(engine, tuple)->in_segments++;
        flue__tcp_arrive_closed(engine, now, tuple, segment);
    }
    return false;
}

void
flue_tcp_get_statistics(const struct flue_tcp_engine *engine,
                        struct flue_tcp_statistics *statistics)
{
    enum { COUNTERS = offsetof(struct flue_tcp_statistics, currently_established) / 8 };
    uint64_t sums[COUNTERS], others[COUNTERS];

    *statistics = engine->statistics[0];
    memcpy(sums, &engine->statistics[0], sizeof sums);
    memcpy(others, &engine->statistics[1], sizeof others);
    for (unsigned i = 0; i < COUNTERS; i++)
        sums[i] += others[i];
    memcpy(statistics, sums, sizeof sums);
    statistics->currently_established += engine->statistics[1].currently_established;
    statistics->connections = engine->connection_count;
}

void
flue_tcp_get_family_statistics(const struct flue_tcp_engine *engine, uint8_t ip_version,
                               struct flue_tcp_statistics *statistics)
{
    *statistics = engine->statistics[ip_version == 6];
}
