/* SPDX-License-Identifier: GPL-2.0-or-later
 *
 * The push timer: data in push-mode requests that are not full.
 */
#include "arrivals.h"

static struct arrivals arrivals;

static int
set_up(void **state)
{
    (void)bench_set_up(state);
    arrivals_begin(&arrivals, &bench.rig, &bench.tcp);
    return 0;
}

#define ON_ARRIVALS(test) cmocka_unit_test_setup_teardown(test, set_up, bench_tear_down)

static void
post(uint32_t list, uint32_t length, uint32_t held, bool no_push)
{
    struct flue_provider *provider = bench.rig.provider;

    rig_make_list(&bench.lists[list], 0, length);
    bench.lists[list].list.tcp_receive_no_push = no_push;
    bench.lists[list].list.tcp_receive_bytes_transferred = held;
    if (held > 0 && !no_push)
        rig_expect(&bench.rig, "HOST-017"); /* NOTE-031: the target takes it all the same */
    (void)provider->tcp_offload_receive(provider->adapter, bench.rig.now, rig_context(&bench.tcp),
                                        &bench.lists[list].list);
    rig_settle(&bench.rig);
}

static void
arrive(uint32_t length, uint8_t flags)
{
    arrivals_segment(&arrivals, length, flags);
    rig_settle(&bench.rig);
}

static void
wait_ms(uint32_t ms)
{
    rig_advance(&bench.rig, ms * FLUE_MILLISECOND);
}

static void
test_push_timer_completes_a_partial_request(void **state)
{
    (void)state;
    post(0, 1000, 0, false);
    wait_ms(300);
    arrive(100, 0);
    wait_ms(499);
    assert_int_equal(bench.rig.call_count, 0); /* RECV-031: it runs from the data, TIMER-033 */
    wait_ms(1);
    assert_int_equal(bench.rig.call_count, 1); /* RECV-037 */
    assert_int_equal(bench.rig.calls[0].status, FLUE_STATUS_SUCCESS);
    assert_int_equal(bench.rig.calls[0].bytes, 100);
    arrivals_check(bench.lists[0].bytes, 0, 100);
}

static void
test_push_timer_starts_again_with_data(void **state)
{
    (void)state;
    post(0, 1000, 0, false);
    for (uint32_t i = 0; i < 5; i++) {
        arrive(100, 0);
        wait_ms(400);
        assert_int_equal(bench.rig.call_count, 0); /* RECV-007 */
    }
    wait_ms(99);
    assert_int_equal(bench.rig.call_count, 0);
    wait_ms(1);
    assert_int_equal(bench.rig.calls[0].bytes, 500);
}

static void
test_push_timer_runs_for_the_hosts_bytes(void **state)
{
    (void)state;
    post(0, 100, 10, false);
    wait_ms(499);
    assert_int_equal(bench.rig.call_count, 0);
    wait_ms(1);
    assert_int_equal(bench.rig.call_count, 1); /* RECV-005 */
    assert_int_equal(bench.rig.calls[0].bytes, 10);
}

static void
test_push_timer_stops_with_a_fill(void **state)
{
    (void)state;
    post(0, 1000, 0, false);
    arrive(100, 0);
    arrive(900, 0);
    assert_int_equal(bench.rig.call_count, 1);
    wait_ms(100); /* the delayed ACK */
    assert_true(flue_target_next_deadline(bench.rig.target) == FLUE_TIME_NEVER); /* RECV-027 */
}

static void
test_push_timer_stops_with_push(void **state)
{
    (void)state;
    post(0, 1000, 0, false);
    arrive(100, 0);
    arrive(100, FLUE_TCP_PSH);
    assert_int_equal(bench.rig.calls[0].bytes, 200);
    wait_ms(100);
    assert_true(flue_target_next_deadline(bench.rig.target) == FLUE_TIME_NEVER); /* RECV-030 */
}

/* What follows a filled request has a timer of its own. */
static void
test_push_timer_runs_for_the_next_request(void **state)
{
    (void)state;
    post(0, 1000, 0, false);
    post(1, 1000, 0, false);
    arrive(600, 0);
    wait_ms(300);
    arrive(600, 0);
    assert_int_equal(bench.rig.call_count, 1);
    wait_ms(499);
    assert_int_equal(bench.rig.call_count, 1);
    wait_ms(1);
    assert_int_equal(bench.rig.calls[1].bytes, 200);
}

/* The timer that a request of the host's bytes started expires while another is first. */
static void
test_push_expiry_without_partial_request_does_nothing(void **state)
{
    (void)state;
    post(0, 1000, 0, true);
    post(1, 1000, 10, false);
    wait_ms(600);
    assert_int_equal(bench.rig.call_count, 0); /* RECV-036 */
    arrive(500, 0);
    wait_ms(600);
    assert_int_equal(bench.rig.call_count, 0); /* RECV-004 */
}

static void
test_push_expiry_leaves_a_non_push_request(void **state)
{
    (void)state;
    post(0, 1000, 0, true);
    arrive(500, 0);
    post(1, 1000, 10, false);
    wait_ms(600);
    assert_int_equal(bench.rig.call_count, 0); /* RECV-037 */
    arrive(500, 0);
    assert_int_equal(bench.rig.call_count, 1);
    wait_ms(500);
    assert_int_equal(bench.rig.call_count, 2);
    assert_int_equal(bench.rig.calls[1].bytes, 10);
}

/* OID-003: TcpPushTicks, here for a timer that runs already. */
static void
test_push_ticks_are_the_hosts_to_set(void **state)
{
    struct flue_tcp_connection_offload_parameters set;

    (void)state;
    post(0, 1000, 0, false);
    arrive(100, 0);
    flue_tcp_connection_offload_parameters_init(&set);
    set.ticks_per_second = 1000;
    set.tcp_ack_frequency = 2;
    set.tcp_delayed_ack_ticks = 40;
    set.tcp_maximum_retransmissions = 5;
    set.tcp_duplicate_ack_threshold = 3;
    set.tcp_push_ticks = 200;
    set.nce_stale_ticks = 30000;
    assert_int_equal(rig_request(&bench.rig, FLUE_REQUEST_SET,
                                 FLUE_OID_TCP_CONNECTION_OFFLOAD_PARAMETERS, &set, sizeof set,
                                 NULL),
                     FLUE_STATUS_SUCCESS);
    wait_ms(199);
    assert_int_equal(bench.rig.call_count, 0);
    wait_ms(1);
    assert_int_equal(bench.rig.call_count, 1);
}

/* TIMER-034: what is in the request goes up with it, and nothing follows. */
static void
test_push_timer_ends_with_the_offload(void **state)
{
    struct flue_tcp_delegated_block back;

    (void)state;
    post(0, 1000, 0, false);
    arrive(100, 0);
    rig_terminate(&bench.rig, &bench.tcp, &back);
    assert_int_equal(bench.rig.calls[0].kind, CALL_RECEIVE);
    assert_int_equal(bench.rig.calls[0].status, FLUE_STATUS_UPLOAD_IN_PROGRESS);
    assert_int_equal(bench.rig.calls[0].bytes, 100);
    assert_true(flue_target_next_deadline(bench.rig.target) == FLUE_TIME_NEVER);
}

/* Three connections: the timers expire in the order of their starts, whichever stops in between. */
static void
test_push_timers_of_many_connections(void **state)
{
    struct rig_neighbor neighbor[2];
    struct rig_path path[2];
    struct rig_tcp tcp[2];
    struct arrivals others[2];
    struct rig_list lists[2];

    (void)state;
    for (uint32_t i = 0; i < 2; i++) {
        bench.rig.is_cut = false;
        rig_offload(&bench.rig, &neighbor[i], &path[i], &tcp[i], (uint16_t)(200 + i));
        arrivals_begin(&others[i], &bench.rig, &tcp[i]);
        rig_make_list(&lists[i], 0, 1000);
        (void)bench.rig.provider->tcp_offload_receive(bench.rig.provider->adapter, bench.rig.now,
                                                      rig_context(&tcp[i]), &lists[i].list);
    }
    bench.rig.call_count = 0;
    post(0, 1000, 0, false);
    arrivals_segment(&others[0], 10, 0);
    wait_ms(100);
    arrive(20, 0);
    wait_ms(100);
    arrivals_segment(&others[1], 30, 0);
    wait_ms(100);
    arrive(20, FLUE_TCP_PSH);
    assert_int_equal(bench.rig.call_count, 1);
    wait_ms(200);
    assert_int_equal(bench.rig.call_count, 2);
    assert_ptr_equal(bench.rig.calls[1].subject, &lists[0].list);
    wait_ms(200);
    assert_int_equal(bench.rig.call_count, 3);
    assert_ptr_equal(bench.rig.calls[2].subject, &lists[1].list);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        ON_ARRIVALS(test_push_timer_completes_a_partial_request),
        ON_ARRIVALS(test_push_timer_starts_again_with_data),
        ON_ARRIVALS(test_push_timer_runs_for_the_hosts_bytes),
        ON_ARRIVALS(test_push_timer_stops_with_a_fill),
        ON_ARRIVALS(test_push_timer_stops_with_push),
        ON_ARRIVALS(test_push_timer_runs_for_the_next_request),
        ON_ARRIVALS(test_push_expiry_without_partial_request_does_nothing),
        ON_ARRIVALS(test_push_expiry_leaves_a_non_push_request),
        ON_ARRIVALS(test_push_ticks_are_the_hosts_to_set),
        ON_ARRIVALS(test_push_timer_ends_with_the_offload),
        ON_ARRIVALS(test_push_timers_of_many_connections),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
