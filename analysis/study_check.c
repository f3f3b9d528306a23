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

/* A varied parameter that a figure names by `word`; without a name there is nothing to check. */
static bool
check_varied(const struct study *study, const char *word, const char *name, int line,
             struct problem *problem)
{
    return name == NULL || study_varied(study, name) != NULL ||
           unknown(problem, study, line, word, name, "varied in this study", study_varied_name,
                   study);
}

/* Marks of one figure are found by their places on its axes, so no two may be one. */
static bool
check_apart(const struct study *study, const char *word, const char *name, int line,
            const char *other_word, const char *other, struct problem *problem)
{
    if (name == NULL || other == NULL)
        return true;
    if (strcmp(name, other) == 0)
        return problem_at(problem, study->path, line,
                          "%s: \"%s\" is %s already: expected another varied parameter", word, name,
                          other_word);
    return study_varied(study, name)->axis != study_varied(study, other)->axis ||
           problem_at(problem, study->path, line,
                      "%s: \"%s\" varies together with %s: expected another varied parameter", word,
                      name, other_word);
}

/* A line for every drawn point, or a figure for each, is nothing to look at. */
static bool
check_sample(const struct study *study, const struct study_figure *figure, struct problem *problem)
{
    static const char advice[] =
        "expected lines with one of sample's parameters as x, as this study has a sample";

    if (study->axis_count == 0 || study->axes[0].kind != AXIS_SAMPLE)
        return true;
    if (figure->kind != FIGURE_LINES)
        return problem_at(problem, study->path, figure->series_line, "figure: of kind %s: %s",
                          study_figure_kind(figure->kind), advice);
    return study_varied(study, figure->x)->axis == 0 ||
           problem_at(problem, study->path, figure->x_line,
                      "x: \"%s\" is not sampled: expected one of sample's parameters, as this "
                      "study has a sample",
                      figure->x);
}

static bool
check_metrics(const struct study *study, const char *word, const struct study_metric *metrics,
              size_t count, const struct catalogue_scenario *scenario, struct problem *problem)
{
    for (size_t i = 0; i < count; i++)
        if (!check_metric(study, word, metrics[i].name, metrics[i].line, scenario, problem))
            return false;
    return true;
}

/* What is stacked is added up, so it must be of one unit. */
static bool
check_units(const struct study *study, const struct study_figure *figure,
            const struct catalogue_scenario *scenario, struct problem *problem)
{
    const char *unit;

    if (figure->kind != FIGURE_BARS)
        return true;
    unit = catalogue_metric(scenario, figure->parts[0].name)->unit;
    for (size_t i = 1; i < figure->part_count; i++)
        if (strcmp(catalogue_metric(scenario, figure->parts[i].name)->unit, unit) != 0)
            return problem_at(problem, study->path, figure->parts[i].line,
                              "y: \"%s\" is in \"%s\" and \"%s\" is not: expected metrics of one "
                              "unit",
                              figure->parts[0].name, unit, figure->parts[i].name);
    return true;
}

/* The change that a heat map shows is that from one value to another. */
static bool
check_pair(const struct study *study, const struct study_figure *figure, struct problem *problem)
{
    size_t count;

    if (figure->kind != FIGURE_HEAT || figure->series == NULL)
        return true;
    count = study->axes[study_varied(study, figure->series)->axis].length;
    return count == 2 ||
           problem_at(problem, study->path, figure->series_line,
                      "series: \"%s\" has %zu values: expected two, as a heat map shows the change "
                      "from the first to the second",
                      figure->series, count);
}

/* The law is a function of a number. */
static bool
check_number(const struct study *study, const struct study_figure *figure,
             const struct catalogue_scenario *scenario, struct problem *problem)
{
    return figure->kind != FIGURE_LAWS || has_range(catalogue_parameter(scenario, figure->x)) ||
           problem_at(problem, study->path, figure->x_line,
                      "x: \"%s\" is no number: expected a parameter that LAWS curves can follow",
                      figure->x);
}

static bool
check_figure(const struct study *study, const struct study_figure *figure,
             const struct catalogue_scenario *scenario, struct problem *problem)
{
    const char *metric = study_figure_metric_key(figure->kind);
    const char *parts = figure->kind == FIGURE_BARS ? "y" : "bounds";

    return check_varied(study, "x", figure->x, figure->x_line, problem) &&
           check_varied(study, "y", figure->y, figure->y_line, problem) &&
           (metric == NULL ||
            check_metric(study, metric, figure->metric, figure->metric_line, scenario, problem)) &&
           check_metrics(study, parts, figure->parts, figure->part_count, scenario, problem) &&
           check_metrics(study, "scaled", figure->scaled, figure->scaled_count, scenario,
                         problem) &&
           check_units(study, figure, scenario, problem) &&
           check_varied(study, "series", figure->series, figure->series_line, problem) &&
           check_apart(study, "y", figure->y, figure->y_line, "x", figure->x, problem) &&
           check_apart(study, "series", figure->series, figure->series_line, "x", figure->x,
                       problem) &&
           check_apart(study, "series", figure->series, figure->series_line, "y", figure->y,
                       problem) &&
           check_number(study, figure, scenario, problem) && check_pair(study, figure, problem) &&
           check_sample(study, figure, problem);
}

bool
study_check_names(const struct study *study, const struct catalogue_scenario *scenario,
                  struct problem *problem)
{
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
    if (!check_metrics(study, "metrics", study->metrics, study->metric_count, scenario, problem))
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

bool
study_check(const struct study *study, const struct catalogue *catalogue, struct problem *problem)
{
    const struct catalogue_scenario *scenario = catalogue_find(catalogue, study->scenario);

    if (scenario == NULL)
        return unknown(problem, study, study->scenario_line, "scenario", study->scenario,
                       "a scenario", catalogue_scenario_name, catalogue);
    return study_check_names(study, scenario, problem);
}
