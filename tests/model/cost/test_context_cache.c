/* SPDX-License-Identifier: GPL-2.0-or-later
 *
 * The context cache against the simplest list that forgets the least recently used.
 */
#include <string.h>

#include "cmocka_first.h"
#include "flue/cost.h"

static struct flue_context_cache *
make_cache(uint32_t capacity)
{
    struct flue_allocator allocator = flue_allocator_default();
    struct flue_context_cache *cache = NULL;

    assert_int_equal(flue_context_cache_create(capacity, &allocator, &cache), FLUE_OK);
    return cache;
}

static void
test_context_cache_forgets_the_least_recently_used(void **state)
{
    struct flue_context_cache *cache = make_cache(2);
    bool evicts;

    (void)state;
    assert_false(flue_context_cache_use(cache, 1, &evicts));
    assert_false(evicts);
    assert_false(flue_context_cache_use(cache, 2, &evicts));
    assert_false(evicts);
    assert_true(flue_context_cache_use(cache, 1, &evicts));
    assert_false(evicts);
    assert_false(flue_context_cache_use(cache, 3, &evicts)); /* in the place of 2 */
    assert_true(evicts);
    assert_true(flue_context_cache_use(cache, 1, &evicts));
    assert_false(flue_context_cache_use(cache, 2, &evicts));
    flue_context_cache_destroy(cache);
}

enum { CAPACITY = 37 };

/* The oracle: keys by last use. */
static bool
list_use(uint32_t *list, uint32_t *count, uint32_t key)
{
    uint32_t at = 0;
    bool is_hit;

    while (at < *count && list[at] != key)
        at++;
    is_hit = at < *count;
    if (!is_hit && *count < CAPACITY)
        ++*count;
    else if (!is_hit)
        at = CAPACITY - 1;
    memmove(list + 1, list, at * sizeof *list);
    list[0] = key;
    return is_hit;
}

static void
test_context_cache_agrees_with_a_list_over_a_long_run(void **state)
{
    struct flue_context_cache *cache = make_cache(CAPACITY);
    uint32_t list[CAPACITY], count = 0, hits = 0;
    uint64_t seed = 88172645463325252;

    (void)state;
    for (int i = 0; i < 200000; i++) {
        uint32_t key;
        bool evicts, is_full = count == CAPACITY, is_hit;

        seed ^= seed << 13;
        seed ^= seed >> 7;
        seed ^= seed << 17;
        key = (uint32_t)(seed % 50) * 0x9E3779B9;
        is_hit = list_use(list, &count, key);
        assert_int_equal(flue_context_cache_use(cache, key, &evicts), is_hit);
        assert_int_equal(evicts, is_full && !is_hit);
        hits += is_hit;
    }
    assert_in_range(hits, 140000, 156000); /* 37 of 50 */
    flue_context_cache_destroy(cache);
}

static void
test_context_cache_of_one_holds_the_last(void **state)
{
    struct flue_context_cache *cache = make_cache(1);
    bool evicts;

    (void)state;
    assert_false(flue_context_cache_use(cache, UINT32_MAX, &evicts));
    assert_true(flue_context_cache_use(cache, UINT32_MAX, &evicts));
    assert_false(flue_context_cache_use(cache, 0, &evicts));
    assert_true(evicts);
    assert_true(flue_context_cache_use(cache, 0, &evicts));
    flue_context_cache_destroy(cache);
}

/* Fails at the call that *left counts down to. */
struct scarce {
    int left;
    int64_t bytes;
};

static void *
scarce_reallocate(void *user, void *ptr, size_t old_size, size_t new_size)
{
    struct scarce *scarce = user;
    struct flue_allocator allocator = flue_allocator_default();

    if (new_size > 0 && scarce->left-- == 0)
        return NULL;
    scarce->bytes += (int64_t)new_size - (int64_t)old_size;
    return allocator.reallocate(allocator.user, ptr, old_size, new_size);
}

static void
test_context_cache_create_without_memory_fails_and_keeps_none(void **state)
{
    struct scarce scarce = {0, 0};
    struct flue_allocator allocator = {scarce_reallocate, &scarce};
    struct flue_context_cache *cache = NULL;

    (void)state;
    for (int i = 0; i < 3; i++) {
        scarce.left = i;
        assert_int_equal(flue_context_cache_create(100, &allocator, &cache), FLUE_ERROR_NO_MEMORY);
        assert_null(cache);
        assert_int_equal(scarce.bytes, 0);
    }
    scarce.left = 3;
    assert_int_equal(flue_context_cache_create(100, &allocator, &cache), FLUE_OK);
    flue_context_cache_destroy(cache);
    assert_int_equal(scarce.bytes, 0);
    assert_int_equal(flue_context_cache_create(0, &allocator, &cache), FLUE_ERROR_INVALID);
    flue_context_cache_destroy(NULL);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_context_cache_forgets_the_least_recently_used),
        cmocka_unit_test(test_context_cache_agrees_with_a_list_over_a_long_run),
        cmocka_unit_test(test_context_cache_of_one_holds_the_last),
        cmocka_unit_test(test_context_cache_create_without_memory_fails_and_keeps_none),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
