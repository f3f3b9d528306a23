/* SPDX-License-Identifier: GPL-2.0-or-later
 *
 * Thousands of connections between two machines: each end sends the same many bytes in every round,
 * and checks each byte that it reads. What tests add, they add to the handlers.
 */
#ifndef CROWD_H
#define CROWD_H

#include "world.h"

enum { CROWD_MOST = 10000, CROWD_PIECE = 3000 /* bytes of a round, by each end */ };

struct crowd_end {
    struct flue_host_connection *connection;
    uint32_t stream; /* what it reads */
    uint32_t got;
    bool is_late; /* the test's */
};

struct crowd {
    struct world world; /* its `test` is the crowd */
    struct flue_host_listener *listener;
    struct crowd_end ends[2][CROWD_MOST]; /* the client's, the server's */
    uint32_t accepted;
    uint32_t closed;
};

/* The world of this configuration; the handlers that are not set are the crowd's. */
void crowd_create(struct crowd *crowd, struct world_config *config);
/* Opens them, over 500 paths behind the same next hop; ports count from 1000. */
void crowd_open(struct crowd *crowd, uint32_t count);
void crowd_run(struct crowd *crowd, flue_time time);
/* Both ends of the first `count` send a piece. */
void crowd_send(struct crowd *crowd, uint32_t round, uint32_t count);
/* Handler, and what a test's own handler calls. */
void crowd_readable(void *user, flue_time now, struct flue_host_connection *connection);
/* So many rounds have arrived, every byte in order, once (that is checked as it is read). */
void crowd_assert_read(const struct crowd *crowd, uint32_t rounds, uint32_t count);
/* Ends them in order, and the world; nothing may be left. */
void crowd_close(struct crowd *crowd, uint32_t count);

#endif
