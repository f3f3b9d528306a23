/* SPDX-License-Identifier: GPL-2.0-or-later
 *
 * What stands around the series: title, key, axes, events, colours; and where it is drawn to. See
 * gnuplot.h.
 */
#include <math.h>
#include <stdint.h>
#include <string.h>

#include "gnuplot.h"

void
gnuplot_quoted(FILE *out, const char *text)
{
    fputc('\'', out);
    for (; *text != '\0'; text++) {
        if (*text == '\'')
            fputc('\'', out);
        fputc(*text == '\n' ? ' ' : *text, out);
    }
    fputc('\'', out);
}

void
gnuplot_comment(FILE *out, const char *text)
{
    fputs("# ", out);
    for (; *text != '\0'; text++)
        fputc((unsigned char)*text < ' ' ? ' ' : *text, out);
    fputc('\n', out);
}

/* Letters and spaces of all tics: how much room they want. */
static size_t
tics_length(const struct figure_axis *axis)
{
    size_t length = 0;

    for (size_t i = 0; i < axis->tic_count; i++)
        length += strlen(axis->tics[i].label) + 1;
    return length;
}

/* Whether the tics of the x axis have to lean to one side. */
static bool
is_crowded(const struct figure *figure)
{
    return tics_length(&figure->x) > 76;
}

/* What lies below the axis: tics; tics and groups; leaning tics, and perhaps groups. */
static double
below(const struct figure *figure, double plain, double grouped, double crowded)
{
    return is_crowded(figure) ? crowded : figure->group_count > 0 ? grouped : plain;
}

static void
put_tics(FILE *out, const char *name, const struct figure_axis *axis, const char *look)
{
    if (axis->tic_count == 0)
        return;
    fprintf(out, "set %stics (", name);
    for (size_t i = 0; i < axis->tic_count; i++) {
        fputs(i == 0 ? "" : ", ", out);
        gnuplot_quoted(out, axis->tics[i].label);
        fprintf(out, " %.9g", axis->tics[i].position);
    }
    fprintf(out, ")%s\n", look);
}

static void
put_y_range(FILE *out, const struct figure *figure)
{
    const struct figure_axis *y = &figure->y;
    double margin = (y->high - y->low) * 0.08;

    if (y->is_log)
        fprintf(out, "set logscale y\nset mytics 10\nset format y '%s'\nset yrange [%.9g:%.9g]\n",
                y->low < 0.9e-3 || y->high > 1.1e5 ? "10^{%T}" : "%g", y->low, y->high * 1.5);
    else if (figure->z.label != NULL)
        fprintf(out, "set yrange [%.9g:%.9g]\n", y->low, y->high);
    else if (figure->is_zoomed && margin > 0)
        fprintf(out, "set yrange [%.9g:%.9g]\n", y->low - margin, y->high + margin);
    else if (y->low < 0 || figure->is_zoomed)
        fputs("set yrange [*:*]\nset offsets graph 0, graph 0, graph 0.06, graph 0.06\n", out);
    else
        fprintf(out, "set yrange [0:%.9g]\n", y->high > 0 ? y->high * 1.06 : 1);
}

static void
put_axes(FILE *out, const struct figure *figure)
{
    if (!isnan(figure->x.low))
        fprintf(out, "set xrange [%.9g:%.9g]\n", figure->x.low, figure->x.high);
    put_y_range(out, figure);
    fputs("set xlabel ", out);
    gnuplot_quoted(out, figure->x.label);
    fprintf(out, " noenhanced offset 0, %g\nset ylabel ", below(figure, 0.2, -1.35, -0.9));
    gnuplot_quoted(out, figure->y.label);
    /* So that a long label ends below the title. */
    fprintf(out, " noenhanced offset -0.6, 0%s\n",
            strlen(figure->y.label) > 38 ? " font ',10'" : "");
    put_tics(out, "x", &figure->x,
             is_crowded(figure)             ? " rotate by 30 right font ',10'"
             : tics_length(&figure->x) > 60 ? " font ',9'"
                                            : "");
    put_tics(out, "y", &figure->y, "");
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

/* A text at the left edge, at a height between 0 and 1. */
static void
put_label(FILE *out, int number, const char *text, double height, const char *look)
{
    fprintf(out, "set label %d ", number);
    gnuplot_quoted(out, text);
    fprintf(out, " at screen 0.015, screen %g left noenhanced %s\n", height, look);
}

static void
put_groups(FILE *out, const struct figure *figure)
{
    for (size_t i = 0; i < figure->group_count; i++) {
        fputs("set label ", out);
        gnuplot_quoted(out, figure->groups[i].label);
        fprintf(out, " at first %.9g, graph %g center noenhanced\n", figure->groups[i].position,
                below(figure, 0, -0.165, -0.235));
        if (i > 0)
            fprintf(out,
                    "set arrow from first %.9g, graph 0 to first %.9g, graph %g nohead linewidth "
                    "0.8 linecolor rgb '#a0a0a0'\n",
                    figure->groups[i].position - 0.5, figure->groups[i].position - 0.5,
                    below(figure, 0, -0.19, -0.26));
    }
}

/* Letters of what happens at nearly the same time stand together. */
static void
put_letters(FILE *out, const struct figure *figure)
{
    double near = (figure->x.high - figure->x.low) * 0.02;

    for (size_t i = 0, next; i < figure->event_count; i = next) {
        double middle = 0;

        fputs("set label '", out);
        for (next = i;
             next < figure->event_count && figure->events[next].at <= figure->events[i].at + near;
             next++) {
            bool is_there = false;

            for (size_t k = i; k < next; k++)
                is_there = is_there || figure->events[k].letter == figure->events[next].letter;
            if (!is_there)
                fputc(figure->events[next].letter, out);
            middle += figure->events[next].at;
        }
        fprintf(out, "' at first %.9g, graph 1.035 center font ',10'\n",
                middle / (double)(next - i));
    }
}

static void
put_events(FILE *out, const struct figure *figure)
{
    for (size_t i = 0; i < figure->event_count; i++) {
        const struct figure_event *event = &figure->events[i];

        fprintf(out,
                "set arrow from first %.9g, graph 0 to first %.9g, graph 1 nohead back linewidth "
                "1.2 dashtype (4,3) linecolor rgb '%s'\n",
                event->at, event->at,
                event->style == SIZE_MAX ? "#404040" : gnuplot_colour(event->style));
    }
    put_letters(out, figure);
}

static void
put_colours(FILE *out, const struct figure *figure)
{
    /* Less than one per cent is next to nothing, and so is its colour. */
    double most = fmax(1, fmax(fabs(figure->z.low), fabs(figure->z.high)));

    if (figure->z.label == NULL)
        return;
    if (figure->is_change)
        fprintf(out,
                "set palette defined (-1 '#B35806', -0.5 '#F1A340', 0 '#F7F7F7', 0.5 '#67A9CF', 1 "
                "'#2166AC')\nset cbrange [%.9g:%.9g]\n",
                -most, most);
    else
        fprintf(out,
                "set palette defined (0 '#FFFFE5', 0.25 '#C7E9B4', 0.5 '#41B6C4', 0.75 '#225EA8', "
                "1 '#081D58')\nset cbrange [%.9g:%.9g]\n",
                figure->z.low, figure->z.high > figure->z.low ? figure->z.high : figure->z.low + 1);
    fputs("unset grid\nset border 0\nset tics scale 0\nset rmargin 10\nset cblabel ", out);
    gnuplot_quoted(out, figure->z.label);
    fputs(" noenhanced offset 0.8, 0\n", out);
}

/* Whether there is a key above the drawing. */
static bool
has_key(const struct figure *figure)
{
    for (size_t s = 0; s < figure->series_count; s++)
        if (figure->series[s].label[0] != '\0')
            return !figure->has_legend;
    return false;
}

static void
put_frame(FILE *out, const struct figure *figure)
{
    fprintf(out,
            "# Draws %s.svg, %s.png and %s.pdf from %s.dat: gnuplot -d %s.gp\n"
            "set encoding utf8\nset decimalsign '.'\n"
            "set border 3 linewidth 1 linecolor rgb '#404040'\n"
            "set tics nomirror out scale 0.6 textcolor rgb '#202020'\n"
            "set grid ytics linetype 1 linewidth 0.6 linecolor rgb '#d8d8d8'\n",
            figure->name, figure->name, figure->name, figure->name, figure->name);
    if (figure->has_legend)
        fputs("set key outside right center vertical Left reverse invert samplen 1.2 width 1\n",
              out);
    else
        fputs("set key at screen 0.015, screen 0.915 left top horizontal Left reverse samplen 3.2 "
              "width 1\nset rmargin 3\n",
              out);
    fprintf(out, "set errorbars 0.7\nset tmargin %g\nset bmargin %g\n", has_key(figure) ? 4 : 2.6,
            below(figure, 6, 7.4, 8.4));
    put_label(out, 1, figure->title, 0.955, "font ',15'");
    put_label(out, 2, figure->caption, figure->remark[0] == '\0' ? 0.035 : 0.075,
              "font ',10' textcolor rgb '#606060'");
    put_label(out, 3, figure->remark, 0.03, "font ',10' textcolor rgb '#606060'");
}

char *
gnuplot_script(const struct figure *figure)
{
    char *text = NULL;
    size_t length;
    FILE *out = open_memstream(&text, &length);

    if (out == NULL)
        return must_strdup("");
    gnuplot_comment(out, figure->title);
    put_frame(out, figure);
    put_axes(out, figure);
    put_groups(out, figure);
    put_events(out, figure);
    put_colours(out, figure);
    put_break(out, figure->x_break, (figure->x.high - figure->x.low) * 0.006);
    fprintf(out,
            "set terminal svg size 720,440 font 'sans-serif,13' background rgb 'white' name '");
    for (const char *c = figure->name; *c != '\0'; c++)
        fputc(*c == '-' ? '_' : *c, out); /* a name of SVG objects cannot have it */
    fprintf(out, "'\nset output '%s.svg'\n", figure->name);
    gnuplot_plot(out, figure);
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
