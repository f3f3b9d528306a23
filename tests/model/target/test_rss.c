/* SPDX-License-Identifier: GPL-2.0-or-later
 *
 * Receive-side scaling: which processor hears of received data, and that it stays in order when the
 * table changes.
 */
#include "arrivals.h"

#include <string.h>

enum { FIRST_CPU = 1, SECOND_CPU = 3, OTHER_CPU = 5 };

static struct rig_tcp tcps[2];
static struct arrivals peers[2];

static enum flue_status
set_table(uint32_t size, const uint8_t *entries)
{
    struct flue_receive_scale_parameters parameters;

    flue_receive_scale_parameters_init(&parameters);
    parameters.indirection_table_size = size;
    if (size <= FLUE_RSS_TABLE_MOST)
        memcpy(parameters.indirection_table, entries, size);
    return rig_request(&bench.rig, FLUE_REQUEST_SET, FLUE_OID_GEN_RECEIVE_SCALE_PARAMETERS,
                       &parameters, sizeof parameters, NULL);
}

/* Two connections whose hash values, given by the host, are 1 and 2 modulo 4: not what the target
 * would compute. */
static int
set_up(void **state)
{
    static const uint8_t table[] = {OTHER_CPU, FIRST_CPU, SECOND_CPU, OTHER_CPU};

    (void)state;
    memset(&bench, 0, sizeof bench);
    rig_create(&bench.rig, NULL);
    rig_make_neighbor(&bench.neighbor);
    rig_make_path(&bench.path);
    for (uint32_t i = 0; i < 2; i++) {
        rig_make_tcp(&bench.rig, &tcps[i], (uint16_t)(100 + i));
        tcps[i].block.constants.hash_value = 0xABCD0000U + 1 + i;
    }
    rig_link(&bench.neighbor, &bench.path, &tcps[0]);
    tcps[0].block.block.next_block = &tcps[1].block.block;
    rig_operate(&bench.rig, CALL_INITIATE, &bench.neighbor.block.block);
    assert_int_equal(tcps[1].block.block.status, FLUE_STATUS_SUCCESS);
    assert_int_equal(set_table(4, table), FLUE_STATUS_SUCCESS);
    for (uint32_t i = 0; i < 2; i++)
        arrivals_begin(&peers[i], &bench.rig, &tcps[i]);
    bench.rig.call_count = 0;
    return 0;
}

static void
poll_cpu(uint32_t cpu)
{
    (void)flue_target_poll_cpu(bench.rig.target, bench.rig.now, cpu);
}

static void
test_rss_hash_of_the_host_chooses_the_processor(void **state)
{
    (void)state;
    arrivals_segment(&peers[0], 100, FLUE_TCP_PSH);
    arrivals_segment(&peers[1], 200, FLUE_TCP_PSH);
    assert_int_equal(flue_target_pending_on(bench.rig.target, FIRST_CPU), 1);  /* RSS-002 */
    assert_int_equal(flue_target_pending_on(bench.rig.target, SECOND_CPU), 1); /* RSS-002 */
    poll_cpu(OTHER_CPU);
    assert_int_equal(bench.rig.call_count, 0); /* RSS-002 */
    poll_cpu(SECOND_CPU);
    assert_int_equal(bench.rig.call_count, 1);
    assert_int_equal(bench.rig.calls[0].bytes, 200); /* RSS-002 */
    poll_cpu(FIRST_CPU);
    assert_int_equal(bench.rig.call_count, 2);
    assert_int_equal(bench.rig.calls[1].bytes, 100); /* RSS-002 */
}

static void
post(struct rig_list *list, uint32_t length)
{
    rig_make_list(list, 0, length);
    (void)bench.rig.provider->tcp_offload_receive(bench.rig.provider->adapter, bench.rig.now,
                                                  rig_context(&tcps[0]), &list->list);
}

static void
test_rss_requests_complete_on_the_processor_too(void **state)
{
    (void)state;
    post(&bench.lists[0], 100);
    rig_settle(&bench.rig);
    arrivals_segment(&peers[0], 100, FLUE_TCP_PSH);
    poll_cpu(SECOND_CPU);
    assert_int_equal(bench.rig.call_count, 0); /* RSS-002 */
    poll_cpu(FIRST_CPU);
    assert_int_equal(bench.rig.call_count, 1);
    assert_int_equal(bench.rig.calls[0].kind, CALL_RECEIVE); /* RSS-002 */
}

static void
move_to_second(void)
{
    static const uint8_t table[] = {OTHER_CPU, SECOND_CPU, SECOND_CPU, OTHER_CPU};

    assert_int_equal(set_table(4, table), FLUE_STATUS_SUCCESS);
}

static void
test_rss_change_of_the_table_keeps_the_order(void **state)
{
    (void)state;
    arrivals_segment(&peers[0], 100, FLUE_TCP_PSH);
    move_to_second();
    arrivals_segment(&peers[0], 150, FLUE_TCP_PSH);
    poll_cpu(SECOND_CPU); /* runs earlier */
    poll_cpu(FIRST_CPU);
    assert_int_equal(bench.rig.indicated_bytes, 250);
    arrivals_check(bench.rig.indicated, 0, 250); /* RSS-003 */
}

/* The first packet completes a request, the second is indicated. */
static void
test_rss_completions_and_indications_are_one_sequence(void **state)
{
    (void)state;
    post(&bench.lists[0], 100);
    rig_settle(&bench.rig);
    arrivals_segment(&peers[0], 100, FLUE_TCP_PSH);
    move_to_second();
    arrivals_segment(&peers[0], 150, FLUE_TCP_PSH);
    poll_cpu(SECOND_CPU);
    poll_cpu(FIRST_CPU);
    assert_int_equal(bench.rig.call_count, 2);
    assert_int_equal(bench.rig.calls[0].kind, CALL_RECEIVE);  /* RSS-004 */
    assert_int_equal(bench.rig.calls[1].kind, CALL_INDICATE); /* RSS-004 */
    arrivals_check(bench.lists[0].bytes, 0, 100);
    arrivals_check(bench.rig.indicated, 100, 150);
}

/* A termination is told when nothing that was received waits, on whatever processor. */
static void
test_rss_operations_wait_for_all_processors(void **state)
{
    struct flue_tcp_delegated_block back;

    (void)state;
    arrivals_segment(&peers[1], 200, FLUE_TCP_PSH);
    memset(&back, 0, sizeof back);
    flue_block_list_init(&back.block, FLUE_TCP_OFFLOAD_DELEGATED_STATE, sizeof back,
                         &tcps[0].handle);
    bench.rig.provider->terminate_offload(bench.rig.provider->adapter, bench.rig.now, &back.block);
    flue_target_advance(bench.rig.target, bench.rig.now);
    poll_cpu(OTHER_CPU);
    assert_int_equal(bench.rig.call_count, 0);
    poll_cpu(SECOND_CPU);
    assert_int_equal(bench.rig.calls[0].kind, CALL_INDICATE);
    assert_int_equal(bench.rig.calls[1].kind, CALL_TERMINATE);
}

static void
test_rss_wrong_tables_are_refused(void **state)
{
    static const uint8_t processor[] = {FLUE_RSS_CPUS};
    static const uint8_t three[] = {0, 0, 0};

    (void)state;
    assert_int_equal(set_table(3, three), FLUE_STATUS_INVALID_PARAMETER);
    assert_int_equal(set_table(256, three), FLUE_STATUS_INVALID_PARAMETER);
    assert_int_equal(set_table(1, processor), FLUE_STATUS_INVALID_PARAMETER);
    arrivals_segment(&peers[0], 100, FLUE_TCP_PSH);
    assert_int_equal(flue_target_pending_on(bench.rig.target, FIRST_CPU), 1); /* as before */
    assert_int_equal(set_table(0, three), FLUE_STATUS_SUCCESS);
    assert_int_equal(flue_target_pending_on(bench.rig.target, 0), 1);
    assert_int_equal(flue_target_pending_on(bench.rig.target, FLUE_RSS_CPUS), 0);
    rig_settle(&bench.rig);
}

#define WITH_TWO(test) cmocka_unit_test_setup_teardown(test, set_up, bench_tear_down)

int
main(void)
{
    const struct CMUnitTest tests[] = {
        WITH_TWO(test_rss_hash_of_the_host_chooses_the_processor),
        WITH_TWO(test_rss_requests_complete_on_the_processor_too),
        WITH_TWO(test_rss_change_of_the_table_keeps_the_order),
        WITH_TWO(test_rss_completions_and_indications_are_one_sequence),
        WITH_TWO(test_rss_operations_wait_for_all_processors),
        WITH_TWO(test_rss_wrong_tables_are_refused),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
