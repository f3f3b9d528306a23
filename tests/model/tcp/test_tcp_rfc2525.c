/* SPDX-License-Identifier: GPL-2.0-or-later
 *
 * RFC-020: the known implementation problems of RFC 2525, one script each, named by its section.
 */
#include <string.h>

#include "cmocka_first.h"
#include "peer.h"

static void
test_2_1_initial_slow_start(void **state)
{
    FOR_EACH_VARIATION(peer, ON_BOTH)
    {
        peer.config.initial_window = FLUE_TCP_IW_RFC3390;
        peer_open(&peer, 10 * MS);
        peer_send(&peer, 30000);
        assert_int_equal(peer_skip(&peer), 4);
        peer_ack(&peer, 1, 1001);
        assert_int_equal(peer_skip(&peer), 2);
    }
}

static void
test_2_2_slow_start_after_a_timeout(void **state)
{
    FOR_EACH_VARIATION(peer, ON_BOTH)
    {
        peer_open(&peer, 10 * MS);
        peer_send(&peer, 30000);
        assert_int_equal(peer_skip(&peer), 10);
        peer_wait(&peer, 1000 * MS);
        assert_int_equal(peer_skip(&peer), 1);
        peer_ack(&peer, 1, 1001);
        assert_int_equal(peer_skip(&peer), 2);
        peer_ack(&peer, 1, 2001);
        assert_int_equal(peer_skip(&peer), 2);
    }
}

/* The window of a passive open whose SYN had no MSS option. */
static void
test_2_3_initialized_cwnd(void **state)
{
    FOR_EACH_VARIATION(peer, ON_HOST)
    {
        struct flue_tcp_segment syn = peer_make(&peer, S, 0, 0, 0);
        uint32_t mss = peer.tuple.ip_version == 4 ? 536 : PEER_MSS;

        syn.has_mss = false;
        peer_create(&peer);
        peer_listen(&peer);
        peer_input(&peer, &syn);
        peer_ack(&peer, 1, 1);
        assert_int_equal(peer_snapshot(&peer).cwnd, 10 * mss);
        (void)peer_skip(&peer);
        peer_send(&peer, 30000);
        assert_int_equal(peer_skip(&peer), 10);
    }
}

/* What was sent since the last look is the stream's bytes. Returns how many segments that were. */
static unsigned
check_bytes(struct peer *peer, const uint8_t *stream)
{
    static uint8_t sent[4000];
    unsigned segments = 0;

    while (peer->out_read != peer->out_count) {
        const struct sent_segment *out;

        peer->out_read++;
        out = peer_last(peer);
        flue_span_copy(&out->raw.payload, sent);
        assert_memory_equal(sent, stream + (out->seq - 1), out->length);
        segments++;
    }
    return segments;
}

/* Each byte is the same whenever it is sent, however the segments are cut. */
static void
test_2_4_consistent_retransmission(void **state)
{
    static uint8_t bytes[4000];

    for (size_t i = 0; i < sizeof bytes; i++)
        bytes[i] = (uint8_t)(i * 7 + i / 256);
    FOR_EACH_VARIATION(peer, ON_BOTH)
    {
        peer_open(&peer, 10 * MS);
        for (unsigned i = 0; i < 8; i++) {
            flue_buffer_list_init(&peer.lists[i], &peer.descriptors[i], bytes + 500 * i, 500);
            assert_int_equal(flue_tcp_send(peer.connection, peer.now, &peer.lists[i]), FLUE_OK);
        }
        peer_wait(&peer, 1000 * MS);
        assert_int_equal(check_bytes(&peer, bytes), 8 + 1);
        peer_ack(&peer, 1, 751);
        peer_wait(&peer, 8000 * MS);
        assert_true(check_bytes(&peer, bytes) >= 3);
        peer_ack(&peer, 1, 3333);
        peer_wait(&peer, 8000 * MS);
        assert_true(check_bytes(&peer, bytes) >= 1);
    }
}

static void
test_2_5_above_sequence_data_is_retained(void **state)
{
    FOR_EACH_VARIATION(peer, ON_BOTH)
    {
        peer_open(&peer, 10 * MS);
        for (uint32_t i = 1; i < 10; i++)
            peer_segment(&peer, A, 1 + 1000 * i, 1, 1000);
        assert_int_equal(peer_skip(&peer), 9);
        peer_segment(&peer, A, 1, 1, 1000);
        EXPECT(&peer, A, 1, 10001, 0);
        assert_int_equal(peer.received, 10000);
    }
}

/* A window's worth of ACKs adds a segment, not an eighth of one more each. */
static void
test_2_6_no_extra_additive_constant(void **state)
{
    FOR_EACH_VARIATION(peer, ON_BOTH)
    {
        uint32_t cwnd;

        peer.options.congestion_control = "newreno";
        peer_open(&peer, 10 * MS);
        peer_send(&peer, 60000);
        peer_wait(&peer, 1000 * MS); /* ssthresh 5000 */
        for (uint32_t acked = 1001; acked <= 10001; acked += 1000)
            peer_ack(&peer, 1, acked);
        cwnd = peer_snapshot(&peer).cwnd;
        for (uint32_t i = 0; i < cwnd / 1000; i++)
            peer_ack(&peer, 1, 11001 + 1000 * i);
        assert_true(peer_snapshot(&peer).cwnd > cwnd);
        assert_true(peer_snapshot(&peer).cwnd <= cwnd + 1000);
    }
}

/* Before there is a measurement: RFC 6298 2.1 has made the three seconds of then one. */
static void
test_2_7_initial_timeout_is_not_too_low(void **state)
{
    FOR_EACH_VARIATION(peer, ON_HOST)
    {
        peer_create(&peer);
        peer_connect(&peer);
        peer_wait(&peer, 1000 * MS - 1);
        assert_int_equal(peer_skip(&peer), 1);
        peer_wait(&peer, 1);
        assert_int_equal(peer_skip(&peer), 1);
    }
}

static void
test_2_8_window_deflates_after_recovery(void **state)
{
    FOR_EACH_VARIATION(peer, ON_BOTH)
    {
        peer_open(&peer, 10 * MS);
        peer_send(&peer, 60000);
        for (int i = 0; i < 9; i++)
            peer_ack(&peer, 1, 1);
        assert_true(peer_snapshot(&peer).cwnd > 10000); /* inflated */
        peer_ack(&peer, 1, peer_snapshot(&peer).snd_max - peer.iss);
        assert_true(peer_snapshot(&peer).cwnd <= peer_snapshot(&peer).ssthresh);
        assert_int_equal(peer_snapshot(&peer).ssthresh, 5000);
    }
}

/* One lost probe, or eight, end nothing. */
static void
test_2_9_keepalive_does_not_give_up_early(void **state)
{
    FOR_EACH_VARIATION(peer, ON_BOTH)
    {
        peer.options.use_keepalive = true; /* with the default times */
        peer_open(&peer, 10 * MS);
        peer_wait(&peer, 7200 * FLUE_SECOND + 8 * 75 * FLUE_SECOND);
        assert_int_equal(peer_skip(&peer), 9);
        peer_wait(&peer, 75 * FLUE_SECOND - 1);
        EXPECT_STATE(&peer, ESTABLISHED);
        peer_wait(&peer, 1);
        EXPECT_STATE(&peer, CLOSED);
    }
}

static void
test_2_10_timeout_backs_off(void **state)
{
    FOR_EACH_VARIATION(peer, ON_BOTH)
    {
        flue_time at;

        peer_open(&peer, 10 * MS);
        at = peer.now;
        peer_send(&peer, 500);
        EXPECT(&peer, A, 1, 1, 500);
        peer_wait(&peer, 200 * FLUE_SECOND);
        for (flue_time gap = 1; gap <= 32; gap *= 2) {
            at += gap * FLUE_SECOND;
            EXPECT_AT(&peer, A, 1, 1, 500, at);
        }
        EXPECT_AT(&peer, A, 1, 1, 500, at + 60 * FLUE_SECOND); /* RFC 6298 2.5: the most */
    }
}

static void
test_2_11_keepalive_interval_is_two_hours(void **state)
{
    FOR_EACH_VARIATION(peer, ON_BOTH)
    {
        flue_time start;

        peer.options.use_keepalive = true;
        peer_open(&peer, 10 * MS);
        start = peer.now;
        for (int i = 0; i < 3; i++) {
            peer_wait(&peer, 7200 * FLUE_SECOND);
            EXPECT_AT(&peer, A, 0, 1, 0, start + 7200 * FLUE_SECOND);
            peer_ack(&peer, 1, 1);
            start = peer.now;
            EXPECT_NOTHING(&peer);
        }
    }
}

/* The buffer is full, a byte of it is read, a probe comes, and both directions go on. */
static void
test_2_12_no_window_probe_deadlock(void **state)
{
    FOR_EACH_VARIATION(peer, ON_BOTH)
    {
        uint32_t next;

        peer.consume = false;
        peer.options.receive_buffer_bytes = 3000;
        peer_open(&peer, 10 * MS);
        for (uint32_t i = 0; i < 3; i++)
            peer_segment(&peer, A, 1 + 1000 * i, 1, 1000);
        peer_wait(&peer, 40 * MS);
        flue_tcp_consume(peer.connection, peer.now, 1);
        peer_segment(&peer, A, 3001, 1, 1);
        (void)peer_skip(&peer);
        next = peer_last(&peer)->ack;
        for (uint32_t i = 0; i < 40; i++) { /* what we send is still acknowledged */
            peer_send(&peer, 1000);
            peer_segment(&peer, A, next, 1001 + 1000 * i, 1);
            assert_int_equal(peer.completed, i + 1);
        }
        flue_tcp_consume(peer.connection, peer.now, 2999);
        (void)peer_skip(&peer);
        assert_true(peer_last(&peer)->window > 0);
        peer_segment(&peer, A, next, 40001, 1000);
        assert_int_equal(peer.received, next - 1 + 1000);
    }
}

static void
test_2_13_no_stretch_acks(void **state)
{
    FOR_EACH_VARIATION(peer, ON_BOTH)
    {
        peer_open(&peer, 10 * MS);
        for (uint32_t i = 0; i < 20; i++)
            peer_segment(&peer, A, 1 + 1000 * i, 1, 1000);
        assert_int_equal(peer_skip(&peer), 10);
    }
}

static void
test_2_14_retransmission_sends_one_segment(void **state)
{
    FOR_EACH_VARIATION(peer, ON_BOTH)
    {
        peer.options.use_limited_transmit = false;
        peer_open(&peer, 10 * MS);
        peer_send(&peer, 10000);
        assert_int_equal(peer_skip(&peer), 10);
        for (int i = 0; i < 3; i++)
            peer_ack(&peer, 1, 1);
        EXPECT(&peer, A, 1, 1, 1000);
        EXPECT_NOTHING(&peer);
        peer_wait(&peer, 1000 * MS);
        EXPECT(&peer, A, 1, 1, 1000);
        EXPECT_NOTHING(&peer);
    }
}

/* Not after the ACK of the data, and not held by Nagle. */
static void
test_2_15_fin_is_sent_promptly(void **state)
{
    FOR_EACH_VARIATION(peer, ON_BOTH)
    {
        peer.options.use_nagle = true;
        peer_open(&peer, 10 * MS);
        peer_send(&peer, 200);
        EXPECT(&peer, A, 1, 1, 200);
        assert_int_equal(flue_tcp_shutdown(peer.connection, peer.now), FLUE_OK);
        EXPECT(&peer, F | A, 201, 1, 0);
    }
}

/* Nobody reads any more: data is answered with RST (RFC 1122 4.2.2.13). A target sends no RST of
 * its own, and its owner does not leave before the upload. */
static void
test_2_16_reset_after_half_duplex_close(void **state)
{
    FOR_EACH_VARIATION(peer, ON_HOST)
    {
        peer_open(&peer, 10 * MS);
        flue_tcp_release(peer.connection, peer.now);
        EXPECT(&peer, F | A, 1, 1, 0);
        peer_segment(&peer, A, 1, 2, 100);
        EXPECT(&peer, R | A, 2, 1, 0);
        assert_null(flue_tcp_find(peer.engine, &peer.tuple));
    }
}

static void
test_2_17_reset_on_close_with_data_pending(void **state)
{
    FOR_EACH_VARIATION(peer, ON_HOST)
    {
        peer.consume = false;
        peer_open(&peer, 10 * MS);
        peer_segment(&peer, A, 1, 1, 100);
        flue_tcp_release(peer.connection, peer.now);
        EXPECT(&peer, R | A, 1, 101, 0);
        assert_null(flue_tcp_find(peer.engine, &peer.tuple));
        assert_int_equal(peer.closed, 0);
    }
}

/* What a segment's options take, in bytes. */
static uint32_t
option_bytes(const struct flue_tcp_segment *segment)
{
    return (segment->has_timestamp ? 12U : 0U) +
           (segment->sack_count > 0 ? 4U + 8U * segment->sack_count : 0U);
}

/* Text and options together never exceed the MSS, with blocks to report too; and the blocks are
 * reported all the same. */
static void
test_2_18_options_count_against_the_mss(void **state)
{
    for (int with_timestamps = 0; with_timestamps < 2; with_timestamps++) {
        FOR_EACH_VARIATION(peer, ON_BOTH)
        {
            unsigned reports = 0;

            peer.options.use_sack = true;
            peer.options.use_timestamps = with_timestamps == 1;
            peer.ts = 1;
            peer_open(&peer, 10 * MS);
            peer_segment(&peer, A, 3001, 1, 1000);
            peer_segment(&peer, A, 5001, 1, 1000);
            (void)peer_skip(&peer);
            peer_send(&peer, 30000);
            /* Out of order, and it lets more go. */
            peer_segment(&peer, A, 7001, 1 + peer.out[peer.out_read].length, 1000);
            while (peer.out_read != peer.out_count) {
                peer.out_read++;
                assert_true(peer_last(&peer)->length + option_bytes(&peer_last(&peer)->raw) <=
                            PEER_MSS);
                reports += peer_last(&peer)->raw.sack_count == 3;
            }
            assert_true(reports >= 1);
        }
    }
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        PEER_SCRIPT(test_2_1_initial_slow_start),
        PEER_SCRIPT(test_2_2_slow_start_after_a_timeout),
        PEER_SCRIPT(test_2_3_initialized_cwnd),
        PEER_SCRIPT(test_2_4_consistent_retransmission),
        PEER_SCRIPT(test_2_5_above_sequence_data_is_retained),
        PEER_SCRIPT(test_2_6_no_extra_additive_constant),
        PEER_SCRIPT(test_2_7_initial_timeout_is_not_too_low),
        PEER_SCRIPT(test_2_8_window_deflates_after_recovery),
        PEER_SCRIPT(test_2_9_keepalive_does_not_give_up_early),
        PEER_SCRIPT(test_2_10_timeout_backs_off),
        PEER_SCRIPT(test_2_11_keepalive_interval_is_two_hours),
        PEER_SCRIPT(test_2_12_no_window_probe_deadlock),
        PEER_SCRIPT(test_2_13_no_stretch_acks),
        PEER_SCRIPT(test_2_14_retransmission_sends_one_segment),
        PEER_SCRIPT(test_2_15_fin_is_sent_promptly),
        PEER_SCRIPT(test_2_16_reset_after_half_duplex_close),
        PEER_SCRIPT(test_2_17_reset_on_close_with_data_pending),
        PEER_SCRIPT(test_2_18_options_count_against_the_mss),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
