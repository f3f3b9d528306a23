/* SPDX-License-Identifier: GPL-2.0-or-later
 *
 * Building the trees that hand connections over: one tree an adapter, each neighbour and path named
 * once.
 */
#include <string.h>

#include "host/parts.h"

/* protocol_reserved of a block while the tree is with us: whose it is, and its last dependant. */
enum { OWNER = 0, LAST = 1 };

static void
link_block(struct flue_block_list **first, void **last, struct flue_block_list *block)
{
    if (*last != NULL)
        ((struct flue_block_list *)*last)->next_block = block;
    else
        *first = block;
    *last = block;
}

/* A linker when the target has the object, else the object's state (STATE-021, STATE-022). */
static bool
add_neighbor(struct tree_builder *builder, flue_time now, struct host_object *object)
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
        flue__host_fill_neighbor(block, now, object);
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
        flue__host_fill_path(block, object);
        object->state = OBJECT_INITIATING;
    }
    block->block.protocol_reserved[OWNER] = object;
    object->block = &block->block;
    link_block(&below->dependent_block_list, &below->protocol_reserved[LAST], &block->block);
}

/* Both or neither: a neighbour's block must not stay without the path for which it was made
 * (STATE-021). */
static bool
add_objects(struct tree_builder *builder, flue_time now, struct host_object *neighbor,
            struct host_object *path)
{
    struct flue_path_block *block = NULL;

    if (path->block == NULL) {
        block = slab_get(&builder->host->path_blocks);
        if (block == NULL)
            return false;
    }
    if (!add_neighbor(builder, now, neighbor)) {
        if (block != NULL)
            slab_put(&builder->host->path_blocks, block);
        return false;
    }
    if (block != NULL)
        add_path(path, block);
    return true;
}

/* The connection leaves the engine (HOST-016). Everything that can fail has been done. */
static void
hand_over(struct tree_builder *builder, flue_time now, struct flue_host_connection *connection,
          struct host_object *path, struct flue_tcp_block *block)
{
    struct host_moved *moved = connection->moved;
    struct flue_buffer_list *lists = NULL;
    struct flue_tcp_connection *tcp = connection->tcp;

    flue_block_list_init(&block->block, FLUE_TCP_OFFLOAD_STATE, sizeof *block, &connection->handle);
    flue_tcp_flush_ack(tcp, now);
    flue_tcp_export(tcp, now, &block->constants, &block->cached, &block->delegated);
    block->constants.hash_value = flue_rss_hash(&builder->host->config.rss_key, &connection->tuple);
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
    connection->adapter->away_by_family[connection->tuple.ip_version == 6]++;
    connection->path = path;
    path->users++;
    link_block(&path->block->dependent_block_list, &path->block->protocol_reserved[LAST],
               &block->block);
    builder->connections++;
    flue__host_set_owner(connection, FLUE_OWNER_OFFLOADING);
    flue__host_tell_moved(connection, now);
}

static void
forget_moved(struct flue_host_connection *connection)
{
    flue__host_luggage_emptied(connection);
    slab_put(&connection->host->moves, connection->moved);
    connection->moved = NULL;
}

/* What the move itself needs; nothing has changed when it fails. */
static struct flue_tcp_block *
prepare(struct tree_builder *builder, flue_time now, struct flue_host_connection *connection)
{
    struct flue_host *host = builder->host;
    struct flue_tcp_block *block = slab_get(&host->tcp_blocks);
    struct host_moved *moved = slab_get(&host->moves);

    if (moved != NULL)
        memset(moved, 0, sizeof *moved);
    connection->moved = moved;
    if (block != NULL && moved != NULL && flue__host_own_received(connection, now) &&
        (connection->received.first == NULL || flue__host_luggage(connection) != NULL) &&
        flue__host_moved_insert(connection))
        return block;
    if (moved != NULL)
        forget_moved(connection);
    if (block != NULL)
        slab_put(&host->tcp_blocks, block);
    return NULL;
}

static void
unprepare(struct flue_host_connection *connection, struct flue_tcp_block *block)
{
    flue__host_moved_remove(connection);
    forget_moved(connection);
    slab_put(&connection->host->tcp_blocks, block);
}

bool
flue__host_build(struct tree_builder *builder, flue_time now,
                 struct flue_host_connection *connection, struct host_object *neighbor,
                 struct host_object *path)
{
    struct flue_tcp_block *block = prepare(builder, now, connection);

    if (block == NULL)
        return false;
    if (!add_objects(builder, now, neighbor, path)) {
        unprepare(connection, block);
        return false;
    }
    hand_over(builder, now, connection, path, block);
    return true;
}

/* From here on the objects' blocks are the target's. */
static void
close_tree(struct tree_builder *builder)
{
    struct flue_block_list *neighbor;
    struct flue_block_list *path;

    for (neighbor = builder->root; neighbor != NULL; neighbor = neighbor->next_block) {
        ((struct host_object *)neighbor->protocol_reserved[OWNER])->block = NULL;
        for (path = neighbor->dependent_block_list; path != NULL; path = path->next_block)
            ((struct host_object *)path->protocol_reserved[OWNER])->block = NULL;
    }
}

void
flue__host_send_off(struct tree_builder *builder, flue_time now)
{
    struct flue_provider *provider = builder->adapter->provider;

    if (builder->root == NULL)
        return;
    close_tree(builder);
    flue__host_worked(builder->host, now, FLUE_COST_STATE_MOVE, builder->connections);
    provider->initiate_offload(provider->adapter, now, builder->root);
}
