/* SPDX-License-Identifier: GPL-2.0-or-later
 *
 * Two machines and what they do, and how it is measured: everything is read, time passes,
 * everything is read again, and the scenario reports what lies between the two readings. A time
 * series is the same in steps, so each scenario that measures in this way has one.
 */
#ifndef FLUE_SCENARIOS_WORKLOAD_H
#define FLUE_SCENARIOS_WORKLOAD_H

#include "measure.h"

enum { FLUE_FLOWS_MAX = 1000, FLUE_CROWDS_MAX = 2 };

/* Zero before use: what is not there is not read. */
struct flue_workload {
    struct flue_pair machines;
    struct flue_sim_flow *flows[FLUE_FLOWS_MAX]; /* bulk transfers */
    uint32_t flow_count;
    struct flue_sim_requests *crowds[FLUE_CROWDS_MAX]; /* connections that make requests */
};

/* What the simulator counted up to one moment. */
struct flue_reading {
    flue_time time;
    uint64_t events;
    struct flue_machine_reading client, server;
    struct flue_sim_link_statistics sent, arrived; /* at the client's end, at the server's */
    struct flue_sim_flow_statistics flows[FLUE_FLOWS_MAX];
    struct flue_sim_requests_statistics crowds[FLUE_CROWDS_MAX];
};

/* Starts the transfers of the parameters `connections` and `io`, 100 us apart (nothing in a real
 * machine is simultaneous), and runs until all are connected. The rest of `bulk` is the caller's.
 * False: flue_run_fail_in. */
bool flue_start_flows(const struct flue_run *run, struct flue_sim *sim,
                      struct flue_sim_bulk_config bulk, struct flue_workload *workload);

/* Reports every metric of a scenario for the time between two readings. */
typedef void flue_report(struct flue_run *run, const struct flue_workload *workload,
                         const struct flue_reading *before, const struct flue_reading *after);

/* Measures the time of the parameter `duration`, from now. */
FLUE_MUST_USE enum flue_result flue_measure(struct flue_run *run, struct flue_sim *sim,
                                            const struct flue_workload *workload,
                                            flue_report *report);

/* Seconds between the readings. */
double flue_seconds(const struct flue_reading *before, const struct flue_reading *after);
/* Payload that the transfers' servers read, bytes. */
double flue_flow_bytes(const struct flue_workload *workload, const struct flue_reading *before,
                       const struct flue_reading *after);
/* Jain's index of what the transfers moved; NAN when none moved a byte. */
double flue_flows_fairness(const struct flue_workload *workload, const struct flue_reading *before,
                           const struct flue_reading *after);
/* How many transfers have failed. */
uint32_t flue_flows_failed(const struct flue_workload *workload, const struct flue_reading *after);
/* Both machines' CPU utilisation: metrics PREFIX_cpu_utilisation. */
void flue_report_cpus(struct flue_run *run, const char *client, const char *server,
                      const struct flue_reading *before, const struct flue_reading *after);
/* request_rate, core_s_per_request (of the client) and failed_connections of the first crowd. */
void flue_report_requests(struct flue_run *run, const struct flue_reading *before,
                          const struct flue_reading *after);

#endif
