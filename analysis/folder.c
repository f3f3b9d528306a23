/* SPDX-License-Identifier: GPL-2.0-or-later
 *
 * Making and locking the output folder. See folder.h.
 */
#include "folder.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

static bool
refuse(const char *path, struct problem *problem)
{
    return problem_set(problem, EXIT_BAD_INPUT, "%s: %s: expected a folder that can be written to",
                       path, strerror(errno));
}

/* mkdir -p */
static bool
make(const char *path)
{
    char *partial = must_strdup(path);
    bool is_good = true;

    for (char *c = partial + 1; is_good && *partial != '\0'; c++) {
        bool is_end = *c == '\0';

        if (*c != '/' && !is_end)
            continue;
        *c = '\0';
        is_good = mkdir(partial, 0777) == 0 || errno == EEXIST;
        if (is_end)
            break;
        *c = '/';
    }
    free(partial);
    return is_good;
}

static bool
try_writing(const char *path)
{
    char *file = must_printf("%s/.flue-XXXXXX", path);
    int fd = mkostemp(file, O_CLOEXEC);
    int cause = errno;

    if (fd >= 0) {
        close(fd);
        unlink(file);
    }
    free(file);
    errno = cause;
    return fd >= 0;
}

bool
folder_make(const char *path, struct problem *problem)
{
    if (path[0] == '\0')
        return problem_set(problem, EXIT_BAD_INPUT, "--out \"\": expected the name of a folder");
    return (make(path) && try_writing(path)) || refuse(path, problem);
}

bool
folder_prepare(const char *path, struct problem *problem)
{
    char *figures = must_printf("%s/figures", path);
    bool is_good = folder_make(path, problem);

    if (is_good && !(make(figures) && try_writing(figures)))
        is_good = refuse(path, problem);
    free(figures);
    return is_good;
}

bool
folder_lock(const char *path, int *lock, struct problem *problem)
{
    *lock = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (*lock < 0)
        return refuse(path, problem);
    if (flock(*lock, LOCK_EX | LOCK_NB) == 0)
        return true;
    if (errno == EWOULDBLOCK)
        problem_set(problem, EXIT_BAD_INPUT,
                    "%s: another sweep is writing there: expected a folder of its own (--out), or "
                    "its end",
                    path);
    else
        refuse(path, problem);
    close(*lock);
    *lock = -1;
    return false;
}

void
folder_unlock(int lock)
{
    if (lock >= 0)
        close(lock);
}

char *
folder_of(const char *file)
{
    const char *slash = strrchr(file, '/');

    if (slash == NULL)
        return must_strdup(".");
    if (slash == file)
        return must_strdup("/");
    return must_printf("%.*s", (int)(slash - file), file);
}
