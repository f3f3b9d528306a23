/* SPDX-License-Identifier: GPL-2.0-or-later
 *
 * The client that ignores every completion and event and accepts no data, for tables that override
 * a part of it.
 */
#include <stddef.h>

#include "flue/chimney.h"

static void
ignore_tree(void *binding, flue_time now, struct flue_block_list *tree)
{
    (void)binding;
    (void)now;
    (void)tree;
}

static void
ignore_offload_event(void *binding, flue_time now, struct flue_block_list *block,
                     uint32_t indication_code)
{
    (void)binding;
    (void)now;
    (void)block;
    (void)indication_code;
}

static void
ignore_lists(void *binding, flue_time now, struct flue_buffer_list *lists)
{
    (void)binding;
    (void)now;
    (void)lists;
}

static void
ignore_tcp_event(struct flue_offload_handle *handle, flue_time now, uint32_t event_type,
                 uint32_t event_specific_information)
{
    (void)handle;
    (void)now;
    (void)event_type;
    (void)event_specific_information;
}

static enum flue_status
refuse_data(struct flue_offload_handle *handle, flue_time now, struct flue_buffer_list *list,
            enum flue_status status, uint32_t *bytes_consumed)
{
    (void)handle;
    (void)now;
    (void)list;
    (void)status;
    *bytes_consumed = 0;
    return FLUE_STATUS_OFFLOAD_DATA_NOT_ACCEPTED;
}

static void
ignore_status(void *binding, flue_time now, enum flue_status status, const void *buffer,
              uint32_t length)
{
    (void)binding;
    (void)now;
    (void)status;
    (void)buffer;
    (void)length;
}

static void
ignore_request(void *binding, flue_time now, struct flue_oid_request *request,
               enum flue_status status)
{
    (void)binding;
    (void)now;
    (void)request;
    (void)status;
}

void
flue_client_init(struct flue_client *client)
{
    *client = (struct flue_client){
        .binding = NULL,
        .initiate_offload_complete = ignore_tree,
        .terminate_offload_complete = ignore_tree,
        .update_offload_complete = ignore_tree,
        .invalidate_offload_complete = ignore_tree,
        .query_offload_complete = ignore_tree,
        .indicate_offload_event = ignore_offload_event,
        .tcp_offload_send_complete = ignore_lists,
        .tcp_offload_receive_complete = ignore_lists,
        .tcp_offload_disconnect_complete = ignore_lists,
        .tcp_offload_forward_complete = ignore_lists,
        .tcp_offload_event = ignore_tcp_event,
        .tcp_offload_receive_indicate = refuse_data,
        .indicate_status = ignore_status,
        .oid_request_complete = ignore_request,
    };
}
