/* SPDX-License-Identifier: GPL-2.0-or-later
 *
 * Where time goes: metrics of one unit stacked on each other, a bar for each value of x and series.
 */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "figure_layout.h"

static const double VISIBLE = 0.004; /* of the highest bar: about a pixel */

struct bars {
    const struct layout *layout;
    struct figure *figure;
    size_t *parts; /* indices of metrics */
    size_t x_count;
    size_t series_count;
    double width;
    double factor;
    double largest; /* the highest bar, in shown units */
};

static struct place
place_of(size_t x, size_t s)
{
    return (struct place){{x, 0, s}};
}

static const struct result_point *
point_of(const struct bars *bars, size_t x, size_t s)
{
    return &bars->layout->results->points[layout_point(bars->layout, place_of(x, s))];
}

/* Where a bar stands: those of one x beside each other, with a gap before the next x. */
static double
position_of(const struct bars *bars, size_t x, size_t s)
{
    return (double)x + ((double)s - ((double)bars->series_count - 1) / 2) * bars->width;
}

static double
mean_of(const struct bars *bars, size_t x, size_t s, size_t part)
{
    double mean = point_of(bars, x, s)->metrics[bars->parts[part]].estimate.mean;

    return isnan(mean) ? 0 : mean * bars->factor;
}

static struct estimate
total_of(const struct bars *bars, size_t x, size_t s)
{
    const struct result_point *point = point_of(bars, x, s);
    double *totals = must_alloc(point->done + 1, sizeof *totals);
    struct estimate estimate;

    for (size_t r = 0; r < point->done; r++)
        for (size_t i = 0; i < bars->layout->wish->part_count; i++)
            totals[r] += point->metrics[bars->parts[i]].values[r] * bars->factor;
    estimate = statistics_estimate(totals, point->done);
    free(totals);
    return estimate;
}

/* What the names of the parts have in common says nothing in the key. */
static void
part_label(const struct bars *bars, size_t part, char *label, size_t size)
{
    const struct study_metric *parts = bars->layout->wish->parts;
    size_t start = strlen(parts[0].name);
    size_t end = start;
    size_t length = strlen(parts[part].name);

    for (size_t i = 1; i < bars->layout->wish->part_count; i++) {
        size_t other = strlen(parts[i].name);
        size_t same = 0;

        while (same < start && parts[i].name[same] == parts[0].name[same])
            same++;
        start = same;
        for (same = 0;
             same < end && same < other &&
             parts[i].name[other - 1 - same] == parts[0].name[strlen(parts[0].name) - 1 - same];)
            same++;
        end = same;
    }
    while (start > 0 && parts[0].name[start - 1] != '_')
        start--;
    while (end > 0 && parts[0].name[strlen(parts[0].name) - end] != '_')
        end--;
    if (bars->layout->wish->part_count < 2 || start + end >= length)
        start = end = 0;
    snprintf(label, size, "%.*s", (int)(length - start - end), parts[part].name + start);
    for (char *c = label; *c != '\0'; c++)
        *c = *c == '_' ? ' ' : *c;
}

/* What nobody could see has no colour to spare, and no place in the key. */
static bool
is_there(const struct bars *bars, size_t part)
{
    for (size_t x = 0; x < bars->x_count; x++)
        for (size_t s = 0; s < bars->series_count; s++)
            if (fabs(mean_of(bars, x, s, part)) > VISIBLE * bars->largest)
                return true;
    return false;
}

/* The place in the list is the colour: the same in all figures with that list. */
static void
add_part(const struct bars *bars, size_t part)
{
    struct figure_series *series = figure_add_series(bars->figure, ROLE_PART, part);

    part_label(bars, part, series->label, sizeof series->label);
    for (size_t x = 0; x < bars->x_count; x++) {
        for (size_t s = 0; s < bars->series_count; s++) {
            struct figure_mark *mark;
            double bottom = 0;

            if (total_of(bars, x, s).n == 0)
                continue;
            for (size_t below = 0; below < part; below++)
                bottom += mean_of(bars, x, s, below);
            mark = figure_add_mark(series);
            mark->values[0] = position_of(bars, x, s);
            mark->values[1] = bottom;
            mark->values[2] = bottom + mean_of(bars, x, s, part);
            mark->values[3] = 0.86 * bars->width;
            figure_reach(bars->figure, mark->values[2]);
        }
    }
}

static void
add_totals(const struct bars *bars)
{
    struct figure_series *series = figure_add_series(bars->figure, ROLE_TOTAL, 0);

    for (size_t x = 0; x < bars->x_count; x++) {
        for (size_t s = 0; s < bars->series_count; s++) {
            struct estimate total = total_of(bars, x, s);
            struct figure_mark *mark;

            if (isnan(total.half_width))
                continue;
            mark = figure_add_mark(series);
            mark->values[0] = position_of(bars, x, s);
            mark->values[1] = total.mean;
            mark->values[2] = total.mean - total.half_width;
            mark->values[3] = total.mean + total.half_width;
            figure_reach(bars->figure, mark->values[3]);
        }
    }
}

/* Every bar has its series below it, every group of bars its x below that. */
static void
put_tics(const struct bars *bars, const struct ruler *ruler)
{
    struct figure *figure = bars->figure;
    bool has_series = bars->layout->varied[PART_SERIES] != SIZE_MAX;

    figure->x.tics = must_alloc(bars->x_count * bars->series_count, sizeof *figure->x.tics);
    figure->groups = must_alloc(bars->x_count, sizeof *figure->groups);
    for (size_t x = 0; x < bars->x_count; x++) {
        for (size_t s = 0; s < bars->series_count; s++) {
            struct figure_tic *tic = &figure->x.tics[figure->x.tic_count++];

            tic->position = position_of(bars, x, s);
            if (has_series)
                layout_value_text(bars->layout, PART_SERIES, s, tic->label, sizeof tic->label);
            else
                layout_word(bars->layout, PART_X, ruler, x, tic->label, sizeof tic->label);
        }
        if (has_series) {
            struct figure_tic *group = &figure->groups[figure->group_count++];

            group->position = (double)x;
            layout_word(bars->layout, PART_X, ruler, x, group->label, sizeof group->label);
        }
    }
    figure->x.low = -0.5;
    figure->x.high = (double)bars->x_count - 0.5;
}

static void
put_texts(const struct bars *bars, const struct ruler *ruler)
{
    const struct layout *layout = bars->layout;
    struct figure *figure = bars->figure;
    size_t least;
    size_t most;
    char *left_out = must_strdup("");
    char n[64];

    for (size_t i = 0; i < layout->wish->part_count; i++) {
        char label[96];
        char *longer;

        if (is_there(bars, i))
            continue;
        part_label(bars, i, label, sizeof label);
        longer = must_printf("%s%s%s", left_out, left_out[0] == '\0' ? "" : ", ", label);
        free(left_out);
        left_out = longer;
    }
    figure->x.label = layout_parameter_label(layout, PART_X, layout->wish->x_label, ruler);
    figure->y.label = must_printf(
        "%s%s%s%s", layout->wish->y_label != NULL ? layout->wish->y_label : "Sum of the parts",
        layout->scale.text[0] == '\0' ? "" : " (", layout->scale.text,
        layout->scale.text[0] == '\0' ? "" : ")");
    layout_counts(layout, &least, &most);
    figure_count_text(least, most, n, sizeof n);
    figure->caption =
        most < 2
            ? must_printf("One value each (%s): no intervals.", n)
            : must_printf("Means of %s replications; bar at the end: 95 %% confidence interval of "
                          "the sum (Student t).",
                          n);
    figure->remark = left_out[0] == '\0' ? must_strdup("")
                                         : must_printf("Zero or too little to see: %s.", left_out);
    free(left_out);
}

void
figure_bars(struct layout *layout, struct figure *figure)
{
    struct bars bars = {.layout = layout,
                        .figure = figure,
                        .x_count = layout_value_count(layout, PART_X),
                        .series_count = layout_value_count(layout, PART_SERIES)};
    struct ruler ruler = layout_ruler(layout, PART_X, true);
    double largest = 0;
    const struct catalogue_metric *first = &layout->results->scenario.metrics[layout->metric];

    bars.parts = must_alloc(layout->wish->part_count, sizeof *bars.parts);
    bars.width = 0.84 / (double)bars.series_count;
    bars.factor = 1;
    for (size_t i = 0; i < layout->wish->part_count; i++)
        bars.parts[i] = results_metric(layout->results, layout->wish->parts[i].name);
    for (size_t x = 0; x < bars.x_count; x++)
        for (size_t s = 0; s < bars.series_count; s++)
            largest = fmax(largest, fabs(total_of(&bars, x, s).mean));
    layout->scale = unit_scale(first->name, first->unit, largest);
    bars.factor = layout->scale.factor;
    bars.largest = largest * bars.factor;
    for (size_t i = 0; i < layout->wish->part_count; i++)
        if (is_there(&bars, i))
            add_part(&bars, i);
    add_totals(&bars);
    put_tics(&bars, &ruler);
    put_texts(&bars, &ruler);
    free(ruler.positions);
    figure->has_legend = true;
    free(bars.parts);
}
