/* SPDX-License-Identifier: GPL-2.0-or-later
 *
 * HTML escaping and inline SVG. See html.h.
 */
#include "html.h"

#include <stdlib.h>
#include <string.h>

#include "base.h"

/* Length of the UTF-8 sequence at `text`, or 0 when it is none. */
static size_t
utf8_length(const unsigned char *text)
{
    size_t length = text[0] < 0x80                       ? 1
                    : text[0] >= 0xc2 && text[0] <= 0xdf ? 2
                    : text[0] >= 0xe0 && text[0] <= 0xef ? 3
                    : text[0] >= 0xf0 && text[0] <= 0xf4 ? 4
                                                         : 0;

    for (size_t i = 1; i < length; i++)
        if ((text[i] & 0xc0) != 0x80)
            return 0;
    /* Overlong forms, surrogates and what lies behind U+10FFFF. */
    if ((text[0] == 0xe0 && text[1] < 0xa0) || (text[0] == 0xed && text[1] > 0x9f) ||
        (text[0] == 0xf0 && text[1] < 0x90) || (text[0] == 0xf4 && text[1] > 0x8f))
        return 0;
    return length;
}

void
html_text(FILE *out, const char *text)
{
    while (*text != '\0') {
        size_t length = utf8_length((const unsigned char *)text);

        if (length == 0 || ((unsigned char)*text < ' ' && *text != '\n' && *text != '\t'))
            fputs("\357\277\275", out);
        else if (*text == '&')
            fputs("&amp;", out);
        else if (*text == '<')
            fputs("&lt;", out);
        else if (*text == '>')
            fputs("&gt;", out);
        else if (*text == '"')
            fputs("&quot;", out);
        else if (*text == '\'')
            fputs("&#39;", out);
        else
            fwrite(text, 1, length, out);
        text += length == 0 ? 1 : length;
    }
}

void
html_element(FILE *out, const char *tag, const char *text)
{
    fprintf(out, "<%s>", tag);
    html_text(out, text);
    fprintf(out, "</%.*s>", (int)strcspn(tag, " "), tag);
}

void
html_format(FILE *out, const char *tag, const char *format, ...)
{
    va_list arguments;
    char *text = NULL;

    va_start(arguments, format);
    if (vasprintf(&text, format, arguments) < 0)
        text = must_strdup("");
    va_end(arguments);
    html_element(out, tag, text);
    free(text);
}

void
html_svg(FILE *out, const char *svg, const char *prefix)
{
    /* Where a name stands that must be ours alone: definitions and references. */
    static const char *const places[] = {" id=\"",  " id='", "href=\"#",
                                         "href='#", "url(#", "aria-labelledby=\""};
    const char *at = strstr(svg, "<svg");

    while (at != NULL && *at != '\0') {
        size_t matched = 0;

        for (size_t i = 0; i < sizeof places / sizeof places[0] && matched == 0; i++)
            if (strncmp(at, places[i], strlen(places[i])) == 0)
                matched = strlen(places[i]);
        if (matched > 0) {
            fwrite(at, 1, matched, out);
            fputs(prefix, out);
            at += matched;
        } else {
            fputc(*at++, out);
        }
    }
}
