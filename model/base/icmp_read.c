/* SPDX-License-Identifier: GPL-2.0-or-later
 *
 * Reads ICMP (RFC 792, RFC 1191) and ICMPv6 (RFC 4443) messages about TCP segments: which segment
 * of ours they quote, and what they say of it. What follows from that is the TCP engine's.
 */
#include <string.h>

#include "base/checksum.h"
#include "base/wire.h"
#include "flue/frame.h"

enum { ICMP_BYTES = 8, QUOTED_TCP_BYTES = 8 };

/* The quoted packet's own header, and the first eight bytes behind it. */
static enum flue_result
read_quote(const uint8_t *quote, uint32_t length, uint8_t version, struct flue_four_tuple *tuple,
           struct flue_tcp_icmp *icmp)
{
    uint32_t header = version == 4 ? FLUE__IPV4_BYTES : FLUE__IPV6_BYTES;
    uint8_t protocol;

    if (length < header + QUOTED_TCP_BYTES || quote[0] >> 4 != version)
        return FLUE_ERROR_MALFORMED;
    memset(tuple, 0, sizeof *tuple);
    tuple->ip_version = version;
    if (version == 4) {
        protocol = quote[9];
        header = (uint32_t)(quote[0] & 0x0F) * 4;
        if (header < FLUE__IPV4_BYTES || length < header + QUOTED_TCP_BYTES)
            return FLUE_ERROR_MALFORMED;
        icmp->quoted_length = flue__get16(quote + 2);
        memcpy(tuple->local.bytes, quote + 12, 4);
        memcpy(tuple->remote.bytes, quote + 16, 4);
    } else {
        protocol = quote[6];
        icmp->quoted_length = FLUE__IPV6_BYTES + flue__get16(quote + 4);
        memcpy(tuple->local.bytes, quote + 8, 16);
        memcpy(tuple->remote.bytes, quote + 24, 16);
    }
    if (protocol != FLUE__PROTOCOL_TCP)
        return FLUE_ERROR_NOT_SUPPORTED;
    tuple->local_port = flue__get16(quote + header);
    tuple->remote_port = flue__get16(quote + header + 2);
    icmp->seq = flue__get32(quote + header + 4);
    return FLUE_OK;
}

static bool
is_error(uint8_t version, uint8_t type)
{
    if (version == 6)
        return type < 128; /* RFC 4443 2.1 */
    return type == 3 || type == 4 || type == 11 || type == 12;
}

static enum flue_result
read_message(const uint8_t *message, uint32_t length, uint8_t version,
             struct flue_four_tuple *tuple, struct flue_tcp_icmp *icmp)
{
    memset(icmp, 0, sizeof *icmp);
    if (length < ICMP_BYTES)
        return FLUE_ERROR_MALFORMED;
    if (!is_error(version, message[0]))
        return FLUE_ERROR_NOT_SUPPORTED;
    icmp->type = message[0];
    icmp->code = message[1];
    icmp->mtu = version == 4 ? flue__get16(message + 6) : flue__get32(message + 4);
    return read_quote(message + ICMP_BYTES, length - ICMP_BYTES, version, tuple, icmp);
}

static enum flue_result
read_icmpv4(const uint8_t *bytes, uint32_t length, struct flue_four_tuple *tuple,
            struct flue_tcp_icmp *icmp)
{
    uint32_t header, total;

    if (length < FLUE__IPV4_BYTES || bytes[9] != FLUE__PROTOCOL_ICMP ||
        (flue__get16(bytes + 6) & FLUE__IPV4_FRAGMENT_MASK) != 0)
        return FLUE_ERROR_NOT_SUPPORTED;
    header = (uint32_t)(bytes[0] & 0x0F) * 4;
    total = flue__get16(bytes + 2);
    if (header < FLUE__IPV4_BYTES || header > total || total > length)
        return FLUE_ERROR_MALFORMED;
    if (flue__checksum_bytes(bytes, header) != 0xFFFF ||
        flue__checksum_bytes(bytes + header, total - header) != 0xFFFF)
        return FLUE_ERROR_CHECKSUM;
    return read_message(bytes + header, total - header, 4, tuple, icmp);
}

static enum flue_result
read_icmpv6(const uint8_t *bytes, uint32_t length, struct flue_four_tuple *tuple,
            struct flue_tcp_icmp *icmp)
{
    uint64_t sum;
    uint32_t payload;

    if (length < FLUE__IPV6_BYTES || bytes[6] != FLUE__PROTOCOL_ICMPV6)
        return FLUE_ERROR_NOT_SUPPORTED;
    payload = flue__get16(bytes + 4);
    if (payload > length - FLUE__IPV6_BYTES)
        return FLUE_ERROR_MALFORMED;
    /* RFC 4443 2.3: the pseudo-header is the addresses, the length and the protocol. */
    sum = (uint64_t)FLUE__PROTOCOL_ICMPV6 + payload;
    sum += flue__checksum_bytes(bytes + 8, 32);
    sum += flue__checksum_bytes(bytes + FLUE__IPV6_BYTES, payload);
    if (flue__checksum_fold(sum) != 0xFFFF)
        return FLUE_ERROR_CHECKSUM;
    return read_message(bytes + FLUE__IPV6_BYTES, payload, 6, tuple, icmp);
}

enum flue_result
flue_icmp_read(const uint8_t *bytes, uint32_t packet_length, struct flue_four_tuple *tuple,
               struct flue_tcp_icmp *icmp)
{
    if (packet_length == 0)
        return FLUE_ERROR_MALFORMED;
    switch (bytes[0] >> 4) {
    case 4:
        return read_icmpv4(bytes, packet_length, tuple, icmp);
    case 6:
        return read_icmpv6(bytes, packet_length, tuple, icmp);
    default:
        return FLUE_ERROR_NOT_SUPPORTED;
    }
}
