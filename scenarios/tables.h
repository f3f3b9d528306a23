/* SPDX-License-Identifier: GPL-2.0-or-later
 *
 * A scenario's tables, for run.c.
 */
#ifndef FLUE_SCENARIOS_TABLES_H
#define FLUE_SCENARIOS_TABLES_H

#include "run.h"

enum { CHOICES_MAX = 64 };

bool flue_parameter_is_number(enum flue_parameter_type type);
size_t flue_count_parameters(const struct flue_scenario *scenario);
size_t flue_count_metrics(const struct flue_scenario *scenario);

/* Writes `"WORD" is not WHAT: expected A, B or C (did you mean "B"?)`. */
void flue_explain_unknown(const char *word, const char *what, const char *const *words,
                          size_t count, char why[FLUE_RUN_WHY_MAX]);

/* Reads a parameter's text; `canonical` has room for a number, words are their own text. */
FLUE_MUST_USE enum flue_result flue_parameter_read(const struct flue_parameter *parameter,
                                                   const char *text, struct flue_value *value,
                                                   char canonical[FLUE_UNITS_TEXT_MAX],
                                                   char why[FLUE_RUN_WHY_MAX]);

#endif
