/* SPDX-License-Identifier: GPL-2.0-or-later
 *
 * Data Center TCP (RFC 8257), the sender: the window shrinks in proportion to the share of bytes
 * that met congestion, as estimated over the last windows of data. Growth and the answer to loss
 * are Reno's. The receiver's part, which echoes CE segment by segment, is in ecn.c.
 */
#include "tcp/congestion.h"
#include "tcp/seq.h"

#include <stddef.h>

enum { ALPHA_BITS = 20 }; /* fine enough for every gain to let alpha fall to zero */

struct dctcp {
    uint32_t alpha;      /* estimated share of marked bytes, 2^-20 */
    uint32_t window_end; /* when this is acknowledged, an observation window ends */
    uint32_t acked;      /* bytes in this observation window */
    uint32_t marked;     /* of these, acknowledged with ECE */
};

_Static_assert(sizeof(struct dctcp) <= CONGESTION_PRIVATE_WORDS * sizeof(uint64_t), "it must fit");

/* 3.3: until there is an estimate, a mark means what it means to Reno. */
static void
dctcp_started(struct congestion_view *view)
{
    struct dctcp *dctcp = view->own;

    dctcp->alpha =
        (uint32_t)(((uint64_t)view->config->dctcp.initial_alpha_permille << ALPHA_BITS) / 1000);
    dctcp->window_end = view->snd_max;
    dctcp->acked = 0;
    dctcp->marked = 0;
}

/* 3.3, steps 1 to 8. */
static void
dctcp_observed(struct congestion_view *view)
{
    struct dctcp *dctcp = view->own;
    unsigned shift = view->config->dctcp.gain_shift;
    uint32_t share;

    dctcp->acked += view->acked;
    if (view->is_echo)
        dctcp->marked += view->acked;
    if (!seq_gt(view->snd_una, dctcp->window_end))
        return;
    share = (uint32_t)(((uint64_t)dctcp->marked << ALPHA_BITS) / dctcp->acked);
    /* Rounded towards the share: a gain must not leave alpha hanging above zero. */
    if (share >= dctcp->alpha)
        dctcp->alpha += (share - dctcp->alpha) >> shift;
    else
        dctcp->alpha -= (dctcp->alpha - share + (1U << shift) - 1) >> shift;
    dctcp->window_end = view->snd_max;
    dctcp->acked = 0;
    dctcp->marked = 0;
}

/* Step 9, at the first mark of a window of data. */
static void
dctcp_marked(struct congestion_view *view)
{
    const struct dctcp *dctcp = view->own;
    uint64_t cut = (uint64_t)view->cwnd * dctcp->alpha >> (ALPHA_BITS + 1);

    view->cwnd = congestion_at_least(view->cwnd - cut, view->mss);
    view->ssthresh = congestion_at_least(view->cwnd, 2 * view->mss);
}

static void
dctcp_report(const void *own, struct flue_tcp_congestion_report *report)
{
    const struct dctcp *dctcp = own;

    report->dctcp_alpha_ppm = (uint32_t)((uint64_t)dctcp->alpha * 1000000 >> ALPHA_BITS);
}

const struct congestion_algorithm flue__congestion_dctcp = {
    .name = "dctcp",
    .has_private = true,
    .needs_ecn = true,
    .acked = flue__newreno_acked,
    .lost = flue__newreno_lost, /* 3.5 */
    .marked = dctcp_marked,
    .timed_out = flue__newreno_timed_out,
    .started = dctcp_started,
    .rebuilt = dctcp_started,
    .observed = dctcp_observed,
    .report = dctcp_report,
};
