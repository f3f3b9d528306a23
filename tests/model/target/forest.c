/* SPDX-License-Identifier: GPL-2.0-or-later
 *
 * See forest.h: the objects, both sides of the contract, and the beginning and end of a world.
 */
#include "cmocka_first.h"

#include "forest.h"

#include <string.h>

struct world world;

uint32_t
below(uint32_t limit)
{
    world.random ^= world.random >> 12;
    world.random ^= world.random << 25;
    world.random ^= world.random >> 27;
    return (uint32_t)((world.random * UINT64_C(0x2545F4914F6CDD1D)) >> 32) % limit;
}

struct node *
node_at(enum layer layer, uint32_t number)
{
    static const uint32_t firsts[] = {0, NEIGHBORS, NEIGHBORS + PATHS};

    return &world.nodes[firsts[layer] + number];
}

uint32_t
size_of(enum layer layer)
{
    static const uint32_t sizes[] = {NEIGHBORS, PATHS, CONNECTIONS};

    return sizes[layer];
}

/* A random object of the layer that is free and there, or not; below `parent`, if that is given. */
struct node *
pick(enum layer layer, bool is_present, const struct node *parent)
{
    uint32_t start = below(size_of(layer));

    for (uint32_t i = 0; i < size_of(layer); i++) {
        struct node *node = node_at(layer, (start + i) % size_of(layer));

        if (!node->is_busy && node->is_present == is_present &&
            (parent == NULL || node->parent == parent))
            return node;
    }
    return NULL;
}

static bool
may_send(const struct node *node)
{
    return !node->is_invalid && !node->parent->is_invalid && !node->parent->parent->is_invalid;
}

/* ---- The sides ---------------------------------------------------------------------------------
 */

/* What leaves belongs to a connection that is there and valid, with the values of all its layers.
 */
static void
on_transmit(void *user, flue_time now, const struct flue_packet *packet)
{
    uint32_t number = packet->tuple.local_port - 1000U;
    const struct node *node = node_at(TCP, number);

    (void)user;
    (void)now;
    assert_true(number < CONNECTIONS);
    assert_true(node->is_present && !node->is_leaving);
    assert_true(may_send(node));
    assert_int_equal(packet->segment.hop_limit, node->value);
    assert_int_equal(packet->destination.bytes[5], node->parent->parent->value);
    assert_memory_equal(packet->tuple.remote.bytes, node->parent->addresses[1].bytes, 16);
    assert_true(packet->segment.payload.length + 40 <= node->parent->value);
    world.packets++;
}

struct node *
node_of(const struct flue_block_list *block)
{
    return block->protocol_reserved[0];
}

/* The blocks of a tree are their objects' own again. */
static void
complete(struct flue_block_list *tree, bool ends)
{
    struct flue_block_walk walk;

    if (world.loop != NULL)
        *world.loop = NULL;
    world.loop = NULL;
    for (struct flue_block_list *block = flue_block_walk_first(&walk, tree); block != NULL;
         block = flue_block_walk_next(&walk)) {
        struct node *node = node_of(block);

        if (node == NULL) {
            assert_int_equal(block->status, FLUE_STATUS_SUCCESS);
            continue;
        }
        assert_int_equal(block->status, node->expected);
        node->is_busy = false;
        if (!ends || node->expected != FLUE_STATUS_SUCCESS)
            continue;
        if (node->layer == TCP) {
            assert_ptr_equal(block->net_buffer_list_chain, node->has_list ? &node->list : NULL);
            node->has_list = false;
        }
        node->is_present = false;
        node->is_leaving = false;
        node->is_invalid = false;
        node->handle.miniport_offload_context = NULL;
        world.counts[node->layer]--;
    }
    world.outstanding--;
}

static void
on_initiate(void *binding, flue_time now, struct flue_block_list *tree)
{
    struct flue_block_walk walk;

    (void)binding;
    (void)now;
    for (struct flue_block_list *block = flue_block_walk_first(&walk, tree); block != NULL;
         block = flue_block_walk_next(&walk))
        assert_int_equal(node_of(block)->handle.miniport_offload_context != NULL,
                         node_of(block)->is_present); /* OFFLOAD-008, OFFLOAD-009 */
    complete(tree, false);
    world.completions[0]++;
}

static void
on_terminate(void *binding, flue_time now, struct flue_block_list *tree)
{
    (void)binding;
    (void)now;
    complete(tree, true);
    world.completions[1]++;
}

static void
on_update(void *binding, flue_time now, struct flue_block_list *tree)
{
    (void)binding;
    (void)now;
    complete(tree, false);
    world.completions[2]++;
}

static void
on_invalidate(void *binding, flue_time now, struct flue_block_list *tree)
{
    (void)binding;
    (void)now;
    complete(tree, false);
    world.completions[3]++;
}

static void
on_query(void *binding, flue_time now, struct flue_block_list *tree)
{
    struct flue_block_walk walk;

    (void)binding;
    (void)now;
    if (world.loop != NULL)
        *world.loop = NULL;
    for (struct flue_block_list *block = flue_block_walk_first(&walk, tree); block != NULL;
         block = flue_block_walk_next(&walk)) {
        const struct node *node = node_of(block);

        if (node == NULL || node->expected != FLUE_STATUS_SUCCESS)
            continue;
        if (node->layer == NEIGHBOR)
            assert_int_equal(node->neighbor.cached.dl_destination_address[5], node->value);
        else if (node->layer == PATH)
            assert_int_equal(node->path.cached.path_mtu, node->value);
        else
            assert_int_equal(node->tcp.cached.ttl_or_hop_limit, node->value);
        if (node->layer == TCP)
            assert_int_equal(node->tcp.constants.local_port, 1000 + node->number);
    }
    complete(tree, false);
    world.completions[4]++;
}

/* The one event that can come: a connection found out that it may not send. */
static void
on_event(struct flue_offload_handle *handle, flue_time now, uint32_t type, uint32_t information)
{
    const struct node *node =
        (const struct node *)((const char *)handle - offsetof(struct node, handle));

    (void)now;
    assert_int_equal(type, FLUE_TCP_INDICATE_RETRIEVE);
    assert_int_equal(information, FLUE_UPLOAD_INVALID_STATE);
    assert_int_equal(node->layer, TCP);
    assert_false(may_send(node));
}

static void
on_sent(void *binding, flue_time now, struct flue_buffer_list *lists)
{
    (void)binding;
    (void)now;
    for (; lists != NULL; lists = lists->next) { /* nobody acknowledges: it was never queued */
        struct node *node = lists->protocol_reserved[0];

        assert_int_equal(lists->status, FLUE_STATUS_UPLOAD_IN_PROGRESS);
        assert_true(node->is_invalid);
        node->has_list = false;
    }
}

/* ---- Blocks and trees --------------------------------------------------------------------------
 */

void
fill(struct node *node)
{
    static const enum flue_offload_state_type types[] = {
        FLUE_NEIGHBOR_OFFLOAD_STATE, FLUE_IP4_OFFLOAD_STATE, FLUE_TCP_OFFLOAD_STATE};
    static const uint32_t sizes[] = {sizeof node->neighbor, sizeof node->path, sizeof node->tcp};

    memset(&node->tcp, 0, sizeof node->tcp);
    flue_block_list_init(&node->block, types[node->layer], sizes[node->layer], &node->handle);
    node->block.protocol_reserved[0] = node;
    node->is_busy = true;
    node->expected = FLUE_STATUS_SUCCESS;
    if (node->layer == NEIGHBOR) {
        node->neighbor.constants.header.length = sizeof node->neighbor.constants;
        node->neighbor.cached.header.length = sizeof node->neighbor.cached;
        node->neighbor.delegated.header.length = sizeof node->neighbor.delegated;
        node->neighbor.cached.dl_destination_address[5] = (uint8_t)node->value;
    } else if (node->layer == PATH) {
        node->path.constants.header.length = sizeof node->path.constants;
        node->path.cached.header.length = sizeof node->path.cached;
        node->path.delegated.header.length = sizeof node->path.delegated;
        node->path.constants.source_address = node->addresses[0].bytes;
        node->path.constants.destination_address = node->addresses[1].bytes;
        node->path.cached.path_mtu = node->value;
    } else {
        node->tcp.constants.header.length = sizeof node->tcp.constants;
        node->tcp.cached.header.length = sizeof node->tcp.cached;
        node->tcp.delegated.header.length = sizeof node->tcp.delegated;
        node->tcp.constants.local_port = (uint16_t)(1000 + node->number);
        node->tcp.constants.remote_port = 80;
        node->tcp.constants.remote_mss = 1460;
        node->tcp.cached.initial_rcv_wnd = 65535;
        node->tcp.cached.ttl_or_hop_limit = (uint8_t)node->value;
        node->tcp.cached.max_rt_ticks = FLUE_MAX_RT_UNLIMITED; /* nobody answers */
        node->tcp.delegated.state = FLUE_TCP_CONNECTION_ESTABLISHED;
        node->tcp.delegated.snd_wnd = 65535;
        node->tcp.delegated.max_snd_wnd = 65535;
        node->tcp.delegated.rcv_wnd = 65535;
        node->tcp.delegated.cwnd = 14600;
        node->tcp.delegated.ss_thresh = UINT32_MAX;
        node->tcp.delegated.keep_alive.timeout_delta_ticks = FLUE_TICKS_NOT_RUNNING;
        node->tcp.delegated.retransmit.timeout_delta_ticks = FLUE_TICKS_NOT_RUNNING;
    }
}

struct flue_block_list *
placeholder(void)
{
    struct flue_block_list *block = &world.placeholders[world.placeholder_count++ % PLACEHOLDERS];

    flue_block_list_init(block, (enum flue_offload_state_type)below(256), sizeof *block, NULL);
    return block;
}

void
append(struct flue_block_list **link, struct flue_block_list *block)
{
    while (*link != NULL)
        link = &(*link)->next_block;
    *link = block;
}

/* The object's block for an operation that only names it. */
void
make_bare(struct node *node)
{
    fill(node);
    node->block.header.size = sizeof node->block;
}

/* ---- The world ---------------------------------------------------------------------------------
 */

void
settle(void)
{
    do
        flue_target_advance(world.target, world.now);
    while (flue_target_poll(world.target, world.now) > 0);
    assert_int_equal(world.outstanding, 0);
}

void
let_time_pass(flue_time time)
{
    flue_time until = world.now + time;
    flue_time next;

    while ((next = flue_target_next_deadline(world.target)) <= until) {
        world.now = next > world.now ? next : world.now;
        settle();
    }
    world.now = until;
}

void
check_counts(void)
{
    struct flue_target_statistics statistics;

    flue_target_get_statistics(world.target, &statistics);
    assert_int_equal(statistics.neighbors, world.counts[NEIGHBOR]);
    assert_int_equal(statistics.paths, world.counts[PATH]);
    assert_int_equal(statistics.connections, world.counts[TCP]);
}

static void
make_nodes(void)
{
    for (uint32_t i = 0; i < NODES; i++) {
        struct node *node = &world.nodes[i];

        node->layer = i < NEIGHBORS ? NEIGHBOR : i < NEIGHBORS + PATHS ? PATH : TCP;
        node->number = (uint32_t)(node - node_at(node->layer, 0));
        node->addresses[0] = flue_ipv4(10, 0, 0, 1);
        node->addresses[1] = flue_ipv4(10, 1, (uint8_t)(node->number >> 8), (uint8_t)node->number);
    }
}

void
begin(uint64_t seed, bool is_watched)
{
    static const struct flue_target_handlers handlers = {.transmit = on_transmit};
    struct flue_allocator allocator;
    struct flue_allocator watching;

    memset(&world, 0, sizeof world);
    world.random = seed * UINT64_C(0x9E3779B97F4A7C15) | 1;
    world.config = flue_target_config_default();
    world.config.max_path_mtu = MOST_PATH_MTU;
    world.config.max_receive_window = MOST_WINDOW;
    world.config.max_neighbors = 10 + below(NEIGHBORS);
    world.config.max_paths = 50 + below(PATHS);
    world.config.max_connections = 500 + below(CONNECTIONS);
    world.config.max_contexts = below(2) == 0 ? FLUE_TARGET_UNLIMITED : 10 + below(NODES);
    make_nodes();
    allocator = flue_test_memory_allocator(&world.memory);
    watching = flue_test_memory_allocator(&world.verifier_memory);
    flue_client_init(&world.client);
    world.client.initiate_offload_complete = on_initiate;
    world.client.terminate_offload_complete = on_terminate;
    world.client.update_offload_complete = on_update;
    world.client.invalidate_offload_complete = on_invalidate;
    world.client.query_offload_complete = on_query;
    world.client.tcp_offload_event = on_event;
    world.client.tcp_offload_send_complete = on_sent;
    assert_int_equal(flue_target_create(&world.config, &handlers, NULL, &allocator, &world.target),
                     FLUE_OK);
    world.provider = flue_target_provider(world.target);
    flue_target_attach(world.target, &world.client);
    if (!is_watched)
        return;
    world.verifier = flue_verifier_watch_new(&watching, &world.watch);
    flue_verifier_attach(world.verifier, world.provider, &world.client);
    flue_target_attach(world.target, flue_verifier_client(world.verifier));
    world.provider = flue_verifier_provider(world.verifier);
}

void
finish(void)
{
    for (uint32_t i = 0; i < NEIGHBORS; i++) {
        struct node *node = node_at(NEIGHBOR, i);
        struct flue_block_list *root = NULL;

        if (!node->is_present)
            continue;
        assert_true(add_all(&root, node));
        for (uint32_t k = 0; k < NODES; k++)
            world.nodes[k].is_leaving |= world.nodes[k].is_busy;
        world.provider->terminate_offload(world.provider->adapter, world.now, root);
        world.outstanding++;
        settle();
    }
    check_counts();
    assert_int_equal(world.counts[NEIGHBOR] + world.counts[PATH] + world.counts[TCP], 0);
    flue_target_destroy(world.target);
    flue_verifier_destroy(world.verifier);
    flue_test_memory_assert_empty(&world.memory);
    flue_test_memory_assert_empty(&world.verifier_memory);
    flue_verifier_watch_assert_kept(&world.watch);
}
