/* SPDX-License-Identifier: GPL-2.0-or-later
 *
 * What `flue plan` looks for, as a study file says it: which parameter, which end of it, and what
 * must hold. See study.h.
 */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "study_reader.h"
#include "suggest.h"

/* A point wants a few runs before it says anything, and eight times as many at the most unless the
 * study says otherwise. */
enum { SEARCH_REPLICATIONS = 4, SEARCH_GROWTH = 8 };

static const char *const search_keys[] = {"parameter",  "want",    "require",
                                          "confidence", "at_most", NULL};
static const char *const wants[] = {"largest", "smallest", NULL};

/* "latency_p99_s <= 2ms" */
static bool
parse_requirement(struct study_requirement *requirement)
{
    const char *text = requirement->text;
    size_t name = strcspn(text, " <>=");
    const char *sign = text + name + strspn(text + name, " ");
    const char *unit;
    size_t length;
    char *end;

    if (name == 0 || (strncmp(sign, "<=", 2) != 0 && strncmp(sign, ">=", 2) != 0))
        return false;
    requirement->is_least = sign[0] == '>';
    requirement->number = strtod(sign + 2, &end);
    if (end == sign + 2 || !isfinite(requirement->number))
        return false;
    unit = end + strspn(end, " ");
    length = strcspn(unit, " ");
    if (unit[length + strspn(unit + length, " ")] != '\0')
        return false;
    requirement->metric = must_printf("%.*s", (int)name, text);
    requirement->unit = must_printf("%.*s", (int)length, unit);
    return true;
}

static bool
read_requirements(struct reader *reader, const config_setting_t *group, struct study_search *search)
{
    const config_setting_t *list = config_setting_get_member(group, "require");

    if (list == NULL)
        return reader_wrong(reader, group, "plan", "require: what must hold");
    if ((!config_setting_is_list(list) && !config_setting_is_array(list)) ||
        config_setting_length(list) == 0)
        return reader_wrong(reader, list, "require",
                            "requirements in parentheses: (\"latency_p99_s <= 2ms\")");
    search->requirements =
        must_alloc((size_t)config_setting_length(list), sizeof *search->requirements);
    for (int i = 0; i < config_setting_length(list); i++) {
        const config_setting_t *member = config_setting_get_elem(list, (unsigned)i);
        struct study_requirement *requirement = &search->requirements[i];
        const char *text = config_setting_get_string(member);

        if (text == NULL)
            return reader_wrong(reader, member, "require", "texts in double quotes");
        requirement->text = must_strdup(text);
        requirement->line = reader_line(member);
        search->requirement_count++;
        if (!parse_requirement(requirement))
            return problem_at(reader->problem, reader->study->path, requirement->line,
                              "require: \"%s\": expected a metric, <= or >=, and a number with its "
                              "unit, such as \"latency_p99_s <= 2ms\"",
                              text);
    }
    return true;
}

static bool
read_confidence(struct reader *reader, const config_setting_t *group, double *confidence)
{
    const config_setting_t *setting = config_setting_get_member(group, "confidence");

    *confidence = 0.95;
    if (setting == NULL)
        return true;
    if (config_setting_type(setting) == CONFIG_TYPE_FLOAT)
        *confidence = config_setting_get_float(setting);
    return (config_setting_type(setting) == CONFIG_TYPE_FLOAT && *confidence >= 0.5 &&
            *confidence < 1) ||
           reader_wrong(reader, setting, "confidence",
                        "a number from 0.5 to below 1, such as 0.95");
}

/* How often a point is run; at most so often that the runs tell. */
static bool
read_runs(struct reader *reader, const config_setting_t *root, const config_setting_t *group)
{
    const config_setting_t *replications = config_setting_get_member(root, "replications");
    struct study *study = reader->study;
    struct study_search *search = &study->search;

    if (config_setting_get_member(root, "precision") != NULL)
        return reader_wrong(reader, config_setting_get_member(root, "precision"), "precision",
                            "none, as there is a plan: its requirements decide how many runs a "
                            "point gets");
    if (!reader_whole(reader, group, "at_most", 2, REPLICATIONS_MAX, &search->at_most))
        return false;
    if (replications == NULL)
        study->replications = search->at_most > 0 && search->at_most < SEARCH_REPLICATIONS
                                  ? search->at_most
                                  : SEARCH_REPLICATIONS;
    if (study->replications < 2)
        return reader_wrong(reader, replications, "replications", "at least 2, as there is a plan");
    if (search->at_most == 0) {
        search->at_most = study->replications * SEARCH_GROWTH;
        if (search->at_most > REPLICATIONS_MAX)
            search->at_most = REPLICATIONS_MAX;
    }
    if (study->replications > search->at_most)
        return problem_at(reader->problem, study->path, reader_member_line(group, "at_most"),
                          "at_most: expected at least %lld, as many as replications",
                          study->replications);
    return true;
}

/* plan = { parameter = "connections"; want = "largest"; require = ("latency_p99_s <= 2ms"); }; */
bool
reader_search(struct reader *reader, const config_setting_t *root)
{
    const config_setting_t *group = config_setting_get_member(root, "plan");
    struct study_search *search = &reader->study->search;
    size_t want = 0;

    if (group == NULL)
        return true;
    if (!config_setting_is_group(group))
        return reader_wrong(reader, group, "plan",
                            "a group: { parameter = \"...\"; want = \"largest\"; require = "
                            "(\"...\"); }");
    if (!reader_check_keys(reader, group, search_keys, "a plan") ||
        !reader_text(reader, group, "parameter", &search->parameter))
        return false;
    if (search->parameter == NULL)
        return reader_wrong(reader, group, "plan", "parameter: what is looked for");
    search->parameter_line = reader_member_line(group, "parameter");
    if (config_setting_get_member(group, "want") == NULL)
        return reader_wrong(reader, group, "plan", "want: largest or smallest");
    if (!reader_choice(reader, group, "want", wants, &want))
        return false;
    search->is_largest = want == 0;
    return read_requirements(reader, group, search) &&
           read_confidence(reader, group, &search->confidence) && read_runs(reader, root, group);
}

void
reader_search_free(struct study_search *search)
{
    for (size_t i = 0; i < search->requirement_count; i++) {
        free(search->requirements[i].text);
        free(search->requirements[i].metric);
        free(search->requirements[i].unit);
    }
    free(search->requirements);
    free(search->parameter);
}

bool
study_bound(const struct study_requirement *requirement, const char *unit, double *bound)
{
    static const struct {
        const char *unit; /* the metric's */
        const char *typed;
        double factor;
    } units[] = {{"s", "ms", 1e-3},      {"s", "us", 1e-6},        {"s", "ns", 1e-9},
                 {"bps", "kbps", 1e3},   {"bps", "Mbps", 1e6},     {"bps", "Gbps", 1e9},
                 {"bps", "Tbps", 1e12},  {"1", "%", 1e-2},         {"bytes", "B", 1},
                 {"bytes", "KiB", 1024}, {"bytes", "MiB", 1048576}};

    *bound = requirement->number;
    if (requirement->unit[0] == '\0' || strcmp(requirement->unit, unit) == 0)
        return true;
    for (size_t i = 0; i < sizeof units / sizeof units[0]; i++) {
        if (strcmp(units[i].unit, unit) == 0 && strcmp(units[i].typed, requirement->unit) == 0) {
            *bound = requirement->number * units[i].factor;
            return true;
        }
    }
    return false;
}

static bool
check_requirement(const struct study *study, const struct study_requirement *requirement,
                  const struct catalogue_scenario *scenario, struct problem *problem)
{
    const struct catalogue_metric *metric = catalogue_metric(scenario, requirement->metric);
    double bound;

    if (metric == NULL)
        return problem_at(problem, study->path, requirement->line,
                          "require: %s: expected a metric of scenario \"%s\"%s",
                          requirement->metric, scenario->name,
                          suggest_text(requirement->metric, catalogue_metric_name, scenario));
    if (!study_bound(requirement, metric->unit, &bound))
        return problem_at(problem, study->path, requirement->line,
                          "require: \"%s\": %s is no unit of %s, which is in %s", requirement->text,
                          requirement->unit, metric->name, metric->unit);
    return true;
}

bool
study_check_search(const struct study *study, const struct catalogue_scenario *scenario,
                   struct problem *problem)
{
    const struct study_search *search = &study->search;
    const struct study_setting *setting;

    if (search->parameter == NULL)
        return true;
    setting = study_varied(study, search->parameter);
    if (setting == NULL || study->axes[setting->axis].kind != AXIS_VARY)
        return problem_at(
            problem, study->path, search->parameter_line,
            "parameter: \"%s\": expected a parameter under vary%s", search->parameter,
            setting != NULL ? "" : suggest_text(search->parameter, study_varied_name, study));
    if (study->axes[setting->axis].length < 2)
        return problem_at(problem, study->path, setting->line,
                          "%s: expected at least two values, as the plan looks among them",
                          setting->name);
    for (size_t i = 0; i < search->requirement_count; i++)
        if (!check_requirement(study, &search->requirements[i], scenario, problem))
            return false;
    return true;
}
