/* SPDX-License-Identifier: GPL-2.0-or-later
 *
 * What is under way on the wire of wire.h: segments in a heap by arrival, as structs or as frames,
 * and what the wire does to them.
 */
#include "wire_flight.h"

#include <stdlib.h>
#include <string.h>

#include "cmocka_first.h"
#include "flue/frame.h"

uint64_t
test_random_next(struct test_random *random)
{
    random->state ^= random->state >> 12;
    random->state ^= random->state << 25;
    random->state ^= random->state >> 27;
    return random->state * UINT64_C(2685821657736338717);
}

uint64_t
test_random_below(struct test_random *random, uint64_t below)
{
    return test_random_next(random) % below;
}

bool
test_random_chance(struct test_random *random, double probability)
{
    return (double)(test_random_next(random) >> 11) < probability * 9007199254740992.0;
}

/* ---- The heap of segments in flight ---- */

static bool
is_before(const struct flying *a, const struct flying *b)
{
    return a->at < b->at || (a->at == b->at && a->order < b->order);
}

static void
heap_push(struct wire *wire, const struct flying *item)
{
    size_t i = wire->flying_count++;

    if (wire->flying_count > wire->flying_size) {
        wire->flying_size = wire->flying_size == 0 ? 64 : wire->flying_size * 2;
        wire->flying = realloc(wire->flying, wire->flying_size * sizeof *wire->flying);
        assert_non_null(wire->flying);
    }
    while (i > 0 && is_before(item, &wire->flying[(i - 1) / 2])) {
        wire->flying[i] = wire->flying[(i - 1) / 2];
        i = (i - 1) / 2;
    }
    wire->flying[i] = *item;
}

static struct flying
heap_pop(struct wire *wire)
{
    struct flying top = wire->flying[0];
    struct flying last = wire->flying[--wire->flying_count];
    size_t i = 0;

    for (;;) {
        size_t child = 2 * i + 1;
        if (child >= wire->flying_count)
            break;
        if (child + 1 < wire->flying_count &&
            is_before(&wire->flying[child + 1], &wire->flying[child]))
            child++;
        if (!is_before(&wire->flying[child], &last))
            break;
        wire->flying[i] = wire->flying[child];
        i = child;
    }
    if (wire->flying_count > 0)
        wire->flying[i] = last;
    return top;
}

/* ---- Frames ---- */

/* FNV-1a of the payload, the last bytes of a frame. */
static uint64_t
digest_of(const struct flying *item, uint32_t payload_length)
{
    const uint8_t *at = item->bytes + item->frame_length - payload_length;
    uint64_t digest = UINT64_C(0xCBF29CE484222325);

    for (uint32_t i = 0; i < payload_length; i++)
        digest = (digest ^ at[i]) * UINT64_C(0x100000001B3);
    return digest;
}

/* The segment as the bytes of a frame. */
static void
write_frame(struct wire *wire, const struct flue_four_tuple *tuple,
            const struct flue_tcp_segment *segment, struct flying *item)
{
    struct flue_packet packet;
    uint8_t headers[FLUE_FRAME_HEADER_MAX];
    uint32_t header_bytes;

    memset(&packet, 0, sizeof packet);
    packet.source.bytes[5] = 1;
    packet.destination.bytes[5] = 2;
    packet.ip_id = (uint16_t)wire->order;
    packet.tuple = *tuple;
    packet.segment = *segment;
    header_bytes = flue_frame_write(&packet, headers);
    item->frame_length = header_bytes + segment->payload.length;
    item->bytes = malloc(item->frame_length);
    assert_non_null(item->bytes);
    memcpy(item->bytes, headers, header_bytes);
    flue_span_copy(&segment->payload, item->bytes + header_bytes);
    item->digest = digest_of(item, segment->payload.length);
}

/* Cuts the frame, or changes up to four bytes anywhere in it. The block is as long as the frame, so
 * that a sanitizer sees whoever reads behind it. */
static void
damage(struct wire *wire, struct flying *item)
{
    if (test_random_chance(&wire->random, wire->truncation)) {
        item->frame_length = (uint32_t)test_random_below(&wire->random, item->frame_length);
        item->bytes = realloc(item->bytes, item->frame_length + 1);
        item->is_damaged = true;
    } else if (test_random_chance(&wire->random, wire->corruption)) {
        uint64_t count = 1 + test_random_below(&wire->random, 4);

        while (count-- > 0)
            item->bytes[test_random_below(&wire->random, item->frame_length)] ^=
                (uint8_t)(1 + test_random_below(&wire->random, 255));
        item->is_damaged = true;
    }
    wire->damaged += item->is_damaged;
}

/* Do both say the same, as far as TCP reads it? */
static bool
is_same(const struct flying *item, const struct flue_packet *packet)
{
    const struct flue_tcp_segment *a = &item->segment;
    const struct flue_tcp_segment *b = &packet->segment;

    return memcmp(&item->tuple, &packet->tuple, sizeof packet->tuple) == 0 && a->seq == b->seq &&
           a->ack == b->ack && a->window == b->window && a->flags == b->flags &&
           a->has_mss == b->has_mss && (!a->has_mss || a->mss == b->mss) &&
           a->has_window_scale == b->has_window_scale &&
           (!a->has_window_scale || a->window_scale == b->window_scale) &&
           a->has_sack_permitted == b->has_sack_permitted && a->has_timestamp == b->has_timestamp &&
           (!a->has_timestamp || (a->ts_val == b->ts_val && a->ts_ecr == b->ts_ecr)) &&
           a->sack_count == b->sack_count &&
           memcmp(a->sack, b->sack, a->sack_count * sizeof a->sack[0]) == 0 &&
           a->payload.length == b->payload.length &&
           digest_of(item, b->payload.length) == item->digest;
}

/* Reads a frame as a network interface does. False: it is dropped. */
static bool
read_frame(struct wire *wire, struct flying *item)
{
    struct flue_packet packet;
    bool is_fit;

    memset(&packet, 0, sizeof packet);
    is_fit = flue_frame_read(item->bytes, item->frame_length, item->frame_length, &item->descriptor,
                             &packet) == FLUE_FRAME_TCP &&
             flue_frame_checksums_ok(item->bytes, item->frame_length);
    if (!item->is_damaged) {
        assert_true(is_fit);
        assert_true(is_same(item, &packet));
    } else if (is_fit && !is_same(item, &packet)) {
        /* One damage in 65536 leaves the checksum right; the link's CRC would have found it. */
        wire->undetected++;
        return false;
    } else if (!is_fit) {
        return false;
    }
    item->segment = packet.segment;
    return true;
}

/* ---- Take-off and landing ---- */

static void
launch(struct wire *wire, int from, const struct flue_four_tuple *tuple,
       const struct flue_tcp_segment *segment)
{
    struct flying item;

    memset(&item, 0, sizeof item);
    item.at = wire->now + wire->delay;
    if (test_random_chance(&wire->random, wire->reordering))
        item.at += 1 + test_random_below(&wire->random, 4 * wire->delay + 1);
    item.order = wire->order++;
    item.to = 1 - from;
    item.tuple = *tuple;
    item.tuple.local = tuple->remote;
    item.tuple.remote = tuple->local;
    item.tuple.local_port = tuple->remote_port;
    item.tuple.remote_port = tuple->local_port;
    item.segment = *segment;
    if ((segment->traffic_class & 3) == 2 && test_random_chance(&wire->random, wire->marking))
        item.segment.traffic_class |= 3;
    if (wire->use_frames) {
        write_frame(wire, tuple, &item.segment, &item);
        damage(wire, &item);
    } else if (!flue_span_is_virtual(&segment->payload) && segment->payload.length > 0) {
        item.bytes = malloc(segment->payload.length);
        assert_non_null(item.bytes);
        flue_span_copy(&segment->payload, item.bytes);
    }
    heap_push(wire, &item);
}

void
wire_emit(struct wire *wire, int from, const struct flue_four_tuple *tuple,
          const struct flue_tcp_segment *segment)
{
    wire->emitted++;
    if (wire->watch != NULL)
        wire->watch(wire->watch_user, wire->now, from, segment);
    if (!test_random_chance(&wire->random, wire->loss))
        launch(wire, from, tuple, segment);
    if (test_random_chance(&wire->random, wire->duplication))
        launch(wire, from, tuple, segment);
}

void
wire_land(struct wire *wire)
{
    struct flying item = heap_pop(wire);
    bool is_fit = true;

    if (wire->use_frames) {
        is_fit = read_frame(wire, &item);
    } else if (item.bytes != NULL) {
        item.descriptor.bytes = item.bytes;
        item.descriptor.byte_count = item.segment.payload.length;
        item.segment.payload.descriptor = &item.descriptor;
        item.segment.payload.offset = 0;
    } else {
        item.segment.payload.descriptor = NULL;
        item.segment.payload.offset = 0;
    }
    if (is_fit && wire->engines[item.to] != NULL) {
        if (wire->watch_landing != NULL)
            wire->watch_landing(wire->watch_user, wire->now, item.to, &item.segment);
        flue_tcp_input(wire->engines[item.to], wire->now, &item.tuple, &item.segment);
    }
    free(item.bytes);
}

void
wire_ground(struct wire *wire)
{
    while (wire->flying_count > 0)
        free(heap_pop(wire).bytes);
    free(wire->flying);
}
