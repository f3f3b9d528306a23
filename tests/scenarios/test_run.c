/* SPDX-License-Identifier: GPL-2.0-or-later
 *
 * One run of a scenario: what it may read and report, and what of a scenario's tables is refused.
 */
#include "cmocka_first.h"

#include <math.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "run.h"

static void (*act)(struct flue_run *run);

static enum flue_result
run_act(struct flue_run *run, struct flue_sim *sim)
{
    (void)sim;
    act(run);
    return FLUE_OK;
}

static const struct flue_parameter parameters[] = {
    {"size", FLUE_PARAMETER_BYTES, "bytes", "1KiB", "1", "1MiB", NULL, "a size"},
    {"wait", FLUE_PARAMETER_TIME, "s", "2ms", NULL, NULL, NULL, "a time"},
    {"share", FLUE_PARAMETER_REAL, "1", "0.5", "0", NULL, NULL, "a share"},
    {"label", FLUE_PARAMETER_TEXT, "", "none", NULL, NULL, NULL, "a word"},
    {.name = NULL},
};
static const struct flue_metric metrics[] = {
    {"one_s", "s", "the first", true},
    {"two_s", "s", "the second", true},
    {.name = NULL},
};
static const struct flue_scenario scenario = {"toy", "None?", parameters, metrics, run_act};

static struct flue_run *
create(void)
{
    struct flue_run *run = NULL;

    assert_int_equal(flue_run_create(&scenario, &run), FLUE_OK);
    return run;
}

static void
report_both(struct flue_run *run)
{
    flue_run_report(run, "one_s", -0.0, "dropped");
    flue_run_report(run, "two_s", INFINITY, "never measured");
}

static void
test_run_values_reach_the_scenario(void **state)
{
    struct flue_run *run = create();
    char why[FLUE_RUN_WHY_MAX];

    (void)state;
    assert_int_equal(flue_run_count(run, "size"), 1024);
    assert_int_equal(flue_run_set(run, "size", "1000000e-3", why), FLUE_OK);
    assert_int_equal(flue_run_count(run, "size"), 1000);
    assert_string_equal(flue_run_parameter_at(run, 0).text, "1000");
    assert_int_equal(flue_run_time(run, "wait"), 2 * FLUE_MILLISECOND);
    assert_true(flue_run_real(run, "wait") == 0.002);
    assert_true(flue_run_real(run, "share") == 0.5);
    assert_int_equal(flue_run_set(run, "label", "two words", why), FLUE_OK);
    assert_string_equal(flue_run_text(run, "label"), "two words");
    flue_run_destroy(run);
}

static void
test_run_refused_value_changes_nothing(void **state)
{
    struct flue_run *run = create();
    char why[FLUE_RUN_WHY_MAX];

    (void)state;
    assert_int_equal(flue_run_set(run, "size", "2MiB", why), FLUE_ERROR_INVALID);
    assert_string_equal(why, "--size \"2MiB\" is out of range: expected 1 to 1MiB");
    assert_int_equal(flue_run_set(run, "share", "-0.1", why), FLUE_ERROR_INVALID);
    assert_string_equal(why, "--share \"-0.1\" is out of range: expected at least 0");
    assert_int_equal(flue_run_count(run, "size"), 1024);
    assert_true(flue_run_real(run, "share") == 0.5);
    flue_run_destroy(run);
}

static void
test_run_metrics_reach_the_caller(void **state)
{
    struct flue_run *run = create();

    (void)state;
    act = report_both;
    assert_int_equal(flue_run_start(run, NULL), FLUE_OK);
    assert_true(flue_run_metric_at(run, 0).value == 0.0);
    assert_false(signbit(flue_run_metric_at(run, 0).value));
    assert_null(flue_run_metric_at(run, 0).note);
    assert_true(isnan(flue_run_metric_at(run, 1).value));
    assert_string_equal(flue_run_metric_at(run, 1).note, "never measured");
    flue_run_destroy(run);
}

static void
report_one(struct flue_run *run)
{
    flue_run_report(run, "one_s", 1.0, NULL);
}

static void
test_run_metric_not_reported_fails(void **state)
{
    struct flue_run *run = create();

    (void)state;
    act = report_one;
    assert_int_equal(flue_run_start(run, NULL), FLUE_ERROR_STATE);
    assert_string_equal(flue_run_why(run), "metric \"two_s\" is declared but was not reported");
    flue_run_destroy(run);
}

/* ---- A scenario's own mistakes end the program -------------------------------------------------
 */

static void
report_twice(struct flue_run *run)
{
    report_both(run);
    flue_run_report(run, "one_s", 1.0, NULL);
}

static void
report_unknown(struct flue_run *run)
{
    flue_run_report(run, "three_s", 1.0, NULL);
}

static void
read_unknown(struct flue_run *run)
{
    (void)flue_run_count(run, "sise");
}

static void
read_as_another_type(struct flue_run *run)
{
    (void)flue_run_time(run, "size");
}

static void
assert_ends_program(void (*mistake)(struct flue_run *run), const char *message)
{
    char heard[256] = "";
    int pipe_ends[2];
    int status = 0;

    assert_int_equal(pipe(pipe_ends), 0);
    pid_t child = fork();

    assert_true(child >= 0);
    if (child == 0) {
        struct flue_run *run = NULL;

        signal(SIGABRT, SIG_DFL);
        dup2(pipe_ends[1], STDERR_FILENO);
        act = mistake;
        if (flue_run_create(&scenario, &run) == FLUE_OK) {
            (void)!flue_run_start(run, NULL);
        }
        _exit(0);
    }
    close(pipe_ends[1]);
    FILE *end = fdopen(pipe_ends[0], "r");

    assert_non_null(end);
    (void)!fread(heard, 1, sizeof heard - 1, end);
    fclose(end);
    assert_int_equal(waitpid(child, &status, 0), child);
    assert_true(WIFSIGNALED(status) && WTERMSIG(status) == SIGABRT);
    assert_non_null(strstr(heard, message));
}

static void
test_run_scenario_mistake_ends_program(void **state)
{
    (void)state;
    assert_ends_program(report_twice, "it reports metric \"one_s\" twice");
    assert_ends_program(report_unknown, "it reports metric \"three_s\", which it does not declare");
    assert_ends_program(read_unknown, "it reads parameter \"sise\", which it does not declare");
    assert_ends_program(read_as_another_type,
                        "it reads parameter \"size\" as another type than it declares");
}

/* ---- Tables ------------------------------------------------------------------------------------
 */

static void
assert_invalid(struct flue_parameter parameter, const char *expected)
{
    struct flue_parameter table[] = {parameters[0], parameter, {.name = NULL}};
    struct flue_scenario wrong = scenario;
    char why[FLUE_RUN_WHY_MAX] = "";

    wrong.parameters = table;
    assert_int_equal(flue_scenario_validate(&wrong, why), FLUE_ERROR_INVALID);
    assert_string_equal(why, expected);
}

static void
test_scenario_validate_wrong_table_is_refused(void **state)
{
    struct flue_parameter parameter = parameters[1];

    (void)state;
    parameter.name = "seed";
    assert_invalid(parameter, "parameter \"seed\": not a name, or without unit, value or help");
    parameter.name = "Upper";
    assert_invalid(parameter, "parameter \"Upper\": not a name, or without unit, value or help");
    parameter.name = "size";
    assert_invalid(parameter, "parameter \"size\" is declared twice");
    parameter = parameters[1];
    parameter.help = NULL;
    assert_invalid(parameter, "parameter \"wait\": not a name, or without unit, value or help");
    parameter = parameters[1];
    parameter.value = "2";
    assert_invalid(parameter, "--wait \"2\": expected a time in s, ms, us, ns or ps, such as 2ms");
    parameter.value = "2ms";
    parameter.minimum = "3ms";
    assert_invalid(parameter, "--wait \"2ms\" is out of range: expected at least 3ms");
    parameter.type = FLUE_PARAMETER_CHOICE;
    assert_invalid(parameter, "parameter \"wait\" has no choices");
}

static void
test_scenario_validate_wrong_metric_is_refused(void **state)
{
    struct flue_metric table[] = {metrics[0], metrics[0], {.name = NULL}};
    struct flue_scenario wrong = scenario;
    char why[FLUE_RUN_WHY_MAX] = "";

    (void)state;
    wrong.metrics = table;
    assert_int_equal(flue_scenario_validate(&wrong, why), FLUE_ERROR_INVALID);
    assert_string_equal(why, "metric \"one_s\" is declared twice");
    table[1].name = "two-s";
    assert_int_equal(flue_scenario_validate(&wrong, why), FLUE_ERROR_INVALID);
    assert_string_equal(why, "metric \"two-s\": not a name, or without unit or help");
}

static void
test_scenario_validate_every_scenario_is_good(void **state)
{
    char why[FLUE_RUN_WHY_MAX];
    size_t count = 0;

    (void)state;
    for (; flue_scenarios[count] != NULL; count++) {
        if (flue_scenario_validate(flue_scenarios[count], why) != FLUE_OK) {
            fail_msg("scenario \"%s\": %s", flue_scenarios[count]->name, why);
        }
    }
    assert_true(count > 0);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_run_values_reach_the_scenario),
        cmocka_unit_test(test_run_refused_value_changes_nothing),
        cmocka_unit_test(test_run_metrics_reach_the_caller),
        cmocka_unit_test(test_run_metric_not_reported_fails),
        cmocka_unit_test(test_run_scenario_mistake_ends_program),
        cmocka_unit_test(test_scenario_validate_wrong_table_is_refused),
        cmocka_unit_test(test_scenario_validate_wrong_metric_is_refused),
        cmocka_unit_test(test_scenario_validate_every_scenario_is_good),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
