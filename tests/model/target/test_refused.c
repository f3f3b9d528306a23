/* SPDX-License-Identifier: GPL-2.0-or-later
 *
 * Sends that the target does not take: nothing that comes later goes in front of them.
 */
#include "rig.h"

static enum flue_status
send_status(struct rig_list *list)
{
    bench.rig.call_count = 0;
    rig_send(&bench.rig, &bench.tcp, list);
    rig_settle(&bench.rig);
    return bench.rig.calls[rig_find(&bench.rig, CALL_SEND, 0)].status;
}

static void
test_send_refused_for_an_upload_of_all_stays_first_after_the_resume(void **state)
{
    (void)state;
    rig_make_list(&bench.lists[0], 1, 100);
    rig_make_list(&bench.lists[1], 2, 100);
    assert_int_equal(flue_target_upload_all(bench.rig.target, bench.rig.now), FLUE_OK);
    assert_int_equal(send_status(&bench.lists[0]), FLUE_STATUS_UPLOAD_IN_PROGRESS);
    assert_int_equal(flue_target_resume(bench.rig.target, bench.rig.now, NULL), FLUE_OK);
    /* SEND-012 */
    assert_int_equal(send_status(&bench.lists[1]), FLUE_STATUS_UPLOAD_IN_PROGRESS);
    rig_advance(&bench.rig, FLUE_SECOND);
    assert_int_equal(bench.rig.peer_bytes, 0);
}

/* The engine queues 2^30 bytes at most; the host may queue what it likes. */
static void
test_send_of_more_than_can_be_queued_asks_for_the_upload(void **state)
{
    struct flue_buffer_list lists[3];
    struct flue_memory_descriptor descriptors[3];
    struct flue_tcp_delegated_block block;
    const struct call *call;

    (void)state;
    bench.rig.is_cut = true;
    for (uint32_t i = 0; i < 3; i++) {
        flue_buffer_list_init(&lists[i], &descriptors[i], NULL, i == 2 ? 10 : 600000000);
        assert_int_equal(bench.rig.provider->tcp_offload_send(bench.rig.provider->adapter,
                                                              bench.rig.now,
                                                              rig_context(&bench.tcp), &lists[i]),
                         FLUE_STATUS_PENDING);
        rig_settle(&bench.rig);
    }
    assert_int_equal(rig_count(&bench.rig, CALL_SEND), 2);
    call = &bench.rig.calls[rig_find(&bench.rig, CALL_SEND, 0)];
    assert_ptr_equal(call->subject, &lists[1]);
    assert_int_equal(call->status, FLUE_STATUS_UPLOAD_IN_PROGRESS);
    assert_ptr_equal(bench.rig.calls[rig_find(&bench.rig, CALL_SEND, 1)].subject, &lists[2]);
    call = &bench.rig.calls[rig_find(&bench.rig, CALL_EVENT, 0)];
    assert_int_equal(call->event, FLUE_TCP_INDICATE_RETRIEVE);
    assert_int_equal(call->bytes, FLUE_UPLOAD_UPLOAD_REQUESTED);
    rig_terminate(&bench.rig, &bench.tcp, &block);
    assert_ptr_equal(block.block.net_buffer_list_chain, &lists[0]);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        ON_BENCH(test_send_refused_for_an_upload_of_all_stays_first_after_the_resume),
        ON_BENCH(test_send_of_more_than_can_be_queued_asks_for_the_upload),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
