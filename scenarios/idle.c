/* SPDX-License-Identifier: GPL-2.0-or-later
 *
 * Scenario `idle`: what many connections cost that do nothing but keep alive.
 *
 *     client ----------------- link ----------------> server
 *            N connections without a request, and their probes
 */
#include <stddef.h>

#include "workload.h"

static const struct flue_parameter parameters[] = {
    FLUE_PAIR_PARAMETERS(flue_choices_flue),
    {"connections", FLUE_PARAMETER_COUNT, "1", "1000", "1", "100000", NULL, "idle connections"},
    {"keepalive", FLUE_PARAMETER_TIME, "s", "1s", "0s", "86400s", NULL,
     "from probe to probe, at both ends; 0s: none, else at least 10ms"},
    {"duration", FLUE_PARAMETER_TIME, "s", "10s", "10ms", "100000s", NULL, "measured time"},
    {.name = NULL},
};

static const struct flue_metric metrics[] = {
    {"frame_rate", "1/s", "frames of the client's", true},
    {"client_cpu_utilisation", "1", "share of the client's core time that was busy", true},
    {"server_cpu_utilisation", "1", "share of the server's core time that was busy", true},
    {"open_connections", "1", "at the end", false},
    {"offloaded_connections", "1", "connections on the client's NIC at the end", false},
    {"failed_connections", "1", "connections that ended", true},
    FLUE_MACHINE_METRICS("client", "the client"),
    {.name = NULL},
};

static bool
build(const struct flue_run *run, struct flue_sim *sim, struct flue_workload *idle)
{
    struct flue_sim_link_config link;
    struct flue_sim_stack_config stack;
    struct flue_sim_requests_config requests = flue_sim_requests_config_default();

    flue_pair_configure(run, &link, &stack);
    requests.connections = (uint32_t)flue_run_count(run, "connections");
    requests.is_manual = true;
    stack.table_entries = requests.connections;
    stack.keepalive = flue_run_time(run, "keepalive");
    return flue_pair_build(run, sim, flue_run_text(run, "stack"), &link, &stack, &idle->machines) &&
           flue_sim_requests(sim, idle->machines.client, idle->machines.server, &requests,
                             &idle->crowds[0]) == FLUE_OK &&
           flue_advance_until_open(sim, idle->crowds[0], requests.connections, 100 * FLUE_SECOND) &&
           flue_advance(sim, FLUE_SECOND); /* until they are where they are to live */
}

static void
report(struct flue_run *run, const struct flue_workload *idle, const struct flue_reading *before,
       const struct flue_reading *after)
{
    double frames = (double)(after->sent.tx_frames - before->sent.tx_frames);

    (void)idle;
    flue_run_report(run, "frame_rate", frames / flue_seconds(before, after), NULL);
    flue_report_cpus(run, "client", "server", before, after);
    flue_run_report(run, "open_connections", after->crowds[0].open, NULL);
    flue_run_report(run, "offloaded_connections", after->client.node.offloaded, NULL);
    flue_run_report(run, "failed_connections", (double)after->crowds[0].failed, NULL);
    flue_report_machine(run, "client", after->time - before->time, 0, &before->client,
                        &after->client);
}

static enum flue_result
run_idle(struct flue_run *run, struct flue_sim *sim)
{
    static struct flue_workload idle;

    if (!build(run, sim, &idle)) {
        return flue_run_fail_in(run, sim, "a connection did not open within 100 s");
    }
    return flue_measure(run, sim, &idle, report);
}

const struct flue_scenario flue_scenario_idle = {
    "idle",   "What do many connections cost that do nothing but keep alive?", parameters, metrics,
    run_idle,
};
