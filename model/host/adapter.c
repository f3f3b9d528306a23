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

    if (!adapter->has_capabilities)
        read_capabilities(adapter, now);
    support = ip_version == 4 ? offer->support_ipv4 : offer->support_ipv6;
    return flue_tcp_connection_offload_usable(offer) && support == FLUE_OFFLOAD_SUPPORTED &&
           adapter->away < offer->tcp_connection_offload_capacity;
}

/* STATUS-008. Those on their way down follow when they have arrived; paths and neighbours go with
 * the last connection that needs them (STATUS-009). */
static void
upload_all(struct host_adapter *adapter)
{
    struct flue_host *host = adapter->host;

    if (host->moved_buckets == NULL)
        return;
    for (uint32_t i = 0; i <= host->moved_mask; i++)
        for (struct flue_host_connection *it = host->moved_buckets[i]; it != NULL;
             it = it->hash_next)
            if (it->adapter == adapter && it->owner == FLUE_OWNER_TARGET) {
                it->want_upload = true;
                flue__host_attend(it);
            }
}

void
flue__host_take_status(struct host_adapter *adapter, enum flue_status status)
{
    switch (status) {
    case FLUE_STATUS_OFFLOAD_PAUSE:
        adapter->is_paused = true;
        break;
    case FLUE_STATUS_OFFLOAD_RESUME:
        adapter->is_paused = false;
        adapter->is_uploading_all = false;
        adapter->has_capabilities = false;
        adapter->host->want_launch = true;
        break;
    case FLUE_STATUS_UPLOAD_ALL:
        adapter->is_paused = true;
        adapter->is_uploading_all = true;
        upload_all(adapter);
        break;
    default:
        break;
    }
}
