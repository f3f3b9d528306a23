/* SPDX-License-Identifier: GPL-2.0-or-later
 *
 * An intermediate driver between clients and providers that do only what a test says, with a
 * verifier between each two.
 */
#ifndef STAGE_H
#define STAGE_H

#include "cmocka_first.h"
#include "flue/im.h"
#include "test_memory.h"
#include "verifier_watch.h"

enum { STAGE_MOST = 3, STAGE_TREES = 4 };

/* What a client has heard, or a provider has been told. */
struct stage_side {
    struct stage *stage;
    struct flue_verifier *verifier;
    struct flue_client client;     /* above */
    struct flue_provider provider; /* below */
    uint32_t trees;
    struct flue_block_list *tree; /* the last of them, and those before */
    struct flue_block_list *before[8];
    uint32_t lists;                     /* calls with lists */
    struct flue_buffer_list *list;      /* the last */
    void *context;                      /* of the last post */
    uint32_t flags;                     /* of the last disconnect */
    struct flue_offload_handle *handle; /* of the last indication */
    uint32_t event;
    uint32_t information;
    uint32_t events;
    uint32_t requests;
    struct flue_oid_request *request;
    enum flue_status request_status; /* the provider's answer; what the client heard at last */
    enum flue_status answer;         /* the client's, to received data ... */
    uint32_t consumed;               /* ... and how much of it */
    uint32_t statuses;
    enum flue_status status; /* the last status indication */
    uint32_t capacity;       /* that came with it; or that the provider has */
    uint32_t hrd;            /* the client's answer to a reachability query */
    uint16_t vlan_id;        /* that it saw then */
};

/* neighbour(path(tcp)) */
struct stage_tree {
    struct flue_neighbor_block neighbor;
    struct flue_path_block path;
    struct flue_tcp_block tcp;
    struct flue_offload_handle handles[3];
    struct flue_tcp_delegated_block ending;
    uint8_t addresses[2][4];
};

struct stage {
    struct flue_test_memory memory;
    struct flue_test_memory verifier_memory;
    struct flue_verifier_watch watch;
    struct flue_im *im;
    struct stage_side above[STAGE_MOST];
    struct stage_side below[STAGE_MOST];
    struct stage_tree trees[STAGE_TREES];
    flue_time now;
    uint32_t interrupts;
    uintptr_t contexts; /* given by providers */
};

void stage_open(struct stage *stage, const struct flue_im_config *config);
/* Nothing may be left. */
void stage_close(struct stage *stage);

/* What the clients call. */
struct flue_provider *stage_up(struct stage *stage, uint32_t upper);
/* What the providers call. */
struct flue_client *stage_down(struct stage *stage, uint32_t member);

/* A new tree; `number` is in its addresses. */
struct flue_block_list *stage_tree(struct stage *stage, uint32_t number);
/* The provider takes all that is new in its last tree, or refuses it, and completes. */
void stage_initiated(struct stage *stage, uint32_t member, enum flue_status status);
/* Both: through the driver and back. */
void stage_offload(struct stage *stage, uint32_t upper, uint32_t member, uint32_t number);
/* The termination of all the tree, and a right completion of it. */
struct flue_block_list *stage_ending(struct stage *stage, uint32_t number);
void stage_terminated(struct stage *stage, uint32_t member, enum flue_status status);
void stage_upload(struct stage *stage, uint32_t upper, uint32_t member, uint32_t number);
void stage_succeed(struct flue_block_list *tree, enum flue_status status);

#endif
