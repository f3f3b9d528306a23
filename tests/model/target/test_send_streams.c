/* SPDX-License-Identifier: GPL-2.0-or-later
 *
 * Sends in numbers: more than the window takes, on many connections, from inside completions; and
 * what their frames look like.
 */
#include "rig.h"

#include <stdlib.h>
#include <string.h>

enum { MANY = 20, LENGTH = 4000, CONNECTIONS = 4 };

static struct rig_list lists[CONNECTIONS * MANY];

/* The i-th byte that the peer got is that of a stream which counts up. */
static void
check_counting(uint32_t bytes)
{
    assert_int_equal(bench.rig.peer_bytes, bytes);
    for (uint32_t i = 0; i < bytes; i++)
        assert_int_equal(bench.rig.peer_got[i], (uint8_t)i);
}

static void
test_send_beyond_the_window_is_queued(void **state)
{
    struct flue_tcp_config hosts = flue_tcp_config_default();
    struct flue_tcp_snapshot peer;

    (void)state;
    hosts.options.receive_buffer_bytes = 5000;
    rig_create_as(&bench.rig, NULL, &hosts, 4);
    rig_offload(&bench.rig, &bench.neighbor, &bench.path, &bench.tcp, 100);
    bench.rig.call_count = 0;
    for (uint32_t i = 0; i < MANY; i++) {
        rig_make_list(&lists[i], (uint8_t)(i * LENGTH), LENGTH);
        rig_send(&bench.rig, &bench.tcp, &lists[i]); /* SEND-003: PENDING, each time */
    }
    flue_tcp_get_snapshot(bench.tcp.peer, bench.rig.now, &peer);
    assert_true(peer.rcv_wnd <= 5000);
    assert_true(bench.rig.frame_count <= 5);
    rig_advance(&bench.rig, 60 * FLUE_SECOND);
    assert_int_equal(rig_count(&bench.rig, CALL_SEND), MANY);
    for (uint32_t i = 0; i < MANY; i++)
        assert_int_equal(bench.rig.calls[i].status, FLUE_STATUS_SUCCESS);
    check_counting(MANY * LENGTH); /* SEND-003 */
    rig_destroy(&bench.rig);
}

/* SEND-005: each byte says its connection, and counts up within it. */
static void
test_send_overlaps_on_many_connections(void **state)
{
    static struct rig_neighbor neighbors[CONNECTIONS];
    static struct rig_path paths[CONNECTIONS];
    static struct rig_tcp tcps[CONNECTIONS];
    uint8_t next[CONNECTIONS] = {0};
    uint32_t completed[CONNECTIONS] = {0};

    (void)state;
    rig_create(&bench.rig, NULL);
    for (uint32_t i = 0; i < CONNECTIONS; i++)
        rig_offload(&bench.rig, &neighbors[i], &paths[i], &tcps[i], (uint16_t)(100 + i));
    bench.rig.call_count = 0;
    for (uint32_t i = 0; i < CONNECTIONS * MANY; i++) {
        uint32_t which = i % CONNECTIONS;

        rig_make_list(&lists[i], 0, 960);
        for (uint32_t byte = 0; byte < 960; byte++)
            lists[i].bytes[byte] = (uint8_t)(which << 6 | byte % 64);
        rig_send(&bench.rig, &tcps[which], &lists[i]);
    }
    rig_advance(&bench.rig, 10 * FLUE_SECOND);
    assert_int_equal(bench.rig.peer_bytes, CONNECTIONS * MANY * 960);
    for (uint32_t i = 0; i < bench.rig.peer_bytes; i++) {
        uint32_t which = bench.rig.peer_got[i] >> 6;

        assert_int_equal(bench.rig.peer_got[i] & 63, next[which]);
        next[which] = (next[which] + 1) & 63;
    }
    for (uint32_t i = 0; i < bench.rig.call_count; i++) {
        uint32_t list = (uint32_t)((const struct rig_list *)bench.rig.calls[i].subject - lists);
        uint32_t which = list % CONNECTIONS;

        assert_int_equal(list, which + CONNECTIONS * completed[which]);
        completed[which]++;
    }
    rig_destroy(&bench.rig);
}

/* SEND-006: handlers that meet in one queue. Each completion sends more, one of them from inside an
 * ACK's arrival, and the termination finds what is left in order. */
static uint32_t sent;

static void
send_next(void)
{
    rig_make_list(&lists[sent], (uint8_t)(sent * 1000), 1000);
    rig_send(&bench.rig, &bench.tcp, &lists[sent]);
    sent++;
}

static void
send_inside(struct rig *rig, const struct call *call)
{
    (void)rig;
    if (call->kind != CALL_SEND || sent > MANY)
        return;
    send_next();
    send_next();
}

static void
test_send_from_everywhere_keeps_the_order(void **state)
{
    struct flue_tcp_delegated_block back;
    uint32_t completed;
    uint32_t returned = 0;

    (void)state;
    sent = 0;
    bench.rig.inside = send_inside;
    send_next();
    send_next();
    while (sent < MANY) {
        if (bench.rig.frame_count > 0)
            rig_deliver_first(&bench.rig);
        else
            rig_advance(&bench.rig, 50 * FLUE_MILLISECOND);
        (void)flue_target_poll(bench.rig.target, bench.rig.now);
    }
    bench.rig.inside = NULL;
    bench.rig.is_cut = true;
    rig_terminate(&bench.rig, &bench.tcp, &back);
    completed = rig_count(&bench.rig, CALL_SEND);
    for (uint32_t i = 0; i < completed; i++)
        assert_ptr_equal(bench.rig.calls[i].subject, &lists[i].list);
    for (const struct flue_buffer_list *list = back.block.net_buffer_list_chain; list != NULL;
         list = list->next)
        assert_ptr_equal(list, &lists[completed + returned++].list);
    assert_int_equal(completed + returned, sent);
    check_counting(bench.rig.peer_bytes);
}

/* SEND-020, SEND-021: what goes out is whole, and may not be broken up. */
static void
check_frames(uint8_t ip_version)
{
    struct flue_tcp_config hosts = flue_tcp_config_default();

    rig_create_as(&bench.rig, NULL, &hosts, ip_version);
    rig_offload(&bench.rig, &bench.neighbor, &bench.path, &bench.tcp, 100);
    bench.rig.target_segments = 0;
    for (uint32_t i = 0; i < MANY; i++) {
        rig_make_list(&lists[i], 0, LENGTH);
        rig_send(&bench.rig, &bench.tcp, &lists[i]);
    }
    rig_advance(&bench.rig, 10 * FLUE_SECOND);
    assert_true(bench.rig.target_segments >= MANY * LENGTH / 1460);
    for (uint32_t i = 0; i < bench.rig.target_segments; i++) {
        uint8_t headers[FLUE_FRAME_HEADER_MAX];
        uint32_t length = flue_frame_write(&bench.rig.sent[i], headers);

        assert_true(length - 14 + bench.rig.sent[i].segment.payload.length <= 1500);
        if (ip_version == 4) {
            assert_int_equal(headers[14 + 6], 0x40); /* SEND-021: DF, no MF, no offset */
            assert_int_equal(headers[14 + 7], 0);
        } else {
            assert_int_equal(headers[14 + 6], 6); /* SEND-020: TCP follows, no fragment header */
        }
    }
    rig_destroy(&bench.rig);
}

static void
test_send_frames_are_whole(void **state)
{
    (void)state;
    check_frames(4);
    check_frames(6);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_send_beyond_the_window_is_queued),
        cmocka_unit_test(test_send_overlaps_on_many_connections),
        ON_BENCH(test_send_from_everywhere_keeps_the_order),
        cmocka_unit_test(test_send_frames_are_whole),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
