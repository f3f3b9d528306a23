/* SPDX-License-Identifier: GPL-2.0-or-later
 *
 * Results have distinct names and sentences, and an unknown one still has some.
 */
#include "flue/result.h"

#include <string.h>

#include "cmocka_first.h"

static const enum flue_result all[] = {
#define RESULT_VALUE(name, value, text) FLUE_##name,
    FLUE_RESULT_MAP(RESULT_VALUE)
#undef RESULT_VALUE
};

static void
test_result_name_is_the_constants_spelling(void **state)
{
    (void)state;
    assert_string_equal(flue_result_name(FLUE_OK), "FLUE_OK");
    assert_string_equal(flue_result_name(FLUE_ERROR_RESET), "FLUE_ERROR_RESET");
    assert_string_equal(flue_result_name(FLUE_ERROR_IO), "FLUE_ERROR_IO");
    assert_string_equal(flue_result_text(FLUE_OK), "success");
    assert_string_equal(flue_result_text(FLUE_ERROR_RESET), "the peer reset the connection");
}

static void
test_result_all_success_is_zero_and_errors_are_negative(void **state)
{
    (void)state;
    assert_int_equal(FLUE_OK, 0);
    for (size_t i = 1; i < sizeof all / sizeof all[0]; i++)
        assert_true(all[i] < 0);
}

static void
test_result_all_names_and_texts_are_distinct(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof all / sizeof all[0]; i++) {
        assert_true(strncmp(flue_result_name(all[i]), "FLUE_", 5) == 0);
        assert_true(flue_result_text(all[i])[0] != '\0');
        for (size_t j = 0; j < i; j++) {
            assert_string_not_equal(flue_result_name(all[i]), flue_result_name(all[j]));
            assert_string_not_equal(flue_result_text(all[i]), flue_result_text(all[j]));
        }
    }
}

static void
test_result_unknown_value_has_a_name_of_its_own(void **state)
{
    (void)state;
    assert_string_equal(flue_result_name((enum flue_result) - 9999), "FLUE_ERROR_UNKNOWN");
    assert_string_equal(flue_result_text((enum flue_result)7), "not a result of this library");
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_result_name_is_the_constants_spelling),
        cmocka_unit_test(test_result_all_success_is_zero_and_errors_are_negative),
        cmocka_unit_test(test_result_all_names_and_texts_are_distinct),
        cmocka_unit_test(test_result_unknown_value_has_a_name_of_its_own),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
