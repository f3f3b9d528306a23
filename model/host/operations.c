/* SPDX-License-Identifier: GPL-2.0-or-later
 *
 * State operations on neighbours and paths. Events leave wishes in an object; one operation on it
 * is out at a time (HOST-005, HOST-011), and each completion looks for the next wish here. An
 * object that nobody uses is ended, the neighbour with its last path (HOST-013). One that could not
 * be updated or queried is given up: its connections come back (HOST-015).
 */
#include "host/parts.h"

/* What an update or a query puts behind its block. */
struct neighbor_cached_block {
    struct flue_block_list block;
    struct flue_neighbor_cached cached;
};
struct neighbor_delegated_block {
    struct flue_block_list block;
    struct flue_neighbor_delegated delegated;
};
struct path_cached_block {
    struct flue_block_list block;
    struct flue_path_cached cached;
};

static struct flue_block_list *
init_block(struct flue_block_list *block, enum flue_offload_state_type type, size_t size,
           struct host_object *object)
{
    flue_block_list_init(block, type, (uint32_t)size, &object->handle);
    block->protocol_reserved[0] = object;
    return block;
}

/* ---- The end -----------------------------------------------------------------------------------
 */

static struct flue_block_list *
termination_block(struct host_object *object, enum flue_offload_state_type type)
{
    object->state = OBJECT_TERMINATING;
    return init_block(&object->ending.block, type, sizeof object->ending, object);
}

static void
terminate_neighbor(flue_time now, struct host_object *neighbor)
{
    struct flue_provider *provider = neighbor->adapter->provider;

    provider->terminate_offload(provider->adapter, now,
                                termination_block(neighbor, FLUE_NEIGHBOR_OFFLOAD_DELEGATED_STATE));
}

static void
terminate_path(flue_time now, struct host_object *path)
{
    struct flue_provider *provider = path->adapter->provider;
    struct host_object *neighbor = path->key.neighbor;
    struct flue_block_list *tree =
        termination_block(path, path->key.ip_version == 4 ? FLUE_IP4_OFFLOAD_DELEGATED_STATE
                                                          : FLUE_IP6_OFFLOAD_DELEGATED_STATE);

    if (neighbor->users == 1 && neighbor->state == OBJECT_OFFLOADED &&
        flue__host_is_at_rest(neighbor)) {
        struct flue_block_list *root =
            termination_block(neighbor, FLUE_NEIGHBOR_OFFLOAD_DELEGATED_STATE);

        root->dependent_block_list = tree;
        tree = root;
    }
    provider->terminate_offload(provider->adapter, now, tree);
}

void
flue__host_leave_neighbor(struct flue_host *host, flue_time now, struct host_object *neighbor)
{
    if (--neighbor->users == 0)
        flue__host_object_work(host, now, neighbor);
}

static void
end_object(struct flue_host *host, flue_time now, struct host_object *object)
{
    struct host_object *neighbor = object->key.neighbor;

    if (neighbor != NULL)
        flue__host_stop_relink(host, now, object);
    if (object->state == OBJECT_OFFLOADED) {
        if (neighbor != NULL)
            terminate_path(now, object);
        else
            terminate_neighbor(now, object);
        return;
    }
    if (neighbor == NULL)
        flue__host_forget_timer(host, object);
    flue__host_object_free(host, object);
    if (neighbor != NULL)
        flue__host_leave_neighbor(host, now, neighbor);
}

/* An object that the target could not end is dropped all the same: a new one takes its place. */
void
flue__host_objects_terminated(struct flue_host *host, flue_time now, struct flue_block_list *tree)
{
    struct host_object *object = tree->protocol_reserved[0];
    struct flue_block_list *below = tree->dependent_block_list;

    if (below != NULL) { /* once: a path has no block below it. The neighbour goes with it. */
        object->state = OBJECT_ABSENT;
        object->handle.miniport_offload_context = NULL;
        object = below->protocol_reserved[0];
    }
    object->state = OBJECT_ABSENT;
    object->handle.miniport_offload_context = NULL;
    flue__host_object_work(host, now, object);
    host->want_launch = true;
}

/* HOST-015. What is new gets a new object. */
static void
give_up(struct flue_host *host, struct host_object *object)
{
    flue__host_cut_off(host, object);
    flue__host_upload_cut_off(host);
}

/* ---- A neighbour -------------------------------------------------------------------------------
 */

static void
update_neighbor(struct flue_host *host, flue_time now, struct host_object *neighbor)
{
    struct flue_provider *provider = neighbor->adapter->provider;
    struct neighbor_cached_block *block = slab_get(&host->neighbor_blocks);
    struct flue_neighbor_block whole;

    neighbor->wants_update = false;
    if (block == NULL) {
        give_up(host, neighbor);
        return;
    }
    flue__host_fill_neighbor(&whole, now, neighbor);
    block->cached = whole.cached;
    neighbor->is_operated = true;
    provider->update_offload(
        provider->adapter, now,
        init_block(&block->block, FLUE_NEIGHBOR_OFFLOAD_CACHED_STATE, sizeof *block, neighbor));
}

static void
query_neighbor(struct flue_host *host, flue_time now, struct host_object *neighbor)
{
    struct flue_provider *provider = neighbor->adapter->provider;
    struct neighbor_delegated_block *block = slab_get(&host->neighbor_blocks);

    neighbor->wants_query = false;
    if (block == NULL) {
        flue__host_note_nrd(host, now, neighbor, NULL);
        return;
    }
    block->delegated.header.length = sizeof block->delegated;
    neighbor->is_operated = true;
    provider->query_offload(
        provider->adapter, now,
        init_block(&block->block, FLUE_NEIGHBOR_OFFLOAD_DELEGATED_STATE, sizeof *block, neighbor));
}

static void
invalidate_neighbor(struct flue_host *host, flue_time now, struct host_object *neighbor)
{
    struct flue_provider *provider = neighbor->adapter->provider;
    struct flue_block_list *block = slab_get(&host->neighbor_blocks);

    neighbor->wants_invalidate = false;
    if (block == NULL) {
        give_up(host, neighbor);
        return;
    }
    neighbor->is_operated = true;
    provider->invalidate_offload(
        provider->adapter, now,
        init_block(block, FLUE_NEIGHBOR_OFFLOAD_STATE, sizeof *block, neighbor));
}

/* For paths that are to hang there; a pause does not wait for them (STATUS-001). */
static void
initiate_neighbor(struct flue_host *host, flue_time now, struct host_object *neighbor)
{
    struct flue_provider *provider = neighbor->adapter->provider;
    struct flue_neighbor_block *block = NULL;

    if (!neighbor->adapter->is_paused && !neighbor->is_retired)
        block = slab_get(&host->neighbor_blocks);
    if (block == NULL) {
        flue__host_relink_failed(host, now, neighbor);
        return;
    }
    flue__host_fill_neighbor(block, now, neighbor);
    neighbor->state = OBJECT_INITIATING;
    provider->initiate_offload(
        provider->adapter, now,
        init_block(&block->block, FLUE_NEIGHBOR_OFFLOAD_STATE, sizeof *block, neighbor));
}

static void
work_neighbor(struct flue_host *host, flue_time now, struct host_object *neighbor)
{
    if (neighbor->state == OBJECT_ABSENT) {
        if (neighbor->neighbor.relinks > 0)
            initiate_neighbor(host, now, neighbor);
    } else if (neighbor->wants_invalidate) {
        invalidate_neighbor(host, now, neighbor);
    } else if (neighbor->is_retired) {
        return; /* it only waits for its end */
    } else if (neighbor->wants_update) {
        update_neighbor(host, now, neighbor);
    } else if (neighbor->wants_query) {
        query_neighbor(host, now, neighbor);
    } else if (neighbor->neighbor.relinks > 0) {
        flue__host_relink_paths(host, now, neighbor);
    }
}

/* ---- A path ------------------------------------------------------------------------------------
 */

struct flue_block_list *
flue__host_path_update_block(struct flue_host *host, struct host_object *path)
{
    struct path_cached_block *block = slab_get(&host->path_blocks);

    if (block == NULL)
        return NULL;
    block->cached.header.length = sizeof block->cached;
    block->cached.header.recognized_options = 0;
    block->cached.path_mtu = path->path.mtu;
    path->wants_update = false;
    path->is_operated = true;
    return init_block(&block->block,
                      path->key.ip_version == 4 ? FLUE_IP4_OFFLOAD_CACHED_STATE
                                                : FLUE_IP6_OFFLOAD_CACHED_STATE,
                      sizeof *block, path);
}

static void
update_path(struct flue_host *host, flue_time now, struct host_object *path)
{
    struct flue_provider *provider = path->adapter->provider;
    struct flue_block_list *block = flue__host_path_update_block(host, path);

    if (block != NULL)
        provider->update_offload(provider->adapter, now, block);
    else
        give_up(host, path);
}

static void
work_path(struct flue_host *host, flue_time now, struct host_object *path)
{
    if (path->state != OBJECT_OFFLOADED || path->is_retired)
        return;
    if (path->wants_look)
        flue__host_look_at_path(host, now, path);
    if (path->is_retired)
        flue__host_upload_cut_off(host);
    else if (path->path.relinks_to != NULL)
        flue__host_object_work(host, now, path->path.relinks_to); /* its MTU goes along */
    else if (path->wants_update)
        update_path(host, now, path);
}

void
flue__host_object_work(struct flue_host *host, flue_time now, struct host_object *object)
{
    if (!flue__host_is_at_rest(object))
        return;
    if (object->users == 0)
        end_object(host, now, object);
    else if (object->key.neighbor == NULL)
        work_neighbor(host, now, object);
    else
        work_path(host, now, object);
}

/* ---- Completions -------------------------------------------------------------------------------
 */

static void
note_updated(struct flue_host *host, flue_time now, struct flue_block_list *block,
             const struct flue_block_list *parent)
{
    struct host_object *object = block->protocol_reserved[0];
    bool is_done = block->status == FLUE_STATUS_SUCCESS;

    object->is_operated = false;
    if (!is_done && block->dependent_block_list == NULL) /* else its dependants say which */
        give_up(host, object);
    else if (is_done && parent != NULL)
        flue__host_note_relinked(host, now, object, parent->protocol_reserved[0]);
}

/* What was updated is worked on when all of it is noted: a neighbour has its new paths by then. */
void
flue__host_update_complete(struct flue_host *host, flue_time now, struct flue_block_list *tree)
{
    struct flue_block_list *dependant = tree->dependent_block_list;

    if (flue__block_layer(tree) == FLUE_LAYER_TCP) {
        flue__host_connection_updated(tree->protocol_reserved[0], now, tree->status);
        flue__host_free_tree(host, tree);
        return;
    }
    note_updated(host, now, tree, NULL);
    for (struct flue_block_list *it = dependant; it != NULL; it = it->next_block)
        note_updated(host, now, it, tree);
    for (struct flue_block_list *it = dependant; it != NULL; it = it->next_block)
        flue__host_object_work(host, now, it->protocol_reserved[0]);
    flue__host_object_work(host, now, tree->protocol_reserved[0]);
    flue__host_free_tree(host, tree);
    host->want_launch = true;
}

/* What is invalid comes back when it wants to send (EVENT-009): nothing to be done here. */
void
flue__host_invalidate_complete(struct flue_host *host, flue_time now, struct flue_block_list *tree)
{
    struct host_object *neighbor = tree->protocol_reserved[0];

    neighbor->is_operated = false;
    if (tree->status != FLUE_STATUS_SUCCESS)
        give_up(host, neighbor);
    flue__host_free_tree(host, tree);
    flue__host_object_work(host, now, neighbor);
}

void
flue__host_query_complete(struct flue_host *host, flue_time now, struct flue_block_list *tree)
{
    bool is_done = tree->status == FLUE_STATUS_SUCCESS;
    struct host_object *neighbor = tree->protocol_reserved[0];

    if (flue__block_layer(tree) == FLUE_LAYER_TCP) {
        flue__host_judge_icmp(tree->protocol_reserved[0], now,
                              is_done ? &((struct flue_tcp_delegated_block *)tree)->delegated
                                      : NULL);
        flue__host_free_tree(host, tree);
        return;
    }
    neighbor->is_operated = false;
    if (is_done)
        flue__host_note_nrd(host, now, neighbor,
                            &((struct neighbor_delegated_block *)tree)->delegated);
    else
        give_up(host, neighbor);
    flue__host_free_tree(host, tree);
    flue__host_object_work(host, now, neighbor);
}
