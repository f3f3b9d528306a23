/* SPDX-License-Identifier: GPL-2.0-or-later
 *
 * Every connection as soon as it is established.
 */
#include "host/policies.h"

static bool
wants(void *user, flue_time now, const struct flue_policy_connection *connection)
{
    (void)user;
    (void)now;
    (void)connection;
    return true;
}

const struct flue_policy flue__policy_always = {.wants = wants};
