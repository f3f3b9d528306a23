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

/* RFC 5961 7, on a host: so many challenge ACKs in a second, and no more. A target has its own,
 * stricter count. */
static void
test_challenges_are_limited(void **state)
{
    FOR_EACH_VARIATION(peer, ON_HOST)
    {
        peer_open(&peer, 10 * MS);
        peer_wait(&peer, FLUE_SECOND - peer.now % FLUE_SECOND);
        for (int i = 0; i < 150; i++)
            peer_segment(&peer, S, 500, 0, 0);
        assert_int_equal(peer_skip(&peer), 100);
        peer_wait(&peer, FLUE_SECOND);
        peer_segment(&peer, S, 500, 0, 0);
        EXPECT(&peer, A, 1, 1, 0);
    }
}

/* RFC 5961 5: [SND.UNA - MAX.SND.WND, SND.NXT], both ends included. */
static void
test_ack_must_lie_where_one_could(void **state)
{
    FOR_EACH_VARIATION(peer, ON_BOTH)
    {
        peer_open(&peer, 10 * MS);
        peer_send(&peer, 500);
        (void)peer_skip(&peer);
        peer_segment(&peer, A, 1, 1U - PEER_WINDOW, 10);
        assert_int_equal(peer.received, 10);
        peer_segment(&peer, A, 11, 0U - PEER_WINDOW, 10);
        EXPECT(&peer, A, 501, 11, 0);
        assert_int_equal(peer.received, 10);
        peer_segment(&peer, A, 11, 502, 10);
        EXPECT(&peer, A, 501, 11, 0);
        assert_int_equal(peer.received, 10);
        peer_segment(&peer, A, 11, 501, 10);
        assert_int_equal(peer.received, 20);
        assert_int_equal(peer.completed, 1);
    }
}

/* BLIND-001: at the window's very edge, and with text that reaches into it. */
static void
test_reset_outside_the_window_is_not_answered(void **state)
{
    FOR_EACH_VARIATION(peer, ON_BOTH)
    {
        peer_open(&peer, 10 * MS);
        peer_segment(&peer, R, 1 + PEER_WINDOW, 0, 0);
        peer_segment(&peer, R, 0, 0, 0);
        peer_segment(&peer, R, (uint32_t)-49, 0, 100);
        EXPECT_NOTHING(&peer);
        EXPECT_STATE(&peer, ESTABLISHED);
        peer_segment(&peer, R, PEER_WINDOW, 0, 0); /* the last number inside */
        EXPECT(&peer, A, 1, 1, 0);
        EXPECT_STATE(&peer, ESTABLISHED);
    }
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        PEER_SCRIPT(test_reset_is_believed_at_rcv_nxt_only),
        PEER_SCRIPT(test_syn_in_the_window_is_challenged),
        PEER_SCRIPT(test_ack_of_unsent_data_is_challenged_and_its_data_dropped),
        PEER_SCRIPT(test_challenges_are_limited),
        PEER_SCRIPT(test_ack_must_lie_where_one_could),
        PEER_SCRIPT(test_reset_outside_the_window_is_not_answered),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
