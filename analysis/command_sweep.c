/* SPDX-License-Identifier: GPL-2.0-or-later
 *
 * flue sweep: a study from its file to its report.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "commands.h"
#include "options.h"
#include "runner.h"
#include "sweep.h"

enum {
    KEY_DRY_RUN = OPTIONS_KEY,
    KEY_POINTS,
    KEY_JSON,
    KEY_SLURM,
    KEY_WAIT,
    KEY_TASKS,
    KEY_AT_ONCE,
    KEY_SLURM_OPTIONS
};

struct sweep_input {
    struct options_words words;
    struct sweep_wish wish;
    struct problem *problem;
};

static const struct argp_option sweep_options[] = {
    {"jobs", 'j', "N", 0,
     "simulations at once; default: the processors there are, or one for each task of --slurm", 0},
    {"out", 'o', "DIR", 0, "folder for results.db, figures and report.html; default: out", 0},
    {"dry-run", KEY_DRY_RUN, NULL, 0, "check everything, list the points, estimate the time", 0},
    {"points", KEY_POINTS, "I/N", 0,
     "only every Nth point, from the Ith on; writes results.db alone ('flue merge' joins parts)",
     0},
    {"json", KEY_JSON, NULL, 0, "print the results as JSON, as 'flue stats --json' does", 0},
    {NULL, 0, NULL, 0, "On a cluster:", 1},
    {"slurm", KEY_SLURM, NULL, 0,
     "submit what is missing as a Slurm job array; called again: collect what is there", 1},
    {"wait", KEY_WAIT, NULL, 0, "with --slurm: wait for the job's end, then collect", 1},
    {"tasks", KEY_TASKS, "N", 0, "with --slurm: parts of the study; default: 100, or one a point",
     1},
    {"at-once", KEY_AT_ONCE, "N", 0, "with --slurm: tasks that may run at the same time", 1},
    {"slurm-options", KEY_SLURM_OPTIONS, "TEXT", 0,
     "with --slurm: more options for sbatch, such as \"--partition=long --time=2:00:00\"", 1},
    {0},
};

/* "2/5" */
static error_t
take_points(struct sweep_input *input, const char *text)
{
    long long part = 0;
    long long parts = 0;
    int used = 0;

    if (sscanf(text, "%9lld/%9lld%n", &part, &parts, &used) == 2 && text[used] == '\0' &&
        part >= 1 && part <= parts) {
        input->wish.part = part;
        input->wish.parts = parts;
        return 0;
    }
    problem_set(input->problem, EXIT_BAD_INPUT,
                "--points \"%s\": expected I/N, I from 1 to N, such as 1/4", text);
    return EINVAL;
}

static error_t
take_slurm_options(struct sweep_input *input, const char *text)
{
    input->wish.slurm_options = text;
    if (strchr(text, '\n') == NULL)
        return 0;
    problem_set(input->problem, EXIT_BAD_INPUT, "--slurm-options: expected one line");
    return EINVAL;
}

static error_t
take_whole(struct sweep_input *input, const char *word, const char *text, long long most,
           long long *number)
{
    return options_whole(word, text, 1, most, number, input->problem) ? 0 : EINVAL;
}

static error_t
parse_sweep(int key, char *argument, struct argp_state *state)
{
    struct sweep_input *input = state->input;
    struct sweep_wish *wish = &input->wish;

    switch (key) {
    case 'j':
        return take_whole(input, "--jobs", argument, JOBS_MAX, &wish->jobs);
    case 'o':
        wish->out = argument;
        return 0;
    case KEY_DRY_RUN:
        wish->is_dry = true;
        return 0;
    case KEY_POINTS:
        return take_points(input, argument);
    case KEY_JSON:
        wish->is_json = true;
        return 0;
    case KEY_SLURM:
        wish->is_slurm = true;
        return 0;
    case KEY_WAIT:
        wish->is_waiting = true;
        return 0;
    case KEY_TASKS:
        return take_whole(input, "--tasks", argument, TASKS_MAX, &wish->tasks);
    case KEY_AT_ONCE:
        return take_whole(input, "--at-once", argument, TASKS_MAX, &wish->at_once);
    case KEY_SLURM_OPTIONS:
        return take_slurm_options(input, argument);
    case ARGP_KEY_ARG:
        return options_take_word(&input->words, argument);
    default:
        return ARGP_ERR_UNKNOWN;
    }
}

const struct argp sweep_argp = {
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
           "  flue sweep scenarios/studies/loss.cfg --dry-run\n"
           "  flue sweep scenarios/studies/loss.cfg --slurm --at-once 20\n\n"
           "Exit status: 0 done; 1 runs failed or results could not be written; 2 refused before "
           "anything ran; 3 handed to the cluster: call again; 130 interrupted (finished results "
           "are kept).",
};

/* Words that mean nothing without another, or not together. */
static bool
check_together(const struct sweep_wish *wish, struct problem *problem)
{
    bool is_cluster =
        wish->is_waiting || wish->tasks > 0 || wish->at_once > 0 || wish->slurm_options != NULL;

    if (is_cluster && !wish->is_slurm)
        return problem_set(problem, EXIT_BAD_INPUT, "%s: expected --slurm with it",
                           wish->is_waiting    ? "--wait"
                           : wish->tasks > 0   ? "--tasks"
                           : wish->at_once > 0 ? "--at-once"
                                               : "--slurm-options");
    if (wish->is_slurm && wish->parts > 0)
        return problem_set(problem, EXIT_BAD_INPUT,
                           "--points: expected without --slurm, which divides the points itself");
    return true;
}

int
command_sweep(int argc, char **argv)
{
    struct problem problem;
    struct sweep_input input = {.wish = {.out = "out"}, .problem = &problem};
    struct sweep sweep;
    int status = EXIT_DONE;
    bool is_good;

    if (!options_parse(&sweep_argp, "flue sweep", argc, argv, &input, &problem) ||
        !options_one_word(&input.words, "flue sweep", "a study file", &problem) ||
        !check_together(&input.wish, &problem))
        return problem_report(&problem);
    input.wish.study = input.words.words[0];
    is_good = sweep_prepare(&sweep, &input.wish, &problem);
    if (is_good && input.wish.is_dry)
        is_good = sweep_dry_run(&sweep);
    else if (is_good && input.wish.is_slurm)
        is_good = sweep_slurm(&sweep, &status);
    else if (is_good)
        is_good = sweep_run(&sweep, &status);
    sweep_release(&sweep);
    return is_good ? status : problem_report(&problem);
}
