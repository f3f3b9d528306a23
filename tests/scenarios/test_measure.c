/* SPDX-License-Identifier: GPL-2.0-or-later
 *
 * What scenarios share: waiting for connections, and the arithmetic of metrics.
 */
#include "cmocka_first.h"

#include <math.h>

#include "fake_sim.h"
#include "measure.h"

static void
test_measure_ratio_of_nothing_is_no_number(void **state)
{
    (void)state;
    assert_true(flue_ratio(1, 4) == 0.25);
    assert_true(isnan(flue_ratio(1, 0)));
    assert_true(isnan(flue_ratio(0, 0)));
}

static void
test_measure_fairness_goes_from_one_to_one_in_n(void **state)
{
    static const double alike[] = {5, 5, 5, 5}, hog[] = {0, 8, 0, 0}, two[] = {1, 3},
                        none[] = {0, 0};

    (void)state;
    assert_true(flue_fairness(alike, 4) == 1.0);
    assert_true(flue_fairness(hog, 4) == 0.25);
    assert_true(flue_fairness(two, 2) == 0.8); /* 16 / (2 * 10) */
    assert_true(isnan(flue_fairness(none, 2)));
}

static struct flue_sim_flow *
one_flow(struct flue_sim **sim, struct flue_sim_node *nodes[2])
{
    struct flue_sim_bulk_config bulk = flue_sim_bulk_config_default();
    struct flue_sim_flow *flow = NULL;

    assert_int_equal(flue_sim_create(1, 1, sim), FLUE_OK);
    assert_int_equal(flue_sim_node(*sim, "a", &nodes[0]), FLUE_OK);
    assert_int_equal(flue_sim_node(*sim, "b", &nodes[1]), FLUE_OK);
    assert_int_equal(flue_sim_bulk(*sim, nodes[0], nodes[1], &bulk, &flow), FLUE_OK);
    return flow;
}

static void
test_measure_waiting_ends_with_patience(void **state)
{
    struct flue_sim *sim = NULL;
    struct flue_sim_node *nodes[2];

    (void)state;
    fake_sim_reset();
    fake_sim.never_connects = true;
    struct flue_sim_flow *flow = one_flow(&sim, nodes);

    assert_false(flue_advance_until_connected(sim, &flow, 1, 5 * FLUE_MILLISECOND));
    assert_true(flue_sim_now(sim) == 5 * FLUE_MILLISECOND);
    flue_sim_destroy(sim);
}

static void
test_measure_waiting_ends_when_all_are_connected(void **state)
{
    struct flue_sim *sim = NULL;
    struct flue_sim_node *nodes[2];

    (void)state;
    fake_sim_reset();
    struct flue_sim_flow *flow = one_flow(&sim, nodes);

    assert_true(flue_advance_until_connected(sim, &flow, 1, FLUE_SECOND));
    assert_true(flue_sim_now(sim) < FLUE_SECOND);
    flue_sim_destroy(sim);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_measure_ratio_of_nothing_is_no_number),
        cmocka_unit_test(test_measure_fairness_goes_from_one_to_one_in_n),
        cmocka_unit_test(test_measure_waiting_ends_with_patience),
        cmocka_unit_test(test_measure_waiting_ends_when_all_are_connected),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
