/* SPDX-License-Identifier: GPL-2.0-or-later
 *
 * TCP operations on their way down: sends, receive requests, forwarded segments, disconnects, and
 * received data that is returned.
 */
#include "chimney/verifier_parts.h"

enum { TCP_HEADER_BYTES = 20 };

/* ---- On which connection -----------------------------------------------------------------------
 */

static const char *
late_row(enum verifier_call call)
{
    switch (call) {
    case CALL_SEND:
    case CALL_RECEIVE:
        return "HOST-012";
    case CALL_FORWARD:
        return "HOST-008";
    default:
        return NULL; /* no row forbids a disconnect */
    }
}

/* NULL: the context names no connection. *is_late: it is being terminated. */
static struct verified_object *
connection_of(struct flue_verifier *verifier, const void *context, enum verifier_call call,
              bool *is_late)
{
    struct verified_object *object = flue__verifier_by_context(verifier, context);

    *is_late = false;
    if (object == NULL) {
        object = flue__verifier_pending(verifier, context);
        if (object != NULL)
            flue__verifier_blame_object(verifier, FLUE_SIDE_CLIENT,
                                        call == CALL_FORWARD ? "HOST-008" : "HOST-004", object,
                                        "The connection's offload is not complete.");
        else
            flue__verifier_blame(verifier, FLUE_SIDE_CLIENT, "STATE-019", "context", context,
                                 "The context names no offloaded object.");
        return NULL;
    }
    if (object->layer != FLUE_LAYER_TCP) {
        flue__verifier_blame_object(verifier, FLUE_SIDE_CLIENT, "STATE-019", object,
                                    "A TCP operation on an object that is no connection.");
        return NULL;
    }
    if (object->phase == OBJECT_TERMINATING) {
        *is_late = true;
        if (late_row(call) != NULL)
            flue__verifier_blame_object(verifier, FLUE_SIDE_CLIENT, late_row(call), object,
                                        "The connection is being terminated.");
    }
    return object;
}

/* ---- What is posted ----------------------------------------------------------------------------
 */

static void
blame(struct flue_verifier *verifier, const char *row, const struct flue_buffer_list *list,
      const char *text)
{
    flue__verifier_blame_list(verifier, FLUE_SIDE_CLIENT, row, list, text);
}

static void
check_list(struct flue_verifier *verifier, const struct flue_buffer_list *list,
           enum verifier_call call)
{
    if (call == CALL_RECEIVE && !list->tcp_receive_no_push &&
        list->tcp_receive_bytes_transferred > 0)
        blame(verifier, "HOST-017", list, "A push-mode request holds data already.");
    if (call == CALL_FORWARD && list->buffer.data_length < TCP_HEADER_BYTES)
        blame(verifier, "FORWARD-002", list, "A forwarded list holds no TCP header.");
}

/* The row that gives the list to the provider. */
static const char *
held_row(enum verifier_call call)
{
    switch (call) {
    case CALL_SEND:
        return "SEND-004";
    case CALL_FORWARD:
        return "FORWARD-004";
    default:
        return flue__verifier_row(call);
    }
}

static void
record_lists(struct flue_verifier *verifier, struct verified_object *object,
             struct flue_buffer_list *lists, enum verifier_call call, bool is_late)
{
    for (struct flue_buffer_list *list = lists; list != NULL; list = list->next) {
        struct verified_list *record;

        if (flue__verifier_list(verifier, list) != NULL) {
            blame(verifier, held_row(call), list, "The list is in use already.");
            return;
        }
        check_list(verifier, list, call);
        record = flue__verifier_list_new(verifier, list, object, call);
        if (record == NULL) {
            flue__verifier_stop(verifier);
            return;
        }
        list->status = FLUE_STATUS_UNWRITTEN;
        record->is_after_fin = object->is_fin_told;
        record->is_counted = !is_late && !(call == CALL_SEND && object->is_closing);
        if (record->is_counted)
            (*flue__verifier_out(object, call))++;
    }
}

static void
check_post(struct flue_verifier *verifier, struct verified_object *object, enum verifier_call call)
{
    if ((call == CALL_SEND || call == CALL_RECEIVE) &&
        flue__verifier_is_inside(verifier, call, object))
        flue__verifier_blame_object(verifier, FLUE_SIDE_CLIENT, "HOST-006", object,
                                    "The call is made while another one on the connection is "
                                    "inside the provider.");
    if (call == CALL_SEND && (object->is_closing || object->is_aborting))
        flue__verifier_blame_object(verifier, FLUE_SIDE_CLIENT, "CLOSE-010", object,
                                    "Data is sent after the disconnect.");
    if (call == CALL_RECEIVE) {
        object->is_refused = false;
        object->has_handed = false;
    }
}

static void
check_disconnect(struct flue_verifier *verifier, struct verified_object *object,
                 const struct flue_buffer_list *list, uint32_t flags)
{
    bool is_abortive = flags == FLUE_TCP_DISCONNECT_ABORTIVE_CLOSE;
    struct verified_list *record;

    if (!is_abortive && flags != FLUE_TCP_DISCONNECT_GRACEFUL_CLOSE)
        blame(verifier, "CLOSE-008", list, "A disconnect is neither abortive nor graceful.");
    if (list->next != NULL)
        blame(verifier, "CLOSE-001", list, "A disconnect has more than one list.");
    if (is_abortive && list->buffer.data_length > 0)
        blame(verifier, "CLOSE-006", list, "An abortive disconnect carries data.");
    if (is_abortive ? object->is_aborting : object->is_closing)
        blame(verifier, "CLOSE-010", list, "The connection is disconnected twice.");
    if (is_abortive)
        object->is_aborting = true;
    else
        object->is_closing = true;
    record = flue__verifier_list(verifier, list);
    if (record != NULL)
        record->is_abortive = is_abortive;
}

/* ---- The calls ---------------------------------------------------------------------------------
 */

static struct verified_object *
begin(struct flue_verifier *verifier, flue_time now, void *context, struct flue_buffer_list *lists,
      enum verifier_call call, struct verifier_frame *frame)
{
    struct verified_object *object = NULL;
    bool is_late = false;

    verifier->now = now;
    if (!verifier->is_stopped)
        object = connection_of(verifier, context, call, &is_late);
    if (object != NULL && !is_late)
        check_post(verifier, object, call);
    flue__verifier_enter(verifier, frame, call, NULL, object);
    if (object == NULL)
        return NULL;
    if (call == CALL_DISCONNECT) { /* the others of its chain are blamed, and not looked at */
        struct flue_buffer_list *next = lists->next;

        lists->next = NULL;
        record_lists(verifier, object, lists, call, is_late);
        lists->next = next;
    } else {
        record_lists(verifier, object, lists, call, is_late);
    }
    return object;
}

static enum flue_status
end(struct flue_verifier *verifier, struct verifier_frame *frame, const void *context,
    enum flue_status status)
{
    flue__verifier_leave(verifier, frame);
    if (status != FLUE_STATUS_PENDING && !verifier->is_stopped)
        flue__verifier_blame(verifier, FLUE_SIDE_PROVIDER, flue__verifier_row(frame->call),
                             "context", context, "The call returned something else than PENDING.");
    return status;
}

static enum flue_status
tcp_offload_send(void *adapter, flue_time now, void *context, struct flue_buffer_list *lists)
{
    struct flue_verifier *verifier = adapter;
    struct flue_provider *provider = verifier->provider;
    struct verifier_frame frame;

    (void)begin(verifier, now, context, lists, CALL_SEND, &frame);
    return end(verifier, &frame, context,
               provider->tcp_offload_send(provider->adapter, now, context, lists));
}

static enum flue_status
tcp_offload_receive(void *adapter, flue_time now, void *context, struct flue_buffer_list *lists)
{
    struct flue_verifier *verifier = adapter;
    struct flue_provider *provider = verifier->provider;
    struct verifier_frame frame;

    (void)begin(verifier, now, context, lists, CALL_RECEIVE, &frame);
    return end(verifier, &frame, context,
               provider->tcp_offload_receive(provider->adapter, now, context, lists));
}

static enum flue_status
tcp_offload_forward(void *adapter, flue_time now, void *context, struct flue_buffer_list *lists)
{
    struct flue_verifier *verifier = adapter;
    struct flue_provider *provider = verifier->provider;
    struct verifier_frame frame;

    (void)begin(verifier, now, context, lists, CALL_FORWARD, &frame);
    return end(verifier, &frame, context,
               provider->tcp_offload_forward(provider->adapter, now, context, lists));
}

static enum flue_status
tcp_offload_disconnect(void *adapter, flue_time now, void *context, struct flue_buffer_list *list,
                       uint32_t flags)
{
    struct flue_verifier *verifier = adapter;
    struct flue_provider *provider = verifier->provider;
    struct verifier_frame frame;
    struct verified_object *object = begin(verifier, now, context, list, CALL_DISCONNECT, &frame);

    if (object != NULL && !verifier->is_stopped)
        check_disconnect(verifier, object, list, flags);
    return end(verifier, &frame, context,
               provider->tcp_offload_disconnect(provider->adapter, now, context, list, flags));
}

/* RECV-052: the lists are the provider's again when the call begins. */
static void
check_return(struct flue_verifier *verifier, struct flue_buffer_list *lists)
{
    while (lists != NULL) {
        struct verified_list *record = flue__verifier_list(verifier, lists);

        if (record == NULL || record->call != CALL_INDICATE) {
            blame(verifier, "RECV-052", lists, "A list is returned that is not with the client.");
            return;
        }
        lists = lists->next;
        flue__verifier_list_remove(verifier, record);
    }
}

static enum flue_status
tcp_offload_receive_return(void *adapter, flue_time now, struct flue_buffer_list *lists)
{
    struct flue_verifier *verifier = adapter;
    struct flue_provider *provider = verifier->provider;
    enum flue_status status;

    verifier->now = now;
    if (!verifier->is_stopped)
        check_return(verifier, lists);
    status = provider->tcp_offload_receive_return(provider->adapter, now, lists);
    if (status != FLUE_STATUS_SUCCESS && !verifier->is_stopped)
        flue__verifier_blame(verifier, FLUE_SIDE_PROVIDER, "RECV-052", "provider table", provider,
                             "The call returned something else than SUCCESS.");
    return status;
}

void
flue__verifier_init_posts(struct flue_verifier *verifier)
{
    verifier->up.tcp_offload_send = tcp_offload_send;
    verifier->up.tcp_offload_receive = tcp_offload_receive;
    verifier->up.tcp_offload_forward = tcp_offload_forward;
    verifier->up.tcp_offload_disconnect = tcp_offload_disconnect;
    verifier->up.tcp_offload_receive_return = tcp_offload_receive_return;
}
