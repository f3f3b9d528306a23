/* SPDX-License-Identifier: GPL-2.0-or-later
 *
 * Blind attacks (RFC 5961): segments from someone who has to guess.
 */
#include "cmocka_first.h"
#include "peer.h"

static void
test_reset_is_believed_at_rcv_nxt_only(void **state)
{
    FOR_EACH_VARIATION(peer, ON_BOTH)
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
    }
}

static void
test_syn_in_the_window_is_challenged(void **state)
{
    FOR_EACH_VARIATION(peer, ON_BOTH)
    {
        peer_open(&peer, 10 * MS);
        peer_segment(&peer, S, 500, 0, 0);
        EXPECT(&peer, A, 1, 1, 0);
        EXPECT_STATE(&peer, ESTABLISHED);
    }
}

static void
test_ack_of_unsent_data_is_challenged_and_its_data_dropped(void **state)
{
    FOR_EACH_VARIATION(peer, ON_BOTH)
    {
        peer_open(&peer, 10 * MS);
        peer_segment(&peer, A, 1, 5000, 1000);
        EXPECT(&peer, A, 1, 1, 0);
        assert_int_equal(peer.received, 0);
    }
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        PEER_SCRIPT(test_reset_is_believed_at_rcv_nxt_only),
        PEER_SCRIPT(test_syn_in_the_window_is_challenged),
        PEER_SCRIPT(test_ack_of_unsent_data_is_challenged_and_its_data_dropped),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
