/* SPDX-License-Identifier: GPL-2.0-or-later
 *
 * The send backlog: how much unacknowledged data the client had best keep here, and telling it when
 * that has changed by much, not too often (EVENT-006).
 */
#include "target/parts.h"

/* STATE-047: what fills the pipe, and a segment more, whatever is queued; no more than the peer
 * could ever be sent (EVENT-007). A round trip of less than a tick counts as one. */
uint32_t
flue__target_send_backlog(const struct target_connection *connection, uint32_t srtt_x8,
                          uint32_t max_snd_wnd)
{
    const struct flue_target_config *config = &connection->target->config;
    uint64_t ticks_x8 = srtt_x8 > 8 ? srtt_x8 : 8;
    uint64_t bytes;

    if (config->link_bps == 0)
        return FLUE_BACKLOG_NOT_SUPPORTED; /* STATE-048 */
    bytes = config->link_bps / 8 / config->tcp.ticks_per_second * ticks_x8 / 8 +
            connection->path->path_mtu;
    return bytes > max_snd_wnd ? max_snd_wnd : (uint32_t)bytes;
}

/* As a query reports it. */
static uint32_t
backlog_of(const struct target_connection *connection, flue_time now)
{
    struct flue_tcp_snapshot tcp;
    uint32_t srtt_x8;

    flue_tcp_get_snapshot(connection->tcp, now, &tcp);
    srtt_x8 = tcp.srtt_x8_ticks > UINT16_MAX ? UINT16_MAX : tcp.srtt_x8_ticks; /* NOTE-053 */
    return flue__target_send_backlog(connection, srtt_x8, tcp.max_snd_wnd);
}

static bool
is_much(const struct target_connection *connection, uint32_t backlog)
{
    uint32_t told = connection->told_backlog;
    uint64_t change = backlog > told ? backlog - told : told - backlog;

    return change > 0 &&
           change * 100 >= (uint64_t)told * connection->target->config.backlog_change_percent;
}

void
flue__target_watch_backlog(struct target_connection *connection, flue_time now)
{
    const struct flue_target_config *config = &connection->target->config;
    uint16_t period;

    if (config->link_bps == 0)
        return;
    period = (uint16_t)(now / config->backlog_period);
    if (period == connection->backlog_period || connection->is_leaving)
        return;
    connection->backlog_period = period;
    if (!is_much(connection, backlog_of(connection, now)))
        return;
    connection->want_backlog = true;
    flue__target_ready(connection, now);
}

bool
flue__target_take_backlog(struct target_connection *connection, flue_time now, uint32_t *backlog)
{
    bool is_wanted = connection->want_backlog;

    connection->want_backlog = false;
    if (!is_wanted || connection->tcp == NULL || connection->is_leaving)
        return false;
    connection->told_backlog = backlog_of(connection, now);
    *backlog = connection->told_backlog;
    return true;
}
