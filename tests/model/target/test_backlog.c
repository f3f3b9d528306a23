/* SPDX-License-Identifier: GPL-2.0-or-later
 *
 * The send backlog's event: when it is told, and how often.
 */
#include "rig.h"

#include <string.h>

static void
set_up(uint32_t percent)
{
    struct flue_target_config config = flue_target_config_default();
    struct flue_tcp_config hosts = flue_tcp_config_default();

    config.link_bps = 100000000;
    config.backlog_change_percent = percent;
    hosts.options.receive_buffer_bytes = 1 << 24;
    hosts.options.use_delayed_ack = false;
    rig_create_as(&bench.rig, &config, &hosts, 4);
    rig_offload(&bench.rig, &bench.neighbor, &bench.path, &bench.tcp, 100);
    bench.rig.call_count = 0;
}

static uint32_t
queried(void)
{
    struct flue_tcp_delegated_block query;

    memset(&query, 0, sizeof query);
    flue_block_list_init(&query.block, FLUE_TCP_OFFLOAD_DELEGATED_STATE, sizeof query,
                         &bench.tcp.handle);
    query.delegated.header.length = sizeof query.delegated;
    rig_operate(&bench.rig, CALL_QUERY, &query.block);
    return query.delegated.send_backlog_size;
}

/* Two segments out, their ACK back after this long. True: the backlog's change was told, and is
 * what a query says. */
static bool
round_trip(uint32_t ms)
{
    bool is_told = false;

    bench.rig.call_count = 0;
    bench.rig.peer_bytes = 0;
    rig_make_list(&bench.lists[0], 0, 2896);
    rig_send(&bench.rig, &bench.tcp, &bench.lists[0]);
    bench.rig.now += ms * FLUE_MILLISECOND;
    rig_settle(&bench.rig);
    if (rig_count(&bench.rig, CALL_SEND) == 0)
        rig_advance(&bench.rig, 50 * FLUE_MILLISECOND); /* the delayed ACK */
    assert_int_equal(rig_count(&bench.rig, CALL_SEND), 1);
    for (uint32_t i = 0; i < bench.rig.call_count; i++) {
        if (bench.rig.calls[i].kind != CALL_EVENT)
            continue;
        assert_int_equal(bench.rig.calls[i].event, FLUE_TCP_INDICATE_SEND_BACKLOG_CHANGE);
        assert_ptr_equal(bench.rig.calls[i].subject, &bench.tcp.handle);
        assert_false(is_told);
        is_told = true;
    }
    if (is_told)
        assert_int_equal(
            queried(), bench.rig.calls[rig_find(&bench.rig, CALL_EVENT, 0)].bytes); /* EVENT-004 */
    return is_told;
}

static void
test_backlog_grown_with_the_round_trip_is_told(void **state)
{
    uint32_t first;
    uint32_t told = 0;

    (void)state;
    set_up(25);
    first = queried();
    for (uint32_t i = 0; i < 60; i++)
        told += round_trip(100) ? 1 : 0;
    assert_true(told > 0);               /* EVENT-004 */
    assert_true(told <= 7);              /* EVENT-006: six seconds */
    assert_true(queried() > 50 * first); /* EVENT-007: 100 Mb/s for 100 ms, then for 1 ms */
    assert_true(queried() < 1 << 24);
    rig_destroy(&bench.rig);
}

static void
test_backlog_small_changes_are_not_told(void **state)
{
    (void)state;
    set_up(25);
    for (uint32_t i = 0; i < 80; i++)
        (void)round_trip(100);
    for (uint32_t i = 0; i < 200; i++)
        assert_false(round_trip(i / 10 % 2 == 0 ? 95 : 105)); /* EVENT-006 */
    rig_destroy(&bench.rig);
}

static void
test_backlog_frequent_changes_are_told_once_a_period(void **state)
{
    flue_time end;
    uint32_t told = 0;
    uint32_t rounds = 0;

    (void)state;
    set_up(0);
    end = bench.rig.now + 3 * FLUE_SECOND;
    while (bench.rig.now < end) {
        told += round_trip(rounds / 8 % 2 == 0 ? 5 : 40) ? 1 : 0;
        rounds++;
    }
    assert_true(rounds > 100);
    assert_in_range(told, 2, 4); /* EVENT-006 */
    rig_destroy(&bench.rig);
}

/* STATE-048: a target that does not know its link's rate has no backlog to tell. */
static void
test_backlog_without_a_rate_is_not_told(void **state)
{
    (void)state;
    for (uint32_t i = 0; i < 40; i++)
        assert_false(round_trip(100));
    assert_int_equal(queried(), FLUE_BACKLOG_NOT_SUPPORTED);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_backlog_grown_with_the_round_trip_is_told),
        cmocka_unit_test(test_backlog_small_changes_are_not_told),
        cmocka_unit_test(test_backlog_frequent_changes_are_told_once_a_period),
        ON_BENCH(test_backlog_without_a_rate_is_not_told),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
