/* SPDX-License-Identifier: GPL-2.0-or-later
 *
 * What a target asks of its host as a whole: pause, resume, upload all.
 */
#include "rig.h"

#include <string.h>

struct objects {
    struct rig_neighbor neighbor;
    struct rig_path path;
    struct rig_tcp tcp;
};

/* Calls initiate, and runs nothing. */
static void
initiate(struct objects *objects, uint16_t port)
{
    struct flue_provider *provider = bench.rig.provider;

    rig_make_neighbor(&objects->neighbor);
    rig_make_path(&objects->path);
    rig_make_tcp(&bench.rig, &objects->tcp, port);
    rig_link(&objects->neighbor, &objects->path, &objects->tcp);
    provider->initiate_offload(provider->adapter, bench.rig.now, &objects->neighbor.block.block);
}

static void
exchange(void)
{
    uint32_t before = bench.rig.indicated_bytes;
    uint32_t at = bench.rig.call_count;

    rig_make_list(&bench.lists[0], 1, 300);
    rig_send(&bench.rig, &bench.tcp, &bench.lists[0]);
    rig_peer_send(&bench.rig, bench.tcp.peer, 1, 200);
    rig_advance(&bench.rig, FLUE_SECOND);
    assert_int_equal(bench.rig.calls[rig_find(&bench.rig, CALL_SEND, at)].status,
                     FLUE_STATUS_SUCCESS);
    assert_int_equal(bench.rig.indicated_bytes, before + 200);
}

static void
test_pause_is_told_and_leaves_connections_alone(void **state)
{
    (void)state;
    assert_int_equal(flue_target_pause(bench.rig.target, bench.rig.now), FLUE_OK);
    assert_int_equal(flue_target_pause(bench.rig.target, bench.rig.now), FLUE_OK);
    assert_int_equal(bench.rig.call_count, 0);
    rig_settle(&bench.rig);
    assert_int_equal(rig_count(&bench.rig, CALL_STATUS), 1);
    assert_int_equal(bench.rig.calls[0].status, FLUE_STATUS_OFFLOAD_PAUSE); /* STATUS-001 */
    exchange();                                                             /* STATUS-002 */
}

static void
test_pause_keeps_a_racing_initiate_for_the_resume(void **state)
{
    struct objects objects;

    (void)state;
    assert_int_equal(flue_target_pause(bench.rig.target, bench.rig.now), FLUE_OK);
    /* STATUS-003: the host has not heard of it yet */
    rig_make_neighbor(&objects.neighbor);
    bench.rig.provider->initiate_offload(bench.rig.provider->adapter, bench.rig.now,
                                         &objects.neighbor.block.block);
    rig_advance(&bench.rig, 3 * FLUE_SECOND);
    assert_int_equal(rig_count(&bench.rig, CALL_INITIATE), 0);
    exchange(); /* and holds nothing up */
    assert_int_equal(flue_target_resume(bench.rig.target, bench.rig.now, NULL), FLUE_OK);
    rig_settle(&bench.rig);
    assert_int_equal(rig_count(&bench.rig, CALL_INITIATE), 1);
    assert_int_equal(objects.neighbor.block.block.status, FLUE_STATUS_SUCCESS); /* STATUS-004 */
    assert_non_null(objects.neighbor.handle.miniport_offload_context);
}

/* The state was right when the call came: what passed since is in the timers (STATUS-004). */
static void
test_paused_connection_goes_on_after_the_resume(void **state)
{
    struct objects objects;
    struct rig *rig = &bench.rig;

    (void)state;
    rig_open(rig, 200);
    rig_make_neighbor(&objects.neighbor);
    rig_make_path(&objects.path);
    rig_take_tcp(rig, &objects.tcp);
    rig_link(&objects.neighbor, &objects.path, &objects.tcp);
    assert_int_equal(flue_target_pause(rig->target, rig->now), FLUE_OK);
    rig->provider->initiate_offload(rig->provider->adapter, rig->now,
                                    &objects.neighbor.block.block);
    rig_advance(rig, FLUE_SECOND);
    assert_int_equal(flue_target_resume(rig->target, rig->now, NULL), FLUE_OK);
    rig_settle(rig);
    assert_int_equal(objects.tcp.block.block.status, FLUE_STATUS_SUCCESS);
    rig_make_list(&bench.lists[0], 1, 300);
    rig_send(rig, &objects.tcp, &bench.lists[0]);
    rig_advance(rig, FLUE_SECOND);
    assert_int_equal(rig->peer_bytes, 300);
}

static void
test_resume_brings_changed_capabilities(void **state)
{
    struct flue_tcp_connection_offload offload;
    struct flue_tcp_connection_offload got;
    struct objects objects;

    (void)state;
    assert_int_equal(rig_request(&bench.rig, FLUE_REQUEST_QUERY,
                                 FLUE_OID_TCP_CONNECTION_OFFLOAD_CURRENT_CONFIG, &offload,
                                 sizeof offload, NULL),
                     FLUE_STATUS_SUCCESS);
    assert_int_equal(flue_target_pause(bench.rig.target, bench.rig.now), FLUE_OK);
    offload.tcp_connection_offload_capacity = 1;
    assert_int_equal(flue_target_resume(bench.rig.target, bench.rig.now, &offload), FLUE_OK);
    rig_settle(&bench.rig);
    assert_int_equal(rig_count(&bench.rig, CALL_STATUS), 2);
    assert_int_equal(bench.rig.calls[0].status, FLUE_STATUS_OFFLOAD_PAUSE);
    assert_int_equal(bench.rig.calls[1].status, FLUE_STATUS_OFFLOAD_RESUME); /* STATUS-006 */
    assert_int_equal(bench.rig.resumed_with.tcp_connection_offload_capacity, 1);
    rig_request(&bench.rig, FLUE_REQUEST_QUERY, FLUE_OID_TCP_CONNECTION_OFFLOAD_CURRENT_CONFIG,
                &got, sizeof got, NULL);
    assert_int_equal(got.tcp_connection_offload_capacity, 1); /* STATUS-007 */
    initiate(&objects, 200);                                  /* the bench's own is the one */
    rig_settle(&bench.rig);
    assert_int_equal(objects.tcp.block.block.status, FLUE_STATUS_OFFLOAD_TCP_ENTRIES);
    exchange();
}

static void
test_resume_beyond_the_hardware_is_refused(void **state)
{
    struct flue_tcp_connection_offload offload;

    (void)state;
    rig_request(&bench.rig, FLUE_REQUEST_QUERY, FLUE_OID_TCP_CONNECTION_OFFLOAD_CURRENT_CONFIG,
                &offload, sizeof offload, NULL);
    offload.tcp_connection_offload_capacity = 1025;
    assert_int_equal(flue_target_resume(bench.rig.target, bench.rig.now, &offload),
                     FLUE_ERROR_INVALID);
    offload.tcp_connection_offload_capacity = 1;
    offload.support_ipv6_extension_headers = FLUE_OFFLOAD_SUPPORTED;
    assert_int_equal(flue_target_resume(bench.rig.target, bench.rig.now, &offload),
                     FLUE_ERROR_INVALID);
    rig_settle(&bench.rig);
    assert_int_equal(bench.rig.call_count, 0);
}

static void
test_upload_all_ends_io_and_refuses_offloads(void **state)
{
    struct objects objects;
    struct flue_tcp_delegated_block back;
    uint32_t at;

    (void)state;
    assert_int_equal(flue_target_pause(bench.rig.target, bench.rig.now), FLUE_OK);
    rig_make_neighbor(&objects.neighbor);
    bench.rig.provider->initiate_offload(bench.rig.provider->adapter, bench.rig.now,
                                         &objects.neighbor.block.block);
    assert_int_equal(flue_target_upload_all(bench.rig.target, bench.rig.now), FLUE_OK);
    rig_make_list(&bench.lists[0], 1, 300);
    rig_send(&bench.rig, &bench.tcp, &bench.lists[0]);
    rig_settle(&bench.rig);
    at = rig_find(&bench.rig, CALL_SEND, 0);
    assert_int_equal(bench.rig.calls[at].status, FLUE_STATUS_UPLOAD_IN_PROGRESS); /* STATUS-005 */
    at = rig_find(&bench.rig, CALL_STATUS, 0);
    assert_int_equal(bench.rig.calls[at].status, FLUE_STATUS_OFFLOAD_PAUSE);
    at = rig_find(&bench.rig, CALL_STATUS, at + 1);
    assert_int_equal(bench.rig.calls[at].status, FLUE_STATUS_UPLOAD_ALL); /* STATUS-008 */
    assert_int_equal(objects.neighbor.block.block.status, FLUE_STATUS_FAILURE);
    assert_null(objects.neighbor.handle.miniport_offload_context);
    assert_int_equal(rig_count(&bench.rig, CALL_EVENT), 0); /* no word for single ones */
    rig_terminate(&bench.rig, &bench.tcp, &back);
    assert_int_equal(back.block.status, FLUE_STATUS_SUCCESS);
    assert_int_equal(flue_target_resume(bench.rig.target, bench.rig.now, NULL), FLUE_OK);
    rig_settle(&bench.rig); /* STATUS-010 */
    initiate(&objects, 200);
    rig_settle(&bench.rig);
    assert_int_equal(objects.tcp.block.block.status, FLUE_STATUS_SUCCESS);
}

/* OFFLOAD-050: statuses wait for the offload that is in progress. */
static void
test_status_waits_for_an_offload_in_progress(void **state)
{
    struct flue_target_config config = flue_target_config_default();
    struct rig_neighbor neighbor;
    struct rig rig;
    uint32_t initiated;

    (void)state;
    config.initiate.neighbor = FLUE_SECOND;
    rig_create(&rig, &config);
    rig_make_neighbor(&neighbor);
    rig.provider->initiate_offload(rig.provider->adapter, rig.now, &neighbor.block.block);
    assert_int_equal(flue_target_pause(rig.target, rig.now), FLUE_OK);
    rig_advance(&rig, FLUE_SECOND / 2);
    assert_int_equal(rig.call_count, 0);
    rig_advance(&rig, FLUE_SECOND);
    initiated = rig_find(&rig, CALL_INITIATE, 0);
    assert_int_equal(initiated, 0);
    assert_int_equal(rig.calls[1].status, FLUE_STATUS_OFFLOAD_PAUSE);
    rig_destroy(&rig);
}

static void
test_statuses_that_nobody_hears_are_limited(void **state)
{
    uint32_t count = 0;

    (void)state;
    while (flue_target_resume(bench.rig.target, bench.rig.now, NULL) == FLUE_OK)
        count++;
    assert_int_equal(count, 16);
    assert_int_equal(flue_target_pause(bench.rig.target, bench.rig.now), FLUE_ERROR_LIMIT);
    assert_int_equal(flue_target_upload_all(bench.rig.target, bench.rig.now), FLUE_ERROR_LIMIT);
    rig_settle(&bench.rig);
    assert_int_equal(rig_count(&bench.rig, CALL_STATUS), 16);
    exchange(); /* what was refused did nothing */
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        ON_BENCH(test_pause_is_told_and_leaves_connections_alone),
        ON_BENCH(test_pause_keeps_a_racing_initiate_for_the_resume),
        ON_BENCH(test_paused_connection_goes_on_after_the_resume),
        ON_BENCH(test_resume_brings_changed_capabilities),
        ON_BENCH(test_resume_beyond_the_hardware_is_refused),
        ON_BENCH(test_upload_all_ends_io_and_refuses_offloads),
        cmocka_unit_test(test_status_waits_for_an_offload_in_progress),
        ON_BENCH(test_statuses_that_nobody_hears_are_limited),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
