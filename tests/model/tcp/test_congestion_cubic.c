/* SPDX-License-Identifier: GPL-2.0-or-later
 *
 * CUBIC against the closed forms of RFC 9438.
 */
#include <math.h>

#include "cmocka_first.h"
#include "test_congestion.h"

static const flue_time rtt = 100 * FLUE_MILLISECOND;

/* Figure 1, in bytes. */
static double
w_cubic(double t, double k, double w_max)
{
    return (0.4 * pow(t - k, 3) * BENCH_MSS) + w_max;
}

/* 4.2, 4.4, 4.5: at every round trip of 30 s the window is on the curve one round trip ahead, to
 * within 1 %: the window moves towards it by a share of the distance at each ACK. */
static void
test_cubic_window_after_a_loss_follows_the_curve(void **state)
{
    struct bench bench;
    const double w_max = 2000.0 * BENCH_MSS;
    const double k = cbrt(0.3 * 2000 / 0.4);
    flue_time start;

    (void)state;
    bench_init(&bench, &flue__congestion_cubic, 2000);
    bench_lose(&bench);
    assert_int_equal(bench.view.ssthresh, 1400 * BENCH_MSS); /* 4.6: beta 0.7 */
    start = bench.view.now;
    bench_ack(&bench, BENCH_MSS, false); /* the stage begins with it */
    assert_int_equal(bench_report(&bench).cubic_w_max, 2000 * BENCH_MSS);
    ASSERT_NEAR(bench_report(&bench).cubic_k_us, k * 1e6, 0.0001);
    for (int round = 0; round < 300; round++) {
        double t;

        bench_round(&bench, rtt);
        t = (double)(bench.view.now - start) / FLUE_SECOND;
        ASSERT_NEAR(bench.view.cwnd, w_cubic(t, k, w_max), 0.01);
    }
    assert_true(bench.view.cwnd > 2 * 2000 * BENCH_MSS); /* well into the convex region */
}

static void
test_cubic_target_is_at_most_half_as_much_again(void **state)
{
    struct bench bench;
    uint32_t before;

    (void)state;
    bench_init(&bench, &flue__congestion_cubic, 100);
    bench_lose(&bench);
    bench_ack(&bench, BENCH_MSS, false);
    bench.view.now += 60 * FLUE_SECOND; /* one ACK a minute later: far up the curve */
    before = bench.view.cwnd;
    bench_ack(&bench, before, false);
    assert_int_equal(bench.view.cwnd, before + before / 2);
}

/* 4.3: with a short round trip Reno's window is the larger: W_est grows by alpha segments a round
 * trip, and by one from cwnd_prior on. */
static void
test_cubic_short_round_trips_grow_as_reno(void **state)
{
    struct bench bench;
    const double alpha = 3 * (1 - 0.7) / (1 + 0.7);
    const flue_time shortest = FLUE_MILLISECOND;

    (void)state;
    bench_init(&bench, &flue__congestion_cubic, 20);
    bench_lose(&bench);
    assert_int_equal(bench.view.cwnd, 14 * BENCH_MSS);
    for (int round = 1; round <= 11; round++) { /* 14 + 11 * 0.53 < 20 */
        bench_round(&bench, shortest);
        ASSERT_NEAR(bench.view.cwnd, (14 + round * alpha) * BENCH_MSS, 0.02);
    }
    while (bench.view.cwnd < 20 * BENCH_MSS)
        bench_round(&bench, shortest);
    for (int round = 0; round < 5; round++) {
        uint32_t before = bench.view.cwnd;

        bench_round(&bench, shortest);
        ASSERT_NEAR(bench.view.cwnd - before, BENCH_MSS, 0.05);
    }
    bench.config.cubic.reno_friendly = false;
    {
        uint32_t before = bench.view.cwnd;

        bench_round(&bench, shortest);
        assert_true(bench.view.cwnd - before < BENCH_MSS / 2);
    }
}

/* 4.7: a loss below the last W_max gives way by (1 + beta) / 2. */
static void
test_cubic_second_loss_lower_converges_fast(void **state)
{
    struct bench bench;

    (void)state;
    for (int on = 0; on < 2; on++) {
        bench_init(&bench, &flue__congestion_cubic, 100);
        bench.config.cubic.fast_convergence = on != 0;
        bench_lose(&bench);
        assert_int_equal(bench_report(&bench).cubic_w_max, 100 * BENCH_MSS);
        bench_lose(&bench); /* at 70 */
        assert_int_equal(bench_report(&bench).cubic_w_max, on ? 59500 : 70000);
        assert_int_equal(bench.view.ssthresh, 49000);
    }
}

/* 4.8: K is 0 and W_max where slow start ended: the convex part from there. */
static void
test_cubic_timeout_starts_a_new_curve_after_slow_start(void **state)
{
    struct bench bench;
    flue_time start;

    (void)state;
    bench_init(&bench, &flue__congestion_cubic, 1000);
    bench.view.flight = bench.view.cwnd;
    bench.algorithm->timed_out(&bench.view);
    assert_int_equal(bench.view.cwnd, BENCH_MSS);
    assert_int_equal(bench.view.ssthresh, 700 * BENCH_MSS);
    bench.view.srtt = rtt;
    while (bench.view.cwnd < bench.view.ssthresh)
        bench_ack(&bench, BENCH_MSS, false);
    start = bench.view.now;
    for (int round = 0; round < 150; round++) {
        bench_round(&bench, rtt);
        assert_int_equal(bench_report(&bench).cubic_k_us, 0);
    }
    assert_int_equal(bench_report(&bench).cubic_w_max, 700 * BENCH_MSS);
    ASSERT_NEAR(bench.view.cwnd,
                w_cubic((double)(bench.view.now - start) / FLUE_SECOND, 0, 700.0 * BENCH_MSS),
                0.01);
}

/* 5.8: a sender that does not fill its window stands still on the curve. */
static void
test_cubic_time_without_need_of_the_window_does_not_count(void **state)
{
    struct bench bench;
    uint32_t before;
    struct congestion_view resumed;

    (void)state;
    bench_init(&bench, &flue__congestion_cubic, 2000);
    bench_lose(&bench);
    bench_round(&bench, rtt);
    before = bench.view.cwnd;
    bench.view.is_limited = false;
    for (int i = 0; i < 100; i++) {
        bench.view.now += FLUE_SECOND;
        bench_ack(&bench, BENCH_MSS, false);
    }
    assert_int_equal(bench.view.cwnd, before);
    bench.view.now += 100 * FLUE_SECOND; /* and one that is idle */
    resumed = bench.view;
    bench.algorithm->resumed(&resumed);
    bench.view.is_limited = true;
    bench_ack(&bench, BENCH_MSS, false);
    ASSERT_NEAR(bench.view.cwnd, before, 0.001);
}

/* What a move carries is enough: the window goes on along the same curve, below and above W_max. */
static void
test_cubic_rebuilt_goes_on_along_the_same_curve(void **state)
{
    (void)state;
    for (int rounds = 20; rounds <= 300; rounds += 140) {
        struct bench stays, moves;

        bench_init(&stays, &flue__congestion_cubic, 2000);
        bench_lose(&stays);
        for (int i = 0; i < rounds; i++)
            bench_round(&stays, rtt);
        moves = stays;
        moves.view.own = moves.own;
        moves.view.config = &moves.config;
        memset(moves.own, 0, sizeof moves.own);
        moves.algorithm->rebuilt(&moves.view);
        for (int i = 0; i < 50; i++) {
            bench_round(&stays, rtt);
            bench_round(&moves, rtt);
            ASSERT_NEAR(moves.view.cwnd, stays.view.cwnd, 0.01);
        }
    }
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_cubic_window_after_a_loss_follows_the_curve),
        cmocka_unit_test(test_cubic_target_is_at_most_half_as_much_again),
        cmocka_unit_test(test_cubic_short_round_trips_grow_as_reno),
        cmocka_unit_test(test_cubic_second_loss_lower_converges_fast),
        cmocka_unit_test(test_cubic_timeout_starts_a_new_curve_after_slow_start),
        cmocka_unit_test(test_cubic_time_without_need_of_the_window_does_not_count),
        cmocka_unit_test(test_cubic_rebuilt_goes_on_along_the_same_curve),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
