/* SPDX-License-Identifier: GPL-2.0-or-later
 *
 * Drivers between a real host and a real target: pass-through ones leave no trace on the wire,
 * however many there are, and a mux puts each connection into its VLAN.
 */
#include "crowd.h"
#include "twin.h"

#include <stdlib.h>

enum { SCRIPTS = 40, CONNECTIONS = 200, ROUNDS = 3 };

/* ---- Pass-through ------------------------------------------------------------------------------
 */

static struct twin through[2];

static void
play(struct twin *twin, uint64_t seed, uint32_t drivers)
{
    struct twin_script script = {
        .seed = seed,
        .loss_permille = (uint32_t)(seed % 4) * 10,
        .reorder_permille = (uint32_t)(seed % 3) * 10,
        .duplicate_permille = (uint32_t)(seed % 2) * 10,
        .most_moves = 100,
    };

    world_drivers = drivers;
    twin_play_moving(twin, &script);
    for (uint32_t i = 0; i < 2; i++)
        assert_int_equal(twin->world.machines[i].driver_count, drivers);
}

/* The same connection, which comes and goes, through none, one and three drivers: identical
 * segments at identical times. */
static void
test_drivers_however_many_leave_no_trace(void **state)
{
    static const uint32_t counts[] = {1, 3};
    uint64_t moves = 0;
    uint64_t segments = 0;

    (void)state;
    for (uint64_t seed = 1; seed <= SCRIPTS; seed++) {
        play(&through[0], seed, 0);
        for (uint32_t i = 0; i < 2; i++) {
            uint32_t count = through[0].world.record_count;

            play(&through[1], seed, counts[i]);
            assert_int_equal(through[1].move_count, through[0].move_count);
            assert_int_equal(through[1].world.record_count, count);
            assert_int_equal(twin_first_difference(&through[0], &through[1]), count);
            assert_true(through[0].finished == through[1].finished);
            twin_destroy(&through[1]);
        }
        moves += through[0].move_count;
        segments += through[0].world.record_count;
        twin_destroy(&through[0]);
    }
    print_message("%llu segments and %llu moves alike\n", (unsigned long long)segments,
                  (unsigned long long)moves);
    assert_true(moves > SCRIPTS);
}

/* ---- Mux ---------------------------------------------------------------------------------------
 */

static struct crowd crowd;
static uint32_t segments_by_vlan[2];

static void
watch(struct world *world, const struct machine *from, const struct flue_four_tuple *tuple,
      const struct flue_tcp_segment *segment)
{
    (void)world;
    (void)from;
    (void)segment;
    segments_by_vlan[tuple->local_port == WORLD_PORT ? tuple->remote_port % 2
                                                     : tuple->local_port % 2]++;
}

/* The world checks the tag of each frame of a target (IM-022); one without it would not be the
 * connection's at the other end (VLAN-013). */
static void
test_mux_puts_each_connection_into_its_vlan(void **state)
{
    struct world_config config = world_config_default();
    struct world *world = &crowd.world;

    (void)state;
    world_drivers = 0;
    config.is_muxed = true;
    config.host.policy.kind = FLUE_POLICY_ALWAYS;
    config.target.max_connections = CONNECTIONS;
    crowd_create(&crowd, &config);
    world->loss_permille = 5;
    world->watch = watch;
    crowd_open(&crowd, CONNECTIONS);
    for (uint32_t round = 0; round < ROUNDS; round++) {
        for (uint32_t i = 0; i < 2; i++) {
            struct flue_target_statistics target;

            flue_target_get_statistics(world->machines[i].target, &target);
            assert_int_equal(target.connections, round == 1 ? 0 : CONNECTIONS);
            assert_int_equal(target.neighbors, round == 1 ? 0 : 2); /* one a VLAN */
        }
        crowd_send(&crowd, round, CONNECTIONS);
        crowd_run(&crowd, 1500 * FLUE_MICROSECOND);
        for (uint32_t i = 0; round < 2 && i < 2 * CONNECTIONS; i++) {
            struct flue_host_connection *connection =
                crowd.ends[i / CONNECTIONS][i % CONNECTIONS].connection;

            assert_int_equal(round == 0 ? flue_host_upload(connection, world->now)
                                        : flue_host_offload(connection, world->now),
                             FLUE_OK);
        }
        crowd_run(&crowd, 20 * FLUE_SECOND);
        crowd_assert_read(&crowd, round + 1, CONNECTIONS);
    }
    assert_true(world->machines[0].target_frames > CONNECTIONS);
    assert_true(segments_by_vlan[0] > CONNECTIONS && segments_by_vlan[1] > CONNECTIONS);
    crowd_close(&crowd, CONNECTIONS);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_drivers_however_many_leave_no_trace),
        cmocka_unit_test(test_mux_puts_each_connection_into_its_vlan),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
