/* SPDX-License-Identifier: GPL-2.0-or-later
 *
 * What a study file wants to see: metrics in tables, figures. Each kind of figure has keys of its
 * own; a key that a kind does not read is refused. See study.h.
 */
#include <stdlib.h>
#include <string.h>

#include "study_reader.h"

static const char *const kinds[] = {"lines", "cdf", "box", "bars", "heat", "time", "laws", NULL};

/* By kind: every key, which one names the metric, which parameters it needs. */
static const struct {
    const char *const keys[12];
    const char *metric;
    bool has_x;
    bool has_y;
} rules[] = {
    [FIGURE_LINES] = {{"kind", "x", "y", "series", "logx", "logy", "title", "x_label", "y_label"},
                      "y",
                      true,
                      false},
    [FIGURE_CDF] = {{"kind", "x", "series", "title", "x_label", "y_label"}, "x", false, false},
    [FIGURE_BOX] = {{"kind", "x", "y", "series", "title", "x_label", "y_label"}, "y", true, false},
    [FIGURE_BARS] = {{"kind", "x", "y", "series", "title", "x_label", "y_label"},
                     NULL,
                     true,
                     false},
    [FIGURE_HEAT] = {{"kind", "x", "y", "z", "series", "title", "x_label", "y_label", "z_label"},
                     "z",
                     true,
                     true},
    [FIGURE_TIME] = {{"kind", "y", "series", "title", "x_label", "y_label"}, "y", false, false},
    [FIGURE_LAWS] = {{"kind", "x", "y", "series", "logx", "bounds", "scaled", "title", "x_label",
                      "y_label"},
                     "y",
                     true,
                     false},
};

const char *
study_figure_key(enum figure_kind kind, size_t index)
{
    return rules[kind].keys[index];
}

const char *
study_figure_kind(size_t index)
{
    return kinds[index];
}

const char *
study_figure_metric_key(enum figure_kind kind)
{
    return rules[kind].metric;
}

/* A list of names of metrics; without the key none. */
static bool
read_names(struct reader *reader, const config_setting_t *group, const char *key,
           struct study_metric **names, size_t *count)
{
    const config_setting_t *list = config_setting_get_member(group, key);

    if (list == NULL)
        return true;
    if ((!config_setting_is_list(list) && !config_setting_is_array(list)) ||
        config_setting_length(list) == 0)
        return reader_wrong(reader, list, key,
                            "names of metrics in parentheses: (\"...\", \"...\")");
    *names = must_alloc((size_t)config_setting_length(list), sizeof **names);
    for (int i = 0; i < config_setting_length(list); i++) {
        const config_setting_t *member = config_setting_get_elem(list, (unsigned)i);
        const char *name = config_setting_get_string(member);

        if (name == NULL)
            return reader_wrong(reader, member, key, "texts in double quotes");
        for (size_t k = 0; k < *count; k++)
            if (strcmp((*names)[k].name, name) == 0)
                return problem_at(reader->problem, reader->study->path, reader_line(member),
                                  "%s: \"%s\" is in the list twice: expected once", key, name);
        (*names)[(*count)++] = (struct study_metric){must_strdup(name), reader_line(member)};
    }
    return true;
}

bool
reader_metrics(struct reader *reader, const config_setting_t *root)
{
    return read_names(reader, root, "metrics", &reader->study->metrics,
                      &reader->study->metric_count);
}

/* Length of what all names begin with, up to and with an underscore. */
static size_t
common_start(const struct study_metric *names, size_t count)
{
    size_t length = strlen(names[0].name);

    for (size_t i = 1; i < count; i++) {
        size_t same = 0;

        while (same < length && names[i].name[same] == names[0].name[same])
            same++;
        length = same;
    }
    while (length > 0 && names[0].name[length - 1] != '_')
        length--;
    return length;
}

static char *
base_name(const struct study_figure *figure)
{
    switch (figure->kind) {
    case FIGURE_CDF:
        return must_printf("%s_cdf", figure->metric);
    case FIGURE_BOX:
        return must_printf("%s_box_by_%s", figure->metric, figure->x);
    case FIGURE_BARS:
        return must_printf("%.*sparts_by_%s", (int)common_start(figure->parts, figure->part_count),
                           figure->parts[0].name, figure->x);
    case FIGURE_HEAT:
        return must_printf("%s_by_%s_and_%s", figure->metric, figure->x, figure->y);
    case FIGURE_TIME:
        return must_printf("%s_by_time", figure->metric);
    case FIGURE_LAWS:
        return must_printf("%s_laws_by_%s", figure->metric, figure->x);
    case FIGURE_LINES:
        break;
    }
    return must_printf("%s_by_%s", figure->metric, figure->x);
}

/* Two figures of the same axes need two file names. */
static void
name_figure(const struct study *study, struct study_figure *figure)
{
    char *base = base_name(figure);
    size_t number = 1;

    figure->name = must_strdup(base);
    for (size_t i = 0; i < study->figure_count; i++) {
        if (strcmp(study->figures[i].name, figure->name) != 0)
            continue;
        free(figure->name);
        figure->name = must_printf("%s_%zu", base, ++number);
        i = (size_t)-1;
    }
    free(base);
}

/* The keys that name parameters and metrics; which they are depends on the kind. */
static bool
read_axes(struct reader *reader, const config_setting_t *group, struct study_figure *figure)
{
    const char *metric = rules[figure->kind].metric;

    figure->x_line = reader_member_line(group, "x");
    figure->y_line = reader_member_line(group, "y");
    figure->series_line = reader_member_line(group, "series");
    if (metric != NULL)
        figure->metric_line = reader_member_line(group, metric);
    if ((rules[figure->kind].has_x && !reader_text(reader, group, "x", &figure->x)) ||
        (rules[figure->kind].has_y && !reader_text(reader, group, "y", &figure->y)) ||
        (metric != NULL && !reader_text(reader, group, metric, &figure->metric)) ||
        !reader_text(reader, group, "series", &figure->series))
        return false;
    if (rules[figure->kind].has_x && figure->x == NULL)
        return reader_wrong(reader, group, "figure", "x, a varied parameter");
    if (rules[figure->kind].has_y && figure->y == NULL)
        return reader_wrong(reader, group, "figure", "y, a varied parameter");
    if (metric != NULL && figure->metric == NULL) {
        char *expected = must_printf("%s, a metric", metric);

        reader_wrong(reader, group, "figure", expected);
        free(expected);
        return false;
    }
    return true;
}

static bool
read_lists(struct reader *reader, const config_setting_t *group, struct study_figure *figure)
{
    if (figure->kind == FIGURE_BARS) {
        if (!read_names(reader, group, "y", &figure->parts, &figure->part_count))
            return false;
        if (figure->part_count == 0)
            return reader_wrong(reader, group, "figure", "y, metrics to stack: (\"...\", \"...\")");
    } else if (figure->kind == FIGURE_LAWS) {
        if (!read_names(reader, group, "bounds", &figure->parts, &figure->part_count) ||
            !read_names(reader, group, "scaled", &figure->scaled, &figure->scaled_count))
            return false;
        if (figure->part_count + figure->scaled_count == 0)
            return reader_wrong(reader, group, "figure",
                                "bounds or scaled, metrics of utilisation: (\"...\", \"...\")");
    }
    return true;
}

static bool
read_truth(struct reader *reader, const config_setting_t *group, const char *key, bool *is_true)
{
    const config_setting_t *setting = config_setting_get_member(group, key);

    if (setting != NULL && config_setting_type(setting) != CONFIG_TYPE_BOOL)
        return reader_wrong(reader, setting, key, "true or false");
    *is_true = setting != NULL && config_setting_get_bool(setting);
    return true;
}

static bool
read_figure(struct reader *reader, const config_setting_t *group, struct study_figure *figure)
{
    size_t kind = FIGURE_LINES;
    char *where;
    bool is_good;

    if (!config_setting_is_group(group))
        return reader_wrong(reader, group, "figure", "groups: ( { x = \"...\"; y = \"...\"; } )");
    if (!reader_choice(reader, group, "kind", kinds, &kind))
        return false;
    figure->kind = (enum figure_kind)kind;
    where = must_printf("a figure of kind %s", kinds[kind]);
    is_good = reader_check_keys(reader, group, rules[kind].keys, where);
    free(where);
    if (!is_good || !read_axes(reader, group, figure) || !read_lists(reader, group, figure) ||
        !reader_text(reader, group, "title", &figure->title) ||
        !reader_text(reader, group, "x_label", &figure->x_label) ||
        !reader_text(reader, group, "y_label", &figure->y_label) ||
        !reader_text(reader, group, "z_label", &figure->z_label) ||
        !read_truth(reader, group, "logx", &figure->logx) ||
        !read_truth(reader, group, "logy", &figure->logy))
        return false;
    if (figure->kind == FIGURE_TIME && reader->study->series_interval == NULL)
        return reader_wrong(reader, group, "figure",
                            "series_interval = \"...\"; in the study, how often time series have "
                            "a value");
    return true;
}

bool
reader_figures(struct reader *reader, const config_setting_t *root)
{
    struct study *study = reader->study;
    const config_setting_t *list = config_setting_get_member(root, "figure");

    if (list == NULL)
        return true;
    if (!config_setting_is_list(list))
        return reader_wrong(reader, list, "figure",
                            "a list of groups: ( { x = \"...\"; y = \"...\"; } )");
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

static void
free_names(struct study_metric *names, size_t count)
{
    for (size_t i = 0; i < count; i++)
        free(names[i].name);
    free(names);
}

void
reader_figures_free(struct study *study)
{
    free_names(study->metrics, study->metric_count);
    for (size_t i = 0; i < study->figure_count; i++) {
        struct study_figure *figure = &study->figures[i];

        free_names(figure->parts, figure->part_count);
        free_names(figure->scaled, figure->scaled_count);
        free(figure->name);
        free(figure->x);
        free(figure->y);
        free(figure->metric);
        free(figure->series);
        free(figure->title);
        free(figure->x_label);
        free(figure->y_label);
        free(figure->z_label);
    }
    free(study->figures);
}
