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
#include "tables.h"

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

/* ---- Values ------------------------------------------------------------------------------------
 */

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
    enum flue_result result = flue_parameter_read(parameter, text, &value, canonical, why);

    if (result != FLUE_OK) {
        return result;
    }
    if (parameter->type == FLUE_PARAMETER_PROFILE && flue_profile_is_file(text)) {
        return set_file(&run->parameters[index], text, why);
    }
    char *copy = strdup(flue_parameter_is_number(parameter->type) ? canonical : text);

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
    flue_explain_unknown(name, what, names, count, why);
    return FLUE_ERROR_NOT_FOUND;
}

/* ---- Life --------------------------------------------------------------------------------------
 */

enum flue_result
flue_run_create(const struct flue_scenario *scenario, struct flue_run **run)
{
    char why[FLUE_RUN_WHY_MAX];
    size_t parameters = flue_count_parameters(scenario);
    struct flue_run *new_run = calloc(1, sizeof *new_run);
    enum flue_result result = FLUE_OK;

    if (new_run == NULL) {
        return FLUE_ERROR_NO_MEMORY;
    }
    new_run->scenario = scenario;
    new_run->parameters = calloc(parameters + 1, sizeof *new_run->parameters);
    new_run->metrics = calloc(flue_count_metrics(scenario) + 1, sizeof *new_run->metrics);
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
    for (size_t i = 0; run->parameters != NULL && i < flue_count_parameters(run->scenario); i++) {
        clear(&run->parameters[i]);
    }
    for (size_t i = 0; run->metrics != NULL && i < flue_count_metrics(run->scenario); i++) {
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
    for (size_t i = 0; i < flue_count_metrics(run->scenario); i++) {
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
    for (size_t i = 0; i < flue_count_metrics(run->scenario); i++) {
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
    for (size_t i = 0; i < flue_count_metrics(run->scenario); i++) {
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
        .is_number = flue_parameter_is_number(type),
        .is_whole = flue_parameter_is_number(type) && type != FLUE_PARAMETER_REAL &&
                    type != FLUE_PARAMETER_TIME,
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
