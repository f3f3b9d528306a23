/* SPDX-License-Identifier: GPL-2.0-or-later
 *
 * Disconnects (CLOSE rows), and asking the host to take a connection back (EVENT-003).
 */
#include "target/parts.h"

void
flue__target_request_upload_quietly(struct target_connection *connection,
                                    enum flue_tcp_upload_reason reason)
{
    if (connection->is_leaving)
        return;
    connection->is_leaving = true;
    connection->want_retrieve = true;
    connection->retrieve_reason = (uint8_t)reason;
    flue__target_ready_quietly(connection);
}

void
flue__target_request_upload(struct target_connection *connection, flue_time now,
                            enum flue_tcp_upload_reason reason)
{
    flue__target_request_upload_quietly(connection, reason);
    flue__target_wake(connection->target, now);
}

void
flue__target_end_disconnect(struct target_connection *connection, enum flue_status status)
{
    struct flue_buffer_list *list;

    if (connection->io == NULL || connection->io->disconnect == NULL)
        return;
    list = connection->io->disconnect;
    connection->io->disconnect = NULL;
    list->status = status;
    flue__target_push(&connection->target->disconnects, list);
}

static void
end_now(struct flue_target *target, struct flue_buffer_list *list, enum flue_status status)
{
    list->status = status;
    list->tcp_offload_bytes_transferred = 0;
    flue__target_push(&target->disconnects, list);
}

/* CLOSE-008, CLOSE-009: its data, if any, and FIN behind it. */
static void
close_gracefully(struct target_connection *connection, flue_time now, struct flue_buffer_list *list)
{
    struct target_io *io = flue__target_io(connection);

    if (io == NULL) {
        end_now(connection->target, list, FLUE_STATUS_UPLOAD_IN_PROGRESS);
        flue__target_request_upload(connection, now, FLUE_UPLOAD_UPLOAD_REQUESTED);
        return;
    }
    if (io->disconnect != NULL) { /* a second one is the client's mistake */
        end_now(connection->target, list, FLUE_STATUS_REQUEST_ABORTED);
        return;
    }
    list->tcp_offload_bytes_transferred = 0;
    io->disconnect = list;
    if (list->buffer.data_length > 0 && flue_tcp_send(connection->tcp, now, list) != FLUE_OK) {
        flue__target_end_disconnect(connection, FLUE_STATUS_REQUEST_ABORTED);
        return;
    }
    if (connection->tcp != NULL && flue_tcp_shutdown(connection->tcp, now) != FLUE_OK)
        flue__target_end_disconnect(connection, FLUE_STATUS_REQUEST_ABORTED);
}

/* CLOSE-004, CLOSE-005: the sends end first, and nothing received counts any more. */
static void
close_abortively(struct target_connection *connection, flue_time now, struct flue_buffer_list *list)
{
    connection->is_aborted = true;
    flue_tcp_abort(connection->tcp, now);
    flue__target_drop_data(connection);
    flue__target_end_requests(connection, FLUE_STATUS_REQUEST_ABORTED);
    end_now(connection->target, list, FLUE_STATUS_SUCCESS);
}

enum flue_status
flue__target_disconnect(void *adapter, flue_time now, void *context, struct flue_buffer_list *list,
                        uint32_t flags)
{
    struct flue_target *target = adapter;
    struct target_connection *connection = flue__target_connection(target, context);
    enum flue_status status;

    if (connection != NULL && flue__target_fails(target, FLUE_TARGET_FAULT_DISCONNECT))
        flue__target_lose(connection, now);
    status = flue__target_io_status(connection);
    if (status != FLUE_STATUS_PENDING)
        end_now(target, list, status); /* CLOSE-017 */
    else if ((flags & FLUE_TCP_DISCONNECT_ABORTIVE_CLOSE) != 0)
        close_abortively(connection, now, list);
    else
        close_gracefully(connection, now, list);
    if (connection != NULL)
        flue__target_io_settle(connection);
    flue__target_wake(target, now);
    return FLUE_STATUS_PENDING;
}
