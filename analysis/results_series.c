/* SPDX-License-Identifier: GPL-2.0-or-later
 *
 * Time series read back from the database. See results.h.
 */
#include <stdlib.h>
#include <string.h>

#include "results.h"

/* The index of the metric if a figure shows it in the course of time; SIZE_MAX otherwise. */
static size_t
shown_metric(const struct results *results, const char *name)
{
    for (size_t f = 0; f < results->study.figure_count; f++)
        if (results->study.figures[f].kind == FIGURE_TIME &&
            strcmp(results->study.figures[f].metric, name) == 0)
            return results_metric(results, name);
    return (size_t)-1;
}

static bool
read_arrays(const struct results *results, const struct store *store, const char *run,
            struct result_series *series, struct problem *problem)
{
    sqlite3_stmt *statement = NULL;
    bool has_row = false;
    /* The times come first: they say how long the arrays have to be. */
    bool is_good = store_prepare(store, &statement, problem,
                                 "SELECT name, array FROM series WHERE run = ?1 "
                                 "ORDER BY name <> 'time_s'",
                                 "s", run);

    while (is_good && (is_good = store_step(store, statement, &has_row, problem)) && has_row) {
        const char *name = store_text(statement, 0);
        bool is_time = strcmp(name, "time_s") == 0;
        size_t metric = is_time ? 0 : shown_metric(results, name);
        double **place = is_time ? &series->times : &series->metrics[metric];
        size_t length = 0;

        if (metric == (size_t)-1)
            continue;
        is_good = run_series_read_array(store_text(statement, 1), place, &length);
        if (is_time)
            series->length = length;
        if (!is_good || length != series->length)
            is_good = problem_set(problem, EXIT_BAD_INPUT,
                                  "%s: series %s of run %s: expected an array of %zu numbers",
                                  store->path, name, run, series->length);
    }
    sqlite3_finalize(statement);
    return is_good;
}

static bool
read_events(const struct store *store, const char *run, struct result_series *series,
            struct problem *problem)
{
    sqlite3_stmt *statement = NULL;
    bool has_row = false;
    bool is_good =
        store_prepare(store, &statement, problem,
                      "SELECT time_s, text FROM event WHERE run = ?1 ORDER BY number", "s", run);

    while (is_good && (is_good = store_step(store, statement, &has_row, problem)) && has_row) {
        struct run_event *event;

        series->events =
            must_realloc(series->events, series->event_count + 1, sizeof *series->events);
        event = &series->events[series->event_count++];
        event->time_s = sqlite3_column_double(statement, 0);
        event->text = must_strdup(store_text(statement, 1));
    }
    sqlite3_finalize(statement);
    return is_good;
}

bool
results_read_series(const struct results *results, const struct store *store, const char *run,
                    struct result_series *series, struct problem *problem)
{
    memset(series, 0, sizeof *series);
    series->metrics = must_alloc(results->scenario.metric_count, sizeof *series->metrics);
    return read_arrays(results, store, run, series, problem) &&
           read_events(store, run, series, problem);
}

void
results_series_fini(const struct results *results, struct result_series *series)
{
    for (size_t m = 0; m < results->scenario.metric_count && series->metrics != NULL; m++)
        free(series->metrics[m]);
    for (size_t i = 0; i < series->event_count; i++)
        free(series->events[i].text);
    free(series->metrics);
    free(series->times);
    free(series->events);
}
