/* SPDX-License-Identifier: GPL-2.0-or-later
 *
 * flue stats, flue plot, flue report: what a results database says, without running anything.
 */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "commands.h"
#include "folder.h"
#include "options.h"
#include "output.h"
#include "results.h"
#include "table.h"

enum { KEY_JSON = OPTIONS_KEY, KEY_STUDY, STATS_SCHEMA = 1 };

struct results_input {
    struct options_words words;
    const char *study;
    const char *out;
    bool is_json;
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

static const struct argp stats_argp = {
    .options = stats_options,
    .parser = parse_results,
    .args_doc = "DATABASE",
    .doc = "Prints means and 95 % confidence intervals of a study's results.\v"
           "Examples:\n  flue stats out/results.db\n  flue stats out/results.db --json",
};
static const struct argp plot_argp = {
    .options = out_options,
    .parser = parse_results,
    .args_doc = "DATABASE",
    .doc = "Draws a study's figures as SVG and PNG, with data and gnuplot script beside them.\v"
           "Examples:\n  flue plot out/results.db\n  flue plot out/results.db --out paper",
};
static const struct argp report_argp = {
    .options = out_options,
    .parser = parse_results,
    .args_doc = "DATABASE",
    .doc = "Writes a study's figures and its report.html.\v"
           "Examples:\n  flue report out/results.db\n  flue report out/results.db --out /tmp/loss",
};

/* NAN has no place in JSON. */
static json_t *
real(double value)
{
    return isnan(value) ? json_null() : json_real(value);
}

static json_t *
point_json(const struct results *results, const struct result_point *point)
{
    json_t *parameters = json_object();
    json_t *metrics = json_object();

    for (size_t i = 0; i < point->effective.count; i++) {
        const struct effective_parameter *p = &point->effective.parameters[i];

        json_object_set_new(parameters, p->name,
                            json_pack("{s:o, s:s, s:s}", "value", real(p->value), "text", p->text,
                                      "unit", p->unit));
    }
    for (size_t m = 0; m < results->scenario.metric_count; m++) {
        const struct estimate *e = &point->metrics[m].estimate;

        json_object_set_new(metrics, results->scenario.metrics[m].name,
                            json_pack("{s:I, s:o, s:o, s:o, s:s, s:s?}", "n", (json_int_t)e->n,
                                      "mean", real(e->mean), "standard_deviation",
                                      real(e->deviation), "half_width_95", real(e->half_width),
                                      "unit", results->scenario.metrics[m].unit, "note", e->note));
    }
    return json_pack("{s:o, s:o}", "parameters", parameters, "metrics", metrics);
}

static void
put_json(const struct results *results)
{
    json_t *points = json_array();
    json_t *all;

    for (size_t i = 0; i < results->point_count; i++)
        json_array_append_new(points, point_json(results, &results->points[i]));
    all = json_pack("{s:i, s:s, s:s, s:o}", "schema", STATS_SCHEMA, "study", results->study.name,
                    "scenario", results->scenario.name, "points", points);
    json_dumpf(all, stdout, JSON_INDENT(2) | JSON_REAL_PRECISION(15));
    putchar('\n');
    json_decref(all);
}

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
        put_json(&results);
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
    is_good = folder_prepare(folder, &problem) &&
              output_parts(input.words.words[0], input.study, folder, parts, &problem);
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
