/* SPDX-License-Identifier: GPL-2.0-or-later
 *
 * The recovery that RACK starts (RFC 8985 6.2, 6.3), and what may be sent while RACK knows what is
 * in flight: first what is lost, then new data, as long as cwnd has room.
 */
#include "tcp/rack.h"

/* The oldest loss goes out again. Returns the bytes sent. */
static uint32_t
send_lost(struct flue_tcp_connection *connection, flue_time now, struct rack *rack)
{
    struct sent_record *record = rack->log.lost.first;
    uint32_t length = record->right - record->left;
    uint32_t sent;

    if (connection->is_muted)
        return 0;
    rack->log.found = record;
    sent = flue__tcp_send_again(connection, now, record->left,
                                length < connection->mss ? length : connection->mss);
    if (connection->slow != SLOW_RETRANSMIT && connection->slow != SLOW_PROBE)
        flue__tcp_arm_slow(connection, now, SLOW_RETRANSMIT, flue__tcp_timeout(connection));
    return sent;
}

static void
enter(struct flue_tcp_connection *connection, flue_time now, struct rack *rack)
{
    flue__tcp_cut_window(connection);
    connection->cwnd = connection->ssthresh;
    connection->in_recovery = true;
    connection->recover = connection->snd_max;
    if (connection->scoreboard != NULL) {
        connection->scoreboard->high_rxt = connection->snd_una;
        connection->scoreboard->has_rescued = false;
    }
    flue__tlp_reset(rack);
    flue__tcp_stats(connection)->fast_retransmits++;
    flue__prr_start(connection);
    flue__prr_set_window(connection);
    send_lost(connection, now, rack); /* whatever the window says, as RFC 6675 5, step 4.3 */
    flue__tcp_arm_slow(connection, now, SLOW_RETRANSMIT, flue__tcp_timeout(connection));
}

void
flue__rack_recover(struct flue_tcp_connection *connection, flue_time now)
{
    struct rack *rack = flue__rack_of(connection);
    bool has_reached = seq_ge(connection->snd_una, connection->recover);

    if (connection->in_recovery && has_reached) {
        connection->in_recovery = false;
        connection->cwnd = connection->ssthresh; /* PRR may not have got there */
        connection->recover = connection->snd_una - 1;
        rack->has_left_recovery = true;
        flue__scoreboard_advance(connection);
    } else if (connection->in_recovery) {
        flue__prr_set_window(connection);
    }
    if (rack->is_after_timeout && has_reached) {
        rack->is_after_timeout = false;
        rack->has_left_recovery = true;
    }
    if (rack->log.lost.first != NULL && !flue__rack_is_recovering(connection, rack))
        enter(connection, now, rack);
    if (rack->has_news || rack->log.lost.first != NULL)
        connection->want_output = true;
}

/* The peer lacks data that the log does not hold: it has thrown away what it said it holds. All of
 * it is in question then. */
static bool
has_reneged(const struct flue_tcp_connection *connection, const struct rack *rack)
{
    return rack->log.first == NULL || rack->log.first->left != connection->snd_una ||
           connection->retransmissions > 1;
}

static bool
forget(struct flue_tcp_connection *connection, flue_time now, struct rack *rack)
{
    struct sent_record sent = {.left = connection->snd_una,
                               .right = connection->snd_max,
                               .at = now,
                               .is_repeated = true,
                               .has_no_time = true};

    sent_log_clear(&rack->log);
    flue__scoreboard_drop(connection);
    if (!sent_log_add(&rack->log, &sent))
        return false;
    sent_log_mark_all_lost(&rack->log);
    return true;
}

void
flue__rack_on_timeout(struct flue_tcp_connection *connection, flue_time now)
{
    struct rack *rack = flue__rack_of(connection);
    bool is_known;

    flue__tlp_reset(rack);
    flue__rack_stop_timer(connection);
    rack->is_after_timeout = true;
    if (has_reneged(connection, rack)) {
        is_known = forget(connection, now, rack);
    } else { /* RFC 8985 6.3: the first segment, and whatever is overdue */
        is_known = sent_log_cut(&rack->log, connection->snd_una + connection->mss);
        if (is_known)
            flue__rack_mark_overdue(connection, now);
    }
    if (!is_known)
        flue__rack_give_up(connection);
}

void
flue__rack_lose_all(struct flue_tcp_connection *connection)
{
    struct rack *rack = flue__rack_of(connection);

    flue__tlp_reset(rack);
    flue__rack_stop_timer(connection);
    rack->is_after_timeout = true;
    sent_log_mark_all_lost(&rack->log);
}

void
flue__rack_unmark_lost(struct flue_tcp_connection *connection)
{
    struct rack *rack = flue__rack_of(connection);

    rack->is_after_timeout = false;
    sent_log_unmark_lost(&rack->log);
}

void
flue__rack_send_lost(struct flue_tcp_connection *connection, flue_time now)
{
    struct rack *rack = flue__rack_of(connection);

    if (rack == NULL || connection->slow == SLOW_PERSIST || connection->slow == SLOW_PROBE ||
        flue__frto_is_waiting(connection))
        return;
    while (rack->log.lost.first != NULL &&
           (rack->log.in_flight.bytes == 0 ||
            connection->cwnd >= rack->log.in_flight.bytes + connection->mss)) {
        if (flue__pacing_holds(connection) || send_lost(connection, now, rack) == 0 || rack->is_off)
            return;
    }
}

void
flue__rack_send_first(struct flue_tcp_connection *connection, flue_time now)
{
    struct rack *rack = flue__rack_of(connection);

    if (rack != NULL && rack->log.lost.first != NULL)
        send_lost(connection, now, rack);
}

void
flue__rack_timer_fired(struct flue_tcp_connection *connection, flue_time now)
{
    struct rack *rack = flue__rack_of(connection);
    enum rack_timer timer = (enum rack_timer)connection->extension->rack->timer;

    flue__rack_stop_timer(connection);
    if (rack == NULL)
        return;
    if (timer == RACK_TIMER_PROBE) {
        flue__tlp_expired(connection, now);
    } else {
        flue__rack_detect_losses(connection, now);
        flue__rack_recover(connection, now);
    }
}
