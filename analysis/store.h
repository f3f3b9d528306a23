/* SPDX-License-Identifier: GPL-2.0-or-later
 *
 * The results database: opened, checked and written here and nowhere else. One run is one
 * transaction, so that whatever ends the program loses no finished run and leaves no half of one.
 * The tables are in schema.sql; reading them back for statistics is results.h.
 */
#ifndef FLUE_ANALYSIS_STORE_H
#define FLUE_ANALYSIS_STORE_H

#include <sqlite3.h>

#include "plan.h"

enum {
    STORE_VERSION = 1,              /* PRAGMA user_version: of the tables */
    STORE_APPLICATION = 0x464c5545, /* PRAGMA application_id: "FLUE" */
};

enum store_mode { STORE_WRITE, STORE_READ };

struct store {
    sqlite3 *db;
    char *path;
    enum store_mode mode;
};

enum run_state { RUN_ABSENT, RUN_DONE, RUN_FAILED };

/* How a run went, beside its result. */
struct run_record {
    int exit_status; /* -1: a signal ended it */
    int signal;
    const char *log;
    const char *command;
    const char *started;
    double wall_s;
    long memory_kib;
};

/* STORE_WRITE creates the file when it is not there. Something else's file is refused. */
bool store_open(struct store *store, const char *path, enum store_mode mode,
                struct problem *problem);
bool store_close(struct store *store, struct problem *problem);

/* Notes the study as the one that is swept now, with its plan. */
bool store_put_study(struct store *store, const struct plan *plan, const char *command,
                     long long *study_id, struct problem *problem);
bool store_run_state(struct store *store, const char *id, enum run_state *state,
                     struct problem *problem);
/* Mean wall-clock seconds of the stored runs of each point; 0 where none is stored. */
bool store_point_costs(struct store *store, long long study_id, double *seconds,
                       struct problem *problem);
/* Writes one run in one transaction, in the place of an earlier try. `result` is NULL for a failed
 * run. */
bool store_put_run(struct store *store, long long study_id, const struct plan *plan,
                   const struct plan_run *run, const struct run_record *record, json_t *result,
                   struct problem *problem);

/* For those who read: a statement with its values bound. Each letter of `format` takes one
 * argument: s text (NULL is null), i long long, r double (NAN is null). */
bool store_prepare(const struct store *store, sqlite3_stmt **statement, struct problem *problem,
                   const char *sql, const char *format, ...);
/* One step: *has_row says whether there is one. */
bool store_step(const struct store *store, sqlite3_stmt *statement, bool *has_row,
                struct problem *problem);
/* A text column, "" for null. */
const char *store_text(sqlite3_stmt *statement, int column);

#endif
