/* SPDX-License-Identifier: GPL-2.0-or-later
 *
 * How far one can go: values in a row, counted from the end where requirements are easiest to meet,
 * and the last one that meets them. Each value is decided by replications: it meets, it fails, or
 * as many runs as are allowed do not tell. The search knows no simulator: it says which values to
 * decide next, and reads the answer from what was decided.
 *
 * Two bisections share their steps: one for the last value that surely meets, one for the last that
 * does not surely fail. The turn lies between them. Both take the row to turn once; a few values
 * beyond are decided at the end to see whether it does.
 */
#ifndef FLUE_ANALYSIS_SEARCH_H
#define FLUE_ANALYSIS_SEARCH_H

#include <stdbool.h>
#include <stddef.h>

#include "statistics.h"

enum { SEARCH_AT_ONCE = 3, SEARCH_NONE = -1 };

enum search_verdict { SEARCH_OPEN, SEARCH_MEETS, SEARCH_FAILS, SEARCH_UNDECIDED };

/* The turn: the last value that meets is number `least` to `most`; SEARCH_NONE is "not even the
 * first". */
struct search_answer {
    long least;
    long most;
    long odd; /* a value that shows that the row turns more than once; SEARCH_NONE: none seen */
    long doubtful; /* an undecided value behind one that fails, that may show it; SEARCH_NONE */
};

/* "meets", "fails", "undecided". */
const char *search_word(enum search_verdict verdict);
/* Which values to decide next, at most SEARCH_AT_ONCE; 0: the answer is there. */
size_t search_next(const enum search_verdict *verdicts, size_t count, size_t *next);
/* The answer so far. */
struct search_answer search_answer(const enum search_verdict *verdicts, size_t count);

/* What an interval of that half-width says about "mean >= bound" (or "<="). */
enum search_verdict search_judge(const struct estimate *estimate, bool is_least, double bound,
                                 double half_width);
/* The half-width at another confidence than the estimate's; 0 where all values are alike, NAN where
 * one value or none was measured, or not every run could measure it. */
double search_half_width(const struct estimate *estimate, double confidence);
/* The confidence of each interval such that all decisions of a search together have `confidence`:
 * a share of the error for each value that may be decided, each time that it is looked at, and each
 * requirement (Bonferroni). */
double search_share(double confidence, size_t count, size_t looks, size_t requirements);
/* How many values a search decides at most. */
size_t search_most(size_t count);
/* The replications after `n`, of at most `most`. */
size_t search_more(size_t n, size_t most);

#endif
