/* SPDX-License-Identifier: GPL-2.0-or-later
 *
 * flue plan: how much is enough, from a study's plan to its answer.
 */
#include <stdio.h>

#include "capacity.h"
#include "commands.h"
#include "options.h"
#include "output.h"
#include "runner.h"

enum { KEY_DRY_RUN = OPTIONS_KEY, KEY_JSON };

struct plan_input {
    struct options_words words;
    struct sweep_wish wish;
    struct problem *problem;
};

static const struct argp_option plan_options[] = {
    {"jobs", 'j', "N", 0, "simulations at once; default: the processors there are", 0},
    {"out", 'o', "DIR", 0, "folder for results.db, figures and report.html; default: out", 0},
    {"dry-run", KEY_DRY_RUN, NULL, 0, "check everything, say how many runs there may be", 0},
    {"json", KEY_JSON, NULL, 0, "print the answers and the points they rest on as JSON", 0},
    {0},
};

static error_t
parse_plan(int key, char *argument, struct argp_state *state)
{
    struct plan_input *input = state->input;

    switch (key) {
    case 'j':
        return options_whole("--jobs", argument, 1, JOBS_MAX, &input->wish.jobs, input->problem)
                   ? 0
                   : EINVAL;
    case 'o':
        input->wish.out = argument;
        return 0;
    case KEY_DRY_RUN:
        input->wish.is_dry = true;
        return 0;
    case KEY_JSON:
        input->wish.is_json = true;
        return 0;
    case ARGP_KEY_ARG:
        return options_take_word(&input->words, argument);
    default:
        return ARGP_ERR_UNKNOWN;
    }
}

const struct argp plan_argp = {
    .options = plan_options,
    .parser = parse_plan,
    .args_doc = "STUDY",
    .doc = "Looks for the largest or smallest value of a parameter that meets the requirements of "
           "the study's `plan`, by runs at as few values as that takes.\v"
           "A value is decided when the whole confidence interval lies on one side of the bound; "
           "until then it gets more replications, as far as the study allows. What they do not "
           "tell is said: the answer is then an interval. Runs are kept in results.db and never "
           "run twice: the same command continues an interrupted search.\n\n"
           "Examples:\n  flue plan scenarios/studies/capacity.cfg --out out\n"
           "  flue plan scenarios/studies/capacity.cfg --dry-run\n\n"
           "Exit status: 0 answered; 1 runs failed; 2 refused; 5 of one combination at "
           "least no value is known to meet the requirements, or they turn more than once; 130 "
           "interrupted.",
};

/* Whether every combination has one turn, and a value before it. */
static int
status_of(const struct capacity *capacity)
{
    for (size_t c = 0; c < capacity->combinations; c++) {
        struct search_answer answer = capacity_answer(capacity, c);

        if (answer.least == SEARCH_NONE || answer.odd != SEARCH_NONE)
            return EXIT_NO_ANSWER;
    }
    return EXIT_DONE;
}

int
command_plan(int argc, char **argv)
{
    struct problem problem;
    struct plan_input input = {.wish = {.out = "out", .is_plan = true}, .problem = &problem};
    struct capacity capacity = {0};
    struct sweep sweep;
    int status = EXIT_DONE;
    bool is_good;

    if (!options_parse(&plan_argp, "flue plan", argc, argv, &input, &problem) ||
        !options_one_word(&input.words, "flue plan", "a study file", &problem))
        return problem_report(&problem);
    input.wish.study = input.words.words[0];
    is_good = sweep_prepare(&sweep, &input.wish, &problem) && capacity_prepare(&capacity, &sweep);
    if (is_good && input.wish.is_dry) {
        capacity_put_outlook(&capacity);
    } else if (is_good && (is_good = capacity_run(&capacity) &&
                                     output_report(sweep.database, input.wish.out, &problem))) {
        if (input.wish.is_json)
            capacity_put_json(&capacity);
        else
            capacity_put_text(&capacity);
        status = status_of(&capacity);
    }
    capacity_release(&capacity);
    sweep_release(&sweep);
    return is_good ? status : problem_report(&problem);
}
