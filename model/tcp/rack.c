/* SPDX-License-Identifier: GPL-2.0-or-later
 *
 * RACK (RFC 8985 6): what was sent before something that has arrived, by more than a reordering
 * window, is lost. The numbered steps of section 6.2 are functions; the window follows what
 * reordering and needless retransmissions have been seen.
 */
#include "tcp/rack.h"

#include <string.h>

enum { REO_WND_PERSIST = 16 };

struct rack *
flue__rack_of(const struct flue_tcp_connection *connection)
{
    struct rack *rack = connection->extension != NULL ? connection->extension->rack : NULL;

    return rack != NULL && connection->use_sack && !rack->is_off ? rack : NULL;
}

bool
flue__rack_is_on(const struct flue_tcp_connection *connection)
{
    return flue__rack_of(connection) != NULL;
}

bool
flue__rack_create(struct flue_tcp_connection *connection)
{
    struct rack *rack = slab_get(&connection->engine->racks);

    if (rack == NULL)
        return false;
    memset(rack, 0, sizeof *rack);
    sent_log_init(&rack->log, &connection->engine->records);
    rack->deadline = WHEEL_NEVER;
    rack->reo_wnd_mult = 1;
    rack->has_rtt_since_probe = true;
    connection->extension->rack = rack;
    return true;
}

void
flue__rack_destroy(struct flue_tcp_connection *connection)
{
    struct extension *extension = connection->extension;

    if (extension == NULL || extension->rack == NULL)
        return;
    sent_log_clear(&extension->rack->log);
    slab_put(&connection->engine->racks, extension->rack);
    extension->rack = NULL;
}

uint64_t
flue__rack_deadline(const struct flue_tcp_connection *connection)
{
    return connection->extension != NULL && connection->extension->rack != NULL
               ? connection->extension->rack->deadline
               : WHEEL_NEVER;
}

void
flue__rack_stop_timer(struct flue_tcp_connection *connection)
{
    if (connection->extension != NULL && connection->extension->rack != NULL)
        flue__rack_arm(connection, RACK_TIMER_NONE, WHEEL_NEVER);
}

void
flue__rack_arm(struct flue_tcp_connection *connection, enum rack_timer timer, uint64_t deadline)
{
    connection->extension->rack->timer = (uint8_t)timer;
    connection->extension->rack->deadline = deadline;
}

bool
flue__rack_is_recovering(const struct flue_tcp_connection *connection, const struct rack *rack)
{
    return connection->in_recovery || rack->is_after_timeout;
}

/* Memory lacked: the log no longer tells the truth. What was being repaired goes on as if RACK had
 * never been. */
void
flue__rack_give_up(struct flue_tcp_connection *connection)
{
    struct rack *rack = connection->extension->rack;

    sent_log_clear(&rack->log);
    flue__rack_stop_timer(connection);
    flue__tlp_reset(rack);
    rack->is_off = true;
    rack->is_after_timeout = false;
    if (connection->scoreboard != NULL)
        connection->scoreboard->high_rxt = connection->snd_una;
    connection->want_output = true;
}

void
flue__rack_on_sent(struct flue_tcp_connection *connection, flue_time now, uint32_t seq,
                   uint32_t end)
{
    struct rack *rack = connection->extension->rack;
    struct sent_record sent = {.left = seq, .right = end, .at = now};

    if (rack == NULL || !connection->use_sack || seq == end)
        return;
    if (connection->snd_max == connection->snd_una) {
        /* Nothing is in flight that the log would not know. What was sent before proves nothing. */
        rack->is_off = false;
        rack->has_xmit = false;
        rack->fack = connection->snd_una;
    }
    if (rack->is_off)
        return;
    sent.is_repeated = seq_lt(seq, connection->snd_max);
    if (!sent.is_repeated)
        rack->has_news = true;
    if (!sent_log_add(&rack->log, &sent))
        flue__rack_give_up(connection);
}

void
flue__rack_resume(struct flue_tcp_connection *connection, flue_time now)
{
    struct rack *rack = flue__rack_of(connection);
    uint32_t snd_nxt = connection->snd_nxt;
    struct sent_record sent = {.left = connection->snd_una,
                               .right = connection->snd_max,
                               .at = now,
                               .is_repeated = true,
                               .has_no_time = true};

    if (rack == NULL)
        return;
    rack->fack = connection->snd_una;
    rack->srtt = connection->srtt_x8 * connection->engine->tick_length / 8;
    connection->snd_nxt = connection->snd_max;
    if (sent.left == sent.right)
        return;
    if (!sent_log_add(&rack->log, &sent) || !sent_log_cut(&rack->log, snd_nxt)) {
        flue__rack_give_up(connection);
    } else if (snd_nxt != sent.right) { /* slow start after a timeout had come so far */
        sent_log_mark_lost(&rack->log, rack->log.last);
        rack->is_after_timeout = true;
        connection->recover = connection->snd_max;
    }
}

/* ---- Steps 1 to 3: what has been delivered ---- */

/* RFC 8985 6.2: the order of sending; sequence numbers tell within a burst. */
static bool
is_sent_after(flue_time at1, uint32_t seq1, flue_time at2, uint32_t seq2)
{
    return at1 > at2 || (at1 == at2 && seq_gt(seq1, seq2));
}

struct delivery {
    struct flue_tcp_connection *connection;
    struct rack *rack;
    const struct flue_tcp_segment *segment;
    flue_time now;
};

/* Step 2: the ACK of something sent twice, which may be for its first transmission. */
static bool
is_ambiguous(const struct delivery *delivery, const struct sent_record *piece, flue_time rtt)
{
    const struct flue_tcp_connection *connection = delivery->connection;

    if (piece->has_no_time)
        return true;
    if (!piece->is_repeated)
        return false;
    if (connection->use_timestamps && delivery->segment->has_timestamp) {
        uint32_t sent = (uint32_t)(piece->at / connection->engine->tick_length);

        if (seq_lt(delivery->segment->ts_ecr, sent + connection->ts_offset))
            return true;
    }
    return rtt < delivery->rack->min_rtt;
}

static void
deliver(void *user, const struct sent_record *piece)
{
    struct delivery *delivery = user;
    struct rack *rack = delivery->rack;
    flue_time rtt = delivery->now - piece->at;

    rack->has_news = true;
    if (seq_gt(piece->right, rack->fack))
        rack->fack = piece->right;
    else if (seq_lt(piece->right, rack->fack) && !piece->is_repeated)
        rack->reordering_seen = true; /* step 3 */
    if (is_ambiguous(delivery, piece, rtt))
        return;
    if (!piece->is_repeated) { /* step 1, and Karn's rule */
        if (rack->min_rtt == 0 || rtt < rack->min_rtt)
            rack->min_rtt = rtt > 0 ? rtt : 1;
        rack->srtt = rack->srtt == 0 ? rtt : rack->srtt - rack->srtt / 8 + rtt / 8;
    }
    rack->has_rtt_since_probe = true;
    rack->rtt = rtt;
    if (!rack->has_xmit || is_sent_after(piece->at, piece->right, rack->xmit_ts, rack->end_seq)) {
        rack->has_xmit = true;
        rack->xmit_ts = piece->at;
        rack->end_seq = piece->right;
    }
}

/* ---- Step 4: the reordering window ---- */

bool
flue__tcp_has_dsack(const struct flue_tcp_segment *segment)
{
    const struct flue_tcp_sack_block *sack = segment->sack;

    if (segment->sack_count == 0)
        return false;
    return seq_le(sack[0].right, segment->ack) ||
           (segment->sack_count > 1 && seq_ge(sack[0].left, sack[1].left) &&
            seq_le(sack[0].right, sack[1].right));
}

static void
adapt_reordering_window(struct flue_tcp_connection *connection, struct rack *rack,
                        const struct flue_tcp_segment *segment)
{
    if (rack->has_dsack_round && seq_ge(connection->snd_una, rack->dsack_round))
        rack->has_dsack_round = false;
    if (!rack->has_dsack_round && flue__tcp_has_dsack(segment)) {
        rack->has_dsack_round = true;
        rack->dsack_round = connection->snd_max;
        if (rack->reo_wnd_mult < UINT8_MAX)
            rack->reo_wnd_mult++;
        rack->reo_wnd_persist = REO_WND_PERSIST;
    } else if (rack->has_left_recovery && rack->reo_wnd_persist > 0) {
        if (--rack->reo_wnd_persist == 0)
            rack->reo_wnd_mult = 1;
    }
    rack->has_left_recovery = false;
}

/* As many segments as RFC 5681 takes for a loss. */
static bool
has_dup_thresh(const struct flue_tcp_connection *connection)
{
    const struct scoreboard *board = connection->scoreboard;
    uint32_t threshold = connection->engine->config.duplicate_ack_threshold;

    return board != NULL &&
           (board->ranges >= threshold || board->bytes > (threshold - 1) * connection->mss);
}

static flue_time
reordering_window(const struct flue_tcp_connection *connection, const struct rack *rack)
{
    flue_time window = rack->reo_wnd_mult * rack->min_rtt / 4;

    if (!rack->reordering_seen &&
        (flue__rack_is_recovering(connection, rack) || has_dup_thresh(connection)))
        return 0;
    return window < rack->srtt ? window : rack->srtt;
}

/* ---- Step 5: what is lost ---- */

/* Marks what is lost. Returns how long until the next may be; 0: nothing waits. */
static flue_time
mark_lost(struct flue_tcp_connection *connection, struct rack *rack, flue_time now)
{
    flue_time wait = rack->rtt + reordering_window(connection, rack);
    flue_time longest = 0;
    struct sent_record *next;

    if (!rack->has_xmit)
        return 0;
    for (struct sent_record *it = rack->log.in_flight.first; it != NULL; it = next) {
        next = it->next;
        if (!is_sent_after(rack->xmit_ts, rack->end_seq, it->at, it->right))
            break;
        if (it->at + wait <= now) {
            rack->newly_lost += it->right - it->left;
            sent_log_mark_lost(&rack->log, it);
        } else if (it->at + wait - now > longest) {
            longest = it->at + wait - now;
        }
    }
    return longest;
}

void
flue__rack_detect_losses(struct flue_tcp_connection *connection, flue_time now)
{
    struct flue_tcp_engine *engine = connection->engine;
    struct rack *rack = flue__rack_of(connection);
    flue_time wait;

    rack->newly_lost = 0;
    wait = mark_lost(connection, rack, now);
    if (wait > 0)
        flue__rack_arm(connection, RACK_TIMER_REORDERING,
                       (now + wait + engine->tick_length - 1) / engine->tick_length);
    else if (rack->timer == RACK_TIMER_REORDERING)
        flue__rack_arm(connection, RACK_TIMER_NONE, WHEEL_NEVER);
}

void
flue__rack_mark_overdue(struct flue_tcp_connection *connection, flue_time now)
{
    struct rack *rack = flue__rack_of(connection);
    flue_time wait = rack->rtt + reordering_window(connection, rack);

    sent_log_mark_first_lost(&rack->log);
    while (rack->log.in_flight.first != NULL && rack->log.in_flight.first->at + wait <= now)
        sent_log_mark_lost(&rack->log, rack->log.in_flight.first);
}

bool
flue__rack_has_lost(const struct flue_tcp_connection *connection)
{
    return flue__rack_of(connection)->log.lost.first != NULL;
}

uint32_t
flue__rack_pipe(const struct flue_tcp_connection *connection)
{
    return flue__rack_of(connection)->log.in_flight.bytes;
}

bool
flue__rack_has_newly_lost(const struct flue_tcp_connection *connection)
{
    return flue__rack_of(connection)->newly_lost > 0;
}

/* The blocks that speak of data in flight, in sequence: what an ACK tells in one go shows no
 * reordering. Returns how many. */
static unsigned
sorted_blocks(const struct flue_tcp_connection *connection, const struct flue_tcp_segment *segment,
              struct flue_tcp_sack_block blocks[FLUE_TCP_SACK_MAX])
{
    unsigned count = 0;

    for (unsigned i = 0; i < segment->sack_count; i++) {
        struct flue_tcp_sack_block block = segment->sack[i];
        unsigned k;

        if (!flue__scoreboard_takes(connection, segment, &block))
            continue;
        for (k = count; k > 0 && seq_gt(blocks[k - 1].left, block.left); k--)
            blocks[k] = blocks[k - 1];
        blocks[k] = block;
        count++;
    }
    return count;
}

void
flue__rack_on_ack(struct flue_tcp_connection *connection, flue_time now,
                  const struct flue_tcp_segment *segment)
{
    struct rack *rack = flue__rack_of(connection);
    struct delivery delivery = {connection, rack, segment, now};
    struct flue_tcp_sack_block blocks[FLUE_TCP_SACK_MAX];
    unsigned count;
    bool is_whole = true;

    if (rack == NULL)
        return;
    if (rack->log.first != NULL && seq_lt(rack->log.first->left, connection->snd_una))
        is_whole = sent_log_take(&rack->log, rack->log.first->left, connection->snd_una, deliver,
                                 &delivery);
    count = sorted_blocks(connection, segment, blocks);
    for (unsigned i = 0; is_whole && i < count; i++)
        is_whole = sent_log_take(&rack->log, seq_max(blocks[i].left, connection->snd_una),
                                 blocks[i].right, deliver, &delivery);
    if (!is_whole) {
        flue__rack_give_up(connection);
        return;
    }
    adapt_reordering_window(connection, rack, segment);
    flue__rack_detect_losses(connection, now);
}
