/* SPDX-License-Identifier: GPL-2.0-or-later
 *
 * Replications until the interval is narrow enough. See precision.h.
 */
#include "precision.h"

#include <math.h>

#include "statistics.h"

size_t
precision_next(const struct study *study, const double *values, size_t count)
{
    const struct study_precision *precision = &study->precision;
    struct estimate estimate;
    double excess;
    double needed;

    if (precision->metric == NULL || count >= (size_t)precision->at_most)
        return count;
    estimate = statistics_estimate(values, count);
    /* Without an interval (all alike, or never measured) more of the same would say no more. */
    if (isnan(estimate.half_width))
        return estimate.n == 1 ? count + 1 : count;
    excess = estimate.half_width / (precision->relative * fabs(estimate.mean));
    if (excess <= 1)
        return count;
    needed = ceil((double)count * excess * excess);
    needed = fmax(needed, (double)count + 1);
    needed = fmin(needed, 2 * (double)count); /* infinite where the mean is zero */
    return (size_t)fmin(needed, (double)precision->at_most);
}
