/* SPDX-License-Identifier: GPL-2.0-or-later
 *
 * What arrives from the wire: which frames are the target's to deal with, which are for the
 * ordinary path, and which are for nobody.
 */
#include "target/parts.h"

static struct target_connection *
connection_of(const struct flue_target *target, const struct flue_packet *packet)
{
    struct flue_tcp_connection *tcp = flue_tcp_find(target->engine, &packet->tuple);

    return tcp != NULL ? flue_tcp_user(tcp) : NULL;
}

/* VLAN-012, VLAN-013: a neighbour in a VLAN is heard there alone. */
static bool
is_foreign(const struct target_connection *connection, const struct flue_packet *packet)
{
    uint16_t vlan_id = connection->path->neighbor->vlan_id;

    return vlan_id != 0 && (!packet->has_vlan || (packet->vlan_tci & 0xFFF) != vlan_id);
}

/* NONSTD-001: TIME_WAIT and the decision about a new connection are the host's. */
static bool
is_reopening(const struct target_connection *connection, const struct flue_packet *packet)
{
    return (packet->segment.flags & FLUE_TCP_SYN) != 0 &&
           flue_tcp_state(connection->tcp) == FLUE_TCP_CONNECTION_TIME_WAIT;
}

enum verdict { ORDINARY, DEALT_WITH, FOR_THE_ENGINE };

/* What is not for the engine, as far as the connection and what the target is short of say so. */
static enum verdict
judge(struct flue_target *target, flue_time now, const struct flue_packet *packet)
{
    struct target_connection *connection = connection_of(target, packet);

    if (connection == NULL)
        return ORDINARY;
    if (is_foreign(connection, packet))
        return DEALT_WITH;
    if (is_reopening(connection, packet))
        return ORDINARY;
    if (connection->is_frozen) {
        flue__target_hold(connection, packet);
        return DEALT_WITH;
    }
    if (flue__target_fails(target, FLUE_TARGET_FAULT_SEGMENT))
        flue__target_lose(connection, now);
    flue__target_watch_segment(connection, &packet->segment);
    return FOR_THE_ENGINE;
}

/* Nearly always there is nothing to look for. */
static bool
is_ordinary_day(const struct flue_target *target, const struct flue_packet *packet)
{
    return target->tagged == 0 && target->frozen == 0 &&
           target->faults[FLUE_TARGET_FAULT_SEGMENT] == UINT32_MAX &&
           target->config.suggest.period == 0 && (packet->segment.flags & FLUE_TCP_SYN) == 0;
}

/* OFFLOAD-051: data that there is no memory for is not even acknowledged, and comes again. */
static bool
is_short(struct flue_target *target, flue_time now, const struct flue_packet *packet)
{
    const struct flue_span *payload = &packet->segment.payload;
    struct target_connection *connection;

    if (payload->length == 0 || (!flue__target_fails(target, FLUE_TARGET_FAULT_BUFFER) &&
                                 flue__target_has_memory(target, payload)))
        return false;
    connection = connection_of(target, packet);
    if (connection == NULL)
        return false;
    flue__target_count_arrival(target, packet, true);
    flue__target_request_upload(connection, now, FLUE_UPLOAD_UPLOAD_REQUESTED);
    return true;
}

bool
flue_target_input(struct flue_target *target, flue_time now, const struct flue_packet *packet)
{
    if (target->is_asleep || target->is_removed)
        return false;
    if (!is_ordinary_day(target, packet)) {
        enum verdict verdict = judge(target, now, packet);

        if (verdict != FOR_THE_ENGINE)
            return verdict == DEALT_WITH;
    }
    if (is_short(target, now, packet))
        return true;
    if (!flue_tcp_input(target->engine, now, &packet->tuple, &packet->segment))
        return false;
    flue__target_count_arrival(target, packet, false);
    if (target->just_frozen != NULL) { /* NONSTD-010: the segment itself is held, too */
        flue__target_hold(target->just_frozen, packet);
        target->just_frozen = NULL;
    }
    flue__target_wake(target, now); /* for what the engine's emit left quietly */
    return true;
}

bool
flue_target_input_frame(struct flue_target *target, flue_time now, const uint8_t *bytes,
                        uint32_t available, uint32_t frame_length,
                        struct flue_memory_descriptor *payload_memory)
{
    enum flue_frame_kind kind;
    struct flue_packet packet;

    if (available == frame_length) {
        uint8_t ip_version;
        uint32_t ip_bytes;
        enum flue_frame_fault fault =
            flue_frame_find_fault(bytes, frame_length, &ip_version, &ip_bytes);

        if (fault != FLUE_FRAME_SOUND)
            return flue_target_input_faulty(target, fault, ip_version, ip_bytes);
    }
    /* NONSTD-002, NONSTD-004 to NONSTD-006: all else is the host's IP layer's. */
    kind = flue_frame_read(bytes, available, frame_length, payload_memory, &packet);
    if (kind == FLUE_FRAME_FRAGMENT)
        flue_target_note_fragment(target, &packet);
    return kind == FLUE_FRAME_TCP && flue_target_input(target, now, &packet);
}

bool
flue_target_carries(const struct flue_target *target, const struct flue_four_tuple *tuple)
{
    return flue_tcp_find(target->engine, tuple) != NULL;
}

bool
flue_target_get_snapshot(const struct flue_target *target, flue_time now,
                         const struct flue_four_tuple *tuple, struct flue_tcp_snapshot *snapshot)
{
    const struct flue_tcp_connection *connection = flue_tcp_find(target->engine, tuple);

    if (connection != NULL)
        flue_tcp_get_snapshot(connection, now, snapshot);
    return connection != NULL;
}
