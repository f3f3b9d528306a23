/* SPDX-License-Identifier: GPL-2.0-or-later
 *
 * The variables of mechanisms that only some connections use, in one object that only those have.
 * It is made with the connection, all zero, when its options ask for one of them; a connection with
 * the default options has none.
 */
#ifndef FLUE_TCP_EXTENSION_H
#define FLUE_TCP_EXTENSION_H

#include <stdint.h>

enum { CONGESTION_PRIVATE_WORDS = 8 };

struct extension {
    uint32_t congestion_private[CONGESTION_PRIVATE_WORDS]; /* the algorithm's own */
};

#endif
