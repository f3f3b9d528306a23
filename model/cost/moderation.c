/* SPDX-License-Identifier: GPL-2.0-or-later
 *
 * Interrupt moderation. The adaptive gap follows the bytes that an interrupt announces: a trickle
 * is announced soon, a flood in large portions.
 */
#include "flue/cost.h"

static const struct {
    uint64_t most_bytes;
    flue_time gap;
} levels[] = {
    {8U << 10, FLUE_SECOND / 40000},
    {64U << 10, FLUE_SECOND / 20000},
    {320U << 10, FLUE_SECOND / 5000},
    {UINT64_MAX, FLUE_SECOND / 2000},
};

void
flue_moderation_init(struct flue_moderation *moderation, flue_time gap, bool is_adaptive)
{
    *moderation = (struct flue_moderation){.gap = gap, .is_adaptive = is_adaptive};
}

void
flue_moderation_add(struct flue_moderation *moderation, uint64_t bytes)
{
    moderation->bytes += bytes;
}

flue_time
flue_moderation_due(const struct flue_moderation *moderation, flue_time now)
{
    return moderation->next > now ? moderation->next : now;
}

void
flue_moderation_raise(struct flue_moderation *moderation, flue_time now)
{
    flue_time gap = moderation->gap;

    if (moderation->is_adaptive) {
        int level = 0;

        while (moderation->bytes > levels[level].most_bytes)
            level++;
        gap = levels[level].gap;
    }
    moderation->next = now + gap;
    moderation->bytes = 0;
    moderation->interrupts++;
}
