/* SPDX-License-Identifier: GPL-2.0-or-later
 *
 * Connections that have exchanged some bytes: most are short, and moving them costs more than it
 * saves.
 */
#include "host/policies.h"

static bool
wants(void *user, flue_time now, const struct flue_policy_connection *connection)
{
    const struct policy_state *state = user;

    (void)now;
    return policy_bytes_exchanged(connection) >= state->config.bytes.least_bytes;
}

const struct flue_policy flue__policy_bytes = {.wants = wants};
