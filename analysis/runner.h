/* SPDX-License-Identifier: GPL-2.0-or-later
 *
 * Runs what a plan lacks: several flue-sim processes at once, each result written by this one
 * process the moment it is there. SIGINT and SIGTERM stop the processes and keep what is finished.
 */
#ifndef FLUE_ANALYSIS_RUNNER_H
#define FLUE_ANALYSIS_RUNNER_H

#include "progress.h"
#include "store.h"

enum { JOBS_MAX = 1024 };

struct runner_options {
    const char *simulator; /* path */
    long jobs;
    FILE *progress;
    bool is_terminal;
};

struct runner_summary {
    size_t stored; /* were there already */
    size_t done;
    size_t failed;
    bool is_interrupted; /* before everything was done */
    bool is_stopped;     /* asked to stop, at the last moment perhaps */
    char *first_failure; /* what, why and how to repeat it; NULL without a failure */
};

/* False when results could not be written or a process could not be started; a failed run is no
 * such thing: it is recorded, counted, and tried again by the next call. */
bool runner_run(struct store *store, long long study_id, struct plan *plan,
                const struct runner_options *options, struct runner_summary *summary,
                struct problem *problem);

#endif
