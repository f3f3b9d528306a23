/* SPDX-License-Identifier: GPL-2.0-or-later
 *
 * The offload target: the miniport and firmware of a chimney NIC.
 *
 * Upwards it is a flue_provider (flue/chimney.h); downwards it transmits and receives frames. Like
 * the TCP engine that it runs, it does no I/O and reads no clock: its owner, the NIC, hands in
 * packets and time, and keeps one event at flue_target_next_deadline.
 *
 * What it has to tell the host (completions, indications, events) waits in the target until the
 * owner calls flue_target_poll, as a NIC's event queue waits for the interrupt: the `interrupt`
 * handler says that the queue is no longer empty. An owner without costs polls at once, that is,
 * when the call into the target or its provider during which the handler came has returned.
 *
 * A state operation on a tree that is no tree (a block that two links lead to, a wrong layer, an
 * unknown type, a wrong size, a context that is not the target's) ends with FLUE_STATUS_FAILURE for
 * the blocks concerned and does nothing else. An invalidation holds from the call on.
 *
 * State operations are carried out one after the other in the order of their calls, each in the
 * configured time; flue_target_next_deadline says when. Received data counts against the
 * connection's window until it is in a posted request, or the client has returned the indication
 * that carried it.
 */
#ifndef FLUE_TARGET_H
#define FLUE_TARGET_H

#include "flue/adapter.h"
#include "flue/frame.h"
#include "flue/tcp.h"

#ifdef __cplusplus
extern "C" {
#endif

struct flue_target;

#define FLUE_TARGET_UNLIMITED UINT32_MAX
#define FLUE_TARGET_VLAN_IDS 8

/* How long the adapter is busy with a state operation; every member's default is 0. Placeholders
 * take no time. */
struct flue_target_cost {
    flue_time call; /* whatever the tree holds */
    flue_time neighbor;
    flue_time path;
    flue_time tcp; /* one object of that layer */
};

/* When the target suggests to take a connection back (EVENT-014, EVENT-015): what a connection did
 * in a period is judged at its end. Every threshold is 0, off, by default. */
struct flue_target_suggestions {
    flue_time period;                /* default 0: nothing is ever suggested */
    uint32_t least;                  /* fewer segments, or requests, prove nothing; default 100 */
    uint16_t drop_permille;          /* data segments sent again, of those sent: HighDropRate */
    uint16_t fragmentation_permille; /* datagrams in fragments, of those received with data:
                                        HighFragmentation */
    uint16_t out_of_order_permille;  /* data segments received ahead of their turn:
                                        HighOutofOrderPackets */
    uint16_t unposted_permille;      /* data segments that found no request: NoBufferProposting */
    uint32_t low_activity_segments;  /* with data, either way, at least: LowActivity */
    uint32_t small_io_bytes;         /* of a request, send or receive, on average: SmallIO */
};

struct flue_target_config {
    struct flue_tcp_config tcp;    /* its engine; is_offload_target is set by the target */
    struct flue_mac mac;           /* the interface's own address */
    uint32_t max_connections;      /* TcpConnectionOffloadCapacity; default 1024 */
    uint32_t max_paths;            /* default 1024 */
    uint32_t max_neighbors;        /* default 256 */
    uint32_t max_contexts;         /* objects of all layers; default UNLIMITED */
    uint32_t max_receive_window;   /* bytes; default 1 GiB */
    uint32_t max_path_mtu;         /* bytes; default 9000 */
    uint32_t max_source_macs;      /* besides its own, 0..4096: default 0, it can take on none */
    uint32_t max_source_ips;       /* 1..4096; default UNLIMITED */
    uint32_t max_transmit_buffers; /* one a connection; default UNLIMITED */
    uint64_t receive_buffer_bytes; /* for the InitialRcvWnd of all; default UINT64_MAX */
    uint64_t link_bps;             /* bits a second, from which the send backlog follows; default 0:
                                      it is not told */
    flue_time backlog_period;      /* in each, a connection tells at most one other send backlog;
                                      default 1 s */
    uint32_t backlog_change_percent; /* less of a change is not told; default 25 */
    uint32_t max_vlans;              /* ids other than 0 in use, 1..4096; default UNLIMITED */
    uint16_t vlan_ids[FLUE_TARGET_VLAN_IDS]; /* of the interface, 1..4094; default: none, which */
    uint32_t vlan_count;                     /* is id 0, and lets neighbours have any */
    flue_time reuse_delay; /* until the entry of a connection that was given back can carry
                              another; default 0 */
    struct flue_target_cost initiate, terminate, update, invalidate, query;
    struct flue_target_suggestions suggest;

    bool has_ipv4, has_ipv6, has_sack; /* what the hardware can do; default true, and one address
                                          family at least */
    bool enable_ipv4, enable_ipv6;     /* *TCPConnectionOffloadIPv4, ...IPv6; default true */
    uint32_t encapsulation; /* enum flue_encapsulation, ORed: what it says of its framings; default
                               IEEE_802_3 and P_AND_Q. Frames are Ethernet's in any case */
    bool drops_faulty;      /* frames with faults are dropped and counted; default: passed up */
};

struct flue_target_config flue_target_config_default(void);

struct flue_target_handlers {
    /* A frame for the wire. The packet is lent for the call; its payload's memory lasts until the
     * connection's send lists complete. */
    void (*transmit)(void *user, flue_time now, const struct flue_packet *packet);
    /* Something waits for flue_target_poll, and nothing did before. It comes from inside any call,
     * the provider's too; none comes during flue_target_poll. The handler may poll when it comes
     * from flue_target_input or flue_target_advance, never when it comes from a provider call. */
    void (*interrupt)(void *user, flue_time now);
    /* A segment for the ordinary path that came earlier: the first of them had urgent data, which
     * is the host's to deal with, and the host has the connection back (NONSTD-010). It comes from
     * inside flue_target_poll; the packet is lent for the call. NULL: they are dropped. */
    void (*pass_up)(void *user, flue_time now, const struct flue_packet *packet);
    /* Is this connection worth taking over? NULL: each is. False: it is refused with
     * FLUE_STATUS_OFFLOAD_CONNECTION_REJECTED (OFFLOAD-023). */
    bool (*is_welcome)(void *user, flue_time now, const struct flue_tcp_block *block);
    /* Asked before each segment of data: is there room for it on the way to the wire? False: data
     * waits until flue_target_continue. It may call nothing. NULL: there is always room. */
    bool (*has_room)(void *user);
};

FLUE_MUST_USE enum flue_result flue_target_create(const struct flue_target_config *config,
                                                  const struct flue_target_handlers *handlers,
                                                  void *user,
                                                  const struct flue_allocator *allocator,
                                                  struct flue_target **target);
/* Frees everything, without a call to anyone. NULL is allowed. */
void flue_target_destroy(struct flue_target *target);

/* The target's provider table; it lives as long as the target. */
struct flue_provider *flue_target_provider(struct flue_target *target);
/* Tells the target who is above: must come before the first operation. The table is copied.
 * FLUE_ERROR_INVALID when a function is missing; then nobody is above. */
enum flue_result flue_target_attach(struct flue_target *target, const struct flue_client *client);

/* A TCP packet from the wire. True: it belongs to an offloaded connection and is dealt with, or
 * dropped because it came from another VLAN. False: it is for the ordinary path, as are packets of
 * a connection that has ended or was given back. */
bool flue_target_input(struct flue_target *target, flue_time now, const struct flue_packet *packet);

/* The same for a frame as it comes, of `frame_length` bytes without FCS, of which `available` are
 * at `bytes`. What is not TCP, a fragment, or has IP options is for the ordinary path. When all of
 * it is there, faults are looked for too (flue_target_input_faulty). `payload_memory` as in
 * flue_frame_read. */
bool flue_target_input_frame(struct flue_target *target, flue_time now, const uint8_t *bytes,
                             uint32_t available, uint32_t frame_length,
                             struct flue_memory_descriptor *payload_memory);

/* There is room on the way to the wire again: connections whose data waited go on, in the order in
 * which they began to wait. Not from inside any other call. */
void flue_target_continue(struct flue_target *target, flue_time now);

/* Does it carry this connection? Says what flue_target_input would do, and does nothing. */
bool flue_target_carries(const struct flue_target *target, const struct flue_four_tuple *tuple);

/* Its TCP variables, for probes and reports. False when it does not carry it. */
bool flue_target_get_snapshot(const struct flue_target *target, flue_time now,
                              const struct flue_four_tuple *tuple,
                              struct flue_tcp_snapshot *snapshot);

/* A fragment on its way up the ordinary path, as flue_frame_read has filled it: the target counts
 * datagrams in fragments. flue_target_input_frame does it by itself. */
void flue_target_note_fragment(struct flue_target *target, const struct flue_packet *packet);

/* Runs operations and timers that are due at `now`. */
void flue_target_advance(struct flue_target *target, flue_time now);
flue_time flue_target_next_deadline(const struct flue_target *target);

/* A frame with a fault that flue_frame_find_fault found. True: it is dropped, and counted. False:
 * it is for the ordinary path and counted nowhere, as when nothing offloaded could be concerned
 * (STATS-011 to STATS-013). */
bool flue_target_input_faulty(struct flue_target *target, enum flue_frame_fault fault,
                              uint8_t ip_version, uint32_t ip_bytes);

/* How many completed lists, operations and status indications, and connections with data or events,
 * wait for flue_target_poll. */
uint32_t flue_target_pending(const struct flue_target *target);
/* Makes every waiting call into the client, and those that come of them. Returns how many
 * lists, operations, indications and events it told; 0 from inside a poll. Not from inside a
 * provider call. An owner that polls from the interrupt handler during flue_target_input lets the
 * client read a segment's data before the segment is acknowledged, as a host stack's own TCP does.
 */
uint32_t flue_target_poll(struct flue_target *target, flue_time now);

/* The same for the received data of one processor (flue_receive_scale_parameters), 0..63, and for
 * all else that waits once no processor has received data to hear of. The `interrupt` handler comes
 * when something is left for others. */
uint32_t flue_target_poll_cpu(struct flue_target *target, flue_time now, uint32_t cpu);
/* How many completed receive requests and connections with data or events wait for it. */
uint32_t flue_target_pending_on(const struct flue_target *target, uint32_t cpu);

/* ---- The administrator's side -----------------------------------------------------------------
 *
 * Status indications wait for flue_target_poll like everything else, and until no offload is in
 * progress (OFFLOAD-050). FLUE_ERROR_LIMIT when sixteen wait already: then nothing has changed. */

/* Asks the host to offload no more. Objects that are here stay; offloads that come all the same
 * wait for flue_target_resume (STATUS-004), or are refused by flue_target_upload_all. FLUE_OK and
 * nothing else when it is paused already. */
FLUE_MUST_USE enum flue_result flue_target_pause(struct flue_target *target, flue_time now);
/* Asks it to offload again, with `capabilities` (NULL: those that there were). They must lie within
 * those of the hardware, or FLUE_ERROR_INVALID. Needs no pause before it. */
FLUE_MUST_USE enum flue_result
flue_target_resume(struct flue_target *target, flue_time now,
                   const struct flue_tcp_connection_offload *capabilities);
/* Asks the host to take everything back. Until flue_target_resume it is paused, and I/O ends with
 * UPLOAD_IN_PROGRESS (STATUS-005). */
FLUE_MUST_USE enum flue_result flue_target_upload_all(struct flue_target *target, flue_time now);

/* Surprise removal: the adapter is pulled out, or its power fails. All state is lost, nothing more
 * is sent or taken in, and the host hears of each connection's loss as of a hardware failure. For
 * good: the owner destroys the target when the host has terminated everything. */
void flue_target_remove(struct flue_target *target, flue_time now);

/* Where hardware or memory can fail. */
enum flue_target_fault {
    FLUE_TARGET_FAULT_INITIATE, /* at an object of the operation: the hardware has lost its state */
    FLUE_TARGET_FAULT_TERMINATE,
    FLUE_TARGET_FAULT_UPDATE,
    FLUE_TARGET_FAULT_INVALIDATE,
    FLUE_TARGET_FAULT_QUERY,
    FLUE_TARGET_FAULT_SEND, /* at a call for a connection: the same */
    FLUE_TARGET_FAULT_RECEIVE,
    FLUE_TARGET_FAULT_FORWARD,
    FLUE_TARGET_FAULT_DISCONNECT,
    FLUE_TARGET_FAULT_SEGMENT,  /* at an arriving segment of a connection: the same */
    FLUE_TARGET_FAULT_BUFFER,   /* at arriving data: no memory for it; it is dropped */
    FLUE_TARGET_FAULT_TRANSMIT, /* at a segment to be sent: no memory for it; it is dropped */
    FLUE_TARGET_FAULTS
};

/* From here on, `skip` occasions of this kind pass, and the one after them fails. One fault of a
 * kind waits at a time. UINT32_MAX takes it back. */
void flue_target_inject(struct flue_target *target, enum flue_target_fault fault, uint32_t skip);

struct flue_target_statistics {
    struct flue_tcp_statistics tcp;
    uint32_t neighbors, paths, connections;
    uint32_t operations; /* calls that have not completed */
    uint64_t offloads, refusals, uploads;
    uint64_t indications, indicated_bytes, completions;
    uint64_t failures; /* connections lost by hardware */
};
void flue_target_get_statistics(const struct flue_target *target,
                                struct flue_target_statistics *statistics);

/* What the system keeps of it: registrations, reports, requests. */
struct flue_adapter *flue_target_adapter(struct flue_target *target);

#ifdef __cplusplus
}
#endif
#endif
