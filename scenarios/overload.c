/* SPDX-License-Identifier: GPL-2.0-or-later
 *
 * Scenario `overload`: a NIC that is slower than the host. How slow may its engine be until
 * offloading costs more goodput than it saves processor time?
 *
 *     client ----------------- link ----------------> server
 *            N bulk connections
 *
 * `lag` makes every piece of the engine's work take so many times the cycles of the profile, on
 * both machines. With the profile "ideal" nothing takes time and nothing is slow.
 */
#include <stddef.h>

#include "measure.h"

enum { MAX_CONNECTIONS = 1000 };

static const struct flue_parameter parameters[] = {
    FLUE_PAIR_PARAMETERS(flue_choices_flue),
    {"connections", FLUE_PARAMETER_COUNT, "1", "4", "1", "1000", NULL, "bulk connections"},
    {"lag", FLUE_PARAMETER_REAL, "1", "1", "0.01", "1000", NULL,
     "cycles of the NIC's engine, in those of the profile"},
    {"io", FLUE_PARAMETER_BYTES, "bytes", "64KiB", "1", "16MiB", NULL, "of one send or receive"},
    {"buffer", FLUE_PARAMETER_BYTES, "bytes", "256KiB", "9KiB", "1GiB", NULL,
     "of a connection, for each direction"},
    {"warmup", FLUE_PARAMETER_TIME, "s", "50ms", "1ms", "100s", NULL, "not measured"},
    {"duration", FLUE_PARAMETER_TIME, "s", "100ms", "1ms", "100s", NULL, "measured time"},
    {.name = NULL},
};

static const struct flue_metric metrics[] = {
    {"goodput_bps", "bps", "payload that the server's applications read, by time", false},
    {"sender_cpu_utilisation", "1", "share of the client's core time that was busy", true},
    {"receiver_cpu_utilisation", "1", "share of the server's core time that was busy", true},
    {"retransmitted_segments", "1", "segments that the client sent again", true},
    {"failed_connections", "1", "connections that ended before their time", true},
    FLUE_MACHINE_METRICS("sender", "the client"),
    FLUE_MACHINE_METRICS("receiver", "the server"),
    {.name = NULL},
};

struct overload {
    struct flue_pair machines;
    struct flue_sim_flow *flows[MAX_CONNECTIONS];
    uint32_t connections;
};

struct reading {
    struct flue_machine_reading client, server;
    double received_bytes;
    uint32_t failed;
};

static struct flue_profile
slow_down(const struct flue_profile *profile, double lag)
{
    struct flue_profile slow = *profile;

    slow.engine_tx_cycles = (uint64_t)(lag * (double)profile->engine_tx_cycles + 0.5);
    slow.engine_rx_cycles = (uint64_t)(lag * (double)profile->engine_rx_cycles + 0.5);
    slow.engine_ack_cycles = (uint64_t)(lag * (double)profile->engine_ack_cycles + 0.5);
    slow.engine_forward_cycles = (uint64_t)(lag * (double)profile->engine_forward_cycles + 0.5);
    return slow;
}

static bool
build(const struct flue_run *run, struct flue_sim *sim, struct overload *overload)
{
    struct flue_sim_link_config link;
    struct flue_sim_stack_config stack;
    struct flue_sim_bulk_config bulk = flue_sim_bulk_config_default();
    struct flue_profile slow;
    bool is_good;

    flue_pair_configure(run, &link, &stack);
    slow = slow_down(stack.profile, flue_run_real(run, "lag"));
    stack.profile = &slow;
    stack.send_buffer_bytes = (uint32_t)flue_run_count(run, "buffer");
    stack.receive_buffer_bytes = stack.send_buffer_bytes;
    is_good =
        flue_pair_build(run, sim, flue_run_text(run, "stack"), &link, &stack, &overload->machines);
    overload->connections = (uint32_t)flue_run_count(run, "connections");
    bulk.io_bytes = (uint32_t)flue_run_count(run, "io");
    for (uint32_t i = 0; is_good && i < overload->connections; i++) {
        bulk.port = (uint16_t)(5001 + i);
        bulk.start = i * 100 * FLUE_MICROSECOND;
        is_good = flue_sim_bulk(sim, overload->machines.client, overload->machines.server, &bulk,
                                &overload->flows[i]) == FLUE_OK;
    }
    return is_good && flue_advance_until_connected(sim, overload->flows, overload->connections,
                                                   60 * FLUE_SECOND);
}

static void
read_all(const struct overload *overload, struct reading *reading)
{
    struct flue_sim_flow_statistics flow;

    flue_machine_read(overload->machines.client, &reading->client);
    flue_machine_read(overload->machines.server, &reading->server);
    reading->received_bytes = 0;
    reading->failed = 0;
    for (uint32_t i = 0; i < overload->connections; i++) {
        flue_sim_flow_read(overload->flows[i], &flow);
        reading->received_bytes += (double)flow.received_bytes;
        reading->failed += flow.has_failed;
    }
}

static enum flue_result
run_overload(struct flue_run *run, struct flue_sim *sim)
{
    static struct overload overload;
    static struct reading before, after;
    flue_time interval = flue_run_time(run, "duration");
    double bytes;

    if (!build(run, sim, &overload) || !flue_advance(sim, flue_run_time(run, "warmup"))) {
        return flue_run_fail_in(run, sim, "a connection did not open within 60 s");
    }
    read_all(&overload, &before);
    if (!flue_advance(sim, interval)) {
        return flue_run_fail_in(run, sim, "the simulation did not go on");
    }
    read_all(&overload, &after);
    bytes = after.received_bytes - before.received_bytes;
    flue_run_report(run, "goodput_bps", 8 * bytes / flue_run_real(run, "duration"), NULL);
    flue_report_cpu(run, "sender_cpu_utilisation", interval, &before.client.node,
                    &after.client.node);
    flue_report_cpu(run, "receiver_cpu_utilisation", interval, &before.server.node,
                    &after.server.node);
    flue_run_report(run, "retransmitted_segments",
                    (double)(after.client.node.retransmitted_segments -
                             before.client.node.retransmitted_segments),
                    NULL);
    flue_run_report(run, "failed_connections", after.failed, NULL);
    flue_report_machine(run, "sender", interval, bytes, &before.client, &after.client);
    flue_report_machine(run, "receiver", interval, bytes, &before.server, &after.server);
    return FLUE_OK;
}

const struct flue_scenario flue_scenario_overload = {
    "overload",
    "How slow may the NIC's engine be until offload costs more goodput than it saves?",
    parameters,
    metrics,
    run_overload,
};
