/* SPDX-License-Identifier: GPL-2.0-or-later
 *
 * Connections with requests and responses, an event that stops them, and how they come back.
 */
#ifndef FLUE_SCENARIOS_OUTAGE_H
#define FLUE_SCENARIOS_OUTAGE_H

#include "measure.h"

enum { FLUE_PATIENCE_S = 100 };

/* Two machines and the connections of FLUE_REQUESTS_PARAMETERS between them. */
struct flue_crowd {
    struct flue_sim *sim;
    struct flue_pair machines;
    struct flue_sim_requests *requests;
};

/* Builds them as FLUE_PAIR_PARAMETERS, FLUE_REQUESTS_PARAMETERS and FLUE_ENTRIES_PARAMETER say, and
 * runs until all connections are open and in their place. False: flue_run_fail_in. */
bool flue_crowd_build(const struct flue_run *run, struct flue_sim *sim, struct flue_crowd *crowd);

/* What was counted up to one moment. */
struct flue_moment {
    flue_time at;
    struct flue_sim_requests_statistics requests;
    struct flue_sim_adapter_statistics adapter; /* the client's */
    struct flue_sim_node_statistics client;
};
void flue_moment_read(const struct flue_crowd *crowd, struct flue_moment *moment);
/* Requests served between two moments, a second. */
double flue_moment_rate(const struct flue_moment *before, const struct flue_moment *after);

/* How long it took from the end of the event; 0: it did not come within FLUE_PATIENCE_S. */
struct flue_recovery {
    flue_time response; /* until the first response */
    flue_time requests; /* until 90 % of the requests a second before the event were served */
    flue_time offload;  /* until as many connections as before were on the client's NIC */
};
/* The event ends at this moment: runs until all three have come. `before` is the moment before the
 * event, `rate` what was served until then. False: the simulation did not go on. */
bool flue_await_recovery(struct flue_rows *rows, const struct flue_crowd *crowd,
                         const struct flue_moment *before, double rate,
                         struct flue_recovery *recovery);
/* Reports such a time, or that it did not come. */
void flue_report_recovery(struct flue_run *run, const char *metric, flue_time time);

#endif
