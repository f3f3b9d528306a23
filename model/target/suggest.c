/* SPDX-License-Identifier: GPL-2.0-or-later
 *
 * When the target suggests that a connection be taken back (EVENT-013 to EVENT-016). What a
 * connection does is counted for a period and judged at its end; what was suggested is suggested
 * again only when a period without cause lay between. The counts stand behind the connection in its
 * memory, and only where the configuration asks for suggestions.
 */
#include <string.h>

#include "target/parts.h"
#include "tcp/seq.h"

struct watch {
    struct target_connection *next; /* by the beginning of the period */
    struct target_connection *previous;
    flue_time since;        /* the beginning */
    uint64_t request_bytes; /* of requests to send and to receive */
    uint32_t requests;
    uint32_t sent, sent_again; /* segments with data */
    uint32_t received, received_early, received_unposted;
    uint32_t fragmented; /* datagrams */
    uint32_t sent_edge;  /* one past the highest byte sent */
    uint32_t rcv_nxt;    /* one past the last byte received in order */
    uint16_t causes;     /* 1 << enum flue_tcp_upload_reason, of the last period */
    uint16_t to_be_told; /* likewise */
};

static const enum flue_tcp_upload_reason reasons[] = {FLUE_UPLOAD_HIGH_DROP_RATE,
                                                      FLUE_UPLOAD_HIGH_FRAGMENTATION,
                                                      FLUE_UPLOAD_HIGH_OUT_OF_ORDER_PACKETS,
                                                      FLUE_UPLOAD_LOW_ACTIVITY,
                                                      FLUE_UPLOAD_NO_BUFFER_PREPOSTING,
                                                      FLUE_UPLOAD_SMALL_IO};

uint32_t
flue__target_watch_bytes(const struct flue_target_config *config)
{
    return config->suggest.period != 0 ? (uint32_t)sizeof(struct watch) : 0;
}

/* NULL: nothing is ever suggested. */
static struct watch *
watch_of(struct target_connection *connection)
{
    _Static_assert(sizeof *connection % _Alignof(struct watch) == 0, "it lies behind that");

    return connection->target->config.suggest.period != 0 ? (struct watch *)(connection + 1) : NULL;
}

/* ---- Periods -----------------------------------------------------------------------------------
 *
 * All are equally long, so the first to begin is the first to end. */

static void
append(struct target_connection *connection, flue_time now)
{
    struct flue_target *target = connection->target;
    struct watch *watch = watch_of(connection);

    watch->since = now;
    watch->next = NULL;
    watch->previous = target->last_watched;
    if (target->last_watched != NULL)
        watch_of(target->last_watched)->next = connection;
    else
        target->first_watched = connection;
    target->last_watched = connection;
}

static void
take_out(struct target_connection *connection)
{
    struct flue_target *target = connection->target;
    struct watch *watch = watch_of(connection);

    if (watch->previous != NULL)
        watch_of(watch->previous)->next = watch->next;
    else
        target->first_watched = watch->next;
    if (watch->next != NULL)
        watch_of(watch->next)->previous = watch->previous;
    else
        target->last_watched = watch->previous;
}

void
flue__target_watch(struct target_connection *connection, flue_time now,
                   const struct flue_tcp_delegated *delegated)
{
    struct watch *watch = watch_of(connection);

    if (watch == NULL)
        return;
    memset(watch, 0, sizeof *watch);
    watch->sent_edge = delegated->snd_max;
    watch->rcv_nxt = delegated->rcv_nxt;
    append(connection, now);
}

void
flue__target_unwatch(struct target_connection *connection)
{
    if (watch_of(connection) != NULL)
        take_out(connection);
}

/* ---- Counting ----------------------------------------------------------------------------------
 */

void
flue__target_watch_sent(struct target_connection *connection,
                        const struct flue_tcp_segment *segment)
{
    struct watch *watch = watch_of(connection);

    if (watch == NULL || segment->payload.length == 0)
        return;
    watch->sent++;
    if (seq_lt(segment->seq, watch->sent_edge))
        watch->sent_again++;
    watch->sent_edge = seq_max(watch->sent_edge, segment->seq + segment->payload.length);
}

void
flue__target_watch_segment(struct target_connection *connection,
                           const struct flue_tcp_segment *segment)
{
    struct watch *watch = watch_of(connection);

    if (watch == NULL || segment->payload.length == 0)
        return;
    watch->received++;
    if (seq_gt(segment->seq, watch->rcv_nxt))
        watch->received_early++;
    if (!flue__target_has_requests(connection))
        watch->received_unposted++;
}

void
flue__target_watch_delivery(struct target_connection *connection, uint32_t bytes)
{
    struct watch *watch = watch_of(connection);

    if (watch != NULL)
        watch->rcv_nxt += bytes;
}

void
flue__target_watch_requests(struct target_connection *connection,
                            const struct flue_buffer_list *lists)
{
    struct watch *watch = connection != NULL ? watch_of(connection) : NULL;

    for (; watch != NULL && lists != NULL; lists = lists->next) {
        watch->requests++;
        watch->request_bytes += lists->buffer.data_length;
    }
}

void
flue_target_note_fragment(struct flue_target *target, const struct flue_packet *packet)
{
    struct flue_tcp_connection *tcp;

    if (target->config.suggest.period == 0 || packet->tuple.local_port == 0)
        return;
    tcp = flue_tcp_find(target->engine, &packet->tuple);
    if (tcp != NULL)
        watch_of(flue_tcp_user(tcp))->fragmented++;
}

/* ---- Judging -----------------------------------------------------------------------------------
 */

/* EVENT-016. On its way back, or not yet here, it needs no suggestion. */
static bool
may_be_suggested(const struct target_connection *connection)
{
    return connection->tcp != NULL && !connection->is_leaving && !connection->is_held &&
           !connection->object.is_ending &&
           flue_tcp_state(connection->tcp) == FLUE_TCP_CONNECTION_ESTABLISHED;
}

static bool
is_above(uint32_t some, uint32_t all, uint32_t permille)
{
    return permille != 0 && (uint64_t)some * 1000 > (uint64_t)all * permille;
}

/* EVENT-014, EVENT-015 */
static uint16_t
causes_of(const struct watch *watch, const struct flue_target_suggestions *suggest)
{
    uint32_t least = suggest->least;
    uint32_t datagrams = watch->received + watch->fragmented;
    uint32_t causes = 0;

    if (watch->sent >= least && is_above(watch->sent_again, watch->sent, suggest->drop_permille))
        causes |= 1U << FLUE_UPLOAD_HIGH_DROP_RATE;
    if (datagrams >= least &&
        is_above(watch->fragmented, datagrams, suggest->fragmentation_permille))
        causes |= 1U << FLUE_UPLOAD_HIGH_FRAGMENTATION;
    if (watch->received >= least &&
        is_above(watch->received_early, watch->received, suggest->out_of_order_permille))
        causes |= 1U << FLUE_UPLOAD_HIGH_OUT_OF_ORDER_PACKETS;
    if (watch->sent + watch->received < suggest->low_activity_segments)
        causes |= 1U << FLUE_UPLOAD_LOW_ACTIVITY;
    if (watch->received >= least &&
        is_above(watch->received_unposted, watch->received, suggest->unposted_permille))
        causes |= 1U << FLUE_UPLOAD_NO_BUFFER_PREPOSTING;
    if (watch->requests >= least &&
        watch->request_bytes < (uint64_t)watch->requests * suggest->small_io_bytes)
        causes |= 1U << FLUE_UPLOAD_SMALL_IO;
    return (uint16_t)causes;
}

static void
end_period(struct target_connection *connection, flue_time now)
{
    struct watch *watch = watch_of(connection);
    uint16_t causes = 0;

    if (may_be_suggested(connection))
        causes = causes_of(watch, &connection->target->config.suggest);
    watch->to_be_told |= (uint16_t)(causes & ~watch->causes);
    watch->causes = causes;
    watch->request_bytes = 0;
    watch->requests = 0;
    watch->sent = 0;
    watch->sent_again = 0;
    watch->received = 0;
    watch->received_early = 0;
    watch->received_unposted = 0;
    watch->fragmented = 0;
    if (watch->to_be_told != 0)
        flue__target_ready(connection, now);
}

flue_time
flue__target_watch_deadline(const struct flue_target *target)
{
    flue_time period = target->config.suggest.period;
    flue_time since;

    if (target->first_watched == NULL)
        return FLUE_TIME_NEVER;
    since = watch_of(target->first_watched)->since;
    return period < FLUE_TIME_NEVER - since ? since + period : FLUE_TIME_NEVER;
}

void
flue__target_run_watch(struct flue_target *target, flue_time now)
{
    while (flue__target_watch_deadline(target) <= now) {
        struct target_connection *connection = target->first_watched;

        take_out(connection);
        end_period(connection, now);
        append(connection, now);
    }
}

void
flue__target_tell_suggestions(struct target_connection *connection, flue_time now)
{
    struct flue_target *target = connection->target;
    struct watch *watch = watch_of(connection);

    if (watch == NULL)
        return;
    for (size_t i = 0; i < sizeof reasons / sizeof reasons[0]; i++) {
        uint16_t bit = (uint16_t)(1U << reasons[i]);

        if ((watch->to_be_told & bit) == 0 || !may_be_suggested(connection))
            continue;
        watch->to_be_told &= (uint16_t)~bit;
        target->told++;
        target->up.event(target->ndis, connection->object.handle, now, FLUE_TCP_INDICATE_RETRIEVE,
                         reasons[i]);
    }
    watch->to_be_told = 0;
}
