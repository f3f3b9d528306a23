/* SPDX-License-Identifier: GPL-2.0-or-later
 *
 * Sends.
 */
#include "rig.h"

#include <string.h>

static void
send_list(struct rig_list *list)
{
    assert_int_equal(bench.rig.provider->tcp_offload_send(bench.rig.provider->adapter,
                                                          bench.rig.now, rig_context(&bench.tcp),
                                                          &list->list),
                     FLUE_STATUS_PENDING); /* SEND-001 */
}

static void
test_send_completes_in_order_when_acknowledged(void **state)
{
    (void)state;
    for (uint32_t i = 0; i < 3; i++)
        rig_make_list(&bench.lists[i], (uint8_t)(10 * i), 1000 + 500 * i);
    bench.lists[0].list.next = &bench.lists[1].list; /* a chain, then one more */
    /* RFC-016: memory above 4 GiB, whose bytes arrive as they are (below). */
    assert_true((uintptr_t)bench.lists[0].bytes > UINT32_MAX);
    send_list(&bench.lists[0]);
    send_list(&bench.lists[2]);
    assert_int_equal(bench.rig.call_count, 0);
    rig_settle(&bench.rig);
    rig_advance(&bench.rig, FLUE_SECOND); /* the peer's delayed ACK */
    assert_int_equal(rig_count(&bench.rig, CALL_SEND), 3);
    for (uint32_t i = 0; i < 3; i++) {
        assert_ptr_equal(bench.rig.calls[i].subject, &bench.lists[i].list); /* SEND-002 */
        assert_int_equal(bench.rig.calls[i].status, FLUE_STATUS_SUCCESS);   /* SEND-008 */
        assert_int_equal(bench.rig.calls[i].bytes, 1000 + 500 * i);         /* SEND-014 */
        assert_int_equal(bench.lists[i].list.buffer.data_length, 0);        /* SEND-015 */
        assert_int_equal(bench.lists[i].list.buffer.data_offset, 1000 + 500 * i);
    }
    assert_int_equal(bench.rig.peer_bytes, 4500);
    for (uint32_t i = 0; i < 2000; i++)
        assert_int_equal(bench.rig.peer_got[2500 + i], (uint8_t)(20 + i));
}

static void
test_send_frames_carry_neighbour_and_ip_id(void **state)
{
    uint16_t first;

    (void)state;
    rig_make_list(&bench.lists[0], 0, 10);
    send_list(&bench.lists[0]);
    assert_int_equal(bench.rig.last_packet.destination.bytes[5], 9); /* STATE-032 */
    assert_int_equal(bench.rig.last_packet.source.bytes[0], 0); /* STATE-033: the interface's */
    assert_false(bench.rig.last_packet.has_vlan);
    first = bench.rig.last_packet.ip_id;
    assert_true(first >= 0x8000); /* SEND-018, SEND-019 */
    rig_settle(&bench.rig);
    rig_make_list(&bench.lists[1], 0, 10);
    send_list(&bench.lists[1]);
    assert_int_equal(bench.rig.last_packet.ip_id, first + 1);
}

/* RFC-002: RFC 894's frames, or RFC 1042's when the host has set LLC/SNAP, each family its own. */
static void
test_send_frames_have_llc_snap_when_set(void **state)
{
    struct flue_tcp_connection_offload_parameters set;
    struct flue_oid_request request = {.type = FLUE_REQUEST_SET,
                                       .oid = FLUE_OID_TCP_CONNECTION_OFFLOAD_PARAMETERS,
                                       .buffer = &set,
                                       .length = sizeof set};

    (void)state;
    flue_tcp_connection_offload_parameters_init(&set);
    set.ticks_per_second = 1000;
    set.tcp_ack_frequency = 2;
    set.tcp_delayed_ack_ticks = 40;
    set.tcp_maximum_retransmissions = 5;
    set.tcp_duplicate_ack_threshold = 3;
    set.tcp_push_ticks = 500;
    set.nce_stale_ticks = 30000;
    for (int family = 0; family < 2; family++) {
        bool is_set = (bench.rig.ip_version == 6) == (family == 1);

        set.encapsulation.ipv4.enabled = family == 0 ? FLUE_OFFLOAD_SET_ON : FLUE_OFFLOAD_SET_OFF;
        set.encapsulation.ipv4.encapsulation_type = FLUE_ENCAPSULATION_IEEE_LLC_SNAP_ROUTED;
        set.encapsulation.ipv6 = set.encapsulation.ipv4;
        set.encapsulation.ipv6.enabled = family == 1 ? FLUE_OFFLOAD_SET_ON : FLUE_OFFLOAD_SET_OFF;
        assert_int_equal(
            bench.rig.provider->oid_request(bench.rig.provider->adapter, bench.rig.now, &request),
            FLUE_STATUS_SUCCESS);
        rig_make_list(&bench.lists[family], 0, 10);
        send_list(&bench.lists[family]);
        assert_int_equal(bench.rig.last_packet.has_llc_snap, is_set);
        rig_settle(&bench.rig);
    }
}

static void
test_send_ip_id_wraps_inside_upper_half(void **state)
{
    uint32_t seen_first = 0;

    (void)state;
    for (uint32_t i = 0; i < 0x8000 + 10; i++) {
        rig_make_list(&bench.lists[0], 0, 1);
        send_list(&bench.lists[0]);
        assert_true(bench.rig.last_packet.ip_id >= 0x8000); /* SEND-019 */
        seen_first += bench.rig.last_packet.ip_id == 0x8000 ? 1 : 0;
        rig_settle(&bench.rig);
        rig_advance(&bench.rig, 50 * FLUE_MILLISECOND);
        bench.rig.call_count = 0;
        bench.rig.peer_bytes = 0;
    }
    assert_int_equal(seen_first, 2); /* at the start, and when it came round */
}

static void
test_send_reset_by_peer_aborts(void **state)
{
    uint32_t event;

    (void)state;
    bench.rig.is_cut = true;
    rig_make_list(&bench.lists[0], 0, 100);
    rig_make_list(&bench.lists[1], 0, 100);
    send_list(&bench.lists[0]);
    send_list(&bench.lists[1]);
    bench.rig.is_cut = false;
    flue_tcp_abort(bench.tcp.peer, bench.rig.now);
    rig_settle(&bench.rig);
    assert_int_equal(rig_count(&bench.rig, CALL_SEND), 2);
    assert_int_equal(bench.rig.calls[0].status, FLUE_STATUS_REQUEST_ABORTED); /* SEND-011 */
    assert_int_equal(bench.rig.calls[1].status, FLUE_STATUS_REQUEST_ABORTED);
    event = rig_find(&bench.rig, CALL_EVENT, 0);
    assert_int_equal(event, 2); /* behind the completions */
    assert_int_equal(bench.rig.calls[event].event, FLUE_TCP_INDICATE_ABORT); /* EVENT-002 */
    assert_ptr_equal(bench.rig.calls[event].subject, &bench.tcp.handle);
    /* A later one ends the same way (CLOSE-018: the object is still there). */
    send_list(&bench.lists[0]);
    rig_settle(&bench.rig);
    assert_int_equal(bench.rig.calls[3].status, FLUE_STATUS_REQUEST_ABORTED);
    assert_int_equal(bench.rig.to_peer_flags & FLUE_TCP_RST, 0); /* CLOSE-003 */
}

static void
test_send_retransmission_limit_asks_for_upload(void **state)
{
    struct flue_tcp_delegated_block back;

    (void)state;
    bench.rig.is_cut = true;
    rig_make_list(&bench.lists[0], 7, 100);
    send_list(&bench.lists[0]);
    rig_advance(&bench.rig, 2000 * FLUE_SECOND);
    assert_int_equal(bench.rig.calls[0].kind, CALL_EVENT);
    assert_int_equal(bench.rig.calls[0].event, FLUE_TCP_INDICATE_RETRIEVE);     /* EVENT-003 */
    assert_int_equal(bench.rig.calls[0].bytes, FLUE_UPLOAD_TIMEOUT_EXPIRATION); /* EVENT-011 */
    assert_int_equal(bench.rig.call_count, 1);
    rig_make_list(&bench.lists[1], 0, 50);
    send_list(&bench.lists[1]);
    rig_settle(&bench.rig);
    assert_int_equal(bench.rig.calls[1].status, FLUE_STATUS_UPLOAD_IN_PROGRESS); /* OFFLOAD-052 */
    rig_terminate(&bench.rig, &bench.tcp, &back);
    assert_int_equal(back.block.status, FLUE_STATUS_SUCCESS);
    assert_ptr_equal(back.block.net_buffer_list_chain, &bench.lists[0].list);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        ON_BENCH(test_send_completes_in_order_when_acknowledged),
        ON_BENCH(test_send_frames_carry_neighbour_and_ip_id),
        ON_BENCH(test_send_frames_have_llc_snap_when_set),
        ON_BENCH(test_send_ip_id_wraps_inside_upper_half),
        ON_BENCH(test_send_reset_by_peer_aborts),
        ON_BENCH(test_send_retransmission_limit_asks_for_upload),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
