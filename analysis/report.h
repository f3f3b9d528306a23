/* SPDX-License-Identifier: GPL-2.0-or-later
 *
 * The report: one HTML file that needs nothing beside it, or the same as Markdown beside its
 * figures.
 */
#ifndef FLUE_ANALYSIS_REPORT_H
#define FLUE_ANALYSIS_REPORT_H

#include "figure.h"
#include "page.h"

/* Writes the report with the drawings from FOLDER/figures: into it as HTML, by name as Markdown. */
bool report_write(const struct results *results, const struct figures *figures, const char *folder,
                  enum page_form form, struct problem *problem);
/* FOLDER/report.html or .md; the caller frees it. */
char *report_path(const char *folder, enum page_form form);

#endif
