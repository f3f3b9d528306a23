/* SPDX-License-Identifier: GPL-2.0-or-later
 *
 * Shell quoting. See shell.h.
 */
#include "shell.h"

#include <stdio.h>
#include <string.h>

#include "base.h"

static const char plain[] = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789"
                            "_-+=./:,@%";

char *
shell_line(char *const words[])
{
    char *line = NULL;
    size_t length;
    FILE *out = open_memstream(&line, &length);

    if (out == NULL)
        return must_strdup("");
    for (size_t i = 0; words[i] != NULL; i++) {
        const char *word = words[i];

        if (i > 0)
            fputc(' ', out);
        if (word[0] != '\0' && strspn(word, plain) == strlen(word)) {
            fputs(word, out);
            continue;
        }
        fputc('\'', out);
        for (; *word != '\0'; word++)
            fputs(*word == '\'' ? "'\\''" : (char[]){*word, '\0'}, out);
        fputc('\'', out);
    }
    fclose(out);
    return line;
}
