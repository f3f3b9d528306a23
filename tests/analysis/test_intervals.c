/* SPDX-License-Identifier: GPL-2.0-or-later
 *
 * Intervals against distributions whose truth is known: as often as they say, they hold it.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <gsl/gsl_randist.h>
#include <gsl/gsl_rng.h>
#include <math.h>

#include "intervals.h"
#include "near.h"
#include "series.h"

static gsl_rng *
seeded(unsigned long seed)
{
    gsl_rng *rng = gsl_rng_alloc(gsl_rng_mt19937);

    gsl_rng_set(rng, seed);
    return rng;
}

static int
holds(struct interval interval, double truth)
{
    return interval.low <= truth && truth <= interval.high;
}

/* The interval is conservative: order statistics come in steps. */
static void
test_intervals_quantile_covers_the_truth_of_a_skewed_distribution(void **state)
{
    enum { TRIALS = 4000, N = 200 };
    static const double quantiles[] = {0.5, 0.9, 0.95};
    gsl_rng *rng = seeded(3);

    (void)state;
    for (size_t q = 0; q < 3; q++) {
        double covered = 0;

        for (int trial = 0; trial < TRIALS; trial++) {
            double values[N];

            for (int i = 0; i < N; i++)
                values[i] = gsl_ran_exponential(rng, 1);
            covered += holds(statistics_quantile(values, N, quantiles[q]), -log(1 - quantiles[q]));
        }
        assert_in_range((int)(1000 * covered / TRIALS), 940, 985);
    }
    gsl_rng_free(rng);
}

static void
test_intervals_quantile_of_known_ranks_is_that_of_the_tables(void **state)
{
    double values[10];
    struct interval median;

    (void)state;
    for (int i = 0; i < 10; i++)
        values[i] = 10 - i;
    median = statistics_quantile(values, 10, 0.5);
    /* n = 10: the 2nd and the 9th value hold the median with 97.9 %. */
    assert_near(median.value, 5.5, 1e-12);
    assert_near(median.low, 2, 0);
    assert_near(median.high, 9, 0);
    assert_null(median.note);
}

static void
test_intervals_quantile_of_too_few_values_says_so(void **state)
{
    static const double values[] = {1, 2, 3, 4, 5, NAN};
    struct interval median = statistics_quantile(values, 6, 0.5);
    struct interval tail = statistics_quantile(values, 6, 0.999);

    (void)state;
    assert_near(median.value, 3, 1e-12);
    assert_true(isnan(median.low));
    assert_string_equal(median.note, "too few values for an interval of this quantile");
    assert_true(isnan(tail.value));
    assert_string_equal(tail.note, "too few values for this quantile");
    assert_string_equal(statistics_quantile(values, 0, 0.5).note, "not measured");
}

/* Nine of ten of ten values is one of them, whatever 1 - 0.9 is in binary. */
static void
test_intervals_quantile_of_just_enough_values_is_told(void **state)
{
    static const double values[] = {1, 2, 3, 4, 5, 6, 7, 8, 9, 10};

    (void)state;
    assert_near(statistics_quantile(values, 10, 0.9).value, 9.1, 1e-12);
    assert_true(isnan(statistics_quantile(values, 9, 0.9).value));
}

static void
test_intervals_bootstrap_covers_the_mean_of_a_skewed_distribution(void **state)
{
    enum { TRIALS = 1000, N = 40 };
    gsl_rng *rng = seeded(5);
    double covered = 0;
    double values[N];

    (void)state;
    for (int trial = 0; trial < TRIALS; trial++) {
        for (int i = 0; i < N; i++)
            values[i] = gsl_ran_exponential(rng, 2);
        covered += holds(statistics_bootstrap(values, N), 2);
    }
    gsl_rng_free(rng);
    assert_in_range((int)(1000 * covered / TRIALS), 915, 970);
    assert_string_equal(statistics_bootstrap(values, 7).note,
                        "fewer than 8 values: no bootstrap interval");
    assert_near(statistics_bootstrap(values, N).low, statistics_bootstrap(values, N).low, 0);
}

/* What both share is large, what differs is small: pairs tell it, two intervals would not. */
static void
test_intervals_pairs_cover_difference_and_ratio(void **state)
{
    enum { TRIALS = 10000, N = 6 };
    gsl_rng *rng = seeded(7);
    double in_difference = 0;
    double in_ratio = 0;
    double told = 0;
    double false_alarms = 0;

    (void)state;
    for (int trial = 0; trial < TRIALS; trial++) {
        double a[N];
        double b[N];
        double c[N];
        struct paired paired;

        for (int i = 0; i < N; i++) {
            double common = 100 + gsl_ran_gaussian(rng, 10);

            a[i] = common + gsl_ran_gaussian(rng, 1);
            b[i] = common + 5 + gsl_ran_gaussian(rng, 1);
            c[i] = common + gsl_ran_gaussian(rng, 1);
        }
        paired = statistics_paired(a, b, N);
        in_difference += fabs(paired.difference.mean - 5) <= paired.difference.half_width;
        in_ratio += holds(paired.ratio, 1.05);
        told += paired.is_significant && paired.p_value < 0.05;
        paired = statistics_paired(a, c, N);
        false_alarms += paired.is_significant;
        assert_int_equal(paired.is_significant, paired.p_value < 0.05);
    }
    gsl_rng_free(rng);
    assert_in_range((int)(1000 * in_difference / TRIALS), 941, 959);
    assert_in_range((int)(1000 * in_ratio / TRIALS), 941, 959);
    assert_in_range((int)(1000 * false_alarms / TRIALS), 41, 59);
    assert_true(told / TRIALS > 0.99);
}

static void
test_intervals_pairs_without_chance_or_measurement_say_so(void **state)
{
    static const double a[] = {1, 2, NAN, 4};
    static const double b[] = {2, 3, 4, NAN};
    static const double zero[] = {0, 0};
    struct paired paired = statistics_paired(a, b, 4);

    (void)state;
    assert_int_equal(paired.difference.n, 2);
    assert_int_equal(paired.difference.unmeasured, 2);
    assert_near(paired.difference.mean, 1, 0);
    assert_non_null(paired.difference.note);
    assert_true(paired.is_significant && isnan(paired.p_value));
    assert_string_equal(statistics_paired(zero, b, 2).ratio.note,
                        "the first mean is zero: no ratio");
    paired = statistics_paired(a, b, 1);
    assert_false(paired.is_significant);
    assert_non_null(paired.ratio.note);
    paired = statistics_paired(a, b, 0);
    assert_string_equal(paired.difference.note, "not measured");
}

/* The curve -3, -1, 1, 3 at 0, 1, 2, 3 crosses at 1.5. */
static void
test_intervals_crossing_covers_a_known_break_even_point(void **state)
{
    enum { TRIALS = 400, PLACES = 4, N = 12 };
    static const double x[PLACES] = {0, 1, 2, 3};
    gsl_rng *rng = seeded(11);
    double covered = 0;
    double y[PLACES * N];
    struct interval crossing;

    (void)state;
    for (int trial = 0; trial < TRIALS; trial++) {
        for (int p = 0; p < PLACES; p++)
            for (int r = 0; r < N; r++)
                y[p * N + r] = 2 * x[p] - 3 + gsl_ran_gaussian(rng, 0.5);
        covered += holds(statistics_crossing(x, y, PLACES, N), 1.5);
    }
    gsl_rng_free(rng);
    assert_in_range((int)(1000 * covered / TRIALS), 890, 975);
    crossing = statistics_crossing(x, y, 2, N);
    assert_true(isnan(crossing.value));
    assert_string_equal(crossing.note, "no crossing in the range that was simulated");
}

static void
test_series_mser_cuts_a_synthetic_warmup_and_nothing_else(void **state)
{
    enum { N = 2000, WARM = 200 };
    gsl_rng *rng = seeded(13);
    double values[N];
    struct warmup warmup;

    (void)state;
    for (int i = 0; i < N; i++)
        values[i] = 10 + gsl_ran_gaussian(rng, 1) + (i < WARM ? 20.0 * (WARM - i) / WARM : 0);
    warmup = series_warmup(values, N);
    assert_in_range(warmup.values, WARM - 40, WARM + 60);
    assert_null(warmup.note);
    warmup = series_warmup(values, WARM); /* nothing but warm-up */
    assert_non_null(warmup.note);
    for (int i = 0; i < N; i++)
        values[i] = 7;
    assert_int_equal(series_warmup(values, N).values, 0);
    assert_non_null(series_warmup(values, 49).note);
    gsl_rng_free(rng);
}

/* AR(1) with 0.8: the interval of independent values would hold the mean in half of the trials. */
static void
test_series_batch_means_cover_the_mean_of_dependent_values(void **state)
{
    enum { TRIALS = 1000, N = 4000 };
    gsl_rng *rng = seeded(17);
    double covered = 0;
    double naive = 0;
    static double values[N];
    struct estimate e;

    (void)state;
    for (int trial = 0; trial < TRIALS; trial++) {
        double before = gsl_ran_gaussian(rng, 1 / 0.6);

        for (int i = 0; i < N; i++)
            values[i] = before = 0.8 * before + gsl_ran_gaussian(rng, 1);
        e = series_batch_means(values, N);
        covered += fabs(e.mean) <= e.half_width;
        e = statistics_estimate(values, N);
        naive += fabs(e.mean) <= e.half_width;
    }
    gsl_rng_free(rng);
    assert_in_range((int)(1000 * covered / TRIALS), 920, 970);
    assert_true(naive / TRIALS < 0.7);
    assert_string_equal(series_batch_means(values, 99).note,
                        "fewer than 100 values: no interval by batch means");
    for (int i = 0; i < N; i++)
        values[i] = i;
    assert_string_equal(series_batch_means(values, N).note,
                        "batches depend on each other: the interval is too narrow");
}

static void
test_series_line_covers_slope_intercept_and_root(void **state)
{
    enum { TRIALS = 5000, N = 8 };
    static const double x[N] = {0, 1, 2, 3, 4, 5, 6, 7};
    static const double same[N] = {0};
    gsl_rng *rng = seeded(19);
    double covered[3] = {0};
    double y[N];
    struct line line;

    (void)state;
    for (int trial = 0; trial < TRIALS; trial++) {
        for (int i = 0; i < N; i++)
            y[i] = 2 * x[i] - 7 + gsl_ran_gaussian(rng, 1);
        line = series_line(x, y, N);
        covered[0] += holds(line.intercept, -7);
        covered[1] += holds(line.slope, 2);
        covered[2] += holds(line.root, 3.5);
    }
    for (int i = 0; i < 3; i++)
        assert_in_range((int)(1000 * covered[i] / TRIALS), 937, 963);
    for (int i = 0; i < N; i++)
        y[i] = gsl_ran_gaussian(rng, 1);
    assert_string_equal(series_line(x, y, N).root.note,
                        "the slope is not told from zero: no interval");
    assert_string_equal(series_line(same, y, N).slope.note, "all x alike: no line");
    assert_string_equal(series_line(x, y, 2).slope.note, "fewer than three values: no line");
    gsl_rng_free(rng);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_intervals_quantile_covers_the_truth_of_a_skewed_distribution),
        cmocka_unit_test(test_intervals_quantile_of_known_ranks_is_that_of_the_tables),
        cmocka_unit_test(test_intervals_quantile_of_too_few_values_says_so),
        cmocka_unit_test(test_intervals_quantile_of_just_enough_values_is_told),
        cmocka_unit_test(test_intervals_bootstrap_covers_the_mean_of_a_skewed_distribution),
        cmocka_unit_test(test_intervals_pairs_cover_difference_and_ratio),
        cmocka_unit_test(test_intervals_pairs_without_chance_or_measurement_say_so),
        cmocka_unit_test(test_intervals_crossing_covers_a_known_break_even_point),
        cmocka_unit_test(test_series_mser_cuts_a_synthetic_warmup_and_nothing_else),
        cmocka_unit_test(test_series_batch_means_cover_the_mean_of_dependent_values),
        cmocka_unit_test(test_series_line_covers_slope_intercept_and_root),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
