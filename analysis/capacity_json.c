/* SPDX-License-Identifier: GPL-2.0-or-later
 *
 * The answers of flue plan as JSON: numbers unscaled, points numbered as in the database. Of each
 * answer, `meets` is the last value
 * that meets the requirements, `may_meet` the last that does not surely fail them, `fails` the one
 * behind it, and `odd` a value that contradicts a single turn. See capacity.h.
 */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>

#include "capacity.h"
#include "results_json.h"

enum { PLAN_SCHEMA = 1 };

static json_t *
step_json(const struct capacity *capacity, size_t c, long step)
{
    const struct sweep *sweep = capacity->sweep;
    const struct effective_parameter *p;

    if (step == SEARCH_NONE || step >= (long)capacity->count)
        return json_null();
    p = effective_find(&sweep->plan.points[capacity_point(capacity, c, (size_t)step)].effective,
                       sweep->study.search.parameter);
    return isnan(p->value) ? json_string(p->text) : json_real(p->value);
}

static json_t *
point_json(const struct capacity *capacity, size_t p)
{
    const struct sweep *sweep = capacity->sweep;
    const struct capacity_point *point = &capacity->points[p];
    json_t *parameters = json_object();
    json_t *metrics = json_object();

    for (size_t v = 0; v < sweep->study.vary_count; v++) {
        const char *name = sweep->study.vary[v].name;

        json_object_set_new(
            parameters, name,
            json_string(effective_find(&sweep->plan.points[p].effective, name)->text));
    }
    for (size_t r = 0; r < sweep->study.search.requirement_count; r++)
        json_object_set_new(metrics, sweep->study.search.requirements[r].metric,
                            json_pack("{s:I, s:o, s:o}", "n", (json_int_t)point->estimates[r].n,
                                      "mean", results_json_real(point->estimates[r].mean),
                                      "half_width", results_json_real(point->half_widths[r])));
    return json_pack("{s:I, s:o, s:I, s:s, s:o}", "point", (json_int_t)p, "parameters", parameters,
                     "runs", (json_int_t)point->runs, "verdict", search_word(point->verdict),
                     "metrics", metrics);
}

/* Null where there is none. */
static json_t *
answer_json(const struct capacity *capacity, size_t c)
{
    const struct study *study = &capacity->sweep->study;
    struct search_answer answer = capacity_answer(capacity, c);
    json_t *parameters = json_object();
    char *combination = capacity_combination_text(capacity, c);
    char *text = capacity_answer_text(capacity, c);
    char *doubt = capacity_doubt_text(capacity, c);
    json_t *json;

    for (size_t v = 0; v < study->vary_count; v++) {
        const struct effective *effective =
            &capacity->sweep->plan.points[capacity_point(capacity, c, 0)].effective;

        if (v != capacity->setting)
            json_object_set_new(parameters, study->vary[v].name,
                                json_string(effective_find(effective, study->vary[v].name)->text));
    }
    json = json_pack(
        "{s:o, s:s, s:s, s:s?, s:o, s:o, s:o, s:o}", "parameters", parameters, "combination",
        combination, "text", text, "doubt", doubt, "meets", step_json(capacity, c, answer.least),
        "may_meet", step_json(capacity, c, answer.most), "fails",
        step_json(capacity, c, answer.most + 1), "odd", step_json(capacity, c, answer.odd));
    free(doubt);
    free(text);
    free(combination);
    return json;
}

json_t *
capacity_json(const struct capacity *capacity)
{
    const struct study *study = &capacity->sweep->study;
    json_t *answers = json_array();
    json_t *points = json_array();
    json_t *requirements = json_array();

    for (size_t r = 0; r < study->search.requirement_count; r++)
        json_array_append_new(requirements, json_string(study->search.requirements[r].text));
    for (size_t c = 0; c < capacity->combinations; c++)
        json_array_append_new(answers, answer_json(capacity, c));
    for (size_t p = 0; p < capacity->sweep->plan.point_count; p++)
        if (capacity->points[p].runs > 0)
            json_array_append_new(points, point_json(capacity, p));
    return json_pack("{s:i, s:s, s:s, s:s, s:s, s:o, s:f, s:f, s:o, s:o}", "schema", PLAN_SCHEMA,
                     "study", study->name, "scenario", study->scenario, "parameter",
                     study->search.parameter, "want",
                     study->search.is_largest ? "largest" : "smallest", "require", requirements,
                     "confidence", study->search.confidence, "interval_confidence", capacity->share,
                     "answers", answers, "points", points);
}

void
capacity_put_json(const struct capacity *capacity)
{
    json_t *all = capacity_json(capacity);

    json_dumpf(all, stdout, JSON_INDENT(2) | JSON_REAL_PRECISION(15));
    putchar('\n');
    json_decref(all);
}
