/* SPDX-License-Identifier: GPL-2.0-or-later
 *
 * What the TCP engine costs, without a simulator; `usage` says what is counted.
 */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "back_to_back.h"
#include "measure.h"
#include "results.h"
#include "tcp/wheel.h"

enum {
    BULK_SEGMENTS = 200000,
    TIMER_ROUNDS = 100000,
    OPENED_UNDER_COUNT = 500,
    TARGET_BYTES = 384
};

static const char usage[] =
    "usage: bench-tcp [FILE]      everything: a table, added to the list in FILE\n"
    "       bench-tcp bulk CONNECTIONS IDLE WINDOW LOSS SEGMENTS\n"
    "                             ns a data segment, with IDLE more connections open\n"
    "       bench-tcp open COUNT  ns to open a connection, both ends; bytes of one at one end\n"
    "       bench-tcp timer COUNT ns to arm, move or cancel a timer with COUNT more armed\n"
    "\n"
    "A data segment of a bulk transfer has its share of acknowledgements; both ends, and the wire\n"
    "between them, are counted. Instructions are callgrind's, between marks around the steady "
    "part.\n";

static double
nanoseconds(void)
{
    struct timespec time;

    timespec_get(&time, TIME_UTC);
    return 1e9 * (double)time.tv_sec + (double)time.tv_nsec;
}

/* ---- Points -------------------------------------------------------------------------------------
 */

static int
bulk(uint32_t connections, uint32_t idle, uint32_t window, double loss, uint64_t segments)
{
    struct flue_tcp_options options = flue_tcp_config_default().options;
    struct back_to_back *pair;
    double start;

    options.receive_buffer_bytes = window;
    pair = back_to_back_create(&options);
    back_to_back_open(pair, connections + idle);
    back_to_back_lose(pair, loss);
    back_to_back_send(pair, connections);
    /* Slow start fills the window, or loss has set it. */
    back_to_back_run(pair, 2 * ((uint64_t)connections * window / 1448) + 20000);
    start = nanoseconds();
    MEASURE_START;
    back_to_back_run(pair, segments);
    MEASURE_STOP;
    printf("%.1f\n", (nanoseconds() - start) / (double)segments);
    back_to_back_destroy(pair);
    return 0;
}

static int
open_idle(uint32_t connections)
{
    struct flue_tcp_options options = flue_tcp_config_default().options;
    struct back_to_back *pair = back_to_back_create(&options);
    double start = nanoseconds(), opened;

    /* The last ones are opened under the count: the table is as full as it gets. */
    back_to_back_open(pair, connections - OPENED_UNDER_COUNT);
    MEASURE_START;
    back_to_back_open(pair, OPENED_UNDER_COUNT);
    MEASURE_STOP;
    opened = nanoseconds() - start;
    printf("%.1f %.1f\n", opened / connections, (double)back_to_back_bytes(pair) / connections / 2);
    back_to_back_destroy(pair);
    return 0;
}

/* Arms, moves and cancels a timer, again and again, among `count` others. */
static int
timer(uint32_t count)
{
    struct wheel *wheel = malloc(sizeof *wheel);
    struct wheel_entry *entries = calloc((size_t)count + 1, sizeof *entries);
    double start;

    if (wheel == NULL || entries == NULL)
        return 1;
    wheel_init(wheel, 0);
    for (uint32_t i = 0; i <= count; i++)
        wheel_entry_init(&entries[i]);
    for (uint32_t i = 0; i < count; i++)
        wheel_set(wheel, &entries[i], 1 + UINT64_C(2654435761) * i % 10000000);
    start = nanoseconds();
    MEASURE_START;
    for (uint32_t i = 0; i < TIMER_ROUNDS; i++) {
        wheel_set(wheel, &entries[count], 200 + i);
        wheel_set(wheel, &entries[count], 100000 + i);
        wheel_set(wheel, &entries[count], WHEEL_NEVER);
    }
    MEASURE_STOP;
    printf("%.2f\n", (nanoseconds() - start) / TIMER_ROUNDS / 3);
    free(entries);
    free(wheel);
    return 0;
}

static int
point(int argc, char **argv)
{
    uint32_t count = (uint32_t)strtoul(argv[2], NULL, 10);

    if (strcmp(argv[1], "bulk") == 0 && argc == 7 && count > 0)
        return bulk(count, (uint32_t)strtoul(argv[3], NULL, 10),
                    (uint32_t)strtoul(argv[4], NULL, 10), strtod(argv[5], NULL),
                    strtoull(argv[6], NULL, 10));
    if (strcmp(argv[1], "open") == 0 && argc == 3 && count > OPENED_UNDER_COUNT)
        return open_idle(count);
    if (strcmp(argv[1], "timer") == 0 && argc == 3)
        return timer(count);
    fputs(usage, stderr);
    return 2;
}

/* ---- All of them --------------------------------------------------------------------------------
 */

static bool has_callgrind;

/* Runs a point, for the numbers that it prints and, under callgrind, for the instructions of one of
 * its `items`. */
static bool
measure_point(char *const argv[], double items, double *numbers, unsigned most,
              double *instructions)
{
    uint64_t counted = 0;

    fprintf(stderr, "measuring");
    for (unsigned i = 1; argv[i] != NULL; i++)
        fprintf(stderr, " %s", argv[i]);
    fprintf(stderr, " ...\n");
    if (!measure_numbers(argv, numbers, most) ||
        (has_callgrind && !measure_instructions(argv, MEASURE_MARKED, &counted)))
        return false;
    *instructions = (double)counted / items;
    return true;
}

struct bulk_point {
    const char *name;
    const char *connections, *idle, *window, *loss;
    double target;       /* instructions a segment: */
    double instructions; /* what it is */
};

/* The order that the ratios below count on. */
enum bulk_points { ONE, ONE_16_MIB, ONE_8_KIB, THOUSAND, MILLION, AMONG_IDLE, LOSSY, LOSSY_16_MIB };

static struct bulk_point bulk_points[] = {
    {"segment", "1", "0", "65536", "0", 1500, 0},
    {"segment_16MiB_window", "1", "0", "16777216", "0", 1.3 * 1500, 0},
    {"segment_8KiB_window", "1", "0", "8192", "0", RESULTS_NO_TARGET, 0},
    {"segment_1000_connections", "1000", "0", "65536", "0", 1.3 * 1500, 0},
    {"segment_8KiB_window_1000000_connections", "1000000", "0", "8192", "0", 1.3 * 1500, 0},
    {"segment_1000000_idle_beside", "1", "1000000", "65536", "0", 1.3 * 1500, 0},
    {"segment_1%_loss", "1", "0", "65536", "0.01", 3 * 1500, 0},
    {"segment_16MiB_window_1%_loss", "1", "0", "16777216", "0.01", 3 * 1500, 0},
};

static bool
measure_bulk(char *self, struct bulk_point *at)
{
    char words[5][32], name[96];
    char *argv[] = {self, "bulk", words[0], words[1], words[2], words[3], words[4], NULL};
    double ns;

    snprintf(words[0], sizeof words[0], "%s", at->connections);
    snprintf(words[1], sizeof words[1], "%s", at->idle);
    snprintf(words[2], sizeof words[2], "%s", at->window);
    snprintf(words[3], sizeof words[3], "%s", at->loss);
    snprintf(words[4], sizeof words[4], "%d", BULK_SEGMENTS);
    if (!measure_point(argv, BULK_SEGMENTS, &ns, 1, &at->instructions))
        return false;
    snprintf(name, sizeof name, "tcp_%s_instructions", at->name);
    if (has_callgrind)
        results_add(name, at->instructions, "instructions", at->target);
    snprintf(name, sizeof name, "tcp_%s_time", at->name);
    results_add(name, ns, "ns", RESULTS_NO_TARGET);
    return true;
}

static void
add_ratio(const char *name, enum bulk_points of, enum bulk_points to, double target)
{
    results_add(name, bulk_points[of].instructions / bulk_points[to].instructions, "times", target);
}

static bool
measure_all_bulk(char *self)
{
    for (size_t i = 0; i < sizeof bulk_points / sizeof bulk_points[0]; i++)
        if (!measure_bulk(self, &bulk_points[i]))
            return false;
    if (!has_callgrind)
        return true;
    add_ratio("tcp_16MiB_to_64KiB_window", ONE_16_MIB, ONE, 1.3);
    add_ratio("tcp_1000_to_1_connections", THOUSAND, ONE, 1.3);
    add_ratio("tcp_1000000_to_1_connections", MILLION, ONE_8_KIB, 1.3);
    add_ratio("tcp_1000000_idle_beside_to_none", AMONG_IDLE, ONE, 1.3);
    add_ratio("tcp_1%_loss_to_none", LOSSY, ONE, 3);
    add_ratio("tcp_1%_loss_to_none_16MiB_window", LOSSY_16_MIB, ONE_16_MIB, 3);
    return true;
}

/* Points whose figure must not grow with a count. */
static bool
measure_counts(char *self, char *what, const char *const counts[3], double items, unsigned most,
               const char *const units[2], const char *const names[2])
{
    char count[32], name[96];
    char *argv[] = {self, what, count, NULL};
    double numbers[2], instructions, first = 0;

    for (int i = 0; i < 3; i++) {
        snprintf(count, sizeof count, "%s", counts[i]);
        if (!measure_point(argv, items, numbers, most, &instructions))
            return false;
        for (unsigned k = 0; k < most; k++) {
            bool is_bytes = strcmp(units[k], "bytes") == 0;

            snprintf(name, sizeof name, "tcp_%s_%s", names[k], counts[i]);
            results_add(name, numbers[k], units[k],
                        is_bytes && i > 0 ? TARGET_BYTES : RESULTS_NO_TARGET);
        }
        if (!has_callgrind)
            continue;
        snprintf(name, sizeof name, "tcp_%s_instructions_%s", what, counts[i]);
        results_add(name, instructions, "instructions", RESULTS_NO_TARGET);
        if (i == 0)
            first = instructions;
    }
    if (has_callgrind) {
        snprintf(name, sizeof name, "tcp_%s_%s_to_%s", what, counts[2], counts[0]);
        results_add(name, instructions / first, "times", 1.3);
    }
    return true;
}

static bool
measure_idle_and_timers(char *self)
{
    static const char *const idle_counts[] = {"1000", "30000", "1000000"};
    static const char *const idle_units[] = {"ns", "bytes"};
    static const char *const idle_names[] = {"open_time", "idle_connection"};
    static const char *const timer_counts[] = {"1", "1000", "1000000"};
    static const char *const timer_units[] = {"ns", NULL};
    static const char *const timer_names[] = {"timer_time", NULL};

    return measure_counts(self, "open", idle_counts, OPENED_UNDER_COUNT, 2, idle_units,
                          idle_names) &&
           measure_counts(self, "timer", timer_counts, 3.0 * TIMER_ROUNDS, 1, timer_units,
                          timer_names);
}

int
main(int argc, char **argv)
{
    int status;

    if (measure_wants_help(argc, argv, usage, &status))
        return status;
    if (argc > 2)
        return point(argc, argv);
    has_callgrind = measure_has_callgrind();
    if (!measure_all_bulk(argv[0]) || !measure_idle_and_timers(argv[0]))
        return 1;
    results_print("The TCP engine, two of them back to back in memory");
    return results_write(argc > 1 ? argv[1] : NULL) ? 0 : 1;
}
