/* SPDX-License-Identifier: GPL-2.0-or-later
 *
 * What the files of model/target/ share: the objects that a target holds, the queues of what it has
 * to tell its client, and who does what.
 *
 * A connection that does nothing takes its struct and the engine's, no more. What a connection
 * needs while it works (received data, posted requests, a disconnect under way) is struct
 * target_io, taken when the work starts and given back when it is done.
 */
#ifndef FLUE_TARGET_PARTS_H
#define FLUE_TARGET_PARTS_H

#include "chimney/block_state.h"
#include "chimney/heap.h"
#include "chimney/tree_check.h"
#include "flue/target.h"
#include "tcp/slab.h"

/* What every offloaded object has. */
struct target_object {
    struct target_object *operation_next; /* in the list of the operation that made or ends it */
    struct flue_offload_handle *handle;   /* the client's, to be quoted in indications */
    uint32_t slot;                        /* in the table of contexts: the client's cell names it */
    uint8_t layer;                        /* enum flue_layer */
    bool is_ending;                       /* a termination has taken it out */
    bool is_invalid;                      /* nothing may be sent over it (INVAL-003) */
};

/* contexts.c */
struct context_table {
    struct target_object **objects; /* of a free slot: the number of the next one */
    uint32_t *generations;          /* behind them; odd: in use */
    uint32_t size;
    uint32_t free; /* the first free slot; 0: none */
};

/* limits.c */
struct address_key {
    uint8_t bytes[16];
    uint32_t kind; /* 0: a MAC address or VLAN id; 4, 6: IP */
};
struct address_entry {
    struct address_key key;
    uint32_t uses; /* 0: free */
};
struct address_table {
    struct address_entry *entries;
    uint32_t size; /* FLUE_TARGET_UNLIMITED: nothing is counted */
};

struct target_neighbor {
    struct target_object object;
    uint32_t paths;   /* that depend on it ... */
    uint32_t leaving; /* ... and are being terminated */
    uint16_t vlan_id;
    struct flue_mac source;
    struct flue_mac destination;
    uint8_t dl_source_address[FLUE_DL_ADDRESS_BYTES]; /* as given, for queries */
    uint32_t hrd_ticks;                               /* as given */
    uint32_t hrt_tick; /* HostReachabilityTime, on the target's clock (EVENT-017) */
    uint32_t nrt_tick; /* NICReachabilityTime, likewise */
    struct target_neighbor *asking_next;
    bool is_asking; /* the host is to be asked about it */
};

struct target_path {
    struct target_object object;
    struct target_neighbor *neighbor;
    uint32_t connections;             /* that depend on it ... */
    uint32_t leaving;                 /* ... and are being terminated */
    struct target_connection *silent; /* those that found out that nothing may be sent */
    uint32_t path_mtu;
    uint16_t next_ip_id; /* 0x8000..0xFFFF (SEND-019) */
    uint8_t ip_version;
    struct flue_ip source;
    struct flue_ip destination;
};

/* A run of received data in the target's memory. */
struct received_piece {
    struct flue_memory_descriptor descriptor; /* bytes NULL: length only */
    uint32_t capacity;                        /* of bytes */
};

/* One list of received data, on its way to the client or with it. */
struct indication {
    struct flue_buffer_list list;         /* first: the list is the indication */
    struct target_connection *connection; /* NULL once that is gone */
    struct indication *next;              /* of the connection's, out with the client */
    struct indication *previous;
    uint32_t bytes; /* that its return gives back to the window */
};

/* What a connection needs while it works. */
struct target_io {
    struct flue_memory_descriptor
        *first; /* received and not delivered; each opens a received_piece */
    struct flue_memory_descriptor *last;
    uint32_t first_offset;               /* bytes of the first piece that are delivered */
    uint32_t bytes;                      /* in all of them */
    bool ends_with_push;                 /* the last byte came with PSH (NOTE-034) */
    bool is_pushing;                     /* the push timer runs ... */
    flue_time push_since;                /* ... from here on, ... */
    struct target_connection *push_next; /* ... in the order of the starts */
    struct target_connection *push_previous;
    struct flue_buffer_list *requests; /* posted, oldest first */
    struct flue_buffer_list *last_request;
    struct indication *lent;             /* with the client */
    struct flue_buffer_list *disconnect; /* a graceful one under way */
    struct flue_block_list *ending;      /* its termination's block: data may still be delivered */
    struct held_packet *held;            /* urgent.c */
    struct held_packet *last_held;
    uint32_t held_count;
};

/* The state of a connection that has ended and waits for its termination (CLOSE-018). */
struct target_final {
    struct flue_tcp_const constants;
    struct flue_tcp_cached cached;
    struct flue_tcp_delegated delegated;
};

struct target_connection {
    struct target_object object;
    struct flue_target *target;
    struct target_path *path;
    struct flue_tcp_connection *tcp; /* NULL once it has ended or was given back */
    struct target_final *final;      /* once it has ended */
    struct target_io *io;            /* NULL: nothing under way */
    struct target_connection *ready_next;
    struct target_connection *silent_next;  /* of the path's ... */
    struct target_connection **silent_link; /* ... and what leads here */
    uint32_t receive_bytes;                 /* reserved */
    uint32_t hash_value;
    uint32_t rcv_indication_size;
    uint32_t told_backlog;   /* the client knows it, or can: it was so at the offload */
    uint16_t backlog_period; /* in which the backlog was looked at last */
    uint8_t user_priority;
    uint8_t retrieve_reason;   /* enum flue_tcp_upload_reason */
    bool is_ready : 1;         /* in the target's ready queue */
    bool is_held : 1;          /* its initiate has not been completed: nothing may be indicated */
    bool is_refused : 1;       /* the client refused data: wait for a request (RECV-045) */
    bool is_paced : 1;         /* RcvIndicationSize was told: wait for a request or a return */
    bool is_silent : 1;        /* it wanted to send and may not: in the path's list */
    bool is_leaving : 1;       /* its upload was asked for, or it was given back */
    bool is_aborted : 1;       /* by RST, from either side */
    bool is_corrupt : 1;       /* its state is lost, to the hardware or for want of memory ... */
    bool is_sack_withheld : 1; /* agreed on, but not offered when it was taken over */
    bool is_failing : 1;       /* ... which an operation not yet completed found out ... */
    bool is_failure_told : 1;  /* ... and the client hears or has heard */
    bool has_fin : 1;          /* the peer has closed ... */
    bool is_fin_told : 1;      /* ... and the client knows */
    bool want_abort : 1;       /* TcpIndicateAbort waits ... */
    bool is_abort_told : 1;    /* ... and comes once (EVENT-002) */
    bool is_frozen : 1;        /* urgent data came: what arrives is held */
    bool want_retrieve : 1;    /* TcpIndicateRetrieve waits */
    bool want_backlog : 1;     /* TcpIndicateSendBacklogChange waits */
};

_Static_assert(sizeof(struct target_connection) <= 112, "an idle connection is small");

struct list_queue {
    struct flue_buffer_list *first;
    struct flue_buffer_list *last;
    uint32_t count;
};

enum operation_kind {
    OPERATION_INITIATE,
    OPERATION_TERMINATE,
    OPERATION_UPDATE,
    OPERATION_INVALIDATE,
    OPERATION_QUERY
};

/* State operations wait in their own root block: its miniport_reserved and scratch words are ours
 * while we hold it (STATE-029), so that no operation can fail for want of memory. */
struct operation_queue {
    struct flue_block_list *first;
    struct flue_block_list *last;
};

enum { MOST_STATUSES = 16 };

/* Status indications that wait for the client, oldest first. */
struct status_queue {
    enum flue_status waiting[MOST_STATUSES];
    uint32_t count;
};

/* The operation that is being carried out. */
struct operation_progress {
    struct flue_block_walk walk;
    struct flue_block_list *block;    /* next to be handled; NULL: all are */
    struct target_object *objects[3]; /* taken over or named at each depth, NULL: none */
    bool is_begun;
    bool is_paid;    /* the time for `block` has been added to the due time */
    bool is_stopped; /* an initiate that goes no further (OFFLOAD-027) */
    bool is_no_tree; /* nothing may be followed */
    uint32_t base;   /* the layer of depth 0; 0: not known yet */
};

/* When entries that nobody has become free, first come, first served. */
struct rest {
    flue_time *times; /* a ring of max_connections; NULL without a reuse_delay */
    uint32_t first, count;
};

/* What one processor has to tell of received data. */
struct target_cpu {
    struct list_queue receives;      /* completed */
    struct target_connection *ready; /* have something to deliver or to tell */
    struct target_connection *last_ready;
};

#define ALL_CPUS UINT32_MAX

struct flue_target {
    struct flue_target_config config;
    struct flue_target_handlers handlers;
    void *user;
    struct flue_allocator allocator;
    struct flue_adapter *ndis;                 /* what the system keeps of us */
    const struct flue_client *client;          /* its table of who is above */
    struct flue_tcp_offload_event_handlers up; /* our copy (INIT-008) */
    struct flue_tcp_engine *engine;

    struct slab neighbors;
    struct slab paths;
    struct slab connections;
    struct slab ios;
    struct slab finals;
    struct slab pieces;
    struct slab indications;
    struct slab held_packets;
    struct heap heap;                     /* bytes of received data */
    struct flue_memory_descriptor *spare; /* a received_piece that holds nothing; may be NULL */
    struct context_table contexts;
    struct address_table macs;
    struct address_table ips;
    struct address_table vlans;
    struct rest rest;                      /* entries of connections that have been given back */
    uint64_t receive_bytes;                /* reserved by connections */
    uint32_t tagged;                       /* neighbours in a VLAN */
    uint32_t frozen;                       /* connections */
    struct target_connection *just_frozen; /* by the segment that is being taken in */
    uint64_t walks;                        /* over trees not yet trusted, so far */

    struct operation_queue operations; /* the first is being carried out */
    struct operation_progress progress;
    flue_time operation_due;
    struct operation_queue done;   /* to be completed by flue_target_poll */
    struct operation_queue paused; /* initiates that came during a pause */
    uint32_t initiates;            /* not completed, without those in `paused` */

    struct flue_tcp_connection_offload hardware;
    struct flue_tcp_connection_offload offered; /* the configuration that holds */
    struct flue_tcp_connection_offload_parameters parameters;
    struct flue_offload_encapsulation encapsulation;
    struct status_queue statuses;
    struct flue_oid_request *power_request; /* to go to sleep, when all is taken back */
    bool is_asleep;
    bool is_removed;
    bool is_paused;
    bool is_uploading_all;
    uint32_t faults[FLUE_TARGET_FAULTS]; /* occasions that still pass; UINT32_MAX: all */

    struct flue_ip_offload_stats ip_stats[2]; /* IPv4, IPv6 */
    struct flue_tcp_statistics tcp_base[2];   /* the engine's counts at the last reset */
    uint64_t faulty_segments[2];              /* since then, that never reached the engine */

    struct list_queue sends; /* to be completed by flue_target_poll, in this order of kinds */
    struct list_queue forwards;
    struct list_queue disconnects;
    struct list_queue held_sends;            /* of connections whose initiate is not completed */
    struct target_connection *first_watched; /* suggest.c, by the beginning of their periods */
    struct target_connection *last_watched;
    struct target_connection *first_push; /* their push timers run, by when they were started */
    struct target_connection *last_push;
    struct target_neighbor *asking; /* neighbours in doubt */
    struct target_neighbor *last_asking;
    uint32_t asking_count;
    struct target_cpu cpus[FLUE_RSS_CPUS];
    uint32_t polling_cpu;    /* ALL_CPUS, or the one whose queue is being emptied */
    uint32_t rss_table_size; /* 0: all for processor 0 */
    uint8_t rss_table[FLUE_RSS_TABLE_MOST];
    uint32_t ready_count;   /* connections, of all processors */
    uint32_t receive_count; /* completed requests, likewise */
    uint32_t done_count;
    uint32_t told; /* lists, indications, events and operations told in this poll */
    bool is_polling;
    bool is_awake; /* the interrupt was raised and poll has not emptied the queues since */

    struct flue_target_statistics statistics;
};

/* ---- objects.c: lifetime ---- */
struct target_io *flue__target_io(struct target_connection *connection); /* NULL: no memory */
/* Gives the io back when nothing is under way any more. */
void flue__target_io_settle(struct target_connection *connection);
/* rest.c: the entries that a connection leaves behind. */
bool flue__target_init_rest(struct flue_target *target);
void flue__target_fini_rest(struct flue_target *target);
/* The entry of a connection that ends now can be used again reuse_delay later. */
void flue__target_rest(struct flue_target *target, flue_time now);
/* How many cannot yet be used again. */
uint32_t flue__target_resting(struct flue_target *target, flue_time now);

void flue__target_free(struct flue_target *target, flue_time now, struct target_object *object);
uint32_t flue__target_tick(const struct flue_target *target, flue_time now);

/* ---- contexts.c ---- */
/* True: the next give_context will not want memory. */
bool flue__target_reserve_context(struct flue_target *target);
void *flue__target_give_context(struct flue_target *target, struct target_object *object);
void flue__target_take_context(struct flue_target *target, const struct target_object *object);
void flue__target_free_contexts(struct flue_target *target);
/* The object of a slot of the table; NULL: it is free. */
struct target_object *flue__target_object_in(const struct flue_target *target, uint32_t slot);
/* The object of a context; NULL: it is none of ours, or gone. */
struct target_object *flue__target_object(const struct flue_target *target, const void *context);
/* The object that a block names, of the layer that its type says, and not on its way out. */
struct target_object *flue__target_named(const struct flue_target *target,
                                         const struct flue_block_list *block);
struct target_connection *flue__target_connection(const struct flue_target *target,
                                                  const void *context);

/* ---- limits.c ---- */
bool flue__target_init_addresses(struct address_table *table,
                                 const struct flue_allocator *allocator, uint32_t size);
void flue__target_free_addresses(struct address_table *table,
                                 const struct flue_allocator *allocator);
/* Counts a use of the address. False: there is no room for it. */
bool flue__target_use_address(struct address_table *table, const struct address_key *key);
void flue__target_unuse_address(struct address_table *table, const struct address_key *key);
/* VLAN-003 to VLAN-007: SUCCESS, or why not. Counts a use. */
enum flue_status flue__target_use_vlan(struct flue_target *target, uint16_t vlan_id);
void flue__target_unuse_vlan(struct flue_target *target, uint16_t vlan_id);
struct address_key flue__target_mac_key(const struct flue_mac *mac);
struct address_key flue__target_ip_key(const struct target_path *path);
/* Memory for a receive window of `bytes`, instead of what the connection had. */
bool flue__target_reserve_receive(struct target_connection *connection, uint32_t bytes);

/* ---- engine.c: what the engine calls ---- */
extern const struct flue_tcp_handlers flue__target_tcp_handlers;

/* ---- poll.c: what waits for the client ---- */
void flue__target_wake(struct flue_target *target, flue_time now);
void flue__target_ready(struct target_connection *connection, flue_time now);
void flue__target_push(struct list_queue *queue, struct flue_buffer_list *list);
/* The same without a word to the owner: from inside the engine's emit. */
void flue__target_ready_quietly(struct target_connection *connection);
/* Completes the lists that wait. Only while polling. */
bool flue__target_complete_lists(struct flue_target *target, flue_time now);

/* ---- operations.c ---- */
void flue__target_queue_operation(struct flue_target *target, flue_time now,
                                  struct flue_block_list *tree, enum operation_kind kind);
void flue__target_run_operations(struct flue_target *target, flue_time now);
/* The tick at which the operation with this root was asked for. */
uint32_t flue__target_call_tick(const struct flue_block_list *root);
/* The initiates that a pause held back begin, or are refused. */
void flue__target_release_paused(struct flue_target *target, flue_time now, bool refuse);
/* Takes the first of the done operations and completes it; false: there is none. */
bool flue__target_complete_operation(struct flue_target *target, flue_time now);

/* Stamps the root, and begins a walk that trusts no link. */
struct flue_block_list *flue__target_guard(struct flue_target *target, struct guarded_walk *guard,
                                           struct flue_block_list *root);

/* ---- initiate.c, update.c, invalidate.c, terminate.c, query.c: one block each, and the end of the
 * walk. The block names something (it is no placeholder), fits its tree, and says FAILURE until
 * the function says otherwise. ---- */

/* Leaves a status in the block: SUCCESS, PENDING for a linker, or why it was not taken over. */
void flue__target_initiate_block(struct flue_target *target, flue_time now,
                                 struct flue_block_list *root, struct flue_block_list *block,
                                 uint32_t depth);
void flue__target_initiate_end(struct flue_block_list *root);
/* initiate_tcp.c: a connection on this path. */
enum flue_status flue__target_take_tcp(struct flue_target *target, flue_time now,
                                       struct flue_block_list *root, struct flue_block_list *block,
                                       struct target_path *path, struct target_object **object);
enum flue_status flue__target_update_block(struct flue_target *target, flue_time now,
                                           struct flue_block_list *block, uint32_t depth);
/* From inside the call, for the whole tree: what it names is invalid (INVAL-004). */
void flue__target_invalidate_now(struct flue_target *target, struct flue_block_list *root);
enum flue_status flue__target_invalidate_block(struct flue_target *target, flue_time now,
                                               const struct flue_block_list *block);
/* The connection wanted to send over an invalid object. */
void flue__target_silence(struct target_connection *connection, flue_time now);
void flue__target_unsilence(struct target_connection *connection);
/* The path has another neighbour: the connections that fell silent may go on. */
void flue__target_wake_path(struct target_path *path, flue_time now);
enum flue_status flue__target_terminate_block(struct flue_target *target, flue_time now,
                                              struct flue_block_list *root,
                                              struct flue_block_list *block);
void flue__target_terminate_end(struct flue_target *target, flue_time now,
                                struct flue_block_list *root);
/* TERM-005: a lost object's sends are aborted, not handed back. */
void flue__target_abort_returned(struct flue_target *target, struct flue_block_list *block);
enum flue_status flue__target_query_block(struct flue_target *target, flue_time now,
                                          struct flue_block_list *block);
/* A neighbour's values into whatever classes the block holds. */
void flue__target_read_neighbor(const struct flue_target *target, flue_time now,
                                struct flue_block_list *block,
                                const struct target_neighbor *neighbor);
/* Keeps an object in the list of the operation whose tree is `root`. */
void flue__target_keep(struct flue_block_list *root, struct target_object *object);

/* ---- buffered.c: received data in the target's memory ---- */
/* Appends data to what the connection holds. False: no memory, the data is lost. */
bool flue__target_buffer(struct target_connection *connection, const struct flue_span *data);
/* Would there be memory for it? */
bool flue__target_has_memory(struct flue_target *target, const struct flue_span *data);
/* A piece with a copy of the data, or length-only like it; NULL: no memory. */
struct flue_memory_descriptor *flue__target_new_piece(struct flue_target *target,
                                                      const struct flue_span *data);
void flue__target_free_piece(struct flue_target *target, struct flue_memory_descriptor *descriptor);
/* The same, without keeping it as the spare one. */
void flue__target_release_piece(struct flue_target *target,
                                struct flue_memory_descriptor *descriptor);
/* The first `count` buffered bytes are done with. */
void flue__target_discard(struct target_connection *connection, uint32_t count);
void flue__target_drop_data(struct target_connection *connection);

/* ---- posted.c: posted receive requests; they need an io ---- */
void flue__target_queue_request(struct target_connection *connection,
                                struct flue_buffer_list *request);
/* One that cannot wait ends with what it holds already. */
void flue__target_refuse_request(struct flue_target *target, struct target_connection *connection,
                                 struct flue_buffer_list *request, enum flue_status status);
bool flue__target_has_requests(const struct target_connection *connection);
/* The first request, when it holds data and is not full; NULL: there is none like that. */
struct flue_buffer_list *flue__target_partly_filled(const struct target_connection *connection);
/* Puts data into requests. The full ones, *completed of them, go to the completion queue. Returns
 * how much found room. */
uint32_t flue__target_fill_requests(struct target_connection *connection,
                                    const struct flue_span *data, uint32_t *completed);
/* The first request, or each, ends with `status` and what it holds. */
void flue__target_end_request(struct target_connection *connection, enum flue_status status);
void flue__target_end_requests(struct target_connection *connection, enum flue_status status);

/* ---- push.c: the push timer of connections with an io ---- */
void flue__target_start_push(struct target_connection *connection, flue_time now); /* anew */
void flue__target_stop_push(struct target_connection *connection);
flue_time flue__target_push_deadline(const struct flue_target *target);
void flue__target_run_push(struct flue_target *target, flue_time now);

/* ---- suggest.c: nothing happens unless the configuration has suggestions ---- */
/* Memory that goes with each connection. */
uint32_t flue__target_watch_bytes(const struct flue_target_config *config);
void flue__target_watch(struct target_connection *connection, flue_time now,
                        const struct flue_tcp_delegated *delegated);
void flue__target_unwatch(struct target_connection *connection);
void flue__target_watch_sent(struct target_connection *connection,
                             const struct flue_tcp_segment *segment);
/* A segment came ... */
void flue__target_watch_segment(struct target_connection *connection,
                                const struct flue_tcp_segment *segment);
/* ... and so many bytes are in order. */
void flue__target_watch_delivery(struct target_connection *connection, uint32_t bytes);
void flue__target_watch_requests(struct target_connection *connection,
                                 const struct flue_buffer_list *lists);
flue_time flue__target_watch_deadline(const struct flue_target *target);
void flue__target_run_watch(struct flue_target *target, flue_time now);
/* Only while polling. */
void flue__target_tell_suggestions(struct target_connection *connection, flue_time now);

/* ---- deliver.c: the delivery algorithm ---- */
/* Its three entries: a request that can wait for data, a segment in order (false: no memory, the
 * data is lost), and the push timer. */
void flue__target_posted(struct target_connection *connection, flue_time now,
                         struct flue_buffer_list *request);
bool flue__target_arrived(struct target_connection *connection, flue_time now,
                          const struct flue_span *data, bool has_push);
void flue__target_push_expired(struct target_connection *connection, flue_time now);
/* Fills posted requests from buffered data. */
void flue__target_place(struct target_connection *connection, flue_time now);
/* A reset that was not told yet. */
void flue__target_tell_abort(struct target_connection *connection, flue_time now);
/* Goes on with the algorithm and tells the events behind it, for one connection. Only while
 * polling. */
void flue__target_deliver(struct target_connection *connection, flue_time now);

/* ---- indicate.c: received data as lists ---- */
/* All undelivered data, or about the first `most` bytes of it, as one list that the client must
 * return; NULL: no memory, or no data. */
struct indication *flue__target_lend(struct target_connection *connection, uint32_t most);
/* Indicates what there is, or as much as RcvIndicationSize says (RECV-033, RECV-035, RECV-039).
 * False: there is nothing more to do now. Only while polling. */
bool flue__target_indicate(struct target_connection *connection, flue_time now);
/* From inside poll, before the completion: what can be delivered is, and the rest is handed back
 * (TERM-012, TERM-013). */
void flue__target_deliver_last(struct flue_target *target, flue_time now,
                               struct target_object *kept);

/* ---- backlog.c: how much the client had best keep here ---- */
uint32_t flue__target_send_backlog(const struct target_connection *connection, uint32_t srtt_x8,
                                   uint32_t max_snd_wnd);
/* The connection got an ACK. */
void flue__target_watch_backlog(struct target_connection *connection, flue_time now);
/* True: the client is to be told *backlog. */
bool flue__target_take_backlog(struct target_connection *connection, flue_time now,
                               uint32_t *backlog);

/* ---- close.c ---- */
void flue__target_request_upload(struct target_connection *connection, flue_time now,
                                 enum flue_tcp_upload_reason reason);
/* The same without a word to the owner. */
void flue__target_request_upload_quietly(struct target_connection *connection,
                                         enum flue_tcp_upload_reason reason);
/* A graceful disconnect that is under way ends with `status`. */
void flue__target_end_disconnect(struct target_connection *connection, enum flue_status status);

/* ---- reachability.c ---- */
/* The age of the proof that the target, or the host, has of the neighbour. */
void flue__target_set_nrd(struct flue_target *target, flue_time now,
                          struct target_neighbor *neighbor, uint32_t nrd_ticks);
void flue__target_set_hrd(struct flue_target *target, flue_time now,
                          struct target_neighbor *neighbor, uint32_t hrd_ticks);
uint32_t flue__target_nrd(const struct flue_target *target, flue_time now,
                          const struct target_neighbor *neighbor);
/* Something is about to be sent over it: if both proofs are old, the host will be asked. */
void flue__target_check_neighbor(struct flue_target *target, flue_time now,
                                 struct target_neighbor *neighbor);
/* The host will be asked about it, once. */
void flue__target_doubt_neighbor(struct flue_target *target, struct target_neighbor *neighbor);
/* It goes: nothing will be asked. */
void flue__target_forget_neighbor(struct flue_target *target, struct target_neighbor *neighbor);
/* Asks about the first one that waits; false: there is none, or not now. Only while polling. */
bool flue__target_ask_reachability(struct flue_target *target, flue_time now);

/* ---- miniport.c: registration and reports ---- */
enum flue_result flue__target_register(struct flue_target *target);
/* False: it is not what we know (INIT-006). */
bool flue__target_take_handlers(struct flue_target *target,
                                const struct flue_object_header *handlers);

/* ---- requests.c ---- */
enum flue_status flue__target_request(void *driver, flue_time now,
                                      struct flue_oid_request *request);

/* ---- capabilities.c: pause, resume, upload all ---- */
/* Are these within what the hardware can do? */
bool flue__target_can_offer(const struct flue_target *target,
                            const struct flue_tcp_connection_offload *offload);
/* False: too many wait. */
bool flue__target_push_status(struct flue_target *target, flue_time now, enum flue_status status);
/* Tells the oldest status indication; false: there is none, or not now. Only while polling. */
bool flue__target_tell_status(struct flue_target *target, flue_time now);

/* ---- faults.c ---- */
/* Is this the occasion that fails? */
bool flue__target_fails(struct flue_target *target, enum flue_target_fault fault);
/* The hardware has lost the connection. The client hears it now; or, for what an operation found
 * out, behind its completion. */
void flue__target_lose(struct target_connection *connection, flue_time now);
void flue__target_lose_later(struct target_connection *connection);
/* Before a completion: what its failures have lost is told next. */
void flue__target_tell_losses(struct flue_target *target, flue_time now,
                              struct flue_block_list *root);
/* The connection is lost, and the client has heard it. */
bool flue__target_is_loss_told(const struct target_connection *connection);

/* ---- scaling.c ---- */
/* Is the processor's queue being emptied? */
bool flue__target_polls(const struct flue_target *target, uint32_t cpu);
void flue__target_queue_ready(struct target_connection *connection);
/* The first ready connection of the processors that are being polled; NULL: there is none. */
struct target_connection *flue__target_take_ready(struct flue_target *target);
/* A receive request is done, of this connection (NULL: of none). */
void flue__target_push_receive(struct flue_target *target, struct target_connection *connection,
                               struct flue_buffer_list *request);
/* RSS-002: the indirection table. */
enum flue_status flue__target_set_scaling(struct flue_target *target,
                                          struct flue_oid_request *request);

/* ---- power.c ---- */
enum flue_status flue__target_set_power(struct flue_target *target, flue_time now,
                                        struct flue_oid_request *request);
/* Completes the set when everything is taken back; false: not yet. Only while polling. */
bool flue__target_complete_power(struct flue_target *target, flue_time now);

/* ---- urgent.c ---- */
enum { TARGET_HELD_BYTES = sizeof(struct flue_packet) + 64 };
/* The segment that is being taken in is urgent. */
void flue__target_freeze(struct target_connection *connection);
void flue__target_hold(struct target_connection *connection, const struct flue_packet *packet);
/* The host has the connection back: what was held is passed up. */
void flue__target_release_held(struct target_connection *connection, flue_time now);

/* ---- statistics.c ---- */
void flue__target_count_arrival(struct flue_target *target, const struct flue_packet *packet,
                                bool is_discarded);
void flue__target_count_request(struct flue_target *target, const struct flue_packet *packet);
enum flue_status flue__target_answer_stats(struct flue_target *target,
                                           struct flue_oid_request *request);

/* ---- send.c, receive.c, close.c: the provider's TCP operations ---- */
enum flue_status flue__target_send(void *adapter, flue_time now, void *context,
                                   struct flue_buffer_list *lists);
enum flue_status flue__target_forward(void *adapter, flue_time now, void *context,
                                      struct flue_buffer_list *lists);
enum flue_status flue__target_receive(void *adapter, flue_time now, void *context,
                                      struct flue_buffer_list *lists);
enum flue_status flue__target_receive_return(void *adapter, flue_time now,
                                             struct flue_buffer_list *lists);
enum flue_status flue__target_disconnect(void *adapter, flue_time now, void *context,
                                         struct flue_buffer_list *list, uint32_t flags);

/* The power goes, or is gone: nothing more is taken over, and no pause makes anyone wait. */
static inline bool
flue__target_takes_nothing(const struct flue_target *target)
{
    return target->is_asleep || target->is_removed || target->power_request != NULL;
}

/* How I/O on a connection that takes none ends, or on none (NULL); PENDING: it takes some. */
static inline enum flue_status
flue__target_io_status(const struct target_connection *connection)
{
    if (connection == NULL)
        return FLUE_STATUS_REQUEST_ABORTED;
    if (connection->is_leaving || connection->target->is_uploading_all)
        return FLUE_STATUS_UPLOAD_IN_PROGRESS;
    if (connection->tcp == NULL)
        return FLUE_STATUS_REQUEST_ABORTED;
    return FLUE_STATUS_PENDING;
}

#endif
