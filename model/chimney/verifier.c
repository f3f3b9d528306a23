/* SPDX-License-Identifier: GPL-2.0-or-later
 *
 * The verifier's life, its reports, and the calls in progress. Which rows of the requirements have
 * no rule, and why: verifier_rows.md.
 */
#include "chimney/verifier_parts.h"

#include <string.h>

/* A call that the contract gains must be passed on, too: here the build stops until it is. */
_Static_assert(sizeof(struct flue_provider) == 12 * sizeof(void *),
               "the verifier passes every call of the provider");
_Static_assert(sizeof(struct flue_client) == 15 * sizeof(void *),
               "the verifier passes every call of the client");

/* ---- Reports -----------------------------------------------------------------------------------
 */

void
flue__verifier_blame(struct flue_verifier *verifier, enum flue_contract_side side,
                     const char *requirement, const char *kind, const void *object,
                     const char *text)
{
    struct flue_violation violation = {
        .time = verifier->now,
        .requirement = requirement,
        .side = side,
        .kind = kind,
        .object = object,
        .text = text,
    };

    if (side != FLUE_SIDE_VERIFIER)
        verifier->violations++;
    verifier->report(verifier->user, &violation);
}

void
flue__verifier_blame_object(struct flue_verifier *verifier, enum flue_contract_side side,
                            const char *requirement, const struct verified_object *object,
                            const char *text)
{
    static const char *const kinds[] = {
        [FLUE_LAYER_NONE] = "object",
        [FLUE_LAYER_NEIGHBOR] = "neighbour",
        [FLUE_LAYER_PATH] = "path",
        [FLUE_LAYER_TCP] = "TCP connection",
    };

    flue__verifier_blame(verifier, side, requirement, kinds[object->layer], object->by_handle.key,
                         text);
}

void
flue__verifier_blame_block(struct flue_verifier *verifier, enum flue_contract_side side,
                           const char *requirement, const struct flue_block_list *block,
                           const char *text)
{
    flue__verifier_blame(verifier, side, requirement, "block", block, text);
}

void
flue__verifier_blame_list(struct flue_verifier *verifier, enum flue_contract_side side,
                          const char *requirement, const struct flue_buffer_list *list,
                          const char *text)
{
    flue__verifier_blame(verifier, side, requirement, "buffer list", list, text);
}

void
flue__verifier_stop(struct flue_verifier *verifier)
{
    if (verifier->is_stopped)
        return;
    verifier->is_stopped = true;
    flue__verifier_blame(verifier, FLUE_SIDE_VERIFIER, "", "verifier", verifier,
                         "Memory has run out: from here on nothing is checked.");
}

const char *
flue_contract_side_name(enum flue_contract_side side)
{
    switch (side) {
    case FLUE_SIDE_CLIENT:
        return "client";
    case FLUE_SIDE_PROVIDER:
        return "provider";
    default:
        return "verifier";
    }
}

const char *
flue__verifier_row(enum verifier_call call)
{
    static const char *const rows[] = {
        [CALL_INITIATE] = "OFFLOAD-001", [CALL_TERMINATE] = "TERM-001",
        [CALL_UPDATE] = "UPDATE-001",    [CALL_INVALIDATE] = "INVAL-001",
        [CALL_QUERY] = "QUERY-001",      [CALL_SEND] = "SEND-001",
        [CALL_RECEIVE] = "RECV-001",     [CALL_FORWARD] = "FORWARD-001",
        [CALL_DISCONNECT] = "CLOSE-001",
    };

    return rows[call];
}

/* ---- Calls in progress -------------------------------------------------------------------------
 */

void
flue__verifier_enter(struct flue_verifier *verifier, struct verifier_frame *frame,
                     enum verifier_call call, const void *tree, struct verified_object *object)
{
    *frame = (struct verifier_frame){
        .outer = verifier->frames,
        .call = call,
        .serial = ++verifier->serials,
        .tree = tree,
        .object = object,
    };
    if (object != NULL)
        flue__verifier_object_hold(object);
    verifier->frames = frame;
}

void
flue__verifier_leave(struct flue_verifier *verifier, struct verifier_frame *frame)
{
    verifier->frames = frame->outer;
    if (frame->object != NULL)
        flue__verifier_object_release(verifier, frame->object);
}

const struct verifier_frame *
flue__verifier_frame(const struct flue_verifier *verifier, uint64_t serial)
{
    const struct verifier_frame *frame = verifier->frames;

    while (frame != NULL && frame->serial > serial)
        frame = frame->outer;
    return frame != NULL && frame->serial == serial ? frame : NULL;
}

bool
flue__verifier_is_inside(const struct flue_verifier *verifier, enum verifier_call call,
                         const struct verified_object *object)
{
    for (const struct verifier_frame *it = verifier->frames; it != NULL; it = it->outer)
        if (it->call == call && it->object == object)
            return true;
    return false;
}

/* ---- Life --------------------------------------------------------------------------------------
 */

enum flue_result
flue_verifier_create(const struct flue_allocator *allocator, flue_verifier_report *report,
                     void *user, struct flue_verifier **result)
{
    struct flue_verifier *verifier;

    if (report == NULL)
        return FLUE_ERROR_INVALID;
    verifier = allocator->reallocate(allocator->user, NULL, 0, sizeof *verifier);
    if (verifier == NULL)
        return FLUE_ERROR_NO_MEMORY;
    memset(verifier, 0, sizeof *verifier);
    verifier->allocator = *allocator;
    verifier->report = report;
    verifier->user = user;
    slab_init(&verifier->objects, allocator, sizeof(struct verified_object));
    slab_init(&verifier->list_records, allocator, sizeof(struct verified_list));
    verifier->up.adapter = verifier;
    verifier->down.binding = verifier;
    flue__verifier_init_operations(verifier);
    flue__verifier_init_posts(verifier);
    flue__verifier_init_completions(verifier);
    flue__verifier_init_indications(verifier);
    flue__verifier_init_requests(verifier);
    *result = verifier;
    return FLUE_OK;
}

void
flue_verifier_destroy(struct flue_verifier *verifier)
{
    struct flue_allocator allocator;

    if (verifier == NULL)
        return;
    allocator = verifier->allocator;
    while (verifier->first_tree != NULL)
        flue__verifier_tree_remove(verifier, verifier->first_tree);
    slab_fini(&verifier->objects);
    slab_fini(&verifier->list_records);
    flue__table_fini(&verifier->handles, &allocator);
    flue__table_fini(&verifier->contexts, &allocator);
    flue__table_fini(&verifier->roots, &allocator);
    flue__table_fini(&verifier->lists, &allocator);
    allocator.reallocate(allocator.user, verifier, sizeof *verifier, 0);
}

struct flue_provider *
flue_verifier_provider(struct flue_verifier *verifier)
{
    return &verifier->up;
}

struct flue_client *
flue_verifier_client(struct flue_verifier *verifier)
{
    return &verifier->down;
}

static void
check_provider(struct flue_verifier *verifier, const struct flue_provider *it)
{
    if (it->initiate_offload == NULL || it->terminate_offload == NULL ||
        it->update_offload == NULL || it->invalidate_offload == NULL || it->query_offload == NULL)
        flue__verifier_blame(verifier, FLUE_SIDE_PROVIDER, "INIT-001", "provider table", it,
                             "A handler of a state operation is missing.");
    if (it->tcp_offload_send == NULL || it->tcp_offload_receive == NULL ||
        it->tcp_offload_forward == NULL || it->tcp_offload_disconnect == NULL ||
        it->tcp_offload_receive_return == NULL || it->oid_request == NULL)
        flue__verifier_blame(verifier, FLUE_SIDE_PROVIDER, "INIT-002", "provider table", it,
                             "A handler of a TCP operation, or that of requests, is missing.");
}

static void
check_client(struct flue_verifier *verifier, const struct flue_client *it)
{
    if (it->initiate_offload_complete == NULL || it->terminate_offload_complete == NULL ||
        it->update_offload_complete == NULL || it->invalidate_offload_complete == NULL ||
        it->query_offload_complete == NULL || it->indicate_offload_event == NULL ||
        it->indicate_status == NULL || it->oid_request_complete == NULL)
        flue__verifier_blame(verifier, FLUE_SIDE_CLIENT, "IM-002", "client table", it,
                             "A handler of a state operation's completion or event is missing.");
    if (it->tcp_offload_send_complete == NULL || it->tcp_offload_receive_complete == NULL ||
        it->tcp_offload_disconnect_complete == NULL || it->tcp_offload_forward_complete == NULL ||
        it->tcp_offload_event == NULL || it->tcp_offload_receive_indicate == NULL)
        flue__verifier_blame(verifier, FLUE_SIDE_CLIENT, "IM-003", "client table", it,
                             "A handler of a TCP completion or indication is missing.");
}

void
flue_verifier_attach(struct flue_verifier *verifier, struct flue_provider *provider,
                     const struct flue_client *client)
{
    verifier->provider = provider;
    verifier->client = client;
    check_provider(verifier, provider);
    check_client(verifier, client);
}

void
flue_verifier_finish(struct flue_verifier *verifier, flue_time now)
{
    verifier->now = now;
    if (verifier->is_stopped)
        return;
    for (const struct verified_tree *tree = verifier->first_tree; tree != NULL; tree = tree->next)
        flue__verifier_blame_block(verifier, FLUE_SIDE_PROVIDER, flue__verifier_row(tree->call),
                                   tree->by_root.key, "The operation was never completed.");
    for (const struct verified_list *it = verifier->first_list; it != NULL; it = it->next) {
        if (it->call == CALL_INDICATE)
            flue__verifier_blame_list(verifier, FLUE_SIDE_CLIENT, "RECV-053", it->by_list.key,
                                      "Received data was never returned.");
        else if (it->call == CALL_RECEIVE)
            flue__verifier_blame_list(verifier, FLUE_SIDE_PROVIDER, "RECV-018", it->by_list.key,
                                      "The receive request was never completed.");
        else
            flue__verifier_blame_list(verifier, FLUE_SIDE_PROVIDER, flue__verifier_row(it->call),
                                      it->by_list.key, "The list was never completed.");
    }
}

bool
flue_verifier_is_checking(const struct flue_verifier *verifier)
{
    return !verifier->is_stopped;
}

uint64_t
flue_verifier_violations(const struct flue_verifier *verifier)
{
    return verifier->violations;
}
