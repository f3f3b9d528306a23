/* SPDX-License-Identifier: GPL-2.0-or-later
 *
 * Points, series, labels. See figure_layout.h; where values stand on an axis is figure_ruler.c's.
 */
#include "figure_layout.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static size_t
varied_index(const struct study *study, const char *name)
{
    size_t i = 0;

    while (name != NULL && i < study->vary_count && strcmp(study->vary[i].name, name) != 0)
        i++;
    return name == NULL ? SIZE_MAX : i;
}

struct layout
layout_create(const struct results *results, const struct study_figure *wish)
{
    const struct study *study = &results->study;
    const char *metric = wish->metric != NULL ? wish->metric : wish->parts[0].name;
    struct layout layout = {.results = results, .wish = wish};

    layout.varied[PART_X] = varied_index(study, wish->x);
    layout.varied[PART_Y] = varied_index(study, wish->y);
    layout.varied[PART_SERIES] = varied_index(study, wish->series);
    layout.metric = results_metric(results, metric);
    layout.scale = unit_scale(metric, results->scenario.metrics[layout.metric].unit,
                              results_largest(results, layout.metric));
    return layout;
}

/* The axis of the study that a part stands on; SIZE_MAX for none. */
static size_t
axis_of(const struct layout *layout, enum part part)
{
    size_t varied = layout->varied[part];

    return varied == SIZE_MAX ? SIZE_MAX : layout->results->study.vary[varied].axis;
}

size_t
layout_value_count(const struct layout *layout, enum part part)
{
    size_t axis = axis_of(layout, part);

    return axis == SIZE_MAX ? 1 : layout->results->study.axes[axis].length;
}

bool
layout_is_sampled(const struct layout *layout)
{
    size_t axis = axis_of(layout, PART_X);

    return axis != SIZE_MAX && layout->results->study.axes[axis].kind == AXIS_SAMPLE;
}

/* Which part stands on an axis of the study; PART_COUNT: none. */
static enum part
part_on(const struct layout *layout, size_t axis)
{
    enum part part = PART_X;

    while (part < PART_COUNT && axis_of(layout, part) != axis)
        part++;
    return part;
}

size_t
layout_point(const struct layout *layout, struct place place)
{
    const struct study *study = &layout->results->study;
    size_t rest = layout->rest;
    size_t point = 0;
    size_t weight = 1;

    for (size_t i = study->axis_count; i-- > 0;) {
        size_t count = study->axes[i].length;
        enum part part = part_on(layout, i);
        size_t digit = part < PART_COUNT ? place.at[part] : rest % count;

        if (part == PART_COUNT)
            rest /= count;
        point += digit * weight;
        weight *= count;
    }
    return point;
}

const struct result_metric *
layout_result(const struct layout *layout, struct place place)
{
    return &layout->results->points[layout_point(layout, place)].metrics[layout->metric];
}

size_t
layout_rest_count(const struct layout *layout)
{
    const struct study *study = &layout->results->study;
    size_t count = 1;

    for (size_t i = 0; i < study->axis_count; i++)
        if (part_on(layout, i) == PART_COUNT)
            count *= study->axes[i].length;
    return count;
}

void
layout_value_text(const struct layout *layout, enum part part, size_t value, char *text,
                  size_t size)
{
    struct place place = {{0}};

    place.at[part] = value;
    results_varied_text(layout->results, layout_point(layout, place), layout->varied[part], text,
                        size);
}

struct figure_series *
figure_add_series(struct figure *figure, enum figure_role role, size_t style)
{
    struct figure_series *series;

    figure->series = must_realloc(figure->series, figure->series_count + 1, sizeof *figure->series);
    series = &figure->series[figure->series_count++];
    memset(series, 0, sizeof *series);
    series->role = role;
    series->style = style;
    return series;
}

struct figure_mark *
figure_add_mark(struct figure_series *series)
{
    struct figure_mark *mark;

    series->marks = must_realloc(series->marks, series->mark_count + 1, sizeof *series->marks);
    mark = &series->marks[series->mark_count++];
    memset(mark, 0, sizeof *mark);
    return mark;
}

void
figure_reach(struct figure *figure, double y)
{
    if (isnan(y))
        return;
    figure->y.low = fmin(figure->y.low, y);
    figure->y.high = fmax(figure->y.high, y);
    figure->is_empty = false;
}

void
layout_label(const struct layout *layout, size_t value, char *label, size_t size)
{
    char text[64];

    label[0] = '\0';
    if (layout->varied[PART_SERIES] == SIZE_MAX)
        return;
    layout_value_text(layout, PART_SERIES, value, text, sizeof text);
    /* A bare number needs its name; a word speaks for itself. */
    if (strspn(text, "-0123456789") > 0)
        snprintf(label, size, "%.40s = %.50s", layout->wish->series, text);
    else
        snprintf(label, size, "%s", text);
}

static char *
axis_label(const char *wish, const char *name, const char *unit, const struct unit_scale *scale)
{
    char label[96];

    unit_label(label, sizeof label, name, unit);
    return must_printf("%s%s%s%s", wish == NULL ? label : wish, scale->text[0] == '\0' ? "" : " (",
                       scale->text, scale->text[0] == '\0' ? "" : ")");
}

char *
layout_metric_label(const struct layout *layout, const char *wish)
{
    const struct catalogue_metric *metric = &layout->results->scenario.metrics[layout->metric];

    return axis_label(wish, metric->name, metric->unit, &layout->scale);
}

char *
layout_parameter_label(const struct layout *layout, enum part part, const char *wish,
                       const struct ruler *ruler)
{
    const char *name = layout->results->study.vary[layout->varied[part]].name;
    const struct catalogue_parameter *p = catalogue_parameter(&layout->results->scenario, name);
    struct unit_scale scale = ruler->scale;

    if (ruler->is_words)
        snprintf(scale.text, sizeof scale.text, "%s",
                 ruler->unit[0] == '\0' ? "" : ruler->unit + 1);
    return axis_label(wish, name, p == NULL ? "" : p->unit, &scale);
}

void
layout_counts(const struct layout *layout, size_t *least, size_t *most)
{
    struct place place = {{0}};

    *least = SIZE_MAX;
    *most = 0;
    for (size_t x = 0; x < layout_value_count(layout, PART_X); x++) {
        for (size_t y = 0; y < layout_value_count(layout, PART_Y); y++) {
            for (size_t s = 0; s < layout_value_count(layout, PART_SERIES); s++) {
                size_t n;

                place = (struct place){{x, y, s}};
                n = layout_result(layout, place)->estimate.n;
                if (n == 0)
                    continue;
                *least = n < *least ? n : *least;
                *most = n > *most ? n : *most;
            }
        }
    }
}

void
figure_count_text(size_t least, size_t most, char *text, size_t size)
{
    if (least >= most)
        snprintf(text, size, "n = %zu", most);
    else
        snprintf(text, size, "n = %zu to %zu", least, most);
}

void
figure_table_add(struct figure_table *table, char *cell)
{
    table->cells = must_realloc(table->cells, table->cell_count + 1, sizeof *table->cells);
    table->cells[table->cell_count++] = cell;
}

/* "connections = 8, rate = 10 Gb/s" for the parameters that play no part. */
static char *
rest_text(const struct layout *layout)
{
    const struct study *study = &layout->results->study;
    size_t point = layout_point(layout, (struct place){{0}});
    char *text = must_strdup("");
    char value[64];

    for (size_t i = 0; i < study->vary_count; i++) {
        char *longer;

        if (part_on(layout, study->vary[i].axis) != PART_COUNT)
            continue;
        results_varied_text(layout->results, point, i, value, sizeof value);
        longer = must_printf("%s%s%s = %s", text, text[0] == '\0' ? "" : ", ", study->vary[i].name,
                             value);
        free(text);
        text = longer;
    }
    return text;
}

void
layout_head(const struct layout *layout, struct figure *figure)
{
    const struct study_figure *wish = layout->wish;
    const struct catalogue_metric *metric = &layout->results->scenario.metrics[layout->metric];
    char *rest = rest_text(layout);
    char label[96];

    unit_label(label, sizeof label, metric->name, metric->unit);
    figure->name = layout_rest_count(layout) == 1
                       ? must_strdup(wish->name)
                       : must_printf("%s-%zu", wish->name, layout->rest + 1);
    figure->title = must_printf("%s%s%s", wish->title != NULL ? wish->title : label,
                                rest[0] == '\0' ? "" : ": ", rest);
    free(rest);
}
