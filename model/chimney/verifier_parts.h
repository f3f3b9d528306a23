/* SPDX-License-Identifier: GPL-2.0-or-later
 *
 * What the files of the verifier share: what it knows of every object, tree and list that it has
 * seen, and the calls that are in progress.
 *
 * Everything is found by address: an object by its handle and by its context, an operation by its
 * root block, a list by itself. Nothing is followed before it is found: an address that one side
 * made up is reported and left alone.
 */
#ifndef FLUE_CHIMNEY_VERIFIER_PARTS_H
#define FLUE_CHIMNEY_VERIFIER_PARTS_H

#include "chimney/block_state.h"
#include "chimney/verifier_table.h"
#include "flue/verifier.h"
#include "tcp/slab.h"

/* A call that passes. The first nine are also what an operation or a list was begun with. */
enum verifier_call {
    CALL_INITIATE,
    CALL_TERMINATE,
    CALL_UPDATE,
    CALL_INVALIDATE,
    CALL_QUERY,
    CALL_SEND,
    CALL_RECEIVE,
    CALL_FORWARD,
    CALL_DISCONNECT,
    CALL_COMPLETE, /* any completion but the next */
    CALL_COMPLETE_RECEIVE,
    CALL_INDICATE, /* also: a list of received data that is with the client */
    CALL_EVENT
};

enum { LIST_KINDS = CALL_DISCONNECT + 1 - CALL_SEND };

/* A call in progress, on the C stack of the function that passes it. */
struct verifier_frame {
    struct verifier_frame *outer;
    enum verifier_call call;
    uint64_t serial;
    const void *tree;               /* of a state operation's call */
    struct verified_object *object; /* of a call on one connection; held */
};

enum object_phase {
    OBJECT_INITIATING,
    OBJECT_OFFLOADED,
    OBJECT_TERMINATING,
    OBJECT_LOST, /* its termination failed: whoever comes next may take handle and context */
    OBJECT_GONE  /* kept only because something refers to it */
};

struct verified_object {
    struct table_node by_handle;
    struct table_node by_context;
    struct verified_object *parent; /* path of a connection, neighbour of a path; held */
    void **cell;
    uint32_t references;
    uint8_t layer; /* enum flue_layer */
    uint8_t phase; /* enum object_phase */
    bool is_in_contexts : 1;
    bool is_invalidated : 1;
    bool has_failed : 1;     /* an operation on it failed: HardwareFailure before an abort */
    bool is_fin_told : 1;    /* TcpIndicateDisconnect came, or came before the offload */
    bool is_abort_told : 1;  /* TcpIndicateAbort came */
    bool is_refused : 1;     /* received data waits for a request */
    bool has_handed : 1;     /* ... because the host handed it over with the state */
    bool has_both : 1;       /* ... behind whose data stood a FIN that the host had seen */
    bool is_short : 1;       /* a non-push request came back before it was full */
    bool is_closing : 1;     /* a graceful disconnect was posted */
    bool is_aborting : 1;    /* an abortive one was */
    bool is_window_free : 1; /* cached initial_rcv_wnd: an update left open whether it changed */

    uint32_t dependants; /* objects that depend on it, or will when their offload is complete */
    uint32_t named;      /* of them, in the terminate tree ... */
    uint64_t named_in;   /* ... of this serial */
    uint32_t queries;    /* outstanding */
    uint32_t updates;
    uint32_t invalidates;
    uint32_t changes; /* counts begun and ended updates */

    uint32_t out[LIST_KINDS];   /* lists with the provider, by kind - CALL_SEND */
    uint64_t posted;            /* numbers the lists */
    uint64_t last_success[2];   /* of sends and receives: the latest list completed with success */
    uint64_t first_failed_send; /* 0: none */
    uint32_t partial_sends;
    uint64_t receive_upcall; /* serial of the latest completion or indication of received data */
    uint64_t completion;     /* serial of the completion of its offload */

    union { /* as offloaded and updated, for queries */
        struct {
            struct flue_neighbor_const constants;
            struct flue_neighbor_cached cached;
        } neighbor;
        struct {
            uint8_t source[16];
            uint8_t destination[16];
            uint32_t path_mtu;
            uint8_t address_bytes;
        } path;
        struct {
            struct flue_tcp_const constants;
            struct flue_tcp_cached cached;
        } tcp;
    };
};

enum block_role {
    BLOCK_PLACEHOLDER,
    BLOCK_NEW,    /* conveys state */
    BLOCK_KNOWN,  /* names an offloaded object */
    BLOCK_STRANGE /* names what it may not: reported, and not looked at again */
};

/* One block of a tree that the provider holds. */
struct verified_block {
    struct flue_block_list *block;
    struct flue_block_list before;  /* as it was handed down */
    struct verified_object *object; /* held; NULL: none */
    size_t parent;                  /* index; NO_PARENT: a root */
    uint32_t taken;                 /* immediate dependants, counted at the completion */
    uint32_t refused;
    uint32_t changes; /* of the object when a query began */
    uint32_t chained; /* send lists handed over with it */
    uint64_t constants_hash;
    uint64_t cached_hash;
    const struct flue_buffer_list *buffered; /* delegated buffered_data, before */
    uint8_t depth;
    uint8_t role; /* enum block_role */
};

#define NO_PARENT SIZE_MAX

/* An operation that is not completed. */
struct verified_tree {
    struct table_node by_root;
    struct verified_tree *next; /* in the order of the calls */
    struct verified_tree *previous;
    enum verifier_call call;
    uint64_t serial;
    bool is_cyclic;
    size_t count;
    struct verified_block blocks[];
};

/* A list that its maker does not hold. */
struct verified_list {
    struct table_node by_list;
    struct verified_list *next; /* in the order of the calls */
    struct verified_list *previous;
    struct verified_object *object; /* held */
    enum verifier_call call;        /* SEND to DISCONNECT, or INDICATE */
    uint64_t serial;                /* of the call that handed it over */
    uint64_t number;                /* on the connection */
    uint32_t length;                /* bytes in use at that time */
    enum flue_status status;        /* at that time, of lists inside an initiate tree */
    bool is_chained : 1;            /* in an initiate tree, not yet taken */
    bool is_counted : 1;            /* in the object's `out` */
    bool is_non_push : 1;
    bool is_abortive : 1;
    bool is_after_fin : 1; /* posted when the disconnect had been told */
};

struct flue_verifier {
    struct flue_provider up; /* what the client sees */
    struct flue_client down; /* what the provider sees */
    struct flue_provider *provider;
    const struct flue_client *client;
    struct flue_allocator allocator;
    flue_verifier_report *report;
    void *user;
    flue_time now; /* of the innermost call */
    bool is_stopped;
    bool is_paused;                       /* the provider asked for no new objects */
    const struct flue_oid_request *power; /* a set that the provider has not completed */
    uint64_t violations;
    uint64_t serials;
    struct verifier_frame *frames;

    struct table handles;
    struct table contexts;
    struct table roots;
    struct table lists;
    struct slab objects;
    struct slab list_records;
    struct verified_tree *first_tree;
    struct verified_tree *last_tree;
    struct verified_list *first_list;
    struct verified_list *last_list;
};

/* ---- verifier.c: reports, calls in progress ---- */
void flue__verifier_blame(struct flue_verifier *verifier, enum flue_contract_side side,
                          const char *requirement, const char *kind, const void *object,
                          const char *text);
void flue__verifier_blame_object(struct flue_verifier *verifier, enum flue_contract_side side,
                                 const char *requirement, const struct verified_object *object,
                                 const char *text);
void flue__verifier_blame_block(struct flue_verifier *verifier, enum flue_contract_side side,
                                const char *requirement, const struct flue_block_list *block,
                                const char *text);
void flue__verifier_blame_list(struct flue_verifier *verifier, enum flue_contract_side side,
                               const char *requirement, const struct flue_buffer_list *list,
                               const char *text);
/* No memory: from here on calls are only passed. */
void flue__verifier_stop(struct flue_verifier *verifier);
void flue__verifier_enter(struct flue_verifier *verifier, struct verifier_frame *frame,
                          enum verifier_call call, const void *tree,
                          struct verified_object *object);
void flue__verifier_leave(struct flue_verifier *verifier, struct verifier_frame *frame);
/* The call in progress with this serial; NULL: it has returned. */
const struct verifier_frame *flue__verifier_frame(const struct flue_verifier *verifier,
                                                  uint64_t serial);
/* Whether such a call on the connection is in progress. */
bool flue__verifier_is_inside(const struct flue_verifier *verifier, enum verifier_call call,
                              const struct verified_object *object);

/* ---- verifier_objects.c ---- */
/* NULL: no memory. It depends on `parent` from here on. */
struct verified_object *flue__verifier_object_new(struct flue_verifier *verifier,
                                                  const struct flue_block_list *block,
                                                  struct verified_object *parent);
struct verified_object *flue__verifier_by_handle(const struct flue_verifier *verifier,
                                                 const struct flue_offload_handle *handle);
struct verified_object *flue__verifier_by_context(const struct flue_verifier *verifier,
                                                  const void *context);
/* The object being offloaded whose cell holds `context` already; NULL: none. Not quick. */
struct verified_object *flue__verifier_pending(const struct flue_verifier *verifier,
                                               const void *context);
void flue__verifier_object_hold(struct verified_object *object);
void flue__verifier_object_release(struct flue_verifier *verifier, struct verified_object *object);
/* It is offloaded no more, and depends on nothing. */
void flue__verifier_object_remove(struct flue_verifier *verifier, struct verified_object *object);
/* The path moves to another neighbour (UPDATE-012). */
void flue__verifier_object_relink(struct flue_verifier *verifier, struct verified_object *object,
                                  struct verified_object *parent);
void flue__verifier_object_lose(struct flue_verifier *verifier, struct verified_object *object);
struct verified_list *flue__verifier_list_new(struct flue_verifier *verifier,
                                              const struct flue_buffer_list *list,
                                              struct verified_object *object,
                                              enum verifier_call call);
struct verified_list *flue__verifier_list(const struct flue_verifier *verifier,
                                          const struct flue_buffer_list *list);
void flue__verifier_list_remove(struct flue_verifier *verifier, struct verified_list *record);

/* ---- verifier_trees.c ---- */
/* Writes the verifier's name into the handles of an initiate tree. */
void flue__verifier_mark(struct flue_verifier *verifier, struct flue_block_list *root);
/* Records a tree that is handed down and checks its form. NULL: already held, or no memory. */
struct verified_tree *flue__verifier_tree_new(struct flue_verifier *verifier,
                                              struct flue_block_list *root,
                                              enum verifier_call call);
void flue__verifier_tree_remove(struct flue_verifier *verifier, struct verified_tree *tree);
/* What every operation's completion is held to: reserved members, statuses. */
void flue__verifier_tree_check(struct flue_verifier *verifier, struct verified_tree *tree);

/* ---- verifier_state.c: the structures behind a block ---- */
bool flue__verifier_has_lengths(struct flue_block_list *block);
/* The same of delegated state alone, for what a termination gives back. */
bool flue__verifier_has_delegated(struct flue_block_list *block);
void flue__verifier_state_note(struct verified_block *image);
void flue__verifier_state_check_unchanged(struct flue_verifier *verifier,
                                          struct verified_block *image);
void flue__verifier_state_remember(struct verified_object *object, struct flue_block_list *block);
void flue__verifier_state_remember_cached(struct verified_object *object,
                                          struct flue_block_list *block);
void flue__verifier_state_check_query(struct flue_verifier *verifier, struct verified_block *image);

/* ---- verifier_initiate.c, verifier_operations.c: rules of one operation ---- */
void flue__verifier_initiate(struct flue_verifier *verifier, struct verified_tree *tree);
void flue__verifier_initiate_complete(struct flue_verifier *verifier, struct verified_tree *tree);
void flue__verifier_operate(struct flue_verifier *verifier, struct verified_tree *tree);
void flue__verifier_operate_complete(struct flue_verifier *verifier, struct verified_tree *tree);

/* ---- verifier_terminate.c ---- */
void flue__verifier_terminate(struct flue_verifier *verifier, struct verified_tree *tree);
void flue__verifier_terminate_complete(struct flue_verifier *verifier, struct verified_tree *tree);

/* ---- the tables' members, by file ---- */
void flue__verifier_init_operations(struct flue_verifier *verifier);  /* verifier_operations.c */
void flue__verifier_init_posts(struct flue_verifier *verifier);       /* verifier_posts.c */
void flue__verifier_init_completions(struct flue_verifier *verifier); /* verifier_completions.c */
void flue__verifier_init_indications(struct flue_verifier *verifier); /* verifier_indications.c */
void flue__verifier_init_requests(struct flue_verifier *verifier);    /* verifier_requests.c */

/* The row that says of a list's or an operation's call that it completes once, later and with what
 * was posted. */
const char *flue__verifier_row(enum verifier_call call);

static inline uint32_t *
flue__verifier_out(struct verified_object *object, enum verifier_call call)
{
    return &object->out[call - CALL_SEND];
}

static inline struct flue_offload_handle *
flue__verifier_handle(const struct verified_object *object)
{
    return (struct flue_offload_handle *)(uintptr_t)object->by_handle.key;
}

#endif
