/* SPDX-License-Identifier: GPL-2.0-or-later
 *
 * An adapter is put to sleep under connections that send both ways, and woken up: every byte
 * arrives in order, the host takes everything back first, and offloads again afterwards.
 */
#include "world.h"

#include <string.h>

enum { CONNECTIONS = 40, BYTES = 200000 };

struct end {
    struct flue_host_connection *connection;
    uint32_t sent, got;
};

static struct world world;
static struct end ends[2][CONNECTIONS];
static uint32_t accepted, closed, powered_down, powered_up;
static enum flue_result last_result;

static uint8_t
byte_at(uint32_t side, uint32_t position)
{
    return (uint8_t)(position * 13U + (position >> 9) + side);
}

static struct end *
end_of(void *user, struct flue_host_connection *connection)
{
    const struct machine *machine = user;
    const struct flue_four_tuple *tuple = flue_host_tuple(connection);

    return machine->index == 0 ? &ends[0][tuple->local_port - 1000]
                               : &ends[1][tuple->remote_port - 1000];
}

static void
send_more(uint32_t side, struct end *end)
{
    uint8_t bytes[4000];
    uint32_t accepted_bytes = 1;

    while (end->sent < BYTES && accepted_bytes > 0) {
        uint32_t length = BYTES - end->sent;

        if (length > sizeof bytes)
            length = sizeof bytes;
        for (uint32_t i = 0; i < length; i++)
            bytes[i] = byte_at(side, end->sent + i);
        assert_int_equal(flue_host_send(end->connection, world.now, bytes, length, &accepted_bytes),
                         FLUE_OK);
        end->sent += accepted_bytes;
    }
}

static void
on_accepted(void *user, flue_time now, struct flue_host_listener *listener,
            struct flue_host_connection *connection)
{
    (void)now;
    (void)listener;
    accepted++;
    end_of(user, connection)->connection = connection;
    send_more(1, end_of(user, connection));
}

static void
on_connected(void *user, flue_time now, struct flue_host_connection *connection)
{
    (void)now;
    send_more(0, end_of(user, connection));
}

static void
on_readable(void *user, flue_time now, struct flue_host_connection *connection)
{
    uint32_t side = ((const struct machine *)user)->index;
    struct end *end = end_of(user, connection);
    uint8_t bytes[3000];
    uint32_t count;

    while ((count = flue_host_receive(connection, now, bytes, sizeof bytes)) > 0) {
        for (uint32_t i = 0; i < count; i++)
            assert_int_equal(bytes[i], byte_at(1 - side, end->got + i));
        end->got += count;
    }
}

static void
on_writable(void *user, flue_time now, struct flue_host_connection *connection, uint32_t bytes)
{
    (void)now;
    (void)bytes;
    send_more(((const struct machine *)user)->index, end_of(user, connection));
}

static void
on_closed(void *user, flue_time now, struct flue_host_connection *connection,
          enum flue_result reason)
{
    (void)user;
    (void)now;
    (void)connection;
    (void)reason;
    closed++;
}

static void
on_powered(void *user, flue_time now, uint32_t adapter, bool is_on, enum flue_result result)
{
    (void)user;
    (void)now;
    (void)adapter;
    last_result = result;
    if (is_on)
        powered_up++;
    else
        powered_down++;
}

static void
start(void)
{
    struct world_config config = world_config_default();
    struct flue_host_listener *listener;

    memset(ends, 0, sizeof ends);
    accepted = closed = powered_down = powered_up = 0;
    for (uint32_t i = 0; i < 2; i++) {
        config.handlers[i].accepted = on_accepted;
        config.handlers[i].connected = on_connected;
        config.handlers[i].readable = on_readable;
        config.handlers[i].writable = on_writable;
        config.handlers[i].closed = on_closed;
        config.handlers[i].powered = on_powered;
    }
    config.host.policy.kind = FLUE_POLICY_ALWAYS;
    config.host.send_buffer_bytes = 20000;
    config.target.terminate.tcp = 20 * FLUE_MICROSECOND;
    config.target.initiate.tcp = 10 * FLUE_MICROSECOND;
    world_create(&world, &config);
    world.loss_permille = 5;
    world.poll_delay_us = 50;
    assert_int_equal(flue_host_listen(world.machines[1].host, 4, NULL, WORLD_PORT, CONNECTIONS,
                                      NULL, NULL, &listener),
                     FLUE_OK);
    for (uint32_t i = 0; i < CONNECTIONS; i++) {
        struct flue_four_tuple tuple = world_tuple((uint16_t)(1000 + i));

        assert_int_equal(flue_host_connect(world.machines[0].host, 0, &tuple, NULL, NULL,
                                           &ends[0][i].connection),
                         FLUE_OK);
    }
}

static uint32_t
held(uint32_t machine)
{
    struct flue_target_statistics statistics;

    flue_target_get_statistics(world.machines[machine].target, &statistics);
    return statistics.connections + statistics.paths + statistics.neighbors;
}

static enum flue_result
set_power(bool is_on)
{
    return flue_host_set_power(world.machines[0].host, world.now, world.machines[0].adapter, is_on);
}

static void
test_power_down_and_up_loses_nothing(void **state)
{
    (void)state;
    start();
    world_run(&world, 30 * FLUE_MILLISECOND);
    assert_true(held(0) > 2);
    assert_int_equal(flue_host_set_power(world.machines[0].host, world.now, 99, false),
                     FLUE_ERROR_NOT_FOUND);
    assert_int_equal(set_power(true), FLUE_ERROR_STATE); /* it is on */
    assert_int_equal(set_power(false), FLUE_OK);         /* POWER-001: the verifier watches */
    assert_int_equal(set_power(false), FLUE_ERROR_STATE);
    world_run(&world, world.now + 20 * FLUE_MILLISECOND);
    assert_int_equal(powered_down, 1);
    assert_int_equal(last_result, FLUE_OK);
    assert_int_equal(held(0), 0); /* POWER-001 */
    for (uint32_t i = 0; i < CONNECTIONS; i++)
        assert_int_equal(flue_host_owner(ends[0][i].connection), FLUE_OWNER_HOST);
    world_run(&world, world.now + 100 * FLUE_MILLISECOND);
    assert_int_equal(held(0), 0); /* nothing goes to a sleeper */
    assert_int_equal(set_power(true), FLUE_OK);
    assert_int_equal(powered_up, 1);
    world_run(&world, world.now + 20 * FLUE_SECOND);
    assert_true(held(0) > 2); /* the policy has offloaded again */
    for (uint32_t side = 0; side < 2; side++)
        for (uint32_t i = 0; i < CONNECTIONS; i++)
            assert_int_equal(ends[side][i].got, BYTES);
    assert_int_equal(closed, 0);
    assert_int_equal(accepted, CONNECTIONS);
    world_destroy(&world);
}

/* Every application whose connection was on the adapter hears that it is gone; others go on. */
static void
test_power_surprise_removal_is_told_to_whom_it_concerns(void **state)
{
    uint32_t offloaded = 0;

    (void)state;
    start();
    world_run(&world, 30 * FLUE_MILLISECOND);
    for (uint32_t i = 0; i < CONNECTIONS; i++)
        if (flue_host_owner(ends[0][i].connection) != FLUE_OWNER_HOST)
            offloaded++;
    assert_true(offloaded > 0);
    flue_target_remove(world.machines[0].target, world.now);
    world_run(&world, world.now + 10 * FLUE_MILLISECOND);
    assert_int_equal(held(0), 0);
    assert_true(closed >= offloaded);
    world_destroy(&world);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_power_down_and_up_loses_nothing),
        cmocka_unit_test(test_power_surprise_removal_is_told_to_whom_it_concerns),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
