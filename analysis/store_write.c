/* SPDX-License-Identifier: GPL-2.0-or-later
 *
 * What a sweep writes into the results database, and what it asks of it. See store.h.
 */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "machine.h"
#include "store.h"

static char *
scenario_text(const struct plan *plan)
{
    return json_dumps(plan->scenario->json, JSON_COMPACT | JSON_SORT_KEYS);
}

void
store_study_hash(const struct plan *plan, char id[RUN_ID_LENGTH + 1])
{
    char *scenario = scenario_text(plan);
    char *all = must_printf("%s\n%s\n%s\n%s", plan->study->name, plan->study->text,
                            scenario == NULL ? "" : scenario, plan->origin);

    plan_id(all, id);
    free(all);
    free(scenario);
}

/* The runs that a point wants by now. */
static bool
put_point(const struct store *store, const struct plan *plan, sqlite3_stmt *statement, size_t point,
          struct problem *problem)
{
    for (size_t i = 0; i < plan->wanted[point]; i++) {
        const struct plan_run *run = &plan->runs[point * plan->step + i];
        bool has_row;

        if (sqlite3_bind_int64(statement, 2, (sqlite3_int64)point) != SQLITE_OK ||
            sqlite3_bind_int64(statement, 3, run->replication) != SQLITE_OK ||
            sqlite3_bind_text(statement, 4, run->id, -1, SQLITE_STATIC) != SQLITE_OK)
            return store_failed(store, problem);
        if (!store_step(store, statement, &has_row, problem))
            return false;
        if (sqlite3_reset(statement) != SQLITE_OK)
            return store_failed(store, problem);
    }
    return true;
}

static bool
put_range(const struct store *store, const struct plan *plan, long long study_id, size_t first,
          size_t end, struct problem *problem)
{
    sqlite3_stmt *statement = NULL;
    bool is_good = store_prepare(store, &statement, problem,
                                 "INSERT OR REPLACE INTO plan (study, point, replication, run) "
                                 "VALUES (?1, ?2, ?3, ?4)",
                                 "i", study_id);

    for (size_t point = first; point < end && is_good; point++)
        is_good = put_point(store, plan, statement, point, problem);
    sqlite3_finalize(statement);
    return is_good;
}

/* Each value from the first point that has it. */
static bool
put_varied(const struct store *store, const struct plan *plan, long long study_id,
           struct problem *problem)
{
    const struct study *study = plan->study;

    for (size_t v = 0; v < study->vary_count; v++) {
        size_t axis = study->vary[v].axis;
        size_t stride = 1;

        for (size_t i = axis + 1; i < study->axis_count; i++)
            stride *= study->axes[i].length;
        for (size_t place = 0; place < study->axes[axis].length; place++) {
            const struct effective_parameter *value =
                effective_find(&plan->points[place * stride].effective, study->vary[v].name);

            if (!store_change(store, problem,
                              "INSERT OR REPLACE INTO varied (study, name, number, value, text, "
                              "unit) VALUES (?1, ?2, ?3, ?4, ?5, ?6)",
                              "isirss", study_id, value->name, (long long)place, value->value,
                              value->text, value->unit))
                return false;
        }
    }
    return true;
}

bool
store_put_points(struct store *store, const struct plan *plan, long long study_id,
                 struct problem *problem)
{
    return store_execute(store, "BEGIN IMMEDIATE", problem) &&
           store_end(store, put_range(store, plan, study_id, 0, plan->point_count, problem),
                     problem);
}

bool
store_put_point(struct store *store, const struct plan *plan, long long study_id, size_t point,
                struct problem *problem)
{
    return store_execute(store, "BEGIN IMMEDIATE", problem) &&
           store_end(store, put_range(store, plan, study_id, point, point + 1, problem), problem);
}

bool
store_put_study(struct store *store, const struct plan *plan, const char *command,
                long long *study_id, struct problem *problem)
{
    const struct study *study = plan->study;
    char *scenario = scenario_text(plan);
    char hash[RUN_ID_LENGTH + 1];
    char created[32];
    bool is_good;

    if (scenario == NULL)
        return problem_set(problem, EXIT_RUNS_FAILED, "%s: cannot be written as JSON",
                           plan->scenario->name);
    store_study_hash(plan, hash);
    machine_time(created, sizeof created);
    is_good = store_execute(store, "BEGIN IMMEDIATE", problem);
    if (is_good) {
        is_good =
            store_change(
                store, problem,
                "INSERT INTO study (name, hash, path, text, scenario, origin, command, created, "
                "used) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, 0) "
                "ON CONFLICT (hash) DO UPDATE SET path = ?3, command = ?7",
                "ssssssss", study->name, hash, study->path, study->text, scenario, plan->origin,
                command, created) &&
            store_change(
                store, problem,
                "UPDATE study SET used = (SELECT max(used) + 1 FROM study) WHERE hash = ?1", "s",
                hash) &&
            store_ask(store, study_id, problem, "SELECT id FROM study WHERE hash = ?1", "s",
                      hash) &&
            put_varied(store, plan, *study_id, problem) &&
            put_range(store, plan, *study_id, 0, plan->point_count, problem);
        is_good = store_end(store, is_good, problem);
    }
    free(scenario);
    return is_good;
}

bool
store_put_answer(const struct store *store, long long study_id, const char *json,
                 struct problem *problem)
{
    return store_change(store, problem, "UPDATE study SET answer = ?2 WHERE id = ?1", "is",
                        study_id, json);
}

bool
store_states(const struct store *store, const struct plan *plan, enum run_state *states,
             double *values, double *walls, struct problem *problem)
{
    sqlite3_stmt *statement = NULL;
    bool has_row = false;
    bool is_good =
        store_prepare(store, &statement, problem,
                      "SELECT state = 'done', metric.value, wall_s FROM run LEFT JOIN metric "
                      "ON metric.run = run.id AND metric.name = ?1 WHERE run.id = ?2",
                      "s", plan->study->precision.metric);

    for (size_t i = 0; i < plan->run_count && is_good; i++) {
        is_good =
            sqlite3_bind_text(statement, 2, plan->runs[i].id, -1, SQLITE_STATIC) == SQLITE_OK ||
            store_failed(store, problem);
        is_good = is_good && store_step(store, statement, &has_row, problem);
        states[i] = RUN_ABSENT;
        values[i] = (double)NAN;
        if (is_good && has_row) {
            states[i] = sqlite3_column_int(statement, 0) == 1 ? RUN_DONE : RUN_FAILED;
            if (sqlite3_column_type(statement, 1) != SQLITE_NULL)
                values[i] = sqlite3_column_double(statement, 1);
            walls[i] = sqlite3_column_double(statement, 2);
        }
        is_good =
            is_good && (sqlite3_reset(statement) == SQLITE_OK || store_failed(store, problem));
    }
    sqlite3_finalize(statement);
    return is_good;
}

bool
store_mean_cost(const struct store *store, const char *scenario, double *seconds,
                struct problem *problem)
{
    sqlite3_stmt *statement = NULL;
    bool has_row = false;
    bool is_good =
        store_prepare(store, &statement, problem,
                      "SELECT avg(wall_s) FROM run WHERE state = 'done' AND scenario = ?1", "s",
                      scenario) &&
        store_step(store, statement, &has_row, problem);

    if (is_good && has_row && sqlite3_column_type(statement, 0) != SQLITE_NULL)
        *seconds = sqlite3_column_double(statement, 0);
    sqlite3_finalize(statement);
    return is_good;
}

static bool
put_parameters(const struct store *store, const char *id, const struct effective *effective,
               struct problem *problem)
{
    for (size_t i = 0; i < effective->count; i++) {
        const struct effective_parameter *p = &effective->parameters[i];

        if (!store_change(store, problem,
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

        if (!store_change(
                store, problem,
                "INSERT INTO metric (run, name, value, unit, note) VALUES (?1, ?2, ?3, ?4, ?5)",
                "ssrss", id, name, json_is_number(value) ? json_number_value(value) : (double)NAN,
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
            !store_change(store, problem, sql, "sss", id, key, json_string_value(value)))
            return false;
    }
    return store_change(store, problem, sql, "sss", id, "host", machine->host) &&
           store_change(store, problem, sql, "sss", id, "machine", machine->machine) &&
           store_change(store, problem, sql, "sss", id, "kernel", machine->kernel) &&
           store_change(store, problem, sql, "sss", id, "cpu", machine->cpu);
}

static bool
put_series(const struct store *store, const char *id, const struct run_series *series,
           struct problem *problem)
{
    for (size_t i = 0; i < series->column_count; i++) {
        char *array = run_series_array(series, i);
        bool is_good = store_change(store, problem,
                                    "INSERT INTO series (run, name, array) VALUES (?1, ?2, ?3)",
                                    "sss", id, series->names[i], array);

        free(array);
        if (!is_good)
            return false;
    }
    for (size_t i = 0; i < series->event_count; i++)
        if (!store_change(store, problem,
                          "INSERT INTO event (run, number, time_s, text) VALUES (?1, ?2, ?3, ?4)",
                          "sirs", id, (long long)i, series->events[i].time_s,
                          series->events[i].text))
            return false;
    return true;
}

bool
store_put_run(struct store *store, long long study_id, const struct plan *plan,
              const struct plan_run *run, const struct run_record *record, json_t *result,
              const struct run_series *series, struct problem *problem)
{
    char *canonical = plan_canonical(plan, run);
    bool is_good = store_execute(store, "BEGIN IMMEDIATE", problem);

    if (is_good) {
        is_good = store_change(store, problem, "DELETE FROM run WHERE id = ?1", "s", run->id) &&
                  store_change(
                      store, problem,
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
                   put_metrics(store, run->id, json_object_get(result, "metrics"), problem)) &&
                  (series == NULL || put_series(store, run->id, series, problem)) &&
                  put_provenance(
                      store, run->id,
                      json_object_get(result != NULL ? result : plan->catalogue->json, "versions"),
                      problem);
        is_good = store_end(store, is_good, problem);
    }
    free(canonical);
    return is_good;
}
