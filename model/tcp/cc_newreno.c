/* SPDX-License-Identifier: GPL-2.0-or-later
 *
 * Slow start and congestion avoidance of RFC 5681, as NewReno (RFC 6582) uses them.
 *
 * Congestion avoidance adds SMSS*SMSS/cwnd for each ACK (equation 3): it needs no counter that the
 * delegated state could not carry, so a connection that moves goes on exactly.
 */
#include "tcp/congestion.h"

static uint32_t
at_least(uint32_t value, uint32_t least)
{
    return value > least ? value : least;
}

static void
newreno_acked(struct congestion_view *view)
{
    uint32_t increase;

    if (view->cwnd < view->ssthresh) /* RFC 5681 equation 2 */
        increase = view->acked < view->mss ? view->acked : view->mss;
    else
        increase = at_least((uint32_t)((uint64_t)view->mss * view->mss / view->cwnd), 1);
    if (view->cwnd <= UINT32_MAX / 2)
        view->cwnd += increase;
}

static void
newreno_lost(struct congestion_view *view)
{
    view->ssthresh = at_least(view->flight / 2, 2 * view->mss); /* equation 4 */
}

static void
newreno_marked(struct congestion_view *view)
{
    newreno_lost(view);
    view->cwnd = at_least(view->cwnd / 2, view->mss); /* RFC 3168 6.1.2: down to one segment */
}

static void
newreno_timed_out(struct congestion_view *view)
{
    newreno_lost(view);
    view->cwnd = view->mss; /* the loss window */
}

const struct congestion_algorithm flue__congestion_newreno = {
    .name = "newreno",
    .acked = newreno_acked,
    .lost = newreno_lost,
    .marked = newreno_marked,
    .timed_out = newreno_timed_out,
};
