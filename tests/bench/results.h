/* SPDX-License-Identifier: GPL-2.0-or-later
 *
 * What a benchmark measured: printed as a table, and added to a JSON list of name, value, unit and,
 * where there is one, target. Less is better where there is a target.
 */
#ifndef RESULTS_H
#define RESULTS_H

#include <stdbool.h>

/* No target for a value. */
#define RESULTS_NO_TARGET (-1.0)

/* Keeps a value; `unit` must live until results_write. */
void results_add(const char *name, double value, const char *unit, double target);
/* Prints what was kept under a heading. */
void results_print(const char *heading);
/* Adds what was kept to the list in `path`, which is made if there is none; NULL: does nothing.
 * False: stderr says why. */
bool results_write(const char *path);

#endif
