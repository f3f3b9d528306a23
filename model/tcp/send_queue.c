/* SPDX-License-Identifier: GPL-2.0-or-later
 *
 * The send queue of send_queue.h.
 */
#include "tcp/send_queue.h"

#include <stddef.h>
#include <string.h>

#include "tcp/seq.h"

static void
set_end(struct flue_buffer_list *list, uint32_t seq)
{
    list->miniport_reserved[0] = (void *)(uintptr_t)seq;
}

static uint32_t
end_of(const struct flue_buffer_list *list)
{
    return (uint32_t)(uintptr_t)list->miniport_reserved[0];
}

/* The descriptor in which the list's used data ends, and how many used bytes of it. */
static struct flue_memory_descriptor *
last_descriptor(const struct flue_buffer_list *list, uint32_t *used_end)
{
    struct flue_memory_descriptor *descriptor = list->buffer.current_descriptor;
    uint32_t left = list->buffer.data_length;
    uint32_t start = list->buffer.current_descriptor_offset;

    if (descriptor == NULL)
        return NULL;
    while (left > descriptor->byte_count - start) {
        left -= descriptor->byte_count - start;
        descriptor = descriptor->next;
        start = 0;
    }
    *used_end = start + left;
    return descriptor;
}

static void
set_joined(struct flue_buffer_list *list, bool is_joined)
{
    list->miniport_reserved[1] = is_joined ? list : NULL;
}

static bool
is_joined(const struct flue_buffer_list *list)
{
    return list->miniport_reserved[1] != NULL;
}

/* Joins list `before` to `after`, when nothing lies between the used data of the two. */
static void
join(struct flue_buffer_list *before, const struct flue_buffer_list *after)
{
    uint32_t used_end = 0;
    struct flue_memory_descriptor *last = last_descriptor(before, &used_end);

    if (last != NULL && last->next == NULL && used_end == last->byte_count &&
        before->buffer.data_length > 0 && after->buffer.data_length > 0 &&
        after->buffer.current_descriptor_offset == 0) {
        last->next = after->buffer.current_descriptor;
        set_joined(before, true);
    }
}

/* Undoes the joint between `list` and the one that follows it, if join made one. */
static void
part(struct flue_buffer_list *list)
{
    uint32_t used_end = 0;

    if (is_joined(list))
        last_descriptor(list, &used_end)->next = NULL;
    set_joined(list, false);
}

/* The first used byte of `list`, which has sequence number `seq`. */
static struct send_cursor
cursor_at(struct flue_buffer_list *list, uint32_t seq)
{
    struct send_cursor cursor = {.list = list, .seq = seq};

    if (list != NULL) {
        cursor.descriptor = list->buffer.current_descriptor;
        cursor.offset = list->buffer.current_descriptor_offset;
    }
    return cursor;
}

/* Moves a cursor on to `seq`; past the last byte it ends with list NULL. */
static struct send_cursor
cursor_move(struct send_cursor cursor, uint32_t seq)
{
    while (cursor.list != NULL && seq_ge(seq, end_of(cursor.list)))
        cursor = cursor_at(cursor.list->next, end_of(cursor.list));
    if (cursor.list != NULL) {
        cursor.offset += seq - cursor.seq;
        while (cursor.offset >= cursor.descriptor->byte_count) {
            cursor.offset -= cursor.descriptor->byte_count;
            cursor.descriptor = cursor.descriptor->next;
        }
    }
    cursor.seq = seq;
    return cursor;
}

void
send_queue_init(struct send_queue *queue, uint32_t seq)
{
    memset(queue, 0, sizeof *queue);
    queue->next.seq = seq;
    queue->head_seq = seq;
    queue->end_seq = seq;
}

void
send_queue_append(struct send_queue *queue, struct flue_buffer_list *lists)
{
    if (queue->next.list == NULL && seq_ge(queue->next.seq, queue->end_seq))
        queue->next = cursor_at(lists, queue->end_seq);
    for (struct flue_buffer_list *list = lists; list != NULL; list = list->next) {
        if (queue->tail == NULL) {
            queue->head = list;
            queue->head_seq = queue->end_seq;
        } else {
            queue->tail->next = list;
            join(queue->tail, list);
        }
        queue->end_seq += list->buffer.data_length;
        set_end(list, queue->end_seq);
        set_joined(list, false);
        queue->tail = list;
    }
}

struct flue_span
send_queue_span(struct send_queue *queue, uint32_t seq, uint32_t length, bool *push)
{
    struct flue_span span;
    struct flue_buffer_list *list;
    uint32_t end;

    if (seq_lt(seq, queue->next.seq) || queue->next.list == NULL)
        queue->next = cursor_at(queue->head, queue->head_seq);
    queue->next = cursor_move(queue->next, seq);

    span.descriptor = queue->next.descriptor;
    span.offset = queue->next.offset;
    span.length = length;
    list = queue->next.list;
    *push = false;
    for (;;) {
        uint32_t used_end = 0;
        const struct flue_memory_descriptor *last;

        end = end_of(list);
        if (seq_gt(end, seq + length))
            return span;
        *push = true;
        if (end == seq + length)
            return span;
        /* The span goes on into the next list: only over a joint. */
        last = last_descriptor(list, &used_end);
        list = list->next;
        while (list != NULL && list->buffer.data_length == 0)
            list = list->next;
        if (list == NULL || last->next != list->buffer.current_descriptor) {
            span.length = end - seq;
            return span;
        }
    }
}

bool
send_queue_has_end(const struct send_queue *queue, uint32_t seq, uint32_t end)
{
    const struct flue_buffer_list *list = queue->next.list;

    if (list == NULL || seq_lt(seq, queue->next.seq))
        list = queue->head;
    while (list != NULL && seq_le(end_of(list), seq))
        list = list->next;
    return list != NULL && seq_le(end_of(list), end);
}

struct flue_buffer_list *
send_queue_acknowledge(struct send_queue *queue, uint32_t seq)
{
    struct flue_buffer_list *first = NULL;
    struct flue_buffer_list **link = &first;

    while (queue->head != NULL && seq_le(end_of(queue->head), seq)) {
        struct flue_buffer_list *list = queue->head;
        uint32_t length = list->buffer.data_length;

        part(list);
        queue->head_seq = end_of(list);
        queue->head = list->next;
        if (queue->head == NULL)
            queue->tail = NULL;
        if (queue->next.list == list)
            queue->next = cursor_at(queue->head, queue->head_seq);
        flue_buffer_advance(&list->buffer, length);
        list->tcp_offload_bytes_transferred = length;
        list->status = FLUE_STATUS_SUCCESS;
        list->next = NULL;
        *link = list;
        link = &list->next;
    }
    return first;
}

struct flue_buffer_list *
send_queue_take(struct send_queue *queue, uint32_t una)
{
    struct flue_buffer_list *first = queue->head;
    uint32_t done = first != NULL && seq_gt(una, queue->head_seq) ? una - queue->head_seq : 0;

    for (struct flue_buffer_list *list = first; list != NULL; list = list->next)
        part(list);
    if (first != NULL) {
        flue_buffer_advance(&first->buffer, done);
        first->tcp_offload_bytes_transferred = done;
    }
    send_queue_init(queue, una);
    return first;
}
