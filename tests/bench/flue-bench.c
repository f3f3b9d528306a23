/* SPDX-License-Identifier: GPL-2.0-or-later
 *
 * What one data segment of a bulk transfer costs, end to end, over each of the three stacks:
 * simulator events and instructions, both ends and the segment's share of acknowledgements counted.
 *
 *     flue-bench [FILE]                      runs itself in parts, prints a table, adds to the
 *                                            list in FILE
 *     flue-bench point STACK SEGMENTS FLOWS PROFILE
 *                                            runs transfers of so many segments together, prints
 *                                            events and segments; the profile is "ideal", or
 *                                            "counted", where all work is on the ledger
 *
 * Every figure is the difference between a short and a long transfer, so start and end do not
 * count. Seconds and memory are those of the long one, start and end included.
 */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "flue/profile.h"
#include "flue/sim.h"
#include "measure.h"
#include "results.h"

enum {
    SHORT_SEGMENTS = 2000,
    LONG_SEGMENTS = 6000,
    MANY_FLOWS = 1000,
    SHORT_OF_MANY = 20000, /* all flows together */
    LONG_OF_MANY = 40000,
    FIRST_PORT = 5001,
    TIMED_SEGMENTS = 100000, /* for seconds, which callgrind's slowness does not allow */
    IDLERS = 8,
    PAYLOAD_BYTES = 1448
};

static const char *const STACKS[] = {"ns3", "host", "offload"};
enum { STACK_COUNT = sizeof STACKS / sizeof STACKS[0] };

static const double OFFLOAD_TARGET_INSTRUCTIONS = 16000;
static const double HOST_TARGET_SHARE = 0.5;    /* of what ns-3's own TCP takes */
static const double OFFLOAD_TARGET_SHARE = 0.1; /* likewise */
static const double LEDGER_TARGET = 1.1; /* instructions of a run, of those without the ledger */

struct row {
    double events;       /* a segment */
    double instructions; /* a segment; negative: not measured */
    double of_many;      /* the same with MANY_FLOWS; negative: not measured */
    double seconds;      /* of CPU for 100,000 segments */
    double peak_mib;
    double counted_events;       /* a segment, with the ledger */
    double counted_instructions; /* likewise; negative: not measured */
};

/* ---- One point ----------------------------------------------------------------------------------
 */

/* Each piece of work takes one cycle of 10 ps: the ledger has all of them, and the packets' times
 * are those of "ideal" to a nanosecond. */
static struct flue_profile
counted_profile(void)
{
    struct flue_profile profile = *flue_profile_find("ideal");

    profile.name = "counted";
#define CYCLE(member, key, unit, least, most, text)                                                \
    profile.member = strncmp(unit, "cycles", 6) == 0 ? 1 : profile.member;
    FLUE_PROFILE_MAP(CYCLE)
#undef CYCLE
    profile.core_hz = 100000000000;
    profile.engine_hz = 100000000000;
    profile.bus_bps = 100000000000000;
    profile.descriptor_bytes = 1;
    return profile;
}

static enum flue_result
build(struct flue_sim *sim, const char *stack, uint64_t segments, unsigned count,
      const char *profile, struct flue_sim_flow *flows[])
{
    struct flue_sim_stack_config stack_config = flue_sim_stack_config_default();
    struct flue_profile counted = counted_profile();
    struct flue_sim_link_config link_config = flue_sim_link_config_default();
    struct flue_sim_bulk_config bulk = flue_sim_bulk_config_default();
    struct flue_sim_node *client = NULL, *server = NULL;
    struct flue_sim_link *link = NULL;
    enum flue_sim_stack_kind kind = FLUE_SIM_STACK_NS3;
    enum flue_result result = flue_sim_stack_kind_of(stack, &kind);

    if (strcmp(profile, "counted") == 0)
        stack_config.profile = &counted;
    link_config.delay = 50 * FLUE_MICROSECOND;
    bulk.bytes = segments / count * PAYLOAD_BYTES;
    if (result == FLUE_OK)
        result = flue_sim_node(sim, "client", &client);
    if (result == FLUE_OK)
        result = flue_sim_node(sim, "server", &server);
    if (result == FLUE_OK)
        result = flue_sim_link(sim, client, server, &link_config, &link);
    if (result == FLUE_OK)
        result = flue_sim_stack(client, kind, &stack_config);
    if (result == FLUE_OK)
        result = flue_sim_stack(server, kind, &stack_config);
    if (result == FLUE_OK)
        result = flue_sim_link_address(link, "10.1.1.0", "255.255.255.0");
    if (result == FLUE_OK)
        result = flue_sim_routes(sim);
    for (unsigned i = 0; result == FLUE_OK && i < count; i++) {
        bulk.port = (uint16_t)(FIRST_PORT + i);
        result = flue_sim_bulk(sim, client, server, &bulk, &flows[i]);
    }
    return result;
}

static int
run_point(const char *stack, const char *segments, const char *flow_count, const char *profile)
{
    struct flue_sim *sim = NULL;
    struct flue_sim_flow *flows[MANY_FLOWS];
    unsigned long count = strtoul(flow_count, NULL, 10);
    uint64_t received = 0;
    bool are_complete = true;

    if (count < 1 || count > MANY_FLOWS) {
        fprintf(stderr, "flue-bench: 1 to %d flows, not %s\n", MANY_FLOWS, flow_count);
        return 2;
    }
    if (flue_sim_create(1, 1, &sim) != FLUE_OK ||
        build(sim, stack, strtoull(segments, NULL, 10), (unsigned)count, profile, flows) !=
            FLUE_OK ||
        flue_sim_run(sim, 200 * FLUE_SECOND) != FLUE_OK) {
        fprintf(stderr, "flue-bench: %s: %s\n", stack, flue_sim_error(sim));
        return 1;
    }
    for (unsigned long i = 0; i < count; i++) {
        struct flue_sim_flow_statistics statistics;

        flue_sim_flow_read(flows[i], &statistics);
        received += statistics.received_bytes / PAYLOAD_BYTES;
        are_complete = are_complete && statistics.is_complete;
    }
    printf("%" PRIu64 " %" PRIu64 "\n", flue_sim_events(sim), received);
    flue_sim_destroy(sim);
    if (!are_complete)
        fprintf(stderr, "flue-bench: %s: a transfer did not end\n", stack);
    return are_complete ? 0 : 1;
}

/* ---- Events alone ------------------------------------------------------------------------------
 */

struct idler {
    struct flue_sim *sim;
    unsigned long left;
};

static void
idle(void *user)
{
    struct idler *idler = user;

    if (idler->left-- > IDLERS &&
        flue_sim_schedule(idler->sim, FLUE_MICROSECOND, idle, idler) != FLUE_OK)
        abort();
}

/* Events that do nothing, with as many in the queue as a transfer has. */
static int
run_events(const char *count)
{
    struct idler idler = {.left = strtoul(count, NULL, 10)};
    enum flue_result result = flue_sim_create(1, 1, &idler.sim);

    for (int i = 0; result == FLUE_OK && i < IDLERS; i++)
        result = flue_sim_schedule(idler.sim, (flue_time)i * 100 * FLUE_NANOSECOND, idle, &idler);
    if (result == FLUE_OK)
        result = flue_sim_run(idler.sim, FLUE_SECOND);
    printf("%" PRIu64 " %s\n", flue_sim_events(idler.sim), count);
    flue_sim_destroy(idler.sim);
    return result == FLUE_OK ? 0 : 1;
}

/* Instructions of such an event. */
static bool
measure_event(char *self, double *event)
{
    char events[] = "events", few[] = "10000", many[] = "30000";
    char *small_argv[] = {self, events, few, NULL}, *large_argv[] = {self, events, many, NULL};
    struct usage small, large;
    uint64_t less, more;

    if (!measure_run(small_argv, &small) || !measure_run(large_argv, &large) ||
        !measure_instructions(small_argv, MEASURE_ALL, &less) ||
        !measure_instructions(large_argv, MEASURE_ALL, &more))
        return false;
    *event = (double)(more - less) / (double)(large.events - small.events);
    return true;
}

/* ---- All of them --------------------------------------------------------------------------------
 */

/* What a run of `segments` in `flows` takes; instructions only with callgrind. */
static bool
measure_point(char *self, const char *stack, int segments, int flows, const char *profile,
              bool has_callgrind, struct usage *usage, uint64_t *instructions)
{
    char name[16], count[16], many[16], costs[16];
    char point[] = "point";
    char *argv[] = {self, point, name, count, many, costs, NULL};

    snprintf(name, sizeof name, "%s", stack);
    snprintf(count, sizeof count, "%d", segments);
    snprintf(many, sizeof many, "%d", flows);
    snprintf(costs, sizeof costs, "%s", profile);
    *instructions = 0;
    return measure_run(argv, usage) &&
           (!has_callgrind || measure_instructions(argv, MEASURE_ALL, instructions));
}

static double
each(uint64_t few, uint64_t many, const struct usage *small, const struct usage *large)
{
    return (double)(many - few) / (double)(large->segments - small->segments);
}

static bool
measure_stack(char *self, const char *stack, bool has_callgrind, struct row *row)
{
    struct usage small, large, timed;
    uint64_t few, many, none;

    if (!measure_point(self, stack, SHORT_SEGMENTS, 1, "ideal", has_callgrind, &small, &few) ||
        !measure_point(self, stack, LONG_SEGMENTS, 1, "ideal", has_callgrind, &large, &many) ||
        !measure_point(self, stack, TIMED_SEGMENTS, 1, "ideal", false, &timed, &none))
        return false;
    row->events = each(small.events, large.events, &small, &large);
    row->instructions = has_callgrind ? each(few, many, &small, &large) : -1;
    row->of_many = -1;
    row->counted_instructions = -1;
    row->seconds = timed.seconds;
    row->peak_mib = (double)timed.peak_bytes / 1048576;
    if (!has_callgrind || strcmp(stack, "ns3") == 0)
        return true;
    if (!measure_point(self, stack, SHORT_SEGMENTS, 1, "counted", true, &small, &few) ||
        !measure_point(self, stack, LONG_SEGMENTS, 1, "counted", true, &large, &many))
        return false;
    row->counted_events = each(small.events, large.events, &small, &large);
    row->counted_instructions = each(few, many, &small, &large);
    if (strcmp(stack, "offload") != 0)
        return true;
    if (!measure_point(self, stack, SHORT_OF_MANY, MANY_FLOWS, "ideal", true, &small, &few) ||
        !measure_point(self, stack, LONG_OF_MANY, MANY_FLOWS, "ideal", true, &large, &many))
        return false;
    row->of_many = each(few, many, &small, &large);
    return true;
}

/* A stack's instructions as a share of what ns-3's own TCP takes. */
static void
add_share(const char *name, const struct row *row, const struct row *ns3, double target)
{
    if (row->instructions >= 0)
        results_add(name, row->instructions / ns3->instructions, "of ns-3's", target);
}

static void
add_results(const struct row *row, const char *stack, double event)
{
    double same_events;
    bool is_offload = strcmp(stack, "offload") == 0;
    char name[64];

    if (row->instructions >= 0) {
        snprintf(name, sizeof name, "%s_instructions_per_segment", stack);
        results_add(name, row->instructions, "instructions",
                    is_offload ? OFFLOAD_TARGET_INSTRUCTIONS : RESULTS_NO_TARGET);
    }
    if (row->of_many >= 0) {
        snprintf(name, sizeof name, "%s_instructions_per_segment_of_1000_flows", stack);
        results_add(name, row->of_many, "instructions", OFFLOAD_TARGET_INSTRUCTIONS);
    }
    if (row->counted_instructions >= 0) {
        snprintf(name, sizeof name, "%s_ledger_instructions_per_segment", stack);
        results_add(name, row->counted_instructions, "instructions", RESULTS_NO_TARGET);
        snprintf(name, sizeof name, "%s_ledger_events_per_segment", stack);
        results_add(name, row->counted_events, "events", RESULTS_NO_TARGET);
        /* What is left when the events that work adds, which delay its effect, are paid for. */
        same_events = row->instructions + (row->counted_events - row->events) * event;
        snprintf(name, sizeof name, "%s_ledger_share", stack);
        results_add(name, row->counted_instructions / same_events,
                    "of ideal's with the same events", LEDGER_TARGET);
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
    double event = 0;
    bool has_callgrind;

    if (argc == 6 && strcmp(argv[1], "point") == 0)
        return run_point(argv[2], argv[3], argv[4], argv[5]);
    if (argc == 3 && strcmp(argv[1], "events") == 0)
        return run_events(argv[2]);
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
    if (has_callgrind) {
        if (!measure_event(argv[0], &event))
            return 1;
        results_add("event_instructions", event, "instructions", RESULTS_NO_TARGET);
    }
    for (int i = 0; i < STACK_COUNT; i++)
        add_results(&rows[i], STACKS[i], event);
    add_share("host_instructions_share", &rows[1], &rows[0], HOST_TARGET_SHARE);
    add_share("offload_instructions_share", &rows[2], &rows[0], OFFLOAD_TARGET_SHARE);
    results_print(
        "One data segment of 1448 bytes in ns-3, its share of acknowledgements, both ends "
        "(1 Gb/s, no loss, ideal)");
    return results_write(argc > 1 ? argv[1] : NULL) ? 0 : 1;
}
