/* SPDX-License-Identifier: GPL-2.0-or-later
 *
 * Methods and raw values for the report. See report_details.h.
 */
#include "report_details.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "html.h"
#include "units.h"

static bool
is_fixed(const struct study *study, const char *name)
{
    for (size_t i = 0; i < study->fixed_count; i++)
        if (strcmp(study->fixed[i].name, name) == 0)
            return true;
    return false;
}

/* A list's values; of a range what was typed, with how many values it has. */
static void
put_values(FILE *out, const struct study *study, const struct study_setting *setting)
{
    const struct study_axis *axis = &study->axes[setting->axis];

    if (setting->is_range) {
        char *text =
            must_printf("%s to %s, %zu %s, %s", setting->typed[0].text, setting->typed[1].text,
                        axis->length, axis->kind == AXIS_SAMPLE ? "samples" : "values",
                        setting->is_log ? "logarithmic" : "linear");

        html_text(out, text);
        free(text);
        return;
    }
    for (size_t v = 0; v < setting->typed_count; v++) {
        fputs(v == 0 ? "" : ", ", out);
        html_text(out, setting->typed[v].text);
    }
}

/* Values of a varied parameter, or the one value of another. */
static void
put_parameter(FILE *out, const struct results *results, const struct catalogue_parameter *p)
{
    const struct study *study = &results->study;
    const struct study_setting *varied = study_varied(study, p->name);
    const struct effective_parameter *effective = NULL;
    char text[64];

    for (size_t i = 0; i < results->point_count && effective == NULL; i++)
        effective = effective_find(&results->points[i].effective, p->name);
    fputs("<tr>", out);
    html_element(out, "td class=\"word\"", p->name);
    fputs("<td class=\"text\">", out);
    if (varied != NULL) {
        put_values(out, study, varied);
    } else if (effective == NULL) {
        html_text(out, p->value);
    } else if (isnan(effective->value)) {
        html_text(out, effective->text);
    } else {
        unit_value(text, sizeof text, p->name, effective->unit, effective->value);
        html_text(out, text);
    }
    fputs("</td>", out);
    html_element(out, "td class=\"word\"",
                 varied != NULL             ? "varied"
                 : is_fixed(study, p->name) ? "fixed"
                                            : "default");
    html_element(out, "td class=\"text\"", p->help);
    fputs("</tr>\n", out);
}

static void
put_tables(FILE *out, const struct results *results)
{
    const struct catalogue_scenario *scenario = &results->scenario;

    fputs(
        "<h3>Parameters</h3>\n<div class=\"scroll\"><table>\n<thead><tr><th "
        "class=\"word\">name</th>"
        "<th class=\"word\">value</th><th class=\"word\">set by</th><th class=\"word\">meaning</th>"
        "</tr></thead>\n<tbody>\n",
        out);
    for (size_t i = 0; i < scenario->parameter_count; i++)
        put_parameter(out, results, &scenario->parameters[i]);
    fputs("</tbody>\n</table></div>\n<h3>Metrics</h3>\n<div class=\"scroll\"><table>\n<thead><tr>"
          "<th class=\"word\">name</th><th class=\"word\">unit</th><th class=\"word\">better</th>"
          "<th class=\"word\">meaning</th></tr></thead>\n<tbody>\n",
          out);
    for (size_t m = 0; m < scenario->metric_count; m++) {
        const struct catalogue_metric *metric = &scenario->metrics[m];

        fputs("<tr>", out);
        html_element(out, "td class=\"word\"", metric->name);
        html_element(out, "td class=\"word\"", metric->unit);
        html_element(out, "td class=\"word\"", metric->lower_is_better ? "lower" : "higher");
        html_element(out, "td class=\"text\"", metric->help);
        fputs("</tr>\n", out);
    }
    fputs(
        "</tbody>\n</table></div>\n<h3>Versions and machines</h3>\n<div class=\"scroll\"><table>\n"
        "<tbody>\n",
        out);
    for (size_t i = 0; i < results->fact_count; i++) {
        fputs("<tr>", out);
        html_element(out, "td class=\"word\"", results->facts[i].key);
        html_element(out, "td class=\"text\"", results->facts[i].value);
        fputs("</tr>\n", out);
    }
    fputs("</tbody>\n</table></div>\n", out);
}

void
report_methods(FILE *out, const struct results *results)
{
    const struct study *study = &results->study;
    size_t most = study_replications(study);
    double wall_s = 0;

    for (size_t i = 0; i < results->point_count; i++)
        wall_s += results->points[i].wall_s;
    fputs("<h2>Methods</h2>\n", out);
    if (study->precision.metric != NULL)
        html_format(out, "p",
                    "A point was replicated at least %lld times, and then until the half-width of "
                    "the interval of %s was at most %g %% of its mean, or %lld times. Such "
                    "stopping makes intervals a little too narrow where replications are few.",
                    study->replications, study->precision.metric, 100 * study->precision.relative,
                    study->precision.at_most);
    html_format(
        out, "p",
        "Every point was simulated %s%lld time%s with ns-3's random number generator seeded "
        "with %lld and run numbers 1 to %lld: a replication has the same run number, and so "
        "the same random streams, at every point. Replications are independent of each other; "
        "points are not, which makes their differences more precise than their intervals "
        "suggest.",
        study->precision.metric != NULL ? "up to " : "", (long long)most, most == 1 ? "" : "s",
        study->seed, (long long)most);
    html_element(
        out, "p",
        "What is estimated is the mean of each metric over replications. The interval is "
        "mean \302\261 t s / \342\210\232n, with s the standard deviation of the sample and t the "
        "97.5 % quantile of Student's distribution with n \342\210\222 1 degrees of freedom. It "
        "holds for metrics that are roughly normal over replications, and for each number by "
        "itself rather than for all at once. n counts the replications that could measure the "
        "metric; no measured value was left out.");
    html_format(
        out, "p",
        "%zu of %zu runs are done. They took %.0f seconds one after the other; the first started "
        "at %s, the last at %s.",
        results->done, results->planned, wall_s, results->first, results->last);
    put_tables(out, results);
    fputs("<h3>Repeat it</h3>\n", out);
    html_element(out, "pre", results->command);
    fputs("\n<details><summary>The study file</summary>\n", out);
    html_element(out, "pre", study->text);
    fputs("\n</details>\n", out);
}

void
report_values(FILE *out, const struct results *results)
{
    const struct catalogue_scenario *scenario = &results->scenario;
    char text[128];

    fputs("<details><summary>Every run</summary>\n<div class=\"scroll\"><table>\n<thead><tr>", out);
    for (size_t v = 0; v < results->study.vary_count; v++)
        html_element(out, "th class=\"word\"", results->study.vary[v].name);
    fputs("<th>run</th>", out);
    for (size_t m = 0; m < scenario->metric_count; m++)
        html_format(out, "th", "%s [%s]", scenario->metrics[m].name, scenario->metrics[m].unit);
    fputs("</tr></thead>\n<tbody>\n", out);
    for (size_t p = 0; p < results->point_count; p++) {
        const struct result_point *point = &results->points[p];

        for (size_t r = 0; r < point->done; r++) {
            fputs("<tr>", out);
            for (size_t v = 0; v < results->study.vary_count; v++) {
                results_varied_text(results, p, v, text, sizeof text);
                html_element(out, "td class=\"word\"", text);
            }
            fprintf(out, "<td>%lld</td>", point->replications[r] + 1);
            for (size_t m = 0; m < scenario->metric_count; m++) {
                if (isnan(point->metrics[m].values[r]))
                    fputs("<td>\342\200\223</td>", out);
                else
                    fprintf(out, "<td>%.10g</td>", point->metrics[m].values[r]);
            }
            fputs("</tr>\n", out);
        }
    }
    fputs("</tbody>\n</table></div>\n</details>\n", out);
}
