/* SPDX-License-Identifier: GPL-2.0-or-later
 *
 * The stand-in simulator. In one millisecond each flow delivers 1000 + 100 * its number + seed +
 * run bytes; of 100 frames to the server `loss` are lost; a core is busy half of the time.
 */
#include "fake_sim.h"

#include <stdio.h>
#include <string.h>

struct flue_sim {
    int unused;
};
struct flue_sim_node {
    bool is_server;
};
struct flue_sim_link {
    int unused;
};
struct flue_sim_flow {
    uint32_t index;
};

struct fake_sim fake_sim;
static struct flue_sim the_sim;
static struct flue_sim_node the_nodes[2] = {{false}, {true}};
static struct flue_sim_link the_link;
static struct flue_sim_flow the_flows[1000];
static uint32_t nodes;
static const char *error = "";

void
fake_sim_reset(void)
{
    memset(&fake_sim, 0, sizeof fake_sim);
    nodes = 0;
    error = "";
}

static enum flue_result
answer(const char *call)
{
    if (fake_sim.fails != NULL && strcmp(fake_sim.fails, call) == 0) {
        error = "the fake was told to fail";
        return FLUE_ERROR_INVALID;
    }
    return FLUE_OK;
}

enum flue_result
flue_sim_create(uint32_t seed, uint64_t run, struct flue_sim **sim)
{
    nodes = 0;
    fake_sim.flows = 0;
    fake_sim.stacks = 0;
    fake_sim.now = 0;
    fake_sim.seed = seed;
    fake_sim.run = run;
    fake_sim.created++;
    *sim = &the_sim;
    return answer(__func__);
}

void
flue_sim_destroy(struct flue_sim *sim)
{
    fake_sim.destroyed += sim == &the_sim;
}

const char *
flue_sim_error(const struct flue_sim *sim)
{
    (void)sim;
    return error;
}

enum flue_result
flue_sim_node(struct flue_sim *sim, const char *name, struct flue_sim_node **node)
{
    (void)sim;
    (void)name;
    *node = &the_nodes[nodes++ % 2];
    return answer(__func__);
}

struct flue_sim_link_config
flue_sim_link_config_default(void)
{
    return (struct flue_sim_link_config){.rate_bps = 1, .mtu_bytes = 2, .queue_packets = 1000};
}

enum flue_result
flue_sim_link(struct flue_sim *sim, struct flue_sim_node *a, struct flue_sim_node *b,
              const struct flue_sim_link_config *config, struct flue_sim_link **link)
{
    (void)sim;
    (void)a;
    (void)b;
    fake_sim.link = *config;
    *link = &the_link;
    return answer(__func__);
}

enum flue_result
flue_sim_link_loss(struct flue_sim_link *link, uint32_t end, double probability)
{
    (void)link;
    fake_sim.loss = probability;
    fake_sim.loss_since = fake_sim.now;
    fake_sim.loss_end = end;
    return answer(__func__);
}

enum flue_result
flue_sim_link_loss_every(struct flue_sim_link *link, uint32_t end, uint64_t frames)
{
    return flue_sim_link_loss(link, end, frames == 0 ? 0 : 1.0 / (double)frames);
}

enum flue_result
flue_sim_link_pcap(struct flue_sim_link *link, const char *prefix)
{
    (void)link;
    snprintf(fake_sim.pcap, sizeof fake_sim.pcap, "%s", prefix);
    return answer(__func__);
}

void
flue_sim_link_read(const struct flue_sim_link *link, uint32_t end,
                   struct flue_sim_link_statistics *statistics)
{
    uint64_t frames = 100 * (fake_sim.now / FLUE_MILLISECOND);

    (void)link;
    *statistics = (struct flue_sim_link_statistics){0};
    if (end == 0) {
        statistics->tx_frames = frames;
    } else {
        statistics->lost_frames = (uint64_t)((double)frames * fake_sim.loss);
        statistics->rx_frames = frames - statistics->lost_frames;
    }
}

enum flue_result
flue_sim_stack_kind_of(const char *name, enum flue_sim_stack_kind *kind)
{
    *kind = strcmp(name, "ns3") == 0    ? FLUE_SIM_STACK_NS3
            : strcmp(name, "host") == 0 ? FLUE_SIM_STACK_HOST
                                        : FLUE_SIM_STACK_OFFLOAD;
    return answer(__func__);
}

struct flue_sim_stack_config
flue_sim_stack_config_default(void)
{
    return (struct flue_sim_stack_config){.profile = flue_profile_find("ideal"),
                                          .initial_window_segments = 10};
}

enum flue_result
flue_sim_stack(struct flue_sim_node *node, enum flue_sim_stack_kind kind,
               const struct flue_sim_stack_config *config)
{
    (void)node;
    fake_sim.kind = kind;
    fake_sim.stack = *config;
    fake_sim.stack.profile = NULL; /* the caller's text does not outlive the run */
    fake_sim.stacks++;
    return answer(__func__);
}

enum flue_result
flue_sim_link_address(struct flue_sim_link *link, const char *network, const char *mask)
{
    (void)link;
    (void)network;
    (void)mask;
    return answer(__func__);
}

enum flue_result
flue_sim_routes(struct flue_sim *sim)
{
    (void)sim;
    return answer(__func__);
}

void
flue_sim_node_read(const struct flue_sim_node *node, struct flue_sim_node_statistics *statistics)
{
    *statistics = (struct flue_sim_node_statistics){.cores = fake_sim.silent_cores == 1 ? 0 : 2};
    statistics->core_busy = node->is_server ? fake_sim.now : fake_sim.now / 2;
    statistics->retransmitted_segments = node->is_server ? 77 : fake_sim.now / FLUE_MILLISECOND;
    statistics->timeouts = node->is_server ? 77 : fake_sim.now / (100 * FLUE_MILLISECOND);
    statistics->offloaded = fake_sim.kind == FLUE_SIM_STACK_OFFLOAD ? fake_sim.flows : 0;
}

bool
flue_sim_node_resource(const struct flue_sim_node *node, uint32_t index,
                       struct flue_sim_resource *resource)
{
    static const flue_time divisors[FLUE_SIM_RESOURCE_KINDS] = {4, 2, 8, 1}; /* a full wire */

    *resource = (struct flue_sim_resource){.kind = (enum flue_sim_resource_kind)index};
    if (index < FLUE_SIM_RESOURCE_KINDS) {
        resource->busy = fake_sim.now / divisors[index] / (node->is_server ? 2 : 1);
    }
    return index < FLUE_SIM_RESOURCE_KINDS;
}

struct flue_sim_bulk_config
flue_sim_bulk_config_default(void)
{
    return (struct flue_sim_bulk_config){.port = 1, .io_bytes = 3};
}

enum flue_result
flue_sim_bulk(struct flue_sim *sim, struct flue_sim_node *client, struct flue_sim_node *server,
              const struct flue_sim_bulk_config *config, struct flue_sim_flow **flow)
{
    (void)sim;
    (void)client;
    (void)server;
    fake_sim.bulk = *config;
    the_flows[fake_sim.flows].index = fake_sim.flows;
    *flow = &the_flows[fake_sim.flows++];
    return answer(__func__);
}

void
flue_sim_flow_read(const struct flue_sim_flow *flow, struct flue_sim_flow_statistics *statistics)
{
    uint64_t each = 1000 + 100 * flow->index + fake_sim.seed + fake_sim.run;

    *statistics = (struct flue_sim_flow_statistics){0};
    statistics->received_bytes = each * (fake_sim.now / FLUE_MILLISECOND);
    statistics->is_connected =
        !fake_sim.never_connects && fake_sim.now >= (flow->index + 1) * FLUE_MILLISECOND;
}

enum flue_result
flue_sim_run(struct flue_sim *sim, flue_time until)
{
    (void)sim;
    fake_sim.now = until;
    return answer(__func__);
}

flue_time
flue_sim_now(const struct flue_sim *sim)
{
    (void)sim;
    return fake_sim.now;
}

uint64_t
flue_sim_events(const struct flue_sim *sim)
{
    (void)sim;
    return 250 * (fake_sim.now / FLUE_MILLISECOND);
}

const char *
flue_sim_ns3_version(void)
{
    return "ns-3.fake";
}
