/* SPDX-License-Identifier: GPL-2.0-or-later
 *
 * Two machines, one link and one bulk transfer, through the C binding: what most of its tests need.
 */
#ifndef TWO_HOSTS_H
#define TWO_HOSTS_H

#include "flue/sim.h"

enum
{
    CLIENT,
    SERVER
};

struct two_hosts_config
{
    enum flue_sim_stack_kind stack[2]; /* the client's and the server's */
    uint32_t seed;                     /* default 1 */
    double loss;                       /* of the frames that arrive at the server */
    struct flue_sim_link_config link;  /* default: 1 Gb/s, 50 us */
    struct flue_sim_stack_config tcp;
    struct flue_sim_bulk_config bulk;
    const char* pcap; /* prefix, or NULL */
};

struct two_hosts
{
    struct flue_sim* sim;
    struct flue_sim_node* nodes[2];
    struct flue_sim_link* link;
    struct flue_sim_flow* flow;
};

/* Everything that can be observed from outside; two runs are the same when these are equal as
 * memory. */
struct two_hosts_outcome
{
    struct flue_sim_flow_statistics flow;
    struct flue_sim_node_statistics nodes[2];
    struct flue_sim_link_statistics ends[2];
    uint64_t events;
};

struct two_hosts_config two_hosts_config_default(enum flue_sim_stack_kind stack);
/* Builds it all; a call that fails fails the test with the binding's sentence. */
void two_hosts_build(struct two_hosts* hosts, const struct two_hosts_config* config);
void two_hosts_read(const struct two_hosts* hosts, struct two_hosts_outcome* outcome);
/* Builds, runs until `until`, reads and destroys. */
void two_hosts_run(const struct two_hosts_config* config,
                   flue_time until,
                   struct two_hosts_outcome* outcome);

#endif
