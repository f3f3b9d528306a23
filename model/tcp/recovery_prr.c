/* SPDX-License-Identifier: GPL-2.0-or-later
 *
 * Proportional rate reduction (RFC 6937): in recovery, what may be sent follows what each ACK says
 * has been delivered, so that the window reaches ssthresh evenly and not by a pause. Between the
 * two bounds of that RFC's section 3 each ACK chooses as RFC 9937 does: slow start only when the
 * recovery makes progress and no further loss shows.
 */
#include "tcp/connection.h"

static struct prr *
wanted(const struct flue_tcp_connection *connection)
{
    return connection->extension != NULL && connection->extension->prr.is_wanted
               ? &connection->extension->prr
               : NULL;
}

bool
flue__prr_is_on(const struct flue_tcp_connection *connection)
{
    return wanted(connection) != NULL;
}

/* Beyond SND.UNA, what the peer holds: known with SACK, else estimated from the duplicates. */
static uint32_t
held_by_peer(const struct flue_tcp_connection *connection, const struct prr *prr)
{
    if (connection->use_sack)
        return connection->scoreboard != NULL ? connection->scoreboard->bytes : 0;
    return prr->estimate;
}

static uint32_t
in_flight(const struct flue_tcp_connection *connection, const struct prr *prr)
{
    if (flue__rack_is_on(connection))
        return flue__rack_pipe(connection);
    if (connection->use_sack && connection->scoreboard != NULL)
        return flue__scoreboard_pipe(connection);
    /* What is lost is sent again at once, or not known to be lost. */
    return connection->snd_max - connection->snd_una - held_by_peer(connection, prr);
}

/* Whether the ACK showed losses that no ACK before did. Without SACK one that advances in recovery
 * shows the next loss (RFC 6582). */
static bool
shows_loss(const struct flue_tcp_connection *connection, struct prr *prr)
{
    uint32_t before = seq_max(prr->lost_edge, connection->snd_una);

    if (!connection->use_sack)
        return true;
    if (flue__rack_is_on(connection))
        return flue__rack_has_newly_lost(connection);
    prr->lost_edge = flue__scoreboard_lost_edge(connection);
    return seq_gt(prr->lost_edge, before);
}

/* Delivered is how far SND.UNA and what is held behind it have come since the last ACK. */
static void
note_delivered(struct flue_tcp_connection *connection, struct prr *prr)
{
    uint32_t mark = connection->snd_una + held_by_peer(connection, prr);
    bool is_loss = shows_loss(connection, prr);

    prr->newly = seq_gt(mark, prr->mark) ? mark - prr->mark : 0;
    prr->mark = mark;
    prr->is_safe = seq_gt(connection->snd_una, prr->una) && !is_loss;
    prr->una = connection->snd_una;
}

void
flue__prr_resume(struct flue_tcp_connection *connection)
{
    struct prr *prr = wanted(connection);

    if (prr != NULL)
        prr->mark = prr->una = prr->lost_edge = connection->snd_una;
}

void
flue__prr_on_ack(struct flue_tcp_connection *connection)
{
    struct prr *prr = wanted(connection);

    if (prr != NULL)
        note_delivered(connection, prr);
}

void
flue__prr_on_duplicate(struct flue_tcp_connection *connection)
{
    struct prr *prr = wanted(connection);
    uint32_t flight = connection->snd_max - connection->snd_una;

    if (prr == NULL)
        return;
    /* RFC 6937 2: a segment has arrived, and it was not the first. */
    if (prr->estimate + 2 * connection->mss <= flight)
        prr->estimate += connection->mss;
    note_delivered(connection, prr);
}

void
flue__prr_on_advance(struct flue_tcp_connection *connection, uint32_t acked)
{
    struct prr *prr = wanted(connection);
    /* One segment filled the hole; those behind it had their duplicates before. */
    uint32_t had_duplicates = acked > connection->mss ? acked - connection->mss : 0;

    if (prr == NULL)
        return;
    if (!connection->in_recovery || had_duplicates > prr->estimate)
        prr->estimate = 0;
    else
        prr->estimate -= had_duplicates;
    note_delivered(connection, prr);
}

void
flue__prr_start(struct flue_tcp_connection *connection)
{
    struct prr *prr = wanted(connection);

    if (prr == NULL)
        return;
    prr->delivered = 0;
    prr->out = 0;
    /* RecoverFS leaves out what was delivered before (RFC 9937 6.1). */
    prr->recover_fs =
        connection->snd_max - connection->snd_una - held_by_peer(connection, prr) + prr->newly;
    if (prr->recover_fs == 0)
        prr->recover_fs = 1;
}

static uint32_t
send_count(const struct flue_tcp_connection *connection, const struct prr *prr, uint32_t flight)
{
    uint32_t due;
    uint32_t count;

    if (flight > connection->ssthresh) { /* proportional */
        due = (uint32_t)(((uint64_t)prr->delivered * connection->ssthresh + prr->recover_fs - 1) /
                         prr->recover_fs);
        return due > prr->out ? due - prr->out : 0;
    }
    count = prr->delivered > prr->out ? prr->delivered - prr->out : 0; /* conservation */
    if (count < prr->newly)
        count = prr->newly;
    if (prr->is_safe) /* slow start */
        count += connection->mss;
    return count < connection->ssthresh - flight ? count : connection->ssthresh - flight;
}

void
flue__prr_set_window(struct flue_tcp_connection *connection)
{
    struct prr *prr = wanted(connection);
    uint32_t flight;
    uint32_t count;

    if (prr == NULL || prr->newly == 0)
        return;
    prr->delivered += prr->newly;
    flight = in_flight(connection, prr);
    count = send_count(connection, prr, flight);
    prr->newly = 0;
    if (connection->use_sack)
        connection->cwnd = flight + count;
    else /* recovery.c holds it against all that is unacknowledged */
        connection->cwnd = connection->snd_max - connection->snd_una + count;
}

void
flue__prr_on_sent(struct flue_tcp_connection *connection, uint32_t length)
{
    struct prr *prr = wanted(connection);

    if (prr != NULL && connection->in_recovery)
        prr->out += length;
}
