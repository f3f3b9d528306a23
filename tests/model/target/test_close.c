/* SPDX-License-Identifier: GPL-2.0-or-later
 *
 * Disconnects, graceful and abortive, and what the peer's closing does.
 */
#include "rig.h"

#include <string.h>

static void
disconnect(struct rig_list *list, uint32_t length, uint32_t flags)
{
    rig_make_list(list, 1, length);
    assert_int_equal(
        bench.rig.provider->tcp_offload_disconnect(bench.rig.provider->adapter, bench.rig.now,
                                                   rig_context(&bench.tcp), &list->list, flags),
        FLUE_STATUS_PENDING); /* CLOSE-001 */
}

static void
send_list(struct rig_list *list, uint32_t length)
{
    rig_make_list(list, 1, length);
    (void)bench.rig.provider->tcp_offload_send(bench.rig.provider->adapter, bench.rig.now,
                                               rig_context(&bench.tcp), &list->list);
}

static void
test_close_graceful_completes_behind_sends(void **state)
{
    (void)state;
    send_list(&bench.lists[0], 700);
    disconnect(&bench.lists[1], 300, FLUE_TCP_DISCONNECT_GRACEFUL_CLOSE);
    assert_true(bench.rig.to_peer_flags & FLUE_TCP_FIN); /* CLOSE-009: it did not wait */
    rig_settle(&bench.rig);
    assert_true(bench.rig.peer_saw_fin);
    assert_int_equal(bench.rig.peer_bytes, 1000);         /* CLOSE-008 */
    assert_int_equal(bench.rig.calls[0].kind, CALL_SEND); /* CLOSE-011 */
    assert_int_equal(bench.rig.calls[1].kind, CALL_DISCONNECT);
    assert_int_equal(bench.rig.call_count, 2); /* CLOSE-016 */
    assert_ptr_equal(bench.rig.calls[1].subject, &bench.lists[1].list);
    assert_int_equal(bench.rig.calls[1].status, FLUE_STATUS_SUCCESS); /* CLOSE-012 */
    assert_int_equal(bench.rig.calls[1].bytes, 300);                  /* CLOSE-015 */
    assert_int_equal(bench.lists[1].list.buffer.data_length, 0);
    rig_peer_send(&bench.rig, bench.tcp.peer, 1, 50); /* CLOSE-010 */
    rig_settle(&bench.rig);
    assert_int_equal(bench.rig.indicated_bytes, 50);
}

static void
test_close_graceful_then_peer_asks_for_upload(void **state)
{
    struct flue_tcp_delegated_block back;

    (void)state;
    disconnect(&bench.lists[0], 0, FLUE_TCP_DISCONNECT_GRACEFUL_CLOSE);
    rig_settle(&bench.rig);
    assert_int_equal(flue_tcp_shutdown(bench.tcp.peer, bench.rig.now), FLUE_OK);
    rig_settle(&bench.rig);
    assert_int_equal(bench.rig.calls[0].kind, CALL_DISCONNECT);
    assert_int_equal(bench.rig.calls[1].event, FLUE_TCP_INDICATE_DISCONNECT); /* EVENT-001 */
    assert_int_equal(bench.rig.calls[2].event, FLUE_TCP_INDICATE_RETRIEVE);   /* CLOSE-023 */
    assert_int_equal(bench.rig.calls[2].bytes, FLUE_UPLOAD_UPLOAD_REQUESTED); /* NOTE-039 */
    assert_true(bench.rig.peer_ended);
    assert_int_equal(bench.rig.peer_reason, FLUE_OK);
    rig_terminate(&bench.rig, &bench.tcp, &back);
    assert_int_equal(back.delegated.state, FLUE_TCP_CONNECTION_TIME_WAIT); /* STATE-052 */
}

static void
abort_with_a_send_inside(struct rig *rig, const struct call *call)
{
    if (call->kind == CALL_SEND && rig->context == NULL) {
        rig->context = rig;
        send_list(&bench.lists[1], 200);
        disconnect(&bench.lists[2], 0, FLUE_TCP_DISCONNECT_ABORTIVE_CLOSE);
    }
}

/* CLOSE-004, when the abort comes while completions are being told. */
static void
test_close_abortive_from_inside_a_completion_ends_sends_first(void **state)
{
    (void)state;
    bench.rig.inside = abort_with_a_send_inside;
    send_list(&bench.lists[0], 700);
    rig_settle(&bench.rig);
    assert_int_equal(bench.rig.call_count, 3);
    assert_ptr_equal(bench.rig.calls[1].subject, &bench.lists[1].list);
    assert_int_equal(bench.rig.calls[1].status, FLUE_STATUS_REQUEST_ABORTED);
    assert_ptr_equal(bench.rig.calls[2].subject, &bench.lists[2].list);
    assert_int_equal(bench.rig.calls[2].status, FLUE_STATUS_SUCCESS); /* CLOSE-007 */
}

static void
post_inside(struct rig *rig, const struct call *call)
{
    (void)call;
    rig->inside = NULL;
    rig_make_list(&bench.lists[1], 0, 100);
    (void)rig->provider->tcp_offload_receive(rig->provider->adapter, rig->now,
                                             rig_context(&bench.tcp), &bench.lists[1].list);
}

/* RECV-015 is for those that could know of the FIN. */
static void
test_close_peer_request_from_inside_the_last_completion_ends_in_order(void **state)
{
    (void)state;
    rig_make_list(&bench.lists[0], 0, 100);
    (void)bench.rig.provider->tcp_offload_receive(bench.rig.provider->adapter, bench.rig.now,
                                                  rig_context(&bench.tcp), &bench.lists[0].list);
    bench.rig.inside = post_inside;
    assert_int_equal(flue_tcp_shutdown(bench.tcp.peer, bench.rig.now), FLUE_OK);
    rig_settle(&bench.rig);
    assert_int_equal(bench.rig.call_count, 3);
    assert_ptr_equal(bench.rig.calls[0].subject, &bench.lists[0].list);
    assert_int_equal(bench.rig.calls[1].event, FLUE_TCP_INDICATE_DISCONNECT);
    assert_ptr_equal(bench.rig.calls[2].subject, &bench.lists[1].list);
    assert_int_equal(bench.rig.calls[2].status, FLUE_STATUS_SUCCESS);
    assert_int_equal(bench.rig.calls[2].bytes, 0);
}

static void
test_close_peer_first_ends_in_closed(void **state)
{
    struct flue_tcp_delegated_block back;

    (void)state;
    assert_int_equal(flue_tcp_shutdown(bench.tcp.peer, bench.rig.now), FLUE_OK);
    rig_settle(&bench.rig);
    assert_int_equal(bench.rig.calls[0].event, FLUE_TCP_INDICATE_DISCONNECT);
    send_list(&bench.lists[0], 100); /* CLOSE-019 */
    disconnect(&bench.lists[1], 0, FLUE_TCP_DISCONNECT_GRACEFUL_CLOSE);
    rig_settle(&bench.rig);
    assert_int_equal(bench.rig.peer_bytes, 100);
    assert_int_equal(bench.rig.calls[2].kind, CALL_DISCONNECT);
    assert_int_equal(bench.rig.calls[2].status, FLUE_STATUS_SUCCESS);
    assert_int_equal(bench.rig.call_count, 3);
    rig_terminate(&bench.rig, &bench.tcp, &back); /* CLOSE-018: it was still there */
    assert_int_equal(back.block.status, FLUE_STATUS_SUCCESS);
    assert_int_equal(back.delegated.state, FLUE_TCP_CONNECTION_CLOSED);
}

static void
test_close_abortive_sends_reset(void **state)
{
    uint32_t bytes;

    (void)state;
    bench.rig.is_cut = true;
    send_list(&bench.lists[0], 700);
    bench.rig.is_cut = false;
    disconnect(&bench.lists[2], 0, FLUE_TCP_DISCONNECT_GRACEFUL_CLOSE);
    disconnect(&bench.lists[1], 0, FLUE_TCP_DISCONNECT_ABORTIVE_CLOSE);
    assert_true(bench.rig.to_peer_flags & FLUE_TCP_RST); /* CLOSE-002 */
    rig_settle(&bench.rig);
    assert_int_equal(bench.rig.peer_reason, FLUE_ERROR_RESET);
    assert_int_equal(bench.rig.calls[0].kind, CALL_SEND); /* CLOSE-004 */
    assert_int_equal(bench.rig.calls[0].status, FLUE_STATUS_REQUEST_ABORTED);
    assert_ptr_equal(bench.rig.calls[1].subject, &bench.lists[2].list);
    assert_int_equal(bench.rig.calls[1].status, FLUE_STATUS_REQUEST_ABORTED); /* CLOSE-014 */
    assert_ptr_equal(bench.rig.calls[2].subject, &bench.lists[1].list);
    assert_int_equal(bench.rig.calls[2].status, FLUE_STATUS_SUCCESS); /* CLOSE-007 */
    bytes = bench.rig.target_segments;
    rig_advance(&bench.rig, 5 * FLUE_SECOND);
    assert_int_equal(bench.rig.target_segments, bytes); /* CLOSE-005 */
    assert_int_equal(rig_count(&bench.rig, CALL_EVENT), 0);
}

/* CLOSE-005: data that was not indicated yet never is. */
static void
test_close_abortive_drops_received_data(void **state)
{
    (void)state;
    rig_peer_send(&bench.rig, bench.tcp.peer, 1, 500);
    while (bench.rig.frame_count > 0 && bench.rig.frames[0].to_peer)
        rig_settle(&bench.rig);
    bench.rig.answer = FLUE_STATUS_OFFLOAD_DATA_NOT_ACCEPTED;
    rig_settle(&bench.rig);
    assert_int_equal(rig_count(&bench.rig, CALL_INDICATE), 1);
    disconnect(&bench.lists[0], 0, FLUE_TCP_DISCONNECT_ABORTIVE_CLOSE);
    bench.rig.answer = FLUE_STATUS_SUCCESS;
    rig_settle(&bench.rig);
    assert_int_equal(rig_count(&bench.rig, CALL_INDICATE), 1);
    assert_int_equal(bench.rig.indicated_bytes, 0);
}

static void
test_close_reset_ends_graceful_disconnect(void **state)
{
    (void)state;
    bench.rig.is_cut = true;
    disconnect(&bench.lists[0], 100, FLUE_TCP_DISCONNECT_GRACEFUL_CLOSE);
    bench.rig.is_cut = false;
    flue_tcp_abort(bench.tcp.peer, bench.rig.now);
    rig_settle(&bench.rig);
    assert_int_equal(bench.rig.calls[0].kind, CALL_DISCONNECT);
    assert_int_equal(bench.rig.calls[0].status, FLUE_STATUS_REQUEST_ABORTED); /* CLOSE-020 */
    assert_int_equal(bench.rig.calls[0].bytes, 0);
    assert_int_equal(bench.rig.calls[1].event, FLUE_TCP_INDICATE_ABORT);
    assert_int_equal(rig_count(&bench.rig, CALL_SEND), 0);
}

/* CLOSE-021: what arrives for an ended connection is not the target's any more. */
static void
test_close_ended_connection_passes_segments_up(void **state)
{
    uint32_t before = bench.rig.passed_up;

    (void)state;
    disconnect(&bench.lists[0], 0, FLUE_TCP_DISCONNECT_ABORTIVE_CLOSE);
    rig_lose_last(&bench.rig); /* the reset */
    rig_peer_send(&bench.rig, bench.tcp.peer, 1, 10);
    rig_settle(&bench.rig);
    assert_int_equal(bench.rig.passed_up, before + 1);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        ON_BENCH(test_close_graceful_completes_behind_sends),
        ON_BENCH(test_close_graceful_then_peer_asks_for_upload),
        ON_BENCH(test_close_abortive_from_inside_a_completion_ends_sends_first),
        ON_BENCH(test_close_peer_request_from_inside_the_last_completion_ends_in_order),
        ON_BENCH(test_close_peer_first_ends_in_closed),
        ON_BENCH(test_close_abortive_sends_reset),
        ON_BENCH(test_close_abortive_drops_received_data),
        ON_BENCH(test_close_reset_ends_graceful_disconnect),
        ON_BENCH(test_close_ended_connection_passes_segments_up),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
