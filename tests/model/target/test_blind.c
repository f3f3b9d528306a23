/* SPDX-License-Identifier: GPL-2.0-or-later
 *
 * Resets and SYNs that somebody who cannot see the connection may have made up: what the target
 * answers, and how it finds out whether the peer is still there.
 */
#include "arrivals.h"

#include <string.h>

enum { TICKS = 1000, WINDOW_INSIDE = 1000, WINDOW_OUTSIDE = 3000000 };

static struct arrivals peer;

static void
arrive(uint32_t offset, uint8_t flags)
{
    struct flue_packet packet = peer.packet;

    packet.segment.seq = peer.first_seq + peer.sent + offset;
    packet.segment.flags = flags;
    packet.segment.ts_val += (uint32_t)(bench.rig.now / FLUE_MILLISECOND);
    (void)flue_target_input(bench.rig.target, bench.rig.now, &packet);
    rig_settle(&bench.rig);
}

/* What the target has sent since the last call. */
static uint32_t
answers(void)
{
    static uint32_t before;
    uint32_t count = bench.rig.target_segments - before;

    before = bench.rig.target_segments;
    return count;
}

static void
begin(void)
{
    arrivals_begin(&peer, &bench.rig, &bench.tcp);
    (void)answers();
}

static void
query(struct flue_tcp_delegated *delegated)
{
    struct flue_tcp_delegated_block block;

    flue_block_list_init(&block.block, FLUE_TCP_OFFLOAD_DELEGATED_STATE, sizeof block,
                         &bench.tcp.handle);
    rig_operate(&bench.rig, CALL_QUERY, &block.block);
    *delegated = block.delegated;
}

static uint32_t
keepalive_left(void)
{
    struct flue_tcp_delegated delegated;

    query(&delegated);
    return delegated.keep_alive.timeout_delta_ticks;
}

/* The host's cached values; flags as in struct flue_tcp_cached. */
static void
update(uint16_t flags, uint32_t idle, uint32_t interval, uint8_t probes)
{
    struct {
        struct flue_block_list block;
        struct flue_tcp_cached cached;
    } block;

    flue_block_list_init(&block.block, FLUE_TCP_OFFLOAD_CACHED_STATE, sizeof block,
                         &bench.tcp.handle);
    block.cached = bench.tcp.block.cached;
    block.cached.flags = flags;
    block.cached.ka_timeout_ticks = idle;
    block.cached.ka_interval_ticks = interval;
    block.cached.ka_probe_count = probes;
    rig_operate(&bench.rig, CALL_UPDATE, &block.block);
    assert_int_equal(block.block.status, FLUE_STATUS_SUCCESS);
}

static void
pass(uint32_t seconds)
{
    rig_advance(&bench.rig, seconds * FLUE_SECOND);
    rig_settle(&bench.rig);
}

static enum flue_tcp_connection_state
state_at_terminate(void)
{
    struct flue_tcp_delegated_block back;

    rig_terminate(&bench.rig, &bench.tcp, &back);
    return back.delegated.state;
}

static void
test_reset_at_rcv_nxt_aborts(void **state)
{
    (void)state;
    begin();
    rig_make_list(&bench.lists[0], 1, 100);
    rig_send(&bench.rig, &bench.tcp, &bench.lists[0]);
    arrive(0, FLUE_TCP_RST);
    assert_int_equal(bench.lists[0].list.status, FLUE_STATUS_REQUEST_ABORTED); /* BLIND-002 */
    assert_int_equal(bench.rig.calls[rig_find(&bench.rig, CALL_EVENT, 0)].event,
                     FLUE_TCP_INDICATE_ABORT); /* BLIND-002 */
    assert_int_equal(rig_count(&bench.rig, CALL_EVENT), 1);
}

static void
test_resets_in_the_window_are_challenged_once(void **state)
{
    (void)state;
    begin();
    for (uint32_t i = 1; i <= 10; i++)
        arrive(i, FLUE_TCP_RST);
    assert_int_equal(answers(), 1); /* BLIND-003 */
    arrivals_segment(&peer, 100, FLUE_TCP_PSH);
    rig_settle(&bench.rig);
    pass(1); /* the delayed ACK */
    (void)answers();
    arrive(5, FLUE_TCP_RST);
    arrive(6, FLUE_TCP_RST);
    assert_int_equal(answers(), 1); /* BLIND-003 */
    assert_int_equal(rig_count(&bench.rig, CALL_EVENT), 0);
}

static void
test_syn_outside_the_window_is_answered_each_time(void **state)
{
    (void)state;
    begin();
    for (uint32_t i = 0; i < 10; i++)
        arrive(WINDOW_OUTSIDE + i, FLUE_TCP_SYN);
    assert_int_equal(answers(), 10); /* BLIND-004 */
    assert_int_equal(keepalive_left(), FLUE_TICKS_NOT_RUNNING);
}

static void
test_syn_at_rcv_nxt_ends_in_closed_and_silence(void **state)
{
    uint32_t event;

    (void)state;
    begin();
    arrive(0, FLUE_TCP_SYN);
    assert_int_equal(answers(), 0); /* NOTE-040 */
    event = rig_find(&bench.rig, CALL_EVENT, 0);
    assert_int_equal(bench.rig.calls[event].event, FLUE_TCP_INDICATE_RETRIEVE);   /* BLIND-005 */
    assert_int_equal(bench.rig.calls[event].bytes, FLUE_UPLOAD_UPLOAD_REQUESTED); /* NOTE-039 */
    assert_int_equal(rig_count(&bench.rig, CALL_EVENT), 1);
    assert_int_equal(state_at_terminate(), FLUE_TCP_CONNECTION_CLOSED); /* BLIND-005 */
}

static void
test_syns_in_the_window_are_challenged_every_three_seconds(void **state)
{
    flue_time last = 0;
    uint32_t challenges = 0;

    (void)state;
    begin();
    for (uint32_t i = 0; i < 100; i++) {
        arrive(1 + i, FLUE_TCP_SYN);
        if (answers() > 0) {
            assert_true(challenges == 0 || bench.rig.now - last >= 3 * FLUE_SECOND); /* BLIND-006 */
            last = bench.rig.now;
            challenges++;
        }
        rig_advance(&bench.rig, FLUE_SECOND / 10);
    }
    assert_int_equal(challenges, 4); /* BLIND-006 */
}

static void
test_challenge_starts_or_shortens_keepalive(void **state)
{
    static const uint32_t idle[] = {7200 * TICKS, 60 * TICKS};
    static const uint32_t left[] = {300 * TICKS, 60 * TICKS};

    (void)state;
    begin();
    assert_int_equal(keepalive_left(), FLUE_TICKS_NOT_RUNNING);
    arrive(1, FLUE_TCP_RST);
    assert_int_equal(keepalive_left(), 300 * TICKS); /* BLIND-007 */
    for (uint32_t i = 0; i < 2; i++) {
        update(FLUE_TCP_FLAG_KEEP_ALIVE_ENABLED | FLUE_TCP_FLAG_KEEP_ALIVE_RESTART, idle[i], TICKS,
               5);
        arrivals_segment(&peer, 10, 0);
        rig_settle(&bench.rig);
        assert_int_equal(keepalive_left(), idle[i]); /* BLIND-014 */
        arrive(1, FLUE_TCP_RST);
        assert_int_equal(keepalive_left(), left[i]); /* BLIND-008 */
    }
}

static void
test_silence_after_a_challenge_is_probed_and_ends(void **state)
{
    uint32_t event;

    (void)state;
    update(0, 0, 2 * TICKS, 3);
    begin();
    arrive(1, FLUE_TCP_SYN);
    assert_int_equal(answers(), 1);
    pass(299);
    assert_int_equal(answers(), 0);
    pass(1);
    assert_int_equal(answers(), 1); /* BLIND-007, BLIND-009 */
    for (uint32_t i = 1; i < 3; i++) {
        pass(1);
        assert_int_equal(answers(), 0);
        pass(1);
        assert_int_equal(answers(), 1); /* BLIND-009 */
    }
    assert_int_equal(rig_count(&bench.rig, CALL_EVENT), 0);
    pass(2);
    assert_int_equal(answers(), 0); /* BLIND-009: three in all */
    event = rig_find(&bench.rig, CALL_EVENT, 0);
    assert_int_equal(bench.rig.calls[event].event, FLUE_TCP_INDICATE_RETRIEVE);     /* BLIND-012 */
    assert_int_equal(bench.rig.calls[event].bytes, FLUE_UPLOAD_TIMEOUT_EXPIRATION); /* BLIND-012 */
    assert_int_equal(state_at_terminate(), FLUE_TCP_CONNECTION_CLOSED);             /* BLIND-012 */
}

static void
test_probes_without_values_are_ten_a_second_apart(void **state)
{
    (void)state;
    update(0, 0, 0, 0);
    begin();
    arrive(1, FLUE_TCP_RST);
    pass(299);
    (void)answers();
    for (uint32_t i = 0; i < 10; i++) {
        pass(1);
        assert_int_equal(answers(), 1); /* BLIND-010 */
    }
    assert_int_equal(rig_count(&bench.rig, CALL_EVENT), 0);
    pass(1);
    assert_int_equal(answers(), 0); /* BLIND-010 */
    assert_int_equal(rig_count(&bench.rig, CALL_EVENT), 1);
}

/* Offloads another connection, with probes sent already. */
static void
offload_with_probes(struct rig_tcp *tcp, uint8_t sent, uint8_t most)
{
    struct flue_tcp_block *block = &tcp->block;
    struct flue_block_list neighbor, path; /* linkers to those that are there */

    flue_block_list_init(&neighbor, FLUE_NEIGHBOR_OFFLOAD_STATE, sizeof neighbor,
                         &bench.neighbor.handle);
    flue_block_list_init(&path, FLUE_IP4_OFFLOAD_STATE, sizeof path, &bench.path.handle);
    rig_make_tcp(&bench.rig, tcp, 9001);
    neighbor.dependent_block_list = &path;
    path.dependent_block_list = &block->block;
    block->cached.ka_interval_ticks = TICKS;
    block->cached.ka_probe_count = most;
    block->delegated.keep_alive.count = sent;
    rig_operate(&bench.rig, CALL_INITIATE, &neighbor);
    assert_int_equal(block->block.status, FLUE_STATUS_SUCCESS);
}

static void
test_probes_before_the_offload_count(void **state)
{
    static struct rig_tcp tcp;

    (void)state;
    offload_with_probes(&tcp, 4, 10);
    arrivals_begin(&peer, &bench.rig, &tcp);
    arrive(1, FLUE_TCP_RST);
    pass(299);
    (void)answers();
    for (uint32_t i = 0; i < 6; i++) {
        pass(1);
        assert_int_equal(answers(), 1); /* BLIND-011 */
    }
    pass(1);
    assert_int_equal(answers(), 0); /* BLIND-011 */
    assert_int_equal(rig_count(&bench.rig, CALL_EVENT), 1);
}

static void
test_upload_carries_the_mitigation(void **state)
{
    struct flue_tcp_delegated_block back;

    (void)state;
    update(0, 0, 4 * TICKS, 10);
    begin();
    arrive(1, FLUE_TCP_RST);
    pass(305); /* probes at 300 and 304 */
    rig_terminate(&bench.rig, &bench.tcp, &back);
    assert_int_equal(back.delegated.keep_alive.count, 2);                       /* BLIND-013 */
    assert_int_equal(back.delegated.keep_alive.timeout_delta_ticks, 3 * TICKS); /* BLIND-013 */
    assert_int_equal(back.delegated.state, FLUE_TCP_CONNECTION_ESTABLISHED);
}

static void
test_acceptable_segment_ends_the_mitigation(void **state)
{
    (void)state;
    begin();
    arrive(1, FLUE_TCP_RST);
    pass(100);
    arrivals_segment(&peer, 10, 0);
    rig_settle(&bench.rig);
    assert_int_equal(keepalive_left(), FLUE_TICKS_NOT_RUNNING); /* BLIND-014 */
    (void)answers();
    pass(1000);
    assert_int_equal(rig_count(&bench.rig, CALL_EVENT), 0);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        ON_BENCH(test_reset_at_rcv_nxt_aborts),
        ON_BENCH(test_resets_in_the_window_are_challenged_once),
        ON_BENCH(test_syn_outside_the_window_is_answered_each_time),
        ON_BENCH(test_syn_at_rcv_nxt_ends_in_closed_and_silence),
        ON_BENCH(test_syns_in_the_window_are_challenged_every_three_seconds),
        ON_BENCH(test_challenge_starts_or_shortens_keepalive),
        ON_BENCH(test_silence_after_a_challenge_is_probed_and_ends),
        ON_BENCH(test_probes_without_values_are_ten_a_second_apart),
        ON_BENCH(test_probes_before_the_offload_count),
        ON_BENCH(test_upload_carries_the_mitigation),
        ON_BENCH(test_acceptable_segment_ends_the_mitigation),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
