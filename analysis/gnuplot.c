/* SPDX-License-Identifier: GPL-2.0-or-later
 *
 * A laid-out figure as gnuplot's data and script, and gnuplot itself. Colours are Okabe and Ito's,
 * told apart by colour-blind readers; dashes and marks differ too, so that a grey print can be
 * read.
 */
#include <errno.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "figure.h"
#include "process.h"

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

/* 'text' as gnuplot reads it. */
static void
put_quoted(FILE *out, const char *text)
{
    fputc('\'', out);
    for (; *text != '\0'; text++) {
        if (*text == '\'')
            fputc('\'', out);
        fputc(*text == '\n' ? ' ' : *text, out);
    }
    fputc('\'', out);
}

/* A comment stays one line, or its rest would be a command. */
static void
put_comment(FILE *out, const char *text)
{
    fputs("# ", out);
    for (; *text != '\0'; text++)
        fputc((unsigned char)*text < ' ' ? ' ' : *text, out);
    fputc('\n', out);
}

static char *
data_text(const struct figure *figure)
{
    char *text = NULL;
    size_t length;
    FILE *out = open_memstream(&text, &length);

    if (out == NULL)
        return must_strdup("");
    put_comment(out, figure->title);
    put_comment(out, figure->x_label);
    put_comment(out, figure->y_label);
    for (size_t s = 0; s < figure->series_count; s++) {
        const struct figure_series *series = &figure->series[s];

        fputs(s == 0 ? "" : "\n\n", out);
        put_comment(out, series->label);
        fputs("# position  mean  low  high  n  x\n", out);
        for (size_t i = 0; i < series->mark_count; i++) {
            const struct figure_mark *mark = &series->marks[i];

            if (mark->begins && i > 0)
                fputc('\n', out); /* an empty line breaks the line that is drawn */
            fprintf(out, "%.9g %.9g %.9g %.9g %zu ", mark->position, mark->mean, mark->low,
                    mark->high, mark->n);
            put_comment(out, mark->x_text);
        }
        if (series->mark_count == 0)
            fputs("NaN NaN NaN NaN 0\n", out); /* keeps the numbering of the blocks */
    }
    fclose(out);
    return text;
}

static void
put_axes(FILE *out, const struct figure *figure)
{
    fprintf(out, "set xrange [%.9g:%.9g]\n", figure->x_low, figure->x_high);
    if (figure->y_low < 0)
        fputs("set yrange [*:*]\nset offsets graph 0, graph 0, graph 0.06, graph 0.06\n", out);
    else
        fprintf(out, "set yrange [0:%.9g]\n", figure->y_high > 0 ? figure->y_high * 1.06 : 1);
    fputs("set xlabel ", out);
    put_quoted(out, figure->x_label);
    fputs(" noenhanced offset 0, 0.2\nset ylabel ", out);
    put_quoted(out, figure->y_label);
    fputs(" noenhanced offset -0.6, 0\n", out);
    if (figure->tic_count == 0)
        return;
    fputs("set xtics (", out);
    for (size_t i = 0; i < figure->tic_count; i++) {
        fputs(i == 0 ? "" : ", ", out);
        put_quoted(out, figure->tics[i].label);
        fprintf(out, " %.9g", figure->tics[i].position);
    }
    fputs(")\n", out);
}

/* Two strokes through the axis: from here on the scale is another one. */
static void
put_break(FILE *out, double at, double width)
{
    if (isnan(at))
        return;
    fprintf(out,
            "# zero has no logarithm: it stands left of the break\n"
            "set object 1 rectangle from first %.9g, graph -0.01 to first %.9g, graph 0.01 "
            "fillcolor rgb 'white' fillstyle solid noborder front\n",
            at - width, at + width);
    for (int side = -1; side <= 1; side += 2)
        fprintf(out,
                "set arrow from first %.9g, graph -0.022 to first %.9g, graph 0.022 nohead front "
                "linewidth 1.2 linecolor rgb '#404040'\n",
                at + (double)side * width - 0.6 * width, at + (double)side * width + 0.6 * width);
}

static void
put_plot(FILE *out, const struct figure *figure)
{
    bool has_key = figure->series[0].label[0] != '\0';

    fputs("plot \\\n", out);
    for (size_t s = 0; s < figure->series_count; s++) {
        size_t style = s % STYLE_COUNT;

        fprintf(out,
                "  '%s.dat' index %zu using 1:2:3:4 with yerrorbars linecolor rgb '%s' linewidth "
                "1.6 pointtype 0 notitle, \\\n"
                "  '' index %zu using 1:2 with linespoints linecolor rgb '%s' linewidth 2 "
                "dashtype %s pointtype %d pointsize 0.9 ",
                figure->name, s, styles[style].colour, s, styles[style].colour, styles[style].dash,
                styles[style].mark);
        if (has_key) {
            fputs("title ", out);
            put_quoted(out, figure->series[s].label);
            fputs(" noenhanced", out);
        } else {
            fputs("notitle", out);
        }
        fputs(s + 1 == figure->series_count ? "\n" : ", \\\n", out);
    }
}

/* A text at the left edge, at a height between 0 and 1. */
static void
put_label(FILE *out, int number, const char *text, double height, const char *look)
{
    fprintf(out, "set label %d ", number);
    put_quoted(out, text);
    fprintf(out, " at screen 0.015, screen %g left noenhanced %s\n", height, look);
}

static char *
script_text(const struct figure *figure)
{
    char *text = NULL;
    size_t length;
    FILE *out = open_memstream(&text, &length);

    if (out == NULL)
        return must_strdup("");
    put_comment(out, figure->title);
    fprintf(out,
            "# Draws %s.svg, %s.png and %s.pdf from %s.dat: gnuplot -d %s.gp\n"
            "set encoding utf8\nset decimalsign '.'\n"
            "set border 3 linewidth 1 linecolor rgb '#404040'\n"
            "set tics nomirror out scale 0.6 textcolor rgb '#202020'\n"
            "set grid ytics linetype 1 linewidth 0.6 linecolor rgb '#d8d8d8'\n"
            "set key at screen 0.015, screen 0.915 left top horizontal Left reverse samplen 3.2 "
            "width 1\nset errorbars 0.7\nset tmargin 4\nset bmargin 6\nset rmargin 2\n",
            figure->name, figure->name, figure->name, figure->name, figure->name);
    put_label(out, 1, figure->title, 0.955, "font ',15'");
    put_label(out, 2, figure->caption, figure->remark[0] == '\0' ? 0.035 : 0.075,
              "font ',10' textcolor rgb '#606060'");
    put_label(out, 3, figure->remark, 0.03, "font ',10' textcolor rgb '#606060'");
    put_axes(out, figure);
    put_break(out, figure->x_break, (figure->x_high - figure->x_low) * 0.006);
    fprintf(out,
            "set terminal svg size 720,440 font 'sans-serif,13' background rgb 'white' name '");
    for (const char *c = figure->name; *c != '\0'; c++)
        fputc(*c == '-' ? '_' : *c, out); /* a name of SVG objects cannot have it */
    fprintf(out, "'\nset output '%s.svg'\n", figure->name);
    put_plot(out, figure);
    fprintf(
        out,
        "set terminal pngcairo size 1440,880 font 'sans-serif,13' fontscale 1.6 linewidth 2 "
        "pointscale 2 background rgb 'white'\nset output '%s.png'\nreplot\n"
        "set terminal pdfcairo size 10in,6.11in font 'sans-serif,13' fontscale 0.75 linewidth 2 "
        "pointscale 1 background rgb 'white'\nset output '%s.pdf'\nreplot\nunset output\n",
        figure->name, figure->name);
    fclose(out);
    return text;
}

static bool
write_part(const char *folder, const struct figure *figure, const char *ending, char *text,
           struct problem *problem)
{
    char *path = must_printf("%s/%s%s", folder, figure->name, ending);
    bool is_good = file_write(path, text);

    if (!is_good)
        problem_set(problem, EXIT_RUNS_FAILED, "%s: %s", path, strerror(errno));
    free(path);
    free(text);
    return is_good;
}

static bool
run_gnuplot(const char *folder, const struct figure *figure, struct problem *problem)
{
    char *script = must_printf("%s.gp", figure->name);
    char *arguments[] = {must_strdup("gnuplot"), must_strdup("-d"), script, NULL};
    struct child child;
    bool is_good = process_run(&child, arguments, folder, problem);

    if (is_good && child.exit_status == 127)
        is_good = problem_set(problem, EXIT_RUNS_FAILED,
                              "gnuplot could not be started: expected the program gnuplot in PATH "
                              "(Debian: gnuplot-nox)");
    else if (is_good && child.exit_status != 0)
        is_good = problem_set(problem, EXIT_RUNS_FAILED, "%s/%s: gnuplot: %s", folder, script,
                              child.err.text);
    child_fini(&child);
    free(arguments[0]);
    free(arguments[1]);
    free(script);
    return is_good;
}

bool
figures_draw(const struct figures *figures, const char *folder, struct problem *problem)
{
    for (size_t i = 0; i < figures->count; i++) {
        const struct figure *figure = &figures->figures[i];

        if (figure->is_empty)
            continue;
        if (!write_part(folder, figure, ".dat", data_text(figure), problem) ||
            !write_part(folder, figure, ".gp", script_text(figure), problem) ||
            !run_gnuplot(folder, figure, problem))
            return false;
    }
    return true;
}
