/* SPDX-License-Identifier: GPL-2.0-or-later
 *
 * A metric over two varied parameters as coloured cells with their numbers in them; with a series
 * of two values, by how much the second differs from the first.
 */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>

#include "compare.h"
#include "figure_layout.h"

/* The largest and the smallest mean in all maps of one study: they share their colours. */
static void
limits_of(const struct layout *layout, double *low, double *high)
{
    for (size_t i = 0; i < layout->results->point_count; i++) {
        double mean = layout->results->points[i].metrics[layout->metric].estimate.mean;

        if (isnan(mean))
            continue;
        *low = fmin(*low, mean * layout->scale.factor);
        *high = fmax(*high, mean * layout->scale.factor);
    }
}

static struct paired
change_at(const struct layout *layout, size_t x, size_t y)
{
    const struct result_point *points = layout->results->points;

    return compare_points(&points[layout_point(layout, (struct place){{x, y, 0}})], layout->metric,
                          &points[layout_point(layout, (struct place){{x, y, 1}})], layout->metric);
}

/* The value of a cell and what stands in it. */
static double
cell_value(const struct layout *layout, size_t x, size_t y, bool is_change,
           struct figure_mark *mark)
{
    double value;

    if (is_change) {
        struct paired change = change_at(layout, x, y);

        value = 100 * (change.ratio.value - 1);
        mark->is_faint = !change.is_significant;
        snprintf(mark->text, sizeof mark->text, "%s%.*f", value < 0 ? "\342\210\222" : "+",
                 fabs(value) < 10 ? 1 : 0, fabs(value));
    } else {
        const struct estimate *e = &layout_result(layout, (struct place){{x, y, 0}})->estimate;

        value = e->mean * layout->scale.factor;
        snprintf(mark->text, sizeof mark->text, "%.3g", value);
    }
    if (isnan(value))
        snprintf(mark->text, sizeof mark->text, "\342\200\223");
    return value;
}

static void
add_cells(const struct layout *layout, const struct ruler *x, const struct ruler *y,
          struct figure *figure)
{
    struct figure_series *cells = figure_add_series(figure, ROLE_CELLS, 0);

    for (size_t j = 0; j < y->count; j++) {
        for (size_t i = 0; i < x->count; i++) {
            struct figure_mark *mark = figure_add_mark(cells);

            mark->values[0] = (double)i - 0.5;
            mark->values[1] = (double)i + 0.5;
            mark->values[2] = (double)j - 0.5;
            mark->values[3] = (double)j + 0.5;
            mark->values[4] = cell_value(layout, i, j, figure->is_change, mark);
            /* What may be chance has no colour. */
            mark->values[5] = mark->is_faint ? 0 : mark->values[4];
            if (isnan(mark->values[4]))
                continue;
            figure->is_empty = false;
            figure->z.low = fmin(figure->z.low, mark->values[5]);
            figure->z.high = fmax(figure->z.high, mark->values[5]);
        }
    }
    if (!figure->is_change)
        limits_of(layout, &figure->z.low, &figure->z.high);
}

/* The words of a change: "offload against host". */
static char *
change_label(const struct layout *layout, const char *metric)
{
    char first[64];
    char second[64];

    layout_value_text(layout, PART_SERIES, 0, first, sizeof first);
    layout_value_text(layout, PART_SERIES, 1, second, sizeof second);
    return must_printf("%s, %s against %s (%%)", metric, second, first);
}

static void
put_texts(const struct layout *layout, struct figure *figure)
{
    const struct catalogue_metric *m = &layout->results->scenario.metrics[layout->metric];
    char metric[96];
    char n[64];
    size_t least;
    size_t most;

    unit_label(metric, sizeof metric, m->name, m->unit);
    layout_counts(layout, &least, &most);
    figure_count_text(least, most, n, sizeof n);
    if (figure->is_change) {
        figure->z.label =
            change_label(layout, layout->wish->z_label != NULL ? layout->wish->z_label : metric);
        figure->caption = must_printf("Change of the mean, %s pairs of replications.", n);
        figure->remark = must_strdup(
            most < 2 ? "One pair each: nothing is known of how certain a change is."
                     : "In brackets, without colour: no difference found (its 95 % interval "
                       "holds zero).");
    } else {
        figure->z.label = layout_metric_label(layout, layout->wish->z_label);
        figure->caption =
            must_printf(most < 2 ? "One value each (%s)." : "Mean of %s replications.", n);
        figure->remark = must_strdup("");
    }
}

void
figure_heat(struct layout *layout, struct figure *figure)
{
    struct ruler x = layout_ruler(layout, PART_X, true);
    struct ruler y = layout_ruler(layout, PART_Y, true);

    figure->is_change = layout->varied[PART_SERIES] != SIZE_MAX;
    figure->z.low = INFINITY;
    figure->z.high = -INFINITY;
    add_cells(layout, &x, &y, figure);
    put_texts(layout, figure);
    figure->x.label = layout_parameter_label(layout, PART_X, layout->wish->x_label, &x);
    figure->y.label = layout_parameter_label(layout, PART_Y, layout->wish->y_label, &y);
    layout_tics(layout, PART_X, &x, &figure->x);
    layout_tics(layout, PART_Y, &y, &figure->y);
    figure->x.low = -0.5;
    figure->x.high = (double)x.count - 0.5;
    figure->y.low = -0.5;
    figure->y.high = (double)y.count - 0.5;
    free(x.positions);
    free(y.positions);
}
