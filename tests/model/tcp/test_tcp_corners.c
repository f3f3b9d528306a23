/* SPDX-License-Identifier: GPL-2.0-or-later
 *
 * Corners of the TCP engine that ordinary transfers do not reach: windows that close late, numbers
 * that wrap, memory laid out in unusual ways, and owners that act from inside their handlers.
 */
#include <string.h>

#include "cmocka_first.h"
#include "peer.h"

/* Where the peer's sequence numbers start; the engine's move with them. */
static const uint32_t starts[] = {0x1000, 0xFFFFFC00};

#define FOR_EACH_START(peer)                                                                       \
    struct peer peer;                                                                              \
    (void)state;                                                                                   \
    for (unsigned start_ = 0; start_ < 2 && (peer_init(&peer, starts[start_]), true); start_++)

static uint32_t
timer_left(const struct peer *peer)
{
    struct flue_tcp_snapshot snapshot;

    flue_tcp_get_snapshot(peer->connection, peer->now, &snapshot);
    return snapshot.retransmit_left_ticks;
}

/* ---- Zero windows ---- */

/* RFC-005: the probe carried the last byte, the window stays shut: there is nothing to probe for.
 */
static void
test_probe_takes_the_last_byte_then_the_timer_stops(void **state)
{
    FOR_EACH_START(peer)
    {
        peer.window = 0;
        peer_open(&peer, 10 * MS);
        peer_send(&peer, 1);
        peer_wait(&peer, 1000 * MS);
        EXPECT(&peer, A, 1, 1, 1);
        peer_ack(&peer, 1, 2);
        assert_int_equal(peer.completed, 1);
        assert_int_equal(timer_left(&peer), FLUE_TICKS_NOT_RUNNING);
        peer_wait(&peer, 7200 * FLUE_SECOND);
        EXPECT_NOTHING(&peer);
        assert_int_equal(peer.closed, 0);
        peer_fini(&peer);
    }
}

static void
test_probe_takes_the_fin_then_fin_wait_2_lasts(void **state)
{
    FOR_EACH_START(peer)
    {
        peer.window = 0;
        peer_open(&peer, 10 * MS);
        assert_int_equal(flue_tcp_shutdown(peer.connection, peer.now), FLUE_OK);
        peer_wait(&peer, 1000 * MS);
        EXPECT(&peer, F | A, 1, 1, 0);
        peer_ack(&peer, 1, 2);
        assert_int_equal(flue_tcp_state(peer.connection), FLUE_TCP_CONNECTION_FIN_WAIT2);
        peer_wait(&peer, 7200 * FLUE_SECOND);
        assert_int_equal(peer.closed, 0);
        peer_fini(&peer);
    }
}

/* RFC 9293 3.8.6: a window that shrinks to zero is probed, and never a reason to give up. */
static void
test_window_shrinks_over_data_in_flight_and_is_probed(void **state)
{
    FOR_EACH_START(peer)
    {
        peer_open(&peer, 10 * MS);
        peer_send(&peer, 1000);
        EXPECT(&peer, A, 1, 1, 1000);
        peer.window = 0;
        for (int i = 0; i < 40; i++) {
            peer_ack(&peer, 1, 1);
            peer_wait(&peer, 61 * FLUE_SECOND);
            assert_true(peer_skip(&peer) > 0);
            assert_int_equal(peer.closed, 0);
        }
        peer.window = PEER_WINDOW;
        peer_ack(&peer, 1, 1);
        EXPECT(&peer, A, 1, 1, 1000);
        peer_ack(&peer, 1, 1001);
        assert_int_equal(peer.completed, 1);
        peer_fini(&peer);
    }
}

/* ---- Recovery ---- */

/* RFC-007: `recover` of a connection without loss must not come round after 2 GiB. */
static void
test_fast_retransmit_after_two_gibibytes_without_loss(void **state)
{
    struct peer peer;
    struct flue_buffer_list list;
    struct flue_memory_descriptor descriptor;
    uint32_t acked = 1;

    (void)state;
    peer_init(&peer, 7);
    peer.options.use_window_scaling = true;
    peer_open(&peer, 1 * MS);
    for (uint64_t sent = 0; sent < UINT64_C(0x80000000) + 1000000; sent += 200000) {
        flue_buffer_list_init(&list, &descriptor, NULL, 200000);
        assert_int_equal(flue_tcp_send(peer.connection, peer.now, &list), FLUE_OK);
        for (uint32_t end = acked + 200000; acked != end;) {
            const struct sent_segment *last = &peer.out[(peer.out_count - 1) % PEER_KEPT];

            acked = last->seq + last->length;
            (void)peer_skip(&peer);
            peer_ack(&peer, 1, acked);
        }
    }
    peer_send(&peer, 10000);
    assert_true(peer_skip(&peer) == 10);
    for (int i = 0; i < 3; i++)
        peer_ack(&peer, 1, acked);
    EXPECT(&peer, A, acked, 1, 1000);
    peer_fini(&peer);
}

/* RFC 6298 5.3: each ACK of new data starts the timer anew, in SACK recovery too. */
static void
test_sack_recovery_partial_ack_starts_the_timer_anew(void **state)
{
    FOR_EACH_START(peer)
    {
        struct flue_tcp_statistics statistics;

        peer.options.use_sack = true;
        peer_open(&peer, 10 * MS);
        peer_send(&peer, 10000);
        for (uint32_t edge = 3001; edge <= 5001; edge += 1000)
            peer_sack(&peer, 1, 1, (const uint32_t[]){2001, edge, 0});
        peer_wait(&peer, 600 * MS);
        peer_sack(&peer, 1, 1001, (const uint32_t[]){2001, 5001, 0});
        assert_int_equal(timer_left(&peer), 1000);
        peer_wait(&peer, 600 * MS);
        flue_tcp_get_statistics(peer.engine, &statistics);
        assert_int_equal(statistics.timeouts, 0);
        peer_sack(&peer, 1, 10001, (const uint32_t[]){0});
        assert_int_equal(timer_left(&peer), FLUE_TICKS_NOT_RUNNING);
        peer_fini(&peer);
    }
}

/* RFC 6675 5.1: once HighACK has reached the timeout's RecoveryPoint, recovery may start again. */
static void
test_sack_recovery_right_behind_a_timeout(void **state)
{
    FOR_EACH_START(peer)
    {
        peer.options.use_sack = true;
        peer_open(&peer, 10 * MS);
        peer_send(&peer, 1000);
        peer_wait(&peer, 1000 * MS);
        peer_ack(&peer, 1, 1001);
        peer_send(&peer, 10000);
        peer_sack(&peer, 1, 1001, (const uint32_t[]){2001, 3001, 0});
        peer_sack(&peer, 1, 1001, (const uint32_t[]){2001, 4001, 0});
        assert_true(peer_skip(&peer) == 6); /* limited transmit: two more */
        peer_sack(&peer, 1, 1001, (const uint32_t[]){2001, 5001, 0});
        EXPECT(&peer, A, 1001, 1, 1000);
        peer_fini(&peer);
    }
}

/* RFC 6675 NextSeg rule 4: a partial ACK past every block leaves only the tail, which may be lost
 * too. While pipe was full nothing could be sent; now the last segment goes out once. */
static void
test_sack_recovery_rescues_the_tail_without_any_block_left(void **state)
{
    FOR_EACH_START(peer)
    {
        peer.options.use_sack = true;
        peer_open(&peer, 10 * MS);
        peer_send(&peer, 10000);
        for (uint32_t edge = 2001; edge <= 4001; edge += 1000)
            peer_sack(&peer, 1, 1, (const uint32_t[]){1001, edge, 0});
        assert_true(peer_skip(&peer) == 11); /* the ten and the first again: pipe is full */
        peer_sack(&peer, 1, 7001, (const uint32_t[]){0});
        EXPECT(&peer, A, 9001, 1, 1000);
        EXPECT_NOTHING(&peer);
        peer_fini(&peer);
    }
}

static void
test_sack_block_of_an_old_ack_counts_from_snd_una(void **state)
{
    FOR_EACH_START(peer)
    {
        struct flue_tcp_snapshot snapshot;

        peer.options.use_sack = true;
        peer_open(&peer, 10 * MS);
        peer_send(&peer, 10000);
        peer_sack(&peer, 1, 1, (const uint32_t[]){1001, 3001, 0});
        peer_ack(&peer, 1, 2001);
        peer_sack(&peer, 1, 1, (const uint32_t[]){1001, 4001, 0});
        flue_tcp_get_snapshot(peer.connection, peer.now, &snapshot);
        assert_int_equal(snapshot.sacked_bytes, 2000);
        peer_fini(&peer);
    }
}

/* Queues `length` bytes that start inside a descriptor: no segment can span two such lists. */
static void
send_apart(struct peer *peer, unsigned i, uint32_t length)
{
    flue_buffer_list_init(&peer->lists[i], &peer->descriptors[i], NULL, length + 8);
    flue_buffer_advance(&peer->lists[i].buffer, 8);
    assert_int_equal(flue_tcp_send(peer->connection, peer->now, &peer->lists[i]), FLUE_OK);
}

static void
test_sack_recovery_sends_all_of_a_hole_over_lists_that_do_not_join(void **state)
{
    FOR_EACH_START(peer)
    {
        peer.options.use_sack = true;
        peer_open(&peer, 10 * MS);
        send_apart(&peer, 0, 100);
        send_apart(&peer, 1, 5000);
        assert_true(peer_skip(&peer) == 6);
        for (uint32_t edge = 2101; edge <= 4101; edge += 1000)
            peer_sack(&peer, 1, 1, (const uint32_t[]){1101, edge, 0});
        EXPECT(&peer, A, 1, 1, 100);
        EXPECT(&peer, A, 101, 1, 1000);
        peer_fini(&peer);
    }
}

/* ---- Opening and waiting ---- */

/* RFC 9293 figure 7: both have sent SYN,ACK; that of the peer acknowledges ours. */
static void
test_open_simultaneous_is_completed_by_the_peers_syn_ack(void **state)
{
    FOR_EACH_START(peer)
    {
        peer_open(&peer, 10 * MS);
        peer.tuple.local_port++;
        assert_int_equal(flue_tcp_connect(peer.engine, peer.now, &peer.tuple, &peer.options, NULL,
                                          &peer.connection),
                         FLUE_OK);
        peer_segment(&peer, S, 0, 0, 0);
        (void)peer_skip(&peer);
        peer_segment(&peer, S | A, 0, 1, 0);
        EXPECT(&peer, A, 1, 1, 0);
        assert_int_equal(flue_tcp_state(peer.connection), FLUE_TCP_CONNECTION_ESTABLISHED);
        peer_segment(&peer, S | A, 0, 1, 0); /* again: an ACK, and no SYN */
        EXPECT(&peer, A, 1, 1, 0);
        EXPECT_NOTHING(&peer);
        peer_fini(&peer);
    }
}

static void
test_empty_list_before_the_open_completes_with_it(void **state)
{
    FOR_EACH_START(peer)
    {
        peer_open(&peer, 10 * MS);
        peer.tuple.local_port++;
        assert_int_equal(flue_tcp_connect(peer.engine, peer.now, &peer.tuple, &peer.options, NULL,
                                          &peer.connection),
                         FLUE_OK);
        peer_send(&peer, 0);
        assert_int_equal(peer.completed, 0);
        peer_segment(&peer, S | A, 0, 1, 0);
        assert_int_equal(peer.completed, 1);
        assert_int_equal(peer.last_status, FLUE_STATUS_SUCCESS);
        peer_fini(&peer);
    }
}

/* Sequence numbers compare only within 2^31. */
static void
test_send_more_than_the_sequence_space_holds_is_refused(void **state)
{
    FOR_EACH_START(peer)
    {
        struct flue_buffer_list lists[2];
        struct flue_memory_descriptor descriptors[2];

        peer_open(&peer, 10 * MS);
        for (int i = 0; i < 2; i++)
            flue_buffer_list_init(&lists[i], &descriptors[i], NULL, UINT32_C(1) << 30);
        assert_int_equal(flue_tcp_send(peer.connection, peer.now, &lists[0]), FLUE_OK);
        assert_int_equal(flue_tcp_send(peer.connection, peer.now, &lists[1]), FLUE_ERROR_LIMIT);
        lists[0].next = &lists[1];
        peer_fini(&peer);
    }
}

static void
test_keepalive_is_off_in_time_wait(void **state)
{
    FOR_EACH_START(peer)
    {
        peer.options.use_keepalive = true;
        peer.options.keepalive_idle_ticks = 1000;
        peer.options.keepalive_interval_ticks = 1000;
        peer_open(&peer, 10 * MS);
        assert_int_equal(flue_tcp_shutdown(peer.connection, peer.now), FLUE_OK);
        peer_segment(&peer, F | A, 1, 2, 0);
        assert_int_equal(flue_tcp_state(peer.connection), FLUE_TCP_CONNECTION_TIME_WAIT);
        (void)peer_skip(&peer);
        peer_ack(&peer, 2, 2);
        peer_wait(&peer, 61 * FLUE_SECOND);
        EXPECT_NOTHING(&peer);
        assert_int_equal(peer.reason, FLUE_OK);
        peer_fini(&peer);
    }
}

/* TSTAMP-005: TS.Recent ages out before the clock's half comes round, and is then replaced. */
static void
test_paws_ages_out_with_a_fast_clock(void **state)
{
    FOR_EACH_START(peer)
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
        peer_fini(&peer);
    }
}

/* ---- Moves and handlers ---- */

/* What another engine would be told. */
static enum flue_tcp_connection_state
exported_state(struct peer *peer, struct flue_tcp_connection *connection)
{
    struct flue_tcp_const constants;
    struct flue_tcp_cached cached;
    struct flue_tcp_delegated delegated;

    flue_tcp_export(connection, peer->now, &constants, &cached, &delegated);
    return delegated.state;
}

static enum flue_tcp_connection_state expected_inside;
static unsigned times_inside;

static void
check_export(struct peer *peer, struct flue_tcp_connection *connection)
{
    times_inside++;
    assert_int_equal(exported_state(peer, connection), expected_inside);
}

/* The ACK covers data and FIN: whoever takes the connection away meanwhile must learn both. */
static void
test_export_from_inside_sent_knows_that_fin_is_acknowledged(void **state)
{
    FOR_EACH_START(peer)
    {
        peer_open(&peer, 10 * MS);
        peer_send(&peer, 500);
        assert_int_equal(flue_tcp_shutdown(peer.connection, peer.now), FLUE_OK);
        (void)peer_skip(&peer);
        peer.inside = check_export;
        expected_inside = FLUE_TCP_CONNECTION_FIN_WAIT2;
        times_inside = 0;
        peer_ack(&peer, 1, 502);
        assert_int_equal(times_inside, 2); /* `sent` and `send_closed` */
        peer_fini(&peer);
    }
}

static void
abort_in_time_wait(struct peer *peer, struct flue_tcp_connection *connection)
{
    if (flue_tcp_state(connection) == FLUE_TCP_CONNECTION_TIME_WAIT)
        flue_tcp_abort(connection, peer->now);
}

/* `closed` is the last call for a connection. */
static void
test_abort_from_inside_entered_time_wait_is_the_last_call(void **state)
{
    FOR_EACH_START(peer)
    {
        peer.keep = true;
        peer_open(&peer, 10 * MS);
        assert_int_equal(flue_tcp_shutdown(peer.connection, peer.now), FLUE_OK);
        peer_ack(&peer, 1, 2);
        peer.inside = abort_in_time_wait;
        peer_segment(&peer, F | A, 1, 2, 0);
        assert_int_equal(peer.closed, 1);
        assert_int_equal(peer.peer_closed, 0);
        flue_tcp_release(peer.connection, peer.now);
        peer_fini(&peer);
    }
}

/* An ended connection that its owner still keeps is no connection to the peer. */
static void
test_tuple_of_a_closed_connection_is_free(void **state)
{
    FOR_EACH_START(peer)
    {
        struct flue_tcp_connection *old;

        peer.keep = true;
        peer_open(&peer, 10 * MS);
        old = peer.connection;
        flue_tcp_abort(old, peer.now);
        (void)peer_skip(&peer);
        peer_ack(&peer, 1, 1);
        EXPECT(&peer, R, 1, 0, 0); /* RFC 9293 3.10.7.1 */
        assert_int_equal(flue_tcp_connect(peer.engine, peer.now, &peer.tuple, &peer.options, NULL,
                                          &peer.connection),
                         FLUE_OK);
        flue_tcp_release(old, peer.now);
        assert_ptr_equal(flue_tcp_find(peer.engine, &peer.tuple), peer.connection);
        peer_fini(&peer);
    }
}

/* A connection that was given up comes with data in flight and no timer: it must not hang. */
static void
test_import_in_flight_without_a_timer_starts_one(void **state)
{
    FOR_EACH_START(peer)
    {
        struct flue_tcp_const constants;
        struct flue_tcp_cached cached;
        struct flue_tcp_delegated delegated;
        struct flue_tcp_import import = {.tuple = peer.tuple,
                                         .constants = &constants,
                                         .cached = &cached,
                                         .delegated = &delegated,
                                         .path_mtu = 1040};

        peer_open(&peer, 10 * MS);
        peer_send(&peer, 1000);
        flue_tcp_export(peer.connection, peer.now, &constants, &cached, &delegated);
        flue_tcp_surrender(peer.connection, peer.now, &import.lists);
        delegated.retransmit.timeout_delta_ticks = FLUE_TICKS_NOT_RUNNING;
        assert_int_equal(flue_tcp_import(peer.engine, peer.now, &import, &peer.connection),
                         FLUE_OK);
        (void)peer_skip(&peer);
        peer_wait(&peer, 2 * FLUE_SECOND);
        EXPECT(&peer, A, 1, 1, 1000);
        peer_fini(&peer);
    }
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_probe_takes_the_last_byte_then_the_timer_stops),
        cmocka_unit_test(test_probe_takes_the_fin_then_fin_wait_2_lasts),
        cmocka_unit_test(test_window_shrinks_over_data_in_flight_and_is_probed),
        cmocka_unit_test(test_fast_retransmit_after_two_gibibytes_without_loss),
        cmocka_unit_test(test_sack_recovery_partial_ack_starts_the_timer_anew),
        cmocka_unit_test(test_sack_recovery_right_behind_a_timeout),
        cmocka_unit_test(test_sack_recovery_sends_all_of_a_hole_over_lists_that_do_not_join),
        cmocka_unit_test(test_sack_recovery_rescues_the_tail_without_any_block_left),
        cmocka_unit_test(test_sack_block_of_an_old_ack_counts_from_snd_una),
        cmocka_unit_test(test_open_simultaneous_is_completed_by_the_peers_syn_ack),
        cmocka_unit_test(test_empty_list_before_the_open_completes_with_it),
        cmocka_unit_test(test_send_more_than_the_sequence_space_holds_is_refused),
        cmocka_unit_test(test_keepalive_is_off_in_time_wait),
        cmocka_unit_test(test_paws_ages_out_with_a_fast_clock),
        cmocka_unit_test(test_export_from_inside_sent_knows_that_fin_is_acknowledged),
        cmocka_unit_test(test_abort_from_inside_entered_time_wait_is_the_last_call),
        cmocka_unit_test(test_tuple_of_a_closed_connection_is_free),
        cmocka_unit_test(test_import_in_flight_without_a_timer_starts_one),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
