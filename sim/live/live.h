/* SPDX-License-Identifier: GPL-2.0-or-later
 *
 * `flue-sim live`: the simulated host with its adapter, in real time, on a TAP device of the
 * machine's own kernel.
 */
#ifndef FLUE_LIVE_LIVE_H
#define FLUE_LIVE_LIVE_H

#include <stdio.h>

#ifdef __cplusplus
extern "C"
{
#endif

    /* Runs until it is interrupted, or as long as --for says. `argv` are the words behind "live",
     * `program` is the name that errors on `err` begin with. Returns the exit status: 0 done, 1
     * failed, 2 refused. */
    int flue_live_main(const char* program, int argc, char* const argv[], FILE* out, FILE* err);

#ifdef __cplusplus
}
#endif

#endif /* FLUE_LIVE_LIVE_H */
