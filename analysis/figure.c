/* SPDX-License-Identifier: GPL-2.0-or-later
 *
 * The layout of figures: which points become which marks, where zero stands on a logarithmic axis,
 * what the caption has to say. See figure.h; gnuplot.c writes it down.
 */
#include "figure.h"

#include <math.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { TICS_MAX = 10 };

/* One figure on its way: which varied parameters play which part. */
struct layout {
    const struct results *results;
    const struct study_figure *wish;
    size_t metric;
    size_t x;          /* index of the varied parameter */
    size_t series;     /* the same, or SIZE_MAX */
    size_t rest;       /* which combination of the other varied parameters */
    double *positions; /* one an x value */
    bool is_words;
    bool is_log;
    bool has_zero; /* on a logarithmic axis */
    bool is_power; /* tics as powers of ten, because one of them needs it */
    struct unit_scale x_scale;
    struct unit_scale y_scale;
};

static size_t
varied_index(const struct study *study, const char *name)
{
    size_t i = 0;

    while (name != NULL && i < study->vary_count && strcmp(study->vary[i].name, name) != 0)
        i++;
    return name == NULL ? SIZE_MAX : i;
}

/* The axis of the study that a varied parameter stands on; SIZE_MAX for none. */
static size_t
axis_of(const struct layout *layout, size_t varied)
{
    return varied == SIZE_MAX ? SIZE_MAX : layout->results->study.vary[varied].axis;
}

static size_t
value_count(const struct layout *layout, size_t varied)
{
    const struct study *study = &layout->results->study;

    return varied == SIZE_MAX ? 1 : study->axes[axis_of(layout, varied)].length;
}

/* Samples come in no order: they are marks without lines. */
static bool
is_sampled(const struct layout *layout)
{
    return layout->results->study.axes[axis_of(layout, layout->x)].kind == AXIS_SAMPLE;
}

/* The study's point with these values of x, series and the rest. */
static size_t
point_of(const struct layout *layout, size_t x_value, size_t series_value)
{
    const struct study *study = &layout->results->study;
    size_t x_axis = axis_of(layout, layout->x);
    size_t series_axis = axis_of(layout, layout->series);
    size_t rest = layout->rest;
    size_t point = 0;
    size_t weight = 1;

    for (size_t i = study->axis_count; i-- > 0;) {
        size_t count = study->axes[i].length;
        size_t digit = i == x_axis ? x_value : i == series_axis ? series_value : rest % count;

        if (i != x_axis && i != series_axis)
            rest /= count;
        point += digit * weight;
        weight *= count;
    }
    return point;
}

static size_t
rest_count(const struct layout *layout)
{
    const struct study *study = &layout->results->study;
    size_t count = 1;

    for (size_t i = 0; i < study->axis_count; i++)
        if (i != axis_of(layout, layout->x) && i != axis_of(layout, layout->series))
            count *= study->axes[i].length;
    return count;
}

/* The number behind an x value; NAN for words and for points without any run yet. */
static double
x_value_of(const struct layout *layout, size_t x_value)
{
    const struct study *study = &layout->results->study;

    for (size_t s = 0; s < value_count(layout, layout->series); s++) {
        const struct effective_parameter *p =
            effective_find(&layout->results->points[point_of(layout, x_value, s)].effective,
                           study->vary[layout->x].name);

        if (p != NULL)
            return p->value;
    }
    return (double)NAN;
}

static const char *
x_unit(const struct layout *layout)
{
    const struct catalogue_parameter *p = catalogue_parameter(
        &layout->results->scenario, layout->results->study.vary[layout->x].name);

    return p == NULL ? "" : p->unit;
}

/* Positions on the axis as drawn: the value itself, its logarithm with zero a decade further left,
 * or first, second, third for words. */
static void
place_x(struct layout *layout)
{
    size_t count = value_count(layout, layout->x);
    double smallest = INFINITY;
    double largest = 0;

    layout->positions = must_alloc(count, sizeof *layout->positions);
    for (size_t i = 0; i < count; i++) {
        double value = x_value_of(layout, i);

        layout->positions[i] = value;
        if (isnan(value) || (layout->wish->logx && value < 0))
            layout->is_words = true;
        if (value > 0 && value < smallest)
            smallest = value;
        if (fabs(value) > largest)
            largest = fabs(value);
    }
    layout->is_log = layout->wish->logx && !layout->is_words && !isinf(smallest);
    layout->x_scale =
        unit_scale(layout->results->study.vary[layout->x].name, x_unit(layout), largest);
    layout->is_power =
        smallest * layout->x_scale.factor < 0.9e-3 || largest * layout->x_scale.factor > 1.1e5;
    for (size_t i = 0; i < count; i++) {
        if (layout->is_words) {
            layout->positions[i] = (double)i;
        } else if (layout->is_log) {
            bool is_zero = !(layout->positions[i] > 0);

            layout->has_zero = layout->has_zero || is_zero;
            layout->positions[i] =
                is_zero ? floor(log10(smallest) + 1e-9) - 1 : log10(layout->positions[i]);
        } else {
            layout->positions[i] *= layout->x_scale.factor;
        }
    }
}

/* A number on the axis, in shown units. */
static void
number_label(const struct layout *layout, double value, char *text, size_t size)
{
    int exponent;
    double mantissa;

    if (!(value > 0)) {
        snprintf(text, size, "0");
        return;
    }
    exponent = (int)floor(log10(value) + 1e-9);
    mantissa = value / pow(10, exponent);
    if (!layout->is_power)
        snprintf(text, size, "%.6g", value);
    else if (fabs(mantissa - 1) < 1e-9)
        snprintf(text, size, "10^{%s%d}", exponent < 0 ? "\342\210\222" : "", abs(exponent));
    else
        snprintf(text, size, "%.3g\302\26710^{%s%d}", mantissa, exponent < 0 ? "\342\210\222" : "",
                 abs(exponent));
}

/* The powers of ten around the samples. */
static void
place_decades(const struct layout *layout, struct figure *figure)
{
    double low = INFINITY;
    double high = -INFINITY;

    for (size_t i = 0; i < value_count(layout, layout->x); i++) {
        low = fmin(low, layout->positions[i]);
        high = fmax(high, layout->positions[i]);
    }
    low = floor(low);
    high = ceil(high);
    figure->tics = must_alloc((size_t)(high - low) + 1, sizeof *figure->tics);
    for (double decade = low; decade <= high; decade++) {
        struct figure_tic *tic = &figure->tics[figure->tic_count++];

        tic->position = decade;
        number_label(layout, pow(10, decade) * layout->x_scale.factor, tic->label,
                     sizeof tic->label);
    }
}

/* Axes of words and logarithms have their values as tics; where these are many, every second,
 * third, ... */
static void
place_tics(const struct layout *layout, struct figure *figure)
{
    size_t count = value_count(layout, layout->x);
    size_t step = (count + TICS_MAX - 1) / TICS_MAX;

    if (!layout->is_words && !layout->is_log)
        return;
    if (is_sampled(layout) && !layout->is_words) {
        place_decades(layout, figure);
        return;
    }
    figure->tics = must_alloc(count, sizeof *figure->tics);
    for (size_t i = 0; i < count; i += step) {
        struct figure_tic *tic = &figure->tics[figure->tic_count++];
        double value = x_value_of(layout, i) * layout->x_scale.factor;

        tic->position = layout->positions[i];
        if (layout->is_words)
            results_varied_text(layout->results, point_of(layout, i, 0), layout->x, tic->label,
                                sizeof tic->label);
        else
            number_label(layout, value, tic->label, sizeof tic->label);
    }
}

/* The smallest distance of two positions: what marks may be moved within. */
static double
spacing(const struct layout *layout)
{
    double least = INFINITY;

    for (size_t i = 1; i < value_count(layout, layout->x); i++) {
        double distance = fabs(layout->positions[i] - layout->positions[i - 1]);

        if (distance > 0 && distance < least)
            least = distance;
    }
    return isinf(least) ? 1 : least;
}

/* Series are moved apart a little where the axis allows it, or bars of equal means would hide each
 * other. */
static double
aside(const struct layout *layout, size_t series)
{
    size_t count = value_count(layout, layout->series);
    double step = spacing(layout) * (count > 6 ? 0.36 / (double)count : 0.06);

    if ((!layout->is_words && !layout->is_log) || count < 2)
        return 0;
    return ((double)series - ((double)count - 1) / 2) * step;
}

static void
place_series(const struct layout *layout, struct figure *figure, size_t series)
{
    struct figure_series *line = &figure->series[series];
    size_t count = value_count(layout, layout->x);

    line->marks = must_alloc(count, sizeof *line->marks);
    for (size_t i = 0; i < count; i++) {
        size_t point = point_of(layout, i, series);
        const struct estimate *e = &layout->results->points[point].metrics[layout->metric].estimate;
        double half = isnan(e->half_width) ? 0 : e->half_width;
        struct figure_mark *mark = &line->marks[line->mark_count];

        if (e->n == 0)
            continue;
        line->mark_count++;
        mark->position = layout->positions[i] + aside(layout, series);
        mark->mean = e->mean * layout->y_scale.factor;
        mark->low = (e->mean - half) * layout->y_scale.factor;
        mark->high = (e->mean + half) * layout->y_scale.factor;
        mark->n = e->n;
        /* Words have no order and zero has no logarithm: no line leads there. */
        mark->begins = layout->is_words || is_sampled(layout) ||
                       (layout->has_zero && i > 0 && !(x_value_of(layout, i - 1) > 0)) ||
                       (layout->has_zero && !(x_value_of(layout, i) > 0));
        results_varied_text(layout->results, point, layout->x, mark->x_text, sizeof mark->x_text);
        figure->y_low = fmin(figure->y_low, mark->low);
        figure->y_high = fmax(figure->y_high, mark->high);
        figure->is_empty = false;
    }
    if (layout->series == SIZE_MAX)
        return;
    results_varied_text(layout->results, point_of(layout, 0, series), layout->series, line->label,
                        sizeof line->label);
    /* A bare number needs its name; a word speaks for itself. */
    if (strspn(line->label, "-0123456789") > 0) {
        char named[sizeof line->label];

        snprintf(named, sizeof named, "%.40s = %.50s", layout->wish->series, line->label);
        memcpy(line->label, named, sizeof named);
    }
}

static char *
axis_label(const char *wish, const char *name, const char *unit, const struct unit_scale *scale)
{
    char label[96];

    unit_label(label, sizeof label, name, unit);
    return must_printf("%s%s%s%s", wish == NULL ? label : wish, scale->text[0] == '\0' ? "" : " (",
                       scale->text, scale->text[0] == '\0' ? "" : ")");
}

/* " (connections = 8, rate = 10 Gb/s)" for the parameters that are neither x nor series. */
static char *
rest_text(const struct layout *layout)
{
    const struct study *study = &layout->results->study;
    size_t point = point_of(layout, 0, 0);
    char *text = must_strdup("");
    char value[64];

    for (size_t i = 0; i < study->vary_count; i++) {
        char *longer;

        if (study->vary[i].axis == axis_of(layout, layout->x) ||
            study->vary[i].axis == axis_of(layout, layout->series))
            continue;
        results_varied_text(layout->results, point, i, value, sizeof value);
        longer = must_printf("%s%s%s = %s", text, text[0] == '\0' ? "" : ", ", study->vary[i].name,
                             value);
        free(text);
        text = longer;
    }
    return text;
}

static void
put_caption(const struct layout *layout, struct figure *figure)
{
    size_t least = SIZE_MAX;
    size_t most = 0;
    bool lacks_bars = false;
    char n[64];

    for (size_t s = 0; s < figure->series_count; s++) {
        for (size_t i = 0; i < figure->series[s].mark_count; i++) {
            const struct figure_mark *mark = &figure->series[s].marks[i];

            least = mark->n < least ? mark->n : least;
            most = mark->n > most ? mark->n : most;
            lacks_bars = lacks_bars || !(mark->high > mark->low);
        }
    }
    if (least == most)
        snprintf(n, sizeof n, "n = %zu", most);
    else
        snprintf(n, sizeof n, "n = %zu to %zu", least, most);
    if (most < 2) {
        figure->caption = must_printf("One value each (%s): no intervals.", n);
        lacks_bars = false;
    } else {
        figure->caption =
            must_printf("Mean of %s replications; bars: 95 %% confidence interval (Student t).", n);
    }
    figure->remark = must_printf(
        "%s%s", lacks_bars ? "No bar: all replications alike, or a bar within the mark. " : "",
        layout->series != SIZE_MAX && (layout->is_words || layout->is_log)
            ? "Marks of one x are set side by side, so that none hides another."
            : "");
}

static void
place_axes(const struct layout *layout, struct figure *figure)
{
    size_t count = value_count(layout, layout->x);
    double margin;

    figure->x_low = INFINITY;
    figure->x_high = -INFINITY;
    for (size_t i = 0; i < count; i++) {
        figure->x_low = fmin(figure->x_low, layout->positions[i]);
        figure->x_high = fmax(figure->x_high, layout->positions[i]);
    }
    margin = layout->is_words || layout->is_log ? spacing(layout) * 0.35
                                                : (figure->x_high - figure->x_low) * 0.04;
    if (!(margin > 0))
        margin = 1;
    figure->x_break = layout->has_zero ? figure->x_low + 0.5 : (double)NAN;
    figure->x_low -= margin;
    figure->x_high += margin;
}

static void
create_one(struct layout *layout, struct figure *figure)
{
    const struct study_figure *wish = layout->wish;
    const struct catalogue_metric *metric = &layout->results->scenario.metrics[layout->metric];
    const char *x_name = layout->results->study.vary[layout->x].name;
    char *rest = rest_text(layout);
    char label[96];

    unit_label(label, sizeof label, metric->name, metric->unit);
    layout->y_scale =
        unit_scale(metric->name, metric->unit, results_largest(layout->results, layout->metric));
    place_x(layout);
    figure->name = rest_count(layout) == 1 ? must_strdup(wish->name)
                                           : must_printf("%s-%zu", wish->name, layout->rest + 1);
    figure->title = must_printf("%s%s%s", wish->title != NULL ? wish->title : label,
                                rest[0] == '\0' ? "" : ": ", rest);
    figure->x_label = axis_label(wish->x_label, x_name, x_unit(layout), &layout->x_scale);
    figure->y_label = axis_label(wish->y_label, metric->name, metric->unit, &layout->y_scale);
    figure->is_empty = true;
    figure->y_low = INFINITY;
    figure->y_high = -INFINITY;
    figure->series_count = value_count(layout, layout->series);
    figure->series = must_alloc(figure->series_count, sizeof *figure->series);
    for (size_t s = 0; s < figure->series_count; s++)
        place_series(layout, figure, s);
    place_tics(layout, figure);
    place_axes(layout, figure);
    put_caption(layout, figure);
    free(layout->positions);
    free(rest);
}

void
figures_create(struct figures *figures, const struct results *results)
{
    memset(figures, 0, sizeof *figures);
    for (size_t f = 0; f < results->study.figure_count; f++) {
        struct layout layout = {.results = results, .wish = &results->study.figures[f]};
        size_t rest;

        layout.metric = results_metric(results, layout.wish->y);
        layout.x = varied_index(&results->study, layout.wish->x);
        layout.series = varied_index(&results->study, layout.wish->series);
        rest = rest_count(&layout);
        figures->figures =
            must_realloc(figures->figures, figures->count + rest, sizeof *figures->figures);
        for (size_t r = 0; r < rest; r++) {
            struct layout one = layout;

            one.rest = r;
            memset(&figures->figures[figures->count], 0, sizeof *figures->figures);
            create_one(&one, &figures->figures[figures->count++]);
        }
    }
}

void
figures_fini(struct figures *figures)
{
    for (size_t i = 0; i < figures->count; i++) {
        struct figure *figure = &figures->figures[i];

        for (size_t s = 0; s < figure->series_count; s++)
            free(figure->series[s].marks);
        free(figure->series);
        free(figure->tics);
        free(figure->name);
        free(figure->title);
        free(figure->x_label);
        free(figure->y_label);
        free(figure->caption);
        free(figure->remark);
    }
    free(figures->figures);
    memset(figures, 0, sizeof *figures);
}
