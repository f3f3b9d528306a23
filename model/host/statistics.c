/* SPDX-License-Identifier: GPL-2.0-or-later
 *
 * What the host counts, and what its targets count, together.
 */
#include <string.h>

#include "host/parts.h"

void
flue_host_get_statistics(const struct flue_host *host, struct flue_host_statistics *statistics)
{
    *statistics = host->statistics;
    flue_tcp_get_statistics(host->engine, &statistics->tcp);
}

static void
add(struct flue_tcp_offload_stats *to, const struct flue_tcp_offload_stats *stats)
{
    to->in_segments += stats->in_segments;
    to->out_segments += stats->out_segments;
    to->currently_established += stats->currently_established;
    to->reset_established += stats->reset_established;
    to->retransmitted_segments += stats->retransmitted_segments;
    to->in_errors += stats->in_errors;
    to->out_resets += stats->out_resets;
}

/* In the same reading as the targets': a segment with nothing new is not counted as sent. */
static void
fill_own(const struct flue_host *host, uint8_t ip_version, struct flue_tcp_offload_stats *own)
{
    struct flue_tcp_statistics statistics;

    flue_tcp_get_family_statistics(host->engine, ip_version, &statistics);
    memset(own, 0, sizeof *own);
    own->in_segments = statistics.in_segments;
    own->out_segments = statistics.out_segments - statistics.repeated_segments;
    own->currently_established = statistics.currently_established;
    own->reset_established = (uint32_t)statistics.resets;
    own->retransmitted_segments = (uint32_t)statistics.retransmitted_segments;
    own->in_errors = (uint32_t)statistics.in_errors;
    own->out_resets = (uint32_t)statistics.out_resets;
}

void
flue_host_get_totals(const struct flue_host *host, flue_time now, uint8_t ip_version,
                     struct flue_tcp_offload_stats *totals)
{
    fill_own(host, ip_version, totals);
    for (const struct host_adapter *it = host->adapters; it != NULL; it = it->next) {
        struct flue_provider *provider = it->provider;
        struct flue_tcp_offload_stats stats;
        struct flue_oid_request request = {
            .type = FLUE_REQUEST_QUERY,
            .oid = ip_version == 4 ? FLUE_OID_TCP4_OFFLOAD_STATS : FLUE_OID_TCP6_OFFLOAD_STATS,
            .protocol = host,
            .buffer = &stats,
            .length = sizeof stats,
        };

        if (provider->oid_request(provider->adapter, now, &request) == FLUE_STATUS_SUCCESS)
            add(totals, &stats);
    }
}
