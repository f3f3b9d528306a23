/* SPDX-License-Identifier: GPL-2.0-or-later
 *
 * See measure.h.
 */
#include "measure.h"

#include <math.h>
#include <stddef.h>
#include <string.h>

const char *const flue_choices_stack[] = {"ns3", "host", "offload", NULL};
const char *const flue_choices_switch[] = {"off", "on", NULL};

bool
flue_run_is_on(const struct flue_run *run, const char *name)
{
    return strcmp(flue_run_text(run, name), "on") == 0;
}

bool
flue_pair_build(const struct flue_run *run, struct flue_sim *sim, const char *stack,
                const struct flue_sim_link_config *link_config,
                const struct flue_sim_stack_config *stack_config, struct flue_pair *pair)
{
    const char *prefix = flue_run_pcap_prefix(run);
    enum flue_sim_stack_kind kind;

    return flue_sim_stack_kind_of(stack, &kind) == FLUE_OK &&
           flue_sim_node(sim, "client", &pair->client) == FLUE_OK &&
           flue_sim_node(sim, "server", &pair->server) == FLUE_OK &&
           flue_sim_link(sim, pair->client, pair->server, link_config, &pair->link) == FLUE_OK &&
           flue_sim_stack(pair->client, kind, stack_config) == FLUE_OK &&
           flue_sim_stack(pair->server, kind, stack_config) == FLUE_OK &&
           flue_sim_link_address(pair->link, "10.1.1.0", "255.255.255.0") == FLUE_OK &&
           flue_sim_routes(sim) == FLUE_OK &&
           (prefix == NULL || flue_sim_link_pcap(pair->link, prefix) == FLUE_OK);
}

bool
flue_advance(struct flue_sim *sim, flue_time by)
{
    return flue_sim_run(sim, flue_sim_now(sim) + by) == FLUE_OK;
}

bool
flue_advance_until_connected(struct flue_sim *sim, struct flue_sim_flow *const *flows,
                             uint32_t count, flue_time patience)
{
    struct flue_sim_flow_statistics flow;
    flue_time end = flue_sim_now(sim) + patience;
    uint32_t open = 0;

    while (open < count && flue_sim_now(sim) < end) {
        if (!flue_advance(sim, FLUE_MILLISECOND)) {
            return false;
        }
        for (; open < count; open++) {
            flue_sim_flow_read(flows[open], &flow);
            if (!flow.is_connected) {
                break;
            }
        }
    }
    return open == count;
}

double
flue_ratio(double part, double whole)
{
    return whole > 0 ? part / whole : (double)NAN;
}

double
flue_fairness(const double *values, uint32_t count)
{
    double sum = 0, squares = 0;

    for (uint32_t i = 0; i < count; i++) {
        sum += values[i];
        squares += values[i] * values[i];
    }
    return flue_ratio(sum * sum, count * squares);
}

void
flue_report_cpu(struct flue_run *run, const char *metric, flue_time interval,
                const struct flue_sim_node_statistics *before,
                const struct flue_sim_node_statistics *after)
{
    double busy = (double)(after->core_busy - before->core_busy);

    flue_run_report(run, metric, flue_ratio(busy, after->cores * (double)interval),
                    "the machine has no cores that work is charged to");
}
