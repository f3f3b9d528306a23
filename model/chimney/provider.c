/* SPDX-License-Identifier: GPL-2.0-or-later
 *
 * The provider that does nothing, for tables that override a part of it: no object is taken over or
 * changed, no I/O is done, and everything is completed so that nobody waits. Having no queue of its
 * own, it completes from inside the call; that is the one thing in which it differs from a target.
 */
#include <stddef.h>

#include "chimney/tree_check.h"

/* No provider that counts its walks gets there. */
#define WALK_SERIAL UINT64_MAX

static const struct flue_client *
client_of(void *adapter)
{
    return adapter;
}

/* Placeholders name nothing that could fail (OFFLOAD-032). The tree may be none: links that lead
 * back end the walk. */
static void
fail_tree(struct flue_block_list *tree)
{
    struct guarded_walk walk;
    struct flue_block_list *block;

    for (block = flue__guarded_first(&walk, tree, WALK_SERIAL); block != NULL;
         block = flue__guarded_next(&walk))
        block->status =
            block->miniport_offload_context == NULL ? FLUE_STATUS_SUCCESS : FLUE_STATUS_FAILURE;
    flue__guarded_forget(&walk, tree);
}

static void
refuse_initiate(void *adapter, flue_time now, struct flue_block_list *tree)
{
    fail_tree(tree);
    client_of(adapter)->initiate_offload_complete(client_of(adapter)->binding, now, tree);
}

static void
refuse_terminate(void *adapter, flue_time now, struct flue_block_list *tree)
{
    fail_tree(tree);
    client_of(adapter)->terminate_offload_complete(client_of(adapter)->binding, now, tree);
}

static void
refuse_update(void *adapter, flue_time now, struct flue_block_list *tree)
{
    fail_tree(tree);
    client_of(adapter)->update_offload_complete(client_of(adapter)->binding, now, tree);
}

static void
refuse_invalidate(void *adapter, flue_time now, struct flue_block_list *tree)
{
    fail_tree(tree);
    client_of(adapter)->invalidate_offload_complete(client_of(adapter)->binding, now, tree);
}

static void
refuse_query(void *adapter, flue_time now, struct flue_block_list *tree)
{
    fail_tree(tree);
    client_of(adapter)->query_offload_complete(client_of(adapter)->binding, now, tree);
}

static void
fail_lists(struct flue_buffer_list *lists)
{
    for (; lists != NULL; lists = lists->next) {
        lists->status = FLUE_STATUS_FAILURE;
        lists->tcp_offload_bytes_transferred = 0;
    }
}

static enum flue_status
refuse_send(void *adapter, flue_time now, void *context, struct flue_buffer_list *lists)
{
    (void)context;
    fail_lists(lists);
    client_of(adapter)->tcp_offload_send_complete(client_of(adapter)->binding, now, lists);
    return FLUE_STATUS_PENDING;
}

static enum flue_status
refuse_receive(void *adapter, flue_time now, void *context, struct flue_buffer_list *lists)
{
    (void)context;
    fail_lists(lists);
    client_of(adapter)->tcp_offload_receive_complete(client_of(adapter)->binding, now, lists);
    return FLUE_STATUS_PENDING;
}

static enum flue_status
refuse_forward(void *adapter, flue_time now, void *context, struct flue_buffer_list *lists)
{
    (void)context;
    fail_lists(lists);
    client_of(adapter)->tcp_offload_forward_complete(client_of(adapter)->binding, now, lists);
    return FLUE_STATUS_PENDING;
}

static enum flue_status
refuse_disconnect(void *adapter, flue_time now, void *context, struct flue_buffer_list *list,
                  uint32_t flags)
{
    (void)context;
    (void)flags;
    fail_lists(list);
    client_of(adapter)->tcp_offload_disconnect_complete(client_of(adapter)->binding, now, list);
    return FLUE_STATUS_PENDING;
}

static enum flue_status
take_nothing_back(void *adapter, flue_time now, struct flue_buffer_list *lists)
{
    (void)adapter;
    (void)now;
    (void)lists;
    return FLUE_STATUS_SUCCESS;
}

static enum flue_status
refuse_request(void *adapter, flue_time now, struct flue_oid_request *request)
{
    (void)adapter;
    (void)now;
    request->written = 0;
    return FLUE_STATUS_NOT_SUPPORTED;
}

void
flue_provider_init(struct flue_provider *provider, const struct flue_client *client)
{
    union {
        const struct flue_client *client;
        void *adapter;
    } own = {.client = client}; /* adapter is untyped and not ours to write to */

    *provider = (struct flue_provider){
        .adapter = own.adapter,
        .initiate_offload = refuse_initiate,
        .terminate_offload = refuse_terminate,
        .update_offload = refuse_update,
        .invalidate_offload = refuse_invalidate,
        .query_offload = refuse_query,
        .tcp_offload_send = refuse_send,
        .tcp_offload_receive = refuse_receive,
        .tcp_offload_forward = refuse_forward,
        .tcp_offload_disconnect = refuse_disconnect,
        .tcp_offload_receive_return = take_nothing_back,
        .oid_request = refuse_request,
    };
}
