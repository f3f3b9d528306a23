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

static void
test_open_refused_tells_so(void **state)
{
    FOR_EACH_VARIATION(peer, ON_HOST)
    {
        peer_create(&peer);
        peer_connect(&peer);
        EXPECT(&peer, S, 0, 0, 0);
        peer_segment(&peer, R | A, 0, 1, 0);
        EXPECT_STATE(&peer, CLOSED);
        assert_int_equal(peer.reason, FLUE_ERROR_REFUSED);
        EXPECT_NOTHING(&peer);
    }
}

/* RFC 6298 5.7: a lost SYN leaves an RTO of 3 s; RFC 5681 3.1: and a window of one segment. */
static void
test_open_syn_lost_begins_carefully(void **state)
{
    FOR_EACH_VARIATION(peer, ON_HOST)
    {
        flue_time sent;

        peer_create(&peer);
        peer_connect(&peer);
        peer_wait(&peer, 3500 * MS);
        EXPECT_AT(&peer, S, 0, 0, 0, peer.start);
        EXPECT_AT(&peer, S, 0, 0, 0, peer.start + 1000 * MS);
        EXPECT_AT(&peer, S, 0, 0, 0, peer.start + 3000 * MS);
        peer_segment(&peer, S | A, 0, 1, 0);
        EXPECT(&peer, A, 1, 1, 0);
        sent = peer.now;
        peer_send(&peer, 3000);
        EXPECT(&peer, A, 1, 1, 1000);
        EXPECT_NOTHING(&peer);
        peer_wait(&peer, 4000 * MS);
        EXPECT_AT(&peer, A, 1, 1, 1000, sent + 3000 * MS);
    }
}

/* RFC 9293 figure 8: an old SYN is answered, its sender resets, and the listener goes on. */
static void
test_open_old_duplicate_syn_does_no_harm(void **state)
{
    FOR_EACH_VARIATION(peer, ON_HOST)
    {
        peer_create(&peer);
        peer_listen(&peer);
        peer_segment(&peer, S, (uint32_t)-9000, 0, 0);
        EXPECT(&peer, S | A, 0, (uint32_t)-8999, 0);
        peer_segment(&peer, R, (uint32_t)-8999, 0, 0);
        EXPECT_NOTHING(&peer);
        peer_segment(&peer, S, 0, 0, 0);
        EXPECT(&peer, S | A, 0, 1, 0);
        peer_ack(&peer, 1, 1);
        assert_int_equal(peer.accepted, 1);
        EXPECT_NOTHING(&peer);
    }
}

/* RFC 9293 figure 9: the peer lost its memory and opens anew; the challenge ends the old one. */
static void
test_open_half_open_connection_is_found_out(void **state)
{
    FOR_EACH_VARIATION(peer, ON_HOST)
    {
        peer_open(&peer, 10 * MS);
        peer_segment(&peer, S, 400000, 0, 0);
        EXPECT(&peer, A, 1, 1, 0);
        peer_segment(&peer, R, 1, 0, 0); /* in answer to it */
        EXPECT_STATE(&peer, CLOSED);
        assert_int_equal(peer.reason, FLUE_ERROR_RESET);
    }
}

static void
test_open_backlog_full_ignores_the_syn(void **state)
{
    FOR_EACH_VARIATION(peer, ON_HOST)
    {
        peer_create(&peer);
        peer_listen(&peer); /* room for one */
        peer_segment(&peer, S, 0, 0, 0);
        EXPECT(&peer, S | A, 0, 1, 0);
        peer.tuple.remote_port++;
        peer_segment(&peer, S, 0, 0, 0);
        EXPECT_NOTHING(&peer);
        peer.tuple.remote_port--;
        peer_ack(&peer, 1, 1);
        assert_int_equal(peer.accepted, 1);
        peer.tuple.remote_port++;
        peer_segment(&peer, S, 0, 0, 0); /* again: there is room now */
        EXPECT(&peer, S | A, 0, 1, 0);
    }
}

static void
test_open_text_in_the_syn_ack_is_taken(void **state)
{
    FOR_EACH_VARIATION(peer, ON_HOST)
    {
        peer_create(&peer);
        peer_connect(&peer);
        EXPECT(&peer, S, 0, 0, 0);
        peer_segment(&peer, S | A | F, 0, 1, 100); /* RFC 9293 3.10.7.3: on to the sixth step */
        EXPECT(&peer, A, 1, 102, 0);
        assert_int_equal(peer.connected, 1);
        assert_int_equal(peer.received, 100);
        assert_int_equal(peer.peer_closed, 1);
        EXPECT_STATE(&peer, CLOSE_WAIT);
    }
}

/* Not acknowledged with the SYN, so the peer sends it again. */
static void
test_open_text_in_the_syn_comes_again(void **state)
{
    FOR_EACH_VARIATION(peer, ON_HOST)
    {
        peer_create(&peer);
        peer_listen(&peer);
        peer_segment(&peer, S, 0, 0, 100);
        EXPECT(&peer, S | A, 0, 1, 0);
        peer_segment(&peer, S, 0, 0, 100); /* our answer was lost */
        EXPECT(&peer, S | A, 0, 1, 0);
        peer_segment(&peer, A, 1, 1, 100);
        assert_int_equal(peer.accepted, 1);
        assert_int_equal(peer.received, 100);
    }
}

static void
test_open_data_given_before_goes_out_with_it(void **state)
{
    FOR_EACH_VARIATION(peer, ON_HOST)
    {
        peer_create(&peer);
        peer_connect(&peer);
        EXPECT(&peer, S, 0, 0, 0);
        peer_send(&peer, 700);
        EXPECT_NOTHING(&peer);
        assert_int_equal(flue_tcp_shutdown(peer.connection, peer.now), FLUE_OK);
        EXPECT_STATE(&peer, CLOSED); /* RFC 9293 3.10.4: nothing to close yet */
        assert_int_equal(peer.last_status, FLUE_STATUS_REQUEST_ABORTED);
        peer_connect(&peer);
        EXPECT(&peer, S, 0, 0, 0);
        peer_send(&peer, 700);
        peer_segment(&peer, S | A, 0, 1, 0);
        EXPECT(&peer, A | P, 1, 1, 700);
        EXPECT_NOTHING(&peer); /* the data carries the ACK */
    }
}

/* RFC 6528: F of the four-tuple, and a clock that adds one every 4 microseconds. */
static void
test_initial_sequence_number_follows_clock_and_tuple(void **state)
{
    FOR_EACH_VARIATION(peer, ON_HOST)
    {
        uint32_t first;

        peer_create(&peer);
        peer_connect(&peer);
        first = peer.iss;
        flue_tcp_abort(peer.connection, peer.now);
        peer.now += 40 * FLUE_MICROSECOND;
        peer_connect(&peer);
        assert_int_equal(peer.iss, first + 10);
        peer.tuple.remote_port++;
        peer_connect(&peer);
        assert_int_not_equal(peer.iss, first + 10);
    }
}

/* RFC 9293 3.10.7.1 on a host; a target hands such segments up and is silent (CLOSE-003). */
static void
test_segment_for_no_connection_is_reset_by_a_host_alone(void **state)
{
    FOR_EACH_VARIATION(peer, ON_BOTH)
    {
        peer_open(&peer, 10 * MS);
        peer.tuple.remote_port++;
        peer_segment(&peer, A, 5, 77, 100);
        if (!peer.on_target)
            EXPECT(&peer, R, 77, 0, 0);
        peer_segment(&peer, F, 5, 0, 100);
        if (!peer.on_target)
            EXPECT(&peer, R | A, 0 - peer.iss, 106, 0);
        peer_segment(&peer, R | A, 5, 77, 0);
        EXPECT_NOTHING(&peer);
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
        PEER_SCRIPT(test_open_refused_tells_so),
        PEER_SCRIPT(test_open_syn_lost_begins_carefully),
        PEER_SCRIPT(test_open_old_duplicate_syn_does_no_harm),
        PEER_SCRIPT(test_open_half_open_connection_is_found_out),
        PEER_SCRIPT(test_open_backlog_full_ignores_the_syn),
        PEER_SCRIPT(test_open_text_in_the_syn_ack_is_taken),
        PEER_SCRIPT(test_open_text_in_the_syn_comes_again),
        PEER_SCRIPT(test_open_data_given_before_goes_out_with_it),
        PEER_SCRIPT(test_initial_sequence_number_follows_clock_and_tuple),
        PEER_SCRIPT(test_segment_for_no_connection_is_reset_by_a_host_alone),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
