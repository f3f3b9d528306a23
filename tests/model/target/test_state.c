/* SPDX-License-Identifier: GPL-2.0-or-later
 *
 * What the state structures mean: options of the wire, units, scales, and what a query and a
 * termination say.
 */
#include "rig.h"

#include <string.h>

/* A default configuration with its times in ticks of 1 / ticks_per_second. */
static struct flue_tcp_config
hosts_at(uint32_t ticks_per_second)
{
    struct flue_tcp_config tcp = flue_tcp_config_default();

    tcp.ticks_per_second = ticks_per_second;
    tcp.options.use_nagle = false;
    tcp.initial_rto_ticks = ticks_per_second;
    tcp.min_rto_ticks = ticks_per_second;
    tcp.max_rto_ticks = 60 * ticks_per_second;
    tcp.sws_prevention_ticks = ticks_per_second / 5;
    tcp.delayed_ack_ticks = ticks_per_second / 25 > 0 ? ticks_per_second / 25 : 1;
    tcp.time_wait_ticks = 60 * ticks_per_second;
    tcp.fin_wait_2_ticks = 120 * ticks_per_second;
    tcp.options.keepalive_idle_ticks = 7200 * ticks_per_second;
    tcp.options.keepalive_interval_ticks = 75 * ticks_per_second;
    return tcp;
}

/* The bench with other hosts; nothing offloaded yet, the block made. */
static void
set_up_with(const struct flue_tcp_config *hosts, uint64_t link_bps)
{
    struct flue_target_config config = flue_target_config_default();

    memset(&bench, 0, sizeof bench);
    config.tcp = *hosts;
    config.link_bps = link_bps;
    rig_create_as(&bench.rig, &config, hosts, 4);
    rig_make_neighbor(&bench.neighbor);
    rig_make_path(&bench.path);
    rig_make_tcp(&bench.rig, &bench.tcp, 100);
    rig_link(&bench.neighbor, &bench.path, &bench.tcp);
}

static void
initiate(void)
{
    rig_operate(&bench.rig, CALL_INITIATE, &bench.neighbor.block.block);
    assert_int_equal(bench.tcp.block.block.status, FLUE_STATUS_SUCCESS);
    bench.rig.call_count = 0;
    bench.rig.target_segments = 0;
}

static struct flue_tcp_delegated
query(void)
{
    struct flue_tcp_delegated_block block;

    flue_block_list_init(&block.block, FLUE_TCP_OFFLOAD_DELEGATED_STATE, sizeof block,
                         &bench.tcp.handle);
    rig_operate(&bench.rig, CALL_QUERY, &block.block);
    assert_int_equal(block.block.status, FLUE_STATUS_SUCCESS);
    return block.delegated;
}

static void
send_list(struct rig_list *list, uint32_t length)
{
    rig_make_list(list, 1, length);
    rig_send(&bench.rig, &bench.tcp, list);
}

static void
disconnect(struct rig_list *list, uint32_t flags)
{
    rig_make_list(list, 1, 0);
    (void)bench.rig.provider->tcp_offload_disconnect(bench.rig.provider->adapter, bench.rig.now,
                                                     rig_context(&bench.tcp), &list->list, flags);
    rig_settle(&bench.rig);
}

/* STATE-036: data, pure ACK, FIN and RST. STATE-038: the window field and the peer's. */
static void
test_options_on_the_wire_follow_the_flags(void **state)
{
    (void)state;
    for (uint32_t on = 0; on < 4; on++) {
        struct flue_tcp_config hosts = hosts_at(1000);
        uint32_t scale;
        struct flue_tcp_snapshot peer;
        bool graceful = on < 2;

        hosts.options.use_timestamps = on % 2 == 1;
        hosts.options.use_window_scaling = on % 2 == 1;
        set_up_with(&hosts, 0);
        initiate();
        send_list(&bench.lists[0], 100);
        rig_peer_send(&bench.rig, bench.tcp.peer, 1, 3000);
        rig_settle(&bench.rig);
        rig_return_lent(&bench.rig);
        disconnect(&bench.lists[1], graceful ? FLUE_TCP_DISCONNECT_GRACEFUL_CLOSE
                                             : FLUE_TCP_DISCONNECT_ABORTIVE_CLOSE);
        assert_true(bench.rig.to_peer_flags & (graceful ? FLUE_TCP_FIN : FLUE_TCP_RST));
        assert_true(bench.rig.target_segments >= 3);
        for (uint32_t i = 0; i < bench.rig.target_segments; i++)
            assert_int_equal(bench.rig.sent[i].segment.has_timestamp, on % 2 == 1);
        scale = on % 2 == 1 ? bench.tcp.block.constants.rcv_wind_scale : 0;
        if (graceful) {
            struct flue_tcp_delegated now = query();

            flue_tcp_get_snapshot(bench.tcp.peer, bench.rig.now, &peer);
            assert_in_range((uint32_t)bench.rig.last_packet.segment.window << scale,
                            now.rcv_wnd >> scale << scale, now.rcv_wnd);
            assert_in_range(now.snd_wnd, on % 2 == 1 ? 65536 : 1, on % 2 == 1 ? 131072 : 65535);
            assert_int_equal(now.snd_wnd % (1U << bench.tcp.block.constants.snd_wind_scale), 0);
        }
        rig_destroy(&bench.rig);
    }
}

/* STATE-042, STATE-043: 100 ms and 10 ms make a timer of 140 ms, and come back as they went. */
static void
test_round_trip_estimates_are_scaled(void **state)
{
    struct flue_tcp_config hosts = hosts_at(1000);
    flue_time start;

    (void)state;
    hosts.min_rto_ticks = 1;
    set_up_with(&hosts, 0);
    bench.tcp.block.delegated.srtt = 800;
    bench.tcp.block.delegated.rtt_var = 40;
    initiate();
    assert_int_equal(query().srtt, 800);
    assert_int_equal(query().rtt_var, 40);
    bench.rig.is_cut = true;
    start = bench.rig.now;
    send_list(&bench.lists[0], 100);
    while (bench.rig.target_segments < 2)
        rig_advance(&bench.rig, FLUE_MILLISECOND);
    assert_int_equal((bench.rig.now - start) / FLUE_MILLISECOND, 140);
    rig_destroy(&bench.rig);
}

/* STATE-044: a segment lost for 4 s, retransmitted after 1 s and 3 s, at each tick. */
static void
test_ticks_are_those_of_the_configuration(void **state)
{
    static const uint32_t rates[] = {10, 100, 1000};

    (void)state;
    for (uint32_t i = 0; i < 3; i++) {
        struct flue_tcp_config hosts = hosts_at(rates[i]);

        set_up_with(&hosts, 0);
        initiate();
        bench.rig.is_cut = true;
        send_list(&bench.lists[0], 100);
        rig_advance(&bench.rig, 4 * FLUE_SECOND);
        assert_int_equal(query().retransmit.count, 2);
        assert_int_equal(query().total_rt, 3 * rates[i]);
        assert_int_equal(query().retransmit.timeout_delta_ticks, 3 * rates[i]);
        rig_destroy(&bench.rig);
    }
}

/* STATE-047: it depends on the pipe, not on what is posted. */
static void
test_send_backlog_does_not_depend_on_what_is_queued(void **state)
{
    struct flue_tcp_config hosts = hosts_at(1000);
    uint32_t backlog;

    (void)state;
    set_up_with(&hosts, 10000000);
    bench.tcp.block.delegated.srtt = 80; /* 10 ms */
    initiate();
    backlog = query().send_backlog_size;
    assert_in_range(backlog, 12500, 12500 + 1500); /* EVENT-007 */
    bench.rig.is_cut = true;
    for (uint32_t i = 0; i < 4; i++) {
        send_list(&bench.lists[i], 4000);
        assert_int_equal(query().send_backlog_size, backlog);
    }
    rig_destroy(&bench.rig);
}

/* STATE-050: counts in a query, pointers in a termination, never the other way round. */
static void
test_unions_hold_what_the_operation_says(void **state)
{
    struct flue_tcp_delegated_block back;
    struct flue_tcp_delegated now;

    (void)state;
    bench.rig.answer = FLUE_STATUS_OFFLOAD_DATA_NOT_ACCEPTED;
    rig_peer_send(&bench.rig, bench.tcp.peer, 1, 700);
    rig_settle(&bench.rig);
    bench.rig.is_cut = true;
    send_list(&bench.lists[0], 100);
    now = query();
    assert_int_equal((uintptr_t)now.buffered_data, 700);
    assert_int_equal((uintptr_t)now.send_data_head, FLUE_BACKLOG_NOT_SUPPORTED);
    assert_null(now.send_data_tail);
    rig_terminate(&bench.rig, &bench.tcp, &back);
    assert_ptr_equal(back.delegated.send_data_head, &bench.lists[0].list);
    assert_ptr_equal(back.delegated.send_data_tail, &bench.lists[0].list);
    assert_int_equal(back.delegated.buffered_data->buffer.data_length, 700);
    bench.rig.lent = back.delegated.buffered_data;
}

/* STATE-051 */
static void
test_delegated_flags_mean_nothing(void **state)
{
    struct flue_tcp_config hosts = hosts_at(1000);
    struct flue_packet packets[2];

    (void)state;
    for (uint32_t i = 0; i < 2; i++) {
        set_up_with(&hosts, 0);
        bench.tcp.block.delegated.flags = i == 0 ? 0 : 0xFFFF;
        initiate();
        send_list(&bench.lists[0], 1000);
        packets[i] = bench.rig.last_packet;
        assert_int_equal(query().flags, 0);
        rig_destroy(&bench.rig);
    }
    assert_int_equal(packets[0].segment.flags, packets[1].segment.flags);
    assert_int_equal(packets[0].segment.seq, packets[1].segment.seq);
    assert_int_equal(packets[0].segment.window, packets[1].segment.window);
    assert_int_equal(packets[0].segment.payload.length, packets[1].segment.payload.length);
}

/* STATE-034: a frame to a group address counts as one to us. */
static void
test_frames_to_a_group_are_accepted(void **state)
{
    (void)state;
    bench.rig.destination = (struct flue_mac){{0x01, 0x00, 0x5E, 0, 0, 1}};
    rig_peer_send(&bench.rig, bench.tcp.peer, 1, 700);
    rig_settle(&bench.rig);
    assert_int_equal(bench.rig.indicated_bytes, 700);
}

/* STATE-008, TERM-021, TERM-026: state changes all the time, and nobody is told; a request that the
 * host does not follow leaves the connection where it is. */
static void
test_traffic_alone_makes_no_event(void **state)
{
    (void)state;
    for (uint32_t i = 0; i < 20; i++) {
        struct rig_list list;

        rig_peer_send(&bench.rig, bench.tcp.peer, 1, 2000);
        send_list(&list, 2000);
        rig_advance(&bench.rig, 200 * FLUE_MILLISECOND);
        rig_return_lent(&bench.rig);
    }
    assert_int_equal(query().rcv_nxt, bench.tcp.block.delegated.rcv_nxt + 40000);
    assert_int_equal(query().snd_una, bench.tcp.block.delegated.snd_una + 40000);
    assert_int_equal(rig_count(&bench.rig, CALL_EVENT), 0); /* STATE-008 */

    bench.rig.is_cut = true;
    send_list(&bench.lists[0], 100);
    rig_advance(&bench.rig, 1000 * FLUE_SECOND);
    assert_int_equal(rig_count(&bench.rig, CALL_EVENT), 1);
    assert_ptr_equal(bench.rig.calls[rig_find(&bench.rig, CALL_EVENT, 0)].subject,
                     &bench.tcp.handle); /* TERM-026: of a connection */
    assert_int_equal(query().state, FLUE_TCP_CONNECTION_ESTABLISHED); /* TERM-021 */
    assert_int_equal(rig_count(&bench.rig, CALL_TERMINATE), 0);
}

/* QUERY-002: live values in the middle of a transfer. QUERY-005: two of one object at once. */
static void
test_queries_overlap_and_see_the_wire(void **state)
{
    struct flue_tcp_delegated_block blocks[2];
    struct flue_provider *provider = bench.rig.provider;
    const struct flue_tcp_segment *last = &bench.rig.last_packet.segment;

    (void)state;
    bench.rig.is_cut = true;
    send_list(&bench.lists[0], 4000);
    for (uint32_t i = 0; i < 2; i++) {
        flue_block_list_init(&blocks[i].block, FLUE_TCP_OFFLOAD_DELEGATED_STATE, sizeof blocks[i],
                             &bench.tcp.handle);
        provider->query_offload(provider->adapter, bench.rig.now, &blocks[i].block);
    }
    rig_settle(&bench.rig);
    for (uint32_t i = 0; i < 2; i++) {
        assert_int_equal(blocks[i].block.status, FLUE_STATUS_SUCCESS);
        assert_int_equal(blocks[i].delegated.snd_nxt, last->seq + last->payload.length);
        assert_int_equal(blocks[i].delegated.snd_una, bench.tcp.block.delegated.snd_una);
        assert_int_equal(blocks[i].delegated.rcv_nxt, last->ack);
    }
    assert_int_equal(rig_count(&bench.rig, CALL_QUERY), 2);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_options_on_the_wire_follow_the_flags),
        cmocka_unit_test(test_round_trip_estimates_are_scaled),
        cmocka_unit_test(test_ticks_are_those_of_the_configuration),
        cmocka_unit_test(test_send_backlog_does_not_depend_on_what_is_queued),
        ON_BENCH(test_unions_hold_what_the_operation_says),
        cmocka_unit_test(test_delegated_flags_mean_nothing),
        ON_BENCH(test_frames_to_a_group_are_accepted),
        ON_BENCH(test_traffic_alone_makes_no_event),
        ON_BENCH(test_queries_overlap_and_see_the_wire),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
