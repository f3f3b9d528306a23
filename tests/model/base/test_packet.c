/* SPDX-License-Identifier: GPL-2.0-or-later
 *
 * IP packets without a link: the frames' vectors from their IP header on, and ICMP errors cut short
 * or spoilt at every byte.
 */
#include <string.h>

#include "cmocka_first.h"
#include "frame_vectors.h"
#include "simple_checksum.h"

static void
test_packet_write_gives_the_frame_behind_its_link_header(void **state)
{
    (void)state;
    for (unsigned i = 0; i < FRAME_VECTORS; i++) {
        struct frame_vector vector = frame_vector(i);
        struct flue_memory_descriptor memory = {NULL, (uint8_t *)vector.bytes + vector.payload_at,
                                                vector.length - vector.payload_at};
        uint8_t headers[FLUE_PACKET_HEADER_MAX];
        uint32_t length = vector.payload_at - vector.ip_at;

        vector.packet.segment.payload = (struct flue_span){&memory, 0, memory.byte_count};
        assert_int_equal(flue_packet_write(&vector.packet, headers), length);
        assert_memory_equal(headers, vector.bytes + vector.ip_at, length);
    }
}

static void
test_packet_read_gives_what_was_written(void **state)
{
    (void)state;
    for (unsigned i = 0; i < FRAME_VECTORS; i++) {
        struct frame_vector vector = frame_vector(i);
        const uint8_t *bytes = vector.bytes + vector.ip_at;
        uint32_t length = vector.length - vector.ip_at;
        struct flue_packet packet = vector.packet; /* the link's fields are left alone */

        assert_int_equal(flue_packet_read(bytes, length, length, NULL, &packet), FLUE_FRAME_TCP);
        packet.source = vector.packet.source;
        assert_packet_mirrors(&vector.packet, &packet);
        assert_true(flue_packet_checksums_ok(bytes, length));
    }
}

static void
test_packet_checksum_sees_every_byte(void **state)
{
    (void)state;
    for (unsigned i = 0; i < FRAME_VECTORS; i++) {
        struct frame_vector vector = frame_vector(i);
        uint32_t length = vector.length - vector.ip_at;
        uint8_t bytes[256];

        assert_true(length <= sizeof bytes);
        for (uint32_t at = 0; at < length; at++) {
            bool is_uncovered = vector.packet.tuple.ip_version == 6 && (at < 4 || at == 7);

            memcpy(bytes, vector.bytes + vector.ip_at, length);
            bytes[at] ^= 1;
            assert_true(is_uncovered || !flue_packet_checksums_ok(bytes, length));
        }
    }
}

/* ---- ICMP ---- */

struct message {
    uint8_t bytes[120];
    uint32_t length;
    struct flue_four_tuple quoted; /* as its sender has it */
};

static void
put16(uint8_t *at, uint32_t value)
{
    at[0] = (uint8_t)(value >> 8);
    at[1] = (uint8_t)value;
}

/* An error from a router: 20 or 40 bytes of IP, 8 of ICMP, the quoted header, 8 bytes of TCP. */
static struct message
make_icmp(uint8_t version)
{
    struct frame_vector vector = frame_vector(version == 4 ? 1 : 4);
    uint32_t header = version == 4 ? 20 : 40;
    struct message made = {.length = 2 * header + 16, .quoted = vector.packet.tuple};
    uint8_t *ip = made.bytes;
    uint8_t *icmp = made.bytes + header;
    uint32_t sum = 0;

    assert_int_equal(vector.packet.tuple.ip_version, version);
    memcpy(icmp + 8, vector.bytes + vector.ip_at, header + 8);
    put16(icmp + 6, 1400);
    if (version == 4) {
        ip[0] = 0x45;
        put16(ip + 2, made.length);
        ip[8] = 64;
        ip[9] = 1;
        memset(ip + 12, 10, 8);
        icmp[0] = 3;
        icmp[1] = 4;
        put16(ip + 10, ~simple_sum(0, ip, 20) & 0xFFFF);
    } else {
        ip[0] = 0x60;
        put16(ip + 4, made.length - 40);
        ip[6] = 58;
        memset(ip + 8, 0x20, 32);
        icmp[0] = 2;
        sum = simple_sum(58 + made.length - 40, ip + 8, 32);
    }
    put16(icmp + 2, ~simple_sum(sum, icmp, made.length - header) & 0xFFFF);
    return made;
}

static const uint8_t versions[] = {4, 6};

static void
test_icmp_read_finds_the_quoted_segment(void **state)
{
    (void)state;
    for (unsigned i = 0; i < 2; i++) {
        struct message message = make_icmp(versions[i]);
        struct frame_vector vector = frame_vector(versions[i] == 4 ? 1 : 4);
        struct flue_four_tuple tuple;
        struct flue_tcp_icmp icmp;

        assert_int_equal(flue_icmp_read(message.bytes, message.length, &tuple, &icmp), FLUE_OK);
        assert_memory_equal(&tuple, &message.quoted, sizeof tuple);
        assert_int_equal(icmp.type, versions[i] == 4 ? 3 : 2);
        assert_int_equal(icmp.code, versions[i] == 4 ? 4 : 0);
        assert_int_equal(icmp.mtu, 1400);
        assert_int_equal(icmp.seq, vector.packet.segment.seq);
        assert_int_equal(icmp.quoted_length, vector.length - vector.ip_at);
    }
}

static void
test_icmp_read_refuses_what_is_spoilt_or_cut(void **state)
{
    (void)state;
    for (unsigned i = 0; i < 2; i++) {
        struct message message = make_icmp(versions[i]);
        struct flue_four_tuple tuple;
        struct flue_tcp_icmp icmp;

        for (uint32_t length = 0; length < message.length; length++)
            assert_int_not_equal(flue_icmp_read(message.bytes, length, &tuple, &icmp), FLUE_OK);
        for (uint32_t at = 0; at < message.length; at++) {
            bool is_uncovered = versions[i] == 6 && (at < 4 || at == 7);

            message.bytes[at] ^= 1;
            assert_true(is_uncovered ||
                        flue_icmp_read(message.bytes, message.length, &tuple, &icmp) != FLUE_OK);
            message.bytes[at] ^= 1;
        }
    }
}

static void
test_icmp_read_leaves_tcp_to_others(void **state)
{
    struct frame_vector vector = frame_vector(1);
    struct flue_four_tuple tuple;
    struct flue_tcp_icmp icmp;

    (void)state;
    assert_int_equal(
        flue_icmp_read(vector.bytes + vector.ip_at, vector.length - vector.ip_at, &tuple, &icmp),
        FLUE_ERROR_NOT_SUPPORTED);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_packet_write_gives_the_frame_behind_its_link_header),
        cmocka_unit_test(test_packet_read_gives_what_was_written),
        cmocka_unit_test(test_packet_checksum_sees_every_byte),
        cmocka_unit_test(test_icmp_read_finds_the_quoted_segment),
        cmocka_unit_test(test_icmp_read_refuses_what_is_spoilt_or_cut),
        cmocka_unit_test(test_icmp_read_leaves_tcp_to_others),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
