/* SPDX-License-Identifier: GPL-2.0-or-later
 *
 * Scenario `loss`: what packet loss costs, in goodput and in host CPU time, with TCP on the host
 * and on the NIC.
 *
 *     client ----------------- link ----------------> server
 *            N bulk connections        frames that arrive here are lost, or late, at random
 *
 * The connections open over a perfect link, so that no run is spoilt by the one second that a lost
 * SYN costs. Then the loss begins; after a warm-up the measured interval starts. Acknowledgements
 * are not lost. With `burst` the same share is lost, but in bursts of that mean length (Gilbert and
 * Elliott); frames that are late by `late-by` are overtaken by those behind them.
 */
#include <stddef.h>

#include "workload.h"

static const struct flue_parameter parameters[] = {
    {"stack", FLUE_PARAMETER_CHOICE, "", "offload", NULL, NULL, flue_choices_stack,
     "TCP of both machines: ns-3's own, Flue's on the host, or Flue's on the NIC"},
    {"profile", FLUE_PARAMETER_PROFILE, "", "server-2009", NULL, NULL, NULL,
     "what work costs on both machines"},
    {"connections", FLUE_PARAMETER_COUNT, "1", "4", "1", "1000", NULL, "bulk connections"},
    {"rate", FLUE_PARAMETER_RATE, "bps", "1Gbps", "1Mbps", "400Gbps", NULL, "rate of the link"},
    {"delay", FLUE_PARAMETER_TIME, "s", "500us", "0s", "1s", NULL, "one way, of the link"},
    {"loss", FLUE_PARAMETER_REAL, "1", "0", "0", "0.5", NULL, "share of frames to the server lost"},
    {"burst", FLUE_PARAMETER_REAL, "1", "0", "0", "1e6", NULL,
     "frames that are lost together, mean; 0: each by itself"},
    {"late", FLUE_PARAMETER_REAL, "1", "0", "0", "1", NULL, "share of frames that are overtaken"},
    {"late-by", FLUE_PARAMETER_TIME, "s", "100us", "0s", "1s", NULL, "how late they are"},
    {"mtu", FLUE_PARAMETER_BYTES, "bytes", "1500", "576", "9000", NULL, "largest IP packet"},
    {"io", FLUE_PARAMETER_BYTES, "bytes", "64KiB", "1", "16MiB", NULL, "of one send or receive"},
    {"send-buffer", FLUE_PARAMETER_BYTES, "bytes", "256KiB", "9KiB", "1GiB", NULL,
     "of a connection"},
    {"receive-buffer", FLUE_PARAMETER_BYTES, "bytes", "1MiB", "9KiB", "1GiB", NULL,
     "of a connection"},
    {"sack", FLUE_PARAMETER_CHOICE, "", "off", NULL, NULL, flue_choices_switch,
     "selective acknowledgements, offered by both machines"},
    {"congestion", FLUE_PARAMETER_CHOICE, "", "newreno", NULL, NULL, flue_choices_congestion,
     "congestion control of both machines; ns-3's TCP has no compound"},
    {"min-rto", FLUE_PARAMETER_TIME, "s", "200ms", "1ms", "60s", NULL, "shortest timeout"},
    {"delayed-ack", FLUE_PARAMETER_TIME, "s", "40ms", "1ms", "500ms", NULL,
     "longest wait for an ACK"},
    {"warmup", FLUE_PARAMETER_TIME, "s", "100ms", "0s", "1000s", NULL, "under loss, not measured"},
    {"duration", FLUE_PARAMETER_TIME, "s", "400ms", "1ms", "1000s", NULL, "measured time"},
    {.name = NULL},
};

static const struct flue_metric metrics[] = {
    {"goodput_bps", "bps", "payload that the server's applications read, by time", false},
    {"sender_cpu_utilisation", "1", "share of the client's core time that was busy", true},
    {"receiver_cpu_utilisation", "1", "share of the server's core time that was busy", true},
    {"loss_observed_ratio", "1", "share of the frames to the server that were lost", true},
    {"retransmitted_segments", "1", "segments that the client sent again", true},
    {"timeouts", "1", "retransmission timeouts of the client", true},
    {"fairness", "1", "Jain's index of the connections' goodputs; 1: all alike", false},
    {"offloaded_connections", "1", "connections on the client's NIC at the end", false},
    {"failed_connections", "1", "connections that ended before their time", true},
    {"events_per_frame", "1", "simulator events for a frame that the client sent", true},
    FLUE_MACHINE_METRICS("sender", "the client"),
    FLUE_MACHINE_METRICS("receiver", "the server"),
    {.name = NULL},
};

static bool
build(const struct flue_run *run, struct flue_sim *sim, struct flue_workload *loss)
{
    struct flue_sim_link_config link = flue_sim_link_config_default();
    struct flue_sim_stack_config stack = flue_sim_stack_config_default();

    link.rate_bps = flue_run_count(run, "rate");
    link.delay = flue_run_time(run, "delay");
    link.mtu_bytes = (uint32_t)flue_run_count(run, "mtu");
    stack.profile = flue_run_profile(run, "profile");
    stack.mss_bytes = link.mtu_bytes - FLUE_FULL_SEGMENT_HEADERS;
    stack.send_buffer_bytes = (uint32_t)flue_run_count(run, "send-buffer");
    stack.receive_buffer_bytes = (uint32_t)flue_run_count(run, "receive-buffer");
    stack.use_sack = flue_run_is_on(run, "sack");
    stack.congestion_control = flue_run_text(run, "congestion");
    stack.min_rto = flue_run_time(run, "min-rto");
    stack.delayed_ack = flue_run_time(run, "delayed-ack");
    return flue_pair_build(run, sim, flue_run_text(run, "stack"), &link, &stack, &loss->machines);
}

static void
report(struct flue_run *run, const struct flue_workload *loss, const struct flue_reading *before,
       const struct flue_reading *after)
{
    const struct flue_sim_node_statistics *then = &before->client.node, *now = &after->client.node;
    double lost = (double)(after->arrived.lost_frames - before->arrived.lost_frames);
    double whole = (double)(after->arrived.rx_frames - before->arrived.rx_frames);
    double sent = (double)(after->sent.tx_frames - before->sent.tx_frames);
    double bytes = flue_flow_bytes(loss, before, after);
    flue_time interval = after->time - before->time;

    flue_run_report(run, "goodput_bps", 8 * bytes / flue_seconds(before, after), NULL);
    flue_run_report(run, "fairness", flue_flows_fairness(loss, before, after),
                    "no connection moved a byte");
    flue_run_report(run, "failed_connections", flue_flows_failed(loss, after), NULL);
    flue_report_cpus(run, "sender", "receiver", before, after);
    flue_run_report(run, "loss_observed_ratio", flue_ratio(lost, lost + whole), "no frame arrived");
    flue_run_report(run, "retransmitted_segments",
                    (double)(now->retransmitted_segments - then->retransmitted_segments), NULL);
    flue_run_report(run, "timeouts", (double)(now->timeouts - then->timeouts), NULL);
    flue_run_report(run, "offloaded_connections", now->offloaded, NULL);
    flue_run_report(run, "events_per_frame",
                    flue_ratio((double)(after->events - before->events), sent),
                    "no frame was sent");
    flue_report_machine(run, "sender", interval, bytes, &before->client, &after->client);
    flue_report_machine(run, "receiver", interval, bytes, &before->server, &after->server);
}

static bool
spoil_link(const struct flue_run *run, struct flue_sim_link *link)
{
    double loss = flue_run_real(run, "loss"), burst = flue_run_real(run, "burst");
    double late = flue_run_real(run, "late");

    return (burst > 0 ? flue_sim_link_bursts(link, FLUE_PAIR_SERVER, loss, burst)
                      : flue_sim_link_loss(link, FLUE_PAIR_SERVER, loss)) == FLUE_OK &&
           (late == 0 || flue_sim_link_reorder(link, FLUE_PAIR_SERVER, late,
                                               flue_run_time(run, "late-by")) == FLUE_OK);
}

static enum flue_result
run_loss(struct flue_run *run, struct flue_sim *sim)
{
    static struct flue_workload loss;

    if (!build(run, sim, &loss) ||
        !flue_start_flows(run, sim, flue_sim_bulk_config_default(), &loss) ||
        !spoil_link(run, loss.machines.link) || !flue_advance(sim, flue_run_time(run, "warmup"))) {
        return flue_run_fail_in(run, sim, "a connection did not open within 60 s");
    }
    return flue_measure(run, sim, &loss, report);
}

const struct flue_scenario flue_scenario_loss = {
    "loss",
    "What does packet loss cost, in goodput and host CPU time, with TCP on the host and on the "
    "NIC?",
    parameters,
    metrics,
    run_loss,
};
