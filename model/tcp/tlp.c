/* SPDX-License-Identifier: GPL-2.0-or-later
 *
 * The tail loss probe (RFC 8985 7): when the ACKs of a flight stay out for two round trips, one
 * segment more draws an ACK from the peer, so that RACK can tell what the tail has lost before the
 * retransmission timer does.
 */
#include "tcp/rack.h"

void
flue__tlp_reset(struct rack *rack)
{
    rack->is_probing = false;
    rack->is_probe_repeated = false;
}

/* RFC 8985 7.2, TLP_calc_PTO, in ticks. */
static uint64_t
probe_ticks(const struct flue_tcp_connection *connection, const struct rack *rack)
{
    const struct flue_tcp_engine *engine = connection->engine;
    uint64_t ticks;

    if (rack->srtt == 0)
        return engine->config.ticks_per_second;
    ticks = (2 * rack->srtt + engine->tick_length - 1) / engine->tick_length;
    if (connection->snd_max - connection->snd_una <= connection->mss)
        ticks += engine->config.delayed_ack_ticks; /* the peer may wait for a second segment */
    return ticks;
}

void
flue__tlp_schedule(struct flue_tcp_connection *connection, flue_time now)
{
    struct rack *rack = flue__rack_of(connection);
    uint64_t deadline;

    if (rack == NULL || !rack->has_news)
        return;
    rack->has_news = false;
    if (rack->timer == RACK_TIMER_REORDERING)
        return;
    flue__rack_stop_timer(connection);
    if (connection->slow != SLOW_RETRANSMIT || rack->is_probing ||
        flue__rack_is_recovering(connection, rack) ||
        (connection->scoreboard != NULL && connection->scoreboard->first != NULL))
        return;
    deadline = flue__tcp_deadline(connection->engine, now, probe_ticks(connection, rack));
    if (deadline > connection->slow_deadline)
        deadline = connection->slow_deadline;
    flue__rack_arm(connection, RACK_TIMER_PROBE, deadline);
}

/* The end of what was sent last, once more. */
static uint32_t
send_last_again(struct flue_tcp_connection *connection, flue_time now, const struct rack *rack)
{
    const struct sent_record *last = rack->log.last;
    uint32_t left;

    if (last == NULL)
        return 0;
    left = seq_max(last->left, last->right - connection->mss);
    return flue__tcp_send_again(connection, now, left, last->right - left);
}

void
flue__tlp_expired(struct flue_tcp_connection *connection, flue_time now)
{
    struct rack *rack = flue__rack_of(connection);

    if (connection->slow != SLOW_RETRANSMIT)
        return;
    /* RFC 8985 7.3: a round trip was measured since the last probe. That none is under way is what
     * the timer was armed for. */
    if (rack->has_rtt_since_probe) {
        uint32_t snd_max = connection->snd_max;

        flue__tcp_send_new(connection, now);
        rack->is_probe_repeated = connection->snd_max == snd_max;
        if (!rack->is_probe_repeated || send_last_again(connection, now, rack) > 0) {
            rack->is_probing = true;
            rack->has_rtt_since_probe = false;
            rack->probe_end = connection->snd_max;
            flue__tcp_stats(connection)->tail_loss_probes++;
        }
    }
    flue__tcp_arm_slow(connection, now, SLOW_RETRANSMIT, flue__tcp_timeout(connection));
}

void
flue__tlp_on_ack(struct flue_tcp_connection *connection, const struct flue_tcp_segment *segment,
                 bool is_duplicate)
{
    struct rack *rack = flue__rack_of(connection);

    if (rack == NULL || !rack->is_probing || seq_lt(segment->ack, rack->probe_end))
        return;
    if (!rack->is_probe_repeated ||
        (flue__tcp_has_dsack(segment) && segment->sack[0].right == rack->probe_end)) {
        flue__tlp_reset(rack); /* new data, or both transmissions arrived */
    } else if (seq_gt(segment->ack, rack->probe_end)) {
        /* RFC 8985 7.4.2: the probe repaired a loss, which means congestion like any other. */
        flue__tlp_reset(rack);
        if (!flue__rack_is_recovering(connection, rack)) {
            flue__tcp_cut_window(connection);
            if (connection->cwnd > connection->ssthresh)
                connection->cwnd = connection->ssthresh;
        }
    } else if (is_duplicate && segment->sack_count == 0) {
        flue__tlp_reset(rack); /* a peer without DSACK says the same so */
    }
}
