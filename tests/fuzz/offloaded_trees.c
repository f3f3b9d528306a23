/* SPDX-License-Identifier: GPL-2.0-or-later
 *
 * The state operations of offloaded.h's client. A tame client builds the trees that the contract
 * allows; a wild one then spoils them.
 */
#include <string.h>

#include "offloaded.h"

/* ---- Blocks ---- */

static const uint32_t whole_sizes[] = {sizeof(struct flue_neighbor_block),
                                       sizeof(struct flue_path_block),
                                       sizeof(struct flue_tcp_block)};

static struct tree *
new_tree(struct world *world, enum operation operation)
{
    for (uint32_t i = 0; i < TREES; i++) {
        struct tree *tree = &world->trees[i];

        if (tree->is_out)
            continue;
        tree->operation = operation;
        tree->count = 0;
        return tree;
    }
    return NULL;
}

/* A block behind *link: of an object, or a placeholder. */
static struct flue_block_list *
add_block(struct tree *tree, struct flue_block_list **link, struct object *object,
          enum flue_offload_state_type type, uint32_t size)
{
    struct flue_block_list *block = calloc(1, size);

    FUZZ_CHECK(block != NULL && tree->count < MOST_BLOCKS);
    flue_block_list_init(block, type, size, object != NULL ? &object->handle : NULL);
    tree->blocks[tree->count] = block;
    tree->objects[tree->count++] = object;
    while (link != NULL && *link != NULL)
        link = &(*link)->next_block;
    if (link != NULL)
        *link = block;
    return block;
}

static enum flue_offload_state_type
whole_type(const struct object *object)
{
    if (object->layer == NEIGHBOR)
        return FLUE_NEIGHBOR_OFFLOAD_STATE;
    if (object->layer == TCP)
        return FLUE_TCP_OFFLOAD_STATE;
    return object->number % 2 == 0 ? FLUE_IP4_OFFLOAD_STATE : FLUE_IP6_OFFLOAD_STATE;
}

static void
fill_lower(const struct object *object, struct flue_block_list *block)
{
    struct flue_neighbor_block *neighbor = (struct flue_neighbor_block *)block;
    struct flue_path_block *path = (struct flue_path_block *)block;

    if (object->layer == NEIGHBOR) {
        neighbor->constants.header.length = sizeof neighbor->constants;
        neighbor->constants.vlan_id = object->number == 1 ? 5 : 0;
        neighbor->cached.header.length = sizeof neighbor->cached;
        neighbor->cached.dl_destination_address[0] = 2;
        neighbor->delegated.header.length = sizeof neighbor->delegated;
        return;
    }
    path->constants.header.length = sizeof path->constants;
    path->constants.source_address = object->source.bytes;
    path->constants.destination_address = object->destination.bytes;
    path->cached.header.length = sizeof path->cached;
    path->cached.path_mtu = 1500;
    path->delegated.header.length = sizeof path->delegated;
}

static void
fill_cached(struct flue_tcp_cached *cached)
{
    cached->header.length = sizeof *cached;
    cached->initial_rcv_wnd = 65535;
    cached->ttl_or_hop_limit = 64;
    cached->ka_probe_count = 3;
    cached->ka_timeout_ticks = 1000;
    cached->ka_interval_ticks = 100;
}

static void
fill_tcp(const struct object *object, struct flue_tcp_block *block,
         enum flue_tcp_connection_state state)
{
    block->constants.header.length = sizeof block->constants;
    block->constants.flags = object->number % 4 == 3
                                 ? 0
                                 : FLUE_TCP_FLAG_TIMESTAMP_ENABLED | FLUE_TCP_FLAG_SACK_ENABLED |
                                       FLUE_TCP_FLAG_WINDOW_SCALING_ENABLED;
    block->constants.local_port = (uint16_t)(1000 + object->number);
    block->constants.remote_port = 80;
    block->constants.snd_wind_scale = block->constants.rcv_wind_scale =
        object->number % 4 == 3 ? 0 : 2;
    block->constants.remote_mss = 1460;
    fill_cached(&block->cached);
    block->delegated.header.length = sizeof block->delegated;
    block->delegated.state = state;
    block->delegated.rcv_nxt = UINT32_MAX - 3000;
    block->delegated.rcv_wnd = 60000;
    block->delegated.snd_una = block->delegated.snd_nxt = block->delegated.snd_max =
        UINT32_MAX - 2000;
    block->delegated.snd_wnd = block->delegated.max_snd_wnd = 30000;
    block->delegated.cwnd = 14600;
    block->delegated.ss_thresh = 1 << 30;
    block->delegated.keep_alive.timeout_delta_ticks = FLUE_TICKS_NOT_RUNNING;
    block->delegated.retransmit.timeout_delta_ticks = FLUE_TICKS_NOT_RUNNING;
}

/* Lists to be sent; those of a connection that has closed are in flight, with the FIN. */
static void
chain_sends(struct world *world, struct flue_tcp_block *block, uint32_t count)
{
    enum flue_tcp_connection_state state = block->delegated.state;
    struct flue_buffer_list **link = &block->block.net_buffer_list_chain;
    uint32_t bytes = 0;

    for (; count > 0; count--) {
        struct list *list = take_list(world, false, 1000 * count + 1);

        if (list == NULL)
            break;
        *link = &list->list;
        link = &list->list.next;
        bytes += list->list.buffer.data_length;
        block->delegated.send_data_tail = &list->list;
    }
    block->delegated.send_data_head = block->block.net_buffer_list_chain;
    if (state == FLUE_TCP_CONNECTION_FIN_WAIT1 || state == FLUE_TCP_CONNECTION_CLOSING ||
        state == FLUE_TCP_CONNECTION_LAST_ACK)
        block->delegated.snd_nxt = block->delegated.snd_max += bytes + 1;
}

/* ---- Initiate ---- */

/* The connection's block, below those of its path and neighbour: new ones, or linkers. */
static struct flue_tcp_block *
build_initiate(struct tree *tree, struct object *connection, enum flue_tcp_connection_state state)
{
    struct object *line[] = {connection->parent->parent, connection->parent, connection};
    struct flue_block_list **link = NULL;
    struct flue_block_list *block = NULL;

    for (uint32_t i = NEIGHBOR; i <= TCP; i++) {
        struct object *object = line[i];

        block = add_block(tree, link, object, whole_type(object),
                          object->is_present && i < TCP ? sizeof *block : whole_sizes[i]);
        link = &block->dependent_block_list;
        object->busy++;
        object->is_starting = !object->is_present;
        if (i < TCP && !object->is_present)
            fill_lower(object, block);
    }
    fill_tcp(connection, (struct flue_tcp_block *)block, state);
    return (struct flue_tcp_block *)block;
}

static bool
may_start(const struct world *world, const struct object *connection)
{
    const struct object *path = connection->parent;
    const struct object *neighbor = path->parent;

    if (world->is_wild)
        return true;
    return !connection->is_present && !connection->is_starting && !path->is_starting &&
           !path->is_ending && !neighbor->is_starting && !neighbor->is_ending &&
           (neighbor->is_present || !path->is_present);
}

static void
call(struct world *world, struct tree *tree)
{
    struct flue_provider *provider = world->provider;
    void (*const calls[])(void *adapter, flue_time now, struct flue_block_list *tree) = {
        provider->initiate_offload, provider->terminate_offload, provider->update_offload,
        provider->invalidate_offload, provider->query_offload};
    bool was_in_call = world->is_in_call;

    if (world->is_wild)
        spoil_tree(world, tree);
    tree->is_out = true;
    world->is_in_call = true;
    calls[tree->operation](provider->adapter, world->now, tree->blocks[0]);
    world->is_in_call = was_in_call;
}

void
offload(struct world *world, uint32_t number, enum flue_tcp_connection_state state, uint32_t lists)
{
    struct object *connection = object_at(world, TCP, number);
    struct tree *tree = new_tree(world, INITIATE);
    struct flue_tcp_block *block;

    if (tree == NULL || !may_start(world, connection))
        return;
    block = build_initiate(tree, connection, state);
    chain_sends(world, block, lists);
    if (lists % 2 == 1) {
        flue_buffer_list_init(&world->buffered, &world->buffered_memory, NULL, 500 * lists);
        block->delegated.buffered_data = &world->buffered; /* the target copies it */
    }
    call(world, tree);
}

static void
initiate(struct world *world)
{
    uint32_t number = take(world, 1);
    uint32_t state = take(world, 1);

    offload(world, number,
            (enum flue_tcp_connection_state)(
                world->is_wild ? state % 16 : FLUE_TCP_CONNECTION_ESTABLISHED + state % 6),
            (state >> 4) % 4);
}

/* ---- The other operations ---- */

static bool
add_all(struct world *world, struct tree *tree, struct flue_block_list **link,
        struct object *object)
{
    struct flue_block_list *block;

    if (!world->is_wild && (!object->is_present || object->busy > 0))
        return false;
    block =
        add_block(tree, link, object,
                  object->layer == TCP && object->number % 2 == 0 ? FLUE_TCP_OFFLOAD_DELEGATED_STATE
                                                                  : whole_type(object),
                  whole_sizes[object->layer]);
    if (object->layer == TCP && object->number % 2 != 0)
        fill_tcp(object, (struct flue_tcp_block *)block, FLUE_TCP_CONNECTION_ESTABLISHED);
    else if (object->layer != TCP)
        fill_lower(object, block);
    for (uint32_t i = 0; i < OBJECTS; i++)
        if (world->objects[i].is_present && world->objects[i].parent == object &&
            tree->count + 1 < MOST_BLOCKS &&
            !add_all(world, tree, &block->dependent_block_list, &world->objects[i]))
            return false;
    return true;
}

void
drop_tree(struct tree *tree)
{
    for (uint32_t i = 0; i < tree->count; i++)
        free(tree->blocks[i]);
    tree->count = 0;
}

void
terminate(struct world *world, struct object *object)
{
    struct tree *tree;
    bool tries_again = false;

    for (uint32_t i = 0; i < OBJECTS; i++)
        tries_again |= world->objects[i].is_lost;
    if (tries_again && (world->is_in_call || world->is_inside))
        return;
    /* Only when it has heard all that there is to hear of the loss (TERM-005). */
    while (tries_again && flue_target_poll(world->target, world->now) > 0)
        continue;
    tree = new_tree(world, TERMINATE);
    if (tree == NULL)
        return;
    if (!add_all(world, tree, NULL, object)) {
        drop_tree(tree);
        return;
    }
    for (uint32_t i = 0; i < tree->count; i++) {
        tree->objects[i]->is_ending = true;
        tree->objects[i]->busy++;
    }
    call(world, tree);
}

static bool
may_name(const struct world *world, const struct object *object, enum operation operation)
{
    if (world->is_wild)
        return true;
    return object->is_present && !object->is_starting && !object->is_ending &&
           (operation != UPDATE || (object->updates == 0 && !object->is_invalid));
}

/* Another value in each structure, now and then one that is out of bounds. */
static void
change(struct world *world, const struct object *object, struct flue_block_list *block)
{
    uint32_t value = take(world, 2);

    if (object->layer == NEIGHBOR) {
        ((struct flue_neighbor_block *)block)->cached.dl_destination_address[5] = (uint8_t)value;
    } else if (object->layer == PATH) {
        ((struct flue_path_block *)block)->cached.path_mtu = value % 16384;
    } else {
        struct flue_tcp_cached *cached = &((struct flue_tcp_block *)block)->cached;

        cached->flags = (uint16_t)(value & 0x1F);
        cached->initial_rcv_wnd = take(world, 2) * 4;
        cached->rcv_indication_size = take(world, 1) * 64;
        cached->ttl_or_hop_limit = (uint8_t)(value >> 8);
        cached->user_priority = (uint8_t)(value >> 5 & 15);
        cached->max_rt_ticks = take(world, 1);
    }
}

/* A line from a neighbour up to a connection; placeholders where the input says so, and where an
 * object may not be named. */
static void
operate_on_line(struct world *world, enum operation operation)
{
    struct object *connection = object_at(world, TCP, take(world, 1));
    struct object *line[] = {connection->parent->parent, connection->parent, connection};
    struct tree *tree = new_tree(world, operation);
    uint32_t bits = take(world, 1);
    struct flue_block_list **link = NULL;

    for (uint32_t i = NEIGHBOR; tree != NULL && i <= TCP; i++) {
        struct object *object = line[i];
        struct flue_block_list *block;
        bool is_named = (bits >> i & 1) != 0 && may_name(world, object, operation);

        if (i == (bits >> 4 & 3) && i > 0)
            break;
        block = add_block(tree, link, is_named ? object : NULL, whole_type(object),
                          is_named ? whole_sizes[i] : sizeof *block);
        link = &block->dependent_block_list;
        if (!is_named)
            continue;
        object->busy++;
        object->updates += operation == UPDATE;
        object->is_invalid |= operation == INVALIDATE;
        if (i < TCP)
            fill_lower(object, block);
        else
            fill_tcp(object, (struct flue_tcp_block *)block, FLUE_TCP_CONNECTION_ESTABLISHED);
        if (operation == UPDATE)
            change(world, object, block);
    }
    if (tree != NULL)
        call(world, tree);
}

/* A path moves to the other neighbour. */
static void
relink(struct world *world)
{
    struct object *path = object_at(world, PATH, take(world, 1));
    struct object *neighbor = object_at(world, NEIGHBOR, path->parent->number + 1);
    struct tree *tree = new_tree(world, UPDATE);
    struct flue_block_list *root;

    if (tree == NULL || !may_name(world, path, UPDATE) || !may_name(world, neighbor, UPDATE) ||
        path->parent->is_ending)
        return;
    root = add_block(tree, NULL, neighbor, whole_type(neighbor), sizeof *root);
    add_block(tree, &root->dependent_block_list, path, whole_type(path), sizeof *root);
    for (uint32_t i = 0; i < 2; i++) {
        tree->objects[i]->busy++;
        tree->objects[i]->updates++;
    }
    call(world, tree);
}

void
operate(struct world *world, enum operation operation)
{
    if (operation == INITIATE)
        initiate(world);
    else if (operation == TERMINATE)
        terminate(world, &world->objects[OBJECTS - 1 - take(world, 1) % OBJECTS]);
    else if (operation == UPDATE && take(world, 1) % 4 == 0)
        relink(world);
    else
        operate_on_line(world, operation);
}
