/* SPDX-License-Identifier: GPL-2.0-or-later
 *
 * Scenario `invalidate`: the next hop of N connections fails and another one takes over. What does
 * it cost to relink the path that they share, against taking all of them back and handing them over
 * again?
 *
 *     client ----------------- link ----------------> server, behind two gateways
 *            N connections with requests and responses
 *
 * Frames on their way to the old gateway are lost in any case.
 */
#include <stddef.h>
#include <string.h>

#include "outage.h"

static const char *const ways[] = {"relink", "terminate", NULL};

static const struct flue_parameter parameters[] = {
    FLUE_PAIR_PARAMETERS(flue_choices_flue),
    FLUE_REQUESTS_PARAMETERS("300", "20ms"),
    FLUE_ENTRIES_PARAMETER,
    {"way", FLUE_PARAMETER_CHOICE, "", "relink", NULL, NULL, ways,
     "relink the path, or take the connections back and hand them over again"},
    {"warmup", FLUE_PARAMETER_TIME, "s", "200ms", "1ms", "100s", NULL, "before the next hop fails"},
    {"duration", FLUE_PARAMETER_TIME, "s", "500ms", "1ms", "100s", NULL,
     "measured, behind the move"},
    {.name = NULL},
};

static const struct flue_metric metrics[] = {
    {"switch_s", "s", "until every connection was on the new next hop, and none on its way", true},
    {"longest_request_s", "s", "the slowest request since the failure", true},
    {"latency_p99_s", "s", "of the requests since the failure", true},
    {"request_rate", "1/s", "requests served in the measured time", false},
    {"connection_moves", "1", "connections taken back or handed over", true},
    {"move_cpu_s", "s", "core time of the client for these moves", true},
    {"bus_crossings", "1", "transfers between the client's memory and NIC", true},
    {"retransmitted_segments", "1", "segments that the client sent again", true},
    {"timeouts", "1", "retransmission timeouts of the client", true},
    {"offloaded_connections", "1", "connections on the client's NIC at the end", false},
    {"failed_connections", "1", "connections that ended", true},
    {.name = NULL},
};

/* Until all is in its place. */
static bool
settle(const struct flue_crowd *crowd)
{
    return flue_advance_until_still(crowd->sim, &crowd->machines, FLUE_PATIENCE_S * FLUE_SECOND);
}

static bool
switch_over(const struct flue_run *run, const struct flue_crowd *crowd)
{
    struct flue_sim_node *client = crowd->machines.client;
    struct flue_sim_link *link = crowd->machines.link;
    struct flue_sim_node_statistics now;

    flue_sim_node_read(client, &now);
    if (strcmp(flue_run_text(run, "way"), "relink") == 0 || now.offloaded == 0) {
        return flue_sim_link_change_next_hop(link, FLUE_PAIR_CLIENT) == FLUE_OK && settle(crowd);
    }
    return flue_sim_upload_all(client) == FLUE_OK && settle(crowd) &&
           flue_sim_link_change_next_hop(link, FLUE_PAIR_CLIENT) == FLUE_OK &&
           flue_sim_offload_all(client) == FLUE_OK && settle(crowd);
}

static void
report_client(struct flue_run *run, const struct flue_sim_node_statistics *before,
              const struct flue_sim_node_statistics *after)
{
    uint64_t moves = after->offloads + after->uploads - before->offloads - before->uploads;
    flue_time booked =
        after->core_booked[FLUE_COST_STATE_MOVE] - before->core_booked[FLUE_COST_STATE_MOVE];

    flue_run_report(run, "connection_moves", (double)moves, NULL);
    flue_run_report(run, "move_cpu_s", (double)booked / (double)FLUE_SECOND, NULL);
    flue_run_report(run, "bus_crossings", (double)(after->bus_crossings - before->bus_crossings),
                    NULL);
    flue_run_report(run, "retransmitted_segments",
                    (double)(after->retransmitted_segments - before->retransmitted_segments), NULL);
    flue_run_report(run, "timeouts", (double)(after->timeouts - before->timeouts), NULL);
    flue_run_report(run, "offloaded_connections", after->offloaded, NULL);
}

static enum flue_result
run_invalidate(struct flue_run *run, struct flue_sim *sim)
{
    struct flue_crowd crowd;
    struct flue_sim_node_statistics before, after;
    struct flue_sim_requests_statistics then, now;
    flue_time failed_at, switched_at, duration = flue_run_time(run, "duration");

    if (!flue_crowd_build(run, sim, &crowd) || !flue_advance(sim, flue_run_time(run, "warmup"))) {
        return flue_run_fail_in(run, sim,
                                "the connections were not open and in their place within 100 s");
    }
    failed_at = flue_sim_now(sim);
    flue_sim_node_read(crowd.machines.client, &before);
    flue_sim_requests_read(crowd.requests, &then);
    if (!switch_over(run, &crowd)) {
        return flue_run_fail_in(run, sim, "the connections did not move within 100 s");
    }
    switched_at = flue_sim_now(sim);
    if (!flue_advance(sim, duration)) {
        return flue_run_fail_in(run, sim, "the simulation did not go on");
    }
    duration = flue_sim_now(sim) - failed_at;
    flue_sim_node_read(crowd.machines.client, &after);
    flue_sim_requests_read(crowd.requests, &now);
    flue_run_report(run, "switch_s", (double)(switched_at - failed_at) / (double)FLUE_SECOND, NULL);
    flue_report_latency(run, "longest_request_s", crowd.requests, failed_at, 1);
    flue_report_latency(run, "latency_p99_s", crowd.requests, failed_at, 0.99);
    flue_run_report(
        run, "request_rate",
        (double)(now.completed - then.completed) / ((double)duration / (double)FLUE_SECOND), NULL);
    flue_run_report(run, "failed_connections", (double)now.failed, NULL);
    report_client(run, &before, &after);
    return FLUE_OK;
}

const struct flue_scenario flue_scenario_invalidate = {
    "invalidate",
    "What does it cost to relink connections to another next hop, against moving all of them?",
    parameters,
    metrics,
    run_invalidate,
};
