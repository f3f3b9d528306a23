/* SPDX-License-Identifier: GPL-2.0-or-later
 *
 * Loss found without a timeout and without SACK: fast retransmit, fast recovery (RFC 5681, 6582)
 * and limited transmit (RFC 3042).
 */
#include "cmocka_first.h"
#include "peer.h"

static void
test_fast_retransmit_and_newreno_recovery(void **state)
{
    FOR_EACH_VARIATION(peer, ON_BOTH)
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
        snapshot = peer_snapshot(&peer);
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
        snapshot = peer_snapshot(&peer);
        assert_int_equal(snapshot.cwnd, 11000 - 3000 + 1000);
        EXPECT(&peer, A, 11001, 1, 1000); /* cwnd 9000 and eight out: one more */
        peer_ack(&peer, 1, 10001);        /* all that was out when it began */
        snapshot = peer_snapshot(&peer);
        assert_false(snapshot.in_recovery);
        assert_int_equal(snapshot.cwnd, 3000); /* min(ssthresh, flight + MSS) */
    }
}

static void
test_limited_transmit_sends_new_data_on_the_first_duplicates(void **state)
{
    FOR_EACH_VARIATION(peer, ON_BOTH)
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
    }
}

/* RFC-007: `recover` of a connection without loss must not come round after 2 GiB. */
static void
test_fast_retransmit_after_two_gibibytes_without_loss(void **state)
{
    struct peer peer;
    struct flue_buffer_list list;
    struct flue_memory_descriptor descriptor;
    uint32_t acked = 1;

    (void)state;
    peer_init(&peer, 7);
    peer.options.use_window_scaling = true;
    peer_open(&peer, 1 * MS);
    for (uint64_t sent = 0; sent < UINT64_C(0x80000000) + 1000000; sent += 200000) {
        flue_buffer_list_init(&list, &descriptor, NULL, 200000);
        assert_int_equal(flue_tcp_send(peer.connection, peer.now, &list), FLUE_OK);
        for (uint32_t end = acked + 200000; acked != end;) {
            const struct sent_segment *last = &peer.out[(peer.out_count - 1) % PEER_KEPT];

            acked = last->seq + last->length;
            (void)peer_skip(&peer);
            peer_ack(&peer, 1, acked);
        }
    }
    peer_send(&peer, 10000);
    assert_true(peer_skip(&peer) == 10);
    for (int i = 0; i < 3; i++)
        peer_ack(&peer, 1, acked);
    EXPECT(&peer, A, acked, 1, 1000);
    peer_fini(&peer);
}

/* RFC 5681 2: data, another window, or nothing in flight make an ACK no duplicate. */
static void
test_only_duplicates_count_as_such(void **state)
{
    FOR_EACH_VARIATION(peer, ON_BOTH)
    {
        peer.options.use_limited_transmit = false;
        peer_open(&peer, 10 * MS);
        for (int i = 0; i < 4; i++)
            peer_ack(&peer, 1, 1); /* nothing is in flight */
        peer_send(&peer, 30000);
        assert_int_equal(peer_skip(&peer), 10);
        for (uint32_t i = 0; i < 4; i++)
            peer_segment(&peer, A, 1 + i * 100, 1, 100);
        for (uint32_t i = 0; i < 4; i++) {
            peer.window -= 1000;
            peer_ack(&peer, 401, 1);
        }
        while (peer.out_read != peer.out_count) {
            peer.out_read++;
            assert_int_equal(peer_last(&peer)->length, 0); /* ACKs of the data, and no more */
        }
        assert_int_equal(peer_snapshot(&peer).dup_acks, 0);
    }
}

/* RFC 6582 4: duplicates of what a timeout sent twice are no sign of a loss. */
static void
test_no_fast_retransmit_below_recover_after_a_timeout(void **state)
{
    FOR_EACH_VARIATION(peer, ON_BOTH)
    {
        peer_open(&peer, 10 * MS);
        peer_send(&peer, 10000);
        assert_int_equal(peer_skip(&peer), 10);
        peer_wait(&peer, 1000 * MS);
        EXPECT(&peer, A, 1, 1, 1000);
        peer_ack(&peer, 1, 5001); /* so much had arrived */
        EXPECT(&peer, A, 5001, 1, 1000);
        EXPECT(&peer, A, 6001, 1, 1000);
        for (int i = 0; i < 3; i++)
            peer_ack(&peer, 1, 5001);
        while (peer.out_read != peer.out_count) {
            peer.out_read++;
            assert_int_not_equal(peer_last(&peer)->seq, 5001);
        }
        assert_false(peer_snapshot(&peer).in_recovery);
    }
}

/* RFC 5681 3.1: a segment more for each full window, and in slow start for each ACK. */
static void
test_window_grows_by_a_segment_each_ack_then_each_window(void **state)
{
    FOR_EACH_VARIATION(peer, ON_BOTH)
    {
        peer_open(&peer, 10 * MS);
        peer_send(&peer, 50000);
        assert_int_equal(peer_skip(&peer), 10);
        peer_ack(&peer, 1, 1001); /* RFC-007: slow start */
        assert_int_equal(peer_snapshot(&peer).cwnd, 11000);
        assert_int_equal(peer_skip(&peer), 2);
        peer_wait(&peer, 1000 * MS); /* lost, all: ssthresh is half the flight */
        assert_int_equal(peer_snapshot(&peer).ssthresh, 5500);
        assert_int_equal(peer_snapshot(&peer).cwnd, 1000);
        for (uint32_t acked = 2001; acked <= 6001; acked += 1000)
            peer_ack(&peer, 1, acked);
        assert_true(peer_snapshot(&peer).cwnd >= 5500);
        assert_true(peer_snapshot(&peer).cwnd <= 6000);
        for (uint32_t acked = 7001; acked <= 12001; acked += 1000)
            peer_ack(&peer, 1, acked);
        assert_true(peer_snapshot(&peer).cwnd >= 6500); /* one segment for the window */
        assert_true(peer_snapshot(&peer).cwnd <= 7000);
    }
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        PEER_SCRIPT(test_fast_retransmit_and_newreno_recovery),
        PEER_SCRIPT(test_limited_transmit_sends_new_data_on_the_first_duplicates),
        PEER_SCRIPT(test_fast_retransmit_after_two_gibibytes_without_loss),
        PEER_SCRIPT(test_only_duplicates_count_as_such),
        PEER_SCRIPT(test_no_fast_retransmit_below_recover_after_a_timeout),
        PEER_SCRIPT(test_window_grows_by_a_segment_each_ack_then_each_window),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
