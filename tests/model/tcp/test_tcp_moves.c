/* SPDX-License-Identifier: GPL-2.0-or-later
 *
 * A connection leaves its engine, or ends, at awkward moments: from inside a handler, with data
 * in flight.
 */
#include "cmocka_first.h"
#include "peer.h"

/* What another engine would be told. */
static enum flue_tcp_connection_state
exported_state(struct peer *peer, struct flue_tcp_connection *connection)
{
    struct flue_tcp_const constants;
    struct flue_tcp_cached cached;
    struct flue_tcp_delegated delegated;

    flue_tcp_export(connection, peer->now, &constants, &cached, &delegated);
    return delegated.state;
}

static enum flue_tcp_connection_state expected_inside;
static unsigned times_inside;

static void
check_export(struct peer *peer, struct flue_tcp_connection *connection)
{
    times_inside++;
    assert_int_equal(exported_state(peer, connection), expected_inside);
}

/* The ACK covers data and FIN: whoever takes the connection away meanwhile must learn both. */
static void
test_export_from_inside_sent_knows_that_fin_is_acknowledged(void **state)
{
    FOR_EACH_VARIATION(peer, ON_BOTH)
    {
        peer_open(&peer, 10 * MS);
        peer_send(&peer, 500);
        assert_int_equal(flue_tcp_shutdown(peer.connection, peer.now), FLUE_OK);
        (void)peer_skip(&peer);
        peer.inside = check_export;
        expected_inside = FLUE_TCP_CONNECTION_FIN_WAIT2;
        times_inside = 0;
        peer_ack(&peer, 1, 502);
        assert_int_equal(times_inside, 2); /* `sent` and `send_closed` */
    }
}

static void
abort_in_time_wait(struct peer *peer, struct flue_tcp_connection *connection)
{
    if (flue_tcp_state(connection) == FLUE_TCP_CONNECTION_TIME_WAIT)
        flue_tcp_abort(connection, peer->now);
}

/* `closed` is the last call for a connection. */
static void
test_abort_from_inside_entered_time_wait_is_the_last_call(void **state)
{
    FOR_EACH_VARIATION(peer, ON_BOTH)
    {
        peer.keep = true;
        peer_open(&peer, 10 * MS);
        assert_int_equal(flue_tcp_shutdown(peer.connection, peer.now), FLUE_OK);
        peer_ack(&peer, 1, 2);
        peer.inside = abort_in_time_wait;
        peer_segment(&peer, F | A, 1, 2, 0);
        assert_int_equal(peer.closed, 1);
        assert_int_equal(peer.peer_closed, 0);
        flue_tcp_release(peer.connection, peer.now);
    }
}

/* A connection that was given up comes with data in flight and no timer: it must not hang. */
static void
test_import_in_flight_without_a_timer_starts_one(void **state)
{
    FOR_EACH_VARIATION(peer, ON_BOTH)
    {
        struct flue_tcp_const constants;
        struct flue_tcp_cached cached;
        struct flue_tcp_delegated delegated;
        struct flue_tcp_import import = {.tuple = peer.tuple,
                                         .constants = &constants,
                                         .cached = &cached,
                                         .delegated = &delegated,
                                         .path_mtu = peer.tuple.ip_version == 4 ? 1040 : 1060};

        peer_open(&peer, 10 * MS);
        peer_send(&peer, 1000);
        flue_tcp_export(peer.connection, peer.now, &constants, &cached, &delegated);
        flue_tcp_surrender(peer.connection, peer.now, &import.lists);
        delegated.retransmit.timeout_delta_ticks = FLUE_TICKS_NOT_RUNNING;
        assert_int_equal(flue_tcp_import(peer.engine, peer.now, &import, &peer.connection),
                         FLUE_OK);
        (void)peer_skip(&peer);
        peer_wait(&peer, 2 * FLUE_SECOND);
        EXPECT(&peer, A, 1, 1, 1000);
    }
}

/* RFC 6298 5.7: after a SYN that was sent twice the first timeout of data is three seconds, until
 * there is a measurement; so it is behind a move, however often. */
static void
test_move_before_the_first_measurement_keeps_the_timeout(void **state)
{
    FOR_EACH_VARIATION(peer, ON_HOST) /* a target does not open */
    {
        struct flue_tcp_const constants;
        struct flue_tcp_cached cached;
        struct flue_tcp_delegated delegated;
        struct flue_tcp_import import = {.tuple = peer.tuple,
                                         .constants = &constants,
                                         .cached = &cached,
                                         .delegated = &delegated,
                                         .path_mtu = peer.tuple.ip_version == 4 ? 1040 : 1060};
        flue_time start;

        peer_create(&peer);
        peer_connect(&peer);
        EXPECT(&peer, S, 0, 0, 0);
        peer_wait(&peer, 1500 * MS);
        EXPECT(&peer, S, 0, 0, 0);
        peer_segment(&peer, S | A, 0, 1, 0);
        EXPECT(&peer, A, 1, 1, 0);
        assert_int_equal(peer_snapshot(&peer).rto_ticks, 3000);
        for (unsigned moves = 0; moves < 2; moves++) {
            flue_tcp_export(peer.connection, peer.now, &constants, &cached, &delegated);
            flue_tcp_surrender(peer.connection, peer.now, &import.lists);
            assert_int_equal(flue_tcp_import(peer.engine, peer.now, &import, &peer.connection),
                             FLUE_OK);
            assert_int_equal(peer_snapshot(&peer).rto_ticks, 3000);
        }
        peer_send(&peer, 500);
        EXPECT(&peer, A, 1, 1, 500);
        start = peer.now;
        peer_wait(&peer, 4 * FLUE_SECOND);
        EXPECT_AT(&peer, A, 1, 1, 500, start + 3 * FLUE_SECOND);
    }
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        PEER_SCRIPT(test_export_from_inside_sent_knows_that_fin_is_acknowledged),
        PEER_SCRIPT(test_abort_from_inside_entered_time_wait_is_the_last_call),
        PEER_SCRIPT(test_import_in_flight_without_a_timer_starts_one),
        PEER_SCRIPT(test_move_before_the_first_measurement_keeps_the_timeout),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
