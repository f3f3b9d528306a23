/* SPDX-License-Identifier: GPL-2.0-or-later
 *
 * Segments that a test makes by itself, with PSH where it wants it, for one connection on the bench
 * (rig.h). Their bytes are those of one endless stream.
 */
#ifndef ARRIVALS_H
#define ARRIVALS_H

#include "rig.h"

enum { ARRIVALS_MOST = 8000 /* bytes of one segment */ };

struct arrivals {
    struct rig *rig;
    struct flue_packet packet; /* what all segments share */
    uint32_t first_seq;
    uint32_t sent; /* bytes so far */
};

/* Cuts the wire: the peer behind it would be surprised. */
void arrivals_begin(struct arrivals *arrivals, struct rig *rig, const struct rig_tcp *tcp);
/* The next `length` bytes of the stream; flags besides ACK. Does not poll. */
void arrivals_segment(struct arrivals *arrivals, uint32_t length, uint8_t flags);
/* A segment with any part of the stream that begins at or before `sent` or later. */
void arrivals_part(struct arrivals *arrivals, uint32_t from, uint32_t length, uint8_t flags);
uint8_t arrivals_byte(uint32_t offset);
/* Fails the test unless `bytes` are those of the stream from `from` on. */
void arrivals_check(const uint8_t *bytes, uint32_t from, uint32_t length);

#endif
