/* SPDX-License-Identifier: GPL-2.0-or-later
 *
 * Study files: libconfig's tree into struct study. This file owns the keys of the whole and the
 * numbers of replications; parameters are read in study_vary.c, figures in study_figure.c.
 */
#include "study.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "study_reader.h"

enum { PRECISION_REPLICATIONS = 3 }; /* fewer say next to nothing about an interval */

static const char *const study_keys[] = {"title",     "question", "scenario", "fixed",
                                         "vary",      "zip",      "sample",   "replications",
                                         "precision", "plan",     "seed",     "series_interval",
                                         "metrics",   "figure",   NULL};
static const char *const precision_keys[] = {"metric", "relative", "at_most", NULL};

static bool
read_relative(struct reader *reader, const config_setting_t *group, double *relative)
{
    const config_setting_t *setting = config_setting_get_member(group, "relative");
    static const char expected[] = "a number above 0 and below 1, such as 0.02";

    if (setting == NULL)
        return reader_wrong(reader, group, "precision", "relative: half-width by mean");
    if (config_setting_type(setting) != CONFIG_TYPE_FLOAT)
        return reader_wrong(reader, setting, "relative", expected);
    *relative = config_setting_get_float(setting);
    return (*relative > 0 && *relative < 1) || reader_wrong(reader, setting, "relative", expected);
}

/* precision = { metric = "goodput_bps"; relative = 0.02; at_most = 50; }; */
static bool
read_precision(struct reader *reader, const config_setting_t *root)
{
    const config_setting_t *group = config_setting_get_member(root, "precision");
    struct study *study = reader->study;
    struct study_precision *precision = &study->precision;

    if (group == NULL)
        return true;
    if (!config_setting_is_group(group))
        return reader_wrong(reader, group, "precision",
                            "a group: { metric = \"...\"; relative = 0.02; at_most = 50; }");
    if (!reader_check_keys(reader, group, precision_keys, "a precision") ||
        !reader_text(reader, group, "metric", &precision->metric))
        return false;
    if (precision->metric == NULL)
        return reader_wrong(reader, group, "precision", "metric: whose interval counts");
    precision->metric_line = reader_member_line(group, "metric");
    if (!read_relative(reader, group, &precision->relative))
        return false;
    if (config_setting_get_member(group, "at_most") == NULL)
        return reader_wrong(reader, group, "precision", "at_most: where replications end");
    if (!reader_whole(reader, group, "at_most", 2, REPLICATIONS_MAX, &precision->at_most))
        return false;
    if (config_setting_get_member(root, "replications") == NULL)
        study->replications = precision->at_most < PRECISION_REPLICATIONS ? precision->at_most
                                                                          : PRECISION_REPLICATIONS;
    if (study->replications < 2)
        return reader_wrong(reader, config_setting_get_member(root, "replications"), "replications",
                            "at least 2, as there is a precision");
    if (study->replications > precision->at_most)
        return problem_at(reader->problem, study->path, reader_member_line(group, "at_most"),
                          "at_most: expected at least %lld, as many as replications",
                          study->replications);
    return true;
}

/* A time above zero, as flue-sim reads it. */
static bool
is_time(const char *text)
{
    static const char *const units[] = {"s", "ms", "us", "ns", "ps"};
    char *end;
    double value = strtod(text, &end);

    for (size_t i = 0; i < sizeof units / sizeof *units; i++)
        if (strcmp(end, units[i]) == 0)
            return value > 0 && text[strspn(text, "0123456789.")] == units[i][0];
    return false;
}

static bool
read_series_interval(struct reader *reader, const config_setting_t *root)
{
    char **text = &reader->study->series_interval;

    return reader_text(reader, root, "series_interval", text) &&
           (*text == NULL || is_time(*text) ||
            reader_wrong(reader, config_setting_get_member(root, "series_interval"),
                         "series_interval", "a time above zero, such as \"1ms\""));
}

static bool
read_root(struct reader *reader, const config_setting_t *root)
{
    struct study *study = reader->study;
    const config_setting_t *scenario = config_setting_get_member(root, "scenario");
    static const char *const varied[] = {"vary", "zip", "sample"};

    if (!reader_check_keys(reader, root, study_keys, "a study"))
        return false;
    if (scenario == NULL)
        return problem_at(reader->problem, study->path, 1,
                          "scenario: missing: expected scenario = \"...\";");
    study->scenario_line = reader_line(scenario);
    study->vary_line = study->scenario_line;
    for (size_t i = 3; i-- > 0;)
        if (config_setting_get_member(root, varied[i]) != NULL)
            study->vary_line = reader_member_line(root, varied[i]);
    return reader_text(reader, root, "scenario", &study->scenario) &&
           reader_text(reader, root, "title", &study->title) &&
           reader_text(reader, root, "question", &study->question) && reader_fixed(reader, root) &&
           reader_varied(reader, root) &&
           reader_whole(reader, root, "replications", 1, REPLICATIONS_MAX, &study->replications) &&
           read_precision(reader, root) && reader_search(reader, root) &&
           reader_whole(reader, root, "seed", 1, 4294944442LL, &study->seed) &&
           read_series_interval(reader, root) && reader_metrics(reader, root) &&
           reader_figures(reader, root);
}

/* The text of a study goes into the results database and must be whole there. */
static bool
check_includes(const struct study *study, struct problem *problem)
{
    int line = 1;

    for (const char *at = study->text; at != NULL; line++) {
        at += strspn(at, " \t");
        if (strncmp(at, "@include", 8) == 0)
            return problem_at(problem, study->path, line,
                              "@include: expected the whole study in one file");
        at = strchr(at, '\n');
        at = at == NULL ? NULL : at + 1;
    }
    return true;
}

static char *
name_of(const char *path)
{
    const char *slash = strrchr(path, '/');
    char *name = must_strdup(slash == NULL ? path : slash + 1);
    char *dot = strrchr(name, '.');

    if (dot != NULL && dot != name)
        *dot = '\0';
    return name;
}

bool
study_parse(struct study *study, const char *path, const char *text, struct problem *problem)
{
    struct reader reader = {study, problem};
    config_t config;
    bool is_good;

    memset(study, 0, sizeof *study);
    study->path = must_strdup(path);
    study->name = name_of(path);
    study->text = must_strdup(text);
    study->replications = 1;
    study->seed = 1;
    config_init(&config);
    if (!check_includes(study, problem)) {
        is_good = false;
    } else if (config_read_string(&config, text) != CONFIG_TRUE) {
        is_good = problem_at(problem, path, config_error_line(&config),
                             "%s: expected name = value; (texts in double quotes, lists in "
                             "parentheses)",
                             config_error_text(&config));
    } else {
        is_good = read_root(&reader, config_root_setting(&config));
    }
    config_destroy(&config);
    if (!is_good)
        study_fini(study);
    return is_good;
}

bool
study_read(struct study *study, const char *path, struct problem *problem)
{
    char *text = file_read(path);
    bool is_good;

    memset(study, 0, sizeof *study);
    if (text == NULL)
        return problem_set(problem, EXIT_BAD_INPUT, "%s: %s: expected a study file", path,
                           strerror(errno));
    is_good = study_parse(study, path, text, problem);
    free(text);
    return is_good;
}

void
study_fini(struct study *study)
{
    reader_settings_free(study->fixed, study->fixed_count, study->axes);
    reader_settings_free(study->vary, study->vary_count, study->axes);
    reader_figures_free(study);
    free(study->axes);
    reader_search_free(&study->search);
    free(study->precision.metric);
    free(study->series_interval);
    free(study->path);
    free(study->name);
    free(study->text);
    free(study->title);
    free(study->question);
    free(study->scenario);
    memset(study, 0, sizeof *study);
}

size_t
study_replications(const struct study *study)
{
    if (study->search.parameter != NULL)
        return (size_t)study->search.at_most;
    return (size_t)(study->precision.metric != NULL ? study->precision.at_most
                                                    : study->replications);
}

bool
study_wants_series(const struct study *study)
{
    for (size_t i = 0; i < study->figure_count; i++)
        if (study->figures[i].kind == FIGURE_TIME)
            return true;
    return false;
}

const struct study_setting *
study_varied(const struct study *study, const char *name)
{
    for (size_t i = 0; i < study->vary_count; i++)
        if (strcmp(study->vary[i].name, name) == 0)
            return &study->vary[i];
    return NULL;
}

size_t
study_place(const struct study *study, size_t axis, size_t point)
{
    for (size_t i = study->axis_count; i-- > axis + 1;)
        point /= study->axes[i].length;
    return point % study->axes[axis].length;
}

const char *
study_point_text(const struct study *study, size_t index, size_t point)
{
    const struct study_setting *setting = &study->vary[index];

    return setting->texts[study_place(study, setting->axis, point)];
}

const char *
study_varied_name(const void *study, size_t index)
{
    const struct study *s = study;

    return index < s->vary_count ? s->vary[index].name : NULL;
}

const char *
study_key(size_t index)
{
    return study_keys[index];
}
