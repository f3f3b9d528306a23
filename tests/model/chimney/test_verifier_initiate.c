/* SPDX-License-Identifier: GPL-2.0-or-later
 *
 * Rules of an offload.
 */
#include "verifier_bench.h"

#include <string.h>

/* The neighbour and path are taken, the connections get what is given. */
static void
complete_with(struct bench *bench, enum flue_status first, enum flue_status second)
{
    bench_take(bench);
    bench->tcps[0].block.status = first;
    bench->tcps[1].block.status = second;
    if (first != FLUE_STATUS_SUCCESS)
        bench->handles[0].miniport_offload_context = NULL;
    if (second != FLUE_STATUS_SUCCESS)
        bench->handles[1].miniport_offload_context = NULL;
    if (first != FLUE_STATUS_SUCCESS || second != FLUE_STATUS_SUCCESS)
        bench->path.block.status = FLUE_STATUS_OFFLOAD_PARTIAL_SUCCESS;
    bench_initiate_complete(bench);
}

/* ---- The client --------------------------------------------------------------------------------
 */

static void
test_initiate_states_that_cannot_be_offloaded(void **state)
{
    static const enum flue_tcp_connection_state wrong[] = {
        FLUE_TCP_CONNECTION_CLOSED, FLUE_TCP_CONNECTION_LISTEN, FLUE_TCP_CONNECTION_SYN_SENT,
        FLUE_TCP_CONNECTION_SYN_RCVD, FLUE_TCP_CONNECTION_TIME_WAIT};
    struct bench *bench = *state;

    for (size_t i = 0; i < sizeof wrong / sizeof wrong[0]; i++) {
        bench_make_tree(bench);
        memset(bench->handles, 0, sizeof bench->handles);
        bench->path_handle.miniport_offload_context = NULL;
        bench->neighbor_handle.miniport_offload_context = NULL;
        bench->tcps[1].delegated.state = wrong[i];
        bench_initiate(bench);
        bench_claim(bench, "HOST-002", FLUE_SIDE_CLIENT);
        bench->neighbor.block.status = FLUE_STATUS_FAILURE;
        bench->path.block.status = FLUE_STATUS_FAILURE;
        bench->tcps[0].block.status = FLUE_STATUS_FAILURE;
        bench->tcps[1].block.status = FLUE_STATUS_FAILURE;
        bench_initiate_complete(bench);
    }
}

static void
test_initiate_twice_is_reported(void **state)
{
    struct bench *bench = *state;
    struct flue_neighbor_block again = bench->neighbor;

    bench_initiate(bench);
    again.block.dependent_block_list = NULL;
    BENCH_CALL(bench, initiate_offload, &again.block);
    bench_claim(bench, "HOST-003", FLUE_SIDE_CLIENT);
    again.block.status = FLUE_STATUS_FAILURE;
    BENCH_COMPLETE(bench, initiate_offload_complete, &again.block);
    bench_take(bench);
    bench_initiate_complete(bench);
}

static void
test_initiate_with_an_emptied_cell_is_reported(void **state)
{
    struct bench *bench = *state;

    bench_offload(bench);
    bench_make_tree(bench);
    bench->neighbor.block.dependent_block_list = NULL;
    bench->neighbor_handle.miniport_offload_context = NULL;
    bench_initiate(bench);
    bench_claim(bench, "STATE-019", FLUE_SIDE_CLIENT);
}

static void
test_initiate_state_behind_is_checked(void **state)
{
    struct bench *bench = *state;
    struct flue_tcp_block *tcp = &bench->tcps[1];

    tcp->block.header.type = FLUE_TCP_OFFLOAD_DELEGATED_STATE;
    bench_initiate(bench);
    bench_claim(bench, "STATE-022", FLUE_SIDE_CLIENT);
    complete_with(bench, FLUE_STATUS_SUCCESS, FLUE_STATUS_FAILURE);
}

static void
test_initiate_block_too_small_is_reported(void **state)
{
    struct bench *bench = *state;

    bench->tcps[1].block.header.size -= 1;
    bench_initiate(bench);
    bench_claim(bench, "STATE-009", FLUE_SIDE_CLIENT);
    complete_with(bench, FLUE_STATUS_SUCCESS, FLUE_STATUS_FAILURE);
}

static void
test_initiate_wrong_length_is_reported(void **state)
{
    struct bench *bench = *state;

    bench->tcps[1].cached.header.length += 4;
    bench_initiate(bench);
    bench_claim(bench, "STATE-011", FLUE_SIDE_CLIENT);
    complete_with(bench, FLUE_STATUS_SUCCESS, FLUE_STATUS_FAILURE);
}

static void
test_initiate_path_without_address_is_reported(void **state)
{
    struct bench *bench = *state;

    bench->path.constants.destination_address = NULL;
    bench_initiate(bench);
    bench_claim(bench, "STATE-013", FLUE_SIDE_CLIENT);
}

static void
test_initiate_ages_of_a_neighbour_are_equal(void **state)
{
    struct bench *bench = *state;

    bench->neighbor.cached.host_reachability_delta_ticks = 5;
    bench_initiate(bench);
    bench_claim(bench, "EVENT-018", FLUE_SIDE_CLIENT);
}

static void
test_initiate_without_handle_is_reported(void **state)
{
    struct bench *bench = *state;

    bench->tcps[1].block.offload_handle = NULL;
    bench_initiate(bench);
    bench_claim(bench, "STATE-016", FLUE_SIDE_CLIENT);
    complete_with(bench, FLUE_STATUS_SUCCESS, FLUE_STATUS_FAILURE);
}

static void
test_initiate_linker_rules(void **state)
{
    struct bench *bench = *state;
    struct flue_block_list linker;
    static uint8_t stranger;
    struct flue_offload_handle other = {.miniport_offload_context = &stranger};

    bench_offload(bench);
    flue_block_list_init(&linker, FLUE_NEIGHBOR_OFFLOAD_STATE, sizeof linker,
                         &bench->neighbor_handle);
    BENCH_CALL(bench, initiate_offload, &linker);
    bench_claim(bench, "STATE-021", FLUE_SIDE_CLIENT); /* nothing depends on it */
    linker.status = FLUE_STATUS_SUCCESS;
    BENCH_COMPLETE(bench, initiate_offload_complete, &linker);
    flue_block_list_init(&linker, FLUE_NEIGHBOR_OFFLOAD_STATE, sizeof linker, &other);
    BENCH_CALL(bench, initiate_offload, &linker);
    bench_claim(bench, "STATE-021", FLUE_SIDE_CLIENT); /* it names nothing */
}

static void
test_initiate_linker_of_wrong_layer_is_reported(void **state)
{
    struct bench *bench = *state;
    struct flue_block_list linker;
    struct flue_block_list below;

    bench_offload(bench);
    flue_block_list_init(&linker, FLUE_IP4_OFFLOAD_STATE, sizeof linker, &bench->neighbor_handle);
    flue_block_list_init(&below, FLUE_IP4_OFFLOAD_STATE, sizeof below, NULL);
    linker.dependent_block_list = &below;
    BENCH_CALL(bench, initiate_offload, &linker);
    bench_claim(bench, "STATE-009", FLUE_SIDE_CLIENT);
}

/* A neighbour and a path of their own, beside the tree. */
struct second {
    struct flue_neighbor_block block;
    struct flue_offload_handle handle;
};

static void
offload_second(struct bench *bench, struct second *second)
{
    static uint8_t context;

    second->block = bench->neighbor;
    second->handle.miniport_offload_context = NULL;
    flue_block_list_init(&second->block.block, FLUE_NEIGHBOR_OFFLOAD_STATE, sizeof second->block,
                         &second->handle);
    BENCH_CALL(bench, initiate_offload, &second->block.block);
    bench_take_one(&second->block.block, &context);
    BENCH_COMPLETE(bench, initiate_offload_complete, &second->block.block);
}

static void
test_initiate_path_under_another_neighbour_is_reported(void **state)
{
    struct bench *bench = *state;
    struct second second;
    struct flue_block_list neighbor;
    struct flue_block_list path;
    struct flue_block_list below;

    bench_offload(bench);
    offload_second(bench, &second);
    flue_block_list_init(&neighbor, FLUE_NEIGHBOR_OFFLOAD_STATE, sizeof neighbor, &second.handle);
    flue_block_list_init(&path, FLUE_IP4_OFFLOAD_STATE, sizeof path, &bench->path_handle);
    flue_block_list_init(&below, FLUE_TCP_OFFLOAD_STATE, sizeof below, NULL);
    neighbor.dependent_block_list = &path;
    path.dependent_block_list = &below;
    BENCH_CALL(bench, initiate_offload, &neighbor);
    bench_claim(bench, "STATE-024", FLUE_SIDE_CLIENT);
}

static void
test_initiate_under_an_object_being_offloaded_is_reported(void **state)
{
    struct bench *bench = *state;
    struct flue_block_list linker;
    struct flue_block_list below;

    bench_initiate(bench);
    bench_take(bench); /* and not yet complete */
    flue_block_list_init(&linker, FLUE_NEIGHBOR_OFFLOAD_STATE, sizeof linker,
                         &bench->neighbor_handle);
    flue_block_list_init(&below, FLUE_TCP_OFFLOAD_STATE, sizeof below, NULL);
    linker.dependent_block_list = &below;
    BENCH_CALL(bench, initiate_offload, &linker);
    bench_claim(bench, "HOST-004", FLUE_SIDE_CLIENT);
}

static void
test_initiate_under_an_object_being_terminated_is_reported(void **state)
{
    struct bench *bench = *state;
    struct second second;
    struct flue_block_list ending;
    struct flue_block_list linker;
    struct flue_block_list below;

    offload_second(bench, &second);
    flue_block_list_init(&ending, FLUE_NEIGHBOR_OFFLOAD_DELEGATED_STATE, sizeof ending,
                         &second.handle);
    bench_terminate(bench, &ending);
    flue_block_list_init(&linker, FLUE_NEIGHBOR_OFFLOAD_STATE, sizeof linker, &second.handle);
    flue_block_list_init(&below, FLUE_TCP_OFFLOAD_STATE, sizeof below, NULL);
    linker.dependent_block_list = &below;
    BENCH_CALL(bench, initiate_offload, &linker);
    bench_claim(bench, "HOST-013", FLUE_SIDE_CLIENT);
}

static void
test_initiate_send_data_is_checked(void **state)
{
    struct bench *bench = *state;
    struct flue_buffer_list *first = bench_list(bench, 0, 10);
    struct flue_buffer_list *second = bench_list(bench, 1, 10);

    first->next = second;
    bench->tcps[0].block.net_buffer_list_chain = first;
    bench->tcps[0].delegated.send_data_head = second;
    bench->tcps[0].delegated.send_data_tail = first;
    bench_initiate(bench);
    bench_claim(bench, "OFFLOAD-038", FLUE_SIDE_CLIENT);
    complete_with(bench, FLUE_STATUS_FAILURE, FLUE_STATUS_FAILURE);
}

static void
test_initiate_send_data_of_a_path_is_reported(void **state)
{
    struct bench *bench = *state;

    bench->path.block.net_buffer_list_chain = bench_list(bench, 0, 10);
    bench_initiate(bench);
    bench_claim(bench, "STATE-031", FLUE_SIDE_CLIENT);
}

static void
test_initiate_send_data_in_use_is_reported(void **state)
{
    struct bench *bench = *state;
    struct flue_buffer_list *list = bench_list(bench, 0, 10);

    for (uint32_t i = 0; i < 2; i++) {
        bench->tcps[i].block.net_buffer_list_chain = list;
        bench->tcps[i].delegated.send_data_head = list;
        bench->tcps[i].delegated.send_data_tail = list;
    }
    bench_initiate(bench);
    bench_claim(bench, "SEND-004", FLUE_SIDE_CLIENT);
}

static void
test_initiate_while_paused_is_reported(void **state)
{
    struct bench *bench = *state;

    bench->down->indicate_status(bench->down->binding, ++bench->now, FLUE_STATUS_UPLOAD_ALL, NULL,
                                 0);
    bench_initiate(bench);
    bench_claim(bench, "STATUS-001", FLUE_SIDE_CLIENT); /* STATUS-006, STATUS-008 */
}

/* ---- The provider ------------------------------------------------------------------------------
 */

static void
test_initiate_cells_and_statuses_agree(void **state)
{
    struct bench *bench = *state;

    bench_initiate(bench);
    bench_take(bench);
    bench->handles[1].miniport_offload_context = NULL;
    bench_initiate_complete(bench);
    bench_claim(bench, "OFFLOAD-008", FLUE_SIDE_PROVIDER);
}

static void
test_initiate_refused_cell_written_is_reported(void **state)
{
    struct bench *bench = *state;

    bench_initiate(bench);
    bench_take(bench);
    bench->tcps[1].block.status = FLUE_STATUS_OFFLOAD_TCP_ENTRIES;
    bench->path.block.status = FLUE_STATUS_OFFLOAD_PARTIAL_SUCCESS;
    bench_initiate_complete(bench);
    bench_claim(bench, "OFFLOAD-009", FLUE_SIDE_PROVIDER);
}

/* Each refusal names a want of its own layer. */
static void
test_initiate_refusals_fit_their_layer(void **state)
{
    static const struct {
        enum flue_status status;
        bool is_of_connections;
        const char *row;
    } cases[] = {
        {FLUE_STATUS_OFFLOAD_TCP_ENTRIES, true, "OFFLOAD-014"},
        {FLUE_STATUS_OFFLOAD_PATH_ENTRIES, false, "OFFLOAD-015"},
        {FLUE_STATUS_OFFLOAD_NEIGHBOR_ENTRIES, false, "OFFLOAD-016"},
        {FLUE_STATUS_OFFLOAD_HW_ADDRESS_ENTRIES, false, "OFFLOAD-017"},
        {FLUE_STATUS_OFFLOAD_IP_ADDRESS_ENTRIES, false, "OFFLOAD-018"},
        {FLUE_STATUS_OFFLOAD_TCP_XMIT_BUFFER, true, "OFFLOAD-019"},
        {FLUE_STATUS_OFFLOAD_TCP_RCV_BUFFER, true, "OFFLOAD-020"},
        {FLUE_STATUS_OFFLOAD_TCP_RCV_WINDOW, true, "OFFLOAD-021"},
        {FLUE_STATUS_OFFLOAD_PATH_MTU, false, "OFFLOAD-022"},
        {FLUE_STATUS_OFFLOAD_CONNECTION_REJECTED, true, "OFFLOAD-023"},
        {FLUE_STATUS_OFFLOAD_VLAN_ENTRIES, false, "VLAN-003"},
        {FLUE_STATUS_OFFLOAD_VLAN_MISMATCH, false, "VLAN-007"},
    };
    struct bench *bench = *state;

    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        bool is_of_tcp = cases[i].is_of_connections; /* so the neighbour may not have it */

        bench_make_tree(bench);
        memset(bench->handles, 0, sizeof bench->handles);
        bench->path_handle.miniport_offload_context = NULL;
        bench->neighbor_handle.miniport_offload_context = NULL;
        bench_initiate(bench);
        bench->neighbor.block.status = is_of_tcp ? cases[i].status : FLUE_STATUS_FAILURE;
        bench->path.block.status = FLUE_STATUS_FAILURE;
        bench->tcps[0].block.status = is_of_tcp ? FLUE_STATUS_FAILURE : cases[i].status;
        bench->tcps[1].block.status = FLUE_STATUS_RESOURCES;
        bench_initiate_complete(bench);
        bench_claim(bench, cases[i].row, FLUE_SIDE_PROVIDER);
    }
}

static void
test_initiate_full_success_over_a_refusal_is_reported(void **state)
{
    struct bench *bench = *state;

    bench_initiate(bench);
    bench_take(bench);
    bench->tcps[1].block.status = FLUE_STATUS_OFFLOAD_TCP_ENTRIES;
    bench->handles[1].miniport_offload_context = NULL;
    bench_initiate_complete(bench);
    bench_claim(bench, "OFFLOAD-010", FLUE_SIDE_PROVIDER);
}

static void
test_initiate_partial_success_without_refusal_is_reported(void **state)
{
    struct bench *bench = *state;

    bench_initiate(bench);
    bench_take(bench);
    bench->path.block.status = FLUE_STATUS_OFFLOAD_PARTIAL_SUCCESS;
    bench_initiate_complete(bench);
    bench_claim(bench, "OFFLOAD-011", FLUE_SIDE_PROVIDER);
}

static void
test_initiate_taken_under_a_refused_path_is_reported(void **state)
{
    struct bench *bench = *state;

    bench_initiate(bench);
    bench_take(bench);
    bench->neighbor.block.status = FLUE_STATUS_OFFLOAD_PARTIAL_SUCCESS;
    bench->path.block.status = FLUE_STATUS_OFFLOAD_PATH_ENTRIES;
    bench->path_handle.miniport_offload_context = NULL;
    bench->tcps[1].block.status = FLUE_STATUS_FAILURE;
    bench->handles[1].miniport_offload_context = NULL;
    bench_initiate_complete(bench);
    bench_claim(bench, "OFFLOAD-027", FLUE_SIDE_PROVIDER);
}

static void
test_initiate_taken_behind_a_refused_root_is_reported(void **state)
{
    struct bench *bench = *state;
    struct second second = {.block = bench->neighbor};

    flue_block_list_init(&second.block.block, FLUE_NEIGHBOR_OFFLOAD_STATE, sizeof second.block,
                         &second.handle);
    second.block.block.next_block = &bench->neighbor.block;
    bench->neighbor.block.dependent_block_list = NULL;
    BENCH_CALL(bench, initiate_offload, &second.block.block);
    second.block.block.status = FLUE_STATUS_FAILURE;
    bench_take_one(&bench->neighbor.block, &bench->contexts[0]);
    BENCH_COMPLETE(bench, initiate_offload_complete, &second.block.block);
    bench_claim(bench, "OFFLOAD-028", FLUE_SIDE_PROVIDER);
}

/* Two new connections below a path that is there; OFFLOAD-031. */
static void
link_two(struct bench *bench, enum flue_status linker, enum flue_status first,
         enum flue_status second)
{
    struct flue_block_list path;

    bench_make_tree(bench);
    memset(bench->handles, 0, sizeof bench->handles);
    flue_block_list_init(&path, FLUE_IP4_OFFLOAD_STATE, sizeof path, &bench->path_handle);
    path.dependent_block_list = &bench->tcps[0].block;
    BENCH_CALL(bench, initiate_offload, &path);
    path.status = linker;
    if (first == FLUE_STATUS_SUCCESS)
        bench->handles[0].miniport_offload_context = &bench->contexts[2];
    if (second == FLUE_STATUS_SUCCESS)
        bench->handles[1].miniport_offload_context = &bench->contexts[3];
    bench->tcps[0].block.status = first;
    bench->tcps[1].block.status = second;
    BENCH_COMPLETE(bench, initiate_offload_complete, &path);
}

static void
test_initiate_linker_status_follows_dependants(void **state)
{
    struct bench *bench = *state;

    bench->path.block.dependent_block_list = NULL;
    bench_initiate(bench);
    bench_take_one(&bench->neighbor.block, &bench->contexts[0]);
    bench_take_one(&bench->path.block, &bench->contexts[1]);
    bench_initiate_complete(bench);
    link_two(bench, FLUE_STATUS_SUCCESS, FLUE_STATUS_FAILURE, FLUE_STATUS_FAILURE);
    bench_claim(bench, "OFFLOAD-031", FLUE_SIDE_PROVIDER);
    link_two(bench, FLUE_STATUS_OFFLOAD_PARTIAL_SUCCESS, FLUE_STATUS_FAILURE, FLUE_STATUS_FAILURE);
    bench_claim(bench, "OFFLOAD-031", FLUE_SIDE_PROVIDER);
    link_two(bench, FLUE_STATUS_FAILURE, FLUE_STATUS_FAILURE, FLUE_STATUS_FAILURE);
    link_two(bench, FLUE_STATUS_OFFLOAD_PARTIAL_SUCCESS, FLUE_STATUS_FAILURE, FLUE_STATUS_SUCCESS);
    assert_int_equal(bench->violation_count, bench->claimed);
}

static void
test_initiate_same_context_twice_is_reported(void **state)
{
    struct bench *bench = *state;

    bench_initiate(bench);
    bench_take(bench);
    bench->handles[1].miniport_offload_context = bench->handles[0].miniport_offload_context;
    bench_initiate_complete(bench);
    bench_claim(bench, "STATE-016", FLUE_SIDE_PROVIDER);
}

static void
test_initiate_state_changed_meanwhile_is_reported(void **state)
{
    struct bench *bench = *state;

    bench_initiate(bench);
    bench_take(bench);
    bench->tcps[0].constants.remote_mss++;
    bench_initiate_complete(bench);
    bench_claim(bench, "STATE-005", FLUE_SIDE_PROVIDER);
}

static void
test_initiate_cached_state_changed_meanwhile_is_reported(void **state)
{
    struct bench *bench = *state;

    bench_initiate(bench);
    bench_take(bench);
    bench->neighbor.cached.host_reachability_delta_ticks++;
    bench->neighbor.constants.vlan_id = 5; /* IM-022 */
    bench->tcps[0].cached.user_priority = 3;
    bench_initiate_complete(bench);
    bench_claim(bench, "STATE-006", FLUE_SIDE_PROVIDER);
}

static void
hand_over(struct bench *bench)
{
    struct flue_buffer_list *list = bench_list(bench, 0, 10);

    list->status = FLUE_STATUS_INVALID_DATA; /* whatever */
    bench->tcps[0].block.net_buffer_list_chain = list;
    bench->tcps[0].delegated.send_data_head = list;
    bench->tcps[0].delegated.send_data_tail = list;
    bench_initiate(bench);
    assert_int_equal(list->status, FLUE_STATUS_INVALID_DATA);
}

static void
test_initiate_refused_send_data_keeps_its_status(void **state)
{
    struct bench *bench = *state;

    hand_over(bench);
    bench->lists[0].list.status = FLUE_STATUS_FAILURE;
    complete_with(bench, FLUE_STATUS_OFFLOAD_TCP_ENTRIES, FLUE_STATUS_SUCCESS);
    bench_claim(bench, "OFFLOAD-029", FLUE_SIDE_PROVIDER);
}

static void
test_initiate_refused_send_data_is_not_completed(void **state)
{
    struct bench *bench = *state;

    hand_over(bench);
    bench_done(&bench->lists[0].list, FLUE_STATUS_UPLOAD_IN_PROGRESS, 0);
    bench_send_complete(bench, &bench->lists[0].list);
    complete_with(bench, FLUE_STATUS_OFFLOAD_TCP_ENTRIES, FLUE_STATUS_SUCCESS);
    bench_claim(bench, "OFFLOAD-030", FLUE_SIDE_PROVIDER);
}

/* OFFLOAD-044 */
static void
test_initiate_send_data_completes_like_any_other(void **state)
{
    struct bench *bench = *state;

    hand_over(bench);
    bench_take(bench);
    bench_initiate_complete(bench);
    bench_done(&bench->lists[0].list, FLUE_STATUS_SUCCESS, 10);
    bench_send_complete(bench, &bench->lists[0].list);
    flue_verifier_finish(bench->verifier, bench->now);
    assert_int_equal(bench->violation_count, 0);
}

int
main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, bench_set_up, bench_tear_down)
    const struct CMUnitTest tests[] = {
        TEST(test_initiate_states_that_cannot_be_offloaded),
        TEST(test_initiate_twice_is_reported),
        TEST(test_initiate_with_an_emptied_cell_is_reported),
        TEST(test_initiate_state_behind_is_checked),
        TEST(test_initiate_block_too_small_is_reported),
        TEST(test_initiate_wrong_length_is_reported),
        TEST(test_initiate_path_without_address_is_reported),
        TEST(test_initiate_ages_of_a_neighbour_are_equal),
        TEST(test_initiate_without_handle_is_reported),
        TEST(test_initiate_linker_rules),
        TEST(test_initiate_linker_of_wrong_layer_is_reported),
        TEST(test_initiate_path_under_another_neighbour_is_reported),
        TEST(test_initiate_under_an_object_being_offloaded_is_reported),
        TEST(test_initiate_under_an_object_being_terminated_is_reported),
        TEST(test_initiate_send_data_is_checked),
        TEST(test_initiate_send_data_of_a_path_is_reported),
        TEST(test_initiate_send_data_in_use_is_reported),
        TEST(test_initiate_while_paused_is_reported),
        TEST(test_initiate_cells_and_statuses_agree),
        TEST(test_initiate_refused_cell_written_is_reported),
        TEST(test_initiate_refusals_fit_their_layer),
        TEST(test_initiate_full_success_over_a_refusal_is_reported),
        TEST(test_initiate_partial_success_without_refusal_is_reported),
        TEST(test_initiate_taken_under_a_refused_path_is_reported),
        TEST(test_initiate_taken_behind_a_refused_root_is_reported),
        TEST(test_initiate_linker_status_follows_dependants),
        TEST(test_initiate_same_context_twice_is_reported),
        TEST(test_initiate_state_changed_meanwhile_is_reported),
        TEST(test_initiate_cached_state_changed_meanwhile_is_reported),
        TEST(test_initiate_refused_send_data_keeps_its_status),
        TEST(test_initiate_refused_send_data_is_not_completed),
        TEST(test_initiate_send_data_completes_like_any_other),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
