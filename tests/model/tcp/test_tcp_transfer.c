/* SPDX-License-Identifier: GPL-2.0-or-later
 *
 * Whole transfers between two engines: open, data both ways, close. test_tcp_random.c does it with
 * everything drawn at random.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "cmocka_first.h"
#include "wire.h"

static void
test_tcp_transfer_without_loss_delivers_everything_and_closes(void **state)
{
    struct flue_tcp_config config = flue_tcp_config_default();
    struct flue_tcp_statistics statistics;
    struct wire wire;

    (void)state;
    wire_init(&wire, 1);
    wire_create_engine(&wire, 0, &config);
    wire_create_engine(&wire, 1, &config);
    wire.ends[0].to_send = 1000000;
    wire.ends[1].to_send = 300000;
    wire_open(&wire, NULL, NULL);
    wire_run(&wire, 20 * FLUE_SECOND);
    for (int side = 0; side < 2; side++) {
        const struct endpoint *end = &wire.ends[side];
        assert_int_equal(end->acknowledged, end->to_send);
        assert_int_equal(end->completed, end->to_send);
        assert_int_equal(end->received, wire.ends[1 - side].to_send);
        assert_int_equal(end->wrong_bytes, 0);
        assert_true(end->peer_closed);
        assert_true(end->send_closed);
        flue_tcp_get_statistics(wire.engines[side], &statistics);
        assert_int_equal(statistics.retransmitted_segments, 0);
        assert_int_equal(statistics.timeouts, 0);
        assert_int_equal(statistics.out_resets, 0);
    }
    /* The side that closed first waits in TIME-WAIT (RFC 9293 3.6), here for 60 s. */
    assert_true(wire.ends[0].time_wait != wire.ends[1].time_wait);
    wire_run(&wire, 100 * FLUE_SECOND);
    assert_true(wire.ends[0].is_closed && wire.ends[1].is_closed);
    assert_int_equal(wire.ends[0].reason, FLUE_OK);
    assert_int_equal(wire.ends[1].reason, FLUE_OK);
    assert_int_equal(flue_tcp_next_deadline(wire.engines[0]), FLUE_TIME_NEVER);
    assert_int_equal(flue_tcp_next_deadline(wire.engines[1]), FLUE_TIME_NEVER);
    wire_fini(&wire);
}

static bool
is_done(const struct wire *wire)
{
    return wire->ends[0].is_closed && wire->ends[1].is_closed;
}

static void
expect_finished(const struct wire *wire, uint64_t seed)
{
    for (int side = 0; side < 2; side++) {
        const struct endpoint *end = &wire->ends[side];
        if (end->received != wire->ends[1 - side].to_send || end->wrong_bytes != 0 ||
            end->completed != end->to_send || end->reason != FLUE_OK || !end->is_closed)
            fail_msg(
                "seed %llu side %d: received %llu of %llu, wrong %llu, completed %llu of %llu, "
                "%s, %s",
                (unsigned long long)seed, side, (unsigned long long)end->received,
                (unsigned long long)wire->ends[1 - side].to_send,
                (unsigned long long)end->wrong_bytes, (unsigned long long)end->completed,
                (unsigned long long)end->to_send, end->is_closed ? "closed" : "open",
                flue_result_name(end->reason));
    }
}

/* What was sent when, in a transfer that may move at quiet instants. */
struct record {
    uint64_t digest;
    uint64_t segments;
};

static void
note_segment(void *user, flue_time now, int from, const struct flue_tcp_segment *segment)
{
    struct record *record = user;
    const uint64_t words[] = {now,
                              (uint64_t)from,
                              segment->seq,
                              segment->ack,
                              segment->window,
                              segment->flags,
                              segment->payload.length,
                              segment->ts_val,
                              segment->ts_ecr};

    record->segments++;
    for (size_t i = 0; i < sizeof words / sizeof words[0]; i++)
        record->digest = (record->digest ^ words[i]) * UINT64_C(0x100000001B3) + 1;
}

/* No ACK owed, no recovery in progress. */
static bool
is_quiet(const struct endpoint *end)
{
    struct flue_tcp_snapshot snapshot;

    if (end->connection == NULL || !end->is_connected)
        return false;
    flue_tcp_get_snapshot(end->connection, end->wire->now, &snapshot);
    return snapshot.delayed_ack_left_ticks == FLUE_TICKS_NOT_RUNNING && !snapshot.in_recovery &&
           snapshot.dup_acks == 0 && snapshot.retransmissions == 0 &&
           snapshot.reassembly_bytes == 0;
}

static struct record
recorded_transfer(uint64_t seed, bool moves, uint64_t *moved)
{
    struct flue_tcp_config config = flue_tcp_config_default();
    struct record record = {0, 0};
    struct test_random chance = {seed * 77 + 5};
    struct wire wire;

    wire_init(&wire, seed);
    wire.loss = seed % 3 == 0 ? 0.01 : 0;
    wire.watch = note_segment;
    wire.watch_user = &record;
    config.min_rto_ticks = 200;
    for (int side = 0; side < 2; side++) {
        wire_create_engine(&wire, side, &config);
        wire.ends[side].to_send = 400000;
        wire.ends[side].virtual_payload = true;
    }
    wire_open(&wire, NULL, NULL);
    while (!is_done(&wire) && wire_step(&wire, FLUE_TIME_NEVER)) {
        int side = (int)test_random_below(&chance, 2);

        if (moves && test_random_chance(&chance, 0.2) && is_quiet(&wire.ends[side])) {
            wire_move(&wire.ends[side]);
            (*moved)++;
        }
    }
    expect_finished(&wire, seed);
    wire_fini(&wire);
    return record;
}

static void
prop_moving_at_quiet_instants_changes_no_segment(void **state)
{
    uint64_t moved = 0;

    (void)state;
    for (uint64_t seed = 1; seed <= 60; seed++) {
        struct record never = recorded_transfer(seed, false, &moved);
        struct record often = recorded_transfer(seed, true, &moved);

        if (never.digest != often.digest)
            fail_msg("seed %llu: %llu segments without moves, %llu with", (unsigned long long)seed,
                     (unsigned long long)never.segments, (unsigned long long)often.segments);
    }
    assert_true(moved > 1000);
}

static void
test_tcp_connect_to_no_listener_is_refused(void **state)
{
    struct flue_tcp_config config = flue_tcp_config_default();
    struct flue_four_tuple tuple = wire_tuple(0);
    struct wire wire;

    (void)state;
    wire_init(&wire, 1);
    wire_create_engine(&wire, 0, &config);
    wire_create_engine(&wire, 1, &config);
    assert_int_equal(
        flue_tcp_connect(wire.engines[0], 0, &tuple, NULL, &wire.ends[0], &wire.ends[0].connection),
        FLUE_OK);
    wire_run(&wire, FLUE_SECOND);
    assert_true(wire.ends[0].is_closed);
    assert_int_equal(wire.ends[0].reason, FLUE_ERROR_REFUSED);
    wire_fini(&wire);
}

static void
test_tcp_connect_without_answer_times_out(void **state)
{
    struct flue_tcp_config config = flue_tcp_config_default();
    struct flue_four_tuple tuple = wire_tuple(0);
    struct flue_tcp_statistics statistics;
    struct wire wire;

    (void)state;
    wire_init(&wire, 1);
    wire_create_engine(&wire, 0, &config);
    assert_int_equal(
        flue_tcp_connect(wire.engines[0], 0, &tuple, NULL, &wire.ends[0], &wire.ends[0].connection),
        FLUE_OK);
    /* 1 + 2 + 4 + ... s, the last two clamped to 60 s (RFC 6298 5.5): at least three minutes (RFC
     * 9293 MUST-23). */
    wire_run(&wire, 182 * FLUE_SECOND);
    assert_false(wire.ends[0].is_closed);
    wire_run(&wire, 183 * FLUE_SECOND);
    assert_true(wire.ends[0].is_closed);
    assert_int_equal(wire.ends[0].reason, FLUE_ERROR_TIMED_OUT);
    flue_tcp_get_statistics(wire.engines[0], &statistics);
    assert_int_equal(statistics.out_segments, 8);
    wire_fini(&wire);
}

static void
test_tcp_abort_resets_the_peer(void **state)
{
    struct flue_tcp_config config = flue_tcp_config_default();
    struct wire wire;

    (void)state;
    wire_init(&wire, 1);
    wire_create_engine(&wire, 0, &config);
    wire_create_engine(&wire, 1, &config);
    wire.ends[0].to_send = 1 << 20;
    wire.ends[1].to_send = 1 << 20;
    wire_open(&wire, NULL, NULL);
    wire_run(&wire, 50 * FLUE_MILLISECOND);
    assert_true(wire.ends[1].is_connected);
    flue_tcp_abort(wire.ends[0].connection, wire.now);
    assert_true(wire.ends[0].is_closed);
    assert_int_equal(wire.ends[0].reason, FLUE_ERROR_ABORTED);
    wire_run(&wire, wire.now + FLUE_SECOND);
    assert_true(wire.ends[1].is_closed);
    assert_int_equal(wire.ends[1].reason, FLUE_ERROR_RESET);
    wire_fini(&wire);
}

static void
test_tcp_release_closes_in_order_without_another_call(void **state)
{
    struct flue_tcp_config config = flue_tcp_config_default();
    struct flue_tcp_statistics statistics;
    struct wire wire;

    (void)state;
    wire_init(&wire, 1);
    wire_create_engine(&wire, 0, &config);
    wire_create_engine(&wire, 1, &config);
    wire.ends[0].shutdown_done = true; /* the release below does it */
    wire_open(&wire, NULL, NULL);
    wire.ends[1].shutdown_done = true;
    wire_run(&wire, 100 * FLUE_MILLISECOND);
    flue_tcp_release(wire.ends[0].connection, wire.now);
    wire.ends[0].connection = NULL;
    wire_run(&wire, wire.now + 100 * FLUE_MILLISECOND);
    assert_true(wire.ends[1].peer_closed);
    assert_int_equal(flue_tcp_shutdown(wire.ends[1].connection, wire.now), FLUE_OK);
    wire_run(&wire, wire.now + 100 * FLUE_SECOND);
    assert_true(wire.ends[1].is_closed);
    assert_int_equal(wire.ends[1].reason, FLUE_OK);
    assert_false(wire.ends[0].is_closed);
    flue_tcp_get_statistics(wire.engines[0], &statistics);
    assert_int_equal(statistics.connections, 0);
    assert_int_equal(flue_tcp_next_deadline(wire.engines[0]), FLUE_TIME_NEVER);
    wire_fini(&wire);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_tcp_transfer_without_loss_delivers_everything_and_closes),
        cmocka_unit_test(test_tcp_connect_to_no_listener_is_refused),
        cmocka_unit_test(test_tcp_connect_without_answer_times_out),
        cmocka_unit_test(test_tcp_abort_resets_the_peer),
        cmocka_unit_test(test_tcp_release_closes_in_order_without_another_call),
        cmocka_unit_test(prop_moving_at_quiet_instants_changes_no_segment),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
