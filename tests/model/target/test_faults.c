/* SPDX-License-Identifier: GPL-2.0-or-later
 *
 * Failures on order, at every occasion: what is told, in what order, and what is left of the
 * connection.
 */
#include "rig.h"

#include <string.h>

static const enum call_kind kinds[] = {CALL_INITIATE, CALL_TERMINATE, CALL_UPDATE, CALL_INVALIDATE,
                                       CALL_QUERY};

/* A block that the operation can be asked for; `state` is behind it. */
struct operation {
    struct flue_block_list block;
    struct flue_tcp_delegated delegated;
};

static void
make_operation(struct operation *operation, enum call_kind kind)
{
    memset(operation, 0, sizeof *operation);
    flue_block_list_init(&operation->block, FLUE_TCP_OFFLOAD_DELEGATED_STATE,
                         kind == CALL_UPDATE || kind == CALL_INVALIDATE ? sizeof operation->block
                                                                        : sizeof *operation,
                         &bench.tcp.handle);
    operation->delegated.header.length = sizeof operation->delegated;
}

/* From `at` on: Retrieve with HardwareFailure, then Abort, once. */
static void
assert_loss_told(uint32_t at)
{
    uint32_t retrieve = rig_find(&bench.rig, CALL_EVENT, at);
    uint32_t abort = rig_find(&bench.rig, CALL_EVENT, retrieve + 1);

    assert_int_equal(bench.rig.calls[retrieve].event, FLUE_TCP_INDICATE_RETRIEVE);
    assert_int_equal(bench.rig.calls[retrieve].bytes, FLUE_UPLOAD_HARDWARE_FAILURE);
    assert_ptr_equal(bench.rig.calls[retrieve].subject, &bench.tcp.handle);
    assert_int_equal(bench.rig.calls[abort].event, FLUE_TCP_INDICATE_ABORT);
    assert_int_equal(rig_count(&bench.rig, CALL_EVENT), 2);
}

static void
post_both(void)
{
    struct flue_provider *provider = bench.rig.provider;

    rig_make_list(&bench.lists[0], 1, 1000);
    rig_make_list(&bench.lists[1], 1, 1000);
    bench.rig.is_cut = true; /* the send stays outstanding */
    rig_send(&bench.rig, &bench.tcp, &bench.lists[0]);
    (void)provider->tcp_offload_receive(provider->adapter, bench.rig.now, rig_context(&bench.tcp),
                                        &bench.lists[1].list);
    rig_settle(&bench.rig);
    assert_int_equal(bench.rig.call_count, 0);
}

/* The terminations that end it: what was under way is aborted, in front of the completion. */
static void
assert_ends_with_aborts(void)
{
    struct operation ending;
    uint32_t terminated;

    bench.rig.call_count = 0;
    make_operation(&ending, CALL_TERMINATE);
    rig_operate(&bench.rig, CALL_TERMINATE, &ending.block);
    terminated = rig_find(&bench.rig, CALL_TERMINATE, 0);
    assert_true(rig_find(&bench.rig, CALL_SEND, 0) < terminated);
    assert_true(rig_find(&bench.rig, CALL_RECEIVE, 0) < terminated);
    assert_int_equal(bench.rig.calls[rig_find(&bench.rig, CALL_SEND, 0)].status,
                     FLUE_STATUS_REQUEST_ABORTED);
    assert_int_equal(bench.rig.calls[rig_find(&bench.rig, CALL_RECEIVE, 0)].status,
                     FLUE_STATUS_REQUEST_ABORTED);
    assert_int_equal(ending.block.status, FLUE_STATUS_FAILURE); /* TERM-004 */
    assert_int_equal(rig_count(&bench.rig, CALL_EVENT), 0);
}

/* QUERY-006, QUERY-007, INVAL-009, TERM-005: for each operation on what is offloaded.
 */
static void
test_operation_on_lost_hardware_fails_and_tells(void **state)
{
    for (uint32_t i = FLUE_TARGET_FAULT_TERMINATE; i <= FLUE_TARGET_FAULT_QUERY; i++) {
        struct flue_target_statistics statistics;
        struct operation operation;
        uint32_t completed;

        (void)bench_set_up(state);
        post_both();
        flue_target_inject(bench.rig.target, (enum flue_target_fault)i, 0);
        make_operation(&operation, kinds[i]);
        rig_operate(&bench.rig, kinds[i], &operation.block);
        completed = rig_find(&bench.rig, kinds[i], 0);
        assert_int_equal(operation.block.status, FLUE_STATUS_FAILURE);
        assert_loss_told(completed);
        assert_int_equal(rig_count(&bench.rig, CALL_SEND), 0); /* until the termination */
        assert_int_equal(rig_count(&bench.rig, CALL_RECEIVE), 0);
        assert_ends_with_aborts();
        flue_target_get_statistics(bench.rig.target, &statistics);
        assert_int_equal(statistics.connections, 0);
        assert_int_equal(statistics.failures, 1);
        (void)bench_tear_down(state);
    }
}

static void
test_second_operation_on_lost_hardware_tells_nothing_new(void **state)
{
    struct operation operation;

    (void)state;
    flue_target_inject(bench.rig.target, FLUE_TARGET_FAULT_QUERY, 0);
    for (uint32_t i = 0; i < 2; i++) {
        make_operation(&operation, CALL_QUERY);
        rig_operate(&bench.rig, CALL_QUERY, &operation.block);
        assert_int_equal(operation.block.status, FLUE_STATUS_FAILURE);
    }
    assert_int_equal(rig_count(&bench.rig, CALL_EVENT), 2);
    make_operation(&operation, CALL_TERMINATE);
    rig_operate(&bench.rig, CALL_TERMINATE, &operation.block);
}

/* A query that fails at the path says nothing of the connection above it, which has its events. */
static void
test_connection_above_a_failing_path_is_not_lost(void **state)
{
    struct flue_path_block path;
    struct operation operation;

    (void)state;
    make_operation(&operation, CALL_QUERY);
    flue_block_list_init(&path.block, FLUE_IP4_OFFLOAD_STATE, sizeof path, &bench.path.handle);
    path.block.dependent_block_list = &operation.block;
    flue_target_inject(bench.rig.target, FLUE_TARGET_FAULT_QUERY, 0);
    rig_operate(&bench.rig, CALL_QUERY, &path.block);
    assert_int_equal(operation.block.status, FLUE_STATUS_FAILURE);
    assert_int_equal(rig_count(&bench.rig, CALL_EVENT), 0);
    flue_tcp_abort(bench.tcp.peer, bench.rig.now);
    rig_settle(&bench.rig);
    assert_int_equal(rig_count(&bench.rig, CALL_EVENT), 1);
    assert_int_equal(bench.rig.calls[rig_find(&bench.rig, CALL_EVENT, 0)].event,
                     FLUE_TCP_INDICATE_ABORT);
}

/* Two faults pass before the third: what is injected is exact. */
static void
test_fault_comes_at_its_occasion(void **state)
{
    struct operation operation;

    (void)state;
    flue_target_inject(bench.rig.target, FLUE_TARGET_FAULT_QUERY, 2);
    for (uint32_t i = 0; i < 3; i++) {
        make_operation(&operation, CALL_QUERY);
        rig_operate(&bench.rig, CALL_QUERY, &operation.block);
        assert_int_equal(operation.block.status, i < 2 ? FLUE_STATUS_SUCCESS : FLUE_STATUS_FAILURE);
    }
    make_operation(&operation, CALL_TERMINATE);
    rig_operate(&bench.rig, CALL_TERMINATE, &operation.block);
}

/* OFFLOAD-012, OFFLOAD-028: a failure at the root takes nothing over. */
static void
test_initiate_on_failing_hardware_takes_nothing(void **state)
{
    struct rig_neighbor neighbor;
    struct rig_path path;
    struct rig_tcp tcp;

    for (uint32_t i = 0; i < 3; i++) {
        (void)bench_set_up(state);
        rig_make_neighbor(&neighbor);
        rig_make_path(&path);
        rig_make_tcp(&bench.rig, &tcp, 200);
        rig_link(&neighbor, &path, &tcp);
        flue_target_inject(bench.rig.target, FLUE_TARGET_FAULT_INITIATE, i);
        rig_operate(&bench.rig, CALL_INITIATE, &neighbor.block.block);
        assert_int_equal(tcp.block.block.status, FLUE_STATUS_FAILURE);
        assert_null(rig_context(&tcp));
        assert_true((neighbor.handle.miniport_offload_context == NULL) == (i == 0));
        assert_true((path.handle.miniport_offload_context == NULL) == (i <= 1));
        assert_int_equal(rig_count(&bench.rig, CALL_EVENT), 0);
        (void)bench_tear_down(state);
    }
}

static void
call_io(enum flue_target_fault fault)
{
    struct flue_provider *provider = bench.rig.provider;
    void *context = rig_context(&bench.tcp);
    struct flue_buffer_list *list = &bench.lists[0].list;

    rig_make_list(&bench.lists[0], 1, 100);
    switch (fault) {
    case FLUE_TARGET_FAULT_SEND:
        (void)provider->tcp_offload_send(provider->adapter, bench.rig.now, context, list);
        break;
    case FLUE_TARGET_FAULT_RECEIVE:
        (void)provider->tcp_offload_receive(provider->adapter, bench.rig.now, context, list);
        break;
    case FLUE_TARGET_FAULT_FORWARD:
        (void)provider->tcp_offload_forward(provider->adapter, bench.rig.now, context, list);
        break;
    case FLUE_TARGET_FAULT_DISCONNECT:
        (void)provider->tcp_offload_disconnect(provider->adapter, bench.rig.now, context, list,
                                               FLUE_TCP_DISCONNECT_GRACEFUL_CLOSE);
        break;
    default:
        rig_peer_send(&bench.rig, bench.tcp.peer, 1, 100);
        break;
    }
}

static void
test_io_on_lost_hardware_tells_at_once(void **state)
{
    for (uint32_t i = FLUE_TARGET_FAULT_SEND; i <= FLUE_TARGET_FAULT_SEGMENT; i++) {
        struct operation operation;

        (void)bench_set_up(state);
        flue_target_inject(bench.rig.target, (enum flue_target_fault)i, 0);
        call_io((enum flue_target_fault)i);
        rig_settle(&bench.rig);
        assert_loss_told(0);
        if (i != FLUE_TARGET_FAULT_SEGMENT)
            assert_int_equal(bench.rig.calls[0].status, FLUE_STATUS_UPLOAD_IN_PROGRESS);
        assert_int_equal(bench.rig.target_segments, 0); /* what it would send could be wrong */
        make_operation(&operation, CALL_TERMINATE);
        rig_operate(&bench.rig, CALL_TERMINATE, &operation.block);
        assert_int_equal(operation.block.status, FLUE_STATUS_FAILURE);
        (void)bench_tear_down(state);
    }
}

/* OFFLOAD-051, STATS-010: no buffer for a segment, in or out, costs the segment and asks for the
 * upload; the stream goes on at the host without a gap. */
static void
test_shortage_of_buffers_costs_a_segment(void **state)
{
    for (uint32_t i = FLUE_TARGET_FAULT_BUFFER; i <= FLUE_TARGET_FAULT_TRANSMIT; i++) {
        struct flue_ip_offload_stats stats;
        struct operation operation;
        bool is_in = i == FLUE_TARGET_FAULT_BUFFER;

        (void)bench_set_up(state);
        flue_target_inject(bench.rig.target, (enum flue_target_fault)i, 0);
        call_io(is_in ? FLUE_TARGET_FAULT_SEGMENT : FLUE_TARGET_FAULT_SEND);
        rig_settle(&bench.rig);
        assert_int_equal(bench.rig.calls[0].kind, CALL_EVENT);
        assert_int_equal(bench.rig.calls[0].event, FLUE_TCP_INDICATE_RETRIEVE);
        assert_int_equal(bench.rig.calls[0].bytes, FLUE_UPLOAD_UPLOAD_REQUESTED); /* EVENT-012 */
        assert_int_equal(bench.rig.target_segments, 0);
        assert_int_equal(rig_request(&bench.rig, FLUE_REQUEST_QUERY, FLUE_OID_IP4_OFFLOAD_STATS,
                                     &stats, sizeof stats, NULL),
                         FLUE_STATUS_SUCCESS);
        assert_int_equal(stats.in_discards, is_in ? 1 : 0);
        assert_int_equal(stats.out_discards, is_in ? 0 : 1);
        assert_int_equal(stats.in_delivers, 0);
        make_operation(&operation, CALL_TERMINATE);
        rig_operate(&bench.rig, CALL_TERMINATE, &operation.block);
        assert_int_equal(operation.block.status, FLUE_STATUS_SUCCESS);
        assert_int_equal(operation.delegated.rcv_nxt, bench.tcp.block.delegated.rcv_nxt);
        assert_true((operation.block.net_buffer_list_chain != NULL) == !is_in);
        (void)bench_tear_down(state);
    }
}

/* EVENT-008: neither what was under way nor what comes later makes it send. */
static void
test_lost_connection_sends_nothing_more(void **state)
{
    struct rig *rig = &bench.rig;
    struct operation operation;

    (void)state;
    rig_make_list(&bench.lists[1], 1, 3000);
    rig_send(rig, &bench.tcp, &bench.lists[1]);
    while (rig->frame_count > 0)
        rig_lose_last(rig); /* so there is something to be sent again */
    flue_target_inject(rig->target, FLUE_TARGET_FAULT_SEGMENT, 0);
    rig_peer_send(rig, bench.tcp.peer, 1, 100);
    rig_settle(rig);
    assert_loss_told(0);
    rig->target_segments = 0;
    rig_advance(rig, 200 * FLUE_SECOND);
    assert_int_equal(rig->target_segments, 0); /* EVENT-008 */
    make_operation(&operation, CALL_TERMINATE);
    rig_operate(rig, CALL_TERMINATE, &operation.block);
    assert_int_equal(rig->target_segments, 0); /* EVENT-008 */
}

static void
test_fault_can_be_taken_back(void **state)
{
    (void)state;
    flue_target_inject(bench.rig.target, FLUE_TARGET_FAULT_SEND, 0);
    flue_target_inject(bench.rig.target, FLUE_TARGET_FAULT_SEND, UINT32_MAX);
    call_io(FLUE_TARGET_FAULT_SEND);
    rig_advance(&bench.rig, FLUE_SECOND);
    assert_int_equal(bench.rig.calls[0].status, FLUE_STATUS_SUCCESS);
    assert_int_equal(rig_count(&bench.rig, CALL_EVENT), 0);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_operation_on_lost_hardware_fails_and_tells),
        ON_BENCH(test_second_operation_on_lost_hardware_tells_nothing_new),
        ON_BENCH(test_connection_above_a_failing_path_is_not_lost),
        ON_BENCH(test_fault_comes_at_its_occasion),
        cmocka_unit_test(test_initiate_on_failing_hardware_takes_nothing),
        cmocka_unit_test(test_io_on_lost_hardware_tells_at_once),
        cmocka_unit_test(test_shortage_of_buffers_costs_a_segment),
        ON_BENCH(test_lost_connection_sends_nothing_more),
        ON_BENCH(test_fault_can_be_taken_back),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
