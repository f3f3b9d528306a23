/* SPDX-License-Identifier: GPL-2.0-or-later
 *
 * A study against what the simulator offers: scenario, parameters, choices, metrics, figures.
 * Numbers and their ranges are judged by flue-sim itself (plan.c asks it), so that there is one
 * judge.
 */
#include <stdlib.h>
#include <string.h>

#include "study.h"
#include "suggest.h"

/* "a, b, c" of at most eight names; the caller frees it. */
static char *
join(suggest_name_fn name, const void *table)
{
    char *joined = must_strdup("");
    const char *next;

    for (size_t i = 0; (next = name(table, i)) != NULL; i++) {
        char *longer = must_printf("%s%s%s", joined, i == 0 ? "" : ", ", i == 8 ? "..." : next);

        free(joined);
        joined = longer;
        if (i == 8)
            break;
    }
    return joined;
}

/* "word: 'name' is not WHAT: expected one of ... (did you mean ...?)" */
static bool
unknown(struct problem *problem, const struct study *study, int line, const char *word,
        const char *name, const char *what, suggest_name_fn names, const void *table)
{
    char *known = join(names, table);

    problem_at(problem, study->path, line, "%s: \"%s\" is not %s: expected one of %s%s", word, name,
               what, known, suggest_text(name, names, table));
    free(known);
    return false;
}

/* A profile may be a file of the user's, which flue-sim reads and judges. */
static bool
is_profile_file(const struct catalogue_parameter *parameter, const char *word)
{
    size_t length = strlen(word);

    return strcmp(parameter->type, "profile") == 0 &&
           (strchr(word, '/') != NULL || (length > 4 && strcmp(word + length - 4, ".cfg") == 0));
}

static bool
has_range(const struct catalogue_parameter *parameter)
{
    static const char *const numbers[] = {"count", "real", "rate", "time", "bytes"};

    for (size_t i = 0; i < sizeof numbers / sizeof *numbers; i++)
        if (strcmp(parameter->type, numbers[i]) == 0)
            return true;
    return false;
}

static bool
check_setting(const struct study *study, const struct study_setting *setting,
              const struct catalogue_scenario *scenario, struct problem *problem)
{
    const struct catalogue_parameter *parameter = catalogue_parameter(scenario, setting->name);

    if (parameter == NULL)
        return problem_at(problem, study->path, setting->line,
                          "%s: expected a parameter of scenario \"%s\"%s", setting->name,
                          scenario->name,
                          suggest_text(setting->name, catalogue_parameter_name, scenario));
    if (setting->is_range && !has_range(parameter))
        return problem_at(problem, study->path, setting->line,
                          "%s: is no number: expected a list of values in parentheses: (a, b)",
                          setting->name);
    for (size_t v = 0; parameter->choices != NULL && v < setting->typed_count; v++) {
        bool is_choice = is_profile_file(parameter, setting->typed[v].text);

        for (size_t i = 0; parameter->choices[i] != NULL; i++)
            is_choice = is_choice || strcmp(parameter->choices[i], setting->typed[v].text) == 0;
        if (!is_choice)
            return unknown(problem, study, setting->typed[v].line, setting->name,
                           setting->typed[v].text, "a choice", suggest_array, parameter->choices);
    }
    return true;
}

static bool
check_metric(const struct study *study, const char *word, const char *name, int line,
             const struct catalogue_scenario *scenario, struct problem *problem)
{
    return catalogue_metric(scenario, name) != NULL ||
           unknown(problem, study, line, word, name, "a metric of the scenario",
                   catalogue_metric_name, scenario);
}

/* Marks of one figure are found by their places on two axes, so these must be two. */
static bool
check_axes(const struct study *study, const struct study_figure *figure, struct problem *problem)
{
    const struct study_setting *x = study_varied(study, figure->x);
    const struct study_setting *series =
        figure->series == NULL ? NULL : study_varied(study, figure->series);

    if (series != NULL && series->axis == x->axis)
        return problem_at(
            problem, study->path, figure->series_line,
            "series: \"%s\" varies together with x: expected another varied parameter",
            figure->series);
    /* A line for every drawn point, or a figure for each, is nothing to look at. */
    if (study->axes[0].kind == AXIS_SAMPLE && x->axis != 0)
        return problem_at(problem, study->path, figure->x_line,
                          "x: \"%s\" is not sampled: expected one of sample's parameters, as this "
                          "study has a sample",
                          figure->x);
    return true;
}

static bool
check_figure(const struct study *study, const struct study_figure *figure,
             const struct catalogue_scenario *scenario, struct problem *problem)
{
    if (study_varied(study, figure->x) == NULL)
        return unknown(problem, study, figure->x_line, "x", figure->x, "varied in this study",
                       study_varied_name, study);
    if (!check_metric(study, "y", figure->y, figure->y_line, scenario, problem))
        return false;
    if (figure->series == NULL)
        return check_axes(study, figure, problem);
    if (study_varied(study, figure->series) == NULL)
        return unknown(problem, study, figure->series_line, "series", figure->series,
                       "varied in this study", study_varied_name, study);
    if (strcmp(figure->series, figure->x) == 0)
        return problem_at(problem, study->path, figure->series_line,
                          "series: \"%s\" is x already: expected another varied parameter",
                          figure->series);
    return check_axes(study, figure, problem);
}

bool
study_check(const struct study *study, const struct catalogue *catalogue, struct problem *problem)
{
    const struct catalogue_scenario *scenario = catalogue_find(catalogue, study->scenario);

    if (scenario == NULL)
        return unknown(problem, study, study->scenario_line, "scenario", study->scenario,
                       "a scenario", catalogue_scenario_name, catalogue);
    for (size_t i = 0; i < study->fixed_count; i++) {
        if (!check_setting(study, &study->fixed[i], scenario, problem))
            return false;
        if (study_varied(study, study->fixed[i].name) != NULL)
            return problem_at(problem, study->path, study->fixed[i].line,
                              "%s: fixed and varied: expected in one of the two",
                              study->fixed[i].name);
    }
    for (size_t i = 0; i < study->vary_count; i++)
        if (!check_setting(study, &study->vary[i], scenario, problem))
            return false;
    for (size_t i = 0; i < study->metric_count; i++)
        if (!check_metric(study, "metrics", study->metrics[i].name, study->metrics[i].line,
                          scenario, problem))
            return false;
    if (study->precision.metric != NULL &&
        !check_metric(study, "metric", study->precision.metric, study->precision.metric_line,
                      scenario, problem))
        return false;
    if (!study_check_search(study, scenario, problem))
        return false;
    for (size_t i = 0; i < study->figure_count; i++)
        if (!check_figure(study, &study->figures[i], scenario, problem))
            return false;
    return true;
}
