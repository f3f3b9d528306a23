/* SPDX-License-Identifier: GPL-2.0-or-later
 *
 * A laid-out figure's files, and gnuplot itself. See gnuplot.h.
 */
#include "gnuplot.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "process.h"

static char *
data_text(const struct figure *figure)
{
    char *text = NULL;
    size_t length;
    FILE *out = open_memstream(&text, &length);

    if (out == NULL)
        return must_strdup("");
    gnuplot_comment(out, figure->title);
    gnuplot_comment(out, figure->x.label);
    gnuplot_comment(out, figure->y.label);
    if (figure->z.label != NULL)
        gnuplot_comment(out, figure->z.label);
    for (size_t s = 0; s < figure->series_count; s++) {
        fputs(s == 0 ? "" : "\n\n", out);
        gnuplot_series(out, figure, &figure->series[s]);
    }
    fclose(out);
    return text;
}

static bool
write_part(const char *folder, const struct figure *figure, const char *ending, char *text,
           struct problem *problem)
{
    char *path = must_printf("%s/%s%s", folder, figure->name, ending);
    bool is_good = file_write(path, text);

    if (!is_good)
        problem_set(problem, EXIT_RUNS_FAILED, "%s: %s", path, strerror(errno));
    free(path);
    free(text);
    return is_good;
}

static bool
run_gnuplot(const char *folder, const struct figure *figure, struct problem *problem)
{
    char *script = must_printf("%s.gp", figure->name);
    char *arguments[] = {must_strdup("gnuplot"), must_strdup("-d"), script, NULL};
    struct child child;
    bool is_good = process_run(&child, arguments, folder, problem);

    if (is_good && child.exit_status == 127)
        is_good = problem_set(problem, EXIT_RUNS_FAILED,
                              "gnuplot could not be started: expected the program gnuplot in PATH "
                              "(Debian: gnuplot-nox)");
    else if (is_good && child.exit_status != 0)
        is_good = problem_set(problem, EXIT_RUNS_FAILED, "%s: gnuplot: %s", script, child.err.text);
    child_fini(&child);
    free(arguments[0]);
    free(arguments[1]);
    free(script);
    return is_good;
}

/* Takes the five files out of the folder they were made in: all of a good drawing, or none. */
static bool
move_files(const char *from, const char *to, const struct figure *figure, bool is_good,
           struct problem *problem)
{
    static const char *const endings[] = {"dat", "gp", "svg", "png", "pdf"};

    for (size_t i = 0; i < sizeof endings / sizeof *endings; i++) {
        char *made = must_printf("%s/%s.%s", from, figure->name, endings[i]);
        char *place = must_printf("%s/%s.%s", to, figure->name, endings[i]);

        if (is_good && rename(made, place) != 0)
            is_good = problem_set(problem, EXIT_RUNS_FAILED, "%s: %s", place, strerror(errno));
        if (!is_good)
            unlink(made);
        free(made);
        free(place);
    }
    return is_good;
}

/* A figure that was there before stays as it was until the whole of its successor is. */
static bool
draw(const struct figure *figure, const char *folder, struct problem *problem)
{
    char *workshop = must_printf("%s/.drawing", folder);
    bool is_good;

    if (mkdir(workshop, 0777) != 0 && errno != EEXIST) {
        is_good = problem_set(problem, EXIT_RUNS_FAILED, "%s: %s", workshop, strerror(errno));
    } else {
        is_good = write_part(workshop, figure, ".dat", data_text(figure), problem) &&
                  write_part(workshop, figure, ".gp", gnuplot_script(figure), problem) &&
                  run_gnuplot(workshop, figure, problem);
        is_good = move_files(workshop, folder, figure, is_good, problem);
        rmdir(workshop);
    }
    free(workshop);
    return is_good;
}

bool
figures_draw(const struct figures *figures, const char *folder, struct problem *problem)
{
    for (size_t i = 0; i < figures->count; i++)
        if (!figures->figures[i].is_empty && !draw(&figures->figures[i], folder, problem))
            return false;
    return true;
}
