/* SPDX-License-Identifier: GPL-2.0-or-later
 *
 * Silly windows (RFC 813, RFC 9293 3.8.6.2): what is too little to be sent waits, on either side,
 * and how long. The peer's largest window is 1800 and a full segment 1000.
 */
#include "cmocka_first.h"
#include "peer.h"

/* Two requests are queued behind a shut window, which opens to `window`. */
static void
open_window(struct peer *peer, uint32_t first, uint32_t second, uint32_t window)
{
    peer->window = 1800;
    peer_open(peer, 10 * MS);
    peer->window = 0;
    peer_ack(peer, 1, 1);
    peer_send(peer, first);
    peer_send(peer, second);
    peer->window = window;
    peer_ack(peer, 1, 1);
}

static void
test_small_segment_waits_for_the_override(void **state)
{
    FOR_EACH_VARIATION(peer, ON_BOTH)
    {
        struct flue_tcp_statistics statistics;
        flue_time start;

        open_window(&peer, 2500, 2500, 400);
        start = peer.now;
        EXPECT_NOTHING(&peer); /* TIMER-041: little, no boundary, less than half of 1800 */
        assert_int_equal(peer_snapshot(&peer).wait, FLUE_TCP_WAIT_OVERRIDE);
        peer_wait(&peer, 300 * MS);
        EXPECT_AT(&peer, A, 1, 1, 400, start + 200 * MS); /* TIMER-042 */
        peer_ack(&peer, 1, 401);
        flue_tcp_get_statistics(peer.engine, &statistics);
        assert_int_equal(statistics.retransmitted_segments, 0);
        EXPECT_NOTHING(&peer); /* the next piece is as small: it waits from here */
        start = peer.now;
        peer_wait(&peer, 300 * MS);
        EXPECT_AT(&peer, A, 401, 1, 400, start + 200 * MS);
    }
}

static void
test_small_segment_waits_as_long_as_configured(void **state)
{
    FOR_EACH_VARIATION(peer, ON_BOTH)
    {
        flue_time start;

        peer.config.sws_prevention_ticks = 70;
        open_window(&peer, 2500, 2500, 400);
        start = peer.now;
        peer_wait(&peer, 300 * MS);
        EXPECT_AT(&peer, A, 1, 1, 400, start + 70 * MS);
    }
}

/* TIMER-041: each of the three reasons to hold it back is taken away alone. */
static void
test_segment_goes_at_once_when_one_reason_is_missing(void **state)
{
    static const struct {
        uint32_t first, second, window, goes;
    } cases[] = {
        {2500, 2500, 1000, 1000}, /* a full segment */
        {400, 4600, 400, 400},    /* a request ends with it */
        {300, 4700, 400, 400},    /* or within it */
        {2500, 2500, 900, 900},   /* half of the largest window */
    };

    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        FOR_EACH_VARIATION(peer, ON_BOTH)
        {
            peer_describe(&peer, ", case %zu", i);
            open_window(&peer, cases[i].first, cases[i].second, cases[i].window);
            peer_skip(&peer);
            assert_int_equal(peer_last(&peer)->length, cases[i].goes);
        }
    }
}

/* Likewise with data in flight, unless Nagle's rule waits for its acknowledgement. */
static void
test_segment_behind_data_in_flight_obeys_nagle_first(void **state)
{
    for (unsigned nagle = 0; nagle < 2; nagle++) {
        FOR_EACH_VARIATION(peer, ON_BOTH)
        {
            peer.options.use_nagle = nagle == 1;
            open_window(&peer, 1600, 3400, 1600);
            EXPECT(&peer, A, 1, 1, 1000);
            if (nagle == 0)
                EXPECT(&peer, A | P, 1001, 1, 600);
            EXPECT_NOTHING(&peer);
        }
    }
}

/* TIMER-044: no member of the state knows of it. */
static void
test_override_timer_is_not_exported(void **state)
{
    FOR_EACH_VARIATION(peer, ON_BOTH)
    {
        struct flue_tcp_const constants;
        struct flue_tcp_cached cached;
        struct flue_tcp_delegated delegated;

        open_window(&peer, 2500, 2500, 400);
        assert_int_equal(peer_snapshot(&peer).retransmit_left_ticks, 200);
        peer_wait(&peer, 50 * MS);
        flue_tcp_export(peer.connection, peer.now, &constants, &cached, &delegated);
        assert_int_equal(delegated.retransmit.timeout_delta_ticks, FLUE_TICKS_NOT_RUNNING);
        assert_int_equal(delegated.retransmit.count, 0);
        assert_int_equal(delegated.snd_wnd_probe_count, 0);
    }
}

static void
test_window_that_shuts_over_held_data_is_probed(void **state)
{
    FOR_EACH_VARIATION(peer, ON_BOTH)
    {
        flue_time shut;

        open_window(&peer, 2500, 2500, 400);
        peer_wait(&peer, 150 * MS);
        peer.window = 0;
        peer_ack(&peer, 1, 1);
        shut = peer.now;
        peer_wait(&peer, 1500 * MS);
        EXPECT_AT(&peer, A, 1, 1, 1, shut + 1000 * MS); /* TIMER-023: RTO from the shut window */
    }
}

/* TIMER-043 */
static void
test_window_update_after_small_reads_waits_as_long(void **state)
{
    FOR_EACH_VARIATION(peer, ON_BOTH)
    {
        flue_time start;

        peer.consume = false;
        peer.options.receive_buffer_bytes = 4000;
        peer_open(&peer, 10 * MS);
        for (uint32_t i = 0; i < 4; i++)
            peer_segment(&peer, A, 1 + 1000 * i, 1, 1000);
        (void)peer_skip(&peer);
        assert_int_equal(peer_last(&peer)->window, 0);
        start = peer.now;
        flue_tcp_consume(peer.connection, peer.now, 300);
        assert_int_equal(peer_snapshot(&peer).window_update_left_ticks, 200);
        peer_wait(&peer, 100 * MS);
        flue_tcp_consume(peer.connection, peer.now, 300); /* does not put it off */
        peer_wait(&peer, 1000 * MS);
        EXPECT_AT(&peer, A, 1, 4001, 0, start + 200 * MS);
        assert_int_equal(peer_last(&peer)->window, 600);
        EXPECT_NOTHING(&peer);
        flue_tcp_consume(peer.connection, peer.now, 300);
        flue_tcp_consume(peer.connection, peer.now, 900);
        EXPECT(&peer, A, 1, 4001, 0); /* worth telling at once, and the timer has nothing more */
        assert_int_equal(peer_last(&peer)->window, 1800);
        peer_wait(&peer, 1000 * MS);
        EXPECT_NOTHING(&peer);
    }
}

/* The peer is not stuck: it can send full segments. */
static void
test_window_above_a_segment_needs_no_update(void **state)
{
    FOR_EACH_VARIATION(peer, ON_BOTH)
    {
        peer.consume = false;
        peer.options.receive_buffer_bytes = 4000;
        peer_open(&peer, 10 * MS);
        peer_segment(&peer, A, 1, 1, 1000);
        peer_segment(&peer, A, 1001, 1, 1000);
        (void)peer_skip(&peer);
        flue_tcp_consume(peer.connection, peer.now, 300);
        assert_int_equal(peer_snapshot(&peer).window_update_left_ticks, FLUE_TICKS_NOT_RUNNING);
        peer_wait(&peer, 1000 * MS);
        EXPECT_NOTHING(&peer);
    }
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        PEER_SCRIPT(test_small_segment_waits_for_the_override),
        PEER_SCRIPT(test_small_segment_waits_as_long_as_configured),
        PEER_SCRIPT(test_segment_goes_at_once_when_one_reason_is_missing),
        PEER_SCRIPT(test_segment_behind_data_in_flight_obeys_nagle_first),
        PEER_SCRIPT(test_override_timer_is_not_exported),
        PEER_SCRIPT(test_window_that_shuts_over_held_data_is_probed),
        PEER_SCRIPT(test_window_update_after_small_reads_waits_as_long),
        PEER_SCRIPT(test_window_above_a_segment_needs_no_update),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
