/* SPDX-License-Identifier: GPL-2.0-or-later
 *
 * Ageing of delegated TCP state.
 */
#include "chimney/age.h"

uint32_t
flue__ticks_between(flue_time from, flue_time to, uint32_t ticks_per_second)
{
    flue_time tick = FLUE_SECOND / ticks_per_second;

    return (uint32_t)(to / tick - from / tick);
}

static void
shrink(uint32_t *left, uint32_t ticks)
{
    if (*left != FLUE_TICKS_NOT_RUNNING)
        *left = *left > ticks ? *left - ticks : 0;
}

void
flue__tcp_delegated_age(struct flue_tcp_delegated *delegated, uint32_t ticks)
{
    delegated->ts_time += ticks;
    delegated->ts_recent_age = delegated->ts_recent_age > UINT32_MAX - ticks
                                   ? UINT32_MAX
                                   : delegated->ts_recent_age + ticks;
    shrink(&delegated->keep_alive.timeout_delta_ticks, ticks);
    shrink(&delegated->retransmit.timeout_delta_ticks, ticks);
}
