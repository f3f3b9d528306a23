/* SPDX-License-Identifier: GPL-2.0-or-later
 *
 * The structures behind a block: their lengths, whether the provider left const and cached state
 * alone while it held the tree, and whether a query gives back what the host last said.
 *
 * An intermediate driver may put a VLAN id and a user priority in on the way down (IM-022), so
 * these two are not looked at.
 */
#include "chimney/verifier_parts.h"

#include <string.h>

static bool
is_length(const struct flue_offload_state_header *header, size_t length)
{
    return header->length == length;
}

bool
flue__verifier_has_lengths(struct flue_block_list *block)
{
    bool is_right = true;

    if (flue__block_layer(block) == FLUE_LAYER_NEIGHBOR) {
        struct flue_neighbor_state it = flue__neighbor_state(block);

        is_right &= it.constants == NULL || is_length(&it.constants->header, sizeof *it.constants);
        is_right &= it.cached == NULL || is_length(&it.cached->header, sizeof *it.cached);
        is_right &= it.delegated == NULL || is_length(&it.delegated->header, sizeof *it.delegated);
    } else if (flue__block_layer(block) == FLUE_LAYER_PATH) {
        struct flue_path_state it = flue__path_state(block);

        is_right &= it.constants == NULL || is_length(&it.constants->header, sizeof *it.constants);
        is_right &= it.cached == NULL || is_length(&it.cached->header, sizeof *it.cached);
        is_right &= it.delegated == NULL || is_length(&it.delegated->header, sizeof *it.delegated);
    } else {
        struct flue_tcp_state it = flue__tcp_state(block);

        is_right &= it.constants == NULL || is_length(&it.constants->header, sizeof *it.constants);
        is_right &= it.cached == NULL || is_length(&it.cached->header, sizeof *it.cached);
        is_right &= it.delegated == NULL || is_length(&it.delegated->header, sizeof *it.delegated);
    }
    return is_right;
}

bool
flue__verifier_has_delegated(struct flue_block_list *block)
{
    const struct flue_neighbor_delegated *neighbor = flue__neighbor_state(block).delegated;
    const struct flue_path_delegated *path = flue__path_state(block).delegated;
    const struct flue_tcp_delegated *tcp = flue__tcp_state(block).delegated;

    return (neighbor == NULL || is_length(&neighbor->header, sizeof *neighbor)) &&
           (path == NULL || is_length(&path->header, sizeof *path)) &&
           (tcp == NULL || is_length(&tcp->header, sizeof *tcp));
}

/* ---- While the provider holds the tree ---------------------------------------------------------
 */

static uint64_t
hash(const void *bytes, size_t length)
{
    const unsigned char *at = bytes;
    uint64_t sum = UINT64_C(0xCBF29CE484222325); /* FNV-1a */

    for (size_t i = 0; i < length; i++)
        sum = (sum ^ at[i]) * UINT64_C(0x100000001B3);
    return sum;
}

static void
hash_state(struct flue_block_list *block, uint64_t *constants, uint64_t *cached)
{
    *constants = 0;
    *cached = 0;
    if (flue__block_layer(block) == FLUE_LAYER_NEIGHBOR) {
        struct flue_neighbor_state it = flue__neighbor_state(block);

        if (it.constants != NULL)
            *constants =
                hash(it.constants->dl_source_address, sizeof it.constants->dl_source_address);
        if (it.cached != NULL)
            *cached = hash(it.cached, sizeof *it.cached);
    } else if (flue__block_layer(block) == FLUE_LAYER_PATH) {
        struct flue_path_state it = flue__path_state(block);

        if (it.constants != NULL)
            *constants = hash(it.constants, sizeof *it.constants);
        if (it.cached != NULL)
            *cached = hash(it.cached, sizeof *it.cached);
    } else {
        struct flue_tcp_state it = flue__tcp_state(block);

        if (it.constants != NULL)
            *constants = hash(it.constants, sizeof *it.constants);
        if (it.cached != NULL) /* user_priority comes last */
            *cached = hash(it.cached, offsetof(struct flue_tcp_cached, user_priority));
    }
}

void
flue__verifier_state_note(struct verified_block *image)
{
    hash_state(image->block, &image->constants_hash, &image->cached_hash);
}

void
flue__verifier_state_check_unchanged(struct flue_verifier *verifier, struct verified_block *image)
{
    uint64_t constants;
    uint64_t cached;

    hash_state(image->block, &constants, &cached);
    if (constants != image->constants_hash)
        flue__verifier_blame_block(verifier, FLUE_SIDE_PROVIDER, "STATE-005", image->block,
                                   "Const state was changed while the provider held the block.");
    if (cached != image->cached_hash)
        flue__verifier_blame_block(verifier, FLUE_SIDE_PROVIDER, "STATE-006", image->block,
                                   "Cached state was changed while the provider held the block.");
}

/* ---- What the host said last -------------------------------------------------------------------
 */

void
flue__verifier_state_remember(struct verified_object *object, struct flue_block_list *block)
{
    switch (object->layer) {
    case FLUE_LAYER_NEIGHBOR:
        object->neighbor.constants = *flue__neighbor_state(block).constants;
        break;
    case FLUE_LAYER_PATH: {
        const struct flue_path_const *constants = flue__path_state(block).constants;
        uint8_t bytes = flue__block_ip_version(block) == 4 ? 4 : 16;

        object->path.address_bytes = bytes;
        memcpy(object->path.source, constants->source_address, bytes);
        memcpy(object->path.destination, constants->destination_address, bytes);
        break;
    }
    default:
        object->tcp.constants = *flue__tcp_state(block).constants;
        break;
    }
    flue__verifier_state_remember_cached(object, block);
    object->is_window_free = false;
}

void
flue__verifier_state_remember_cached(struct verified_object *object, struct flue_block_list *block)
{
    if (object->layer == FLUE_LAYER_NEIGHBOR) {
        const struct flue_neighbor_cached *cached = flue__neighbor_state(block).cached;

        if (cached != NULL)
            object->neighbor.cached = *cached;
    } else if (object->layer == FLUE_LAYER_PATH) {
        const struct flue_path_cached *cached = flue__path_state(block).cached;

        if (cached != NULL)
            object->path.path_mtu = cached->path_mtu;
    } else {
        const struct flue_tcp_cached *cached = flue__tcp_state(block).cached;

        if (cached == NULL)
            return;
        if ((cached->flags & FLUE_TCP_FLAG_UPDATE_RCV_WND) != 0)
            object->is_window_free = false;
        else if (cached->initial_rcv_wnd != object->tcp.cached.initial_rcv_wnd)
            object->is_window_free = true; /* until the flag comes with a value */
        object->tcp.cached = *cached;
    }
}

static bool
is_neighbor_const(const struct verified_object *object, const struct flue_neighbor_const *it)
{
    return memcmp(it->dl_source_address, object->neighbor.constants.dl_source_address,
                  sizeof it->dl_source_address) == 0;
}

static bool
is_path_const(const struct verified_object *object, const struct flue_path_const *it)
{
    return it->source_address != NULL && it->destination_address != NULL &&
           memcmp(it->source_address, object->path.source, object->path.address_bytes) == 0 &&
           memcmp(it->destination_address, object->path.destination, object->path.address_bytes) ==
               0;
}

static bool
is_tcp_const(const struct verified_object *object, const struct flue_tcp_const *it)
{
    const struct flue_tcp_const *own = &object->tcp.constants;
    bool is_scaled = (own->flags & FLUE_TCP_FLAG_WINDOW_SCALING_ENABLED) != 0;

    return it->flags == own->flags && it->remote_port == own->remote_port &&
           it->local_port == own->local_port && it->remote_mss == own->remote_mss &&
           it->hash_value == own->hash_value &&
           (!is_scaled || (it->snd_wind_scale == own->snd_wind_scale &&
                           it->rcv_wind_scale == own->rcv_wind_scale)); /* STATE-038 */
}

/* The other flags are orders, not settings. */
static bool
is_tcp_cached(const struct verified_object *object, const struct flue_tcp_cached *it)
{
    const struct flue_tcp_cached *own = &object->tcp.cached;
    unsigned settings = FLUE_TCP_FLAG_KEEP_ALIVE_ENABLED | FLUE_TCP_FLAG_NAGLING_ENABLED;

    return (it->flags & settings) == (own->flags & settings) &&
           (object->is_window_free || it->initial_rcv_wnd == own->initial_rcv_wnd) &&
           it->rcv_indication_size == own->rcv_indication_size &&
           it->ka_probe_count == own->ka_probe_count &&
           it->ka_timeout_ticks == own->ka_timeout_ticks &&
           it->ka_interval_ticks == own->ka_interval_ticks &&
           it->max_rt_ticks == own->max_rt_ticks && it->flow_label == own->flow_label &&
           it->ttl_or_hop_limit == own->ttl_or_hop_limit &&
           it->tos_or_traffic_class == own->tos_or_traffic_class;
}

static void
compare(const struct verified_object *object, struct flue_block_list *block, bool *is_const,
        bool *is_cached)
{
    if (object->layer == FLUE_LAYER_NEIGHBOR) {
        struct flue_neighbor_state it = flue__neighbor_state(block);

        *is_const = it.constants == NULL || is_neighbor_const(object, it.constants);
        *is_cached = it.cached == NULL || memcmp(it.cached->dl_destination_address,
                                                 object->neighbor.cached.dl_destination_address,
                                                 FLUE_DL_ADDRESS_BYTES) == 0;
    } else if (object->layer == FLUE_LAYER_PATH) {
        struct flue_path_state it = flue__path_state(block);

        *is_const = it.constants == NULL || is_path_const(object, it.constants);
        *is_cached = it.cached == NULL || it.cached->path_mtu == object->path.path_mtu;
    } else {
        struct flue_tcp_state it = flue__tcp_state(block);

        *is_const = it.constants == NULL || is_tcp_const(object, it.constants);
        *is_cached = it.cached == NULL || is_tcp_cached(object, it.cached);
    }
}

void
flue__verifier_state_check_query(struct flue_verifier *verifier, struct verified_block *image)
{
    struct verified_object *object = image->object;
    bool is_const;
    bool is_cached;

    if (!flue__verifier_has_lengths(image->block)) {
        flue__verifier_blame_block(verifier, FLUE_SIDE_PROVIDER, "STATE-011", image->block,
                                   "A structure of the query has a wrong length, or was not "
                                   "filled.");
        return;
    }
    compare(object, image->block, &is_const, &is_cached);
    if (!is_const)
        flue__verifier_blame_object(verifier, FLUE_SIDE_PROVIDER, "STATE-005", object,
                                    "A query gives const state that was never offloaded.");
    /* An update that overlaps the query leaves open which of the two came first. */
    if (!is_cached && object->updates == 0 && object->changes == image->changes)
        flue__verifier_blame_object(verifier, FLUE_SIDE_PROVIDER, "STATE-006", object,
                                    "A query gives cached state that the host never set.");
}
