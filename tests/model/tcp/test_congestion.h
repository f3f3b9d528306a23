/* SPDX-License-Identifier: GPL-2.0-or-later
 *
 * An algorithm alone, without a connection: a view with its variables, and a network that
 * acknowledges whole windows.
 */
#ifndef FLUE_TEST_CONGESTION_H
#define FLUE_TEST_CONGESTION_H

#include <string.h>

#include "tcp/congestion.h"

struct bench {
    const struct congestion_algorithm *algorithm;
    struct flue_tcp_config config;
    uint64_t own[CONGESTION_PRIVATE_WORDS];
    struct congestion_view view;
};

enum { BENCH_MSS = 1000 };

static inline void
bench_init(struct bench *bench, const struct congestion_algorithm *algorithm, uint32_t segments)
{
    memset(bench, 0, sizeof *bench);
    bench->algorithm = algorithm;
    bench->config = flue_tcp_config_default();
    bench->view.own = algorithm->has_private ? bench->own : NULL;
    bench->view.config = &bench->config;
    bench->view.mss = BENCH_MSS;
    bench->view.cwnd = segments * BENCH_MSS;
    bench->view.ssthresh = UINT32_MAX;
    bench->view.now = FLUE_SECOND;
    bench->view.snd_max = bench->view.cwnd;
    bench->view.is_limited = true;
    if (algorithm->started != NULL)
        algorithm->started(&bench->view);
}

/* One ACK of `bytes`, with the window full before and after. */
static inline void
bench_ack(struct bench *bench, uint32_t bytes, bool is_marked)
{
    struct congestion_view *view = &bench->view;

    view->acked = bytes;
    view->flight = view->cwnd;
    view->is_echo = is_marked;
    view->snd_una += bytes;
    if (bench->algorithm->observed != NULL)
        bench->algorithm->observed(view);
    if (!is_marked)
        bench->algorithm->acked(view);
    view->snd_max = view->snd_una + view->cwnd;
    view->rtt = 0;
}

/* A round trip of `rtt` in which every segment is acknowledged; its last brings a measurement. */
static inline void
bench_round(struct bench *bench, flue_time rtt)
{
    uint32_t segments = bench->view.cwnd / BENCH_MSS;

    bench->view.srtt = rtt;
    for (uint32_t i = 1; i <= segments; i++) {
        bench->view.now += rtt / segments;
        if (i == segments)
            bench->view.rtt = rtt;
        bench_ack(bench, BENCH_MSS, false);
    }
}

/* A loss with the window full, and the end of its recovery. */
static inline void
bench_lose(struct bench *bench)
{
    bench->view.flight = bench->view.cwnd;
    bench->algorithm->lost(&bench->view);
    bench->view.cwnd = bench->view.ssthresh;
}

static inline struct flue_tcp_congestion_report
bench_report(const struct bench *bench)
{
    struct flue_tcp_congestion_report report;

    memset(&report, 0, sizeof report);
    bench->algorithm->report(bench->own, &report);
    return report;
}

#define ASSERT_NEAR(actual, expected, relative)                                                    \
    do {                                                                                           \
        double actual_ = (double)(actual), expected_ = (double)(expected);                         \
        if (fabs(actual_ - expected_) > (relative)*fabs(expected_))                                \
            fail_msg("%s:%d: %f, not %f", __FILE__, __LINE__, actual_, expected_);                 \
    } while (0)

#endif
