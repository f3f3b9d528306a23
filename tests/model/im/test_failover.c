/* SPDX-License-Identifier: GPL-2.0-or-later
 *
 * A team under load: ten thousand connections with data in both directions and losses, and the
 * cable of the member that has them is cut. Every byte arrives, once and in order, and nothing is
 * reset; how long each part of the failover takes is printed.
 */
#include "crowd.h"

enum { CONNECTIONS = CROWD_MOST, ROUNDS = 3, SPARE_ROOM = 8000 };

static struct crowd crowd;
static struct world *const world = &crowd.world;
static flue_time cut_at;
static flue_time last_uploaded;
static flue_time last_offloaded;
static uint64_t late_count;
static flue_time late_sum;
static flue_time late_most;

static void
on_readable(void *user, flue_time now, struct flue_host_connection *connection)
{
    struct crowd_end *end = flue_host_user(connection);

    crowd_readable(user, now, connection);
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
assert_offloaded(uint32_t first, uint32_t second)
{
    struct flue_target_statistics statistics;

    flue_target_get_statistics(world->machines[0].target, &statistics);
    assert_int_equal(statistics.connections, first);
    flue_target_get_statistics(world->machines[0].spare.target, &statistics);
    assert_int_equal(statistics.connections, second);
}

/* The cable is cut; the driver notices 10 ms later. */
static void
cut(uint32_t port)
{
    struct machine *machine = &world->machines[0];

    machine->is_cut[port] = true;
    cut_at = world->now;
    late_count = 0;
    late_sum = 0;
    late_most = 0;
    for (uint32_t side = 0; side < 2; side++)
        for (uint32_t i = 0; i < CONNECTIONS; i++)
            crowd.ends[side][i].is_late = true;
    crowd_run(&crowd, 10 * FLUE_MILLISECOND);
    assert_int_equal(flue_im_set_link(machine->team, world->now, port, false), FLUE_OK);
}

static double
milliseconds(flue_time time)
{
    return (double)time / (double)FLUE_MILLISECOND;
}

static void
print_outage(void)
{
    struct flue_im_statistics statistics = flue_im_get_statistics(world->machines[0].team);

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
start(enum flue_team_mode mode)
{
    struct world_config config = world_config_default();

    config.host.policy.kind = FLUE_POLICY_ALWAYS;
    config.target.max_connections = CONNECTIONS;
    config.spare_connections = SPARE_ROOM;
    config.target.initiate.tcp = FLUE_MICROSECOND;
    config.target.terminate.tcp = FLUE_MICROSECOND;
    config.has_team = true;
    config.team_mode = mode;
    for (uint32_t i = 0; i < 2; i++) {
        config.handlers[i].readable = on_readable;
        config.handlers[i].moved = on_moved;
    }
    crowd_create(&crowd, &config);
    world->machines[1].has_route = false; /* one team is enough */
    world->loss_permille = 2;
}

static void
test_failover_under_load_loses_nothing(void **state)
{
    struct flue_im *team;

    (void)state;
    start(FLUE_TEAM_ACTIVE_BACKUP);
    team = world->machines[0].team;
    crowd_open(&crowd, CONNECTIONS);
    assert_offloaded(CONNECTIONS, 0);
    crowd_send(&crowd, 0, CONNECTIONS);
    crowd_run(&crowd,
              1500 * FLUE_MICROSECOND); /* the first segments have arrived, the ACKs have not */
    cut(0);
    crowd_run(&crowd, 20 * FLUE_SECOND); /* IM-024; for what was lost, too */
    assert_false(flue_im_is_moving(team));
    assert_offloaded(0, SPARE_ROOM); /* STATUS-007: the other has less room */
    crowd_assert_read(&crowd, 1, CONNECTIONS);
    print_outage();
    crowd_send(&crowd, 1, CONNECTIONS); /* and back, from the middle of this */
    world->machines[0].is_cut[0] = false;
    assert_int_equal(flue_im_set_link(team, world->now, 0, true), FLUE_OK);
    crowd_run(&crowd, 1500 * FLUE_MICROSECOND);
    cut(1);
    crowd_run(&crowd, 20 * FLUE_SECOND);
    assert_offloaded(CONNECTIONS, 0);
    crowd_assert_read(&crowd, 2, CONNECTIONS);
    print_outage();
    crowd_send(&crowd, 2, CONNECTIONS);
    crowd_run(&crowd, 20 * FLUE_SECOND);
    crowd_assert_read(&crowd, ROUNDS, CONNECTIONS);
    crowd_close(&crowd, CONNECTIONS);
}

/* All segments of half the connections arrive on the member that does not own them. */
static void
test_aggregate_forwards_what_comes_by_the_wrong_port(void **state)
{
    enum { FEW = 200 };
    struct flue_host_statistics before;
    struct flue_host_statistics after;

    (void)state;
    start(FLUE_TEAM_AGGREGATE);
    crowd_open(&crowd, FEW);
    assert_int_equal(flue_im_get_statistics(world->machines[0].team).failovers, 0);
    flue_host_get_statistics(world->machines[0].host, &before);
    assert_int_equal(before.offloaded, FEW);
    crowd_send(&crowd, 0, FEW);
    crowd_run(&crowd, 20 * FLUE_SECOND);
    crowd_assert_read(&crowd, 1, FEW);
    flue_host_get_statistics(world->machines[0].host, &after);
    assert_true(after.forwards - before.forwards > FEW / 2 * 2);
    print_message("%llu segments of %u connections were forwarded\n",
                  (unsigned long long)(after.forwards - before.forwards), (unsigned)FEW);
    crowd_close(&crowd, FEW);
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
