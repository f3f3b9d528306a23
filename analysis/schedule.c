/* SPDX-License-Identifier: GPL-2.0-or-later
 *
 * Longest runs first, by measured cost. See schedule.h.
 */
#include "schedule.h"

#include <stdlib.h>
#include <string.h>

void
schedule_init(struct schedule *schedule, const struct plan *plan, const bool *is_missing,
              const double *costs)
{
    schedule->points = must_alloc(plan->point_count, sizeof *schedule->points);
    schedule->point_count = plan->point_count;
    schedule->is_missing = is_missing;
    for (size_t i = 0; i < plan->point_count; i++) {
        struct schedule_point *point = &schedule->points[i];

        point->next = i * plan->step;
        point->end = point->next;
        point->known_s = costs[i];
        schedule_extend(schedule, plan, i);
    }
}

void
schedule_extend(struct schedule *schedule, const struct plan *plan, size_t point)
{
    struct schedule_point *p = &schedule->points[point];

    for (; p->end < point * plan->step + plan->wanted[point]; p->end++)
        p->waiting += schedule->is_missing[p->end];
}

void
schedule_fini(struct schedule *schedule)
{
    free(schedule->points);
    memset(schedule, 0, sizeof *schedule);
}

/* Mean cost of a run of the point; negative: unknown. */
static double
cost_s(const struct schedule_point *point)
{
    if (point->finished > 0)
        return point->spent_s / (double)point->finished;
    return point->known_s > 0 ? point->known_s : -1;
}

bool
schedule_next(struct schedule *schedule, size_t *run)
{
    struct schedule_point *best = NULL;
    double best_rank = 0;

    for (size_t i = 0; i < schedule->point_count; i++) {
        struct schedule_point *point = &schedule->points[i];
        double cost = cost_s(point);
        /* A point's first run outranks everything; a second one of unknown cost waits behind all.
         */
        double rank = cost >= 0 ? cost : point->started == 0 ? 1e300 : -1;

        if (point->waiting > 0 && (best == NULL || rank > best_rank)) {
            best = point;
            best_rank = rank;
        }
    }
    if (best == NULL)
        return false;
    while (!schedule->is_missing[best->next])
        best->next++;
    *run = best->next++;
    best->waiting--;
    best->started++;
    return true;
}

void
schedule_finished(struct schedule *schedule, size_t point, double wall_s)
{
    schedule->points[point].finished++;
    schedule->points[point].spent_s += wall_s;
}

double
schedule_left_s(const struct schedule *schedule, size_t jobs)
{
    double known_s = 0;
    size_t known = 0;
    double left_s = 0;

    for (size_t i = 0; i < schedule->point_count; i++) {
        if (cost_s(&schedule->points[i]) >= 0) {
            known_s += cost_s(&schedule->points[i]);
            known++;
        }
    }
    if (known == 0)
        return -1;
    for (size_t i = 0; i < schedule->point_count; i++) {
        const struct schedule_point *point = &schedule->points[i];
        double each = cost_s(point) >= 0 ? cost_s(point) : known_s / (double)known;
        /* Those that run now are half through, more or less. */
        double runs = (double)point->waiting + (double)(point->started - point->finished) / 2;

        left_s += runs * each;
    }
    return left_s / (double)jobs;
}
