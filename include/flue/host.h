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
#include "flue/policy.h"
#include "flue/rss.h"
#include "flue/tcp.h"

#ifdef __cplusplus
extern "C" {
#endif

struct flue_host;
struct flue_host_connection;
struct flue_host_listener;

/* Who owns a connection's state now. */
enum flue_owner { FLUE_OWNER_HOST, FLUE_OWNER_OFFLOADING, FLUE_OWNER_TARGET, FLUE_OWNER_UPLOADING };

/* Neighbour unreachability detection for next hops of offloaded connections: RFC 4861 10. */
struct flue_host_neighbors {
    flue_time reachable_time;    /* a confirmation is good for so long; default 30 s */
    flue_time delay_first_probe; /* for the target to find out by itself; default 5 s */
    flue_time probe_interval;    /* default 1 s */
    uint8_t probes;              /* unanswered ones, until the neighbour is given up; default 3 */
};

struct flue_host_config {
    struct flue_tcp_config tcp;       /* its engine */
    uint32_t send_buffer_bytes;       /* most bytes unacknowledged or unsent; default 131072 */
    struct flue_policy_config policy; /* when to offload; default never */
    struct flue_host_neighbors neighbors;
    struct flue_rss_key rss_key; /* of the hash that goes with each connection (HOST-031) */
};

struct flue_host_config flue_host_config_default(void);
/* FLUE_ERROR_INVALID when a value is impossible; *reason (unless reason is NULL) then says which,
 * in words for a reader. flue_host_create checks the same. */
FLUE_MUST_USE enum flue_result flue_host_config_check(const struct flue_host_config *config,
                                                      const char **reason);

/* Where a connection leaves the machine: what is needed to build its neighbour and path objects. */
struct flue_next_hop {
    uint32_t adapter;            /* from flue_host_add_adapter */
    struct flue_mac source;      /* the interface's MAC */
    struct flue_mac destination; /* the next hop's MAC */
    uint16_t vlan_id;            /* 0: none */
    uint32_t path_mtu;           /* bytes */
    uint8_t ip_version;          /* of the address: 4 or 6; only told, never asked for */
    struct flue_ip address; /* the next hop's, by which it stays the same neighbour when its MAC
                               changes; all zero: its MAC is its name */
    uint64_t link_bps;      /* the adapter's rate, bits a second; 0: not known */
};

/* Every handler but transmit may be NULL. */
struct flue_host_handlers {
    /* A segment for the IP layer; lent for the call. */
    void (*transmit)(void *user, flue_time now, const struct flue_four_tuple *tuple,
                     const struct flue_tcp_segment *segment);
    /* Fills *hop and returns true when the connection could be offloaded now: its route leaves
     * through an adapter and its next hop's MAC is known. */
    bool (*next_hop)(void *user, const struct flue_four_tuple *tuple, struct flue_next_hop *hop);
    /* Asked before each segment of data: can the way that this connection's segments take hold one
     * more? False: data waits until flue_host_continue. It may call nothing. NULL: it always can.
     */
    bool (*has_room)(void *user, const struct flue_four_tuple *tuple);

    /* Ask this next hop, by unicast, whether it is there (an ARP request, a neighbour
     * solicitation): flue_host_neighbor_heard follows if it answers. NULL: nobody is ever asked. */
    void (*solicit)(void *user, flue_time now, const struct flue_next_hop *hop);

    /* To the application. `user` is the host's. None is called from inside flue_host_send or
     * flue_host_receive on the same connection, except closed, and moved when the policy offloads
     * for what was sent or received. */
    void (*accepted)(void *user, flue_time now, struct flue_host_listener *listener,
                     struct flue_host_connection *connection);
    void (*connected)(void *user, flue_time now, struct flue_host_connection *connection);
    void (*readable)(void *user, flue_time now, struct flue_host_connection *connection);
    /* A posted read is done: `length` bytes are in its memory, which is the application's again.
     * Fewer than fit, or none, when the stream or the connection has ended. `connection` is NULL
     * after flue_host_close. */
    void (*received)(void *user, flue_time now, struct flue_host_connection *connection,
                     void *bytes, uint32_t length);
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
    /* An adapter sleeps or is awake; or, with a result that is not FLUE_OK, it cannot. */
    void (*powered)(void *user, flue_time now, uint32_t adapter, bool is_on,
                    enum flue_result result);
    /* How busy the adapter is now, 0 to 1000: for policies. */
    uint32_t (*adapter_load)(void *user, flue_time now, uint32_t adapter);
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
/* Posts a read: what the peer sends next is put into `length` bytes at `bytes` (NULL: counted and
 * dropped), before anything else becomes readable; by the target itself, when the connection lives
 * there. It is done when it holds some data and no more is at hand, or, if it `is_whole`, when it
 * is full; `received` says so, in the order of posting, after the call. Until then the memory is
 * the host's, past flue_host_close too. FLUE_ERROR_INVALID when length is 0, FLUE_ERROR_STATE when
 * the connection was closed by the application, FLUE_ERROR_NO_MEMORY. */
FLUE_MUST_USE enum flue_result flue_host_post_receive(struct flue_host_connection *connection,
                                                      flue_time now, void *bytes, uint32_t length,
                                                      bool is_whole);
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
 * goes with the connection, and comes back with another `readable`. From then on the policy leaves
 * the connection alone. */
FLUE_MUST_USE enum flue_result flue_host_offload(struct flue_host_connection *connection,
                                                 flue_time now);
FLUE_MUST_USE enum flue_result flue_host_upload(struct flue_host_connection *connection,
                                                flue_time now);

/* Calls between the two are worked off at the second: connections that are handed over together
 * share a tree, and a hundred thousand of them cost a hundred thousand times one. A handler may be
 * called in between all the same. */
void flue_host_hold(struct flue_host *host);
void flue_host_release(struct flue_host *host, flue_time now);

/* How long TIME_WAIT lasts of a connection that the application has shut down and not closed, when
 * the peer's FIN comes; 0: as the configuration says. */
void flue_host_set_time_wait(struct flue_host_connection *connection, uint32_t ticks);

/* How important the connection is to its owner, for policies that ask. */
void flue_host_set_priority(struct flue_host_connection *connection, flue_time now,
                            uint8_t priority);

/* A segment from the IP layer. */
void flue_host_input(struct flue_host *host, flue_time now, const struct flue_four_tuple *tuple,
                     const struct flue_tcp_segment *segment);
/* An ICMP error about a segment of this connection, as flue_tcp_icmp_input: also for one that is
 * offloaded, whose path's MTU the target then learns. True when it was heeded; for an offloaded one
 * that is decided later. */
bool flue_host_icmp_input(struct flue_host *host, flue_time now,
                          const struct flue_four_tuple *tuple, const struct flue_tcp_icmp *icmp);
/* The way down has room again (see has_room): connections whose data waited go on, in the order in
 * which they began to wait. Not from inside any other call. */
void flue_host_continue(struct flue_host *host, flue_time now);
void flue_host_advance(struct flue_host *host, flue_time now);
flue_time flue_host_next_deadline(const struct flue_host *host);

/* ---- What the IP layer learns -----------------------------------------------------------------
 *
 * The host keeps a neighbour for each next hop of offloaded connections, and a path for each pair
 * of addresses. It hears of changes here, and brings them to the targets; a change that concerns
 * nothing offloaded is ignored. */

/* The neighbour answered, from this MAC. */
void flue_host_neighbor_heard(struct flue_host *host, flue_time now, uint32_t adapter,
                              uint8_t ip_version, const struct flue_ip *address,
                              const struct flue_mac *mac);
/* Routes, next hops' MACs or an adapter's MTU may be others: next_hop is asked again for every path
 * in use. Paths with another next hop or MTU get that; those that no longer leave through their
 * adapter, or whose next hop is not known now, come back. */
void flue_host_routes_changed(struct flue_host *host, flue_time now);

/* ---- Options and statistics -------------------------------------------------------------------
 */

/* As flue_tcp_get_options and flue_tcp_set_options, wherever the connection lives. On a target the
 * receive buffer, Nagle, keepalive, MaxRT, TTL, traffic class and flow label can change; for others
 * FLUE_ERROR_STATE, and *field names it. FLUE_ERROR_STATE without a field when it has ended. */
FLUE_MUST_USE enum flue_result flue_host_get_options(const struct flue_host_connection *connection,
                                                     struct flue_tcp_options *options);
FLUE_MUST_USE enum flue_result flue_host_set_options(struct flue_host_connection *connection,
                                                     flue_time now,
                                                     const struct flue_tcp_options *options,
                                                     const char **field);

/* Puts an adapter to sleep, or wakes it up. Before it sleeps the host takes all its connections
 * back; they go on here. `powered` follows, possibly from inside this call. FLUE_ERROR_NOT_FOUND
 * without such an adapter; FLUE_ERROR_STATE when it is so, or on its way there, already. */
FLUE_MUST_USE enum flue_result flue_host_set_power(struct flue_host *host, flue_time now,
                                                   uint32_t adapter, bool is_on);

/* Whether connections of a family may be offloaded to the adapter. To switch a family off, the host
 * first takes its connections back; then it tells the adapter. FLUE_ERROR_NOT_FOUND without such an
 * adapter. */
enum flue_result flue_host_enable_offload(struct flue_host *host, flue_time now, uint32_t adapter,
                                          uint8_t ip_version, bool is_enabled);

/* TCP's counters of one address family (4 or 6): the host's own and the targets' together. */
void flue_host_get_totals(const struct flue_host *host, flue_time now, uint8_t ip_version,
                          struct flue_tcp_offload_stats *totals);

enum flue_owner flue_host_owner(const struct flue_host_connection *connection);
void *flue_host_user(const struct flue_host_connection *connection);
void flue_host_set_user(struct flue_host_connection *connection, void *user);
const struct flue_four_tuple *flue_host_tuple(const struct flue_host_connection *connection);
/* The TCP variables as the host knows them; false while the target owns them. */
bool flue_host_get_snapshot(const struct flue_host_connection *connection, flue_time now,
                            struct flue_tcp_snapshot *snapshot);

/* The same by its tuple, for one that the application has closed too, as long as the engine knows
 * it (TIME_WAIT). FLUE_ERROR_STATE when the state is on a target or on its way,
 * FLUE_ERROR_NOT_FOUND when there is no such connection. */
enum flue_result flue_host_find_snapshot(const struct flue_host *host, flue_time now,
                                         const struct flue_four_tuple *tuple,
                                         struct flue_tcp_snapshot *snapshot);
/* Whether the target asked for the upload that goes on, and why. */
bool flue_host_was_retrieved(const struct flue_host_connection *connection,
                             enum flue_tcp_upload_reason *reason);

struct flue_host_statistics {
    struct flue_tcp_statistics tcp;
    uint32_t connections, offloaded;
    uint32_t moving; /* connections that are being handed over or taken back */
    uint64_t offloads, refusals, uploads, forwards;
    uint64_t displaced; /* of the uploads: to make room for another connection */
};
void flue_host_get_statistics(const struct flue_host *host,
                              struct flue_host_statistics *statistics);

#ifdef __cplusplus
}
#endif
#endif
