/* SPDX-License-Identifier: GPL-2.0-or-later
 *
 * The built-in machines.
 *
 * A value's comment names where it comes from. "published": printed in the source named above the
 * profile. "fitted": chosen so that the profile as a whole meets a published figure. "derived":
 * follows by the arithmetic shown. "estimated": reasoned for the kind of machine; a parameter to
 * sweep, not a fact, with the range to sweep where one is given.
 */
#include "flue/cost.h"

#include <stddef.h>
#include <string.h>

/* A data segment's share of a 64 KiB large send: request / (65536 / 1448 packets) + a packet's own.
 */
#define LARGE_SEND_CYCLES(request, packet) ((request)*1448U / 65536U + (packet))

static const struct flue_profile profiles[] = {
    {
        .name = "ideal",
        .text = "a machine whose work takes no time: shows protocol behaviour alone",
        .cores = 1,
        /* Only scales cycles that a scenario adds by itself; 1 GHz makes them nanoseconds. */
        .core_hz = 1000000000,
    },
    {
        /* Fitted to the Chelsio T110 (The Engineer, 14 May 2004; Feng et al., Hot Interconnects
         * 2005), 1500-byte frames: 7.6 to 7.9 Gb/s at 50 % of the host when offloaded, where others
         * reached 3 to 4 Gb/s at 100 %. Received bulk data costs 5.0 cycles a byte (5400 / 1448 +
         * 1500 / 2896 + 0.8), hence 3.5 Gb/s; offloaded 1.11 (0.8 + 20000 / 65536), hence 7.9 Gb/s
         * at half a core. */
        .name = "server-2004",
        .text = "a 2.2 GHz Opteron server of 2004 with a 10 Gb/s adapter on PCI-X",
        .cores = 1,                 /* estimated: the article does not say */
        .core_hz = 2200000000,      /* published */
        .syscall_cycles = 1200,     /* fitted */
        .copy_cycles_per_kib = 819, /* fitted: 0.8 a byte */
        /* estimated: a 2007 server's 4000 a request + 600 a packet = 688, times the ratio of the
         * receive costs, 5400 / 3500 */
        .tcp_tx_cycles = LARGE_SEND_CYCLES(6170, 925),
        .tcp_rx_cycles = 5400,    /* fitted */
        .ack_tx_cycles = 1500,    /* fitted, for an acknowledgement every second segment */
        .ack_rx_cycles = 2300,    /* estimated: 0.43 of tcp_rx as on a 2007 server */
        .interrupt_cycles = 4000, /* fitted */
        /* derived: fitted 20000 for each 64 KiB of offloaded I/O, less its system call and one
           interrupt */
        .completion_cycles = 20000 - 1200 - 4000,
        .state_move_cycles = 23000, /* estimated: 15000 of a 2007 server, times 5400 / 3500 */
        .connection_cycles = 92000, /* estimated: 60000 of a 2007 server, times 5400 / 3500 */
        .initiate_delay = 30 * FLUE_MICROSECOND, /* estimated, 10 to 100 */
        .terminate_delay =
            60 * FLUE_MICROSECOND, /* estimated: twice initiate, as for server-2009 */
    },
    {
        /* The host costs sum to 2.8 GHz for receiving 10 Gb/s without coalescing: one core, which
         * was usual for the year. No single test stands behind them. */
        .name = "server-2009",
        .text = "a 2.93 GHz server of 2009 with a 10 Gb/s chimney adapter",
        .cores = 1,                 /* of its 8: one core does the network work of one adapter */
        .core_hz = 2930000000,      /* estimated: usual for the year */
        .syscall_cycles = 700,      /* estimated */
        .copy_cycles_per_kib = 717, /* estimated: 0.7 a byte, 0.5 to 1.0 */
        .tcp_tx_cycles = LARGE_SEND_CYCLES(3500, 400), /* derived from two estimates: 477 */
        .tcp_rx_cycles = 2000,                         /* estimated, 1500 to 3000 */
        .ack_tx_cycles = 900,                          /* estimated */
        .ack_rx_cycles = 1000,                         /* estimated */
        .interrupt_cycles = 3500,                      /* estimated */
        .completion_cycles = 3000,                     /* estimated */
        .state_move_cycles = 15000,                    /* estimated */
        .connection_cycles = 50000,                    /* estimated */
        .initiate_delay = 40 * FLUE_MICROSECOND,       /* estimated, 20 to 150 */
        .terminate_delay = 80 * FLUE_MICROSECOND,      /* estimated, 40 to 400 */
    },
};

const struct flue_profile *
flue_profile_at(uint32_t index)
{
    return index < sizeof profiles / sizeof profiles[0] ? &profiles[index] : NULL;
}

const struct flue_profile *
flue_profile_find(const char *name)
{
    for (uint32_t i = 0; i < sizeof profiles / sizeof profiles[0]; i++)
        if (strcmp(profiles[i].name, name) == 0)
            return &profiles[i];
    return NULL;
}
