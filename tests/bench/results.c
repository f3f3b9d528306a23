/* SPDX-License-Identifier: GPL-2.0-or-later
 *
 * See results.h. The list is always as results_write leaves it, so adding to it is cutting off its
 * end and going on.
 */
#include "results.h"

#include <stdio.h>
#include <stdlib.h>

enum { MOST_RESULTS = 256, NAME_BYTES = 64 };

static struct result {
    char name[NAME_BYTES];
    double value;
    const char *unit;
    double target;
} results[MOST_RESULTS];
static unsigned count;

void
results_add(const char *name, double value, const char *unit, double target)
{
    if (count == MOST_RESULTS) {
        fprintf(stderr, "results: more than %d\n", MOST_RESULTS);
        exit(1);
    }
    snprintf(results[count].name, sizeof results[count].name, "%s", name);
    results[count].value = value;
    results[count].unit = unit;
    results[count].target = target;
    count++;
}

void
results_print(const char *heading)
{
    printf("%s\n\n%-48s %14s %-14s %s\n", heading, "", "value", "unit", "target");
    for (unsigned i = 0; i < count; i++) {
        printf("%-48s %14.6g %-14s ", results[i].name, results[i].value, results[i].unit);
        if (results[i].target >= 0)
            printf("%g%s", results[i].target,
                   results[i].value > results[i].target ? "  missed" : "");
        printf("\n");
    }
    printf("\n");
}

/* Opens the list so that the next element can be written: after "[", or after a comma. */
static FILE *
open_list(const char *path)
{
    static const char end[] = "\n]\n";
    FILE *file = fopen(path, "r+");

    if (file == NULL) {
        file = fopen(path, "w");
        if (file != NULL)
            fputs("[\n", file);
        return file;
    }
    if (fseek(file, -(long)(sizeof end - 1), SEEK_END) == 0)
        fputs(",\n", file);
    return file;
}

bool
results_write(const char *path)
{
    FILE *file;

    if (path == NULL || count == 0)
        return true;
    file = open_list(path);
    if (file == NULL) {
        perror(path);
        return false;
    }
    for (unsigned i = 0; i < count; i++) {
        fprintf(file, "%s  {\"name\": \"%s\", \"value\": %.6g, \"unit\": \"%s\"",
                i > 0 ? ",\n" : "", results[i].name, results[i].value, results[i].unit);
        if (results[i].target >= 0)
            fprintf(file, ", \"target\": %.6g", results[i].target);
        fprintf(file, "}");
    }
    fputs("\n]\n", file);
    if (fclose(file) != 0) {
        perror(path);
        return false;
    }
    return true;
}
