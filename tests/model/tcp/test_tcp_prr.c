/* SPDX-License-Identifier: GPL-2.0-or-later
 *
 * Proportional rate reduction (RFC 6937, RFC 9937): what each ACK of a recovery lets go.
 * RFC-019: a switch with its scripts.
 */
#include "cmocka_first.h"
#include "peer.h"

static void
sack(struct peer *peer, uint32_t ack, uint32_t left, uint32_t right)
{
    peer_sack(peer, 1, ack, (const uint32_t[]){left, right, 0});
}

/* Twenty segments in flight, ssthresh 10000: the first is lost. */
static void
open_with_twenty(struct peer *peer, bool use_sack)
{
    peer->options.use_prr = true;
    peer->options.use_sack = use_sack;
    peer->options.use_limited_transmit = false;
    peer_open(peer, 10 * MS);
    peer_send(peer, 60000);
    assert_int_equal(peer_skip(peer), 10);
    for (uint32_t ack = 1001; ack <= 10001; ack += 1000)
        peer_ack(peer, 1, ack);
    assert_int_equal(peer_skip(peer), 20);
    assert_int_equal(peer_snapshot(peer).cwnd, 20000);
}

/* RFC 6937 4: one segment out for every two delivered, from the first ACK of recovery on. */
static void
test_prr_sends_one_for_two_while_the_pipe_is_above_ssthresh(void **state)
{
    FOR_EACH_VARIATION(peer, ON_BOTH)
    {
        struct flue_tcp_snapshot snapshot;
        uint32_t next = 30001;

        open_with_twenty(&peer, true);
        sack(&peer, 10001, 11001, 12001);
        sack(&peer, 10001, 11001, 13001);
        EXPECT_NOTHING(&peer);
        sack(&peer, 10001, 11001, 14001);
        EXPECT(&peer, A, 10001, 1, 1000); /* the hole, whatever the window says */
        EXPECT_NOTHING(&peer);
        assert_int_equal(peer_snapshot(&peer).ssthresh, 10000);
        /* Of RecoverFS 18000, as two of the twenty had been delivered before: 10/18 of what is
         * delivered goes out, 1000 of which went with the retransmission. */
        for (uint32_t delivered = 2000; delivered <= 8000; delivered += 1000) {
            uint32_t due = (delivered * 10 + 17) / 18 / 1000;

            sack(&peer, 10001, 11001, 13001 + delivered);
            if (due > 1 + (next - 30001) / 1000) {
                EXPECT(&peer, A, next, 1, 1000);
                next += 1000;
            }
            EXPECT_NOTHING(&peer);
        }
        assert_int_equal(next, 33001);
        peer_ack(&peer, 1, 30001); /* the hole is filled; everything of the flight arrived */
        snapshot = peer_snapshot(&peer);
        assert_false(snapshot.in_recovery);
        assert_int_equal(snapshot.cwnd, 10000); /* ends at ssthresh */
        assert_int_equal(peer_skip(&peer), 7);
    }
}

/* Heavy loss: below ssthresh what is delivered may be replaced, and when SND.UNA advances and no
 * further loss shows, one segment more (RFC 6937 3 with RFC 9937's choice of the bound). */
static void
test_prr_after_heavy_loss_conserves_then_grows(void **state)
{
    FOR_EACH_VARIATION(peer, ON_BOTH)
    {
        open_with_twenty(&peer, true);
        /* 10001 to 27001 are lost; three segments arrive, in one ACK. */
        sack(&peer, 10001, 27001, 30001);
        EXPECT(&peer, A, 10001, 1, 1000);
        /* pipe 0 and 3000 delivered, of which the first retransmission took one. */
        EXPECT(&peer, A, 11001, 1, 1000);
        EXPECT(&peer, A, 12001, 1, 1000);
        EXPECT_NOTHING(&peer);
        sack(&peer, 11001, 27001, 30001); /* safe: one for the delivered, one more */
        EXPECT(&peer, A, 13001, 1, 1000);
        EXPECT(&peer, A, 14001, 1, 1000);
        EXPECT_NOTHING(&peer);
        sack(&peer, 12001, 27001, 30001);
        EXPECT(&peer, A, 15001, 1, 1000);
        EXPECT(&peer, A, 16001, 1, 1000);
        EXPECT_NOTHING(&peer);
        /* An ACK that delivers without advancing SND.UNA is not safe: one for one. */
        peer_sack(&peer, 1, 12001, (const uint32_t[]){14001, 15001, 27001, 30001, 0});
        EXPECT(&peer, A, 17001, 1, 1000);
        EXPECT_NOTHING(&peer);
        /* Nothing delivered, nothing sent. */
        peer_sack(&peer, 1, 12001, (const uint32_t[]){14001, 15001, 27001, 30001, 0});
        EXPECT_NOTHING(&peer);
    }
}

static void
test_prr_never_lets_more_in_flight_than_ssthresh(void **state)
{
    FOR_EACH_VARIATION(peer, ON_BOTH)
    {
        open_with_twenty(&peer, true);
        sack(&peer, 10001, 20001, 30001); /* ten delivered at once, ten lost */
        assert_int_equal(peer_skip(&peer), 10);
        assert_int_equal(peer_snapshot(&peer).cwnd, 10000);
    }
}

/* Without SACK each duplicate stands for a segment (RFC 6937 2). */
static void
test_prr_without_sack_counts_duplicates(void **state)
{
    FOR_EACH_VARIATION(peer, ON_BOTH)
    {
        struct flue_tcp_snapshot snapshot;
        uint32_t sent = 1;

        open_with_twenty(&peer, false);
        peer_ack(&peer, 1, 10001);
        peer_ack(&peer, 1, 10001);
        EXPECT_NOTHING(&peer);
        peer_ack(&peer, 1, 10001);
        EXPECT(&peer, A, 10001, 1, 1000);
        EXPECT_NOTHING(&peer); /* a window inflated by three would wait for half of the flight */
        for (uint32_t delivered = 2; delivered <= 8; delivered++) {
            /* Data goes in whole segments: what is due in part waits. */
            uint32_t due = delivered * 10000 / 18 / 1000;

            peer_ack(&peer, 1, 10001);
            while (sent < due) {
                EXPECT(&peer, A, 29001 + sent * 1000, 1, 1000);
                sent++;
            }
            EXPECT_NOTHING(&peer);
        }
        assert_int_equal(sent, 4);
        peer_ack(&peer, 1, 15001); /* partial: the next hole, and it is all that this lets go */
        EXPECT(&peer, A, 15001, 1, 1000);
        EXPECT_NOTHING(&peer);
        peer_ack(&peer, 1, 30001);
        snapshot = peer_snapshot(&peer);
        assert_false(snapshot.in_recovery);
        assert_int_equal(snapshot.cwnd, 10000);
    }
}

static void
test_prr_off_waits_for_half_the_flight(void **state)
{
    FOR_EACH_VARIATION(peer, ON_BOTH)
    {
        peer.options.use_sack = true;
        peer.options.use_limited_transmit = false;
        peer_open(&peer, 10 * MS);
        peer_send(&peer, 60000);
        (void)peer_skip(&peer);
        for (uint32_t right = 2001; right <= 5001; right += 1000)
            sack(&peer, 1, 1001, right);
        assert_int_equal(peer_skip(&peer), 1);
        sack(&peer, 1, 1001, 6001);
        EXPECT_NOTHING(&peer);
    }
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        PEER_SCRIPT(test_prr_sends_one_for_two_while_the_pipe_is_above_ssthresh),
        PEER_SCRIPT(test_prr_after_heavy_loss_conserves_then_grows),
        PEER_SCRIPT(test_prr_never_lets_more_in_flight_than_ssthresh),
        PEER_SCRIPT(test_prr_without_sack_counts_duplicates),
        PEER_SCRIPT(test_prr_off_waits_for_half_the_flight),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
