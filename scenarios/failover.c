/* SPDX-License-Identifier: GPL-2.0-or-later
 *
 * Scenario `failover`: what it costs that a link fails, when connections live on its adapter.
 *
 *     client ======== a team of two links ======== switch -------- server
 *            N connections with requests and responses
 *
 * In the middle of the work the link that carries most fails for good. The team notices, the host
 * takes the connections back, goes on by the other link and offloads them there. The client (mode
 * balance) or a hash (aggregate) gives each connection its link; segments that the switch sends to
 * an adapter that does not have their connection are forwarded by the host.
 */
#include <stddef.h>

#include "teamed.h"

enum { STEPS = 100 };

static const struct flue_parameter parameters[] = {
    FLUE_PAIR_PARAMETERS(flue_choices_stack),
    FLUE_REQUESTS_PARAMETERS("300", "20ms"),
    FLUE_ENTRIES_PARAMETER,
    FLUE_TEAM_PARAMETERS,
    {"loss", FLUE_PARAMETER_REAL, "1", "0.0001", "0", "0.5", NULL, "of each link, each way"},
    {"warmup", FLUE_PARAMETER_TIME, "s", "200ms", "10ms", "100s", NULL,
     "with requests, before the failure"},
    {"behind", FLUE_PARAMETER_TIME, "s", "1s", "0s", "100s", NULL,
     "behind the recovery, for requests that still wait for a timeout"},
    {.name = NULL},
};

static const struct flue_metric metrics[] = {
    {"outage_s", "s", "the longest time without a response, until all is as before", true},
    FLUE_FAILOVER_METRICS,
    {"recovery_s", "s", "from the failure until all is as before: moves, 90 % of the rate", true},
    {"longest_request_s", "s", "the slowest request since the failure", true},
    {"in_flight_bytes", "bytes", "sent and not read when the link failed", true},
    {"uploaded_connections", "1", "that came back from the NIC since the failure", false},
    {"request_rate", "1/s", "requests served, from the failure until the end", false},
    {"offloaded_connections", "1", "connections on the client's NICs at the end", false},
    {"forwarded_ratio", "1", "share of the client's frames that its host forwarded to a NIC", true},
    {"client_cpu_utilisation", "1", "the client's busy core time before the failure", true},
    {"retransmitted_segments", "1", "that the client sent again since the failure", true},
    {"timeouts", "1", "retransmission timeouts of the client since the failure", true},
    {"failed_connections", "1", "connections that ended", true},
    {"corrupt_bytes", "bytes", "read that were not what was sent", true},
    {.name = NULL},
};

struct reading {
    flue_time at;
    struct flue_sim_requests_statistics requests;
    struct flue_sim_node_statistics client;
    struct flue_sim_team_statistics team;
    uint64_t frames;
};

struct failover {
    struct flue_teamed machines;
    struct flue_sim_requests *requests;
    struct flue_rows rows;
    struct reading last_row;
    flue_time outage, recovery;
    bool is_offloaded; /* again */
};

static void
read_all(const struct failover *failover, struct reading *reading)
{
    reading->at = flue_sim_now(failover->rows.sim);
    flue_sim_requests_read(failover->requests, &reading->requests);
    flue_sim_node_read(failover->machines.client, &reading->client);
    flue_sim_team_read(failover->machines.team, &reading->team);
    reading->frames = flue_teamed_frames(&failover->machines);
}

static bool
build(const struct flue_run *run, struct failover *failover)
{
    return flue_teamed_open(run, failover->rows.sim, &failover->machines, &failover->requests) &&
           flue_advance(failover->rows.sim, flue_run_time(run, "warmup") / 2) &&
           flue_teamed_lose(&failover->machines, flue_run_real(run, "loss"));
}

static double
rate_between(const struct reading *before, const struct reading *after)
{
    return flue_ratio((double)(after->requests.completed - before->requests.completed),
                      (double)(after->at - before->at) / (double)FLUE_SECOND);
}

static void
put_row(void *user)
{
    struct failover *failover = user;
    struct flue_run *run = failover->rows.run;
    struct reading now;

    read_all(failover, &now);
    flue_run_report(run, "request_rate", rate_between(&failover->last_row, &now), NULL);
    flue_run_report(run, "offloaded_connections", now.client.offloaded, NULL);
    failover->last_row = now;
}

/* The link that carries most fails; then steps of 100 us, and rates over STEPS of them. */
static bool
fail(struct failover *failover, const struct reading *before, double rate)
{
    static struct reading window[STEPS];
    const flue_time still = 10 * FLUE_SECOND; /* the other adapter has no room for more */
    struct reading now = *before, last = *before, moved = *before;

    if (!flue_teamed_fail(&failover->machines)) {
        return false;
    }
    flue_rows_event(&failover->rows, before->at, "link fails");
    for (uint32_t i = 0; i < FLUE_PATIENCE_S * 10000 && now.at < moved.at + still; i++) {
        if (!flue_rows_advance(&failover->rows, 100 * FLUE_MICROSECOND)) {
            return false;
        }
        read_all(failover, &now);
        last = now.requests.completed > last.requests.completed ? now : last;
        moved = now.client.offloaded != moved.client.offloaded ? now : moved;
        if (now.at - last.at > failover->outage) {
            failover->outage = now.at - last.at;
        }
        failover->is_offloaded = now.client.offloaded >= before->client.offloaded &&
                                 now.client.moving == 0 && now.team.noticed_at != 0;
        if (failover->is_offloaded && i >= STEPS &&
            rate_between(&window[i % STEPS], &now) >= 0.9 * rate) {
            failover->recovery = now.at - before->at;
            flue_rows_event(&failover->rows, now.at, "as before");
            return true;
        }
        window[i % STEPS] = now;
    }
    return true;
}

static void
report(struct flue_run *run, const struct failover *failover, const struct reading *calm,
       const struct reading *before, const struct reading *after)
{
    const struct flue_sim_node_statistics *then = &before->client, *now = &after->client;
    uint64_t forwards = then->forwards - calm->client.forwards;
    uint64_t frames = before->frames - calm->frames;
    uint64_t in_flight = before->requests.sent_bytes - before->requests.received_bytes;
    uint64_t again = now->retransmitted_segments - then->retransmitted_segments;

    flue_run_report(run, "outage_s", (double)failover->outage / (double)FLUE_SECOND, NULL);
    flue_report_failover(run, &after->team, failover->is_offloaded);
    flue_report_recovery(run, "recovery_s", failover->recovery);
    flue_report_latency(run, "longest_request_s", failover->requests, before->at, 1);
    flue_run_report(run, "in_flight_bytes", (double)in_flight, NULL);
    flue_run_report(run, "uploaded_connections", (double)(now->uploads - then->uploads), NULL);
    flue_run_report(run, "request_rate", rate_between(before, after), NULL);
    flue_run_report(run, "offloaded_connections", now->offloaded, NULL);
    flue_run_report(run, "forwarded_ratio", flue_ratio((double)forwards, (double)frames),
                    "no frame arrived before the failure");
    flue_report_cpu(run, "client_cpu_utilisation", before->at - calm->at, &calm->client, then);
    flue_run_report(run, "retransmitted_segments", (double)again, NULL);
    flue_run_report(run, "timeouts", (double)(now->timeouts - then->timeouts), NULL);
    flue_run_report(run, "failed_connections", (double)after->requests.failed, NULL);
    flue_run_report(run, "corrupt_bytes", (double)after->requests.corrupt_bytes, NULL);
}

static enum flue_result
run_failover(struct flue_run *run, struct flue_sim *sim)
{
    struct failover failover = {
        .rows = {.run = run, .sim = sim, .put = put_row, .user = &failover}};
    struct reading calm, before, after;

    if (!build(run, &failover)) {
        return flue_run_fail_in(run, sim, "the connections were not open within 100 s");
    }
    read_all(&failover, &calm);
    failover.last_row = calm;
    flue_rows_start(&failover.rows);
    if (!flue_rows_advance(&failover.rows, flue_run_time(run, "warmup") / 2)) {
        return flue_run_fail_in(run, sim, "the simulation did not go on");
    }
    read_all(&failover, &before);
    if (!fail(&failover, &before, rate_between(&calm, &before)) ||
        !flue_rows_advance(&failover.rows, flue_run_time(run, "behind"))) {
        return flue_run_fail_in(run, sim, "the link did not fail");
    }
    read_all(&failover, &after);
    report(run, &failover, &calm, &before, &after);
    return FLUE_OK;
}

const struct flue_scenario flue_scenario_failover = {
    "failover",   "What does it cost that a link fails, when connections live on its adapter?",
    parameters,   metrics,
    run_failover,
};
