/* SPDX-License-Identifier: GPL-2.0-or-later
 *
 * All figures of a study. See figure.h; the kinds have files of their own.
 */
#include "figure.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "figure_layout.h"

static void (*const kinds[])(struct layout *, struct figure *) = {
    [FIGURE_LINES] = figure_lines, [FIGURE_CDF] = figure_cdf,   [FIGURE_BOX] = figure_box,
    [FIGURE_BARS] = figure_bars,   [FIGURE_HEAT] = figure_heat, [FIGURE_TIME] = figure_time,
    [FIGURE_LAWS] = figure_laws,
};

static void
create_one(struct layout *layout, struct figure *figure)
{
    memset(figure, 0, sizeof *figure);
    figure->x.low = figure->y.low = INFINITY;
    figure->x.high = figure->y.high = -INFINITY;
    figure->x_break = (double)NAN;
    figure->is_empty = true;
    layout_head(layout, figure);
    kinds[layout->wish->kind](layout, figure);
}

void
figures_create(struct figures *figures, const struct results *results)
{
    memset(figures, 0, sizeof *figures);
    for (size_t f = 0; f < results->study.figure_count; f++) {
        struct layout layout = layout_create(results, &results->study.figures[f]);
        size_t rest = layout_rest_count(&layout);

        figures->figures =
            must_realloc(figures->figures, figures->count + rest, sizeof *figures->figures);
        for (size_t r = 0; r < rest; r++) {
            struct layout one = layout;

            one.rest = r;
            create_one(&one, &figures->figures[figures->count++]);
        }
    }
}

static void
free_axis(struct figure_axis *axis)
{
    free(axis->label);
    free(axis->tics);
}

void
figures_fini(struct figures *figures)
{
    for (size_t i = 0; i < figures->count; i++) {
        struct figure *figure = &figures->figures[i];

        for (size_t s = 0; s < figure->series_count; s++)
            free(figure->series[s].marks);
        for (size_t c = 0; c < figure->table.cell_count; c++)
            free(figure->table.cells[c]);
        free_axis(&figure->x);
        free_axis(&figure->y);
        free_axis(&figure->z);
        free(figure->table.cells);
        free(figure->series);
        free(figure->groups);
        free(figure->events);
        free(figure->name);
        free(figure->title);
        free(figure->caption);
        free(figure->remark);
    }
    free(figures->figures);
    memset(figures, 0, sizeof *figures);
}
