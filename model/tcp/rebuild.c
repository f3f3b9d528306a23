/* SPDX-License-Identifier: GPL-2.0-or-later
 *
 * What a connection that came from another engine needs and the contract's structures do not carry:
 * made up from what they do carry, and noted (enum flue_tcp_rebuilt).
 */
#include "tcp/connection.h"

/* The age of TS.Recent: nothing was sent for about as long as nothing arrived. */
static void
rebuild_idle(struct flue_tcp_connection *connection)
{
    const struct flue_tcp_engine *engine = connection->engine;

    connection->last_sent = (uint32_t)engine->tick;
    if (connection->snd_max != connection->snd_una)
        return;
    if (connection->has_ts_recent)
        connection->last_sent = (uint32_t)connection->ts_recent_tick;
    connection->rebuilt |= FLUE_TCP_REBUILT_IDLE;
}

static void
rebuild_extension(struct flue_tcp_connection *connection)
{
    struct extension *extension = connection->extension;

    extension->rtt.srtt = connection->srtt_x8 * connection->engine->tick_length / 8;
    connection->rebuilt |= FLUE_TCP_REBUILT_FINE_RTT;
    if (connection->congestion->has_private)
        connection->rebuilt |= FLUE_TCP_REBUILT_CONGESTION;
    if (extension->pacing.is_on)
        connection->rebuilt |= FLUE_TCP_REBUILT_PACING;
    if (extension->rack != NULL)
        connection->rebuilt |= FLUE_TCP_REBUILT_RACK;
    if (extension->ecn.is_wanted)
        connection->rebuilt |= FLUE_TCP_REBUILT_ECN;
    flue__congestion_start(connection, true);
}

void
flue__tcp_rebuild(struct flue_tcp_connection *connection,
                  const struct flue_tcp_delegated *delegated)
{
    bool is_in_flight = connection->snd_max != connection->snd_una;

    if (delegated->dup_ack_count >= connection->engine->config.duplicate_ack_threshold ||
        (is_in_flight && delegated->retransmit.count > 0) ||
        delegated->snd_nxt != delegated->snd_max)
        connection->rebuilt |= FLUE_TCP_REBUILT_RECOVERY;
    if (is_in_flight && (!connection->use_timestamps || connection->extension != NULL))
        connection->rebuilt |= FLUE_TCP_REBUILT_RTT_TIMING;
    rebuild_idle(connection);
    flue__ecn_resume(connection);
    if (connection->extension != NULL)
        rebuild_extension(connection);
}
