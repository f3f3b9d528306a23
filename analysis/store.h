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
#include "run_series.h"

enum {
    STORE_VERSION = 3,              /* PRAGMA user_version: of the tables */
    STORE_APPLICATION = 0x464c5545, /* PRAGMA application_id: "FLUE" */
};

/* ALONE: for a part of a study on a file system that other machines share. Others must not read it
 * until it is closed, and SQLite needs no memory shared with them. */
enum store_mode { STORE_WRITE, STORE_WRITE_ALONE, STORE_READ };

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

/* Those who write create the file when it is not there. Something else's file is refused. */
bool store_open(struct store *store, const char *path, enum store_mode mode,
                struct problem *problem);
bool store_close(struct store *store, struct problem *problem);

/* Notes the study as the one that is swept now, with its plan. */
bool store_put_study(struct store *store, const struct plan *plan, const char *command,
                     long long *study_id, struct problem *problem);
/* Keeps what a search found. */
bool store_put_answer(const struct store *store, long long study_id, const char *json,
                      struct problem *problem);
/* Notes the plan again, or that of one point, after more runs are wanted. */
bool store_put_points(struct store *store, const struct plan *plan, long long study_id,
                      struct problem *problem);
bool store_put_point(struct store *store, const struct plan *plan, long long study_id, size_t point,
                     struct problem *problem);
/* For every run of the plan: whether it is there, the metric that the study's precision is about
 * (NAN when it has none), and what the run took in wall-clock seconds. */
bool store_states(const struct store *store, const struct plan *plan, enum run_state *states,
                  double *values, double *walls, struct problem *problem);
/* Mean wall-clock seconds of all finished runs of a scenario; stays as it is without any. */
bool store_mean_cost(const struct store *store, const char *scenario, double *seconds,
                     struct problem *problem);
/* Writes one run in one transaction, in the place of an earlier try. `result` is NULL for a failed
 * run, `series` where the study wants none. */
bool store_put_run(struct store *store, long long study_id, const struct plan *plan,
                   const struct plan_run *run, const struct run_record *record, json_t *result,
                   const struct run_series *series, struct problem *problem);

/* Takes over what another results database has and this one lacks, finished runs in the place of
 * failed ones; one transaction. With `parts` above 0 only the runs of the study with that hash at
 * the points whose number divided by `parts` leaves `part`. */
bool store_merge(struct store *store, const char *path, const char *hash, long long part,
                 long long parts, struct problem *problem);
/* Which name and content a study has in the database. */
void store_study_hash(const struct plan *plan, char id[RUN_ID_LENGTH + 1]);

/* For those who read: a statement with its values bound. Each letter of `format` takes one
 * argument: s text (NULL is null), i long long, r double (NAN is null). */
bool store_prepare(const struct store *store, sqlite3_stmt **statement, struct problem *problem,
                   const char *sql, const char *format, ...);
/* One step: *has_row says whether there is one. */
bool store_step(const struct store *store, sqlite3_stmt *statement, bool *has_row,
                struct problem *problem);
/* A text column, "" for null. */
const char *store_text(sqlite3_stmt *statement, int column);
/* For the files that write (store_*.c). What SQLite says went wrong; returns false. */
bool store_failed(const struct store *store, struct problem *problem);
bool store_execute(const struct store *store, const char *sql, struct problem *problem);
/* One statement that gives no rows. */
bool store_change(const struct store *store, struct problem *problem, const char *sql,
                  const char *format, ...);
/* One statement that gives one number; *number keeps its value when there is no row. */
bool store_ask(const struct store *store, long long *number, struct problem *problem,
               const char *sql, const char *format, ...);
/* Ends a transaction, all or nothing: COMMIT when good, ROLLBACK when not. */
bool store_end(const struct store *store, bool is_good, struct problem *problem);

#endif
