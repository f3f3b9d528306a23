/* SPDX-License-Identifier: GPL-2.0-or-later
 *
 * Scenario `window`: a reader that is slow, or has a small buffer. What do zero windows and little
 * reads cost on the host and on the NIC?
 *
 *     client ----------------- link ----------------> server, which reads `io` bytes, then pauses
 *            N bulk connections
 *
 * Not for ns-3's own TCP: its reader says nothing of the window that it opens.
 */
#include <stddef.h>

#include "workload.h"

static const struct flue_parameter parameters[] = {
    FLUE_PAIR_PARAMETERS(flue_choices_flue),
    {"connections", FLUE_PARAMETER_COUNT, "1", "4", "1", "1000", NULL, "bulk connections"},
    {"receive-buffer", FLUE_PARAMETER_BYTES, "bytes", "16KiB", "2KiB", "1GiB", NULL,
     "of a connection"},
    {"io", FLUE_PARAMETER_BYTES, "bytes", "8KiB", "1", "16MiB", NULL, "of one send or receive"},
    {"pause", FLUE_PARAMETER_TIME, "s", "1ms", "0s", "10s", NULL,
     "of the server from one receive to the next"},
    {"warmup", FLUE_PARAMETER_TIME, "s", "200ms", "1ms", "100s", NULL, "not measured"},
    {"duration", FLUE_PARAMETER_TIME, "s", "400ms", "1ms", "100s", NULL, "measured time"},
    {.name = NULL},
};

static const struct flue_metric metrics[] = {
    {"goodput_bps", "bps", "payload that the server's applications read, by time", false},
    {"bytes_per_frame", "bytes", "payload read for a frame that the client sent", false},
    {"sender_cpu_utilisation", "1", "share of the client's core time that was busy", true},
    {"receiver_cpu_utilisation", "1", "share of the server's core time that was busy", true},
    {"retransmitted_segments", "1", "segments that the client sent again", true},
    {"failed_connections", "1", "connections that ended before their time", true},
    FLUE_MACHINE_METRICS("receiver", "the server"),
    {.name = NULL},
};

static bool
build(const struct flue_run *run, struct flue_sim *sim, struct flue_workload *window)
{
    struct flue_sim_link_config link;
    struct flue_sim_stack_config stack;
    struct flue_sim_bulk_config bulk = flue_sim_bulk_config_default();

    flue_pair_configure(run, &link, &stack);
    stack.receive_buffer_bytes = (uint32_t)flue_run_count(run, "receive-buffer");
    bulk.pause = flue_run_time(run, "pause");
    return flue_pair_build(run, sim, flue_run_text(run, "stack"), &link, &stack,
                           &window->machines) &&
           flue_start_flows(run, sim, bulk, window);
}

static void
report(struct flue_run *run, const struct flue_workload *window, const struct flue_reading *before,
       const struct flue_reading *after)
{
    const struct flue_sim_node_statistics *then = &before->client.node, *now = &after->client.node;
    double bytes = flue_flow_bytes(window, before, after);
    double frames = (double)(after->sent.tx_frames - before->sent.tx_frames);

    flue_run_report(run, "goodput_bps", 8 * bytes / flue_seconds(before, after), NULL);
    flue_run_report(run, "bytes_per_frame", flue_ratio(bytes, frames), "no frame was sent");
    flue_report_cpus(run, "sender", "receiver", before, after);
    flue_run_report(run, "retransmitted_segments",
                    (double)(now->retransmitted_segments - then->retransmitted_segments), NULL);
    flue_run_report(run, "failed_connections", flue_flows_failed(window, after), NULL);
    flue_report_machine(run, "receiver", after->time - before->time, bytes, &before->server,
                        &after->server);
}

static enum flue_result
run_window(struct flue_run *run, struct flue_sim *sim)
{
    static struct flue_workload window;

    if (!build(run, sim, &window) || !flue_advance(sim, flue_run_time(run, "warmup"))) {
        return flue_run_fail_in(run, sim, "a connection did not open within 60 s");
    }
    return flue_measure(run, sim, &window, report);
}

const struct flue_scenario flue_scenario_window = {
    "window",
    "What do slow readers, zero windows and small buffers cost on the host and on the NIC?",
    parameters,
    metrics,
    run_window,
};
