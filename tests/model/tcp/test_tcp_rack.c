/* SPDX-License-Identifier: GPL-2.0-or-later
 *
 * RACK-TLP (RFC 8985): losses found by time, the reordering window, the probe at the tail.
 * RFC-019: a switch with its scripts.
 */
#include "cmocka_first.h"
#include "peer.h"

#define SACK(peer, ack, ...) peer_sack(peer, 1, ack, (const uint32_t[]){__VA_ARGS__, 0})

static void
prepare(struct peer *peer)
{
    peer->options.use_rack = true;
    peer->options.use_sack = true;
}

/* Ten segments, sent at once, 10 ms ago. */
static void
open_with_ten(struct peer *peer, uint32_t length)
{
    prepare(peer);
    peer_open(peer, 10 * MS);
    peer_send(peer, length);
    assert_int_equal(peer_skip(peer), 10);
    peer_wait(peer, 10 * MS);
}

/* A round trip of 10 ms has been measured, nothing is in flight, and cwnd is 10000. */
static void
open_and_measure(struct peer *peer)
{
    prepare(peer);
    peer_open(peer, 10 * MS);
    peer_send(peer, 1000);
    assert_int_equal(peer_skip(peer), 1);
    peer_wait(peer, 10 * MS);
    peer_ack(peer, 1, 1001);
    EXPECT_NOTHING(peer);
}

static struct flue_tcp_statistics
statistics_of(const struct peer *peer)
{
    struct flue_tcp_statistics statistics;

    flue_tcp_get_statistics(peer->engine, &statistics);
    return statistics;
}

/* ---- RACK ---- */

/* RFC 8985 6.2 step 4: a quarter of the least round trip, 2.5 ms, and timers end with ticks. */
static void
test_rack_one_sack_waits_for_the_reordering_window(void **state)
{
    FOR_EACH_VARIATION(peer, ON_BOTH)
    {
        flue_time sent;

        open_with_ten(&peer, 10000);
        sent = peer.now - 10 * MS;
        SACK(&peer, 1, 1001, 2001);
        EXPECT_NOTHING(&peer);
        assert_int_equal(peer_snapshot(&peer).rack_left_ticks, 3);
        peer_wait(&peer, 5 * MS);
        EXPECT_AT(&peer, A, 1, 1, 1000, sent + 13 * MS);
        EXPECT_NOTHING(&peer);
        assert_true(peer_snapshot(&peer).in_recovery);
        assert_int_equal(peer_snapshot(&peer).ssthresh, 5000);
        assert_int_equal(statistics_of(&peer).fast_retransmits, 1);
    }
}

static void
test_rack_segment_that_was_late_is_not_sent_again(void **state)
{
    FOR_EACH_VARIATION(peer, ON_BOTH)
    {
        open_with_ten(&peer, 10000);
        SACK(&peer, 1, 1001, 2001);
        peer_wait(&peer, 2 * MS);
        peer_ack(&peer, 1, 2001);
        peer_wait(&peer, 10 * MS);
        EXPECT_NOTHING(&peer);
        assert_false(peer_snapshot(&peer).in_recovery);
    }
}

/* Step 4: DupThresh segments, and no reordering seen, leave no doubt. */
static void
test_rack_three_sacks_are_enough_without_reordering(void **state)
{
    FOR_EACH_VARIATION(peer, ON_BOTH)
    {
        open_with_ten(&peer, 10000);
        SACK(&peer, 1, 1001, 2001);
        SACK(&peer, 1, 1001, 3001);
        EXPECT_NOTHING(&peer);
        SACK(&peer, 1, 1001, 4001);
        EXPECT(&peer, A, 1, 1, 1000);
        EXPECT_NOTHING(&peer);
    }
}

/* Step 4: where reordering has been seen, duplicates alone are no loss, however many. */
static void
test_rack_after_reordering_time_decides_alone(void **state)
{
    FOR_EACH_VARIATION(peer, ON_BOTH)
    {
        flue_time sent;

        open_with_ten(&peer, 10000);
        SACK(&peer, 1, 1001, 2001);
        peer_ack(&peer, 1, 2001);
        peer_ack(&peer, 1, 10001);
        EXPECT_NOTHING(&peer);
        peer_send(&peer, 8000);
        assert_int_equal(peer_skip(&peer), 8);
        sent = peer.now;
        peer_wait(&peer, 10 * MS);
        SACK(&peer, 10001, 11001, 18001);
        EXPECT_NOTHING(&peer);
        peer_wait(&peer, 5 * MS);
        EXPECT_AT(&peer, A, 10001, 1, 1000, sent + 13 * MS);
        EXPECT_NOTHING(&peer);
    }
}

/* Step 4: a DSACK tells of a retransmission that was not needed, and widens the window. */
static void
test_rack_dsack_widens_the_window(void **state)
{
    FOR_EACH_VARIATION(peer, ON_BOTH)
    {
        flue_time sent;

        open_with_ten(&peer, 10000);
        SACK(&peer, 1, 1001, 2001);
        peer_wait(&peer, 3 * MS);
        EXPECT(&peer, A, 1, 1, 1000);
        peer_ack(&peer, 1, 10001);   /* late, not lost */
        SACK(&peer, 10001, 1, 1001); /* and here comes the other */
        peer_wait(&peer, 10 * MS);
        peer_send(&peer, 2000);
        assert_int_equal(peer_skip(&peer), 2);
        sent = peer.now;
        peer_wait(&peer, 10 * MS);
        SACK(&peer, 10001, 11001, 12001);
        peer_wait(&peer, 10 * MS);
        EXPECT_AT(&peer, A, 10001, 1, 1000, sent + 15 * MS); /* twice 2.5 ms */
    }
}

/* A retransmission that is lost too: found by what was sent after it, not by a timeout. */
static void
test_rack_lost_retransmission_is_sent_again(void **state)
{
    FOR_EACH_VARIATION(peer, ON_BOTH)
    {
        open_with_ten(&peer, 40000);
        SACK(&peer, 1, 1001, 4001);
        EXPECT(&peer, A, 1, 1, 1000);
        EXPECT_NOTHING(&peer); /* pipe 7000 of 5000 */
        peer_wait(&peer, 1 * MS);
        SACK(&peer, 1, 1001, 10001);
        assert_int_equal(peer_skip(&peer), 4); /* pipe 1000: new data from 10001 on */
        peer_wait(&peer, 10 * MS);
        SACK(&peer, 1, 1001, 11001); /* sent 1 ms after the retransmission */
        EXPECT(&peer, A, 1, 1, 1000);
        assert_int_equal(statistics_of(&peer).timeouts, 0);
    }
}

/* Outside recovery what the peer holds has left the network: new data takes its place. */
static void
test_rack_sacked_data_makes_room_for_new(void **state)
{
    FOR_EACH_VARIATION(peer, ON_BOTH)
    {
        open_with_ten(&peer, 40000);
        SACK(&peer, 1, 1001, 2001);
        EXPECT(&peer, A, 10001, 1, 1000);
        EXPECT_NOTHING(&peer);
    }
}

/* Two holes, and recovery sends both as the window allows and ends at ssthresh. */
static void
test_rack_recovery_sends_each_loss_once(void **state)
{
    FOR_EACH_VARIATION(peer, ON_BOTH)
    {
        struct flue_tcp_snapshot snapshot;

        open_with_ten(&peer, 10000);
        SACK(&peer, 1, 4001, 10001, 1001, 3001);
        EXPECT(&peer, A, 1, 1, 1000);
        EXPECT(&peer, A, 3001, 1, 1000);
        EXPECT_NOTHING(&peer);
        snapshot = peer_snapshot(&peer);
        assert_int_equal(snapshot.lost_bytes, 0);
        assert_int_equal(snapshot.cwnd, 5000);
        peer_wait(&peer, 10 * MS);
        peer_sack(&peer, 1, 3001, (const uint32_t[]){4001, 10001, 0});
        EXPECT_NOTHING(&peer);
        assert_true(peer_snapshot(&peer).in_recovery);
        peer_ack(&peer, 1, 10001);
        assert_false(peer_snapshot(&peer).in_recovery);
        assert_int_equal(statistics_of(&peer).retransmitted_segments, 2);
    }
}

/* The ACK of a retransmission that comes sooner than any round trip is for the first transmission
 * (step 2): it does not prove what was sent before the retransmission lost. */
static void
test_rack_ack_too_soon_for_a_retransmission_proves_nothing(void **state)
{
    FOR_EACH_VARIATION(peer, ON_BOTH)
    {
        open_with_ten(&peer, 10000);
        SACK(&peer, 1, 2001, 3001);
        peer_wait(&peer, 3 * MS);
        EXPECT(&peer, A, 1, 1, 1000);
        EXPECT_NOTHING(&peer);
        assert_int_equal(peer_snapshot(&peer).lost_bytes, 1000); /* 1001, when the pipe allows */
        peer_wait(&peer, 1 * MS);
        peer_sack(&peer, 1, 1001, (const uint32_t[]){2001, 3001, 0});
        EXPECT_NOTHING(&peer);
        /* Else 3001 and on were lost too: sent 14 ms before the "proof", which took 1 ms. */
        assert_int_equal(peer_snapshot(&peer).lost_bytes, 1000);
    }
}

static void
test_rack_without_sack_is_off(void **state)
{
    FOR_EACH_VARIATION(peer, ON_BOTH)
    {
        peer.options.use_rack = true;
        peer_open(&peer, 10 * MS);
        assert_false(peer_snapshot(&peer).rack);
        peer_send(&peer, 10000);
        (void)peer_skip(&peer);
        peer_wait(&peer, 500 * MS);
        EXPECT_NOTHING(&peer); /* nor a probe */
        peer_ack(&peer, 1, 1);
        peer_ack(&peer, 1, 1);
        peer_ack(&peer, 1, 1);
        EXPECT(&peer, A, 1, 1, 1000);
    }
}

/* ---- The retransmission timer ---- */

/* RFC 8985 6.3: the first segment goes out at once, the rest in slow start; what the peer holds
 * stays out of it. */
static void
test_rack_timeout_resends_what_the_peer_lacks(void **state)
{
    FOR_EACH_VARIATION(peer, ON_BOTH)
    {
        flue_time sent;

        open_and_measure(&peer);
        peer_send(&peer, 4000);
        assert_int_equal(peer_skip(&peer), 4);
        sent = peer.now;
        peer_wait(&peer, 100 * MS);
        EXPECT_AT(&peer, A, 4001, 1, 1000, sent + 20 * MS); /* the probe: lost as well */
        peer_wait(&peer, 2000 * MS);
        EXPECT_AT(&peer, A, 1001, 1, 1000, sent + 1020 * MS);
        EXPECT_NOTHING(&peer);
        assert_int_equal(peer_snapshot(&peer).cwnd, 1000);
        SACK(&peer, 2001, 3001, 4001);
        EXPECT(&peer, A, 2001, 1, 1000);
        EXPECT(&peer, A, 4001, 1, 1000);
        EXPECT_NOTHING(&peer);
        assert_int_equal(peer_snapshot(&peer).cwnd, 2000);
        peer_ack(&peer, 1, 5001);
        assert_int_equal(peer_snapshot(&peer).retransmit_left_ticks, FLUE_TICKS_NOT_RUNNING);
        assert_int_equal(peer_snapshot(&peer).rack_left_ticks, FLUE_TICKS_NOT_RUNNING);
    }
}

/* A peer that throws away what it said it holds gets it again after the timeout. */
static void
test_rack_timeout_after_reneging_resends_everything(void **state)
{
    FOR_EACH_VARIATION(peer, ON_BOTH)
    {
        open_with_ten(&peer, 3000 + 7000);
        SACK(&peer, 1, 1001, 10001);
        EXPECT(&peer, A, 1, 1, 1000);
        peer_ack(&peer, 1, 1001); /* not 10001 */
        EXPECT_NOTHING(&peer);
        peer_wait(&peer, 1100 * MS);
        EXPECT(&peer, A, 1001, 1, 1000);
        assert_int_equal(peer_snapshot(&peer).sacked_bytes, 0);
        peer_ack(&peer, 1, 2001);
        EXPECT(&peer, A, 2001, 1, 1000);
        EXPECT(&peer, A, 3001, 1, 1000);
        EXPECT_NOTHING(&peer);
    }
}

/* Nothing helped: what the peer is said to hold is in question too (RFC 2018 8). */
static void
test_rack_second_timeout_believes_no_sack(void **state)
{
    FOR_EACH_VARIATION(peer, ON_BOTH)
    {
        open_with_ten(&peer, 10000);
        SACK(&peer, 1, 9001, 10001);
        peer_wait(&peer, 1100 * MS);
        (void)peer_skip(&peer);
        assert_int_equal(statistics_of(&peer).timeouts, 1);
        assert_int_equal(peer_snapshot(&peer).sacked_bytes, 1000);
        peer_wait(&peer, 2000 * MS);
        EXPECT(&peer, A, 1, 1, 1000);
        assert_int_equal(statistics_of(&peer).timeouts, 2);
        assert_int_equal(peer_snapshot(&peer).sacked_bytes, 0);
        assert_int_equal(peer_snapshot(&peer).lost_bytes, 9000);
    }
}

/* With F-RTO: what the timer took for lost is in flight again when it was only late. */
static void
test_rack_spurious_timeout_is_undone(void **state)
{
    FOR_EACH_VARIATION(peer, ON_BOTH)
    {
        peer.options.use_frto = true;
        open_and_measure(&peer);
        peer_send(&peer, 40000);
        assert_int_equal(peer_skip(&peer), 10);
        peer_wait(&peer, 1020 * MS);
        EXPECT(&peer, A, 11001, 1, 1000); /* the probe, after 20 ms */
        EXPECT(&peer, A, 1001, 1, 1000);
        EXPECT_NOTHING(&peer);
        assert_int_equal(peer_snapshot(&peer).lost_bytes, 10000);
        peer_wait(&peer, 5 * MS); /* sooner than any round trip */
        peer_ack(&peer, 1, 2001);
        EXPECT(&peer, A, 12001, 1, 1000);
        EXPECT(&peer, A, 13001, 1, 1000);
        EXPECT_NOTHING(&peer);
        peer_ack(&peer, 1, 3001);
        assert_int_equal(statistics_of(&peer).spurious_timeouts, 1);
        assert_int_equal(peer_snapshot(&peer).lost_bytes, 0);
        EXPECT(&peer, A, 14001, 1, 1000); /* nothing old */
        EXPECT_NOTHING(&peer);
    }
}

/* ---- TLP ---- */

/* RFC 8985 7.2: two round trips; 7.3: nothing new to send, so the last segment again. */
static void
test_tlp_tail_loss_is_found_without_a_timeout(void **state)
{
    FOR_EACH_VARIATION(peer, ON_BOTH)
    {
        flue_time sent;

        open_and_measure(&peer);
        peer_send(&peer, 3000);
        assert_int_equal(peer_skip(&peer), 3);
        sent = peer.now;
        peer_wait(&peer, 10 * MS);
        peer_ack(&peer, 1, 2001); /* of the three the last two are lost */
        assert_int_equal(peer_snapshot(&peer).rack_left_ticks, 20);
        peer_wait(&peer, 100 * MS);
        EXPECT_AT(&peer, A, 3001, 1, 1000, sent + 30 * MS);
        EXPECT_NOTHING(&peer);
        assert_int_equal(statistics_of(&peer).tail_loss_probes, 1);
        SACK(&peer, 2001, 3001, 4001); /* the probe arrived: what was sent before it is lost */
        EXPECT(&peer, A, 2001, 1, 1000);
        peer_ack(&peer, 1, 4001);
        assert_int_equal(statistics_of(&peer).timeouts, 0);
    }
}

/* 7.2: a segment alone may have its ACK delayed. */
static void
test_tlp_single_segment_allows_for_a_delayed_ack(void **state)
{
    FOR_EACH_VARIATION(peer, ON_BOTH)
    {
        flue_time sent;

        open_and_measure(&peer);
        peer_send(&peer, 1000);
        assert_int_equal(peer_skip(&peer), 1);
        sent = peer.now;
        peer_wait(&peer, 100 * MS);
        EXPECT_AT(&peer, A, 1001, 1, 1000, sent + 60 * MS);
    }
}

/* 7.3: new data first, if the peer's window has room for it; cwnd does not count. */
static void
test_tlp_sends_new_data_when_there_is_some(void **state)
{
    FOR_EACH_VARIATION(peer, ON_BOTH)
    {
        open_and_measure(&peer);
        peer_send(&peer, 30000);
        assert_int_equal(peer_skip(&peer), 10);
        peer_wait(&peer, 19 * MS);
        EXPECT_NOTHING(&peer);
        peer_wait(&peer, 1 * MS);
        EXPECT(&peer, A, 11001, 1, 1000);
        EXPECT_NOTHING(&peer);
        peer_wait(&peer, 900 * MS);
        EXPECT_NOTHING(&peer); /* 7.3: one at a time; then the retransmission timer, anew */
        peer_wait(&peer, 100 * MS);
        EXPECT(&peer, A, 1001, 1, 1000);
        assert_int_equal(statistics_of(&peer).tail_loss_probes, 1);
        assert_int_equal(statistics_of(&peer).timeouts, 1);
    }
}

/* 7.4.2: the probe alone repaired the loss, of which nobody else tells. */
static void
test_tlp_repair_reduces_the_window(void **state)
{
    FOR_EACH_VARIATION(peer, ON_BOTH)
    {
        open_and_measure(&peer);
        peer_send(&peer, 4000);
        assert_int_equal(peer_skip(&peer), 4);
        peer_wait(&peer, 10 * MS);
        peer_ack(&peer, 1, 4001);
        peer_wait(&peer, 60 * MS);
        EXPECT(&peer, A, 4001, 1, 1000);
        peer_ack(&peer, 1, 5001);
        assert_int_equal(peer_snapshot(&peer).ssthresh, UINT32_MAX); /* not known yet */
        peer_send(&peer, 8000);
        assert_int_equal(peer_skip(&peer), 8);
        peer_ack(&peer, 1, 6001);
        assert_true(peer_snapshot(&peer).ssthresh < 8000);
        assert_int_equal(peer_snapshot(&peer).cwnd, peer_snapshot(&peer).ssthresh);
    }
}

/* 7.4.2: both transmissions arrived, as a DSACK tells: nothing was lost. */
static void
test_tlp_needless_probe_costs_nothing(void **state)
{
    FOR_EACH_VARIATION(peer, ON_BOTH)
    {
        open_and_measure(&peer);
        peer_send(&peer, 2000);
        assert_int_equal(peer_skip(&peer), 2);
        peer_wait(&peer, 20 * MS);
        EXPECT(&peer, A, 2001, 1, 1000);
        peer_ack(&peer, 1, 3001);
        SACK(&peer, 3001, 2001, 3001);
        peer_send(&peer, 8000);
        assert_int_equal(peer_skip(&peer), 8);
        peer_ack(&peer, 1, 4001);
        assert_int_equal(peer_snapshot(&peer).ssthresh, UINT32_MAX);
    }
}

/* 7.3: a probe tells nothing of the round trip when its ACK may be for either transmission; before
 * one is measured there is no other. */
static void
test_tlp_waits_for_a_round_trip_between_probes(void **state)
{
    FOR_EACH_VARIATION(peer, ON_BOTH)
    {
        flue_time sent;

        open_and_measure(&peer);
        peer_send(&peer, 1000);
        peer_wait(&peer, 60 * MS);
        assert_int_equal(peer_skip(&peer), 2);
        peer_wait(&peer, 1 * MS);
        peer_ack(&peer, 1, 2001);
        SACK(&peer, 2001, 1001, 2001);
        peer_send(&peer, 1000);
        assert_int_equal(peer_skip(&peer), 1);
        sent = peer.now;
        peer_wait(&peer, 1059 * MS);
        EXPECT_NOTHING(&peer);
        peer_wait(&peer, 1 * MS);
        EXPECT_AT(&peer, A, 2001, 1, 1000, sent + 1060 * MS); /* the timer, anew */
        assert_int_equal(statistics_of(&peer).timeouts, 1);
        assert_int_equal(statistics_of(&peer).tail_loss_probes, 1);
    }
}

/* 7.3: the last probe's fate is not known yet. */
static void
test_tlp_sends_one_probe_at_a_time(void **state)
{
    FOR_EACH_VARIATION(peer, ON_BOTH)
    {
        open_and_measure(&peer);
        peer_send(&peer, 2000);
        peer_wait(&peer, 20 * MS);
        assert_int_equal(peer_skip(&peer), 3);
        peer_ack(&peer, 1, 3001); /* a round trip, of the first of the two; no word of the probe */
        peer_send(&peer, 1000);
        assert_int_equal(peer_skip(&peer), 1);
        assert_int_equal(peer_snapshot(&peer).rack_left_ticks, FLUE_TICKS_NOT_RUNNING);
    }
}

/* 7.2: not while the scoreboard holds something, nor in recovery: RACK is at work then. */
static void
test_tlp_leaves_recovery_alone(void **state)
{
    FOR_EACH_VARIATION(peer, ON_BOTH)
    {
        open_and_measure(&peer);
        peer_send(&peer, 8000);
        assert_int_equal(peer_skip(&peer), 8);
        peer_wait(&peer, 10 * MS);
        SACK(&peer, 1001, 2001, 6001);
        EXPECT(&peer, A, 1001, 1, 1000);
        peer_wait(&peer, 900 * MS);
        EXPECT_NOTHING(&peer);
        assert_int_equal(statistics_of(&peer).tail_loss_probes, 0);
    }
}

/* A FIN is the tail as well. */
static void
test_tlp_probes_a_fin(void **state)
{
    FOR_EACH_VARIATION(peer, ON_BOTH)
    {
        open_and_measure(&peer);
        peer_send(&peer, 1000);
        assert_int_equal(flue_tcp_shutdown(peer.connection, peer.now), FLUE_OK);
        assert_int_equal(peer_skip(&peer), 2);
        peer_wait(&peer, 10 * MS);
        peer_ack(&peer, 1, 2001);
        peer_wait(&peer, 60 * MS);
        EXPECT(&peer, F | A, 2001, 1, 0);
        peer_ack(&peer, 1, 2002);
        EXPECT_STATE(&peer, FIN_WAIT2);
        assert_int_equal(statistics_of(&peer).timeouts, 0);
    }
}

/* ---- Moving ---- */

/* When what is in flight was sent does not travel: it counts as sent at the move, so a loss is
 * found a little late, and from what was sent after. */
static void
test_rack_after_a_move_finds_losses_from_what_is_sent_then(void **state)
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
                                         .path_mtu = PEER_MSS + 60};

        open_with_ten(&peer, 30000);
        flue_tcp_export(peer.connection, peer.now, &constants, &cached, &delegated);
        flue_tcp_surrender(peer.connection, peer.now, &import.lists);
        assert_int_equal(flue_tcp_import(peer.engine, peer.now, &import, &peer.connection),
                         FLUE_OK);
        assert_true((peer_snapshot(&peer).rebuilt & FLUE_TCP_REBUILT_RACK) != 0);
        peer_wait(&peer, 1 * MS);
        SACK(&peer, 1, 1001, 2001);
        EXPECT(&peer, A, 10001, 1, 1000);
        EXPECT_NOTHING(&peer);
        assert_int_equal(peer_snapshot(&peer).rack_left_ticks, FLUE_TICKS_NOT_RUNNING);
        peer_wait(&peer, 10 * MS);
        SACK(&peer, 1, 10001, 11001, 1001, 2001); /* 1 ms behind the move */
        EXPECT(&peer, A, 11001, 1, 1000);
        EXPECT_NOTHING(&peer);
        peer_wait(&peer, 2 * MS); /* a round trip and a quarter behind the move */
        EXPECT(&peer, A, 1, 1, 1000);
        assert_true(peer_snapshot(&peer).in_recovery);
    }
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        PEER_SCRIPT(test_rack_one_sack_waits_for_the_reordering_window),
        PEER_SCRIPT(test_rack_segment_that_was_late_is_not_sent_again),
        PEER_SCRIPT(test_rack_three_sacks_are_enough_without_reordering),
        PEER_SCRIPT(test_rack_after_reordering_time_decides_alone),
        PEER_SCRIPT(test_rack_dsack_widens_the_window),
        PEER_SCRIPT(test_rack_lost_retransmission_is_sent_again),
        PEER_SCRIPT(test_rack_sacked_data_makes_room_for_new),
        PEER_SCRIPT(test_rack_recovery_sends_each_loss_once),
        PEER_SCRIPT(test_rack_ack_too_soon_for_a_retransmission_proves_nothing),
        PEER_SCRIPT(test_rack_without_sack_is_off),
        PEER_SCRIPT(test_rack_timeout_resends_what_the_peer_lacks),
        PEER_SCRIPT(test_rack_timeout_after_reneging_resends_everything),
        PEER_SCRIPT(test_rack_second_timeout_believes_no_sack),
        PEER_SCRIPT(test_rack_spurious_timeout_is_undone),
        PEER_SCRIPT(test_tlp_tail_loss_is_found_without_a_timeout),
        PEER_SCRIPT(test_tlp_single_segment_allows_for_a_delayed_ack),
        PEER_SCRIPT(test_tlp_sends_new_data_when_there_is_some),
        PEER_SCRIPT(test_tlp_repair_reduces_the_window),
        PEER_SCRIPT(test_tlp_needless_probe_costs_nothing),
        PEER_SCRIPT(test_tlp_waits_for_a_round_trip_between_probes),
        PEER_SCRIPT(test_tlp_sends_one_probe_at_a_time),
        PEER_SCRIPT(test_tlp_leaves_recovery_alone),
        PEER_SCRIPT(test_tlp_probes_a_fin),
        PEER_SCRIPT(test_rack_after_a_move_finds_losses_from_what_is_sent_then),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
