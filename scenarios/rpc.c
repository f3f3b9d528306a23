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

#include "measure.h"

static const struct flue_parameter parameters[] = {
    FLUE_PAIR_PARAMETERS(flue_choices_stack),
    FLUE_REQUESTS_PARAMETERS("32", "0s"),
    {"arrivals", FLUE_PARAMETER_REAL, "1/s", "0", "0", "1e9", NULL,
     "requests a second, at random; 0: a closed loop"},
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

struct rpc {
    struct flue_pair machines;
    struct flue_sim_requests *requests;
};

struct reading {
    struct flue_machine_reading client, server;
    struct flue_sim_requests_statistics requests;
};

static bool
build(const struct flue_run *run, struct flue_sim *sim, struct rpc *rpc)
{
    struct flue_sim_link_config link;
    struct flue_sim_stack_config stack;
    struct flue_sim_requests_config requests = flue_requests_configure(run);

    flue_pair_configure(run, &link, &stack);
    requests.rate = flue_run_real(run, "arrivals");
    return flue_pair_build(run, sim, flue_run_text(run, "stack"), &link, &stack, &rpc->machines) &&
           flue_sim_requests(sim, rpc->machines.client, rpc->machines.server, &requests,
                             &rpc->requests) == FLUE_OK;
}

static void
read_all(const struct rpc *rpc, struct reading *reading)
{
    flue_machine_read(rpc->machines.client, &reading->client);
    flue_machine_read(rpc->machines.server, &reading->server);
    flue_sim_requests_read(rpc->requests, &reading->requests);
}

static void
report(struct flue_run *run, const struct reading *before, const struct reading *after)
{
    flue_time interval = flue_run_time(run, "duration");
    double seconds = flue_run_real(run, "duration");
    double served = (double)(after->requests.completed - before->requests.completed);
    double started = (double)(after->requests.started - before->requests.started);
    double busy = (double)(after->client.node.core_busy - before->client.node.core_busy);
    double bytes = (double)(after->requests.received_bytes - before->requests.received_bytes);

    flue_run_report(run, "arrival_rate", started / seconds, NULL);
    flue_run_report(run, "request_rate", served / seconds, NULL);
    flue_run_report(run, "core_s_per_request", flue_ratio(busy / (double)FLUE_SECOND, served),
                    "no request was served");
    flue_report_cpu(run, "client_cpu_utilisation", interval, &before->client.node,
                    &after->client.node);
    flue_report_cpu(run, "server_cpu_utilisation", interval, &before->server.node,
                    &after->server.node);
    flue_run_report(run, "failed_connections",
                    (double)(after->requests.failed - before->requests.failed), NULL);
    flue_report_machine(run, "client", interval, bytes, &before->client, &after->client);
}

static enum flue_result
run_rpc(struct flue_run *run, struct flue_sim *sim)
{
    static struct reading before, after;
    struct rpc rpc;
    flue_time start;

    if (!build(run, sim, &rpc) ||
        !flue_advance_until_open(sim, rpc.requests, (uint32_t)flue_run_count(run, "connections"),
                                 100 * FLUE_SECOND) ||
        !flue_advance(sim, flue_run_time(run, "warmup"))) {
        return flue_run_fail_in(run, sim, "a connection did not open within 100 s");
    }
    start = flue_sim_now(sim);
    read_all(&rpc, &before);
    if (!flue_advance(sim, flue_run_time(run, "duration"))) {
        return flue_run_fail_in(run, sim, "the simulation did not go on");
    }
    read_all(&rpc, &after);
    report(run, &before, &after);
    flue_report_latency(run, "latency_p50_s", rpc.requests, start, 0.5);
    flue_report_latency(run, "latency_p90_s", rpc.requests, start, 0.9);
    flue_report_latency(run, "latency_p99_s", rpc.requests, start, 0.99);
    flue_report_latency(run, "latency_p999_s", rpc.requests, start, 0.999);
    flue_report_latency(run, "latency_max_s", rpc.requests, start, 1);
    return FLUE_OK;
}

const struct flue_scenario flue_scenario_rpc = {
    "rpc",
    "How long do requests take, at the median and in the tail, with TCP on the host and on the "
    "NIC?",
    parameters,
    metrics,
    run_rpc,
};
