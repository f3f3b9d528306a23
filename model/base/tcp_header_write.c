/* SPDX-License-Identifier: GPL-2.0-or-later
 *
 * Writes TCP headers (RFC 9293 3.1) with options and checksum.
 *
 * A TCP header is a row of 32-bit words. Each is stored and added to the checksum in the same step,
 * so the header is not read again; this runs for every simulated frame. Options keep the customary
 * order and alignment: MSS; SACK permitted and timestamp (or NOP NOP timestamp); NOP window scale;
 * NOP NOP SACK. Reading is in tcp_header_read.c.
 */
#include "flue/frame.h"

#include <assert.h>

#include "base/checksum.h"
#include "base/wire.h"

/* The options that have a place in every header come before SACK, which takes what room is left:
 * three blocks beside a timestamp (RFC 2018 section 3). */
static inline uint32_t
sack_blocks_that_fit(const struct flue_tcp_segment *segment, uint32_t header_length)
{
    uint32_t room = FLUE_TCP_HEADER_MAX - header_length;
    uint32_t fits = room < 4 ? 0 : (room - 4) / FLUE__OPTION_SACK_BLOCK_BYTES;

    if (fits > FLUE_TCP_SACK_MAX)
        fits = FLUE_TCP_SACK_MAX;
    return segment->sack_count < fits ? segment->sack_count : fits;
}

uint32_t
flue_tcp_header_length(const struct flue_tcp_segment *segment)
{
    uint32_t length = FLUE__TCP_BYTES;

    if (segment->has_mss)
        length += 4;
    if (segment->has_timestamp)
        length += 12;
    else if (segment->has_sack_permitted)
        length += 4;
    if (segment->has_window_scale)
        length += 4;
    if (segment->sack_count > 0) {
        uint32_t blocks = sack_blocks_that_fit(segment, length);

        if (blocks > 0)
            length += 4 + blocks * FLUE__OPTION_SACK_BLOCK_BYTES;
    }
    return length;
}

struct word_writer {
    uint8_t *at;
    uint64_t sum; /* of the words written so far, for the checksum */
};

static inline void
put_word(struct word_writer *writer, uint32_t word)
{
    flue__put32(writer->at, word);
    writer->at += 4;
    writer->sum += word;
}

/* Four option bytes as a word. */
static inline uint32_t
option_word(uint32_t a, uint32_t b, uint32_t c, uint32_t d)
{
    return a << 24 | b << 16 | c << 8 | d;
}

static void
write_sack(struct word_writer *writer, const struct flue_tcp_segment *segment,
           uint32_t header_length)
{
    uint32_t blocks = sack_blocks_that_fit(segment, header_length);

    if (blocks == 0)
        return;
    put_word(writer, option_word(FLUE__OPTION_NOP, FLUE__OPTION_NOP, FLUE__OPTION_SACK,
                                 2 + blocks * FLUE__OPTION_SACK_BLOCK_BYTES));
    for (uint32_t i = 0; i < blocks; i++) {
        put_word(writer, segment->sack[i].left);
        put_word(writer, segment->sack[i].right);
    }
}

static inline void
write_options(struct word_writer *writer, const struct flue_tcp_segment *segment,
              const uint8_t *header)
{
    if (segment->has_mss)
        put_word(writer,
                 option_word(FLUE__OPTION_MSS, FLUE__OPTION_MSS_BYTES, 0, 0) | segment->mss);
    if (segment->has_timestamp) {
        put_word(writer,
                 segment->has_sack_permitted
                     ? option_word(FLUE__OPTION_SACK_PERMITTED, FLUE__OPTION_SACK_PERMITTED_BYTES,
                                   FLUE__OPTION_TIMESTAMP, FLUE__OPTION_TIMESTAMP_BYTES)
                     : FLUE__TIMESTAMP_WORD);
        put_word(writer, segment->ts_val);
        put_word(writer, segment->ts_ecr);
    } else if (segment->has_sack_permitted) {
        put_word(writer,
                 option_word(FLUE__OPTION_NOP, FLUE__OPTION_NOP, FLUE__OPTION_SACK_PERMITTED,
                             FLUE__OPTION_SACK_PERMITTED_BYTES));
    }
    if (segment->has_window_scale)
        put_word(writer, option_word(FLUE__OPTION_NOP, FLUE__OPTION_WINDOW_SCALE,
                                     FLUE__OPTION_WINDOW_SCALE_BYTES, segment->window_scale));
    if (segment->sack_count > 0)
        write_sack(writer, segment, (uint32_t)(writer->at - header));
}

uint32_t
flue_tcp_header_write(const struct flue_four_tuple *tuple, const struct flue_tcp_segment *segment,
                      uint8_t header[FLUE_TCP_HEADER_MAX])
{
    struct word_writer writer = {header, 0};
    uint32_t flags_and_window = (uint32_t)segment->flags << 16 | segment->window;
    uint32_t urgent = (segment->flags & FLUE_TCP_URG) != 0 ? segment->urgent_pointer : 0;
    uint32_t length;

    put_word(&writer, (uint32_t)tuple->local_port << 16 | tuple->remote_port);
    put_word(&writer, segment->seq);
    put_word(&writer, (segment->flags & FLUE_TCP_ACK) != 0 ? segment->ack : 0);
    writer.at +=
        8; /* data offset, flags, window; checksum, urgent pointer: when the length is known */
    write_options(&writer, segment, header);
    length = (uint32_t)(writer.at - header);
    assert(length <= FLUE_TCP_HEADER_MAX);

    flags_and_window |= length / 4 << 28;
    writer.sum += flags_and_window;
    writer.sum += urgent;
    writer.sum += flue__checksum_pseudo_header(tuple, length + segment->payload.length);
    if (segment->payload.descriptor != NULL)
        writer.sum += flue__checksum_span(&segment->payload);
    flue__put32(header + 12, flags_and_window);
    flue__put32(header + 16, (uint32_t)flue__checksum_finish(writer.sum) << 16 | urgent);
    return length;
}
