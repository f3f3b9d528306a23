/* SPDX-License-Identifier: GPL-2.0-or-later
 *
 * The log of sent_log.h.
 */
#include "tcp/sent_log.h"

#include <string.h>

#include "tcp/seq.h"

/* A window of 16 MiB in full segments is a fifth of it. */
enum { MOST_RECORDS = 65536 };

void
sent_log_init(struct sent_log *log, struct slab *records)
{
    memset(log, 0, sizeof *log);
    log->records = records;
}

void
sent_log_clear(struct sent_log *log)
{
    struct slab *records = log->records;

    while (log->first != NULL) {
        struct sent_record *record = log->first;

        log->first = record->seq_next;
        slab_put(records, record);
    }
    sent_log_init(log, records);
}

/* ---- The two lists ---- */

static struct sent_list *
list_of(struct sent_log *log, const struct sent_record *record)
{
    return record->is_lost ? &log->lost : &log->in_flight;
}

/* Behind `before`; NULL: as the first. */
static void
list_insert(struct sent_list *list, struct sent_record *before, struct sent_record *record)
{
    record->previous = before;
    record->next = before != NULL ? before->next : list->first;
    if (record->next != NULL)
        record->next->previous = record;
    else
        list->last = record;
    if (before != NULL)
        before->next = record;
    else
        list->first = record;
    list->bytes += record->right - record->left;
}

static void
list_remove(struct sent_list *list, struct sent_record *record)
{
    if (record->previous != NULL)
        record->previous->next = record->next;
    else
        list->first = record->next;
    if (record->next != NULL)
        record->next->previous = record->previous;
    else
        list->last = record->previous;
    list->bytes -= record->right - record->left;
}

void
sent_log_mark_lost(struct sent_log *log, struct sent_record *record)
{
    list_remove(&log->in_flight, record);
    record->is_lost = true;
    list_insert(&log->lost, log->lost.last, record);
}

void
sent_log_mark_first_lost(struct sent_log *log)
{
    struct sent_record *record = log->first;

    list_remove(list_of(log, record), record);
    record->is_lost = true;
    list_insert(&log->lost, NULL, record);
}

void
sent_log_mark_all_lost(struct sent_log *log)
{
    while (log->lost.first != NULL) { /* in sequence, whatever was lost first */
        struct sent_record *record = log->lost.first;

        list_remove(&log->lost, record);
        record->is_lost = false;
        list_insert(&log->in_flight, log->in_flight.last, record);
    }
    for (struct sent_record *record = log->first; record != NULL; record = record->seq_next)
        sent_log_mark_lost(log, record);
}

void
sent_log_unmark_lost(struct sent_log *log)
{
    while (log->lost.last != NULL) {
        struct sent_record *record = log->lost.last;
        struct sent_record *before = NULL;

        list_remove(&log->lost, record);
        record->is_lost = false;
        /* The lost are older than what is in flight, but for what was sent again since. */
        for (struct sent_record *it = log->in_flight.first; it != NULL && it->at < record->at;
             it = it->next)
            before = it;
        list_insert(&log->in_flight, before, record);
    }
}

/* ---- The sequence ---- */

/* Behind `before`; NULL: as the first. */
static void
sequence_insert(struct sent_log *log, struct sent_record *before, struct sent_record *record)
{
    record->seq_previous = before;
    record->seq_next = before != NULL ? before->seq_next : log->first;
    if (record->seq_next != NULL)
        record->seq_next->seq_previous = record;
    else
        log->last = record;
    if (before != NULL)
        before->seq_next = record;
    else
        log->first = record;
    log->count++;
}

static void
discard(struct sent_log *log, struct sent_record *record)
{
    list_remove(list_of(log, record), record);
    if (record->seq_previous != NULL)
        record->seq_previous->seq_next = record->seq_next;
    else
        log->first = record->seq_next;
    if (record->seq_next != NULL)
        record->seq_next->seq_previous = record->seq_previous;
    else
        log->last = record->seq_previous;
    if (log->found == record)
        log->found = record->seq_next != NULL ? record->seq_next : record->seq_previous;
    log->count--;
    slab_put(log->records, record);
}

/* The first record that ends behind `seq`; NULL: none does. */
static struct sent_record *
find(struct sent_log *log, uint32_t seq)
{
    struct sent_record *record = log->found != NULL ? log->found : log->first;

    while (record != NULL && record->seq_previous != NULL &&
           seq_gt(record->seq_previous->right, seq))
        record = record->seq_previous;
    while (record != NULL && seq_le(record->right, seq))
        record = record->seq_next;
    if (record != NULL)
        log->found = record;
    return record;
}

static bool
split(struct sent_log *log, struct sent_record *record, uint32_t seq)
{
    struct sent_record *rest = log->count < MOST_RECORDS ? slab_get(log->records) : NULL;

    if (rest == NULL)
        return false;
    *rest = *record;
    rest->left = seq;
    list_of(log, record)->bytes -= record->right - seq;
    record->right = seq;
    list_insert(list_of(log, record), record, rest);
    sequence_insert(log, record, rest);
    return true;
}

bool
sent_log_cut(struct sent_log *log, uint32_t seq)
{
    struct sent_record *record = find(log, seq);

    return record == NULL || seq_ge(record->left, seq) || split(log, record, seq);
}

/* Takes the part [left, right) of a record, both its own edges or at most one of them not, away. */
static void
trim(struct sent_log *log, struct sent_record *record, uint32_t left, uint32_t right)
{
    if (left == record->left && right == record->right) {
        discard(log, record);
        return;
    }
    list_of(log, record)->bytes -= right - left;
    if (left == record->left)
        record->left = right;
    else
        record->right = left;
}

bool
sent_log_take(struct sent_log *log, uint32_t left, uint32_t right, sent_log_visit *visit,
              void *user)
{
    struct sent_record *record = find(log, left);

    while (record != NULL && seq_lt(record->left, right)) {
        struct sent_record *next;
        struct sent_record piece = *record;

        piece.left = seq_max(piece.left, left);
        if (seq_gt(piece.right, right))
            piece.right = right;
        if (piece.left != record->left && piece.right != record->right &&
            !split(log, record, piece.right))
            return false;
        next = record->seq_next;
        if (visit != NULL)
            visit(user, &piece);
        trim(log, record, piece.left, piece.right);
        record = next;
    }
    return true;
}

bool
sent_log_add(struct sent_log *log, const struct sent_record *sent)
{
    struct sent_record *last = log->last;
    struct sent_record *behind;
    struct sent_record *record;

    if (last != NULL && last->right == sent->left && last == log->in_flight.last &&
        last->at == sent->at && last->is_repeated == sent->is_repeated &&
        last->has_no_time == sent->has_no_time) { /* a burst is one record */
        last->right = sent->right;
        log->in_flight.bytes += sent->right - sent->left;
        return true;
    }
    if (last != NULL && seq_gt(last->right, sent->left) &&
        !sent_log_take(log, sent->left, sent->right, NULL, NULL))
        return false;
    record = log->count < MOST_RECORDS ? slab_get(log->records) : NULL;
    if (record == NULL)
        return false;
    *record = *sent;
    record->is_lost = false;
    behind =
        log->last != NULL && seq_gt(log->last->right, sent->left) ? find(log, sent->left) : NULL;
    sequence_insert(log, behind != NULL ? behind->seq_previous : log->last, record);
    list_insert(&log->in_flight, log->in_flight.last, record);
    return true;
}
