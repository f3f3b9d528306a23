/* SPDX-License-Identifier: GPL-2.0-or-later
 *
 * The end of the road: everything that is made from results. See output.h.
 */
#include "output.h"

#include <stdlib.h>

#include "figure.h"
#include "folder.h"
#include "report.h"
#include "results_json.h"
#include "store.h"
#include "table.h"

static bool
read_all(const char *database, const char *study, struct results *results, struct problem *problem)
{
    struct problem ignored; /* a database that was only read has nothing to lose */
    struct store store;
    bool is_good;

    if (!store_open(&store, database, STORE_READ, problem))
        return false;
    is_good = results_read(results, &store, study, problem);
    store_close(&store, &ignored);
    return is_good;
}

/* Lists what was drawn. False: nothing was. */
static bool
name_figures(const struct figures *figures, const char *folder, json_t *files)
{
    static const char *const endings[] = {"svg", "png", "pdf"};
    size_t empty = 0;

    for (size_t i = 0; i < figures->count; i++)
        empty += figures->figures[i].is_empty;
    if (empty == figures->count)
        return false;
    for (size_t i = 0; i < figures->count; i++) {
        if (figures->figures[i].is_empty) {
            fprintf(stderr, "flue: %s: nothing was measured\n", figures->figures[i].name);
            continue;
        }
        for (size_t e = 0; e < sizeof endings / sizeof *endings; e++) {
            char *path = must_printf("%s/%s.%s", folder, figures->figures[i].name, endings[e]);

            json_array_append_new(files, json_string(path));
            free(path);
        }
    }
    return true;
}

static enum page_form
form_of(int parts)
{
    return (parts & OUTPUT_MARKDOWN) != 0 ? PAGE_MARKDOWN : PAGE_HTML;
}

/* `files` takes the names of the figures when they were asked for. */
static bool
write_parts(const struct results *results, const char *folder, int parts, json_t *files,
            struct problem *problem)
{
    char *figures_folder = must_printf("%s/figures", folder);
    struct figures figures;
    bool is_good;

    figures_create(&figures, results);
    is_good = figures_draw(&figures, figures_folder, problem);
    if (is_good && (parts & OUTPUT_REPORT) != 0)
        is_good = report_write(results, &figures, folder, form_of(parts), problem);
    if (is_good && (parts & OUTPUT_FIGURES) != 0 && !name_figures(&figures, figures_folder, files))
        is_good = problem_set(problem, EXIT_BAD_INPUT,
                              "nothing was measured of what the figures of study %s show",
                              results->study.name);
    figures_fini(&figures);
    free(figures_folder);
    return is_good;
}

static void
put_files(json_t *files, int parts, const char *folder)
{
    char *report = report_path(folder, form_of(parts));

    if ((parts & OUTPUT_JSON) != 0) {
        if ((parts & OUTPUT_REPORT) != 0)
            json_array_append_new(files, json_string(report));
        json_dumpf(files, stdout, JSON_INDENT(2));
        putchar('\n');
    } else {
        for (size_t i = 0; i < json_array_size(files); i++)
            puts(json_string_value(json_array_get(files, i)));
        if ((parts & OUTPUT_REPORT) != 0)
            printf("report: %s\n", report);
    }
    free(report);
}

/* A drawing or a report of nothing is none. */
static bool
check_contents(const char *database, const struct results *results, int parts,
               struct problem *problem)
{
    if (results->done == 0)
        return problem_set(problem, EXIT_BAD_INPUT,
                           "%s: no run of study %s is done: expected at least one (flue sweep)",
                           database, results->study.name);
    if ((parts & OUTPUT_FIGURES) != 0 && results->study.figure_count == 0)
        return problem_set(problem, EXIT_BAD_INPUT,
                           "%s: study %s wants no figures: expected figure = ( ... ) in its file",
                           database, results->study.name);
    return true;
}

bool
output_parts(const char *database, const char *study, const char *folder, int parts,
             struct problem *problem)
{
    json_t *files;
    struct results results;
    bool is_good;

    if (!read_all(database, study, &results, problem))
        return false;
    files = json_array();
    is_good = check_contents(database, &results, parts, problem) &&
              folder_prepare(folder, problem) &&
              write_parts(&results, folder, parts, files, problem);
    if (is_good)
        put_files(files, parts, folder);
    json_decref(files);
    results_fini(&results);
    return is_good;
}

bool
output_everything(const char *database, const char *study, const char *folder,
                  struct problem *problem)
{
    struct results results;
    bool is_good;

    if (!read_all(database, study, &results, problem))
        return false;
    table_print_results(&results, stdout);
    fflush(stdout);
    is_good = write_parts(&results, folder, OUTPUT_REPORT, NULL, problem);
    if (is_good)
        printf("\nreport: %s/report.html\n", folder);
    results_fini(&results);
    return is_good;
}

bool
output_report(const char *database, const char *folder, struct problem *problem)
{
    struct results results;
    bool is_good = read_all(database, NULL, &results, problem);

    if (is_good) {
        is_good = write_parts(&results, folder, OUTPUT_REPORT, NULL, problem);
        results_fini(&results);
    }
    return is_good;
}

bool
output_json(const char *database, const char *folder, struct problem *problem)
{
    struct results results;
    bool is_good;

    if (!read_all(database, NULL, &results, problem))
        return false;
    is_good = write_parts(&results, folder, OUTPUT_REPORT, NULL, problem);
    if (is_good)
        results_json_put(&results);
    results_fini(&results);
    return is_good;
}
