/* SPDX-License-Identifier: GPL-2.0-or-later
 *
 * The variables of mechanisms that only some connections use, in one object that only those have.
 * It is made with the connection, all zero, when its options ask for one of them; a connection with
 * the default options has none.
 */
#ifndef FLUE_TCP_EXTENSION_H
#define FLUE_TCP_EXTENSION_H

#include <stdbool.h>
#include <stdint.h>

enum { CONGESTION_PRIVATE_WORDS = 8 };

/* ecn.c */
struct ecn {
    bool is_wanted : 1;     /* the option */
    bool sent_setup : 1;    /* we sent an ECN-setup SYN or SYN-ACK (RFC 3168 6.1.1) ... */
    bool sent_plain : 1;    /* ... and one that is none */
    bool peer_setup : 1;    /* the same of the peer */
    bool peer_plain : 1;    /* */
    bool is_echoing : 1;    /* ECE goes with every ACK until the peer's CWR */
    bool has_reduced : 1;   /* CWR goes with the next new data */
    uint32_t reduced_until; /* SND.MAX when the window was last reduced: not again before it is
                               acknowledged */
};

struct extension {
    uint32_t congestion_private[CONGESTION_PRIVATE_WORDS]; /* the algorithm's own */
    struct ecn ecn;
};

#endif
