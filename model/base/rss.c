/* SPDX-License-Identifier: GPL-2.0-or-later
 *
 * The Toeplitz hash over source address, destination address, source port, destination port, as an
 * arriving segment has them: for each bit of these that is set, the 32 bits of the key that begin
 * at its place are added without carry.
 */
#include "flue/rss.h"

#include <string.h>

struct flue_rss_key
flue_rss_key_default(void)
{
    struct flue_rss_key key = {{0x6d, 0x5a, 0x56, 0xda, 0x25, 0x5b, 0x0e, 0xc2, 0x41, 0x67,
                                0x25, 0x3d, 0x43, 0xa3, 0x8f, 0xb0, 0xd0, 0xca, 0x2b, 0xcb,
                                0xae, 0x7b, 0x30, 0xb4, 0x77, 0xcb, 0x2d, 0xa3, 0x80, 0x30,
                                0xf2, 0x0c, 0x6a, 0x42, 0xb7, 0x3b, 0xbe, 0xac, 0x01, 0xfa}};

    return key;
}

static uint32_t
write_input(const struct flue_four_tuple *tuple, uint8_t *input)
{
    uint32_t bytes = tuple->ip_version == 4 ? 4 : 16;
    const uint16_t ports[] = {tuple->remote_port, tuple->local_port};

    memcpy(input, tuple->remote.bytes, bytes);
    memcpy(input + bytes, tuple->local.bytes, bytes);
    for (uint32_t i = 0; i < 2; i++) {
        input[2 * bytes + 2 * i] = (uint8_t)(ports[i] >> 8);
        input[2 * bytes + 2 * i + 1] = (uint8_t)ports[i];
    }
    return 2 * bytes + 4;
}

uint32_t
flue_rss_hash(const struct flue_rss_key *key, const struct flue_four_tuple *tuple)
{
    uint8_t input[36]; /* four bytes less than the key */
    uint32_t length = write_input(tuple, input);
    uint32_t window = 0;
    uint32_t hash = 0;

    for (uint32_t i = 0; i < 4; i++)
        window = window << 8 | key->bytes[i];
    for (uint32_t i = 0; i < length; i++)
        for (uint32_t bit = 0; bit < 8; bit++) {
            uint32_t next = key->bytes[i + 4] >> (7 - bit) & 1;

            if ((input[i] << bit & 0x80) != 0)
                hash ^= window;
            window = window << 1 | next;
        }
    return hash;
}
