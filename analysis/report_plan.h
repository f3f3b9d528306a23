/* SPDX-License-Identifier: GPL-2.0-or-later
 *
 * What flue plan found, in the report: a sentence for each combination, and the points that it
 * rests on.
 */
#ifndef FLUE_ANALYSIS_REPORT_PLAN_H
#define FLUE_ANALYSIS_REPORT_PLAN_H

#include "page.h"
#include "results.h"

/* Nothing, when the study was not asked for it. */
void report_plan(struct page *page, const struct results *results);

#endif
