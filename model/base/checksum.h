/* SPDX-License-Identifier: GPL-2.0-or-later
 *
 * The internet checksum (RFC 1071): one's complement sums of 16-bit big-endian words.
 *
 * Private to model/. Sums are plain numbers: partial sums, and header fields of 16 or 32 bits, are
 * just added in a uint64_t (which has room for 2^32 of them) and folded once at the end. Pieces
 * other than the last must have an even length. Length-only payload is zeros and adds nothing.
 */
#ifndef FLUE_MODEL_CHECKSUM_H
#define FLUE_MODEL_CHECKSUM_H

#include <stddef.h>
#include <stdint.h>

#include "base/wire.h"
#include "flue/address.h"
#include "flue/buffer.h"

/* The sum of `length` bytes, a last odd byte padded with zero; at most 0xFFFF. */
uint32_t flue__checksum_bytes(const uint8_t *bytes, size_t length);

/* The sum of a span's bytes, whatever pieces it is in; at most 0xFFFF. */
uint32_t flue__checksum_span(const struct flue_span *span);

/* A sum with its carries brought round: at most 0xFFFF, and 0 only when the sum is 0. Over a whole
 * packet, checksum included, a right checksum gives 0xFFFF. */
static inline uint32_t
flue__checksum_fold(uint64_t sum)
{
    uint32_t folded;

    sum = (sum & 0xFFFFFFFF) + (sum >> 32); /* 33 bits */
    sum = (sum & 0xFFFF) + (sum >> 16);     /* 18 bits */
    folded = (uint32_t)((sum & 0xFFFF) + (sum >> 16));
    return (folded & 0xFFFF) + (folded >> 16);
}

/* What to put into a checksum field, given the sum of everything else. */
static inline uint16_t
flue__checksum_finish(uint64_t sum)
{
    return (uint16_t)~flue__checksum_fold(sum);
}

/* The sum of the TCP pseudo-header (RFC 9293 3.1, RFC 8200 8.1). It is the same in both directions.
 */
static inline uint64_t
flue__checksum_pseudo_header(const struct flue_four_tuple *tuple, uint32_t tcp_length)
{
    uint64_t sum = (uint64_t)FLUE__PROTOCOL_TCP + tcp_length;

    if (tuple->ip_version == 4)
        return sum + flue__get32(tuple->local.bytes) + flue__get32(tuple->remote.bytes);
    for (int i = 0; i < 16; i += 4) {
        sum += flue__get32(tuple->local.bytes + i);
        sum += flue__get32(tuple->remote.bytes + i);
    }
    return sum;
}

#endif
