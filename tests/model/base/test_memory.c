/* SPDX-License-Identifier: GPL-2.0-or-later
 *
 * The default allocator, and the allocator that other tests rely on to find leaks and to fail.
 */
#include "flue/memory.h"

#include <string.h>

#include "cmocka_first.h"
#include "test_memory.h"

static void
test_memory_default_resizes_and_frees(void **state)
{
    struct flue_allocator allocator = flue_allocator_default();
    char *text = allocator.reallocate(allocator.user, NULL, 0, 8);

    (void)state;
    assert_non_null(text);
    memcpy(text, "chimney", 8);
    text = allocator.reallocate(allocator.user, text, 8, 100000);
    assert_non_null(text);
    assert_string_equal(text, "chimney");
    assert_null(allocator.reallocate(allocator.user, text, 100000, 0));
    assert_null(allocator.reallocate(allocator.user, NULL, 0, 0));
}

static void
test_memory_probe_counts_blocks_and_bytes(void **state)
{
    struct flue_test_memory memory = {0};
    struct flue_allocator allocator = flue_test_memory_allocator(&memory);
    unsigned char *first = allocator.reallocate(allocator.user, NULL, 0, 10);
    unsigned char *second = allocator.reallocate(allocator.user, NULL, 0, 30);

    (void)state;
    assert_int_equal(memory.live_blocks, 2);
    assert_int_equal(memory.live_bytes, 40);
    assert_int_equal(first[9], 0xA5);
    first[9] = 7;
    first = allocator.reallocate(allocator.user, first, 10, 20);
    assert_int_equal(first[9], 7);
    assert_int_equal(first[10], 0xA5);
    assert_int_equal(memory.live_bytes, 50);
    allocator.reallocate(allocator.user, first, 20, 0);
    allocator.reallocate(allocator.user, second, 30, 0);
    assert_int_equal(memory.calls, 3);
    assert_true(memory.most_live_bytes >= 50);
    flue_test_memory_assert_empty(&memory);
}

static void
test_memory_probe_fails_only_the_chosen_call(void **state)
{
    struct flue_test_memory memory = {.fail_call = 2};
    struct flue_allocator allocator = flue_test_memory_allocator(&memory);
    unsigned char *block = allocator.reallocate(allocator.user, NULL, 0, 4);

    (void)state;
    assert_non_null(block);
    block[0] = 3;
    assert_null(allocator.reallocate(allocator.user, block, 4, 8));
    assert_int_equal(block[0], 3); /* a failed resize leaves the block alone */
    block = allocator.reallocate(allocator.user, block, 4, 8);
    assert_non_null(block);
    assert_int_equal(memory.failures, 1);
    allocator.reallocate(allocator.user, block, 8, 0);
    flue_test_memory_assert_empty(&memory);
}

static void
test_memory_probe_fails_every_later_call_when_told(void **state)
{
    struct flue_test_memory memory = {.fail_call = 1, .fail_after = true};
    struct flue_allocator allocator = flue_test_memory_allocator(&memory);

    (void)state;
    assert_null(allocator.reallocate(allocator.user, NULL, 0, 4));
    assert_null(allocator.reallocate(allocator.user, NULL, 0, 4));
    assert_int_equal(memory.failures, 2);
    flue_test_memory_assert_empty(&memory);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_memory_default_resizes_and_frees),
        cmocka_unit_test(test_memory_probe_counts_blocks_and_bytes),
        cmocka_unit_test(test_memory_probe_fails_only_the_chosen_call),
        cmocka_unit_test(test_memory_probe_fails_every_later_call_when_told),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
