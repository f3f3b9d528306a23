/* SPDX-License-Identifier: GPL-2.0-or-later
 *
 * flue-sim as a function: what main() does, with the two streams given.
 */
#ifndef FLUE_WORKER_WORKER_H
#define FLUE_WORKER_WORKER_H

#include <stdio.h>

enum worker_status
{
    WORKER_DONE = 0,
    WORKER_FAILED = 1,  /* the run failed, or its result could not be written; `err` says why */
    WORKER_REFUSED = 2, /* the command line is wrong and nothing was run; `err` says why */
};

enum worker_status worker_main(int argc, char* const argv[], FILE* out, FILE* err);

#endif
