/* SPDX-License-Identifier: GPL-2.0-or-later
 *
 * Urgent data (RFC 9293 3.8.5, RFC 6093): the mark on its way out and in, and what an owner that
 * takes the connection over is left with.
 */
#include "cmocka_first.h"
#include "peer.h"

static struct flue_buffer_list urgent_list;
static struct flue_memory_descriptor urgent_descriptor;

static enum flue_result
send_urgent(struct peer *peer, uint32_t length)
{
    flue_buffer_list_init(&urgent_list, &urgent_descriptor, NULL, length);
    return flue_tcp_send_urgent(peer->connection, peer->now, &urgent_list);
}

/* The segment that EXPECT looked at last points here, relative to the ISS. */
static uint32_t
pointed_at(const struct peer *peer)
{
    return peer_last(peer)->seq + peer_last(peer)->raw.urgent_pointer;
}

/* A segment from the peer that is urgent up to `up`, relative. */
static void
urgent_segment(struct peer *peer, uint32_t seq, uint32_t length, uint32_t up)
{
    struct flue_tcp_segment segment = peer_make(peer, U | A, seq, 1, length);

    segment.urgent_pointer = (uint16_t)(up - seq);
    peer_input(peer, &segment);
}

static void
no_memory(struct peer *peer, bool on)
{
    peer->memory.fail_call = on ? peer->memory.calls + 1 : 0;
    peer->memory.fail_after = on;
}

/* ---- Sending ---- */

static void
test_urgent_send_marks_segments_up_to_its_end(void **state)
{
    FOR_EACH_VARIATION(peer, ON_BOTH)
    {
        peer_open(&peer, 10 * MS);
        assert_int_equal(send_urgent(&peer, 1500), FLUE_OK);
        EXPECT(&peer, U | A, 1, 1, 1000);
        assert_int_equal(pointed_at(&peer), 1501); /* one past the urgent data: RFC 6093 */
        EXPECT(&peer, U | A, 1001, 1, 500);
        assert_int_equal(pointed_at(&peer), 1501);
        EXPECT_NOTHING(&peer);
        peer_send(&peer, 1000);
        EXPECT(&peer, A, 1501, 1, 1000);
        assert_int_equal(peer_last(&peer)->raw.urgent_pointer, 0);
        peer_ack(&peer, 1, 1501);
        assert_false(peer_snapshot(&peer).snd_urgent);
    }
}

/* MUST-30: what lies before it is part of it; the mark goes out with the first of it. */
static void
test_urgent_send_behind_data_marks_that_too(void **state)
{
    FOR_EACH_VARIATION(peer, ON_BOTH)
    {
        peer.options.use_nagle = true;
        peer_open(&peer, 10 * MS);
        peer_send(&peer, 300);
        EXPECT(&peer, A, 1, 1, 300);
        peer_send(&peer, 200); /* held by Nagle */
        EXPECT_NOTHING(&peer);
        assert_int_equal(send_urgent(&peer, 1), FLUE_OK); /* which urgent data is not */
        EXPECT(&peer, U | A, 301, 1, 201);
        assert_int_equal(pointed_at(&peer), 502);
    }
}

static void
test_urgent_send_into_a_shut_window_announces_it(void **state)
{
    FOR_EACH_VARIATION(peer, ON_BOTH)
    {
        peer_open(&peer, 10 * MS);
        peer.window = 0;
        peer_ack(&peer, 1, 1);
        peer_send(&peer, 100);
        EXPECT_NOTHING(&peer);
        assert_int_equal(send_urgent(&peer, 100), FLUE_OK);
        EXPECT(&peer, U | A, 1, 1, 0);
        assert_int_equal(pointed_at(&peer), 201);
        EXPECT_NOTHING(&peer);
        peer.window = PEER_WINDOW;
        peer_ack(&peer, 1, 1);
        EXPECT(&peer, U | A, 1, 1, 200);
    }
}

static void
test_urgent_send_farther_than_the_field_points_to_its_most(void **state)
{
    FOR_EACH_VARIATION(peer, ON_BOTH)
    {
        uint32_t at = 1;

        peer_open(&peer, 10 * MS);
        assert_int_equal(send_urgent(&peer, 70000), FLUE_OK);
        EXPECT(&peer, U | A, 1, 1, PEER_MSS);
        assert_int_equal(peer_last(&peer)->raw.urgent_pointer, UINT16_MAX);
        (void)peer_skip(&peer);
        for (; at < 69001; at += 5 * PEER_MSS) {
            peer_ack(&peer, 1, at);
            (void)peer_skip(&peer);
        }
        peer_ack(&peer, 1, 69001 - 1000);
        (void)peer_skip(&peer);
        peer_wait(&peer, 2 * FLUE_SECOND);
        EXPECT(&peer, U | A, 68001, 1, PEER_MSS); /* a retransmission is marked as well */
        assert_int_equal(pointed_at(&peer), 70001);
    }
}

static void
test_urgent_send_before_the_connection_is_open_waits_for_it(void **state)
{
    FOR_EACH_VARIATION(peer, ON_HOST)
    {
        peer_create(&peer);
        peer_connect(&peer);
        assert_int_equal(send_urgent(&peer, 5), FLUE_OK);
        EXPECT(&peer, S, 0, 0, 0);
        assert_int_equal(peer_last(&peer)->raw.urgent_pointer, 0);
        EXPECT_NOTHING(&peer);
        peer_segment(&peer, S | A, 0, 1, 0);
        EXPECT(&peer, U | A, 1, 1, 5);
    }
}

static void
test_urgent_send_without_memory_changes_nothing(void **state)
{
    FOR_EACH_VARIATION(peer, ON_BOTH)
    {
        peer_open(&peer, 10 * MS);
        no_memory(&peer, true);
        assert_int_equal(send_urgent(&peer, 5), FLUE_ERROR_NO_MEMORY);
        no_memory(&peer, false);
        EXPECT_NOTHING(&peer);
        assert_int_equal(peer_snapshot(&peer).snd_queued, 0);
        assert_int_equal(send_urgent(&peer, 5), FLUE_OK);
        EXPECT(&peer, U | A, 1, 1, 5);
    }
}

static void
test_urgent_send_after_shutdown_is_refused(void **state)
{
    FOR_EACH_VARIATION(peer, ON_BOTH)
    {
        peer_open(&peer, 10 * MS);
        assert_int_equal(flue_tcp_shutdown(peer.connection, peer.now), FLUE_OK);
        EXPECT(&peer, F | A, 1, 1, 0);
        assert_int_equal(send_urgent(&peer, 5), FLUE_ERROR_STATE);
        EXPECT_NOTHING(&peer);
        assert_false(peer_snapshot(&peer).snd_urgent);
    }
}

/* ---- Receiving ---- */

/* MUST-32, MUST-33. */
static void
test_urgent_arrival_is_told_and_the_data_stays_in_line(void **state)
{
    FOR_EACH_VARIATION(peer, ON_BOTH)
    {
        peer.consume = false;
        peer_open(&peer, 10 * MS);
        peer_segment(&peer, A, 1, 1, 100);
        assert_int_equal(flue_tcp_urgent_left(peer.connection), 0);
        urgent_segment(&peer, 101, 10, 111);
        assert_int_equal(peer.urgent, 1);
        assert_int_equal(peer.urgent_left, 110); /* what lies before it counts */
        assert_int_equal(peer.received, 110);
        flue_tcp_consume(peer.connection, peer.now, 109);
        assert_int_equal(flue_tcp_urgent_left(peer.connection), 1);
        flue_tcp_consume(peer.connection, peer.now, 1);
        assert_int_equal(flue_tcp_urgent_left(peer.connection), 0);
        assert_false(peer_snapshot(&peer).rcv_urgent);
    }
}

static void
test_urgent_arrival_is_told_again_only_when_it_advances(void **state)
{
    FOR_EACH_VARIATION(peer, ON_BOTH)
    {
        peer.consume = false;
        peer_open(&peer, 10 * MS);
        urgent_segment(&peer, 1, 10, 501);
        assert_int_equal(peer.urgent, 1);
        assert_int_equal(peer.urgent_left, 500);
        urgent_segment(&peer, 11, 10, 501);
        assert_int_equal(peer.urgent, 1);
        urgent_segment(&peer, 21, 10, 401); /* never back */
        assert_int_equal(peer.urgent, 1);
        urgent_segment(&peer, 31, 10, 601);
        assert_int_equal(peer.urgent, 2);
        assert_int_equal(peer.urgent_left, 600);
        assert_int_equal(peer_snapshot(&peer).rcv_up, peer.irs + 601);
    }
}

/* MUST-31: of any length, and with the window shut. */
static void
test_urgent_arrival_counts_without_data(void **state)
{
    FOR_EACH_VARIATION(peer, ON_BOTH)
    {
        peer.options.receive_buffer_bytes = 1000;
        peer.consume = false;
        peer_open(&peer, 10 * MS);
        peer_segment(&peer, A, 1, 1, 1000);
        urgent_segment(&peer, 1001, 0, 1001 + UINT16_MAX);
        assert_int_equal(peer.urgent, 1);
        assert_int_equal(peer.urgent_left, 1000 + UINT16_MAX);
    }
}

static void
test_urgent_arrival_of_what_was_read_is_no_news(void **state)
{
    FOR_EACH_VARIATION(peer, ON_BOTH)
    {
        peer_open(&peer, 10 * MS);
        peer_segment(&peer, A, 1, 1, 100);
        urgent_segment(&peer, 101, 0, 101);
        assert_int_equal(peer.urgent, 0);
        urgent_segment(&peer, 51, 60, 91);
        assert_int_equal(peer.urgent, 0);
        assert_int_equal(peer.received, 110);
    }
}

/* NONSTD-007: outside the window, or with an ACK of nothing, it is no urgent data at all. */
static void
test_urgent_arrival_that_is_not_acceptable_is_not_told(void **state)
{
    FOR_EACH_VARIATION(peer, ON_BOTH)
    {
        struct flue_tcp_segment segment;

        peer_open(&peer, 10 * MS);
        urgent_segment(&peer, 1 + 2 * PEER_WINDOW, 10, 11 + 2 * PEER_WINDOW);
        segment = peer_make(&peer, U | A, 1, 1000, 10);
        segment.urgent_pointer = 10;
        peer_input(&peer, &segment);
        assert_int_equal(peer.urgent, 0);
        (void)peer_skip(&peer);
        peer_segment(&peer, A, 1, 1, 10);
        assert_int_equal(peer.received, 10);
        EXPECT_STATE(&peer, ESTABLISHED);
    }
}

static void
test_urgent_arrival_after_fin_is_ignored(void **state)
{
    FOR_EACH_VARIATION(peer, ON_BOTH)
    {
        peer_open(&peer, 10 * MS);
        peer_segment(&peer, F | A, 1, 1, 0);
        urgent_segment(&peer, 2, 0, 50);
        assert_int_equal(peer.urgent, 0);
    }
}

static void
test_urgent_arrival_without_memory_is_told_though_not_remembered(void **state)
{
    FOR_EACH_VARIATION(peer, ON_BOTH)
    {
        peer.consume = false;
        peer_open(&peer, 10 * MS);
        no_memory(&peer, true);
        urgent_segment(&peer, 1, 10, 11);
        no_memory(&peer, false);
        assert_int_equal(peer.urgent, 1);
        assert_int_equal(peer.received, 10);
        assert_int_equal(flue_tcp_urgent_left(peer.connection), 0);
    }
}

/* NONSTD-009, NONSTD-010: what an owner needs that has the connection uploaded. The segment's ACK
 * counts, its text does not, and nothing that follows is acknowledged. */
static void
test_urgent_arrival_that_the_owner_takes_over_freezes_the_connection(void **state)
{
    FOR_EACH_VARIATION(peer, ON_BOTH)
    {
        struct flue_tcp_const constants;
        struct flue_tcp_cached cached;
        struct flue_tcp_delegated delegated;
        struct flue_tcp_segment segment;

        peer.take_over = true;
        peer_open(&peer, 10 * MS);
        peer_segment(&peer, A, 1, 1, 100); /* its ACK is being delayed */
        peer_send(&peer, 500);
        (void)peer_skip(&peer);
        peer_segment(&peer, A, 101, 1, 100);
        segment = peer_make(&peer, U | A, 201, 501, 10);
        segment.urgent_pointer = 10;
        peer_input(&peer, &segment);
        assert_int_equal(peer.urgent, 1);
        peer_segment(&peer, A, 211, 501, 1000);
        flue_tcp_flush_ack(peer.connection, peer.now);
        peer_wait(&peer, 100 * FLUE_SECOND);
        EXPECT_NOTHING(&peer);
        assert_int_equal(peer.received, 200);
        flue_tcp_export(peer.connection, peer.now, &constants, &cached, &delegated);
        assert_int_equal(delegated.rcv_nxt - peer.irs, 201);
        assert_int_equal(delegated.snd_una - peer.iss, 501);
        assert_int_equal(peer.completed, 1);
    }
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        PEER_SCRIPT(test_urgent_send_marks_segments_up_to_its_end),
        PEER_SCRIPT(test_urgent_send_behind_data_marks_that_too),
        PEER_SCRIPT(test_urgent_send_into_a_shut_window_announces_it),
        PEER_SCRIPT(test_urgent_send_farther_than_the_field_points_to_its_most),
        PEER_SCRIPT(test_urgent_send_before_the_connection_is_open_waits_for_it),
        PEER_SCRIPT(test_urgent_send_without_memory_changes_nothing),
        PEER_SCRIPT(test_urgent_send_after_shutdown_is_refused),
        PEER_SCRIPT(test_urgent_arrival_is_told_and_the_data_stays_in_line),
        PEER_SCRIPT(test_urgent_arrival_is_told_again_only_when_it_advances),
        PEER_SCRIPT(test_urgent_arrival_counts_without_data),
        PEER_SCRIPT(test_urgent_arrival_of_what_was_read_is_no_news),
        PEER_SCRIPT(test_urgent_arrival_that_is_not_acceptable_is_not_told),
        PEER_SCRIPT(test_urgent_arrival_after_fin_is_ignored),
        PEER_SCRIPT(test_urgent_arrival_without_memory_is_told_though_not_remembered),
        PEER_SCRIPT(test_urgent_arrival_that_the_owner_takes_over_freezes_the_connection),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
