/* SPDX-License-Identifier: GPL-2.0-or-later
 *
 * Lists on their way back up: each one that was posted, once, with a status, a count and a data
 * start that fit together, and in order.
 */
#include "chimney/verifier_parts.h"

static void
blame(struct flue_verifier *verifier, const char *row, const struct flue_buffer_list *list,
      const char *text)
{
    flue__verifier_blame_list(verifier, FLUE_SIDE_PROVIDER, row, list, text);
}

/* ---- Status ------------------------------------------------------------------------------------
 */

/* The table "Completion statuses: where each is allowed". */
static bool
is_allowed(const struct verified_list *record, enum flue_status status)
{
    switch (status) {
    case FLUE_STATUS_SUCCESS:
    case FLUE_STATUS_UPLOAD_IN_PROGRESS:
    case FLUE_STATUS_REQUEST_ABORTED:
        return true;
    case FLUE_STATUS_REQUEST_UPLOAD:
    case FLUE_STATUS_UPLOAD_REQUESTED:
        return record->call == CALL_SEND; /* IM-017 */
    case FLUE_STATUS_INVALID_STATE:
        return record->call == CALL_RECEIVE && record->is_after_fin;
    default:
        return false;
    }
}

static const char *
status_row(enum verifier_call call, enum flue_status status)
{
    if (status == FLUE_STATUS_UNWRITTEN)
        return flue__verifier_row(call);
    switch (call) {
    case CALL_SEND:
        return status == FLUE_STATUS_PAUSED ? "STATUS-005" : "SEND-009";
    case CALL_RECEIVE:
        return status == FLUE_STATUS_INVALID_STATE ? "RECV-015" : "RECV-013";
    case CALL_FORWARD:
        return "FORWARD-006";
    default:
        return "CLOSE-017";
    }
}

/* ---- Count and data start ----------------------------------------------------------------------
 */

static void
check_amount(struct flue_verifier *verifier, const struct verified_list *record,
             const struct flue_buffer_list *list)
{
    static const char *const counts[] = {
        [CALL_SEND] = "SEND-014", [CALL_RECEIVE] = "RECV-016", [CALL_DISCONNECT] = "CLOSE-015"};
    static const char *const starts[] = {
        [CALL_SEND] = "SEND-015", [CALL_RECEIVE] = "RECV-017", [CALL_DISCONNECT] = "CLOSE-015"};
    uint32_t done = list->tcp_offload_bytes_transferred;
    bool must_be_all = list->status == FLUE_STATUS_SUCCESS && record->call != CALL_RECEIVE;

    if (done > record->length || (must_be_all && done != record->length))
        blame(verifier, counts[record->call], list, "The count of bytes cannot be right.");
    else if (list->buffer.data_length != record->length - done)
        blame(verifier, starts[record->call], list,
              "The data start was not advanced by the count of bytes.");
}

/* ---- Order -------------------------------------------------------------------------------------
 */

static void
check_send(struct flue_verifier *verifier, const struct verified_list *record,
           const struct flue_buffer_list *list)
{
    struct verified_object *object = record->object;
    uint32_t done = list->tcp_offload_bytes_transferred;

    if (list->status == FLUE_STATUS_SUCCESS) {
        if (record->number < object->last_success[0])
            blame(verifier, "SEND-002", list, "Sends succeeded in another order than posted.");
        else if (object->first_failed_send != 0 && record->number > object->first_failed_send)
            blame(verifier, "SEND-012", list, "A send succeeded behind one that failed.");
        object->last_success[0] = record->number;
        return;
    }
    if (object->first_failed_send == 0 || record->number < object->first_failed_send)
        object->first_failed_send = record->number;
    if (done > 0 && done < record->length && ++object->partial_sends > 1)
        blame(verifier, "SEND-013", list, "A second send was sent in part.");
}

static void
check_receive(struct flue_verifier *verifier, const struct verified_list *record,
              const struct flue_buffer_list *list)
{
    struct verified_object *object = record->object;
    uint32_t done = list->tcp_offload_bytes_transferred;

    if (list->status != FLUE_STATUS_SUCCESS)
        return;
    if (record->number < object->last_success[1])
        blame(verifier, "RECV-002", list, "Requests were used in another order than posted.");
    object->last_success[1] = record->number;
    if (done > 0 && object->is_short)
        blame(verifier, "RECV-004", list, "Data follows a non-push request that was not full.");
    /* Right only in front of the peer's FIN (NOTE-035). */
    object->is_short = record->is_non_push && done < record->length;
}

static void
check_disconnect(struct flue_verifier *verifier, const struct verified_list *record,
                 const struct flue_buffer_list *list)
{
    if (list->status == FLUE_STATUS_SUCCESS && *flue__verifier_out(record->object, CALL_SEND) > 0)
        blame(verifier, record->is_abortive ? "CLOSE-004" : "CLOSE-011", list,
              "The disconnect was completed before the sends in front of it.");
    if (list->status != FLUE_STATUS_SUCCESS && record->is_abortive)
        record->object->is_aborting = false; /* no RST was sent: the connection goes on */
}

/* ---- One list ----------------------------------------------------------------------------------
 */

/* RECV-009, RECV-010: one chain may have lists of many connections. */
static void
check_serial(struct flue_verifier *verifier, struct verified_object *object,
             const struct verifier_frame *own)
{
    const struct verifier_frame *other = flue__verifier_frame(verifier, object->receive_upcall);

    if (other == own)
        return;
    if (other != NULL)
        flue__verifier_blame_object(verifier, FLUE_SIDE_PROVIDER,
                                    other->call == CALL_COMPLETE_RECEIVE ? "RECV-010" : "RECV-009",
                                    object,
                                    "A receive completion comes while another call with received "
                                    "data is in progress.");
    object->receive_upcall = own->serial;
}

/* False: the list is not to be followed. */
static bool
check_one(struct flue_verifier *verifier, struct flue_buffer_list *list, enum verifier_call call,
          const struct verifier_frame *own)
{
    struct verified_list *record = flue__verifier_list(verifier, list);

    if (record == NULL || record->call == CALL_INDICATE) {
        blame(verifier, flue__verifier_row(call), list,
              "A list is completed that is not with the provider.");
        return false;
    }
    if (record->call != call) {
        blame(verifier,
              call == CALL_DISCONNECT || record->call == CALL_DISCONNECT
                  ? "CLOSE-016"
                  : flue__verifier_row(record->call),
              list, "A list is completed by another call than its own.");
        flue__verifier_list_remove(verifier, record);
        return true;
    }
    if (flue__verifier_frame(verifier, record->serial) != NULL)
        blame(verifier, flue__verifier_row(call), list,
              "The list was completed from inside its call.");
    if (call == CALL_RECEIVE)
        check_serial(verifier, record->object, own);
    if (!is_allowed(record, list->status))
        blame(verifier, status_row(call, list->status), list,
              list->status == FLUE_STATUS_UNWRITTEN ? "The list came back without a status."
                                                    : "The list came back with a status that it "
                                                      "may not have.");
    else if (call != CALL_FORWARD)
        check_amount(verifier, record, list);
    if (call == CALL_SEND)
        check_send(verifier, record, list);
    else if (call == CALL_RECEIVE)
        check_receive(verifier, record, list);
    else if (call == CALL_DISCONNECT)
        check_disconnect(verifier, record, list);
    flue__verifier_list_remove(verifier, record);
    return true;
}

static void
hand_up(struct flue_verifier *verifier, flue_time now, struct flue_buffer_list *lists,
        enum verifier_call call, void (*handler)(void *, flue_time, struct flue_buffer_list *))
{
    struct verifier_frame frame;

    verifier->now = now;
    flue__verifier_enter(verifier, &frame,
                         call == CALL_RECEIVE ? CALL_COMPLETE_RECEIVE : CALL_COMPLETE, NULL, NULL);
    if (!verifier->is_stopped) {
        if (call == CALL_DISCONNECT && lists->next != NULL)
            blame(verifier, "CLOSE-001", lists, "More than one disconnect is completed at once.");
        for (struct flue_buffer_list *it = lists; it != NULL; it = it->next)
            if (!check_one(verifier, it, call, &frame) || call == CALL_DISCONNECT)
                break;
    }
    handler(verifier->client->binding, now, lists);
    flue__verifier_leave(verifier, &frame);
}

#define PASS_UP(name, call)                                                                        \
    static void name(void *binding, flue_time now, struct flue_buffer_list *lists)                 \
    {                                                                                              \
        struct flue_verifier *verifier = binding;                                                  \
                                                                                                   \
        hand_up(verifier, now, lists, call, verifier->client->name);                               \
    }

PASS_UP(tcp_offload_send_complete, CALL_SEND)
PASS_UP(tcp_offload_receive_complete, CALL_RECEIVE)
PASS_UP(tcp_offload_forward_complete, CALL_FORWARD)
PASS_UP(tcp_offload_disconnect_complete, CALL_DISCONNECT)

void
flue__verifier_init_completions(struct flue_verifier *verifier)
{
    verifier->down.tcp_offload_send_complete = tcp_offload_send_complete;
    verifier->down.tcp_offload_receive_complete = tcp_offload_receive_complete;
    verifier->down.tcp_offload_forward_complete = tcp_offload_forward_complete;
    verifier->down.tcp_offload_disconnect_complete = tcp_offload_disconnect_complete;
}
