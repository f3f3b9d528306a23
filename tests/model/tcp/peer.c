/* SPDX-License-Identifier: GPL-2.0-or-later
 *
 * The scripted peer of peer.h.
 */
#include "peer.h"

#include <string.h>

#include "cmocka_first.h"

static void
on_emit(void *user, flue_time now, struct flue_tcp_connection *connection,
        const struct flue_four_tuple *tuple, const struct flue_tcp_segment *segment)
{
    struct peer *peer = user;
    struct sent_segment *out = &peer->out[peer->out_count % PEER_KEPT];

    (void)connection;
    (void)tuple;
    assert_true(peer->out_count - peer->out_read < PEER_KEPT);
    if ((segment->flags & FLUE_TCP_SYN) != 0)
        peer->iss = segment->seq;
    out->at = now;
    out->seq = segment->seq - peer->iss;
    out->ack = (segment->flags & FLUE_TCP_ACK) != 0 ? segment->ack - peer->irs : 0;
    out->length = segment->payload.length;
    out->flags = segment->flags;
    out->window = segment->window;
    out->raw = *segment;
    peer->out_count++;
    if (segment->payload.length > 0 && peer->room > 0)
        peer->room--;
}

static void
on_accepted(void *user, flue_time now, struct flue_tcp_listener *listener,
            struct flue_tcp_connection *connection)
{
    struct peer *peer = user;

    (void)now;
    (void)listener;
    peer->connection = connection;
    peer->accepted++;
}

static void
on_connected(void *user, flue_time now, struct flue_tcp_connection *connection)
{
    (void)now;
    (void)connection;
    ((struct peer *)user)->connected++;
}

static void
on_received(void *user, flue_time now, struct flue_tcp_connection *connection,
            const struct flue_span *data, bool push)
{
    struct peer *peer = user;

    (void)push;
    peer->received += data->length;
    if (peer->consume)
        flue_tcp_consume(connection, now, data->length);
}

static void
on_peer_closed(void *user, flue_time now, struct flue_tcp_connection *connection)
{
    (void)now;
    (void)connection;
    ((struct peer *)user)->peer_closed++;
}

static void
on_sent(void *user, flue_time now, struct flue_tcp_connection *connection,
        struct flue_buffer_list *lists)
{
    struct peer *peer = user;

    (void)now;
    for (; lists != NULL; lists = lists->next) {
        peer->completed++;
        peer->last_status = lists->status;
    }
    if (peer->inside != NULL)
        peer->inside(peer, connection);
}

static void
on_send_closed(void *user, flue_time now, struct flue_tcp_connection *connection)
{
    struct peer *peer = user;

    (void)now;
    if (peer->inside != NULL)
        peer->inside(peer, connection);
}

static bool
on_exhausted(void *user, flue_time now, struct flue_tcp_connection *connection)
{
    struct peer *peer = user;

    (void)now;
    (void)connection;
    peer->exhausted++;
    return peer->take_over;
}

static void
on_closed(void *user, flue_time now, struct flue_tcp_connection *connection,
          enum flue_result reason)
{
    struct peer *peer = user;

    peer->closed++;
    peer->reason = reason;
    if (peer->keep)
        return;
    peer->connection = NULL;
    flue_tcp_release(connection, now);
}

static void
on_time_wait(void *user, flue_time now, struct flue_tcp_connection *connection)
{
    struct peer *peer = user;

    (void)now;
    peer->time_waits++;
    if (peer->inside != NULL)
        peer->inside(peer, connection);
}

static void
on_advise(void *user, flue_time now, struct flue_tcp_connection *connection)
{
    struct peer *peer = user;

    (void)now;
    peer->advised++;
    if (peer->inside != NULL)
        peer->inside(peer, connection);
}

static bool
on_urgent(void *user, flue_time now, struct flue_tcp_connection *connection)
{
    struct peer *peer = user;

    (void)now;
    peer->urgent++;
    peer->urgent_left = flue_tcp_urgent_left(connection);
    return peer->take_over;
}

static bool
has_room(void *user, const struct flue_tcp_connection *connection)
{
    const struct peer *peer = user;

    (void)connection;
    return !peer->is_metered || peer->room > 0;
}

const struct flue_tcp_handlers peer_handlers = {
    .emit = on_emit,
    .accepted = on_accepted,
    .connected = on_connected,
    .received = on_received,
    .peer_closed = on_peer_closed,
    .sent = on_sent,
    .send_closed = on_send_closed,
    .exhausted = on_exhausted,
    .closed = on_closed,
    .entered_time_wait = on_time_wait,
    .urgent = on_urgent,
    .advise = on_advise,
    .has_room = has_room,
};

struct flue_tcp_segment
peer_make(const struct peer *peer, uint8_t flags, uint32_t seq, uint32_t ack, uint32_t length)
{
    struct flue_tcp_segment segment;

    memset(&segment, 0, sizeof segment);
    segment.flags = flags;
    segment.seq = peer->irs + seq;
    segment.ack = peer->iss + ack;
    segment.window = (uint16_t)peer->window;
    segment.hop_limit = 64;
    segment.payload = flue_span_virtual(length);
    if (peer->options.use_timestamps) {
        segment.has_timestamp = true;
        segment.ts_val = peer->ts;
        if (peer->out_count > 0)
            segment.ts_ecr = peer->out[(peer->out_count - 1) % PEER_KEPT].raw.ts_val;
    }
    if ((flags & FLUE_TCP_SYN) != 0) {
        segment.has_mss = true;
        segment.mss = PEER_MSS;
        segment.has_sack_permitted = peer->options.use_sack;
        if (peer->options.use_window_scaling) {
            segment.has_window_scale = true;
            segment.window_scale = 2;
        }
    }
    return segment;
}

void
peer_input(struct peer *peer, const struct flue_tcp_segment *segment)
{
    flue_tcp_input(peer->engine, peer->now, &peer->tuple, segment);
}

void
peer_segment(struct peer *peer, uint8_t flags, uint32_t seq, uint32_t ack, uint32_t length)
{
    struct flue_tcp_segment segment = peer_make(peer, flags, seq, ack, length);

    peer_input(peer, &segment);
}

void
peer_sack(struct peer *peer, uint32_t seq, uint32_t ack, const uint32_t *edges)
{
    struct flue_tcp_segment segment = peer_make(peer, FLUE_TCP_ACK, seq, ack, 0);

    for (; edges[0] != 0; edges += 2) {
        segment.sack[segment.sack_count].left = peer->iss + edges[0];
        segment.sack[segment.sack_count].right = peer->iss + edges[1];
        segment.sack_count++;
    }
    peer_input(peer, &segment);
}

void
peer_ack(struct peer *peer, uint32_t seq, uint32_t ack)
{
    peer_segment(peer, FLUE_TCP_ACK, seq, ack, 0);
}

void
peer_send(struct peer *peer, uint32_t length)
{
    unsigned i = peer->list_count++;

    assert_true(i < sizeof peer->lists / sizeof peer->lists[0]);
    flue_buffer_list_init(&peer->lists[i], &peer->descriptors[i], NULL, length);
    assert_int_equal(flue_tcp_send(peer->connection, peer->now, &peer->lists[i]), FLUE_OK);
}

void
peer_wait(struct peer *peer, flue_time duration)
{
    flue_time until = peer->now + duration;

    while (flue_tcp_next_deadline(peer->engine) <= until) {
        flue_time deadline = flue_tcp_next_deadline(peer->engine);

        peer->now = deadline > peer->now ? deadline : peer->now;
        flue_tcp_advance(peer->engine, peer->now);
    }
    peer->now = until;
}

void
peer_expect(struct peer *peer, const char *file, int line, uint8_t flags, uint32_t seq,
            uint32_t ack, uint32_t length, flue_time at)
{
    const struct sent_segment *out = &peer->out[peer->out_read % PEER_KEPT];

    if (peer->out_read == peer->out_count)
        fail_msg("%s:%d: %s: nothing was sent; expected flags %02x seq %u ack %u length %u", file,
                 line, peer->variation, flags, seq, ack, length);
    peer->out_read++;
    /* PSH is asked for only where the script names it. */
    if ((out->flags & ~FLUE_TCP_PSH) != (flags & ~FLUE_TCP_PSH) ||
        (flags & FLUE_TCP_PSH & ~out->flags) != 0 || out->seq != seq || out->ack != ack ||
        out->length != length)
        fail_msg(
            "%s:%d: %s: expected flags %02x seq %u ack %u length %u; got flags %02x seq %u ack %u "
            "length %u at %.6f s",
            file, line, peer->variation, flags, seq, ack, length, out->flags, out->seq, out->ack,
            out->length, (double)out->at / (double)FLUE_SECOND);
    if (at != FLUE_TIME_NEVER && at != out->at)
        fail_msg("%s:%d: %s: expected at %.6f s, got at %.6f s", file, line, peer->variation,
                 (double)at / (double)FLUE_SECOND, (double)out->at / (double)FLUE_SECOND);
}

void
peer_expect_nothing(struct peer *peer, const char *file, int line)
{
    const struct sent_segment *out = &peer->out[peer->out_read % PEER_KEPT];

    if (peer->out_read != peer->out_count)
        fail_msg("%s:%d: %s: expected nothing; got flags %02x seq %u ack %u length %u at %.6f s",
                 file, line, peer->variation, out->flags, out->seq, out->ack, out->length,
                 (double)out->at / (double)FLUE_SECOND);
}

const struct sent_segment *
peer_last(const struct peer *peer)
{
    return &peer->out[(peer->out_read - 1) % PEER_KEPT];
}

void
peer_expect_state(const struct peer *peer, const char *file, int line,
                  enum flue_tcp_connection_state state)
{
    enum flue_tcp_connection_state got =
        peer->connection != NULL ? flue_tcp_state(peer->connection) : FLUE_TCP_CONNECTION_CLOSED;

    if (got != state)
        fail_msg("%s:%d: %s: expected state %s, got %s", file, line, peer->variation,
                 flue_tcp_state_name(state), flue_tcp_state_name(got));
}

struct flue_tcp_snapshot
peer_snapshot(const struct peer *peer)
{
    struct flue_tcp_snapshot snapshot;

    flue_tcp_get_snapshot(peer->connection, peer->now, &snapshot);
    return snapshot;
}

unsigned
peer_skip(struct peer *peer)
{
    unsigned skipped = peer->out_count - peer->out_read;

    peer->out_read = peer->out_count;
    return skipped;
}
