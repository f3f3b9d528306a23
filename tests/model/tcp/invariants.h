/* SPDX-License-Identifier: GPL-2.0-or-later
 *
 * What must hold of a connection after every event, whatever the wire and the application do: the
 * sequence space of RFC 9293 3.3 and 3.4, windows, timers, and what may be in a segment. One watch
 * a side of a wire; a watch that finds something wrong fails the test.
 *
 *     invariants_init(&watch, &wire, side, &config, &options);
 *     wire's watch:           invariants_on_emit(&watch, segment)
 *     wire's watch_landing:   invariants_on_arrival(&watch, segment)
 *     after each event:       invariants_check(&watch)
 */
#ifndef FLUE_TEST_TCP_INVARIANTS_H
#define FLUE_TEST_TCP_INVARIANTS_H

#include "wire.h"

struct invariants {
    struct wire *wire;
    int side;
    const struct flue_tcp_config *config;
    const struct flue_tcp_options *options;
    bool has_last;
    struct flue_tcp_snapshot last; /* after the last event */
    bool has_snd_edge, has_rcv_edge;
    uint32_t snd_edge; /* the right-most edge that the peer offered */
    uint32_t rcv_edge; /* the right-most edge offered to the peer */
    bool has_acked;
    uint32_t acked; /* the last acknowledgement number sent */
    struct flue_tcp_segment own_syn, peer_syn;
    bool has_own_syn, has_peer_syn;
    bool has_ts_val;
    uint32_t ts_val; /* the last timestamp sent */
};

void invariants_init(struct invariants *watch, struct wire *wire, int side,
                     const struct flue_tcp_config *config, const struct flue_tcp_options *options);
void invariants_on_emit(struct invariants *watch, const struct flue_tcp_segment *segment);
void invariants_on_arrival(struct invariants *watch, const struct flue_tcp_segment *segment);
void invariants_check(struct invariants *watch);
/* The connection was moved: what the structures do not carry is forgotten here too. */
void invariants_moved(struct invariants *watch);

#endif
