/* SPDX-License-Identifier: GPL-2.0-or-later
 *
 * The table of connections, keyed by the four-tuple: chained buckets, doubled as it fills, so that
 * a look-up costs the same at any count. Also the ports that listen (a short list).
 */
#include <string.h>

#include "tcp/connection.h"

enum { FIRST_BUCKETS = 64, MOST_PER_BUCKET = 2 };

/* Multilinear: a sum of products with odd constants, of which the upper half is good. */
uint32_t
flue__tcp_hash(const struct flue_four_tuple *tuple)
{
    uint64_t words[5];

    _Static_assert(sizeof words == sizeof *tuple, "the tuple is five words");
    memcpy(words, tuple, sizeof words);
    return (uint32_t)((words[0] * UINT64_C(0x9E3779B97F4A7C15) +
                       words[1] * UINT64_C(0xC2B2AE3D27D4EB4F) +
                       words[2] * UINT64_C(0x165667B19E3779F9) +
                       words[3] * UINT64_C(0xD6E8FEB86659FD93) +
                       words[4] * UINT64_C(0xA0761D6478BD642F)) >>
                      32);
}

static struct flue_tcp_connection **
bucket_of(const struct flue_tcp_engine *engine, const struct flue_four_tuple *tuple)
{
    return &engine->buckets[flue__tcp_hash(tuple) & (engine->bucket_count - 1)];
}

/* The ports and the version lie in the last word; they differ first. */
static bool
is_same(const struct flue_four_tuple *a, const struct flue_four_tuple *b)
{
    uint64_t x[5], y[5];

    memcpy(x, a, sizeof x);
    memcpy(y, b, sizeof y);
    return x[4] == y[4] && x[0] == y[0] && x[2] == y[2] && x[1] == y[1] && x[3] == y[3];
}

static void
rehash(struct flue_tcp_engine *engine, struct flue_tcp_connection **buckets, uint32_t count)
{
    for (uint32_t i = 0; i < engine->bucket_count; i++) {
        struct flue_tcp_connection *connection = engine->buckets[i];
        while (connection != NULL) {
            struct flue_tcp_connection *next = connection->hash_next;
            uint32_t to = flue__tcp_hash(&connection->tuple) & (count - 1);
            connection->hash_next = buckets[to];
            buckets[to] = connection;
            connection = next;
        }
    }
}

static enum flue_result
grow(struct flue_tcp_engine *engine)
{
    uint32_t count = engine->bucket_count == 0 ? FIRST_BUCKETS : engine->bucket_count * 2;
    struct flue_tcp_connection **buckets =
        engine->allocator.reallocate(engine->allocator.user, NULL, 0, count * sizeof *buckets);

    if (buckets == NULL) /* longer chains do until there is memory */
        return engine->bucket_count == 0 ? FLUE_ERROR_NO_MEMORY : FLUE_OK;
    memset(buckets, 0, count * sizeof *buckets);
    rehash(engine, buckets, count);
    if (engine->buckets != NULL)
        engine->allocator.reallocate(engine->allocator.user, engine->buckets,
                                     engine->bucket_count * sizeof *buckets, 0);
    engine->buckets = buckets;
    engine->bucket_count = count;
    return FLUE_OK;
}

enum flue_result
flue__tcp_table_insert(struct flue_tcp_connection *connection)
{
    struct flue_tcp_engine *engine = connection->engine;
    struct flue_tcp_connection **bucket;

    if (engine->connection_count >= engine->bucket_count * MOST_PER_BUCKET) {
        enum flue_result result = grow(engine);
        if (result != FLUE_OK)
            return result;
    }
    bucket = bucket_of(engine, &connection->tuple);
    connection->hash_next = *bucket;
    *bucket = connection;
    connection->is_listed = true;
    engine->connection_count++;
    return FLUE_OK;
}

void
flue__tcp_table_remove(struct flue_tcp_connection *connection)
{
    struct flue_tcp_engine *engine = connection->engine;
    struct flue_tcp_connection **link;

    if (!connection->is_listed)
        return;
    link = bucket_of(engine, &connection->tuple);
    while (*link != connection)
        link = &(*link)->hash_next;
    *link = connection->hash_next;
    connection->is_listed = false;
    engine->connection_count--;
}

struct flue_tcp_connection *
flue_tcp_find(const struct flue_tcp_engine *engine, const struct flue_four_tuple *tuple)
{
    struct flue_tcp_connection *connection;

    if (engine->connection_count == 0)
        return NULL;
    connection = *bucket_of(engine, tuple);
    while (connection != NULL && !is_same(&connection->tuple, tuple))
        connection = connection->hash_next;
    return connection;
}

/* A listener of the address itself goes before one of all addresses. */
struct flue_tcp_listener *
flue__tcp_find_listener(const struct flue_tcp_engine *engine, const struct flue_four_tuple *tuple)
{
    struct flue_tcp_listener *found = NULL;

    for (struct flue_tcp_listener *it = engine->listeners; it != NULL; it = it->next) {
        if (it->port != tuple->local_port || it->ip_version != tuple->ip_version)
            continue;
        if (!it->any_address && memcmp(&it->address, &tuple->local, sizeof it->address) == 0)
            return it;
        if (it->any_address)
            found = it;
    }
    return found;
}
