/* SPDX-License-Identifier: GPL-2.0-or-later
 *
 * A page that people read, as HTML or as Markdown: headings, paragraphs, tables, and notes on
 * single numbers. Whoever writes a page does not know which of the two it becomes; texts are
 * escaped here.
 */
#ifndef FLUE_ANALYSIS_PAGE_H
#define FLUE_ANALYSIS_PAGE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdio.h>

#define PAGE_PRINTF(text, first) __attribute__((format(printf, text, first)))

enum page_form { PAGE_HTML, PAGE_MARKDOWN };

/* WORD: to the left, on one line; TEXT: to the left, as long as it likes. */
enum page_cell { CELL_NUMBER, CELL_WORD, CELL_TEXT };

enum { PAGE_NOTES_MAX = 26 };

struct page {
    FILE *out;
    enum page_form form;
    size_t head_cells; /* of the table that is being written */
    enum page_cell head[256];
    char *notes[PAGE_NOTES_MAX]; /* on its numbers, one letter each */
    size_t note_count;
};

void page_begin(struct page *page, const char *title, const char *style);
void page_end(struct page *page);
void page_heading(struct page *page, int level, const char *text);
/* `kind` is a class of report.css, or NULL. */
void page_paragraph(struct page *page, const char *kind, const char *format, ...) PAGE_PRINTF(3, 4);
void page_list_begin(struct page *page);
void page_item(struct page *page, const char *format, ...) PAGE_PRINTF(2, 3);
void page_list_end(struct page *page);
/* As it stands, in a fixed font. */
void page_code(struct page *page, const char *text);
/* What is folded away until somebody asks. */
void page_details_begin(struct page *page, const char *summary);
void page_details_end(struct page *page);

/* A table: its head, cell by cell, then rows; without any head cell it is begun by its first row.
 */
void page_table_begin(struct page *page);
void page_head(struct page *page, enum page_cell kind, const char *text);
void page_head_end(struct page *page);
void page_row_begin(struct page *page, bool begins_group);
void page_cell(struct page *page, enum page_cell kind, const char *format, ...) PAGE_PRINTF(3, 4);
/* A mean and its half-width. */
void page_estimate(struct page *page, const char *mean, const char *half_width);
/* A number with a note on it: a letter here, the text below the table. */
void page_noted(struct page *page, const char *number, const char *note);
void page_row_end(struct page *page);
/* With the notes on its numbers. */
void page_table_end(struct page *page);

#endif
