/* SPDX-License-Identifier: GPL-2.0-or-later
 *
 * From the answer that is kept with the runs (capacity_json.c). See report_plan.h.
 */
#include "report_plan.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "search.h"
#include "units.h"

static const char *
text_of(const json_t *object, const char *key)
{
    const char *text = json_string_value(json_object_get(object, key));

    return text == NULL ? "" : text;
}

/* NAN for null. */
static double
number_of(const json_t *object, const char *key)
{
    const json_t *value = json_object_get(object, key);

    return json_is_number(value) ? json_number_value(value) : (double)NAN;
}

static void
put_answers(struct page *page, const json_t *answers)
{
    size_t i;
    json_t *answer;

    page_list_begin(page);
    json_array_foreach(answers, i, answer)
    {
        const char *combination = text_of(answer, "combination");
        const char *doubt = text_of(answer, "doubt");

        page_item(page, "%s%s%s.%s%s", combination, combination[0] == '\0' ? "" : ": ",
                  text_of(answer, "text"), doubt[0] == '\0' ? "" : " Mind: ", doubt);
    }
    page_list_end(page);
}

/* The scale of a requirement's column: that of its largest mean. */
static struct unit_scale
column_scale(const json_t *points, const struct catalogue_metric *metric)
{
    double largest = 0;
    size_t i;
    json_t *point;

    json_array_foreach(points, i, point)
    {
        double mean = fabs(
            number_of(json_object_get(json_object_get(point, "metrics"), metric->name), "mean"));

        if (mean > largest)
            largest = mean;
    }
    return unit_scale(metric->name, metric->unit, largest);
}

static void
put_estimate(struct page *page, const json_t *estimate, double factor)
{
    double mean = number_of(estimate, "mean") * factor;
    double half = number_of(estimate, "half_width") * factor;
    char *mean_text;
    char *half_text;

    if (isnan(half)) {
        page_noted(page, "\342\200\223", "not measured in every run: nothing is decided by it");
        return;
    }
    mean_text =
        half > 0 ? must_printf("%.*f", unit_decimals(half), mean) : must_printf("%.6g", mean);
    half_text = half > 0 ? must_printf("%.*f", unit_decimals(half), half) : must_strdup("0");
    page_estimate(page, mean_text, half_text);
    free(mean_text);
    free(half_text);
}

static void
put_points(struct page *page, const struct results *results, const json_t *points)
{
    const struct study *study = &results->study;
    const struct study_search *search = &study->search;
    struct unit_scale *scales = must_alloc(search->requirement_count, sizeof *scales);
    char text[128];
    size_t i;
    json_t *point;

    page_table_begin(page);
    for (size_t v = 0; v < study->vary_count; v++)
        page_head(page, CELL_WORD, study->vary[v].name);
    page_head(page, CELL_NUMBER, "runs");
    for (size_t r = 0; r < search->requirement_count; r++) {
        const struct catalogue_metric *metric =
            catalogue_metric(&results->scenario, search->requirements[r].metric);
        char label[96];

        scales[r] = column_scale(points, metric);
        unit_label(label, sizeof label, metric->name, metric->unit);
        snprintf(text, sizeof text, "%s%s%s%s", label, scales[r].text[0] == '\0' ? "" : " (",
                 scales[r].text, scales[r].text[0] == '\0' ? "" : ")");
        page_head(page, CELL_NUMBER, text);
    }
    page_head(page, CELL_WORD, "verdict");
    page_head_end(page);
    json_array_foreach(points, i, point)
    {
        size_t number = (size_t)json_integer_value(json_object_get(point, "point"));

        if (number >= results->point_count)
            continue;
        page_row_begin(page, false);
        for (size_t v = 0; v < study->vary_count; v++) {
            results_varied_text(results, number, v, text, sizeof text);
            page_cell(page, CELL_WORD, "%s", text);
        }
        page_cell(page, CELL_NUMBER, "%lld",
                  (long long)json_integer_value(json_object_get(point, "runs")));
        for (size_t r = 0; r < search->requirement_count; r++)
            put_estimate(
                page,
                json_object_get(json_object_get(point, "metrics"), search->requirements[r].metric),
                scales[r].factor);
        page_cell(page, CELL_WORD, "%s", text_of(point, "verdict"));
        page_row_end(page);
    }
    page_table_end(page);
    free(scales);
}

void
report_plan(struct page *page, const struct results *results)
{
    const json_t *points = json_object_get(results->answer, "points");

    if (results->answer == NULL)
        return;
    page_heading(page, 2, "Answer");
    put_answers(page, json_object_get(results->answer, "answers"));
    put_points(page, results, points);
    page_paragraph(page, "note",
                   "The points that the search came by, with mean \302\261 half-width (Student t). "
                   "A value is decided when the whole interval lies on one side of the bound. Each "
                   "interval has %.4g %%, so that everything decided for one answer holds with "
                   "%.4g %%.",
                   100 * number_of(results->answer, "interval_confidence"),
                   100 * number_of(results->answer, "confidence"));
}
