/* SPDX-License-Identifier: GPL-2.0-or-later
 *
 * The end of the road: everything that is made from results. See output.h.
 */
#include "output.h"

#include <stdlib.h>

#include "figure.h"
#include "report.h"
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

static bool
write_parts(const struct results *results, const char *folder, int parts, struct problem *problem)
{
    char *figures_folder = must_printf("%s/figures", folder);
    struct figures figures;
    bool is_good;

    figures_create(&figures, results);
    is_good = figures_draw(&figures, figures_folder, problem);
    if (is_good && (parts & OUTPUT_REPORT) != 0)
        is_good = report_write(results, &figures, folder, problem);
    for (size_t i = 0; is_good && (parts & OUTPUT_FIGURES) != 0 && i < figures.count; i++) {
        if (figures.figures[i].is_empty)
            fprintf(stderr, "flue: %s: nothing was measured\n", figures.figures[i].name);
        else
            printf("%s/%s.svg\n%s/%s.png\n", figures_folder, figures.figures[i].name,
                   figures_folder, figures.figures[i].name);
    }
    figures_fini(&figures);
    free(figures_folder);
    return is_good;
}

bool
output_parts(const char *database, const char *study, const char *folder, int parts,
             struct problem *problem)
{
    struct results results;
    bool is_good;

    if (!read_all(database, study, &results, problem))
        return false;
    is_good = write_parts(&results, folder, parts, problem);
    if (is_good && (parts & OUTPUT_REPORT) != 0)
        printf("report: %s/report.html\n", folder);
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
    is_good = write_parts(&results, folder, OUTPUT_REPORT, problem);
    if (is_good)
        printf("\nreport: %s/report.html\n", folder);
    results_fini(&results);
    return is_good;
}
