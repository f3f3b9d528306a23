/* SPDX-License-Identifier: GPL-2.0-or-later
 *
 * A forest of objects, thousands of them, that a random host offloads and takes back; and a small
 * model of who owns what, with which values, and what each block must say.
 */
#ifndef FOREST_H
#define FOREST_H

#include <stdbool.h>
#include <stdint.h>

#include "flue/target.h"
#include "test_memory.h"
#include "verifier_watch.h"

enum {
    NEIGHBORS = 40,
    PATHS = 300,
    CONNECTIONS = 3000,
    NODES = NEIGHBORS + PATHS + CONNECTIONS,
    MOST_PATH_MTU = 9000,
    MOST_WINDOW = 1 << 20,
    STEPS = 400,
    PLACEHOLDERS = 64
};

enum layer { NEIGHBOR, PATH, TCP };

/* An object, as the host knows it. */
struct node {
    enum layer layer;
    uint32_t number; /* in its layer */
    struct node *parent;
    bool is_present; /* offloaded */
    bool is_busy;    /* in a tree that is with the target */
    bool is_invalid;
    bool is_leaving;     /* its termination is under way */
    uint32_t value;      /* the last byte of the MAC address, the path MTU, the TTL */
    uint32_t next_value; /* that an update asks for */
    enum flue_status expected;
    bool has_list; /* its one list is with the target */
    struct flue_offload_handle handle;
    struct flue_ip addresses[2];
    union {
        struct flue_block_list block;
        struct flue_neighbor_block neighbor;
        struct flue_path_block path;
        struct flue_tcp_block tcp;
    };
    struct flue_buffer_list list;
    struct flue_memory_descriptor descriptor;
};

struct world {
    uint64_t random;
    flue_time now;
    struct flue_test_memory memory;
    struct flue_test_memory verifier_memory;
    struct flue_verifier_watch watch;
    struct flue_verifier *verifier;
    struct flue_target *target;
    struct flue_provider *provider;
    struct flue_client client;
    struct flue_target_config config;
    uint32_t counts[3]; /* what the target holds */
    uint32_t outstanding;
    uint32_t packets;
    uint32_t completions[5];
    struct flue_block_list *
        *loop; /* a link that makes a tree no tree; cut before anyone follows it */
    struct node nodes[NODES];
    struct flue_block_list placeholders[PLACEHOLDERS];
    uint32_t placeholder_count;
};

extern struct world world;

/* A random number below `limit`. */
uint32_t below(uint32_t limit);
/* The object of that number in its layer. */
struct node *node_at(enum layer layer, uint32_t number);
/* How many objects a layer has. */
uint32_t size_of(enum layer layer);
/* A random object of the layer that is free and there, or not; below `parent`, if that is given. */
struct node *pick(enum layer layer, bool is_present, const struct node *parent);
/* Whose block it is; NULL: a placeholder. */
struct node *node_of(const struct flue_block_list *block);
/* Puts new random values into its block. */
void fill(struct node *node);
/* A block that only leads to others. */
struct flue_block_list *placeholder(void);
/* Puts a block at the end of a chain. */
void append(struct flue_block_list **link, struct flue_block_list *block);
/* Its block, that only names it. */
void make_bare(struct node *node);
/* Until the target has nothing left to do. */
void settle(void);
void let_time_pass(flue_time time);
/* What the target says it holds is what the model says. */
void check_counts(void);
/* Makes the world of a seed; with a verifier in between or not. */
void begin(uint64_t seed, bool is_watched);
/* Terminates all that is there, and finds nothing left. */
void finish(void);

/* ---- forest_operations.c */

/* One of the five operations, on objects that nobody else works on. False: it must be the last for
 * now. */
bool operate(void);
/* A tree of which one link leads back. */
void operate_on_no_tree(void);
/* A list on a random connection. */
void send_something(void);
/* Adds it and all below it to the chain. */
bool add_all(struct flue_block_list **link, struct node *node);

#endif
