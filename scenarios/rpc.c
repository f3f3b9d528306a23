/* SPDX-License-Identifier: GPL-2.0-or-later
 *
 * Scenario `rpc`: the latency of requests and responses, by its percentiles.
 *
 *     client ----------------- link ----------------> server
 *            N connections
 *
 * In a closed loop (`arrivals` 0) a connection makes its next request when it has its response: so
 * a slow server is asked less. In an open loop requests arrive at random, whatever the server does,
 * wait for a free connection, and their waiting counts.
 */
#include <stddef.h>

#include "workload.h"

static const struct flue_parameter parameters[] = {
    FLUE_PAIR_PARAMETERS(flue_choices_stack),
    FLUE_REQUESTS_PARAMETERS("32", "0s"),
    {"arrivals", FLUE_PARAMETER_REAL, "1/s", "0", "0", "1e9", NULL,
     "requests a second, at random; 0: a closed loop"},
    {"cores", FLUE_PARAMETER_COUNT, "1", "0", "0", "1024", NULL,
     "of each machine; 0: as the profile says"},
    {"warmup", FLUE_PARAMETER_TIME, "s", "50ms", "1ms", "100s", NULL, "not measured"},
    {"duration", FLUE_PARAMETER_TIME, "s", "200ms", "1ms", "100s", NULL, "measured time"},
    {.name = NULL},
};

static const struct flue_metric metrics[] = {
    {"arrival_rate", "1/s", "requests that were to be made", false},
    {"request_rate", "1/s", "requests served", false},
    {"core_s_per_request", "s", "core time of the client for a request", true},
    {"latency_p50_s", "s", "median of the requests", true},
    {"latency_p90_s", "s", "of 90 % of the requests, at most", true},
    {"latency_p99_s", "s", "of 99 % of the requests, at most", true},
    {"latency_p999_s", "s", "of 99.9 % of the requests, at most", true},
    {"latency_max_s", "s", "of all requests, at most", true},
    {"client_cpu_utilisation", "1", "share of the client's core time that was busy", true},
    {"server_cpu_utilisation", "1", "share of the server's core time that was busy", true},
    {"failed_connections", "1", "connections that ended in another way", true},
    FLUE_MACHINE_METRICS("client", "the client"),
    {.name = NULL},
};

static struct flue_profile
with_cores(const struct flue_profile *profile, uint64_t cores)
{
    struct flue_profile machine = *profile;

    if (cores > 0)
        machine.cores = cores;
    return machine;
}

static bool
build(const struct flue_run *run, struct flue_sim *sim, struct flue_workload *rpc)
{
    struct flue_sim_link_config link;
    struct flue_sim_stack_config stack;
    struct flue_sim_requests_config requests = flue_requests_configure(run);
    struct flue_profile machine;

    flue_pair_configure(run, &link, &stack);
    machine = with_cores(stack.profile, flue_run_count(run, "cores"));
    stack.profile = &machine;
    requests.rate = flue_run_real(run, "arrivals");
    return flue_pair_build(run, sim, flue_run_text(run, "stack"), &link, &stack, &rpc->machines) &&
           flue_sim_requests(sim, rpc->machines.client, rpc->machines.server, &requests,
                             &rpc->crowds[0]) == FLUE_OK &&
           flue_advance_until_open(sim, rpc->crowds[0], requests.connections, 100 * FLUE_SECOND);
}

static void
report(struct flue_run *run, const struct flue_workload *rpc, const struct flue_reading *before,
       const struct flue_reading *after)
{
    const struct flue_sim_requests_statistics *then = &before->crowds[0], *now = &after->crowds[0];
    double started = (double)(now->started - then->started);
    double bytes = (double)(now->received_bytes - then->received_bytes);

    flue_run_report(run, "arrival_rate", started / flue_seconds(before, after), NULL);
    flue_report_requests(run, before, after);
    flue_report_latency(run, "latency_p50_s", rpc->crowds[0], before->time, 0.5);
    flue_report_latency(run, "latency_p90_s", rpc->crowds[0], before->time, 0.9);
    flue_report_latency(run, "latency_p99_s", rpc->crowds[0], before->time, 0.99);
    flue_report_latency(run, "latency_p999_s", rpc->crowds[0], before->time, 0.999);
    flue_report_latency(run, "latency_max_s", rpc->crowds[0], before->time, 1);
    flue_report_cpus(run, "client", "server", before, after);
    flue_report_machine(run, "client", after->time - before->time, bytes, &before->client,
                        &after->client);
}

static enum flue_result
run_rpc(struct flue_run *run, struct flue_sim *sim)
{
    static struct flue_workload rpc;

    if (!build(run, sim, &rpc) || !flue_advance(sim, flue_run_time(run, "warmup"))) {
        return flue_run_fail_in(run, sim, "a connection did not open within 100 s");
    }
    return flue_measure(run, sim, &rpc, report);
}

const struct flue_scenario flue_scenario_rpc = {
    "rpc",
    "How long do requests take, at the median and in the tail, with TCP on the host and on the "
    "NIC?",
    parameters,
    metrics,
    run_rpc,
};
