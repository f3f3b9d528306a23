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

#include "html.h"
#include "machine.h"
#include "report_answer.h"
#include "report_details.h"
#include "table.h"

static const char style[] =
#include "report.css.inc"
    ;

static void
put_head(FILE *out, const struct results *results)
{
    const struct study *study = &results->study;
    const char *title = study->title == NULL ? study->name : study->title;

    fputs("<!DOCTYPE html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n"
          "<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n",
          out);
    html_element(out, "title", title);
    fprintf(out, "\n<style>\n%s</style>\n</head>\n<body>\n<header>\n", style);
    html_element(out, "h1", title);
    fputc('\n', out);
    html_element(out, "p class=\"question\"",
                 study->question == NULL ? results->scenario.question : study->question);
    fputc('\n', out);
    html_format(out, "p class=\"meta\"",
                "Study %s, scenario %s: %zu points, %lld %sreplication%s each; flue %s, %s",
                study->name, results->scenario.name, results->point_count, study->replications,
                study->precision.metric != NULL ? "or more " : "",
                study->replications == 1 ? "" : "s", results_fact(results, "flue"), results->last);
    fputs("\n</header>\n<main>\n", out);
}

/* What makes the numbers below doubtful stands above them. */
static void
put_warnings(FILE *out, const struct results *results)
{
    size_t lost = results->planned - results->done - results->failed;

    if (results->failed > 0)
        html_format(out, "p class=\"warning\"",
                    "%zu of %zu runs failed and are missing from every number below. The table run "
                    "of the database holds what each said last; sweeping again tries them again.",
                    results->failed, results->planned);
    if (lost > 0)
        html_format(
            out, "p class=\"warning\"",
            "%zu of %zu runs have not been run yet: the numbers below are of those that have.",
            lost, results->planned);
    if (results->study.replications == 1)
        html_element(out, "p class=\"warning\"",
                     "The study has one replication of each point: nothing can be said about how "
                     "much its numbers vary. Give it replications = 10; or more.");
    for (size_t i = 0; i < results->note_count; i++)
        html_format(out, "p class=\"warning\"", "The simulator notes: %s", results->notes[i]);
}

static void
put_estimate(FILE *out, const struct estimate *estimate, const struct table_metric *column)
{
    double factor = column->scale.factor;

    if (estimate->n == 0) {
        fputs("<td>\342\200\223</td>", out);
    } else if (isnan(estimate->half_width)) {
        fprintf(out, "<td title=\"%s\">%.*f&nbsp;*</td>", estimate->note, column->decimals,
                estimate->mean * factor);
    } else {
        fprintf(out, "<td>%.*f <span class=\"half\">&plusmn;&nbsp;%.*f</span></td>",
                column->decimals, estimate->mean * factor, column->decimals,
                estimate->half_width * factor);
    }
}

/* " id", when the first varied parameter changes: the rows of one value stay together. */
static bool
begins_group(const struct results *results, size_t point)
{
    return point > 0 && results->study.vary_count > 1 &&
           study_place(&results->study, results->study.vary[0].axis, point) !=
               study_place(&results->study, results->study.vary[0].axis, point - 1);
}

static void
put_summary(FILE *out, const struct results *results, const size_t *metrics, size_t count)
{
    struct table_metric *columns = must_alloc(count, sizeof *columns);
    char text[128];

    fputs("<div class=\"scroll\"><table>\n<thead><tr>", out);
    for (size_t v = 0; v < results->study.vary_count; v++)
        html_element(out, "th class=\"word\"", results->study.vary[v].name);
    for (size_t i = 0; i < count; i++) {
        columns[i] = table_metric(results, metrics[i]);
        table_metric_heading(results, &columns[i], text, sizeof text);
        html_element(out, "th", text);
    }
    fputs("<th>n</th></tr></thead>\n<tbody>\n", out);
    for (size_t p = 0; p < results->point_count; p++) {
        fputs(begins_group(results, p) ? "<tr class=\"group\">" : "<tr>", out);
        for (size_t v = 0; v < results->study.vary_count; v++) {
            results_varied_text(results, p, v, text, sizeof text);
            html_element(out, "td class=\"word\"", text);
        }
        for (size_t i = 0; i < count; i++)
            put_estimate(out, &results->points[p].metrics[metrics[i]].estimate, &columns[i]);
        fprintf(out, "<td>%zu</td></tr>\n", results->points[p].done);
    }
    fputs("</tbody>\n</table></div>\n", out);
    free(columns);
}

static void
put_star(FILE *out, const struct results *results, const size_t *metrics, size_t count)
{
    bool is_alike = false;
    bool is_single = false;

    for (size_t p = 0; p < results->point_count; p++) {
        for (size_t i = 0; i < count; i++) {
            const struct estimate *e = &results->points[p].metrics[metrics[i]].estimate;

            is_alike = is_alike || (e->n > 1 && isnan(e->half_width));
            is_single = is_single || e->n == 1;
        }
    }
    fputs("<p class=\"note\">Mean &plusmn; half-width of the 95&nbsp;% confidence interval "
          "(Student t) over n replications.",
          out);
    if (is_alike)
        fputs(" * All replications gave the same value: nothing in them was random, so there is no "
              "interval.",
              out);
    if (is_single)
        fputs(" * One value: no interval.", out);
    fputs("</p>\n", out);
}

static bool
put_figures(FILE *out, const struct figures *figures, const char *folder, struct problem *problem)
{
    if (figures->count > 0)
        fputs("<h2>Figures</h2>\n", out);
    for (size_t i = 0; i < figures->count; i++) {
        const struct figure *figure = &figures->figures[i];
        char *path = must_printf("%s/figures/%s.svg", folder, figure->name);
        char *prefix = must_printf("f%zu-", i + 1);
        char *svg = figure->is_empty ? must_strdup("") : file_read(path);
        bool is_good = svg != NULL;

        if (is_good) {
            fputs("<figure>\n", out);
            if (figure->is_empty)
                html_format(out, "p class=\"warning\"", "%s: nothing was measured.", figure->title);
            html_svg(out, svg, prefix);
            html_format(
                out, "figcaption",
                "Figure %zu. %s. Files: figures/%s.svg, .png and .pdf, data and gnuplot script "
                "beside them.",
                i + 1, figure->title, figure->name);
            fputs("\n</figure>\n", out);
        } else {
            problem_set(problem, EXIT_RUNS_FAILED, "%s: %s", path, strerror(errno));
        }
        free(svg);
        free(prefix);
        free(path);
        if (!is_good)
            return false;
    }
    return true;
}

bool
report_write(const struct results *results, const struct figures *figures, const char *folder,
             struct problem *problem)
{
    char *path = must_printf("%s/report.html", folder);
    size_t *metrics = must_alloc(results->scenario.metric_count, sizeof *metrics);
    size_t count = results_asked(results, metrics);
    char *text = NULL;
    size_t length;
    FILE *out = open_memstream(&text, &length);
    bool is_good = out != NULL;

    if (is_good) {
        put_head(out, results);
        put_warnings(out, results);
        report_answer(out, results, metrics, count);
        fputs("<h2>Results</h2>\n", out);
        put_summary(out, results, metrics, count);
        put_star(out, results, metrics, count);
        is_good = put_figures(out, figures, folder, problem);
        report_methods(out, results);
        for (size_t m = 0; m < results->scenario.metric_count; m++)
            metrics[m] = m;
        fputs("<h2>All numbers</h2>\n<details><summary>Every metric of every point</summary>\n",
              out);
        put_summary(out, results, metrics, results->scenario.metric_count);
        put_star(out, results, metrics, results->scenario.metric_count);
        fputs("</details>\n", out);
        report_values(out, results);
        fputs("</main>\n</body>\n</html>\n", out);
        fclose(out);
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
