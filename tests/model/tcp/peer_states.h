/* SPDX-License-Identifier: GPL-2.0-or-later
 *
 * A peer whose connection is in a given state, for the tables of states and events. In every state
 * from ESTABLISHED on 300 bytes were sent and acknowledged, then 500 more that are in flight (all
 * is acknowledged where the state says so), and 200 bytes were received and acknowledged.
 */
#ifndef FLUE_TEST_TCP_PEER_STATES_H
#define FLUE_TEST_TCP_PEER_STATES_H

#include "peer.h"

enum peer_state {
    AT_CLOSED, /* no connection, no listener */
    AT_LISTEN,
    AT_SYN_SENT,
    AT_SYN_RCVD_PASSIVE,
    AT_SYN_RCVD_ACTIVE, /* the SYNs crossed */
    AT_ESTABLISHED,
    AT_FIN_WAIT_1,
    AT_FIN_WAIT_2,
    AT_CLOSE_WAIT,
    AT_CLOSING,
    AT_LAST_ACK,
    AT_TIME_WAIT,
    PEER_STATES
};

/* The variables of a state, relative to each side's SYN. */
struct peer_variables {
    const char *name;
    enum flue_tcp_connection_state state;
    enum peer_engines engines; /* where it can be reached */
    uint32_t snd_una, snd_nxt, rcv_nxt;
};

extern const struct peer_variables peer_variables[PEER_STATES];

/* Brings the peer there, from peer_next_variation. What was sent on the way is forgotten. */
void peer_reach(struct peer *peer, enum peer_state state);

/* The state of the tuple's connection; LISTEN or CLOSED when there is none. */
enum flue_tcp_connection_state peer_state(const struct peer *peer);

#endif
