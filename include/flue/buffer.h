/* SPDX-License-Identifier: GPL-2.0-or-later
 *
 * Payload by reference: buffer lists (NET_BUFFER_LIST), buffers (NET_BUFFER) and memory descriptors
 * (MDL).
 *
 * A memory descriptor names bytes, or only counts them: with bytes NULL it is length-only payload,
 * which reads as zeros, costs no memory and behaves the same in every other way. A span is a piece
 * of a descriptor chain; it is how payload travels through the engine without being copied.
 *
 * Ownership: whoever holds a buffer list holds its buffer, its descriptors and their bytes. The
 * calls that hand a list over say so.
 */
#ifndef FLUE_BUFFER_H
#define FLUE_BUFFER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "flue/status.h"

#ifdef __cplusplus
extern "C" {
#endif

/* MDL: a run of bytes, and the next run. */
struct flue_memory_descriptor {
    struct flue_memory_descriptor *next;
    uint8_t *bytes;      /* NULL: length only */
    uint32_t byte_count; /* bytes */
};

/* NET_BUFFER: the used part [data_offset, data_offset + data_length) of a descriptor chain. */
struct flue_buffer {
    struct flue_memory_descriptor *first_descriptor;
    struct flue_memory_descriptor *current_descriptor; /* where the used part starts ... */
    uint32_t current_descriptor_offset;                /* ... and how far inside it, bytes */
    uint32_t data_offset;                              /* bytes from the chain's start */
    uint32_t data_length;                              /* bytes in use */
};

/* NET_BUFFER_LIST with its one NET_BUFFER: the chimney never uses more than one. */
struct flue_buffer_list {
    struct flue_buffer_list *next;
    struct flue_buffer buffer;
    enum flue_status status;                /* written by whoever completes the list */
    uint32_t tcp_offload_bytes_transferred; /* TcpOffloadBytesTransferred, bytes */
    uint32_t
        tcp_receive_bytes_transferred; /* TcpReceiveBytesTransferred: already in a posted request */
    bool tcp_receive_no_push;          /* TcpReceiveNoPush: non-push mode */
    void *protocol_reserved[2];        /* the client's; a provider leaves it alone */
    void *miniport_reserved[2];        /* the holder's below: queueing in a target */
    void *im_reserved[2];              /* an intermediate driver's */
};

/* `length` bytes that start `offset` bytes into `descriptor` and go on along its chain. */
struct flue_span {
    const struct flue_memory_descriptor *descriptor; /* NULL: length only */
    uint32_t offset;                                 /* bytes into descriptor */
    uint32_t length;                                 /* bytes */
};

/* A buffer list over one descriptor: makes `list` and `descriptor` describe `length` bytes at
 * `bytes` (NULL: length only). The status is UNWRITTEN. All memory stays the caller's. */
void flue_buffer_list_init(struct flue_buffer_list *list, struct flue_memory_descriptor *descriptor,
                           void *bytes, uint32_t length);

/* The used part of a list's buffer as a span. */
struct flue_span flue_buffer_list_span(const struct flue_buffer_list *list);

/* NdisAdvanceNetBufferDataStart with FreeMdl NULL: the first `delta` bytes are no longer used part.
 * delta <= data_length. */
void flue_buffer_advance(struct flue_buffer *buffer, uint32_t delta);

/* A length-only span. */
static inline struct flue_span
flue_span_virtual(uint32_t length)
{
    struct flue_span span = {NULL, 0, length};
    return span;
}

/* True when no byte of the span has memory behind it (all read as zero). */
bool flue_span_is_virtual(const struct flue_span *span);

/* The span without its first `skip` bytes, at most `length` long; clamped to what there is. */
struct flue_span flue_span_slice(const struct flue_span *span, uint32_t skip, uint32_t length);

/* Copies the span's bytes (zeros where there is no memory) to `to`, which holds span->length bytes.
 */
void flue_span_copy(const struct flue_span *span, uint8_t *to);

#ifdef __cplusplus
}
#endif
#endif
