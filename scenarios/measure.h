/* SPDX-License-Identifier: GPL-2.0-or-later
 *
 * What most scenarios need besides scenario.h: words for their choices, two machines with a link,
 * waiting until connections are open, and the arithmetic of common metrics.
 */
#ifndef FLUE_SCENARIOS_MEASURE_H
#define FLUE_SCENARIOS_MEASURE_H

#include "scenario.h"

/* Of an IP packet with a full segment: IPv4 20, TCP 20, timestamps 12 bytes. */
enum { FLUE_FULL_SEGMENT_HEADERS = 52 };

/* Choices of parameters: "ns3", "host", "offload"; and "off", "on". */
extern const char *const flue_choices_stack[];
extern const char *const flue_choices_switch[];
/* True when a parameter with flue_choices_switch is "on". */
bool flue_run_is_on(const struct flue_run *run, const char *name);

/* Two machines and the link between them, whose end 0 is the client's. */
struct flue_pair {
    struct flue_sim_node *client, *server;
    struct flue_sim_link *link;
};
enum { FLUE_PAIR_CLIENT, FLUE_PAIR_SERVER };

/* Builds them, with addresses, routes and, if one is wanted, a trace. `stack` is one of
 * flue_choices_stack. False: flue_sim_error says why. */
bool flue_pair_build(const struct flue_run *run, struct flue_sim *sim, const char *stack,
                     const struct flue_sim_link_config *link_config,
                     const struct flue_sim_stack_config *stack_config, struct flue_pair *pair);

/* Runs for `by` from now. */
bool flue_advance(struct flue_sim *sim, flue_time by);
/* Runs, a millisecond at a time and for `patience` at most, until every flow is connected. False:
 * one is not, or the simulation failed and flue_sim_error says why. */
bool flue_advance_until_connected(struct flue_sim *sim, struct flue_sim_flow *const *flows,
                                  uint32_t count, flue_time patience);

/* NAN when `whole` is not positive. */
double flue_ratio(double part, double whole);
/* Jain's index: 1 when all values are alike, 1/count when one has everything; NAN when all are 0.
 */
double flue_fairness(const double *values, uint32_t count);
/* Reports the share of a machine's core time that was busy in the `interval` between two readings.
 */
void flue_report_cpu(struct flue_run *run, const char *metric, flue_time interval,
                     const struct flue_sim_node_statistics *before,
                     const struct flue_sim_node_statistics *after);

#endif
