/* SPDX-License-Identifier: GPL-2.0-or-later
 *
 * Written headers, byte for byte against known frames, and with checksums that others accept.
 */
#include "flue/frame.h"

#include <string.h>

#include "cmocka_first.h"
#include "frame_vectors.h"
#include "simple_checksum.h"

/* A packet's frame, payload and all; returns its length. */
static uint32_t
write_whole(const struct flue_packet *packet, uint8_t *frame)
{
    uint32_t length = flue_frame_write(packet, frame);

    flue_span_copy(&packet->segment.payload, frame + length);
    return length + packet->segment.payload.length;
}

static void
test_frame_write_known_packets_give_known_bytes(void **state)
{
    (void)state;
    for (unsigned i = 0; i < FRAME_VECTORS; i++) {
        struct frame_vector vector = frame_vector(i);
        struct flue_memory_descriptor memory = {NULL, (uint8_t *)vector.bytes + vector.payload_at,
                                                vector.length - vector.payload_at};
        uint8_t headers[FLUE_FRAME_HEADER_MAX + 1];

        memset(headers, 0x77, sizeof headers);
        if (memory.byte_count > 0)
            vector.packet.segment.payload = (struct flue_span){&memory, 0, memory.byte_count};
        /* RFC-002, RFC-003: Ethernet II (RFC 894), IPv4 (RFC 791), IPv6 (RFC 2460). */
        assert_int_equal(flue_frame_write(&vector.packet, headers), vector.payload_at);
        assert_memory_equal(headers, vector.bytes, vector.payload_at);
        assert_int_equal(headers[vector.payload_at], 0x77);
    }
}

/* RFC-002: with LLC/SNAP (RFC 1042) a length stands where the EtherType was, which moves behind
 * them; and what was written is read. */
static void
test_frame_write_llc_snap_moves_the_type_behind_it(void **state)
{
    static const uint8_t llc_snap[] = {0xAA, 0xAA, 3, 0, 0, 0};

    (void)state;
    for (unsigned i = 0; i < FRAME_VECTORS; i++) {
        struct frame_vector vector = frame_vector(i);
        uint32_t type_at = vector.ip_at - 2;
        uint32_t payload = vector.length - vector.payload_at;
        uint8_t frame[256];
        struct flue_packet read;

        vector.packet.has_llc_snap = true;
        vector.packet.segment.payload = flue_span_virtual(payload);
        assert_int_equal(flue_frame_write(&vector.packet, frame), vector.payload_at + 8);
        assert_memory_equal(frame, vector.bytes, type_at);
        assert_int_equal(frame[type_at] << 8 | frame[type_at + 1],
                         8 + vector.length - vector.ip_at);
        assert_memory_equal(frame + type_at + 2, llc_snap, sizeof llc_snap);
        assert_memory_equal(frame + type_at + 8, vector.bytes + type_at, 2);
        assert_int_equal(
            flue_frame_read(frame, vector.payload_at + 8, vector.length + 8, NULL, &read),
            FLUE_FRAME_TCP);
        assert_true(read.has_llc_snap);
        assert_packet_mirrors(&vector.packet, &read);
        assert_int_equal(read.segment.payload.length, payload);
    }
}

/* A length that the frame does not have, other LLC, and another organisation are not IP's. */
static void
test_frame_write_llc_snap_damaged_is_not_tcp(void **state)
{
    static const struct {
        uint32_t at;
        uint8_t byte;
    } damages[] = {{12, 5}, {13, 7}, {13, 0}, {14, 0xAB}, {15, 0x42}, {16, 0}, {17, 1}, {19, 9}};

    (void)state;
    for (unsigned i = 0; i < sizeof damages / sizeof damages[0]; i++) {
        struct frame_vector vector = frame_vector(0);
        uint8_t frame[256];
        struct flue_packet read;

        vector.packet.has_llc_snap = true;
        assert_int_equal(flue_frame_write(&vector.packet, frame), vector.length + 8);
        frame[damages[i].at] = damages[i].byte;
        assert_int_not_equal(
            flue_frame_read(frame, vector.length + 8, vector.length + 8, NULL, &read),
            FLUE_FRAME_TCP);
    }
}

static void
test_frame_write_length_only_payload_counts_as_zeros(void **state)
{
    (void)state;
    for (uint32_t length = 0; length <= 9000; length += 999) {
        static uint8_t zeros[9000];
        struct frame_vector vector = frame_vector(1);
        struct flue_memory_descriptor memory = {NULL, zeros, length};
        uint8_t with[FLUE_FRAME_HEADER_MAX], without[FLUE_FRAME_HEADER_MAX];

        vector.packet.segment.payload = (struct flue_span){&memory, 0, length};
        assert_int_equal(flue_frame_write(&vector.packet, with), 66);
        vector.packet.segment.payload = flue_span_virtual(length);
        assert_int_equal(flue_frame_write(&vector.packet, without), 66);
        assert_memory_equal(with, without, 66);
    }
}

static void
test_frame_write_payload_in_pieces_gives_the_same_bytes(void **state)
{
    (void)state;
    for (uint32_t cut = 0; cut <= 5; cut++) {
        struct frame_vector vector = frame_vector(1);
        uint8_t *payload = (uint8_t *)vector.bytes + vector.payload_at;
        struct flue_memory_descriptor second = {NULL, payload + cut, 5 - cut};
        struct flue_memory_descriptor first = {&second, payload, cut};
        uint8_t frame[FLUE_FRAME_HEADER_MAX + 5];

        vector.packet.segment.payload = (struct flue_span){&first, 0, 5};
        assert_int_equal(write_whole(&vector.packet, frame), vector.length);
        assert_memory_equal(frame, vector.bytes, vector.length);
    }
}

static void
test_frame_write_ack_and_urgent_fields_without_flags_are_zero(void **state)
{
    struct frame_vector vector = frame_vector(1);
    uint8_t headers[FLUE_FRAME_HEADER_MAX];
    const uint8_t zeros[4] = {0};

    (void)state;
    vector.packet.segment.flags = FLUE_TCP_SYN;
    vector.packet.segment.urgent_pointer = 99;
    (void)flue_frame_write(&vector.packet, headers);
    assert_memory_equal(headers + vector.tcp_at + 8, zeros, 4);
    assert_memory_equal(headers + vector.tcp_at + 18, zeros, 2);
}

static void
test_frame_write_ipv4_has_dont_fragment_and_no_options(void **state)
{
    struct frame_vector vector = frame_vector(3);
    uint8_t headers[FLUE_FRAME_HEADER_MAX];

    (void)state;
    (void)flue_frame_write(&vector.packet, headers);
    assert_int_equal(headers[14], 0x45);
    assert_int_equal(headers[20], 0x40); /* SEND-017: no fragment either */
    assert_int_equal(headers[21], 0x00);
}

static void
test_frame_write_tag_carries_the_tci_as_given(void **state)
{
    struct frame_vector vector = frame_vector(0);
    uint8_t headers[FLUE_FRAME_HEADER_MAX];
    const uint8_t tag[6] = {0x81, 0x00, 0xe0, 0x00, 0x08, 0x00};

    (void)state;
    vector.packet.has_vlan = true;
    vector.packet.vlan_tci = 7 << 13; /* VLAN-009: a priority alone */
    assert_int_equal(flue_frame_write(&vector.packet, headers), vector.payload_at + 4);
    assert_memory_equal(headers + 12, tag, 6);
    assert_memory_equal(headers + 18, vector.bytes + 14, vector.payload_at - 14);
}

/* Every combination of addresses, tag, options and payload lengths, real and length-only. */
static void
test_frame_write_all_combinations_have_right_checksums(void **state)
{
    static uint8_t payload[1500];
    uint8_t frame[FLUE_FRAME_HEADER_MAX + sizeof payload];
    struct flue_memory_descriptor memory = {NULL, payload, sizeof payload};

    (void)state;
    for (size_t i = 0; i < sizeof payload; i++)
        payload[i] = (uint8_t)(i * 31 + i / 256);
    for (unsigned mix = 0; mix < 5 * 2048; mix++) {
        struct frame_vector vector = frame_vector(mix & 1 ? 2 : 0);
        struct flue_packet *packet = &vector.packet;
        struct flue_tcp_segment *segment = &packet->segment;
        uint32_t address = packet->tuple.ip_version == 4 ? 4 : 16;
        uint32_t length = (mix >> 7 & 7) * 211 + (mix >> 10 & 1);
        uint32_t header, whole, tcp_at;

        packet->has_vlan = (mix & 2) != 0;
        packet->has_llc_snap = mix % 3 == 0 && length < 1024;
        segment->has_mss = (mix & 4) != 0;
        segment->has_window_scale = (mix & 8) != 0;
        segment->has_sack_permitted = (mix & 16) != 0;
        segment->has_timestamp = (mix & 32) != 0;
        segment->sack_count = (uint8_t)(mix / 2048);
        segment->seq = mix * 0x9E3779B9U;
        segment->payload =
            mix & 64 ? flue_span_virtual(length) : (struct flue_span){&memory, mix % 7, length};
        header = flue_frame_write(packet, frame);
        whole = header + length;
        flue_span_copy(&segment->payload, frame + header);
        tcp_at = header - flue_tcp_header_length(segment);
        assert_true(header <= FLUE_FRAME_HEADER_MAX);
        assert_int_equal(simple_tcp_sum(packet->tuple.local.bytes, packet->tuple.remote.bytes,
                                        address, frame + tcp_at, whole - tcp_at),
                         0xFFFF);
        if (address == 4)
            assert_int_equal(simple_sum(0, frame + tcp_at - 20, 20), 0xFFFF);
        assert_true(flue_frame_checksums_ok(frame, whole));
    }
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_frame_write_known_packets_give_known_bytes),
        cmocka_unit_test(test_frame_write_llc_snap_moves_the_type_behind_it),
        cmocka_unit_test(test_frame_write_llc_snap_damaged_is_not_tcp),
        cmocka_unit_test(test_frame_write_length_only_payload_counts_as_zeros),
        cmocka_unit_test(test_frame_write_payload_in_pieces_gives_the_same_bytes),
        cmocka_unit_test(test_frame_write_ack_and_urgent_fields_without_flags_are_zero),
        cmocka_unit_test(test_frame_write_ipv4_has_dont_fragment_and_no_options),
        cmocka_unit_test(test_frame_write_tag_carries_the_tci_as_given),
        cmocka_unit_test(test_frame_write_all_combinations_have_right_checksums),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
