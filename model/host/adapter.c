/* SPDX-License-Identifier: GPL-2.0-or-later
 *
 * What an adapter offers, and what it asks of the host as a whole: to pause, to go on, to take
 * everything back (STATUS rows).
 */
#include "host/parts.h"

/* STATUS-007: asked again after each resume. An adapter that does not answer offers nothing. */
static void
read_capabilities(struct host_adapter *adapter, flue_time now)
{
    struct flue_provider *provider = adapter->provider;
    struct flue_oid_request request = {
        .type = FLUE_REQUEST_QUERY,
        .oid = FLUE_OID_TCP_CONNECTION_OFFLOAD_CURRENT_CONFIG,
        .protocol = adapter->host,
        .buffer = &adapter->capabilities,
        .length = sizeof adapter->capabilities,
    };

    if (provider->oid_request(provider->adapter, now, &request) != FLUE_STATUS_SUCCESS)
        flue_tcp_connection_offload_init(&adapter->capabilities);
    adapter->has_capabilities = true;
}

bool
flue__host_is_offered(struct host_adapter *adapter, flue_time now, uint8_t ip_version)
{
    const struct flue_tcp_connection_offload *offer = &adapter->capabilities;
    uint8_t support;

    if (adapter->is_to_sleep)
        return false;
    if (!adapter->has_capabilities)
        read_capabilities(adapter, now);
    support = ip_version == 4 ? offer->support_ipv4 : offer->support_ipv6;
    return !adapter->is_off[ip_version == 6] && flue_tcp_connection_offload_usable(offer) &&
           support == FLUE_OFFLOAD_SUPPORTED;
}

bool
flue__host_has_room(const struct host_adapter *adapter)
{
    return adapter->away < adapter->capabilities.tcp_connection_offload_capacity;
}

bool
flue__host_has_room_to_come(const struct host_adapter *adapter)
{
    return adapter->away - adapter->evicting + adapter->waiting <
           adapter->capabilities.tcp_connection_offload_capacity;
}

static void
upload_if(struct flue_host *host, bool (*is_meant)(const struct flue_host_connection *connection))
{
    for (uint32_t i = 0; host->moved_buckets != NULL && i <= host->moved_mask; i++)
        for (struct flue_host_connection *it = host->moved_buckets[i]; it != NULL;
             it = it->hash_next)
            if (is_meant(it)) {
                it->want_upload = true;
                flue__host_attend(it);
            }
}

static bool
is_asked_back(const struct flue_host_connection *connection)
{
    return connection->owner == FLUE_OWNER_TARGET && connection->adapter->is_uploading_all;
}

static bool
is_on_a_sleeper(const struct flue_host_connection *connection)
{
    return connection->owner == FLUE_OWNER_TARGET && connection->adapter->is_to_sleep;
}

void
flue__host_take_all_back(struct host_adapter *adapter)
{
    upload_if(adapter->host, is_on_a_sleeper);
}

static bool
is_switched_off(const struct flue_host_connection *connection)
{
    return connection->adapter->is_off[connection->tuple.ip_version == 6];
}

/* ---- Families that are switched off ------------------------------------------------------------
 */

static void
tell_one(struct host_adapter *adapter, flue_time now, uint32_t family)
{
    struct flue_provider *provider = adapter->provider;
    uint8_t set = adapter->is_off[family] ? FLUE_OFFLOAD_PARAMETERS_DISABLED
                                          : FLUE_OFFLOAD_PARAMETERS_ENABLED;
    struct flue_offload_parameters parameters;
    struct flue_oid_request request = {
        .type = FLUE_REQUEST_SET,
        .oid = FLUE_OID_TCP_OFFLOAD_PARAMETERS,
        .protocol = adapter->host,
        .buffer = &parameters,
        .length = sizeof parameters,
    };

    flue_offload_parameters_init(&parameters);
    if (family == 0)
        parameters.tcp_connection_ipv4 = set;
    else
        parameters.tcp_connection_ipv6 = set;
    adapter->is_told[family] = adapter->is_off[family];
    adapter->has_capabilities = false;
    (void)provider->oid_request(provider->adapter, now, &request);
}

/* HOST-029. A refusal changes nothing for us: the host offers it nothing of that family. */
void
flue__host_tell_off(struct flue_host *host, flue_time now)
{
    host->want_tell = false;
    flue__host_put_to_sleep(host, now);
    for (struct host_adapter *it = host->adapters; it != NULL; it = it->next)
        for (uint32_t family = 0; family < 2; family++)
            if (it->is_off[family] != it->is_told[family] && it->away_by_family[family] == 0)
                tell_one(it, now, family);
}

enum flue_result
flue_host_enable_offload(struct flue_host *host, flue_time now, uint32_t index, uint8_t ip_version,
                         bool is_enabled)
{
    struct host_adapter *adapter = host->adapters;

    while (adapter != NULL && adapter->index != index)
        adapter = adapter->next;
    if (adapter == NULL)
        return FLUE_ERROR_NOT_FOUND;
    flue__host_enter(host);
    adapter->is_off[ip_version == 6] = !is_enabled;
    host->want_tell = true;
    upload_if(host, is_switched_off);
    flue__host_leave(host, now);
    return FLUE_OK;
}

/* ---- Status indications ------------------------------------------------------------------------
 */

void
flue__host_take_status(struct host_adapter *adapter, flue_time now, enum flue_status status)
{
    switch (status) {
    case FLUE_STATUS_OFFLOAD_PAUSE:
        adapter->is_paused = true;
        break;
    case FLUE_STATUS_OFFLOAD_RESUME:
        if (adapter->is_uploading_all) /* what came back did not come for its own sake */
            flue__host_policy_consider_all(adapter->host, now);
        adapter->is_paused = false;
        adapter->is_uploading_all = false;
        adapter->has_capabilities = false;
        adapter->host->want_launch = true;
        break;
    case FLUE_STATUS_UPLOAD_ALL:
        adapter->is_paused = true;
        adapter->is_uploading_all = true;
        /* STATUS-008. Those on their way down follow when they have arrived; paths and neighbours
         * go with the last connection that needs them (STATUS-009). */
        upload_if(adapter->host, is_asked_back);
        break;
    default:
        break;
    }
}
