/* SPDX-License-Identifier: GPL-2.0-or-later
 *
 * The stage of stage.h.
 */
#include "stage.h"

#include <string.h>

static struct stage *current; /* calls with a handle alone know no stage */

/* ---- The clients -------------------------------------------------------------------------------
 */

static void
take_tree(void *own, flue_time now, struct flue_block_list *tree)
{
    struct stage_side *side = own;

    (void)now;
    side->before[side->trees++ % 8] = tree;
    side->tree = tree;
}

static void
take_lists(void *own, flue_time now, struct flue_buffer_list *lists)
{
    struct stage_side *side = own;

    (void)now;
    side->lists++;
    side->list = lists;
}

static void
take_event(struct flue_offload_handle *handle, flue_time now, uint32_t type, uint32_t information)
{
    struct stage_side *side = &current->above[0];

    (void)now;
    side->events++;
    side->handle = handle;
    side->event = type;
    side->information = information;
}

static enum flue_status
take_data(struct flue_offload_handle *handle, flue_time now, struct flue_buffer_list *list,
          enum flue_status status, uint32_t *bytes_consumed)
{
    struct stage_side *side = &current->above[0];

    (void)now;
    assert_int_equal(status, FLUE_STATUS_SUCCESS);
    side->handle = handle;
    side->list = list;
    *bytes_consumed = side->consumed;
    return side->answer;
}

static void
take_offload_event(void *own, flue_time now, struct flue_block_list *block, uint32_t code)
{
    struct stage_side *side = own;

    (void)now;
    assert_int_equal(code, FLUE_NEIGHBOR_REACHABILITY_QUERY);
    side->events++;
    side->handle = block->offload_handle;
    side->vlan_id = ((struct flue_neighbor_block *)block)->constants.vlan_id;
    ((struct flue_neighbor_block *)block)->cached.host_reachability_delta_ticks = side->hrd;
}

static void
take_status(void *own, flue_time now, enum flue_status status, const void *buffer, uint32_t length)
{
    struct stage_side *side = own;
    struct flue_tcp_connection_offload offload;

    (void)now;
    side->statuses++;
    side->status = status;
    if (length == sizeof offload) {
        memcpy(&offload, buffer, sizeof offload);
        side->capacity = offload.tcp_connection_offload_capacity;
    }
}

static void
take_request_end(void *own, flue_time now, struct flue_oid_request *request,
                 enum flue_status status)
{
    struct stage_side *side = own;

    (void)now;
    side->requests++;
    side->request = request;
    side->request_status = status;
}

static const struct flue_client clients = {
    .initiate_offload_complete = take_tree,
    .terminate_offload_complete = take_tree,
    .update_offload_complete = take_tree,
    .invalidate_offload_complete = take_tree,
    .query_offload_complete = take_tree,
    .indicate_offload_event = take_offload_event,
    .tcp_offload_send_complete = take_lists,
    .tcp_offload_receive_complete = take_lists,
    .tcp_offload_disconnect_complete = take_lists,
    .tcp_offload_forward_complete = take_lists,
    .tcp_offload_event = take_event,
    .tcp_offload_receive_indicate = take_data,
    .indicate_status = take_status,
    .oid_request_complete = take_request_end,
};

/* ---- The providers -----------------------------------------------------------------------------
 */

static enum flue_status
take_post(void *own, flue_time now, void *context, struct flue_buffer_list *lists)
{
    take_lists(own, now, lists);
    ((struct stage_side *)own)->context = context;
    return FLUE_STATUS_PENDING;
}

static enum flue_status
take_disconnect(void *own, flue_time now, void *context, struct flue_buffer_list *list,
                uint32_t flags)
{
    ((struct stage_side *)own)->flags = flags;
    return take_post(own, now, context, list);
}

static enum flue_status
take_return(void *own, flue_time now, struct flue_buffer_list *lists)
{
    take_lists(own, now, lists);
    return FLUE_STATUS_SUCCESS;
}

static enum flue_status
take_request(void *own, flue_time now, struct flue_oid_request *request)
{
    struct stage_side *side = own;
    struct flue_tcp_connection_offload offload;
    struct flue_tcp_offload_stats stats = {.in_segments = side->capacity};

    (void)now;
    side->requests++;
    side->request = request;
    if (side->request_status != FLUE_STATUS_SUCCESS || request->type == FLUE_REQUEST_SET)
        return side->request_status;
    if (request->oid == FLUE_OID_TCP4_OFFLOAD_STATS)
        return flue_oid_answer(request, &stats, sizeof stats);
    flue_tcp_connection_offload_init(&offload);
    offload.tcp_connection_offload_capacity = side->capacity;
    return flue_oid_answer(request, &offload, sizeof offload);
}

static const struct flue_provider providers = {
    .initiate_offload = take_tree,
    .terminate_offload = take_tree,
    .update_offload = take_tree,
    .invalidate_offload = take_tree,
    .query_offload = take_tree,
    .tcp_offload_send = take_post,
    .tcp_offload_receive = take_post,
    .tcp_offload_forward = take_post,
    .tcp_offload_disconnect = take_disconnect,
    .tcp_offload_receive_return = take_return,
    .oid_request = take_request,
};

/* ---- The stage ---------------------------------------------------------------------------------
 */

static void
on_interrupt(void *user, flue_time now)
{
    (void)now;
    ((struct stage *)user)->interrupts++;
}

void
stage_open(struct stage *stage, const struct flue_im_config *config)
{
    static const struct flue_im_handlers handlers = {.interrupt = on_interrupt};
    struct flue_allocator allocator;
    struct flue_allocator watching;

    memset(stage, 0, sizeof *stage);
    current = stage;
    allocator = flue_test_memory_allocator(&stage->memory);
    watching = flue_test_memory_allocator(&stage->verifier_memory);
    assert_int_equal(flue_im_create(config, &handlers, stage, &allocator, &stage->im), FLUE_OK);
    for (uint32_t i = 0; i < config->uppers; i++) {
        struct stage_side *side = &stage->above[i];

        side->stage = stage;
        side->client = clients;
        side->client.binding = side;
        side->verifier = flue_verifier_watch_new(&watching, &stage->watch);
        flue_verifier_attach(side->verifier, flue_im_provider(stage->im, i), &side->client);
        flue_im_attach(stage->im, i, flue_verifier_client(side->verifier));
    }
    for (uint32_t i = 0; i < config->members; i++) {
        struct stage_side *side = &stage->below[i];

        side->stage = stage;
        side->provider = providers;
        side->provider.adapter = side;
        side->capacity = 10 * (i + 1);
        side->verifier = flue_verifier_watch_new(&watching, &stage->watch);
        flue_verifier_attach(side->verifier, &side->provider, flue_im_client(stage->im, i));
        flue_im_bind(stage->im, i, flue_verifier_provider(side->verifier));
    }
}

void
stage_close(struct stage *stage)
{
    struct flue_im_statistics statistics = flue_im_get_statistics(stage->im);

    assert_int_equal(statistics.objects, 0); /* IM-004 */
    assert_int_equal(statistics.calls, 0);   /* IM-009 */
    for (uint32_t i = 0; i < STAGE_MOST; i++) {
        if (stage->above[i].verifier != NULL)
            flue_verifier_finish(stage->above[i].verifier, stage->now);
        if (stage->below[i].verifier != NULL)
            flue_verifier_finish(stage->below[i].verifier, stage->now);
    }
    flue_im_destroy(stage->im);
    for (uint32_t i = 0; i < STAGE_MOST; i++) {
        flue_verifier_destroy(stage->above[i].verifier);
        flue_verifier_destroy(stage->below[i].verifier);
    }
    flue_test_memory_assert_empty(&stage->memory);
    flue_test_memory_assert_empty(&stage->verifier_memory);
    flue_verifier_watch_assert_kept(&stage->watch);
}

struct flue_provider *
stage_up(struct stage *stage, uint32_t upper)
{
    return flue_verifier_provider(stage->above[upper].verifier);
}

struct flue_client *
stage_down(struct stage *stage, uint32_t member)
{
    return flue_verifier_client(stage->below[member].verifier);
}

/* ---- Trees -------------------------------------------------------------------------------------
 */

struct flue_block_list *
stage_tree(struct stage *stage, uint32_t number)
{
    struct stage_tree *tree = &stage->trees[number];

    memset(tree, 0, sizeof *tree);
    tree->neighbor.constants.header.length = sizeof tree->neighbor.constants;
    tree->neighbor.constants.dl_source_address[5] = (uint8_t)number;
    tree->neighbor.cached.header.length = sizeof tree->neighbor.cached;
    tree->neighbor.cached.dl_destination_address[5] = 0x40;
    tree->neighbor.delegated.header.length = sizeof tree->neighbor.delegated;
    tree->path.constants.header.length = sizeof tree->path.constants;
    tree->path.constants.source_address = tree->addresses[0];
    tree->path.constants.destination_address = tree->addresses[1];
    tree->path.cached.header.length = sizeof tree->path.cached;
    tree->path.cached.path_mtu = 1500;
    tree->path.delegated.header.length = sizeof tree->path.delegated;
    tree->tcp.constants.header.length = sizeof tree->tcp.constants;
    tree->tcp.cached.header.length = sizeof tree->tcp.cached;
    tree->tcp.cached.initial_rcv_wnd = 65535;
    tree->tcp.delegated.header.length = sizeof tree->tcp.delegated;
    tree->tcp.delegated.state = FLUE_TCP_CONNECTION_ESTABLISHED;
    flue_block_list_init(&tree->neighbor.block, FLUE_NEIGHBOR_OFFLOAD_STATE, sizeof tree->neighbor,
                         &tree->handles[0]);
    flue_block_list_init(&tree->path.block, FLUE_IP4_OFFLOAD_STATE, sizeof tree->path,
                         &tree->handles[1]);
    flue_block_list_init(&tree->tcp.block, FLUE_TCP_OFFLOAD_STATE, sizeof tree->tcp,
                         &tree->handles[2]);
    tree->neighbor.block.dependent_block_list = &tree->path.block;
    tree->path.block.dependent_block_list = &tree->tcp.block;
    return &tree->neighbor.block;
}

void
stage_succeed(struct flue_block_list *tree, enum flue_status status)
{
    struct flue_block_walk walk;

    for (struct flue_block_list *block = flue_block_walk_first(&walk, tree); block != NULL;
         block = flue_block_walk_next(&walk))
        block->status = status;
}

void
stage_initiated(struct stage *stage, uint32_t member, enum flue_status status)
{
    struct flue_block_list *tree = stage->below[member].tree;
    struct flue_client *down = stage_down(stage, member);
    struct flue_block_walk walk;

    stage_succeed(tree, status);
    for (struct flue_block_list *block = flue_block_walk_first(&walk, tree);
         block != NULL && status == FLUE_STATUS_SUCCESS; block = flue_block_walk_next(&walk))
        if (block->miniport_offload_context != NULL && *block->miniport_offload_context == NULL)
            *block->miniport_offload_context = (void *)++stage->contexts;
    down->initiate_offload_complete(down->binding, stage->now, tree);
}

void
stage_offload(struct stage *stage, uint32_t upper, uint32_t member, uint32_t number)
{
    struct flue_provider *up = stage_up(stage, upper);

    up->initiate_offload(up->adapter, stage->now, stage_tree(stage, number));
    stage_initiated(stage, member, FLUE_STATUS_SUCCESS);
}

struct flue_block_list *
stage_ending(struct stage *stage, uint32_t number)
{
    struct stage_tree *tree = &stage->trees[number];

    flue_block_list_init(&tree->neighbor.block, FLUE_NEIGHBOR_OFFLOAD_STATE, sizeof tree->neighbor,
                         &tree->handles[0]);
    flue_block_list_init(&tree->path.block, FLUE_IP4_OFFLOAD_STATE, sizeof tree->path,
                         &tree->handles[1]);
    memset(&tree->ending, 0, sizeof tree->ending);
    tree->ending.delegated.header.length = sizeof tree->ending.delegated;
    flue_block_list_init(&tree->ending.block, FLUE_TCP_OFFLOAD_DELEGATED_STATE, sizeof tree->ending,
                         &tree->handles[2]);
    tree->neighbor.block.dependent_block_list = &tree->path.block;
    tree->path.block.dependent_block_list = &tree->ending.block;
    return &tree->neighbor.block;
}

void
stage_terminated(struct stage *stage, uint32_t member, enum flue_status status)
{
    struct flue_block_list *tree = stage->below[member].tree;
    struct flue_client *down = stage_down(stage, member);

    stage_succeed(tree, status);
    down->terminate_offload_complete(down->binding, stage->now, tree);
}

void
stage_upload(struct stage *stage, uint32_t upper, uint32_t member, uint32_t number)
{
    struct flue_provider *up = stage_up(stage, upper);

    up->terminate_offload(up->adapter, stage->now, stage_ending(stage, number));
    stage_terminated(stage, member, FLUE_STATUS_SUCCESS);
    for (uint32_t i = 0; i < 3; i++)
        stage->trees[number].handles[i].miniport_offload_context = NULL;
}
