/* SPDX-License-Identifier: GPL-2.0-or-later
 *
 * The delivery algorithm: where received data goes. Three things set it going, a segment in order,
 * requests that are posted, and the push timer; it puts data into requests while there are any
 * (posted.c), else shows it to the client (indicate.c), else buffers it (buffered.c). Whatever it
 * has to tell the client waits for flue_target_poll, so a connection's completions and indications
 * never overlap (RECV-009, RECV-010).
 */
#include "target/parts.h"

/* RECV-019, RECV-022, RECV-032: while the client is being told something, what comes is queued;
 * flue__target_deliver goes on with it when the call has ended. */
static bool
is_in_progress(const struct target_connection *connection)
{
    return connection->target->is_polling;
}

static bool
has_data(const struct target_connection *connection)
{
    return connection->io != NULL && connection->io->bytes > 0;
}

/* Refused data waits for a request (RECV-045), as does that behind an indication of the size that
 * the client asked for (RECV-049). */
static bool
may_indicate(const struct target_connection *connection)
{
    return !connection->is_refused && !connection->is_paced;
}

/* ---- Placing -----------------------------------------------------------------------------------
 */

/* A push-mode request that is partly filled waits for more data, but not for long (RECV-031); later
 * data starts the timer anew (RECV-007). */
static void
wait_for_more(struct target_connection *connection, flue_time now)
{
    const struct flue_buffer_list *request = flue__target_partly_filled(connection);

    if (request != NULL && !request->tcp_receive_no_push) /* RECV-004, RECV-029 */
        flue__target_start_push(connection, now);
}

/* Completes a push-mode request that is partly filled. What follows it may hold the host's bytes,
 * and is complete itself when it is full of them. */
static void
complete_partly_filled(struct target_connection *connection, flue_time now)
{
    const struct flue_buffer_list *request = flue__target_partly_filled(connection);
    const struct flue_span nothing = {NULL, 0, 0};
    uint32_t completed;

    if (request == NULL || request->tcp_receive_no_push)
        return;
    flue__target_stop_push(connection);
    flue__target_end_request(connection, FLUE_STATUS_SUCCESS);
    (void)flue__target_fill_requests(connection, &nothing, &completed);
    wait_for_more(connection, now);
}

/* Puts data into requests; `has_push`: a segment with PSH ends it. Returns how much found room: the
 * rest is flow B's, or stays buffered (RECV-028). */
static uint32_t
place(struct target_connection *connection, flue_time now, const struct flue_span *data,
      bool has_push)
{
    uint32_t completed;
    uint32_t placed = flue__target_fill_requests(connection, data, &completed); /* RECV-026 */

    if (completed > 0)
        flue__target_stop_push(connection); /* RECV-027 */
    if (placed == data->length && placed > 0 && has_push)
        complete_partly_filled(connection, now); /* RECV-030 */
    else if (placed == data->length && placed + completed > 0)
        wait_for_more(connection, now);
    if (placed > 0 && connection->tcp != NULL)
        flue_tcp_consume(connection->tcp, now, placed); /* RECV-012 */
    return placed;
}

void
flue__target_place(struct target_connection *connection, flue_time now)
{
    struct target_io *io = connection->io;
    struct flue_span data;
    uint32_t placed;

    if (!flue__target_has_requests(connection))
        return;
    data = (struct flue_span){io->first, io->first_offset, io->bytes};
    placed = place(connection, now, &data, io->ends_with_push); /* NOTE-034 */
    if (placed > 0)
        flue__target_discard(connection, placed);
}

/* ---- What sets it going ------------------------------------------------------------------------
 */

void
flue__target_posted(struct target_connection *connection, flue_time now,
                    struct flue_buffer_list *request)
{
    flue__target_queue_request(connection, request);
    connection->is_refused = false;
    connection->is_paced = false;
    if (request->tcp_receive_bytes_transferred > 0 && !request->tcp_receive_no_push)
        flue__target_start_push(connection, now); /* RECV-005 */
    /* RECV-020, RECV-021; a request that the host has filled to the brim needs no data. */
    if (has_data(connection) || request->tcp_receive_bytes_transferred > 0)
        flue__target_ready(connection, now);
}

bool
flue__target_arrived(struct target_connection *connection, flue_time now,
                     const struct flue_span *data, bool has_push)
{
    struct flue_span left = *data;

    /* RECV-023. Behind data that is on its way into requests, it waits for that. */
    if (!is_in_progress(connection) && flue__target_has_requests(connection) &&
        !has_data(connection)) {
        uint32_t placed = place(connection, now, data, has_push);

        left = flue_span_slice(data, placed, data->length);
    }
    if (left.length > 0) {
        if (!flue__target_buffer(connection, &left))
            return false;
        connection->io->ends_with_push = has_push;
        /* RECV-025, RECV-028; else RECV-024 */
        if (may_indicate(connection) || flue__target_has_requests(connection))
            flue__target_ready(connection, now);
    }
    flue__target_io_settle(connection);
    flue__target_wake(connection->target, now);
    return true;
}

/* RECV-036, RECV-037 */
void
flue__target_push_expired(struct target_connection *connection, flue_time now)
{
    complete_partly_filled(connection, now);
    flue__target_io_settle(connection);
    flue__target_wake(connection->target, now);
}

/* Carries the algorithm to one of its ends (RECV-038). */
static void
deliver_data(struct target_connection *connection, flue_time now)
{
    struct flue_target *target = connection->target;

    for (;;) {
        flue__target_place(connection, now);
        if (flue__target_complete_lists(target, now))
            continue; /* the client may have posted more */
        if (!has_data(connection) || !may_indicate(connection))
            return;
        /* RECV-033 to RECV-035: whatever the answer, requests that came with it are next. */
        if (!flue__target_indicate(connection, now))
            return;
    }
}

/* ---- What stands behind the data ---------------------------------------------------------------
 */

static void
tell(struct target_connection *connection, flue_time now, enum flue_tcp_offload_event_type type,
     uint32_t information)
{
    connection->target->told++;
    connection->target->up.event(connection->target->ndis, connection->object.handle, now, type,
                                 information);
}

void
flue__target_tell_abort(struct target_connection *connection, flue_time now)
{
    if (connection->want_abort && !connection->is_abort_told) {
        connection->is_abort_told = true;
        tell(connection, now, FLUE_TCP_INDICATE_ABORT, 0);
    }
    connection->want_abort = false;
}

/* What stands behind the data: FIN when it is consumed (EVENT-001), RST, a wish to leave. */
static void
tell_events(struct target_connection *connection, flue_time now)
{
    struct flue_target *target = connection->target;
    uint32_t backlog;

    if (connection->has_fin && !connection->is_fin_told && !has_data(connection)) {
        flue__target_end_requests(connection, FLUE_STATUS_SUCCESS); /* NOTE-035 */
        flue__target_complete_lists(target, now);
        connection->is_fin_told = true;
        flue__target_end_requests(connection, FLUE_STATUS_SUCCESS); /* of clients that knew not */
        tell(connection, now, FLUE_TCP_INDICATE_DISCONNECT, 0);
    }
    if (connection->tcp == NULL && connection->is_aborted) {
        flue__target_drop_data(connection);
        flue__target_end_requests(connection, FLUE_STATUS_REQUEST_ABORTED); /* CLOSE-020 */
        flue__target_complete_lists(target, now);
    }
    if (flue__target_take_backlog(connection, now, &backlog))
        tell(connection, now, FLUE_TCP_INDICATE_SEND_BACKLOG_CHANGE, backlog);
    if (connection->want_retrieve) {
        connection->want_retrieve = false;
        tell(connection, now, FLUE_TCP_INDICATE_RETRIEVE, connection->retrieve_reason);
    }
    flue__target_tell_abort(connection, now);
    flue__target_tell_suggestions(connection, now);
}

void
flue__target_deliver(struct target_connection *connection, flue_time now)
{
    if (connection->object.is_ending)
        return;
    deliver_data(connection, now);
    tell_events(connection, now);
    flue__target_io_settle(connection);
}
