/* SPDX-License-Identifier: GPL-2.0-or-later
 *
 * How long a closed connection is remembered, and where its variables are to be had meanwhile.
 */
#include "world.h"

static struct world world;
static struct flue_host_connection *connection;
static struct flue_host_connection *accepted;

static void
on_accepted(void *user, flue_time now, struct flue_host_listener *listener,
            struct flue_host_connection *it)
{
    (void)user;
    (void)now;
    (void)listener;
    accepted = it;
}

static int
set_up(void **state)
{
    struct world_config config = world_config_default();
    struct flue_four_tuple tuple = world_tuple(6000);
    struct flue_host_listener *listener;

    (void)state;
    config.handlers[1].accepted = on_accepted;
    world_create(&world, &config);
    assert_int_equal(
        flue_host_listen(world.machines[1].host, 4, NULL, WORLD_PORT, 1, NULL, NULL, &listener),
        FLUE_OK);
    assert_int_equal(flue_host_connect(world.machines[0].host, 0, &tuple, NULL, NULL, &connection),
                     FLUE_OK);
    world_run(&world, FLUE_SECOND);
    assert_non_null(accepted);
    return 0;
}

static int
tear_down(void **state)
{
    (void)state;
    world_destroy(&world);
    return 0;
}

/* Machine 0 closes first, and waits for the other. */
static void
close_both(void)
{
    assert_int_equal(flue_host_shutdown(connection, world.now), FLUE_OK);
    world_run(&world, world.now + FLUE_SECOND);
    flue_host_close(accepted, world.now);
    world_run(&world, world.now + FLUE_SECOND);
    flue_host_close(connection, world.now);
}

static enum flue_result
find(enum flue_tcp_connection_state *state)
{
    struct flue_four_tuple tuple = world_tuple(6000);
    struct flue_tcp_snapshot snapshot = {0};
    enum flue_result result =
        flue_host_find_snapshot(world.machines[0].host, world.now, &tuple, &snapshot);

    *state = snapshot.state;
    return result;
}

static void
assert_forgotten_after(flue_time length)
{
    flue_time start = world.now - FLUE_SECOND; /* when the peer's FIN came */
    enum flue_tcp_connection_state state;

    world_run(&world, start + length - FLUE_SECOND / 2);
    assert_int_equal(find(&state), FLUE_OK);
    assert_int_equal(state, FLUE_TCP_CONNECTION_TIME_WAIT);
    world_run(&world, start + length + FLUE_SECOND / 2);
    assert_int_equal(find(&state), FLUE_ERROR_NOT_FOUND);
}

static void
test_time_wait_lasts_as_the_configuration_says(void **state)
{
    (void)state;
    close_both();
    assert_forgotten_after(60 * FLUE_SECOND);
}

static void
test_time_wait_lasts_as_the_connection_says(void **state)
{
    (void)state;
    flue_host_set_time_wait(connection, 5000);
    close_both();
    assert_forgotten_after(5 * FLUE_SECOND);
}

static void
test_time_wait_behind_an_upload_lasts_as_the_connection_says(void **state)
{
    struct flue_four_tuple tuple = world_tuple(6000);
    struct flue_tcp_snapshot snapshot;
    enum flue_tcp_connection_state tcp_state;

    (void)state;
    flue_host_set_time_wait(connection, 5000);
    assert_int_equal(flue_host_offload(connection, world.now), FLUE_OK);
    world_run(&world, world.now + FLUE_SECOND);
    assert_int_equal(find(&tcp_state), FLUE_ERROR_STATE);
    assert_true(flue_target_get_snapshot(world.machines[0].target, world.now, &tuple, &snapshot));
    assert_int_equal(snapshot.state, FLUE_TCP_CONNECTION_ESTABLISHED);
    close_both();
    assert_false(flue_target_get_snapshot(world.machines[0].target, world.now, &tuple, &snapshot));
    assert_forgotten_after(5 * FLUE_SECOND);
}

/* Outside TIME_WAIT the engine does nothing of the kind. */
static void
test_time_wait_of_an_open_connection_is_not_limited(void **state)
{
    (void)state;
    flue_host_set_time_wait(connection, 1);
    world_run(&world, world.now + 10 * FLUE_SECOND);
    assert_int_equal(flue_host_owner(connection), FLUE_OWNER_HOST);
    close_both();
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(test_time_wait_lasts_as_the_configuration_says, set_up,
                                        tear_down),
        cmocka_unit_test_setup_teardown(test_time_wait_lasts_as_the_connection_says, set_up,
                                        tear_down),
        cmocka_unit_test_setup_teardown(
            test_time_wait_behind_an_upload_lasts_as_the_connection_says, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_time_wait_of_an_open_connection_is_not_limited, set_up,
                                        tear_down),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
