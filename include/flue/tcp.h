/* SPDX-License-Identifier: GPL-2.0-or-later
 *
 * The TCP engine (RFC 9293): a table of connections that one owner drives.
 *
 * It does no I/O. The owner hands in parsed segments (flue_tcp_input), data to send (flue_tcp_send)
 * and the time (`now` in every call, never going backwards); the engine answers through the
 * handlers given at creation: segments to transmit, data that arrived, connections that opened or
 * ended. It says when it must be called again (flue_tcp_next_deadline); the owner keeps one event
 * for the whole engine.
 *
 *     struct flue_tcp_engine *engine;
 *     struct flue_tcp_config config = flue_tcp_config_default();
 *     flue_tcp_engine_create(&config, &handlers, user, &allocator, &engine);
 *     flue_tcp_connect(engine, now, &tuple, NULL, my_object, &connection);
 *     ... on a packet:   flue_tcp_input(engine, now, &tuple, &segment);
 *     ... on the timer:  flue_tcp_advance(engine, now);
 *     ... after each:    re-arm the timer at flue_tcp_next_deadline(engine);
 *
 * Payload travels by reference (flue/buffer.h). What is sent stays the owner's memory until the
 * engine completes it; what is received is only lent for the duration of the `received` handler.
 *
 * Timers are kept in ticks of 1 / ticks_per_second. Timers that are due at the same tick fire in
 * the order in which they were armed.
 */
#ifndef FLUE_TCP_H
#define FLUE_TCP_H

#include <stdbool.h>
#include <stdint.h>

#include "flue/address.h"
#include "flue/buffer.h"
#include "flue/memory.h"
#include "flue/result.h"
#include "flue/state.h"
#include "flue/time.h"

#ifdef __cplusplus
extern "C" {
#endif

struct flue_tcp_engine;
struct flue_tcp_connection;
struct flue_tcp_listener;

/* ---- Segments -------------------------------------------------------------------------------- */

enum flue_tcp_flags {
    FLUE_TCP_FIN = 0x01,
    FLUE_TCP_SYN = 0x02,
    FLUE_TCP_RST = 0x04,
    FLUE_TCP_PSH = 0x08,
    FLUE_TCP_ACK = 0x10,
    FLUE_TCP_URG = 0x20,
    FLUE_TCP_ECE = 0x40,
    FLUE_TCP_CWR = 0x80
};

#define FLUE_TCP_SACK_MAX 4

struct flue_tcp_sack_block {
    uint32_t left;  /* first sequence number of the block */
    uint32_t right; /* the one after its last */
};

/* A segment, parsed once (or about to be written), with what TCP needs of its IP header. */
struct flue_tcp_segment {
    uint32_t seq;
    uint32_t ack;            /* meaningful with FLUE_TCP_ACK */
    uint16_t window;         /* as on the wire: not scaled */
    uint16_t urgent_pointer; /* meaningful with FLUE_TCP_URG */
    uint8_t flags;           /* enum flue_tcp_flags */

    bool has_mss : 1;
    bool has_window_scale : 1;
    bool has_sack_permitted : 1;
    bool has_timestamp : 1;
    uint8_t sack_count;   /* 0..FLUE_TCP_SACK_MAX */
    uint8_t window_scale; /* shift */
    uint16_t mss;         /* bytes */
    uint32_t ts_val;
    uint32_t ts_ecr;
    struct flue_tcp_sack_block sack[FLUE_TCP_SACK_MAX];

    uint8_t hop_limit;     /* TTL or hop limit */
    uint8_t traffic_class; /* TOS or traffic class, ECN bits included */
    uint32_t flow_label;   /* IPv6, 20 bits */

    struct flue_span payload;
};

/* ---- Configuration --------------------------------------------------------------------------- */

enum flue_tcp_initial_window {
    FLUE_TCP_IW_RFC6928, /* min(10 MSS, max(2 MSS, 14600)) */
    FLUE_TCP_IW_RFC3390  /* min(4 MSS, max(2 MSS, 4380)) */
};

#define FLUE_TCP_MSS_LEAST 64 /* a smaller one is not believed */
#define FLUE_TCP_MSS_MOST 65495

/* What one connection can be told; also the engine's defaults for new ones. */
struct flue_tcp_options {
    uint32_t receive_buffer_bytes; /* largest window offered; default 131072, 1..2^30 */
    uint16_t mss;                  /* MSS to announce and the most to send, TCP options not deducted
                                      (RFC 6691); default 1460, 64..65495 */
    bool use_timestamps;           /* RFC 7323; default true */
    bool use_window_scaling;       /* RFC 7323; default true */
    bool use_sack;                 /* RFC 2018, 2883, 6675; default true */
    bool use_nagle;                /* RFC 1122 4.2.3.4; default true */
    bool use_hold;                 /* small segments wait for more data, at most
                                      sws_prevention_ticks, as with TCP_CORK; default false */
    bool use_delayed_ack;          /* RFC 1122 4.2.3.2; default true */
    bool use_limited_transmit;     /* RFC 3042; default true */
    bool use_prr;                  /* RFC 6937; default false */
    bool use_frto;                 /* RFC 5682; default false */
    bool use_rack;                 /* RFC 8985, on connections with SACK; default false */
    bool use_ecn;                  /* RFC 3168, if the peer agrees; default false */
    bool use_keepalive;            /* RFC 1122 4.2.3.6; default false */
    uint8_t keepalive_probes;      /* unanswered probes before giving up; default 9 */
    uint32_t keepalive_idle_ticks; /* before the first probe; default 2 h */
    uint32_t keepalive_interval_ticks; /* between probes; default 75 s */
    uint32_t max_rt_ticks;             /* most time retransmitting one segment; default 0:
                                          max_retransmissions rules; FLUE_MAX_RT_UNLIMITED */
    uint32_t open_timeout_ticks;       /* most time from the first SYN to ESTABLISHED; default 0:
                                          max_syn_retransmissions rules alone */
    uint8_t ttl;                       /* TTL or hop limit; default 64 */
    uint8_t traffic_class;             /* TOS or traffic class without ECN bits; default 0 */
    uint32_t flow_label;               /* IPv6; default 0 */
    const char *congestion_control;    /* "newreno"; a name that flue_tcp_congestion_name() lists */
    bool use_pacing;     /* segments leave spread over the round trip; default false */
    uint64_t pacing_bps; /* payload, bits a second; default 0: from cwnd and SRTT, as
                            flue_tcp_pacing says; at most 10^12 */
};

/* What data may do after nothing was sent for longer than a retransmission timeout. */
enum flue_tcp_idle_restart {
    FLUE_TCP_IDLE_RFC5681, /* 4.1: cwnd = min(initial window, cwnd) */
    FLUE_TCP_IDLE_RFC2861, /* cwnd is halved for each timeout that passed, down to the above;
                              ssthresh remembers three quarters of it */
    FLUE_TCP_IDLE_KEEP     /* cwnd stays */
};

/* The tunables of the congestion controls and of pacing; docs/tcp.md says where they come from. */
struct flue_tcp_cubic {
    uint16_t beta_permille; /* what a reduction leaves of the window; default 700, 500..950 */
    uint16_t c_permille;    /* how steep the curve is, segments / s^3; default 400, 1..10000 */
    bool fast_convergence;  /* RFC 9438 4.7; default true */
    bool reno_friendly;     /* RFC 9438 4.3; default true */
};

struct flue_tcp_dctcp {
    uint8_t gain_shift;              /* g = 2^-n; default 4, 0..10 */
    uint16_t initial_alpha_permille; /* default 1000, 0..1000 */
};

struct flue_tcp_compound {
    uint16_t alpha_permille;      /* default 125, 0..10000; the exponent is 3/4 */
    uint16_t beta_permille;       /* what a loss takes of the window; default 500, 50..500 */
    uint16_t eta_permille;        /* what a round takes of the backlog; default 1000, 0..10000 */
    uint16_t gamma_segments;      /* tolerated backlog at first; default 30, low..high */
    uint16_t gamma_low_segments;  /* and tuned within: default 5 ... */
    uint16_t gamma_high_segments; /* ... and 30; at most 10000 */
    uint16_t lambda_permille;     /* how fast gamma follows; default 250, 0: not; 0..1000 */
    uint16_t low_window_segments; /* smaller windows are Reno's alone; default 38 */
};

struct flue_tcp_pacing {
    uint16_t slow_start_percent; /* of cwnd / SRTT below ssthresh / 2; default 200, 100..1000 */
    uint16_t avoidance_percent;  /* and elsewhere; default 120, 100..1000 */
};

struct flue_tcp_config {
    uint32_t ticks_per_second;           /* timer and timestamp clock; default 1000, 10..1000000 */
    uint32_t max_connections;            /* default 1000000 */
    uint8_t isn_secret[16];              /* RFC 6528; default zero: reproducible */
    uint32_t initial_rto_ticks;          /* RFC 6298 2.1; default 1 s */
    uint32_t min_rto_ticks;              /* RFC 6298 2.4; default 1 s */
    uint32_t max_rto_ticks;              /* RFC 6298 2.5; default 60 s */
    uint8_t max_syn_retransmissions;     /* R2 of RFC 9293 3.8.3; default 7: three minutes */
    uint8_t max_syn_ack_retransmissions; /* likewise; default 7 */
    uint8_t max_retransmissions;         /* of one segment, R2; default 15 */
    uint8_t advice_retransmissions;      /* of one segment before `advise`, R1; default 3 */
    uint8_t duplicate_ack_threshold;     /* RFC 5681; default 3 */
    uint8_t ack_frequency;               /* most full segments before an ACK; default 2 */
    uint32_t delayed_ack_ticks;          /* RFC 1122 4.2.3.2; default 40 ms, at most 500 ms */
    uint32_t sws_prevention_ticks;       /* RFC 9293 3.8.6.2: a small segment, or window update,
                                            that is not worth sending waits so long; default 200 ms */
    uint32_t time_wait_ticks;            /* 2 MSL; default 60 s */
    uint32_t fin_wait_2_ticks; /* FIN_WAIT_2 of a released connection; default 120 s; 0: none */
    uint32_t challenge_acks_per_second; /* RFC 5961 7; default 100 */
    uint16_t min_path_mtu; /* bytes: an ICMP error lowers IPv4's no further; default 296 */
    enum flue_tcp_initial_window initial_window; /* default RFC 6928 */
    enum flue_tcp_idle_restart idle_restart;     /* default RFC 5681 */
    struct flue_tcp_cubic cubic;
    struct flue_tcp_dctcp dctcp;
    struct flue_tcp_compound compound;
    struct flue_tcp_pacing pacing;
    bool is_offload_target;          /* never sends a RST of its own (CLOSE-003); default false */
    struct flue_tcp_options options; /* defaults of connections */
};

/* The defaults above, in ticks of 1 ms. */
struct flue_tcp_config flue_tcp_config_default(void);

/* FLUE_ERROR_INVALID when a value is out of its bounds, or does not fit another; *field (unless
 * field is NULL) then names it, as the tunable is named. Nothing else is changed. */
FLUE_MUST_USE enum flue_result flue_tcp_config_check(const struct flue_tcp_config *config,
                                                     const char **field);
FLUE_MUST_USE enum flue_result flue_tcp_options_check(const struct flue_tcp_options *options,
                                                      const char **field);

enum flue_tcp_scope {
    FLUE_TCP_SCOPE_ENGINE,    /* a field of struct flue_tcp_config */
    FLUE_TCP_SCOPE_CONNECTION /* a field of struct flue_tcp_options: of one connection or listener,
                                 or the default for all */
};

/* A number or a switch (0, 1) that can be told, with its bounds. */
struct flue_tcp_tunable {
    const char *name;    /* of the field */
    const char *unit;    /* "ticks", "bytes"; "" when it has none */
    const char *source;  /* the RFC and section that it is from; "" when it is not from one */
    const char *purpose; /* a few words */
    uint64_t smallest;
    uint64_t largest;
    uint64_t default_value; /* ticks are of 1 ms */
    enum flue_tcp_scope scope;
    bool while_running; /* flue_tcp_set_options takes it: it may change after the opening */
    uint16_t offset;    /* of the field in its struct, bytes ... */
    uint8_t size;       /* ... and its size */
};

/* The i-th tunable, or NULL past the last. Beside them there are isn_secret and congestion_control,
 * which are no numbers. */
const struct flue_tcp_tunable *flue_tcp_tunable(uint32_t index);
uint64_t flue_tcp_tunable_get(const struct flue_tcp_config *config,
                              const struct flue_tcp_tunable *tunable);
/* FLUE_ERROR_INVALID out of bounds. How values fit together is flue_tcp_config_check's to say. */
FLUE_MUST_USE enum flue_result flue_tcp_tunable_set(struct flue_tcp_config *config,
                                                    const struct flue_tcp_tunable *tunable,
                                                    uint64_t value);

/* The i-th congestion control's name, or NULL past the last. */
const char *flue_tcp_congestion_name(uint32_t index);

/* ---- The owner's side ------------------------------------------------------------------------ */

/* What the engine calls. Every handler may be NULL except emit. `user` is the engine's;
 * `connection` is the subject, whose own user pointer flue_tcp_user() gives. A handler may call any
 * function of this header on any connection, except flue_tcp_input, flue_tcp_advance and
 * flue_tcp_engine_destroy; emit may call none. */
struct flue_tcp_handlers {
    /* Transmit a segment. `connection` is NULL for a reply to a segment that belongs to none. The
     * segment and its payload reference are lent for the call; the payload's memory lasts until
     * completed. */
    void (*emit)(void *user, flue_time now, struct flue_tcp_connection *connection,
                 const struct flue_four_tuple *tuple, const struct flue_tcp_segment *segment);
    /* A listener's connection reached ESTABLISHED. It is the owner's from here: set its user
     * pointer. */
    void (*accepted)(void *user, flue_time now, struct flue_tcp_listener *listener,
                     struct flue_tcp_connection *connection);
    /* An active open reached ESTABLISHED. */
    void (*connected)(void *user, flue_time now, struct flue_tcp_connection *connection);
    /* In-order data. The span is lent for the call. The bytes count against the receive window
     * until flue_tcp_consume. `push`: the segment that ends here had PSH. */
    void (*received)(void *user, flue_time now, struct flue_tcp_connection *connection,
                     const struct flue_span *data, bool push);
    /* The peer's FIN arrived behind all data. */
    void (*peer_closed)(void *user, flue_time now, struct flue_tcp_connection *connection);
    /* `bytes` more were acknowledged (the lists that this finished follow through `sent`). */
    void (*acknowledged)(void *user, flue_time now, struct flue_tcp_connection *connection,
                         uint32_t bytes);
    /* A chain of send lists is done: fully acknowledged (FLUE_STATUS_SUCCESS) or ended by the
     * connection's end (FLUE_STATUS_REQUEST_ABORTED; tcp_offload_bytes_transferred says how much
     * was acknowledged). They are the owner's again. */
    void (*sent)(void *user, flue_time now, struct flue_tcp_connection *connection,
                 struct flue_buffer_list *lists);
    /* FIN was sent and acknowledged: the send half is closed for good. */
    void (*send_closed)(void *user, flue_time now, struct flue_tcp_connection *connection);
    /* The engine gives a connection up: its retransmissions, window probes or keepalive probes are
     * used up, or FIN_WAIT_2 lasted too long (an offload target's is closed then). True: the owner
     * takes care of it (a target asks for the upload), the timer stays off. False, or NULL: it is
     * closed with FLUE_ERROR_TIMED_OUT, or FLUE_ERROR_UNREACHABLE. */
    bool (*exhausted)(void *user, flue_time now, struct flue_tcp_connection *connection);
    /* One segment was retransmitted advice_retransmissions times (RFC 9293 3.8.3 R1): time for the
     * IP layer to look for another way. The connection goes on. */
    void (*advise)(void *user, flue_time now, struct flue_tcp_connection *connection);
    /* The connection reached CLOSED: FLUE_OK after both FINs (and TIME_WAIT), or why not:
     *     FLUE_ERROR_REFUSED      the peer, or an ICMP error in its name, declined the opening
     *     FLUE_ERROR_RESET        the peer reset it
     *     FLUE_ERROR_TIMED_OUT    the peer did not answer in time
     *     FLUE_ERROR_UNREACHABLE  likewise, and the network had said that it cannot be reached
     *     FLUE_ERROR_ABORTED      this side aborted it
     *     FLUE_ERROR_IN_USE       an offload target's peer opens the same connection anew
     * The last call for it; the owner still has to flue_tcp_release it, here or later. */
    void (*closed)(void *user, flue_time now, struct flue_tcp_connection *connection,
                   enum flue_result reason);
    /* Both FINs are done and the connection waits out 2 MSL; `closed` follows then. An owner that
     * has nothing more to do with it may release it here. */
    void (*entered_time_wait)(void *user, flue_time now, struct flue_tcp_connection *connection);
    /* The peer announced urgent data ahead of what the application has consumed, or more of it:
     * flue_tcp_urgent_left says how far it reaches. It comes through `received` like other data,
     * this segment's next. False: go on. True: the owner takes the connection over, as with
     * `exhausted`: of this segment only the ACK has been taken, and nothing is taken in, sent or
     * acknowledged any more (a target does so, and has the connection uploaded). NULL: urgent data
     * is data. */
    bool (*urgent)(void *user, flue_time now, struct flue_tcp_connection *connection);
    /* Asked whenever the connection is about to work: the largest IP packet that its path takes
     * now, bytes. 0: nothing may go there. Then the connection keeps still, timers and all, and
     * goes on when a later call, flue_tcp_resume for one, gets another answer. NULL: what
     * flue_tcp_set_path_mtu said holds. */
    uint32_t (*path_mtu)(void *user, flue_time now, struct flue_tcp_connection *connection);
    /* Asked before each segment of data: has the transmitter below room for it? False: data waits
     * until flue_tcp_continue. Acknowledgements and what recovery sends again are not asked for, so
     * some room should be left for them. It may call nothing. NULL: there is always room. */
    bool (*has_room)(void *user, const struct flue_tcp_connection *connection);
};

/* Creates an engine. FLUE_ERROR_INVALID when the configuration is out of bounds. */
FLUE_MUST_USE enum flue_result flue_tcp_engine_create(const struct flue_tcp_config *config,
                                                      const struct flue_tcp_handlers *handlers,
                                                      void *user,
                                                      const struct flue_allocator *allocator,
                                                      struct flue_tcp_engine **engine);

/* Takes over another configuration; connections follow it where they do not have their own option.
 * max_connections below what there is only keeps others out. FLUE_ERROR_INVALID when it is out of
 * bounds or changes is_offload_target, FLUE_ERROR_STATE when it changes ticks_per_second while
 * there are connections. */
FLUE_MUST_USE enum flue_result flue_tcp_configure(struct flue_tcp_engine *engine, flue_time now,
                                                  const struct flue_tcp_config *config);

/* Frees the engine and every connection, without a segment and without a handler call. Send lists
 * still queued are the owner's to find. NULL is allowed. */
void flue_tcp_engine_destroy(struct flue_tcp_engine *engine);

/* Active open. `options` NULL: the engine's defaults. A local_port of 0 is FLUE_ERROR_INVALID:
 * choosing ports is the owner's. FLUE_ERROR_IN_USE when the tuple has a connection. Emits the SYN.
 */
FLUE_MUST_USE enum flue_result flue_tcp_connect(struct flue_tcp_engine *engine, flue_time now,
                                                const struct flue_four_tuple *tuple,
                                                const struct flue_tcp_options *options,
                                                void *connection_user,
                                                struct flue_tcp_connection **connection);

/* Passive open on a port of one local address, or of all (`address` NULL). At most `backlog`
 * connections are between SYN and ESTABLISHED. */
FLUE_MUST_USE enum flue_result
flue_tcp_listen(struct flue_tcp_engine *engine, uint8_t ip_version, const struct flue_ip *address,
                uint16_t port, uint32_t backlog, const struct flue_tcp_options *options,
                void *listener_user, struct flue_tcp_listener **listener);
/* Ends a listener; its connections that have not reached ESTABLISHED are reset. NULL is allowed. */
void flue_tcp_listener_close(struct flue_tcp_listener *listener, flue_time now);
void *flue_tcp_listener_user(const struct flue_tcp_listener *listener);

/* Queues a list (or chain) and sends what may go. The lists and their memory are the engine's until
 * `sent`. FLUE_ERROR_STATE after shutdown, FLUE_ERROR_LIMIT when more than 2^30 bytes would be
 * queued. On a connection that has ended: why it did (flue_tcp_reason), or FLUE_ERROR_STATE when it
 * ended in order. */
FLUE_MUST_USE enum flue_result flue_tcp_send(struct flue_tcp_connection *connection, flue_time now,
                                             struct flue_buffer_list *lists);
/* The same, and marks the end of the lists as the end of urgent data (RFC 9293 3.8.5): the peer is
 * told at once, even when its window is shut. The data stays in the stream. FLUE_ERROR_NO_MEMORY
 * when there is none for the mark. A mark that is not acknowledged yet does not move to another
 * engine. */
FLUE_MUST_USE enum flue_result flue_tcp_send_urgent(struct flue_tcp_connection *connection,
                                                    flue_time now, struct flue_buffer_list *lists);
/* How many bytes, consumed ones not counted, are still to come up to the end of what the peer said
 * is urgent; 0 when nothing is. */
uint32_t flue_tcp_urgent_left(const struct flue_tcp_connection *connection);
/* The application took `bytes` of what was received: the window may open. */
void flue_tcp_consume(struct flue_tcp_connection *connection, flue_time now, uint32_t bytes);
/* No more data to send: FIN follows the queue. FLUE_ERROR_STATE when that was said before;
 * on a connection that has ended, as flue_tcp_send. */
FLUE_MUST_USE enum flue_result flue_tcp_shutdown(struct flue_tcp_connection *connection,
                                                 flue_time now);
/* RST to the peer, everything queued ends with REQUEST_ABORTED, `closed` with FLUE_ERROR_ABORTED.
 */
void flue_tcp_abort(struct flue_tcp_connection *connection, flue_time now);
/* The owner is done with the connection: no handler is called for it any more, and the pointer is
 * invalid. If it has not ended, the engine shuts it down in order by itself (data that arrives then
 * is answered with RST, RFC 1122 4.2.2.13). With send lists still queued it is aborted first, so
 * that they come back through `sent`. Received data that was not consumed ends it with RST too,
 * except on a target. */
void flue_tcp_release(struct flue_tcp_connection *connection, flue_time now);

/* A segment for `tuple` (local is the receiving side). Checksums and addresses have been checked.
 * True when a connection or a listener took it. A segment that belongs to none is answered as RFC
 * 9293 3.10.7.1 says, except by an offload target's engine, which answers nothing. */
bool flue_tcp_input(struct flue_tcp_engine *engine, flue_time now,
                    const struct flue_four_tuple *tuple, const struct flue_tcp_segment *segment);

/* An ICMP or ICMPv6 error about a segment that the engine sent. */
struct flue_tcp_icmp {
    uint8_t type;           /* of ICMP or ICMPv6, as the tuple's IP version says */
    uint8_t code;           /* likewise */
    uint32_t mtu;           /* next-hop MTU of "fragmentation needed" and "packet too big", bytes;
                               0: the router did not tell */
    uint32_t seq;           /* the quoted segment's sequence number */
    uint32_t quoted_length; /* the quoted IP packet's total length, bytes; 0: not known */
};

/* The network reports an error for `tuple` (local is the side that sent the quoted segment). True
 * when it was heeded: it quotes a segment in flight (RFC 5927), and says something of use.
 *
 * Port or protocol unreachable ends an opening as refused; all other unreachables, time exceeded
 * and parameter problem are remembered, and in a synchronized state nothing more happens: if the
 * connection is given up later, it ends as unreachable. Source quench is ignored (RFC 6633).
 *
 * "Fragmentation needed" and "packet too big" lower the path MTU (RFC 1191, 8201), and what was in
 * flight goes out again in smaller segments. It rises again when the owner says so with
 * flue_tcp_set_path_mtu. With a path_mtu handler the path is the owner's to change: they do nothing
 * here. */
bool flue_tcp_icmp_input(struct flue_tcp_engine *engine, flue_time now,
                         const struct flue_four_tuple *tuple, const struct flue_tcp_icmp *icmp);

/* The transmitter below has room again (see has_room): connections whose data waited go on, in the
 * order in which they began to wait, until it is full again. Not from inside a handler. */
void flue_tcp_continue(struct flue_tcp_engine *engine, flue_time now);

/* Runs every timer that is due at `now`. */
void flue_tcp_advance(struct flue_tcp_engine *engine, flue_time now);
/* When flue_tcp_advance must be called next; FLUE_TIME_NEVER when nothing waits. It may be too
 * early for what is far away, even past: that call finds nothing to do and sorts the timers. */
flue_time flue_tcp_next_deadline(const struct flue_tcp_engine *engine);

struct flue_tcp_connection *flue_tcp_find(const struct flue_tcp_engine *engine,
                                          const struct flue_four_tuple *tuple);
const struct flue_four_tuple *flue_tcp_tuple(const struct flue_tcp_connection *connection);
void *flue_tcp_user(const struct flue_tcp_connection *connection);
void flue_tcp_set_user(struct flue_tcp_connection *connection, void *user);
enum flue_tcp_connection_state flue_tcp_state(const struct flue_tcp_connection *connection);
/* Why the connection ended, as `closed` was told; FLUE_OK while it has not. */
enum flue_result flue_tcp_reason(const struct flue_tcp_connection *connection);
/* "ESTABLISHED", RFC 9293's spelling. */
const char *flue_tcp_state_name(enum flue_tcp_connection_state state);

/* ---- Reading, and options while it runs -------------------------------------------------------
 */

/* What the one slow timer of a connection runs for. */
enum flue_tcp_wait {
    FLUE_TCP_WAIT_NOTHING,
    FLUE_TCP_WAIT_RETRANSMIT, /* an acknowledgement */
    FLUE_TCP_WAIT_PERSIST,    /* to probe a shut window */
    FLUE_TCP_WAIT_PROBE,      /* the answer to a window probe */
    FLUE_TCP_WAIT_OVERRIDE,   /* to send what is held back because it is little */
    FLUE_TCP_WAIT_CONGESTED,  /* to send at a window of one segment (RFC 3168 6.1.2) */
    FLUE_TCP_WAIT_FIN_WAIT_2,
    FLUE_TCP_WAIT_TIME_WAIT
};

/* What an import made up, as well as it could, because the contract's structures do not carry it.
 */
enum flue_tcp_rebuilt {
    FLUE_TCP_REBUILT_CONGESTION = 0x01, /* the algorithm's own variables, from cwnd and ssthresh */
    FLUE_TCP_REBUILT_RECOVERY = 0x02,   /* a recovery was going on, or seems so: it starts afresh */
    FLUE_TCP_REBUILT_RTT_TIMING = 0x04, /* a segment in flight was being timed: it no longer is */
    FLUE_TCP_REBUILT_FINE_RTT = 0x08,   /* the round trip finer than a tick, from SRTT */
    FLUE_TCP_REBUILT_PACING = 0x10,     /* when the next segment may leave: at once */
    FLUE_TCP_REBUILT_IDLE = 0x20,       /* since when nothing was sent, from the age of TS.Recent */
    FLUE_TCP_REBUILT_ECN = 0x40,        /* what was agreed on: no new data is marked */
    FLUE_TCP_REBUILT_RACK = 0x80        /* when what is in flight was sent: at the move */
};

/* What the algorithm keeps to itself; zero where another one is in charge. */
struct flue_tcp_congestion_report {
    uint32_t cubic_w_max, cubic_w_est; /* bytes */
    uint32_t cubic_k_us;               /* from the stage's beginning until W_max is reached again */
    uint32_t dctcp_alpha_ppm;
    uint32_t compound_dwnd; /* bytes, part of cwnd */
    uint32_t compound_gamma_segments;
    flue_time compound_base_rtt;
};

/* Every variable of a connection, for probes, tests and reports. Names without a comment are those
 * of RFC 9293, 5681, 6298, 6582 and 7323. iss to snd_nxt and the like are sequence numbers as on
 * the wire; windows, cwnd and ssthresh are bytes, not scaled. What is not in use is zero. */
struct flue_tcp_snapshot {
    enum flue_tcp_connection_state state;
    uint32_t iss, irs; /* made up when the connection was imported */
    uint32_t snd_una, snd_nxt, snd_max, snd_wnd, max_snd_wnd, snd_wl1, snd_wl2;
    uint32_t rcv_nxt, rcv_wnd; /* rcv_wnd: bytes offered beyond rcv_nxt, as last advertised */
    uint32_t rcv_buffered;     /* bytes delivered and not consumed */
    uint32_t snd_queued;       /* bytes queued from snd_una on */
    uint32_t reassembly_bytes; /* out-of-order bytes held */
    uint32_t cwnd, ssthresh, recover;
    bool in_recovery;
    uint8_t dup_acks, retransmissions;
    uint32_t srtt_x8_ticks, rttvar_x4_ticks, rto_ticks;
    uint32_t ts_recent, ts_offset;
    uint16_t mss; /* payload of a full segment, options taken off */
    uint8_t snd_wind_scale, rcv_wind_scale;
    bool timestamps, window_scaling, sack, nagle;
    bool ecn;                    /* agreed on: new data goes out marked ECT(0) */
    bool ecn_echo;               /* CE has arrived and the peer's CWR has not */
    bool snd_urgent, rcv_urgent; /* whether snd_up and rcv_up count */
    uint32_t snd_up, rcv_up;     /* one past the urgent data that was sent, or announced */
    bool is_unreachable;         /* the network said so since the peer was last heard */
    uint32_t sacked_bytes;       /* beyond snd_una, held by the peer */
    bool rack;                   /* losses are found by time */
    uint32_t lost_bytes;         /* with RACK: lost and not sent again yet */
    uint32_t rack_left_ticks;    /* its timer, or the loss probe's; or NOT_RUNNING */
    uint32_t retransmit_left_ticks, delayed_ack_left_ticks, keepalive_left_ticks,
        window_update_left_ticks; /* or NOT_RUNNING */

    /* How it stands */
    bool is_active_open;
    bool is_released;        /* by its owner */
    bool is_exhausted;       /* given up, its owner takes over */
    bool is_muted;           /* its path takes nothing */
    bool fin_wanted;         /* the application has shut down sending */
    bool fin_sent;           /* FIN is part of snd_max */
    bool fin_received;       /* FIN is part of rcv_nxt */
    enum flue_result reason; /* why it ended */
    enum flue_tcp_wait wait; /* what retransmit_left_ticks is for */
    uint8_t backoff;         /* timeouts since the last valid sample: rto is doubled so often */
    uint8_t probe_round;     /* of window probing */
    uint8_t keepalive_probes_sent;
    uint8_t segments_unacked; /* data segments since the last ACK that was sent */
    uint16_t remote_mss;      /* bytes: from the peer's SYN */
    uint16_t path_mss;        /* bytes: what the path takes; 65535: not known */
    uint32_t total_rt_ticks;  /* spent retransmitting the segment at snd_una */
    uint32_t ts_recent_age_ticks;
    uint32_t last_ack_sent; /* Last.ACK.sent (RFC 7323) */
    bool rtt_timing;        /* without timestamps: the segment that ends at rtt_seq is timed */
    uint32_t rtt_seq;
    bool has_dsack; /* the next ACK reports [dsack.left, dsack.right) as a duplicate */
    struct flue_tcp_sack_block dsack;
    struct flue_tcp_options options; /* as flue_tcp_get_options gives them */

    /* The scoreboard (RFC 6675): pieces in sacked_bytes, HighRxt, and whether rule 4 was used */
    uint32_t sacked_ranges, high_rxt;
    bool has_rescued;
    /* ECN (RFC 3168), PRR (RFC 6937), F-RTO (RFC 5682) */
    bool ecn_cwr_owed;          /* CWR goes with the next new data */
    uint32_t ecn_reduced_until; /* sequence number: no further reduction before it */
    uint32_t prr_delivered, prr_out, prr_recover_fs; /* bytes, of this recovery */
    uint8_t frto_step; /* 0: none, else which ACK since the timeout is waited for */

    /* Congestion control's own, pacing, and what a move made up */
    struct flue_tcp_congestion_report congestion;
    flue_time fine_srtt;    /* picoseconds; 0: not measured, or nothing that needs it is in use */
    uint64_t pacing_bps;    /* payload, bits a second; 0: not paced now */
    flue_time pacing_until; /* the next segment waits until then; FLUE_TIME_NEVER: none waits */
    uint8_t rebuilt;        /* enum flue_tcp_rebuilt: by the import that it came with */
};
void flue_tcp_get_snapshot(const struct flue_tcp_connection *connection, flue_time now,
                           struct flue_tcp_snapshot *snapshot);

/* The smoothed round trip, as fine as it is measured; 0: not measured. */
flue_time flue_tcp_rtt(const struct flue_tcp_connection *connection);

struct flue_tcp_statistics {
    uint64_t in_segments, out_segments, in_errors, out_resets;
    uint64_t retransmitted_segments; /* with at least one byte, or the FIN, that was sent before */
    uint64_t repeated_segments;      /* of them, those with nothing else */
    uint64_t resets;                 /* from ESTABLISHED or CLOSE-WAIT straight to CLOSED */
    uint64_t fast_retransmits, timeouts;
    uint64_t spurious_timeouts; /* found by F-RTO */
    uint64_t tail_loss_probes;
    uint64_t ecn_ce_segments; /* data that arrived marked CE */
    uint64_t ecn_reductions;  /* windows reduced because the peer echoed CE */
    uint64_t in_icmp_errors, heeded_icmp_errors;
    uint32_t currently_established, connections; /* behind all the counters */
};
void flue_tcp_get_statistics(const struct flue_tcp_engine *engine,
                             struct flue_tcp_statistics *statistics);
/* The same of one address family (4 or 6); `connections` is left out. */
void flue_tcp_get_family_statistics(const struct flue_tcp_engine *engine, uint8_t ip_version,
                                    struct flue_tcp_statistics *statistics);

/* The options that the connection runs with: as it was opened, and as they were changed since.
 * Those that the peer did not agree to are off. */
void flue_tcp_get_options(const struct flue_tcp_connection *connection,
                          struct flue_tcp_options *options);
/* Changes what may change while a connection runs: get the options, change them, set them.
 * FLUE_ERROR_INVALID for a value out of bounds, FLUE_ERROR_STATE for one that is settled when the
 * connection opens; *field names it then (unless field is NULL), and nothing has changed. A smaller
 * receive buffer never takes back what was offered. */
FLUE_MUST_USE enum flue_result flue_tcp_set_options(struct flue_tcp_connection *connection,
                                                    flue_time now,
                                                    const struct flue_tcp_options *options,
                                                    const char **field);
void flue_tcp_set_nagle(struct flue_tcp_connection *connection, flue_time now, bool on);
/* Takes over what an owner may change at any time: keepalive, Nagle, MaxRT, TTL, traffic class,
 * flow label, and with FLUE_TCP_FLAG_UPDATE_RCV_WND the receive buffer. The restart flags do what
 * they say, once. FLUE_ERROR_INVALID when a value is out of bounds; then nothing has changed. */
FLUE_MUST_USE enum flue_result flue_tcp_update(struct flue_tcp_connection *connection,
                                               flue_time now, const struct flue_tcp_cached *cached);
/* The path carries IP packets of at most `path_mtu` bytes (RFC 1191, 8201). When segments shrink,
 * what is in flight goes out again in the new size, and cwnd stays. They grow to what both peers'
 * MSS and the options allow. */
void flue_tcp_set_path_mtu(struct flue_tcp_connection *connection, flue_time now,
                           uint32_t path_mtu);

/* How much longer a connection in TIME_WAIT stays there, instead of the engine's time_wait_ticks,
 * if no FIN comes again. A shorter wait than 2 MSL leaves segments of this connection to another
 * one of the same tuple. No effect in any other state. */
void flue_tcp_set_time_wait(struct flue_tcp_connection *connection, flue_time now, uint32_t ticks);

/* ---- Moving a connection between engines ------------------------------------------------------
 */

/* Sends an ACK that is being delayed, if one is owed, and stops its timer. */
void flue_tcp_flush_ack(struct flue_tcp_connection *connection, flue_time now);

/* Reads the connection's state in the contract's terms. Pointers inside `delegated` are left NULL.
 */
void flue_tcp_export(const struct flue_tcp_connection *connection, flue_time now,
                     struct flue_tcp_const *constants, struct flue_tcp_cached *cached,
                     struct flue_tcp_delegated *delegated);

/* Takes the connection out of its engine without a segment or a handler call, and frees it. Its
 * uncompleted send lists go to *lists (the first starts at SND.UNA), in order. Out-of-order data is
 * dropped (the peer sends it again). */
void flue_tcp_surrender(struct flue_tcp_connection *connection, flue_time now,
                        struct flue_buffer_list **lists);

/* What flue_tcp_import needs beside the state structures. */
struct flue_tcp_import {
    struct flue_four_tuple tuple;
    const struct flue_tcp_const *constants;
    const struct flue_tcp_cached *cached;
    const struct flue_tcp_delegated *delegated;
    uint32_t path_mtu;     /* bytes */
    uint32_t rcv_buffered; /* bytes before RCV.NXT that the application has not consumed */
    struct flue_buffer_list
        *lists;         /* send data from SND.UNA on; the engine's if the call succeeds */
    bool send_shutdown; /* the application has shut down sending: FIN ends the lists */
    const char *congestion_control; /* NULL: the engine's default */
    void *connection_user;
};

/* Goes on with a connection where another engine left it. Emits nothing itself: what may be sent
 * goes out with the first event, or call flue_tcp_resume. FLUE_ERROR_STATE for a state that cannot
 * move (HOST-002), FLUE_ERROR_INVALID for values that contradict each other, FLUE_ERROR_IN_USE,
 * FLUE_ERROR_LIMIT, FLUE_ERROR_NO_MEMORY. */
FLUE_MUST_USE enum flue_result flue_tcp_import(struct flue_tcp_engine *engine, flue_time now,
                                               const struct flue_tcp_import *import,
                                               struct flue_tcp_connection **connection);
/* Sends what an imported connection may send now. */
void flue_tcp_resume(struct flue_tcp_connection *connection, flue_time now);

#ifdef __cplusplus
}
#endif
#endif
