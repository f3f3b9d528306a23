/* SPDX-License-Identifier: GPL-2.0-or-later
 *
 * The verifier as a whole: right traffic passes with its own addresses and without a report, and
 * without memory it goes on passing.
 */
#include "verifier_bench.h"

#include <stdlib.h>
#include <string.h>

static void
exchange(struct bench *bench)
{
    struct flue_buffer_list *send = bench_list(bench, 0, 100);
    struct flue_buffer_list *request = bench_list(bench, 1, 50);
    struct flue_buffer_list *data = bench_list(bench, 2, 30);
    struct flue_buffer_list *forward = bench_list(bench, 3, 40);

    bench_send(bench, send);
    assert_ptr_equal(bench->last, send);
    bench_indicate(bench, data);
    assert_ptr_equal(bench->last, data);
    bench_receive(bench, request);
    bench_forward(bench, forward);
    bench_done(send, FLUE_STATUS_SUCCESS, 100);
    bench_send_complete(bench, send);
    assert_ptr_equal(bench->last, send);
    bench_done(request, FLUE_STATUS_SUCCESS, 50);
    bench_receive_complete(bench, request);
    forward->status = FLUE_STATUS_SUCCESS;
    bench_forward_complete(bench, forward);
    bench_return(bench, data);
    bench_event(bench, FLUE_TCP_INDICATE_SEND_BACKLOG_CHANGE, 5000);
    assert_ptr_equal(bench->last, &bench->handles[0]);
}

static void
close_and_end(struct bench *bench)
{
    struct flue_buffer_list *list = bench_list(bench, 0, 10);
    struct flue_buffer_list *kept = bench_list(bench, 1, 20);
    struct flue_buffer_list *data = bench_list(bench, 2, 30);
    struct flue_block_list *tree = bench_make_ending(bench);

    bench_send(bench, kept);
    bench_disconnect(bench, list, FLUE_TCP_DISCONNECT_GRACEFUL_CLOSE);
    bench_event(bench, FLUE_TCP_INDICATE_DISCONNECT, 0);
    bench_event(bench, FLUE_TCP_INDICATE_RETRIEVE, FLUE_UPLOAD_UPLOAD_REQUESTED);
    bench_terminate(bench, tree);
    bench_done(list, FLUE_STATUS_UPLOAD_IN_PROGRESS, 0);
    bench_disconnect_complete(bench, list);
    bench_fill_ending(bench);
    tree->net_buffer_list_chain = kept;
    bench->ending.delegated.send_data_head = kept;
    bench->ending.delegated.send_data_tail = kept;
    bench->ending.delegated.buffered_data = data;
    bench_terminate_complete(bench, tree);
    assert_ptr_equal(bench->last, tree);
    bench->handles[0].miniport_offload_context = NULL;
    bench_return(bench, data);
}

static void
update_and_query(struct bench *bench)
{
    struct flue_tcp_block block = bench->tcps[0];
    struct {
        struct flue_block_list block;
        struct flue_tcp_cached cached;
    } change = {.cached = block.cached};

    flue_block_list_init(&change.block, FLUE_TCP_OFFLOAD_CACHED_STATE, sizeof change,
                         &bench->handles[0]);
    change.cached.ttl_or_hop_limit = 7;
    BENCH_CALL(bench, update_offload, &change.block);
    change.block.status = FLUE_STATUS_SUCCESS;
    BENCH_COMPLETE(bench, update_offload_complete, &change.block);
    flue_block_list_init(&block.block, FLUE_TCP_OFFLOAD_STATE, sizeof block, &bench->handles[0]);
    BENCH_CALL(bench, query_offload, &block.block);
    block.cached.ttl_or_hop_limit = 7;
    block.block.status = FLUE_STATUS_SUCCESS;
    BENCH_COMPLETE(bench, query_offload_complete, &block.block);
    flue_block_list_init(&block.block, FLUE_TCP_OFFLOAD_STATE, sizeof block, &bench->handles[0]);
    BENCH_CALL(bench, invalidate_offload, &block.block);
    block.block.status = FLUE_STATUS_SUCCESS;
    BENCH_COMPLETE(bench, invalidate_offload_complete, &block.block);
}

/* The rest of the tree, after its first connection. */
static void
end_tree(struct bench *bench)
{
    struct flue_tcp_delegated_block *ending = &bench->ending;

    bench_make_tree(bench);
    bench_make_ending(bench);
    ending->block.offload_handle = &bench->handles[1];
    ending->block.miniport_offload_context = &bench->handles[1].miniport_offload_context;
    bench->path.block.dependent_block_list = &ending->block;
    bench_terminate(bench, &bench->neighbor.block);
    bench_fill_ending(bench);
    bench->path.block.status = FLUE_STATUS_SUCCESS;
    bench->neighbor.block.status = FLUE_STATUS_SUCCESS;
    bench_terminate_complete(bench, &bench->neighbor.block);
    memset(bench->handles, 0, sizeof bench->handles);
    memset(&bench->path_handle, 0, sizeof bench->path_handle);
    memset(&bench->neighbor_handle, 0, sizeof bench->neighbor_handle);
}

static void
live(struct bench *bench)
{
    bench_make_tree(bench);
    bench_offload(bench);
    exchange(bench);
    update_and_query(bench);
    close_and_end(bench);
    end_tree(bench);
}

static void
test_verifier_right_traffic_passes_without_a_report(void **state)
{
    struct bench *bench = *state;

    live(bench);
    live(bench); /* the same handles, contexts and lists once more */
    assert_int_equal(bench->passed, 2 * (2 + 9 + 6 + 8 + 2));
    flue_verifier_finish(bench->verifier, bench->now);
    assert_int_equal(flue_verifier_violations(bench->verifier), 0);
    assert_true(flue_verifier_is_checking(bench->verifier));
}

static void
test_verifier_status_indications_pass(void **state)
{
    struct bench *bench = *state;

    bench->down->indicate_status(bench->down->binding, ++bench->now, FLUE_STATUS_OFFLOAD_PAUSE,
                                 bench, 4);
    assert_ptr_equal(bench->last, bench);
    bench->down->indicate_status(bench->down->binding, ++bench->now, FLUE_STATUS_OFFLOAD_RESUME,
                                 NULL, 0);
    bench_offload(bench);
    BENCH_COMPLETE(bench, query_offload_complete, NULL);
    bench_claim(bench, "QUERY-001", FLUE_SIDE_PROVIDER);
}

static void
test_verifier_requests_pass(void **state)
{
    struct bench *bench = *state;
    struct flue_oid_request request = {.oid = FLUE_OID_TCP4_OFFLOAD_STATS};

    bench->return_answer = FLUE_STATUS_NOT_SUPPORTED;
    assert_int_equal(bench->up->oid_request(bench->up->adapter, ++bench->now, &request),
                     FLUE_STATUS_NOT_SUPPORTED);
    assert_ptr_equal(bench->last, &request);
}

/* Whatever fails, every call passes; one report says that checking has ended. */
static void
test_verifier_without_memory_passes_everything(void **state)
{
    bool has_failed = true;

    (void)state;
    for (size_t n = 2; has_failed; n++) { /* the first is the verifier itself */
        struct bench *bench;

        bench_set_up((void **)&bench);
        bench->memory.fail_call = n;
        bench->memory.fail_after = true;
        live(bench);
        has_failed = bench->memory.failures > 0;
        assert_int_equal(bench->passed, 2 + 9 + 6 + 8 + 2);
        assert_int_equal(flue_verifier_is_checking(bench->verifier), !has_failed);
        assert_int_equal(flue_verifier_violations(bench->verifier), 0);
        flue_verifier_finish(bench->verifier, bench->now);
        if (has_failed) {
            assert_int_equal(bench->violations[0].side, FLUE_SIDE_VERIFIER);
            assert_int_equal(bench->violation_count, 1);
            bench->claimed = 1;
        }
        bench_tear_down((void **)&bench);
    }
}

static void
test_verifier_without_memory_is_not_created(void **state)
{
    struct flue_test_memory memory = {.fail_call = 1};
    struct flue_allocator allocator = flue_test_memory_allocator(&memory);
    struct flue_verifier *verifier;

    (void)state;
    assert_int_equal(flue_verifier_create(&allocator, NULL, NULL, &verifier), FLUE_ERROR_INVALID);
    assert_int_equal(
        flue_verifier_create(&allocator, (flue_verifier_report *)abort, NULL, &verifier),
        FLUE_ERROR_NO_MEMORY);
    flue_verifier_destroy(NULL);
}

/* The tables are structs of pointers: each of them in turn is missing, but the first, which is the
 * owner's. */
static void
test_verifier_tables_with_holes_are_reported(void **state)
{
    struct bench *bench = *state;

    for (size_t i = 1; i < sizeof bench->provider / sizeof(void *); i++) {
        struct flue_provider provider = bench->provider;

        memset((char *)&provider + i * sizeof(void *), 0, sizeof(void *));
        flue_verifier_attach(bench->verifier, &provider, &bench->client);
        bench_claim(bench, i <= 5 ? "INIT-001" : "INIT-002", FLUE_SIDE_PROVIDER);
    }
    for (size_t i = 1; i < sizeof bench->client / sizeof(void *); i++) {
        struct flue_client client = bench->client;
        bool is_generic = i <= 6 || i >= sizeof client / sizeof(void *) - 2;

        memset((char *)&client + i * sizeof(void *), 0, sizeof(void *));
        flue_verifier_attach(bench->verifier, &bench->provider, &client);
        bench_claim(bench, is_generic ? "IM-002" : "IM-003", FLUE_SIDE_CLIENT);
    }
}

static void
test_verifier_finish_reports_what_is_out(void **state)
{
    struct bench *bench = *state;

    BENCH_CALL(bench, invalidate_offload, bench_make_ending(bench));
    flue_verifier_finish(bench->verifier, bench->now);
    bench_claim(bench, "INVAL-001", FLUE_SIDE_PROVIDER);
    bench->ending.block.status = FLUE_STATUS_SUCCESS;
    BENCH_COMPLETE(bench, invalidate_offload_complete, &bench->ending.block);

    bench_receive(bench, bench_list(bench, 0, 0));
    flue_verifier_finish(bench->verifier, bench->now);
    bench_claim(bench, "RECV-018", FLUE_SIDE_PROVIDER);
    bench_done(&bench->lists[0].list, FLUE_STATUS_SUCCESS, 0);
    bench_receive_complete(bench, &bench->lists[0].list);

    bench_send(bench, bench_list(bench, 0, 10));
    flue_verifier_finish(bench->verifier, bench->now);
    bench_claim(bench, "SEND-001", FLUE_SIDE_PROVIDER);
    bench_done(&bench->lists[0].list, FLUE_STATUS_SUCCESS, 10);
    bench_send_complete(bench, &bench->lists[0].list);

    bench_indicate(bench, bench_list(bench, 0, 10));
    flue_verifier_finish(bench->verifier, bench->now);
    bench_claim(bench, "RECV-053", FLUE_SIDE_CLIENT);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(test_verifier_right_traffic_passes_without_a_report,
                                        bench_set_up, bench_tear_down),
        cmocka_unit_test_setup_teardown(test_verifier_status_indications_pass, bench_set_up,
                                        bench_tear_down),
        cmocka_unit_test_setup_teardown(test_verifier_requests_pass, bench_set_up, bench_tear_down),
        cmocka_unit_test(test_verifier_without_memory_passes_everything),
        cmocka_unit_test(test_verifier_without_memory_is_not_created),
        cmocka_unit_test_setup_teardown(test_verifier_tables_with_holes_are_reported, bench_set_up,
                                        bench_tear_down),
        cmocka_unit_test_setup_teardown(test_verifier_finish_reports_what_is_out,
                                        bench_set_up_offloaded, bench_tear_down),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
