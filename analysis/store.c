/* SPDX-License-Identifier: GPL-2.0-or-later
 *
 * SQLite, every return code looked at. See store.h and schema.sql.
 */
#include "store.h"

#include <math.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "machine.h"

static const char schema_sql[] =
#include "schema.sql.inc"
    ;

enum { BUSY_TIMEOUT_MS = 10000 };

static bool
failed(const struct store *store, struct problem *problem)
{
    return problem_set(problem, EXIT_RUNS_FAILED, "%s: %s", store->path, sqlite3_errmsg(store->db));
}

static bool
execute(const struct store *store, const char *sql, struct problem *problem)
{
    return sqlite3_exec(store->db, sql, NULL, NULL, NULL) == SQLITE_OK || failed(store, problem);
}

static bool
bind_all(sqlite3_stmt *statement, const char *format, va_list arguments)
{
    int code = SQLITE_OK;

    for (int i = 1; format[i - 1] != '\0' && code == SQLITE_OK; i++) {
        const char *text;
        double real;

        switch (format[i - 1]) {
        case 's':
            text = va_arg(arguments, const char *);
            code = text == NULL ? sqlite3_bind_null(statement, i)
                                : sqlite3_bind_text(statement, i, text, -1, SQLITE_TRANSIENT);
            break;
        case 'i':
            code = sqlite3_bind_int64(statement, i, va_arg(arguments, long long));
            break;
        default:
            real = va_arg(arguments, double);
            code = isnan(real) ? sqlite3_bind_null(statement, i)
                               : sqlite3_bind_double(statement, i, real);
            break;
        }
    }
    return code == SQLITE_OK;
}

static bool
prepare(const struct store *store, sqlite3_stmt **statement, struct problem *problem,
        const char *sql, const char *format, va_list arguments)
{
    if (sqlite3_prepare_v2(store->db, sql, -1, statement, NULL) == SQLITE_OK &&
        bind_all(*statement, format, arguments))
        return true;
    failed(store, problem);
    sqlite3_finalize(*statement);
    *statement = NULL;
    return false;
}

bool
store_prepare(const struct store *store, sqlite3_stmt **statement, struct problem *problem,
              const char *sql, const char *format, ...)
{
    va_list arguments;
    bool is_good;

    va_start(arguments, format);
    is_good = prepare(store, statement, problem, sql, format, arguments);
    va_end(arguments);
    return is_good;
}

bool
store_step(const struct store *store, sqlite3_stmt *statement, bool *has_row,
           struct problem *problem)
{
    int code = sqlite3_step(statement);

    *has_row = code == SQLITE_ROW;
    return code == SQLITE_ROW || code == SQLITE_DONE || failed(store, problem);
}

const char *
store_text(sqlite3_stmt *statement, int column)
{
    const unsigned char *text = sqlite3_column_text(statement, column);

    return text == NULL ? "" : (const char *)text;
}

/* One statement that gives no rows. */
static bool
change(const struct store *store, struct problem *problem, const char *sql, const char *format, ...)
{
    sqlite3_stmt *statement = NULL;
    va_list arguments;
    bool has_row;
    bool is_good;

    va_start(arguments, format);
    is_good = prepare(store, &statement, problem, sql, format, arguments);
    va_end(arguments);
    is_good = is_good && store_step(store, statement, &has_row, problem);
    sqlite3_finalize(statement);
    return is_good;
}

/* One statement that gives one number; *number keeps its value when there is no row. */
static bool
ask(const struct store *store, long long *number, struct problem *problem, const char *sql,
    const char *format, ...)
{
    sqlite3_stmt *statement = NULL;
    va_list arguments;
    bool has_row = false;
    bool is_good;

    va_start(arguments, format);
    is_good = prepare(store, &statement, problem, sql, format, arguments);
    va_end(arguments);
    is_good = is_good && store_step(store, statement, &has_row, problem);
    if (is_good && has_row)
        *number = sqlite3_column_int64(statement, 0);
    sqlite3_finalize(statement);
    return is_good;
}

/* All or nothing: COMMIT when good, ROLLBACK when not. */
static bool
end_transaction(const struct store *store, bool is_good, struct problem *problem)
{
    if (is_good && execute(store, "COMMIT", problem))
        return true;
    /* Fails only where SQLite has rolled back already. */
    sqlite3_exec(store->db, "ROLLBACK", NULL, NULL, NULL);
    return false;
}

static bool
create_tables(const struct store *store, struct problem *problem)
{
    char *pragmas;
    bool is_good;

    if (!execute(store, "BEGIN IMMEDIATE", problem))
        return false;
    pragmas = must_printf("PRAGMA application_id = %d; PRAGMA user_version = %d;",
                          STORE_APPLICATION, STORE_VERSION);
    is_good = execute(store, schema_sql, problem) && execute(store, pragmas, problem);
    free(pragmas);
    return end_transaction(store, is_good, problem);
}

/* Ours and of our version, or new and empty. */
static bool
check_kind(const struct store *store, struct problem *problem)
{
    long long application = 0;
    long long version = 0;
    long long tables = 0;

    if (!ask(store, &application, problem, "PRAGMA application_id", "") ||
        !ask(store, &version, problem, "PRAGMA user_version", "") ||
        !ask(store, &tables, problem, "SELECT count(*) FROM sqlite_schema", "")) {
        char *cause = must_strdup(problem->text);

        problem_set(problem, EXIT_BAD_INPUT, "%s: expected a results database of flue", cause);
        free(cause);
        return false;
    }
    if (application == 0 && tables == 0 && store->mode == STORE_WRITE)
        return create_tables(store, problem);
    if (application != STORE_APPLICATION)
        return problem_set(problem, EXIT_BAD_INPUT, "%s: expected a results database of flue",
                           store->path);
    if (version != STORE_VERSION)
        return problem_set(
            problem, EXIT_BAD_INPUT,
            "%s: has tables of version %lld: expected version %d (sweep into another "
            "folder)",
            store->path, version, STORE_VERSION);
    return true;
}

bool
store_open(struct store *store, const char *path, enum store_mode mode, struct problem *problem)
{
    int flags =
        mode == STORE_WRITE ? SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE : SQLITE_OPEN_READONLY;

    memset(store, 0, sizeof *store);
    store->path = must_strdup(path);
    store->mode = mode;
    if (sqlite3_open_v2(path, &store->db, flags, NULL) != SQLITE_OK) {
        problem_set(problem, EXIT_BAD_INPUT, "%s: %s: expected a results database of flue", path,
                    sqlite3_errmsg(store->db));
    } else if (sqlite3_busy_timeout(store->db, BUSY_TIMEOUT_MS) != SQLITE_OK) {
        failed(store, problem);
    } else if (check_kind(store, problem)) {
        if (mode == STORE_READ ||
            execute(store, "PRAGMA foreign_keys = ON; PRAGMA journal_mode = WAL;", problem))
            return true;
    }
    sqlite3_close(store->db);
    free(store->path);
    store->db = NULL;
    store->path = NULL;
    return false;
}

bool
store_close(struct store *store, struct problem *problem)
{
    bool is_good = true;

    if (store->db == NULL)
        return true;
    /* One plain file is left behind, readable where nothing may be written. Another reader may
     * prevent it: then the next one to close does it. */
    if (store->mode == STORE_WRITE)
        sqlite3_exec(store->db, "PRAGMA journal_mode = DELETE", NULL, NULL, NULL);
    if (sqlite3_close(store->db) != SQLITE_OK)
        is_good = failed(store, problem);
    free(store->path);
    memset(store, 0, sizeof *store);
    return is_good;
}

static void
study_hash(const struct plan *plan, const char *scenario, char id[RUN_ID_LENGTH + 1])
{
    char *all =
        must_printf("%s\n%s\n%s\n%s", plan->study->name, plan->study->text, scenario, plan->origin);

    plan_id(all, id);
    free(all);
}

static bool
put_plan(const struct store *store, const struct plan *plan, long long study_id,
         struct problem *problem)
{
    sqlite3_stmt *statement = NULL;
    bool has_row;
    bool is_good = store_prepare(store, &statement, problem,
                                 "INSERT OR REPLACE INTO plan (study, point, replication, run) "
                                 "VALUES (?1, ?2, ?3, ?4)",
                                 "i", study_id);

    for (size_t i = 0; i < plan->run_count && is_good; i++) {
        const struct plan_run *run = &plan->runs[i];

        is_good = (sqlite3_bind_int64(statement, 2, (sqlite3_int64)run->point) == SQLITE_OK &&
                   sqlite3_bind_int64(statement, 3, run->replication) == SQLITE_OK &&
                   sqlite3_bind_text(statement, 4, run->id, -1, SQLITE_STATIC) == SQLITE_OK) ||
                  failed(store, problem);
        is_good = is_good && store_step(store, statement, &has_row, problem);
        is_good = is_good && (sqlite3_reset(statement) == SQLITE_OK || failed(store, problem));
    }
    sqlite3_finalize(statement);
    return is_good;
}

bool
store_put_study(struct store *store, const struct plan *plan, const char *command,
                long long *study_id, struct problem *problem)
{
    const struct study *study = plan->study;
    char *scenario = json_dumps(plan->scenario->json, JSON_COMPACT | JSON_SORT_KEYS);
    char hash[RUN_ID_LENGTH + 1];
    char created[32];
    bool is_good;

    if (scenario == NULL)
        return problem_set(problem, EXIT_RUNS_FAILED, "%s: cannot be written as JSON",
                           plan->scenario->name);
    study_hash(plan, scenario, hash);
    machine_time(created, sizeof created);
    is_good = execute(store, "BEGIN IMMEDIATE", problem);
    if (is_good) {
        is_good =
            change(store, problem,
                   "INSERT INTO study (name, hash, path, text, scenario, origin, command, created, "
                   "used) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, 0) "
                   "ON CONFLICT (hash) DO UPDATE SET path = ?3, command = ?7",
                   "ssssssss", study->name, hash, study->path, study->text, scenario, plan->origin,
                   command, created) &&
            change(store, problem,
                   "UPDATE study SET used = (SELECT max(used) + 1 FROM study) WHERE hash = ?1", "s",
                   hash) &&
            ask(store, study_id, problem, "SELECT id FROM study WHERE hash = ?1", "s", hash) &&
            put_plan(store, plan, *study_id, problem);
        is_good = end_transaction(store, is_good, problem);
    }
    free(scenario);
    return is_good;
}

bool
store_run_state(struct store *store, const char *id, enum run_state *state, struct problem *problem)
{
    long long number = RUN_ABSENT;

    if (!ask(store, &number, problem,
             "SELECT CASE state WHEN 'done' THEN 1 ELSE 2 END FROM run WHERE id = ?1", "s", id))
        return false;
    *state = (enum run_state)number;
    return true;
}

bool
store_point_costs(struct store *store, long long study_id, double *seconds, struct problem *problem)
{
    sqlite3_stmt *statement = NULL;
    bool has_row;
    bool is_good =
        store_prepare(store, &statement, problem,
                      "SELECT point, avg(wall_s) FROM plan JOIN run ON run.id = plan.run "
                      "WHERE plan.study = ?1 AND state = 'done' GROUP BY point",
                      "i", study_id);

    while (is_good && (is_good = store_step(store, statement, &has_row, problem)) && has_row)
        seconds[sqlite3_column_int64(statement, 0)] = sqlite3_column_double(statement, 1);
    sqlite3_finalize(statement);
    return is_good;
}

static bool
put_parameters(const struct store *store, const char *id, const struct effective *effective,
               struct problem *problem)
{
    for (size_t i = 0; i < effective->count; i++) {
        const struct effective_parameter *p = &effective->parameters[i];

        if (!change(store, problem,
                    "INSERT INTO parameter (run, name, value, text, unit) "
                    "VALUES (?1, ?2, ?3, ?4, ?5)",
                    "ssrss", id, p->name, p->value, p->text, p->unit))
            return false;
    }
    return true;
}

static bool
put_metrics(const struct store *store, const char *id, json_t *metrics, struct problem *problem)
{
    const char *name;
    json_t *metric;

    json_object_foreach(metrics, name, metric)
    {
        json_t *value = json_object_get(metric, "value");

        if (!change(store, problem,
                    "INSERT INTO metric (run, name, value, unit, note) VALUES (?1, ?2, ?3, ?4, ?5)",
                    "ssrss", id, name,
                    json_is_number(value) ? json_number_value(value) : (double)NAN,
                    json_string_value(json_object_get(metric, "unit")),
                    json_string_value(json_object_get(metric, "note"))))
            return false;
    }
    return true;
}

static bool
put_provenance(const struct store *store, const char *id, json_t *versions, struct problem *problem)
{
    static const char sql[] = "INSERT INTO provenance (run, key, value) VALUES (?1, ?2, ?3)";
    const struct machine *machine = machine_get();
    const char *key;
    json_t *value;

    json_object_foreach(versions, key, value)
    {
        if (json_is_string(value) &&
            !change(store, problem, sql, "sss", id, key, json_string_value(value)))
            return false;
    }
    return change(store, problem, sql, "sss", id, "host", machine->host) &&
           change(store, problem, sql, "sss", id, "machine", machine->machine) &&
           change(store, problem, sql, "sss", id, "kernel", machine->kernel) &&
           change(store, problem, sql, "sss", id, "cpu", machine->cpu);
}

bool
store_put_run(struct store *store, long long study_id, const struct plan *plan,
              const struct plan_run *run, const struct run_record *record, json_t *result,
              struct problem *problem)
{
    char *canonical = plan_canonical(plan, run);
    bool is_good = execute(store, "BEGIN IMMEDIATE", problem);

    if (is_good) {
        is_good =
            change(store, problem, "DELETE FROM run WHERE id = ?1", "s", run->id) &&
            change(store, problem,
                   "INSERT INTO run (id, canonical, study, scenario, seed, run, state, "
                   "exit_status, signal, log, command, events, simulated_s, started, wall_s, "
                   "memory_kib) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, nullif(?8, -1), ?9, ?10, "
                   "?11, nullif(?12, -1), ?13, ?14, ?15, ?16)",
                   "ssisiisiissirsri", run->id, canonical, study_id, plan->scenario->name,
                   plan->study->seed, run->replication + 1, result == NULL ? "failed" : "done",
                   (long long)record->exit_status, (long long)record->signal, record->log,
                   record->command,
                   result == NULL ? -1 : json_integer_value(json_object_get(result, "events")),
                   result == NULL ? (double)NAN
                                  : json_number_value(json_object_get(result, "simulated_s")),
                   record->started, record->wall_s, (long long)record->memory_kib) &&
            put_parameters(store, run->id, &plan->points[run->point].effective, problem) &&
            (result == NULL ||
             (put_metrics(store, run->id, json_object_get(result, "metrics"), problem) &&
              put_provenance(store, run->id, json_object_get(result, "versions"), problem)));
        is_good = end_transaction(store, is_good, problem);
    }
    free(canonical);
    return is_good;
}
