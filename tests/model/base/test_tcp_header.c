/* SPDX-License-Identifier: GPL-2.0-or-later
 *
 * TCP headers alone: their options, what fits, and what reading refuses or skips.
 */
#include "flue/frame.h"

#include <string.h>

#include "cmocka_first.h"
#include "frame_vectors.h"
#include "simple_checksum.h"

/* Reads a header with these options and no payload. */
static enum flue_result
read_options(const uint8_t *options, uint32_t length, struct flue_tcp_segment *segment)
{
    uint8_t header[FLUE_TCP_HEADER_MAX] = {0};

    assert_true(length % 4 == 0 && length <= 40);
    header[12] = (uint8_t)((20 + length) / 4 << 4);
    memcpy(header + 20, options, length);
    return flue_tcp_header_read(header, 20 + length, 20 + length, NULL, segment);
}

static void
test_tcp_header_length_is_what_is_written(void **state)
{
    struct frame_vector vector = frame_vector(0);

    (void)state;
    for (unsigned mix = 0; mix < 5 * 16; mix++) {
        struct flue_tcp_segment segment = {0};
        uint8_t header[FLUE_TCP_HEADER_MAX];
        uint32_t length;

        segment.has_mss = (mix & 1) != 0;
        segment.has_window_scale = (mix & 2) != 0;
        segment.has_sack_permitted = (mix & 4) != 0;
        segment.has_timestamp = (mix & 8) != 0;
        segment.sack_count = (uint8_t)(mix / 16);
        length = flue_tcp_header_write(&vector.packet.tuple, &segment, header);
        assert_int_equal(length, flue_tcp_header_length(&segment));
        assert_int_equal(length, header[12] / 16 * 4);
        assert_true(length <= FLUE_TCP_HEADER_MAX);
    }
}

static void
test_tcp_header_write_timestamp_takes_twelve_bytes(void **state)
{
    struct flue_tcp_segment segment = {.has_timestamp = true};

    (void)state;
    assert_int_equal(flue_tcp_header_length(&segment), 32);
    segment.has_mss = segment.has_sack_permitted = segment.has_window_scale = true;
    assert_int_equal(flue_tcp_header_length(&segment), 40);
    segment.has_timestamp = false;
    assert_int_equal(flue_tcp_header_length(&segment), 32);
}

static void
test_tcp_header_write_sack_blocks_that_do_not_fit_are_left_out(void **state)
{
    struct frame_vector vector = frame_vector(0);
    struct flue_tcp_segment segment = {.sack_count = 4, .sack = {{1, 2}, {3, 4}, {5, 6}, {7, 8}}};
    struct flue_tcp_segment read = {0};
    uint8_t header[FLUE_TCP_HEADER_MAX];
    uint32_t length;

    (void)state;
    length = flue_tcp_header_write(&vector.packet.tuple, &segment, header);
    assert_int_equal(length, 56);
    assert_int_equal(flue_tcp_header_read(header, length, length, NULL, &read), FLUE_OK);
    assert_segment_equal(&segment, &read);

    segment.has_timestamp = true;
    length = flue_tcp_header_write(&vector.packet.tuple, &segment, header);
    assert_int_equal(length, 60);
    assert_int_equal(flue_tcp_header_read(header, length, length, NULL, &read), FLUE_OK);
    segment.sack_count = 3;
    assert_segment_equal(&segment, &read);

    segment.has_mss = segment.has_window_scale = true;
    segment.sack_count = 4;
    length = flue_tcp_header_write(&vector.packet.tuple, &segment, header);
    assert_int_equal(length, 60);
    assert_int_equal(flue_tcp_header_read(header, length, length, NULL, &read), FLUE_OK);
    segment.sack_count = 2;
    assert_segment_equal(&segment, &read);
}

static void
test_tcp_header_write_checksum_is_the_frames(void **state)
{
    (void)state;
    for (unsigned i = 0; i < FRAME_VECTORS; i++) {
        struct frame_vector vector = frame_vector(i);
        struct flue_memory_descriptor memory = {NULL, (uint8_t *)vector.bytes + vector.payload_at,
                                                vector.length - vector.payload_at};
        uint8_t header[FLUE_TCP_HEADER_MAX];

        vector.packet.segment.payload = (struct flue_span){&memory, 0, memory.byte_count};
        assert_int_equal(
            flue_tcp_header_write(&vector.packet.tuple, &vector.packet.segment, header),
            vector.payload_at - vector.tcp_at);
        assert_memory_equal(header, vector.bytes + vector.tcp_at,
                            vector.payload_at - vector.tcp_at);
    }
}

static void
test_tcp_header_read_leaves_ip_fields_alone(void **state)
{
    struct frame_vector vector = frame_vector(1);
    struct flue_tcp_segment segment = {.hop_limit = 9,
                                       .traffic_class = 8,
                                       .flow_label = 7,
                                       .has_mss = true,
                                       .mss = 5,
                                       .sack_count = 2};

    (void)state;
    assert_int_equal(flue_tcp_header_read(vector.bytes + vector.tcp_at, 32, 37, NULL, &segment),
                     FLUE_OK);
    assert_int_equal(segment.hop_limit, 9);
    assert_int_equal(segment.traffic_class, 8);
    assert_int_equal(segment.flow_label, 7);
    assert_false(segment.has_mss);
    assert_int_equal(segment.sack_count, 0);
    assert_int_equal(segment.payload.length, 5);
}

static void
test_tcp_header_read_unknown_options_are_skipped_by_length(void **state)
{
    const uint8_t options[] = {254, 6, 2, 4, 8, 10, 77, 2, 2, 4, 0x05, 0xb4, 30, 3, 0, 0};
    struct flue_tcp_segment segment = {0};

    (void)state;
    assert_int_equal(read_options(options, sizeof options, &segment), FLUE_OK);
    assert_true(segment.has_mss);
    assert_int_equal(segment.mss, 1460);
    assert_false(segment.has_timestamp);
}

static void
test_tcp_header_read_nothing_counts_after_end_of_options(void **state)
{
    const uint8_t options[] = {1, 0, 3, 3, 7, 0, 2, 4};
    struct flue_tcp_segment segment = {0};

    (void)state;
    assert_int_equal(read_options(options, sizeof options, &segment), FLUE_OK);
    assert_false(segment.has_window_scale);
}

static void
test_tcp_header_read_known_kinds_with_wrong_lengths_are_skipped(void **state)
{
    const uint8_t mss[] = {2, 3, 5, 1, 3, 3, 7, 0};
    const uint8_t others[] = {3, 2, 4, 3, 9, 8, 4, 9, 9, 2, 2, 1};
    const uint8_t sack[] = {5, 2, 5, 9, 1, 2, 3, 4, 5, 6, 7, 0};
    const uint8_t sack_of_half[] = {5, 6, 1, 2, 3, 4, 1, 1};
    struct flue_tcp_segment segment = {0};

    (void)state;
    assert_int_equal(read_options(mss, sizeof mss, &segment), FLUE_OK);
    assert_false(segment.has_mss);
    assert_true(segment.has_window_scale);
    assert_int_equal(segment.window_scale, 7);
    assert_int_equal(read_options(others, sizeof others, &segment), FLUE_OK);
    assert_false(segment.has_window_scale);
    assert_false(segment.has_sack_permitted);
    assert_false(segment.has_timestamp);
    assert_false(segment.has_mss);
    assert_int_equal(read_options(sack, sizeof sack, &segment), FLUE_OK);
    assert_int_equal(segment.sack_count, 0);
    assert_int_equal(read_options(sack_of_half, sizeof sack_of_half, &segment), FLUE_OK);
    assert_int_equal(segment.sack_count, 0);
}

static void
test_tcp_header_read_impossible_option_lengths_change_nothing(void **state)
{
    const uint8_t bad[][8] = {
        {2, 0, 5, 0xb4, 0, 0, 0, 0},  /* zero */
        {8, 1, 0, 0, 0, 0, 0, 0},     /* one */
        {3, 3, 7, 8, 10, 0, 0, 0},    /* past the end of the header */
        {1, 1, 1, 1, 1, 1, 1, 2},     /* no room for a length */
        {99, 0, 0, 0, 0, 0, 0, 0},    /* unknown kind, zero */
        {1, 1, 1, 1, 1, 1, 3, 3},     /* by one byte */
        {1, 1, 1, 1, 1, 253, 255, 0}, /* unknown kind, past the end */
    };

    (void)state;
    for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++) {
        struct flue_tcp_segment before, segment;

        memset(&segment, 0x5A, sizeof segment);
        before = segment;
        assert_int_equal(read_options(bad[i], 8, &segment), FLUE_ERROR_MALFORMED);
        assert_memory_equal(&segment, &before, sizeof segment);
    }
}

static void
test_tcp_header_read_window_scale_above_14_reads_as_14(void **state)
{
    uint8_t options[] = {3, 3, 14, 1};
    struct flue_tcp_segment segment = {0};

    (void)state;
    for (unsigned shift = 0; shift <= 255; shift++) {
        options[2] = (uint8_t)shift;
        assert_int_equal(read_options(options, sizeof options, &segment), FLUE_OK);
        assert_int_equal(segment.window_scale, shift > 14 ? 14 : shift);
    }
}

static void
test_tcp_header_read_unaligned_timestamp_is_found(void **state)
{
    const uint8_t options[] = {8, 10, 0, 0, 0, 1, 0, 0, 0, 2, 1, 1};
    struct flue_tcp_segment segment = {0};

    (void)state;
    assert_int_equal(read_options(options, sizeof options, &segment), FLUE_OK);
    assert_true(segment.has_timestamp);
    assert_int_equal(segment.ts_val, 1);
    assert_int_equal(segment.ts_ecr, 2);
}

static void
test_tcp_header_read_data_offset_outside_the_segment_is_malformed(void **state)
{
    struct frame_vector vector = frame_vector(1);
    struct flue_tcp_segment segment = {0};
    uint8_t header[FLUE_TCP_HEADER_MAX] = {0};

    (void)state;
    for (uint32_t offset = 0; offset < 16; offset++) {
        for (uint32_t length = 0; length <= sizeof header; length++) {
            enum flue_result expected =
                offset >= 5 && offset * 4 <= length ? FLUE_OK : FLUE_ERROR_MALFORMED;

            header[12] = (uint8_t)(offset << 4);
            assert_int_equal(flue_tcp_header_read(header, length, length, NULL, &segment),
                             expected);
            assert_int_equal(flue_tcp_header_read(header, sizeof header, length, NULL, &segment),
                             expected);
            assert_int_equal(flue_tcp_header_read(header, length, 9000, NULL, &segment), expected);
        }
    }
    assert_int_equal(flue_tcp_header_read(vector.bytes + vector.tcp_at, 32, 32, NULL, &segment),
                     FLUE_OK);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_tcp_header_length_is_what_is_written),
        cmocka_unit_test(test_tcp_header_write_timestamp_takes_twelve_bytes),
        cmocka_unit_test(test_tcp_header_write_sack_blocks_that_do_not_fit_are_left_out),
        cmocka_unit_test(test_tcp_header_write_checksum_is_the_frames),
        cmocka_unit_test(test_tcp_header_read_leaves_ip_fields_alone),
        cmocka_unit_test(test_tcp_header_read_unknown_options_are_skipped_by_length),
        cmocka_unit_test(test_tcp_header_read_nothing_counts_after_end_of_options),
        cmocka_unit_test(test_tcp_header_read_known_kinds_with_wrong_lengths_are_skipped),
        cmocka_unit_test(test_tcp_header_read_impossible_option_lengths_change_nothing),
        cmocka_unit_test(test_tcp_header_read_window_scale_above_14_reads_as_14),
        cmocka_unit_test(test_tcp_header_read_unaligned_timestamp_is_found),
        cmocka_unit_test(test_tcp_header_read_data_offset_outside_the_segment_is_malformed),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
