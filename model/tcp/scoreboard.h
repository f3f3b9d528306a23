/* SPDX-License-Identifier: GPL-2.0-or-later
 *
 * The SACK scoreboard of RFC 6675: which data beyond SND.UNA the peer holds. It exists only while
 * there is such data. Ranges are in order and do not touch.
 */
#ifndef FLUE_TCP_SCOREBOARD_H
#define FLUE_TCP_SCOREBOARD_H

#include <stdbool.h>
#include <stdint.h>

struct flue_tcp_connection;
struct flue_tcp_sack_block;
struct flue_tcp_segment;

struct sack_range {
    struct sack_range *next;
    uint32_t left;  /* first sequence number that the peer holds */
    uint32_t right; /* the one after the last */
};

struct scoreboard {
    struct sack_range *first;
    struct sack_range *last;
    uint32_t ranges;
    uint32_t bytes;    /* held by the peer in all */
    uint32_t high_rxt; /* HighRxt: retransmitted in this recovery up to here */
    bool has_rescued;  /* rule 4 of NextSeg has been used in this recovery */
};

/* A hole: data that the peer has not said it holds. */
struct sack_hole {
    uint32_t left;
    uint32_t right;
    bool is_lost; /* IsLost () of RFC 6675 4 */
};

/* Whether a segment's block speaks of data in flight: not of a duplicate (RFC 2883), nor nonsense.
 */
bool flue__scoreboard_takes(const struct flue_tcp_connection *connection,
                            const struct flue_tcp_segment *segment,
                            const struct flue_tcp_sack_block *block);
/* Takes in a segment's SACK blocks. True: they told of data not known to be held before. */
bool flue__scoreboard_update(struct flue_tcp_connection *connection,
                             const struct flue_tcp_segment *segment);
/* SND.UNA has advanced: forgets what lies before it. Gives the memory back when nothing is left. */
void flue__scoreboard_advance(struct flue_tcp_connection *connection);
void flue__scoreboard_drop(struct flue_tcp_connection *connection);
/* The first hole that ends behind `seq`, at most up to SND.MAX. False: none below the highest
 * range. */
bool flue__scoreboard_hole(const struct flue_tcp_connection *connection, uint32_t seq,
                           struct sack_hole *hole);
/* The end of the range that holds `seq`; `seq` itself when none does. */
uint32_t flue__scoreboard_skip(const struct flue_tcp_connection *connection, uint32_t seq);
/* How far from `seq` data reaches that the peer may still lack, at most to `limit`. */
uint32_t flue__scoreboard_clip(const struct flue_tcp_connection *connection, uint32_t seq,
                               uint32_t limit);
/* The end of the highest hole that is lost; SND.UNA when none is. */
uint32_t flue__scoreboard_lost_edge(const struct flue_tcp_connection *connection);
/* SetPipe (): bytes thought to be in the network. */
uint32_t flue__scoreboard_pipe(const struct flue_tcp_connection *connection);

#endif
