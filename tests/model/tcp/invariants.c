/* SPDX-License-Identifier: GPL-2.0-or-later
 *
 * The invariants of invariants.h. Each CHECK names the rule's source.
 */
#include "invariants.h"

#include <string.h>

#include "cmocka_first.h"
#include "flue/frame.h"

#define CHECK(watch, condition)                                                                    \
    do {                                                                                           \
        if (!(condition))                                                                          \
            broken(watch, #condition, __LINE__);                                                   \
    } while (0)

static int32_t
ahead(uint32_t a, uint32_t b)
{
    return (int32_t)(a - b);
}

static void
broken(const struct invariants *watch, const char *condition, int line)
{
    const struct flue_tcp_snapshot *s = &watch->last;

    print_error("before: %s snd una %u nxt %u max %u wnd %u queued %u cwnd %u ssthresh %u rcv nxt "
                "%u wnd %u buffered %u; timers %u %u %u\n",
                flue_tcp_state_name(s->state), s->snd_una - s->iss, s->snd_nxt - s->iss,
                s->snd_max - s->iss, s->snd_wnd, s->snd_queued, s->cwnd, s->ssthresh,
                s->rcv_nxt - s->irs, s->rcv_wnd, s->rcv_buffered, s->retransmit_left_ticks,
                s->delayed_ack_left_ticks, s->keepalive_left_ticks);
    fail_msg("%s:%d: side %d at %.9f s: not %s", __FILE__, line, watch->side,
             (double)watch->wire->now / (double)FLUE_SECOND, condition);
}

void
invariants_init(struct invariants *watch, struct wire *wire, int side,
                const struct flue_tcp_config *config, const struct flue_tcp_options *options)
{
    memset(watch, 0, sizeof *watch);
    watch->wire = wire;
    watch->side = side;
    watch->config = config;
    watch->options = options;
}

void
invariants_moved(struct invariants *watch)
{
    watch->has_last = false;
    watch->has_ts_val = false;
}

/* ---- Segments ---- */

static bool
both_have_timestamps(const struct invariants *watch)
{
    return watch->own_syn.has_timestamp && watch->peer_syn.has_timestamp;
}

/* How far the window field is shifted in segments of `syn`'s sender. */
static unsigned
shift(const struct invariants *watch, const struct flue_tcp_segment *segment,
      const struct flue_tcp_segment *syn)
{
    if ((segment->flags & FLUE_TCP_SYN) != 0 || !watch->own_syn.has_window_scale ||
        !watch->peer_syn.has_window_scale)
        return 0;
    return syn->window_scale;
}

void
invariants_on_arrival(struct invariants *watch, const struct flue_tcp_segment *segment)
{
    uint32_t edge;

    if ((segment->flags & FLUE_TCP_SYN) != 0) {
        watch->peer_syn = *segment;
        watch->has_peer_syn = true;
    }
    if ((segment->flags & FLUE_TCP_ACK) == 0)
        return; /* a SYN's window counts from our own SYN on: see check_options */
    edge = segment->ack + ((uint32_t)segment->window << shift(watch, segment, &watch->peer_syn));
    if (!watch->has_snd_edge || ahead(edge, watch->snd_edge) > 0)
        watch->snd_edge = edge;
    watch->has_snd_edge = true;
}

/* RFC 7323 2.4, RFC 9293 3.8.6: the right edge is not taken back, but for what scaling rounds. */
static void
check_window(struct invariants *watch, const struct flue_tcp_segment *segment)
{
    unsigned bits = shift(watch, segment, &watch->own_syn);
    uint32_t edge = segment->ack + ((uint32_t)segment->window << bits);

    /* A SYN,ACK that is sent again, after an ACK in SYN-RECEIVED has offered a scaled window, has
     * no field for it (RFC 7323 2.2). */
    bool is_cut = (segment->flags & FLUE_TCP_SYN) != 0 && segment->window == UINT16_MAX;

    if (watch->has_rcv_edge && !is_cut)
        CHECK(watch, ahead(edge, watch->rcv_edge) > -(int32_t)(1U << bits));
    if (!watch->has_rcv_edge || ahead(edge, watch->rcv_edge) > 0)
        watch->rcv_edge = edge;
    watch->has_rcv_edge = true;
    if (watch->has_acked)
        CHECK(watch, ahead(segment->ack, watch->acked) >= 0);
    watch->acked = segment->ack;
    watch->has_acked = true;
}

static void
check_sack(struct invariants *watch, const struct flue_tcp_segment *segment)
{
    bool has_dsack;

    if (segment->sack_count == 0)
        return;
    CHECK(watch, watch->own_syn.has_sack_permitted && watch->peer_syn.has_sack_permitted);
    CHECK(watch, segment->sack_count <= (segment->has_timestamp ? 3 : 4)); /* RFC 2018 3 */
    /* RFC 2883 4: a first block below the ACK, or inside the second, reports a duplicate. */
    has_dsack =
        ahead(segment->sack[0].left, segment->ack) < 0 ||
        (segment->sack_count > 1 && ahead(segment->sack[0].left, segment->sack[1].left) >= 0 &&
         ahead(segment->sack[0].right, segment->sack[1].right) <= 0);
    for (unsigned i = 0; i < segment->sack_count; i++) {
        const struct flue_tcp_sack_block *block = &segment->sack[i];

        CHECK(watch, ahead(block->right, block->left) > 0);
        CHECK(watch, ahead(block->right, watch->rcv_edge) <= 0);
        if (i == 0 && has_dsack)
            continue;
        CHECK(watch, ahead(block->left, segment->ack) > 0);
        for (unsigned k = has_dsack ? 1 : 0; k < i; k++)
            CHECK(watch, ahead(segment->sack[k].left, block->right) > 0 ||
                             ahead(block->left, segment->sack[k].right) > 0);
    }
}

/* RFC 6691: payload and options together stay within the MSS that the peer announced. */
static void
check_size(struct invariants *watch, const struct flue_tcp_segment *segment)
{
    uint32_t mss = watch->wire->ip_version == 4 ? 536 : 1220;

    if (watch->peer_syn.has_mss)
        mss = watch->peer_syn.mss;
    if (mss > watch->own_syn.mss)
        mss = watch->own_syn.mss;
    CHECK(watch, segment->payload.length + flue_tcp_header_length(segment) - 20 <= mss);
}

static void
check_options(struct invariants *watch, const struct flue_tcp_segment *segment)
{
    if ((segment->flags & FLUE_TCP_SYN) != 0) {
        CHECK(watch, segment->has_mss);
        CHECK(watch, !watch->has_own_syn || segment->seq == watch->own_syn.seq);
        watch->own_syn = *segment;
        watch->has_own_syn = true;
        if (watch->has_peer_syn && !watch->has_snd_edge) {
            watch->snd_edge = segment->seq + 1 + watch->peer_syn.window;
            watch->has_snd_edge = true;
        }
        return;
    }
    CHECK(watch, !segment->has_mss && !segment->has_window_scale && !segment->has_sack_permitted);
    if ((segment->flags & FLUE_TCP_RST) != 0)
        return;
    CHECK(watch, (segment->flags & FLUE_TCP_ACK) != 0);
    CHECK(watch, segment->has_timestamp == both_have_timestamps(watch)); /* RFC 7323 3.2 */
    if (segment->has_timestamp) {
        CHECK(watch, !watch->has_ts_val || ahead(segment->ts_val, watch->ts_val) >= 0);
        watch->ts_val = segment->ts_val;
        watch->has_ts_val = true;
    }
    check_size(watch, segment);
}

void
invariants_on_emit(struct invariants *watch, const struct flue_tcp_segment *segment)
{
    uint32_t length = segment->payload.length + ((segment->flags & FLUE_TCP_FIN) != 0 ? 1 : 0);

    if ((segment->flags & FLUE_TCP_RST) != 0)
        return; /* it may answer for a connection that is no more */
    check_options(watch, segment);
    if ((segment->flags & FLUE_TCP_ACK) == 0)
        return;
    check_window(watch, segment);
    check_sack(watch, segment);
    if (watch->has_last)
        CHECK(watch, ahead(segment->seq, watch->last.snd_una) >= -1); /* a keepalive probe */
    if (length > 0) /* a window probe goes one behind the edge */
        CHECK(watch, ahead(segment->seq + length, watch->snd_edge) <= 1);
}

/* ---- Snapshots ---- */

static void
check_send_space(struct invariants *watch, const struct flue_tcp_snapshot *s)
{
    uint32_t flight = s->snd_max - s->snd_una;
    uint32_t fin = s->state >= FLUE_TCP_CONNECTION_ESTABLISHED ? 1 : 0;

    CHECK(watch, ahead(s->snd_nxt, s->snd_una) >= 0);
    CHECK(watch, ahead(s->snd_max, s->snd_nxt) >= 0);
    if (s->state < FLUE_TCP_CONNECTION_ESTABLISHED) {
        CHECK(watch, s->snd_una == s->iss && s->snd_max == s->iss + 1);
        return;
    }
    CHECK(watch, ahead(s->snd_una, s->iss + 1) >= 0);
    CHECK(watch, flight <= s->snd_queued + fin);
    CHECK(watch, ahead(s->snd_max, watch->snd_edge) <= 1);
    CHECK(watch, s->snd_wnd <= s->max_snd_wnd);
    CHECK(watch, ahead(s->snd_una + s->snd_wnd, watch->snd_edge) <= 0);
    CHECK(watch, ahead(s->snd_wl2, s->snd_una) <= 0);
    CHECK(watch, s->sacked_bytes <= flight && (s->sack || s->sacked_bytes == 0));
    CHECK(watch, flight > 0 || s->dup_acks == 0);
}

static void
check_congestion(struct invariants *watch, const struct flue_tcp_snapshot *s)
{
    if (s->state < FLUE_TCP_CONNECTION_ESTABLISHED)
        return;
    CHECK(watch, s->mss >= 1 && s->mss <= watch->options->mss);
    /* In recovery RFC 6937 lets go what was delivered, which may be less than a segment. */
    CHECK(watch, s->cwnd >= s->mss || (s->in_recovery && watch->options->use_prr));
    CHECK(watch, s->ssthresh >= 2U * s->mss); /* RFC 5681 equation 4 */
    if (s->in_recovery) {                     /* RFC 6582 3.2, RFC 6675 5 */
        CHECK(watch, ahead(s->recover, s->snd_una) > 0);
        CHECK(watch, ahead(s->snd_max, s->recover) >= 0);
    } else {
        CHECK(watch, ahead(s->snd_max, s->recover) >= 0); /* it must not come round */
    }
    CHECK(watch, s->rto_ticks <= watch->config->max_rto_ticks);
    CHECK(watch, s->rto_ticks >= watch->config->min_rto_ticks ||
                     s->rto_ticks >= watch->config->initial_rto_ticks);
}

static void
check_receive_space(struct invariants *watch, const struct flue_tcp_snapshot *s)
{
    if (s->state < FLUE_TCP_CONNECTION_SYN_RCVD)
        return;
    CHECK(watch, s->reassembly_bytes <= s->rcv_wnd);
    CHECK(watch, s->rcv_buffered + s->rcv_wnd <= watch->options->receive_buffer_bytes + 1);
    /* Every byte that was offered is taken; rcv_wnd may be less only by what FIN took. */
    CHECK(watch, ahead(s->rcv_nxt + s->rcv_wnd, watch->rcv_edge) >= 0);
    /* An ACK that is owed has its timer (RFC 1122 4.2.3.2). */
    if (s->state >= FLUE_TCP_CONNECTION_ESTABLISHED && s->rcv_nxt != watch->acked)
        CHECK(watch, s->delayed_ack_left_ticks <= watch->config->delayed_ack_ticks + 1);
}

/* RFC 6298 5, RFC 9293 3.8.6.1: what waits for the peer has a timer, and nothing else has. */
static void
check_timers(struct invariants *watch, const struct flue_tcp_snapshot *s)
{
    const struct endpoint *end = &watch->wire->ends[watch->side];
    bool is_running = s->retransmit_left_ticks != FLUE_TICKS_NOT_RUNNING;
    bool has_fin_to_send = end->shutdown_done && !end->send_closed;
    bool is_waiting =
        s->state != FLUE_TCP_CONNECTION_TIME_WAIT && s->state != FLUE_TCP_CONNECTION_FIN_WAIT2;
    bool may_have_ecn =
        watch->options->use_ecn || strcmp(watch->options->congestion_control, "dctcp") == 0;
    bool is_held = may_have_ecn && s->cwnd <= s->mss; /* RFC 3168 6.1.2 */
    /* What comes next waits for its pace, and with it all that may be out (a window probe). */
    bool is_paced = s->pacing_until != FLUE_TIME_NEVER && s->snd_nxt == s->snd_una;

    if (s->snd_max != s->snd_una || s->snd_queued > 0 || has_fin_to_send ||
        s->state == FLUE_TCP_CONNECTION_TIME_WAIT)
        CHECK(watch, is_running || is_paced);
    else if (is_waiting && !end->is_released && !is_held)
        CHECK(watch, !is_running);
    if (is_waiting && is_running)
        CHECK(watch, s->retransmit_left_ticks <= watch->config->max_rto_ticks + 1);
    if (s->state == FLUE_TCP_CONNECTION_TIME_WAIT)
        CHECK(watch, s->retransmit_left_ticks <= watch->config->time_wait_ticks + 1);
}

/* What the application was told agrees with the sequence numbers. */
static void
check_application(struct invariants *watch, const struct flue_tcp_snapshot *s)
{
    const struct endpoint *end = &watch->wire->ends[watch->side];

    if (end->connection == NULL || s->state < FLUE_TCP_CONNECTION_ESTABLISHED)
        return;
    CHECK(watch, (uint32_t)end->acknowledged + (end->send_closed ? 1 : 0) ==
                     s->snd_una - watch->own_syn.seq - 1);
    CHECK(watch, (uint32_t)end->received + (end->peer_closed ? 1 : 0) ==
                     s->rcv_nxt - watch->peer_syn.seq - 1);
    CHECK(watch, s->rcv_buffered == end->unconsumed);
    CHECK(watch, s->snd_queued == end->queued - end->acknowledged);
}

static void
check_progress(struct invariants *watch, const struct flue_tcp_snapshot *s)
{
    const struct flue_tcp_snapshot *last = &watch->last;

    if (s->iss != last->iss || last->state < FLUE_TCP_CONNECTION_SYN_RCVD)
        return; /* another connection, or the peer's numbers were not known */
    CHECK(watch, ahead(s->snd_una, last->snd_una) >= 0);
    CHECK(watch, ahead(s->snd_max, last->snd_max) >= 0);
    CHECK(watch, ahead(s->rcv_nxt, last->rcv_nxt) >= 0);
    CHECK(watch, ahead(s->rcv_nxt + s->rcv_wnd, last->rcv_nxt + last->rcv_wnd) >= 0 ||
                     s->rcv_nxt == last->rcv_nxt + last->rcv_wnd + 1); /* FIN at the edge */
    if (last->state >= FLUE_TCP_CONNECTION_ESTABLISHED)
        CHECK(watch, ahead(s->snd_wl1, last->snd_wl1) >= 0);
    CHECK(watch, ahead(s->ts_recent, last->ts_recent) >= 0 || !s->timestamps); /* RFC 7323 5 */
    CHECK(watch, s->irs == last->irs);
}

void
invariants_check(struct invariants *watch)
{
    struct flue_tcp_engine *engine = watch->wire->engines[watch->side];
    struct flue_four_tuple tuple = wire_own_tuple(watch->wire, watch->side);
    const struct flue_tcp_connection *connection = flue_tcp_find(engine, &tuple);
    struct flue_tcp_snapshot snapshot;

    if (connection == NULL) {
        invariants_init(watch, watch->wire, watch->side, watch->config, watch->options);
        return;
    }
    flue_tcp_get_snapshot(connection, watch->wire->now, &snapshot);
    check_send_space(watch, &snapshot);
    check_congestion(watch, &snapshot);
    check_receive_space(watch, &snapshot);
    check_timers(watch, &snapshot);
    check_application(watch, &snapshot);
    if (watch->has_last)
        check_progress(watch, &snapshot);
    watch->last = snapshot;
    watch->has_last = true;
}
