/* SPDX-License-Identifier: GPL-2.0-or-later
 *
 * Two TCP engines joined by a wire in memory, for benchmarks: length-only payload, no checksums,
 * timestamps and SACK on, a fixed delay each way, loss towards the server.
 */
#ifndef BACK_TO_BACK_H
#define BACK_TO_BACK_H

#include <stdint.h>

#include "flue/tcp.h"

struct back_to_back;

/* What the engines' allocator has given out. */
uint64_t back_to_back_bytes(const struct back_to_back *pair);

/* Ends the program when memory lacks. */
struct back_to_back *back_to_back_create(const struct flue_tcp_options *options);
void back_to_back_destroy(struct back_to_back *pair);

/* Opens `count` connections, 1 us apart, and runs until all are established. */
void back_to_back_open(struct back_to_back *pair, uint32_t count);
/* The first `count` open connections send without end from here on. They begin one after the
 * other within a round-trip time, so that all phases of a round happen at once. */
void back_to_back_send(struct back_to_back *pair, uint32_t count);
/* Share of data segments that the wire loses. */
void back_to_back_lose(struct back_to_back *pair, double share);
/* Runs until `segments` more data segments have been sent. */
void back_to_back_run(struct back_to_back *pair, uint64_t segments);
/* Lets time pass, whatever happens in it. */
void back_to_back_wait(struct back_to_back *pair, flue_time duration);

#endif
