/* SPDX-License-Identifier: GPL-2.0-or-later
 *
 * Study files: libconfig's tree into struct study. libconfig keeps the line of every setting but
 * does not know our keys and types: each setting is asked for its type here, and a key nobody reads
 * is refused.
 */
#include "study.h"

#include <errno.h>
#include <libconfig.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "suggest.h"

enum { REPLICATIONS_MAX = 100000 };

/* What the functions below pass along. */
struct reader {
    struct study *study;
    struct problem *problem;
};

static const char *const study_keys[] = {"title",        "question", "scenario", "fixed", "vary",
                                         "replications", "seed",     "figure",   NULL};
static const char *const figure_keys[] = {"x",     "y",       "series",  "logx",
                                          "title", "x_label", "y_label", NULL};

static bool
wrong(struct reader *reader, const config_setting_t *at, const char *word, const char *expected)
{
    return problem_at(reader->problem, reader->study->path, (int)config_setting_source_line(at),
                      "%s: expected %s", word, expected);
}

static int
line_of(const config_setting_t *setting)
{
    return (int)config_setting_source_line(setting);
}

/* With the nearest key, or all of them when none is near. */
static bool
unknown_key(struct reader *reader, const config_setting_t *member, const char *const *keys,
            const char *where)
{
    const char *name = config_setting_name(member);
    const char *nearest = suggest_text(name, suggest_array, keys);
    char all[160] = "";

    for (size_t k = 0; keys[k] != NULL && nearest[0] == '\0'; k++) {
        size_t used = strlen(all);

        snprintf(all + used, sizeof all - used, "%s%s", k == 0 ? ": expected one of " : ", ",
                 keys[k]);
    }
    return problem_at(reader->problem, reader->study->path, line_of(member),
                      "%s: not a key of %s%s%s", name, where, nearest, all);
}

/* Refuses the first member of the group that is not in `keys`. */
static bool
check_keys(struct reader *reader, const config_setting_t *group, const char *const *keys,
           const char *where)
{
    for (int i = 0; i < config_setting_length(group); i++) {
        const config_setting_t *member = config_setting_get_elem(group, (unsigned)i);
        const char *name = config_setting_name(member);
        bool is_known = false;

        for (size_t k = 0; keys[k] != NULL; k++)
            is_known = is_known || strcmp(keys[k], name) == 0;
        if (!is_known)
            return unknown_key(reader, member, keys, where);
    }
    return true;
}

/* An optional text; *text stays NULL without it. Line breaks become spaces: these are titles and
 * labels. */
static bool
read_text(struct reader *reader, const config_setting_t *group, const char *key, char **text)
{
    const config_setting_t *setting = config_setting_get_member(group, key);

    if (setting == NULL)
        return true;
    if (config_setting_type(setting) != CONFIG_TYPE_STRING)
        return wrong(reader, setting, key, "a text in double quotes");
    if (config_setting_get_string(setting)[0] == '\0')
        return wrong(reader, setting, key, "a text that is not empty");
    *text = must_strdup(config_setting_get_string(setting));
    for (char *c = *text; *c != '\0'; c++)
        if ((unsigned char)*c < ' ')
            *c = ' ';
    return true;
}

static bool
read_whole(struct reader *reader, const config_setting_t *root, const char *key, long long maximum,
           long long *number)
{
    const config_setting_t *setting = config_setting_get_member(root, key);
    char expected[64];

    if (setting == NULL)
        return true;
    snprintf(expected, sizeof expected, "a whole number from 1 to %lld", maximum);
    if (config_setting_type(setting) != CONFIG_TYPE_INT &&
        config_setting_type(setting) != CONFIG_TYPE_INT64)
        return wrong(reader, setting, key, expected);
    *number = config_setting_get_int64(setting);
    if (*number < 1 || *number > maximum)
        return wrong(reader, setting, key, expected);
    return true;
}

/* The shortest decimal that reads back as the same number. */
static char *
real_text(double value)
{
    char text[32];

    for (int digits = 1; digits <= 17; digits++) {
        snprintf(text, sizeof text, "%.*g", digits, value);
        if (!(strtod(text, NULL) < value) && !(strtod(text, NULL) > value))
            break;
    }
    return must_strdup(text);
}

static bool
read_value(struct reader *reader, const config_setting_t *setting, const char *word,
           struct study_value *value)
{
    value->line = line_of(setting);
    switch (config_setting_type(setting)) {
    case CONFIG_TYPE_STRING:
        value->text = must_strdup(config_setting_get_string(setting));
        return true;
    case CONFIG_TYPE_INT:
    case CONFIG_TYPE_INT64:
        value->text = must_printf("%lld", config_setting_get_int64(setting));
        return true;
    case CONFIG_TYPE_FLOAT:
        value->text = real_text(config_setting_get_float(setting));
        return true;
    default:
        return wrong(reader, setting, word, "a number, or a text in double quotes");
    }
}

static bool
read_list(struct reader *reader, const config_setting_t *list, struct study_setting *setting)
{
    size_t count = (size_t)config_setting_length(list);

    if (!config_setting_is_list(list) && !config_setting_is_array(list))
        return wrong(reader, list, setting->name, "a list of values in parentheses: (a, b)");
    if (count == 0)
        return wrong(reader, list, setting->name, "at least one value in the list");
    setting->values = must_alloc(count, sizeof *setting->values);
    for (size_t i = 0; i < count; i++) {
        struct study_value *value = &setting->values[i];

        if (!read_value(reader, config_setting_get_elem(list, (unsigned)i), setting->name, value))
            return false;
        setting->value_count++;
        for (size_t k = 0; k < i; k++)
            if (strcmp(setting->values[k].text, value->text) == 0)
                return problem_at(reader->problem, reader->study->path, value->line,
                                  "%s: \"%s\" is in the list twice: expected different values",
                                  setting->name, value->text);
    }
    return true;
}

/* `fixed` and `vary`: the same shape, but for lists. */
static bool
read_settings(struct reader *reader, const config_setting_t *root, const char *key, bool is_vary,
              struct study_setting **settings, size_t *count)
{
    const config_setting_t *group = config_setting_get_member(root, key);

    if (group == NULL)
        return true;
    if (!config_setting_is_group(group))
        return wrong(reader, group, key,
                     is_vary ? "a group of lists: { name = (a, b); }"
                             : "a group of values: { name = value; }");
    *settings = must_alloc((size_t)config_setting_length(group), sizeof **settings);
    for (int i = 0; i < config_setting_length(group); i++) {
        const config_setting_t *member = config_setting_get_elem(group, (unsigned)i);
        struct study_setting *setting = &(*settings)[i];

        setting->name = must_strdup(config_setting_name(member));
        setting->line = line_of(member);
        ++*count;
        if (is_vary) {
            if (!read_list(reader, member, setting))
                return false;
        } else {
            setting->values = must_alloc(1, sizeof *setting->values);
            if (!read_value(reader, member, setting->name, setting->values))
                return false;
            setting->value_count = 1;
        }
    }
    return true;
}

static int
member_line(const config_setting_t *group, const char *key)
{
    const config_setting_t *member = config_setting_get_member(group, key);

    return line_of(member == NULL ? group : member);
}

/* Two figures of the same axes need two file names. */
static void
name_figure(struct study *study, struct study_figure *figure)
{
    size_t same = 0;

    for (size_t i = 0; i < study->figure_count; i++)
        same += strcmp(study->figures[i].x, figure->x) == 0 &&
                strcmp(study->figures[i].y, figure->y) == 0;
    if (same == 0)
        figure->name = must_printf("%s_by_%s", figure->y, figure->x);
    else
        figure->name = must_printf("%s_by_%s_%zu", figure->y, figure->x, same + 1);
}

static bool
read_figure(struct reader *reader, const config_setting_t *group, struct study_figure *figure)
{
    const config_setting_t *logx;

    if (!config_setting_is_group(group))
        return wrong(reader, group, "figure", "groups: ( { x = \"...\"; y = \"...\"; } )");
    logx = config_setting_get_member(group, "logx");
    figure->x_line = member_line(group, "x");
    figure->y_line = member_line(group, "y");
    figure->series_line = member_line(group, "series");
    if (!check_keys(reader, group, figure_keys, "a figure") ||
        !read_text(reader, group, "x", &figure->x) || !read_text(reader, group, "y", &figure->y) ||
        !read_text(reader, group, "series", &figure->series) ||
        !read_text(reader, group, "title", &figure->title) ||
        !read_text(reader, group, "x_label", &figure->x_label) ||
        !read_text(reader, group, "y_label", &figure->y_label))
        return false;
    if (figure->x == NULL)
        return wrong(reader, group, "figure", "x, a varied parameter");
    if (figure->y == NULL)
        return wrong(reader, group, "figure", "y, a metric");
    if (logx != NULL && config_setting_type(logx) != CONFIG_TYPE_BOOL)
        return wrong(reader, logx, "logx", "true or false");
    figure->logx = logx != NULL && config_setting_get_bool(logx);
    return true;
}

static bool
read_figures(struct reader *reader, const config_setting_t *root)
{
    struct study *study = reader->study;
    const config_setting_t *list = config_setting_get_member(root, "figure");

    if (list == NULL)
        return true;
    if (!config_setting_is_list(list))
        return wrong(reader, list, "figure", "a list of groups: ( { x = \"...\"; y = \"...\"; } )");
    study->figures = must_alloc((size_t)config_setting_length(list), sizeof *study->figures);
    for (int i = 0; i < config_setting_length(list); i++) {
        struct study_figure *figure = &study->figures[i];
        bool is_good = read_figure(reader, config_setting_get_elem(list, (unsigned)i), figure);

        if (is_good)
            name_figure(study, figure);
        study->figure_count++; /* counted even when bad, so that it is freed */
        if (!is_good)
            return false;
    }
    return true;
}

static bool
read_root(struct reader *reader, const config_setting_t *root)
{
    struct study *study = reader->study;
    const config_setting_t *scenario = config_setting_get_member(root, "scenario");
    const config_setting_t *vary = config_setting_get_member(root, "vary");

    if (!check_keys(reader, root, study_keys, "a study"))
        return false;
    if (scenario == NULL)
        return problem_at(reader->problem, study->path, 1,
                          "scenario: missing: expected scenario = \"...\";");
    study->scenario_line = line_of(scenario);
    study->vary_line = vary == NULL ? study->scenario_line : line_of(vary);
    return read_text(reader, root, "scenario", &study->scenario) &&
           read_text(reader, root, "title", &study->title) &&
           read_text(reader, root, "question", &study->question) &&
           read_settings(reader, root, "fixed", false, &study->fixed, &study->fixed_count) &&
           read_settings(reader, root, "vary", true, &study->vary, &study->vary_count) &&
           read_whole(reader, root, "replications", REPLICATIONS_MAX, &study->replications) &&
           read_whole(reader, root, "seed", 4294944442LL, &study->seed) &&
           read_figures(reader, root);
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

static void
settings_free(struct study_setting *settings, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        /* A value that was refused has a place in the list but no text yet. */
        for (size_t k = 0; k < settings[i].value_count; k++)
            free(settings[i].values[k].text);
        free(settings[i].values);
        free(settings[i].name);
    }
    free(settings);
}

void
study_fini(struct study *study)
{
    settings_free(study->fixed, study->fixed_count);
    settings_free(study->vary, study->vary_count);
    for (size_t i = 0; i < study->figure_count; i++) {
        struct study_figure *figure = &study->figures[i];

        free(figure->name);
        free(figure->x);
        free(figure->y);
        free(figure->series);
        free(figure->title);
        free(figure->x_label);
        free(figure->y_label);
    }
    free(study->figures);
    free(study->path);
    free(study->name);
    free(study->text);
    free(study->title);
    free(study->question);
    free(study->scenario);
    memset(study, 0, sizeof *study);
}

const struct study_setting *
study_varied(const struct study *study, const char *name)
{
    for (size_t i = 0; i < study->vary_count; i++)
        if (strcmp(study->vary[i].name, name) == 0)
            return &study->vary[i];
    return NULL;
}

const char *
study_point_text(const struct study *study, size_t index, size_t point)
{
    for (size_t i = study->vary_count; i-- > index + 1;)
        point /= study->vary[i].value_count;
    return study->vary[index].values[point % study->vary[index].value_count].text;
}

const char *
study_varied_name(const void *study, size_t index)
{
    const struct study *s = study;

    return index < s->vary_count ? s->vary[index].name : NULL;
}
