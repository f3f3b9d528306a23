/* SPDX-License-Identifier: GPL-2.0-or-later
 *
 * Words in messages: lists of them, and the one that a misspelt word was probably meant to be.
 */
#ifndef FLUE_SCENARIOS_WORDS_H
#define FLUE_SCENARIOS_WORDS_H

#include <stddef.h>

/* The word nearest to `word`: at most a third of its letters (and at least one) wrong, missing or
 * too many. NULL when none is that near. `words` has `count` entries. */
const char *flue_words_nearest(const char *word, const char *const *words, size_t count);

/* "a, b or c" into `text`; cut short when it does not fit. */
void flue_words_list(const char *const *words, size_t count, char *text, size_t size);

#endif
