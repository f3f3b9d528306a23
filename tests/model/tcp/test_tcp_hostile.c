/* SPDX-License-Identifier: GPL-2.0-or-later
 *
 * Segments that nobody sane would send, at connections in every state: fields around every edge
 * that the state knows, and all combinations of flags. What they must not do is written here from
 * the RFCs, apart from the engine: end a connection (RFC 5961), move its sequence space from
 * outside the window (RFC 9293 3.4), draw more than one answer each, or fill the memory.
 *
 *     test_tcp_hostile FIRST COUNT     these seeds
 */
#include <stdlib.h>
#include <string.h>

#include "cmocka_first.h"
#include "peer_states.h"
#include "wire.h"

enum { SEGMENTS = 60 };

static uint64_t first_seed = 1, seed_count = 60, current_seed;

/* One connection under attack. */
struct target {
    struct peer peer;
    struct test_random random;
    enum peer_state at;
    uint8_t bytes[64];
    struct flue_memory_descriptor descriptor;
};

static uint32_t
below(struct target *target, uint32_t limit)
{
    return (uint32_t)test_random_below(&target->random, limit);
}

static bool
read_snapshot(struct target *target, struct flue_tcp_snapshot *snapshot)
{
    const struct flue_tcp_connection *connection =
        flue_tcp_find(target->peer.engine, &target->peer.tuple);

    memset(snapshot, 0, sizeof *snapshot);
    if (connection != NULL)
        flue_tcp_get_snapshot(connection, target->peer.now, snapshot);
    return connection != NULL;
}

/* A number at or beside one of the edges that matter, or anywhere. */
static uint32_t
near(struct target *target, const uint32_t *edges, uint32_t count)
{
    uint32_t edge = edges[below(target, count)];

    switch (below(target, 8)) {
    case 0:
        return (uint32_t)test_random_next(&target->random);
    case 1:
        return edge + below(target, 2000) - 1000;
    case 2:
        return edge + (UINT32_C(1) << 31);
    default:
        return edge + below(target, 3) - 1;
    }
}

static void
draw_options(struct target *target, const struct flue_tcp_snapshot *s,
             struct flue_tcp_segment *segment)
{
    const uint32_t edges[] = {s->snd_una, s->snd_nxt, s->snd_max, s->snd_una + 100};

    segment->has_timestamp = below(target, 3) == 0;
    segment->ts_val = s->ts_recent + below(target, 3) - 1;
    segment->ts_ecr = (uint32_t)test_random_next(&target->random);
    segment->has_mss = below(target, 8) == 0;
    segment->mss = (uint16_t)test_random_next(&target->random);
    segment->has_window_scale = below(target, 8) == 0;
    segment->window_scale = (uint8_t)below(target, 256);
    segment->has_sack_permitted = below(target, 8) == 0;
    if (below(target, 3) != 0)
        return;
    segment->sack_count = (uint8_t)below(target, FLUE_TCP_SACK_MAX + 1);
    for (unsigned i = 0; i < segment->sack_count; i++) {
        segment->sack[i].left = near(target, edges, 4);
        segment->sack[i].right = near(target, edges, 4);
    }
}

static struct flue_tcp_segment
draw_segment(struct target *target, const struct flue_tcp_snapshot *s)
{
    static const uint8_t usual[] = {A, A, A | P, F | A, S, S | A, R, R | A};
    const uint32_t seq_edges[] = {s->rcv_nxt, s->rcv_nxt, s->rcv_nxt + s->rcv_wnd,
                                  s->rcv_nxt + s->rcv_wnd / 2, s->irs};
    const uint32_t ack_edges[] = {s->snd_una, s->snd_nxt, s->snd_max, s->iss,
                                  s->snd_una - s->max_snd_wnd};
    struct flue_tcp_segment segment;

    memset(&segment, 0, sizeof segment);
    segment.flags =
        below(target, 3) == 0 ? (uint8_t)below(target, 256) : usual[below(target, sizeof usual)];
    segment.seq = near(target, seq_edges, 5);
    segment.ack = near(target, ack_edges, 5);
    segment.window = below(target, 4) == 0 ? (uint16_t)test_random_next(&target->random)
                                           : (uint16_t)below(target, 3);
    segment.urgent_pointer = (uint16_t)test_random_next(&target->random);
    segment.hop_limit = 64;
    segment.traffic_class = (uint8_t)below(target, 256);
    segment.payload = flue_span_virtual(below(target, 3) == 0 ? 0 : below(target, 1500));
    if (below(target, 2) == 0) { /* real bytes */
        segment.payload.length = below(target, sizeof target->bytes + 1);
        segment.payload.descriptor = segment.payload.length > 0 ? &target->descriptor : NULL;
    }
    draw_options(target, s, &segment);
    return segment;
}

/* ---- What the RFCs allow ---- */

static bool
is_within(uint32_t value, uint32_t first, uint32_t count)
{
    return value - first < count;
}

/* RFC 9293 3.4, the table of four cases; a shut window lets through what lies at its place. */
static bool
is_in_window(const struct flue_tcp_snapshot *s, const struct flue_tcp_segment *segment)
{
    uint32_t length = segment->payload.length + ((segment->flags & S) != 0 ? 1 : 0) +
                      ((segment->flags & F) != 0 ? 1 : 0);

    if (s->rcv_wnd == 0)
        return segment->seq == s->rcv_nxt;
    if (is_within(segment->seq, s->rcv_nxt, s->rcv_wnd))
        return true;
    return length > 0 && is_within(segment->seq + length - 1, s->rcv_nxt, s->rcv_wnd);
}

/* An ACK on either edge of the window is let in too. */
static bool
is_beside_window(const struct flue_tcp_snapshot *s, const struct flue_tcp_segment *segment)
{
    return s->state >= FLUE_TCP_CONNECTION_ESTABLISHED && segment->payload.length == 0 &&
           (segment->flags & (S | F | R | A)) == A &&
           (segment->seq == s->rcv_nxt - 1 || segment->seq == s->rcv_nxt + s->rcv_wnd);
}

/* May this segment end the connection? RFC 5961 3.2: a reset at RCV.NXT; RFC 9293 3.10.7.3: one
 * that acknowledges our SYN; 3.10.7.4: a SYN sends a passive SYN-RECEIVED back to LISTEN, and the
 * ACK of our FIN ends LAST-ACK. RFC 1337: nothing ends TIME-WAIT. */
static bool
may_end(const struct target *target, const struct flue_tcp_snapshot *s,
        const struct flue_tcp_segment *segment)
{
    bool has_ack = (segment->flags & A) != 0;
    bool is_reset = (segment->flags & R) != 0;
    /* BLIND-005: to a target a SYN there means that the peer has started anew. */
    bool ends_it = is_reset || (target->peer.on_target && (segment->flags & S) != 0);

    switch (s->state) {
    case FLUE_TCP_CONNECTION_SYN_SENT:
        return is_reset && has_ack && segment->ack == s->snd_nxt;
    case FLUE_TCP_CONNECTION_TIME_WAIT:
        return false;
    case FLUE_TCP_CONNECTION_SYN_RCVD:
        if (target->peer.listener != NULL && (segment->flags & S) != 0)
            return is_in_window(s, segment);
        return is_reset && segment->seq == s->rcv_nxt;
    case FLUE_TCP_CONNECTION_LAST_ACK:
        if (has_ack && !is_reset && (segment->flags & S) == 0 && segment->ack == s->snd_max &&
            (is_in_window(s, segment) || is_beside_window(s, segment)))
            return true;
        return ends_it && segment->seq == s->rcv_nxt;
    default:
        return ends_it && segment->seq == s->rcv_nxt;
    }
}

/* May it move anything? Not from outside the window, and not with an ACK that could not be one
 * (RFC 5961 5), a SYN (RFC 5961 4) or a reset. */
static bool
may_move(const struct flue_tcp_snapshot *s, const struct flue_tcp_segment *segment)
{
    if (s->state == FLUE_TCP_CONNECTION_SYN_SENT)
        return (segment->flags & S) != 0;
    if (s->state == FLUE_TCP_CONNECTION_SYN_RCVD) /* figure 7 of RFC 9293: the SYNs crossed */
        return (segment->flags & (A | R)) == A && segment->ack == s->snd_nxt;
    if ((segment->flags & (A | S | R)) != A)
        return false;
    return (is_in_window(s, segment) || is_beside_window(s, segment)) &&
           is_within(segment->ack, s->snd_una - s->max_snd_wnd,
                     s->max_snd_wnd + (s->snd_max - s->snd_una) + 1);
}

static void
expect_unmoved(const struct flue_tcp_snapshot *before, const struct flue_tcp_snapshot *after)
{
    assert_int_equal(after->state, before->state);
    assert_int_equal(after->snd_una, before->snd_una);
    assert_int_equal(after->snd_nxt, before->snd_nxt);
    assert_int_equal(after->snd_max, before->snd_max);
    assert_int_equal(after->snd_wnd, before->snd_wnd);
    assert_int_equal(after->rcv_nxt, before->rcv_nxt);
    assert_int_equal(after->reassembly_bytes, before->reassembly_bytes);
    assert_int_equal(after->sacked_bytes, before->sacked_bytes);
    assert_int_equal(after->cwnd, before->cwnd);
    assert_int_equal(after->rto_ticks, before->rto_ticks);
}

/* At most one answer; and data only that was in flight, or waited for the window. */
static void
expect_few_answers(struct target *target, uint32_t most_bytes)
{
    struct peer *peer = &target->peer;
    uint32_t answers = 0, bytes = 0;

    for (; peer->out_read != peer->out_count; peer->out_read++) {
        const struct sent_segment *out = &peer->out[peer->out_read % PEER_KEPT];

        bytes += out->length + ((out->flags & F) != 0 ? 1 : 0);
        answers += out->length == 0 && (out->flags & F) == 0 ? 1 : 0;
    }
    assert_in_range(answers, 0, 1);
    assert_in_range(bytes, 0, most_bytes);
}

static void
attack_once(struct target *target)
{
    struct flue_tcp_snapshot before, after;
    bool was_there = read_snapshot(target, &before);
    struct flue_tcp_segment segment = draw_segment(target, &before);
    bool is_there;

    peer_input(&target->peer, &segment);
    is_there = read_snapshot(target, &after);
    if (was_there && !is_there && !may_end(target, &before, &segment))
        fail_msg("%s ended by flags %02x seq %d ack %d of %u bytes",
                 flue_tcp_state_name(before.state), segment.flags,
                 (int)(segment.seq - before.rcv_nxt), (int)(segment.ack - before.snd_una),
                 segment.payload.length);
    if (was_there && is_there && !may_move(&before, &segment))
        expect_unmoved(&before, &after);
    expect_few_answers(target, before.snd_queued + 1);
}

/* ---- The attacks ---- */

static void
reach(struct target *target, enum peer_state at, uint64_t seed)
{
    struct peer *peer = &target->peer;

    target->at = at;
    target->random.state = seed * 64 + (uint64_t)at + 1;
    for (int i = 0; i < 8; i++)
        test_random_next(&target->random);
    peer->options.use_sack = below(target, 2) == 0;
    peer->options.use_timestamps = below(target, 3) == 0;
    peer->consume = below(target, 2) == 0;
    if (below(target, 3) == 0)
        peer->options.receive_buffer_bytes = 201 + below(target, 3000);
    peer_reach(peer, at);
    target->descriptor.bytes = target->bytes;
    target->descriptor.byte_count = sizeof target->bytes;
}

static void
prop_hostile_segments_end_and_move_nothing_they_must_not(void **state)
{
    (void)state;
    for (uint64_t seed = first_seed; seed < first_seed + seed_count; seed++) {
        struct target target;
        unsigned variation = 0;

        current_seed = seed;
        memset(&target, 0, sizeof target);
        while (peer_next_variation(&target.peer, ON_BOTH, &variation)) {
            enum peer_state at = (enum peer_state)((seed + variation) % PEER_STATES);

            if (target.peer.on_target && at < AT_ESTABLISHED)
                at += AT_ESTABLISHED; /* a target's connections come when they are open */
            reach(&target, at, seed * 100 + variation);
            for (int i = 0; i < SEGMENTS; i++) {
                attack_once(&target);
                if (below(&target, 8) == 0)
                    peer_wait(&target.peer, below(&target, 400) * MS);
                (void)peer_skip(&target.peer);
            }
        }
    }
    current_seed = 0;
}

/* RFC 5961 7: a flood inside one second draws so many answers and no more. */
static void
test_hostile_flood_is_answered_at_a_limited_rate(void **state)
{
    FOR_EACH_VARIATION(peer, ON_HOST)
    {
        static const uint8_t kinds[] = {R, S, A};
        unsigned answers = 0;

        peer_open(&peer, 10 * MS);
        peer_wait(&peer, FLUE_SECOND - peer.now % FLUE_SECOND);
        for (unsigned i = 0; i < 3000; i++) {
            uint8_t kind = kinds[i % 3];

            peer_segment(&peer, kind, 2 + i, kind == A ? 5000 + i : 0, 0);
            answers += peer_skip(&peer);
        }
        assert_int_equal(answers, 100);
        EXPECT_STATE(&peer, ESTABLISHED);
    }
}

/* Every second byte of the window: nothing costs the receiver more. */
static void
test_hostile_single_bytes_take_memory_in_proportion_to_the_buffer(void **state)
{
    FOR_EACH_VARIATION(peer, ON_HOST)
    {
        uint8_t byte = 'x';
        struct flue_memory_descriptor descriptor = {NULL, &byte, 1};
        size_t before;

        peer.options.receive_buffer_bytes = 40000;
        peer_open(&peer, 10 * MS);
        before = peer.memory.live_bytes;
        for (uint32_t seq = 3; seq < 40000; seq += 2) {
            struct flue_tcp_segment segment = peer_make(&peer, A, seq, 1, 1);

            segment.payload.descriptor = &descriptor;
            peer_input(&peer, &segment);
            assert_int_equal(peer_skip(&peer), 1);
        }
        assert_in_range(peer.memory.most_live_bytes - before, 0, 3 * 40000);
        /* What found no room is sent again, as if it were lost. */
        for (uint32_t seq = 1; seq < 40001; seq += 1000)
            peer_segment(&peer, A, seq, 1, 1000);
        assert_int_equal(peer.received, 40000);
    }
}

/* SACK blocks for every second byte in flight. */
static void
test_hostile_sack_blocks_take_bounded_memory(void **state)
{
    FOR_EACH_VARIATION(peer, ON_HOST)
    {
        size_t before;

        peer.options.use_sack = true;
        peer.window = 60000;
        peer_open(&peer, 10 * MS);
        peer_send(&peer, 1000000);
        for (uint32_t ack = 10001; ack < 200001; ack += 10000)
            peer_ack(&peer, 1, ack);
        (void)peer_skip(&peer);
        before = peer.memory.live_bytes;
        for (uint32_t left = 190003; left < 240000; left += 2) {
            peer_sack(&peer, 1, 190001, (const uint32_t[]){left, left + 1, 0});
            (void)peer_skip(&peer);
        }
        assert_in_range(peer.memory.most_live_bytes - before, 0, 200000);
    }
}

static int
tell(void **state)
{
    if (current_seed != 0)
        print_error("to repeat it: test_tcp_hostile %llu 1\n", (unsigned long long)current_seed);
    current_seed = 0;
    return peer_tell_variation(state);
}

int
main(int argc, char **argv)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_teardown(prop_hostile_segments_end_and_move_nothing_they_must_not, tell),
        PEER_SCRIPT(test_hostile_flood_is_answered_at_a_limited_rate),
        PEER_SCRIPT(test_hostile_single_bytes_take_memory_in_proportion_to_the_buffer),
        PEER_SCRIPT(test_hostile_sack_blocks_take_bounded_memory),
    };

    if (argc > 1)
        first_seed = strtoull(argv[1], NULL, 10);
    if (argc > 2)
        seed_count = strtoull(argv[2], NULL, 10);
    return cmocka_run_group_tests(tests, NULL, NULL);
}
