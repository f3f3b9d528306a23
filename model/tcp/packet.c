/* SPDX-License-Identifier: GPL-2.0-or-later
 *
 * Whole IP packets, for owners that move bytes and have no IP layer of their own: checked and
 * parsed on the way in, written on the way out.
 */
#include <string.h>

#include "flue/frame.h"
#include "tcp/connection.h"

/* RFC 9293 3.9.2.3 (MUST-57, MUST-63): no connection has such an address. */
static bool
is_unicast(const struct flue_ip *address, uint8_t version)
{
    static const struct flue_ip none;

    if (version == 6)
        return address->bytes[0] != 0xFF && memcmp(address, &none, sizeof none) != 0;
    return address->bytes[0] != 0 && address->bytes[0] < 224;
}

static enum flue_result
input(struct flue_tcp_engine *engine, flue_time now, const uint8_t *bytes, uint32_t length)
{
    struct flue_memory_descriptor memory;
    struct flue_packet packet;
    struct flue_tcp_icmp icmp;
    enum flue_result result;

    switch (flue_packet_read(bytes, length, length, &memory, &packet)) {
    case FLUE_FRAME_TCP:
        break;
    case FLUE_FRAME_MALFORMED:
        return FLUE_ERROR_MALFORMED;
    case FLUE_FRAME_OTHER:
        result = flue_icmp_read(bytes, length, &packet.tuple, &icmp);
        if (result == FLUE_OK)
            flue_tcp_icmp_input(engine, now, &packet.tuple, &icmp);
        return result;
    default:
        return FLUE_ERROR_NOT_SUPPORTED;
    }
    if (!flue_packet_checksums_ok(bytes, length))
        return FLUE_ERROR_CHECKSUM;
    if (!is_unicast(&packet.tuple.local, packet.tuple.ip_version) ||
        !is_unicast(&packet.tuple.remote, packet.tuple.ip_version))
        return FLUE_ERROR_INVALID;
    flue_tcp_input(engine, now, &packet.tuple, &packet.segment);
    return FLUE_OK;
}

enum flue_result
flue_tcp_input_packet(struct flue_tcp_engine *engine, flue_time now, const uint8_t *bytes,
                      uint32_t packet_length)
{
    enum flue_result result = input(engine, now, bytes, packet_length);

    if (result != FLUE_OK && result != FLUE_ERROR_NOT_SUPPORTED)
        engine->statistics[packet_length > 0 && bytes[0] >> 4 == 6].in_errors++;
    return result;
}

uint32_t
flue_tcp_packet_write(const struct flue_four_tuple *tuple, const struct flue_tcp_segment *segment,
                      uint16_t ip_id, uint8_t *bytes, uint32_t capacity)
{
    const struct flue_packet packet = {.ip_id = ip_id, .tuple = *tuple, .segment = *segment};
    uint32_t headers = (tuple->ip_version == 4 ? 20 : 40) + flue_tcp_header_length(segment);
    uint8_t scratch[FLUE_PACKET_HEADER_MAX];

    if (segment->payload.length > UINT16_MAX - headers ||
        headers + segment->payload.length > capacity)
        return 0;
    headers = flue_packet_write(&packet, scratch);
    memcpy(bytes, scratch, headers);
    flue_span_copy(&segment->payload, bytes + headers);
    return headers + segment->payload.length;
}
