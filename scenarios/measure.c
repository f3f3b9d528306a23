/* SPDX-License-Identifier: GPL-2.0-or-later
 *
 * See measure.h.
 */
#include "measure.h"

#include <math.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>

const char *const flue_choices_stack[] = {"ns3", "host", "offload", NULL};
const char *const flue_choices_flue[] = {"host", "offload", NULL};
const char *const flue_choices_switch[] = {"off", "on", NULL};
const char *const flue_choices_congestion[] = {"newreno", "cubic", "dctcp", "compound", NULL};

bool
flue_run_is_on(const struct flue_run *run, const char *name)
{
    return strcmp(flue_run_text(run, name), "on") == 0;
}

bool
flue_pair_build(const struct flue_run *run, struct flue_sim *sim, const char *stack,
                const struct flue_sim_link_config *link_config,
                const struct flue_sim_stack_config *stack_config, struct flue_pair *pair)
{
    const char *prefix = flue_run_pcap_prefix(run);
    enum flue_sim_stack_kind kind;

    return flue_sim_stack_kind_of(stack, &kind) == FLUE_OK &&
           flue_sim_node(sim, "client", &pair->client) == FLUE_OK &&
           flue_sim_node(sim, "server", &pair->server) == FLUE_OK &&
           flue_sim_link(sim, pair->client, pair->server, link_config, &pair->link) == FLUE_OK &&
           flue_sim_stack(pair->client, kind, stack_config) == FLUE_OK &&
           flue_sim_stack(pair->server, kind, stack_config) == FLUE_OK &&
           flue_sim_link_address(pair->link, "10.1.1.0", "255.255.255.0") == FLUE_OK &&
           flue_sim_routes(sim) == FLUE_OK &&
           (prefix == NULL || flue_sim_link_pcap(pair->link, prefix) == FLUE_OK);
}

void
flue_pair_configure(const struct flue_run *run, struct flue_sim_link_config *link,
                    struct flue_sim_stack_config *stack)
{
    *link = flue_sim_link_config_default();
    *stack = flue_sim_stack_config_default();
    link->rate_bps = flue_run_count(run, "rate");
    link->delay = flue_run_time(run, "delay");
    stack->profile = flue_run_profile(run, "profile");
    stack->send_buffer_bytes = 65536;
    stack->receive_buffer_bytes = 65536;
}

struct flue_sim_requests_config
flue_requests_configure(const struct flue_run *run)
{
    struct flue_sim_requests_config config = flue_sim_requests_config_default();

    config.connections = (uint32_t)flue_run_count(run, "connections");
    config.request_bytes = (uint32_t)flue_run_count(run, "request");
    config.response_bytes = (uint32_t)flue_run_count(run, "response");
    config.think = flue_run_time(run, "think");
    return config;
}

enum flue_result
flue_run_fail_in(struct flue_run *run, const struct flue_sim *sim, const char *otherwise)
{
    const char *why = flue_sim_error(sim);

    return flue_run_fail(run, FLUE_ERROR_INVALID, *why != '\0' ? why : otherwise);
}

bool
flue_advance(struct flue_sim *sim, flue_time by)
{
    return flue_sim_run(sim, flue_sim_now(sim) + by) == FLUE_OK;
}

bool
flue_advance_until_connected(struct flue_sim *sim, struct flue_sim_flow *const *flows,
                             uint32_t count, flue_time patience)
{
    struct flue_sim_flow_statistics flow;
    flue_time end = flue_sim_now(sim) + patience;
    uint32_t open = 0;

    while (open < count && flue_sim_now(sim) < end) {
        if (!flue_advance(sim, FLUE_MILLISECOND)) {
            return false;
        }
        for (; open < count; open++) {
            flue_sim_flow_read(flows[open], &flow);
            if (!flow.is_connected) {
                break;
            }
        }
    }
    return open == count;
}

void
flue_rows_start(struct flue_rows *rows)
{
    rows->start = flue_sim_now(rows->sim);
    rows->last = rows->start;
}

static double
seconds_since_start(const struct flue_rows *rows, flue_time at)
{
    return (double)(at - rows->start) / (double)FLUE_SECOND;
}

bool
flue_rows_advance(struct flue_rows *rows, flue_time by)
{
    flue_time interval = flue_run_series_interval(rows->run);
    flue_time end = flue_sim_now(rows->sim) + by;

    while (interval > 0 && rows->last + interval <= end) {
        if (flue_sim_run(rows->sim, rows->last + interval) != FLUE_OK) {
            return false;
        }
        rows->put(rows->user);
        rows->last += interval;
        flue_run_series_row(rows->run, seconds_since_start(rows, rows->last));
    }
    return flue_sim_run(rows->sim, end) == FLUE_OK;
}

void
flue_rows_event(const struct flue_rows *rows, flue_time at, const char *text)
{
    flue_run_series_event(rows->run, seconds_since_start(rows, at), text);
}

static bool
is_still(const struct flue_pair *pair)
{
    struct flue_sim_adapter_statistics adapter;
    struct flue_sim_node_statistics client;

    flue_sim_adapter_read(pair->link, FLUE_PAIR_CLIENT, &adapter);
    flue_sim_node_read(pair->client, &client);
    return client.moving == 0 && adapter.operations == 0;
}

bool
flue_advance_until_still(struct flue_sim *sim, const struct flue_pair *pair, flue_time patience)
{
    flue_time end = flue_sim_now(sim) + patience;

    while (!is_still(pair) && flue_sim_now(sim) < end) {
        if (!flue_advance(sim, 10 * FLUE_MICROSECOND)) {
            return false;
        }
    }
    return is_still(pair);
}

bool
flue_advance_until_open(struct flue_sim *sim, const struct flue_sim_requests *requests,
                        uint32_t count, flue_time patience)
{
    struct flue_sim_requests_statistics now = {0};
    flue_time end = flue_sim_now(sim) + patience;

    while (now.opened < count && flue_sim_now(sim) < end) {
        if (!flue_advance(sim, FLUE_MILLISECOND)) {
            return false;
        }
        flue_sim_requests_read(requests, &now);
    }
    return now.opened >= count;
}

void
flue_report_latency(struct flue_run *run, const char *metric,
                    const struct flue_sim_requests *requests, flue_time since, double share)
{
    flue_time latency = flue_sim_requests_latency(requests, since, share);

    flue_run_report(run, metric,
                    latency == FLUE_TIME_NEVER ? (double)NAN
                                               : (double)latency / (double)FLUE_SECOND,
                    "no request was completed");
}

double
flue_ratio(double part, double whole)
{
    return whole > 0 ? part / whole : (double)NAN;
}

double
flue_fairness(const double *values, uint32_t count)
{
    double sum = 0, squares = 0;

    for (uint32_t i = 0; i < count; i++) {
        sum += values[i];
        squares += values[i] * values[i];
    }
    return flue_ratio(sum * sum, count * squares);
}

void
flue_report_cpu(struct flue_run *run, const char *metric, flue_time interval,
                const struct flue_sim_node_statistics *before,
                const struct flue_sim_node_statistics *after)
{
    double busy = (double)(after->core_busy - before->core_busy);

    flue_run_report(run, metric, flue_ratio(busy, after->cores * (double)interval),
                    "the machine has no cores that work is charged to");
}

void
flue_machine_read(const struct flue_sim_node *node, struct flue_machine_reading *reading)
{
    struct flue_sim_resource resource;
    uint32_t count = 0;

    flue_sim_node_read(node, &reading->node);
    for (; count < FLUE_MACHINE_RESOURCES && flue_sim_node_resource(node, count, &resource);
         count++) {
        reading->busy[count] = resource.busy;
        reading->kinds[count] = resource.kind;
    }
    reading->resources = count;
}

/* A run's report of one machine. */
struct machine_report {
    struct flue_run *run;
    const char *prefix;
    double seconds;
};

static void
report(const struct machine_report *machine, const char *metric, double value, const char *note)
{
    char name[96];

    snprintf(name, sizeof name, "%s_%s", machine->prefix, metric);
    flue_run_report(machine->run, name, value, note);
}

static void
report_resources(const struct machine_report *machine, const struct flue_machine_reading *before,
                 const struct flue_machine_reading *after)
{
    static const char *const metrics[] = {"busiest_core_utilisation", "bus_utilisation",
                                          "engine_utilisation", "wire_utilisation"};
    double most[FLUE_SIM_RESOURCE_KINDS] = {0};
    int bottleneck = 0;
    double limit = 0.95;

    for (uint32_t i = 0; i < after->resources; i++) {
        double busy = (double)(after->busy[i] - before->busy[i]) / (double)FLUE_SECOND;
        double share = busy / machine->seconds;

        if (share > most[after->kinds[i]]) {
            most[after->kinds[i]] = share;
        }
    }
    for (int kind = 0; kind < FLUE_SIM_RESOURCE_KINDS; kind++) {
        report(machine, metrics[kind], most[kind], NULL);
        if (most[kind] > limit) {
            limit = most[kind];
            bottleneck = kind + 1;
        }
    }
    report(machine, "bottleneck", bottleneck, NULL);
}

static void
report_ledger(const struct machine_report *machine, const struct flue_sim_node_statistics *before,
              const struct flue_sim_node_statistics *after)
{
    double all = after->cores * machine->seconds * (double)FLUE_SECOND;

#define REPORT_ROW(name, key, text)                                                                \
    report(machine, key "_utilisation",                                                            \
           flue_ratio((double)(after->core_booked[FLUE_COST_##name] -                              \
                               before->core_booked[FLUE_COST_##name]),                             \
                      all),                                                                        \
           "the machine has no cores that work is charged to");
    FLUE_COST_CORE_MAP(REPORT_ROW)
#undef REPORT_ROW
}

void
flue_report_machine(struct flue_run *run, const char *prefix, flue_time interval, double bytes,
                    const struct flue_machine_reading *before,
                    const struct flue_machine_reading *after)
{
    const struct flue_sim_node_statistics *then = &before->node, *now = &after->node;
    struct machine_report machine = {run, prefix, (double)interval / (double)FLUE_SECOND};
    double cycles =
        (double)(now->core_busy - then->core_busy) / (double)FLUE_SECOND * (double)now->core_hz;
    uint64_t calls = now->core_events[FLUE_COST_SYSCALL] - then->core_events[FLUE_COST_SYSCALL];
    uint64_t interrupts =
        now->core_events[FLUE_COST_INTERRUPT] - then->core_events[FLUE_COST_INTERRUPT];
    uint64_t moves = now->offloads + now->uploads - then->offloads - then->uploads;

    report_resources(&machine, before, after);
    report(&machine, "cycles_per_byte", flue_ratio(cycles, bytes), "no byte was moved");
    report(&machine, "cycles_per_request", flue_ratio(cycles, (double)calls), "no call was made");
    report(&machine, "interrupts_per_s", (double)interrupts / machine.seconds, NULL);
    report(&machine, "bus_crossings_per_s",
           (double)(now->bus_crossings - then->bus_crossings) / machine.seconds, NULL);
    report(&machine, "context_misses_per_s",
           (double)(now->context_misses - then->context_misses) / machine.seconds, NULL);
    report(&machine, "moves_per_s", (double)moves / machine.seconds, NULL);
    report(&machine, "table_occupancy", flue_ratio(now->offloaded, now->table_entries),
           "the machine has no table");
    report_ledger(&machine, then, now);
}
