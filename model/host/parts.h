/* SPDX-License-Identifier: GPL-2.0-or-later
 *
 * What the files of model/host/ share. A connection is one struct wherever it lives; what it needs
 * only while it is away from the host's engine is struct host_moved.
 *
 * Calls come in from everywhere: the application inside a callback inside the engine inside an
 * input. So no entry point moves or frees a connection on the spot. It leaves a wish, and the
 * outermost entry, when everything else has returned, attends to the connections that have one
 * (attend.c).
 */
#ifndef FLUE_HOST_PARTS_H
#define FLUE_HOST_PARTS_H

#include "chimney/block_state.h"
#include "chimney/heap.h"
#include "flue/frame.h"
#include "flue/host.h"
#include "host/objects.h"
#include "host/policies.h"
#include "tcp/slab.h"

/* One adapter that the host is bound to. */
struct host_adapter {
    struct flue_host *host;
    struct flue_provider *provider;
    struct flue_client client; /* binding: this struct */
    struct host_adapter *next;
    uint32_t index;
    struct flue_tcp_connection_offload capabilities; /* that it offers */
    uint32_t away;                                   /* connections on it, or on their way */
    uint32_t away_by_family[2];                      /* IPv4, IPv6 */
    bool is_off[2];                                  /* families that the host wants off ... */
    bool is_told[2];                                 /* ... as the adapter knows */
    uint32_t power;                                  /* enum flue_power_state, asked for last */
    struct flue_oid_request power_request;           /* for that */
    bool is_power_asked;                             /* ... and not answered yet */
    bool is_to_sleep;                                /* nothing goes there */
    uint32_t waiting;                                /* connections that wait to go there */
    uint32_t evicting;                               /* of them, those that make room */
    uint64_t policy_memory;                          /* the policy's own */
    uint64_t least_worth;                            /* of those on it, as found last ... */
    flue_time least_worth_until;                     /* ... and as long as that is believed */
    uint64_t link_bps;                               /* as the last next hop told */
    bool has_capabilities;                           /* ... are still those that it last told of */
    bool is_paused;                                  /* it asked for no more objects */
    bool is_uploading_all;                           /* it asked for all of them back */
    bool is_spare_out;                               /* a termination is using ... */
    struct flue_tcp_delegated_block spare;           /* ... what one does without memory */
    struct flue_host_connection *short_of;           /* those that wait for such a block */
};

/* One piece of what the application sent, until it is acknowledged. */
struct host_send {
    struct flue_buffer_list list; /* first: the list is the piece */
    struct flue_memory_descriptor descriptor;
    struct flue_host_connection *connection;
    uint32_t position; /* of its first byte in the stream, to order what comes back */
    uint32_t left;     /* bytes that count against the send buffer */
};

struct send_chain {
    struct flue_buffer_list *first;
    struct flue_buffer_list *last;
};

/* A run of received data that the application has not read. */
struct host_chunk {
    struct host_chunk *next;
    struct flue_span data; /* what is left of it */
    struct flue_buffer_list
        *indicated;               /* a target's list, to be returned; NULL: the memory is ours */
    struct flue_buffer_list list; /* hands the chunk over at an offload */
    struct flue_memory_descriptor descriptor; /* bytes NULL: length only */
    uint32_t capacity;
};

struct chunk_queue {
    struct host_chunk *first;
    struct host_chunk *last;
    uint32_t bytes;
};

/* Memory of the application's for what comes next. */
struct host_read {
    struct flue_buffer_list list; /* first: the list is the read, when it is with a target */
    struct flue_memory_descriptor descriptor;
    struct host_read *next;
    void *bytes; /* NULL: length only */
    uint32_t length;
    uint32_t filled;
    bool is_whole; /* done when full, not sooner */
    bool is_out;   /* with the target */
    bool is_done;  /* to be told */
};

/* A segment for a connection that is not in the engine: kept, or on its way down as a forward. */
struct host_segment {
    struct flue_buffer_list list;                 /* first: the list is the segment */
    struct flue_memory_descriptor descriptors[2]; /* TCP header, payload */
    struct host_segment *next;
    struct flue_tcp_segment segment;
    uint8_t header[FLUE_TCP_HEADER_MAX];
};

/* A list without data that the target has: a disconnect, or the request that has data shown. */
struct host_notice {
    struct flue_buffer_list list; /* first: the list is the notice; protocol_reserved[1] says so */
    struct flue_memory_descriptor nothing;
    bool is_graceful; /* a graceful disconnect */
};

/* What a connection that is away, or on its way, has to keep for later. Most have nothing. */
struct host_luggage {
    struct send_chain held;        /* sent by the application during a move */
    struct chunk_queue handed;     /* undelivered data given to the target (HOST-016); the host's
                                      again when it refuses */
    struct host_segment *segments; /* arrived during a move */
    struct host_segment *last_segment;
    uint32_t segment_count;
    struct flue_tcp_icmp too_big; /* waits for the query that judges it */
};

/* What a connection needs while its state is away, all the time: ten thousands of them idle there.
 * What only its way there or back needs is taken when it comes to that. */
struct host_moved {
    struct flue_tcp_const constants;
    struct flue_tcp_cached cached;
    flue_time since;              /* when its state left the engine */
    struct send_chain returned;   /* came back from the target unsent, in stream order */
    struct host_luggage *luggage; /* NULL: none */
    bool is_operated : 1;         /* an update or a query is out: one at a time */
    bool wants_update : 1;        /* the target does not know `cached` as it is */
    bool wants_query : 1;
    bool is_lost : 1;  /* a termination has failed */
    bool is_short : 1; /* it waits for the block of its termination */
};

_Static_assert(sizeof(struct host_moved) <= 112, "an idle connection on a target is small");

/* What a policy that tells connections apart is shown of one. */
struct host_history {
    flue_time established;
    flue_time last_active;
    flue_time rtt;   /* as the engine last knew it */
    flue_time since; /* it is on the target */
    uint64_t bytes_sent;
    uint64_t bytes_received;
    uint32_t offloads;
};

/* An established connection in the circle that the policy goes round. A policy that looks at no
 * history has nothing to say of those that are away, and they are not in it. */
struct host_watch {
    struct flue_host_connection *connection;
    struct host_watch *next; /* in the circle of all of them */
    struct host_watch *previous;
    bool is_evicted;               /* it makes room for another */
    struct host_history history[]; /* one, or none where the policy looks at none (`always`) */
};

struct flue_host_connection {
    struct flue_host *host;
    void *user;
    struct flue_tcp_connection *tcp; /* while the engine has it */
    struct flue_four_tuple tuple;
    struct flue_offload_handle handle;
    struct host_moved *moved;     /* while the engine has not */
    struct host_adapter *adapter; /* of the last move */
    struct host_object *path;
    struct host_watch *watch;               /* NULL: no policy cares */
    flue_time hold;                         /* the policy does not offload it before */
    struct flue_host_connection *hash_next; /* in the table of moved connections */
    struct flue_host_connection *attention_next;
    struct flue_host_connection *waiting_next; /* for its neighbour or path, or is_short */
    struct chunk_queue received;
    struct host_read *reads; /* posted, oldest first */
    struct host_read *last_read;
    uint32_t send_bytes;      /* unacknowledged or unsent */
    uint32_t send_position;   /* in the stream, of the next byte */
    uint32_t sends_out;       /* pieces that someone holds */
    uint32_t time_wait_ticks; /* 0: as the engine has it */
    uint8_t owner;            /* enum flue_owner */
    uint8_t retrieve_reason;
    uint8_t priority;
    uint8_t returns;    /* so often it came back, or was refused */
    bool is_pinned : 1; /* its owner moved it himself: not the policy's business */
    bool has_attention : 1;
    bool is_waiting : 1;
    bool is_established : 1;
    bool is_closed : 1;      /* by the application: no handler names it any more */
    bool is_ended : 1;       /* `closed` was called, or would have been */
    bool is_shutdown : 1;    /* by the application */
    bool is_send_closed : 1; /* the peer has acknowledged our FIN */
    bool is_peer_closed : 1;
    bool is_aborting : 1;      /* the application wants RST */
    bool is_sends_stopped : 1; /* the target returned some: later ones wait behind them */
    bool is_reads_stopped : 1; /* likewise for posted reads */
    bool want_upload : 1;
    bool is_retrieved : 1; /* the target asked for the upload */
};

struct flue_host_listener {
    struct flue_host *host;
    struct flue_tcp_listener *tcp;
    void *user;
};

struct flue_host {
    struct flue_host_config config;
    struct flue_host_handlers handlers;
    void *user;
    struct flue_allocator allocator;
    struct flue_tcp_engine *engine;
    struct host_adapter *adapters;
    uint32_t adapter_count;

    struct slab connections;
    struct slab listeners;
    struct slab moves;
    struct slab luggage;
    struct slab objects;
    struct slab sends;
    struct slab chunks;
    struct slab reads;
    struct slab segments;
    struct slab notices;
    struct slab neighbor_blocks;
    struct slab path_blocks;
    struct slab tcp_blocks;
    struct slab watches;
    struct heap heap; /* payload bytes */

    struct flue_host_connection **moved_buckets; /* by tuple; as many as moved_mask + 1 */
    uint32_t moved_mask;
    uint32_t moved_count;
    struct host_object **object_buckets;
    uint32_t object_mask;
    uint32_t object_count;
    struct host_object *timed;   /* neighbours in DELAY and PROBE */
    flue_time neighbor_deadline; /* the first of theirs, or earlier */

    uint32_t depth; /* entries in progress */
    struct flue_host_connection *attention;
    struct flue_host_connection *last_attention;
    struct flue_host_connection *waiting;
    struct flue_host_connection *last_waiting;
    bool want_launch; /* a waiting connection may be able to go */
    bool want_tell;   /* an adapter must hear what is off */

    const struct flue_policy *policy; /* NULL: never */
    void *policy_user;
    struct policy_state policy_state; /* of a built-in one */
    struct host_watch *watched;       /* the next to be reviewed */
    uint32_t watch_count;
    bool has_histories;
    flue_time review_at;

    struct flue_host_statistics statistics;
};

/* ---- attend.c ---- */
void flue__host_enter(struct flue_host *host);
void flue__host_leave(struct flue_host *host, flue_time now);
/* The connection is looked at when the outermost entry leaves. */
void flue__host_attend(struct flue_host_connection *connection);

/* ---- connection.c ---- */
struct flue_host_connection *flue__host_connection_new(struct flue_host *host,
                                                       const struct flue_four_tuple *tuple);
void flue__host_connection_free(struct flue_host_connection *connection, flue_time now);
/* The connection has ended; the application hears it, once. */
void flue__host_finish(struct flue_host_connection *connection, flue_time now,
                       enum flue_result reason);
void flue__host_note_peer_closed(struct flue_host_connection *connection, flue_time now);
/* In TIME_WAIT: the engine waits alone, and the connection is over. */
void flue__host_wait_alone(struct flue_host_connection *connection, flue_time now,
                           struct flue_tcp_connection *tcp);
void flue__host_worked(struct flue_host *host, flue_time now, enum flue_cost_category category,
                       uint32_t count);
/* The connection goes to another owner. The application hears it when everything that waited for
 * the move is on its way: what it does then comes behind. */
void flue__host_set_owner(struct flue_host_connection *connection, enum flue_owner owner);
void flue__host_tell_moved(struct flue_host_connection *connection, flue_time now);

/* ---- engine.c ---- */
extern const struct flue_tcp_handlers flue__host_tcp_handlers;

/* ---- send.c ---- */
void flue__host_chain_append(struct send_chain *chain, struct flue_buffer_list *lists);
/* Puts one list where its position in the stream is. */
void flue__host_chain_insert(struct send_chain *chain, struct flue_buffer_list *list);
void flue__host_free_sends(struct flue_buffer_list *lists);
/* What the list no longer holds was acknowledged: the application may send so much more. */
void flue__host_settle_send(struct host_send *send, flue_time now);
void flue__host_sent(struct flue_host_connection *connection, flue_time now, uint32_t bytes);

/* ---- receive.c ---- */
/* False: no memory. */
bool flue__host_append(struct flue_host *host, struct chunk_queue *queue,
                       const struct flue_span *data);
bool flue__host_append_indicated(struct flue_host_connection *connection,
                                 struct flue_buffer_list *list);
/* Takes up to `length` bytes that were received. */
uint32_t flue__host_take(struct flue_host_connection *connection, flue_time now, void *bytes,
                         uint32_t length);
void flue__host_tell_readable(struct flue_host_connection *connection, flue_time now);
void flue__host_drop_received(struct flue_host_connection *connection, flue_time now);
/* Makes every unread byte the host's own; false: no memory, nothing lost. */
bool flue__host_own_received(struct flue_host_connection *connection, flue_time now);
/* Takes the whole queue as lists that a target may read; they stay in `handed`. */
struct flue_buffer_list *flue__host_hand_over(struct flue_host_connection *connection);
/* The handed chunks are the target's: has their data shown. */
void flue__host_ask_back(struct flue_host_connection *connection, flue_time now);
void flue__host_drop_handed(struct flue_host_connection *connection);
void flue__host_receive_complete(struct flue_host *host, flue_time now,
                                 struct flue_buffer_list *lists);

/* ---- reads.c: posted reads ---- */
/* Does for them what can be done now, and tells those that are done. */
void flue__host_work_reads(struct flue_host_connection *connection, flue_time now);
/* The target gave one back. */
void flue__host_read_complete(struct flue_host_connection *connection, flue_time now,
                              struct host_read *read);

/* ---- forward.c ---- */
/* A segment for a connection whose state is away. */
void flue__host_route_segment(struct flue_host_connection *connection, flue_time now,
                              const struct flue_tcp_segment *segment);
void flue__host_forward_held(struct flue_host_connection *connection, flue_time now);
void flue__host_forward_complete(struct flue_host *host, struct flue_buffer_list *lists);
void flue__host_free_segment(struct flue_host *host, struct host_segment *segment);

/* ---- luggage.c: what a connection that has moved keeps for later ---- */
/* Made when there is none; NULL: no memory. */
struct host_luggage *flue__host_luggage(struct flue_host_connection *connection);
/* Gives it back when nothing is in it. */
void flue__host_luggage_emptied(struct flue_host_connection *connection);
/* What the application sent during the move is the caller's. */
struct flue_buffer_list *flue__host_luggage_sends(struct flue_host_connection *connection);
/* The segments that arrived during the move are the caller's. */
struct host_segment *flue__host_luggage_segments(struct flue_host_connection *connection);

/* ---- moved.c: connections by tuple ---- */
bool flue__host_moved_insert(struct flue_host_connection *connection); /* false: no memory */
void flue__host_moved_remove(struct flue_host_connection *connection);
struct flue_host_connection *flue__host_moved_find(const struct flue_host *host,
                                                   const struct flue_four_tuple *tuple);

/* ---- options.c, icmp.c: updates and queries of connections ---- */
void flue__host_connection_work(struct flue_host_connection *connection, flue_time now);
void flue__host_connection_updated(struct flue_host_connection *connection, flue_time now,
                                   enum flue_status status);
/* NULL: the query failed. */
void flue__host_judge_icmp(struct flue_host_connection *connection, flue_time now,
                           const struct flue_tcp_delegated *delegated);

/* ---- tree.c, launch.c, offload.c, upload.c ---- */
/* The tree being built for one adapter. */
struct tree_builder {
    struct flue_host *host;
    struct host_adapter *adapter;
    struct flue_block_list *root;
    struct flue_block_list *last; /* neighbour block */
    uint32_t connections;
};
/* Puts the connection, which may go, with path and neighbour into the tree, and takes it out of the
 * engine. False: no memory, and nothing has changed. */
bool flue__host_build(struct tree_builder *builder, flue_time now,
                      struct flue_host_connection *connection, struct host_object *neighbor,
                      struct host_object *path);
void flue__host_send_off(struct tree_builder *builder, flue_time now);
bool flue__host_next_hop(struct flue_host_connection *connection, struct flue_next_hop *hop,
                         struct host_adapter **adapter);
bool flue__host_can_offload(const struct flue_host_connection *connection);
void flue__host_wait(struct flue_host_connection *connection, struct host_adapter *adapter);
/* Sends off every waiting connection that can go, one tree an adapter. */
void flue__host_launch(struct flue_host *host, flue_time now);
void flue__host_initiate_complete(struct flue_host *host, flue_time now,
                                  struct flue_block_list *tree);
void flue__host_start_upload(struct flue_host_connection *connection, flue_time now);
void flue__host_terminate_complete(struct flue_host *host, flue_time now,
                                   struct flue_block_list *tree);
/* The state is the host's again: back into the engine, with everything that waited. */
void flue__host_take_home(struct flue_host_connection *connection, flue_time now,
                          const struct flue_tcp_delegated *delegated);

/* ---- adapter.c: what an adapter asks of the host as a whole ---- */
/* May a connection of this IP version go there at all? */
bool flue__host_is_offered(struct host_adapter *adapter, flue_time now, uint8_t ip_version);
/* ... and is there room for one more of those that wait, or for one more to wait? */
bool flue__host_has_room(const struct host_adapter *adapter);
bool flue__host_has_room_to_come(const struct host_adapter *adapter);
/* Tells the adapter of a family that is off, when the last of its connections is back. */
void flue__host_tell_off(struct flue_host *host, flue_time now);
void flue__host_take_all_back(struct host_adapter *adapter);
void flue__host_take_status(struct host_adapter *adapter, flue_time now, enum flue_status status);

/* ---- policy.c: what the policy says, and when it is asked ---- */
FLUE_MUST_USE enum flue_result flue__host_policy_init(struct flue_host *host);
void flue__host_policy_fini(struct flue_host *host);
/* The connection is established: from here on it is watched, until it is freed. */
void flue__host_watch(struct flue_host_connection *connection, flue_time now);
void flue__host_unwatch(struct flue_host_connection *connection, flue_time now);
void flue__host_watch_traffic(struct flue_host_connection *connection, flue_time now, uint32_t sent,
                              uint32_t received);
/* Hands over a connection on the host if the policy wants it. */
void flue__host_policy_attend(struct flue_host_connection *connection, flue_time now);
/* It arrived on the target; it came back, or was refused. */
void flue__host_policy_went(struct flue_host_connection *connection, flue_time now);
void flue__host_policy_came(struct flue_host_connection *connection, flue_time now);
/* An adapter is there again: every connection at home is considered at once. */
void flue__host_policy_consider_all(struct flue_host *host, flue_time now);
/* It cannot go now: not asked again before the next review. */
void flue__host_policy_hold(struct flue_host_connection *connection, flue_time now);
void flue__host_review(struct flue_host *host, flue_time now);

/* ---- room.c: who gives way when a target is full ---- */
void flue__host_fill_view(const struct flue_host_connection *connection,
                          struct flue_policy_connection *view);
/* Asks for the upload of the connection that is worth least, if this one is worth more. */
bool flue__host_make_room(struct flue_host_connection *connection, flue_time now,
                          struct host_adapter *adapter);

/* ---- notice.c ---- */
/* To the target that has the connection. Without memory the connection comes back instead, and what
 * was to be said is done here. */
void flue__host_post_disconnect(struct flue_host_connection *connection, flue_time now,
                                uint32_t flags);
void flue__host_disconnect_complete(struct flue_host *host, flue_time now,
                                    struct flue_buffer_list *list);
/* Has received data shown that the target keeps. */
void flue__host_post_query(struct flue_host_connection *connection, flue_time now);
/* Is this the query, and not a read? Then it is gone. */
bool flue__host_take_query(struct flue_host *host, struct flue_buffer_list *list);

/* ---- power.c ---- */
void flue__host_ask_power(struct host_adapter *adapter, flue_time now, uint32_t power);
/* Puts the adapters to sleep that are to sleep and hold nothing more. */
void flue__host_put_to_sleep(struct flue_host *host, flue_time now);
void flue__host_power_is_set(struct host_adapter *adapter, flue_time now, enum flue_status status);

/* ---- client.c ---- */
/* With both FINs on their way and all data acknowledged, a reset ends the connection as well as an
 * ACK (RFC 9293 3.10.7.4, CLOSING and LAST-ACK). Hardware that fails knows nothing of that. */
bool flue__host_is_over(const struct flue_host_connection *connection);
/* "Not now, I am giving the connection back": an intermediate driver has two more words for it. */
bool flue__host_means_upload(enum flue_status status);
void flue__host_client_init(struct host_adapter *adapter);

/* Payload was accepted from the application, or received; or only something was acknowledged. */
static inline void
flue__host_note_traffic(struct flue_host_connection *connection, flue_time now, uint32_t sent,
                        uint32_t received)
{
    if (connection->watch != NULL)
        flue__host_watch_traffic(connection, now, sent, received);
}

static inline bool
flue__host_is_away(const struct flue_host_connection *connection)
{
    return connection->owner != FLUE_OWNER_HOST;
}

static inline void *
flue__host_context(const struct flue_host_connection *connection)
{
    return connection->handle.miniport_offload_context;
}

#endif
