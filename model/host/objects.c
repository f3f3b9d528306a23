/* SPDX-License-Identifier: GPL-2.0-or-later
 *
 * Neighbours and paths: one object each, shared by all connections that need it, made when the
 * first of them leaves for the target and ended, there and here, when the last has come back
 * (HOST-013).
 */
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

static struct host_object **
bucket_of(const struct flue_host *host, const struct object_key *key)
{
    return &host->object_buckets[flue__host_hash(key, sizeof *key) & host->object_mask];
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

struct host_object *
flue__host_object_new(struct flue_host *host, const struct object_key *key)
{
    struct host_object *object;
    struct host_object **bucket;

    if ((host->object_buckets == NULL || host->object_count > host->object_mask) && !grow(host))
        return NULL;
    object = slab_get(&host->objects);
    if (object == NULL)
        return NULL;
    memset(object, 0, sizeof *object);
    object->key = *key;
    bucket = bucket_of(host, key);
    object->hash_next = *bucket;
    *bucket = object;
    host->object_count++;
    if (key->neighbor != NULL)
        key->neighbor->users++;
    return object;
}

void
flue__host_object_settle(struct flue_host *host, struct host_object *object)
{
    struct host_object **link;
    struct host_object *neighbor = object->key.neighbor;

    if (object->users > 0 || object->state != OBJECT_ABSENT || object->block != NULL)
        return;
    link = bucket_of(host, &object->key);
    while (*link != object)
        link = &(*link)->hash_next;
    *link = object->hash_next;
    host->object_count--;
    slab_put(&host->objects, object);
    if (neighbor != NULL) {
        neighbor->users--;
        flue__host_object_settle(host, neighbor); /* one level: a neighbour has no neighbour */
    }
}

static struct flue_block_list *
termination_block(struct host_object *object, enum flue_offload_state_type type)
{
    struct flue_block_list *block = &object->ending.block;

    flue_block_list_init(block, type, sizeof object->ending, &object->handle);
    block->protocol_reserved[0] = object;
    object->state = OBJECT_TERMINATING;
    return block;
}

/* Ends the path on the target, and the neighbour with it when nothing else hangs there. */
static void
terminate_path(flue_time now, struct host_object *path)
{
    struct flue_provider *provider = path->adapter->provider;
    struct host_object *neighbor = path->key.neighbor;
    struct flue_block_list *tree =
        termination_block(path, path->key.ip_version == 4 ? FLUE_IP4_OFFLOAD_DELEGATED_STATE
                                                          : FLUE_IP6_OFFLOAD_DELEGATED_STATE);

    if (neighbor->users == 1 && neighbor->state == OBJECT_OFFLOADED) {
        struct flue_block_list *root =
            termination_block(neighbor, FLUE_NEIGHBOR_OFFLOAD_DELEGATED_STATE);

        root->dependent_block_list = tree;
        tree = root;
    }
    provider->terminate_offload(provider->adapter, now, tree);
}

/* The target took the neighbour, and none of its paths. */
static void
terminate_neighbor(flue_time now, struct host_object *neighbor)
{
    struct flue_provider *provider = neighbor->adapter->provider;
    struct flue_block_list *tree =
        termination_block(neighbor, FLUE_NEIGHBOR_OFFLOAD_DELEGATED_STATE);

    provider->terminate_offload(provider->adapter, now, tree);
}

void
flue__host_release_path(struct flue_host *host, flue_time now, struct host_object *path)
{
    struct host_object *neighbor = path->key.neighbor;
    bool is_offloaded = neighbor->state == OBJECT_OFFLOADED;

    if (--path->users > 0)
        return;
    if (path->state == OBJECT_OFFLOADED) {
        terminate_path(now, path);
        return;
    }
    flue__host_object_settle(host, path);
    if (is_offloaded && neighbor->users == 0)
        terminate_neighbor(now, neighbor);
}

/* An object that the target could not end is dropped all the same: a new one takes its place. */
void
flue__host_objects_terminated(struct flue_host *host, struct flue_block_list *tree)
{
    struct host_object *object = tree->protocol_reserved[0];
    struct flue_block_list *below = tree->dependent_block_list;

    if (below != NULL)
        flue__host_objects_terminated(host, below); /* once: a path has no block below it */
    object->state = OBJECT_ABSENT;
    object->handle.miniport_offload_context = NULL;
    flue__host_object_settle(host, object);
    host->want_launch = true;
}
