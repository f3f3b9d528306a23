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
    assert_int_equal(count, 7);
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
    expected.core_hz = 1000000000; /* rates are divided by */
    expected.engine_units = 1;
    expected.checksum_is_offloaded = 1;
    expected.table_entries = 1024;
    expected.receive_window_bytes = 1 << 30;
    assert_memory_equal(ideal, &expected, sizeof expected);
}

/* Every value in its limits, and with its unit turned into the program's. */
static void
test_profile_values_are_sane(void **state)
{
    (void)state;
    for (uint32_t i = 0; flue_profile_at(i) != NULL; i++) {
        const struct flue_profile *profile = flue_profile_at(i);

        assert_true(profile->text[0] != '\0');
        if (strcmp(profile->name, "ideal") == 0)
            continue;
        assert_in_range(profile->core_hz, 1000000000, 5000000000);
        assert_in_range(profile->copy_rx_cycles_per_kib, 1024 / 5, 2 * 1024);
        assert_in_range(profile->bus_bps, 6000000000, 120000000000);
        assert_in_range(profile->bus_read_latency, FLUE_MICROSECOND / 2, FLUE_MICROSECOND);
        assert_in_range(profile->interrupt_gap, FLUE_MICROSECOND, FLUE_MILLISECOND);
        assert_in_range(profile->reuse_delay, 0, 2 * FLUE_SECOND);
        assert_true(profile->large_send_cycles + profile->large_send_packet_cycles > 0);
        assert_true(profile->has_large_send == 1);
        assert_true(profile->coalesced_rx_cycles < profile->tcp_rx_cycles);
        assert_true(profile->terminate_delay > profile->initiate_delay);
        assert_true(profile->update_delay < profile->initiate_delay);
    }
}

/* Received bulk data through the host's own stack: Gb/s of 1448-byte segments that one core takes
 * in, an acknowledgement every second one. */
static double
receive_gbps(const struct flue_profile *profile)
{
    double cycles = (double)profile->tcp_rx_cycles + (double)profile->ack_tx_cycles / 2.0 +
                    1448.0 / 1024.0 * (double)profile->copy_rx_cycles_per_kib;

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
                ((double)(profile->syscall_cycles + profile->completion_cycles +
                          profile->interrupt_cycles) +
                 64.0 * (double)profile->copy_rx_cycles_per_kib);
    assert_true(offloaded > 7.6 && offloaded < 8.0);
}

static void
test_profile_server_2009_needs_about_one_core_for_10_gbps(void **state)
{
    const struct flue_profile *profile = flue_profile_find("server-2009");

    (void)state;
    assert_true(receive_gbps(profile) > 9.0 && receive_gbps(profile) < 11.0);
}

/* Cycles a byte of a batch of 64 KiB: its first segment or request, the others, and an
 * acknowledgement of every second. */
static double
batch_cycles(double first, double others, double count, double ack)
{
    return (first + count * others + 22.6 * ack) / 65536;
}

static void
test_profile_server_2021_meets_the_published_costs_a_byte(void **state)
{
    const struct flue_profile *profile = flue_profile_find("server-2021");
    double tx =
        batch_cycles((double)profile->large_send_cycles, (double)profile->large_send_packet_cycles,
                     45.26, (double)profile->ack_rx_cycles);
    double rx = batch_cycles((double)profile->tcp_rx_cycles, (double)profile->coalesced_rx_cycles,
                             44.26, (double)profile->ack_tx_cycles) +
                (double)profile->copy_rx_cycles_per_kib / 1024;

    (void)state;
    assert_true(tx > 0.29 && tx < 0.31);
    assert_true(rx > 0.63 && rx < 0.67);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_profile_find_and_at_agree),
        cmocka_unit_test(test_profile_ideal_costs_nothing),
        cmocka_unit_test(test_profile_values_are_sane),
        cmocka_unit_test(test_profile_server_2004_meets_the_published_range),
        cmocka_unit_test(test_profile_server_2009_needs_about_one_core_for_10_gbps),
        cmocka_unit_test(test_profile_server_2021_meets_the_published_costs_a_byte),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
