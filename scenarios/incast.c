/* SPDX-License-Identifier: GPL-2.0-or-later
 *
 * Scenario `incast`: many machines answer one at once. When does the switch's queue overflow, and
 * what does a timeout cost?
 *
 *     worker 1 ------+
 *       ...    ------+ switch --- queue ---> client
 *
 * The client asks every worker for its share of a block in the same moment, and asks for the next
 * block when it has all of this one. Each link is as fast as the others: the answers of all meet in
 * the queue of the switch's port to the client. A worker that loses the end of its share waits for
 * its retransmission timeout, and everybody waits for it. All have SACK. (Not over ns-3's own TCP:
 * that of 3.37 ends the process when a port overflows like this.)
 */
#include <stddef.h>
#include <stdio.h>

#include "measure.h"

enum { MAX_WORKERS = 250, PATIENCE_S = 100 };

static const struct flue_parameter parameters[] = {
    FLUE_PAIR_PARAMETERS(flue_choices_flue),
    {"workers", FLUE_PARAMETER_COUNT, "1", "16", "1", "250", NULL, "machines that answer"},
    {"block", FLUE_PARAMETER_BYTES, "bytes", "1MiB", "1KiB", "1GiB", NULL,
     "that the workers send together"},
    {"blocks", FLUE_PARAMETER_COUNT, "1", "20", "1", "1e6", NULL, "one after the other"},
    {"queue", FLUE_PARAMETER_COUNT, "1", "64", "1", "100000", NULL,
     "packets that wait at the switch for the client"},
    {"min-rto", FLUE_PARAMETER_TIME, "s", "200ms", "1ms", "10s", NULL,
     "least retransmission timeout"},
    {.name = NULL},
};

static const struct flue_metric metrics[] = {
    {"goodput_bps", "bps", "payload that the client read, by the time that blocks took", false},
    {"late_blocks", "1", "share of the blocks that took as long as a timeout", true},
    {"queue_drops", "1", "packets that found the switch's queue full", true},
    {"timeouts", "1", "retransmission timeouts of the workers", true},
    {"client_cpu_utilisation", "1", "share of the client's core time that was busy", true},
    {"offloaded_connections", "1", "connections on the client's NIC at the end", false},
    {"failed_connections", "1", "connections that ended", true},
    {.name = NULL},
};

struct incast {
    struct flue_sim *sim;
    uint32_t workers;
    struct flue_sim_node *middle, *node[1 + MAX_WORKERS]; /* [0] is the client */
    struct flue_sim_link *link[1 + MAX_WORKERS];          /* end 0 is the switch's */
    struct flue_sim_requests *requests[1 + MAX_WORKERS];  /* from [1] */
};

struct reading {
    struct flue_sim_node_statistics client;
    struct flue_sim_link_statistics port;
    uint64_t completed, failed, timeouts;
};

static void
read_all(const struct incast *incast, struct reading *reading)
{
    struct flue_sim_requests_statistics requests;
    struct flue_sim_node_statistics worker;

    *reading = (struct reading){0};
    flue_sim_node_read(incast->node[0], &reading->client);
    flue_sim_link_read(incast->link[0], 0, &reading->port);
    for (uint32_t i = 1; i <= incast->workers; i++) {
        flue_sim_requests_read(incast->requests[i], &requests);
        flue_sim_node_read(incast->node[i], &worker);
        reading->completed += requests.completed;
        reading->failed += requests.failed;
        reading->timeouts += worker.timeouts;
    }
}

/* Links come before stacks, and stacks before addresses. The switch forwards in no time, by ns-3's
 * IP. */
static bool
build(const struct flue_run *run, struct incast *incast)
{
    struct flue_sim_stack_config stack;
    struct flue_sim_link_config link;
    enum flue_sim_stack_kind kind;
    char text[32];
    bool is_good = flue_sim_stack_kind_of(flue_run_text(run, "stack"), &kind) == FLUE_OK &&
                   flue_sim_node(incast->sim, "switch", &incast->middle) == FLUE_OK;

    flue_pair_configure(run, &link, &stack);
    stack.min_rto = flue_run_time(run, "min-rto");
    stack.use_sack = true;
    link.queue_packets = (uint32_t)flue_run_count(run, "queue");
    for (uint32_t i = 0; is_good && i <= incast->workers; i++) {
        snprintf(text, sizeof text, i == 0 ? "client" : "worker%u", i);
        is_good = flue_sim_node(incast->sim, text, &incast->node[i]) == FLUE_OK &&
                  flue_sim_link(incast->sim, incast->middle, incast->node[i], &link,
                                &incast->link[i]) == FLUE_OK;
        link.queue_packets = flue_sim_link_config_default().queue_packets;
    }
    is_good = is_good && flue_sim_stack(incast->middle, FLUE_SIM_STACK_NS3, NULL) == FLUE_OK;
    for (uint32_t i = 0; is_good && i <= incast->workers; i++) {
        snprintf(text, sizeof text, "10.1.%u.0", i);
        is_good = flue_sim_stack(incast->node[i], kind, &stack) == FLUE_OK &&
                  flue_sim_link_address(incast->link[i], text, "255.255.255.0") == FLUE_OK;
    }
    return is_good && flue_sim_routes(incast->sim) == FLUE_OK;
}

/* Of one worker, bytes. */
static uint32_t
share_of(const struct flue_run *run)
{
    return (uint32_t)(flue_run_count(run, "block") / flue_run_count(run, "workers"));
}

static bool
open_connections(const struct flue_run *run, struct incast *incast)
{
    struct flue_sim_requests_config requests = flue_sim_requests_config_default();

    requests.is_manual = true;
    requests.response_bytes = share_of(run);
    for (uint32_t i = 1; i <= incast->workers; i++) {
        if (flue_sim_requests(incast->sim, incast->node[0], incast->node[i], &requests,
                              &incast->requests[i]) != FLUE_OK ||
            !flue_advance_until_open(incast->sim, incast->requests[i], 1,
                                     PATIENCE_S * FLUE_SECOND)) {
            return false;
        }
    }
    return flue_advance(incast->sim, 10 * FLUE_MILLISECOND); /* those that move have moved */
}

/* Asks for a block and waits for all of it; says how long that took. */
static bool
fetch(const struct incast *incast, flue_time *took)
{
    flue_time start = flue_sim_now(incast->sim), one;
    struct reading before, now;
    bool is_good = true;

    read_all(incast, &before);
    for (uint32_t i = 1; i <= incast->workers; i++) {
        is_good = is_good && flue_sim_requests_go(incast->requests[i], NULL) == FLUE_OK;
    }
    do {
        is_good = is_good && flue_advance(incast->sim, 100 * FLUE_MICROSECOND);
        read_all(incast, &now);
    } while (is_good && now.completed < before.completed + incast->workers &&
             flue_sim_now(incast->sim) < start + PATIENCE_S * FLUE_SECOND);
    *took = 0;
    for (uint32_t i = 1; i <= incast->workers; i++) {
        one = flue_sim_requests_latency(incast->requests[i], start, 1);
        *took = one > *took ? one : *took;
    }
    return now.completed == before.completed + incast->workers;
}

static enum flue_result
run_incast(struct flue_run *run, struct flue_sim *sim)
{
    struct incast incast = {.sim = sim, .workers = (uint32_t)flue_run_count(run, "workers")};
    uint64_t blocks = flue_run_count(run, "blocks"), late = 0;
    flue_time start, took, sum = 0;
    struct reading before, after;
    double bits;

    if (!build(run, &incast) || !open_connections(run, &incast)) {
        return flue_run_fail_in(run, sim, "a connection did not open within 100 s");
    }
    start = flue_sim_now(sim);
    read_all(&incast, &before);
    for (uint64_t i = 0; i < blocks; i++) {
        if (!fetch(&incast, &took)) {
            return flue_run_fail_in(run, sim, "a block did not arrive within 100 s");
        }
        sum += took;
        late += took >= flue_run_time(run, "min-rto");
    }
    read_all(&incast, &after);
    bits = 8 * (double)blocks * share_of(run) * incast.workers;
    flue_run_report(run, "goodput_bps", bits / ((double)sum / (double)FLUE_SECOND), NULL);
    flue_run_report(run, "late_blocks", (double)late / (double)blocks, NULL);
    flue_run_report(run, "queue_drops", (double)(after.port.queue_drops - before.port.queue_drops),
                    NULL);
    flue_run_report(run, "timeouts", (double)(after.timeouts - before.timeouts), NULL);
    flue_report_cpu(run, "client_cpu_utilisation", flue_sim_now(sim) - start, &before.client,
                    &after.client);
    flue_run_report(run, "offloaded_connections", after.client.offloaded, NULL);
    flue_run_report(run, "failed_connections", (double)after.failed, NULL);
    return FLUE_OK;
}

const struct flue_scenario flue_scenario_incast = {
    "incast",   "How many machines may answer at once until a timeout decides how long it takes?",
    parameters, metrics,
    run_incast,
};
