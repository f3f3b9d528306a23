/* SPDX-License-Identifier: GPL-2.0-or-later
 *
 * The one allocator callback. Everything the model allocates goes through it, so that an embedder
 * can count, limit and fail allocations.
 */
#ifndef FLUE_MEMORY_H
#define FLUE_MEMORY_H

#include <stddef.h>

#ifdef __cplusplus
extern "C" {
#endif

struct flue_allocator {
    /* new_size 0 frees and returns NULL; ptr NULL (old_size 0) allocates; both set resizes. Memory
     * is aligned for any object and not cleared. Returns NULL when there is none; ptr is then
     * untouched. */
    void *(*reallocate)(void *user, void *ptr, size_t old_size, size_t new_size);
    void *user; /* handed back in every call */
};

/* The C library's realloc and free. */
struct flue_allocator flue_allocator_default(void);

#ifdef __cplusplus
}
#endif
#endif
