/* SPDX-License-Identifier: GPL-2.0-or-later
 *
 * The wire of wire.h.
 */
#include "wire.h"

#include <stdlib.h>
#include <string.h>

#include "cmocka_first.h"
#include "wire_flight.h"

/* The byte at a position of a stream; length-only payload reads as zeros. */
static uint8_t
pattern(const struct endpoint *sender, uint64_t position)
{
    if (sender->virtual_payload)
        return 0;
    return (uint8_t)(position * 131 + position / 251 + (uint64_t)sender->side * 7);
}

/* ---- The application ---- */

static void
on_emit(void *user, flue_time now, struct flue_tcp_connection *connection,
        const struct flue_four_tuple *tuple, const struct flue_tcp_segment *segment)
{
    struct endpoint *end = user;

    (void)connection;
    assert_true(now == end->wire->now);
    wire_emit(end->wire, end->side, tuple, segment);
}

static void
free_lists(struct flue_buffer_list *lists)
{
    while (lists != NULL) {
        struct flue_buffer_list *next = lists->next;
        free(lists->buffer.first_descriptor->bytes);
        free(lists->buffer.first_descriptor);
        free(lists);
        lists = next;
    }
}

static struct flue_buffer_list *
new_list(struct endpoint *end, uint32_t length)
{
    struct flue_buffer_list *list = calloc(1, sizeof *list);
    struct flue_memory_descriptor *descriptor = calloc(1, sizeof *descriptor);
    uint8_t *bytes = NULL;

    assert_non_null(list);
    assert_non_null(descriptor);
    if (!end->virtual_payload && length > 0) {
        bytes = malloc(length);
        assert_non_null(bytes);
        for (uint32_t i = 0; i < length; i++)
            bytes[i] = pattern(end, end->queued + i);
    }
    flue_buffer_list_init(list, descriptor, bytes, length);
    return list;
}

void
wire_pump(struct endpoint *end)
{
    if (end->connection == NULL || end->is_closed || !end->is_connected)
        return;
    while (end->queued < end->to_send && end->queued - end->acknowledged < end->write_ahead) {
        uint64_t left = end->to_send - end->queued;
        uint32_t length = left < end->write_bytes ? (uint32_t)left : end->write_bytes;
        struct flue_buffer_list *list = new_list(end, length);

        end->queued += length;
        end->lists_out++;
        assert_int_equal(flue_tcp_send(end->connection, end->wire->now, list), FLUE_OK);
        if (end->is_closed)
            return;
    }
    if (end->queued == end->to_send && !end->shutdown_done &&
        (!end->shutdown_after_peer || end->peer_closed)) {
        end->shutdown_done = true;
        assert_int_equal(flue_tcp_shutdown(end->connection, end->wire->now), FLUE_OK);
    }
}

void
wire_release(struct endpoint *end)
{
    struct flue_tcp_connection *connection = end->connection;

    end->is_released = true;
    flue_tcp_release(connection, end->wire->now);
    end->connection = NULL;
}

void
wire_consume(struct endpoint *end, uint32_t bytes)
{
    if (bytes > end->unconsumed)
        bytes = end->unconsumed;
    end->unconsumed -= bytes;
    if (end->connection != NULL && bytes > 0 && !end->is_closed)
        flue_tcp_consume(end->connection, end->wire->now, bytes);
}

static void
on_accepted(void *user, flue_time now, struct flue_tcp_listener *listener,
            struct flue_tcp_connection *connection)
{
    struct endpoint *end = user;

    (void)now;
    (void)listener;
    assert_null(end->connection);
    end->connection = connection;
    end->is_connected = true;
    flue_tcp_set_user(connection, end);
    wire_pump(end);
}

static void
on_connected(void *user, flue_time now, struct flue_tcp_connection *connection)
{
    struct endpoint *end = flue_tcp_user(connection);

    (void)user;
    (void)now;
    end->is_connected = true;
    wire_pump(end);
}

static void
on_received(void *user, flue_time now, struct flue_tcp_connection *connection,
            const struct flue_span *data, bool push)
{
    struct endpoint *end = flue_tcp_user(connection);
    const struct endpoint *sender = &end->wire->ends[1 - end->side];
    uint8_t *bytes = malloc(data->length);

    (void)user;
    (void)now;
    (void)push;
    assert_non_null(bytes);
    assert_true(data->length > 0);
    assert_false(end->peer_closed);
    flue_span_copy(data, bytes);
    for (uint32_t i = 0; i < data->length; i++)
        end->wrong_bytes += bytes[i] != pattern(sender, end->received + i);
    free(bytes);
    end->received += data->length;
    end->unconsumed += data->length;
    if (!end->slow_reader)
        wire_consume(end, data->length);
}

static void
on_peer_closed(void *user, flue_time now, struct flue_tcp_connection *connection)
{
    struct endpoint *end = flue_tcp_user(connection);

    (void)user;
    (void)now;
    assert_false(end->peer_closed);
    end->peer_closed = true;
    wire_pump(end);
}

static void
on_acknowledged(void *user, flue_time now, struct flue_tcp_connection *connection, uint32_t bytes)
{
    struct endpoint *end = flue_tcp_user(connection);

    (void)user;
    (void)now;
    end->acknowledged += bytes;
    wire_pump(end);
}

static void
on_sent(void *user, flue_time now, struct flue_tcp_connection *connection,
        struct flue_buffer_list *lists)
{
    struct endpoint *end = flue_tcp_user(connection);

    (void)user;
    (void)now;
    for (struct flue_buffer_list *it = lists; it != NULL; it = it->next) {
        end->completed += it->tcp_offload_bytes_transferred;
        end->lists_out--;
    }
    free_lists(lists);
}

static void
on_send_closed(void *user, flue_time now, struct flue_tcp_connection *connection)
{
    struct endpoint *end = flue_tcp_user(connection);

    (void)user;
    (void)now;
    end->send_closed = true;
}

static void
on_closed(void *user, flue_time now, struct flue_tcp_connection *connection,
          enum flue_result reason)
{
    struct endpoint *end = flue_tcp_user(connection);

    (void)user;
    assert_false(end->is_closed);
    end->is_closed = true;
    end->reason = reason;
    end->connection = NULL;
    flue_tcp_release(connection, now);
}

static void
on_time_wait(void *user, flue_time now, struct flue_tcp_connection *connection)
{
    struct endpoint *end = flue_tcp_user(connection);

    (void)user;
    (void)now;
    (void)connection;
    end->time_wait = true;
    if (end->release_in_time_wait)
        wire_release(end);
}

const struct flue_tcp_handlers wire_handlers = {
    .emit = on_emit,
    .accepted = on_accepted,
    .connected = on_connected,
    .received = on_received,
    .peer_closed = on_peer_closed,
    .acknowledged = on_acknowledged,
    .sent = on_sent,
    .send_closed = on_send_closed,
    .closed = on_closed,
    .entered_time_wait = on_time_wait,
};

/* ---- The whole ---- */

void
wire_init(struct wire *wire, uint64_t seed)
{
    memset(wire, 0, sizeof *wire);
    wire->random.state = seed * 2 + 1;
    for (int i = 0; i < 8; i++)
        test_random_next(&wire->random);
    wire->delay = 5 * FLUE_MILLISECOND;
    wire->ip_version = 4;
    for (int side = 0; side < 2; side++) {
        wire->ends[side].wire = wire;
        wire->ends[side].side = side;
        wire->ends[side].write_bytes = 4096;
        wire->ends[side].write_ahead = 65536;
    }
}

void
wire_create_engine(struct wire *wire, int side, const struct flue_tcp_config *config)
{
    struct flue_allocator allocator = flue_test_memory_allocator(&wire->memory);

    assert_int_equal(flue_tcp_engine_create(config, &wire_handlers, &wire->ends[side], &allocator,
                                            &wire->engines[side]),
                     FLUE_OK);
}

struct flue_four_tuple
wire_tuple(int side)
{
    struct flue_four_tuple tuple = {
        .local = flue_ipv4(10, 0, 0, (uint8_t)(side + 1)),
        .remote = flue_ipv4(10, 0, 0, (uint8_t)(2 - side)),
        .local_port = side == 0 ? 49152 : 80,
        .remote_port = side == 0 ? 80 : 49152,
        .ip_version = 4,
    };

    return tuple;
}

struct flue_four_tuple
wire_own_tuple(const struct wire *wire, int side)
{
    struct flue_four_tuple tuple = wire_tuple(side);

    if (wire->ip_version == 6) {
        tuple.ip_version = 6;
        tuple.local.bytes[15] = tuple.local.bytes[3];
        tuple.remote.bytes[15] = tuple.remote.bytes[3];
    }
    return tuple;
}

void
wire_open(struct wire *wire, const struct flue_tcp_options *client,
          const struct flue_tcp_options *server)
{
    struct flue_four_tuple tuple = wire_own_tuple(wire, 0);
    struct flue_tcp_listener *listener;

    assert_int_equal(
        flue_tcp_listen(wire->engines[1], wire->ip_version, NULL, 80, 16, server, NULL, &listener),
        FLUE_OK);
    assert_int_equal(flue_tcp_connect(wire->engines[0], wire->now, &tuple, client, &wire->ends[0],
                                      &wire->ends[0].connection),
                     FLUE_OK);
}

void
wire_move(struct endpoint *end)
{
    struct wire *wire = end->wire;
    struct flue_tcp_const constants;
    struct flue_tcp_cached cached;
    struct flue_tcp_delegated delegated;
    struct flue_tcp_import import = {.constants = &constants, .cached = &cached};
    enum flue_tcp_connection_state state;

    if (end->connection == NULL || !end->is_connected)
        return;
    state = flue_tcp_state(end->connection);
    if (state < FLUE_TCP_CONNECTION_ESTABLISHED)
        return;
    import.tuple = *flue_tcp_tuple(end->connection);
    import.delegated = &delegated;
    import.path_mtu = 9000;
    import.rcv_buffered = end->unconsumed;
    import.send_shutdown = end->shutdown_done;
    import.connection_user = end;
    flue_tcp_flush_ack(end->connection, wire->now);
    flue_tcp_export(end->connection, wire->now, &constants, &cached, &delegated);
    flue_tcp_surrender(end->connection, wire->now, &import.lists);
    if (import.lists != NULL) /* the first may have been acknowledged in part */
        end->completed += import.lists->tcp_offload_bytes_transferred;
    assert_int_equal(
        flue_tcp_import(wire->engines[end->side], wire->now, &import, &end->connection), FLUE_OK);
    flue_tcp_resume(end->connection, wire->now);
}

bool
wire_step(struct wire *wire, flue_time until)
{
    flue_time next = wire->flying_count > 0 ? wire->flying[0].at : FLUE_TIME_NEVER;
    int who = -1;

    for (int side = 0; side < 2; side++) {
        flue_time deadline = wire->engines[side] != NULL
                                 ? flue_tcp_next_deadline(wire->engines[side])
                                 : FLUE_TIME_NEVER;
        if (deadline < next) {
            next = deadline < wire->now ? wire->now : deadline;
            who = side;
        }
    }
    if (next == FLUE_TIME_NEVER || next > until)
        return false;
    wire->now = next;
    if (who >= 0) {
        flue_tcp_advance(wire->engines[who], wire->now);
    } else {
        wire_land(wire);
    }
    return true;
}

void
wire_run(struct wire *wire, flue_time until)
{
    while (wire_step(wire, until))
        continue;
    if (wire->now < until && until != FLUE_TIME_NEVER)
        wire->now = until;
}

void
wire_fini(struct wire *wire)
{
    for (int side = 0; side < 2; side++) {
        flue_tcp_engine_destroy(wire->engines[side]);
        assert_int_equal(wire->ends[side].lists_out, 0);
    }
    wire_ground(wire);
    flue_test_memory_assert_empty(&wire->memory);
}
