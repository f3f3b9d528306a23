/* SPDX-License-Identifier: GPL-2.0-or-later
 *
 * See back_to_back.h.
 */
#include "back_to_back.h"

#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { SERVER_PORT = 80, PORTS = 50000, FIRST_SLOTS = 1 << 12 };
static const flue_time DELAY = FLUE_MILLISECOND;

struct in_flight {
    flue_time at;
    struct flue_four_tuple tuple; /* as the receiver sees it */
    struct flue_tcp_segment segment;
};

/* One end: an engine, and the segments on their way to it, in order. */
struct end {
    struct back_to_back *pair;
    struct flue_tcp_engine *engine;
    struct end *peer;
    struct in_flight *slots; /* a ring */
    uint64_t slot_count;     /* a power of two */
    uint64_t head, tail;
    flue_time next_arrival; /* FLUE_TIME_NEVER: none is on its way */
    flue_time deadline;     /* the engine's, read after every call of it */
};

struct stream {
    struct flue_tcp_connection *connection;
    struct flue_buffer_list list;
    struct flue_memory_descriptor descriptor;
};

struct back_to_back {
    struct end client, server;
    flue_time now;
    struct stream *streams;
    uint32_t stream_count, connected;
    uint64_t data_segments;
    uint64_t lost_below; /* of 2^64: what a random number must be below for a loss */
    uint64_t random;
    uint64_t bytes;
};

static void *
checked(void *memory)
{
    if (memory == NULL) {
        fprintf(stderr, "out of memory\n");
        exit(1);
    }
    return memory;
}

static void
require(enum flue_result result)
{
    if (result != FLUE_OK) {
        fprintf(stderr, "%s\n", flue_result_text(result));
        exit(1);
    }
}

static void *
count_bytes(void *user, void *memory, size_t old_bytes, size_t bytes)
{
    struct back_to_back *pair = user;

    pair->bytes += bytes - old_bytes;
    if (bytes == 0) {
        free(memory);
        return NULL;
    }
    return checked(realloc(memory, bytes));
}

static uint64_t
next_random(struct back_to_back *pair)
{
    pair->random ^= pair->random << 13;
    pair->random ^= pair->random >> 7;
    pair->random ^= pair->random << 17;
    return pair->random;
}

static void
widen(struct end *end)
{
    uint64_t count = end->slot_count * 2;
    struct in_flight *slots = checked(malloc(count * sizeof *slots));

    for (uint64_t i = end->head; i != end->tail; i++)
        slots[i & (count - 1)] = end->slots[i & (end->slot_count - 1)];
    free(end->slots);
    end->slots = slots;
    end->slot_count = count;
}

static void
emit(void *user, flue_time now, struct flue_tcp_connection *connection,
     const struct flue_four_tuple *tuple, const struct flue_tcp_segment *segment)
{
    struct end *end = user;
    struct end *to = end->peer;
    struct in_flight *slot;

    (void)connection;
    if (segment->payload.length > 0) {
        end->pair->data_segments++;
        if (end->pair->lost_below > 0 && next_random(end->pair) < end->pair->lost_below)
            return;
    }
    if (to->tail - to->head == to->slot_count)
        widen(to);
    slot = &to->slots[to->tail++ & (to->slot_count - 1)];
    slot->at = now + DELAY;
    if (to->next_arrival == FLUE_TIME_NEVER)
        to->next_arrival = slot->at;
    slot->tuple.local = tuple->remote;
    slot->tuple.remote = tuple->local;
    slot->tuple.local_port = tuple->remote_port;
    slot->tuple.remote_port = tuple->local_port;
    slot->tuple.ip_version = tuple->ip_version;
    slot->segment = *segment;
}

static void
connected(void *user, flue_time now, struct flue_tcp_connection *connection)
{
    (void)now;
    (void)connection;
    ((struct end *)user)->pair->connected++;
}

static void
received(void *user, flue_time now, struct flue_tcp_connection *connection,
         const struct flue_span *data, bool push)
{
    (void)user;
    (void)push;
    flue_tcp_consume(connection, now, data->length);
}

static void
create_end(struct back_to_back *pair, struct end *end, struct end *peer,
           const struct flue_tcp_options *options)
{
    struct flue_tcp_config config = flue_tcp_config_default();
    struct flue_tcp_handlers handlers = {
        .emit = emit, .connected = connected, .received = received};
    struct flue_allocator allocator = {.reallocate = count_bytes, .user = pair};

    config.options = *options;
    config.min_rto_ticks = 200;
    config.max_connections = 1 << 24;
    end->pair = pair;
    end->peer = peer;
    end->slot_count = FIRST_SLOTS;
    end->next_arrival = FLUE_TIME_NEVER;
    end->deadline = FLUE_TIME_NEVER;
    end->slots = checked(calloc(FIRST_SLOTS, sizeof *end->slots));
    require(flue_tcp_engine_create(&config, &handlers, end, &allocator, &end->engine));
}

struct back_to_back *
back_to_back_create(const struct flue_tcp_options *options)
{
    struct back_to_back *pair = checked(calloc(1, sizeof *pair));
    struct flue_tcp_listener *listener;

    pair->random = UINT64_C(88172645463325252);
    create_end(pair, &pair->client, &pair->server, options);
    create_end(pair, &pair->server, &pair->client, options);
    require(flue_tcp_listen(pair->server.engine, 4, NULL, SERVER_PORT, UINT32_MAX, NULL, NULL,
                            &listener));
    return pair;
}

void
back_to_back_destroy(struct back_to_back *pair)
{
    flue_tcp_engine_destroy(pair->client.engine);
    flue_tcp_engine_destroy(pair->server.engine);
    free(pair->client.slots);
    free(pair->server.slots);
    free(pair->streams);
    free(pair);
}

uint64_t
back_to_back_bytes(const struct back_to_back *pair)
{
    return pair->bytes;
}

/* Runs the timers that are due first, if that is before `end` and before any arrival. */
static bool
step_timer(struct back_to_back *pair, flue_time end)
{
    struct end *where =
        pair->client.deadline < pair->server.deadline ? &pair->client : &pair->server;
    flue_time at = where->deadline;

    if (at >= end)
        return false;
    if (at > pair->now)
        pair->now = at;
    flue_tcp_advance(where->engine, pair->now);
    where->deadline = flue_tcp_next_deadline(where->engine);
    return true;
}

/* Takes in the segment that is next at `end`. Its slot is only used again by a later emit. */
static void
step_arrival(struct back_to_back *pair, struct end *end)
{
    const struct in_flight *item = &end->slots[end->head++ & (end->slot_count - 1)];

    pair->now = end->next_arrival;
    end->next_arrival =
        end->head == end->tail ? FLUE_TIME_NEVER : end->slots[end->head & (end->slot_count - 1)].at;
    flue_tcp_input(end->engine, pair->now, &item->tuple, &item->segment);
    end->deadline = flue_tcp_next_deadline(end->engine);
}

/* Lets the next thing happen, if that is before `end`. */
static bool
step(struct back_to_back *pair, flue_time end)
{
    struct end *where =
        pair->client.next_arrival < pair->server.next_arrival ? &pair->client : &pair->server;
    flue_time at = where->next_arrival;

    if (step_timer(pair, at < end ? at : end))
        return true;
    if (at >= end)
        return false;
    step_arrival(pair, where);
    return true;
}

void
back_to_back_wait(struct back_to_back *pair, flue_time duration)
{
    flue_time end = pair->now + duration;

    while (step(pair, end))
        continue;
    pair->now = end;
}

void
back_to_back_open(struct back_to_back *pair, uint32_t count)
{
    uint32_t before = pair->connected;

    pair->streams =
        checked(realloc(pair->streams, (pair->stream_count + count) * sizeof *pair->streams));
    for (uint32_t i = 0; i < count; i++) {
        uint32_t number = pair->stream_count++;
        struct stream *stream = &pair->streams[number];
        struct flue_four_tuple tuple = {
            .local = flue_ipv4(10, 1, (uint8_t)(number / PORTS >> 8), (uint8_t)(number / PORTS)),
            .remote = flue_ipv4(10, 0, 0, 1),
            .local_port = (uint16_t)(1024 + number % PORTS),
            .remote_port = SERVER_PORT,
            .ip_version = 4,
        };

        require(flue_tcp_connect(pair->client.engine, pair->now, &tuple, NULL, stream,
                                 &stream->connection));
        pair->client.deadline = flue_tcp_next_deadline(pair->client.engine);
        back_to_back_wait(pair, FLUE_MICROSECOND);
    }
    while (pair->connected < before + count)
        back_to_back_wait(pair, FLUE_MILLISECOND);
    back_to_back_wait(pair, 100 * FLUE_MILLISECOND);
}

void
back_to_back_send(struct back_to_back *pair, uint32_t count)
{
    for (uint32_t i = 0; i < count; i++) {
        struct stream *stream = &pair->streams[i];

        flue_buffer_list_init(&stream->list, &stream->descriptor, NULL, 1U << 30);
        require(flue_tcp_send(stream->connection, pair->now, &stream->list));
        pair->client.deadline = flue_tcp_next_deadline(pair->client.engine);
        back_to_back_wait(pair, 2 * DELAY / count);
    }
}

void
back_to_back_lose(struct back_to_back *pair, double share)
{
    pair->lost_below = (uint64_t)(share * 18446744073709551615.0);
}

void
back_to_back_run(struct back_to_back *pair, uint64_t segments)
{
    uint64_t end = pair->data_segments + segments;

    while (pair->data_segments < end)
        if (!step(pair, FLUE_TIME_NEVER)) {
            fprintf(stderr, "the transfer has stopped\n");
            exit(1);
        }
}
