/* SPDX-License-Identifier: GPL-2.0-or-later
 *
 * The verifier's rules about setting the power.
 */
#include "verifier_bench.h"

static uint32_t power;
static struct flue_oid_request request;

static void
ask(struct bench *bench, uint32_t wanted, enum flue_status answer)
{
    power = wanted;
    request = (struct flue_oid_request){
        .type = FLUE_REQUEST_SET,
        .oid = FLUE_OID_PNP_SET_POWER,
        .buffer = &power,
        .length = sizeof power,
    };
    bench->return_answer = answer;
    assert_int_equal(bench->up->oid_request(bench->up->adapter, ++bench->now, &request), answer);
}

static void
complete(struct bench *bench, struct flue_oid_request *completed)
{
    bench->down->oid_request_complete(bench->down->binding, ++bench->now, completed,
                                      FLUE_STATUS_SUCCESS);
    assert_ptr_equal(bench->last, completed);
}

static void
test_power_down_beside_connections_is_the_clients_fault(void **state)
{
    struct bench *bench = *state;

    ask(bench, FLUE_POWER_D0, FLUE_STATUS_SUCCESS); /* it does not go down */
    ask(bench, FLUE_POWER_D3, FLUE_STATUS_SUCCESS);
    bench_claim(bench, "POWER-001", FLUE_SIDE_CLIENT);
}

/* One connection is being terminated and the other is gone. */
static void
test_power_down_before_the_last_termination_is_the_providers_fault(void **state)
{
    struct bench *bench = *state;
    struct flue_block_list *second = &bench->ending.block;

    bench_terminate(bench, bench_make_ending(bench));
    bench_fill_ending(bench);
    bench_terminate_complete(bench, &bench->ending.block);
    flue_block_list_init(second, FLUE_TCP_OFFLOAD_DELEGATED_STATE, sizeof bench->ending,
                         &bench->handles[1]);
    bench_terminate(bench, second);
    ask(bench, FLUE_POWER_D3, FLUE_STATUS_SUCCESS);
    bench_claim(bench, "POWER-002", FLUE_SIDE_PROVIDER);
    ask(bench, FLUE_POWER_D3, FLUE_STATUS_PENDING);
    complete(bench, &request);
    bench_claim(bench, "POWER-002", FLUE_SIDE_PROVIDER);
    ask(bench, FLUE_POWER_D3, FLUE_STATUS_PENDING); /* in the right order */
    bench_fill_ending(bench);
    bench_terminate_complete(bench, second);
    complete(bench, &request);
}

static void
test_power_completion_of_no_request_is_the_providers_fault(void **state)
{
    struct bench *bench = *state;
    struct flue_oid_request other = {.oid = FLUE_OID_PNP_SET_POWER};

    ask(bench, FLUE_POWER_D2, FLUE_STATUS_PENDING);
    complete(bench, &other);
    bench_claim(bench, "POWER-004", FLUE_SIDE_PROVIDER);
}

/* A second request is refused while one is pending, which is then completed (POWER-004). */
static void
test_power_refused_beside_a_pending_one_leaves_that_one_pending(void **state)
{
    struct bench *bench = *state;
    uint32_t wanted = FLUE_POWER_D3;
    struct flue_oid_request second;

    ask(bench, FLUE_POWER_D2, FLUE_STATUS_PENDING);
    second = request;
    second.buffer = &wanted;
    bench->return_answer = FLUE_STATUS_FAILURE;
    assert_int_equal(bench->up->oid_request(bench->up->adapter, ++bench->now, &second),
                     FLUE_STATUS_FAILURE);
    complete(bench, &request);
    complete(bench, &second);
    bench_claim(bench, "POWER-004", FLUE_SIDE_PROVIDER);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(test_power_down_beside_connections_is_the_clients_fault,
                                        bench_set_up_offloaded, bench_tear_down),
        cmocka_unit_test_setup_teardown(
            test_power_down_before_the_last_termination_is_the_providers_fault,
            bench_set_up_offloaded, bench_tear_down),
        cmocka_unit_test_setup_teardown(test_power_completion_of_no_request_is_the_providers_fault,
                                        bench_set_up, bench_tear_down),
        cmocka_unit_test_setup_teardown(
            test_power_refused_beside_a_pending_one_leaves_that_one_pending, bench_set_up,
            bench_tear_down),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
