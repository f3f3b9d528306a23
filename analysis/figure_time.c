/* SPDX-License-Identifier: GPL-2.0-or-later
 *
 * A metric in the course of the runs: its mean over replications with a band, what happened when,
 * and in the table below it what the runs say once their warm-up is over.
 */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "figure_layout.h"
#include "series.h"

static const struct result_point *
point_of(const struct layout *layout, size_t s)
{
    return &layout->results->points[layout_point(layout, (struct place){{0, 0, s}})];
}

/* The longest of the replications says where the values stand. */
static const struct result_series *
longest(const struct result_point *point)
{
    const struct result_series *longest = NULL;

    for (size_t r = 0; r < point->done; r++)
        if (longest == NULL || point->series[r].length > longest->length)
            longest = &point->series[r];
    return longest;
}

/* The replications at one instant. */
static struct estimate
estimate_at(const struct layout *layout, const struct result_point *point, size_t i)
{
    double *values = must_alloc(point->done + 1, sizeof *values);
    struct estimate estimate;

    for (size_t r = 0; r < point->done; r++) {
        const struct result_series *series = &point->series[r];
        const double *metric = series->metrics[layout->metric];

        values[r] =
            metric != NULL && i < series->length ? metric[i] * layout->scale.factor : (double)NAN;
    }
    estimate = statistics_estimate(values, point->done);
    free(values);
    return estimate;
}

static void
set_scales(struct layout *layout, struct unit_scale *time)
{
    const struct catalogue_metric *metric = &layout->results->scenario.metrics[layout->metric];
    double largest = 0;
    double latest = 0;

    layout->scale.factor = 1;
    for (size_t s = 0; s < layout_value_count(layout, PART_SERIES); s++) {
        const struct result_point *point = point_of(layout, s);
        const struct result_series *series = longest(point);

        for (size_t i = 0; series != NULL && i < series->length; i++) {
            double mean = fabs(estimate_at(layout, point, i).mean);

            largest = mean > largest ? mean : largest;
            latest = fmax(latest, series->times[i]);
        }
    }
    layout->scale = unit_scale(metric->name, metric->unit, largest);
    *time = unit_scale("time_s", "s", latest);
}

/* Returns the means, one an instant; the caller frees them. */
static double *
add_wave(const struct layout *layout, struct figure *figure, size_t s,
         const struct unit_scale *time, size_t *length)
{
    struct figure_series *wave = figure_add_series(figure, ROLE_WAVE, s);
    const struct result_point *point = point_of(layout, s);
    const struct result_series *series = longest(point);
    double *means = must_alloc((series == NULL ? 0 : series->length) + 1, sizeof *means);

    *length = 0;
    for (size_t i = 0; series != NULL && i < series->length; i++) {
        struct estimate e = estimate_at(layout, point, i);
        double half = isnan(e.half_width) ? 0 : e.half_width;
        struct figure_mark *mark;

        if (e.n == 0)
            continue;
        means[(*length)++] = e.mean;
        mark = figure_add_mark(wave);
        mark->values[0] = series->times[i] * time->factor;
        mark->values[1] = e.mean;
        mark->values[2] = e.mean - half;
        mark->values[3] = e.mean + half;
        mark->values[4] = (double)e.n;
        /* The band is drawn as far as the axis goes; the mean decides how far that is. */
        figure_reach(figure, e.mean);
        figure->x.high = fmax(figure->x.high, mark->values[0]);
    }
    layout_label(layout, s, wave->label, sizeof wave->label);
    return means;
}

/* What the same instant is called in another series is drawn once. */
static void
add_events(const struct layout *layout, struct figure *figure, size_t s,
           const struct unit_scale *time)
{
    const struct result_point *point = point_of(layout, s);

    for (size_t i = 0; point->done > 0 && i < point->series[0].event_count; i++) {
        const struct run_event *from = &point->series[0].events[i];
        double at = from->time_s * time->factor;
        struct figure_event *event = NULL;

        for (size_t e = 0; e < figure->event_count && event == NULL; e++)
            if (strcmp(figure->events[e].text, from->text) == 0 &&
                fabs(figure->events[e].at - at) < 1e-9 * fabs(at))
                event = &figure->events[e];
        if (event != NULL) {
            event->style = SIZE_MAX;
            continue;
        }
        figure->events =
            must_realloc(figure->events, figure->event_count + 1, sizeof *figure->events);
        event = &figure->events[figure->event_count++];
        memset(event, 0, sizeof *event);
        event->at = at;
        event->style = layout->varied[PART_SERIES] == SIZE_MAX ? SIZE_MAX : s;
        snprintf(event->text, sizeof event->text, "%s", from->text);
    }
}

static int
by_time(const void *a, const void *b)
{
    const struct figure_event *first = a;
    const struct figure_event *second = b;

    return first->at < second->at ? -1 : first->at > second->at;
}

/* One letter for what is called alike, in the order of time. Returns what they stand for; the
 * caller frees it. */
static char *
name_events(struct figure *figure)
{
    char *text = must_strdup("");
    char next = 'a';

    if (figure->event_count > 0)
        qsort(figure->events, figure->event_count, sizeof *figure->events, by_time);
    for (size_t i = 0; i < figure->event_count; i++) {
        struct figure_event *event = &figure->events[i];
        char *longer;

        for (size_t e = 0; e < i && event->letter == '\0'; e++)
            if (strcmp(figure->events[e].text, event->text) == 0)
                event->letter = figure->events[e].letter;
        if (event->letter != '\0')
            continue;
        event->letter = next;
        next = next < 'z' ? (char)(next + 1) : 'z';
        longer =
            must_printf("%s%s %c %s", text, text[0] == '\0' ? "" : ",", event->letter, event->text);
        free(text);
        text = longer;
    }
    return text;
}

static void
begin_table(const struct layout *layout, struct figure *figure)
{
    const char *unit = layout->scale.text;

    figure->table.columns = layout->varied[PART_SERIES] != SIZE_MAX ? 4 : 3;
    if (layout->varied[PART_SERIES] != SIZE_MAX)
        figure_table_add(&figure->table, must_strdup(layout->wish->series));
    figure_table_add(&figure->table, must_strdup("warm-up ends (MSER-5)"));
    figure_table_add(&figure->table,
                     must_printf("mean behind it%s%s", unit[0] == '\0' ? "" : ", ", unit));
    figure_table_add(&figure->table, must_strdup("95 % interval (batch means)"));
}

/* What one long run says: the mean of what lies behind its warm-up. */
static void
add_row(const struct layout *layout, struct figure *figure, size_t s, const double *means,
        size_t length, const struct unit_scale *time)
{
    struct warmup warmup = series_warmup(means, length);
    struct estimate steady = series_batch_means(means + warmup.values, length - warmup.values);
    const struct figure_series *wave = &figure->series[figure->series_count - 1];
    char text[64];

    if (layout->varied[PART_SERIES] != SIZE_MAX) {
        layout_value_text(layout, PART_SERIES, s, text, sizeof text);
        figure_table_add(&figure->table, must_strdup(text));
    }
    if (length == 0) {
        for (int i = 0; i < 3; i++)
            figure_table_add(&figure->table, must_strdup("\342\200\223 (not measured)"));
        return;
    }
    figure_table_add(&figure->table,
                     must_printf("%.4g %s%s%s%s",
                                 warmup.values == 0 ? 0 : wave->marks[warmup.values - 1].values[0],
                                 time->text, warmup.note == NULL ? "" : " (",
                                 warmup.note == NULL ? "" : warmup.note,
                                 warmup.note == NULL ? "" : ")"));
    figure_table_add(&figure->table, must_printf("%.4g", steady.mean));
    if (isnan(steady.half_width))
        figure_table_add(&figure->table, must_printf("\342\200\223 (%s)", steady.note));
    else
        figure_table_add(&figure->table, must_printf("\302\261 %.2g%s%s%s", steady.half_width,
                                                     steady.note == NULL ? "" : " (",
                                                     steady.note == NULL ? "" : steady.note,
                                                     steady.note == NULL ? "" : ")"));
}

/* Bands of few runs are wide, and the axis is for the means. */
static bool
is_clipped(const struct figure *figure)
{
    for (size_t s = 0; s < figure->series_count; s++)
        for (size_t i = 0; i < figure->series[s].mark_count; i++)
            if (figure->series[s].marks[i].values[3] > 1.06 * figure->y.high ||
                figure->series[s].marks[i].values[2] < fmin(0, figure->y.low))
                return true;
    return false;
}

void
figure_time(struct layout *layout, struct figure *figure)
{
    struct unit_scale time;
    size_t least = SIZE_MAX;
    size_t most = 0;
    char *events;
    char n[64];

    set_scales(layout, &time);
    begin_table(layout, figure);
    for (size_t s = 0; s < layout_value_count(layout, PART_SERIES); s++) {
        size_t done = point_of(layout, s)->done;
        size_t length;
        double *means = add_wave(layout, figure, s, &time, &length);

        add_row(layout, figure, s, means, length, &time);
        add_events(layout, figure, s, &time);
        least = done > 0 && done < least ? done : least;
        most = done > most ? done : most;
        free(means);
    }
    figure->x.low = 0;
    if (!(figure->x.high > 0))
        figure->x.high = 1;
    figure->x.label = must_printf(
        "%s (%s)", layout->wish->x_label != NULL ? layout->wish->x_label : "Time", time.text);
    figure->y.label = layout_metric_label(layout, layout->wish->y_label);
    figure_count_text(least, most, n, sizeof n);
    figure->caption =
        most < 2 ? must_printf("Each value is of an interval of %s; one run each (%s): no band.",
                               layout->results->study.series_interval, n)
                 : must_printf("Each value is of an interval of %s, mean of %s runs; band: 95 %% "
                               "confidence interval (Student t).",
                               layout->results->study.series_interval, n);
    events = name_events(figure);
    figure->remark = must_printf("%s%s%s%s", is_clipped(figure) ? "Wide bands are cut off. " : "",
                                 events[0] == '\0' ? "" : "In the first run:", events,
                                 events[0] == '\0' ? "" : ".");
    free(events);
}
