/* SPDX-License-Identifier: GPL-2.0-or-later
 *
 * A target on the bench: a client that writes down every call, an engine that opens connections to
 * be offloaded, a peer engine, and a wire without delay.
 */
#ifndef RIG_H
#define RIG_H

#include "cmocka_first.h"
#include "flue/target.h"
#include "test_memory.h"
#include "verifier_watch.h"

enum {
    RIG_PORT = 7000,
    RIG_CALLS = 256,
    RIG_FRAMES = 512,
    RIG_SENT = 512,
    RIG_BYTES = 1 << 17,
    RIG_LISTS = 32,
    RIG_LATER = 64
};

enum call_kind {
    CALL_INITIATE,
    CALL_TERMINATE,
    CALL_UPDATE,
    CALL_INVALIDATE,
    CALL_QUERY,
    CALL_SEND,
    CALL_RECEIVE,
    CALL_FORWARD,
    CALL_DISCONNECT,
    CALL_EVENT,
    CALL_INDICATE,
    CALL_STATUS,
    CALL_REQUEST
};

/* One call into the client; one for each list of a completed chain. */
struct call {
    enum call_kind kind;
    enum flue_status status; /* of the list */
    uint32_t bytes; /* transferred, or indicated; an event's information; of a status's buffer */
    uint32_t event;
    const void *subject; /* tree, list or handle */
};

struct rig_list;

struct rig {
    struct flue_test_memory memory;
    struct flue_allocator allocator;
    flue_time now;
    uint8_t ip_version;
    struct flue_tcp_engine *opener;
    struct flue_tcp_engine *peer;
    struct flue_target *target;
    struct flue_verifier *verifier; /* between client and target: every breach fails the test ... */
    struct flue_verifier_watch watch; /* ... but those that it announces (rig_expect) */
    struct flue_test_memory verifier_memory;
    struct flue_provider *provider; /* the verifier's */
    struct flue_client client;
    struct flue_tcp_connection *opened;   /* by the last rig_open, in the opener */
    struct flue_tcp_connection *accepted; /* its other end, in the peer */
    bool peer_saw_fin;
    bool peer_ended;
    enum flue_result peer_reason;
    uint8_t peer_got[RIG_BYTES];
    uint32_t peer_bytes;
    struct rig_list *peer_lists[RIG_LISTS]; /* the peer has them queued */

    struct call calls[RIG_CALLS];
    uint32_t call_count;
    struct flue_tcp_connection_offload resumed_with; /* what came with the last RESUME */
    uint32_t interrupts;
    /* How the next indications are answered; with SUCCESS they are kept in `lent`. */
    enum flue_status answer;
    uint32_t answer_bytes;                                   /* consumed, with PARTIALLY_ACCEPTED */
    void (*choose_answer)(struct rig *rig, uint32_t length); /* sets the two; may be NULL */
    struct flue_buffer_list *lent;
    uint8_t indicated[RIG_BYTES];
    uint32_t indicated_bytes;
    /* Called inside every call into the client, after it is written down; may be NULL. */
    void (*inside)(struct rig *rig, const struct call *call);
    void *context;

    struct { /* the wire */
        bool to_peer;
        struct flue_four_tuple tuple; /* of the receiver */
        struct flue_tcp_segment segment;
        struct flue_memory_descriptor payload;
    } frames[RIG_FRAMES];
    uint32_t frame_count;
    bool is_cut;                 /* the wire loses everything */
    bool is_picky;               /* the target's owner wants no more connections */
    struct flue_mac destination; /* of the frames to the target */
    uint32_t to_peer_flags;      /* OR of the flags of the target's segments */
    uint32_t target_segments;
    uint32_t passed_up;    /* segments that the target left to the ordinary path ... */
    uint32_t passed_later; /* ... and that it held before */
    uint32_t passed_later_seq[RIG_LATER]; /* sequence numbers of those */
    struct flue_packet last_packet;
    struct flue_packet
        sent[RIG_SENT]; /* by the target; a later test of a payload wants its bytes */
};

/* One neighbour, path and connection to offload. */
struct rig_neighbor {
    struct flue_neighbor_block block;
    struct flue_offload_handle handle;
};
struct rig_path {
    struct flue_path_block block;
    struct flue_offload_handle handle;
    struct flue_ip source;
    struct flue_ip destination;
};
struct rig_tcp {
    struct flue_tcp_block block;
    struct flue_offload_handle handle;
    struct flue_tcp_connection *peer;
};

void rig_create(struct rig *rig, const struct flue_target_config *config);
/* The same with the hosts' TCP (of opener and peer) and the IP version of one's choice. */
void rig_create_as(struct rig *rig, const struct flue_target_config *config,
                   const struct flue_tcp_config *hosts, uint8_t ip_version);
/* Takes the verifier out: for a client that is wrong all over, where the target is what counts. */
void rig_stop_watching(struct rig *rig);
void rig_destroy(struct rig *rig);
/* The test makes its client break the contract: `requirement` may be broken from here on, and must
 * be before the rig is destroyed. */
void rig_expect(struct rig *rig, const char *requirement);

/* A connection between opener and peer, established and at rest. */
void rig_open(struct rig *rig, uint16_t port);
/* Takes the connection that was opened last, as it is, out of the opener and into a block. */
void rig_take_tcp(struct rig *rig, struct rig_tcp *tcp);
/* Makes the blocks; rig_make_tcp opens a connection and takes it out of the opener. */
void rig_make_neighbor(struct rig_neighbor *neighbor);
void rig_make_path(struct rig_path *path);
void rig_make_tcp(struct rig *rig, struct rig_tcp *tcp, uint16_t port);
/* neighbor(path(tcp)). */
void rig_link(struct rig_neighbor *neighbor, struct rig_path *path, struct rig_tcp *tcp);
/* Opens and offloads one connection; fails the test when it is refused. */
void rig_offload(struct rig *rig, struct rig_neighbor *neighbor, struct rig_path *path,
                 struct rig_tcp *tcp, uint16_t port);
/* Terminates it; `block` gets the delegated state. */
void rig_terminate(struct rig *rig, struct rig_tcp *tcp, struct flue_tcp_delegated_block *block);
void *rig_context(const struct rig_tcp *tcp);
/* Runs a state operation on a tree to its end. */
void rig_operate(struct rig *rig, enum call_kind kind, struct flue_block_list *tree);
/* A request, its answer's length in *written (may be NULL). */
enum flue_status rig_request(struct rig *rig, enum flue_request_type type, enum flue_oid oid,
                             void *buffer, uint32_t length, uint32_t *written);
/* Hands the list to the target's send. */
void rig_send(struct rig *rig, const struct rig_tcp *tcp, struct rig_list *list);

/* Runs wire, target and poll until nothing is left to do now. */
void rig_settle(struct rig *rig);
void rig_advance(struct rig *rig, flue_time time);
/* Delivers what was put on the wire first. */
void rig_deliver_first(struct rig *rig);
/* The wire loses what was put on it last. */
void rig_lose_last(struct rig *rig);
/* The peer sends `length` bytes counting up from `first`. */
void rig_peer_send(struct rig *rig, struct flue_tcp_connection *peer, uint8_t first,
                   uint32_t length);
void rig_return_lent(struct rig *rig);
/* The index of the first call of this kind from `from` on; fails the test when there is none. */
uint32_t rig_find(const struct rig *rig, enum call_kind kind, uint32_t from);
uint32_t rig_count(const struct rig *rig, enum call_kind kind);

/* A buffer list over caller's memory. */
struct rig_list {
    struct flue_buffer_list list;
    struct flue_memory_descriptor descriptor;
    uint8_t bytes[4000];
};
void rig_make_list(struct rig_list *list, uint8_t first, uint32_t length);

/* ---- One offloaded connection, for tests that begin with that ----------------------------------
 */

struct bench {
    struct rig rig;
    struct rig_neighbor neighbor;
    struct rig_path path;
    struct rig_tcp tcp;
    struct rig_list lists[4];
};
extern struct bench bench;

int bench_set_up(void **state);
int bench_tear_down(void **state);
#define ON_BENCH(test) cmocka_unit_test_setup_teardown(test, bench_set_up, bench_tear_down)

#endif
