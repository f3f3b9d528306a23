/* SPDX-License-Identifier: GPL-2.0-or-later
 *
 * A target as it is loaded: what it registers, fetches and reports, and that it does what it said.
 */
#include "rig.h"

#include "chimney/adapter.h"
#include "target/parts.h"

#include <string.h>

static void
ask(struct rig *rig, enum flue_oid oid, struct flue_tcp_connection_offload *got)
{
    uint32_t written;

    memset(got, 0xA5, sizeof *got);
    assert_int_equal(rig_request(rig, FLUE_REQUEST_QUERY, oid, got, sizeof *got, &written),
                     FLUE_STATUS_SUCCESS);
    assert_int_equal(written, sizeof *got);
    assert_true(flue_object_header_ok(got, sizeof *got, sizeof *got));
}

static void
test_target_fetches_its_handlers_when_initialised(void **state)
{
    struct rig rig;
    struct flue_object_header *handlers = NULL;

    (void)state;
    rig_create(&rig, NULL);
    /* INIT-005: it has them, and nothing but initialize gives any out */
    assert_non_null(rig.target->up.event);
    assert_non_null(rig.target->up.receive);
    assert_int_equal(flue_adapter_get_offload_handlers(flue_target_adapter(rig.target),
                                                       FLUE_TCP_CHIMNEY_OFFLOAD, &handlers),
                     FLUE_STATUS_INVALID_STATE);
    assert_null(handlers);
    rig_destroy(&rig);
}

static void
test_target_declines_handlers_that_it_does_not_know(void **state)
{
    struct rig rig;
    struct flue_tcp_offload_event_handlers handlers;

    (void)state;
    rig_create(&rig, NULL);
    handlers = rig.target->up;
    assert_true(flue__target_take_handlers(rig.target, &handlers.header));
    handlers.event = NULL;
    handlers.header.revision++; /* INIT-006 */
    assert_false(flue__target_take_handlers(rig.target, &handlers.header));
    handlers.header.revision--;
    handlers.header.size--;
    assert_false(flue__target_take_handlers(rig.target, &handlers.header));
    handlers.header.size++;
    handlers.header.type++;
    assert_false(flue__target_take_handlers(rig.target, &handlers.header));
    assert_non_null(rig.target->up.event); /* what it refused it did not take */
    rig_destroy(&rig);
}

/* INIT-008: its own copy of the entry points is what it calls. */
static void
test_target_outlives_scribbling_over_the_handlers(void **state)
{
    (void)state;
    memset(&flue_target_adapter(bench.rig.target)->handlers, 0,
           sizeof(struct flue_tcp_offload_event_handlers));
    rig_make_list(&bench.lists[0], 1, 100);
    rig_send(&bench.rig, &bench.tcp, &bench.lists[0]);
    rig_peer_send(&bench.rig, bench.tcp.peer, 1, 100);
    rig_advance(&bench.rig, FLUE_SECOND);
    assert_int_equal(rig_count(&bench.rig, CALL_SEND), 1);
    assert_int_equal(rig_count(&bench.rig, CALL_INDICATE), 1);
}

static void
test_target_reports_what_it_is_and_what_is_on(void **state)
{
    struct flue_target_config config = flue_target_config_default();
    struct flue_tcp_connection_offload got;
    struct rig rig;

    (void)state;
    config.enable_ipv6 = false;
    config.max_connections = 33;
    rig_create(&rig, &config);
    ask(&rig, FLUE_OID_TCP_CONNECTION_OFFLOAD_CURRENT_CONFIG, &got); /* INIT-012 */
    assert_int_equal(got.support_ipv4, FLUE_OFFLOAD_SUPPORTED);
    assert_int_equal(got.support_ipv6, FLUE_OFFLOAD_NOT_SUPPORTED); /* INIT-013, INIT-021 */
    assert_int_equal(got.support_sack, FLUE_OFFLOAD_SUPPORTED);
    assert_int_equal(got.tcp_connection_offload_capacity, 33);
    assert_int_equal(got.encapsulation, /* OID-007: an OR here */
                     FLUE_ENCAPSULATION_IEEE_802_3 | FLUE_ENCAPSULATION_IEEE_802_3_P_AND_Q);
    ask(&rig, FLUE_OID_TCP_CONNECTION_OFFLOAD_HARDWARE_CAPABILITIES, &got);
    assert_int_equal(got.support_ipv6, FLUE_OFFLOAD_SUPPORTED);                       /* INIT-013 */
    assert_int_equal(got.support_ipv6_extension_headers, FLUE_OFFLOAD_NOT_SUPPORTED); /* INIT-015 */
    assert_int_equal(got.encapsulation, FLUE_ENCAPSULATION_IEEE_802_3); /* OID-007: one here */
    assert_true(flue_tcp_connection_offload_usable(&got));              /* INIT-018 */
    rig_destroy(&rig);
}

/* INIT-014: no address family at all is no offload target. */
static void
test_target_without_an_address_family_is_refused(void **state)
{
    const struct flue_target_handlers handlers = {.transmit = NULL};
    struct flue_target_config config = flue_target_config_default();
    struct flue_test_memory memory;
    struct flue_target_handlers good = handlers;
    struct flue_target *target = NULL;
    struct flue_allocator allocator;
    struct rig rig;

    (void)state;
    rig_create(&rig, NULL);
    memset(&memory, 0, sizeof memory);
    allocator = flue_test_memory_allocator(&memory);
    good.transmit = rig.target->handlers.transmit;
    config.has_ipv4 = false;
    config.has_ipv6 = false;
    assert_int_equal(flue_target_create(&config, &good, &rig, &allocator, &target),
                     FLUE_ERROR_INVALID);
    assert_null(target);
    config.has_ipv6 = true;
    assert_int_equal(flue_target_create(&config, &good, &rig, &allocator, &target), FLUE_OK);
    flue_target_destroy(target);
    flue_test_memory_assert_empty(&memory);
    rig_destroy(&rig);
}

/* Without memory at any allocation there is no target, and nothing is left. */
static void
test_target_create_without_memory_leaves_nothing(void **state)
{
    const struct flue_target_config config = flue_target_config_default();
    struct flue_test_memory memory;
    struct flue_target_handlers handlers = {.transmit = NULL};
    struct flue_target *target = NULL;
    struct rig rig;
    enum flue_result result = FLUE_ERROR_NO_MEMORY;

    (void)state;
    rig_create(&rig, NULL);
    handlers.transmit = rig.target->handlers.transmit;
    for (uint32_t n = 1; result != FLUE_OK; n++) {
        struct flue_allocator allocator;

        memset(&memory, 0, sizeof memory);
        memory.fail_call = n;
        allocator = flue_test_memory_allocator(&memory);
        result = flue_target_create(&config, &handlers, &rig, &allocator, &target);
        if (result == FLUE_OK)
            flue_target_destroy(target);
        else
            assert_int_equal(result, FLUE_ERROR_NO_MEMORY);
        flue_test_memory_assert_empty(&memory);
    }
    rig_destroy(&rig);
}

/* The connection that is offloaded next, under a path of another address family. */
static void
offload_as(struct rig *rig, struct rig_neighbor *neighbor, struct rig_path *path,
           struct rig_tcp *tcp, uint16_t port, enum flue_offload_state_type type)
{
    rig_make_neighbor(neighbor);
    rig_make_path(path);
    path->block.block.header.type = (uint8_t)type;
    rig_make_tcp(rig, tcp, port);
    rig_link(neighbor, path, tcp);
    rig_operate(rig, CALL_INITIATE, &neighbor->block.block);
}

static void
test_target_capacity_counts_both_families(void **state)
{
    struct flue_target_config config = flue_target_config_default();
    struct rig_neighbor neighbors[3];
    struct rig_path paths[3];
    struct rig_tcp tcps[3];
    struct rig rig;

    (void)state;
    config.max_connections = 2;
    rig_create(&rig, &config);
    offload_as(&rig, &neighbors[0], &paths[0], &tcps[0], 100, FLUE_IP4_OFFLOAD_STATE);
    offload_as(&rig, &neighbors[1], &paths[1], &tcps[1], 101, FLUE_IP6_OFFLOAD_STATE);
    offload_as(&rig, &neighbors[2], &paths[2], &tcps[2], 102, FLUE_IP4_OFFLOAD_STATE);
    assert_int_equal(tcps[0].block.block.status, FLUE_STATUS_SUCCESS);
    assert_int_equal(tcps[1].block.block.status, FLUE_STATUS_SUCCESS);
    assert_int_equal(tcps[2].block.block.status, FLUE_STATUS_OFFLOAD_TCP_ENTRIES); /* INIT-017 */
    rig_destroy(&rig);
}

/* INIT-019: what is not offered is not done. */
static void
test_target_takes_no_family_that_is_off(void **state)
{
    struct flue_target_config config = flue_target_config_default();
    struct rig_neighbor neighbors[2];
    struct rig_path paths[2];
    struct rig_tcp tcps[2];
    struct rig rig;

    (void)state;
    config.enable_ipv6 = false;
    rig_create(&rig, &config);
    offload_as(&rig, &neighbors[0], &paths[0], &tcps[0], 100, FLUE_IP6_OFFLOAD_STATE);
    assert_int_equal(paths[0].block.block.status, FLUE_STATUS_FAILURE);
    assert_null(rig_context(&tcps[0]));
    offload_as(&rig, &neighbors[1], &paths[1], &tcps[1], 101, FLUE_IP4_OFFLOAD_STATE);
    assert_int_equal(tcps[1].block.block.status, FLUE_STATUS_SUCCESS); /* INIT-021 */
    rig_destroy(&rig);
}

/* INIT-020: a packet that is not ours comes back as it was. */
static void
test_target_leaves_other_packets_alone(void **state)
{
    struct flue_packet packet;
    struct flue_packet before;
    struct rig_list list;

    (void)state;
    memset(&packet, 0, sizeof packet);
    packet.tuple.ip_version = 4;
    packet.tuple.local = flue_ipv4(192, 0, 2, 1);
    packet.tuple.remote = flue_ipv4(192, 0, 2, 2);
    packet.tuple.local_port = 4321;
    packet.tuple.remote_port = 80;
    packet.segment.flags = FLUE_TCP_ACK;
    rig_make_list(&list, 1, 50);
    packet.segment.payload = flue_buffer_list_span(&list.list);
    memcpy(&before, &packet, sizeof packet);
    assert_false(flue_target_input(bench.rig.target, bench.rig.now, &packet));
    assert_memory_equal(&packet, &before, sizeof packet);
    for (uint32_t i = 0; i < 50; i++)
        assert_int_equal(list.bytes[i], (uint8_t)(1 + i));
    assert_int_equal(bench.rig.target_segments, 0);
}

/* Loses the first of two segments on the way to the target, and says how many SACK blocks the
 * answer has. */
static uint32_t
blocks_for_a_hole(struct rig *rig, const struct rig_tcp *tcp)
{
    rig_peer_send(rig, tcp->peer, 1, 100);
    rig_lose_last(rig);
    rig_peer_send(rig, tcp->peer, 101, 100);
    rig_settle(rig);
    return rig->last_packet.segment.sack_count;
}

/* The peer lacks the first and the third segment and says so in SACK blocks. Does the third come
 * again, without an ACK of the first? */
static bool
heeds_blocks(struct rig *rig, const struct rig_tcp *tcp, struct rig_list lists[3])
{
    const uint32_t mss = 1448; /* 1460 less timestamps */
    struct flue_packet packet;
    uint32_t una = tcp->block.delegated.snd_una;
    bool is_repeated = false;

    for (uint32_t i = 0; i < 3; i++) {
        rig_make_list(&lists[i], 1, sizeof lists[i].bytes);
        rig_send(rig, tcp, &lists[i]);
    }
    assert_true(rig->frame_count >= 8);
    while (rig->frame_count > 0)
        rig_lose_last(rig);
    memset(&packet, 0, sizeof packet);
    packet.tuple = rig->last_packet.tuple;
    packet.segment.flags = FLUE_TCP_ACK;
    packet.segment.seq = rig->last_packet.segment.ack;
    packet.segment.ack = una;
    packet.segment.window =
        (uint16_t)(tcp->block.delegated.snd_wnd >> tcp->block.constants.snd_wind_scale);
    packet.segment.has_timestamp = true;
    packet.segment.ts_val = rig->last_packet.segment.ts_ecr;
    packet.segment.ts_ecr = rig->last_packet.segment.ts_val;
    packet.segment.sack_count = 2;
    packet.segment.sack[0].left = una + mss;
    packet.segment.sack[0].right = una + 2 * mss;
    packet.segment.sack[1].left = una + 3 * mss;
    packet.segment.sack[1].right = una + 7 * mss;
    for (uint32_t i = 0; i < 4; i++)
        assert_true(flue_target_input(rig->target, rig->now, &packet));
    assert_true(rig->frame_count > 0);
    assert_int_equal(rig->frames[0].segment.seq, una); /* the first one comes in any case */
    for (uint32_t i = 0; i < rig->frame_count; i++)
        is_repeated |= rig->frames[i].segment.seq == una + 2 * mss;
    return is_repeated;
}

/* A connection for which SACK was agreed on, on a target that does it or does not. */
static void
try_sack(bool has_sack)
{
    struct flue_target_config config = flue_target_config_default();
    struct rig_neighbor neighbors[2];
    struct rig_path paths[2];
    struct rig_tcp tcps[2];
    struct rig_list lists[3];
    struct {
        struct flue_block_list block;
        struct flue_tcp_const constants;
    } query;
    struct rig rig;

    config.has_sack = has_sack;
    rig_create(&rig, &config);
    for (uint16_t i = 0; i < 2; i++)
        rig_offload(&rig, &neighbors[i], &paths[i], &tcps[i], (uint16_t)(100 + i));
    assert_true((tcps[0].block.constants.flags & FLUE_TCP_FLAG_SACK_ENABLED) != 0);
    /* INIT-016, INIT-019: blocks are produced, or none are */
    assert_int_equal(blocks_for_a_hole(&rig, &tcps[0]), has_sack ? 1 : 0);
    /* INIT-016: and heeded, or the segment counts as one without them */
    assert_int_equal(heeds_blocks(&rig, &tcps[1], lists), has_sack);
    flue_block_list_init(&query.block, FLUE_TCP_OFFLOAD_CONST_STATE, sizeof query, &tcps[0].handle);
    query.constants.header.length = sizeof query.constants;
    rig_operate(&rig, CALL_QUERY, &query.block);
    assert_int_equal(query.constants.flags, tcps[0].block.constants.flags); /* STATE-005 */
    rig_destroy(&rig);
}

static void
test_target_sack_is_done_or_skipped(void **state)
{
    (void)state;
    try_sack(true);
    try_sack(false);
}

/* VLAN ids of the interface, of a neighbour, and what that neighbour's block says. */
struct vlan_case {
    uint16_t ours[2];
    uint32_t count;
    uint16_t theirs;
    enum flue_status status;
};

static void
test_target_vlans_are_judged_by_those_of_the_interface(void **state)
{
    static const struct vlan_case cases[] = {
        {{0, 0}, 0, 0, FLUE_STATUS_SUCCESS}, /* INIT-022, VLAN-004 */
        {{0, 0}, 0, 5, FLUE_STATUS_SUCCESS},
        {{0, 0}, 0, 4094, FLUE_STATUS_SUCCESS},
        {{7, 9}, 2, 0, FLUE_STATUS_SUCCESS}, /* VLAN-005 */
        {{7, 9}, 2, 7, FLUE_STATUS_SUCCESS}, /* VLAN-006 */
        {{7, 9}, 2, 9, FLUE_STATUS_SUCCESS},
        {{7, 9}, 2, 5, FLUE_STATUS_OFFLOAD_VLAN_MISMATCH}, /* INIT-022, VLAN-007 */
        {{7, 0}, 1, 9, FLUE_STATUS_OFFLOAD_VLAN_MISMATCH},
    };

    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        struct flue_target_config config = flue_target_config_default();
        struct rig_neighbor neighbor;
        struct rig_path path;
        struct rig_tcp tcp;
        uint32_t vlan_id = 99;
        struct rig rig;

        memcpy(config.vlan_ids, cases[i].ours, sizeof cases[i].ours);
        config.vlan_count = cases[i].count;
        rig_create(&rig, &config);
        assert_int_equal(rig_request(&rig, FLUE_REQUEST_QUERY, FLUE_OID_GEN_VLAN_ID, &vlan_id,
                                     sizeof vlan_id, NULL),
                         FLUE_STATUS_SUCCESS);
        assert_int_equal(vlan_id, cases[i].ours[0]); /* INIT-022: 0 without any */
        rig_make_neighbor(&neighbor);
        neighbor.block.constants.vlan_id = cases[i].theirs;
        rig_make_path(&path);
        rig_make_tcp(&rig, &tcp, 100);
        rig_link(&neighbor, &path, &tcp);
        rig_operate(&rig, CALL_INITIATE, &neighbor.block.block);
        assert_int_equal(neighbor.block.block.status, cases[i].status);
        assert_true((rig_context(&tcp) != NULL) == (cases[i].status == FLUE_STATUS_SUCCESS));
        rig_destroy(&rig);
    }
}

static void
offload_vlan(struct rig *rig, struct rig_neighbor *neighbor, uint16_t vlan_id)
{
    rig_make_neighbor(neighbor);
    neighbor->block.constants.vlan_id = vlan_id;
    rig_operate(rig, CALL_INITIATE, &neighbor->block.block);
}

/* VLAN-003: there is room for so many ids; neighbours on one of them share it. */
static void
test_target_vlan_table_fills_up_and_empties(void **state)
{
    struct flue_target_config config = flue_target_config_default();
    struct flue_block_list ending;
    struct rig_neighbor neighbors[5];
    struct rig rig;

    (void)state;
    config.max_vlans = 1;
    rig_create(&rig, &config);
    offload_vlan(&rig, &neighbors[0], 5);
    offload_vlan(&rig, &neighbors[1], 5);
    offload_vlan(&rig, &neighbors[2], 6);
    offload_vlan(&rig, &neighbors[3], 0);
    assert_int_equal(neighbors[0].block.block.status, FLUE_STATUS_SUCCESS);
    assert_int_equal(neighbors[1].block.block.status, FLUE_STATUS_SUCCESS);
    assert_int_equal(neighbors[2].block.block.status, FLUE_STATUS_OFFLOAD_VLAN_ENTRIES);
    assert_int_equal(neighbors[3].block.block.status, FLUE_STATUS_SUCCESS);
    for (uint32_t i = 0; i < 2; i++) {
        flue_block_list_init(&ending, FLUE_NEIGHBOR_OFFLOAD_DELEGATED_STATE, sizeof ending,
                             &neighbors[i].handle);
        rig_operate(&rig, CALL_TERMINATE, &ending);
        assert_int_equal(ending.status, FLUE_STATUS_SUCCESS);
        neighbors[i].handle.miniport_offload_context = NULL;
    }
    offload_vlan(&rig, &neighbors[4], 6);
    assert_int_equal(neighbors[4].block.block.status, FLUE_STATUS_SUCCESS);
    rig_destroy(&rig);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_target_fetches_its_handlers_when_initialised),
        cmocka_unit_test(test_target_declines_handlers_that_it_does_not_know),
        ON_BENCH(test_target_outlives_scribbling_over_the_handlers),
        cmocka_unit_test(test_target_reports_what_it_is_and_what_is_on),
        cmocka_unit_test(test_target_without_an_address_family_is_refused),
        cmocka_unit_test(test_target_create_without_memory_leaves_nothing),
        cmocka_unit_test(test_target_capacity_counts_both_families),
        cmocka_unit_test(test_target_takes_no_family_that_is_off),
        ON_BENCH(test_target_leaves_other_packets_alone),
        cmocka_unit_test(test_target_sack_is_done_or_skipped),
        cmocka_unit_test(test_target_vlans_are_judged_by_those_of_the_interface),
        cmocka_unit_test(test_target_vlan_table_fills_up_and_empties),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
