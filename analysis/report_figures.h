/* SPDX-License-Identifier: GPL-2.0-or-later
 *
 * The report's figures, each with its caption and what its numbers say.
 */
#ifndef FLUE_ANALYSIS_REPORT_FIGURES_H
#define FLUE_ANALYSIS_REPORT_FIGURES_H

#include "figure.h"
#include "page.h"

/* False when a drawing cannot be read from FOLDER/figures. */
bool report_figures(struct page *page, const struct figures *figures, const char *folder,
                    struct problem *problem);

#endif
