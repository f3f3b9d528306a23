/* SPDX-License-Identifier: GPL-2.0-or-later
 *
 * The series of a figure as data and as parts of gnuplot's plot command. Colours are Okabe and
 * Ito's, and Tol's where they are too few, told apart by colour-blind readers; dashes and marks
 * differ too, so that a grey print can be read. See gnuplot.h.
 */
#include <math.h>

#include "gnuplot.h"

static const struct {
    const char *colour;
    int mark;         /* gnuplot's point type: filled shapes first, then open ones */
    const char *dash; /* lengths of line and gap */
} styles[] = {
    {"#0072B2", 7, "1"},           {"#D55E00", 5, "(12,5)"}, {"#009E73", 9, "(3,4)"},
    {"#CC79A7", 13, "(14,4,3,4)"}, {"#E69F00", 11, "(6,4)"}, {"#56B4E9", 6, "1"},
    {"#000000", 4, "(12,5)"},      {"#B8A800", 8, "(3,4)"},
};

enum { STYLE_COUNT = sizeof styles / sizeof styles[0] };

/* What the columns are, and how many. */
static const struct {
    const char *columns;
    size_t count;
} roles[ROLE_COUNT] = {
    [ROLE_LINE] = {"position  mean  low  high  n  x", 5},
    [ROLE_WAVE] = {"time  mean  low  high  n", 5},
    [ROLE_CURVE] = {"position  value", 2},
    [ROLE_STEPS] = {"value  share", 2},
    [ROLE_BOX] = {"position  whisker  quartile  median  quartile  whisker  width", 7},
    [ROLE_DOTS] = {"position  value", 2},
    [ROLE_PART] = {"position  bottom  top  width", 4},
    [ROLE_TOTAL] = {"position  mean  low  high", 4},
    [ROLE_CELLS] = {"left  right  bottom  top  value  drawn  text  colour", 6},
};

const char *
gnuplot_colour(size_t style)
{
    return styles[style % STYLE_COUNT].colour;
}

/* Dark cells have light text; where no difference was found, the text stands back. */
static void
put_cell(FILE *out, const struct figure *figure, const struct figure_mark *mark)
{
    double most = figure->is_change ? fmax(1, fmax(fabs(figure->z.low), fabs(figure->z.high)))
                                    : figure->z.high - figure->z.low;
    double depth = figure->is_change ? fabs(mark->values[5]) : mark->values[5] - figure->z.low;
    int is_dark = most > 0 && depth > (figure->is_change ? 0.75 : 0.55) * most;

    fprintf(out, mark->is_faint ? "\"(%s)\" %d\n" : "\"%s\" %d\n", mark->text,
            is_dark          ? 0xffffff
            : mark->is_faint ? 0x606060
                             : 0x101010);
}

void
gnuplot_series(FILE *out, const struct figure *figure, const struct figure_series *series)
{
    gnuplot_comment(out, series->label);
    fprintf(out, "# %s\n", roles[series->role].columns);
    for (size_t i = 0; i < series->mark_count; i++) {
        const struct figure_mark *mark = &series->marks[i];

        if (mark->begins && i > 0)
            fputc('\n', out); /* an empty line breaks the line that is drawn */
        for (size_t v = 0; v < roles[series->role].count; v++)
            fprintf(out, "%.9g ", mark->values[v]);
        if (series->role == ROLE_CELLS)
            put_cell(out, figure, mark);
        else if (mark->text[0] != '\0')
            gnuplot_comment(out, mark->text);
        else
            fputc('\n', out);
    }
    if (series->mark_count == 0)
        fputs("NaN NaN NaN NaN NaN NaN NaN\n", out); /* keeps the numbering of the blocks */
}

/* Whether a band has two ends anywhere. */
static bool
has_band(const struct figure_series *series)
{
    for (size_t i = 1; i < series->mark_count; i++)
        if (!series->marks[i].begins &&
            (series->marks[i].values[3] > series->marks[i].values[2] ||
             series->marks[i - 1].values[3] > series->marks[i - 1].values[2]))
            return true;
    return false;
}

static void
put_title(FILE *out, const struct figure_series *series)
{
    if (series->label[0] == '\0') {
        fputs(" notitle", out);
        return;
    }
    fputs(" title ", out);
    gnuplot_quoted(out, series->label);
    fputs(" noenhanced", out);
}

static void
put_band(FILE *out, const struct figure *figure, size_t index)
{
    const struct figure_series *series = &figure->series[index];

    if (has_band(series))
        fprintf(out,
                "  '%s.dat' index %zu using 1:3:4 with filledcurves fillcolor rgb '%s' fillstyle "
                "transparent solid 0.18 noborder notitle, \\\n",
                figure->name, index, gnuplot_colour(series->style));
}

static void
put_line(FILE *out, const struct figure *figure, size_t index)
{
    const struct figure_series *series = &figure->series[index];
    size_t style = series->style % STYLE_COUNT;

    put_band(out, figure, index);
    fprintf(out,
            "  '%s.dat' index %zu using 1:2:3:4 with yerrorbars linecolor rgb '%s' linewidth 1.6 "
            "pointtype 0 pointsize 0 notitle, \\\n"
            "  '' index %zu using 1:2 with linespoints linecolor rgb '%s' linewidth 2 dashtype %s "
            "pointtype %d pointsize 0.9",
            figure->name, index, styles[style].colour, index, styles[style].colour,
            styles[style].dash, styles[style].mark);
    put_title(out, series);
}

static void
put_wave(FILE *out, const struct figure *figure, size_t index)
{
    const struct figure_series *series = &figure->series[index];
    size_t style = series->style % STYLE_COUNT;

    put_band(out, figure, index);
    fprintf(out,
            "  '%s.dat' index %zu using 1:2 with lines linecolor rgb '%s' linewidth 2 dashtype %s",
            figure->name, index, styles[style].colour, styles[style].dash);
    put_title(out, series);
}

static void
put_curve(FILE *out, const struct figure *figure, size_t index)
{
    fprintf(out,
            "  '%s.dat' index %zu using 1:2 with lines linecolor rgb '%s' linewidth 1.2 notitle",
            figure->name, index, gnuplot_colour(figure->series[index].style));
}

static void
put_steps(FILE *out, const struct figure *figure, size_t index)
{
    const struct figure_series *series = &figure->series[index];
    size_t style = series->style % STYLE_COUNT;

    fprintf(out,
            "  '%s.dat' index %zu using 1:2 with steps linecolor rgb '%s' linewidth 2.2 dashtype "
            "%s",
            figure->name, index, styles[style].colour, styles[style].dash);
    put_title(out, series);
}

static void
put_box(FILE *out, const struct figure *figure, size_t index)
{
    const struct figure_series *series = &figure->series[index];
    const char *colour = gnuplot_colour(series->style);

    fprintf(out,
            "  '%s.dat' index %zu using 1:3:2:6:5:7 with candlesticks linecolor rgb '%s' linewidth "
            "1.6 fillstyle transparent solid 0.25 border",
            figure->name, index, colour);
    put_title(out, series);
    fprintf(out,
            " whiskerbars 0.5, \\\n  '' index %zu using 1:4:4:4:4:7 with candlesticks linecolor "
            "rgb '%s' linewidth "
            "2.4 notitle",
            index, colour);
}

static void
put_dots(FILE *out, const struct figure *figure, size_t index)
{
    size_t style = figure->series[index].style % STYLE_COUNT;

    fprintf(out,
            "  '%s.dat' index %zu using 1:2 with points linecolor rgb '%s' linewidth 1.4 pointtype "
            "%d pointsize 0.55 notitle",
            figure->name, index, styles[style].colour, styles[style].mark);
}

/* Parts of bars: as many as a ledger has; black is for the interval. More of them are hatched. */
static const char *const part_colours[] = {"#44AA99", "#D55E00", "#009E73", "#882255",
                                           "#E69F00", "#CC79A7", "#56B4E9", "#DDCC77",
                                           "#999999", "#0072B2", "#332288", "#B8A800"};

enum { PART_COLOURS = sizeof part_colours / sizeof part_colours[0] };

static void
put_part(FILE *out, const struct figure *figure, size_t index)
{
    const struct figure_series *series = &figure->series[index];

    fprintf(out,
            "  '%s.dat' index %zu using 1:2:($1-$4/2):($1+$4/2):2:3 with boxxyerror linecolor rgb "
            "'%s' linewidth 1 fillstyle %s border rgb 'white'",
            figure->name, index, part_colours[series->style % PART_COLOURS],
            series->style < PART_COLOURS ? "solid 1" : "pattern 4");
    put_title(out, series);
}

static void
put_total(FILE *out, const struct figure *figure, size_t index)
{
    /* Error bars have a mark in the middle, which would hide the bar's end. */
    fprintf(out,
            "  '%s.dat' index %zu using 1:3:(0):($4-$3) with vectors heads size graph 0.006,90 "
            "nofilled linecolor rgb 'black' linewidth 1.4 notitle",
            figure->name, index);
}

static void
put_cells(FILE *out, const struct figure *figure, size_t index)
{
    fprintf(out,
            "  '%s.dat' index %zu using (($1+$2)/2):(($3+$4)/2):1:2:3:4:6 with boxxyerror "
            "linewidth 1 fillcolor palette fillstyle solid 1 border rgb 'white' notitle, \\\n"
            "  '' index %zu using (($1+$2)/2):(($3+$4)/2):7:8 with labels noenhanced textcolor rgb "
            "variable notitle",
            figure->name, index, index);
}

static void (*const put[ROLE_COUNT])(FILE *, const struct figure *, size_t) = {
    [ROLE_LINE] = put_line,   [ROLE_WAVE] = put_wave,   [ROLE_CURVE] = put_curve,
    [ROLE_STEPS] = put_steps, [ROLE_BOX] = put_box,     [ROLE_DOTS] = put_dots,
    [ROLE_PART] = put_part,   [ROLE_TOTAL] = put_total, [ROLE_CELLS] = put_cells,
};

void
gnuplot_plot(FILE *out, const struct figure *figure)
{
    bool has_curve = false;

    fputs("plot \\\n", out);
    for (size_t s = 0; s < figure->series_count; s++) {
        has_curve = has_curve || figure->series[s].role == ROLE_CURVE;
        put[figure->series[s].role](out, figure, s);
        fputs(s + 1 == figure->series_count && !has_curve ? "\n" : ", \\\n", out);
    }
    if (has_curve)
        fputs("  keyentry with lines linecolor rgb '#404040' linewidth 1.2 title 'the law'\n", out);
}
