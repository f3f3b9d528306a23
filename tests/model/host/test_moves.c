/* SPDX-License-Identifier: GPL-2.0-or-later
 *
 * Connections that are moved to the target and back at random times, over a wire that loses: every
 * byte arrives once and in order, every connection ends in order, and nothing is left behind. When
 * the hardware fails, what arrives still does so once and in order, and whoever gets less than all
 * of it is told so.
 */
#include "play.h"

#include <stdlib.h>

static void
check_all_arrived(const struct play *play)
{
    for (uint32_t side = 0; side < 2; side++)
        for (uint32_t i = 0; i < CONNECTIONS; i++) {
            const struct end *end = &play->ends[side][i];

            assert_int_equal(end->got, end->expects);
            assert_int_equal(end->sent, end->to_send);
            assert_int_equal(end->reason, FLUE_OK);
            assert_true(end->saw_peer_close);
        }
}

/* An end that was told of no failure has read everything. How many were told of one. */
static uint32_t
check_told(const struct play *play)
{
    uint32_t told = 0;

    for (uint32_t side = 0; side < 2; side++)
        for (uint32_t i = 0; i < CONNECTIONS; i++) {
            const struct end *end = &play->ends[side][i];

            if (end->reason != FLUE_OK)
                told++;
            if (end->reason != FLUE_OK || !end->is_up) /* the other end was told */
                continue;
            assert_int_equal(end->got, end->expects);
            assert_int_equal(end->sent, end->to_send);
            assert_true(end->saw_peer_close);
        }
    return told;
}

static void
check_statistics(const struct play *play)
{
    for (uint32_t side = 0; side < 2; side++) {
        struct flue_host_statistics host;
        struct flue_target_statistics target;

        flue_host_get_statistics(play->world.machines[side].host, &host);
        flue_target_get_statistics(play->world.machines[side].target, &target);
        assert_int_equal(host.connections, 0);
        assert_int_equal(host.offloaded, 0);
        assert_int_equal(host.refusals, target.refusals);
        assert_int_equal(host.offloads, target.offloads);
        assert_int_equal(host.uploads, target.uploads);
        /* TERM-020, HOST-013: nothing stays on the target when nobody needs it. */
        assert_int_equal(target.connections, 0);
        assert_int_equal(target.paths, 0);
        assert_int_equal(target.neighbors, 0);
        assert_int_equal(target.tcp.out_resets, 0); /* CLOSE-003 */
    }
}

static uint64_t first_seed = 1;
static uint64_t seeds = 300;
static uint64_t current_seed; /* for the message of a failure */

static struct play play;

static void
play_many(uint32_t loss_permille)
{
    uint32_t moves = 0;

    for (current_seed = first_seed; current_seed < first_seed + seeds; current_seed++) {
        struct play_config config = {.seed = current_seed, .loss_permille = loss_permille};

        play_run(&play, &config);
        check_all_arrived(&play);
        check_statistics(&play);
        for (uint32_t i = 0; i < CONNECTIONS; i++)
            moves += play.ends[0][i].moves + play.ends[1][i].moves;
        play_end(&play);
    }
    assert_true(seeds < 100 || moves > seeds * CONNECTIONS); /* the moves did happen */
}

/* cmocka says where it failed; this says how to see it again. */
static int
say_seed(void **state)
{
    (void)state;
    print_message("last seed: test_host_moves %u\n", (unsigned)current_seed);
    return 0;
}

static void
test_moves_random_times_lose_nothing(void **state)
{
    (void)state;
    play_many(0);
}

static void
test_moves_random_times_and_loss_lose_nothing(void **state)
{
    (void)state;
    play_many(20);
}

static void
test_moves_failing_hardware_tells_who_lost(void **state)
{
    uint32_t told = 0;

    (void)state;
    for (current_seed = first_seed; current_seed < first_seed + seeds; current_seed++) {
        struct play_config config = {.seed = current_seed,
                                     .loss_permille = current_seed % 2 > 0 ? 20 : 0,
                                     .has_faults = true};

        play_run(&play, &config);
        told += check_told(&play);
        play_end(&play);
    }
    print_message("%u of %u ends lost their connection\n", told,
                  (unsigned)(seeds * CONNECTIONS * 2));
    assert_true(seeds < 100 || told > 0);
}

int
main(int argc, char **argv)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_teardown(test_moves_random_times_lose_nothing, say_seed),
        cmocka_unit_test_teardown(test_moves_random_times_and_loss_lose_nothing, say_seed),
        cmocka_unit_test_teardown(test_moves_failing_hardware_tells_who_lost, say_seed),
    };

    if (argc > 1) /* test_moves SEED [COUNT]: to repeat a failure */
        first_seed = strtoull(argv[1], NULL, 10);
    if (argc > 1)
        seeds = argc > 2 ? strtoull(argv[2], NULL, 10) : 1;
    return cmocka_run_group_tests(tests, NULL, NULL);
}
