/* SPDX-License-Identifier: GPL-2.0-or-later
 *
 * Quantiles, bootstrap, pairs, crossings. See intervals.h.
 */
#include "intervals.h"

#include <gsl/gsl_cdf.h>
#include <gsl/gsl_rng.h>
#include <gsl/gsl_sort.h>
#include <gsl/gsl_statistics_double.h>
#include <math.h>
#include <stdlib.h>

#include "base.h"

enum { RESAMPLES = 2000, RESAMPLING_SEED = 1, BOOTSTRAP_LEAST = 8, CROSSING_LEAST = 3 };

static struct interval
no_interval(double value, const char *note)
{
    return (struct interval){value, (double)NAN, (double)NAN, note};
}

/* The values that were measured; the caller frees them. */
static double *
measured_of(const double *values, size_t count, size_t *n)
{
    double *measured = must_alloc(count + 1, sizeof *measured);

    *n = 0;
    for (size_t i = 0; i < count; i++)
        if (!isnan(values[i]))
            measured[(*n)++] = values[i];
    return measured;
}

/* P(lower-th value <= quantile < upper-th value) is what the binomial distribution gives to
 * lower..upper-1; the shares outside are cut to half of the rest on each side. */
struct interval
statistics_quantile(const double *values, size_t count, double quantile)
{
    double rest = (1 - STATISTICS_CONFIDENCE) / 2;
    struct interval interval;
    size_t n;
    double *sorted = measured_of(values, count, &n);
    unsigned lower = 0;
    unsigned upper = 1;

    if (n == 0) {
        free(sorted);
        return no_interval((double)NAN, "not measured");
    }
    gsl_sort(sorted, 1, n);
    interval = no_interval(gsl_stats_quantile_from_sorted_data(sorted, 1, n, quantile),
                           "too few values for an interval of this quantile");
    while (lower + 1 <= n && gsl_cdf_binomial_P(lower, quantile, (unsigned)n) <= rest)
        lower++;
    while (upper <= n && gsl_cdf_binomial_Q(upper - 1, quantile, (unsigned)n) > rest)
        upper++;
    if (lower >= 1 && upper <= n) {
        interval.low = sorted[lower - 1];
        interval.high = sorted[upper - 1];
        interval.note = NULL;
    } else if ((1 - quantile) * (double)n < 1 - 1e-9) {
        interval.value = (double)NAN;
        interval.note = "too few values for this quantile";
    }
    free(sorted);
    return interval;
}

static size_t
draw(gsl_rng *rng, size_t count)
{
    return (size_t)gsl_rng_uniform_int(rng, (unsigned long)count);
}

/* How much a single value pulls at the mean, third moment of the jackknife by its second. */
static double
acceleration(const double *values, size_t n, double mean)
{
    double squares = 0;
    double cubes = 0;

    for (size_t i = 0; i < n; i++) {
        double pull = (values[i] - mean) / ((double)n - 1);

        squares += pull * pull;
        cubes += pull * pull * pull;
    }
    return squares > 0 ? cubes / (6 * pow(squares, 1.5)) : 0;
}

static double
corrected(double share, double bias, double a)
{
    double z = bias + gsl_cdf_ugaussian_Pinv(share);

    return gsl_cdf_ugaussian_P(bias + z / (1 - a * z));
}

struct interval
statistics_bootstrap(const double *values, size_t count)
{
    double rest = (1 - STATISTICS_CONFIDENCE) / 2;
    struct estimate e = statistics_estimate(values, count);
    struct interval interval = no_interval(e.mean, e.note);
    size_t n;
    double *measured;
    double *means;
    gsl_rng *rng;
    double below = 0;
    double bias;
    double a;

    if (e.note != NULL)
        return interval;
    if (e.n < BOOTSTRAP_LEAST)
        return no_interval(e.mean, "fewer than 8 values: no bootstrap interval");
    measured = measured_of(values, count, &n);
    means = must_alloc(RESAMPLES, sizeof *means);
    rng = gsl_rng_alloc(gsl_rng_mt19937);
    gsl_rng_set(rng, RESAMPLING_SEED);
    for (size_t r = 0; r < RESAMPLES; r++) {
        for (size_t i = 0; i < n; i++)
            means[r] += measured[draw(rng, n)] / (double)n;
        below += means[r] < e.mean ? 1 : 0;
    }
    gsl_rng_free(rng);
    gsl_sort(means, 1, RESAMPLES);
    bias = gsl_cdf_ugaussian_Pinv(fmin(fmax(below, 1), RESAMPLES - 1) / RESAMPLES);
    a = acceleration(measured, n, e.mean);
    interval.low =
        gsl_stats_quantile_from_sorted_data(means, 1, RESAMPLES, corrected(rest, bias, a));
    interval.high =
        gsl_stats_quantile_from_sorted_data(means, 1, RESAMPLES, corrected(1 - rest, bias, a));
    free(means);
    free(measured);
    return interval;
}

/* The ratios r for which mean(b) - r mean(a) is not told from zero: the roots of a parabola. */
static struct interval
fieller(const double *a, const double *b, size_t n)
{
    double mean_a = gsl_stats_mean(a, 1, n);
    double mean_b = gsl_stats_mean(b, 1, n);
    double t = statistics_t(STATISTICS_CONFIDENCE, n - 1);
    double weight = t * t / (double)n;
    double square = mean_a * mean_a - weight * gsl_stats_variance(a, 1, n);
    double middle = mean_a * mean_b - weight * gsl_stats_covariance(a, 1, b, 1, n);
    double rest = mean_b * mean_b - weight * gsl_stats_variance(b, 1, n);
    double root = middle * middle - square * rest;
    struct interval interval = no_interval(mean_b / mean_a, NULL);

    if (!(fabs(mean_a) > 0))
        return no_interval((double)NAN, "the first mean is zero: no ratio");
    if (!(square > 0))
        return no_interval(interval.value, "the first mean is not told from zero: no interval");
    root = sqrt(fmax(root, 0));
    interval.low = (middle - root) / square;
    interval.high = (middle + root) / square;
    return interval;
}

struct paired
statistics_paired(const double *a, const double *b, size_t count)
{
    struct paired paired = {.p_value = (double)NAN};
    double *first = must_alloc(count + 1, sizeof *first);
    double *second = must_alloc(count + 1, sizeof *second);
    double *differences = must_alloc(count + 1, sizeof *differences);
    size_t n = 0;

    for (size_t i = 0; i < count; i++) {
        if (isnan(a[i]) || isnan(b[i]))
            continue;
        first[n] = a[i];
        second[n] = b[i];
        differences[n] = b[i] - a[i];
        n++;
    }
    paired.difference = statistics_estimate(differences, n);
    paired.difference.unmeasured = count - n;
    if (n >= 2)
        paired.ratio = fieller(first, second, n);
    else
        paired.ratio =
            no_interval(n == 0 || !(fabs(first[0]) > 0) ? (double)NAN : second[0] / first[0],
                        paired.difference.note);
    if (!isnan(paired.difference.half_width)) {
        double error = paired.difference.deviation / sqrt((double)n);

        paired.p_value = 2 * gsl_cdf_tdist_Q(fabs(paired.difference.mean) / error, (double)n - 1);
        paired.is_significant = fabs(paired.difference.mean) > paired.difference.half_width;
    } else if (n >= 2) {
        /* Alike in every pair, to the last bit: nothing random is left to blame. */
        paired.is_significant = fabs(paired.difference.mean) > 0;
    }
    free(first);
    free(second);
    free(differences);
    return paired;
}

/* Of the mean curve over the chosen replications. */
static double
crossing_of(const double *x, const double *y, size_t places, size_t replications,
            const size_t *chosen)
{
    double before = 0;

    for (size_t p = 0; p < places; p++) {
        double mean = 0;

        for (size_t r = 0; r < replications; r++)
            mean += y[p * replications + chosen[r]] / (double)replications;
        if (p > 0 && ((before < 0 && mean >= 0) || (before > 0 && mean <= 0)))
            return x[p - 1] + (x[p] - x[p - 1]) * before / (before - mean);
        before = mean;
    }
    return (double)NAN;
}

struct interval
statistics_crossing(const double *x, const double *y, size_t places, size_t replications)
{
    double rest = (1 - STATISTICS_CONFIDENCE) / 2;
    size_t *chosen = must_alloc(replications + 1, sizeof *chosen);
    double *found = must_alloc(RESAMPLES, sizeof *found);
    gsl_rng *rng = gsl_rng_alloc(gsl_rng_mt19937);
    struct interval interval;
    size_t n = 0;

    for (size_t r = 0; r < replications; r++)
        chosen[r] = r;
    interval = no_interval(crossing_of(x, y, places, replications, chosen),
                           "too few replications for an interval");
    if (isnan(interval.value))
        interval.note = "no crossing in the range that was simulated";
    gsl_rng_set(rng, RESAMPLING_SEED);
    for (size_t i = 0; i < RESAMPLES && replications >= CROSSING_LEAST; i++) {
        for (size_t r = 0; r < replications; r++)
            chosen[r] = draw(rng, replications);
        found[n] = crossing_of(x, y, places, replications, chosen);
        n += isnan(found[n]) ? 0 : 1;
    }
    /* An interval of those resamples alone that do cross would be too narrow. */
    if (!isnan(interval.value) && n == RESAMPLES) {
        gsl_sort(found, 1, n);
        interval.low = gsl_stats_quantile_from_sorted_data(found, 1, n, rest);
        interval.high = gsl_stats_quantile_from_sorted_data(found, 1, n, 1 - rest);
        interval.note = NULL;
    } else if (!isnan(interval.value) && replications >= CROSSING_LEAST) {
        interval.note = "may lie outside the range that was simulated: no interval";
    }
    gsl_rng_free(rng);
    free(found);
    free(chosen);
    return interval;
}
