/* SPDX-License-Identifier: GPL-2.0-or-later
 *
 * ICMP errors, brought to whoever has the connection. The engine judges those of its own. For an
 * offloaded connection only a smaller path MTU matters (a synchronized connection never ends by
 * ICMP, RFC 5927 6), and the host, which keeps the path, sees to it: the target is asked what is in
 * flight, and what does not quote that is ignored.
 */
#include "tcp/icmp.h"

#include "host/parts.h"

static bool
is_too_big(uint8_t ip_version, const struct flue_tcp_icmp *icmp)
{
    enum { UNREACHABLE = 3, FRAGMENTATION_NEEDED = 4, PACKET_TOO_BIG = 2 };

    if (ip_version == 4)
        return icmp->type == UNREACHABLE && icmp->code == FRAGMENTATION_NEEDED;
    return icmp->type == PACKET_TOO_BIG;
}

bool
flue_host_icmp_input(struct flue_host *host, flue_time now, const struct flue_four_tuple *tuple,
                     const struct flue_tcp_icmp *icmp)
{
    struct flue_host_connection *connection = flue__host_moved_find(host, tuple);
    struct host_luggage *luggage;
    bool is_heeded = false;

    flue__host_enter(host);
    if (connection == NULL) {
        is_heeded = flue_tcp_icmp_input(host->engine, now, tuple, icmp);
    } else if (connection->owner == FLUE_OWNER_TARGET && is_too_big(tuple->ip_version, icmp)) {
        luggage = flue__host_luggage(connection);
        if (luggage != NULL) {
            luggage->too_big = *icmp;
            connection->moved->wants_query = true;
            flue__host_connection_work(connection, now);
        }
    }
    flue__host_leave(host, now);
    return is_heeded;
}

/* 0: the message is not to be believed. */
static uint32_t
believed_mtu(const struct flue_host_connection *connection,
             const struct flue_tcp_delegated *delegated)
{
    const struct flue_tcp_icmp *icmp;

    if (connection->moved->luggage == NULL)
        return 0;
    icmp = &connection->moved->luggage->too_big;
    if (icmp->seq - delegated->snd_una >= delegated->snd_max - delegated->snd_una)
        return 0; /* RFC 5927 4.1 */
    return flue__tcp_icmp_mtu(&connection->host->config.tcp, connection->tuple.ip_version, icmp,
                              connection->path->path.mtu);
}

void
flue__host_judge_icmp(struct flue_host_connection *connection, flue_time now,
                      const struct flue_tcp_delegated *delegated)
{
    uint32_t mtu;

    connection->moved->is_operated = false;
    flue__host_attend(connection);
    if (delegated == NULL) {
        connection->want_upload = true; /* HOST-015 */
        return;
    }
    mtu = believed_mtu(connection, delegated);
    if (mtu > 0)
        flue__host_set_path_mtu(connection->host, now, connection->path, mtu);
    flue__host_connection_work(connection, now);
}
