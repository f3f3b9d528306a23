/* SPDX-License-Identifier: GPL-2.0-or-later
 *
 * A metric over a varied parameter: means with bars and bands. LAWS curves are the same with what
 * the resources allow drawn behind the marks.
 */
#include <math.h>
#include <stdlib.h>

#include "figure_layout.h"

/* Series are moved apart a little where the axis allows it, or bars of equal means would hide each
 * other. */
static double
aside(const struct layout *layout, const struct ruler *ruler, size_t series)
{
    size_t count = layout_value_count(layout, PART_SERIES);
    double step = ruler->spacing * (count > 6 ? 0.36 / (double)count : 0.06);

    if ((!ruler->is_words && !ruler->is_log) || count < 2 || layout->wish->kind == FIGURE_LAWS)
        return 0;
    return ((double)series - ((double)count - 1) / 2) * step;
}

/* Words have no order and zero has no logarithm: no line leads there. */
static bool
begins_line(const struct layout *layout, const struct ruler *ruler, size_t x)
{
    if (ruler->is_words || layout_is_sampled(layout))
        return true;
    return ruler->has_zero && ((x > 0 && !(layout_number(layout, PART_X, x - 1) > 0)) ||
                               !(layout_number(layout, PART_X, x) > 0));
}

/* A logarithmic axis begins at the power of ten below everything that has a logarithm; there end
 * the bars that reach further, and what has none is left out. Returns whether something was. */
static bool
take_logarithm(struct figure *figure)
{
    double least = INFINITY;
    bool is_short = false;

    for (size_t s = 0; s < figure->series_count; s++)
        for (size_t i = 0; i < figure->series[s].mark_count; i++)
            for (size_t v = 1; v <= 2; v++)
                if (figure->series[s].marks[i].values[v] > 0)
                    least = fmin(least, figure->series[s].marks[i].values[v]);
    if (isinf(least))
        return false;
    figure->y.is_log = true;
    figure->y.low = pow(10, floor(log10(least) + 1e-9));
    for (size_t s = 0; s < figure->series_count; s++) {
        struct figure_series *line = &figure->series[s];
        size_t kept = 0;

        for (size_t i = 0; i < line->mark_count; i++) {
            struct figure_mark *mark = &line->marks[i];

            if (!(mark->values[1] > 0)) {
                is_short = true;
                continue;
            }
            mark->values[2] = fmax(mark->values[2], figure->y.low);
            line->marks[kept++] = *mark;
        }
        line->mark_count = kept;
    }
    return is_short;
}

static void
add_line(const struct layout *layout, const struct ruler *ruler, struct figure *figure, size_t s)
{
    struct figure_series *line = figure_add_series(figure, ROLE_LINE, s);

    for (size_t x = 0; x < ruler->count; x++) {
        const struct estimate *e = &layout_result(layout, (struct place){{x, 0, s}})->estimate;
        double half = isnan(e->half_width) ? 0 : e->half_width;
        struct figure_mark *mark;

        if (e->n == 0)
            continue;
        mark = figure_add_mark(line);
        mark->values[0] = ruler->positions[x] + aside(layout, ruler, s);
        mark->values[1] = e->mean * layout->scale.factor;
        mark->values[2] = (e->mean - half) * layout->scale.factor;
        mark->values[3] = (e->mean + half) * layout->scale.factor;
        mark->values[4] = (double)e->n;
        mark->begins = begins_line(layout, ruler, x);
        layout_value_text(layout, PART_X, x, mark->text, sizeof mark->text);
        figure_reach(figure, mark->values[2]);
        figure_reach(figure, mark->values[3]);
    }
    layout_label(layout, s, line->label, sizeof line->label);
}

/* Whether a mark has a bar, whether one has none, and whether a band joins two that have one. */
static void
look_at_bars(const struct figure *figure, bool *has_bars, bool *lacks_bars, bool *has_band)
{
    *has_bars = false;
    *lacks_bars = false;
    *has_band = false;
    for (size_t s = 0; s < figure->series_count; s++) {
        const struct figure_series *series = &figure->series[s];

        for (size_t i = 0; i < series->mark_count && series->role == ROLE_LINE; i++) {
            bool has_bar = series->marks[i].values[3] > series->marks[i].values[2];

            *has_bars = *has_bars || has_bar;
            *lacks_bars = *lacks_bars || !has_bar;
            *has_band = *has_band || (has_bar && i > 0 && !series->marks[i].begins);
        }
    }
}

static void
put_caption(const struct layout *layout, const struct ruler *ruler, struct figure *figure,
            bool is_short)
{
    size_t least;
    size_t most;
    bool has_bars;
    bool lacks_bars;
    bool has_band;
    char n[64];

    layout_counts(layout, &least, &most);
    figure_count_text(least, most, n, sizeof n);
    look_at_bars(figure, &has_bars, &lacks_bars, &has_band);
    if (most < 2)
        figure->caption = must_printf("One value each (%s): no intervals.", n);
    else if (!has_bars)
        figure->caption = must_printf("%s replications, all alike: no intervals.", n);
    else
        figure->caption =
            must_printf("Mean of %s replications; bars%s: 95 %% confidence interval (Student t).",
                        n, has_band ? " and bands" : "");
    figure->remark = must_printf(
        "%s%s%s", is_short ? "Zero has no logarithm and is left out. " : "",
        lacks_bars && has_bars ? "No bar: all replications alike, or a bar within the mark. " : "",
        layout->varied[PART_SERIES] != SIZE_MAX && (ruler->is_words || ruler->is_log)
            ? "Marks of one x are set side by side, so that none hides another."
            : "");
}

static void
put_axes(const struct layout *layout, const struct ruler *ruler, struct figure *figure)
{
    figure->x.label = layout_parameter_label(layout, PART_X, layout->wish->x_label, ruler);
    figure->y.label = layout_metric_label(layout, layout->wish->y_label);
    layout_tics(layout, PART_X, ruler, &figure->x);
    layout_limits(ruler, &figure->x);
    if (ruler->has_zero)
        figure->x_break = figure->x.low + ruler->spacing * 0.35 + 0.5;
}

void
figure_lines(struct layout *layout, struct figure *figure)
{
    struct ruler ruler = layout_ruler(layout, PART_X, false);
    bool is_short;

    for (size_t s = 0; s < layout_value_count(layout, PART_SERIES); s++)
        add_line(layout, &ruler, figure, s);
    is_short = layout->wish->logy && take_logarithm(figure);
    put_axes(layout, &ruler, figure);
    put_caption(layout, &ruler, figure, is_short);
    free(ruler.positions);
}

/* What a resource would carry when busy all the time: what it carried, by its busy share. NAN:
 * not measured, or not used at all. */
static double
capacity(const struct layout *layout, struct place place, const char *utilisation)
{
    const struct results *results = layout->results;
    const struct result_metric *metrics = results->points[layout_point(layout, place)].metrics;
    double busy = metrics[results_metric(results, utilisation)].estimate.mean;

    return busy > 0 ? metrics[layout->metric].estimate.mean / busy : (double)NAN;
}

/* The law at `x`, from the point with the first x: the least of what the resources carry, where
 * those that are slowed down carry less as x grows. */
static double
law(const struct layout *layout, size_t s, double first, double x)
{
    const struct study_figure *wish = layout->wish;
    struct place place = {{0, 0, s}};
    double least = INFINITY;

    for (size_t i = 0; i < wish->part_count; i++)
        least = fmin(least, capacity(layout, place, wish->parts[i].name));
    for (size_t i = 0; i < wish->scaled_count; i++)
        least = fmin(least, capacity(layout, place, wish->scaled[i].name) * first / x);
    return least;
}

static void
add_curve(const struct layout *layout, const struct ruler *ruler, struct figure *figure, size_t s)
{
    enum { STEPS = 400 };
    double first = layout_number(layout, PART_X, 0);
    double low = ruler->positions[0];
    double high = ruler->positions[ruler->count - 1];
    struct figure_series *curve = figure_add_series(figure, ROLE_CURVE, s);

    for (size_t i = 0; i <= STEPS; i++) {
        double position = low + (high - low) * (double)i / STEPS;
        double x = ruler->is_log ? pow(10, position) : position / ruler->scale.factor;
        double value = law(layout, s, first, x) * layout->scale.factor;
        struct figure_mark *mark;

        if (!isfinite(value))
            continue;
        mark = figure_add_mark(curve);
        mark->values[0] = position;
        mark->values[1] = value;
        figure_reach(figure, value);
    }
}

void
figure_laws(struct layout *layout, struct figure *figure)
{
    struct ruler ruler = layout_ruler(layout, PART_X, false);
    size_t count = layout_value_count(layout, PART_SERIES);

    for (size_t s = 0; s < count && !ruler.is_words && !ruler.has_zero; s++)
        add_curve(layout, &ruler, figure, s);
    for (size_t s = 0; s < count; s++)
        add_line(layout, &ruler, figure, s);
    for (size_t s = 0; s < figure->series_count; s++)
        for (size_t i = 0; i < figure->series[s].mark_count; i++)
            figure->series[s].marks[i].begins = figure->series[s].role == ROLE_LINE;
    put_axes(layout, &ruler, figure);
    put_caption(layout, &ruler, figure, false);
    free(figure->remark);
    figure->remark = must_strdup("Curves: what the resources allow, by their use at the first x; "
                                 "the work of the scaled ones "
                                 "grows with x.");
    free(ruler.positions);
}
