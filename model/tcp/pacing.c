/* SPDX-License-Identifier: GPL-2.0-or-later
 *
 * Pacing: segments leave spread over the round trip instead of in bursts, at a little more than
 * cwnd / SRTT or at a fixed rate. It holds back what the windows allow; it never lets more go.
 *
 * A segment waits in a wheel of its own, whose ticks are picoseconds: the engine's next deadline is
 * the instant at which it leaves. At one instant timers come first, then segments, each in the
 * order in which they were armed.
 */
#include "tcp/connection.h"

/* Bytes, when the round trip spreads them. */
static uint64_t
paced_window(const struct flue_tcp_connection *connection)
{
    uint32_t flight = connection->snd_max - connection->snd_una;

    return connection->cwnd > flight ? connection->cwnd : flight;
}

static uint32_t
percent(const struct flue_tcp_connection *connection)
{
    const struct flue_tcp_pacing *config = &connection->engine->config.pacing;

    return connection->cwnd < connection->ssthresh / 2 ? config->slow_start_percent
                                                       : config->avoidance_percent;
}

/* How long `length` bytes take at the pace; 0: there is none. */
static flue_time
time_of(const struct flue_tcp_connection *connection, uint32_t length)
{
    const struct extension *extension = connection->extension;

    if (extension->pacing.fixed_bps != 0)
        return (flue_time)length * 8 * FLUE_SECOND / extension->pacing.fixed_bps;
    return (flue_time)length * extension->rtt.srtt /
           (paced_window(connection) * percent(connection)) * 100;
}

uint64_t
flue__pacing_rate(const struct flue_tcp_connection *connection)
{
    const struct extension *extension = connection->extension;
    flue_time microseconds;

    if (extension == NULL || !extension->pacing.is_on)
        return 0;
    if (extension->pacing.fixed_bps != 0)
        return extension->pacing.fixed_bps;
    microseconds = extension->rtt.srtt / FLUE_MICROSECOND;
    return microseconds == 0
               ? 0
               : paced_window(connection) * 8 * percent(connection) * 10000 / microseconds;
}

void
flue__pacing_init(struct flue_tcp_connection *connection)
{
    struct pacing *pacing = &connection->extension->pacing;

    wheel_entry_init(&pacing->timer);
    pacing->connection = connection;
}

static void
arm(struct flue_tcp_engine *engine, struct pacing *pacing, flue_time deadline)
{
    bool was_first = pacing->timer.deadline == engine->paced_first;

    if (engine->paced_first == FLUE_TIME_NEVER) /* it is empty: its time has stood still */
        engine->paced.current = engine->now;
    wheel_set(&engine->paced, &pacing->timer, deadline);
    if (deadline <= engine->paced_first)
        engine->paced_first = deadline;
    else if (was_first)
        engine->paced_first = wheel_first(&engine->paced);
}

void
flue__pacing_stop(struct flue_tcp_connection *connection)
{
    struct extension *extension = connection->extension;

    if (extension != NULL && extension->pacing.timer.deadline != WHEEL_NEVER)
        arm(connection->engine, &extension->pacing, WHEEL_NEVER);
}

bool
flue__pacing_holds(struct flue_tcp_connection *connection)
{
    struct extension *extension = connection->extension;
    struct flue_tcp_engine *engine = connection->engine;

    if (extension == NULL || engine->now >= extension->pacing.next)
        return false;
    arm(engine, &extension->pacing, extension->pacing.next);
    return true;
}

void
flue__pacing_sent(struct flue_tcp_connection *connection, uint32_t length)
{
    struct extension *extension = connection->extension;
    flue_time now = connection->engine->now;

    if (extension == NULL || !extension->pacing.is_on)
        return;
    if (extension->pacing.next < now)
        extension->pacing.next = now;
    extension->pacing.next += time_of(connection, length);
}

bool
flue__pacing_is_waiting(const struct flue_tcp_connection *connection)
{
    const struct extension *extension = connection->extension;

    return extension != NULL && extension->pacing.fixed_bps == 0 &&
           extension->pacing.timer.deadline != WHEEL_NEVER;
}

void
flue__pacing_advance(struct flue_tcp_engine *engine, flue_time now)
{
    struct wheel_entry *entry;

    while (engine->paced_first <= now && (entry = wheel_pop(&engine->paced, now)) != NULL) {
        /* The entry is the first member of its pacing. */
        struct flue_tcp_connection *connection = ((struct pacing *)entry)->connection;

        engine->paced_first = wheel_first(&engine->paced);
        flue__tcp_hold(connection);
        connection->want_output = true;
        flue__tcp_let_go(connection, now);
    }
}
