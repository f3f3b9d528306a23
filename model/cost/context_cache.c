/* SPDX-License-Identifier: GPL-2.0-or-later
 *
 * Which connections' contexts are on the chip: a hash table whose entries also lie in a ring by
 * last use. Entries refer to each other by number; number 0 is the ring's head and holds nothing.
 */
#include "flue/cost.h"

struct entry {
    uint32_t key;
    uint32_t newer, older; /* neighbours in the ring */
    uint32_t next;         /* in the bucket; 0: the last */
};

struct flue_context_cache {
    struct flue_allocator allocator;
    uint32_t capacity, count;
    uint32_t bucket_bits;
    uint32_t *buckets;
    struct entry *entries; /* capacity + 1 */
};

static size_t
bucket_bytes(const struct flue_context_cache *cache)
{
    return ((size_t)1 << cache->bucket_bits) * sizeof *cache->buckets;
}

static size_t
entry_bytes(const struct flue_context_cache *cache)
{
    return ((size_t)cache->capacity + 1) * sizeof *cache->entries;
}

enum flue_result
flue_context_cache_create(uint32_t capacity, const struct flue_allocator *allocator,
                          struct flue_context_cache **cache)
{
    struct flue_context_cache *new_cache;

    if (capacity == 0 || capacity > UINT32_MAX / 2)
        return FLUE_ERROR_INVALID;
    new_cache = allocator->reallocate(allocator->user, NULL, 0, sizeof *new_cache);
    if (new_cache == NULL)
        return FLUE_ERROR_NO_MEMORY;
    *new_cache = (struct flue_context_cache){.allocator = *allocator, .capacity = capacity};
    while (((uint32_t)1 << new_cache->bucket_bits) < capacity)
        new_cache->bucket_bits++;
    new_cache->buckets = allocator->reallocate(allocator->user, NULL, 0, bucket_bytes(new_cache));
    new_cache->entries = allocator->reallocate(allocator->user, NULL, 0, entry_bytes(new_cache));
    if (new_cache->buckets == NULL || new_cache->entries == NULL) {
        flue_context_cache_destroy(new_cache);
        return FLUE_ERROR_NO_MEMORY;
    }
    for (size_t i = 0; i < (size_t)1 << new_cache->bucket_bits; i++)
        new_cache->buckets[i] = 0;
    new_cache->entries[0] = (struct entry){0, 0, 0, 0};
    *cache = new_cache;
    return FLUE_OK;
}

void
flue_context_cache_destroy(struct flue_context_cache *cache)
{
    struct flue_allocator allocator;

    if (cache == NULL)
        return;
    allocator = cache->allocator;
    if (cache->buckets != NULL)
        allocator.reallocate(allocator.user, cache->buckets, bucket_bytes(cache), 0);
    if (cache->entries != NULL)
        allocator.reallocate(allocator.user, cache->entries, entry_bytes(cache), 0);
    allocator.reallocate(allocator.user, cache, sizeof *cache, 0);
}

/* Multiplicative: the product's high bits depend on all of the key's. */
static uint32_t *
bucket_of(const struct flue_context_cache *cache, uint32_t key)
{
    uint64_t product = (uint32_t)(key * UINT32_C(2654435769));

    return &cache->buckets[product << cache->bucket_bits >> 32];
}

static void
ring_remove(struct flue_context_cache *cache, uint32_t index)
{
    const struct entry *entry = &cache->entries[index];

    cache->entries[entry->newer].older = entry->older;
    cache->entries[entry->older].newer = entry->newer;
}

/* Makes it the most recent: the head's older neighbour. */
static void
ring_insert(struct flue_context_cache *cache, uint32_t index)
{
    struct entry *head = &cache->entries[0];
    struct entry *entry = &cache->entries[index];

    entry->newer = 0;
    entry->older = head->older;
    cache->entries[head->older].newer = index;
    head->older = index;
}

/* Takes the least recently used entry out of everything. */
static uint32_t
evict(struct flue_context_cache *cache)
{
    uint32_t index = cache->entries[0].newer;
    uint32_t *link = bucket_of(cache, cache->entries[index].key);

    while (*link != index)
        link = &cache->entries[*link].next;
    *link = cache->entries[index].next;
    ring_remove(cache, index);
    return index;
}

bool
flue_context_cache_use(struct flue_context_cache *cache, uint32_t key, bool *evicts)
{
    uint32_t *bucket = bucket_of(cache, key);
    uint32_t index = *bucket;

    *evicts = false;
    while (index != 0 && cache->entries[index].key != key)
        index = cache->entries[index].next;
    if (index != 0) {
        ring_remove(cache, index);
        ring_insert(cache, index);
        return true;
    }
    *evicts = cache->count == cache->capacity;
    index = *evicts ? evict(cache) : ++cache->count;
    cache->entries[index].key = key;
    cache->entries[index].next = *bucket;
    *bucket = index;
    ring_insert(cache, index);
    return false;
}
