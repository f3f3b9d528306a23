/* SPDX-License-Identifier: GPL-2.0-or-later
 *
 * One connection between two machines, played twice from one seed: once as it moves between host
 * and target, and once as it never moves. What the applications do and what the wire does are the
 * same, so the two traces can be compared segment by segment.
 */
#ifndef TWIN_H
#define TWIN_H

#include "world.h"

enum { TWIN_MOST_MOVES = 200 };

#define TWIN_BULK_DELAY (10 * FLUE_MILLISECOND) /* one way */

/* What a move may change on the wire, because a requirement says so or because the structures do
 * not carry it. docs/conformance.md has the table. */
enum twin_difference {
    TWIN_ACK_SENT = 1 << 0,     /* what a delayed ACK would have said is said before the move */
    TWIN_RECOVERY = 1 << 1,     /* a fast recovery in progress is forgotten */
    TWIN_SCOREBOARD = 1 << 2,   /* ... and what the peer reported by SACK */
    TWIN_OUT_OF_ORDER = 1 << 3, /* data that arrived ahead of RCV.NXT is dropped */
    TWIN_TIMING = 1 << 4,       /* the segment being timed, without timestamps */
    TWIN_BACKOFF = 1 << 5,      /* timeouts before the last ACK are forgotten */
    TWIN_IDLE = 1 << 6,         /* since when nothing was sent: from the age of TS.Recent */
    TWIN_OUTPUT = 1 << 7,       /* what may be sent now is sent now */
    TWIN_ZERO_WINDOW = 1 << 8,  /* a retransmission timer over a zero window is a probe's */
    TWIN_SILLY_WINDOW = 1 << 9, /* the timers of silly-window avoidance begin anew */
    TWIN_ALL = (1 << 10) - 1
};

struct twin_move {
    flue_time time;
    uint32_t step;
    uint32_t side;
};

/* What the machines are asked to do; all of it follows from the seed. */
struct twin_script {
    uint64_t seed;
    bool is_quiet; /* moves only at quiet instants */
    bool is_bulk;  /* the client sends all it has, and moves in the middle of a recovery */
    bool use_sack; /* in bulk; otherwise the seed says */
    uint32_t loss_permille, reorder_permille, duplicate_permille;
    uint32_t most_moves;
};

struct twin_end {
    struct flue_host_connection *connection;
    uint32_t to_send, sent, got;
    bool is_up, is_shut, is_closed, is_peer_closed;
    enum flue_result reason;
};

struct twin {
    struct world world;
    struct twin_script script;
    struct twin_end ends[2];
    struct flue_host_listener *listener;
    struct twin_move moves[TWIN_MOST_MOVES];
    uint32_t move_count;
    uint32_t most_step; /* microseconds between what the applications do */
    flue_time finished; /* when the last byte was read */
};

/* Plays the script with the connection moving, and notes the moves. */
void twin_play_moving(struct twin *twin, const struct twin_script *script);
/* Plays it on the hosts. Where `moving` moved a connection, `differences` are put into effect. */
void twin_play_still(struct twin *still, const struct twin *moving, uint32_t differences);
void twin_destroy(struct twin *twin);

/* The first record that is not the same in both; the count of records when none is. */
uint32_t twin_first_difference(const struct twin *a, const struct twin *b);

/* account.c: what the move of an engine's connection forces on it. */
struct flue_tcp_connection;
void twin_account(struct flue_tcp_connection *connection, flue_time now, uint32_t differences);
/* No ACK is owed, no recovery goes on, nothing is being timed. */
bool twin_is_quiet(const struct flue_tcp_connection *connection);
bool twin_is_recovering(const struct flue_tcp_connection *connection);

#endif
