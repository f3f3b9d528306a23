/* SPDX-License-Identifier: GPL-2.0-or-later
 *
 * What of a plan is there already, and what is missing: the plan's runs against the store.
 */
#ifndef FLUE_ANALYSIS_STOCK_H
#define FLUE_ANALYSIS_STOCK_H

#include "store.h"

struct stock {
    bool *is_missing; /* one a run of the plan: not done */
    double *values;   /* of the metric that the study's precision is about; NAN: none */
    double *costs;    /* one a point: mean wall-clock seconds of its runs that are there; 0: none */
};

/* Looks all runs up (store NULL: nothing is there), and lets every point of the plan want as many
 * as what is there asks for. */
bool stock_create(struct stock *stock, const struct store *store, struct plan *plan,
                  struct problem *problem);
void stock_fini(struct stock *stock);

/* Lets a point want more once all that it wanted is there; true when it does. */
bool stock_grow(const struct stock *stock, struct plan *plan, size_t point);
/* How many wanted runs are missing. */
size_t stock_missing(const struct stock *stock, const struct plan *plan);
size_t stock_point_missing(const struct stock *stock, const struct plan *plan, size_t point);

#endif
