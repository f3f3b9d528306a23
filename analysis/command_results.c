/* SPDX-License-Identifier: GPL-2.0-or-later
 *
 * flue stats, flue plot, flue report: what a results database says, without running anything.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "commands.h"
#include "folder.h"
#include "options.h"
#include "output.h"
#include "results.h"
#include "results_json.h"
#include "table.h"

enum { KEY_JSON = OPTIONS_KEY, KEY_STUDY, KEY_MARKDOWN };

struct results_input {
    struct options_words words;
    const char *study;
    const char *out;
    bool is_json;
    bool is_markdown;
};

#define STUDY_OPTION                                                                               \
    {                                                                                              \
        "study", KEY_STUDY, "NAME", 0, "the study of that name; default: the one swept last", 0    \
    }

static const struct argp_option stats_options[] = {
    STUDY_OPTION,
    {"json", KEY_JSON, NULL, 0, "every metric of every point as JSON, unscaled", 0},
    {0},
};

static const struct argp_option out_options[] = {
    STUDY_OPTION,
    {"out", 'o', "DIR", 0, "folder to write to; default: the database's", 0},
    {"json", KEY_JSON, NULL, 0, "the files that were written, as JSON", 0},
    {0},
};

static const struct argp_option report_options[] = {
    STUDY_OPTION,
    {"out", 'o', "DIR", 0, "folder to write to; default: the database's", 0},
    {"markdown", KEY_MARKDOWN, NULL, 0, "write report.md instead, with the figures by name", 0},
    {"json", KEY_JSON, NULL, 0, "the files that were written, as JSON", 0},
    {0},
};

static error_t
parse_results(int key, char *argument, struct argp_state *state)
{
    struct results_input *input = state->input;

    switch (key) {
    case KEY_JSON:
        input->is_json = true;
        return 0;
    case KEY_MARKDOWN:
        input->is_markdown = true;
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

const struct argp stats_argp = {
    .options = stats_options,
    .parser = parse_results,
    .args_doc = "DATABASE",
    .doc = "Prints means and 95 % confidence intervals of a study's results.\v"
           "Examples:\n  flue stats out/results.db\n  flue stats out/results.db "
           "--json\n\n" EXITS_OF_READERS,
};
const struct argp plot_argp = {
    .options = out_options,
    .parser = parse_results,
    .args_doc = "DATABASE",
    .doc = "Draws the figures that a study wants (figure = ( ... ); in its file) as SVG, PNG and "
           "PDF, with data and gnuplot script beside them.\v"
           "Examples:\n  flue plot out/results.db\n  flue plot out/results.db --out "
           "paper\n\n" EXITS_OF_WRITERS,
};
const struct argp report_argp = {
    .options = report_options,
    .parser = parse_results,
    .args_doc = "DATABASE",
    .doc = "Writes a study's figures and its report.html.\v"
           "Examples:\n  flue report out/results.db\n  flue report out/results.db "
           "--markdown\n\n" EXITS_OF_WRITERS,
};

static bool
parse(const struct argp *argp, const char *name, int argc, char **argv, struct results_input *input,
      struct problem *problem)
{
    return options_parse(argp, name, argc, argv, input, problem) &&
           options_one_word(&input->words, name, "a results database (results.db)", problem);
}

int
command_stats(int argc, char **argv)
{
    struct results_input input = {0};
    struct problem problem;
    struct problem ignored;
    struct results results;
    struct store store;
    bool is_good;

    if (!parse(&stats_argp, "flue stats", argc, argv, &input, &problem) ||
        !store_open(&store, input.words.words[0], STORE_READ, &problem))
        return problem_report(&problem);
    is_good = results_read(&results, &store, input.study, &problem);
    store_close(&store, &ignored);
    if (!is_good)
        return problem_report(&problem);
    if (input.is_json)
        results_json_put(&results);
    else
        table_print_results(&results, stdout);
    results_fini(&results);
    return EXIT_DONE;
}

static int
write_output(const struct argp *argp, const char *name, int argc, char **argv, int parts)
{
    struct results_input input = {0};
    struct problem problem;
    char *folder;
    bool is_good;

    if (!parse(argp, name, argc, argv, &input, &problem))
        return problem_report(&problem);
    folder = input.out != NULL ? must_strdup(input.out) : folder_of(input.words.words[0]);
    parts |= (input.is_json ? OUTPUT_JSON : 0) | (input.is_markdown ? OUTPUT_MARKDOWN : 0);
    is_good = output_parts(input.words.words[0], input.study, folder, parts, &problem);
    free(folder);
    return is_good ? EXIT_DONE : problem_report(&problem);
}

int
command_plot(int argc, char **argv)
{
    return write_output(&plot_argp, "flue plot", argc, argv, OUTPUT_FIGURES);
}

int
command_report(int argc, char **argv)
{
    return write_output(&report_argp, "flue report", argc, argv, OUTPUT_REPORT);
}
