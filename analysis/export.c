/* SPDX-License-Identifier: GPL-2.0-or-later
 *
 * Runs as CSV (RFC 4180) and JSON. See export.h.
 */
#include "export.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "catalogue.h"

enum { EXPORT_SCHEMA = 1 };

struct exporter {
    const struct store *store;
    enum export_format format;
    FILE *out;
    struct problem *problem;
    long long study_id;
    char *study;
    json_t *json; /* owns the scenario's texts */
    struct catalogue_scenario scenario;
    size_t rows;
};

static bool
find_study(struct exporter *exporter, const char *name)
{
    sqlite3_stmt *statement = NULL;
    bool has_row = false;
    bool is_good = store_prepare(exporter->store, &statement, exporter->problem,
                                 "SELECT id, name, scenario FROM study WHERE ?1 IS NULL OR "
                                 "name = ?1 ORDER BY used DESC LIMIT 1",
                                 "s", name) &&
                   store_step(exporter->store, statement, &has_row, exporter->problem);

    if (is_good && !has_row) {
        is_good = problem_set(exporter->problem, EXIT_BAD_INPUT, "%s: holds no study%s%s",
                              exporter->store->path, name == NULL ? "" : " of the name ",
                              name == NULL ? "" : name);
    } else if (is_good) {
        exporter->study_id = sqlite3_column_int64(statement, 0);
        exporter->study = must_strdup(store_text(statement, 1));
        exporter->json = json_loads(store_text(statement, 2), 0, NULL);
        is_good = catalogue_scenario_parse(&exporter->scenario, exporter->json, exporter->problem);
    }
    sqlite3_finalize(statement);
    return is_good;
}

static json_t *
column_json(sqlite3_stmt *statement, int column)
{
    switch (sqlite3_column_type(statement, column)) {
    case SQLITE_INTEGER:
        return json_integer(sqlite3_column_int64(statement, column));
    case SQLITE_FLOAT:
        return json_real(sqlite3_column_double(statement, column));
    case SQLITE_TEXT:
        return json_string(store_text(statement, column));
    default:
        return json_null();
    }
}

/* The rows of a query as an object: the first column is the key, the others are members of its
 * value, or the value itself when there is only one. */
static json_t *
read_members(struct exporter *exporter, const char *sql, const char *run)
{
    json_t *object = json_object();
    sqlite3_stmt *statement = NULL;
    bool has_row = false;
    bool is_good = store_prepare(exporter->store, &statement, exporter->problem, sql, "s", run);

    while (is_good &&
           (is_good = store_step(exporter->store, statement, &has_row, exporter->problem)) &&
           has_row) {
        json_t *value = json_object();

        for (int i = 1; i < sqlite3_column_count(statement); i++)
            json_object_set_new(value, sqlite3_column_name(statement, i),
                                column_json(statement, i));
        if (sqlite3_column_count(statement) == 2) {
            json_decref(value);
            value = column_json(statement, 1);
        }
        json_object_set_new(object, store_text(statement, 0), value);
    }
    sqlite3_finalize(statement);
    if (is_good)
        return object;
    json_decref(object);
    return NULL;
}

/* The time series of a run, by name; NULL on failure. */
static json_t *
read_series(struct exporter *exporter, const char *run)
{
    json_t *series = json_object();
    sqlite3_stmt *statement = NULL;
    bool has_row = false;
    bool is_good = store_prepare(exporter->store, &statement, exporter->problem,
                                 "SELECT name, array FROM series WHERE run = ?1", "s", run);

    while (is_good &&
           (is_good = store_step(exporter->store, statement, &has_row, exporter->problem)) &&
           has_row)
        json_object_set_new(series, store_text(statement, 0),
                            json_loads(store_text(statement, 1), 0, NULL));
    sqlite3_finalize(statement);
    if (is_good)
        return series;
    json_decref(series);
    return NULL;
}

/* The events of a run, in their order; NULL on failure. */
static json_t *
read_events(struct exporter *exporter, const char *run)
{
    json_t *events = json_array();
    sqlite3_stmt *statement = NULL;
    bool has_row = false;
    bool is_good =
        store_prepare(exporter->store, &statement, exporter->problem,
                      "SELECT time_s, text FROM event WHERE run = ?1 ORDER BY number", "s", run);

    while (is_good &&
           (is_good = store_step(exporter->store, statement, &has_row, exporter->problem)) &&
           has_row)
        json_array_append_new(events, json_pack("{s:o, s:o}", "time_s", column_json(statement, 0),
                                                "text", column_json(statement, 1)));
    sqlite3_finalize(statement);
    if (is_good)
        return events;
    json_decref(events);
    return NULL;
}

/* Adds what a run kept of its course; nothing where it kept none. */
static bool
add_course(struct exporter *exporter, json_t *run)
{
    const char *id = json_string_value(json_object_get(run, "id"));
    json_t *series = read_series(exporter, id);
    json_t *events = series == NULL ? NULL : read_events(exporter, id);

    if (events != NULL && json_object_size(series) > 0) {
        json_object_set(run, "series", series);
        json_object_set(run, "events", events);
    }
    json_decref(series);
    json_decref(events);
    return events != NULL;
}

/* What the run's row says, and all that hangs on it; NULL on failure. */
static json_t *
read_run(struct exporter *exporter, sqlite3_stmt *statement)
{
    static const char *const parts[][2] = {
        {"parameters",
         "SELECT name, value, text, unit FROM parameter WHERE run = ?1 ORDER BY name"},
        {"metrics", "SELECT name, value, unit, note FROM metric WHERE run = ?1 ORDER BY name"},
        {"provenance", "SELECT key, value FROM provenance WHERE run = ?1 ORDER BY key"},
    };
    json_t *run = json_object();

    for (int i = 0; i < sqlite3_column_count(statement); i++)
        json_object_set_new(run, sqlite3_column_name(statement, i), column_json(statement, i));
    for (size_t i = 0; i < sizeof parts / sizeof *parts; i++) {
        json_t *members =
            read_members(exporter, parts[i][1], json_string_value(json_object_get(run, "id")));

        if (members == NULL) {
            json_decref(run);
            return NULL;
        }
        json_object_set_new(run, parts[i][0], members);
    }
    if (exporter->format != EXPORT_CSV && !add_course(exporter, run)) {
        json_decref(run);
        return NULL;
    }
    return run;
}

static void
put_cell(FILE *out, json_t *value, bool *is_first)
{
    const char *text = json_string_value(value);

    if (!*is_first)
        fputc(',', out);
    *is_first = false;
    if (json_is_integer(value)) {
        fprintf(out, "%lld", json_integer_value(value));
    } else if (json_is_real(value)) {
        fprintf(out, "%.17g", json_real_value(value));
    } else if (text != NULL && strpbrk(text, ",\"\r\n") == NULL) {
        fputs(text, out);
    } else if (text != NULL) {
        fputc('"', out);
        for (; *text != '\0'; text++) {
            if (*text == '"')
                fputc('"', out);
            fputc(*text, out);
        }
        fputc('"', out);
    }
}

/* "delay_s": a name that does not end in its unit gets it. */
static void
put_heading(FILE *out, const char *name, const char *unit)
{
    size_t length = strlen(name);
    size_t ending = strlen(unit);

    fprintf(out, ",%s", name);
    if (ending == 0 || strcmp(unit, "1") == 0 ||
        (length > ending + 1 && name[length - ending - 1] == '_' &&
         strcmp(name + length - ending, unit) == 0))
        return;
    fprintf(out, "_%s", unit);
}

static const char *const own_columns[] = {
    "study",       "point",  "replication", "id",         "seed",    "run",         "state",
    "exit_status", "signal", "wall_s",      "memory_kib", "started", "simulated_s", "events"};
static const char *const origins[] = {"flue", "commit", "ns3", "host"};

/* How many of its own columns a row of a series has. */
enum { SERIES_COLUMNS = 4 };

static void
put_csv_header(const struct exporter *exporter)
{
    bool is_series = exporter->format == EXPORT_SERIES;
    size_t own = is_series ? SERIES_COLUMNS : sizeof own_columns / sizeof *own_columns;
    FILE *out = exporter->out;

    for (size_t i = 0; i < own; i++)
        fprintf(out, "%s%s", i == 0 ? "" : ",", own_columns[i]);
    for (size_t i = 0; i < sizeof origins / sizeof *origins && !is_series; i++)
        fprintf(out, ",%s", origins[i]);
    for (size_t i = 0; i < exporter->scenario.parameter_count; i++)
        put_heading(out, exporter->scenario.parameters[i].name,
                    exporter->scenario.parameters[i].unit);
    if (is_series)
        fputs(",time_s", out);
    for (size_t i = 0; i < exporter->scenario.metric_count; i++)
        put_heading(out, exporter->scenario.metrics[i].name, exporter->scenario.metrics[i].unit);
    fputs("\r\n", out);
}

static void
put_parameters(const struct exporter *exporter, json_t *run, bool *is_first)
{
    json_t *parameters = json_object_get(run, "parameters");

    for (size_t i = 0; i < exporter->scenario.parameter_count; i++) {
        json_t *p = json_object_get(parameters, exporter->scenario.parameters[i].name);
        json_t *value = json_object_get(p, "value");

        put_cell(exporter->out, json_is_null(value) ? json_object_get(p, "text") : value, is_first);
    }
}

/* One row an interval. */
static void
put_series(struct exporter *exporter, json_t *run)
{
    json_t *series = json_object_get(run, "series");
    json_t *times = json_object_get(series, "time_s");

    for (size_t t = 0; t < json_array_size(times); t++) {
        bool is_first = true;

        for (size_t i = 0; i < SERIES_COLUMNS; i++)
            put_cell(exporter->out, json_object_get(run, own_columns[i]), &is_first);
        put_parameters(exporter, run, &is_first);
        put_cell(exporter->out, json_array_get(times, t), &is_first);
        for (size_t i = 0; i < exporter->scenario.metric_count; i++)
            put_cell(exporter->out,
                     json_array_get(json_object_get(series, exporter->scenario.metrics[i].name), t),
                     &is_first);
        fputs("\r\n", exporter->out);
        exporter->rows++;
    }
}

static void
put_csv(struct exporter *exporter, json_t *run)
{
    json_t *metrics = json_object_get(run, "metrics");
    bool is_first = true;

    for (size_t i = 0; i < sizeof own_columns / sizeof *own_columns; i++)
        put_cell(exporter->out, json_object_get(run, own_columns[i]), &is_first);
    for (size_t i = 0; i < sizeof origins / sizeof *origins; i++)
        put_cell(exporter->out, json_object_get(json_object_get(run, "provenance"), origins[i]),
                 &is_first);
    put_parameters(exporter, run, &is_first);
    for (size_t i = 0; i < exporter->scenario.metric_count; i++)
        put_cell(
            exporter->out,
            json_object_get(json_object_get(metrics, exporter->scenario.metrics[i].name), "value"),
            &is_first);
    fputs("\r\n", exporter->out);
    exporter->rows++;
}

static void
put_json(struct exporter *exporter, json_t *run)
{
    fputs(exporter->rows == 0 ? "\n" : ",\n", exporter->out);
    json_dumpf(run, exporter->out, JSON_COMPACT | JSON_REAL_PRECISION(17));
    exporter->rows++;
}

static bool
put_runs(struct exporter *exporter)
{
    sqlite3_stmt *statement = NULL;
    bool has_row = false;
    bool is_good = store_prepare(
        exporter->store, &statement, exporter->problem,
        "SELECT ?2 AS study, point, replication, run.id, seed, run.run, state, exit_status, "
        "signal, "
        "wall_s, memory_kib, started, simulated_s, events, command, log FROM plan JOIN run "
        "ON run.id = plan.run WHERE plan.study = ?1 ORDER BY point, replication",
        "is", exporter->study_id, exporter->study);

    while (is_good &&
           (is_good = store_step(exporter->store, statement, &has_row, exporter->problem)) &&
           has_row) {
        json_t *run = read_run(exporter, statement);

        is_good = run != NULL;
        if (is_good && exporter->format == EXPORT_CSV)
            put_csv(exporter, run);
        else if (is_good && exporter->format == EXPORT_SERIES)
            put_series(exporter, run);
        else if (is_good)
            put_json(exporter, run);
        json_decref(run);
    }
    sqlite3_finalize(statement);
    return is_good;
}

static bool
put_all(struct exporter *exporter)
{
    bool is_good;

    if (exporter->format != EXPORT_JSON)
        put_csv_header(exporter);
    else
        fprintf(exporter->out,
                "{\"schema\": %d, \"study\": \"%s\", \"scenario\": \"%s\", \"runs\": [",
                EXPORT_SCHEMA, exporter->study, exporter->scenario.name);
    is_good = put_runs(exporter);
    if (exporter->format == EXPORT_JSON)
        fputs("\n]}\n", exporter->out);
    if (is_good && exporter->rows == 0 && exporter->format == EXPORT_SERIES)
        return problem_set(exporter->problem, EXIT_RUNS_FAILED,
                           "%s: no run of %s kept a time series: expected series_interval in the "
                           "study's file",
                           exporter->store->path, exporter->study);
    if (is_good && exporter->rows == 0)
        return problem_set(exporter->problem, EXIT_RUNS_FAILED, "%s: no run of %s has ended yet",
                           exporter->store->path, exporter->study);
    return is_good;
}

bool
export_runs(const struct store *store, const char *study, enum export_format format, FILE *out,
            struct problem *problem)
{
    struct exporter exporter = {.store = store, .format = format, .out = out, .problem = problem};
    bool is_good = find_study(&exporter, study) && put_all(&exporter);

    catalogue_scenario_fini(&exporter.scenario);
    json_decref(exporter.json);
    free(exporter.study);
    return is_good;
}
