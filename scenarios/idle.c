/* SPDX-License-Identifier: GPL-2.0-or-later
 *
 * Scenario `idle`: what many connections cost that do nothing but keep alive.
 *
 *     client ----------------- link ----------------> server
 *            N connections without a request, and their probes
 */
#include <stddef.h>

#include "measure.h"

static const struct flue_parameter parameters[] = {
    FLUE_PAIR_PARAMETERS(flue_choices_flue),
    {"connections", FLUE_PARAMETER_COUNT, "1", "1000", "1", "16000", NULL, "idle connections"},
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

struct idle {
    struct flue_pair machines;
    struct flue_sim_requests *requests;
};

struct reading {
    struct flue_machine_reading client, server;
    struct flue_sim_link_statistics link;
};

static bool
build(const struct flue_run *run, struct flue_sim *sim, struct idle *idle)
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
                             &idle->requests) == FLUE_OK &&
           flue_advance_until_open(sim, idle->requests, requests.connections, 100 * FLUE_SECOND) &&
           flue_advance(sim, FLUE_SECOND); /* until they are where they are to live */
}

static void
read_all(const struct idle *idle, struct reading *reading)
{
    flue_machine_read(idle->machines.client, &reading->client);
    flue_machine_read(idle->machines.server, &reading->server);
    flue_sim_link_read(idle->machines.link, FLUE_PAIR_CLIENT, &reading->link);
}

static enum flue_result
run_idle(struct flue_run *run, struct flue_sim *sim)
{
    static struct reading before, after;
    struct idle idle;
    struct flue_sim_requests_statistics requests;
    flue_time interval = flue_run_time(run, "duration");
    double frames;

    if (!build(run, sim, &idle)) {
        return flue_run_fail_in(run, sim, "a connection did not open within 100 s");
    }
    read_all(&idle, &before);
    if (!flue_advance(sim, interval)) {
        return flue_run_fail_in(run, sim, "the simulation did not go on");
    }
    read_all(&idle, &after);
    flue_sim_requests_read(idle.requests, &requests);
    frames = (double)(after.link.tx_frames - before.link.tx_frames);
    flue_run_report(run, "frame_rate", frames / flue_run_real(run, "duration"), NULL);
    flue_report_cpu(run, "client_cpu_utilisation", interval, &before.client.node,
                    &after.client.node);
    flue_report_cpu(run, "server_cpu_utilisation", interval, &before.server.node,
                    &after.server.node);
    flue_run_report(run, "open_connections", requests.open, NULL);
    flue_run_report(run, "offloaded_connections", after.client.node.offloaded, NULL);
    flue_run_report(run, "failed_connections", (double)requests.failed, NULL);
    flue_report_machine(run, "client", interval, 0, &before.client, &after.client);
    return FLUE_OK;
}

const struct flue_scenario flue_scenario_idle = {
    "idle",   "What do many connections cost that do nothing but keep alive?", parameters, metrics,
    run_idle,
};
