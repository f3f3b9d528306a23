/* SPDX-License-Identifier: GPL-2.0-or-later
 *
 * What a study file wants to see: metrics in tables, figures. See study.h.
 */
#include <stdlib.h>
#include <string.h>

#include "study_reader.h"

static const char *const figure_keys[] = {"x",     "y",       "series",  "logx",
                                          "title", "x_label", "y_label", NULL};

bool
reader_metrics(struct reader *reader, const config_setting_t *root)
{
    const config_setting_t *list = config_setting_get_member(root, "metrics");
    struct study *study = reader->study;

    if (list == NULL)
        return true;
    if ((!config_setting_is_list(list) && !config_setting_is_array(list)) ||
        config_setting_length(list) == 0)
        return reader_wrong(reader, list, "metrics",
                            "names of metrics in parentheses: (\"...\", \"...\")");
    study->metrics = must_alloc((size_t)config_setting_length(list), sizeof *study->metrics);
    for (int i = 0; i < config_setting_length(list); i++) {
        const config_setting_t *member = config_setting_get_elem(list, (unsigned)i);
        const char *name = config_setting_get_string(member);

        if (name == NULL)
            return reader_wrong(reader, member, "metrics", "texts in double quotes");
        for (size_t k = 0; k < study->metric_count; k++)
            if (strcmp(study->metrics[k].name, name) == 0)
                return problem_at(reader->problem, study->path, reader_line(member),
                                  "metrics: \"%s\" is in the list twice: expected once", name);
        study->metrics[study->metric_count++] =
            (struct study_metric){must_strdup(name), reader_line(member)};
    }
    return true;
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
        return reader_wrong(reader, group, "figure", "groups: ( { x = \"...\"; y = \"...\"; } )");
    logx = config_setting_get_member(group, "logx");
    figure->x_line = reader_member_line(group, "x");
    figure->y_line = reader_member_line(group, "y");
    figure->series_line = reader_member_line(group, "series");
    if (!reader_check_keys(reader, group, figure_keys, "a figure") ||
        !reader_text(reader, group, "x", &figure->x) ||
        !reader_text(reader, group, "y", &figure->y) ||
        !reader_text(reader, group, "series", &figure->series) ||
        !reader_text(reader, group, "title", &figure->title) ||
        !reader_text(reader, group, "x_label", &figure->x_label) ||
        !reader_text(reader, group, "y_label", &figure->y_label))
        return false;
    if (figure->x == NULL)
        return reader_wrong(reader, group, "figure", "x, a varied parameter");
    if (figure->y == NULL)
        return reader_wrong(reader, group, "figure", "y, a metric");
    if (logx != NULL && config_setting_type(logx) != CONFIG_TYPE_BOOL)
        return reader_wrong(reader, logx, "logx", "true or false");
    figure->logx = logx != NULL && config_setting_get_bool(logx);
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

void
reader_figures_free(struct study *study)
{
    for (size_t i = 0; i < study->metric_count; i++)
        free(study->metrics[i].name);
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
    free(study->metrics);
    free(study->figures);
}
