/* SPDX-License-Identifier: GPL-2.0-or-later
 *
 * Where the time goes: the resources that work occupies, and the ledger of what they did.
 *
 * Every piece of work names a category and an amount, occupies a resource (a host core, the I/O
 * bus, a unit of the adapter's engine) for amount / rate, and takes effect when it is done. The
 * time is booked under the category to the picosecond, so the sum over the categories is exactly
 * the time that the resource was busy. All of it is O(1) for a piece of work.
 *
 * flue/profile.h says what the work of one machine amounts to.
 */
#ifndef FLUE_COST_H
#define FLUE_COST_H

#include <stdbool.h>
#include <stdint.h>

#include "flue/memory.h"
#include "flue/profile.h"
#include "flue/result.h"
#include "flue/time.h"

#ifdef __cplusplus
extern "C" {
#endif

/* ---- Servers -----------------------------------------------------------------------------------
 */

/* X(name, key, text): FLUE_COST_name; `key` names it in metrics. */
#define FLUE_COST_CORE_MAP(X)                                                                      \
    X(APPLICATION, "application", "the application's own work")                                    \
    X(SYSCALL, "syscall", "entering and leaving the kernel")                                       \
    X(COPY, "copy", "moving payload between application and kernel")                               \
    X(CHECKSUM, "checksum", "the host's own sum over the payload")                                 \
    X(TCP_TX, "tcp_tx", "building and queueing a data segment")                                    \
    X(TCP_RX, "tcp_rx", "taking in a data segment")                                                \
    X(ACK_TX, "ack_tx", "sending an acknowledgement without data")                                 \
    X(ACK_RX, "ack_rx", "taking in an acknowledgement without data")                               \
    X(INTERRUPT, "interrupt", "being interrupted by the adapter")                                  \
    X(COMPLETION, "completion", "an I/O request or completion of an offloaded connection")         \
    X(STATE_MOVE, "state_move", "handing a connection's state to the adapter or back")             \
    X(CONNECTION, "connection", "opening and closing a connection")
/* Of the adapter alone. */
#define FLUE_COST_ADAPTER_MAP(X)                                                                   \
    X(FORWARD, "forward", "the adapter passing on a frame of the host's own stack")                \
    X(CONTEXT, "context", "fetching a connection's context from host memory, or putting it back")  \
    X(PAYLOAD, "payload", "frames and payload on the bus")                                         \
    X(DESCRIPTOR, "descriptor", "descriptors, doorbells and completions on the bus")
#define FLUE_COST_MAP(X) FLUE_COST_CORE_MAP(X) FLUE_COST_ADAPTER_MAP(X)

enum flue_cost_category {
#define FLUE_COST_ENUM(name, key, text) FLUE_COST_##name,
    FLUE_COST_MAP(FLUE_COST_ENUM)
#undef FLUE_COST_ENUM
        FLUE_COST_CATEGORIES /* how many there are */
};

/* "tcp_rx" */
const char *flue_cost_key(enum flue_cost_category category);

/* A resource that does one piece of work after the other, first come, first served: a core (its
 * work is counted in cycles), or one direction of a bus (in bits). Its owner reads the members;
 * only the functions write them. */
struct flue_server {
    uint64_t rate;                          /* work a second; 0: work takes no time */
    flue_time busy_until;                   /* when everything given to it so far is done */
    flue_time waited;                       /* by all pieces together, before it was their turn */
    flue_time booked[FLUE_COST_CATEGORIES]; /* time by category, work not yet done included */
    uint64_t events[FLUE_COST_CATEGORIES];  /* pieces of work by category */
};

void flue_server_init(struct flue_server *server, uint64_t rate);

/* Gives the server `amount` of work at `now`, behind what it already has; returns when it will be
 * done. A piece of work lasts a whole number of picoseconds, the nearest to amount / rate. */
flue_time flue_server_occupy(struct flue_server *server, flue_time now,
                             enum flue_cost_category category, uint64_t amount);
/* The same for work whose duration is known. */
flue_time flue_server_occupy_for(struct flue_server *server, flue_time now,
                                 enum flue_cost_category category, flue_time time);

/* How long the server has been busy until `now`; with nothing left over it equals the sum of
 * booked[]. */
flue_time flue_server_busy(const struct flue_server *server, flue_time now);

/* ---- The I/O bus -------------------------------------------------------------------------------
 */

enum flue_bus_direction {
    FLUE_BUS_READ,  /* the adapter reads host memory: what is sent; a context that is fetched */
    FLUE_BUS_WRITE, /* the adapter writes it: what has arrived; completions */
    FLUE_BUS_DIRECTIONS
};

/* A transfer occupies its direction for its bytes, and has arrived one latency later: latencies
 * overlap, bytes do not. */
struct flue_bus {
    struct flue_server servers[FLUE_BUS_DIRECTIONS]; /* a shared bus uses the first alone */
    flue_time latency[FLUE_BUS_DIRECTIONS];
    uint64_t crossings; /* transfers */
    bool is_shared;     /* one transfer at a time in either direction, as on PCI-X */
};

/* The bus of a profile. */
void flue_bus_init(struct flue_bus *bus, const struct flue_profile *profile);
/* The server that a direction's transfers occupy. */
struct flue_server *flue_bus_server(struct flue_bus *bus, enum flue_bus_direction direction);
/* Returns when the bytes have arrived. */
flue_time flue_bus_transfer(struct flue_bus *bus, flue_time now, enum flue_bus_direction direction,
                            enum flue_cost_category category, uint64_t bytes);

/* ---- The adapter's engine ----------------------------------------------------------------------
 */

/* Which connections' contexts are on the chip: the least recently used makes room. */
struct flue_context_cache;

/* `capacity` contexts, at least 1. */
FLUE_MUST_USE enum flue_result flue_context_cache_create(uint32_t capacity,
                                                         const struct flue_allocator *allocator,
                                                         struct flue_context_cache **cache);
void flue_context_cache_destroy(struct flue_context_cache *cache);
/* Uses the context of `key` (any number that tells connections apart). True: it was there. False:
 * it is now, and if *evicts is true, another left for it. */
bool flue_context_cache_use(struct flue_context_cache *cache, uint32_t key, bool *evicts);

/* A piece of work for a unit of the engine. It lies in the owner's memory and is lent until
 * flue_engine_finish returns it. */
struct flue_job {
    struct flue_job *next; /* the engine's */
    flue_time given;       /* the engine's */
    uint64_t cycles;
    enum flue_cost_category category;
    uint32_t key;     /* of its context, when it needs one */
    bool has_context; /* it needs its connection's context on the chip */
    bool is_urgent;   /* goes before all that is not and has not begun */
};

/* One unit of the engine: it does one job at a time to the end. A job whose context is not on the
 * chip keeps it waiting while the bus fetches the context, and has that booked as CONTEXT. */
struct flue_engine {
    struct flue_server server;
    struct flue_context_cache *cache; /* NULL: contexts are always there; shared between units */
    struct flue_bus *bus;             /* where contexts come from; NULL: at once */
    uint64_t context_bytes;
    uint64_t misses;
    struct flue_job *current;            /* being done, until server.busy_until */
    struct flue_job *first[2], *last[2]; /* waiting: [1] the urgent ones */
};

/* The cache and the bus, either of which may be NULL, must outlive the engine. */
void flue_engine_init(struct flue_engine *engine, uint64_t hz, struct flue_context_cache *cache,
                      struct flue_bus *bus, uint64_t context_bytes);
void flue_engine_submit(struct flue_engine *engine, flue_time now, struct flue_job *job);
/* When flue_engine_finish must be called, or FLUE_TIME_NEVER. */
flue_time flue_engine_next_deadline(const struct flue_engine *engine);
/* The job that is done by `now`, or NULL; then the next begins. Call it until it returns NULL. A
 * job given at the instant at which another ends still takes part in the choice of the next. */
struct flue_job *flue_engine_finish(struct flue_engine *engine, flue_time now);

/* ---- Interrupts --------------------------------------------------------------------------------
 */

/* How often one interrupt line may be raised: a fixed gap, or one chosen by how many bytes the
 * last interrupt announced (40000, 20000, 5000 or 2000 a second for up to 8, 64, 320 KiB, and
 * more: the levels of the BCM577xx's driver; its fifth, 1000, has no threshold of its own). */
struct flue_moderation {
    flue_time gap; /* fixed; 0: none */
    bool is_adaptive;
    flue_time next;      /* the earliest time of the next interrupt */
    uint64_t bytes;      /* waiting to be announced */
    uint64_t interrupts; /* raised so far */
};

void flue_moderation_init(struct flue_moderation *moderation, flue_time gap, bool is_adaptive);
/* Bytes have arrived. */
void flue_moderation_add(struct flue_moderation *moderation, uint64_t bytes);
/* When an interrupt may be raised: `now` or later. */
flue_time flue_moderation_due(const struct flue_moderation *moderation, flue_time now);
/* It is raised and announces all that waits. */
void flue_moderation_raise(struct flue_moderation *moderation, flue_time now);

/* ---- Host placement ----------------------------------------------------------------------------
 */

enum flue_role { FLUE_ROLE_APPLICATION, FLUE_ROLE_INTERRUPT, FLUE_ROLE_PROTOCOL, FLUE_ROLES };

enum { FLUE_INDIRECTION_ENTRIES = 128 };

/* Which core does which work: a flow's hash picks an entry of the indirection table, and the entry
 * a core among those of the role. So all work that a flow has in one role stays on one core. */
struct flue_placement {
    uint32_t first[FLUE_ROLES]; /* the role's first core */
    uint32_t count[FLUE_ROLES]; /* and how many it has */
    uint32_t indirection[FLUE_INDIRECTION_ENTRIES];
};

/* The placement of a profile; the indirection table is filled in turn. */
void flue_placement_init(struct flue_placement *placement, const struct flue_profile *profile);
uint32_t flue_placement_core(const struct flue_placement *placement, enum flue_role role,
                             uint32_t hash);

/* ---- Large sends and receive coalescing --------------------------------------------------------
 */

enum { FLUE_BATCH_FLOWS = 64, FLUE_BATCH_BYTES = 65536 };

/* Which segments of a core travel its stack as one. A segment joins its flow's last one while the
 * core has not finished that one's work, and up to 64 KiB: so a busy core makes large batches, and
 * many flows at once make small ones. */
struct flue_batch {
    struct {
        flue_time until; /* when the core has finished the last segment's work */
        uint32_t hash;
        uint32_t bytes; /* of the batch so far */
    } flows[FLUE_BATCH_FLOWS];
};

void flue_batch_init(struct flue_batch *batch);
/* True: the segment joins its flow's batch. False: it begins one. Then flue_batch_note. */
bool flue_batch_join(struct flue_batch *batch, flue_time now, uint32_t hash, uint32_t bytes);
/* The work of the flow's last segment will be finished at `until`. */
void flue_batch_note(struct flue_batch *batch, uint32_t hash, flue_time until);

#ifdef __cplusplus
}
#endif
#endif
