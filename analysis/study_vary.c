/* SPDX-License-Identifier: GPL-2.0-or-later
 *
 * The parameters of a study file: fixed, varied, zipped, sampled. See study.h.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "study_reader.h"

static const char *const range_keys[] = {"from", "to", "steps", "scale", NULL};
static const char *const sampled_keys[] = {"from", "to", "scale", NULL};
static const char *const sample_keys[] = {"method", "points", "vary", NULL};
static const char *const scales[] = {"linear", "log", NULL};
static const char *const methods[] = {"latin-hypercube", "sobol", "halton", NULL}; /* the enum's */

static struct study_setting *
add_setting(struct study_setting **settings, size_t *count, const config_setting_t *member)
{
    struct study_setting *setting;

    *settings = must_realloc(*settings, *count + 1, sizeof **settings);
    setting = &(*settings)[(*count)++];
    memset(setting, 0, sizeof *setting);
    setting->name = must_strdup(config_setting_name(member));
    setting->line = reader_line(member);
    return setting;
}

bool
reader_fixed(struct reader *reader, const config_setting_t *root)
{
    const config_setting_t *group = config_setting_get_member(root, "fixed");
    struct study *study = reader->study;

    if (group == NULL)
        return true;
    if (!config_setting_is_group(group))
        return reader_wrong(reader, group, "fixed", "a group of values: { name = value; }");
    for (int i = 0; i < config_setting_length(group); i++) {
        const config_setting_t *member = config_setting_get_elem(group, (unsigned)i);
        struct study_setting *setting = add_setting(&study->fixed, &study->fixed_count, member);

        setting->typed = must_alloc(1, sizeof *setting->typed);
        if (!reader_value(reader, member, setting->name, setting->typed))
            return false;
        setting->typed_count = 1;
    }
    return true;
}

static bool
read_list(struct reader *reader, const config_setting_t *list, struct study_setting *setting)
{
    size_t count = (size_t)config_setting_length(list);

    if (count == 0)
        return reader_wrong(reader, list, setting->name, "at least one value in the list");
    setting->typed = must_alloc(count, sizeof *setting->typed);
    for (size_t i = 0; i < count; i++) {
        const config_setting_t *member = config_setting_get_elem(list, (unsigned)i);

        if (!reader_value(reader, member, setting->name, &setting->typed[i]))
            return false;
        setting->typed_count++;
    }
    return true;
}

/* In a list of its own a value that comes twice is a mistake; in a zipped one it is not. */
static bool
check_twice(struct reader *reader, const struct study_setting *setting)
{
    for (size_t i = 0; i < setting->typed_count; i++)
        for (size_t k = 0; k < i; k++)
            if (strcmp(setting->typed[k].text, setting->typed[i].text) == 0)
                return problem_at(reader->problem, reader->study->path, setting->typed[i].line,
                                  "%s: \"%s\" is in the list twice: expected different values",
                                  setting->name, setting->typed[i].text);
    return true;
}

/* { from = "1ms"; to = "10ms"; steps = 4; scale = "log"; }; a sampled one has no steps. */
static bool
read_range(struct reader *reader, const config_setting_t *group, struct study_setting *setting,
           bool is_sampled, size_t *steps)
{
    static const char *const ends[] = {"from", "to"};
    size_t scale = 0;
    long long count = 0;

    if (!reader_check_keys(reader, group, is_sampled ? sampled_keys : range_keys, "a range"))
        return false;
    setting->is_range = true;
    setting->typed = must_alloc(2, sizeof *setting->typed);
    for (size_t i = 0; i < 2; i++) {
        const config_setting_t *end = config_setting_get_member(group, ends[i]);

        if (end == NULL)
            return reader_wrong(reader, group, setting->name,
                                is_sampled ? "{ from = ...; to = ...; }, or a list in parentheses"
                                           : "{ from = ...; to = ...; steps = ...; }, or a list in "
                                             "parentheses");
        if (!reader_value(reader, end, ends[i], &setting->typed[i]))
            return false;
        setting->typed_count++;
    }
    if (!reader_choice(reader, group, "scale", scales, &scale) ||
        !reader_whole(reader, group, "steps", 2, STEPS_MAX, &count))
        return false;
    if (!is_sampled && count == 0)
        return reader_wrong(reader, group, setting->name, "steps: how many values the range has");
    setting->is_log = scale == 1;
    *steps = (size_t)count;
    return true;
}

/* One varied parameter; *length is how many values it has by itself, 0 when sampled. */
static bool
read_varied(struct reader *reader, const config_setting_t *member, enum axis_kind kind,
            size_t *length)
{
    struct study *study = reader->study;
    struct study_setting *setting = add_setting(&study->vary, &study->vary_count, member);
    bool is_sampled = kind == AXIS_SAMPLE;
    bool is_good;

    setting->axis = study->axis_count;
    *length = 0;
    if (config_setting_is_group(member))
        return read_range(reader, member, setting, is_sampled, length);
    if (!config_setting_is_list(member) && !config_setting_is_array(member))
        return reader_wrong(reader, member, setting->name,
                            "a list of values in parentheses: (a, b), or a range in braces");
    is_good =
        read_list(reader, member, setting) && (kind == AXIS_ZIP || check_twice(reader, setting));
    *length = is_sampled ? 0 : setting->typed_count;
    return is_good;
}

/* The axis is complete: its settings get a place for each of their texts, lists their texts. */
static void
add_axis(struct study *study, enum axis_kind kind, size_t length, int line)
{
    study->axes = must_realloc(study->axes, study->axis_count + 1, sizeof *study->axes);
    study->axes[study->axis_count] = (struct study_axis){kind, length, line};
    for (size_t i = 0; i < study->vary_count; i++) {
        struct study_setting *setting = &study->vary[i];

        if (setting->axis != study->axis_count)
            continue;
        setting->texts = must_alloc(length, sizeof *setting->texts);
        for (size_t k = 0; k < length && kind != AXIS_SAMPLE && !setting->is_range; k++)
            setting->texts[k] = must_strdup(setting->typed[k].text);
    }
    study->axis_count++;
}

static bool
read_sample(struct reader *reader, const config_setting_t *group)
{
    const config_setting_t *vary = config_setting_get_member(group, "vary");
    struct study *study = reader->study;
    size_t method = 0;
    long long points = 0;
    size_t ignored;

    if (!reader_check_keys(reader, group, sample_keys, "a sample"))
        return false;
    if (config_setting_get_member(group, "method") == NULL)
        return reader_wrong(reader, group, "sample", "method: latin-hypercube, sobol or halton");
    if (config_setting_get_member(group, "points") == NULL)
        return reader_wrong(reader, group, "sample", "points: how many to draw");
    if (vary == NULL)
        return reader_wrong(reader, group, "sample", "vary: the ranges to draw from");
    if (!reader_choice(reader, group, "method", methods, &method) ||
        !reader_whole(reader, group, "points", 1, SAMPLES_MAX, &points))
        return false;
    if (!config_setting_is_group(vary) || config_setting_length(vary) == 0)
        return reader_wrong(reader, vary, "vary",
                            "a group of ranges: { name = { from = ...; to = ...; }; }");
    study->sample = (enum sample_method)method;
    for (int i = 0; i < config_setting_length(vary); i++)
        if (!read_varied(reader, config_setting_get_elem(vary, (unsigned)i), AXIS_SAMPLE, &ignored))
            return false;
    add_axis(study, AXIS_SAMPLE, (size_t)points, reader_line(group));
    return true;
}

static bool
read_zip_group(struct reader *reader, const config_setting_t *group)
{
    struct study *study = reader->study;
    size_t first = study->vary_count;
    size_t length = 0;

    if (!config_setting_is_group(group) || config_setting_length(group) < 2)
        return reader_wrong(reader, group, "zip",
                            "groups of at least two lists: ( { a = (1, 2); b = (3, 4); } )");
    for (int i = 0; i < config_setting_length(group); i++) {
        size_t own;

        if (!read_varied(reader, config_setting_get_elem(group, (unsigned)i), AXIS_ZIP, &own))
            return false;
        if (i > 0 && own != length)
            return problem_at(reader->problem, study->path, study->vary[study->vary_count - 1].line,
                              "%s: has %zu values: expected %zu, as %s has",
                              study->vary[study->vary_count - 1].name, own, length,
                              study->vary[first].name);
        length = own;
    }
    add_axis(study, AXIS_ZIP, length, reader_line(group));
    return true;
}

static bool
read_zip(struct reader *reader, const config_setting_t *list)
{
    if (!config_setting_is_list(list))
        return reader_wrong(reader, list, "zip",
                            "a list of groups: ( { a = (1, 2); b = (3, 4); } )");
    for (int i = 0; i < config_setting_length(list); i++)
        if (!read_zip_group(reader, config_setting_get_elem(list, (unsigned)i)))
            return false;
    return true;
}

static bool
read_vary(struct reader *reader, const config_setting_t *group)
{
    if (!config_setting_is_group(group))
        return reader_wrong(reader, group, "vary", "a group of lists: { name = (a, b); }");
    for (int i = 0; i < config_setting_length(group); i++) {
        const config_setting_t *member = config_setting_get_elem(group, (unsigned)i);
        size_t length;

        if (!read_varied(reader, member, AXIS_VARY, &length))
            return false;
        add_axis(reader->study, AXIS_VARY, length, reader_line(member));
    }
    return true;
}

bool
reader_varied(struct reader *reader, const config_setting_t *root)
{
    const config_setting_t *sample = config_setting_get_member(root, "sample");
    const config_setting_t *zip = config_setting_get_member(root, "zip");
    const config_setting_t *vary = config_setting_get_member(root, "vary");
    struct study *study = reader->study;

    if (sample != NULL && !config_setting_is_group(sample))
        return reader_wrong(reader, sample, "sample",
                            "a group: { method = \"sobol\"; points = 64; vary = { ... }; }");
    if ((sample != NULL && !read_sample(reader, sample)) ||
        (zip != NULL && !read_zip(reader, zip)) || (vary != NULL && !read_vary(reader, vary)))
        return false;
    for (size_t i = 0; i < study->vary_count; i++)
        for (size_t k = 0; k < i; k++)
            if (strcmp(study->vary[k].name, study->vary[i].name) == 0)
                return problem_at(reader->problem, study->path, study->vary[i].line,
                                  "%s: varied in two places: expected in one of vary, zip and "
                                  "sample",
                                  study->vary[i].name);
    return true;
}

void
reader_settings_free(struct study_setting *settings, size_t count, const struct study_axis *axes)
{
    for (size_t i = 0; i < count; i++) {
        struct study_setting *setting = &settings[i];

        /* A value that was refused has a place in the list but no text yet. */
        for (size_t k = 0; k < setting->typed_count; k++)
            free(setting->typed[k].text);
        for (size_t k = 0; setting->texts != NULL && k < axes[setting->axis].length; k++)
            free(setting->texts[k]);
        free(setting->typed);
        free(setting->texts);
        free(setting->name);
    }
    free(settings);
}
