/* SPDX-License-Identifier: GPL-2.0-or-later
 *
 * Trees of every shape, right and wrong, under each of the five operations; and the contexts by
 * which they name objects.
 */
#include "rig.h"

#include <stdlib.h>
#include <string.h>

#include "target/parts.h"

static const enum call_kind OPERATIONS[] = {CALL_QUERY, CALL_UPDATE, CALL_INITIATE, CALL_INVALIDATE,
                                            CALL_TERMINATE};
enum { OPERATION_COUNT = sizeof OPERATIONS / sizeof OPERATIONS[0] };

/* neighbor(path(tcp)) with every structure behind every block; for an initiate of new objects. */
struct tree {
    struct flue_neighbor_block neighbor;
    struct flue_path_block path;
    struct flue_tcp_block tcp;
    struct flue_tcp_block second; /* not linked: a spoiler may */
    struct flue_offload_handle handles[3];
    struct flue_offload_handle other;
};

/* For an initiate: objects of the bench's values under new handles, the connection with another
 * port. For the others: the bench's own objects. */
static void
make_tree(struct tree *tree, enum call_kind kind)
{
    bool is_new = kind == CALL_INITIATE;

    memset(tree, 0, sizeof *tree);
    tree->neighbor = bench.neighbor.block;
    tree->path = bench.path.block;
    tree->tcp = bench.tcp.block;
    flue_block_list_init(&tree->neighbor.block, FLUE_NEIGHBOR_OFFLOAD_STATE, sizeof tree->neighbor,
                         is_new ? &tree->handles[0] : &bench.neighbor.handle);
    flue_block_list_init(&tree->path.block, FLUE_IP4_OFFLOAD_STATE, sizeof tree->path,
                         is_new ? &tree->handles[1] : &bench.path.handle);
    flue_block_list_init(&tree->tcp.block, FLUE_TCP_OFFLOAD_STATE, sizeof tree->tcp,
                         is_new ? &tree->handles[2] : &bench.tcp.handle);
    tree->tcp.constants.local_port ^= is_new ? 0x4000 : 0;
    tree->second = tree->tcp;
    if (is_new)
        flue_block_list_init(&tree->second.block, FLUE_TCP_OFFLOAD_STATE, sizeof tree->second,
                             &tree->other);
    tree->neighbor.block.dependent_block_list = &tree->path.block;
    tree->path.block.dependent_block_list = &tree->tcp.block;
    tree->second.constants.local_port ^= is_new ? 0x2000 : 0;
}

/* ---- What may be wrong -------------------------------------------------------------------------
 */

static void
spoil_tcp_next_itself(struct tree *tree)
{
    tree->tcp.block.next_block = &tree->tcp.block;
}

static void
spoil_tcp_next_path(struct tree *tree)
{
    tree->tcp.block.next_block = &tree->path.block;
}

static void
spoil_path_next_root(struct tree *tree)
{
    tree->path.block.next_block = &tree->neighbor.block;
}

static void
spoil_path_below_itself(struct tree *tree)
{
    tree->path.block.dependent_block_list = &tree->path.block;
    tree->tcp.block.status = FLUE_STATUS_FAILURE; /* it is no part of the tree */
}

static void
spoil_root_next_itself(struct tree *tree)
{
    tree->neighbor.block.next_block = &tree->neighbor.block;
}

static void
spoil_long_cycle(struct tree *tree)
{
    tree->tcp.block.next_block = &tree->second.block;
    tree->second.block.next_block = &tree->tcp.block;
}

static void
spoil_shared_dependants(struct tree *tree)
{
    static struct flue_path_block second;

    second = tree->path;
    second.block.miniport_offload_context = NULL;
    tree->path.block.next_block = &second.block; /* both lead to the connection */
}

static void
spoil_below_tcp(struct tree *tree)
{
    tree->tcp.block.dependent_block_list = &tree->second.block;
}

static void
spoil_path_type(struct tree *tree)
{
    tree->path.block.header.type = FLUE_TCP_OFFLOAD_STATE;
}

static void
spoil_unknown_type(struct tree *tree)
{
    tree->path.block.header.type = 200;
}

static void
spoil_zero_type(struct tree *tree)
{
    tree->neighbor.block.header.type = 0;
}

static void
spoil_reserved_type(struct tree *tree)
{
    tree->tcp.block.header.type = FLUE_TCP_OFFLOAD_RESOURCE_STATE;
}

static void
spoil_filter_type(struct tree *tree)
{
    tree->tcp.block.header.type = FLUE_FILTER_RESERVED_OFFLOAD_STATE;
}

static void
spoil_revision(struct tree *tree)
{
    tree->tcp.block.header.revision = 2;
}

static void
spoil_small_block(struct tree *tree)
{
    tree->tcp.block.header.size = sizeof tree->tcp.block - 1;
}

static void
spoil_port(struct tree *tree)
{
    tree->tcp.block.port_number = 1;
}

static void
spoil_mixed_chain(struct tree *tree)
{
    tree->path.block.next_block = &tree->second.block; /* a connection beside a path */
}

static void
spoil_foreign_context(struct tree *tree)
{
    static struct flue_offload_handle foreign;
    static int thing;

    foreign.miniport_offload_context = &thing;
    tree->tcp.block.miniport_offload_context = &foreign.miniport_offload_context;
}

static void
spoil_stale_context(struct tree *tree)
{
    static struct flue_offload_handle stale;

    /* The next generation of the bench's own place: never given out. */
    stale.miniport_offload_context =
        (void *)((uintptr_t)rig_context(&bench.tcp) + ((uintptr_t)1 << 32));
    tree->tcp.block.miniport_offload_context = &stale.miniport_offload_context;
}

static void
spoil_context_of_another_layer(struct tree *tree)
{
    tree->path.block.miniport_offload_context = &bench.neighbor.handle.miniport_offload_context;
}

/* What was there is there, with its values; and it works. */
static void
check_untouched(const struct flue_tcp_block *before)
{
    struct flue_tcp_block after;
    struct flue_target_statistics statistics;
    struct rig_list list;
    uint32_t got = bench.rig.peer_bytes;

    flue_block_list_init(&after.block, FLUE_TCP_OFFLOAD_STATE, sizeof after, &bench.tcp.handle);
    rig_operate(&bench.rig, CALL_QUERY, &after.block);
    assert_int_equal(after.block.status, FLUE_STATUS_SUCCESS);
    assert_memory_equal(&after.constants, &before->constants, sizeof after.constants);
    assert_memory_equal(&after.cached, &before->cached, sizeof after.cached);
    assert_int_equal(after.delegated.snd_una, before->delegated.snd_una);
    rig_make_list(&list, 1, 100);
    rig_send(&bench.rig, &bench.tcp, &list);
    rig_settle(&bench.rig);
    rig_advance(&bench.rig, FLUE_SECOND);
    assert_int_equal(bench.rig.peer_bytes, got + 100);
    flue_target_get_statistics(bench.rig.target, &statistics);
    assert_int_equal(statistics.connections, 1);
}

/* STATE-001, STATE-002, STATE-003, STATE-012, STATE-015, STATE-030: every one of these fails the
 * block that is wrong, under every operation, and the connection in use does not notice. */
static void
test_malformed_trees_are_refused(void **state)
{
    static const struct {
        void (*spoil)(struct tree *tree);
        bool is_no_tree; /* every block fails, and nothing is done */
        uint8_t failing; /* layer of the block that fails otherwise */
    } cases[] = {
        {spoil_tcp_next_itself, true, 0},
        {spoil_tcp_next_path, true, 0},
        {spoil_path_next_root, true, 0},
        {spoil_path_below_itself, true, 0},
        {spoil_root_next_itself, true, 0},
        {spoil_long_cycle, true, 0},
        {spoil_shared_dependants, true, 0},
        {spoil_below_tcp, false, 2},
        {spoil_path_type, false, 1},
        {spoil_unknown_type, false, 1},
        {spoil_zero_type, false, 0},
        {spoil_reserved_type, false, 2},
        {spoil_filter_type, false, 2},
        {spoil_revision, false, 2},
        {spoil_small_block, false, 2},
        {spoil_port, false, 2},
        {spoil_foreign_context, false, 2},
        {spoil_stale_context, false, 2},
        {spoil_context_of_another_layer, false, 1},
    };

    for (uint32_t i = 0; i < sizeof cases / sizeof cases[0]; i++)
        for (uint32_t k = 0; k < OPERATION_COUNT; k++) {
            enum call_kind kind = OPERATIONS[k];
            struct flue_tcp_block before;
            struct tree tree;
            enum flue_status statuses[3];

            (void)bench_set_up(state);
            flue_block_list_init(&before.block, FLUE_TCP_OFFLOAD_STATE, sizeof before,
                                 &bench.tcp.handle);
            rig_operate(&bench.rig, CALL_QUERY, &before.block);
            rig_stop_watching(&bench.rig);
            make_tree(&tree, kind);
            cases[i].spoil(&tree);
            tree.tcp.cached.ttl_or_hop_limit = 9; /* an update would show it */
            if (kind == CALL_INVALIDATE && cases[i].failing == 2 && !cases[i].is_no_tree) {
                tree.neighbor.block.miniport_offload_context = NULL; /* not those below it */
                tree.path.block.miniport_offload_context = NULL;
            }
            if (kind == CALL_INVALIDATE && cases[i].failing == 1)
                tree.neighbor.block.miniport_offload_context = NULL;
            rig_operate(&bench.rig, kind, &tree.neighbor.block);
            statuses[0] = tree.neighbor.block.status;
            statuses[1] = tree.path.block.status;
            statuses[2] = tree.tcp.block.status;
            assert_int_equal(statuses[cases[i].failing], FLUE_STATUS_FAILURE);
            for (uint32_t layer = cases[i].is_no_tree ? 0 : cases[i].failing; layer < 3; layer++)
                assert_int_equal(statuses[layer], FLUE_STATUS_FAILURE); /* OFFLOAD-003 */
            assert_null(tree.handles[2].miniport_offload_context);
            check_untouched(&before);
            (void)bench_tear_down(state);
        }
}

/* STATE-003: the chain's first block says what the others must be. */
static void
test_mixed_chain_fails_what_does_not_fit(void **state)
{
    for (uint32_t k = 0; k < OPERATION_COUNT; k++) {
        struct tree tree;

        (void)bench_set_up(state);
        rig_stop_watching(&bench.rig);
        make_tree(&tree, OPERATIONS[k]);
        spoil_mixed_chain(&tree);
        rig_operate(&bench.rig, OPERATIONS[k], &tree.neighbor.block);
        assert_int_equal(tree.path.block.status, FLUE_STATUS_SUCCESS);
        assert_int_equal(tree.tcp.block.status, FLUE_STATUS_SUCCESS);
        assert_int_equal(tree.second.block.status, FLUE_STATUS_FAILURE);
        assert_null(tree.other.miniport_offload_context);
        (void)bench_tear_down(state);
    }
}

/* A state structure that does not say its own size is not taken over (STATE-011); what its reserved
 * member says does not matter. */
static void
test_initiate_wrong_lengths_are_refused(void **state)
{
    for (uint32_t i = 0; i < 10; i++) {
        struct tree tree;
        struct flue_offload_state_header *headers[] = {
            &tree.neighbor.constants.header, &tree.neighbor.cached.header,
            &tree.neighbor.delegated.header, &tree.path.constants.header,
            &tree.path.cached.header,        &tree.path.delegated.header,
            &tree.tcp.constants.header,      &tree.tcp.cached.header,
            &tree.tcp.delegated.header,
        };
        enum flue_status expected = i < 9 ? FLUE_STATUS_FAILURE : FLUE_STATUS_SUCCESS;

        (void)bench_set_up(state);
        rig_stop_watching(&bench.rig);
        make_tree(&tree, CALL_INITIATE);
        for (uint32_t k = 0; k < 9; k++)
            headers[k]->recognized_options = 0xDEADBEEF;
        if (i < 9)
            headers[i]->length += i % 2 == 0 ? 4 : (uint32_t)-4;
        rig_operate(&bench.rig, CALL_INITIATE, &tree.neighbor.block);
        assert_int_equal(tree.tcp.block.status, expected);
        assert_int_equal(tree.handles[i < 3   ? 0
                                      : i < 6 ? 1
                                              : 2]
                                 .miniport_offload_context == NULL,
                         i < 9);
        (void)bench_tear_down(state);
    }
}

/* A whole tree, each layer alone, with placeholders above, and placeholders alone: what is legal
 * succeeds (STATE-020, STATE-023, TERM-024). */
static void
test_legal_shapes_succeed(void **state)
{
    static const enum call_kind kinds[] = {CALL_QUERY, CALL_UPDATE, CALL_INVALIDATE,
                                           CALL_TERMINATE};

    for (uint32_t k = 0; k < 4; k++)
        for (uint32_t shape = 0; shape < 5; shape++) {
            struct flue_target_statistics statistics;
            struct flue_block_list alone;
            struct tree tree;
            struct flue_block_list *root;

            (void)bench_set_up(state);
            make_tree(&tree, kinds[k]);
            root = shape == 1 ? &tree.tcp.block : &tree.neighbor.block;
            if (shape >= 2)
                tree.neighbor.block.miniport_offload_context = NULL;
            if (shape >= 3) {
                tree.path.block.miniport_offload_context = NULL;
                tree.path.block.header.type = 99; /* nobody looks at it */
            }
            if (shape == 4)
                tree.tcp.block.miniport_offload_context = NULL;
            flue_block_list_init(&alone, (enum flue_offload_state_type)0, sizeof alone, NULL);
            root->next_block = &alone;
            rig_operate(&bench.rig, kinds[k], root);
            assert_int_equal(alone.status, FLUE_STATUS_SUCCESS);
            assert_int_equal(tree.tcp.block.status, FLUE_STATUS_SUCCESS);
            if (shape != 1)
                assert_int_equal(tree.path.block.status, FLUE_STATUS_SUCCESS);
            flue_target_get_statistics(bench.rig.target, &statistics);
            if (kinds[k] == CALL_TERMINATE)
                assert_int_equal(statistics.connections, shape == 4 ? 1 : 0);
            (void)bench_tear_down(state);
        }
}

/* ---- Contexts ----------------------------------------------------------------------------------
 */

static struct target_object *
object_of(const struct flue_offload_handle *handle)
{
    return flue__target_object(bench.rig.target, handle->miniport_offload_context);
}

static void
test_contexts_lead_to_their_objects(void **state)
{
    void *contexts[3] = {bench.neighbor.handle.miniport_offload_context,
                         bench.path.handle.miniport_offload_context, rig_context(&bench.tcp)};
    struct flue_tcp_delegated_block back;
    struct rig_list list;
    struct rig_tcp next;
    struct flue_path_block path;

    (void)state;
    assert_ptr_not_equal(contexts[0], contexts[1]); /* STATE-016 */
    assert_ptr_not_equal(contexts[1], contexts[2]);
    assert_ptr_equal(object_of(&bench.tcp.handle)->handle, &bench.tcp.handle); /* STATE-017 */
    assert_ptr_equal(object_of(&bench.neighbor.handle)->handle, &bench.neighbor.handle);
    assert_ptr_equal(object_of(&bench.path.handle)->handle, &bench.path.handle); /* STATE-018 */
    rig_peer_send(&bench.rig, bench.tcp.peer, 1, 3000);
    rig_settle(&bench.rig);
    assert_ptr_equal(rig_context(&bench.tcp), contexts[2]); /* STATE-019 */
    assert_ptr_equal(object_of(&bench.tcp.handle)->handle, &bench.tcp.handle);
    rig_return_lent(&bench.rig);

    /* A context that is gone is gone, even when its memory has a new owner. */
    rig_terminate(&bench.rig, &bench.tcp, &back);
    assert_null(object_of(&bench.tcp.handle));
    rig_make_tcp(&bench.rig, &next, 200);
    flue_block_list_init(&path.block, FLUE_IP4_OFFLOAD_STATE, sizeof path.block,
                         &bench.path.handle);
    path.block.dependent_block_list = &next.block.block;
    rig_operate(&bench.rig, CALL_INITIATE, &path.block);
    assert_non_null(rig_context(&next)); /* STATE-022 */
    assert_ptr_not_equal(rig_context(&next), contexts[2]);
    assert_null(object_of(&bench.tcp.handle));
    rig_stop_watching(&bench.rig);
    rig_terminate(&bench.rig, &bench.tcp, &back);
    assert_int_equal(back.block.status, FLUE_STATUS_FAILURE);
    bench.rig.call_count = 0;
    rig_make_list(&list, 1, 10);
    rig_send(&bench.rig, &bench.tcp, &list); /* I/O finds it out too */
    rig_settle(&bench.rig);
    assert_int_equal(bench.rig.calls[0].kind, CALL_SEND);
    assert_int_equal(bench.rig.calls[0].status, FLUE_STATUS_REQUEST_ABORTED);
}

/* I/O with what was never a context. */
static void
test_contexts_that_never_were_end_io(void **state)
{
    struct flue_provider *provider;
    struct rig_list *lists = bench.lists;
    void *foreign = bench.neighbor.handle.miniport_offload_context;

    (void)state;
    rig_stop_watching(&bench.rig);
    provider = bench.rig.provider;
    for (uint32_t i = 0; i < 4; i++)
        rig_make_list(&lists[i], 1, 100);
    (void)provider->tcp_offload_send(provider->adapter, 0, foreign, &lists[0].list);
    (void)provider->tcp_offload_receive(provider->adapter, 0, &lists, &lists[1].list);
    (void)provider->tcp_offload_forward(provider->adapter, 0, NULL, &lists[2].list);
    (void)provider->tcp_offload_disconnect(provider->adapter, 0, (void *)UINTPTR_MAX,
                                           &lists[3].list, FLUE_TCP_DISCONNECT_ABORTIVE_CLOSE);
    rig_settle(&bench.rig);
    assert_int_equal(bench.rig.call_count, 4);
    for (uint32_t i = 0; i < 4; i++)
        assert_int_equal(bench.rig.calls[i].status, FLUE_STATUS_REQUEST_ABORTED);
    /* A place that no object had so far, and the last thing that the bench's own will not say. */
    for (uintptr_t i = 0; i < 2; i++) {
        uintptr_t own = (uintptr_t)rig_context(&bench.tcp);

        rig_make_list(&lists[0], 1, 100);
        (void)provider->tcp_offload_send(provider->adapter, 0,
                                         (void *)(i == 0 ? 40 : own - ((uintptr_t)1 << 32)),
                                         &lists[0].list);
        rig_settle(&bench.rig);
        assert_int_equal(bench.rig.calls[4 + i].status, FLUE_STATUS_REQUEST_ABORTED);
    }
}

/* STATE-025: neighbours know nothing of each other. */
static void
test_terminating_one_neighbor_leaves_the_other(void **state)
{
    struct flue_target_statistics statistics;
    struct rig_neighbor neighbor;
    struct rig_path path;
    struct rig_tcp tcp;
    struct tree tree;
    struct rig_list list;

    (void)state;
    rig_offload(&bench.rig, &neighbor, &path, &tcp, 101);
    make_tree(&tree, CALL_TERMINATE);
    rig_operate(&bench.rig, CALL_TERMINATE, &tree.neighbor.block);
    assert_int_equal(tree.neighbor.block.status, FLUE_STATUS_SUCCESS);
    flue_target_get_statistics(bench.rig.target, &statistics);
    assert_int_equal(statistics.neighbors + statistics.paths + statistics.connections, 3);
    rig_make_list(&list, 1, 100);
    rig_send(&bench.rig, &tcp, &list);
    rig_settle(&bench.rig);
    rig_advance(&bench.rig, FLUE_SECOND);
    assert_int_equal(bench.rig.peer_bytes, 100);
}

/* TERM-020: there and back, often; memory and tables do not grow. */
static void
test_initiate_path_without_an_address_is_refused(void **state)
{
    for (uint32_t i = 0; i < 2; i++) {
        struct tree tree;

        (void)bench_set_up(state);
        rig_stop_watching(&bench.rig);
        make_tree(&tree, CALL_INITIATE);
        if (i == 0)
            tree.path.constants.source_address = NULL;
        else
            tree.path.constants.destination_address = NULL;
        rig_operate(&bench.rig, CALL_INITIATE, &tree.neighbor.block);
        assert_int_equal(tree.path.block.status, FLUE_STATUS_FAILURE);
        assert_null(tree.handles[1].miniport_offload_context);
        (void)bench_tear_down(state);
    }
}

static void
test_offload_and_terminate_again_and_again(void **state)
{
    size_t bytes = 0;

    (void)state;
    for (uint32_t i = 0; i < 10000; i++) {
        struct tree tree;

        make_tree(&tree, CALL_INITIATE);
        rig_operate(&bench.rig, CALL_INITIATE, &tree.neighbor.block);
        assert_int_equal(tree.tcp.block.status, FLUE_STATUS_SUCCESS);
        rig_operate(&bench.rig, CALL_TERMINATE, &tree.neighbor.block);
        assert_int_equal(tree.neighbor.block.status, FLUE_STATUS_SUCCESS);
        bench.rig.call_count = 0;
        for (uint32_t k = 0; k < 3; k++)
            tree.handles[k].miniport_offload_context = NULL;
        if (i == 100)
            bytes = bench.rig.memory.live_bytes;
        else if (i > 100)
            assert_int_equal(bench.rig.memory.live_bytes, bytes);
    }
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_malformed_trees_are_refused),
        cmocka_unit_test(test_mixed_chain_fails_what_does_not_fit),
        cmocka_unit_test(test_initiate_wrong_lengths_are_refused),
        cmocka_unit_test(test_legal_shapes_succeed),
        cmocka_unit_test(test_initiate_path_without_an_address_is_refused),
        ON_BENCH(test_contexts_lead_to_their_objects),
        ON_BENCH(test_contexts_that_never_were_end_io),
        ON_BENCH(test_terminating_one_neighbor_leaves_the_other),
        ON_BENCH(test_offload_and_terminate_again_and_again),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
