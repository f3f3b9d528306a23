/* SPDX-License-Identifier: GPL-2.0-or-later
 *
 * Every run of a study with everything that is known of it, for other programs: one row or one
 * object a run. Units are in the names of CSV's columns, and beside each value in JSON.
 */
#ifndef FLUE_ANALYSIS_EXPORT_H
#define FLUE_ANALYSIS_EXPORT_H

#include <stdio.h>

#include "store.h"

/* SERIES: CSV with one row an interval, of studies that keep time series; JSON has them in any
 * case.
 */
enum export_format { EXPORT_CSV, EXPORT_JSON, EXPORT_SERIES };

/* `study` is a name, or NULL for the study that was swept last. */
bool export_runs(const struct store *store, const char *study, enum export_format format, FILE *out,
                 struct problem *problem);

#endif
