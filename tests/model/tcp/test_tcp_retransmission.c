/* SPDX-License-Identifier: GPL-2.0-or-later
 *
 * The retransmission queue and its timer (RFC 6298).
 */
#include "cmocka_first.h"
#include "peer.h"

static void
test_retransmission_backs_off_and_gives_up(void **state)
{
    FOR_EACH_VARIATION(peer, ON_BOTH)
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
    }
}

static void
test_retransmission_limit_can_be_the_owners_affair(void **state)
{
    FOR_EACH_VARIATION(peer, ON_BOTH)
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
    }
}

static void
test_timeout_restarts_in_slow_start(void **state)
{
    FOR_EACH_VARIATION(peer, ON_BOTH)
    {
        struct flue_tcp_snapshot snapshot;

        peer_open(&peer, 10 * MS);
        peer_send(&peer, 30000);
        assert_int_equal(peer_skip(&peer), 10);
        peer_wait(&peer, 1500 * MS);
        EXPECT(&peer, A, 1, 1, 1000);
        EXPECT_NOTHING(&peer);
        snapshot = peer_snapshot(&peer);
        assert_int_equal(snapshot.cwnd, 1000); /* RFC 5681 3.1: the loss window */
        assert_int_equal(snapshot.ssthresh, 5000);
        peer_ack(&peer, 1, 1001);
        EXPECT(&peer, A, 1001, 1, 1000); /* two segments: slow start */
        EXPECT(&peer, A, 2001, 1, 1000);
        EXPECT_NOTHING(&peer);
    }
}

/* RFC 6298 2.2, 2.3: SRTT and RTTVAR in eighths and quarters of a tick, RTO from both. */
static void
test_rtt_follows_the_estimator(void **state)
{
    FOR_EACH_VARIATION(peer, ON_BOTH)
    {
        peer.config.min_rto_ticks = 1;
        peer_open(&peer, 100 * MS);
        assert_int_equal(peer_snapshot(&peer).srtt_x8_ticks, 800);
        assert_int_equal(peer_snapshot(&peer).rttvar_x4_ticks, 200);
        assert_int_equal(peer_snapshot(&peer).rto_ticks, 300);
        peer_send(&peer, 500);
        peer_wait(&peer, 180 * MS);
        peer_ack(&peer, 1, 501);
        assert_int_equal(peer_snapshot(&peer).srtt_x8_ticks, 880);   /* 100 + 80 / 8 */
        assert_int_equal(peer_snapshot(&peer).rttvar_x4_ticks, 230); /* 3/4 50 + 1/4 80 */
        assert_int_equal(peer_snapshot(&peer).rto_ticks, 110 + 230); /* RFC-011 */
        peer_send(&peer, 500);
        assert_int_equal(peer_snapshot(&peer).retransmit_left_ticks, 340);
    }
}

/* RFC-011: Karn's rule. An ACK of what was sent twice tells no round trip, and until one is known
 * the timeout stays backed off (RFC 6298 5.5, 5.7). */
static void
test_backed_off_timeout_stays_until_a_sample(void **state)
{
    FOR_EACH_VARIATION(peer, ON_BOTH)
    {
        uint32_t srtt;
        flue_time sent;

        peer_open(&peer, 100 * MS);
        srtt = peer_snapshot(&peer).srtt_x8_ticks;
        peer_send(&peer, 500);
        peer_wait(&peer, 3500 * MS);
        assert_int_equal(peer_skip(&peer), 3); /* after 1 s and 3 s */
        peer_ack(&peer, 1, 501);
        assert_int_equal(peer_snapshot(&peer).srtt_x8_ticks, srtt);
        peer_send(&peer, 500);
        sent = peer.now;
        EXPECT(&peer, A, 501, 1, 500);
        assert_int_equal(peer_snapshot(&peer).retransmit_left_ticks, 4000);
        peer_wait(&peer, 100 * MS);
        peer_ack(&peer, 1, 1001); /* never sent again: a sample */
        peer_send(&peer, 500);
        EXPECT_AT(&peer, A, 1001, 1, 500, sent + 100 * MS);
        assert_int_equal(peer_snapshot(&peer).retransmit_left_ticks, 1000);
    }
}

/* With timestamps every ACK tells a round trip (RFC 7323 4.1). */
static void
test_timestamps_time_retransmissions_too(void **state)
{
    FOR_EACH_VARIATION(peer, ON_BOTH)
    {
        peer.options.use_timestamps = true;
        peer.ts = 1;
        peer_open(&peer, 100 * MS);
        peer_send(&peer, 500);
        peer_wait(&peer, 1100 * MS); /* the second copy is 100 ms old */
        peer_ack(&peer, 1, 501);
        assert_int_equal(peer_snapshot(&peer).srtt_x8_ticks, 800);
        peer_send(&peer, 500);
        assert_int_equal(peer_snapshot(&peer).retransmit_left_ticks, 1000);
    }
}

/* RFC 6298 5.1 to 5.3. */
static void
test_timer_runs_from_the_last_ack_and_stops_with_the_last(void **state)
{
    FOR_EACH_VARIATION(peer, ON_BOTH)
    {
        peer_open(&peer, 10 * MS);
        assert_int_equal(peer_snapshot(&peer).retransmit_left_ticks, FLUE_TICKS_NOT_RUNNING);
        peer_send(&peer, 2000);
        peer_wait(&peer, 600 * MS);
        assert_int_equal(peer_snapshot(&peer).retransmit_left_ticks, 400);
        peer_ack(&peer, 1, 1001);
        assert_int_equal(peer_snapshot(&peer).retransmit_left_ticks, 1000);
        peer_wait(&peer, 600 * MS);
        peer_ack(&peer, 1, 1001); /* tells nothing new */
        assert_int_equal(peer_snapshot(&peer).retransmit_left_ticks, 400);
        peer_ack(&peer, 1, 2001);
        assert_int_equal(peer_snapshot(&peer).retransmit_left_ticks, FLUE_TICKS_NOT_RUNNING);
    }
}

/* RFC-010, RFC 1122 4.2.2.15: whichever of ten segments is lost is repaired, and nothing else. */
static void
test_loss_of_any_one_segment_is_repaired(void **state)
{
    for (uint32_t lost = 0; lost < 10; lost++) {
        FOR_EACH_VARIATION(peer, ON_BOTH)
        {
            uint32_t hole = 1 + 1000 * lost;

            peer_describe(&peer, "segment %u lost", lost);
            peer.options.use_limited_transmit = false;
            peer_open(&peer, 10 * MS);
            peer_send(&peer, 10000);
            assert_int_equal(peer_skip(&peer), 10);
            if (lost > 0)
                peer_ack(&peer, 1, hole);
            for (uint32_t i = lost + 1; i < 10; i++)
                peer_ack(&peer, 1, hole); /* a duplicate for each that arrived behind it */
            peer_wait(&peer, 2000 * MS);
            assert_true(peer_skip(&peer) > 0);
            assert_int_equal(peer_last(&peer)->seq, hole);
            assert_int_equal(peer_last(&peer)->length, 1000);
            peer_ack(&peer, 1, 10001);
            assert_int_equal(peer.completed, 1);
            assert_int_equal(peer_snapshot(&peer).retransmit_left_ticks, FLUE_TICKS_NOT_RUNNING);
            peer_wait(&peer, 60 * FLUE_SECOND);
            EXPECT_NOTHING(&peer);
        }
    }
}

/* RFC 9293 3.8.1: small segments may come again as one. */
static void
test_retransmission_joins_small_segments(void **state)
{
    FOR_EACH_VARIATION(peer, ON_BOTH)
    {
        peer_open(&peer, 10 * MS);
        peer_send(&peer, 100);
        peer_send(&peer, 200);
        peer_send(&peer, 300);
        assert_int_equal(peer_skip(&peer), 3);
        peer_wait(&peer, 1000 * MS);
        EXPECT(&peer, A | P, 1, 1, 600);
        EXPECT_NOTHING(&peer);
        peer_ack(&peer, 1, 301); /* the first two had arrived after all */
        assert_int_equal(peer.completed, 2);
        EXPECT_NOTHING(&peer);
    }
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        PEER_SCRIPT(test_retransmission_backs_off_and_gives_up),
        PEER_SCRIPT(test_retransmission_limit_can_be_the_owners_affair),
        PEER_SCRIPT(test_timeout_restarts_in_slow_start),
        PEER_SCRIPT(test_rtt_follows_the_estimator),
        PEER_SCRIPT(test_backed_off_timeout_stays_until_a_sample),
        PEER_SCRIPT(test_timestamps_time_retransmissions_too),
        PEER_SCRIPT(test_timer_runs_from_the_last_ack_and_stops_with_the_last),
        PEER_SCRIPT(test_loss_of_any_one_segment_is_repaired),
        PEER_SCRIPT(test_retransmission_joins_small_segments),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
