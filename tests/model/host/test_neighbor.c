/* SPDX-License-Identifier: GPL-2.0-or-later
 *
 * Neighbours and paths that change below offloaded connections: reachability, MACs, next hops,
 * routes and MTUs. The streams go on.
 */
#include "world.h"

#include "host/parts.h"

#include <stdlib.h>
#include <string.h>

enum { MOST = 8, TREES = 128 };

enum operation { INITIATE, TERMINATE, UPDATE, INVALIDATE, QUERY, OPERATIONS };

/* A tree that went down. */
struct seen {
    enum operation operation;
    uint32_t blocks[3]; /* by depth */
    enum flue_offload_state_type root;
    bool is_bare;   /* nothing behind the root's block */
    uint64_t order; /* of the paths of an update: a digit each */
};

static struct world world;
static struct world_config config;
static struct flue_provider real;
static struct seen trees[TREES];
static uint32_t tree_count;
static struct flue_host_connection *connections[MOST];
static struct flue_host_connection *accepted[MOST];
static uint32_t accepted_count;
static const struct flue_ip router = {{10, 0, 0, 254}};
static const struct flue_ip other_router = {{10, 0, 0, 253}};

static void
see(enum operation operation, struct flue_block_list *root)
{
    struct seen *tree = &trees[tree_count++];
    struct flue_block_walk walk;

    assert_true(tree_count <= TREES);
    memset(tree, 0, sizeof *tree);
    tree->operation = operation;
    tree->root = (enum flue_offload_state_type)root->header.type;
    tree->is_bare = root->header.size == sizeof *root;
    for (const struct flue_block_list *it = flue_block_walk_first(&walk, root); it != NULL;
         it = flue_block_walk_next(&walk)) {
        tree->blocks[walk.depth]++;
        if (operation == UPDATE && walk.depth == 1) {
            const struct host_object *path = it->protocol_reserved[0];

            tree->order = tree->order * 10 + path->key.remote.bytes[2];
        }
    }
}

#define SEE(name, OPERATION)                                                                       \
    static void see_##name(void *adapter, flue_time now, struct flue_block_list *tree)             \
    {                                                                                              \
        see(OPERATION, tree);                                                                      \
        real.name##_offload(adapter, now, tree);                                                   \
    }
SEE(initiate, INITIATE)
SEE(terminate, TERMINATE)
SEE(update, UPDATE)
SEE(invalidate, INVALIDATE)
SEE(query, QUERY)

static uint32_t
count_trees(enum operation operation)
{
    uint32_t count = 0;

    for (uint32_t i = 0; i < tree_count; i++)
        count += trees[i].operation == operation ? 1U : 0U;
    return count;
}

static const struct seen *
last_tree(enum operation operation)
{
    for (uint32_t i = tree_count; i > 0; i--)
        if (trees[i - 1].operation == operation)
            return &trees[i - 1];
    fail_msg("no such operation");
    return NULL;
}

static void
on_accepted(void *user, flue_time now, struct flue_host_listener *listener,
            struct flue_host_connection *connection)
{
    (void)user;
    (void)now;
    (void)listener;
    accepted[accepted_count++] = connection;
}

static void
run(flue_time time)
{
    world_run(&world, world.now + time);
}

static struct machine *
client(void)
{
    return &world.machines[0];
}

/* `count` connections to as many addresses, so each has a path, the first `offloaded` of them on
 * the target. */
static void
start(uint32_t count, uint32_t offloaded)
{
    struct flue_host_listener *listener;
    struct flue_provider *provider;

    accepted_count = 0;
    tree_count = 0;
    config.handlers[1].accepted = on_accepted;
    world_create(&world, &config);
    client()->hop_address = router;
    provider = flue_target_provider(client()->target);
    real = *provider;
    provider->initiate_offload = see_initiate;
    provider->terminate_offload = see_terminate;
    provider->update_offload = see_update;
    provider->invalidate_offload = see_invalidate;
    provider->query_offload = see_query;
    assert_int_equal(
        flue_host_listen(world.machines[1].host, 4, NULL, WORLD_PORT, MOST, NULL, NULL, &listener),
        FLUE_OK);
    for (uint32_t i = 0; i < count; i++) {
        struct flue_four_tuple tuple = world_tuple((uint16_t)(3000 + i));

        tuple.remote.bytes[2] = (uint8_t)(i + 1);
        assert_int_equal(
            flue_host_connect(client()->host, world.now, &tuple, NULL, NULL, &connections[i]),
            FLUE_OK);
        run(100 * FLUE_MILLISECOND);
        if (i < offloaded)
            assert_int_equal(flue_host_offload(connections[i], world.now), FLUE_OK);
        run(100 * FLUE_MILLISECOND);
        assert_int_equal(flue_host_owner(connections[i]),
                         i < offloaded ? FLUE_OWNER_TARGET : FLUE_OWNER_HOST);
    }
    assert_int_equal(accepted_count, count);
}

static int
set_up(void **state)
{
    (void)state;
    config = world_config_default();
    return 0;
}

static void
exchange(uint32_t i)
{
    uint8_t bytes[4000];
    uint32_t count;

    for (uint32_t k = 0; k < sizeof bytes; k++)
        bytes[k] = (uint8_t)(k * 5 + i);
    assert_int_equal(flue_host_send(connections[i], world.now, bytes, sizeof bytes, &count),
                     FLUE_OK);
    assert_int_equal(count, sizeof bytes);
    run(200 * FLUE_MILLISECOND);
    memset(bytes, 0, sizeof bytes);
    assert_int_equal(flue_host_receive(accepted[i], world.now, bytes, sizeof bytes), sizeof bytes);
    for (uint32_t k = 0; k < sizeof bytes; k++)
        assert_int_equal(bytes[k], (uint8_t)(k * 5 + i));
    run(100 * FLUE_MILLISECOND);
}

static enum flue_owner
owner(uint32_t i)
{
    return flue_host_owner(connections[i]);
}

static void
finish(void)
{
    for (uint32_t i = 0; i < accepted_count; i++) {
        flue_host_close(connections[i], world.now);
        flue_host_close(accepted[i], world.now);
    }
    run(200 * FLUE_SECOND);
    world_assert_idle(&world);
    world_destroy(&world);
}

/* ---- Reachability ------------------------------------------------------------------------------
 */

static uint32_t
ask(uint32_t nrd_ticks)
{
    return world_ask_neighbor(client(), nrd_ticks);
}

/* EVENT-028: the entry is REACHABLE, its age is the answer, and that is all. */
static void
test_neighbor_query_fresh_entry_answers_its_age(void **state)
{
    (void)state;
    start(1, 1);
    assert_in_range(ask(500), 90, 210);
    flue_host_neighbor_heard(client()->host, world.now, client()->adapter, 4, &router,
                             &(struct flue_mac){{2, 0, 0, 0, 0, 1}});
    assert_int_equal(ask(500), 1); /* this moment; 0 would mean stale */
    run(20 * FLUE_SECOND);
    assert_int_equal(ask(500), 20000);
    run(20 * FLUE_SECOND);
    assert_int_equal(client()->solicits, 0);
    assert_int_equal(count_trees(QUERY), 0);
    assert_int_equal(count_trees(UPDATE), 0); /* the same MAC is no news */
    finish();
}

static void
test_neighbor_query_stale_entry_with_progress_is_not_probed(void **state)
{
    (void)state;
    start(1, 1);
    run(31 * FLUE_SECOND);
    assert_int_equal(ask(31000), 0); /* HOST-022 */
    assert_int_equal(count_trees(QUERY), 0);
    run(2 * FLUE_SECOND);
    exchange(0); /* the target sees it get through */
    run(4 * FLUE_SECOND);
    assert_int_equal(count_trees(QUERY), 1); /* HOST-022: a smaller NRD ends the matter */
    assert_int_equal(client()->solicits, 0);
    assert_in_range(ask(1), 1, 5000); /* the host's own entry has learnt from it */
    run(20 * FLUE_SECOND);
    assert_int_equal(client()->solicits, 0);
    finish();
}

static void
test_neighbor_query_stale_entry_without_progress_is_solicited(void **state)
{
    (void)state;
    start(1, 1);
    run(31 * FLUE_SECOND);
    assert_int_equal(ask(31000), 0);
    assert_int_equal(ask(31100), 0); /* asking twice starts nothing twice */
    run(4900 * FLUE_MILLISECOND);
    assert_int_equal(client()->solicits, 0);
    run(200 * FLUE_MILLISECOND);
    assert_int_equal(client()->solicits, 1); /* HOST-022: NRD has grown */
    assert_memory_equal(&client()->solicited, &router, sizeof router);
    run(FLUE_SECOND);
    assert_int_equal(client()->solicits, 2);
    flue_host_neighbor_heard(client()->host, world.now, client()->adapter, 4, &router,
                             &(struct flue_mac){{2, 0, 0, 0, 0, 1}});
    run(20 * FLUE_SECOND);
    assert_int_equal(client()->solicits, 2);
    assert_int_equal(count_trees(INVALIDATE), 0);
    assert_int_equal(ask(1), 20000);
    exchange(0);
    assert_int_equal(owner(0), FLUE_OWNER_TARGET);
    finish();
}

/* HOST-023 */
static void
test_neighbor_silent_one_is_invalidated_and_its_connections_come_back(void **state)
{
    (void)state;
    start(2, 2);
    run(31 * FLUE_SECOND);
    assert_int_equal(ask(31000), 0);
    run(7900 * FLUE_MILLISECOND);
    assert_int_equal(client()->solicits, 3);
    assert_int_equal(count_trees(INVALIDATE), 0);
    run(200 * FLUE_MILLISECOND);
    assert_int_equal(client()->solicits, 3);
    assert_int_equal(count_trees(INVALIDATE), 1);
    assert_int_equal(last_tree(INVALIDATE)->root, FLUE_NEIGHBOR_OFFLOAD_STATE);
    exchange(0); /* through the host, whose IP layer may find another way */
    assert_int_equal(owner(0), FLUE_OWNER_HOST);
    assert_int_equal(owner(1), FLUE_OWNER_TARGET); /* it has not wanted to send */
    /* The next one to go gets a new neighbour: the old one is not to be used. */
    assert_int_equal(flue_host_offload(connections[0], world.now), FLUE_OK);
    run(FLUE_SECOND);
    assert_int_equal(owner(0), FLUE_OWNER_TARGET);
    exchange(0);
    exchange(1);
    finish();
}

/* HOST-021: before a datagram of the host's own goes over a neighbour in DELAY. */
static void
test_neighbor_own_datagram_in_delay_asks_the_target(void **state)
{
    (void)state;
    start(2, 1);
    run(31 * FLUE_SECOND);
    assert_int_equal(ask(31000), 0);
    exchange(1);
    assert_int_equal(count_trees(QUERY), 1);
    assert_int_equal(client()->solicits, 1); /* no progress: PROBE, without the five seconds */
    flue_host_neighbor_heard(client()->host, world.now, client()->adapter, 4, &router,
                             &(struct flue_mac){{2, 0, 0, 0, 0, 1}});
    run(31 * FLUE_SECOND);
    assert_int_equal(ask(31000), 0);
    exchange(0); /* progress on the target ... */
    exchange(1);
    assert_int_equal(count_trees(QUERY), 2);
    assert_int_equal(client()->solicits, 1); /* ... so nobody is asked */
    exchange(1);
    assert_int_equal(count_trees(QUERY), 2); /* DELAY is over */
    finish();
}

/* HOST-015: whose query fails comes back, and a new object takes its place. */
static void
test_neighbor_failed_query_ends_it(void **state)
{
    (void)state;
    start(2, 2);
    run(31 * FLUE_SECOND);
    assert_int_equal(ask(31000), 0);
    flue_target_inject(client()->target, FLUE_TARGET_FAULT_QUERY, 0);
    run(6 * FLUE_SECOND);
    assert_int_equal(owner(0), FLUE_OWNER_HOST);
    assert_int_equal(owner(1), FLUE_OWNER_HOST);
    assert_int_equal(last_tree(TERMINATE)->root, FLUE_NEIGHBOR_OFFLOAD_DELEGATED_STATE);
    exchange(0);
    finish();
}

/* EVENT-018, and the age of what was proved long ago. */
static void
test_neighbor_without_a_handler_is_never_solicited(void **state)
{
    (void)state;
    start(1, 1);
    client()->host->handlers.solicit = NULL;
    run(31 * FLUE_SECOND);
    assert_int_equal(ask(31000), 0);
    run(20 * FLUE_SECOND);
    assert_int_equal(count_trees(INVALIDATE), 0);
    exchange(0);
    assert_int_equal(owner(0), FLUE_OWNER_TARGET);
    finish();
}

/* ---- MACs and next hops (HOST-024) -------------------------------------------------------------
 */

static void
test_neighbor_changed_mac_is_updated_and_links_stay(void **state)
{
    const struct flue_mac mac = {{2, 0, 0, 0, 9, 1}};

    (void)state;
    start(3, 3);
    flue_host_neighbor_heard(client()->host, world.now, client()->adapter, 4, &router, &mac);
    run(FLUE_MILLISECOND);
    assert_int_equal(count_trees(UPDATE), 1); /* HOST-024 */
    assert_int_equal(last_tree(UPDATE)->root, FLUE_NEIGHBOR_OFFLOAD_CACHED_STATE);
    assert_int_equal(last_tree(UPDATE)->blocks[1], 0);
    for (uint32_t i = 0; i < 3; i++) {
        exchange(i);
        assert_int_equal(client()->last_destination.bytes[4], 9);
        assert_int_equal(owner(i), FLUE_OWNER_TARGET);
    }
    assert_int_equal(count_trees(INITIATE), 3);
    flue_host_neighbor_heard(client()->host, world.now, client()->adapter, 4, &other_router, &mac);
    assert_int_equal(count_trees(UPDATE), 1); /* nothing offloaded goes there */
    finish();
}

/* The MAC that a route tells counts as well. */
static void
test_neighbor_changed_mac_is_seen_at_the_next_look(void **state)
{
    (void)state;
    start(2, 2);
    client()->hop_mac = 7;
    flue_host_routes_changed(client()->host, world.now);
    run(FLUE_MILLISECOND);
    assert_int_equal(count_trees(UPDATE), 1);
    assert_int_equal(last_tree(UPDATE)->blocks[1], 0);
    exchange(0);
    assert_int_equal(client()->last_destination.bytes[4], 7);
    finish();
}

/* UPDATE-015: a new neighbour, one update for all paths, the old neighbour's end. */
static void
test_neighbor_changed_next_hop_relinks_all_paths_in_one_tree(void **state)
{
    struct flue_target_statistics statistics;

    (void)state;
    start(5, 5);
    client()->hop_address = other_router;
    client()->hop_mac = 5;
    flue_host_routes_changed(client()->host, world.now);
    run(10 * FLUE_MILLISECOND);
    assert_int_equal(count_trees(INITIATE), 6);
    assert_int_equal(last_tree(INITIATE)->blocks[0], 1);
    assert_int_equal(last_tree(INITIATE)->blocks[1], 0);
    assert_int_equal(count_trees(UPDATE), 1); /* HOST-024 */
    assert_int_equal(last_tree(UPDATE)->blocks[0], 1);
    assert_int_equal(last_tree(UPDATE)->blocks[1], 5);
    assert_true(last_tree(UPDATE)->is_bare); /* no MAC of the old neighbour is altered */
    assert_int_equal(count_trees(TERMINATE), 1);
    assert_int_equal(last_tree(TERMINATE)->root, FLUE_NEIGHBOR_OFFLOAD_DELEGATED_STATE);
    flue_target_get_statistics(client()->target, &statistics);
    assert_int_equal(statistics.neighbors, 1);
    assert_int_equal(statistics.paths, 5);
    for (uint32_t i = 0; i < 5; i++) {
        exchange(i);
        assert_int_equal(client()->last_destination.bytes[4], 5);
        assert_int_equal(owner(i), FLUE_OWNER_TARGET);
    }
    finish();
}

/* A run is the same wherever its memory lies. */
static void
test_neighbor_relinked_paths_come_in_the_same_order_at_all_addresses(void **state)
{
    uint64_t order = 0;

    (void)state;
    for (size_t shift = 0; shift < 16; shift++) {
        void *room = malloc(16 + 4096 * shift);

        assert_non_null(room);
        start(MOST, MOST);
        client()->hop_address = other_router;
        flue_host_routes_changed(client()->host, world.now);
        run(10 * FLUE_MILLISECOND);
        assert_int_equal(last_tree(UPDATE)->blocks[1], MOST);
        if (shift == 0)
            order = last_tree(UPDATE)->order;
        assert_int_equal(last_tree(UPDATE)->order, order);
        world_destroy(&world);
        free(room);
    }
}

/* Back and forth faster than the target follows. */
static void
test_neighbor_next_hop_that_changes_its_mind_ends_where_it_should(void **state)
{
    (void)state;
    config.target.update.call = 20 * FLUE_MILLISECOND;
    config.target.initiate.call = 10 * FLUE_MILLISECOND;
    start(3, 3);
    for (uint32_t i = 0; i < 20; i++) {
        client()->hop_address = i % 2 == 0 ? other_router : router;
        client()->hop_mac = i % 2 == 0 ? 5 : 0;
        flue_host_routes_changed(client()->host, world.now);
        run((1 + i * 3) * FLUE_MILLISECOND);
    }
    run(FLUE_SECOND);
    for (uint32_t i = 0; i < 3; i++) {
        exchange(i);
        assert_int_equal(client()->last_destination.bytes[4], 0);
        assert_int_equal(owner(i), FLUE_OWNER_TARGET);
    }
    finish();
}

/* HOST-015 */
static void
test_neighbor_failed_relink_brings_its_connections_back(void **state)
{
    (void)state;
    start(2, 2);
    client()->hop_address = other_router;
    flue_target_inject(client()->target, FLUE_TARGET_FAULT_UPDATE, 1); /* the first path */
    flue_host_routes_changed(client()->host, world.now);
    run(FLUE_SECOND);
    assert_int_equal((owner(0) == FLUE_OWNER_HOST) + (owner(1) == FLUE_OWNER_HOST), 1);
    exchange(0);
    exchange(1);
    finish();
}

static void
test_neighbor_refused_new_next_hop_brings_all_back(void **state)
{
    (void)state;
    config.target.max_neighbors = 1;
    start(3, 3);
    client()->hop_address = other_router;
    client()->hop_mac = 5;
    flue_host_routes_changed(client()->host, world.now);
    run(FLUE_SECOND);
    for (uint32_t i = 0; i < 3; i++) {
        assert_int_equal(owner(i), FLUE_OWNER_HOST);
        exchange(i);
    }
    finish();
}

/* STATUS-001: a target that is paused takes no neighbour either. */
static void
test_neighbor_new_next_hop_during_a_pause_brings_all_back(void **state)
{
    (void)state;
    start(2, 2);
    assert_int_equal(flue_target_pause(client()->target, world.now), FLUE_OK);
    run(FLUE_MILLISECOND);
    client()->hop_address = other_router;
    flue_host_routes_changed(client()->host, world.now);
    run(FLUE_SECOND);
    for (uint32_t i = 0; i < 2; i++) {
        assert_int_equal(owner(i), FLUE_OWNER_HOST);
        exchange(i);
    }
    assert_int_equal(flue_target_resume(client()->target, world.now, NULL), FLUE_OK);
    finish();
}

static void
test_neighbor_lost_route_brings_connections_back(void **state)
{
    (void)state;
    start(2, 2);
    client()->has_route = false;
    flue_host_routes_changed(client()->host, world.now);
    run(FLUE_SECOND);
    for (uint32_t i = 0; i < 2; i++) {
        assert_int_equal(owner(i), FLUE_OWNER_HOST);
        exchange(i);
    }
    finish();
}

/* A connection on its way down when the route goes is caught when it arrives. */
static void
test_neighbor_route_change_during_a_move_is_seen_behind_it(void **state)
{
    (void)state;
    config.target.initiate.call = 50 * FLUE_MILLISECOND;
    start(1, 0);
    assert_int_equal(flue_host_offload(connections[0], world.now), FLUE_OK);
    run(10 * FLUE_MILLISECOND);
    client()->hop_address = other_router;
    client()->hop_mac = 5;
    flue_host_routes_changed(client()->host, world.now);
    run(FLUE_SECOND);
    assert_int_equal(owner(0), FLUE_OWNER_TARGET);
    exchange(0);
    assert_int_equal(client()->last_destination.bytes[4], 5);
    finish();
}

/* ---- MTUs --------------------------------------------------------------------------------------
 */

static void
test_neighbor_path_mtu_follows_the_adapter(void **state)
{
    static const uint32_t mtus[] = {900, 1500};

    (void)state;
    start(2, 2);
    exchange(0);
    assert_int_equal(client()->largest, 1500);
    for (uint32_t i = 0; i < 2; i++) {
        client()->path_mtu = mtus[i];
        flue_host_routes_changed(client()->host, world.now);
        run(FLUE_MILLISECOND);
        assert_int_equal(count_trees(UPDATE), 2 * (i + 1)); /* each path */
        assert_int_equal(last_tree(UPDATE)->root, FLUE_IP4_OFFLOAD_CACHED_STATE);
        for (uint32_t j = 0; j < 2; j++) {
            client()->largest = 0;
            exchange(j);
            assert_int_equal(client()->largest, mtus[i]);
        }
    }
    finish();
}

/* Sends a segment, of which an ICMP error speaks while it is in flight. */
static void
send_too_big(uint32_t i, uint32_t seq_offset, uint32_t mtu)
{
    struct flue_tcp_icmp icmp = {.type = 3, .code = 4, .mtu = mtu, .quoted_length = 1500};
    struct flue_four_tuple tuple = *flue_host_tuple(connections[i]);
    uint32_t count;

    world.record_count = 0;
    assert_int_equal(flue_host_send(connections[i], world.now, NULL, 3000, &count), FLUE_OK);
    assert_true(world.record_count > 0);
    icmp.seq = world.records[0].seq + seq_offset;
    (void)flue_host_icmp_input(client()->host, world.now, &tuple, &icmp);
    run(FLUE_SECOND);
    assert_int_equal(flue_host_receive(accepted[i], world.now, NULL, 3000), 3000);
    client()->largest = 0;
    exchange(i);
}

static void
test_neighbor_icmp_too_big_reaches_the_target(void **state)
{
    (void)state;
    start(2, 1);
    send_too_big(0, 0, 1200);
    assert_int_equal(client()->largest, 1200);
    assert_int_equal(owner(0), FLUE_OWNER_TARGET);
    assert_int_equal(count_trees(QUERY), 1);
    send_too_big(1, 0, 1100); /* the same for one of the host's own */
    assert_int_equal(client()->largest, 1100);
    assert_int_equal(count_trees(QUERY), 1);
    finish();
}

/* RFC 5927 4.1 */
static void
test_neighbor_icmp_that_quotes_nothing_in_flight_is_ignored(void **state)
{
    (void)state;
    start(1, 1);
    send_too_big(0, 10000, 1200);
    assert_int_equal(client()->largest, 1500);
    send_too_big(0, (uint32_t)-1, 1200);
    assert_int_equal(client()->largest, 1500);
    send_too_big(0, 0, 68); /* nobody's MTU is that small */
    assert_int_equal(client()->largest, 296);
    finish();
}

/* What the host's connection found out goes with it. */
static void
test_neighbor_known_path_mtu_goes_with_the_connection(void **state)
{
    (void)state;
    start(1, 0);
    send_too_big(0, 0, 1100);
    assert_int_equal(flue_host_offload(connections[0], world.now), FLUE_OK);
    run(FLUE_SECOND);
    client()->largest = 0;
    exchange(0);
    assert_int_equal(owner(0), FLUE_OWNER_TARGET);
    assert_int_equal(client()->largest, 1100);
    finish();
}

#define FRESH(test) cmocka_unit_test_setup(test, set_up)

int
main(void)
{
    const struct CMUnitTest tests[] = {
        FRESH(test_neighbor_query_fresh_entry_answers_its_age),
        FRESH(test_neighbor_query_stale_entry_with_progress_is_not_probed),
        FRESH(test_neighbor_query_stale_entry_without_progress_is_solicited),
        FRESH(test_neighbor_silent_one_is_invalidated_and_its_connections_come_back),
        FRESH(test_neighbor_own_datagram_in_delay_asks_the_target),
        FRESH(test_neighbor_failed_query_ends_it),
        FRESH(test_neighbor_without_a_handler_is_never_solicited),
        FRESH(test_neighbor_changed_mac_is_updated_and_links_stay),
        FRESH(test_neighbor_changed_mac_is_seen_at_the_next_look),
        FRESH(test_neighbor_changed_next_hop_relinks_all_paths_in_one_tree),
        FRESH(test_neighbor_relinked_paths_come_in_the_same_order_at_all_addresses),
        FRESH(test_neighbor_next_hop_that_changes_its_mind_ends_where_it_should),
        FRESH(test_neighbor_failed_relink_brings_its_connections_back),
        FRESH(test_neighbor_refused_new_next_hop_brings_all_back),
        FRESH(test_neighbor_new_next_hop_during_a_pause_brings_all_back),
        FRESH(test_neighbor_lost_route_brings_connections_back),
        FRESH(test_neighbor_route_change_during_a_move_is_seen_behind_it),
        FRESH(test_neighbor_path_mtu_follows_the_adapter),
        FRESH(test_neighbor_icmp_too_big_reaches_the_target),
        FRESH(test_neighbor_icmp_that_quotes_nothing_in_flight_is_ignored),
        FRESH(test_neighbor_known_path_mtu_goes_with_the_connection),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
