/* SPDX-License-Identifier: GPL-2.0-or-later
 *
 * What the kinds of figures share: which varied parameters play which part, where their values
 * stand on an axis, and what is written at axes, series and below the drawing.
 */
#ifndef FLUE_ANALYSIS_FIGURE_LAYOUT_H
#define FLUE_ANALYSIS_FIGURE_LAYOUT_H

#include <stdint.h>

#include "figure.h"

enum part { PART_X, PART_Y, PART_SERIES, PART_COUNT };

/* Values of the three parts, by their places. */
struct place {
    size_t at[PART_COUNT];
};

/* The values of one varied parameter on an axis. */
struct ruler {
    double *positions; /* one a value */
    size_t count;
    double spacing; /* the smallest distance of two positions */
    bool is_words;  /* first, second, third */
    bool is_log;
    bool has_zero; /* on a logarithmic axis */
    bool is_power; /* tics as powers of ten, because one of them needs it */
    struct unit_scale scale;
    char unit[24]; /* of words: what all of them end in, such as " ms"; "" */
};

/* One figure on its way. */
struct layout {
    const struct results *results;
    const struct study_figure *wish;
    size_t varied[PART_COUNT]; /* index of the varied parameter; SIZE_MAX: the figure has none */
    size_t metric;             /* SIZE_MAX: bars, which have parts */
    size_t rest;               /* which combination of the other varied parameters */
    struct unit_scale scale;   /* of the metric */
};

struct layout layout_create(const struct results *results, const struct study_figure *wish);
/* How many combinations the parameters have that play no part. */
size_t layout_rest_count(const struct layout *layout);
size_t layout_value_count(const struct layout *layout, enum part part);
/* The study's point with these values. */
size_t layout_point(const struct layout *layout, struct place place);
const struct result_metric *layout_result(const struct layout *layout, struct place place);
/* Samples come in no order: they are marks without lines. */
bool layout_is_sampled(const struct layout *layout);
void layout_value_text(const struct layout *layout, enum part part, size_t value, char *text,
                       size_t size);

/* The positions of a part's values; the caller frees them. `is_words`: equal steps whatever they
 * are. */
struct ruler layout_ruler(const struct layout *layout, enum part part, bool is_words);
/* Axes of words and logarithms have their values as tics; where these are many, every second,
 * third, ... */
void layout_tics(const struct layout *layout, enum part part, const struct ruler *ruler,
                 struct figure_axis *axis);
/* From the first position to the last, with a margin. */
void layout_limits(const struct ruler *ruler, struct figure_axis *axis);
/* A value as a word on the axis, without the unit that all have. */
void layout_word(const struct layout *layout, enum part part, const struct ruler *ruler,
                 size_t value, char *text, size_t size);
/* The number behind a value; NAN for words. */
double layout_number(const struct layout *layout, enum part part, size_t value);

/* Another series of the figure; NULL marks until the caller makes them. */
struct figure_series *figure_add_series(struct figure *figure, enum figure_role role, size_t style);
struct figure_mark *figure_add_mark(struct figure_series *series);
/* Widens the y axis so that the value is on it; NAN is on every axis. */
void figure_reach(struct figure *figure, double y);
/* The label in the key of a value of the figure's `series`; none without it. */
void layout_label(const struct layout *layout, size_t value, char *label, size_t size);

/* "Goodput (Gb/s)", or the study's own label with the unit. */
char *layout_metric_label(const struct layout *layout, const char *wish);
char *layout_parameter_label(const struct layout *layout, enum part part, const char *wish,
                             const struct ruler *ruler);
/* "n = 5" or "n = 3 to 5" of the point estimates in the figure; fills in the smallest and the
 * largest n. */
void layout_counts(const struct layout *layout, size_t *least, size_t *most);
void figure_count_text(size_t least, size_t most, char *text, size_t size);

/* Tables for the report: the cell is taken over. */
void figure_table_add(struct figure_table *table, char *cell);
/* Name, title; the rest is the kind's. */
void layout_head(const struct layout *layout, struct figure *figure);

/* The kinds. */
void figure_lines(struct layout *layout, struct figure *figure);
void figure_cdf(struct layout *layout, struct figure *figure);
void figure_box(struct layout *layout, struct figure *figure);
void figure_bars(struct layout *layout, struct figure *figure);
void figure_heat(struct layout *layout, struct figure *figure);
void figure_time(struct layout *layout, struct figure *figure);
void figure_laws(struct layout *layout, struct figure *figure);

#endif
