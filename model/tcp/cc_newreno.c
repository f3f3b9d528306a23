/* SPDX-License-Identifier: GPL-2.0-or-later
 *
 * Slow start and congestion avoidance of RFC 5681, as NewReno (RFC 6582) uses them.
 *
 * Congestion avoidance adds SMSS*SMSS/cwnd for each ACK (equation 3): it needs no counter that the
 * delegated state could not carry, so a connection that moves goes on exactly.
 */
#include "tcp/congestion.h"

void
flue__newreno_acked(struct congestion_view *view)
{
    uint32_t increase;

    if (!view->is_limited)
        return;
    if (view->cwnd < view->ssthresh) /* RFC 5681 equation 2 */
        increase = view->acked < view->mss ? view->acked : view->mss;
    else
        increase = congestion_at_least((uint64_t)view->mss * view->mss / view->cwnd, 1);
    if (view->cwnd <= UINT32_MAX / 2)
        view->cwnd += increase;
}

void
flue__newreno_lost(struct congestion_view *view)
{
    view->ssthresh = congestion_at_least(view->flight / 2, 2 * view->mss); /* equation 4 */
}

static void
newreno_marked(struct congestion_view *view)
{
    flue__newreno_lost(view);
    /* RFC 3168 6.1.2: down to one segment */
    view->cwnd = congestion_at_least(view->cwnd / 2, view->mss);
}

void
flue__newreno_timed_out(struct congestion_view *view)
{
    flue__newreno_lost(view);
    view->cwnd = view->mss; /* the loss window */
}

const struct congestion_algorithm flue__congestion_newreno = {
    .name = "newreno",
    .acked = flue__newreno_acked,
    .lost = flue__newreno_lost,
    .marked = newreno_marked,
    .timed_out = flue__newreno_timed_out,
};
