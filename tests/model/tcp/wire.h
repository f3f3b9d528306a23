/* SPDX-License-Identifier: GPL-2.0-or-later
 *
 * Two TCP engines, or more, joined by a wire in memory that delays, loses, duplicates, reorders
 * and damages, with an application at each end that sends a pattern and checks what it reads.
 * Everything follows from a seed.
 */
#ifndef FLUE_TEST_TCP_WIRE_H
#define FLUE_TEST_TCP_WIRE_H

#include <stdbool.h>
#include <stdint.h>

#include "flue/tcp.h"
#include "test_memory.h"

struct wire;

/* xorshift64*: small, and the same everywhere. */
struct test_random {
    uint64_t state;
};
uint64_t test_random_next(struct test_random *random);
/* 0 .. below - 1 */
uint64_t test_random_below(struct test_random *random, uint64_t below);
bool test_random_chance(struct test_random *random, double probability);

/* One application's use of a connection. */
struct endpoint {
    struct wire *wire;
    int side; /* 0: connects, 1: listens */
    struct flue_tcp_connection *connection;
    uint64_t to_send; /* bytes to send in all */
    uint64_t queued;  /* given to the engine */
    uint64_t acknowledged;
    uint64_t completed;  /* bytes of lists that came back */
    uint32_t lists_out;  /* lists in the engine */
    uint64_t to_receive; /* bytes expected */
    uint64_t received;
    uint32_t unconsumed;
    uint32_t write_bytes;     /* size of a list */
    uint32_t write_ahead;     /* most bytes in the engine */
    bool virtual_payload;     /* length-only */
    bool slow_reader;         /* consumes only when the test says */
    bool shutdown_after_peer; /* sends its FIN only when it has seen the peer's */
    bool release_in_time_wait;
    bool shutdown_done;
    bool is_connected;
    bool peer_closed;
    bool send_closed;
    bool time_wait;
    bool is_closed;
    bool is_released; /* before it was closed */
    enum flue_result reason;
    uint64_t wrong_bytes;
};

struct flying {
    flue_time at;
    uint64_t order;
    int to;
    struct flue_four_tuple tuple; /* as the receiver sees it */
    struct flue_tcp_segment segment;
    uint8_t *bytes;        /* the payload, or the frame */
    uint32_t frame_length; /* bytes */
    uint64_t digest;       /* of a frame's payload when it set out */
    bool is_damaged;
    struct flue_memory_descriptor descriptor;
};

struct wire {
    struct flue_test_memory memory;
    struct flue_tcp_engine *engines[2]; /* one a side */
    struct endpoint ends[2];
    struct test_random random;
    flue_time now;
    flue_time delay;
    double loss, duplication, reordering;
    double marking;                /* of segments that carry ECT (RFC 3168) */
    bool use_frames;               /* every segment travels as the bytes of a frame ... */
    double corruption, truncation; /* ... which can be damaged */
    uint8_t ip_version;
    struct flying *flying; /* a binary heap */
    size_t flying_count, flying_size;
    uint64_t order;
    uint64_t emitted;
    uint64_t damaged;    /* frames */
    uint64_t undetected; /* of these: checksum right by chance, taken out by the wire */
    /* Called for every segment that is emitted, before the wire does anything to it. */
    void (*watch)(void *user, flue_time now, int from, const struct flue_tcp_segment *segment);
    /* Called for every segment that arrives undamaged, before the engine sees it. */
    void (*watch_landing)(void *user, flue_time now, int to,
                          const struct flue_tcp_segment *segment);
    void *watch_user;
};

/* Handlers with which engines of a wire are made; their user is the wire's end (struct endpoint).
 */
extern const struct flue_tcp_handlers wire_handlers;

void wire_init(struct wire *wire, uint64_t seed);
void wire_create_engine(struct wire *wire, int side, const struct flue_tcp_config *config);
/* End 1 listens, end 0 connects. */
void wire_open(struct wire *wire, const struct flue_tcp_options *client,
               const struct flue_tcp_options *server);
struct flue_four_tuple wire_tuple(int side); /* IPv4's */
struct flue_four_tuple wire_own_tuple(const struct wire *wire, int side);
/* Queues what the application of an end wants to send now, and shuts down when all is queued. */
void wire_pump(struct endpoint *end);
void wire_consume(struct endpoint *end, uint32_t bytes);
/* The application is done with its connection, in whatever state that is. */
void wire_release(struct endpoint *end);
/* Takes an end's connection out of its engine, through the contract's structures, and into it
 * again. */
void wire_move(struct endpoint *end);
/* The next thing that happens, if it happens not after `until`. False: nothing. */
bool wire_step(struct wire *wire, flue_time until);
void wire_run(struct wire *wire, flue_time until);
/* Puts a segment on the wire, as the emit handler does. */
void wire_emit(struct wire *wire, int from, const struct flue_four_tuple *tuple,
               const struct flue_tcp_segment *segment);
/* Drops all that is under way. */
void wire_ground(struct wire *wire);
/* Ends the engines, and fails the test when memory or lists are left. */
void wire_fini(struct wire *wire);

#endif
