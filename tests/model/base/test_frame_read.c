/* SPDX-License-Identifier: GPL-2.0-or-later
 *
 * Reading frames that are in order: known ones, what was just written, and the kinds that go up the
 * ordinary path.
 */
#include "flue/frame.h"

#include <string.h>

#include "cmocka_first.h"
#include "frame_vectors.h"

static void
test_frame_read_known_bytes_give_known_packets(void **state)
{
    (void)state;
    for (unsigned i = 0; i < FRAME_VECTORS; i++) {
        struct frame_vector vector = frame_vector(i);
        struct flue_memory_descriptor memory;
        struct flue_packet packet;
        uint32_t payload = vector.length - vector.payload_at;

        memset(&packet, 0xFF, sizeof packet);
        assert_int_equal(
            flue_frame_read(vector.bytes, vector.length, vector.length, &memory, &packet),
            FLUE_FRAME_TCP);
        assert_packet_mirrors(&vector.packet, &packet);
        assert_int_equal(packet.segment.payload.length, payload);
        if (payload == 0) {
            assert_null(packet.segment.payload.descriptor);
            continue;
        }
        assert_ptr_equal(packet.segment.payload.descriptor, &memory);
        assert_int_equal(packet.segment.payload.offset, 0);
        assert_ptr_equal(memory.bytes, vector.bytes + vector.payload_at);
        assert_int_equal(memory.byte_count, payload);
        assert_null(memory.next);
    }
}

static void
test_frame_read_written_packets_come_back(void **state)
{
    (void)state;
    for (unsigned mix = 0; mix < 5 * 128; mix++) {
        struct frame_vector vector = frame_vector(mix & 1 ? 4 : 1);
        struct flue_tcp_segment *segment = &vector.packet.segment;
        struct flue_packet packet;
        uint8_t headers[FLUE_FRAME_HEADER_MAX];
        uint32_t length;

        vector.packet.has_vlan = (mix & 2) != 0;
        vector.packet.vlan_tci = vector.packet.has_vlan ? 0xffff : 0;
        segment->has_mss = (mix & 4) != 0;
        segment->mss = segment->has_mss ? 9000 : 0;
        segment->has_window_scale = (mix & 8) != 0;
        segment->window_scale = segment->has_window_scale ? 14 : 0;
        segment->has_sack_permitted = (mix & 16) != 0;
        segment->has_timestamp = (mix & 32) != 0;
        segment->ts_val = segment->has_timestamp ? 0xffffffff : 0;
        segment->ts_ecr = segment->has_timestamp ? 0x80000000 : 0;
        segment->sack_count = (uint8_t)(mix / 128);
        for (uint32_t i = 0; i < segment->sack_count; i++)
            segment->sack[i] = (struct flue_tcp_sack_block){i * 1000, i * 1000 + 500};
        segment->payload = flue_span_virtual(mix & 64 ? 1448 : 0);
        length = flue_frame_write(&vector.packet, headers);
        assert_int_equal(
            flue_frame_read(headers, length, length + segment->payload.length, NULL, &packet),
            FLUE_FRAME_TCP);
        assert_null(packet.segment.payload.descriptor);
        assert_int_equal(packet.segment.payload.length, segment->payload.length);
        assert_true(packet.segment.sack_count <= segment->sack_count);
        segment->sack_count = packet.segment.sack_count; /* which fit is test_tcp_header's matter */
        assert_packet_mirrors(&vector.packet, &packet);
    }
}

static void
test_frame_read_padding_behind_the_packet_is_cut_off(void **state)
{
    struct frame_vector vector = frame_vector(3);
    struct flue_memory_descriptor memory;
    struct flue_packet packet;
    uint8_t frame[60] = {0};

    (void)state;
    memcpy(frame, vector.bytes, vector.length);
    assert_int_equal(flue_frame_read(frame, 60, 60, &memory, &packet), FLUE_FRAME_TCP);
    assert_int_equal(packet.segment.payload.length, 0);
    frame[59] = 0xEE; /* padding is no part of the checksum */
    assert_true(flue_frame_checksums_ok(frame, 60));
}

static void
test_frame_read_partly_available_payload_is_length_only(void **state)
{
    struct frame_vector vector = frame_vector(1);
    struct flue_memory_descriptor memory;
    struct flue_packet packet;

    (void)state;
    assert_int_equal(
        flue_frame_read(vector.bytes, vector.length - 1, vector.length, &memory, &packet),
        FLUE_FRAME_TCP);
    assert_null(packet.segment.payload.descriptor);
    assert_int_equal(packet.segment.payload.length, 5);
}

static enum flue_frame_kind
kind_with_byte(const struct frame_vector *vector, uint32_t at, uint8_t value)
{
    uint8_t frame[256];
    struct flue_packet packet;

    memcpy(frame, vector->bytes, vector->length);
    frame[at] = value;
    return flue_frame_read(frame, vector->length, vector->length, NULL, &packet);
}

static void
test_frame_read_what_is_not_tcp_over_ip_is_other(void **state)
{
    struct frame_vector ipv4 = frame_vector(1);
    struct frame_vector ipv6 = frame_vector(4);
    struct frame_vector tagged = frame_vector(2);

    (void)state;
    assert_int_equal(kind_with_byte(&ipv4, 13, 0x06), FLUE_FRAME_OTHER); /* ARP */
    assert_int_equal(kind_with_byte(&ipv4, 12, 0x00), FLUE_FRAME_OTHER); /* 802.3 length */
    assert_int_equal(kind_with_byte(&ipv4, 14, 0x65), FLUE_FRAME_OTHER); /* version 6 */
    assert_int_equal(kind_with_byte(&ipv4, 23, 17), FLUE_FRAME_OTHER);   /* UDP */
    assert_int_equal(kind_with_byte(&ipv6, 14, 0x40), FLUE_FRAME_OTHER); /* version 4 */
    assert_int_equal(kind_with_byte(&ipv6, 20, 17), FLUE_FRAME_OTHER);   /* UDP */
    assert_int_equal(kind_with_byte(&ipv6, 20, 59), FLUE_FRAME_OTHER);   /* no next header */
    assert_int_equal(kind_with_byte(&tagged, 16, 0x88), FLUE_FRAME_OTHER);
}

static void
test_frame_read_a_second_tag_is_other(void **state)
{
    struct frame_vector vector = frame_vector(2);
    struct flue_packet packet;
    uint8_t frame[256];

    (void)state;
    memcpy(frame, vector.bytes, 16);
    memcpy(frame + 16, vector.bytes + 12, vector.length - 12);
    assert_int_equal(flue_frame_read(frame, vector.length + 4, vector.length + 4, NULL, &packet),
                     FLUE_FRAME_OTHER);
}

static void
test_frame_read_ipv4_fragments_are_told_apart(void **state)
{
    struct frame_vector vector = frame_vector(1);
    struct flue_packet packet;
    uint8_t frame[256];

    (void)state;
    /* NONSTD-005 rests on this: more fragments, an offset, and DF alone, which is no fragment. */
    assert_int_equal(kind_with_byte(&vector, 20, 0x20), FLUE_FRAME_FRAGMENT);
    assert_int_equal(kind_with_byte(&vector, 21, 0x01), FLUE_FRAME_FRAGMENT);
    assert_int_equal(kind_with_byte(&vector, 20, 0x10), FLUE_FRAME_FRAGMENT);
    assert_int_equal(kind_with_byte(&vector, 20, 0x40), FLUE_FRAME_TCP);
    assert_int_equal(kind_with_byte(&vector, 20, 0x00), FLUE_FRAME_TCP);

    memcpy(frame, vector.bytes, vector.length);
    frame[20] = 0x20;
    assert_int_equal(flue_frame_read(frame, vector.length, vector.length, NULL, &packet),
                     FLUE_FRAME_FRAGMENT);
    assert_memory_equal(&packet.tuple.remote, &vector.packet.tuple.local, sizeof(struct flue_ip));
    assert_memory_equal(&packet.tuple.local, &vector.packet.tuple.remote, sizeof(struct flue_ip));
    assert_memory_equal(&packet.source, &vector.packet.source, sizeof packet.source);
    assert_int_equal(packet.tuple.local_port, vector.packet.tuple.remote_port);
    assert_int_equal(packet.tuple.remote_port, vector.packet.tuple.local_port);
    assert_int_equal(flue_frame_read(frame, 37, vector.length, NULL, &packet), FLUE_FRAME_FRAGMENT);
    assert_int_equal(packet.tuple.local_port, 0); /* not all of them are there */
    frame[21] = 1;
    assert_int_equal(flue_frame_read(frame, vector.length, vector.length, NULL, &packet),
                     FLUE_FRAME_FRAGMENT);
    assert_int_equal(packet.tuple.local_port, 0); /* no first one */
}

static void
test_frame_read_ipv4_options_are_told_apart(void **state)
{
    struct frame_vector vector = frame_vector(1);
    struct flue_packet packet;
    uint8_t frame[256];
    uint32_t length = vector.length + 4;

    (void)state;
    memcpy(frame, vector.bytes, 34);
    memset(frame + 34, 1, 4);
    memcpy(frame + 38, vector.bytes + 34, vector.length - 34);
    frame[14] = 0x46;
    frame[17] = (uint8_t)(frame[17] + 4);
    /* NONSTD-004 rests on this. */
    assert_int_equal(flue_frame_read(frame, length, length, NULL, &packet), FLUE_FRAME_IP_OPTIONS);
    assert_memory_equal(&packet.tuple.local, &vector.packet.tuple.remote, sizeof(struct flue_ip));
    assert_false(flue_frame_checksums_ok(frame, length));
    frame[20] = 0x20;
    assert_int_equal(flue_frame_read(frame, length, length, NULL, &packet), FLUE_FRAME_FRAGMENT);
}

/* An IPv6 frame with `extension` between its IPv6 and TCP headers. */
static enum flue_frame_kind
kind_with_extension(uint8_t first, const uint8_t *extension, uint32_t length)
{
    struct frame_vector vector = frame_vector(4);
    struct flue_packet packet;
    uint8_t frame[256];

    memcpy(frame, vector.bytes, vector.tcp_at);
    memcpy(frame + vector.tcp_at, extension, length);
    memcpy(frame + vector.tcp_at + length, vector.bytes + vector.tcp_at,
           vector.length - vector.tcp_at);
    frame[19] = (uint8_t)(frame[19] + length);
    frame[20] = first;
    return flue_frame_read(frame, vector.length + length, vector.length + length, NULL, &packet);
}

static void
test_frame_read_ipv6_extension_headers_are_told_apart(void **state)
{
    const uint8_t to_tcp[8] = {6, 0, 1, 4};
    const uint8_t to_udp[8] = {17, 0, 1, 4};
    const uint8_t two[24] = {60, 0, 1, 4, 0, 0, 0, 0, 6, 1};
    const uint8_t authentication[12] = {6, 1};
    const uint8_t fragment[16] = {44, 0, 1, 4, 0, 0, 0, 0, 6, 0, 0, 1};
    const uint8_t too_long[8] = {6, 200};
    const uint8_t just_too_long[8] = {6, 6}; /* 56 bytes of the 54 that there are */

    (void)state;
    assert_int_equal(kind_with_extension(0, to_tcp, 8), FLUE_FRAME_IP_OPTIONS);
    assert_int_equal(kind_with_extension(43, to_tcp, 8), FLUE_FRAME_IP_OPTIONS);
    assert_int_equal(kind_with_extension(60, to_tcp, 8), FLUE_FRAME_IP_OPTIONS);
    assert_int_equal(kind_with_extension(0, two, 24), FLUE_FRAME_IP_OPTIONS);
    assert_int_equal(kind_with_extension(51, authentication, 12), FLUE_FRAME_IP_OPTIONS);
    assert_int_equal(kind_with_extension(44, to_tcp, 8), FLUE_FRAME_FRAGMENT);
    assert_int_equal(kind_with_extension(0, fragment, 16), FLUE_FRAME_FRAGMENT);
    assert_int_equal(kind_with_extension(0, to_udp, 8), FLUE_FRAME_OTHER);
    assert_int_equal(kind_with_extension(44, to_udp, 8), FLUE_FRAME_OTHER);
    assert_int_equal(kind_with_extension(50, to_tcp, 8), FLUE_FRAME_OTHER); /* encrypted */
    assert_int_equal(kind_with_extension(0, too_long, 8), FLUE_FRAME_MALFORMED);
    assert_int_equal(kind_with_extension(0, just_too_long, 8), FLUE_FRAME_MALFORMED);
}

static void
test_frame_checksums_ok_any_flipped_bit_is_found(void **state)
{
    (void)state;
    for (unsigned i = 0; i < FRAME_VECTORS; i++) {
        struct frame_vector vector = frame_vector(i);
        uint8_t frame[256];

        memcpy(frame, vector.bytes, vector.length);
        assert_true(flue_frame_checksums_ok(frame, vector.length));
        for (uint32_t bit = vector.ip_at * 8; bit < vector.length * 8; bit++) {
            /* The IPv6 header's first word and hop limit are under no checksum. */
            bool is_covered = vector.packet.tuple.ip_version == 4 ||
                              (bit / 8 >= vector.ip_at + 4 && bit / 8 != vector.ip_at + 7) ||
                              bit / 4 == vector.ip_at * 2;

            frame[bit / 8] ^= (uint8_t)(0x80 >> bit % 8);
            assert_int_equal(flue_frame_checksums_ok(frame, vector.length), !is_covered);
            frame[bit / 8] ^= (uint8_t)(0x80 >> bit % 8);
        }
    }
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_frame_read_known_bytes_give_known_packets),
        cmocka_unit_test(test_frame_read_written_packets_come_back),
        cmocka_unit_test(test_frame_read_padding_behind_the_packet_is_cut_off),
        cmocka_unit_test(test_frame_read_partly_available_payload_is_length_only),
        cmocka_unit_test(test_frame_read_what_is_not_tcp_over_ip_is_other),
        cmocka_unit_test(test_frame_read_a_second_tag_is_other),
        cmocka_unit_test(test_frame_read_ipv4_fragments_are_told_apart),
        cmocka_unit_test(test_frame_read_ipv4_options_are_told_apart),
        cmocka_unit_test(test_frame_read_ipv6_extension_headers_are_told_apart),
        cmocka_unit_test(test_frame_checksums_ok_any_flipped_bit_is_found),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
