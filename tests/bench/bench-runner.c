/* SPDX-License-Identifier: GPL-2.0-or-later
 *
 * What running a study costs beside its simulations, and how long flue takes to answer.
 *
 *     bench-runner [FILE]   prints a table, adds to the list in FILE
 *
 * The study has eight runs of one second of processor time each, by a program that simulates
 * nothing. What is more than eight seconds is the runner's. Answers are the fastest of nine: the
 * machine may have other work.
 */
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "measure.h"
#include "results.h"

enum { RUNS = 8, TRIES = 9 };

static const double RUNNER_TARGET = 0.05, JOBS_TARGET = 0.55, ANSWER_TARGET_MS = 50;

static double
now(void)
{
    struct timespec time;

    clock_gettime(CLOCK_MONOTONIC, &time);
    return (double)time.tv_sec + (double)time.tv_nsec / 1e9;
}

static double
seconds(struct timeval time)
{
    return (double)time.tv_sec + (double)time.tv_usec / 1e6;
}

/* Runs a program without a word; says how long it took and what it and its children worked. */
static bool
run(char *const argv[], double *elapsed, double *worked)
{
    double start = now();
    struct rusage usage;
    pid_t child = fork();
    int status;

    if (child == 0) {
        int nowhere = open("/dev/null", O_WRONLY);

        if (nowhere >= 0 && dup2(nowhere, 1) == 1 && dup2(nowhere, 2) == 2)
            execv(argv[0], argv);
        _exit(127);
    }
    if (child < 0 || wait4(child, &status, 0, &usage) != child || status != 0) {
        fprintf(stderr, "bench-runner: %s %s failed\n", argv[0], argv[1]);
        return false;
    }
    *elapsed = now() - start;
    *worked = seconds(usage.ru_utime) + seconds(usage.ru_stime);
    return true;
}

static bool
write_study(const char *path)
{
    FILE *file = fopen(path, "w");

    if (file == NULL) {
        perror(path);
        return false;
    }
    fprintf(file,
            "scenario = \"loss\";\nvary = { loss = { from = 0.001; to = 0.008; steps = %d; }; };\n",
            RUNS);
    return fclose(file) == 0;
}

static bool
measure_sweeps(const char *folder)
{
    char flue[] = FLUE, sweep[] = "sweep", out[] = "--out", jobs[] = "--jobs";
    char study[64], one[64], two[64], count_one[] = "1", count_two[] = "2";
    char *alone[] = {flue, sweep, study, out, one, jobs, count_one, NULL};
    char *together[] = {flue, sweep, study, out, two, jobs, count_two, NULL};
    double elapsed, elapsed_together, worked, worked_together;

    snprintf(study, sizeof study, "%s/study.cfg", folder);
    snprintf(one, sizeof one, "%s/one", folder);
    snprintf(two, sizeof two, "%s/two", folder);
    setenv("FLUE_SIM", FAKE_FLUE_SIM, 1);
    setenv("FAKE_BURN_MS", "1000", 1);
    if (!write_study(study) || !run(alone, &elapsed, &worked) ||
        !run(together, &elapsed_together, &worked_together))
        return false;
    unsetenv("FLUE_SIM");
    results_add("runner_share_of_processor_time", worked / RUNS - 1, "of the runs'", RUNNER_TARGET);
    results_add("two_jobs_share_of_elapsed_time", elapsed_together / elapsed, "of one job's",
                JOBS_TARGET);
    return true;
}

static bool
measure_answer(const char *name, const char *command, const char *word)
{
    char flue[] = FLUE, first[32], second[32];
    char *argv[] = {flue, first, word == NULL ? NULL : second, NULL};
    double least = 1e9, elapsed, worked;

    snprintf(first, sizeof first, "%s", command);
    snprintf(second, sizeof second, "%s", word == NULL ? "" : word);
    for (int i = 0; i < TRIES; i++) {
        if (!run(argv, &elapsed, &worked))
            return false;
        least = elapsed < least ? elapsed : least;
    }
    results_add(name, 1000 * least, "ms", ANSWER_TARGET_MS);
    return true;
}

int
main(int argc, char **argv)
{
    char folder[] = "/tmp/flue-bench-XXXXXX", rm[] = "/bin/rm", all[] = "-rf";
    char *clean[] = {rm, all, folder, NULL};
    double elapsed, worked;
    bool is_good;
    int status;

    if (measure_wants_help(argc, argv, "usage: bench-runner [FILE]\n", &status))
        return status;
    if (mkdtemp(folder) == NULL) {
        perror(folder);
        return 1;
    }
    is_good = measure_sweeps(folder) && measure_answer("flue_help", "--help", NULL) &&
              measure_answer("flue_list", "list", NULL) &&
              measure_answer("flue_describe", "describe", "loss");
    is_good = run(clean, &elapsed, &worked) && is_good;
    if (!is_good)
        return 1;
    results_print("Running studies: eight runs of one second each");
    return results_write(argc > 1 ? argv[1] : NULL) ? 0 : 1;
}
