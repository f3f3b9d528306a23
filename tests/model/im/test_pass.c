/* SPDX-License-Identifier: GPL-2.0-or-later
 *
 * A pass-through driver: what it keeps, what it replaces, and what it does without memory.
 */
#include "stage.h"

#include <string.h>

static struct stage stage;

static int
set_up(void **state)
{
    struct flue_im_config config = flue_im_config_default();

    (void)state;
    stage_open(&stage, &config);
    return 0;
}

static int
tear_down(void **state)
{
    (void)state;
    stage_close(&stage);
    return 0;
}

static void *
context(void)
{
    return stage.trees[0].handles[2].miniport_offload_context;
}

/* The verifier blames a table in which a handler is missing. */
static void
test_tables_whole(void **state)
{
    struct flue_provider defaults;
    struct flue_client nobody;
    const struct flue_provider *up = flue_im_provider(stage.im, 0);
    const struct flue_client *down = flue_im_client(stage.im, 0);

    (void)state;
    flue_client_init(&nobody);
    flue_provider_init(&defaults, &nobody);
    /* IM-001 */
    assert_ptr_not_equal(up->initiate_offload, defaults.initiate_offload);
    assert_ptr_not_equal(up->terminate_offload, defaults.terminate_offload);
    assert_ptr_not_equal(up->update_offload, defaults.update_offload);
    assert_ptr_not_equal(up->invalidate_offload, defaults.invalidate_offload);
    assert_ptr_not_equal(up->query_offload, defaults.query_offload);
    assert_ptr_not_equal(up->tcp_offload_send, defaults.tcp_offload_send);
    assert_ptr_not_equal(up->tcp_offload_receive, defaults.tcp_offload_receive);
    assert_ptr_not_equal(up->tcp_offload_forward, defaults.tcp_offload_forward);
    assert_ptr_not_equal(up->tcp_offload_disconnect, defaults.tcp_offload_disconnect);
    assert_ptr_not_equal(up->tcp_offload_receive_return, defaults.tcp_offload_receive_return);
    /* IM-002 */
    assert_ptr_not_equal(down->initiate_offload_complete, nobody.initiate_offload_complete);
    assert_ptr_not_equal(down->terminate_offload_complete, nobody.terminate_offload_complete);
    assert_ptr_not_equal(down->update_offload_complete, nobody.update_offload_complete);
    assert_ptr_not_equal(down->invalidate_offload_complete, nobody.invalidate_offload_complete);
    assert_ptr_not_equal(down->query_offload_complete, nobody.query_offload_complete);
    assert_ptr_not_equal(down->indicate_offload_event, nobody.indicate_offload_event);
    /* IM-003 */
    assert_ptr_not_equal(down->tcp_offload_send_complete, nobody.tcp_offload_send_complete);
    assert_ptr_not_equal(down->tcp_offload_receive_complete, nobody.tcp_offload_receive_complete);
    assert_ptr_not_equal(down->tcp_offload_disconnect_complete,
                         nobody.tcp_offload_disconnect_complete);
    assert_ptr_not_equal(down->tcp_offload_forward_complete, nobody.tcp_offload_forward_complete);
    assert_ptr_not_equal(down->tcp_offload_event, nobody.tcp_offload_event);
    assert_ptr_not_equal(down->tcp_offload_receive_indicate, nobody.tcp_offload_receive_indicate);
}

static void
test_initiate_own_handles_below(void **state)
{
    struct flue_provider *up = stage_up(&stage, 0);
    struct flue_block_list *tree = stage_tree(&stage, 0);
    struct flue_block_list *seen;
    int marks[3];

    (void)state;
    tree->im_reserved[0] = &marks[0];
    tree->im_reserved[1] = &marks[1];
    tree->source_handle = &marks[2];
    up->initiate_offload(up->adapter, 0, tree);
    seen = stage.below[0].tree;
    assert_ptr_equal(seen, tree); /* IM-007, IM-008: the same structure, all else in its place */
    assert_ptr_not_equal(seen->offload_handle, &stage.trees[0].handles[0]); /* IM-006 */
    assert_ptr_equal(seen->miniport_offload_context,
                     &seen->offload_handle->miniport_offload_context); /* IM-006 */
    assert_ptr_not_equal(seen->im_reserved[0], &marks[0]);             /* IM-010 */
    assert_non_null(seen->im_reserved[0]);                             /* IM-010 */
    assert_int_equal(flue_im_get_statistics(stage.im).calls, 1);       /* IM-009 */
    seen->source_handle = &marks[0]; /* as whoever stands below may: STATE-028 at the lower edge */
    flue_verifier_watch_expect(&stage.watch, "STATE-028");
    stage_initiated(&stage, 0, FLUE_STATUS_SUCCESS);
    assert_ptr_equal(stage.above[0].tree, tree);
    assert_ptr_equal(tree->im_reserved[0], &marks[0]);   /* IM-011 */
    assert_ptr_equal(tree->im_reserved[1], &marks[1]);   /* IM-011 */
    assert_ptr_equal(tree->source_handle, &marks[2]);    /* IM-011, NOTE-064 */
    assert_int_equal(tree->status, FLUE_STATUS_SUCCESS); /* IM-012 */
    for (uint32_t i = 0; i < 3; i++) {                   /* IM-005 */
        const struct flue_offload_handle *own = stage.trees[0].handles[i].miniport_offload_context;

        assert_non_null(own);
        assert_int_equal((uintptr_t)own->miniport_offload_context, i + 1);
    }
    assert_int_equal(flue_im_get_statistics(stage.im).objects, 3); /* IM-004 */
    stage_upload(&stage, 0, 0, 0);
}

static void
test_initiate_refused_leaves_nothing(void **state)
{
    struct flue_provider *up = stage_up(&stage, 0);
    struct flue_block_list *tree = stage_tree(&stage, 0);

    (void)state;
    up->initiate_offload(up->adapter, 0, tree);
    stage_initiated(&stage, 0, FLUE_STATUS_FAILURE);
    assert_int_equal(stage.trees[0].tcp.block.status, FLUE_STATUS_FAILURE); /* IM-012 */
    assert_null(context());
    assert_int_equal(flue_im_get_statistics(stage.im).objects, 0); /* IM-004 */
}

static void
test_operations_each_traverses_and_comes_back(void **state)
{
    struct flue_provider *up = stage_up(&stage, 0);
    struct flue_client *down = stage_down(&stage, 0);
    void (*const calls[])(void *, flue_time, struct flue_block_list *) = {
        up->update_offload, up->query_offload, up->invalidate_offload};
    void (*const ends[])(void *, flue_time, struct flue_block_list *) = {
        down->update_offload_complete, down->query_offload_complete,
        down->invalidate_offload_complete};
    struct flue_tcp_block *block = &stage.trees[0].tcp;

    (void)state;
    stage_offload(&stage, 0, 0, 0);
    for (uint32_t i = 0; i < 3; i++) { /* IM-007 */
        flue_block_list_init(&block->block, FLUE_TCP_OFFLOAD_STATE, sizeof *block,
                             &stage.trees[0].handles[2]);
        calls[i](up->adapter, 0, &block->block);
        assert_int_equal(stage.below[0].trees, 2 + i);
        assert_int_equal((uintptr_t)*stage.below[0].tree->miniport_offload_context, 3);
        stage_succeed(&block->block, i == 1 ? FLUE_STATUS_FAILURE : FLUE_STATUS_SUCCESS);
        ends[i](down->binding, 0, &block->block);
        assert_int_equal(stage.above[0].trees, 2 + i);
        assert_ptr_equal(block->block.offload_handle, &stage.trees[0].handles[2]); /* IM-011 */
        assert_int_equal(block->block.status,
                         i == 1 ? FLUE_STATUS_FAILURE : FLUE_STATUS_SUCCESS); /* IM-012 */
    }
    stage_upload(&stage, 0, 0, 0);
}

/* TERM-005: hardware that has lost a connection is asked twice. */
static void
test_terminate_failed_can_be_repeated(void **state)
{
    struct flue_provider *up = stage_up(&stage, 0);
    struct flue_client *down = stage_down(&stage, 0);
    struct stage_tree *tree = &stage.trees[0];

    (void)state;
    stage_offload(&stage, 0, 0, 0);
    for (uint32_t i = 0; i < 2; i++) {
        (void)stage_ending(&stage, 0);
        up->terminate_offload(up->adapter, 0, &tree->ending.block);
        tree->ending.block.status = FLUE_STATUS_FAILURE;
        down->terminate_offload_complete(down->binding, 0, &tree->ending.block);
        assert_int_equal(flue_im_get_statistics(stage.im).objects, 3 - i);
    }
    (void)stage_ending(&stage, 0);
    tree->path.block.dependent_block_list = NULL;
    up->terminate_offload(up->adapter, 0, &tree->neighbor.block);
    stage_terminated(&stage, 0, FLUE_STATUS_SUCCESS);
}

/* ---- I/O ---------------------------------------------------------------------------------------
 */

static void
test_posts_same_lists_both_ways(void **state)
{
    struct flue_provider *up = stage_up(&stage, 0);
    struct flue_client *down = stage_down(&stage, 0);
    enum flue_status (*const posts[])(void *, flue_time, void *, struct flue_buffer_list *) = {
        up->tcp_offload_send, up->tcp_offload_receive, up->tcp_offload_forward};
    void (*const ends[])(void *, flue_time, struct flue_buffer_list *) = {
        down->tcp_offload_send_complete, down->tcp_offload_receive_complete,
        down->tcp_offload_forward_complete, down->tcp_offload_disconnect_complete};
    struct flue_buffer_list list;
    struct flue_memory_descriptor descriptor;
    size_t calls;

    (void)state;
    stage_offload(&stage, 0, 0, 0);
    calls = stage.memory.calls;
    for (uint32_t i = 0; i < 4; i++) {
        flue_buffer_list_init(&list, &descriptor, NULL, 100);
        if (i < 3)
            assert_int_equal(posts[i](up->adapter, 0, context(), &list), FLUE_STATUS_PENDING);
        else
            assert_int_equal(up->tcp_offload_disconnect(up->adapter, 0, context(), &list,
                                                        FLUE_TCP_DISCONNECT_GRACEFUL_CLOSE),
                             FLUE_STATUS_PENDING);
        assert_ptr_equal(stage.below[0].list, &list);           /* IM-013 */
        assert_int_equal((uintptr_t)stage.below[0].context, 3); /* IM-013 */
        list.status = FLUE_STATUS_SUCCESS;
        list.tcp_offload_bytes_transferred = 100;
        flue_buffer_advance(&list.buffer, 100);
        ends[i](down->binding, 0, &list);
        assert_ptr_equal(stage.above[0].list, &list); /* IM-014 */
        assert_int_equal(stage.above[0].lists, i + 1);
    }
    assert_int_equal(stage.below[0].flags, FLUE_TCP_DISCONNECT_GRACEFUL_CLOSE); /* IM-013 */
    assert_int_equal(stage.memory.calls, calls); /* IM-014: nothing to free */
    stage_upload(&stage, 0, 0, 0);
}

static void
test_indications_handle_of_the_side_above(void **state)
{
    struct flue_provider *up = stage_up(&stage, 0);
    struct flue_client *down = stage_down(&stage, 0);
    struct flue_offload_handle *own;
    struct flue_buffer_list list;
    struct flue_memory_descriptor descriptor;
    uint32_t consumed;

    (void)state;
    stage_offload(&stage, 0, 0, 0);
    own = context();
    flue_buffer_list_init(&list, &descriptor, NULL, 100);
    stage.above[0].answer = FLUE_STATUS_OFFLOAD_DATA_PARTIALLY_ACCEPTED;
    stage.above[0].consumed = 40;
    assert_int_equal(
        down->tcp_offload_receive_indicate(own, 0, &list, FLUE_STATUS_SUCCESS, &consumed),
        FLUE_STATUS_OFFLOAD_DATA_PARTIALLY_ACCEPTED);                    /* IM-016 */
    assert_int_equal(consumed, 40);                                      /* IM-016 */
    assert_ptr_equal(stage.above[0].handle, &stage.trees[0].handles[2]); /* IM-016 */
    down->tcp_offload_event(own, 0, FLUE_TCP_INDICATE_RETRIEVE, FLUE_UPLOAD_SMALL_IO);
    assert_int_equal(stage.above[0].event, FLUE_TCP_INDICATE_RETRIEVE); /* IM-016 */
    assert_int_equal(stage.above[0].information, FLUE_UPLOAD_SMALL_IO); /* IM-016 */
    stage_upload(&stage, 0, 0, 0);
    /* Data that the client keeps, of the next connection. */
    stage_offload(&stage, 0, 0, 1);
    own = stage.trees[1].handles[2].miniport_offload_context;
    flue_buffer_list_init(&list, &descriptor, NULL, 100);
    stage.above[0].answer = FLUE_STATUS_SUCCESS;
    stage.above[0].consumed = 100;
    assert_int_equal(
        down->tcp_offload_receive_indicate(own, 0, &list, FLUE_STATUS_SUCCESS, &consumed),
        FLUE_STATUS_SUCCESS);
    stage.above[0].lists = 0;
    assert_int_equal(up->tcp_offload_receive_return(up->adapter, 0, &list), FLUE_STATUS_SUCCESS);
    assert_ptr_equal(stage.below[0].list, &list);
    assert_int_equal(stage.above[0].lists, 0); /* IM-015 */
    stage_upload(&stage, 0, 0, 1);
}

static void
test_reachability_query_traverses(void **state)
{
    struct flue_client *down = stage_down(&stage, 0);
    struct flue_neighbor_block block;
    struct flue_offload_handle *own;

    (void)state;
    stage_offload(&stage, 0, 0, 0);
    own = stage.trees[0].handles[0].miniport_offload_context;
    block = stage.trees[0].neighbor;
    flue_block_list_init(&block.block, FLUE_NEIGHBOR_OFFLOAD_STATE, sizeof block, own);
    block.block.status = FLUE_STATUS_SUCCESS;
    stage.above[0].hrd = 77;
    down->indicate_offload_event(down->binding, 0, &block.block, FLUE_NEIGHBOR_REACHABILITY_QUERY);
    assert_ptr_equal(stage.above[0].handle, &stage.trees[0].handles[0]); /* NOTE-063 */
    assert_int_equal(block.cached.host_reachability_delta_ticks, 77);
    assert_ptr_equal(block.block.offload_handle, own);
    stage_upload(&stage, 0, 0, 0);
}

/* ---- Requests and statuses ---------------------------------------------------------------------
 */

static enum flue_status
ask(struct stage *of, enum flue_request_type type, enum flue_oid oid)
{
    struct flue_provider *up = stage_up(of, 0);
    uint8_t buffer[256] = {0};
    struct flue_oid_request request = {
        .type = type, .oid = oid, .protocol = of, .buffer = buffer, .length = sizeof buffer};

    return up->oid_request(up->adapter, 0, &request);
}

static void
test_requests_passed_or_kept(void **state)
{
    struct flue_im_config config = flue_im_config_default();
    static const enum flue_oid offers[] = {FLUE_OID_TCP_TASK_OFFLOAD,
                                           FLUE_OID_TCP_CONNECTION_OFFLOAD_CURRENT_CONFIG,
                                           FLUE_OID_TCP_CONNECTION_OFFLOAD_HARDWARE_CAPABILITIES};

    (void)state;
    for (uint32_t i = 0; i < 3; i++)
        assert_int_equal(ask(&stage, FLUE_REQUEST_QUERY, offers[i]), FLUE_STATUS_SUCCESS);
    assert_int_equal(stage.below[0].requests, 3); /* IM-019 */
    stage_close(&stage);
    config.chimney = FLUE_IM_ANSWERS_NO;
    stage_open(&stage, &config);
    for (uint32_t i = 0; i < 3; i++)
        assert_int_equal(ask(&stage, FLUE_REQUEST_QUERY, offers[i]),
                         FLUE_STATUS_NOT_SUPPORTED); /* IM-019 */
    assert_int_equal(stage.below[0].requests, 0);    /* IM-019 */
    assert_int_equal(ask(&stage, FLUE_REQUEST_SET, FLUE_OID_TCP_TASK_OFFLOAD), FLUE_STATUS_SUCCESS);
    assert_int_equal(ask(&stage, FLUE_REQUEST_SET, FLUE_OID_TCP_OFFLOAD_PARAMETERS),
                     FLUE_STATUS_SUCCESS);
    assert_int_equal(stage.below[0].requests, 2); /* IM-021 */
}

static void
test_not_registered_blocks_offload(void **state)
{
    struct flue_im_config config = flue_im_config_default();
    struct flue_provider *up;

    (void)state;
    stage_close(&stage);
    config.chimney = FLUE_IM_NOT_REGISTERED;
    stage_open(&stage, &config);
    up = stage_up(&stage, 0);
    assert_int_equal(
        ask(&stage, FLUE_REQUEST_QUERY, FLUE_OID_TCP_CONNECTION_OFFLOAD_CURRENT_CONFIG),
        FLUE_STATUS_SUCCESS);
    up->initiate_offload(up->adapter, 0, stage_tree(&stage, 0));
    assert_int_equal(stage.below[0].trees, 0); /* IM-020 */
    assert_int_equal(stage.interrupts, 1);
    flue_im_poll(stage.im, 0);
    assert_int_equal(stage.above[0].trees, 1);
    assert_int_equal(stage.trees[0].tcp.block.status, FLUE_STATUS_FAILURE); /* IM-020 */
}

static void
test_status_passed(void **state)
{
    struct flue_client *down = stage_down(&stage, 0);

    (void)state;
    down->indicate_status(down->binding, 0, FLUE_STATUS_OFFLOAD_PAUSE, NULL, 0);
    assert_int_equal(stage.above[0].status, FLUE_STATUS_OFFLOAD_PAUSE);
}

/* ---- Without memory ----------------------------------------------------------------------------
 */

/* Each allocation of an initiate fails in turn: nothing goes down, and nothing is left. */
static void
test_initiate_without_memory_fails(void **state)
{
    uint32_t failures = 0;

    (void)state;
    for (size_t n = 1;; n++) {
        struct flue_provider *up;
        struct flue_im_config config = flue_im_config_default();

        stage_close(&stage);
        stage_open(&stage, &config);
        up = stage_up(&stage, 0);
        stage.memory.fail_call = stage.memory.calls + n;
        up->initiate_offload(up->adapter, 0, stage_tree(&stage, 0));
        if (stage.memory.failures == 0)
            break;
        failures++;
        assert_int_equal(stage.below[0].trees, 0);
        assert_int_equal(stage.above[0].trees, 0); /* OFFLOAD-001: not from inside the call */
        flue_im_poll(stage.im, 0);
        assert_int_equal(stage.above[0].trees, 1);
        assert_int_equal(stage.trees[0].tcp.block.status, FLUE_STATUS_RESOURCES);
        assert_null(context());
    }
    assert_true(failures >= 2); /* an entry for the call, entries for objects */
    stage_initiated(&stage, 0, FLUE_STATUS_SUCCESS);
    stage_upload(&stage, 0, 0, 0);
}

/* A query fails; a termination needs none, for a connection would be lost. */
static void
test_operations_without_memory(void **state)
{
    struct flue_provider *up = stage_up(&stage, 0);
    struct flue_client *down = stage_down(&stage, 0);
    static struct flue_tcp_delegated_block queries[100]; /* until the entries at hand are used up */
    uint32_t count = 0;

    (void)state;
    stage_offload(&stage, 0, 0, 0);
    stage.memory.fail_call = stage.memory.calls + 1;
    stage.memory.fail_after = true;
    while (stage.memory.failures == 0) {
        assert_true(count < 100);
        flue_block_list_init(&queries[count].block, FLUE_TCP_OFFLOAD_DELEGATED_STATE,
                             sizeof queries[0], &stage.trees[0].handles[2]);
        queries[count].delegated.header.length = sizeof queries[0].delegated;
        up->query_offload(up->adapter, 0, &queries[count++].block);
    }
    assert_int_equal(stage.below[0].trees, count); /* the initiate, and all but the last */
    flue_im_poll(stage.im, 0);
    assert_ptr_equal(stage.above[0].tree, &queries[count - 1].block);
    assert_int_equal(queries[count - 1].block.status, FLUE_STATUS_FAILURE);
    for (uint32_t i = 0; i + 1 < count; i++) {
        queries[i].block.status = FLUE_STATUS_FAILURE;
        down->query_offload_complete(down->binding, 0, &queries[i].block);
    }
    stage_upload(&stage, 0, 0, 0);
}

int
main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)
    const struct CMUnitTest tests[] = {
        TEST(test_tables_whole),
        TEST(test_initiate_own_handles_below),
        TEST(test_initiate_refused_leaves_nothing),
        TEST(test_operations_each_traverses_and_comes_back),
        TEST(test_terminate_failed_can_be_repeated),
        TEST(test_posts_same_lists_both_ways),
        TEST(test_indications_handle_of_the_side_above),
        TEST(test_reachability_query_traverses),
        TEST(test_requests_passed_or_kept),
        TEST(test_not_registered_blocks_offload),
        TEST(test_status_passed),
        TEST(test_initiate_without_memory_fails),
        TEST(test_operations_without_memory),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
