/* SPDX-License-Identifier: GPL-2.0-or-later
 *
 * Edit distance and lists of words.
 */
#include "words.h"

#include <stdio.h>
#include <string.h>

enum { LONGEST = 63 }; /* longer words are not compared */

static size_t
smallest(size_t a, size_t b, size_t c)
{
    size_t least = a < b ? a : b;

    return least < c ? least : c;
}

/* Levenshtein's distance, one row at a time. */
static size_t
distance(const char *a, const char *b)
{
    size_t row[LONGEST + 1];
    size_t length = strlen(b);

    for (size_t j = 0; j <= length; j++) {
        row[j] = j;
    }
    for (size_t i = 0; a[i] != '\0'; i++) {
        size_t diagonal = row[0];

        row[0] = i + 1;
        for (size_t j = 0; j < length; j++) {
            size_t above = row[j + 1];

            row[j + 1] = smallest(above + 1, row[j] + 1, diagonal + (a[i] != b[j]));
            diagonal = above;
        }
    }
    return row[length];
}

const char *
flue_words_nearest(const char *word, const char *const *words, size_t count)
{
    const char *nearest = NULL;
    size_t best = strlen(word) < 3 ? 2 : strlen(word) / 3 + 1; /* must be nearer than this */

    if (strlen(word) > LONGEST) {
        return NULL;
    }
    for (size_t i = 0; i < count; i++) {
        size_t away = strlen(words[i]) > LONGEST ? best : distance(word, words[i]);

        if (away < best) {
            best = away;
            nearest = words[i];
        }
    }
    return nearest;
}

void
flue_words_list(const char *const *words, size_t count, char *text, size_t size)
{
    size_t used = 0;

    if (size > 0) {
        text[0] = '\0';
    }
    for (size_t i = 0; i < count && used < size; i++) {
        const char *before = i == 0 ? "" : i + 1 == count ? " or " : ", ";
        int written = snprintf(text + used, size - used, "%s%s", before, words[i]);

        used += written > 0 ? (size_t)written : 0;
    }
}
