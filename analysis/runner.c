/* SPDX-License-Identifier: GPL-2.0-or-later
 *
 * The pool of flue-sim processes. See runner.h; which run is next is schedule.h's business.
 */
#include "runner.h"

#include <errno.h>
#include <math.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "machine.h"
#include "outcome.h"
#include "schedule.h"
#include "shell.h"
#include "stock.h"

enum { STOP_PATIENCE_MS = 2000, TICK_MS = 100 };

struct slot {
    struct child child;
    const struct plan_run *run; /* NULL: free */
    char *command;
    char *series; /* the file of its time series; NULL: none is wanted */
    char started[32];
};

struct runner {
    struct store *store;
    long long study_id;
    struct plan *plan;
    struct stock stock;
    const struct runner_options *options;
    struct runner_summary *summary;
    struct problem *problem;
    struct schedule schedule;
    struct progress progress;
    struct slot *slots;
    struct pollfd *entries;
    sigset_t waiting_mask; /* the signals that we want to hear while we wait, and only then */
};

/* A signal handler has no other way to speak. */
static volatile sig_atomic_t stop_signal;

static void
on_stop(int signal)
{
    stop_signal = signal;
}

static void
on_child(int signal)
{
    (void)signal; /* only to wake ppoll */
}

struct saved_signals {
    sigset_t mask;
    struct sigaction interrupt;
    struct sigaction terminate;
    struct sigaction child;
};

static void
signals_take(struct runner *runner, struct saved_signals *saved)
{
    struct sigaction action = {.sa_handler = on_stop};
    sigset_t ours;

    stop_signal = 0;
    sigemptyset(&action.sa_mask);
    sigaction(SIGINT, &action, &saved->interrupt);
    sigaction(SIGTERM, &action, &saved->terminate);
    action.sa_handler = on_child;
    action.sa_flags = SA_NOCLDSTOP;
    sigaction(SIGCHLD, &action, &saved->child);
    sigemptyset(&ours);
    sigaddset(&ours, SIGINT);
    sigaddset(&ours, SIGTERM);
    sigaddset(&ours, SIGCHLD);
    sigprocmask(SIG_BLOCK, &ours, &saved->mask);
    runner->waiting_mask = saved->mask;
    sigdelset(&runner->waiting_mask, SIGINT);
    sigdelset(&runner->waiting_mask, SIGTERM);
    sigdelset(&runner->waiting_mask, SIGCHLD);
}

static void
signals_give_back(const struct saved_signals *saved)
{
    sigaction(SIGINT, &saved->interrupt, NULL);
    sigaction(SIGTERM, &saved->terminate, NULL);
    sigaction(SIGCHLD, &saved->child, NULL);
    sigprocmask(SIG_SETMASK, &saved->mask, NULL);
}

/* The line that repeats a run by hand. */
static char *
repeat_command(const struct plan *plan, const struct plan_run *run)
{
    const struct plan_point *point = &plan->points[run->point];
    char **words =
        simulator_run_arguments("flue", plan->scenario->name, point->given, point->given_count,
                                plan->study->seed, run->replication + 1, NULL);
    char *line = shell_line(words);

    simulator_arguments_free(words);
    return line;
}

static bool
start(struct runner *runner, struct slot *slot, const struct plan_run *run)
{
    const struct plan_point *point = &runner->plan->points[run->point];
    char **arguments = simulator_run_arguments(
        runner->options->simulator, runner->plan->scenario->name, point->given, point->given_count,
        runner->plan->study->seed, run->replication + 1, NULL);
    const char *interval = runner->plan->study->series_interval;
    bool is_good;

    if (interval != NULL) {
        /* The folder is ours alone, so the slot's number makes the name unique. */
        slot->series = must_printf("%s.series-%td", runner->store->path, slot - runner->slots);
        simulator_add_series(arguments, slot->series, interval);
    }
    machine_time(slot->started, sizeof slot->started);
    is_good = child_start(&slot->child, arguments, NULL, runner->problem);
    simulator_arguments_free(arguments);
    if (is_good) {
        slot->run = run;
        slot->command = repeat_command(runner->plan, run);
    } else {
        free(slot->series);
    }
    return is_good;
}

static void
note_failure(struct runner *runner, const struct slot *slot, const char *why)
{
    runner->summary->failed++;
    if (runner->summary->first_failure == NULL)
        runner->summary->first_failure = must_printf("%s; repeat it with: %s", why, slot->command);
}

/* A run is done: its point may want more, now that all that it wanted is there. */
static bool
take_stock(struct runner *runner, const struct plan_run *run, json_t *result)
{
    const char *name = runner->plan->study->precision.metric;
    size_t index = (size_t)(run - runner->plan->runs);
    size_t before = runner->plan->wanted[run->point];
    json_t *value =
        name == NULL
            ? NULL
            : json_object_get(json_object_get(json_object_get(result, "metrics"), name), "value");

    runner->stock.is_missing[index] = false;
    runner->stock.values[index] = json_is_number(value) ? json_number_value(value) : (double)NAN;
    if (!stock_grow(&runner->stock, runner->plan, run->point))
        return true;
    /* More than one step where later runs are in the store from before. */
    while (stock_grow(&runner->stock, runner->plan, run->point)) {
    }
    schedule_extend(&runner->schedule, runner->plan, run->point);
    for (size_t i = before; i < runner->plan->wanted[run->point]; i++)
        runner->progress.total += runner->stock.is_missing[run->point * runner->plan->step + i];
    return store_put_point(runner->store, runner->plan, runner->study_id, run->point,
                           runner->problem);
}

/* Writes what a finished process left. */
static bool
record(struct runner *runner, struct slot *slot)
{
    const struct child *child = &slot->child;
    struct run_record record = {child->exit_status, child->signal, child->err.text,   slot->command,
                                slot->started,      child->wall_s, child->max_rss_kib};
    struct run_series series;
    struct problem why;
    json_t *result = NULL;
    bool has_result =
        outcome_read(runner->plan, slot->run, child, slot->series, &result, &series, &why);
    bool is_good;

    if (!has_result && child->exit_status == 0)
        record.log = why.text;
    is_good = store_put_run(runner->store, runner->study_id, runner->plan, slot->run, &record,
                            result, slot->series == NULL ? NULL : &series, runner->problem);
    run_series_fini(&series);
    schedule_finished(&runner->schedule, slot->run->point, child->wall_s);
    if (is_good && result != NULL) {
        runner->summary->done++;
        is_good = take_stock(runner, slot->run, result);
    } else if (is_good) {
        note_failure(runner, slot, why.text);
    }
    json_decref(result);
    return is_good;
}

static void
slot_free(struct slot *slot)
{
    child_fini(&slot->child);
    if (slot->series != NULL)
        unlink(slot->series);
    free(slot->series);
    free(slot->command);
    slot->series = NULL;
    slot->command = NULL;
    slot->run = NULL;
}

static size_t
running(const struct runner *runner)
{
    size_t count = 0;

    for (long i = 0; i < runner->options->jobs; i++)
        count += runner->slots[i].run != NULL;
    return count;
}

static struct progress_state
state_of(const struct runner *runner)
{
    const struct runner_summary *summary = runner->summary;

    return (struct progress_state){
        .finished = summary->done + summary->failed,
        .failed = summary->failed,
        .running = running(runner),
        .left_s = schedule_left_s(&runner->schedule, (size_t)runner->options->jobs),
    };
}

static void
wait_for_something(struct runner *runner)
{
    struct timespec tick = {0, TICK_MS * 1000000L};
    nfds_t count = 0;

    for (long i = 0; i < runner->options->jobs; i++)
        if (runner->slots[i].run != NULL)
            count += child_poll_entries(&runner->slots[i].child, runner->entries + count);
    ppoll(runner->entries, count, &tick, &runner->waiting_mask);
}

/* Records every process that has ended; `keep_failures` is false while stopping: a process that we
 * ended ourselves did not fail. */
static bool
collect(struct runner *runner, bool keep_failures)
{
    bool is_good = true;

    for (long i = 0; i < runner->options->jobs; i++) {
        struct slot *slot = &runner->slots[i];

        if (slot->run == NULL || !child_finish(&slot->child))
            continue;
        if (is_good && (keep_failures || slot->child.exit_status == 0))
            is_good = record(runner, slot);
        slot_free(slot);
    }
    return is_good;
}

static bool
stop_all(struct runner *runner)
{
    double deadline_s = progress_now() + STOP_PATIENCE_MS / 1000.0;
    bool is_good = true;
    bool is_killed = false;

    for (long i = 0; i < runner->options->jobs; i++)
        if (runner->slots[i].run != NULL)
            child_signal(&runner->slots[i].child, SIGTERM);
    while (running(runner) > 0) {
        if (!is_killed && progress_now() > deadline_s) {
            for (long i = 0; i < runner->options->jobs; i++)
                if (runner->slots[i].run != NULL)
                    child_signal(&runner->slots[i].child, SIGKILL);
            is_killed = true;
        }
        wait_for_something(runner);
        is_good = collect(runner, false) && is_good;
    }
    return is_good;
}

static bool
loop(struct runner *runner)
{
    bool is_good = true;

    while (is_good && stop_signal == 0) {
        struct progress_state state;

        for (long i = 0; i < runner->options->jobs && is_good; i++) {
            size_t next;

            if (runner->slots[i].run == NULL && schedule_next(&runner->schedule, &next))
                is_good = start(runner, &runner->slots[i], &runner->plan->runs[next]);
        }
        if (!is_good || running(runner) == 0)
            break;
        state = state_of(runner);
        progress_show(&runner->progress, &state);
        wait_for_something(runner);
        is_good = collect(runner, true);
    }
    is_good = stop_all(runner) && is_good;
    runner->summary->is_stopped = stop_signal != 0;
    runner->summary->is_interrupted =
        stop_signal != 0 &&
        runner->summary->done + runner->summary->failed < runner->progress.total;
    return is_good;
}

bool
runner_run(struct store *store, long long study_id, struct plan *plan,
           const struct runner_options *options, struct runner_summary *summary,
           struct problem *problem)
{
    struct runner runner = {.store = store,
                            .study_id = study_id,
                            .plan = plan,
                            .options = options,
                            .summary = summary,
                            .problem = problem};
    struct saved_signals saved;
    struct progress_state state;
    size_t missing;
    bool is_good;

    memset(summary, 0, sizeof *summary);
    is_good = stock_create(&runner.stock, store, plan, problem) &&
              store_put_points(store, plan, study_id, problem);
    missing = stock_missing(&runner.stock, plan);
    summary->stored = plan_wanted(plan) - missing;
    if (is_good && missing > 0) {
        runner.slots = must_alloc((size_t)options->jobs, sizeof *runner.slots);
        runner.entries = must_alloc((size_t)options->jobs * 2, sizeof *runner.entries);
        schedule_init(&runner.schedule, plan, runner.stock.is_missing, runner.stock.costs);
        progress_init(&runner.progress, options->progress, options->is_terminal, missing);
        signals_take(&runner, &saved);
        is_good = loop(&runner);
        signals_give_back(&saved);
        state = state_of(&runner);
        progress_end(&runner.progress, &state);
        schedule_fini(&runner.schedule);
        free(runner.slots);
        free(runner.entries);
    }
    stock_fini(&runner.stock);
    return is_good;
}
