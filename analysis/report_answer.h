/* SPDX-License-Identifier: GPL-2.0-or-later
 *
 * The report's answer: what the values of the parameter that figures set side by side (their
 * series) did differently, in a sentence for each metric and a table of pairs.
 */
#ifndef FLUE_ANALYSIS_REPORT_ANSWER_H
#define FLUE_ANALYSIS_REPORT_ANSWER_H

#include "page.h"
#include "results.h"

/* Nothing, when no figure has a series. */
void report_answer(struct page *page, const struct results *results, const size_t *metrics,
                   size_t count);

#endif
