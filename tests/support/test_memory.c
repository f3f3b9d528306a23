/* SPDX-License-Identifier: GPL-2.0-or-later
 *
 * The test allocator: each block carries a header that names its owner and its size.
 */
#include "test_memory.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

union block {
    struct {
        const struct flue_test_memory *owner;
        size_t size;
    } header;
    max_align_t align;
};

static void *
allocate(struct flue_test_memory *memory, size_t size)
{
    union block *block = malloc(sizeof *block + size);

    assert_non_null(block);
    block->header.owner = memory;
    block->header.size = size;
    memset(block + 1, 0xA5, size);
    memory->live_blocks++;
    memory->live_bytes += size;
    if (memory->live_bytes > memory->most_live_bytes)
        memory->most_live_bytes = memory->live_bytes;
    return block + 1;
}

static void
release(struct flue_test_memory *memory, void *ptr, size_t size)
{
    union block *block = (union block *)ptr - 1;

    memory->live_blocks--;
    memory->live_bytes -= size;
    memset(block, 0x5A, sizeof *block + size);
    free(block);
}

static void *
reallocate(void *user, void *ptr, size_t old_size, size_t new_size)
{
    struct flue_test_memory *memory = user;
    void *moved;

    if (ptr == NULL) {
        assert_int_equal(old_size, 0);
    } else {
        const union block *block = (const union block *)ptr - 1;

        assert_ptr_equal(block->header.owner, memory);
        assert_int_equal(block->header.size, old_size);
    }
    if (new_size == 0) {
        if (ptr != NULL)
            release(memory, ptr, old_size);
        return NULL;
    }
    memory->calls++;
    if (memory->calls == memory->fail_call ||
        (memory->fail_after && memory->fail_call > 0 && memory->calls > memory->fail_call)) {
        memory->failures++;
        return NULL;
    }
    moved = allocate(memory, new_size);
    if (ptr != NULL) {
        memcpy(moved, ptr, old_size < new_size ? old_size : new_size);
        release(memory, ptr, old_size);
    }
    return moved;
}

struct flue_allocator
flue_test_memory_allocator(struct flue_test_memory *memory)
{
    struct flue_allocator allocator = {reallocate, memory};

    return allocator;
}

void
flue_test_memory_assert_empty(const struct flue_test_memory *memory)
{
    if (memory->live_blocks != 0)
        print_error("%zu blocks with %zu bytes were not freed\n", memory->live_blocks,
                    memory->live_bytes);
    assert_int_equal(memory->live_blocks, 0);
    assert_int_equal(memory->live_bytes, 0);
}
