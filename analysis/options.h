/* SPDX-License-Identifier: GPL-2.0-or-later
 *
 * Command lines by glibc's argp, with one difference: a word that is not understood is one line
 * that names it, says what was expected and which option may have been meant.
 */
#ifndef FLUE_ANALYSIS_OPTIONS_H
#define FLUE_ANALYSIS_OPTIONS_H

#include <argp.h>

#include "base.h"

enum { OPTIONS_KEY = 0x1000 }; /* keys of options without a letter start here */

/* Parses a subcommand's words with argp after a look at them; `name` is "flue run". Exits after
 * --help. */
bool options_parse(const struct argp *argp, const char *name, int argc, char **argv, void *input,
                   struct problem *problem);
/* The first word that is neither an option nor an option's value, or NULL. Options that the table
 * does not know are taken to have a value. */
const char *options_first_word(const struct argp_option *options, int argc, char **argv);
/* A whole number from minimum to maximum. */
bool options_whole(const char *word, const char *text, long long minimum, long long maximum,
                   long long *number, struct problem *problem);

/* The words that are not options: at most three, and how many are wanted. */
struct options_words {
    const char *words[3];
    size_t count;
};
/* Takes ARGP_KEY_ARG; ARGP_ERR_UNKNOWN once there are too many. */
error_t options_take_word(struct options_words *words, char *word);
/* Exactly one word, or a problem that names what is missing or too much. */
bool options_one_word(const struct options_words *words, const char *command, const char *expected,
                      struct problem *problem);

#endif
