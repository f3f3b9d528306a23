/* SPDX-License-Identifier: GPL-2.0-or-later
 *
 * Explicit congestion notification (RFC 3168): what the SYNs agree on, which segments are marked
 * ECT, the echo of CE until the peer's CWR, and when an echo reduces the window.
 */
#include "tcp/connection.h"

enum { ECN_MASK = 0x03, ECT_0 = 0x02, CE = 0x03 };

static struct ecn *
wanted(struct flue_tcp_connection *connection)
{
    struct extension *extension = connection->extension;

    return extension != NULL && extension->ecn.is_wanted ? &extension->ecn : NULL;
}

/* RFC 3168 6.1.1: CE that arrives must be echoed, and echoes be answered. */
static bool
is_active(const struct ecn *ecn)
{
    return ecn->sent_setup && !ecn->peer_plain;
}

/* RFC 3168 6.1.1: both sides have said so, and neither has said otherwise. */
static bool
may_mark(const struct ecn *ecn)
{
    return ecn->sent_setup && ecn->peer_setup && !ecn->sent_plain && !ecn->peer_plain;
}

bool
flue__ecn_is_on(const struct flue_tcp_connection *connection)
{
    return connection->extension != NULL && may_mark(&connection->extension->ecn);
}

uint8_t
flue__ecn_syn_flags(struct flue_tcp_connection *connection)
{
    struct ecn *ecn = wanted(connection);
    bool is_syn_ack = connection->state == FLUE_TCP_CONNECTION_SYN_RCVD;

    if (ecn == NULL)
        return 0;
    /* A SYN that finds no answer may have met a middlebox that drops ECN-setup SYNs: it is sent
     * again without (6.1.1.1). A SYN-ACK says what the last SYN allows. */
    if (is_syn_ack ? ecn->peer_setup && !ecn->peer_plain : connection->retransmissions == 0) {
        ecn->sent_setup = true;
        return is_syn_ack ? FLUE_TCP_ECE : FLUE_TCP_ECE | FLUE_TCP_CWR;
    }
    ecn->sent_plain = true;
    return 0;
}

void
flue__ecn_take_syn(struct flue_tcp_connection *connection, const struct flue_tcp_segment *segment)
{
    struct ecn *ecn = wanted(connection);
    uint8_t both = segment->flags & (FLUE_TCP_ECE | FLUE_TCP_CWR);
    /* A SYN-ACK with both is the work of a host that reflects flags it does not know. */
    uint8_t setup =
        (segment->flags & FLUE_TCP_ACK) != 0 ? FLUE_TCP_ECE : FLUE_TCP_ECE | FLUE_TCP_CWR;

    if (ecn == NULL)
        return;
    if (both == setup)
        ecn->peer_setup = true;
    else
        ecn->peer_plain = true;
    ecn->reduced_until = connection->iss;
}

void
flue__ecn_resume(struct flue_tcp_connection *connection)
{
    struct ecn *ecn = wanted(connection);

    if (ecn == NULL)
        return;
    ecn->sent_setup = true;
    ecn->reduced_until = connection->snd_una - 1;
}

void
flue__ecn_mark(struct flue_tcp_connection *connection, bool is_new_data,
               struct flue_tcp_segment *segment)
{
    struct ecn *ecn = wanted(connection);

    if (ecn == NULL || (segment->flags & (FLUE_TCP_SYN | FLUE_TCP_RST)) != 0)
        return;
    segment->traffic_class &= (uint8_t)~ECN_MASK;
    if (is_active(ecn) && ecn->is_echoing && (segment->flags & FLUE_TCP_ACK) != 0)
        segment->flags |= FLUE_TCP_ECE;
    if (!is_new_data)
        return;
    if (may_mark(ecn))
        segment->traffic_class |= ECT_0;
    if (ecn->has_reduced)
        segment->flags |= FLUE_TCP_CWR;
    ecn->has_reduced = false;
}

/* RFC 8257 3.2: the echo tells of each segment alone, so that the sender can count bytes. Where it
 * changes, what came before is acknowledged apart from what comes now, and both at once. */
static void
echo_each(struct flue_tcp_connection *connection, struct ecn *ecn, bool is_marked)
{
    if (ecn->is_echoing == is_marked)
        return;
    if (connection->segments_unacked > 0)
        flue__tcp_send_ack(connection, connection->engine->now);
    ecn->is_echoing = is_marked;
    connection->ack_now = true;
}

void
flue__ecn_take_data(struct flue_tcp_connection *connection, const struct flue_tcp_segment *segment)
{
    struct ecn *ecn = wanted(connection);
    bool is_marked = (segment->traffic_class & ECN_MASK) == CE;

    if (ecn == NULL || !is_active(ecn) || segment->payload.length == 0)
        return;
    if (is_marked)
        flue__tcp_stats(connection)->ecn_ce_segments++;
    if (connection->congestion->needs_ecn) {
        echo_each(connection, ecn, is_marked);
        return;
    }
    if ((segment->flags & FLUE_TCP_CWR) != 0)
        ecn->is_echoing = false;
    if (is_marked)
        ecn->is_echoing = true;
}

void
flue__ecn_note_reduction(struct flue_tcp_connection *connection)
{
    struct ecn *ecn = wanted(connection);

    if (ecn == NULL || !is_active(ecn))
        return;
    ecn->reduced_until = connection->snd_max;
    ecn->has_reduced = true;
}

enum ecn_echo
flue__ecn_take_echo(struct flue_tcp_connection *connection, const struct flue_tcp_segment *segment)
{
    struct ecn *ecn = wanted(connection);
    bool was_smallest = connection->cwnd <= connection->mss;

    if (ecn == NULL || !is_active(ecn))
        return ECN_ECHO_NONE;
    if ((segment->flags & FLUE_TCP_ECE) == 0) {
        if (seq_gt(segment->ack, ecn->reduced_until))
            ecn->reduced_until = segment->ack - 1; /* it must not come round in 2 GiB */
        return ECN_ECHO_NONE;
    }
    /* Once a window of data, whatever it was reduced for (6.1.2). */
    if (!seq_gt(segment->ack, ecn->reduced_until))
        return ECN_ECHO_KNOWN;
    flue__tcp_cut_window_for_mark(connection);
    flue__tcp_stats(connection)->ecn_reductions++;
    return was_smallest ? ECN_ECHO_HOLD : ECN_ECHO_KNOWN;
}
