/* SPDX-License-Identifier: GPL-2.0-or-later
 *
 * flue export, flue merge: results for other programs, and databases into one.
 */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "commands.h"
#include "export.h"
#include "folder.h"
#include "options.h"
#include "store.h"
#include "suggest.h"

enum { KEY_STUDY = OPTIONS_KEY, KEY_FORMAT, KEY_SERIES };

struct export_input {
    struct options_words words;
    const char *study;
    const char *out;
    enum export_format format;
    bool has_series;
    struct problem *problem;
};

static const char *const formats[] = {"csv", "json", NULL}; /* the enum's */

static const struct argp_option export_options[] = {
    {"format", KEY_FORMAT, "WORD", 0, "csv (default): one row a run; json: one object a run", 0},
    {"series", KEY_SERIES, NULL, 0, "time series as CSV: one row an interval", 0},
    {"study", KEY_STUDY, "NAME", 0, "the study of that name; default: the one swept last", 0},
    {"out", 'o', "FILE", 0, "file to write; default: standard output", 0},
    {0},
};

static error_t
take_format(struct export_input *input, const char *word)
{
    for (size_t i = 0; formats[i] != NULL; i++) {
        if (strcmp(formats[i], word) == 0) {
            input->format = (enum export_format)i;
            return 0;
        }
    }
    problem_set(input->problem, EXIT_BAD_INPUT, "--format \"%s\": expected csv or json%s", word,
                suggest_text(word, suggest_array, formats));
    return EINVAL;
}

static error_t
parse_export(int key, char *argument, struct argp_state *state)
{
    struct export_input *input = state->input;

    switch (key) {
    case KEY_FORMAT:
        return take_format(input, argument);
    case KEY_SERIES:
        input->has_series = true;
        return 0;
    case KEY_STUDY:
        input->study = argument;
        return 0;
    case 'o':
        input->out = argument;
        return 0;
    case ARGP_KEY_ARG:
        return options_take_word(&input->words, argument);
    default:
        return ARGP_ERR_UNKNOWN;
    }
}

const struct argp export_argp = {
    .options = export_options,
    .parser = parse_export,
    .args_doc = "DATABASE",
    .doc = "Writes every run of a study: parameters, metrics, seed, versions, time and memory.\v"
           "Columns of CSV have their unit in their name. Values are not rounded. JSON has the "
           "time series and events of runs that kept them.\n\n"
           "Examples:\n  flue export out/results.db > loss.csv\n"
           "  flue export out/results.db --format json | jq '.runs[0].metrics'\n"
           "  flue export out/results.db --series > course.csv\n\n" EXITS_OF_WRITERS,
};

static bool
export_all(const struct export_input *input, struct problem *problem)
{
    struct problem ignored;
    struct store store;
    FILE *out = stdout;
    bool is_good;

    if (!store_open(&store, input->words.words[0], STORE_READ, problem))
        return false;
    if (input->out != NULL)
        out = fopen(input->out, "we");
    if (out == NULL) {
        is_good = problem_set(problem, EXIT_BAD_INPUT, "%s: %s: expected a file to write to",
                              input->out, strerror(errno));
    } else {
        is_good = export_runs(&store, input->study, input->format, out, problem);
        if ((fflush(out) != 0 || ferror(out)) && is_good)
            is_good =
                problem_set(problem, EXIT_RUNS_FAILED, "%s: %s",
                            input->out == NULL ? "standard output" : input->out, strerror(errno));
        if (input->out != NULL)
            fclose(out);
    }
    store_close(&store, &ignored);
    return is_good;
}

/* Two ways of saying which form the runs take. */
static bool
settle_format(struct export_input *input)
{
    if (input->has_series && input->format == EXPORT_JSON)
        return problem_set(input->problem, EXIT_BAD_INPUT,
                           "--series: expected it without --format json, which has them");
    if (input->has_series)
        input->format = EXPORT_SERIES;
    return true;
}

int
command_export(int argc, char **argv)
{
    struct problem problem;
    struct export_input input = {.problem = &problem};

    if (!options_parse(&export_argp, "flue export", argc, argv, &input, &problem) ||
        !options_one_word(&input.words, "flue export", "a results database (results.db)",
                          &problem) ||
        !settle_format(&input) || !export_all(&input, &problem))
        return problem_report(&problem);
    return EXIT_DONE;
}

struct merge_input {
    const char *out;
    char **databases;
    size_t count;
};

static const struct argp_option merge_options[] = {
    {"out", 'o', "DIR", 0, "folder whose results.db takes the others in; default: out", 0},
    {0},
};

static error_t
parse_merge(int key, char *argument, struct argp_state *state)
{
    struct merge_input *input = state->input;

    switch (key) {
    case 'o':
        input->out = argument;
        return 0;
    case ARGP_KEY_ARG:
        input->databases =
            must_realloc(input->databases, input->count + 1, sizeof *input->databases);
        input->databases[input->count++] = argument;
        return 0;
    default:
        return ARGP_ERR_UNKNOWN;
    }
}

const struct argp merge_argp = {
    .options = merge_options,
    .parser = parse_merge,
    .args_doc = "DATABASE...",
    .doc = "Takes results of other databases into one.\v"
           "A run that is there already stays as it is; a finished one takes the place of a failed "
           "one. Merging again changes nothing.\n\n"
           "Examples:\n  flue merge part1/results.db part2/results.db --out out\n"
           "  flue sweep study.cfg --points 1/2 --out part1\n\n" EXITS_OF_WRITERS,
};

static bool
merge_all(const struct merge_input *input, struct problem *problem)
{
    char *database = must_printf("%s/results.db", input->out);
    struct problem ignored;
    struct store store = {0};
    int lock = -1;
    bool is_good = folder_make(input->out, problem) && folder_lock(input->out, &lock, problem) &&
                   store_open(&store, database, STORE_WRITE, problem);

    for (size_t i = 0; i < input->count && is_good; i++)
        is_good = store_merge(&store, input->databases[i], NULL, 0, 0, problem);
    is_good = store_close(&store, is_good ? problem : &ignored) && is_good;
    folder_unlock(lock);
    if (is_good)
        puts(database);
    free(database);
    return is_good;
}

int
command_merge(int argc, char **argv)
{
    struct problem problem;
    struct merge_input input = {.out = "out"};
    bool is_good = options_parse(&merge_argp, "flue merge", argc, argv, &input, &problem);

    if (is_good && input.count == 0)
        is_good =
            problem_set(&problem, EXIT_BAD_INPUT, "merge: expected results databases (results.db)");
    is_good = is_good && merge_all(&input, &problem);
    free(input.databases);
    return is_good ? EXIT_DONE : problem_report(&problem);
}
