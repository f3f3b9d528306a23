/* SPDX-License-Identifier: GPL-2.0-or-later
 *
 * Paths whose route or MTU changes. A path that leads to another next hop is relinked to that
 * neighbour, and the old one ends with its last path (HOST-024, UPDATE-015); paths that go together
 * go in one tree. What no longer leads through its adapter comes back.
 */
#include "host/parts.h"

/* ---- Looking -----------------------------------------------------------------------------------
 */

void
flue__host_stop_relink(struct flue_host *host, flue_time now, struct host_object *path)
{
    struct host_object *neighbor = path->path.relinks_to;

    if (neighbor == NULL)
        return;
    path->path.relinks_to = NULL;
    neighbor->neighbor.relinks--;
    flue__host_leave_neighbor(host, now, neighbor);
}

void
flue__host_look_at_path(struct flue_host *host, flue_time now, struct host_object *path)
{
    struct host_object *neighbor = NULL;
    struct host_adapter *adapter;
    struct flue_next_hop hop;

    path->wants_look = false;
    if (flue__host_find_hop(host, &path->path.sample, &hop, &adapter) && adapter == path->adapter)
        neighbor =
            flue__host_find_neighbor(host, now, adapter, &hop, (uint8_t)path->key.ip_version);
    if (neighbor == NULL) {
        flue__host_cut_off(host, path);
        flue__host_stop_relink(host, now, path);
        return;
    }
    if (neighbor != path->path.relinks_to) {
        flue__host_stop_relink(host, now, path);
        if (neighbor != path->key.neighbor) {
            path->path.relinks_to = neighbor;
            neighbor->users++;
            neighbor->neighbor.relinks++;
        }
    }
    if (path->path.mtu != hop.path_mtu) {
        path->path.mtu = hop.path_mtu;
        path->wants_update = true;
    }
}

/* New neighbours are made meanwhile, which may move the table: the paths are strung up first. */
static struct host_object *
string_paths(struct flue_host *host)
{
    struct host_object *first = NULL;

    for (uint32_t i = 0; host->object_buckets != NULL && i <= host->object_mask; i++)
        for (struct host_object *it = host->object_buckets[i]; it != NULL; it = it->hash_next) {
            if (it->key.neighbor == NULL)
                continue;
            it->wants_look = true;
            it->path.look_next = first;
            first = it;
        }
    return first;
}

void
flue_host_routes_changed(struct flue_host *host, flue_time now)
{
    struct host_object *first;

    flue__host_enter(host);
    first = string_paths(host);
    for (struct host_object *it = first; it != NULL; it = it->path.look_next)
        if (flue__host_is_at_rest(it) && it->state == OBJECT_OFFLOADED)
            flue__host_look_at_path(host, now, it);
    flue__host_upload_cut_off(host);
    for (struct host_object *it = first; it != NULL; it = it->path.look_next) {
        flue__host_object_work(host, now, it->key.neighbor); /* its MAC may be another one */
        flue__host_object_work(host, now, it);
    }
    flue__host_leave(host, now);
}

/* ---- Relinking ---------------------------------------------------------------------------------
 */

/* Its paths, those that are at rest, as dependants of its block. */
static void
gather(struct flue_host *host, struct host_object *neighbor, struct flue_block_list *root)
{
    struct flue_block_list **link = &root->dependent_block_list;

    for (uint32_t i = 0; i <= host->object_mask; i++)
        for (struct host_object *it = host->object_buckets[i]; it != NULL; it = it->hash_next) {
            if (it->key.neighbor == NULL || it->path.relinks_to != neighbor ||
                !flue__host_is_at_rest(it) || it->state != OBJECT_OFFLOADED)
                continue;
            *link = flue__host_path_update_block(host, it);
            if (*link != NULL)
                link = &(*link)->next_block;
            else
                flue__host_cut_off(host, it); /* no memory */
        }
    flue__host_upload_cut_off(host);
}

/* The root only says where they go: nothing follows its block. */
void
flue__host_relink_paths(struct flue_host *host, flue_time now, struct host_object *neighbor)
{
    struct flue_provider *provider = neighbor->adapter->provider;
    struct flue_block_list *root = slab_get(&host->neighbor_blocks);

    if (root == NULL) {
        flue__host_relink_failed(host, now, neighbor);
        return;
    }
    flue_block_list_init(root, FLUE_NEIGHBOR_OFFLOAD_CACHED_STATE, sizeof *root, &neighbor->handle);
    root->protocol_reserved[0] = neighbor;
    gather(host, neighbor, root);
    if (root->dependent_block_list == NULL) {
        slab_put(&host->neighbor_blocks, root);
        return;
    }
    neighbor->is_operated = true;
    provider->update_offload(provider->adapter, now, root);
}

void
flue__host_relink_failed(struct flue_host *host, flue_time now, struct host_object *neighbor)
{
    uint32_t failed = 0;

    for (uint32_t i = 0; i <= host->object_mask; i++)
        for (struct host_object *it = host->object_buckets[i]; it != NULL; it = it->hash_next)
            if (it->key.neighbor != NULL && it->path.relinks_to == neighbor) {
                it->path.relinks_to = NULL;
                flue__host_cut_off(host, it);
                failed++;
            }
    flue__host_upload_cut_off(host);
    neighbor->neighbor.relinks -= failed;
    for (; failed > 0; failed--)
        flue__host_leave_neighbor(host, now, neighbor); /* the last may end it */
}

void
flue__host_note_relinked(struct flue_host *host, flue_time now, struct host_object *path,
                         struct host_object *neighbor)
{
    struct host_object *old = path->key.neighbor;

    if (path->path.relinks_to == neighbor) {
        path->path.relinks_to = NULL;
        neighbor->neighbor.relinks--;
    } else {
        neighbor->users++; /* it wants to go on to another one, but this is where it is */
    }
    flue__host_object_relink(host, path, neighbor);
    flue__host_leave_neighbor(host, now, old);
}

/* ---- MTUs --------------------------------------------------------------------------------------
 */

void
flue__host_set_path_mtu(struct flue_host *host, flue_time now, struct host_object *path,
                        uint32_t mtu)
{
    if (path->path.mtu == mtu)
        return;
    path->path.mtu = mtu;
    path->wants_update = true;
    flue__host_object_work(host, now, path);
}
