/* SPDX-License-Identifier: GPL-2.0-or-later
 *
 * From a study to a list of runs with identities. See plan.h.
 */
#include "plan.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <uthash.h>
#define XXH_INLINE_ALL
#include <xxhash.h>

bool
plan_size(const struct study *study, size_t *points, size_t *runs)
{
    *points = 1;
    for (size_t i = 0; i < study->axis_count; i++) {
        *points *= study->axes[i].length;
        if (*points > PLAN_RUNS_MAX)
            return false;
    }
    *runs = *points * study_replications(study);
    return *runs <= PLAN_RUNS_MAX;
}

static void
give_values(struct plan_point *point, const struct study *study, size_t number)
{
    point->given_count = study->fixed_count + study->vary_count;
    point->given = must_alloc(point->given_count, sizeof *point->given);
    for (size_t i = 0; i < study->fixed_count; i++)
        point->given[i] = (struct given){study->fixed[i].name, study->fixed[i].typed[0].text};
    for (size_t i = 0; i < study->vary_count; i++)
        point->given[study->fixed_count + i] =
            (struct given){study->vary[i].name, study_point_text(study, i, number)};
}

/* flue-sim refused a point: the first value that it refuses on its own is the one to name. */
static bool
blame(const struct plan *plan, const char *simulator, struct problem *problem)
{
    const struct study *study = plan->study;
    char *words = must_strdup(problem->text);

    for (size_t i = 0; i < study->fixed_count + study->vary_count; i++) {
        const struct study_setting *setting =
            i < study->fixed_count ? &study->fixed[i] : &study->vary[i - study->fixed_count];

        for (size_t v = 0; v < setting->typed_count; v++) {
            struct given alone = {setting->name, setting->typed[v].text};
            struct effective effective;
            struct problem refusal;

            if (simulator_check(simulator, study->scenario, &alone, 1, &effective, &refusal)) {
                effective_fini(&effective);
            } else if (refusal.status == EXIT_BAD_INPUT) {
                problem_at(problem, study->path, setting->typed[v].line, "%s: %s", setting->name,
                           refusal.text);
                free(words);
                return false;
            }
        }
    }
    problem_at(problem, study->path, study->vary_line, "vary: %s", words);
    free(words);
    return false;
}

static bool
check_points(struct plan *plan, const char *simulator, struct problem *problem)
{
    for (size_t i = 0; i < plan->point_count; i++) {
        struct plan_point *point = &plan->points[i];

        give_values(point, plan->study, i);
        if (simulator_check(simulator, plan->study->scenario, point->given, point->given_count,
                            &point->effective, problem))
            continue;
        if (problem->status == EXIT_BAD_INPUT)
            return blame(plan, simulator, problem);
        return false;
    }
    return true;
}

/* Keeps one key=value to a line whatever the value holds. */
static void
put_escaped(FILE *out, const char *text)
{
    for (; *text != '\0'; text++) {
        if (*text == '\\' || *text == '\n')
            fputc('\\', out);
        fputc(*text == '\n' ? 'n' : *text, out);
    }
}

char *
plan_canonical_of(const char *scenario, const struct effective *effective, long long seed,
                  long long run, const char *origin)
{
    char *text = NULL;
    size_t length;
    FILE *out = open_memstream(&text, &length);

    if (out == NULL)
        return must_strdup("");
    fprintf(out, "result schema=%d\n%sscenario=%s\nseed=%lld\nrun=%lld\n", RESULT_SCHEMA, origin,
            scenario, seed, run);
    for (size_t i = 0; i < effective->count; i++) {
        fprintf(out, "parameter.%s=", effective->parameters[i].name);
        put_escaped(out, effective->parameters[i].text);
        fputc('\n', out);
    }
    fclose(out);
    return text;
}

char *
plan_canonical(const struct plan *plan, const struct plan_run *run)
{
    return plan_canonical_of(plan->scenario->name, &plan->points[run->point].effective,
                             plan->study->seed, run->replication + 1, plan->origin);
}

void
plan_id(const char *canonical, char id[RUN_ID_LENGTH + 1])
{
    XXH128_hash_t hash = XXH3_128bits(canonical, strlen(canonical));

    snprintf(id, RUN_ID_LENGTH + 1, "%016llx%016llx", (unsigned long long)hash.high64,
             (unsigned long long)hash.low64);
}

/* Version and commit name the simulator, unless it was built from changed or unknown sources: then
 * the program's own bytes do, or results of an older build would pass for those of this one. */
static bool
name_origin(struct plan *plan, const struct catalogue *catalogue, const char *simulator,
            struct problem *problem)
{
    const char *commit = catalogue->commit;
    bool is_exact = commit[0] != '\0' && strcmp(commit, "unknown") != 0 &&
                    strstr(commit, "dirty") == NULL && strstr(commit, "modified") == NULL;
    char bytes[65536];
    XXH3_state_t *state;
    XXH128_hash_t hash;
    FILE *file;
    size_t got;

    if (is_exact) {
        plan->origin = must_printf("flue=%s\ncommit=%s\n", catalogue->flue_version, commit);
        return true;
    }
    file = fopen(simulator, "rbe");
    if (file == NULL)
        return problem_set(problem, EXIT_BAD_INPUT, "%s: %s", simulator, strerror(errno));
    state = XXH3_createState();
    XXH3_128bits_reset(state);
    while ((got = fread(bytes, 1, sizeof bytes, file)) > 0)
        XXH3_128bits_update(state, bytes, got);
    fclose(file);
    hash = XXH3_128bits_digest(state);
    XXH3_freeState(state);
    plan->origin =
        must_printf("flue=%s\ncommit=%s\nprogram=%016llx%016llx\n", catalogue->flue_version, commit,
                    (unsigned long long)hash.high64, (unsigned long long)hash.low64);
    return true;
}

struct seen {
    const char *id;
    size_t point;
    UT_hash_handle hh;
};

/* Two spellings of one value ("1ms", "1000us") would be one run counted twice. */
static bool
check_different(const struct plan *plan, struct problem *problem)
{
    struct seen *entries = must_alloc(plan->point_count, sizeof *entries);
    struct seen *table = NULL;
    bool is_good = true;

    for (size_t i = 0; i < plan->point_count && is_good; i++) {
        struct seen *same = NULL;

        entries[i].id = plan->runs[i * plan->step].id;
        entries[i].point = i;
        HASH_FIND(hh, table, entries[i].id, RUN_ID_LENGTH, same);
        if (same == NULL) {
            HASH_ADD_KEYPTR(hh, table, entries[i].id, RUN_ID_LENGTH, &entries[i]);
            continue;
        }
        is_good = problem_at(problem, plan->study->path, plan->study->vary_line,
                             "vary: points %zu and %zu are the same to the simulator: expected "
                             "values that differ",
                             same->point + 1, i + 1);
    }
    HASH_CLEAR(hh, table);
    free(entries);
    return is_good;
}

static void
list_runs(struct plan *plan)
{
    for (size_t i = 0; i < plan->run_count; i++) {
        struct plan_run *run = &plan->runs[i];
        char *canonical;

        run->point = i / plan->step;
        run->replication = (long long)(i % plan->step);
        canonical = plan_canonical(plan, run);
        plan_id(canonical, run->id);
        free(canonical);
    }
}

/* A run with a time series is another run than one without: what is in the database has it, or not.
 */
static void
name_series(struct plan *plan)
{
    char *longer;

    if (plan->study->series_interval == NULL)
        return;
    longer = must_printf("%sseries=%s\n", plan->origin, plan->study->series_interval);
    free(plan->origin);
    plan->origin = longer;
}

bool
plan_create(struct plan *plan, struct study *study, const struct catalogue *catalogue,
            const char *simulator, struct problem *problem)
{
    memset(plan, 0, sizeof *plan);
    if (!study_check(study, catalogue, problem))
        return false;
    plan->study = study;
    plan->catalogue = catalogue;
    plan->scenario = catalogue_find(catalogue, study->scenario);
    if (!plan_size(study, &plan->point_count, &plan->run_count))
        return problem_at(problem, study->path, study->vary_line,
                          "vary: expected at most %d runs in all (values multiplied, times "
                          "replications)",
                          PLAN_RUNS_MAX);
    plan->step = study_replications(study);
    plan->points = must_alloc(plan->point_count, sizeof *plan->points);
    plan->runs = must_alloc(plan->run_count, sizeof *plan->runs);
    plan->wanted = must_alloc(plan->point_count, sizeof *plan->wanted);
    for (size_t i = 0; i < plan->point_count; i++)
        plan->wanted[i] = (size_t)study->replications;
    if (study_expand(study, plan->scenario, simulator, problem) &&
        check_points(plan, simulator, problem) &&
        name_origin(plan, catalogue, simulator, problem)) {
        name_series(plan);
        list_runs(plan);
        if (check_different(plan, problem))
            return true;
    }
    plan_fini(plan);
    return false;
}

void
plan_fini(struct plan *plan)
{
    for (size_t i = 0; i < plan->point_count && plan->points != NULL; i++) {
        free(plan->points[i].given);
        effective_fini(&plan->points[i].effective);
    }
    free(plan->points);
    free(plan->runs);
    free(plan->wanted);
    free(plan->origin);
    memset(plan, 0, sizeof *plan);
}

size_t
plan_wanted(const struct plan *plan)
{
    size_t count = 0;

    for (size_t i = 0; i < plan->point_count; i++)
        count += plan->wanted[i];
    return count;
}
