/* SPDX-License-Identifier: GPL-2.0-or-later
 *
 * ICMP errors: which end an opening, which are only remembered, and which are not believed. What
 * "too big" does to segments in flight is test_tcp_path_mtu.c.
 */
#include "cmocka_first.h"
#include "peer.h"

/* An error as both families of ICMP spell it: {type, code}. */
struct spelling {
    uint8_t ipv4[2];
    uint8_t ipv6[2];
};

static const struct spelling port_unreachable = {{3, 3}, {1, 4}};
static const struct spelling protocol_unreachable = {{3, 2}, {4, 1}};
static const struct spelling host_unreachable = {{3, 1}, {1, 3}};
static const struct spelling no_route = {{3, 0}, {1, 0}};
static const struct spelling prohibited = {{3, 13}, {1, 1}};
static const struct spelling time_exceeded = {{11, 0}, {3, 0}};
static const struct spelling bad_header = {{12, 0}, {4, 0}};
static const struct spelling echo_reply = {{0, 0}, {129, 0}};
static const struct spelling quench = {{4, 0}, {127, 0}}; /* ICMPv6 has none */

/* The network's word on the segment at the relative sequence number `seq`. */
static bool
icmp(struct peer *peer, const struct spelling *spelling, uint32_t seq)
{
    const uint8_t *number = peer->tuple.ip_version == 4 ? spelling->ipv4 : spelling->ipv6;
    struct flue_tcp_icmp error = {.type = number[0], .code = number[1], .seq = peer->iss + seq};

    return flue_tcp_icmp_input(peer->engine, peer->now, &peer->tuple, &error);
}

/* Until the engine gives up. */
static void
wait_for_the_end(struct peer *peer)
{
    while (peer->closed == 0) {
        assert_true(flue_tcp_next_deadline(peer->engine) != FLUE_TIME_NEVER);
        peer_wait(peer, 10 * FLUE_SECOND);
        (void)peer_skip(peer);
    }
}

static void
start_opening(struct peer *peer)
{
    peer->config.max_syn_retransmissions = 1;
    peer_create(peer);
    peer_connect(peer);
    EXPECT(peer, S, 0, 0, 0);
}

/* RFC 1122 4.2.3.9: codes 2 to 4 are hard errors. */
static void
test_icmp_hard_error_in_syn_sent_refuses(void **state)
{
    static const struct spelling *const hard[] = {&port_unreachable, &protocol_unreachable};

    for (unsigned i = 0; i < 2; i++) {
        FOR_EACH_VARIATION(peer, ON_HOST)
        {
            start_opening(&peer);
            assert_true(icmp(&peer, hard[i], 0));
            assert_int_equal(peer.closed, 1);
            assert_int_equal(peer.reason, FLUE_ERROR_REFUSED);
            assert_true(flue_tcp_next_deadline(peer.engine) == FLUE_TIME_NEVER);
        }
    }
}

static void
test_icmp_hard_error_in_syn_received_returns_to_listen(void **state)
{
    FOR_EACH_VARIATION(peer, ON_HOST)
    {
        peer_create(&peer);
        peer_listen(&peer);
        peer_segment(&peer, S, 0, 0, 0);
        EXPECT(&peer, S | A, 0, 1, 0);
        assert_true(icmp(&peer, &port_unreachable, 0));
        assert_int_equal(peer.closed, 0); /* nobody knew of it */
        assert_null(flue_tcp_find(peer.engine, &peer.tuple));
        peer_segment(&peer, S, 0, 0, 0); /* the backlog of one has room again */
        EXPECT(&peer, S | A, 0, 1, 0);
    }
}

/* RFC 1122 4.2.3.9: soft errors are remembered, and the user learns of them with the timeout. */
static void
test_icmp_soft_error_is_told_with_the_timeout(void **state)
{
    static const struct spelling *const soft[] = {&host_unreachable, &no_route, &prohibited,
                                                  &time_exceeded, &bad_header};

    for (unsigned i = 0; i < sizeof soft / sizeof soft[0]; i++) {
        FOR_EACH_VARIATION(peer, ON_HOST)
        {
            start_opening(&peer);
            assert_true(icmp(&peer, soft[i], 0));
            EXPECT_STATE(&peer, SYN_SENT);
            wait_for_the_end(&peer);
            assert_int_equal(peer.reason, FLUE_ERROR_UNREACHABLE);
        }
    }
}

static void
test_icmp_no_error_ends_as_timed_out(void **state)
{
    FOR_EACH_VARIATION(peer, ON_HOST)
    {
        start_opening(&peer);
        wait_for_the_end(&peer);
        assert_int_equal(peer.reason, FLUE_ERROR_TIMED_OUT);
    }
}

/* RFC 5927 5.2: in a synchronized state hard errors are soft. */
static void
test_icmp_hard_error_does_not_end_an_established_connection(void **state)
{
    FOR_EACH_VARIATION(peer, ON_BOTH)
    {
        peer.config.max_retransmissions = 2;
        peer_open(&peer, 10 * MS);
        peer_send(&peer, 500);
        EXPECT(&peer, A, 1, 1, 500);
        assert_true(icmp(&peer, &port_unreachable, 1));
        EXPECT_STATE(&peer, ESTABLISHED);
        assert_true(peer_snapshot(&peer).is_unreachable);
        wait_for_the_end(&peer);
        assert_int_equal(peer.reason, FLUE_ERROR_UNREACHABLE);
    }
}

static void
test_icmp_soft_error_is_forgotten_when_the_peer_is_heard(void **state)
{
    FOR_EACH_VARIATION(peer, ON_BOTH)
    {
        peer.config.max_retransmissions = 2;
        peer_open(&peer, 10 * MS);
        peer_send(&peer, 500);
        assert_true(icmp(&peer, &host_unreachable, 1));
        peer_ack(&peer, 1, 501);
        peer_send(&peer, 500);
        wait_for_the_end(&peer);
        assert_int_equal(peer.reason, FLUE_ERROR_TIMED_OUT);
    }
}

/* RFC 5927 4.1: whoever guesses must guess a number that is in flight. */
static void
test_icmp_about_nothing_in_flight_is_ignored(void **state)
{
    FOR_EACH_VARIATION(peer, ON_BOTH)
    {
        static const uint32_t outside[] = {0, 501, 0x80000000, 0xFFFFFFFF};
        struct flue_tcp_statistics statistics;

        peer_open(&peer, 10 * MS);
        peer_send(&peer, 500);
        for (unsigned i = 0; i < sizeof outside / sizeof outside[0]; i++)
            assert_false(icmp(&peer, &host_unreachable, outside[i]));
        assert_false(peer_snapshot(&peer).is_unreachable);
        assert_true(icmp(&peer, &host_unreachable, 500)); /* the last byte */
        flue_tcp_get_statistics(peer.engine, &statistics);
        assert_int_equal(statistics.in_icmp_errors, 5);
        assert_int_equal(statistics.heeded_icmp_errors, 1);
    }
}

static void
test_icmp_about_another_syn_is_ignored(void **state)
{
    FOR_EACH_VARIATION(peer, ON_HOST)
    {
        start_opening(&peer);
        assert_false(icmp(&peer, &port_unreachable, 1));
        assert_false(icmp(&peer, &port_unreachable, 0xFFFFFFFF));
        EXPECT_STATE(&peer, SYN_SENT);
        assert_int_equal(peer.closed, 0);
    }
}

/* A keepalive probe is all that an idle connection sends; it lies one before SND.UNA. */
static void
test_icmp_about_a_keepalive_probe_is_heeded(void **state)
{
    FOR_EACH_VARIATION(peer, ON_BOTH)
    {
        peer.options.use_keepalive = true;
        peer.options.keepalive_idle_ticks = 1000;
        peer.options.keepalive_interval_ticks = 1000;
        peer.options.keepalive_probes = 2;
        peer_open(&peer, 10 * MS);
        assert_false(icmp(&peer, &host_unreachable, 0));
        peer_wait(&peer, FLUE_SECOND);
        EXPECT(&peer, A, 0, 1, 0);
        assert_true(icmp(&peer, &host_unreachable, 0));
        wait_for_the_end(&peer);
        assert_int_equal(peer.reason, FLUE_ERROR_UNREACHABLE);
    }
}

/* RFC 6633 for the one; the other is no error at all. */
static void
test_icmp_source_quench_and_strangers_are_ignored(void **state)
{
    FOR_EACH_VARIATION(peer, ON_BOTH)
    {
        struct flue_tcp_snapshot before;

        peer_open(&peer, 10 * MS);
        peer_send(&peer, 500);
        before = peer_snapshot(&peer);
        assert_false(icmp(&peer, &quench, 1));
        assert_false(icmp(&peer, &echo_reply, 1));
        assert_int_equal(peer_snapshot(&peer).cwnd, before.cwnd);
        assert_false(peer_snapshot(&peer).is_unreachable);
    }
}

static void
test_icmp_for_no_connection_is_ignored(void **state)
{
    FOR_EACH_VARIATION(peer, ON_HOST)
    {
        peer_create(&peer);
        assert_false(icmp(&peer, &port_unreachable, 0));
        EXPECT_NOTHING(&peer);
    }
}

/* ---- What calls say of a connection that is no more ---- */

static void
test_calls_on_an_ended_connection_say_why(void **state)
{
    FOR_EACH_VARIATION(peer, ON_BOTH)
    {
        struct flue_buffer_list list;
        struct flue_memory_descriptor descriptor;

        peer.keep = true;
        peer_open(&peer, 10 * MS);
        assert_int_equal(flue_tcp_reason(peer.connection), FLUE_OK);
        peer_segment(&peer, R, 1, 0, 0);
        assert_int_equal(peer.reason, FLUE_ERROR_RESET);
        assert_int_equal(flue_tcp_reason(peer.connection), FLUE_ERROR_RESET);
        flue_buffer_list_init(&list, &descriptor, NULL, 1);
        assert_int_equal(flue_tcp_send(peer.connection, peer.now, &list), FLUE_ERROR_RESET);
        assert_int_equal(flue_tcp_shutdown(peer.connection, peer.now), FLUE_ERROR_RESET);
        flue_tcp_release(peer.connection, peer.now);
    }
}

static void
test_calls_on_a_connection_that_ended_in_order_answer_state(void **state)
{
    FOR_EACH_VARIATION(peer, ON_BOTH)
    {
        peer.keep = true;
        peer_open(&peer, 10 * MS);
        peer_segment(&peer, F | A, 1, 1, 0);
        assert_int_equal(flue_tcp_shutdown(peer.connection, peer.now), FLUE_OK);
        peer_ack(&peer, 2, 2);
        assert_int_equal(peer.closed, 1);
        assert_int_equal(flue_tcp_reason(peer.connection), FLUE_OK);
        assert_int_equal(flue_tcp_shutdown(peer.connection, peer.now), FLUE_ERROR_STATE);
        flue_tcp_release(peer.connection, peer.now);
    }
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        PEER_SCRIPT(test_icmp_hard_error_in_syn_sent_refuses),
        PEER_SCRIPT(test_icmp_hard_error_in_syn_received_returns_to_listen),
        PEER_SCRIPT(test_icmp_soft_error_is_told_with_the_timeout),
        PEER_SCRIPT(test_icmp_no_error_ends_as_timed_out),
        PEER_SCRIPT(test_icmp_hard_error_does_not_end_an_established_connection),
        PEER_SCRIPT(test_icmp_soft_error_is_forgotten_when_the_peer_is_heard),
        PEER_SCRIPT(test_icmp_about_nothing_in_flight_is_ignored),
        PEER_SCRIPT(test_icmp_about_another_syn_is_ignored),
        PEER_SCRIPT(test_icmp_about_a_keepalive_probe_is_heeded),
        PEER_SCRIPT(test_icmp_source_quench_and_strangers_are_ignored),
        PEER_SCRIPT(test_icmp_for_no_connection_is_ignored),
        PEER_SCRIPT(test_calls_on_an_ended_connection_say_why),
        PEER_SCRIPT(test_calls_on_a_connection_that_ended_in_order_answer_state),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
