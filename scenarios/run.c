/* SPDX-License-Identifier: GPL-2.0-or-later
 *
 * One run of one scenario: parameter values in, metrics out, and the checks on both. What a
 * scenario declares and what it does are held against each other here: a parameter or metric that
 * is not declared, or a metric that is reported twice, ends the program; a metric that is not
 * reported fails the run.
 */
#include "run.h"

#include <math.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "profile_file.h"
#include "words.h"

enum { CHOICES_MAX = 64 };

struct parameter_value {
    struct flue_value value;
    char *text;                     /* canonical */
    struct flue_profile_file *file; /* of a PROFILE that is one; or NULL */
};

struct metric_value {
    bool is_reported;
    double value;
    char *note;
};

struct flue_run {
    const struct flue_scenario *scenario;
    struct parameter_value *parameters; /* as scenario->parameters */
    struct metric_value *metrics;       /* as scenario->metrics */
    const char *pcap_prefix;
    FILE *series;
    flue_time series_interval;
    bool has_series_heading;
    char why[FLUE_RUN_WHY_MAX];
};

/* A scenario's own mistake: nothing that it goes on to do would mean anything. */
static void bug(const struct flue_run *run, const char *format, ...)
    __attribute__((noreturn, format(printf, 2, 3)));

static void
bug(const struct flue_run *run, const char *format, ...)
{
    va_list arguments;

    fprintf(stderr, "flue-sim: a bug in scenario \"%s\": ", run->scenario->name);
    va_start(arguments, format);
    vfprintf(stderr, format, arguments);
    va_end(arguments);
    fputc('\n', stderr);
    abort();
}

static bool
is_number(enum flue_parameter_type type)
{
    return type != FLUE_PARAMETER_CHOICE && type != FLUE_PARAMETER_PROFILE &&
           type != FLUE_PARAMETER_TEXT;
}

static size_t
count_parameters(const struct flue_scenario *scenario)
{
    size_t count = 0;

    while (scenario->parameters[count].name != NULL) {
        count++;
    }
    return count;
}

static size_t
count_metrics(const struct flue_scenario *scenario)
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

/* Writes `"WORD" is not WHAT: expected A, B or C (did you mean "B"?)`. */
static void
explain_unknown(const char *word, const char *what, const char *const *words, size_t count,
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
    explain_unknown(name, "a scenario", names, count, why);
    return FLUE_ERROR_NOT_FOUND;
}

/* ---- Values ------------------------------------------------------------------------------------
 */

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
    snprintf(what, sizeof what, "a value of --%s", parameter->name);
    explain_unknown(text, what, choices, count, why);
    return FLUE_ERROR_INVALID;
}

/* Reads a parameter's text; `canonical` has room for a number, words are their own text. */
static enum flue_result
read_value(const struct flue_parameter *parameter, const char *text, struct flue_value *value,
           char canonical[FLUE_UNITS_TEXT_MAX], char why[FLUE_RUN_WHY_MAX])
{
    char reason[FLUE_UNITS_WHY_MAX];

    if (!is_number(parameter->type)) {
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

static void
clear(struct parameter_value *parameter)
{
    if (parameter->file != NULL) {
        flue_profile_file_fini(parameter->file);
    }
    free(parameter->file);
    free(parameter->text);
    parameter->file = NULL;
    parameter->text = NULL;
}

static enum flue_result
set_file(struct parameter_value *parameter, const char *word, char why[FLUE_RUN_WHY_MAX])
{
    struct flue_profile_file *file = malloc(sizeof *file);
    enum flue_result result = FLUE_ERROR_NO_MEMORY;

    snprintf(why, FLUE_RUN_WHY_MAX, "%s", flue_result_text(result));
    if (file != NULL) {
        result = flue_profile_file_read(word, file, why);
    }
    char *copy = result == FLUE_OK ? strdup(file->word) : NULL;

    if (copy == NULL) {
        if (result == FLUE_OK) {
            flue_profile_file_fini(file);
            result = FLUE_ERROR_NO_MEMORY;
        }
        free(file);
        return result;
    }
    clear(parameter);
    parameter->file = file;
    parameter->text = copy;
    return FLUE_OK;
}

static enum flue_result
set_at(struct flue_run *run, size_t index, const char *text, char why[FLUE_RUN_WHY_MAX])
{
    const struct flue_parameter *parameter = &run->scenario->parameters[index];
    char canonical[FLUE_UNITS_TEXT_MAX];
    struct flue_value value = {0, 0.0};
    enum flue_result result = read_value(parameter, text, &value, canonical, why);

    if (result != FLUE_OK) {
        return result;
    }
    if (parameter->type == FLUE_PARAMETER_PROFILE && flue_profile_is_file(text)) {
        return set_file(&run->parameters[index], text, why);
    }
    char *copy = strdup(is_number(parameter->type) ? canonical : text);

    if (copy == NULL) {
        snprintf(why, FLUE_RUN_WHY_MAX, "%s", flue_result_text(FLUE_ERROR_NO_MEMORY));
        return FLUE_ERROR_NO_MEMORY;
    }
    clear(&run->parameters[index]);
    run->parameters[index].text = copy;
    run->parameters[index].value = value;
    return FLUE_OK;
}

enum flue_result
flue_run_set(struct flue_run *run, const char *name, const char *text, char why[FLUE_RUN_WHY_MAX])
{
    const char *names[CHOICES_MAX];
    size_t count = 0;

    for (; run->scenario->parameters[count].name != NULL && count < CHOICES_MAX; count++) {
        names[count] = run->scenario->parameters[count].name;
        if (strcmp(names[count], name) == 0) {
            return set_at(run, count, text, why);
        }
    }
    char what[128];

    snprintf(what, sizeof what, "a parameter of scenario \"%s\"", run->scenario->name);
    explain_unknown(name, what, names, count, why);
    return FLUE_ERROR_NOT_FOUND;
}

/* ---- The scenario's tables ---------------------------------------------------------------------
 */

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
    return read_value(parameter, parameter->value, &value, canonical, why) == FLUE_OK;
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

/* ---- Life --------------------------------------------------------------------------------------
 */

enum flue_result
flue_run_create(const struct flue_scenario *scenario, struct flue_run **run)
{
    char why[FLUE_RUN_WHY_MAX];
    size_t parameters = count_parameters(scenario);
    struct flue_run *new_run = calloc(1, sizeof *new_run);
    enum flue_result result = FLUE_OK;

    if (new_run == NULL) {
        return FLUE_ERROR_NO_MEMORY;
    }
    new_run->scenario = scenario;
    new_run->parameters = calloc(parameters + 1, sizeof *new_run->parameters);
    new_run->metrics = calloc(count_metrics(scenario) + 1, sizeof *new_run->metrics);
    if (new_run->parameters == NULL || new_run->metrics == NULL) {
        result = FLUE_ERROR_NO_MEMORY;
    }
    for (size_t i = 0; result == FLUE_OK && i < parameters; i++) {
        result = set_at(new_run, i, scenario->parameters[i].value, why);
    }
    if (result != FLUE_OK) {
        flue_run_destroy(new_run);
        return result;
    }
    *run = new_run;
    return FLUE_OK;
}

void
flue_run_destroy(struct flue_run *run)
{
    if (run == NULL) {
        return;
    }
    for (size_t i = 0; run->parameters != NULL && i < count_parameters(run->scenario); i++) {
        clear(&run->parameters[i]);
    }
    for (size_t i = 0; run->metrics != NULL && i < count_metrics(run->scenario); i++) {
        free(run->metrics[i].note);
    }
    free(run->parameters);
    free(run->metrics);
    free(run);
}

void
flue_run_set_pcap_prefix(struct flue_run *run, const char *prefix)
{
    run->pcap_prefix = prefix;
}

const char *
flue_run_pcap_prefix(const struct flue_run *run)
{
    return run->pcap_prefix;
}

void
flue_run_set_series(struct flue_run *run, FILE *file, flue_time interval)
{
    run->series = file;
    run->series_interval = interval;
}

flue_time
flue_run_series_interval(const struct flue_run *run)
{
    return run->series == NULL ? 0 : run->series_interval;
}

static void
write_heading(struct flue_run *run)
{
    fputs("time_s", run->series);
    for (size_t i = 0; i < count_metrics(run->scenario); i++) {
        fprintf(run->series, ",%s", run->scenario->metrics[i].name);
    }
    fputc('\n', run->series);
    run->has_series_heading = true;
}

void
flue_run_series_row(struct flue_run *run, double time_s)
{
    if (!run->has_series_heading) {
        write_heading(run);
    }
    fprintf(run->series, "%.9g", time_s);
    for (size_t i = 0; i < count_metrics(run->scenario); i++) {
        struct metric_value *metric = &run->metrics[i];

        if (metric->is_reported && isfinite(metric->value)) {
            fprintf(run->series, ",%.17g", metric->value);
        } else {
            fputc(',', run->series); /* not measured */
        }
        free(metric->note);
        *metric = (struct metric_value){0};
    }
    fputc('\n', run->series);
}

void
flue_run_series_event(struct flue_run *run, double time_s, const char *text)
{
    if (run->series == NULL) {
        return;
    }
    if (!run->has_series_heading) {
        write_heading(run);
    }
    fprintf(run->series, "# event,%.9g,%s\n", time_s, text);
}

enum flue_result
flue_run_start(struct flue_run *run, struct flue_sim *sim)
{
    enum flue_result result = run->scenario->run(run, sim);

    if (result != FLUE_OK) {
        return run->why[0] != '\0' ? result : flue_run_fail(run, result, flue_result_text(result));
    }
    if (run->series != NULL && !run->has_series_heading) {
        return flue_run_fail(run, FLUE_ERROR_NOT_SUPPORTED, "this scenario makes no time series");
    }
    for (size_t i = 0; i < count_metrics(run->scenario); i++) {
        if (!run->metrics[i].is_reported) {
            snprintf(run->why, sizeof run->why, "metric \"%s\" is declared but was not reported",
                     run->scenario->metrics[i].name);
            return FLUE_ERROR_STATE;
        }
    }
    return FLUE_OK;
}

const char *
flue_run_why(const struct flue_run *run)
{
    return run->why;
}

const struct flue_scenario *
flue_run_scenario(const struct flue_run *run)
{
    return run->scenario;
}

struct flue_run_parameter
flue_run_parameter_at(const struct flue_run *run, size_t index)
{
    enum flue_parameter_type type = run->scenario->parameters[index].type;

    return (struct flue_run_parameter){
        .text = run->parameters[index].text,
        .is_number = is_number(type),
        .is_whole = is_number(type) && type != FLUE_PARAMETER_REAL && type != FLUE_PARAMETER_TIME,
        .value = run->parameters[index].value,
    };
}

struct flue_run_metric
flue_run_metric_at(const struct flue_run *run, size_t index)
{
    return (struct flue_run_metric){run->metrics[index].value, run->metrics[index].note};
}

/* ---- The scenario's side -----------------------------------------------------------------------
 */

/* The index of a declared parameter whose type's bit is in `types`. */
static size_t
declared(const struct flue_run *run, const char *name, unsigned types)
{
    const struct flue_parameter *parameters = run->scenario->parameters;

    for (size_t i = 0; parameters[i].name != NULL; i++) {
        if (strcmp(parameters[i].name, name) == 0) {
            if ((types & 1u << parameters[i].type) == 0) {
                bug(run, "it reads parameter \"%s\" as another type than it declares", name);
            }
            return i;
        }
    }
    bug(run, "it reads parameter \"%s\", which it does not declare", name);
}

uint64_t
flue_run_count(const struct flue_run *run, const char *name)
{
    unsigned types =
        1u << FLUE_PARAMETER_COUNT | 1u << FLUE_PARAMETER_RATE | 1u << FLUE_PARAMETER_BYTES;

    return run->parameters[declared(run, name, types)].value.whole;
}

double
flue_run_real(const struct flue_run *run, const char *name)
{
    unsigned types = 1u << FLUE_PARAMETER_COUNT | 1u << FLUE_PARAMETER_REAL |
                     1u << FLUE_PARAMETER_RATE | 1u << FLUE_PARAMETER_TIME |
                     1u << FLUE_PARAMETER_BYTES;

    return run->parameters[declared(run, name, types)].value.real;
}

flue_time
flue_run_time(const struct flue_run *run, const char *name)
{
    return run->parameters[declared(run, name, 1u << FLUE_PARAMETER_TIME)].value.whole;
}

const char *
flue_run_text(const struct flue_run *run, const char *name)
{
    unsigned types =
        1u << FLUE_PARAMETER_CHOICE | 1u << FLUE_PARAMETER_PROFILE | 1u << FLUE_PARAMETER_TEXT;

    return run->parameters[declared(run, name, types)].text;
}

const struct flue_profile *
flue_run_profile(const struct flue_run *run, const char *name)
{
    const struct parameter_value *parameter =
        &run->parameters[declared(run, name, 1u << FLUE_PARAMETER_PROFILE)];

    return parameter->file != NULL ? &parameter->file->profile : flue_profile_find(parameter->text);
}

void
flue_run_report(struct flue_run *run, const char *metric, double value, const char *note)
{
    const struct flue_metric *metrics = run->scenario->metrics;
    size_t i = 0;

    while (metrics[i].name != NULL && strcmp(metrics[i].name, metric) != 0) {
        i++;
    }
    if (metrics[i].name == NULL) {
        bug(run, "it reports metric \"%s\", which it does not declare", metric);
    }
    if (run->metrics[i].is_reported) {
        bug(run, "it reports metric \"%s\" twice", metric);
    }
    run->metrics[i].is_reported = true;
    if (isfinite(value)) {
        run->metrics[i].value = value + 0.0; /* no "-0" */
        return;
    }
    run->metrics[i].value = (double)NAN;
    run->metrics[i].note = note == NULL ? NULL : strdup(note);
}

enum flue_result
flue_run_fail(struct flue_run *run, enum flue_result result, const char *why)
{
    snprintf(run->why, sizeof run->why, "%s", why);
    return result;
}
