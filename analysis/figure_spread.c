/* SPDX-License-Identifier: GPL-2.0-or-later
 *
 * How replications are spread: box plots and distribution functions, and the table of quantiles
 * that the report puts below them.
 */
#include <gsl/gsl_sort.h>
#include <gsl/gsl_statistics_double.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>

#include "figure_layout.h"
#include "intervals.h"

/* Fewer values have no quartiles worth a box; up to so many, a box hides how they cluster. */
enum { BOX_LEAST = 5, DOTS_MOST = 20 };

/* The values that were measured, sorted and in shown units; the caller frees them. */
static double *
sorted_values(const struct layout *layout, struct place place, size_t *count)
{
    const struct result_point *point = &layout->results->points[layout_point(layout, place)];
    double *values = must_alloc(point->done + 1, sizeof *values);

    *count = 0;
    for (size_t r = 0; r < point->done; r++)
        if (!isnan(point->metrics[layout->metric].values[r]))
            values[(*count)++] = point->metrics[layout->metric].values[r] * layout->scale.factor;
    gsl_sort(values, 1, *count);
    return values;
}

static char *
quantile_text(const double *values, size_t count, double quantile)
{
    struct interval q = statistics_quantile(values, count, quantile);

    if (isnan(q.value))
        return must_printf("\342\200\223 (%s)", q.note);
    if (isnan(q.low))
        return must_printf("%.4g (%s)", q.value, q.note);
    return must_printf("%.4g (%.4g to %.4g)", q.value, q.low, q.high);
}

static void
begin_table(const struct layout *layout, struct figure *figure)
{
    static const char *const headings[] = {"n", "median", "90 % quantile"};
    bool has_x = layout->varied[PART_X] != SIZE_MAX;
    bool has_series = layout->varied[PART_SERIES] != SIZE_MAX;

    figure->table.columns = 3 + (size_t)has_x + (size_t)has_series;
    if (has_x)
        figure_table_add(&figure->table, must_strdup(layout->wish->x));
    if (has_series)
        figure_table_add(&figure->table, must_strdup(layout->wish->series));
    figure_table_add(&figure->table, must_strdup(headings[0]));
    for (size_t i = 1; i < 3; i++)
        figure_table_add(&figure->table, must_printf("%s%s%s (95 %% interval)", headings[i],
                                                     layout->scale.text[0] == '\0' ? "" : ", ",
                                                     layout->scale.text));
}

static void
add_row(const struct layout *layout, struct figure *figure, struct place place,
        const double *values, size_t count)
{
    char text[64];

    for (size_t p = 0; p < PART_COUNT; p++) {
        if (layout->varied[p] == SIZE_MAX)
            continue;
        layout_value_text(layout, (enum part)p, place.at[p], text, sizeof text);
        figure_table_add(&figure->table, must_strdup(text));
    }
    figure_table_add(&figure->table, must_printf("%zu", count));
    figure_table_add(&figure->table, quantile_text(values, count, 0.5));
    figure_table_add(&figure->table, quantile_text(values, count, 0.9));
}

/* Neighbours in the order of size stand side by side, so that equal ones can be counted. */
static void
add_dot(struct figure_series *dots, double position, double width, double value, size_t i)
{
    static const double aside[] = {0, -0.14, 0.14, -0.28, 0.28};
    struct figure_mark *dot = figure_add_mark(dots);

    dot->values[0] = position + aside[i % (sizeof aside / sizeof *aside)] * width;
    dot->values[1] = value;
}

/* A box, and as dots the values themselves; where they are many, what lies beyond the whiskers. */
static void
add_values(struct figure *figure, size_t box, size_t dots, double position, double width,
           const double *values, size_t count)
{
    double low = gsl_stats_quantile_from_sorted_data(values, 1, count, 0.25);
    double high = gsl_stats_quantile_from_sorted_data(values, 1, count, 0.75);
    double reach = 1.5 * (high - low);
    double whiskers[2] = {INFINITY, -INFINITY};
    struct figure_mark *mark;

    for (size_t i = 0; i < count; i++) {
        bool is_beyond = values[i] < low - reach || values[i] > high + reach;

        figure_reach(figure, values[i]);
        if (is_beyond || count <= DOTS_MOST)
            add_dot(&figure->series[dots], position, width, values[i], i);
        if (!is_beyond) {
            whiskers[0] = fmin(whiskers[0], values[i]);
            whiskers[1] = fmax(whiskers[1], values[i]);
        }
    }
    if (count < BOX_LEAST)
        return;
    mark = figure_add_mark(&figure->series[box]);
    mark->values[0] = position;
    mark->values[1] = whiskers[0];
    mark->values[2] = low;
    mark->values[3] = gsl_stats_quantile_from_sorted_data(values, 1, count, 0.5);
    mark->values[4] = high;
    mark->values[5] = whiskers[1];
    mark->values[6] = width;
}

void
figure_box(struct layout *layout, struct figure *figure)
{
    struct ruler ruler = layout_ruler(layout, PART_X, true);
    size_t count = layout_value_count(layout, PART_SERIES);
    double width = 0.8 / (double)(count < 2 ? 2 : count);
    size_t least;
    size_t most;
    char n[64];

    begin_table(layout, figure);
    for (size_t s = 0; s < count; s++) {
        size_t box = figure->series_count;

        figure_add_series(figure, ROLE_BOX, s);
        figure_add_series(figure, ROLE_DOTS, s);
        layout_label(layout, s, figure->series[box].label, sizeof figure->series[box].label);
        for (size_t x = 0; x < ruler.count; x++) {
            struct place place = {{x, 0, s}};
            double position = ruler.positions[x] + ((double)s - ((double)count - 1) / 2) * width;
            size_t n_values;
            double *values = sorted_values(layout, place, &n_values);

            if (n_values > 0)
                add_values(figure, box, box + 1, position, 0.8 * width, values, n_values);
            add_row(layout, figure, place, values, n_values);
            free(values);
        }
    }
    figure->x.label = layout_parameter_label(layout, PART_X, layout->wish->x_label, &ruler);
    figure->y.label = layout_metric_label(layout, layout->wish->y_label);
    layout_tics(layout, PART_X, &ruler, &figure->x);
    figure->x.low = -0.5;
    figure->x.high = (double)ruler.count - 0.5;
    layout_counts(layout, &least, &most);
    figure_count_text(least, most, n, sizeof n);
    figure->caption = must_printf(
        "Replications, %s; box: quartiles and median; whiskers: to the last value within 1.5 "
        "heights of it.",
        n);
    figure->is_zoomed = figure->y.low > 0.8 * figure->y.high;
    figure->remark = must_printf(
        "%s%s",
        least < BOX_LEAST   ? "Fewer than 5 values: dots alone, as there are too few for quartiles."
        : most <= DOTS_MOST ? "Dots: the replications, side by side."
                            : "Dots: single values beyond the whiskers.",
        figure->is_zoomed ? " The y axis does not start at zero." : "");
    free(ruler.positions);
}

void
figure_cdf(struct layout *layout, struct figure *figure)
{
    size_t least;
    size_t most;
    char n[64];

    begin_table(layout, figure);
    for (size_t s = 0; s < layout_value_count(layout, PART_SERIES); s++) {
        struct place place = {{0, 0, s}};
        struct figure_series *steps = figure_add_series(figure, ROLE_STEPS, s);
        size_t count;
        double *values = sorted_values(layout, place, &count);

        for (size_t i = 0; i <= count && count > 0; i++) {
            struct figure_mark *mark = figure_add_mark(steps);

            mark->values[0] = values[i == 0 ? 0 : i - 1];
            mark->values[1] = 100 * (double)i / (double)count;
            figure_reach(figure, mark->values[1]);
            figure->x.low = fmin(figure->x.low, mark->values[0]);
            figure->x.high = fmax(figure->x.high, mark->values[0]);
        }
        layout_label(layout, s, steps->label, sizeof steps->label);
        add_row(layout, figure, place, values, count);
        free(values);
    }
    figure->x.label = layout_metric_label(layout, layout->wish->x_label);
    figure->y.label =
        must_printf("%s (%%)", layout->wish->y_label != NULL ? layout->wish->y_label
                                                             : "Replications with at most so much");
    if (figure->x.high > figure->x.low) {
        double margin = (figure->x.high - figure->x.low) * 0.04;

        figure->x.low -= margin;
        figure->x.high += margin;
    } else {
        figure->x.low = figure->x.high = (double)NAN;
    }
    layout_counts(layout, &least, &most);
    figure_count_text(least, most, n, sizeof n);
    figure->caption =
        must_printf("Share of replications with at most the value on the x axis; %s.", n);
    figure->remark = must_strdup(most < 2 ? "One value each: nothing is known of its spread." : "");
}
