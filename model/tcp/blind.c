/* SPDX-License-Identifier: GPL-2.0-or-later
 *
 * An offload target's answer to resets and SYNs that somebody who cannot see the connection may
 * have made up (RFC 5961, and the stricter rules of the BLIND rows): it asks the peer with one
 * challenge ACK, and if the peer stays silent, the keepalive probes find out whether it is still
 * there, whether the application has asked for keepalive or not.
 */
#include "tcp/connection.h"

enum {
    GUARD_SECONDS = 300, /* BLIND-007: from the challenge to the first probe */
    SYN_SECONDS = 3,     /* BLIND-006: most one challenge in so long */
    DEFAULT_PROBES = 10, /* BLIND-010 */
    DEFAULT_INTERVAL_SECONDS = 1
};

bool
flue__blind_is_on(const struct flue_tcp_connection *connection)
{
    return connection->engine->config.is_offload_target;
}

static void
challenge(struct flue_tcp_connection *connection, flue_time now)
{
    const struct flue_tcp_engine *engine = connection->engine;
    uint64_t guard =
        flue__tcp_deadline(engine, now, (uint64_t)GUARD_SECONDS * engine->config.ticks_per_second);

    flue__tcp_send_ack(connection, now);
    if (connection->state == FLUE_TCP_CONNECTION_TIME_WAIT) /* it ends by itself */
        return;
    connection->is_guarded = true;
    if (connection->keepalive_deadline > guard) /* not running, too */
        connection->keepalive_deadline = guard;
}

void
flue__blind_reset(struct flue_tcp_connection *connection, flue_time now)
{
    if (connection->is_reset_challenged)
        return;
    connection->is_reset_challenged = true;
    challenge(connection, now);
}

void
flue__blind_syn(struct flue_tcp_connection *connection, flue_time now,
                const struct flue_tcp_segment *segment)
{
    const struct flue_tcp_engine *engine = connection->engine;
    struct blind *blind;

    if (connection->state == FLUE_TCP_CONNECTION_TIME_WAIT)
        return;                                /* NONSTD-001: it is the host's to answer */
    if (segment->seq == connection->rcv_nxt) { /* NOTE-040: in silence */
        flue__tcp_end(connection, now, FLUE_ERROR_IN_USE);
        return;
    }
    if (!flue__tcp_extend(connection)) /* nobody would know when the last one was */
        return;
    blind = &connection->extension->blind;
    if (engine->tick < blind->next_syn_tick)
        return;
    blind->next_syn_tick =
        flue__tcp_deadline(engine, now, (uint64_t)SYN_SECONDS * engine->config.ticks_per_second);
    challenge(connection, now);
}

void
flue__blind_over(struct flue_tcp_connection *connection, flue_time now)
{
    connection->is_reset_challenged = false;
    connection->is_guarded = false;
    flue__tcp_arm_keepalive(connection, now, connection->keepalive_idle);
}

uint32_t
flue__blind_probes(const struct flue_tcp_connection *connection)
{
    return connection->is_guarded && connection->keepalive_probes == 0
               ? DEFAULT_PROBES
               : connection->keepalive_probes;
}

uint32_t
flue__blind_interval(const struct flue_tcp_connection *connection)
{
    return connection->is_guarded && connection->keepalive_interval == 0
               ? DEFAULT_INTERVAL_SECONDS * connection->engine->config.ticks_per_second
               : connection->keepalive_interval;
}
