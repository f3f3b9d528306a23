/* SPDX-License-Identifier: GPL-2.0-or-later
 *
 * Between the TCP engine and the rest of the target: segments get their frame, and what the engine
 * tells is put where flue_target_poll finds it. Nothing here calls the client.
 */
#include <string.h>

#include "target/parts.h"

enum { IP_ID_FIRST = 0x8000 }; /* SEND-019: the lower half is the host's */

/* RFC-002: behind LLC and SNAP when the host has set that. */
static bool
has_llc_snap(const struct flue_target *target, uint8_t ip_version)
{
    const struct flue_offload_encapsulation *set = &target->parameters.encapsulation;
    uint32_t enabled = ip_version == 4 ? set->ipv4.enabled : set->ipv6.enabled;
    uint32_t type = ip_version == 4 ? set->ipv4.encapsulation_type : set->ipv6.encapsulation_type;

    return enabled == FLUE_OFFLOAD_SET_ON && (type & FLUE_ENCAPSULATION_IEEE_LLC_SNAP_ROUTED) != 0;
}

/* SEND-018, SEND-021 (DF is set by whoever writes the frame), STATE-026: down along the links. */
static void
on_emit(void *user, flue_time now, struct flue_tcp_connection *tcp,
        const struct flue_four_tuple *tuple, const struct flue_tcp_segment *segment)
{
    struct flue_target *target = user;
    struct target_connection *connection = flue_tcp_user(tcp);
    struct target_path *path = connection->path;
    struct target_neighbor *neighbor = path->neighbor;
    struct flue_packet packet;

    if (target->is_removed)
        return;
    packet.source = neighbor->source;
    packet.destination = neighbor->destination;
    /* A tag with id 0 carries the priority alone. */
    packet.has_vlan = neighbor->vlan_id != 0 || connection->user_priority != 0;
    packet.vlan_tci = (uint16_t)((connection->user_priority << 13) | neighbor->vlan_id);
    packet.has_llc_snap = has_llc_snap(target, tuple->ip_version);
    packet.ip_id = path->next_ip_id;
    path->next_ip_id = (uint16_t)((path->next_ip_id + 1U) | IP_ID_FIRST);
    packet.ip_bytes = 0;
    packet.tuple = *tuple;
    packet.segment = *segment;
    flue__target_count_request(target, &packet);
    flue__target_watch_sent(connection, segment);
    if (flue__target_fails(target, FLUE_TARGET_FAULT_TRANSMIT)) {
        target->ip_stats[tuple->ip_version == 6].out_discards++;
        flue__target_request_upload_quietly(connection, FLUE_UPLOAD_UPLOAD_REQUESTED);
        return; /* OFFLOAD-051: lost like a frame on the wire */
    }
    flue__target_check_neighbor(target, now, neighbor); /* EVENT-022 */
    target->handlers.transmit(target->user, now, &packet);
}

/* EVENT-030, NOTE-044 */
static void
on_advise(void *user, flue_time now, struct flue_tcp_connection *tcp)
{
    struct flue_target *target = user;
    struct target_connection *connection = flue_tcp_user(tcp);

    (void)now;
    if (target->parameters.tcp_doubt_reachability_retransmissions < UINT8_MAX)
        flue__target_doubt_neighbor(target, connection->path->neighbor);
}

static void
on_received(void *user, flue_time now, struct flue_tcp_connection *tcp,
            const struct flue_span *data, bool push)
{
    struct target_connection *connection = flue_tcp_user(tcp);

    (void)user;
    if (connection->is_corrupt)
        return;
    flue__target_set_nrd(connection->target, now, connection->path->neighbor, 0);
    flue__target_watch_delivery(connection, data->length);
    /* Without memory: the bytes are acknowledged or soon will be, nobody can give them back. */
    if (!flue__target_arrived(connection, now, data, push))
        flue__target_lose(connection, now);
}

static void
on_peer_closed(void *user, flue_time now, struct flue_tcp_connection *tcp)
{
    struct target_connection *connection = flue_tcp_user(tcp);

    (void)user;
    if (connection->is_corrupt) /* the data before it is lost */
        return;
    connection->has_fin = true;
    flue__target_ready(connection, now);
}

/* EVENT-021: the peer got what went over this neighbour. */
static void
on_acknowledged(void *user, flue_time now, struct flue_tcp_connection *tcp, uint32_t bytes)
{
    struct target_connection *connection = flue_tcp_user(tcp);

    (void)user;
    (void)bytes;
    flue__target_set_nrd(connection->target, now, connection->path->neighbor, 0);
    flue__target_watch_backlog(connection, now);
}

static void
on_sent(void *user, flue_time now, struct flue_tcp_connection *tcp, struct flue_buffer_list *lists)
{
    struct flue_target *target = user;
    struct target_connection *connection = flue_tcp_user(tcp);
    struct list_queue *queue = connection->is_held ? &target->held_sends : &target->sends;

    while (lists != NULL) {
        struct flue_buffer_list *list = lists;

        lists = list->next;
        if (connection->io != NULL && list == connection->io->disconnect)
            continue; /* it goes back through the disconnect's own completion (CLOSE-016) */
        list->miniport_reserved[1] = connection;
        flue__target_push(queue, list);
    }
    if (!connection->is_held)
        flue__target_wake(target, now);
}

static void
on_send_closed(void *user, flue_time now, struct flue_tcp_connection *tcp)
{
    struct flue_target *target = user;
    struct target_connection *connection = flue_tcp_user(tcp);

    flue__target_end_disconnect(connection, FLUE_STATUS_SUCCESS);
    flue__target_io_settle(connection);
    flue__target_wake(target, now);
}

static bool
on_exhausted(void *user, flue_time now, struct flue_tcp_connection *tcp)
{
    (void)user;
    flue__target_request_upload(flue_tcp_user(tcp), now, FLUE_UPLOAD_TIMEOUT_EXPIRATION);
    return true;
}

/* The state is kept for the termination, which is the host's to order (CLOSE-018); segments that
 * still come go up the ordinary path (CLOSE-021), because the engine forgets the connection. */
static void
on_closed(void *user, flue_time now, struct flue_tcp_connection *tcp, enum flue_result reason)
{
    struct flue_target *target = user;
    struct target_connection *connection = flue_tcp_user(tcp);
    struct target_final *final = slab_get(&target->finals);

    if (final != NULL) {
        memset(final, 0, sizeof *final);
        flue_tcp_export(tcp, now, &final->constants, &final->cached, &final->delegated);
        connection->final = final;
    }
    connection->tcp = NULL;
    flue__target_unsilence(connection);
    flue_tcp_release(tcp, now);
    /* In CLOSING and LAST_ACK a reset ends the connection in order for TCP, but not for a
     * disconnect whose FIN was not acknowledged (CLOSE-014, CLOSE-020). */
    if (reason == FLUE_ERROR_RESET ||
        (reason == FLUE_OK && connection->io != NULL && connection->io->disconnect != NULL)) {
        connection->is_aborted = true;
        if (!connection->is_corrupt) /* it was or will be told already */
            connection->want_abort = true;
    }
    if (reason == FLUE_ERROR_TIMED_OUT) /* TIMER-011 */
        flue__target_request_upload_quietly(connection, FLUE_UPLOAD_TIMEOUT_EXPIRATION);
    if (reason == FLUE_ERROR_IN_USE) /* BLIND-005, NOTE-039 */
        flue__target_request_upload_quietly(connection, FLUE_UPLOAD_UPLOAD_REQUESTED);
    flue__target_end_disconnect(connection, FLUE_STATUS_REQUEST_ABORTED);
    flue__target_ready(connection, now);
}

/* NONSTD-008 */
static bool
on_urgent(void *user, flue_time now, struct flue_tcp_connection *tcp)
{
    (void)user;
    (void)now;
    flue__target_freeze(flue_tcp_user(tcp));
    return true;
}

/* CLOSE-023, NOTE-039 */
static void
on_entered_time_wait(void *user, flue_time now, struct flue_tcp_connection *tcp)
{
    (void)user;
    flue__target_request_upload(flue_tcp_user(tcp), now, FLUE_UPLOAD_UPLOAD_REQUESTED);
}

/* STATE-035, INVAL-004 */
static uint32_t
path_mtu(void *user, flue_time now, struct flue_tcp_connection *tcp)
{
    struct target_connection *connection = flue_tcp_user(tcp);
    const struct target_path *path = connection->path;

    (void)user;
    if (connection->is_corrupt)
        return 0; /* nothing that it sends could be right */
    if (!connection->object.is_invalid && !path->object.is_invalid &&
        !path->neighbor->object.is_invalid) {
        flue__target_unsilence(connection);
        return path->path_mtu;
    }
    flue__target_silence(connection, now);
    return 0;
}

static bool
has_room(void *user, const struct flue_tcp_connection *tcp)
{
    const struct flue_target *target = user;

    (void)tcp;
    return target->handlers.has_room == NULL || target->handlers.has_room(target->user);
}

const struct flue_tcp_handlers flue__target_tcp_handlers = {
    .emit = on_emit,
    .received = on_received,
    .peer_closed = on_peer_closed,
    .acknowledged = on_acknowledged,
    .sent = on_sent,
    .send_closed = on_send_closed,
    .exhausted = on_exhausted,
    .advise = on_advise,
    .closed = on_closed,
    .entered_time_wait = on_entered_time_wait,
    .urgent = on_urgent,
    .path_mtu = path_mtu,
    .has_room = has_room,
};
