/* SPDX-License-Identifier: GPL-2.0-or-later
 *
 * The ways into each state, for peer_states.h.
 */
#include "cmocka_first.h"
#include "peer_states.h"

const struct peer_variables peer_variables[PEER_STATES] = {
    [AT_CLOSED] = {"CLOSED", FLUE_TCP_CONNECTION_CLOSED, ON_HOST, 0, 0, 0},
    [AT_LISTEN] = {"LISTEN", FLUE_TCP_CONNECTION_LISTEN, ON_HOST, 0, 0, 0},
    [AT_SYN_SENT] = {"SYN-SENT", FLUE_TCP_CONNECTION_SYN_SENT, ON_HOST, 0, 1, 0},
    [AT_SYN_RCVD_PASSIVE] = {"SYN-RECEIVED (passive)", FLUE_TCP_CONNECTION_SYN_RCVD, ON_HOST, 0, 1,
                             1},
    [AT_SYN_RCVD_ACTIVE] = {"SYN-RECEIVED (active)", FLUE_TCP_CONNECTION_SYN_RCVD, ON_HOST, 0, 1,
                            1},
    [AT_ESTABLISHED] = {"ESTABLISHED", FLUE_TCP_CONNECTION_ESTABLISHED, ON_BOTH, 301, 801, 201},
    [AT_FIN_WAIT_1] = {"FIN-WAIT-1", FLUE_TCP_CONNECTION_FIN_WAIT1, ON_BOTH, 301, 802, 201},
    [AT_FIN_WAIT_2] = {"FIN-WAIT-2", FLUE_TCP_CONNECTION_FIN_WAIT2, ON_BOTH, 802, 802, 201},
    [AT_CLOSE_WAIT] = {"CLOSE-WAIT", FLUE_TCP_CONNECTION_CLOSE_WAIT, ON_BOTH, 301, 801, 202},
    [AT_CLOSING] = {"CLOSING", FLUE_TCP_CONNECTION_CLOSING, ON_BOTH, 301, 802, 202},
    [AT_LAST_ACK] = {"LAST-ACK", FLUE_TCP_CONNECTION_LAST_ACK, ON_BOTH, 301, 802, 202},
    [AT_TIME_WAIT] = {"TIME-WAIT", FLUE_TCP_CONNECTION_TIME_WAIT, ON_BOTH, 802, 802, 202},
};

static void
reach_synchronized(struct peer *peer, enum peer_state state)
{
    peer_open(peer, 10 * MS);
    peer_send(peer, 300);
    peer_segment(peer, A, 1, 301, 200);
    peer_wait(peer, 40 * MS); /* the delayed ACK */
    peer_send(peer, 500);
    if (state == AT_CLOSE_WAIT || state == AT_LAST_ACK)
        peer_segment(peer, F | A, 201, 301, 0);
    if (state != AT_ESTABLISHED && state != AT_CLOSE_WAIT)
        assert_int_equal(flue_tcp_shutdown(peer->connection, peer->now), FLUE_OK);
    if (state == AT_FIN_WAIT_2 || state == AT_TIME_WAIT)
        peer_ack(peer, 201, 802);
    if (state == AT_CLOSING)
        peer_segment(peer, F | A, 201, 301, 0);
    if (state == AT_TIME_WAIT)
        peer_segment(peer, F | A, 201, 802, 0);
}

void
peer_reach(struct peer *peer, enum peer_state state)
{
    if (state >= AT_ESTABLISHED) {
        reach_synchronized(peer, state);
    } else {
        peer_create(peer);
        if (state == AT_LISTEN || state == AT_SYN_RCVD_PASSIVE)
            peer_listen(peer);
        if (state == AT_SYN_SENT || state == AT_SYN_RCVD_ACTIVE)
            peer_connect(peer);
        if (state == AT_SYN_RCVD_PASSIVE || state == AT_SYN_RCVD_ACTIVE)
            peer_segment(peer, S, 0, 0, 0);
    }
    (void)peer_skip(peer);
    assert_int_equal(peer_state(peer), peer_variables[state].state);
}

enum flue_tcp_connection_state
peer_state(const struct peer *peer)
{
    struct flue_tcp_connection *connection = flue_tcp_find(peer->engine, &peer->tuple);

    if (connection != NULL)
        return flue_tcp_state(connection);
    return peer->listener != NULL ? FLUE_TCP_CONNECTION_LISTEN : FLUE_TCP_CONNECTION_CLOSED;
}
