/* SPDX-License-Identifier: GPL-2.0-or-later
 *
 * Hostile frames: cut off anywhere, with any byte changed to anything, or random. Each is copied
 * into a block of its exact size, so that the address sanitizer sees a read of one byte too many.
 */
#include "flue/frame.h"

#include <stdlib.h>
#include <string.h>

#include "cmocka_first.h"
#include "frame_vectors.h"

/* Reads `length` of a frame's bytes; checks what must hold whatever they are. */
static enum flue_frame_kind
read_exactly(const uint8_t *bytes, uint32_t length, uint32_t frame_length)
{
    uint8_t *exact = malloc(length);
    struct flue_memory_descriptor memory = {0};
    struct flue_packet packet;
    enum flue_frame_kind kind;

    if (length > 0) {
        assert_non_null(exact);
        memcpy(exact, bytes, length);
    }
    memset(&packet, 0, sizeof packet);
    kind = flue_frame_read(exact, length, frame_length, &memory, &packet);
    assert_in_range(kind, FLUE_FRAME_TCP, FLUE_FRAME_MALFORMED);
    if (kind == FLUE_FRAME_TCP) {
        assert_true(packet.segment.payload.length <= frame_length - 54);
        assert_true(packet.segment.sack_count <= FLUE_TCP_SACK_MAX);
        assert_true(packet.segment.window_scale <= 14);
        assert_true(packet.segment.flow_label <= 0xFFFFF);
    }
    if (kind == FLUE_FRAME_TCP && packet.segment.payload.descriptor != NULL) {
        assert_true(memory.bytes >= exact);
        assert_true(memory.bytes + memory.byte_count <= exact + length);
        assert_int_equal(memory.byte_count, packet.segment.payload.length);
    }
    if (length == frame_length)
        (void)flue_frame_checksums_ok(exact, length);
    free(exact);
    return kind;
}

static void
test_frame_read_every_truncation_is_refused(void **state)
{
    (void)state;
    for (unsigned i = 0; i < FRAME_VECTORS; i++) {
        struct frame_vector vector = frame_vector(i);

        for (uint32_t length = 0; length < vector.length; length++) {
            enum flue_frame_kind kind = read_exactly(vector.bytes, length, length);

            /* The IP header's length reaches past the frame: malformed, once TCP is recognised. */
            assert_int_equal(kind,
                             length < vector.tcp_at ? FLUE_FRAME_OTHER : FLUE_FRAME_MALFORMED);
            /* The same with the frame's length right, but only so many bytes at hand. */
            kind = read_exactly(vector.bytes, length, vector.length);
            if (length >= vector.payload_at)
                assert_int_equal(kind, FLUE_FRAME_TCP);
            else
                assert_int_equal(kind,
                                 length < vector.tcp_at ? FLUE_FRAME_OTHER : FLUE_FRAME_MALFORMED);
        }
    }
}

static void
test_frame_read_any_byte_with_any_value_stays_inside(void **state)
{
    unsigned kinds[FLUE_FRAME_MALFORMED + 1] = {0};

    (void)state;
    for (unsigned i = 0; i < FRAME_VECTORS; i++) {
        struct frame_vector vector = frame_vector(i);
        uint8_t frame[256];

        for (uint32_t at = 0; at < vector.payload_at; at++) {
            memcpy(frame, vector.bytes, vector.length);
            for (unsigned value = 0; value < 256; value++) {
                frame[at] = (uint8_t)value;
                kinds[read_exactly(frame, vector.length, vector.length)]++;
            }
        }
    }
    /* Each way out was taken: the corruption reached them all. */
    for (unsigned kind = 0; kind <= FLUE_FRAME_MALFORMED; kind++)
        assert_true(kinds[kind] > 0);
}

static void
test_frame_read_ipv4_lengths_that_cannot_be_are_malformed(void **state)
{
    struct frame_vector vector = frame_vector(1);
    uint8_t frame[256];

    (void)state;
    for (unsigned ihl = 0; ihl < 16; ihl++) {
        for (uint32_t total = 0; total < 80; total++) {
            bool is_possible = ihl >= 5 && ihl * 4 <= total && total <= vector.length - 14;
            enum flue_frame_kind kind;

            memcpy(frame, vector.bytes, vector.length);
            frame[14] = (uint8_t)(0x40 | ihl);
            frame[17] = (uint8_t)total;
            kind = read_exactly(frame, vector.length, vector.length);
            if (!is_possible || (ihl == 5 && total < 20 + 32))
                assert_int_equal(kind, FLUE_FRAME_MALFORMED);
            else
                assert_int_equal(kind, ihl == 5 ? FLUE_FRAME_TCP : FLUE_FRAME_IP_OPTIONS);
        }
    }
}

static void
test_frame_read_ipv6_lengths_that_cannot_be_are_malformed(void **state)
{
    struct frame_vector vector = frame_vector(4);
    uint8_t frame[256];

    (void)state;
    for (uint32_t length = 0; length < 256; length++) {
        memcpy(frame, vector.bytes, vector.length);
        frame[19] = (uint8_t)length;
        assert_int_equal(read_exactly(frame, vector.length, vector.length),
                         length >= 40 && length <= vector.length - vector.tcp_at
                             ? FLUE_FRAME_TCP
                             : FLUE_FRAME_MALFORMED);
    }
}

static void
test_frame_read_random_bytes_behind_a_valid_start_stay_inside(void **state)
{
    uint64_t seed = 88172645463325252U;

    (void)state;
    for (unsigned round = 0; round < 200000; round++) {
        struct frame_vector vector = frame_vector(round % FRAME_VECTORS);
        uint8_t frame[160];
        uint32_t from, length;

        memcpy(frame, vector.bytes, vector.length);
        for (size_t i = 0; i < 3; i++) {
            seed ^= seed << 13;
            seed ^= seed >> 7;
            seed ^= seed << 17;
            from = vector.ip_at + (uint32_t)(seed % (vector.length - vector.ip_at));
            frame[from] = (uint8_t)(seed >> 40);
        }
        length = (uint32_t)(seed >> 20) % 4 ? vector.length
                                            : (uint32_t)(seed >> 24) % (vector.length + 1);
        (void)read_exactly(frame, length, length + (uint32_t)(seed >> 60));
    }
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_frame_read_every_truncation_is_refused),
        cmocka_unit_test(test_frame_read_any_byte_with_any_value_stays_inside),
        cmocka_unit_test(test_frame_read_ipv4_lengths_that_cannot_be_are_malformed),
        cmocka_unit_test(test_frame_read_ipv6_lengths_that_cannot_be_are_malformed),
        cmocka_unit_test(test_frame_read_random_bytes_behind_a_valid_start_stay_inside),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
