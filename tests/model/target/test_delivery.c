/* SPDX-License-Identifier: GPL-2.0-or-later
 *
 * The delivery algorithm, decision by decision.
 */
#include "arrivals.h"

#include <string.h>

static struct arrivals arrivals;

static int
set_up(void **state)
{
    (void)bench_set_up(state);
    arrivals_begin(&arrivals, &bench.rig, &bench.tcp);
    return 0;
}

#define ON_ARRIVALS(test) cmocka_unit_test_setup_teardown(test, set_up, bench_tear_down)

enum { PUSH_MODE = false, NON_PUSH_MODE = true };

static void
post_on(const struct rig_tcp *tcp, struct rig_list *list, uint32_t length, bool no_push)
{
    struct flue_provider *provider = bench.rig.provider;

    rig_make_list(list, 0, length);
    memset(list->bytes, 0, sizeof list->bytes);
    list->list.tcp_receive_no_push = no_push;
    assert_int_equal(provider->tcp_offload_receive(provider->adapter, bench.rig.now,
                                                   rig_context(tcp), &list->list),
                     FLUE_STATUS_PENDING);
}

static void
post(uint32_t list, uint32_t length, bool no_push)
{
    post_on(&bench.tcp, &bench.lists[list], length, no_push);
}

static void
arrive(uint32_t length, uint8_t flags)
{
    arrivals_segment(&arrivals, length, flags);
    rig_settle(&bench.rig);
}

static void
check_call(uint32_t index, enum call_kind kind, uint32_t bytes)
{
    assert_true(index < bench.rig.call_count);
    assert_int_equal(bench.rig.calls[index].kind, kind);
    assert_int_equal(bench.rig.calls[index].bytes, bytes);
}

/* No timer of the connection runs: what is to be told has been. */
static void
check_no_timer(void)
{
    rig_advance(&bench.rig, 100 * FLUE_MILLISECOND); /* the delayed ACK */
    assert_true(flue_target_next_deadline(bench.rig.target) == FLUE_TIME_NEVER);
}

/* ---- Requests ----------------------------------------------------------------------------------
 */

static void
test_delivery_knows_both_modes(void **state)
{
    (void)state;
    post(0, 1000, PUSH_MODE);
    post(1, 1000, NON_PUSH_MODE);
    arrive(100, FLUE_TCP_PSH);
    assert_int_equal(bench.rig.call_count, 1); /* RECV-003 */
    check_call(0, CALL_RECEIVE, 100);
    arrive(100, FLUE_TCP_PSH);
    assert_int_equal(bench.rig.call_count, 1);
    arrive(900, 0);
    check_call(1, CALL_RECEIVE, 1000);
    arrivals_check(bench.lists[0].bytes, 0, 100);
    arrivals_check(bench.lists[1].bytes, 100, 1000);
}

/* RECV-008: one behind the other, and on two connections side by side. */
static void
test_delivery_overlapping_requests_keep_their_order(void **state)
{
    struct rig_neighbor neighbor;
    struct rig_path path;
    struct rig_tcp other;
    struct rig_list others[2];
    struct arrivals there;

    (void)state;
    bench.rig.is_cut = false;
    rig_offload(&bench.rig, &neighbor, &path, &other, 101);
    bench.rig.call_count = 0;
    arrivals_begin(&there, &bench.rig, &other);
    for (uint32_t i = 0; i < 2; i++) {
        post(i, 100, PUSH_MODE);
        post_on(&other, &others[i], 150, NON_PUSH_MODE);
    }
    arrivals_segment(&there, 300, 0);
    arrivals_segment(&arrivals, 200, 0);
    post(2, 50, PUSH_MODE);
    arrivals_segment(&arrivals, 50, 0);
    rig_settle(&bench.rig);
    assert_int_equal(bench.rig.call_count, 5);
    for (uint32_t i = 0; i < 2; i++) {
        assert_ptr_equal(bench.rig.calls[i].subject, &others[i].list);
        assert_ptr_equal(bench.rig.calls[2 + i].subject, &bench.lists[i].list);
        arrivals_check(others[i].bytes, 150 * i, 150);
        arrivals_check(bench.lists[i].bytes, 100 * i, 100);
    }
    assert_ptr_equal(bench.rig.calls[4].subject, &bench.lists[2].list);
    arrivals_check(bench.lists[2].bytes, 200, 50);
}

static void
test_delivery_fills_complete_with_the_segment(void **state)
{
    (void)state;
    for (uint32_t i = 0; i < 3; i++)
        post(i, 1000, i == 1 ? PUSH_MODE : NON_PUSH_MODE);
    arrive(3000, 0);
    for (uint32_t i = 0; i < 3; i++) {
        check_call(i, CALL_RECEIVE, 1000); /* RECV-026 */
        arrivals_check(bench.lists[i].bytes, 1000 * i, 1000);
    }
    assert_int_equal(bench.rig.call_count, 3); /* RECV-029 */
    check_no_timer();
}

static void
test_delivery_partial_non_push_request_has_no_timer(void **state)
{
    (void)state;
    post(0, 1000, NON_PUSH_MODE);
    arrive(100, 0);
    check_no_timer(); /* RECV-004 */
    rig_advance(&bench.rig, 3600 * FLUE_SECOND);
    assert_int_equal(bench.rig.call_count, 0);
}

/* What a request holds is delivered, and no longer in the window's way: more fits into requests
 * than into the window. */
static void
test_delivery_placed_data_leaves_the_window(void **state)
{
    (void)state;
    for (uint32_t i = 0; i < 40; i++) {
        post(0, 4000, NON_PUSH_MODE);
        arrive(3000, 0);
        arrive(1000, 0);
        check_call(i, CALL_RECEIVE, 4000); /* RECV-012 */
        arrivals_check(bench.lists[0].bytes, 4000 * i, 4000);
    }
    assert_true(arrivals.sent > bench.tcp.block.cached.initial_rcv_wnd);
}

/* A zero-byte request is a question whether there is data: it waits for some (RECV-020), is
 * answered when there is (RECV-018), and takes none of it. */
static void
test_delivery_zero_byte_request_waits_for_data(void **state)
{
    (void)state;
    post(0, 0, PUSH_MODE);
    post(1, 100, NON_PUSH_MODE);
    post(2, 0, NON_PUSH_MODE);
    rig_settle(&bench.rig);
    assert_int_equal(bench.rig.call_count, 0);
    arrive(100, 0);
    assert_int_equal(bench.rig.call_count, 2);
    check_call(0, CALL_RECEIVE, 0);
    check_call(1, CALL_RECEIVE, 100);
    arrive(70, 0);
    check_call(2, CALL_RECEIVE, 0);
    check_call(3, CALL_INDICATE, 70);
    arrivals_check(bench.rig.indicated, 100, 70);
}

/* The host's bytes alone fill the request (RECV-006). */
static void
test_delivery_request_full_from_the_start_completes(void **state)
{
    (void)state;
    rig_make_list(&bench.lists[0], 50, 300);
    bench.lists[0].list.tcp_receive_no_push = true;
    bench.lists[0].list.tcp_receive_bytes_transferred = 300;
    (void)bench.rig.provider->tcp_offload_receive(bench.rig.provider->adapter, bench.rig.now,
                                                  rig_context(&bench.tcp), &bench.lists[0].list);
    rig_settle(&bench.rig);
    check_call(0, CALL_RECEIVE, 300);
}

/* NOTE-034: the PSH of data that had to wait counts, if the data ends with it. */
static void
test_delivery_remembers_push_of_buffered_data(void **state)
{
    (void)state;
    bench.rig.answer = FLUE_STATUS_OFFLOAD_DATA_NOT_ACCEPTED;
    arrive(100, 0);
    arrive(100, FLUE_TCP_PSH);
    post(0, 500, PUSH_MODE);
    rig_settle(&bench.rig);
    check_call(1, CALL_RECEIVE, 200);
    arrive(100, FLUE_TCP_PSH);
    arrive(100, 0);
    post(1, 500, PUSH_MODE);
    rig_settle(&bench.rig);
    assert_int_equal(bench.rig.call_count, 3);
    rig_advance(&bench.rig, 500 * FLUE_MILLISECOND);
    check_call(3, CALL_RECEIVE, 200);
    arrivals_check(bench.lists[1].bytes, 200, 200);
}

/* ---- What comes while the client is being told ------------------------------------------------
 */

/* What the client does inside its first call of `kind`, and how many calls it saw before. */
static struct {
    enum call_kind kind;
    uint32_t post;    /* bytes of a request; 0: none */
    uint32_t segment; /* bytes that arrive; 0: none */
    bool is_done;
} act;

static void
act_inside(struct rig *rig, const struct call *call)
{
    uint32_t before = rig->call_count;

    if (act.is_done || call->kind != act.kind)
        return;
    act.is_done = true;
    if (act.post > 0) {
        post(3, act.post, NON_PUSH_MODE);
        assert_int_equal(bench.lists[3].bytes[0], 0); /* RECV-019 */
        assert_int_equal(bench.lists[3].bytes[1], 0);
    }
    if (act.segment > 0) {
        arrivals_segment(&arrivals, act.segment, 0);
        (void)flue_target_poll(rig->target, rig->now); /* as an eager interrupt handler would */
    }
    assert_int_equal(rig->call_count, before); /* RECV-009, RECV-010, RECV-022, RECV-032 */
}

static void
begin_act(enum call_kind kind, uint32_t request, uint32_t segment)
{
    memset(&act, 0, sizeof act);
    act.kind = kind;
    act.post = request;
    act.segment = segment;
    bench.rig.inside = act_inside;
}

static void
test_delivery_request_inside_refusal_waits_for_its_end(void **state)
{
    (void)state;
    bench.rig.answer = FLUE_STATUS_OFFLOAD_DATA_NOT_ACCEPTED;
    begin_act(CALL_INDICATE, 300, 0);
    arrive(200, 0);
    assert_int_equal(bench.rig.call_count, 1);
    arrivals_check(bench.lists[3].bytes, 0, 200); /* RECV-019: then it is placed */
    arrive(100, 0);
    check_call(1, CALL_RECEIVE, 300); /* RECV-035 */
}

/* Partial acceptance is a refusal of the rest (NOTE-033). */
static void
test_delivery_request_inside_partial_acceptance_gets_the_rest(void **state)
{
    (void)state;
    bench.rig.answer = FLUE_STATUS_OFFLOAD_DATA_PARTIALLY_ACCEPTED;
    bench.rig.answer_bytes = 50;
    begin_act(CALL_INDICATE, 250, 100);
    arrive(200, 0);
    check_call(0, CALL_INDICATE, 200);
    check_call(1, CALL_RECEIVE, 250);
    arrivals_check(bench.rig.indicated, 0, 50);
    arrivals_check(bench.lists[3].bytes, 50, 250);
}

static void
test_delivery_segment_inside_indication_is_next(void **state)
{
    (void)state;
    begin_act(CALL_INDICATE, 0, 300);
    arrive(200, 0);
    assert_int_equal(bench.rig.call_count, 2);
    check_call(0, CALL_INDICATE, 200); /* RECV-022 */
    check_call(1, CALL_INDICATE, 300); /* RECV-034: no request came */
    arrivals_check(bench.rig.indicated, 0, 500);
}

static void
test_delivery_request_inside_indication_takes_the_next_bytes(void **state)
{
    (void)state;
    begin_act(CALL_INDICATE, 300, 300);
    arrive(200, 0);
    assert_int_equal(bench.rig.call_count, 2);
    check_call(1, CALL_RECEIVE, 300); /* RECV-034 */
    arrivals_check(bench.lists[3].bytes, 200, 300);
}

static void
test_delivery_rest_waits_for_the_end_of_a_completion(void **state)
{
    (void)state;
    post(0, 100, NON_PUSH_MODE);
    begin_act(CALL_RECEIVE, 0, 200);
    arrive(300, 0);
    assert_int_equal(bench.rig.call_count, 2);
    check_call(0, CALL_RECEIVE, 100);
    check_call(1, CALL_INDICATE, 400); /* RECV-032 */
    arrivals_check(bench.rig.indicated, 100, 400);
}

static void
test_delivery_request_inside_completion_takes_the_rest(void **state)
{
    (void)state;
    post(0, 100, NON_PUSH_MODE);
    begin_act(CALL_RECEIVE, 150, 0);
    arrive(300, 0);
    check_call(0, CALL_RECEIVE, 100);
    check_call(1, CALL_RECEIVE, 150);
    check_call(2, CALL_INDICATE, 50);
    arrivals_check(bench.lists[3].bytes, 100, 150);
}

/* ---- Indications -------------------------------------------------------------------------------
 */

static void
test_delivery_accepted_data_is_done_with(void **state)
{
    (void)state;
    arrive(200, 0);
    assert_int_equal(bench.rig.call_count, 1); /* RECV-033 */
    check_call(0, CALL_INDICATE, 200);
    rig_return_lent(&bench.rig);
    post(0, 100, NON_PUSH_MODE);
    rig_settle(&bench.rig);
    assert_int_equal(bench.rig.call_count, 1); /* nothing of it is left */
}

/* Appending takes no call, not even an interrupt (RECV-024). */
static void
test_delivery_segment_behind_refused_data_is_quiet(void **state)
{
    uint32_t interrupts;

    (void)state;
    bench.rig.answer = FLUE_STATUS_OFFLOAD_DATA_NOT_ACCEPTED;
    arrive(100, 0);
    interrupts = bench.rig.interrupts;
    arrive(100, FLUE_TCP_PSH);
    assert_int_equal(bench.rig.interrupts, interrupts);
    assert_int_equal(bench.rig.call_count, 1);
}

/* A request for data that has not come is no reason to interrupt (RECV-020). */
static void
test_delivery_request_without_data_is_quiet(void **state)
{
    uint32_t interrupts = bench.rig.interrupts;

    (void)state;
    post(0, 100, PUSH_MODE);
    assert_int_equal(bench.rig.interrupts, interrupts);
    arrive(50, 0); /* nor is a request that has room left */
    assert_int_equal(bench.rig.interrupts, interrupts);
    arrivals_check(bench.lists[0].bytes, 0, 50);
}

static void
test_delivery_refused_data_is_acknowledged(void **state)
{
    (void)state;
    bench.rig.answer = FLUE_STATUS_OFFLOAD_DATA_NOT_ACCEPTED;
    arrive(1460, 0);
    arrive(1460, 0);
    assert_int_equal(bench.rig.last_packet.segment.ack, arrivals.first_seq + 2920); /* RECV-048 */
}

/* Data goes straight into requests: it needs no memory of the target's. */
static void
test_delivery_into_requests_takes_no_memory(void **state)
{
    size_t before;

    (void)state;
    for (uint32_t i = 0; i < 4; i++)
        post(i, 1000, NON_PUSH_MODE);
    arrive(500, 0); /* the check for memory leaves some behind */
    before = bench.rig.memory.calls;
    for (uint32_t i = 0; i < 7; i++)
        arrive(500, 0);
    assert_int_equal(bench.rig.memory.calls, before);
    assert_int_equal(rig_count(&bench.rig, CALL_RECEIVE), 4);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        ON_ARRIVALS(test_delivery_knows_both_modes),
        ON_ARRIVALS(test_delivery_overlapping_requests_keep_their_order),
        ON_ARRIVALS(test_delivery_fills_complete_with_the_segment),
        ON_ARRIVALS(test_delivery_partial_non_push_request_has_no_timer),
        ON_ARRIVALS(test_delivery_placed_data_leaves_the_window),
        ON_ARRIVALS(test_delivery_zero_byte_request_waits_for_data),
        ON_ARRIVALS(test_delivery_request_full_from_the_start_completes),
        ON_ARRIVALS(test_delivery_remembers_push_of_buffered_data),
        ON_ARRIVALS(test_delivery_request_inside_refusal_waits_for_its_end),
        ON_ARRIVALS(test_delivery_request_inside_partial_acceptance_gets_the_rest),
        ON_ARRIVALS(test_delivery_segment_inside_indication_is_next),
        ON_ARRIVALS(test_delivery_request_inside_indication_takes_the_next_bytes),
        ON_ARRIVALS(test_delivery_rest_waits_for_the_end_of_a_completion),
        ON_ARRIVALS(test_delivery_request_inside_completion_takes_the_rest),
        ON_ARRIVALS(test_delivery_accepted_data_is_done_with),
        ON_ARRIVALS(test_delivery_segment_behind_refused_data_is_quiet),
        ON_ARRIVALS(test_delivery_request_without_data_is_quiet),
        ON_ARRIVALS(test_delivery_refused_data_is_acknowledged),
        ON_ARRIVALS(test_delivery_into_requests_takes_no_memory),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
