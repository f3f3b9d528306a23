/* SPDX-License-Identifier: GPL-2.0-or-later
 *
 * See workload.h.
 */
#include "workload.h"

#include <stdio.h>

bool
flue_start_flows(const struct flue_run *run, struct flue_sim *sim, struct flue_sim_bulk_config bulk,
                 struct flue_workload *workload)
{
    const struct flue_pair *machines = &workload->machines;

    workload->flow_count = (uint32_t)flue_run_count(run, "connections");
    bulk.io_bytes = (uint32_t)flue_run_count(run, "io");
    for (uint32_t i = 0; i < workload->flow_count; i++) {
        bulk.port = (uint16_t)(5001 + i);
        bulk.start = i * 100 * FLUE_MICROSECOND;
        if (flue_sim_bulk(sim, machines->client, machines->server, &bulk, &workload->flows[i]) !=
            FLUE_OK) {
            return false;
        }
    }
    return flue_advance_until_connected(sim, workload->flows, workload->flow_count,
                                        60 * FLUE_SECOND);
}

static void
read_all(const struct flue_sim *sim, const struct flue_workload *workload,
         struct flue_reading *reading)
{
    reading->time = flue_sim_now(sim);
    reading->events = flue_sim_events(sim);
    flue_machine_read(workload->machines.client, &reading->client);
    flue_machine_read(workload->machines.server, &reading->server);
    flue_sim_link_read(workload->machines.link, FLUE_PAIR_CLIENT, &reading->sent);
    flue_sim_link_read(workload->machines.link, FLUE_PAIR_SERVER, &reading->arrived);
    for (uint32_t i = 0; i < workload->flow_count; i++) {
        flue_sim_flow_read(workload->flows[i], &reading->flows[i]);
    }
    for (int i = 0; i < FLUE_CROWDS_MAX; i++) {
        flue_sim_requests_read(workload->crowds[i], &reading->crowds[i]);
    }
}

/* Runs for `left`, in steps, each of which is a row. */
static bool
run_in_steps(struct flue_run *run, struct flue_sim *sim, const struct flue_workload *workload,
             flue_report *report, flue_time left)
{
    static struct flue_reading before, after;
    flue_time step = flue_run_series_interval(run), start = flue_sim_now(sim);

    read_all(sim, workload, &before);
    for (; left > 0; left -= step) {
        step = step < left ? step : left;
        if (!flue_advance(sim, step)) {
            return false;
        }
        read_all(sim, workload, &after);
        report(run, workload, &before, &after);
        flue_run_series_row(run, (double)(after.time - start) / (double)FLUE_SECOND);
        before = after;
    }
    return true;
}

enum flue_result
flue_measure(struct flue_run *run, struct flue_sim *sim, const struct flue_workload *workload,
             flue_report *report)
{
    static struct flue_reading before, after;
    flue_time duration = flue_run_time(run, "duration");

    read_all(sim, workload, &before);
    if (!(flue_run_series_interval(run) > 0 ? run_in_steps(run, sim, workload, report, duration)
                                            : flue_advance(sim, duration))) {
        return flue_run_fail_in(run, sim, "the simulation did not go on");
    }
    read_all(sim, workload, &after);
    report(run, workload, &before, &after);
    return FLUE_OK;
}

double
flue_seconds(const struct flue_reading *before, const struct flue_reading *after)
{
    return (double)(after->time - before->time) / (double)FLUE_SECOND;
}

double
flue_flow_bytes(const struct flue_workload *workload, const struct flue_reading *before,
                const struct flue_reading *after)
{
    double bytes = 0;

    for (uint32_t i = 0; i < workload->flow_count; i++) {
        bytes += (double)(after->flows[i].received_bytes - before->flows[i].received_bytes);
    }
    return bytes;
}

double
flue_flows_fairness(const struct flue_workload *workload, const struct flue_reading *before,
                    const struct flue_reading *after)
{
    double bytes[FLUE_FLOWS_MAX];

    for (uint32_t i = 0; i < workload->flow_count; i++) {
        bytes[i] = (double)(after->flows[i].received_bytes - before->flows[i].received_bytes);
    }
    return flue_fairness(bytes, workload->flow_count);
}

uint32_t
flue_flows_failed(const struct flue_workload *workload, const struct flue_reading *after)
{
    uint32_t failed = 0;

    for (uint32_t i = 0; i < workload->flow_count; i++) {
        failed += after->flows[i].has_failed;
    }
    return failed;
}

void
flue_report_cpus(struct flue_run *run, const char *client, const char *server,
                 const struct flue_reading *before, const struct flue_reading *after)
{
    flue_time interval = after->time - before->time;
    char metric[64];

    snprintf(metric, sizeof metric, "%s_cpu_utilisation", client);
    flue_report_cpu(run, metric, interval, &before->client.node, &after->client.node);
    snprintf(metric, sizeof metric, "%s_cpu_utilisation", server);
    flue_report_cpu(run, metric, interval, &before->server.node, &after->server.node);
}

void
flue_report_requests(struct flue_run *run, const struct flue_reading *before,
                     const struct flue_reading *after)
{
    double served = (double)(after->crowds[0].completed - before->crowds[0].completed);
    double busy = (double)(after->client.node.core_busy - before->client.node.core_busy);

    flue_run_report(run, "request_rate", served / flue_seconds(before, after), NULL);
    flue_run_report(run, "core_s_per_request", flue_ratio(busy / (double)FLUE_SECOND, served),
                    "no request was served");
    flue_run_report(run, "failed_connections",
                    (double)(after->crowds[0].failed - before->crowds[0].failed), NULL);
}
