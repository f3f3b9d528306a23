/* SPDX-License-Identifier: GPL-2.0-or-later
 *
 * Buffer lists and spans against the bytes they stand for.
 */
#include "flue/buffer.h"

#include <string.h>

#include "cmocka_first.h"

/* Four descriptors: "abc", nothing, two length-only bytes, "defgh". */
static uint8_t head[] = {'a', 'b', 'c'};
static uint8_t tail[] = {'d', 'e', 'f', 'g', 'h'};
static const uint8_t flat[10] = {'a', 'b', 'c', 0, 0, 'd', 'e', 'f', 'g', 'h'};

struct chain {
    struct flue_memory_descriptor parts[4];
};

static void
make_chain(struct chain *chain)
{
    chain->parts[0] = (struct flue_memory_descriptor){&chain->parts[1], head, 3};
    chain->parts[1] = (struct flue_memory_descriptor){&chain->parts[2], head, 0};
    chain->parts[2] = (struct flue_memory_descriptor){&chain->parts[3], NULL, 2};
    chain->parts[3] = (struct flue_memory_descriptor){NULL, tail, 5};
}

static void
assert_span_reads(const struct flue_span *span, const uint8_t *expected, uint32_t length)
{
    uint8_t copy[16];

    memset(copy, 0xEE, sizeof copy);
    assert_int_equal(span->length, length);
    flue_span_copy(span, copy);
    if (length > 0)
        assert_memory_equal(copy, expected, length);
    assert_int_equal(copy[length], 0xEE);
}

static void
test_buffer_list_init_describes_the_bytes(void **state)
{
    struct flue_memory_descriptor descriptor = {.byte_count = 77};
    struct flue_buffer_list list;
    struct flue_span span;

    (void)state;
    memset(&list, 0xFF, sizeof list);
    flue_buffer_list_init(&list, &descriptor, tail, 5);
    assert_null(list.next);
    assert_int_equal(list.status, FLUE_STATUS_UNWRITTEN);
    assert_ptr_equal(list.buffer.first_descriptor, &descriptor);
    assert_int_equal(list.buffer.data_offset, 0);
    assert_null(list.miniport_reserved[1]);
    assert_false(list.tcp_receive_no_push);
    span = flue_buffer_list_span(&list);
    assert_span_reads(&span, tail, 5);
    assert_false(flue_span_is_virtual(&span));
}

static void
test_buffer_list_init_without_bytes_is_length_only(void **state)
{
    const uint8_t zeros[7] = {0};
    struct flue_memory_descriptor descriptor;
    struct flue_buffer_list list;
    struct flue_span span;

    (void)state;
    flue_buffer_list_init(&list, &descriptor, NULL, 7);
    span = flue_buffer_list_span(&list);
    assert_true(flue_span_is_virtual(&span));
    assert_span_reads(&span, zeros, 7);
}

static void
test_buffer_advance_walks_the_chain_like_one_big_step(void **state)
{
    (void)state;
    for (uint32_t first = 0; first <= 10; first++) {
        for (uint32_t second = 0; first + second <= 10; second++) {
            struct chain chain;
            struct flue_buffer_list list;
            struct flue_span span;

            make_chain(&chain);
            memset(&list, 0, sizeof list);
            list.buffer.first_descriptor = list.buffer.current_descriptor = &chain.parts[0];
            list.buffer.data_length = 10;
            flue_buffer_advance(&list.buffer, first);
            flue_buffer_advance(&list.buffer, second);
            assert_int_equal(list.buffer.data_offset, first + second);
            assert_ptr_equal(list.buffer.first_descriptor, &chain.parts[0]);
            span = flue_buffer_list_span(&list);
            assert_span_reads(&span, flat + first + second, 10 - first - second);
            if (span.length > 0)
                assert_true(span.offset < span.descriptor->byte_count);
        }
    }
}

static void
test_span_slice_of_slice_is_the_flat_range(void **state)
{
    struct chain chain;

    (void)state;
    make_chain(&chain);
    for (uint32_t start = 0; start <= 10; start++) {
        for (uint32_t skip = 0; start + skip <= 10; skip++) {
            for (uint32_t length = 0; start + skip + length <= 10; length++) {
                struct flue_span whole = {&chain.parts[0], 0, 10};
                struct flue_span rest = flue_span_slice(&whole, start, 10);
                struct flue_span slice = flue_span_slice(&rest, skip, length);

                assert_span_reads(&slice, flat + start + skip, length);
            }
        }
    }
}

static void
test_span_slice_beyond_the_end_is_clamped(void **state)
{
    struct chain chain;
    struct flue_span span = {&chain.parts[0], 1, 8};
    struct flue_span slice;

    (void)state;
    make_chain(&chain);
    slice = flue_span_slice(&span, 6, 100);
    assert_span_reads(&slice, flat + 7, 2);
    slice = flue_span_slice(&span, 9, 1);
    assert_int_equal(slice.length, 0);
    slice = flue_span_slice(&span, UINT32_MAX, UINT32_MAX);
    assert_int_equal(slice.length, 0);
    span = flue_span_virtual(5);
    slice = flue_span_slice(&span, 2, 9);
    assert_null(slice.descriptor);
    assert_int_equal(slice.length, 3);
}

static void
test_span_offset_past_descriptors_is_walked(void **state)
{
    struct chain chain;
    struct flue_span span = {&chain.parts[0], 6, 4};
    struct flue_span slice;

    (void)state;
    make_chain(&chain);
    assert_span_reads(&span, flat + 6, 4);
    slice = flue_span_slice(&span, 1, 2);
    assert_span_reads(&slice, flat + 7, 2);
    assert_ptr_equal(slice.descriptor, &chain.parts[3]);
}

static void
test_span_is_virtual_only_where_no_byte_is_backed(void **state)
{
    struct chain chain;
    struct flue_span whole = {&chain.parts[0], 0, 10};

    (void)state;
    make_chain(&chain);
    for (uint32_t skip = 0; skip < 10; skip++) {
        for (uint32_t length = 1; skip + length <= 10; length++) {
            struct flue_span slice = flue_span_slice(&whole, skip, length);

            assert_int_equal(flue_span_is_virtual(&slice), skip >= 3 && skip + length <= 5);
        }
    }
    whole = flue_span_virtual(3);
    assert_true(flue_span_is_virtual(&whole));
}

static void
test_span_copy_of_short_chain_reads_zeros(void **state)
{
    const uint8_t expected[7] = {'d', 'e', 'f', 'g', 'h', 0, 0};
    struct chain chain;
    struct flue_span span = {&chain.parts[3], 0, 7};

    (void)state;
    make_chain(&chain);
    assert_span_reads(&span, expected, 7);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_buffer_list_init_describes_the_bytes),
        cmocka_unit_test(test_buffer_list_init_without_bytes_is_length_only),
        cmocka_unit_test(test_buffer_advance_walks_the_chain_like_one_big_step),
        cmocka_unit_test(test_span_slice_of_slice_is_the_flat_range),
        cmocka_unit_test(test_span_slice_beyond_the_end_is_clamped),
        cmocka_unit_test(test_span_offset_past_descriptors_is_walked),
        cmocka_unit_test(test_span_is_virtual_only_where_no_byte_is_backed),
        cmocka_unit_test(test_span_copy_of_short_chain_reads_zeros),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
