/* SPDX-License-Identifier: GPL-2.0-or-later
 *
 * A team of two: which member gets what, operations that concern both, and failover.
 */
#include "stage.h"

static struct stage stage;

static void
open_team(enum flue_team_mode mode)
{
    struct flue_im_config config = flue_im_config_default();

    config.members = 2;
    config.mode = mode;
    config.sources[1][5] = 1;
    stage_open(&stage, &config);
}

static int
set_up_backup(void **state)
{
    (void)state;
    open_team(FLUE_TEAM_ACTIVE_BACKUP);
    return 0;
}

static int
set_up_balance(void **state)
{
    (void)state;
    open_team(FLUE_TEAM_BALANCE);
    return 0;
}

static int
set_up_aggregate(void **state)
{
    (void)state;
    open_team(FLUE_TEAM_AGGREGATE);
    return 0;
}

static int
tear_down(void **state)
{
    (void)state;
    stage_close(&stage);
    return 0;
}

static struct flue_block_list *
two_trees(void)
{
    struct flue_block_list *tree = stage_tree(&stage, 0);

    tree->next_block = stage_tree(&stage, 1);
    return tree;
}

static struct flue_block_list *
two_endings(void)
{
    struct flue_block_list *tree = stage_ending(&stage, 0);

    tree->next_block = stage_ending(&stage, 1);
    return tree;
}

static void
terminate_both(void)
{
    struct flue_provider *up = stage_up(&stage, 0);

    up->terminate_offload(up->adapter, 0, two_endings());
    stage_terminated(&stage, 0, FLUE_STATUS_SUCCESS);
    stage_terminated(&stage, 1, FLUE_STATUS_SUCCESS);
}

static void
test_balance_splits_a_tree(void **state)
{
    struct flue_provider *up = stage_up(&stage, 0);
    struct flue_block_list *tree = two_trees();

    (void)state;
    up->initiate_offload(up->adapter, 0, tree);
    assert_ptr_equal(stage.below[0].tree, tree);
    assert_ptr_equal(stage.below[1].tree, &stage.trees[1].neighbor.block);
    assert_null(tree->next_block);
    stage_initiated(&stage, 1, FLUE_STATUS_FAILURE);
    assert_int_equal(stage.above[0].trees, 0);
    stage_initiated(&stage, 0, FLUE_STATUS_SUCCESS);
    assert_int_equal(stage.above[0].trees, 1); /* OFFLOAD-001: once, with the same tree */
    assert_ptr_equal(stage.above[0].tree, tree);
    assert_ptr_equal(tree->next_block, &stage.trees[1].neighbor.block);
    assert_int_equal(stage.trees[0].tcp.block.status, FLUE_STATUS_SUCCESS);
    assert_int_equal(stage.trees[1].tcp.block.status, FLUE_STATUS_FAILURE);
    stage_upload(&stage, 0, 0, 0);
}

static void
test_balance_terminates_on_both(void **state)
{
    struct flue_provider *up = stage_up(&stage, 0);

    (void)state;
    up->initiate_offload(up->adapter, 0, two_trees());
    stage_initiated(&stage, 0, FLUE_STATUS_SUCCESS);
    stage_initiated(&stage, 1, FLUE_STATUS_SUCCESS);
    assert_int_equal(flue_im_get_statistics(stage.im).objects, 6);
    terminate_both();
    assert_int_equal(stage.above[0].trees, 2);
}

/* Each allocation in turn. */
static void
test_split_without_memory_changes_nothing(void **state)
{
    uint32_t failures = 0;

    (void)state;
    for (size_t n = 1;; n++) {
        struct flue_block_list *tree;
        struct flue_provider *up;

        stage_close(&stage);
        open_team(FLUE_TEAM_BALANCE);
        up = stage_up(&stage, 0);
        tree = two_trees();
        stage.memory.fail_call = stage.memory.calls + n;
        up->initiate_offload(up->adapter, 0, tree);
        if (stage.memory.failures == 0)
            break;
        failures++;
        assert_ptr_equal(tree->next_block, &stage.trees[1].neighbor.block);
        flue_im_poll(stage.im, 0);
        assert_int_equal(stage.above[0].trees, 1);
        assert_int_equal(stage.trees[1].tcp.block.status, FLUE_STATUS_FAILURE);
        assert_int_equal(stage.below[0].trees + stage.below[1].trees, 0);
    }
    assert_true(failures >= 3);
    stage.memory.fail_call = 0;
    stage_initiated(&stage, 0, FLUE_STATUS_SUCCESS);
    stage_initiated(&stage, 1, FLUE_STATUS_SUCCESS);
    terminate_both();
}

/* UPDATE-012 asks for what no member can do alone. */
static void
test_path_does_not_move_between_members(void **state)
{
    struct flue_provider *up = stage_up(&stage, 0);
    struct stage_tree *from = &stage.trees[0];
    struct stage_tree *to = &stage.trees[1];

    (void)state;
    stage_offload(&stage, 0, 0, 0);
    stage_offload(&stage, 0, 1, 1);
    flue_block_list_init(&to->neighbor.block, FLUE_NEIGHBOR_OFFLOAD_STATE, sizeof to->neighbor,
                         &to->handles[0]);
    flue_block_list_init(&from->path.block, FLUE_IP4_OFFLOAD_STATE, sizeof from->path,
                         &from->handles[1]);
    to->neighbor.block.dependent_block_list = &from->path.block;
    up->update_offload(up->adapter, 0, &to->neighbor.block);
    flue_im_poll(stage.im, 0);
    assert_int_equal(from->path.block.status, FLUE_STATUS_FAILURE);
    assert_ptr_equal(from->path.block.offload_handle, &from->handles[1]);
    terminate_both();
}

static void
test_aggregate_goes_by_the_addresses(void **state)
{
    struct flue_provider *up = stage_up(&stage, 0);

    (void)state;
    for (uint32_t i = 0; i < 4; i++)
        up->initiate_offload(up->adapter, 0, stage_tree(&stage, i));
    assert_int_equal(stage.below[0].trees, 2); /* an even sum, an odd sum */
    assert_int_equal(stage.below[1].trees, 2);
    for (uint32_t member = 0; member < 2; member++)
        for (uint32_t i = 0; i < 2; i++) {
            stage.below[member].tree = stage.below[member].before[i];
            stage_initiated(&stage, member, FLUE_STATUS_SUCCESS);
        }
    for (uint32_t i = 0; i < 4; i++)
        stage_upload(&stage, 0, i % 2, i);
}

/* ---- I/O ---------------------------------------------------------------------------------------
 */

static enum flue_status
indicate(uint32_t number, struct flue_buffer_list *list)
{
    struct flue_client *down = stage_down(&stage, number);
    uint32_t consumed;

    return down->tcp_offload_receive_indicate(
        stage.trees[number].handles[2].miniport_offload_context, 0, list, FLUE_STATUS_SUCCESS,
        &consumed);
}

static void
test_returned_data_goes_where_it_came_from(void **state)
{
    struct flue_provider *up = stage_up(&stage, 0);
    struct flue_buffer_list lists[2];
    struct flue_memory_descriptor descriptors[2];
    int mark;

    (void)state;
    stage.above[0].answer = FLUE_STATUS_SUCCESS;
    stage.above[0].consumed = 10;
    for (uint32_t i = 0; i < 2; i++) {
        stage_offload(&stage, 0, i, i);
        flue_buffer_list_init(&lists[i], &descriptors[i], NULL, 10);
        lists[i].im_reserved[0] = &mark;
        assert_int_equal(indicate(i, &lists[i]), FLUE_STATUS_SUCCESS);
    }
    lists[1].next = &lists[0];
    assert_int_equal(up->tcp_offload_receive_return(up->adapter, 0, &lists[1]),
                     FLUE_STATUS_SUCCESS);
    for (uint32_t i = 0; i < 2; i++) {
        assert_ptr_equal(stage.below[i].list, &lists[i]);
        assert_ptr_equal(lists[i].im_reserved[0], &mark);
    }
    stage.above[0].answer = FLUE_STATUS_OFFLOAD_DATA_NOT_ACCEPTED;
    stage.above[0].consumed = 0;
    lists[1].next = NULL;
    assert_int_equal(indicate(1, &lists[1]), FLUE_STATUS_OFFLOAD_DATA_NOT_ACCEPTED);
    assert_ptr_equal(lists[1].im_reserved[0], &mark);
    terminate_both();
}

static void
test_data_that_comes_with_the_state_goes_back(void **state)
{
    struct flue_provider *up = stage_up(&stage, 0);
    struct flue_buffer_list list;
    struct flue_memory_descriptor descriptor;

    (void)state;
    stage_offload(&stage, 0, 1, 1);
    flue_buffer_list_init(&list, &descriptor, NULL, 10);
    up->terminate_offload(up->adapter, 0, stage_ending(&stage, 1));
    stage.trees[1].ending.delegated.buffered_data = &list;
    stage_terminated(&stage, 1, FLUE_STATUS_SUCCESS);
    assert_int_equal(up->tcp_offload_receive_return(up->adapter, 0, &list), FLUE_STATUS_SUCCESS);
    assert_ptr_equal(stage.below[1].list, &list); /* TERM-013 */
}

static void
test_data_without_memory_comes_with_its_connection(void **state)
{
    struct flue_buffer_list lists[100];
    struct flue_memory_descriptor descriptors[100];
    struct flue_provider *up = stage_up(&stage, 0);
    uint32_t count = 0;

    (void)state;
    stage.above[0].answer = FLUE_STATUS_SUCCESS;
    stage.above[0].consumed = 10;
    stage_offload(&stage, 0, 0, 0);
    stage.memory.fail_call = stage.memory.calls + 1;
    do {
        assert_true(count < 100);
        flue_buffer_list_init(&lists[count], &descriptors[count], NULL, 10);
    } while (indicate(0, &lists[count++]) == FLUE_STATUS_SUCCESS);
    assert_int_equal(stage.memory.failures, 1);
    assert_int_equal(stage.above[0].events, 0);
    flue_im_poll(stage.im, 0);
    assert_int_equal(stage.above[0].event, FLUE_TCP_INDICATE_RETRIEVE);
    while (--count > 0)
        (void)up->tcp_offload_receive_return(up->adapter, 0, &lists[count - 1]);
    stage_upload(&stage, 0, 0, 0);
}

/* ---- Failover ----------------------------------------------------------------------------------
 */

static void
test_failover_by_pause_upload_all_and_resume(void **state)
{
    struct flue_provider *up = stage_up(&stage, 0);
    struct flue_im_statistics statistics;

    (void)state;
    stage_offload(&stage, 0, 0, 0);
    stage.now = 5;
    assert_int_equal(flue_im_set_link(stage.im, 5, 0, false), FLUE_OK);
    assert_int_equal(stage.above[0].statuses, 2);                    /* IM-024: pause ... */
    assert_int_equal(stage.above[0].status, FLUE_STATUS_UPLOAD_ALL); /* IM-024 */
    assert_int_equal(flue_im_active(stage.im), 1);
    assert_true(flue_im_is_moving(stage.im));
    flue_verifier_watch_expect(&stage.watch, "STATUS-001");
    up->initiate_offload(up->adapter, 5, stage_tree(&stage, 1)); /* STATUS-003 */
    flue_im_poll(stage.im, 5);
    assert_int_equal(stage.trees[1].tcp.block.status, FLUE_STATUS_FAILURE);
    stage.now = 8;
    stage_upload(&stage, 0, 0, 0);
    assert_int_equal(stage.above[0].status, FLUE_STATUS_OFFLOAD_RESUME); /* STATUS-010 */
    assert_int_equal(stage.above[0].capacity, 20);                       /* STATUS-007 */
    statistics = flue_im_get_statistics(stage.im);
    assert_int_equal(statistics.failovers, 1);
    assert_int_equal(statistics.failover_paused, 5);
    assert_int_equal(statistics.failover_resumed, 8);
    stage_offload(&stage, 0, 1, 1);
    stage_upload(&stage, 0, 1, 1);
}

static void
test_link_of_the_backup_is_told(void **state)
{
    (void)state;
    assert_int_equal(flue_im_set_link(stage.im, 0, 1, false), FLUE_OK);
    assert_int_equal(stage.above[0].statuses, 1);
    assert_int_equal(stage.above[0].status,
                     FLUE_STATUS_TCP_CONNECTION_OFFLOAD_HARDWARE_CAPABILITIES); /* IM-023 */
    assert_int_equal(stage.above[0].capacity, 10);                              /* IM-023 */
    assert_int_equal(flue_im_set_link(stage.im, 0, 1, false), FLUE_OK);
    assert_int_equal(stage.above[0].statuses, 1);
    assert_int_equal(flue_im_set_link(stage.im, 0, 2, false), FLUE_ERROR_INVALID);
    /* The last one: nowhere to go. When another is there, the team moves. */
    stage_offload(&stage, 0, 0, 0);
    assert_int_equal(flue_im_set_link(stage.im, 0, 0, false), FLUE_OK);
    assert_false(flue_im_is_moving(stage.im));
    assert_int_equal(flue_im_set_link(stage.im, 0, 1, true), FLUE_OK);
    assert_true(flue_im_is_moving(stage.im));
    stage_upload(&stage, 0, 0, 0);
    assert_false(flue_im_is_moving(stage.im));
}

static void
test_members_pause_is_heeded_if_it_counts(void **state)
{
    struct flue_client *active = stage_down(&stage, 0);
    struct flue_client *backup = stage_down(&stage, 1);
    struct flue_tcp_connection_offload offload;

    (void)state;
    flue_tcp_connection_offload_init(&offload);
    backup->indicate_status(backup->binding, 0, FLUE_STATUS_OFFLOAD_PAUSE, NULL, 0);
    assert_int_equal(stage.above[0].statuses, 0);
    active->indicate_status(active->binding, 0, FLUE_STATUS_OFFLOAD_PAUSE, NULL, 0);
    assert_int_equal(stage.above[0].status, FLUE_STATUS_OFFLOAD_PAUSE);
    active->indicate_status(active->binding, 0, FLUE_STATUS_OFFLOAD_RESUME, &offload,
                            sizeof offload);
    assert_int_equal(stage.above[0].status, FLUE_STATUS_OFFLOAD_RESUME);
    /* Moving to one that is paused: the resume is that one's. */
    assert_int_equal(flue_im_set_link(stage.im, 0, 0, false), FLUE_OK);
    assert_int_equal(stage.above[0].status, FLUE_STATUS_UPLOAD_ALL);
    backup->indicate_status(backup->binding, 0, FLUE_STATUS_OFFLOAD_RESUME, &offload,
                            sizeof offload);
    assert_int_equal(stage.above[0].status, FLUE_STATUS_OFFLOAD_RESUME);
    assert_int_equal(stage.above[0].capacity, 20);
}

/* ---- Requests ----------------------------------------------------------------------------------
 */

static enum flue_status
query(enum flue_oid oid, void *buffer, uint32_t length)
{
    struct flue_provider *up = stage_up(&stage, 0);
    struct flue_oid_request request = {.oid = oid, .buffer = buffer, .length = length};

    return up->oid_request(up->adapter, 0, &request);
}

static void
test_answers_for_the_whole_team(void **state)
{
    struct flue_tcp_connection_offload offload;
    struct flue_tcp_offload_stats stats;

    (void)state;
    assert_int_equal(
        query(FLUE_OID_TCP_CONNECTION_OFFLOAD_CURRENT_CONFIG, &offload, sizeof offload),
        FLUE_STATUS_SUCCESS);
    assert_int_equal(offload.tcp_connection_offload_capacity, 30);
    assert_int_equal(query(FLUE_OID_TCP4_OFFLOAD_STATS, &stats, sizeof stats), FLUE_STATUS_SUCCESS);
    assert_int_equal(stats.in_segments, 30);
}

static void
test_sets_go_to_every_member(void **state)
{
    struct flue_provider *up = stage_up(&stage, 0);
    uint32_t power = FLUE_POWER_D3;
    struct flue_oid_request request = {.type = FLUE_REQUEST_SET,
                                       .oid = FLUE_OID_PNP_SET_POWER,
                                       .protocol = &stage,
                                       .buffer = &power,
                                       .length = sizeof power};

    (void)state;
    for (uint32_t i = 0; i < 2; i++)
        stage.below[i].request_status = FLUE_STATUS_PENDING;
    assert_int_equal(up->oid_request(up->adapter, 0, &request), FLUE_STATUS_PENDING);
    for (uint32_t i = 2; i-- > 0;) {
        struct flue_client *down = stage_down(&stage, i);

        assert_int_equal(stage.below[i].requests, 1); /* IM-021 */
        assert_int_equal(stage.above[0].requests, 0);
        down->oid_request_complete(down->binding, 0, stage.below[i].request,
                                   i == 1 ? FLUE_STATUS_FAILURE : FLUE_STATUS_SUCCESS);
    }
    assert_int_equal(stage.above[0].requests, 1);
    assert_ptr_equal(stage.above[0].request, &request);
    assert_int_equal(stage.above[0].request_status, FLUE_STATUS_FAILURE); /* of either */
}

int
main(void)
{
#define TEST(name, mode) cmocka_unit_test_setup_teardown(name, set_up_##mode, tear_down)
    const struct CMUnitTest tests[] = {
        TEST(test_balance_splits_a_tree, balance),
        TEST(test_balance_terminates_on_both, balance),
        TEST(test_split_without_memory_changes_nothing, balance),
        TEST(test_path_does_not_move_between_members, balance),
        TEST(test_aggregate_goes_by_the_addresses, aggregate),
        TEST(test_returned_data_goes_where_it_came_from, balance),
        TEST(test_data_that_comes_with_the_state_goes_back, balance),
        TEST(test_data_without_memory_comes_with_its_connection, backup),
        TEST(test_failover_by_pause_upload_all_and_resume, backup),
        TEST(test_link_of_the_backup_is_told, backup),
        TEST(test_members_pause_is_heeded_if_it_counts, backup),
        TEST(test_answers_for_the_whole_team, balance),
        TEST(test_sets_go_to_every_member, balance),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
