/* SPDX-License-Identifier: GPL-2.0-or-later
 *
 * Pairs of points that differ in one parameter alone. See report_answer.h.
 */
#include "report_answer.h"

#include <math.h>
#include <stdint.h>
#include <string.h>

#include "compare.h"
#include "units.h"

/* The varied parameter that the first figure with a series sets side by side; SIZE_MAX: none. */
static size_t
compared(const struct results *results)
{
    const struct study *study = &results->study;

    for (size_t f = 0; f < study->figure_count; f++)
        for (size_t v = 0; v < study->vary_count && study->figures[f].series != NULL; v++)
            if (strcmp(study->vary[v].name, study->figures[f].series) == 0)
                return v;
    return SIZE_MAX;
}

/* The point that has the parameter's first value and is like this one in all others. */
static size_t
base_of(const struct study *study, size_t varied, size_t point)
{
    size_t axis = study->vary[varied].axis;
    size_t weight = 1;

    for (size_t i = axis + 1; i < study->axis_count; i++)
        weight *= study->axes[i].length;
    return point - study_place(study, axis, point) * weight;
}

static struct paired
pair_of(const struct results *results, size_t varied, size_t point, size_t metric)
{
    return compare_points(&results->points[base_of(&results->study, varied, point)], metric,
                          &results->points[point], metric);
}

/* "Goodput: better at 3 of 4 points, no difference found at 1", for one value of the parameter. */
static void
put_sentence(struct page *page, const struct results *results, size_t varied, size_t place,
             size_t metric)
{
    const struct catalogue_metric *m = &results->scenario.metrics[metric];
    size_t better = 0;
    size_t worse = 0;
    size_t same = 0;
    size_t untold = 0;
    char label[96];

    for (size_t p = 0; p < results->point_count; p++) {
        struct paired paired;

        if (study_place(&results->study, results->study.vary[varied].axis, p) != place)
            continue;
        paired = pair_of(results, varied, p, metric);
        if (paired.difference.n < 2)
            untold++;
        else if (!paired.is_significant)
            same++;
        else if ((paired.difference.mean < 0) == m->lower_is_better)
            better++;
        else
            worse++;
    }
    unit_label(label, sizeof label, m->name, m->unit);
    page_item(page, "%s: better at %zu of %zu points, worse at %zu, no difference found at %zu%s.",
              label, better, better + worse + same + untold, worse, same,
              untold > 0 ? "; too few measured pairs at the rest" : "");
}

static void
put_cells(struct page *page, const struct paired *paired, bool lower_is_better)
{
    const struct interval *ratio = &paired->ratio;

    page_cell(page, CELL_NUMBER, "%zu", paired->difference.n);
    if (isnan(ratio->value))
        page_cell(page, CELL_NUMBER, "\342\200\223");
    else
        page_cell(page, CELL_NUMBER, "%+.2f %%", 100 * (ratio->value - 1));
    if (isnan(ratio->low))
        page_cell(page, CELL_NUMBER, "\342\200\223");
    else
        page_cell(page, CELL_NUMBER, "%+.2f to %+.2f %%", 100 * (ratio->low - 1),
                  100 * (ratio->high - 1));
    page_cell(page, CELL_WORD, "%s", compare_word(paired, lower_is_better));
}

static void
put_table(struct page *page, const struct results *results, size_t varied, const size_t *metrics,
          size_t count)
{
    const struct study *study = &results->study;
    char text[128];

    page_details_begin(page, "Every pair of points");
    page_table_begin(page);
    for (size_t v = 0; v < study->vary_count; v++)
        page_head(page, CELL_WORD, study->vary[v].name);
    page_head(page, CELL_WORD, "metric");
    page_head(page, CELL_NUMBER, "pairs");
    page_head(page, CELL_NUMBER, "change");
    page_head(page, CELL_NUMBER, "95 % interval");
    page_head(page, CELL_WORD, "finding");
    page_head_end(page);
    for (size_t p = 0; p < results->point_count; p++) {
        if (base_of(study, varied, p) == p)
            continue;
        for (size_t i = 0; i < count; i++) {
            struct paired paired = pair_of(results, varied, p, metrics[i]);

            page_row_begin(page, false);
            for (size_t v = 0; v < study->vary_count; v++) {
                results_varied_text(results, p, v, text, sizeof text);
                page_cell(page, CELL_WORD, "%s", text);
            }
            page_cell(page, CELL_WORD, "%s", results->scenario.metrics[metrics[i]].name);
            put_cells(page, &paired, results->scenario.metrics[metrics[i]].lower_is_better);
            page_row_end(page);
        }
    }
    page_table_end(page);
    page_details_end(page);
}

void
report_answer(struct page *page, const struct results *results, const size_t *metrics, size_t count)
{
    const struct study *study = &results->study;
    size_t varied = compared(results);
    char base[64];
    char value[64];

    if (varied == SIZE_MAX)
        return;
    results_varied_text(results, 0, varied, base, sizeof base);
    page_heading(page, 2, results->answer == NULL ? "Answer" : "Side by side");
    for (size_t p = 0; p < results->point_count; p++) {
        size_t place = study_place(study, study->vary[varied].axis, p);

        /* The first point of each value but the first. */
        if (place == 0 || base_of(study, varied, p) != 0)
            continue;
        results_varied_text(results, p, varied, value, sizeof value);
        page_paragraph(page, NULL, "%s %s against %s:", study->vary[varied].name, value, base);
        page_list_begin(page);
        for (size_t i = 0; i < count; i++)
            put_sentence(page, results, varied, place, metrics[i]);
        page_list_end(page);
    }
    page_paragraph(
        page, "note",
        "Replications of one number are pairs: they had the same random streams. A change is "
        "that of the mean, with Fieller's 95 %% interval; a point counts as better or worse "
        "when the interval of the mean difference leaves zero out. Where nothing differs, one in "
        "twenty does so by chance.");
    put_table(page, results, varied, metrics, count);
}
