/* SPDX-License-Identifier: GPL-2.0-or-later
 *
 * Searches among values whose truth is known, without and with noise.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <gsl/gsl_randist.h>
#include <gsl/gsl_rng.h>
#include <stdlib.h>

#include "base.h"
#include "near.h"
#include "search.h"

enum { VALUES = 100, MOST = 32, FIRST = 4, LOOKS = 4 };

/* Decides as `truth` says until the search wants nothing more; returns how many it decided. */
static size_t
search_all(enum search_verdict *verdicts, const enum search_verdict *truth, size_t count)
{
    size_t decided = 0;
    size_t next[SEARCH_AT_ONCE];
    size_t wanted;

    for (size_t i = 0; i < count; i++)
        verdicts[i] = SEARCH_OPEN;
    while ((wanted = search_next(verdicts, count, next)) > 0) {
        for (size_t i = 0; i < wanted; i++) {
            assert_int_equal(verdicts[next[i]], SEARCH_OPEN); /* nothing is decided twice */
            verdicts[next[i]] = truth[next[i]];
            decided++;
        }
    }
    return decided;
}

/* Values up to `surely` meet, those behind `perhaps` fail. */
static void
set_truth(enum search_verdict *truth, size_t count, long surely, long perhaps)
{
    for (long i = 0; i < (long)count; i++)
        truth[i] = i <= surely ? SEARCH_MEETS : i <= perhaps ? SEARCH_UNDECIDED : SEARCH_FAILS;
}

static void
test_search_of_every_turn_finds_it_with_few_decisions(void **state)
{
    (void)state;
    for (size_t count = 2; count <= 40; count++) {
        for (long surely = SEARCH_NONE; surely < (long)count; surely++) {
            for (long perhaps = surely; perhaps < (long)count; perhaps++) {
                enum search_verdict truth[40];
                enum search_verdict verdicts[40];
                struct search_answer answer;

                set_truth(truth, count, surely, perhaps);
                assert_in_range(search_all(verdicts, truth, count), 2, search_most(count));
                answer = search_answer(verdicts, count);
                assert_int_equal(answer.least, surely);
                assert_int_equal(answer.most, perhaps);
                assert_int_equal(answer.odd, SEARCH_NONE);
            }
        }
    }
}

static void
test_search_of_a_row_that_turns_back_says_where(void **state)
{
    enum search_verdict truth[VALUES];
    enum search_verdict verdicts[VALUES];

    (void)state;
    set_truth(truth, VALUES, 20, 20);
    for (size_t i = 50; i < 90; i++)
        truth[i] = SEARCH_MEETS;
    search_all(verdicts, truth, VALUES);
    assert_in_range(search_answer(verdicts, VALUES).odd, 50, 89);
    assert_int_equal(search_answer(verdicts, VALUES).doubtful, SEARCH_NONE);
    /* the same, but for runs that do not tell */
    set_truth(verdicts, VALUES, 20, 20);
    verdicts[60] = SEARCH_UNDECIDED;
    assert_int_equal(search_answer(verdicts, VALUES).odd, SEARCH_NONE);
    assert_int_equal(search_answer(verdicts, VALUES).doubtful, 60);
    /* the wrong end is the easy one */
    for (size_t i = 0; i < VALUES; i++)
        truth[i] = i < 50 ? SEARCH_FAILS : SEARCH_MEETS;
    search_all(verdicts, truth, VALUES);
    assert_int_equal(search_answer(verdicts, VALUES).least, SEARCH_NONE);
    assert_int_equal(search_answer(verdicts, VALUES).odd, VALUES - 1);
    /* a hole between two ends that meet */
    for (size_t i = 0; i < VALUES; i++)
        truth[i] = i > 30 && i < 70 ? SEARCH_FAILS : SEARCH_MEETS;
    search_all(verdicts, truth, VALUES);
    assert_in_range(search_answer(verdicts, VALUES).odd, 31, 69);
}

static void
test_search_judge_decides_only_by_the_whole_interval(void **state)
{
    struct estimate e = {.n = 4, .mean = 10, .deviation = 1};

    (void)state;
    assert_int_equal(search_judge(&e, true, 8, 1.5), SEARCH_MEETS);
    assert_int_equal(search_judge(&e, true, 9, 1.5), SEARCH_UNDECIDED);
    assert_int_equal(search_judge(&e, true, 11, 1.5), SEARCH_UNDECIDED);
    assert_int_equal(search_judge(&e, true, 12, 1.5), SEARCH_FAILS);
    assert_int_equal(search_judge(&e, false, 8, 1.5), SEARCH_FAILS);
    assert_int_equal(search_judge(&e, false, 12, 1.5), SEARCH_MEETS);
    /* the bound itself meets, where nothing is random */
    assert_int_equal(search_judge(&e, true, 10, 0), SEARCH_MEETS);
    assert_int_equal(search_judge(&e, false, 10, 0), SEARCH_MEETS);
    assert_int_equal(search_judge(&e, true, 8, (double)NAN), SEARCH_UNDECIDED);
}

static void
test_search_half_width_needs_every_run_measured(void **state)
{
    static const double values[] = {1, 2, 3, 4};
    static const double alike[] = {2, 2, 2};
    static const double holes[] = {1, NAN, 3};
    struct estimate e = statistics_estimate(values, 4);

    (void)state;
    assert_near(search_half_width(&e, 0.95), e.half_width, 1e-12);
    assert_true(search_half_width(&e, 0.99) > e.half_width);
    e = statistics_estimate(alike, 3);
    assert_near(search_half_width(&e, 0.99), 0, 0);
    e = statistics_estimate(holes, 3);
    assert_true(isnan(search_half_width(&e, 0.95)));
    e = statistics_estimate(values, 1);
    assert_true(isnan(search_half_width(&e, 0.95)));
}

static void
test_search_more_doubles_up_to_the_most(void **state)
{
    (void)state;
    assert_int_equal(search_more(4, 32), 8);
    assert_int_equal(search_more(16, 20), 20);
    assert_int_equal(search_more(20, 20), 20);
}

/* A mean that falls by 1 from value to value and crosses the bound at `truth`: values up to that
 * meet. Each value is known by normal replications, more of them while they do not tell. */
static struct search_answer
noisy_search(gsl_rng *random, double truth, double deviation, double share)
{
    enum search_verdict verdicts[VALUES] = {SEARCH_OPEN};
    size_t next[SEARCH_AT_ONCE];
    size_t wanted;

    while ((wanted = search_next(verdicts, VALUES, next)) > 0) {
        for (size_t i = 0; i < wanted; i++) {
            double values[MOST];
            size_t n = FIRST;

            for (size_t r = 0; r < MOST; r++)
                values[r] = truth - (double)next[i] + gsl_ran_gaussian(random, deviation);
            for (;; n = search_more(n, MOST)) {
                struct estimate e = statistics_estimate(values, n);

                verdicts[next[i]] = search_judge(&e, true, 0, search_half_width(&e, share));
                if (verdicts[next[i]] != SEARCH_UNDECIDED || n == MOST)
                    break;
            }
        }
    }
    return search_answer(verdicts, VALUES);
}

/* The promise: in at most 5 of 100 searches the truth lies outside of what is answered. Noise is
 * large against the steps, so that many decisions are close. */
static void
test_search_with_noise_holds_its_confidence(void **state)
{
    enum { SEARCHES = 2000 };
    gsl_rng *random = gsl_rng_alloc(gsl_rng_mt19937);
    double share = search_share(0.95, VALUES, LOOKS, 1);
    size_t wrong = 0;
    double width = 0;

    (void)state;
    gsl_rng_set(random, 1);
    for (size_t i = 0; i < SEARCHES; i++) {
        double truth = gsl_ran_flat(random, 5, VALUES - 5);
        struct search_answer answer = noisy_search(random, truth, 10, share);

        wrong += (double)answer.least > truth || (double)(answer.most + 1) <= truth;
        width += (double)(answer.most - answer.least);
    }
    gsl_rng_free(random);
    assert_in_range(wrong, 0, SEARCHES / 20);
    /* ... and it is no wider than such noise makes it: 32 runs tell means 10 * 3.7 / sqrt(32) apart
     */
    assert_in_range((long)(width / SEARCHES), 1, 20);
    print_message("wrong: %zu of %d, mean width %.1f steps\n", wrong, SEARCHES, width / SEARCHES);
}

/* Without its share for every decision the promise would be broken: the test above can fail. */
static void
test_search_with_plain_intervals_would_not(void **state)
{
    enum { SEARCHES = 2000 };
    gsl_rng *random = gsl_rng_alloc(gsl_rng_mt19937);
    size_t wrong = 0;

    (void)state;
    gsl_rng_set(random, 1);
    for (size_t i = 0; i < SEARCHES; i++) {
        double truth = gsl_ran_flat(random, 5, VALUES - 5);
        struct search_answer answer = noisy_search(random, truth, 10, 0.95);

        wrong += (double)answer.least > truth || (double)(answer.most + 1) <= truth;
    }
    gsl_rng_free(random);
    assert_in_range(wrong, SEARCHES / 20 + 1, SEARCHES);
}

static void
test_search_without_noise_is_exact(void **state)
{
    gsl_rng *random = gsl_rng_alloc(gsl_rng_mt19937);

    (void)state;
    for (size_t i = 0; i < 300; i++) {
        double truth = gsl_ran_flat(random, 0, VALUES - 1);
        struct search_answer answer = noisy_search(random, truth, 0, 0.999);

        assert_int_equal(answer.least, (long)truth);
        assert_int_equal(answer.most, (long)truth);
    }
    gsl_rng_free(random);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_search_of_every_turn_finds_it_with_few_decisions),
        cmocka_unit_test(test_search_of_a_row_that_turns_back_says_where),
        cmocka_unit_test(test_search_judge_decides_only_by_the_whole_interval),
        cmocka_unit_test(test_search_half_width_needs_every_run_measured),
        cmocka_unit_test(test_search_more_doubles_up_to_the_most),
        cmocka_unit_test(test_search_with_noise_holds_its_confidence),
        cmocka_unit_test(test_search_with_plain_intervals_would_not),
        cmocka_unit_test(test_search_without_noise_is_exact),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
