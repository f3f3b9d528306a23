/* SPDX-License-Identifier: GPL-2.0-or-later
 *
 * Counters of offloaded traffic by address family (STATS rows). The TCP ones are the engine's, less
 * what they were at the last reset; so they wrap as the narrower type that they are told in.
 */
#include <string.h>

#include "target/parts.h"

static uint32_t
family(uint8_t ip_version)
{
    return ip_version == 6;
}

static uint32_t
datagram_bytes(const struct flue_packet *packet)
{
    if (packet->ip_bytes > 0)
        return packet->ip_bytes;
    return (packet->tuple.ip_version == 6 ? 40U : 20U) + flue_tcp_header_length(&packet->segment) +
           packet->segment.payload.length;
}

void
flue__target_count_arrival(struct flue_target *target, const struct flue_packet *packet,
                           bool is_discarded)
{
    struct flue_ip_offload_stats *stats = &target->ip_stats[family(packet->tuple.ip_version)];

    stats->in_receives++;
    stats->in_octets += datagram_bytes(packet);
    if (is_discarded)
        stats->in_discards++;
    else
        stats->in_delivers++;
}

void
flue__target_count_request(struct flue_target *target, const struct flue_packet *packet)
{
    struct flue_ip_offload_stats *stats = &target->ip_stats[family(packet->tuple.ip_version)];

    stats->out_requests++;
    stats->out_octets += datagram_bytes(packet);
}

bool
flue_target_input_faulty(struct flue_target *target, enum flue_frame_fault fault,
                         uint8_t ip_version, uint32_t ip_bytes)
{
    struct flue_ip_offload_stats *stats = &target->ip_stats[family(ip_version)];
    bool is_tcp = fault == FLUE_FRAME_FAULT_TCP;

    /* STATS-011 and NOTE-072: a neighbour for IP; STATS-012, STATS-013: a path for TCP. */
    if (!target->config.drops_faulty || fault == FLUE_FRAME_SOUND ||
        (is_tcp ? target->statistics.paths : target->statistics.neighbors) == 0)
        return false;
    stats->in_receives++;
    stats->in_octets += ip_bytes;
    if (fault == FLUE_FRAME_FAULT_IP_HEADER) {
        stats->in_header_errors++;
    } else if (fault == FLUE_FRAME_FAULT_IP_TRUNCATED) {
        stats->in_truncated_packets++;
    } else {
        stats->in_delivers++; /* IP has no complaint */
        target->faulty_segments[family(ip_version)]++;
    }
    return true;
}

static void
fill_tcp(const struct flue_target *target, uint8_t ip_version, struct flue_tcp_offload_stats *stats)
{
    const struct flue_tcp_statistics *base = &target->tcp_base[family(ip_version)];
    uint64_t faulty = target->faulty_segments[family(ip_version)];
    struct flue_tcp_statistics now;

    flue_tcp_get_family_statistics(target->engine, ip_version, &now);
    memset(stats, 0, sizeof *stats); /* what lies between the members goes out, too */
    stats->in_segments = now.in_segments - base->in_segments + faulty;
    stats->out_segments =
        now.out_segments - now.repeated_segments - (base->out_segments - base->repeated_segments);
    stats->currently_established = now.currently_established;
    stats->reset_established = (uint32_t)(now.resets - base->resets);
    stats->retransmitted_segments =
        (uint32_t)(now.retransmitted_segments - base->retransmitted_segments);
    stats->in_errors = (uint32_t)faulty;
    stats->out_resets = (uint32_t)(now.out_resets - base->out_resets);
}

enum flue_status
flue__target_answer_stats(struct flue_target *target, struct flue_oid_request *request)
{
    bool is_ip =
        request->oid == FLUE_OID_IP4_OFFLOAD_STATS || request->oid == FLUE_OID_IP6_OFFLOAD_STATS;
    uint8_t ip_version =
        request->oid == FLUE_OID_IP4_OFFLOAD_STATS || request->oid == FLUE_OID_TCP4_OFFLOAD_STATS
            ? 4
            : 6;
    struct flue_ip_offload_stats *ip = &target->ip_stats[family(ip_version)];
    struct flue_tcp_offload_stats tcp;

    if (request->type == FLUE_REQUEST_QUERY && is_ip)
        return flue_oid_answer(request, ip, sizeof *ip);
    if (request->type == FLUE_REQUEST_QUERY) {
        fill_tcp(target, ip_version, &tcp);
        return flue_oid_answer(request, &tcp, sizeof tcp);
    }
    /* STATS-003: what is in the buffer does not matter. What is now established is no counter. */
    if (is_ip) {
        memset(ip, 0, sizeof *ip);
    } else {
        flue_tcp_get_family_statistics(target->engine, ip_version,
                                       &target->tcp_base[family(ip_version)]);
        target->faulty_segments[family(ip_version)] = 0;
    }
    return FLUE_STATUS_SUCCESS;
}
