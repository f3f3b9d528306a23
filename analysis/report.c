/* SPDX-License-Identifier: GPL-2.0-or-later
 *
 * What a reader wants to know, in the order in which they ask: the question, the answer, the
 * numbers, the pictures, how it was done, everything. See report.h; tables of all values are in
 * report_details.c.
 */
#include "report.h"

#include <errno.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "report_answer.h"
#include "report_details.h"
#include "report_figures.h"
#include "report_plan.h"
#include "table.h"

static const char style[] =
#include "report.css.inc"
    ;

static size_t
points_done(const struct results *results)
{
    size_t count = 0;

    for (size_t p = 0; p < results->point_count; p++)
        count += results->points[p].done > 0;
    return count;
}

static void
put_head(struct page *page, const struct results *results)
{
    const struct study *study = &results->study;
    char *points;

    page_begin(page, study->title == NULL ? study->name : study->title, style);
    page_paragraph(page, "question", "%s",
                   study->question == NULL ? results->scenario.question : study->question);
    points = results->answer == NULL ? must_printf("%zu points", results->point_count)
                                     : must_printf("%zu of %zu points, as the search needed",
                                                   points_done(results), results->point_count);
    page_paragraph(
        page, "meta", "Study %s, scenario %s: %s, %lld %sreplication%s each; flue %s, %s",
        study->name, results->scenario.name, points, study->replications,
        study->precision.metric != NULL || results->answer != NULL ? "or more " : "",
        study->replications == 1 ? "" : "s", results_fact(results, "flue"), results->last);
    free(points);
}

/* Whether the note is on one of these metrics. */
static bool
is_noted(const struct results *results, const size_t *metrics, size_t count, const char *note)
{
    for (size_t p = 0; p < results->point_count; p++)
        for (size_t i = 0; i < count; i++)
            if (results->points[p].metrics[metrics[i]].note == note)
                return true;
    return false;
}

/* What makes the numbers below doubtful stands above them. */
static void
put_warnings(struct page *page, const struct results *results, const size_t *metrics, size_t count)
{
    size_t lost = results->planned - results->done - results->failed;

    if (results->failed > 0)
        page_paragraph(page, "warning",
                       "%zu of %zu runs failed and are missing from every number below. The table "
                       "run of the database holds what each said last; sweeping again tries them "
                       "again.",
                       results->failed, results->planned);
    if (lost > 0 && results->answer == NULL)
        page_paragraph(
            page, "warning",
            "%zu of %zu runs have not been run yet: the numbers below are of those that have.",
            lost, results->planned);
    if (results->study.replications == 1)
        page_paragraph(page, "warning",
                       "The study has one replication of each point: nothing can be said about how "
                       "much its numbers vary. Give it replications = 10; or more.");
    for (size_t i = 0; i < results->note_count; i++)
        if (is_noted(results, metrics, count, results->notes[i]))
            page_paragraph(page, "warning", "The simulator notes: %s", results->notes[i]);
}

/* A mean with its interval; where something is missing, a note on the number says why. */
static void
put_estimate(struct page *page, const struct result_metric *metric,
             const struct table_metric *column)
{
    const struct estimate *estimate = &metric->estimate;
    int decimals = table_decimals(column, estimate);
    char *mean = must_printf("%.*f", decimals, estimate->mean * column->scale.factor);
    char *half = must_printf("%.*f", decimals, estimate->half_width * column->scale.factor);
    char *note = NULL;

    if (estimate->n == 0)
        note = must_printf("not measured%s%s", metric->note == NULL ? "" : ": ",
                           metric->note == NULL ? "" : metric->note);
    else if (isnan(estimate->half_width))
        note = must_strdup(estimate->note);
    else if (estimate->unmeasured > 0)
        note = must_printf("mean of %zu replications, as %zu did not measure it%s%s", estimate->n,
                           estimate->unmeasured, metric->note == NULL ? "" : ": ",
                           metric->note == NULL ? "" : metric->note);
    if (note == NULL) {
        page_estimate(page, mean, half);
    } else if (estimate->n > 0 && !isnan(estimate->half_width)) {
        char *both = must_printf("%s \302\261 %s", mean, half);

        page_noted(page, both, note);
        free(both);
    } else {
        page_noted(page, estimate->n == 0 ? "\342\200\223" : mean, note);
    }
    free(mean);
    free(half);
    free(note);
}

/* Whether the first varied parameter changes: the rows of one value stay together. */
static bool
begins_group(const struct results *results, size_t point)
{
    return point > 0 && results->study.vary_count > 1 &&
           study_place(&results->study, results->study.vary[0].axis, point) !=
               study_place(&results->study, results->study.vary[0].axis, point - 1);
}

static void
put_summary(struct page *page, const struct results *results, const size_t *metrics, size_t count)
{
    struct table_metric *columns = must_alloc(count, sizeof *columns);
    char text[128];

    page_table_begin(page);
    for (size_t v = 0; v < results->study.vary_count; v++)
        page_head(page, CELL_WORD, results->study.vary[v].name);
    for (size_t i = 0; i < count; i++) {
        columns[i] = table_metric(results, metrics[i]);
        table_metric_heading(results, &columns[i], text, sizeof text);
        page_head(page, CELL_NUMBER, text);
    }
    page_head(page, CELL_NUMBER, "n");
    page_head_end(page);
    for (size_t p = 0; p < results->point_count; p++) {
        if (results->answer != NULL && results->points[p].done == 0)
            continue; /* the search had no use for it */
        page_row_begin(page, begins_group(results, p));
        for (size_t v = 0; v < results->study.vary_count; v++) {
            results_varied_text(results, p, v, text, sizeof text);
            page_cell(page, CELL_WORD, "%s", text);
        }
        for (size_t i = 0; i < count; i++)
            put_estimate(page, &results->points[p].metrics[metrics[i]], &columns[i]);
        page_cell(page, CELL_NUMBER, "%zu", results->points[p].done);
        page_row_end(page);
    }
    page_table_end(page);
    page_paragraph(page, "note",
                   "Mean \302\261 half-width of the 95 %% confidence interval (Student t) over n "
                   "replications.");
    free(columns);
}

bool
report_write(const struct results *results, const struct figures *figures, const char *folder,
             enum page_form form, struct problem *problem)
{
    char *path = report_path(folder, form);
    size_t *metrics = must_alloc(results->scenario.metric_count, sizeof *metrics);
    size_t count = results_asked(results, metrics);
    char *text = NULL;
    size_t length;
    struct page page = {.out = open_memstream(&text, &length), .form = form};
    bool is_good = page.out != NULL;

    if (is_good) {
        put_head(&page, results);
        put_warnings(&page, results, metrics, count);
        report_plan(&page, results);
        report_answer(&page, results, metrics, count);
        page_heading(&page, 2, "Results");
        put_summary(&page, results, metrics, count);
        is_good = report_figures(&page, figures, folder, problem);
        report_methods(&page, results);
        for (size_t m = 0; m < results->scenario.metric_count; m++)
            metrics[m] = m;
        page_heading(&page, 2, "All numbers");
        page_details_begin(&page, "Every metric of every point");
        put_summary(&page, results, metrics, results->scenario.metric_count);
        page_details_end(&page);
        report_values(&page, results);
        page_end(&page);
        fclose(page.out);
        if (is_good && !file_write(path, text))
            is_good = problem_set(problem, EXIT_RUNS_FAILED, "%s: %s", path, strerror(errno));
    } else {
        problem_set(problem, EXIT_RUNS_FAILED, "%s: %s", path, strerror(errno));
    }
    free(text);
    free(metrics);
    free(path);
    return is_good;
}

char *
report_path(const char *folder, enum page_form form)
{
    return must_printf("%s/report.%s", folder, form == PAGE_HTML ? "html" : "md");
}
