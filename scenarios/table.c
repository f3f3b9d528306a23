/* SPDX-License-Identifier: GPL-2.0-or-later
 *
 * Scenario `table`: more connections than the NIC's table has entries.
 *
 *     client ----------------- link ----------------> server
 *            many quiet connections, then few busy ones
 *
 * The quiet ones open first and make a request now and then; the busy ones come later and make one
 * after the other. Only `entries` of them all fit the NIC. A policy that takes whoever comes first
 * fills it with quiet connections; others wait for what a connection shows, or displace.
 */
#include <stddef.h>

#include "workload.h"

static const char *const policies[] = {"always",   "never",    "automatic", "bytes",
                                       "lifetime", "priority", "adaptive",  NULL};

static const struct flue_parameter parameters[] = {
    {"policy", FLUE_PARAMETER_CHOICE, "", "always", NULL, NULL, policies,
     "which connections the host hands to the NIC"},
    {"entries", FLUE_PARAMETER_COUNT, "1", "64", "1", "100000", NULL,
     "connections that the NIC can carry at a time"},
    {"quiet", FLUE_PARAMETER_COUNT, "1", "256", "1", "15000", NULL, "quiet connections"},
    {"busy", FLUE_PARAMETER_COUNT, "1", "32", "1", "1000", NULL, "busy connections"},
    {"think", FLUE_PARAMETER_TIME, "s", "100ms", "1ms", "1000s", NULL,
     "of a quiet connection, from a response to its next request, mean"},
    {"response", FLUE_PARAMETER_BYTES, "bytes", "16KiB", "1", "1GiB", NULL, "of a response"},
    {"profile", FLUE_PARAMETER_PROFILE, "", "server-2009", NULL, NULL, NULL,
     "what work costs on both machines"},
    {"rate", FLUE_PARAMETER_RATE, "bps", "10Gbps", "1Mbps", "400Gbps", NULL, "rate of the link"},
    {"delay", FLUE_PARAMETER_TIME, "s", "20us", "0s", "1s", NULL, "one way, of the link"},
    {"warmup", FLUE_PARAMETER_TIME, "s", "100ms", "1ms", "100s", NULL, "not measured"},
    {"duration", FLUE_PARAMETER_TIME, "s", "200ms", "1ms", "100s", NULL, "measured time"},
    {.name = NULL},
};

static const struct flue_metric metrics[] = {
    {"busy_request_rate", "1/s", "requests served on the busy connections", false},
    {"busy_latency_p99_s", "s", "of 99 % of the busy connections' requests, at most", true},
    {"quiet_latency_p99_s", "s", "of 99 % of the quiet connections' requests, at most", true},
    {"offloaded_connections", "1", "connections on the client's NIC, at the end", false},
    {"moves", "1", "connections that the client handed over or took back while it was measured",
     true},
    {"core_s_per_request", "s", "core time of the client for a request", true},
    {"client_cpu_utilisation", "1", "share of the client's core time that was busy", true},
    {"failed_connections", "1", "connections that ended in another way", true},
    FLUE_MACHINE_METRICS("client", "the client"),
    {.name = NULL},
};

enum { QUIET, BUSY };

static bool
start_crowd(const struct flue_run *run, struct flue_sim *sim, struct flue_workload *table,
            int which)
{
    struct flue_sim_requests_config config = flue_sim_requests_config_default();
    uint32_t count = (uint32_t)flue_run_count(run, which == QUIET ? "quiet" : "busy");

    config.port = (uint16_t)(config.port + which);
    config.connections = count;
    config.response_bytes = (uint32_t)flue_run_count(run, "response");
    config.think = which == QUIET ? flue_run_time(run, "think") : 0;
    return flue_sim_requests(sim, table->machines.client, table->machines.server, &config,
                             &table->crowds[which]) == FLUE_OK &&
           flue_advance_until_open(sim, table->crowds[which], count, 100 * FLUE_SECOND);
}

static bool
build(const struct flue_run *run, struct flue_sim *sim, struct flue_workload *table)
{
    struct flue_sim_link_config link;
    struct flue_sim_stack_config stack;

    flue_pair_configure(run, &link, &stack);
    stack.policy = flue_run_text(run, "policy");
    stack.table_entries = (uint32_t)flue_run_count(run, "entries");
    return flue_pair_build(run, sim, "offload", &link, &stack, &table->machines) &&
           start_crowd(run, sim, table, QUIET) && start_crowd(run, sim, table, BUSY);
}

static void
report(struct flue_run *run, const struct flue_workload *table, const struct flue_reading *before,
       const struct flue_reading *after)
{
    const struct flue_sim_node_statistics *then = &before->client.node, *now = &after->client.node;
    double served[FLUE_CROWDS_MAX], bytes = 0, failed = 0;

    for (int i = 0; i < FLUE_CROWDS_MAX; i++) {
        served[i] = (double)(after->crowds[i].completed - before->crowds[i].completed);
        bytes += (double)(after->crowds[i].received_bytes - before->crowds[i].received_bytes);
        failed += (double)after->crowds[i].failed;
    }
    flue_run_report(run, "busy_request_rate", served[BUSY] / flue_seconds(before, after), NULL);
    flue_report_latency(run, "busy_latency_p99_s", table->crowds[BUSY], before->time, 0.99);
    flue_report_latency(run, "quiet_latency_p99_s", table->crowds[QUIET], before->time, 0.99);
    flue_run_report(run, "offloaded_connections", now->offloaded, NULL);
    flue_run_report(run, "moves",
                    (double)(now->offloads + now->uploads - then->offloads - then->uploads), NULL);
    flue_run_report(run, "core_s_per_request",
                    flue_ratio((double)(now->core_busy - then->core_busy) / (double)FLUE_SECOND,
                               served[QUIET] + served[BUSY]),
                    "no request was served");
    flue_report_cpu(run, "client_cpu_utilisation", after->time - before->time, then, now);
    flue_run_report(run, "failed_connections", failed, NULL);
    flue_report_machine(run, "client", after->time - before->time, bytes, &before->client,
                        &after->client);
}

static enum flue_result
run_table(struct flue_run *run, struct flue_sim *sim)
{
    static struct flue_workload table;

    if (!build(run, sim, &table) || !flue_advance(sim, flue_run_time(run, "warmup"))) {
        return flue_run_fail_in(run, sim, "a connection did not open within 100 s");
    }
    return flue_measure(run, sim, &table, report);
}

const struct flue_scenario flue_scenario_table = {
    "table",
    "Which policy makes the most of a NIC whose table is too small for all connections?",
    parameters,
    metrics,
    run_table,
};
