/* SPDX-License-Identifier: GPL-2.0-or-later
 *
 * Where the time goes: what a piece of work costs, and the cores that do it.
 *
 * A profile says how many cycles each kind of work takes on one machine. A core is a FIFO server:
 * work that is given to it occupies it for cycles / rate and takes effect when it is done. Every
 * piece is booked under a category, so the sum over the categories is exactly the time the core was
 * busy.
 */
#ifndef FLUE_COST_H
#define FLUE_COST_H

#include <stdint.h>

#include "flue/result.h"
#include "flue/time.h"

#ifdef __cplusplus
extern "C" {
#endif

/* X(name, key, text): FLUE_COST_name; `key` names it in metrics. */
#define FLUE_COST_MAP(X)                                                                           \
    X(APPLICATION, "application", "the application's own work")                                    \
    X(SYSCALL, "syscall", "entering and leaving the kernel")                                       \
    X(COPY, "copy", "moving payload between application and kernel")                               \
    X(TCP_TX, "tcp_tx", "building and queueing a data segment")                                    \
    X(TCP_RX, "tcp_rx", "taking in a data segment")                                                \
    X(ACK_TX, "ack_tx", "sending an acknowledgement without data")                                 \
    X(ACK_RX, "ack_rx", "taking in an acknowledgement without data")                               \
    X(INTERRUPT, "interrupt", "being interrupted by the adapter")                                  \
    X(COMPLETION, "completion", "an I/O request or completion of an offloaded connection")         \
    X(STATE_MOVE, "state_move", "handing a connection's state to the adapter or back")             \
    X(CONNECTION, "connection", "opening and closing a connection")

enum flue_cost_category {
#define FLUE_COST_ENUM(name, key, text) FLUE_COST_##name,
    FLUE_COST_MAP(FLUE_COST_ENUM)
#undef FLUE_COST_ENUM
        FLUE_COST_CATEGORIES /* how many there are */
};

/* "tcp_rx" */
const char *flue_cost_key(enum flue_cost_category category);

/* One machine. Costs are cycles on one core, for each event or byte as named. */
struct flue_profile {
    const char *name;
    const char *text; /* what machine it stands for */
    uint32_t cores;   /* cores that do network work */
    uint64_t core_hz; /* cycles a second of one core */
    uint32_t syscall_cycles;
    uint32_t copy_cycles_per_kib;
    uint32_t tcp_tx_cycles; /* a data segment, large send taken into account */
    uint32_t tcp_rx_cycles; /* a data segment */
    uint32_t ack_tx_cycles;
    uint32_t ack_rx_cycles;
    uint32_t interrupt_cycles;
    uint32_t completion_cycles; /* an I/O request of an offloaded connection */
    uint32_t state_move_cycles; /* one connection handed over or taken back */
    uint32_t connection_cycles; /* one connection opened and closed */
    flue_time initiate_delay;   /* the adapter's time to take one connection over */
    flue_time terminate_delay;  /* ... and to give it back */
};

/* The built-in profiles, by name and by index (NULL past the last). "ideal" costs nothing. */
const struct flue_profile *flue_profile_find(const char *name);
const struct flue_profile *flue_profile_at(uint32_t index);

/* One core. Its owner reads the members; only flue_core_occupy writes them. */
struct flue_core {
    uint64_t hz;                            /* cycles a second; 0: work takes no time */
    flue_time busy_until;                   /* when everything given to it so far is done */
    flue_time booked[FLUE_COST_CATEGORIES]; /* time by category, work not yet done included */
    uint64_t events[FLUE_COST_CATEGORIES];  /* pieces of work by category */
};

void flue_core_init(struct flue_core *core, uint64_t hz);

/* Gives the core `cycles` of work at `now`, behind what it already has; returns when it will be
 * done. A piece of work lasts a whole number of picoseconds, the nearest to cycles / hz. */
flue_time flue_core_occupy(struct flue_core *core, flue_time now, enum flue_cost_category category,
                           uint64_t cycles);

/* How long the core has been busy until `now`; with nothing left over it equals the sum of
 * booked[]. */
flue_time flue_core_busy(const struct flue_core *core, flue_time now);

#ifdef __cplusplus
}
#endif
#endif
