/* SPDX-License-Identifier: GPL-2.0-or-later
 *
 * Any bytes as frames that arrive at a target with connections in every state it can have, some of
 * them invalid, ended or on their way back to the host. A frame is the input's own bytes, or one
 * that was right until the input changed some of its bytes, cut it or padded it; its checksums may
 * have been made right again. It lies in a block of exactly its size, so that a sanitizer sees a
 * read behind it.
 */
#include <string.h>

#include "base/checksum.h"
#include "offloaded.h"

enum { MOST_EVENTS = 400, MOST_FRAME = 2000 };

enum event { RAW, CHANGED, SANE, POLL, WAIT, DEADLINE, POST, GIVE_BACK, LET_GO, CLOSE, EVENTS };

/* ---- Frames ---- */

struct frame {
    uint8_t bytes[MOST_FRAME];
    uint32_t length;
};

/* Where the IP header is; 0: nowhere. */
static uint32_t
ip_at(const struct frame *frame)
{
    uint32_t at = frame->length > 14 && flue__get16(frame->bytes + 12) == 0x8100 ? 18 : 14;

    return at + 40 <= frame->length ? at : 0;
}

/* The checksums of an IPv4 or IPv6 packet without options that is all there, made right. */
static void
repair(struct frame *frame)
{
    uint32_t at = ip_at(frame);
    bool is_v4 = at != 0 && frame->bytes[at] == 0x45;
    uint32_t header = is_v4 ? 20 : 40;
    uint32_t tcp_length;
    uint8_t *ip = frame->bytes + at;
    uint64_t sum;

    if (at == 0 || (!is_v4 && ip[0] >> 4 != 6))
        return;
    if (is_v4) {
        flue__put16(ip + 10, 0);
        flue__put16(ip + 10, flue__checksum_finish(flue__checksum_bytes(ip, 20)));
        tcp_length = flue__get16(ip + 2) - header;
        sum = flue__checksum_bytes(ip + 12, 8);
    } else {
        tcp_length = flue__get16(ip + 4);
        sum = flue__checksum_bytes(ip + 8, 32);
    }
    if (tcp_length < 20 || tcp_length > frame->length - at - header)
        return;
    flue__put16(ip + header + 16, 0);
    sum += FLUE__PROTOCOL_TCP + tcp_length + flue__checksum_bytes(ip + header, tcp_length);
    flue__put16(ip + header + 16, flue__checksum_finish(sum));
}

static void
turn_round(struct flue_packet *packet)
{
    struct flue_four_tuple tuple = packet->tuple;

    packet->tuple.local = tuple.remote; /* as its sender sees it */
    packet->tuple.remote = tuple.local;
    packet->tuple.local_port = tuple.remote_port;
    packet->tuple.remote_port = tuple.local_port;
}

static void
build(struct world *world, bool is_sane, struct frame *frame)
{
    struct flue_packet packet;
    uint32_t bits = take(world, 1);
    uint32_t header;

    make_segment(world, bits & 7, is_sane, &packet);
    turn_round(&packet);
    packet.has_vlan ^= (bits & 8) != 0;
    packet.has_llc_snap = (bits & 0x30) == 0x30;
    if (packet.segment.payload.length > 1400)
        packet.segment.payload.length = 1400;
    header = flue_frame_write(&packet, frame->bytes);
    flue_span_copy(&packet.segment.payload, frame->bytes + header);
    frame->length = header + packet.segment.payload.length;
}

static void
change(struct world *world, struct frame *frame)
{
    uint32_t what = take(world, 1);

    for (uint32_t i = what & 7; i > 0; i--) {
        uint32_t at = take(world, 1);

        if (at < frame->length)
            frame->bytes[at] = (uint8_t)take(world, 1);
    }
    if ((what & 8) != 0)
        frame->length = take(world, 1) * (frame->length / 128 + 1) % (frame->length + 1);
    if ((what & 16) != 0 && frame->length < MOST_FRAME - 64) { /* padding */
        memset(frame->bytes + frame->length, 0xAA, 64);
        frame->length += 64;
    }
    if ((what & 32) != 0)
        repair(frame);
}

static void
make_frame(struct world *world, enum event event, struct frame *frame)
{
    if (event != RAW) {
        build(world, event == SANE, frame);
        if (event == CHANGED)
            change(world, frame);
        return;
    }
    frame->length = take(world, 1);
    for (uint32_t i = 0; i < frame->length; i++)
        frame->bytes[i] = (uint8_t)take(world, 1);
}

/* The whole frame, or its first bytes, as a NIC looks at it that leaves the payload alone. */
static void
arrive(struct world *world, const struct frame *frame, bool is_whole)
{
    uint32_t available =
        is_whole || frame->length < FLUE_FRAME_HEADER_MAX ? frame->length : FLUE_FRAME_HEADER_MAX;
    uint8_t *bytes = malloc(available + (available == 0));
    struct flue_memory_descriptor memory = {0};

    FUZZ_CHECK(bytes != NULL);
    memcpy(bytes, frame->bytes, available);
    (void)flue_target_input_frame(world->target, world->now, bytes, available, frame->length,
                                  &memory);
    free(bytes);
}

/* ---- Events ---- */

static void
happen(struct world *world, enum event event)
{
    struct frame frame;

    switch (event) {
    case RAW:
    case CHANGED:
    case SANE:
        make_frame(world, event, &frame);
        arrive(world, &frame, take(world, 1) % 4 != 0);
        break;
    case POLL:
        flue_target_poll(world->target, world->now);
        break;
    case WAIT:
    case DEADLINE:
        wait_for(world, event == DEADLINE);
        break;
    case POST:
        do_io(world, take(world, 1) % 2 == 0 ? RECEIVE : SEND);
        break;
    case GIVE_BACK:
        do_io(world, RETURN);
        break;
    case LET_GO:
        operate(world, take(world, 1) % 2 == 0 ? TERMINATE : INVALIDATE);
        break;
    case CLOSE:
        do_io(world, DISCONNECT);
        break;
    case EVENTS:
        break;
    }
}

/* Every state, over both IP versions, with and without lists to be sent. */
static void
offload_all(struct world *world)
{
    static const enum flue_tcp_connection_state states[CONNECTIONS] = {
        FLUE_TCP_CONNECTION_ESTABLISHED, FLUE_TCP_CONNECTION_ESTABLISHED,
        FLUE_TCP_CONNECTION_CLOSE_WAIT,  FLUE_TCP_CONNECTION_FIN_WAIT1,
        FLUE_TCP_CONNECTION_FIN_WAIT2,   FLUE_TCP_CONNECTION_CLOSING,
        FLUE_TCP_CONNECTION_LAST_ACK,    FLUE_TCP_CONNECTION_ESTABLISHED,
    };

    for (uint32_t i = 0; i < CONNECTIONS; i++) {
        offload(world, i, states[i], i % 3);
        world->now += 10 * FLUE_MILLISECOND;
        flue_target_advance(world->target, world->now);
        flue_target_poll(world->target, world->now);
    }
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static struct world world;

    world_begin(&world, data, size, false);
    offload_all(&world);
    for (int events = 0; events < MOST_EVENTS && world.input.left > 0; events++) {
        uint32_t what = take(&world, 1);

        if (what >= 128)
            world.answer =
                what >= 192 ? FLUE_STATUS_SUCCESS : FLUE_STATUS_OFFLOAD_DATA_NOT_ACCEPTED;
        happen(&world, (enum event)(what % EVENTS));
    }
    world_end(&world);
    return 0;
}
