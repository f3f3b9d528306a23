/* SPDX-License-Identifier: GPL-2.0-or-later
 *
 * A verifier between a provider and a client that do only what a test says: one neighbour, one path
 * and two connections, offloaded in a tree. A test breaks one rule and claims the report of it;
 * what is reported and not claimed fails the test when the bench is destroyed.
 */
#ifndef VERIFIER_BENCH_H
#define VERIFIER_BENCH_H

#include "cmocka_first.h"
#include "flue/verifier.h"
#include "test_memory.h"

enum { BENCH_VIOLATIONS = 32, BENCH_LISTS = 6 };

struct bench_list {
    struct flue_buffer_list list;
    struct flue_memory_descriptor descriptor;
    uint8_t bytes[100];
};

struct bench {
    struct flue_test_memory memory;
    struct flue_allocator allocator;
    struct flue_verifier *verifier;
    struct flue_provider provider; /* the tables under the verifier ... */
    struct flue_client client;
    struct flue_provider *up; /* ... and those that it shows */
    struct flue_client *down;
    flue_time now;

    struct flue_violation violations[BENCH_VIOLATIONS];
    uint32_t violation_count;
    uint32_t claimed;

    uint32_t passed;                /* calls that came through */
    const void *last;               /* the tree, list, handle or block of the last one */
    enum flue_status io_answer;     /* of the provider's send, receive, forward, disconnect */
    enum flue_status return_answer; /* of its receive return and requests */
    enum flue_status answer;        /* of the client's receive indication ... */
    uint32_t consumed;              /* ... and what it counts */
    /* Called once, inside the next call that passes; may be NULL. */
    void (*inside)(struct bench *bench);

    struct flue_neighbor_block neighbor;
    struct flue_path_block path;
    struct flue_tcp_block tcps[2];
    struct flue_offload_handle neighbor_handle;
    struct flue_offload_handle path_handle;
    struct flue_offload_handle handles[2]; /* of the connections */
    uint8_t contexts[4];                   /* their addresses: neighbour, path, connections */
    struct flue_tcp_delegated_block ending;
    struct bench_list lists[BENCH_LISTS];
};

/* cmocka set-up and tear-down: *state is the bench; the second offloads the tree first. */
int bench_set_up(void **state);
int bench_set_up_offloaded(void **state);
int bench_tear_down(void **state);

/* The tree neighbour(path(tcp, tcp)), all new. */
void bench_make_tree(struct bench *bench);
void bench_initiate(struct bench *bench);
/* The provider takes everything, or one block. */
void bench_take(struct bench *bench);
void bench_take_one(struct flue_block_list *block, void *context);
void bench_initiate_complete(struct bench *bench);
void bench_offload(struct bench *bench);

/* Fails the test unless exactly one breach was reported since the last claim: this one. */
void bench_claim(struct bench *bench, const char *requirement, enum flue_contract_side side);

/* A list of `length` bytes, with status UNWRITTEN. */
struct flue_buffer_list *bench_list(struct bench *bench, uint32_t index, uint32_t length);
/* The provider has done with it: `bytes` of it. */
void bench_done(struct flue_buffer_list *list, enum flue_status status, uint32_t bytes);
/* On the first connection. */
void bench_send(struct bench *bench, struct flue_buffer_list *lists);
void bench_receive(struct bench *bench, struct flue_buffer_list *lists);
void bench_forward(struct bench *bench, struct flue_buffer_list *lists);
void bench_disconnect(struct bench *bench, struct flue_buffer_list *list, uint32_t flags);
void bench_return(struct bench *bench, struct flue_buffer_list *lists);
void bench_send_complete(struct bench *bench, struct flue_buffer_list *lists);
void bench_receive_complete(struct bench *bench, struct flue_buffer_list *lists);
void bench_forward_complete(struct bench *bench, struct flue_buffer_list *lists);
void bench_disconnect_complete(struct bench *bench, struct flue_buffer_list *list);
void bench_indicate(struct bench *bench, struct flue_buffer_list *list);
void bench_event(struct bench *bench, uint32_t type, uint32_t information);

/* The termination of the first connection: the call, and a right completion. */
struct flue_block_list *bench_make_ending(struct bench *bench);
void bench_terminate(struct bench *bench, struct flue_block_list *tree);
void bench_fill_ending(struct bench *bench);
void bench_terminate_complete(struct bench *bench, struct flue_block_list *tree);

/* A state operation of any kind, by the member of the tables. */
#define BENCH_CALL(bench, member, tree)                                                            \
    (bench)->up->member((bench)->up->adapter, ++(bench)->now, tree)
#define BENCH_COMPLETE(bench, member, tree)                                                        \
    (bench)->down->member((bench)->down->binding, ++(bench)->now, tree)

#endif
