/* SPDX-License-Identifier: GPL-2.0-or-later
 *
 * flue --complete: what a word of a command line may be, from the same tables that parse it. The
 * shell's part is completion.bash.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "catalogue.h"
#include "commands.h"
#include "options.h"
#include "simulator.h"

/* The line, up to the word that is asked for. */
struct line {
    char **words; /* [0] is flue, [1] the command */
    int at;       /* the index of the word */
    const struct command *command;
    struct catalogue catalogue;
    const struct catalogue_scenario *scenario; /* of flue run; NULL: not named yet */
};

static void
offer(const struct line *line, const char *before, const char *word)
{
    const char *typed = line->words[line->at];
    char *whole = must_printf("%s%s", before, word);

    if (strncmp(typed, whole, strlen(typed)) == 0)
        puts(whole);
    free(whole);
}

static const struct argp_option *
find_option(const struct argp *argp, const char *word)
{
    const struct argp_option *it = argp->options;

    for (; it != NULL && (it->name != NULL || it->key != 0 || it->doc != NULL); it++)
        if (it->name != NULL && strcmp(it->name, word) == 0)
            return it;
    return NULL;
}

static void
offer_options(const struct line *line)
{
    const struct argp_option *it = line->command->argp->options;

    for (; it != NULL && (it->name != NULL || it->key != 0 || it->doc != NULL); it++)
        if (it->name != NULL && (it->flags & OPTION_HIDDEN) == 0)
            offer(line, "--", it->name);
    offer(line, "--", "help");
    for (size_t i = 0; line->scenario != NULL && i < line->scenario->parameter_count; i++)
        offer(line, "--", line->scenario->parameters[i].name);
}

/* The value of a parameter that the word before names. */
static void
offer_values(const struct line *line, const struct catalogue_parameter *parameter)
{
    for (size_t i = 0; parameter->choices != NULL && parameter->choices[i] != NULL; i++)
        offer(line, "", parameter->choices[i]);
}

/* Does the word before want this one as its value? Then it is offered what there is. */
static bool
take_value(const struct line *line)
{
    const char *before = line->words[line->at - 1];
    const struct catalogue_parameter *parameter;
    const struct argp_option *option;

    if (line->at < 3 || strncmp(before, "--", 2) != 0)
        return false;
    option = find_option(line->command->argp, before + 2);
    if (option != NULL)
        return option->arg != NULL;
    parameter = line->scenario == NULL ? NULL : catalogue_parameter(line->scenario, before + 2);
    if (parameter != NULL)
        offer_values(line, parameter);
    return parameter != NULL;
}

static void
offer_scenarios(const struct line *line)
{
    for (size_t i = 0; i < line->catalogue.scenario_count; i++)
        offer(line, "", line->catalogue.scenarios[i].name);
}

static bool
takes_scenario(const struct line *line)
{
    return strcmp(line->command->name, "run") == 0 || strcmp(line->command->name, "describe") == 0;
}

/* Finds the scenario that the line names, for commands that take one. */
static void
find_scenario(struct line *line)
{
    struct problem problem;
    char *path = NULL;
    const char *name;

    if (takes_scenario(line) && simulator_find(&path, &problem))
        (void)simulator_describe(path, &line->catalogue, &problem);
    free(path);
    name = options_first_word(line->command->argp->options, line->at - 1, line->words + 1);
    if (name != NULL)
        line->scenario = catalogue_find(&line->catalogue, name);
}

static void
complete(struct line *line)
{
    if (line->at == 1) {
        for (const struct command *c = flue_commands; c->name != NULL; c++)
            offer(line, "", c->name);
        offer(line, "--", "help");
        offer(line, "--", "version");
        return;
    }
    for (line->command = flue_commands; line->command->name != NULL; line->command++)
        if (strcmp(line->command->name, line->words[1]) == 0)
            break;
    if (line->command->name == NULL)
        return;
    find_scenario(line);
    if (take_value(line))
        return;
    if (line->words[line->at][0] == '-')
        offer_options(line);
    else if (takes_scenario(line) && line->scenario == NULL)
        offer_scenarios(line);
}

int
command_complete(int argc, char **argv)
{
    struct line line = {.words = argv + 2};
    struct problem problem;

    line.at = argc > 2 ? atoi(argv[1]) : 0;
    if (line.at < 1 || line.at >= argc - 2) {
        problem_set(&problem, EXIT_BAD_INPUT,
                    "--complete: expected the index of a word behind flue");
        return problem_report(&problem);
    }
    complete(&line);
    if (line.catalogue.json != NULL)
        catalogue_fini(&line.catalogue);
    return EXIT_DONE;
}
