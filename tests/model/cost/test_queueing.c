/* SPDX-License-Identifier: GPL-2.0-or-later
 *
 * The resources against queueing theory: waiting times of M/D/1, with and without priority, and
 * Little's law on each of them.
 */
#include <math.h>
#include <stdlib.h>

#include "cmocka_first.h"
#include "flue/cost.h"

enum { PIECES = 400000 };

static uint64_t seed;

/* 0 < u < 1 */
static double
uniform(void)
{
    seed ^= seed << 13;
    seed ^= seed >> 7;
    seed ^= seed << 17;
    return ((double)(seed >> 11) + 0.5) / 9007199254740992.0;
}

/* Arrivals of a Poisson process with this mean distance. */
static flue_time
next_arrival(flue_time now, double mean)
{
    return now + (flue_time)(-log(uniform()) * mean + 0.5);
}

static void
assert_near(double value, double expected, double tolerance)
{
    if (fabs(value - expected) > tolerance * expected)
        fail_msg("%g instead of %g, more than %g %% off", value, expected, 100 * tolerance);
}

/* Work of 1 us comes at random to a core that it keeps busy for the share `load`: the
 * Pollaczek-Khinchine mean wait is load / (2 (1 - load)) services. */
static void
test_queueing_one_core_waits_as_md1(void **state)
{
    const double loads[] = {0.1, 0.3, 0.5, 0.7, 0.8, 0.9};

    (void)state;
    for (size_t i = 0; i < sizeof loads / sizeof loads[0]; i++) {
        struct flue_server core;
        flue_time now = 0;

        seed = 1234567 + i;
        flue_server_init(&core, 1000000000);
        for (int k = 0; k < 10 * PIECES; k++) { /* long waits come in clusters */
            now = next_arrival(now, 1e6 / loads[i]);
            (void)flue_server_occupy(&core, now, FLUE_COST_TCP_RX, 1000);
        }
        assert_near((double)core.waited / (10 * PIECES) / 1e6, loads[i] / (2 * (1 - loads[i])),
                    0.02);
        assert_near((double)flue_server_busy(&core, now) / (double)now, loads[i], 0.01);
    }
}

/* Half of the jobs are urgent: Cobham's waits of a priority queue that interrupts nothing. */
static void
test_queueing_engine_with_priority_waits_as_cobham(void **state)
{
    static struct flue_job jobs[PIECES];
    struct flue_engine engine;
    const double load = 0.8, left = load / 2; /* mean time to the end of the present job */
    double waited[2] = {0, 0}, counts[2] = {0, 0};
    flue_time now = 0;
    int next = 0;

    (void)state;
    seed = 99;
    flue_engine_init(&engine, 1000000000, NULL, NULL, 0);
    now = next_arrival(now, 1e6 / load);
    while (next < PIECES || engine.current != NULL) {
        flue_time deadline = flue_engine_next_deadline(&engine);

        if (next < PIECES && now < deadline) {
            jobs[next] = (struct flue_job){.cycles = 1000, .is_urgent = uniform() < 0.5};
            flue_engine_submit(&engine, now, &jobs[next++]);
            now = next_arrival(now, 1e6 / load);
        } else {
            struct flue_job *job = flue_engine_finish(&engine, deadline);

            counts[job->is_urgent]++;
            waited[job->is_urgent] += (double)(deadline - job->given) - 1e6;
        }
    }
    assert_near(waited[1] / counts[1] / 1e6, left / (1 - load / 2), 0.02);
    assert_near(waited[0] / counts[0] / 1e6, left / (1 - load / 2) / (1 - load), 0.03);
    assert_near((double)engine.server.waited, waited[0] + waited[1], 1e-9);
}

static int
compare_times(const void *a, const void *b)
{
    flue_time left = *(const flue_time *)a, right = *(const flue_time *)b;

    return (left > right) - (left < right);
}

/* The integral of the number in the system over time, from arrivals and departures alone. */
static flue_time
integral_of_number(const flue_time *arrivals, flue_time *departures, int count)
{
    flue_time integral = 0, last = 0;
    uint64_t number = 0;
    int in = 0, out = 0;

    qsort(departures, (size_t)count, sizeof *departures, compare_times);
    while (out < count) {
        bool is_arrival = in < count && arrivals[in] <= departures[out];
        flue_time at = is_arrival ? arrivals[in] : departures[out];

        integral += number * (at - last);
        last = at;
        in += is_arrival;
        out += !is_arrival;
        number = (uint64_t)(in - out);
    }
    return integral;
}

static flue_time
sum_of_booked(const struct flue_server *server)
{
    flue_time sum = 0;

    for (int i = 0; i < FLUE_COST_CATEGORIES; i++)
        sum += server->booked[i];
    return sum;
}

/* Little's law: the time-average number is arrival rate times mean stay. With an empty system at
 * both ends it is an identity of sums, and holds to the picosecond. */
static void
test_queueing_littles_law_holds_on_core_and_bus(void **state)
{
    static flue_time arrivals[PIECES], departures[PIECES];
    struct flue_server core;
    struct flue_bus bus;
    struct flue_profile profile = *flue_profile_find("server-2009");
    flue_time now = 0;

    (void)state;
    seed = 5;
    flue_server_init(&core, profile.core_hz);
    for (int i = 0; i < PIECES; i++) {
        arrivals[i] = now = next_arrival(now, 1.1e6);
        departures[i] =
            flue_server_occupy(&core, now, FLUE_COST_COPY, (uint64_t)(6000 * uniform()));
    }
    assert_int_equal(integral_of_number(arrivals, departures, PIECES),
                     core.waited + sum_of_booked(&core));
    assert_true(core.waited > 0);

    profile.bus_is_shared = 1;
    flue_bus_init(&bus, &profile);
    for (int i = 0; i < PIECES; i++) {
        enum flue_bus_direction direction = uniform() < 0.5 ? FLUE_BUS_READ : FLUE_BUS_WRITE;

        arrivals[i] = now = next_arrival(now, 4e5);
        departures[i] = flue_bus_transfer(&bus, now, direction, FLUE_COST_PAYLOAD,
                                          (uint64_t)(2000 * uniform())) -
                        bus.latency[direction];
    }
    assert_int_equal(integral_of_number(arrivals, departures, PIECES),
                     bus.servers[0].waited + sum_of_booked(&bus.servers[0]));
}

static void
test_queueing_littles_law_holds_on_an_engine_that_misses_contexts(void **state)
{
    static struct flue_job jobs[PIECES];
    static flue_time arrivals[PIECES], departures[PIECES];
    struct flue_profile profile = *flue_profile_find("server-2009");
    struct flue_allocator allocator = flue_allocator_default();
    struct flue_context_cache *cache;
    struct flue_bus bus;
    struct flue_engine engine;
    flue_time now;
    int in = 0, out = 0;

    (void)state;
    seed = 17;
    flue_bus_init(&bus, &profile);
    assert_int_equal(flue_context_cache_create(64, &allocator, &cache), FLUE_OK);
    flue_engine_init(&engine, profile.engine_hz, cache, &bus, profile.context_bytes);
    now = next_arrival(0, 2e6);
    while (out < PIECES) {
        flue_time deadline = flue_engine_next_deadline(&engine);

        if (in < PIECES && now < deadline) {
            jobs[in] = (struct flue_job){.cycles = profile.engine_rx_cycles,
                                         .has_context = true,
                                         .key = (uint32_t)(100 * uniform()),
                                         .is_urgent = uniform() < 0.2};
            flue_engine_submit(&engine, now, &jobs[in]);
            arrivals[in++] = now;
            now = next_arrival(now, 2e6);
        } else {
            assert_non_null(flue_engine_finish(&engine, deadline));
            departures[out++] = deadline;
        }
    }
    assert_int_equal(integral_of_number(arrivals, departures, PIECES),
                     engine.server.waited + sum_of_booked(&engine.server));
    assert_near((double)engine.misses / PIECES, 0.36, 0.02); /* 64 of 100 are there */
    flue_context_cache_destroy(cache);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_queueing_one_core_waits_as_md1),
        cmocka_unit_test(test_queueing_engine_with_priority_waits_as_cobham),
        cmocka_unit_test(test_queueing_littles_law_holds_on_core_and_bus),
        cmocka_unit_test(test_queueing_littles_law_holds_on_an_engine_that_misses_contexts),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
