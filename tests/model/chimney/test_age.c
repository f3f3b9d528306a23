/* SPDX-License-Identifier: GPL-2.0-or-later
 *
 * Ageing of delegated state.
 */
#include "cmocka_first.h"

#include "chimney/age.h"

static void
test_age_running_timers_shrink_to_zero(void **state)
{
    struct flue_tcp_delegated delegated = {.ts_time = UINT32_MAX - 2, .ts_recent_age = 10};

    (void)state;
    delegated.keep_alive.timeout_delta_ticks = FLUE_TICKS_NOT_RUNNING;
    delegated.retransmit.timeout_delta_ticks = 7;
    flue__tcp_delegated_age(&delegated, 5);
    assert_int_equal(delegated.ts_time, 2); /* modulo 2^32 */
    assert_int_equal(delegated.ts_recent_age, 15);
    assert_int_equal(delegated.keep_alive.timeout_delta_ticks, FLUE_TICKS_NOT_RUNNING);
    assert_int_equal(delegated.retransmit.timeout_delta_ticks, 2);
    flue__tcp_delegated_age(&delegated, 5);
    assert_int_equal(delegated.retransmit.timeout_delta_ticks, 0); /* due now */
}

static void
test_age_recent_age_does_not_wrap(void **state)
{
    struct flue_tcp_delegated delegated = {.ts_recent_age = UINT32_MAX - 3};

    (void)state;
    flue__tcp_delegated_age(&delegated, 9);
    assert_int_equal(delegated.ts_recent_age, UINT32_MAX);
}

static void
test_ticks_between_counts_tick_boundaries(void **state)
{
    (void)state;
    assert_int_equal(flue__ticks_between(0, 999 * FLUE_MICROSECOND, 1000), 0);
    assert_int_equal(flue__ticks_between(999 * FLUE_MICROSECOND, 1001 * FLUE_MICROSECOND, 1000), 1);
    assert_int_equal(flue__ticks_between(FLUE_SECOND, 3 * FLUE_SECOND, 10), 20);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_age_running_timers_shrink_to_zero),
        cmocka_unit_test(test_age_recent_age_does_not_wrap),
        cmocka_unit_test(test_ticks_between_counts_tick_boundaries),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
