/* SPDX-License-Identifier: GPL-2.0-or-later
 *
 * Explicit congestion notification (RFC 3168): the agreement, the marks, the echo, the answer.
 * RFC-019: a switch with its scripts.
 */
#include "cmocka_first.h"
#include "peer.h"

#define E FLUE_TCP_ECE
#define W FLUE_TCP_CWR

enum { NOT_ECT = 0, ECT_0 = 2, CE = 3 };

#define EXPECT_ECN(peer, field) assert_int_equal(peer_last(peer)->raw.traffic_class & 3, field)

/* Active open against a peer that answers the ECN-setup SYN with `flags`. */
static void
open_active(struct peer *peer, uint8_t flags)
{
    peer->options.use_ecn = true;
    peer_create(peer);
    peer_connect(peer);
    EXPECT(peer, S | E | W, 0, 0, 0);
    EXPECT_ECN(peer, NOT_ECT); /* RFC 3168 6.1.1: never on a SYN */
    peer_wait(peer, 10 * MS);
    peer_segment(peer, flags, 0, 1, 0);
    EXPECT(peer, A, 1, 1, 0);
    EXPECT_ECN(peer, NOT_ECT); /* 6.1.4: nor on a pure ACK */
}

static void
data_in(struct peer *peer, uint8_t flags, uint32_t seq, uint32_t ack, uint8_t ecn)
{
    struct flue_tcp_segment segment = peer_make(peer, flags, seq, ack, 1000);

    segment.traffic_class = ecn;
    peer_input(peer, &segment);
}

/* ---- Agreement ---- */

static void
test_ecn_off_says_and_marks_nothing(void **state)
{
    FOR_EACH_VARIATION(peer, ON_BOTH)
    {
        peer_open_passive(&peer);
        peer_send(&peer, 1000);
        EXPECT(&peer, A, 1, 1, 1000);
        EXPECT_ECN(&peer, NOT_ECT);
        data_in(&peer, A, 1, 1001, CE);
        data_in(&peer, A, 1001, 1001, CE);
        EXPECT(&peer, A, 1001, 2001, 0);
    }
}

static void
test_ecn_setup_syn_ack_marks_new_data(void **state)
{
    FOR_EACH_VARIATION(peer, ON_HOST)
    {
        open_active(&peer, S | A | E);
        assert_true(peer_snapshot(&peer).ecn);
        peer_send(&peer, 1000);
        EXPECT(&peer, A, 1, 1, 1000);
        EXPECT_ECN(&peer, ECT_0);
    }
}

static void
test_ecn_setup_syn_is_answered_by_setup_syn_ack(void **state)
{
    FOR_EACH_VARIATION(peer, ON_HOST)
    {
        peer.options.use_ecn = true;
        peer.options.traffic_class = 0xB8;
        peer_create(&peer);
        peer_listen(&peer);
        peer_segment(&peer, S | E | W, 0, 0, 0);
        EXPECT(&peer, S | A | E, 0, 1, 0);
        EXPECT_ECN(&peer, NOT_ECT);
        peer_segment(&peer, A, 1, 1, 0);
        peer_send(&peer, 1000);
        EXPECT(&peer, A, 1, 1, 1000);
        assert_int_equal(peer_last(&peer)->raw.traffic_class, 0xB8 | ECT_0);
    }
}

static void
test_ecn_other_syns_agree_on_nothing(void **state)
{
    static const uint8_t syns[] = {S, S | E, S | W};

    for (unsigned i = 0; i < sizeof syns; i++) {
        FOR_EACH_VARIATION(peer, ON_HOST)
        {
            peer.options.use_ecn = true;
            peer_create(&peer);
            peer_listen(&peer);
            peer_segment(&peer, syns[i], 0, 0, 0);
            EXPECT(&peer, S | A, 0, 1, 0);
            peer_segment(&peer, A, 1, 1, 0);
            assert_false(peer_snapshot(&peer).ecn);
            peer_send(&peer, 1000);
            EXPECT(&peer, A, 1, 1, 1000);
            EXPECT_ECN(&peer, NOT_ECT);
        }
    }
}

/* A host that reflects the flags of the SYN knows nothing of ECN (RFC 3168 6.1.1). */
static void
test_ecn_other_syn_acks_agree_on_nothing(void **state)
{
    static const uint8_t syn_acks[] = {S | A, S | A | E | W, S | A | W};

    for (unsigned i = 0; i < sizeof syn_acks; i++) {
        FOR_EACH_VARIATION(peer, ON_HOST)
        {
            open_active(&peer, syn_acks[i]);
            assert_false(peer_snapshot(&peer).ecn);
            peer_send(&peer, 1000);
            EXPECT(&peer, A, 1, 1, 1000);
            EXPECT_ECN(&peer, NOT_ECT);
            data_in(&peer, A, 1, 1001, CE);
            data_in(&peer, A, 1001, 1001, CE);
            EXPECT(&peer, A, 1001, 2001, 0); /* no echo: it would not be understood */
        }
    }
}

static void
test_ecn_lost_syn_is_sent_again_without(void **state)
{
    FOR_EACH_VARIATION(peer, ON_HOST)
    {
        peer.options.use_ecn = true;
        peer_create(&peer);
        peer_connect(&peer);
        EXPECT(&peer, S | E | W, 0, 0, 0);
        peer_wait(&peer, 1000 * MS);
        EXPECT_AT(&peer, S, 0, 0, 0, peer.start + 1000 * MS); /* 6.1.1.1 */
        /* The answer to the first SYN after all: its CE must be echoed, but ECT is forbidden. */
        peer_segment(&peer, S | A | E, 0, 1, 0);
        EXPECT(&peer, A, 1, 1, 0);
        assert_false(peer_snapshot(&peer).ecn);
        peer_send(&peer, 1000);
        EXPECT(&peer, A, 1, 1, 1000);
        EXPECT_ECN(&peer, NOT_ECT);
        data_in(&peer, A, 1, 1001, CE);
        data_in(&peer, A, 1001, 1001, NOT_ECT);
        EXPECT(&peer, A | E, 1001, 2001, 0);
    }
}

/* The peer's fall-back SYN, after our SYN-ACK to its first was lost (RFC 3168 6.1.1.1). */
static void
test_ecn_plain_syn_after_setup_syn_takes_it_back(void **state)
{
    FOR_EACH_VARIATION(peer, ON_HOST)
    {
        peer.options.use_ecn = true;
        peer_create(&peer);
        peer_listen(&peer);
        peer_segment(&peer, S | E | W, 0, 0, 0);
        EXPECT(&peer, S | A | E, 0, 1, 0);
        peer_segment(&peer, S, 0, 0, 0);
        EXPECT(&peer, S | A, 0, 1, 0);
        peer_segment(&peer, A, 1, 1, 0);
        assert_false(peer_snapshot(&peer).ecn);
    }
}

static void
test_ecn_simultaneous_open_agrees(void **state)
{
    FOR_EACH_VARIATION(peer, ON_HOST)
    {
        peer.options.use_ecn = true;
        peer_create(&peer);
        peer_connect(&peer);
        EXPECT(&peer, S | E | W, 0, 0, 0);
        peer_segment(&peer, S | E | W, 0, 0, 0);
        EXPECT(&peer, S | A | E, 0, 1, 0);
        peer_segment(&peer, S | A | E, 0, 1, 0);
        EXPECT(&peer, A, 1, 1, 0);
        assert_true(peer_snapshot(&peer).ecn);
    }
}

/* ---- The receiver ---- */

static void
test_ecn_ce_is_echoed_until_cwr(void **state)
{
    FOR_EACH_VARIATION(peer, ON_HOST)
    {
        struct flue_tcp_statistics statistics;

        open_active(&peer, S | A | E);
        data_in(&peer, A, 1, 1, CE); /* 6.1.3: a delayed ACK echoes it too */
        data_in(&peer, A, 1001, 1, ECT_0);
        EXPECT(&peer, A | E, 1, 2001, 0);
        EXPECT_ECN(&peer, NOT_ECT);
        assert_true(peer_snapshot(&peer).ecn_echo);
        data_in(&peer, A, 2001, 1, ECT_0);
        data_in(&peer, A, 3001, 1, ECT_0);
        EXPECT(&peer, A | E, 1, 4001, 0);
        peer_send(&peer, 1000);
        EXPECT(&peer, A | E, 1, 4001, 1000); /* on data as well */
        data_in(&peer, A | W, 4001, 1001, ECT_0);
        data_in(&peer, A, 5001, 1001, ECT_0);
        EXPECT(&peer, A, 1001, 6001, 0);
        data_in(&peer, A | W, 6001, 1001, CE); /* the CWR itself was marked */
        data_in(&peer, A, 7001, 1001, ECT_0);
        EXPECT(&peer, A | E, 1001, 8001, 0);
        flue_tcp_get_statistics(peer.engine, &statistics);
        assert_int_equal(statistics.ecn_ce_segments, 2);
    }
}

/* RFC 3168 6.1.5: what lies outside the window says nothing. */
static void
test_ecn_ce_outside_the_window_is_ignored(void **state)
{
    FOR_EACH_VARIATION(peer, ON_HOST)
    {
        open_active(&peer, S | A | E);
        data_in(&peer, A, 1 + PEER_WINDOW, 1, CE);
        EXPECT(&peer, A, 1, 1, 0);
        data_in(&peer, A, UINT32_MAX - 998, 1, CE);
        EXPECT(&peer, A, 1, 1, 0);
    }
}

/* ---- The sender ---- */

static void
test_ecn_echo_halves_the_window_once_a_window_of_data(void **state)
{
    FOR_EACH_VARIATION(peer, ON_HOST)
    {
        struct flue_tcp_statistics statistics;
        struct flue_tcp_snapshot snapshot;

        open_active(&peer, S | A | E);
        peer_send(&peer, 40000);
        assert_int_equal(peer_skip(&peer), 10);
        peer_segment(&peer, A | E, 1, 1001, 0);
        snapshot = peer_snapshot(&peer);
        assert_int_equal(snapshot.cwnd, 5000);
        assert_int_equal(snapshot.ssthresh, 5000);
        EXPECT_NOTHING(&peer);
        peer_segment(&peer, A | E, 1, 6001, 0); /* the same window: neither less nor more */
        snapshot = peer_snapshot(&peer);
        assert_int_equal(snapshot.cwnd, 5000);
        EXPECT(&peer, A | W, 10001, 1, 1000); /* on the first new segment ... */
        EXPECT_ECN(&peer, ECT_0);
        EXPECT_NOTHING(&peer);
        peer_segment(&peer, A | E, 1, 7001, 0);
        EXPECT(&peer, A, 11001, 1, 1000); /* ... and on no other */
        peer_segment(&peer, A | E, 1, 10001, 0);
        assert_int_equal(peer_snapshot(&peer).cwnd, 5000); /* all of it was sent before */
        (void)peer_skip(&peer);
        peer_segment(&peer, A, 1, 11001, 0);
        assert_int_equal(peer_snapshot(&peer).cwnd, 5200); /* RFC 5681 equation 3 */
        (void)peer_skip(&peer);
        peer_segment(&peer, A | E, 1, 12001, 0); /* the next window of data */
        assert_int_equal(peer_snapshot(&peer).cwnd, 2600);
        flue_tcp_get_statistics(peer.engine, &statistics);
        assert_int_equal(statistics.ecn_reductions, 2);
        assert_int_equal(statistics.retransmitted_segments, 0);
    }
}

static void
test_ecn_retransmissions_are_not_marked_and_count_as_the_reduction(void **state)
{
    FOR_EACH_VARIATION(peer, ON_HOST)
    {
        open_active(&peer, S | A | E);
        peer_send(&peer, 30000);
        assert_int_equal(peer_skip(&peer), 10);
        for (int i = 0; i < 2; i++)
            peer_ack(&peer, 1, 1);
        assert_int_equal(peer_skip(&peer), 2); /* limited transmit */
        peer_ack(&peer, 1, 1);
        EXPECT(&peer, A, 1, 1, 1000); /* 6.1.5 */
        EXPECT_ECN(&peer, NOT_ECT);
        peer_segment(&peer, A | E, 1, 12001, 0); /* of the window that was just reduced */
        assert_int_equal(peer_snapshot(&peer).ssthresh, 5000);
        EXPECT(&peer, A | W, 12001, 1, 1000); /* 6.1.2: whatever it was reduced for */
        EXPECT_ECN(&peer, ECT_0);
    }
}

static void
test_ecn_timeout_is_told_with_cwr(void **state)
{
    FOR_EACH_VARIATION(peer, ON_HOST)
    {
        open_active(&peer, S | A | E);
        peer_send(&peer, 30000);
        assert_int_equal(peer_skip(&peer), 10);
        peer_wait(&peer, 1000 * MS);
        EXPECT(&peer, A, 1, 1, 1000);
        EXPECT_ECN(&peer, NOT_ECT);
        peer_segment(&peer, A | E, 1, 10001, 0);
        EXPECT(&peer, A | W, 10001, 1, 1000);
    }
}

/* RFC 3168 6.1.2: a window of one segment cannot be halved; the timer slows the sender down. */
static void
test_ecn_echo_at_one_segment_waits_for_the_timer(void **state)
{
    FOR_EACH_VARIATION(peer, ON_HOST)
    {
        flue_time at;

        open_active(&peer, S | A | E);
        peer_send(&peer, 30000);
        assert_int_equal(peer_skip(&peer), 10);
        peer_wait(&peer, 1000 * MS);
        EXPECT(&peer, A, 1, 1, 1000);
        peer_segment(&peer, A | E, 1, 10001, 0); /* the timeout was the answer to this */
        EXPECT(&peer, A | W, 10001, 1, 1000);
        EXPECT_NOTHING(&peer);
        assert_int_equal(peer_snapshot(&peer).cwnd, 1000);
        peer_wait(&peer, 10 * MS);
        at = peer.now;
        peer_segment(&peer, A | E, 1, 11001, 0);
        assert_int_equal(peer_snapshot(&peer).cwnd, 1000);
        EXPECT_NOTHING(&peer);
        peer_wait(&peer, 1500 * MS);
        EXPECT_AT(&peer, A | W, 11001, 1, 1000, at + 1000 * MS);
        EXPECT_ECN(&peer, ECT_0);
        peer_ack(&peer, 1, 12001);
        assert_int_equal(peer_skip(&peer), 2); /* it grows again */
    }
}

/* RFC 3168 6.1.6. */
static void
test_ecn_window_probe_is_not_marked(void **state)
{
    FOR_EACH_VARIATION(peer, ON_HOST)
    {
        open_active(&peer, S | A | E);
        peer.window = 0;
        peer_ack(&peer, 1, 1);
        peer_send(&peer, 1000);
        peer_wait(&peer, 1000 * MS);
        EXPECT(&peer, A, 1, 1, 1);
        EXPECT_ECN(&peer, NOT_ECT);
    }
}

/* ---- Moving ---- */

/* The contract's structures do not say what was agreed: nothing more is marked, but the peer, who
 * knows nothing of the move, is still understood. */
static void
test_ecn_after_a_move_marks_nothing_and_still_answers(void **state)
{
    FOR_EACH_VARIATION(peer, ON_HOST)
    {
        struct flue_tcp_const constants;
        struct flue_tcp_cached cached;
        struct flue_tcp_delegated delegated;
        struct flue_tcp_import import = {.tuple = peer.tuple,
                                         .constants = &constants,
                                         .cached = &cached,
                                         .delegated = &delegated,
                                         .path_mtu = 1500};

        open_active(&peer, S | A | E);
        import.congestion_control = "newreno";
        flue_tcp_export(peer.connection, peer.now, &constants, &cached, &delegated);
        flue_tcp_surrender(peer.connection, peer.now, &import.lists);
        assert_int_equal(flue_tcp_import(peer.engine, peer.now, &import, &peer.connection),
                         FLUE_OK);
        assert_false(peer_snapshot(&peer).ecn);
        peer_send(&peer, 30000);
        EXPECT(&peer, A, 1, 1, 1000);
        EXPECT_ECN(&peer, NOT_ECT);
        assert_int_equal(peer_skip(&peer), 9);
        peer_segment(&peer, A | E, 1, 6001, 0);
        assert_int_equal(peer_snapshot(&peer).cwnd, 5000);
        EXPECT(&peer, A | W, 10001, 1, 1000);
        data_in(&peer, A, 1, 6001, CE);
        data_in(&peer, A, 1001, 6001, ECT_0);
        EXPECT(&peer, A | E, 11001, 2001, 0);
    }
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        PEER_SCRIPT(test_ecn_off_says_and_marks_nothing),
        PEER_SCRIPT(test_ecn_setup_syn_ack_marks_new_data),
        PEER_SCRIPT(test_ecn_setup_syn_is_answered_by_setup_syn_ack),
        PEER_SCRIPT(test_ecn_other_syns_agree_on_nothing),
        PEER_SCRIPT(test_ecn_other_syn_acks_agree_on_nothing),
        PEER_SCRIPT(test_ecn_lost_syn_is_sent_again_without),
        PEER_SCRIPT(test_ecn_plain_syn_after_setup_syn_takes_it_back),
        PEER_SCRIPT(test_ecn_simultaneous_open_agrees),
        PEER_SCRIPT(test_ecn_ce_is_echoed_until_cwr),
        PEER_SCRIPT(test_ecn_ce_outside_the_window_is_ignored),
        PEER_SCRIPT(test_ecn_echo_halves_the_window_once_a_window_of_data),
        PEER_SCRIPT(test_ecn_retransmissions_are_not_marked_and_count_as_the_reduction),
        PEER_SCRIPT(test_ecn_timeout_is_told_with_cwr),
        PEER_SCRIPT(test_ecn_echo_at_one_segment_waits_for_the_timer),
        PEER_SCRIPT(test_ecn_window_probe_is_not_marked),
        PEER_SCRIPT(test_ecn_after_a_move_marks_nothing_and_still_answers),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
