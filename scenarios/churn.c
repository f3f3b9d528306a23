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

#include "measure.h"

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

struct churn {
    struct flue_pair machines;
    struct flue_sim_requests *requests;
};

struct reading {
    struct flue_machine_reading client, server;
    struct flue_sim_requests_statistics requests;
};

static bool
build(const struct flue_run *run, struct flue_sim *sim, struct churn *churn)
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
                             &churn->requests) == FLUE_OK;
}

static void
read_all(const struct churn *churn, struct reading *reading)
{
    flue_machine_read(churn->machines.client, &reading->client);
    flue_machine_read(churn->machines.server, &reading->server);
    flue_sim_requests_read(churn->requests, &reading->requests);
}

static void
report(struct flue_run *run, const struct reading *before, const struct reading *after)
{
    flue_time interval = flue_run_time(run, "duration");
    double seconds = flue_run_real(run, "duration");
    double served = (double)(after->requests.completed - before->requests.completed);
    double closed = (double)(after->requests.closed - before->requests.closed);
    double busy = (double)(after->client.node.core_busy - before->client.node.core_busy);
    double bytes = (double)(after->requests.received_bytes - before->requests.received_bytes);

    flue_run_report(run, "connection_rate", closed / seconds, NULL);
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
run_churn(struct flue_run *run, struct flue_sim *sim)
{
    static struct reading before, after;
    struct churn churn;
    flue_time start;

    if (!build(run, sim, &churn) || !flue_advance(sim, flue_run_time(run, "warmup"))) {
        return flue_run_fail_in(run, sim, "the simulation did not go on");
    }
    start = flue_sim_now(sim);
    read_all(&churn, &before);
    if (!flue_advance(sim, flue_run_time(run, "duration"))) {
        return flue_run_fail_in(run, sim, "the simulation did not go on");
    }
    read_all(&churn, &after);
    report(run, &before, &after);
    flue_report_latency(run, "latency_p50_s", churn.requests, start, 0.5);
    flue_report_latency(run, "latency_p99_s", churn.requests, start, 0.99);
    return FLUE_OK;
}

const struct flue_scenario flue_scenario_churn = {
    "churn",    "How many requests must a connection carry until it pays to hand it to the NIC?",
    parameters, metrics,
    run_churn,
};
