/* SPDX-License-Identifier: GPL-2.0-or-later
 *
 * A virtual adapter's VLAN and priority in the states that pass (IM-022): its own on the way down,
 * and what the side above wrote on the way up.
 */
#include "im/parts.h"

#include "chimney/block_state.h"

void
flue__im_dress(struct im_object *object, struct flue_block_list *block)
{
    const struct im_upper *upper = object->upper;
    struct flue_neighbor_const *neighbor = flue__neighbor_state(block).constants;
    struct flue_tcp_cached *tcp = flue__tcp_state(block).cached;

    if (neighbor != NULL && upper->vlan_id != 0) {
        object->vlan_id = neighbor->vlan_id;
        neighbor->vlan_id = upper->vlan_id;
    }
    if (tcp != NULL && upper->user_priority != 0) {
        object->user_priority = tcp->user_priority;
        tcp->user_priority = upper->user_priority;
    }
}

void
flue__im_undress(const struct im_object *object, struct flue_block_list *block)
{
    const struct im_upper *upper = object->upper;
    struct flue_neighbor_const *neighbor = flue__neighbor_state(block).constants;
    struct flue_tcp_cached *tcp = flue__tcp_state(block).cached;

    if (neighbor != NULL && upper->vlan_id != 0)
        neighbor->vlan_id = object->vlan_id;
    if (tcp != NULL && upper->user_priority != 0)
        tcp->user_priority = object->user_priority;
}
