/* SPDX-License-Identifier: GPL-2.0-or-later
 *
 * A sweep on this machine. See sweep.h. Everything that can be refused is refused before the first
 * run; everything that was run stays.
 */
#include "sweep.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "folder.h"
#include "machine.h"
#include "output.h"
#include "runner.h"
#include "shell.h"
#include "stock.h"

static char *
command_line(const struct sweep_wish *wish)
{
    char *words[] = {must_strdup("flue"),
                     must_strdup(wish->is_plan ? "plan" : "sweep"),
                     must_strdup(wish->study),
                     must_strdup("--out"),
                     must_strdup(wish->out),
                     wish->is_slurm ? must_strdup("--slurm") : NULL,
                     NULL};
    char *line = shell_line(words);

    for (size_t i = 0; words[i] != NULL; i++)
        free(words[i]);
    return line;
}

bool
sweep_prepare(struct sweep *sweep, const struct sweep_wish *wish, struct problem *problem)
{
    *sweep = (struct sweep){.wish = wish, .problem = problem, .lock = -1};
    sweep->database = must_printf("%s/results.db", wish->out);
    sweep->command = command_line(wish);
    if (!study_read(&sweep->study, wish->study, problem) ||
        !simulator_find(&sweep->simulator, problem) ||
        !simulator_describe(sweep->simulator, &sweep->catalogue, problem) ||
        !plan_create(&sweep->plan, &sweep->study, &sweep->catalogue, sweep->simulator, problem))
        return false;
    for (size_t point = 0; point < sweep->plan.point_count && wish->parts > 0; point++)
        if (point % (size_t)wish->parts != (size_t)wish->part - 1)
            sweep->plan.wanted[point] = 0;
    return true;
}

void
sweep_release(struct sweep *sweep)
{
    struct problem ignored; /* whoever closes for good looks at it: see sweep_run */

    store_close(&sweep->store, &ignored);
    folder_unlock(sweep->lock);
    plan_fini(&sweep->plan);
    study_fini(&sweep->study);
    catalogue_fini(&sweep->catalogue);
    free(sweep->simulator);
    free(sweep->database);
    free(sweep->command);
}

bool
sweep_open(struct sweep *sweep)
{
    enum store_mode mode = sweep->wish->parts > 0 ? STORE_WRITE_ALONE : STORE_WRITE;

    return folder_prepare(sweep->wish->out, sweep->problem) &&
           folder_lock(sweep->wish->out, &sweep->lock, sweep->problem) &&
           store_open(&sweep->store, sweep->database, mode, sweep->problem);
}

double
sweep_estimate_s(const struct sweep *sweep, const struct stock *stock)
{
    const struct plan *plan = &sweep->plan;
    double known_s = 0;
    double mean_s = (double)NAN;
    double sum_s = 0;
    size_t known = 0;
    struct problem ignored; /* an estimate is no reason to fail */

    for (size_t point = 0; point < plan->point_count; point++) {
        known_s += stock->costs[point];
        known += stock->costs[point] > 0;
    }
    if (known > 0)
        mean_s = known_s / (double)known;
    else if (sweep->store.db != NULL)
        store_mean_cost(&sweep->store, plan->scenario->name, &mean_s, &ignored);
    for (size_t point = 0; point < plan->point_count; point++)
        sum_s += (double)stock_point_missing(stock, plan, point) *
                 (stock->costs[point] > 0 ? stock->costs[point] : mean_s);
    return sum_s;
}

static void
say_failures(const struct runner_summary *summary, struct problem *problem)
{
    problem_set(problem, EXIT_RUNS_FAILED,
                "%zu of %zu runs failed (the same command tries them again); the first: %s",
                summary->failed, summary->failed + summary->done, summary->first_failure);
}

/* Returns the exit status that the runs alone deserve; false when nothing can go on. */
static bool
run_all(struct sweep *sweep, int *status)
{
    const struct sweep_wish *wish = sweep->wish;
    struct runner_options options = {sweep->simulator,
                                     wish->jobs > 0 ? (long)wish->jobs : machine_cpus(), stderr,
                                     isatty(STDERR_FILENO) == 1};
    struct runner_summary summary = {0};
    struct problem said;
    long long study_id = 0;
    bool is_good =
        store_put_study(&sweep->store, &sweep->plan, sweep->command, &study_id, sweep->problem) &&
        runner_run(&sweep->store, study_id, &sweep->plan, &options, &summary, sweep->problem);
    size_t wanted = plan_wanted(&sweep->plan);

    if (is_good && summary.stored > 0)
        fprintf(stderr, "flue: %zu of %zu runs were in %s already\n", summary.stored, wanted,
                sweep->database);
    if (is_good && summary.failed > 0) {
        say_failures(&summary, &said);
        *status = problem_report(&said);
    }
    if (is_good && summary.is_interrupted)
        is_good = problem_set(sweep->problem, EXIT_INTERRUPTED,
                              "interrupted: %zu of %zu runs are done and kept; continue with: %s",
                              summary.stored + summary.done, wanted, sweep->command);
    free(summary.first_failure);
    return store_close(&sweep->store, is_good ? sweep->problem : &said) && is_good;
}

bool
sweep_output(struct sweep *sweep)
{
    if (sweep->wish->is_json)
        return output_json(sweep->database, sweep->wish->out, sweep->problem);
    return output_everything(sweep->database, NULL, sweep->wish->out, sweep->problem);
}

bool
sweep_run(struct sweep *sweep, int *status)
{
    if (!sweep_open(sweep) || !run_all(sweep, status))
        return false;
    /* Numbers of a part would pass for those of the study. */
    if (sweep->wish->parts > 0) {
        printf("part %lld of %lld: %s\n", sweep->wish->part, sweep->wish->parts, sweep->database);
        return true;
    }
    return sweep_output(sweep);
}
