/* SPDX-License-Identifier: GPL-2.0-or-later
 *
 * Invalidation: from the call on nothing is sent over what it names.
 */
#include "rig.h"

#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

static struct flue_block_list
bare_block(enum flue_offload_state_type type, struct flue_offload_handle *handle)
{
    struct flue_block_list block;

    flue_block_list_init(&block, type, sizeof block, handle);
    return block;
}

/* The three objects of the bench, by layer. */
static struct flue_block_list
block_of(uint32_t layer)
{
    switch (layer) {
    case 0:
        return bare_block(FLUE_NEIGHBOR_OFFLOAD_STATE, &bench.neighbor.handle);
    case 1:
        return bare_block(FLUE_IP4_OFFLOAD_STATE, &bench.path.handle);
    default:
        return bare_block(FLUE_TCP_OFFLOAD_STATE, &bench.tcp.handle);
    }
}

static void
invalidate_only(struct flue_block_list *tree)
{
    bench.rig.provider->invalidate_offload(bench.rig.provider->adapter, bench.rig.now, tree);
}

/* The events of this kind for the connection. */
static uint32_t
events(enum flue_tcp_offload_event_type type, uint32_t information)
{
    uint32_t count = 0;

    for (uint32_t i = 0; i < bench.rig.call_count; i++) {
        const struct call *call = &bench.rig.calls[i];

        if (call->kind == CALL_EVENT && call->event == (uint32_t)type &&
            call->bytes == information && call->subject == &bench.tcp.handle)
            count++;
    }
    return count;
}

static void
test_invalidate_completes_later_with_its_own_tree(void **state)
{
    struct flue_block_list block = block_of(0);

    (void)state;
    invalidate_only(&block);
    assert_int_equal(bench.rig.call_count, 0); /* INVAL-001 */
    rig_settle(&bench.rig);
    assert_int_equal(bench.rig.call_count, 1);
    assert_int_equal(bench.rig.calls[0].kind, CALL_INVALIDATE);
    assert_ptr_equal(bench.rig.calls[0].subject, &block);
    assert_int_equal(block.status, FLUE_STATUS_SUCCESS); /* INVAL-008 */
}

/* INVAL-003, INVAL-004, INVAL-005: with each layer, whatever wants to be sent: new data, what waits
 * in the queue, an ACK, a retransmission, a keepalive probe, a reset. */
static void
check_silence(uint32_t layer, uint32_t what)
{
    struct flue_block_list block = block_of(layer);
    struct rig *rig = &bench.rig;

    if (what == 2) { /* in flight, and lost */
        rig_make_list(&bench.lists[0], 1, 3000);
        rig_send(rig, &bench.tcp, &bench.lists[0]);
        while (rig->frame_count > 0)
            rig_lose_last(rig);
    }
    if (what == 3) { /* an ACK is owed */
        rig_peer_send(rig, bench.tcp.peer, 1, 100);
        rig_settle(rig);
    }
    invalidate_only(&block);
    rig->target_segments = 0;
    if (what == 0) {
        rig_make_list(&bench.lists[0], 1, 100);
        rig_send(rig, &bench.tcp, &bench.lists[0]);
    } else if (what == 1) {
        rig_peer_send(rig, bench.tcp.peer, 1, 3000); /* asks for ACKs at once */
    } else if (what == 4) {
        rig_make_list(&bench.lists[0], 1, 0);
        (void)rig->provider->tcp_offload_disconnect(rig->provider->adapter, rig->now,
                                                    rig_context(&bench.tcp), &bench.lists[0].list,
                                                    FLUE_TCP_DISCONNECT_ABORTIVE_CLOSE);
    }
    rig_advance(rig, 20 * FLUE_SECOND);
    assert_int_equal(rig->target_segments, 0);
    if (what != 4)
        assert_int_equal(events(FLUE_TCP_INDICATE_RETRIEVE, FLUE_UPLOAD_INVALID_STATE),
                         1); /* EVENT-009 */
    assert_int_equal(block.status, FLUE_STATUS_SUCCESS);
}

static void
test_invalidate_nothing_leaves_after_the_call(void **state)
{
    for (uint32_t layer = 0; layer < 3; layer++)
        for (uint32_t what = 0; what < 5; what++) {
            (void)bench_set_up(state);
            check_silence(layer, what);
            (void)bench_tear_down(state);
        }
}

/* INVAL-005: one that has nothing to send hears nothing, until it wants to. INVAL-007: received
 * data still reaches the host. */
static void
test_invalidate_idle_connection_finds_out_when_it_sends(void **state)
{
    struct flue_block_list block = block_of(0);

    (void)state;
    rig_operate(&bench.rig, CALL_INVALIDATE, &block);
    rig_advance(&bench.rig, FLUE_SECOND);
    assert_int_equal(rig_count(&bench.rig, CALL_EVENT), 0);
    rig_peer_send(&bench.rig, bench.tcp.peer, 1, 700);
    rig_settle(&bench.rig);
    assert_int_equal(bench.rig.indicated_bytes, 700); /* INVAL-007 */
    assert_int_equal(events(FLUE_TCP_INDICATE_RETRIEVE, FLUE_UPLOAD_INVALID_STATE), 1);
    rig_advance(&bench.rig, 10 * FLUE_SECOND);
    assert_int_equal(rig_count(&bench.rig, CALL_EVENT), 1);
}

/* INVAL-006: the state is whole, and the sends go back; the lower objects end as ever. */
static void
test_invalidate_then_terminate_gives_everything_back(void **state)
{
    struct flue_target_statistics statistics;
    struct flue_tcp_delegated_block back;
    struct flue_block_list tree = block_of(0);
    struct flue_block_list path = block_of(1);

    (void)state;
    rig_make_list(&bench.lists[0], 1, 1000);
    rig_send(&bench.rig, &bench.tcp, &bench.lists[0]);
    rig_lose_last(&bench.rig);
    rig_operate(&bench.rig, CALL_INVALIDATE, &tree);
    rig_make_list(&bench.lists[1], 1, 500);
    rig_send(&bench.rig, &bench.tcp, &bench.lists[1]);
    rig_advance(&bench.rig, 3 * FLUE_SECOND);
    flue_target_get_statistics(bench.rig.target, &statistics);
    assert_int_equal(statistics.neighbors + statistics.paths + statistics.connections, 3);
    rig_terminate(&bench.rig, &bench.tcp, &back);
    assert_int_equal(back.block.status, FLUE_STATUS_SUCCESS);
    assert_int_equal(back.delegated.snd_una, bench.tcp.block.delegated.snd_una);
    assert_int_equal(back.delegated.snd_max, back.delegated.snd_una + 1000);
    assert_int_equal(back.delegated.retransmit.timeout_delta_ticks, 0); /* due, and not sent */
    assert_ptr_equal(back.block.net_buffer_list_chain, &bench.lists[0].list);
    assert_ptr_equal(bench.lists[0].list.next, &bench.lists[1].list);
    tree = block_of(0);
    tree.dependent_block_list = &path;
    rig_operate(&bench.rig, CALL_TERMINATE, &tree);
    assert_int_equal(tree.status, FLUE_STATUS_SUCCESS);
    assert_int_equal(path.status, FLUE_STATUS_SUCCESS);
}

/* A new connection on an invalid path keeps still as well. */
static void
test_invalidate_holds_for_new_connections(void **state)
{
    struct flue_block_list path = block_of(1);
    struct rig_tcp tcp;

    (void)state;
    rig_operate(&bench.rig, CALL_INVALIDATE, &path);
    rig_make_tcp(&bench.rig, &tcp, 101);
    path.dependent_block_list = &tcp.block.block;
    rig_operate(&bench.rig, CALL_INITIATE, &path);
    assert_int_equal(tcp.block.block.status, FLUE_STATUS_SUCCESS);
    bench.rig.target_segments = 0;
    rig_make_list(&bench.lists[0], 1, 500);
    rig_send(&bench.rig, &tcp, &bench.lists[0]);
    rig_advance(&bench.rig, 5 * FLUE_SECOND);
    assert_int_equal(bench.rig.target_segments, 0);
}

/* INVAL-002: the page behind the block may not be touched. */
static void
test_invalidate_reads_nothing_behind_a_block(void **state)
{
    size_t page = (size_t)sysconf(_SC_PAGESIZE);
    uint8_t *memory =
        mmap(NULL, 2 * page, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    struct flue_block_list *block;

    (void)state;
    assert_true(memory != MAP_FAILED);
    assert_int_equal(mprotect(memory + page, page, PROT_NONE), 0);
    block = (struct flue_block_list *)(memory + page - sizeof *block);
    for (uint32_t layer = 0; layer < 3; layer++) {
        *block = block_of(layer);
        rig_operate(&bench.rig, CALL_INVALIDATE, block);
        assert_int_equal(block->status, FLUE_STATUS_SUCCESS);
    }
    munmap(memory, 2 * page);
}

/* A tree that names an object in a wrong place, or is no tree, invalidates nothing. */
static void
test_invalidate_malformed_tree_leaves_all_as_it_was(void **state)
{
    struct flue_block_list neighbor = block_of(0);
    struct flue_block_list tcp = block_of(2);
    struct flue_block_list path = block_of(1);

    (void)state;
    rig_stop_watching(&bench.rig);
    neighbor.dependent_block_list = &path;
    path.dependent_block_list = &tcp;
    tcp.next_block = &tcp;
    rig_operate(&bench.rig, CALL_INVALIDATE, &neighbor);
    assert_int_equal(neighbor.status, FLUE_STATUS_FAILURE);
    path = block_of(1);
    neighbor = bare_block(FLUE_IP4_OFFLOAD_STATE, NULL); /* a placeholder */
    neighbor.next_block = &path;
    tcp = block_of(2);
    neighbor.dependent_block_list = &tcp;
    path.header.type = FLUE_TCP_OFFLOAD_RESOURCE_STATE;
    tcp.port_number = 1;
    rig_operate(&bench.rig, CALL_INVALIDATE, &neighbor);
    assert_int_equal(neighbor.status, FLUE_STATUS_SUCCESS);
    assert_int_equal(path.status, FLUE_STATUS_FAILURE);
    assert_int_equal(tcp.status, FLUE_STATUS_FAILURE);
    rig_make_list(&bench.lists[0], 1, 100);
    rig_send(&bench.rig, &bench.tcp, &bench.lists[0]);
    rig_advance(&bench.rig, FLUE_SECOND);
    assert_int_equal(bench.rig.peer_bytes, 100);
    assert_int_equal(rig_count(&bench.rig, CALL_EVENT), 0);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        ON_BENCH(test_invalidate_completes_later_with_its_own_tree),
        cmocka_unit_test(test_invalidate_nothing_leaves_after_the_call),
        ON_BENCH(test_invalidate_idle_connection_finds_out_when_it_sends),
        ON_BENCH(test_invalidate_then_terminate_gives_everything_back),
        ON_BENCH(test_invalidate_holds_for_new_connections),
        ON_BENCH(test_invalidate_reads_nothing_behind_a_block),
        ON_BENCH(test_invalidate_malformed_tree_leaves_all_as_it_was),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
