/* SPDX-License-Identifier: GPL-2.0-or-later
 *
 * Received data on its way to the client: indications, posted requests, and their order.
 */
#include "rig.h"

#include <string.h>

static void
post(struct rig_list *list, uint32_t length, bool no_push)
{
    rig_make_list(list, 0, length);
    memset(list->bytes, 0, sizeof list->bytes);
    list->list.tcp_receive_no_push = no_push;
    assert_int_equal(bench.rig.provider->tcp_offload_receive(bench.rig.provider->adapter,
                                                             bench.rig.now, rig_context(&bench.tcp),
                                                             &list->list),
                     FLUE_STATUS_PENDING); /* RECV-001 */
}

static void
peer_sends(uint8_t first, uint32_t length)
{
    rig_peer_send(&bench.rig, bench.tcp.peer, first, length);
    rig_settle(&bench.rig);
}

static void
check_bytes(const uint8_t *bytes, uint8_t first, uint32_t length)
{
    for (uint32_t i = 0; i < length; i++)
        assert_int_equal(bytes[i], (uint8_t)(first + i));
}

static void
test_receive_without_requests_is_indicated(void **state)
{
    (void)state;
    peer_sends(3, 2500);
    assert_int_equal(rig_count(&bench.rig, CALL_INDICATE), 1); /* RECV-025, RECV-050 */
    assert_int_equal(bench.rig.indicated_bytes, 2500);
    check_bytes(bench.rig.indicated, 3, 2500); /* RECV-054 */
}

static void
test_receive_full_request_completes_at_once(void **state)
{
    (void)state;
    post(&bench.lists[0], 400, true);
    post(&bench.lists[1], 600, true);
    rig_settle(&bench.rig);
    assert_int_equal(bench.rig.call_count, 0); /* RECV-020 */
    peer_sends(9, 1000);
    assert_int_equal(rig_count(&bench.rig, CALL_RECEIVE), 2);
    assert_int_equal(rig_count(&bench.rig, CALL_INDICATE), 0);          /* RECV-023 */
    assert_ptr_equal(bench.rig.calls[0].subject, &bench.lists[0].list); /* RECV-002 */
    assert_int_equal(bench.rig.calls[0].status, FLUE_STATUS_SUCCESS);   /* RECV-012 */
    assert_int_equal(bench.rig.calls[0].bytes, 400);                    /* RECV-016 */
    assert_int_equal(bench.lists[0].list.buffer.data_length, 0);        /* RECV-017 */
    check_bytes(bench.lists[0].bytes, 9, 400);
    check_bytes(bench.lists[1].bytes, (uint8_t)(9 + 400), 600);
}

static void
test_receive_remainder_is_indicated(void **state)
{
    (void)state;
    post(&bench.lists[0], 400, true);
    peer_sends(9, 1000);
    assert_int_equal(bench.rig.calls[0].kind, CALL_RECEIVE);
    assert_int_equal(bench.rig.calls[1].kind, CALL_INDICATE); /* RECV-028 */
    assert_int_equal(bench.rig.calls[1].bytes, 600);
    check_bytes(bench.rig.indicated, (uint8_t)(9 + 400), 600);
}

static void
test_receive_push_completes_push_mode_only(void **state)
{
    (void)state;
    post(&bench.lists[0], 1000, true);
    peer_sends(1, 100);                        /* a list's end: PSH */
    assert_int_equal(bench.rig.call_count, 0); /* RECV-004 */
    peer_sends(101, 900);
    assert_int_equal(bench.rig.calls[0].bytes, 1000);
    post(&bench.lists[1], 1000, false);
    peer_sends(1, 100);
    assert_int_equal(bench.rig.call_count, 2); /* RECV-030 */
    assert_int_equal(bench.rig.calls[1].bytes, 100);
    assert_int_equal(bench.lists[1].list.buffer.data_length, 900);
    check_bytes(bench.lists[1].bytes, 1, 100);
}

/* RECV-006: a non-push request that already holds bytes. */
static void
test_receive_fills_behind_the_hosts_bytes(void **state)
{
    (void)state;
    rig_make_list(&bench.lists[0], 50, 300);
    bench.lists[0].list.tcp_receive_no_push = true;
    bench.lists[0].list.tcp_receive_bytes_transferred = 100;
    (void)bench.rig.provider->tcp_offload_receive(bench.rig.provider->adapter, bench.rig.now,
                                                  rig_context(&bench.tcp), &bench.lists[0].list);
    peer_sends(7, 200);
    assert_int_equal(bench.rig.calls[0].bytes, 300);
    check_bytes(bench.lists[0].bytes, 50, 100);
    check_bytes(bench.lists[0].bytes + 100, 7, 200);
}

static void
test_receive_refused_data_waits_for_a_request(void **state)
{
    (void)state;
    bench.rig.answer = FLUE_STATUS_OFFLOAD_DATA_NOT_ACCEPTED;
    peer_sends(1, 500);
    assert_int_equal(rig_count(&bench.rig, CALL_INDICATE), 1);
    bench.rig.answer = FLUE_STATUS_SUCCESS;
    peer_sends((uint8_t)(1 + 500), 300);                       /* RECV-024: joins what waits */
    assert_int_equal(rig_count(&bench.rig, CALL_INDICATE), 1); /* RECV-045 */
    post(&bench.lists[0], 600, true);
    assert_int_equal(rig_count(&bench.rig, CALL_RECEIVE), 0); /* not inside the call */
    rig_settle(&bench.rig);
    assert_int_equal(bench.rig.calls[1].kind, CALL_RECEIVE); /* RECV-021, RECV-046 */
    assert_int_equal(bench.rig.calls[1].bytes, 600);
    check_bytes(bench.lists[0].bytes, 1, 600);
    assert_int_equal(bench.rig.calls[2].kind, CALL_INDICATE);
    assert_int_equal(bench.rig.calls[2].bytes, 200);
    check_bytes(bench.rig.indicated, (uint8_t)(1 + 600), 200);
}

/* RECV-044: the first part is done, the rest waits. */
static void
test_receive_partly_accepted_keeps_the_rest(void **state)
{
    (void)state;
    bench.rig.answer = FLUE_STATUS_OFFLOAD_DATA_PARTIALLY_ACCEPTED;
    bench.rig.answer_bytes = 120;
    peer_sends(1, 500);
    assert_int_equal(rig_count(&bench.rig, CALL_INDICATE), 1);
    check_bytes(bench.rig.indicated, 1, 120);
    post(&bench.lists[0], 380, true);
    rig_settle(&bench.rig);
    assert_int_equal(bench.rig.calls[1].bytes, 380);
    check_bytes(bench.lists[0].bytes, 121, 380);
}

/* RECV-047 */
static void
test_receive_zero_byte_request_enables_indications(void **state)
{
    (void)state;
    bench.rig.answer = FLUE_STATUS_OFFLOAD_DATA_NOT_ACCEPTED;
    peer_sends(1, 500);
    bench.rig.answer = FLUE_STATUS_SUCCESS;
    post(&bench.lists[0], 0, false);
    rig_settle(&bench.rig);
    assert_int_equal(bench.rig.calls[1].kind, CALL_RECEIVE);
    assert_int_equal(bench.rig.calls[1].status, FLUE_STATUS_SUCCESS);
    assert_int_equal(bench.rig.calls[1].bytes, 0);
    assert_int_equal(bench.rig.calls[2].kind, CALL_INDICATE);
    check_bytes(bench.rig.indicated, 1, 500);
}

static void
post_inside(struct rig *rig, const struct call *call)
{
    if (call->kind != CALL_INDICATE || rig->context != NULL)
        return;
    rig->context = rig;
    post(&bench.lists[0], 200, true);
}

/* RECV-035: a request posted inside the refusing call takes the data. */
static void
test_receive_request_posted_inside_refusal_is_filled(void **state)
{
    (void)state;
    bench.rig.answer = FLUE_STATUS_OFFLOAD_DATA_NOT_ACCEPTED;
    bench.rig.inside = post_inside;
    peer_sends(1, 200);
    assert_int_equal(bench.rig.calls[0].kind, CALL_INDICATE);
    assert_int_equal(bench.rig.calls[1].kind, CALL_RECEIVE);
    check_bytes(bench.lists[0].bytes, 1, 200);
}

/* EVENT-001, NOTE-035, RECV-015 */
static void
test_receive_fin_waits_for_the_data(void **state)
{
    (void)state;
    bench.rig.answer = FLUE_STATUS_OFFLOAD_DATA_NOT_ACCEPTED;
    rig_peer_send(&bench.rig, bench.tcp.peer, 1, 500);
    assert_int_equal(flue_tcp_shutdown(bench.tcp.peer, bench.rig.now), FLUE_OK);
    rig_settle(&bench.rig);
    assert_int_equal(rig_count(&bench.rig, CALL_EVENT), 0);
    post(&bench.lists[0], 300, true);
    post(&bench.lists[1], 300, true);
    post(&bench.lists[2], 300, false);
    rig_settle(&bench.rig);
    assert_int_equal(rig_count(&bench.rig, CALL_RECEIVE), 3);
    assert_int_equal(bench.rig.calls[1].bytes, 300);
    assert_int_equal(bench.rig.calls[2].bytes, 200);
    assert_int_equal(bench.rig.calls[2].status, FLUE_STATUS_SUCCESS);
    assert_int_equal(bench.rig.calls[3].bytes, 0);
    assert_int_equal(bench.rig.calls[3].status, FLUE_STATUS_SUCCESS);
    assert_int_equal(bench.rig.calls[4].event, FLUE_TCP_INDICATE_DISCONNECT);
    post(&bench.lists[3], 10, false);
    rig_settle(&bench.rig);
    assert_int_equal(bench.rig.calls[5].status, FLUE_STATUS_INVALID_STATE);
}

/* What the client keeps counts against the window until it comes back. */
static void
test_receive_window_opens_with_the_return(void **state)
{
    struct flue_tcp_snapshot before;
    struct flue_tcp_snapshot after;

    (void)state;
    peer_sends(1, 4000);
    peer_sends(1, 4000);
    rig_advance(&bench.rig, 100 * FLUE_MILLISECOND); /* the delayed ACK */
    flue_tcp_get_snapshot(bench.tcp.peer, bench.rig.now, &before);
    assert_int_equal(before.snd_wnd, before.max_snd_wnd - 8000);
    rig_return_lent(&bench.rig);
    peer_sends(1, 4000);
    rig_advance(&bench.rig, 100 * FLUE_MILLISECOND);
    flue_tcp_get_snapshot(bench.tcp.peer, bench.rig.now, &after);
    assert_int_equal(after.snd_wnd, after.max_snd_wnd - 4000);
}

/* CLOSE-020, RECV-013 */
static void
test_receive_reset_aborts_requests(void **state)
{
    (void)state;
    post(&bench.lists[0], 300, true);
    peer_sends(1, 100);
    flue_tcp_abort(bench.tcp.peer, bench.rig.now);
    rig_settle(&bench.rig);
    assert_int_equal(bench.rig.calls[0].kind, CALL_RECEIVE);
    assert_int_equal(bench.rig.calls[0].status, FLUE_STATUS_REQUEST_ABORTED);
    assert_int_equal(bench.rig.calls[0].bytes, 100);
    assert_int_equal(bench.rig.calls[1].event, FLUE_TCP_INDICATE_ABORT);
    rig_make_list(&bench.lists[1], 50, 300);
    bench.lists[1].list.tcp_receive_no_push = true;
    bench.lists[1].list.tcp_receive_bytes_transferred = 70;
    (void)bench.rig.provider->tcp_offload_receive(bench.rig.provider->adapter, bench.rig.now,
                                                  rig_context(&bench.tcp), &bench.lists[1].list);
    rig_settle(&bench.rig);
    assert_int_equal(bench.rig.calls[2].status, FLUE_STATUS_REQUEST_ABORTED);
    assert_int_equal(bench.rig.calls[2].bytes, 70); /* RECV-013: the host's own are valid */
}

/* Length-only data of any amount is one descriptor. */
static void
test_receive_length_only_takes_no_memory_per_segment(void **state)
{
    size_t before;

    (void)state;
    bench.rig.answer = FLUE_STATUS_OFFLOAD_DATA_NOT_ACCEPTED;
    peer_sends(1, 10);
    before = bench.rig.memory.calls;
    bench.rig.is_cut = true; /* the peer knows nothing of these segments */
    for (uint32_t i = 0; i < 50; i++) {
        struct flue_four_tuple tuple = *flue_tcp_tuple(bench.tcp.peer);
        struct flue_packet packet;
        struct flue_tcp_snapshot peer;

        flue_tcp_get_snapshot(bench.tcp.peer, bench.rig.now, &peer);
        memset(&packet, 0, sizeof packet);
        packet.tuple.local = tuple.remote;
        packet.tuple.remote = tuple.local;
        packet.tuple.local_port = tuple.remote_port;
        packet.tuple.remote_port = tuple.local_port;
        packet.tuple.ip_version = 4;
        packet.segment.seq = peer.snd_nxt + 1000 * i;
        packet.segment.ack = peer.rcv_nxt;
        packet.segment.flags = FLUE_TCP_ACK;
        packet.segment.window = 1000;
        packet.segment.has_timestamp = true;
        packet.segment.payload = flue_span_virtual(1000);
        packet.segment.ts_val = peer.ts_offset + (uint32_t)(bench.rig.now / FLUE_MILLISECOND);
        assert_true(flue_target_input(bench.rig.target, bench.rig.now, &packet));
    }
    rig_settle(&bench.rig);
    assert_true(bench.rig.memory.calls - before <= 2);
    post(&bench.lists[0], 4000, true);
    rig_settle(&bench.rig);
    assert_int_equal(bench.rig.calls[rig_find(&bench.rig, CALL_RECEIVE, 0)].bytes, 4000);
    assert_int_equal(bench.rig.calls[rig_find(&bench.rig, CALL_INDICATE, 1)].bytes,
                     10 + 50000 - 4000);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        ON_BENCH(test_receive_without_requests_is_indicated),
        ON_BENCH(test_receive_full_request_completes_at_once),
        ON_BENCH(test_receive_remainder_is_indicated),
        ON_BENCH(test_receive_push_completes_push_mode_only),
        ON_BENCH(test_receive_fills_behind_the_hosts_bytes),
        ON_BENCH(test_receive_refused_data_waits_for_a_request),
        ON_BENCH(test_receive_partly_accepted_keeps_the_rest),
        ON_BENCH(test_receive_zero_byte_request_enables_indications),
        ON_BENCH(test_receive_request_posted_inside_refusal_is_filled),
        ON_BENCH(test_receive_fin_waits_for_the_data),
        ON_BENCH(test_receive_window_opens_with_the_return),
        ON_BENCH(test_receive_reset_aborts_requests),
        ON_BENCH(test_receive_length_only_takes_no_memory_per_segment),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
