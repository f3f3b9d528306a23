/* SPDX-License-Identifier: GPL-2.0-or-later
 *
 * A study's results, read from the database: every point with its parameters, every metric with its
 * replications and what they say. Tables, figures and the report are made from this and nothing
 * else.
 */
#ifndef FLUE_ANALYSIS_RESULTS_H
#define FLUE_ANALYSIS_RESULTS_H

#include "catalogue.h"
#include "statistics.h"
#include "store.h"
#include "study.h"

struct result_metric {
    double *values; /* one a replication that was done, in order; NAN: not measured */
    struct estimate estimate;
    const char *note; /* the simulator's, of the first replication that has one, or NULL */
};

/* The time series of one replication, as far as figures show it. */
struct result_series {
    double *times; /* the ends of the intervals, in seconds */
    size_t length;
    double **metrics; /* one array for each of the scenario's metrics; NULL: not shown, not kept */
    struct run_event *events;
    size_t event_count;
};

struct result_point {
    struct effective effective;
    size_t done;                   /* replications with a result */
    long long *replications;       /* which, from 0: `done` of them */
    double wall_s;                 /* of all of them */
    struct result_metric *metrics; /* one for each of the scenario's metrics */
    struct result_series *series;  /* one a replication that was done; NULL: no figure shows any */
};

struct results {
    struct study study;
    json_t *json;   /* owns the scenario's texts */
    json_t *answer; /* of flue plan, as capacity_json.c describes it; NULL: was not asked */
    struct catalogue_scenario scenario;
    struct effective *varied; /* one a varied parameter: its values in their order */
    char *command;
    char *created;
    struct result_point *points;
    size_t point_count;
    size_t planned; /* runs */
    size_t done;
    size_t failed;
    /* From the runs' provenance: "key: value" lines, distinct values joined by ", ". */
    struct result_fact {
        char *key;
        char *value;
    } * facts;
    size_t fact_count;
    char *first; /* when the first and the last run started, UTC */
    char *last;
    char **notes; /* the simulator's notes, distinct; they belong to the results */
    size_t note_count;
};

/* The study that was swept last, or the one of that name. */
bool results_read(struct results *results, const struct store *store, const char *study,
                  struct problem *problem);
void results_fini(struct results *results);

/* For results.c: the series of a run, as far as the study's figures show them (results_series.c).
 */
bool results_read_series(const struct results *results, const struct store *store, const char *run,
                         struct result_series *series, struct problem *problem);
void results_series_fini(const struct results *results, struct result_series *series);

/* The value of a fact ("commit"), or "". */
const char *results_fact(const struct results *results, const char *key);
/* Index of the metric in the scenario; it must be there. */
size_t results_metric(const struct results *results, const char *name);
/* Metrics that the study asks about: those it names, or the y of its figures in their order, or
 * all. Fills indices, returns how many; `indices` has room for every metric. */
size_t results_asked(const struct results *results, size_t *indices);
/* Largest |mean| of a metric over all points: what scales its column or axis. */
double results_largest(const struct results *results, size_t metric);
/* The value of the varied parameter number `index`, whether the point has been run or not. */
const struct effective_parameter *results_varied(const struct results *results, size_t point,
                                                 size_t index);
/* The same as a text for people. */
void results_varied_text(const struct results *results, size_t point, size_t index, char *text,
                         size_t size);

#endif
