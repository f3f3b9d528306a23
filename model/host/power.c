/* SPDX-License-Identifier: GPL-2.0-or-later
 *
 * An adapter is put to sleep and woken up: everything is taken back first (POWER-001), and comes
 * again, as the policy decides, when it is awake.
 */
#include "host/parts.h"

enum flue_result
flue_host_set_power(struct flue_host *host, flue_time now, uint32_t index, bool is_on)
{
    struct host_adapter *adapter = host->adapters;

    while (adapter != NULL && adapter->index != index)
        adapter = adapter->next;
    if (adapter == NULL)
        return FLUE_ERROR_NOT_FOUND;
    if (adapter->is_to_sleep == !is_on || adapter->is_power_asked)
        return FLUE_ERROR_STATE;
    flue__host_enter(host);
    adapter->is_to_sleep = !is_on;
    if (is_on)
        flue__host_ask_power(adapter, now, FLUE_POWER_D0);
    else
        flue__host_take_all_back(adapter);
    host->want_tell = true;
    flue__host_leave(host, now);
    return FLUE_OK;
}

void
flue__host_ask_power(struct host_adapter *adapter, flue_time now, uint32_t power)
{
    struct flue_provider *provider = adapter->provider;
    enum flue_status status;

    adapter->power = power;
    adapter->is_power_asked = true;
    adapter->power_request = (struct flue_oid_request){
        .type = FLUE_REQUEST_SET,
        .oid = FLUE_OID_PNP_SET_POWER,
        .protocol = adapter->host,
        .buffer = &adapter->power,
        .length = sizeof adapter->power,
    };
    status = provider->oid_request(provider->adapter, now, &adapter->power_request);
    if (status != FLUE_STATUS_PENDING)
        flue__host_power_is_set(adapter, now, status);
}

void
flue__host_put_to_sleep(struct flue_host *host, flue_time now)
{
    for (struct host_adapter *it = host->adapters; it != NULL; it = it->next)
        if (it->is_to_sleep && it->away == 0 && !it->is_power_asked && it->power != FLUE_POWER_D3)
            flue__host_ask_power(it, now, FLUE_POWER_D3);
}

void
flue__host_power_is_set(struct host_adapter *adapter, flue_time now, enum flue_status status)
{
    struct flue_host *host = adapter->host;
    bool is_on = adapter->power == FLUE_POWER_D0;

    adapter->is_power_asked = false;
    if (is_on) {
        adapter->has_capabilities = false;
        host->want_launch = true;
        flue__host_policy_consider_all(host, now);
    }
    if (host->handlers.powered != NULL)
        host->handlers.powered(host->user, now, adapter->index, is_on,
                               status == FLUE_STATUS_SUCCESS ? FLUE_OK : FLUE_ERROR_NOT_SUPPORTED);
}
