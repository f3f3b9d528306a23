/* SPDX-License-Identifier: GPL-2.0-or-later
 *
 * As many connections as the target can serve: while it has room to spare more go there, and when
 * it is overloaded some come back. Between the two marks nothing moves. Each review allows so many
 * moves: the load follows them only later.
 */
#include "host/policies.h"

/* In an adapter's word: how many more may go there, and how many should come back. */
static uint32_t
may_go(const struct flue_policy_adapter *adapter)
{
    return (uint32_t)*adapter->memory;
}

static uint32_t
should_come(const struct flue_policy_adapter *adapter)
{
    return (uint32_t)(*adapter->memory >> 32);
}

static void
allow(const struct flue_policy_adapter *adapter, uint32_t go, uint32_t come)
{
    *adapter->memory = (uint64_t)come << 32 | go;
}

/* What brings the load down to the middle between the marks, if connections load it alike. */
static uint32_t
surplus(const struct flue_policy_adaptive *limits, const struct flue_policy_adapter *adapter)
{
    uint32_t aim = (limits->low_permille + limits->high_permille) / 2U;
    uint64_t count = (uint64_t)adapter->used * (adapter->load_permille - aim);

    count = (count + adapter->load_permille - 1) / adapter->load_permille;
    return count < limits->step ? (uint32_t)count : limits->step;
}

static void
review(void *user, flue_time now, const struct flue_policy_adapter *adapter)
{
    const struct policy_state *state = user;
    const struct flue_policy_adaptive *limits = &state->config.adaptive;

    (void)now;
    if (adapter->load_permille > limits->high_permille)
        allow(adapter, 0, surplus(limits, adapter));
    else
        allow(adapter, adapter->load_permille < limits->low_permille ? limits->step : 0, 0);
}

static bool
wants(void *user, flue_time now, const struct flue_policy_connection *connection)
{
    (void)user;
    (void)now;
    (void)connection;
    return true;
}

static bool
suits(void *user, flue_time now, const struct flue_policy_connection *connection,
      const struct flue_policy_adapter *adapter)
{
    const struct policy_state *state = user;

    (void)now;
    (void)connection;
    if (adapter->load_permille >= state->config.adaptive.low_permille || may_go(adapter) == 0)
        return false;
    allow(adapter, may_go(adapter) - 1, should_come(adapter));
    return true;
}

static bool
gives_up(void *user, flue_time now, const struct flue_policy_connection *connection,
         const struct flue_policy_adapter *adapter)
{
    (void)user;
    (void)now;
    (void)connection;
    if (should_come(adapter) == 0)
        return false;
    allow(adapter, may_go(adapter), should_come(adapter) - 1);
    return true;
}

const struct flue_policy flue__policy_adaptive = {
    .wants = wants,
    .suits = suits,
    .gives_up = gives_up,
    .review = review,
    .is_timed = true,
};
