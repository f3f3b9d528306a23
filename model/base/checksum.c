/* SPDX-License-Identifier: GPL-2.0-or-later
 *
 * The internet checksum over bytes and spans, eight bytes at a time.
 *
 * RFC 1071 section 2: the sum may be taken over wider words in the machine's own byte order, as
 * long as carries come round; only the result is swapped. Section 2 (B) also gives the rule for
 * pieces that start at an odd offset: their sum is swapped.
 */
#include "base/checksum.h"

#include <stdbool.h>
#include <string.h>

static inline uint64_t
add_with_carry(uint64_t sum, uint64_t word)
{
    sum += word;
    return sum + (sum < word);
}

static inline uint64_t
load64(const uint8_t *bytes)
{
    uint64_t word;

    memcpy(&word, bytes, sizeof word);
    return word;
}

uint32_t
flue__checksum_bytes(const uint8_t *bytes, size_t length)
{
    /* Two sums keep two chains of carries going side by side. */
    uint64_t sum = 0;
    uint64_t second = 0;
    uint8_t tail[8] = {0};
    uint16_t native;

    for (; length >= 32; length -= 32, bytes += 32) {
        sum = add_with_carry(sum, load64(bytes));
        second = add_with_carry(second, load64(bytes + 8));
        sum = add_with_carry(sum, load64(bytes + 16));
        second = add_with_carry(second, load64(bytes + 24));
    }
    for (; length >= 8; length -= 8, bytes += 8)
        sum = add_with_carry(sum, load64(bytes));
    if (length > 0) {
        memcpy(tail, bytes, length);
        second = add_with_carry(second, load64(tail));
    }
    native = (uint16_t)flue__checksum_fold(add_with_carry(sum, second));
    memcpy(tail, &native, sizeof native);
    return flue__get16(tail);
}

uint32_t
flue__checksum_span(const struct flue_span *span)
{
    const struct flue_memory_descriptor *descriptor = span->descriptor;
    uint32_t offset = span->offset;
    uint32_t left = span->length;
    uint64_t sum = 0;
    bool at_odd = false;

    for (; descriptor != NULL && left > 0; descriptor = descriptor->next) {
        uint32_t here;

        if (offset >= descriptor->byte_count) {
            offset -= descriptor->byte_count;
            continue;
        }
        here = descriptor->byte_count - offset;
        if (here > left)
            here = left;
        if (descriptor->bytes != NULL) {
            uint32_t part = flue__checksum_bytes(descriptor->bytes + offset, here);

            sum += at_odd ? (part & 0xFF) << 8 | part >> 8 : part;
        }
        at_odd ^= here & 1;
        left -= here;
        offset = 0;
    }
    return flue__checksum_fold(sum);
}
