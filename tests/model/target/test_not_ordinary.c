/* SPDX-License-Identifier: GPL-2.0-or-later
 *
 * Frames that are not an ordinary segment of an offloaded connection: other protocols, fragments,
 * IP options, SYN, urgent data, and those of another VLAN.
 */
#include "arrivals.h"

#include <string.h>

enum { MOST_FRAME = 2000, IP_AT = 14, FRAGMENT_AT = IP_AT + 6, PROTOCOL_AT = IP_AT + 9 };

static struct arrivals peer;

static void
begin(void)
{
    arrivals_begin(&peer, &bench.rig, &bench.tcp);
    bench.rig.target_segments = 0;
}

/* The next `length` bytes of the stream as a frame. Returns the frame's length. */
static uint32_t
make_frame(uint8_t frame[MOST_FRAME], uint32_t length)
{
    struct flue_packet packet = peer.packet;
    struct flue_memory_descriptor descriptor;
    uint8_t bytes[1000];
    uint32_t headers;

    for (uint32_t i = 0; i < length; i++)
        bytes[i] = arrivals_byte(peer.sent + i);
    descriptor = (struct flue_memory_descriptor){NULL, bytes, length};
    packet.tuple.local = peer.packet.tuple.remote; /* it is written by who sends it */
    packet.tuple.remote = peer.packet.tuple.local;
    packet.tuple.local_port = peer.packet.tuple.remote_port;
    packet.tuple.remote_port = peer.packet.tuple.local_port;
    packet.segment.seq = peer.first_seq + peer.sent;
    packet.segment.flags = FLUE_TCP_ACK | FLUE_TCP_PSH;
    packet.segment.hop_limit = 64;
    packet.segment.payload = (struct flue_span){&descriptor, 0, length};
    headers = flue_frame_write(&packet, frame);
    memcpy(frame + headers, bytes, length);
    return headers + length;
}

/* True: the target has dealt with it. */
static bool
input(const uint8_t *frame, uint32_t length)
{
    struct flue_memory_descriptor memory;
    bool is_taken =
        flue_target_input_frame(bench.rig.target, bench.rig.now, frame, length, length, &memory);

    rig_settle(&bench.rig);
    return is_taken;
}

/* The IPv4 header's checksum, after a change of it. */
static void
mend(uint8_t *frame)
{
    uint32_t sum = 0;

    frame[IP_AT + 10] = 0;
    frame[IP_AT + 11] = 0;
    for (uint32_t i = 0; i < (frame[IP_AT] & 0xFU) * 4; i += 2)
        sum += (uint32_t)(frame[IP_AT + i] << 8) + frame[IP_AT + i + 1];
    sum = (sum & 0xFFFF) + (sum >> 16);
    sum = ~((sum & 0xFFFF) + (sum >> 16));
    frame[IP_AT + 10] = (uint8_t)(sum >> 8);
    frame[IP_AT + 11] = (uint8_t)sum;
}

static void
assert_nothing_happened(void)
{
    assert_int_equal(bench.rig.target_segments, 0);
    assert_int_equal(bench.rig.indicated_bytes, 0);
    assert_int_equal(bench.rig.call_count, 0);
}

static void
test_other_protocols_are_left_alone(void **state)
{
    static const uint8_t protocols[] = {1, 17, 58, 89}; /* ICMP, UDP (RIP), ICMPv6, OSPF */
    uint8_t frame[MOST_FRAME];
    uint32_t length;

    (void)state;
    begin();
    length = make_frame(frame, 100);
    frame[IP_AT - 2] = 0x08; /* EtherType ARP */
    frame[IP_AT - 1] = 0x06;
    assert_false(input(frame, length)); /* NONSTD-002 */
    for (uint32_t i = 0; i < sizeof protocols; i++) {
        length = make_frame(frame, 100);
        frame[PROTOCOL_AT] = protocols[i];
        mend(frame);
        assert_false(input(frame, length)); /* NONSTD-002 */
    }
    assert_nothing_happened();
    length = make_frame(frame, 100);
    assert_true(input(frame, length)); /* the frame as it was */
    assert_int_equal(bench.rig.indicated_bytes, 100);
}

/* "Fragmentation needed" about a segment of the connection goes up; the host's update is heeded. */
static void
test_path_mtu_discovery_is_the_hosts(void **state)
{
    struct {
        struct flue_block_list block;
        struct flue_path_cached cached;
    } update;
    uint8_t frame[MOST_FRAME];
    uint32_t length;

    (void)state;
    begin();
    length = make_frame(frame, 100);
    frame[PROTOCOL_AT] = 1;
    frame[IP_AT + 20] = 3;
    frame[IP_AT + 21] = 4;
    mend(frame);
    assert_false(input(frame, length)); /* NONSTD-003 */
    flue_block_list_init(&update.block, FLUE_IP4_OFFLOAD_CACHED_STATE, sizeof update,
                         &bench.path.handle);
    update.cached = bench.path.block.cached;
    update.cached.path_mtu = 700;
    rig_operate(&bench.rig, CALL_UPDATE, &update.block);
    assert_int_equal(update.block.status, FLUE_STATUS_SUCCESS);
    rig_make_list(&bench.lists[0], 1, 2000);
    rig_send(&bench.rig, &bench.tcp, &bench.lists[0]);
    assert_true(bench.rig.target_segments > 0);
    for (uint32_t i = 0; i < bench.rig.target_segments; i++)
        assert_true(bench.rig.sent[i].segment.payload.length <= 700 - 40); /* NONSTD-003 */
}

static void
test_fragments_are_never_put_together(void **state)
{
    uint8_t frame[MOST_FRAME];
    uint32_t length;

    (void)state;
    begin();
    length = make_frame(frame, 800);
    frame[FRAGMENT_AT] = 0x20; /* more fragments */
    mend(frame);
    assert_false(input(frame, length)); /* NONSTD-005 */
    frame[FRAGMENT_AT] = 0;             /* the last, at byte 800 */
    frame[FRAGMENT_AT + 1] = 100;
    mend(frame);
    assert_false(input(frame, length)); /* NONSTD-005 */
    assert_nothing_happened();          /* NONSTD-006 */
}

static void
test_ip_options_go_up_first(void **state)
{
    uint8_t frame[MOST_FRAME];
    uint32_t length;

    (void)state;
    begin();
    length = make_frame(frame, 100);
    memmove(frame + IP_AT + 24, frame + IP_AT + 20, length - IP_AT - 20);
    memset(frame + IP_AT + 20, 1, 4); /* no operation, four times */
    frame[IP_AT] = 0x46;
    frame[IP_AT + 3] = (uint8_t)(frame[IP_AT + 3] + 4);
    mend(frame);
    assert_false(input(frame, length + 4)); /* NONSTD-004 */
    assert_nothing_happened();
}

/* ---- SYN and urgent data -----------------------------------------------------------------------
 */

static void
test_syn_in_time_wait_is_the_hosts(void **state)
{
    struct flue_packet packet;

    (void)state;
    rig_make_list(&bench.lists[0], 1, 0);
    (void)bench.rig.provider->tcp_offload_disconnect(bench.rig.provider->adapter, bench.rig.now,
                                                     rig_context(&bench.tcp), &bench.lists[0].list,
                                                     FLUE_TCP_DISCONNECT_GRACEFUL_CLOSE);
    rig_settle(&bench.rig);
    assert_int_equal(flue_tcp_shutdown(bench.tcp.peer, bench.rig.now), FLUE_OK);
    rig_settle(&bench.rig);
    begin();
    packet = peer.packet;
    packet.segment.flags = FLUE_TCP_SYN;
    packet.segment.seq = peer.first_seq + 100000;
    assert_false(flue_target_input(bench.rig.target, bench.rig.now, &packet)); /* NONSTD-001 */
    assert_int_equal(bench.rig.target_segments, 0);                            /* NONSTD-001 */
}

static uint32_t
acknowledged_up_to(void)
{
    return bench.rig.sent[bench.rig.target_segments - 1].segment.ack;
}

static void
test_urgent_data_goes_back_with_the_connection(void **state)
{
    struct flue_tcp_delegated_block back;
    uint32_t rcv_nxt, event;

    (void)state;
    begin();
    arrivals_segment(&peer, 1000, FLUE_TCP_PSH);
    rig_settle(&bench.rig);
    rcv_nxt = peer.first_seq + peer.sent;
    peer.packet.segment.urgent_pointer = 10;
    arrivals_segment(&peer, 100, FLUE_TCP_URG);
    peer.packet.segment.urgent_pointer = 0;
    arrivals_segment(&peer, 200, 0);
    arrivals_segment(&peer, 300, FLUE_TCP_PSH);
    rig_settle(&bench.rig);
    event = rig_find(&bench.rig, CALL_EVENT, 0);
    assert_int_equal(bench.rig.calls[event].event, FLUE_TCP_INDICATE_RETRIEVE); /* NONSTD-008 */
    assert_int_equal(bench.rig.calls[event].bytes,
                     FLUE_UPLOAD_RECEIVED_URGENT_DATA); /* NONSTD-008, EVENT-010 */
    assert_ptr_equal(bench.rig.calls[event].subject, &bench.tcp.handle);
    assert_int_equal(rig_count(&bench.rig, CALL_EVENT), 1); /* NONSTD-008 */
    assert_int_equal(bench.rig.indicated_bytes, 1000);
    assert_int_equal(bench.rig.passed_later, 0);
    rig_terminate(&bench.rig, &bench.tcp, &back);
    assert_int_equal(back.delegated.rcv_nxt, rcv_nxt); /* NONSTD-010 */
    if (bench.rig.target_segments > 0)
        assert_int_equal(acknowledged_up_to(), rcv_nxt); /* NONSTD-009 */
    assert_int_equal(bench.rig.passed_later, 3);         /* NONSTD-010 */
    for (uint32_t i = 0; i < 3; i++) {
        static const uint32_t offsets[] = {0, 100, 300};

        assert_int_equal(bench.rig.passed_later_seq[i], rcv_nxt + offsets[i]); /* NONSTD-010 */
    }
}

static void
test_urgent_segment_outside_the_window_changes_nothing(void **state)
{
    (void)state;
    begin();
    peer.packet.segment.urgent_pointer = 10;
    arrivals_part(&peer, 3000000, 100, FLUE_TCP_URG);
    peer.packet.segment.urgent_pointer = 0;
    rig_settle(&bench.rig);
    arrivals_segment(&peer, 500, FLUE_TCP_PSH);
    rig_settle(&bench.rig);
    assert_int_equal(rig_count(&bench.rig, CALL_EVENT), 0); /* NONSTD-007 */
    assert_int_equal(bench.rig.indicated_bytes, 500);       /* NONSTD-007 */
}

/* ---- VLAN --------------------------------------------------------------------------------------
 */

static void
offload_in(uint16_t vlan_id, uint8_t priority)
{
    rig_create(&bench.rig, NULL);
    rig_make_neighbor(&bench.neighbor);
    bench.neighbor.block.constants.vlan_id = vlan_id;
    rig_make_path(&bench.path);
    rig_make_tcp(&bench.rig, &bench.tcp, 100);
    bench.tcp.block.cached.user_priority = priority;
    rig_link(&bench.neighbor, &bench.path, &bench.tcp);
    rig_operate(&bench.rig, CALL_INITIATE, &bench.neighbor.block.block);
    assert_int_equal(bench.tcp.block.block.status, FLUE_STATUS_SUCCESS); /* VLAN-001 */
    bench.rig.call_count = 0;
    begin();
}

static int
clear(void **state)
{
    (void)state;
    memset(&bench, 0, sizeof bench);
    return 0;
}

static void
send_one(void)
{
    rig_make_list(&bench.lists[0], 1, 100);
    rig_send(&bench.rig, &bench.tcp, &bench.lists[0]);
    assert_int_equal(bench.rig.target_segments, 1);
}

static void
finish(void)
{
    rig_return_lent(&bench.rig);
    rig_destroy(&bench.rig);
    memset(&bench, 0, sizeof bench);
}

static void
test_tags_of_sent_frames(void **state)
{
    static const struct {
        uint16_t vlan_id;
        uint8_t priority;
    } cases[] = {{0, 0}, {0, 5}, {7, 0}, {4094, 7}};

    (void)state;
    for (uint32_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        uint8_t headers[FLUE_FRAME_HEADER_MAX];
        uint16_t tci = (uint16_t)(cases[i].priority << 13 | cases[i].vlan_id);

        offload_in(cases[i].vlan_id, cases[i].priority);
        send_one();
        assert_true(flue_frame_write(&bench.rig.last_packet, headers) > 0);
        if (i == 0) {
            assert_int_equal(headers[12] << 8 | headers[13], 0x0800); /* VLAN-008 */
        } else {
            assert_int_equal(headers[12] << 8 | headers[13], 0x8100);
            assert_int_equal(headers[14] << 8 | headers[15], tci); /* VLAN-010 */
            assert_int_equal(headers[14] & 0x10, 0);               /* VLAN-011 */
        }
        finish();
    }
}

static bool
arrive_tagged(bool has_tag, uint16_t tci)
{
    uint32_t before = bench.rig.indicated_bytes;

    peer.packet.has_vlan = has_tag;
    peer.packet.vlan_tci = tci;
    arrivals_part(&peer, peer.sent, 50, FLUE_TCP_PSH);
    rig_settle(&bench.rig);
    if (bench.rig.indicated_bytes == before)
        return false;
    peer.sent += 50;
    return true;
}

static void
test_arriving_tags_are_filtered_in_a_vlan_only(void **state)
{
    (void)state;
    offload_in(0, 0);
    assert_true(arrive_tagged(false, 0)); /* VLAN-012 */
    assert_true(arrive_tagged(true, 0));  /* VLAN-012 */
    assert_true(arrive_tagged(true, 9));  /* VLAN-012 */
    finish();
    offload_in(7, 0);
    assert_false(arrive_tagged(false, 0)); /* VLAN-013 */
    assert_false(arrive_tagged(true, 0));  /* VLAN-013 */
    assert_false(arrive_tagged(true, 9));  /* VLAN-013 */
    rig_advance(&bench.rig, FLUE_SECOND);
    assert_nothing_happened();
    assert_true(arrive_tagged(true, 3 << 13 | 7)); /* VLAN-013 */
    finish();
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        ON_BENCH(test_other_protocols_are_left_alone),
        ON_BENCH(test_path_mtu_discovery_is_the_hosts),
        ON_BENCH(test_fragments_are_never_put_together),
        ON_BENCH(test_ip_options_go_up_first),
        ON_BENCH(test_syn_in_time_wait_is_the_hosts),
        ON_BENCH(test_urgent_data_goes_back_with_the_connection),
        ON_BENCH(test_urgent_segment_outside_the_window_changes_nothing),
        cmocka_unit_test_setup(test_tags_of_sent_frames, clear),
        cmocka_unit_test_setup(test_arriving_tags_are_filtered_in_a_vlan_only, clear),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
