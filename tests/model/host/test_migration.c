/* SPDX-License-Identifier: GPL-2.0-or-later
 *
 * A move is invisible where it can be, and accounted for where it cannot.
 *
 * At quiet instants a connection that moves puts the same segments on the wire at the same times as
 * one that never does. At other instants it does so once the differences that the contract forces
 * are put into effect on the one that stays: exactly these, for each of them is needed by some run.
 */
#include "twin.h"

#include <math.h>
#include <stdlib.h>

static uint64_t first_seed = 1;
static uint64_t seeds = 400;
static uint64_t current_seed;
static struct twin moving;
static struct twin still;

static struct twin_script
script_of(uint64_t seed, bool is_quiet)
{
    struct twin_script script = {
        .seed = seed,
        .is_quiet = is_quiet,
        .most_moves = seed % 5 == 0 ? 1 : 100,
    };

    if (seed % 4 > 0)
        script.loss_permille = (uint32_t)(seed % 7) * 10;
    if (seed % 3 > 0)
        script.reorder_permille = (uint32_t)(seed % 11) * 10;
    if (seed % 2 > 0)
        script.duplicate_permille = (uint32_t)(seed % 13) * 10;
    return script;
}

static void
print_record(const char *name, const struct twin *twin, uint32_t i)
{
    const struct record *record = &twin->world.records[i];

    if (i >= twin->world.record_count) {
        print_message("%s: ended\n", name);
        return;
    }
    print_message("%s: %u. %llu us from %u flags %02x seq %u ack %u length %u ts %u window %u\n",
                  name, i, (unsigned long long)(record->time / FLUE_MICROSECOND), record->from,
                  record->flags, record->seq, record->ack, record->length, record->ts_val,
                  record->window);
}

/* Than the record in either trace. */
static bool
is_later(const struct twin_move *move, uint32_t at)
{
    return (at >= moving.world.record_count || move->time > moving.world.records[at].time) &&
           (at >= still.world.record_count || move->time > still.world.records[at].time);
}

static bool
is_same(void)
{
    uint32_t at = twin_first_difference(&moving, &still);

    return at == moving.world.record_count && at == still.world.record_count;
}

static void
assert_same(void)
{
    uint32_t at = twin_first_difference(&moving, &still);

    if (!is_same()) {
        for (uint32_t i = at > 5 ? at - 5 : 0; i < at; i++)
            print_record("both  ", &moving, i);
        print_record("moving", &moving, at);
        print_record("still ", &still, at);
        for (uint32_t i = 0; i < moving.move_count && !is_later(&moving.moves[i], at); i++)
            print_message("move of %u at %llu us\n", moving.moves[i].side,
                          (unsigned long long)(moving.moves[i].time / FLUE_MICROSECOND));
        fail();
    }
}

static int
say_seed(void **state)
{
    (void)state;
    print_message("last seed: test_host_migration %llu\n", (unsigned long long)current_seed);
    return 0;
}

static void
prop_quiet_moves_are_invisible(void **state)
{
    uint64_t moves = 0;

    (void)state;
    for (current_seed = first_seed; current_seed < first_seed + seeds; current_seed++) {
        struct twin_script script = script_of(current_seed, true);

        twin_play_moving(&moving, &script);
        twin_play_still(&still, &moving, TWIN_IDLE);
        assert_same();
        moves += moving.move_count;
        twin_destroy(&moving);
        twin_destroy(&still);
    }
    print_message("%llu moves at quiet instants\n", (unsigned long long)moves);
    assert_true(seeds < 100 || moves > seeds);
}

static void
prop_moves_at_any_instant_are_accounted_for(void **state)
{
    uint64_t moves = 0;

    (void)state;
    for (current_seed = first_seed; current_seed < first_seed + seeds; current_seed++) {
        struct twin_script script = script_of(current_seed, false);

        twin_play_moving(&moving, &script);
        twin_play_still(&still, &moving, TWIN_ALL);
        assert_same();
        moves += moving.move_count;
        twin_destroy(&moving);
        twin_destroy(&still);
    }
    print_message("%llu moves at any instant\n", (unsigned long long)moves);
    assert_true(seeds < 100 || moves > seeds);
}

/* Leaving one of the differences out is noticed: the list has nothing that is not needed, and the
 * comparison sees it. */
static void
test_differences_each_left_out_shows(void **state)
{
    static const uint64_t first = 5500; /* soon, the rarest of them is needed */
    static const uint64_t most = 3000;
    uint32_t needed = 0;

    (void)state;
    for (current_seed = first; current_seed < first + most && needed != TWIN_ALL; current_seed++) {
        struct twin_script script = script_of(current_seed, false);

        twin_play_moving(&moving, &script);
        for (uint32_t bit = 1; bit < TWIN_ALL; bit <<= 1) {
            if (needed & bit)
                continue;
            twin_play_still(&still, &moving, TWIN_ALL & ~bit);
            if (!is_same())
                needed |= bit;
            twin_destroy(&still);
        }
        twin_destroy(&moving);
    }
    assert_int_equal(needed, TWIN_ALL);
}

/* What a move in the middle of a recovery costs: how much later the last byte is read, on average
 * over many transfers of 150000 bytes at 1 % loss. The wire loses other frames after the move than
 * it would have, which is as good as chance. */
static void
measure_moves_in_recovery(void **state)
{
    (void)state;
    for (uint32_t use_sack = 0; use_sack < 2; use_sack++) {
        double sum = 0, squares = 0, base = 0, mean, error;
        uint32_t count = 0;

        for (current_seed = 1; current_seed <= 600; current_seed++) {
            struct twin_script script = {
                .seed = current_seed,
                .is_bulk = true,
                .use_sack = use_sack == 1,
                .loss_permille = 10,
                .most_moves = 1,
            };

            twin_play_moving(&moving, &script);
            twin_play_still(&still, &moving, 0);
            if (moving.move_count > 0) {
                double later = ((double)moving.finished - (double)still.finished) / 1e9;

                sum += later;
                squares += later * later;
                base += (double)still.finished / 1e9;
                count++;
            }
            twin_destroy(&moving);
            twin_destroy(&still);
        }
        assert_true(count > 100);
        mean = sum / count;
        error = sqrt((squares / count - mean * mean) / count);
        print_message("%s: a move in a recovery ends the transfer %.1f ms later (standard error "
                      "%.1f, %u transfers, 20 ms round trip, %.0f ms without)\n",
                      use_sack == 1 ? "SACK" : "no SACK", mean, error, count, base / count);
    }
}

int
main(int argc, char **argv)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_teardown(prop_quiet_moves_are_invisible, say_seed),
        cmocka_unit_test_teardown(prop_moves_at_any_instant_are_accounted_for, say_seed),
        cmocka_unit_test_teardown(test_differences_each_left_out_shows, say_seed),
        cmocka_unit_test_teardown(measure_moves_in_recovery, say_seed),
    };

    if (argc > 1) /* test_host_migration SEED [COUNT]: to repeat a failure */
        first_seed = strtoull(argv[1], NULL, 10);
    if (argc > 1)
        seeds = argc > 2 ? strtoull(argv[2], NULL, 10) : 1;
    return cmocka_run_group_tests(tests, NULL, NULL);
}
