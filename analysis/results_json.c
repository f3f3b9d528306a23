/* SPDX-License-Identifier: GPL-2.0-or-later
 *
 * A study's results as JSON: numbers unscaled, in the units beside them; null where there is none.
 * See results_json.h.
 */
#include "results_json.h"

#include <math.h>
#include <stdio.h>

enum { STATS_SCHEMA = 1 };

json_t *
results_json_real(double value)
{
    return isnan(value) ? json_null() : json_real(value);
}

static json_t *
point_json(const struct results *results, const struct result_point *point)
{
    json_t *parameters = json_object();
    json_t *metrics = json_object();

    for (size_t i = 0; i < point->effective.count; i++) {
        const struct effective_parameter *p = &point->effective.parameters[i];

        json_object_set_new(parameters, p->name,
                            json_pack("{s:o, s:s, s:s}", "value", results_json_real(p->value),
                                      "text", p->text, "unit", p->unit));
    }
    for (size_t m = 0; m < results->scenario.metric_count; m++) {
        const struct estimate *e = &point->metrics[m].estimate;

        json_object_set_new(metrics, results->scenario.metrics[m].name,
                            json_pack("{s:I, s:o, s:o, s:o, s:s, s:s?}", "n", (json_int_t)e->n,
                                      "mean", results_json_real(e->mean), "standard_deviation",
                                      results_json_real(e->deviation), "half_width_95",
                                      results_json_real(e->half_width), "unit",
                                      results->scenario.metrics[m].unit, "note", e->note));
    }
    return json_pack("{s:o, s:o}", "parameters", parameters, "metrics", metrics);
}

void
results_json_put(const struct results *results)
{
    json_t *points = json_array();
    json_t *all;

    for (size_t i = 0; i < results->point_count; i++)
        json_array_append_new(points, point_json(results, &results->points[i]));
    all = json_pack("{s:i, s:s, s:s, s:o}", "schema", STATS_SCHEMA, "study", results->study.name,
                    "scenario", results->scenario.name, "points", points);
    json_dumpf(all, stdout, JSON_INDENT(2) | JSON_REAL_PRECISION(15));
    putchar('\n');
    json_decref(all);
}
