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

static void
test_close_fin_and_its_ack_in_one_goes_to_time_wait(void **state)
{
    FOR_EACH_VARIATION(peer, ON_BOTH)
    {
        peer_open(&peer, 10 * MS);
        assert_int_equal(flue_tcp_shutdown(peer.connection, peer.now), FLUE_OK);
        EXPECT(&peer, F | A, 1, 1, 0);
        peer_segment(&peer, F | A, 1, 2, 0);
        EXPECT(&peer, A, 2, 2, 0);
        EXPECT_STATE(&peer, TIME_WAIT); /* CLOSE-022 */
        assert_int_equal(peer.time_waits, 1);
    }
}

static void
test_close_lost_fin_is_sent_again(void **state)
{
    FOR_EACH_VARIATION(peer, ON_BOTH)
    {
        flue_time sent;

        peer_open(&peer, 10 * MS);
        sent = peer.now;
        assert_int_equal(flue_tcp_shutdown(peer.connection, peer.now), FLUE_OK);
        EXPECT(&peer, F | A, 1, 1, 0);
        peer_wait(&peer, 1500 * MS);
        EXPECT_AT(&peer, F | A, 1, 1, 0, sent + 1000 * MS);
        peer_ack(&peer, 1, 2);
        EXPECT_STATE(&peer, FIN_WAIT2);
    }
}

/* RFC-008: the other half goes on as long as it wants. */
static void
test_close_half_lets_the_other_direction_transfer(void **state)
{
    FOR_EACH_VARIATION(peer, ON_BOTH)
    {
        peer_open(&peer, 10 * MS);
        peer_segment(&peer, F | A, 1, 1, 0);
        EXPECT(&peer, A, 1, 2, 0);
        for (uint32_t i = 0; i < 5; i++) {
            peer_send(&peer, 1000);
            EXPECT(&peer, A, 1 + 1000 * i, 2, 1000);
            peer_wait(&peer, 500 * MS);
            peer_ack(&peer, 2, 1001 + 1000 * i);
        }
        assert_int_equal(peer.completed, 5);
        EXPECT_STATE(&peer, CLOSE_WAIT);
        assert_int_equal(flue_tcp_shutdown(peer.connection, peer.now), FLUE_OK);
        EXPECT(&peer, F | A, 5001, 2, 0);
    }
}

static void
test_close_fin_before_its_data_waits_for_it(void **state)
{
    FOR_EACH_VARIATION(peer, ON_BOTH)
    {
        peer_open(&peer, 10 * MS);
        peer_segment(&peer, F | A, 1001, 1, 500);
        EXPECT(&peer, A, 1, 1, 0);
        EXPECT_STATE(&peer, ESTABLISHED);
        peer_segment(&peer, A, 1, 1, 1000);
        EXPECT(&peer, A, 1, 1502, 0);
        assert_int_equal(peer.received, 1500);
        assert_int_equal(peer.peer_closed, 1);
        EXPECT_STATE(&peer, CLOSE_WAIT);
    }
}

static void
test_close_fin_alone_before_its_data_waits_for_it(void **state)
{
    FOR_EACH_VARIATION(peer, ON_BOTH)
    {
        peer_open(&peer, 10 * MS);
        peer_segment(&peer, F | A, 1001, 1, 0);
        EXPECT(&peer, A, 1, 1, 0);
        peer_segment(&peer, A, 1, 1, 1000);
        EXPECT(&peer, A, 1, 1002, 0);
        EXPECT_STATE(&peer, CLOSE_WAIT);
    }
}

static void
test_reset_tells_the_owner_and_ends_its_sends(void **state)
{
    FOR_EACH_VARIATION(peer, ON_BOTH)
    {
        peer_open(&peer, 10 * MS);
        peer_send(&peer, 500);
        EXPECT(&peer, A, 1, 1, 500);
        peer_segment(&peer, R, 1, 0, 0);
        assert_int_equal(peer.closed, 1);
        assert_int_equal(peer.reason, FLUE_ERROR_RESET);
        assert_int_equal(peer.last_status, FLUE_STATUS_REQUEST_ABORTED); /* SEND-011 */
        EXPECT_NOTHING(&peer);
    }
}

/* RFC 9293 3.10.5: <SEQ=SND.NXT>, and silence ever after. */
static void
test_abort_resets_the_peer(void **state)
{
    FOR_EACH_VARIATION(peer, ON_BOTH)
    {
        peer_open(&peer, 10 * MS);
        peer_send(&peer, 500);
        EXPECT(&peer, A, 1, 1, 500);
        flue_tcp_abort(peer.connection, peer.now);
        EXPECT(&peer, R | A, 501, 1, 0); /* CLOSE-002 */
        assert_int_equal(peer.reason, FLUE_ERROR_ABORTED);
        peer_wait(&peer, 3600 * FLUE_SECOND);
        EXPECT_NOTHING(&peer);
    }
}

/* The owner leaves without unread data: FIN, and the engine ends it alone. */
static void
test_release_closes_in_order(void **state)
{
    FOR_EACH_VARIATION(peer, ON_BOTH)
    {
        peer_open(&peer, 10 * MS);
        flue_tcp_release(peer.connection, peer.now);
        EXPECT(&peer, F | A, 1, 1, 0);
        peer_ack(&peer, 1, 2);
        peer_segment(&peer, F | A, 1, 2, 0);
        EXPECT(&peer, A, 2, 2, 0);
        peer_wait(&peer, 60 * FLUE_SECOND);
        assert_null(flue_tcp_find(peer.engine, &peer.tuple));
        assert_int_equal(peer.closed, 0); /* nobody to tell */
    }
}

/* A listener's connection that we closed first, so that it waits on our side. */
static void
wait_as_listener(struct peer *peer)
{
    peer_open_passive(peer);
    assert_int_equal(flue_tcp_shutdown(peer->connection, peer->now), FLUE_OK);
    peer_segment(peer, F | A, 1, 2, 0);
    EXPECT_STATE(peer, TIME_WAIT);
    (void)peer_skip(peer);
}

/* RFC 1122 4.2.2.13: a SYN beyond what was received opens anew, with numbers beyond those sent. */
static void
test_time_wait_makes_way_for_a_new_syn(void **state)
{
    FOR_EACH_VARIATION(peer, ON_HOST)
    {
        uint32_t iss = peer.iss;

        wait_as_listener(&peer);
        peer_segment(&peer, S, 1, 0, 0); /* of the old connection */
        EXPECT(&peer, A, 2, 2, 0);
        EXPECT_STATE(&peer, TIME_WAIT);
        peer_segment(&peer, S, 2, 0, 0);
        assert_int_equal(peer.closed, 1);
        assert_int_equal(peer.reason, FLUE_OK);
        assert_int_equal(peer.iss, iss + 3);
        EXPECT(&peer, S | A, 0, 3, 0);
        peer_ack(&peer, 3, 1);
        assert_int_equal(peer.accepted, 2);
        EXPECT_STATE(&peer, ESTABLISHED);
    }
}

/* RFC 6191: with timestamps, these decide. */
static void
test_time_wait_lets_timestamps_decide(void **state)
{
    FOR_EACH_VARIATION(peer, ON_HOST)
    {
        peer.options.use_timestamps = true;
        peer.ts = 100;
        wait_as_listener(&peer);
        peer.ts = 99;
        peer_segment(&peer, S, 5000, 0, 0);
        EXPECT(&peer, A, 2, 2, 0);
        peer.ts = 101;
        peer_segment(&peer, S, (uint32_t)-5000, 0, 0);
        EXPECT(&peer, S | A, 0, (uint32_t)-4999, 0);
    }
}

/* The FIN of a connection that is not open yet follows the peer's ACK of our SYN, behind the data:
 * a peer that has not seen the SYN could make nothing of it. */
static void
test_shutdown_in_syn_received_waits_for_the_open(void **state)
{
    for (uint32_t length = 0; length <= 300; length += 300) {
        FOR_EACH_VARIATION(peer, ON_HOST)
        {
            peer_create(&peer);
            peer_connect(&peer);
            peer_segment(&peer, S, 0, 0, 0);
            EXPECT(&peer, S, 0, 0, 0);
            EXPECT(&peer, S | A, 0, 1, 0);
            if (length > 0)
                peer_send(&peer, length);
            assert_int_equal(flue_tcp_shutdown(peer.connection, peer.now), FLUE_OK);
            EXPECT_NOTHING(&peer);
            peer_ack(&peer, 1, 1);
            EXPECT(&peer, F | A, 1, 1, length);
            EXPECT_STATE(&peer, FIN_WAIT1);
            peer_segment(&peer, F | A, 1, 2 + length, 0);
            EXPECT(&peer, A, 2 + length, 2, 0);
            EXPECT_STATE(&peer, TIME_WAIT);
        }
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
        PEER_SCRIPT(test_close_fin_and_its_ack_in_one_goes_to_time_wait),
        PEER_SCRIPT(test_close_lost_fin_is_sent_again),
        PEER_SCRIPT(test_close_half_lets_the_other_direction_transfer),
        PEER_SCRIPT(test_close_fin_before_its_data_waits_for_it),
        PEER_SCRIPT(test_close_fin_alone_before_its_data_waits_for_it),
        PEER_SCRIPT(test_reset_tells_the_owner_and_ends_its_sends),
        PEER_SCRIPT(test_abort_resets_the_peer),
        PEER_SCRIPT(test_release_closes_in_order),
        PEER_SCRIPT(test_time_wait_makes_way_for_a_new_syn),
        PEER_SCRIPT(test_time_wait_lets_timestamps_decide),
        PEER_SCRIPT(test_shutdown_in_syn_received_waits_for_the_open),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
