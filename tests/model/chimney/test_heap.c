/* SPDX-License-Identifier: GPL-2.0-or-later
 *
 * Memory that can be given back all at once.
 */
#include "cmocka_first.h"

#include <string.h>

#include "chimney/heap.h"
#include "test_memory.h"

static void
test_heap_fini_frees_what_was_kept(void **state)
{
    struct flue_test_memory memory = {0};
    struct flue_allocator allocator = flue_test_memory_allocator(&memory);
    struct heap heap;
    void *pieces[5];

    (void)state;
    heap_init(&heap, &allocator);
    for (size_t i = 0; i < 5; i++) {
        pieces[i] = heap_get(&heap, 10 * i + 1);
        assert_non_null(pieces[i]);
        memset(pieces[i], (int)i, 10 * i + 1);
        assert_int_equal((uintptr_t)pieces[i] % 16, 0);
    }
    heap_put(&heap, pieces[2]); /* in the middle, at either end */
    heap_put(&heap, pieces[4]);
    heap_put(&heap, pieces[0]);
    heap_put(&heap, NULL);
    assert_int_equal(memory.live_blocks, 2);
    heap_fini(&heap);
    flue_test_memory_assert_empty(&memory);
}

static void
test_heap_without_memory_returns_null(void **state)
{
    struct flue_test_memory memory = {.fail_call = 1};
    struct flue_allocator allocator = flue_test_memory_allocator(&memory);
    struct heap heap;

    (void)state;
    heap_init(&heap, &allocator);
    assert_null(heap_get(&heap, 100));
    assert_null(heap_get(&heap, SIZE_MAX));
    heap_fini(&heap);
    flue_test_memory_assert_empty(&memory);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_heap_fini_frees_what_was_kept),
        cmocka_unit_test(test_heap_without_memory_returns_null),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
