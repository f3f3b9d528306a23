/* SPDX-License-Identifier: GPL-2.0-or-later
 *
 * The table of verifier_table.h: chains, doubled when there are as many nodes as buckets.
 */
#include "chimney/verifier_table.h"

#include <stdint.h>
#include <string.h>

enum { FIRST_BUCKETS = 64 };

static struct table_node **
bucket_of(const struct table *table, const void *key)
{
    uint64_t hash = (uint64_t)(uintptr_t)key * UINT64_C(0x9E3779B97F4A7C15);

    return &table->buckets[(size_t)(hash >> 32) & table->mask];
}

/* False only when there are no buckets at all: otherwise longer chains do. */
static bool
grow(struct table *table, const struct flue_allocator *allocator)
{
    struct table old = *table;
    size_t count = old.buckets != NULL ? (old.mask + 1) * 2 : FIRST_BUCKETS;
    struct table_node **buckets =
        allocator->reallocate(allocator->user, NULL, 0, count * sizeof(void *));

    if (buckets == NULL)
        return old.buckets != NULL;
    memset(buckets, 0, count * sizeof(void *));
    table->buckets = buckets;
    table->mask = count - 1;
    for (size_t i = 0; old.buckets != NULL && i <= old.mask; i++)
        for (struct table_node *node = old.buckets[i]; node != NULL;) {
            struct table_node *next = node->next;
            struct table_node **bucket = bucket_of(table, node->key);

            node->next = *bucket;
            *bucket = node;
            node = next;
        }
    flue__table_fini(&old, allocator);
    return true;
}

bool
flue__table_insert(struct table *table, const struct flue_allocator *allocator,
                   struct table_node *node, const void *key)
{
    struct table_node **bucket;

    if ((table->buckets == NULL || table->count > table->mask) && !grow(table, allocator))
        return false;
    bucket = bucket_of(table, key);
    node->key = key;
    node->next = *bucket;
    *bucket = node;
    table->count++;
    return true;
}

struct table_node *
flue__table_find(const struct table *table, const void *key)
{
    struct table_node *node;

    if (table->buckets == NULL)
        return NULL;
    node = *bucket_of(table, key);
    while (node != NULL && node->key != key)
        node = node->next;
    return node;
}

void
flue__table_remove(struct table *table, struct table_node *node)
{
    struct table_node **link = bucket_of(table, node->key);

    while (*link != node)
        link = &(*link)->next;
    *link = node->next;
    table->count--;
}

void
flue__table_fini(struct table *table, const struct flue_allocator *allocator)
{
    if (table->buckets != NULL)
        allocator->reallocate(allocator->user, table->buckets, (table->mask + 1) * sizeof(void *),
                              0);
    table->buckets = NULL;
}
