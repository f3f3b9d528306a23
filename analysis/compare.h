/* SPDX-License-Identifier: GPL-2.0-or-later
 *
 * Two sets of results, point by point and replication by replication: what changed, and whether
 * that is more than chance.
 */
#ifndef FLUE_ANALYSIS_COMPARE_H
#define FLUE_ANALYSIS_COMPARE_H

#include "intervals.h"
#include "results.h"

/* "goodput_bps < -5%": what a comparison must not find. */
struct compare_gate {
    char *metric;
    bool is_below;    /* '<' */
    bool is_relative; /* per cent of the first mean */
    double bound;
};

enum compare_verdict { GATE_HOLDS, GATE_BREAKS, GATE_UNKNOWN };

bool compare_gate_parse(struct compare_gate *gate, const char *text, struct problem *problem);
/* Breaks when the whole interval lies beyond the bound: chance alone does not close a gate. Unknown
 * below two pairs. */
enum compare_verdict compare_gate_check(const struct compare_gate *gate,
                                        const struct paired *paired);

/* The point of b that has the varied parameters of a's point, or NULL. */
const struct result_point *compare_partner(const struct results *a, size_t point,
                                           const struct results *b);
/* A metric of two points, paired by the number of the replication. */
struct paired compare_points(const struct result_point *a, size_t metric_a,
                             const struct result_point *b, size_t metric_b);
/* "better", "worse", "no difference found", or why nothing can be said. */
const char *compare_word(const struct paired *paired, bool lower_is_better);

#endif
