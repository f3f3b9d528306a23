/* SPDX-License-Identifier: GPL-2.0-or-later
 *
 * Protocol behaviour as scripts: packets in, packets out, and times. Every script runs at three
 * initial sequence numbers, so that wrapping is nothing special.
 */
#include "cmocka_first.h"
#include "peer.h"

static const uint32_t starts[] = {0, UINT32_C(0x7FFFFFFB), UINT32_C(0xFFFFFFFB)};

#define FOR_EACH_START(peer)                                                                       \
    (void)state;                                                                                   \
    struct peer peer;                                                                              \
    for (unsigned i_ = 0; i_ < 3 && (peer_init(&peer, starts[i_]), true); i_++)

/* ---- Opening ---- */

static void
test_open_simultaneous_reaches_established(void **state)
{
    FOR_EACH_START(peer)
    {
        peer_open(&peer, 10 * MS); /* for the engine; then a second connection, by hand */
        peer.tuple.local_port++;
        assert_int_equal(flue_tcp_connect(peer.engine, peer.now, &peer.tuple, &peer.options, NULL,
                                          &peer.connection),
                         FLUE_OK);
        EXPECT(&peer, S, 0, 0, 0);
        peer_segment(&peer, S, 0, 0, 0);
        EXPECT(&peer, S | A, 0, 1, 0);
        assert_int_equal(flue_tcp_state(peer.connection), FLUE_TCP_CONNECTION_SYN_RCVD);
        peer_segment(&peer, A, 1, 1, 0);
        assert_int_equal(flue_tcp_state(peer.connection), FLUE_TCP_CONNECTION_ESTABLISHED);
        assert_int_equal(peer.connected, 2);
        peer_fini(&peer);
    }
}

static void
test_open_syn_ack_lost_is_sent_again(void **state)
{
    FOR_EACH_START(peer)
    {
        peer_open_passive(&peer);
        peer.tuple.remote_port++;
        peer_segment(&peer, S, 0, 0, 0);
        EXPECT(&peer, S | A, 0, 1, 0);
        peer_segment(&peer, S, 0, 0, 0); /* the peer's timer was first */
        EXPECT(&peer, S | A, 0, 1, 0);
        peer_wait(&peer, 1000 * MS); /* RFC 6298 2.1 */
        EXPECT_AT(&peer, S | A, 0, 1, 0, 1000 * MS);
        peer_fini(&peer);
    }
}

static void
test_open_wrong_ack_of_syn_is_reset(void **state)
{
    FOR_EACH_START(peer)
    {
        peer_open_passive(&peer);
        peer.tuple.remote_port++;
        peer_segment(&peer, S, 0, 0, 0);
        EXPECT(&peer, S | A, 0, 1, 0);
        peer_segment(&peer, A, 1, 7777, 0);
        EXPECT(&peer, R, 7777, 0, 0); /* RFC 9293 3.10.7.4, fifth step */
        peer_fini(&peer);
    }
}

/* ---- Acknowledging ---- */

static void
test_ack_of_every_second_segment_and_after_the_delay(void **state)
{
    FOR_EACH_START(peer)
    {
        flue_time start;

        peer_open(&peer, 10 * MS);
        start = peer.now;
        peer_segment(&peer, A, 1, 1, 1000); /* TIMER-007: the timer */
        EXPECT_NOTHING(&peer);
        peer_wait(&peer, 100 * MS);
        EXPECT_AT(&peer, A, 1, 1001, 0, start + 40 * MS);
        peer_segment(&peer, A, 1001, 1, 1000); /* TIMER-007: TcpAckFrequency segments */
        EXPECT_NOTHING(&peer);
        peer_segment(&peer, A, 2001, 1, 1000);
        EXPECT(&peer, A, 1, 3001, 0);
        peer_wait(&peer, 100 * MS);
        EXPECT_NOTHING(&peer);
        peer_fini(&peer);
    }
}

static void
test_out_of_order_data_is_acknowledged_at_once_and_kept(void **state)
{
    FOR_EACH_START(peer)
    {
        peer_open(&peer, 10 * MS);
        peer_segment(&peer, A, 2001, 1, 1000);
        EXPECT(&peer, A, 1, 1, 0); /* RFC 5681 4.2 */
        peer_segment(&peer, A, 4001, 1, 1000);
        EXPECT(&peer, A, 1, 1, 0);
        peer_segment(&peer, A, 1, 1, 2000); /* RFC-012: what came early is used now */
        EXPECT(&peer, A, 1, 3001, 0);
        assert_int_equal(peer.received, 3000);
        peer_segment(&peer, A, 2501, 1, 2000); /* overlaps on both sides */
        EXPECT(&peer, A, 1, 5001, 0);
        assert_int_equal(peer.received, 5000);
        peer_fini(&peer);
    }
}

static void
test_data_outside_the_window_is_answered_and_dropped(void **state)
{
    FOR_EACH_START(peer)
    {
        peer_open(&peer, 10 * MS);
        peer_segment(&peer, A, 1 + PEER_WINDOW, 1, 1000);
        EXPECT(&peer, A, 1, 1, 0);
        peer_segment(&peer, A, (uint32_t)-5, 1, 3);
        EXPECT(&peer, A, 1, 1, 0);
        assert_int_equal(peer.received, 0);
        peer_fini(&peer);
    }
}

static void
test_receive_window_closes_and_opens_by_worthwhile_pieces(void **state)
{
    FOR_EACH_START(peer)
    {
        peer.consume = false;
        peer.options.receive_buffer_bytes = 4000;
        peer_open(&peer, 10 * MS);
        peer_segment(&peer, A, 1, 1, 1000);
        peer_segment(&peer, A, 1001, 1, 1000);
        peer_segment(&peer, A, 2001, 1, 1000);
        peer_segment(&peer, A, 3001, 1, 1000);
        peer_skip(&peer);
        assert_int_equal(peer.out[(peer.out_read - 1) % PEER_KEPT].window, 0);
        flue_tcp_consume(peer.connection, peer.now, 500);
        EXPECT_NOTHING(&peer); /* less than a segment and than half the buffer */
        flue_tcp_consume(peer.connection, peer.now, 500);
        EXPECT(&peer, A, 1, 4001, 0);
        assert_int_equal(peer.out[(peer.out_read - 1) % PEER_KEPT].window, 1000);
        peer_fini(&peer);
    }
}

/* ---- Sending ---- */

static void
test_push_is_set_where_a_request_ends(void **state)
{
    FOR_EACH_START(peer)
    {
        peer_open(&peer, 10 * MS);
        peer_send(&peer, 2500);
        EXPECT(&peer, A, 1, 1, 1000);
        assert_false(peer.out[(peer.out_read - 1) % PEER_KEPT].flags & P);
        EXPECT(&peer, A, 1001, 1, 1000);
        EXPECT(&peer, A | P, 2001, 1, 500); /* SEND-007 */
        peer_ack(&peer, 1, 2501);
        assert_int_equal(peer.completed, 1); /* SEND-008 */
        assert_int_equal(peer.last_status, FLUE_STATUS_SUCCESS);
        peer_fini(&peer);
    }
}

static void
test_nagle_holds_a_small_segment_while_data_is_out(void **state)
{
    FOR_EACH_START(peer)
    {
        peer.options.use_nagle = true;
        peer_open(&peer, 10 * MS);
        peer_send(&peer, 100);
        EXPECT(&peer, A | P, 1, 1, 100);
        peer_send(&peer, 100);
        peer_send(&peer, 100);
        EXPECT_NOTHING(&peer); /* RFC-009 */
        peer_ack(&peer, 1, 101);
        EXPECT(&peer, A | P, 101, 1, 200); /* both, in one segment */
        peer_fini(&peer);
    }
}

/* ---- Retransmission ---- */

static void
test_retransmission_backs_off_and_gives_up(void **state)
{
    FOR_EACH_START(peer)
    {
        flue_time at;

        peer.config.max_retransmissions = 3;
        peer_open(&peer, 10 * MS);
        at = peer.now;
        peer_send(&peer, 500);
        EXPECT(&peer, A, 1, 1, 500);
        peer_wait(&peer, 60 * FLUE_SECOND);
        EXPECT_AT(&peer, A, 1, 1, 500, at + 1000 * MS); /* RFC-011: RTO 1 s, then twice ... */
        EXPECT_AT(&peer, A, 1, 1, 500, at + 3000 * MS);
        EXPECT_AT(&peer, A, 1, 1, 500, at + 7000 * MS);
        EXPECT_NOTHING(&peer);
        assert_int_equal(peer.closed, 1); /* TIMER-035: at most so many times */
        assert_int_equal(peer.reason, FLUE_ERROR_TIMED_OUT);
        assert_int_equal(peer.last_status, FLUE_STATUS_REQUEST_ABORTED);
        peer_fini(&peer);
    }
}

static void
test_retransmission_limit_can_be_the_owners_affair(void **state)
{
    FOR_EACH_START(peer)
    {
        struct flue_buffer_list *lists;

        peer.config.max_retransmissions = 1;
        peer.take_over = true;
        peer_open(&peer, 10 * MS);
        peer_send(&peer, 500);
        peer_wait(&peer, 60 * FLUE_SECOND);
        assert_int_equal(peer.exhausted, 1);
        assert_int_equal(peer.closed, 0);
        assert_int_equal(flue_tcp_next_deadline(peer.engine), FLUE_TIME_NEVER);
        flue_tcp_surrender(peer.connection, peer.now, &lists);
        assert_ptr_equal(lists, &peer.lists[0]);
        peer_fini(&peer);
    }
}

static void
test_fast_retransmit_and_newreno_recovery(void **state)
{
    FOR_EACH_START(peer)
    {
        struct flue_tcp_snapshot snapshot;

        peer.options.use_limited_transmit = false;
        peer_open(&peer, 10 * MS);
        peer_send(&peer, 30000);
        assert_int_equal(peer_skip(&peer), 10); /* RFC 6928: ten segments */
        peer_ack(&peer, 1, 1);                  /* segments 1 and 4 of the window were lost */
        peer_ack(&peer, 1, 1);
        EXPECT_NOTHING(&peer);
        peer_ack(&peer, 1, 1); /* TIMER-040: the third duplicate */
        EXPECT(&peer, A, 1, 1, 1000);
        flue_tcp_get_snapshot(peer.connection, peer.now, &snapshot);
        assert_true(snapshot.in_recovery);
        assert_int_equal(snapshot.ssthresh, 5000);        /* RFC 5681 equation 4 */
        assert_int_equal(snapshot.cwnd, 5000 + 3 * 1000); /* RFC 5681 3.2 step 3 */
        peer_ack(&peer, 1, 1);
        peer_ack(&peer, 1, 1);
        EXPECT_NOTHING(&peer); /* cwnd 10000, ten segments out */
        peer_ack(&peer, 1, 1);
        EXPECT(&peer, A, 10001, 1, 1000); /* inflated to eleven */
        peer_ack(&peer, 1, 3001);         /* partial: RFC 6582 3.2 step 3 */
        EXPECT(&peer, A, 3001, 1, 1000);
        flue_tcp_get_snapshot(peer.connection, peer.now, &snapshot);
        assert_int_equal(snapshot.cwnd, 11000 - 3000 + 1000);
        EXPECT(&peer, A, 11001, 1, 1000); /* cwnd 9000 and eight out: one more */
        peer_ack(&peer, 1, 10001);        /* all that was out when it began */
        flue_tcp_get_snapshot(peer.connection, peer.now, &snapshot);
        assert_false(snapshot.in_recovery);
        assert_int_equal(snapshot.cwnd, 3000); /* min(ssthresh, flight + MSS) */
        peer_fini(&peer);
    }
}

static void
test_limited_transmit_sends_new_data_on_the_first_duplicates(void **state)
{
    FOR_EACH_START(peer)
    {
        peer_open(&peer, 10 * MS);
        peer_send(&peer, 30000);
        assert_int_equal(peer_skip(&peer), 10);
        peer_ack(&peer, 1, 1);
        EXPECT(&peer, A, 10001, 1, 1000); /* RFC 3042 */
        peer_ack(&peer, 1, 1);
        EXPECT(&peer, A, 11001, 1, 1000);
        peer_ack(&peer, 1, 1);
        EXPECT(&peer, A, 1, 1, 1000);
        peer_fini(&peer);
    }
}

static void
test_timeout_restarts_in_slow_start(void **state)
{
    FOR_EACH_START(peer)
    {
        struct flue_tcp_snapshot snapshot;

        peer_open(&peer, 10 * MS);
        peer_send(&peer, 30000);
        assert_int_equal(peer_skip(&peer), 10);
        peer_wait(&peer, 1500 * MS);
        EXPECT(&peer, A, 1, 1, 1000);
        EXPECT_NOTHING(&peer);
        flue_tcp_get_snapshot(peer.connection, peer.now, &snapshot);
        assert_int_equal(snapshot.cwnd, 1000); /* RFC 5681 3.1: the loss window */
        assert_int_equal(snapshot.ssthresh, 5000);
        peer_ack(&peer, 1, 1001);
        EXPECT(&peer, A, 1001, 1, 1000); /* two segments: slow start */
        EXPECT(&peer, A, 2001, 1, 1000);
        EXPECT_NOTHING(&peer);
        peer_fini(&peer);
    }
}

/* ---- Selective acknowledgement ---- */

#define SACK(peer, ack, ...) peer_sack(peer, 1, ack, (const uint32_t[]){__VA_ARGS__, 0})

static void
test_sack_recovery_sends_the_holes_and_no_more(void **state)
{
    FOR_EACH_START(peer)
    {
        struct flue_tcp_snapshot snapshot;

        peer.options.use_sack = true;
        peer.options.use_limited_transmit = false;
        peer_open(&peer, 10 * MS);
        peer_send(&peer, 30000);
        assert_int_equal(peer_skip(&peer), 10);
        /* The first and the fourth of ten segments are lost. */
        SACK(&peer, 1, 1001, 2001);
        SACK(&peer, 1, 1001, 3001);
        EXPECT_NOTHING(&peer);
        SACK(&peer, 1, 4001, 5001, 1001, 3001);
        EXPECT(&peer, A, 1, 1, 1000); /* RFC 6675 5, step 4 */
        EXPECT_NOTHING(&peer);        /* pipe 7000 of a window of 5000 */
        flue_tcp_get_snapshot(peer.connection, peer.now, &snapshot);
        assert_true(snapshot.in_recovery);
        assert_int_equal(snapshot.cwnd, 5000);
        assert_int_equal(snapshot.sacked_bytes, 3000);
        SACK(&peer, 1, 4001, 6001, 1001, 3001);
        EXPECT_NOTHING(&peer);
        /* Two segments and a byte above it: the second hole is lost too, and leaves pipe. */
        SACK(&peer, 1, 4001, 7001, 1001, 3001);
        EXPECT(&peer, A, 3001, 1, 1000);
        EXPECT_NOTHING(&peer);
        SACK(&peer, 1, 4001, 8001, 1001, 3001);
        EXPECT(&peer, A, 10001, 1, 1000); /* new data, as pipe allows */
        peer_sack(&peer, 1, 11001, (const uint32_t[]){0});
        flue_tcp_get_snapshot(peer.connection, peer.now, &snapshot);
        assert_false(snapshot.in_recovery);
        assert_int_equal(snapshot.sacked_bytes, 0);
        assert_int_equal(peer_skip(&peer), 5); /* a whole window of new data, nothing twice */
        peer_fini(&peer);
    }
}

static void
test_sack_nonsense_blocks_are_ignored(void **state)
{
    FOR_EACH_START(peer)
    {
        struct flue_tcp_snapshot snapshot;

        peer.options.use_sack = true;
        peer_open(&peer, 10 * MS);
        peer_send(&peer, 5000);
        peer_skip(&peer);
        SACK(&peer, 1, 4001, 3001, 5000, 9001, 7000, 8000);
        flue_tcp_get_snapshot(peer.connection, peer.now, &snapshot);
        assert_int_equal(snapshot.sacked_bytes, 0);
        EXPECT_NOTHING(&peer);
        peer_fini(&peer);
    }
}

static void
expect_blocks(const struct peer *peer, unsigned count, const uint32_t *edges)
{
    const struct flue_tcp_segment *segment = &peer->out[(peer->out_read - 1) % PEER_KEPT].raw;

    assert_int_equal(segment->sack_count, count);
    for (unsigned i = 0; i < count; i++) {
        assert_int_equal(segment->sack[i].left - peer->irs, edges[2 * i]);
        assert_int_equal(segment->sack[i].right - peer->irs, edges[2 * i + 1]);
    }
}

static void
test_sack_reports_the_newest_block_first(void **state)
{
    FOR_EACH_START(peer)
    {
        peer.options.use_sack = true;
        peer_open(&peer, 10 * MS);
        peer_segment(&peer, A, 1001, 1, 500); /* STATE-037, RFC 2018 4 */
        EXPECT(&peer, A, 1, 1, 0);
        expect_blocks(&peer, 1, (const uint32_t[]){1001, 1501});
        peer_segment(&peer, A, 3001, 1, 500);
        EXPECT(&peer, A, 1, 1, 0);
        expect_blocks(&peer, 2, (const uint32_t[]){3001, 3501, 1001, 1501});
        peer_segment(&peer, A, 1501, 1, 500);
        EXPECT(&peer, A, 1, 1, 0);
        expect_blocks(&peer, 2, (const uint32_t[]){1001, 2001, 3001, 3501});
        peer_segment(&peer, A, 1, 1, 1000);
        EXPECT(&peer, A, 1, 2001, 0);
        expect_blocks(&peer, 1, (const uint32_t[]){3001, 3501});
        peer_fini(&peer);
    }
}

static void
test_sack_reports_a_duplicate(void **state)
{
    FOR_EACH_START(peer)
    {
        peer.options.use_sack = true;
        peer_open(&peer, 10 * MS);
        peer_segment(&peer, A, 1, 1, 1000);
        peer_segment(&peer, A, 1, 1, 1000); /* RFC 2883 4.1 */
        EXPECT(&peer, A, 1, 1001, 0);
        expect_blocks(&peer, 1, (const uint32_t[]){1, 1001});
        peer_segment(&peer, A, 501, 1, 1000); /* partly old */
        EXPECT(&peer, A, 1, 1501, 0);
        expect_blocks(&peer, 1, (const uint32_t[]){501, 1001});
        peer_fini(&peer);
    }
}

/* ---- The persist timer ---- */

static void
test_persist_probes_in_rounds(void **state)
{
    FOR_EACH_START(peer)
    {
        struct flue_tcp_snapshot snapshot;
        flue_time start;

        peer.window = 0;
        peer_open(&peer, 10 * MS);
        start = peer.now;
        peer_send(&peer, 5000);
        EXPECT_NOTHING(&peer);
        flue_tcp_get_snapshot(peer.connection, peer.now, &snapshot);
        assert_int_equal(snapshot.retransmit_left_ticks, 1000); /* TIMER-023: 1 RTO */
        peer_wait(&peer, 1000 * MS);
        EXPECT_AT(&peer, A, 1, 1, 1, start + 1000 * MS); /* TIMER-024: round 0 begins */
        flue_tcp_get_snapshot(peer.connection, peer.now, &snapshot);
        assert_int_equal(snapshot.retransmissions, 1);
        assert_int_equal(snapshot.retransmit_left_ticks, 1000);
        peer_wait(&peer, 1000 * MS);
        EXPECT_AT(&peer, A, 1, 1, 1, start + 2000 * MS); /* TIMER-025: 2 RTO */
        flue_tcp_get_snapshot(peer.connection, peer.now, &snapshot);
        assert_int_equal(snapshot.retransmissions, 2);
        assert_int_equal(snapshot.retransmit_left_ticks, 2000);
        peer_wait(&peer, 2000 * MS);
        EXPECT_AT(&peer, A, 1, 1, 1, start + 4000 * MS); /* TIMER-026: 4 RTO */
        flue_tcp_get_snapshot(peer.connection, peer.now, &snapshot);
        assert_int_equal(snapshot.retransmissions, 3);
        assert_int_equal(snapshot.retransmit_left_ticks, 4000);
        peer_ack(&peer, 1, 1); /* TIMER-027: still zero: the next round waits 2 RTO */
        flue_tcp_get_snapshot(peer.connection, peer.now, &snapshot);
        assert_int_equal(snapshot.retransmissions, 0);
        assert_int_equal(snapshot.retransmit_left_ticks, 2000);
        start = peer.now;
        peer_wait(&peer, 2000 * MS);
        EXPECT_AT(&peer, A, 1, 1, 1, start + 2000 * MS); /* TIMER-028 */
        flue_tcp_get_snapshot(peer.connection, peer.now, &snapshot);
        assert_int_equal(snapshot.retransmissions, 1);
        assert_int_equal(snapshot.retransmit_left_ticks, 1000);
        peer.window = PEER_WINDOW;
        peer_ack(&peer, 1, 1); /* TIMER-029: the window opens */
        EXPECT(&peer, A, 1, 1, 1000);
        assert_true(peer_skip(&peer) == 4);
        peer_fini(&peer);
    }
}

static void
test_silly_window_is_waited_out_and_then_used(void **state)
{
    FOR_EACH_START(peer)
    {
        peer.config.min_rto_ticks = 200;
        peer_open(&peer, 10 * MS);
        peer_send(&peer, 1000);
        EXPECT(&peer, A, 1, 1, 1000);
        peer.window = 300;
        peer_ack(&peer, 1, 1001);
        peer_send(&peer, 5000);
        EXPECT_NOTHING(&peer); /* 300 is neither a segment nor half of the largest window */
        peer_wait(&peer, 300 * MS);
        EXPECT(&peer, A, 1001, 1, 300); /* RFC 9293 3.8.6.2.1, condition 4 */
        peer_fini(&peer);
    }
}

/* ---- Keepalive ---- */

static void
test_keepalive_probes_then_gives_up(void **state)
{
    FOR_EACH_START(peer)
    {
        flue_time start;

        peer.options.use_keepalive = true;
        peer.options.keepalive_idle_ticks = 10000;
        peer.options.keepalive_interval_ticks = 1000;
        peer.options.keepalive_probes = 2;
        peer_open(&peer, 10 * MS);
        start = peer.now;
        peer_wait(&peer, 10500 * MS);
        EXPECT_AT(&peer, A, 0, 1, 0, start + 10000 * MS); /* TIMER-016 */
        peer_ack(&peer, 1, 1);                            /* an answer starts the idle time anew */
        start = peer.now;
        peer_wait(&peer, 20000 * MS);
        EXPECT_AT(&peer, A, 0, 1, 0, start + 10000 * MS);
        EXPECT_AT(&peer, A, 0, 1, 0, start + 11000 * MS); /* TIMER-017 */
        EXPECT_NOTHING(&peer);
        assert_int_equal(peer.closed, 1);
        assert_int_equal(peer.reason, FLUE_ERROR_TIMED_OUT);
        peer_fini(&peer);
    }
}

static void
test_keepalive_probe_is_answered(void **state)
{
    FOR_EACH_START(peer)
    {
        peer_open(&peer, 10 * MS);
        peer_ack(&peer, 0, 1);
        EXPECT(&peer, A, 1, 1, 0);
        peer_fini(&peer);
    }
}

/* ---- Closing ---- */

static void
test_close_active_goes_through_time_wait(void **state)
{
    FOR_EACH_START(peer)
    {
        peer_open(&peer, 10 * MS);
        assert_int_equal(flue_tcp_shutdown(peer.connection, peer.now), FLUE_OK);
        EXPECT(&peer, F | A, 1, 1, 0);
        assert_int_equal(flue_tcp_state(peer.connection), FLUE_TCP_CONNECTION_FIN_WAIT1);
        assert_int_equal(flue_tcp_shutdown(peer.connection, peer.now), FLUE_ERROR_STATE);
        peer_ack(&peer, 1, 2);
        assert_int_equal(flue_tcp_state(peer.connection), FLUE_TCP_CONNECTION_FIN_WAIT2);
        peer_segment(&peer, A, 1, 2, 1000); /* RFC-008: half-closed, data still comes */
        assert_int_equal(peer.received, 1000);
        peer_segment(&peer, F | A, 1001, 2, 0);
        EXPECT(&peer, A, 2, 1002, 0);
        assert_int_equal(flue_tcp_state(peer.connection), FLUE_TCP_CONNECTION_TIME_WAIT);
        peer_wait(&peer, 30 * FLUE_SECOND);
        peer_segment(&peer, F | A, 1001, 2, 0); /* our ACK was lost: the wait starts anew */
        EXPECT(&peer, A, 2, 1002, 0);
        peer_wait(&peer, 59 * FLUE_SECOND);
        assert_int_equal(peer.closed, 0);
        peer_wait(&peer, 2 * FLUE_SECOND);
        assert_int_equal(peer.closed, 1);
        assert_int_equal(peer.reason, FLUE_OK);
        peer_fini(&peer);
    }
}

static void
test_close_passive_ends_with_last_ack(void **state)
{
    FOR_EACH_START(peer)
    {
        peer_open_passive(&peer);
        peer_segment(&peer, F | A, 1, 1, 0);
        EXPECT(&peer, A, 1, 2, 0);
        assert_int_equal(peer.peer_closed, 1);
        assert_int_equal(flue_tcp_state(peer.connection), FLUE_TCP_CONNECTION_CLOSE_WAIT);
        peer_send(&peer, 700);
        EXPECT(&peer, A, 1, 2, 700);
        assert_int_equal(flue_tcp_shutdown(peer.connection, peer.now), FLUE_OK);
        EXPECT(&peer, F | A, 701, 2, 0);
        assert_int_equal(flue_tcp_state(peer.connection), FLUE_TCP_CONNECTION_LAST_ACK);
        peer_ack(&peer, 2, 702);
        assert_int_equal(peer.closed, 1);
        assert_int_equal(peer.time_waits, 0);
        peer_fini(&peer);
    }
}

static void
test_close_simultaneous_goes_through_closing(void **state)
{
    FOR_EACH_START(peer)
    {
        peer_open(&peer, 10 * MS);
        assert_int_equal(flue_tcp_shutdown(peer.connection, peer.now), FLUE_OK);
        EXPECT(&peer, F | A, 1, 1, 0);
        peer_segment(&peer, F | A, 1, 1, 0);
        EXPECT(&peer, A, 2, 2, 0);
        assert_int_equal(flue_tcp_state(peer.connection), FLUE_TCP_CONNECTION_CLOSING);
        peer_ack(&peer, 2, 2);
        assert_int_equal(flue_tcp_state(peer.connection), FLUE_TCP_CONNECTION_TIME_WAIT);
        peer_fini(&peer);
    }
}

static void
test_fin_with_the_last_data_and_both_acknowledged_at_once(void **state)
{
    FOR_EACH_START(peer)
    {
        peer.options.use_nagle = true;
        peer_open(&peer, 10 * MS);
        peer_send(&peer, 1000);
        peer_send(&peer, 300); /* held by Nagle until FIN joins it */
        EXPECT(&peer, A, 1, 1, 1000);
        EXPECT_NOTHING(&peer);
        assert_int_equal(flue_tcp_shutdown(peer.connection, peer.now), FLUE_OK);
        EXPECT(&peer, F | P | A, 1001, 1, 300);
        peer_ack(&peer, 1, 1302);
        assert_int_equal(flue_tcp_state(peer.connection), FLUE_TCP_CONNECTION_FIN_WAIT2);
        assert_int_equal(peer.completed, 2);
        peer_fini(&peer);
    }
}

/* ---- Blind attacks (RFC 5961) ---- */

static void
test_reset_is_believed_at_rcv_nxt_only(void **state)
{
    FOR_EACH_START(peer)
    {
        peer_open(&peer, 10 * MS);
        peer_segment(&peer, R, 500, 0, 0);
        EXPECT(&peer, A, 1, 1, 0); /* challenge */
        assert_int_equal(peer.closed, 0);
        peer_segment(&peer, R, PEER_WINDOW + 500, 0, 0);
        EXPECT_NOTHING(&peer); /* outside the window: not even an answer */
        assert_int_equal(peer.closed, 0);
        peer_segment(&peer, R, 1, 0, 0);
        assert_int_equal(peer.closed, 1);
        assert_int_equal(peer.reason, FLUE_ERROR_RESET);
        EXPECT_NOTHING(&peer);
        peer_fini(&peer);
    }
}

static void
test_syn_in_the_window_is_challenged(void **state)
{
    FOR_EACH_START(peer)
    {
        peer_open(&peer, 10 * MS);
        peer_segment(&peer, S, 500, 0, 0);
        EXPECT(&peer, A, 1, 1, 0);
        assert_int_equal(flue_tcp_state(peer.connection), FLUE_TCP_CONNECTION_ESTABLISHED);
        peer_fini(&peer);
    }
}

static void
test_ack_of_unsent_data_is_challenged_and_its_data_dropped(void **state)
{
    FOR_EACH_START(peer)
    {
        peer_open(&peer, 10 * MS);
        peer_segment(&peer, A, 1, 5000, 1000);
        EXPECT(&peer, A, 1, 1, 0);
        assert_int_equal(peer.received, 0);
        peer_fini(&peer);
    }
}

/* ---- Timestamps (RFC 7323) ---- */

static void
test_paws_drops_an_old_timestamp(void **state)
{
    FOR_EACH_START(peer)
    {
        peer.options.use_timestamps = true;
        peer.ts = 1000;
        peer_open(&peer, 10 * MS);
        peer.ts = 1010;
        peer_segment(&peer, A, 1, 1, 500);
        peer_skip(&peer);
        assert_int_equal(peer.received, 500);
        peer.ts = 900;
        peer_segment(&peer, A, 501, 1, 500); /* RFC-013 */
        EXPECT(&peer, A, 1, 501, 0);
        assert_int_equal(peer.out[(peer.out_read - 1) % PEER_KEPT].raw.ts_ecr,
                         1010); /* TSTAMP-005 */
        assert_int_equal(peer.received, 500);
        peer_fini(&peer);
    }
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_open_simultaneous_reaches_established),
        cmocka_unit_test(test_open_syn_ack_lost_is_sent_again),
        cmocka_unit_test(test_open_wrong_ack_of_syn_is_reset),
        cmocka_unit_test(test_ack_of_every_second_segment_and_after_the_delay),
        cmocka_unit_test(test_out_of_order_data_is_acknowledged_at_once_and_kept),
        cmocka_unit_test(test_data_outside_the_window_is_answered_and_dropped),
        cmocka_unit_test(test_receive_window_closes_and_opens_by_worthwhile_pieces),
        cmocka_unit_test(test_push_is_set_where_a_request_ends),
        cmocka_unit_test(test_nagle_holds_a_small_segment_while_data_is_out),
        cmocka_unit_test(test_retransmission_backs_off_and_gives_up),
        cmocka_unit_test(test_retransmission_limit_can_be_the_owners_affair),
        cmocka_unit_test(test_fast_retransmit_and_newreno_recovery),
        cmocka_unit_test(test_limited_transmit_sends_new_data_on_the_first_duplicates),
        cmocka_unit_test(test_timeout_restarts_in_slow_start),
        cmocka_unit_test(test_sack_recovery_sends_the_holes_and_no_more),
        cmocka_unit_test(test_sack_nonsense_blocks_are_ignored),
        cmocka_unit_test(test_sack_reports_the_newest_block_first),
        cmocka_unit_test(test_sack_reports_a_duplicate),
        cmocka_unit_test(test_persist_probes_in_rounds),
        cmocka_unit_test(test_silly_window_is_waited_out_and_then_used),
        cmocka_unit_test(test_keepalive_probes_then_gives_up),
        cmocka_unit_test(test_keepalive_probe_is_answered),
        cmocka_unit_test(test_close_active_goes_through_time_wait),
        cmocka_unit_test(test_close_passive_ends_with_last_ack),
        cmocka_unit_test(test_close_simultaneous_goes_through_closing),
        cmocka_unit_test(test_fin_with_the_last_data_and_both_acknowledged_at_once),
        cmocka_unit_test(test_reset_is_believed_at_rcv_nxt_only),
        cmocka_unit_test(test_syn_in_the_window_is_challenged),
        cmocka_unit_test(test_ack_of_unsent_data_is_challenged_and_its_data_dropped),
        cmocka_unit_test(test_paws_drops_an_old_timestamp),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
