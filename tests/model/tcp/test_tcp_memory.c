/* SPDX-License-Identifier: GPL-2.0-or-later
 *
 * Memory runs out at each allocation in turn, once or for good: while an engine is created, while a
 * connection opens, transfers over a wire that loses and reorders, and closes, and while it moves
 * to another engine. Nothing may crash or leak, and what cannot be done says so and changes
 * nothing.
 */
#include "cmocka_first.h"
#include "wire.h"

enum { TO_SEND = 60000 };

/* How losses are found: each keeps something else in memory. */
enum detection { BY_DUPLICATES, BY_SACK, BY_TIME, DETECTIONS };

static void
set_up(struct wire *wire, uint64_t seed, enum detection detection)
{
    struct flue_tcp_config config = flue_tcp_config_default();

    wire_init(wire, seed);
    wire->loss = 0.05;
    wire->reordering = 0.1;
    config.options.use_sack = detection != BY_DUPLICATES;
    config.options.use_rack = detection == BY_TIME;
    config.options.use_ecn = seed % 2 == 0;
    config.options.use_prr = seed % 3 == 0;
    config.options.use_frto = seed % 3 == 1;
    for (int side = 0; side < 2; side++) {
        wire->ends[side].to_send = TO_SEND;
        wire->ends[side].to_receive = TO_SEND;
        wire_create_engine(wire, side, &config);
    }
}

/* Listens and connects. False: there was no memory for it, and nothing has begun. */
static bool
begin(struct wire *wire)
{
    struct flue_four_tuple tuple = wire_tuple(0);
    struct flue_tcp_listener *listener;
    enum flue_result result =
        flue_tcp_listen(wire->engines[1], 4, NULL, 80, 1, NULL, &wire->ends[1], &listener);

    if (result == FLUE_OK)
        result = flue_tcp_connect(wire->engines[0], wire->now, &tuple, NULL, &wire->ends[0],
                                  &wire->ends[0].connection);
    if (result != FLUE_OK)
        assert_int_equal(result, FLUE_ERROR_NO_MEMORY);
    return result == FLUE_OK;
}

/* Returns whether the n-th allocation was reached. */
static bool
one_failure(uint64_t seed, enum detection detection, size_t n, bool for_good)
{
    struct wire wire;
    bool was_reached;

    set_up(&wire, seed, detection);
    wire.memory.fail_call = wire.memory.calls + n;
    wire.memory.fail_after = for_good;
    if (begin(&wire)) {
        wire_run(&wire, 1000 * FLUE_SECOND);
        assert_true(wire.ends[0].is_closed);
        if (wire.ends[0].reason == FLUE_OK)
            for (int side = 0; side < 2; side++) {
                assert_int_equal(wire.ends[side].received, TO_SEND);
                assert_int_equal(wire.ends[side].wrong_bytes, 0);
                assert_true(wire.ends[side].is_closed);
            }
        /* Only the opening cannot do without memory. */
        if (wire.ends[0].reason != FLUE_OK && !(for_good && !wire.ends[0].is_connected))
            fail_msg("seed %llu, detection %d, allocation %zu, for good %d: ended with %d",
                     (unsigned long long)seed, (int)detection, n, for_good,
                     (int)wire.ends[0].reason);
    }
    was_reached = wire.memory.failures > 0;
    wire_fini(&wire);
    return was_reached;
}

static void
prop_any_allocation_may_fail(void **state)
{
    (void)state;
    for (uint64_t seed = 1; seed <= 6; seed++)
        for (int mode = 0; mode < 2 * DETECTIONS; mode++)
            for (size_t n = 1;
                 one_failure(seed, (enum detection)(mode % DETECTIONS), n, mode >= DETECTIONS); n++)
                assert_true(n < 1000);
}

static void
test_engine_without_memory_is_not_created(void **state)
{
    const struct flue_tcp_config config = flue_tcp_config_default();
    bool is_created = false;

    (void)state;
    for (size_t n = 1; !is_created; n++) {
        struct flue_test_memory memory = {.fail_call = n};
        struct flue_allocator allocator = flue_test_memory_allocator(&memory);
        struct flue_tcp_engine *engine = NULL;
        enum flue_result result =
            flue_tcp_engine_create(&config, &wire_handlers, NULL, &allocator, &engine);

        is_created = result == FLUE_OK;
        assert_int_equal(result, memory.failures > 0 ? FLUE_ERROR_NO_MEMORY : FLUE_OK);
        assert_true(is_created == (engine != NULL));
        flue_tcp_engine_destroy(engine);
        flue_test_memory_assert_empty(&memory);
        assert_true(n < 100);
    }
}

/* Takes an end's connection to a new engine, at the n-th allocation there without memory and then
 * once more with it. Returns whether that allocation was reached. */
static bool
move_to_new_engine(struct endpoint *end, const struct flue_tcp_config *config, size_t n)
{
    struct wire *wire = end->wire;
    struct flue_tcp_engine *old = wire->engines[end->side];
    struct flue_tcp_const constants;
    struct flue_tcp_cached cached;
    struct flue_tcp_delegated delegated;
    struct flue_tcp_import import = {
        .constants = &constants, .cached = &cached, .delegated = &delegated};
    enum flue_result result;
    bool was_reached;

    import.tuple = *flue_tcp_tuple(end->connection);
    import.path_mtu = 1500;
    import.rcv_buffered = end->unconsumed;
    import.send_shutdown = end->shutdown_done;
    import.connection_user = end;
    flue_tcp_flush_ack(end->connection, wire->now);
    flue_tcp_export(end->connection, wire->now, &constants, &cached, &delegated);
    flue_tcp_surrender(end->connection, wire->now, &import.lists);
    if (import.lists != NULL)
        end->completed += import.lists->tcp_offload_bytes_transferred;
    wire_create_engine(wire, end->side, config);
    wire->memory.failures = 0;
    wire->memory.fail_call = wire->memory.calls + n;
    result = flue_tcp_import(wire->engines[end->side], wire->now, &import, &end->connection);
    was_reached = wire->memory.failures > 0;
    wire->memory.fail_call = 0;
    assert_int_equal(result, was_reached ? FLUE_ERROR_NO_MEMORY : FLUE_OK);
    if (was_reached) { /* the lists are still the owner's, and the tuple is free */
        assert_null(flue_tcp_find(wire->engines[end->side], &import.tuple));
        assert_int_equal(
            flue_tcp_import(wire->engines[end->side], wire->now, &import, &end->connection),
            FLUE_OK);
    }
    flue_tcp_resume(end->connection, wire->now);
    flue_tcp_engine_destroy(old);
    return was_reached;
}

static bool
one_failed_import(uint64_t seed, flue_time when, size_t n)
{
    struct flue_tcp_config config = flue_tcp_config_default();
    struct wire wire;
    bool was_reached = false;

    set_up(&wire, seed, true);
    config.options.use_ecn = true;
    assert_true(begin(&wire));
    wire_run(&wire, when);
    for (int side = 0; side < 2; side++)
        if (wire.ends[side].is_connected && !wire.ends[side].is_closed)
            was_reached |= move_to_new_engine(&wire.ends[side], &config, n);
    wire_run(&wire, 1000 * FLUE_SECOND);
    for (int side = 0; side < 2; side++) {
        assert_int_equal(wire.ends[side].reason, FLUE_OK);
        assert_int_equal(wire.ends[side].received, TO_SEND);
        assert_int_equal(wire.ends[side].wrong_bytes, 0);
        assert_true(wire.ends[side].is_closed);
    }
    wire_fini(&wire);
    return was_reached;
}

static void
prop_an_import_without_memory_can_be_made_again(void **state)
{
    size_t reached = 0;

    (void)state;
    for (uint64_t seed = 1; seed <= 6; seed++)
        for (flue_time when = 30; when <= 90; when += 20)
            for (size_t n = 1; one_failed_import(seed, when * FLUE_MILLISECOND, n); n++)
                reached++;
    assert_true(reached >= 24); /* at least the connection itself, each time */
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_engine_without_memory_is_not_created),
        cmocka_unit_test(prop_any_allocation_may_fail),
        cmocka_unit_test(prop_an_import_without_memory_can_be_made_again),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
