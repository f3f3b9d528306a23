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

int
main(void)
{
    const struct CMUnitTest tests[] = {
        PEER_SCRIPT(test_retransmission_backs_off_and_gives_up),
        PEER_SCRIPT(test_retransmission_limit_can_be_the_owners_affair),
        PEER_SCRIPT(test_timeout_restarts_in_slow_start),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
