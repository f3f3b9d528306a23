/* SPDX-License-Identifier: GPL-2.0-or-later
 *
 * Memory runs out at each allocation in turn, once or for good, while a connection opens, transfers
 * over a wire that loses and reorders, and closes. Nothing may crash or leak, and the connection
 * either carries every byte and closes, or says why not.
 */
#include "cmocka_first.h"
#include "wire.h"

enum { TO_SEND = 60000 };

static void
set_up(struct wire *wire, uint64_t seed, bool use_sack)
{
    struct flue_tcp_config config = flue_tcp_config_default();

    wire_init(wire, seed);
    wire->loss = 0.05;
    wire->reordering = 0.1;
    config.options.use_sack = use_sack;
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
one_failure(uint64_t seed, bool use_sack, size_t n, bool for_good)
{
    struct wire wire;
    bool was_reached;

    set_up(&wire, seed, use_sack);
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
            fail_msg("seed %llu, sack %d, allocation %zu, for good %d: ended with %d",
                     (unsigned long long)seed, use_sack, n, for_good, (int)wire.ends[0].reason);
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
        for (int mode = 0; mode < 4; mode++)
            for (size_t n = 1; one_failure(seed, mode % 2 == 0, n, mode >= 2); n++)
                assert_true(n < 1000);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(prop_any_allocation_may_fail),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
