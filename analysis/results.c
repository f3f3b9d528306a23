/* SPDX-License-Identifier: GPL-2.0-or-later
 *
 * From tables of runs to points with estimates. See results.h.
 */
#include "results.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "units.h"

static bool
read_study(struct results *results, const struct store *store, const char *name,
           long long *study_id, struct problem *problem)
{
    sqlite3_stmt *statement = NULL;
    bool has_row = false;
    bool is_good =
        store_prepare(store, &statement, problem,
                      "SELECT id, path, text, scenario, command, created, answer FROM study "
                      "WHERE ?1 IS NULL OR name = ?1 ORDER BY used DESC LIMIT 1",
                      "s", name) &&
        store_step(store, statement, &has_row, problem);

    if (is_good && !has_row) {
        is_good = problem_set(problem, EXIT_BAD_INPUT, "%s: holds no study%s%s", store->path,
                              name == NULL ? "" : " of the name ", name == NULL ? "" : name);
    } else if (is_good) {
        *study_id = sqlite3_column_int64(statement, 0);
        results->command = must_strdup(store_text(statement, 4));
        results->created = must_strdup(store_text(statement, 5));
        results->json = json_loads(store_text(statement, 3), 0, NULL);
        results->answer = json_loads(store_text(statement, 6), 0, NULL);
        is_good = catalogue_scenario_parse(&results->scenario, results->json, problem) &&
                  study_parse(&results->study, store_text(statement, 1), store_text(statement, 2),
                              problem) &&
                  study_check_names(&results->study, &results->scenario, problem);
    }
    sqlite3_finalize(statement);
    return is_good;
}

static bool
read_counts(struct results *results, const struct store *store, long long study_id,
            struct problem *problem)
{
    sqlite3_stmt *statement = NULL;
    bool has_row = false;
    bool is_good =
        store_prepare(store, &statement, problem,
                      "SELECT count(*), count(CASE state WHEN 'done' THEN 1 END), "
                      "count(CASE state WHEN 'failed' THEN 1 END), min(started), max(started) "
                      "FROM plan LEFT JOIN run ON run.id = plan.run WHERE plan.study = ?1",
                      "i", study_id) &&
        store_step(store, statement, &has_row, problem);

    if (is_good && has_row) {
        results->planned = (size_t)sqlite3_column_int64(statement, 0);
        results->done = (size_t)sqlite3_column_int64(statement, 1);
        results->failed = (size_t)sqlite3_column_int64(statement, 2);
        results->first = must_strdup(store_text(statement, 3));
        results->last = must_strdup(store_text(statement, 4));
    }
    sqlite3_finalize(statement);
    results->point_count = 1;
    for (size_t i = 0; i < results->study.axis_count; i++)
        results->point_count *= results->study.axes[i].length;
    results->points = must_alloc(results->point_count, sizeof *results->points);
    for (size_t i = 0; i < results->point_count; i++) {
        struct result_point *point = &results->points[i];
        size_t replications = study_replications(&results->study);

        point->replications = must_alloc(replications, sizeof *point->replications);
        point->metrics = must_alloc(results->scenario.metric_count, sizeof *point->metrics);
        if (study_wants_series(&results->study))
            point->series = must_alloc(replications, sizeof *point->series);
        for (size_t m = 0; m < results->scenario.metric_count; m++)
            point->metrics[m].values = must_alloc(replications, sizeof(double));
    }
    return is_good;
}

/* The notes are few and alike: kept once each. */
static const char *
keep_note(struct results *results, const char *note)
{
    for (size_t i = 0; i < results->note_count; i++)
        if (strcmp(results->notes[i], note) == 0)
            return results->notes[i];
    results->notes = must_realloc(results->notes, results->note_count + 1, sizeof *results->notes);
    results->notes[results->note_count] = must_strdup(note);
    return results->notes[results->note_count++];
}

static bool
read_metrics(struct results *results, const struct store *store, const char *run,
             struct result_point *point, struct problem *problem)
{
    sqlite3_stmt *statement = NULL;
    bool has_row = false;
    bool is_good = store_prepare(store, &statement, problem,
                                 "SELECT name, value, note FROM metric WHERE run = ?1", "s", run);

    for (size_t m = 0; m < results->scenario.metric_count; m++)
        point->metrics[m].values[point->done] = (double)NAN;
    while (is_good && (is_good = store_step(store, statement, &has_row, problem)) && has_row) {
        const char *name = store_text(statement, 0);
        size_t m = 0;

        while (m < results->scenario.metric_count &&
               strcmp(results->scenario.metrics[m].name, name) != 0)
            m++;
        if (m == results->scenario.metric_count)
            continue;
        if (sqlite3_column_type(statement, 1) != SQLITE_NULL)
            point->metrics[m].values[point->done] = sqlite3_column_double(statement, 1);
        if (sqlite3_column_type(statement, 2) != SQLITE_NULL && point->metrics[m].note == NULL)
            point->metrics[m].note = keep_note(results, store_text(statement, 2));
    }
    sqlite3_finalize(statement);
    return is_good;
}

/* Rows of name, value, text and unit, in their order. */
static bool
read_effective(const struct store *store, sqlite3_stmt *statement, struct effective *effective,
               struct problem *problem)
{
    bool has_row = false;
    bool is_good = true;

    while (is_good && (is_good = store_step(store, statement, &has_row, problem)) && has_row) {
        struct effective_parameter *p;

        effective->parameters = must_realloc(effective->parameters, effective->count + 1,
                                             sizeof *effective->parameters);
        p = &effective->parameters[effective->count++];
        p->name = must_strdup(store_text(statement, 0));
        p->value = sqlite3_column_type(statement, 1) == SQLITE_NULL
                       ? (double)NAN
                       : sqlite3_column_double(statement, 1);
        p->text = must_strdup(store_text(statement, 2));
        p->unit = must_strdup(store_text(statement, 3));
    }
    return is_good;
}

static bool
read_parameters(const struct store *store, const char *run, struct effective *effective,
                struct problem *problem)
{
    sqlite3_stmt *statement = NULL;
    bool is_good = store_prepare(store, &statement, problem,
                                 "SELECT name, value, text, unit FROM parameter WHERE run = ?1 "
                                 "ORDER BY name",
                                 "s", run) &&
                   read_effective(store, statement, effective, problem);

    sqlite3_finalize(statement);
    return is_good;
}

static bool
read_varied(struct results *results, const struct store *store, long long study_id,
            struct problem *problem)
{
    const struct study *study = &results->study;
    bool is_good = true;

    results->varied = must_alloc(study->vary_count, sizeof *results->varied);
    for (size_t v = 0; v < study->vary_count && is_good; v++) {
        sqlite3_stmt *statement = NULL;

        is_good = store_prepare(store, &statement, problem,
                                "SELECT name, value, text, unit FROM varied WHERE study = ?1 AND "
                                "name = ?2 ORDER BY number",
                                "is", study_id, study->vary[v].name) &&
                  read_effective(store, statement, &results->varied[v], problem);
        sqlite3_finalize(statement);
        if (is_good && results->varied[v].count != study->axes[study->vary[v].axis].length)
            is_good = problem_set(problem, EXIT_BAD_INPUT,
                                  "%s: lacks values of %s: expected those of study %s (sweep it "
                                  "again)",
                                  store->path, study->vary[v].name, study->name);
    }
    return is_good;
}

static bool
read_runs(struct results *results, const struct store *store, long long study_id,
          struct problem *problem)
{
    sqlite3_stmt *statement = NULL;
    bool has_row = false;
    bool is_good = store_prepare(store, &statement, problem,
                                 "SELECT point, replication, run.id, wall_s, state FROM plan "
                                 "JOIN run ON run.id = plan.run WHERE plan.study = ?1 "
                                 "ORDER BY point, replication",
                                 "i", study_id);

    while (is_good && (is_good = store_step(store, statement, &has_row, problem)) && has_row) {
        struct result_point *point = &results->points[sqlite3_column_int64(statement, 0)];
        const char *run = store_text(statement, 2);

        /* A failed run has parameters too: its point keeps its name in the tables. */
        if (point->effective.count == 0)
            is_good = read_parameters(store, run, &point->effective, problem);
        if (!is_good || strcmp(store_text(statement, 4), "done") != 0)
            continue;
        is_good = read_metrics(results, store, run, point, problem) &&
                  (point->series == NULL ||
                   results_read_series(results, store, run, &point->series[point->done], problem));
        point->replications[point->done] = sqlite3_column_int64(statement, 1);
        point->wall_s += sqlite3_column_double(statement, 3);
        point->done++;
    }
    sqlite3_finalize(statement);
    return is_good;
}

static bool
read_facts(struct results *results, const struct store *store, long long study_id,
           struct problem *problem)
{
    sqlite3_stmt *statement = NULL;
    bool has_row = false;
    bool is_good =
        store_prepare(store, &statement, problem,
                      "SELECT key, group_concat(value, ', ') FROM (SELECT DISTINCT key, value "
                      "FROM plan JOIN provenance ON provenance.run = plan.run "
                      "WHERE plan.study = ?1 ORDER BY key, value) GROUP BY key ORDER BY key",
                      "i", study_id);

    while (is_good && (is_good = store_step(store, statement, &has_row, problem)) && has_row) {
        struct result_fact *fact;

        results->facts =
            must_realloc(results->facts, results->fact_count + 1, sizeof *results->facts);
        fact = &results->facts[results->fact_count++];
        fact->key = must_strdup(store_text(statement, 0));
        fact->value = must_strdup(store_text(statement, 1));
    }
    sqlite3_finalize(statement);
    return is_good;
}

bool
results_read(struct results *results, const struct store *store, const char *study,
             struct problem *problem)
{
    long long study_id = 0;

    memset(results, 0, sizeof *results);
    if (!read_study(results, store, study, &study_id, problem) ||
        !read_varied(results, store, study_id, problem) ||
        !read_counts(results, store, study_id, problem) ||
        !read_runs(results, store, study_id, problem) ||
        !read_facts(results, store, study_id, problem)) {
        results_fini(results);
        return false;
    }
    for (size_t i = 0; i < results->point_count; i++) {
        struct result_point *point = &results->points[i];

        for (size_t m = 0; m < results->scenario.metric_count; m++)
            point->metrics[m].estimate = statistics_estimate(point->metrics[m].values, point->done);
    }
    return true;
}

void
results_fini(struct results *results)
{
    for (size_t i = 0; i < results->point_count && results->points != NULL; i++) {
        struct result_point *point = &results->points[i];

        for (size_t m = 0; m < results->scenario.metric_count; m++)
            free(point->metrics[m].values);
        for (size_t r = 0; r < study_replications(&results->study) && point->series != NULL; r++)
            results_series_fini(results, &point->series[r]);
        free(point->series);
        free(point->metrics);
        free(point->replications);
        effective_fini(&point->effective);
    }
    for (size_t i = 0; i < results->fact_count; i++) {
        free(results->facts[i].key);
        free(results->facts[i].value);
    }
    for (size_t i = 0; i < results->note_count; i++)
        free(results->notes[i]);
    for (size_t v = 0; v < results->study.vary_count && results->varied != NULL; v++)
        effective_fini(&results->varied[v]);
    free(results->varied);
    free(results->points);
    free(results->facts);
    free(results->notes);
    free(results->command);
    free(results->created);
    free(results->first);
    free(results->last);
    study_fini(&results->study);
    catalogue_scenario_fini(&results->scenario);
    json_decref(results->json);
    json_decref(results->answer);
    memset(results, 0, sizeof *results);
}

const char *
results_fact(const struct results *results, const char *key)
{
    for (size_t i = 0; i < results->fact_count; i++)
        if (strcmp(results->facts[i].key, key) == 0)
            return results->facts[i].value;
    return "";
}

size_t
results_metric(const struct results *results, const char *name)
{
    size_t m = 0;

    while (m + 1 < results->scenario.metric_count &&
           strcmp(results->scenario.metrics[m].name, name) != 0)
        m++;
    return m;
}

size_t
results_asked(const struct results *results, size_t *indices)
{
    size_t count = 0;

    for (size_t i = 0; i < results->study.metric_count; i++)
        indices[count++] = results_metric(results, results->study.metrics[i].name);
    if (count > 0)
        return count;
    for (size_t f = 0; f < results->study.figure_count; f++) {
        const char *name = results->study.figures[f].metric;
        size_t metric = name == NULL ? 0 : results_metric(results, name);
        bool is_new = name != NULL; /* the parts of bars are too many for a table */

        for (size_t i = 0; i < count; i++)
            is_new = is_new && indices[i] != metric;
        if (is_new)
            indices[count++] = metric;
    }
    if (count == 0)
        for (size_t m = 0; m < results->scenario.metric_count; m++)
            indices[count++] = m;
    return count;
}

double
results_largest(const struct results *results, size_t metric)
{
    double largest = 0;

    for (size_t i = 0; i < results->point_count; i++) {
        double mean = fabs(results->points[i].metrics[metric].estimate.mean);

        if (mean > largest)
            largest = mean;
    }
    return largest;
}

const struct effective_parameter *
results_varied(const struct results *results, size_t point, size_t index)
{
    size_t place = study_place(&results->study, results->study.vary[index].axis, point);

    return &results->varied[index].parameters[place];
}

void
results_varied_text(const struct results *results, size_t point, size_t index, char *text,
                    size_t size)
{
    const struct effective_parameter *p = results_varied(results, point, index);

    if (isnan(p->value))
        snprintf(text, size, "%s", p->text);
    else
        unit_value(text, size, p->name, p->unit, p->value);
}
