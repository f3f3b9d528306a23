/* SPDX-License-Identifier: GPL-2.0-or-later
 *
 * The connections whose state is not in the engine, by tuple: segments for them must not reach the
 * engine, which would answer with RST.
 */
#include <string.h>

#include "host/parts.h"

enum { FIRST_BUCKETS = 64 };

static struct flue_host_connection **
bucket_of(const struct flue_host *host, const struct flue_four_tuple *tuple)
{
    return &host->moved_buckets[flue__host_hash(tuple, sizeof *tuple) & host->moved_mask];
}

static bool
grow(struct flue_host *host)
{
    struct flue_host_connection **old = host->moved_buckets;
    uint32_t old_count = old != NULL ? host->moved_mask + 1 : 0;
    uint32_t count = old != NULL ? old_count * 2 : FIRST_BUCKETS;
    struct flue_host_connection **buckets =
        host->allocator.reallocate(host->allocator.user, NULL, 0, count * sizeof(void *));

    if (buckets == NULL)
        return old != NULL; /* longer chains do */
    memset(buckets, 0, count * sizeof(void *));
    host->moved_buckets = buckets;
    host->moved_mask = count - 1;
    for (uint32_t i = 0; i < old_count; i++)
        for (struct flue_host_connection *it = old[i]; it != NULL;) {
            struct flue_host_connection *next = it->hash_next;
            struct flue_host_connection **bucket = bucket_of(host, &it->tuple);

            it->hash_next = *bucket;
            *bucket = it;
            it = next;
        }
    if (old != NULL)
        host->allocator.reallocate(host->allocator.user, old, old_count * sizeof(void *), 0);
    return true;
}

bool
flue__host_moved_insert(struct flue_host_connection *connection)
{
    struct flue_host *host = connection->host;
    struct flue_host_connection **bucket;

    if ((host->moved_buckets == NULL || host->moved_count > host->moved_mask) && !grow(host))
        return false;
    bucket = bucket_of(host, &connection->tuple);
    connection->hash_next = *bucket;
    *bucket = connection;
    host->moved_count++;
    return true;
}

void
flue__host_moved_remove(struct flue_host_connection *connection)
{
    struct flue_host *host = connection->host;
    struct flue_host_connection **link = bucket_of(host, &connection->tuple);

    while (*link != connection)
        link = &(*link)->hash_next;
    *link = connection->hash_next;
    host->moved_count--;
}

struct flue_host_connection *
flue__host_moved_find(const struct flue_host *host, const struct flue_four_tuple *tuple)
{
    struct flue_host_connection *it;

    if (host->moved_count == 0)
        return NULL;
    it = *bucket_of(host, tuple);
    while (it != NULL && memcmp(&it->tuple, tuple, sizeof *tuple) != 0)
        it = it->hash_next;
    return it;
}
