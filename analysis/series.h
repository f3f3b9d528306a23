/* SPDX-License-Identifier: GPL-2.0-or-later
 *
 * What one long run says: where its warm-up ends, its mean by batches, the line through it.
 */
#ifndef FLUE_ANALYSIS_SERIES_H
#define FLUE_ANALYSIS_SERIES_H

#include "intervals.h"

struct warmup {
    size_t values;    /* to leave out at the beginning */
    const char *note; /* the run is too short to tell where its warm-up ends, or NULL */
};

struct line {
    struct interval intercept;
    struct interval slope;
    struct interval root; /* where it is zero: a break-even point, by Fieller's theorem */
};

/* MSER-5 (White 1997): of means of five, the cut that leaves the mean of the rest most certain. */
struct warmup series_warmup(const double *values, size_t count);
/* The mean of dependent values by the means of equal batches, 20 of them. */
struct estimate series_batch_means(const double *values, size_t count);
/* Least squares, with intervals of the two parameters and of the root. */
struct line series_line(const double *x, const double *y, size_t count);

#endif
