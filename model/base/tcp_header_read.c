/* SPDX-License-Identifier: GPL-2.0-or-later
 *
 * Reads TCP headers (RFC 9293 3.1) that anybody may have written.
 *
 * Every length is checked before it is used. An option length that cannot be (less than 2, or past
 * the header's end; RFC 9293 MUST-7) makes the segment malformed: where the next option starts is
 * then unknown. An option of a known kind with a length that is not its own is skipped like an
 * unknown one. Writing is in tcp_header_write.c.
 */
#include "flue/frame.h"

#include <stddef.h>

#include "base/wire.h"

enum {
    WINDOW_SCALE_MAX = 14 /* RFC 7323 2.3: a larger shift counts as 14 */
};

static void
read_sack(const uint8_t *blocks, uint32_t length, struct flue_tcp_segment *segment)
{
    uint32_t count = length / FLUE__OPTION_SACK_BLOCK_BYTES;

    if (count == 0 || count > FLUE_TCP_SACK_MAX || length % FLUE__OPTION_SACK_BLOCK_BYTES != 0)
        return;
    for (uint32_t i = 0; i < count; i++, blocks += FLUE__OPTION_SACK_BLOCK_BYTES) {
        segment->sack[i].left = flue__get32(blocks);
        segment->sack[i].right = flue__get32(blocks + 4);
    }
    segment->sack_count = (uint8_t)count;
}

/* One option of `length` bytes, kind and length included, all of them inside the header. */
static void
read_option(const uint8_t *option, uint32_t length, struct flue_tcp_segment *segment)
{
    switch (option[0]) {
    case FLUE__OPTION_MSS:
        if (length != FLUE__OPTION_MSS_BYTES)
            return;
        segment->has_mss = true;
        segment->mss = flue__get16(option + 2);
        return;
    case FLUE__OPTION_WINDOW_SCALE:
        if (length != FLUE__OPTION_WINDOW_SCALE_BYTES)
            return;
        segment->has_window_scale = true;
        segment->window_scale = option[2] > WINDOW_SCALE_MAX ? WINDOW_SCALE_MAX : option[2];
        return;
    case FLUE__OPTION_SACK_PERMITTED:
        if (length == FLUE__OPTION_SACK_PERMITTED_BYTES)
            segment->has_sack_permitted = true;
        return;
    case FLUE__OPTION_SACK:
        read_sack(option + 2, length - 2, segment);
        return;
    case FLUE__OPTION_TIMESTAMP:
        if (length != FLUE__OPTION_TIMESTAMP_BYTES)
            return;
        segment->has_timestamp = true;
        segment->ts_val = flue__get32(option + 2);
        segment->ts_ecr = flue__get32(option + 6);
        return;
    default:
        return;
    }
}

static inline void
clear_options(struct flue_tcp_segment *segment)
{
    segment->has_mss = false;
    segment->has_window_scale = false;
    segment->has_sack_permitted = false;
    segment->has_timestamp = false;
    segment->sack_count = 0;
    segment->window_scale = 0;
    segment->mss = 0;
    segment->ts_val = 0;
    segment->ts_ecr = 0;
}

/* Any row of options. The segment is touched only if all of them can be read. */
static enum flue_result
read_options(const uint8_t *at, uint32_t left, struct flue_tcp_segment *segment)
{
    struct flue_tcp_segment read = *segment;

    clear_options(&read);
    while (left > 0 && at[0] != FLUE__OPTION_END) {
        uint32_t length = 1;

        if (at[0] != FLUE__OPTION_NOP) {
            if (left < 2 || at[1] < 2 || at[1] > left)
                return FLUE_ERROR_MALFORMED;
            length = at[1];
            read_option(at, length, &read);
        }
        at += length;
        left -= length;
    }
    *segment = read;
    return FLUE_OK;
}

/* The payload behind the header: real bytes if all of them are there and a descriptor was lent. */
static inline struct flue_span
payload_span(const uint8_t *payload, uint32_t available, uint32_t length,
             struct flue_memory_descriptor *memory)
{
    struct flue_span span = flue_span_virtual(length);

    if (memory != NULL && length > 0 && available >= length) {
        memory->next = NULL;
        memory->bytes = (uint8_t *)payload;
        memory->byte_count = length;
        span.descriptor = memory;
    }
    return span;
}

enum flue_result
flue_tcp_header_read(const uint8_t *bytes, uint32_t available, uint32_t segment_length,
                     struct flue_memory_descriptor *payload_memory,
                     struct flue_tcp_segment *segment)
{
    uint32_t length;

    if (available > segment_length)
        available = segment_length;
    if (available < FLUE__TCP_BYTES)
        return FLUE_ERROR_MALFORMED;
    length = (uint32_t)(bytes[12] >> 4) * 4;
    if (length < FLUE__TCP_BYTES || length > available)
        return FLUE_ERROR_MALFORMED;

    /* Nearly every segment has a timestamp alone, or nothing. */
    if (length == FLUE__TCP_BYTES + 12 && flue__get32(bytes + 20) == FLUE__TIMESTAMP_WORD) {
        clear_options(segment);
        segment->has_timestamp = true;
        segment->ts_val = flue__get32(bytes + 24);
        segment->ts_ecr = flue__get32(bytes + 28);
    } else if (length == FLUE__TCP_BYTES) {
        clear_options(segment);
    } else if (read_options(bytes + FLUE__TCP_BYTES, length - FLUE__TCP_BYTES, segment) !=
               FLUE_OK) {
        return FLUE_ERROR_MALFORMED;
    }
    segment->seq = flue__get32(bytes + 4);
    segment->ack = flue__get32(bytes + 8);
    segment->flags = bytes[13];
    segment->window = flue__get16(bytes + 14);
    segment->urgent_pointer = flue__get16(bytes + 18);
    segment->payload =
        payload_span(bytes + length, available - length, segment_length - length, payload_memory);
    return FLUE_OK;
}
