/* SPDX-License-Identifier: GPL-2.0-or-later
 *
 * replay FOLDER: runs a fuzz target on every file of a folder, in a program that any compiler
 * builds.
 */
#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>

#include "fuzz.h"

static void
run_file(const char *folder, const char *name)
{
    char path[4096];
    uint8_t *data = malloc(1 << 20);
    size_t size;
    FILE *file;

    snprintf(path, sizeof path, "%s/%s", folder, name);
    file = fopen(path, "rb");
    if (file == NULL || data == NULL) {
        fprintf(stderr, "replay: cannot read %s\n", path);
        exit(1);
    }
    size = fread(data, 1, 1 << 20, file);
    fclose(file);
    fprintf(stderr, "%s: %zu bytes\n", name, size);
    LLVMFuzzerTestOneInput(data, size);
    free(data);
}

int
main(int argc, char **argv)
{
    DIR *folder = argc == 2 ? opendir(argv[1]) : NULL;
    const struct dirent *entry;
    unsigned count = 0;

    if (folder == NULL) {
        fprintf(stderr, "usage: replay FOLDER\n");
        return 2;
    }
    while ((entry = readdir(folder)) != NULL) {
        if (entry->d_name[0] == '.')
            continue;
        run_file(argv[1], entry->d_name);
        count++;
    }
    closedir(folder);
    if (count == 0)
        fprintf(stderr, "replay: no seed in %s\n", argv[1]);
    return count == 0 ? 1 : 0;
}
