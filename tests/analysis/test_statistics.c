/* SPDX-License-Identifier: GPL-2.0-or-later
 *
 * Student quantiles and samples against published values; coverage of the interval by simulation.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <gsl/gsl_randist.h>
#include <gsl/gsl_rng.h>
#include <math.h>

#include "near.h"
#include "statistics.h"

static void
test_statistics_t_quantiles_are_those_of_the_tables(void **state)
{
    (void)state;
    assert_near(statistics_t(0.95, 1), 12.7062, 5e-5);
    assert_near(statistics_t(0.95, 2), 4.3027, 5e-5);
    assert_near(statistics_t(0.95, 9), 2.2622, 5e-5);
    assert_near(statistics_t(0.95, 29), 2.0452, 5e-5);
    assert_near(statistics_t(0.95, 120), 1.9799, 5e-5);
    assert_near(statistics_t(0.99, 4), 4.6041, 5e-5);
}

static void
test_statistics_textbook_sample_gives_mean_deviation_and_half_width(void **state)
{
    /* mean 5, sum of squares 32, s^2 = 32/7, t(7) = 2.36462 */
    static const double values[] = {2, 4, 4, 4, 5, 5, 7, 9};
    struct estimate e = statistics_estimate(values, 8);

    (void)state;
    assert_int_equal(e.n, 8);
    assert_near(e.mean, 5, 1e-12);
    assert_near(e.deviation, sqrt(32.0 / 7), 1e-12);
    assert_near(e.half_width, 2.364624 * sqrt(32.0 / 7) / sqrt(8), 1e-5);
    assert_null(e.note);
}

static void
test_statistics_two_values_have_an_interval(void **state)
{
    static const double values[] = {1, 3};
    struct estimate e = statistics_estimate(values, 2);

    (void)state;
    assert_near(e.mean, 2, 1e-12);
    assert_near(e.half_width, 12.70620, 1e-4); /* t(1) * sqrt(2) / sqrt(2) */
}

static void
test_statistics_one_value_has_a_note_and_no_interval(void **state)
{
    static const double value = 7;
    struct estimate e = statistics_estimate(&value, 1);

    (void)state;
    assert_near(e.mean, 7, 0);
    assert_true(isnan(e.half_width) && isnan(e.deviation));
    assert_non_null(e.note);
}

static void
test_statistics_equal_values_have_a_note_and_no_interval(void **state)
{
    /* The computed mean of ten times 0.1 is not 0.1: only a comparison finds them equal. */
    static const double values[] = {0.1, 0.1, 0.1, 0.1, 0.1, 0.1, 0.1, 0.1, 0.1, 0.1};
    struct estimate e = statistics_estimate(values, 10);

    (void)state;
    assert_true(e.mean <= 0.1 && e.mean >= 0.1);
    assert_true(e.deviation <= 0 && e.deviation >= 0);
    assert_true(isnan(e.half_width));
    assert_non_null(e.note);
}

static void
test_statistics_unmeasured_values_are_counted_and_left_out(void **state)
{
    static const double values[] = {1, NAN, 3, NAN, 5};
    static const double nothing[] = {NAN, NAN};
    struct estimate e = statistics_estimate(values, 5);

    (void)state;
    assert_int_equal(e.n, 3);
    assert_int_equal(e.unmeasured, 2);
    assert_near(e.mean, 3, 1e-12);
    e = statistics_estimate(nothing, 2);
    assert_int_equal(e.n, 0);
    assert_true(isnan(e.mean));
    assert_non_null(e.note);
    e = statistics_estimate(NULL, 0);
    assert_int_equal(e.n, 0);
}

/* 20,000 intervals: the share that holds the true mean has a standard error of 0.0015. */
static void
test_statistics_interval_covers_the_mean_as_often_as_it_says(void **state)
{
    enum { TRIALS = 20000, N = 5 };
    gsl_rng *rng = gsl_rng_alloc(gsl_rng_mt19937);
    size_t covered = 0;

    (void)state;
    gsl_rng_set(rng, 20240607);
    for (int trial = 0; trial < TRIALS; trial++) {
        double values[N];
        struct estimate e;

        for (int i = 0; i < N; i++)
            values[i] = 10 + gsl_ran_gaussian(rng, 3);
        e = statistics_estimate(values, N);
        covered += fabs(e.mean - 10) <= e.half_width;
    }
    gsl_rng_free(rng);
    assert_true(fabs((double)covered / TRIALS - STATISTICS_CONFIDENCE) < 4 * 0.0015);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_statistics_t_quantiles_are_those_of_the_tables),
        cmocka_unit_test(test_statistics_textbook_sample_gives_mean_deviation_and_half_width),
        cmocka_unit_test(test_statistics_two_values_have_an_interval),
        cmocka_unit_test(test_statistics_one_value_has_a_note_and_no_interval),
        cmocka_unit_test(test_statistics_equal_values_have_a_note_and_no_interval),
        cmocka_unit_test(test_statistics_unmeasured_values_are_counted_and_left_out),
        cmocka_unit_test(test_statistics_interval_covers_the_mean_as_often_as_it_says),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
