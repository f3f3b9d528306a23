/* SPDX-License-Identifier: GPL-2.0-or-later
 *
 * Requests. All but one are answered before the call returns and leave nothing behind to be
 * checked; that one sets the power (POWER rows).
 */
#include "chimney/verifier_parts.h"

#include <string.h>

/* A set to a state in which the provider forgets. */
static bool
is_power_down(const struct flue_oid_request *request)
{
    uint32_t power;

    if (request->type != FLUE_REQUEST_SET || request->oid != FLUE_OID_PNP_SET_POWER ||
        request->length < sizeof power || request->buffer == NULL)
        return false;
    memcpy(&power, request->buffer, sizeof power);
    return power > FLUE_POWER_D0 && power <= FLUE_POWER_D3;
}

static bool
has_connections(const struct flue_verifier *verifier)
{
    const struct table *handles = &verifier->handles;

    for (size_t i = 0; handles->buckets != NULL && i <= handles->mask; i++)
        for (const struct table_node *it = handles->buckets[i]; it != NULL; it = it->next) {
            const struct verified_object *object = (const struct verified_object *)it;

            if (object->layer == FLUE_LAYER_TCP &&
                (object->phase == OBJECT_OFFLOADED || object->phase == OBJECT_INITIATING))
                return true;
        }
    return false;
}

static bool
has_terminations(const struct flue_verifier *verifier)
{
    for (const struct verified_tree *it = verifier->first_tree; it != NULL; it = it->next)
        if (it->call == CALL_TERMINATE)
            return true;
    return false;
}

static void
check_success(struct flue_verifier *verifier, enum flue_status status)
{
    if (status == FLUE_STATUS_SUCCESS && has_terminations(verifier))
        flue__verifier_blame(verifier, FLUE_SIDE_PROVIDER, "POWER-002", "request", NULL,
                             "The power is down, and a termination is not complete.");
}

static enum flue_status
oid_request(void *adapter, flue_time now, struct flue_oid_request *request)
{
    struct flue_verifier *verifier = adapter;
    bool is_watched = !verifier->is_stopped && is_power_down(request);
    bool is_noted = is_watched && verifier->power == NULL;
    enum flue_status status;

    verifier->now = now;
    if (is_watched && has_connections(verifier))
        flue__verifier_blame(verifier, FLUE_SIDE_CLIENT, "POWER-001", "request", request,
                             "The power goes down while connections are offloaded.");
    if (is_noted) /* before the call, which may complete it; not over one that is pending */
        verifier->power = request;
    status = verifier->provider->oid_request(verifier->provider->adapter, now, request);
    if (is_noted && status != FLUE_STATUS_PENDING)
        verifier->power = NULL;
    if (is_watched && status != FLUE_STATUS_PENDING)
        check_success(verifier, status);
    return status;
}

static void
oid_request_complete(void *binding, flue_time now, struct flue_oid_request *request,
                     enum flue_status status)
{
    struct flue_verifier *verifier = binding;

    verifier->now = now;
    if (!verifier->is_stopped) {
        if (request != verifier->power)
            flue__verifier_blame(verifier, FLUE_SIDE_PROVIDER, "POWER-004", "request", request,
                                 "A request is completed that is not pending.");
        else
            check_success(verifier, status);
    }
    verifier->power = NULL;
    verifier->client->oid_request_complete(verifier->client->binding, now, request, status);
}

void
flue__verifier_init_requests(struct flue_verifier *verifier)
{
    verifier->up.oid_request = oid_request;
    verifier->down.oid_request_complete = oid_request_complete;
}
