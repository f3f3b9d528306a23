/* SPDX-License-Identifier: GPL-2.0-or-later
 *
 * Runs a program and says what it used: instructions (by callgrind), seconds and memory.
 */
#ifndef MEASURE_H
#define MEASURE_H

#include <stdbool.h>
#include <stdint.h>

struct usage {
    double seconds;      /* of CPU, user and system */
    uint64_t peak_bytes; /* largest resident set */
    uint64_t events;     /* what the program printed: simulator events ... */
    uint64_t segments;   /* ... and data segments delivered */
};

/* True when valgrind can be run. */
bool measure_has_callgrind(void);

/* Runs argv, which prints two numbers (events, segments). False: it failed, and stderr says why. */
bool measure_run(char *const argv[], struct usage *usage);

/* Runs argv under callgrind. False: it failed, and stderr says why. */
bool measure_instructions(char *const argv[], uint64_t *instructions);

#endif
