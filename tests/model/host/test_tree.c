/* SPDX-License-Identifier: GPL-2.0-or-later
 *
 * The trees that the host hands down, and what it does and does not while they are on their way.
 */
#include "world.h"

#include <string.h>

enum { CONNECTIONS = 5, TREES = 16 };

/* What a tree looked like when it came to the provider. */
struct tree {
    uint32_t blocks[3]; /* by layer */
    uint32_t linkers[3];
    uint32_t lists;    /* of send data, chained */
    uint32_t buffered; /* bytes of undelivered receive data */
};

struct spy {
    struct flue_provider real;
    struct tree initiated[TREES];
    uint32_t initiates;
    struct tree terminated[TREES];
    uint32_t terminates;
    uint32_t forwards;
    uint32_t sends;
};

static struct spy spy;
static struct world world;
static struct flue_host_connection *connections[CONNECTIONS];
static struct flue_host_connection *accepted[CONNECTIONS];
static uint32_t accepted_count;
static uint32_t readable_count;

static struct tree
look_at(struct flue_block_list *root)
{
    struct tree tree = {{0}, {0}, 0, 0};
    struct flue_block_walk walk;

    for (struct flue_block_list *block = flue_block_walk_first(&walk, root); block != NULL;
         block = flue_block_walk_next(&walk)) {
        tree.blocks[walk.depth]++;
        assert_non_null(block->offload_handle);
        if (*block->miniport_offload_context != NULL)
            tree.linkers[walk.depth]++;
        for (const struct flue_buffer_list *it = block->net_buffer_list_chain; it != NULL;
             it = it->next)
            tree.lists++;
        if (block->header.type == FLUE_TCP_OFFLOAD_STATE) {
            const struct flue_tcp_block *tcp = (const struct flue_tcp_block *)block;

            assert_int_equal(tcp->delegated.state, FLUE_TCP_CONNECTION_ESTABLISHED); /* HOST-002 */
            for (const struct flue_buffer_list *it = tcp->delegated.buffered_data; it != NULL;
                 it = it->next)
                tree.buffered += it->buffer.data_length;
        }
    }
    return tree;
}

static void
spy_initiate(void *adapter, flue_time now, struct flue_block_list *tree)
{
    assert_true(spy.initiates < TREES);
    spy.initiated[spy.initiates++] = look_at(tree);
    spy.real.initiate_offload(adapter, now, tree);
}

static void
spy_terminate(void *adapter, flue_time now, struct flue_block_list *tree)
{
    assert_true(spy.terminates < TREES);
    spy.terminated[spy.terminates++] = look_at(tree);
    spy.real.terminate_offload(adapter, now, tree);
}

static enum flue_status
spy_forward(void *adapter, flue_time now, void *context, struct flue_buffer_list *lists)
{
    spy.forwards++;
    assert_non_null(context); /* HOST-004 */
    return spy.real.tcp_offload_forward(adapter, now, context, lists);
}

static enum flue_status
spy_send(void *adapter, flue_time now, void *context, struct flue_buffer_list *lists)
{
    spy.sends++;
    assert_non_null(context); /* HOST-004 */
    return spy.real.tcp_offload_send(adapter, now, context, lists);
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
on_readable(void *user, flue_time now, struct flue_host_connection *connection)
{
    (void)user;
    (void)now;
    (void)connection;
    readable_count++;
}

static void
start(flue_time initiate_delay, enum flue_offload_policy policy, bool has_route)
{
    struct world_config config = world_config_default();
    struct flue_host_listener *listener;
    struct flue_provider *provider;

    memset(&spy, 0, sizeof spy);
    accepted_count = 0;
    readable_count = 0;
    config.target.initiate.tcp = initiate_delay;
    config.target.terminate.tcp = initiate_delay;
    config.host.policy.kind = policy;
    config.handlers[1].accepted = on_accepted;
    config.handlers[0].readable = on_readable;
    world_create(&world, &config);
    world.machines[0].has_route = has_route;
    provider = flue_target_provider(world.machines[0].target);
    spy.real = *provider;
    provider->initiate_offload = spy_initiate;
    provider->terminate_offload = spy_terminate;
    provider->tcp_offload_forward = spy_forward;
    provider->tcp_offload_send = spy_send;
    assert_int_equal(
        flue_host_listen(world.machines[1].host, 4, NULL, WORLD_PORT, 10, NULL, NULL, &listener),
        FLUE_OK);
    for (uint32_t i = 0; i < CONNECTIONS; i++) {
        struct flue_four_tuple tuple = world_tuple((uint16_t)(2000 + i));

        assert_int_equal(flue_host_connect(world.machines[0].host, world.now, &tuple, NULL, NULL,
                                           &connections[i]),
                         FLUE_OK);
    }
    world_run(&world, FLUE_SECOND);
    assert_int_equal(accepted_count, CONNECTIONS);
}

static void
offload(uint32_t i)
{
    assert_int_equal(flue_host_offload(connections[i], world.now), FLUE_OK);
}

static void
run(flue_time time)
{
    world_run(&world, world.now + time);
}

/* HOST-003: what comes while the neighbour is on its way goes in one later tree, by linkers. */
static void
test_tree_later_connections_wait_for_their_path(void **state)
{
    (void)state;
    start(FLUE_MILLISECOND, FLUE_POLICY_NEVER, true);
    for (uint32_t i = 0; i < CONNECTIONS; i++)
        offload(i);
    assert_int_equal(spy.initiates, 1);
    assert_int_equal(flue_host_owner(connections[0]), FLUE_OWNER_OFFLOADING);
    assert_int_equal(flue_host_owner(connections[1]), FLUE_OWNER_HOST); /* it waits */
    assert_int_equal(flue_host_offload(connections[1], world.now), FLUE_ERROR_STATE);
    assert_int_equal(flue_host_upload(connections[0], world.now), FLUE_ERROR_STATE);
    run(FLUE_SECOND);
    assert_int_equal(spy.initiates, 2);
    for (uint32_t layer = 0; layer < 3; layer++) {
        assert_int_equal(spy.initiated[0].blocks[layer], 1);
        assert_int_equal(spy.initiated[0].linkers[layer], 0);
    }
    assert_int_equal(spy.initiated[1].linkers[0], 1); /* STATE-021 */
    assert_int_equal(spy.initiated[1].linkers[1], 1);
    assert_int_equal(spy.initiated[1].blocks[2], CONNECTIONS - 1);
    for (uint32_t i = 0; i < CONNECTIONS; i++)
        assert_int_equal(flue_host_owner(connections[i]), FLUE_OWNER_TARGET);
    world_destroy(&world);
}

static void
test_tree_connections_offloaded_together_share_it(void **state)
{
    (void)state;
    start(FLUE_MILLISECOND, FLUE_POLICY_NEVER, true);
    flue_host_hold(world.machines[0].host);
    for (uint32_t i = 0; i < CONNECTIONS; i++)
        offload(i);
    assert_int_equal(spy.initiates, 0);
    flue_host_release(world.machines[0].host, world.now);
    assert_int_equal(spy.initiates, 1);
    assert_int_equal(spy.initiated[0].blocks[2], CONNECTIONS);
    run(FLUE_SECOND);
    for (uint32_t i = 0; i < CONNECTIONS; i++)
        assert_int_equal(flue_host_owner(connections[i]), FLUE_OWNER_TARGET);
    flue_host_hold(world.machines[0].host);
    for (uint32_t i = 0; i < CONNECTIONS; i++)
        assert_int_equal(flue_host_upload(connections[i], world.now), FLUE_OK);
    flue_host_release(world.machines[0].host, world.now);
    run(FLUE_SECOND);
    assert_int_equal(spy.terminated[spy.terminates - 1].blocks[1], 1);
    world_destroy(&world);
}

/* HOST-013: path and neighbour go together, with the last connection. */
static void
test_tree_last_upload_ends_path_and_neighbour(void **state)
{
    struct flue_target_statistics statistics;

    (void)state;
    start(0, FLUE_POLICY_NEVER, true);
    offload(0);
    offload(1);
    run(FLUE_SECOND);
    assert_int_equal(flue_host_upload(connections[0], world.now), FLUE_OK);
    run(FLUE_SECOND);
    assert_int_equal(spy.terminates, 1);
    assert_int_equal(flue_host_upload(connections[1], world.now), FLUE_OK);
    run(FLUE_SECOND);
    assert_int_equal(spy.terminates, 3);
    assert_int_equal(spy.terminated[2].blocks[0], 1);
    assert_int_equal(spy.terminated[2].blocks[1], 1);
    flue_target_get_statistics(world.machines[0].target, &statistics);
    assert_int_equal(statistics.neighbors, 0);
    offload(0); /* and all of it can come again */
    run(FLUE_SECOND);
    assert_int_equal(flue_host_owner(connections[0]), FLUE_OWNER_TARGET);
    assert_int_equal(spy.initiated[spy.initiates - 1].linkers[0], 0);
    world_destroy(&world);
}

/* HOST-004, HOST-008, HOST-009: nothing goes down during the move, everything behind it. */
static void
test_tree_work_during_a_move_goes_down_afterwards(void **state)
{
    uint32_t count;
    uint8_t bytes[100];

    (void)state;
    start(50 * FLUE_MILLISECOND, FLUE_POLICY_NEVER, true);
    offload(0);
    assert_int_equal(flue_host_send(connections[0], world.now, NULL, 5000, &count), FLUE_OK);
    memset(bytes, 7, sizeof bytes);
    assert_int_equal(flue_host_send(accepted[0], world.now, bytes, sizeof bytes, &count), FLUE_OK);
    run(10 * FLUE_MILLISECOND); /* the peer's segment is here by now */
    assert_int_equal(spy.sends, 0);
    assert_int_equal(spy.forwards, 0);
    assert_int_equal(flue_host_available(connections[0]), 0);
    run(FLUE_SECOND);
    assert_int_equal(spy.sends, 1);
    assert_int_equal(spy.forwards, 1);
    assert_int_equal(flue_host_available(connections[0]), sizeof bytes);
    memset(bytes, 0, sizeof bytes);
    assert_int_equal(flue_host_receive(connections[0], world.now, bytes, 1000), sizeof bytes);
    assert_int_equal(bytes[99], 7);
    assert_int_equal(flue_host_available(accepted[0]), 5000);
    world_destroy(&world);
}

/* HOST-016: unread data goes with the connection, and comes back to be read. */
static void
test_tree_unread_data_is_handed_over_and_comes_back(void **state)
{
    uint8_t bytes[3000];
    uint32_t count;
    uint32_t before;

    (void)state;
    start(0, FLUE_POLICY_NEVER, true);
    for (uint32_t i = 0; i < sizeof bytes; i++)
        bytes[i] = (uint8_t)(i * 3);
    assert_int_equal(flue_host_send(accepted[0], world.now, bytes, sizeof bytes, &count), FLUE_OK);
    run(FLUE_SECOND);
    assert_int_equal(flue_host_receive(connections[0], world.now, NULL, 1000), 1000);
    before = readable_count;
    offload(0);
    assert_int_equal(spy.initiated[0].buffered, 2000);
    run(FLUE_SECOND);
    assert_int_equal(flue_host_owner(connections[0]), FLUE_OWNER_TARGET);
    assert_true(readable_count > before);
    assert_int_equal(flue_host_available(connections[0]), 2000);
    assert_int_equal(flue_host_receive(connections[0], world.now, bytes, sizeof bytes), 2000);
    for (uint32_t i = 0; i < 2000; i++)
        assert_int_equal(bytes[i], (uint8_t)((1000 + i) * 3));
    world_destroy(&world);
}

/* Unread data counts in the window wherever the connection is (RFC 9293 3.8.6): moves make no room
 * for more of it. */
static void
test_tree_unread_data_keeps_the_window_shut_through_moves(void **state)
{
    const uint32_t room = flue_tcp_config_default().options.receive_buffer_bytes;
    uint32_t count;

    (void)state;
    start(0, FLUE_POLICY_NEVER, true);
    for (uint32_t i = 0; i < 8; i++) {
        if (i % 2 == 0)
            offload(0);
        else
            assert_int_equal(flue_host_upload(connections[0], world.now), FLUE_OK);
        assert_int_equal(flue_host_send(accepted[0], world.now, NULL, UINT32_MAX, &count), FLUE_OK);
        run(5 * FLUE_SECOND);
        assert_in_range(flue_host_available(connections[0]), room / 2, room);
    }
    assert_int_equal(flue_host_receive(connections[0], world.now, NULL, UINT32_MAX), room);
    run(90 * FLUE_SECOND); /* a probe of the window finds it open */
    assert_true(flue_host_available(connections[0]) > 0);
    world_destroy(&world);
}

static void
test_policy_always_offloads_when_the_route_is_known(void **state)
{
    uint32_t count;

    (void)state;
    start(0, FLUE_POLICY_ALWAYS, false);
    assert_int_equal(spy.initiates, 0);
    assert_int_equal(flue_host_offload(connections[0], world.now), FLUE_ERROR_UNREACHABLE);
    world.machines[0].has_route = true;
    assert_int_equal(flue_host_send(connections[3], world.now, NULL, 10, &count), FLUE_OK);
    run(FLUE_SECOND);
    assert_int_equal(flue_host_owner(connections[3]), FLUE_OWNER_TARGET);
    assert_int_equal(flue_host_owner(connections[2]), FLUE_OWNER_HOST);
    world_destroy(&world);
    start(0, FLUE_POLICY_ALWAYS, true);
    for (uint32_t i = 0; i < CONNECTIONS; i++)
        assert_int_equal(flue_host_owner(connections[i]), FLUE_OWNER_TARGET); /* HOST-001 */
    world_destroy(&world);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_tree_later_connections_wait_for_their_path),
        cmocka_unit_test(test_tree_connections_offloaded_together_share_it),
        cmocka_unit_test(test_tree_last_upload_ends_path_and_neighbour),
        cmocka_unit_test(test_tree_work_during_a_move_goes_down_afterwards),
        cmocka_unit_test(test_tree_unread_data_is_handed_over_and_comes_back),
        cmocka_unit_test(test_tree_unread_data_keeps_the_window_shut_through_moves),
        cmocka_unit_test(test_policy_always_offloads_when_the_route_is_known),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
