/* SPDX-License-Identifier: GPL-2.0-or-later
 *
 * Writes the headers of a frame: Ethernet, 802.1Q, IPv4 (RFC 791) or IPv6 (RFC 8200), TCP.
 *
 * The TCP header goes first, into its final place, since the IP header needs its length. Padding to
 * Ethernet's minimum is the link's business.
 */
#include "flue/frame.h"

#include <assert.h>
#include <string.h>

#include "base/checksum.h"
#include "base/wire.h"

static inline void
write_ipv4(uint8_t *header, const struct flue_packet *packet, uint32_t tcp_bytes)
{
    uint32_t total_length = FLUE__IPV4_BYTES + tcp_bytes;
    uint32_t first = (uint32_t)0x45 << 24 | (uint32_t)packet->segment.traffic_class << 16;
    uint32_t second = (uint32_t)packet->ip_id << 16 | FLUE__IPV4_DONT_FRAGMENT;
    uint32_t third = (uint32_t)packet->segment.hop_limit << 24 | (uint32_t)FLUE__PROTOCOL_TCP << 16;
    uint32_t source = flue__get32(packet->tuple.local.bytes);
    uint32_t destination = flue__get32(packet->tuple.remote.bytes);

    assert(total_length <= UINT16_MAX);
    first |= total_length;
    third |= flue__checksum_finish((uint64_t)first + second + third + source + destination);
    flue__put32(header, first);
    flue__put32(header + 4, second);
    flue__put32(header + 8, third);
    flue__put32(header + 12, source);
    flue__put32(header + 16, destination);
}

static inline void
write_ipv6(uint8_t *header, const struct flue_packet *packet, uint32_t tcp_bytes)
{
    assert(tcp_bytes <= UINT16_MAX);
    flue__put32(header, (uint32_t)6 << 28 | (uint32_t)packet->segment.traffic_class << 20 |
                            (packet->segment.flow_label & 0xFFFFF));
    flue__put32(header + 4,
                tcp_bytes << 16 | (uint32_t)FLUE__PROTOCOL_TCP << 8 | packet->segment.hop_limit);
    memcpy(header + 8, packet->tuple.local.bytes, 16);
    memcpy(header + 24, packet->tuple.remote.bytes, 16);
}

uint32_t
flue_packet_write(const struct flue_packet *packet, uint8_t headers[FLUE_PACKET_HEADER_MAX])
{
    bool is_ipv4 = packet->tuple.ip_version == 4;
    uint32_t tcp_at = is_ipv4 ? FLUE__IPV4_BYTES : FLUE__IPV6_BYTES;
    uint32_t tcp_length = flue_tcp_header_write(&packet->tuple, &packet->segment, headers + tcp_at);
    uint32_t tcp_bytes = tcp_length + packet->segment.payload.length;

    if (is_ipv4)
        write_ipv4(headers, packet, tcp_bytes);
    else
        write_ipv6(headers, packet, tcp_bytes);
    return tcp_at + tcp_length;
}

/* The type, or the length with LLC and SNAP, and what they need behind the addresses and the tag;
 * returns where the IP packet begins. */
static uint32_t
write_type(uint8_t *headers, uint32_t at, const struct flue_packet *packet)
{
    uint16_t type = packet->tuple.ip_version == 4 ? FLUE__ETHERTYPE_IPV4 : FLUE__ETHERTYPE_IPV6;
    uint32_t ip_at = at + 2;

    if (packet->has_llc_snap) {
        memcpy(headers + ip_at, FLUE__LLC_SNAP_IP, FLUE__LLC_SNAP_BYTES - 2);
        ip_at += FLUE__LLC_SNAP_BYTES;
    }
    flue__put16(headers + ip_at - 2, type);
    return ip_at;
}

uint32_t
flue_frame_write(const struct flue_packet *packet, uint8_t headers[FLUE_FRAME_HEADER_MAX])
{
    uint32_t type_at = FLUE__ETHERNET_BYTES - 2;
    uint32_t ip_at, length;

    memcpy(headers, packet->destination.bytes, FLUE_MAC_BYTES);
    memcpy(headers + 6, packet->source.bytes, FLUE_MAC_BYTES);
    if (packet->has_vlan) {
        flue__put16(headers + type_at, FLUE__ETHERTYPE_VLAN);
        flue__put16(headers + type_at + 2, packet->vlan_tci);
        type_at += FLUE__VLAN_BYTES;
    }
    ip_at = write_type(headers, type_at, packet);
    length = ip_at + flue_packet_write(packet, headers + ip_at);
    if (packet->has_llc_snap)
        flue__put16(headers + type_at,
                    (uint16_t)(length - type_at - 2 + packet->segment.payload.length));
    return length;
}
