/* SPDX-License-Identifier: GPL-2.0-or-later
 *
 * Options: MSS in both directions, window scaling, timestamps and PAWS (RFC 7323).
 */
#include "cmocka_first.h"
#include "peer.h"

static void
test_paws_drops_an_old_timestamp(void **state)
{
    FOR_EACH_VARIATION(peer, ON_BOTH)
    {
        peer.options.use_timestamps = true;
        peer.ts = 1000;
        peer_open(&peer, 10 * MS);
        peer.ts = 1010;
        peer_segment(&peer, A, 1, 1, 500);
        peer_skip(&peer);
        assert_int_equal(peer.received, 500);
        peer.ts = 900;
        peer_segment(&peer, A, 501, 1, 500); /* RFC-013 */
        EXPECT(&peer, A, 1, 501, 0);
        assert_int_equal(peer_last(&peer)->raw.ts_ecr, 1010); /* TSTAMP-005 */
        assert_int_equal(peer.received, 500);
    }
}

/* TSTAMP-005: TS.Recent ages out before the clock's half comes round, and is then replaced. */
static void
test_paws_ages_out_with_a_fast_clock(void **state)
{
    FOR_EACH_VARIATION(peer, ON_BOTH)
    {
        peer.config.ticks_per_second = 1000000;
        peer.config.initial_rto_ticks = 1000000;
        peer.config.max_rto_ticks = 60000000;
        peer.config.delayed_ack_ticks = 1000;
        peer.options.use_timestamps = true;
        peer.ts = 1;
        peer_open(&peer, 10 * MS);
        peer_wait(&peer, 2400 * FLUE_SECOND);
        peer.ts += 2400000000U;
        peer_segment(&peer, A, 1, 1, 1000);
        peer_wait(&peer, 1 * FLUE_SECOND);
        assert_int_equal(peer.received, 1000);
        EXPECT(&peer, A, 1, 1001, 0);
        assert_int_equal(peer.out[(peer.out_count - 1) % PEER_KEPT].raw.ts_ecr, peer.ts);
    }
}

/* Opens with the peer's SYN,ACK as `syn_ack` says. */
static void
open_with(struct peer *peer, const struct flue_tcp_segment *syn_ack)
{
    struct flue_tcp_segment segment = *syn_ack;

    peer_create(peer);
    peer_connect(peer);
    segment.ack = peer->iss + 1;
    (void)peer_skip(peer);
    peer_input(peer, &segment);
    (void)peer_skip(peer);
    EXPECT_STATE(peer, ESTABLISHED);
}

/* ---- MSS ---- */

/* RFC 9293 3.7.1: what is announced is what we take; what is sent obeys both; without the option
 * the peer takes 536 over IPv4 and 1220 over IPv6. */
static void
test_mss_obeys_both_ends(void **state)
{
    static const struct {
        uint16_t ours, theirs, ipv4, ipv6; /* theirs 0: no option */
    } cases[] = {
        {1000, 700, 700, 700},     {1000, 1460, 1000, 1000}, {1460, 0, 536, 1220},
        {500, 0, 500, 500},        {1000, 64, 64, 64},       {1000, 1, 64, 64},
        {1000, 65535, 1000, 1000},
    };

    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        FOR_EACH_VARIATION(peer, ON_HOST)
        {
            struct flue_tcp_segment syn_ack = peer_make(&peer, S | A, 0, 1, 0);
            uint16_t expected = peer.tuple.ip_version == 4 ? cases[i].ipv4 : cases[i].ipv6;

            peer_describe(&peer, "MSS %u and %u", cases[i].ours, cases[i].theirs);
            peer.options.mss = cases[i].ours;
            syn_ack.has_mss = cases[i].theirs != 0;
            syn_ack.mss = cases[i].theirs;
            open_with(&peer, &syn_ack);
            assert_true(peer.out[0].raw.has_mss);
            assert_int_equal(peer.out[0].raw.mss, cases[i].ours);
            assert_int_equal(peer_snapshot(&peer).mss, expected);
            peer_send(&peer, 2000);
            EXPECT(&peer, A, 1, 1, expected);
        }
    }
}

/* RFC 6691: the announced MSS counts no options, what is sent makes room for them. */
static void
test_mss_makes_room_for_timestamps(void **state)
{
    FOR_EACH_VARIATION(peer, ON_BOTH)
    {
        peer.options.use_timestamps = true;
        peer.ts = 1;
        peer_open(&peer, 10 * MS);
        assert_int_equal(peer.out[0].raw.mss, PEER_MSS);
        peer_send(&peer, 2000);
        EXPECT(&peer, A, 1, 1, PEER_MSS - 12);
        EXPECT(&peer, A, PEER_MSS - 11, 1, PEER_MSS - 12);
    }
}

/* ---- What both must want ---- */

static void
test_options_are_used_only_when_both_offer_them(void **state)
{
    for (unsigned offer = 0; offer < 8; offer++) {
        FOR_EACH_VARIATION(peer, ON_HOST)
        {
            struct flue_tcp_segment syn = peer_make(&peer, S, 0, 0, 0);
            struct flue_tcp_snapshot snapshot;
            const struct flue_tcp_segment *answer;

            peer.options.use_timestamps = true;
            peer.options.use_window_scaling = true;
            peer.options.use_sack = true;
            syn.has_timestamp = (offer & 1) != 0;
            syn.has_window_scale = (offer & 2) != 0;
            syn.has_sack_permitted = (offer & 4) != 0;
            peer_create(&peer);
            peer_listen(&peer);
            peer_input(&peer, &syn);
            EXPECT(&peer, S | A, 0, 1, 0);
            answer = &peer_last(&peer)->raw;
            assert_int_equal(answer->has_timestamp, (offer & 1) != 0);
            assert_int_equal(answer->has_window_scale, (offer & 2) != 0);
            assert_int_equal(answer->has_sack_permitted, (offer & 4) != 0);
            peer_ack(&peer, 1, 1);
            snapshot = peer_snapshot(&peer);
            assert_int_equal(snapshot.timestamps, (offer & 1) != 0);
            assert_int_equal(snapshot.window_scaling, (offer & 2) != 0);
            assert_int_equal(snapshot.sack, (offer & 4) != 0);
        }
    }
}

static void
test_options_not_wanted_are_not_offered(void **state)
{
    FOR_EACH_VARIATION(peer, ON_HOST)
    {
        struct flue_tcp_segment syn_ack = peer_make(&peer, S | A, 0, 1, 0);

        syn_ack.has_timestamp = true;
        syn_ack.has_window_scale = true;
        syn_ack.has_sack_permitted = true;
        syn_ack.window_scale = 7;
        open_with(&peer, &syn_ack);
        assert_false(peer.out[0].raw.has_timestamp);
        assert_false(peer.out[0].raw.has_window_scale);
        assert_false(peer.out[0].raw.has_sack_permitted);
        assert_false(peer_snapshot(&peer).timestamps);
        assert_false(peer_snapshot(&peer).sack);
        assert_int_equal(peer_snapshot(&peer).snd_wnd, PEER_WINDOW); /* not scaled */
    }
}

/* ---- Window scaling: RFC-014, RFC 7323 2 ---- */

static void
test_windows_are_scaled_after_the_syn(void **state)
{
    FOR_EACH_VARIATION(peer, ON_BOTH)
    {
        peer.options.use_window_scaling = true;
        peer.options.receive_buffer_bytes = 1000000;
        peer_open(&peer, 10 * MS);
        assert_int_equal(peer.out[0].raw.window_scale, 4); /* 1000000 >> 4 fits 16 bits */
        assert_int_equal(peer.out[0].window, 65535);       /* a SYN's own window is not scaled */
        assert_int_equal(peer_snapshot(&peer).snd_wnd, PEER_WINDOW);
        peer_segment(&peer, A, 1, 1, 2000);
        peer_wait(&peer, 40 * MS);
        EXPECT(&peer, A, 1, 2001, 0);
        assert_int_equal(peer_snapshot(&peer).snd_wnd, PEER_WINDOW << 2);
        assert_int_equal(peer_last(&peer)->window, 1000000 >> 4);
        peer_segment(&peer, A, 2001 + 900000, 1, 1000); /* inside, although far beyond 65535 */
        EXPECT(&peer, A, 1, 2001, 0);
        assert_int_equal(peer_snapshot(&peer).reassembly_bytes, 1000);
    }
}

/* RFC 7323 2.3: a shift above 14 counts as 14. */
static void
test_window_scale_is_at_most_fourteen(void **state)
{
    FOR_EACH_VARIATION(peer, ON_HOST)
    {
        struct flue_tcp_segment syn_ack = peer_make(&peer, S | A, 0, 1, 0);

        peer.options.use_window_scaling = true;
        syn_ack.has_window_scale = true;
        syn_ack.window_scale = 200;
        open_with(&peer, &syn_ack);
        assert_int_equal(peer_snapshot(&peer).snd_wind_scale, 14);
    }
}

/* ---- Timestamps: RFC-014, RFC 7323 3 to 5 ---- */

static void
test_timestamps_are_on_every_segment(void **state)
{
    FOR_EACH_VARIATION(peer, ON_BOTH)
    {
        uint32_t clock;

        peer.options.use_timestamps = true;
        peer.ts = 7000;
        peer_open(&peer, 10 * MS);
        clock = peer_last(&peer)->raw.ts_val;
        peer_wait(&peer, 25 * MS);
        peer_send(&peer, 100);
        peer.ts = 7025;
        peer_segment(&peer, F | A, 1, 101, 50);
        assert_int_equal(flue_tcp_shutdown(peer.connection, peer.now), FLUE_OK);
        flue_tcp_abort(peer.connection, peer.now);
        while (peer.out_read != peer.out_count) {
            peer.out_read++;
            assert_true(peer_last(&peer)->raw.has_timestamp); /* RST and FIN too */
            assert_int_equal(peer_last(&peer)->raw.ts_val, clock + 25);
        }
        assert_int_equal(peer_last(&peer)->raw.ts_ecr, 7025);
    }
}

/* RFC 7323 4.3: an ACK that was delayed echoes the first segment that it covers, one of a segment
 * behind a hole the last in order, and one that fills the hole echoes the filler. */
static void
test_timestamp_echoed_is_that_of_the_last_ack_point(void **state)
{
    FOR_EACH_VARIATION(peer, ON_BOTH)
    {
        peer.options.use_timestamps = true;
        peer.ts = 10;
        peer_open(&peer, 10 * MS);
        peer.ts = 20;
        peer_segment(&peer, A, 1, 1, 500);
        peer.ts = 30;
        peer_segment(&peer, A, 501, 1, 500);
        EXPECT(&peer, A, 1, 1001, 0);
        assert_int_equal(peer_last(&peer)->raw.ts_ecr, 20);
        peer.ts = 40;
        peer_segment(&peer, A, 1501, 1, 500);
        EXPECT(&peer, A, 1, 1001, 0);
        assert_int_equal(peer_last(&peer)->raw.ts_ecr, 20);
        peer.ts = 50;
        peer_segment(&peer, A, 1001, 1, 500);
        EXPECT(&peer, A, 1, 2001, 0);
        assert_int_equal(peer_last(&peer)->raw.ts_ecr, 50);
    }
}

/* RFC 7323 5.3: a reset is believed whatever its timestamp. */
static void
test_paws_lets_resets_through(void **state)
{
    FOR_EACH_VARIATION(peer, ON_BOTH)
    {
        peer.options.use_timestamps = true;
        peer.ts = 1000;
        peer_open(&peer, 10 * MS);
        peer.ts = 1;
        peer_segment(&peer, R, 1, 0, 0);
        EXPECT_STATE(&peer, CLOSED);
        assert_int_equal(peer.reason, FLUE_ERROR_RESET);
    }
}

/* RFC-013: timestamps, too, are compared on a circle. */
static void
test_paws_wraps(void **state)
{
    FOR_EACH_VARIATION(peer, ON_BOTH)
    {
        peer.options.use_timestamps = true;
        peer.ts = 0xFFFFFFF0;
        peer_open(&peer, 10 * MS);
        peer.ts = 5;
        peer_segment(&peer, A, 1, 1, 500);
        assert_int_equal(peer.received, 500);
        peer_wait(&peer, 40 * MS);
        EXPECT(&peer, A, 1, 501, 0);
        assert_int_equal(peer_last(&peer)->raw.ts_ecr, 5);
        peer.ts = 0xFFFFFFF8;
        peer_segment(&peer, A, 501, 1, 500);
        EXPECT(&peer, A, 1, 501, 0);
        assert_int_equal(peer.received, 500);
    }
}

/* RFC 6928 2: min(10 MSS, max(2 MSS, 14600)); RFC 3390 1: min(4 MSS, max(2 MSS, 4380)). After a
 * lost SYN one segment (RFC 5681 3.1). */
static void
test_initial_window_follows_either_rfc(void **state)
{
    static const struct {
        uint16_t mss;
        uint32_t rfc6928;
        uint32_t rfc3390;
    } windows[] = {{536, 5360, 2144},   {1095, 10950, 4380}, {1460, 14600, 4380},
                   {2000, 14600, 4380}, {4000, 14600, 8000}, {8960, 17920, 17920}};

    for (unsigned i = 0; i < sizeof windows / sizeof windows[0]; i++) {
        for (unsigned turn = 0; turn < 3; turn++) {
            FOR_EACH_VARIATION(peer, ON_HOST)
            {
                const uint32_t expected[] = {windows[i].rfc6928, windows[i].rfc3390,
                                             windows[i].mss};
                struct flue_tcp_segment segment;

                peer.options.mss = windows[i].mss;
                peer.config.initial_window = turn == 1 ? FLUE_TCP_IW_RFC3390 : FLUE_TCP_IW_RFC6928;
                peer_create(&peer);
                peer_connect(&peer);
                if (turn == 2)
                    peer_wait(&peer, 1 * FLUE_SECOND);
                segment = peer_make(&peer, S | A, 0, 1, 0);
                segment.mss = windows[i].mss;
                peer_input(&peer, &segment);
                assert_int_equal(peer_snapshot(&peer).cwnd, expected[turn]);
            }
        }
    }
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        PEER_SCRIPT(test_paws_drops_an_old_timestamp),
        PEER_SCRIPT(test_paws_ages_out_with_a_fast_clock),
        PEER_SCRIPT(test_mss_obeys_both_ends),
        PEER_SCRIPT(test_mss_makes_room_for_timestamps),
        PEER_SCRIPT(test_options_are_used_only_when_both_offer_them),
        PEER_SCRIPT(test_options_not_wanted_are_not_offered),
        PEER_SCRIPT(test_windows_are_scaled_after_the_syn),
        PEER_SCRIPT(test_window_scale_is_at_most_fourteen),
        PEER_SCRIPT(test_timestamps_are_on_every_segment),
        PEER_SCRIPT(test_timestamp_echoed_is_that_of_the_last_ack_point),
        PEER_SCRIPT(test_paws_lets_resets_through),
        PEER_SCRIPT(test_paws_wraps),
        PEER_SCRIPT(test_initial_window_follows_either_rfc),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
