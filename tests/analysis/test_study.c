/* SPDX-License-Identifier: GPL-2.0-or-later
 *
 * Study files: every key is read, ranges and samples have the values that they should, and
 * replications go on for as long as the precision needs. What is refused is tested by the files of
 * studies/.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "near.h"
#include "plan.h"
#include "precision.h"

struct fixture {
    struct catalogue catalogue;
    struct study study;
    struct plan plan;
};

static void
make(struct fixture *f, const char *text)
{
    struct problem problem = {0};

    assert_true(simulator_describe(FAKE_FLUE_SIM, &f->catalogue, &problem));
    if (!study_parse(&f->study, "test.cfg", text, &problem) ||
        !plan_create(&f->plan, &f->study, &f->catalogue, FAKE_FLUE_SIM, &problem))
        fail_msg("%s", problem.text);
}

static void
unmake(struct fixture *f)
{
    plan_fini(&f->plan);
    study_fini(&f->study);
    catalogue_fini(&f->catalogue);
}

static void
assert_values(const struct fixture *f, const char *name, const char *const *expected, size_t count)
{
    const struct study_setting *setting = study_varied(&f->study, name);

    assert_int_equal(f->study.axes[setting->axis].length, count);
    for (size_t i = 0; i < count; i++)
        assert_string_equal(setting->texts[i], expected[i]);
}

/* No key takes a list of lists: one that is accepted anyway is read by nobody. */
static void
test_study_every_key_is_read(void **state)
{
    (void)state;
    for (size_t k = 0; study_key(k) != NULL; k++) {
        const char *key = study_key(k);
        char text[128];
        char start[64];
        struct problem problem = {0};
        struct study study;

        snprintf(text, sizeof text, "%s\n%s = ((1));\n",
                 strcmp(key, "scenario") == 0 ? "" : "scenario = \"loss\";", key);
        snprintf(start, sizeof start, "test.cfg:2: %s: expected ", key);
        assert_false(study_parse(&study, "test.cfg", text, &problem));
        assert_memory_equal(problem.text, start, strlen(start));
    }
}

/* A figure of that kind with everything it needs but `key`, which is a list of lists. */
static void
figure_text(enum figure_kind kind, const char *key, char *text, size_t size)
{
    static const char *const needed[] = {"x", "y", "z", "bounds"};
    int length =
        snprintf(text, size, "scenario = \"loss\"; series_interval = \"1ms\"; figure = ( { ");

    if (strcmp(key, "kind") != 0)
        length += snprintf(text + length, size - (size_t)length, "kind = \"%s\"; ",
                           study_figure_kind(kind));
    for (size_t i = 0; study_figure_key(kind, i) != NULL; i++)
        for (size_t n = 0; n < sizeof needed / sizeof *needed; n++)
            if (strcmp(study_figure_key(kind, i), needed[n]) == 0 && strcmp(key, needed[n]) != 0)
                length += snprintf(text + length, size - (size_t)length,
                                   (kind == FIGURE_BARS && n == 1) || n == 3 ? "%s = (\"a\"); "
                                                                             : "%s = \"a\"; ",
                                   needed[n]);
    snprintf(text + length, size - (size_t)length, "\n%s = ((1)); } );\n", key);
}

static void
test_study_every_key_of_a_figure_is_read(void **state)
{
    (void)state;
    for (size_t kind = 0; study_figure_kind(kind) != NULL; kind++) {
        for (size_t k = 0; study_figure_key((enum figure_kind)kind, k) != NULL; k++) {
            const char *key = study_figure_key((enum figure_kind)kind, k);
            char text[512];
            char start[64];
            struct problem problem = {0};
            struct study study;

            figure_text((enum figure_kind)kind, key, text, sizeof text);
            snprintf(start, sizeof start, "test.cfg:2: %s: expected ", key);
            assert_false(study_parse(&study, "test.cfg", text, &problem));
            assert_memory_equal(problem.text, start, strlen(start));
        }
    }
}

static void
test_study_linear_range_has_equal_steps_and_its_ends_as_typed(void **state)
{
    static const char *const loss[] = {"0", "0.1", "0.2", "0.3"};
    static const char *const delay[] = {"100us", "5050000000ps", "10ms"};
    static const char *const connections[] = {"1", "11", "21"};
    struct fixture f;

    (void)state;
    make(&f, "scenario = \"loss\"; vary = { loss = { from = 0; to = 0.3; steps = 4; };\n"
             "delay = { from = \"100us\"; to = \"10ms\"; steps = 3; };\n"
             "connections = { from = 1; to = 21; steps = 3; scale = \"linear\"; }; };");
    assert_values(&f, "loss", loss, 4);
    assert_values(&f, "delay", delay, 3);
    assert_values(&f, "connections", connections, 3);
    assert_int_equal(f.plan.point_count, 36);
    unmake(&f);
}

static void
test_study_logarithmic_range_has_equal_factors(void **state)
{
    static const char *const loss[] = {"1e-05", "0.0001", "0.001", "0.01", "0.1"};
    static const char *const connections[] = {"1", "3", "10", "32", "100"};
    struct fixture f;

    (void)state;
    make(&f, "scenario = \"loss\"; vary = {\n"
             "loss = { from = 1e-5; to = 0.1; steps = 5; scale = \"log\"; };\n"
             "connections = { from = 1; to = 100; steps = 5; scale = \"log\"; }; };");
    assert_values(&f, "loss", loss, 5);
    assert_values(&f, "connections", connections, 5);
    unmake(&f);
}

static void
test_study_zipped_lists_step_together(void **state)
{
    static const char *const expected[][3] = {
        {"0", "1ms", "ns3"}, {"0", "1ms", "host"}, {"0.1", "2ms", "ns3"}, {"0.1", "2ms", "host"}};
    struct fixture f;

    (void)state;
    make(&f, "scenario = \"loss\"; vary = { stack = (\"ns3\", \"host\"); };\n"
             "zip = ( { loss = (0, 0.1); delay = (\"1ms\", \"2ms\"); } );");
    assert_int_equal(f.plan.point_count, 4);
    for (size_t point = 0; point < 4; point++)
        for (size_t i = 0; i < 3; i++)
            assert_string_equal(f.plan.points[point].given[i].text, expected[point][i]);
    unmake(&f);
}

/* The first terms of the sequences are in every textbook: 1/2, 3/4, 1/4 in base two (Sobol), 1/2,
 * 1/4, 3/4 and 1/3, 2/3, 1/9 (Halton). */
static void
test_study_sequences_are_sobols_and_haltons(void **state)
{
    static const char *const sobol[] = {"0.25", "0.375", "0.125"};
    static const char *const halton_loss[] = {"0.25", "0.125", "0.375"};
    static const char *const halton_connections[] = {"4", "7", "2"}; /* 1 + 9 share, rounded */
    struct fixture f;

    (void)state;
    make(&f, "scenario = \"loss\"; sample = { method = \"sobol\"; points = 3; vary = {\n"
             "loss = { from = 0; to = 0.5; }; }; };");
    assert_values(&f, "loss", sobol, 3);
    unmake(&f);
    make(&f, "scenario = \"loss\"; sample = { method = \"halton\"; points = 3; vary = {\n"
             "loss = { from = 0; to = 0.5; }; connections = { from = 1; to = 10; }; }; };");
    assert_values(&f, "loss", halton_loss, 3);
    assert_values(&f, "connections", halton_connections, 3);
    unmake(&f);
}

static void
test_study_longer_sequence_begins_like_the_shorter(void **state)
{
    static const char text[] =
        "scenario = \"loss\"; sample = { method = \"%s\"; points = %d; vary = {\n"
        "loss = { from = 1e-4; to = 0.4; scale = \"log\"; };\n"
        "stack = (\"ns3\", \"host\", \"offload\"); }; };";
    static const char *const methods[] = {"sobol", "halton"};

    (void)state;
    for (size_t m = 0; m < 2; m++) {
        struct fixture shorter;
        struct fixture longer;
        char file[256];

        snprintf(file, sizeof file, text, methods[m], 16);
        make(&shorter, file);
        snprintf(file, sizeof file, text, methods[m], 64);
        make(&longer, file);
        for (size_t i = 0; i < 16; i++)
            assert_string_equal(shorter.plan.runs[i].id, longer.plan.runs[i].id);
        unmake(&shorter);
        unmake(&longer);
    }
}

/* Each tenth of the range has one value, in an order that the seed decides. */
static void
test_study_latin_hypercube_has_one_value_in_each_part(void **state)
{
    static const char text[] =
        "scenario = \"loss\"; seed = %d; sample = { method = \"latin-hypercube\"; points = 10;\n"
        "vary = { loss = { from = 0; to = 0.5; }; delay = { from = \"1ms\"; to = \"11ms\"; }; }; "
        "};";
    struct fixture f[3];
    bool differs = false;

    (void)state;
    for (size_t i = 0; i < 3; i++) {
        char file[256];
        bool loss[10] = {false};
        bool delay[10] = {false};

        snprintf(file, sizeof file, text, i == 2 ? 8 : 7);
        make(&f[i], file);
        for (size_t p = 0; p < 10; p++) {
            const struct effective *e = &f[i].plan.points[p].effective;

            loss[(size_t)(effective_find(e, "loss")->value * 20)] = true;
            delay[(size_t)((effective_find(e, "delay")->value - 1e-3) * 1e3)] = true;
        }
        for (size_t k = 0; k < 10; k++)
            assert_true(loss[k] && delay[k]);
    }
    for (size_t p = 0; p < 10; p++) {
        assert_string_equal(f[0].plan.runs[p].id, f[1].plan.runs[p].id);
        differs = differs || strcmp(study_point_text(&f[0].study, 0, p),
                                    study_point_text(&f[2].study, 0, p)) != 0;
    }
    assert_true(differs);
    for (size_t i = 0; i < 3; i++)
        unmake(&f[i]);
}

static void
test_study_sample_combines_with_lists(void **state)
{
    struct fixture f;

    (void)state;
    make(&f, "scenario = \"loss\"; vary = { stack = (\"ns3\", \"host\"); };\n"
             "sample = { method = \"sobol\"; points = 8; vary = { loss = { from = 0; to = 0.1; }; "
             "}; };");
    assert_int_equal(f.plan.point_count, 16);
    /* both stacks of one drawn point come one after the other */
    assert_string_equal(f.plan.points[6].given[0].text, f.plan.points[7].given[0].text);
    assert_string_not_equal(f.plan.points[6].given[0].text, f.plan.points[8].given[0].text);
    assert_string_equal(f.plan.points[7].given[1].text, "host");
    unmake(&f);
}

static void
test_study_sobol_of_too_many_parameters_is_refused(void **state)
{
    struct catalogue_scenario scenario = {0};
    struct problem problem = {0};
    struct study study;
    char *file = NULL;
    size_t size;
    FILE *out = open_memstream(&file, &size);

    (void)state;
    fputs("scenario = \"loss\";\nsample = { method = \"sobol\"; points = 4; vary = {", out);
    for (int i = 0; i < 41; i++)
        fprintf(out, "p%d = (1, 2);", i);
    fputs("}; };", out);
    fclose(out);
    assert_true(study_parse(&study, "test.cfg", file, &problem));
    assert_false(study_expand(&study, &scenario, FAKE_FLUE_SIM, &problem));
    assert_string_equal(problem.text,
                        "test.cfg:2: sample: expected at most 40 parameters with this method");
    study_fini(&study);
    free(file);
}

static void
parse_precision(struct study *study, double relative)
{
    struct problem problem;
    char text[256];

    snprintf(text, sizeof text,
             "scenario = \"loss\"; replications = 2; precision = { metric = \"goodput_bps\"; "
             "relative = %f; at_most = 20; };",
             relative);
    assert_true(study_parse(study, "test.cfg", text, &problem));
}

/* 1, 3: mean 2, half-width 12.706: a share of 6.353 of the mean. */
static void
test_precision_next_asks_for_what_the_interval_needs(void **state)
{
    static const double two[] = {1, 3};
    /* mean 10, deviation 1: half-width 4.303 / sqrt(3) = 2.484 */
    static const double three[] = {9, 10, 11};
    struct study study;

    (void)state;
    parse_precision(&study, 0.5);
    assert_int_equal(precision_next(&study, two, 2), 4); /* 324 would do: at most twice as many */
    assert_int_equal(precision_next(&study, three, 3), 3);
    study_fini(&study);
    parse_precision(&study, 0.22); /* 3 * (0.2484 / 0.22)^2 = 3.82 */
    assert_int_equal(precision_next(&study, three, 3), 4);
    study_fini(&study);
    parse_precision(&study, 0.249);
    assert_int_equal(precision_next(&study, three, 3), 3);
    study_fini(&study);
}

static void
test_precision_next_ends_at_the_cap_and_where_more_says_nothing(void **state)
{
    static const double wild[20] = {0, 100, 0, 100, 0, 100};
    static const double alike[] = {5, 5};
    static const double none[] = {(double)NAN, (double)NAN};
    static const double one[] = {(double)NAN, 4};
    struct study study;

    (void)state;
    parse_precision(&study, 0.01);
    assert_int_equal(precision_next(&study, wild, 6), 12);
    assert_int_equal(precision_next(&study, wild, 16), 20);
    assert_int_equal(precision_next(&study, wild, 20), 20);
    assert_int_equal(precision_next(&study, alike, 2), 2);
    assert_int_equal(precision_next(&study, none, 2), 2);
    assert_int_equal(precision_next(&study, one, 2), 3);
    study_fini(&study);
}

int
main(void)
{
    static const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_study_every_key_is_read),
        cmocka_unit_test(test_study_every_key_of_a_figure_is_read),
        cmocka_unit_test(test_study_linear_range_has_equal_steps_and_its_ends_as_typed),
        cmocka_unit_test(test_study_logarithmic_range_has_equal_factors),
        cmocka_unit_test(test_study_zipped_lists_step_together),
        cmocka_unit_test(test_study_sequences_are_sobols_and_haltons),
        cmocka_unit_test(test_study_longer_sequence_begins_like_the_shorter),
        cmocka_unit_test(test_study_latin_hypercube_has_one_value_in_each_part),
        cmocka_unit_test(test_study_sample_combines_with_lists),
        cmocka_unit_test(test_study_sobol_of_too_many_parameters_is_refused),
        cmocka_unit_test(test_precision_next_asks_for_what_the_interval_needs),
        cmocka_unit_test(test_precision_next_ends_at_the_cap_and_where_more_says_nothing),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
