/* SPDX-License-Identifier: GPL-2.0-or-later
 *
 * Ten thousand connections on one target while the router behind it is replaced by another, gets
 * another MAC, and the paths become narrower: every byte arrives, in order, once.
 */
#include "world.h"

#include "host/parts.h"

#include <stdlib.h>
#include <string.h>

enum { CONNECTIONS = 10000, PATHS = 500, PIECE = 3000, ROUNDS = 4 };

struct end {
    struct flue_host_connection *connection;
    uint32_t stream; /* what it reads */
    uint32_t got;
};

static struct world world;
static struct end ends[2][CONNECTIONS];
static uint32_t accepted_count;
static uint32_t closed_count;
static uint32_t
    destinations[256]; /* frames of the client's target, by the MAC's last byte but one */

static uint8_t
byte_of(uint32_t stream, uint32_t position)
{
    return (uint8_t)(position * 7 + stream + position / 251);
}

static void
on_accepted(void *user, flue_time now, struct flue_host_listener *listener,
            struct flue_host_connection *connection)
{
    const struct flue_four_tuple *tuple = flue_host_tuple(connection);
    struct end *end = &ends[1][tuple->remote_port - 1000];

    (void)user;
    (void)now;
    (void)listener;
    assert_null(end->connection);
    end->connection = connection;
    end->stream = (uint32_t)(end - ends[1]);
    flue_host_set_user(connection, end);
    accepted_count++;
}

static void
on_readable(void *user, flue_time now, struct flue_host_connection *connection)
{
    struct end *end = flue_host_user(connection);
    uint8_t bytes[4096];
    uint32_t count;

    (void)user;
    while ((count = flue_host_receive(connection, now, bytes, sizeof bytes)) > 0)
        for (uint32_t i = 0; i < count; i++, end->got++)
            assert_int_equal(bytes[i], byte_of(end->stream, end->got));
}

static void
on_closed(void *user, flue_time now, struct flue_host_connection *connection,
          enum flue_result reason)
{
    (void)user;
    assert_int_equal(reason, FLUE_OK);
    closed_count++;
    flue_host_close(connection, now);
}

static void
watch(struct world *seen, const struct machine *from, const struct flue_four_tuple *tuple,
      const struct flue_tcp_segment *segment)
{
    (void)tuple;
    (void)segment;
    if (from == &seen->machines[0])
        destinations[from->last_destination.bytes[4]]++;
}

static void
run(flue_time time)
{
    world_run(&world, world.now + time);
}

static void
open_all(void)
{
    struct flue_host *host = world.machines[0].host;

    for (uint32_t i = 0; i < CONNECTIONS; i++) {
        struct flue_four_tuple tuple = world_tuple((uint16_t)(1000 + i));

        tuple.remote.bytes[2] = (uint8_t)(i % PATHS / 250 + 1);
        tuple.remote.bytes[3] = (uint8_t)(i % 250 + 1);
        ends[0][i].stream = i + CONNECTIONS;
        assert_int_equal(
            flue_host_connect(host, world.now, &tuple, NULL, &ends[0][i], &ends[0][i].connection),
            FLUE_OK);
        if (i % 100 == 99)
            run(FLUE_MILLISECOND);
    }
    run(FLUE_SECOND);
    assert_int_equal(accepted_count, CONNECTIONS);
}

static void
send_round(uint32_t round)
{
    for (uint32_t side = 0; side < 2; side++)
        for (uint32_t i = 0; i < CONNECTIONS; i++) {
            uint32_t stream = side == 0 ? i : i + CONNECTIONS;
            uint8_t bytes[PIECE];
            uint32_t count;

            for (uint32_t k = 0; k < PIECE; k++)
                bytes[k] = byte_of(stream, round * PIECE + k);
            assert_int_equal(
                flue_host_send(ends[side][i].connection, world.now, bytes, PIECE, &count), FLUE_OK);
            assert_int_equal(count, PIECE);
        }
}

static void
assert_offloaded(uint32_t count, uint32_t neighbors)
{
    struct flue_target_statistics statistics;

    flue_target_get_statistics(world.machines[0].target, &statistics);
    assert_int_equal(statistics.connections, count);
    assert_int_equal(statistics.neighbors, neighbors);
}

static void
change_router(uint8_t last, uint8_t mac)
{
    struct machine *client = &world.machines[0];

    client->hop_address = flue_ipv4(10, 0, 0, last);
    client->hop_mac = mac;
    flue_host_routes_changed(client->host, world.now);
}

/* Since the last look every frame went there. */
static void
assert_destination(uint8_t mac)
{
    assert_true(destinations[mac] > CONNECTIONS);
    destinations[mac] = 0;
    for (uint32_t i = 0; i < 256; i++)
        assert_int_equal(destinations[i], 0);
}

static void
close_all(void)
{
    for (uint32_t i = 0; i < CONNECTIONS; i++)
        assert_int_equal(flue_host_shutdown(ends[0][i].connection, world.now), FLUE_OK);
    run(FLUE_SECOND);
    for (uint32_t i = 0; i < CONNECTIONS; i++)
        assert_int_equal(flue_host_shutdown(ends[1][i].connection, world.now), FLUE_OK);
    run(200 * FLUE_SECOND);
    assert_int_equal(closed_count, 2 * CONNECTIONS);
}

static void
test_ten_thousand_survive_changes_of_the_next_hop(void **state)
{
    static const uint8_t macs[ROUNDS] = {0, 5, 7, 8};
    struct world_config config = world_config_default();
    struct flue_host_listener *listener;
    struct machine *client = &world.machines[0];
    struct flue_ip router;

    (void)state;
    config.host.policy.kind = FLUE_POLICY_ALWAYS;
    config.target.max_connections = CONNECTIONS;
    config.target.initiate.tcp = FLUE_MICROSECOND;
    config.target.update.path = 10 * FLUE_MICROSECOND;
    config.handlers[1].accepted = on_accepted;
    for (uint32_t i = 0; i < 2; i++) {
        config.handlers[i].readable = on_readable;
        config.handlers[i].closed = on_closed;
    }
    world_create(&world, &config);
    world.machines[1].has_route = false; /* one target is enough */
    world.loss_permille = 2;
    world.watch = watch;
    client->hop_address = flue_ipv4(10, 0, 0, 254);
    assert_int_equal(
        flue_host_listen(world.machines[1].host, 4, NULL, WORLD_PORT, 20000, NULL, NULL, &listener),
        FLUE_OK);
    open_all();
    assert_offloaded(CONNECTIONS, 1);
    for (uint32_t round = 0; round < ROUNDS; round++) {
        send_round(round);
        run(1500 * FLUE_MICROSECOND); /* the first segments have arrived, the ACKs have not */
        assert_destination(macs[round]);
        switch (round) {
        case 0:
            change_router(253, 5);
            break;
        case 1: /* and again, before that one has taken effect */
            change_router(252, 6);
            run(100 * FLUE_MICROSECOND);
            change_router(251, 7);
            break;
        case 2:
            client->path_mtu = 1000;
            change_router(251, 8); /* the same with another MAC */
            break;
        default: /* it has gone, and nobody knows the way: all come back and go on */
            router = client->hop_address;
            client->has_route = false;
            flue_host_neighbor_lost(client->host, world.now, client->adapter, 4, &router);
            flue_host_routes_changed(client->host, world.now);
            break;
        }
        run(20 * FLUE_SECOND); /* for what was lost */
        memset(destinations, 0, sizeof destinations);
        if (round < 3)
            assert_offloaded(CONNECTIONS, 1);
    }
    assert_offloaded(0, 0);
    for (uint32_t side = 0; side < 2; side++)
        for (uint32_t i = 0; i < CONNECTIONS; i++)
            assert_int_equal(ends[side][i].got, ROUNDS * PIECE);
    close_all();
    world_assert_idle(&world);
    flue_host_listener_close(listener, world.now);
    world_destroy(&world);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_ten_thousand_survive_changes_of_the_next_hop),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
