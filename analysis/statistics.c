/* SPDX-License-Identifier: GPL-2.0-or-later
 *
 * Means and t-intervals. See statistics.h.
 */
#include "statistics.h"

#include <gsl/gsl_cdf.h>
#include <gsl/gsl_statistics_double.h>
#include <math.h>
#include <stdlib.h>

#include "base.h"

double
statistics_t(double confidence, size_t degrees)
{
    return gsl_cdf_tdist_Pinv(0.5 + confidence / 2, (double)degrees);
}

static bool
all_alike(const double *values, size_t count)
{
    for (size_t i = 1; i < count; i++)
        if (values[i] < values[0] || values[i] > values[0])
            return false;
    return true;
}

struct estimate
statistics_estimate(const double *values, size_t count)
{
    struct estimate estimate = {.mean = NAN, .deviation = NAN, .half_width = NAN};
    double *measured = must_alloc(count, sizeof *measured);
    size_t n = 0;

    for (size_t i = 0; i < count; i++)
        if (!isnan(values[i]))
            measured[n++] = values[i];
    estimate.n = n;
    estimate.unmeasured = count - n;
    if (n == 0) {
        estimate.note = "not measured";
    } else if (all_alike(measured, n)) {
        /* Exactly, not but for rounding: a computed mean of equal values may differ in its last
         * bit. */
        estimate.mean = measured[0];
        estimate.deviation = n < 2 ? (double)NAN : 0;
        estimate.note = n < 2 ? "one value: no interval"
                              : "all replications alike: nothing random in them, no interval";
    } else {
        estimate.mean = gsl_stats_mean(measured, 1, n);
        estimate.deviation = gsl_stats_sd_m(measured, 1, n, estimate.mean);
        estimate.half_width =
            statistics_t(STATISTICS_CONFIDENCE, n - 1) * estimate.deviation / sqrt((double)n);
    }
    free(measured);
    return estimate;
}
