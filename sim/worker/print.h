/* SPDX-License-Identifier: GPL-2.0-or-later
 *
 * What flue-sim prints: its help for people, its answers as JSON for `flue`. The JSON has "schema":
 * 1; a member that changes its meaning or goes away raises that number.
 */
#ifndef FLUE_WORKER_PRINT_H
#define FLUE_WORKER_PRINT_H

#include <stdio.h>

#include "arguments.h"

void print_help(FILE* out, const struct flue_scenario* scenario); /* NULL: of the program */
void print_version(FILE* out);
void print_describe(FILE* out);
void print_check(FILE* out, const struct flue_run* run);
void print_result(FILE* out, const struct arguments* arguments, const struct flue_sim* sim);

#endif
