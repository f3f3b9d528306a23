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

#include "measure.h"

enum { MAX_CONNECTIONS = 1000 };

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

struct window {
    struct flue_pair machines;
    struct flue_sim_flow *flows[MAX_CONNECTIONS];
    uint32_t connections;
};

struct reading {
    struct flue_machine_reading client, server;
    struct flue_sim_link_statistics link;
    double received_bytes;
    uint32_t failed;
};

static bool
build(const struct flue_run *run, struct flue_sim *sim, struct window *window)
{
    struct flue_sim_link_config link;
    struct flue_sim_stack_config stack;
    struct flue_sim_bulk_config bulk = flue_sim_bulk_config_default();
    bool is_good;

    flue_pair_configure(run, &link, &stack);
    stack.receive_buffer_bytes = (uint32_t)flue_run_count(run, "receive-buffer");
    is_good =
        flue_pair_build(run, sim, flue_run_text(run, "stack"), &link, &stack, &window->machines);
    window->connections = (uint32_t)flue_run_count(run, "connections");
    bulk.io_bytes = (uint32_t)flue_run_count(run, "io");
    bulk.pause = flue_run_time(run, "pause");
    for (uint32_t i = 0; is_good && i < window->connections; i++) {
        bulk.port = (uint16_t)(5001 + i);
        bulk.start = i * 100 * FLUE_MICROSECOND;
        is_good = flue_sim_bulk(sim, window->machines.client, window->machines.server, &bulk,
                                &window->flows[i]) == FLUE_OK;
    }
    return is_good &&
           flue_advance_until_connected(sim, window->flows, window->connections, 60 * FLUE_SECOND);
}

static void
read_all(const struct window *window, struct reading *reading)
{
    struct flue_sim_flow_statistics flow;

    flue_machine_read(window->machines.client, &reading->client);
    flue_machine_read(window->machines.server, &reading->server);
    flue_sim_link_read(window->machines.link, FLUE_PAIR_CLIENT, &reading->link);
    reading->received_bytes = 0;
    reading->failed = 0;
    for (uint32_t i = 0; i < window->connections; i++) {
        flue_sim_flow_read(window->flows[i], &flow);
        reading->received_bytes += (double)flow.received_bytes;
        reading->failed += flow.has_failed;
    }
}

static enum flue_result
run_window(struct flue_run *run, struct flue_sim *sim)
{
    static struct window window;
    static struct reading before, after;
    const struct flue_sim_node_statistics *then = &before.client.node, *now = &after.client.node;
    flue_time interval = flue_run_time(run, "duration");
    double bytes, frames;

    if (!build(run, sim, &window) || !flue_advance(sim, flue_run_time(run, "warmup"))) {
        return flue_run_fail_in(run, sim, "a connection did not open within 60 s");
    }
    read_all(&window, &before);
    if (!flue_advance(sim, interval)) {
        return flue_run_fail_in(run, sim, "the simulation did not go on");
    }
    read_all(&window, &after);
    bytes = after.received_bytes - before.received_bytes;
    frames = (double)(after.link.tx_frames - before.link.tx_frames);
    flue_run_report(run, "goodput_bps", 8 * bytes / flue_run_real(run, "duration"), NULL);
    flue_run_report(run, "bytes_per_frame", flue_ratio(bytes, frames), "no frame was sent");
    flue_report_cpu(run, "sender_cpu_utilisation", interval, then, now);
    flue_report_cpu(run, "receiver_cpu_utilisation", interval, &before.server.node,
                    &after.server.node);
    flue_run_report(run, "retransmitted_segments",
                    (double)(now->retransmitted_segments - then->retransmitted_segments), NULL);
    flue_run_report(run, "failed_connections", after.failed, NULL);
    flue_report_machine(run, "receiver", interval, bytes, &before.server, &after.server);
    return FLUE_OK;
}

const struct flue_scenario flue_scenario_window = {
    "window",
    "What do slow readers, zero windows and small buffers cost on the host and on the NIC?",
    parameters,
    metrics,
    run_window,
};
