/* SPDX-License-Identifier: GPL-2.0-or-later
 *
 * From a results database to what people look at: figures, report, table.
 */
#ifndef FLUE_ANALYSIS_OUTPUT_H
#define FLUE_ANALYSIS_OUTPUT_H

#include "base.h"

/* JSON: the names of the files as JSON instead of lines. MARKDOWN: the report as Markdown. */
enum output_part { OUTPUT_FIGURES = 1, OUTPUT_REPORT = 2, OUTPUT_JSON = 4, OUTPUT_MARKDOWN = 8 };

/* Writes the parts into the folder, which it makes; the report includes the figures. `study` is a
 * name, or NULL for the study that was swept last. */
bool output_parts(const char *database, const char *study, const char *folder, int parts,
                  struct problem *problem);
/* Figures and report into the folder, the table and where the report is on stdout. */
bool output_everything(const char *database, const char *study, const char *folder,
                       struct problem *problem);
/* Figures and report into the folder, nothing on stdout. */
bool output_report(const char *database, const char *folder, struct problem *problem);
/* The same as everything, with the results as JSON. */
bool output_json(const char *database, const char *folder, struct problem *problem);

#endif
