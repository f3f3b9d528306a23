/* SPDX-License-Identifier: GPL-2.0-or-later
 *
 * I/O through the driver: the same lists with our own context, and back (IM-013, IM-014).
 */
#include "im/parts.h"

enum { NEXT = 0, OBJECT = 1 }; /* miniport_reserved: of refused lists */

/* ---- Tags --------------------------------------------------------------------------------------
 */

struct im_tag
flue__im_untag(struct flue_im *im, struct flue_buffer_list *list)
{
    struct im_tag tag = *(const struct im_tag *)list->im_reserved[0];

    slab_put(&im->tags, list->im_reserved[0]);
    list->im_reserved[0] = tag.before;
    return tag;
}

static void
untag_up_to(struct flue_im *im, struct flue_buffer_list *lists, const struct flue_buffer_list *end)
{
    for (; lists != end; lists = lists->next)
        (void)flue__im_untag(im, lists);
}

void
flue__im_untag_all(struct flue_im *im, struct flue_buffer_list *lists)
{
    if (im->config.uppers > 1)
        untag_up_to(im, lists, NULL);
}

bool
flue__im_tag_posted(struct im_upper *upper, struct flue_buffer_list *lists)
{
    struct flue_im *im = upper->im;

    if (im->config.uppers == 1)
        return true;
    for (struct flue_buffer_list *list = lists; list != NULL; list = list->next) {
        struct im_tag *tag = slab_get(&im->tags);

        if (tag == NULL) {
            untag_up_to(im, lists, list);
            return false;
        }
        *tag = (struct im_tag){list->im_reserved[0], {.upper = upper}};
        list->im_reserved[0] = tag;
    }
    return true;
}

/* ---- Refused -----------------------------------------------------------------------------------
 */

void
flue__im_retrieve(struct im_object *object, flue_time now)
{
    struct flue_im *im = object->upper->im;

    if (object->is_retrieving)
        return;
    object->is_retrieving = true;
    object->retrieve_next = im->retrieving;
    im->retrieving = object;
    flue__im_interrupt(im, now);
}

/* IM-017. A later list must not overtake one that was refused. */
static void
refuse(struct im_object *object, flue_time now, struct flue_buffer_list *lists, enum im_post post)
{
    struct flue_im *im = object->upper->im;
    struct im_list_queue *queue = &im->refused_lists[post];

    for (struct flue_buffer_list *list = lists; list != NULL; list = list->next) {
        list->status = FLUE_STATUS_UPLOAD_IN_PROGRESS;
        if (post == IM_SEND)
            list->status =
                object->is_refusing ? FLUE_STATUS_UPLOAD_REQUESTED : FLUE_STATUS_REQUEST_UPLOAD;
        object->is_refusing = true;
        list->tcp_offload_bytes_transferred = 0;
        list->miniport_reserved[NEXT] = NULL;
        list->miniport_reserved[OBJECT] = object;
        if (queue->first != NULL)
            queue->last->miniport_reserved[NEXT] = list;
        else
            queue->first = list;
        queue->last = list;
        im->statistics.refused++;
    }
    flue__im_retrieve(object, now);
}

static void
complete_list(const struct flue_client *client, flue_time now, struct flue_buffer_list *lists,
              enum im_post post)
{
    switch (post) {
    case IM_SEND:
        client->tcp_offload_send_complete(client->binding, now, lists);
        break;
    case IM_RECEIVE:
        client->tcp_offload_receive_complete(client->binding, now, lists);
        break;
    case IM_FORWARD:
        client->tcp_offload_forward_complete(client->binding, now, lists);
        break;
    default:
        client->tcp_offload_disconnect_complete(client->binding, now, lists);
        break;
    }
}

void
flue__im_complete_lists(struct flue_im *im, flue_time now)
{
    for (uint32_t post = 0; post < IM_POSTS; post++) {
        struct im_list_queue *queue = &im->refused_lists[post];

        while (queue->first != NULL) {
            struct flue_buffer_list *list = queue->first;
            const struct im_object *object = list->miniport_reserved[OBJECT];

            queue->first = list->miniport_reserved[NEXT];
            list->next = NULL;
            complete_list(object->upper->client, now, list, (enum im_post)post);
        }
    }
    while (im->retrieving != NULL) {
        struct im_object *object = im->retrieving;

        im->retrieving = object->retrieve_next;
        object->is_retrieving = false;
        object->upper->client->tcp_offload_event(object->above, now, FLUE_TCP_INDICATE_RETRIEVE,
                                                 FLUE_UPLOAD_UPLOAD_REQUESTED);
    }
}

/* ---- Down --------------------------------------------------------------------------------------
 */

/* May the lists go down? */
static bool
may_pass(struct im_object *object, flue_time now, struct flue_buffer_list *lists, enum im_post post)
{
    if (!object->is_refusing && flue__im_tag_posted(object->upper, lists))
        return true;
    refuse(object, now, lists, post);
    return false;
}

static enum flue_status
tcp_offload_send(void *adapter, flue_time now, void *context, struct flue_buffer_list *lists)
{
    struct im_object *object = context;
    const struct flue_provider *below = object->member->provider;

    (void)adapter;
    if (!may_pass(object, now, lists, IM_SEND))
        return FLUE_STATUS_PENDING;
    return below->tcp_offload_send(below->adapter, now, object->handle.miniport_offload_context,
                                   lists);
}

static enum flue_status
tcp_offload_receive(void *adapter, flue_time now, void *context, struct flue_buffer_list *lists)
{
    struct im_object *object = context;
    const struct flue_provider *below = object->member->provider;

    (void)adapter;
    if (!may_pass(object, now, lists, IM_RECEIVE))
        return FLUE_STATUS_PENDING;
    return below->tcp_offload_receive(below->adapter, now, object->handle.miniport_offload_context,
                                      lists);
}

static enum flue_status
tcp_offload_forward(void *adapter, flue_time now, void *context, struct flue_buffer_list *lists)
{
    struct im_object *object = context;
    const struct flue_provider *below = object->member->provider;

    (void)adapter;
    if (!may_pass(object, now, lists, IM_FORWARD))
        return FLUE_STATUS_PENDING;
    return below->tcp_offload_forward(below->adapter, now, object->handle.miniport_offload_context,
                                      lists);
}

static enum flue_status
tcp_offload_disconnect(void *adapter, flue_time now, void *context, struct flue_buffer_list *list,
                       uint32_t flags)
{
    struct im_object *object = context;
    const struct flue_provider *below = object->member->provider;

    (void)adapter;
    if (!may_pass(object, now, list, IM_DISCONNECT))
        return FLUE_STATUS_PENDING;
    return below->tcp_offload_disconnect(below->adapter, now,
                                         object->handle.miniport_offload_context, list, flags);
}

static enum flue_status
tcp_offload_receive_return(void *adapter, flue_time now, struct flue_buffer_list *lists)
{
    struct flue_im *im = ((struct im_upper *)adapter)->im;
    const struct flue_provider *below = im->members[0].provider;

    if (im->config.members == 1)
        return below->tcp_offload_receive_return(below->adapter, now, lists);
    while (lists != NULL) {
        struct flue_buffer_list *list = lists;

        lists = list->next;
        list->next = NULL;
        below = flue__im_untag(im, list).member->provider;
        (void)below->tcp_offload_receive_return(below->adapter, now, list);
    }
    return FLUE_STATUS_SUCCESS;
}

/* ---- Up ----------------------------------------------------------------------------------------
 */

/* IM-018: each list to the virtual adapter that it came from. */
static void
complete(void *binding, flue_time now, struct flue_buffer_list *lists, enum im_post post)
{
    struct flue_im *im = ((struct im_member *)binding)->im;

    if (im->config.uppers == 1) {
        complete_list(im->uppers[0].client, now, lists, post);
        return;
    }
    while (lists != NULL) {
        struct flue_buffer_list *list = lists;

        lists = list->next;
        list->next = NULL;
        complete_list(flue__im_untag(im, list).upper->client, now, list, post);
    }
}

static void
send_complete(void *binding, flue_time now, struct flue_buffer_list *lists)
{
    complete(binding, now, lists, IM_SEND);
}

static void
receive_complete(void *binding, flue_time now, struct flue_buffer_list *lists)
{
    complete(binding, now, lists, IM_RECEIVE);
}

static void
forward_complete(void *binding, flue_time now, struct flue_buffer_list *lists)
{
    complete(binding, now, lists, IM_FORWARD);
}

static void
disconnect_complete(void *binding, flue_time now, struct flue_buffer_list *list)
{
    complete(binding, now, list, IM_DISCONNECT);
}

void
flue__im_init_posts(struct flue_im *im)
{
    for (uint32_t i = 0; i < im->config.uppers; i++) {
        struct flue_provider *up = &im->uppers[i].provider;

        up->tcp_offload_send = tcp_offload_send;
        up->tcp_offload_receive = tcp_offload_receive;
        up->tcp_offload_forward = tcp_offload_forward;
        up->tcp_offload_disconnect = tcp_offload_disconnect;
        up->tcp_offload_receive_return = tcp_offload_receive_return;
    }
    for (uint32_t i = 0; i < im->config.members; i++) {
        struct flue_client *down = &im->members[i].client;

        down->tcp_offload_send_complete = send_complete;
        down->tcp_offload_receive_complete = receive_complete;
        down->tcp_offload_forward_complete = forward_complete;
        down->tcp_offload_disconnect_complete = disconnect_complete;
    }
}
