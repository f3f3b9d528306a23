/* SPDX-License-Identifier: GPL-2.0-or-later
 *
 * F-RTO (RFC 5682): timeouts that were spurious, and timeouts that were not.
 * RFC-019: a switch with its scripts.
 */
#include "cmocka_first.h"
#include "peer.h"

static void
sack(struct peer *peer, uint32_t ack, uint32_t left, uint32_t right)
{
    peer_sack(peer, 1, ack, (const uint32_t[]){left, right, 0});
}

/* Ten segments in flight, cwnd 20000 by then; the timer expires, and the first goes out again. */
static void
open_and_time_out(struct peer *peer, bool use_sack, uint32_t length)
{
    struct flue_tcp_statistics statistics;

    peer->options.use_frto = true;
    peer->options.use_sack = use_sack;
    peer->options.use_limited_transmit = false;
    peer_open(peer, 10 * MS);
    peer_send(peer, length);
    assert_int_equal(peer_skip(peer), 10);
    peer_wait(peer, 1000 * MS);
    EXPECT(peer, A, 1, 1, 1000);
    EXPECT_NOTHING(peer);
    assert_int_equal(peer_snapshot(peer).ssthresh, 5000);
    flue_tcp_get_statistics(peer->engine, &statistics);
    assert_int_equal(statistics.timeouts, 1);
}

static uint64_t
spurious(const struct peer *peer)
{
    struct flue_tcp_statistics statistics;

    flue_tcp_get_statistics(peer->engine, &statistics);
    return statistics.spurious_timeouts;
}

/* RFC 5682 2.1: both ACKs advance, so what was sent before the timeout arrived late. */
static void
test_frto_two_advances_undo_the_timeout(void **state)
{
    for (int use_sack = 0; use_sack < 2; use_sack++) {
        FOR_EACH_VARIATION(peer, ON_BOTH)
        {
            struct flue_tcp_snapshot snapshot;

            open_and_time_out(&peer, use_sack != 0, 40000);
            peer_ack(&peer, 1, 1001);
            EXPECT(&peer, A, 10001, 1, 1000); /* step 2b: new data, not what is missing */
            EXPECT(&peer, A, 11001, 1, 1000);
            EXPECT_NOTHING(&peer);
            peer_ack(&peer, 1, 2001);
            snapshot = peer_snapshot(&peer);
            assert_int_equal(snapshot.cwnd, 11000); /* RFC 4015 5: in flight, and what was acked */
            assert_int_equal(snapshot.ssthresh, UINT32_MAX);
            assert_int_equal(spurious(&peer), 1);
            EXPECT(&peer, A, 12001, 1, 1000);
            EXPECT_NOTHING(&peer);
            peer_ack(&peer, 1, 12001);
            flue_tcp_advance(peer.engine, peer.now);
            assert_true(peer_skip(&peer) > 0);
        }
    }
}

/* Step 2a: the first ACK is a duplicate. */
static void
test_frto_duplicate_first_goes_back(void **state)
{
    FOR_EACH_VARIATION(peer, ON_BOTH)
    {
        open_and_time_out(&peer, false, 40000);
        peer_ack(&peer, 1, 1);
        EXPECT_NOTHING(&peer); /* the window is one segment, and it is out */
        peer_ack(&peer, 1, 1001);
        EXPECT(&peer, A, 1001, 1, 1000);
        EXPECT(&peer, A, 2001, 1, 1000);
        assert_int_equal(spurious(&peer), 0);
    }
}

/* Step 2a: everything is acknowledged at once; nothing can be told from that. */
static void
test_frto_ack_of_everything_goes_on_in_slow_start(void **state)
{
    for (int use_sack = 0; use_sack < 2; use_sack++) {
        FOR_EACH_VARIATION(peer, ON_BOTH)
        {
            open_and_time_out(&peer, use_sack != 0, 40000);
            peer_ack(&peer, 1, 10001);
            assert_int_equal(peer_snapshot(&peer).cwnd, 2000);
            EXPECT(&peer, A, 10001, 1, 1000);
            EXPECT(&peer, A, 11001, 1, 1000);
            EXPECT_NOTHING(&peer);
            assert_int_equal(spurious(&peer), 0);
        }
    }
}

/* Step 2a: the ACK leaves out part of what was sent again. */
static void
test_frto_ack_of_part_of_the_retransmission_goes_back(void **state)
{
    FOR_EACH_VARIATION(peer, ON_BOTH)
    {
        open_and_time_out(&peer, false, 40000);
        peer_ack(&peer, 1, 501);
        EXPECT(&peer, A, 1001, 1, 1000);
        assert_int_equal(spurious(&peer), 0);
    }
}

/* Step 2b without anything new to send. */
static void
test_frto_without_new_data_goes_back(void **state)
{
    FOR_EACH_VARIATION(peer, ON_BOTH)
    {
        open_and_time_out(&peer, false, 10000);
        peer_ack(&peer, 1, 1001);
        EXPECT(&peer, A, 1001, 1, 1000);
        EXPECT(&peer, A, 2001, 1, 1000);
        EXPECT_NOTHING(&peer);
        peer_ack(&peer, 1, 3001);
        assert_int_equal(spurious(&peer), 0);
    }
}

/* Step 3a: the second ACK is a duplicate, so segments were lost. */
static void
test_frto_duplicate_second_goes_back_with_three_segments(void **state)
{
    FOR_EACH_VARIATION(peer, ON_BOTH)
    {
        open_and_time_out(&peer, false, 40000);
        peer_ack(&peer, 1, 1001);
        EXPECT(&peer, A, 10001, 1, 1000);
        EXPECT(&peer, A, 11001, 1, 1000);
        peer_ack(&peer, 1, 1001);
        assert_int_equal(peer_snapshot(&peer).cwnd, 3000);
        EXPECT(&peer, A, 1001, 1, 1000);
        EXPECT(&peer, A, 2001, 1, 1000);
        EXPECT(&peer, A, 3001, 1, 1000);
        EXPECT_NOTHING(&peer);
        assert_int_equal(spurious(&peer), 0);
    }
}

/* RFC 5682 3.1: with SACK, duplicates before the first advance only tell more. */
static void
test_frto_sack_waits_for_the_first_advance(void **state)
{
    FOR_EACH_VARIATION(peer, ON_BOTH)
    {
        open_and_time_out(&peer, true, 40000);
        sack(&peer, 1, 2001, 3001);
        EXPECT_NOTHING(&peer);
        sack(&peer, 1001, 2001, 3001);
        EXPECT(&peer, A, 10001, 1, 1000);
        EXPECT(&peer, A, 11001, 1, 1000);
        sack(&peer, 1001, 2001, 4001); /* step 3b: sent before the timeout, and not told before */
        assert_int_equal(spurious(&peer), 1);
        assert_int_equal(peer_snapshot(&peer).sacked_bytes, 2000);
    }
}

/* Step 3a: the ACK speaks of the new data only. */
static void
test_frto_sack_of_new_data_goes_back(void **state)
{
    FOR_EACH_VARIATION(peer, ON_BOTH)
    {
        open_and_time_out(&peer, true, 40000);
        peer_ack(&peer, 1, 1001);
        assert_int_equal(peer_skip(&peer), 2);
        sack(&peer, 1001, 10001, 11001);
        assert_int_equal(spurious(&peer), 0);
        assert_int_equal(peer_snapshot(&peer).cwnd, 3000);
        EXPECT(&peer, A, 1001, 1, 1000);
        EXPECT(&peer, A, 2001, 1, 1000);
        EXPECT(&peer, A, 3001, 1, 1000);
        EXPECT_NOTHING(&peer);
    }
}

/* What the peer was known to hold before the timeout is no news after it. */
static void
test_frto_sack_known_before_the_timeout_proves_nothing(void **state)
{
    FOR_EACH_VARIATION(peer, ON_BOTH)
    {
        peer.options.use_frto = true;
        peer.options.use_sack = true;
        peer.options.use_limited_transmit = false;
        peer_open(&peer, 10 * MS);
        peer_send(&peer, 40000);
        assert_int_equal(peer_skip(&peer), 10);
        sack(&peer, 1, 2001, 3001);
        sack(&peer, 1, 5001, 6001);
        EXPECT_NOTHING(&peer);
        peer_wait(&peer, 1000 * MS);
        EXPECT(&peer, A, 1, 1, 1000);
        peer_ack(&peer, 1, 1001);
        assert_int_equal(peer_skip(&peer), 2);
        sack(&peer, 1001, 5001, 6001);
        assert_int_equal(spurious(&peer), 0);
        /* Slow start passes over what the peer holds. */
        EXPECT(&peer, A, 1001, 1, 1000);
        EXPECT(&peer, A, 3001, 1, 1000);
    }
}

/* Step 1: a second timeout of the same flight is believed. */
static void
test_frto_second_timeout_is_believed(void **state)
{
    FOR_EACH_VARIATION(peer, ON_BOTH)
    {
        open_and_time_out(&peer, false, 40000);
        peer_wait(&peer, 2000 * MS);
        EXPECT(&peer, A, 1, 1, 1000);
        peer_ack(&peer, 1, 1001);
        EXPECT(&peer, A, 1001, 1, 1000);
        EXPECT(&peer, A, 2001, 1, 1000);
        EXPECT_NOTHING(&peer);
        peer_ack(&peer, 1, 3001);
        assert_int_equal(spurious(&peer), 0);
    }
}

/* RFC 2018 8: the peer has thrown away what it said it holds. Then the scoreboard says nothing, and
 * neither can F-RTO. */
static void
test_frto_reneging_peer_ends_it(void **state)
{
    FOR_EACH_VARIATION(peer, ON_BOTH)
    {
        peer.options.use_frto = true;
        peer.options.use_sack = true;
        peer.options.use_limited_transmit = false;
        peer.config.duplicate_ack_threshold = 10;
        peer_open(&peer, 10 * MS);
        peer_send(&peer, 40000);
        assert_int_equal(peer_skip(&peer), 10);
        sack(&peer, 1, 1001, 4001);
        peer.window = 9000; /* nothing new may go */
        peer_ack(&peer, 1, 1001);
        EXPECT_NOTHING(&peer);
        peer_wait(&peer, 1000 * MS);
        EXPECT(&peer, A, 1001, 1, 1000);
        peer_ack(&peer, 1, 2001);
        EXPECT(&peer, A, 2001, 1, 1000);
        EXPECT(&peer, A, 3001, 1, 1000);
        EXPECT_NOTHING(&peer);
    }
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        PEER_SCRIPT(test_frto_two_advances_undo_the_timeout),
        PEER_SCRIPT(test_frto_duplicate_first_goes_back),
        PEER_SCRIPT(test_frto_ack_of_everything_goes_on_in_slow_start),
        PEER_SCRIPT(test_frto_ack_of_part_of_the_retransmission_goes_back),
        PEER_SCRIPT(test_frto_without_new_data_goes_back),
        PEER_SCRIPT(test_frto_duplicate_second_goes_back_with_three_segments),
        PEER_SCRIPT(test_frto_sack_waits_for_the_first_advance),
        PEER_SCRIPT(test_frto_sack_of_new_data_goes_back),
        PEER_SCRIPT(test_frto_sack_known_before_the_timeout_proves_nothing),
        PEER_SCRIPT(test_frto_second_timeout_is_believed),
        PEER_SCRIPT(test_frto_reneging_peer_ends_it),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
