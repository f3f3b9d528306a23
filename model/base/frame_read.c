/* SPDX-License-Identifier: GPL-2.0-or-later
 *
 * Reads frames that anybody may have written: Ethernet, 802.1Q, IPv4, IPv6, TCP.
 *
 * No byte outside the available ones is touched, whatever the frame claims. A frame is called
 * malformed only where its protocol field says TCP; what cannot be recognised at all is
 * FLUE_FRAME_OTHER and left to the ordinary path.
 */
#include "flue/frame.h"

#include <stddef.h>
#include <string.h>

#include "base/checksum.h"
#include "base/wire.h"

/* What is left of the frame: `length` bytes by its own account, the first `available` of them here.
 */
struct view {
    const uint8_t *at;
    uint32_t available; /* <= length */
    uint32_t length;
};

/* IPv6 next-header values (RFC 8200 section 4, RFC 4302, RFC 6275, RFC 7401, RFC 5533). */
enum {
    IPV6_HOP_BY_HOP = 0,
    IPV6_ROUTING = 43,
    IPV6_FRAGMENT = 44,
    IPV6_AUTHENTICATION = 51,
    IPV6_DESTINATION_OPTIONS = 60,
    IPV6_MOBILITY = 135,
    IPV6_HOST_IDENTITY = 139,
    IPV6_SHIM6 = 140
};

static inline void
skip(struct view *view, uint32_t bytes)
{
    view->at += bytes;
    view->available -= bytes;
    view->length -= bytes;
}

static inline void
limit(struct view *view, uint32_t length)
{
    view->length = length;
    if (view->available > length)
        view->available = length;
}

/* What follows a length of `length` bytes: the EtherType in a SNAP header, 0 when there is none. */
static inline uint32_t
read_llc_snap(struct view *view, uint32_t length, struct flue_packet *packet)
{
    uint32_t type;

    if (length > view->length || length < FLUE__LLC_SNAP_BYTES ||
        view->available < FLUE__LLC_SNAP_BYTES ||
        memcmp(view->at, FLUE__LLC_SNAP_IP, FLUE__LLC_SNAP_BYTES - 2) != 0)
        return 0;
    type = flue__get16(view->at + FLUE__LLC_SNAP_BYTES - 2);
    limit(view, length);
    skip(view, FLUE__LLC_SNAP_BYTES);
    packet->has_llc_snap = true;
    return type;
}

/* Reads the link header; returns the EtherType behind it, 0 when the frame is too short for one. */
static inline uint32_t
read_link(struct view *view, struct flue_packet *packet)
{
    uint32_t type;

    if (view->available < FLUE__ETHERNET_BYTES)
        return 0;
    memcpy(packet->destination.bytes, view->at, FLUE_MAC_BYTES);
    memcpy(packet->source.bytes, view->at + 6, FLUE_MAC_BYTES);
    type = flue__get16(view->at + 12);
    packet->has_vlan = false;
    packet->vlan_tci = 0;
    packet->has_llc_snap = false;
    skip(view, FLUE__ETHERNET_BYTES);
    if (type == FLUE__ETHERTYPE_VLAN) {
        if (view->available < FLUE__VLAN_BYTES)
            return 0;
        packet->has_vlan = true;
        packet->vlan_tci = flue__get16(view->at);
        type = flue__get16(view->at + 2);
        skip(view, FLUE__VLAN_BYTES);
    }
    return type < FLUE__ETHERTYPE_LEAST ? read_llc_snap(view, type, packet) : type;
}

/* The first fragment has the ports, if that much of it is there. */
static void
read_ports(const uint8_t *at, uint32_t available, struct flue_packet *packet)
{
    if (available < 4)
        return;
    packet->tuple.remote_port = (uint16_t)flue__get16(at);
    packet->tuple.local_port = (uint16_t)flue__get16(at + 2);
}

/* FLUE_FRAME_TCP leaves `view` at the TCP header, as long as the IP packet says. */
static inline enum flue_frame_kind
read_ipv4(struct view *view, struct flue_packet *packet)
{
    const uint8_t *header = view->at;
    uint32_t header_length, total_length;

    if (view->available < FLUE__IPV4_BYTES || header[0] >> 4 != 4 ||
        header[9] != FLUE__PROTOCOL_TCP)
        return FLUE_FRAME_OTHER;
    header_length = (uint32_t)(header[0] & 0x0F) * 4;
    total_length = flue__get16(header + 2);
    if (header_length < FLUE__IPV4_BYTES || header_length > total_length ||
        total_length > view->length)
        return FLUE_FRAME_MALFORMED;

    packet->segment.traffic_class = header[1];
    packet->segment.flow_label = 0;
    packet->segment.hop_limit = header[8];
    packet->ip_id = flue__get16(header + 4);
    packet->tuple.ip_version = 4;
    memcpy(packet->tuple.remote.bytes, header + 12, 4);
    memcpy(packet->tuple.local.bytes, header + 16, 4);
    if ((flue__get16(header + 6) & FLUE__IPV4_FRAGMENT_MASK) != 0) {
        if ((flue__get16(header + 6) & FLUE__IPV4_OFFSET_MASK) == 0 &&
            header_length < view->available)
            read_ports(header + header_length, view->available - header_length, packet);
        return FLUE_FRAME_FRAGMENT;
    }
    if (header_length > FLUE__IPV4_BYTES)
        return FLUE_FRAME_IP_OPTIONS;
    limit(view, total_length);
    skip(view, FLUE__IPV4_BYTES);
    return FLUE_FRAME_TCP;
}

/* What a chain of extension headers, the first of kind `next`, leads to. */
static enum flue_frame_kind
walk_extension_headers(struct view *view, uint32_t next, struct flue_packet *packet)
{
    while (view->available >= 8) {
        uint32_t length = 8 + (uint32_t)view->at[1] * 8;

        switch (next) {
        case FLUE__PROTOCOL_TCP:
            return FLUE_FRAME_IP_OPTIONS;
        case IPV6_FRAGMENT:
            if (view->at[0] != FLUE__PROTOCOL_TCP)
                return FLUE_FRAME_OTHER;
            if (flue__get16(view->at + 2) >> 3 == 0) /* the offset, in units of 8 bytes */
                read_ports(view->at + 8, view->available - 8, packet);
            return FLUE_FRAME_FRAGMENT;
        case IPV6_AUTHENTICATION:
            length = 8 + (uint32_t)view->at[1] * 4; /* counted in 4 bytes, less 2 (RFC 4302 2.2) */
            break;
        case IPV6_HOP_BY_HOP:
        case IPV6_ROUTING:
        case IPV6_DESTINATION_OPTIONS:
        case IPV6_MOBILITY:
        case IPV6_HOST_IDENTITY:
        case IPV6_SHIM6:
            break;
        default:
            return FLUE_FRAME_OTHER;
        }
        next = view->at[0];
        if (length > view->available)
            return next == FLUE__PROTOCOL_TCP ? FLUE_FRAME_MALFORMED : FLUE_FRAME_OTHER;
        skip(view, length);
    }
    return next == FLUE__PROTOCOL_TCP ? FLUE_FRAME_MALFORMED : FLUE_FRAME_OTHER;
}

static inline enum flue_frame_kind
read_ipv6(struct view *view, struct flue_packet *packet)
{
    const uint8_t *header = view->at;
    uint32_t first, payload_length;

    if (view->available < FLUE__IPV6_BYTES || header[0] >> 4 != 6)
        return FLUE_FRAME_OTHER;
    payload_length = flue__get16(header + 4);
    if (payload_length > view->length - FLUE__IPV6_BYTES)
        return header[6] == FLUE__PROTOCOL_TCP ? FLUE_FRAME_MALFORMED : FLUE_FRAME_OTHER;

    first = flue__get32(header);
    packet->segment.traffic_class = (uint8_t)(first >> 20);
    packet->segment.flow_label = first & 0xFFFFF;
    packet->segment.hop_limit = header[7];
    packet->ip_id = 0;
    packet->tuple.ip_version = 6;
    memcpy(packet->tuple.remote.bytes, header + 8, 16);
    memcpy(packet->tuple.local.bytes, header + 24, 16);
    limit(view, FLUE__IPV6_BYTES + payload_length);
    skip(view, FLUE__IPV6_BYTES);
    if (header[6] != FLUE__PROTOCOL_TCP)
        return walk_extension_headers(view, header[6], packet);
    return FLUE_FRAME_TCP;
}

/* The IP header; `type` is the EtherType that it would have on Ethernet. */
static inline enum flue_frame_kind
read_ip(struct view *view, uint32_t type, struct flue_packet *packet)
{
    /* The tuple is hashed and compared as memory: every byte of it counts. */
    memset(&packet->tuple, 0, sizeof packet->tuple);
    switch (type) {
    case FLUE__ETHERTYPE_IPV4:
        return read_ipv4(view, packet);
    case FLUE__ETHERTYPE_IPV6:
        return read_ipv6(view, packet);
    default:
        return FLUE_FRAME_OTHER;
    }
}

/* What the first byte of an IP packet says. */
static inline uint32_t
type_of_packet(const struct view *view)
{
    if (view->available == 0)
        return 0;
    return view->at[0] >> 4 == 6 ? FLUE__ETHERTYPE_IPV6 : FLUE__ETHERTYPE_IPV4;
}

static inline enum flue_frame_kind
read_tcp(struct view view, enum flue_frame_kind kind, struct flue_memory_descriptor *payload_memory,
         struct flue_packet *packet)
{
    if (kind != FLUE_FRAME_TCP)
        return kind;
    if (flue_tcp_header_read(view.at, view.available, view.length, payload_memory,
                             &packet->segment) != FLUE_OK)
        return FLUE_FRAME_MALFORMED;
    packet->tuple.remote_port = flue__get16(view.at);
    packet->tuple.local_port = flue__get16(view.at + 2);
    return FLUE_FRAME_TCP;
}

enum flue_frame_kind
flue_frame_read(const uint8_t *bytes, uint32_t available, uint32_t frame_length,
                struct flue_memory_descriptor *payload_memory, struct flue_packet *packet)
{
    struct view view = {bytes, available < frame_length ? available : frame_length, frame_length};
    uint32_t type = read_link(&view, packet);
    const uint8_t *ip = view.at;
    enum flue_frame_kind kind = read_ip(&view, type, packet);

    packet->ip_bytes = (uint32_t)(view.at - ip) + view.length;
    return read_tcp(view, kind, payload_memory, packet);
}

enum flue_frame_kind
flue_packet_read(const uint8_t *bytes, uint32_t available, uint32_t packet_length,
                 struct flue_memory_descriptor *payload_memory, struct flue_packet *packet)
{
    struct view view = {bytes, available < packet_length ? available : packet_length,
                        packet_length};
    enum flue_frame_kind kind = read_ip(&view, type_of_packet(&view), packet);

    packet->ip_bytes = (uint32_t)(view.at - bytes) + view.length;
    return read_tcp(view, kind, payload_memory, packet);
}

/* `view` is at the TCP header, behind an IP header without options. */
static bool
are_checksums_ok(const struct view *view, const struct flue_four_tuple *tuple)
{
    if (tuple->ip_version == 4 &&
        flue__checksum_bytes(view->at - FLUE__IPV4_BYTES, FLUE__IPV4_BYTES) != 0xFFFF)
        return false;
    return flue__checksum_fold(flue__checksum_pseudo_header(tuple, view->length) +
                               flue__checksum_bytes(view->at, view->length)) == 0xFFFF;
}

bool
flue_frame_checksums_ok(const uint8_t *bytes, uint32_t frame_length)
{
    struct view view = {bytes, frame_length, frame_length};
    struct flue_packet packet;

    return read_ip(&view, read_link(&view, &packet), &packet) == FLUE_FRAME_TCP &&
           are_checksums_ok(&view, &packet.tuple);
}

bool
flue_packet_checksums_ok(const uint8_t *bytes, uint32_t packet_length)
{
    struct view view = {bytes, packet_length, packet_length};
    struct flue_packet packet;

    return read_ip(&view, type_of_packet(&view), &packet) == FLUE_FRAME_TCP &&
           are_checksums_ok(&view, &packet.tuple);
}

/* ---- Faults ------------------------------------------------------------------------------------
 */

static enum flue_frame_fault
find_ipv4_fault(const struct view *view)
{
    const uint8_t *header = view->at;
    uint32_t header_length, total_length;

    if (view->length < FLUE__IPV4_BYTES || header[0] >> 4 != 4)
        return FLUE_FRAME_FAULT_IP_HEADER;
    header_length = (uint32_t)(header[0] & 0x0F) * 4;
    total_length = flue__get16(header + 2);
    if (header_length < FLUE__IPV4_BYTES || header_length > view->length ||
        header_length > total_length || header[8] == 0 ||
        flue__checksum_bytes(header, header_length) != 0xFFFF)
        return FLUE_FRAME_FAULT_IP_HEADER;
    return total_length > view->length ? FLUE_FRAME_FAULT_IP_TRUNCATED : FLUE_FRAME_SOUND;
}

static enum flue_frame_fault
find_ipv6_fault(const struct view *view)
{
    if (view->length < FLUE__IPV6_BYTES || view->at[0] >> 4 != 6 || view->at[7] == 0)
        return FLUE_FRAME_FAULT_IP_HEADER;
    return flue__get16(view->at + 4) > view->length - FLUE__IPV6_BYTES
               ? FLUE_FRAME_FAULT_IP_TRUNCATED
               : FLUE_FRAME_SOUND;
}

/* Behind a sound IP header. */
static enum flue_frame_fault
find_tcp_fault(struct view view, uint32_t type)
{
    struct flue_packet packet;
    enum flue_frame_kind kind = read_ip(&view, type, &packet);

    if (kind != FLUE_FRAME_TCP)
        return kind == FLUE_FRAME_MALFORMED ? FLUE_FRAME_FAULT_TCP : FLUE_FRAME_SOUND;
    return flue_tcp_header_read(view.at, view.available, view.length, NULL, &packet.segment) ==
                       FLUE_OK &&
                   are_checksums_ok(&view, &packet.tuple)
               ? FLUE_FRAME_SOUND
               : FLUE_FRAME_FAULT_TCP;
}

enum flue_frame_fault
flue_frame_find_fault(const uint8_t *bytes, uint32_t frame_length, uint8_t *ip_version,
                      uint32_t *ip_bytes)
{
    struct view view = {bytes, frame_length, frame_length};
    struct flue_packet packet;
    uint32_t type = read_link(&view, &packet);
    enum flue_frame_fault fault;

    if (type != FLUE__ETHERTYPE_IPV4 && type != FLUE__ETHERTYPE_IPV6)
        return FLUE_FRAME_SOUND;
    *ip_version = type == FLUE__ETHERTYPE_IPV4 ? 4 : 6;
    *ip_bytes = view.length;
    fault = *ip_version == 4 ? find_ipv4_fault(&view) : find_ipv6_fault(&view);
    return fault != FLUE_FRAME_SOUND ? fault : find_tcp_fault(view, type);
}
