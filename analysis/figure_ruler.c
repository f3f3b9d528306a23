/* SPDX-License-Identifier: GPL-2.0-or-later
 *
 * Where the values of a varied parameter stand on an axis, where zero stands on a logarithmic one,
 * and what is written there. See figure_layout.h.
 */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "figure_layout.h"

enum { TICS_MAX = 10 };

double
layout_number(const struct layout *layout, enum part part, size_t value)
{
    struct place place = {{0}};

    place.at[part] = value;
    return results_varied(layout->results, layout_point(layout, place), layout->varied[part])
        ->value;
}

static const char *
unit_of(const struct layout *layout, enum part part)
{
    const struct catalogue_parameter *p = catalogue_parameter(
        &layout->results->scenario, layout->results->study.vary[layout->varied[part]].name);

    return p == NULL ? "" : p->unit;
}

static double
least_distance(const struct ruler *ruler)
{
    double least = INFINITY;

    for (size_t i = 1; i < ruler->count; i++) {
        double distance = fabs(ruler->positions[i] - ruler->positions[i - 1]);

        if (distance > 0 && distance < least)
            least = distance;
    }
    return isinf(least) ? 1 : least;
}

/* The unit that all words end in stands at the axis and not at each. */
static void
find_unit(const struct layout *layout, enum part part, struct ruler *ruler)
{
    char text[64];

    for (size_t i = 0; i < ruler->count; i++) {
        const char *end;

        layout_value_text(layout, part, i, text, sizeof text);
        end = strrchr(text, ' ');
        if (end == NULL || isnan(layout_number(layout, part, i)) ||
            (i > 0 && strcmp(end, ruler->unit) != 0)) {
            ruler->unit[0] = '\0';
            return;
        }
        snprintf(ruler->unit, sizeof ruler->unit, "%s", end);
    }
}

void
layout_word(const struct layout *layout, enum part part, const struct ruler *ruler, size_t value,
            char *text, size_t size)
{
    layout_value_text(layout, part, value, text, size);
    if (ruler->unit[0] != '\0')
        text[strlen(text) - strlen(ruler->unit)] = '\0';
}

/* Positions on the axis as drawn: the value itself, its logarithm with zero a decade further left,
 * or first, second, third for words. */
struct ruler
layout_ruler(const struct layout *layout, enum part part, bool is_words)
{
    struct ruler ruler = {.count = layout_value_count(layout, part), .is_words = is_words};
    double smallest = INFINITY;
    double largest = 0;

    ruler.positions = must_alloc(ruler.count, sizeof *ruler.positions);
    for (size_t i = 0; i < ruler.count; i++) {
        double value = layout_number(layout, part, i);

        ruler.positions[i] = value;
        if (isnan(value) || (layout->wish->logx && value < 0))
            ruler.is_words = true;
        if (value > 0 && value < smallest)
            smallest = value;
        if (fabs(value) > largest)
            largest = fabs(value);
    }
    ruler.is_log = layout->wish->logx && !ruler.is_words && !isinf(smallest);
    ruler.scale = unit_scale(layout->results->study.vary[layout->varied[part]].name,
                             unit_of(layout, part), largest);
    ruler.is_power = smallest * ruler.scale.factor < 0.9e-3 || largest * ruler.scale.factor > 1.1e5;
    for (size_t i = 0; i < ruler.count; i++) {
        if (ruler.is_words) {
            ruler.positions[i] = (double)i;
        } else if (ruler.is_log) {
            bool is_zero = !(ruler.positions[i] > 0);

            ruler.has_zero = ruler.has_zero || is_zero;
            ruler.positions[i] =
                is_zero ? floor(log10(smallest) + 1e-9) - 1 : log10(ruler.positions[i]);
        } else {
            ruler.positions[i] *= ruler.scale.factor;
        }
    }
    ruler.spacing = least_distance(&ruler);
    if (ruler.is_words)
        find_unit(layout, part, &ruler);
    return ruler;
}

/* A number on the axis, in shown units. */
static void
number_label(const struct ruler *ruler, double value, char *text, size_t size)
{
    int exponent;
    double mantissa;

    if (!(value > 0)) {
        snprintf(text, size, "0");
        return;
    }
    exponent = (int)floor(log10(value) + 1e-9);
    mantissa = value / pow(10, exponent);
    if (!ruler->is_power)
        snprintf(text, size, "%.6g", value);
    else if (fabs(mantissa - 1) < 1e-9)
        snprintf(text, size, "10^{%s%d}", exponent < 0 ? "\342\210\222" : "", abs(exponent));
    else
        snprintf(text, size, "%.3g\302\26710^{%s%d}", mantissa, exponent < 0 ? "\342\210\222" : "",
                 abs(exponent));
}

/* The powers of ten around the samples. */
static void
place_decades(const struct ruler *ruler, struct figure_axis *axis)
{
    double low = INFINITY;
    double high = -INFINITY;

    for (size_t i = 0; i < ruler->count; i++) {
        low = fmin(low, ruler->positions[i]);
        high = fmax(high, ruler->positions[i]);
    }
    low = floor(low);
    high = ceil(high);
    axis->tics = must_alloc((size_t)(high - low) + 1, sizeof *axis->tics);
    for (double decade = low; decade <= high; decade++) {
        struct figure_tic *tic = &axis->tics[axis->tic_count++];

        tic->position = decade;
        number_label(ruler, pow(10, decade) * ruler->scale.factor, tic->label, sizeof tic->label);
    }
}

void
layout_tics(const struct layout *layout, enum part part, const struct ruler *ruler,
            struct figure_axis *axis)
{
    size_t step = (ruler->count + TICS_MAX - 1) / TICS_MAX;

    if (!ruler->is_words && !ruler->is_log)
        return;
    if (layout_is_sampled(layout) && !ruler->is_words) {
        place_decades(ruler, axis);
        return;
    }
    axis->tics = must_alloc(ruler->count, sizeof *axis->tics);
    for (size_t i = 0; i < ruler->count; i += step) {
        struct figure_tic *tic = &axis->tics[axis->tic_count++];

        tic->position = ruler->positions[i];
        if (ruler->is_words)
            layout_word(layout, part, ruler, i, tic->label, sizeof tic->label);
        else
            number_label(ruler, layout_number(layout, part, i) * ruler->scale.factor, tic->label,
                         sizeof tic->label);
    }
}

void
layout_limits(const struct ruler *ruler, struct figure_axis *axis)
{
    double margin;

    axis->low = INFINITY;
    axis->high = -INFINITY;
    for (size_t i = 0; i < ruler->count; i++) {
        axis->low = fmin(axis->low, ruler->positions[i]);
        axis->high = fmax(axis->high, ruler->positions[i]);
    }
    margin =
        ruler->is_words || ruler->is_log ? ruler->spacing * 0.35 : (axis->high - axis->low) * 0.04;
    if (!(margin > 0))
        margin = 1;
    axis->low -= margin;
    axis->high += margin;
}
