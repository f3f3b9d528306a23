/* SPDX-License-Identifier: GPL-2.0-or-later
 *
 * Sends (SEND rows) and forwarded segments (FORWARD rows).
 */
#include "target/parts.h"

static void
end_lists(struct list_queue *queue, struct flue_buffer_list *lists, enum flue_status status)
{
    while (lists != NULL) {
        struct flue_buffer_list *list = lists;

        lists = lists->next;
        list->status = status;
        list->tcp_offload_bytes_transferred = 0;
        flue__target_push(queue, list);
    }
}

/* PENDING, or why the lists were not queued. */
static enum flue_status
queue(struct target_connection *connection, flue_time now, struct flue_buffer_list *lists)
{
    switch (flue_tcp_send(connection->tcp, now, lists)) {
    case FLUE_OK:
        return FLUE_STATUS_PENDING;
    case FLUE_ERROR_LIMIT: /* the host queues as much as it likes */
        flue__target_request_upload(connection, now, FLUE_UPLOAD_UPLOAD_REQUESTED);
        return FLUE_STATUS_UPLOAD_IN_PROGRESS;
    default: /* behind a graceful disconnect: the client's mistake */
        return FLUE_STATUS_REQUEST_ABORTED;
    }
}

enum flue_status
flue__target_send(void *adapter, flue_time now, void *context, struct flue_buffer_list *lists)
{
    struct flue_target *target = adapter;
    struct target_connection *connection = flue__target_connection(target, context);
    enum flue_status status;

    if (connection != NULL && flue__target_fails(target, FLUE_TARGET_FAULT_SEND))
        flue__target_lose(connection, now);
    flue__target_watch_requests(connection, lists);
    status = flue__target_io_status(connection);
    if (status == FLUE_STATUS_PENDING)
        status = queue(connection, now, lists);
    else if (status == FLUE_STATUS_UPLOAD_IN_PROGRESS)
        connection->is_leaving = true; /* resumed or not: nothing goes in front of it (SEND-012) */
    if (status != FLUE_STATUS_PENDING)
        end_lists(&target->sends, lists, status);
    flue__target_wake(target, now);
    return FLUE_STATUS_PENDING;
}

/* FORWARD-002, FORWARD-003: a TCP header and its data, as if from the wire. */
static enum flue_status
take_forwarded(struct flue_target *target, flue_time now,
               const struct target_connection *connection, const struct flue_buffer_list *list)
{
    uint8_t header[FLUE_TCP_HEADER_MAX];
    struct flue_span span = flue_buffer_list_span(list);
    struct flue_span start = flue_span_slice(&span, 0, sizeof header);
    struct flue_tcp_segment segment = {0};
    struct flue_four_tuple tuple;

    flue_span_copy(&start, header);
    if (flue_tcp_header_read(header, start.length, span.length, NULL, &segment) != FLUE_OK)
        return FLUE_STATUS_SUCCESS; /* processed: like any malformed segment it is dropped */
    segment.payload =
        flue_span_slice(&span, span.length - segment.payload.length, segment.payload.length);
    tuple = *flue_tcp_tuple(connection->tcp); /* the segment may end the connection */
    flue_tcp_input(target->engine, now, &tuple, &segment);
    return FLUE_STATUS_SUCCESS;
}

enum flue_status
flue__target_forward(void *adapter, flue_time now, void *context, struct flue_buffer_list *lists)
{
    struct flue_target *target = adapter;
    struct target_connection *connection = flue__target_connection(target, context);

    if (connection != NULL && flue__target_fails(target, FLUE_TARGET_FAULT_FORWARD))
        flue__target_lose(connection, now);
    while (lists != NULL) {
        struct flue_buffer_list *list = lists;
        enum flue_status status = flue__target_io_status(connection);

        lists = lists->next;
        if (status == FLUE_STATUS_PENDING)
            status = take_forwarded(target, now, connection, list);
        list->status = status;
        flue__target_push(&target->forwards, list);
    }
    flue__target_wake(target, now);
    return FLUE_STATUS_PENDING;
}
