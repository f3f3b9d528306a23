/* SPDX-License-Identifier: GPL-2.0-or-later
 *
 * Scenario `churn`: short connections. How many requests, of what size, must a connection carry
 * until it pays to hand it to the NIC?
 *
 *     client ----------------- link ----------------> server
 *            N connections; each is closed after so many requests, and another one opened
 *
 * Compare `core_s_per_request` of the stacks host and offload for one number of requests: where the
 * two are alike is the break-even.
 */
#include <stddef.h>

#include "workload.h"

static const struct flue_parameter parameters[] = {
    FLUE_PAIR_PARAMETERS(flue_choices_flue),
    FLUE_REQUESTS_PARAMETERS("32", "0s"),
    {"requests", FLUE_PARAMETER_COUNT, "1", "1", "1", "1e9", NULL,
     "of a connection, which then closes"},
    {"time-wait", FLUE_PARAMETER_TIME, "s", "10ms", "1ms", "240s", NULL,
     "how long closed connections are remembered"},
    {"warmup", FLUE_PARAMETER_TIME, "s", "50ms", "1ms", "100s", NULL, "not measured"},
    {"duration", FLUE_PARAMETER_TIME, "s", "200ms", "1ms", "100s", NULL, "measured time"},
    {.name = NULL},
};

static const struct flue_metric metrics[] = {
    {"connection_rate", "1/s", "connections that were opened, served and closed", false},
    {"request_rate", "1/s", "requests served", false},
    {"core_s_per_request", "s", "core time of the client for a request", true},
    {"latency_p50_s", "s", "median of the requests", true},
    {"latency_p99_s", "s", "of 99 % of the requests, at most", true},
    {"client_cpu_utilisation", "1", "share of the client's core time that was busy", true},
    {"server_cpu_utilisation", "1", "share of the server's core time that was busy", true},
    {"failed_connections", "1", "connections that ended in another way", true},
    FLUE_MACHINE_METRICS("client", "the client"),
    {.name = NULL},
};

static bool
build(const struct flue_run *run, struct flue_sim *sim, struct flue_workload *churn)
{
    struct flue_sim_link_config link;
    struct flue_sim_stack_config stack;
    struct flue_sim_requests_config requests = flue_requests_configure(run);

    flue_pair_configure(run, &link, &stack);
    stack.time_wait = flue_run_time(run, "time-wait");
    requests.requests = flue_run_count(run, "requests");
    requests.reopens = true;
    return flue_pair_build(run, sim, flue_run_text(run, "stack"), &link, &stack,
                           &churn->machines) &&
           flue_sim_requests(sim, churn->machines.client, churn->machines.server, &requests,
                             &churn->crowds[0]) == FLUE_OK;
}

static void
report(struct flue_run *run, const struct flue_workload *churn, const struct flue_reading *before,
       const struct flue_reading *after)
{
    const struct flue_sim_requests_statistics *then = &before->crowds[0], *now = &after->crowds[0];
    double closed = (double)(now->closed - then->closed);
    double bytes = (double)(now->received_bytes - then->received_bytes);

    flue_run_report(run, "connection_rate", closed / flue_seconds(before, after), NULL);
    flue_report_requests(run, before, after);
    flue_report_latency(run, "latency_p50_s", churn->crowds[0], before->time, 0.5);
    flue_report_latency(run, "latency_p99_s", churn->crowds[0], before->time, 0.99);
    flue_report_cpus(run, "client", "server", before, after);
    flue_report_machine(run, "client", after->time - before->time, bytes, &before->client,
                        &after->client);
}

static enum flue_result
run_churn(struct flue_run *run, struct flue_sim *sim)
{
    static struct flue_workload churn;

    if (!build(run, sim, &churn) || !flue_advance(sim, flue_run_time(run, "warmup"))) {
        return flue_run_fail_in(run, sim, "the simulation did not go on");
    }
    return flue_measure(run, sim, &churn, report);
}

const struct flue_scenario flue_scenario_churn = {
    "churn",    "How many requests must a connection carry until it pays to hand it to the NIC?",
    parameters, metrics,
    run_churn,
};
