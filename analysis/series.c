/* SPDX-License-Identifier: GPL-2.0-or-later
 *
 * Warm-up, batch means, regression. See series.h.
 */
#include "series.h"

#include <gsl/gsl_fit.h>
#include <gsl/gsl_statistics_double.h>
#include <math.h>
#include <stdlib.h>

#include "base.h"

enum { MSER_BATCH = 5, MSER_LEAST = 10, BATCHES = 20, BATCH_LEAST = 5 };

struct warmup
series_warmup(const double *values, size_t count)
{
    size_t batches = count / MSER_BATCH;
    struct warmup warmup = {0, NULL};
    double least = INFINITY;
    double sum = 0;
    double squares = 0;
    double shift;

    if (batches < MSER_LEAST)
        return (struct warmup){0, "fewer than 50 values: the warm-up cannot be told"};
    shift = gsl_stats_mean(values, 1, count); /* keeps the sum of squares exact */
    for (size_t cut = batches; cut-- > 0;) {
        double mean = gsl_stats_mean(&values[cut * MSER_BATCH], 1, MSER_BATCH) - shift;
        double left = (double)(batches - cut);
        double criterion;

        sum += mean;
        squares += mean * mean;
        criterion = fmax(squares - sum * sum / left, 0) / (left * left);
        /* The last few batches are alike by chance; of equal cuts the earlier one. */
        if (batches - cut >= BATCH_LEAST && criterion <= least) {
            least = criterion;
            warmup.values = cut * MSER_BATCH;
        }
    }
    if (warmup.values * 2 > count)
        warmup.note = "the run is shorter than twice its warm-up: it may not have ended";
    return warmup;
}

struct estimate
series_batch_means(const double *values, size_t count)
{
    size_t size = count / BATCHES;
    double means[BATCHES];
    struct estimate estimate;

    if (size < BATCH_LEAST) {
        estimate = statistics_estimate(values, count);
        estimate.half_width = (double)NAN;
        estimate.note = "fewer than 100 values: no interval by batch means";
        return estimate;
    }
    for (size_t i = 0; i < BATCHES; i++)
        means[i] = gsl_stats_mean(&values[i * size], 1, size);
    estimate = statistics_estimate(means, BATCHES);
    /* Neighbouring batches of a run that is long enough know nothing of each other: their
     * correlation has a standard error of 1 / sqrt(batches). */
    if (estimate.note == NULL &&
        gsl_stats_lag1_autocorrelation(means, 1, BATCHES) > 2 / sqrt((double)BATCHES))
        estimate.note = "batches depend on each other: the interval is too narrow";
    return estimate;
}

static struct interval
around(double value, double half)
{
    return (struct interval){value, value - half, value + half, NULL};
}

/* Zeros of the band around the line: -a/b with the covariance of both. */
static struct interval
root_of(double a, double b, double aa, double ab, double bb, double t)
{
    double square = b * b - t * t * bb;
    double middle = -a * b + t * t * ab;
    double rest = a * a - t * t * aa;
    struct interval root = {-a / b, (double)NAN, (double)NAN, NULL};
    double half;

    if (!(square > 0)) {
        root.note = "the slope is not told from zero: no interval";
        return root;
    }
    half = sqrt(fmax(middle * middle - square * rest, 0));
    root.low = (middle - half) / square;
    root.high = (middle + half) / square;
    return root;
}

struct line
series_line(const double *x, const double *y, size_t count)
{
    static const struct interval none = {NAN, NAN, NAN, "fewer than three values: no line"};
    struct line line = {none, none, none};
    double a;
    double b;
    double aa;
    double ab;
    double bb;
    double residue;
    double t;

    if (count < 3)
        return line;
    gsl_fit_linear(x, 1, y, 1, count, &a, &b, &aa, &ab, &bb, &residue);
    if (!isfinite(a) || !isfinite(b)) {
        line.intercept.note = line.slope.note = line.root.note = "all x alike: no line";
        return line;
    }
    t = statistics_t(STATISTICS_CONFIDENCE, count - 2);
    line.intercept = around(a, t * sqrt(aa));
    line.slope = around(b, t * sqrt(bb));
    line.root = root_of(a, b, aa, ab, bb, t);
    return line;
}
