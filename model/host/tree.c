/* SPDX-License-Identifier: GPL-2.0-or-later
 *
 * Building the trees that hand connections over. Connections that wait go together, one tree an
 * adapter, each neighbour and path named once. One whose neighbour or path is itself on the way
 * waits for the next tree (HOST-003, HOST-004).
 */
#include <string.h>

#include "host/parts.h"

/* The tree being built for one adapter. */
struct builder {
    struct flue_host *host;
    struct host_adapter *adapter;
    struct flue_block_list *root;
    struct flue_block_list *last; /* neighbour block */
    uint32_t connections;
};

enum launch { LAUNCHED, MUST_WAIT, CANNOT };

/* protocol_reserved of a block while the tree is with us: whose it is, and its last dependant. */
enum { OWNER = 0, LAST = 1 };

bool
flue__host_next_hop(struct flue_host_connection *connection, struct flue_next_hop *hop,
                    struct host_adapter **adapter)
{
    struct flue_host *host = connection->host;
    struct host_adapter *it = host->adapters;

    memset(hop, 0, sizeof *hop);
    if (host->handlers.next_hop == NULL ||
        !host->handlers.next_hop(host->user, &connection->tuple, hop))
        return false;
    while (it != NULL && it->index != hop->adapter)
        it = it->next;
    *adapter = it;
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
flue__host_wait(struct flue_host_connection *connection)
{
    struct flue_host *host = connection->host;

    host->want_launch = true;
    if (connection->is_waiting)
        return;
    connection->is_waiting = true;
    connection->waiting_next = NULL;
    if (host->last_waiting != NULL)
        host->last_waiting->waiting_next = connection;
    else
        host->waiting = connection;
    host->last_waiting = connection;
}

static struct host_object *
find_or_make(struct builder *builder, const struct object_key *key, uint32_t path_mtu)
{
    struct host_object *object = flue__host_object_find(builder->host, key);

    if (object == NULL) {
        object = flue__host_object_new(builder->host, key);
        if (object != NULL) {
            object->adapter = builder->adapter;
            object->path_mtu = path_mtu;
        }
    }
    return object;
}

/* Is it on its way in another tree, or on its way out? */
static bool
is_busy(const struct host_object *object)
{
    return object->block == NULL &&
           (object->state == OBJECT_INITIATING || object->state == OBJECT_TERMINATING);
}

static void
link_block(struct flue_block_list **first, void **last, struct flue_block_list *block)
{
    if (*last != NULL)
        ((struct flue_block_list *)*last)->next_block = block;
    else
        *first = block;
    *last = block;
}

static void
fill_neighbor(struct flue_neighbor_block *block, const struct host_object *object)
{
    memset(&block->constants, 0, sizeof *block - sizeof block->block);
    block->constants.header.length = sizeof block->constants;
    block->cached.header.length = sizeof block->cached;
    block->delegated.header.length = sizeof block->delegated;
    memcpy(block->constants.dl_source_address, object->key.source.bytes, FLUE_MAC_BYTES);
    block->constants.vlan_id = object->key.vlan_id;
    memcpy(block->cached.dl_destination_address, object->key.destination.bytes, FLUE_MAC_BYTES);
}

static void
fill_path(struct flue_path_block *block, const struct host_object *object)
{
    memset(&block->constants, 0, sizeof *block - sizeof block->block);
    block->constants.header.length = sizeof block->constants;
    block->cached.header.length = sizeof block->cached;
    block->delegated.header.length = sizeof block->delegated;
    block->constants.source_address = object->key.local.bytes;
    block->constants.destination_address = object->key.remote.bytes;
    block->cached.path_mtu = object->path_mtu;
}

/* A linker when the target has the object, else the object's state (STATE-021, STATE-022). */
static bool
add_neighbor(struct builder *builder, struct host_object *object)
{
    struct flue_neighbor_block *block;

    if (object->block != NULL)
        return true;
    block = slab_get(&builder->host->neighbor_blocks);
    if (block == NULL)
        return false;
    flue_block_list_init(&block->block, FLUE_NEIGHBOR_OFFLOAD_STATE,
                         object->state == OBJECT_OFFLOADED ? sizeof block->block : sizeof *block,
                         &object->handle);
    if (object->state != OBJECT_OFFLOADED) {
        fill_neighbor(block, object);
        object->state = OBJECT_INITIATING;
    }
    block->block.protocol_reserved[OWNER] = object;
    object->block = &block->block;
    if (builder->last != NULL)
        builder->last->next_block = &block->block;
    else
        builder->root = &block->block;
    builder->last = &block->block;
    return true;
}

static void
add_path(struct host_object *object, struct flue_path_block *block)
{
    struct flue_block_list *below = object->key.neighbor->block;

    flue_block_list_init(
        &block->block,
        object->key.ip_version == 4 ? FLUE_IP4_OFFLOAD_STATE : FLUE_IP6_OFFLOAD_STATE,
        object->state == OBJECT_OFFLOADED ? sizeof block->block : sizeof *block, &object->handle);
    if (object->state != OBJECT_OFFLOADED) {
        fill_path(block, object);
        object->state = OBJECT_INITIATING;
    }
    block->block.protocol_reserved[OWNER] = object;
    object->block = &block->block;
    link_block(&below->dependent_block_list, &below->protocol_reserved[LAST], &block->block);
}

/* Both or neither: a neighbour's block must not stay without the path for which it was made
 * (STATE-021). */
static bool
add_objects(struct builder *builder, struct host_object *neighbor, struct host_object *path)
{
    struct flue_path_block *block = NULL;

    if (path->block == NULL) {
        block = slab_get(&builder->host->path_blocks);
        if (block == NULL)
            return false;
    }
    if (!add_neighbor(builder, neighbor)) {
        if (block != NULL)
            slab_put(&builder->host->path_blocks, block);
        return false;
    }
    if (block != NULL)
        add_path(path, block);
    return true;
}

static struct object_key
neighbor_key(const struct flue_next_hop *hop)
{
    struct object_key key = {
        .adapter = hop->adapter,
        .source = hop->source,
        .destination = hop->destination,
        .vlan_id = hop->vlan_id,
    };

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

/* The connection leaves the engine (HOST-016). Everything that can fail has been done. */
static void
hand_over(struct builder *builder, flue_time now, struct flue_host_connection *connection,
          struct host_object *path, struct flue_tcp_block *block)
{
    struct host_moved *moved = connection->moved;
    struct flue_buffer_list *lists = NULL;
    struct flue_tcp_connection *tcp = connection->tcp;

    flue_block_list_init(&block->block, FLUE_TCP_OFFLOAD_STATE, sizeof *block, &connection->handle);
    flue_tcp_flush_ack(tcp, now);
    flue_tcp_export(tcp, now, &block->constants, &block->cached, &block->delegated);
    flue_tcp_surrender(tcp, now, &lists);
    connection->tcp = NULL;
    moved->constants = block->constants;
    moved->cached = block->cached;
    moved->since = now;
    block->block.net_buffer_list_chain = lists;
    block->delegated.send_data_head = lists;
    for (; lists != NULL; lists = lists->next) {
        ((struct host_send *)lists)->left = lists->buffer.data_length;
        block->delegated.send_data_tail = lists;
    }
    block->delegated.buffered_data = flue__host_hand_over(connection);
    block->block.protocol_reserved[OWNER] = connection;
    connection->adapter = builder->adapter;
    connection->adapter->away++;
    connection->path = path;
    path->users++;
    link_block(&path->block->dependent_block_list, &path->block->protocol_reserved[LAST],
               &block->block);
    builder->connections++;
    flue__host_set_owner(connection, FLUE_OWNER_OFFLOADING);
    flue__host_tell_moved(connection, now);
}

/* What the move itself needs; nothing has changed when it fails. */
static struct flue_tcp_block *
prepare(struct builder *builder, flue_time now, struct flue_host_connection *connection)
{
    struct flue_host *host = builder->host;
    struct flue_tcp_block *block = slab_get(&host->tcp_blocks);
    struct host_moved *moved = slab_get(&host->moves);

    if (block != NULL && moved != NULL && flue__host_own_received(connection, now) &&
        flue__host_moved_insert(connection)) {
        memset(moved, 0, sizeof *moved);
        connection->moved = moved;
        return block;
    }
    if (moved != NULL)
        slab_put(&host->moves, moved);
    if (block != NULL)
        slab_put(&host->tcp_blocks, block);
    return NULL;
}

static void
unprepare(struct flue_host_connection *connection, struct flue_tcp_block *block)
{
    flue__host_moved_remove(connection);
    slab_put(&connection->host->moves, connection->moved);
    connection->moved = NULL;
    slab_put(&connection->host->tcp_blocks, block);
}

static enum launch
launch_one(struct builder *builder, flue_time now, struct flue_host_connection *connection)
{
    struct host_object *neighbor;
    struct host_object *path;
    struct object_key key;
    struct flue_next_hop hop;
    struct host_adapter *adapter;
    struct flue_tcp_block *block = NULL;

    if (!flue__host_can_offload(connection) || !flue__host_next_hop(connection, &hop, &adapter))
        return CANNOT;
    if (adapter != builder->adapter)
        return MUST_WAIT; /* for that adapter's tree */
    if (adapter->is_paused)
        return MUST_WAIT; /* for its resume (STATUS-001, STATUS-006) */
    if (!flue__host_is_offered(adapter, now, connection->tuple.ip_version))
        return CANNOT;
    key = neighbor_key(&hop);
    neighbor = find_or_make(builder, &key, 0);
    if (neighbor == NULL)
        return CANNOT;
    if (is_busy(neighbor))
        return MUST_WAIT;
    key = path_key(connection, neighbor);
    path = find_or_make(builder, &key, hop.path_mtu);
    if (path != NULL && is_busy(path))
        return MUST_WAIT;
    if (path != NULL)
        block = prepare(builder, now, connection);
    if (block == NULL || !add_objects(builder, neighbor, path)) {
        if (block != NULL)
            unprepare(connection, block);
        flue__host_object_settle(builder->host, path != NULL ? path : neighbor);
        return CANNOT;
    }
    hand_over(builder, now, connection, path, block);
    return LAUNCHED;
}

/* From here on the objects' blocks are the target's. */
static void
close_tree(struct builder *builder)
{
    struct flue_block_list *neighbor;
    struct flue_block_list *path;

    for (neighbor = builder->root; neighbor != NULL; neighbor = neighbor->next_block) {
        ((struct host_object *)neighbor->protocol_reserved[OWNER])->block = NULL;
        for (path = neighbor->dependent_block_list; path != NULL; path = path->next_block)
            ((struct host_object *)path->protocol_reserved[OWNER])->block = NULL;
    }
}

static void
send_off(struct builder *builder, flue_time now)
{
    struct flue_provider *provider = builder->adapter->provider;

    if (builder->root == NULL)
        return;
    close_tree(builder);
    flue__host_worked(builder->host, now, FLUE_COST_STATE_MOVE, builder->connections);
    provider->initiate_offload(provider->adapter, now, builder->root);
}

/* The connections of one adapter, in the order in which they began to wait; the others stay. */
static void
launch_adapter(struct flue_host *host, flue_time now, struct host_adapter *adapter)
{
    struct builder builder = {.host = host, .adapter = adapter};
    struct flue_host_connection *connection = host->waiting;

    host->waiting = NULL;
    host->last_waiting = NULL;
    while (connection != NULL) {
        struct flue_host_connection *next = connection->waiting_next;
        enum launch launch;

        connection->is_waiting = false;
        launch = launch_one(&builder, now, connection);
        if (launch == MUST_WAIT) {
            bool wanted = host->want_launch;

            flue__host_wait(connection);
            host->want_launch = wanted; /* it waits for a completion, not for us */
        } else if (launch == CANNOT) {
            flue__host_attend(connection);
            flue__host_tell_moved(connection, now); /* it stays */
        }
        connection = next;
    }
    send_off(&builder, now);
}

void
flue__host_launch(struct flue_host *host, flue_time now)
{
    host->want_launch = false;
    for (struct host_adapter *adapter = host->adapters; adapter != NULL; adapter = adapter->next)
        if (host->waiting != NULL)
            launch_adapter(host, now, adapter);
}

/* Blocks only: what they name is someone else's. */
void
flue__host_free_tree(struct flue_host *host, struct flue_block_list *tree)
{
    while (tree != NULL) {
        struct flue_block_list *neighbor = tree;
        struct flue_block_list *path = neighbor->dependent_block_list;

        tree = tree->next_block;
        while (path != NULL) {
            struct flue_block_list *next_path = path->next_block;
            struct flue_block_list *tcp = path->dependent_block_list;

            while (tcp != NULL) {
                struct flue_block_list *next = tcp->next_block;

                slab_put(&host->tcp_blocks, tcp);
                tcp = next;
            }
            slab_put(&host->path_blocks, path);
            path = next_path;
        }
        slab_put(&host->neighbor_blocks, neighbor);
    }
}
