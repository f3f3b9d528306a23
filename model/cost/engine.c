/* SPDX-License-Identifier: GPL-2.0-or-later
 *
 * A unit of the adapter's engine: one job at a time, urgent ones first, none interrupted.
 *
 * When a job will end is not known before it begins, since urgent ones may come in between; so the
 * unit is told when time has passed, and chooses then. What a job costs is booked when it begins.
 */
#include "flue/cost.h"

#include <string.h>

void
flue_engine_init(struct flue_engine *engine, uint64_t hz, struct flue_context_cache *cache,
                 struct flue_bus *bus, uint64_t context_bytes)
{
    memset(engine, 0, sizeof *engine);
    flue_server_init(&engine->server, hz);
    engine->cache = cache;
    engine->bus = bus;
    engine->context_bytes = context_bytes;
}

/* The context that leaves is written back without anyone waiting; the other has to arrive. */
static void
fetch_context(struct flue_engine *engine, flue_time now, const struct flue_job *job)
{
    flue_time arrival;
    bool evicts;

    if (engine->cache == NULL || !job->has_context ||
        flue_context_cache_use(engine->cache, job->key, &evicts))
        return;
    engine->misses++;
    if (engine->bus == NULL)
        return;
    if (evicts)
        (void)flue_bus_transfer(engine->bus, now, FLUE_BUS_WRITE, FLUE_COST_CONTEXT,
                                engine->context_bytes);
    arrival = flue_bus_transfer(engine->bus, now, FLUE_BUS_READ, FLUE_COST_CONTEXT,
                                engine->context_bytes);
    (void)flue_server_occupy_for(&engine->server, now, FLUE_COST_CONTEXT, arrival - now);
}

static void
begin(struct flue_engine *engine, flue_time now, struct flue_job *job)
{
    engine->current = job;
    engine->server.waited += now - job->given;
    fetch_context(engine, now, job);
    /* The job's own work follows the fetch without a wait of its own. */
    now = engine->server.busy_until > now ? engine->server.busy_until : now;
    (void)flue_server_occupy(&engine->server, now, job->category, job->cycles);
}

void
flue_engine_submit(struct flue_engine *engine, flue_time now, struct flue_job *job)
{
    job->next = NULL;
    job->given = now;
    if (engine->current == NULL) {
        begin(engine, now, job);
        return;
    }
    if (engine->first[job->is_urgent] == NULL)
        engine->first[job->is_urgent] = job;
    else
        engine->last[job->is_urgent]->next = job;
    engine->last[job->is_urgent] = job;
}

flue_time
flue_engine_next_deadline(const struct flue_engine *engine)
{
    return engine->current != NULL ? engine->server.busy_until : FLUE_TIME_NEVER;
}

struct flue_job *
flue_engine_finish(struct flue_engine *engine, flue_time now)
{
    struct flue_job *done = engine->current;
    flue_time end = engine->server.busy_until;
    struct flue_job *next;
    int queue;

    if (done == NULL || end > now)
        return NULL;
    engine->current = NULL;
    queue = engine->first[1] != NULL;
    next = engine->first[queue];
    if (next != NULL) {
        engine->first[queue] = next->next;
        begin(engine, next->given > end ? next->given : end, next);
    }
    done->next = NULL;
    return done;
}
