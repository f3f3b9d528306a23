/* SPDX-License-Identifier: GPL-2.0-or-later
 *
 * The study's figures: what is drawn where (figure.c) and how (gnuplot.c). Each figure leaves five
 * files: NAME.dat (numbers), NAME.gp (script), NAME.svg, NAME.png and NAME.pdf. `gnuplot NAME.gp`
 * in their folder draws it again, so that a figure can be changed by hand for a paper.
 */
#ifndef FLUE_ANALYSIS_FIGURE_H
#define FLUE_ANALYSIS_FIGURE_H

#include "results.h"
#include "units.h"

/* One mark: a point of the study with its interval, in shown units. */
struct figure_mark {
    double position; /* on the x axis as drawn */
    double mean;
    double low;
    double high;
    size_t n;
    char x_text[64];
    bool begins; /* no line from the mark before */
};

struct figure_series {
    char label[96];
    struct figure_mark *marks;
    size_t mark_count;
};

struct figure_tic {
    double position;
    char label[64]; /* gnuplot's enhanced text */
};

struct figure {
    char *name; /* of the files */
    char *title;
    char *x_label;
    char *y_label;
    char *caption; /* n and interval */
    char *remark;  /* what else a reader must know of the drawing, or "" */
    struct figure_series *series;
    size_t series_count;
    struct figure_tic *tics; /* none: gnuplot chooses */
    size_t tic_count;
    double x_low; /* the axis as drawn */
    double x_high;
    double x_break; /* where the axis jumps from zero to the logarithm; NAN: nowhere */
    double y_low;   /* smallest and largest end of a bar */
    double y_high;
    bool is_empty; /* nothing was measured: no files */
};

struct figures {
    struct figure *figures;
    size_t count;
};

/* Lays out every figure of the study; where it varies more than a figure's x and series, one for
 * each combination of the rest. */
void figures_create(struct figures *figures, const struct results *results);
void figures_fini(struct figures *figures);

/* Writes the five files of every figure into the folder. */
bool figures_draw(const struct figures *figures, const char *folder, struct problem *problem);

#endif
