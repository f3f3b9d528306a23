/* SPDX-License-Identifier: GPL-2.0-or-later
 *
 * The counters of offloaded traffic, against what the wire saw.
 */
#include "rig.h"

#include "target/parts.h"

#include <string.h>

struct counts {
    struct flue_ip_offload_stats ip;
    struct flue_tcp_offload_stats tcp;
};

static void
read_family(struct rig *rig, uint8_t version, struct counts *counts)
{
    uint32_t written;

    memset(counts, 0xA5, sizeof *counts);
    assert_int_equal(
        rig_request(rig, FLUE_REQUEST_QUERY,
                    version == 4 ? FLUE_OID_IP4_OFFLOAD_STATS : FLUE_OID_IP6_OFFLOAD_STATS,
                    &counts->ip, sizeof counts->ip, &written),
        FLUE_STATUS_SUCCESS);
    assert_int_equal(written, sizeof counts->ip); /* STATS-002 */
    assert_int_equal(
        rig_request(rig, FLUE_REQUEST_QUERY,
                    version == 4 ? FLUE_OID_TCP4_OFFLOAD_STATS : FLUE_OID_TCP6_OFFLOAD_STATS,
                    &counts->tcp, sizeof counts->tcp, &written),
        FLUE_STATUS_SUCCESS);
    assert_int_equal(written, sizeof counts->tcp);
}

static void
assert_zero(const struct counts *counts)
{
    struct counts nothing;

    memset(&nothing, 0, sizeof nothing);
    assert_memory_equal(&counts->ip, &nothing.ip, sizeof nothing.ip);
    assert_memory_equal(&counts->tcp, &nothing.tcp, sizeof nothing.tcp);
}

/* Everything that the wire carried, taken down as it is delivered. */
struct capture {
    uint64_t in, in_bytes, out, out_bytes;
};

static uint32_t
ip_bytes(uint8_t version, const struct flue_tcp_segment *segment)
{
    return (version == 4 ? 20 : 40) + flue_tcp_header_length(segment) + segment->payload.length;
}

/* Settles the wire and takes down what it carries. */
static void
watch(struct rig *rig, struct capture *capture)
{
    for (;;) {
        uint32_t known = rig->frame_count;

        if (known == 0) {
            flue_target_advance(rig->target, rig->now);
            (void)flue_target_poll(rig->target, rig->now);
            if (rig->frame_count == 0)
                return;
            continue;
        }
        if (rig->frames[0].to_peer) {
            capture->out++;
            capture->out_bytes += ip_bytes(rig->ip_version, &rig->frames[0].segment);
        } else {
            capture->in++;
            capture->in_bytes += ip_bytes(rig->ip_version, &rig->frames[0].segment);
        }
        rig_deliver_first(rig);
    }
}

static void
create(struct rig *rig, uint8_t version, struct rig_neighbor *neighbor, struct rig_path *path,
       struct rig_tcp *tcp)
{
    struct flue_tcp_config hosts = flue_tcp_config_default();

    hosts.options.use_nagle = false;
    rig_create_as(rig, NULL, &hosts, version);
    rig_offload(rig, neighbor, path, tcp, 100);
}

static void
test_traffic_moves_the_counters_of_its_family(void **state)
{
    (void)state;
    for (uint8_t version = 4; version <= 6; version += 2) {
        struct rig_neighbor neighbor;
        struct rig_path path;
        struct rig_tcp tcp;
        struct rig_list list;
        struct capture capture = {0, 0, 0, 0};
        struct counts counts;
        struct rig rig;

        create(&rig, version, &neighbor, &path, &tcp);
        read_family(&rig, version, &counts);
        assert_int_equal(counts.tcp.currently_established, 1);
        rig_make_list(&list, 1, 4000);
        rig_send(&rig, &tcp, &list);
        for (uint32_t i = 0; i < 5; i++)
            rig_peer_send(&rig, tcp.peer, 1, 1000 + 10 * i);
        watch(&rig, &capture);
        read_family(&rig, version, &counts);
        assert_true(capture.in >= 5 && capture.out >= 3);
        assert_int_equal(counts.ip.in_receives, capture.in); /* STATS-001, STATS-005 */
        assert_int_equal(counts.ip.in_octets, capture.in_bytes);
        assert_int_equal(counts.ip.in_delivers, capture.in);   /* STATS-006 */
        assert_int_equal(counts.ip.out_requests, capture.out); /* STATS-007 */
        assert_int_equal(counts.ip.out_octets, capture.out_bytes);
        assert_int_equal(counts.tcp.in_segments, capture.in); /* STATS-014 */
        assert_int_equal(counts.tcp.out_segments, capture.out);
        assert_int_equal(counts.tcp.retransmitted_segments, 0);
        assert_int_equal(counts.ip.in_header_errors + counts.ip.in_truncated_packets +
                             counts.ip.in_discards + counts.ip.out_discards +
                             counts.ip.out_no_routes,
                         0);
        read_family(&rig, 10 - version, &counts);
        assert_zero(&counts); /* STATS-001: the other one's */
        rig_return_lent(&rig);
        rig_destroy(&rig);
    }
}

/* STATS-001: what passes by is not counted. STATS-004: another adapter has counters of its own. */
static void
test_other_traffic_and_other_adapters_count_apart(void **state)
{
    struct flue_target_config config = flue_target_config_default();
    struct flue_target_handlers handlers = {.transmit = NULL};
    struct flue_target *other = NULL;
    struct flue_ip_offload_stats stats;
    struct flue_oid_request request = {.type = FLUE_REQUEST_QUERY,
                                       .oid = FLUE_OID_IP4_OFFLOAD_STATS,
                                       .buffer = &stats,
                                       .length = sizeof stats};
    struct counts before;
    struct counts after;

    (void)state;
    handlers.transmit = bench.rig.target->handlers.transmit;
    assert_int_equal(
        flue_target_create(&config, &handlers, &bench.rig, &bench.rig.allocator, &other), FLUE_OK);
    read_family(&bench.rig, 4, &before);
    rig_open(&bench.rig, 300); /* the handshake is the opener's; its answers pass the target */
    assert_true(bench.rig.passed_up > 0);
    read_family(&bench.rig, 4, &after);
    assert_memory_equal(&before.ip, &after.ip, sizeof before.ip);
    assert_memory_equal(&before.tcp, &after.tcp, sizeof before.tcp);
    rig_peer_send(&bench.rig, bench.tcp.peer, 1, 100);
    rig_settle(&bench.rig);
    assert_int_equal(flue_target_provider(other)->oid_request(other, 0, &request),
                     FLUE_STATUS_SUCCESS);
    assert_int_equal(stats.in_receives, 0);
    read_family(&bench.rig, 4, &after);
    assert_int_equal(after.ip.in_receives, before.ip.in_receives + 1);
    flue_target_destroy(other);
}

static void
test_set_zeroes_one_set_of_counters(void **state)
{
    struct counts before;
    struct counts after;
    uint8_t garbage[3] = {1, 2, 3};

    (void)state;
    rig_make_list(&bench.lists[0], 1, 100);
    rig_send(&bench.rig, &bench.tcp, &bench.lists[0]);
    rig_advance(&bench.rig, FLUE_SECOND);
    read_family(&bench.rig, 4, &before);
    assert_true(before.ip.out_requests > 0 && before.tcp.out_segments > 0);
    assert_int_equal(rig_request(&bench.rig, FLUE_REQUEST_SET, FLUE_OID_IP6_OFFLOAD_STATS, garbage,
                                 sizeof garbage, NULL),
                     FLUE_STATUS_SUCCESS);
    read_family(&bench.rig, 4, &after);
    assert_int_equal(after.ip.out_requests, before.ip.out_requests); /* STATS-003: IPv6's alone */
    assert_int_equal(rig_request(&bench.rig, FLUE_REQUEST_SET, FLUE_OID_IP4_OFFLOAD_STATS, garbage,
                                 sizeof garbage, NULL),
                     FLUE_STATUS_SUCCESS);
    read_family(&bench.rig, 4, &after);
    assert_int_equal(after.ip.out_requests + after.ip.in_receives + after.ip.out_octets, 0);
    assert_int_equal(after.tcp.out_segments, before.tcp.out_segments); /* STATS-003: IP's alone */
    assert_int_equal(
        rig_request(&bench.rig, FLUE_REQUEST_SET, FLUE_OID_TCP4_OFFLOAD_STATS, NULL, 0, NULL),
        FLUE_STATUS_SUCCESS);
    read_family(&bench.rig, 4, &after);
    assert_int_equal(after.tcp.currently_established, 1); /* it is no counter */
    after.tcp.currently_established = 0;
    assert_zero(&after); /* STATS-003 */
}

static void
test_short_buffer_for_statistics_is_refused(void **state)
{
    struct flue_tcp_offload_stats stats;

    (void)state;
    assert_int_equal(rig_request(&bench.rig, FLUE_REQUEST_QUERY, FLUE_OID_TCP4_OFFLOAD_STATS,
                                 &stats, sizeof stats - 1, NULL),
                     FLUE_STATUS_INVALID_LENGTH);
}

/* STATS-014, STATS-015: what is only sent again is not sent, what brings something new is both. */
static void
test_retransmissions_are_counted_apart(void **state)
{
    struct counts before;
    struct counts after;
    uint32_t on_wire;

    (void)state;
    read_family(&bench.rig, 4, &before);
    on_wire = bench.rig.target_segments;
    bench.rig.is_cut = true;
    rig_make_list(&bench.lists[0], 1, 100);
    rig_send(&bench.rig, &bench.tcp, &bench.lists[0]);
    rig_advance(&bench.rig, 4 * FLUE_SECOND);
    read_family(&bench.rig, 4, &after);
    on_wire = bench.rig.target_segments - on_wire;
    assert_true(on_wire >= 2);
    assert_int_equal(after.tcp.out_segments - before.tcp.out_segments, 1);
    assert_int_equal(after.tcp.retransmitted_segments, on_wire - 1);
    assert_int_equal(after.ip.out_requests - before.ip.out_requests, on_wire);
    /* Now more is queued behind: the next retransmission takes new bytes along. */
    rig_make_list(&bench.lists[1], 1, 200);
    rig_send(&bench.rig, &bench.tcp, &bench.lists[1]);
    before = after;
    rig_advance(&bench.rig, 60 * FLUE_SECOND);
    read_family(&bench.rig, 4, &after);
    assert_true(after.tcp.retransmitted_segments > before.tcp.retransmitted_segments);
    assert_int_equal((after.tcp.out_segments - before.tcp.out_segments), 1);
}

static void
test_established_is_counted_while_it_is(void **state)
{
    struct flue_tcp_delegated_block back;
    struct counts counts;

    (void)state;
    read_family(&bench.rig, 4, &counts);
    assert_int_equal(counts.tcp.currently_established, 1);
    assert_int_equal(flue_tcp_shutdown(bench.tcp.peer, bench.rig.now), FLUE_OK);
    rig_settle(&bench.rig);
    read_family(&bench.rig, 4, &counts);
    assert_int_equal(counts.tcp.currently_established, 1); /* STATS-016: CLOSE-WAIT counts */
    rig_terminate(&bench.rig, &bench.tcp, &back);
    read_family(&bench.rig, 4, &counts);
    assert_int_equal(counts.tcp.currently_established, 0); /* STATS-016 */
    assert_int_equal(counts.tcp.reset_established, 0);     /* STATS-017: it only went home */
}

/* Closes the connection in order from this side, as a host does. */
static void
test_orderly_close_counts_no_reset(void **state)
{
    struct flue_provider *provider = bench.rig.provider;
    struct counts counts;

    (void)state;
    rig_make_list(&bench.lists[0], 1, 0);
    (void)provider->tcp_offload_disconnect(provider->adapter, bench.rig.now,
                                           rig_context(&bench.tcp), &bench.lists[0].list,
                                           FLUE_TCP_DISCONNECT_GRACEFUL_CLOSE);
    rig_settle(&bench.rig);
    read_family(&bench.rig, 4, &counts);
    assert_int_equal(counts.tcp.currently_established, 0); /* STATS-016 */
    assert_int_equal(flue_tcp_shutdown(bench.tcp.peer, bench.rig.now), FLUE_OK);
    rig_settle(&bench.rig);
    read_family(&bench.rig, 4, &counts);
    assert_int_equal(counts.tcp.reset_established, 0); /* STATS-017 */
    assert_int_equal(counts.tcp.out_resets, 0);
}

static void
test_reset_in_either_state_counts(void **state)
{
    for (uint32_t i = 0; i < 2; i++) {
        struct counts counts;

        (void)bench_set_up(state);
        if (i == 1) {
            assert_int_equal(flue_tcp_shutdown(bench.tcp.peer, bench.rig.now), FLUE_OK);
            rig_settle(&bench.rig);
        }
        flue_tcp_abort(bench.tcp.peer, bench.rig.now);
        rig_settle(&bench.rig);
        read_family(&bench.rig, 4, &counts);
        assert_int_equal(counts.tcp.reset_established, 1); /* STATS-017 */
        assert_int_equal(counts.tcp.currently_established, 0);
        assert_int_equal(counts.tcp.out_resets, 0);
        (void)bench_tear_down(state);
    }
}

static void
abort_it(void)
{
    struct flue_provider *provider = bench.rig.provider;

    rig_make_list(&bench.lists[0], 1, 0);
    (void)provider->tcp_offload_disconnect(provider->adapter, bench.rig.now,
                                           rig_context(&bench.tcp), &bench.lists[0].list,
                                           FLUE_TCP_DISCONNECT_ABORTIVE_CLOSE);
    rig_settle(&bench.rig);
}

static void
test_abortive_disconnect_counts_its_reset(void **state)
{
    struct counts counts;

    (void)state;
    abort_it();
    read_family(&bench.rig, 4, &counts);
    assert_int_equal(counts.tcp.out_resets, 1); /* STATS-018 */
}

static void
test_counters_wrap(void **state)
{
    struct flue_target *target = bench.rig.target;
    struct counts counts;

    (void)state;
    target->tcp_base[0].out_resets -= UINT32_MAX; /* so many before */
    target->tcp_base[0].in_segments -= UINT64_MAX;
    target->ip_stats[0].in_receives = UINT64_MAX;
    target->ip_stats[0].in_header_errors = UINT32_MAX;
    target->config.drops_faulty = true;
    read_family(&bench.rig, 4, &counts);
    assert_int_equal(counts.tcp.out_resets, UINT32_MAX);
    assert_true(counts.tcp.in_segments == UINT64_MAX);
    rig_peer_send(&bench.rig, bench.tcp.peer, 1, 10);
    rig_settle(&bench.rig);
    read_family(&bench.rig, 4, &counts);
    assert_int_equal(counts.tcp.in_segments, 0); /* STATS-019 */
    assert_int_equal(counts.ip.in_receives, 0);
    assert_true(flue_target_input_faulty(target, FLUE_FRAME_FAULT_IP_HEADER, 4, 20));
    abort_it();
    read_family(&bench.rig, 4, &counts);
    assert_int_equal(counts.ip.in_header_errors, 0); /* STATS-019 */
    assert_int_equal(counts.tcp.out_resets, 0);
}

/* STATS-010: a neighbour that is gone is no route. */
static void
test_sending_over_an_invalid_path_has_no_route(void **state)
{
    struct flue_block_list block;
    struct counts counts;

    (void)state;
    flue_block_list_init(&block, FLUE_IP4_OFFLOAD_STATE, sizeof block, &bench.path.handle);
    rig_operate(&bench.rig, CALL_INVALIDATE, &block);
    assert_int_equal(block.status, FLUE_STATUS_SUCCESS);
    rig_make_list(&bench.lists[0], 1, 100);
    rig_send(&bench.rig, &bench.tcp, &bench.lists[0]);
    rig_settle(&bench.rig);
    read_family(&bench.rig, 4, &counts);
    assert_int_equal(counts.ip.out_no_routes, 1);
    assert_int_equal(bench.rig.target_segments, 0);
}

/* ---- Faulty frames ----------------------------------------------------------------------------
 */

/* A frame from the peer with 100 bytes, whole and right. */
static uint32_t
make_frame(uint8_t frame[256], uint8_t version)
{
    struct flue_packet packet;
    struct rig_list list;
    uint32_t headers;

    memset(&packet, 0, sizeof packet);
    memset(frame, 0, 256);
    packet.tuple.ip_version = version;
    packet.tuple.local.bytes[0] = 10;
    packet.tuple.remote.bytes[0] = 11;
    packet.tuple.local_port = 1;
    packet.tuple.remote_port = 2;
    packet.segment.flags = FLUE_TCP_ACK;
    packet.segment.hop_limit = 64;
    rig_make_list(&list, 1, 100);
    packet.segment.payload = flue_buffer_list_span(&list.list);
    headers = flue_frame_write(&packet, frame);
    memcpy(frame + headers, list.bytes, 100);
    return headers + 100;
}

static void
test_faults_of_frames_are_told_apart(void **state)
{
    uint8_t frame[256];
    uint8_t version = 0;
    uint32_t bytes = 0;
    uint32_t length;

    (void)state;
    for (uint8_t i = 4; i <= 6; i += 2) {
        uint32_t ip_header = i == 4 ? 20 : 40;

        length = make_frame(frame, i);
        assert_int_equal(flue_frame_find_fault(frame, length, &version, &bytes), FLUE_FRAME_SOUND);
        /* STATS-009: a sound header, and data missing; too short for a header */
        assert_int_equal(flue_frame_find_fault(frame, length - 1, &version, &bytes),
                         FLUE_FRAME_FAULT_IP_TRUNCATED);
        assert_int_equal(version, i);
        assert_int_equal(bytes, length - 1 - 14);
        assert_int_equal(flue_frame_find_fault(frame, 14 + ip_header - 1, &version, &bytes),
                         FLUE_FRAME_FAULT_IP_HEADER);
        frame[14] ^= 0x10; /* STATS-008: the version */
        assert_int_equal(flue_frame_find_fault(frame, length, &version, &bytes),
                         FLUE_FRAME_FAULT_IP_HEADER);
        length = make_frame(frame, i);
        frame[i == 4 ? 14 + 8 : 14 + 7] = 0; /* STATS-008: TTL */
        assert_int_equal(flue_frame_find_fault(frame, length, &version, &bytes),
                         FLUE_FRAME_FAULT_IP_HEADER);
        length = make_frame(frame, i);
        frame[length - 1] ^= 1; /* STATS-012 */
        assert_int_equal(flue_frame_find_fault(frame, length, &version, &bytes),
                         FLUE_FRAME_FAULT_TCP);
    }
    length = make_frame(frame, 4);
    frame[14 + 11] ^= 1; /* STATS-008: the checksum */
    assert_int_equal(flue_frame_find_fault(frame, length, &version, &bytes),
                     FLUE_FRAME_FAULT_IP_HEADER);
    length = make_frame(frame, 4);
    frame[14] = 0x44; /* STATS-008: the format */
    assert_int_equal(flue_frame_find_fault(frame, length, &version, &bytes),
                     FLUE_FRAME_FAULT_IP_HEADER);
    frame[12] = 0x12; /* something else: nobody's fault */
    assert_int_equal(flue_frame_find_fault(frame, length, &version, &bytes), FLUE_FRAME_SOUND);
}

static void
test_faulty_frames_pass_up_uncounted(void **state)
{
    struct counts before;
    struct counts after;

    (void)state;
    read_family(&bench.rig, 4, &before);
    for (int fault = FLUE_FRAME_FAULT_IP_HEADER; fault <= FLUE_FRAME_FAULT_TCP; fault++)
        assert_false(flue_target_input_faulty(bench.rig.target, (enum flue_frame_fault)fault, 4,
                                              60)); /* STATS-011, STATS-012 */
    read_family(&bench.rig, 4, &after);
    assert_memory_equal(&before, &after, sizeof before);
}

static void
test_faulty_frames_are_dropped_and_counted_on_demand(void **state)
{
    struct flue_target_config config = flue_target_config_default();
    struct rig_neighbor neighbor;
    struct rig_path path;
    struct counts counts;
    struct rig rig;

    (void)state;
    config.drops_faulty = true;
    rig_create(&rig, &config);
    assert_false(flue_target_input_faulty(rig.target, FLUE_FRAME_FAULT_IP_HEADER, 4, 60));
    rig_make_neighbor(&neighbor);
    rig_operate(&rig, CALL_INITIATE, &neighbor.block.block);
    assert_true(flue_target_input_faulty(rig.target, FLUE_FRAME_FAULT_IP_HEADER, 4, 60));
    assert_true(flue_target_input_faulty(rig.target, FLUE_FRAME_FAULT_IP_HEADER, 4, 19));
    assert_true(flue_target_input_faulty(rig.target, FLUE_FRAME_FAULT_IP_TRUNCATED, 4, 50));
    assert_false(flue_target_input_faulty(rig.target, FLUE_FRAME_FAULT_TCP, 4, 70)); /* STATS-013 */
    read_family(&rig, 4, &counts);
    assert_int_equal(counts.ip.in_header_errors, 2);     /* STATS-008, STATS-011 */
    assert_int_equal(counts.ip.in_truncated_packets, 1); /* STATS-009 */
    assert_int_equal(counts.ip.in_receives, 3);          /* STATS-005: faulty ones too */
    assert_int_equal(counts.ip.in_octets, 60 + 19 + 50);
    assert_int_equal(counts.ip.in_delivers, 0); /* STATS-006 */
    assert_int_equal(counts.tcp.in_errors, 0);  /* STATS-013 */
    rig_make_path(&path);
    neighbor.block.block.dependent_block_list = &path.block.block;
    neighbor.block.block.header.size = sizeof(struct flue_block_list);
    rig_operate(&rig, CALL_INITIATE, &neighbor.block.block);
    assert_int_equal(path.block.block.status, FLUE_STATUS_SUCCESS);
    assert_true(flue_target_input_faulty(rig.target, FLUE_FRAME_FAULT_TCP, 4, 70));
    read_family(&rig, 4, &counts);
    assert_int_equal(counts.tcp.in_errors, 1);   /* STATS-012: dropped with the counter + 1 */
    assert_int_equal(counts.tcp.in_segments, 1); /* STATS-014: faulty ones too */
    read_family(&rig, 6, &counts);
    assert_zero(&counts);
    rig_destroy(&rig);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_traffic_moves_the_counters_of_its_family),
        ON_BENCH(test_other_traffic_and_other_adapters_count_apart),
        ON_BENCH(test_set_zeroes_one_set_of_counters),
        ON_BENCH(test_short_buffer_for_statistics_is_refused),
        ON_BENCH(test_retransmissions_are_counted_apart),
        ON_BENCH(test_established_is_counted_while_it_is),
        ON_BENCH(test_orderly_close_counts_no_reset),
        cmocka_unit_test(test_reset_in_either_state_counts),
        ON_BENCH(test_abortive_disconnect_counts_its_reset),
        ON_BENCH(test_counters_wrap),
        ON_BENCH(test_sending_over_an_invalid_path_has_no_route),
        cmocka_unit_test(test_faults_of_frames_are_told_apart),
        ON_BENCH(test_faulty_frames_pass_up_uncounted),
        cmocka_unit_test(test_faulty_frames_are_dropped_and_counted_on_demand),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
