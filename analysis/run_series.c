/* SPDX-License-Identifier: GPL-2.0-or-later
 *
 * CSV in, arrays out. See run_series.h.
 */
#include "run_series.h"

#include <jansson.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const char event_mark[] = "# event,";

/* Takes one cell off the line; NULL at its end. */
static char *
take_cell(char **line)
{
    char *cell = *line;
    char *comma;

    if (cell == NULL)
        return NULL;
    comma = strchr(cell, ',');
    *line = comma == NULL ? NULL : comma + 1;
    if (comma != NULL)
        *comma = '\0';
    return cell;
}

static bool
read_heading(struct run_series *series, char *line)
{
    char *cell;

    while ((cell = take_cell(&line)) != NULL) {
        series->names =
            must_realloc(series->names, series->column_count + 1, sizeof *series->names);
        series->names[series->column_count++] = must_strdup(cell);
    }
    return strcmp(series->names[0], "time_s") == 0;
}

static bool
read_row(struct run_series *series, char *line)
{
    double *row;
    size_t column = 0;
    char *cell;

    series->values = must_realloc(series->values, (series->row_count + 1) * series->column_count,
                                  sizeof *series->values);
    row = &series->values[series->row_count * series->column_count];
    while ((cell = take_cell(&line)) != NULL && column < series->column_count) {
        char *end = cell;

        row[column++] = *cell == '\0' ? (double)NAN : strtod(cell, &end);
        if (*end != '\0')
            return false;
    }
    series->row_count++;
    return cell == NULL && column == series->column_count && isfinite(row[0]);
}

static bool
read_event(struct run_series *series, char *line)
{
    char *end;
    double time_s = strtod(line, &end);
    struct run_event *event;

    if (end == line || *end != ',' || !isfinite(time_s))
        return false;
    series->events = must_realloc(series->events, series->event_count + 1, sizeof *series->events);
    event = &series->events[series->event_count++];
    event->time_s = time_s;
    event->text = must_strdup(end + 1);
    return true;
}

bool
run_series_parse(struct run_series *series, const char *csv, struct problem *problem)
{
    char *text = must_strdup(csv);
    char *rest = text;
    char *line;
    bool is_good = true;

    memset(series, 0, sizeof *series);
    while (is_good && (line = strsep(&rest, "\n")) != NULL) {
        if (*line == '\0')
            continue;
        if (strncmp(line, event_mark, strlen(event_mark)) == 0)
            is_good = read_event(series, line + strlen(event_mark));
        else if (series->column_count == 0)
            is_good = read_heading(series, line);
        else
            is_good = read_row(series, line);
    }
    free(text);
    if (is_good && series->row_count > 0)
        return true;
    run_series_fini(series);
    return problem_set(problem, EXIT_RUNS_FAILED,
                       "the time series is not one: expected CSV with a column time_s");
}

void
run_series_fini(struct run_series *series)
{
    for (size_t i = 0; i < series->column_count; i++)
        free(series->names[i]);
    for (size_t i = 0; i < series->event_count; i++)
        free(series->events[i].text);
    free(series->names);
    free(series->values);
    free(series->events);
    memset(series, 0, sizeof *series);
}

char *
run_series_array(const struct run_series *series, size_t column)
{
    char *text = NULL;
    size_t length;
    FILE *out = open_memstream(&text, &length);

    if (out == NULL)
        return must_strdup("[]");
    for (size_t row = 0; row < series->row_count; row++) {
        double value = series->values[row * series->column_count + column];

        fputc(row == 0 ? '[' : ',', out);
        if (isfinite(value))
            fprintf(out, "%.9g", value);
        else
            fputs("null", out);
    }
    fputc(']', out);
    fclose(out);
    return text;
}

bool
run_series_read_array(const char *json, double **values, size_t *count)
{
    json_t *array = json_loads(json, 0, NULL);
    size_t i;
    json_t *value;

    if (!json_is_array(array)) {
        json_decref(array);
        return false;
    }
    *count = json_array_size(array);
    *values = must_alloc(*count + 1, sizeof **values);
    json_array_foreach(array, i, value)
    {
        (*values)[i] = json_is_number(value) ? json_number_value(value) : (double)NAN;
    }
    json_decref(array);
    return true;
}
