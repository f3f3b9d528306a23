/* SPDX-License-Identifier: GPL-2.0-or-later
 *
 * The receive call: which requests can wait for data (posted.c), and how the others end.
 */
#include "target/parts.h"

/* Why a request cannot wait for data; PENDING: it can. */
static enum flue_status
request_status(struct target_connection *connection)
{
    enum flue_status status = flue__target_io_status(connection);
    bool has_data;

    if (status != FLUE_STATUS_PENDING)
        return status;
    has_data = connection->io != NULL && connection->io->bytes > 0;
    if (connection->has_fin && connection->is_fin_told && !has_data)
        return FLUE_STATUS_INVALID_STATE; /* RECV-015 */
    if (flue__target_io(connection) == NULL)
        return FLUE_STATUS_UPLOAD_IN_PROGRESS;
    return FLUE_STATUS_PENDING;
}

enum flue_status
flue__target_receive(void *adapter, flue_time now, void *context, struct flue_buffer_list *lists)
{
    struct flue_target *target = adapter;
    struct target_connection *connection = flue__target_connection(target, context);

    if (connection != NULL && flue__target_fails(target, FLUE_TARGET_FAULT_RECEIVE))
        flue__target_lose(connection, now);
    flue__target_watch_requests(connection, lists);
    while (lists != NULL) {
        struct flue_buffer_list *request = lists;
        enum flue_status status = request_status(connection);

        lists = lists->next;
        request->next = NULL;
        if (status == FLUE_STATUS_PENDING) {
            flue__target_posted(connection, now, request);
            continue;
        }
        if (status == FLUE_STATUS_UPLOAD_IN_PROGRESS && !connection->is_leaving &&
            !target->is_uploading_all)
            flue__target_request_upload(connection, now, FLUE_UPLOAD_UPLOAD_REQUESTED);
        flue__target_refuse_request(target, connection, request, status);
    }
    flue__target_wake(target, now);
    return FLUE_STATUS_PENDING;
}
