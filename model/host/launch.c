/* SPDX-License-Identifier: GPL-2.0-or-later
 *
 * Who goes next. Connections that wait go together, in the order in which they began to wait. One
 * whose neighbour or path is itself on the way waits for the next tree (HOST-003, HOST-004).
 */
#include <string.h>

#include "host/parts.h"

enum launch { LAUNCHED, MUST_WAIT, CANNOT };

bool
flue__host_next_hop(struct flue_host_connection *connection, struct flue_next_hop *hop,
                    struct host_adapter **adapter)
{
    return flue__host_find_hop(connection->host, &connection->tuple, hop, adapter);
}

bool
flue__host_find_hop(struct flue_host *host, const struct flue_four_tuple *tuple,
                    struct flue_next_hop *hop, struct host_adapter **adapter)
{
    struct host_adapter *it = host->adapters;

    memset(hop, 0, sizeof *hop);
    if (host->handlers.next_hop == NULL || !host->handlers.next_hop(host->user, tuple, hop))
        return false;
    while (it != NULL && it->index != hop->adapter)
        it = it->next;
    *adapter = it;
    if (it != NULL)
        it->link_bps = hop->link_bps;
    return it != NULL;
}

/* HOST-002. A FIN on its way is left to end here: nobody would tell us of its acknowledgement
 * there. */
bool
flue__host_can_offload(const struct flue_host_connection *connection)
{
    enum flue_tcp_connection_state state;

    if (connection->owner != FLUE_OWNER_HOST || connection->tcp == NULL || connection->is_closed ||
        connection->is_ended)
        return false;
    state = flue_tcp_state(connection->tcp);
    return state == FLUE_TCP_CONNECTION_ESTABLISHED || state == FLUE_TCP_CONNECTION_CLOSE_WAIT ||
           state == FLUE_TCP_CONNECTION_FIN_WAIT2;
}

void
flue__host_wait(struct flue_host_connection *connection, struct host_adapter *adapter)
{
    struct flue_host *host = connection->host;

    host->want_launch = true;
    if (connection->is_waiting)
        return;
    connection->is_waiting = true;
    connection->adapter = adapter;
    adapter->waiting++;
    connection->waiting_next = NULL;
    if (host->last_waiting != NULL)
        host->last_waiting->waiting_next = connection;
    else
        host->waiting = connection;
    host->last_waiting = connection;
}

/* Is it on its way in another tree, or on its way out, or between two neighbours? */
static bool
is_busy(const struct host_object *object)
{
    if (object->block != NULL)
        return false;
    return object->state == OBJECT_INITIATING || object->state == OBJECT_TERMINATING ||
           (object->key.neighbor != NULL && object->is_operated);
}

struct object_key
flue__host_neighbor_key(const struct flue_next_hop *hop, uint8_t ip_version)
{
    static const struct flue_ip none = {{0}};
    struct object_key key = {
        .adapter = hop->adapter,
        .source = hop->source,
        .vlan_id = hop->vlan_id,
    };

    if (memcmp(&hop->address, &none, sizeof none) != 0) {
        key.remote = hop->address;
        key.ip_version = ip_version;
    } else {
        key.destination = hop->destination;
    }
    return key;
}

static struct object_key
path_key(const struct flue_host_connection *connection, struct host_object *neighbor)
{
    struct object_key key = {
        .neighbor = neighbor,
        .local = connection->tuple.local,
        .remote = connection->tuple.remote,
        .ip_version = connection->tuple.ip_version,
    };

    return key;
}

struct host_object *
flue__host_find_neighbor(struct flue_host *host, flue_time now, struct host_adapter *adapter,
                         const struct flue_next_hop *hop, uint8_t ip_version)
{
    struct object_key key = flue__host_neighbor_key(hop, ip_version);
    struct host_object *neighbor = flue__host_object_find(host, &key);

    if (neighbor != NULL) {
        flue__host_note_mac(neighbor, now, &hop->destination);
        return neighbor;
    }
    neighbor = flue__host_object_new(host, &key);
    if (neighbor != NULL) {
        neighbor->adapter = adapter;
        flue__host_neighbor_init(neighbor, now, hop);
    }
    return neighbor;
}

/* The smaller of what the route carries and what the connection has found out. */
static uint32_t
path_mtu(const struct flue_host_connection *connection, flue_time now,
         const struct flue_next_hop *hop)
{
    struct flue_tcp_snapshot snapshot;
    uint32_t headers = connection->tuple.ip_version == 4 ? 40 : 60;

    flue_tcp_get_snapshot(connection->tcp, now, &snapshot);
    return hop->path_mtu < snapshot.path_mss + headers ? hop->path_mtu
                                                       : snapshot.path_mss + headers;
}

static struct host_object *
find_path(struct tree_builder *builder, flue_time now,
          const struct flue_host_connection *connection, struct host_object *neighbor,
          const struct flue_next_hop *hop)
{
    struct object_key key = path_key(connection, neighbor);
    struct host_object *path = flue__host_object_find(builder->host, &key);

    if (path != NULL)
        return path;
    path = flue__host_object_new(builder->host, &key);
    if (path != NULL) {
        path->adapter = builder->adapter;
        path->path.mtu = path_mtu(connection, now, hop);
        path->path.sample = connection->tuple;
    }
    return path;
}

/* May it go now? Then *hop says where. */
static enum launch
judge(const struct tree_builder *builder, flue_time now, struct flue_host_connection *connection,
      struct flue_next_hop *hop)
{
    struct host_adapter *adapter;

    if (!flue__host_can_offload(connection) || !flue__host_next_hop(connection, hop, &adapter))
        return CANNOT;
    if (adapter != builder->adapter)
        return MUST_WAIT; /* for that adapter's tree */
    if (adapter->is_paused)
        return MUST_WAIT; /* for its resume (STATUS-001, STATUS-006) */
    if (!flue__host_is_offered(adapter, now, connection->tuple.ip_version))
        return CANNOT;
    if (!flue__host_has_room(adapter))
        return adapter->evicting > 0 ? MUST_WAIT : CANNOT;
    return LAUNCHED;
}

static enum launch
launch_one(struct tree_builder *builder, flue_time now, struct flue_host_connection *connection)
{
    struct flue_host *host = builder->host;
    struct host_object *neighbor;
    struct host_object *path;
    struct flue_next_hop hop;
    enum launch launch = judge(builder, now, connection, &hop);

    if (launch != LAUNCHED)
        return launch;
    neighbor =
        flue__host_find_neighbor(host, now, builder->adapter, &hop, connection->tuple.ip_version);
    if (neighbor == NULL)
        return CANNOT;
    if (is_busy(neighbor))
        return MUST_WAIT;
    path = find_path(builder, now, connection, neighbor, &hop);
    if (path != NULL && is_busy(path))
        return MUST_WAIT;
    if (path != NULL && flue__host_build(builder, now, connection, neighbor, path))
        return LAUNCHED;
    flue__host_object_work(host, now, path != NULL ? path : neighbor);
    return CANNOT;
}

/* The connections of one adapter, in the order in which they began to wait; the others stay. */
static void
launch_adapter(struct flue_host *host, flue_time now, struct host_adapter *adapter)
{
    struct tree_builder builder = {.host = host, .adapter = adapter};
    struct flue_host_connection *connection = host->waiting;

    host->waiting = NULL;
    host->last_waiting = NULL;
    while (connection != NULL) {
        struct flue_host_connection *next = connection->waiting_next;
        enum launch launch;

        connection->is_waiting = false;
        connection->adapter->waiting--;
        launch = launch_one(&builder, now, connection);
        if (launch == MUST_WAIT) {
            bool wanted = host->want_launch;

            flue__host_wait(connection, connection->adapter);
            host->want_launch = wanted; /* it waits for a completion, not for us */
        } else if (launch == CANNOT) {
            flue__host_policy_hold(connection, now);
            flue__host_attend(connection);
            flue__host_tell_moved(connection, now); /* it stays */
        }
        connection = next;
    }
    flue__host_send_off(&builder, now);
}

void
flue__host_launch(struct flue_host *host, flue_time now)
{
    host->want_launch = false;
    for (struct host_adapter *adapter = host->adapters; adapter != NULL; adapter = adapter->next)
        if (host->waiting != NULL)
            launch_adapter(host, now, adapter);
}
