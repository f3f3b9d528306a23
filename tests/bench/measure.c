/* SPDX-License-Identifier: GPL-2.0-or-later
 *
 * See measure.h.
 */
#include "measure.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/types.h>
#include <sys/wait.h>
#include <unistd.h>

enum { MOST_ARGUMENTS = 16, TEXT_BYTES = 256 };

/* Starts argv with its output going to `out` and, when `quiet`, its errors nowhere. */
static pid_t
start(char *const argv[], int out, bool quiet)
{
    pid_t child = fork();

    if (child != 0)
        return child;
    if (quiet) {
        int nowhere = open("/dev/null", O_WRONLY);

        if (nowhere >= 0)
            dup2(nowhere, STDERR_FILENO);
    }
    dup2(out, STDOUT_FILENO);
    close(out);
    execvp(argv[0], argv);
    _exit(127);
}

/* Waits for `child`; true when it ended well. */
static bool
finish(pid_t child, struct rusage *usage)
{
    int status = 0;
    pid_t ended;

    do
        ended = wait4(child, &status, 0, usage);
    while (ended < 0 && errno == EINTR);
    return ended == child && WIFEXITED(status) && WEXITSTATUS(status) == 0;
}

bool
measure_has_callgrind(void)
{
    char *argv[] = {"valgrind", "--version", NULL};
    struct rusage usage;
    int nowhere = open("/dev/null", O_WRONLY);
    pid_t child;

    if (nowhere < 0)
        return false;
    child = start(argv, nowhere, true);
    close(nowhere);
    return child > 0 && finish(child, &usage);
}

/* Runs argv; what it prints (a line) goes into `text`. */
static bool
run(char *const argv[], char text[TEXT_BYTES], struct rusage *used)
{
    ssize_t length;
    int ends[2];
    pid_t child;

    if (pipe(ends) != 0)
        return false;
    child = start(argv, ends[1], false);
    close(ends[1]);
    length = child > 0 ? read(ends[0], text, TEXT_BYTES - 1) : -1;
    close(ends[0]);
    if (child <= 0 || !finish(child, used) || length <= 0) {
        fprintf(stderr, "%s %s failed\n", argv[0], argv[1]);
        return false;
    }
    text[length] = '\0';
    return true;
}

bool
measure_numbers(char *const argv[], double *numbers, unsigned most)
{
    struct rusage used;
    char text[TEXT_BYTES], *at = text;

    if (!run(argv, text, &used))
        return false;
    for (unsigned i = 0; i < most; i++) {
        char *end;

        numbers[i] = strtod(at, &end);
        if (end == at) {
            fprintf(stderr, "%s %s: %u numbers expected\n", argv[0], argv[1], most);
            return false;
        }
        at = end;
    }
    return true;
}

bool
measure_run(char *const argv[], struct usage *usage)
{
    struct rusage used;
    char text[TEXT_BYTES];

    if (!run(argv, text, &used))
        return false;
    usage->seconds = (double)used.ru_utime.tv_sec + (double)used.ru_stime.tv_sec +
                     1e-6 * (double)(used.ru_utime.tv_usec + used.ru_stime.tv_usec);
    usage->peak_bytes = (uint64_t)used.ru_maxrss * 1024;
    return sscanf(text, "%" SCNu64 " %" SCNu64, &usage->events, &usage->segments) == 2;
}

/* Adds the "totals: N" of a callgrind file's pieces, and of what came behind the last of them,
 * which is nothing, to the `parts` sums in turn. False: there was none. */
static bool
read_totals(const char *path, unsigned parts, uint64_t *instructions)
{
    FILE *file = fopen(path, "r");
    char line[512];
    uint64_t total;
    unsigned pieces = 0;

    if (file == NULL)
        return false;
    while (fgets(line, sizeof line, file) != NULL)
        if (sscanf(line, "totals: %" SCNu64, &total) == 1)
            instructions[pieces++ % parts] += total;
    fclose(file);
    return pieces > 0;
}

/* Runs argv under callgrind and reads what it wrote. */
static bool
run_callgrind(char *const argv[], const char *at_start, unsigned parts, uint64_t *instructions)
{
    char path[] = "/tmp/flue-bench-XXXXXX", option[64], start_option[32];
    char *wrapped[MOST_ARGUMENTS] = {"valgrind", "--tool=callgrind", option, start_option,
                                     "--combine-dumps=yes"};
    struct rusage usage;
    bool is_good;
    pid_t child;
    int file = mkstemp(path), nowhere = open("/dev/null", O_WRONLY);

    if (file < 0 || nowhere < 0) {
        fprintf(stderr, "no temporary file: %s\n", strerror(errno));
        return false;
    }
    close(file);
    snprintf(option, sizeof option, "--callgrind-out-file=%s", path);
    snprintf(start_option, sizeof start_option, "--instr-atstart=%s", at_start);
    for (int i = 0; argv[i] != NULL && i + 6 < MOST_ARGUMENTS; i++)
        wrapped[i + 5] = argv[i];
    memset(instructions, 0, parts * sizeof *instructions);
    child = start(wrapped, nowhere, true);
    close(nowhere);
    is_good = child > 0 && finish(child, &usage) && read_totals(path, parts, instructions);
    if (!is_good)
        fprintf(stderr, "callgrind did not count %s %s\n", argv[0], argv[1]);
    unlink(path);
    return is_good;
}

bool
measure_instructions(char *const argv[], enum measure_part part, uint64_t *instructions)
{
    return run_callgrind(argv, part == MEASURE_ALL ? "yes" : "no", 1, instructions);
}

bool
measure_parts(char *const argv[], unsigned parts, uint64_t *instructions)
{
    return run_callgrind(argv, "no", parts, instructions);
}

bool
measure_wants_help(int argc, char **argv, const char *usage, int *status)
{
    bool is_asked = argc == 2 && strcmp(argv[1], "--help") == 0;

    if (argc < 2 || argv[1][0] != '-')
        return false;
    fputs(usage, is_asked ? stdout : stderr);
    *status = is_asked ? 0 : 2;
    return true;
}
