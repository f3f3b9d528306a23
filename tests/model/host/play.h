/* SPDX-License-Identifier: GPL-2.0-or-later
 *
 * Some connections between two machines, each with data in both directions and an application that
 * checks every byte that it reads, moved to the target and back at random times.
 */
#ifndef PLAY_H
#define PLAY_H

#include "world.h"

enum { CONNECTIONS = 6, MOST_BYTES = 60000, READS = 3 };

/* One end of a connection, as its application sees it. */
struct end {
    struct flue_host_connection *connection;
    uint32_t stream; /* which bytes it sends */
    uint32_t to_send;
    uint32_t sent;
    uint32_t expects; /* how many bytes, of stream `from` */
    uint32_t from;
    uint32_t got;
    bool is_virtual; /* sends length only */
    bool is_lazy;    /* reads later than it is told */
    bool is_posting; /* posts reads instead of reading when told */
    struct {
        uint8_t bytes[3000];
        uint32_t length;
        bool is_whole;
    } reads[READS]; /* used in turn: so many were posted ... */
    uint32_t posted;
    uint32_t done; /* ... and are done */
    bool saw_end_of_reads;
    bool is_up;
    bool is_shut;
    bool is_sending; /* a call to send is under way */
    bool saw_peer_close;
    bool is_closed;
    enum flue_result reason;
    uint32_t moves;
};

struct play {
    struct world world;
    struct end ends[2][CONNECTIONS];
    struct flue_host_listener *listener;
    uint64_t worked[FLUE_COST_CATEGORIES];
};

/* What happens besides moves; the rest follows from the seed. */
struct play_config {
    uint64_t seed;
    uint32_t loss_permille;
    bool has_faults; /* the hardware fails, is paused, sleeps, is pulled out, wants all back */
};

/* Plays to the end: every end of every connection has been closed. */
void play_run(struct play *play, const struct play_config *config);
/* Lets TIME-WAIT pass, checks that nothing is left, and frees everything. */
void play_end(struct play *play);

#endif
