/* SPDX-License-Identifier: GPL-2.0-or-later
 *
 * flue compare: two results databases, and whether the second is too much worse.
 */
#include <math.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "commands.h"
#include "compare.h"
#include "options.h"
#include "results_json.h"
#include "store.h"
#include "suggest.h"
#include "table.h"

enum { KEY_JSON = OPTIONS_KEY, KEY_STUDY, KEY_FAIL_IF };
enum { COMPARE_SCHEMA = 1 };

struct compare_input {
    struct options_words words;
    const char *study;
    const char *fail_if;
    bool is_json;
};

/* What is compared, and what came of it. */
struct comparison {
    struct results a;
    struct results b;
    struct compare_gate gate;
    bool has_gate;
    size_t pairs;   /* points that both have */
    size_t broken;  /* of them: beyond the gate's bound */
    size_t unknown; /* of them: too few replications to tell */
};

static const struct argp_option compare_options[] = {
    {"fail-if", KEY_FAIL_IF, "CHANGE", 0,
     "exit with 4 when a change is surely beyond this, such as 'goodput_bps < -5%'", 0},
    {"study", KEY_STUDY, "NAME", 0, "the study of that name; default: the one swept last", 0},
    {"json", KEY_JSON, NULL, 0, "every metric of every point as JSON, unscaled", 0},
    {0},
};

static error_t
parse_compare(int key, char *argument, struct argp_state *state)
{
    struct compare_input *input = state->input;

    switch (key) {
    case KEY_JSON:
        input->is_json = true;
        return 0;
    case KEY_STUDY:
        input->study = argument;
        return 0;
    case KEY_FAIL_IF:
        input->fail_if = argument;
        return 0;
    case ARGP_KEY_ARG:
        return options_take_word(&input->words, argument);
    default:
        return ARGP_ERR_UNKNOWN;
    }
}

const struct argp compare_argp = {
    .options = compare_options,
    .parser = parse_compare,
    .args_doc = "DATABASE DATABASE",
    .doc =
        "Compares a study's results in two databases, point by point. Replications of the same "
        "number are pairs: they had the same random streams, so that what is left is the change "
        "itself. The interval is that of the ratio of means, 95 %.\v"
        "A gate closes when the whole interval lies beyond its bound; a point with fewer than two "
        "pairs cannot be told, and closes it too.\n\n"
        "Examples:\n  flue compare before/results.db after/results.db\n"
        "  flue compare before/results.db after/results.db --fail-if 'goodput_bps < -5%'\n\n"
        "Exit status: 0 done; 2 refused; 4 the gate closed.",
};

static bool
read_one(struct results *results, const char *path, const char *study, struct problem *problem)
{
    struct problem ignored;
    struct store store;
    bool is_good;

    if (!store_open(&store, path, STORE_READ, problem))
        return false;
    is_good = results_read(results, &store, study, problem);
    store_close(&store, &ignored);
    return is_good;
}

static bool
check_gate(const struct comparison *c, struct problem *problem)
{
    if (!c->has_gate || catalogue_metric(&c->a.scenario, c->gate.metric) != NULL)
        return true;
    return problem_set(problem, EXIT_BAD_INPUT, "--fail-if: %s: expected a metric of scenario %s%s",
                       c->gate.metric, c->a.scenario.name,
                       suggest_text(c->gate.metric, catalogue_metric_name, &c->a.scenario));
}

static bool
prepare(struct comparison *c, const struct compare_input *input, struct problem *problem)
{
    const char *const *paths = input->words.words;

    if (input->words.count != 2)
        return problem_set(problem, EXIT_BAD_INPUT,
                           "compare: expected two results databases (results.db)");
    if (input->fail_if != NULL) {
        if (!compare_gate_parse(&c->gate, input->fail_if, problem))
            return false;
        c->has_gate = true;
    }
    if (!read_one(&c->a, paths[0], input->study, problem) ||
        !read_one(&c->b, paths[1], input->study, problem) || !check_gate(c, problem))
        return false;
    if (strcmp(c->a.scenario.name, c->b.scenario.name) != 0)
        return problem_set(problem, EXIT_BAD_INPUT, "%s: holds scenario %s: expected %s, as in %s",
                           paths[1], c->b.scenario.name, c->a.scenario.name, paths[0]);
    for (size_t p = 0; p < c->a.point_count; p++)
        c->pairs += compare_partner(&c->a, p, &c->b) != NULL;
    if (c->pairs == 0)
        return problem_set(problem, EXIT_BAD_INPUT, "%s: expected points that %s has, too",
                           paths[1], paths[0]);
    return true;
}

/* The metric in b; SIZE_MAX when its build does not measure it. */
static size_t
metric_in(const struct results *b, const char *name)
{
    return catalogue_metric(&b->scenario, name) == NULL ? SIZE_MAX : results_metric(b, name);
}

static void
judge(struct comparison *c, size_t metric, const struct paired *paired)
{
    enum compare_verdict verdict;

    if (!c->has_gate || strcmp(c->a.scenario.metrics[metric].name, c->gate.metric) != 0)
        return;
    verdict = compare_gate_check(&c->gate, paired);
    c->broken += verdict == GATE_BREAKS;
    c->unknown += verdict == GATE_UNKNOWN;
}

static void
put_row(const struct comparison *c, struct table *table, size_t *position, size_t point,
        size_t metric, const struct paired *paired)
{
    const struct catalogue_metric *m = &c->a.scenario.metrics[metric];
    const struct interval *ratio = &paired->ratio;
    char text[128];

    for (size_t v = 0; v < c->a.study.vary_count; v++) {
        results_varied_text(&c->a, point, v, text, sizeof text);
        table_add(table, position, text);
    }
    table_add(table, position, m->name);
    snprintf(text, sizeof text, "%zu", paired->difference.n);
    table_add(table, position, text);
    if (isnan(ratio->value))
        snprintf(text, sizeof text, "-");
    else
        snprintf(text, sizeof text, "%+.2f %%", 100 * (ratio->value - 1));
    table_add(table, position, text);
    if (isnan(ratio->low))
        snprintf(text, sizeof text, "-");
    else
        snprintf(text, sizeof text, "%+.2f to %+.2f %%", 100 * (ratio->low - 1),
                 100 * (ratio->high - 1));
    table_add(table, position, text);
    table_add(table, position, compare_word(paired, m->lower_is_better));
}

static void
put_table(struct comparison *c, const size_t *metrics, size_t count)
{
    size_t varied = c->a.study.vary_count;
    struct table table;
    size_t position = 0;

    table_init(&table, varied + 5);
    for (size_t v = 0; v < varied; v++) {
        table_align_left(&table, v);
        table_add(&table, &position, c->a.study.vary[v].name);
    }
    table_align_left(&table, varied);
    table_align_left(&table, varied + 4);
    table_add(&table, &position, "metric");
    table_add(&table, &position, "pairs");
    table_add(&table, &position, "change");
    table_add(&table, &position, "95 % interval");
    table_add(&table, &position, "");
    for (size_t p = 0; p < c->a.point_count; p++) {
        const struct result_point *other = compare_partner(&c->a, p, &c->b);

        for (size_t i = 0; i < count && other != NULL; i++) {
            size_t theirs = metric_in(&c->b, c->a.scenario.metrics[metrics[i]].name);
            struct paired paired;

            if (theirs == SIZE_MAX)
                continue;
            paired = compare_points(&c->a.points[p], metrics[i], other, theirs);
            judge(c, metrics[i], &paired);
            put_row(c, &table, &position, p, metrics[i], &paired);
        }
    }
    table_print(&table, stdout);
    table_fini(&table);
}

static json_t *
pair_json(const struct paired *paired, bool lower_is_better)
{
    const struct estimate *d = &paired->difference;

    return json_pack(
        "{s:I, s:o, s:o, s:o, s:o, s:o, s:o, s:b, s:s}", "pairs", (json_int_t)d->n, "difference",
        results_json_real(d->mean), "half_width_95", results_json_real(d->half_width), "ratio",
        results_json_real(paired->ratio.value), "ratio_low", results_json_real(paired->ratio.low),
        "ratio_high", results_json_real(paired->ratio.high), "p_value",
        results_json_real(paired->p_value), "significant", paired->is_significant, "verdict",
        compare_word(paired, lower_is_better));
}

static void
put_json(struct comparison *c)
{
    json_t *points = json_array();
    json_t *all;

    for (size_t p = 0; p < c->a.point_count; p++) {
        const struct result_point *other = compare_partner(&c->a, p, &c->b);
        json_t *parameters = json_object();
        json_t *metrics = json_object();

        for (size_t v = 0; v < c->a.study.vary_count && other != NULL; v++) {
            const char *name = c->a.study.vary[v].name;

            json_object_set_new(parameters, name,
                                json_string(effective_find(&other->effective, name)->text));
        }
        for (size_t m = 0; m < c->a.scenario.metric_count && other != NULL; m++) {
            const struct catalogue_metric *metric = &c->a.scenario.metrics[m];
            size_t theirs = metric_in(&c->b, metric->name);
            struct paired paired;

            if (theirs == SIZE_MAX)
                continue;
            paired = compare_points(&c->a.points[p], m, other, theirs);
            judge(c, m, &paired);
            json_object_set_new(metrics, metric->name, pair_json(&paired, metric->lower_is_better));
        }
        if (other != NULL)
            json_array_append_new(
                points, json_pack("{s:O, s:O}", "parameters", parameters, "metrics", metrics));
        json_decref(parameters);
        json_decref(metrics);
    }
    all = json_pack("{s:i, s:s, s:o}", "schema", COMPARE_SCHEMA, "scenario", c->a.scenario.name,
                    "points", points);
    json_dumpf(all, stdout, JSON_INDENT(2) | JSON_REAL_PRECISION(15));
    putchar('\n');
    json_decref(all);
}

/* What a reader must know before they trust the pairs. */
static void
put_remarks(const struct comparison *c)
{
    if (c->a.study.seed != c->b.study.seed)
        fprintf(stderr, "flue: the seeds differ (%lld, %lld): pairs share no random streams\n",
                c->a.study.seed, c->b.study.seed);
    if (c->pairs < c->a.point_count || c->pairs < c->b.point_count)
        fprintf(stderr, "flue: %zu points are in both; the first has %zu, the second %zu\n",
                c->pairs, c->a.point_count, c->b.point_count);
    if (c->broken > 0)
        fprintf(stderr, "flue: gate: %s changed beyond the bound at %zu of %zu points\n",
                c->gate.metric, c->broken, c->pairs);
    if (c->unknown > 0)
        fprintf(stderr, "flue: gate: %s: too few values to tell at %zu of %zu points\n",
                c->gate.metric, c->unknown, c->pairs);
}

/* The asked metrics, and the gate's. */
static size_t
shown_metrics(const struct comparison *c, size_t *metrics)
{
    size_t count = results_asked(&c->a, metrics);
    size_t gated;

    if (!c->has_gate)
        return count;
    gated = results_metric(&c->a, c->gate.metric);
    for (size_t i = 0; i < count; i++)
        if (metrics[i] == gated)
            return count;
    metrics[count] = gated;
    return count + 1;
}

int
command_compare(int argc, char **argv)
{
    struct compare_input input = {0};
    struct comparison c = {0};
    struct problem problem;
    bool is_good = options_parse(&compare_argp, "flue compare", argc, argv, &input, &problem) &&
                   prepare(&c, &input, &problem);

    if (is_good && input.is_json) {
        put_json(&c);
    } else if (is_good) {
        size_t *metrics = must_alloc(c.a.scenario.metric_count + 1, sizeof *metrics);

        put_table(&c, metrics, shown_metrics(&c, metrics));
        free(metrics);
    }
    if (is_good)
        put_remarks(&c);
    results_fini(&c.a);
    results_fini(&c.b);
    free(c.gate.metric);
    if (!is_good)
        return problem_report(&problem);
    return c.broken + c.unknown > 0 ? EXIT_GATE_CLOSED : EXIT_DONE;
}
