/* SPDX-License-Identifier: GPL-2.0-or-later
 *
 * The engine's inside: one connection is one struct, one table of them is one engine. What every
 * file of model/tcp/ shares, grouped by who owns it. The variables carry RFC 9293's names.
 */
#ifndef FLUE_TCP_CONNECTION_H
#define FLUE_TCP_CONNECTION_H

#include "flue/tcp.h"
#include "tcp/congestion.h"
#include "tcp/extension.h"
#include "tcp/scoreboard.h"
#include "tcp/send_queue.h"
#include "tcp/seq.h"
#include "tcp/slab.h"
#include "tcp/wheel.h"

/* What the one slow timer of a connection waits for. They exclude each other. */
enum slow_timer {
    SLOW_NONE,
    SLOW_RETRANSMIT, /* something is in flight (RFC 6298) */
    SLOW_PERSIST,    /* the peer's window is zero: wait before the round's first probe */
    SLOW_PROBE,      /* a window probe is out */
    SLOW_OVERRIDE,   /* small data is held back: silly windows, or use_hold */
    SLOW_CONGESTED,  /* the smallest window is still too much: new data waits (RFC 3168 6.1.2) */
    SLOW_FIN_WAIT_2,
    SLOW_TIME_WAIT
};

/* A run of data that arrived ahead of RCV.NXT. */
struct reassembly_block {
    struct reassembly_block *next; /* behind this one in sequence space */
    uint32_t seq;
    uint32_t length;
    bool push;
    struct flue_memory_descriptor descriptor; /* bytes NULL: length only */
};

struct reassembly {
    struct reassembly_block *first;
    struct reassembly_block *last;
    uint32_t bytes; /* held */
    uint32_t room;  /* for so many blocks more */
    bool has_fin;
    uint32_t fin_seq; /* sequence number of the FIN itself */
    uint32_t
        recent[FLUE_TCP_SACK_MAX]; /* where data arrived last, newest first: SACK reports these */
    uint32_t recent_count;
};

struct flue_tcp_connection {
    struct wheel_entry timer; /* the earliest of the deadlines below; first, see flue_tcp_advance */

    /* Identity: table.c */
    struct flue_tcp_connection *hash_next;
    struct flue_tcp_engine *engine;
    struct flue_tcp_listener *listener; /* while SYN-RECEIVED by passive open, else NULL */
    void *user;
    struct flue_four_tuple tuple;

    /* State: state.c */
    uint8_t state;        /* enum flue_tcp_connection_state */
    uint8_t slow;         /* enum slow_timer */
    uint8_t holds;        /* calls in progress that still use the connection: calls.c */
    bool is_released : 1; /* the owner is done with it */
    bool is_reported : 1; /* `closed` has been called, or needs not be */
    bool is_active_open : 1;
    bool want_output : 1;     /* output is due when the outermost call ends */
    bool ack_now : 1;         /* an ACK is owed at once */
    bool fin_wanted : 1;      /* the application has shut down sending */
    bool fin_sent : 1;        /* FIN is part of SND.MAX */
    bool fin_received : 1;    /* FIN is part of RCV.NXT */
    bool in_recovery : 1;     /* between fast retransmit and `recover` (RFC 6582) */
    bool has_partial_ack : 1; /* of this recovery: the timer was restarted for it */
    bool is_timing : 1;       /* rtt_seq is being timed (without timestamps) */
    bool has_rtt : 1;         /* srtt is a measurement */
    bool use_timestamps : 1;
    bool use_window_scaling : 1;
    bool use_sack : 1;
    bool has_dsack : 1; /* a duplicate to report with the next ACK (RFC 2883) */
    bool has_ts_recent : 1;
    bool use_nagle : 1;
    bool use_keepalive : 1;
    bool use_limited_transmit : 1;
    bool use_hold : 1;
    bool use_delayed_ack : 1;
    bool is_listed : 1;           /* in the table: until it ends */
    bool is_exhausted : 1;        /* given up, its owner takes over: no timer, no output */
    bool is_muted : 1;            /* its path takes nothing: output and timers wait */
    bool is_unreachable : 1;      /* the network said so since the peer was last heard: icmp.c */
    bool is_guarded : 1;          /* keepalive runs because of a challenge: blind.c */
    bool is_reset_challenged : 1; /* ... since the last acceptable segment */
    bool is_override_due : 1;     /* what was held back goes, however little it is */
    bool is_update_due : 1;       /* the window opens by however little there is */
    bool is_waiting : 1;          /* in the line for the transmitter's room: room.c */
    uint8_t snd_wind_scale;
    uint8_t rcv_wind_scale;
    int8_t reason;     /* enum flue_result: why it ended */
    uint16_t path_mss; /* what the path takes, TCP options not deducted; update.c */
    uint32_t max_rt;   /* ticks; 0: the engine's max_retransmissions rules */

    /* Deadlines, ticks; WHEEL_NEVER: not running. timers.c */
    uint64_t slow_deadline;
    uint64_t delayed_ack_deadline;
    uint64_t keepalive_deadline;
    uint64_t window_update_deadline; /* of a window that opened too little to be told at once */

    /* Send: output.c, accept_ack.c */
    uint32_t iss;
    uint32_t snd_una;
    uint32_t snd_nxt;
    uint32_t snd_max;
    uint32_t snd_wnd;
    uint32_t max_snd_wnd;
    uint32_t snd_wl1;
    uint32_t snd_wl2;
    struct send_queue queue;
    uint16_t remote_mss; /* from the peer's SYN */
    uint16_t mss;        /* payload of a full segment, timestamps deducted */
    uint16_t option_mss; /* what we announce and never exceed */
    uint8_t retransmissions;
    uint8_t backoff; /* timeouts since the last valid sample of the round trip (RFC 6298 5.5) */
    uint8_t dup_acks;
    uint8_t probe_round;
    uint8_t keepalive_probes_sent;
    uint8_t rebuilt;    /* enum flue_tcp_rebuilt */
    uint32_t last_sent; /* tick at which data was last sent */

    /* Congestion control and round trip: congestion files, recovery.c, rtt.c */
    const struct congestion_algorithm *congestion;
    struct extension *extension; /* NULL unless an option needs it: extension.h */
    uint32_t cwnd;
    uint32_t ssthresh;
    uint32_t recover;
    uint32_t srtt_x8;   /* ticks */
    uint32_t rttvar_x4; /* ticks */
    uint32_t rto;       /* ticks, not backed off */
    uint32_t rtt_seq;
    uint32_t rtt_tick; /* also: when the segment now retransmitted was first given up (TotalRT) */

    /* Receive: accept_data.c, reassembly.c */
    uint32_t irs;
    uint32_t rcv_nxt;
    uint32_t rcv_adv;      /* right edge of the window advertised */
    uint32_t rcv_buf;      /* largest window, bytes */
    uint32_t rcv_buffered; /* delivered and not consumed, bytes */
    uint32_t last_ack_sent;
    uint32_t ts_recent;
    uint32_t ts_offset; /* timestamp clock = tick + ts_offset */
    uint64_t ts_recent_tick;
    struct reassembly *reassembly; /* only while something is out of order */
    struct scoreboard *scoreboard; /* only while the peer holds something out of order */
    struct flue_tcp_sack_block dsack;

    /* Options kept for the IP header and for keepalive */
    uint32_t flow_label;
    uint8_t ttl;
    uint8_t traffic_class;
    uint8_t segments_unacked; /* data segments since the last ACK we sent */
    uint8_t keepalive_probes;
    uint32_t keepalive_idle;
    uint32_t keepalive_interval;
};

_Static_assert(sizeof(struct flue_tcp_connection) <= 368,
               "with its share of the table an idle connection takes 384 bytes");

struct flue_tcp_listener {
    struct flue_tcp_engine *engine;
    struct flue_tcp_listener *next;
    void *user;
    struct flue_ip address;
    bool any_address;
    uint8_t ip_version;
    uint16_t port;
    uint32_t backlog;
    uint32_t pending; /* connections in SYN-RECEIVED */
    struct flue_tcp_options options;
};

struct flue_tcp_engine {
    struct flue_tcp_config config;
    struct flue_tcp_handlers handlers;
    void *user;
    struct flue_allocator allocator;
    flue_time tick_length; /* picoseconds */
    uint64_t last_tick;    /* that flue_time can say */
    flue_time now;         /* of the current call */
    uint64_t tick;         /* the tick that it lies in */

    struct flue_tcp_connection **buckets;
    uint32_t bucket_count; /* a power of two */
    uint32_t connection_count;
    struct flue_tcp_listener *listeners;

    struct slab connections;
    struct slab reassemblies;
    struct slab blocks;
    struct slab scoreboards;
    struct slab ranges;
    struct slab extensions;
    struct slab racks;
    struct slab records;
    struct wheel wheel;
    struct wheel paced;    /* segments that wait for their time: picoseconds, not ticks */
    flue_time paced_first; /* its first deadline */

    struct flue_tcp_connection **waiting; /* for room below, in their order: room.c */
    uint32_t waiting_count;
    uint32_t waiting_places;

    uint64_t challenge_tick; /* RFC 5961 7: the second that challenge_count counts in */
    uint32_t challenge_count;
    struct flue_tcp_statistics statistics[2]; /* IPv4, IPv6 */
};

/* ---- engine.c, table.c ---- */
struct flue_tcp_connection *flue__tcp_new(struct flue_tcp_engine *engine,
                                          const struct flue_four_tuple *tuple,
                                          const struct flue_tcp_options *options, void *user);
/* Gives it the object of extension.h if it has none. False: no memory. */
bool flue__tcp_extend(struct flue_tcp_connection *connection);
/* Takes it out of table and wheel and frees it. Its send queue must be empty. */
void flue__tcp_free(struct flue_tcp_connection *connection);
struct flue_tcp_listener *flue__tcp_find_listener(const struct flue_tcp_engine *engine,
                                                  const struct flue_four_tuple *tuple);
uint32_t flue__tcp_hash(const struct flue_four_tuple *tuple);
enum flue_result flue__tcp_table_insert(struct flue_tcp_connection *connection);
/* Does nothing when it has left the table before. */
void flue__tcp_table_remove(struct flue_tcp_connection *connection);
uint32_t flue__tcp_isn(const struct flue_tcp_engine *engine, flue_time now,
                       const struct flue_four_tuple *tuple);
static inline void
flue__tcp_set_clock(struct flue_tcp_engine *engine, flue_time now)
{
    engine->now = now;
    engine->tick = now / engine->tick_length;
}

/* tunables.c: the first option that differs and cannot change after the opening; NULL: none. */
const char *flue__tcp_settled_option(const struct flue_tcp_options *before,
                                     const struct flue_tcp_options *after);

/* ---- room.c ---- */
/* Is the transmitter full? Then the connection is in the line, and flue_tcp_continue calls it. */
bool flue__tcp_must_wait(struct flue_tcp_connection *connection);
void flue__tcp_leave_line(struct flue_tcp_connection *connection);

/* ---- calls.c: entering and leaving a connection ---- */

/* Every entry point holds the connection while it works on it. Letting go of the outermost hold
 * sends what is due, moves the timer, and frees the connection if its end has come. */
void flue__tcp_hold(struct flue_tcp_connection *connection);
void flue__tcp_let_go(struct flue_tcp_connection *connection, flue_time now);

/* ---- urgent.c; those without a comment only with an extension ---- */
void flue__tcp_mark_urgent(const struct flue_tcp_connection *connection,
                           struct flue_tcp_segment *segment);
/* Urgent data is queued or in flight. With or without an extension. */
bool flue__tcp_has_urgent(const struct flue_tcp_connection *connection);
void flue__tcp_urgent_acknowledged(struct flue_tcp_connection *connection);
void flue__tcp_urgent_consumed(struct flue_tcp_connection *connection);
/* Step 6. False: processing of the segment ends. With or without an extension. */
bool flue__tcp_accept_urgent(struct flue_tcp_connection *connection, flue_time now,
                             const struct flue_tcp_segment *segment);

/* ---- update.c ---- */

/* Asks the owner what the path takes; sets is_muted, and the segment size when that changed. */
void flue__tcp_follow_path(struct flue_tcp_connection *connection, flue_time now);
/* Segments fit into IP packets of at most `path_mtu` bytes from here on. What was on its way in
 * larger ones goes out again. */
void flue__tcp_fit_path(struct flue_tcp_connection *connection, flue_time now, uint32_t path_mtu);
/* TCP's share of a packet of `path_mtu` bytes, options not deducted; at least FLUE_TCP_MSS_LEAST */
uint16_t flue__tcp_path_mss(const struct flue_tcp_connection *connection, uint32_t path_mtu);
/* The bytes of the IP packet that a full segment fills. */
uint32_t flue__tcp_packet_size(const struct flue_tcp_connection *connection);

/* ---- state.c ---- */

/* The one place where the state changes. A move between engines sets it as it is ... */
void flue__tcp_set_state(struct flue_tcp_connection *connection,
                         enum flue_tcp_connection_state state);
/* ... and everything else enters it, which runs the new state's entry action. */
void flue__tcp_enter(struct flue_tcp_connection *connection, flue_time now,
                     enum flue_tcp_connection_state state);
/* Enters CLOSED and reports `reason`; send lists end as aborted. */
void flue__tcp_end(struct flue_tcp_connection *connection, flue_time now, enum flue_result reason);
/* RFC 9293 3.3.2: the peer's SYN has been acknowledged and ours too, or soon will be. */
static inline bool
flue__tcp_is_synchronized(const struct flue_tcp_connection *connection)
{
    return connection->state >= FLUE_TCP_CONNECTION_ESTABLISHED;
}

/* The states in which the application may still send, and the peer may still send. */
static inline bool
flue__tcp_can_send(const struct flue_tcp_connection *connection)
{
    return connection->state == FLUE_TCP_CONNECTION_ESTABLISHED ||
           connection->state == FLUE_TCP_CONNECTION_CLOSE_WAIT;
}

static inline bool
flue__tcp_can_receive(const struct flue_tcp_connection *connection)
{
    return connection->state == FLUE_TCP_CONNECTION_ESTABLISHED ||
           connection->state == FLUE_TCP_CONNECTION_FIN_WAIT1 ||
           connection->state == FLUE_TCP_CONNECTION_FIN_WAIT2;
}

/* ---- arrive.c, arrive_setup.c, accept_ack.c, accept_data.c, reassembly.c ---- */
void flue__tcp_arrive(struct flue_tcp_connection *connection, flue_time now,
                      const struct flue_tcp_segment *segment);
void flue__tcp_arrive_closed(struct flue_tcp_engine *engine, flue_time now,
                             const struct flue_four_tuple *tuple,
                             const struct flue_tcp_segment *segment);
void flue__tcp_arrive_listen(struct flue_tcp_listener *listener, flue_time now,
                             const struct flue_four_tuple *tuple,
                             const struct flue_tcp_segment *segment);
/* A connection in TIME-WAIT makes way for a new one of the same tuple. False: it stays. */
bool flue__tcp_reopen(struct flue_tcp_connection *connection, flue_time now,
                      const struct flue_tcp_segment *segment);
void flue__tcp_arrive_syn_sent(struct flue_tcp_connection *connection, flue_time now,
                               const struct flue_tcp_segment *segment);
/* What may be in flight at the start (RFC 5681 3.1). */
uint32_t flue__tcp_initial_window(const struct flue_tcp_connection *connection);
/* MSS, cwnd and the first round-trip sample, when the peer has acknowledged our SYN. */
void flue__tcp_open_windows(struct flue_tcp_connection *connection,
                            const struct flue_tcp_segment *segment);
/* What a full segment carries: from both peers' MSS, the path and the options in use. */
void flue__tcp_set_mss(struct flue_tcp_connection *connection);
/* cwnd at the start (RFC 5681 3.1), with the segment size that it has. */
uint32_t flue__tcp_initial_window(const struct flue_tcp_connection *connection);
/* The lists that end at or before SND.UNA go back to the owner, who learns that `bytes` more are
 * acknowledged. */
void flue__tcp_complete_lists(struct flue_tcp_connection *connection, flue_time now,
                              uint32_t bytes);
/* Step 5; false: processing of the segment ends. */
bool flue__tcp_accept_ack(struct flue_tcp_connection *connection, flue_time now,
                          const struct flue_tcp_segment *segment);
/* Steps 7 and 8. */
void flue__tcp_accept_data(struct flue_tcp_connection *connection, flue_time now,
                           const struct flue_tcp_segment *segment);
/* The same for what came with the SYN,ACK that opened the connection (RFC 9293 3.10.7.3). */
void flue__tcp_accept_syn_text(struct flue_tcp_connection *connection, flue_time now,
                               const struct flue_tcp_segment *segment);
/* Keeps a piece of data ahead of RCV.NXT. Without memory it is dropped: the peer sends it again. */
void flue__tcp_reassembly_add(struct flue_tcp_connection *connection, uint32_t seq,
                              const struct flue_span *data, bool push, bool fin);
/* Delivers what has become in order. True when that included the FIN. */
bool flue__tcp_reassembly_deliver(struct flue_tcp_connection *connection, flue_time now);
/* The run of data held that contains `seq`. False: none does. */
bool flue__tcp_reassembly_run(const struct reassembly *reassembly, uint32_t seq,
                              struct flue_tcp_sack_block *run);
void flue__tcp_reassembly_drop(struct flue_tcp_connection *connection);
/* Hands in-order data to the owner and advances RCV.NXT. */
void flue__tcp_deliver(struct flue_tcp_connection *connection, flue_time now,
                       const struct flue_span *data, bool push);

/* ---- output.c, segment.c ---- */

/* Sends all that may be sent now, and the ACK that is owed. */
void flue__tcp_output(struct flue_tcp_connection *connection, flue_time now);
/* Sends one segment of old data from SND.UNA on, at most a full one; recovery's tool. Returns how
 * much of the sequence space it took. */
uint32_t flue__tcp_retransmit(struct flue_tcp_connection *connection, flue_time now);
/* Sends old data again, or the next new data if the windows let it go; both return the bytes sent.
 */
uint32_t flue__tcp_send_again(struct flue_tcp_connection *connection, flue_time now, uint32_t seq,
                              uint32_t length);
uint32_t flue__tcp_send_new(struct flue_tcp_connection *connection, flue_time now);
void flue__tcp_send_syn(struct flue_tcp_connection *connection, flue_time now);
void flue__tcp_send_ack(struct flue_tcp_connection *connection, flue_time now);
void flue__tcp_send_probe(struct flue_tcp_connection *connection, flue_time now, bool keepalive);
void flue__tcp_send_reset(struct flue_tcp_connection *connection, flue_time now);
/* RFC 5961: an ACK in answer to a suspicious segment, at a limited rate. */
void flue__tcp_challenge(struct flue_tcp_connection *connection, flue_time now);
/* The window to advertise, bytes: never shrinks, avoids the silly window (RFC 9293 3.8.6.2.2). */
uint32_t flue__tcp_receive_window(const struct flue_tcp_connection *connection);
/* The window is smaller than a segment, and could open by less than is worth telling. */
bool flue__tcp_holds_window(const struct flue_tcp_connection *connection);
/* Bytes and FIN in [SND.UNA, end of queue). */
uint32_t flue__tcp_snd_end(const struct flue_tcp_connection *connection);
/* Fills header, options and IP fields; sequence, flags and payload are the caller's. */
void flue__tcp_build(const struct flue_tcp_connection *connection, uint32_t seq, uint8_t flags,
                     struct flue_span payload, struct flue_tcp_segment *segment);

/* ---- rtt.c ---- */
void flue__tcp_rtt_sample(struct flue_tcp_connection *connection, uint32_t ticks);
void flue__tcp_rtt_update_rto(struct flue_tcp_connection *connection);
/* What a retransmission timer is started with: RTO, twice as much for each timeout in vain. */
uint32_t flue__tcp_timeout(const struct flue_tcp_connection *connection);
/* RTO times 2^shift, within the bounds. */
uint32_t flue__tcp_backed_off(const struct flue_tcp_connection *connection, uint32_t shift);
/* The segment that ends at `seq_end` leaves: it is timed, if none is. */
void flue__fine_rtt_start(struct flue_tcp_connection *connection, uint32_t seq_end);
/* `ack` has arrived; sets `latest`. */
void flue__fine_rtt_take(struct flue_tcp_connection *connection, uint32_t ack);
/* Something is sent again: what was timed could be it (Karn's rule). */
void flue__tcp_stop_timing(struct flue_tcp_connection *connection);

/* ---- recovery.c ---- */
void flue__tcp_on_duplicate_ack(struct flue_tcp_connection *connection, flue_time now);
/* may_grow: nothing forbids that the window grows by it. */
void flue__tcp_on_new_ack(struct flue_tcp_connection *connection, flue_time now, uint32_t acked,
                          uint32_t flight_before, bool may_grow);
void flue__tcp_on_timeout(struct flue_tcp_connection *connection, flue_time now);

/* ---- congestion_events.c: the connection's side of congestion.h ---- */

/* The connection opened, or came from another engine. */
void flue__congestion_start(struct flue_tcp_connection *connection, bool is_rebuilt);
/* An ACK of new data, before anything else of congestion control sees it. */
void flue__congestion_observe(struct flue_tcp_connection *connection,
                              const struct flue_tcp_segment *segment);
/* New data was acknowledged outside recovery: cwnd may grow. */
void flue__congestion_acked(struct flue_tcp_connection *connection, uint32_t acked,
                            uint32_t flight_before);
/* A loss was found: ssthresh is set (RFC 5681 equation 4). */
void flue__tcp_cut_window(struct flue_tcp_connection *connection);
/* The peer echoed CE: ssthresh and cwnd are set. */
void flue__tcp_cut_window_for_mark(struct flue_tcp_connection *connection);
/* The retransmission timer expired for the first time on this data: ssthresh and cwnd are set. */
void flue__congestion_timed_out(struct flue_tcp_connection *connection);
/* The last reduction was for nothing: the algorithm's variables are what they were before it. cwnd
 * and ssthresh are the caller's (RFC 4015). */
void flue__congestion_undo(struct flue_tcp_connection *connection);
/* Data is about to go out and nothing is in flight: the idle restart. */
void flue__congestion_resume(struct flue_tcp_connection *connection);
void flue__congestion_report(const struct flue_tcp_connection *connection,
                             struct flue_tcp_congestion_report *report);

/* ---- rebuild.c ---- */
/* Makes up what an import needs and the structures do not carry. */
void flue__tcp_rebuild(struct flue_tcp_connection *connection,
                       const struct flue_tcp_delegated *delegated);

/* ---- pacing.c ---- */
/* Off; the extension has just been made. */
void flue__pacing_init(struct flue_tcp_connection *connection);
void flue__pacing_stop(struct flue_tcp_connection *connection);
/* The next segment must wait; the engine comes back to the connection when its time has come. */
bool flue__pacing_holds(struct flue_tcp_connection *connection);
/* `length` bytes left. */
void flue__pacing_sent(struct flue_tcp_connection *connection, uint32_t length);
/* Bits a second; 0: not paced. */
uint64_t flue__pacing_rate(const struct flue_tcp_connection *connection);
/* A segment waits for its time, as cwnd set it. */
bool flue__pacing_is_waiting(const struct flue_tcp_connection *connection);
/* Sends everything whose time has come. */
void flue__pacing_advance(struct flue_tcp_engine *engine, flue_time now);

/* ---- recovery_prr.c: nothing happens unless the connection uses it ---- */
bool flue__prr_is_on(const struct flue_tcp_connection *connection);
/* An imported connection. */
void flue__prr_resume(struct flue_tcp_connection *connection);
/* What an ACK delivers is noted, in recovery and before: with SACK, when the scoreboard is up to
 * date; without, for each duplicate and for each advance of SND.UNA by `acked`. */
void flue__prr_on_ack(struct flue_tcp_connection *connection);
void flue__prr_on_duplicate(struct flue_tcp_connection *connection);
void flue__prr_on_advance(struct flue_tcp_connection *connection, uint32_t acked);
/* A recovery begins; ssthresh is set. */
void flue__prr_start(struct flue_tcp_connection *connection);
/* Sets cwnd to what may be in flight after the ACK that was noted last. */
void flue__prr_set_window(struct flue_tcp_connection *connection);
void flue__prr_on_sent(struct flue_tcp_connection *connection, uint32_t length);

/* ---- frto.c ---- */
/* What an acceptable ACK told. */
struct ack_news {
    uint32_t acked;    /* by how much SND.UNA advanced */
    bool is_duplicate; /* as RFC 5681 2 defines it */
    bool is_sack_news; /* its blocks told of data not known to be held before */
};
/* The retransmission timer has expired and nothing has been done about it. True: whether that was
 * right will be seen, so the scoreboard is kept. */
bool flue__frto_on_timeout(struct flue_tcp_connection *connection);
/* The ACK has been taken in, by the scoreboard and the windows too. */
void flue__frto_on_ack(struct flue_tcp_connection *connection, flue_time now,
                       const struct ack_news *news);

/* Old data goes out up to `end` while the first ACK is waited for. */
void flue__frto_on_sent(struct flue_tcp_connection *connection, uint32_t end);
/* The second ACK is waited for: nothing old may be sent. */
bool flue__frto_is_waiting(const struct flue_tcp_connection *connection);

/* ---- RACK-TLP, as far as the rest of the engine knows it: rack.h has the whole ---- */
/* False also when it is off for want of memory. What follows asks for true, unless it says not. */
bool flue__rack_is_on(const struct flue_tcp_connection *connection);
/* For a connection that asks for it; the extension is there. False: no memory. */
bool flue__rack_create(struct flue_tcp_connection *connection);
/* Whether it is on or not, these four. */
void flue__rack_destroy(struct flue_tcp_connection *connection);
void flue__rack_resume(struct flue_tcp_connection *connection, flue_time now);
void flue__rack_stop_timer(struct flue_tcp_connection *connection);
uint64_t flue__rack_deadline(const struct flue_tcp_connection *connection);
/* Bytes in flight: neither acknowledged nor lost. */
uint32_t flue__rack_pipe(const struct flue_tcp_connection *connection);
bool flue__rack_has_lost(const struct flue_tcp_connection *connection);
bool flue__rack_has_newly_lost(const struct flue_tcp_connection *connection);
/* The retransmission timer has expired, or all that is in flight has to go out again. */
void flue__rack_on_timeout(struct flue_tcp_connection *connection, flue_time now);
void flue__rack_lose_all(struct flue_tcp_connection *connection);
/* The timeout was spurious. */
void flue__rack_unmark_lost(struct flue_tcp_connection *connection);
/* Sends what is lost: the first of it whatever the window says, or as far as cwnd has room. On or
 * not. */
void flue__rack_send_first(struct flue_tcp_connection *connection, flue_time now);
void flue__rack_send_lost(struct flue_tcp_connection *connection, flue_time now);
void flue__rack_timer_fired(struct flue_tcp_connection *connection, flue_time now);

/* ---- ecn.c ---- */
/* What an ACK says of congestion. */
enum ecn_echo {
    ECN_ECHO_NONE,
    ECN_ECHO_KNOWN, /* answered now or before: the window does not grow */
    ECN_ECHO_HOLD   /* the window cannot shrink: new data waits for a retransmission timeout */
};
/* New data is marked. */
bool flue__ecn_is_on(const struct flue_tcp_connection *connection);
/* The flags that go with our SYN or SYN-ACK, which is sent now. */
uint8_t flue__ecn_syn_flags(struct flue_tcp_connection *connection);
/* The peer's SYN or SYN-ACK. */
void flue__ecn_take_syn(struct flue_tcp_connection *connection,
                        const struct flue_tcp_segment *segment);
/* An imported connection: nobody says what was agreed. What the peer marks is echoed, what it
 * echoes is answered, but nothing more is marked. */
void flue__ecn_resume(struct flue_tcp_connection *connection);
/* Sets the ECN field and flags of a segment about to be sent. */
void flue__ecn_mark(struct flue_tcp_connection *connection, bool is_new_data,
                    struct flue_tcp_segment *segment);
/* CE and CWR of data that lies in the window. */
void flue__ecn_take_data(struct flue_tcp_connection *connection,
                         const struct flue_tcp_segment *segment);
/* The window was reduced for whatever reason. */
void flue__ecn_note_reduction(struct flue_tcp_connection *connection);
/* An acceptable ACK, before SND.UNA moves. */
enum ecn_echo flue__ecn_take_echo(struct flue_tcp_connection *connection,
                                  const struct flue_tcp_segment *segment);

/* ---- blind.c ---- */
/* The rules of an offload target hold, not those of RFC 5961 alone. */
bool flue__blind_is_on(const struct flue_tcp_connection *connection);
/* A reset, or a SYN, within the window. */
void flue__blind_reset(struct flue_tcp_connection *connection, flue_time now);
void flue__blind_syn(struct flue_tcp_connection *connection, flue_time now,
                     const struct flue_tcp_segment *segment);
/* An acceptable segment has come. */
void flue__blind_over(struct flue_tcp_connection *connection, flue_time now);
/* How many keepalive probes, and the ticks between them. */
uint32_t flue__blind_probes(const struct flue_tcp_connection *connection);
uint32_t flue__blind_interval(const struct flue_tcp_connection *connection);

/* ---- sack_recovery.c ---- */
/* An ACK was taken in; is_news: its blocks told of data not known to be held before. */
void flue__tcp_sack_on_ack(struct flue_tcp_connection *connection, flue_time now, bool is_news);
/* Sends what pipe leaves room for, while in recovery. */
void flue__tcp_sack_output(struct flue_tcp_connection *connection, flue_time now);
/* Fills the segment's SACK blocks from what has arrived out of order. */
void flue__tcp_sack_blocks(const struct flue_tcp_connection *connection,
                           struct flue_tcp_segment *segment);

/* ---- timers.c ---- */
void flue__tcp_arm_slow(struct flue_tcp_connection *connection, flue_time now, enum slow_timer kind,
                        uint64_t ticks);
/* Ticks spent retransmitting the segment at SND.UNA (TotalRT); 0 when it is not. */
uint32_t flue__tcp_total_rt(const struct flue_tcp_connection *connection);
/* The running retransmission timer ends no later than MaxRT does. */
void flue__tcp_cap_retransmit(struct flue_tcp_connection *connection, flue_time now);
void flue__tcp_stop_slow(struct flue_tcp_connection *connection);
void flue__tcp_arm_delayed_ack(struct flue_tcp_connection *connection, flue_time now);
void flue__tcp_arm_keepalive(struct flue_tcp_connection *connection, flue_time now, uint64_t ticks);
/* The timer of a held window, if it is held and the timer does not run. */
void flue__tcp_arm_window_update(struct flue_tcp_connection *connection, flue_time now);
/* The opening may take so long; 0: as long as its retransmissions last. */
void flue__tcp_limit_opening(struct flue_tcp_connection *connection, flue_time now, uint32_t ticks);
/* The tick at which something armed now for `ticks` ends: never early. */
uint64_t flue__tcp_deadline(const struct flue_tcp_engine *engine, flue_time now, uint64_t ticks);
/* What is left of a deadline, from the next tick on; FLUE_TICKS_NOT_RUNNING. */
uint32_t flue__tcp_ticks_left(const struct flue_tcp_connection *connection, flue_time now,
                              uint64_t deadline);
/* Puts the wheel entry at the earliest deadline. */
void flue__tcp_settle_timer(struct flue_tcp_connection *connection);
/* The owner takes care of it from here: timers and output stop, nothing is taken in. */
void flue__tcp_hand_over(struct flue_tcp_connection *connection);
void flue__tcp_timer_fired(struct flue_tcp_connection *connection, flue_time now);

static inline struct flue_tcp_statistics *
flue__tcp_family_stats(struct flue_tcp_engine *engine, const struct flue_four_tuple *tuple)
{
    return &engine->statistics[tuple->ip_version == 6];
}

static inline struct flue_tcp_statistics *
flue__tcp_stats(struct flue_tcp_connection *connection)
{
    return flue__tcp_family_stats(connection->engine, &connection->tuple);
}

#endif
