/* SPDX-License-Identifier: GPL-2.0-or-later
 *
 * The segments of arrivals.h.
 */
#include "arrivals.h"

#include <string.h>

void
arrivals_begin(struct arrivals *arrivals, struct rig *rig, const struct rig_tcp *tcp)
{
    const struct flue_four_tuple *tuple = flue_tcp_tuple(tcp->peer);
    struct flue_packet *packet = &arrivals->packet;
    struct flue_tcp_snapshot peer;

    rig->is_cut = true;
    flue_tcp_get_snapshot(tcp->peer, rig->now, &peer);
    memset(arrivals, 0, sizeof *arrivals);
    arrivals->rig = rig;
    arrivals->first_seq = peer.snd_nxt;
    packet->tuple = (struct flue_four_tuple){.local = tuple->remote,
                                             .remote = tuple->local,
                                             .local_port = tuple->remote_port,
                                             .remote_port = tuple->local_port,
                                             .ip_version = tuple->ip_version};
    packet->segment.ack = peer.rcv_nxt;
    packet->segment.window = 1000;
    packet->segment.has_timestamp = true;
    packet->segment.ts_val = peer.ts_offset;
}

uint8_t
arrivals_byte(uint32_t offset)
{
    return (uint8_t)(offset * 7 + offset / 251);
}

void
arrivals_part(struct arrivals *arrivals, uint32_t from, uint32_t length, uint8_t flags)
{
    struct flue_packet packet = arrivals->packet;
    struct rig *rig = arrivals->rig;
    struct flue_memory_descriptor descriptor;
    uint8_t bytes[ARRIVALS_MOST];

    assert_true(length <= sizeof bytes);
    for (uint32_t i = 0; i < length; i++)
        bytes[i] = arrivals_byte(from + i);
    descriptor = (struct flue_memory_descriptor){NULL, bytes, length};
    packet.segment.seq = arrivals->first_seq + from;
    packet.segment.flags = (uint8_t)(FLUE_TCP_ACK | flags);
    packet.segment.ts_val += (uint32_t)(rig->now / FLUE_MILLISECOND);
    packet.segment.payload = (struct flue_span){&descriptor, 0, length};
    assert_true(flue_target_input(rig->target, rig->now, &packet));
    memset(bytes, 0xA5, sizeof bytes); /* lent for the call */
}

void
arrivals_segment(struct arrivals *arrivals, uint32_t length, uint8_t flags)
{
    uint32_t from = arrivals->sent;

    arrivals->sent += length;
    arrivals_part(arrivals, from, length, flags);
}

void
arrivals_check(const uint8_t *bytes, uint32_t from, uint32_t length)
{
    for (uint32_t i = 0; i < length; i++)
        assert_int_equal(bytes[i], arrivals_byte(from + i));
}
