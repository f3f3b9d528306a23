/* SPDX-License-Identifier: GPL-2.0-or-later
 *
 * The path MTU (RFC 1191, RFC 8201): how segments in flight are cut anew when it falls, with holes,
 * FIN and recovery in progress, and which ICMP errors may lower it how far.
 */
#include "cmocka_first.h"
#include "peer.h"

static void
set_mss(struct peer *peer, uint32_t mss)
{
    flue_tcp_set_path_mtu(peer->connection, peer->now,
                          mss + (peer->tuple.ip_version == 4 ? 40 : 60));
}

/* Expects [from, to) again in pieces of `mss`. */
static void
expect_pieces(struct peer *peer, uint32_t from, uint32_t to, uint32_t mss)
{
    for (; from < to; from += mss)
        EXPECT(peer, A, from, 1, to - from < mss ? to - from : mss);
}

static void
open_and_send(struct peer *peer, uint32_t segments)
{
    peer_open(peer, 10 * MS);
    peer_send(peer, PEER_MSS);
    peer_ack(peer, 1, 1 + PEER_MSS);
    (void)peer_skip(peer);
    peer_send(peer, segments * PEER_MSS);
    expect_pieces(peer, 1001, 1001 + segments * PEER_MSS, PEER_MSS);
}

/* RFC-001 (RFC 1191), RFC-003 (RFC 1981, which RFC 8201 replaces): what was lost to the path's size
 * goes out again at once, and cwnd stays. */
static void
test_path_mtu_falls_resends_what_is_in_flight(void **state)
{
    FOR_EACH_VARIATION(peer, ON_BOTH)
    {
        uint32_t cwnd;

        peer_open(&peer, 10 * MS);
        peer_send(&peer, 5 * PEER_MSS); /* half the initial window: cwnd grows with the ACK */
        peer_ack(&peer, 1, 5001);
        (void)peer_skip(&peer);
        peer_send(&peer, 3 * PEER_MSS);
        expect_pieces(&peer, 5001, 8001, PEER_MSS);
        cwnd = peer_snapshot(&peer).cwnd;
        peer_wait(&peer, 400 * MS);
        set_mss(&peer, 400);
        expect_pieces(&peer, 5001, 8001, 400);
        EXPECT_NOTHING(&peer);
        assert_int_equal(peer_snapshot(&peer).cwnd, cwnd);
        assert_int_equal(peer_snapshot(&peer).mss, 400);
        for (unsigned i = 0; i < 3; i++) /* of what goes out twice: no loss */
            peer_ack(&peer, 1, 5001);
        peer_wait(&peer, 999 * MS); /* the timer began anew, and did not back off */
        EXPECT_NOTHING(&peer);
        assert_int_equal(peer_snapshot(&peer).cwnd, cwnd);
        peer_ack(&peer, 1, 8001);
        peer_wait(&peer, 100 * FLUE_SECOND);
        EXPECT_NOTHING(&peer);
        assert_int_equal(peer.completed, 2);
    }
}

/* RFC 5681 3.1: no larger burst of smaller segments at the start. */
static void
test_path_mtu_falls_in_the_initial_window_keeps_its_count_of_segments(void **state)
{
    FOR_EACH_VARIATION(peer, ON_BOTH)
    {
        peer_open(&peer, 10 * MS);
        assert_int_equal(peer_snapshot(&peer).cwnd, 10 * PEER_MSS);
        peer_send(&peer, 20 * PEER_MSS);
        expect_pieces(&peer, 1, 10001, PEER_MSS);
        set_mss(&peer, 400);
        assert_int_equal(peer_snapshot(&peer).cwnd, 10 * 400);
        expect_pieces(&peer, 1, 4001, 400);
        EXPECT_NOTHING(&peer);
    }
}

static void
test_path_mtu_falls_resends_only_what_the_peer_lacks(void **state)
{
    FOR_EACH_VARIATION(peer, ON_BOTH)
    {
        const uint32_t edges[] = {2001, 3001, 4001, 4501, 0};

        peer.options.use_sack = true;
        open_and_send(&peer, 4); /* 1001 .. 5001 */
        peer_sack(&peer, 1, 1001, edges);
        EXPECT_NOTHING(&peer); /* two pieces: no loss yet */
        set_mss(&peer, 400);
        expect_pieces(&peer, 1001, 2001, 400);
        expect_pieces(&peer, 3001, 4001, 400);
        expect_pieces(&peer, 4501, 5001, 400);
        EXPECT_NOTHING(&peer);
        peer_ack(&peer, 1, 5001);
        peer_wait(&peer, 100 * FLUE_SECOND);
        EXPECT_NOTHING(&peer);
    }
}

static void
test_path_mtu_falls_in_sack_recovery_ends_it_without_growth(void **state)
{
    FOR_EACH_VARIATION(peer, ON_BOTH)
    {
        const uint32_t edges[] = {2001, 5001, 0};
        uint32_t ssthresh;

        peer.options.use_sack = true;
        open_and_send(&peer, 8); /* 1001 .. 9001 */
        peer_sack(&peer, 1, 1001, edges);
        EXPECT(&peer, A, 1001, 1, PEER_MSS);
        assert_true(peer_snapshot(&peer).in_recovery);
        ssthresh = peer_snapshot(&peer).ssthresh;
        set_mss(&peer, 500);
        assert_int_equal(peer_snapshot(&peer).cwnd, ssthresh);
        assert_int_equal(peer_snapshot(&peer).ssthresh, ssthresh);
        expect_pieces(&peer, 1001, 2001, 500);
        peer_ack(&peer, 1, 5001); /* and the rest as cwnd lets it go */
        expect_pieces(&peer, 5001, 9001, 500);
        peer_ack(&peer, 1, 9001);
        peer_wait(&peer, 100 * FLUE_SECOND);
        EXPECT_NOTHING(&peer);
    }
}

static void
test_path_mtu_falls_in_fast_recovery_takes_the_inflation_back(void **state)
{
    FOR_EACH_VARIATION(peer, ON_BOTH)
    {
        uint32_t ssthresh;

        open_and_send(&peer, 8);
        for (unsigned i = 0; i < 3; i++)
            peer_ack(&peer, 1, 1001);
        EXPECT(&peer, A, 1001, 1, PEER_MSS);
        ssthresh = peer_snapshot(&peer).ssthresh;
        assert_true(peer_snapshot(&peer).cwnd > ssthresh);
        set_mss(&peer, 500);
        assert_int_equal(peer_snapshot(&peer).cwnd, ssthresh);
        expect_pieces(&peer, 1001, 1001 + ssthresh, 500);
        for (unsigned i = 0; i < 3; i++) /* of what goes out twice: no new loss */
            peer_ack(&peer, 1, 1001);
        assert_int_equal(peer_snapshot(&peer).ssthresh, ssthresh);
        (void)peer_skip(&peer);
        peer_ack(&peer, 1, 9001);
        EXPECT_NOTHING(&peer);
    }
}

static void
test_path_mtu_falls_with_fin_in_flight_resends_it_last(void **state)
{
    FOR_EACH_VARIATION(peer, ON_BOTH)
    {
        open_and_send(&peer, 1); /* 1001 .. 2001 */
        assert_int_equal(flue_tcp_shutdown(peer.connection, peer.now), FLUE_OK);
        EXPECT(&peer, F | A, 2001, 1, 0);
        set_mss(&peer, 400);
        expect_pieces(&peer, 1001, 1801, 400);
        EXPECT(&peer, F | A, 1801, 1, 200);
        EXPECT_NOTHING(&peer);
        peer_ack(&peer, 1, 2002);
        EXPECT_STATE(&peer, FIN_WAIT2);
    }
}

/* One piece of 300 was never too large. */
static void
test_path_mtu_falls_leaves_small_segments_alone(void **state)
{
    FOR_EACH_VARIATION(peer, ON_BOTH)
    {
        peer_open(&peer, 10 * MS);
        peer_send(&peer, 300);
        EXPECT(&peer, A, 1, 1, 300);
        set_mss(&peer, 400);
        EXPECT_NOTHING(&peer);
        peer_send(&peer, 1000);
        expect_pieces(&peer, 301, 1301, 400);
    }
}

static void
test_path_mtu_rises_again_up_to_what_was_agreed(void **state)
{
    FOR_EACH_VARIATION(peer, ON_BOTH)
    {
        peer.options.mss = 600; /* less than the peer takes */
        peer_open(&peer, 10 * MS);
        set_mss(&peer, 400);
        peer_send(&peer, 800);
        expect_pieces(&peer, 1, 801, 400);
        set_mss(&peer, 8960);
        EXPECT_NOTHING(&peer);
        peer_ack(&peer, 1, 801);
        peer_send(&peer, 1200);
        expect_pieces(&peer, 801, 2001, 600);
    }
}

static void
test_path_mtu_of_nothing_leaves_the_smallest_segment(void **state)
{
    FOR_EACH_VARIATION(peer, ON_BOTH)
    {
        peer_open(&peer, 10 * MS);
        flue_tcp_set_path_mtu(peer.connection, peer.now, 1);
        peer_send(&peer, 128);
        expect_pieces(&peer, 1, 129, FLUE_TCP_MSS_LEAST);
    }
}

/* ---- ICMP ---- */

static bool
too_big(struct peer *peer, uint32_t seq, uint32_t mtu, uint32_t quoted_length)
{
    bool is_ipv4 = peer->tuple.ip_version == 4;
    struct flue_tcp_icmp error = {.type = is_ipv4 ? 3 : 2,
                                  .code = is_ipv4 ? 4 : 0,
                                  .mtu = mtu,
                                  .seq = peer->iss + seq,
                                  .quoted_length = quoted_length};

    return flue_tcp_icmp_input(peer->engine, peer->now, &peer->tuple, &error);
}

/* Both sides take 8960 bytes; one segment of that is under way. */
static void
open_jumbo(struct peer *peer)
{
    struct flue_tcp_segment segment;

    peer->options.mss = 8960;
    peer_create(peer);
    peer_connect(peer);
    EXPECT(peer, S, 0, 0, 0);
    segment = peer_make(peer, S | A, 0, 1, 0);
    segment.mss = 8960;
    peer_input(peer, &segment);
    EXPECT(peer, A, 1, 1, 0);
    peer_send(peer, 8960);
    EXPECT(peer, A, 1, 1, 8960);
}

static void
test_too_big_with_a_size_cuts_to_it(void **state)
{
    FOR_EACH_VARIATION(peer, ON_HOST)
    {
        uint32_t mss = peer.tuple.ip_version == 4 ? 1460 : 1440;

        open_jumbo(&peer);
        assert_true(too_big(&peer, 1, 1500, 0));
        expect_pieces(&peer, 1, 1 + 2 * mss, mss); /* RFC 5681 3.1: two segments, as before */
        peer_ack(&peer, 1, 1 + 2 * mss);
        expect_pieces(&peer, 1 + 2 * mss, 1 + 5 * mss, mss);
        peer_ack(&peer, 1, 1 + 5 * mss);
        expect_pieces(&peer, 1 + 5 * mss, 8961, mss);
        peer_ack(&peer, 1, 8961);
        peer_wait(&peer, 100 * FLUE_SECOND);
        EXPECT_NOTHING(&peer);
    }
}

static void
test_too_big_that_is_no_smaller_or_not_in_flight_is_ignored(void **state)
{
    FOR_EACH_VARIATION(peer, ON_HOST)
    {
        uint32_t size = peer.tuple.ip_version == 4 ? 9000 : 9020;

        open_jumbo(&peer);
        assert_false(too_big(&peer, 1, size, 0));
        assert_false(too_big(&peer, 8961, 1500, 0));
        assert_false(too_big(&peer, 0, 1500, 0));
        EXPECT_NOTHING(&peer);
        assert_int_equal(peer_snapshot(&peer).mss, 8960);
    }
}

/* RFC 1191 3: never below what the configuration says; RFC 8201 4: below 1280 it is discarded. */
static void
test_too_big_stops_at_the_smallest_path_mtu(void **state)
{
    FOR_EACH_VARIATION(peer, ON_HOST)
    {
        open_jumbo(&peer);
        if (peer.tuple.ip_version == 4) {
            assert_true(too_big(&peer, 1, 68, 0));
            assert_int_equal(peer_snapshot(&peer).mss, 296 - 40);
            assert_false(too_big(&peer, 1, 68, 0));
        } else {
            assert_false(too_big(&peer, 1, 1279, 0));
            assert_false(too_big(&peer, 1, 0, 0));
            assert_int_equal(peer_snapshot(&peer).mss, 8960);
            assert_true(too_big(&peer, 1, 1280, 0));
            assert_int_equal(peer_snapshot(&peer).mss, 1220);
        }
    }
}

/* RFC 1191 7.1: each error without a size steps down one plateau. */
static void
test_too_big_without_a_size_guesses_plateaus(void **state)
{
    FOR_EACH_VARIATION(peer, ON_HOST)
    {
        static const uint32_t plateaus[] = {8166, 4352, 2002, 1492, 1006, 508, 296};

        if (peer.tuple.ip_version == 6)
            continue;
        open_jumbo(&peer);
        assert_true(too_big(&peer, 1, 0, 2000)); /* what was too big tells more than we know */
        assert_int_equal(peer_snapshot(&peer).mss, 1492 - 40);
        flue_tcp_set_path_mtu(peer.connection, peer.now, 9000);
        for (unsigned i = 0; i < sizeof plateaus / sizeof plateaus[0]; i++) {
            assert_true(too_big(&peer, 1, 0, 0));
            assert_int_equal(peer_snapshot(&peer).mss, plateaus[i] - 40);
        }
        assert_false(too_big(&peer, 1, 0, 0));
    }
}

static void
test_too_big_about_a_syn_changes_nothing(void **state)
{
    FOR_EACH_VARIATION(peer, ON_HOST)
    {
        peer_create(&peer);
        peer_connect(&peer);
        EXPECT(&peer, S, 0, 0, 0);
        assert_false(too_big(&peer, 0, 1280, 0));
        EXPECT_STATE(&peer, SYN_SENT);
    }
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        PEER_SCRIPT(test_path_mtu_falls_resends_what_is_in_flight),
        PEER_SCRIPT(test_path_mtu_falls_in_the_initial_window_keeps_its_count_of_segments),
        PEER_SCRIPT(test_path_mtu_falls_resends_only_what_the_peer_lacks),
        PEER_SCRIPT(test_path_mtu_falls_in_sack_recovery_ends_it_without_growth),
        PEER_SCRIPT(test_path_mtu_falls_in_fast_recovery_takes_the_inflation_back),
        PEER_SCRIPT(test_path_mtu_falls_with_fin_in_flight_resends_it_last),
        PEER_SCRIPT(test_path_mtu_falls_leaves_small_segments_alone),
        PEER_SCRIPT(test_path_mtu_rises_again_up_to_what_was_agreed),
        PEER_SCRIPT(test_path_mtu_of_nothing_leaves_the_smallest_segment),
        PEER_SCRIPT(test_too_big_with_a_size_cuts_to_it),
        PEER_SCRIPT(test_too_big_that_is_no_smaller_or_not_in_flight_is_ignored),
        PEER_SCRIPT(test_too_big_stops_at_the_smallest_path_mtu),
        PEER_SCRIPT(test_too_big_without_a_size_guesses_plateaus),
        PEER_SCRIPT(test_too_big_about_a_syn_changes_nothing),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
