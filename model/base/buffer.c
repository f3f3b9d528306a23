/* SPDX-License-Identifier: GPL-2.0-or-later
 *
 * Buffer lists and spans: pieces of descriptor chains, sliced and read without being copied around.
 *
 * A chain that ends before a span does is the caller's mistake; the missing bytes read as zeros, so
 * nothing is ever read outside the descriptors.
 */
#include "flue/buffer.h"

#include <assert.h>
#include <string.h>

void
flue_buffer_list_init(struct flue_buffer_list *list, struct flue_memory_descriptor *descriptor,
                      void *bytes, uint32_t length)
{
    memset(list, 0, sizeof *list);
    descriptor->next = NULL;
    descriptor->bytes = bytes;
    descriptor->byte_count = length;
    list->buffer.first_descriptor = descriptor;
    list->buffer.current_descriptor = descriptor;
    list->buffer.data_length = length;
    list->status = FLUE_STATUS_UNWRITTEN;
}

struct flue_span
flue_buffer_list_span(const struct flue_buffer_list *list)
{
    struct flue_span span = {list->buffer.current_descriptor,
                             list->buffer.current_descriptor_offset, list->buffer.data_length};

    return span;
}

void
flue_buffer_advance(struct flue_buffer *buffer, uint32_t delta)
{
    struct flue_memory_descriptor *descriptor = buffer->current_descriptor;
    uint32_t left = delta;

    assert(delta <= buffer->data_length);
    buffer->data_offset += delta;
    buffer->data_length -= delta;
    /* The last descriptor stays current when it is used up: there is none to go on to. */
    while (descriptor != NULL && descriptor->next != NULL &&
           left >= descriptor->byte_count - buffer->current_descriptor_offset) {
        left -= descriptor->byte_count - buffer->current_descriptor_offset;
        buffer->current_descriptor_offset = 0;
        descriptor = descriptor->next;
    }
    buffer->current_descriptor = descriptor;
    buffer->current_descriptor_offset += left;
}

bool
flue_span_is_virtual(const struct flue_span *span)
{
    const struct flue_memory_descriptor *descriptor = span->descriptor;
    uint32_t offset = span->offset;
    uint32_t left = span->length;

    for (; descriptor != NULL && left > 0; descriptor = descriptor->next) {
        if (offset >= descriptor->byte_count) {
            offset -= descriptor->byte_count;
            continue;
        }
        if (descriptor->bytes != NULL)
            return false;
        if (left <= descriptor->byte_count - offset)
            return true;
        left -= descriptor->byte_count - offset;
        offset = 0;
    }
    return true;
}

struct flue_span
flue_span_slice(const struct flue_span *span, uint32_t skip, uint32_t length)
{
    struct flue_span slice = {NULL, 0, 0};
    const struct flue_memory_descriptor *descriptor = span->descriptor;
    uint32_t offset = span->offset;

    if (skip > span->length)
        skip = span->length;
    slice.length = span->length - skip < length ? span->length - skip : length;
    if (descriptor == NULL)
        return slice;
    /* Move on to the descriptor where the slice starts, so that slicing a long chain piece by piece
     * does not walk from its beginning each time. */
    while (descriptor->next != NULL) {
        if (offset < descriptor->byte_count) {
            uint32_t here = descriptor->byte_count - offset;

            if (skip < here)
                break;
            skip -= here;
            offset = 0;
        } else {
            offset -= descriptor->byte_count;
        }
        descriptor = descriptor->next;
    }
    slice.descriptor = descriptor;
    slice.offset = offset + skip;
    return slice;
}

void
flue_span_copy(const struct flue_span *span, uint8_t *to)
{
    const struct flue_memory_descriptor *descriptor = span->descriptor;
    uint32_t offset = span->offset;
    uint32_t left = span->length;

    for (; descriptor != NULL && left > 0; descriptor = descriptor->next) {
        uint32_t here;

        if (offset >= descriptor->byte_count) {
            offset -= descriptor->byte_count;
            continue;
        }
        here = descriptor->byte_count - offset;
        if (here > left)
            here = left;
        if (descriptor->bytes != NULL)
            memcpy(to, descriptor->bytes + offset, here);
        else
            memset(to, 0, here);
        to += here;
        left -= here;
        offset = 0;
    }
    if (left > 0)
        memset(to, 0, left);
}
