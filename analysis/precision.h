/* SPDX-License-Identifier: GPL-2.0-or-later
 *
 * How many replications a point wants: as many as the study says, or as its precision needs. The
 * decision looks at the first replications in their order and at nothing else, so that it is the
 * same however many ran at once, and whether or not the sweep was interrupted.
 */
#ifndef FLUE_ANALYSIS_PRECISION_H
#define FLUE_ANALYSIS_PRECISION_H

#include "study.h"

/* How many replications to have after `count` of them gave `values` (NAN: not measured): `count`
 * when that is enough. At most twice as many at once: the first guess may be far off. */
size_t precision_next(const struct study *study, const double *values, size_t count);

#endif
