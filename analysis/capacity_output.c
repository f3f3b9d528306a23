/* SPDX-License-Identifier: GPL-2.0-or-later
 *
 * The answers of flue plan: a sentence for each combination, and the points that it rests on. See
 * capacity.h; the same as JSON is in capacity_json.c.
 */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "capacity.h"
#include "table.h"
#include "units.h"

enum { CELL_SIZE = 128 };

/* A parameter's value at a point, for people. */
static void
value_at(const struct capacity *capacity, size_t point, const char *name, char *text, size_t size)
{
    const struct effective_parameter *p =
        effective_find(&capacity->sweep->plan.points[point].effective, name);

    if (isnan(p->value))
        snprintf(text, size, "%s", p->text);
    else
        unit_value(text, size, p->name, p->unit, p->value);
}

/* The value that a search knows by its distance from the easiest end. */
static void
step_text(const struct capacity *capacity, size_t combination, long step, char *text, size_t size)
{
    value_at(capacity, capacity_point(capacity, combination, (size_t)step),
             capacity->sweep->study.search.parameter, text, size);
}

char *
capacity_combination_text(const struct capacity *capacity, size_t combination)
{
    const struct study *study = &capacity->sweep->study;
    char *all = must_strdup("");

    for (size_t v = 0; v < study->vary_count; v++) {
        char text[CELL_SIZE];
        char *longer;

        if (v == capacity->setting)
            continue;
        value_at(capacity, capacity_point(capacity, combination, 0), study->vary[v].name, text,
                 sizeof text);
        longer =
            must_printf("%s%s%s %s", all, all[0] == '\0' ? "" : ", ", study->vary[v].name, text);
        free(all);
        all = longer;
    }
    return all;
}

/* "goodput_bps >= 9Gbps and latency_p99_s <= 2ms"; the caller frees it. */
static char *
requirements_text(const struct study_search *search)
{
    char *all = must_strdup(search->requirements[0].text);

    for (size_t r = 1; r < search->requirement_count; r++) {
        char *longer = must_printf("%s and %s", all, search->requirements[r].text);

        free(all);
        all = longer;
    }
    return all;
}

char *
capacity_answer_text(const struct capacity *capacity, size_t c)
{
    const struct study_search *search = &capacity->sweep->study.search;
    struct search_answer answer = capacity_answer(capacity, c);
    const char *name = search->parameter;
    const char *want = search->is_largest ? "largest" : "smallest";
    long last = (long)capacity->count - 1;
    char *required = requirements_text(search);
    char *text;
    char easiest[CELL_SIZE];
    char hardest[CELL_SIZE];
    char least[CELL_SIZE] = "";
    char most[CELL_SIZE] = "";
    char next[CELL_SIZE] = "";

    step_text(capacity, c, 0, easiest, sizeof easiest);
    step_text(capacity, c, last, hardest, sizeof hardest);
    if (answer.least >= 0)
        step_text(capacity, c, answer.least, least, sizeof least);
    if (answer.most >= 0)
        step_text(capacity, c, answer.most, most, sizeof most);
    if (answer.most < last)
        step_text(capacity, c, answer.most + 1, next, sizeof next);
    if (answer.least == last && answer.odd != SEARCH_NONE)
        text = must_printf("%s %s and %s both meet %s, but not all between them do", name, easiest,
                           hardest, required);
    else if (answer.most == SEARCH_NONE)
        text = must_printf("no value of %s that was tried, from %s to %s, meets %s", name, easiest,
                           hardest, required);
    else if (answer.least == last)
        text = must_printf(
            "every value of %s that was tried, from %s to %s, meets %s: the %s is %s or beyond",
            name, easiest, hardest, required, want, hardest);
    else if (answer.least == SEARCH_NONE)
        text = must_printf("the runs do not tell whether any value of %s from %s to %s meets %s",
                           name, easiest, most, required);
    else if (answer.most == last)
        text = must_printf(
            "the %s value of %s that meets %s is %s or beyond: the runs do not tell up to %s", want,
            name, required, least, hardest);
    else if (answer.least < answer.most)
        text = must_printf("the %s value of %s that meets %s is between %s and %s; %s does not",
                           want, name, required, search->is_largest ? least : most,
                           search->is_largest ? most : least, next);
    else
        text = must_printf("the %s value of %s that meets %s is %s; %s does not", want, name,
                           required, least, next);
    free(required);
    return text;
}

char *
capacity_doubt_text(const struct capacity *capacity, size_t c)
{
    struct search_answer answer = capacity_answer(capacity, c);
    const char *name = capacity->sweep->study.search.parameter;
    char text[CELL_SIZE];

    if (answer.odd != SEARCH_NONE) {
        step_text(capacity, c, answer.odd, text, sizeof text);
        return must_printf("%s %s %s the turn. The requirements turn more than once over this "
                           "range; look at the points.",
                           name, text,
                           answer.odd > answer.most ? "meets them beyond" : "fails them before");
    }
    if (answer.doubtful == SEARCH_NONE)
        return NULL;
    step_text(capacity, c, answer.doubtful, text, sizeof text);
    return must_printf("%s %s is undecided, although it lies beyond one that fails.", name, text);
}

/* The first letter belongs to the sentence. */
static void
put_answer(const struct capacity *capacity, size_t c)
{
    char *combination = capacity_combination_text(capacity, c);
    char *text = capacity_answer_text(capacity, c);
    char *doubt = capacity_doubt_text(capacity, c);

    if (combination[0] == '\0' && text[0] >= 'a' && text[0] <= 'z')
        text[0] = (char)(text[0] - 'a' + 'A');
    printf("%s%s%s.\n", combination, combination[0] == '\0' ? "" : ": ", text);
    if (doubt != NULL)
        printf("  Mind: %s\n", doubt);
    free(doubt);
    free(text);
    free(combination);
}

/* The scale of a requirement's column: that of its largest mean. */
static struct unit_scale
column_scale(const struct capacity *capacity, size_t r)
{
    const struct plan *plan = &capacity->sweep->plan;
    const struct catalogue_metric *metric =
        catalogue_metric(plan->scenario, capacity->sweep->study.search.requirements[r].metric);
    double largest = 0;
    struct unit_scale scale;

    for (size_t p = 0; p < plan->point_count; p++)
        if (capacity->points[p].runs > 0 && fabs(capacity->points[p].estimates[r].mean) > largest)
            largest = fabs(capacity->points[p].estimates[r].mean);
    scale = unit_scale(metric->name, metric->unit, largest);
    if (!table_is_utf8() && strncmp(scale.text, "\302\265", 2) == 0)
        snprintf(scale.text, sizeof scale.text, "us");
    return scale;
}

static void
put_header(const struct capacity *capacity, struct table *table, size_t *position,
           const struct unit_scale *scales)
{
    const struct study *study = &capacity->sweep->study;
    char text[CELL_SIZE];

    for (size_t v = 0; v < study->vary_count; v++) {
        table_align_left(table, v);
        table_add(table, position, study->vary[v].name);
    }
    table_add(table, position, "runs");
    for (size_t r = 0; r < study->search.requirement_count; r++) {
        const struct catalogue_metric *metric =
            catalogue_metric(capacity->sweep->plan.scenario, study->search.requirements[r].metric);

        unit_label(text, sizeof text - sizeof scales[r].text - 4, metric->name, metric->unit);
        if (scales[r].text[0] != '\0')
            snprintf(text + strlen(text), sizeof text - strlen(text), " (%s)", scales[r].text);
        table_add(table, position, text);
    }
    table_align_left(table, table->columns - 1);
    table_add(table, position, "verdict");
}

static void
put_row(const struct capacity *capacity, struct table *table, size_t *position, size_t p,
        const struct unit_scale *scales)
{
    const struct study *study = &capacity->sweep->study;
    const struct capacity_point *point = &capacity->points[p];
    const char *plus_minus = table_is_utf8() ? "\302\261" : "+-";
    char text[CELL_SIZE];

    for (size_t v = 0; v < study->vary_count; v++) {
        value_at(capacity, p, study->vary[v].name, text, sizeof text);
        table_add(table, position, text);
    }
    snprintf(text, sizeof text, "%zu", point->runs);
    table_add(table, position, text);
    for (size_t r = 0; r < study->search.requirement_count; r++) {
        double mean = point->estimates[r].mean * scales[r].factor;
        double half = point->half_widths[r] * scales[r].factor;

        if (isnan(half))
            snprintf(text, sizeof text, "not measured");
        else if (half > 0)
            snprintf(text, sizeof text, "%.*f %s %.*f", unit_decimals(half), mean, plus_minus,
                     unit_decimals(half), half);
        else
            snprintf(text, sizeof text, "%.6g %s 0", mean, plus_minus);
        table_add(table, position, text);
    }
    table_add(table, position, search_word(point->verdict));
}

/* Combination by combination, each in the order of the study's values. */
static void
put_points(const struct capacity *capacity)
{
    const struct study_search *search = &capacity->sweep->study.search;
    size_t columns = capacity->sweep->study.vary_count + search->requirement_count + 2;
    struct unit_scale *scales = must_alloc(search->requirement_count, sizeof *scales);
    struct table table;
    size_t position = 0;

    for (size_t r = 0; r < search->requirement_count; r++)
        scales[r] = column_scale(capacity, r);
    table_init(&table, columns);
    put_header(capacity, &table, &position, scales);
    for (size_t c = 0; c < capacity->combinations; c++) {
        if (c > 0)
            table_gap(&table, position);
        for (size_t i = 0; i < capacity->count; i++) {
            size_t p =
                capacity_point(capacity, c, search->is_largest ? i : capacity->count - 1 - i);

            if (capacity->points[p].runs > 0)
                put_row(capacity, &table, &position, p, scales);
        }
    }
    table_print(&table, stdout);
    table_fini(&table);
    free(scales);
}

void
capacity_put_text(const struct capacity *capacity)
{
    const struct sweep *sweep = capacity->sweep;
    size_t lacking = 0;

    for (size_t c = 0; c < capacity->combinations; c++)
        put_answer(capacity, c);
    putchar('\n');
    put_points(capacity);
    printf(
        "\nMean %s half-width (Student t). Each interval has %.4g %%, so that everything decided "
        "for one answer\nholds with %.4g %%.\n",
        table_is_utf8() ? "\302\261" : "+-", 100 * capacity->share,
        100 * sweep->study.search.confidence);
    for (size_t p = 0; p < sweep->plan.point_count; p++)
        lacking += capacity->points[p].runs > 0 && capacity_lacks_values(capacity, p);
    if (lacking > 0)
        printf("Not measured: not in every run, so that nothing is decided by it.\n");
    printf("\nreport: %s/report.html\n", sweep->wish->out);
}

void
capacity_put_outlook(const struct capacity *capacity)
{
    const struct study *study = &capacity->sweep->study;
    size_t last = capacity->count - 1;
    size_t least = capacity->count < 3 ? capacity->count : 3;
    size_t most = search_most(capacity->count);
    char from[CELL_SIZE];
    char to[CELL_SIZE];

    value_at(capacity, 0, study->search.parameter, from, sizeof from);
    value_at(capacity, last * capacity->stride, study->search.parameter, to, sizeof to);
    printf("%s: %zu values from %s to %s, of which %zu to %zu are looked at\n",
           study->search.parameter, capacity->count, from, to, least, most);
    printf("%zu %s, %lld to %lld runs of each value: %llu to %llu runs in all; nothing was run\n",
           capacity->combinations, capacity->combinations == 1 ? "combination" : "combinations",
           study->replications, study->search.at_most,
           (unsigned long long)(capacity->combinations * least) *
               (unsigned long long)study->replications,
           (unsigned long long)(capacity->combinations * most) *
               (unsigned long long)study->search.at_most);
}
