/* SPDX-License-Identifier: GPL-2.0-or-later
 *
 * What a target has a number of, and the status that says that it is used up.
 */
#include "rig.h"

#include <string.h>

static void
limit_neighbors(struct flue_target_config *config)
{
    config->max_neighbors = 1;
}

static void
limit_paths(struct flue_target_config *config)
{
    config->max_paths = 1;
}

static void
limit_connections(struct flue_target_config *config)
{
    config->max_connections = 1;
}

static void
limit_contexts(struct flue_target_config *config)
{
    config->max_contexts = 5;
}

static void
limit_macs(struct flue_target_config *config)
{
    config->max_source_macs = 1;
}

static void
limit_ips(struct flue_target_config *config)
{
    config->max_source_ips = 1;
}

static void
limit_transmit(struct flue_target_config *config)
{
    config->max_transmit_buffers = 1;
}

static void
limit_receive(struct flue_target_config *config)
{
    config->receive_buffer_bytes = 2 * 131072 - 1; /* two windows, and one byte less */
}

/* Two trees under new handles; the second has other source addresses. */
struct trees {
    struct rig_neighbor neighbors[2];
    struct rig_path paths[2];
    struct rig_tcp tcps[2];
};

static void
make_trees(struct rig *rig, struct trees *trees)
{
    for (uint8_t i = 0; i < 2; i++) {
        rig_make_neighbor(&trees->neighbors[i]);
        rig_make_path(&trees->paths[i]);
        rig_make_tcp(rig, &trees->tcps[i], (uint16_t)(100 + i));
        rig_link(&trees->neighbors[i], &trees->paths[i], &trees->tcps[i]);
        trees->neighbors[i].block.constants.dl_source_address[0] = 2;
        trees->neighbors[i].block.constants.dl_source_address[5] = i;
        trees->paths[i].source = flue_ipv4(192, 0, 2, (uint8_t)(1 + 9 * i));
    }
}

static struct flue_block_list *
block_at(struct trees *trees, uint32_t number, uint32_t layer)
{
    if (layer == 0)
        return &trees->neighbors[number].block.block;
    return layer == 1 ? &trees->paths[number].block.block : &trees->tcps[number].block.block;
}

static void
terminate(struct rig *rig, struct trees *trees, uint32_t number)
{
    struct flue_block_list blocks[3];
    struct flue_offload_handle *handles[] = {&trees->neighbors[number].handle,
                                             &trees->paths[number].handle,
                                             &trees->tcps[number].handle};
    static const enum flue_offload_state_type types[] = {
        FLUE_NEIGHBOR_OFFLOAD_STATE, FLUE_IP4_OFFLOAD_STATE, FLUE_TCP_OFFLOAD_STATE};

    for (uint32_t i = 0; i < 3; i++) {
        flue_block_list_init(&blocks[i], types[i], sizeof blocks[i], handles[i]);
        if (i > 0)
            blocks[i - 1].dependent_block_list = &blocks[i];
    }
    rig_operate(rig, CALL_TERMINATE, &blocks[0]);
    assert_int_equal(blocks[0].status, FLUE_STATUS_SUCCESS);
    for (uint32_t i = 0; i < 3; i++)
        handles[i]->miniport_offload_context = NULL;
}

static void
test_limits_have_their_statuses(void **state)
{
    static const struct {
        void (*limit)(struct flue_target_config *config);
        enum flue_status status;
        uint32_t layer; /* of the second tree's block that meets the limit */
    } cases[] = {
        {limit_neighbors, FLUE_STATUS_OFFLOAD_NEIGHBOR_ENTRIES, 0}, /* OFFLOAD-016 */
        {limit_paths, FLUE_STATUS_OFFLOAD_PATH_ENTRIES, 1},         /* OFFLOAD-015 */
        {limit_connections, FLUE_STATUS_OFFLOAD_TCP_ENTRIES, 2},    /* OFFLOAD-014 */
        {limit_contexts, FLUE_STATUS_RESOURCES, 2},                 /* OFFLOAD-013 */
        {limit_macs, FLUE_STATUS_OFFLOAD_HW_ADDRESS_ENTRIES, 0},    /* OFFLOAD-017 */
        {limit_ips, FLUE_STATUS_OFFLOAD_IP_ADDRESS_ENTRIES, 1},     /* OFFLOAD-018 */
        {limit_transmit, FLUE_STATUS_OFFLOAD_TCP_XMIT_BUFFER, 2},   /* OFFLOAD-019 */
        {limit_receive, FLUE_STATUS_OFFLOAD_TCP_RCV_BUFFER, 2},     /* OFFLOAD-020 */
    };

    (void)state;
    for (uint32_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        struct flue_target_config config = flue_target_config_default();
        struct trees trees;
        struct rig rig;

        config.max_source_macs = 16;
        cases[i].limit(&config);
        rig_create(&rig, &config);
        make_trees(&rig, &trees);
        rig_operate(&rig, CALL_INITIATE, block_at(&trees, 0, 0));
        assert_int_equal(block_at(&trees, 0, 2)->status, FLUE_STATUS_SUCCESS);
        rig_operate(&rig, CALL_INITIATE, block_at(&trees, 1, 0));
        assert_int_equal(block_at(&trees, 1, cases[i].layer)->status, cases[i].status);
        assert_null(rig_context(&trees.tcps[1]));
        /* What the first one had is there again when it has gone. */
        terminate(&rig, &trees, 0);
        for (uint32_t layer = 0; layer < cases[i].layer; layer++)
            assert_non_null(*block_at(&trees, 1, layer)->miniport_offload_context);
        rig_operate(&rig, CALL_INITIATE, block_at(&trees, 1, 0));
        assert_int_equal(block_at(&trees, 1, 2)->status, FLUE_STATUS_SUCCESS);
        rig_destroy(&rig);
    }
}

/* Two connections come and go: each entry is there again when its own delay is over, not before. */
static void
test_entry_of_a_connection_given_back_rests(void **state)
{
    struct flue_target_config config = flue_target_config_default();
    struct trees trees;
    struct rig rig;

    (void)state;
    config.max_connections = 1;
    config.max_source_macs = 16;
    config.reuse_delay = 2 * FLUE_SECOND;
    rig_create(&rig, &config);
    make_trees(&rig, &trees);
    for (uint32_t round = 0; round < 3; round++) { /* the ring of one entry goes round */
        uint32_t number = round % 2, other = 1 - number;

        rig_operate(&rig, CALL_INITIATE, block_at(&trees, number, 0));
        assert_int_equal(block_at(&trees, number, 2)->status, FLUE_STATUS_SUCCESS);
        terminate(&rig, &trees, number);
        rig_advance(&rig, 2 * FLUE_SECOND - 1);
        rig_operate(&rig, CALL_INITIATE, block_at(&trees, other, 0));
        assert_int_equal(block_at(&trees, other, 2)->status, FLUE_STATUS_OFFLOAD_TCP_ENTRIES);
        rig_advance(&rig, 1);
    }
    rig_destroy(&rig);
}

/* OFFLOAD-017: the feature is off. */
static void
test_source_mac_without_the_feature_is_refused(void **state)
{
    struct trees trees;
    struct rig rig;

    (void)state;
    rig_create(&rig, NULL);
    make_trees(&rig, &trees);
    rig_operate(&rig, CALL_INITIATE, block_at(&trees, 0, 0));
    assert_int_equal(block_at(&trees, 0, 0)->status, FLUE_STATUS_OFFLOAD_HW_ADDRESS_ENTRIES);
    rig_destroy(&rig);
}

/* STATE-033: given, and not given. */
static void
test_source_mac_of_frames(void **state)
{
    struct flue_target_config config = flue_target_config_default();
    struct trees trees;
    struct rig rig;
    struct rig_list list;

    (void)state;
    config.mac.bytes[5] = 0x33;
    config.max_source_macs = 1;
    rig_create(&rig, &config);
    make_trees(&rig, &trees);
    memset(trees.neighbors[0].block.constants.dl_source_address, 0, FLUE_DL_ADDRESS_BYTES);
    for (uint32_t i = 0; i < 2; i++) {
        rig_operate(&rig, CALL_INITIATE, block_at(&trees, i, 0));
        rig_make_list(&list, 1, 100);
        rig_send(&rig, &trees.tcps[i], &list);
        assert_memory_equal(rig.last_packet.source.bytes,
                            i == 0 ? config.mac.bytes
                                   : trees.neighbors[1].block.constants.dl_source_address,
                            FLUE_MAC_BYTES);
        rig.is_cut = true;
        rig_settle(&rig);
        terminate(&rig, &trees, i);
    }
    rig_destroy(&rig);
}

/* OFFLOAD-006: room for four in all, and two of them are connections. */
static void
test_room_for_four_takes_two_connections(void **state)
{
    struct flue_target_config config = flue_target_config_default();
    struct rig_neighbor neighbors[2];
    struct rig_path paths[3];
    struct rig_tcp tcps[5];
    struct rig rig;

    (void)state;
    config.max_contexts = 4;
    rig_create(&rig, &config);
    for (uint32_t i = 0; i < 2; i++)
        rig_make_neighbor(&neighbors[i]);
    for (uint32_t i = 0; i < 3; i++)
        rig_make_path(&paths[i]);
    for (uint16_t i = 0; i < 5; i++)
        rig_make_tcp(&rig, &tcps[i], (uint16_t)(100 + i));
    rig_link(&neighbors[0], &paths[0], &tcps[0]);
    tcps[0].block.block.next_block = &tcps[1].block.block;
    paths[0].block.block.next_block = &paths[1].block.block;
    paths[1].block.block.dependent_block_list = &tcps[2].block.block;
    neighbors[0].block.block.next_block = &neighbors[1].block.block;
    rig_link(&neighbors[1], &paths[2], &tcps[3]);
    tcps[3].block.block.next_block = &tcps[4].block.block;
    rig_operate(&rig, CALL_INITIATE, &neighbors[0].block.block);
    assert_int_equal(neighbors[0].block.block.status, FLUE_STATUS_OFFLOAD_PARTIAL_SUCCESS);
    assert_int_equal(paths[0].block.block.status, FLUE_STATUS_SUCCESS);
    assert_int_equal(tcps[0].block.block.status, FLUE_STATUS_SUCCESS);
    assert_int_equal(tcps[1].block.block.status, FLUE_STATUS_SUCCESS);
    assert_int_equal(paths[1].block.block.status, FLUE_STATUS_RESOURCES);
    assert_int_equal(tcps[2].block.block.status, FLUE_STATUS_FAILURE);
    assert_int_equal(neighbors[1].block.block.status, FLUE_STATUS_RESOURCES);
    rig_destroy(&rig);
}

/* OFFLOAD-023, OFFLOAD-011: a poor candidate says nothing of its neighbours. */
static void
test_unwelcome_connection_is_rejected(void **state)
{
    struct flue_block_list path;
    struct rig_tcp tcp;

    (void)state;
    rig_make_tcp(&bench.rig, &tcp, 101);
    flue_block_list_init(&path, FLUE_IP4_OFFLOAD_STATE, sizeof path, &bench.path.handle);
    path.dependent_block_list = &tcp.block.block;
    bench.rig.is_picky = true;
    rig_operate(&bench.rig, CALL_INITIATE, &path);
    assert_int_equal(tcp.block.block.status, FLUE_STATUS_OFFLOAD_CONNECTION_REJECTED);
    assert_null(rig_context(&tcp));
    bench.rig.is_picky = false;
    rig_operate(&bench.rig, CALL_INITIATE, &path);
    assert_int_equal(tcp.block.block.status, FLUE_STATUS_SUCCESS);
}

/* A larger window that there is no memory for is refused, and a smaller one gives memory back. */
static void
test_update_of_the_window_reserves_memory(void **state)
{
    struct {
        struct flue_block_list block;
        struct flue_tcp_cached cached;
    } update;
    struct flue_target_config config = flue_target_config_default();
    struct trees trees;
    struct rig rig;

    (void)state;
    config.max_source_macs = 2;
    config.receive_buffer_bytes = 200000;
    rig_create(&rig, &config);
    make_trees(&rig, &trees);
    rig_operate(&rig, CALL_INITIATE, block_at(&trees, 0, 0));
    for (uint32_t i = 0; i < 2; i++) {
        flue_block_list_init(&update.block, FLUE_TCP_OFFLOAD_CACHED_STATE, sizeof update,
                             &trees.tcps[0].handle);
        update.cached = trees.tcps[0].block.cached;
        update.cached.flags |= FLUE_TCP_FLAG_UPDATE_RCV_WND;
        update.cached.initial_rcv_wnd = i == 0 ? 200001 : 60000;
        rig_operate(&rig, CALL_UPDATE, &update.block);
        assert_int_equal(update.block.status, i == 0 ? FLUE_STATUS_FAILURE : FLUE_STATUS_SUCCESS);
    }
    rig_operate(&rig, CALL_INITIATE, block_at(&trees, 1, 0));
    assert_int_equal(block_at(&trees, 1, 2)->status, FLUE_STATUS_SUCCESS);
    rig_destroy(&rig);
}

static void
post_four(struct rig_list lists[4])
{
    struct flue_provider *provider = bench.rig.provider;
    void *context = rig_context(&bench.tcp);
    flue_time now = bench.rig.now;

    for (uint32_t i = 0; i < 4; i++)
        rig_make_list(&lists[i], 1, 100);
    (void)provider->tcp_offload_send(provider->adapter, now, context, &lists[0].list);
    (void)provider->tcp_offload_receive(provider->adapter, now, context, &lists[1].list);
    (void)provider->tcp_offload_forward(provider->adapter, now, context, &lists[2].list);
    (void)provider->tcp_offload_disconnect(provider->adapter, now, context, &lists[3].list,
                                           FLUE_TCP_DISCONNECT_GRACEFUL_CLOSE);
}

/* Sends 500 bytes to the target, whose n-th allocation from there on fails, with `after` every
 * later one too. The reason for which it asks for the upload; 99: it does not. */
static uint32_t
reason_without_memory(uint32_t n, bool after)
{
    bench.rig.memory.fail_call = bench.rig.memory.calls + n;
    bench.rig.memory.fail_after = after;
    rig_peer_send(&bench.rig, bench.tcp.peer, 1, 500);
    rig_settle(&bench.rig);
    bench.rig.memory.fail_call = 0;
    bench.rig.memory.fail_after = false;
    return bench.rig.call_count > 0 && bench.rig.calls[0].kind == CALL_EVENT
               ? bench.rig.calls[0].bytes
               : 99;
}

/* OFFLOAD-051, OFFLOAD-052: no memory for arriving data, or none to tell of it. It is not lost: it
 * was not acknowledged, or it comes back with the state. */
static void
test_shortage_after_the_offload_asks_for_the_upload(void **state)
{
    uint32_t dropped = 0;
    uint32_t kept = 0;
    uint32_t n;

    for (n = 1; n < 12; n++) {
        struct rig_list lists[4];

        (void)bench_set_up(state);
        if (reason_without_memory(n, false) == FLUE_UPLOAD_UPLOAD_REQUESTED) {
            struct flue_tcp_delegated_block back;
            uint32_t first = bench.tcp.block.delegated.rcv_nxt;

            bench.rig.call_count = 0;
            post_four(lists);
            rig_settle(&bench.rig);
            assert_int_equal(bench.rig.call_count, 4);
            for (uint32_t i = 0; i < 4; i++)
                assert_int_equal(bench.rig.calls[i].status, FLUE_STATUS_UPLOAD_IN_PROGRESS);
            rig_terminate(&bench.rig, &bench.tcp, &back);
            assert_int_equal(back.block.status, FLUE_STATUS_SUCCESS);
            bench.rig.lent = back.delegated.buffered_data;
            if (bench.rig.lent == NULL) {
                assert_int_equal(back.delegated.rcv_nxt, first); /* the peer will send it again */
                dropped++;
            } else {
                assert_int_equal(bench.rig.lent->buffer.data_length, 500);
                assert_int_equal(back.delegated.rcv_nxt, first + 500);
                kept++;
            }
        }
        (void)bench_tear_down(state);
    }
    assert_true(dropped > 0);
    assert_true(kept > 0);
}

/* TERM-004: what was acknowledged and could not be kept is a loss, and is said to be one. */
static void
test_lost_data_ends_the_object(void **state)
{
    bool is_lost = false;

    for (uint32_t n = 1; !is_lost; n++) {
        struct flue_tcp_delegated_block back;

        assert_true(n < 12);
        (void)bench_set_up(state);
        rig_make_list(&bench.lists[0], 1, 1000);
        rig_send(&bench.rig, &bench.tcp, &bench.lists[0]);
        rig_lose_last(&bench.rig);
        is_lost = reason_without_memory(n, true) == FLUE_UPLOAD_HARDWARE_FAILURE;
        if (is_lost) {
            bench.rig.call_count = 0;
            rig_terminate(&bench.rig, &bench.tcp, &back);
            assert_int_equal(back.block.status, FLUE_STATUS_FAILURE);
            assert_int_equal(bench.rig.call_count, 2); /* QUERY-007 */
            assert_int_equal(bench.rig.calls[0].kind, CALL_SEND);
            assert_int_equal(bench.rig.calls[0].status, FLUE_STATUS_REQUEST_ABORTED);
            assert_int_equal(bench.rig.calls[1].kind, CALL_TERMINATE);
        }
        (void)bench_tear_down(state);
    }
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_limits_have_their_statuses),
        cmocka_unit_test(test_entry_of_a_connection_given_back_rests),
        cmocka_unit_test(test_source_mac_without_the_feature_is_refused),
        cmocka_unit_test(test_source_mac_of_frames),
        cmocka_unit_test(test_room_for_four_takes_two_connections),
        ON_BENCH(test_unwelcome_connection_is_rejected),
        cmocka_unit_test(test_update_of_the_window_reserves_memory),
        cmocka_unit_test(test_shortage_after_the_offload_asks_for_the_upload),
        cmocka_unit_test(test_lost_data_ends_the_object),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
