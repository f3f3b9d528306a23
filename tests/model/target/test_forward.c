/* SPDX-License-Identifier: GPL-2.0-or-later
 *
 * Forwarded segments.
 */
#include "rig.h"

#include <string.h>

static void
forward(const struct rig_tcp *tcp, struct rig_list *list)
{
    assert_int_equal(bench.rig.provider->tcp_offload_forward(
                         bench.rig.provider->adapter, bench.rig.now, rig_context(tcp), &list->list),
                     FLUE_STATUS_PENDING); /* FORWARD-001 */
}

/* The peer sends 300 bytes that go up from `first`; they leave the wire, for a list. */
static void
take_off_the_wire(struct rig_list *list, struct flue_tcp_connection *peer, uint8_t first)
{
    struct flue_four_tuple tuple = *flue_tcp_tuple(peer);
    struct flue_tcp_segment segment;
    uint32_t header;

    rig_peer_send(&bench.rig, peer, first, 300);
    assert_int_equal(bench.rig.frame_count, 1);
    segment = bench.rig.frames[0].segment;
    segment.payload = (struct flue_span){&bench.rig.frames[0].payload, 0, 300};
    rig_make_list(list, 0, 0);
    header = flue_tcp_header_write(&tuple, &segment, list->bytes);
    flue_span_copy(&segment.payload, list->bytes + header);
    flue_buffer_list_init(&list->list, &list->descriptor, list->bytes, header + 300);
    rig_lose_last(&bench.rig);
}

static void
check_indicated(uint32_t from, uint8_t first)
{
    for (uint32_t i = 0; i < 300; i++)
        assert_int_equal(bench.rig.indicated[from + i], (uint8_t)(first + i));
}

/* FORWARD-002, FORWARD-003 */
static void
test_forward_is_taken_as_if_from_the_wire(void **state)
{
    struct rig_list list;

    (void)state;
    take_off_the_wire(&list, bench.tcp.peer, 5);
    forward(&bench.tcp, &list);
    assert_int_equal(bench.rig.call_count, 0);
    flue_target_poll(bench.rig.target, bench.rig.now);
    assert_int_equal(bench.rig.calls[0].kind, CALL_FORWARD);
    assert_int_equal(bench.rig.calls[0].status, FLUE_STATUS_SUCCESS); /* FORWARD-006 */
    assert_int_equal(bench.rig.calls[1].kind, CALL_INDICATE);
    assert_int_equal(bench.rig.indicated_bytes, 300);
    check_indicated(0, 5);
    rig_return_lent(&bench.rig);
}

static struct rig_list early;

static void
forward_inside_completion(struct rig *rig, const struct call *call)
{
    if (call->kind != CALL_INITIATE)
        return;
    rig->inside = NULL;
    forward(&bench.tcp, &early);
}

/* FORWARD-007: one that came while the connection was on its way, from inside the completion
 * already; and, an hour later, two that came by another interface, as fragments or with options,
 * the second first. Where they were the target does not see. */
static void
test_forward_is_taken_at_any_time(void **state)
{
    struct rig_list late[2];

    (void)state;
    rig_create(&bench.rig, NULL);
    rig_make_neighbor(&bench.neighbor);
    rig_make_path(&bench.path);
    rig_make_tcp(&bench.rig, &bench.tcp, 100);
    rig_link(&bench.neighbor, &bench.path, &bench.tcp);
    take_off_the_wire(&early, bench.tcp.peer, 1);
    bench.rig.inside = forward_inside_completion;
    rig_operate(&bench.rig, CALL_INITIATE, &bench.neighbor.block.block);
    assert_int_equal(bench.rig.indicated_bytes, 300);
    check_indicated(0, 1);
    rig_advance(&bench.rig, 3600 * FLUE_SECOND);
    take_off_the_wire(&late[0], bench.tcp.peer, 77);
    take_off_the_wire(&late[1], bench.tcp.peer, 99);
    forward(&bench.tcp, &late[1]);
    rig_settle(&bench.rig);
    assert_int_equal(bench.rig.indicated_bytes, 300);
    forward(&bench.tcp, &late[0]);
    rig_settle(&bench.rig);
    assert_int_equal(bench.rig.indicated_bytes, 900);
    check_indicated(300, 77);
    check_indicated(600, 99);
    assert_int_equal(rig_count(&bench.rig, CALL_FORWARD), 3);
    rig_return_lent(&bench.rig);
    rig_destroy(&bench.rig);
}

static void
test_forward_malformed_is_dropped(void **state)
{
    struct rig_list list;

    (void)state;
    rig_expect(&bench.rig, "FORWARD-002");
    for (uint32_t length = 0; length < 60; length++) {
        rig_make_list(&list, (uint8_t)(length * 3), length);
        forward(&bench.tcp, &list);
        rig_settle(&bench.rig);
        assert_int_equal(bench.rig.calls[bench.rig.call_count - 1].kind, CALL_FORWARD);
    }
    assert_int_equal(rig_count(&bench.rig, CALL_EVENT), 0);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        ON_BENCH(test_forward_is_taken_as_if_from_the_wire),
        cmocka_unit_test(test_forward_is_taken_at_any_time),
        ON_BENCH(test_forward_malformed_is_dropped),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
