/* SPDX-License-Identifier: GPL-2.0-or-later
 *
 * Two ways to write one page. See page.h.
 */
#include "page.h"

#include <ctype.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include "base.h"
#include "html.h"

/* What Markdown would read as its own. An underscore within a word is none of it. */
static bool
is_special(const char *text, const char *at)
{
    if (*at == '_')
        return at == text || !isalnum((unsigned char)at[-1]) || !isalnum((unsigned char)at[1]);
    return strchr("\\`*<>|&[]#", *at) != NULL;
}

static void
markdown_text(FILE *out, const char *text)
{
    for (const char *at = text; *at != '\0'; at++) {
        if (is_special(text, at))
            fputc('\\', out);
        fputc((unsigned char)*at < ' ' ? ' ' : *at, out);
    }
}

static void
put_text(const struct page *page, const char *text)
{
    if (page->form == PAGE_HTML)
        html_text(page->out, text);
    else
        markdown_text(page->out, text);
}

static char *
format_text(const char *format, va_list arguments)
{
    char *text = NULL;

    return vasprintf(&text, format, arguments) < 0 ? must_strdup("") : text;
}

void
page_begin(struct page *page, const char *title, const char *style)
{
    if (page->form == PAGE_MARKDOWN) {
        page_heading(page, 1, title);
        return;
    }
    fputs("<!DOCTYPE html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n"
          "<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n",
          page->out);
    html_element(page->out, "title", title);
    fprintf(page->out, "\n<style>\n%s</style>\n</head>\n<body>\n<main>\n", style);
    page_heading(page, 1, title);
}

void
page_end(struct page *page)
{
    if (page->form == PAGE_HTML)
        fputs("</main>\n</body>\n</html>\n", page->out);
}

void
page_heading(struct page *page, int level, const char *text)
{
    if (page->form == PAGE_HTML)
        fprintf(page->out, "<h%d>", level);
    else
        fprintf(page->out, "%.*s ", level, "####");
    put_text(page, text);
    if (page->form == PAGE_HTML)
        fprintf(page->out, "</h%d>\n", level);
    else
        fputs("\n\n", page->out);
}

void
page_paragraph(struct page *page, const char *kind, const char *format, ...)
{
    bool is_warning = kind != NULL && strcmp(kind, "warning") == 0;
    va_list arguments;
    char *text;

    va_start(arguments, format);
    text = format_text(format, arguments);
    va_end(arguments);
    if (page->form == PAGE_MARKDOWN)
        fputs(is_warning ? "> **Mind:** " : "", page->out);
    else if (kind == NULL)
        fputs("<p>", page->out);
    else
        fprintf(page->out, "<p class=\"%s\">", kind);
    put_text(page, text);
    fputs(page->form == PAGE_HTML ? "</p>\n" : "\n\n", page->out);
    free(text);
}

void
page_list_begin(struct page *page)
{
    if (page->form == PAGE_HTML)
        fputs("<ul>\n", page->out);
}

void
page_item(struct page *page, const char *format, ...)
{
    va_list arguments;
    char *text;

    va_start(arguments, format);
    text = format_text(format, arguments);
    va_end(arguments);
    fputs(page->form == PAGE_HTML ? "<li>" : "- ", page->out);
    put_text(page, text);
    fputs(page->form == PAGE_HTML ? "</li>\n" : "\n", page->out);
    free(text);
}

void
page_list_end(struct page *page)
{
    fputs(page->form == PAGE_HTML ? "</ul>\n" : "\n", page->out);
}

void
page_code(struct page *page, const char *text)
{
    if (page->form == PAGE_HTML) {
        html_element(page->out, "pre", text);
        fputc('\n', page->out);
        return;
    }
    fputs("~~~~\n", page->out);
    fputs(text, page->out);
    fputs(text[0] != '\0' && text[strlen(text) - 1] == '\n' ? "~~~~\n\n" : "\n~~~~\n\n", page->out);
}

void
page_details_begin(struct page *page, const char *summary)
{
    fputs("<details><summary>", page->out);
    html_text(page->out, summary);
    fputs(page->form == PAGE_HTML ? "</summary>\n" : "</summary>\n\n", page->out);
}

void
page_details_end(struct page *page)
{
    fputs(page->form == PAGE_HTML ? "</details>\n" : "</details>\n\n", page->out);
}

void
page_table_begin(struct page *page)
{
    page->head_cells = 0;
    if (page->form == PAGE_HTML)
        fputs("<div class=\"scroll\"><table>\n", page->out);
}

void
page_head(struct page *page, enum page_cell kind, const char *text)
{
    if (page->form == PAGE_HTML) {
        fputs(page->head_cells == 0 ? "<thead><tr>" : "", page->out);
        html_element(page->out, kind == CELL_NUMBER ? "th" : "th class=\"word\"", text);
    } else {
        fputs("| ", page->out);
        markdown_text(page->out, text);
        fputc(' ', page->out);
    }
    if (page->head_cells < sizeof page->head / sizeof *page->head)
        page->head[page->head_cells++] = kind;
}

void
page_head_end(struct page *page)
{
    if (page->form == PAGE_HTML) {
        fputs("</tr></thead>\n<tbody>\n", page->out);
        return;
    }
    fputs("|\n", page->out);
    for (size_t i = 0; i < page->head_cells; i++)
        fputs(page->head[i] == CELL_NUMBER ? "|---:" : "|---", page->out);
    fputs("|\n", page->out);
}

void
page_row_begin(struct page *page, bool begins_group)
{
    if (page->form == PAGE_HTML)
        fputs(begins_group ? "<tr class=\"group\">" : "<tr>", page->out);
}

void
page_cell(struct page *page, enum page_cell kind, const char *format, ...)
{
    static const char *const tags[] = {"td", "td class=\"word\"", "td class=\"text\""};
    va_list arguments;
    char *text;

    va_start(arguments, format);
    text = format_text(format, arguments);
    va_end(arguments);
    if (page->form == PAGE_HTML) {
        html_element(page->out, tags[kind], text);
    } else {
        fputs("| ", page->out);
        markdown_text(page->out, text);
        fputc(' ', page->out);
    }
    free(text);
}

void
page_estimate(struct page *page, const char *mean, const char *half_width)
{
    fprintf(page->out,
            page->form == PAGE_HTML ? "<td>%s <span class=\"half\">&plusmn;&nbsp;%s</span></td>"
                                    : "| %s \302\261 %s ",
            mean, half_width);
}

void
page_noted(struct page *page, const char *number, const char *note)
{
    size_t i = 0;

    while (i < page->note_count && strcmp(page->notes[i], note) != 0)
        i++;
    if (i == page->note_count && i < PAGE_NOTES_MAX)
        page->notes[page->note_count++] = must_strdup(note);
    fprintf(page->out,
            page->form == PAGE_HTML ? "<td>%s&nbsp;<sup>%c</sup></td>" : "| %s <sup>%c</sup> ",
            number, i < PAGE_NOTES_MAX ? 'a' + (int)i : '*');
}

void
page_row_end(struct page *page)
{
    fputs(page->form == PAGE_HTML ? "</tr>\n" : "|\n", page->out);
}

void
page_table_end(struct page *page)
{
    fputs(page->form == PAGE_HTML ? "</tbody>\n</table></div>\n" : "\n", page->out);
    for (size_t i = 0; i < page->note_count; i++) {
        fprintf(page->out,
                page->form == PAGE_HTML ? "<p class=\"note\"><sup>%c</sup> " : "<sup>%c</sup> ",
                'a' + (int)i);
        put_text(page, page->notes[i]);
        fputs(page->form == PAGE_HTML ? ".</p>\n" : ".\n\n", page->out);
        free(page->notes[i]);
    }
    page->note_count = 0;
}
