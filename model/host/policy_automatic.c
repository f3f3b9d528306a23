/* SPDX-License-Identifier: GPL-2.0-or-later
 *
 * As the operating system does it when it is left to choose: on a fast link, with a short round
 * trip, when enough has been exchanged for the connection to be worth its move.
 */
#include "host/policies.h"

static bool
wants(void *user, flue_time now, const struct flue_policy_connection *connection)
{
    const struct policy_state *state = user;
    const struct flue_policy_automatic *limits = &state->config.automatic;

    (void)now;
    if (policy_bytes_exchanged(connection) < limits->least_bytes)
        return false;
    return limits->most_rtt == FLUE_TIME_NEVER ||
           (connection->rtt > 0 && connection->rtt <= limits->most_rtt);
}

static bool
suits(void *user, flue_time now, const struct flue_policy_connection *connection,
      const struct flue_policy_adapter *adapter)
{
    const struct policy_state *state = user;

    (void)now;
    (void)connection;
    return adapter->link_bps >= state->config.automatic.least_link_bps;
}

const struct flue_policy flue__policy_automatic = {.wants = wants, .suits = suits};
