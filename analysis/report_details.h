/* SPDX-License-Identifier: GPL-2.0-or-later
 *
 * The second half of the report: how it was done, and every value.
 */
#ifndef FLUE_ANALYSIS_REPORT_DETAILS_H
#define FLUE_ANALYSIS_REPORT_DETAILS_H

#include "page.h"
#include "results.h"

/* Estimates, seeds, parameters, metrics, versions, the study file. */
void report_methods(struct page *page, const struct results *results);
/* Every run with every metric, unrounded, folded away. */
void report_values(struct page *page, const struct results *results);

#endif
