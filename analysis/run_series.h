/* SPDX-License-Identifier: GPL-2.0-or-later
 *
 * The time series of one run: every metric of every interval, and what happened when. flue-sim
 * writes it as CSV, where a line "# event,TIME,TEXT" is an event; the results database keeps it as
 * one array a metric.
 */
#ifndef FLUE_ANALYSIS_RUN_SERIES_H
#define FLUE_ANALYSIS_RUN_SERIES_H

#include "base.h"

struct run_event {
    double time_s;
    char *text;
};

struct run_series {
    char **names; /* of the columns: time_s, then metrics */
    size_t column_count;
    double *values; /* row by row; NAN: not measured */
    size_t row_count;
    struct run_event *events;
    size_t event_count;
};

bool run_series_parse(struct run_series *series, const char *csv, struct problem *problem);
void run_series_fini(struct run_series *series);
/* A column as a JSON array; the caller frees it. */
char *run_series_array(const struct run_series *series, size_t column);
/* The same read back: *values are the caller's. False when it is no array of numbers. */
bool run_series_read_array(const char *json, double **values, size_t *count);

#endif
