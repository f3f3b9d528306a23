/* SPDX-License-Identifier: GPL-2.0-or-later
 *
 * What the provider says of its own accord: received data, events of a connection, reachability
 * queries, status indications.
 */
#include "chimney/verifier_parts.h"

/* The verifier whose name is in the handle. A handle that no offload through a verifier has named
 * has none: then there is nobody to pass the call to. */
static struct flue_verifier *
verifier_of(const struct flue_offload_handle *handle)
{
    return handle != NULL ? handle->ndis_reserved[0] : NULL;
}

/* STATE-017. NULL: the handle names no connection that is offloaded. */
static struct verified_object *
connection_of(struct flue_verifier *verifier, const struct flue_offload_handle *handle,
              const char *row)
{
    struct verified_object *object = flue__verifier_by_handle(verifier, handle);

    if (object == NULL) {
        flue__verifier_blame(verifier, FLUE_SIDE_PROVIDER, "STATE-017", "handle", handle,
                             "The handle names no offloaded object.");
        return NULL;
    }
    if (object->layer != FLUE_LAYER_TCP) {
        flue__verifier_blame_object(verifier, FLUE_SIDE_PROVIDER, row, object,
                                    "Something is indicated for an object that is no connection.");
        return NULL;
    }
    return object;
}

/* ---- Received data -----------------------------------------------------------------------------
 */

static void
blame_list(struct flue_verifier *verifier, enum flue_contract_side side, const char *row,
           const struct flue_buffer_list *list, const char *text)
{
    flue__verifier_blame_list(verifier, side, row, list, text);
}

static void
check_list(struct flue_verifier *verifier, const struct flue_buffer_list *list,
           enum flue_status status)
{
    if (list->next != NULL)
        blame_list(verifier, FLUE_SIDE_PROVIDER, "RECV-039", list,
                   "More than one list is indicated at once.");
    if (status == FLUE_STATUS_RESOURCES)
        blame_list(verifier, FLUE_SIDE_PROVIDER, "RECV-041", list,
                   "Data is indicated with RESOURCES.");
    else if (status != FLUE_STATUS_SUCCESS)
        blame_list(verifier, FLUE_SIDE_PROVIDER, "RECV-040", list,
                   "Data is indicated with another status than SUCCESS.");
}

static bool
is_offloading(const struct flue_verifier *verifier, const struct verified_object *object)
{
    return object->phase == OBJECT_INITIATING ||
           (object->completion != 0 && flue__verifier_frame(verifier, object->completion) != NULL);
}

/* Whether data may be indicated now: the first rule that says no is reported. */
static void
check_time(struct flue_verifier *verifier, struct verified_object *object)
{
    const struct {
        bool is_broken;
        const char *row;
        const char *text;
    } rules[] = {
        {is_offloading(verifier, object), "OFFLOAD-048",
         "Data is indicated before the offload's completion has returned."},
        {flue__verifier_frame(verifier, object->receive_upcall) != NULL, "RECV-009",
         "Data is indicated while another call with received data is in progress."},
        {object->is_fin_told && !object->has_both, "EVENT-001",
         "Data is indicated behind the peer's FIN."},
        {object->is_aborting, "CLOSE-005", "Data is indicated after an abortive disconnect."},
        {*flue__verifier_out(object, CALL_RECEIVE) > 0, "RECV-023",
         "Data is indicated although a request is posted."},
        {object->has_handed, "OFFLOAD-036",
         "Data is indicated that must wait for requests, as the data handed over with the "
         "connection does."},
        {object->is_refused, "RECV-045",
         "Data is indicated after a refusal, and nothing was posted since."},
        {object->is_short, "RECV-004", "Data follows a non-push request that was not full."},
    };

    for (size_t i = 0; i < sizeof rules / sizeof rules[0]; i++)
        if (rules[i].is_broken) {
            flue__verifier_blame_object(verifier, FLUE_SIDE_PROVIDER, rules[i].row, object,
                                        rules[i].text);
            return;
        }
}

static void
check_answer(struct flue_verifier *verifier, struct verified_object *object,
             const struct flue_buffer_list *list, struct verified_list *record, uint32_t length,
             enum flue_status answer, uint32_t consumed)
{
    if (answer == FLUE_STATUS_SUCCESS) {
        if (consumed != length)
            blame_list(verifier, FLUE_SIDE_CLIENT, "RECV-042", list,
                       "Data was accepted, and not all of it counted as consumed.");
        return;
    }
    if (answer != FLUE_STATUS_OFFLOAD_DATA_NOT_ACCEPTED &&
        answer != FLUE_STATUS_OFFLOAD_DATA_PARTIALLY_ACCEPTED)
        blame_list(verifier, FLUE_SIDE_CLIENT, "RECV-042", list,
                   "Data was answered with a status that says nothing of it.");
    else if (answer == FLUE_STATUS_OFFLOAD_DATA_NOT_ACCEPTED && consumed != 0)
        blame_list(verifier, FLUE_SIDE_CLIENT, "RECV-043", list,
                   "Data was refused, and some of it counted as consumed.");
    else if (answer == FLUE_STATUS_OFFLOAD_DATA_PARTIALLY_ACCEPTED && consumed > length)
        blame_list(verifier, FLUE_SIDE_CLIENT, "RECV-044", list,
                   "More data was consumed than indicated.");
    else if (record == NULL)
        blame_list(verifier, FLUE_SIDE_CLIENT, "RECV-043", list,
                   "A list was returned and then refused.");
    /* A request that was posted from inside lifts the refusal at once. */
    object->is_refused = *flue__verifier_out(object, CALL_RECEIVE) == 0;
    if (record != NULL)
        flue__verifier_list_remove(verifier, record);
}

/* The record of the list, if it is still the one of this indication: inside, the client may have
 * returned the list, and the provider indicated it again. */
static struct verified_list *
own_record(const struct flue_verifier *verifier, const struct flue_buffer_list *list,
           uint64_t serial)
{
    struct verified_list *record = flue__verifier_list(verifier, list);

    return record != NULL && record->serial == serial ? record : NULL;
}

static enum flue_status
tcp_offload_receive_indicate(struct flue_offload_handle *handle, flue_time now,
                             struct flue_buffer_list *list, enum flue_status status,
                             uint32_t *bytes_consumed)
{
    struct flue_verifier *verifier = verifier_of(handle);
    struct verified_object *object = NULL;
    struct verifier_frame frame;
    enum flue_status answer;
    uint32_t length = list->buffer.data_length;

    if (verifier == NULL) {
        *bytes_consumed = 0;
        return FLUE_STATUS_OFFLOAD_DATA_NOT_ACCEPTED;
    }
    verifier->now = now;
    if (!verifier->is_stopped)
        object = connection_of(verifier, handle, "STATE-017");
    if (object != NULL)
        check_time(verifier, object);
    flue__verifier_enter(verifier, &frame, CALL_INDICATE, NULL, object);
    if (object != NULL) {
        object->receive_upcall = frame.serial;
        check_list(verifier, list, status);
        if (flue__verifier_list(verifier, list) != NULL)
            blame_list(verifier, FLUE_SIDE_PROVIDER, "RECV-042", list,
                       "A list is indicated that is in use.");
        else if (flue__verifier_list_new(verifier, list, object, CALL_INDICATE) == NULL)
            flue__verifier_stop(verifier);
    }
    answer =
        verifier->client->tcp_offload_receive_indicate(handle, now, list, status, bytes_consumed);
    if (object != NULL && !verifier->is_stopped)
        check_answer(verifier, object, list, own_record(verifier, list, frame.serial), length,
                     answer, *bytes_consumed);
    flue__verifier_leave(verifier, &frame);
    return answer;
}

/* ---- Events ------------------------------------------------------------------------------------
 */

static void
check_event(struct flue_verifier *verifier, struct verified_object *object, uint32_t type,
            uint32_t information)
{
    const char *row = NULL;
    const char *text = NULL;

    switch (type) {
    case FLUE_TCP_INDICATE_DISCONNECT:
        row = object->is_fin_told ? "EVENT-001" : NULL;
        text = "The peer's FIN is indicated twice.";
        object->is_fin_told = true;
        object->is_short = false;
        break;
    case FLUE_TCP_INDICATE_ABORT:
        row = object->is_abort_told ? "EVENT-002" : object->has_failed ? "QUERY-006" : NULL;
        text = object->is_abort_told
                   ? "The peer's RST is indicated twice."
                   : "An abort follows a failed operation without HardwareFailure before it.";
        object->is_abort_told = true;
        break;
    case FLUE_TCP_INDICATE_RETRIEVE:
        row = information > FLUE_UPLOAD_SMALL_IO ? "EVENT-003" : NULL;
        text = "An upload is asked for without one of the eleven reasons.";
        if (information == FLUE_UPLOAD_HARDWARE_FAILURE)
            object->has_failed = false;
        break;
    case FLUE_TCP_INDICATE_SEND_BACKLOG_CHANGE:
        break;
    default:
        row = "STATE-008";
        text = "An event that the contract does not have.";
        break;
    }
    if (is_offloading(verifier, object)) {
        row = "OFFLOAD-050";
        text = "An event comes before the offload's completion has returned.";
    }
    if (row != NULL)
        flue__verifier_blame_object(verifier, FLUE_SIDE_PROVIDER, row, object, text);
}

static void
tcp_offload_event(struct flue_offload_handle *handle, flue_time now, uint32_t type,
                  uint32_t information)
{
    struct flue_verifier *verifier = verifier_of(handle);
    struct verified_object *object = NULL;
    struct verifier_frame frame;

    if (verifier == NULL)
        return;
    verifier->now = now;
    if (!verifier->is_stopped)
        object = connection_of(verifier, handle,
                               type == FLUE_TCP_INDICATE_RETRIEVE ? "TERM-026" : "STATE-017");
    if (object != NULL)
        check_event(verifier, object, type, information);
    flue__verifier_enter(verifier, &frame, CALL_EVENT, NULL, object);
    verifier->client->tcp_offload_event(handle, now, type, information);
    flue__verifier_leave(verifier, &frame);
}

/* ---- The adapter's -----------------------------------------------------------------------------
 */

static void
blame_block(struct flue_verifier *verifier, const char *row, const struct flue_block_list *block,
            const char *text)
{
    flue__verifier_blame_block(verifier, FLUE_SIDE_PROVIDER, row, block, text);
}

/* EVENT-023 to EVENT-025 */
static void
check_reachability(struct flue_verifier *verifier, struct flue_block_list *block, uint32_t code)
{
    if (code != FLUE_NEIGHBOR_REACHABILITY_QUERY) {
        if (block != NULL)
            blame_block(verifier, "EVENT-025", block, "An indication of this kind has no block.");
        return;
    }
    if (block == NULL || block->header.type != FLUE_NEIGHBOR_OFFLOAD_STATE)
        blame_block(verifier, "EVENT-023", block,
                    "A reachability query comes without a neighbour's state.");
    else if (!flue__block_is_sound(block))
        blame_block(verifier, "EVENT-024", block, "A member of the block's header is not set.");
    else if (!flue__verifier_has_lengths(block))
        blame_block(verifier, "STATE-011", block, "A state structure has a wrong length.");
    else if (block->dependent_block_list != NULL || block->status != FLUE_STATUS_SUCCESS)
        blame_block(verifier, "EVENT-024", block,
                    "The block has dependants or a status that is not SUCCESS.");
}

static void
indicate_offload_event(void *binding, flue_time now, struct flue_block_list *block, uint32_t code)
{
    struct flue_verifier *verifier = binding;

    verifier->now = now;
    if (!verifier->is_stopped)
        check_reachability(verifier, block, code);
    verifier->client->indicate_offload_event(verifier->client->binding, now, block, code);
}

static void
indicate_status(void *binding, flue_time now, enum flue_status status, const void *buffer,
                uint32_t length)
{
    struct flue_verifier *verifier = binding;

    verifier->now = now;
    switch (status) {
    case FLUE_STATUS_OFFLOAD_PAUSE:
    case FLUE_STATUS_UPLOAD_ALL:
        verifier->is_paused = true;
        break;
    case FLUE_STATUS_OFFLOAD_RESUME:
        verifier->is_paused = false;
        break;
    case FLUE_STATUS_OFFLOAD_ENCASPULATION_CHANGE:
    case FLUE_STATUS_TCP_CONNECTION_OFFLOAD_HARDWARE_CAPABILITIES:
        break;
    default:
        if (!verifier->is_stopped)
            flue__verifier_blame(verifier, FLUE_SIDE_PROVIDER, "STATE-008", "status indication",
                                 NULL, "A status that is no indication.");
        break;
    }
    verifier->client->indicate_status(verifier->client->binding, now, status, buffer, length);
}

void
flue__verifier_init_indications(struct flue_verifier *verifier)
{
    verifier->down.tcp_offload_receive_indicate = tcp_offload_receive_indicate;
    verifier->down.tcp_offload_event = tcp_offload_event;
    verifier->down.indicate_offload_event = indicate_offload_event;
    verifier->down.indicate_status = indicate_status;
}
