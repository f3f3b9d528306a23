/* SPDX-License-Identifier: GPL-2.0-or-later
 *
 * The timers of offloaded connections in the contract's terms: what a query shows of them, from
 * where they go on after an offload, what a termination hands back. Time is in ticks of 1 ms and
 * starts on one; the peer is cut off, so nothing but timers makes the target send.
 */
#include "rig.h"

#include <string.h>

enum { RTO = 1000 /* ticks: the least, which a wire without delay leads to */ };

static struct rig_list data;

/* A connection on its way down; change bench.tcp.block before offload(). */
static void
prepare(void)
{
    memset(&bench, 0, sizeof bench);
    rig_create(&bench.rig, NULL);
    rig_make_neighbor(&bench.neighbor);
    rig_make_path(&bench.path);
    rig_make_tcp(&bench.rig, &bench.tcp, 100);
    rig_link(&bench.neighbor, &bench.path, &bench.tcp);
}

static void
offload(void)
{
    bench.rig.is_cut = true;
    rig_operate(&bench.rig, CALL_INITIATE, &bench.neighbor.block.block);
    assert_int_equal(bench.tcp.block.block.status, FLUE_STATUS_SUCCESS);
    bench.rig.call_count = 0;
    bench.rig.target_segments = 0;
}

/* `length` bytes to send come with it. */
static void
add_data(uint32_t length)
{
    rig_make_list(&data, 1, length);
    bench.tcp.block.block.net_buffer_list_chain = &data.list;
    bench.tcp.block.delegated.send_data_head = &data.list;
    bench.tcp.block.delegated.send_data_tail = &data.list;
}

static void
use_keepalive(uint8_t probes, uint32_t timeout, uint32_t interval)
{
    struct flue_tcp_cached *cached = &bench.tcp.block.cached;

    cached->flags |= FLUE_TCP_FLAG_KEEP_ALIVE_ENABLED;
    cached->ka_probe_count = probes;
    cached->ka_timeout_ticks = timeout;
    cached->ka_interval_ticks = interval;
}

static void
wait_ticks(uint64_t ticks)
{
    rig_advance(&bench.rig, ticks * FLUE_MILLISECOND);
}

/* Nothing is sent before `ticks` have passed, and one segment then. */
static void
expect_segment_after(uint64_t ticks)
{
    uint32_t before = bench.rig.target_segments;

    if (ticks > 0)
        wait_ticks(ticks - 1);
    assert_int_equal(bench.rig.target_segments, before);
    wait_ticks(ticks > 0 ? 1 : 0);
    assert_int_equal(bench.rig.target_segments, before + 1);
}

static struct flue_tcp_delegated
query(void)
{
    struct flue_tcp_delegated_block block;

    flue_block_list_init(&block.block, FLUE_TCP_OFFLOAD_DELEGATED_STATE, sizeof block,
                         &bench.tcp.handle);
    rig_operate(&bench.rig, CALL_QUERY, &block.block);
    assert_int_equal(block.block.status, FLUE_STATUS_SUCCESS);
    return block.delegated;
}

static struct flue_tcp_delegated
terminate(void)
{
    struct flue_tcp_delegated_block block;

    rig_terminate(&bench.rig, &bench.tcp, &block);
    assert_int_equal(block.block.status, FLUE_STATUS_SUCCESS);
    return block.delegated;
}

static void
assert_timed_out(uint32_t events)
{
    assert_int_equal(rig_count(&bench.rig, CALL_EVENT), events);
    if (events > 0) {
        const struct call *call = &bench.rig.calls[rig_find(&bench.rig, CALL_EVENT, 0)];

        assert_int_equal(call->event, FLUE_TCP_INDICATE_RETRIEVE);
        assert_int_equal(call->bytes, FLUE_UPLOAD_TIMEOUT_EXPIRATION); /* EVENT-011 */
    }
}

/* ---- Delayed ACK and push: their counts are nowhere in the state -------------------------------
 */

static void
assert_no_count(const struct flue_tcp_delegated *state)
{
    assert_int_equal(state->retransmit.count, 0);
    assert_int_equal(state->retransmit.timeout_delta_ticks, FLUE_TICKS_NOT_RUNNING);
    assert_int_equal(state->keep_alive.count, 0);
    assert_int_equal(state->keep_alive.timeout_delta_ticks, FLUE_TICKS_NOT_RUNNING);
    assert_int_equal(state->snd_wnd_probe_count, 0);
    assert_int_equal(state->total_rt, 0);
    assert_int_equal(state->dup_ack_count, 0);
}

static void
test_delayed_ack_leaves_no_count_in_the_state(void **state)
{
    struct flue_tcp_delegated shown;

    (void)state;
    prepare();
    bench.rig.is_cut = false;
    rig_operate(&bench.rig, CALL_INITIATE, &bench.neighbor.block.block);
    bench.rig.target_segments = 0;
    rig_peer_send(&bench.rig, bench.tcp.peer, 1, 100);
    rig_settle(&bench.rig);
    bench.rig.is_cut = true;
    wait_ticks(10);
    assert_int_equal(bench.rig.target_segments, 0); /* it runs */
    shown = query();
    assert_no_count(&shown); /* TIMER-005 */
    rig_return_lent(&bench.rig);
    bench.rig.call_count = 0;
    shown = terminate();
    assert_int_equal(bench.rig.target_segments, 1); /* TIMER-006 */
    assert_no_count(&shown);                        /* TIMER-005 */
    wait_ticks(1000);
    assert_int_equal(bench.rig.target_segments, 1);
    rig_destroy(&bench.rig);
}

static void
test_push_timer_leaves_no_count_in_the_state(void **state)
{
    struct flue_tcp_delegated shown;
    struct rig_list request;

    (void)state;
    prepare();
    rig_operate(&bench.rig, CALL_INITIATE, &bench.neighbor.block.block);
    rig_make_list(&request, 0, 1000);
    (void)bench.rig.provider->tcp_offload_receive(bench.rig.provider->adapter, bench.rig.now,
                                                  rig_context(&bench.tcp), &request.list);
    /* Part of the first segment, which has no PSH. */
    rig_peer_send(&bench.rig, bench.tcp.peer, 1, 2000);
    rig_lose_last(&bench.rig);
    bench.rig.frames[0].segment.payload.length = 700;
    bench.rig.frames[0].payload.byte_count = 700;
    rig_deliver_first(&bench.rig);
    rig_settle(&bench.rig);
    bench.rig.is_cut = true;
    wait_ticks(100);
    bench.rig.call_count = 0;
    shown = query();
    assert_no_count(&shown); /* TIMER-032 */
    shown = terminate();
    assert_no_count(&shown); /* TIMER-032 */
    assert_int_equal(bench.rig.calls[rig_find(&bench.rig, CALL_RECEIVE, 0)].bytes, 700);
    assert_true(rig_find(&bench.rig, CALL_RECEIVE, 0) <
                rig_find(&bench.rig, CALL_TERMINATE, 0)); /* TIMER-034 */
    bench.rig.call_count = 0;
    wait_ticks(2000);
    assert_int_equal(bench.rig.call_count, 0); /* TIMER-034: no expiry afterwards */
    rig_destroy(&bench.rig);
}

/* ---- Retransmission ----------------------------------------------------------------------------
 */

static void
test_idle_connection_shows_no_retransmit_timer(void **state)
{
    struct flue_tcp_delegated shown;

    (void)state;
    prepare();
    assert_int_equal(bench.tcp.block.delegated.retransmit.timeout_delta_ticks,
                     FLUE_TICKS_NOT_RUNNING); /* nothing was outstanding */
    offload();
    for (uint32_t i = 0; i < 100; i++) {
        wait_ticks(97);
        shown = query();
        assert_int_equal(shown.retransmit.timeout_delta_ticks,
                         FLUE_TICKS_NOT_RUNNING); /* TIMER-039: never 0 while idle */
    }
    assert_int_equal(bench.rig.target_segments, 0); /* TIMER-015: nor a keepalive probe */
    shown = terminate();
    assert_int_equal(shown.retransmit.timeout_delta_ticks, FLUE_TICKS_NOT_RUNNING); /* TIMER-039 */
    rig_destroy(&bench.rig);
}

static void
test_retransmissions_go_on_from_count_and_ticks(void **state)
{
    struct flue_tcp_delegated *given = &bench.tcp.block.delegated;
    struct flue_tcp_delegated shown;

    (void)state;
    prepare();
    add_data(100);
    given->snd_nxt += 100;
    given->snd_max += 100;
    given->retransmit.count = 2;
    given->retransmit.timeout_delta_ticks = 300;
    given->total_rt = 5000;
    offload();
    expect_segment_after(300); /* TIMER-038 */
    shown = query();
    assert_int_equal(shown.retransmit.count, 3);
    assert_int_equal(shown.retransmit.timeout_delta_ticks, RTO << 3);
    assert_int_equal(shown.total_rt, 5300); /* TIMER-037 */
    wait_ticks(1500);
    shown = terminate(); /* TIMER-038: current values */
    assert_int_equal(shown.retransmit.count, 3);
    assert_int_equal(shown.retransmit.timeout_delta_ticks, (RTO << 3) - 1500);
    assert_int_equal(shown.total_rt, 6800);
    rig_destroy(&bench.rig);
}

/* TIMER-039: 0 is due now. */
static void
test_retransmission_with_no_ticks_left_is_due_at_once(void **state)
{
    struct flue_tcp_delegated *given = &bench.tcp.block.delegated;

    (void)state;
    prepare();
    add_data(100);
    given->snd_nxt += 100;
    given->snd_max += 100;
    given->retransmit.timeout_delta_ticks = 0;
    bench.rig.target_segments = 0;
    bench.rig.is_cut = true;
    rig_operate(&bench.rig, CALL_INITIATE, &bench.neighbor.block.block);
    assert_int_equal(bench.rig.target_segments, 1);
    assert_int_equal(bench.rig.last_packet.segment.seq, given->snd_una);
    rig_destroy(&bench.rig);
}

static void
test_total_rt_grows_and_ends_with_an_ack(void **state)
{
    struct flue_tcp_delegated shown;

    (void)state;
    prepare();
    offload();
    rig_make_list(&data, 1, 100);
    rig_send(&bench.rig, &bench.tcp, &data);
    rig_settle(&bench.rig);
    wait_ticks(RTO - 1);
    assert_int_equal(query().total_rt, 0); /* not yet retransmitted */
    wait_ticks(1 + 400);
    shown = query();
    assert_int_equal(shown.retransmit.count, 1);
    assert_int_equal(shown.retransmit.timeout_delta_ticks, 2 * RTO - 400); /* TIMER-038 */
    assert_int_equal(shown.total_rt, 400);                                 /* TIMER-037 */
    wait_ticks(1600 + 700);
    assert_int_equal(query().total_rt, 2700); /* TIMER-037: of the segment, not of the timeout */
    bench.rig.is_cut = false;
    wait_ticks(4 * RTO);
    shown = query();
    assert_true(shown.snd_una == shown.snd_max);
    assert_int_equal(shown.total_rt, 0); /* TIMER-037 */
    assert_int_equal(shown.retransmit.count, 0);
    rig_destroy(&bench.rig);
}

/* ---- Persist -----------------------------------------------------------------------------------
 */

/* TIMER-022: the three members at each stage of a zero window. */
static void
test_persist_shows_round_count_and_ticks(void **state)
{
    static const struct {
        uint32_t wait, count, left;
    } stages[] = {
        {0, 0, RTO},         {400, 0, RTO - 400}, {600, 1, RTO},
        {250, 1, RTO - 250}, {750, 2, 2 * RTO},   {2 * RTO, 3, 4 * RTO},
    };

    (void)state;
    prepare();
    add_data(2000);
    bench.tcp.block.delegated.snd_wnd = 0;
    offload();
    for (size_t i = 0; i < sizeof stages / sizeof stages[0]; i++) {
        struct flue_tcp_delegated shown;

        wait_ticks(stages[i].wait);
        shown = query();
        assert_int_equal(shown.snd_wnd_probe_count, 0); /* TIMER-022 */
        assert_int_equal(shown.retransmit.count, stages[i].count);
        assert_int_equal(shown.retransmit.timeout_delta_ticks, stages[i].left);
    }
    rig_destroy(&bench.rig);
}

static void
test_persist_goes_on_from_round_count_and_ticks(void **state)
{
    struct flue_tcp_delegated *given = &bench.tcp.block.delegated;
    struct flue_tcp_delegated shown;

    (void)state;
    prepare();
    add_data(2000);
    given->snd_wnd = 0;
    given->snd_wnd_probe_count = 2;
    given->retransmit.count = 1;
    given->retransmit.timeout_delta_ticks = 700;
    offload();
    expect_segment_after(700);     /* TIMER-031 */
    expect_segment_after(2 * RTO); /* TIMER-031 */
    wait_ticks(300);
    shown = terminate();
    assert_int_equal(shown.snd_wnd_probe_count, 2);
    assert_int_equal(shown.retransmit.count, 3);
    assert_int_equal(shown.retransmit.timeout_delta_ticks, 4 * RTO - 300); /* TIMER-031 */
    rig_destroy(&bench.rig);
}

/* TIMER-031: 0 ticks left of the wait before a round's first probe. */
static void
test_persist_with_no_ticks_left_probes_at_once(void **state)
{
    (void)state;
    prepare();
    add_data(2000);
    bench.tcp.block.delegated.snd_wnd = 0;
    bench.tcp.block.delegated.retransmit.timeout_delta_ticks = 0;
    bench.rig.target_segments = 0;
    bench.rig.is_cut = true;
    rig_operate(&bench.rig, CALL_INITIATE, &bench.neighbor.block.block);
    assert_int_equal(bench.rig.target_segments, 1);
    assert_int_equal(query().retransmit.count, 1);
    rig_destroy(&bench.rig);
}

static void
test_persist_needs_a_shut_window(void **state)
{
    (void)state;
    prepare();
    offload();
    bench.rig.is_cut = false;
    for (uint32_t i = 0; i < 20; i++) {
        rig_make_list(&data, 1, 2000);
        rig_send(&bench.rig, &bench.tcp, &data);
        wait_ticks(100);
        assert_int_equal(rig_count(&bench.rig, CALL_SEND), i + 1);
    }
    bench.rig.target_segments = 0;
    wait_ticks(3600000);
    assert_int_equal(bench.rig.target_segments, 0); /* TIMER-021 */
    assert_int_equal(query().snd_wnd_probe_count, 0);
    rig_destroy(&bench.rig);
}

static void
test_persist_gives_up_when_a_round_has_too_many_probes(void **state)
{
    struct flue_tcp_connection_offload_parameters set;

    (void)state;
    prepare();
    (void)rig_request(&bench.rig, FLUE_REQUEST_QUERY, FLUE_OID_TCP_CONNECTION_OFFLOAD_PARAMETERS,
                      &set, sizeof set, NULL);
    set.tcp_maximum_retransmissions = 5;
    (void)rig_request(&bench.rig, FLUE_REQUEST_SET, FLUE_OID_TCP_CONNECTION_OFFLOAD_PARAMETERS,
                      &set, sizeof set, NULL);
    add_data(2000);
    bench.tcp.block.delegated.snd_wnd = 0;
    offload();
    wait_ticks(RTO * (1 + 1 + 2 + 4 + 8 + 16));
    assert_int_equal(bench.rig.target_segments, 6);
    assert_int_equal(query().retransmit.count, 6);
    bench.rig.call_count = 0;
    wait_ticks(32 * RTO - 1);
    assert_timed_out(0);
    wait_ticks(1);
    assert_timed_out(1); /* TIMER-030 */
    wait_ticks(1000 * RTO);
    assert_int_equal(bench.rig.target_segments, 6);
    rig_destroy(&bench.rig);
}

/* ---- Keepalive ---------------------------------------------------------------------------------
 */

/* TIMER-018 */
static void
test_keepalive_shows_probes_and_ticks(void **state)
{
    struct flue_tcp_delegated shown;

    (void)state;
    prepare();
    use_keepalive(5, 10000, 2000);
    offload();
    shown = query();
    assert_int_equal(shown.keep_alive.count, 0);
    assert_int_equal(shown.keep_alive.timeout_delta_ticks, 10000);
    expect_segment_after(10000);
    expect_segment_after(2000);
    wait_ticks(700); /* between probes 2 and 3 */
    shown = query();
    assert_int_equal(shown.keep_alive.count, 2); /* TIMER-018 */
    assert_int_equal(shown.keep_alive.timeout_delta_ticks, 1300);
    shown = terminate();
    assert_int_equal(shown.keep_alive.count, 2); /* TIMER-020 */
    assert_int_equal(shown.keep_alive.timeout_delta_ticks, 1300);
    rig_destroy(&bench.rig);
}

static void
test_keepalive_goes_on_from_probes_and_ticks(void **state)
{
    (void)state;
    prepare();
    use_keepalive(5, 10000, 2000);
    bench.tcp.block.delegated.keep_alive.count = 3;
    bench.tcp.block.delegated.keep_alive.timeout_delta_ticks = 500;
    offload();
    expect_segment_after(500); /* TIMER-019 */
    expect_segment_after(2000);
    wait_ticks(1999);
    assert_timed_out(0);
    wait_ticks(1);
    assert_timed_out(1);
    assert_int_equal(bench.rig.target_segments, 2); /* TIMER-019: three and two are five */
    rig_destroy(&bench.rig);
}

/* TIMER-019, TIMER-020: the special values. */
static void
test_keepalive_special_values_mean_due_and_not_running(void **state)
{
    struct flue_tcp_delegated shown;

    (void)state;
    prepare();
    use_keepalive(5, 10000, 2000);
    bench.tcp.block.delegated.keep_alive.timeout_delta_ticks = 0;
    bench.rig.target_segments = 0;
    bench.rig.is_cut = true;
    rig_operate(&bench.rig, CALL_INITIATE, &bench.neighbor.block.block);
    wait_ticks(0);
    assert_int_equal(bench.rig.target_segments, 1); /* TIMER-020: 0 is due now */
    rig_destroy(&bench.rig);

    prepare();
    use_keepalive(5, 10000, 2000);
    bench.tcp.block.delegated.keep_alive.timeout_delta_ticks = FLUE_TICKS_NOT_RUNNING;
    offload();
    expect_segment_after(10000); /* TIMER-019: it did not run; it starts */
    rig_destroy(&bench.rig);

    prepare();
    offload();
    wait_ticks(86400000);
    assert_int_equal(bench.rig.target_segments, 0); /* TIMER-015 */
    shown = terminate();
    assert_int_equal(shown.keep_alive.timeout_delta_ticks, FLUE_TICKS_NOT_RUNNING); /* TIMER-020 */
    rig_destroy(&bench.rig);
}

/* ---- FIN_WAIT_2 --------------------------------------------------------------------------------
 */

/* The target closes, and the peer acknowledges. */
static void
enter_fin_wait_2(void)
{
    prepare();
    offload();
    bench.rig.is_cut = false;
    rig_make_list(&bench.lists[0], 0, 0);
    (void)bench.rig.provider->tcp_offload_disconnect(bench.rig.provider->adapter, bench.rig.now,
                                                     rig_context(&bench.tcp), &bench.lists[0].list,
                                                     FLUE_TCP_DISCONNECT_GRACEFUL_CLOSE);
    rig_settle(&bench.rig);
    bench.rig.is_cut = true;
    bench.rig.call_count = 0;
    assert_int_equal(query().state, FLUE_TCP_CONNECTION_FIN_WAIT2);
    bench.rig.call_count = 0;
}

static void
test_fin_wait_2_counts_down_in_retransmit(void **state)
{
    (void)state;
    enter_fin_wait_2();
    assert_int_equal(query().retransmit.timeout_delta_ticks, 120000); /* TIMER-009 */
    wait_ticks(1);
    assert_int_equal(query().retransmit.timeout_delta_ticks, 119999); /* TIMER-008 */
    wait_ticks(19999);
    assert_int_equal(terminate().retransmit.timeout_delta_ticks, 100000); /* TIMER-014 */
    rig_destroy(&bench.rig);
}

static void
test_fin_wait_2_ends_after_two_minutes_of_silence(void **state)
{
    struct flue_tcp_delegated shown;

    (void)state;
    enter_fin_wait_2();
    wait_ticks(100000);
    bench.rig.is_cut = false;
    rig_peer_send(&bench.rig, bench.tcp.peer, 1, 10);
    rig_settle(&bench.rig);
    bench.rig.is_cut = true;
    wait_ticks(119999);
    assert_timed_out(0); /* TIMER-010: not at 120 s */
    wait_ticks(1);
    assert_timed_out(1);                                         /* TIMER-011 */
    assert_int_equal(query().state, FLUE_TCP_CONNECTION_CLOSED); /* TIMER-012 */
    rig_return_lent(&bench.rig);
    shown = terminate();
    assert_int_equal(shown.state, FLUE_TCP_CONNECTION_CLOSED);
    assert_int_equal(bench.rig.to_peer_flags & FLUE_TCP_RST, 0);
    rig_destroy(&bench.rig);
}

static void
test_fin_wait_2_goes_on_from_the_hosts_ticks(void **state)
{
    (void)state;
    prepare();
    bench.tcp.block.delegated.state = FLUE_TCP_CONNECTION_FIN_WAIT2;
    bench.tcp.block.delegated.retransmit.timeout_delta_ticks = 30000;
    offload();
    wait_ticks(29999);
    assert_timed_out(0);
    wait_ticks(1);
    assert_timed_out(1); /* TIMER-013 */
    rig_destroy(&bench.rig);

    prepare();
    bench.tcp.block.delegated.state = FLUE_TCP_CONNECTION_FIN_WAIT2;
    bench.tcp.block.delegated.retransmit.timeout_delta_ticks = FLUE_TICKS_NOT_RUNNING;
    offload();
    wait_ticks(1000000);
    assert_timed_out(0); /* TIMER-013: the host ran none */
    assert_int_equal(query().state, FLUE_TCP_CONNECTION_FIN_WAIT2);
    assert_int_equal(terminate().retransmit.timeout_delta_ticks,
                     FLUE_TICKS_NOT_RUNNING); /* TIMER-014 */
    rig_destroy(&bench.rig);
}

/* ---- All of them
 * ---------------------------------------------------------------------------------
 */

/* The peer's ACK of everything says that it has no room. */
static void
shut_window(void)
{
    struct flue_tcp_delegated shown = query();
    const struct flue_packet *last = &bench.rig.last_packet;
    struct flue_packet packet;

    memset(&packet, 0, sizeof packet);
    packet.tuple = last->tuple;
    packet.segment.flags = FLUE_TCP_ACK;
    packet.segment.seq = shown.rcv_nxt;
    packet.segment.ack = shown.snd_max;
    packet.segment.has_timestamp = true;
    packet.segment.ts_val = shown.ts_recent;
    packet.segment.ts_ecr = last->segment.ts_val;
    assert_true(flue_target_input(bench.rig.target, bench.rig.now, &packet));
    rig_settle(&bench.rig);
    bench.rig.is_cut = true;
    assert_int_equal(query().snd_wnd, 0);
}

/* TIMER-001: six timers, one after the other, on one connection. */
static void
test_each_of_the_six_timers_acts(void **state)
{
    struct rig_list request;

    (void)state;
    prepare();
    use_keepalive(9, 10000, 2000);
    bench.tcp.block.delegated.keep_alive.timeout_delta_ticks = 10000;
    offload();
    expect_segment_after(10000); /* TIMER-001: keepalive */
    bench.rig.is_cut = false;
    rig_make_list(&request, 0, 1000);
    request.list.tcp_receive_no_push = false;
    (void)bench.rig.provider->tcp_offload_receive(bench.rig.provider->adapter, bench.rig.now,
                                                  rig_context(&bench.tcp), &request.list);
    rig_peer_send(&bench.rig, bench.tcp.peer, 1, 100);
    bench.rig.frames[0].segment.flags &= (uint8_t)~FLUE_TCP_PSH;
    rig_settle(&bench.rig);
    bench.rig.is_cut = true;
    expect_segment_after(40); /* TIMER-001: delayed ACK */
    assert_int_equal(rig_count(&bench.rig, CALL_RECEIVE), 0);
    wait_ticks(460);
    assert_int_equal(rig_count(&bench.rig, CALL_RECEIVE), 1); /* TIMER-001: push */
    rig_make_list(&data, 1, 100);
    rig_send(&bench.rig, &bench.tcp, &data);
    rig_settle(&bench.rig);
    expect_segment_after(RTO); /* TIMER-001: retransmit */
    bench.rig.is_cut = false;
    wait_ticks(3 * RTO);
    shut_window();
    rig_make_list(&bench.lists[1], 1, 100);
    rig_send(&bench.rig, &bench.tcp, &bench.lists[1]);
    rig_settle(&bench.rig);
    expect_segment_after(RTO); /* TIMER-001: persist */
    rig_destroy(&bench.rig);

    enter_fin_wait_2();
    wait_ticks(120000);
    assert_timed_out(1); /* TIMER-001: FIN_WAIT_2 */
    rig_destroy(&bench.rig);
}

/* ---- Silly windows -----------------------------------------------------------------------------
 */

/* When a segment that a window of 100 leaves room for goes out, ticks. */
static uint32_t
override_after(uint32_t sws_prevention_ticks)
{
    struct flue_tcp_connection_offload_parameters set;
    uint32_t ticks = 0;

    prepare();
    (void)rig_request(&bench.rig, FLUE_REQUEST_QUERY, FLUE_OID_TCP_CONNECTION_OFFLOAD_PARAMETERS,
                      &set, sizeof set, NULL);
    set.tcp_sws_prevention_ticks = sws_prevention_ticks;
    assert_int_equal(rig_request(&bench.rig, FLUE_REQUEST_SET,
                                 FLUE_OID_TCP_CONNECTION_OFFLOAD_PARAMETERS, &set, sizeof set,
                                 NULL),
                     FLUE_STATUS_SUCCESS);
    add_data(2000);
    bench.tcp.block.delegated.snd_wnd = 100;
    offload();
    assert_int_equal(query().retransmit.timeout_delta_ticks, FLUE_TICKS_NOT_RUNNING);
    while (bench.rig.target_segments == 0 && ticks++ < 100000)
        wait_ticks(1);
    assert_int_equal(bench.rig.last_packet.segment.payload.length, 100); /* TIMER-042 */
    rig_destroy(&bench.rig);
    return ticks;
}

/* How long the window that small reads opened is kept from the peer, ticks. */
static uint32_t
update_after(uint32_t sws_prevention_ticks)
{
    struct flue_tcp_connection_offload_parameters set;
    uint32_t ticks = 0;
    uint32_t length;

    prepare();
    (void)rig_request(&bench.rig, FLUE_REQUEST_QUERY, FLUE_OID_TCP_CONNECTION_OFFLOAD_PARAMETERS,
                      &set, sizeof set, NULL);
    set.tcp_sws_prevention_ticks = sws_prevention_ticks;
    (void)rig_request(&bench.rig, FLUE_REQUEST_SET, FLUE_OID_TCP_CONNECTION_OFFLOAD_PARAMETERS,
                      &set, sizeof set, NULL);
    rig_operate(&bench.rig, CALL_INITIATE, &bench.neighbor.block.block);
    bench.rig.answer = FLUE_STATUS_OFFLOAD_DATA_NOT_ACCEPTED;
    length = bench.tcp.block.cached.initial_rcv_wnd;
    while (length > 0) { /* until the window is shut */
        uint32_t piece = length < 4000 ? length : 4000;

        rig_peer_send(&bench.rig, bench.tcp.peer, 1, piece);
        rig_settle(&bench.rig);
        length -= piece;
    }
    wait_ticks(100);
    rig_make_list(&data, 0, 600);
    data.list.tcp_receive_no_push = true;
    bench.rig.target_segments = 0;
    (void)bench.rig.provider->tcp_offload_receive(bench.rig.provider->adapter, bench.rig.now,
                                                  rig_context(&bench.tcp), &data.list);
    bench.rig.is_cut = true; /* no probes */
    rig_settle(&bench.rig);
    while (bench.rig.target_segments == 0 && ticks++ < 100000)
        wait_ticks(1);
    assert_int_equal(bench.rig.last_packet.segment.window,
                     600 >> bench.tcp.block.constants.rcv_wind_scale); /* TIMER-043 */
    rig_destroy(&bench.rig);
    return ticks;
}

/* OID-004: TcpSwsPreventionTicks, varied alone. */
static void
test_parameter_sws_prevention_is_obeyed(void **state)
{
    (void)state;
    assert_int_equal(override_after(200), 200); /* TIMER-042 */
    assert_int_equal(override_after(750), 750); /* OID-004 */
    assert_int_equal(update_after(200), 200);   /* TIMER-043 */
    assert_int_equal(update_after(750), 750);   /* OID-004 */
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_delayed_ack_leaves_no_count_in_the_state),
        cmocka_unit_test(test_push_timer_leaves_no_count_in_the_state),
        cmocka_unit_test(test_idle_connection_shows_no_retransmit_timer),
        cmocka_unit_test(test_retransmissions_go_on_from_count_and_ticks),
        cmocka_unit_test(test_retransmission_with_no_ticks_left_is_due_at_once),
        cmocka_unit_test(test_total_rt_grows_and_ends_with_an_ack),
        cmocka_unit_test(test_persist_shows_round_count_and_ticks),
        cmocka_unit_test(test_persist_goes_on_from_round_count_and_ticks),
        cmocka_unit_test(test_persist_with_no_ticks_left_probes_at_once),
        cmocka_unit_test(test_persist_needs_a_shut_window),
        cmocka_unit_test(test_persist_gives_up_when_a_round_has_too_many_probes),
        cmocka_unit_test(test_keepalive_shows_probes_and_ticks),
        cmocka_unit_test(test_keepalive_goes_on_from_probes_and_ticks),
        cmocka_unit_test(test_keepalive_special_values_mean_due_and_not_running),
        cmocka_unit_test(test_fin_wait_2_counts_down_in_retransmit),
        cmocka_unit_test(test_fin_wait_2_ends_after_two_minutes_of_silence),
        cmocka_unit_test(test_fin_wait_2_goes_on_from_the_hosts_ticks),
        cmocka_unit_test(test_each_of_the_six_timers_acts),
        cmocka_unit_test(test_parameter_sws_prevention_is_obeyed),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
