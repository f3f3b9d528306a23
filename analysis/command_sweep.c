/* SPDX-License-Identifier: GPL-2.0-or-later
 *
 * flue sweep: a study from its file to its report. Everything that can be refused is refused before
 * the first run; everything that was run stays.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "commands.h"
#include "folder.h"
#include "machine.h"
#include "options.h"
#include "output.h"
#include "runner.h"
#include "shell.h"

enum { KEY_DRY_RUN = OPTIONS_KEY };

struct sweep_input {
    struct options_words words;
    const char *out;
    long long jobs;
    bool is_dry;
    struct problem *problem;
};

static const struct argp_option sweep_options[] = {
    {"jobs", 'j', "N", 0, "simulations at once; default: the processors there are", 0},
    {"out", 'o', "DIR", 0, "folder for results.db, figures and report.html; default: out", 0},
    {"dry-run", KEY_DRY_RUN, NULL, 0, "check everything, list the points, run nothing", 0},
    {0},
};

static error_t
parse_sweep(int key, char *argument, struct argp_state *state)
{
    struct sweep_input *input = state->input;

    switch (key) {
    case 'j':
        return options_whole("--jobs", argument, 1, JOBS_MAX, &input->jobs, input->problem)
                   ? 0
                   : EINVAL;
    case 'o':
        input->out = argument;
        return 0;
    case KEY_DRY_RUN:
        input->is_dry = true;
        return 0;
    case ARGP_KEY_ARG:
        return options_take_word(&input->words, argument);
    default:
        return ARGP_ERR_UNKNOWN;
    }
}

static const struct argp sweep_argp = {
    .options = sweep_options,
    .parser = parse_sweep,
    .args_doc = "STUDY",
    .doc = "Runs every point of a study file as often as it asks for, and writes results.db, "
           "figures/ and report.html.\v"
           "A run that is in results.db already is not run again: the same command continues an "
           "interrupted sweep, and tries failed runs once more. More replications or values are "
           "added to what is there.\n\n"
           "Examples:\n  flue sweep scenarios/studies/loss.cfg --out out\n"
           "  flue sweep scenarios/studies/loss.cfg --jobs 4\n"
           "  flue sweep scenarios/studies/loss.cfg --dry-run",
};

/* A sweep and all that it holds open. */
struct sweep {
    struct sweep_input *input;
    struct problem *problem;
    char *simulator;
    char *database;
    struct catalogue catalogue;
    struct study study;
    struct plan plan;
    struct store store;
    int lock;
};

static bool
prepare(struct sweep *sweep)
{
    const struct sweep_input *input = sweep->input;

    sweep->lock = -1;
    sweep->database = must_printf("%s/results.db", input->out);
    return study_read(&sweep->study, input->words.words[0], sweep->problem) &&
           simulator_find(&sweep->simulator, sweep->problem) &&
           simulator_describe(sweep->simulator, &sweep->catalogue, sweep->problem) &&
           plan_create(&sweep->plan, &sweep->study, &sweep->catalogue, sweep->simulator,
                       sweep->problem);
}

static void
release(struct sweep *sweep)
{
    struct problem ignored; /* whoever closes for good looks at it: see run_all */

    store_close(&sweep->store, &ignored);
    folder_unlock(sweep->lock);
    plan_fini(&sweep->plan);
    study_fini(&sweep->study);
    catalogue_fini(&sweep->catalogue);
    free(sweep->simulator);
    free(sweep->database);
}

static bool
dry_run(struct sweep *sweep)
{
    const struct plan *plan = &sweep->plan;
    size_t step = (size_t)sweep->study.replications;
    bool *is_missing = must_alloc(plan->run_count, sizeof *is_missing);
    bool is_there = access(sweep->database, F_OK) == 0;
    size_t missing = 0;
    bool is_good =
        !is_there || store_open(&sweep->store, sweep->database, STORE_READ, sweep->problem);

    is_good = is_good && runner_missing(is_there ? &sweep->store : NULL, plan, is_missing, &missing,
                                        sweep->problem);
    for (size_t p = 0; is_good && p < plan->point_count; p++) {
        const struct plan_point *point = &plan->points[p];
        size_t left = 0;

        for (size_t r = p * step; r < (p + 1) * step; r++)
            left += is_missing[r];
        printf("point %zu:", p + 1);
        for (size_t i = 0; i < point->given_count; i++)
            printf(" %s=%s", point->given[i].name, point->given[i].text);
        printf(": %zu of %zu runs to do\n", left, step);
    }
    if (is_good)
        printf("%zu points, %zu runs, %zu to do; nothing was run\n", plan->point_count,
               plan->run_count, missing);
    free(is_missing);
    return is_good;
}

static char *
command_line(const struct sweep_input *input)
{
    char *words[] = {
        must_strdup("flue"),  must_strdup("sweep"),    must_strdup(input->words.words[0]),
        must_strdup("--out"), must_strdup(input->out), NULL};
    char *line = shell_line(words);

    for (size_t i = 0; words[i] != NULL; i++)
        free(words[i]);
    return line;
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
run_all(struct sweep *sweep, const char *command, int *status)
{
    const struct sweep_input *input = sweep->input;
    struct runner_options options = {sweep->simulator, (long)input->jobs, stderr,
                                     isatty(STDERR_FILENO) == 1};
    struct runner_summary summary = {0};
    struct problem said;
    long long study_id = 0;
    bool is_good =
        store_put_study(&sweep->store, &sweep->plan, command, &study_id, sweep->problem) &&
        runner_run(&sweep->store, study_id, &sweep->plan, &options, &summary, sweep->problem);

    if (is_good && summary.stored > 0)
        fprintf(stderr, "flue: %zu of %zu runs were in %s already\n", summary.stored,
                sweep->plan.run_count, sweep->database);
    if (is_good && summary.failed > 0) {
        say_failures(&summary, &said);
        *status = problem_report(&said);
    }
    if (is_good && summary.is_interrupted)
        is_good = problem_set(sweep->problem, EXIT_INTERRUPTED,
                              "interrupted: %zu of %zu runs are done and kept; continue with: %s",
                              summary.stored + summary.done, sweep->plan.run_count, command);
    free(summary.first_failure);
    return store_close(&sweep->store, is_good ? sweep->problem : &said) && is_good;
}

static bool
run_sweep(struct sweep *sweep, int *status)
{
    char *command = command_line(sweep->input);
    const char *out = sweep->input->out;
    bool is_good = folder_prepare(out, sweep->problem) &&
                   folder_lock(out, &sweep->lock, sweep->problem) &&
                   store_open(&sweep->store, sweep->database, STORE_WRITE, sweep->problem) &&
                   run_all(sweep, command, status) &&
                   output_everything(sweep->database, NULL, out, sweep->problem);

    free(command);
    return is_good;
}

int
command_sweep(int argc, char **argv)
{
    struct problem problem;
    struct sweep_input input = {.out = "out", .jobs = machine_cpus(), .problem = &problem};
    struct sweep sweep = {.input = &input, .problem = &problem, .lock = -1};
    int status = EXIT_DONE;
    bool is_good;

    if (!options_parse(&sweep_argp, "flue sweep", argc, argv, &input, &problem) ||
        !options_one_word(&input.words, "flue sweep", "a study file", &problem))
        return problem_report(&problem);
    is_good = prepare(&sweep) && (input.is_dry ? dry_run(&sweep) : run_sweep(&sweep, &status));
    release(&sweep);
    return is_good ? status : problem_report(&problem);
}
