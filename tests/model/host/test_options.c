/* SPDX-License-Identifier: GPL-2.0-or-later
 *
 * A connection's options, wherever it lives: changed on the host, on a target and between the two.
 */
#include "world.h"

#include "host/parts.h"
#include "target/parts.h"

#include <string.h>

static struct world world;
static struct world_config config;
static struct flue_host_connection *connection;
static struct flue_host_connection *accepted;
static uint8_t ttl; /* of the last segment of machine 0 */
static uint8_t traffic_class;

static void
watch(struct world *seen, const struct machine *from, const struct flue_four_tuple *tuple,
      const struct flue_tcp_segment *segment)
{
    (void)seen;
    (void)tuple;
    if (from->index == 0) {
        ttl = segment->hop_limit;
        traffic_class = segment->traffic_class;
    }
}

static void
on_accepted(void *user, flue_time now, struct flue_host_listener *listener,
            struct flue_host_connection *it)
{
    (void)user;
    (void)now;
    (void)listener;
    accepted = it;
}

static void
run(flue_time time)
{
    world_run(&world, world.now + time);
}

static int
set_up(void **state)
{
    (void)state;
    config = world_config_default();
    config.handlers[1].accepted = on_accepted;
    return 0;
}

static void
start(void)
{
    struct flue_four_tuple tuple = world_tuple(6000);
    struct flue_host_listener *listener;

    world_create(&world, &config);
    world.watch = watch;
    assert_int_equal(
        flue_host_listen(world.machines[1].host, 4, NULL, WORLD_PORT, 1, NULL, NULL, &listener),
        FLUE_OK);
    assert_int_equal(
        flue_host_connect(world.machines[0].host, world.now, &tuple, NULL, NULL, &connection),
        FLUE_OK);
    run(100 * FLUE_MILLISECOND);
}

static void
offload(void)
{
    assert_int_equal(flue_host_offload(connection, world.now), FLUE_OK);
}

static void
exchange(void)
{
    uint32_t count;

    assert_int_equal(flue_host_send(connection, world.now, NULL, 100, &count), FLUE_OK);
    run(100 * FLUE_MILLISECOND);
    assert_int_equal(flue_host_receive(accepted, world.now, NULL, 100), 100);
    run(100 * FLUE_MILLISECOND);
}

static struct flue_tcp_options
options_now(void)
{
    struct flue_tcp_options options;

    assert_int_equal(flue_host_get_options(connection, &options), FLUE_OK);
    return options;
}

/* Asks for values of `seed`'s; they must be told again, and be on the wire. */
static void
change(uint8_t seed)
{
    struct flue_tcp_options options = options_now();

    options.ttl = (uint8_t)(100 + seed);
    options.traffic_class = (uint8_t)(4 * seed);
    options.use_nagle = seed % 2 == 0;
    options.use_keepalive = seed % 2 == 1;
    options.keepalive_idle_ticks = 1000U * seed;
    options.keepalive_interval_ticks = 100U * seed;
    options.keepalive_probes = seed;
    options.max_rt_ticks = 10000U * seed;
    options.receive_buffer_bytes = 100000U + seed;
    assert_int_equal(flue_host_set_options(connection, world.now, &options, NULL), FLUE_OK);
}

static void
assert_changed(uint8_t seed)
{
    struct flue_tcp_options options = options_now();

    assert_int_equal(options.ttl, 100 + seed);
    assert_int_equal(options.traffic_class, 4 * seed);
    assert_int_equal(options.use_nagle, seed % 2 == 0);
    assert_int_equal(options.use_keepalive, seed % 2 == 1);
    assert_int_equal(options.keepalive_idle_ticks, 1000U * seed);
    assert_int_equal(options.keepalive_interval_ticks, 100U * seed);
    assert_int_equal(options.keepalive_probes, seed);
    assert_int_equal(options.max_rt_ticks, 10000U * seed);
    assert_int_equal(options.receive_buffer_bytes, 100000U + seed);
    exchange();
    assert_int_equal(ttl, 100 + seed);
    assert_int_equal(traffic_class, 4 * seed);
}

static void
finish(void)
{
    flue_host_close(connection, world.now);
    flue_host_close(accepted, world.now);
    run(200 * FLUE_SECOND);
    world_assert_idle(&world);
    world_destroy(&world);
}

static void
test_options_change_in_every_place(void **state)
{
    (void)state;
    start();
    change(1);
    assert_changed(1);
    offload();
    run(FLUE_MILLISECOND);
    assert_int_equal(flue_host_owner(connection), FLUE_OWNER_TARGET);
    assert_changed(1);
    change(2);
    run(FLUE_MILLISECOND);
    assert_changed(2);
    assert_int_equal(flue_host_owner(connection), FLUE_OWNER_TARGET);
    assert_int_equal(flue_host_upload(connection, world.now), FLUE_OK);
    run(FLUE_MILLISECOND);
    assert_int_equal(flue_host_owner(connection), FLUE_OWNER_HOST);
    assert_changed(2);
    finish();
}

static void
test_options_changed_during_a_move_arrive_with_it(void **state)
{
    (void)state;
    config.target.initiate.tcp = 20 * FLUE_MILLISECOND;
    config.target.terminate.tcp = 20 * FLUE_MILLISECOND;
    start();
    offload();
    change(3);
    assert_int_equal(flue_host_owner(connection), FLUE_OWNER_OFFLOADING);
    run(50 * FLUE_MILLISECOND);
    assert_int_equal(flue_host_owner(connection), FLUE_OWNER_TARGET);
    assert_changed(3);
    assert_int_equal(flue_host_upload(connection, world.now), FLUE_OK);
    change(4);
    assert_int_equal(flue_host_owner(connection), FLUE_OWNER_UPLOADING);
    run(50 * FLUE_MILLISECOND);
    assert_changed(4);
    assert_int_equal(flue_host_owner(connection), FLUE_OWNER_HOST);
    finish();
}

/* HOST-005: one update at a time; HOST-011: the upload waits for it. The verifier watches both. */
static void
test_options_changed_twice_are_updated_in_turn(void **state)
{
    (void)state;
    config.target.update.call = 20 * FLUE_MILLISECOND;
    start();
    offload();
    run(FLUE_MILLISECOND);
    change(5);
    change(6);
    change(7);
    run(100 * FLUE_MILLISECOND);
    assert_changed(7);
    change(8);
    assert_int_equal(flue_host_upload(connection, world.now), FLUE_OK);
    run(10 * FLUE_MILLISECOND);
    assert_int_equal(flue_host_owner(connection), FLUE_OWNER_TARGET);
    run(100 * FLUE_MILLISECOND);
    assert_int_equal(flue_host_owner(connection), FLUE_OWNER_HOST);
    assert_changed(8);
    finish();
}

/* HOST-015 */
static void
test_options_failed_update_brings_the_connection_back(void **state)
{
    (void)state;
    start();
    offload();
    run(FLUE_MILLISECOND);
    world.machines[0].target->config.max_receive_window = 1000; /* refuses, and loses nothing */
    change(9);
    run(100 * FLUE_MILLISECOND);
    assert_int_equal(flue_host_owner(connection), FLUE_OWNER_HOST);
    assert_changed(9); /* as wanted, on the host */
    finish();
}

static void
test_options_that_cannot_follow_are_refused_by_name(void **state)
{
    struct flue_tcp_options options;
    const char *field = NULL;

    (void)state;
    start();
    offload();
    run(FLUE_MILLISECOND);
    options = options_now();
    options.use_delayed_ack = !options.use_delayed_ack;
    options.ttl = 77;
    assert_int_equal(flue_host_set_options(connection, world.now, &options, &field),
                     FLUE_ERROR_STATE);
    assert_string_equal(field, "use_delayed_ack");
    assert_int_equal(options_now().ttl, 64); /* nothing has changed */
    options = options_now();
    options.ttl = 0;
    assert_int_equal(flue_host_set_options(connection, world.now, &options, &field),
                     FLUE_ERROR_INVALID);
    assert_string_equal(field, "ttl");
    exchange();
    assert_int_equal(ttl, 64);
    finish();
}

#define FRESH(test) cmocka_unit_test_setup(test, set_up)

int
main(void)
{
    const struct CMUnitTest tests[] = {
        FRESH(test_options_change_in_every_place),
        FRESH(test_options_changed_during_a_move_arrive_with_it),
        FRESH(test_options_changed_twice_are_updated_in_turn),
        FRESH(test_options_failed_update_brings_the_connection_back),
        FRESH(test_options_that_cannot_follow_are_refused_by_name),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
