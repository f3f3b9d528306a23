/* SPDX-License-Identifier: GPL-2.0-or-later
 *
 * Failures as one line, memory that is there, small files in one piece. See base.h.
 */
#include "base.h"

#include <errno.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* One failure is one line: what a child or a library says may have several. */
static void
flatten(char *text)
{
    size_t length = strlen(text);

    while (length > 0 && (text[length - 1] == '\n' || text[length - 1] == ' '))
        text[--length] = '\0';
    for (char *c = text; *c != '\0'; c++)
        if (*c == '\n' || *c == '\r' || *c == '\t')
            *c = ' ';
}

bool
problem_set(struct problem *problem, int status, const char *format, ...)
{
    va_list arguments;

    problem->status = status;
    problem->is_located = false;
    va_start(arguments, format);
    vsnprintf(problem->text, sizeof problem->text, format, arguments);
    va_end(arguments);
    flatten(problem->text);
    return false;
}

bool
problem_at(struct problem *problem, const char *file, int line, const char *format, ...)
{
    va_list arguments;
    int used = snprintf(problem->text, sizeof problem->text, "%s:%d: ", file, line);
    size_t start = used < 0 ? 0 : (size_t)used;

    problem->status = EXIT_BAD_INPUT;
    problem->is_located = true;
    if (start < sizeof problem->text) {
        va_start(arguments, format);
        vsnprintf(problem->text + start, sizeof problem->text - start, format, arguments);
        va_end(arguments);
    }
    flatten(problem->text);
    return false;
}

int
problem_report(const struct problem *problem)
{
    fflush(stdout);
    fprintf(stderr, "%s%s\n", problem->is_located ? "" : "flue: ", problem->text);
    return problem->status;
}

static void *
checked(void *memory)
{
    if (memory == NULL) {
        fputs("flue: out of memory\n", stderr);
        exit(EXIT_RUNS_FAILED);
    }
    return memory;
}

void *
must_alloc(size_t count, size_t size)
{
    return checked(calloc(count == 0 ? 1 : count, size));
}

void *
must_realloc(void *old, size_t count, size_t size)
{
    return checked(reallocarray(old, count == 0 ? 1 : count, size));
}

char *
must_strdup(const char *text)
{
    return checked(strdup(text));
}

char *
must_printf(const char *format, ...)
{
    char *text = NULL;
    va_list arguments;

    va_start(arguments, format);
    if (vasprintf(&text, format, arguments) < 0)
        text = NULL;
    va_end(arguments);
    return checked(text);
}

char *
file_read(const char *path)
{
    FILE *file = fopen(path, "re");
    size_t length = 0;
    size_t room = 4096;
    char *text;
    size_t got;
    int cause;

    if (file == NULL)
        return NULL;
    text = must_alloc(room, 1);
    while ((got = fread(text + length, 1, room - length - 1, file)) > 0) {
        length += got;
        if (length + 1 == room) {
            room *= 2;
            text = must_realloc(text, room, 1);
        }
    }
    cause = ferror(file) ? errno : 0;
    fclose(file);
    text[length] = '\0';
    if (cause == 0)
        return text;
    free(text);
    errno = cause;
    return NULL;
}

bool
file_write(const char *path, const char *text)
{
    FILE *file = fopen(path, "we");
    int cause = 0;

    if (file == NULL)
        return false;
    if (fputs(text, file) == EOF)
        cause = errno;
    if (fclose(file) != 0 && cause == 0)
        cause = errno;
    errno = cause;
    return cause == 0;
}
