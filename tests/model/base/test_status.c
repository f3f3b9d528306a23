/* SPDX-License-Identifier: GPL-2.0-or-later
 *
 * The contract's statuses have distinct names and sentences, and an unknown one still has some.
 */
#include "flue/status.h"

#include <string.h>

#include "cmocka_first.h"

static const enum flue_status all[] = {
#define STATUS_VALUE(name, text) FLUE_STATUS_##name,
    FLUE_STATUS_MAP(STATUS_VALUE)
#undef STATUS_VALUE
};

static void
test_status_name_is_the_constants_spelling(void **state)
{
    (void)state;
    assert_int_equal(FLUE_STATUS_SUCCESS, 0);
    assert_string_equal(flue_status_name(FLUE_STATUS_SUCCESS), "FLUE_STATUS_SUCCESS");
    assert_string_equal(flue_status_name(FLUE_STATUS_OFFLOAD_TCP_ENTRIES),
                        "FLUE_STATUS_OFFLOAD_TCP_ENTRIES");
    assert_string_equal(flue_status_name(FLUE_STATUS_UNWRITTEN), "FLUE_STATUS_UNWRITTEN");
    assert_string_equal(flue_status_text(FLUE_STATUS_PENDING), "the completion comes later");
}

static void
test_status_all_names_and_texts_are_distinct(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof all / sizeof all[0]; i++) {
        assert_true(strncmp(flue_status_name(all[i]), "FLUE_STATUS_", 12) == 0);
        assert_true(flue_status_text(all[i])[0] != '\0');
        for (size_t j = 0; j < i; j++) {
            assert_string_not_equal(flue_status_name(all[i]), flue_status_name(all[j]));
            assert_string_not_equal(flue_status_text(all[i]), flue_status_text(all[j]));
        }
    }
}

static void
test_status_unknown_value_has_a_name_of_its_own(void **state)
{
    (void)state;
    assert_string_equal(flue_status_name((enum flue_status)9999), "FLUE_STATUS_UNKNOWN");
    assert_string_equal(flue_status_text((enum flue_status)9999), "not a status of this library");
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_status_name_is_the_constants_spelling),
        cmocka_unit_test(test_status_all_names_and_texts_are_distinct),
        cmocka_unit_test(test_status_unknown_value_has_a_name_of_its_own),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
