/* SPDX-License-Identifier: GPL-2.0-or-later
 *
 * Any bytes as the life of an engine: the first choose its options, then each event takes a byte
 * for what happens (a call, a segment, time) and some for its numbers. Two connections can exist,
 * one opened and one accepted. Segments' numbers count from the connection's own, so that short
 * inputs reach deep states.
 */
#include <string.h>

#include "flue/frame.h"
#include "fuzz.h"

enum { MOST_EVENTS = 1500, MOST_LISTS = 256, MOST_MEMORY = 32 << 20 };

enum event {
    SEGMENT,
    IN_ORDER, /* what a sane peer would send: it carries connections into later states */
    CONNECT,
    LISTEN,
    UNLISTEN,
    SEND,
    SEND_URGENT,
    CONSUME,
    SHUTDOWN,
    ABORT,
    RELEASE,
    WAIT,
    NEXT_TIMER,
    NAGLE,
    PATH_MTU,
    FLUSH_ACK,
    MOVE,
    ICMP,
    PACKET,
    NO_MEMORY,
    EVENTS
};

struct list {
    struct flue_buffer_list list;
    struct flue_memory_descriptor descriptor;
    bool is_out;
};

struct world {
    struct fuzz_input input;
    struct flue_tcp_engine *engine;
    struct flue_tcp_listener *listener;
    struct flue_tcp_connection *connections[2];
    struct flue_four_tuple tuples[2];
    uint32_t unconsumed[2];
    bool has_shutdown[2];
    struct list lists[MOST_LISTS];
    flue_time now;
    size_t live_bytes;
    uint32_t allocations_left; /* before one fails; 0: none does */
    uint32_t answers;          /* segments without text or FIN, in this event */
};

static uint8_t text[65536];

/* ---- The engine's surroundings ---- */

static void *
reallocate(void *user, void *ptr, size_t old_size, size_t new_size)
{
    struct world *world = user;
    void *moved;

    if (new_size == 0) {
        free(ptr);
        world->live_bytes -= old_size;
        return NULL;
    }
    if (world->allocations_left > 0 && --world->allocations_left == 0)
        return NULL;
    moved = realloc(ptr, new_size);
    FUZZ_CHECK(moved != NULL);
    world->live_bytes += new_size - old_size;
    FUZZ_CHECK(world->live_bytes < MOST_MEMORY);
    return moved;
}

static int
index_of(const struct world *world, const struct flue_tcp_connection *connection)
{
    const struct flue_four_tuple *tuple = flue_tcp_tuple(connection);

    return memcmp(tuple, &world->tuples[0], sizeof *tuple) == 0 ? 0 : 1;
}

static void
on_emit(void *user, flue_time now, struct flue_tcp_connection *connection,
        const struct flue_four_tuple *tuple, const struct flue_tcp_segment *segment)
{
    static uint8_t packet[1 << 17];
    struct world *world = user;

    (void)now;
    (void)connection;
    FUZZ_CHECK(segment->sack_count <= FLUE_TCP_SACK_MAX);
    FUZZ_CHECK(flue_tcp_packet_write(tuple, segment, 0, packet, sizeof packet) > 0);
    world->answers += segment->payload.length == 0 && (segment->flags & FLUE_TCP_FIN) == 0 ? 1 : 0;
}

static void
on_accepted(void *user, flue_time now, struct flue_tcp_listener *listener,
            struct flue_tcp_connection *connection)
{
    struct world *world = user;
    int i = index_of(world, connection);

    (void)now;
    FUZZ_CHECK(listener == world->listener);
    FUZZ_CHECK(world->connections[i] == NULL);
    world->connections[i] = connection;
    world->unconsumed[i] = 0;
    world->has_shutdown[i] = false;
}

static void
on_received(void *user, flue_time now, struct flue_tcp_connection *connection,
            const struct flue_span *data, bool push)
{
    static uint8_t bytes[1 << 17];
    struct world *world = user;

    (void)now;
    (void)push;
    FUZZ_CHECK(data->length > 0 && data->length <= sizeof bytes);
    flue_span_copy(data, bytes);
    world->unconsumed[index_of(world, connection)] += data->length;
}

static void
on_sent(void *user, flue_time now, struct flue_tcp_connection *connection,
        struct flue_buffer_list *lists)
{
    (void)user;
    (void)now;
    (void)connection;
    while (lists != NULL) {
        struct flue_buffer_list *next = lists->next;
        struct list *list = (struct list *)lists; /* its first member */

        FUZZ_CHECK(list->is_out);
        list->is_out = false;
        lists = next;
    }
}

static void
on_closed(void *user, flue_time now, struct flue_tcp_connection *connection,
          enum flue_result reason)
{
    struct world *world = user;
    int i = index_of(world, connection);

    (void)reason;
    FUZZ_CHECK(world->connections[i] == connection);
    world->connections[i] = NULL;
    flue_tcp_release(connection, now);
}

static const struct flue_tcp_handlers handlers = {
    .emit = on_emit,
    .accepted = on_accepted,
    .received = on_received,
    .sent = on_sent,
    .closed = on_closed,
};

/* ---- Events ---- */

static uint32_t
take(struct world *world, unsigned bytes)
{
    return fuzz_take(&world->input, bytes);
}

static void
send_some(struct world *world, int i, bool is_urgent)
{
    uint32_t length = take(world, 2);
    enum flue_result result;

    for (unsigned k = 0; k < MOST_LISTS; k++) {
        struct list *list = &world->lists[k];

        if (list->is_out)
            continue;
        flue_buffer_list_init(&list->list, &list->descriptor, length % 2 == 0 ? text : NULL,
                              length);
        list->is_out = true;
        result = is_urgent ? flue_tcp_send_urgent(world->connections[i], world->now, &list->list)
                           : flue_tcp_send(world->connections[i], world->now, &list->list);
        if (result != FLUE_OK)
            list->is_out = false;
        return;
    }
}

/* A number relative to `base`, at a distance that one byte or four tell. */
static uint32_t
relative(struct world *world, uint32_t base)
{
    uint32_t kind = take(world, 1);

    if (kind < 0x80)
        return base + kind;
    if (kind < 0xF0)
        return base - (kind & 0x7F);
    return base + take(world, 4);
}

static void
take_options(struct world *world, const struct flue_tcp_snapshot *s,
             struct flue_tcp_segment *segment)
{
    uint32_t kinds = take(world, 1);

    segment->has_mss = (kinds & 1) != 0;
    segment->mss = segment->has_mss ? (uint16_t)take(world, 2) : 0;
    segment->has_window_scale = (kinds & 2) != 0;
    segment->window_scale = (uint8_t)(segment->has_window_scale ? take(world, 1) : 0);
    segment->has_sack_permitted = (kinds & 4) != 0;
    segment->has_timestamp = (kinds & 8) != 0;
    if (segment->has_timestamp) {
        segment->ts_val = relative(world, s->ts_recent);
        segment->ts_ecr = relative(world, (uint32_t)(world->now / FLUE_MILLISECOND));
    }
    segment->sack_count = (uint8_t)(kinds >> 4 & 7);
    if (segment->sack_count > FLUE_TCP_SACK_MAX)
        segment->sack_count = FLUE_TCP_SACK_MAX;
    for (unsigned i = 0; i < segment->sack_count; i++) {
        segment->sack[i].left = relative(world, s->snd_una);
        segment->sack[i].right = relative(world, segment->sack[i].left);
    }
}

static void
input_segment(struct world *world, int i, bool is_sane)
{
    const struct flue_tcp_connection *connection = flue_tcp_find(world->engine, &world->tuples[i]);
    struct flue_memory_descriptor descriptor = {NULL, text, sizeof text};
    struct flue_tcp_segment segment;
    struct flue_tcp_snapshot s;

    memset(&s, 0, sizeof s);
    memset(&segment, 0, sizeof segment);
    if (connection != NULL)
        flue_tcp_get_snapshot(connection, world->now, &s);
    segment.flags = (uint8_t)take(world, 1);
    segment.seq = is_sane ? s.rcv_nxt : relative(world, s.rcv_nxt);
    segment.ack = is_sane ? s.snd_max : relative(world, s.snd_nxt);
    segment.window = (uint16_t)take(world, 2);
    segment.payload = flue_span_virtual(take(world, 2) % 4000);
    if (segment.payload.length % 2 == 1)
        segment.payload.descriptor = &descriptor;
    if (!is_sane) {
        segment.urgent_pointer = (uint16_t)take(world, 1);
        segment.traffic_class = (uint8_t)take(world, 1);
        take_options(world, &s, &segment);
    } else if (s.timestamps || connection == NULL || s.state < FLUE_TCP_CONNECTION_ESTABLISHED) {
        segment.has_timestamp = true;
        segment.ts_val = s.ts_recent + 1;
        segment.has_sack_permitted = (segment.flags & FLUE_TCP_SYN) != 0;
        segment.has_window_scale = segment.has_sack_permitted;
    }
    flue_tcp_input(world->engine, world->now, &world->tuples[i], &segment);
}

static void
move(struct world *world, int i)
{
    struct flue_tcp_const constants;
    struct flue_tcp_cached cached;
    struct flue_tcp_delegated delegated;
    struct flue_tcp_import import = {
        .constants = &constants, .cached = &cached, .delegated = &delegated};

    if (flue_tcp_state(world->connections[i]) < FLUE_TCP_CONNECTION_ESTABLISHED)
        return;
    import.tuple = world->tuples[i];
    import.path_mtu = 1500;
    import.rcv_buffered = world->unconsumed[i];
    import.send_shutdown = world->has_shutdown[i];
    flue_tcp_export(world->connections[i], world->now, &constants, &cached, &delegated);
    flue_tcp_surrender(world->connections[i], world->now, &import.lists);
    world->connections[i] = NULL;
    if (flue_tcp_import(world->engine, world->now, &import, &world->connections[i]) != FLUE_OK) {
        world->connections[i] = NULL;
        on_sent(world, world->now, NULL, import.lists);
        return;
    }
    flue_tcp_resume(world->connections[i], world->now);
}

static void
input_packet(struct world *world)
{
    uint8_t packet[256];
    uint32_t length = take(world, 1);

    for (uint32_t i = 0; i < length; i++)
        packet[i] = (uint8_t)take(world, 1);
    (void)!flue_tcp_input_packet(world->engine, world->now, packet, length);
}

static void
input_icmp(struct world *world, int i)
{
    struct flue_tcp_icmp icmp = {0};
    struct flue_tcp_snapshot s = {0};
    const struct flue_tcp_connection *connection = flue_tcp_find(world->engine, &world->tuples[i]);

    if (connection != NULL)
        flue_tcp_get_snapshot(connection, world->now, &s);
    icmp.type = (uint8_t)take(world, 1);
    icmp.code = (uint8_t)take(world, 1);
    icmp.mtu = take(world, 2);
    icmp.seq = relative(world, s.snd_una);
    icmp.quoted_length = take(world, 2);
    flue_tcp_icmp_input(world->engine, world->now, &world->tuples[i], &icmp);
}

/* Calls on the engine as a whole. False: the event is another. */
static bool
engine_event(struct world *world, enum event event, int i)
{
    switch (event) {
    case SEGMENT:
    case IN_ORDER:
        input_segment(world, i, event == IN_ORDER);
        return true;
    case CONNECT:
        if (world->connections[i] == NULL &&
            flue_tcp_connect(world->engine, world->now, &world->tuples[i], NULL, NULL,
                             &world->connections[i]) == FLUE_OK) {
            world->unconsumed[i] = 0;
            world->has_shutdown[i] = false;
        }
        return true;
    case LISTEN:
        if (world->listener == NULL)
            (void)!flue_tcp_listen(world->engine, world->tuples[0].ip_version, NULL,
                                   world->tuples[1].local_port, 1 + take(world, 1), NULL, NULL,
                                   &world->listener);
        return true;
    case UNLISTEN:
        flue_tcp_listener_close(world->listener, world->now);
        world->listener = NULL;
        return true;
    case WAIT:
        world->now += (flue_time)take(world, 1) * take(world, 1) * FLUE_MILLISECOND;
        flue_tcp_advance(world->engine, world->now);
        return true;
    case NEXT_TIMER:
        if (flue_tcp_next_deadline(world->engine) < FLUE_TIME_NEVER / 2 &&
            flue_tcp_next_deadline(world->engine) > world->now)
            world->now = flue_tcp_next_deadline(world->engine);
        flue_tcp_advance(world->engine, world->now);
        return true;
    case ICMP:
        input_icmp(world, i);
        return true;
    case PACKET:
        input_packet(world);
        return true;
    case NO_MEMORY:
        world->allocations_left = take(world, 1) % 8;
        return true;
    default:
        return false;
    }
}

static void
connection_event(struct world *world, enum event event, int i)
{
    struct flue_tcp_connection *connection = world->connections[i];
    uint32_t bytes;

    if (connection == NULL)
        return;
    switch (event) {
    case SEND:
    case SEND_URGENT:
        send_some(world, i, event == SEND_URGENT);
        break;
    case CONSUME:
        bytes = take(world, 2);
        if (bytes > world->unconsumed[i])
            bytes = world->unconsumed[i];
        world->unconsumed[i] -= bytes;
        flue_tcp_consume(connection, world->now, bytes);
        break;
    case SHUTDOWN:
        world->has_shutdown[i] |= flue_tcp_shutdown(connection, world->now) == FLUE_OK;
        break;
    case ABORT:
        flue_tcp_abort(connection, world->now);
        break;
    case RELEASE:
        flue_tcp_release(connection, world->now);
        world->connections[i] = NULL;
        break;
    case NAGLE:
        flue_tcp_set_nagle(connection, world->now, take(world, 1) % 2 == 0);
        break;
    case PATH_MTU:
        flue_tcp_set_path_mtu(connection, world->now, take(world, 2));
        break;
    case FLUSH_ACK:
        flue_tcp_flush_ack(connection, world->now);
        break;
    case MOVE:
        move(world, i);
        break;
    default:
        break;
    }
}

/* ---- What must hold after every event ---- */

static void
check_connection(const struct world *world, int i)
{
    const struct flue_tcp_connection *connection = flue_tcp_find(world->engine, &world->tuples[i]);
    struct flue_tcp_snapshot s;

    if (connection == NULL)
        return;
    flue_tcp_get_snapshot(connection, world->now, &s);
    FUZZ_CHECK(s.snd_nxt - s.snd_una <= s.snd_max - s.snd_una);
    FUZZ_CHECK(s.snd_max - s.snd_una <= UINT32_C(1) << 31);
    FUZZ_CHECK(s.reassembly_bytes <= s.rcv_wnd);
    FUZZ_CHECK(s.sacked_bytes <= s.snd_max - s.snd_una);
    if (s.snd_max != s.snd_una)
        FUZZ_CHECK(s.retransmit_left_ticks != FLUE_TICKS_NOT_RUNNING);
}

static void
begin(struct world *world)
{
    struct flue_tcp_config config = flue_tcp_config_default();
    struct flue_allocator allocator = {reallocate, world};
    uint32_t bits = take(world, 2);

    config.options.use_timestamps = (bits & 1) != 0;
    config.options.use_window_scaling = (bits & 2) != 0;
    config.options.use_sack = (bits & 4) != 0;
    config.options.use_nagle = (bits & 8) != 0;
    config.options.use_limited_transmit = (bits & 16) != 0;
    config.options.use_prr = (bits & 32) != 0;
    config.options.use_ecn = (bits & 64) != 0;
    config.options.use_keepalive = (bits & 128) != 0;
    config.is_offload_target = (bits & 256) != 0;
    config.options.use_frto = (bits & 512) != 0;
    config.options.use_rack = (bits & 4096) != 0;
    config.options.receive_buffer_bytes = 1 + take(world, 2) * ((bits & 1024) != 0 ? 16 : 1);
    config.options.mss = (uint16_t)(64 + take(world, 1) * 8);
    for (int i = 0; i < 2; i++) {
        world->tuples[i].ip_version = (bits & 2048) != 0 ? 6 : 4;
        world->tuples[i].local = flue_ipv4(10, 0, 0, 1);
        world->tuples[i].remote = flue_ipv4(10, 0, 0, 2);
        world->tuples[i].local_port = i == 0 ? 1000 : 80;
        world->tuples[i].remote_port = i == 0 ? 80 : 1000;
    }
    FUZZ_CHECK(flue_tcp_engine_create(&config, &handlers, world, &allocator, &world->engine) ==
               FLUE_OK);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static struct world world;

    memset(&world, 0, sizeof world);
    world.input.at = data;
    world.input.left = size;
    begin(&world);
    for (int events = 0; events < MOST_EVENTS && world.input.left > 0; events++) {
        uint32_t what = take(&world, 1);
        int i = what < 128 ? 0 : 1;
        enum event event = (enum event)(what % 128 % EVENTS);

        world.answers = 0;
        if (!engine_event(&world, event, i))
            connection_event(&world, event, i);
        if (event == SEGMENT || event == IN_ORDER || event == PACKET)
            FUZZ_CHECK(world.answers <= 1);
        check_connection(&world, 0);
        check_connection(&world, 1);
    }
    flue_tcp_engine_destroy(world.engine);
    FUZZ_CHECK(world.live_bytes == 0);
    return 0;
}
