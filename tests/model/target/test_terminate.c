/* SPDX-License-Identifier: GPL-2.0-or-later
 *
 * Giving objects back, and asking for their state.
 */
#include "rig.h"

#include <string.h>

static void
send_list(struct rig_list *list, uint32_t length)
{
    rig_make_list(list, 1, length);
    (void)bench.rig.provider->tcp_offload_send(bench.rig.provider->adapter, bench.rig.now,
                                               rig_context(&bench.tcp), &list->list);
}

static void
post(struct rig_list *list, uint32_t length)
{
    rig_make_list(list, 1, length);
    list->list.tcp_receive_no_push = true;
    (void)bench.rig.provider->tcp_offload_receive(bench.rig.provider->adapter, bench.rig.now,
                                                  rig_context(&bench.tcp), &list->list);
}

static void
test_terminate_hands_sends_back_in_order(void **state)
{
    struct flue_tcp_delegated_block back;
    const struct flue_tcp_delegated *before = &bench.tcp.block.delegated;

    (void)state;
    bench.rig.is_cut = true;
    for (uint32_t i = 0; i < 3; i++)
        send_list(&bench.lists[i], 3000); /* more than the first window: some is unsent */
    rig_terminate(&bench.rig, &bench.tcp, &back);
    assert_int_equal(rig_count(&bench.rig, CALL_SEND), 0); /* TERM-016 */
    assert_int_equal(back.block.status, FLUE_STATUS_SUCCESS);
    assert_ptr_equal(back.block.net_buffer_list_chain, &bench.lists[0].list); /* TERM-017 */
    assert_ptr_equal(bench.lists[0].list.next, &bench.lists[1].list);
    assert_ptr_equal(bench.lists[1].list.next, &bench.lists[2].list);
    assert_null(bench.lists[2].list.next);
    assert_ptr_equal(back.delegated.send_data_head, &bench.lists[0].list); /* TERM-018 */
    assert_ptr_equal(back.delegated.send_data_tail, &bench.lists[2].list);
    assert_int_equal(back.delegated.snd_una, before->snd_una);
    assert_int_equal(back.delegated.snd_max, before->snd_una + 9000);
    assert_int_equal(back.delegated.snd_nxt, back.delegated.snd_max);
    assert_int_equal(back.delegated.header.length, sizeof back.delegated); /* STATE-011 */
    assert_null(back.delegated.buffered_data);
}

static void
test_terminate_partly_acknowledged_list_is_advanced(void **state)
{
    struct flue_tcp_delegated_block back;

    (void)state;
    send_list(&bench.lists[0], 3000);
    rig_lose_last(&bench.rig);
    rig_settle(&bench.rig);
    bench.rig.is_cut = true;
    rig_terminate(&bench.rig, &bench.tcp, &back);
    assert_int_equal(bench.lists[0].list.buffer.data_length,
                     back.delegated.snd_max - back.delegated.snd_una);
    assert_true(bench.lists[0].list.buffer.data_offset > 0);
    assert_int_equal(bench.lists[0].bytes[bench.lists[0].list.buffer.data_offset],
                     (uint8_t)(1 + (back.delegated.snd_una - bench.tcp.block.delegated.snd_una)));
}

static void
test_terminate_without_sends_has_no_chain(void **state)
{
    struct flue_tcp_delegated_block back;

    (void)state;
    rig_terminate(&bench.rig, &bench.tcp, &back);
    assert_null(back.block.net_buffer_list_chain); /* TERM-019 */
    assert_null(back.delegated.send_data_head);
    assert_int_equal(back.delegated.state, FLUE_TCP_CONNECTION_ESTABLISHED);
    assert_ptr_equal(bench.rig.calls[0].subject, &back); /* TERM-001 */
}

static void
test_terminate_hands_undelivered_data_over(void **state)
{
    struct flue_tcp_delegated_block back;
    uint8_t bytes[500];
    struct flue_span span;

    (void)state;
    bench.rig.answer = FLUE_STATUS_OFFLOAD_DATA_NOT_ACCEPTED;
    rig_peer_send(&bench.rig, bench.tcp.peer, 1, 500);
    rig_settle(&bench.rig);
    rig_terminate(&bench.rig, &bench.tcp, &back);
    assert_non_null(back.delegated.buffered_data); /* TERM-013 */
    span = flue_buffer_list_span(back.delegated.buffered_data);
    assert_int_equal(span.length, 500);
    flue_span_copy(&span, bytes);
    for (uint32_t i = 0; i < 500; i++)
        assert_int_equal(bytes[i], (uint8_t)(1 + i));
    assert_int_equal(back.delegated.rcv_nxt, bench.tcp.block.delegated.rcv_nxt + 500);
    bench.rig.lent = back.delegated.buffered_data; /* TERM-014: ours until we return it */
    assert_int_equal(bench.rig.call_count, 2);
}

static void
test_terminate_ends_requests_first(void **state)
{
    struct flue_tcp_delegated_block back;
    struct rig_list disconnect;

    (void)state;
    post(&bench.lists[0], 300);
    post(&bench.lists[1], 300);
    rig_peer_send(&bench.rig, bench.tcp.peer, 1, 100);
    rig_settle(&bench.rig);
    bench.rig.is_cut = true;
    rig_make_list(&disconnect, 0, 20);
    (void)bench.rig.provider->tcp_offload_disconnect(bench.rig.provider->adapter, bench.rig.now,
                                                     rig_context(&bench.tcp), &disconnect.list,
                                                     FLUE_TCP_DISCONNECT_GRACEFUL_CLOSE);
    rig_terminate(&bench.rig, &bench.tcp, &back);
    assert_int_equal(bench.rig.call_count, 4); /* TERM-006 */
    assert_int_equal(bench.rig.calls[0].kind, CALL_RECEIVE);
    assert_int_equal(bench.rig.calls[0].status, FLUE_STATUS_UPLOAD_IN_PROGRESS); /* RECV-014 */
    assert_int_equal(bench.rig.calls[0].bytes, 100);
    assert_int_equal(bench.rig.calls[1].bytes, 0);
    assert_int_equal(bench.rig.calls[2].kind, CALL_DISCONNECT);
    assert_int_equal(bench.rig.calls[2].status, FLUE_STATUS_UPLOAD_IN_PROGRESS); /* CLOSE-013 */
    assert_int_equal(bench.rig.calls[3].kind, CALL_TERMINATE);
    assert_null(back.block.net_buffer_list_chain); /* CLOSE-016: its own list is no send */
}

static void
test_terminate_sends_the_ack_it_owes(void **state)
{
    struct flue_tcp_delegated_block back;
    struct flue_tcp_snapshot peer;

    (void)state;
    rig_peer_send(&bench.rig, bench.tcp.peer, 1, 100);
    rig_settle(&bench.rig);
    flue_tcp_get_snapshot(bench.tcp.peer, bench.rig.now, &peer);
    assert_int_equal(peer.snd_queued, 100); /* it is being delayed */
    rig_terminate(&bench.rig, &bench.tcp, &back);
    flue_tcp_get_snapshot(bench.tcp.peer, bench.rig.now, &peer);
    assert_int_equal(peer.snd_queued, 0); /* TERM-010 */
}

static void
test_terminate_segments_pass_up_afterwards(void **state)
{
    struct flue_tcp_delegated_block back;
    uint32_t before = bench.rig.passed_up;

    (void)state;
    rig_terminate(&bench.rig, &bench.tcp, &back);
    rig_peer_send(&bench.rig, bench.tcp.peer, 1, 100);
    rig_settle(&bench.rig);
    assert_int_equal(bench.rig.passed_up, before + 1); /* TERM-009 */
}

/* TERM-024, HOST-013, TERM-020: a path goes with its last connection, not before. */
static void
test_terminate_lower_objects_go_last(void **state)
{
    struct flue_target_statistics statistics;
    struct flue_path_block path;
    struct flue_neighbor_block neighbor;
    struct flue_tcp_delegated_block tcp;

    (void)state;
    rig_expect(&bench.rig, "HOST-013");
    flue_block_list_init(&path.block, FLUE_IP4_OFFLOAD_STATE, sizeof path, &bench.path.handle);
    bench.rig.provider->terminate_offload(bench.rig.provider->adapter, 0, &path.block);
    rig_settle(&bench.rig);
    assert_int_equal(path.block.status, FLUE_STATUS_FAILURE); /* a connection depends on it */

    flue_block_list_init(&neighbor.block, FLUE_NEIGHBOR_OFFLOAD_STATE, sizeof neighbor,
                         &bench.neighbor.handle);
    flue_block_list_init(&path.block, FLUE_IP4_OFFLOAD_STATE, sizeof path, &bench.path.handle);
    flue_block_list_init(&tcp.block, FLUE_TCP_OFFLOAD_DELEGATED_STATE, sizeof tcp,
                         &bench.tcp.handle);
    neighbor.block.dependent_block_list = &path.block;
    path.block.dependent_block_list = &tcp.block;
    bench.rig.provider->terminate_offload(bench.rig.provider->adapter, 0, &neighbor.block);
    rig_settle(&bench.rig);
    assert_int_equal(neighbor.block.status, FLUE_STATUS_SUCCESS); /* TERM-003 */
    assert_int_equal(path.block.status, FLUE_STATUS_SUCCESS);
    assert_int_equal(tcp.block.status, FLUE_STATUS_SUCCESS);
    flue_target_get_statistics(bench.rig.target, &statistics);
    assert_int_equal(statistics.neighbors, 0);
    assert_int_equal(statistics.paths, 0);
    assert_int_equal(statistics.connections, 0);
}

static void
post_send_inside(struct rig *rig, const struct call *call)
{
    if (call->kind == CALL_RECEIVE && rig->context == NULL) {
        rig->context = rig;
        send_list(&bench.lists[3], 10);
    }
}

/* NOTE-073: the target relies on nobody's promise. */
static void
test_terminate_late_io_is_completed_before_it(void **state)
{
    struct flue_tcp_delegated_block back;

    (void)state;
    rig_expect(&bench.rig, "HOST-012");
    post(&bench.lists[0], 300);
    bench.rig.inside = post_send_inside;
    rig_terminate(&bench.rig, &bench.tcp, &back);
    assert_int_equal(bench.rig.calls[1].kind, CALL_SEND);
    assert_int_equal(bench.rig.calls[1].status, FLUE_STATUS_UPLOAD_IN_PROGRESS); /* SEND-010 */
    assert_int_equal(bench.rig.calls[2].kind, CALL_TERMINATE);
}

static void
query(struct flue_block_list *block)
{
    bench.rig.provider->query_offload(bench.rig.provider->adapter, bench.rig.now, block);
    rig_settle(&bench.rig);
}

static void
test_query_gives_back_what_was_offloaded(void **state)
{
    struct flue_tcp_block tcp;
    struct flue_neighbor_block neighbor;
    struct flue_path_block path;

    (void)state;
    flue_block_list_init(&tcp.block, FLUE_TCP_OFFLOAD_STATE, sizeof tcp, &bench.tcp.handle);
    query(&tcp.block);
    assert_int_equal(tcp.block.status, FLUE_STATUS_SUCCESS); /* QUERY-004 */
    assert_ptr_equal(bench.rig.calls[0].subject, &tcp);      /* QUERY-001 */
    assert_memory_equal(&tcp.constants, &bench.tcp.block.constants, sizeof tcp.constants);
    assert_memory_equal(&tcp.cached, &bench.tcp.block.cached, sizeof tcp.cached); /* STATE-006 */
    assert_int_equal(tcp.delegated.rcv_nxt, bench.tcp.block.delegated.rcv_nxt);
    assert_int_equal(tcp.delegated.snd_una, bench.tcp.block.delegated.snd_una);
    assert_int_equal(tcp.delegated.cwnd, bench.tcp.block.delegated.cwnd); /* STATE-045 */
    assert_int_equal(tcp.delegated.srtt, bench.tcp.block.delegated.srtt); /* STATE-042 */
    assert_int_equal(tcp.delegated.ts_time, bench.tcp.block.delegated.ts_time);
    assert_int_equal(tcp.delegated.send_backlog_size, FLUE_BACKLOG_NOT_SUPPORTED); /* STATE-048 */
    assert_int_equal(tcp.delegated.receive_backlog_size, 0);
    assert_int_equal(tcp.delegated.retransmit.timeout_delta_ticks,
                     FLUE_TICKS_NOT_RUNNING); /* QUERY-008 */

    flue_block_list_init(&neighbor.block, FLUE_NEIGHBOR_OFFLOAD_STATE, sizeof neighbor,
                         &bench.neighbor.handle);
    query(&neighbor.block);
    assert_memory_equal(neighbor.cached.dl_destination_address,
                        bench.neighbor.block.cached.dl_destination_address, FLUE_DL_ADDRESS_BYTES);
    flue_block_list_init(&path.block, FLUE_IP4_OFFLOAD_STATE, sizeof path, &bench.path.handle);
    query(&path.block);
    assert_int_equal(path.cached.path_mtu, 1500);
    assert_memory_equal(path.constants.source_address, bench.path.source.bytes, 4);
    assert_memory_equal(path.constants.destination_address, bench.path.destination.bytes, 4);
    assert_int_equal(path.delegated.header.length, sizeof path.delegated); /* STATE-014 */
}

/* QUERY-003, STATE-007, STATE-049, STATE-009 */
static void
test_query_delegated_follows_the_traffic(void **state)
{
    struct {
        struct flue_tcp_delegated_block block;
        uint8_t guard[64];
    } asked;

    (void)state;
    bench.rig.answer = FLUE_STATUS_OFFLOAD_DATA_NOT_ACCEPTED;
    rig_peer_send(&bench.rig, bench.tcp.peer, 1, 700);
    rig_settle(&bench.rig);
    memset(&asked, 0xC3, sizeof asked);
    flue_block_list_init(&asked.block.block, FLUE_TCP_OFFLOAD_DELEGATED_STATE, sizeof asked.block,
                         &bench.tcp.handle);
    query(&asked.block.block);
    assert_int_equal(asked.block.delegated.rcv_nxt, bench.tcp.block.delegated.rcv_nxt + 700);
    assert_int_equal(asked.block.delegated.receive_backlog_size, 700);
    for (uint32_t i = 0; i < sizeof asked.guard; i++)
        assert_int_equal(asked.guard[i], 0xC3);
}

/* QUERY-009, EVENT-017, EVENT-021 */
static void
test_query_neighbor_reachability_ages_and_is_renewed(void **state)
{
    struct flue_neighbor_block neighbor;

    (void)state;
    rig_advance(&bench.rig, 3 * FLUE_SECOND);
    flue_block_list_init(&neighbor.block, FLUE_NEIGHBOR_OFFLOAD_STATE, sizeof neighbor,
                         &bench.neighbor.handle);
    query(&neighbor.block);
    assert_int_equal(neighbor.delegated.nic_reachability_delta_ticks, 3000);
    send_list(&bench.lists[0], 2000);
    rig_settle(&bench.rig);
    rig_advance(&bench.rig, FLUE_SECOND);
    query(&neighbor.block);
    assert_in_range(neighbor.delegated.nic_reachability_delta_ticks, 900, 1000);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        ON_BENCH(test_terminate_hands_sends_back_in_order),
        ON_BENCH(test_terminate_partly_acknowledged_list_is_advanced),
        ON_BENCH(test_terminate_without_sends_has_no_chain),
        ON_BENCH(test_terminate_hands_undelivered_data_over),
        ON_BENCH(test_terminate_ends_requests_first),
        ON_BENCH(test_terminate_sends_the_ack_it_owes),
        ON_BENCH(test_terminate_segments_pass_up_afterwards),
        ON_BENCH(test_terminate_lower_objects_go_last),
        ON_BENCH(test_terminate_late_io_is_completed_before_it),
        ON_BENCH(test_query_gives_back_what_was_offloaded),
        ON_BENCH(test_query_delegated_follows_the_traffic),
        ON_BENCH(test_query_neighbor_reachability_ages_and_is_renewed),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
