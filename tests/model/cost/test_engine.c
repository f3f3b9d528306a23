/* SPDX-License-Identifier: GPL-2.0-or-later
 *
 * A unit of the adapter's engine: order, urgency, and what a missing context costs.
 */
#include "cmocka_first.h"
#include "flue/cost.h"

static void
submit(struct flue_engine *engine, flue_time now, struct flue_job *job, uint64_t cycles,
       bool is_urgent)
{
    *job =
        (struct flue_job){.cycles = cycles, .category = FLUE_COST_TCP_RX, .is_urgent = is_urgent};
    flue_engine_submit(engine, now, job);
}

/* Lets the engine work until it is idle: the jobs in the order of their ends. */
static int
run(struct flue_engine *engine, struct flue_job **done, flue_time *ends)
{
    int count = 0;
    flue_time deadline;

    while ((deadline = flue_engine_next_deadline(engine)) != FLUE_TIME_NEVER) {
        struct flue_job *job = flue_engine_finish(engine, deadline);

        assert_non_null(job);
        done[count] = job;
        ends[count++] = deadline;
    }
    return count;
}

static void
test_engine_jobs_of_one_urgency_come_first_in_first_out(void **state)
{
    struct flue_engine engine;
    struct flue_job jobs[3], *done[3];
    flue_time ends[3];

    (void)state;
    flue_engine_init(&engine, 1000000000, NULL, NULL, 0);
    assert_int_equal(flue_engine_next_deadline(&engine), FLUE_TIME_NEVER);
    assert_null(flue_engine_finish(&engine, 5));
    submit(&engine, 1000, &jobs[0], 10, false);
    submit(&engine, 2000, &jobs[1], 20, false);
    submit(&engine, 3000, &jobs[2], 5, false);
    assert_null(flue_engine_finish(&engine, 10999));
    assert_int_equal(run(&engine, done, ends), 3);
    for (int i = 0; i < 3; i++)
        assert_ptr_equal(done[i], &jobs[i]);
    assert_int_equal(ends[0], 11000);
    assert_int_equal(ends[1], 31000);
    assert_int_equal(ends[2], 36000);
    assert_int_equal(engine.server.waited, 9000 + 28000);
    assert_int_equal(flue_server_busy(&engine.server, 36000), 35000);
}

static void
test_engine_urgent_jobs_go_first_but_interrupt_none(void **state)
{
    struct flue_engine engine;
    struct flue_job jobs[5], *done[5];
    flue_time ends[5];

    (void)state;
    flue_engine_init(&engine, 1000000000, NULL, NULL, 0);
    submit(&engine, 0, &jobs[0], 10, false);
    submit(&engine, 0, &jobs[1], 10, false);
    submit(&engine, 1, &jobs[2], 10, true);
    submit(&engine, 2, &jobs[3], 10, true);
    assert_ptr_equal(flue_engine_finish(&engine, 10000), &jobs[0]);
    submit(&engine, 10000, &jobs[4], 10, false);
    assert_int_equal(run(&engine, done, ends), 4);
    assert_ptr_equal(done[0], &jobs[2]);
    assert_ptr_equal(done[1], &jobs[3]);
    assert_ptr_equal(done[2], &jobs[1]);
    assert_ptr_equal(done[3], &jobs[4]);
    assert_int_equal(ends[3], 50000);
}

static void
test_engine_that_was_idle_begins_when_the_job_comes(void **state)
{
    struct flue_engine engine;
    struct flue_job jobs[2], *done[1];
    flue_time ends[1];

    (void)state;
    flue_engine_init(&engine, 1000000000, NULL, NULL, 0);
    submit(&engine, 0, &jobs[0], 10, false);
    assert_ptr_equal(flue_engine_finish(&engine, 10000), &jobs[0]);
    submit(&engine, 70000, &jobs[1], 1, false);
    assert_int_equal(run(&engine, done, ends), 1);
    assert_int_equal(ends[0], 71000);
    assert_int_equal(engine.server.waited, 0);
}

static void
test_engine_without_a_clock_takes_no_time_but_keeps_order(void **state)
{
    struct flue_engine engine;
    struct flue_job jobs[2], *done[2];
    flue_time ends[2];

    (void)state;
    flue_engine_init(&engine, 0, NULL, NULL, 0);
    submit(&engine, 9, &jobs[0], 1000, false);
    submit(&engine, 9, &jobs[1], 1000, true);
    assert_int_equal(run(&engine, done, ends), 2);
    assert_ptr_equal(done[0], &jobs[0]);
    assert_int_equal(ends[1], 9);
}

/* A context is 1000 bytes, that is a microsecond, and one more of latency; one fits. */
static void
test_engine_waits_for_a_context_that_is_not_on_the_chip(void **state)
{
    struct flue_allocator allocator = flue_allocator_default();
    struct flue_profile profile = *flue_profile_find("ideal");
    struct flue_context_cache *cache;
    struct flue_bus bus;
    struct flue_engine engine;
    struct flue_job jobs[4], *done[4];
    flue_time ends[4];

    (void)state;
    profile.bus_bps = 8000000000;
    profile.bus_read_latency = FLUE_MICROSECOND;
    profile.bus_write_latency = FLUE_SECOND;
    flue_bus_init(&bus, &profile);
    assert_int_equal(flue_context_cache_create(1, &allocator, &cache), FLUE_OK);
    flue_engine_init(&engine, 1000000000, cache, &bus, 1000);
    for (uint32_t i = 0; i < 4; i++) {
        jobs[i] = (struct flue_job){
            .cycles = 100, .category = FLUE_COST_TCP_RX, .has_context = i < 3, .key = i / 2};
        flue_engine_submit(&engine, 0, &jobs[i]); /* keys 0, 0, 1, none */
    }
    assert_int_equal(run(&engine, done, ends), 4);
    assert_int_equal(ends[0], 2 * FLUE_MICROSECOND + 100000);
    assert_int_equal(ends[1] - ends[0], 100000); /* there already */
    assert_int_equal(ends[2] - ends[1], 2 * FLUE_MICROSECOND + 100000);
    assert_int_equal(ends[3] - ends[2], 100000); /* needs none */
    assert_int_equal(engine.misses, 2);
    assert_int_equal(engine.server.booked[FLUE_COST_CONTEXT], 4 * FLUE_MICROSECOND);
    assert_int_equal(engine.server.booked[FLUE_COST_TCP_RX], 400000);
    assert_int_equal(flue_server_busy(&engine.server, ends[3]), ends[3]);
    /* Two were read, and the first was written back; nobody waited for that. */
    assert_int_equal(bus.servers[FLUE_BUS_READ].events[FLUE_COST_CONTEXT], 2);
    assert_int_equal(bus.servers[FLUE_BUS_WRITE].events[FLUE_COST_CONTEXT], 1);
    flue_context_cache_destroy(cache);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_engine_jobs_of_one_urgency_come_first_in_first_out),
        cmocka_unit_test(test_engine_urgent_jobs_go_first_but_interrupt_none),
        cmocka_unit_test(test_engine_that_was_idle_begins_when_the_job_comes),
        cmocka_unit_test(test_engine_without_a_clock_takes_no_time_but_keeps_order),
        cmocka_unit_test(test_engine_waits_for_a_context_that_is_not_on_the_chip),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
