/* SPDX-License-Identifier: GPL-2.0-or-later
 *
 * The description of scenarios, from JSON into tables. See catalogue.h.
 */
#include "catalogue.h"

#include <stdlib.h>
#include <string.h>

/* A text member; a number becomes the text as it would be typed; null or nothing is NULL. */
static const char *
text_member(json_t *object, const char *key)
{
    json_t *value = json_object_get(object, key);
    char *typed;

    if (json_is_number(value)) {
        typed = json_dumps(value, JSON_ENCODE_ANY | JSON_REAL_PRECISION(15));
        if (typed == NULL)
            return NULL;
        json_object_set_new(object, key, json_string(typed));
        free(typed);
        value = json_object_get(object, key);
    }
    return json_string_value(value);
}

static bool
parse_parameter(struct catalogue_parameter *parameter, json_t *json)
{
    json_t *choices = json_object_get(json, "choices");

    parameter->name = text_member(json, "name");
    parameter->type = text_member(json, "type");
    parameter->unit = text_member(json, "unit");
    parameter->value = text_member(json, "default");
    parameter->minimum = text_member(json, "minimum");
    parameter->maximum = text_member(json, "maximum");
    parameter->help = text_member(json, "help");
    if (json_is_array(choices)) {
        parameter->choices = must_alloc(json_array_size(choices) + 1, sizeof(char *));
        for (size_t i = 0; i < json_array_size(choices); i++) {
            parameter->choices[i] = json_string_value(json_array_get(choices, i));
            if (parameter->choices[i] == NULL)
                return false;
        }
    }
    if (parameter->unit == NULL)
        parameter->unit = "";
    if (parameter->value == NULL)
        parameter->value = "";
    return parameter->name != NULL && parameter->type != NULL && parameter->help != NULL;
}

static bool
parse_metric(struct catalogue_metric *metric, json_t *json)
{
    metric->name = text_member(json, "name");
    metric->unit = text_member(json, "unit");
    metric->help = text_member(json, "help");
    metric->lower_is_better = json_is_true(json_object_get(json, "lower_is_better"));
    return metric->name != NULL && metric->unit != NULL && metric->help != NULL;
}

bool
catalogue_scenario_parse(struct catalogue_scenario *scenario, json_t *json, struct problem *problem)
{
    json_t *parameters = json_object_get(json, "parameters");
    json_t *metrics = json_object_get(json, "metrics");
    bool is_good = true;

    memset(scenario, 0, sizeof *scenario);
    scenario->json = json;
    scenario->name = text_member(json, "name");
    scenario->question = text_member(json, "question");
    if (scenario->question == NULL)
        scenario->question = "";
    scenario->parameters = must_alloc(json_array_size(parameters), sizeof *scenario->parameters);
    scenario->metrics = must_alloc(json_array_size(metrics), sizeof *scenario->metrics);
    scenario->parameter_count = json_array_size(parameters);
    scenario->metric_count = json_array_size(metrics);
    for (size_t i = 0; i < scenario->parameter_count && is_good; i++)
        is_good = parse_parameter(&scenario->parameters[i], json_array_get(parameters, i));
    for (size_t i = 0; i < scenario->metric_count && is_good; i++)
        is_good = parse_metric(&scenario->metrics[i], json_array_get(metrics, i));
    if (is_good && scenario->name != NULL)
        return true;
    catalogue_scenario_fini(scenario);
    return problem_set(problem, EXIT_RUNS_FAILED,
                       "flue-sim --describe: a scenario lacks a name, type, unit or help");
}

bool
catalogue_parse(struct catalogue *catalogue, const char *text, struct problem *problem)
{
    json_error_t error;
    json_t *versions;
    json_t *scenarios;

    memset(catalogue, 0, sizeof *catalogue);
    catalogue->json = json_loads(text, 0, &error);
    if (catalogue->json == NULL)
        return problem_set(problem, EXIT_RUNS_FAILED, "flue-sim --describe: not JSON: %s (line %d)",
                           error.text, error.line);
    if (json_integer_value(json_object_get(catalogue->json, "schema")) != DESCRIBE_SCHEMA) {
        catalogue_fini(catalogue);
        return problem_set(problem, EXIT_RUNS_FAILED,
                           "flue-sim --describe: expected schema %d: flue and flue-sim come from "
                           "different builds",
                           DESCRIBE_SCHEMA);
    }
    versions = json_object_get(catalogue->json, "versions");
    catalogue->flue_version = text_member(versions, "flue");
    catalogue->commit = text_member(versions, "commit");
    catalogue->ns3_version = text_member(versions, "ns3");
    scenarios = json_object_get(catalogue->json, "scenarios");
    catalogue->scenarios = must_alloc(json_array_size(scenarios), sizeof *catalogue->scenarios);
    for (size_t i = 0; i < json_array_size(scenarios); i++) {
        if (!catalogue_scenario_parse(&catalogue->scenarios[i], json_array_get(scenarios, i),
                                      problem)) {
            catalogue_fini(catalogue);
            return false;
        }
        catalogue->scenario_count++;
    }
    if (catalogue->flue_version == NULL)
        catalogue->flue_version = "unknown";
    if (catalogue->commit == NULL)
        catalogue->commit = "";
    if (catalogue->ns3_version == NULL)
        catalogue->ns3_version = "";
    return true;
}

void
catalogue_scenario_fini(struct catalogue_scenario *scenario)
{
    for (size_t i = 0; scenario->parameters != NULL && i < scenario->parameter_count; i++)
        free(scenario->parameters[i].choices);
    free(scenario->parameters);
    free(scenario->metrics);
    memset(scenario, 0, sizeof *scenario);
}

void
catalogue_fini(struct catalogue *catalogue)
{
    for (size_t i = 0; i < catalogue->scenario_count; i++)
        catalogue_scenario_fini(&catalogue->scenarios[i]);
    free(catalogue->scenarios);
    json_decref(catalogue->json);
    memset(catalogue, 0, sizeof *catalogue);
}

const struct catalogue_scenario *
catalogue_find(const struct catalogue *catalogue, const char *name)
{
    for (size_t i = 0; i < catalogue->scenario_count; i++)
        if (strcmp(catalogue->scenarios[i].name, name) == 0)
            return &catalogue->scenarios[i];
    return NULL;
}

const struct catalogue_parameter *
catalogue_parameter(const struct catalogue_scenario *scenario, const char *name)
{
    for (size_t i = 0; i < scenario->parameter_count; i++)
        if (strcmp(scenario->parameters[i].name, name) == 0)
            return &scenario->parameters[i];
    return NULL;
}

const struct catalogue_metric *
catalogue_metric(const struct catalogue_scenario *scenario, const char *name)
{
    for (size_t i = 0; i < scenario->metric_count; i++)
        if (strcmp(scenario->metrics[i].name, name) == 0)
            return &scenario->metrics[i];
    return NULL;
}

const char *
catalogue_scenario_name(const void *catalogue, size_t index)
{
    const struct catalogue *c = catalogue;

    return index < c->scenario_count ? c->scenarios[index].name : NULL;
}

const char *
catalogue_parameter_name(const void *scenario, size_t index)
{
    const struct catalogue_scenario *s = scenario;

    return index < s->parameter_count ? s->parameters[index].name : NULL;
}

const char *
catalogue_metric_name(const void *scenario, size_t index)
{
    const struct catalogue_scenario *s = scenario;

    return index < s->metric_count ? s->metrics[index].name : NULL;
}
