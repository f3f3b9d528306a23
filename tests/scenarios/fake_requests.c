/* SPDX-License-Identifier: GPL-2.0-or-later
 *
 * The rest of the stand-in simulator: what the scenarios call besides `loss`, of which no test here
 * runs one. All of it fails, or has nothing to tell.
 */
#include "flue/sim.h"

#define REFUSES(call, ...)                                                                         \
    enum flue_result call(__VA_ARGS__)                                                             \
    {                                                                                              \
        return FLUE_ERROR_NOT_SUPPORTED;                                                           \
    }
#pragma GCC diagnostic ignored "-Wunused-parameter"

REFUSES(flue_sim_switch, struct flue_sim *sim, const char *name, struct flue_sim_node **node)
REFUSES(flue_sim_switch_address, struct flue_sim_node *node, const char *network, const char *mask)
REFUSES(flue_sim_team, struct flue_sim_node *node, struct flue_sim_link *const *links,
        uint32_t count, const struct flue_sim_team_config *config, struct flue_sim_team **team)
REFUSES(flue_sim_link_power, struct flue_sim_link *link, uint32_t end, bool is_on)
REFUSES(flue_sim_link_carrier, struct flue_sim_link *link, bool is_up)
REFUSES(flue_sim_link_change_next_hop, struct flue_sim_link *link, uint32_t end)
REFUSES(flue_sim_link_bursts, struct flue_sim_link *link, uint32_t end, double share, double length)
REFUSES(flue_sim_link_reorder, struct flue_sim_link *link, uint32_t end, double probability,
        flue_time delay)
REFUSES(flue_sim_link_set, struct flue_sim_link *link, uint32_t end, const char *attribute,
        const char *value)
REFUSES(flue_sim_offload_all, struct flue_sim_node *node)
REFUSES(flue_sim_upload_all, struct flue_sim_node *node)
REFUSES(flue_sim_requests, struct flue_sim *sim, struct flue_sim_node *client,
        struct flue_sim_node *server, const struct flue_sim_requests_config *config,
        struct flue_sim_requests **requests)
REFUSES(flue_sim_requests_go, struct flue_sim_requests *requests, uint32_t *count)

struct flue_sim_requests_config
flue_sim_requests_config_default(void)
{
    return (struct flue_sim_requests_config){.port = 1};
}

struct flue_sim_team_config
flue_sim_team_config_default(void)
{
    return (struct flue_sim_team_config){.detect = 0};
}

void
flue_sim_team_read(const struct flue_sim_team *team, struct flue_sim_team_statistics *statistics)
{
    *statistics = (struct flue_sim_team_statistics){0};
}

void
flue_sim_requests_read(const struct flue_sim_requests *requests,
                       struct flue_sim_requests_statistics *statistics)
{
    *statistics = (struct flue_sim_requests_statistics){0};
}

flue_time
flue_sim_requests_latency(const struct flue_sim_requests *requests, flue_time since, double share)
{
    return FLUE_TIME_NEVER;
}

void
flue_sim_adapter_read(const struct flue_sim_link *link, uint32_t end,
                      struct flue_sim_adapter_statistics *statistics)
{
    *statistics = (struct flue_sim_adapter_statistics){0};
}
