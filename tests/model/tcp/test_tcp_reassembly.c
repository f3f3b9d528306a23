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

/* Every order in which four segments can arrive, some of them twice. */
static void
test_any_order_of_arrival_gives_the_same_stream(void **state)
{
    FOR_EACH_VARIATION(peer, ON_BOTH)
    {
        peer_open(&peer, 10 * MS);
        for (uint32_t order = 0; order < 256; order++) {
            uint32_t base = (uint32_t)peer.received;

            for (unsigned i = 0; i < 4; i++) /* with repeats, some never */
                peer_segment(&peer, A, base + 1 + 500 * (order >> 2 * i & 3), 1, 500);
            for (unsigned i = 0; i < 4; i++)
                peer_segment(&peer, A, base + 1 + 500 * i, 1, 500);
            peer_wait(&peer, 40 * MS);
            (void)peer_skip(&peer);
            assert_int_equal(peer_last(&peer)->ack, base + 2001);
            assert_int_equal(peer.received, base + 2000);
            assert_int_equal(peer_snapshot(&peer).reassembly_bytes, 0);
        }
    }
}

static void
test_overlaps_are_counted_once(void **state)
{
    FOR_EACH_VARIATION(peer, ON_BOTH)
    {
        peer_open(&peer, 10 * MS);
        peer_segment(&peer, A, 1001, 1, 500);
        peer_segment(&peer, A, 1201, 1, 100); /* inside */
        peer_segment(&peer, A, 801, 1, 400);  /* over its front */
        peer_segment(&peer, A, 1401, 1, 400); /* over its end */
        assert_int_equal(peer_snapshot(&peer).reassembly_bytes, 1000);
        peer_segment(&peer, A, 601, 1, 1400); /* over all of it */
        assert_int_equal(peer_snapshot(&peer).reassembly_bytes, 1400);
        (void)peer_skip(&peer);
        peer_segment(&peer, A, 1, 1, 900);
        EXPECT(&peer, A, 1, 2001, 0);
        assert_int_equal(peer.received, 2000);
    }
}

/* RFC 9293 3.10.7.4: what reaches beyond the window is cut off, its FIN too. */
static void
test_data_over_the_windows_edge_is_cut(void **state)
{
    FOR_EACH_VARIATION(peer, ON_BOTH)
    {
        peer.consume = false;
        peer.options.receive_buffer_bytes = 2000;
        peer_open(&peer, 10 * MS);
        peer_segment(&peer, F | A, 1501, 1, 1000);
        EXPECT(&peer, A, 1, 1, 0);
        assert_int_equal(peer_snapshot(&peer).reassembly_bytes, 500);
        peer_segment(&peer, A, 1, 1, 1500);
        EXPECT(&peer, A, 1, 2001, 0);
        assert_int_equal(peer.received, 2000);
        EXPECT_STATE(&peer, ESTABLISHED);
        flue_tcp_consume(peer.connection, peer.now, 2000);
        EXPECT(&peer, A, 1, 2001, 0);
        peer_segment(&peer, F | A, 1501, 1, 1000);
        EXPECT(&peer, A, 1, 2502, 0);
        EXPECT_STATE(&peer, CLOSE_WAIT);
    }
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        PEER_SCRIPT(test_out_of_order_data_is_acknowledged_at_once_and_kept),
        PEER_SCRIPT(test_data_outside_the_window_is_answered_and_dropped),
        PEER_SCRIPT(test_any_order_of_arrival_gives_the_same_stream),
        PEER_SCRIPT(test_overlaps_are_counted_once),
        PEER_SCRIPT(test_data_over_the_windows_edge_is_cut),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
