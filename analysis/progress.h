/* SPDX-License-Identifier: GPL-2.0-or-later
 *
 * How a sweep gets on, on stderr: one line that is rewritten on a terminal, a plain line every few
 * seconds elsewhere.
 */
#ifndef FLUE_ANALYSIS_PROGRESS_H
#define FLUE_ANALYSIS_PROGRESS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdio.h>

struct progress {
    FILE *out;
    bool is_terminal;
    double started_s;
    double shown_s;
    size_t total;
};

/* What is known now. */
struct progress_state {
    size_t finished; /* done or failed, by this sweep */
    size_t failed;
    size_t running;
    double left_s; /* estimate of the time that is left; negative: unknown */
};

/* Monotonic seconds. */
double progress_now(void);
void progress_init(struct progress *progress, FILE *out, bool is_terminal, size_t total);
/* Shows the state unless it was shown a moment ago. */
void progress_show(struct progress *progress, const struct progress_state *state);
/* The same whatever was shown when; ends the line on a terminal. */
void progress_end(struct progress *progress, const struct progress_state *state);
/* "4 s", "1:05", "2:00:00" into a buffer of at least 32 bytes. */
void progress_duration(char *text, size_t size, double seconds);

#endif
