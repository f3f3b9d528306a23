/* SPDX-License-Identifier: GPL-2.0-or-later
 *
 * What a finished flue-sim process left: its result, when it is the one that was asked for, and its
 * time series.
 */
#ifndef FLUE_ANALYSIS_OUTCOME_H
#define FLUE_ANALYSIS_OUTCOME_H

#include "plan.h"
#include "run_series.h"

/* False: `why` says what was wrong, and there is no result. Otherwise the caller drops the
 * reference and ends the series, which is empty without a file. */
bool outcome_read(const struct plan *plan, const struct plan_run *run, const struct child *child,
                  const char *series_file, json_t **result, struct run_series *series,
                  struct problem *why);

#endif
