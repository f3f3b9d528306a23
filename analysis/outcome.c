/* SPDX-License-Identifier: GPL-2.0-or-later
 *
 * Belief and doubt in what flue-sim printed. See outcome.h.
 */
#include "outcome.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "simulator.h"

/* A result is believed only when it says itself that it is the run that was asked for. */
static bool
check_result(const struct plan *plan, const struct plan_run *run, json_t *result,
             struct problem *problem)
{
    json_t *versions = json_object_get(result, "versions");
    const char *scenario = json_string_value(json_object_get(result, "scenario"));
    const char *version = json_string_value(json_object_get(versions, "flue"));
    const char *commit = json_string_value(json_object_get(versions, "commit"));
    char id[RUN_ID_LENGTH + 1];
    struct effective effective;
    char *canonical;

    if (version == NULL || strcmp(version, plan->catalogue->flue_version) != 0 ||
        (commit != NULL && strcmp(commit, plan->catalogue->commit) != 0))
        return problem_set(problem, EXIT_RUNS_FAILED,
                           "the result is of another version of flue-sim: was it rebuilt during "
                           "the sweep?");
    if (scenario == NULL || !effective_parse(&effective, json_object_get(result, "parameters")))
        return problem_set(problem, EXIT_RUNS_FAILED,
                           "the result lacks its scenario or parameters");
    canonical =
        plan_canonical_of(scenario, &effective, json_integer_value(json_object_get(result, "seed")),
                          json_integer_value(json_object_get(result, "run")), plan->origin);
    plan_id(canonical, id);
    free(canonical);
    effective_fini(&effective);
    if (strcmp(id, run->id) != 0)
        return problem_set(
            problem, EXIT_RUNS_FAILED,
            "the result's parameters, seed or run are not those that were asked for");
    return true;
}

static bool
read_series(const char *file, struct run_series *series, struct problem *why)
{
    char *text;
    bool is_good;

    if (file == NULL)
        return true;
    text = file_read(file);
    is_good = text == NULL ? problem_set(why, EXIT_RUNS_FAILED, "%s: %s", file, strerror(errno))
                           : run_series_parse(series, text, why);
    free(text);
    return is_good;
}

static void
say_failure(const struct child *child, struct problem *why)
{
    char *outcome = child_outcome_text(child);
    char *words = simulator_last_words(child);

    if (strcmp(words, outcome) == 0)
        problem_set(why, EXIT_RUNS_FAILED, "%s", outcome);
    else
        problem_set(why, EXIT_RUNS_FAILED, "%s: %s", outcome, words);
    free(outcome);
    free(words);
}

bool
outcome_read(const struct plan *plan, const struct plan_run *run, const struct child *child,
             const char *series_file, json_t **result, struct run_series *series,
             struct problem *why)
{
    memset(series, 0, sizeof *series);
    *result = NULL;
    if (child->exit_status != 0) {
        say_failure(child, why);
        return false;
    }
    if (!simulator_result_parse(child->out.text, result, why))
        return false;
    if (check_result(plan, run, *result, why) && read_series(series_file, series, why))
        return true;
    json_decref(*result);
    *result = NULL;
    return false;
}
