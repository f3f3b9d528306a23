/* SPDX-License-Identifier: GPL-2.0-or-later
 *
 * The closed forms against values worked out elsewhere. 1460 bytes, 100 ms, a timeout of 1 s,
 * delayed acknowledgements.
 */
#include "formulae.h"

#include <math.h>

#include "cmocka_first.h"

static struct flue_formula_path
path(double loss)
{
    return (struct flue_formula_path){loss, 0.1, 1, 2, INFINITY};
}

static double
mbps(double segments_per_s)
{
    return segments_per_s * 1460 * 8 / 1e6;
}

static void
test_mathis_reference_values(void **state)
{
    static const double rows[][3] = {{1e-4, 14.305, 10.115}, {1e-3, 4.524, 3.199},
                                     {5e-3, 2.023, 1.431},   {1e-2, 1.431, 1.012},
                                     {5e-2, 0.640, 0.452},   {1e-1, 0.452, 0.320}};

    (void)state;
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        struct flue_formula_path p = path(rows[i][0]);

        assert_true(fabs(mbps(flue_formula_mathis(&p, false)) - rows[i][2]) < 6e-4);
        p.per_ack = 1;
        assert_true(fabs(mbps(flue_formula_mathis(&p, false)) - rows[i][1]) < 6e-4);
    }
}

static void
test_mathis_random_loss_has_the_larger_constant(void **state)
{
    struct flue_formula_path p = path(1e-4);

    (void)state;
    p.per_ack = 1;
    assert_true(fabs(flue_formula_mathis(&p, true) * 0.1 * 1e-2 - 1.31) < 1e-9);
    p.per_ack = 2;
    assert_true(fabs(flue_formula_mathis(&p, true) * 0.1 * 1e-2 - 0.93) < 0.005);
}

static void
test_pftk_reference_values(void **state)
{
    static const double rows[][3] = {{1e-4, 10.064, 10.006}, {1e-3, 3.102, 3.046},
                                     {5e-3, 1.266, 1.216},   {1e-2, 0.812, 0.768},
                                     {5e-2, 0.217, 0.192},   {1e-1, 0.106, 0.090}};

    (void)state;
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        struct flue_formula_path p = path(rows[i][0]);

        assert_true(fabs(mbps(flue_formula_pftk_sent(&p)) - rows[i][1]) < 6e-4);
        assert_true(fabs(mbps(flue_formula_pftk_delivered(&p)) - rows[i][2]) < 6e-4);
    }
}

static void
test_pftk_limited_window_reference_values(void **state)
{
    static const double rows[][3] = {
        {1e-3, 99.54, 97.95}, {1e-2, 27.81, 26.29}, {1e-1, 3.642, 3.077}};

    (void)state;
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        struct flue_formula_path p = {rows[i][0], 0.25, 2.5, 2, 33};

        assert_true(fabs(flue_formula_pftk_sent(&p) / rows[i][1] - 1) < 1e-3);
        assert_true(fabs(flue_formula_pftk_delivered(&p) / rows[i][2] - 1) < 1e-3);
    }
}

/* An initial window of 3 also waits 100 ms for the first acknowledgement there. */
static void
test_cardwell_reference_values(void **state)
{
    static const double rows[][2] = {{10, 0.442}, {100, 0.908}, {1000, 1.463}};
    struct flue_formula_path p = path(0);

    (void)state;
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++)
        assert_true(fabs(flue_formula_cardwell(&p, rows[i][0], 3, 3) + 0.1 - rows[i][1]) < 6e-4);
}

/* There, a lost SYN-ACK costs another SYN's timeout on top. */
static void
test_cardwell_with_loss_reference_values(void **state)
{
    static const double rows[][2] = {{10, 0.564}, {100, 1.579}, {1000, 14.88}};
    struct flue_formula_path p = path(0.01);
    double syn_ack = 3 * (0.99 / 0.98 - 1);

    (void)state;
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        double time = flue_formula_cardwell(&p, rows[i][0], 3, 3) + 0.1 + syn_ack;

        assert_true(fabs(time / rows[i][1] - 1) < 1e-3);
    }
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_mathis_reference_values),
        cmocka_unit_test(test_mathis_random_loss_has_the_larger_constant),
        cmocka_unit_test(test_pftk_reference_values),
        cmocka_unit_test(test_pftk_limited_window_reference_values),
        cmocka_unit_test(test_cardwell_reference_values),
        cmocka_unit_test(test_cardwell_with_loss_reference_values),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
