/* SPDX-License-Identifier: GPL-2.0-or-later
 *
 * Any bytes as a frame. The first two say how much of it is available; the rest lies in a block of
 * exactly that size, so that a sanitizer sees a read behind it. What passes for a TCP packet must
 * read the same when it is written and read again.
 */
#include <string.h>

#include "flue/frame.h"
#include "fuzz.h"

static void
check_again(const struct flue_packet *packet)
{
    uint8_t headers[FLUE_FRAME_HEADER_MAX];
    struct flue_packet sender = *packet;
    struct flue_packet again;
    uint32_t length;

    memset(&again, 0, sizeof again);
    sender.tuple.local = packet->tuple.remote;
    sender.tuple.remote = packet->tuple.local;
    sender.tuple.local_port = packet->tuple.remote_port;
    sender.tuple.remote_port = packet->tuple.local_port;
    sender.segment.payload = flue_span_virtual(packet->segment.payload.length);
    if (flue_tcp_header_length(&sender.segment) + 20 + packet->segment.payload.length > UINT16_MAX)
        return; /* options that were not written in full before are longer than they were */
    length = flue_frame_write(&sender, headers);
    FUZZ_CHECK(length <= sizeof headers);
    FUZZ_CHECK(flue_frame_read(headers, length, length + packet->segment.payload.length, NULL,
                               &again) == FLUE_FRAME_TCP);
    FUZZ_CHECK(memcmp(&again.tuple, &packet->tuple, sizeof again.tuple) == 0);
    FUZZ_CHECK(again.segment.seq == packet->segment.seq);
    FUZZ_CHECK((again.segment.flags & FLUE_TCP_ACK) == 0 ||
               again.segment.ack == packet->segment.ack);
    FUZZ_CHECK(again.segment.flags == packet->segment.flags);
    FUZZ_CHECK(again.segment.window == packet->segment.window);
    FUZZ_CHECK(again.segment.payload.length == packet->segment.payload.length);
    FUZZ_CHECK(again.segment.has_mss == packet->segment.has_mss);
    FUZZ_CHECK(again.segment.has_timestamp == packet->segment.has_timestamp);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct fuzz_input input = {data, size};
    uint32_t available = fuzz_take(&input, 2);
    uint32_t length = (uint32_t)(input.left < 70000 ? input.left : 70000);
    struct flue_memory_descriptor memory;
    struct flue_packet packet;
    uint8_t *frame, *payload;
    enum flue_frame_kind kind;

    if (available > length || available == 0)
        available = length;
    frame = malloc(available + (available == 0));
    FUZZ_CHECK(frame != NULL);
    if (available > 0)
        memcpy(frame, input.at, available);
    memset(&packet, 0, sizeof packet);
    memset(&memory, 0, sizeof memory);
    kind = flue_frame_read(frame, available, length, &memory, &packet);
    if (kind == FLUE_FRAME_TCP) {
        FUZZ_CHECK(packet.segment.sack_count <= FLUE_TCP_SACK_MAX);
        FUZZ_CHECK(packet.segment.window_scale <= 14);
        FUZZ_CHECK(packet.segment.payload.length <= length);
        payload = malloc(packet.segment.payload.length + 1);
        FUZZ_CHECK(payload != NULL);
        flue_span_copy(&packet.segment.payload, payload);
        free(payload);
        check_again(&packet);
    }
    if (available == length)
        (void)flue_frame_checksums_ok(frame, length);
    free(frame);
    return 0;
}
