/* SPDX-License-Identifier: GPL-2.0-or-later
 *
 * Talking to flue-sim. See simulator.h.
 */
#include "simulator.h"

#include <errno.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

bool
simulator_find(char **path, struct problem *problem)
{
    const char *given = getenv("FLUE_SIM");
    char self[4096];
    ssize_t length;
    char *slash;

    if (given != NULL && given[0] != '\0') {
        *path = must_strdup(given);
    } else {
        length = readlink("/proc/self/exe", self, sizeof self - 1);
        if (length < 0)
            return problem_set(problem, EXIT_RUNS_FAILED, "/proc/self/exe: %s", strerror(errno));
        self[length] = '\0';
        slash = strrchr(self, '/');
        *slash = '\0';
        *path = must_printf("%s/flue-sim", self);
    }
    if (access(*path, X_OK) == 0)
        return true;
    problem_set(problem, EXIT_BAD_INPUT,
                "%s: %s: expected the simulator there (environment FLUE_SIM names another place)",
                *path, strerror(errno));
    free(*path);
    *path = NULL;
    return false;
}

char *
simulator_last_words(const struct child *child)
{
    char *words = must_strdup(child->err.text == NULL ? "" : child->err.text);
    size_t length = strlen(words);
    char *line;
    char *result;

    while (length > 0 && words[length - 1] == '\n')
        words[--length] = '\0';
    line = strrchr(words, '\n');
    line = line == NULL ? words : line + 1;
    if (strncmp(line, "flue-sim: ", 10) == 0)
        line += 10;
    result = *line != '\0' ? must_strdup(line) : child_outcome_text(child);
    free(words);
    return result;
}

bool
simulator_describe(const char *path, struct catalogue *catalogue, struct problem *problem)
{
    char *arguments[] = {must_strdup(path), must_strdup("--describe"), NULL};
    struct child child;
    bool is_good = process_run(&child, arguments, NULL, problem);

    if (is_good && child.exit_status != 0) {
        char *words = simulator_last_words(&child);

        is_good = problem_set(problem, EXIT_RUNS_FAILED, "%s --describe: %s", path, words);
        free(words);
    } else if (is_good) {
        is_good = catalogue_parse(catalogue, child.out.text, problem);
    }
    child_fini(&child);
    free(arguments[0]);
    free(arguments[1]);
    return is_good;
}

static char **
arguments_start(const char *path, const char *verb, const char *scenario, const struct given *given,
                size_t given_count, size_t *used)
{
    char **arguments = must_alloc(3 + 2 * given_count + 8 + 1, sizeof *arguments);
    size_t n = 0;

    arguments[n++] = must_strdup(path);
    arguments[n++] = must_strdup(verb);
    arguments[n++] = must_strdup(scenario);
    for (size_t i = 0; i < given_count; i++) {
        arguments[n++] = must_printf("--%s", given[i].name);
        arguments[n++] = must_strdup(given[i].text);
    }
    *used = n;
    return arguments;
}

char **
simulator_run_arguments(const char *path, const char *scenario, const struct given *given,
                        size_t given_count, long long seed, long long run, const char *pcap_prefix)
{
    size_t n;
    char **arguments = arguments_start(path, "run", scenario, given, given_count, &n);

    arguments[n++] = must_strdup("--seed");
    arguments[n++] = must_printf("%lld", seed);
    arguments[n++] = must_strdup("--run");
    arguments[n++] = must_printf("%lld", run);
    if (pcap_prefix != NULL) {
        arguments[n++] = must_strdup("--pcap");
        arguments[n++] = must_strdup(pcap_prefix);
    }
    return arguments;
}

void
simulator_add_series(char **arguments, const char *file, const char *interval)
{
    size_t n = 0;

    while (arguments[n] != NULL)
        n++;
    arguments[n++] = must_strdup("--series");
    arguments[n++] = must_strdup(file);
    arguments[n++] = must_strdup("--interval");
    arguments[n++] = must_strdup(interval);
}

void
simulator_arguments_free(char **arguments)
{
    for (size_t i = 0; arguments[i] != NULL; i++)
        free(arguments[i]);
    free(arguments);
}

static int
by_name(const void *a, const void *b)
{
    return strcmp(((const struct effective_parameter *)a)->name,
                  ((const struct effective_parameter *)b)->name);
}

bool
effective_parse(struct effective *effective, json_t *parameters)
{
    const char *name;
    json_t *json;

    memset(effective, 0, sizeof *effective);
    if (!json_is_object(parameters))
        return false;
    effective->parameters = must_alloc(json_object_size(parameters), sizeof *effective->parameters);
    json_object_foreach(parameters, name, json)
    {
        struct effective_parameter *p = &effective->parameters[effective->count];
        const char *text = json_string_value(json_object_get(json, "text"));
        const char *unit = json_string_value(json_object_get(json, "unit"));
        json_t *value = json_object_get(json, "value");

        if (text == NULL) {
            effective_fini(effective);
            return false;
        }
        p->name = must_strdup(name);
        p->text = must_strdup(text);
        p->unit = must_strdup(unit == NULL ? "" : unit);
        p->value = json_is_number(value) ? json_number_value(value) : (double)NAN;
        effective->count++;
    }
    qsort(effective->parameters, effective->count, sizeof *effective->parameters, by_name);
    return true;
}

void
effective_fini(struct effective *effective)
{
    for (size_t i = 0; i < effective->count; i++) {
        free(effective->parameters[i].name);
        free(effective->parameters[i].text);
        free(effective->parameters[i].unit);
    }
    free(effective->parameters);
    memset(effective, 0, sizeof *effective);
}

const struct effective_parameter *
effective_find(const struct effective *effective, const char *name)
{
    for (size_t i = 0; i < effective->count; i++)
        if (strcmp(effective->parameters[i].name, name) == 0)
            return &effective->parameters[i];
    return NULL;
}

bool
simulator_check(const char *path, const char *scenario, const struct given *given,
                size_t given_count, struct effective *effective, struct problem *problem)
{
    size_t used;
    char **arguments = arguments_start(path, "check", scenario, given, given_count, &used);
    struct child child;
    bool is_good = process_run(&child, arguments, NULL, problem);
    json_t *json;

    simulator_arguments_free(arguments);
    if (!is_good)
        return false;
    if (child.exit_status != 0) {
        char *words = simulator_last_words(&child);

        problem_set(problem, child.exit_status == 2 ? EXIT_BAD_INPUT : EXIT_RUNS_FAILED, "%s",
                    words);
        free(words);
        child_fini(&child);
        return false;
    }
    json = json_loads(child.out.text, 0, NULL);
    is_good = effective_parse(effective, json_object_get(json, "parameters"));
    if (!is_good)
        problem_set(problem, EXIT_RUNS_FAILED, "flue-sim check: expected JSON with parameters");
    json_decref(json);
    child_fini(&child);
    return is_good;
}

bool
simulator_result_parse(const char *text, json_t **result, struct problem *problem)
{
    json_error_t error;
    json_t *json = json_loads(text, 0, &error);
    const char *name;
    json_t *metric;

    if (json == NULL)
        return problem_set(problem, EXIT_RUNS_FAILED, "the result is not JSON: %s", error.text);
    if (json_integer_value(json_object_get(json, "schema")) != RESULT_SCHEMA) {
        json_decref(json);
        return problem_set(problem, EXIT_RUNS_FAILED, "the result is not of schema %d",
                           RESULT_SCHEMA);
    }
    if (!json_is_object(json_object_get(json, "parameters")) ||
        !json_is_object(json_object_get(json, "metrics"))) {
        json_decref(json);
        return problem_set(problem, EXIT_RUNS_FAILED, "the result lacks parameters or metrics");
    }
    json_object_foreach(json_object_get(json, "metrics"), name, metric)
    {
        json_t *value = json_object_get(metric, "value");

        if ((json_is_number(value) || json_is_null(value)) &&
            json_is_string(json_object_get(metric, "unit")))
            continue;
        problem_set(problem, EXIT_RUNS_FAILED, "metric %s of the result lacks value or unit", name);
        json_decref(json);
        return false;
    }
    *result = json;
    return true;
}
