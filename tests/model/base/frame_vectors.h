/* SPDX-License-Identifier: GPL-2.0-or-later
 *
 * Frames with the structs that they stand for, for the tests of reading, writing and hostile bytes.
 *
 * The bytes were put together by hand from the RFCs and Wireshark confirms their checksums; they do
 * not come from the library. `packet` is seen from the sender; its payload is left for the test to
 * set.
 */
#ifndef FRAME_VECTORS_H
#define FRAME_VECTORS_H

#include "flue/frame.h"

struct frame_vector {
    const char *name;
    const uint8_t *bytes;
    uint32_t length; /* of the frame */
    uint32_t ip_at;  /* where its IP header starts, */
    uint32_t tcp_at; /* its TCP header, */
    uint32_t payload_at;
    struct flue_packet packet;
};

enum { FRAME_VECTORS = 5 };

/* The vectors: a SYN with every option, data with a timestamp, a tagged IPv6 ACK with three SACK
 * blocks, a bare RST, urgent IPv6 data with every flag but SYN and RST. */
struct frame_vector frame_vector(unsigned index);

/* Compares field by field, payload apart. */
void assert_segment_equal(const struct flue_tcp_segment *a, const struct flue_tcp_segment *b);

/* The same, with everything around the segment; `b` is `a` seen from the other end. */
void assert_packet_mirrors(const struct flue_packet *a, const struct flue_packet *b);

#endif
