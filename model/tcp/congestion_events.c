/* SPDX-License-Identifier: GPL-2.0-or-later
 *
 * The connection's side of congestion.h: what happens to a connection, told to its algorithm; the
 * restart after idling (RFC 5681 4.1, RFC 2861); and taking a spurious reduction back.
 */
#include <string.h>

#include "tcp/connection.h"

static struct congestion_view
view_of(const struct flue_tcp_connection *connection, uint32_t flight, uint32_t acked)
{
    const struct flue_tcp_engine *engine = connection->engine;
    struct extension *extension = connection->extension;
    struct congestion_view view = {
        .cwnd = connection->cwnd,
        .ssthresh = connection->ssthresh,
        .config = &engine->config,
        .now = engine->now,
        .mss = connection->mss,
        .flight = flight,
        .acked = acked,
        .snd_una = connection->snd_una,
        .snd_max = connection->snd_max,
    };

    if (extension != NULL) {
        view.own = extension->congestion_private;
        view.srtt = extension->rtt.srtt;
        view.rtt = extension->rtt.latest;
    }
    return view;
}

static void
take_view(struct flue_tcp_connection *connection, const struct congestion_view *view)
{
    connection->cwnd = view->cwnd;
    connection->ssthresh = view->ssthresh;
}

/* For events that only some algorithms want. */
static void
tell(struct flue_tcp_connection *connection, void (*event)(struct congestion_view *view))
{
    if (event != NULL) {
        struct congestion_view view =
            view_of(connection, connection->snd_max - connection->snd_una, 0);

        event(&view);
        take_view(connection, &view);
    }
}

void
flue__congestion_start(struct flue_tcp_connection *connection, bool is_rebuilt)
{
    const struct congestion_algorithm *algorithm = connection->congestion;

    tell(connection, is_rebuilt ? algorithm->rebuilt : algorithm->started);
}

void
flue__congestion_observe(struct flue_tcp_connection *connection,
                         const struct flue_tcp_segment *segment)
{
    struct congestion_view view;

    flue__fine_rtt_take(connection, segment->ack);
    if (connection->congestion->observed == NULL)
        return;
    view = view_of(connection, connection->snd_max - connection->snd_una,
                   segment->ack - connection->snd_una);
    view.snd_una = segment->ack;
    view.is_echo = (segment->flags & FLUE_TCP_ECE) != 0;
    connection->congestion->observed(&view);
    take_view(connection, &view);
}

/* A sender that did not fill its window has not tried it out. In slow start half of it will do: the
 * other half is what the ACKs of one round trip have added (RFC 7661 4.4.1). Everything here is
 * among what moves with a connection. */
static bool
is_limited(const struct flue_tcp_connection *connection, uint32_t flight)
{
    if (connection->cwnd < connection->ssthresh && flight >= connection->cwnd / 2)
        return true;
    return flight + connection->mss > connection->cwnd || flue__pacing_is_waiting(connection);
}

void
flue__congestion_acked(struct flue_tcp_connection *connection, uint32_t acked,
                       uint32_t flight_before)
{
    struct congestion_view view = view_of(connection, flight_before, acked);

    view.is_limited = is_limited(connection, flight_before);
    connection->congestion->acked(&view);
    take_view(connection, &view);
}

/* A timeout in recovery is the same trouble once more: what was before the first reduction counts.
 */
static void
save(struct flue_tcp_connection *connection)
{
    struct extension *extension = connection->extension;

    if (extension != NULL && !connection->in_recovery)
        memcpy(extension->congestion_before, extension->congestion_private,
               sizeof extension->congestion_before);
}

void
flue__congestion_undo(struct flue_tcp_connection *connection)
{
    struct extension *extension = connection->extension;

    if (extension != NULL)
        memcpy(extension->congestion_private, extension->congestion_before,
               sizeof extension->congestion_private);
}

static void
reduce(struct flue_tcp_connection *connection, void (*event)(struct congestion_view *view))
{
    uint32_t flight = connection->snd_max - connection->snd_una;
    struct congestion_view view;

    save(connection);
    /* What limited transmit added does not count (RFC 5681 3.2 step 2). */
    view = view_of(connection, flight < connection->cwnd ? flight : connection->cwnd, 0);
    event(&view);
    take_view(connection, &view);
    flue__ecn_note_reduction(connection);
}

void
flue__tcp_cut_window(struct flue_tcp_connection *connection)
{
    reduce(connection, connection->congestion->lost);
}

void
flue__tcp_cut_window_for_mark(struct flue_tcp_connection *connection)
{
    reduce(connection, connection->congestion->marked);
}

void
flue__congestion_timed_out(struct flue_tcp_connection *connection)
{
    struct congestion_view view = view_of(connection, connection->snd_max - connection->snd_una, 0);

    save(connection);
    connection->congestion->timed_out(&view);
    take_view(connection, &view);
    flue__ecn_note_reduction(connection);
}

/* RFC 2861 3.2 */
static void
decay(struct flue_tcp_connection *connection, uint32_t idle, uint32_t restart)
{
    uint32_t remembered = connection->cwnd / 4 * 3;

    if (connection->ssthresh < remembered)
        connection->ssthresh = remembered;
    for (; idle > connection->rto && connection->cwnd > restart; idle -= connection->rto)
        connection->cwnd /= 2;
    if (connection->cwnd < restart)
        connection->cwnd = restart;
}

void
flue__congestion_resume(struct flue_tcp_connection *connection)
{
    const struct flue_tcp_config *config = &connection->engine->config;
    uint32_t idle = (uint32_t)connection->engine->tick - connection->last_sent;
    uint32_t restart = flue__tcp_initial_window(connection);

    if (idle > connection->rto && connection->cwnd > restart) {
        if (config->idle_restart == FLUE_TCP_IDLE_RFC5681)
            connection->cwnd = restart;
        else if (config->idle_restart == FLUE_TCP_IDLE_RFC2861)
            decay(connection, idle, restart);
    }
    tell(connection, connection->congestion->resumed);
}

void
flue__congestion_report(const struct flue_tcp_connection *connection,
                        struct flue_tcp_congestion_report *report)
{
    memset(report, 0, sizeof *report);
    if (connection->congestion->report != NULL)
        connection->congestion->report(connection->extension->congestion_private, report);
}
