/* SPDX-License-Identifier: GPL-2.0-or-later
 *
 * Two TCP engines and a lossy wire in memory: all that a program needs to move a megabyte. The
 * engines do no I/O and read no clock: this file is the network, the clock and both applications.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "flue/frame.h"

enum { CLIENT, SERVER, BYTES = 1000000, MTU = 1500, WIRE = 4096 };

static struct flue_tcp_engine *engines[2];
static uint8_t message[BYTES], copy[BYTES];
static uint32_t copied;
static struct { /* IP packets under way, a ring: the delay is the same for all */
    flue_time arrives;
    int to;
    uint32_t length;
    uint8_t bytes[MTU];
} wire[WIRE];
static unsigned sent, arrived, lost;

/* An engine has a segment to send: as an IP packet it is on the wire for 5 ms, and one in fifty
 * never arrives. */
static void
emit(void *user, flue_time now, struct flue_tcp_connection *connection,
     const struct flue_four_tuple *tuple, const struct flue_tcp_segment *segment)
{
    unsigned slot = sent % WIRE;

    (void)connection;
    if (rand() % 50 == 0) {
        lost++;
        return;
    }
    wire[slot].arrives = now + 5 * FLUE_MILLISECOND;
    wire[slot].to = *(const int *)user == CLIENT ? SERVER : CLIENT;
    wire[slot].length = flue_tcp_packet_write(tuple, segment, 0, wire[slot].bytes, MTU);
    sent++;
}

/* The client is open: it sends its message and says that this was all. */
static void
connected(void *user, flue_time now, struct flue_tcp_connection *connection)
{
    static struct flue_memory_descriptor descriptor;
    static struct flue_buffer_list list;

    (void)user;
    flue_buffer_list_init(&list, &descriptor, message, BYTES);
    if (flue_tcp_send(connection, now, &list) != FLUE_OK ||
        flue_tcp_shutdown(connection, now) != FLUE_OK)
        exit(1);
}

/* The server reads what has arrived in order, at once: so its window stays open. */
static void
received(void *user, flue_time now, struct flue_tcp_connection *connection,
         const struct flue_span *data, bool push)
{
    (void)user, (void)push;
    flue_span_copy(data, copy + copied);
    copied += data->length;
    flue_tcp_consume(connection, now, data->length);
}

/* The client has closed its half: the server closes the other. */
static void
peer_closed(void *user, flue_time now, struct flue_tcp_connection *connection)
{
    if (*(const int *)user == SERVER && flue_tcp_shutdown(connection, now) != FLUE_OK)
        exit(1);
}

static void
closed(void *user, flue_time now, struct flue_tcp_connection *connection, enum flue_result reason)
{
    printf("%s closed at %.3f s: %s\n", *(const int *)user == CLIENT ? "client" : "server",
           (double)now / (double)FLUE_SECOND, flue_result_text(reason));
    flue_tcp_release(connection, now);
}

/* The next thing that happens: a packet arrives, or a timer ends. False: nothing is left to do. */
static bool
step(flue_time *now)
{
    flue_time packet = arrived != sent ? wire[arrived % WIRE].arrives : FLUE_TIME_NEVER;
    flue_time deadlines[] = {flue_tcp_next_deadline(engines[CLIENT]),
                             flue_tcp_next_deadline(engines[SERVER])};
    int sooner = deadlines[CLIENT] <= deadlines[SERVER] ? CLIENT : SERVER;

    if (arrived == sent && deadlines[sooner] == FLUE_TIME_NEVER)
        return false;
    if (packet <= deadlines[sooner]) {
        unsigned slot = arrived++ % WIRE;
        *now = packet;
        return flue_tcp_input_packet(engines[wire[slot].to], *now, wire[slot].bytes,
                                     wire[slot].length) == FLUE_OK;
    }
    *now = deadlines[sooner];
    flue_tcp_advance(engines[sooner], *now);
    return true;
}

int
main(void)
{
    static int sides[] = {CLIENT, SERVER};
    const struct flue_tcp_handlers handlers = {.emit = emit,
                                               .connected = connected,
                                               .received = received,
                                               .peer_closed = peer_closed,
                                               .closed = closed};
    const struct flue_tcp_config config = flue_tcp_config_default();
    const struct flue_allocator allocator = flue_allocator_default();
    const struct flue_four_tuple tuple = {.local = flue_ipv4(192, 0, 2, 1),
                                          .local_port = 49152,
                                          .remote = flue_ipv4(192, 0, 2, 2),
                                          .remote_port = 80,
                                          .ip_version = 4};
    struct flue_tcp_connection *connection;
    struct flue_tcp_listener *listener;
    flue_time now = 0;

    for (uint32_t i = 0; i < BYTES; i++)
        message[i] = (uint8_t)(i * 2654435761U >> 24);
    for (int side = CLIENT; side <= SERVER; side++)
        if (flue_tcp_engine_create(&config, &handlers, &sides[side], &allocator, &engines[side]) !=
            FLUE_OK)
            return 1;
    if (flue_tcp_listen(engines[SERVER], 4, NULL, 80, 1, NULL, NULL, &listener) != FLUE_OK ||
        flue_tcp_connect(engines[CLIENT], now, &tuple, NULL, NULL, &connection) != FLUE_OK)
        return 1;
    while (step(&now))
        continue;
    printf("%u of %d bytes arrived; %u packets, %u lost\n", copied, BYTES, sent + lost, lost);
    flue_tcp_engine_destroy(engines[CLIENT]);
    flue_tcp_engine_destroy(engines[SERVER]);
    return copied == BYTES && memcmp(message, copy, BYTES) == 0 ? 0 : 1;
}
