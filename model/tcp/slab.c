/* SPDX-License-Identifier: GPL-2.0-or-later
 *
 * The slab of slab.h.
 */
#include "tcp/slab.h"

#include <string.h>

enum { FIRST_CHUNK_OBJECTS = 8, MOST_CHUNK_OBJECTS = 64, ALIGNMENT = 16 };

struct slab_chunk {
    struct slab_chunk *next;
    size_t size; /* bytes of the whole chunk */
};

static size_t
round_up(size_t size)
{
    return (size + ALIGNMENT - 1) / ALIGNMENT * ALIGNMENT;
}

void
slab_init(struct slab *slab, const struct flue_allocator *allocator, size_t object_size)
{
    memset(slab, 0, sizeof *slab);
    slab->allocator = *allocator;
    slab->object_size = round_up(object_size < sizeof(void *) ? sizeof(void *) : object_size);
    slab->chunk_objects = FIRST_CHUNK_OBJECTS;
}

void
slab_fini(struct slab *slab)
{
    while (slab->chunks != NULL) {
        struct slab_chunk *chunk = slab->chunks;
        slab->chunks = chunk->next;
        slab->allocator.reallocate(slab->allocator.user, chunk, chunk->size, 0);
    }
    slab->free = NULL;
    slab->used = 0;
}

static void
push_free(struct slab *slab, void *object)
{
    memcpy(object, &slab->free, sizeof slab->free);
    slab->free = object;
}

static int
grow(struct slab *slab)
{
    size_t header = round_up(sizeof(struct slab_chunk));
    size_t size = header + slab->chunk_objects * slab->object_size;
    struct slab_chunk *chunk = slab->allocator.reallocate(slab->allocator.user, NULL, 0, size);

    if (chunk == NULL)
        return 0;
    chunk->next = slab->chunks;
    chunk->size = size;
    slab->chunks = chunk;
    for (size_t i = slab->chunk_objects; i > 0; i--)
        push_free(slab, (char *)chunk + header + (i - 1) * slab->object_size);
    if (slab->chunk_objects < MOST_CHUNK_OBJECTS)
        slab->chunk_objects *= 2;
    return 1;
}

void *
slab_get(struct slab *slab)
{
    void *object;

    if (slab->free == NULL && !grow(slab))
        return NULL;
    object = slab->free;
    memcpy(&slab->free, object, sizeof slab->free);
    slab->used++;
    return object;
}

void
slab_put(struct slab *slab, void *object)
{
    push_free(slab, object);
    slab->used--;
}
