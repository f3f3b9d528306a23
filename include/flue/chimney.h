/* SPDX-License-Identifier: GPL-2.0-or-later
 *
 * The chimney contract: what a host stack and an offload target owe each other.
 *
 * A provider (a target, or an intermediate driver seen from above) takes connections over, carries
 * their data and gives them back. A client (a host stack, or an intermediate driver seen from
 * below) hands them over, and hears of completions and events. Both are tables of function
 * pointers; an init function fills them with harmless defaults, so that nobody tests for NULL.
 *
 * State operations work on trees of block lists: neighbour blocks, on which path blocks depend, on
 * which TCP blocks depend. The operation's state lies behind each block in memory: one C struct
 * whose first member is the block list (struct flue_tcp_block and its siblings).
 *
 * Every operation is asynchronous: the call only records it, and the same pointer comes back in the
 * completion. Between call and completion the tree, or the buffer lists, belong to the provider.
 * (The default provider alone has no queue, and completes from inside the call.)
 *
 * Received data that the client accepts with SUCCESS counts against the connection's receive window
 * until tcp_offload_receive_return: a client that keeps what its application has not read keeps the
 * peer's view of the window right. Data placed into a posted request, or consumed by a partial
 * acceptance, opens the window at once (RECV-012).
 *
 * FLUE names are the NDIS names in C spelling: MiniportInitiateOffload is initiate_offload in
 * struct flue_provider, ProtocolInitiateOffloadComplete is initiate_offload_complete in struct
 * flue_client.
 */
#ifndef FLUE_CHIMNEY_H
#define FLUE_CHIMNEY_H

#include "flue/address.h"
#include "flue/buffer.h"
#include "flue/oid.h"
#include "flue/state.h"
#include "flue/status.h"
#include "flue/time.h"

#ifdef __cplusplus
extern "C" {
#endif

/* ---- Block lists ------------------------------------------------------------------------------
 */

/* OFFLOAD_STATE_TYPE: what state follows a block. */
enum flue_offload_state_type {
    FLUE_NEIGHBOR_OFFLOAD_CONST_STATE = 1,
    FLUE_NEIGHBOR_OFFLOAD_CACHED_STATE,
    FLUE_NEIGHBOR_OFFLOAD_DELEGATED_STATE,
    FLUE_NEIGHBOR_OFFLOAD_STATE, /* all three, in this order */
    FLUE_IP4_OFFLOAD_CONST_STATE,
    FLUE_IP4_OFFLOAD_CACHED_STATE,
    FLUE_IP4_OFFLOAD_DELEGATED_STATE,
    FLUE_IP4_OFFLOAD_STATE,
    FLUE_IP6_OFFLOAD_CONST_STATE,
    FLUE_IP6_OFFLOAD_CACHED_STATE,
    FLUE_IP6_OFFLOAD_DELEGATED_STATE,
    FLUE_IP6_OFFLOAD_STATE,
    FLUE_TCP_OFFLOAD_CONST_STATE,
    FLUE_TCP_OFFLOAD_CACHED_STATE,
    FLUE_TCP_OFFLOAD_DELEGATED_STATE,
    FLUE_TCP_OFFLOAD_STATE,
    FLUE_TCP_OFFLOAD_RESOURCE_STATE,   /* reserved, unused */
    FLUE_FILTER_RESERVED_OFFLOAD_STATE /* for filter drivers */
};

#define FLUE_BLOCK_LIST_REVISION 1

/* NDIS_OFFLOAD_HANDLE: the client's name for an offloaded object, and the cell that the provider
 * fills with its own. The client embeds it in its object; indications carry its address. */
struct flue_offload_handle {
    void *miniport_offload_context; /* NULL until the offload succeeds */
    void *ndis_reserved[1]; /* of whoever stands between the two (flue/verifier.h); left alone */
};

/* NDIS_MINIPORT_OFFLOAD_BLOCK_LIST and NDIS_PROTOCOL_OFFLOAD_BLOCK_LIST in one: it has both the
 * cell's address, for the provider, and the client's handle. */
struct flue_block_list {
    struct flue_object_header header;
    struct flue_block_list *next_block;           /* same layer; NULL ends */
    struct flue_block_list *dependent_block_list; /* first block of the layer above; NULL at TCP */
    enum flue_status status;                      /* written by the provider in every block */
    void **miniport_offload_context;            /* NULL: a placeholder; *cell NULL: a new object */
    struct flue_offload_handle *offload_handle; /* to be kept and quoted in indications */
    void *protocol_reserved[2];                 /* the client's; left as found */
    void *miniport_reserved[2];                 /* the provider's while it holds the block */
    void *im_reserved[2];                       /* an intermediate driver's; left as found */
    void *scratch[2];                           /* the current holder's */
    void *source_handle;                        /* never modified */
    uint32_t port_number;                       /* 0: the default port */
    struct flue_buffer_list *net_buffer_list_chain; /* outstanding send data, or NULL */
};

/* Makes `block` a block of `type` and size `size` with no links, status UNWRITTEN, whose cell is
 * the handle's (NULL: a placeholder). */
void flue_block_list_init(struct flue_block_list *block, enum flue_offload_state_type type,
                          uint32_t size, struct flue_offload_handle *handle);

/* The documents' names: "TcpOffloadState", "TcpIndicateRetrieve", "TimeoutExpiration"; never NULL.
 */
const char *flue_offload_state_type_name(enum flue_offload_state_type type);

struct flue_neighbor_block { /* FLUE_NEIGHBOR_OFFLOAD_STATE */
    struct flue_block_list block;
    struct flue_neighbor_const constants;
    struct flue_neighbor_cached cached;
    struct flue_neighbor_delegated delegated;
};

struct flue_path_block { /* FLUE_IP4_OFFLOAD_STATE or FLUE_IP6_OFFLOAD_STATE */
    struct flue_block_list block;
    struct flue_path_const constants;
    struct flue_path_cached cached;
    struct flue_path_delegated delegated;
};

struct flue_tcp_block { /* FLUE_TCP_OFFLOAD_STATE */
    struct flue_block_list block;
    struct flue_tcp_const constants;
    struct flue_tcp_cached cached;
    struct flue_tcp_delegated delegated;
};

struct flue_tcp_delegated_block { /* FLUE_TCP_OFFLOAD_DELEGATED_STATE: query and terminate */
    struct flue_block_list block;
    struct flue_tcp_delegated delegated;
};

/* The next block in the contract's order, depth first, breadth next (OFFLOAD-004): a walk that
 * keeps its place in `stack` (3 entries, one a layer) instead of recursing. */
struct flue_block_walk {
    struct flue_block_list *stack[3]; /* neighbour, path, TCP block we are at or below */
    uint32_t depth;
};
struct flue_block_list *flue_block_walk_first(struct flue_block_walk *walk,
                                              struct flue_block_list *root);
struct flue_block_list *flue_block_walk_next(struct flue_block_walk *walk);
/* The same, without what depends on the block just given. */
struct flue_block_list *flue_block_walk_skip(struct flue_block_walk *walk);

/* ---- Events -----------------------------------------------------------------------------------
 */

enum flue_tcp_offload_event_type {
    FLUE_TCP_INDICATE_DISCONNECT,         /* FIN from the peer, its data consumed */
    FLUE_TCP_INDICATE_RETRIEVE,           /* please upload: enum flue_tcp_upload_reason */
    FLUE_TCP_INDICATE_ABORT,              /* RST from the peer */
    FLUE_TCP_INDICATE_SEND_BACKLOG_CHANGE /* bytes */
};

enum flue_tcp_upload_reason {
    FLUE_UPLOAD_HARDWARE_FAILURE, /* the first five: upload always follows */
    FLUE_UPLOAD_INVALID_STATE,
    FLUE_UPLOAD_RECEIVED_URGENT_DATA,
    FLUE_UPLOAD_TIMEOUT_EXPIRATION,
    FLUE_UPLOAD_UPLOAD_REQUESTED,
    FLUE_UPLOAD_HIGH_DROP_RATE, /* the others: the host decides */
    FLUE_UPLOAD_HIGH_FRAGMENTATION,
    FLUE_UPLOAD_HIGH_OUT_OF_ORDER_PACKETS,
    FLUE_UPLOAD_LOW_ACTIVITY,
    FLUE_UPLOAD_NO_BUFFER_PREPOSTING,
    FLUE_UPLOAD_SMALL_IO
};

const char *flue_tcp_offload_event_name(enum flue_tcp_offload_event_type type);
const char *flue_tcp_upload_reason_name(enum flue_tcp_upload_reason reason);

enum flue_indicate_offload_event {
    FLUE_NEIGHBOR_REACHABILITY_QUERY,
    FLUE_NEIGHBOR_REACHABILITY_IN_DOUBT /* reserved */
};

enum flue_tcp_disconnect_flags {
    FLUE_TCP_DISCONNECT_ABORTIVE_CLOSE = 1,
    FLUE_TCP_DISCONNECT_GRACEFUL_CLOSE = 2
};

/* ---- The two tables ---------------------------------------------------------------------------
 */

struct flue_client;

/* What a target, or an intermediate driver, offers upwards. `adapter` is the table's own; `context`
 * is what the provider wrote to the object's cell. A provider may call the client from inside any
 * of these, but completes operations only afterwards. */
struct flue_provider {
    void *adapter; /* MiniportAdapterContext */

    /* The five state operations; each completes through the client's call of the same name. */
    void (*initiate_offload)(void *adapter, flue_time now, struct flue_block_list *tree);
    void (*terminate_offload)(void *adapter, flue_time now, struct flue_block_list *tree);
    void (*update_offload)(void *adapter, flue_time now, struct flue_block_list *tree);
    void (*invalidate_offload)(void *adapter, flue_time now, struct flue_block_list *tree);
    void (*query_offload)(void *adapter, flue_time now, struct flue_block_list *tree);

    /* TCP operations: PENDING always, completed through the client. */
    enum flue_status (*tcp_offload_send)(void *adapter, flue_time now, void *context,
                                         struct flue_buffer_list *lists);
    enum flue_status (*tcp_offload_receive)(void *adapter, flue_time now, void *context,
                                            struct flue_buffer_list *lists);
    enum flue_status (*tcp_offload_forward)(void *adapter, flue_time now, void *context,
                                            struct flue_buffer_list *lists);
    enum flue_status (*tcp_offload_disconnect)(void *adapter, flue_time now, void *context,
                                               struct flue_buffer_list *list, uint32_t flags);
    /* Gives indicated lists back: SUCCESS always, synchronous. */
    enum flue_status (*tcp_offload_receive_return)(void *adapter, flue_time now,
                                                   struct flue_buffer_list *lists);

    /* A question or a setting (flue/oid.h). */
    enum flue_status (*oid_request)(void *adapter, flue_time now, struct flue_oid_request *request);
};

/* What a host stack, or an intermediate driver, offers downwards. `binding` is the table's own;
 * `handle` is the object's flue_offload_handle. A client may call the provider from inside any of
 * these. */
struct flue_client {
    void *binding; /* ProtocolBindingContext */

    void (*initiate_offload_complete)(void *binding, flue_time now, struct flue_block_list *tree);
    void (*terminate_offload_complete)(void *binding, flue_time now, struct flue_block_list *tree);
    void (*update_offload_complete)(void *binding, flue_time now, struct flue_block_list *tree);
    void (*invalidate_offload_complete)(void *binding, flue_time now, struct flue_block_list *tree);
    void (*query_offload_complete)(void *binding, flue_time now, struct flue_block_list *tree);
    void (*indicate_offload_event)(void *binding, flue_time now, struct flue_block_list *block,
                                   uint32_t indication_code);

    void (*tcp_offload_send_complete)(void *binding, flue_time now, struct flue_buffer_list *lists);
    void (*tcp_offload_receive_complete)(void *binding, flue_time now,
                                         struct flue_buffer_list *lists);
    void (*tcp_offload_disconnect_complete)(void *binding, flue_time now,
                                            struct flue_buffer_list *list);
    void (*tcp_offload_forward_complete)(void *binding, flue_time now,
                                         struct flue_buffer_list *lists);
    void (*tcp_offload_event)(struct flue_offload_handle *handle, flue_time now,
                              uint32_t event_type, uint32_t event_specific_information);
    /* One list of received data. SUCCESS: the client keeps it until tcp_offload_receive_return.
     * DATA_NOT_ACCEPTED, DATA_PARTIALLY_ACCEPTED: it is the provider's again at once. */
    enum flue_status (*tcp_offload_receive_indicate)(struct flue_offload_handle *handle,
                                                     flue_time now, struct flue_buffer_list *list,
                                                     enum flue_status status,
                                                     uint32_t *bytes_consumed);
    /* NdisMIndicateStatusEx: pause, resume, upload all ... The buffer is lent for the call. It
     * holds a struct flue_tcp_connection_offload with RESUME and
     * TCP_CONNECTION_OFFLOAD_HARDWARE_CAPABILITIES, a struct flue_offload_encapsulation with
     * ENCASPULATION_CHANGE, nothing with the others. */
    void (*indicate_status)(void *binding, flue_time now, enum flue_status status,
                            const void *buffer, uint32_t length);
    /* NdisMOidRequestComplete: the end of a request that was answered with PENDING. */
    void (*oid_request_complete)(void *binding, flue_time now, struct flue_oid_request *request,
                                 enum flue_status status);
};

/* Fills a table with defaults: a provider that refuses every offload and fails every operation
 * through `client` (which it keeps), a client that ignores every call and accepts no data. */
void flue_provider_init(struct flue_provider *provider, const struct flue_client *client);
void flue_client_init(struct flue_client *client);

#ifdef __cplusplus
}
#endif
#endif
