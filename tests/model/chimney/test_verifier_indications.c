/* SPDX-License-Identifier: GPL-2.0-or-later
 *
 * Rules of what the provider says of its own accord, and of the client's answers.
 */
#include "verifier_bench.h"

/* ---- Received data: the provider ---------------------------------------------------------------
 */

static enum flue_status
indicate(struct bench *bench, struct flue_offload_handle *handle, struct flue_buffer_list *list,
         enum flue_status status)
{
    uint32_t consumed = 0;

    return bench->down->tcp_offload_receive_indicate(handle, ++bench->now, list, status, &consumed);
}

static void
test_indicate_for_nobody(void **state)
{
    struct bench *bench = *state;
    struct flue_offload_handle stranger = {.ndis_reserved = {bench->verifier}};

    (void)indicate(bench, &stranger, bench_list(bench, 0, 10), FLUE_STATUS_SUCCESS);
    bench_claim(bench, "STATE-017", FLUE_SIDE_PROVIDER);
    (void)indicate(bench, &bench->path_handle, bench_list(bench, 0, 10), FLUE_STATUS_SUCCESS);
    bench_claim(bench, "STATE-017", FLUE_SIDE_PROVIDER);
}

/* Without a name in the handle there is nobody to pass it to. */
static void
test_indicate_through_a_handle_without_verifier(void **state)
{
    struct bench *bench = *state;
    struct flue_offload_handle stranger = {0};
    uint32_t passed = bench->passed;

    assert_int_equal(indicate(bench, &stranger, bench_list(bench, 0, 10), FLUE_STATUS_SUCCESS),
                     FLUE_STATUS_OFFLOAD_DATA_NOT_ACCEPTED);
    bench->down->tcp_offload_event(&stranger, ++bench->now, FLUE_TCP_INDICATE_ABORT, 0);
    assert_int_equal(bench->passed, passed);
}

static void
test_indicate_chain_and_statuses(void **state)
{
    struct bench *bench = *state;
    struct flue_buffer_list *list = bench_list(bench, 0, 10);

    list->next = bench_list(bench, 1, 10);
    (void)indicate(bench, &bench->handles[0], list, FLUE_STATUS_SUCCESS);
    bench_claim(bench, "RECV-039", FLUE_SIDE_PROVIDER);
    (void)indicate(bench, &bench->handles[0], bench_list(bench, 2, 10), FLUE_STATUS_PENDING);
    bench_claim(bench, "RECV-040", FLUE_SIDE_PROVIDER);
    (void)indicate(bench, &bench->handles[0], bench_list(bench, 3, 10), FLUE_STATUS_RESOURCES);
    bench_claim(bench, "RECV-041", FLUE_SIDE_PROVIDER);
}

static void
test_indicate_a_list_in_use(void **state)
{
    struct bench *bench = *state;

    bench_indicate(bench, bench_list(bench, 0, 10));
    bench_indicate(bench, &bench->lists[0].list);
    bench_claim(bench, "RECV-042", FLUE_SIDE_PROVIDER);
}

static void
indicate_inside(struct bench *bench)
{
    bench_indicate(bench, bench_list(bench, 0, 10));
}

static void
test_indicate_before_the_offload_is_complete(void **state)
{
    struct bench *bench = *state;

    bench_initiate(bench);
    bench_take(bench);
    bench_indicate(bench, bench_list(bench, 1, 10));
    bench_claim(bench, "OFFLOAD-048", FLUE_SIDE_PROVIDER);
    bench->inside = indicate_inside; /* the completion has not returned */
    bench_initiate_complete(bench);
    bench_claim(bench, "OFFLOAD-048", FLUE_SIDE_PROVIDER);
    bench_indicate(bench, bench_list(bench, 2, 10));
    assert_int_equal(bench->violation_count, bench->claimed);
}

static void
test_indicate_inside_an_indication(void **state)
{
    struct bench *bench = *state;

    bench->inside = indicate_inside;
    bench_indicate(bench, bench_list(bench, 1, 10));
    bench_claim(bench, "RECV-009", FLUE_SIDE_PROVIDER);
}

static void
test_indicate_behind_the_fin(void **state)
{
    struct bench *bench = *state;

    bench_event(bench, FLUE_TCP_INDICATE_DISCONNECT, 0);
    bench_indicate(bench, bench_list(bench, 0, 10));
    bench_claim(bench, "EVENT-001", FLUE_SIDE_PROVIDER);
}

static void
test_indicate_after_an_abort(void **state)
{
    struct bench *bench = *state;
    struct flue_buffer_list *list = bench_list(bench, 0, 0);

    bench_disconnect(bench, list, FLUE_TCP_DISCONNECT_ABORTIVE_CLOSE);
    bench_done(list, FLUE_STATUS_UPLOAD_IN_PROGRESS, 0);
    bench_disconnect_complete(bench, list); /* no RST was sent: the connection goes on */
    bench_indicate(bench, bench_list(bench, 1, 10));
    assert_int_equal(bench->violation_count, 0);
    bench_disconnect(bench, list, FLUE_TCP_DISCONNECT_ABORTIVE_CLOSE);
    bench_indicate(bench, bench_list(bench, 2, 10));
    bench_claim(bench, "CLOSE-005", FLUE_SIDE_PROVIDER);
}

static void
test_indicate_although_a_request_is_posted(void **state)
{
    struct bench *bench = *state;

    bench_receive(bench, bench_list(bench, 0, 10));
    bench_indicate(bench, bench_list(bench, 1, 10));
    bench_claim(bench, "RECV-023", FLUE_SIDE_PROVIDER);
}

static void
test_indicate_although_handed_data_waits(void **state)
{
    struct bench *bench = *state;

    bench->tcps[0].delegated.buffered_data = bench_list(bench, 0, 10);
    bench_offload(bench);
    bench_indicate(bench, bench_list(bench, 1, 10));
    bench_claim(bench, "OFFLOAD-036", FLUE_SIDE_PROVIDER);
}

static void
test_indicate_again_after_a_refusal(void **state)
{
    struct bench *bench = *state;
    struct flue_buffer_list *request = bench_list(bench, 1, 0);

    bench->answer = FLUE_STATUS_OFFLOAD_DATA_NOT_ACCEPTED;
    bench->consumed = 0;
    bench_indicate(bench, bench_list(bench, 0, 10));
    bench_receive(bench, request); /* RECV-047: data of no bytes lets the next one pass */
    bench_done(request, FLUE_STATUS_SUCCESS, 0);
    bench_receive_complete(bench, request);
    bench_indicate(bench, bench_list(bench, 0, 10));
    assert_int_equal(bench->violation_count, 0);
    bench_indicate(bench, bench_list(bench, 0, 10));
    bench_claim(bench, "RECV-045", FLUE_SIDE_PROVIDER);
}

/* ---- Received data: the client -----------------------------------------------------------------
 */

static void
test_answer_does_not_fit_the_count(void **state)
{
    struct bench *bench = *state;

    bench->consumed = 9;
    bench_indicate(bench, bench_list(bench, 0, 10));
    bench_claim(bench, "RECV-042", FLUE_SIDE_CLIENT);
    bench->answer = FLUE_STATUS_FAILURE;
    bench->consumed = 0;
    bench_indicate(bench, bench_list(bench, 1, 10));
    bench_claim(bench, "RECV-042", FLUE_SIDE_CLIENT);
}

static void
test_answer_refusal_with_a_count(void **state)
{
    struct bench *bench = *state;

    bench->answer = FLUE_STATUS_OFFLOAD_DATA_NOT_ACCEPTED;
    bench->consumed = 1;
    bench_indicate(bench, bench_list(bench, 0, 10));
    bench_claim(bench, "RECV-043", FLUE_SIDE_CLIENT);
}

static void
test_answer_consumes_more_than_there_is(void **state)
{
    struct bench *bench = *state;

    bench->answer = FLUE_STATUS_OFFLOAD_DATA_PARTIALLY_ACCEPTED;
    bench->consumed = 11;
    bench_indicate(bench, bench_list(bench, 0, 10));
    bench_claim(bench, "RECV-044", FLUE_SIDE_CLIENT);
}

static void
return_inside(struct bench *bench)
{
    bench_return(bench, &bench->lists[0].list);
}

static void
test_answer_returned_and_refused(void **state)
{
    struct bench *bench = *state;

    bench->inside = return_inside;
    bench_indicate(bench, bench_list(bench, 0, 10)); /* accepted and returned from inside */
    assert_int_equal(bench->violation_count, 0);
    bench->inside = return_inside;
    bench->answer = FLUE_STATUS_OFFLOAD_DATA_NOT_ACCEPTED;
    bench->consumed = 0;
    bench_indicate(bench, bench_list(bench, 0, 10));
    bench_claim(bench, "RECV-043", FLUE_SIDE_CLIENT);
}

/* Refused data is the provider's: nothing is to be returned. */
static void
test_answer_refused_and_returned(void **state)
{
    struct bench *bench = *state;

    bench->answer = FLUE_STATUS_OFFLOAD_DATA_PARTIALLY_ACCEPTED;
    bench->consumed = 4;
    bench_indicate(bench, bench_list(bench, 0, 10));
    bench_return(bench, &bench->lists[0].list);
    bench_claim(bench, "RECV-052", FLUE_SIDE_CLIENT);
}

/* ---- Events ------------------------------------------------------------------------------------
 */

static void
test_event_for_nobody(void **state)
{
    struct bench *bench = *state;

    bench_terminate(bench, bench_make_ending(bench));
    bench_fill_ending(bench);
    bench_terminate_complete(bench, &bench->ending.block);
    bench_event(bench, FLUE_TCP_INDICATE_ABORT, 0);
    bench_claim(bench, "STATE-017", FLUE_SIDE_PROVIDER);
}

static void
test_event_for_a_path(void **state)
{
    struct bench *bench = *state;

    bench->down->tcp_offload_event(&bench->path_handle, ++bench->now, FLUE_TCP_INDICATE_RETRIEVE,
                                   FLUE_UPLOAD_LOW_ACTIVITY);
    bench_claim(bench, "TERM-026", FLUE_SIDE_PROVIDER);
}

static void
test_event_before_the_offload_is_complete(void **state)
{
    struct bench *bench = *state;

    bench_initiate(bench);
    bench_take(bench);
    bench_event(bench, FLUE_TCP_INDICATE_RETRIEVE, FLUE_UPLOAD_LOW_ACTIVITY);
    bench_claim(bench, "OFFLOAD-050", FLUE_SIDE_PROVIDER);
    bench_initiate_complete(bench);
}

static void
test_event_twice(void **state)
{
    struct bench *bench = *state;

    bench_event(bench, FLUE_TCP_INDICATE_DISCONNECT, 0);
    bench_event(bench, FLUE_TCP_INDICATE_DISCONNECT, 0);
    bench_claim(bench, "EVENT-001", FLUE_SIDE_PROVIDER);
    bench_event(bench, FLUE_TCP_INDICATE_ABORT, 0);
    bench_event(bench, FLUE_TCP_INDICATE_ABORT, 0);
    bench_claim(bench, "EVENT-002", FLUE_SIDE_PROVIDER);
}

static void
test_event_unknown(void **state)
{
    struct bench *bench = *state;

    bench_event(bench, FLUE_TCP_INDICATE_RETRIEVE, FLUE_UPLOAD_SMALL_IO + 1);
    bench_claim(bench, "EVENT-003", FLUE_SIDE_PROVIDER);
    bench_event(bench, FLUE_TCP_INDICATE_SEND_BACKLOG_CHANGE + 1, 0);
    bench_claim(bench, "STATE-008", FLUE_SIDE_PROVIDER);
    bench->down->indicate_status(bench->down->binding, ++bench->now, FLUE_STATUS_SUCCESS, NULL, 0);
    bench_claim(bench, "STATE-008", FLUE_SIDE_PROVIDER);
}

static void
fail_query(struct bench *bench)
{
    BENCH_CALL(bench, query_offload, bench_make_ending(bench));
    bench->ending.block.status = FLUE_STATUS_FAILURE;
    BENCH_COMPLETE(bench, query_offload_complete, &bench->ending.block);
}

/* INVAL-009 and TERM-005 say the same of their operations. */
static void
test_event_order_after_a_failed_query(void **state)
{
    struct bench *bench = *state;

    fail_query(bench);
    bench_event(bench, FLUE_TCP_INDICATE_ABORT, 0);
    bench_claim(bench, "QUERY-006", FLUE_SIDE_PROVIDER);
}

static void
test_event_right_order_after_a_failed_query(void **state)
{
    struct bench *bench = *state;

    fail_query(bench);
    bench_event(bench, FLUE_TCP_INDICATE_RETRIEVE, FLUE_UPLOAD_HARDWARE_FAILURE);
    bench_event(bench, FLUE_TCP_INDICATE_ABORT, 0);
    assert_int_equal(bench->violation_count, 0);
}

/* ---- Reachability ------------------------------------------------------------------------------
 */

static void
ask_reachability(struct bench *bench, struct flue_neighbor_block *block, uint32_t code)
{
    bench->down->indicate_offload_event(bench->down->binding, ++bench->now,
                                        block != NULL ? &block->block : NULL, code);
}

static void
test_reachability_block_is_checked(void **state)
{
    struct bench *bench = *state;
    struct flue_neighbor_block block = bench->neighbor;

    flue_block_list_init(&block.block, FLUE_NEIGHBOR_OFFLOAD_STATE, sizeof block, NULL);
    block.block.status = FLUE_STATUS_SUCCESS;
    ask_reachability(bench, &block, FLUE_NEIGHBOR_REACHABILITY_QUERY);
    ask_reachability(bench, NULL, FLUE_NEIGHBOR_REACHABILITY_IN_DOUBT);
    assert_int_equal(bench->violation_count, 0);
    ask_reachability(bench, NULL, FLUE_NEIGHBOR_REACHABILITY_QUERY);
    bench_claim(bench, "EVENT-023", FLUE_SIDE_PROVIDER);
    block.block.header.revision = 0;
    ask_reachability(bench, &block, FLUE_NEIGHBOR_REACHABILITY_QUERY);
    bench_claim(bench, "EVENT-024", FLUE_SIDE_PROVIDER);
    block.block.header.revision = FLUE_BLOCK_LIST_REVISION;
    block.block.dependent_block_list = &bench->path.block;
    ask_reachability(bench, &block, FLUE_NEIGHBOR_REACHABILITY_QUERY);
    bench_claim(bench, "EVENT-024", FLUE_SIDE_PROVIDER);
    block.block.dependent_block_list = NULL;
    block.delegated.header.length = 0;
    ask_reachability(bench, &block, FLUE_NEIGHBOR_REACHABILITY_QUERY);
    bench_claim(bench, "STATE-011", FLUE_SIDE_PROVIDER);
    ask_reachability(bench, &block, FLUE_NEIGHBOR_REACHABILITY_IN_DOUBT);
    bench_claim(bench, "EVENT-025", FLUE_SIDE_PROVIDER);
}

int
main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, bench_set_up_offloaded, bench_tear_down)
#define TEST_FRESH(name) cmocka_unit_test_setup_teardown(name, bench_set_up, bench_tear_down)
    const struct CMUnitTest tests[] = {
        TEST(test_indicate_for_nobody),
        TEST(test_indicate_through_a_handle_without_verifier),
        TEST(test_indicate_chain_and_statuses),
        TEST(test_indicate_a_list_in_use),
        TEST_FRESH(test_indicate_before_the_offload_is_complete),
        TEST(test_indicate_inside_an_indication),
        TEST(test_indicate_behind_the_fin),
        TEST(test_indicate_after_an_abort),
        TEST(test_indicate_although_a_request_is_posted),
        TEST_FRESH(test_indicate_although_handed_data_waits),
        TEST(test_indicate_again_after_a_refusal),
        TEST(test_answer_does_not_fit_the_count),
        TEST(test_answer_refusal_with_a_count),
        TEST(test_answer_consumes_more_than_there_is),
        TEST(test_answer_returned_and_refused),
        TEST(test_answer_refused_and_returned),
        TEST(test_event_for_nobody),
        TEST(test_event_for_a_path),
        TEST_FRESH(test_event_before_the_offload_is_complete),
        TEST(test_event_twice),
        TEST(test_event_unknown),
        TEST(test_event_order_after_a_failed_query),
        TEST(test_event_right_order_after_a_failed_query),
        TEST(test_reachability_block_is_checked),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
