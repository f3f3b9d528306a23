/* SPDX-License-Identifier: GPL-2.0-or-later
 *
 * flue plan: a study's plan answered by runs. One search for each combination of what else the
 * study varies, all of them in step, so that the processors have something to do. Runs are kept in
 * the study's results; a second call finds them there and comes the same way again.
 */
#ifndef FLUE_ANALYSIS_CAPACITY_H
#define FLUE_ANALYSIS_CAPACITY_H

#include <jansson.h>

#include "search.h"
#include "sweep.h"

/* A point of the study, as far as it was decided. */
struct capacity_point {
    size_t runs; /* that the verdict is made of; 0: the search did not come by */
    enum search_verdict verdict;
    bool is_waiting;            /* for runs */
    struct estimate *estimates; /* one a requirement */
    double *half_widths;        /* of the intervals that decide */
};

struct capacity {
    struct sweep *sweep;
    size_t setting; /* index in vary: what is looked for */
    size_t count;   /* its values */
    size_t stride;  /* between points that are neighbours on its axis */
    size_t combinations;
    double share;                  /* confidence of each interval */
    struct capacity_point *points; /* as many as the plan has */
    enum search_verdict *verdicts; /* by combination, then from the end that is easiest to meet */
};

/* Checks that the values are in a row, after sweep_prepare(). Released in any case. */
bool capacity_prepare(struct capacity *capacity, struct sweep *sweep);
void capacity_release(struct capacity *capacity);
/* Runs whatever the answers need, and keeps them with the runs. */
bool capacity_run(struct capacity *capacity);
/* The plan's point of a combination, `step` values from the easiest end. */
size_t capacity_point(const struct capacity *capacity, size_t combination, size_t step);
struct search_answer capacity_answer(const struct capacity *capacity, size_t combination);

/* Whether some run could not measure what a requirement is about: more of them would say no more.
 */
bool capacity_lacks_values(const struct capacity *capacity, size_t number);

/* "stack offload, loss 0.001"; empty when nothing else varies. The caller frees all three. */
char *capacity_combination_text(const struct capacity *capacity, size_t combination);
/* What was found, without a word of the combination. */
char *capacity_answer_text(const struct capacity *capacity, size_t combination);
/* What speaks against a single turn, or NULL. */
char *capacity_doubt_text(const struct capacity *capacity, size_t combination);

/* The answers and the points that they rest on; the caller owns it (capacity_json.c). */
json_t *capacity_json(const struct capacity *capacity);
/* capacity_output.c, capacity_json.c: what would be run, and the answers, on stdout. */
void capacity_put_outlook(const struct capacity *capacity);
void capacity_put_text(const struct capacity *capacity);
void capacity_put_json(const struct capacity *capacity);

#endif
