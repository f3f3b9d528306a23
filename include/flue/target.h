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
 * State operations are carried out one after the other in the order of their calls, each TCP object
 * in the configured delay; flue_target_next_deadline says when. Received data counts against the
 * connection's window until it is in a posted request, or the client has returned the indication
 * that carried it.
 */
#ifndef FLUE_TARGET_H
#define FLUE_TARGET_H

#include "flue/chimney.h"
#include "flue/frame.h"
#include "flue/tcp.h"

#ifdef __cplusplus
extern "C" {
#endif

struct flue_target;

#define FLUE_TARGET_UNLIMITED UINT32_MAX

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
    flue_time initiate_delay;      /* time to take over one TCP object; default 0 */
    flue_time terminate_delay;     /* time to give back one TCP object; default 0 */
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
    /* Is this connection worth taking over? NULL: each is. False: it is refused with
     * FLUE_STATUS_OFFLOAD_CONNECTION_REJECTED (OFFLOAD-023). */
    bool (*is_welcome)(void *user, flue_time now, const struct flue_tcp_block *block);
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
/* Tells the target who is above: must come before the first operation. */
void flue_target_attach(struct flue_target *target, const struct flue_client *client);

/* A TCP packet from the wire. True: it belongs to an offloaded connection and is dealt with. False:
 * it is for the ordinary path, as are packets of a connection that has ended or was given back. */
bool flue_target_input(struct flue_target *target, flue_time now, const struct flue_packet *packet);

/* Runs operations and timers that are due at `now`. */
void flue_target_advance(struct flue_target *target, flue_time now);
flue_time flue_target_next_deadline(const struct flue_target *target);

/* How many completed lists and operations, and connections with data or events, wait for
 * flue_target_poll. */
uint32_t flue_target_pending(const struct flue_target *target);
/* Makes every waiting call into the client, and those that come of them. Returns how many
 * lists, operations, indications and events it told; 0 from inside a poll. Not from inside a
 * provider call. An owner that polls from the interrupt handler during flue_target_input lets the
 * client read a segment's data before the segment is acknowledged, as a host stack's own TCP does.
 */
uint32_t flue_target_poll(struct flue_target *target, flue_time now);

struct flue_target_statistics {
    struct flue_tcp_statistics tcp;
    uint32_t neighbors, paths, connections;
    uint64_t offloads, refusals, uploads;
    uint64_t indications, indicated_bytes, completions;
};
void flue_target_get_statistics(const struct flue_target *target,
                                struct flue_target_statistics *statistics);

#ifdef __cplusplus
}
#endif
#endif
