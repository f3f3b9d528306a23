/* SPDX-License-Identifier: GPL-2.0-or-later
 *
 * Edit distance with neighbours swapped (optimal string alignment), over short names. See
 * suggest.h.
 */
#include "suggest.h"

#include <stdio.h>
#include <string.h>
#include <strings.h>

enum { LONGEST = 63 };

static size_t
least(size_t a, size_t b)
{
    return a < b ? a : b;
}

static size_t
distance(const char *a, const char *b)
{
    size_t rows = strlen(a);
    size_t columns = strlen(b);
    size_t d[LONGEST + 1][LONGEST + 1];

    if (rows > LONGEST || columns > LONGEST)
        return LONGEST;
    for (size_t i = 0; i <= rows; i++)
        d[i][0] = i;
    for (size_t j = 0; j <= columns; j++)
        d[0][j] = j;
    for (size_t i = 1; i <= rows; i++) {
        for (size_t j = 1; j <= columns; j++) {
            size_t swap = a[i - 1] == b[j - 1] ? 0 : 1;

            d[i][j] = least(d[i - 1][j - 1] + swap, least(d[i - 1][j], d[i][j - 1]) + 1);
            if (i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1])
                d[i][j] = least(d[i][j], d[i - 2][j - 2] + 1);
        }
    }
    return d[rows][columns];
}

const char *
suggest(const char *word, suggest_name_fn name, const void *table)
{
    const char *best = NULL;
    size_t best_distance = LONGEST;
    const char *candidate;

    for (size_t i = 0; (candidate = name(table, i)) != NULL; i++) {
        size_t length = strlen(candidate) > strlen(word) ? strlen(candidate) : strlen(word);
        size_t allowed = length < 3 ? 1 : (length + 2) / 3;
        size_t d = strcasecmp(word, candidate) == 0 ? 0 : distance(word, candidate);

        if (d <= allowed && d < length && d < best_distance) {
            best = candidate;
            best_distance = d;
        }
    }
    return best;
}

const char *
suggest_text(const char *word, suggest_name_fn name, const void *table)
{
    static char text[LONGEST + 32];
    const char *nearest = suggest(word, name, table);

    text[0] = '\0';
    if (nearest != NULL)
        snprintf(text, sizeof text, " (did you mean \"%s\"?)", nearest);
    return text;
}

const char *
suggest_array(const void *array, size_t index)
{
    return ((const char *const *)array)[index];
}
