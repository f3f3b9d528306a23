/* SPDX-License-Identifier: GPL-2.0-or-later
 *
 * Initial sequence numbers (RFC 6528): a 4 microsecond clock plus a keyed hash (SipHash-2-4) of the
 * four-tuple.
 */
#include <string.h>

#include "tcp/connection.h"

struct sip {
    uint64_t v0, v1, v2, v3;
};

static uint64_t
rotate(uint64_t value, unsigned bits)
{
    return value << bits | value >> (64 - bits);
}

static void
sip_round(struct sip *sip)
{
    sip->v0 += sip->v1;
    sip->v1 = rotate(sip->v1, 13) ^ sip->v0;
    sip->v0 = rotate(sip->v0, 32);
    sip->v2 += sip->v3;
    sip->v3 = rotate(sip->v3, 16) ^ sip->v2;
    sip->v0 += sip->v3;
    sip->v3 = rotate(sip->v3, 21) ^ sip->v0;
    sip->v2 += sip->v1;
    sip->v1 = rotate(sip->v1, 17) ^ sip->v2;
    sip->v2 = rotate(sip->v2, 32);
}

static uint64_t
siphash(const uint8_t key[16], const uint64_t *words, unsigned count)
{
    uint64_t k0, k1;
    struct sip sip;

    memcpy(&k0, key, sizeof k0);
    memcpy(&k1, key + sizeof k0, sizeof k1);
    sip.v0 = k0 ^ UINT64_C(0x736f6d6570736575);
    sip.v1 = k1 ^ UINT64_C(0x646f72616e646f6d);
    sip.v2 = k0 ^ UINT64_C(0x6c7967656e657261);
    sip.v3 = k1 ^ UINT64_C(0x7465646279746573);
    for (unsigned i = 0; i <= count; i++) {
        uint64_t word = i < count ? words[i] : (uint64_t)(count * 8) << 56;
        sip.v3 ^= word;
        sip_round(&sip);
        sip_round(&sip);
        sip.v0 ^= word;
    }
    sip.v2 ^= 0xFF;
    for (int i = 0; i < 4; i++)
        sip_round(&sip);
    return sip.v0 ^ sip.v1 ^ sip.v2 ^ sip.v3;
}

uint32_t
flue__tcp_isn(const struct flue_tcp_engine *engine, flue_time now,
              const struct flue_four_tuple *tuple)
{
    uint64_t words[5];

    memcpy(words, tuple, sizeof words);
    return (uint32_t)(now / (4 * FLUE_MICROSECOND)) +
           (uint32_t)siphash(engine->config.isn_secret, words, 5);
}
