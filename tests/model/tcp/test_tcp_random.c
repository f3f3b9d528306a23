/* SPDX-License-Identifier: GPL-2.0-or-later
 *
 * Two engines with random options and random applications over a wire that loses, reorders,
 * duplicates, delays, corrupts and truncates. After every event the invariants hold; at the end
 * every byte has arrived once and in order, both ends have finished, and no timer and no memory is
 * left. A case follows from its seed alone:
 *
 *     FLUE_SEED=n test_tcp_random      that one
 *     test_tcp_random FIRST COUNT      so many, from the first on
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "cmocka_first.h"
#include "invariants.h"

/* One random case. */
struct draw {
    struct wire wire;
    struct test_random random; /* of the application; the wire has its own */
    struct flue_tcp_config config[2];
    struct flue_tcp_options options[2];
    struct invariants watch[2];
    double read_chance[2];  /* a slow reader's, after each event */
    uint32_t read_bytes[2]; /* most of them at once */
    double abort_chance[2], release_chance[2];
    double move_chance;
    bool may_end_early; /* an abort, or a release before all has arrived */
    uint64_t steps;
};

/* The seeds to run, and the one that is running: for the message after a failure. */
static uint64_t first_seed = 1, seed_count = 300, current_seed;

static bool
chance(struct draw *draw, double probability)
{
    return test_random_chance(&draw->random, probability);
}

static uint32_t
between(struct draw *draw, uint32_t least, uint32_t most)
{
    return least + (uint32_t)test_random_below(&draw->random, (uint64_t)most - least + 1);
}

static uint32_t
one_of(struct draw *draw, const uint32_t *values, unsigned count)
{
    return values[test_random_below(&draw->random, count)];
}

/* ---- What is drawn: an option more is a line more ---- */

static void
random_options(struct draw *draw, uint32_t ticks_per_second, struct flue_tcp_options *options)
{
    static const uint32_t most_mss[] = {64, 536, 1460, 3000, 9000};
    static const uint32_t most_buffer[] = {50, 3000, 60000, 200000, 4000000};

    options->mss = (uint16_t)between(draw, 64, one_of(draw, most_mss, 5));
    options->receive_buffer_bytes = between(draw, 1, one_of(draw, most_buffer, 5));
    options->use_timestamps = chance(draw, 0.6);
    options->use_window_scaling = chance(draw, 0.7);
    options->use_sack = chance(draw, 0.6);
    options->use_nagle = chance(draw, 0.5);
    options->use_limited_transmit = chance(draw, 0.5);
    options->use_prr = chance(draw, 0.3);
    options->use_frto = chance(draw, 0.3);
    options->use_rack = chance(draw, 0.4);
    options->use_ecn = chance(draw, 0.4);
    options->congestion_control = flue_tcp_congestion_name((uint32_t)between(draw, 0, 3));
    options->use_pacing = chance(draw, 0.3);
    if (options->use_pacing && chance(draw, 0.3))
        options->pacing_bps = between(draw, 1000000, 1000000000);
    options->use_keepalive = draw->may_end_early || chance(draw, 0.3);
    options->keepalive_probes = 60;
    options->keepalive_idle_ticks = between(draw, 1, 20) * ticks_per_second;
    options->keepalive_interval_ticks = between(draw, 1, 5) * ticks_per_second;
    options->congestion_control = flue_tcp_congestion_name(0);
    for (uint32_t i = 1; flue_tcp_congestion_name(i) != NULL; i++)
        if (chance(draw, 1.0 / (i + 1)))
            options->congestion_control = flue_tcp_congestion_name(i);
}

static void
random_config(struct draw *draw, struct flue_tcp_config *config)
{
    static const uint32_t ticks[] = {10, 100, 1000, 1000, 1000, 20000, 1000000};
    uint32_t second = one_of(draw, ticks, 7);

    config->ticks_per_second = second;
    config->min_rto_ticks = between(draw, second < 100 ? 1 : second / 100, second);
    config->initial_rto_ticks = between(draw, second / 5, 3 * second);
    config->max_rto_ticks = between(draw, 3 * second, 8 * second);
    config->delayed_ack_ticks = between(draw, 1, second / 2 - 1);
    config->ack_frequency = (uint8_t)between(draw, 1, 4);
    config->sws_prevention_ticks = second / 1000 + second / 5;
    config->duplicate_ack_threshold = chance(draw, 0.8) ? 3 : (uint8_t)between(draw, 1, 6);
    config->initial_window = chance(draw, 0.5) ? FLUE_TCP_IW_RFC6928 : FLUE_TCP_IW_RFC3390;
    config->max_retransmissions = 60;
    config->max_syn_retransmissions = 60;
    config->max_syn_ack_retransmissions = 60;
    config->time_wait_ticks = 60 * second; /* longer than a peer goes on retransmitting */
    config->fin_wait_2_ticks = 120 * second;
    for (unsigned i = 0; i < sizeof config->isn_secret; i++)
        config->isn_secret[i] = (uint8_t)between(draw, 0, 255);
}

static void
random_application(struct draw *draw, int side)
{
    struct endpoint *end = &draw->wire.ends[side];
    uint64_t most = draw->options[1 - side].receive_buffer_bytes * UINT64_C(200);

    end->to_send =
        chance(draw, 0.2) ? 0 : between(draw, 1, most < 150000 ? (uint32_t)most : 150000);
    end->write_bytes = between(draw, 1, chance(draw, 0.2) ? 100 : 20000);
    end->write_ahead = between(draw, 1, 100000);
    end->virtual_payload = chance(draw, 0.3);
    end->slow_reader = chance(draw, 0.3);
    end->release_in_time_wait = chance(draw, 0.3);
    draw->read_chance[side] = chance(draw, 0.5) ? 0.02 : 0.3;
    draw->read_bytes[side] = between(draw, 1, 100000);
    if (draw->may_end_early && chance(draw, 0.5))
        draw->abort_chance[side] = 1.0 / between(draw, 1, 1000);
    if (draw->may_end_early && chance(draw, 0.5))
        draw->release_chance[side] = 1.0 / between(draw, 1, 1000);
}

static void
random_wire(struct draw *draw)
{
    struct wire *wire = &draw->wire;

    wire->delay = 1 + test_random_below(&draw->random, 20 * FLUE_MILLISECOND);
    wire->loss = chance(draw, 0.4) ? 0 : between(draw, 0, 100) * 1e-3;
    wire->duplication = chance(draw, 0.5) ? 0 : 0.05;
    wire->reordering = chance(draw, 0.5) ? 0 : 0.1;
    wire->marking = chance(draw, 0.5) ? 0 : 0.05;
    wire->use_frames = chance(draw, 0.5);
    wire->corruption = chance(draw, 0.5) ? 0 : 0.05;
    wire->truncation = chance(draw, 0.5) ? 0 : 0.03;
    wire->ip_version = chance(draw, 0.5) ? 4 : 6;
}

/* ---- The run ---- */

/* Starts at a time at which the initial sequence number of one side lies shortly before 0 or 2^31,
 * so that the numbers go round while data flows. */
static void
start_near_wrap(struct draw *draw, int side)
{
    struct flue_four_tuple tuple = wire_own_tuple(&draw->wire, side);
    uint32_t wanted = (chance(draw, 0.5) ? 0 : UINT32_C(1) << 31) - between(draw, 0, 100000);
    struct flue_allocator allocator = flue_test_memory_allocator(&draw->wire.memory);
    struct flue_tcp_engine *engine;
    struct flue_tcp_connection *connection;
    struct flue_tcp_snapshot snapshot;
    struct wire scratch;

    wire_init(&scratch, 1);
    assert_int_equal(flue_tcp_engine_create(&draw->config[side], &wire_handlers, &scratch.ends[0],
                                            &allocator, &engine),
                     FLUE_OK);
    assert_int_equal(flue_tcp_connect(engine, 0, &tuple, NULL, &scratch.ends[0], &connection),
                     FLUE_OK);
    flue_tcp_get_snapshot(connection, 0, &snapshot);
    flue_tcp_engine_destroy(engine);
    wire_ground(&scratch);
    draw->wire.now = (flue_time)(wanted - snapshot.iss) * 4 * FLUE_MICROSECOND;
}

static void
see_emission(void *user, flue_time now, int from, const struct flue_tcp_segment *segment)
{
    struct draw *draw = user;

    (void)now;
    invariants_on_emit(&draw->watch[from], segment);
}

static void
see_landing(void *user, flue_time now, int to, const struct flue_tcp_segment *segment)
{
    struct draw *draw = user;

    (void)now;
    invariants_on_arrival(&draw->watch[to], segment);
}

static void
check_both(struct draw *draw)
{
    for (int side = 0; side < 2; side++)
        invariants_check(&draw->watch[side]);
}

static void
set_up(struct draw *draw, uint64_t seed, double moves)
{
    current_seed = seed;
    memset(draw, 0, sizeof *draw);
    wire_init(&draw->wire, seed);
    draw->random.state = seed * UINT64_C(0x9E3779B97F4A7C15) + 1;
    draw->move_chance = moves;
    draw->may_end_early = chance(draw, 0.2);
    random_wire(draw);
    for (int side = 0; side < 2; side++) {
        draw->config[side] = flue_tcp_config_default();
        random_config(draw, &draw->config[side]);
        draw->options[side] = draw->config[side].options;
        random_options(draw, draw->config[side].ticks_per_second, &draw->options[side]);
    }
    for (int side = 0; side < 2; side++)
        random_application(draw, side);
    draw->wire.ends[chance(draw, 0.5)].shutdown_after_peer = chance(draw, 0.3);
    start_near_wrap(draw, chance(draw, 0.5));
    for (int side = 0; side < 2; side++) {
        wire_create_engine(&draw->wire, side, &draw->config[side]);
        invariants_init(&draw->watch[side], &draw->wire, side, &draw->config[side],
                        &draw->options[side]);
    }
    draw->wire.watch = see_emission;
    draw->wire.watch_landing = see_landing;
    draw->wire.watch_user = draw;
    wire_open(&draw->wire, &draw->options[0], &draw->options[1]);
    check_both(draw);
}

/* What the application of an end does by itself between two events. */
static void
act(struct draw *draw, int side)
{
    struct endpoint *end = &draw->wire.ends[side];

    if (chance(draw, draw->move_chance) && end->connection != NULL) {
        wire_move(end);
        invariants_moved(&draw->watch[side]);
    }
    if (end->slow_reader && chance(draw, draw->read_chance[side]))
        wire_consume(end, between(draw, 1, draw->read_bytes[side]));
    if (end->connection == NULL)
        return;
    if (chance(draw, draw->abort_chance[side]))
        flue_tcp_abort(end->connection, draw->wire.now);
    else if (chance(draw, draw->release_chance[side]))
        wire_release(end);
}

static bool
is_over(const struct draw *draw)
{
    for (int side = 0; side < 2; side++) {
        struct flue_four_tuple tuple = wire_own_tuple(&draw->wire, side);

        if (flue_tcp_find(draw->wire.engines[side], &tuple) != NULL)
            return false;
    }
    return draw->wire.flying_count == 0;
}

/* A connection that ended well carried everything that it was given before its FIN. */
static void
expect_outcome(const struct draw *draw, int side)
{
    const struct endpoint *end = &draw->wire.ends[side];
    const struct endpoint *peer = &draw->wire.ends[1 - side];
    bool is_whole = end->received == peer->to_send && end->completed == end->to_send &&
                    (end->is_released || (end->is_closed && end->reason == FLUE_OK));

    if (end->wrong_bytes != 0 || end->received > peer->queued ||
        (!draw->may_end_early && !is_whole))
        fail_msg("side %d: received %llu of %llu, wrong %llu, completed %llu of %llu, %s, %s", side,
                 (unsigned long long)end->received, (unsigned long long)peer->to_send,
                 (unsigned long long)end->wrong_bytes, (unsigned long long)end->completed,
                 (unsigned long long)end->to_send, end->is_closed ? "closed" : "open",
                 flue_result_name(end->reason));
    if (end->is_closed && end->reason == FLUE_OK) {
        assert_int_equal(end->completed, end->to_send);
        assert_true(end->peer_closed);
    }
}

static void
expect_nothing_left(struct draw *draw)
{
    wire_run(&draw->wire, draw->wire.now + 200 * FLUE_SECOND);
    for (int side = 0; side < 2; side++) {
        struct flue_tcp_statistics statistics;

        expect_outcome(draw, side);
        flue_tcp_get_statistics(draw->wire.engines[side], &statistics);
        assert_int_equal(statistics.connections, 0);
        assert_int_equal(statistics.currently_established, 0);
        assert_int_equal(flue_tcp_next_deadline(draw->wire.engines[side]), FLUE_TIME_NEVER);
    }
    wire_fini(&draw->wire);
}

static void
run_case(uint64_t seed, double moves)
{
    struct draw draw;

    set_up(&draw, seed, moves);
    while (!is_over(&draw)) {
        if (!wire_step(&draw.wire, draw.wire.now + 50 * FLUE_MILLISECOND))
            draw.wire.now += 50 * FLUE_MILLISECOND;
        check_both(&draw);
        for (int side = 0; side < 2; side++)
            act(&draw, side);
        check_both(&draw);
        assert_true(draw.steps++ < 4000000);
    }
    expect_nothing_left(&draw);
}

static void
run_cases(double moves)
{
    for (uint64_t seed = first_seed; seed < first_seed + seed_count; seed++)
        run_case(seed, moves);
    current_seed = 0;
}

static void
prop_every_byte_arrives_once_in_order_and_both_ends_finish(void **state)
{
    (void)state;
    run_cases(0);
}

/* The same when each end moves out of its engine and back in at random moments (STATE-045). */
static void
prop_moving_loses_nothing_and_delivers_nothing_twice(void **state)
{
    (void)state;
    run_cases(0.02);
}

static int
tell_seed(void **state)
{
    (void)state;
    if (current_seed != 0)
        print_error("to repeat it: FLUE_SEED=%llu test_tcp_random\n",
                    (unsigned long long)current_seed);
    current_seed = 0;
    return 0;
}

int
main(int argc, char **argv)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_teardown(prop_every_byte_arrives_once_in_order_and_both_ends_finish,
                                  tell_seed),
        cmocka_unit_test_teardown(prop_moving_loses_nothing_and_delivers_nothing_twice, tell_seed),
    };

    if (argc > 1)
        first_seed = strtoull(argv[1], NULL, 10);
    if (argc > 2)
        seed_count = strtoull(argv[2], NULL, 10);
    if (getenv("FLUE_SEED") != NULL) {
        first_seed = strtoull(getenv("FLUE_SEED"), NULL, 10);
        seed_count = 1;
    }
    return cmocka_run_group_tests(tests, NULL, NULL);
}
