/* SPDX-License-Identifier: GPL-2.0-or-later
 *
 * Rules of lists on their way back up.
 */
#include "verifier_bench.h"

/* ---- Which list, when --------------------------------------------------------------------------
 */

static void
test_completion_of_what_was_not_posted(void **state)
{
    struct bench *bench = *state;
    struct flue_buffer_list *list = bench_list(bench, 0, 10);

    bench_send_complete(bench, list);
    bench_claim(bench, "SEND-001", FLUE_SIDE_PROVIDER);
    bench_receive_complete(bench, list);
    bench_claim(bench, "RECV-001", FLUE_SIDE_PROVIDER);
    bench_forward_complete(bench, list);
    bench_claim(bench, "FORWARD-001", FLUE_SIDE_PROVIDER);
    bench_disconnect_complete(bench, list);
    bench_claim(bench, "CLOSE-001", FLUE_SIDE_PROVIDER);
}

static void
test_completion_twice(void **state)
{
    struct bench *bench = *state;
    struct flue_buffer_list *list = bench_list(bench, 0, 10);

    bench_send(bench, list);
    bench_done(list, FLUE_STATUS_SUCCESS, 10);
    bench_send_complete(bench, list);
    bench_send_complete(bench, list);
    bench_claim(bench, "SEND-001", FLUE_SIDE_PROVIDER);
}

static void
test_completion_of_a_lent_list(void **state)
{
    struct bench *bench = *state;

    bench_indicate(bench, bench_list(bench, 0, 10));
    bench_receive_complete(bench, &bench->lists[0].list);
    bench_claim(bench, "RECV-001", FLUE_SIDE_PROVIDER);
}

static void
test_completion_by_another_call(void **state)
{
    struct bench *bench = *state;
    struct flue_buffer_list *list = bench_list(bench, 0, 10);

    bench_send(bench, list);
    bench_receive_complete(bench, list);
    bench_claim(bench, "SEND-001", FLUE_SIDE_PROVIDER);
    bench_send(bench, list);
    bench_disconnect_complete(bench, list);
    bench_claim(bench, "CLOSE-016", FLUE_SIDE_PROVIDER);
    bench_disconnect(bench, list, FLUE_TCP_DISCONNECT_GRACEFUL_CLOSE);
    bench_send_complete(bench, list);
    bench_claim(bench, "CLOSE-016", FLUE_SIDE_PROVIDER);
}

static void
complete_send(struct bench *bench)
{
    bench_done(&bench->lists[0].list, FLUE_STATUS_SUCCESS, 10);
    bench_send_complete(bench, &bench->lists[0].list);
}

static void
test_completion_inside_the_call(void **state)
{
    struct bench *bench = *state;

    bench->inside = complete_send;
    bench_send(bench, bench_list(bench, 0, 10));
    bench_claim(bench, "SEND-001", FLUE_SIDE_PROVIDER);
    bench->inside = complete_send; /* inside the call of another list it is right */
    bench_send(bench, bench_list(bench, 0, 10));
    bench->claimed = bench->violation_count;
    bench_send(bench, bench_list(bench, 0, 10));
    bench->inside = complete_send;
    bench_receive(bench, bench_list(bench, 1, 10));
    assert_int_equal(bench->violation_count, bench->claimed);
}

static void
test_completion_of_two_disconnects_at_once(void **state)
{
    struct bench *bench = *state;
    struct flue_buffer_list *list = bench_list(bench, 0, 0);

    bench_disconnect(bench, list, FLUE_TCP_DISCONNECT_GRACEFUL_CLOSE);
    bench_done(list, FLUE_STATUS_SUCCESS, 0);
    list->next = bench_list(bench, 1, 0);
    bench_disconnect_complete(bench, list);
    bench_claim(bench, "CLOSE-001", FLUE_SIDE_PROVIDER);
}

static void
complete_request(struct bench *bench)
{
    bench_done(&bench->lists[0].list, FLUE_STATUS_SUCCESS, 10);
    bench_receive_complete(bench, &bench->lists[0].list);
}

static void
test_completion_inside_an_indication(void **state)
{
    struct bench *bench = *state;

    bench_indicate(bench, bench_list(bench, 1, 10));
    bench_receive(bench, bench_list(bench, 0, 10));
    bench->inside = NULL;
    bench_receive(bench, bench_list(bench, 2, 10));
    bench->inside = complete_request;
    bench_done(&bench->lists[2].list, FLUE_STATUS_UPLOAD_IN_PROGRESS, 0);
    bench_receive_complete(bench, &bench->lists[2].list);
    bench_claim(bench, "RECV-010", FLUE_SIDE_PROVIDER);
}

static void
post_and_complete(struct bench *bench)
{
    bench_receive(bench, bench_list(bench, 0, 10));
    complete_request(bench);
}

static void
test_completion_while_an_indication_is_in_progress(void **state)
{
    struct bench *bench = *state;

    bench->inside = post_and_complete;
    bench_indicate(bench, bench_list(bench, 1, 10));
    bench_claim(bench, "RECV-009", FLUE_SIDE_PROVIDER);
}

/* ---- Status ------------------------------------------------------------------------------------
 */

static void
test_completion_without_status(void **state)
{
    struct bench *bench = *state;
    struct flue_buffer_list *list = bench_list(bench, 0, 40);

    list->status = FLUE_STATUS_SUCCESS; /* of an earlier time: it says nothing */
    bench_send(bench, list);
    bench_send_complete(bench, list);
    bench_claim(bench, "SEND-001", FLUE_SIDE_PROVIDER);
    bench_receive(bench, list);
    bench_receive_complete(bench, list);
    bench_claim(bench, "RECV-001", FLUE_SIDE_PROVIDER);
    bench_forward(bench, list);
    bench_forward_complete(bench, list);
    bench_claim(bench, "FORWARD-001", FLUE_SIDE_PROVIDER);
    bench_disconnect(bench, list, FLUE_TCP_DISCONNECT_GRACEFUL_CLOSE);
    bench_disconnect_complete(bench, list);
    bench_claim(bench, "CLOSE-001", FLUE_SIDE_PROVIDER);
}

static void
test_completion_with_a_status_of_other_calls(void **state)
{
    struct bench *bench = *state;
    struct flue_buffer_list *list = bench_list(bench, 0, 40);

    bench_send(bench, list);
    list->status = FLUE_STATUS_PAUSED;
    bench_send_complete(bench, list);
    bench_claim(bench, "STATUS-005", FLUE_SIDE_PROVIDER);
    bench_send(bench, list);
    list->status = FLUE_STATUS_FAILURE;
    bench_send_complete(bench, list);
    bench_claim(bench, "SEND-009", FLUE_SIDE_PROVIDER);
    bench_receive(bench, list);
    list->status = FLUE_STATUS_REQUEST_UPLOAD;
    bench_receive_complete(bench, list);
    bench_claim(bench, "RECV-013", FLUE_SIDE_PROVIDER);
    bench_receive(bench, list);
    list->status = FLUE_STATUS_INVALID_STATE;
    bench_receive_complete(bench, list);
    bench_claim(bench, "RECV-015", FLUE_SIDE_PROVIDER); /* no disconnect was told */
    bench_forward(bench, list);
    list->status = FLUE_STATUS_FAILURE;
    bench_forward_complete(bench, list);
    bench_claim(bench, "FORWARD-006", FLUE_SIDE_PROVIDER);
    bench_disconnect(bench, list, FLUE_TCP_DISCONNECT_GRACEFUL_CLOSE);
    list->status = FLUE_STATUS_FAILURE;
    bench_disconnect_complete(bench, list);
    bench_claim(bench, "CLOSE-017", FLUE_SIDE_PROVIDER);
}

static void
test_completion_of_a_request_after_the_disconnect(void **state)
{
    struct bench *bench = *state;
    struct flue_buffer_list *list = bench_list(bench, 0, 40);

    bench_event(bench, FLUE_TCP_INDICATE_DISCONNECT, 0);
    bench_receive(bench, list);
    list->status = FLUE_STATUS_INVALID_STATE;
    bench_receive_complete(bench, list);
    assert_int_equal(bench->violation_count, 0);
}

/* ---- Counts and order --------------------------------------------------------------------------
 */

static void
test_completion_counts_of_a_send(void **state)
{
    struct bench *bench = *state;

    bench_send(bench, bench_list(bench, 0, 40));
    bench_done(&bench->lists[0].list, FLUE_STATUS_SUCCESS, 39);
    bench_send_complete(bench, &bench->lists[0].list);
    bench_claim(bench, "SEND-014", FLUE_SIDE_PROVIDER);
    bench_send(bench, bench_list(bench, 0, 40));
    bench->lists[0].list.status = FLUE_STATUS_SUCCESS;
    bench->lists[0].list.tcp_offload_bytes_transferred = 40;
    bench_send_complete(bench, &bench->lists[0].list);
    bench_claim(bench, "SEND-015", FLUE_SIDE_PROVIDER);
}

static void
test_completion_counts_of_a_request(void **state)
{
    struct bench *bench = *state;

    bench_receive(bench, bench_list(bench, 0, 40));
    bench->lists[0].list.status = FLUE_STATUS_SUCCESS;
    bench->lists[0].list.tcp_offload_bytes_transferred = 41;
    bench_receive_complete(bench, &bench->lists[0].list);
    bench_claim(bench, "RECV-016", FLUE_SIDE_PROVIDER);
    bench_receive(bench, bench_list(bench, 0, 40));
    bench_done(&bench->lists[0].list, FLUE_STATUS_SUCCESS, 30);
    bench->lists[0].list.tcp_offload_bytes_transferred = 31;
    bench_receive_complete(bench, &bench->lists[0].list);
    bench_claim(bench, "RECV-017", FLUE_SIDE_PROVIDER);
}

static void
test_completion_counts_of_a_disconnect(void **state)
{
    struct bench *bench = *state;

    bench_disconnect(bench, bench_list(bench, 0, 40), FLUE_TCP_DISCONNECT_GRACEFUL_CLOSE);
    bench_done(&bench->lists[0].list, FLUE_STATUS_SUCCESS, 39);
    bench_disconnect_complete(bench, &bench->lists[0].list);
    bench_claim(bench, "CLOSE-015", FLUE_SIDE_PROVIDER);
}

/* Posts three lists; completes them in another order. */
static void
complete_sends(struct bench *bench, const uint32_t order[3], const enum flue_status statuses[3])
{
    for (uint32_t i = 0; i < 3; i++)
        bench_send(bench, bench_list(bench, i, 10));
    for (uint32_t i = 0; i < 3; i++) {
        struct flue_buffer_list *list = &bench->lists[order[i]].list;

        bench_done(list, statuses[i], statuses[i] == FLUE_STATUS_SUCCESS ? 10 : 0);
        bench_send_complete(bench, list);
    }
}

static void
test_completion_order_of_sends(void **state)
{
    struct bench *bench = *state;

    complete_sends(
        bench, (const uint32_t[3]){0, 2, 1},
        (const enum flue_status[3]){FLUE_STATUS_SUCCESS, FLUE_STATUS_SUCCESS, FLUE_STATUS_SUCCESS});
    bench_claim(bench, "SEND-002", FLUE_SIDE_PROVIDER);
}

static void
test_completion_success_behind_a_failure(void **state)
{
    struct bench *bench = *state;

    /* A late one may fail at once, the earlier ones still succeed (OFFLOAD-052). */
    complete_sends(bench, (const uint32_t[3]){2, 0, 1},
                   (const enum flue_status[3]){FLUE_STATUS_UPLOAD_IN_PROGRESS, FLUE_STATUS_SUCCESS,
                                               FLUE_STATUS_SUCCESS});
    assert_int_equal(bench->violation_count, 0);
    complete_sends(bench, (const uint32_t[3]){0, 1, 2},
                   (const enum flue_status[3]){FLUE_STATUS_UPLOAD_IN_PROGRESS,
                                               FLUE_STATUS_UPLOAD_IN_PROGRESS,
                                               FLUE_STATUS_SUCCESS});
    bench_claim(bench, "SEND-012", FLUE_SIDE_PROVIDER);
}

static void
test_completion_two_sends_in_part(void **state)
{
    struct bench *bench = *state;

    bench_send(bench, bench_list(bench, 0, 10));
    bench_send(bench, bench_list(bench, 1, 10));
    bench_done(&bench->lists[0].list, FLUE_STATUS_REQUEST_ABORTED, 3);
    bench_done(&bench->lists[1].list, FLUE_STATUS_REQUEST_ABORTED, 3);
    bench->lists[0].list.next = &bench->lists[1].list;
    bench_send_complete(bench, &bench->lists[0].list);
    bench_claim(bench, "SEND-013", FLUE_SIDE_PROVIDER);
}

static void
test_completion_order_of_requests(void **state)
{
    struct bench *bench = *state;

    bench_receive(bench, bench_list(bench, 0, 10));
    bench_receive(bench, bench_list(bench, 1, 10));
    bench_done(&bench->lists[1].list, FLUE_STATUS_SUCCESS, 10);
    bench_receive_complete(bench, &bench->lists[1].list);
    bench_done(&bench->lists[0].list, FLUE_STATUS_SUCCESS, 10);
    bench_receive_complete(bench, &bench->lists[0].list);
    bench_claim(bench, "RECV-002", FLUE_SIDE_PROVIDER);
}

static void
complete_short(struct bench *bench)
{
    bench_list(bench, 0, 10)->tcp_receive_no_push = true;
    bench_receive(bench, &bench->lists[0].list);
    bench_done(&bench->lists[0].list, FLUE_STATUS_SUCCESS, 9);
    bench_receive_complete(bench, &bench->lists[0].list);
}

/* NOTE-035: the last one before the FIN may be short. */
static void
test_completion_of_a_short_non_push_request(void **state)
{
    struct bench *bench = *state;

    complete_short(bench);
    bench_event(bench, FLUE_TCP_INDICATE_DISCONNECT, 0);
    assert_int_equal(bench->violation_count, 0);
}

static void
test_completion_behind_a_short_non_push_request(void **state)
{
    struct bench *bench = *state;

    complete_short(bench);
    bench_receive(bench, bench_list(bench, 0, 10));
    complete_request(bench);
    bench_claim(bench, "RECV-004", FLUE_SIDE_PROVIDER);
    complete_short(bench);
    bench_indicate(bench, bench_list(bench, 1, 10));
    bench_claim(bench, "RECV-004", FLUE_SIDE_PROVIDER);
}

static void
test_completion_of_a_disconnect_before_its_sends(void **state)
{
    struct bench *bench = *state;

    bench_send(bench, bench_list(bench, 0, 10));
    bench_disconnect(bench, bench_list(bench, 1, 0), FLUE_TCP_DISCONNECT_GRACEFUL_CLOSE);
    bench_done(&bench->lists[1].list, FLUE_STATUS_SUCCESS, 0);
    bench_disconnect_complete(bench, &bench->lists[1].list);
    bench_claim(bench, "CLOSE-011", FLUE_SIDE_PROVIDER);
    bench_disconnect(bench, bench_list(bench, 2, 0), FLUE_TCP_DISCONNECT_ABORTIVE_CLOSE);
    bench_done(&bench->lists[2].list, FLUE_STATUS_SUCCESS, 0);
    bench_disconnect_complete(bench, &bench->lists[2].list);
    bench_claim(bench, "CLOSE-004", FLUE_SIDE_PROVIDER);
}

int
main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, bench_set_up_offloaded, bench_tear_down)
    const struct CMUnitTest tests[] = {
        TEST(test_completion_of_what_was_not_posted),
        TEST(test_completion_twice),
        TEST(test_completion_of_a_lent_list),
        TEST(test_completion_by_another_call),
        TEST(test_completion_inside_the_call),
        TEST(test_completion_of_two_disconnects_at_once),
        TEST(test_completion_inside_an_indication),
        TEST(test_completion_while_an_indication_is_in_progress),
        TEST(test_completion_without_status),
        TEST(test_completion_with_a_status_of_other_calls),
        TEST(test_completion_of_a_request_after_the_disconnect),
        TEST(test_completion_counts_of_a_send),
        TEST(test_completion_counts_of_a_request),
        TEST(test_completion_counts_of_a_disconnect),
        TEST(test_completion_order_of_sends),
        TEST(test_completion_success_behind_a_failure),
        TEST(test_completion_two_sends_in_part),
        TEST(test_completion_order_of_requests),
        TEST(test_completion_of_a_short_non_push_request),
        TEST(test_completion_behind_a_short_non_push_request),
        TEST(test_completion_of_a_disconnect_before_its_sends),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
