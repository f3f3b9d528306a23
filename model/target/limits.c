/* SPDX-License-Identifier: GPL-2.0-or-later
 *
 * What an adapter has a fixed number of: source addresses and VLANs that it can take on, and
 * buffers. Each refusal has a status of its own (OFFLOAD-017 to OFFLOAD-020, VLAN-003).
 */
#include <string.h>

#include "target/parts.h"

bool
flue__target_init_addresses(struct address_table *table, const struct flue_allocator *allocator,
                            uint32_t size)
{
    table->size = size;
    table->entries = NULL;
    if (size == 0 || size == FLUE_TARGET_UNLIMITED)
        return true;
    table->entries = allocator->reallocate(allocator->user, NULL, 0, size * sizeof *table->entries);
    if (table->entries == NULL)
        return false;
    memset(table->entries, 0, size * sizeof *table->entries);
    return true;
}

void
flue__target_free_addresses(struct address_table *table, const struct flue_allocator *allocator)
{
    if (table->entries != NULL)
        allocator->reallocate(allocator->user, table->entries, table->size * sizeof *table->entries,
                              0);
}

/* The entry of the address; or, with `free_too`, one for it. */
static struct address_entry *
find(struct address_table *table, const struct address_key *key, bool free_too)
{
    struct address_entry *unused = NULL;

    for (uint32_t i = 0; i < table->size; i++) {
        struct address_entry *entry = &table->entries[i];

        if (entry->uses == 0)
            unused = entry;
        else if (memcmp(&entry->key, key, sizeof *key) == 0)
            return entry;
    }
    return free_too ? unused : NULL;
}

bool
flue__target_use_address(struct address_table *table, const struct address_key *key)
{
    struct address_entry *entry;

    if (table->size == FLUE_TARGET_UNLIMITED)
        return true;
    entry = find(table, key, true);
    if (entry == NULL)
        return false;
    entry->key = *key;
    entry->uses++;
    return true;
}

void
flue__target_unuse_address(struct address_table *table, const struct address_key *key)
{
    struct address_entry *entry;

    if (table->size == FLUE_TARGET_UNLIMITED)
        return;
    entry = find(table, key, false);
    if (entry != NULL)
        entry->uses--;
}

struct address_key
flue__target_mac_key(const struct flue_mac *mac)
{
    struct address_key key;

    memset(&key, 0, sizeof key);
    memcpy(key.bytes, mac->bytes, FLUE_MAC_BYTES);
    return key;
}

static struct address_key
vlan_key(uint16_t vlan_id)
{
    struct address_key key;

    memset(&key, 0, sizeof key);
    memcpy(key.bytes, &vlan_id, sizeof vlan_id);
    return key;
}

enum flue_status
flue__target_use_vlan(struct flue_target *target, uint16_t vlan_id)
{
    const struct flue_target_config *config = &target->config;
    struct address_key key = vlan_key(vlan_id);
    bool is_ours = config->vlan_count == 0; /* interface id 0 takes all (VLAN-004) */

    if (vlan_id == 0) /* VLAN-005 */
        return FLUE_STATUS_SUCCESS;
    for (uint32_t i = 0; i < config->vlan_count; i++)
        is_ours |= config->vlan_ids[i] == vlan_id;
    if (!is_ours)
        return FLUE_STATUS_OFFLOAD_VLAN_MISMATCH; /* VLAN-007 */
    if (!flue__target_use_address(&target->vlans, &key))
        return FLUE_STATUS_OFFLOAD_VLAN_ENTRIES;
    target->tagged++;
    return FLUE_STATUS_SUCCESS;
}

void
flue__target_unuse_vlan(struct flue_target *target, uint16_t vlan_id)
{
    struct address_key key = vlan_key(vlan_id);

    if (vlan_id == 0)
        return;
    flue__target_unuse_address(&target->vlans, &key);
    target->tagged--;
}

struct address_key
flue__target_ip_key(const struct target_path *path)
{
    struct address_key key;

    memset(&key, 0, sizeof key);
    memcpy(key.bytes, path->source.bytes, sizeof path->source.bytes);
    key.kind = path->ip_version;
    return key;
}

/* A connection may be sent as much as its window says: that much memory is its own. */
bool
flue__target_reserve_receive(struct target_connection *connection, uint32_t bytes)
{
    struct flue_target *target = connection->target;
    uint64_t others = target->receive_bytes - connection->receive_bytes;

    if (others + bytes > target->config.receive_buffer_bytes)
        return false;
    target->receive_bytes = others + bytes;
    connection->receive_bytes = bytes;
    return true;
}
