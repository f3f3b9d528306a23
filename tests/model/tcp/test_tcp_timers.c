/* SPDX-License-Identifier: GPL-2.0-or-later
 *
 * Timers other than retransmission: delayed ACK, persist, keepalive, TIME-WAIT, FIN-WAIT-2.
 */
#include "cmocka_first.h"
#include "peer.h"

static void
test_ack_of_every_second_segment_and_after_the_delay(void **state)
{
    FOR_EACH_VARIATION(peer, ON_BOTH)
    {
        flue_time start;

        peer_open(&peer, 10 * MS);
        start = peer.now;
        peer_segment(&peer, A, 1, 1, 1000); /* TIMER-007: the timer */
        EXPECT_NOTHING(&peer);
        peer_wait(&peer, 100 * MS);
        EXPECT_AT(&peer, A, 1, 1001, 0, start + 40 * MS);
        peer_segment(&peer, A, 1001, 1, 1000); /* TIMER-007: TcpAckFrequency segments */
        EXPECT_NOTHING(&peer);
        peer_segment(&peer, A, 2001, 1, 1000);
        EXPECT(&peer, A, 1, 3001, 0);
        peer_wait(&peer, 100 * MS);
        EXPECT_NOTHING(&peer);
    }
}

static void
test_persist_probes_in_rounds(void **state)
{
    FOR_EACH_VARIATION(peer, ON_BOTH)
    {
        struct flue_tcp_snapshot snapshot;
        flue_time start;

        peer.window = 0;
        peer_open(&peer, 10 * MS);
        start = peer.now;
        peer_send(&peer, 5000);
        EXPECT_NOTHING(&peer);
        snapshot = peer_snapshot(&peer);
        assert_int_equal(snapshot.retransmit_left_ticks, 1000); /* TIMER-023: 1 RTO */
        peer_wait(&peer, 1000 * MS);
        EXPECT_AT(&peer, A, 1, 1, 1, start + 1000 * MS); /* TIMER-024: round 0 begins */
        snapshot = peer_snapshot(&peer);
        assert_int_equal(snapshot.retransmissions, 1);
        assert_int_equal(snapshot.retransmit_left_ticks, 1000);
        peer_wait(&peer, 1000 * MS);
        EXPECT_AT(&peer, A, 1, 1, 1, start + 2000 * MS); /* TIMER-025: 2 RTO */
        snapshot = peer_snapshot(&peer);
        assert_int_equal(snapshot.retransmissions, 2);
        assert_int_equal(snapshot.retransmit_left_ticks, 2000);
        peer_wait(&peer, 2000 * MS);
        EXPECT_AT(&peer, A, 1, 1, 1, start + 4000 * MS); /* TIMER-026: 4 RTO */
        snapshot = peer_snapshot(&peer);
        assert_int_equal(snapshot.retransmissions, 3);
        assert_int_equal(snapshot.retransmit_left_ticks, 4000);
        peer_ack(&peer, 1, 1); /* TIMER-027: still zero: the next round waits 2 RTO */
        snapshot = peer_snapshot(&peer);
        assert_int_equal(snapshot.retransmissions, 0);
        assert_int_equal(snapshot.retransmit_left_ticks, 2000);
        start = peer.now;
        peer_wait(&peer, 2000 * MS);
        EXPECT_AT(&peer, A, 1, 1, 1, start + 2000 * MS); /* TIMER-028 */
        snapshot = peer_snapshot(&peer);
        assert_int_equal(snapshot.retransmissions, 1);
        assert_int_equal(snapshot.retransmit_left_ticks, 1000);
        peer.window = PEER_WINDOW;
        peer_ack(&peer, 1, 1); /* TIMER-029: the window opens */
        EXPECT(&peer, A, 1, 1, 1000);
        assert_true(peer_skip(&peer) == 4);
    }
}

static void
test_keepalive_probes_then_gives_up(void **state)
{
    FOR_EACH_VARIATION(peer, ON_BOTH)
    {
        flue_time start;

        peer.options.use_keepalive = true;
        peer.options.keepalive_idle_ticks = 10000;
        peer.options.keepalive_interval_ticks = 1000;
        peer.options.keepalive_probes = 2;
        peer_open(&peer, 10 * MS);
        start = peer.now;
        peer_wait(&peer, 10500 * MS);
        EXPECT_AT(&peer, A, 0, 1, 0, start + 10000 * MS); /* TIMER-016 */
        peer_ack(&peer, 1, 1);                            /* an answer starts the idle time anew */
        start = peer.now;
        peer_wait(&peer, 20000 * MS);
        EXPECT_AT(&peer, A, 0, 1, 0, start + 10000 * MS);
        EXPECT_AT(&peer, A, 0, 1, 0, start + 11000 * MS); /* TIMER-017 */
        EXPECT_NOTHING(&peer);
        assert_int_equal(peer.closed, 1);
        assert_int_equal(peer.reason, FLUE_ERROR_TIMED_OUT);
    }
}

static void
test_keepalive_probe_is_answered(void **state)
{
    FOR_EACH_VARIATION(peer, ON_BOTH)
    {
        peer_open(&peer, 10 * MS);
        peer_ack(&peer, 0, 1);
        EXPECT(&peer, A, 1, 1, 0);
    }
}

static void
test_keepalive_is_off_in_time_wait(void **state)
{
    FOR_EACH_VARIATION(peer, ON_BOTH)
    {
        peer.options.use_keepalive = true;
        peer.options.keepalive_idle_ticks = 1000;
        peer.options.keepalive_interval_ticks = 1000;
        peer_open(&peer, 10 * MS);
        assert_int_equal(flue_tcp_shutdown(peer.connection, peer.now), FLUE_OK);
        peer_segment(&peer, F | A, 1, 2, 0);
        EXPECT_STATE(&peer, TIME_WAIT);
        (void)peer_skip(&peer);
        peer_ack(&peer, 2, 2);
        peer_wait(&peer, 61 * FLUE_SECOND);
        EXPECT_NOTHING(&peer);
        assert_int_equal(peer.reason, FLUE_OK);
    }
}

/* ---- Delayed ACK ---- */

/* RFC-006, RFC 1122 4.2.3.2: with the defaults every second full segment is acknowledged at once,
 * and none waits for half a second. */
static void
test_delayed_ack_defaults_keep_to_the_rules(void **state)
{
    FOR_EACH_VARIATION(peer, ON_BOTH)
    {
        peer_open(&peer, 10 * MS);
        for (uint32_t i = 0; i < 10; i++) {
            peer_segment(&peer, A, 1 + 2000 * i, 1, 1000);
            EXPECT_NOTHING(&peer);
            peer_segment(&peer, A, 1001 + 2000 * i, 1, 1000);
            EXPECT(&peer, A, 1, 2001 + 2000 * i, 0);
        }
        peer_segment(&peer, A, 20001, 1, 1000);
        peer_wait(&peer, 500 * MS - 1);
        EXPECT(&peer, A, 1, 21001, 0);
    }
}

static void
test_delayed_ack_rides_on_data(void **state)
{
    FOR_EACH_VARIATION(peer, ON_BOTH)
    {
        peer_open(&peer, 10 * MS);
        peer_segment(&peer, A, 1, 1, 300);
        peer_send(&peer, 200);
        EXPECT(&peer, A, 1, 301, 200);
        peer_wait(&peer, 500 * MS);
        EXPECT_NOTHING(&peer);
    }
}

static void
test_delayed_ack_obeys_its_settings(void **state)
{
    FOR_EACH_VARIATION(peer, ON_BOTH)
    {
        flue_time start;

        peer.config.ack_frequency = 4;
        peer.config.delayed_ack_ticks = 200;
        peer_open(&peer, 10 * MS);
        for (uint32_t i = 0; i < 3; i++)
            peer_segment(&peer, A, 1 + 1000 * i, 1, 1000);
        EXPECT_NOTHING(&peer);
        peer_segment(&peer, A, 3001, 1, 1000);
        EXPECT(&peer, A, 1, 4001, 0); /* TIMER-007 */
        start = peer.now;
        peer_segment(&peer, A, 4001, 1, 1000);
        peer_wait(&peer, 100 * MS);
        peer_segment(&peer, A, 5001, 1, 1000); /* does not put it off */
        peer_wait(&peer, 400 * MS);
        EXPECT_AT(&peer, A, 1, 6001, 0, start + 200 * MS);
    }
}

/* ---- Keepalive ---- */

/* RFC 9293 3.8.4: never while data is outstanding; whatever arrives begins the idle time anew. */
static void
test_keepalive_waits_for_silence_with_nothing_out(void **state)
{
    FOR_EACH_VARIATION(peer, ON_BOTH)
    {
        flue_time heard;

        peer.options.use_keepalive = true;
        peer.options.keepalive_idle_ticks = 2500;
        peer.options.keepalive_interval_ticks = 500;
        peer_open(&peer, 10 * MS);
        peer_wait(&peer, 2000 * MS);
        peer_segment(&peer, A, 1, 1, 100);
        heard = peer.now;
        peer_wait(&peer, 2600 * MS);
        EXPECT(&peer, A, 1, 101, 0); /* the delayed ACK */
        EXPECT_AT(&peer, A, 0, 101, 0, heard + 2500 * MS);
        peer_ack(&peer, 101, 1);
        peer_send(&peer, 500);
        peer_wait(&peer, 6500 * MS);
        EXPECT(&peer, A, 1, 101, 500);
        EXPECT(&peer, A, 1, 101, 500); /* after 1 s and 3 s: the data asks by itself */
        EXPECT(&peer, A, 1, 101, 500);
        EXPECT_NOTHING(&peer);
    }
}

/* ---- FIN-WAIT-2 ---- */

/* A host's owner waits as long as it likes; one that has left does not, nor does a target. */
static void
test_fin_wait_2_lasts_while_somebody_reads(void **state)
{
    FOR_EACH_VARIATION(peer, ON_BOTH)
    {
        peer_open(&peer, 10 * MS);
        assert_int_equal(flue_tcp_shutdown(peer.connection, peer.now), FLUE_OK);
        peer_ack(&peer, 1, 2);
        (void)peer_skip(&peer);
        assert_int_equal(peer_snapshot(&peer).retransmit_left_ticks,
                         peer.on_target ? 120000 : FLUE_TICKS_NOT_RUNNING); /* TIMER-009 */
        peer_wait(&peer, 100 * FLUE_SECOND);
        peer_segment(&peer, A, 1, 2, 10); /* TIMER-010: begins anew */
        peer_wait(&peer, 100 * FLUE_SECOND);
        EXPECT_STATE(&peer, FIN_WAIT2);
        if (!peer.on_target)
            flue_tcp_release(peer.connection, peer.now); /* 120 s from here */
        peer_wait(&peer, 19 * FLUE_SECOND);
        assert_non_null(flue_tcp_find(peer.engine, &peer.tuple));
        peer_wait(&peer, 102 * FLUE_SECOND);
        assert_null(flue_tcp_find(peer.engine, &peer.tuple));
        assert_int_equal(peer.closed, peer.on_target ? 1 : 0);
        assert_int_equal(peer.exhausted, 0);
    }
}

/* ---- TIME-WAIT ---- */

/* RFC 9293 3.10.7.4, eighth step: only the peer's FIN begins the 2 MSL anew; RFC 1337: nothing that
 * is old ends them. */
static void
test_time_wait_is_restarted_by_fin_alone(void **state)
{
    FOR_EACH_VARIATION(peer, ON_BOTH)
    {
        peer_open(&peer, 10 * MS);
        assert_int_equal(flue_tcp_shutdown(peer.connection, peer.now), FLUE_OK);
        peer_segment(&peer, F | A, 1, 2, 0);
        (void)peer_skip(&peer);
        peer_wait(&peer, 40 * FLUE_SECOND);
        peer_ack(&peer, 2, 2);
        EXPECT_NOTHING(&peer);
        peer_segment(&peer, R, 2, 0, 0);
        EXPECT_STATE(&peer, TIME_WAIT);
        assert_int_equal(peer_snapshot(&peer).retransmit_left_ticks, 20000);
        peer_segment(&peer, F | A, 1, 2, 0);
        EXPECT(&peer, A, 2, 2, 0);
        assert_int_equal(peer_snapshot(&peer).retransmit_left_ticks, 60000);
        peer_wait(&peer, 60 * FLUE_SECOND);
        EXPECT_STATE(&peer, CLOSED);
        assert_int_equal(peer.reason, FLUE_OK);
    }
}

/* ---- Ticks ---- */

/* TIMER-003: nothing that a timer does is done between the ticks. */
static void
test_timers_act_on_ticks(void **state)
{
    static const uint32_t rates[] = {10, 100, 1000};

    for (size_t i = 0; i < sizeof rates / sizeof rates[0]; i++) {
        FOR_EACH_VARIATION(peer, ON_BOTH)
        {
            struct flue_tcp_config *config = &peer.config;
            uint32_t rate = rates[i];
            unsigned first;
            flue_time start;

            peer_describe(&peer, ", %u ticks/s", rate);
            config->ticks_per_second = rate;
            config->initial_rto_ticks = rate;
            config->min_rto_ticks = rate;
            config->max_rto_ticks = 60 * rate;
            config->delayed_ack_ticks = rate / 10;
            config->sws_prevention_ticks = rate / 5;
            peer.options.use_keepalive = true;
            peer.options.keepalive_idle_ticks = 5 * rate;
            peer.options.keepalive_interval_ticks = rate;
            peer_open(&peer, 3 * MS + 7 * FLUE_MICROSECOND);
            start = peer.now;
            peer_segment(&peer, A, 1, 1, 100);
            first = peer.out_count;
            peer_wait(&peer, 7 * FLUE_SECOND + 33 * FLUE_MICROSECOND); /* ACK, keepalive probes */
            assert_true(peer.out[first].at - start >= 100 * MS); /* no earlier than in so many */
            peer.window = 0;
            peer_ack(&peer, 101, 1);
            peer_send(&peer, 1000);
            peer_wait(&peer, 9 * FLUE_SECOND + 51 * FLUE_MICROSECOND); /* window probes */
            assert_true(peer.out_count - first > 6);
            for (unsigned sent = first; sent < peer.out_count; sent++)
                assert_true(peer.out[sent].at % (FLUE_SECOND / rate) == 0); /* TIMER-003 */
            (void)peer_skip(&peer);
            peer.window = PEER_WINDOW;
            peer_ack(&peer, 101, 2);
            (void)peer_skip(&peer); /* not a timer's doing */
            first = peer.out_count;
            peer_wait(&peer, 9 * FLUE_SECOND); /* retransmissions */
            assert_true(peer.out_count - first > 2);
            for (unsigned sent = first; sent < peer.out_count; sent++)
                assert_true(peer.out[sent].at % (FLUE_SECOND / rate) == 0); /* TIMER-003 */
            (void)peer_skip(&peer);
        }
    }
}

/* TIMER-004: 2^32 ticks of a millisecond are seven weeks. Timers that start before their end fire
 * behind it, and those that start behind it take as long as ever. */
static void
test_timers_outlast_thirty_two_bits_of_ticks(void **state)
{
    FOR_EACH_VARIATION(peer, ON_BOTH)
    {
        const flue_time idle = UINT64_C(4294000) * FLUE_SECOND;
        flue_time start;

        peer.options.use_timestamps = true;
        peer.options.use_keepalive = true;
        peer.options.keepalive_idle_ticks = 4294000000;
        peer_open(&peer, 10 * MS);
        start = peer.now;
        peer_wait(&peer, idle);
        EXPECT_AT(&peer, A, 0, 1, 0, start + idle); /* TIMER-004 */
        peer_wait(&peer, FLUE_SECOND);              /* beyond the end, wherever it began */
        peer_ack(&peer, 1, 1);
        start = peer.now;
        peer_wait(&peer, idle);
        EXPECT_AT(&peer, A, 0, 1, 0, start + idle);
        peer_ack(&peer, 1, 1);
        start = peer.now;
        peer_send(&peer, 500);
        EXPECT(&peer, A, 1, 1, 500);
        peer_wait(&peer, 3000 * MS);
        EXPECT_AT(&peer, A, 1, 1, 500, start + 1000 * MS); /* TIMER-004 */
        EXPECT_AT(&peer, A, 1, 1, 500, start + 3000 * MS);
    }
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        PEER_SCRIPT(test_ack_of_every_second_segment_and_after_the_delay),
        PEER_SCRIPT(test_persist_probes_in_rounds),
        PEER_SCRIPT(test_keepalive_probes_then_gives_up),
        PEER_SCRIPT(test_keepalive_probe_is_answered),
        PEER_SCRIPT(test_keepalive_is_off_in_time_wait),
        PEER_SCRIPT(test_delayed_ack_defaults_keep_to_the_rules),
        PEER_SCRIPT(test_delayed_ack_rides_on_data),
        PEER_SCRIPT(test_delayed_ack_obeys_its_settings),
        PEER_SCRIPT(test_keepalive_waits_for_silence_with_nothing_out),
        PEER_SCRIPT(test_fin_wait_2_lasts_while_somebody_reads),
        PEER_SCRIPT(test_time_wait_is_restarted_by_fin_alone),
        PEER_SCRIPT(test_timers_act_on_ticks),
        PEER_SCRIPT(test_timers_outlast_thirty_two_bits_of_ticks),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
