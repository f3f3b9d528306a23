/* SPDX-License-Identifier: GPL-2.0-or-later
 *
 * The host stack: it opens connections, serves applications, decides which connections live on the
 * NIC, moves them there and takes them back.
 *
 * A connection is used in one way wherever it lives: flue_host_send and flue_host_receive go to the
 * TCP engine or down the chimney (the logical switch). Below, the host needs an IP layer to
 * transmit segments and to answer where a connection leaves the machine.
 *
 * It does no I/O and reads no clock: the owner hands in segments and time, and keeps one event at
 * flue_host_next_deadline.
 *
 * What an adapter offers, and when it wants no more or everything back, the host asks and hears by
 * itself (flue/oid.h): connections that an adapter does not offer to take, or has no room for,
 * stay; those that are to be offloaded during a pause wait for its end.
 *
 * A handler may call any function of this header on any connection, flue_host_close on its own
 * included. Moves are carried out when the outermost call into the host returns, so a connection's
 * owner never changes in the middle of a call. Segments for a connection whose state is away go to
 * flue_host_input as all others do: it keeps them, or forwards them to the target.
 */
#ifndef FLUE_HOST_H
#define FLUE_HOST_H

#include "flue/chimney.h"
#include "flue/cost.h"
#include "flue/tcp.h"

#ifdef __cplusplus
extern "C" {
#endif

struct flue_host;
struct flue_host_connection;
struct flue_host_listener;

/* Who owns a connection's state now. */
enum flue_owner { FLUE_OWNER_HOST, FLUE_OWNER_OFFLOADING, FLUE_OWNER_TARGET, FLUE_OWNER_UPLOADING };

enum flue_offload_policy {
    FLUE_POLICY_NEVER, /* only flue_host_offload moves a connection */
    FLUE_POLICY_ALWAYS /* offload each connection as soon as it is established */
};

struct flue_host_config {
    struct flue_tcp_config tcp;      /* its engine */
    uint32_t send_buffer_bytes;      /* most bytes unacknowledged or unsent; default 131072 */
    enum flue_offload_policy policy; /* default NEVER */
};

struct flue_host_config flue_host_config_default(void);

/* Where a connection leaves the machine: what is needed to build its neighbour and path objects. */
struct flue_next_hop {
    uint32_t adapter;            /* from flue_host_add_adapter */
    struct flue_mac source;      /* the interface's MAC */
    struct flue_mac destination; /* the next hop's MAC */
    uint16_t vlan_id;            /* 0: none */
    uint32_t path_mtu;           /* bytes */
};

/* Every handler but transmit may be NULL. */
struct flue_host_handlers {
    /* A segment for the IP layer; lent for the call. */
    void (*transmit)(void *user, flue_time now, const struct flue_four_tuple *tuple,
                     const struct flue_tcp_segment *segment);
    /* Fills *hop and returns true when the connection could be offloaded now: its route leaves
     * through an adapter and its next hop's MAC is known. */
    bool (*next_hop)(void *user, const struct flue_four_tuple *tuple, struct flue_next_hop *hop);

    /* To the application. `user` is the host's. None is called from inside flue_host_send or
     * flue_host_receive on the same connection, except closed. */
    void (*accepted)(void *user, flue_time now, struct flue_host_listener *listener,
                     struct flue_host_connection *connection);
    void (*connected)(void *user, flue_time now, struct flue_host_connection *connection);
    void (*readable)(void *user, flue_time now, struct flue_host_connection *connection);
    /* `bytes` were acknowledged: so much more may be queued. */
    void (*writable)(void *user, flue_time now, struct flue_host_connection *connection,
                     uint32_t bytes);
    /* The peer sends no more (what it sent before may still be unread). */
    void (*peer_closed)(void *user, flue_time now, struct flue_host_connection *connection);
    /* The connection has ended: FLUE_OK in order (both FINs; the engine waits out TIME_WAIT alone),
     * or why. What it received can still be read. flue_host_close it if that was not done. The last
     * call for it but `moved`. */
    void (*closed)(void *user, flue_time now, struct flue_host_connection *connection,
                   enum flue_result reason);
    /* A connection changed hands; HOST also when a move that was asked for did not begin. */
    void (*moved)(void *user, flue_time now, struct flue_host_connection *connection,
                  enum flue_owner owner);
    /* The host did `count` pieces of work of this category (state moves, completions, opens). */
    void (*worked)(void *user, flue_time now, enum flue_cost_category category, uint32_t count);
};

FLUE_MUST_USE enum flue_result flue_host_create(const struct flue_host_config *config,
                                                const struct flue_host_handlers *handlers,
                                                void *user, const struct flue_allocator *allocator,
                                                struct flue_host **host);
/* Frees the host and its connections, without a call to anyone. Targets must be gone, or never be
 * called again. NULL is allowed. */
void flue_host_destroy(struct flue_host *host);

/* Binds to an adapter's provider. The client table that the provider must be given is at
 * flue_host_client. */
FLUE_MUST_USE enum flue_result
flue_host_add_adapter(struct flue_host *host, struct flue_provider *provider, uint32_t *adapter);
const struct flue_client *flue_host_client(const struct flue_host *host, uint32_t adapter);

/* Opens, as flue_tcp_connect and flue_tcp_listen. */
FLUE_MUST_USE enum flue_result flue_host_connect(struct flue_host *host, flue_time now,
                                                 const struct flue_four_tuple *tuple,
                                                 const struct flue_tcp_options *options,
                                                 void *connection_user,
                                                 struct flue_host_connection **connection);
FLUE_MUST_USE enum flue_result
flue_host_listen(struct flue_host *host, uint8_t ip_version, const struct flue_ip *address,
                 uint16_t port, uint32_t backlog, const struct flue_tcp_options *options,
                 void *listener_user, struct flue_host_listener **listener);
void flue_host_listener_close(struct flue_host_listener *listener, flue_time now);
void *flue_host_listener_user(const struct flue_host_listener *listener);

/* Queues up to `length` bytes (`bytes` NULL: length only; otherwise copied) and says how many in
 * *accepted: what the send buffer has room for, possibly 0. */
FLUE_MUST_USE enum flue_result flue_host_send(struct flue_host_connection *connection,
                                              flue_time now, const void *bytes, uint32_t length,
                                              uint32_t *accepted);
/* Room in the send buffer, bytes. */
uint32_t flue_host_send_space(const struct flue_host_connection *connection);

/* Takes up to `length` received bytes (`bytes` NULL: counts and drops them); returns how many. */
uint32_t flue_host_receive(struct flue_host_connection *connection, flue_time now, void *bytes,
                           uint32_t length);
/* Received bytes that wait, and whether the peer's FIN stands behind them. */
uint32_t flue_host_available(const struct flue_host_connection *connection);
bool flue_host_peer_closed(const struct flue_host_connection *connection);

/* No more to send: FIN follows what is queued. */
FLUE_MUST_USE enum flue_result flue_host_shutdown(struct flue_host_connection *connection,
                                                  flue_time now);
/* RST. `closed` follows with FLUE_ERROR_ABORTED. */
void flue_host_abort(struct flue_host_connection *connection, flue_time now);
/* The application is done with the connection: no handler names it any more and the pointer is
 * invalid; shutdown follows in order if it did not happen. */
void flue_host_close(struct flue_host_connection *connection, flue_time now);

/* Moves one connection. FLUE_ERROR_STATE when it is not where the call needs it, or its TCP state
 * cannot move (offloadable are ESTABLISHED, CLOSE-WAIT and FIN-WAIT-2); FLUE_ERROR_UNREACHABLE when
 * the next hop is not known. The move ends later, with `moved`. Data that was received and not read
 * goes with the connection, and comes back with another `readable`. */
FLUE_MUST_USE enum flue_result flue_host_offload(struct flue_host_connection *connection,
                                                 flue_time now);
FLUE_MUST_USE enum flue_result flue_host_upload(struct flue_host_connection *connection,
                                                flue_time now);

/* A segment from the IP layer. */
void flue_host_input(struct flue_host *host, flue_time now, const struct flue_four_tuple *tuple,
                     const struct flue_tcp_segment *segment);
void flue_host_advance(struct flue_host *host, flue_time now);
flue_time flue_host_next_deadline(const struct flue_host *host);

enum flue_owner flue_host_owner(const struct flue_host_connection *connection);
void *flue_host_user(const struct flue_host_connection *connection);
void flue_host_set_user(struct flue_host_connection *connection, void *user);
const struct flue_four_tuple *flue_host_tuple(const struct flue_host_connection *connection);
/* The TCP variables as the host knows them; false while the target owns them. */
bool flue_host_get_snapshot(const struct flue_host_connection *connection, flue_time now,
                            struct flue_tcp_snapshot *snapshot);

struct flue_host_statistics {
    struct flue_tcp_statistics tcp;
    uint32_t connections, offloaded;
    uint64_t offloads, refusals, uploads, forwards;
};
void flue_host_get_statistics(const struct flue_host *host,
                              struct flue_host_statistics *statistics);

#ifdef __cplusplus
}
#endif
#endif
