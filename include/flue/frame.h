/* SPDX-License-Identifier: GPL-2.0-or-later
 *
 * Bytes on the wire: Ethernet, 802.1Q, IPv4, IPv6 and TCP headers, from and to plain structs.
 *
 * Reading needs only the header bytes in memory; the payload may be length-only. Writing puts all
 * headers, with their checksums, into one caller's buffer.
 */
#ifndef FLUE_FRAME_H
#define FLUE_FRAME_H

#include "flue/tcp.h"

#ifdef __cplusplus
extern "C" {
#endif

/* Ethernet 14 + 802.1Q 4 + LLC and SNAP 8 + IPv6 40 + TCP 60. */
#define FLUE_FRAME_HEADER_MAX 126
#define FLUE_PACKET_HEADER_MAX 100 /* IPv6 40 + TCP 60 */
#define FLUE_TCP_HEADER_MAX 60

/* A TCP/IP packet and its link header. `tuple.local` is the sender when it is written and the
 * receiver when it was read: always the side that holds it. */
struct flue_packet {
    struct flue_mac source;
    struct flue_mac destination;
    bool has_vlan;
    uint16_t vlan_tci; /* priority (3 bits), DEI, VLAN id (12 bits) */
    bool has_llc_snap; /* a length and LLC/SNAP (RFC 1042) in place of the EtherType (RFC 894) */
    uint16_t ip_id;    /* IPv4 identification */
    uint32_t ip_bytes; /* of the IP packet, when it was read; 0: not known, as when it is written */
    struct flue_four_tuple tuple;
    struct flue_tcp_segment segment;
};

/* What flue_frame_read says of a frame. Where the comment does not say that *packet is filled, its
 * contents are undefined. */
enum flue_frame_kind {
    FLUE_FRAME_TCP,        /* *packet is filled */
    FLUE_FRAME_FRAGMENT,   /* TCP in an IP fragment; MAC and IP addresses and the tag are filled, of
                              the first fragment the ports too (else 0) */
    FLUE_FRAME_IP_OPTIONS, /* TCP behind IPv4 options or IPv6 extension headers; filled likewise */
    FLUE_FRAME_OTHER,      /* not TCP over IP, as far as it can be read */
    FLUE_FRAME_MALFORMED   /* claims to be TCP over IP, but lengths or offsets are wrong */
};

/* Reads a frame of `frame_length` bytes (without FCS) whose first `available` bytes are at `bytes`.
 * The payload is what follows the headers: backed by `payload_memory` (one descriptor that the
 * caller lends, set to bytes + header length) when it is all available and payload_memory is not
 * NULL, else length only. Padding behind the IP packet is cut off. Checksums are not looked at. */
enum flue_frame_kind flue_frame_read(const uint8_t *bytes, uint32_t available,
                                     uint32_t frame_length,
                                     struct flue_memory_descriptor *payload_memory,
                                     struct flue_packet *packet);

/* True when the frame is FLUE_FRAME_TCP as far as the TCP header's start, and the IPv4 header
 * checksum and the TCP checksum are right. The whole frame is at `bytes`. */
bool flue_frame_checksums_ok(const uint8_t *bytes, uint32_t frame_length);

enum flue_frame_fault {
    FLUE_FRAME_SOUND,
    FLUE_FRAME_FAULT_IP_HEADER,    /* too short, or wrong version, length, checksum, or TTL 0 */
    FLUE_FRAME_FAULT_IP_TRUNCATED, /* data is missing behind a sound IP header */
    FLUE_FRAME_FAULT_TCP           /* TCP lengths or checksum, behind a sound IP header */
};

/* What is wrong with a whole frame of IPv4 or IPv6. Frames that claim to be something else are
 * sound. *ip_version and *ip_bytes (from the IP header's start to the frame's end, padding and all)
 * are set for every fault. */
enum flue_frame_fault flue_frame_find_fault(const uint8_t *bytes, uint32_t frame_length,
                                            uint8_t *ip_version, uint32_t *ip_bytes);

/* Writes Ethernet, IP and TCP headers with right checksums; returns how many bytes. DF is set in
 * IPv4. The IP packet must not exceed 65535 bytes, 1492 behind LLC/SNAP. SACK blocks that the TCP
 * header has no room for (more than three beside a timestamp) are left out, the last ones first. */
uint32_t flue_frame_write(const struct flue_packet *packet, uint8_t headers[FLUE_FRAME_HEADER_MAX]);

/* ---- The same without a link: bytes from the IP header on; MAC addresses and tag are left alone.
 */

enum flue_frame_kind flue_packet_read(const uint8_t *bytes, uint32_t available,
                                      uint32_t packet_length,
                                      struct flue_memory_descriptor *payload_memory,
                                      struct flue_packet *packet);
bool flue_packet_checksums_ok(const uint8_t *bytes, uint32_t packet_length);
uint32_t flue_packet_write(const struct flue_packet *packet,
                           uint8_t headers[FLUE_PACKET_HEADER_MAX]);

/* Reads an IP packet that is an ICMP or ICMPv6 message about a TCP segment which this side sent:
 * the segment's tuple, and what flue_tcp_icmp_input wants to know. The whole packet is at `bytes`.
 * FLUE_ERROR_NOT_SUPPORTED for any other packet, FLUE_ERROR_MALFORMED when it is cut short,
 * FLUE_ERROR_CHECKSUM. */
FLUE_MUST_USE enum flue_result flue_icmp_read(const uint8_t *bytes, uint32_t packet_length,
                                              struct flue_four_tuple *tuple,
                                              struct flue_tcp_icmp *icmp);

/* ---- Whole IP packets in and out of an engine: for owners that move bytes ---- */

/* Hands an IP packet to the engine: a TCP segment, or an ICMP error about one. The bytes are lent
 * for the call. FLUE_ERROR_MALFORMED, FLUE_ERROR_CHECKSUM and FLUE_ERROR_INVALID (a source or
 * destination address that no connection can have: multicast, broadcast, none) are counted as
 * in_errors; FLUE_ERROR_NOT_SUPPORTED for what else there is: other protocols, fragments, and
 * packets with IP options or extension headers, which the owner's IP layer takes off. FLUE_OK
 * otherwise, also when the segment belongs to no connection. */
FLUE_MUST_USE enum flue_result flue_tcp_input_packet(struct flue_tcp_engine *engine, flue_time now,
                                                     const uint8_t *bytes, uint32_t packet_length);

/* Writes a segment that the `emit` handler was given as an IP packet, payload and checksums
 * included; returns its length, or 0 when that is more than `capacity`. `ip_id` is IPv4's
 * identification, and may be anything: the packet is never fragmented (RFC 6864). */
uint32_t flue_tcp_packet_write(const struct flue_four_tuple *tuple,
                               const struct flue_tcp_segment *segment, uint16_t ip_id,
                               uint8_t *bytes, uint32_t capacity);

/* ---- TCP headers ---- */

/* Writes the TCP header alone, its checksum included; returns how many bytes. */
uint32_t flue_tcp_header_write(const struct flue_four_tuple *tuple,
                               const struct flue_tcp_segment *segment,
                               uint8_t header[FLUE_TCP_HEADER_MAX]);

/* Reads a TCP header at `bytes` (`available` of a segment of `segment_length` bytes) into *segment,
 * payload as in flue_frame_read. hop_limit, traffic_class and flow_label are left alone. Unknown
 * options are skipped; a window scale above 14 reads as 14 (RFC 7323 2.3). FLUE_ERROR_MALFORMED
 * when the header is not all there, or its length or an option's length cannot be. */
FLUE_MUST_USE enum flue_result flue_tcp_header_read(const uint8_t *bytes, uint32_t available,
                                                    uint32_t segment_length,
                                                    struct flue_memory_descriptor *payload_memory,
                                                    struct flue_tcp_segment *segment);

/* The length of the TCP header that a segment will have, options and padding included. */
uint32_t flue_tcp_header_length(const struct flue_tcp_segment *segment);

#ifdef __cplusplus
}
#endif
#endif
