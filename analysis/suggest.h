/* SPDX-License-Identifier: GPL-2.0-or-later
 *
 * The nearest known name to a misspelt one.
 */
#ifndef FLUE_ANALYSIS_SUGGEST_H
#define FLUE_ANALYSIS_SUGGEST_H

#include <stddef.h>

/* Names are handed out one by one, so that every kind of table can be searched: the index-th, or
 * NULL. */
typedef const char *(*suggest_name_fn)(const void *table, size_t index);

/* The nearest name within a third of its letters (a swap of neighbours counts once), or NULL. */
const char *suggest(const char *word, suggest_name_fn name, const void *table);

/* " (did you mean "nearest"?)", or "" when nothing is near. The text lives until the next call. */
const char *suggest_text(const char *word, suggest_name_fn name, const void *table);

/* For a NULL-terminated array of names. */
const char *suggest_array(const void *array, size_t index);

#endif
