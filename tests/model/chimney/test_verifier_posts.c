/* SPDX-License-Identifier: GPL-2.0-or-later
 *
 * Rules of TCP operations on their way down.
 */
#include "verifier_bench.h"

#include <string.h>

static void
test_post_before_the_offload_is_complete(void **state)
{
    struct bench *bench = *state;

    bench_initiate(bench);
    bench_take(bench);
    bench_send(bench, bench_list(bench, 0, 10));
    bench_claim(bench, "HOST-004", FLUE_SIDE_CLIENT);
    bench_receive(bench, bench_list(bench, 0, 10));
    bench_claim(bench, "HOST-004", FLUE_SIDE_CLIENT);
    bench_forward(bench, bench_list(bench, 0, 40));
    bench_claim(bench, "HOST-008", FLUE_SIDE_CLIENT);
    bench_initiate_complete(bench);
}

static void
test_post_with_a_context_of_nobody(void **state)
{
    struct bench *bench = *state;

    (void)bench->up->tcp_offload_send(bench->up->adapter, ++bench->now, bench,
                                      bench_list(bench, 0, 10));
    bench_claim(bench, "STATE-019", FLUE_SIDE_CLIENT);
    (void)bench->up->tcp_offload_send(bench->up->adapter, ++bench->now, &bench->contexts[1],
                                      bench_list(bench, 0, 10)); /* the path's */
    bench_claim(bench, "STATE-019", FLUE_SIDE_CLIENT);
}

static void
test_post_after_the_termination(void **state)
{
    struct bench *bench = *state;

    bench_terminate(bench, bench_make_ending(bench));
    bench_fill_ending(bench);
    bench_terminate_complete(bench, &bench->ending.block);
    bench_send(bench, bench_list(bench, 0, 10));
    bench_claim(bench, "STATE-019", FLUE_SIDE_CLIENT);
}

static void
test_post_during_the_termination(void **state)
{
    struct bench *bench = *state;

    bench_terminate(bench, bench_make_ending(bench));
    bench_send(bench, bench_list(bench, 0, 10));
    bench_claim(bench, "HOST-012", FLUE_SIDE_CLIENT);
    bench_receive(bench, bench_list(bench, 1, 10));
    bench_claim(bench, "HOST-012", FLUE_SIDE_CLIENT);
    bench_forward(bench, bench_list(bench, 2, 40));
    bench_claim(bench, "HOST-008", FLUE_SIDE_CLIENT);
    bench_fill_ending(bench);
    bench_terminate_complete(bench, &bench->ending.block); /* no word of what came late */
}

static void
test_post_of_a_list_in_use(void **state)
{
    struct bench *bench = *state;
    struct flue_buffer_list *list = bench_list(bench, 0, 40);

    bench_send(bench, list);
    bench_send(bench, list);
    bench_claim(bench, "SEND-004", FLUE_SIDE_CLIENT);
    bench_receive(bench, list);
    bench_claim(bench, "RECV-001", FLUE_SIDE_CLIENT);
    bench_forward(bench, list);
    bench_claim(bench, "FORWARD-004", FLUE_SIDE_CLIENT);
    bench_disconnect(bench, list, FLUE_TCP_DISCONNECT_GRACEFUL_CLOSE);
    bench_claim(bench, "CLOSE-001", FLUE_SIDE_CLIENT);
}

static void
test_post_of_a_circle_is_not_followed(void **state)
{
    struct bench *bench = *state;
    struct flue_buffer_list *list = bench_list(bench, 0, 10);

    list->next = bench_list(bench, 1, 10);
    list->next->next = list;
    bench_send(bench, list);
    bench_claim(bench, "SEND-004", FLUE_SIDE_CLIENT);
}

static void
send_again(struct bench *bench)
{
    bench_send(bench, bench_list(bench, 1, 10));
}

static void
receive_again(struct bench *bench)
{
    bench_receive(bench, bench_list(bench, 1, 10));
}

static void
test_post_inside_a_post(void **state)
{
    struct bench *bench = *state;

    bench->inside = send_again;
    bench_send(bench, bench_list(bench, 0, 10));
    bench_claim(bench, "HOST-006", FLUE_SIDE_CLIENT);
    bench_list(bench, 2, 10);
    bench->inside = NULL;
    bench_send(bench, &bench->lists[2].list); /* one after the other */
    assert_int_equal(bench->violation_count, bench->claimed);
}

static void
test_post_of_a_request_inside_another(void **state)
{
    struct bench *bench = *state;

    bench->inside = receive_again;
    bench_receive(bench, bench_list(bench, 0, 10));
    bench_claim(bench, "HOST-006", FLUE_SIDE_CLIENT);
}

/* A send inside a receive call is right. */
static void
test_post_of_a_send_inside_a_request(void **state)
{
    struct bench *bench = *state;

    bench->inside = send_again;
    bench_receive(bench, bench_list(bench, 0, 10));
    assert_int_equal(bench->violation_count, 0);
}

static void
test_post_returns_pending(void **state)
{
    struct bench *bench = *state;

    bench->io_answer = FLUE_STATUS_SUCCESS;
    bench_send(bench, bench_list(bench, 0, 10));
    bench_claim(bench, "SEND-001", FLUE_SIDE_PROVIDER);
    bench_receive(bench, bench_list(bench, 1, 10));
    bench_claim(bench, "RECV-001", FLUE_SIDE_PROVIDER);
    bench_forward(bench, bench_list(bench, 2, 40));
    bench_claim(bench, "FORWARD-001", FLUE_SIDE_PROVIDER);
    bench_disconnect(bench, bench_list(bench, 3, 0), FLUE_TCP_DISCONNECT_ABORTIVE_CLOSE);
    bench_claim(bench, "CLOSE-001", FLUE_SIDE_PROVIDER);
}

static void
test_post_of_a_filled_push_request(void **state)
{
    struct bench *bench = *state;
    struct flue_buffer_list *list = bench_list(bench, 0, 10);

    list->tcp_receive_bytes_transferred = 1;
    bench_receive(bench, list);
    bench_claim(bench, "HOST-017", FLUE_SIDE_CLIENT);
    list = bench_list(bench, 1, 10);
    list->tcp_receive_bytes_transferred = 1;
    list->tcp_receive_no_push = true;
    bench_receive(bench, list);
    assert_int_equal(bench->violation_count, bench->claimed);
}

static void
test_post_of_a_forward_without_header(void **state)
{
    struct bench *bench = *state;

    bench_forward(bench, bench_list(bench, 0, 19));
    bench_claim(bench, "FORWARD-002", FLUE_SIDE_CLIENT);
}

static void
test_post_of_data_behind_the_disconnect(void **state)
{
    struct bench *bench = *state;

    bench_disconnect(bench, bench_list(bench, 0, 0), FLUE_TCP_DISCONNECT_GRACEFUL_CLOSE);
    bench_send(bench, bench_list(bench, 1, 10));
    bench_claim(bench, "CLOSE-010", FLUE_SIDE_CLIENT);
    bench_disconnect(bench, bench_list(bench, 2, 0), FLUE_TCP_DISCONNECT_GRACEFUL_CLOSE);
    bench_claim(bench, "CLOSE-010", FLUE_SIDE_CLIENT);
    bench_receive(bench, bench_list(bench, 3, 10)); /* receiving goes on */
    bench_disconnect(bench, bench_list(bench, 4, 0), FLUE_TCP_DISCONNECT_ABORTIVE_CLOSE);
    assert_int_equal(bench->violation_count, bench->claimed);
}

static void
test_post_of_data_behind_an_abort(void **state)
{
    struct bench *bench = *state;

    bench_disconnect(bench, bench_list(bench, 0, 0), FLUE_TCP_DISCONNECT_ABORTIVE_CLOSE);
    bench_send(bench, bench_list(bench, 1, 10));
    bench_claim(bench, "CLOSE-010", FLUE_SIDE_CLIENT);
}

static void
test_post_of_disconnects_with_wrong_arguments(void **state)
{
    struct bench *bench = *state;
    struct flue_buffer_list *list = bench_list(bench, 0, 10);

    bench_disconnect(bench, list, FLUE_TCP_DISCONNECT_ABORTIVE_CLOSE);
    bench_claim(bench, "CLOSE-006", FLUE_SIDE_CLIENT);
    bench_done(list, FLUE_STATUS_UPLOAD_IN_PROGRESS, 0);
    bench_disconnect_complete(bench, list);
    list = bench_list(bench, 1, 0);
    list->next = bench_list(bench, 2, 0);
    bench_disconnect(bench, list, FLUE_TCP_DISCONNECT_ABORTIVE_CLOSE);
    bench_claim(bench, "CLOSE-001", FLUE_SIDE_CLIENT);
    assert_non_null(list->next); /* passed as it was */
    bench_disconnect(bench, bench_list(bench, 3, 0), 3);
    bench_claim(bench, "CLOSE-008", FLUE_SIDE_CLIENT);
}

static void
test_return_of_what_is_not_lent(void **state)
{
    struct bench *bench = *state;
    struct flue_buffer_list *list = bench_list(bench, 0, 10);

    bench_return(bench, list);
    bench_claim(bench, "RECV-052", FLUE_SIDE_CLIENT);
    bench_indicate(bench, list);
    bench_return(bench, list);
    bench_return(bench, list); /* twice */
    bench_claim(bench, "RECV-052", FLUE_SIDE_CLIENT);
    bench_send(bench, list);
    bench_return(bench, list); /* one of the client's own */
    bench_claim(bench, "RECV-052", FLUE_SIDE_CLIENT);
}

static void
test_return_answers_success(void **state)
{
    struct bench *bench = *state;

    bench_indicate(bench, bench_list(bench, 0, 10));
    bench->return_answer = FLUE_STATUS_PENDING;
    bench_return(bench, &bench->lists[0].list);
    bench_claim(bench, "RECV-052", FLUE_SIDE_PROVIDER);
}

int
main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, bench_set_up_offloaded, bench_tear_down)
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(test_post_before_the_offload_is_complete, bench_set_up,
                                        bench_tear_down),
        TEST(test_post_with_a_context_of_nobody),
        TEST(test_post_after_the_termination),
        TEST(test_post_during_the_termination),
        TEST(test_post_of_a_list_in_use),
        TEST(test_post_of_a_circle_is_not_followed),
        TEST(test_post_inside_a_post),
        TEST(test_post_of_a_request_inside_another),
        TEST(test_post_of_a_send_inside_a_request),
        TEST(test_post_returns_pending),
        TEST(test_post_of_a_filled_push_request),
        TEST(test_post_of_a_forward_without_header),
        TEST(test_post_of_data_behind_the_disconnect),
        TEST(test_post_of_data_behind_an_abort),
        TEST(test_post_of_disconnects_with_wrong_arguments),
        TEST(test_return_of_what_is_not_lent),
        TEST(test_return_answers_success),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
