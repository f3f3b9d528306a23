/* SPDX-License-Identifier: GPL-2.0-or-later
 *
 * Neighbours and paths: one object each, shared by all connections that need it, made when the
 * first of them leaves for the target and ended, there and here, when the last has come back
 * (HOST-013).
 */
#include <stddef.h>
#include <string.h>

#include "host/parts.h"

enum { FIRST_BUCKETS = 64 };

_Static_assert(sizeof(struct object_key) == 64, "a key has no padding");

uint64_t
flue__host_hash(const void *bytes, size_t length)
{
    const unsigned char *at = bytes;
    uint64_t hash = 0;

    for (size_t i = 0; i + sizeof hash <= length; i += sizeof hash) {
        uint64_t word;

        memcpy(&word, at + i, sizeof word);
        hash = (hash ^ word) * UINT64_C(0x9E3779B97F4A7C15);
        hash ^= hash >> 29;
    }
    return hash ^ hash >> 32;
}

/* Without the address of the neighbour: objects are worked on in the order in which they lie here,
 * and a run must not depend on where its memory is. */
static struct host_object **
bucket_of(const struct flue_host *host, const struct object_key *key)
{
    uint64_t hash = flue__host_hash(&key->local, sizeof *key - offsetof(struct object_key, local));

    return &host->object_buckets[hash & host->object_mask];
}

struct host_object *
flue__host_object_find(const struct flue_host *host, const struct object_key *key)
{
    struct host_object *it;

    if (host->object_buckets == NULL)
        return NULL;
    it = *bucket_of(host, key);
    while (it != NULL && memcmp(&it->key, key, sizeof *key) != 0)
        it = it->hash_next;
    return it;
}

static bool
grow(struct flue_host *host)
{
    struct host_object **old = host->object_buckets;
    uint32_t old_count = old != NULL ? host->object_mask + 1 : 0;
    uint32_t count = old != NULL ? old_count * 2 : FIRST_BUCKETS;
    struct host_object **buckets =
        host->allocator.reallocate(host->allocator.user, NULL, 0, count * sizeof(void *));

    if (buckets == NULL)
        return old != NULL;
    memset(buckets, 0, count * sizeof(void *));
    host->object_buckets = buckets;
    host->object_mask = count - 1;
    for (uint32_t i = 0; i < old_count; i++)
        for (struct host_object *it = old[i]; it != NULL;) {
            struct host_object *next = it->hash_next;
            struct host_object **bucket = bucket_of(host, &it->key);

            it->hash_next = *bucket;
            *bucket = it;
            it = next;
        }
    if (old != NULL)
        host->allocator.reallocate(host->allocator.user, old, old_count * sizeof(void *), 0);
    return true;
}

static void
link_into_table(struct flue_host *host, struct host_object *object)
{
    struct host_object **bucket = bucket_of(host, &object->key);

    object->hash_next = *bucket;
    *bucket = object;
    host->object_count++;
}

struct host_object *
flue__host_object_new(struct flue_host *host, const struct object_key *key)
{
    struct host_object *object;

    if ((host->object_buckets == NULL || host->object_count > host->object_mask) && !grow(host))
        return NULL;
    object = slab_get(&host->objects);
    if (object == NULL)
        return NULL;
    memset(object, 0, sizeof *object);
    object->key = *key;
    link_into_table(host, object);
    if (key->neighbor != NULL)
        key->neighbor->users++;
    return object;
}

static void
unlink_from_table(struct flue_host *host, struct host_object *object)
{
    struct host_object **link = bucket_of(host, &object->key);

    while (*link != object)
        link = &(*link)->hash_next;
    *link = object->hash_next;
    host->object_count--;
}

void
flue__host_object_retire(struct flue_host *host, struct host_object *object)
{
    if (object->is_retired)
        return;
    unlink_from_table(host, object);
    object->is_retired = true;
}

void
flue__host_object_relink(struct flue_host *host, struct host_object *path,
                         struct host_object *neighbor)
{
    if (!path->is_retired)
        unlink_from_table(host, path);
    path->key.neighbor = neighbor;
    if (!path->is_retired)
        link_into_table(host, path);
}

void
flue__host_object_free(struct flue_host *host, struct host_object *object)
{
    if (!object->is_retired)
        unlink_from_table(host, object);
    slab_put(&host->objects, object);
}

void
flue__host_release_path(struct flue_host *host, flue_time now, struct host_object *path)
{
    if (--path->users == 0)
        flue__host_object_work(host, now, path);
}

void
flue__host_cut_off(struct flue_host *host, struct host_object *object)
{
    flue__host_object_retire(host, object);
    object->is_cut_off = true;
}

void
flue__host_upload_cut_off(struct flue_host *host)
{
    for (uint32_t i = 0; host->moved_buckets != NULL && i <= host->moved_mask; i++)
        for (struct flue_host_connection *it = host->moved_buckets[i]; it != NULL;
             it = it->hash_next)
            if (it->path->is_cut_off || it->path->key.neighbor->is_cut_off) {
                it->want_upload = true;
                flue__host_attend(it);
            }
}
