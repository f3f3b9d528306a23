/* SPDX-License-Identifier: GPL-2.0-or-later
 *
 * Loss recovery: fast retransmit and fast recovery of RFC 5681 3.2 with NewReno's partial
 * acknowledgements (RFC 6582), and what a retransmission timeout does to the windows.
 */
#include "tcp/connection.h"

static void
enter_recovery(struct flue_tcp_connection *connection, flue_time now)
{
    flue__tcp_cut_window(connection);
    connection->in_recovery = true;
    connection->has_partial_ack = false;
    connection->recover = connection->snd_max;
    flue__tcp_stats(connection)->fast_retransmits++;
    flue__prr_start(connection);
    flue__tcp_retransmit(connection, now);
    /* The duplicates say that so many segments have left the network. */
    connection->cwnd =
        connection->ssthresh +
        (uint32_t)connection->engine->config.duplicate_ack_threshold * connection->mss;
    flue__prr_set_window(connection);
    flue__tcp_arm_slow(connection, now, SLOW_RETRANSMIT, flue__tcp_timeout(connection));
}

void
flue__tcp_on_duplicate_ack(struct flue_tcp_connection *connection, flue_time now)
{
    if (connection->dup_acks < UINT8_MAX)
        connection->dup_acks++;
    connection->want_output = true;
    flue__prr_on_duplicate(connection);
    if (connection->in_recovery && flue__prr_is_on(connection)) {
        flue__prr_set_window(connection);
    } else if (connection->in_recovery) {
        connection->cwnd += connection->mss; /* one more has left the network */
    } else if (connection->dup_acks == connection->engine->config.duplicate_ack_threshold) {
        /* RFC 6582 3.2 step 2: only for a loss beyond the last recovery. */
        if (seq_gt(connection->snd_una, connection->recover))
            enter_recovery(connection, now);
    }
}

/* RFC 6582 3.2 step 3, an ACK that reaches `recover`. */
static void
leave_recovery(struct flue_tcp_connection *connection)
{
    uint32_t flight = connection->snd_max - connection->snd_una;
    uint32_t window = (flight > connection->mss ? flight : connection->mss) + connection->mss;

    connection->in_recovery = false;
    connection->cwnd = window < connection->ssthresh && !flue__prr_is_on(connection)
                           ? window
                           : connection->ssthresh;
    /* The next loss may be that of the very next segment. After a timeout, by contrast, duplicates
     * of what was sent twice must not look like one: there `recover` stays. */
    connection->recover = connection->snd_una - 1;
}

/* RFC 6582 3.2 step 3, an ACK that does not: the next hole is retransmitted at once. */
static void
partial_ack(struct flue_tcp_connection *connection, flue_time now, uint32_t acked)
{
    flue__tcp_retransmit(connection, now);
    if (flue__prr_is_on(connection)) {
        flue__prr_set_window(connection);
    } else {
        connection->cwnd = connection->cwnd > acked ? connection->cwnd - acked : 0;
        if (acked >= connection->mss || connection->cwnd < connection->mss)
            connection->cwnd += connection->mss;
    }
    if (!connection->has_partial_ack) {
        connection->has_partial_ack = true;
        flue__tcp_arm_slow(connection, now, SLOW_RETRANSMIT, flue__tcp_timeout(connection));
    }
}

void
flue__tcp_on_new_ack(struct flue_tcp_connection *connection, flue_time now, uint32_t acked,
                     uint32_t flight_before, bool may_grow)
{
    connection->dup_acks = 0;
    connection->want_output = true;
    if (!connection->use_sack)
        flue__prr_on_advance(connection, acked);
    if (connection->in_recovery) {
        if (connection->use_sack)
            return; /* sack_recovery.c reads the scoreboard instead */
        if (seq_ge(connection->snd_una, connection->recover))
            leave_recovery(connection);
        else
            partial_ack(connection, now, acked);
    } else {
        if (may_grow)
            flue__congestion_acked(connection, acked, flight_before);
        if (seq_gt(connection->snd_una, connection->recover))
            connection->recover = connection->snd_una - 1; /* it must not come round in 2 GiB */
    }
}

void
flue__tcp_on_timeout(struct flue_tcp_connection *connection, flue_time now)
{
    bool is_doubtful = flue__frto_on_timeout(connection);

    /* RFC 5681 3.1: ssthresh is set once, when the data is retransmitted for the first time. */
    if (connection->retransmissions == 1)
        flue__congestion_timed_out(connection);
    connection->cwnd = connection->mss;
    if (!is_doubtful && !flue__rack_is_on(connection))
        flue__scoreboard_drop(connection); /* RFC 2018 8: the peer may have thrown it away */
    connection->in_recovery = false;
    connection->dup_acks = 0;
    connection->recover = connection->snd_max; /* RFC 6582 3.2 step 4 */
    if (flue__rack_is_on(connection))
        flue__rack_on_timeout(connection, now);
    if (!flue__rack_is_on(connection))
        connection->snd_nxt = connection->snd_una;
}
