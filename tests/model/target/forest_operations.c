/* SPDX-License-Identifier: GPL-2.0-or-later
 *
 * See forest.h: random operations, and what the target must say to them.
 */
#include "cmocka_first.h"

#include "forest.h"

/* ---- Initiate ----------------------------------------------------------------------------------
 */

/* A new path or connection below its parent; false: there is none left. */
static bool
add_new(struct node *parent, enum layer layer)
{
    struct node *node = pick(layer, false, NULL);

    if (node == NULL)
        return false;
    node->parent = parent;
    node->value = layer == PATH ? 1000 + below(1000) : 1 + below(255);
    fill(node);
    if (below(50) == 0 && layer == PATH)
        node->path.cached.path_mtu = MOST_PATH_MTU + 1;
    if (below(100) == 0 && layer == TCP)
        node->tcp.cached.initial_rcv_wnd = MOST_WINDOW + 1;
    append(&parent->block.dependent_block_list, &node->block);
    return true;
}

static void
add_connections(struct node *path, uint32_t count)
{
    while (count-- > 0 && add_new(path, TCP))
        continue;
}

static void
add_paths(struct node *neighbor)
{
    uint32_t count = below(4) + (neighbor->is_present ? 1 : 0);
    uint32_t many = below(8) == 0 ? 600 : 8;

    for (uint32_t i = 0; i < count; i++) {
        struct node *linked = neighbor->is_present ? pick(PATH, true, neighbor) : NULL;
        struct flue_block_list **link = &neighbor->block.dependent_block_list;

        if (linked != NULL && below(2) == 0 && !linked->is_invalid && pick(TCP, false, NULL)) {
            make_bare(linked);
            append(link, &linked->block);
            add_connections(linked, 1 + below(many));
        } else if (add_new(neighbor, PATH)) {
            while (*link != NULL && (*link)->next_block != NULL)
                link = &(*link)->next_block;
            add_connections(node_of(*link), below(many));
        }
    }
}

static struct flue_block_list *
make_initiate(void)
{
    struct flue_block_list *root = NULL;

    for (uint32_t i = below(3) + 1; i > 0; i--) {
        struct node *node = pick(NEIGHBOR, below(2) == 0, NULL);

        if (node == NULL || node->is_invalid)
            continue;
        if (node->is_present) {
            make_bare(node);
        } else {
            node->value = below(256);
            fill(node);
        }
        add_paths(node);
        if (node->is_present && node->block.dependent_block_list == NULL)
            node->is_busy = false; /* a linker has dependants */
        else
            append(&root, &node->block);
    }
    return root;
}

/* What becomes of one block whose parent is there; the order of reasons is the target's. */
static enum flue_status
judge(const struct node *node)
{
    static const enum flue_status entries[] = {FLUE_STATUS_OFFLOAD_NEIGHBOR_ENTRIES,
                                               FLUE_STATUS_OFFLOAD_PATH_ENTRIES,
                                               FLUE_STATUS_OFFLOAD_TCP_ENTRIES};
    const uint32_t most[] = {world.config.max_neighbors, world.config.max_paths,
                             world.config.max_connections};
    uint32_t all = world.counts[NEIGHBOR] + world.counts[PATH] + world.counts[TCP];

    if (all >= world.config.max_contexts)
        return FLUE_STATUS_RESOURCES;
    if (world.counts[node->layer] >= most[node->layer])
        return entries[node->layer];
    if (node->layer == PATH && node->path.cached.path_mtu > MOST_PATH_MTU)
        return FLUE_STATUS_OFFLOAD_PATH_MTU;
    if (node->layer == TCP && node->tcp.cached.initial_rcv_wnd > MOST_WINDOW)
        return FLUE_STATUS_OFFLOAD_TCP_RCV_WINDOW;
    return FLUE_STATUS_SUCCESS;
}

static bool
is_taken(enum flue_status status)
{
    return status == FLUE_STATUS_SUCCESS || status == FLUE_STATUS_OFFLOAD_PARTIAL_SUCCESS;
}

/* What a block that is there says of those that depend on it. */
static enum flue_status
summary(const struct flue_block_list *block, bool was_present)
{
    uint32_t counts[2] = {0, 0};

    for (block = block->dependent_block_list; block != NULL; block = block->next_block)
        counts[is_taken(node_of(block)->expected)]++;
    if (counts[0] == 0)
        return FLUE_STATUS_SUCCESS;
    return was_present && counts[1] == 0 ? FLUE_STATUS_FAILURE
                                         : FLUE_STATUS_OFFLOAD_PARTIAL_SUCCESS;
}

/* Walks a chain as the target must; recursion is the model's privilege. */
static void
predict_initiate(struct flue_block_list *chain, bool parent_is_there, bool is_root, bool *is_over)
{
    for (; chain != NULL; chain = chain->next_block, is_root = false) {
        struct node *node = node_of(chain);
        bool was_present = node->is_present;
        enum flue_status status = FLUE_STATUS_FAILURE;
        bool is_there;

        if (parent_is_there && !*is_over) {
            status = was_present ? FLUE_STATUS_SUCCESS : judge(node);
            if (status != FLUE_STATUS_SUCCESS &&
                (is_root || status == FLUE_STATUS_OFFLOAD_PATH_MTU ||
                 status == FLUE_STATUS_OFFLOAD_TCP_RCV_WINDOW))
                *is_over = true; /* OFFLOAD-027, OFFLOAD-028 */
        }
        is_there = status == FLUE_STATUS_SUCCESS;
        if (is_there && !was_present) {
            node->is_present = true;
            world.counts[node->layer]++;
        }
        predict_initiate(chain->dependent_block_list, is_there, false, is_over);
        node->expected = is_there ? summary(chain, was_present) : status;
    }
}

/* ---- The other operations ----------------------------------------------------------------------
 */

/* The object and all that depends on it; false: something of it is in use. */
bool
add_all(struct flue_block_list **link, struct node *node)
{
    make_bare(node);
    node->block.header.size = sizeof node->tcp; /* the delegated state, if any, is behind it */
    if (node->layer == NEIGHBOR)
        node->block.header.size = sizeof node->neighbor;
    else if (node->layer == PATH)
        node->block.header.size = sizeof node->path;
    append(link, &node->block);
    if (node->layer == TCP)
        return true;
    for (uint32_t i = 0; i < size_of(node->layer + 1); i++) {
        struct node *other = node_at(node->layer + 1, i);

        if (other->is_present && other->parent == node &&
            (other->is_busy || !add_all(&node->block.dependent_block_list, other)))
            return false;
    }
    return true;
}

static void
release(struct flue_block_list *tree)
{
    struct flue_block_walk walk;

    for (struct flue_block_list *block = flue_block_walk_first(&walk, tree); block != NULL;
         block = flue_block_walk_next(&walk))
        if (node_of(block) != NULL)
            node_of(block)->is_busy = false;
}

static struct flue_block_list *
make_terminate(void)
{
    struct node *node = pick(below(20) == 0 ? below(2) : TCP, true, NULL);
    struct flue_block_list *root = NULL;
    struct flue_block_walk walk;

    if (node == NULL)
        return NULL;
    if (!add_all(&root, node)) {
        release(root);
        return NULL;
    }
    for (uint32_t i = node->layer == TCP ? below(20) : 0; i > 0; i--)
        if ((node = pick(TCP, true, NULL)) != NULL)
            (void)add_all(&root, node);
    for (struct flue_block_list *block = flue_block_walk_first(&walk, root); block != NULL;
         block = flue_block_walk_next(&walk))
        node_of(block)->is_leaving = true;
    return root;
}

/* Some connections of some paths of a neighbour; now and then placeholders stand for the lower
 * ones, or a layer is left out from below. */
static struct flue_block_list *
make_some(void)
{
    struct node *neighbor = pick(NEIGHBOR, true, NULL);
    struct flue_block_list *root = NULL;
    uint32_t named = below(8) + 1; /* bits: neighbour, path, connection */

    if (neighbor == NULL)
        return NULL;
    append(&root, (named & 1) != 0 ? &neighbor->block : placeholder());
    if ((named & 1) != 0)
        fill(neighbor);
    for (uint32_t i = below(4); i > 0; i--) {
        struct node *path = pick(PATH, true, neighbor);
        struct flue_block_list *block;

        if (path == NULL)
            break;
        if ((named & 2) != 0)
            fill(path);
        block = (named & 2) != 0 ? &path->block : placeholder();
        append(&root->dependent_block_list, block);
        for (uint32_t k = (named & 4) != 0 ? below(6) : 0; k > 0; k--) {
            struct node *tcp = pick(TCP, true, path);

            if (tcp == NULL)
                break;
            fill(tcp);
            append(&block->dependent_block_list, &tcp->block);
        }
    }
    return root;
}

/* New values, some of which are out of bounds; invalid objects must not be asked for any. */
static struct flue_block_list *
make_update(void)
{
    struct flue_block_list *root = make_some();
    struct flue_block_walk walk;

    if (root == NULL)
        return NULL;
    for (struct flue_block_list *block = flue_block_walk_first(&walk, root); block != NULL;
         block = flue_block_walk_next(&walk))
        if (node_of(block) != NULL && node_of(block)->is_invalid) {
            release(root);
            return NULL;
        }
    for (struct flue_block_list *block = flue_block_walk_first(&walk, root); block != NULL;
         block = flue_block_walk_next(&walk)) {
        struct node *node = node_of(block);

        if (node == NULL)
            continue;
        node->next_value = 1 + below(255);
        if (node->layer == NEIGHBOR)
            node->neighbor.cached.dl_destination_address[5] = (uint8_t)node->next_value;
        if (node->layer == PATH)
            node->path.cached.path_mtu = node->next_value = 1000 + below(1000);
        if (node->layer == TCP)
            node->tcp.cached.ttl_or_hop_limit = (uint8_t)node->next_value;
        if (node->layer == PATH && below(10) == 0)
            node->path.cached.path_mtu = MOST_PATH_MTU + 1;
    }
    return root;
}

/* A block that is refused keeps its value, and so does what depends on it. */
static void
predict_update(struct flue_block_list *chain, bool parent_is_done)
{
    for (; chain != NULL; chain = chain->next_block) {
        struct node *node = node_of(chain);
        bool is_done = parent_is_done;

        if (node != NULL) {
            if (node->layer == PATH && node->path.cached.path_mtu > MOST_PATH_MTU)
                is_done = false;
            node->expected = is_done ? FLUE_STATUS_SUCCESS : FLUE_STATUS_FAILURE;
            if (is_done)
                node->value = node->next_value;
        }
        predict_update(chain->dependent_block_list, is_done);
    }
}

/* Paths of any neighbour move to this one. */
static struct flue_block_list *
make_relink(void)
{
    struct node *neighbor = pick(NEIGHBOR, true, NULL);

    if (neighbor == NULL || neighbor->is_invalid)
        return NULL;
    make_bare(neighbor);
    for (uint32_t i = 1 + below(4); i > 0; i--) {
        struct node *path = pick(PATH, true, NULL);

        if (path == NULL || path->is_invalid)
            continue;
        make_bare(path);
        append(&neighbor->block.dependent_block_list, &path->block);
        path->parent = neighbor;
    }
    return &neighbor->block;
}

static struct flue_block_list *
make_invalidate(void)
{
    struct flue_block_list *root = below(10) == 0 ? make_some() : NULL;
    struct flue_block_walk walk;

    for (struct flue_block_list *block = flue_block_walk_first(&walk, root); block != NULL;
         block = flue_block_walk_next(&walk))
        if (node_of(block) != NULL) {
            node_of(block)->block.header.size = sizeof *block;
            node_of(block)->is_invalid = true;
        }
    return root;
}

/* One of the five, on objects that nobody else works on. False: it must be the last for now. What
 * an update moves away from may not end before it is done, and the model has its values at once. */
bool
operate(void)
{
    struct flue_provider *provider = world.provider;
    struct flue_block_list *tree;
    uint32_t kind = below(6);
    bool is_over = false;

    if (kind == 0 && (tree = make_initiate()) != NULL) {
        predict_initiate(tree, true, true, &is_over);
        provider->initiate_offload(provider->adapter, world.now, tree);
    } else if (kind == 1 && (tree = make_terminate()) != NULL) {
        provider->terminate_offload(provider->adapter, world.now, tree);
    } else if (kind == 2 && (tree = make_update()) != NULL) {
        predict_update(tree, true);
        provider->update_offload(provider->adapter, world.now, tree);
    } else if (kind == 3 && (tree = make_relink()) != NULL) {
        provider->update_offload(provider->adapter, world.now, tree);
    } else if (kind == 4 && (tree = make_invalidate()) != NULL) {
        provider->invalidate_offload(provider->adapter, world.now, tree);
    } else if (kind == 5 && (tree = make_some()) != NULL) {
        provider->query_offload(provider->adapter, world.now, tree);
    } else {
        return true;
    }
    world.outstanding++;
    return kind != 2 && kind != 3;
}

/* A tree of which one link leads back: nothing is done, whatever was asked for. */
void
operate_on_no_tree(void)
{
    struct flue_provider *provider = world.provider;
    void (*const calls[])(void *adapter, flue_time now, struct flue_block_list *tree) = {
        provider->terminate_offload, provider->update_offload, provider->invalidate_offload,
        provider->query_offload};
    struct flue_block_list *root = make_some();
    struct flue_block_list *blocks[64];
    struct flue_block_walk walk;
    uint32_t count = 0;
    uint32_t from;

    if (root == NULL)
        return;
    for (struct flue_block_list *block = flue_block_walk_first(&walk, root);
         block != NULL && count < 64; block = flue_block_walk_next(&walk)) {
        blocks[count++] = block;
        if (node_of(block) != NULL)
            node_of(block)->expected = FLUE_STATUS_FAILURE;
    }
    from = below(count);
    while (blocks[from]->next_block != NULL)
        from++; /* its chain's last block comes later in the walk */
    world.loop = &blocks[from]->next_block;
    *world.loop = blocks[below(from + 1)];
    calls[below(4)](provider->adapter, world.now, root);
    world.outstanding++;
}

void
send_something(void)
{
    struct node *node = pick(TCP, true, NULL);

    if (node == NULL || node->has_list)
        return;
    flue_buffer_list_init(&node->list, &node->descriptor, NULL, 1 + below(5000));
    node->list.protocol_reserved[0] = node;
    node->has_list = true;
    (void)world.provider->tcp_offload_send(world.provider->adapter, world.now,
                                           node->handle.miniport_offload_context, &node->list);
}
