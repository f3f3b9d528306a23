/* SPDX-License-Identifier: GPL-2.0-or-later
 *
 * The internet checksum against RFC 1071's example and a simple implementation.
 */
#include "base/checksum.h"

#include <string.h>

#include "cmocka_first.h"
#include "simple_checksum.h"

/* xorshift64: the same bytes in every run. */
static void
fill(uint8_t *bytes, size_t length, uint64_t seed)
{
    for (size_t i = 0; i < length; i++) {
        seed ^= seed << 13;
        seed ^= seed >> 7;
        seed ^= seed << 17;
        bytes[i] = (uint8_t)(seed >> 32);
    }
}

static void
test_checksum_bytes_rfc1071_example_is_ddf2(void **state)
{
    const uint8_t example[] = {0x00, 0x01, 0xf2, 0x03, 0xf4, 0xf5, 0xf6, 0xf7};

    (void)state;
    assert_int_equal(flue__checksum_bytes(example, sizeof example), 0xDDF2);
    assert_int_equal(flue__checksum_finish(0xDDF2), 0x220D);
}

static void
test_checksum_bytes_every_length_and_alignment_agrees(void **state)
{
    uint8_t bytes[200];

    (void)state;
    fill(bytes, sizeof bytes, 1);
    for (size_t start = 0; start < 9; start++)
        for (size_t length = 0; start + length <= sizeof bytes; length++)
            assert_int_equal(flue__checksum_bytes(bytes + start, length),
                             simple_sum(0, bytes + start, length));
}

static void
test_checksum_bytes_all_ones_keep_every_carry(void **state)
{
    static uint8_t bytes[65535];

    (void)state;
    memset(bytes, 0xFF, sizeof bytes);
    assert_int_equal(flue__checksum_bytes(bytes, sizeof bytes), simple_sum(0, bytes, sizeof bytes));
    bytes[12345] = 0;
    assert_int_equal(flue__checksum_bytes(bytes, sizeof bytes), simple_sum(0, bytes, sizeof bytes));
}

static void
test_checksum_fold_large_sums_match_modulo_65535(void **state)
{
    const uint64_t sums[] = {0,          1,          0xFFFF,         0x10000,           0x1FFFE,
                             0xFFFFFFFF, UINT64_MAX, UINT64_MAX - 1, 0xFFFF0000FFFF0001};

    (void)state;
    for (size_t i = 0; i < sizeof sums / sizeof sums[0]; i++) {
        uint32_t folded = flue__checksum_fold(sums[i]);

        assert_true(folded <= 0xFFFF);
        assert_int_equal(folded % 0xFFFF, sums[i] % 0xFFFF);
        assert_int_equal(folded == 0, sums[i] == 0);
    }
}

static void
test_checksum_span_pieces_at_odd_offsets_agree(void **state)
{
    uint8_t bytes[40], flat[40];

    (void)state;
    fill(bytes, sizeof bytes, 2);
    for (uint32_t first = 0; first <= 12; first++) {
        for (uint32_t second = 0; second <= 12; second++) {
            for (uint32_t skip = 0; skip <= 5; skip++) {
                struct flue_memory_descriptor last = {NULL, bytes + 20, 15};
                struct flue_memory_descriptor hole = {&last, NULL, second};
                struct flue_memory_descriptor head = {&hole, bytes, first};
                struct flue_span span = {&head, skip, first + second + 15 - skip};

                flue_span_copy(&span, flat);
                assert_int_equal(flue__checksum_span(&span), simple_sum(0, flat, span.length));
            }
        }
    }
}

static void
test_checksum_span_length_only_adds_nothing(void **state)
{
    struct flue_span span = flue_span_virtual(64000);
    struct flue_memory_descriptor hole = {NULL, NULL, 100};

    (void)state;
    assert_int_equal(flue__checksum_span(&span), 0);
    span = (struct flue_span){&hole, 1, 99};
    assert_int_equal(flue__checksum_span(&span), 0);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_checksum_bytes_rfc1071_example_is_ddf2),
        cmocka_unit_test(test_checksum_bytes_every_length_and_alignment_agrees),
        cmocka_unit_test(test_checksum_bytes_all_ones_keep_every_carry),
        cmocka_unit_test(test_checksum_fold_large_sums_match_modulo_65535),
        cmocka_unit_test(test_checksum_span_pieces_at_odd_offsets_agree),
        cmocka_unit_test(test_checksum_span_length_only_adds_nothing),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
