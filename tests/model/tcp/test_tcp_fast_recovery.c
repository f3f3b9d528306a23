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

int
main(void)
{
    const struct CMUnitTest tests[] = {
        PEER_SCRIPT(test_fast_retransmit_and_newreno_recovery),
        PEER_SCRIPT(test_limited_transmit_sends_new_data_on_the_first_duplicates),
        PEER_SCRIPT(test_fast_retransmit_after_two_gibibytes_without_loss),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
