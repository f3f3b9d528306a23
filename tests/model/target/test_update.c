/* SPDX-License-Identifier: GPL-2.0-or-later
 *
 * Updates of objects in use, while traffic runs over them.
 */
#include "rig.h"

#include <string.h>

/* A block with cached state alone behind it. */
struct cached_tcp {
    struct flue_block_list block;
    struct flue_tcp_cached cached;
};
struct cached_path {
    struct flue_block_list block;
    struct flue_path_cached cached;
};
struct cached_neighbor {
    struct flue_block_list block;
    struct flue_neighbor_cached cached;
};

static struct cached_tcp
tcp_block(void)
{
    struct cached_tcp block;

    flue_block_list_init(&block.block, FLUE_TCP_OFFLOAD_CACHED_STATE, sizeof block,
                         &bench.tcp.handle);
    block.cached = bench.tcp.block.cached;
    return block;
}

static struct cached_path
path_block(uint32_t path_mtu)
{
    struct cached_path block;

    flue_block_list_init(&block.block, FLUE_IP4_OFFLOAD_CACHED_STATE, sizeof block,
                         &bench.path.handle);
    block.cached = bench.path.block.cached;
    block.cached.path_mtu = path_mtu;
    return block;
}

static struct cached_neighbor
neighbor_block(uint8_t last)
{
    struct cached_neighbor block;

    flue_block_list_init(&block.block, FLUE_NEIGHBOR_OFFLOAD_CACHED_STATE, sizeof block,
                         &bench.neighbor.handle);
    block.cached = bench.neighbor.block.cached;
    block.cached.dl_destination_address[5] = last;
    return block;
}

/* A block that only names an object. */
static struct flue_block_list
bare_block(enum flue_offload_state_type type, struct flue_offload_handle *handle)
{
    struct flue_block_list block;

    flue_block_list_init(&block, type, sizeof block, handle);
    return block;
}

static void
update(struct flue_block_list *tree, enum flue_status expected)
{
    rig_operate(&bench.rig, CALL_UPDATE, tree);
    assert_int_equal(tree->status, expected);
}

/* Sends `length` bytes and lets them arrive; the last frame with data is what a test looks at. */
static const struct flue_packet *
send_data(struct rig_list *list, uint32_t length)
{
    rig_make_list(list, 1, length);
    bench.rig.target_segments = 0;
    rig_send(&bench.rig, &bench.tcp, list);
    rig_settle(&bench.rig);
    rig_advance(&bench.rig, 100 * FLUE_MILLISECOND); /* the peer's delayed ACK */
    assert_true(bench.rig.target_segments > 0);
    return &bench.rig.sent[0];
}

static uint8_t
destination(void)
{
    return send_data(&bench.lists[0], 10)->destination.bytes[5];
}

static void
query(struct flue_block_list *block)
{
    rig_operate(&bench.rig, CALL_QUERY, block);
    assert_int_equal(block->status, FLUE_STATUS_SUCCESS);
}

static struct flue_tcp_block
query_tcp(void)
{
    struct flue_tcp_block block;

    flue_block_list_init(&block.block, FLUE_TCP_OFFLOAD_STATE, sizeof block, &bench.tcp.handle);
    query(&block.block);
    return block;
}

static void
test_update_completes_later_with_its_own_tree(void **state)
{
    struct cached_tcp block = tcp_block();
    struct flue_block_list placeholder = bare_block(FLUE_NEIGHBOR_OFFLOAD_STATE, NULL);

    (void)state;
    placeholder.next_block = NULL;
    bench.rig.provider->update_offload(bench.rig.provider->adapter, bench.rig.now, &block.block);
    assert_int_equal(bench.rig.call_count, 0); /* UPDATE-001 */
    rig_settle(&bench.rig);
    assert_int_equal(rig_count(&bench.rig, CALL_UPDATE), 1);
    assert_ptr_equal(bench.rig.calls[0].subject, &block);
    assert_int_equal(block.block.status, FLUE_STATUS_SUCCESS); /* UPDATE-016 */
    update(&placeholder, FLUE_STATUS_SUCCESS);                 /* STATE-023 */
}

/* UPDATE-011, STATE-040, STATE-041: what stands in the headers. */
static void
check_headers(uint8_t ip_version)
{
    const struct flue_packet *packet;
    struct cached_tcp block = tcp_block();

    packet = send_data(&bench.lists[0], 10);
    assert_int_equal(packet->segment.hop_limit, 64);
    assert_false(packet->has_vlan);
    block.cached.ttl_or_hop_limit = 7;
    block.cached.tos_or_traffic_class = 0x48;
    block.cached.user_priority = 5;
    block.cached.flow_label = ip_version == 6 ? 0xABCDE : 0;
    update(&block.block, FLUE_STATUS_SUCCESS);
    packet = send_data(&bench.lists[1], 10);
    assert_int_equal(packet->segment.hop_limit, 7);
    assert_int_equal(packet->segment.traffic_class, 0x48);
    assert_int_equal(packet->segment.flow_label, block.cached.flow_label);
    assert_true(packet->has_vlan);
    assert_int_equal(packet->vlan_tci, 5 << 13);
    assert_int_equal(packet->tuple.ip_version, ip_version);
}

static void
test_update_header_fields_follow(void **state)
{
    (void)state;
    check_headers(4);
}

static void
test_update_header_fields_follow_ipv6(void **state)
{
    struct flue_tcp_config hosts = flue_tcp_config_default();

    (void)state;
    memset(&bench, 0, sizeof bench);
    rig_create_as(&bench.rig, NULL, &hosts, 6);
    rig_offload(&bench.rig, &bench.neighbor, &bench.path, &bench.tcp, 100);
    check_headers(6);
    assert_memory_equal(bench.rig.last_packet.tuple.local.bytes, bench.path.source.bytes,
                        16); /* STATE-013 */
    assert_memory_equal(bench.rig.last_packet.tuple.remote.bytes, bench.path.destination.bytes, 16);
    rig_destroy(&bench.rig);
}

/* STATE-039, UPDATE-011: small sends with one in flight. */
static void
test_update_flips_nagle(void **state)
{
    struct cached_tcp block = tcp_block();

    (void)state;
    for (uint32_t i = 0; i < 2; i++) {
        bool nagles = i == 0;

        block.cached.flags = nagles ? FLUE_TCP_FLAG_NAGLING_ENABLED : 0;
        update(&block.block, FLUE_STATUS_SUCCESS);
        bench.rig.target_segments = 0;
        for (uint32_t k = 0; k < 3; k++) {
            rig_make_list(&bench.lists[k], 1, 10);
            rig_send(&bench.rig, &bench.tcp, &bench.lists[k]);
        }
        assert_int_equal(bench.rig.target_segments, nagles ? 1 : 3);
        rig_settle(&bench.rig);
        rig_advance(&bench.rig, FLUE_SECOND);
    }
}

/* UPDATE-011: RcvIndicationSize, there and back (RECV-049, RECV-050). */
static void
test_update_indication_size(void **state)
{
    struct cached_tcp block = tcp_block();

    (void)state;
    block.cached.rcv_indication_size = 64;
    update(&block.block, FLUE_STATUS_SUCCESS);
    bench.rig.call_count = 0;
    rig_peer_send(&bench.rig, bench.tcp.peer, 1, 1000);
    rig_settle(&bench.rig);
    assert_int_equal(rig_count(&bench.rig, CALL_INDICATE), 1);
    assert_int_equal(bench.rig.calls[rig_find(&bench.rig, CALL_INDICATE, 0)].bytes, 64);
    assert_int_equal(query_tcp().delegated.receive_backlog_size, 936); /* it waits for a request */
    block.cached.rcv_indication_size = 0;
    update(&block.block, FLUE_STATUS_SUCCESS);
    bench.rig.call_count = 0;
    rig_return_lent(&bench.rig);
    rig_settle(&bench.rig);
    assert_int_equal(bench.rig.calls[0].kind, CALL_INDICATE);
    assert_int_equal(bench.rig.calls[0].bytes, 936);
    for (uint32_t i = 0; i < 1000; i++)
        assert_int_equal(bench.rig.indicated[i], (uint8_t)(1 + i));
}

/* UPDATE-003, STATE-032, STATE-024, RFC-015: of this neighbour's connections, and of no other's. */
static void
test_update_mac_is_that_of_the_next_frame(void **state)
{
    struct cached_neighbor block = neighbor_block(77);
    struct rig_neighbor other;
    struct rig_path path;
    struct rig_tcp tcp;

    (void)state;
    rig_offload(&bench.rig, &other, &path, &tcp, 101);
    assert_int_equal(destination(), 9);
    update(&block.block, FLUE_STATUS_SUCCESS);
    assert_int_equal(destination(), 77);
    rig_make_list(&bench.lists[1], 1, 10);
    rig_send(&bench.rig, &tcp, &bench.lists[1]);
    assert_int_equal(bench.rig.last_packet.destination.bytes[5], 9);
    rig_settle(&bench.rig);
}

/* UPDATE-004, STATE-035: the connections find the new size when they next send. */
static void
test_update_path_mtu_resegments(void **state)
{
    static const uint32_t mtus[] = {1500, 600, 1000, 9000};
    struct rig_list lists[4];

    (void)state;
    for (uint32_t i = 0; i < 4; i++) {
        struct cached_path block = path_block(mtus[i]);
        uint32_t most = mtus[i] < 1500 ? mtus[i] : 1500; /* RemoteMss */
        uint32_t largest = 0;

        update(&block.block, FLUE_STATUS_SUCCESS);
        send_data(&lists[i], 4000);
        for (uint32_t k = 0; k < bench.rig.target_segments; k++)
            if (bench.rig.sent[k].segment.payload.length > largest)
                largest = bench.rig.sent[k].segment.payload.length;
        assert_int_equal(largest, most - 20 - 20 - 12); /* IP, TCP, timestamps */
    }
}

/* UPDATE-004: data that was sent in larger segments is sent again in smaller ones. */
static void
test_update_path_mtu_shrinks_what_is_sent_again(void **state)
{
    struct cached_path block = path_block(600);

    (void)state;
    bench.rig.is_cut = true;
    rig_make_list(&bench.lists[0], 1, 3000);
    rig_send(&bench.rig, &bench.tcp, &bench.lists[0]);
    assert_int_equal(bench.rig.sent[0].segment.payload.length, 1448);
    update(&block.block, FLUE_STATUS_SUCCESS);
    bench.rig.is_cut = false;
    bench.rig.target_segments = 0;
    rig_advance(&bench.rig, 5 * FLUE_SECOND);
    for (uint32_t i = 0; i < bench.rig.target_segments; i++)
        assert_true(bench.rig.sent[i].segment.payload.length <= 548);
    assert_int_equal(bench.rig.peer_bytes, 3000);
    assert_int_equal(rig_count(&bench.rig, CALL_SEND), 1);
}

/* UPDATE-006 through the contract: the window that the peer sees, and the delegated one. */
static void
test_update_receive_window(void **state)
{
    struct cached_tcp block = tcp_block();
    struct flue_tcp_snapshot peer;

    (void)state;
    block.cached.initial_rcv_wnd = 200000;
    block.cached.flags |= FLUE_TCP_FLAG_UPDATE_RCV_WND;
    update(&block.block, FLUE_STATUS_SUCCESS);
    assert_int_equal(query_tcp().cached.initial_rcv_wnd, 200000);
    assert_in_range(query_tcp().delegated.rcv_wnd, 199990, 200000); /* STATE-046: beyond 65535 */
    flue_tcp_get_snapshot(bench.tcp.peer, bench.rig.now, &peer);
    assert_in_range(peer.snd_wnd, 199990, 200000);
}

/* Without the flag another window means nothing, however often it comes. */
static void
test_update_receive_window_without_the_flag_changes_nothing(void **state)
{
    struct cached_tcp block = tcp_block();
    uint32_t window = block.cached.initial_rcv_wnd;

    (void)state;
    for (uint32_t i = 0; i < 2; i++) {
        block = tcp_block();
        block.cached.initial_rcv_wnd = 200000;
        update(&block.block, FLUE_STATUS_SUCCESS);
        assert_int_equal(query_tcp().cached.initial_rcv_wnd, window);
    }
}

/* UPDATE-008, UPDATE-005, UPDATE-007, UPDATE-009 and UPDATE-010 reach the engine; its own tests
 * have the details. */
static void
test_update_restart_flags(void **state)
{
    struct cached_tcp block = tcp_block();

    (void)state;
    block.cached.flags |= FLUE_TCP_FLAG_KEEP_ALIVE_ENABLED;
    block.cached.ka_timeout_ticks = 1000;
    block.cached.ka_interval_ticks = 400;
    block.cached.ka_probe_count = 9;
    update(&block.block, FLUE_STATUS_SUCCESS);
    assert_int_equal(query_tcp().delegated.keep_alive.timeout_delta_ticks, 1000); /* UPDATE-005 */
    bench.rig.is_cut = true;
    rig_advance(&bench.rig, 1500 * FLUE_MILLISECOND); /* probes after 1000 and 1400 */
    assert_int_equal(query_tcp().delegated.keep_alive.count, 2);
    block.cached.flags |= FLUE_TCP_FLAG_KEEP_ALIVE_RESTART;
    update(&block.block, FLUE_STATUS_SUCCESS);
    assert_int_equal(query_tcp().delegated.keep_alive.count, 0); /* UPDATE-007 */
    assert_int_equal(query_tcp().delegated.keep_alive.timeout_delta_ticks, 1000);
    rig_make_list(&bench.lists[0], 1, 10);
    rig_send(&bench.rig, &bench.tcp, &bench.lists[0]);
    rig_advance(&bench.rig, 2500 * FLUE_MILLISECOND);
    assert_true(query_tcp().delegated.total_rt > 0);
    block.cached.flags = FLUE_TCP_FLAG_MAX_RT_RESTART;
    block.cached.max_rt_ticks = 3000;
    update(&block.block, FLUE_STATUS_SUCCESS);
    assert_int_equal(query_tcp().delegated.total_rt, 0); /* UPDATE-008 */
    assert_int_equal(query_tcp().cached.max_rt_ticks, 3000);
    bench.rig.call_count = 0;
    rig_advance(&bench.rig, 3000 * FLUE_MILLISECOND);
    assert_int_equal(bench.rig.calls[0].kind, CALL_EVENT); /* UPDATE-011: it gives up */
    assert_int_equal(bench.rig.calls[0].bytes, FLUE_UPLOAD_TIMEOUT_EXPIRATION);
}

/* UPDATE-002, STATE-005, STATE-007: const and delegated state in the block change nothing. */
static void
test_update_changes_cached_state_only(void **state)
{
    struct flue_tcp_block before = query_tcp();
    struct flue_tcp_block block = before;
    struct flue_tcp_block after;

    (void)state;
    flue_block_list_init(&block.block, FLUE_TCP_OFFLOAD_STATE, sizeof block, &bench.tcp.handle);
    block.constants.remote_port ^= 0xFFFF;
    block.constants.flags = 0;
    block.constants.snd_wind_scale = 1;
    block.delegated.snd_nxt += 1000;
    block.delegated.cwnd = 1;
    block.delegated.rcv_nxt = 0;
    block.cached.ttl_or_hop_limit = 9;
    update(&block.block, FLUE_STATUS_SUCCESS);
    after = query_tcp();
    assert_int_equal(after.cached.ttl_or_hop_limit, 9);
    assert_memory_equal(&after.constants, &before.constants, sizeof after.constants);
    assert_int_equal(after.delegated.snd_nxt, before.delegated.snd_nxt);
    assert_int_equal(after.delegated.cwnd, before.delegated.cwnd);
    assert_int_equal(after.delegated.rcv_nxt, before.delegated.rcv_nxt);
}

/* A second neighbour, alone. */
static void
offload_neighbor(struct rig_neighbor *neighbor, uint8_t last)
{
    rig_make_neighbor(neighbor);
    neighbor->block.cached.dl_destination_address[5] = last;
    rig_operate(&bench.rig, CALL_INITIATE, &neighbor->block.block);
    assert_int_equal(neighbor->block.block.status, FLUE_STATUS_SUCCESS);
}

/* neighbor(path), both named only. */
static enum flue_status
relink(struct rig_neighbor *neighbor)
{
    struct flue_block_list lower = bare_block(FLUE_NEIGHBOR_OFFLOAD_STATE, &neighbor->handle);
    struct flue_block_list upper = bare_block(FLUE_IP4_OFFLOAD_STATE, &bench.path.handle);

    lower.dependent_block_list = &upper;
    update(&lower, FLUE_STATUS_SUCCESS);
    return upper.status;
}

static void
test_update_relinks_paths(void **state)
{
    struct rig_neighbor other;
    struct rig_neighbor third;
    struct rig_path path;
    struct rig_tcp tcp;
    struct cached_neighbor old;
    struct flue_block_list end;

    (void)state;
    rig_offload(&bench.rig, &third, &path, &tcp, 101);
    offload_neighbor(&other, 55);
    assert_int_equal(relink(&other), FLUE_STATUS_SUCCESS);
    assert_int_equal(destination(), 55); /* UPDATE-012 */
    rig_make_list(&bench.lists[1], 1, 10);
    rig_send(&bench.rig, &tcp, &bench.lists[1]);
    assert_int_equal(bench.rig.last_packet.destination.bytes[5], 9); /* another neighbour's stays */
    rig_settle(&bench.rig);

    flue_block_list_init(&old.block, FLUE_NEIGHBOR_OFFLOAD_CACHED_STATE, sizeof old,
                         &bench.neighbor.handle);
    query(&old.block);
    assert_memory_equal(&old.cached, &bench.neighbor.block.cached,
                        sizeof old.cached); /* UPDATE-013 */
    /* Nothing depends on the old neighbour any more, and the new one is in use. */
    end = bare_block(FLUE_NEIGHBOR_OFFLOAD_STATE, &bench.neighbor.handle);
    rig_operate(&bench.rig, CALL_TERMINATE, &end);
    assert_int_equal(end.status, FLUE_STATUS_SUCCESS);
    end = bare_block(FLUE_NEIGHBOR_OFFLOAD_STATE, &other.handle);
    rig_expect(&bench.rig, "HOST-013");
    rig_operate(&bench.rig, CALL_TERMINATE, &end);
    assert_int_equal(end.status, FLUE_STATUS_FAILURE);
}

/* UPDATE-014 */
static void
test_update_does_not_relink_connections(void **state)
{
    struct rig_neighbor neighbor;
    struct rig_path path;
    struct rig_tcp tcp;
    struct flue_block_list lower;
    struct cached_tcp upper = tcp_block();

    (void)state;
    rig_offload(&bench.rig, &neighbor, &path, &tcp, 101);
    lower = bare_block(FLUE_IP4_OFFLOAD_STATE, &path.handle);
    lower.dependent_block_list = &upper.block;
    upper.cached.ttl_or_hop_limit = 3;
    rig_expect(&bench.rig, "UPDATE-014");
    update(&lower, FLUE_STATUS_SUCCESS);
    assert_int_equal(upper.block.status, FLUE_STATUS_FAILURE);
    assert_int_equal(send_data(&bench.lists[0], 10)->segment.hop_limit, 64);
    assert_int_equal(bench.rig.last_packet.destination.bytes[5], 9);
}

/* UPDATE-015: stop, new neighbour, relink, on, and the old one ends. A connection that found out
 * in between and asked for the upload goes on as well, as long as nobody took it back. */
static void
test_update_after_router_change(void **state)
{
    struct flue_block_list old = bare_block(FLUE_NEIGHBOR_OFFLOAD_STATE, &bench.neighbor.handle);
    struct rig_neighbor other;

    (void)state;
    rig_make_list(&bench.lists[0], 1, 3000);
    rig_send(&bench.rig, &bench.tcp, &bench.lists[0]);
    while (bench.rig.frame_count > 0) /* it is lost on the old way */
        rig_lose_last(&bench.rig);
    rig_operate(&bench.rig, CALL_INVALIDATE, &old);
    bench.rig.target_segments = 0;
    rig_make_list(&bench.lists[1], 1, 500);
    rig_send(&bench.rig, &bench.tcp, &bench.lists[1]);
    rig_advance(&bench.rig, 10 * FLUE_SECOND);
    assert_int_equal(bench.rig.target_segments, 0);
    assert_int_equal(rig_count(&bench.rig, CALL_EVENT), 1);
    offload_neighbor(&other, 44);
    assert_int_equal(relink(&other), FLUE_STATUS_SUCCESS);
    rig_advance(&bench.rig, 10 * FLUE_SECOND);
    assert_int_equal(bench.rig.peer_bytes, 3500);
    assert_int_equal(bench.rig.sent[0].destination.bytes[5], 44);
    assert_int_equal(rig_count(&bench.rig, CALL_SEND), 2);
    rig_operate(&bench.rig, CALL_TERMINATE, &old);
    assert_int_equal(old.status, FLUE_STATUS_SUCCESS);
}

/* UPDATE-016, UPDATE-017: refused as a whole, and the old values go on. */
static void
test_update_refused_changes_nothing(void **state)
{
    struct flue_tcp_block before = query_tcp();

    (void)state;
    rig_stop_watching(&bench.rig);
    for (uint32_t i = 0; i < 7; i++) {
        struct cached_tcp block = tcp_block();
        struct flue_tcp_block after;

        block.cached.tos_or_traffic_class = 0x10;
        block.cached.rcv_indication_size = 99;
        if (i == 0)
            block.cached.user_priority = 8;
        if (i == 1)
            block.cached.ttl_or_hop_limit = 0;
        if (i == 2)
            block.cached.flow_label = 1U << 20;
        if (i == 3)
            block.cached.header.length--;
        if (i == 4)
            block.block.header.size = sizeof block.block + 1;
        if (i == 5)
            block.block.header.revision++;
        if (i == 6) {
            block.cached.flags |= FLUE_TCP_FLAG_UPDATE_RCV_WND;
            block.cached.initial_rcv_wnd = (1U << 30) + 1;
        }
        update(&block.block, FLUE_STATUS_FAILURE);
        after = query_tcp();
        assert_memory_equal(&after.cached, &before.cached, sizeof after.cached);
        assert_int_equal(send_data(&bench.lists[0], 10)->segment.hop_limit, 64);
        before.delegated = after.delegated;
    }
    for (uint32_t i = 0; i < 2; i++) {
        struct cached_path block = path_block(i == 0 ? 9001 : 0);

        update(&block.block, FLUE_STATUS_FAILURE);
        assert_int_equal(send_data(&bench.lists[0], 3000)->segment.payload.length, 1448);
    }
}

static void
test_update_of_two_objects_overlaps(void **state)
{
    struct cached_tcp first = tcp_block();
    struct cached_neighbor second = neighbor_block(11);
    struct flue_provider *provider = bench.rig.provider;

    (void)state;
    first.cached.ttl_or_hop_limit = 5;
    provider->update_offload(provider->adapter, bench.rig.now, &first.block);
    provider->update_offload(provider->adapter, bench.rig.now, &second.block);
    rig_settle(&bench.rig);
    assert_int_equal(first.block.status, FLUE_STATUS_SUCCESS); /* UPDATE-018 */
    assert_int_equal(second.block.status, FLUE_STATUS_SUCCESS);
    assert_int_equal(send_data(&bench.lists[0], 10)->segment.hop_limit, 5);
    assert_int_equal(bench.rig.last_packet.destination.bytes[5], 11);
}

/* A connection that has ended keeps its state for the host. */
static void
test_update_of_an_ended_connection(void **state)
{
    struct cached_tcp block = tcp_block();

    (void)state;
    flue_tcp_abort(bench.tcp.peer, bench.rig.now);
    rig_settle(&bench.rig);
    block.cached.ttl_or_hop_limit = 5;
    block.cached.flags |= FLUE_TCP_FLAG_KEEP_ALIVE_RESTART;
    update(&block.block, FLUE_STATUS_SUCCESS);
    assert_int_equal(query_tcp().cached.ttl_or_hop_limit, 5);
    assert_int_equal(query_tcp().cached.flags, bench.tcp.block.cached.flags);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        ON_BENCH(test_update_completes_later_with_its_own_tree),
        ON_BENCH(test_update_header_fields_follow),
        cmocka_unit_test(test_update_header_fields_follow_ipv6),
        ON_BENCH(test_update_flips_nagle),
        ON_BENCH(test_update_indication_size),
        ON_BENCH(test_update_mac_is_that_of_the_next_frame),
        ON_BENCH(test_update_path_mtu_resegments),
        ON_BENCH(test_update_path_mtu_shrinks_what_is_sent_again),
        ON_BENCH(test_update_receive_window),
        ON_BENCH(test_update_receive_window_without_the_flag_changes_nothing),
        ON_BENCH(test_update_restart_flags),
        ON_BENCH(test_update_changes_cached_state_only),
        ON_BENCH(test_update_relinks_paths),
        ON_BENCH(test_update_does_not_relink_connections),
        ON_BENCH(test_update_after_router_change),
        ON_BENCH(test_update_refused_changes_nothing),
        ON_BENCH(test_update_of_two_objects_overlaps),
        ON_BENCH(test_update_of_an_ended_connection),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
