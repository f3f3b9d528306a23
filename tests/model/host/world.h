/* SPDX-License-Identifier: GPL-2.0-or-later
 *
 * Two machines in memory: a host stack and an offload target each, and a wire between them that
 * delays, loses and records. Single-threaded and reproducible: everything comes from one seed.
 */
#ifndef WORLD_H
#define WORLD_H

#include "cmocka_first.h"
#include "flue/host.h"
#include "flue/im.h"
#include "flue/target.h"
#include "test_memory.h"
#include "verifier_watch.h"

enum { WORLD_PORT = 5000, WORLD_DRIVERS = 3 };

/* Pass-through drivers between each host and its target, up to WORLD_DRIVERS: what
 * FLUE_TEST_DRIVERS says, or what a test sets. */
extern uint32_t world_drivers;

/* Of a mux's two virtual adapters; a connection is in the first VLAN when its client's port is
 * even. */
extern const uint16_t world_vlans[2];
extern const uint8_t world_priorities[2];

struct world;
struct frame;

/* A frame as the wire saw it. */
struct record {
    flue_time time;
    uint8_t from; /* machine */
    uint8_t flags;
    uint32_t seq;
    uint32_t ack;
    uint32_t length;
    uint32_t ts_val;
    uint16_t window;
};

/* The second target of a machine that has a team, behind a port of its own. */
struct spare {
    struct machine *machine;
    struct flue_target *target;
    struct flue_verifier *verifier;
    bool interrupted;
};

struct machine {
    struct world *world;
    uint32_t index;
    struct flue_host *host;
    struct flue_target *target;
    struct flue_verifier *verifier;        /* between the two: every breach of the contract fails */
    struct flue_verifier *second_verifier; /* above a mux's second virtual adapter */
    uint32_t driver_count;
    struct flue_im *drivers[WORLD_DRIVERS];         /* below it; the first is the topmost ... */
    struct flue_verifier *verifiers[WORLD_DRIVERS]; /* ... and what is below each */
    struct flue_im *team; /* below `verifier`, above both targets; NULL: there is one target */
    enum flue_team_mode team_mode;
    struct flue_verifier *team_verifier; /* above `target` */
    struct spare spare;
    bool is_cut[2]; /* the ports' cables: nothing passes */
    uint32_t adapter;
    uint32_t second_adapter; /* of a mux */
    bool interrupted;
    bool has_route;   /* next_hop answers ... */
    uint16_t vlan_id; /* ... with this, and ... */
    uint64_t link_bps;
    uint32_t path_mtu;                /* 1500 at first */
    struct flue_ip hop_address;       /* none at first: the MAC is the next hop's name */
    uint8_t hop_mac;                  /* its last byte but one */
    uint32_t solicits;                /* neighbours asked */
    struct flue_ip solicited;         /* the last of them */
    struct flue_mac last_destination; /* of the target's last frame */
    uint32_t largest;                 /* IP packet since this was set to 0 */
    bool has_other_source;            /* ... another source address than the target's own */
    uint64_t target_frames;           /* sent by the target */
};

struct world {
    uint64_t random;
    flue_time now;
    flue_time delay; /* of the wire, one way */
    uint64_t wire_random;
    uint32_t loss_permille;
    uint32_t duplicate_permille;
    uint32_t reorder_permille; /* frames that take up to three times as long */
    bool is_muxed;             /* frames have tags */
    uint32_t poll_delay_us;    /* most time between interrupt and poll; 0: at once */
    flue_time poll_at[2];
    bool is_eager;     /* polls from the interrupt handler when a segment raised it */
    bool is_taking_in; /* flue_target_input is on the stack */
    struct flue_test_memory memory;
    struct flue_test_memory verifier_memory;
    struct flue_allocator allocator;
    struct flue_verifier_watch watch_contract;
    struct machine machines[2];
    struct frame *first;
    struct frame *last;
    struct record *records;
    uint32_t record_count;
    /* Called for every frame that the wire takes; may be NULL. */
    void (*watch)(struct world *world, const struct machine *from,
                  const struct flue_four_tuple *tuple, const struct flue_tcp_segment *segment);
    void *test;
};

struct world_config {
    uint64_t seed;
    flue_time delay;
    struct flue_host_config host;
    struct flue_target_config target;
    bool is_muxed; /* both machines have two virtual adapters, of VLANs, over a mux */
    bool has_team; /* machine 0 has two targets */
    enum flue_team_mode team_mode;
    uint32_t spare_connections; /* most, on the second; 0: as many as on the first */
    /* Application handlers; transmit and next_hop are the world's. `user` is the machine. */
    struct flue_host_handlers handlers[2];
};

struct world_config world_config_default(void);
/* Everything that is measured in ticks keeps about the length that it has by default, but keepalive
 * and the least retransmission timeout. */
void world_set_ticks(struct world_config *config, uint32_t ticks_per_second, uint32_t min_rto_ms);
void world_create(struct world *world, const struct world_config *config);
/* Destroys everything and fails the test when memory is still allocated. */
void world_destroy(struct world *world);

uint32_t world_random(struct world *world, uint32_t below);
/* The machine's target asks its host for the neighbour that has the MAC of the machine's next hop,
 * telling this NRD; returns the host's answer, HRD. */
uint32_t world_ask_neighbor(struct machine *machine, uint32_t nrd_ticks);
/* The client is machine 0, the server machine 1. */
struct flue_four_tuple world_tuple(uint16_t client_port);

/* The time of the next thing to happen; FLUE_TIME_NEVER: nothing. */
flue_time world_next(const struct world *world);
/* Everything that happens up to and including `until`; `now` is `until` then. */
void world_run(struct world *world, flue_time until);
/* Fails the test when a host or a target still holds an object, or the contract something that was
 * never completed: for when all connections have ended. */
void world_assert_idle(const struct world *world);
/* Polls the targets that want it, at world->now. */
void world_poll(struct world *world);

#endif
