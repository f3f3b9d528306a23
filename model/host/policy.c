/* SPDX-License-Identifier: GPL-2.0-or-later
 *
 * The policy at work: when it is asked, and what is held back because it would come too soon after
 * the last move (struct flue_policy_damping).
 */
#include <string.h>

#include "host/parts.h"

enum { REVIEW_MOST = 1024 /* connections at one review: the others have their turn later */ };

static const struct flue_policy *
policy_of(const struct flue_policy_config *config)
{
    switch (config->kind) {
    case FLUE_POLICY_ALWAYS:
        return &flue__policy_always;
    case FLUE_POLICY_AUTOMATIC:
        return &flue__policy_automatic;
    case FLUE_POLICY_BYTES:
        return &flue__policy_bytes;
    case FLUE_POLICY_LIFETIME:
        return &flue__policy_lifetime;
    case FLUE_POLICY_PRIORITY:
        return &flue__policy_priority;
    case FLUE_POLICY_ADAPTIVE:
        return &flue__policy_adaptive;
    case FLUE_POLICY_CUSTOM:
        return config->custom;
    default:
        return NULL;
    }
}

enum flue_result
flue__host_policy_init(struct flue_host *host)
{
    struct policy_state *state = &host->policy_state;
    size_t size = POLICY_SERVICES * sizeof *state->services;

    state->config = host->config.policy;
    host->policy = policy_of(&state->config);
    host->policy_user =
        state->config.kind == FLUE_POLICY_CUSTOM ? state->config.custom_user : state;
    host->review_at = FLUE_TIME_NEVER;
    host->has_histories = host->policy != &flue__policy_always;
    slab_init(&host->watches, &host->allocator,
              sizeof(struct host_watch) + (host->has_histories ? sizeof(struct host_history) : 0));
    if (state->config.kind != FLUE_POLICY_LIFETIME)
        return FLUE_OK;
    state->services = host->allocator.reallocate(host->allocator.user, NULL, 0, size);
    if (state->services == NULL)
        return FLUE_ERROR_NO_MEMORY;
    memset(state->services, 0, size);
    return FLUE_OK;
}

void
flue__host_policy_fini(struct flue_host *host)
{
    struct policy_state *state = &host->policy_state;

    if (state->services != NULL)
        host->allocator.reallocate(host->allocator.user, state->services,
                                   POLICY_SERVICES * sizeof *state->services, 0);
}

/* ---- Who is watched ----------------------------------------------------------------------------
 */

/* Without memory the connection is as under "never". */
void
flue__host_watch(struct flue_host_connection *connection, flue_time now)
{
    struct flue_host *host = connection->host;
    struct host_watch *watch = host->policy != NULL ? slab_get(&host->watches) : NULL;

    if (watch == NULL)
        return;
    memset(watch, 0, host->watches.object_size);
    watch->connection = connection;
    if (host->has_histories) {
        watch->history->established = now;
        watch->history->last_active = now;
    }
    connection->watch = watch;
    watch->next = watch;
    watch->previous = watch;
    if (host->watched != NULL) { /* last in the circle */
        watch->next = host->watched;
        watch->previous = host->watched->previous;
        watch->previous->next = watch;
        watch->next->previous = watch;
    } else {
        host->watched = watch;
    }
    if (host->watch_count++ == 0 && host->policy->is_timed)
        host->review_at = now + host->config.policy.review_interval;
}

static void
leave_circle(struct flue_host_connection *connection)
{
    struct flue_host *host = connection->host;
    struct host_watch *watch = connection->watch;

    watch->next->previous = watch->previous;
    watch->previous->next = watch->next;
    if (host->watched == watch)
        host->watched = watch->next != watch ? watch->next : NULL;
    if (--host->watch_count == 0)
        host->review_at = FLUE_TIME_NEVER;
    connection->watch = NULL;
    slab_put(&host->watches, watch);
}

void
flue__host_unwatch(struct flue_host_connection *connection, flue_time now)
{
    struct flue_host *host = connection->host;
    struct flue_policy_connection view;

    if (connection->watch == NULL)
        return;
    if (host->policy->ended != NULL) {
        flue__host_fill_view(connection, &view);
        host->policy->ended(host->policy_user, now, &view);
    }
    leave_circle(connection);
}

void
flue__host_watch_traffic(struct flue_host_connection *connection, flue_time now, uint32_t sent,
                         uint32_t received)
{
    struct host_watch *watch = connection->watch;

    if (connection->host->has_histories) {
        watch->history->bytes_sent += sent;
        watch->history->bytes_received += received;
        if (sent + received > 0)
            watch->history->last_active = now;
    }
    if (connection->owner == FLUE_OWNER_HOST && now >= connection->hold)
        flue__host_attend(connection);
}

/* ---- Going and coming --------------------------------------------------------------------------
 */

static void
fill_adapter(const struct flue_host *host, flue_time now, struct host_adapter *adapter,
             struct flue_policy_adapter *view)
{
    *view = (struct flue_policy_adapter){
        .index = adapter->index,
        .link_bps = adapter->link_bps,
        .capacity = adapter->capabilities.tcp_connection_offload_capacity,
        .used = adapter->away + adapter->waiting,
        .memory = &adapter->policy_memory,
    };
    if (host->handlers.adapter_load != NULL)
        view->load_permille = host->handlers.adapter_load(host->user, now, adapter->index);
    else if (view->capacity > 0)
        view->load_permille = (uint32_t)(UINT64_C(1000) * view->used / view->capacity);
}

static bool
suits(struct flue_host_connection *connection, flue_time now, struct host_adapter *adapter)
{
    const struct flue_host *host = connection->host;
    struct flue_policy_connection view;
    struct flue_policy_adapter adapter_view;

    if (host->policy->suits == NULL)
        return true;
    flue__host_fill_view(connection, &view);
    fill_adapter(host, now, adapter, &adapter_view);
    return host->policy->suits(host->policy_user, now, &view, &adapter_view);
}

static bool
wants(const struct flue_host_connection *connection, flue_time now)
{
    const struct flue_host *host = connection->host;
    struct flue_policy_connection view;

    if (connection->watch == NULL || connection->is_pinned || now < connection->hold ||
        connection->is_waiting || !flue__host_can_offload(connection))
        return false;
    flue__host_fill_view(connection, &view);
    return host->policy->wants(host->policy_user, now, &view);
}

void
flue__host_policy_attend(struct flue_host_connection *connection, flue_time now)
{
    struct flue_next_hop hop;
    struct host_adapter *adapter;

    if (!wants(connection, now) || !flue__host_next_hop(connection, &hop, &adapter))
        return;
    if (flue__host_is_offered(adapter, now, connection->tuple.ip_version) &&
        suits(connection, now, adapter) &&
        (flue__host_has_room_to_come(adapter) || flue__host_make_room(connection, now, adapter)))
        flue__host_wait(connection, adapter);
    else
        flue__host_policy_hold(connection, now);
}

void
flue__host_policy_hold(struct flue_host_connection *connection, flue_time now)
{
    connection->hold = now + connection->host->config.policy.review_interval;
}

void
flue__host_policy_went(struct flue_host_connection *connection, flue_time now)
{
    struct host_watch *watch = connection->watch;

    if (watch == NULL)
        return;
    if (!connection->host->has_histories) {
        leave_circle(connection);
        return;
    }
    watch->history->offloads++;
    watch->history->since = now;
}

void
flue__host_policy_came(struct flue_host_connection *connection, flue_time now)
{
    const struct flue_policy_damping *damping = &connection->host->config.policy.damping;
    flue_time stay = damping->least_stay;

    for (uint32_t i = 0; i < connection->returns && stay < damping->most_stay; i++)
        stay *= 2;
    connection->hold = now + (stay < damping->most_stay ? stay : damping->most_stay);
    if (connection->returns < UINT8_MAX)
        connection->returns++;
    if (connection->watch == NULL && !connection->host->has_histories)
        flue__host_watch(connection, now);
    if (connection->watch != NULL && connection->watch->is_evicted) {
        connection->watch->is_evicted = false;
        connection->adapter->evicting--;
        connection->host->want_launch = true;
    }
}

void
flue__host_policy_consider_all(struct flue_host *host, flue_time now)
{
    struct host_watch *watch = host->watched;

    for (uint32_t i = 0; i < host->watch_count; i++, watch = watch->next) {
        if (watch->connection->owner != FLUE_OWNER_HOST)
            continue;
        watch->connection->hold = now;
        flue__host_attend(watch->connection);
    }
}

void
flue_host_set_priority(struct flue_host_connection *connection, flue_time now, uint8_t priority)
{
    struct flue_host *host = connection->host;

    flue__host_enter(host);
    connection->priority = priority;
    if (connection->watch != NULL)
        flue__host_attend(connection);
    flue__host_leave(host, now);
}

/* ---- Reviews -----------------------------------------------------------------------------------
 */

static void
review_away(struct flue_host_connection *connection, flue_time now)
{
    const struct flue_host *host = connection->host;
    const struct host_watch *watch = connection->watch;
    struct flue_policy_connection view;
    struct flue_policy_adapter adapter;

    if (host->policy->gives_up == NULL || connection->owner != FLUE_OWNER_TARGET ||
        connection->is_pinned || connection->want_upload ||
        now - watch->history->since < host->config.policy.damping.least_stay)
        return;
    flue__host_fill_view(connection, &view);
    fill_adapter(host, now, connection->adapter, &adapter);
    if (!host->policy->gives_up(host->policy_user, now, &view, &adapter))
        return;
    connection->want_upload = true;
    flue__host_attend(connection);
}

void
flue__host_review(struct flue_host *host, flue_time now)
{
    uint32_t count = host->watch_count < REVIEW_MOST ? host->watch_count : REVIEW_MOST;
    struct flue_policy_adapter view;

    if (now < host->review_at)
        return;
    host->review_at = now + host->config.policy.review_interval;
    for (struct host_adapter *it = host->adapters; it != NULL; it = it->next)
        if (host->policy->review != NULL) {
            fill_adapter(host, now, it, &view);
            host->policy->review(host->policy_user, now, &view);
        }
    for (uint32_t i = 0; i < count; i++) {
        struct flue_host_connection *connection = host->watched->connection;

        host->watched = host->watched->next;
        if (connection->owner == FLUE_OWNER_HOST)
            flue__host_attend(connection);
        else
            review_away(connection, now);
    }
}
