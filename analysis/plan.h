/* SPDX-License-Identifier: GPL-2.0-or-later
 *
 * A study expanded: every combination of the varied values is a point, every point has as many runs
 * as the study has replications, and every run has an identity made of what it is, never of where
 * it stands.
 *
 * Replication r (from 0) runs with RngRun r + 1 and the study's one seed at every point: the same
 * streams whatever the parameters (common random numbers), and more replications never change
 * earlier ones.
 */
#ifndef FLUE_ANALYSIS_PLAN_H
#define FLUE_ANALYSIS_PLAN_H

#include "simulator.h"
#include "study.h"

enum { RUN_ID_LENGTH = 32, PLAN_RUNS_MAX = 1000000 };

struct plan_point {
    struct given *given; /* what flue-sim is told: fixed, then varied; texts belong to the study */
    size_t given_count;
    struct effective effective;
};

struct plan_run {
    char id[RUN_ID_LENGTH + 1]; /* XXH3-128 of plan_canonical(), in hexadecimal */
    size_t point;
    long long replication; /* from 0 */
};

struct plan {
    const struct study *study;
    const struct catalogue *catalogue;
    const struct catalogue_scenario *scenario;
    char *origin; /* the lines of the canonical text that name the simulator */
    struct plan_point *points;
    size_t point_count;
    size_t step;           /* runs that a point may have */
    struct plan_run *runs; /* by point, then by replication: `step` for each */
    size_t run_count;      /* points times step */
    size_t *wanted;        /* of each point, how many of its runs; more with a precision */
};

/* Expands the study and has flue-sim check every point. `simulator` is its path. */
bool plan_create(struct plan *plan, struct study *study, const struct catalogue *catalogue,
                 const char *simulator, struct problem *problem);
void plan_fini(struct plan *plan);
/* How many runs are wanted by now. */
size_t plan_wanted(const struct plan *plan);

/* The text that identifies a run: one key=value a line. The caller frees it. */
char *plan_canonical(const struct plan *plan, const struct plan_run *run);
/* The same for any parameters: what a result says of itself must give the run's own id. */
char *plan_canonical_of(const char *scenario, const struct effective *effective, long long seed,
                        long long run, const char *origin);
void plan_id(const char *canonical, char id[RUN_ID_LENGTH + 1]);

/* The number of runs, or false when it is above PLAN_RUNS_MAX. */
bool plan_size(const struct study *study, size_t *points, size_t *runs);

#endif
