/* SPDX-License-Identifier: GPL-2.0-or-later
 *
 * The command line of flue-sim.
 */
#ifndef FLUE_WORKER_ARGUMENTS_H
#define FLUE_WORKER_ARGUMENTS_H

#include "run.h"

enum command
{
    COMMAND_HELP,
    COMMAND_VERSION,
    COMMAND_DESCRIBE,
    COMMAND_CHECK,
    COMMAND_RUN
};

struct arguments
{
    enum command command;
    const struct flue_scenario* scenario; /* CHECK, RUN; HELP: may be NULL */
    struct flue_run* run;    /* CHECK, RUN: with its parameters set; the caller destroys it */
    uint32_t seed;           /* ns-3's RngSeed */
    uint64_t replication;    /* ns-3's RngRun */
    const char* pcap_prefix; /* NULL: none */
    const char* series;      /* the file of a time series; NULL: none */
    flue_time interval;      /* of its rows; default 1 ms */
};

/* Reads the command line. FLUE_ERROR_INVALID: `why` is one line that names the word and says what
 * was expected; then there is nothing to destroy. */
FLUE_MUST_USE enum flue_result arguments_read(struct arguments* arguments,
                                              int argc,
                                              char* const argv[],
                                              char why[FLUE_RUN_WHY_MAX]);

#endif
