/* SPDX-License-Identifier: GPL-2.0-or-later
 *
 * A study on its way from its file to its results, and what one wishes of the sweep. Here on this
 * machine (sweep.c), on a cluster (slurm.c), or not at all (dry_run.c).
 */
#ifndef FLUE_ANALYSIS_SWEEP_H
#define FLUE_ANALYSIS_SWEEP_H

#include "store.h"

enum { TASKS_MAX = 1000 }; /* Slurm's array indices end there unless a site says otherwise */

struct sweep_wish {
    const char *study; /* path */
    const char *out;   /* folder */
    long long jobs;    /* at once; 0: as many as there are processors */
    long long part;    /* 1 to parts: only every parts-th point; parts 0: all points */
    long long parts;
    bool is_plan; /* flue plan: only the points that its search comes by */
    bool is_dry;
    bool is_json;
    bool is_slurm;
    bool is_waiting;           /* until the cluster is done */
    long long tasks;           /* array tasks; 0: 100, or one a point */
    long long at_once;         /* of them; 0: as many as the cluster likes */
    const char *slurm_options; /* for sbatch, or NULL */
};

struct sweep {
    const struct sweep_wish *wish;
    struct problem *problem;
    char *command; /* that continues it */
    char *simulator;
    char *database;
    struct catalogue catalogue;
    struct study study;
    struct plan plan;
    struct store store;
    int lock;
};

/* Reads and checks everything; writes nothing. Released in any case. */
bool sweep_prepare(struct sweep *sweep, const struct sweep_wish *wish, struct problem *problem);
void sweep_release(struct sweep *sweep);
/* The output folder, locked, with the database open in it. */
bool sweep_open(struct sweep *sweep);

/* Each fills the exit status that the runs deserve, or returns false with the problem. */
bool sweep_run(struct sweep *sweep, int *status);
bool sweep_slurm(struct sweep *sweep, int *status);
bool sweep_dry_run(struct sweep *sweep);
/* Table and report, or JSON, once the runs are there. */
bool sweep_output(struct sweep *sweep);

/* Seconds of the simulations that are missing, one after the other; NAN: nothing is known. */
struct stock;
double sweep_estimate_s(const struct sweep *sweep, const struct stock *stock);

#endif
