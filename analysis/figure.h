/* SPDX-License-Identifier: GPL-2.0-or-later
 *
 * The study's figures: what is drawn where (figure_*.c, one file a kind, on what they share in
 * figure_layout.c) and how (gnuplot*.c). A laid-out figure consists of series, each of which is
 * drawn in one of a few ways; so a kind is a choice of these and of axes.
 *
 * Each figure leaves five files: NAME.dat (numbers), NAME.gp (script), NAME.svg, NAME.png and
 * NAME.pdf. `gnuplot NAME.gp` in their folder draws it again, so that a figure can be changed by
 * hand for a paper.
 */
#ifndef FLUE_ANALYSIS_FIGURE_H
#define FLUE_ANALYSIS_FIGURE_H

#include "results.h"
#include "units.h"

enum { FIGURE_VALUES = 7 };

/* How a series is drawn, and what its numbers are. */
enum figure_role {
    ROLE_LINE,  /* position, mean, low, high, n: marks, bars and a band, joined by a line */
    ROLE_WAVE,  /* the same for many values: line and band alone */
    ROLE_CURVE, /* position, value: a thin line, for what theory says */
    ROLE_STEPS, /* value, share */
    ROLE_BOX,   /* position, whisker, quartile, median, quartile, whisker, width */
    ROLE_DOTS,  /* position, value: single values */
    ROLE_PART,  /* position, bottom, top, width: a part of a bar */
    ROLE_TOTAL, /* position, mean, low, high: the interval at a bar's end */
    ROLE_CELLS, /* left, right, bottom, top, value, value drawn: a rectangle with a text */
    ROLE_COUNT
};

/* What a series draws at one place, in shown units. */
struct figure_mark {
    double values[FIGURE_VALUES];
    char text[64]; /* x for people; of a cell what stands in it */
    bool begins;   /* no line from the mark before */
    bool is_faint; /* of a cell: no difference was found */
};

struct figure_series {
    char label[96]; /* in the key; "": not there */
    enum figure_role role;
    size_t style; /* which of the colours, marks and dashes */
    struct figure_mark *marks;
    size_t mark_count;
};

struct figure_tic {
    double position;
    char label[96]; /* gnuplot's enhanced text */
};

struct figure_axis {
    char *label;
    struct figure_tic *tics; /* none: gnuplot chooses */
    size_t tic_count;
    double low; /* as drawn; NAN: gnuplot chooses */
    double high;
    bool is_log; /* gnuplot takes the logarithm: of the y axis; low is above zero */
};

/* Something that happened at a time, as an upright line with a letter above it. */
struct figure_event {
    double at;
    char text[64];
    char letter;
    size_t style; /* SIZE_MAX: of all series */
};

/* What the report says below a figure: its first row is the heading. */
struct figure_table {
    char **cells; /* row by row */
    size_t cell_count;
    size_t columns;
};

struct figure {
    char *name; /* of the files */
    char *title;
    char *caption; /* n and interval */
    char *remark;  /* what else a reader must know of the drawing, or "" */
    struct figure_axis x;
    struct figure_axis y;
    struct figure_axis z;      /* what colours mean; no label: there are none */
    struct figure_tic *groups; /* below the x axis's tics */
    size_t group_count;
    struct figure_event *events;
    size_t event_count;
    struct figure_series *series;
    size_t series_count;
    struct figure_table table;
    double x_break;  /* where the x axis jumps from zero to the logarithm; NAN: nowhere */
    bool is_change;  /* colours lead away from zero to both sides */
    bool has_legend; /* a key beside the drawing: for bars with many parts */
    bool is_zoomed;  /* the y axis does not start at zero */
    bool is_empty;   /* nothing was measured: no files */
};

struct figures {
    struct figure *figures;
    size_t count;
};

/* Lays out every figure of the study; where it varies more than a figure shows, one for each
 * combination of the rest. */
void figures_create(struct figures *figures, const struct results *results);
void figures_fini(struct figures *figures);

/* Writes the five files of every figure into the folder. */
bool figures_draw(const struct figures *figures, const char *folder, struct problem *problem);

#endif
