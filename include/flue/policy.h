/* SPDX-License-Identifier: GPL-2.0-or-later
 *
 * When a host stack offloads a connection, and when it takes it back, of its own accord.
 *
 * A policy is a table of functions that answer questions about one connection at a time. The host
 * asks them, holds back what would move too soon (struct flue_policy_damping), makes room when a
 * target is full, and moves. Connections that their owner moved himself (flue_host_offload,
 * flue_host_upload) the policy leaves alone.
 *
 *     config.policy = flue_policy_config_default();
 *     config.policy.kind = FLUE_POLICY_BYTES;
 *     config.policy.bytes.least_bytes = 1 << 20;
 */
#ifndef FLUE_POLICY_H
#define FLUE_POLICY_H

#include <stdbool.h>
#include <stdint.h>

#include "flue/address.h"
#include "flue/result.h"
#include "flue/time.h"

#ifdef __cplusplus
extern "C" {
#endif

enum flue_offload_policy {
    FLUE_POLICY_NEVER,     /* only flue_host_offload moves a connection */
    FLUE_POLICY_ALWAYS,    /* each as soon as it is established */
    FLUE_POLICY_AUTOMATIC, /* on a fast link, with a short round trip, after some bytes */
    FLUE_POLICY_BYTES,     /* after some bytes */
    FLUE_POLICY_LIFETIME,  /* those that will live long, the longest first */
    FLUE_POLICY_PRIORITY,  /* the important ones: they displace others when the target is full */
    FLUE_POLICY_ADAPTIVE,  /* as many as the target can serve */
    FLUE_POLICY_CUSTOM     /* one of your own */
};

/* "never", "always" ...; NULL past the last. */
const char *flue_policy_name(enum flue_offload_policy kind);
/* False when no policy has that name. */
bool flue_policy_find(const char *name, enum flue_offload_policy *kind);

/* ---- What a policy sees -----------------------------------------------------------------------
 */

struct flue_policy_connection {
    const struct flue_four_tuple *tuple;
    flue_time established;
    flue_time last_active;   /* payload was last accepted from the application, or received */
    flue_time rtt;           /* smoothed, as the host last knew it; 0: not measured */
    uint64_t bytes_sent;     /* payload accepted from the application */
    uint64_t bytes_received; /* payload received */
    uint32_t offloads;       /* so far */
    uint8_t priority;        /* flue_host_set_priority; 0 at first */
    bool is_offloaded;
};

struct flue_policy_adapter {
    uint32_t index;         /* from flue_host_add_adapter */
    uint64_t link_bps;      /* bits a second; 0: not known */
    uint32_t capacity;      /* connections */
    uint32_t used;          /* of them, those on their way included */
    uint32_t load_permille; /* how busy it is: what the adapter_load handler says, or used of
                               capacity when there is none */
    uint64_t *memory;       /* the policy's own word for this adapter; 0 at first */
};

/* Every function may be NULL; all but `wants` then have no say. `user` is the configuration's. */
struct flue_policy {
    /* Should this connection, which is on the host, live on a target? Asked at every step of its
     * traffic, and at reviews. NULL: no. */
    bool (*wants)(void *user, flue_time now, const struct flue_policy_connection *connection);
    /* ... and on this one, which its route leads through? Asked just before it is handed over. */
    bool (*suits)(void *user, flue_time now, const struct flue_policy_connection *connection,
                  const struct flue_policy_adapter *adapter);
    /* What an entry is worth to it. When a target is full, the connection of the least worth makes
     * room for one that is worth more by the damping's margin. NULL: first come, first served. */
    uint64_t (*worth)(void *user, flue_time now, const struct flue_policy_connection *connection);
    /* Should this connection, which is offloaded, come back? Asked at reviews. */
    bool (*gives_up)(void *user, flue_time now, const struct flue_policy_connection *connection,
                     const struct flue_policy_adapter *adapter);
    /* A review of this adapter's connections begins. */
    void (*review)(void *user, flue_time now, const struct flue_policy_adapter *adapter);
    /* A connection has ended. */
    void (*ended)(void *user, flue_time now, const struct flue_policy_connection *connection);
    bool is_timed;  /* answers change with time alone: reviews are wanted */
    bool is_ranked; /* worth is a rank: a higher one is enough, by whatever margin */
};

/* ---- Configuration ----------------------------------------------------------------------------
 */

/* Against moving to and fro. Nothing here holds for a target's mandatory upload requests. */
struct flue_policy_damping {
    flue_time least_stay; /* on the target, before the policy takes it back or displaces it; and on
                             the host, after it came back or was refused the first time: each
                             further time twice as long; default 1 s, 0: no damping */
    flue_time most_stay;  /* ... but no longer than this; default 60 s, at least least_stay */
    uint16_t margin_percent; /* by which a newcomer's worth must exceed that of the connection that
                                it displaces, ranks aside; default 25, 0..1000 */
};

/* The defaults are those of the operating system's own automatic mode. */
struct flue_policy_automatic {
    uint64_t least_link_bps; /* bits a second; default 10^10; 0: any, also an unknown one */
    flue_time most_rtt;      /* default 20 ms; FLUE_TIME_NEVER: any */
    uint64_t least_bytes;    /* both ways together; default 130000 */
};

struct flue_policy_bytes {
    uint64_t least_bytes; /* both ways together; default 130000 */
};

/* What is left of a connection's life is predicted from how long those to the same service port
 * lived, and from its age. */
struct flue_policy_lifetime {
    flue_time least_left; /* predicted; default 1 s; at least 1 ms */
};

struct flue_policy_priority {
    uint8_t least; /* priority of a connection that is offloaded at all; default 0 */
};

struct flue_policy_adaptive {
    uint16_t low_permille;  /* below this load connections are handed over; default 700 */
    uint16_t high_permille; /* above this load some come back; default 900; low..1000 */
    uint32_t step;          /* most connections that move between two reviews; default 64; not 0 */
};

struct flue_policy_config {
    enum flue_offload_policy kind; /* default NEVER */
    struct flue_policy_damping damping;
    flue_time review_interval; /* of policies that change their mind with time; default 100 ms; at
                                  least 1 ms */
    uint32_t heeded_reasons;   /* 1 << enum flue_tcp_upload_reason, ORed: suggestions of a target
                                  (HIGH_DROP_RATE and on) that are followed; default none */
    struct flue_policy_automatic automatic;
    struct flue_policy_bytes bytes;
    struct flue_policy_lifetime lifetime;
    struct flue_policy_priority priority;
    struct flue_policy_adaptive adaptive;
    const struct flue_policy *custom; /* of CUSTOM; must last as long as the host */
    void *custom_user;                /* its functions' first argument */
};

struct flue_policy_config flue_policy_config_default(void);

/* FLUE_ERROR_INVALID when a parameter of the chosen kind, or one of all kinds, is impossible;
 * *reason (unless reason is NULL) then says which and why, in words for a reader. */
FLUE_MUST_USE enum flue_result flue_policy_config_check(const struct flue_policy_config *config,
                                                        const char **reason);

#ifdef __cplusplus
}
#endif
#endif
