/* SPDX-License-Identifier: GPL-2.0-or-later
 *
 * DCTCP's estimate and its answer against RFC 8257 3.3.
 */
#include <math.h>

#include "cmocka_first.h"
#include "test_congestion.h"

/* One window of data, of which every `nth` segment is acknowledged with ECE (0: none). */
static void
window(struct bench *bench, unsigned nth)
{
    for (unsigned i = 0; i < 100; i++) {
        bench_ack(bench, BENCH_MSS, nth != 0 && i % nth == 0);
        bench->view.cwnd = 100 * BENCH_MSS;
        bench->view.snd_max = bench->view.snd_una + bench->view.cwnd;
    }
}

static double
alpha(const struct bench *bench)
{
    return bench_report(bench).dctcp_alpha_ppm / 1e6;
}

/* Without marks alpha falls by 1 - g each window, and to zero. */
static void
test_dctcp_alpha_without_marks_decays_by_the_gain(void **state)
{
    struct bench bench;
    double before;

    (void)state;
    bench_init(&bench, &flue__congestion_dctcp, 100);
    ASSERT_NEAR(alpha(&bench), 1, 0); /* 4.2: conservative until there is an estimate */
    window(&bench, 0);
    for (int i = 1; i <= 30; i++) {
        before = alpha(&bench);
        window(&bench, 0);
        ASSERT_NEAR(alpha(&bench), before * 15 / 16, 0.001);
    }
    for (int i = 0; i < 300; i++)
        window(&bench, 0);
    ASSERT_NEAR(alpha(&bench), 0, 0);
}

/* A quarter of the bytes marked: alpha goes to a quarter, as 1/4 + 3/4 (15/16)^n. */
static void
test_dctcp_alpha_converges_to_the_marked_share(void **state)
{
    struct bench bench;

    (void)state;
    bench_init(&bench, &flue__congestion_dctcp, 100);
    for (int n = 1; n <= 100; n++) {
        window(&bench, 4);
        if (n > 3)
            ASSERT_NEAR(alpha(&bench), 0.25 + 0.75 * pow(15.0 / 16, n - 1), 0.07);
    }
    ASSERT_NEAR(alpha(&bench), 0.25, 0.01);
}

static void
test_dctcp_mark_takes_half_of_alpha(void **state)
{
    struct bench bench;

    (void)state;
    bench_init(&bench, &flue__congestion_dctcp, 100);
    bench.algorithm->marked(&bench.view); /* alpha is 1: as Reno */
    assert_int_equal(bench.view.cwnd, 50 * BENCH_MSS);
    assert_int_equal(bench.view.ssthresh, 50 * BENCH_MSS);
    for (int n = 0; n < 100; n++)
        window(&bench, 4);
    bench.view.cwnd = 100 * BENCH_MSS;
    bench.algorithm->marked(&bench.view);
    ASSERT_NEAR(bench.view.cwnd, 100 * BENCH_MSS * (1 - 0.25 / 2), 0.005);
    bench.view.cwnd = BENCH_MSS; /* never below a segment */
    bench.algorithm->marked(&bench.view);
    assert_int_equal(bench.view.cwnd, BENCH_MSS);
    assert_int_equal(bench.view.ssthresh, 2 * BENCH_MSS);
}

/* 3.5: loss is loss. */
static void
test_dctcp_loss_halves(void **state)
{
    struct bench bench;

    (void)state;
    bench_init(&bench, &flue__congestion_dctcp, 100);
    for (int n = 0; n < 300; n++)
        window(&bench, 0);
    bench_lose(&bench);
    assert_int_equal(bench.view.ssthresh, 50 * BENCH_MSS);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_dctcp_alpha_without_marks_decays_by_the_gain),
        cmocka_unit_test(test_dctcp_alpha_converges_to_the_marked_share),
        cmocka_unit_test(test_dctcp_mark_takes_half_of_alpha),
        cmocka_unit_test(test_dctcp_loss_halves),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
