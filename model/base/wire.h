/* SPDX-License-Identifier: GPL-2.0-or-later
 *
 * Big-endian numbers in bytes, and the layout of the headers that frames carry.
 *
 * Private to model/. Header fields are read and written at byte addresses through these accessors:
 * no structs are laid over the wire, so alignment and byte order of the machine do not matter.
 */
#ifndef FLUE_MODEL_WIRE_H
#define FLUE_MODEL_WIRE_H

#include <stdint.h>
#include <string.h>

enum {
    FLUE__ETHERNET_BYTES = 14,
    FLUE__VLAN_BYTES = 4,
    FLUE__LLC_SNAP_BYTES = 8,
    FLUE__IPV4_BYTES = 20, /* without options */
    FLUE__IPV6_BYTES = 40,
    FLUE__TCP_BYTES = 20, /* without options */

    FLUE__ETHERTYPE_LEAST = 0x0600, /* what is less is a length (IEEE 802.3) */
    FLUE__ETHERTYPE_IPV4 = 0x0800,
    FLUE__ETHERTYPE_VLAN = 0x8100,
    FLUE__ETHERTYPE_IPV6 = 0x86DD,

    FLUE__IPV4_DONT_FRAGMENT = 0x4000,
    FLUE__IPV4_OFFSET_MASK = 0x1FFF,
    FLUE__IPV4_FRAGMENT_MASK = 0x3FFF, /* more fragments, and the fragment offset */
    FLUE__PROTOCOL_ICMP = 1,
    FLUE__PROTOCOL_TCP = 6,
    FLUE__PROTOCOL_ICMPV6 = 58
};

/* RFC 1042: LLC's unnumbered information from SNAP to SNAP, and the organisation code that an
 * EtherType follows. */
#define FLUE__LLC_SNAP_IP "\xAA\xAA\x03\x00\x00\x00"

/* RFC 9293 3.1, RFC 7323, RFC 2018: option kinds, and the lengths that go with them. */
enum {
    FLUE__OPTION_END = 0,
    FLUE__OPTION_NOP = 1,
    FLUE__OPTION_MSS = 2,
    FLUE__OPTION_MSS_BYTES = 4,
    FLUE__OPTION_WINDOW_SCALE = 3,
    FLUE__OPTION_WINDOW_SCALE_BYTES = 3,
    FLUE__OPTION_SACK_PERMITTED = 4,
    FLUE__OPTION_SACK_PERMITTED_BYTES = 2,
    FLUE__OPTION_SACK = 5,
    FLUE__OPTION_SACK_BLOCK_BYTES = 8, /* each, after the 2 of kind and length */
    FLUE__OPTION_TIMESTAMP = 8,
    FLUE__OPTION_TIMESTAMP_BYTES = 10
};

/* NOP, NOP, timestamp: how nearly every data segment's options start. */
#define FLUE__TIMESTAMP_WORD                                                                       \
    ((uint32_t)FLUE__OPTION_NOP << 24 | (uint32_t)FLUE__OPTION_NOP << 16 |                         \
     (uint32_t)FLUE__OPTION_TIMESTAMP << 8 | (uint32_t)FLUE__OPTION_TIMESTAMP_BYTES)

/* Compilers do not always see a swap in four byte stores, and these run for every field of every
 * frame. */
#if defined(__BYTE_ORDER__) && __BYTE_ORDER__ == __ORDER_LITTLE_ENDIAN__
#define FLUE__BIG16(value) __builtin_bswap16(value)
#define FLUE__BIG32(value) __builtin_bswap32(value)
#elif defined(__BYTE_ORDER__) && __BYTE_ORDER__ == __ORDER_BIG_ENDIAN__
#define FLUE__BIG16(value) (value)
#define FLUE__BIG32(value) (value)
#else
#error "the machine's byte order is not known: define FLUE__BIG16 and FLUE__BIG32 for it"
#endif

static inline uint16_t
flue__get16(const uint8_t *bytes)
{
    uint16_t big;

    memcpy(&big, bytes, sizeof big);
    return FLUE__BIG16(big);
}

static inline uint32_t
flue__get32(const uint8_t *bytes)
{
    uint32_t big;

    memcpy(&big, bytes, sizeof big);
    return FLUE__BIG32(big);
}

static inline void
flue__put16(uint8_t *bytes, uint32_t value)
{
    uint16_t big = FLUE__BIG16((uint16_t)value);

    memcpy(bytes, &big, sizeof big);
}

static inline void
flue__put32(uint8_t *bytes, uint32_t value)
{
    uint32_t big = FLUE__BIG32(value);

    memcpy(bytes, &big, sizeof big);
}

#endif
