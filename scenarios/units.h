/* SPDX-License-Identifier: GPL-2.0-or-later
 *
 * Numbers with units, as people type them: "10Gbps", "2ms", "64KiB", "1e6", "0.001".
 *
 * Rates, times, byte counts and counts are whole numbers of their base unit (bit/s, ps, byte, 1),
 * and are read exactly: "0.1us" is 100000 ps, and "1.5" bytes is refused.
 */
#ifndef FLUE_SCENARIOS_UNITS_H
#define FLUE_SCENARIOS_UNITS_H

#include "scenario.h"

enum {
    FLUE_UNITS_TEXT_MAX = 32, /* a canonical text, with its end */
    FLUE_UNITS_WHY_MAX = 160  /* why a word was refused, with its end */
};

struct flue_value {
    uint64_t whole; /* COUNT; RATE in bit/s; TIME in ps; BYTES */
    double real;    /* REAL, and the others in the unit of results: TIME in seconds */
};

/* Reads a number of a type that is one (COUNT, REAL, RATE, TIME, BYTES). FLUE_ERROR_INVALID when
 * `text` is not such a number; `why` then says what was expected: "expected a time with its unit,
 * ...". */
FLUE_MUST_USE enum flue_result flue_units_read(enum flue_parameter_type type, const char *text,
                                               struct flue_value *value,
                                               char why[FLUE_UNITS_WHY_MAX]);

/* The canonical text of a number: the largest unit in which it is whole. Reading it gives the
 * number. */
void flue_units_write(enum flue_parameter_type type, const struct flue_value *value,
                      char text[FLUE_UNITS_TEXT_MAX]);

/* The shortest text that reads as exactly this number (finite). */
void flue_units_write_real(double real, char text[FLUE_UNITS_TEXT_MAX]);

/* -1, 0, 1: how `a` compares with `b`. */
int flue_units_compare(enum flue_parameter_type type, const struct flue_value *a,
                       const struct flue_value *b);

#endif
