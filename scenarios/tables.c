/* SPDX-License-Identifier: GPL-2.0-or-later
 *
 * What a scenario declares: finding it, reading the texts of its parameters, and whether its tables
 * are sound.
 */
#include "tables.h"

#include <stdio.h>
#include <string.h>

#include "profile_file.h"
#include "words.h"

bool
flue_parameter_is_number(enum flue_parameter_type type)
{
    return type != FLUE_PARAMETER_CHOICE && type != FLUE_PARAMETER_PROFILE &&
           type != FLUE_PARAMETER_TEXT;
}

size_t
flue_count_parameters(const struct flue_scenario *scenario)
{
    size_t count = 0;

    while (scenario->parameters[count].name != NULL) {
        count++;
    }
    return count;
}

size_t
flue_count_metrics(const struct flue_scenario *scenario)
{
    size_t count = 0;

    while (scenario->metrics[count].name != NULL) {
        count++;
    }
    return count;
}

const char *
flue_parameter_choice(const struct flue_parameter *parameter, size_t index)
{
    if (parameter->type == FLUE_PARAMETER_PROFILE) {
        const struct flue_profile *profile = flue_profile_at((uint32_t)index);

        return profile == NULL ? NULL : profile->name;
    }
    if (parameter->type == FLUE_PARAMETER_CHOICE) {
        return parameter->choices[index];
    }
    return NULL;
}

void
flue_explain_unknown(const char *word, const char *what, const char *const *words, size_t count,
                     char why[FLUE_RUN_WHY_MAX])
{
    char list[256];
    const char *nearest = flue_words_nearest(word, words, count);
    bool is_known = nearest != NULL;

    flue_words_list(words, count, list, sizeof list);
    snprintf(why, FLUE_RUN_WHY_MAX, "\"%.64s\" is not %s: expected %s%s%s%s", word, what, list,
             is_known ? " (did you mean \"" : "", is_known ? nearest : "", is_known ? "\"?)" : "");
}

enum flue_result
flue_scenario_find(const char *name, const struct flue_scenario **scenario,
                   char why[FLUE_RUN_WHY_MAX])
{
    const char *names[CHOICES_MAX];
    size_t count = 0;

    for (; flue_scenarios[count] != NULL && count < CHOICES_MAX; count++) {
        if (strcmp(flue_scenarios[count]->name, name) == 0) {
            *scenario = flue_scenarios[count];
            return FLUE_OK;
        }
        names[count] = flue_scenarios[count]->name;
    }
    flue_explain_unknown(name, "a scenario", names, count, why);
    return FLUE_ERROR_NOT_FOUND;
}

static bool
is_out_of_range(const struct flue_parameter *parameter, const struct flue_value *value)
{
    char why[FLUE_UNITS_WHY_MAX];
    struct flue_value limit;

    if (parameter->minimum != NULL &&
        (flue_units_read(parameter->type, parameter->minimum, &limit, why) != FLUE_OK ||
         flue_units_compare(parameter->type, value, &limit) < 0)) {
        return true;
    }
    return parameter->maximum != NULL &&
           (flue_units_read(parameter->type, parameter->maximum, &limit, why) != FLUE_OK ||
            flue_units_compare(parameter->type, value, &limit) > 0);
}

static void
explain_range(const struct flue_parameter *parameter, const char *text, char why[FLUE_RUN_WHY_MAX])
{
    const char *least = parameter->minimum;
    const char *most = parameter->maximum;

    snprintf(why, FLUE_RUN_WHY_MAX, "--%s \"%.64s\" is out of range: expected %s%s%s%s",
             parameter->name, text,
             least == NULL  ? ""
             : most == NULL ? "at least "
                            : "",
             least == NULL ? "" : least,
             most == NULL    ? ""
             : least == NULL ? "at most "
                             : " to ",
             most == NULL ? "" : most);
}

static enum flue_result
read_word(const struct flue_parameter *parameter, const char *text, char why[FLUE_RUN_WHY_MAX])
{
    const char *choices[CHOICES_MAX];
    char what[96];
    size_t count = 0;

    if (parameter->type == FLUE_PARAMETER_TEXT ||
        (parameter->type == FLUE_PARAMETER_PROFILE && flue_profile_is_file(text))) {
        return FLUE_OK;
    }
    for (; count < CHOICES_MAX; count++) {
        choices[count] = flue_parameter_choice(parameter, count);
        if (choices[count] == NULL) {
            break;
        }
        if (strcmp(choices[count], text) == 0) {
            return FLUE_OK;
        }
    }
    snprintf(what, sizeof what, "a value of --%s%s", parameter->name,
             parameter->type == FLUE_PARAMETER_PROFILE ? ", nor a file (name.cfg, or a path)" : "");
    flue_explain_unknown(text, what, choices, count, why);
    return FLUE_ERROR_INVALID;
}

enum flue_result
flue_parameter_read(const struct flue_parameter *parameter, const char *text,
                    struct flue_value *value, char canonical[FLUE_UNITS_TEXT_MAX],
                    char why[FLUE_RUN_WHY_MAX])
{
    char reason[FLUE_UNITS_WHY_MAX];

    if (!flue_parameter_is_number(parameter->type)) {
        return read_word(parameter, text, why);
    }
    if (flue_units_read(parameter->type, text, value, reason) != FLUE_OK) {
        snprintf(why, FLUE_RUN_WHY_MAX, "--%s \"%.64s\": %s", parameter->name, text, reason);
        return FLUE_ERROR_INVALID;
    }
    if (is_out_of_range(parameter, value)) {
        explain_range(parameter, text, why);
        return FLUE_ERROR_INVALID;
    }
    flue_units_write(parameter->type, value, canonical);
    return FLUE_OK;
}

static bool
is_usable_name(const char *name, char separator)
{
    static const char *const reserved[] = {"seed",     "run",  "pcap",    "series",
                                           "interval", "help", "version", "describe"};

    for (size_t i = 0; i < sizeof reserved / sizeof *reserved; i++) {
        if (strcmp(name, reserved[i]) == 0) {
            return false;
        }
    }
    for (const char *c = name; *c != '\0'; c++) {
        if (!((*c >= 'a' && *c <= 'z') ||
              (c != name && ((*c >= '0' && *c <= '9') || *c == separator)))) {
            return false;
        }
    }
    return *name != '\0';
}

static bool
validate_parameter(const struct flue_scenario *scenario, size_t index, char why[FLUE_RUN_WHY_MAX])
{
    const struct flue_parameter *parameter = &scenario->parameters[index];
    char canonical[FLUE_UNITS_TEXT_MAX];
    struct flue_value value;

    snprintf(why, FLUE_RUN_WHY_MAX, "parameter \"%s\": not a name, or without unit, value or help",
             parameter->name);
    if (!is_usable_name(parameter->name, '-') || parameter->unit == NULL ||
        parameter->value == NULL || parameter->help == NULL || index >= CHOICES_MAX) {
        return false;
    }
    for (size_t i = 0; i < index; i++) {
        if (strcmp(scenario->parameters[i].name, parameter->name) == 0) {
            snprintf(why, FLUE_RUN_WHY_MAX, "parameter \"%s\" is declared twice", parameter->name);
            return false;
        }
    }
    if (parameter->type == FLUE_PARAMETER_CHOICE && parameter->choices == NULL) {
        snprintf(why, FLUE_RUN_WHY_MAX, "parameter \"%s\" has no choices", parameter->name);
        return false;
    }
    return flue_parameter_read(parameter, parameter->value, &value, canonical, why) == FLUE_OK;
}

static bool
validate_metric(const struct flue_scenario *scenario, size_t index, char why[FLUE_RUN_WHY_MAX])
{
    const struct flue_metric *metric = &scenario->metrics[index];

    snprintf(why, FLUE_RUN_WHY_MAX, "metric \"%s\": not a name, or without unit or help",
             metric->name);
    if (!is_usable_name(metric->name, '_') || metric->unit == NULL || metric->help == NULL) {
        return false;
    }
    for (size_t i = 0; i < index; i++) {
        if (strcmp(scenario->metrics[i].name, metric->name) == 0) {
            snprintf(why, FLUE_RUN_WHY_MAX, "metric \"%s\" is declared twice", metric->name);
            return false;
        }
    }
    return true;
}

enum flue_result
flue_scenario_validate(const struct flue_scenario *scenario, char why[FLUE_RUN_WHY_MAX])
{
    for (size_t i = 0; scenario->parameters[i].name != NULL; i++) {
        if (!validate_parameter(scenario, i, why)) {
            return FLUE_ERROR_INVALID;
        }
    }
    for (size_t i = 0; scenario->metrics[i].name != NULL; i++) {
        if (!validate_metric(scenario, i, why)) {
            return FLUE_ERROR_INVALID;
        }
    }
    return FLUE_OK;
}
