/* SPDX-License-Identifier: GPL-2.0-or-later
 *
 * A laid-out figure in gnuplot's words: gnuplot_script.c has the frame, gnuplot_plot.c the series,
 * gnuplot.c the files and gnuplot itself.
 */
#ifndef FLUE_ANALYSIS_GNUPLOT_H
#define FLUE_ANALYSIS_GNUPLOT_H

#include <stdio.h>

#include "figure.h"

/* 'text' as gnuplot reads it. */
void gnuplot_quoted(FILE *out, const char *text);
/* A comment stays one line, or its rest would be a command. */
void gnuplot_comment(FILE *out, const char *text);
/* The numbers of one series, below a line that names its columns. */
void gnuplot_series(FILE *out, const struct figure *figure, const struct figure_series *series);
/* The command that draws all of them. */
void gnuplot_plot(FILE *out, const struct figure *figure);
/* The whole script. The caller frees it. */
char *gnuplot_script(const struct figure *figure);
/* The colour of a series: "#0072B2". */
const char *gnuplot_colour(size_t style);

#endif
