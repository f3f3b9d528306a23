/* SPDX-License-Identifier: GPL-2.0-or-later
 *
 * A host without memory: what it must be able to do with connections on a target all the same.
 */
#include "world.h"

enum { CONNECTIONS = 60 };

static struct world world;
static struct flue_host_connection *connections[CONNECTIONS];
static uint32_t peer_closed_count;

static void
on_peer_closed(void *user, flue_time now, struct flue_host_connection *connection)
{
    (void)user;
    (void)now;
    (void)connection;
    peer_closed_count++;
}

static void
run(flue_time duration)
{
    world_run(&world, world.now + duration);
}

/* All connections on the client's target, and not a byte of memory. */
static void
start(void)
{
    struct world_config config = world_config_default();
    struct flue_host_listener *listener;

    peer_closed_count = 0;
    config.handlers[1].peer_closed = on_peer_closed;
    world_create(&world, &config);
    assert_int_equal(flue_host_listen(world.machines[1].host, 4, NULL, WORLD_PORT, CONNECTIONS,
                                      NULL, NULL, &listener),
                     FLUE_OK);
    for (uint32_t i = 0; i < CONNECTIONS; i++) {
        struct flue_four_tuple tuple = world_tuple((uint16_t)(10000 + i));

        assert_int_equal(flue_host_connect(world.machines[0].host, world.now, &tuple, NULL, NULL,
                                           &connections[i]),
                         FLUE_OK);
    }
    run(FLUE_SECOND);
    for (uint32_t i = 0; i < CONNECTIONS; i++) {
        assert_int_equal(flue_host_offload(connections[i], world.now), FLUE_OK);
        run(FLUE_SECOND); /* one at a time: no blocks are left over */
        assert_int_equal(flue_host_owner(connections[i]), FLUE_OWNER_TARGET);
    }
    world.memory.fail_call = world.memory.calls + 1;
    world.memory.fail_after = true;
}

/* One termination at a time can do without, and the others wait for it. */
static void
test_memory_without_it_all_connections_come_back(void **state)
{
    (void)state;
    start();
    for (uint32_t i = 0; i < CONNECTIONS; i++)
        assert_int_equal(flue_host_upload(connections[i], world.now), FLUE_OK);
    run(FLUE_SECOND);
    for (uint32_t i = 0; i < CONNECTIONS; i++)
        assert_int_equal(flue_host_owner(connections[i]), FLUE_OWNER_HOST);
    world_destroy(&world);
}

static void
test_memory_without_it_fins_are_sent_from_here(void **state)
{
    (void)state;
    start();
    for (uint32_t i = 0; i < CONNECTIONS; i++)
        assert_int_equal(flue_host_shutdown(connections[i], world.now), FLUE_OK);
    run(FLUE_SECOND);
    assert_int_equal(peer_closed_count, CONNECTIONS);
    world_destroy(&world);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_memory_without_it_all_connections_come_back),
        cmocka_unit_test(test_memory_without_it_fins_are_sent_from_here),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
