/* SPDX-License-Identifier: GPL-2.0-or-later
 *
 * F-RTO (RFC 5682): was a retransmission timeout spurious? After it only the first segment is sent
 * again, then new data, and the ACKs that follow tell: what they acknowledge beyond that segment
 * was sent before the timeout and only late. The windows then go back to what they were, as the
 * Eifel response (RFC 4015) has it.
 */
#include "tcp/connection.h"

static struct frto *
wanted(const struct flue_tcp_connection *connection)
{
    return connection->extension != NULL && connection->extension->frto.is_wanted
               ? &connection->extension->frto
               : NULL;
}

/* Data that the peer said it holds is what the cumulative ACK asks for: it was thrown away. */
static bool
has_reneged(const struct flue_tcp_connection *connection)
{
    return connection->scoreboard != NULL && connection->scoreboard->first != NULL &&
           connection->scoreboard->first->left == connection->snd_una;
}

bool
flue__frto_on_timeout(struct flue_tcp_connection *connection)
{
    struct frto *frto = wanted(connection);
    uint32_t flight = connection->snd_max - connection->snd_una;

    if (frto == NULL)
        return false;
    frto->step = FRTO_OFF;
    /* Step 1: not when a recovery was under way, nor when the peer takes nothing. */
    if (connection->retransmissions > 1 || connection->in_recovery || connection->snd_wnd == 0 ||
        seq_ge(connection->recover, connection->snd_una) || has_reneged(connection))
        return false;
    frto->step = FRTO_FIRST_ACK;
    frto->repeated_to = connection->snd_una;
    frto->pipe_prev = flight > connection->ssthresh ? flight : connection->ssthresh;
    return true;
}

/* RFC 4015 step 5: ssthresh as it was, and as much in flight as before; the burst that a large ACK
 * would let go is limited to an initial window. */
static void
undo(struct flue_tcp_connection *connection, const struct frto *frto, uint32_t acked)
{
    uint32_t most = flue__tcp_initial_window(connection);

    flue__congestion_undo(connection);
    connection->ssthresh = frto->pipe_prev;
    connection->cwnd = connection->snd_max - connection->snd_una + (acked < most ? acked : most);
    connection->snd_nxt = connection->snd_max;
    if (flue__rack_is_on(connection))
        flue__rack_unmark_lost(connection);
    connection->recover = connection->snd_una;
    flue__tcp_stats(connection)->spurious_timeouts++;
}

/* The timeout was right: slow start sends again what is missing. */
static void
go_back(struct flue_tcp_connection *connection, struct frto *frto)
{
    if (frto->step == FRTO_SECOND_ACK) {
        if (!flue__rack_is_on(connection))
            connection->snd_nxt = connection->snd_una;
        connection->cwnd = 3 * (uint32_t)connection->mss; /* two round trips have passed */
    }
    frto->step = FRTO_OFF;
    connection->want_output = true;
}

/* Step 2, an ACK of all that was sent again but not of everything: up to two new segments. */
static void
send_two_new(struct flue_tcp_connection *connection, flue_time now, struct frto *frto)
{
    uint32_t snd_nxt = connection->snd_nxt;
    uint32_t snd_max = connection->snd_max;

    flue__tcp_send_new(connection, now);
    if (connection->snd_max == snd_max) {
        connection->snd_nxt = snd_nxt;
        go_back(connection, frto);
        return;
    }
    flue__tcp_send_new(connection, now);
    frto->step = FRTO_SECOND_ACK;
}

static void
first_ack(struct flue_tcp_connection *connection, flue_time now, struct frto *frto,
          const struct ack_news *news)
{
    if (news->acked == 0) {
        /* With SACK a duplicate only tells more; without, it ends the matter (2a). */
        if (news->is_duplicate && !connection->use_sack)
            go_back(connection, frto);
        return;
    }
    if (seq_ge(connection->snd_una, connection->recover) ||
        seq_lt(connection->snd_una, frto->repeated_to))
        go_back(connection, frto);
    else
        send_two_new(connection, now, frto);
}

static void
second_ack(struct flue_tcp_connection *connection, struct frto *frto, const struct ack_news *news)
{
    const struct scoreboard *board = connection->scoreboard;
    bool reaches_new_data =
        seq_gt(connection->snd_una, connection->recover) ||
        (board != NULL && board->last != NULL && seq_gt(board->last->right, connection->recover));

    if (connection->use_sack ? !reaches_new_data && (news->acked > 0 || news->is_sack_news)
                             : news->acked > 0) {
        undo(connection, frto, news->acked);
        frto->step = FRTO_OFF;
        connection->want_output = true;
    } else if (news->acked > 0 || news->is_sack_news || news->is_duplicate) {
        go_back(connection, frto);
    }
}

void
flue__frto_on_sent(struct flue_tcp_connection *connection, uint32_t end)
{
    struct frto *frto = wanted(connection);

    if (frto != NULL && frto->step == FRTO_FIRST_ACK)
        frto->repeated_to = seq_max(frto->repeated_to, end);
}

bool
flue__frto_is_waiting(const struct flue_tcp_connection *connection)
{
    const struct frto *frto = wanted(connection);

    return frto != NULL && frto->step == FRTO_SECOND_ACK;
}

void
flue__frto_on_ack(struct flue_tcp_connection *connection, flue_time now,
                  const struct ack_news *news)
{
    struct frto *frto = wanted(connection);

    if (frto == NULL)
        return;
    if (frto->step == FRTO_FIRST_ACK)
        first_ack(connection, now, frto, news);
    else if (frto->step == FRTO_SECOND_ACK)
        second_ack(connection, frto, news);
}
