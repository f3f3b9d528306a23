/* SPDX-License-Identifier: GPL-2.0-or-later
 *
 * flue list, flue describe: what there is to simulate.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "commands.h"
#include "options.h"
#include "simulator.h"
#include "suggest.h"
#include "table.h"

enum { KEY_JSON = OPTIONS_KEY };

struct list_input {
    struct options_words words;
    bool is_json;
};

static const struct argp_option list_options[] = {
    {"json", KEY_JSON, NULL, 0, "print JSON", 0},
    {0},
};

static error_t
parse_list(int key, char *argument, struct argp_state *state)
{
    struct list_input *input = state->input;

    if (key == KEY_JSON) {
        input->is_json = true;
        return 0;
    }
    return key == ARGP_KEY_ARG ? options_take_word(&input->words, argument) : ARGP_ERR_UNKNOWN;
}

const struct argp list_argp = {
    .options = list_options,
    .parser = parse_list,
    .doc = "Lists the scenarios and cost profiles that can be simulated.\v"
           "Examples:\n  flue list\n  flue list --json | jq -r "
           "'.scenarios[].name'\n\n" EXITS_OF_READERS,
};

const struct argp describe_argp = {
    .options = list_options,
    .parser = parse_list,
    .args_doc = "SCENARIO",
    .doc = "Tells a scenario's question, parameters and metrics.\v"
           "Examples:\n  flue describe loss\n  flue describe loss --json\n\n" EXITS_OF_READERS,
};

static bool
open_catalogue(struct catalogue *catalogue, struct problem *problem)
{
    char *path = NULL;
    bool is_good = simulator_find(&path, problem) && simulator_describe(path, catalogue, problem);

    free(path);
    return is_good;
}

static void
put_json(json_t *json)
{
    json_dumpf(json, stdout, JSON_INDENT(2) | JSON_REAL_PRECISION(15));
    putchar('\n');
}

static void
put_list(const struct catalogue *catalogue)
{
    json_t *profiles = json_object_get(catalogue->json, "profiles");
    struct table table;
    size_t position = 0;

    table_init(&table, 2);
    table_align_left(&table, 0);
    table_align_left(&table, 1);
    table_add(&table, &position, "scenario");
    table_add(&table, &position, "question");
    for (size_t i = 0; i < catalogue->scenario_count; i++) {
        table_add(&table, &position, catalogue->scenarios[i].name);
        table_add(&table, &position, catalogue->scenarios[i].question);
    }
    table_print(&table, stdout);
    table_fini(&table);
    if (json_array_size(profiles) == 0)
        return;
    putchar('\n');
    position = 0;
    table_init(&table, 2);
    table_align_left(&table, 0);
    table_align_left(&table, 1);
    table_add(&table, &position, "profile");
    table_add(&table, &position, "what it stands for");
    for (size_t i = 0; i < json_array_size(profiles); i++) {
        json_t *profile = json_array_get(profiles, i);
        const char *name = json_string_value(json_object_get(profile, "name"));
        const char *text = json_string_value(json_object_get(profile, "text"));

        table_add(&table, &position, name == NULL ? "" : name);
        table_add(&table, &position, text == NULL ? "" : text);
    }
    table_print(&table, stdout);
    table_fini(&table);
}

int
command_list(int argc, char **argv)
{
    struct list_input input = {0};
    struct catalogue catalogue;
    struct problem problem;

    if (!options_parse(&list_argp, "flue list", argc, argv, &input, &problem))
        return problem_report(&problem);
    if (input.words.count > 0) {
        problem_set(&problem, EXIT_BAD_INPUT, "%s: expected no words (flue describe %s?)",
                    input.words.words[0], input.words.words[0]);
        return problem_report(&problem);
    }
    if (!open_catalogue(&catalogue, &problem))
        return problem_report(&problem);
    if (input.is_json)
        put_json(catalogue.json);
    else
        put_list(&catalogue);
    catalogue_fini(&catalogue);
    return EXIT_DONE;
}

/* "0 to 1", "at least 1", "ns3, host, offload". */
static char *
range_text(const struct catalogue_parameter *p)
{
    char *text;

    if (p->choices != NULL) {
        text = must_strdup("");
        for (size_t i = 0; p->choices[i] != NULL; i++) {
            char *longer = must_printf("%s%s%s", text, i == 0 ? "" : ", ", p->choices[i]);

            free(text);
            text = longer;
        }
        return text;
    }
    if (p->minimum != NULL && p->maximum != NULL)
        return must_printf("%s to %s", p->minimum, p->maximum);
    if (p->minimum != NULL)
        return must_printf("at least %s", p->minimum);
    if (p->maximum != NULL)
        return must_printf("at most %s", p->maximum);
    return must_strdup("any");
}

static void
put_parameters(const struct catalogue_scenario *scenario)
{
    static const char *const heads[] = {"parameter", "default", "values", "meaning"};
    struct table table;
    size_t position = 0;

    table_init(&table, 4);
    for (size_t i = 0; i < 4; i++) {
        table_align_left(&table, i);
        table_add(&table, &position, heads[i]);
    }
    for (size_t i = 0; i < scenario->parameter_count; i++) {
        const struct catalogue_parameter *p = &scenario->parameters[i];
        char *range = range_text(p);

        table_add(&table, &position, p->name);
        table_add(&table, &position, p->value);
        table_add(&table, &position, range);
        table_add(&table, &position, p->help);
        free(range);
    }
    table_print(&table, stdout);
    table_fini(&table);
}

static void
put_metrics(const struct catalogue_scenario *scenario)
{
    static const char *const heads[] = {"metric", "unit", "better", "meaning"};
    struct table table;
    size_t position = 0;

    table_init(&table, 4);
    for (size_t i = 0; i < 4; i++) {
        table_align_left(&table, i);
        table_add(&table, &position, heads[i]);
    }
    for (size_t i = 0; i < scenario->metric_count; i++) {
        const struct catalogue_metric *m = &scenario->metrics[i];

        table_add(&table, &position, m->name);
        table_add(&table, &position, m->unit);
        table_add(&table, &position, m->lower_is_better ? "lower" : "higher");
        table_add(&table, &position, m->help);
    }
    table_print(&table, stdout);
    table_fini(&table);
}

int
command_describe(int argc, char **argv)
{
    struct list_input input = {0};
    const struct catalogue_scenario *scenario;
    struct catalogue catalogue;
    struct problem problem;
    int status = EXIT_DONE;

    if (!options_parse(&describe_argp, "flue describe", argc, argv, &input, &problem) ||
        !options_one_word(&input.words, "flue describe", "the name of a scenario (flue list)",
                          &problem) ||
        !open_catalogue(&catalogue, &problem))
        return problem_report(&problem);
    scenario = catalogue_find(&catalogue, input.words.words[0]);
    if (scenario == NULL) {
        problem_set(&problem, EXIT_BAD_INPUT, "%s: expected the name of a scenario%s",
                    input.words.words[0],
                    suggest_text(input.words.words[0], catalogue_scenario_name, &catalogue));
        status = problem_report(&problem);
    } else if (input.is_json) {
        put_json(scenario->json);
    } else {
        printf("%s: %s\n\n", scenario->name, scenario->question);
        put_parameters(scenario);
        putchar('\n');
        put_metrics(scenario);
    }
    catalogue_fini(&catalogue);
    return status;
}
