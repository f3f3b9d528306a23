/* SPDX-License-Identifier: GPL-2.0-or-later
 *
 * What an ICMP error says of a path's size, for those who keep paths of their own.
 */
#ifndef TCP_ICMP_H
#define TCP_ICMP_H

#include "flue/tcp.h"

/* The MTU that "fragmentation needed" or "packet too big" tells, when packets of `size` bytes are
 * sent; 0: it changes nothing, or cannot be. */
uint32_t flue__tcp_icmp_mtu(const struct flue_tcp_config *config, uint8_t ip_version,
                            const struct flue_tcp_icmp *icmp, uint32_t size);

#endif
