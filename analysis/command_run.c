/* SPDX-License-Identifier: GPL-2.0-or-later
 *
 * flue run: one simulation. The scenario's parameters are options like all others: the table for
 * argp is made from the scenario's description, once its name is known.
 */
#include <ctype.h>
#include <errno.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "commands.h"
#include "options.h"
#include "simulator.h"
#include "suggest.h"
#include "table.h"
#include "units.h"

enum {
    KEY_SEED = OPTIONS_KEY,
    KEY_RUN,
    KEY_JSON,
    KEY_PCAP,
    KEY_PARAMETER, /* the first parameter's; the others follow */
    BASE_OPTIONS = 6,
};

static const struct argp_option base_options[BASE_OPTIONS + 1] = {
    {"seed", KEY_SEED, "N", 0, "seed of ns-3's random numbers (RngSeed); default 1", 0},
    {"RngSeed", KEY_SEED, "N", OPTION_ALIAS | OPTION_HIDDEN, NULL, 0},
    {"run", KEY_RUN, "N", 0,
     "run number: independent replications differ in it (RngRun); default 1", 0},
    {"RngRun", KEY_RUN, "N", OPTION_ALIAS | OPTION_HIDDEN, NULL, 0},
    {"pcap", KEY_PCAP, "PREFIX", 0, "write packet captures to PREFIX-*.pcap", 0},
    {"json", KEY_JSON, NULL, 0, "print the result as JSON", 0},
    {0},
};

const struct argp run_argp = {.options = base_options};

struct run_input {
    const struct catalogue_scenario *scenario;
    struct given *given;
    size_t given_count;
    struct options_words words;
    long long seed;
    long long run;
    const char *pcap;
    bool is_json;
    struct problem *problem;
};

static error_t
take_parameter(struct run_input *input, size_t index, const char *text)
{
    const char *name = input->scenario->parameters[index].name;

    for (size_t i = 0; i < input->given_count; i++) {
        if (strcmp(input->given[i].name, name) == 0) {
            problem_set(input->problem, EXIT_BAD_INPUT, "--%s: expected once, given twice", name);
            return EINVAL;
        }
    }
    input->given[input->given_count++] = (struct given){name, text};
    return 0;
}

static error_t
parse_run(int key, char *argument, struct argp_state *state)
{
    struct run_input *input = state->input;

    switch (key) {
    case KEY_SEED:
        return options_whole("--seed", argument, 1, 4294944442LL, &input->seed, input->problem)
                   ? 0
                   : EINVAL;
    case KEY_RUN:
        return options_whole("--run", argument, 1, INT64_MAX, &input->run, input->problem) ? 0
                                                                                           : EINVAL;
    case KEY_JSON:
        input->is_json = true;
        return 0;
    case KEY_PCAP:
        input->pcap = argument;
        return 0;
    case ARGP_KEY_ARG:
        return options_take_word(&input->words, argument);
    default:
        if (key < KEY_PARAMETER || input->scenario == NULL ||
            (size_t)(key - KEY_PARAMETER) >= input->scenario->parameter_count)
            return ARGP_ERR_UNKNOWN;
        return take_parameter(input, (size_t)(key - KEY_PARAMETER), argument);
    }
}

/* "help (default 5us, 0s to 1s)". */
static char *
parameter_help(const struct catalogue_parameter *p)
{
    char *text = must_printf("%s (default %s", p->help, p->value[0] == '\0' ? "none" : p->value);
    char *longer = NULL;

    if (p->choices != NULL) {
        for (size_t i = 0; p->choices[i] != NULL; i++) {
            longer = must_printf("%s%s%s", text, i == 0 ? "; one of " : ", ", p->choices[i]);
            free(text);
            text = longer;
        }
    } else if (p->minimum != NULL || p->maximum != NULL) {
        longer = must_printf("%s;%s%s%s%s", text, p->minimum == NULL ? "" : " from ",
                             p->minimum == NULL ? "" : p->minimum, p->maximum == NULL ? "" : " to ",
                             p->maximum == NULL ? "" : p->maximum);
        free(text);
        text = longer;
    }
    longer = must_printf("%s)", text);
    free(text);
    return longer;
}

/* What the value is called in --help: its type in capitals. */
static char *
value_word(const struct catalogue_parameter *p)
{
    char *word = must_strdup(p->choices != NULL ? "WORD" : p->type);

    for (char *c = word; *c != '\0'; c++)
        *c = (char)toupper((unsigned char)*c);
    return word;
}

/* The base table, then a header, then the parameters. */
static struct argp_option *
make_options(const struct catalogue_scenario *scenario, char **header)
{
    size_t count = scenario == NULL ? 0 : scenario->parameter_count;
    struct argp_option *options = must_alloc(BASE_OPTIONS + 1 + count + 1, sizeof *options);

    memcpy(options, base_options, BASE_OPTIONS * sizeof *options);
    *header = NULL;
    if (scenario == NULL)
        return options;
    *header = must_printf("Parameters of %s:", scenario->name);
    options[BASE_OPTIONS] = (struct argp_option){.doc = *header, .group = 1};
    for (size_t i = 0; i < count; i++) {
        options[BASE_OPTIONS + 1 + i] = (struct argp_option){
            .name = scenario->parameters[i].name,
            .key = KEY_PARAMETER + (int)i,
            .arg = value_word(&scenario->parameters[i]),
            .doc = parameter_help(&scenario->parameters[i]),
            .group = 1,
        };
    }
    return options;
}

static void
free_options(struct argp_option *options, char *header)
{
    for (size_t i = BASE_OPTIONS + 1; header != NULL && options[i].name != NULL; i++) {
        free((char *)options[i].arg);
        free((char *)options[i].doc);
    }
    free(options);
    free(header);
}

static void
put_result(const struct run_input *input, json_t *result)
{
    json_t *metrics = json_object_get(result, "metrics");
    struct table table;
    size_t position = 0;

    printf("%s: seed %lld, run %lld; %lld events, %g s simulated\n\n", input->scenario->name,
           input->seed, input->run, json_integer_value(json_object_get(result, "events")),
           json_number_value(json_object_get(result, "simulated_s")));
    table_init(&table, 3);
    table_align_left(&table, 0);
    table_align_left(&table, 2);
    table_add(&table, &position, "metric");
    table_add(&table, &position, "value");
    table_add(&table, &position, "meaning");
    for (size_t m = 0; m < input->scenario->metric_count; m++) {
        const struct catalogue_metric *metric = &input->scenario->metrics[m];
        json_t *json = json_object_get(metrics, metric->name);
        json_t *value = json_object_get(json, "value");
        const char *note = json_string_value(json_object_get(json, "note"));
        char *meaning = must_printf("%s%s%s%s", metric->help, note == NULL ? "" : " (",
                                    note == NULL ? "" : note, note == NULL ? "" : ")");
        char text[64] = "-";

        if (json_is_number(value))
            unit_value(text, sizeof text, metric->name, metric->unit, json_number_value(value));
        table_add(&table, &position, metric->name);
        table_add(&table, &position, text);
        table_add(&table, &position, meaning);
        free(meaning);
    }
    table_print(&table, stdout);
    table_fini(&table);
}

static bool
simulate(const struct run_input *input, const char *path, struct problem *problem)
{
    char **arguments =
        simulator_run_arguments(path, input->scenario->name, input->given, input->given_count,
                                input->seed, input->run, input->pcap);
    struct child child;
    json_t *result = NULL;
    bool is_good = process_run(&child, arguments, NULL, problem);

    simulator_arguments_free(arguments);
    if (!is_good)
        return false;
    if (child.exit_status != 0) {
        char *words = simulator_last_words(&child);

        is_good = problem_set(problem, child.exit_status == 2 ? EXIT_BAD_INPUT : EXIT_RUNS_FAILED,
                              "%s", words);
        free(words);
    } else {
        fputs(child.err.text, stderr);
        is_good = simulator_result_parse(child.out.text, &result, problem);
    }
    if (is_good && input->is_json)
        fputs(child.out.text, stdout);
    else if (is_good)
        put_result(input, result);
    json_decref(result);
    child_fini(&child);
    return is_good;
}

/* The scenario must be known before its parameters can be understood. */
static bool
find_scenario(struct run_input *input, const struct catalogue *catalogue, int argc, char **argv)
{
    const char *word = options_first_word(base_options, argc, argv);

    if (word == NULL)
        return true; /* only --help can be meant; anything else is missed later */
    input->scenario = catalogue_find(catalogue, word);
    return input->scenario != NULL ||
           problem_set(input->problem, EXIT_BAD_INPUT, "%s: expected the name of a scenario%s",
                       word, suggest_text(word, catalogue_scenario_name, catalogue));
}

static bool
parse(struct run_input *input, int argc, char **argv)
{
    char *header;
    struct argp_option *options = make_options(input->scenario, &header);
    struct argp argp = {
        .options = options,
        .parser = parse_run,
        .args_doc = "SCENARIO",
        .doc = "Runs one simulation and prints its metrics.\v"
               "'flue run SCENARIO --help' lists the scenario's parameters.\n\n"
               "Examples:\n  flue run loss --stack offload --loss 0.001\n"
               "  flue run loss --stack host --run 2 --json\n"
               "  flue run loss --stack offload --duration 10ms --pcap /tmp/loss\n\n"
               "Exit status: 0 done; 1 the run failed; 2 refused before anything ran.",
    };
    char *name = input->scenario == NULL ? must_strdup("flue run")
                                         : must_printf("flue run %s", input->scenario->name);
    bool is_good = options_parse(&argp, name, argc, argv, input, input->problem) &&
                   options_one_word(&input->words, "flue run", "the name of a scenario (flue list)",
                                    input->problem);

    free(name);
    free_options(options, header);
    return is_good;
}

int
command_run(int argc, char **argv)
{
    struct problem problem;
    struct catalogue catalogue;
    struct run_input input = {.seed = 1, .run = 1, .problem = &problem};
    char *path = NULL;
    bool is_good;

    if (!simulator_find(&path, &problem))
        return problem_report(&problem);
    if (!simulator_describe(path, &catalogue, &problem)) {
        free(path);
        return problem_report(&problem);
    }
    is_good = find_scenario(&input, &catalogue, argc, argv);
    if (is_good && input.scenario != NULL)
        input.given = must_alloc(input.scenario->parameter_count, sizeof *input.given);
    is_good = is_good && parse(&input, argc, argv) && simulate(&input, path, &problem);
    free(input.given);
    catalogue_fini(&catalogue);
    free(path);
    return is_good ? EXIT_DONE : problem_report(&problem);
}
