/* SPDX-License-Identifier: GPL-2.0-or-later
 *
 * A stand-in for the simulator behind flue/sim.h: it keeps books on what a scenario asked for, and
 * answers with numbers that follow from seed, replication, time and loss by rules simple enough to
 * check by hand.
 */
#ifndef FAKE_SIM_H
#define FAKE_SIM_H

#include "flue/sim.h"

struct fake_sim {
    const char *fails; /* the call that fails, such as "flue_sim_link"; NULL: none */
    bool never_connects;
    uint32_t silent_cores; /* machines have no cores when 1 */
    /* Read after a run: */
    uint32_t created, destroyed, flows, stacks;
    enum flue_sim_stack_kind kind;
    struct flue_sim_link_config link;
    struct flue_sim_stack_config stack;
    struct flue_sim_bulk_config bulk;
    double loss;
    flue_time loss_since; /* when the loss was set */
    uint32_t loss_end;
    char pcap[64];
    flue_time now;
    uint32_t seed;
    uint64_t run;
};
extern struct fake_sim fake_sim;

/* Forgets everything. */
void fake_sim_reset(void);

#endif
