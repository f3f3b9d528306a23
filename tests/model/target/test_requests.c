/* SPDX-License-Identifier: GPL-2.0-or-later
 *
 * Requests to a target: what they change, and what they refuse.
 */
#include "rig.h"

#include <string.h>

static void
current(struct rig *rig, struct flue_tcp_connection_offload_parameters *parameters)
{
    assert_int_equal(rig_request(rig, FLUE_REQUEST_QUERY,
                                 FLUE_OID_TCP_CONNECTION_OFFLOAD_PARAMETERS, parameters,
                                 sizeof *parameters, NULL),
                     FLUE_STATUS_SUCCESS);
}

static enum flue_status
set(struct rig *rig, struct flue_tcp_connection_offload_parameters *parameters)
{
    return rig_request(rig, FLUE_REQUEST_SET, FLUE_OID_TCP_CONNECTION_OFFLOAD_PARAMETERS,
                       parameters, sizeof *parameters, NULL);
}

static void
test_parameters_start_with_the_configuration(void **state)
{
    struct flue_target_config config = flue_target_config_default();
    struct flue_tcp_connection_offload_parameters got;
    struct rig rig;

    (void)state;
    config.tcp.ack_frequency = 5;
    config.tcp.duplicate_ack_threshold = 7;
    rig_create(&rig, &config);
    current(&rig, &got);
    assert_int_equal(got.ticks_per_second, 1000); /* OID-003: the default */
    assert_int_equal(got.tcp_ack_frequency, 5);
    assert_int_equal(got.tcp_duplicate_ack_threshold, 7);
    assert_int_equal(got.tcp_push_ticks, 500);
    rig_destroy(&rig);
}

static void
test_parameters_that_cannot_be_are_refused(void **state)
{
    struct flue_tcp_connection_offload_parameters good;
    struct flue_tcp_connection_offload_parameters bad;

    (void)state;
    current(&bench.rig, &good);
    for (uint32_t i = 0; i < 9; i++) {
        bad = good;
        switch (i) {
        case 0:
            bad.ticks_per_second = 500; /* TIMER-003 */
            break;
        case 1:
            bad.tcp_ack_frequency = 0;
            break;
        case 2:
            bad.tcp_delayed_ack_ticks = 0;
            break;
        case 3:
            bad.tcp_duplicate_ack_threshold = 0;
            break;
        case 4:
            bad.tcp_duplicate_ack_threshold = 256;
            break;
        case 5:
            bad.tcp_push_ticks = 0;
            break;
        case 6:
            bad.nce_stale_ticks = 0;
            break;
        case 7:
            bad.header.size--;
            break;
        default:
            bad.header.revision++;
            break;
        }
        assert_int_equal(set(&bench.rig, &bad), FLUE_STATUS_INVALID_DATA);
    }
    assert_int_equal(rig_request(&bench.rig, FLUE_REQUEST_SET,
                                 FLUE_OID_TCP_CONNECTION_OFFLOAD_PARAMETERS, &good, sizeof good - 1,
                                 NULL),
                     FLUE_STATUS_INVALID_DATA);
    bad = good;
    current(&bench.rig, &good);
    assert_int_equal(good.tcp_ack_frequency, 2); /* nothing has changed */
    good.ticks_per_second = 100;
    good.tcp_delayed_ack_ticks = 4;
    /* State in ticks is out with the objects: another tick has to wait. */
    assert_int_equal(set(&bench.rig, &good), FLUE_STATUS_INVALID_STATE);
}

/* How many pure ACKs `count` full segments bring from the target. */
static uint32_t
acks_for(uint32_t count)
{
    uint32_t before = bench.rig.target_segments;

    for (uint32_t i = 0; i < count; i++)
        rig_peer_send(&bench.rig, bench.tcp.peer, 1, 1448);
    rig_settle(&bench.rig);
    return bench.rig.target_segments - before;
}

static void
test_parameter_ack_frequency_is_obeyed(void **state)
{
    struct flue_tcp_connection_offload_parameters parameters;

    (void)state;
    assert_int_equal(acks_for(4), 2);
    current(&bench.rig, &parameters);
    parameters.tcp_ack_frequency = 4;
    assert_int_equal(set(&bench.rig, &parameters), FLUE_STATUS_SUCCESS); /* OID-001, OID-003 */
    assert_int_equal(acks_for(4), 1);
    parameters.congestion_algorithm = 9; /* OID-005 */
    assert_int_equal(set(&bench.rig, &parameters), FLUE_STATUS_SUCCESS);
    assert_int_equal(acks_for(4), 1);
}

static void
test_parameter_delayed_ack_is_obeyed(void **state)
{
    struct flue_tcp_connection_offload_parameters parameters;

    (void)state;
    current(&bench.rig, &parameters);
    parameters.tcp_delayed_ack_ticks = 100;
    assert_int_equal(set(&bench.rig, &parameters), FLUE_STATUS_SUCCESS);
    rig_advance(&bench.rig, FLUE_MILLISECOND / 2);
    assert_int_equal(acks_for(1), 0);
    rig_advance(&bench.rig, 99 * FLUE_MILLISECOND);
    assert_int_equal(bench.rig.target_segments, 0); /* OID-003: not after the 40 of before */
    rig_advance(&bench.rig, 3 * FLUE_MILLISECOND);
    assert_int_equal(bench.rig.target_segments, 1);
}

static void
test_parameter_maximum_retransmissions_is_obeyed(void **state)
{
    struct flue_tcp_connection_offload_parameters parameters;

    (void)state;
    current(&bench.rig, &parameters);
    parameters.tcp_maximum_retransmissions = 3;
    assert_int_equal(set(&bench.rig, &parameters), FLUE_STATUS_SUCCESS);
    bench.rig.is_cut = true;
    rig_make_list(&bench.lists[0], 1, 100);
    rig_send(&bench.rig, &bench.tcp, &bench.lists[0]);
    rig_advance(&bench.rig, 120 * FLUE_SECOND);
    assert_int_equal(bench.rig.target_segments, 1 + 3); /* OID-003 */
    assert_int_equal(bench.rig.calls[rig_find(&bench.rig, CALL_EVENT, 0)].bytes,
                     FLUE_UPLOAD_TIMEOUT_EXPIRATION);
}

/* Duplicate ACKs until the target resends. */
static uint32_t
duplicates_until_resent(void)
{
    struct flue_packet packet;
    uint32_t sent;
    uint32_t count = 0;

    for (uint32_t i = 0; i < 3; i++) {
        rig_make_list(&bench.lists[i], 1, 4000);
        rig_send(&bench.rig, &bench.tcp, &bench.lists[i]);
    }
    while (bench.rig.frame_count > 0)
        rig_lose_last(&bench.rig);
    memset(&packet, 0, sizeof packet);
    packet.tuple = bench.rig.last_packet.tuple;
    packet.segment.flags = FLUE_TCP_ACK;
    packet.segment.seq = bench.rig.last_packet.segment.ack;
    packet.segment.ack = bench.tcp.block.delegated.snd_una;
    packet.segment.has_timestamp = true;
    packet.segment.ts_val = bench.rig.last_packet.segment.ts_ecr;
    packet.segment.ts_ecr = bench.rig.last_packet.segment.ts_val;
    packet.segment.window =
        (uint16_t)(bench.tcp.block.delegated.snd_wnd >> bench.tcp.block.constants.snd_wind_scale);
    sent = bench.rig.target_segments;
    do {
        /* With SACK a duplicate is one that brings news (RFC 6675): a segment more each time. */
        packet.segment.sack_count = 1;
        packet.segment.sack[0].left = packet.segment.ack + 1448;
        packet.segment.sack[0].right = packet.segment.ack + 1448 * (2 + count);
        assert_true(flue_target_input(bench.rig.target, bench.rig.now, &packet));
        count++;
        for (uint32_t i = 0; i < bench.rig.frame_count; i++)
            if (bench.rig.frames[i].segment.seq == packet.segment.ack)
                sent = UINT32_MAX;
    } while (sent != UINT32_MAX && count < 7);
    return count;
}

static void
test_parameter_duplicate_threshold_default(void **state)
{
    (void)state;
    assert_int_equal(duplicates_until_resent(), 3);
}

static void
test_parameter_duplicate_threshold_is_obeyed(void **state)
{
    struct flue_tcp_connection_offload_parameters parameters;

    (void)state;
    current(&bench.rig, &parameters);
    parameters.tcp_duplicate_ack_threshold = 5;
    assert_int_equal(set(&bench.rig, &parameters), FLUE_STATUS_SUCCESS);
    assert_int_equal(duplicates_until_resent(), 5); /* OID-003 */
}

/* OID-003: every tick in the state is the tick that was set. */
static void
test_parameter_ticks_per_second_is_obeyed(void **state)
{
    struct flue_tcp_connection_offload_parameters parameters;
    struct flue_neighbor_block query;
    struct rig_neighbor neighbor;
    struct rig rig;

    (void)state;
    rig_create(&rig, NULL);
    current(&rig, &parameters);
    parameters.ticks_per_second = 10;
    parameters.tcp_delayed_ack_ticks = 1;
    assert_int_equal(set(&rig, &parameters), FLUE_STATUS_SUCCESS);
    rig_make_neighbor(&neighbor);
    rig_operate(&rig, CALL_INITIATE, &neighbor.block.block);
    rig_advance(&rig, 2 * FLUE_SECOND);
    memset(&query, 0, sizeof query);
    flue_block_list_init(&query.block, FLUE_NEIGHBOR_OFFLOAD_STATE, sizeof query, &neighbor.handle);
    query.constants.header.length = sizeof query.constants;
    query.cached.header.length = sizeof query.cached;
    query.delegated.header.length = sizeof query.delegated;
    rig_operate(&rig, CALL_QUERY, &query.block);
    assert_int_equal(query.delegated.nic_reachability_delta_ticks, 20);
    rig_destroy(&rig);
}

/* ---- What is switched on ----------------------------------------------------------------------
 */

static enum flue_status
switch_families(struct rig *rig, uint8_t ipv4, uint8_t ipv6)
{
    struct flue_offload_parameters parameters;

    flue_offload_parameters_init(&parameters);
    parameters.tcp_connection_ipv4 = ipv4;
    parameters.tcp_connection_ipv6 = ipv6;
    return rig_request(rig, FLUE_REQUEST_SET, FLUE_OID_TCP_OFFLOAD_PARAMETERS, &parameters,
                       sizeof parameters, NULL);
}

static struct flue_tcp_connection_offload
config_of(struct rig *rig)
{
    struct flue_tcp_connection_offload got;

    assert_int_equal(rig_request(rig, FLUE_REQUEST_QUERY,
                                 FLUE_OID_TCP_CONNECTION_OFFLOAD_CURRENT_CONFIG, &got, sizeof got,
                                 NULL),
                     FLUE_STATUS_SUCCESS);
    return got;
}

static void
test_families_are_switched_and_reported(void **state)
{
    struct flue_tcp_connection_offload got;
    uint32_t at;

    (void)state;
    assert_int_equal(switch_families(&bench.rig, FLUE_OFFLOAD_PARAMETERS_NO_CHANGE,
                                     FLUE_OFFLOAD_PARAMETERS_DISABLED),
                     FLUE_STATUS_SUCCESS);
    assert_int_equal(bench.rig.call_count, 0); /* told like everything, by poll */
    rig_settle(&bench.rig);
    at = rig_find(&bench.rig, CALL_STATUS, 0);
    assert_int_equal(bench.rig.calls[at].status, FLUE_STATUS_OFFLOAD_RESUME); /* OID-008 */
    assert_int_equal(bench.rig.resumed_with.support_ipv6, FLUE_OFFLOAD_NOT_SUPPORTED);
    got = config_of(&bench.rig);
    assert_int_equal(got.support_ipv4, FLUE_OFFLOAD_SUPPORTED);
    assert_int_equal(got.support_ipv6, FLUE_OFFLOAD_NOT_SUPPORTED); /* OID-007, OID-008 */
    assert_int_equal(switch_families(&bench.rig, FLUE_OFFLOAD_PARAMETERS_DISABLED,
                                     FLUE_OFFLOAD_PARAMETERS_ENABLED),
                     FLUE_STATUS_SUCCESS);
    rig_settle(&bench.rig);
    got = config_of(&bench.rig);
    assert_int_equal(got.support_ipv4, FLUE_OFFLOAD_NOT_SUPPORTED);
    assert_int_equal(got.support_ipv6, FLUE_OFFLOAD_SUPPORTED);
}

static void
test_families_wrong_or_missing_are_refused(void **state)
{
    struct flue_target_config config = flue_target_config_default();
    struct flue_offload_parameters parameters;
    struct rig rig;

    (void)state;
    config.has_ipv6 = false;
    rig_create(&rig, &config);
    /* OID-009 */
    assert_int_equal(switch_families(&rig, 3, FLUE_OFFLOAD_PARAMETERS_NO_CHANGE),
                     FLUE_STATUS_INVALID_DATA);
    flue_offload_parameters_init(&parameters);
    parameters.header.size = 1;
    assert_int_equal(rig_request(&rig, FLUE_REQUEST_SET, FLUE_OID_TCP_OFFLOAD_PARAMETERS,
                                 &parameters, sizeof parameters, NULL),
                     FLUE_STATUS_INVALID_DATA);
    assert_int_equal(
        switch_families(&rig, FLUE_OFFLOAD_PARAMETERS_NO_CHANGE, FLUE_OFFLOAD_PARAMETERS_ENABLED),
        FLUE_STATUS_NOT_SUPPORTED);
    rig_settle(&rig);
    assert_int_equal(rig.call_count, 0); /* nothing is reported */
    rig_destroy(&rig);
}

static enum flue_status
enable(struct rig *rig, bool any, uint8_t sack)
{
    struct flue_task_offload task;

    flue_task_offload_init(&task);
    if (any) {
        task.offset_first_task = offsetof(struct flue_task_offload, task);
        task.task.encapsulation = FLUE_ENCAPSULATION_IEEE_802_3;
        task.task.support_ipv4 = FLUE_OFFLOAD_SUPPORTED;
        task.task.support_sack = sack;
        task.task.tcp_connection_offload_capacity = 10;
    }
    return rig_request(rig, FLUE_REQUEST_SET, FLUE_OID_TCP_TASK_OFFLOAD, &task, sizeof task, NULL);
}

struct objects {
    struct rig_neighbor neighbor;
    struct rig_path path;
    struct rig_tcp tcp;
};

/* SACK blocks for a hole on a connection that is offloaded now. */
static uint32_t
blocks_on_a_new_connection(struct rig *rig, struct objects *objects, uint16_t port)
{
    rig_offload(rig, &objects->neighbor, &objects->path, &objects->tcp, port);
    rig_peer_send(rig, objects->tcp.peer, 1, 100);
    rig_lose_last(rig);
    rig_peer_send(rig, objects->tcp.peer, 101, 100);
    rig_settle(rig);
    return rig->last_packet.segment.sack_count;
}

static void
test_enabling_set_leaves_on_what_it_names(void **state)
{
    struct objects objects[2];
    struct rig rig;

    (void)state;
    rig_create(&rig, NULL);
    assert_int_equal(enable(&rig, true, FLUE_OFFLOAD_SUPPORTED), FLUE_STATUS_SUCCESS);
    assert_int_equal(blocks_on_a_new_connection(&rig, &objects[0], 100), 1);
    assert_int_equal(enable(&rig, true, FLUE_OFFLOAD_NOT_SUPPORTED), FLUE_STATUS_SUCCESS);
    assert_int_equal(blocks_on_a_new_connection(&rig, &objects[1], 101), 0); /* OID-011 */
    rig_settle(&rig);
    assert_int_equal(config_of(&rig).support_sack, FLUE_OFFLOAD_NOT_SUPPORTED);
    assert_int_equal(config_of(&rig).support_ipv6, FLUE_OFFLOAD_NOT_SUPPORTED);
    assert_int_equal(config_of(&rig).tcp_connection_offload_capacity, 10);
    assert_int_equal(enable(&rig, false, 0), FLUE_STATUS_SUCCESS); /* OID-012: everything off */
    rig_settle(&rig);
    assert_int_equal(config_of(&rig).support_ipv4, FLUE_OFFLOAD_NOT_SUPPORTED);
    rig_destroy(&rig);
}

static void
test_task_query_lists_the_hardware(void **state)
{
    struct flue_task_offload task;

    (void)state;
    assert_int_equal(rig_request(&bench.rig, FLUE_REQUEST_QUERY, FLUE_OID_TCP_TASK_OFFLOAD, &task,
                                 sizeof task, NULL),
                     FLUE_STATUS_SUCCESS); /* OID-012 */
    assert_int_equal(task.offset_first_task, offsetof(struct flue_task_offload, task));
    assert_int_equal(task.offset_next_task, 0);
    assert_int_equal(task.task.tcp_connection_offload_capacity, 1024);
    task.offset_first_task = 3;
    assert_int_equal(rig_request(&bench.rig, FLUE_REQUEST_SET, FLUE_OID_TCP_TASK_OFFLOAD, &task,
                                 sizeof task, NULL),
                     FLUE_STATUS_INVALID_DATA);
    task.offset_first_task = offsetof(struct flue_task_offload, task);
    task.task.tcp_connection_offload_capacity = 1025;
    assert_int_equal(rig_request(&bench.rig, FLUE_REQUEST_SET, FLUE_OID_TCP_TASK_OFFLOAD, &task,
                                 sizeof task, NULL),
                     FLUE_STATUS_NOT_SUPPORTED);
}

/* OID-013, through the contract's own entry. */
static void
test_second_protocol_is_refused(void **state)
{
    struct flue_offload_parameters parameters;
    struct flue_oid_request request = {
        .type = FLUE_REQUEST_SET,
        .oid = FLUE_OID_TCP_OFFLOAD_PARAMETERS,
        .protocol = &request,
        .buffer = &parameters,
        .length = sizeof parameters,
    };

    (void)state;
    assert_int_equal(switch_families(&bench.rig, FLUE_OFFLOAD_PARAMETERS_ENABLED,
                                     FLUE_OFFLOAD_PARAMETERS_ENABLED),
                     FLUE_STATUS_SUCCESS);
    flue_offload_parameters_init(&parameters);
    parameters.tcp_connection_ipv4 = FLUE_OFFLOAD_PARAMETERS_ENABLED;
    assert_int_equal(
        bench.rig.provider->oid_request(bench.rig.provider->adapter, bench.rig.now, &request),
        FLUE_STATUS_FAILURE);
    rig_settle(&bench.rig);
}

static void
test_encapsulation_change_is_announced_once(void **state)
{
    struct flue_offload_encapsulation set_it;
    const enum flue_oid oid = FLUE_OID_OFFLOAD_ENCAPSULATION;
    struct rig *rig = &bench.rig;
    uint32_t at;

    (void)state;
    flue_offload_encapsulation_init(&set_it);
    set_it.ipv4.enabled = FLUE_OFFLOAD_SET_ON;
    set_it.ipv4.encapsulation_type = FLUE_ENCAPSULATION_IEEE_802_3;
    set_it.ipv4.header_size = 14;
    assert_int_equal(rig_request(rig, FLUE_REQUEST_SET, oid, &set_it, sizeof set_it, NULL),
                     FLUE_STATUS_SUCCESS); /* OID-010 */
    rig_settle(rig);
    at = rig_find(rig, CALL_STATUS, 0);
    assert_int_equal(rig->calls[at].status, FLUE_STATUS_OFFLOAD_ENCASPULATION_CHANGE);
    assert_int_equal(rig->calls[at].bytes, sizeof set_it); /* STATUS-011 */
    assert_int_equal(rig_request(rig, FLUE_REQUEST_SET, oid, &set_it, sizeof set_it, NULL),
                     FLUE_STATUS_SUCCESS);
    rig_settle(rig);
    assert_int_equal(rig_count(rig, CALL_STATUS), 1); /* no change, no word */
    set_it.ipv4.encapsulation_type = FLUE_ENCAPSULATION_IEEE_LLC_SNAP_ROUTED;
    assert_int_equal(rig_request(rig, FLUE_REQUEST_SET, oid, &set_it, sizeof set_it, NULL),
                     FLUE_STATUS_INVALID_PARAMETER);
    set_it.header.size--;
    assert_int_equal(rig_request(rig, FLUE_REQUEST_SET, oid, &set_it, sizeof set_it, NULL),
                     FLUE_STATUS_INVALID_PARAMETER);
    rig_make_list(&bench.lists[0], 1, 10); /* the connection does not mind */
    rig_send(rig, &bench.tcp, &bench.lists[0]);
    rig_settle(rig);
    assert_int_equal(rig->calls[rig_find(rig, CALL_SEND, 0)].status, FLUE_STATUS_SUCCESS);
}

static void
test_unknown_requests_are_not_supported(void **state)
{
    uint32_t buffer[64] = {0};

    (void)state;
    assert_int_equal(rig_request(&bench.rig, FLUE_REQUEST_QUERY, FLUE_OID_PNP_SET_POWER, buffer,
                                 sizeof buffer, NULL),
                     FLUE_STATUS_NOT_SUPPORTED);
    assert_int_equal(rig_request(&bench.rig, FLUE_REQUEST_SET, FLUE_OID_GEN_VLAN_ID, buffer,
                                 sizeof buffer, NULL),
                     FLUE_STATUS_NOT_SUPPORTED);
    assert_int_equal(
        rig_request(&bench.rig, FLUE_REQUEST_SET, (enum flue_oid)99, buffer, sizeof buffer, NULL),
        FLUE_STATUS_NOT_SUPPORTED);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_parameters_start_with_the_configuration),
        ON_BENCH(test_parameters_that_cannot_be_are_refused),
        ON_BENCH(test_parameter_ack_frequency_is_obeyed),
        ON_BENCH(test_parameter_delayed_ack_is_obeyed),
        ON_BENCH(test_parameter_maximum_retransmissions_is_obeyed),
        ON_BENCH(test_parameter_duplicate_threshold_default),
        ON_BENCH(test_parameter_duplicate_threshold_is_obeyed),
        cmocka_unit_test(test_parameter_ticks_per_second_is_obeyed),
        ON_BENCH(test_families_are_switched_and_reported),
        cmocka_unit_test(test_families_wrong_or_missing_are_refused),
        cmocka_unit_test(test_enabling_set_leaves_on_what_it_names),
        ON_BENCH(test_task_query_lists_the_hardware),
        ON_BENCH(test_second_protocol_is_refused),
        ON_BENCH(test_encapsulation_change_is_announced_once),
        ON_BENCH(test_unknown_requests_are_not_supported),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
