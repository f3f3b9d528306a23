/* SPDX-License-Identifier: GPL-2.0-or-later
 *
 * A VLAN mux: two virtual adapters on one adapter.
 */
#include "stage.h"

static struct stage stage;

static int
set_up(void **state)
{
    struct flue_im_config config = flue_im_config_default();

    (void)state;
    config.uppers = 2;
    config.vlans[0].vlan_id = 10;
    config.vlans[1].vlan_id = 20;
    config.vlans[1].user_priority = 5;
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
context(uint32_t number)
{
    return stage.trees[number].handles[2].miniport_offload_context;
}

static void
test_states_carry_the_virtual_adapters_vlan(void **state)
{
    struct flue_provider *up = stage_up(&stage, 1);
    struct flue_client *down = stage_down(&stage, 0);
    struct stage_tree *tree = &stage.trees[1];

    (void)state;
    up->initiate_offload(up->adapter, 0, stage_tree(&stage, 1));
    assert_int_equal(tree->neighbor.constants.vlan_id, 20); /* IM-022 */
    assert_int_equal(tree->tcp.cached.user_priority, 5);    /* IM-022 */
    stage_initiated(&stage, 0, FLUE_STATUS_SUCCESS);
    assert_int_equal(tree->neighbor.constants.vlan_id, 0); /* the client's memory, as it was */
    assert_int_equal(tree->tcp.cached.user_priority, 0);
    flue_block_list_init(&tree->tcp.block, FLUE_TCP_OFFLOAD_STATE, sizeof tree->tcp,
                         &tree->handles[2]);
    tree->tcp.cached.user_priority = 1;
    up->update_offload(up->adapter, 0, &tree->tcp.block);
    assert_int_equal(tree->tcp.cached.user_priority, 5); /* IM-022 */
    stage_succeed(&tree->tcp.block, FLUE_STATUS_SUCCESS);
    down->update_offload_complete(down->binding, 0, &tree->tcp.block);
    assert_int_equal(tree->tcp.cached.user_priority, 1);
    stage_upload(&stage, 1, 0, 1);
}

static void
test_reachability_query_reaches_the_vlans_client(void **state)
{
    struct flue_client *down = stage_down(&stage, 0);
    struct flue_neighbor_block block;

    (void)state;
    stage_offload(&stage, 1, 0, 1);
    block = stage.trees[1].neighbor;
    block.constants.vlan_id = 20;
    flue_block_list_init(&block.block, FLUE_NEIGHBOR_OFFLOAD_STATE, sizeof block,
                         stage.trees[1].handles[0].miniport_offload_context);
    block.block.status = FLUE_STATUS_SUCCESS;
    stage.above[1].hrd = 9;
    down->indicate_offload_event(down->binding, 0, &block.block, FLUE_NEIGHBOR_REACHABILITY_QUERY);
    assert_int_equal(stage.above[1].vlan_id, 0);
    assert_int_equal(block.constants.vlan_id, 20);
    assert_int_equal(block.cached.host_reachability_delta_ticks, 9);
    flue_block_list_init(&block.block, FLUE_NEIGHBOR_OFFLOAD_STATE, sizeof block, NULL);
    block.block.status = FLUE_STATUS_SUCCESS;
    down->indicate_offload_event(down->binding, 0, &block.block, FLUE_NEIGHBOR_REACHABILITY_QUERY);
    assert_int_equal(stage.above[1].events, 2); /* found by its VLAN */
    assert_int_equal(stage.above[0].events, 0);
    stage_upload(&stage, 1, 0, 1);
}

static void
test_disconnect_completions_are_not_crossed(void **state)
{
    struct flue_client *down = stage_down(&stage, 0);
    struct flue_buffer_list lists[2];
    struct flue_memory_descriptor descriptors[2];
    int mark;

    (void)state;
    for (uint32_t i = 0; i < 2; i++) {
        struct flue_provider *up = stage_up(&stage, i);

        stage_offload(&stage, i, 0, i);
        flue_buffer_list_init(&lists[i], &descriptors[i], NULL, 0);
        lists[i].im_reserved[0] = &mark;
        assert_int_equal(up->tcp_offload_disconnect(up->adapter, 0, context(i), &lists[i],
                                                    FLUE_TCP_DISCONNECT_ABORTIVE_CLOSE),
                         FLUE_STATUS_PENDING);
    }
    for (uint32_t i = 2; i-- > 0;) {
        lists[i].status = FLUE_STATUS_SUCCESS;
        lists[i].tcp_offload_bytes_transferred = 0;
        down->tcp_offload_disconnect_complete(down->binding, 0, &lists[i]);
        assert_ptr_equal(stage.above[i].list, &lists[i]); /* IM-018 */
        assert_int_equal(stage.above[i].lists, 1);        /* IM-018 */
        assert_ptr_equal(lists[i].im_reserved[0], &mark); /* as found */
    }
    for (uint32_t i = 0; i < 2; i++)
        stage_upload(&stage, i, 0, i);
}

/* One chain of completions, for two clients. */
static void
test_send_completions_are_sorted(void **state)
{
    struct flue_client *down = stage_down(&stage, 0);
    struct flue_buffer_list lists[2];
    struct flue_memory_descriptor descriptors[2];

    (void)state;
    for (uint32_t i = 0; i < 2; i++) {
        struct flue_provider *up = stage_up(&stage, i);

        stage_offload(&stage, i, 0, i);
        flue_buffer_list_init(&lists[i], &descriptors[i], NULL, 10);
        assert_int_equal(up->tcp_offload_send(up->adapter, 0, context(i), &lists[i]),
                         FLUE_STATUS_PENDING);
        lists[i].status = FLUE_STATUS_SUCCESS;
        lists[i].tcp_offload_bytes_transferred = 10;
        flue_buffer_advance(&lists[i].buffer, 10);
    }
    lists[1].next = &lists[0];
    down->tcp_offload_send_complete(down->binding, 0, &lists[1]);
    for (uint32_t i = 0; i < 2; i++) {
        assert_ptr_equal(stage.above[i].list, &lists[i]);
        stage_upload(&stage, i, 0, i);
    }
}

/* Send data that goes and comes with the state. */
static void
test_send_data_with_the_state(void **state)
{
    struct flue_provider *up = stage_up(&stage, 0);
    struct stage_tree *tree = &stage.trees[0];
    struct flue_buffer_list list;
    struct flue_memory_descriptor descriptor;
    int mark;

    (void)state;
    flue_buffer_list_init(&list, &descriptor, NULL, 10);
    list.im_reserved[0] = &mark;
    for (uint32_t i = 0; i < 2; i++) {
        (void)stage_tree(&stage, 0);
        tree->tcp.block.net_buffer_list_chain = &list;
        tree->tcp.delegated.send_data_head = &list;
        tree->tcp.delegated.send_data_tail = &list;
        up->initiate_offload(up->adapter, 0, &tree->neighbor.block);
        assert_ptr_not_equal(list.im_reserved[0], &mark);
        stage_initiated(&stage, 0, i == 0 ? FLUE_STATUS_FAILURE : FLUE_STATUS_SUCCESS);
        if (i == 0)
            assert_ptr_equal(list.im_reserved[0], &mark);
    }
    up->terminate_offload(up->adapter, 0, stage_ending(&stage, 0));
    tree->ending.block.net_buffer_list_chain = &list;
    tree->ending.delegated.send_data_head = &list;
    tree->ending.delegated.send_data_tail = &list;
    stage_terminated(&stage, 0, FLUE_STATUS_SUCCESS);
    assert_ptr_equal(list.im_reserved[0], &mark);
}

static void
test_send_without_memory_is_the_hosts(void **state)
{
    struct flue_provider *up = stage_up(&stage, 0);
    struct flue_buffer_list lists[4];
    struct flue_memory_descriptor descriptors[4];

    (void)state;
    stage_offload(&stage, 0, 0, 0);
    for (uint32_t i = 0; i < 4; i++)
        flue_buffer_list_init(&lists[i], &descriptors[i], NULL, 10);
    lists[0].next = &lists[1];
    stage.memory.fail_call = stage.memory.calls + 1;
    (void)up->tcp_offload_send(up->adapter, 0, context(0), &lists[0]);
    /* There is memory again, but nothing overtakes. */
    (void)up->tcp_offload_send(up->adapter, 0, context(0), &lists[2]);
    (void)up->tcp_offload_receive(up->adapter, 0, context(0), &lists[3]);
    assert_int_equal(stage.memory.failures, 1);
    assert_int_equal(stage.below[0].lists, 0); /* IM-017 */
    assert_int_equal(stage.above[0].lists, 0); /* SEND-004: later */
    flue_im_poll(stage.im, 0);
    assert_int_equal(stage.above[0].lists, 4);
    assert_int_equal(lists[0].status, FLUE_STATUS_REQUEST_UPLOAD);   /* IM-017, NOTE-009 */
    assert_int_equal(lists[1].status, FLUE_STATUS_UPLOAD_REQUESTED); /* IM-017 */
    assert_int_equal(lists[2].status, FLUE_STATUS_UPLOAD_REQUESTED); /* IM-017 */
    assert_int_equal(lists[3].status, FLUE_STATUS_UPLOAD_IN_PROGRESS);
    assert_int_equal(stage.above[0].events, 1);
    assert_int_equal(stage.above[0].event, FLUE_TCP_INDICATE_RETRIEVE);
    assert_int_equal(stage.above[0].information, FLUE_UPLOAD_UPLOAD_REQUESTED);
    stage_upload(&stage, 0, 0, 0);
}

/* The completion of a termination comes behind what is completed here (TERM-006). */
static void
test_refused_lists_come_before_the_termination(void **state)
{
    struct flue_provider *up = stage_up(&stage, 0);
    struct flue_buffer_list list;
    struct flue_memory_descriptor descriptor;

    (void)state;
    stage_offload(&stage, 0, 0, 0);
    flue_buffer_list_init(&list, &descriptor, NULL, 10);
    stage.memory.fail_call = stage.memory.calls + 1;
    (void)up->tcp_offload_send(up->adapter, 0, context(0), &list);
    stage_upload(&stage, 0, 0, 0);
    assert_int_equal(stage.above[0].lists, 1);
    flue_im_poll(stage.im, 0);
    assert_int_equal(stage.above[0].lists, 1);
}

static void
test_statuses_and_requests_of_virtual_adapters(void **state)
{
    struct flue_client *down = stage_down(&stage, 0);
    uint32_t power = FLUE_POWER_D3;
    uint32_t vlan_id = 0;

    (void)state;
    down->indicate_status(down->binding, 0, FLUE_STATUS_OFFLOAD_PAUSE, NULL, 0);
    for (uint32_t i = 0; i < 2; i++) {
        struct flue_provider *up = stage_up(&stage, i);
        struct flue_oid_request set = {.type = FLUE_REQUEST_SET,
                                       .oid = FLUE_OID_PNP_SET_POWER,
                                       .buffer = &power,
                                       .length = sizeof power};
        struct flue_oid_request query = {
            .oid = FLUE_OID_GEN_VLAN_ID, .buffer = &vlan_id, .length = sizeof vlan_id};

        assert_int_equal(stage.above[i].status, FLUE_STATUS_OFFLOAD_PAUSE);
        assert_int_equal(up->oid_request(up->adapter, 0, &set), FLUE_STATUS_SUCCESS);
        assert_int_equal(up->oid_request(up->adapter, 0, &query), FLUE_STATUS_SUCCESS);
        assert_int_equal(vlan_id, i == 0 ? 10 : 20);
    }
    assert_int_equal(stage.below[0].requests, 0);
}

int
main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)
    const struct CMUnitTest tests[] = {
        TEST(test_states_carry_the_virtual_adapters_vlan),
        TEST(test_reachability_query_reaches_the_vlans_client),
        TEST(test_disconnect_completions_are_not_crossed),
        TEST(test_send_completions_are_sorted),
        TEST(test_send_data_with_the_state),
        TEST(test_send_without_memory_is_the_hosts),
        TEST(test_refused_lists_come_before_the_termination),
        TEST(test_statuses_and_requests_of_virtual_adapters),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
