/* SPDX-License-Identifier: GPL-2.0-or-later
 *
 * Values that the owner changes while the connection runs.
 */
#include "cmocka_first.h"
#include "peer.h"

/* What the connection has, to be changed and handed in. */
static struct flue_tcp_cached
cached_of(const struct peer *peer)
{
    struct flue_tcp_const constants;
    struct flue_tcp_cached cached;
    struct flue_tcp_delegated delegated;

    flue_tcp_export(peer->connection, peer->now, &constants, &cached, &delegated);
    return cached;
}

static struct flue_tcp_delegated
delegated_of(const struct peer *peer)
{
    struct flue_tcp_const constants;
    struct flue_tcp_cached cached;
    struct flue_tcp_delegated delegated;

    flue_tcp_export(peer->connection, peer->now, &constants, &cached, &delegated);
    return delegated;
}

static void
update(struct peer *peer, const struct flue_tcp_cached *cached)
{
    assert_int_equal(flue_tcp_update(peer->connection, peer->now, cached), FLUE_OK);
}

static void
test_update_switches_keepalive_on_and_off(void **state)
{
    FOR_EACH_VARIATION(peer, ON_BOTH)
    {
        struct flue_tcp_cached cached;
        flue_time start;

        peer_open(&peer, 10 * MS);
        peer_wait(&peer, 100 * MS);
        start = peer.now;
        cached = cached_of(&peer);
        cached.flags |= FLUE_TCP_FLAG_KEEP_ALIVE_ENABLED;
        cached.ka_probe_count = 3;
        cached.ka_timeout_ticks = 500;
        cached.ka_interval_ticks = 200;
        update(&peer, &cached);
        peer_wait(&peer, 800 * MS);
        EXPECT_AT(&peer, A, 0, 1, 0, start + 500 * MS); /* UPDATE-005 */
        EXPECT_AT(&peer, A, 0, 1, 0, start + 700 * MS);
        cached.flags &= (uint16_t)~FLUE_TCP_FLAG_KEEP_ALIVE_ENABLED;
        update(&peer, &cached);
        assert_int_equal(delegated_of(&peer).keep_alive.timeout_delta_ticks,
                         FLUE_TICKS_NOT_RUNNING);
        peer_wait(&peer, 5000 * MS);
        EXPECT_NOTHING(&peer);
        assert_int_equal(peer.exhausted, 0);
    }
}

/* UPDATE-005: the count that is left; UPDATE-009, UPDATE-010 with each flag, and with none. */
static void
test_update_keepalive_values_reset_what_runs_with_a_flag_only(void **state)
{
    static const struct {
        uint16_t flag;
        uint8_t probes;         /* the new count ... */
        uint32_t interval;      /* ... and interval */
        uint8_t probes_sent;    /* afterwards, of two */
        uint32_t timeout_delta; /* afterwards, of 100 */
    } cases[] = {
        {0, 9, 300, 2, 100},
        {FLUE_TCP_FLAG_MAX_RT_RESTART, 5, 200, 2, 100}, /* nothing has changed */
        {FLUE_TCP_FLAG_MAX_RT_RESTART, 9, 200, 0, 100},
        {FLUE_TCP_FLAG_MAX_RT_RESTART, 5, 300, 2, 300},
        {FLUE_TCP_FLAG_MAX_RT_RESTART, 9, 300, 0, 500},
        {FLUE_TCP_FLAG_KEEP_ALIVE_RESTART, 5, 200, 0, 500}, /* UPDATE-007 */
    };

    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        struct peer peer;
        struct flue_tcp_cached cached;
        struct flue_tcp_delegated delegated;

        peer_init(&peer, 0);
        peer.options.use_keepalive = true;
        peer.options.keepalive_probes = 5;
        peer.options.keepalive_idle_ticks = 500;
        peer.options.keepalive_interval_ticks = 200;
        peer_open(&peer, 10 * MS);
        peer_wait(&peer, 800 * MS); /* probes after 500 and 700 */
        assert_int_equal(delegated_of(&peer).keep_alive.count, 2);
        cached = cached_of(&peer);
        cached.flags |= cases[i].flag;
        cached.ka_probe_count = cases[i].probes;
        cached.ka_interval_ticks = cases[i].interval;
        update(&peer, &cached);
        delegated = delegated_of(&peer);
        assert_int_equal(delegated.keep_alive.count, cases[i].probes_sent);
        assert_int_equal(delegated.keep_alive.timeout_delta_ticks, cases[i].timeout_delta);
        peer_fini(&peer);
    }
}

/* TIMER-036: the count, a time, and no end. */
static void
test_max_rt_says_when_retransmitting_ends(void **state)
{
    static const struct {
        uint32_t max_rt_ticks;
        flue_time end; /* of the last segment's timer, from the first transmission */
        unsigned segments;
    } cases[] = {
        {0, 7000 * MS, 3},    /* after 1 s and 3 s, and the timer that ends it */
        {5000, 6000 * MS, 3}, /* cut short: 5 s after the first */
        {FLUE_MAX_RT_UNLIMITED, FLUE_TIME_NEVER, 10},
    };

    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        struct peer peer;
        flue_time start;

        peer_init(&peer, 0);
        peer.config.max_retransmissions = 2;
        peer.options.max_rt_ticks = cases[i].max_rt_ticks;
        peer.take_over = true;
        peer_open(&peer, 10 * MS);
        start = peer.now;
        peer_send(&peer, 100);
        while (peer.exhausted == 0 && peer.now < start + 260 * FLUE_SECOND)
            peer_wait(&peer, MS);
        if (cases[i].end == FLUE_TIME_NEVER) {
            assert_int_equal(peer.exhausted, 0);
        } else {
            assert_int_equal(peer.exhausted, 1);
            assert_int_equal((peer.now - start) / MS, cases[i].end / MS);
        }
        assert_int_equal(peer_skip(&peer), cases[i].segments);
        peer_fini(&peer);
    }
}

/* UPDATE-008, NOTE-048: the flag, and nothing else, takes TotalRT back; the end moves with it. */
static void
test_update_max_rt_restart_takes_total_rt_back(void **state)
{
    FOR_EACH_VARIATION(peer, ON_BOTH)
    {
        struct flue_tcp_cached cached;
        flue_time start;

        peer.take_over = true;
        peer_open(&peer, 10 * MS);
        start = peer.now;
        peer_send(&peer, 100);
        peer_wait(&peer, 4000 * MS); /* retransmitted after 1 s and 3 s */
        assert_int_equal(delegated_of(&peer).total_rt, 3000);
        cached = cached_of(&peer);
        cached.max_rt_ticks = 10000;
        update(&peer, &cached);
        assert_int_equal(delegated_of(&peer).total_rt, 3000);
        cached.flags |= FLUE_TCP_FLAG_MAX_RT_RESTART;
        cached.max_rt_ticks = 2500;
        update(&peer, &cached);
        assert_int_equal(delegated_of(&peer).total_rt, 0);
        while (peer.exhausted == 0 && peer.now < start + 20 * FLUE_SECOND)
            peer_wait(&peer, MS);
        assert_int_equal((peer.now - start) / MS, 6500); /* UPDATE-011: the give-up time */
        peer_skip(&peer);
    }
}

static void
test_update_receive_window_is_advertised(void **state)
{
    FOR_EACH_VARIATION(peer, ON_BOTH)
    {
        struct flue_tcp_cached cached;

        peer.options.receive_buffer_bytes = 20000;
        peer_open(&peer, 10 * MS);
        peer_wait(&peer, 100 * MS);
        cached = cached_of(&peer);
        cached.initial_rcv_wnd = 40000;
        update(&peer, &cached);
        EXPECT_NOTHING(&peer); /* without the flag it is no news */
        cached.flags |= FLUE_TCP_FLAG_UPDATE_RCV_WND;
        update(&peer, &cached);
        EXPECT(&peer, A, 1, 1, 0); /* UPDATE-006 */
        assert_int_equal(peer_last(&peer)->window, 40000);
        assert_int_equal(delegated_of(&peer).rcv_wnd, 40000);
        cached.initial_rcv_wnd = 10000;
        update(&peer, &cached);
        peer_skip(&peer);
        assert_int_equal(delegated_of(&peer).rcv_wnd, 40000); /* RFC 9293 3.8.6.2.2: no shrinking */
    }
}

static void
test_update_out_of_bounds_changes_nothing(void **state)
{
    (void)state;
    for (unsigned i = 0; i < 5; i++) {
        struct peer peer;
        struct flue_tcp_cached before, cached;
        struct flue_tcp_cached after;

        peer_init(&peer, 0);
        peer_open(&peer, 10 * MS);
        before = cached_of(&peer);
        cached = before;
        cached.flags ^= FLUE_TCP_FLAG_NAGLING_ENABLED;
        cached.tos_or_traffic_class = 0x20;
        if (i == 0)
            cached.ttl_or_hop_limit = 0;
        if (i == 1)
            cached.flow_label = 1U << 20;
        if (i == 2 || i == 3)
            cached.flags |= FLUE_TCP_FLAG_KEEP_ALIVE_ENABLED;
        if (i == 2)
            cached.ka_timeout_ticks = 0;
        if (i == 3)
            cached.ka_interval_ticks = 0;
        if (i == 4) {
            cached.flags |= FLUE_TCP_FLAG_UPDATE_RCV_WND;
            cached.initial_rcv_wnd = (1U << 30) + 1;
        }
        assert_int_equal(flue_tcp_update(peer.connection, peer.now, &cached), FLUE_ERROR_INVALID);
        after = cached_of(&peer);
        assert_int_equal(after.flags, before.flags);
        assert_int_equal(after.tos_or_traffic_class, before.tos_or_traffic_class);
        assert_int_equal(after.initial_rcv_wnd, before.initial_rcv_wnd);
        peer_fini(&peer);
    }
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        PEER_SCRIPT(test_update_switches_keepalive_on_and_off),
        PEER_SCRIPT(test_update_keepalive_values_reset_what_runs_with_a_flag_only),
        PEER_SCRIPT(test_max_rt_says_when_retransmitting_ends),
        PEER_SCRIPT(test_update_max_rt_restart_takes_total_rt_back),
        PEER_SCRIPT(test_update_receive_window_is_advertised),
        PEER_SCRIPT(test_update_out_of_bounds_changes_nothing),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
