/* SPDX-License-Identifier: GPL-2.0-or-later
 *
 * What a congestion control algorithm sees of a connection and must implement. One file an
 * algorithm; a new one is that file and a line in congestion.c.
 *
 * The algorithm owns cwnd and ssthresh. Loss detection and the inflation of cwnd during recovery
 * are the engine's (recovery.c).
 */
#ifndef FLUE_TCP_CONGESTION_H
#define FLUE_TCP_CONGESTION_H

#include <stdbool.h>
#include <stdint.h>

struct congestion_view {
    uint32_t cwnd;     /* bytes; the algorithm changes it */
    uint32_t ssthresh; /* bytes; the algorithm changes it */
    uint32_t mss;      /* payload of a full segment, bytes */
    uint32_t flight;   /* bytes sent and unacknowledged before the event */
    uint32_t acked;    /* bytes newly acknowledged by the event */
};

struct congestion_algorithm {
    const char *name;
    bool has_private; /* it keeps variables in extension.h's congestion_private */
    /* New data was acknowledged outside recovery. */
    void (*acked)(struct congestion_view *view);
    /* A loss was found by duplicate ACKs: sets ssthresh. */
    void (*lost)(struct congestion_view *view);
    /* The peer echoed CE, for the first time in this window of data: sets ssthresh and cwnd
     * (RFC 3168 6.1.2). */
    void (*marked)(struct congestion_view *view);
    /* The retransmission timer expired for the first time on this data: sets ssthresh and cwnd. */
    void (*timed_out)(struct congestion_view *view);
};

extern const struct congestion_algorithm flue__congestion_newreno;

/* NULL for a name that there is not; name NULL is the first. */
const struct congestion_algorithm *flue__congestion_find(const char *name);

#endif
