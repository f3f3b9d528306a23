/* SPDX-License-Identifier: GPL-2.0-or-later
 *
 * Intervals beside that of a mean: of quantiles, ratios and differences, by resampling, and of the
 * place where two curves cross. All are of STATISTICS_CONFIDENCE. Nothing is random that a second
 * call could change: resampling starts from one seed.
 */
#ifndef FLUE_ANALYSIS_INTERVALS_H
#define FLUE_ANALYSIS_INTERVALS_H

#include "statistics.h"

struct interval {
    double value; /* NAN: there is none */
    double low;   /* NAN: no interval */
    double high;
    const char *note; /* why something is missing, or NULL */
};

/* How b differs from a where both were measured under the same random streams. */
struct paired {
    struct estimate difference; /* b - a, mean with Student's interval */
    struct interval ratio;      /* mean of b by mean of a, by Fieller's theorem */
    double p_value;             /* two-sided: that the mean difference is zero; NAN: not told */
    bool is_significant;        /* the difference's interval leaves zero out */
};

/* The quantile (0 to 1) between two order statistics, whatever the distribution; without interval
 * where there are too few values for it. NANs are left out. */
struct interval statistics_quantile(const double *values, size_t count, double quantile);
/* The mean with a bootstrap interval (bias-corrected and accelerated): for values far from normal.
 */
struct interval statistics_bootstrap(const double *values, size_t count);
/* Pairs with a NAN in them are left out. */
struct paired statistics_paired(const double *a, const double *b, size_t count);

/* Where the mean of y changes its sign first, by straight lines between the places x[0] < x[1] ...
 * `y` has `replications` values for each place, place by place. The interval resamples
 * replications. Without a change the value is NAN. */
struct interval statistics_crossing(const double *x, const double *y, size_t places,
                                    size_t replications);

#endif
