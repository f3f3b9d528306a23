/* SPDX-License-Identifier: GPL-2.0-or-later
 *
 * An allocator for tests: it counts, finds leaks and wrong sizes, and can fail the n-th call.
 *
 *     struct flue_test_memory memory = {0};
 *     struct flue_allocator allocator = flue_test_memory_allocator(&memory);
 *     ... create, use, destroy ...
 *     flue_test_memory_assert_empty(&memory);
 *
 * To walk through every failure of a call, fail its first allocation, then its second, and so on
 * until it succeeds with the fault still waiting:
 *
 *     for (size_t n = 1; ; n++) {
 *         memory = (struct flue_test_memory){.fail_call = n};
 *         if (create(&allocator, &thing) == FLUE_OK) { ... destroy; break; }
 *         flue_test_memory_assert_empty(&memory);
 *     }
 *
 * New memory is filled with 0xA5, released memory with 0x5A, and resizing always moves: what reads
 * uncleared or stale memory is seen. A size or pointer that does not match fails the test.
 */
#ifndef FLUE_TEST_MEMORY_H
#define FLUE_TEST_MEMORY_H

#include <stdbool.h>
#include <stddef.h>

#include "flue/memory.h"

struct flue_test_memory {
    size_t fail_call;       /* this call returns NULL, counted from 1; 0: none */
    bool fail_after;        /* and so does every later one */
    size_t calls;           /* allocations and resizes asked for, failed ones included */
    size_t failures;        /* how many of them returned NULL */
    size_t live_blocks;     /* allocated and not freed */
    size_t live_bytes;      /* in those blocks */
    size_t most_live_bytes; /* the largest live_bytes so far */
};

/* The allocator that `memory` watches; it must outlive the allocator's use. */
struct flue_allocator flue_test_memory_allocator(struct flue_test_memory *memory);

/* Fails the test when something is still allocated. */
void flue_test_memory_assert_empty(const struct flue_test_memory *memory);

#endif
