/* SPDX-License-Identifier: GPL-2.0-or-later
 *
 * What one data segment of a bulk transfer costs, end to end, over each of the three stacks:
 * simulator events and instructions, both ends and the segment's share of acknowledgements counted.
 *
 *     flue-bench [FILE]               runs itself in parts, prints a table, adds to the list in
 * FILE flue-bench point STACK SEGMENTS runs one transfer, prints events and segments
 *
 * Every figure is the difference between a short and a long transfer, so start and end do not
 * count. Seconds and memory are those of the long one, start and end included.
 */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "flue/sim.h"
#include "measure.h"
#include "results.h"

enum {
    SHORT_SEGMENTS = 2000,
    LONG_SEGMENTS = 6000,
    TIMED_SEGMENTS = 100000, /* for seconds, which callgrind's slowness does not allow */
    PAYLOAD_BYTES = 1448
};

static const char *const STACKS[] = {"ns3", "host", "offload"};
enum { STACK_COUNT = sizeof STACKS / sizeof STACKS[0] };

/* The first cut's target for an offloaded segment. */
static const double OFFLOAD_TARGET_INSTRUCTIONS = 25000;

struct row {
    double events;       /* a segment */
    double instructions; /* a segment; negative: not measured */
    double seconds;      /* of CPU for 100,000 segments */
    double peak_mib;
};

/* ---- One point ----------------------------------------------------------------------------------
 */

static enum flue_result
build(struct flue_sim *sim, const char *stack, uint64_t segments, struct flue_sim_flow **flow)
{
    struct flue_sim_link_config link_config = flue_sim_link_config_default();
    struct flue_sim_bulk_config bulk = flue_sim_bulk_config_default();
    struct flue_sim_node *client = NULL, *server = NULL;
    struct flue_sim_link *link = NULL;
    enum flue_sim_stack_kind kind = FLUE_SIM_STACK_NS3;
    enum flue_result result = flue_sim_stack_kind_of(stack, &kind);

    link_config.delay = 50 * FLUE_MICROSECOND;
    bulk.bytes = segments * PAYLOAD_BYTES;
    if (result == FLUE_OK)
        result = flue_sim_node(sim, "client", &client);
    if (result == FLUE_OK)
        result = flue_sim_node(sim, "server", &server);
    if (result == FLUE_OK)
        result = flue_sim_link(sim, client, server, &link_config, &link);
    if (result == FLUE_OK)
        result = flue_sim_stack(client, kind, NULL);
    if (result == FLUE_OK)
        result = flue_sim_stack(server, kind, NULL);
    if (result == FLUE_OK)
        result = flue_sim_link_address(link, "10.1.1.0", "255.255.255.0");
    if (result == FLUE_OK)
        result = flue_sim_routes(sim);
    if (result == FLUE_OK)
        result = flue_sim_bulk(sim, client, server, &bulk, flow);
    return result;
}

static int
run_point(const char *stack, const char *segments)
{
    struct flue_sim *sim = NULL;
    struct flue_sim_flow *flow = NULL;
    struct flue_sim_flow_statistics statistics;

    if (flue_sim_create(1, 1, &sim) != FLUE_OK ||
        build(sim, stack, strtoull(segments, NULL, 10), &flow) != FLUE_OK ||
        flue_sim_run(sim, 200 * FLUE_SECOND) != FLUE_OK) {
        fprintf(stderr, "flue-bench: %s: %s\n", stack, flue_sim_error(sim));
        return 1;
    }
    flue_sim_flow_read(flow, &statistics);
    printf("%" PRIu64 " %" PRIu64 "\n", flue_sim_events(sim),
           statistics.received_bytes / PAYLOAD_BYTES);
    flue_sim_destroy(sim);
    if (!statistics.is_complete)
        fprintf(stderr, "flue-bench: %s: the transfer did not end\n", stack);
    return statistics.is_complete ? 0 : 1;
}

/* ---- All of them --------------------------------------------------------------------------------
 */

static bool
measure_stack(char *self, const char *stack, bool has_callgrind, struct row *row)
{
    char name[16], count[16];
    char *argv[] = {self, "point", name, count, NULL};
    struct usage small, large, timed;
    uint64_t few = 0, many = 0;

    snprintf(name, sizeof name, "%s", stack);
    snprintf(count, sizeof count, "%d", SHORT_SEGMENTS);
    if (!measure_run(argv, &small) ||
        (has_callgrind && !measure_instructions(argv, MEASURE_ALL, &few)))
        return false;
    snprintf(count, sizeof count, "%d", LONG_SEGMENTS);
    if (!measure_run(argv, &large) ||
        (has_callgrind && !measure_instructions(argv, MEASURE_ALL, &many)))
        return false;
    snprintf(count, sizeof count, "%d", TIMED_SEGMENTS);
    if (!measure_run(argv, &timed))
        return false;
    row->events = (double)(large.events - small.events) / (double)(large.segments - small.segments);
    row->instructions =
        has_callgrind ? (double)(many - few) / (double)(large.segments - small.segments) : -1;
    row->seconds = timed.seconds;
    row->peak_mib = (double)timed.peak_bytes / 1048576;
    return true;
}

static void
add_results(const struct row *row, const char *stack)
{
    bool is_offload = strcmp(stack, "offload") == 0;
    char name[64];

    if (row->instructions >= 0) {
        snprintf(name, sizeof name, "%s_instructions_per_segment", stack);
        results_add(name, row->instructions, "instructions",
                    is_offload ? OFFLOAD_TARGET_INSTRUCTIONS : RESULTS_NO_TARGET);
    }
    snprintf(name, sizeof name, "%s_events_per_segment", stack);
    results_add(name, row->events, "events", RESULTS_NO_TARGET);
    snprintf(name, sizeof name, "%s_seconds_per_100000_segments", stack);
    results_add(name, row->seconds, "s", RESULTS_NO_TARGET);
    snprintf(name, sizeof name, "%s_peak_memory", stack);
    results_add(name, row->peak_mib, "MiB", RESULTS_NO_TARGET);
}

int
main(int argc, char **argv)
{
    struct row rows[STACK_COUNT];
    bool has_callgrind;

    if (argc == 4 && strcmp(argv[1], "point") == 0)
        return run_point(argv[2], argv[3]);
    if (argc > 2 || (argc == 2 && argv[1][0] == '-')) {
        fprintf(stderr, "usage: flue-bench [FILE]\n");
        return 2;
    }
    has_callgrind = measure_has_callgrind();
    for (int i = 0; i < STACK_COUNT; i++) {
        fprintf(stderr, "measuring %s ...\n", STACKS[i]);
        if (!measure_stack(argv[0], STACKS[i], has_callgrind, &rows[i]))
            return 1;
    }
    for (int i = 0; i < STACK_COUNT; i++)
        add_results(&rows[i], STACKS[i]);
    results_print(
        "One data segment of 1448 bytes in ns-3, its share of acknowledgements, both ends "
        "(1 Gb/s, no loss, ideal)");
    return results_write(argc > 1 ? argv[1] : NULL) ? 0 : 1;
}
