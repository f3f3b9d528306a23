/* SPDX-License-Identifier: GPL-2.0-or-later
 *
 * The default allocator: the C library's, behind the one callback of flue/memory.h.
 */
#include "flue/memory.h"

#include <stdlib.h>

static void *
reallocate(void *user, void *ptr, size_t old_size, size_t new_size)
{
    (void)user;
    (void)old_size;
    /* realloc(ptr, 0) may or may not free: the C standard leaves it open. */
    if (new_size == 0) {
        free(ptr);
        return NULL;
    }
    return realloc(ptr, new_size);
}

struct flue_allocator
flue_allocator_default(void)
{
    struct flue_allocator allocator = {reallocate, NULL};

    return allocator;
}
