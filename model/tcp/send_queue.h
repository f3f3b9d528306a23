/* SPDX-License-Identifier: GPL-2.0-or-later
 *
 * What a connection has to send: the owner's buffer lists, in order, never copied.
 *
 * The queue keeps the lists from the one that holds SND.UNA on. While they are queued, the
 * descriptor chains of neighbouring lists are joined, so that a segment may span several small
 * ones; the joints are undone when a list leaves. A list's end is remembered in its
 * miniport_reserved[0], its joint in miniport_reserved[1].
 */
#ifndef FLUE_TCP_SEND_QUEUE_H
#define FLUE_TCP_SEND_QUEUE_H

#include <stdbool.h>
#include <stdint.h>

#include "flue/buffer.h"

/* A place in the queued data. */
struct send_cursor {
    struct flue_buffer_list *list; /* NULL: at the end */
    const struct flue_memory_descriptor *descriptor;
    uint32_t offset; /* into descriptor */
    uint32_t seq;    /* of the byte there */
};

struct send_queue {
    struct flue_buffer_list *head; /* holds the first unacknowledged byte */
    struct flue_buffer_list *tail;
    struct send_cursor next; /* where sending goes on, most of the time */
    uint32_t head_seq;       /* of the head's first used byte */
    uint32_t end_seq;        /* one past the last queued byte */
};

void send_queue_init(struct send_queue *queue, uint32_t seq);
/* Appends a chain of lists. Lists without data stay in order and complete with what is before them.
 */
void send_queue_append(struct send_queue *queue, struct flue_buffer_list *lists);
/* Up to `length` bytes from `seq` on, as one span; shorter when a joint was not possible. *push: a
 * list ends inside the span or with it. seq lies within [first unacknowledged, end_seq). */
struct flue_span send_queue_span(struct send_queue *queue, uint32_t seq, uint32_t length,
                                 bool *push);
/* Does a list end in (seq, end]? seq as above. */
bool send_queue_has_end(const struct send_queue *queue, uint32_t seq, uint32_t end);
/* Everything before `seq` is acknowledged: takes out the lists that this finishes, as a chain, with
 * their counts set and status SUCCESS; NULL when none. */
struct flue_buffer_list *send_queue_acknowledge(struct send_queue *queue, uint32_t seq);
/* Takes out everything. The bytes before `una` in the head are advanced over. */
struct flue_buffer_list *send_queue_take(struct send_queue *queue, uint32_t una);

#endif
