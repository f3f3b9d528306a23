/* SPDX-License-Identifier: GPL-2.0-or-later
 *
 * Timers other than retransmission: delayed ACK, persist, keepalive, TIME-WAIT, FIN-WAIT-2.
 */
#include "cmocka_first.h"
#include "peer.h"

static void
test_ack_of_every_second_segment_and_after_the_delay(void **state)
{
    FOR_EACH_VARIATION(peer, ON_BOTH)
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
    }
}

static void
test_persist_probes_in_rounds(void **state)
{
    FOR_EACH_VARIATION(peer, ON_BOTH)
    {
        struct flue_tcp_snapshot snapshot;
        flue_time start;

        peer.window = 0;
        peer_open(&peer, 10 * MS);
        start = peer.now;
        peer_send(&peer, 5000);
        EXPECT_NOTHING(&peer);
        snapshot = peer_snapshot(&peer);
        assert_int_equal(snapshot.retransmit_left_ticks, 1000); /* TIMER-023: 1 RTO */
        peer_wait(&peer, 1000 * MS);
        EXPECT_AT(&peer, A, 1, 1, 1, start + 1000 * MS); /* TIMER-024: round 0 begins */
        snapshot = peer_snapshot(&peer);
        assert_int_equal(snapshot.retransmissions, 1);
        assert_int_equal(snapshot.retransmit_left_ticks, 1000);
        peer_wait(&peer, 1000 * MS);
        EXPECT_AT(&peer, A, 1, 1, 1, start + 2000 * MS); /* TIMER-025: 2 RTO */
        snapshot = peer_snapshot(&peer);
        assert_int_equal(snapshot.retransmissions, 2);
        assert_int_equal(snapshot.retransmit_left_ticks, 2000);
        peer_wait(&peer, 2000 * MS);
        EXPECT_AT(&peer, A, 1, 1, 1, start + 4000 * MS); /* TIMER-026: 4 RTO */
        snapshot = peer_snapshot(&peer);
        assert_int_equal(snapshot.retransmissions, 3);
        assert_int_equal(snapshot.retransmit_left_ticks, 4000);
        peer_ack(&peer, 1, 1); /* TIMER-027: still zero: the next round waits 2 RTO */
        snapshot = peer_snapshot(&peer);
        assert_int_equal(snapshot.retransmissions, 0);
        assert_int_equal(snapshot.retransmit_left_ticks, 2000);
        start = peer.now;
        peer_wait(&peer, 2000 * MS);
        EXPECT_AT(&peer, A, 1, 1, 1, start + 2000 * MS); /* TIMER-028 */
        snapshot = peer_snapshot(&peer);
        assert_int_equal(snapshot.retransmissions, 1);
        assert_int_equal(snapshot.retransmit_left_ticks, 1000);
        peer.window = PEER_WINDOW;
        peer_ack(&peer, 1, 1); /* TIMER-029: the window opens */
        EXPECT(&peer, A, 1, 1, 1000);
        assert_true(peer_skip(&peer) == 4);
    }
}

static void
test_keepalive_probes_then_gives_up(void **state)
{
    FOR_EACH_VARIATION(peer, ON_BOTH)
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
    }
}

static void
test_keepalive_probe_is_answered(void **state)
{
    FOR_EACH_VARIATION(peer, ON_BOTH)
    {
        peer_open(&peer, 10 * MS);
        peer_ack(&peer, 0, 1);
        EXPECT(&peer, A, 1, 1, 0);
    }
}

static void
test_keepalive_is_off_in_time_wait(void **state)
{
    FOR_EACH_VARIATION(peer, ON_BOTH)
    {
        peer.options.use_keepalive = true;
        peer.options.keepalive_idle_ticks = 1000;
        peer.options.keepalive_interval_ticks = 1000;
        peer_open(&peer, 10 * MS);
        assert_int_equal(flue_tcp_shutdown(peer.connection, peer.now), FLUE_OK);
        peer_segment(&peer, F | A, 1, 2, 0);
        EXPECT_STATE(&peer, TIME_WAIT);
        (void)peer_skip(&peer);
        peer_ack(&peer, 2, 2);
        peer_wait(&peer, 61 * FLUE_SECOND);
        EXPECT_NOTHING(&peer);
        assert_int_equal(peer.reason, FLUE_OK);
    }
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        PEER_SCRIPT(test_ack_of_every_second_segment_and_after_the_delay),
        PEER_SCRIPT(test_persist_probes_in_rounds),
        PEER_SCRIPT(test_keepalive_probes_then_gives_up),
        PEER_SCRIPT(test_keepalive_probe_is_answered),
        PEER_SCRIPT(test_keepalive_is_off_in_time_wait),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
