/* SPDX-License-Identifier: GPL-2.0-or-later
 *
 * What can be simulated: the scenarios with their parameters and metrics, as `flue-sim --describe`
 * tells it. All texts belong to the JSON document inside, which lives as long as the catalogue.
 */
#ifndef FLUE_ANALYSIS_CATALOGUE_H
#define FLUE_ANALYSIS_CATALOGUE_H

#include <jansson.h>

#include "base.h"

enum { DESCRIBE_SCHEMA = 1, RESULT_SCHEMA = 1 };

struct catalogue_parameter {
    const char *name;
    const char *type;
    const char *unit;
    const char *value;   /* default, as typed */
    const char *minimum; /* as typed, or NULL */
    const char *maximum;
    const char *help;
    const char **choices; /* NULL-terminated; NULL: free */
};

struct catalogue_metric {
    const char *name;
    const char *unit;
    const char *help;
    bool lower_is_better;
};

struct catalogue_scenario {
    const char *name;
    const char *question;
    struct catalogue_parameter *parameters;
    size_t parameter_count;
    struct catalogue_metric *metrics;
    size_t metric_count;
    json_t *json; /* the scenario's own description, borrowed */
};

struct catalogue {
    json_t *json; /* owns every text */
    const char *flue_version;
    const char *commit;
    const char *ns3_version;
    struct catalogue_scenario *scenarios;
    size_t scenario_count;
};

bool catalogue_parse(struct catalogue *catalogue, const char *text, struct problem *problem);
/* One scenario alone, from a description kept in a results database. */
bool catalogue_scenario_parse(struct catalogue_scenario *scenario, json_t *json,
                              struct problem *problem);
void catalogue_fini(struct catalogue *catalogue);
void catalogue_scenario_fini(struct catalogue_scenario *scenario);

/* By name, or NULL. */
const struct catalogue_scenario *catalogue_find(const struct catalogue *catalogue,
                                                const char *name);
const struct catalogue_parameter *catalogue_parameter(const struct catalogue_scenario *scenario,
                                                      const char *name);
const struct catalogue_metric *catalogue_metric(const struct catalogue_scenario *scenario,
                                                const char *name);

/* Names one by one, for suggest(): of a catalogue, a scenario, a scenario. */
const char *catalogue_scenario_name(const void *catalogue, size_t index);
const char *catalogue_parameter_name(const void *scenario, size_t index);
const char *catalogue_metric_name(const void *scenario, size_t index);

#endif
