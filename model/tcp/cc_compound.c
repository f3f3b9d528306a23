/* SPDX-License-Identifier: GPL-2.0-or-later
 *
 * Compound TCP (draft-sridharan-tcpm-ctcp): Reno's window plus a delay window, which grows fast
 * while round trips show no queue and gives way when they do.
 *
 * The connection's cwnd is the sum of both; the delay window is kept here, and what is left is
 * Reno's. Once a round trip the backlog in the network is estimated (`diff`), in segments; such
 * numbers are kept in 1/256.
 */
#include "tcp/congestion.h"
#include "tcp/seq.h"

#include <stddef.h>

enum { SEGMENT_BITS = 8 };

struct compound {
    flue_time base_rtt;  /* the smallest ever; 0: none yet */
    flue_time round_rtt; /* the smallest of this round; 0: none yet */
    uint32_t round_end;  /* when this is acknowledged, a round ends */
    uint32_t dwnd;       /* bytes */
    uint32_t growth;     /* bytes by which dwnd grows in this round */
    uint32_t gamma;      /* backlog from which on dwnd shrinks, segments << 8 */
    uint32_t reno_diff;  /* what Reno's window alone had in the network, segments << 8 */
    uint32_t has_reno_diff;
    uint32_t fraction; /* of a byte, in cwnd-ths, that dwnd has grown */
};

_Static_assert(sizeof(struct compound) <= CONGESTION_PRIVATE_WORDS * sizeof(uint64_t),
               "it must fit");

static uint64_t
square_root(uint64_t value)
{
    uint64_t root = 0;

    for (int bit = 31; bit >= 0; bit--) {
        uint64_t larger = root | UINT64_C(1) << bit;

        if (larger * larger <= value)
            root = larger;
    }
    return root;
}

/* alpha win^0.75 - 1, in bytes; win in segments. */
static uint32_t
growth_of(const struct congestion_view *view)
{
    uint64_t win = ((uint64_t)view->cwnd << 16) / view->mss; /* 2^-16 */
    uint64_t root = square_root(win << 16);                  /* 2^-16 */
    uint64_t power = root * square_root(root << 16) >> 16;   /* win^(1/2 + 1/4) */
    uint64_t segments = power * view->config->compound.alpha_permille / 1000;

    return segments > UINT64_C(1) << 16
               ? (uint32_t)((segments - (UINT64_C(1) << 16)) * view->mss >> 16)
               : 0;
}

/* Of `window` bytes, those that wait in queues: (expected - actual) * base, segments << 8. */
static uint32_t
backlog(const struct congestion_view *view, const struct compound *compound, uint32_t window)
{
    flue_time scale = compound->round_rtt >> 20 | 1; /* microseconds are enough, and cannot wrap */
    flue_time queued = (compound->round_rtt - compound->base_rtt) >> 20;

    return (uint32_t)(((uint64_t)window << SEGMENT_BITS) / view->mss * queued / scale);
}

static void
compound_started(struct congestion_view *view)
{
    struct compound *compound = view->own;

    compound->round_end = view->snd_max;
    compound->gamma = (uint32_t)view->config->compound.gamma_segments << SEGMENT_BITS;
}

/* dwnd is never all of the window, whatever else has changed that. */
static void
fit(const struct congestion_view *view, struct compound *compound)
{
    uint32_t most = view->cwnd > view->mss ? view->cwnd - view->mss : 0;

    if (compound->dwnd > most)
        compound->dwnd = most;
}

/* The end of a round in congestion avoidance: the delay window's law. */
static void
judge_round(struct congestion_view *view, struct compound *compound)
{
    uint32_t diff = backlog(view, compound, view->cwnd);

    compound->reno_diff = backlog(view, compound, view->cwnd - compound->dwnd);
    compound->has_reno_diff = 1;
    if ((uint64_t)view->config->compound.low_window_segments * view->mss > view->cwnd) {
        compound->dwnd = 0; /* small windows are Reno's, and there is nothing to gain */
    } else if (diff < compound->gamma) {
        compound->growth = growth_of(view);
    } else {
        uint64_t shrink =
            (uint64_t)diff * view->config->compound.eta_permille / 1000 * view->mss >> SEGMENT_BITS;
        uint32_t cut = shrink < compound->dwnd ? (uint32_t)shrink : compound->dwnd;

        compound->dwnd -= cut;
        view->cwnd -= cut;
    }
}

static void
compound_acked(struct congestion_view *view)
{
    struct compound *compound = view->own;
    bool is_slow_start = view->cwnd < view->ssthresh;

    if (view->rtt != 0 && (compound->base_rtt == 0 || view->rtt < compound->base_rtt))
        compound->base_rtt = view->rtt;
    if (view->rtt != 0 && (compound->round_rtt == 0 || view->rtt < compound->round_rtt))
        compound->round_rtt = view->rtt;
    fit(view, compound);
    if (seq_gt(view->snd_una, compound->round_end)) {
        compound->growth = 0;
        if (!is_slow_start && compound->round_rtt != 0)
            judge_round(view, compound);
        compound->round_end = view->snd_max;
        compound->round_rtt = 0;
    }
    if (view->is_limited && !is_slow_start && compound->growth > 0) {
        uint32_t acked = view->acked < view->cwnd ? view->acked : view->cwnd;
        /* The growth of a round is spread over its ACKs: no burst. */
        uint64_t step = (uint64_t)compound->growth * acked + compound->fraction;

        compound->fraction = (uint32_t)(step % view->cwnd);
        step /= view->cwnd;
        if (view->cwnd <= UINT32_MAX / 4) {
            compound->dwnd += (uint32_t)step;
            view->cwnd += (uint32_t)step;
        }
    }
    flue__newreno_acked(view); /* in avoidance SMSS * SMSS / (cwnd + dwnd) */
}

/* Gamma follows three quarters of what Reno alone kept queued before a loss: it is then small
 * enough to find early congestion where buffers are small. */
static void
tune_gamma(const struct congestion_view *view, struct compound *compound)
{
    const struct flue_tcp_compound *config = &view->config->compound;
    uint64_t sample = (uint64_t)compound->reno_diff * 3 / 4;
    uint64_t low = (uint64_t)config->gamma_low_segments << SEGMENT_BITS;
    uint64_t high = (uint64_t)config->gamma_high_segments << SEGMENT_BITS;
    uint64_t gamma;

    if (!compound->has_reno_diff)
        return;
    compound->has_reno_diff = 0;
    gamma = (compound->gamma * (1000 - (uint64_t)config->lambda_permille) +
             sample * config->lambda_permille) /
            1000;
    compound->gamma = (uint32_t)(gamma < low ? low : gamma > high ? high : gamma);
}

/* The window falls by beta, of which Reno's part by a half. */
static void
compound_lost(struct congestion_view *view)
{
    struct compound *compound = view->own;
    uint64_t keep = 1000 - (uint64_t)view->config->compound.beta_permille;
    uint32_t reno;

    fit(view, compound);
    tune_gamma(view, compound);
    reno = (view->cwnd - compound->dwnd) / 2;
    view->ssthresh = congestion_at_least(view->flight * keep / 1000, 2 * view->mss);
    compound->dwnd = view->ssthresh > reno ? view->ssthresh - reno : 0;
    compound->growth = 0;
    compound->round_end = view->snd_max; /* what was measured before the loss says nothing now */
    compound->round_rtt = 0;
}

static void
compound_marked(struct congestion_view *view)
{
    compound_lost(view);
    view->cwnd = congestion_at_least(
        (uint64_t)view->cwnd * (1000 - (uint64_t)view->config->compound.beta_permille) / 1000,
        view->mss);
    fit(view, view->own);
}

static void
compound_timed_out(struct congestion_view *view)
{
    struct compound *compound = view->own;

    compound_lost(view);
    compound->dwnd = 0;
    view->cwnd = view->mss;
}

/* An idle connection's rounds begin anew; the base round trip still holds. */
static void
compound_resumed(struct congestion_view *view)
{
    struct compound *compound = view->own;

    compound->growth = 0;
    compound->round_end = view->snd_max;
    compound->round_rtt = 0;
}

static void
compound_report(const void *own, struct flue_tcp_congestion_report *report)
{
    const struct compound *compound = own;

    report->compound_dwnd = compound->dwnd;
    report->compound_gamma_segments = compound->gamma >> SEGMENT_BITS;
    report->compound_base_rtt = compound->base_rtt;
}

const struct congestion_algorithm flue__congestion_compound = {
    .name = "compound",
    .has_private = true,
    .acked = compound_acked,
    .lost = compound_lost,
    .marked = compound_marked,
    .timed_out = compound_timed_out,
    .started = compound_started,
    .rebuilt = compound_started,
    .resumed = compound_resumed,
    .report = compound_report,
};
