/* SPDX-License-Identifier: GPL-2.0-or-later
 *
 * The built-in policies: one file each, a table of functions over struct policy_state.
 */
#ifndef HOST_POLICIES_H
#define HOST_POLICIES_H

#include "flue/policy.h"

enum { POLICY_SERVICES = 256 };

/* How long connections to a service port lived. */
struct policy_service {
    flue_time mean;
    uint32_t ended; /* connections that it is from; 0: nothing known */
    uint16_t port;
};

/* The first argument of the built-in policies' functions. */
struct policy_state {
    struct flue_policy_config config;
    struct policy_service *services; /* POLICY_SERVICES of them, for lifetime alone */
};

extern const struct flue_policy flue__policy_always;
extern const struct flue_policy flue__policy_automatic;
extern const struct flue_policy flue__policy_bytes;
extern const struct flue_policy flue__policy_lifetime;
extern const struct flue_policy flue__policy_priority;
extern const struct flue_policy flue__policy_adaptive;

static inline uint64_t
policy_bytes_exchanged(const struct flue_policy_connection *connection)
{
    return connection->bytes_sent + connection->bytes_received;
}

#endif
