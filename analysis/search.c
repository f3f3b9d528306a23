/* SPDX-License-Identifier: GPL-2.0-or-later
 *
 * Bisection among values that are known with error. See search.h.
 */
#include "search.h"

#include <math.h>

const char *
search_word(enum search_verdict verdict)
{
    static const char *const words[] = {"open", "meets", "fails", "undecided"};

    return words[verdict];
}

static bool
meets(enum search_verdict verdict)
{
    return verdict == SEARCH_MEETS;
}

static bool
may_meet(enum search_verdict verdict)
{
    return verdict != SEARCH_FAILS;
}

/* The last value for which it holds, by bisection from both ends; *wanted is the value that must be
 * decided before one can say, or SEARCH_NONE. */
static long
last_that(const enum search_verdict *verdicts, size_t count, bool (*holds)(enum search_verdict),
          long *wanted)
{
    long low = 0;
    long high = (long)count - 1;

    *wanted = SEARCH_NONE;
    if (!holds(verdicts[0]))
        return SEARCH_NONE;
    if (holds(verdicts[high]))
        return high;
    while (high - low > 1) {
        long middle = low + (high - low) / 2;

        if (verdicts[middle] == SEARCH_OPEN) {
            *wanted = middle;
            break;
        }
        if (holds(verdicts[middle]))
            low = middle;
        else
            high = middle;
    }
    return low;
}

static size_t
add(const enum search_verdict *verdicts, size_t *next, size_t used, long value)
{
    if (value < 0 || verdicts[value] != SEARCH_OPEN)
        return used;
    for (size_t i = 0; i < used; i++)
        if (next[i] == (size_t)value)
            return used;
    next[used] = (size_t)value;
    return used + 1;
}

size_t
search_next(const enum search_verdict *verdicts, size_t count, size_t *next)
{
    long last = (long)count - 1;
    size_t used = add(verdicts, next, 0, 0);
    long surely;
    long perhaps;
    long wanted;
    long wanted_too;

    used = add(verdicts, next, used, last);
    if (used > 0)
        return used;
    surely = last_that(verdicts, count, meets, &wanted);
    perhaps = last_that(verdicts, count, may_meet, &wanted_too);
    used = add(verdicts, next, used, wanted);
    used = add(verdicts, next, used, wanted_too);
    if (used > 0)
        return used;
    /* Halfway on either side of the turn, and right behind the first that fails. */
    used = add(verdicts, next, used, surely / 2);
    if (perhaps < last) {
        used = add(verdicts, next, used, perhaps + 1 + (last - perhaps - 1) / 2);
        used = add(verdicts, next, used, perhaps + 2 < last ? perhaps + 2 : SEARCH_NONE);
    }
    return used;
}

struct search_answer
search_answer(const enum search_verdict *verdicts, size_t count)
{
    long ignored;
    struct search_answer answer = {last_that(verdicts, count, meets, &ignored),
                                   last_that(verdicts, count, may_meet, &ignored), SEARCH_NONE,
                                   SEARCH_NONE};

    for (long i = 0; i < (long)count; i++) {
        if ((i < answer.least && verdicts[i] == SEARCH_FAILS) ||
            (i > answer.most && verdicts[i] == SEARCH_MEETS))
            answer.odd = i;
        if (i > answer.most && verdicts[i] == SEARCH_UNDECIDED)
            answer.doubtful = i;
    }
    return answer;
}

double
search_half_width(const struct estimate *estimate, double confidence)
{
    if (estimate->n < 2 || estimate->unmeasured > 0)
        return (double)NAN;
    return statistics_t(confidence, estimate->n - 1) * estimate->deviation /
           sqrt((double)estimate->n);
}

enum search_verdict
search_judge(const struct estimate *estimate, bool is_least, double bound, double half_width)
{
    double room = is_least ? estimate->mean - bound : bound - estimate->mean;

    if (isnan(half_width) || isnan(room))
        return SEARCH_UNDECIDED;
    if (room >= half_width)
        return SEARCH_MEETS;
    return room < -half_width ? SEARCH_FAILS : SEARCH_UNDECIDED;
}

size_t
search_most(size_t count)
{
    size_t halvings = 0;

    while (((size_t)1 << halvings) < count)
        halvings++;
    halvings = 2 + 2 * halvings + SEARCH_AT_ONCE;
    return halvings < count ? halvings : count;
}

/* A wrong decision is wrong on one side; an interval leaves half of its error on each. */
double
search_share(double confidence, size_t count, size_t looks, size_t requirements)
{
    return 1 - 2 * (1 - confidence) /
                   ((double)search_most(count) * (double)looks * (double)requirements);
}

size_t
search_more(size_t n, size_t most)
{
    return 2 * n < most ? 2 * n : most;
}
