/* SPDX-License-Identifier: GPL-2.0-or-later
 *
 * What the network says of a segment that we sent: ICMP errors, as RFC 1122 4.2.3.9 sorts them and
 * RFC 5927 distrusts them. Anybody can send one, so it counts only when it quotes a sequence number
 * that is in flight, and it never ends a synchronized connection.
 */
#include "tcp/icmp.h"

#include "tcp/connection.h"

enum verdict {
    IGNORED,
    SOFT, /* it may pass: remembered for the case that the connection is given up */
    HARD, /* there is nobody to talk to */
    TOO_BIG
};

/* RFC 792, RFC 1122 4.2.3.9; source quench is ignored (RFC 6633). */
static enum verdict
judge_ipv4(uint8_t type, uint8_t code)
{
    enum { UNREACHABLE = 3, TIME_EXCEEDED = 11, PARAMETER_PROBLEM = 12 };
    enum { PROTOCOL = 2, PORT = 3, FRAGMENTATION_NEEDED = 4 };

    if (type == TIME_EXCEEDED || type == PARAMETER_PROBLEM)
        return SOFT;
    if (type != UNREACHABLE)
        return IGNORED;
    if (code == FRAGMENTATION_NEEDED)
        return TOO_BIG;
    return code == PROTOCOL || code == PORT ? HARD : SOFT;
}

/* RFC 4443, with the same sorting (RFC 5461 2). */
static enum verdict
judge_ipv6(uint8_t type, uint8_t code)
{
    enum { UNREACHABLE = 1, PACKET_TOO_BIG = 2, TIME_EXCEEDED = 3, PARAMETER_PROBLEM = 4 };
    enum { PORT = 4, NEXT_HEADER = 1 };

    switch (type) {
    case UNREACHABLE:
        return code == PORT ? HARD : SOFT;
    case PACKET_TOO_BIG:
        return TOO_BIG;
    case TIME_EXCEEDED:
        return SOFT;
    case PARAMETER_PROBLEM:
        return code == NEXT_HEADER ? HARD : SOFT;
    default:
        return IGNORED;
    }
}

/* RFC 5927 4.1: the segment that it speaks of is under way. A keepalive probe lies before SND.UNA.
 */
static bool
is_in_flight(const struct flue_tcp_connection *connection, uint32_t seq)
{
    if (connection->keepalive_probes_sent > 0 && seq == connection->snd_una - 1)
        return true;
    return seq - connection->snd_una < connection->snd_max - connection->snd_una;
}

/* RFC 1191 7.1: the next smaller size that is in use, when the router is too old to tell. */
static uint32_t
plateau_below(uint32_t bytes)
{
    static const uint16_t plateaus[] = {32000, 17914, 8166, 4352, 2002, 1492, 1006, 508, 296, 68};
    size_t i = 0;

    while (i + 1 < sizeof plateaus / sizeof plateaus[0] && plateaus[i] >= bytes)
        i++;
    return plateaus[i];
}

uint32_t
flue__tcp_icmp_mtu(const struct flue_tcp_config *config, uint8_t ip_version,
                   const struct flue_tcp_icmp *icmp, uint32_t size)
{
    enum { IPV6_LEAST = 1280 };
    uint32_t path_mtu = icmp->mtu;

    if (ip_version == 6) {
        if (path_mtu < IPV6_LEAST) /* RFC 8201 4 */
            return 0;
    } else {
        if (path_mtu == 0)
            path_mtu = plateau_below(icmp->quoted_length != 0 && icmp->quoted_length < size
                                         ? icmp->quoted_length
                                         : size);
        if (path_mtu < config->min_path_mtu)
            path_mtu = config->min_path_mtu;
    }
    return path_mtu < size ? path_mtu : 0;
}

static bool
shrink(struct flue_tcp_connection *connection, flue_time now, const struct flue_tcp_icmp *icmp)
{
    const struct flue_tcp_engine *engine = connection->engine;
    uint32_t path_mtu;

    if (!flue__tcp_is_synchronized(connection) || engine->handlers.path_mtu != NULL)
        return false;
    path_mtu = flue__tcp_icmp_mtu(&engine->config, connection->tuple.ip_version, icmp,
                                  flue__tcp_packet_size(connection));
    if (path_mtu == 0)
        return false;
    flue__tcp_fit_path(connection, now, path_mtu);
    return true;
}

static bool
heed(struct flue_tcp_connection *connection, flue_time now, const struct flue_tcp_icmp *icmp)
{
    enum verdict verdict = connection->tuple.ip_version == 4 ? judge_ipv4(icmp->type, icmp->code)
                                                             : judge_ipv6(icmp->type, icmp->code);

    if (verdict == IGNORED || connection->is_exhausted || !is_in_flight(connection, icmp->seq))
        return false;
    if (verdict == TOO_BIG)
        return shrink(connection, now, icmp);
    if (verdict == HARD && !flue__tcp_is_synchronized(connection))
        flue__tcp_end(connection, now, FLUE_ERROR_REFUSED);
    else
        connection->is_unreachable = true;
    return true;
}

bool
flue_tcp_icmp_input(struct flue_tcp_engine *engine, flue_time now,
                    const struct flue_four_tuple *tuple, const struct flue_tcp_icmp *icmp)
{
    struct flue_tcp_connection *connection = flue_tcp_find(engine, tuple);
    bool is_heeded;

    flue__tcp_set_clock(engine, now);
    flue__tcp_family_stats(engine, tuple)->in_icmp_errors++;
    if (connection == NULL)
        return false;
    flue__tcp_hold(connection);
    is_heeded = heed(connection, now, icmp);
    flue__tcp_let_go(connection, now);
    flue__tcp_family_stats(engine, tuple)->heeded_icmp_errors += is_heeded;
    return is_heeded;
}
