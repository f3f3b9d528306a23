/* SPDX-License-Identifier: GPL-2.0-or-later
 *
 * What is in flight and when it was sent: the transmit times of RFC 8985 5.2. A record is a run of
 * sequence space that was sent at one time; what the peer has acknowledged, selectively too, is no
 * longer in the log. Each record is also in one of two lists: in flight, in the order of sending,
 * or lost and not sent again yet, in the order of detection. Finding a record starts where the last
 * one was found; everything else costs the same whatever the log holds.
 */
#ifndef FLUE_TCP_SENT_LOG_H
#define FLUE_TCP_SENT_LOG_H

#include <stdbool.h>
#include <stdint.h>

#include "flue/result.h"
#include "flue/time.h"
#include "tcp/slab.h"

struct sent_record {
    struct sent_record *seq_next, *seq_previous;
    struct sent_record *next, *previous; /* in its list */
    uint32_t left;                       /* first sequence number, FIN counted */
    uint32_t right;                      /* the one after the last */
    flue_time at;
    bool is_lost : 1;
    bool is_repeated : 1; /* not the first transmission */
    bool has_no_time : 1; /* `at` is later than the truth: sent by another engine */
};

struct sent_list {
    struct sent_record *first, *last;
    uint32_t bytes;
};

struct sent_log {
    struct slab *records; /* the engine's */
    struct sent_record *first, *last;
    struct sent_record *found; /* where to start looking */
    struct sent_list in_flight;
    struct sent_list lost;
    uint32_t count;
};

/* What is taken out, piece by piece, in sequence; the record is lent. */
typedef void sent_log_visit(void *user, const struct sent_record *piece);

void sent_log_init(struct sent_log *log, struct slab *records);
void sent_log_clear(struct sent_log *log);
/* [left, right) was sent. What the log held of it is replaced. False: without memory, or too many
 * records; the log is then good for nothing but being cleared. */
FLUE_MUST_USE bool sent_log_add(struct sent_log *log, const struct sent_record *sent);
/* Takes [left, right) out. `visit` may be NULL. False: without memory, nothing is changed behind
 * the place where it lacked. */
FLUE_MUST_USE bool sent_log_take(struct sent_log *log, uint32_t left, uint32_t right,
                                 sent_log_visit *visit, void *user);
/* Cuts the record that holds `seq` in two there, if one does. */
FLUE_MUST_USE bool sent_log_cut(struct sent_log *log, uint32_t seq);
void sent_log_mark_lost(struct sent_log *log, struct sent_record *record);
/* The first in sequence, which is the first to be sent again then. */
void sent_log_mark_first_lost(struct sent_log *log);
void sent_log_mark_all_lost(struct sent_log *log);
/* What was held lost is in flight as before. */
void sent_log_unmark_lost(struct sent_log *log);

#endif
