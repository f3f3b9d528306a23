/* SPDX-License-Identifier: GPL-2.0-or-later
 *
 * What the side below says of its own accord, passed up with the handle of the side above (IM-016).
 */
#include "im/parts.h"

#include "chimney/block_state.h"

static void
tcp_offload_event(struct flue_offload_handle *handle, flue_time now, uint32_t type,
                  uint32_t information)
{
    const struct im_object *object = flue__im_object_of(handle);

    object->upper->client->tcp_offload_event(object->above, now, type, information);
}

static enum flue_status
indicate_from_team(struct im_object *object, flue_time now, struct flue_buffer_list *list,
                   enum flue_status status, uint32_t *bytes_consumed)
{
    struct flue_im *im = object->upper->im;
    struct im_tag *tag = slab_get(&im->tags);
    enum flue_status answer;

    if (tag == NULL) { /* the data comes back with the connection */
        flue__im_retrieve(object, now);
        *bytes_consumed = 0;
        return FLUE_STATUS_OFFLOAD_DATA_NOT_ACCEPTED;
    }
    *tag = (struct im_tag){list->im_reserved[0], {.member = object->member}};
    list->im_reserved[0] = tag;
    answer = object->upper->client->tcp_offload_receive_indicate(object->above, now, list, status,
                                                                 bytes_consumed);
    if (answer != FLUE_STATUS_SUCCESS)
        (void)flue__im_untag(im, list);
    return answer;
}

static enum flue_status
tcp_offload_receive_indicate(struct flue_offload_handle *handle, flue_time now,
                             struct flue_buffer_list *list, enum flue_status status,
                             uint32_t *bytes_consumed)
{
    struct im_object *object = flue__im_object_of(handle);
    const struct flue_client *above = object->upper->client;

    if (object->upper->im->config.members > 1)
        return indicate_from_team(object, now, list, status, bytes_consumed);
    return above->tcp_offload_receive_indicate(object->above, now, list, status, bytes_consumed);
}

/* The handle may be left out (EVENT-024): then the VLAN tells who is asked. */
static struct im_upper *
upper_of_vlan(struct flue_im *im, struct flue_block_list *block)
{
    const struct flue_neighbor_const *constants =
        block != NULL ? flue__neighbor_state(block).constants : NULL;

    for (uint32_t i = 0; i < im->config.uppers; i++)
        if (constants != NULL && im->uppers[i].vlan_id == constants->vlan_id)
            return &im->uppers[i];
    return &im->uppers[0];
}

/* NOTE-063 */
static void
indicate_offload_event(void *binding, flue_time now, struct flue_block_list *block, uint32_t code)
{
    struct flue_im *im = ((struct im_member *)binding)->im;
    const struct flue_client *above;
    struct flue_block_list saved;
    struct im_object *object;

    if (block == NULL || block->offload_handle == NULL) {
        above = upper_of_vlan(im, block)->client;
        above->indicate_offload_event(above->binding, now, block, code);
        return;
    }
    saved = *block;
    object = flue__im_object_of(block->offload_handle);
    above = object->upper->client;
    block->offload_handle = object->above;
    if (block->miniport_offload_context != NULL)
        block->miniport_offload_context = &object->above->miniport_offload_context;
    flue__im_undress(object, block);
    above->indicate_offload_event(above->binding, now, block, code);
    flue__im_dress(object, block);
    block->offload_handle = saved.offload_handle;
    block->miniport_offload_context = saved.miniport_offload_context;
}

static void
indicate_status(void *binding, flue_time now, enum flue_status status, const void *buffer,
                uint32_t length)
{
    struct im_member *member = binding;
    struct flue_im *im = member->im;

    if (im->config.members > 1 && !flue__im_take_status(member, now, status))
        return;
    for (uint32_t i = 0; i < im->config.uppers; i++) {
        const struct flue_client *above = im->uppers[i].client;

        above->indicate_status(above->binding, now, status, buffer, length);
    }
}

void
flue__im_init_indications(struct flue_im *im)
{
    for (uint32_t i = 0; i < im->config.members; i++) {
        struct flue_client *down = &im->members[i].client;

        down->tcp_offload_event = tcp_offload_event;
        down->tcp_offload_receive_indicate = tcp_offload_receive_indicate;
        down->indicate_offload_event = indicate_offload_event;
        down->indicate_status = indicate_status;
    }
}
