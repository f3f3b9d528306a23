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
#include <math.h>
#include <stddef.h>

#include "measure.h"

enum { PATIENCE_S = 100 };

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

struct reading {
    flue_time at;
    struct flue_sim_requests_statistics requests;
    struct flue_sim_adapter_statistics adapter;
    struct flue_sim_node_statistics client;
};

struct power {
    struct flue_sim *sim;
    struct flue_pair machines;
    struct flue_sim_requests *requests;
    struct flue_rows rows;
    struct reading last_row;
};

/* What came after the power-up, and when; 0: not yet. */
struct recovery {
    flue_time response, requests, offload;
};

static void
read_all(const struct power *power, struct reading *reading)
{
    reading->at = flue_sim_now(power->sim);
    flue_sim_requests_read(power->requests, &reading->requests);
    flue_sim_adapter_read(power->machines.link, FLUE_PAIR_CLIENT, &reading->adapter);
    flue_sim_node_read(power->machines.client, &reading->client);
}

static bool
build(const struct flue_run *run, struct power *power)
{
    struct flue_sim_link_config link;
    struct flue_sim_stack_config stack;
    struct flue_sim_requests_config requests = flue_requests_configure(run);

    flue_pair_configure(run, &link, &stack);
    stack.table_entries = (uint32_t)flue_run_count(run, "entries");
    return flue_pair_build(run, power->sim, flue_run_text(run, "stack"), &link, &stack,
                           &power->machines) &&
           flue_sim_requests(power->sim, power->machines.client, power->machines.server, &requests,
                             &power->requests) == FLUE_OK &&
           flue_advance_until_open(power->sim, power->requests, requests.connections,
                                   PATIENCE_S * FLUE_SECOND) &&
           flue_advance_until_still(power->sim, &power->machines, PATIENCE_S * FLUE_SECOND);
}

static double
rate_between(const struct reading *before, const struct reading *after)
{
    return (double)(after->requests.completed - before->requests.completed) /
           ((double)(after->at - before->at) / (double)FLUE_SECOND);
}

static void
put_row(void *user)
{
    struct power *power = user;
    struct reading now;

    read_all(power, &now);
    flue_run_report(power->rows.run, "request_rate", rate_between(&power->last_row, &now), NULL);
    flue_run_report(power->rows.run, "offloaded_connections", now.adapter.connections, NULL);
    power->last_row = now;
}

static bool
go_to_sleep(struct power *power)
{
    struct flue_sim_adapter_statistics adapter = {.is_on = true};
    bool is_good = flue_sim_link_power(power->machines.link, FLUE_PAIR_CLIENT, false) == FLUE_OK;

    for (uint32_t i = 0; is_good && adapter.is_on && i < PATIENCE_S * 10000; i++) {
        is_good = flue_rows_advance(&power->rows, 100 * FLUE_MICROSECOND);
        flue_sim_adapter_read(power->machines.link, FLUE_PAIR_CLIENT, &adapter);
    }
    return is_good && !adapter.is_on;
}

/* Steps of a millisecond, and rates over ten of them. */
static bool
wake_up(struct power *power, const struct reading *before, double rate, struct recovery *recovery)
{
    static struct reading window[10];
    struct reading now, up;
    bool is_good = flue_sim_link_power(power->machines.link, FLUE_PAIR_CLIENT, true) == FLUE_OK;

    read_all(power, &up);
    flue_rows_event(&power->rows, up.at, "power on");
    for (uint32_t i = 0; is_good && i < PATIENCE_S * 1000; i++) {
        is_good = flue_rows_advance(&power->rows, FLUE_MILLISECOND);
        read_all(power, &now);
        if (recovery->response == 0 && now.requests.completed > up.requests.completed) {
            recovery->response = now.at - before->at;
        }
        if (recovery->offload == 0 && now.adapter.connections >= before->adapter.connections) {
            recovery->offload = now.at - up.at;
            flue_rows_event(&power->rows, now.at, "all on the adapter");
        }
        if (i >= 10 && recovery->requests == 0 &&
            rate_between(&window[i % 10], &now) >= 0.9 * rate) {
            recovery->requests = now.at - up.at;
        }
        window[i % 10] = now;
        if (recovery->response != 0 && recovery->offload != 0 && recovery->requests != 0) {
            return true;
        }
    }
    return is_good;
}

static void
report_time(struct flue_run *run, const char *metric, flue_time time)
{
    flue_run_report(run, metric, time == 0 ? (double)NAN : (double)time / (double)FLUE_SECOND,
                    "not within 100 s");
}

static void
report_counts(struct flue_run *run, const struct reading *before, const struct reading *asleep,
              const struct reading *after)
{
    flue_run_report(run, "in_flight_bytes",
                    (double)(before->requests.sent_bytes - before->requests.received_bytes), NULL);
    flue_run_report(run, "in_flight_requests", before->requests.waiting, NULL);
    flue_run_report(run, "uploaded_connections",
                    (double)(asleep->client.uploads - before->client.uploads), NULL);
    flue_run_report(run, "request_rate", rate_between(before, after), NULL);
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
    struct power power = {.sim = sim,
                          .rows = {.run = run, .sim = sim, .put = put_row, .user = &power}};
    struct reading calm, before, asleep, after;
    struct recovery recovery = {0};
    double rate;

    if (!build(run, &power) || !flue_advance(sim, flue_run_time(run, "warmup") / 2)) {
        return flue_run_fail_in(run, sim,
                                "the connections were not open and in their place within 100 s");
    }
    read_all(&power, &calm);
    power.last_row = calm;
    flue_rows_start(&power.rows);
    if (!flue_rows_advance(&power.rows, flue_run_time(run, "warmup") / 2)) {
        return flue_run_fail_in(run, sim, "the simulation did not go on");
    }
    read_all(&power, &before);
    rate = rate_between(&calm, &before);
    flue_rows_event(&power.rows, before.at, "order to sleep");
    if (!go_to_sleep(&power)) {
        return flue_run_fail_in(run, sim, "the adapter did not sleep within 100 s");
    }
    read_all(&power, &asleep);
    flue_rows_event(&power.rows, asleep.adapter.powered_at, "asleep");
    if (!flue_rows_advance(&power.rows, flue_run_time(run, "asleep")) ||
        !wake_up(&power, &before, rate, &recovery) ||
        !flue_rows_advance(&power.rows, flue_run_time(run, "behind"))) {
        return flue_run_fail_in(run, sim, "the adapter did not wake up");
    }
    read_all(&power, &after);
    flue_run_report(run, "upload_s",
                    (double)(asleep.adapter.powered_at - before.at) / (double)FLUE_SECOND, NULL);
    report_time(run, "outage_s", recovery.response);
    report_time(run, "recovery_s", recovery.requests);
    report_time(run, "offload_s", recovery.offload);
    flue_report_latency(run, "longest_request_s", power.requests, before.at, 1);
    report_counts(run, &before, &asleep, &after);
    return FLUE_OK;
}

const struct flue_scenario flue_scenario_power = {
    "power",    "What does it cost that an adapter sleeps, when connections live on it?",
    parameters, metrics,
    run_power,
};
