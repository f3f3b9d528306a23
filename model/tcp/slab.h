/* SPDX-License-Identifier: GPL-2.0-or-later
 *
 * Objects of one size on the caller's allocator, in chunks that are given back when the slab ends.
 */
#ifndef FLUE_TCP_SLAB_H
#define FLUE_TCP_SLAB_H

#include <stddef.h>
#include <stdint.h>

#include "flue/memory.h"

struct slab_chunk;

struct slab {
    struct flue_allocator allocator;
    struct slab_chunk *chunks;
    void *free; /* first free object; each holds the next one's address */
    size_t object_size;
    size_t chunk_objects; /* of the next chunk; grows up to a limit */
    size_t used;          /* objects given out */
};

/* object_size is rounded up to hold a pointer. */
void slab_init(struct slab *slab, const struct flue_allocator *allocator, size_t object_size);
/* Gives every chunk back, whatever is still in use. */
void slab_fini(struct slab *slab);
/* An object, not cleared; NULL without memory. */
void *slab_get(struct slab *slab);
void slab_put(struct slab *slab, void *object);

#endif
