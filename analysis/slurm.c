/* SPDX-License-Identifier: GPL-2.0-or-later
 *
 * A sweep as a Slurm job array: each task runs a part of the points into a database of its own,
 * which the next call takes over. The folder OUT/slurm holds
 *
 *   STUDY.cfg           the study as it was submitted
 *   job.sh              what was submitted
 *   I-of-N/results.db   of task I; task.log beside it has what the task said
 *
 * Whether tasks are under way is asked of Slurm by the job's name, which is made of the folder and
 * the study. So nothing is kept that could be wrong after a crash, and calling again is always
 * safe: it waits, collects, or submits what is still missing.
 */
#include <dirent.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "folder.h"
#include "progress.h"
#include "shell.h"
#include "stock.h"
#include "sweep.h"

enum { TASKS_DEFAULT = 100 };

struct cluster {
    struct sweep *sweep;
    char *folder;   /* OUT/slurm, absolute */
    char *job_name; /* flue- and a hash */
    char hash[RUN_ID_LENGTH + 1];
    long long tasks; /* the N of I-of-N */
};

/* What Slurm knows of our job. */
struct queue {
    size_t running;
    size_t waiting;
};

/* Runs one of Slurm's commands; *text is what it printed. */
static bool
ask_slurm(char *const argv[], char **text, struct problem *problem)
{
    struct child child;
    bool is_good = process_run(&child, argv, NULL, problem);

    if (!is_good)
        return false;
    if (child.exit_status == 0) {
        *text = must_strdup(child.out.text);
    } else {
        char *words = simulator_last_words(&child);

        is_good =
            problem_set(problem, EXIT_RUNS_FAILED, "%s%s", words,
                        child.exit_status == 127 ? ": expected Slurm's commands in PATH" : "");
        free(words);
    }
    child_fini(&child);
    return is_good;
}

static bool
read_queue(const struct cluster *cluster, struct queue *queue, struct problem *problem)
{
    char words[][16] = {"squeue", "--noheader", "--array", "--me", "--format=%T", "--name"};
    char *argv[] = {words[0], words[1], words[2],          words[3],
                    words[4], words[5], cluster->job_name, NULL};
    char *text;
    char *rest;

    if (!ask_slurm(argv, &text, problem))
        return false;
    *queue = (struct queue){0};
    rest = text;
    for (char *line; (line = strsep(&rest, "\n")) != NULL;) {
        if (*line == '\0')
            continue;
        if (strcmp(line, "PENDING") == 0)
            queue->waiting++;
        else
            queue->running++;
    }
    free(text);
    return true;
}

/* Takes over every part that is there, whatever division into parts it is of. */
static bool
collect(const struct cluster *cluster)
{
    struct sweep *sweep = cluster->sweep;
    DIR *folder = opendir(cluster->folder);
    bool is_good = true;

    if (folder == NULL)
        return true; /* nothing was submitted yet */
    for (struct dirent *entry; is_good && (entry = readdir(folder)) != NULL;) {
        char *path = must_printf("%s/%s/results.db", cluster->folder, entry->d_name);

        if (strstr(entry->d_name, "-of-") != NULL && access(path, F_OK) == 0)
            is_good = store_merge(&sweep->store, path, NULL, 0, 0, sweep->problem);
        free(path);
    }
    closedir(folder);
    return is_good;
}

static size_t
part_missing(const struct cluster *cluster, const struct stock *stock, size_t part)
{
    const struct plan *plan = &cluster->sweep->plan;
    size_t count = 0;

    for (size_t point = part; point < plan->point_count; point += (size_t)cluster->tasks)
        count += stock_point_missing(stock, plan, point);
    return count;
}

/* A part begins with what is there of it, so that its task runs what is missing and nothing else.
 */
static bool
seed_part(const struct cluster *cluster, size_t part)
{
    struct sweep *sweep = cluster->sweep;
    char *path = must_printf("%s/%zu-of-%lld", cluster->folder, part + 1, cluster->tasks);
    char *database = must_printf("%s/results.db", path);
    struct problem ignored;
    struct store store = {0};
    bool is_good = folder_make(path, sweep->problem) &&
                   store_open(&store, database, STORE_WRITE, sweep->problem) &&
                   store_merge(&store, sweep->database, cluster->hash, (long long)part,
                               cluster->tasks, sweep->problem);

    is_good = store_close(&store, is_good ? sweep->problem : &ignored) && is_good;
    free(path);
    free(database);
    return is_good;
}

/* Into double quotes of an #SBATCH line. */
static char *
sbatch_quoted(const char *text)
{
    char *quoted = must_alloc(2 * strlen(text) + 1, 1);
    char *to = quoted;

    for (; *text != '\0'; text++) {
        if (*text == '"' || *text == '\\')
            *to++ = '\\';
        *to++ = *text;
    }
    *to = '\0';
    return quoted;
}

static char *
shell_word(const char *word)
{
    char *words[] = {must_strdup(word), NULL};
    char *line = shell_line(words);

    free(words[0]);
    return line;
}

/* #SBATCH lines; `array` is the list of tasks. */
static void
put_directives(const struct cluster *cluster, const char *array, FILE *out)
{
    const struct sweep_wish *wish = cluster->sweep->wish;
    char *folder = sbatch_quoted(cluster->folder);
    char here[4096];
    char *quoted = sbatch_quoted(getcwd(here, sizeof here) == NULL ? "." : here);

    fprintf(out, "#!/bin/sh\n#SBATCH --job-name=%s\n#SBATCH --array=%s", cluster->job_name, array);
    if (wish->at_once > 0)
        fprintf(out, "%%%lld", wish->at_once);
    fprintf(out, "\n#SBATCH --ntasks=1 --cpus-per-task=%lld\n", wish->jobs > 0 ? wish->jobs : 1);
    fprintf(out, "#SBATCH --output=\"%s/%%a-of-%lld/task.log\"\n", folder, cluster->tasks);
    fprintf(out, "#SBATCH --chdir=\"%s\"\n", quoted);
    if (wish->slurm_options != NULL)
        fprintf(out, "#SBATCH %s\n", wish->slurm_options);
    free(folder);
    free(quoted);
}

static char *
script_text(const struct cluster *cluster, const char *array, const char *study)
{
    const struct sweep_wish *wish = cluster->sweep->wish;
    char self[4096];
    ssize_t length = readlink("/proc/self/exe", self, sizeof self - 1);
    char *simulator = realpath(cluster->sweep->simulator, NULL);
    char *words[4];
    char *text = NULL;
    size_t size;
    FILE *out = open_memstream(&text, &size);

    self[length < 0 ? 0 : length] = '\0';
    words[0] = shell_word(simulator == NULL ? cluster->sweep->simulator : simulator);
    words[1] = shell_word(self);
    words[2] = shell_word(study);
    words[3] = shell_word(cluster->folder);
    if (out != NULL) {
        put_directives(cluster, array, out);
        fprintf(out, "FLUE_SIM=%s\nexport FLUE_SIM\n", words[0]);
        fprintf(out,
                "exec %s sweep %s --points \"$SLURM_ARRAY_TASK_ID/%lld\" --jobs %lld \\\n"
                "    --out %s/\"$SLURM_ARRAY_TASK_ID\"-of-%lld\n",
                words[1], words[2], cluster->tasks, wish->jobs > 0 ? wish->jobs : 1, words[3],
                cluster->tasks);
        fclose(out);
    }
    for (size_t i = 0; i < 4; i++)
        free(words[i]);
    free(simulator);
    return text;
}

/* "1,4,5": the parts that lack runs, which are made ready; NULL on failure. */
static char *
prepare_parts(const struct cluster *cluster, const struct stock *stock, size_t *count)
{
    char *array = must_strdup("");

    *count = 0;
    for (size_t part = 0; part < (size_t)cluster->tasks; part++) {
        char *longer;

        if (part_missing(cluster, stock, part) == 0)
            continue;
        if (!seed_part(cluster, part)) {
            free(array);
            return NULL;
        }
        longer = must_printf("%s%s%zu", array, *count == 0 ? "" : ",", part + 1);
        free(array);
        array = longer;
        ++*count;
    }
    return array;
}

static void
say_submitted(const struct cluster *cluster, const struct stock *stock, const char *job,
              size_t tasks)
{
    double core_s = sweep_estimate_s(cluster->sweep, stock);
    char duration[32];

    fprintf(stderr, "flue: job %.*s: %zu task%s for %zu runs", (int)strcspn(job, ";\n"), job, tasks,
            tasks == 1 ? "" : "s", stock_missing(stock, &cluster->sweep->plan));
    if (core_s > 0) {
        progress_duration(duration, sizeof duration, core_s);
        fprintf(stderr, ", about %s of one core", duration);
    }
    fputc('\n', stderr);
}

static bool
submit(struct cluster *cluster, const struct stock *stock)
{
    struct sweep *sweep = cluster->sweep;
    char *study = must_printf("%s/%s.cfg", cluster->folder, sweep->study.name);
    char *script = must_printf("%s/job.sh", cluster->folder);
    char words[][16] = {"sbatch", "--parsable"};
    char *argv[] = {words[0], words[1], script, NULL};
    char *job = NULL;
    char *text = NULL;
    size_t tasks = 0;
    char *array;
    bool is_good;

    array =
        folder_make(cluster->folder, sweep->problem) ? prepare_parts(cluster, stock, &tasks) : NULL;
    is_good = array != NULL;
    if (is_good) {
        text = script_text(cluster, array, study);
        is_good =
            (text != NULL && file_write(study, sweep->study.text) && file_write(script, text)) ||
            problem_set(sweep->problem, EXIT_RUNS_FAILED, "%s: %s", cluster->folder,
                        strerror(errno));
    }
    is_good = is_good && ask_slurm(argv, &job, sweep->problem);
    if (is_good)
        say_submitted(cluster, stock, job, tasks);
    free(array);
    free(text);
    free(job);
    free(script);
    free(study);
    return is_good;
}

static void
cluster_init(struct cluster *cluster, struct sweep *sweep)
{
    size_t points = sweep->plan.point_count;
    char *out = realpath(sweep->wish->out, NULL);
    char id[RUN_ID_LENGTH + 1];
    char *all;

    cluster->sweep = sweep;
    cluster->folder = must_printf("%s/slurm", out == NULL ? sweep->wish->out : out);
    store_study_hash(&sweep->plan, cluster->hash);
    all = must_printf("%s\n%s", cluster->folder, sweep->study.name);
    plan_id(all, id);
    cluster->job_name = must_printf("flue-%.12s", id);
    cluster->tasks = sweep->wish->tasks > 0 ? sweep->wish->tasks : TASKS_DEFAULT;
    if (cluster->tasks > (long long)points)
        cluster->tasks = (long long)points;
    free(all);
    free(out);
}

/* Until Slurm knows nothing of the job any more. */
static bool
wait_for_end(const struct cluster *cluster, struct queue *queue)
{
    struct timespec pause = {0, 500 * 1000000L};
    struct problem *problem = cluster->sweep->problem;

    while (queue->running + queue->waiting > 0) {
        nanosleep(&pause, NULL);
        /* The first answers come soon, for short studies; a long one is asked for seldom. */
        if (pause.tv_sec < 10)
            pause.tv_sec++;
        if (!read_queue(cluster, queue, problem))
            return false;
    }
    return true;
}

/* Collects, and submits what is missing; *is_pending: results are still to come. */
static bool
advance(struct cluster *cluster, bool may_submit, bool *is_pending, size_t *missing)
{
    struct sweep *sweep = cluster->sweep;
    struct stock stock = {0};
    long long study_id = 0;
    bool is_good =
        store_put_study(&sweep->store, &sweep->plan, sweep->command, &study_id, sweep->problem) &&
        collect(cluster) && stock_create(&stock, &sweep->store, &sweep->plan, sweep->problem) &&
        store_put_points(&sweep->store, &sweep->plan, study_id, sweep->problem);

    *is_pending = false;
    *missing = is_good ? stock_missing(&stock, &sweep->plan) : 0;
    if (is_good && *missing > 0 && may_submit) {
        is_good = submit(cluster, &stock);
        *is_pending = is_good;
    }
    stock_fini(&stock);
    return is_good;
}

/* One call: what is under way is left alone, or waited for. */
static bool
drive(struct cluster *cluster, bool *is_pending, size_t *missing)
{
    struct sweep *sweep = cluster->sweep;
    struct queue queue;
    bool is_good = read_queue(cluster, &queue, sweep->problem);

    *is_pending = false;
    *missing = 0;
    if (is_good && queue.running + queue.waiting > 0) {
        fprintf(stderr, "flue: %zu tasks are running, %zu are waiting\n", queue.running,
                queue.waiting);
        *is_pending = true;
        if (!sweep->wish->is_waiting)
            return true;
        is_good = wait_for_end(cluster, &queue);
    }
    is_good = is_good && advance(cluster, true, is_pending, missing);
    if (!is_good || !*is_pending || !sweep->wish->is_waiting)
        return is_good;
    queue.waiting = 1;
    return wait_for_end(cluster, &queue) && advance(cluster, false, is_pending, missing);
}

bool
sweep_slurm(struct sweep *sweep, int *status)
{
    struct cluster cluster;
    bool is_pending = false;
    size_t missing = 0;
    bool is_good;

    if (!sweep_open(sweep))
        return false;
    cluster_init(&cluster, sweep);
    is_good = drive(&cluster, &is_pending, &missing);
    if (is_good && is_pending) {
        fprintf(stderr, "flue: for the results, call again: %s\n", sweep->command);
        *status = EXIT_PENDING;
    } else if (is_good && missing > 0) {
        struct problem said;

        problem_set(&said, EXIT_RUNS_FAILED,
                    "%zu of %zu runs failed or were not reached (the same command tries them "
                    "again); %s has what each task said",
                    missing, plan_wanted(&sweep->plan), cluster.folder);
        *status = problem_report(&said);
    }
    is_good = is_good && store_close(&sweep->store, sweep->problem);
    if (is_good && !is_pending)
        is_good = sweep_output(sweep);
    free(cluster.folder);
    free(cluster.job_name);
    return is_good;
}
