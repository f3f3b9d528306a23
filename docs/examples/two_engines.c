/* SPDX-License-Identifier: GPL-2.0-or-later
 *
 * Two TCP engines and a lossy wire in memory: the whole of flue/tcp.h that a program needs to move
 * a megabyte. The engines do no I/O and read no clock: this file is the network, the clock and both
 * applications.
 */
#include <stdio.h>
#include <stdlib.h>

#include "flue/tcp.h"

enum { BYTES = 1000000, WIRE = 4096 };

struct wire_segment { /* a segment under way */
    flue_time arrives;
    int to;
    struct flue_tcp_segment segment;
};

static struct flue_tcp_engine *engines[2];
static struct flue_four_tuple tuples[2];
static struct wire_segment wire[WIRE]; /* a ring: the delay is the same for all */
static unsigned sent, arrived, lost;
static uint32_t received_bytes;

/* The engine wants a segment on the wire: it arrives 5 ms later, or one time in fifty not at all.
 * The payload is length-only, so there are no bytes to keep. */
static void
emit(void *user, flue_time now, struct flue_tcp_connection *connection,
     const struct flue_four_tuple *tuple, const struct flue_tcp_segment *segment)
{
    int from = *(const int *)user;

    (void)connection;
    (void)tuple;
    if (rand() % 50 == 0) {
        lost++;
        return;
    }
    wire[sent++ % WIRE] = (struct wire_segment){now + 5 * FLUE_MILLISECOND, 1 - from, *segment};
}

/* The client is open: it sends its megabyte, as one length-only list, and says that this was all.
 */
static void
connected(void *user, flue_time now, struct flue_tcp_connection *connection)
{
    static struct flue_memory_descriptor descriptor;
    static struct flue_buffer_list list;

    (void)user;
    flue_buffer_list_init(&list, &descriptor, NULL, BYTES);
    if (flue_tcp_send(connection, now, &list) != FLUE_OK ||
        flue_tcp_shutdown(connection, now) != FLUE_OK)
        exit(1);
}

/* In-order data for the server's application, which reads it at once: the window stays open. */
static void
received(void *user, flue_time now, struct flue_tcp_connection *connection,
         const struct flue_span *data, bool push)
{
    (void)user;
    (void)push;
    received_bytes += data->length;
    flue_tcp_consume(connection, now, data->length);
}

/* The client has closed: so does the server. */
static void
peer_closed(void *user, flue_time now, struct flue_tcp_connection *connection)
{
    if (*(const int *)user == 1 && flue_tcp_shutdown(connection, now) != FLUE_OK)
        exit(1);
}

static void
closed(void *user, flue_time now, struct flue_tcp_connection *connection, enum flue_result reason)
{
    printf("%s closed at %.3f s: %s\n", *(const int *)user == 0 ? "client" : "server",
           (double)now / (double)FLUE_SECOND, flue_result_text(reason));
    flue_tcp_release(connection, now);
}

/* The next thing that happens: a segment arrives, or an engine's timer ends. False: nothing is
 * left. */
static bool
step(flue_time *now)
{
    flue_time next = arrived != sent ? wire[arrived % WIRE].arrives : FLUE_TIME_NEVER;
    int timer = -1;

    for (int side = 0; side < 2; side++)
        if (flue_tcp_next_deadline(engines[side]) < next) {
            next = flue_tcp_next_deadline(engines[side]);
            timer = side;
        }
    if (next == FLUE_TIME_NEVER)
        return false;
    *now = next;
    if (timer >= 0) {
        flue_tcp_advance(engines[timer], *now);
    } else {
        struct wire_segment *it = &wire[arrived++ % WIRE];
        flue_tcp_input(engines[it->to], *now, &tuples[it->to], &it->segment);
    }
    return true;
}

int
main(void)
{
    static int sides[2] = {0, 1};
    const struct flue_tcp_handlers handlers = {.emit = emit,
                                               .connected = connected,
                                               .received = received,
                                               .peer_closed = peer_closed,
                                               .closed = closed};
    const struct flue_tcp_config config = flue_tcp_config_default();
    const struct flue_allocator allocator = flue_allocator_default();
    struct flue_tcp_connection *client;
    struct flue_tcp_listener *listener;
    flue_time now = 0;

    for (int side = 0; side < 2; side++) {
        tuples[side].local = flue_ipv4(192, 0, 2, (uint8_t)(1 + side));
        tuples[side].remote = flue_ipv4(192, 0, 2, (uint8_t)(2 - side));
        tuples[side].local_port = side == 0 ? 49152 : 80;
        tuples[side].remote_port = side == 0 ? 80 : 49152;
        tuples[side].ip_version = 4;
        if (flue_tcp_engine_create(&config, &handlers, &sides[side], &allocator, &engines[side]) !=
            FLUE_OK)
            return 1;
    }
    if (flue_tcp_listen(engines[1], 4, NULL, 80, 1, NULL, NULL, &listener) != FLUE_OK ||
        flue_tcp_connect(engines[0], now, &tuples[0], NULL, NULL, &client) != FLUE_OK)
        return 1;
    while (step(&now))
        continue;
    printf("%u of %d bytes arrived; %u segments, %u lost\n", received_bytes, BYTES, sent + lost,
           lost);
    flue_tcp_engine_destroy(engines[0]);
    flue_tcp_engine_destroy(engines[1]);
    return received_bytes == BYTES ? 0 : 1;
}
