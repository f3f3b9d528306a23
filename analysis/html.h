/* SPDX-License-Identifier: GPL-2.0-or-later
 *
 * Text into HTML, and SVG drawings into its midst.
 */
#ifndef FLUE_ANALYSIS_HTML_H
#define FLUE_ANALYSIS_HTML_H

#include <stdarg.h>
#include <stdio.h>

/* The text with & < > " ' written as entities, and bytes that are not UTF-8 or not allowed
 * replaced. */
void html_text(FILE *out, const char *text);
/* "<tag>text</tag>", the text escaped; `tag` may carry attributes: "td class=\"word\"". */
void html_element(FILE *out, const char *tag, const char *text);
/* The same with a formatted text. */
void html_format(FILE *out, const char *tag, const char *format, ...)
    __attribute__((format(printf, 3, 4)));
/* An SVG file's drawing: without the XML head, and every id prefixed, because ids of several
 * drawings would meet in one page. */
void html_svg(FILE *out, const char *svg, const char *prefix);

#endif
