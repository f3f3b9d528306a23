/* SPDX-License-Identifier: GPL-2.0-or-later
 *
 * A target under fuzz, and the client above it: two neighbours, four paths (of both IP versions),
 * eight connections, which the client makes up. It keeps the contract, with the verifier looking
 * on, or (a wild one) breaks it in every way but two: it leaves alone what the target holds, and
 * its memory is what it says. Every block and request lies in memory of exactly its size.
 */
#ifndef FLUE_TEST_OFFLOADED_H
#define FLUE_TEST_OFFLOADED_H

#include "flue/frame.h"
#include "flue/target.h"
#include "flue/verifier.h"
#include "fuzz.h"

enum {
    NEIGHBORS = 2,
    PATHS = 4,
    CONNECTIONS = 8,
    OBJECTS = NEIGHBORS + PATHS + CONNECTIONS,
    LISTS = 64,
    TREES = 8,
    MOST_BLOCKS = OBJECTS + 2
};

enum layer { NEIGHBOR, PATH, TCP };
enum operation { INITIATE, TERMINATE, UPDATE, INVALIDATE, QUERY, OPERATIONS };

struct object {
    enum layer layer;
    uint32_t number; /* in its layer */
    struct object *parent;
    struct flue_offload_handle handle;
    struct flue_ip source, destination; /* a path's */
    bool is_present;
    bool is_starting; /* its initiate is under way */
    bool is_ending;   /* its termination is */
    bool is_lost;     /* a termination has failed: one more is tried */
    bool is_invalid;
    bool is_closing; /* a disconnect was asked for */
    uint32_t busy;   /* other operations under way */
    uint32_t updates;
};

struct list {
    struct flue_buffer_list list; /* first */
    struct flue_memory_descriptor descriptor;
    uint8_t *memory; /* of a request */
    bool is_out;
};

struct tree {
    enum operation operation;
    bool is_out;
    uint32_t count;
    struct flue_block_list *blocks[MOST_BLOCKS]; /* the first is the root */
    struct object *objects[MOST_BLOCKS];         /* NULL: a placeholder */
};

struct world {
    struct fuzz_input input;
    flue_time now;
    bool is_wild;
    bool polls_at_once; /* from the interrupt handler, where that is allowed */
    bool is_in_call;    /* of the provider */
    bool is_inside;     /* a call into the client that calls back */
    size_t live_bytes;
    uint32_t allocations_left; /* before one fails; 0: none does */
    uint32_t calls_back;       /* how many of the next calls into the client do */
    enum flue_status answer;   /* to indications; with SUCCESS they are kept */
    uint32_t answer_bytes;     /* that a partial acceptance takes */
    struct flue_target *target;
    struct flue_verifier *verifier; /* NULL: wild */
    struct flue_provider *provider;
    struct flue_client client;
    struct object objects[OBJECTS];
    struct tree trees[TREES];
    struct list lists[LISTS];
    struct flue_buffer_list *lent;
    struct flue_buffer_list buffered; /* received data that goes with an offload */
    struct flue_memory_descriptor buffered_memory;
    struct flue_oid_request power; /* that the target has not answered, while it has a buffer */
    void *strays[4];               /* cells that are no object's */
};

struct object *object_at(struct world *world, enum layer layer, uint32_t number);
uint32_t take(struct world *world, unsigned bytes);

/* The target and all around it. The input chooses the configuration. */
void world_begin(struct world *world, const uint8_t *data, size_t size, bool is_wild);
/* Everything is taken back, if the client is a tame one, and must then be gone. */
void world_end(struct world *world);

/* ---- offloaded_trees.c ---- */

/* A state operation on some objects of the input's choice; it may find nothing to do. */
void operate(struct world *world, enum operation operation);
/* Offloads connection `number` in `state`, with `lists` lists to be sent. */
void offload(struct world *world, uint32_t number, enum flue_tcp_connection_state state,
             uint32_t lists);
void terminate(struct world *world, struct object *object);
/* Frees its blocks. */
void drop_tree(struct tree *tree);

/* offloaded_ends.c */
void on_tree(struct world *world, enum operation operation, struct flue_block_list *root);

/* offloaded_spoil.c: makes something of it wrong, if the input wants that. */
void spoil_tree(struct world *world, struct tree *tree);

/* ---- offloaded_io.c: lists, segments, time ---- */

/* A list to be sent, or (`is_request`) to receive into; NULL: all are out. */
struct list *take_list(struct world *world, bool is_request, uint32_t length);
void give_list_back(struct world *world, struct flue_buffer_list *list);
enum io { SEND, RECEIVE, FORWARD, DISCONNECT, RETURN, IO_KINDS };
void do_io(struct world *world, enum io io);
/* A segment for a connection, with numbers near its own; `is_sane`: as a peer would send it. */
void make_segment(struct world *world, uint32_t number, bool is_sane, struct flue_packet *packet);
/* Time passes: to the next deadline, or as the input says. */
void wait_for(struct world *world, bool is_deadline);

#endif
