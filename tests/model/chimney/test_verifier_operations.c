/* SPDX-License-Identifier: GPL-2.0-or-later
 *
 * Rules of update, invalidate, query and terminate.
 */
#include "verifier_bench.h"

#include <string.h>

/* A block that names the first connection. */
struct cached_block {
    struct flue_block_list block;
    struct flue_tcp_cached cached;
};

static struct flue_block_list *
make_update(struct bench *bench, struct cached_block *change)
{
    flue_block_list_init(&change->block, FLUE_TCP_OFFLOAD_CACHED_STATE, sizeof *change,
                         &bench->handles[0]);
    change->cached = bench->tcps[0].cached;
    return &change->block;
}

static void
make_query(struct bench *bench, struct flue_tcp_block *block)
{
    *block = bench->tcps[0];
    flue_block_list_init(&block->block, FLUE_TCP_OFFLOAD_STATE, sizeof *block, &bench->handles[0]);
}

/* ---- Whom an operation may name ----------------------------------------------------------------
 */

static void
test_operation_before_the_offload_is_complete(void **state)
{
    struct bench *bench = *state;
    struct cached_block change;

    bench_initiate(bench);
    BENCH_CALL(bench, update_offload, make_update(bench, &change)); /* the cell is still empty */
    bench_claim(bench, "HOST-004", FLUE_SIDE_CLIENT);
    bench_take(bench); /* the cells are written, and nothing is complete */
    BENCH_CALL(bench, query_offload, bench_make_ending(bench));
    bench_claim(bench, "HOST-004", FLUE_SIDE_CLIENT);
    make_update(bench, &change);
    BENCH_CALL(bench, invalidate_offload, &bench->ending.block);
    bench_claim(bench, "OFFLOAD-002", FLUE_SIDE_CLIENT); /* the block is in use */
    bench_initiate_complete(bench);
}

static void
test_operation_on_what_is_not_offloaded(void **state)
{
    struct bench *bench = *state;
    struct cached_block change;
    struct flue_offload_handle stranger = {.miniport_offload_context = bench};

    flue_block_list_init(&change.block, FLUE_TCP_OFFLOAD_CACHED_STATE, sizeof change, &stranger);
    BENCH_CALL(bench, update_offload, &change.block);
    bench_claim(bench, "STATE-019", FLUE_SIDE_CLIENT);
}

static void
test_operation_on_what_has_been_terminated(void **state)
{
    struct bench *bench = *state;
    struct cached_block change;

    bench_terminate(bench, bench_make_ending(bench));
    bench_fill_ending(bench);
    bench_terminate_complete(bench, &bench->ending.block);
    BENCH_CALL(bench, invalidate_offload, make_update(bench, &change)); /* the cell is stale */
    bench_claim(bench, "STATE-019", FLUE_SIDE_CLIENT);
}

static void
test_operation_with_a_type_of_another_layer(void **state)
{
    struct bench *bench = *state;
    struct cached_block change;

    make_update(bench, &change);
    change.block.header.type = FLUE_IP4_OFFLOAD_CACHED_STATE;
    BENCH_CALL(bench, update_offload, &change.block);
    bench_claim(bench, "STATE-009", FLUE_SIDE_CLIENT);
}

static void
test_operation_during_the_termination(void **state)
{
    struct bench *bench = *state;
    struct cached_block change;

    bench_terminate(bench, bench_make_ending(bench));
    BENCH_CALL(bench, update_offload, make_update(bench, &change));
    bench_claim(bench, "HOST-011", FLUE_SIDE_CLIENT);
}

/* ---- Update and invalidate ---------------------------------------------------------------------
 */

static void
test_update_of_an_object_being_updated(void **state)
{
    struct bench *bench = *state;
    struct cached_block change;
    struct cached_block second;

    BENCH_CALL(bench, update_offload, make_update(bench, &change));
    BENCH_CALL(bench, update_offload, make_update(bench, &second));
    bench_claim(bench, "HOST-005", FLUE_SIDE_CLIENT);
    change.block.status = FLUE_STATUS_SUCCESS;
    BENCH_COMPLETE(bench, update_offload_complete, &change.block);
    BENCH_CALL(bench, update_offload, make_update(bench, &change)); /* it is over */
    assert_int_equal(bench->violation_count, bench->claimed);
}

static void
test_update_of_an_invalidated_object(void **state)
{
    struct bench *bench = *state;
    struct cached_block change;

    make_update(bench, &change);
    BENCH_CALL(bench, invalidate_offload, &change.block);
    change.block.status = FLUE_STATUS_SUCCESS;
    BENCH_COMPLETE(bench, invalidate_offload_complete, &change.block);
    BENCH_CALL(bench, update_offload, make_update(bench, &change));
    bench_claim(bench, "HOST-005", FLUE_SIDE_CLIENT);
}

static void
test_update_with_a_wrong_length(void **state)
{
    struct bench *bench = *state;
    struct cached_block change;

    make_update(bench, &change);
    change.cached.header.length = 1;
    BENCH_CALL(bench, update_offload, &change.block);
    bench_claim(bench, "STATE-011", FLUE_SIDE_CLIENT);
}

static void
test_update_changed_by_the_provider(void **state)
{
    struct bench *bench = *state;
    struct cached_block change;

    BENCH_CALL(bench, update_offload, make_update(bench, &change));
    change.cached.ttl_or_hop_limit++;
    change.block.status = FLUE_STATUS_SUCCESS;
    BENCH_COMPLETE(bench, update_offload_complete, &change.block);
    bench_claim(bench, "STATE-006", FLUE_SIDE_PROVIDER);
}

/* A neighbour and a path of it, without anything below. */
struct second {
    struct flue_neighbor_block neighbor;
    struct flue_path_block path;
    struct flue_offload_handle neighbor_handle;
    struct flue_offload_handle path_handle;
    uint8_t contexts[2];
};

static void
offload_second(struct bench *bench, struct second *second)
{
    memset(second, 0, sizeof *second);
    second->neighbor = bench->neighbor;
    second->path = bench->path;
    flue_block_list_init(&second->neighbor.block, FLUE_NEIGHBOR_OFFLOAD_STATE,
                         sizeof second->neighbor, &second->neighbor_handle);
    flue_block_list_init(&second->path.block, FLUE_IP4_OFFLOAD_STATE, sizeof second->path,
                         &second->path_handle);
    second->neighbor.block.dependent_block_list = &second->path.block;
    BENCH_CALL(bench, initiate_offload, &second->neighbor.block);
    bench_take_one(&second->neighbor.block, &second->contexts[0]);
    bench_take_one(&second->path.block, &second->contexts[1]);
    BENCH_COMPLETE(bench, initiate_offload_complete, &second->neighbor.block);
}

static void
test_update_hangs_a_connection_under_another_path(void **state)
{
    struct bench *bench = *state;
    struct second second;
    struct cached_block change;
    struct flue_block_list path;

    offload_second(bench, &second);
    flue_block_list_init(&path, FLUE_IP4_OFFLOAD_CACHED_STATE, sizeof path, &second.path_handle);
    path.dependent_block_list = make_update(bench, &change);
    BENCH_CALL(bench, update_offload, &path);
    bench_claim(bench, "UPDATE-014", FLUE_SIDE_CLIENT);
}

static void
relink(struct bench *bench, struct flue_offload_handle *neighbor, struct flue_offload_handle *path)
{
    struct flue_block_list blocks[2];

    flue_block_list_init(&blocks[0], FLUE_NEIGHBOR_OFFLOAD_CACHED_STATE, sizeof blocks[0],
                         neighbor);
    flue_block_list_init(&blocks[1], FLUE_IP4_OFFLOAD_CACHED_STATE, sizeof blocks[1], path);
    blocks[0].dependent_block_list = &blocks[1];
    BENCH_CALL(bench, update_offload, &blocks[0]);
    blocks[0].status = FLUE_STATUS_SUCCESS;
    blocks[1].status = FLUE_STATUS_SUCCESS;
    BENCH_COMPLETE(bench, update_offload_complete, &blocks[0]);
}

/* UPDATE-012, UPDATE-015: the old neighbour can go, the one that is linked to cannot. */
static void
test_update_relinks_a_path(void **state)
{
    struct bench *bench = *state;
    struct second second;
    struct flue_block_list ending;

    offload_second(bench, &second);
    relink(bench, &bench->neighbor_handle, &second.path_handle);
    flue_block_list_init(&ending, FLUE_NEIGHBOR_OFFLOAD_DELEGATED_STATE, sizeof ending,
                         &second.neighbor_handle);
    bench_terminate(bench, &ending);
    ending.status = FLUE_STATUS_SUCCESS;
    bench_terminate_complete(bench, &ending);
    assert_int_equal(bench->violation_count, 0);
    flue_block_list_init(&ending, FLUE_NEIGHBOR_OFFLOAD_DELEGATED_STATE, sizeof ending,
                         &bench->neighbor_handle);
    ending.dependent_block_list = &bench->path.block; /* the other path stays */
    flue_block_list_init(&bench->path.block, FLUE_IP4_OFFLOAD_DELEGATED_STATE,
                         sizeof bench->path.block, &bench->path_handle);
    bench_terminate(bench, &ending);
    assert_int_equal(bench->violation_count, 2); /* neighbour and path: both have dependants */
    assert_string_equal(bench->violations[0].requirement, "HOST-013");
    assert_string_equal(bench->violations[1].requirement, "HOST-013");
    bench->claimed = 2;
}

/* ---- Query -------------------------------------------------------------------------------------
 */

static void
test_query_block_too_small(void **state)
{
    struct bench *bench = *state;
    struct flue_tcp_block block;

    make_query(bench, &block);
    block.block.header.size--;
    BENCH_CALL(bench, query_offload, &block.block);
    bench_claim(bench, "STATE-009", FLUE_SIDE_CLIENT);
}

static void
test_query_not_filled(void **state)
{
    struct bench *bench = *state;
    struct flue_tcp_block block;

    make_query(bench, &block);
    block.delegated.header.length = 0;
    BENCH_CALL(bench, query_offload, &block.block);
    block.block.status = FLUE_STATUS_SUCCESS;
    BENCH_COMPLETE(bench, query_offload_complete, &block.block);
    bench_claim(bench, "STATE-011", FLUE_SIDE_PROVIDER);
}

/* QUERY-003 */
static void
test_query_other_const_state(void **state)
{
    struct bench *bench = *state;
    struct flue_tcp_block block;

    make_query(bench, &block);
    block.constants.local_port++;
    BENCH_CALL(bench, query_offload, &block.block);
    block.block.status = FLUE_STATUS_SUCCESS;
    BENCH_COMPLETE(bench, query_offload_complete, &block.block);
    bench_claim(bench, "STATE-005", FLUE_SIDE_PROVIDER);
}

/* QUERY-003 */
static void
test_query_other_const_state_below(void **state)
{
    static const uint8_t wrong[4] = {203, 0, 113, 9};
    struct bench *bench = *state;
    struct flue_neighbor_block neighbor = bench->neighbor;
    struct flue_path_block path;

    for (uint32_t i = 0; i < 4; i++) {
        path = bench->path;
        flue_block_list_init(&path.block, FLUE_IP4_OFFLOAD_STATE, sizeof path, &bench->path_handle);
        BENCH_CALL(bench, query_offload, &path.block);
        *(i % 2 == 0 ? &path.constants.source_address : &path.constants.destination_address) =
            i < 2 ? wrong : NULL;
        path.block.status = FLUE_STATUS_SUCCESS;
        BENCH_COMPLETE(bench, query_offload_complete, &path.block);
        bench_claim(bench, "STATE-005", FLUE_SIDE_PROVIDER);
    }
    flue_block_list_init(&neighbor.block, FLUE_NEIGHBOR_OFFLOAD_STATE, sizeof neighbor,
                         &bench->neighbor_handle);
    BENCH_CALL(bench, query_offload, &neighbor.block);
    neighbor.constants.dl_source_address[5]++;
    neighbor.block.status = FLUE_STATUS_SUCCESS;
    BENCH_COMPLETE(bench, query_offload_complete, &neighbor.block);
    bench_claim(bench, "STATE-005", FLUE_SIDE_PROVIDER);
}

/* QUERY-003 */
static void
test_query_other_cached_state(void **state)
{
    struct bench *bench = *state;
    struct flue_tcp_block block;
    struct flue_path_block path = bench->path;
    struct flue_neighbor_block neighbor = bench->neighbor;

    make_query(bench, &block);
    block.cached.tos_or_traffic_class++;
    BENCH_CALL(bench, query_offload, &block.block);
    block.block.status = FLUE_STATUS_SUCCESS;
    BENCH_COMPLETE(bench, query_offload_complete, &block.block);
    bench_claim(bench, "STATE-006", FLUE_SIDE_PROVIDER);

    flue_block_list_init(&path.block, FLUE_IP4_OFFLOAD_STATE, sizeof path, &bench->path_handle);
    BENCH_CALL(bench, query_offload, &path.block);
    path.block.status = FLUE_STATUS_SUCCESS;
    path.cached.path_mtu--;
    BENCH_COMPLETE(bench, query_offload_complete, &path.block);
    bench_claim(bench, "STATE-006", FLUE_SIDE_PROVIDER);

    flue_block_list_init(&neighbor.block, FLUE_NEIGHBOR_OFFLOAD_STATE, sizeof neighbor,
                         &bench->neighbor_handle);
    BENCH_CALL(bench, query_offload, &neighbor.block);
    neighbor.block.status = FLUE_STATUS_SUCCESS;
    neighbor.cached.dl_destination_address[0]++;
    BENCH_COMPLETE(bench, query_offload_complete, &neighbor.block);
    bench_claim(bench, "STATE-006", FLUE_SIDE_PROVIDER);
}

/* A path's cached state alone is changed, then all of it asked for. */
static void
test_query_after_an_update_of_a_path(void **state)
{
    struct bench *bench = *state;
    struct flue_path_block path = bench->path;
    struct {
        struct flue_block_list block;
        struct flue_path_cached cached;
    } change = {.cached = bench->path.cached};

    flue_block_list_init(&change.block, FLUE_IP4_OFFLOAD_CACHED_STATE, sizeof change,
                         &bench->path_handle);
    change.cached.path_mtu = 576;
    BENCH_CALL(bench, update_offload, &change.block);
    change.block.status = FLUE_STATUS_SUCCESS;
    BENCH_COMPLETE(bench, update_offload_complete, &change.block);
    flue_block_list_init(&path.block, FLUE_IP4_OFFLOAD_STATE, sizeof path, &bench->path_handle);
    BENCH_CALL(bench, query_offload, &path.block);
    path.cached.path_mtu = 576;
    path.block.status = FLUE_STATUS_SUCCESS;
    BENCH_COMPLETE(bench, query_offload_complete, &path.block);
    assert_int_equal(bench->violation_count, 0);
}

/* Old or new value: an update that overlaps the query leaves both open. */
static void
test_query_that_overlaps_an_update_may_show_either(void **state)
{
    struct bench *bench = *state;
    struct flue_tcp_block block;
    struct cached_block change;

    make_query(bench, &block);
    BENCH_CALL(bench, query_offload, &block.block);
    make_update(bench, &change);
    change.cached.ttl_or_hop_limit = 9;
    BENCH_CALL(bench, update_offload, &change.block);
    change.block.status = FLUE_STATUS_SUCCESS;
    BENCH_COMPLETE(bench, update_offload_complete, &change.block);
    block.block.status = FLUE_STATUS_SUCCESS;
    BENCH_COMPLETE(bench, query_offload_complete, &block.block);
    assert_int_equal(bench->violation_count, 0);
}

/* ---- Terminate: the client ---------------------------------------------------------------------
 */

static void
test_terminate_twice(void **state)
{
    struct bench *bench = *state;
    struct flue_tcp_delegated_block second;

    bench_terminate(bench, bench_make_ending(bench));
    second = bench->ending;
    bench_terminate(bench, &second.block);
    bench_claim(bench, "TERM-025", FLUE_SIDE_CLIENT);
    bench_fill_ending(bench);
    bench_terminate_complete(bench, &bench->ending.block);
}

static void
test_terminate_while_an_operation_is_outstanding(void **state)
{
    struct bench *bench = *state;
    struct cached_block change;

    BENCH_CALL(bench, update_offload, make_update(bench, &change));
    bench_terminate(bench, bench_make_ending(bench));
    bench_claim(bench, "HOST-011", FLUE_SIDE_CLIENT);
}

static void
terminate_inside(struct bench *bench)
{
    bench_terminate(bench, bench_make_ending(bench));
}

static void
test_terminate_inside_a_receive_call(void **state)
{
    struct bench *bench = *state;

    bench->inside = terminate_inside;
    bench_receive(bench, bench_list(bench, 0, 10));
    bench_claim(bench, "HOST-011", FLUE_SIDE_CLIENT);
}

static void
test_terminate_what_something_depends_on(void **state)
{
    struct bench *bench = *state;
    struct flue_block_list path;

    flue_block_list_init(&path, FLUE_IP4_OFFLOAD_DELEGATED_STATE, sizeof path, &bench->path_handle);
    path.dependent_block_list = bench_make_ending(bench); /* one of two connections */
    bench_terminate(bench, &path);
    bench_claim(bench, "HOST-013", FLUE_SIDE_CLIENT);
}

/* ---- Terminate: the provider -------------------------------------------------------------------
 */

static void
test_terminate_not_filled(void **state)
{
    struct bench *bench = *state;

    bench_terminate(bench, bench_make_ending(bench));
    bench->ending.block.status = FLUE_STATUS_SUCCESS; /* and 0xA5 everywhere */
    bench->ending.block.net_buffer_list_chain = NULL;
    bench_terminate_complete(bench, &bench->ending.block);
    bench_claim(bench, "TERM-003", FLUE_SIDE_PROVIDER);
}

static void
test_terminate_buffered_data_not_filled(void **state)
{
    struct bench *bench = *state;

    bench_terminate(bench, bench_make_ending(bench));
    bench->ending.block.status = FLUE_STATUS_SUCCESS;
    bench->ending.block.net_buffer_list_chain = NULL;
    bench->ending.delegated.header.length = sizeof bench->ending.delegated;
    bench->ending.delegated.state = FLUE_TCP_CONNECTION_CLOSED;
    bench_terminate_complete(bench, &bench->ending.block);
    bench_claim(bench, "TERM-003", FLUE_SIDE_PROVIDER);
}

static void
test_terminate_state_of_no_connection(void **state)
{
    struct bench *bench = *state;

    bench_terminate(bench, bench_make_ending(bench));
    bench_fill_ending(bench);
    bench->ending.delegated.state = 77;
    bench_terminate_complete(bench, &bench->ending.block);
    bench_claim(bench, "STATE-052", FLUE_SIDE_PROVIDER);
}

static void
test_terminate_gives_no_const_state(void **state)
{
    struct bench *bench = *state;
    struct flue_tcp_block block;

    make_query(bench, &block);
    bench_terminate(bench, &block.block);
    block.constants.flags++;
    block.block.status = FLUE_STATUS_SUCCESS;
    bench_terminate_complete(bench, &block.block);
    bench_claim(bench, "STATE-005", FLUE_SIDE_PROVIDER);
}

static void
test_terminate_with_calls_outstanding(void **state)
{
    struct bench *bench = *state;

    bench_receive(bench, bench_list(bench, 0, 10));
    bench_terminate(bench, bench_make_ending(bench));
    bench_fill_ending(bench);
    bench_terminate_complete(bench, &bench->ending.block);
    bench_claim(bench, "TERM-006", FLUE_SIDE_PROVIDER);
}

static void
test_terminate_with_a_query_outstanding(void **state)
{
    struct bench *bench = *state;
    struct flue_tcp_block block;

    make_query(bench, &block);
    BENCH_CALL(bench, query_offload, &block.block);
    bench_terminate(bench, bench_make_ending(bench));
    bench_claim(bench, "HOST-011", FLUE_SIDE_CLIENT);
    bench_fill_ending(bench);
    bench_terminate_complete(bench, &bench->ending.block);
    bench_claim(bench, "TERM-006", FLUE_SIDE_PROVIDER);
    block.block.status = FLUE_STATUS_SUCCESS;
    BENCH_COMPLETE(bench, query_offload_complete, &block.block);
}

static void
complete_termination_inside(struct bench *bench)
{
    bench_terminate(bench, bench_make_ending(bench));
    bench_fill_ending(bench);
    bench_terminate_complete(bench, &bench->ending.block);
    bench_claim(bench, "TERM-007", FLUE_SIDE_PROVIDER);
}

static void
test_terminate_during_an_indication(void **state)
{
    struct bench *bench = *state;

    bench->inside = complete_termination_inside;
    bench_indicate(bench, bench_list(bench, 0, 10));
}

static void
test_terminate_during_an_event(void **state)
{
    struct bench *bench = *state;

    bench->inside = complete_termination_inside;
    bench_event(bench, FLUE_TCP_INDICATE_RETRIEVE, FLUE_UPLOAD_LOW_ACTIVITY);
}

/* Two sends that come back with the termination. */
static void
begin_hand_back(struct bench *bench)
{
    bench_send(bench, bench_list(bench, 0, 10));
    bench_send(bench, bench_list(bench, 1, 10));
    bench_terminate(bench, bench_make_ending(bench));
    bench_fill_ending(bench);
}

static void
end_hand_back(struct bench *bench, uint32_t first, uint32_t second)
{
    struct flue_buffer_list *list = &bench->lists[first].list;

    list->next = &bench->lists[second].list;
    list->next->next = NULL;
    bench->ending.block.net_buffer_list_chain = list;
    if (bench->ending.delegated.send_data_head == NULL)
        bench->ending.delegated.send_data_head = list;
    bench->ending.delegated.send_data_tail = list->next;
    bench_terminate_complete(bench, &bench->ending.block);
}

static void
test_terminate_sends_in_another_order(void **state)
{
    struct bench *bench = *state;

    begin_hand_back(bench);
    end_hand_back(bench, 1, 0);
    bench_claim(bench, "TERM-017", FLUE_SIDE_PROVIDER);
}

static void
test_terminate_sends_described_wrongly(void **state)
{
    struct bench *bench = *state;

    begin_hand_back(bench);
    bench->ending.delegated.send_data_head = &bench->lists[1].list;
    end_hand_back(bench, 0, 1);
    bench_claim(bench, "TERM-018", FLUE_SIDE_PROVIDER);
}

static void
test_terminate_chain_left_as_found(void **state)
{
    struct bench *bench = *state;

    bench_make_ending(bench);
    bench->ending.block.net_buffer_list_chain = (void *)(uintptr_t)0xDEAD0; /* never followed */
    bench_terminate(bench, &bench->ending.block);
    bench_fill_ending(bench);
    bench->ending.block.net_buffer_list_chain = (void *)(uintptr_t)0xDEAD0;
    bench_terminate_complete(bench, &bench->ending.block);
    bench_claim(bench, "TERM-019", FLUE_SIDE_PROVIDER);
}

/* A request, or another connection's send, is none of the sends to be handed back. */
static void
test_terminate_hands_back_what_is_no_send_of_it(void **state)
{
    struct bench *bench = *state;
    struct flue_buffer_list *other = bench_list(bench, 0, 10);
    struct flue_buffer_list *request = bench_list(bench, 1, 10);

    (void)bench->up->tcp_offload_send(bench->up->adapter, ++bench->now, &bench->contexts[3], other);
    bench_terminate(bench, bench_make_ending(bench));
    bench_fill_ending(bench);
    bench->ending.block.net_buffer_list_chain = other;
    bench_terminate_complete(bench, &bench->ending.block);
    bench_claim(bench, "TERM-019", FLUE_SIDE_PROVIDER);

    bench->ending.block.offload_handle = &bench->handles[1];
    bench->ending.block.miniport_offload_context = &bench->handles[1].miniport_offload_context;
    (void)bench->up->tcp_offload_receive(bench->up->adapter, ++bench->now, &bench->contexts[3],
                                         request);
    bench_terminate(bench, &bench->ending.block);
    bench_done(other, FLUE_STATUS_UPLOAD_IN_PROGRESS, 0);
    bench_send_complete(bench, other);
    bench_fill_ending(bench);
    bench->ending.block.net_buffer_list_chain = request;
    bench_terminate_complete(bench, &bench->ending.block);
    assert_string_equal(bench->violations[bench->claimed].requirement, "TERM-019");
    bench->claimed++;
    bench_claim(bench, "TERM-006", FLUE_SIDE_PROVIDER); /* it was to be completed */
}

static void
test_terminate_hands_up_a_list_in_use(void **state)
{
    struct bench *bench = *state;
    struct flue_buffer_list *lent = bench_list(bench, 0, 10);

    bench_indicate(bench, lent);
    bench_terminate(bench, bench_make_ending(bench));
    bench_fill_ending(bench);
    bench->ending.delegated.buffered_data = lent;
    bench_terminate_complete(bench, &bench->ending.block);
    bench_claim(bench, "TERM-014", FLUE_SIDE_PROVIDER);
}

/* TERM-005: of a lost object nothing is expected; its handle may be used again. */
static void
test_terminate_failure_loses_the_object(void **state)
{
    struct bench *bench = *state;

    bench_send(bench, bench_list(bench, 0, 10));
    bench_terminate(bench, bench_make_ending(bench));
    bench->ending.block.status = FLUE_STATUS_FAILURE;
    bench_terminate_complete(bench, &bench->ending.block);
    bench_event(bench, FLUE_TCP_INDICATE_RETRIEVE, FLUE_UPLOAD_HARDWARE_FAILURE);
    bench_event(bench, FLUE_TCP_INDICATE_ABORT, 0);
    bench_terminate(bench, bench_make_ending(bench));
    bench_done(&bench->lists[0].list, FLUE_STATUS_REQUEST_ABORTED, 0);
    bench_send_complete(bench, &bench->lists[0].list);
    bench_fill_ending(bench);
    bench_terminate_complete(bench, &bench->ending.block);
    assert_int_equal(bench->violation_count, 0);
}

int
main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, bench_set_up_offloaded, bench_tear_down)
#define TEST_FRESH(name) cmocka_unit_test_setup_teardown(name, bench_set_up, bench_tear_down)
    const struct CMUnitTest tests[] = {
        TEST_FRESH(test_operation_before_the_offload_is_complete),
        TEST(test_operation_on_what_is_not_offloaded),
        TEST(test_operation_on_what_has_been_terminated),
        TEST(test_operation_with_a_type_of_another_layer),
        TEST(test_operation_during_the_termination),
        TEST(test_update_of_an_object_being_updated),
        TEST(test_update_of_an_invalidated_object),
        TEST(test_update_with_a_wrong_length),
        TEST(test_update_changed_by_the_provider),
        TEST(test_update_hangs_a_connection_under_another_path),
        TEST(test_update_relinks_a_path),
        TEST(test_query_block_too_small),
        TEST(test_query_not_filled),
        TEST(test_query_other_const_state),
        TEST(test_query_other_const_state_below),
        TEST(test_query_other_cached_state),
        TEST(test_query_after_an_update_of_a_path),
        TEST(test_query_that_overlaps_an_update_may_show_either),
        TEST(test_terminate_twice),
        TEST(test_terminate_while_an_operation_is_outstanding),
        TEST(test_terminate_inside_a_receive_call),
        TEST(test_terminate_what_something_depends_on),
        TEST(test_terminate_not_filled),
        TEST(test_terminate_buffered_data_not_filled),
        TEST(test_terminate_state_of_no_connection),
        TEST(test_terminate_gives_no_const_state),
        TEST(test_terminate_with_calls_outstanding),
        TEST(test_terminate_with_a_query_outstanding),
        TEST(test_terminate_during_an_indication),
        TEST(test_terminate_during_an_event),
        TEST(test_terminate_sends_in_another_order),
        TEST(test_terminate_sends_described_wrongly),
        TEST(test_terminate_chain_left_as_found),
        TEST(test_terminate_hands_back_what_is_no_send_of_it),
        TEST(test_terminate_hands_up_a_list_in_use),
        TEST(test_terminate_failure_loses_the_object),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
