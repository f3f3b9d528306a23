/* SPDX-License-Identifier: GPL-2.0-or-later
 *
 * One engine against a peer played by the test: segments in, segments out, and times. Sequence
 * numbers are relative: 0 is each side's SYN. A script runs in every variation of both sides'
 * initial sequence numbers, IP version, and host or offload target:
 *
 *     static void
 *     test_keepalive_probe_is_answered(void **state)
 *     {
 *         FOR_EACH_VARIATION(peer, ON_BOTH)
 *         {
 *             peer_open(&peer, 10 * MS);
 *             peer_ack(&peer, 0, 1);
 *             EXPECT(&peer, A, 1, 1, 0);
 *         }
 *     }
 *
 * and is listed as PEER_SCRIPT(test_keepalive_probe_is_answered), so that a failure tells the
 * variation. Each turn starts with a peer that is set up and ends by destroying what it opened.
 */
#ifndef FLUE_TEST_TCP_PEER_H
#define FLUE_TEST_TCP_PEER_H

#include <stdbool.h>
#include <stdint.h>

#include "flue/tcp.h"
#include "test_memory.h"

enum { PEER_MSS = 1000, PEER_WINDOW = 60000, PEER_KEPT = 256 };

struct sent_segment {
    flue_time at;
    uint32_t seq; /* relative */
    uint32_t ack; /* relative */
    uint32_t length;
    uint8_t flags;
    uint16_t window;
    struct flue_tcp_segment raw;
};

/* Where a script runs. On the target means: opened by a host's engine, then moved to a target's,
 * which cannot open a connection itself. */
enum peer_engines { ON_HOST = 1, ON_TARGET = 2, ON_BOTH = ON_HOST | ON_TARGET };

struct peer {
    struct flue_test_memory memory;
    char variation[160]; /* for messages */
    bool on_target;
    struct flue_tcp_config config;
    struct flue_tcp_options options;
    struct flue_tcp_engine *engine; /* where the connection is */
    struct flue_tcp_engine *opener; /* on the target: where it was opened */
    struct flue_tcp_connection *connection;
    struct flue_tcp_listener *listener;
    struct flue_four_tuple tuple;
    flue_time start; /* when the script begins: at a millisecond */
    flue_time now;
    uint32_t iss;    /* the engine's */
    uint32_t irs;    /* the peer's */
    uint32_t window; /* what the peer offers, as in the field */
    uint32_t ts;     /* the peer's timestamp, when the options ask for them */
    struct sent_segment out[PEER_KEPT];
    unsigned out_count;
    unsigned out_read;
    struct flue_buffer_list lists[64];
    struct flue_memory_descriptor descriptors[64];
    unsigned list_count;
    unsigned completed;
    enum flue_status last_status;
    uint64_t received;
    unsigned peer_closed, closed, accepted, connected, exhausted, time_waits;
    unsigned advised;     /* calls of `advise` */
    unsigned urgent;      /* calls of `urgent` */
    uint32_t urgent_left; /* what flue_tcp_urgent_left said inside the last */
    bool take_over;       /* what `exhausted` and `urgent` answer */
    bool consume;         /* received data is consumed at once */
    bool is_metered;      /* the transmitter takes `room` more segments of data */
    uint32_t room;        /* see above */
    bool keep;            /* a closed connection is not released: the test does that */
    /* Called from inside `advise`, `sent`, `send_closed` and `entered_time_wait`. */
    void (*inside)(struct peer *peer, struct flue_tcp_connection *connection);
    enum flue_result reason;
};

extern const struct flue_tcp_handlers peer_handlers; /* `user` is the peer */

/* Defaults: no timestamps, MSS 1000, one-tick precision, IPv4, a host, both sides' numbers at
 * `start`. Change peer->config and options before open. */
void peer_init(struct peer *peer, uint32_t start);
/* The next variation that `engines` asks for, set up; the last one's remains are destroyed. False:
 * that was all. */
bool peer_next_variation(struct peer *peer, enum peer_engines engines, unsigned *number);
#define FOR_EACH_VARIATION(peer, engines)                                                          \
    (void)state;                                                                                   \
    struct peer peer;                                                                              \
    for (unsigned variation_ = 0; peer_next_variation(&peer, engines, &variation_);)
/* Tells after a failure in which variation it was. */
int peer_tell_variation(void **state);
/* Adds to what it says, for scripts that are tables. */
void peer_describe(struct peer *peer, const char *format, ...)
    __attribute__((format(printf, 2, 3)));
#define PEER_SCRIPT(script) cmocka_unit_test_teardown(script, peer_tell_variation)

/* Active open: SYN out, SYN-ACK in after `rtt`, ACK out (read). */
void peer_open(struct peer *peer, flue_time rtt);
/* Passive open. */
void peer_open_passive(struct peer *peer);
/* The parts of the above: the engine alone, the SYN (not read), a listener. */
void peer_create(struct peer *peer);
void peer_connect(struct peer *peer);
void peer_listen(struct peer *peer);
void peer_fini(struct peer *peer); /* twice does no harm */

/* Gives the engine `length` bytes to send. */
void peer_send(struct peer *peer, uint32_t length);
/* A segment from the peer, to be changed and handed in. */
struct flue_tcp_segment peer_make(const struct peer *peer, uint8_t flags, uint32_t seq,
                                  uint32_t ack, uint32_t length);
void peer_input(struct peer *peer, const struct flue_tcp_segment *segment);
/* A segment from the peer at its relative seq and ack. */
void peer_segment(struct peer *peer, uint8_t flags, uint32_t seq, uint32_t ack, uint32_t length);
/* An ACK with up to three SACK blocks: relative left and right edges, ended by a left edge of 0. */
void peer_sack(struct peer *peer, uint32_t seq, uint32_t ack, const uint32_t *edges);
/* Shorthand: an ACK at the peer's next sequence number. */
void peer_ack(struct peer *peer, uint32_t seq, uint32_t ack);
/* Lets time pass, timers included. */
void peer_wait(struct peer *peer, flue_time duration);

/* The next segment that the engine sent must be this. `at` FLUE_TIME_NEVER: at any time. */
void peer_expect(struct peer *peer, const char *file, int line, uint8_t flags, uint32_t seq,
                 uint32_t ack, uint32_t length, flue_time at);
void peer_expect_nothing(struct peer *peer, const char *file, int line);
#define EXPECT(peer, flags, seq, ack, length)                                                      \
    peer_expect(peer, __FILE__, __LINE__, flags, seq, ack, length, FLUE_TIME_NEVER)
#define EXPECT_AT(peer, flags, seq, ack, length, at)                                               \
    peer_expect(peer, __FILE__, __LINE__, flags, seq, ack, length, at)
#define EXPECT_NOTHING(peer) peer_expect_nothing(peer, __FILE__, __LINE__)
/* The segment that the last EXPECT looked at. */
const struct sent_segment *peer_last(const struct peer *peer);
void peer_expect_state(const struct peer *peer, const char *file, int line,
                       enum flue_tcp_connection_state state);
#define EXPECT_STATE(peer, state)                                                                  \
    peer_expect_state(peer, __FILE__, __LINE__, FLUE_TCP_CONNECTION_##state)
struct flue_tcp_snapshot peer_snapshot(const struct peer *peer);
/* Forgets what was sent and not looked at; returns how many. */
unsigned peer_skip(struct peer *peer);

#define MS FLUE_MILLISECOND
#define F FLUE_TCP_FIN
#define S FLUE_TCP_SYN
#define R FLUE_TCP_RST
#define P FLUE_TCP_PSH
#define A FLUE_TCP_ACK
#define U FLUE_TCP_URG

#endif
