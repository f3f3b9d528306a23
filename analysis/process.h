/* SPDX-License-Identifier: GPL-2.0-or-later
 *
 * Child processes: started with both output streams on pipes, read without blocking, waited for
 * with what they cost. The runner keeps several at once; everybody else runs one to its end.
 */
#ifndef FLUE_ANALYSIS_PROCESS_H
#define FLUE_ANALYSIS_PROCESS_H

#include <poll.h>
#include <sys/types.h>
#include <time.h>

#include "base.h"

struct child_output {
    int fd; /* -1: ended */
    char *text;
    size_t length;
    size_t room;
    size_t keep; /* 0: everything; otherwise only this many last bytes */
};

struct child {
    pid_t pid; /* 0: not running */
    struct child_output out;
    struct child_output err;
    struct timespec started;
    /* after child_finish: */
    int exit_status; /* -1 when a signal ended it */
    int signal;      /* 0 when it exited */
    double wall_s;
    long max_rss_kib;
};

/* Starts argv[0] (looked up in PATH), in folder `cwd` when not NULL, as leader of its own process
 * group: a Ctrl-C on the terminal reaches only us. The child dies with us, however we die. */
bool child_start(struct child *child, char *const argv[], const char *cwd, struct problem *problem);
/* Fills up to two entries with the streams that are still open; returns how many. */
nfds_t child_poll_entries(const struct child *child, struct pollfd *entries);
/* Takes what has arrived; never blocks. */
void child_read(struct child *child);
/* Both streams ended and the process is gone: true once, with the outcome filled. */
bool child_finish(struct child *child);
/* Signals the whole process group. */
void child_signal(const struct child *child, int signal);
/* Frees the texts. */
void child_fini(struct child *child);

/* Runs a command to its end. False only if it could not be started. */
bool process_run(struct child *child, char *const argv[], const char *cwd, struct problem *problem);

/* "exit status 1" or "signal 11 (Segmentation fault)"; the caller frees it. */
char *child_outcome_text(const struct child *child);

#endif
