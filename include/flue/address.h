/* SPDX-License-Identifier: GPL-2.0-or-later
 *
 * Link, network and transport addresses. Addresses are in network byte order, as on the wire; ports
 * are plain numbers.
 */
#ifndef FLUE_ADDRESS_H
#define FLUE_ADDRESS_H

#include <stdbool.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

#define FLUE_MAC_BYTES 6

struct flue_mac {
    uint8_t bytes[FLUE_MAC_BYTES];
};

/* An IPv4 address uses the first 4 bytes, the others are zero. */
struct flue_ip {
    uint8_t bytes[16];
};

/* One connection's name, as seen from its own side. 40 bytes, no padding: it can be compared and
 * hashed as memory, so every byte must be set (start from {0}). */
struct flue_four_tuple {
    struct flue_ip local;
    struct flue_ip remote;
    uint16_t local_port;
    uint16_t remote_port;
    uint8_t ip_version; /* 4 or 6 */
    uint8_t zero[3];
};

/* An IPv4 address from its four numbers: flue_ipv4(10, 0, 0, 1). */
static inline struct flue_ip
flue_ipv4(uint8_t a, uint8_t b, uint8_t c, uint8_t d)
{
    struct flue_ip ip = {{a, b, c, d}};
    return ip;
}

#ifdef __cplusplus
}
#endif
#endif
