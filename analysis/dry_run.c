/* SPDX-License-Identifier: GPL-2.0-or-later
 *
 * flue sweep --dry-run: the points, what is missing of them, and how long it may take. Where
 * nothing was measured yet, the first and the last point are tried once, for a few seconds at most,
 * and what comes out is thrown away.
 */
#include <math.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "machine.h"
#include "progress.h"
#include "stock.h"
#include "sweep.h"

enum { DRY_RUN_SCHEMA = 1 };

static const double trial_limit_s = 5;

struct estimate_text {
    double seconds; /* of simulation; NAN: unknown */
    bool is_least;  /* a trial was stopped: it takes longer */
    char origin[96];
};

/* One run of the point: its wall-clock seconds, or the limit when it is not done by then; NAN when
 * it fails. */
static double
try_point(const struct sweep *sweep, size_t point, bool *is_stopped)
{
    const struct plan_point *p = &sweep->plan.points[point];
    char **arguments = simulator_run_arguments(sweep->simulator, sweep->study.scenario, p->given,
                                               p->given_count, sweep->study.seed, 1, NULL);
    double started_s = progress_now();
    struct problem ignored;
    struct child child;
    double seconds;
    bool is_killed = false;

    if (!child_start(&child, arguments, NULL, &ignored)) {
        simulator_arguments_free(arguments);
        return (double)NAN;
    }
    while (!child_finish(&child)) {
        struct pollfd entries[2];
        nfds_t count = child_poll_entries(&child, entries);

        poll(entries, count, count == 0 ? 1 : 50);
        if (!is_killed && progress_now() - started_s > trial_limit_s) {
            child_signal(&child, SIGKILL);
            is_killed = true;
        }
    }
    seconds = is_killed || child.exit_status == 0 ? child.wall_s : (double)NAN;
    *is_stopped = *is_stopped || is_killed;
    child_fini(&child);
    simulator_arguments_free(arguments);
    return seconds;
}

static struct estimate_text
estimate(const struct sweep *sweep, const struct stock *stock)
{
    size_t missing = stock_missing(stock, &sweep->plan);
    size_t last = sweep->plan.point_count - 1;
    struct estimate_text text = {.seconds = sweep_estimate_s(sweep, stock)};
    double seconds;

    snprintf(text.origin, sizeof text.origin, "by the runs that are there");
    if (missing == 0 || !isnan(text.seconds))
        return text;
    seconds = try_point(sweep, 0, &text.is_least);
    if (last > 0)
        seconds = (seconds + try_point(sweep, last, &text.is_least)) / 2;
    text.seconds = seconds * (double)missing;
    snprintf(text.origin, sizeof text.origin,
             last > 0 ? "by one trial of the first and one of the "
                        "last point"
                      : "by one trial");
    return text;
}

static void
put_estimate(const struct estimate_text *text, long jobs)
{
    char duration[32];

    if (isnan(text->seconds)) {
        printf("time: unknown, as the trial failed\n");
        return;
    }
    progress_duration(duration, sizeof duration, text->seconds / (double)jobs);
    printf("time: %s %s with %ld %s, %s\n", text->is_least ? "more than" : "about", duration, jobs,
           jobs == 1 ? "job" : "jobs", text->origin);
}

static void
put_text(const struct sweep *sweep, const struct stock *stock, const struct estimate_text *text,
         long jobs)
{
    const struct plan *plan = &sweep->plan;
    size_t missing = stock_missing(stock, plan);

    for (size_t p = 0; p < plan->point_count; p++) {
        const struct plan_point *point = &plan->points[p];

        if (plan->wanted[p] == 0)
            continue;
        printf("point %zu:", p + 1);
        for (size_t i = 0; i < point->given_count; i++)
            printf(" %s=%s", point->given[i].name,
                   effective_find(&point->effective, point->given[i].name)->text);
        printf(": %zu of %zu runs to do\n", stock_point_missing(stock, plan, p), plan->wanted[p]);
    }
    if (sweep->study.precision.metric != NULL)
        printf("up to %zu runs a point, until %s is known to %g %%\n", plan->step,
               sweep->study.precision.metric, 100 * sweep->study.precision.relative);
    printf("%zu points, %zu runs, %zu to do; nothing was run\n", plan->point_count,
           plan_wanted(plan), missing);
    if (missing > 0)
        put_estimate(text, jobs);
}

static void
put_json(const struct sweep *sweep, const struct stock *stock, const struct estimate_text *text,
         long jobs)
{
    const struct plan *plan = &sweep->plan;
    json_t *points = json_array();
    json_t *all;

    for (size_t p = 0; p < plan->point_count; p++) {
        const struct effective *effective = &plan->points[p].effective;
        json_t *parameters = json_object();

        if (plan->wanted[p] > 0) {
            for (size_t i = 0; i < effective->count; i++)
                json_object_set_new(parameters, effective->parameters[i].name,
                                    json_string(effective->parameters[i].text));
            json_array_append_new(points,
                                  json_pack("{s:O, s:I, s:I}", "parameters", parameters, "runs",
                                            (json_int_t)plan->wanted[p], "missing",
                                            (json_int_t)stock_point_missing(stock, plan, p)));
        }
        json_decref(parameters);
    }
    all = json_pack("{s:i, s:s, s:s, s:I, s:I, s:o, s:b, s:o}", "schema", DRY_RUN_SCHEMA, "study",
                    sweep->study.name, "scenario", sweep->study.scenario, "runs",
                    (json_int_t)plan_wanted(plan), "missing",
                    (json_int_t)stock_missing(stock, plan), "estimated_s",
                    isnan(text->seconds) ? json_null() : json_real(text->seconds / (double)jobs),
                    "is_lower_bound", text->is_least, "points", points);
    json_dumpf(all, stdout, JSON_INDENT(2) | JSON_REAL_PRECISION(6));
    putchar('\n');
    json_decref(all);
}

bool
sweep_dry_run(struct sweep *sweep)
{
    long jobs = sweep->wish->jobs > 0 ? (long)sweep->wish->jobs : machine_cpus();
    bool is_there = access(sweep->database, F_OK) == 0;
    struct stock stock = {0};
    bool is_good =
        (!is_there || store_open(&sweep->store, sweep->database, STORE_READ, sweep->problem)) &&
        stock_create(&stock, is_there ? &sweep->store : NULL, &sweep->plan, sweep->problem);

    if (is_good) {
        struct estimate_text text = estimate(sweep, &stock);

        if (sweep->wish->is_json)
            put_json(sweep, &stock, &text, jobs);
        else
            put_text(sweep, &stock, &text, jobs);
    }
    stock_fini(&stock);
    return is_good;
}
