/* SPDX-License-Identifier: GPL-2.0-or-later
 *
 * Whole IP packets in and out of an engine: what is wrong with one is counted and changes nothing.
 */
#include <string.h>

#include "cmocka_first.h"
#include "flue/frame.h"
#include "peer.h"
#include "simple_checksum.h"

struct bytes {
    uint8_t at[2000];
    uint32_t length;
};

/* A segment from the peer as a packet. */
static struct bytes
from_peer(const struct peer *peer, const struct flue_tcp_segment *segment)
{
    struct flue_four_tuple tuple = peer->tuple;
    struct bytes packet;

    tuple.local = peer->tuple.remote;
    tuple.remote = peer->tuple.local;
    tuple.local_port = peer->tuple.remote_port;
    tuple.remote_port = peer->tuple.local_port;
    packet.length = flue_tcp_packet_write(&tuple, segment, 7, packet.at, sizeof packet.at);
    assert_true(packet.length > 0);
    return packet;
}

static enum flue_result
input(struct peer *peer, const struct bytes *packet)
{
    return flue_tcp_input_packet(peer->engine, peer->now, packet->at, packet->length);
}

static uint64_t
errors(const struct peer *peer)
{
    struct flue_tcp_statistics statistics;

    flue_tcp_get_statistics(peer->engine, &statistics);
    return statistics.in_errors;
}

static void
test_packet_in_is_a_segment_in(void **state)
{
    FOR_EACH_VARIATION(peer, ON_BOTH)
    {
        struct flue_tcp_segment segment;
        struct bytes packet;

        peer_open(&peer, 10 * MS);
        segment = peer_make(&peer, P | A, 1, 1, 100);
        packet = from_peer(&peer, &segment);
        assert_int_equal(input(&peer, &packet), FLUE_OK);
        assert_int_equal(peer.received, 100);
        assert_int_equal(errors(&peer), 0);
    }
}

/* What comes out is what another engine takes in. */
static void
test_packet_out_reads_as_what_was_sent(void **state)
{
    FOR_EACH_VARIATION(peer, ON_BOTH)
    {
        struct flue_memory_descriptor memory;
        struct flue_packet read;
        uint8_t bytes[1100];
        uint32_t headers = peer.tuple.ip_version == 4 ? 40 : 60;

        peer_open(&peer, 10 * MS);
        peer_send(&peer, PEER_MSS);
        EXPECT(&peer, A, 1, 1, PEER_MSS);
        assert_int_equal(flue_tcp_packet_write(&peer.tuple, &peer_last(&peer)->raw, 1, bytes,
                                               headers + PEER_MSS - 1),
                         0);
        assert_int_equal(
            flue_tcp_packet_write(&peer.tuple, &peer_last(&peer)->raw, 1, bytes, sizeof bytes),
            headers + PEER_MSS);
        assert_true(flue_packet_checksums_ok(bytes, headers + PEER_MSS));
        assert_int_equal(
            flue_packet_read(bytes, headers + PEER_MSS, headers + PEER_MSS, &memory, &read),
            FLUE_FRAME_TCP);
        assert_memory_equal(&read.tuple.local, &peer.tuple.remote, sizeof read.tuple.local);
        assert_int_equal(read.segment.seq, peer.iss + 1);
        assert_int_equal(read.segment.payload.length, PEER_MSS);
    }
}

/* Every byte that a checksum covers, one bit at a time. */
static void
test_packet_that_is_spoilt_changes_nothing_and_is_counted(void **state)
{
    FOR_EACH_VARIATION(peer, ON_BOTH)
    {
        bool is_ipv6 = peer.tuple.ip_version == 6;
        struct flue_tcp_segment segment;
        struct bytes packet;
        uint64_t refused = 0;

        peer_open(&peer, 10 * MS);
        segment = peer_make(&peer, P | A, 1, 1, 10);
        packet = from_peer(&peer, &segment);
        for (uint32_t at = 0; at < packet.length; at++) {
            if (is_ipv6 && (at < 4 || at == 7))
                continue; /* traffic class, flow label and hop limit are nobody's to check */
            packet.at[at] ^= 1;
            switch (input(&peer, &packet)) {
            case FLUE_ERROR_CHECKSUM:
            case FLUE_ERROR_MALFORMED:
                refused++;
                break;
            case FLUE_ERROR_NOT_SUPPORTED: /* no TCP any more, or a fragment, or with options */
                assert_true(at == 0 || at == 6 || at == 7 || at == 9);
                break;
            default:
                fail();
            }
            packet.at[at] ^= 1;
        }
        assert_int_equal(peer.received, 0);
        assert_int_equal(errors(&peer), refused);
        for (uint32_t length = 0; length < packet.length; length++) {
            struct bytes cut = packet;

            cut.length = length;
            assert_int_not_equal(input(&peer, &cut), FLUE_OK);
        }
        assert_int_equal(input(&peer, &packet), FLUE_OK);
        assert_int_equal(peer.received, 10);
    }
}

/* RFC 9293 3.9.2.3: a SYN from or to an address that no connection can have. */
static void
test_packet_with_an_impossible_address_is_refused(void **state)
{
    FOR_EACH_VARIATION(peer, ON_HOST)
    {
        struct flue_tcp_segment segment;
        struct flue_ip remote = peer.tuple.remote;
        struct flue_ip local = peer.tuple.local;
        struct bytes packet;

        peer_create(&peer);
        peer_listen(&peer);
        segment = peer_make(&peer, S, 0, 0, 0);
        peer.tuple.remote.bytes[0] = peer.tuple.ip_version == 4 ? 224 : 0xFF;
        packet = from_peer(&peer, &segment);
        assert_int_equal(input(&peer, &packet), FLUE_ERROR_INVALID);
        peer.tuple.remote = (struct flue_ip){{0}};
        packet = from_peer(&peer, &segment);
        assert_int_equal(input(&peer, &packet), FLUE_ERROR_INVALID);
        peer.tuple.remote = remote;
        peer.tuple.local.bytes[0] = 255;
        packet = from_peer(&peer, &segment);
        assert_int_equal(input(&peer, &packet), FLUE_ERROR_INVALID);
        peer.tuple.local = local;
        EXPECT_NOTHING(&peer);
        assert_int_equal(errors(&peer), 3);
        packet = from_peer(&peer, &segment);
        assert_int_equal(input(&peer, &packet), FLUE_OK);
        EXPECT(&peer, S | A, 0, 1, 0);
    }
}

/* RFC 9293 3.10.7.1, from bytes to bytes. */
static void
test_packet_for_no_connection_is_answered_with_a_reset(void **state)
{
    FOR_EACH_VARIATION(peer, ON_HOST)
    {
        struct flue_tcp_segment segment;
        struct bytes packet;

        peer_create(&peer);
        segment = peer_make(&peer, A, 5, 9, 10);
        packet = from_peer(&peer, &segment);
        assert_int_equal(input(&peer, &packet), FLUE_OK);
        EXPECT(&peer, R, 9, 0, 0);
        segment = peer_make(&peer, S, 5, 0, 10);
        packet = from_peer(&peer, &segment);
        assert_int_equal(input(&peer, &packet), FLUE_OK);
        EXPECT(&peer, R | A, 0 - peer.iss, 16, 0);
    }
}

static void
put16(uint8_t *at, uint32_t value)
{
    at[0] = (uint8_t)(value >> 8);
    at[1] = (uint8_t)value;
}

/* "Port unreachable" about the segment that EXPECT looked at last. */
static struct bytes
port_unreachable(const struct peer *peer)
{
    bool is_ipv4 = peer->tuple.ip_version == 4;
    uint32_t header = is_ipv4 ? 20 : 40;
    struct bytes packet = {.length = 2 * header + 16};
    uint8_t quoted[2000];
    uint8_t *icmp = packet.at + header;
    uint32_t sum = 0;

    assert_true(
        flue_tcp_packet_write(&peer->tuple, &peer_last(peer)->raw, 0, quoted, sizeof quoted) > 0);
    memcpy(icmp + 8, quoted, header + 8);
    icmp[0] = is_ipv4 ? 3 : 1;
    icmp[1] = is_ipv4 ? 3 : 4;
    if (is_ipv4) {
        packet.at[0] = 0x45;
        put16(packet.at + 2, packet.length);
        packet.at[9] = 1;
        put16(packet.at + 10, ~simple_sum(0, packet.at, 20) & 0xFFFF);
    } else {
        packet.at[0] = 0x60;
        put16(packet.at + 4, packet.length - 40);
        packet.at[6] = 58;
        sum = simple_sum(58 + packet.length - 40, packet.at + 8, 32);
    }
    put16(icmp + 2, ~simple_sum(sum, icmp, packet.length - header) & 0xFFFF);
    return packet;
}

static void
test_packet_with_an_icmp_error_reaches_its_connection(void **state)
{
    FOR_EACH_VARIATION(peer, ON_HOST)
    {
        struct bytes packet;

        peer_create(&peer);
        peer_connect(&peer);
        EXPECT(&peer, S, 0, 0, 0);
        packet = port_unreachable(&peer);
        packet.at[packet.length - 1] ^= 1;
        assert_int_equal(input(&peer, &packet), FLUE_ERROR_CHECKSUM);
        assert_int_equal(errors(&peer), 1);
        packet.at[packet.length - 1] ^= 1;
        assert_int_equal(input(&peer, &packet), FLUE_OK);
        assert_int_equal(peer.reason, FLUE_ERROR_REFUSED);
    }
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        PEER_SCRIPT(test_packet_in_is_a_segment_in),
        PEER_SCRIPT(test_packet_out_reads_as_what_was_sent),
        PEER_SCRIPT(test_packet_that_is_spoilt_changes_nothing_and_is_counted),
        PEER_SCRIPT(test_packet_with_an_impossible_address_is_refused),
        PEER_SCRIPT(test_packet_with_an_icmp_error_reaches_its_connection),
        PEER_SCRIPT(test_packet_for_no_connection_is_answered_with_a_reset),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
