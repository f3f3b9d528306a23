/* SPDX-License-Identifier: GPL-2.0-or-later
 *
 * Pairs of points and gates. See compare.h.
 */
#include "compare.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

bool
compare_gate_parse(struct compare_gate *gate, const char *text, struct problem *problem)
{
    size_t name = strcspn(text, " <>");
    const char *sign = text + name + strspn(text + name, " ");
    const char *number;
    char *end;

    if (name > 0 && (*sign == '<' || *sign == '>')) {
        number = sign + 1;
        gate->bound = strtod(number, &end);
        if (end != number && isfinite(gate->bound)) {
            gate->is_relative = *end == '%';
            end += gate->is_relative ? 1 : 0;
            if (end[strspn(end, " ")] == '\0') {
                gate->metric = must_printf("%.*s", (int)name, text);
                gate->is_below = *sign == '<';
                gate->bound *= gate->is_relative ? 0.01 : 1;
                return true;
            }
        }
    }
    return problem_set(
        problem, EXIT_BAD_INPUT,
        "--fail-if \"%s\": expected a metric, < or >, and a number or per cent, such "
        "as 'goodput_bps < -5%%'",
        text);
}

enum compare_verdict
compare_gate_check(const struct compare_gate *gate, const struct paired *paired)
{
    double half = isnan(paired->difference.half_width) ? 0 : paired->difference.half_width;
    double low = paired->difference.mean - half;
    double high = paired->difference.mean + half;

    if (paired->difference.n < 2)
        return GATE_UNKNOWN;
    if (gate->is_relative) {
        if (isnan(paired->ratio.low))
            return GATE_UNKNOWN;
        low = paired->ratio.low - 1;
        high = paired->ratio.high - 1;
    }
    return (gate->is_below ? high < gate->bound : low > gate->bound) ? GATE_BREAKS : GATE_HOLDS;
}

static bool
is_same_place(const struct results *a, size_t point, const struct result_point *other)
{
    for (size_t v = 0; v < a->study.vary_count; v++) {
        const char *name = a->study.vary[v].name;
        const struct effective_parameter *mine = effective_find(&a->points[point].effective, name);
        const struct effective_parameter *theirs = effective_find(&other->effective, name);

        if (mine == NULL || theirs == NULL || strcmp(mine->text, theirs->text) != 0)
            return false;
    }
    return true;
}

const struct result_point *
compare_partner(const struct results *a, size_t point, const struct results *b)
{
    for (size_t i = 0; i < b->point_count; i++)
        if (is_same_place(a, point, &b->points[i]))
            return &b->points[i];
    return NULL;
}

struct paired
compare_points(const struct result_point *a, size_t metric_a, const struct result_point *b,
               size_t metric_b)
{
    double *first = must_alloc(a->done + 1, sizeof *first);
    double *second = must_alloc(a->done + 1, sizeof *second);
    struct paired paired;
    size_t n = 0;

    for (size_t i = 0; i < a->done; i++) {
        for (size_t k = 0; k < b->done; k++) {
            if (a->replications[i] != b->replications[k])
                continue;
            first[n] = a->metrics[metric_a].values[i];
            second[n] = b->metrics[metric_b].values[k];
            n++;
        }
    }
    paired = statistics_paired(first, second, n);
    free(first);
    free(second);
    return paired;
}

const char *
compare_word(const struct paired *paired, bool lower_is_better)
{
    if (paired->difference.n == 0)
        return "not measured";
    if (paired->difference.n == 1)
        return "one pair: no interval";
    if (!paired->is_significant)
        return fabs(paired->difference.mean) > 0 ? "no difference found" : "the same";
    return (paired->difference.mean < 0) == lower_is_better ? "better" : "worse";
}
