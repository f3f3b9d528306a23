/* SPDX-License-Identifier: GPL-2.0-or-later
 *
 * Posted reads: the application's memory is filled wherever the connection lives, and given back
 * whatever becomes of it.
 */
#include "world.h"

#include <string.h>

enum { READS = 8, LENGTH = 4000 };

static struct world world;
static struct flue_host_connection *client;
static struct flue_host_connection *server;
static uint8_t memory[READS][LENGTH];
static struct {
    void *bytes;
    uint32_t length;
    bool has_connection;
} told[READS];
static uint32_t told_count;
static uint32_t readable;
static bool is_closed_late; /* the server, when it is told of a read, not of its end */

static void
on_accepted(void *user, flue_time now, struct flue_host_listener *listener,
            struct flue_host_connection *connection)
{
    (void)user;
    (void)now;
    (void)listener;
    server = connection;
}

static void
on_received(void *user, flue_time now, struct flue_host_connection *connection, void *bytes,
            uint32_t length)
{
    (void)user;
    assert_true(told_count < READS);
    told[told_count].bytes = bytes;
    told[told_count].length = length;
    told[told_count++].has_connection = connection != NULL;
    if (is_closed_late && connection != NULL) {
        server = NULL;
        flue_host_close(connection, now);
    }
}

static void
on_readable(void *user, flue_time now, struct flue_host_connection *connection)
{
    (void)user;
    (void)now;
    (void)connection;
    readable++;
}

static void
on_closed(void *user, flue_time now, struct flue_host_connection *connection,
          enum flue_result reason)
{
    (void)user;
    (void)reason;
    if (connection == client)
        client = NULL;
    if (connection == server && is_closed_late)
        return;
    if (connection == server)
        server = NULL;
    flue_host_close(connection, now);
}

static void
run_ms(uint32_t ms)
{
    world_run(&world, world.now + ms * FLUE_MILLISECOND);
}

static void
set_up(bool is_offloaded)
{
    struct world_config config = world_config_default();
    struct flue_four_tuple tuple = world_tuple(1000);
    struct flue_host_listener *listener;

    client = NULL;
    server = NULL;
    told_count = 0;
    readable = 0;
    is_closed_late = false;
    memset(memory, 0, sizeof memory);
    config.host.tcp.options.use_nagle = false;
    for (uint32_t i = 0; i < 2; i++)
        config.handlers[i] = (struct flue_host_handlers){.accepted = on_accepted,
                                                         .received = on_received,
                                                         .readable = on_readable,
                                                         .closed = on_closed};
    world_create(&world, &config);
    assert_int_equal(
        flue_host_listen(world.machines[1].host, 4, NULL, WORLD_PORT, 10, NULL, NULL, &listener),
        FLUE_OK);
    assert_int_equal(
        flue_host_connect(world.machines[0].host, world.now, &tuple, NULL, NULL, &client), FLUE_OK);
    run_ms(10);
    assert_non_null(server);
    if (is_offloaded) {
        assert_int_equal(flue_host_offload(server, world.now), FLUE_OK);
        run_ms(10);
        assert_int_equal(flue_host_owner(server), FLUE_OWNER_TARGET);
    }
    flue_host_listener_close(listener, world.now);
}

static void
tear_down(void)
{
    if (client != NULL)
        flue_host_close(client, world.now);
    if (server != NULL)
        flue_host_close(server, world.now);
    run_ms(200000);
    world_assert_idle(&world);
    world_destroy(&world);
}

static void
post(uint32_t i, uint32_t length, bool is_whole)
{
    assert_int_equal(flue_host_post_receive(server, world.now, memory[i], length, is_whole),
                     FLUE_OK);
}

static void
send_bytes(uint32_t first, uint32_t length)
{
    uint8_t bytes[LENGTH];
    uint32_t accepted;

    for (uint32_t i = 0; i < length; i++)
        bytes[i] = (uint8_t)(first + i);
    assert_int_equal(flue_host_send(client, world.now, bytes, length, &accepted), FLUE_OK);
    assert_int_equal(accepted, length);
    run_ms(1);
}

static void
check_told(uint32_t i, uint32_t first, uint32_t length)
{
    assert_true(i < told_count);
    assert_ptr_equal(told[i].bytes, memory[i]);
    assert_int_equal(told[i].length, length);
    for (uint32_t byte = 0; byte < length; byte++)
        assert_int_equal(memory[i][byte], (uint8_t)(first + byte));
}

static void
fill_three(bool is_offloaded)
{
    struct flue_target_statistics target;

    set_up(is_offloaded);
    post(0, 1000, false);
    post(1, 3000, true);
    post(2, 3000, false);
    send_bytes(1, 1000);
    assert_int_equal(told_count, 1);
    check_told(0, 1, 1000);
    send_bytes(7, 1000);
    assert_int_equal(told_count, 1); /* a whole one waits, PSH or not */
    send_bytes(7 + 1000, 2000);
    check_told(1, 7, 3000);
    send_bytes(40, 500);
    assert_int_equal(told_count, 3);
    check_told(2, 40, 500);
    assert_int_equal(readable, 0);
    flue_target_get_statistics(world.machines[1].target, &target);
    assert_int_equal(target.indications, 0); /* straight into the application's memory */
    send_bytes(3, 100);
    assert_int_equal(readable, 1);
    post(3, 1000, false); /* what is readable already, at once */
    check_told(3, 3, 100);
    post(4, 1000, true);
    post(5, 1000, false);
    send_bytes(9, 200);
    assert_int_equal(flue_host_shutdown(client, world.now), FLUE_OK);
    run_ms(10);
    check_told(4, 9, 200); /* as much as there was */
    check_told(5, 0, 0);
    post(6, 1000, false);
    run_ms(10);
    check_told(6, 0, 0);
    tear_down();
}

static void
test_reads_are_filled_on_the_host(void **state)
{
    (void)state;
    fill_three(false);
}

static void
test_reads_are_filled_on_the_target(void **state)
{
    (void)state;
    fill_three(true);
}

/* HOST-017: only the one that must be full holds data already when it goes down. */
static void
test_reads_move_with_the_connection(void **state)
{
    (void)state;
    set_up(false);
    post(0, 3000, true);
    post(1, 3000, false);
    send_bytes(0, 500);
    assert_int_equal(flue_host_offload(server, world.now), FLUE_OK);
    run_ms(10);
    send_bytes(500, 500);
    assert_int_equal(flue_host_upload(server, world.now), FLUE_OK);
    run_ms(10);
    assert_int_equal(flue_host_owner(server), FLUE_OWNER_HOST);
    assert_int_equal(told_count, 0);
    send_bytes(1000, 500);
    assert_int_equal(flue_host_offload(server, world.now), FLUE_OK);
    run_ms(10);
    send_bytes(1500, 2000);
    assert_int_equal(told_count, 2);
    check_told(0, 0, 3000);
    check_told(1, 3000, 500);
    tear_down();
}

/* The memory comes back without the connection's name, when nobody will write to it. */
static void
test_reads_outlive_a_close(void **state)
{
    (void)state;
    set_up(true);
    post(0, 1000, false);
    post(1, 1000, true);
    flue_host_close(server, world.now);
    server = NULL;
    assert_int_equal(told_count, 0);
    flue_host_close(client, world.now);
    client = NULL;
    run_ms(1000);
    assert_int_equal(told_count, 2);
    for (uint32_t i = 0; i < 2; i++) {
        check_told(i, 0, 0);
        assert_false(told[i].has_connection);
    }
    tear_down();
}

/* RFC 1122 4.2.2.13, for data that a read took and nobody wants. */
static void
test_reads_data_behind_a_close_resets(void **state)
{
    struct flue_host_statistics statistics;

    (void)state;
    set_up(true);
    post(0, 1000, false);
    flue_host_close(server, world.now);
    server = NULL;
    send_bytes(1, 100);
    run_ms(10);
    assert_int_equal(told_count, 1);
    assert_false(told[0].has_connection);
    assert_null(client);
    flue_host_get_statistics(world.machines[1].host, &statistics);
    assert_int_equal(statistics.connections, 0);
    tear_down();
}

static void
test_reads_end_with_a_reset(void **state)
{
    (void)state;
    for (uint32_t i = 0; i < 2; i++) {
        set_up(i == 1);
        post(0, 1000, true);
        post(1, 1000, false);
        send_bytes(1, 100);
        flue_host_abort(client, world.now);
        run_ms(10);
        assert_int_equal(told_count, 2); /* RECV-013: what came before it is there */
        check_told(0, 1, 100);
        check_told(1, 0, 0);
        assert_null(server);
        tear_down();
    }
}

/* The read's own handler closes: nothing is left of the connection when the call returns. */
static void
test_reads_last_one_of_an_ended_connection_may_close_it(void **state)
{
    struct flue_host_statistics statistics;

    (void)state;
    for (uint32_t i = 0; i < 2; i++) {
        set_up(i == 1);
        is_closed_late = true;
        send_bytes(1, 100);
        assert_int_equal(flue_host_shutdown(client, world.now), FLUE_OK);
        run_ms(10);
        assert_int_equal(flue_host_shutdown(server, world.now), FLUE_OK);
        run_ms(1000);
        assert_null(client);
        post(0, 1000, false);
        check_told(0, 1, 100);
        assert_null(server);
        flue_host_get_statistics(world.machines[1].host, &statistics);
        assert_int_equal(statistics.connections, 0);
        tear_down();
    }
}

static void
test_reads_that_cannot_be_are_refused(void **state)
{
    (void)state;
    set_up(false);
    assert_int_equal(flue_host_post_receive(server, world.now, memory[0], 0, false),
                     FLUE_ERROR_INVALID);
    assert_int_equal(flue_host_post_receive(server, world.now, NULL, 50, true), FLUE_OK);
    send_bytes(1, 50);
    assert_int_equal(told_count, 1);
    assert_null(told[0].bytes);
    assert_int_equal(told[0].length, 50);
    tear_down();
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_reads_are_filled_on_the_host),
        cmocka_unit_test(test_reads_are_filled_on_the_target),
        cmocka_unit_test(test_reads_move_with_the_connection),
        cmocka_unit_test(test_reads_outlive_a_close),
        cmocka_unit_test(test_reads_data_behind_a_close_resets),
        cmocka_unit_test(test_reads_end_with_a_reset),
        cmocka_unit_test(test_reads_last_one_of_an_ended_connection_may_close_it),
        cmocka_unit_test(test_reads_that_cannot_be_are_refused),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
