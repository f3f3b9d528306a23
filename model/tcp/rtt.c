/* SPDX-License-Identifier: GPL-2.0-or-later
 *
 * The round-trip estimator and the retransmission timeout of RFC 6298, in whole ticks: SRTT is kept
 * times 8 and RTTVAR times 4, as the delegated state carries them.
 */
#include "tcp/connection.h"

void
flue__tcp_rtt_update_rto(struct flue_tcp_connection *connection)
{
    const struct flue_tcp_config *config = &connection->engine->config;
    /* RTO = SRTT + max(G, 4 RTTVAR); the clock granularity G is one tick. */
    uint32_t variation = connection->rttvar_x4 > 1 ? connection->rttvar_x4 : 1;
    uint32_t rto = (connection->srtt_x8 + 7) / 8 + variation;

    if (rto < config->min_rto_ticks)
        rto = config->min_rto_ticks;
    if (rto > config->max_rto_ticks)
        rto = config->max_rto_ticks;
    connection->rto = rto;
}

void
flue__tcp_rtt_sample(struct flue_tcp_connection *connection, uint32_t ticks)
{
    if (ticks > connection->engine->config.max_rto_ticks)
        ticks = connection->engine->config.max_rto_ticks;
    if (!connection->has_rtt) {
        connection->has_rtt = true;
        connection->srtt_x8 = ticks * 8;
        connection->rttvar_x4 = ticks * 2;
    } else {
        int32_t error = (int32_t)(ticks - connection->srtt_x8 / 8);
        int32_t magnitude = error < 0 ? -error : error;

        /* RTTVAR += (|error| - RTTVAR) / 4, SRTT += error / 8. */
        connection->rttvar_x4 = (uint32_t)((int32_t)connection->rttvar_x4 + magnitude -
                                           (int32_t)connection->rttvar_x4 / 4);
        connection->srtt_x8 = (uint32_t)((int32_t)connection->srtt_x8 + error);
    }
    connection->backoff = 0;
    flue__tcp_rtt_update_rto(connection);
}

void
flue__fine_rtt_start(struct flue_tcp_connection *connection, uint32_t seq_end)
{
    struct extension *extension = connection->extension;

    if (extension == NULL || extension->rtt.is_timing)
        return;
    extension->rtt.is_timing = true;
    extension->rtt.end_seq = seq_end;
    extension->rtt.sent_at = connection->engine->now;
}

void
flue__fine_rtt_take(struct flue_tcp_connection *connection, uint32_t ack)
{
    struct fine_rtt *rtt = &connection->extension->rtt;

    rtt->latest = 0;
    if (!rtt->is_timing || seq_lt(ack, rtt->end_seq))
        return;
    rtt->is_timing = false;
    rtt->latest = connection->engine->now - rtt->sent_at;
    if (rtt->latest == 0)
        rtt->latest = 1;
    rtt->srtt = rtt->srtt == 0 ? rtt->latest : rtt->srtt - rtt->srtt / 8 + rtt->latest / 8;
}

flue_time
flue_tcp_rtt(const struct flue_tcp_connection *connection)
{
    flue_time tick = FLUE_SECOND / connection->engine->config.ticks_per_second;

    if (connection->extension != NULL && connection->extension->rtt.srtt > 0)
        return connection->extension->rtt.srtt;
    if (!connection->has_rtt)
        return 0;
    return connection->srtt_x8 > 0 ? connection->srtt_x8 * tick / 8 : 1; /* within a tick */
}

void
flue__tcp_stop_timing(struct flue_tcp_connection *connection)
{
    connection->is_timing = false;
    if (connection->extension != NULL)
        connection->extension->rtt.is_timing = false;
}

uint32_t
flue__tcp_timeout(const struct flue_tcp_connection *connection)
{
    return flue__tcp_backed_off(connection, connection->backoff);
}

uint32_t
flue__tcp_backed_off(const struct flue_tcp_connection *connection, uint32_t shift)
{
    uint32_t most = connection->engine->config.max_rto_ticks;

    if (shift >= 32 || connection->rto > most >> shift)
        return most;
    return connection->rto << shift;
}
