/* SPDX-License-Identifier: GPL-2.0-or-later
 *
 * A team under load: ten thousand connections with data in both directions and losses, and the
 * cable of the member that has them is cut. Every byte arrives, once and in order, and nothing is
 * reset; how long each part of the failover takes is printed.
 */
#include "world.h"

#include <string.h>

enum { CONNECTIONS = 10000, PIECE = 3000, ROUNDS = 3, SPARE_ROOM = 8000, PATHS = 500 };

struct end {
    struct flue_host_connection *connection;
    uint32_t stream; /* what it reads */
    uint32_t got;
    bool is_late; /* has read nothing since the cut */
};

static struct world world;
static struct end ends[2][CONNECTIONS];
static uint32_t accepted_count;
static uint32_t closed_count;
static flue_time cut_at;
static flue_time last_uploaded;
static flue_time last_offloaded;
static uint64_t late_count;
static flue_time late_sum;
static flue_time late_most;

static uint8_t
byte_of(uint32_t stream, uint32_t position)
{
    return (uint8_t)(position * 7 + stream + position / 251);
}

static void
on_accepted(void *user, flue_time now, struct flue_host_listener *listener,
            struct flue_host_connection *connection)
{
    struct end *end = &ends[1][flue_host_tuple(connection)->remote_port - 1000];

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
    if (!end->is_late)
        return;
    end->is_late = false;
    late_count++;
    late_sum += now - cut_at;
    if (now - cut_at > late_most)
        late_most = now - cut_at;
}

static void
on_moved(void *user, flue_time now, struct flue_host_connection *connection, enum flue_owner owner)
{
    const struct machine *machine = user;

    (void)connection;
    if (machine->index == 0 && owner == FLUE_OWNER_HOST)
        last_uploaded = now;
    if (machine->index == 0 && owner == FLUE_OWNER_TARGET)
        last_offloaded = now;
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
run(flue_time time)
{
    world_run(&world, world.now + time);
}

static void
open_all(uint32_t count)
{
    for (uint32_t i = 0; i < count; i++) {
        struct flue_four_tuple tuple = world_tuple((uint16_t)(1000 + i));

        tuple.remote.bytes[2] = (uint8_t)(i % PATHS / 250 + 1);
        tuple.remote.bytes[3] = (uint8_t)(i % 250 + 1);
        ends[0][i].stream = i + CONNECTIONS;
        assert_int_equal(flue_host_connect(world.machines[0].host, world.now, &tuple, NULL,
                                           &ends[0][i], &ends[0][i].connection),
                         FLUE_OK);
        if (i % 100 == 99)
            run(FLUE_MILLISECOND);
    }
    run(10 * FLUE_SECOND);
    assert_int_equal(accepted_count, count);
}

static void
send_round(uint32_t round, uint32_t connections)
{
    for (uint32_t side = 0; side < 2; side++)
        for (uint32_t i = 0; i < connections; i++) {
            uint8_t bytes[PIECE];
            uint32_t count;

            for (uint32_t k = 0; k < PIECE; k++)
                bytes[k] = byte_of(side == 0 ? i : i + CONNECTIONS, round * PIECE + k);
            assert_int_equal(
                flue_host_send(ends[side][i].connection, world.now, bytes, PIECE, &count), FLUE_OK);
            assert_int_equal(count, PIECE);
        }
}

static void
assert_offloaded(uint32_t first, uint32_t second)
{
    struct flue_target_statistics statistics;

    flue_target_get_statistics(world.machines[0].target, &statistics);
    assert_int_equal(statistics.connections, first);
    flue_target_get_statistics(world.machines[0].spare.target, &statistics);
    assert_int_equal(statistics.connections, second);
}

/* The cable is cut; the driver notices 10 ms later. */
static void
cut(uint32_t port)
{
    struct machine *machine = &world.machines[0];

    machine->is_cut[port] = true;
    cut_at = world.now;
    late_count = 0;
    late_sum = 0;
    late_most = 0;
    for (uint32_t side = 0; side < 2; side++)
        for (uint32_t i = 0; i < CONNECTIONS; i++)
            ends[side][i].is_late = true;
    run(10 * FLUE_MILLISECOND);
    assert_int_equal(flue_im_set_link(machine->team, world.now, port, false), FLUE_OK);
}

static double
milliseconds(flue_time time)
{
    return (double)time / (double)FLUE_MILLISECOND;
}

static void
print_outage(void)
{
    struct flue_im_statistics statistics = flue_im_get_statistics(world.machines[0].team);

    print_message("from the cut: noticed after %.3f ms, the last connection uploaded %.3f ms later "
                  "(resume at once), the last offloaded again %.3f ms later; %llu ends read again "
                  "after %.1f ms on average, %.1f ms at most\n",
                  milliseconds(statistics.failover_paused - cut_at),
                  milliseconds(last_uploaded - statistics.failover_paused),
                  milliseconds(last_offloaded - statistics.failover_resumed),
                  (unsigned long long)late_count, milliseconds(late_sum / late_count),
                  milliseconds(late_most));
    assert_true(statistics.failover_resumed >= last_uploaded);
    /* Without the policy's waiting time behind an upload. */
    assert_true(last_offloaded - statistics.failover_resumed < 100 * FLUE_MILLISECOND);
}

static void
assert_all_read(uint32_t rounds, uint32_t count)
{
    for (uint32_t side = 0; side < 2; side++)
        for (uint32_t i = 0; i < count; i++)
            assert_int_equal(ends[side][i].got, rounds * PIECE);
}

static void
close_all(uint32_t count)
{
    for (uint32_t i = 0; i < count; i++)
        assert_int_equal(flue_host_shutdown(ends[0][i].connection, world.now), FLUE_OK);
    run(FLUE_SECOND);
    for (uint32_t i = 0; i < count; i++)
        assert_int_equal(flue_host_shutdown(ends[1][i].connection, world.now), FLUE_OK);
    run(200 * FLUE_SECOND);
    assert_int_equal(closed_count, 2 * count);
}

static struct flue_host_listener *
start(enum flue_team_mode mode)
{
    struct world_config config = world_config_default();
    struct flue_host_listener *listener;

    accepted_count = 0;
    closed_count = 0;
    memset(ends, 0, sizeof ends);
    config.host.policy.kind = FLUE_POLICY_ALWAYS;
    config.target.max_connections = CONNECTIONS;
    config.spare_connections = SPARE_ROOM;
    config.target.initiate.tcp = FLUE_MICROSECOND;
    config.target.terminate.tcp = FLUE_MICROSECOND;
    config.has_team = true;
    config.team_mode = mode;
    config.handlers[1].accepted = on_accepted;
    for (uint32_t i = 0; i < 2; i++) {
        config.handlers[i].readable = on_readable;
        config.handlers[i].moved = on_moved;
        config.handlers[i].closed = on_closed;
    }
    world_create(&world, &config);
    world.machines[1].has_route = false; /* one team is enough */
    world.loss_permille = 2;
    assert_int_equal(
        flue_host_listen(world.machines[1].host, 4, NULL, WORLD_PORT, 20000, NULL, NULL, &listener),
        FLUE_OK);
    return listener;
}

static void
finish(struct flue_host_listener *listener)
{
    world_assert_idle(&world);
    flue_host_listener_close(listener, world.now);
    world_destroy(&world);
}

static void
test_failover_under_load_loses_nothing(void **state)
{
    struct flue_host_listener *listener = start(FLUE_TEAM_ACTIVE_BACKUP);
    struct flue_im *team = world.machines[0].team;

    (void)state;
    open_all(CONNECTIONS);
    assert_offloaded(CONNECTIONS, 0);
    send_round(0, CONNECTIONS);
    run(1500 * FLUE_MICROSECOND); /* the first segments have arrived, the ACKs have not */
    cut(0);
    run(20 * FLUE_SECOND); /* IM-024; for what was lost, too */
    assert_false(flue_im_is_moving(team));
    assert_offloaded(0, SPARE_ROOM); /* STATUS-007: the other has less room */
    assert_all_read(1, CONNECTIONS);
    print_outage();
    send_round(1, CONNECTIONS); /* and back, from the middle of this */
    world.machines[0].is_cut[0] = false;
    assert_int_equal(flue_im_set_link(team, world.now, 0, true), FLUE_OK);
    run(1500 * FLUE_MICROSECOND);
    cut(1);
    run(20 * FLUE_SECOND);
    assert_offloaded(CONNECTIONS, 0);
    assert_all_read(2, CONNECTIONS);
    print_outage();
    send_round(2, CONNECTIONS);
    run(20 * FLUE_SECOND);
    assert_all_read(ROUNDS, CONNECTIONS);
    close_all(CONNECTIONS);
    finish(listener);
}

/* All segments of half the connections arrive on the member that does not own them. */
static void
test_aggregate_forwards_what_comes_by_the_wrong_port(void **state)
{
    enum { FEW = 200 };
    struct flue_host_listener *listener = start(FLUE_TEAM_AGGREGATE);
    struct flue_host_statistics before;
    struct flue_host_statistics after;

    (void)state;
    open_all(FEW);
    assert_int_equal(flue_im_get_statistics(world.machines[0].team).failovers, 0);
    flue_host_get_statistics(world.machines[0].host, &before);
    assert_int_equal(before.offloaded, FEW);
    send_round(0, FEW);
    run(20 * FLUE_SECOND);
    assert_all_read(1, FEW);
    flue_host_get_statistics(world.machines[0].host, &after);
    assert_true(after.forwards - before.forwards > FEW / 2 * 2);
    print_message("%llu segments of %u connections were forwarded\n",
                  (unsigned long long)(after.forwards - before.forwards), (unsigned)FEW);
    close_all(FEW);
    finish(listener);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_failover_under_load_loses_nothing),
        cmocka_unit_test(test_aggregate_forwards_what_comes_by_the_wrong_port),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
