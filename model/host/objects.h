/* SPDX-License-Identifier: GPL-2.0-or-later
 *
 * Neighbours and paths: one struct for both, what tells them apart, what is done with them. One
 * state operation on an object is out at a time; whatever is wanted meanwhile is a wish in the
 * object.
 */
#ifndef HOST_OBJECTS_H
#define HOST_OBJECTS_H

#include "chimney/block_state.h"
#include "flue/host.h"

struct host_adapter;

enum object_state {
    OBJECT_ABSENT, /* the target does not have it */
    OBJECT_INITIATING,
    OBJECT_OFFLOADED,
    OBJECT_TERMINATING
};

/* What tells one neighbour or path from another; compared as memory, so all of it is set. */
struct object_key {
    struct host_object *neighbor; /* of a path; NULL: this is a neighbour */
    struct flue_ip local;         /* path */
    struct flue_ip remote;        /* path; neighbour: the next hop's address, or ... */
    uint32_t adapter;             /* neighbour */
    struct flue_mac source;
    struct flue_mac destination; /* ... its MAC, when it has no address */
    uint16_t vlan_id;
    uint16_t ip_version;
    uint32_t zero;
};

/* RFC 4861 7.3.2, as far as the host knows: STALE is REACHABLE that has not been confirmed for
 * long. */
enum reachability {
    REACHABLE,
    DELAY, /* the target asked: it may find out by itself that the neighbour answers */
    PROBE  /* solicited */
};

/* A neighbour or a path, shared by the connections whose state is away. */
struct host_object {
    struct object_key key;
    struct host_object *hash_next;
    struct flue_offload_handle handle;
    struct host_adapter *adapter;
    struct flue_block_list *block; /* in the tree that is being built */
    enum object_state state;
    uint32_t users;            /* connections of a path; paths of a neighbour or on the way to it */
    bool is_operated : 1;      /* an update, a query or an invalidation is out: one at a time */
    bool is_retired : 1;       /* nobody finds it any more: what is new gets a new one */
    bool wants_update : 1;     /* the target does not know its cached state as it is */
    bool wants_query : 1;      /* of a neighbour's NRD */
    bool wants_invalidate : 1; /* of a neighbour */
    bool is_cut_off : 1;       /* its connections come back */
    bool wants_look : 1;       /* a path: routes have changed */
    union {
        struct {
            uint32_t mtu;                   /* bytes */
            struct flue_four_tuple sample;  /* a connection's: asks for the next hop */
            struct host_object *relinks_to; /* neighbour that it gets, or NULL */
            struct host_object *look_next;
        } path;
        struct {
            struct flue_mac mac;
            uint8_t reachability; /* enum reachability */
            uint8_t probes;       /* sent */
            uint32_t nrd_ticks;   /* as the target told when it asked */
            uint32_t relinks;     /* paths on the way to it */
            flue_time confirmed;  /* the last proof that the host has */
            flue_time deadline;   /* of DELAY and PROBE */
            struct host_object *timed_next;
        } neighbor;
    };
    struct { /* its termination must not fail for want of memory */
        struct flue_block_list block;
        union {
            struct flue_neighbor_delegated neighbor;
            struct flue_path_delegated path;
        };
    } ending;
};

/* ---- objects.c: neighbours and paths ---- */
uint64_t flue__host_hash(const void *bytes, size_t length); /* a multiple of 8 bytes */
struct host_object *flue__host_object_find(const struct flue_host *host,
                                           const struct object_key *key);
struct host_object *flue__host_object_new(struct flue_host *host, const struct object_key *key);
void flue__host_object_free(struct flue_host *host, struct host_object *object);
/* Nobody finds it any more. */
void flue__host_object_retire(struct flue_host *host, struct host_object *object);
/* The path's neighbour is another one. */
void flue__host_object_relink(struct flue_host *host, struct host_object *path,
                              struct host_object *neighbor);
/* A connection no longer uses its path. */
void flue__host_release_path(struct flue_host *host, flue_time now, struct host_object *path);
/* Nobody finds it any more, and its connections come back with the next upload_cut_off: one search
 * serves for many. */
void flue__host_cut_off(struct flue_host *host, struct host_object *object);
void flue__host_upload_cut_off(struct flue_host *host);

/* ---- operations.c: state operations on neighbours and paths ---- */
/* Does what is to be done next with it, if nothing is under way: each completion comes back here.
 * The object may be gone afterwards. */
void flue__host_object_work(struct flue_host *host, flue_time now, struct host_object *object);
/* A neighbour has one user less. */
void flue__host_leave_neighbor(struct flue_host *host, flue_time now, struct host_object *neighbor);
/* NULL: no memory. */
struct flue_block_list *flue__host_path_update_block(struct flue_host *host,
                                                     struct host_object *path);
void flue__host_objects_terminated(struct flue_host *host, flue_time now,
                                   struct flue_block_list *tree);
void flue__host_update_complete(struct flue_host *host, flue_time now,
                                struct flue_block_list *tree);
void flue__host_invalidate_complete(struct flue_host *host, flue_time now,
                                    struct flue_block_list *tree);
void flue__host_query_complete(struct flue_host *host, flue_time now, struct flue_block_list *tree);

/* ---- neighbor.c: reachability ---- */
void flue__host_neighbor_init(struct host_object *neighbor, flue_time now,
                              const struct flue_next_hop *hop);
/* HRD as it is to be told: 0 only when it is just confirmed. */
uint32_t flue__host_hrd_ticks(const struct host_object *neighbor, flue_time now);
void flue__host_reachability_query(struct host_adapter *adapter, flue_time now,
                                   struct flue_block_list *block);
/* The answer to the host's own question; NULL: it failed. */
void flue__host_note_nrd(struct flue_host *host, flue_time now, struct host_object *neighbor,
                         const struct flue_neighbor_delegated *delegated);
/* HOST-021: the host is about to send a segment of its own. */
void flue__host_before_datagram(struct flue_host *host, flue_time now,
                                const struct flue_four_tuple *tuple);
void flue__host_advance_neighbors(struct flue_host *host, flue_time now);
/* Where a next hop's answer differs from what is known of the neighbour. */
void flue__host_note_mac(struct host_object *neighbor, flue_time now, const struct flue_mac *mac);
void flue__host_forget_timer(struct flue_host *host, const struct host_object *neighbor);

/* ---- path.c: routes and MTUs that change ---- */
/* Where does its route lead now? Leaves wishes. */
void flue__host_look_at_path(struct flue_host *host, flue_time now, struct host_object *path);
void flue__host_stop_relink(struct flue_host *host, flue_time now, struct host_object *path);
/* Sends off an update for the paths that are to hang at this neighbour. */
void flue__host_relink_paths(struct flue_host *host, flue_time now, struct host_object *neighbor);
/* The neighbour is not to be had: those paths' connections come back. */
void flue__host_relink_failed(struct flue_host *host, flue_time now, struct host_object *neighbor);
void flue__host_note_relinked(struct flue_host *host, flue_time now, struct host_object *path,
                              struct host_object *neighbor);
void flue__host_set_path_mtu(struct flue_host *host, flue_time now, struct host_object *path,
                             uint32_t mtu);

struct object_key flue__host_neighbor_key(const struct flue_next_hop *hop, uint8_t ip_version);
/* The neighbour of this next hop, made if there is none; NULL: no memory. */
struct host_object *flue__host_find_neighbor(struct flue_host *host, flue_time now,
                                             struct host_adapter *adapter,
                                             const struct flue_next_hop *hop, uint8_t ip_version);
/* Asks for the next hop; false: none is known, or through no adapter of ours. */
bool flue__host_find_hop(struct flue_host *host, const struct flue_four_tuple *tuple,
                         struct flue_next_hop *hop, struct host_adapter **adapter);

/* ---- blocks.c ---- */
void flue__host_fill_neighbor(struct flue_neighbor_block *block, flue_time now,
                              const struct host_object *object);
void flue__host_fill_path(struct flue_path_block *block, const struct host_object *object);
/* Blocks only: what they name is someone else's. */
void flue__host_free_tree(struct flue_host *host, struct flue_block_list *tree);

static inline bool
flue__host_is_at_rest(const struct host_object *object)
{
    return !object->is_operated && object->block == NULL && object->state != OBJECT_INITIATING &&
           object->state != OBJECT_TERMINATING;
}

#endif
