/* SPDX-License-Identifier: GPL-2.0-or-later
 *
 * The built-in profiles: found by name and index, sane, and in keeping with the figures they cite.
 */
#include "flue/cost.h"

#include <string.h>

#include "cmocka_first.h"

static void
test_profile_find_and_at_agree(void **state)
{
    uint32_t count = 0;

    (void)state;
    for (const struct flue_profile *profile; (profile = flue_profile_at(count)) != NULL; count++)
        assert_ptr_equal(flue_profile_find(profile->name), profile);
    assert_int_equal(count, 3);
    assert_null(flue_profile_at(UINT32_MAX));
    assert_null(flue_profile_find("server-1999"));
    assert_null(flue_profile_find(""));
}

static void
test_profile_ideal_costs_nothing(void **state)
{
    const struct flue_profile *ideal = flue_profile_find("ideal");
    struct flue_profile expected;

    (void)state;
    assert_non_null(ideal);
    memset(&expected, 0, sizeof expected);
    expected.name = ideal->name;
    expected.text = ideal->text;
    expected.cores = 1;
    expected.core_hz = ideal->core_hz;
    assert_true(ideal->core_hz > 0); /* rates are divided by */
    assert_memory_equal(ideal, &expected, sizeof expected);
}

static void
test_profile_servers_fill_every_cost(void **state)
{
    (void)state;
    for (uint32_t i = 0; flue_profile_at(i) != NULL; i++) {
        const struct flue_profile *profile = flue_profile_at(i);

        assert_true(profile->text[0] != '\0');
        assert_true(profile->cores >= 1);
        if (strcmp(profile->name, "ideal") == 0)
            continue;
        assert_true(profile->core_hz >= 1000000000);
        assert_true(profile->syscall_cycles > 0);
        assert_true(profile->copy_cycles_per_kib > 0);
        assert_true(profile->tcp_tx_cycles > 0);
        assert_true(profile->tcp_rx_cycles > 0);
        assert_true(profile->ack_tx_cycles > 0);
        assert_true(profile->ack_rx_cycles > 0);
        assert_true(profile->interrupt_cycles > 0);
        assert_true(profile->completion_cycles > 0);
        assert_true(profile->state_move_cycles > 0);
        assert_true(profile->connection_cycles > 0);
        assert_true(profile->initiate_delay > 0);
        assert_true(profile->terminate_delay > 0);
    }
}

/* Received bulk data through the host's own stack: Gb/s of 1448-byte segments that one core takes
 * in, an acknowledgement every second one. */
static double
receive_gbps(const struct flue_profile *profile)
{
    double cycles = profile->tcp_rx_cycles + profile->ack_tx_cycles / 2.0 +
                    1448.0 / 1024.0 * profile->copy_cycles_per_kib;

    return (double)profile->core_hz / cycles * 1448 * 8 / 1e9;
}

static void
test_profile_server_2004_meets_the_published_range(void **state)
{
    const struct flue_profile *profile = flue_profile_find("server-2004");
    double offloaded;

    (void)state;
    assert_true(receive_gbps(profile) > 3.0 && receive_gbps(profile) < 4.0);
    /* Offloaded, 64 KiB at a time, with half of the core: 7.6 to 7.9 Gb/s were published. */
    offloaded = (double)profile->core_hz / 2 * 65536 * 8 / 1e9 /
                (profile->syscall_cycles + profile->completion_cycles + profile->interrupt_cycles +
                 64.0 * profile->copy_cycles_per_kib);
    assert_true(offloaded > 7.6 && offloaded < 8.0);
}

static void
test_profile_server_2009_needs_about_one_core_for_10_gbps(void **state)
{
    const struct flue_profile *profile = flue_profile_find("server-2009");

    (void)state;
    assert_true(receive_gbps(profile) > 9.0 && receive_gbps(profile) < 11.0);
    /* 3500 cycles for each 64 KiB and 400 for each of its 45.26 packets. */
    assert_int_equal(profile->tcp_tx_cycles, 477);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_profile_find_and_at_agree),
        cmocka_unit_test(test_profile_ideal_costs_nothing),
        cmocka_unit_test(test_profile_servers_fill_every_cost),
        cmocka_unit_test(test_profile_server_2004_meets_the_published_range),
        cmocka_unit_test(test_profile_server_2009_needs_about_one_core_for_10_gbps),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
