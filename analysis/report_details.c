/* SPDX-License-Identifier: GPL-2.0-or-later
 *
 * Methods and raw values for the report. See report_details.h.
 */
#include "report_details.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "units.h"

static bool
is_fixed(const struct study *study, const char *name)
{
    for (size_t i = 0; i < study->fixed_count; i++)
        if (strcmp(study->fixed[i].name, name) == 0)
            return true;
    return false;
}

/* A list's values; of a range what was typed, with how many values it has. The caller frees it. */
static char *
values_text(const struct study *study, const struct study_setting *setting)
{
    const struct study_axis *axis = &study->axes[setting->axis];
    char *text;

    if (setting->is_range)
        return must_printf("%s to %s, %zu %s, %s", setting->typed[0].text, setting->typed[1].text,
                           axis->length, axis->kind == AXIS_SAMPLE ? "samples" : "values",
                           setting->is_log ? "logarithmic" : "linear");
    text = must_strdup("");
    for (size_t v = 0; v < setting->typed_count; v++) {
        char *longer = must_printf("%s%s%s", text, v == 0 ? "" : ", ", setting->typed[v].text);

        free(text);
        text = longer;
    }
    return text;
}

/* Values of a varied parameter, or the one value of another. */
static void
put_parameter(struct page *page, const struct results *results, const struct catalogue_parameter *p)
{
    const struct study *study = &results->study;
    const struct study_setting *varied = study_varied(study, p->name);
    const struct effective_parameter *effective = NULL;
    char text[64];
    char *values;

    for (size_t i = 0; i < results->point_count && effective == NULL; i++)
        effective = effective_find(&results->points[i].effective, p->name);
    if (effective != NULL)
        unit_value(text, sizeof text, p->name, effective->unit, effective->value);
    if (varied != NULL)
        values = values_text(study, varied);
    else if (effective == NULL)
        values = must_strdup(p->value);
    else
        values = must_strdup(isnan(effective->value) ? effective->text : text);
    page_row_begin(page, false);
    page_cell(page, CELL_WORD, "%s", p->name);
    page_cell(page, CELL_TEXT, "%s", values);
    page_cell(page, CELL_WORD,
              varied != NULL             ? "varied"
              : is_fixed(study, p->name) ? "fixed"
                                         : "default");
    page_cell(page, CELL_TEXT, "%s", p->help);
    page_row_end(page);
    free(values);
}

static void
put_head(struct page *page, const char *const *names, size_t count)
{
    page_table_begin(page);
    for (size_t i = 0; i < count; i++)
        page_head(page, CELL_WORD, names[i]);
    page_head_end(page);
}

static void
put_tables(struct page *page, const struct results *results)
{
    static const char *const of_parameters[] = {"name", "value", "set by", "meaning"};
    static const char *const of_metrics[] = {"name", "unit", "better", "meaning"};
    static const char *const of_facts[] = {"what", "which"};
    const struct catalogue_scenario *scenario = &results->scenario;

    page_heading(page, 3, "Parameters");
    put_head(page, of_parameters, 4);
    for (size_t i = 0; i < scenario->parameter_count; i++)
        put_parameter(page, results, &scenario->parameters[i]);
    page_table_end(page);
    page_heading(page, 3, "Metrics");
    put_head(page, of_metrics, 4);
    for (size_t m = 0; m < scenario->metric_count; m++) {
        const struct catalogue_metric *metric = &scenario->metrics[m];

        page_row_begin(page, false);
        page_cell(page, CELL_WORD, "%s", metric->name);
        page_cell(page, CELL_WORD, "%s", metric->unit);
        page_cell(page, CELL_WORD, "%s", metric->lower_is_better ? "lower" : "higher");
        page_cell(page, CELL_TEXT, "%s", metric->help);
        page_row_end(page);
    }
    page_table_end(page);
    page_heading(page, 3, "Versions and machines");
    put_head(page, of_facts, 2);
    for (size_t i = 0; i < results->fact_count; i++) {
        page_row_begin(page, false);
        page_cell(page, CELL_WORD, "%s", results->facts[i].key);
        page_cell(page, CELL_TEXT, "%s", results->facts[i].value);
        page_row_end(page);
    }
    page_table_end(page);
}

void
report_methods(struct page *page, const struct results *results)
{
    const struct study *study = &results->study;
    size_t most = study_replications(study);
    double wall_s = 0;

    for (size_t i = 0; i < results->point_count; i++)
        wall_s += results->points[i].wall_s;
    page_heading(page, 2, "Methods");
    if (study->precision.metric != NULL)
        page_paragraph(page, NULL,
                       "A point was replicated at least %lld times, and then until the half-width "
                       "of the interval of %s was at most %g %% of its mean, or %lld times. Such "
                       "stopping makes intervals a little too narrow where replications are few.",
                       study->replications, study->precision.metric,
                       100 * study->precision.relative, study->precision.at_most);
    page_paragraph(
        page, NULL,
        "%s was simulated %s%lld time%s with ns-3's random number generator seeded "
        "with %lld and run numbers 1 to %lld: a replication has the same run number, and so "
        "the same random streams, at every point. Replications are independent of each other; "
        "points are not, which makes their differences more precise than their intervals "
        "suggest.",
        results->answer != NULL ? "Every point that the search needed" : "Every point",
        study->precision.metric != NULL || results->answer != NULL ? "up to " : "", (long long)most,
        most == 1 ? "" : "s", study->seed, (long long)most);
    page_paragraph(
        page, NULL,
        "What is estimated is the mean of each metric over replications. The interval is "
        "mean \302\261 t s / \342\210\232n, with s the standard deviation of the sample and t the "
        "97.5 %% quantile of Student's distribution with n \342\210\222 1 degrees of freedom. It "
        "holds for metrics that are roughly normal over replications, and for each number by "
        "itself rather than for all at once. n counts the replications that could measure the "
        "metric; no measured value was left out.");
    if (study_wants_series(study))
        page_paragraph(page, NULL,
                       "Of each run its metrics in every interval of %s are kept. Below a figure "
                       "in time, the warm-up ends where MSER-5 leaves the mean of the rest most "
                       "certain, and the interval of that mean is by 20 batches.",
                       study->series_interval);
    page_paragraph(
        page, NULL,
        "%zu of %zu runs are done. They took %.0f seconds one after the other; the first started "
        "at %s, the last at %s.",
        results->done, results->planned, wall_s, results->first, results->last);
    put_tables(page, results);
    page_heading(page, 3, "Repeat it");
    page_code(page, results->command);
    page_details_begin(page, "The study file");
    page_code(page, study->text);
    page_details_end(page);
}

void
report_values(struct page *page, const struct results *results)
{
    const struct catalogue_scenario *scenario = &results->scenario;
    char text[128];

    page_details_begin(page, "Every run");
    page_table_begin(page);
    for (size_t v = 0; v < results->study.vary_count; v++)
        page_head(page, CELL_WORD, results->study.vary[v].name);
    page_head(page, CELL_NUMBER, "run");
    for (size_t m = 0; m < scenario->metric_count; m++) {
        char *heading =
            must_printf("%s [%s]", scenario->metrics[m].name, scenario->metrics[m].unit);

        page_head(page, CELL_NUMBER, heading);
        free(heading);
    }
    page_head_end(page);
    for (size_t p = 0; p < results->point_count; p++) {
        const struct result_point *point = &results->points[p];

        for (size_t r = 0; r < point->done; r++) {
            page_row_begin(page, false);
            for (size_t v = 0; v < results->study.vary_count; v++) {
                results_varied_text(results, p, v, text, sizeof text);
                page_cell(page, CELL_WORD, "%s", text);
            }
            page_cell(page, CELL_NUMBER, "%lld", point->replications[r] + 1);
            for (size_t m = 0; m < scenario->metric_count; m++) {
                if (isnan(point->metrics[m].values[r]))
                    page_cell(page, CELL_NUMBER, "\342\200\223");
                else
                    page_cell(page, CELL_NUMBER, "%.10g", point->metrics[m].values[r]);
            }
            page_row_end(page);
        }
    }
    page_table_end(page);
    page_details_end(page);
}
