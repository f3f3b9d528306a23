/* SPDX-License-Identifier: GPL-2.0-or-later
 *
 * A core as a FIFO server, and the ledger of what it did.
 *
 * Each piece of work lasts a whole number of picoseconds, and exactly that number is both added to
 * busy_until and booked, so the ledger never drifts from the clock. Times saturate instead of
 * wrapping.
 */
#include "flue/cost.h"

#include <assert.h>
#include <string.h>

const char *
flue_cost_key(enum flue_cost_category category)
{
    switch (category) {
#define COST_KEY(name, key, text)                                                                  \
    case FLUE_COST_##name:                                                                         \
        return key;
        FLUE_COST_MAP(COST_KEY)
#undef COST_KEY
    case FLUE_COST_CATEGORIES:
        break;
    }
    return "unknown";
}

void
flue_core_init(struct flue_core *core, uint64_t hz)
{
    memset(core, 0, sizeof *core);
    core->hz = hz;
}

/* Below this many cycles, cycles * 1e12 fits 64 bits: 6 ms at 3 GHz, so nearly all work. */
#define SHORT_WORK_CYCLES (UINT64_MAX / FLUE_SECOND - 1)

/* More than 18 million cycles: long division, six decimal digits a step. */
static flue_time
long_duration(uint64_t cycles, uint64_t hz)
{
    const uint64_t step = 1000000;
    uint64_t seconds = cycles / hz;
    uint64_t rest = cycles % hz * step;
    uint64_t microseconds = rest / hz;
    uint64_t picoseconds;

    rest = rest % hz * step;
    picoseconds = rest / hz;
    rest %= hz;
    if (rest >= hz - rest)
        picoseconds++;
    picoseconds += microseconds * FLUE_MICROSECOND;
    if (seconds > (FLUE_TIME_NEVER - picoseconds) / FLUE_SECOND)
        return FLUE_TIME_NEVER;
    return seconds * FLUE_SECOND + picoseconds;
}

/* cycles / hz, rounded to the nearest picosecond, halves up. */
static inline flue_time
duration(uint64_t cycles, uint64_t hz)
{
    uint64_t scaled, whole, rest;

    if (cycles == 0 || hz == 0)
        return 0;
    if (cycles > SHORT_WORK_CYCLES)
        return long_duration(cycles, hz);
    scaled = cycles * FLUE_SECOND;
    whole = scaled / hz;
    rest = scaled % hz;
    return whole + (rest >= hz - rest);
}

flue_time
flue_core_occupy(struct flue_core *core, flue_time now, enum flue_cost_category category,
                 uint64_t cycles)
{
    flue_time start = core->busy_until > now ? core->busy_until : now;
    flue_time time = duration(cycles, core->hz);

    assert((unsigned)category < FLUE_COST_CATEGORIES);
    if (time > FLUE_TIME_NEVER - start)
        time = FLUE_TIME_NEVER - start;
    core->booked[category] += time;
    core->events[category]++;
    core->busy_until = start + time;
    return core->busy_until;
}

flue_time
flue_core_busy(const struct flue_core *core, flue_time now)
{
    flue_time total = 0;

    for (int i = 0; i < FLUE_COST_CATEGORIES; i++)
        total += core->booked[i];
    /* From `now` to busy_until the core works without a gap: none of that has happened yet. */
    if (core->busy_until > now)
        total -= core->busy_until - now;
    return total;
}
