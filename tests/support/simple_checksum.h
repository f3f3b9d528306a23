/* SPDX-License-Identifier: GPL-2.0-or-later
 *
 * The internet checksum as RFC 1071 first states it, byte pair by byte pair: slow, and written
 * apart from the library's, to test that one against.
 */
#ifndef FLUE_TEST_SIMPLE_CHECKSUM_H
#define FLUE_TEST_SIMPLE_CHECKSUM_H

#include <stddef.h>
#include <stdint.h>

/* Goes on from `sum`, a sum so far (0 to begin); an odd last byte is padded with zero. */
static inline uint32_t
simple_sum(uint32_t sum, const uint8_t *bytes, size_t length)
{
    for (size_t i = 0; i < length; i++) {
        sum += i % 2 == 0 ? (uint32_t)bytes[i] * 256 : bytes[i];
        if (sum >= 65536)
            sum -= 65535;
    }
    return sum;
}

/* The sum of a TCP segment with its pseudo-header, as 0xFFFF when the checksum in it is right. */
static inline uint32_t
simple_tcp_sum(const uint8_t *source, const uint8_t *destination, size_t address_bytes,
               const uint8_t *segment, size_t length)
{
    const uint8_t rest[4] = {0, 6, (uint8_t)(length >> 8), (uint8_t)length};
    uint32_t sum = simple_sum(0, source, address_bytes);

    sum = simple_sum(sum, destination, address_bytes);
    sum = simple_sum(sum, rest, sizeof rest);
    return simple_sum(sum, segment, length);
}

#endif
