/* SPDX-License-Identifier: GPL-2.0-or-later
 *
 * A hash table of nodes that their owners embed, keyed by an address.
 */
#ifndef FLUE_CHIMNEY_VERIFIER_TABLE_H
#define FLUE_CHIMNEY_VERIFIER_TABLE_H

#include <stdbool.h>
#include <stddef.h>

#include "flue/memory.h"

struct table_node {
    const void *key;
    struct table_node *next;
};

struct table {
    struct table_node **buckets; /* NULL until the first insertion */
    size_t mask;
    size_t count;
};

/* False: no memory; nothing has changed. The key must not be there yet. */
bool flue__table_insert(struct table *table, const struct flue_allocator *allocator,
                        struct table_node *node, const void *key);
/* NULL: not there. */
struct table_node *flue__table_find(const struct table *table, const void *key);
void flue__table_remove(struct table *table, struct table_node *node);
/* Frees the table, not the nodes. */
void flue__table_fini(struct table *table, const struct flue_allocator *allocator);

#endif
