/* SPDX-License-Identifier: GPL-2.0-or-later
 *
 * Searches fed by the runner. See capacity.h.
 */
#include "capacity.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "machine.h"
#include "runner.h"

size_t
capacity_point(const struct capacity *capacity, size_t combination, size_t step)
{
    size_t place = capacity->sweep->study.search.is_largest ? step : capacity->count - 1 - step;

    return combination / capacity->stride * capacity->stride * capacity->count +
           place * capacity->stride + combination % capacity->stride;
}

struct search_answer
capacity_answer(const struct capacity *capacity, size_t combination)
{
    return search_answer(capacity->verdicts + combination * capacity->count, capacity->count);
}

/* Numbers rise; words are taken in the order in which they stand. */
static bool
check_row(const struct capacity *capacity)
{
    const struct sweep *sweep = capacity->sweep;
    const struct study_setting *setting = &sweep->study.vary[capacity->setting];

    for (size_t i = 1; i < capacity->count; i++) {
        const struct effective_parameter *before = effective_find(
            &sweep->plan.points[(i - 1) * capacity->stride].effective, setting->name);
        const struct effective_parameter *value =
            effective_find(&sweep->plan.points[i * capacity->stride].effective, setting->name);

        if (before == NULL || value == NULL || value->value <= before->value)
            return problem_at(sweep->problem, sweep->study.path, setting->line,
                              "%s: %s after %s: expected rising values, as the plan looks among "
                              "them",
                              setting->name, setting->texts[i], setting->texts[i - 1]);
    }
    return true;
}

/* How often a point may be looked at: after its first runs, and after each growth. */
static size_t
looks(const struct study *study)
{
    size_t count = 1;

    for (size_t n = (size_t)study->replications; n < (size_t)study->search.at_most;
         n = search_more(n, (size_t)study->search.at_most))
        count++;
    return count;
}

bool
capacity_prepare(struct capacity *capacity, struct sweep *sweep)
{
    const struct study *study = &sweep->study;
    const struct study_search *search = &study->search;
    struct plan *plan = &sweep->plan;

    *capacity = (struct capacity){.sweep = sweep, .stride = 1};
    if (search->parameter == NULL)
        return problem_at(sweep->problem, study->path, 1,
                          "plan: missing: expected plan = { parameter = \"...\"; want = \"...\"; "
                          "require = (\"...\"); };");
    while (strcmp(study->vary[capacity->setting].name, search->parameter) != 0)
        capacity->setting++;
    for (size_t axis = study->vary[capacity->setting].axis + 1; axis < study->axis_count; axis++)
        capacity->stride *= study->axes[axis].length;
    capacity->count = study->axes[study->vary[capacity->setting].axis].length;
    capacity->combinations = plan->point_count / capacity->count;
    capacity->share =
        search_share(search->confidence, capacity->count, looks(study), search->requirement_count);
    capacity->verdicts = must_alloc(plan->point_count, sizeof *capacity->verdicts);
    capacity->points = must_alloc(plan->point_count, sizeof *capacity->points);
    for (size_t p = 0; p < plan->point_count; p++) {
        plan->wanted[p] = 0;
        capacity->points[p].estimates =
            must_alloc(search->requirement_count, sizeof *capacity->points[p].estimates);
        capacity->points[p].half_widths =
            must_alloc(search->requirement_count, sizeof *capacity->points[p].half_widths);
    }
    return check_row(capacity);
}

void
capacity_release(struct capacity *capacity)
{
    for (size_t p = 0; capacity->points != NULL && p < capacity->sweep->plan.point_count; p++) {
        free(capacity->points[p].estimates);
        free(capacity->points[p].half_widths);
    }
    free(capacity->points);
    free(capacity->verdicts);
    memset(capacity, 0, sizeof *capacity);
}

static bool
read_value(const struct capacity *capacity, const char *run, const char *metric, double *value)
{
    const struct sweep *sweep = capacity->sweep;
    sqlite3_stmt *statement = NULL;
    bool has_row = false;
    bool is_good =
        store_prepare(&sweep->store, &statement, sweep->problem,
                      "SELECT value FROM metric WHERE run = ?1 AND name = ?2", "ss", run, metric) &&
        store_step(&sweep->store, statement, &has_row, sweep->problem);

    *value = is_good && has_row && sqlite3_column_type(statement, 0) != SQLITE_NULL
                 ? sqlite3_column_double(statement, 0)
                 : (double)NAN;
    sqlite3_finalize(statement);
    return is_good;
}

/* All requirements must hold; one that fails is enough. */
static bool
judge(struct capacity *capacity, size_t number)
{
    const struct plan *plan = &capacity->sweep->plan;
    const struct study_search *search = &capacity->sweep->study.search;
    struct capacity_point *point = &capacity->points[number];
    double *values = must_alloc(point->runs, sizeof *values);
    bool is_good = true;

    point->verdict = SEARCH_MEETS;
    for (size_t r = 0; r < search->requirement_count && is_good; r++) {
        const struct study_requirement *requirement = &search->requirements[r];
        enum search_verdict verdict;
        double bound;

        for (size_t i = 0; i < point->runs && is_good; i++)
            is_good = read_value(capacity, plan->runs[number * plan->step + i].id,
                                 requirement->metric, &values[i]);
        study_bound(requirement, catalogue_metric(plan->scenario, requirement->metric)->unit,
                    &bound);
        point->estimates[r] = statistics_estimate(values, point->runs);
        point->half_widths[r] = search_half_width(&point->estimates[r], capacity->share);
        verdict =
            search_judge(&point->estimates[r], requirement->is_least, bound, point->half_widths[r]);
        if (verdict == SEARCH_FAILS ||
            (verdict == SEARCH_UNDECIDED && point->verdict == SEARCH_MEETS))
            point->verdict = verdict;
    }
    free(values);
    return is_good;
}

bool
capacity_lacks_values(const struct capacity *capacity, size_t number)
{
    for (size_t r = 0; r < capacity->sweep->study.search.requirement_count; r++)
        if (isnan(capacity->points[number].half_widths[r]))
            return true;
    return false;
}

/* Every combination that waits for nothing asks for what it wants to know next. */
static size_t
ask(struct capacity *capacity)
{
    size_t waiting = 0;

    for (size_t c = 0; c < capacity->combinations; c++) {
        enum search_verdict *verdicts = capacity->verdicts + c * capacity->count;
        size_t next[SEARCH_AT_ONCE];
        size_t before = waiting;
        size_t count;

        for (size_t step = 0; step < capacity->count; step++)
            waiting += capacity->points[capacity_point(capacity, c, step)].is_waiting;
        if (waiting > before)
            continue;
        count = search_next(verdicts, capacity->count, next);
        for (size_t i = 0; i < count; i++) {
            struct capacity_point *point = &capacity->points[capacity_point(capacity, c, next[i])];

            point->runs = (size_t)capacity->sweep->study.replications;
            point->is_waiting = true;
        }
        waiting += count;
    }
    for (size_t p = 0; p < capacity->sweep->plan.point_count; p++)
        capacity->sweep->plan.wanted[p] = capacity->points[p].runs;
    return waiting;
}

/* The runs are there: what they say, or how many more there must be. */
static bool
listen(struct capacity *capacity)
{
    size_t most = (size_t)capacity->sweep->study.search.at_most;

    for (size_t c = 0; c < capacity->combinations; c++) {
        for (size_t step = 0; step < capacity->count; step++) {
            size_t number = capacity_point(capacity, c, step);
            struct capacity_point *point = &capacity->points[number];

            if (!point->is_waiting)
                continue;
            if (!judge(capacity, number))
                return false;
            if (point->verdict == SEARCH_UNDECIDED && point->runs < most &&
                !capacity_lacks_values(capacity, number)) {
                point->runs = search_more(point->runs, most);
                continue;
            }
            point->is_waiting = false;
            capacity->verdicts[c * capacity->count + step] = point->verdict;
        }
    }
    return true;
}

static bool
run_wanted(struct capacity *capacity, long long study_id)
{
    struct sweep *sweep = capacity->sweep;
    struct runner_options options = {
        sweep->simulator, sweep->wish->jobs > 0 ? (long)sweep->wish->jobs : machine_cpus(), stderr,
        isatty(STDERR_FILENO) == 1};
    struct runner_summary summary = {0};
    bool is_good =
        runner_run(&sweep->store, study_id, &sweep->plan, &options, &summary, sweep->problem);

    if (is_good && summary.is_stopped)
        is_good = problem_set(sweep->problem, EXIT_INTERRUPTED,
                              "interrupted: %zu runs are done and kept; continue with: %s",
                              summary.stored + summary.done, sweep->command);
    else if (is_good && summary.failed > 0)
        is_good = problem_set(sweep->problem, EXIT_RUNS_FAILED,
                              "%zu of %zu runs failed, and nothing is decided without them (the "
                              "same command tries them again); the first: %s",
                              summary.failed, summary.failed + summary.done, summary.first_failure);
    free(summary.first_failure);
    return is_good;
}

static bool
keep_answer(const struct capacity *capacity, long long study_id)
{
    json_t *json = capacity_json(capacity);
    char *text = json_dumps(json, JSON_COMPACT | JSON_REAL_PRECISION(15));
    bool is_good = text != NULL && store_put_answer(&capacity->sweep->store, study_id, text,
                                                    capacity->sweep->problem);

    free(text);
    json_decref(json);
    return is_good;
}

bool
capacity_run(struct capacity *capacity)
{
    struct sweep *sweep = capacity->sweep;
    long long study_id = 0;
    bool is_good = sweep_open(sweep) && store_put_study(&sweep->store, &sweep->plan, sweep->command,
                                                        &study_id, sweep->problem);

    while (is_good && ask(capacity) > 0)
        is_good = run_wanted(capacity, study_id) && listen(capacity);
    return is_good && keep_answer(capacity, study_id) && store_close(&sweep->store, sweep->problem);
}
