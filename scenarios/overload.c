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

#include "workload.h"

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
build(const struct flue_run *run, struct flue_sim *sim, struct flue_workload *overload)
{
    struct flue_sim_link_config link;
    struct flue_sim_stack_config stack;
    struct flue_profile slow;

    flue_pair_configure(run, &link, &stack);
    slow = slow_down(stack.profile, flue_run_real(run, "lag"));
    stack.profile = &slow;
    stack.send_buffer_bytes = (uint32_t)flue_run_count(run, "buffer");
    stack.receive_buffer_bytes = stack.send_buffer_bytes;
    return flue_pair_build(run, sim, flue_run_text(run, "stack"), &link, &stack,
                           &overload->machines) &&
           flue_start_flows(run, sim, flue_sim_bulk_config_default(), overload);
}

static void
report(struct flue_run *run, const struct flue_workload *overload,
       const struct flue_reading *before, const struct flue_reading *after)
{
    const struct flue_sim_node_statistics *then = &before->client.node, *now = &after->client.node;
    double bytes = flue_flow_bytes(overload, before, after);
    flue_time interval = after->time - before->time;

    flue_run_report(run, "goodput_bps", 8 * bytes / flue_seconds(before, after), NULL);
    flue_report_cpus(run, "sender", "receiver", before, after);
    flue_run_report(run, "retransmitted_segments",
                    (double)(now->retransmitted_segments - then->retransmitted_segments), NULL);
    flue_run_report(run, "failed_connections", flue_flows_failed(overload, after), NULL);
    flue_report_machine(run, "sender", interval, bytes, &before->client, &after->client);
    flue_report_machine(run, "receiver", interval, bytes, &before->server, &after->server);
}

static enum flue_result
run_overload(struct flue_run *run, struct flue_sim *sim)
{
    static struct flue_workload overload;

    if (!build(run, sim, &overload) || !flue_advance(sim, flue_run_time(run, "warmup"))) {
        return flue_run_fail_in(run, sim, "a connection did not open within 60 s");
    }
    return flue_measure(run, sim, &overload, report);
}

const struct flue_scenario flue_scenario_overload = {
    "overload",
    "How slow may the NIC's engine be until offload costs more goodput than it saves?",
    parameters,
    metrics,
    run_overload,
};
