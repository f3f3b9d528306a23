/* SPDX-License-Identifier: GPL-2.0-or-later
 *
 * Loss recovery by selective acknowledgements: RFC 6675 5. What NewReno infers from counting
 * duplicates (recovery.c) is read here from the scoreboard.
 */
#include "tcp/connection.h"

enum { OPTION_BYTES = 4, BLOCK_BYTES = 8 }; /* of SACK, padding included */

static void
enter(struct flue_tcp_connection *connection, flue_time now)
{
    flue__tcp_cut_window(connection);
    connection->cwnd = connection->ssthresh;
    connection->in_recovery = true;
    connection->recover = connection->snd_max;
    connection->scoreboard->high_rxt = connection->snd_una;
    connection->scoreboard->has_rescued = false;
    flue__tcp_stats(connection)->fast_retransmits++;
    flue__prr_start(connection);
    flue__prr_set_window(connection);
    /* Step 4.3: the first hole goes out whatever pipe says. */
    connection->scoreboard->high_rxt = connection->snd_una + flue__tcp_retransmit(connection, now);
    flue__tcp_arm_slow(connection, now, SLOW_RETRANSMIT, flue__tcp_timeout(connection));
}

void
flue__tcp_sack_on_ack(struct flue_tcp_connection *connection, flue_time now, bool is_news)
{
    struct sack_hole hole;

    if (is_news)
        connection->want_output = true;
    if (connection->in_recovery) {
        if (seq_ge(connection->snd_una, connection->recover)) {
            connection->in_recovery = false;
            connection->cwnd = connection->ssthresh; /* PRR may not have got there */
            connection->recover = connection->snd_una - 1;
            flue__scoreboard_advance(connection);
        } else {
            flue__prr_set_window(connection);
        }
        return;
    }
    if (!is_news || connection->scoreboard == NULL ||
        seq_lt(connection->snd_una, connection->recover)) /* RFC 6675 5.1 */
        return;
    if (connection->dup_acks < UINT8_MAX)
        connection->dup_acks++;
    if (connection->dup_acks >= connection->engine->config.duplicate_ack_threshold ||
        (flue__scoreboard_hole(connection, connection->snd_una, &hole) &&
         hole.left == connection->snd_una && hole.is_lost))
        enter(connection, now);
}

/* NextSeg (), rules 1, 3 and 4: what to send again. False: nothing. */
static bool
next_retransmission(const struct flue_tcp_connection *connection, bool only_lost, uint32_t *seq,
                    uint32_t *length)
{
    const struct scoreboard *board = connection->scoreboard;
    struct sack_hole hole;

    if (!flue__scoreboard_hole(connection, board->high_rxt, &hole) || (only_lost && !hole.is_lost))
        return false;
    *seq = hole.left;
    *length = hole.right - hole.left;
    if (*length > connection->mss)
        *length = connection->mss;
    return true;
}

/* Rule 4: the last segment once, when nothing else can be sent: its loss would cost a timeout. */
static bool
rescue(struct flue_tcp_connection *connection, flue_time now)
{
    uint32_t end = connection->snd_max;
    const struct sack_range *range = connection->scoreboard->last;
    uint32_t last;

    if (connection->scoreboard->has_rescued)
        return false;
    /* No range is left when a partial ACK has passed them all: then the tail begins at SND.UNA. */
    last = seq_max(range != NULL ? range->right : connection->snd_una, end - connection->mss);
    if (!seq_lt(last, end))
        return false;
    connection->scoreboard->has_rescued = true;
    flue__tcp_send_again(connection, now, last, end - last);
    return true;
}

void
flue__tcp_sack_output(struct flue_tcp_connection *connection, flue_time now)
{
    uint32_t pipe;

    if (connection->scoreboard == NULL)
        return;
    pipe = flue__scoreboard_pipe(connection);
    while (connection->cwnd >= pipe + connection->mss) {
        uint32_t seq, length;

        if (flue__pacing_holds(connection))
            return;
        if (next_retransmission(connection, true, &seq, &length)) {
            length = flue__tcp_send_again(connection, now, seq, length);
            connection->scoreboard->high_rxt = seq + length;
        } else if ((length = flue__tcp_send_new(connection, now)) > 0) {
            ;
        } else if (next_retransmission(connection, false, &seq, &length)) {
            length = flue__tcp_send_again(connection, now, seq, length);
            connection->scoreboard->high_rxt = seq + length;
        } else {
            rescue(connection, now);
            return;
        }
        if (length == 0)
            return;
        pipe += length;
    }
}

/* ---- The receiving side: which blocks to report (RFC 2018 4, RFC 2883 4) ---- */

void
flue__tcp_sack_blocks(const struct flue_tcp_connection *connection,
                      struct flue_tcp_segment *segment)
{
    const struct reassembly *reassembly = connection->reassembly;
    unsigned count = 0;
    unsigned most = connection->use_timestamps ? 3 : FLUE_TCP_SACK_MAX;
    uint32_t least = segment->payload.length + OPTION_BYTES;
    uint32_t room = connection->mss > least ? (connection->mss - least) / BLOCK_BYTES : 0;

    if (most > room) /* RFC 6691: beside text only what the MSS leaves */
        most = room;
    if (connection->has_dsack && most > 0)
        segment->sack[count++] = connection->dsack;
    for (unsigned i = 0; reassembly != NULL && i < reassembly->recent_count && count < most; i++) {
        struct flue_tcp_sack_block block;
        bool is_known = false;

        if (!flue__tcp_reassembly_run(reassembly, reassembly->recent[i], &block))
            continue;
        for (unsigned k = connection->has_dsack ? 1 : 0; k < count; k++)
            is_known |= segment->sack[k].left == block.left;
        if (!is_known)
            segment->sack[count++] = block;
    }
    segment->sack_count = (uint8_t)count;
}
