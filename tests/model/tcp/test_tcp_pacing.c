/* SPDX-License-Identifier: GPL-2.0-or-later
 *
 * Pacing: segments leave at the instants that the rate says, and the engine's next deadline is that
 * instant to the picosecond.
 */
#include "cmocka_first.h"
#include "peer.h"

/* Runs to the engine's next deadline, which must be `at`, but for one call beforehand by which an
 * engine that has just begun sorts its far timers. */
static void
step_to(struct peer *peer, flue_time at)
{
    if (flue_tcp_next_deadline(peer->engine) < peer->now)
        flue_tcp_advance(peer->engine, peer->now);
    assert_int_equal(flue_tcp_next_deadline(peer->engine), at);
    peer->now = at;
    flue_tcp_advance(peer->engine, at);
}

/* 8 Mbit/s: 1000 bytes a millisecond, whatever the windows allow. */
static void
test_pacing_at_a_fixed_rate_sends_one_segment_each_interval(void **state)
{
    FOR_EACH_VARIATION(peer, ON_BOTH)
    {
        flue_time start;

        peer.options.use_pacing = true;
        peer.options.pacing_bps = 8000000;
        peer_open(&peer, 10 * MS);
        start = peer.now;
        peer_send(&peer, 5000);
        EXPECT_AT(&peer, A, 1, 1, 1000, start);
        EXPECT_NOTHING(&peer);
        for (uint32_t i = 1; i < 5; i++) {
            step_to(&peer, start + i * MS);
            EXPECT_AT(&peer, A, 1 + i * 1000, 1, 1000, start + i * MS);
            EXPECT_NOTHING(&peer);
        }
        peer_wait(&peer, 5 * MS);
        peer_ack(&peer, 1, 5001);
        assert_int_equal(flue_tcp_next_deadline(peer.engine), FLUE_TIME_NEVER);
    }
}

/* An interval that is no whole number of anything: 1000 bytes at 7 Gbit/s. */
static void
test_pacing_deadlines_are_exact(void **state)
{
    FOR_EACH_VARIATION(peer, ON_BOTH)
    {
        const flue_time interval = UINT64_C(8000) * FLUE_SECOND / 7000000000;
        flue_time start;

        peer.options.use_pacing = true;
        peer.options.pacing_bps = 7000000000;
        peer_open(&peer, 10 * MS);
        start = peer.now;
        peer_send(&peer, 4000);
        for (uint32_t i = 0; i < 4; i++) {
            if (i > 0)
                step_to(&peer, start + i * interval);
            EXPECT_AT(&peer, A, 1 + i * 1000, 1, 1000, start + i * interval);
        }
        EXPECT_NOTHING(&peer);
    }
}

/* Slow start: twice cwnd / SRTT, here 10 segments in 10 ms; avoidance: 1.2 times that. */
static void
test_pacing_follows_the_window_and_the_round_trip(void **state)
{
    FOR_EACH_VARIATION(peer, ON_BOTH)
    {
        flue_time start;

        peer.options.use_pacing = true;
        peer_open(&peer, 10 * MS);
        assert_int_equal(peer_snapshot(&peer).pacing_bps, 2 * 8 * 1000000);
        start = peer.now;
        peer_send(&peer, 10000);
        for (uint32_t i = 0; i < 10; i++) {
            if (i > 0)
                step_to(&peer, start + i * MS / 2);
            EXPECT_AT(&peer, A, 1 + i * 1000, 1, 1000, start + i * MS / 2);
        }
        peer_wait(&peer, 5500 * FLUE_MICROSECOND);
        for (int i = 0; i < 3; i++)
            peer_ack(&peer, 1, 1);
        EXPECT_AT(&peer, A, 1, 1, 1000, peer.now); /* a lost segment is not kept waiting */
        peer_ack(&peer, 1, 10001);
        peer_send(&peer, 2000);
        peer_wait(&peer, 10 * MS);
        (void)peer_skip(&peer);
        peer_ack(&peer, 1, 11001);
        peer_ack(&peer, 1, 12001);
        {
            struct flue_tcp_snapshot snapshot = peer_snapshot(&peer);

            assert_true(snapshot.cwnd >= snapshot.ssthresh / 2);
            assert_int_equal(snapshot.pacing_bps, (uint64_t)snapshot.cwnd * 8 * 1200000 /
                                                      (snapshot.fine_srtt / FLUE_MICROSECOND));
        }
    }
}

/* What waits does not outlive the connection. */
static void
test_pacing_abort_leaves_no_timer(void **state)
{
    FOR_EACH_VARIATION(peer, ON_BOTH)
    {
        peer.options.use_pacing = true;
        peer.options.pacing_bps = 8000;
        peer_open(&peer, 10 * MS);
        peer_send(&peer, 3000);
        (void)peer_skip(&peer);
        assert_true(peer_snapshot(&peer).pacing_until != FLUE_TIME_NEVER);
        flue_tcp_abort(peer.connection, peer.now);
        EXPECT(&peer, R | A, 1001, 1, 0);
        assert_int_equal(flue_tcp_next_deadline(peer.engine), FLUE_TIME_NEVER);
    }
}

/* ---- Many at once ---- */

struct order {
    uint16_t ports[64];
    flue_time times[64];
    unsigned count;
};

static void
note(void *user, flue_time now, struct flue_tcp_connection *connection,
     const struct flue_four_tuple *tuple, const struct flue_tcp_segment *segment)
{
    struct order *order = user;

    (void)connection;
    if (segment->payload.length > 0 && order->count < 64) {
        order->ports[order->count] = tuple->local_port;
        order->times[order->count++] = now;
    }
}

/* Segments due at one instant leave in the order in which their waiting began. */
static void
test_pacing_equal_deadlines_leave_in_the_order_of_arming(void **state)
{
    enum { COUNT = 8 };
    const struct flue_tcp_handlers handlers = {.emit = note};
    struct flue_tcp_config config = flue_tcp_config_default();
    struct flue_test_memory memory = {0};
    struct flue_allocator allocator = flue_test_memory_allocator(&memory);
    struct order order = {.count = 0};
    struct flue_tcp_connection *connections[COUNT];
    struct flue_buffer_list lists[COUNT];
    struct flue_memory_descriptor descriptors[COUNT];
    struct flue_tcp_engine *engine;

    (void)state;
    config.options.use_pacing = true;
    config.options.pacing_bps = 11000000;
    assert_int_equal(flue_tcp_engine_create(&config, &handlers, &order, &allocator, &engine),
                     FLUE_OK);
    for (unsigned i = 0; i < COUNT; i++) {
        struct flue_four_tuple tuple = {.local = flue_ipv4(10, 0, 0, 1),
                                        .remote = flue_ipv4(10, 0, 0, 2),
                                        .local_port = (uint16_t)(1000 + i),
                                        .remote_port = 80,
                                        .ip_version = 4};
        struct flue_tcp_segment syn_ack = {.flags = S | A, .window = 60000};
        struct flue_tcp_snapshot snapshot;

        assert_int_equal(flue_tcp_connect(engine, 0, &tuple, NULL, NULL, &connections[i]), FLUE_OK);
        flue_tcp_get_snapshot(connections[i], 0, &snapshot);
        syn_ack.ack = snapshot.iss + 1;
        syn_ack.payload = flue_span_virtual(0);
        flue_tcp_input(engine, MS, &tuple, &syn_ack);
    }
    for (unsigned k = 0; k < COUNT; k++) {
        unsigned i = k * 5 % COUNT; /* not the order of opening */

        flue_buffer_list_init(&lists[i], &descriptors[i], NULL, 1608);
        assert_int_equal(flue_tcp_send(connections[i], 2 * MS, &lists[i]), FLUE_OK);
    }
    for (flue_time at; (at = flue_tcp_next_deadline(engine)) < 500 * MS;)
        flue_tcp_advance(engine, at);
    assert_int_equal(order.count, 3 * COUNT); /* segments of 536 */
    for (unsigned k = 0; k < 3 * COUNT; k++) {
        assert_int_equal(order.ports[k], 1000 + k % COUNT * 5 % COUNT);
        assert_true(order.times[k] == order.times[k / COUNT * COUNT]);
        if (k >= COUNT)
            assert_true(order.times[k] > order.times[k - COUNT]);
    }
    flue_tcp_engine_destroy(engine);
    flue_test_memory_assert_empty(&memory);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        PEER_SCRIPT(test_pacing_at_a_fixed_rate_sends_one_segment_each_interval),
        PEER_SCRIPT(test_pacing_deadlines_are_exact),
        PEER_SCRIPT(test_pacing_follows_the_window_and_the_round_trip),
        PEER_SCRIPT(test_pacing_abort_leaves_no_timer),
        cmocka_unit_test(test_pacing_equal_deadlines_leave_in_the_order_of_arming),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
