/* SPDX-License-Identifier: GPL-2.0-or-later
 *
 * The important connections first: when the target is full, the least important one gives way.
 */
#include "host/policies.h"

static bool
wants(void *user, flue_time now, const struct flue_policy_connection *connection)
{
    const struct policy_state *state = user;

    (void)now;
    return connection->priority >= state->config.priority.least;
}

static uint64_t
worth(void *user, flue_time now, const struct flue_policy_connection *connection)
{
    (void)user;
    (void)now;
    return connection->priority;
}

const struct flue_policy flue__policy_priority = {
    .wants = wants,
    .worth = worth,
    .is_ranked = true,
};
