/* SPDX-License-Identifier: GPL-2.0-or-later
 *
 * Scenario `power`: what it costs that an adapter sleeps, when connections live on it.
 *
 *     client ----------------- link ----------------> server
 *            N connections with requests and responses
 *
 * The client's adapter is put to sleep in the middle of the work: the host takes the connections
 * back first, then the link is down. After a while it is woken up, TCP recovers what was lost, and
 * the connections go back to the adapter.
 */
#include <stddef.h>

#include "outage.h"

static const struct flue_parameter parameters[] = {
    FLUE_PAIR_PARAMETERS(flue_choices_flue),
    FLUE_REQUESTS_PARAMETERS("300", "20ms"),
    FLUE_ENTRIES_PARAMETER,
    {"asleep", FLUE_PARAMETER_TIME, "s", "100ms", "0s", "60s", NULL, "time without power"},
    {"warmup", FLUE_PARAMETER_TIME, "s", "200ms", "10ms", "100s", NULL,
     "with requests, before the power goes"},
    {"behind", FLUE_PARAMETER_TIME, "s", "1s", "0s", "100s", NULL,
     "behind the recovery, for requests that still wait for a timeout"},
    {.name = NULL},
};

static const struct flue_metric metrics[] = {
    {"upload_s", "s", "from the order to sleep until the adapter slept", true},
    {"outage_s", "s", "from the order to sleep until the first response behind the power-up", true},
    {"recovery_s", "s", "from the power-up until 90 % of the requests before it were served", true},
    {"offload_s", "s", "from the power-up until all connections were on the NIC again", true},
    {"longest_request_s", "s", "the slowest request since the order to sleep", true},
    {"in_flight_bytes", "bytes", "sent and not read when the order came", true},
    {"in_flight_requests", "1", "without a response when the order came", true},
    {"uploaded_connections", "1", "that came back from the NIC", false},
    {"request_rate", "1/s", "requests served, from the order to sleep until the end", false},
    {"offloaded_connections", "1", "connections on the client's NIC at the end", false},
    {"retransmitted_segments", "1", "segments that the client sent again", true},
    {"timeouts", "1", "retransmission timeouts of the client", true},
    {"failed_connections", "1", "connections that ended", true},
    {.name = NULL},
};

struct power {
    struct flue_crowd crowd;
    struct flue_rows rows;
    struct flue_moment last_row;
};

static void
put_row(void *user)
{
    struct power *power = user;
    struct flue_moment now;

    flue_moment_read(&power->crowd, &now);
    flue_run_report(power->rows.run, "request_rate", flue_moment_rate(&power->last_row, &now),
                    NULL);
    flue_run_report(power->rows.run, "offloaded_connections", now.adapter.connections, NULL);
    power->last_row = now;
}

static bool
go_to_sleep(struct power *power)
{
    struct flue_sim_link *link = power->crowd.machines.link;
    struct flue_sim_adapter_statistics adapter = {.is_on = true};
    bool is_good = flue_sim_link_power(link, FLUE_PAIR_CLIENT, false) == FLUE_OK;

    for (uint32_t i = 0; is_good && adapter.is_on && i < FLUE_PATIENCE_S * 10000; i++) {
        is_good = flue_rows_advance(&power->rows, 100 * FLUE_MICROSECOND);
        flue_sim_adapter_read(link, FLUE_PAIR_CLIENT, &adapter);
    }
    return is_good && !adapter.is_on;
}

static void
report_counts(struct flue_run *run, const struct flue_moment *before,
              const struct flue_moment *asleep, const struct flue_moment *after)
{
    flue_run_report(run, "in_flight_bytes",
                    (double)(before->requests.sent_bytes - before->requests.received_bytes), NULL);
    flue_run_report(run, "in_flight_requests", before->requests.waiting, NULL);
    flue_run_report(run, "uploaded_connections",
                    (double)(asleep->client.uploads - before->client.uploads), NULL);
    flue_run_report(run, "request_rate", flue_moment_rate(before, after), NULL);
    flue_run_report(run, "offloaded_connections", after->adapter.connections, NULL);
    flue_run_report(
        run, "retransmitted_segments",
        (double)(after->client.retransmitted_segments - before->client.retransmitted_segments),
        NULL);
    flue_run_report(run, "timeouts", (double)(after->client.timeouts - before->client.timeouts),
                    NULL);
    flue_run_report(run, "failed_connections", (double)after->requests.failed, NULL);
}

static enum flue_result
run_power(struct flue_run *run, struct flue_sim *sim)
{
    struct power power = {.rows = {.run = run, .sim = sim, .put = put_row, .user = &power}};
    struct flue_moment calm, before, asleep, awake, after;
    struct flue_recovery recovery;

    if (!flue_crowd_build(run, sim, &power.crowd) ||
        !flue_advance(sim, flue_run_time(run, "warmup") / 2)) {
        return flue_run_fail_in(run, sim,
                                "the connections were not open and in their place within 100 s");
    }
    flue_moment_read(&power.crowd, &calm);
    power.last_row = calm;
    flue_rows_start(&power.rows);
    if (!flue_rows_advance(&power.rows, flue_run_time(run, "warmup") / 2)) {
        return flue_run_fail_in(run, sim, "the simulation did not go on");
    }
    flue_moment_read(&power.crowd, &before);
    flue_rows_event(&power.rows, before.at, "order to sleep");
    if (!go_to_sleep(&power)) {
        return flue_run_fail_in(run, sim, "the adapter did not sleep within 100 s");
    }
    flue_moment_read(&power.crowd, &asleep);
    flue_rows_event(&power.rows, asleep.adapter.powered_at, "asleep");
    if (!flue_rows_advance(&power.rows, flue_run_time(run, "asleep")) ||
        flue_sim_link_power(power.crowd.machines.link, FLUE_PAIR_CLIENT, true) != FLUE_OK) {
        return flue_run_fail_in(run, sim, "the adapter did not wake up");
    }
    flue_moment_read(&power.crowd, &awake);
    flue_rows_event(&power.rows, awake.at, "power on");
    if (!flue_await_recovery(&power.rows, &power.crowd, &before, flue_moment_rate(&calm, &before),
                             &recovery) ||
        !flue_rows_advance(&power.rows, flue_run_time(run, "behind"))) {
        return flue_run_fail_in(run, sim, "the simulation did not go on");
    }
    flue_moment_read(&power.crowd, &after);
    flue_run_report(run, "upload_s",
                    (double)(asleep.adapter.powered_at - before.at) / (double)FLUE_SECOND, NULL);
    flue_report_recovery(run, "outage_s",
                         recovery.response == 0 ? 0 : recovery.response + awake.at - before.at);
    flue_report_recovery(run, "recovery_s", recovery.requests);
    flue_report_recovery(run, "offload_s", recovery.offload);
    flue_report_latency(run, "longest_request_s", power.crowd.requests, before.at, 1);
    report_counts(run, &before, &asleep, &after);
    return FLUE_OK;
}

const struct flue_scenario flue_scenario_power = {
    "power",    "What does it cost that an adapter sleeps, when connections live on it?",
    parameters, metrics,
    run_power,
};
