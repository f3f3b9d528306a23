/* SPDX-License-Identifier: GPL-2.0-or-later
 *
 * Connections that come with data: sent and not acknowledged, not sent yet, received and not read.
 */
#include "rig.h"

#include <stdlib.h>
#include <string.h>

/* A bench without an offloaded connection: each test makes its own. */
static int
set_up(void **state)
{
    (void)state;
    memset(&bench, 0, sizeof bench);
    rig_create(&bench.rig, NULL);
    rig_make_neighbor(&bench.neighbor);
    rig_make_path(&bench.path);
    rig_make_tcp(&bench.rig, &bench.tcp, 100);
    rig_link(&bench.neighbor, &bench.path, &bench.tcp);
    return 0;
}

static int
tear_down(void **state)
{
    return bench_tear_down(state);
}

#define ON_EMPTY_BENCH(test) cmocka_unit_test_setup_teardown(test, set_up, tear_down)

static struct flue_tcp_delegated *
delegated(void)
{
    return &bench.tcp.block.delegated;
}

static void
initiate(enum flue_status expected)
{
    bench.rig.target_segments = 0;
    bench.rig.provider->initiate_offload(bench.rig.provider->adapter, bench.rig.now,
                                         &bench.neighbor.block.block);
    flue_target_advance(bench.rig.target, bench.rig.now);
    flue_target_poll(bench.rig.target, bench.rig.now);
    assert_int_equal(bench.tcp.block.block.status, expected);
}

/* Chains `count` of the bench's lists of `length` bytes each to the block, of which the host sent
 * up to `max` and will send on from `nxt`, both counted from SND.UNA. */
static void
chain(uint32_t count, uint32_t length, uint32_t nxt, uint32_t max)
{
    for (uint32_t i = 0; i < count; i++) {
        rig_make_list(&bench.lists[i], (uint8_t)(1 + i * length), length);
        bench.lists[i].list.next = i + 1 < count ? &bench.lists[i + 1].list : NULL;
        bench.lists[i].list.status = FLUE_STATUS_UNWRITTEN;
    }
    bench.tcp.block.block.net_buffer_list_chain = &bench.lists[0].list;
    delegated()->send_data_head = &bench.lists[0].list;
    delegated()->send_data_tail = &bench.lists[count - 1].list;
    delegated()->snd_nxt = delegated()->snd_una + nxt;
    delegated()->snd_max = delegated()->snd_una + max;
}

static void
check_stream(uint32_t length)
{
    assert_int_equal(bench.rig.peer_bytes, length);
    for (uint32_t i = 0; i < length; i++)
        assert_int_equal(bench.rig.peer_got[i], (uint8_t)(1 + i));
}

/* Where the first segments start, by what the host had sent. */
static void
test_data_goes_on_where_the_host_was(void **state)
{
    static const struct {
        uint32_t nxt;
        uint32_t max;
    } cases[] = {
        {0, 0},       /* nothing yet: OFFLOAD-042 */
        {1000, 1000}, /* what is left is new: OFFLOAD-042 */
        {500, 1500},  /* what was sent and is to be sent again goes first: OFFLOAD-041 */
        {0, 3000},
    };

    for (uint32_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        uint32_t una;
        struct rig_list later;

        (void)set_up(state);
        chain(3, 1000, cases[i].nxt, cases[i].max);
        una = delegated()->snd_una;
        initiate(FLUE_STATUS_SUCCESS);
        assert_int_equal(bench.rig.sent[0].segment.seq, una + cases[i].nxt);
        rig_make_list(&later, (uint8_t)(1 + 3000), 500);
        rig_send(&bench.rig, &bench.tcp, &later);
        rig_advance(&bench.rig, 20 * FLUE_SECOND);
        check_stream(3500);                                    /* OFFLOAD-043 */
        assert_int_equal(rig_count(&bench.rig, CALL_SEND), 4); /* OFFLOAD-044 */
        for (uint32_t k = 0, next = 0; k < 4; k++, next++) {
            next = rig_find(&bench.rig, CALL_SEND, next);
            assert_int_equal(bench.rig.calls[next].status, FLUE_STATUS_SUCCESS);
            assert_int_equal(bench.rig.calls[next].bytes, k < 3 ? 1000 : 500);
        }
        (void)tear_down(state);
    }
}

/* OFFLOAD-040: lost in flight, it is sent again from SND.UNA on. */
static void
test_data_in_flight_is_sent_again(void **state)
{
    uint32_t una;

    (void)state;
    chain(2, 1000, 2000, 2000);
    una = delegated()->snd_una;
    initiate(FLUE_STATUS_SUCCESS);
    assert_int_equal(bench.rig.target_segments, 0);
    rig_advance(&bench.rig, 10 * FLUE_SECOND);
    assert_int_equal(bench.rig.sent[0].segment.seq, una);
    check_stream(2000);
}

/* OFFLOAD-040: acknowledged, nothing of it is sent again. */
static void
test_data_in_flight_is_acknowledged(void **state)
{
    (void)state;
    rig_open(&bench.rig, 101);
    for (uint32_t i = 0; i < 2; i++) { /* the first one opens the peer's window */
        rig_make_list(&bench.lists[i], (uint8_t)(1 + i * 1000), 1000);
        assert_int_equal(flue_tcp_send(bench.rig.opened, bench.rig.now, &bench.lists[i].list),
                         FLUE_OK);
        rig_settle(&bench.rig); /* the peer has it, and delays its ACK */
    }
    rig_take_tcp(&bench.rig, &bench.tcp);
    rig_link(&bench.neighbor, &bench.path, &bench.tcp);
    assert_int_equal(delegated()->snd_max, delegated()->snd_una + 1000);
    initiate(FLUE_STATUS_SUCCESS);
    rig_advance(&bench.rig, 10 * FLUE_SECOND);
    assert_int_equal(bench.rig.target_segments, 0);
    check_stream(2000);
    assert_int_equal(rig_count(&bench.rig, CALL_SEND), 1);
}

/* STATE-031 */
static void
test_no_chain_sends_nothing(void **state)
{
    (void)state;
    initiate(FLUE_STATUS_SUCCESS);
    rig_advance(&bench.rig, 10 * FLUE_SECOND);
    assert_int_equal(bench.rig.target_segments, 0);
}

/* OFFLOAD-038: lists outside head and tail bear no data for the wire; all four come back in order.
 * They should be empty; if not, their bytes stay where they are. */
static void
test_lists_outside_head_and_tail_stay_off_the_wire(void **state)
{
    for (uint32_t empty = 0; empty < 2; empty++) {
        (void)set_up(state);
        chain(4, 1000, 0, 0);
        delegated()->send_data_head = &bench.lists[1].list;
        delegated()->send_data_tail = &bench.lists[2].list;
        for (uint32_t i = 0; i < 4; i += 3) {
            memset(bench.lists[i].bytes, 0xEE, 1000);
            if (empty == 1)
                bench.lists[i].list.buffer.data_length = 0;
        }
        if (empty == 0)
            rig_stop_watching(&bench.rig);
        initiate(FLUE_STATUS_SUCCESS);
        rig_advance(&bench.rig, 5 * FLUE_SECOND);
        assert_int_equal(bench.rig.peer_bytes, 2000);
        for (uint32_t i = 0; i < 2000; i++)
            assert_int_equal(bench.rig.peer_got[i], (uint8_t)(1 + 1000 + i));
        assert_int_equal(rig_count(&bench.rig, CALL_SEND), 4);
        for (uint32_t i = 0; i < 4; i++)
            assert_int_equal(bench.lists[i].list.status, FLUE_STATUS_SUCCESS);
        (void)tear_down(state);
    }
}

/* OFFLOAD-045, OFFLOAD-046: the documents' vector; 300 bytes of the first descriptor are gone. */
static void
test_places_in_the_descriptors(void **state)
{
    static const uint32_t sizes[6] = {300 + 200, 400, 400, 400, 400, 200};
    static const struct {
        uint32_t distance;
        uint32_t descriptor;
        uint32_t offset;
    } cases[] = {{0, 0, 300}, {1000, 3, 0}, {1600, 4, 200}};
    static uint8_t bytes[6][500];

    for (uint32_t i = 0; i < 3; i++) {
        struct flue_memory_descriptor descriptors[6];
        uint32_t una;

        (void)set_up(state);
        chain(3, 0, cases[i].distance, cases[i].distance);
        for (uint32_t k = 0; k < 6; k++) {
            for (uint32_t n = 0; n < sizes[k]; n++)
                bytes[k][n] = (uint8_t)(k * 37 + n);
            descriptors[k] = (struct flue_memory_descriptor){
                k % 2 == 0 ? &descriptors[k + 1] : NULL, bytes[k], sizes[k]};
        }
        for (uint32_t k = 0; k < 3; k++) {
            struct flue_buffer *buffer = &bench.lists[k].list.buffer;
            uint32_t gone = k == 0 ? 300 : 0;

            *buffer = (struct flue_buffer){&descriptors[2 * k], &descriptors[2 * k], gone, gone,
                                           sizes[2 * k] + sizes[2 * k + 1] - gone};
        }
        una = delegated()->snd_una;
        bench.rig.frame_count = 0;
        initiate(FLUE_STATUS_SUCCESS);
        assert_int_equal(bench.rig.sent[0].segment.seq, una + cases[i].distance);
        for (uint32_t n = 0; n < 100; n++)
            assert_int_equal(bench.rig.frames[0].payload.bytes[n],
                             bytes[cases[i].descriptor][cases[i].offset + n]);
        rig_advance(&bench.rig, 20 * FLUE_SECOND);
        assert_int_equal(bench.rig.peer_bytes, 2000);
        (void)tear_down(state);
    }
}

/* A refusal leaves the chain as it was: not completed, and no status written. */
static void
test_refused_chain_is_the_hosts(void **state)
{
    for (uint32_t i = 0; i < 5; i++) {
        struct flue_buffer_list stranger;

        (void)set_up(state);
        rig_stop_watching(&bench.rig);
        chain(3, 1000, 0, 0);
        delegated()->send_data_tail = &bench.lists[1].list;
        if (i == 0)
            delegated()->state = FLUE_TCP_CONNECTION_TIME_WAIT;
        if (i == 1)
            delegated()->snd_max = delegated()->snd_una + 3001; /* more than there is */
        if (i == 2)
            delegated()->snd_nxt = delegated()->snd_una - 1;
        if (i == 3)
            delegated()->send_data_head = &stranger;
        if (i == 4)
            delegated()->send_data_tail = &stranger;
        initiate(FLUE_STATUS_FAILURE);
        rig_advance(&bench.rig, 10 * FLUE_SECOND);
        assert_int_equal(rig_count(&bench.rig, CALL_SEND), 0); /* OFFLOAD-030 */
        for (uint32_t k = 0; k < 3; k++) {
            assert_int_equal(bench.lists[k].list.status, FLUE_STATUS_UNWRITTEN); /* OFFLOAD-029 */
            assert_ptr_equal(bench.lists[k].list.next, k < 2 ? &bench.lists[k + 1].list : NULL);
            assert_int_equal(bench.lists[k].list.buffer.data_length, 1000);
        }
        assert_int_equal(bench.rig.target_segments, 0);
        (void)tear_down(state);
    }
}

/* The host received 5,000 bytes, counting up from 1, which nobody has read: two lists of them. */
static void
buffer_received(void)
{
    rig_open(&bench.rig, 101);
    rig_peer_send(&bench.rig, bench.rig.accepted, 1, 2500);
    rig_peer_send(&bench.rig, bench.rig.accepted, (uint8_t)(1 + 2500), 2500);
    rig_settle(&bench.rig);
    rig_take_tcp(&bench.rig, &bench.tcp);
    rig_link(&bench.neighbor, &bench.path, &bench.tcp);
    for (uint32_t i = 0; i < 2; i++) {
        rig_make_list(&bench.lists[i], (uint8_t)(1 + i * 2500), 2500);
        bench.lists[i].list.next = i == 0 ? &bench.lists[1].list : NULL;
    }
    delegated()->buffered_data = &bench.lists[0].list;
}

static void
post(struct rig_list *list, uint32_t length)
{
    rig_make_list(list, 0, length);
    list->list.tcp_receive_no_push = true;
    (void)bench.rig.provider->tcp_offload_receive(bench.rig.provider->adapter, bench.rig.now,
                                                  rig_context(&bench.tcp), &list->list);
    rig_settle(&bench.rig);
}

static void
test_buffered_data_waits_for_requests(void **state)
{
    struct rig *rig = &bench.rig;
    uint32_t i;

    (void)state;
    buffer_received();
    initiate(FLUE_STATUS_SUCCESS);
    for (i = 0; i < 2; i++) /* OFFLOAD-033: the target has its own */
        memset(bench.lists[i].bytes, 0xEE, sizeof bench.lists[i].bytes);
    rig_advance(rig, FLUE_SECOND);
    rig_peer_send(rig, bench.tcp.peer, (uint8_t)(1 + 5000), 300); /* joins it (NOTE-075) */
    rig_settle(rig);
    assert_int_equal(rig_count(rig, CALL_INDICATE), 0); /* OFFLOAD-036 */
    post(&bench.lists[2], 2000);
    assert_int_equal(rig->calls[rig_find(rig, CALL_RECEIVE, 0)].bytes, 2000);
    for (i = 0; i < 2000; i++)
        assert_int_equal(bench.lists[2].bytes[i], (uint8_t)(1 + i));
    /* OFFLOAD-037: the rest is indicated, ahead of what is newer. */
    assert_true(rig_find(rig, CALL_INDICATE, 0) > rig_find(rig, CALL_RECEIVE, 0));
    rig_peer_send(rig, bench.tcp.peer, (uint8_t)(1 + 5300), 200);
    rig_settle(rig);
    assert_int_equal(rig->indicated_bytes, 3500);
    for (i = 0; i < 3500; i++) /* OFFLOAD-035: without gap or repeat */
        assert_int_equal(rig->indicated[i], (uint8_t)(1 + 2000 + i));
}

/* The host saw a FIN behind the data: no further event comes of it, and the data does. */
static void
test_buffered_data_in_front_of_a_fin_is_delivered(void **state)
{
    struct rig *rig = &bench.rig;

    (void)state;
    buffer_received();
    delegated()->state = FLUE_TCP_CONNECTION_CLOSE_WAIT;
    initiate(FLUE_STATUS_SUCCESS);
    post(&bench.lists[2], 2000);
    assert_int_equal(rig->calls[rig_find(rig, CALL_RECEIVE, 0)].bytes, 2000);
    assert_int_equal(rig->indicated_bytes, 3000);
    assert_int_equal(rig_count(rig, CALL_EVENT), 0);
}

/* OFFLOAD-034: memory fails at each allocation of the offload in turn. */
static void
test_buffered_data_without_memory_is_refused(void **state)
{
    uint32_t refusals = 0;
    bool done = false;

    for (uint32_t n = 1; !done; n++) {
        (void)set_up(state);
        buffer_received();
        /* The lower objects are there; what fails is the connection's. */
        bench.path.block.block.dependent_block_list = NULL;
        rig_operate(&bench.rig, CALL_INITIATE, &bench.neighbor.block.block);
        bench.path.block.block.dependent_block_list = &bench.tcp.block.block;
        bench.rig.memory.fail_call = bench.rig.memory.calls + n;
        rig_operate(&bench.rig, CALL_INITIATE, &bench.neighbor.block.block);
        done = bench.tcp.block.block.status == FLUE_STATUS_SUCCESS;
        if (bench.tcp.block.block.status == FLUE_STATUS_FAILURE) {
            refusals++;
            for (uint32_t i = 0; i < 5000; i++)
                assert_int_equal(bench.lists[i / 2500].bytes[i % 2500], (uint8_t)(1 + i));
            assert_null(rig_context(&bench.tcp));
        } else if (!done) {
            assert_int_equal(bench.tcp.block.block.status, FLUE_STATUS_RESOURCES);
        }
        bench.rig.memory.fail_call = 0;
        (void)tear_down(state);
    }
    assert_true(refusals >= 2);
}

/* OFFLOAD-050: what happens during the offload is told after it. */
static void
test_fin_during_the_offload_is_told_afterwards(void **state)
{
    struct flue_target_config config = flue_target_config_default();
    struct rig *rig = &bench.rig;
    struct rig_tcp second;

    (void)state;
    memset(&bench, 0, sizeof bench);
    config.initiate.tcp = FLUE_MILLISECOND;
    rig_create(rig, &config);
    rig_make_neighbor(&bench.neighbor);
    rig_make_path(&bench.path);
    rig_make_tcp(rig, &bench.tcp, 100);
    rig_make_tcp(rig, &second, 101);
    rig_link(&bench.neighbor, &bench.path, &bench.tcp);
    bench.tcp.block.block.next_block = &second.block.block;
    rig->provider->initiate_offload(rig->provider->adapter, rig->now, &bench.neighbor.block.block);
    rig_advance(rig, FLUE_MILLISECOND);
    assert_non_null(rig_context(&bench.tcp));
    assert_int_equal(flue_tcp_shutdown(bench.tcp.peer, rig->now), FLUE_OK);
    rig_settle(rig);
    assert_int_equal(rig->call_count, 0);
    rig_advance(rig, FLUE_MILLISECOND);
    assert_int_equal(rig->call_count, 2);
    assert_int_equal(rig->calls[0].kind, CALL_INITIATE);
    assert_int_equal(rig->calls[1].kind, CALL_EVENT);
    assert_int_equal(rig->calls[1].event, FLUE_TCP_INDICATE_DISCONNECT);
    rig_destroy(rig);
}

/* A tree in memory that is gone when the completion returns. */
struct lent_tree {
    struct flue_neighbor_block neighbor;
    struct flue_path_block path;
    struct flue_tcp_block tcps[2];
};

static void
free_inside(struct rig *rig, const struct call *call)
{
    (void)call;
    memset(rig->context, 0x5A, sizeof(struct lent_tree));
    free(rig->context);
    rig->context = NULL;
}

/* OFFLOAD-002, under the address sanitizer above all. */
static void
test_tree_is_not_touched_after_the_completion(void **state)
{
    struct lent_tree *tree = malloc(sizeof *tree);
    struct rig_tcp second;

    (void)state;
    assert_non_null(tree);
    rig_make_tcp(&bench.rig, &second, 101);
    tree->neighbor = bench.neighbor.block;
    tree->path = bench.path.block;
    tree->tcps[0] = bench.tcp.block;
    tree->tcps[1] = second.block;
    tree->neighbor.block.dependent_block_list = &tree->path.block;
    tree->path.block.dependent_block_list = &tree->tcps[0].block;
    tree->tcps[0].block.next_block = &tree->tcps[1].block;
    bench.rig.context = tree;
    bench.rig.inside = free_inside;
    rig_operate(&bench.rig, CALL_INITIATE, &tree->neighbor.block);
    bench.rig.inside = NULL;
    assert_null(bench.rig.context);
    assert_non_null(rig_context(&second));
    rig_advance(&bench.rig, FLUE_SECOND);
}

/* OFFLOAD-047 */
static void
test_two_offloads_overlap(void **state)
{
    struct flue_provider *provider = bench.rig.provider;
    struct rig_neighbor neighbor;
    struct rig_path path;
    struct rig_tcp tcp;

    (void)state;
    rig_make_neighbor(&neighbor);
    rig_make_path(&path);
    rig_make_tcp(&bench.rig, &tcp, 101);
    rig_link(&neighbor, &path, &tcp);
    provider->initiate_offload(provider->adapter, bench.rig.now, &bench.neighbor.block.block);
    provider->initiate_offload(provider->adapter, bench.rig.now, &neighbor.block.block);
    rig_settle(&bench.rig);
    assert_int_equal(rig_count(&bench.rig, CALL_INITIATE), 2);
    assert_int_equal(bench.tcp.block.block.status, FLUE_STATUS_SUCCESS);
    assert_int_equal(tcp.block.block.status, FLUE_STATUS_SUCCESS);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_data_goes_on_where_the_host_was),
        ON_EMPTY_BENCH(test_data_in_flight_is_sent_again),
        ON_EMPTY_BENCH(test_data_in_flight_is_acknowledged),
        ON_EMPTY_BENCH(test_no_chain_sends_nothing),
        cmocka_unit_test(test_lists_outside_head_and_tail_stay_off_the_wire),
        cmocka_unit_test(test_places_in_the_descriptors),
        cmocka_unit_test(test_refused_chain_is_the_hosts),
        ON_EMPTY_BENCH(test_buffered_data_waits_for_requests),
        ON_EMPTY_BENCH(test_buffered_data_in_front_of_a_fin_is_delivered),
        cmocka_unit_test(test_buffered_data_without_memory_is_refused),
        cmocka_unit_test(test_fin_during_the_offload_is_told_afterwards),
        ON_EMPTY_BENCH(test_tree_is_not_touched_after_the_completion),
        ON_EMPTY_BENCH(test_two_offloads_overlap),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
