/* SPDX-License-Identifier: GPL-2.0-or-later
 *
 * Interrupt moderation, fixed and adaptive.
 */
#include "cmocka_first.h"
#include "flue/cost.h"

static void
test_moderation_fixed_gap_lies_between_two_interrupts(void **state)
{
    struct flue_moderation moderation;

    (void)state;
    flue_moderation_init(&moderation, 200, false);
    assert_int_equal(flue_moderation_due(&moderation, 1000), 1000);
    flue_moderation_raise(&moderation, 1000);
    flue_moderation_add(&moderation, UINT64_C(1) << 30);
    assert_int_equal(flue_moderation_due(&moderation, 1001), 1200);
    assert_int_equal(flue_moderation_due(&moderation, 1300), 1300);
    assert_int_equal(moderation.interrupts, 1);
}

/* Bytes arrive evenly at `rate` a second for a second, and each interrupt comes as soon as it may.
 */
static uint64_t
interrupts_of_a_second(uint64_t rate)
{
    const uint64_t portion = 1000;
    struct flue_moderation moderation;

    flue_moderation_init(&moderation, 0, true);
    for (uint64_t i = 0; i < rate / portion; i++) {
        flue_time now = i * (FLUE_SECOND / (rate / portion));

        flue_moderation_add(&moderation, portion);
        if (flue_moderation_due(&moderation, now) == now)
            flue_moderation_raise(&moderation, now);
    }
    return moderation.interrupts;
}

static void
test_moderation_adaptive_rate_falls_as_the_load_grows(void **state)
{
    (void)state;
    /* 100 Mb/s: 313 bytes in 25 us; each packet is told at once, for they are rarer than that. */
    assert_in_range(interrupts_of_a_second(12500000), 12400, 12600);
    /* 1 Gb/s: a packet each 8 us, so the fourth is the first after 25 us. */
    assert_in_range(interrupts_of_a_second(125000000), 31200, 31300);
    /* 10 Gb/s: 62500 bytes in 50 us are fewer than 64 KiB, so the second level holds. */
    assert_in_range(interrupts_of_a_second(1250000000), 19500, 20100);
    /* 12 Gb/s: 75000 bytes in 50 us are more, 300000 in 200 us fewer than 320 KiB. */
    assert_in_range(interrupts_of_a_second(1500000000), 4900, 5100);
    /* 40 Gb/s. */
    assert_in_range(interrupts_of_a_second(5000000000), 1990, 2100);
}

static void
test_moderation_adaptive_gap_follows_what_the_interrupt_announces(void **state)
{
    struct flue_moderation moderation;

    (void)state;
    flue_moderation_init(&moderation, 0, true);
    flue_moderation_add(&moderation, 8192);
    flue_moderation_raise(&moderation, 0);
    assert_int_equal(moderation.next, FLUE_SECOND / 40000);
    flue_moderation_add(&moderation, 8193);
    flue_moderation_raise(&moderation, FLUE_SECOND);
    assert_int_equal(moderation.next - FLUE_SECOND, FLUE_SECOND / 20000);
    flue_moderation_raise(&moderation, 2 * FLUE_SECOND); /* nothing new */
    assert_int_equal(moderation.next - 2 * FLUE_SECOND, FLUE_SECOND / 40000);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_moderation_fixed_gap_lies_between_two_interrupts),
        cmocka_unit_test(test_moderation_adaptive_rate_falls_as_the_load_grows),
        cmocka_unit_test(test_moderation_adaptive_gap_follows_what_the_interrupt_announces),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
