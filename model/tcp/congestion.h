/* SPDX-License-Identifier: GPL-2.0-or-later
 *
 * What a congestion control algorithm sees of a connection and must implement. One file an
 * algorithm; a new one is that file and a line in congestion.c.
 *
 * The algorithm owns cwnd and ssthresh. Loss detection and the inflation of cwnd during recovery
 * are the engine's (recovery.c), and so is everything about segments: an algorithm is arithmetic on
 * one struct, in integers, and allocates nothing. congestion_events.c calls it.
 */
#ifndef FLUE_TCP_CONGESTION_H
#define FLUE_TCP_CONGESTION_H

#include <stdbool.h>
#include <stdint.h>

#include "flue/tcp.h"

enum { CONGESTION_PRIVATE_WORDS = 6 };

struct congestion_view {
    uint32_t cwnd;     /* bytes; the algorithm changes it */
    uint32_t ssthresh; /* bytes; the algorithm changes it */
    void *own;         /* the algorithm's variables, CONGESTION_PRIVATE_WORDS words of 64 bits, all
                          zero at first; NULL unless it has_private */
    const struct flue_tcp_config *config; /* the engine's: its tunables */
    flue_time now;
    flue_time srtt;   /* smoothed round-trip time, picoseconds; 0: not known */
    flue_time rtt;    /* the measurement that this event brought; 0: none */
    uint32_t mss;     /* payload of a full segment, bytes */
    uint32_t flight;  /* bytes sent and unacknowledged before the event */
    uint32_t acked;   /* bytes newly acknowledged by the event */
    uint32_t snd_una; /* after the event */
    uint32_t snd_max;
    bool is_limited; /* cwnd is what limits the sender, not the application or the peer's window: an
                        algorithm lets cwnd grow only then (RFC 9438 5.8, RFC 7661) */
    bool is_echo;    /* the ACK carries ECE */
};

struct congestion_algorithm {
    const char *name;
    bool has_private; /* it keeps variables in extension.h's congestion_private */
    bool needs_ecn;   /* ECN is negotiated whatever the option says, and CE is echoed segment by
                         segment (RFC 8257 3.2) */

    /* These every algorithm has. */

    /* New data was acknowledged outside recovery, without an echo of CE. */
    void (*acked)(struct congestion_view *view);
    /* A loss was found by duplicate ACKs: sets ssthresh. */
    void (*lost)(struct congestion_view *view);
    /* The peer echoed CE, for the first time in this window of data: sets ssthresh and cwnd
     * (RFC 3168 6.1.2). */
    void (*marked)(struct congestion_view *view);
    /* The retransmission timer expired for the first time on this data: sets ssthresh and cwnd. */
    void (*timed_out)(struct congestion_view *view);

    /* And these those that need them; NULL otherwise. A reduction that was spurious is taken back
     * without the algorithm's help: its variables are made what they were before. */

    /* The connection opened. */
    void (*started)(struct congestion_view *view);
    /* The connection came from another engine with nothing but cwnd, ssthresh and SRTT. */
    void (*rebuilt)(struct congestion_view *view);
    /* New data was acknowledged; before any of the above, in recovery too. */
    void (*observed)(struct congestion_view *view);
    /* Data goes out after nothing was in flight. */
    void (*resumed)(struct congestion_view *view);
    /* Fills in what probes may want to see. */
    void (*report)(const void *own, struct flue_tcp_congestion_report *report);
};

extern const struct congestion_algorithm flue__congestion_newreno;
extern const struct congestion_algorithm flue__congestion_cubic;
extern const struct congestion_algorithm flue__congestion_dctcp;
extern const struct congestion_algorithm flue__congestion_compound;

/* NULL for a name that there is not; name NULL is the first. */
const struct congestion_algorithm *flue__congestion_find(const char *name);

/* What the algorithms share: NewReno's answers (cc_newreno.c). */
void flue__newreno_acked(struct congestion_view *view);
void flue__newreno_lost(struct congestion_view *view);
void flue__newreno_timed_out(struct congestion_view *view);

static inline uint32_t
congestion_at_least(uint64_t value, uint32_t least)
{
    if (value > UINT32_MAX / 2)
        value = UINT32_MAX / 2;
    return value > least ? (uint32_t)value : least;
}

#endif
