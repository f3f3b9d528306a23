/* SPDX-License-Identifier: GPL-2.0-or-later
 *
 * Child processes over fork, exec and pipes. See process.h.
 */
#include "process.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

enum {
    EXEC_FAILED = 127,       /* as a shell says it */
    STDERR_KEPT_BYTES = 4096 /* enough for the last words of a crash */
};

/* Runs in the child between fork and exec: only calls that are safe there. */
static _Noreturn void
become(char *const argv[], const char *cwd, int out, int err, pid_t parent)
{
    sigset_t none;

    setpgid(0, 0);
    prctl(PR_SET_PDEATHSIG, SIGKILL);
    if (getppid() != parent)
        _exit(EXEC_FAILED); /* the parent died before it could take us along */
    signal(SIGXFSZ, SIG_DFL);
    sigemptyset(&none);
    sigprocmask(SIG_SETMASK, &none, NULL);
    if (dup2(out, STDOUT_FILENO) >= 0 && dup2(err, STDERR_FILENO) >= 0 &&
        (cwd == NULL || chdir(cwd) == 0))
        execvp(argv[0], argv);
    dprintf(STDERR_FILENO, "%s: %s\n", argv[0], strerror(errno));
    _exit(EXEC_FAILED);
}

bool
child_start(struct child *child, char *const argv[], const char *cwd, struct problem *problem)
{
    int out[2] = {-1, -1};
    int err[2] = {-1, -1};
    pid_t parent = getpid();

    memset(child, 0, sizeof *child);
    child->err.keep = STDERR_KEPT_BYTES;
    if (pipe2(out, O_CLOEXEC) == 0 && pipe2(err, O_CLOEXEC) == 0) {
        clock_gettime(CLOCK_MONOTONIC, &child->started);
        child->pid = fork();
        if (child->pid == 0)
            become(argv, cwd, out[1], err[1], parent);
    } else {
        child->pid = -1;
    }
    if (child->pid < 0) {
        problem_set(problem, EXIT_RUNS_FAILED, "%s: cannot start it: %s", argv[0], strerror(errno));
        for (int i = 0; i < 2; i++) {
            if (out[i] >= 0)
                close(out[i]);
            if (err[i] >= 0)
                close(err[i]);
        }
        child->pid = 0;
        return false;
    }
    setpgid(child->pid, child->pid); /* both sides, so that it holds before either goes on */
    close(out[1]);
    close(err[1]);
    child->out.fd = out[0];
    child->err.fd = err[0];
    fcntl(child->out.fd, F_SETFL, O_NONBLOCK);
    fcntl(child->err.fd, F_SETFL, O_NONBLOCK);
    return true;
}

nfds_t
child_poll_entries(const struct child *child, struct pollfd *entries)
{
    nfds_t count = 0;

    if (child->pid != 0 && child->out.fd >= 0)
        entries[count++] = (struct pollfd){.fd = child->out.fd, .events = POLLIN};
    if (child->pid != 0 && child->err.fd >= 0)
        entries[count++] = (struct pollfd){.fd = child->err.fd, .events = POLLIN};
    return count;
}

static void
append(struct child_output *output, const char *bytes, size_t count)
{
    if (output->length + count + 1 > output->room) {
        output->room = (output->length + count + 1) * 2;
        output->text = must_realloc(output->text, output->room, 1);
    }
    memcpy(output->text + output->length, bytes, count);
    output->length += count;
    if (output->keep > 0 && output->length > output->keep) {
        size_t surplus = output->length - output->keep;

        memmove(output->text, output->text + surplus, output->keep);
        output->length = output->keep;
    }
    output->text[output->length] = '\0';
}

static void
read_output(struct child_output *output)
{
    char bytes[16384];

    while (output->fd >= 0) {
        ssize_t got = read(output->fd, bytes, sizeof bytes);

        if (got > 0) {
            append(output, bytes, (size_t)got);
        } else if (got < 0 && errno == EINTR) {
            continue;
        } else if (got < 0 && errno == EAGAIN) {
            return;
        } else {
            close(output->fd);
            output->fd = -1;
        }
    }
}

void
child_read(struct child *child)
{
    read_output(&child->out);
    read_output(&child->err);
}

static void
settle(struct child *child, int status, const struct rusage *usage)
{
    struct timespec now;

    clock_gettime(CLOCK_MONOTONIC, &now);
    child->wall_s = (double)(now.tv_sec - child->started.tv_sec) +
                    (double)(now.tv_nsec - child->started.tv_nsec) * 1e-9;
    child->exit_status = WIFEXITED(status) ? WEXITSTATUS(status) : -1;
    child->signal = WIFSIGNALED(status) ? WTERMSIG(status) : 0;
    child->max_rss_kib = usage->ru_maxrss;
    child->pid = 0;
    append(&child->out, "", 0); /* texts are never NULL */
    append(&child->err, "", 0);
}

bool
child_finish(struct child *child)
{
    struct rusage usage;
    int status;
    pid_t gone;

    if (child->pid == 0)
        return false;
    child_read(child);
    if (child->out.fd >= 0 || child->err.fd >= 0)
        return false;
    gone = wait4(child->pid, &status, WNOHANG, &usage);
    if (gone != child->pid)
        return false;
    settle(child, status, &usage);
    return true;
}

void
child_signal(const struct child *child, int signal)
{
    if (child->pid > 0)
        kill(-child->pid, signal);
}

void
child_fini(struct child *child)
{
    free(child->out.text);
    free(child->err.text);
    child->out.text = NULL;
    child->err.text = NULL;
}

bool
process_run(struct child *child, char *const argv[], const char *cwd, struct problem *problem)
{
    struct pollfd entries[2];

    if (!child_start(child, argv, cwd, problem))
        return false;
    while (!child_finish(child)) {
        nfds_t count = child_poll_entries(child, entries);

        /* With both streams closed only the exit is missing: look again shortly. */
        poll(entries, count, count == 0 ? 1 : 1000);
    }
    return true;
}

char *
child_outcome_text(const struct child *child)
{
    if (child->signal != 0)
        return must_printf("signal %d (%s)", child->signal, strsignal(child->signal));
    return must_printf("exit status %d", child->exit_status);
}
