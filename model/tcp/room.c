/* SPDX-License-Identifier: GPL-2.0-or-later
 *
 * Data that waits because the transmitter below is full: who waits, in the order in which they
 * came, and how they go on. Acknowledgements, and what recovery sends again, do not wait.
 */
#include "tcp/connection.h"

enum { FIRST_ROOM = 16 };

/* Room for one more in the line. False: no memory. */
static bool
has_place(struct flue_tcp_engine *engine)
{
    struct flue_allocator *allocator = &engine->allocator;
    size_t size = sizeof(struct flue_tcp_connection *);
    uint32_t places = engine->waiting_places == 0 ? FIRST_ROOM : engine->waiting_places * 2;
    struct flue_tcp_connection **grown;

    if (engine->waiting_count < engine->waiting_places)
        return true;
    grown = allocator->reallocate(allocator->user, engine->waiting, engine->waiting_places * size,
                                  places * size);
    if (grown == NULL)
        return false;
    engine->waiting = grown;
    engine->waiting_places = places;
    return true;
}

static bool
has_room(const struct flue_tcp_connection *connection)
{
    const struct flue_tcp_engine *engine = connection->engine;

    return engine->handlers.has_room == NULL || engine->handlers.has_room(engine->user, connection);
}

bool
flue__tcp_must_wait(struct flue_tcp_connection *connection)
{
    struct flue_tcp_engine *engine = connection->engine;

    if (has_room(connection))
        return false;
    if (connection->is_waiting)
        return true;
    if (!has_place(engine))
        return false; /* nobody would call it: it goes */
    connection->is_waiting = true;
    engine->waiting[engine->waiting_count++] = connection;
    return true;
}

void
flue__tcp_leave_line(struct flue_tcp_connection *connection)
{
    struct flue_tcp_engine *engine = connection->engine;

    if (!connection->is_waiting)
        return;
    connection->is_waiting = false;
    for (uint32_t i = 0; i < engine->waiting_count; i++)
        if (engine->waiting[i] == connection)
            engine->waiting[i] = NULL;
}

void
flue_tcp_continue(struct flue_tcp_engine *engine, flue_time now)
{
    uint32_t count = engine->waiting_count; /* who comes in here stands behind them */
    uint32_t kept = 0;

    flue__tcp_set_clock(engine, now);
    for (uint32_t i = 0; i < count; i++) {
        struct flue_tcp_connection *connection = engine->waiting[i];

        if (connection == NULL)
            continue;
        if (!has_room(connection)) {
            engine->waiting[kept++] = connection;
            continue;
        }
        engine->waiting[i] = NULL;
        connection->is_waiting = false;
        flue__tcp_hold(connection);
        connection->want_output = true;
        flue__tcp_let_go(connection, now);
    }
    for (uint32_t i = count; i < engine->waiting_count; i++)
        engine->waiting[kept++] = engine->waiting[i];
    engine->waiting_count = kept;
}
