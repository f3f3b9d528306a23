/* SPDX-License-Identifier: GPL-2.0-or-later
 *
 * Numbers with units: what is read, what is refused and how, what is written.
 */
#include "cmocka_first.h"

#include <string.h>

#include "units.h"

static struct flue_value
read_good(enum flue_parameter_type type, const char *text)
{
    struct flue_value value = {0, 0.0};
    char why[FLUE_UNITS_WHY_MAX] = "";

    if (flue_units_read(type, text, &value, why) != FLUE_OK) {
        fail_msg("\"%s\" was refused: %s", text, why);
    }
    return value;
}

struct whole_case {
    enum flue_parameter_type type;
    const char *text;
    uint64_t whole;
    const char *canonical;
};

static const struct whole_case whole_cases[] = {
    {FLUE_PARAMETER_RATE, "10Gbps", 10000000000, "10Gbps"},
    {FLUE_PARAMETER_RATE, "1000Mbps", 1000000000, "1Gbps"},
    {FLUE_PARAMETER_RATE, "2.5Gb/s", 2500000000, "2500Mbps"},
    {FLUE_PARAMETER_RATE, "1500", 1500, "1500bps"},
    {FLUE_PARAMETER_RATE, "1e6", 1000000, "1Mbps"},
    {FLUE_PARAMETER_RATE, "0", 0, "0bps"},
    {FLUE_PARAMETER_RATE, "18446744073709551615bps", UINT64_MAX, "18446744073709551615bps"},
    {FLUE_PARAMETER_TIME, "2ms", 2 * FLUE_MILLISECOND, "2ms"},
    {FLUE_PARAMETER_TIME, "50us", 50 * FLUE_MICROSECOND, "50us"},
    {FLUE_PARAMETER_TIME, "0.1us", 100 * FLUE_NANOSECOND, "100ns"},
    {FLUE_PARAMETER_TIME, "1.500 s", 1500 * FLUE_MILLISECOND, "1500ms"},
    {FLUE_PARAMETER_TIME, "0.123456789012s", 123456789012, "123456789012ps"},
    {FLUE_PARAMETER_TIME, "1.000000000000s", FLUE_SECOND, "1s"},
    {FLUE_PARAMETER_TIME, "1ps", 1, "1ps"},
    {FLUE_PARAMETER_TIME, "0.5min", 30 * FLUE_SECOND, "30s"},
    {FLUE_PARAMETER_TIME, "0ms", 0, "0s"},
    {FLUE_PARAMETER_BYTES, "64KiB", 65536, "64KiB"},
    {FLUE_PARAMETER_BYTES, "1.5KiB", 1536, "1536"},
    {FLUE_PARAMETER_BYTES, "1MB", 1000000, "1000000"},
    {FLUE_PARAMETER_BYTES, "1448", 1448, "1448"},
    {FLUE_PARAMETER_BYTES, "1448B", 1448, "1448"},
    {FLUE_PARAMETER_BYTES, "0", 0, "0"},
    {FLUE_PARAMETER_COUNT, "1e6", 1000000, "1000000"},
    {FLUE_PARAMETER_COUNT, "2.5e1", 25, "25"},
    {FLUE_PARAMETER_COUNT, "100e-2", 1, "1"},
    {FLUE_PARAMETER_COUNT, "0e40", 0, "0"},
};

static void
test_units_read_whole_is_exact_and_canonical(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof whole_cases / sizeof *whole_cases; i++) {
        const struct whole_case *c = &whole_cases[i];
        struct flue_value value = read_good(c->type, c->text);
        char text[FLUE_UNITS_TEXT_MAX];

        assert_int_equal(value.whole, c->whole);
        flue_units_write(c->type, &value, text);
        assert_string_equal(text, c->canonical);
        assert_int_equal(read_good(c->type, text).whole, c->whole);
    }
}

struct refused_case {
    enum flue_parameter_type type;
    const char *text;
    const char *why;
};

#define RATE_EXPECTED "expected a rate in bps, kbps, Mbps, Gbps or Tbps, such as 10Gbps"
#define TIME_EXPECTED "expected a time in s, ms, us, ns or ps, such as 2ms"
#define BYTES_EXPECTED "expected bytes, alone or in KiB, MiB, GiB, kB, MB or GB, such as 64KiB"
#define COUNT_EXPECTED "expected a whole number, such as 4 or 1e6"
#define REAL_EXPECTED "expected a number, such as 0.001"
#define NOT_WHOLE " (this is not a whole number of the smallest unit)"
#define TOO_LARGE " (this is too large)"

static const struct refused_case refused_cases[] = {
    {FLUE_PARAMETER_RATE, "10gbps", RATE_EXPECTED},
    {FLUE_PARAMETER_RATE, "fast", RATE_EXPECTED},
    {FLUE_PARAMETER_RATE, "", RATE_EXPECTED},
    {FLUE_PARAMETER_RATE, "-1Gbps", RATE_EXPECTED},
    {FLUE_PARAMETER_RATE, "1Gbps extra", RATE_EXPECTED},
    {FLUE_PARAMETER_RATE, "0.5bps", RATE_EXPECTED NOT_WHOLE},
    {FLUE_PARAMETER_RATE, "18446744073709551616bps", RATE_EXPECTED},
    {FLUE_PARAMETER_RATE, "18446745Tbps", RATE_EXPECTED TOO_LARGE},
    {FLUE_PARAMETER_TIME, "5", TIME_EXPECTED},
    {FLUE_PARAMETER_TIME, "5 m", TIME_EXPECTED},
    {FLUE_PARAMETER_TIME, "0.5ps", TIME_EXPECTED NOT_WHOLE},
    {FLUE_PARAMETER_TIME, "1e30s", TIME_EXPECTED TOO_LARGE},
    {FLUE_PARAMETER_TIME, "1e99999999999s", TIME_EXPECTED},
    {FLUE_PARAMETER_BYTES, "1.5", BYTES_EXPECTED NOT_WHOLE},
    {FLUE_PARAMETER_BYTES, "64kib", BYTES_EXPECTED},
    {FLUE_PARAMETER_COUNT, "1.5", COUNT_EXPECTED NOT_WHOLE},
    {FLUE_PARAMETER_COUNT, "1e", COUNT_EXPECTED},
    {FLUE_PARAMETER_COUNT, ".", COUNT_EXPECTED},
    {FLUE_PARAMETER_COUNT, "1.2.3", COUNT_EXPECTED},
    {FLUE_PARAMETER_COUNT, "0x10", COUNT_EXPECTED},
    {FLUE_PARAMETER_COUNT, "4 ", COUNT_EXPECTED},
    {FLUE_PARAMETER_REAL, "", REAL_EXPECTED},
    {FLUE_PARAMETER_REAL, "inf", REAL_EXPECTED},
    {FLUE_PARAMETER_REAL, "nan", REAL_EXPECTED},
    {FLUE_PARAMETER_REAL, "0x1p3", REAL_EXPECTED},
    {FLUE_PARAMETER_REAL, "1e999", REAL_EXPECTED},
    {FLUE_PARAMETER_REAL, "1%", REAL_EXPECTED},
    {FLUE_PARAMETER_REAL, "1 ", REAL_EXPECTED},
};

static void
test_units_read_refuses_and_says_what_was_expected(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof refused_cases / sizeof *refused_cases; i++) {
        const struct refused_case *c = &refused_cases[i];
        struct flue_value value = {7, 7.0};
        char why[FLUE_UNITS_WHY_MAX] = "";

        if (flue_units_read(c->type, c->text, &value, why) == FLUE_OK) {
            fail_msg("\"%s\" was accepted", c->text);
        }
        assert_string_equal(why, c->why);
        assert_int_equal(value.whole, 7);
    }
}

static void
test_units_real_is_shortest_round_trip(void **state)
{
    static const char *const cases[][2] = {
        {"0.1", "0.1"},       {"1e-4", "0.0001"},
        {"0.00001", "1e-05"}, {"-0", "0"},
        {"+3.0", "3"},        {"0.30000000000000004", "0.30000000000000004"},
        {"1e300", "1e+300"},  {"123456789.125", "123456789.125"},
    };

    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct flue_value value = read_good(FLUE_PARAMETER_REAL, cases[i][0]);
        char text[FLUE_UNITS_TEXT_MAX];

        flue_units_write(FLUE_PARAMETER_REAL, &value, text);
        assert_string_equal(text, cases[i][1]);
    }
}

static void
test_units_time_in_results_is_seconds(void **state)
{
    (void)state;
    assert_true(read_good(FLUE_PARAMETER_TIME, "2ms").real == 0.002);
    assert_true(read_good(FLUE_PARAMETER_RATE, "2kbps").real == 2000.0);
}

static void
test_units_compare_orders(void **state)
{
    struct flue_value small = {1, 0.5}, large = {2, 0.25};

    (void)state;
    assert_int_equal(flue_units_compare(FLUE_PARAMETER_TIME, &small, &large), -1);
    assert_int_equal(flue_units_compare(FLUE_PARAMETER_TIME, &large, &small), 1);
    assert_int_equal(flue_units_compare(FLUE_PARAMETER_TIME, &small, &small), 0);
    assert_int_equal(flue_units_compare(FLUE_PARAMETER_REAL, &small, &large), 1);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_units_read_whole_is_exact_and_canonical),
        cmocka_unit_test(test_units_read_refuses_and_says_what_was_expected),
        cmocka_unit_test(test_units_real_is_shortest_round_trip),
        cmocka_unit_test(test_units_time_in_results_is_seconds),
        cmocka_unit_test(test_units_compare_orders),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
