/* SPDX-License-Identifier: GPL-2.0-or-later
 *
 * Text tables for the terminal, and the cells that the terminal and the report share: "9.41 +-
 * 0.02".
 */
#ifndef FLUE_ANALYSIS_TABLE_H
#define FLUE_ANALYSIS_TABLE_H

#include <stdbool.h>
#include <stdio.h>

#include "results.h"
#include "units.h"

/* Whether the terminal's character set is UTF-8; otherwise plus-minus is "+-" and micro is "u". */
bool table_is_utf8(void);

struct table {
    size_t columns;
    bool *is_left; /* one a column: words left, numbers right */
    char **cells;  /* row by row, the first row being the header */
    size_t rows;
    size_t *gaps; /* rows with an empty line before them */
    size_t gap_count;
};

void table_init(struct table *table, size_t columns);
void table_fini(struct table *table);
void table_align_left(struct table *table, size_t column);
/* Cells are added one by one from left to right; the table copies the text. */
void table_add(struct table *table, size_t *position, const char *text);
/* An empty line before the next row. */
void table_gap(struct table *table, size_t position);
void table_print(const struct table *table, FILE *out);

/* How the cells of one metric are shown: one scale and one number of decimals for the whole column.
 */
struct table_metric {
    size_t metric;
    struct unit_scale scale;
    int decimals;
    int half_digits; /* width of the widest half-width, so that means stay below each other; 0: no
                        padding */
};
struct table_metric table_metric(const struct results *results, size_t metric);
/* "Goodput (Gb/s)". */
void table_metric_heading(const struct results *results, const struct table_metric *column,
                          char *text, size_t size);
/* Decimals of one cell: the column's, or more where a small mean would show as nothing. */
int table_decimals(const struct table_metric *column, const struct estimate *estimate);
/* Mean and half-width, or what there is; `plus_minus` is the sign to use. A mark `*` follows a mean
 * that has no interval, "-" stands for nothing measured. */
void table_metric_cell(const struct estimate *estimate, const struct table_metric *column,
                       const char *plus_minus, char *text, size_t size);

/* The study's points with the metrics it asks about. */
void table_print_results(const struct results *results, FILE *out);

#endif
