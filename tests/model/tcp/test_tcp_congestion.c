/* SPDX-License-Identifier: GPL-2.0-or-later
 *
 * Congestion control in packets: which algorithm is in charge, when the window may grow, the
 * restart after idling, DCTCP's marks on both sides, and what a move makes of it.
 */
#include <string.h>

#include "cmocka_first.h"
#include "peer.h"

#define E FLUE_TCP_ECE
#define W FLUE_TCP_CWR

static const char *const names[] = {"newreno", "cubic", "dctcp", "compound"};

static void
test_congestion_names_are_listed_and_others_refused(void **state)
{
    struct flue_tcp_connection *connection;
    struct peer peer;

    (void)state;
    for (uint32_t i = 0; i < 4; i++)
        assert_string_equal(flue_tcp_congestion_name(i), names[i]);
    assert_null(flue_tcp_congestion_name(4));
    peer_init(&peer, 0);
    peer_create(&peer);
    peer.options.congestion_control = "vegas";
    assert_int_equal(
        flue_tcp_connect(peer.engine, peer.now, &peer.tuple, &peer.options, NULL, &connection),
        FLUE_ERROR_INVALID);
    peer_fini(&peer);
}

static void
open_as(struct peer *peer, const char *name)
{
    peer->options.congestion_control = name;
    peer->config.options.congestion_control = name; /* for imports */
    if (strcmp(name, "dctcp") != 0) {
        peer_open(peer, 10 * MS);
        return;
    }
    assert_false(peer->options.use_ecn); /* the algorithm asks for it */
    peer_create(peer);
    peer_connect(peer);
    EXPECT(peer, S | E | W, 0, 0, 0);
    peer_wait(peer, 10 * MS);
    peer_segment(peer, S | A | E, 0, 1, 0);
    EXPECT(peer, A, 1, 1, 0);
}

/* Sends `segments` and has them acknowledged one by one. */
static void
round_trip(struct peer *peer, uint32_t *seq, uint32_t segments)
{
    peer_send(peer, segments * PEER_MSS);
    peer_wait(peer, 10 * MS);
    for (uint32_t i = 0; i < segments; i++) {
        *seq += PEER_MSS;
        peer_ack(peer, 1, *seq);
    }
    (void)peer_skip(peer);
}

/* RFC 7661 4.4: four of ten segments have not shown that ten fit. */
static void
test_congestion_window_that_is_not_used_does_not_grow(void **state)
{
    for (uint32_t i = 0; i < 4; i++) {
        FOR_EACH_VARIATION(peer, ON_BOTH)
        {
            uint32_t seq = 1;

            open_as(&peer, names[i]);
            for (int round = 0; round < 10; round++)
                round_trip(&peer, &seq, 4);
            assert_int_equal(peer_snapshot(&peer).cwnd, 10 * PEER_MSS);
            round_trip(&peer, &seq, 10); /* slow start: until half of the window is left */
            assert_int_equal(peer_snapshot(&peer).cwnd, 14 * PEER_MSS);
        }
    }
}

/* ---- Idle restart ---- */

static void
idle(struct peer *peer, enum flue_tcp_idle_restart restart, flue_time duration)
{
    uint32_t seq = 1;

    peer->config.idle_restart = restart;
    peer_open(peer, 10 * MS);
    for (int round = 0; round < 3; round++)
        round_trip(peer, &seq, peer_snapshot(peer).cwnd / PEER_MSS);
    assert_int_equal(peer_snapshot(peer).cwnd, 26 * PEER_MSS);
    peer_wait(peer, duration);
    peer_send(peer, 40 * PEER_MSS);
}

/* RFC 5681 4.1 */
static void
test_idle_longer_than_a_timeout_restarts_from_the_initial_window(void **state)
{
    FOR_EACH_VARIATION(peer, ON_BOTH)
    {
        idle(&peer, FLUE_TCP_IDLE_RFC5681, 1001 * MS);
        assert_int_equal(peer_skip(&peer), 10);
        assert_int_equal(peer_snapshot(&peer).ssthresh, UINT32_MAX);
    }
}

static void
test_idle_no_longer_than_a_timeout_changes_nothing(void **state)
{
    FOR_EACH_VARIATION(peer, ON_BOTH)
    {
        idle(&peer, FLUE_TCP_IDLE_RFC5681, 980 * MS); /* and 10 for the last round trip */
        assert_int_equal(peer_skip(&peer), 26);
    }
}

/* RFC 2861 3.2: half for each timeout, and three quarters remembered. */
static void
test_idle_rfc2861_halves_for_each_timeout(void **state)
{
    FOR_EACH_VARIATION(peer, ON_BOTH)
    {
        idle(&peer, FLUE_TCP_IDLE_RFC2861, 1500 * MS);
        assert_int_equal(peer_skip(&peer), 13);
    }
}

static void
test_idle_rfc2861_stops_at_the_initial_window(void **state)
{
    FOR_EACH_VARIATION(peer, ON_BOTH)
    {
        idle(&peer, FLUE_TCP_IDLE_RFC2861, 20 * FLUE_SECOND);
        assert_int_equal(peer_skip(&peer), 10);
    }
}

static void
test_idle_keep_keeps_the_window(void **state)
{
    FOR_EACH_VARIATION(peer, ON_BOTH)
    {
        idle(&peer, FLUE_TCP_IDLE_KEEP, 20 * FLUE_SECOND);
        assert_int_equal(peer_skip(&peer), 26);
    }
}

/* ---- DCTCP ---- */

static void
data_in(struct peer *peer, uint32_t seq, uint8_t ecn)
{
    struct flue_tcp_segment segment = peer_make(peer, A, seq, 1, 1000);

    segment.traffic_class = ecn;
    peer_input(peer, &segment);
}

/* RFC 8257 3.2, figure 1: at each change what is owed goes out as it was, and then as it is. */
static void
test_dctcp_receiver_echoes_each_segment(void **state)
{
    enum { ECT_0 = 2, CE = 3 };

    FOR_EACH_VARIATION(peer, ON_BOTH)
    {
        open_as(&peer, "dctcp");
        data_in(&peer, 1, ECT_0);
        EXPECT_NOTHING(&peer); /* the ACK is delayed */
        data_in(&peer, 1001, CE);
        EXPECT(&peer, A, 1, 1001, 0);
        EXPECT(&peer, A | E, 1, 2001, 0);
        data_in(&peer, 2001, CE);
        EXPECT_NOTHING(&peer);
        data_in(&peer, 3001, CE);
        EXPECT(&peer, A | E, 1, 4001, 0);
        data_in(&peer, 4001, CE);
        data_in(&peer, 5001, ECT_0);
        EXPECT(&peer, A | E, 1, 5001, 0);
        EXPECT(&peer, A, 1, 6001, 0);
        EXPECT_NOTHING(&peer);
    }
}

/* 3.3: no marks for many windows, and a mark then takes little. */
static void
test_dctcp_sender_reduces_by_what_was_marked(void **state)
{
    FOR_EACH_VARIATION(peer, ON_BOTH)
    {
        struct flue_tcp_snapshot before, after;
        uint32_t seq = 1;

        open_as(&peer, "dctcp");
        for (int window = 0; window < 10; window++)
            round_trip(&peer, &seq, 10);
        before = peer_snapshot(&peer);
        assert_in_range(before.congestion.dctcp_alpha_ppm, 500000, 600000); /* (15/16)^10 or 9 */
        peer_send(&peer, 10 * PEER_MSS);
        peer_segment(&peer, A | E, 1, seq + PEER_MSS, 0);
        after = peer_snapshot(&peer);
        assert_in_range(after.congestion.dctcp_alpha_ppm, 480000,
                        before.congestion.dctcp_alpha_ppm);
        assert_in_range(before.cwnd - after.cwnd,
                        (uint64_t)before.cwnd * after.congestion.dctcp_alpha_ppm / 2000000,
                        (uint64_t)before.cwnd * after.congestion.dctcp_alpha_ppm / 2000000 + 1);
        peer_segment(&peer, A | E, 1, seq + 2 * PEER_MSS, 0); /* once a window of data */
        assert_int_equal(peer_snapshot(&peer).cwnd, after.cwnd);
    }
}

/* ---- Reductions taken back ---- */

/* RFC 9438 4.9: after a timeout that was spurious (RFC 5682) CUBIC goes on as if it had not been.
 */
static void
test_cubic_spurious_timeout_leaves_no_trace(void **state)
{
    FOR_EACH_VARIATION(peer, ON_BOTH)
    {
        peer.options.congestion_control = "cubic";
        peer.options.use_frto = true;
        peer.options.use_limited_transmit = false;
        peer_open(&peer, 10 * MS);
        peer_send(&peer, 40000);
        (void)peer_skip(&peer);
        for (int i = 0; i < 3; i++) /* a loss first, so that there is something to remember */
            peer_ack(&peer, 1, 1);
        peer_ack(&peer, 1, 10001);
        assert_int_equal(peer_snapshot(&peer).congestion.cubic_w_max, 10000);
        (void)peer_skip(&peer);
        peer_wait(&peer, 1000 * MS);
        EXPECT(&peer, A, 10001, 1, 1000);
        assert_int_equal(peer_snapshot(&peer).congestion.cubic_w_max, 0);
        peer_ack(&peer, 1, 11001);
        peer_ack(&peer, 1, 12001);
        assert_int_equal(peer_snapshot(&peer).congestion.cubic_w_max, 10000);
    }
}

/* ---- Moves ---- */

static void
test_import_says_what_it_made_up(void **state)
{
    struct flue_tcp_const constants;
    struct flue_tcp_cached cached;
    struct flue_tcp_delegated delegated;
    struct flue_tcp_import import = {
        .constants = &constants, .cached = &cached, .delegated = &delegated, .path_mtu = 1040};
    struct flue_tcp_snapshot before, after;
    struct peer peer;

    (void)state;
    for (uint32_t i = 0; i < 4; i++) {
        peer_init(&peer, 5);
        open_as(&peer, names[i]);
        assert_int_equal(peer_snapshot(&peer).rebuilt, 0);
        peer_send(&peer, 5000);
        (void)peer_skip(&peer);
        before = peer_snapshot(&peer);
        import.tuple = peer.tuple;
        flue_tcp_export(peer.connection, peer.now, &constants, &cached, &delegated);
        flue_tcp_surrender(peer.connection, peer.now, &import.lists);
        assert_int_equal(flue_tcp_import(peer.engine, peer.now, &import, &peer.connection),
                         FLUE_OK);
        after = peer_snapshot(&peer);
        assert_string_equal(after.options.congestion_control, names[i]);
        assert_int_equal(after.cwnd, before.cwnd);
        assert_int_equal(after.ssthresh, before.ssthresh);
        assert_int_equal(after.rebuilt,
                         i == 0   ? FLUE_TCP_REBUILT_RTT_TIMING
                         : i == 2 ? FLUE_TCP_REBUILT_RTT_TIMING | FLUE_TCP_REBUILT_FINE_RTT |
                                        FLUE_TCP_REBUILT_CONGESTION | FLUE_TCP_REBUILT_ECN
                                  : FLUE_TCP_REBUILT_RTT_TIMING | FLUE_TCP_REBUILT_FINE_RTT |
                                        FLUE_TCP_REBUILT_CONGESTION);
        peer_fini(&peer);
    }
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_congestion_names_are_listed_and_others_refused),
        PEER_SCRIPT(test_congestion_window_that_is_not_used_does_not_grow),
        PEER_SCRIPT(test_idle_longer_than_a_timeout_restarts_from_the_initial_window),
        PEER_SCRIPT(test_idle_no_longer_than_a_timeout_changes_nothing),
        PEER_SCRIPT(test_idle_rfc2861_halves_for_each_timeout),
        PEER_SCRIPT(test_idle_rfc2861_stops_at_the_initial_window),
        PEER_SCRIPT(test_idle_keep_keeps_the_window),
        PEER_SCRIPT(test_dctcp_receiver_echoes_each_segment),
        PEER_SCRIPT(test_dctcp_sender_reduces_by_what_was_marked),
        PEER_SCRIPT(test_cubic_spurious_timeout_leaves_no_trace),
        cmocka_unit_test(test_import_says_what_it_made_up),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
