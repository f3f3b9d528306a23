/* SPDX-License-Identifier: GPL-2.0-or-later
 *
 * What people read: suggestions, units, shell words, HTML, inline SVG.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base.h"
#include "html.h"
#include "shell.h"
#include "suggest.h"
#include "table.h"
#include "units.h"

static const char *const words[] = {"replications", "seed", "stack", "loss", NULL};

static void
test_suggest_near_words_are_found(void **state)
{
    (void)state;
    assert_string_equal(suggest("replicatoins", suggest_array, words), "replications");
    assert_string_equal(suggest("sead", suggest_array, words), "seed");
    assert_string_equal(suggest("lsos", suggest_array, words), "loss");
    assert_string_equal(suggest("STACK", suggest_array, words), "stack");
}

static void
test_suggest_far_words_find_nothing(void **state)
{
    (void)state;
    assert_null(suggest("bandwidth", suggest_array, words));
    assert_null(suggest("x", suggest_array, words));
    assert_null(suggest("", suggest_array, words));
    assert_string_equal(suggest_text("bandwidth", suggest_array, words), "");
}

static void
check_value(const char *name, const char *unit, double value, const char *expected)
{
    char text[64];

    unit_value(text, sizeof text, name, unit, value);
    assert_string_equal(text, expected);
}

static void
test_units_values_get_prefixes_that_fit(void **state)
{
    (void)state;
    check_value("goodput_bps", "bps", 9.41e8, "941 Mb/s");
    check_value("goodput_bps", "bps", 1e9, "1 Gb/s");
    check_value("goodput_bps", "bps", 0, "0 b/s");
    check_value("delay", "s", 5e-4, "500 \302\265s");
    check_value("delay", "s", 1.5, "1.5 s");
    check_value("io", "bytes", 65536, "64 KiB");
    check_value("mtu", "bytes", 1500, "1500 B");
    check_value("loss", "1", 0.0001, "0.0001");
    check_value("cpu_utilisation", "1", 0.25, "25 %");
    check_value("segments", "segments", 3, "3 segments");
}

static void
check_scale(double largest, double factor, const char *text)
{
    struct unit_scale scale = unit_scale("buffer", "bytes", largest);

    assert_true(fabs(scale.factor / factor - 1) < 1e-12);
    assert_string_equal(scale.text, text);
}

static void
test_units_axis_of_powers_of_two_counts_in_them(void **state)
{
    (void)state;
    check_scale(65536, 1.0 / 1024, "KiB");
    check_scale(3 * 1048576, 1.0 / 1048576, "MiB");
    check_scale(1073741824, 1.0 / 1073741824, "GiB");
    check_scale(1000000, 1e-6, "MB");
    check_scale(512, 1, "B");
    check_scale(0, 1, "B");
}

static void
test_units_labels_are_words(void **state)
{
    char text[64];

    (void)state;
    unit_label(text, sizeof text, "goodput_bps", "bps");
    assert_string_equal(text, "Goodput");
    unit_label(text, sizeof text, "sender_cpu_utilisation", "1");
    assert_string_equal(text, "Sender CPU utilisation");
    unit_label(text, sizeof text, "send-buffer", "bytes");
    assert_string_equal(text, "Send buffer");
    unit_label(text, sizeof text, "bps", "bps");
    assert_string_equal(text, "Bps");
}

static void
test_units_decimals_show_two_digits_of_the_half_width(void **state)
{
    (void)state;
    assert_int_equal(unit_decimals(34.2), 0);
    assert_int_equal(unit_decimals(3.42), 1);
    assert_int_equal(unit_decimals(0.342), 2);
    assert_int_equal(unit_decimals(0), 0);
    assert_int_equal(unit_decimals(1e-9), 4);
}

static void
test_shell_words_are_quoted_only_where_needed(void **state)
{
    char *line[] = {"flue", "run", "--label", "it's here", "--loss", "1e-3", "", NULL};
    char *text = shell_line(line);

    (void)state;
    assert_string_equal(text, "flue run --label 'it'\\''s here' --loss 1e-3 ''");
    free(text);
}

static char *
html_of(const char *given)
{
    char *text = NULL;
    size_t length;
    FILE *out = open_memstream(&text, &length);

    assert_non_null(out);
    html_text(out, given);
    fclose(out);
    return text;
}

static void
check_html(const char *given, const char *expected)
{
    char *text = html_of(given);

    assert_string_equal(text, expected);
    free(text);
}

static void
test_html_text_cannot_leave_its_place(void **state)
{
    (void)state;
    check_html("<b>&amp;\"'", "&lt;b&gt;&amp;amp;&quot;&#39;");
    check_html("\302\265s \342\210\222", "\302\265s \342\210\222");
}

static void
test_html_bad_bytes_are_replaced(void **state)
{
    (void)state;
    check_html("a\377b", "a\357\277\275b");
    check_html("\302", "\357\277\275");                                 /* cut short */
    check_html("\300\200", "\357\277\275\357\277\275");                 /* overlong */
    check_html("\355\240\200", "\357\277\275\357\277\275\357\277\275"); /* surrogate */
    check_html("\001", "\357\277\275");
}

static void
test_html_svg_names_are_made_unique(void **state)
{
    char *text = NULL;
    size_t length;
    FILE *out = open_memstream(&text, &length);

    (void)state;
    assert_non_null(out);
    html_svg(out,
             "<?xml version=\"1.0\"?><!DOCTYPE svg><svg><g id=\"a\"/><use xlink:href='#a'/>"
             "<path fill=\"url(#p)\"/></svg>",
             "f1-");
    fclose(out);
    assert_string_equal(text, "<svg><g id=\"f1-a\"/><use xlink:href='#f1-a'/>"
                              "<path fill=\"url(#f1-p)\"/></svg>");
    free(text);
}

static void
test_problem_is_one_line(void **state)
{
    struct problem problem;

    (void)state;
    assert_false(problem_set(&problem, EXIT_BAD_INPUT, "%s", "one\ntwo\n"));
    assert_string_equal(problem.text, "one two");
    assert_false(problem_at(&problem, "a.cfg", 7, "x: expected y"));
    assert_string_equal(problem.text, "a.cfg:7: x: expected y");
    assert_int_equal(problem.status, EXIT_BAD_INPUT);
}

static void
test_text_small_mean_among_large_ones_keeps_two_digits(void **state)
{
    const struct table_metric column = {.scale = {.factor = 1000}, .decimals = 3};
    const struct estimate small = {.mean = 6.1e-8}, none = {.mean = 0}, large = {.mean = 0.012};

    (void)state;
    assert_int_equal(table_decimals(&column, &small), 6);
    assert_int_equal(table_decimals(&column, &none), 3);
    assert_int_equal(table_decimals(&column, &large), 3);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_text_small_mean_among_large_ones_keeps_two_digits),
        cmocka_unit_test(test_suggest_near_words_are_found),
        cmocka_unit_test(test_suggest_far_words_find_nothing),
        cmocka_unit_test(test_units_values_get_prefixes_that_fit),
        cmocka_unit_test(test_units_axis_of_powers_of_two_counts_in_them),
        cmocka_unit_test(test_units_labels_are_words),
        cmocka_unit_test(test_units_decimals_show_two_digits_of_the_half_width),
        cmocka_unit_test(test_shell_words_are_quoted_only_where_needed),
        cmocka_unit_test(test_html_text_cannot_leave_its_place),
        cmocka_unit_test(test_html_bad_bytes_are_replaced),
        cmocka_unit_test(test_html_svg_names_are_made_unique),
        cmocka_unit_test(test_problem_is_one_line),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
