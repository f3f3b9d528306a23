/* SPDX-License-Identifier: GPL-2.0-or-later
 *
 * Windows: silly-window avoidance on both sides, Nagle, PSH, the zero window (RFC 9293 3.8.6).
 */
#include "cmocka_first.h"
#include "peer.h"

static void
test_receive_window_closes_and_opens_by_worthwhile_pieces(void **state)
{
    FOR_EACH_VARIATION(peer, ON_BOTH)
    {
        peer.consume = false;
        peer.options.receive_buffer_bytes = 4000;
        peer_open(&peer, 10 * MS);
        peer_segment(&peer, A, 1, 1, 1000);
        peer_segment(&peer, A, 1001, 1, 1000);
        peer_segment(&peer, A, 2001, 1, 1000);
        peer_segment(&peer, A, 3001, 1, 1000);
        peer_skip(&peer);
        assert_int_equal(peer_last(&peer)->window, 0);
        flue_tcp_consume(peer.connection, peer.now, 500);
        EXPECT_NOTHING(&peer); /* less than a segment and than half the buffer */
        flue_tcp_consume(peer.connection, peer.now, 500);
        EXPECT(&peer, A, 1, 4001, 0);
        assert_int_equal(peer_last(&peer)->window, 1000);
    }
}

static void
test_push_is_set_where_a_request_ends(void **state)
{
    FOR_EACH_VARIATION(peer, ON_BOTH)
    {
        peer_open(&peer, 10 * MS);
        peer_send(&peer, 2500);
        EXPECT(&peer, A, 1, 1, 1000);
        assert_false(peer_last(&peer)->flags & P);
        EXPECT(&peer, A, 1001, 1, 1000);
        EXPECT(&peer, A | P, 2001, 1, 500); /* SEND-007 */
        peer_ack(&peer, 1, 2501);
        assert_int_equal(peer.completed, 1); /* SEND-008 */
        assert_int_equal(peer.last_status, FLUE_STATUS_SUCCESS);
    }
}

static void
test_nagle_holds_a_small_segment_while_data_is_out(void **state)
{
    FOR_EACH_VARIATION(peer, ON_BOTH)
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
    }
}

static void
test_silly_window_is_waited_out_and_then_used(void **state)
{
    FOR_EACH_VARIATION(peer, ON_BOTH)
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
    }
}

/* RFC-005: the probe carried the last byte, the window stays shut: there is nothing to probe for.
 */
static void
test_probe_takes_the_last_byte_then_the_timer_stops(void **state)
{
    FOR_EACH_VARIATION(peer, ON_BOTH)
    {
        peer.window = 0;
        peer_open(&peer, 10 * MS);
        peer_send(&peer, 1);
        peer_wait(&peer, 1000 * MS);
        EXPECT(&peer, A, 1, 1, 1);
        peer_ack(&peer, 1, 2);
        assert_int_equal(peer.completed, 1);
        assert_int_equal(peer_snapshot(&peer).retransmit_left_ticks, FLUE_TICKS_NOT_RUNNING);
        peer_wait(&peer, 7200 * FLUE_SECOND);
        EXPECT_NOTHING(&peer);
        assert_int_equal(peer.closed, 0);
    }
}

static void
test_probe_takes_the_fin_then_fin_wait_2_lasts(void **state)
{
    FOR_EACH_VARIATION(peer, ON_HOST) /* a target asks for the upload after a while */
    {
        peer.window = 0;
        peer_open(&peer, 10 * MS);
        assert_int_equal(flue_tcp_shutdown(peer.connection, peer.now), FLUE_OK);
        peer_wait(&peer, 1000 * MS);
        EXPECT(&peer, F | A, 1, 1, 0);
        peer_ack(&peer, 1, 2);
        EXPECT_STATE(&peer, FIN_WAIT2);
        peer_wait(&peer, 7200 * FLUE_SECOND);
        assert_int_equal(peer.closed, 0);
    }
}

/* RFC 9293 3.8.6: a window that shrinks to zero is probed, and never a reason to give up. */
static void
test_window_shrinks_over_data_in_flight_and_is_probed(void **state)
{
    FOR_EACH_VARIATION(peer, ON_BOTH)
    {
        peer_open(&peer, 10 * MS);
        peer_send(&peer, 1000);
        EXPECT(&peer, A, 1, 1, 1000);
        peer.window = 0;
        for (int i = 0; i < 40; i++) {
            peer_ack(&peer, 1, 1);
            peer_wait(&peer, 61 * FLUE_SECOND);
            assert_true(peer_skip(&peer) > 0);
            assert_int_equal(peer.closed, 0);
        }
        peer.window = PEER_WINDOW;
        peer_ack(&peer, 1, 1);
        EXPECT(&peer, A, 1, 1, 1000);
        peer_ack(&peer, 1, 1001);
        assert_int_equal(peer.completed, 1);
    }
}

/* Sequence numbers compare only within 2^31. */
static void
test_send_more_than_the_sequence_space_holds_is_refused(void **state)
{
    FOR_EACH_VARIATION(peer, ON_BOTH)
    {
        struct flue_buffer_list lists[2];
        struct flue_memory_descriptor descriptors[2];

        peer_open(&peer, 10 * MS);
        for (int i = 0; i < 2; i++)
            flue_buffer_list_init(&lists[i], &descriptors[i], NULL, UINT32_C(1) << 30);
        assert_int_equal(flue_tcp_send(peer.connection, peer.now, &lists[0]), FLUE_OK);
        assert_int_equal(flue_tcp_send(peer.connection, peer.now, &lists[1]), FLUE_ERROR_LIMIT);
        lists[0].next = &lists[1];
    }
}

/* RFC-005, RFC 9293 3.8.6.1: a shut window takes nothing, but every probe gets its answer. */
static void
test_zero_window_answers_probes_and_still_hears_acks(void **state)
{
    FOR_EACH_VARIATION(peer, ON_BOTH)
    {
        peer.consume = false;
        peer.options.receive_buffer_bytes = 2000;
        peer_open(&peer, 10 * MS);
        peer_send(&peer, 700);
        (void)peer_skip(&peer);
        peer_segment(&peer, A, 1, 1, 2000);
        peer_wait(&peer, 40 * MS);
        EXPECT(&peer, A, 701, 2001, 0);
        assert_int_equal(peer_last(&peer)->window, 0);
        for (int i = 0; i < 3; i++) {
            peer_segment(&peer, A, 2001, 1, 1);
            EXPECT(&peer, A, 701, 2001, 0);
            assert_int_equal(peer_last(&peer)->window, 0);
        }
        peer_segment(&peer, A, 2001, 701, 1); /* RFC 9293 3.4: its ACK is good */
        EXPECT(&peer, A, 701, 2001, 0);
        assert_int_equal(peer.completed, 1);
        assert_int_equal(peer.received, 2000);
        flue_tcp_consume(peer.connection, peer.now, 2000);
        EXPECT(&peer, A, 701, 2001, 0);
        assert_int_equal(peer_last(&peer)->window, 2000);
        peer_segment(&peer, R, 2001, 0, 0);
        EXPECT_STATE(&peer, CLOSED);
    }
}

/* The right edge never moves back (RFC 9293 3.8.6). */
static void
test_receive_window_never_shrinks(void **state)
{
    FOR_EACH_VARIATION(peer, ON_BOTH)
    {
        uint32_t edge = 0;

        peer.consume = false;
        peer.options.receive_buffer_bytes = 10000;
        peer_open(&peer, 10 * MS);
        for (uint32_t at = 1; at < 9000; at += 700) {
            peer_segment(&peer, A, at, 1, 700);
            peer_wait(&peer, 40 * MS);
            if (at % 3 == 0)
                flue_tcp_consume(peer.connection, peer.now, 1500);
            (void)peer_skip(&peer);
            assert_true(peer_last(&peer)->ack + peer_last(&peer)->window >= edge);
            edge = peer_last(&peer)->ack + peer_last(&peer)->window;
        }
    }
}

/* RFC 9293 3.10.7.4: SND.WL1 and SND.WL2 keep an old segment's window out. */
static void
test_window_of_an_old_segment_is_not_believed(void **state)
{
    FOR_EACH_VARIATION(peer, ON_BOTH)
    {
        peer_open(&peer, 10 * MS);
        peer_send(&peer, 500);
        peer_segment(&peer, A, 1, 501, 100);
        peer.window = 5000;
        peer_ack(&peer, 101, 501);
        assert_int_equal(peer_snapshot(&peer).snd_wnd, 5000);
        peer.window = 777;
        peer_segment(&peer, A, 1, 501, 200); /* its beginning is old */
        assert_int_equal(peer_snapshot(&peer).snd_wnd, 5000);
        assert_int_equal(peer.received, 200);
        peer_ack(&peer, 201, 1); /* so is what this acknowledges */
        assert_int_equal(peer_snapshot(&peer).snd_wnd, 5000);
        peer_ack(&peer, 201, 501);
        assert_int_equal(peer_snapshot(&peer).snd_wnd, 777);
    }
}

/* RFC 9293 3.8.6.2.1, condition 3: half the largest window is worth a segment. */
static void
test_half_the_largest_window_is_worth_sending(void **state)
{
    FOR_EACH_VARIATION(peer, ON_BOTH)
    {
        peer.window = 900; /* less than a segment at all times */
        peer_open(&peer, 10 * MS);
        peer_send(&peer, 3000);
        EXPECT(&peer, A, 1, 1, 900);
        peer.window = 449;
        peer_ack(&peer, 1, 901);
        EXPECT_NOTHING(&peer);
        peer.window = 450;
        peer_ack(&peer, 1, 901);
        EXPECT(&peer, A, 901, 1, 450);
    }
}

static void
test_nagle_lets_full_segments_and_the_fin_go(void **state)
{
    FOR_EACH_VARIATION(peer, ON_BOTH)
    {
        peer.options.use_nagle = true;
        peer_open(&peer, 10 * MS);
        peer_send(&peer, 2300);
        EXPECT(&peer, A, 1, 1, 1000);
        EXPECT(&peer, A, 1001, 1, 1000);
        EXPECT_NOTHING(&peer); /* RFC-009 */
        flue_tcp_set_nagle(peer.connection, peer.now, false);
        EXPECT(&peer, A | P, 2001, 1, 300);
        flue_tcp_set_nagle(peer.connection, peer.now, true);
        peer_send(&peer, 50);
        EXPECT_NOTHING(&peer);
        assert_int_equal(flue_tcp_shutdown(peer.connection, peer.now), FLUE_OK);
        EXPECT(&peer, F | A, 2301, 1, 50);
    }
}

/* A lost window update is no deadlock: the probe fetches it. */
static void
test_probe_finds_the_window_open(void **state)
{
    FOR_EACH_VARIATION(peer, ON_BOTH)
    {
        peer_open(&peer, 10 * MS);
        peer_send(&peer, 1000);
        peer.window = 0;
        peer_ack(&peer, 1, 1001);
        peer_send(&peer, 1500);
        (void)peer_skip(&peer);
        peer_wait(&peer, 1000 * MS);
        EXPECT(&peer, A, 1001, 1, 1); /* RFC-005 */
        peer.window = PEER_WINDOW;
        peer_ack(&peer, 1, 1002);
        EXPECT(&peer, A, 1002, 1, 1000);
        EXPECT(&peer, A, 2002, 1, 499);
    }
}

/* RFC 9293 3.10.7.4 tells old windows by SEG.SEQ and SEG.ACK. An old segment that is sent again has
 * an old SEG.SEQ, but when it acknowledges new data its window is the newest there is. */
static void
test_window_of_an_old_segment_that_acknowledges_new_data_is_taken(void **state)
{
    FOR_EACH_VARIATION(peer, ON_BOTH)
    {
        struct flue_tcp_snapshot snapshot;

        peer_open(&peer, 10 * MS);
        peer_send(&peer, 30000);
        peer_segment(&peer, A, 1001, 1, 1000); /* the one before it is lost */
        peer.window = 4000;
        peer_segment(&peer, A, 1, 3001, 1000);
        snapshot = peer_snapshot(&peer);
        assert_int_equal(snapshot.snd_una - peer.iss, 3001);
        assert_int_equal(snapshot.snd_wnd, 4000);
        assert_int_equal(snapshot.snd_wl1 - peer.irs, 1001);
    }
}

/* A peer whose segments fill the window sends its ACKs from the right edge, also while a lost one
 * keeps RCV.NXT back: were they refused, data the other way would have to be sent again. */
static void
test_ack_at_the_right_edge_of_the_window_counts(void **state)
{
    FOR_EACH_VARIATION(peer, ON_BOTH)
    {
        peer.options.receive_buffer_bytes = 3000;
        peer_open(&peer, 10 * MS);
        peer_send(&peer, 500);
        EXPECT(&peer, A | P, 1, 1, 500);
        peer_ack(&peer, 3001, 501);
        EXPECT_NOTHING(&peer);
        assert_int_equal(peer.completed, 1);
        peer_ack(&peer, 3002, 501); /* beyond: RFC 9293 3.10.7.4, first step */
        EXPECT(&peer, A, 501, 1, 0);
    }
}

/* Probes of two shut windows cross and both are taken. Each end still counts its byte as outside
 * the other's window and sends its ACKs from before it: somebody has to take them in. */
static void
test_ack_one_before_the_window_counts_and_is_answered(void **state)
{
    FOR_EACH_VARIATION(peer, ON_BOTH)
    {
        peer.window = 0;
        peer_open(&peer, 10 * MS);
        peer_ack(&peer, 1, 1);
        peer_send(&peer, 500);
        peer_wait(&peer, 1000 * MS);
        EXPECT(&peer, A, 1, 1, 1);
        peer_segment(&peer, A, 1, 1, 1); /* the peer's probe; it does not know yet of ours */
        peer_skip(&peer);
        peer.window = 2000;
        peer_ack(&peer, 1, 2);
        EXPECT(&peer, A | P, 2, 2, 499);
        EXPECT_NOTHING(&peer);
        peer_ack(&peer, 1, 501);
        EXPECT(&peer, A, 501, 2, 0);
        peer_ack(&peer, 0, 501); /* RFC 9293 3.10.7.4, first step */
        EXPECT(&peer, A, 501, 2, 0);
    }
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        PEER_SCRIPT(test_receive_window_closes_and_opens_by_worthwhile_pieces),
        PEER_SCRIPT(test_push_is_set_where_a_request_ends),
        PEER_SCRIPT(test_nagle_holds_a_small_segment_while_data_is_out),
        PEER_SCRIPT(test_silly_window_is_waited_out_and_then_used),
        PEER_SCRIPT(test_probe_takes_the_last_byte_then_the_timer_stops),
        PEER_SCRIPT(test_probe_takes_the_fin_then_fin_wait_2_lasts),
        PEER_SCRIPT(test_window_shrinks_over_data_in_flight_and_is_probed),
        PEER_SCRIPT(test_send_more_than_the_sequence_space_holds_is_refused),
        PEER_SCRIPT(test_zero_window_answers_probes_and_still_hears_acks),
        PEER_SCRIPT(test_receive_window_never_shrinks),
        PEER_SCRIPT(test_window_of_an_old_segment_is_not_believed),
        PEER_SCRIPT(test_half_the_largest_window_is_worth_sending),
        PEER_SCRIPT(test_nagle_lets_full_segments_and_the_fin_go),
        PEER_SCRIPT(test_probe_finds_the_window_open),
        PEER_SCRIPT(test_window_of_an_old_segment_that_acknowledges_new_data_is_taken),
        PEER_SCRIPT(test_ack_at_the_right_edge_of_the_window_counts),
        PEER_SCRIPT(test_ack_one_before_the_window_counts_and_is_answered),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
