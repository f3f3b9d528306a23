/* SPDX-License-Identifier: GPL-2.0-or-later
 *
 * Whether neighbours are reachable (RFC 4861 7.3, with the contract's two clocks). The host has its
 * last proof, the target the age of its own (NRD). A target that has had none for long asks; the
 * host, when its entry is stale, waits whether the target sees progress after all, and only then
 * solicits. A neighbour that does not answer is invalidated.
 */
#include <string.h>

#include "host/parts.h"

static const flue_time ASKED = FLUE_TIME_NEVER; /* deadline of DELAY while the query is out */

static flue_time
tick(const struct flue_host *host)
{
    return FLUE_SECOND / host->config.tcp.ticks_per_second;
}

void
flue__host_neighbor_init(struct host_object *neighbor, flue_time now,
                         const struct flue_next_hop *hop)
{
    neighbor->neighbor.mac = hop->destination;
    neighbor->neighbor.confirmed = now; /* the IP layer says that it is known */
}

uint32_t
flue__host_hrd_ticks(const struct host_object *neighbor, flue_time now)
{
    flue_time ticks = (now - neighbor->neighbor.confirmed) / tick(neighbor->adapter->host);

    return ticks < UINT32_MAX ? (uint32_t)ticks : UINT32_MAX;
}

static bool
is_stale(const struct host_object *neighbor, flue_time now)
{
    return now - neighbor->neighbor.confirmed >
           neighbor->adapter->host->config.neighbors.reachable_time;
}

/* ---- Timers ------------------------------------------------------------------------------------
 */

void
flue__host_forget_timer(struct flue_host *host, const struct host_object *neighbor)
{
    struct host_object **link = &host->timed;

    while (*link != NULL && *link != neighbor)
        link = &(*link)->neighbor.timed_next;
    if (*link != NULL)
        *link = neighbor->neighbor.timed_next;
    if (host->timed == NULL)
        host->neighbor_deadline = FLUE_TIME_NEVER;
}

static void
set_deadline(struct flue_host *host, struct host_object *neighbor, flue_time deadline)
{
    flue__host_forget_timer(host, neighbor);
    neighbor->neighbor.deadline = deadline;
    neighbor->neighbor.timed_next = host->timed;
    host->timed = neighbor;
    if (deadline < host->neighbor_deadline)
        host->neighbor_deadline = deadline;
}

static void
confirm(struct flue_host *host, struct host_object *neighbor, flue_time when)
{
    neighbor->neighbor.confirmed = when;
    neighbor->neighbor.reachability = REACHABLE;
    neighbor->wants_query = false;
    flue__host_forget_timer(host, neighbor);
}

/* ---- Probing -----------------------------------------------------------------------------------
 */

/* HOST-023 */
static void
lose(struct flue_host *host, flue_time now, struct host_object *neighbor)
{
    neighbor->neighbor.reachability = REACHABLE;
    neighbor->wants_query = false;
    flue__host_forget_timer(host, neighbor);
    flue__host_object_retire(host, neighbor);
    neighbor->wants_invalidate = true;
    flue__host_object_work(host, now, neighbor);
}

/* The handler may answer from inside. */
static void
solicit(struct flue_host *host, flue_time now, struct host_object *neighbor)
{
    struct flue_next_hop hop = {
        .adapter = neighbor->key.adapter,
        .source = neighbor->key.source,
        .destination = neighbor->neighbor.mac,
        .vlan_id = neighbor->key.vlan_id,
        .ip_version = (uint8_t)neighbor->key.ip_version,
        .address = neighbor->key.remote,
    };

    neighbor->neighbor.probes++;
    set_deadline(host, neighbor, now + host->config.neighbors.probe_interval);
    host->handlers.solicit(host->user, now, &hop);
}

static void
start_probing(struct flue_host *host, flue_time now, struct host_object *neighbor)
{
    if (host->handlers.solicit == NULL) {
        neighbor->neighbor.reachability =
            REACHABLE; /* nobody to ask: until the target asks again */
        flue__host_forget_timer(host, neighbor);
        return;
    }
    neighbor->neighbor.reachability = PROBE;
    neighbor->neighbor.probes = 0;
    solicit(host, now, neighbor);
}

static void
ask_target(struct flue_host *host, flue_time now, struct host_object *neighbor)
{
    set_deadline(host, neighbor, ASKED);
    neighbor->wants_query = true;
    flue__host_object_work(host, now, neighbor);
}

/* HOST-022 */
void
flue__host_note_nrd(struct flue_host *host, flue_time now, struct host_object *neighbor,
                    const struct flue_neighbor_delegated *delegated)
{
    if (neighbor->neighbor.reachability != DELAY)
        return;
    if (delegated != NULL &&
        delegated->nic_reachability_delta_ticks < neighbor->neighbor.nrd_ticks) {
        flue_time age = delegated->nic_reachability_delta_ticks * tick(host);

        confirm(host, neighbor, age < now ? now - age : 0);
    } else {
        start_probing(host, now, neighbor);
    }
}

static struct host_object *
first_due(const struct flue_host *host, flue_time now)
{
    struct host_object *it = host->timed;

    while (it != NULL && it->neighbor.deadline > now)
        it = it->neighbor.timed_next;
    return it;
}

void
flue__host_advance_neighbors(struct flue_host *host, flue_time now)
{
    struct host_object *due;

    if (now < host->neighbor_deadline)
        return;
    while ((due = first_due(host, now)) != NULL) {
        if (due->neighbor.reachability == DELAY)
            ask_target(host, now, due);
        else if (due->neighbor.probes < host->config.neighbors.probes)
            solicit(host, now, due);
        else
            lose(host, now, due);
    }
    host->neighbor_deadline = FLUE_TIME_NEVER;
    for (const struct host_object *it = host->timed; it != NULL; it = it->neighbor.timed_next)
        if (it->neighbor.deadline < host->neighbor_deadline)
            host->neighbor_deadline = it->neighbor.deadline;
}

void
flue__host_before_datagram(struct flue_host *host, flue_time now,
                           const struct flue_four_tuple *tuple)
{
    struct host_object *neighbor;
    struct host_adapter *adapter;
    struct object_key key;
    struct flue_next_hop hop;

    if (host->timed == NULL || !flue__host_find_hop(host, tuple, &hop, &adapter))
        return;
    key = flue__host_neighbor_key(&hop, tuple->ip_version);
    neighbor = flue__host_object_find(host, &key);
    if (neighbor != NULL && neighbor->neighbor.reachability == DELAY &&
        neighbor->neighbor.deadline != ASKED)
        ask_target(host, now, neighbor);
}

/* ---- The target asks ---------------------------------------------------------------------------
 */

static bool
is_meant(const struct host_adapter *adapter, const struct host_object *object,
         struct flue_block_list *block)
{
    struct flue_neighbor_state state = flue__neighbor_state(block);

    if (object->key.neighbor != NULL || object->adapter != adapter)
        return false;
    if (block->offload_handle != NULL)
        return block->offload_handle == &object->handle;
    return state.constants->vlan_id == object->key.vlan_id &&
           memcmp(state.constants->dl_source_address, object->key.source.bytes, FLUE_MAC_BYTES) ==
               0 &&
           memcmp(state.cached->dl_destination_address, object->neighbor.mac.bytes,
                  FLUE_MAC_BYTES) == 0;
}

/* The handle may be left out (EVENT-024): then the addresses tell. */
static struct host_object *
find_meant(const struct host_adapter *adapter, struct flue_block_list *block)
{
    const struct flue_host *host = adapter->host;

    for (uint32_t i = 0; host->object_buckets != NULL && i <= host->object_mask; i++)
        for (struct host_object *it = host->object_buckets[i]; it != NULL; it = it->hash_next)
            if (is_meant(adapter, it, block))
                return it;
    return NULL;
}

void
flue__host_reachability_query(struct host_adapter *adapter, flue_time now,
                              struct flue_block_list *block)
{
    struct flue_host *host = adapter->host;
    struct flue_neighbor_state state = flue__neighbor_state(block);
    struct host_object *neighbor = find_meant(adapter, block);
    uint32_t hrd;

    state.cached->host_reachability_delta_ticks = 0; /* EVENT-027 */
    if (neighbor == NULL)
        return;
    if (!is_stale(neighbor, now)) { /* EVENT-028: just now is a tick ago, 0 has another meaning */
        hrd = flue__host_hrd_ticks(neighbor, now);
        state.cached->host_reachability_delta_ticks = hrd > 0 ? hrd : 1;
        return;
    }
    if (neighbor->neighbor.reachability != REACHABLE)
        return; /* it is being found out */
    neighbor->neighbor.reachability = DELAY;
    neighbor->neighbor.nrd_ticks = state.delegated->nic_reachability_delta_ticks;
    set_deadline(host, neighbor, now + host->config.neighbors.delay_first_probe);
}

/* ---- The IP layer tells ------------------------------------------------------------------------
 */

void
flue__host_note_mac(struct host_object *neighbor, flue_time now, const struct flue_mac *mac)
{
    if (memcmp(&neighbor->neighbor.mac, mac, sizeof *mac) == 0)
        return;
    neighbor->neighbor.mac = *mac;
    neighbor->neighbor.confirmed = now;
    neighbor->wants_update = true;
}

static bool
has_name(const struct host_object *object, uint32_t adapter, uint8_t ip_version,
         const struct flue_ip *address)
{
    return object->key.neighbor == NULL && object->key.adapter == adapter &&
           object->key.ip_version == ip_version &&
           memcmp(&object->key.remote, address, sizeof *address) == 0;
}

/* HOST-024: the MAC of its links is what changes, not the links. */
void
flue_host_neighbor_heard(struct flue_host *host, flue_time now, uint32_t adapter,
                         uint8_t ip_version, const struct flue_ip *address,
                         const struct flue_mac *mac)
{
    flue__host_enter(host);
    for (uint32_t i = 0; host->object_buckets != NULL && i <= host->object_mask; i++)
        for (struct host_object *it = host->object_buckets[i]; it != NULL; it = it->hash_next) {
            if (!has_name(it, adapter, ip_version, address))
                continue;
            flue__host_note_mac(it, now, mac);
            confirm(host, it, now);
            flue__host_object_work(host, now, it);
        }
    flue__host_leave(host, now);
}
