/* SPDX-License-Identifier: GPL-2.0-or-later
 *
 * Blind attacks on a target's connections: how often resets and SYNs are challenged, and the
 * keepalive timer that finds out whether the peer is still there (BLIND rows).
 */
#include "cmocka_first.h"
#include "peer.h"

enum { FIVE_MINUTES = 300000, HOURS = 7200000 /* ticks of 1 ms */ };

static struct flue_tcp_delegated
state_of(const struct peer *peer)
{
    struct flue_tcp_const constants;
    struct flue_tcp_cached cached;
    struct flue_tcp_delegated delegated;

    flue_tcp_export(peer->connection, peer->now, &constants, &cached, &delegated);
    return delegated;
}

/* An attacker's reset or SYN: in the window, but off the mark. */
static void
attack(struct peer *peer, uint8_t flags)
{
    peer_segment(peer, flags, 500, 0, 0);
}

static void
set_keepalive(struct peer *peer, bool is_on, uint8_t probes, uint32_t idle, uint32_t interval)
{
    peer->options.use_keepalive = is_on;
    peer->options.keepalive_probes = probes;
    peer->options.keepalive_idle_ticks = idle;
    peer->options.keepalive_interval_ticks = interval;
}

static void
test_resets_off_the_mark_are_challenged_once(void **state)
{
    FOR_EACH_VARIATION(peer, ON_TARGET)
    {
        peer_open(&peer, 10 * MS);
        for (int i = 0; i < 10; i++) {
            peer_wait(&peer, FLUE_SECOND);
            peer_segment(&peer, R, 500 + (uint32_t)i, 0, 0);
        }
        EXPECT(&peer, A, 1, 1, 0);
        EXPECT_NOTHING(&peer);               /* BLIND-003 */
        peer_segment(&peer, A, 1, 5000, 10); /* an ACK of nothing proves nothing */
        EXPECT(&peer, A, 1, 1, 0);
        attack(&peer, R);
        EXPECT_NOTHING(&peer);
        peer_ack(&peer, 1, 1);
        attack(&peer, R);
        EXPECT(&peer, A, 1, 1, 0); /* BLIND-003: once again */
        EXPECT_STATE(&peer, ESTABLISHED);
    }
}

static void
test_syn_outside_the_window_is_acknowledged_each_time(void **state)
{
    FOR_EACH_VARIATION(peer, ON_TARGET)
    {
        peer.config.challenge_acks_per_second = 0;
        peer_open(&peer, 10 * MS);
        for (uint32_t i = 0; i < 20; i++) {
            peer_segment(&peer, S, i % 2 == 0 ? 1 + PEER_WINDOW + i : 0U - i, 0, 0);
            EXPECT(&peer, A, 1, 1, 0); /* BLIND-004 */
        }
        assert_int_equal(state_of(&peer).keep_alive.timeout_delta_ticks, FLUE_TICKS_NOT_RUNNING);
    }
}

static void
test_syns_in_the_window_are_challenged_every_three_seconds(void **state)
{
    FOR_EACH_VARIATION(peer, ON_TARGET)
    {
        flue_time last = 0;
        unsigned count = 0;

        peer_open(&peer, 10 * MS);
        peer_wait(&peer, MS - MS / 5); /* late in a tick */
        attack(&peer, S);
        peer_wait(&peer, 3 * FLUE_SECOND - MS / 2);
        attack(&peer, S);
        assert_int_equal(peer_skip(&peer), 1); /* BLIND-006 */
        peer_wait(&peer, 3 * FLUE_SECOND);
        for (int i = 0; i < 100; i++) {
            attack(&peer, S);
            if (peer_skip(&peer) > 0) {
                if (count++ > 0)
                    assert_true(peer.now - last >= 3 * FLUE_SECOND); /* BLIND-006 */
                last = peer.now;
            }
            peer_wait(&peer, 100 * MS);
        }
        assert_in_range(count, 3, 4);
    }
}

/* The peer has begun anew: no ACK and no reset. What still comes is not the target's. */
static void
test_syn_at_rcv_nxt_ends_the_connection(void **state)
{
    FOR_EACH_VARIATION(peer, ON_TARGET)
    {
        struct flue_tcp_segment syn;

        peer.keep = true;
        peer_open(&peer, 10 * MS);
        peer_segment(&peer, S, 1, 0, 0);
        EXPECT_NOTHING(&peer);
        assert_int_equal(peer.closed, 1);
        assert_int_equal(peer.reason, FLUE_ERROR_IN_USE);
        assert_int_equal(state_of(&peer).state, FLUE_TCP_CONNECTION_CLOSED); /* BLIND-005 */
        syn = peer_make(&peer, S, 1, 0, 0);
        assert_false(flue_tcp_input(peer.engine, peer.now, &peer.tuple, &syn));
        flue_tcp_release(peer.connection, peer.now);
    }
}

static void
test_challenge_starts_keepalive_at_five_minutes(void **state)
{
    static const uint8_t flags[] = {R, S};

    for (size_t i = 0; i < sizeof flags; i++) {
        FOR_EACH_VARIATION(peer, ON_TARGET)
        {
            flue_time start;

            set_keepalive(&peer, false, 3, 0, 2000);
            peer_open(&peer, 10 * MS);
            assert_int_equal(state_of(&peer).keep_alive.timeout_delta_ticks,
                             FLUE_TICKS_NOT_RUNNING);
            attack(&peer, flags[i]);
            EXPECT(&peer, A, 1, 1, 0);
            start = peer.now;
            /* BLIND-007 */
            assert_int_equal(state_of(&peer).keep_alive.timeout_delta_ticks, FIVE_MINUTES);
            peer_wait(&peer, 100 * FLUE_SECOND);
            attack(&peer, flags[i]); /* BLIND-008: less is left */
            (void)peer_skip(&peer);
            peer_wait(&peer, 204 * FLUE_SECOND);
            /* BLIND-009 */
            EXPECT_AT(&peer, A, 0, 1, 0, start + 300 * FLUE_SECOND);
            EXPECT_AT(&peer, A, 0, 1, 0, start + 302 * FLUE_SECOND);
            EXPECT_AT(&peer, A, 0, 1, 0, start + 304 * FLUE_SECOND);
            EXPECT_NOTHING(&peer);
        }
    }
}

static void
test_challenge_shortens_a_keepalive_timer_to_five_minutes(void **state)
{
    FOR_EACH_VARIATION(peer, ON_TARGET)
    {
        set_keepalive(&peer, true, 3, HOURS, 2000);
        peer_open(&peer, 10 * MS);
        attack(&peer, R);
        assert_int_equal(state_of(&peer).keep_alive.timeout_delta_ticks, FIVE_MINUTES);
        peer_wait(&peer, 240 * FLUE_SECOND);
        attack(&peer, S);
        /* BLIND-008 */
        assert_int_equal(state_of(&peer).keep_alive.timeout_delta_ticks, 60000);
        (void)peer_skip(&peer);
    }
}

static void
test_probes_without_values_are_ten_a_second_apart(void **state)
{
    FOR_EACH_VARIATION(peer, ON_TARGET)
    {
        flue_time first;

        peer.keep = true;
        set_keepalive(&peer, false, 0, 0, 0);
        peer_open(&peer, 10 * MS);
        attack(&peer, R);
        EXPECT(&peer, A, 1, 1, 0);
        first = peer.now + 300 * FLUE_SECOND;
        peer_wait(&peer, 309 * FLUE_SECOND + 999 * MS);
        for (uint32_t i = 0; i < 10; i++)
            EXPECT_AT(&peer, A, 0, 1, 0, first + i * FLUE_SECOND); /* BLIND-010 */
        EXPECT_NOTHING(&peer);
        assert_int_equal(peer.closed, 0);
        peer_wait(&peer, 10 * FLUE_SECOND);
        EXPECT_NOTHING(&peer);
        assert_int_equal(peer.closed, 1);
        assert_int_equal(peer.reason, FLUE_ERROR_TIMED_OUT);
        assert_int_equal(state_of(&peer).state, FLUE_TCP_CONNECTION_CLOSED); /* BLIND-012 */
        flue_tcp_release(peer.connection, peer.now);
    }
}

/* Another target goes on where this one stopped. */
static void
test_probes_go_on_after_a_move(void **state)
{
    FOR_EACH_VARIATION(peer, ON_TARGET)
    {
        struct flue_tcp_delegated delegated;
        struct flue_tcp_const constants;
        struct flue_tcp_cached cached;
        struct flue_buffer_list *lists;
        struct flue_tcp_import import = {.tuple = peer.tuple,
                                         .constants = &constants,
                                         .cached = &cached,
                                         .delegated = &delegated,
                                         .path_mtu = 1500};
        flue_time next;

        set_keepalive(&peer, false, 10, 0, 2000);
        peer_open(&peer, 10 * MS);
        attack(&peer, R);
        (void)peer_skip(&peer);
        next = peer.now + 308 * FLUE_SECOND;
        peer_wait(&peer, 307 * FLUE_SECOND);
        assert_int_equal(peer_skip(&peer), 4);
        import.tuple = *flue_tcp_tuple(peer.connection);
        flue_tcp_export(peer.connection, peer.now, &constants, &cached, &delegated);
        assert_int_equal(delegated.keep_alive.count, 4); /* BLIND-013 */
        assert_int_equal(delegated.keep_alive.timeout_delta_ticks, 1000);
        flue_tcp_surrender(peer.connection, peer.now, &lists);
        assert_int_equal(flue_tcp_import(peer.engine, peer.now, &import, &peer.connection),
                         FLUE_OK);
        peer_wait(&peer, 60 * FLUE_SECOND);
        for (uint32_t i = 0; i < 6; i++)
            EXPECT_AT(&peer, A, 0, 1, 0, next + 2 * i * FLUE_SECOND); /* BLIND-011 */
        EXPECT_NOTHING(&peer);
    }
}

static void
test_acceptable_segment_ends_the_probes(void **state)
{
    for (int is_on = 0; is_on < 2; is_on++) {
        FOR_EACH_VARIATION(peer, ON_TARGET)
        {
            struct flue_tcp_delegated delegated;

            set_keepalive(&peer, is_on, 5, HOURS, 2000);
            peer_open(&peer, 10 * MS);
            attack(&peer, R);
            peer_wait(&peer, 301 * FLUE_SECOND);
            assert_int_equal(state_of(&peer).keep_alive.count, 1);
            peer_ack(&peer, 1, 1);
            delegated = state_of(&peer);
            assert_int_equal(delegated.keep_alive.count, 0);
            assert_int_equal(delegated.keep_alive.timeout_delta_ticks,
                             is_on ? HOURS : FLUE_TICKS_NOT_RUNNING); /* BLIND-014 */
            (void)peer_skip(&peer);
        }
    }
}

/* The host changes something else, or keepalive off once more: the probes go on. */
static void
test_update_does_not_end_the_probes(void **state)
{
    FOR_EACH_VARIATION(peer, ON_TARGET)
    {
        struct flue_tcp_const constants;
        struct flue_tcp_cached cached;
        struct flue_tcp_delegated delegated;
        flue_time first;

        set_keepalive(&peer, false, 5, 0, 2000);
        peer_open(&peer, 10 * MS);
        attack(&peer, R);
        (void)peer_skip(&peer);
        first = peer.now + 300 * FLUE_SECOND;
        for (int i = 0; i < 2; i++) {
            flue_tcp_export(peer.connection, peer.now, &constants, &cached, &delegated);
            cached.flags |= FLUE_TCP_FLAG_KEEP_ALIVE_RESTART;
            assert_int_equal(flue_tcp_update(peer.connection, peer.now, &cached), FLUE_OK);
            peer_wait(&peer, 301 * FLUE_SECOND); /* between two probes at the second turn */
            if (i == 0)
                assert_int_equal(state_of(&peer).keep_alive.count, 1);
        }
        for (uint32_t i = 0; i < 5; i++)
            EXPECT_AT(&peer, A, 0, 1, 0, first + 2 * i * FLUE_SECOND); /* BLIND-009 */
        EXPECT_NOTHING(&peer);
    }
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        PEER_SCRIPT(test_resets_off_the_mark_are_challenged_once),
        PEER_SCRIPT(test_syn_outside_the_window_is_acknowledged_each_time),
        PEER_SCRIPT(test_syns_in_the_window_are_challenged_every_three_seconds),
        PEER_SCRIPT(test_syn_at_rcv_nxt_ends_the_connection),
        PEER_SCRIPT(test_challenge_starts_keepalive_at_five_minutes),
        PEER_SCRIPT(test_challenge_shortens_a_keepalive_timer_to_five_minutes),
        PEER_SCRIPT(test_probes_without_values_are_ten_a_second_apart),
        PEER_SCRIPT(test_probes_go_on_after_a_move),
        PEER_SCRIPT(test_acceptable_segment_ends_the_probes),
        PEER_SCRIPT(test_update_does_not_end_the_probes),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
