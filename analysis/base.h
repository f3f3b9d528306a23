/* SPDX-License-Identifier: GPL-2.0-or-later
 *
 * What every file of this room uses: how a failure is told, and memory that is there or ends the
 * program.
 *
 * A function that can fail returns bool and fills a struct problem: one line for the user, naming
 * the word at fault and what was expected, and the exit status that the program ends with.
 */
#ifndef FLUE_ANALYSIS_BASE_H
#define FLUE_ANALYSIS_BASE_H

#include <stdbool.h>
#include <stddef.h>

enum exit_status {
    EXIT_DONE = 0,
    EXIT_RUNS_FAILED = 1,   /* runs failed, or a result could not be written */
    EXIT_BAD_INPUT = 2,     /* refused before anything ran */
    EXIT_PENDING = 3,       /* handed to the cluster, or still there: call again for the results */
    EXIT_GATE_CLOSED = 4,   /* flue compare --fail-if found what it looked for */
    EXIT_NO_ANSWER = 5,     /* flue plan: no value is known to meet, or no single turn */
    EXIT_INTERRUPTED = 130, /* by SIGINT or SIGTERM; finished results are kept */
};

struct problem {
    int status;
    bool is_located; /* the text begins with file:line:, and is printed as it stands */
    char text[1024];
};

/* Fills the problem and returns false, so that `return problem_set(...)` reads well. */
bool problem_set(struct problem *problem, int status, const char *format, ...)
    __attribute__((format(printf, 3, 4)));
/* The same for a place in a study file: "file:line: word: what was expected". */
bool problem_at(struct problem *problem, const char *file, int line, const char *format, ...)
    __attribute__((format(printf, 4, 5)));
/* Prints the line on stderr and returns the exit status. */
int problem_report(const struct problem *problem);

/* Memory, zeroed; no memory ends the program with a line on stderr. */
void *must_alloc(size_t count, size_t size);
void *must_realloc(void *old, size_t count, size_t size);
char *must_strdup(const char *text);
char *must_printf(const char *format, ...) __attribute__((format(printf, 1, 2)));

/* A whole file as text, or NULL with errno set. */
char *file_read(const char *path);
/* Writes the file anew; false leaves the cause in errno. */
bool file_write(const char *path, const char *text);

#endif
