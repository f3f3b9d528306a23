/* SPDX-License-Identifier: GPL-2.0-or-later
 *
 * When the engine gives up (RFC 9293 3.8.3): R1 and R2 as counts, the user timeout as a time, and
 * the limit of an opening. The move of a user timeout between engines is here as well.
 */
#include "cmocka_first.h"
#include "peer.h"

/* How long after `from` the connection ended, in milliseconds. */
static uint64_t
end_ms(struct peer *peer, flue_time from)
{
    while (peer->closed == 0) {
        assert_true(flue_tcp_next_deadline(peer->engine) != FLUE_TIME_NEVER);
        peer_wait(peer, flue_tcp_next_deadline(peer->engine) - peer->now);
        (void)peer_skip(peer);
    }
    return (peer->now - from) / MS;
}

/* TIMER-036: TotalRT runs from the first timeout, 1 s after the segment. */
static void
test_user_timeout_ends_retransmission_on_time(void **state)
{
    FOR_EACH_VARIATION(peer, ON_BOTH)
    {
        flue_time start;

        peer.options.max_rt_ticks = 20000;
        peer.config.max_retransmissions = 1; /* which it goes before */
        peer_open(&peer, 10 * MS);
        start = peer.now;
        peer_send(&peer, 100);
        assert_int_equal(end_ms(&peer, start), 21000);
        assert_int_equal(peer.reason, FLUE_ERROR_TIMED_OUT);
        assert_int_equal(peer.last_status, FLUE_STATUS_REQUEST_ABORTED);
    }
}

static void
test_user_timeout_starts_anew_with_every_acknowledged_segment(void **state)
{
    FOR_EACH_VARIATION(peer, ON_BOTH)
    {
        flue_time start;

        peer.options.max_rt_ticks = 5000;
        peer_open(&peer, 10 * MS);
        peer_send(&peer, 2 * PEER_MSS);
        peer_wait(&peer, 5 * FLUE_SECOND);
        peer_ack(&peer, 1, 1001);
        start = peer.now;
        assert_true(end_ms(&peer, start) > 5000);
    }
}

/* FLUE_MAX_RT_UNLIMITED: an hour of silence, and on. */
static void
test_user_timeout_without_limit_never_ends(void **state)
{
    FOR_EACH_VARIATION(peer, ON_BOTH)
    {
        peer.options.max_rt_ticks = FLUE_MAX_RT_UNLIMITED;
        peer.config.max_retransmissions = 1;
        peer_open(&peer, 10 * MS);
        peer_send(&peer, 100);
        peer_wait(&peer, 3600 * FLUE_SECOND);
        assert_true(peer_skip(&peer) > 50);
        EXPECT_STATE(&peer, ESTABLISHED);
    }
}

static void
test_user_timeout_set_while_it_retransmits_holds_at_once(void **state)
{
    FOR_EACH_VARIATION(peer, ON_BOTH)
    {
        struct flue_tcp_options options;
        flue_time start;

        peer_open(&peer, 10 * MS);
        start = peer.now;
        peer_send(&peer, 100);
        peer_wait(&peer, 16 * FLUE_SECOND); /* the next try is at 31 s */
        flue_tcp_get_options(peer.connection, &options);
        options.max_rt_ticks = 20000;
        assert_int_equal(flue_tcp_set_options(peer.connection, peer.now, &options, NULL), FLUE_OK);
        assert_int_equal(end_ms(&peer, start), 21000);
    }
}

/* Cached MaxRT and delegated TotalRT carry it: the end comes when it would have come. */
static void
test_user_timeout_moves_with_the_connection(void **state)
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
        flue_time start;

        peer.options.max_rt_ticks = 20000;
        peer_open(&peer, 10 * MS);
        start = peer.now;
        peer_send(&peer, 100);
        peer_wait(&peer, 10 * FLUE_SECOND);
        (void)peer_skip(&peer);
        flue_tcp_export(peer.connection, peer.now, &constants, &cached, &delegated);
        assert_int_equal(cached.max_rt_ticks, 20000);
        assert_int_equal(delegated.total_rt, 9000);
        flue_tcp_surrender(peer.connection, peer.now, &import.lists);
        assert_int_equal(flue_tcp_import(peer.engine, peer.now, &import, &peer.connection),
                         FLUE_OK);
        assert_int_equal(end_ms(&peer, start), 21000);
    }
}

/* ---- R1 and R2 ---- */

static void
test_r1_advises_once_and_goes_on(void **state)
{
    FOR_EACH_VARIATION(peer, ON_BOTH)
    {
        peer.config.advice_retransmissions = 3;
        peer_open(&peer, 10 * MS);
        peer_send(&peer, 100);
        peer_wait(&peer, 7 * FLUE_SECOND - 1 * MS); /* retransmissions at 1, 3 and 7 s */
        assert_int_equal(peer.advised, 0);
        peer_wait(&peer, 1 * MS);
        assert_int_equal(peer.advised, 1);
        peer_wait(&peer, 100 * FLUE_SECOND);
        assert_int_equal(peer.advised, 1);
        peer_ack(&peer, 1, 101);
        peer_send(&peer, 100); /* and again for the next */
        peer_wait(&peer, 600 * FLUE_SECOND);
        assert_int_equal(peer.advised, 2);
    }
}

static void
abort_it(struct peer *peer, struct flue_tcp_connection *connection)
{
    peer->inside = NULL;
    flue_tcp_abort(connection, peer->now);
}

static void
test_r1_may_abort_the_connection(void **state)
{
    FOR_EACH_VARIATION(peer, ON_BOTH)
    {
        peer_open(&peer, 10 * MS);
        peer_send(&peer, 100);
        peer.inside = abort_it;
        peer_wait(&peer, 100 * FLUE_SECOND);
        assert_int_equal(peer.closed, 1);
        assert_int_equal(peer.reason, FLUE_ERROR_ABORTED);
        assert_true(flue_tcp_next_deadline(peer.engine) == FLUE_TIME_NEVER);
    }
}

static void
test_r1_advises_of_a_syn(void **state)
{
    FOR_EACH_VARIATION(peer, ON_HOST)
    {
        peer.config.advice_retransmissions = 1;
        peer_create(&peer);
        peer_connect(&peer);
        peer_wait(&peer, 1 * FLUE_SECOND);
        assert_int_equal(peer.advised, 1);
        EXPECT_STATE(&peer, SYN_SENT);
    }
}

/* R2 of data is not that of SYN, and that of SYN not that of SYN,ACK. */
static void
test_r2_counts_syn_and_data_apart(void **state)
{
    FOR_EACH_VARIATION(peer, ON_HOST)
    {
        flue_time start;

        peer.config.max_syn_retransmissions = 2;
        peer.config.max_syn_ack_retransmissions = 1;
        peer.config.max_retransmissions = 3;
        peer_create(&peer);
        start = peer.now;
        peer_connect(&peer);
        assert_int_equal(end_ms(&peer, start), 1000 + 2000 + 4000);
        peer_listen(&peer);
        peer_segment(&peer, S, 0, 0, 0);
        EXPECT(&peer, S | A, 0, 1, 0);
        peer_wait(&peer, 3 * FLUE_SECOND - 1 * MS);
        EXPECT(&peer, S | A, 0, 1, 0);
        assert_non_null(flue_tcp_find(peer.engine, &peer.tuple));
        peer_wait(&peer, 1 * MS);
        assert_null(flue_tcp_find(peer.engine, &peer.tuple));
    }
}

/* ---- The limit of an opening ---- */

static void
test_open_timeout_ends_an_active_opening(void **state)
{
    FOR_EACH_VARIATION(peer, ON_HOST)
    {
        flue_time start;

        peer.options.open_timeout_ticks = 5500;
        peer_create(&peer);
        start = peer.now;
        peer_connect(&peer);
        assert_int_equal(end_ms(&peer, start), 5500);
        assert_int_equal(peer.reason, FLUE_ERROR_TIMED_OUT);
        assert_true(flue_tcp_next_deadline(peer.engine) == FLUE_TIME_NEVER);
    }
}

static void
test_open_timeout_ends_a_passive_opening(void **state)
{
    FOR_EACH_VARIATION(peer, ON_HOST)
    {
        peer.options.open_timeout_ticks = 5500;
        peer_create(&peer);
        peer_listen(&peer);
        peer_segment(&peer, S, 0, 0, 0);
        peer_wait(&peer, 5499 * MS);
        assert_non_null(flue_tcp_find(peer.engine, &peer.tuple));
        peer_wait(&peer, 1 * MS);
        assert_null(flue_tcp_find(peer.engine, &peer.tuple));
    }
}

static void
test_open_timeout_is_over_when_the_connection_is_open(void **state)
{
    FOR_EACH_VARIATION(peer, ON_HOST)
    {
        peer.options.open_timeout_ticks = 5500;
        peer_open(&peer, 10 * MS);
        peer_wait(&peer, 3600 * FLUE_SECOND);
        EXPECT_STATE(&peer, ESTABLISHED);
        EXPECT_NOTHING(&peer);
    }
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        PEER_SCRIPT(test_user_timeout_ends_retransmission_on_time),
        PEER_SCRIPT(test_user_timeout_starts_anew_with_every_acknowledged_segment),
        PEER_SCRIPT(test_user_timeout_without_limit_never_ends),
        PEER_SCRIPT(test_user_timeout_set_while_it_retransmits_holds_at_once),
        PEER_SCRIPT(test_user_timeout_moves_with_the_connection),
        PEER_SCRIPT(test_r1_advises_once_and_goes_on),
        PEER_SCRIPT(test_r1_may_abort_the_connection),
        PEER_SCRIPT(test_r1_advises_of_a_syn),
        PEER_SCRIPT(test_r2_counts_syn_and_data_apart),
        PEER_SCRIPT(test_open_timeout_ends_an_active_opening),
        PEER_SCRIPT(test_open_timeout_ends_a_passive_opening),
        PEER_SCRIPT(test_open_timeout_is_over_when_the_connection_is_open),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
