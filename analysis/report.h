/* SPDX-License-Identifier: GPL-2.0-or-later
 *
 * The report: one HTML file that needs nothing beside it.
 */
#ifndef FLUE_ANALYSIS_REPORT_H
#define FLUE_ANALYSIS_REPORT_H

#include "figure.h"

/* Writes FOLDER/report.html with the drawings from FOLDER/figures. */
bool report_write(const struct results *results, const struct figures *figures, const char *folder,
                  struct problem *problem);

#endif
