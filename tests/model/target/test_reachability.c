/* SPDX-License-Identifier: GPL-2.0-or-later
 *
 * The two clocks of a neighbour, and the question that the target asks the host when both are old.
 */
#include "rig.h"

#include <string.h>

enum { QUERIES = 16, STALE_MS = 100 };

/* The host's side: what it was asked, and its answer. */
static struct {
    uint32_t count;
    flue_time at[QUERIES];
    uint32_t hrd[QUERIES];
    uint32_t nrd[QUERIES];
    uint32_t answer; /* HRD; UINT32_MAX: the block is left alone */
} host;

static void
on_query(void *binding, flue_time now, struct flue_block_list *block, uint32_t code)
{
    struct flue_neighbor_block *neighbor = (struct flue_neighbor_block *)block;

    (void)binding;
    assert_int_equal(code, FLUE_NEIGHBOR_REACHABILITY_QUERY); /* EVENT-023 */
    assert_int_equal(block->header.type, FLUE_NEIGHBOR_OFFLOAD_STATE);
    assert_int_equal(block->header.size, sizeof *neighbor);
    assert_null(block->dependent_block_list);             /* EVENT-024 */
    assert_int_equal(block->status, FLUE_STATUS_SUCCESS); /* EVENT-024 */
    assert_null(block->next_block);
    assert_memory_equal(neighbor->cached.dl_destination_address,
                        bench.neighbor.block.cached.dl_destination_address, FLUE_DL_ADDRESS_BYTES);
    assert_true(host.count < QUERIES);
    host.at[host.count] = now;
    host.hrd[host.count] = neighbor->cached.host_reachability_delta_ticks;
    host.nrd[host.count] = neighbor->delegated.nic_reachability_delta_ticks;
    host.count++;
    if (host.answer != UINT32_MAX)
        neighbor->cached.host_reachability_delta_ticks = host.answer;
}

static void
set_parameters(struct rig *rig, uint32_t ticks_per_second, uint32_t stale_ticks, uint8_t doubt)
{
    struct flue_tcp_connection_offload_parameters set;

    assert_int_equal(rig_request(rig, FLUE_REQUEST_QUERY,
                                 FLUE_OID_TCP_CONNECTION_OFFLOAD_PARAMETERS, &set, sizeof set,
                                 NULL),
                     FLUE_STATUS_SUCCESS);
    set.ticks_per_second = ticks_per_second;
    set.tcp_delayed_ack_ticks = 1;
    set.nce_stale_ticks = stale_ticks;
    set.tcp_doubt_reachability_retransmissions = doubt;
    assert_int_equal(rig_request(rig, FLUE_REQUEST_SET, FLUE_OID_TCP_CONNECTION_OFFLOAD_PARAMETERS,
                                 &set, sizeof set, NULL),
                     FLUE_STATUS_SUCCESS);
}

/* An adapter at `ticks_per_second`, and one connection whose neighbour's proofs are `age` ticks old
 * when it is offloaded, at tick `tick`. */
static void
begin(uint32_t ticks_per_second, uint32_t tick, uint32_t age)
{
    struct flue_target_config config = flue_target_config_default();
    struct rig *rig = &bench.rig;

    memset(&bench, 0, sizeof bench);
    memset(&host, 0, sizeof host);
    config.tcp.ticks_per_second = ticks_per_second;
    config.tcp.delayed_ack_ticks = 1;
    rig_create(rig, &config);
    rig->client.indicate_offload_event = on_query;
    rig->now = tick * (FLUE_SECOND / ticks_per_second);
    rig_make_neighbor(&bench.neighbor);
    rig_make_path(&bench.path);
    rig_make_tcp(rig, &bench.tcp, 100);
    bench.neighbor.block.cached.host_reachability_delta_ticks = age;
    bench.neighbor.block.delegated.nic_reachability_delta_ticks = age; /* EVENT-018 */
    rig_link(&bench.neighbor, &bench.path, &bench.tcp);
    rig_operate(rig, CALL_INITIATE, &bench.neighbor.block.block);
    assert_int_equal(bench.tcp.block.block.status, FLUE_STATUS_SUCCESS);
    rig->target_segments = 0;
}

static void
end(void)
{
    rig_return_lent(&bench.rig);
    rig_destroy(&bench.rig);
}

/* A segment leaves, and is lost. */
static void
send_into_the_void(uint32_t list)
{
    bench.rig.is_cut = true;
    rig_make_list(&bench.lists[list], 0, 10);
    rig_send(&bench.rig, &bench.tcp, &bench.lists[list]);
    rig_settle(&bench.rig);
}

static uint32_t
queried_nrd(void)
{
    struct flue_neighbor_block block;

    memset(&block, 0, sizeof block);
    flue_block_list_init(&block.block, FLUE_NEIGHBOR_OFFLOAD_STATE, sizeof block,
                         &bench.neighbor.handle);
    block.constants.header.length = sizeof block.constants;
    block.cached.header.length = sizeof block.cached;
    block.delegated.header.length = sizeof block.delegated;
    rig_operate(&bench.rig, CALL_QUERY, &block.block);
    return block.delegated.nic_reachability_delta_ticks;
}

/* EVENT-020: modulo 2^32. Proofs 20 ticks old at tick 10 are from tick 4294967286. */
static void
test_ages_wrap_with_the_clock(void **state)
{
    (void)state;
    begin(1000, 10, 20);
    assert_int_equal(queried_nrd(), 20); /* EVENT-017 */
    rig_advance(&bench.rig, 20 * FLUE_MILLISECOND);
    assert_int_equal(queried_nrd(), 40); /* EVENT-020 */
    end();
}

/* EVENT-019: the delta is in the host's ticks, whatever they are. */
static void
test_ages_are_in_the_hosts_ticks(void **state)
{
    static const uint32_t rates[] = {10, 100, 1000};

    (void)state;
    for (size_t i = 0; i < sizeof rates / sizeof rates[0]; i++) {
        begin(rates[i], 100, rates[i]); /* a second */
        set_parameters(&bench.rig, rates[i], 2 * rates[i], 3);
        rig_advance(&bench.rig, FLUE_SECOND); /* two seconds old: not older */
        send_into_the_void(0);
        assert_int_equal(host.count, 0);
        rig_advance(&bench.rig, FLUE_SECOND / rates[i]);
        send_into_the_void(1);
        assert_int_equal(host.count, 1); /* EVENT-019, OID-003: NceStaleTicks */
        assert_int_equal(host.nrd[0], 2 * rates[i] + 1);
        end();
    }
}

/* EVENT-022: both ages must be above NceStaleTicks. */
static void
test_query_needs_both_proofs_to_be_stale(void **state)
{
    (void)state;
    begin(1000, 5000, 0);
    set_parameters(&bench.rig, 1000, STALE_MS, 255);
    host.answer = 30;
    rig_advance(&bench.rig, 100 * FLUE_MILLISECOND);
    send_into_the_void(0);
    assert_int_equal(host.count, 0); /* EVENT-022: 100 is not above 100 */
    assert_int_equal(bench.rig.target_segments, 1);
    rig_advance(&bench.rig, FLUE_MILLISECOND);
    assert_int_equal(host.count, 0); /* nothing is sent, nothing is asked */
    send_into_the_void(1);
    assert_int_equal(host.count, 1); /* EVENT-022: 101 is */
    assert_int_equal(host.nrd[0], 101);
    assert_int_equal(bench.rig.target_segments, 2); /* NOTE-045: and the datagram went out */
    /* EVENT-026: HRT is now 30 ticks ago; EVENT-028: and that is all. */
    rig_advance(&bench.rig, 70 * FLUE_MILLISECOND);
    send_into_the_void(2);
    assert_int_equal(host.count, 1);
    rig_advance(&bench.rig, FLUE_MILLISECOND);
    send_into_the_void(3);
    assert_int_equal(host.count, 2);
    assert_int_equal(host.at[1] - host.at[0], 71 * FLUE_MILLISECOND); /* EVENT-026 */
    assert_int_equal(rig_count(&bench.rig, CALL_EVENT), 0);           /* EVENT-028 */
    end();
}

/* EVENT-022: a fresh proof of the target's own is enough. */
static void
test_progress_of_its_own_keeps_the_target_from_asking(void **state)
{
    (void)state;
    begin(1000, 5000, 0);
    set_parameters(&bench.rig, 1000, STALE_MS, 255);
    for (uint32_t i = 0; i < 10; i++) {
        rig_make_list(&bench.lists[0], 0, 10);
        rig_send(&bench.rig, &bench.tcp, &bench.lists[0]);
        rig_advance(&bench.rig, 90 * FLUE_MILLISECOND); /* it is acknowledged: EVENT-021 */
        assert_in_range(queried_nrd(), 45, 90);
    }
    rig_advance(&bench.rig, (STALE_MS - queried_nrd()) * FLUE_MILLISECOND);
    send_into_the_void(1);
    assert_int_equal(host.count, 0); /* the host's proof is old, this one is not: EVENT-022 */
    rig_advance(&bench.rig, FLUE_MILLISECOND);
    send_into_the_void(2);
    assert_int_equal(host.count, 1);
    end();
}

/* EVENT-022: and so is one of the host's. */
static void
test_update_of_the_hosts_proof_keeps_the_target_from_asking(void **state)
{
    struct flue_neighbor_cached_block {
        struct flue_block_list block;
        struct flue_neighbor_cached cached;
    } update;

    (void)state;
    begin(1000, 5000, 0);
    set_parameters(&bench.rig, 1000, STALE_MS, 255);
    rig_advance(&bench.rig, 300 * FLUE_MILLISECOND);
    memset(&update, 0, sizeof update);
    flue_block_list_init(&update.block, FLUE_NEIGHBOR_OFFLOAD_CACHED_STATE, sizeof update,
                         &bench.neighbor.handle);
    update.cached = bench.neighbor.block.cached;
    update.cached.host_reachability_delta_ticks = 50;
    rig_operate(&bench.rig, CALL_UPDATE, &update.block);
    assert_int_equal(update.block.status, FLUE_STATUS_SUCCESS);
    rig_advance(&bench.rig, 50 * FLUE_MILLISECOND);
    send_into_the_void(0);
    assert_int_equal(host.count, 0);
    rig_advance(&bench.rig, FLUE_MILLISECOND);
    send_into_the_void(1);
    assert_int_equal(host.count, 1);
    assert_int_equal(host.hrd[0], 50); /* the value that the host gave */
    end();
}

/* EVENT-027: the host's entry is stale itself; it is not asked again before NceStaleTicks. */
static void
test_answer_zero_gives_the_host_time(void **state)
{
    (void)state;
    begin(1000, 5000, 500);
    set_parameters(&bench.rig, 1000, STALE_MS, 255);
    host.answer = 0;
    bench.rig.is_cut = true;
    for (uint32_t i = 0; i < 500; i++) { /* sending all the time: ACKs, in answer to this */
        struct flue_tcp_segment segment = {.flags = FLUE_TCP_ACK,
                                           .seq = bench.tcp.block.delegated.rcv_nxt - 1,
                                           .ack = bench.tcp.block.delegated.snd_una,
                                           .window = 100};
        struct flue_packet packet;

        memset(&packet, 0, sizeof packet);
        packet.tuple = *flue_tcp_tuple(bench.tcp.peer);
        packet.tuple.local = flue_tcp_tuple(bench.tcp.peer)->remote;
        packet.tuple.remote = flue_tcp_tuple(bench.tcp.peer)->local;
        packet.tuple.local_port = flue_tcp_tuple(bench.tcp.peer)->remote_port;
        packet.tuple.remote_port = flue_tcp_tuple(bench.tcp.peer)->local_port;
        segment.payload.length = 1;
        segment.payload.descriptor = &(struct flue_memory_descriptor){NULL, NULL, 1};
        packet.segment = segment;
        assert_true(flue_target_input(bench.rig.target, bench.rig.now, &packet));
        rig_settle(&bench.rig);
        rig_advance(&bench.rig, FLUE_MILLISECOND);
    }
    assert_true(bench.rig.target_segments >= 500);
    assert_int_equal(host.count, 5);
    for (uint32_t i = 1; i < host.count; i++)
        assert_int_equal(host.at[i] - host.at[i - 1], 101 * FLUE_MILLISECOND); /* EVENT-027 */
    end();
}

/* EVENT-029: the peer falls silent in the middle of a transfer. */
static void
test_silent_peer_makes_the_target_ask(void **state)
{
    flue_time last;

    (void)state;
    begin(1000, 5000, 0);
    set_parameters(&bench.rig, 1000, 3000, 255);
    rig_make_list(&bench.lists[0], 0, 1000);
    rig_send(&bench.rig, &bench.tcp, &bench.lists[0]);
    rig_settle(&bench.rig);
    last = bench.rig.now;
    send_into_the_void(1);
    rig_advance(&bench.rig, 20 * FLUE_SECOND);
    assert_true(host.count > 0); /* EVENT-029 */
    assert_true(host.at[0] - last > 3 * FLUE_SECOND);
    assert_true(host.at[0] - last < 8 * FLUE_SECOND); /* with the next retransmission */
    end();
}

static uint32_t
retransmissions_until_doubt(uint8_t doubt)
{
    uint32_t retransmissions = UINT32_MAX;

    begin(1000, 5000, 0);
    set_parameters(&bench.rig, 1000, 1000000000, doubt);
    host.answer = 5;
    send_into_the_void(0);
    for (uint32_t i = 0; i < 200 && host.count == 0; i++)
        rig_advance(&bench.rig, FLUE_SECOND);
    if (host.count > 0)
        retransmissions = bench.rig.target_segments - 1;
    rig_advance(&bench.rig, 100 * FLUE_SECOND);
    assert_true(host.count <= 1); /* once a segment */
    end();
    return retransmissions;
}

/* EVENT-030, OID-004 */
static void
test_doubt_comes_after_as_many_retransmissions_as_are_set(void **state)
{
    (void)state;
    assert_int_equal(retransmissions_until_doubt(3), 4);
    assert_int_equal(retransmissions_until_doubt(1), 2);
    assert_int_equal(retransmissions_until_doubt(0), 1);
    assert_int_equal(retransmissions_until_doubt(255), UINT32_MAX);
}

static void
test_neighbor_that_goes_is_not_asked_about(void **state)
{
    struct flue_tcp_delegated_block back;
    struct {
        struct flue_block_list block;
        struct flue_neighbor_delegated delegated;
    } neighbor;
    struct {
        struct flue_block_list block;
        struct flue_path_delegated delegated;
    } path;

    (void)state;
    begin(1000, 5000, 500);
    set_parameters(&bench.rig, 1000, STALE_MS, 255);
    bench.rig.is_cut = true;
    rig_make_list(&bench.lists[0], 0, 10);
    rig_send(&bench.rig, &bench.tcp, &bench.lists[0]); /* nobody polls yet */
    memset(&back, 0, sizeof back);
    flue_block_list_init(&back.block, FLUE_TCP_OFFLOAD_DELEGATED_STATE, sizeof back,
                         &bench.tcp.handle);
    flue_block_list_init(&neighbor.block, FLUE_NEIGHBOR_OFFLOAD_DELEGATED_STATE, sizeof neighbor,
                         &bench.neighbor.handle);
    flue_block_list_init(&path.block, FLUE_IP4_OFFLOAD_DELEGATED_STATE, sizeof path,
                         &bench.path.handle);
    neighbor.block.dependent_block_list = &path.block;
    path.block.dependent_block_list = &back.block;
    rig_operate(&bench.rig, CALL_TERMINATE, &neighbor.block);
    assert_int_equal(neighbor.block.status, FLUE_STATUS_SUCCESS);
    assert_int_equal(host.count, 0);
    end();
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_ages_wrap_with_the_clock),
        cmocka_unit_test(test_ages_are_in_the_hosts_ticks),
        cmocka_unit_test(test_query_needs_both_proofs_to_be_stale),
        cmocka_unit_test(test_progress_of_its_own_keeps_the_target_from_asking),
        cmocka_unit_test(test_update_of_the_hosts_proof_keeps_the_target_from_asking),
        cmocka_unit_test(test_answer_zero_gives_the_host_time),
        cmocka_unit_test(test_silent_peer_makes_the_target_ask),
        cmocka_unit_test(test_doubt_comes_after_as_many_retransmissions_as_are_set),
        cmocka_unit_test(test_neighbor_that_goes_is_not_asked_about),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
