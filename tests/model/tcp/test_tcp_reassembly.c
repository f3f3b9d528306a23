/* SPDX-License-Identifier: GPL-2.0-or-later
 *
 * Data out of order, overlapping, twice, or outside the window.
 */
#include "cmocka_first.h"
#include "peer.h"

static void
test_out_of_order_data_is_acknowledged_at_once_and_kept(void **state)
{
    FOR_EACH_VARIATION(peer, ON_BOTH)
    {
        peer_open(&peer, 10 * MS);
        peer_segment(&peer, A, 2001, 1, 1000);
        EXPECT(&peer, A, 1, 1, 0); /* RFC 5681 4.2 */
        peer_segment(&peer, A, 4001, 1, 1000);
        EXPECT(&peer, A, 1, 1, 0);
        peer_segment(&peer, A, 1, 1, 2000); /* RFC-012: what came early is used now */
        EXPECT(&peer, A, 1, 3001, 0);
        assert_int_equal(peer.received, 3000);
        peer_segment(&peer, A, 2501, 1, 2000); /* overlaps on both sides */
        EXPECT(&peer, A, 1, 5001, 0);
        assert_int_equal(peer.received, 5000);
    }
}

static void
test_data_outside_the_window_is_answered_and_dropped(void **state)
{
    FOR_EACH_VARIATION(peer, ON_BOTH)
    {
        peer_open(&peer, 10 * MS);
        peer_segment(&peer, A, 1 + PEER_WINDOW, 1, 1000);
        EXPECT(&peer, A, 1, 1, 0);
        peer_segment(&peer, A, (uint32_t)-5, 1, 3);
        EXPECT(&peer, A, 1, 1, 0);
        assert_int_equal(peer.received, 0);
    }
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        PEER_SCRIPT(test_out_of_order_data_is_acknowledged_at_once_and_kept),
        PEER_SCRIPT(test_data_outside_the_window_is_answered_and_dropped),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
