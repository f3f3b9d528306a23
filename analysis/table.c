/* SPDX-License-Identifier: GPL-2.0-or-later
 *
 * Aligned columns, in characters rather than bytes. See table.h.
 */
#include "table.h"

#include <langinfo.h>
#include <math.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

enum { CELL_SIZE = 96 };

bool
table_is_utf8(void)
{
    return strcmp(nl_langinfo(CODESET), "UTF-8") == 0;
}

void
table_init(struct table *table, size_t columns)
{
    memset(table, 0, sizeof *table);
    table->columns = columns;
    table->is_left = must_alloc(columns, sizeof *table->is_left);
}

void
table_fini(struct table *table)
{
    for (size_t i = 0; i < table->rows * table->columns; i++)
        free(table->cells[i]);
    free(table->cells);
    free(table->is_left);
    free(table->gaps);
    memset(table, 0, sizeof *table);
}

void
table_align_left(struct table *table, size_t column)
{
    table->is_left[column] = true;
}

void
table_add(struct table *table, size_t *position, const char *text)
{
    if (*position == table->rows * table->columns) {
        table->rows++;
        table->cells =
            must_realloc(table->cells, table->rows * table->columns, sizeof *table->cells);
        memset(table->cells + *position, 0, table->columns * sizeof *table->cells);
    }
    table->cells[(*position)++] = must_strdup(text);
}

void
table_gap(struct table *table, size_t position)
{
    table->gaps = must_realloc(table->gaps, table->gap_count + 1, sizeof *table->gaps);
    table->gaps[table->gap_count++] = position / table->columns;
}

/* Characters, not bytes: continuation bytes of UTF-8 take no place. */
static size_t
width_of(const char *text)
{
    size_t width = 0;

    for (; *text != '\0'; text++)
        width += ((unsigned char)*text & 0xc0) != 0x80;
    return width;
}

/* Length without the spaces at the end. */
static size_t
trimmed(const char *text)
{
    size_t length = strlen(text);

    while (length > 0 && text[length - 1] == ' ')
        length--;
    return length;
}

static const char *
cell(const struct table *table, size_t row, size_t column)
{
    const char *text = table->cells[row * table->columns + column];

    return text == NULL ? "" : text;
}

static bool
has_gap(const struct table *table, size_t row)
{
    for (size_t i = 0; i < table->gap_count; i++)
        if (table->gaps[i] == row)
            return true;
    return false;
}

static void
print_row(const struct table *table, size_t row, const size_t *widths, FILE *out)
{
    for (size_t c = 0; c < table->columns; c++) {
        const char *text = cell(table, row, c);
        size_t space = widths[c] - width_of(text);
        bool is_last = c + 1 == table->columns;

        if (!table->is_left[c])
            fprintf(out, "%*s", (int)space, "");
        fprintf(out, "%.*s", (int)(is_last ? trimmed(text) : strlen(text)), text);
        if (table->is_left[c] && !is_last)
            fprintf(out, "%*s", (int)space, "");
        fputs(is_last ? "\n" : "  ", out);
    }
}

void
table_print(const struct table *table, FILE *out)
{
    size_t *widths = must_alloc(table->columns, sizeof *widths);

    for (size_t r = 0; r < table->rows; r++)
        for (size_t c = 0; c < table->columns; c++)
            if (width_of(cell(table, r, c)) > widths[c])
                widths[c] = width_of(cell(table, r, c));
    for (size_t r = 0; r < table->rows; r++) {
        if (has_gap(table, r))
            fputc('\n', out);
        print_row(table, r, widths, out);
        if (r != 0)
            continue;
        for (size_t c = 0; c < table->columns; c++) {
            for (size_t i = 0; i < widths[c]; i++)
                fputc('-', out);
            fputs(c + 1 == table->columns ? "\n" : "  ", out);
        }
    }
    free(widths);
}

struct table_metric
table_metric(const struct results *results, size_t metric)
{
    const struct catalogue_metric *m = &results->scenario.metrics[metric];
    double largest = results_largest(results, metric);
    struct table_metric column = {metric, unit_scale(m->name, m->unit, largest), 0, 0};
    double narrowest = INFINITY;
    double widest = 0;

    for (size_t i = 0; i < results->point_count; i++) {
        double half = results->points[i].metrics[metric].estimate.half_width;

        if (half > 0 && half < narrowest)
            narrowest = half;
        if (half > widest)
            widest = half;
    }
    if (!isinf(narrowest)) {
        column.decimals = unit_decimals(narrowest * column.scale.factor);
        /* One half-width far below all others should not drag the whole column into noise. */
        if (column.decimals > 3)
            column.decimals = 3;
    } else if (largest * column.scale.factor < 1000 && floor(largest) < largest) {
        column.decimals = 3;
    }
    if (widest > 0)
        column.half_digits =
            snprintf(NULL, 0, "%.*f", column.decimals, widest * column.scale.factor);
    return column;
}

void
table_metric_heading(const struct results *results, const struct table_metric *column, char *text,
                     size_t size)
{
    const struct catalogue_metric *m = &results->scenario.metrics[column->metric];
    char label[CELL_SIZE];

    unit_label(label, sizeof label, m->name, m->unit);
    /* Units that only say again what is counted are left out. */
    if (column->scale.text[0] == '\0' || strcasecmp(column->scale.text, label) == 0)
        snprintf(text, size, "%s", label);
    else
        snprintf(text, size, "%s (%s)", label, column->scale.text);
}

int
table_decimals(const struct table_metric *column, const struct estimate *estimate)
{
    double mean = fabs(estimate->mean * column->scale.factor);
    int least; /* of which two digits can be seen */

    if (!(mean > 0) || isinf(mean))
        return column->decimals;
    least = 1 - (int)floor(log10(mean));
    least = least > 9 ? 9 : least;
    return mean < 0.1 && least > column->decimals ? least : column->decimals;
}

void
table_metric_cell(const struct estimate *estimate, const struct table_metric *column,
                  const char *plus_minus, char *text, size_t size)
{
    double factor = column->scale.factor;
    int decimals = table_decimals(column, estimate);
    int pad = column->half_digits;

    if (estimate->n == 0)
        snprintf(text, size, "-%*s", pad > 0 ? pad + 3 : 0, "");
    else if (isnan(estimate->half_width))
        snprintf(text, size, "%.*f *%*s", decimals, estimate->mean * factor, pad > 0 ? pad + 1 : 0,
                 "");
    else
        snprintf(text, size, "%.*f %s %*.*f", decimals, estimate->mean * factor, plus_minus, pad,
                 decimals, estimate->half_width * factor);
}

/* What the marks in the table mean; nothing is said of marks that are not there. */
static void
print_legend(const struct results *results, const size_t *metrics, size_t count,
             const char *plus_minus, FILE *out)
{
    size_t least = SIZE_MAX;
    size_t most = 0;
    bool lacks_values = false;
    const char *notes[2];
    size_t note_count = 0;

    for (size_t p = 0; p < results->point_count; p++) {
        for (size_t i = 0; i < count; i++) {
            const struct estimate *e = &results->points[p].metrics[metrics[i]].estimate;
            bool is_new = e->note != NULL;

            if (e->n == 0) {
                lacks_values = true;
                continue;
            }
            least = e->n < least ? e->n : least;
            most = e->n > most ? e->n : most;
            for (size_t k = 0; k < note_count; k++)
                is_new = is_new && notes[k] != e->note;
            if (is_new && note_count < 2)
                notes[note_count++] = e->note;
        }
    }
    fprintf(out, "Mean %s half-width of the 95 %% confidence interval (Student t), n = %zu",
            plus_minus, least > most ? 0 : least);
    if (least < most)
        fprintf(out, " to %zu", most);
    fputs(".\n", out);
    for (size_t k = 0; k < note_count; k++)
        fprintf(out, "* %s.\n", notes[k]);
    if (lacks_values)
        fputs("- nothing measured.\n", out);
}

static void
add_rows(struct table *table, const struct results *results, const struct table_metric *columns,
         size_t count, const char *plus_minus)
{
    size_t position = table->columns; /* the header is there */
    char text[CELL_SIZE];
    char before[CELL_SIZE] = "";

    for (size_t p = 0; p < results->point_count; p++) {
        /* A search comes by a few of its points alone. */
        if (results->study.search.parameter != NULL && results->points[p].effective.count == 0)
            continue;
        for (size_t v = 0; v < results->study.vary_count; v++) {
            results_varied_text(results, p, v, text, sizeof text);
            if (v == 0 && results->study.vary_count > 1 && p > 0 && strcmp(text, before) != 0)
                table_gap(table, position);
            if (v == 0)
                memcpy(before, text, sizeof before);
            table_add(table, &position, text);
        }
        for (size_t i = 0; i < count; i++) {
            table_metric_cell(&results->points[p].metrics[columns[i].metric].estimate, &columns[i],
                              plus_minus, text, sizeof text);
            table_add(table, &position, text);
        }
    }
}

void
table_print_results(const struct results *results, FILE *out)
{
    const char *plus_minus = table_is_utf8() ? "\302\261" : "+-";
    size_t *metrics = must_alloc(results->scenario.metric_count, sizeof *metrics);
    size_t count = results_asked(results, metrics);
    struct table_metric *columns = must_alloc(count, sizeof *columns);
    size_t varied = results->study.vary_count;
    size_t position = 0;
    struct table table;
    char text[CELL_SIZE];

    table_init(&table, varied + count);
    for (size_t v = 0; v < varied; v++) {
        table_align_left(&table, v);
        table_add(&table, &position, results->study.vary[v].name);
    }
    for (size_t i = 0; i < count; i++) {
        columns[i] = table_metric(results, metrics[i]);
        if (!table_is_utf8() && strncmp(columns[i].scale.text, "\302\265", 2) == 0) {
            columns[i].scale.text[0] = 'u';
            memmove(columns[i].scale.text + 1, columns[i].scale.text + 2,
                    strlen(columns[i].scale.text + 2) + 1);
        }
        table_metric_heading(results, &columns[i], text, sizeof text);
        table_add(&table, &position, text);
    }
    add_rows(&table, results, columns, count, plus_minus);
    table_print(&table, out);
    fputc('\n', out);
    print_legend(results, metrics, count, plus_minus, out);
    table_fini(&table);
    free(columns);
    free(metrics);
}
