/* SPDX-License-Identifier: GPL-2.0-or-later
 *
 * Which run is next: first one of every point whose cost is unknown, then always one of the
 * costliest point, so that no long run is left alone at the end. The same costs give the estimate
 * of the time left.
 */
#ifndef FLUE_ANALYSIS_SCHEDULE_H
#define FLUE_ANALYSIS_SCHEDULE_H

#include "plan.h"

struct schedule_point {
    size_t next;    /* index of the run to look at next */
    size_t end;     /* one behind the last run that the point wants */
    size_t waiting; /* runs not started */
    size_t started; /* by this sweep */
    size_t finished;
    double spent_s; /* of the finished ones */
    double known_s; /* mean of earlier sweeps; 0: none */
};

struct schedule {
    struct schedule_point *points;
    size_t point_count;
    const bool *is_missing;
};

/* `is_missing` (one a run) and `costs` (one a point, 0 unknown) come from the store; the former
 * must live as long as the schedule. */
void schedule_init(struct schedule *schedule, const struct plan *plan, const bool *is_missing,
                   const double *costs);
void schedule_fini(struct schedule *schedule);
/* The index of the run to start, or false when all are started. */
bool schedule_next(struct schedule *schedule, size_t *run);
/* The plan's point wants more runs than before. */
void schedule_extend(struct schedule *schedule, const struct plan *plan, size_t point);
void schedule_finished(struct schedule *schedule, size_t point, double wall_s);
/* Seconds until everything is done with so many at once; negative: nothing is known yet. */
double schedule_left_s(const struct schedule *schedule, size_t jobs);

#endif
