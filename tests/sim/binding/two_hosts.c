/* SPDX-License-Identifier: GPL-2.0-or-later
 *
 * See two_hosts.h.
 */
#include "two_hosts.h"

#include <string.h>

#include "cmocka_first.h"

#define MUST(call)                                                 \
    do                                                             \
    {                                                              \
        if ((call) != FLUE_OK)                                     \
            fail_msg("%s: %s", #call, flue_sim_error(hosts->sim)); \
    } while (0)

struct two_hosts_config two_hosts_config_default(enum flue_sim_stack_kind stack)
{
    struct two_hosts_config config = {.stack = {stack, stack}, .seed = 1};

    config.link = flue_sim_link_config_default();
    config.link.delay = 50 * FLUE_MICROSECOND;
    config.tcp = flue_sim_stack_config_default();
    config.bulk = flue_sim_bulk_config_default();
    return config;
}

void two_hosts_build(struct two_hosts* hosts, const struct two_hosts_config* config)
{
    memset(hosts, 0, sizeof *hosts);
    assert_int_equal(flue_sim_create(config->seed, 1, &hosts->sim), FLUE_OK);
    MUST(flue_sim_node(hosts->sim, "client", &hosts->nodes[CLIENT]));
    MUST(flue_sim_node(hosts->sim, "server", &hosts->nodes[SERVER]));
    MUST(flue_sim_link(hosts->sim,
                       hosts->nodes[CLIENT],
                       hosts->nodes[SERVER],
                       &config->link,
                       &hosts->link));
    MUST(flue_sim_stack(hosts->nodes[CLIENT], config->stack[CLIENT], &config->tcp));
    MUST(flue_sim_stack(hosts->nodes[SERVER], config->stack[SERVER], &config->tcp));
    MUST(flue_sim_link_address(hosts->link, "10.1.1.0", "255.255.255.0"));
    MUST(flue_sim_routes(hosts->sim));
    MUST(flue_sim_link_loss(hosts->link, SERVER, config->loss));
    if (config->pcap != NULL)
        MUST(flue_sim_link_pcap(hosts->link, config->pcap));
    MUST(flue_sim_bulk(hosts->sim,
                       hosts->nodes[CLIENT],
                       hosts->nodes[SERVER],
                       &config->bulk,
                       &hosts->flow));
}

void two_hosts_read(const struct two_hosts* hosts, struct two_hosts_outcome* outcome)
{
    uint32_t end;

    memset(outcome, 0, sizeof *outcome);
    flue_sim_flow_read(hosts->flow, &outcome->flow);
    for (end = 0; end < 2; end++)
    {
        flue_sim_node_read(hosts->nodes[end], &outcome->nodes[end]);
        flue_sim_link_read(hosts->link, end, &outcome->ends[end]);
    }
    outcome->events = flue_sim_events(hosts->sim);
}

void two_hosts_run(const struct two_hosts_config* config,
                   flue_time until,
                   struct two_hosts_outcome* outcome)
{
    struct two_hosts two_hosts, *hosts = &two_hosts;

    two_hosts_build(hosts, config);
    MUST(flue_sim_run(hosts->sim, until));
    two_hosts_read(hosts, outcome);
    flue_sim_destroy(hosts->sim);
}
