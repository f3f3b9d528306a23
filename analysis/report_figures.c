/* SPDX-License-Identifier: GPL-2.0-or-later
 *
 * Figures and the tables below them. See report_figures.h.
 */
#include "report_figures.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "html.h"

static void
put_table(struct page *page, const struct figure_table *table)
{
    if (table->columns == 0)
        return;
    page_table_begin(page);
    for (size_t c = 0; c < table->columns; c++)
        page_head(page, CELL_WORD, table->cells[c]);
    page_head_end(page);
    for (size_t c = table->columns; c < table->cell_count; c++) {
        if (c % table->columns == 0)
            page_row_begin(page, false);
        page_cell(page, CELL_WORD, "%s", table->cells[c]);
        if ((c + 1) % table->columns == 0)
            page_row_end(page);
    }
    page_table_end(page);
}

/* The drawing itself, as a page of HTML has to be whole without it. */
static bool
put_drawing(struct page *page, const struct figure *figure, size_t number, const char *folder,
            struct problem *problem)
{
    char *path = must_printf("%s/figures/%s.svg", folder, figure->name);
    char *svg = file_read(path);
    char *prefix = must_printf("f%zu-", number);
    bool is_good = svg != NULL;

    if (svg == NULL)
        problem_set(problem, EXIT_RUNS_FAILED, "%s: %s", path, strerror(errno));
    else
        html_svg(page->out, svg, prefix);
    free(path);
    free(prefix);
    free(svg);
    return is_good;
}

static bool
put_html(struct page *page, const struct figure *figure, size_t number, const char *folder,
         struct problem *problem)
{
    fputs("<figure>\n", page->out);
    if (!put_drawing(page, figure, number, folder, problem))
        return false;
    html_format(page->out, "figcaption",
                "Figure %zu. %s. Files: figures/%s.svg, .png and .pdf, data and gnuplot script "
                "beside them.",
                number, figure->title, figure->name);
    fputs("\n</figure>\n", page->out);
    return true;
}

static void
put_markdown(struct page *page, const struct figure *figure, size_t number)
{
    fprintf(page->out, "![Figure %zu](figures/%s.svg)\n\n", number, figure->name);
    page_paragraph(page, NULL, "Figure %zu. %s. %s%s%s", number, figure->title, figure->caption,
                   figure->remark[0] == '\0' ? "" : " ", figure->remark);
}

bool
report_figures(struct page *page, const struct figures *figures, const char *folder,
               struct problem *problem)
{
    if (figures->count > 0)
        page_heading(page, 2, "Figures");
    for (size_t i = 0; i < figures->count; i++) {
        const struct figure *figure = &figures->figures[i];

        if (figure->is_empty)
            page_paragraph(page, "warning", "%s: nothing was measured.", figure->title);
        else if (page->form == PAGE_MARKDOWN)
            put_markdown(page, figure, i + 1);
        else if (!put_html(page, figure, i + 1, folder, problem))
            return false;
        if (!figure->is_empty)
            put_table(page, &figure->table);
    }
    return true;
}
