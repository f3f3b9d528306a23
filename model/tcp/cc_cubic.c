/* SPDX-License-Identifier: GPL-2.0-or-later
 *
 * CUBIC (RFC 9438): in congestion avoidance the window follows a cubic function of the time since
 * the last reduction, which is flat where that reduction happened, and never falls behind what Reno
 * would have by then.
 *
 * Times on the curve are counted in 2^-16 s, W_est in 2^-16 bytes. The curve lies over the time in
 * which the congestion window was what held the sender back: other time does not count (5.8).
 */
#include "tcp/congestion.h"

#include <stddef.h>

enum { CURVE_BITS = 16, LONGEST_SECONDS = 400 };

struct cubic {
    flue_time epoch;     /* the beginning of this avoidance stage; 0: none is running */
    flue_time counted;   /* until when time has been counted */
    uint64_t w_est;      /* 4.3: what Reno would have, bytes << 16 */
    uint32_t w_max;      /* bytes: cwnd just before the last reduction; 0: no reduction to go by */
    uint32_t k;          /* when the curve reaches w_max, 2^-16 s */
    uint32_t cwnd_prior; /* bytes: cwnd when it was last reduced */
    uint32_t fraction;   /* of a byte, in cwnd-ths, that the window has grown */
};

_Static_assert(sizeof(struct cubic) <= CONGESTION_PRIVATE_WORDS * sizeof(uint64_t), "it must fit");

/* The largest integer whose cube is not above `value`. */
static uint32_t
cube_root(uint64_t value)
{
    uint64_t root = 0;

    for (int bit = 20; bit >= 0; bit--) {
        uint64_t larger = root | UINT64_C(1) << bit;

        if (larger * larger * larger <= value)
            root = larger;
    }
    return (uint32_t)root;
}

static uint32_t
curve_time(flue_time duration)
{
    if (duration > LONGEST_SECONDS * FLUE_SECOND)
        duration = LONGEST_SECONDS * FLUE_SECOND;
    return (uint32_t)((duration / 1000000 << CURVE_BITS) / 1000000);
}

/* How long C t^3 takes to grow by `bytes`: figure 2, in 2^-16 s. */
static uint32_t
time_to_grow(const struct congestion_view *view, uint32_t bytes)
{
    uint64_t c = (uint64_t)view->config->cubic.c_permille * view->mss;
    uint64_t cube = (uint64_t)bytes * 1000 / c; /* s^3 */
    uint32_t root;

    if (cube >= (uint64_t)LONGEST_SECONDS * LONGEST_SECONDS * LONGEST_SECONDS)
        return LONGEST_SECONDS << CURVE_BITS;
    /* A cube in 2^-36 s^3 has its root in 2^-12 s: a quarter of a millisecond is enough here. */
    cube = (((uint64_t)bytes * 1000 % c << 20) / c << 16) + (cube << 36);
    root = cube_root(cube);
    return root << (CURVE_BITS - 12);
}

/* W_cubic(t) of figure 1, bytes. */
static uint64_t
curve_at(const struct congestion_view *view, const struct cubic *cubic, uint32_t t)
{
    uint64_t from_k = t > cubic->k ? t - cubic->k : cubic->k - t;
    uint64_t segments; /* 2^-16 */
    uint64_t bytes;

    segments = (from_k * from_k >> CURVE_BITS) * from_k >> CURVE_BITS;
    segments = segments * view->config->cubic.c_permille / 1000;
    if (segments > UINT64_C(1) << 46)
        segments = UINT64_C(1) << 46;
    bytes = segments * view->mss >> CURVE_BITS;
    if (t >= cubic->k)
        return cubic->w_max + bytes;
    return cubic->w_max > bytes ? cubic->w_max - bytes : 0;
}

static void
begin_epoch(const struct congestion_view *view, struct cubic *cubic)
{
    cubic->epoch = view->now;
    cubic->counted = view->now;
    cubic->w_est = (uint64_t)view->cwnd << 16;
    cubic->fraction = 0;
    if (view->cwnd < cubic->w_max) {
        cubic->k = time_to_grow(view, cubic->w_max - view->cwnd);
    } else { /* 4.8, 4.10: after a timeout, and when slow start ended without a loss */
        cubic->k = 0;
        cubic->w_max = view->cwnd;
    }
}

/* Time that has passed without being limited by cwnd is no time. */
static void
skip_time(const struct congestion_view *view, struct cubic *cubic)
{
    cubic->epoch += view->now - cubic->counted;
    cubic->counted = view->now;
}

/* 4.3: grows as Reno with this multiplicative decrease would on average, and as Reno itself once it
 * has come back to where the window was. */
static void
grow_estimate(const struct congestion_view *view, struct cubic *cubic, uint32_t acked)
{
    uint64_t beta = view->config->cubic.beta_permille;
    uint64_t growth = ((uint64_t)acked * view->mss << 16) / view->cwnd;

    if (cubic->w_est >> 16 < cubic->cwnd_prior)
        growth = growth * 3 * (1000 - beta) / (1000 + beta);
    cubic->w_est += growth;
}

static void
cubic_acked(struct congestion_view *view)
{
    struct cubic *cubic = view->own;
    uint32_t acked = view->acked < view->cwnd ? view->acked : view->cwnd;
    uint32_t t;
    uint64_t target, step;

    if (view->cwnd < view->ssthresh) {
        cubic->epoch = 0;
        flue__newreno_acked(view);
        return;
    }
    if (cubic->epoch == 0)
        begin_epoch(view, cubic);
    if (!view->is_limited) {
        skip_time(view, cubic);
        return;
    }
    cubic->counted = view->now;
    t = curve_time(view->now - cubic->epoch);
    grow_estimate(view, cubic, acked);
    if (view->config->cubic.reno_friendly && curve_at(view, cubic, t) < cubic->w_est >> 16) {
        view->cwnd = congestion_at_least(cubic->w_est >> 16, view->cwnd);
        return;
    }
    /* 4.2, 4.4, 4.5: towards where the curve will be in a round trip, never down, and no more than
     * half as much again. */
    target = curve_at(view, cubic, t + curve_time(view->srtt));
    if (target > view->cwnd + (uint64_t)view->cwnd / 2)
        target = view->cwnd + (uint64_t)view->cwnd / 2;
    if (target <= view->cwnd)
        return;
    step = (target - view->cwnd) * acked + cubic->fraction;
    cubic->fraction = (uint32_t)(step % view->cwnd);
    view->cwnd = congestion_at_least(view->cwnd + step / view->cwnd, view->cwnd);
}

/* 4.6 and 4.7: what every reduction remembers. */
static void
reduce(struct congestion_view *view)
{
    struct cubic *cubic = view->own;
    uint64_t beta = view->config->cubic.beta_permille;

    cubic->cwnd_prior = view->cwnd;
    if (view->config->cubic.fast_convergence && view->cwnd < cubic->w_max)
        cubic->w_max = (uint32_t)(view->cwnd * (1000 + beta) / 2000);
    else
        cubic->w_max = view->cwnd;
    cubic->epoch = 0;
    view->ssthresh = congestion_at_least(view->flight * beta / 1000, 2 * view->mss);
}

static void
cubic_marked(struct congestion_view *view)
{
    uint64_t beta = view->config->cubic.beta_permille;

    reduce(view);
    view->cwnd = congestion_at_least(view->flight * beta / 1000, view->mss);
}

static void
cubic_timed_out(struct congestion_view *view)
{
    struct cubic *cubic = view->own;

    reduce(view);
    cubic->w_max = 0; /* 4.8: K = 0, and the curve starts where slow start ends */
    view->cwnd = view->mss;
}

/* ssthresh tells where the last reduction happened, unless fast convergence had a hand in it, and
 * cwnd how far along the curve the connection has come since. */
static void
cubic_rebuilt(struct congestion_view *view)
{
    struct cubic *cubic = view->own;
    uint64_t peak = (uint64_t)view->ssthresh * 1000 / view->config->cubic.beta_permille;
    flue_time since;

    if (peak > UINT32_C(1) << 30) /* there was none */
        return;
    cubic->w_max = (uint32_t)peak;
    cubic->cwnd_prior = (uint32_t)peak;
    if (view->cwnd <= peak)
        return; /* the stage begins with the next ACK, and its K is what was left of the old one */
    since = ((flue_time)time_to_grow(view, view->cwnd - cubic->w_max) * 1000000 >> CURVE_BITS) *
            1000000;
    begin_epoch(view, cubic);
    cubic->k = 0;
    cubic->w_max = (uint32_t)peak;
    cubic->epoch = view->now > since ? view->now - since : 1;
}

static void
cubic_resumed(struct congestion_view *view)
{
    struct cubic *cubic = view->own;

    if (cubic->epoch != 0)
        skip_time(view, cubic);
}

static void
cubic_report(const void *own, struct flue_tcp_congestion_report *report)
{
    const struct cubic *cubic = own;

    report->cubic_w_max = cubic->w_max;
    report->cubic_w_est = cubic->epoch != 0 ? (uint32_t)(cubic->w_est >> 16) : 0;
    report->cubic_k_us =
        cubic->epoch != 0 ? (uint32_t)((uint64_t)cubic->k * 1000000 >> CURVE_BITS) : 0;
}

const struct congestion_algorithm flue__congestion_cubic = {
    .name = "cubic",
    .has_private = true,
    .acked = cubic_acked,
    .lost = reduce,
    .marked = cubic_marked,
    .timed_out = cubic_timed_out,
    .rebuilt = cubic_rebuilt,
    .resumed = cubic_resumed,
    .report = cubic_report,
};
