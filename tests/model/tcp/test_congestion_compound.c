/* SPDX-License-Identifier: GPL-2.0-or-later
 *
 * Compound TCP's two windows against draft-sridharan-tcpm-ctcp.
 */
#include <math.h>

#include "cmocka_first.h"
#include "test_congestion.h"

static const flue_time base = 100 * FLUE_MILLISECOND;

/* In avoidance, with the base round trip known and a full round behind. */
static void
avoid(struct bench *bench, uint32_t segments)
{
    bench_init(bench, &flue__congestion_compound, segments);
    bench->view.ssthresh = bench->view.cwnd;
    bench_round(bench, base);
    bench->view.cwnd = segments * BENCH_MSS;
}

static uint32_t
dwnd(const struct bench *bench)
{
    return bench_report(bench).compound_dwnd;
}

/* win(t + 1) = win(t) + alpha win(t)^k: the delay window's part, and Reno's segment. The growth of
 * the window while a round lasts, and whole bytes at each ACK of Reno's part, make up the
 * tolerance.
 */
static void
test_compound_without_queue_grows_by_the_power_of_the_window(void **state)
{
    (void)state;
    for (uint32_t segments = 100; segments <= 6400; segments *= 2) {
        struct bench bench;
        double growth;
        uint32_t before, delay_before;

        avoid(&bench, segments);
        bench_round(&bench, base);
        bench_round(&bench, base);
        before = bench.view.cwnd;
        delay_before = dwnd(&bench);
        bench_round(&bench, base);
        growth = 0.125 * pow((double)before / BENCH_MSS, 0.75);
        ASSERT_NEAR(dwnd(&bench) - delay_before, (growth - 1) * BENCH_MSS, 0.04);
        ASSERT_NEAR(bench.view.cwnd - before, growth * BENCH_MSS, 0.06);
    }
}

/* The backlog win (rtt - base) / rtt beyond gamma: it is taken off the delay window. */
static void
test_compound_queue_beyond_gamma_shrinks_the_delay_window(void **state)
{
    struct bench bench;
    uint32_t before, window;
    const flue_time rtt = 110 * FLUE_MILLISECOND;

    (void)state;
    avoid(&bench, 1000);
    while (dwnd(&bench) < 300 * BENCH_MSS)
        bench_round(&bench, base);
    bench_round(&bench, rtt);
    do { /* until the round in which that was measured ends */
        before = dwnd(&bench);
        window = bench.view.cwnd;
        bench_ack(&bench, BENCH_MSS, false);
    } while (dwnd(&bench) >= before);
    assert_true(window / 11 > 30 * BENCH_MSS);
    ASSERT_NEAR(before - dwnd(&bench), window / 11.0, 0.01);
    for (int i = 0; i < 20; i++)
        bench_round(&bench, 2 * base);
    assert_int_equal(dwnd(&bench), 0); /* and never below zero: Reno's window is what is left */
}

static void
test_compound_small_window_is_renos(void **state)
{
    struct bench bench, reno;

    (void)state;
    avoid(&bench, 30);
    bench_init(&reno, &flue__congestion_newreno, 30);
    reno.view.ssthresh = bench.view.ssthresh;
    for (int i = 0; i < 5; i++) {
        bench_round(&bench, base);
        bench_round(&reno, base);
        assert_int_equal(bench.view.cwnd, reno.view.cwnd);
        assert_int_equal(dwnd(&bench), 0);
    }
}

/* The window falls by beta, Reno's part by a half; gamma learns from what Reno had queued. */
static void
test_compound_loss_halves_both_windows_and_tunes_gamma(void **state)
{
    struct bench bench;
    uint32_t window, delay;

    (void)state;
    avoid(&bench, 1000);
    while (dwnd(&bench) < 300 * BENCH_MSS)
        bench_round(&bench, base);
    for (int i = 0; i < 3; i++)
        bench_round(&bench, 101 * FLUE_MILLISECOND); /* Reno's 1000 and some have 10 queued */
    window = bench.view.cwnd;
    delay = dwnd(&bench);
    assert_int_equal(bench_report(&bench).compound_gamma_segments, 30);
    bench_lose(&bench);
    ASSERT_NEAR(bench.view.ssthresh, window / 2.0, 0.001);
    ASSERT_NEAR(dwnd(&bench), delay / 2.0, 0.01);
    /* 3/4 of 30 and 1/4 of 3/4 of 10 */
    assert_in_range(bench_report(&bench).compound_gamma_segments, 24, 25);
    bench.view.flight = bench.view.cwnd;
    bench.algorithm->timed_out(&bench.view);
    assert_int_equal(dwnd(&bench), 0);
    assert_int_equal(bench.view.cwnd, BENCH_MSS);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_compound_without_queue_grows_by_the_power_of_the_window),
        cmocka_unit_test(test_compound_queue_beyond_gamma_shrinks_the_delay_window),
        cmocka_unit_test(test_compound_small_window_is_renos),
        cmocka_unit_test(test_compound_loss_halves_both_windows_and_tunes_gamma),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
