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

/* Runs argv and reads the `most` numbers that it prints. False: it failed, and stderr says why. */
bool measure_numbers(char *const argv[], double *numbers, unsigned most);

/* Which instructions callgrind counts: all, or those between MEASURE_START and MEASURE_STOP. */
enum measure_part { MEASURE_ALL, MEASURE_MARKED };

/* Runs argv under callgrind. False: it failed, and stderr says why. */
bool measure_instructions(char *const argv[], enum measure_part part, uint64_t *instructions);

/* The same for a program that ends each of `parts` pieces of work with MEASURE_PART, again and
 * again in this order: instructions[i] is the sum of the i-th pieces. */
bool measure_parts(char *const argv[], unsigned parts, uint64_t *instructions);

/* Prints `usage` and is true when the program was asked for help, or for something that no program
 * here knows: *status is what it exits with then. */
bool measure_wants_help(int argc, char **argv, const char *usage, int *status);

#if defined __has_include
#if __has_include(<valgrind/callgrind.h>)
#include <valgrind/callgrind.h>
#define MEASURE_START CALLGRIND_START_INSTRUMENTATION
#define MEASURE_STOP CALLGRIND_STOP_INSTRUMENTATION
#define MEASURE_PART CALLGRIND_DUMP_STATS
#endif
#endif
#ifndef MEASURE_START
#define MEASURE_START
#define MEASURE_STOP
#define MEASURE_PART
#endif

#endif
