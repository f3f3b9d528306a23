/* SPDX-License-Identifier: GPL-2.0-or-later
 *
 * Studies as points and runs, their identities, and the order in which they are started. Uses the
 * fake simulator, whose path the build passes as FAKE_FLUE_SIM.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <stdlib.h>
#include <string.h>

#include "near.h"
#include "plan.h"
#include "schedule.h"

struct fixture {
    struct catalogue catalogue;
    struct study study;
    struct plan plan;
};

static void
make(struct fixture *f, const char *text)
{
    struct problem problem;

    assert_true(simulator_describe(FAKE_FLUE_SIM, &f->catalogue, &problem));
    assert_true(study_parse(&f->study, "test.cfg", text, &problem));
    assert_true(plan_create(&f->plan, &f->study, &f->catalogue, FAKE_FLUE_SIM, &problem));
}

static void
unmake(struct fixture *f)
{
    plan_fini(&f->plan);
    study_fini(&f->study);
    catalogue_fini(&f->catalogue);
}

static const char two_by_two[] = "scenario = \"loss\"; replications = 3;\n"
                                 "vary = { loss = (0, 1e-3); stack = (\"ns3\", \"host\"); };\n";

static void
test_plan_last_varied_parameter_varies_fastest(void **state)
{
    static const char *const expected[][2] = {
        {"0", "ns3"}, {"0", "host"}, {"0.001", "ns3"}, {"0.001", "host"}};
    struct fixture f;

    (void)state;
    make(&f, two_by_two);
    assert_int_equal(f.plan.point_count, 4);
    assert_int_equal(f.plan.run_count, 12);
    for (size_t p = 0; p < 4; p++) {
        assert_string_equal(f.plan.points[p].given[0].text, expected[p][0]);
        assert_string_equal(f.plan.points[p].given[1].text, expected[p][1]);
    }
    unmake(&f);
}

static void
test_plan_identity_is_the_content_of_the_run(void **state)
{
    struct fixture f;
    char *canonical;

    (void)state;
    make(&f, two_by_two);
    canonical = plan_canonical(&f.plan, &f.plan.runs[10]);
    assert_string_equal(
        canonical,
        "result schema=1\nflue=0.1.0\ncommit=abc1234\nscenario=loss\n"
        "seed=1\nrun=2\nparameter.connections=4\nparameter.delay=500us\nparameter.label=\n"
        "parameter.loss=0.001\nparameter.stack=host\n");
    free(canonical);
    unmake(&f);
}

/* The same runs keep their names when the study says them otherwise: more replications, other
 * order, a default spelt out, another unit. */
static void
test_plan_identity_survives_another_wording(void **state)
{
    struct fixture f;
    struct fixture g;

    (void)state;
    make(&f, two_by_two);
    make(&g, "scenario = \"loss\"; replications = 5; fixed = { delay = \"0.5ms\"; };\n"
             "vary = { stack = (\"host\", \"ns3\"); loss = (0.1, 1e-3, 0.0); };\n");
    /* loss 0.001, stack host, replication 1 */
    assert_string_equal(f.plan.runs[3 * 3 + 1].id, g.plan.runs[1 * 5 + 1].id);
    /* loss 0, stack ns3, replication 2 */
    assert_string_equal(f.plan.runs[0 * 3 + 2].id, g.plan.runs[5 * 5 + 2].id);
    unmake(&f);
    unmake(&g);
}

static void
test_plan_every_run_has_its_own_identity(void **state)
{
    struct fixture f;

    (void)state;
    make(&f, two_by_two);
    for (size_t i = 0; i < f.plan.run_count; i++)
        for (size_t k = 0; k < i; k++)
            assert_string_not_equal(f.plan.runs[i].id, f.plan.runs[k].id);
    unmake(&f);
}

static void
test_plan_dirty_build_is_named_by_its_program(void **state)
{
    struct fixture f;

    (void)state;
    setenv("FAKE_COMMIT", "abc1234-dirty", 1);
    make(&f, two_by_two);
    assert_non_null(strstr(f.plan.origin, "\nprogram="));
    unmake(&f);
    unsetenv("FAKE_COMMIT");
    make(&f, two_by_two);
    assert_null(strstr(f.plan.origin, "\nprogram="));
    unmake(&f);
}

static void
test_schedule_tries_every_point_then_takes_the_costliest(void **state)
{
    static const bool is_missing[12] = {1, 1, 1, 0, 1, 1, 1, 1, 1, 1, 1, 1};
    static const double costs[4] = {0, 0, 0, 0};
    struct schedule schedule;
    struct fixture f;
    size_t run;
    size_t first[4] = {0, 4, 6, 9};

    (void)state;
    make(&f, two_by_two);
    schedule_init(&schedule, &f.plan, is_missing, costs);
    assert_true(schedule_left_s(&schedule, 2) < 0);
    for (size_t i = 0; i < 4; i++) {
        assert_true(schedule_next(&schedule, &run));
        assert_int_equal(run, first[i]);
        schedule_finished(&schedule, i, i == 2 ? 9 : 1);
    }
    /* 2 + 1 + 2 runs of 1 s and 2 of 9 s, two at once */
    assert_near(schedule_left_s(&schedule, 2), (2 + 1 + 2 + 18) / 2.0, 1e-9);
    assert_true(schedule_next(&schedule, &run));
    assert_int_equal(run, 7);
    assert_true(schedule_next(&schedule, &run));
    assert_int_equal(run, 8);
    for (size_t i = 0; i < 5; i++)
        assert_true(schedule_next(&schedule, &run));
    assert_false(schedule_next(&schedule, &run));
    schedule_fini(&schedule);
    unmake(&f);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_plan_last_varied_parameter_varies_fastest),
        cmocka_unit_test(test_plan_identity_is_the_content_of_the_run),
        cmocka_unit_test(test_plan_identity_survives_another_wording),
        cmocka_unit_test(test_plan_every_run_has_its_own_identity),
        cmocka_unit_test(test_plan_dirty_build_is_named_by_its_program),
        cmocka_unit_test(test_schedule_tries_every_point_then_takes_the_costliest),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
