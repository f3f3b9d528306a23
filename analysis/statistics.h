/* SPDX-License-Identifier: GPL-2.0-or-later
 *
 * What replications say about a mean. GSL does the arithmetic; this file decides when there is an
 * interval at all, and says why where there is none.
 */
#ifndef FLUE_ANALYSIS_STATISTICS_H
#define FLUE_ANALYSIS_STATISTICS_H

#include <stdbool.h>
#include <stddef.h>

#define STATISTICS_CONFIDENCE 0.95

struct estimate {
    size_t n;          /* values that the mean is of */
    size_t unmeasured; /* replications that could not measure it (NAN) */
    double mean;       /* NAN without values */
    double deviation;  /* standard deviation of the sample; NAN below two values */
    double half_width; /* of the confidence interval; NAN where there is none */
    const char *note;  /* why there is no interval, or NULL */
};

/* Two-sided Student t quantile: half of the rest lies above it. `degrees` >= 1. */
double statistics_t(double confidence, size_t degrees);
/* Mean with its Student-t interval, of independent replications; NANs are counted and left out. */
struct estimate statistics_estimate(const double *values, size_t count);

#endif
