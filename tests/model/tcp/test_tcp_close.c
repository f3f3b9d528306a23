/* SPDX-License-Identifier: GPL-2.0-or-later
 *
 * Closing (RFC 9293 3.6): both orders, at the same time, by halves, and FIN with data.
 */
#include "cmocka_first.h"
#include "peer.h"

static void
test_close_active_goes_through_time_wait(void **state)
{
    FOR_EACH_VARIATION(peer, ON_BOTH)
    {
        peer_open(&peer, 10 * MS);
        assert_int_equal(flue_tcp_shutdown(peer.connection, peer.now), FLUE_OK);
        EXPECT(&peer, F | A, 1, 1, 0);
        EXPECT_STATE(&peer, FIN_WAIT1);
        assert_int_equal(flue_tcp_shutdown(peer.connection, peer.now), FLUE_ERROR_STATE);
        peer_ack(&peer, 1, 2);
        EXPECT_STATE(&peer, FIN_WAIT2);
        peer_segment(&peer, A, 1, 2, 1000); /* RFC-008: half-closed, data still comes */
        assert_int_equal(peer.received, 1000);
        peer_segment(&peer, F | A, 1001, 2, 0);
        EXPECT(&peer, A, 2, 1002, 0);
        EXPECT_STATE(&peer, TIME_WAIT);
        peer_wait(&peer, 30 * FLUE_SECOND);
        peer_segment(&peer, F | A, 1001, 2, 0); /* our ACK was lost: the wait starts anew */
        EXPECT(&peer, A, 2, 1002, 0);
        peer_wait(&peer, 59 * FLUE_SECOND);
        assert_int_equal(peer.closed, 0);
        peer_wait(&peer, 2 * FLUE_SECOND);
        assert_int_equal(peer.closed, 1);
        assert_int_equal(peer.reason, FLUE_OK);
    }
}

static void
test_close_passive_ends_with_last_ack(void **state)
{
    FOR_EACH_VARIATION(peer, ON_BOTH)
    {
        peer_open_passive(&peer);
        peer_segment(&peer, F | A, 1, 1, 0);
        EXPECT(&peer, A, 1, 2, 0);
        assert_int_equal(peer.peer_closed, 1);
        EXPECT_STATE(&peer, CLOSE_WAIT);
        peer_send(&peer, 700);
        EXPECT(&peer, A, 1, 2, 700);
        assert_int_equal(flue_tcp_shutdown(peer.connection, peer.now), FLUE_OK);
        EXPECT(&peer, F | A, 701, 2, 0);
        EXPECT_STATE(&peer, LAST_ACK);
        peer_ack(&peer, 2, 702);
        assert_int_equal(peer.closed, 1);
        assert_int_equal(peer.time_waits, 0);
    }
}

static void
test_close_simultaneous_goes_through_closing(void **state)
{
    FOR_EACH_VARIATION(peer, ON_BOTH)
    {
        peer_open(&peer, 10 * MS);
        assert_int_equal(flue_tcp_shutdown(peer.connection, peer.now), FLUE_OK);
        EXPECT(&peer, F | A, 1, 1, 0);
        peer_segment(&peer, F | A, 1, 1, 0);
        EXPECT(&peer, A, 2, 2, 0);
        EXPECT_STATE(&peer, CLOSING);
        peer_ack(&peer, 2, 2);
        EXPECT_STATE(&peer, TIME_WAIT);
    }
}

static void
test_fin_with_the_last_data_and_both_acknowledged_at_once(void **state)
{
    FOR_EACH_VARIATION(peer, ON_BOTH)
    {
        peer.options.use_nagle = true;
        peer_open(&peer, 10 * MS);
        peer_send(&peer, 1000);
        peer_send(&peer, 300); /* held by Nagle until FIN joins it */
        EXPECT(&peer, A, 1, 1, 1000);
        EXPECT_NOTHING(&peer);
        assert_int_equal(flue_tcp_shutdown(peer.connection, peer.now), FLUE_OK);
        EXPECT(&peer, F | P | A, 1001, 1, 300);
        peer_ack(&peer, 1, 1302);
        EXPECT_STATE(&peer, FIN_WAIT2);
        assert_int_equal(peer.completed, 2);
    }
}

/* An ended connection that its owner still keeps is no connection to the peer. */
static void
test_tuple_of_a_closed_connection_is_free(void **state)
{
    FOR_EACH_VARIATION(peer, ON_HOST)
    {
        struct flue_tcp_connection *old;

        peer.keep = true;
        peer_open(&peer, 10 * MS);
        old = peer.connection;
        flue_tcp_abort(old, peer.now);
        (void)peer_skip(&peer);
        peer_ack(&peer, 1, 1);
        EXPECT(&peer, R, 1, 0, 0); /* RFC 9293 3.10.7.1 */
        assert_int_equal(flue_tcp_connect(peer.engine, peer.now, &peer.tuple, &peer.options, NULL,
                                          &peer.connection),
                         FLUE_OK);
        flue_tcp_release(old, peer.now);
        assert_ptr_equal(flue_tcp_find(peer.engine, &peer.tuple), peer.connection);
    }
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        PEER_SCRIPT(test_close_active_goes_through_time_wait),
        PEER_SCRIPT(test_close_passive_ends_with_last_ack),
        PEER_SCRIPT(test_close_simultaneous_goes_through_closing),
        PEER_SCRIPT(test_fin_with_the_last_data_and_both_acknowledged_at_once),
        PEER_SCRIPT(test_tuple_of_a_closed_connection_is_free),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
