/* SPDX-License-Identifier: GPL-2.0-or-later
 *
 * The bench of verifier_bench.h.
 */
#include "verifier_bench.h"

#include <stdlib.h>
#include <string.h>

/* The handle's calls know no bench: the one under test is here. */
static struct bench *current;

static void
pass(const void *subject)
{
    void (*inside)(struct bench * bench) = current->inside;

    current->passed++;
    current->last = subject;
    current->inside = NULL;
    if (inside != NULL)
        inside(current);
}

static void
on_violation(void *user, const struct flue_violation *violation)
{
    struct bench *bench = user;

    assert_true(bench->violation_count < BENCH_VIOLATIONS);
    bench->violations[bench->violation_count++] = *violation;
}

/* ---- The two sides -----------------------------------------------------------------------------
 */

static void
pass_tree(void *own, flue_time now, struct flue_block_list *tree)
{
    assert_ptr_equal(own, current);
    assert_true(now == current->now);
    pass(tree);
}

static void
pass_lists(void *own, flue_time now, struct flue_buffer_list *lists)
{
    assert_ptr_equal(own, current);
    assert_true(now == current->now);
    pass(lists);
}

static enum flue_status
pass_post(void *adapter, flue_time now, void *context, struct flue_buffer_list *lists)
{
    assert_ptr_equal(adapter, current);
    assert_true(now == current->now);
    assert_non_null(context);
    pass(lists);
    return current->io_answer;
}

static enum flue_status
pass_disconnect(void *adapter, flue_time now, void *context, struct flue_buffer_list *list,
                uint32_t flags)
{
    (void)flags;
    return pass_post(adapter, now, context, list);
}

static enum flue_status
pass_return(void *adapter, flue_time now, struct flue_buffer_list *lists)
{
    pass_lists(adapter, now, lists);
    return current->return_answer;
}

static void
pass_completed_request(void *binding, flue_time now, struct flue_oid_request *request,
                       enum flue_status status)
{
    (void)status;
    assert_ptr_equal(binding, current);
    assert_true(now == current->now);
    pass(request);
}

static enum flue_status
pass_request(void *adapter, flue_time now, struct flue_oid_request *request)
{
    assert_ptr_equal(adapter, current);
    assert_true(now == current->now);
    pass(request);
    return current->return_answer;
}

static void
pass_offload_event(void *binding, flue_time now, struct flue_block_list *block, uint32_t code)
{
    (void)code;
    pass_tree(binding, now, block);
}

static void
pass_event(struct flue_offload_handle *handle, flue_time now, uint32_t type, uint32_t information)
{
    (void)type;
    (void)information;
    assert_true(now == current->now);
    pass(handle);
}

static enum flue_status
pass_indicate(struct flue_offload_handle *handle, flue_time now, struct flue_buffer_list *list,
              enum flue_status status, uint32_t *bytes_consumed)
{
    (void)handle;
    (void)status;
    assert_true(now == current->now);
    *bytes_consumed =
        current->consumed == UINT32_MAX ? list->buffer.data_length : current->consumed;
    pass(list);
    return current->answer;
}

static void
pass_status(void *binding, flue_time now, enum flue_status status, const void *buffer,
            uint32_t length)
{
    (void)status;
    (void)length;
    assert_ptr_equal(binding, current);
    assert_true(now == current->now);
    pass(buffer);
}

static void
init_tables(struct bench *bench)
{
    bench->provider = (struct flue_provider){
        .adapter = bench,
        .initiate_offload = pass_tree,
        .terminate_offload = pass_tree,
        .update_offload = pass_tree,
        .invalidate_offload = pass_tree,
        .query_offload = pass_tree,
        .tcp_offload_send = pass_post,
        .tcp_offload_receive = pass_post,
        .tcp_offload_forward = pass_post,
        .tcp_offload_disconnect = pass_disconnect,
        .tcp_offload_receive_return = pass_return,
        .oid_request = pass_request,
    };
    bench->client = (struct flue_client){
        .binding = bench,
        .initiate_offload_complete = pass_tree,
        .terminate_offload_complete = pass_tree,
        .update_offload_complete = pass_tree,
        .invalidate_offload_complete = pass_tree,
        .query_offload_complete = pass_tree,
        .indicate_offload_event = pass_offload_event,
        .tcp_offload_send_complete = pass_lists,
        .tcp_offload_receive_complete = pass_lists,
        .tcp_offload_disconnect_complete = pass_lists,
        .tcp_offload_forward_complete = pass_lists,
        .tcp_offload_event = pass_event,
        .tcp_offload_receive_indicate = pass_indicate,
        .indicate_status = pass_status,
        .oid_request_complete = pass_completed_request,
    };
}

/* ---- Life --------------------------------------------------------------------------------------
 */

int
bench_set_up(void **state)
{
    struct bench *bench = calloc(1, sizeof *bench);

    assert_non_null(bench);
    current = bench;
    bench->allocator = flue_test_memory_allocator(&bench->memory);
    bench->io_answer = FLUE_STATUS_PENDING;
    bench->return_answer = FLUE_STATUS_SUCCESS;
    bench->answer = FLUE_STATUS_SUCCESS;
    bench->consumed = UINT32_MAX;
    init_tables(bench);
    assert_int_equal(flue_verifier_create(&bench->allocator, on_violation, bench, &bench->verifier),
                     FLUE_OK);
    bench->up = flue_verifier_provider(bench->verifier);
    bench->down = flue_verifier_client(bench->verifier);
    flue_verifier_attach(bench->verifier, &bench->provider, &bench->client);
    bench_make_tree(bench);
    *state = bench;
    return 0;
}

int
bench_set_up_offloaded(void **state)
{
    bench_set_up(state);
    bench_offload(*state);
    return 0;
}

int
bench_tear_down(void **state)
{
    struct bench *bench = *state;

    for (uint32_t i = bench->claimed; i < bench->violation_count; i++)
        print_error("not claimed: %s, %s: %s\n", bench->violations[i].requirement,
                    flue_contract_side_name(bench->violations[i].side), bench->violations[i].text);
    assert_int_equal(bench->violation_count, bench->claimed);
    flue_verifier_destroy(bench->verifier);
    flue_test_memory_assert_empty(&bench->memory);
    free(bench);
    return 0;
}

void
bench_claim(struct bench *bench, const char *requirement, enum flue_contract_side side)
{
    const struct flue_violation *violation = &bench->violations[bench->claimed];

    for (uint32_t i = bench->claimed; i < bench->violation_count; i++)
        if (bench->violation_count != bench->claimed + 1)
            print_error("reported: %s, %s: %s\n", bench->violations[i].requirement,
                        flue_contract_side_name(bench->violations[i].side),
                        bench->violations[i].text);
    assert_int_equal(bench->violation_count, bench->claimed + 1);
    assert_string_equal(violation->requirement, requirement);
    assert_string_equal(flue_contract_side_name(violation->side), flue_contract_side_name(side));
    assert_true(violation->time == bench->now);
    assert_non_null(violation->kind);
    assert_true(violation->text[strlen(violation->text) - 1] == '.');
    bench->claimed++;
}

/* ---- Trees -------------------------------------------------------------------------------------
 */

static void
make_tcp(struct bench *bench, uint32_t i)
{
    struct flue_tcp_block *tcp = &bench->tcps[i];

    memset(tcp, 0, sizeof *tcp);
    flue_block_list_init(&tcp->block, FLUE_TCP_OFFLOAD_STATE, sizeof *tcp, &bench->handles[i]);
    tcp->constants.header.length = sizeof tcp->constants;
    tcp->constants.local_port = (uint16_t)(1000 + i);
    tcp->cached.header.length = sizeof tcp->cached;
    tcp->cached.initial_rcv_wnd = 65536;
    tcp->delegated.header.length = sizeof tcp->delegated;
    tcp->delegated.state = FLUE_TCP_CONNECTION_ESTABLISHED;
}

void
bench_make_tree(struct bench *bench)
{
    static const uint8_t source[4] = {192, 0, 2, 1};
    static const uint8_t destination[4] = {192, 0, 2, 2};
    struct flue_neighbor_block *neighbor = &bench->neighbor;
    struct flue_path_block *path = &bench->path;

    memset(neighbor, 0, sizeof *neighbor);
    flue_block_list_init(&neighbor->block, FLUE_NEIGHBOR_OFFLOAD_STATE, sizeof *neighbor,
                         &bench->neighbor_handle);
    neighbor->constants.header.length = sizeof neighbor->constants;
    neighbor->cached.header.length = sizeof neighbor->cached;
    neighbor->cached.dl_destination_address[5] = 9;
    neighbor->delegated.header.length = sizeof neighbor->delegated;
    memset(path, 0, sizeof *path);
    flue_block_list_init(&path->block, FLUE_IP4_OFFLOAD_STATE, sizeof *path, &bench->path_handle);
    path->constants.header.length = sizeof path->constants;
    path->constants.source_address = source;
    path->constants.destination_address = destination;
    path->cached.header.length = sizeof path->cached;
    path->cached.path_mtu = 1500;
    path->delegated.header.length = sizeof path->delegated;
    make_tcp(bench, 0);
    make_tcp(bench, 1);
    neighbor->block.dependent_block_list = &path->block;
    path->block.dependent_block_list = &bench->tcps[0].block;
    bench->tcps[0].block.next_block = &bench->tcps[1].block;
}

void
bench_initiate(struct bench *bench)
{
    BENCH_CALL(bench, initiate_offload, &bench->neighbor.block);
}

void
bench_take_one(struct flue_block_list *block, void *context)
{
    block->status = FLUE_STATUS_SUCCESS;
    *block->miniport_offload_context = context;
}

void
bench_take(struct bench *bench)
{
    bench_take_one(&bench->neighbor.block, &bench->contexts[0]);
    bench_take_one(&bench->path.block, &bench->contexts[1]);
    bench_take_one(&bench->tcps[0].block, &bench->contexts[2]);
    bench_take_one(&bench->tcps[1].block, &bench->contexts[3]);
}

void
bench_initiate_complete(struct bench *bench)
{
    BENCH_COMPLETE(bench, initiate_offload_complete, &bench->neighbor.block);
}

void
bench_offload(struct bench *bench)
{
    bench_initiate(bench);
    bench_take(bench);
    bench_initiate_complete(bench);
}

struct flue_block_list *
bench_make_ending(struct bench *bench)
{
    struct flue_tcp_delegated_block *ending = &bench->ending;

    memset(ending, 0xA5, sizeof *ending);
    flue_block_list_init(&ending->block, FLUE_TCP_OFFLOAD_DELEGATED_STATE, sizeof *ending,
                         &bench->handles[0]);
    return &ending->block;
}

void
bench_terminate(struct bench *bench, struct flue_block_list *tree)
{
    BENCH_CALL(bench, terminate_offload, tree);
}

void
bench_fill_ending(struct bench *bench)
{
    struct flue_tcp_delegated_block *ending = &bench->ending;

    memset(&ending->delegated, 0, sizeof ending->delegated);
    ending->delegated.header.length = sizeof ending->delegated;
    ending->delegated.state = FLUE_TCP_CONNECTION_ESTABLISHED;
    ending->block.status = FLUE_STATUS_SUCCESS;
    ending->block.net_buffer_list_chain = NULL;
}

void
bench_terminate_complete(struct bench *bench, struct flue_block_list *tree)
{
    BENCH_COMPLETE(bench, terminate_offload_complete, tree);
}

/* ---- Lists -------------------------------------------------------------------------------------
 */

struct flue_buffer_list *
bench_list(struct bench *bench, uint32_t index, uint32_t length)
{
    struct bench_list *list = &bench->lists[index];

    flue_buffer_list_init(&list->list, &list->descriptor, list->bytes, length);
    return &list->list;
}

void
bench_done(struct flue_buffer_list *list, enum flue_status status, uint32_t bytes)
{
    list->status = status;
    list->tcp_offload_bytes_transferred = bytes;
    flue_buffer_advance(&list->buffer, bytes);
}

void
bench_send(struct bench *bench, struct flue_buffer_list *lists)
{
    assert_int_equal(
        bench->up->tcp_offload_send(bench->up->adapter, ++bench->now, &bench->contexts[2], lists),
        bench->io_answer);
}

void
bench_receive(struct bench *bench, struct flue_buffer_list *lists)
{
    assert_int_equal(bench->up->tcp_offload_receive(bench->up->adapter, ++bench->now,
                                                    &bench->contexts[2], lists),
                     bench->io_answer);
}

void
bench_forward(struct bench *bench, struct flue_buffer_list *lists)
{
    assert_int_equal(bench->up->tcp_offload_forward(bench->up->adapter, ++bench->now,
                                                    &bench->contexts[2], lists),
                     bench->io_answer);
}

void
bench_disconnect(struct bench *bench, struct flue_buffer_list *list, uint32_t flags)
{
    assert_int_equal(bench->up->tcp_offload_disconnect(bench->up->adapter, ++bench->now,
                                                       &bench->contexts[2], list, flags),
                     bench->io_answer);
}

void
bench_return(struct bench *bench, struct flue_buffer_list *lists)
{
    assert_int_equal(bench->up->tcp_offload_receive_return(bench->up->adapter, ++bench->now, lists),
                     bench->return_answer);
}

void
bench_send_complete(struct bench *bench, struct flue_buffer_list *lists)
{
    BENCH_COMPLETE(bench, tcp_offload_send_complete, lists);
}

void
bench_receive_complete(struct bench *bench, struct flue_buffer_list *lists)
{
    BENCH_COMPLETE(bench, tcp_offload_receive_complete, lists);
}

void
bench_forward_complete(struct bench *bench, struct flue_buffer_list *lists)
{
    BENCH_COMPLETE(bench, tcp_offload_forward_complete, lists);
}

void
bench_disconnect_complete(struct bench *bench, struct flue_buffer_list *list)
{
    BENCH_COMPLETE(bench, tcp_offload_disconnect_complete, list);
}

void
bench_indicate(struct bench *bench, struct flue_buffer_list *list)
{
    uint32_t consumed = 0;
    enum flue_status answer = bench->answer;

    assert_int_equal(bench->down->tcp_offload_receive_indicate(
                         &bench->handles[0], ++bench->now, list, FLUE_STATUS_SUCCESS, &consumed),
                     answer);
}

void
bench_event(struct bench *bench, uint32_t type, uint32_t information)
{
    bench->down->tcp_offload_event(&bench->handles[0], ++bench->now, type, information);
}
