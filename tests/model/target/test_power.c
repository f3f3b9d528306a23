/* SPDX-License-Identifier: GPL-2.0-or-later
 *
 * The target goes to sleep when everything has been taken back, wakes up, and is pulled out.
 */
#include "rig.h"

#include <string.h>

static uint32_t power;
static struct flue_oid_request request;

static enum flue_status
set_power(uint32_t wanted)
{
    power = wanted;
    request = (struct flue_oid_request){
        .type = FLUE_REQUEST_SET,
        .oid = FLUE_OID_PNP_SET_POWER,
        .buffer = &power,
        .length = sizeof power,
    };
    return bench.rig.provider->oid_request(bench.rig.provider->adapter, bench.rig.now, &request);
}

/* Everything, in one tree. */
static void
end_all(struct flue_block_list blocks[3])
{
    flue_block_list_init(&blocks[0], FLUE_NEIGHBOR_OFFLOAD_STATE, sizeof blocks[0],
                         &bench.neighbor.handle);
    flue_block_list_init(&blocks[1], FLUE_IP4_OFFLOAD_STATE, sizeof blocks[1], &bench.path.handle);
    flue_block_list_init(&blocks[2], FLUE_TCP_OFFLOAD_STATE, sizeof blocks[2], &bench.tcp.handle);
    blocks[0].dependent_block_list = &blocks[1];
    blocks[1].dependent_block_list = &blocks[2];
    bench.rig.provider->terminate_offload(bench.rig.provider->adapter, bench.rig.now, blocks);
}

static int
set_up_slow(void **state)
{
    struct flue_target_config config = flue_target_config_default();

    (void)state;
    config.terminate.tcp = 100 * FLUE_MILLISECOND;
    config.terminate.path = 100 * FLUE_MILLISECOND;
    config.terminate.neighbor = 100 * FLUE_MILLISECOND;
    memset(&bench, 0, sizeof bench);
    rig_create(&bench.rig, &config);
    rig_offload(&bench.rig, &bench.neighbor, &bench.path, &bench.tcp, 100);
    bench.rig.call_count = 0;
    return 0;
}

static void
test_power_down_waits_for_slow_terminations(void **state)
{
    struct flue_block_list blocks[3];

    (void)state;
    end_all(blocks);
    assert_int_equal(set_power(FLUE_POWER_D3), FLUE_STATUS_PENDING); /* POWER-002, POWER-003 */
    rig_advance(&bench.rig, 290 * FLUE_MILLISECOND);
    assert_int_equal(bench.rig.call_count, 0); /* POWER-002 */
    rig_advance(&bench.rig, 20 * FLUE_MILLISECOND);
    assert_int_equal(bench.rig.call_count, 2);
    assert_int_equal(bench.rig.calls[0].kind, CALL_TERMINATE);
    assert_int_equal(bench.rig.calls[1].kind, CALL_REQUEST); /* POWER-004 */
    assert_int_equal(bench.rig.calls[1].status, FLUE_STATUS_SUCCESS);
    assert_ptr_equal(bench.rig.calls[1].subject, &request);
}

static void
offload_another(uint16_t port, struct rig_neighbor *neighbor, struct rig_path *path,
                struct rig_tcp *tcp)
{
    rig_make_neighbor(neighbor);
    rig_make_path(path);
    rig_make_tcp(&bench.rig, tcp, port);
    rig_link(neighbor, path, tcp);
    rig_operate(&bench.rig, CALL_INITIATE, &neighbor->block.block);
}

static void
test_power_asleep_takes_nothing_and_wakes(void **state)
{
    static struct rig_neighbor neighbors[2];
    static struct rig_path paths[2];
    static struct rig_tcp tcps[2];
    struct flue_block_list blocks[3];

    (void)state;
    end_all(blocks);
    rig_settle(&bench.rig);
    assert_int_equal(set_power(FLUE_POWER_D2), FLUE_STATUS_SUCCESS);
    offload_another(200, &neighbors[0], &paths[0], &tcps[0]);
    assert_int_equal(tcps[0].block.block.status, FLUE_STATUS_FAILURE);
    assert_int_equal(set_power(FLUE_POWER_D0), FLUE_STATUS_SUCCESS);
    offload_another(201, &neighbors[1], &paths[1], &tcps[1]);
    assert_int_equal(tcps[1].block.block.status, FLUE_STATUS_SUCCESS);
    rig_peer_send(&bench.rig, tcps[1].peer, 1, 50);
    rig_settle(&bench.rig);
    assert_int_equal(bench.rig.indicated_bytes, 50);
}

static void
test_power_refuses_what_is_no_state(void **state)
{
    (void)state;
    assert_int_equal(set_power(0), FLUE_STATUS_INVALID_PARAMETER);
    assert_int_equal(set_power(5), FLUE_STATUS_INVALID_PARAMETER);
    request.length = 3;
    assert_int_equal(
        bench.rig.provider->oid_request(bench.rig.provider->adapter, bench.rig.now, &request),
        FLUE_STATUS_INVALID_LENGTH);
    assert_int_equal(request.needed, sizeof power);
}

/* As with hardware that fails: told once, nothing more on the wire, and a termination that fails.
 */
static void
test_power_surprise_removal_loses_everything_aloud(void **state)
{
    struct flue_tcp_delegated_block back;

    (void)state;
    bench.rig.is_cut = true;
    rig_make_list(&bench.lists[0], 1, 100);
    rig_send(&bench.rig, &bench.tcp, &bench.lists[0]);
    bench.rig.target_segments = 0;
    flue_target_remove(bench.rig.target, bench.rig.now);
    rig_settle(&bench.rig);
    assert_int_equal(bench.rig.calls[0].event, FLUE_TCP_INDICATE_RETRIEVE);
    assert_int_equal(bench.rig.calls[0].bytes, FLUE_UPLOAD_HARDWARE_FAILURE);
    assert_int_equal(bench.rig.calls[1].event, FLUE_TCP_INDICATE_ABORT);
    assert_int_equal(bench.rig.call_count, 2);
    rig_advance(&bench.rig, 10 * FLUE_SECOND);
    assert_int_equal(bench.rig.target_segments, 0); /* EVENT-008 */
    rig_terminate(&bench.rig, &bench.tcp, &back);
    assert_int_equal(back.block.status, FLUE_STATUS_FAILURE);
    assert_int_equal(bench.lists[0].list.status, FLUE_STATUS_REQUEST_ABORTED);
}

static struct rig_neighbor neighbor;
static struct rig_path path;
static struct rig_tcp tcp;
static uint16_t next_port = 300;

/* Asks for another connection to be taken over, and does not wait for the answer. */
static void
ask_for_another(void)
{
    rig_make_neighbor(&neighbor);
    rig_make_path(&path);
    rig_make_tcp(&bench.rig, &tcp, next_port++);
    rig_link(&neighbor, &path, &tcp);
    bench.rig.call_count = 0;
    bench.rig.provider->initiate_offload(bench.rig.provider->adapter, bench.rig.now,
                                         &neighbor.block.block);
}

/* The client will offload all the same: its call may have crossed the indication. */
static void
pause_target(void)
{
    rig_expect(&bench.rig, "STATUS-001");
    assert_int_equal(flue_target_pause(bench.rig.target, bench.rig.now), FLUE_OK);
    rig_settle(&bench.rig);
}

static void
assert_refused(void)
{
    assert_int_equal(rig_count(&bench.rig, CALL_INITIATE), 1);
    assert_int_equal(tcp.block.block.status, FLUE_STATUS_FAILURE);
    assert_null(rig_context(&tcp));
}

/* An offload that a pause holds back would wait for a resume that may never come, and the power
 * with it (POWER-004). It is refused whether it comes before the request or behind it. */
static void
test_power_down_refuses_offloads_that_a_pause_held_back(void **state)
{
    struct flue_block_list blocks[3];

    for (uint32_t is_before = 0; is_before < 2; is_before++) {
        (void)set_up_slow(state);
        pause_target();
        if (is_before) {
            ask_for_another();
            rig_expect(&bench.rig, "POWER-001");
        }
        end_all(blocks);
        assert_int_equal(set_power(FLUE_POWER_D3), FLUE_STATUS_PENDING);
        if (!is_before)
            ask_for_another();
        rig_advance(&bench.rig, FLUE_SECOND);
        assert_refused();
        assert_int_equal(rig_count(&bench.rig, CALL_REQUEST), 1); /* POWER-004 */
        ask_for_another();
        rig_settle(&bench.rig);
        assert_refused(); /* asleep, and paused still */
        (void)bench_tear_down(state);
    }
}

static void
test_power_surprise_removal_leaves_no_offload_waiting(void **state)
{
    struct flue_tcp_delegated_block back;

    for (uint32_t is_before = 0; is_before < 2; is_before++) {
        (void)bench_set_up(state);
        pause_target();
        if (is_before)
            ask_for_another();
        flue_target_remove(bench.rig.target, bench.rig.now);
        if (!is_before)
            ask_for_another();
        rig_settle(&bench.rig);
        assert_refused();
        rig_terminate(&bench.rig, &bench.tcp, &back);
        (void)bench_tear_down(state);
    }
}

/* In the middle of taking over: what is here already is told as lost, behind the completion; the
 * rest is refused. */
static void
test_power_surprise_removal_amid_an_offload_tells_what_is_lost(void **state)
{
    struct flue_target_config config = flue_target_config_default();
    struct flue_tcp_delegated_block back;

    (void)state;
    for (uint32_t has_taken = 0; has_taken < 2; has_taken++) {
        config.initiate.tcp = FLUE_SECOND;
        memset(&bench, 0, sizeof bench);
        rig_create(&bench.rig, &config);
        ask_for_another();
        if (has_taken)
            flue_target_advance(bench.rig.target, bench.rig.now += FLUE_SECOND);
        flue_target_remove(bench.rig.target, bench.rig.now);
        rig_advance(&bench.rig, 2 * FLUE_SECOND);
        if (!has_taken) {
            assert_refused();
            assert_int_equal(rig_count(&bench.rig, CALL_EVENT), 0);
        } else {
            assert_int_equal(tcp.block.block.status, FLUE_STATUS_SUCCESS);
            assert_int_equal(bench.rig.calls[0].kind, CALL_INITIATE);
            assert_int_equal(bench.rig.calls[1].event, FLUE_TCP_INDICATE_RETRIEVE);
            assert_int_equal(bench.rig.calls[1].bytes, FLUE_UPLOAD_HARDWARE_FAILURE);
            assert_int_equal(bench.rig.calls[2].event, FLUE_TCP_INDICATE_ABORT);
            rig_terminate(&bench.rig, &tcp, &back);
            assert_int_equal(back.block.status, FLUE_STATUS_FAILURE);
        }
        rig_destroy(&bench.rig);
    }
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(test_power_down_waits_for_slow_terminations, set_up_slow,
                                        bench_tear_down),
        ON_BENCH(test_power_asleep_takes_nothing_and_wakes),
        ON_BENCH(test_power_refuses_what_is_no_state),
        ON_BENCH(test_power_surprise_removal_loses_everything_aloud),
        cmocka_unit_test(test_power_down_refuses_offloads_that_a_pause_held_back),
        cmocka_unit_test(test_power_surprise_removal_leaves_no_offload_waiting),
        cmocka_unit_test(test_power_surprise_removal_amid_an_offload_tells_what_is_lost),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
