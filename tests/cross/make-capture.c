/* SPDX-License-Identifier: GPL-2.0-or-later
 *
 * make-capture STACK PREFIX: a bulk transfer with loss, from SYN to FIN, captured at both ends.
 * Half of it is length-only and half has content, so that both ways of making frames are seen.
 */
#include <stdio.h>
#include <stdlib.h>

#include "flue/sim.h"

static void
must(struct flue_sim *sim, enum flue_result result)
{
    if (result != FLUE_OK) {
        fprintf(stderr, "make-capture: %s\n", flue_sim_error(sim));
        exit(1);
    }
}

static struct flue_sim_flow *
add_flow(struct flue_sim *sim, struct flue_sim_node *client, struct flue_sim_node *server,
         uint16_t port, bool with_content, flue_time start)
{
    struct flue_sim_bulk_config config = flue_sim_bulk_config_default();
    struct flue_sim_flow *flow = NULL;

    config.port = port;
    config.bytes = 1000001; /* odd: a checksum over an odd length is seen */
    config.with_content = with_content;
    config.start = start;
    must(sim, flue_sim_bulk(sim, client, server, &config, &flow));
    return flow;
}

int
main(int argc, char **argv)
{
    enum flue_sim_stack_kind kind;
    struct flue_sim *sim = NULL;
    struct flue_sim_node *client = NULL, *server = NULL;
    struct flue_sim_link *link = NULL;
    struct flue_sim_flow_statistics first, second;
    struct flue_sim_flow *flows[2];

    if (argc != 3 || flue_sim_stack_kind_of(argv[1], &kind) != FLUE_OK ||
        flue_sim_create(1, 1, &sim) != FLUE_OK) {
        fprintf(stderr, "usage: make-capture ns3|host|offload PREFIX\n");
        return 2;
    }
    must(sim, flue_sim_node(sim, "client", &client));
    must(sim, flue_sim_node(sim, "server", &server));
    must(sim, flue_sim_link(sim, client, server, NULL, &link));
    must(sim, flue_sim_stack(client, kind, NULL));
    must(sim, flue_sim_stack(server, kind, NULL));
    must(sim, flue_sim_link_address(link, "10.1.1.0", "255.255.255.0"));
    must(sim, flue_sim_routes(sim));
    must(sim, flue_sim_link_loss(link, 1, 5e-3));
    must(sim, flue_sim_link_pcap(link, argv[2]));
    flows[0] = add_flow(sim, client, server, 5001, false, 0);
    must(sim, flue_sim_run(sim, 20 * FLUE_SECOND));
    flows[1] = add_flow(sim, client, server, 5002, true, 0);
    must(sim, flue_sim_run(sim, 100 * FLUE_SECOND));
    flue_sim_flow_read(flows[0], &first);
    flue_sim_flow_read(flows[1], &second);
    flue_sim_destroy(sim);
    if (!first.is_complete || !second.is_complete || second.corrupt_bytes != 0) {
        fprintf(stderr, "make-capture: a transfer did not arrive whole\n");
        return 1;
    }
    return 0;
}
