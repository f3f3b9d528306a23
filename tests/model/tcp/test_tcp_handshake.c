/* SPDX-License-Identifier: GPL-2.0-or-later
 *
 * Opening: active, passive and simultaneous (RFC 9293 3.5), the SYN lost and answered wrongly.
 */
#include "cmocka_first.h"
#include "peer.h"

static void
test_open_simultaneous_reaches_established(void **state)
{
    FOR_EACH_VARIATION(peer, ON_HOST)
    {
        peer_create(&peer);
        peer_connect(&peer);
        EXPECT(&peer, S, 0, 0, 0);
        peer_segment(&peer, S, 0, 0, 0);
        EXPECT(&peer, S | A, 0, 1, 0);
        EXPECT_STATE(&peer, SYN_RCVD);
        peer_segment(&peer, A, 1, 1, 0);
        EXPECT_STATE(&peer, ESTABLISHED);
        assert_int_equal(peer.connected, 1);
    }
}

/* RFC 9293 figure 7: both have sent SYN,ACK; that of the peer acknowledges ours. */
static void
test_open_simultaneous_is_completed_by_the_peers_syn_ack(void **state)
{
    FOR_EACH_VARIATION(peer, ON_HOST)
    {
        peer_create(&peer);
        peer_connect(&peer);
        peer_segment(&peer, S, 0, 0, 0);
        (void)peer_skip(&peer);
        peer_segment(&peer, S | A, 0, 1, 0);
        EXPECT(&peer, A, 1, 1, 0);
        EXPECT_STATE(&peer, ESTABLISHED);
        peer_segment(&peer, S | A, 0, 1, 0); /* again: an ACK, and no SYN */
        EXPECT(&peer, A, 1, 1, 0);
        EXPECT_NOTHING(&peer);
    }
}

static void
test_open_syn_ack_lost_is_sent_again(void **state)
{
    FOR_EACH_VARIATION(peer, ON_HOST)
    {
        peer_create(&peer);
        peer_listen(&peer);
        peer_segment(&peer, S, 0, 0, 0);
        EXPECT(&peer, S | A, 0, 1, 0);
        peer_segment(&peer, S, 0, 0, 0); /* the peer's timer was first */
        EXPECT(&peer, S | A, 0, 1, 0);
        peer_wait(&peer, 1000 * MS); /* RFC 6298 2.1 */
        EXPECT_AT(&peer, S | A, 0, 1, 0, peer.start + 1000 * MS);
    }
}

static void
test_open_wrong_ack_of_syn_is_reset(void **state)
{
    FOR_EACH_VARIATION(peer, ON_HOST)
    {
        peer_create(&peer);
        peer_listen(&peer);
        peer_segment(&peer, S, 0, 0, 0);
        EXPECT(&peer, S | A, 0, 1, 0);
        peer_segment(&peer, A, 1, 7777, 0);
        EXPECT(&peer, R, 7777, 0, 0); /* RFC 9293 3.10.7.4, fifth step */
    }
}

static void
test_empty_list_before_the_open_completes_with_it(void **state)
{
    FOR_EACH_VARIATION(peer, ON_HOST)
    {
        peer_create(&peer);
        peer_connect(&peer);
        peer_send(&peer, 0);
        assert_int_equal(peer.completed, 0);
        peer_segment(&peer, S | A, 0, 1, 0);
        assert_int_equal(peer.completed, 1);
        assert_int_equal(peer.last_status, FLUE_STATUS_SUCCESS);
    }
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        PEER_SCRIPT(test_open_simultaneous_reaches_established),
        PEER_SCRIPT(test_open_simultaneous_is_completed_by_the_peers_syn_ack),
        PEER_SCRIPT(test_open_syn_ack_lost_is_sent_again),
        PEER_SCRIPT(test_open_wrong_ack_of_syn_is_reset),
        PEER_SCRIPT(test_empty_list_before_the_open_completes_with_it),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
