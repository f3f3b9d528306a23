/* SPDX-License-Identifier: GPL-2.0-or-later
 *
 * A resource as a FIFO server, and the ledger of what it did.
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
flue_server_init(struct flue_server *server, uint64_t rate)
{
    memset(server, 0, sizeof *server);
    server->rate = rate;
}

/* Up to this amount, amount * 1e12 fits 64 bits: 6 ms at 3 GHz, so nearly all work. */
#define SHORT_WORK (UINT64_MAX / FLUE_SECOND - 1)

/* More than 18 million: long division, six decimal digits a step. */
static flue_time
long_duration(uint64_t amount, uint64_t rate)
{
    const uint64_t step = 1000000;
    uint64_t seconds = amount / rate;
    uint64_t rest = amount % rate * step;
    uint64_t microseconds = rest / rate;
    uint64_t picoseconds;

    rest = rest % rate * step;
    picoseconds = rest / rate;
    rest %= rate;
    if (rest >= rate - rest)
        picoseconds++;
    picoseconds += microseconds * FLUE_MICROSECOND;
    if (seconds > (FLUE_TIME_NEVER - picoseconds) / FLUE_SECOND)
        return FLUE_TIME_NEVER;
    return seconds * FLUE_SECOND + picoseconds;
}

/* amount / rate, rounded to the nearest picosecond, halves up. */
static inline flue_time
duration(uint64_t amount, uint64_t rate)
{
    uint64_t scaled, whole, rest;

    if (amount == 0 || rate == 0)
        return 0;
    if (amount > SHORT_WORK)
        return long_duration(amount, rate);
    scaled = amount * FLUE_SECOND;
    whole = scaled / rate;
    rest = scaled % rate;
    return whole + (rest >= rate - rest);
}

flue_time
flue_server_occupy_for(struct flue_server *server, flue_time now, enum flue_cost_category category,
                       flue_time time)
{
    flue_time start = server->busy_until > now ? server->busy_until : now;

    assert((unsigned)category < FLUE_COST_CATEGORIES);
    if (time > FLUE_TIME_NEVER - start)
        time = FLUE_TIME_NEVER - start;
    server->waited += start - now;
    server->booked[category] += time;
    server->events[category]++;
    server->busy_until = start + time;
    return server->busy_until;
}

flue_time
flue_server_occupy(struct flue_server *server, flue_time now, enum flue_cost_category category,
                   uint64_t amount)
{
    return flue_server_occupy_for(server, now, category, duration(amount, server->rate));
}

flue_time
flue_server_busy(const struct flue_server *server, flue_time now)
{
    flue_time total = 0;

    for (int i = 0; i < FLUE_COST_CATEGORIES; i++)
        total += server->booked[i];
    /* From `now` to busy_until the server works without a gap: none of that has happened yet. */
    if (server->busy_until > now)
        total -= server->busy_until - now;
    return total;
}
