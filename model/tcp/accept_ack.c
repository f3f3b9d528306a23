/* SPDX-License-Identifier: GPL-2.0-or-later
 *
 * The fifth step of segment arrival (RFC 9293 3.10.7.4): the ACK field, the send window, and what
 * an acknowledged FIN leads to.
 */
#include "tcp/connection.h"
#include "tcp/rack.h"

/* RFC 9293 3.10.7.4: is the segment's window newer than the one we have? An ACK of new data always
 * is, also of an old segment sent again: SND.WND counts from SND.UNA, and kept while that advances
 * it would reach beyond what the peer offered. */
static void
update_window(struct flue_tcp_connection *connection, const struct flue_tcp_segment *segment)
{
    uint32_t window = (uint32_t)segment->window << connection->snd_wind_scale;

    if (seq_gt(connection->snd_una, segment->ack))
        return;
    if (!seq_gt(segment->ack, connection->snd_una) && !seq_lt(connection->snd_wl1, segment->seq) &&
        !(connection->snd_wl1 == segment->seq && seq_le(connection->snd_wl2, segment->ack)))
        return;
    if (window != connection->snd_wnd)
        connection->want_output = true;
    connection->snd_wnd = window;
    connection->snd_wl1 = seq_max(connection->snd_wl1, segment->seq);
    connection->snd_wl2 = segment->ack;
    if (window > connection->max_snd_wnd)
        connection->max_snd_wnd = window;
}

/* RFC 5681 2: the definition of a duplicate acknowledgement. */
static bool
is_duplicate(const struct flue_tcp_connection *connection, const struct flue_tcp_segment *segment)
{
    return segment->ack == connection->snd_una && segment->payload.length == 0 &&
           (segment->flags & (FLUE_TCP_SYN | FLUE_TCP_FIN)) == 0 &&
           connection->snd_max != connection->snd_una &&
           (uint32_t)segment->window << connection->snd_wind_scale == connection->snd_wnd;
}

/* The persist rounds: an answer that still says zero starts the next, any other ends them. */
static void
persist_answered(struct flue_tcp_connection *connection, flue_time now)
{
    if (connection->slow == SLOW_OVERRIDE && connection->snd_wnd == 0) {
        flue__tcp_stop_slow(connection); /* there is nothing to override: output probes */
        connection->want_output = true;
    }
    if (connection->slow != SLOW_PERSIST && connection->slow != SLOW_PROBE)
        return;
    if (seq_ge(connection->snd_una, flue__tcp_snd_end(connection))) {
        connection->retransmissions = 0; /* a probe carried the last of it */
        flue__tcp_stop_slow(connection);
        return;
    }
    if (connection->snd_wnd > 0) {
        if (connection->slow == SLOW_PROBE) {
            connection->retransmissions = 0;
            flue__tcp_stop_slow(connection);
            connection->want_output = true;
        } else if (connection->want_output) {
            flue__tcp_stop_slow(connection); /* the window opened while we waited */
        }
        return;
    }
    if (connection->slow == SLOW_PROBE) {
        if (connection->probe_round < UINT8_MAX)
            connection->probe_round++;
        connection->retransmissions = 0;
        flue__tcp_arm_slow(connection, now, SLOW_PERSIST,
                           flue__tcp_backed_off(connection, connection->probe_round));
    }
}

static void
take_rtt(struct flue_tcp_connection *connection, const struct flue_tcp_segment *segment)
{
    struct flue_tcp_engine *engine = connection->engine;

    if (connection->use_timestamps) {
        if (segment->has_timestamp)
            flue__tcp_rtt_sample(connection,
                                 (uint32_t)engine->tick + connection->ts_offset - segment->ts_ecr);
    } else if (connection->is_timing && seq_ge(segment->ack, connection->rtt_seq)) {
        connection->is_timing = false;
        flue__tcp_rtt_sample(connection, (uint32_t)engine->tick - connection->rtt_tick);
    }
}

void
flue__tcp_complete_lists(struct flue_tcp_connection *connection, flue_time now, uint32_t bytes)
{
    struct flue_tcp_engine *engine = connection->engine;
    struct flue_buffer_list *lists =
        send_queue_acknowledge(&connection->queue, connection->snd_una);

    if (lists != NULL && engine->handlers.sent != NULL && !connection->is_released)
        engine->handlers.sent(engine->user, now, connection, lists);
    if (bytes > 0 && engine->handlers.acknowledged != NULL && !connection->is_released &&
        connection->state != FLUE_TCP_CONNECTION_CLOSED)
        engine->handlers.acknowledged(engine->user, now, connection, bytes);
}

/* SND.UNA advances. */
static void
take_new_ack(struct flue_tcp_connection *connection, flue_time now,
             const struct flue_tcp_segment *segment, enum ecn_echo echo)
{
    uint32_t flight = connection->snd_max - connection->snd_una;
    uint32_t acked = segment->ack - connection->snd_una;
    uint32_t data_end = connection->queue.end_seq;
    uint32_t data_from = connection->snd_una;
    uint32_t bytes = (seq_lt(segment->ack, data_end) ? segment->ack : data_end) - data_from;
    bool was_recovering = connection->in_recovery;

    take_rtt(connection, segment);
    connection->snd_una = segment->ack;
    if (seq_lt(connection->snd_nxt, connection->snd_una))
        connection->snd_nxt = connection->snd_una;
    connection->retransmissions = 0;
    if (connection->extension != NULL)
        flue__tcp_urgent_acknowledged(connection);
    flue__scoreboard_advance(connection);
    flue__tcp_on_new_ack(connection, now, acked, flight, echo == ECN_ECHO_NONE);
    if (connection->slow == SLOW_RETRANSMIT) { /* RFC 6298 5.2, 5.3 */
        if (connection->snd_una == connection->snd_max && echo == ECN_ECHO_HOLD)
            flue__tcp_arm_slow(connection, now, SLOW_CONGESTED, flue__tcp_timeout(connection));
        else if (connection->snd_una == connection->snd_max)
            flue__tcp_stop_slow(connection);
        else if (connection->use_sack || !was_recovering || !connection->in_recovery)
            flue__tcp_arm_slow(connection, now, SLOW_RETRANSMIT, flue__tcp_timeout(connection));
    }
    flue__tcp_complete_lists(connection, now, bytes);
}

/* Our FIN is acknowledged: the second half of the fifth step. */
static void
take_fin_ack(struct flue_tcp_connection *connection, flue_time now)
{
    struct flue_tcp_engine *engine = connection->engine;

    if (engine->handlers.send_closed != NULL && !connection->is_released)
        engine->handlers.send_closed(engine->user, now, connection);
    switch (connection->state) {
    case FLUE_TCP_CONNECTION_FIN_WAIT1:
        flue__tcp_enter(connection, now, FLUE_TCP_CONNECTION_FIN_WAIT2);
        break;
    case FLUE_TCP_CONNECTION_CLOSING:
        flue__tcp_enter(connection, now, FLUE_TCP_CONNECTION_TIME_WAIT);
        break;
    case FLUE_TCP_CONNECTION_LAST_ACK:
        flue__tcp_end(connection, now, FLUE_OK);
        break;
    default:
        break;
    }
}

/* An ACK that is no reason to go on: of something not yet sent, or older than the peer's largest
 * window could make it (RFC 5961 5). */
static bool
is_implausible(const struct flue_tcp_connection *connection, uint32_t ack)
{
    return seq_gt(ack, connection->snd_max) ||
           seq_lt(ack, connection->snd_una - connection->max_snd_wnd);
}

/* The ACK field and the SACK blocks, which acknowledge data between them. */
static void
take_ack(struct flue_tcp_connection *connection, flue_time now,
         const struct flue_tcp_segment *segment)
{
    struct ack_news news = {.is_duplicate = is_duplicate(connection, segment)};
    enum ecn_echo echo = ECN_ECHO_NONE;

    update_window(connection, segment);
    if (connection->extension != NULL) {
        if (seq_gt(segment->ack, connection->snd_una))
            flue__congestion_observe(connection, segment);
        echo = flue__ecn_take_echo(connection, segment);
    }
    if (seq_gt(segment->ack, connection->snd_una)) {
        news.acked = segment->ack - connection->snd_una;
        take_new_ack(connection, now, segment, echo);
    } else if (news.is_duplicate && !connection->use_sack) {
        flue__tcp_on_duplicate_ack(connection, now);
    }
    if (connection->state == FLUE_TCP_CONNECTION_CLOSED)
        return;
    if (connection->use_sack) {
        if (segment->sack_count > 0)
            news.is_sack_news = flue__scoreboard_update(connection, segment);
        if (flue__rack_is_on(connection))
            flue__rack_on_ack(connection, now, segment);
        flue__prr_on_ack(connection);
        if (flue__rack_is_on(connection)) {
            flue__tlp_on_ack(connection, segment, news.is_duplicate);
            flue__rack_recover(connection, now);
        } else if (news.is_sack_news || connection->in_recovery)
            flue__tcp_sack_on_ack(connection, now, news.is_sack_news);
    }
    if (connection->extension != NULL)
        flue__frto_on_ack(connection, now, &news);
}

bool
flue__tcp_accept_ack(struct flue_tcp_connection *connection, flue_time now,
                     const struct flue_tcp_segment *segment)
{
    bool had_fin_in_flight;

    if (is_implausible(connection, segment->ack)) {
        flue__tcp_challenge(connection, now);
        return false;
    }
    if (connection->state == FLUE_TCP_CONNECTION_TIME_WAIT)
        return true;
    if (connection->snd_max == segment->ack && connection->snd_una == segment->ack &&
        connection->slow == SLOW_NONE && connection->extension == NULL) {
        update_window(connection, segment); /* nothing is in flight: no other news is possible */
        return true;
    }
    had_fin_in_flight =
        connection->fin_sent && seq_le(connection->snd_una, connection->queue.end_seq);
    take_ack(connection, now, segment);
    persist_answered(connection, now);
    if (connection->state == FLUE_TCP_CONNECTION_CLOSED)
        return false;
    if (had_fin_in_flight && seq_gt(connection->snd_una, connection->queue.end_seq))
        take_fin_ack(connection, now);
    return connection->state != FLUE_TCP_CONNECTION_CLOSED;
}
